//! What an old feature and a new one have in common, in metres of a plane that touches the ground there.

use geo::{Area as _, BooleanOps as _, Euclidean, Length as _, MapCoords as _};
use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Member;
use crate::topology::Metric;

/// Both versions, boxes indexed.
pub(super) struct Overlay<'a> {
    old: &'a [Member<'a>],
    new: &'a [Member<'a>],
    metric: Metric,
    spans: [Vec<Option<AABB<[f64; 2]>>>; 2],
    trees: [Tree; 2],
}

type Tree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

impl<'a> Overlay<'a> {
    pub(super) fn new(old: &'a [Member<'a>], new: &'a [Member<'a>], metric: Metric) -> Self {
        let spans = [old, new].map(|members| members.iter().map(|m| span(m.shape)).collect::<Vec<_>>());
        let trees = [&spans[0], &spans[1]].map(|spans| {
            let boxes = spans
                .iter()
                .enumerate()
                .filter_map(|(at, span)| Some(GeomWithData::new(Rectangle::from_aabb((*span)?), at)));
            RTree::bulk_load(boxes.collect())
        });
        Self { old, new, metric, spans, trees }
    }

    /// New features whose box meets that of an old one, rising.
    pub(super) fn candidates(&self, old: usize) -> Vec<usize> {
        meeting(&self.trees[1], self.spans[0][old])
    }

    /// Old features whose box meets that of a new one, rising.
    pub(super) fn candidates_old(&self, new: usize) -> Vec<usize> {
        meeting(&self.trees[0], self.spans[1][new])
    }

    /// Whether an old and a new feature can be the same place; one without area can be anywhere.
    pub(super) fn boxes_meet(&self, old: usize, new: usize) -> bool {
        use rstar::Envelope as _;
        match (self.spans[0][old], self.spans[1][new]) {
            (Some(a), Some(b)) => a.intersects(&b),
            _ => true,
        }
    }

    /// Latitude at which degrees of longitude are measured for an old feature.
    pub(super) fn latitude(&self, old: usize) -> f64 {
        self.spans[0][old].map_or(0.0, |span| (span.lower()[1] + span.upper()[1]) / 2.0)
    }

    /// The same for a new one.
    pub(super) fn latitude_new(&self, new: usize) -> f64 {
        self.spans[1][new].map_or(0.0, |span| (span.lower()[1] + span.upper()[1]) / 2.0)
    }

    fn metres(&self, shape: &MultiPolygon, latitude: f64) -> MultiPolygon {
        shape.map_coords(|c| self.metric.metres(c, latitude))
    }

    /// An old feature in metres.
    pub(super) fn old_metres(&self, at: usize) -> MultiPolygon {
        self.metres(self.old[at].shape, self.latitude(at))
    }

    /// An old feature on some plane, to be cut to a window.
    pub(super) fn old_near(&self, at: usize, latitude: f64) -> Near<'_> {
        Near { shape: self.old[at].shape, span: self.spans[0][at], metric: self.metric, latitude }
    }

    /// A new feature on some plane, to be cut to a window.
    pub(super) fn new_near(&self, at: usize, latitude: f64) -> Near<'_> {
        Near { shape: self.new[at].shape, span: self.spans[1][at], metric: self.metric, latitude }
    }

    /// A new feature in metres of an old one's plane.
    pub(super) fn new_metres(&self, at: usize, latitude: f64) -> MultiPolygon {
        self.metres(self.new[at].shape, latitude)
    }

    /// What both cover, in metres of the old one's plane.
    pub(super) fn common(&self, old: usize, new: usize) -> MultiPolygon {
        let latitude = self.latitude(old);
        self.metres(self.old[old].shape, latitude).intersection(&self.new_metres(new, latitude))
    }

    pub(super) fn area_old(&self, at: usize) -> f64 {
        area_m2(&self.metres(self.old[at].shape, self.latitude(at)))
    }

    pub(super) fn area_new(&self, at: usize) -> f64 {
        area_m2(&self.metres(self.new[at].shape, self.latitude_new(at)))
    }

    /// A piece back in the coordinates of the files.
    pub(super) fn coordinates(&self, piece: &Polygon, latitude: f64) -> Polygon {
        piece.map_coords(|c| self.metric.coordinate(c, latitude))
    }
}

/// A feature of which a part is wanted.
pub(super) struct Near<'a> {
    shape: &'a MultiPolygon,
    span: Option<AABB<[f64; 2]>>,
    metric: Metric,
    latitude: f64,
}

impl Near<'_> {
    /// The box round it, metres.
    pub(super) fn bounds(&self) -> Option<Rect> {
        let span = self.span?;
        let at = |[x, y]: [f64; 2]| self.metric.metres(Coord { x, y }, self.latitude);
        Some(Rect::new(at(span.lower()), at(span.upper())))
    }

    /// What of it lies in a window, metres. Its outline may run along the window's sides, and there twice.
    pub(super) fn within(&self, window: Rect) -> MultiPolygon {
        // A little more, so that nothing of the window's own outline meets its sides.
        let about = Coord { x: 1.0, y: 1.0 };
        let window = Rect::new(window.min() - about, window.max() + about);
        let ring = |ring: &LineString| {
            let metres: Vec<Coord> = ring.0.iter().map(|c| self.metric.metres(*c, self.latitude)).collect();
            cut(metres, window)
        };
        let part = |part: &Polygon| {
            let shell = ring(part.exterior())?;
            Some(Polygon::new(shell, part.interiors().iter().filter_map(ring).collect()))
        };
        MultiPolygon(self.shape.0.iter().filter_map(part).collect())
    }
}

/// A ring cut to a window, side by side (Sutherland and Hodgman); nothing where it lies beyond. O(n).
fn cut(mut ring: Vec<Coord>, window: Rect) -> Option<LineString> {
    let (low, high) = (window.min(), window.max());
    let inside = |c: &Coord| low.x <= c.x && c.x <= high.x && low.y <= c.y && c.y <= high.y;
    if ring.iter().all(inside) {
        return Some(LineString(ring));
    }
    ring.pop();
    let sides = [(0, low.x, 1.0), (0, high.x, -1.0), (1, low.y, 1.0), (1, high.y, -1.0)];
    for (axis, at, sign) in sides {
        // How far within the side.
        let depth = |c: Coord| sign * (if axis == 0 { c.x } else { c.y } - at);
        let mut kept = Vec::with_capacity(ring.len());
        for (place, b) in ring.iter().enumerate() {
            let a = ring[(place + ring.len() - 1) % ring.len()];
            let (from, to) = (depth(a), depth(*b));
            if (from < 0.0) != (to < 0.0) {
                let on = a + (*b - a) * (from / (from - to));
                kept.push(if axis == 0 { Coord { x: at, y: on.y } } else { Coord { x: on.x, y: at } });
            }
            if to >= 0.0 {
                kept.push(*b);
            }
        }
        ring = kept;
    }
    ring.push(*ring.first()?);
    (ring.len() > 3).then_some(LineString(ring))
}

/// Area of something in metres.
pub(super) fn area_m2(shape: &MultiPolygon) -> f64 {
    shape.unsigned_area()
}

/// Mean width: of a strip as long as it is narrow, area by half of what is round it.
pub(super) fn width_m(piece: &Polygon) -> f64 {
    let round: f64 =
        std::iter::once(piece.exterior()).chain(piece.interiors()).map(|ring| Euclidean.length(ring)).sum();
    if round > 0.0 { 2.0 * piece.unsigned_area() / round } else { 0.0 }
}

fn meeting(tree: &Tree, span: Option<AABB<[f64; 2]>>) -> Vec<usize> {
    let Some(span) = span else { return Vec::new() };
    let mut found: Vec<usize> = tree.locate_in_envelope_intersecting(&span).map(|found| found.data).collect();
    found.sort_unstable();
    found
}

fn span(shape: &MultiPolygon) -> Option<AABB<[f64; 2]>> {
    let mut points =
        shape.0.iter().flat_map(|p| &p.exterior().0).filter(|c| c.x.is_finite() && c.y.is_finite());
    let first = points.next()?;
    let point = |c: &Coord| [c.x, c.y];
    let (mut low, mut high) = (point(first), point(first));
    for c in points {
        for (at, v) in point(c).into_iter().enumerate() {
            low[at] = low[at].min(v);
            high[at] = high[at].max(v);
        }
    }
    Some(AABB::from_corners(low, high))
}

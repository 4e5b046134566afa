//! A planar coverage: features, their parts and rings, and the arcs that the rings are made of.
//!
//! Built from bit-equal vertices and nothing else: whatever does not meet vertex by vertex has no arc in
//! common, which is for [`super::validate`] to say and for [`super::clean`] to mend. Flat arrays throughout:
//! a number of the next level where its own things begin, one more number at the end.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::points;

/// No feature: outside of the coverage.
pub const OUTSIDE: u32 = u32::MAX;

/// A stretch of border as a ring or a walk uses it: which arc, and whether against its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArcUse(u32);

impl ArcUse {
    /// An arc in its own direction, or reversed.
    pub fn new(arc: usize, reversed: bool) -> Self {
        Self((arc as u32) << 1 | u32::from(reversed))
    }

    /// Which arc.
    pub fn arc(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether its vertices are to be read from the last to the first.
    pub fn reversed(self) -> bool {
        self.0 & 1 == 1
    }
}

/// What lies on the two sides of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// feature to the left of its direction, or [`OUTSIDE`]; the first where several claim it
    pub left: u32,
    /// feature to the right
    pub right: u32,
    /// how many rings have it with their inside on the left
    pub lefts: u32,
    /// and on the right
    pub rights: u32,
}

impl Sides {
    /// Whether just one ring lies on either side: nothing is left to ask about this border.
    pub fn is_settled(self) -> bool {
        self.lefts == 1 && self.rights == 1
    }
}

/// A vertex that a ring has more than once in a row: kept only to give the ring back as it came.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    ring: u32,
    place: u32,
    point: u32,
}

/// Why no coverage can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// more vertices than can be numbered
    #[error("{0} vertices are too many for one coverage (at most 2,000,000,000)")]
    TooLarge(usize),
}

/// Polygons that (should) meet only along shared edges. Features are numbered as they came; one without
/// area, or with a coordinate that is no number, has no parts.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub(super) points: Vec<Coord>,
    feature_parts: Vec<u32>,
    is_multi: Vec<bool>,
    unreadable: Vec<u32>,
    part_rings: Vec<u32>,
    part_feature: Vec<u32>,
    ring_starts: Vec<u32>,
    ring_points: Vec<u32>,
    ring_part: Vec<u32>,
    inside_left: Vec<bool>,
    repeats: Vec<Repeat>,
    nodes: Vec<bool>,
    arc_starts: Vec<u32>,
    arc_points: Vec<u32>,
    ring_arc_starts: Vec<u32>,
    ring_arcs: Vec<ArcUse>,
    lead: Vec<u32>,
    arc_use_starts: Vec<u32>,
    /// ring · 2 + 1 where the ring runs against the arc
    arc_uses: Vec<u32>,
    sides: Vec<Sides>,
}

impl Coverage {
    /// Takes polygons and multipolygons apart into arcs. O(vertices), in part parallel.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn build<'a>(
        features: impl IntoIterator<Item = Option<&'a Geometry>>,
    ) -> Result<Self, CoverageError> {
        let mut coverage = Self::default();
        let features: Vec<Option<&Geometry>> = features.into_iter().collect();
        let coords = coverage.take_apart(&features)?;
        let (numbers, points) = points::distinct(&coords);
        drop(coords);
        coverage.points = points;
        coverage.drop_repeats(numbers);
        coverage.turn_rings();
        coverage.find_nodes();
        coverage.cut_arcs();
        coverage.find_sides();
        Ok(coverage)
    }

    /// All coordinates, ring after ring and without the closing one; fills features, parts and rings.
    fn take_apart(&mut self, features: &[Option<&Geometry>]) -> Result<Vec<Coord>, CoverageError> {
        let all = features.iter().flatten().flat_map(|geometry| polygons(geometry)).flat_map(rings);
        let mut coords: Vec<Coord> = Vec::with_capacity(all.map(|ring| ring.0.len()).sum());
        self.feature_parts.push(0);
        self.part_rings.push(0);
        self.ring_starts.push(0);
        for (number, geometry) in features.iter().copied().enumerate() {
            let parts = geometry.map(polygons).unwrap_or_default();
            self.is_multi.push(matches!(geometry, Some(Geometry::MultiPolygon(_))));
            let mut all = parts.iter().flat_map(rings).flat_map(|ring| &ring.0);
            let parts = if all.all(|c| c.x.is_finite() && c.y.is_finite()) {
                parts
            } else {
                self.unreadable.push(number as u32);
                &[]
            };
            for part in parts {
                for ring in rings(part) {
                    let open = match ring.0.split_last() {
                        Some((last, rest)) if rest.first() == Some(last) => rest,
                        _ => &ring.0[..],
                    };
                    coords.extend_from_slice(open);
                    self.ring_starts.push(coords.len() as u32);
                    self.ring_part.push(self.part_feature.len() as u32);
                }
                self.part_feature.push(number as u32);
                self.part_rings.push(self.ring_part.len() as u32);
            }
            self.feature_parts.push(self.part_feature.len() as u32);
            if coords.len() > 2_000_000_000 {
                return Err(CoverageError::TooLarge(coords.len()));
            }
        }
        Ok(coords)
    }

    /// Leaves out what repeats the vertex before it (or closes the ring once more), noting where it stood.
    fn drop_repeats(&mut self, mut numbers: Vec<u32>) {
        let mut kept = 0;
        for ring in 0..self.ring_part.len() {
            let (from, mut to) = (self.ring_starts[ring] as usize, self.ring_starts[ring + 1] as usize);
            self.ring_starts[ring] = kept as u32;
            let (start, first) = (kept, self.repeats.len());
            let mut repeat = |at: usize, point: u32| {
                self.repeats.push(Repeat { ring: ring as u32, place: (at - from) as u32, point });
            };
            while to > from + 1 && numbers[to - 1] == numbers[from] {
                to -= 1;
                repeat(to, numbers[from]);
            }
            for at in from..to {
                let point = numbers[at];
                if kept > start && numbers[kept - 1] == point {
                    repeat(at, point);
                } else {
                    numbers[kept] = point;
                    kept += 1;
                }
            }
            self.repeats[first..].sort_unstable_by_key(|repeat| repeat.place);
        }
        if let Some(last) = self.ring_starts.last_mut() {
            *last = kept as u32;
        }
        numbers.truncate(kept);
        self.ring_points = numbers;
    }

    /// On which side of every ring its inside lies.
    fn turn_rings(&mut self) {
        self.inside_left = (0..self.rings())
            .into_par_iter()
            .map(|ring| {
                let shell = self.part_rings[self.ring_part[ring] as usize] as usize == ring;
                (self.area2(self.ring(ring)) >= 0.0) == shell
            })
            .collect();
    }

    /// Twice the signed area of an open ring.
    pub(super) fn area2(&self, ring: &[u32]) -> f64 {
        let Some(first) = ring.first() else { return 0.0 };
        let origin = self.points[*first as usize];
        let from = |point: u32| self.points[point as usize] - origin;
        ring.windows(2)
            .map(|pair| {
                let (a, b) = (from(pair[0]), from(pair[1]));
                a.x * b.y - b.x * a.y
            })
            .sum()
    }

    /// A vertex is a node unless all rings pass through it between the same two neighbours.
    fn find_nodes(&mut self) {
        let mut between = vec![(u32::MAX, u32::MAX); self.points.len()];
        let mut nodes = vec![false; self.points.len()];
        for ring in 0..self.rings() {
            let ring = self.ring(ring);
            let n = ring.len();
            if n < 2 {
                continue;
            }
            let mut previous = ring[n - 1];
            for at in 0..n {
                let next = ring[if at + 1 == n { 0 } else { at + 1 }];
                let pair = (previous.min(next), previous.max(next));
                let here = ring[at] as usize;
                if between[here].0 == u32::MAX {
                    between[here] = pair;
                }
                nodes[here] |= between[here] != pair || previous == next;
                previous = ring[at];
            }
        }
        self.nodes = nodes;
    }

    fn cut_arcs(&mut self) {
        let mut known: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
        self.arc_starts.push(0);
        self.ring_arc_starts.push(0);
        let mut uses: Vec<(u32, u32)> = Vec::new();
        // The ring from its first node round to it again.
        let mut round: Vec<u32> = Vec::new();
        for number in 0..self.rings() {
            let ring =
                &self.ring_points[self.ring_starts[number] as usize..self.ring_starts[number + 1] as usize];
            let n = ring.len();
            let first = ring.iter().position(|p| self.nodes[*p as usize]);
            let lone = first.is_none();
            let first = first.or_else(|| (0..n).min_by_key(|at| ring[*at])).unwrap_or(0);
            self.lead.push(((n - first) % n.max(1)) as u32);
            round.clear();
            round.extend_from_slice(&ring[first..]);
            round.extend_from_slice(&ring[..(first + 1).min(n)]);
            let mut from = 0;
            while n > 1 && from < n {
                let inner = round[from + 1..n].iter().position(|p| !lone && self.nodes[*p as usize]);
                let to = inner.map_or(n, |at| from + 1 + at);
                let (there, back) = ((round[from], round[from + 1]), (round[to], round[to - 1]));
                let arc = *known.entry(there.min(back)).or_insert_with(|| {
                    self.arc_points.extend_from_slice(&round[from..=to]);
                    self.arc_starts.push(self.arc_points.len() as u32);
                    self.arc_starts.len() as u32 - 2
                });
                let start = self.arc_starts[arc as usize] as usize;
                let reversed = (self.arc_points[start], self.arc_points[start + 1]) != there;
                self.ring_arcs.push(ArcUse::new(arc as usize, reversed));
                uses.push((arc, (number as u32) << 1 | u32::from(reversed)));
                from = to;
            }
            self.ring_arc_starts.push(self.ring_arcs.len() as u32);
        }
        self.keep_uses(uses);
    }

    /// Which rings every arc is part of, from (arc, use).
    fn keep_uses(&mut self, mut uses: Vec<(u32, u32)>) {
        uses.sort_unstable();
        self.arc_use_starts = vec![0; self.arc_starts.len()];
        uses.iter().for_each(|(arc, _)| self.arc_use_starts[*arc as usize + 1] += 1);
        (1..self.arc_use_starts.len()).for_each(|at| self.arc_use_starts[at] += self.arc_use_starts[at - 1]);
        self.arc_uses = uses.into_iter().map(|(_, one)| one).collect();
    }

    fn find_sides(&mut self) {
        self.sides = (0..self.arcs())
            .into_par_iter()
            .map(|arc| {
                let mut sides = Sides { left: OUTSIDE, right: OUTSIDE, lefts: 0, rights: 0 };
                for (ring, left) in self.uses(arc) {
                    let feature = self.feature_of(ring) as u32;
                    let (side, count) = if left {
                        (&mut sides.left, &mut sides.lefts)
                    } else {
                        (&mut sides.right, &mut sides.rights)
                    };
                    *count += 1;
                    if *side == OUTSIDE {
                        *side = feature;
                    }
                }
                sides
            })
            .collect();
    }
}

/// Reading it.
impl Coverage {
    /// How many features.
    pub fn features(&self) -> usize {
        self.feature_parts.len().saturating_sub(1)
    }

    /// How many rings in all.
    pub fn rings(&self) -> usize {
        self.ring_part.len()
    }

    /// How many arcs.
    pub fn arcs(&self) -> usize {
        self.arc_starts.len().saturating_sub(1)
    }

    /// The distinct vertices.
    pub fn points(&self) -> &[Coord] {
        &self.points
    }

    /// How many vertices the rings have in all (repeated ones and closing ones left out).
    pub fn ring_vertices(&self) -> usize {
        self.ring_points.len()
    }

    /// How many vertices the arcs have in all, both ends counted.
    pub fn arc_vertices(&self) -> usize {
        self.arc_points.len()
    }

    /// The vertex of a number.
    pub fn point(&self, number: u32) -> Coord {
        self.points[number as usize]
    }

    /// The parts of a feature.
    pub fn parts_of(&self, feature: usize) -> Range<usize> {
        self.feature_parts[feature] as usize..self.feature_parts[feature + 1] as usize
    }

    /// The rings of a part, its shell first.
    pub fn rings_of(&self, part: usize) -> Range<usize> {
        self.part_rings[part] as usize..self.part_rings[part + 1] as usize
    }

    /// The feature that a ring belongs to.
    pub fn feature_of(&self, ring: usize) -> usize {
        self.part_feature[self.ring_part[ring] as usize] as usize
    }

    /// The part that a ring belongs to.
    pub fn part_of(&self, ring: usize) -> usize {
        self.ring_part[ring] as usize
    }

    /// The vertices of a ring: open, none twice in a row.
    pub fn ring(&self, ring: usize) -> &[u32] {
        &self.ring_points[self.ring_starts[ring] as usize..self.ring_starts[ring + 1] as usize]
    }

    /// Whether the inside of its part lies to the left of a ring.
    pub fn inside_left(&self, ring: usize) -> bool {
        self.inside_left[ring]
    }

    /// The arcs of a ring in its direction, from its first node on (its smallest vertex where it has none).
    pub fn ring_arcs(&self, ring: usize) -> &[ArcUse] {
        &self.ring_arcs[self.ring_arc_starts[ring] as usize..self.ring_arc_starts[ring + 1] as usize]
    }

    /// The vertices of an arc, both ends included.
    pub fn arc(&self, arc: usize) -> &[u32] {
        &self.arc_points[self.arc_starts[arc] as usize..self.arc_starts[arc + 1] as usize]
    }

    /// Place of an arc's first vertex among those of all arcs: with the place in the arc, the number of an edge.
    pub(super) fn arc_start(&self, arc: usize) -> usize {
        self.arc_starts[arc] as usize
    }

    /// The vertices of all arcs.
    pub(super) fn all_arc_points(&self) -> &[u32] {
        &self.arc_points
    }

    /// The rings that an arc is part of, each with whether its inside lies left of the arc.
    pub fn uses(&self, arc: usize) -> impl ExactSizeIterator<Item = (usize, bool)> + '_ {
        let places = self.arc_use_starts[arc] as usize..self.arc_use_starts[arc + 1] as usize;
        self.arc_uses[places].iter().map(|one| {
            let ring = (one >> 1) as usize;
            (ring, self.inside_left[ring] == (one & 1 == 0))
        })
    }

    /// What lies on the two sides of an arc.
    pub fn sides(&self, arc: usize) -> Sides {
        self.sides[arc]
    }

    /// Whether arcs end at a vertex.
    pub fn is_node(&self, point: u32) -> bool {
        self.nodes[point as usize]
    }

    /// Features that have a coordinate which is no number; they have no parts here.
    pub fn unreadable(&self) -> &[u32] {
        &self.unreadable
    }

    /// Whether a feature came as a multipolygon.
    pub fn is_multi(&self, feature: usize) -> bool {
        self.is_multi[feature]
    }

    /// A feature from its arcs, bit for bit as it came: same start, same direction, repeated vertices too.
    pub fn geometry(&self, feature: usize) -> Geometry {
        let parts = self.parts_of(feature).map(|part| {
            let mut rings = self.rings_of(part).map(|ring| self.line(ring));
            let shell = rings.next().unwrap_or_else(|| LineString(Vec::new()));
            Polygon::new(shell, rings.collect())
        });
        of_parts(parts.collect(), self.is_multi[feature])
    }

    fn line(&self, ring: usize) -> LineString {
        let mut open: Vec<u32> = Vec::with_capacity(self.ring(ring).len());
        for one in self.ring_arcs(ring) {
            let arc = self.arc(one.arc());
            if one.reversed() {
                open.extend(arc[1..].iter().rev());
            } else {
                open.extend(&arc[..arc.len() - 1]);
            }
        }
        if open.is_empty() {
            // A ring that is a single point has no arc.
            open.extend(self.ring(ring));
        }
        let lead = self.lead[ring] as usize % open.len().max(1);
        open.rotate_left(lead);
        let from = self.repeats.partition_point(|repeat| (repeat.ring as usize) < ring);
        let repeats = self.repeats[from..].iter().take_while(|repeat| repeat.ring as usize == ring);
        let (mut whole, mut taken) = (Vec::with_capacity(open.len() + 1), 0);
        for repeat in repeats {
            let more = repeat.place as usize - whole.len();
            whole.extend_from_slice(&open[taken..taken + more]);
            whole.push(repeat.point);
            taken += more;
        }
        whole.extend_from_slice(&open[taken..]);
        whole.extend(whole.first().copied());
        LineString(whole.into_iter().map(|point| self.point(point)).collect())
    }
}

/// The polygons of a geometry; none for points and lines.
pub(super) fn polygons(geometry: &Geometry) -> &[Polygon] {
    match geometry {
        Geometry::MultiPolygon(parts) => &parts.0,
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        _ => &[],
    }
}

/// Parts as the geometry they came as; a single polygon only where there is one part.
pub(super) fn of_parts(mut parts: Vec<Polygon>, multi: bool) -> Geometry {
    if parts.len() == 1 && !multi {
        Geometry::Polygon(parts.swap_remove(0))
    } else {
        Geometry::MultiPolygon(MultiPolygon(parts))
    }
}

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

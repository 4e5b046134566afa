//! The ground of a map: divisions, green and water, roads, places, as far as the scale has room for them.

use geo_types::{Geometry, Rect};

use super::frame::Mm;
use super::labels::{Label, Site};
use super::picture::{Edges, Order, Picture, line_strings, polygons};
use crate::boundary::Sight;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record};
use crate::snapshot::Snapshot;

/// What the ground is drawn from.
pub struct Ground<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// what is seen of it
    pub sight: Sight,
    /// the level whose divisions are told apart
    pub level: DivisionLevel,
    /// codes of both sides of the line; others are paler
    pub sides: [Option<&'a str>; 2],
    /// the line's own shape, whose edges are no plain border
    pub line: Option<&'a Geometry>,
}

/// Most records of a layer that are drawn.
const MOST: usize = 30_000;

impl Ground<'_> {
    /// Draws it all.
    pub fn draw(&self, picture: &mut Picture<'_>) {
        let Some(window) = picture.frame.window() else { return };
        self.divisions(picture, window);
        self.areas(picture, window);
        self.water(picture, window);
        self.roads(picture, window);
        self.places(picture, window);
    }

    fn seen(&self, layer: Layer, window: Rect) -> Vec<&Record> {
        let found = self.snapshot.layer(layer).window(window);
        found
            .into_iter()
            .map(|record| &**record)
            .filter(|record| self.sight.sees(record))
            .take(MOST)
            .collect()
    }

    fn divisions(&self, picture: &mut Picture<'_>, window: Rect) {
        let all = self.seen(Layer::Division, window);
        let of = |level: DivisionLevel| {
            let wanted = move |record: &&&Record| record.text("level") == Some(level.code());
            all.iter().filter(wanted).copied().collect::<Vec<_>>()
        };
        let mut edges = Edges::default();
        if let Some(line) = self.line {
            line_strings(line).into_iter().for_each(|line| edges.see(line));
        }
        for record in of(self.level) {
            self.division(picture, record, &mut edges);
        }
        let lower = [DivisionLevel::Township, DivisionLevel::Community];
        let Some(next) = lower.into_iter().find(|level| *level > self.level) else { return };
        if picture.frame.scale > 250_000.0 {
            return;
        }
        for record in of(next) {
            let Some(shape) = record.geometry.as_deref() else { continue };
            for polygon in polygons(shape) {
                let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                for run in rings.flat_map(|ring| edges.unseen(ring)).collect::<Vec<_>>() {
                    picture.line(Order::Border, "border lower", &run);
                }
            }
            self.name_of_area(picture, record, shape, (500, "lower-name", 2.5, 0.6));
        }
    }

    fn division(&self, picture: &mut Picture<'_>, record: &Record, edges: &mut Edges) {
        let Some(shape) = record.geometry.as_deref() else { return };
        let code = record.code.as_deref();
        let side = self.sides.iter().position(|own| own.is_some() && *own == code);
        let class = ["side-a", "side-b"].get(side.unwrap_or(2)).copied().unwrap_or("beyond");
        picture.area(Order::Land, class, shape);
        let border = format!("border {}", self.level.code());
        for polygon in polygons(shape) {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for run in edges.unseen(ring) {
                    picture.line(Order::Border, &border, &run);
                }
            }
        }
        let style = if side.is_some() { (900, "side-name", 5.6, 4.0) } else { (600, "other-name", 4.0, 2.0) };
        self.name_of_area(picture, record, shape, style);
    }

    /// A name in the middle of what is seen of an area, where it has room.
    fn name_of_area(
        &self,
        picture: &mut Picture<'_>,
        record: &Record,
        shape: &Geometry,
        (weight, class, size, spread): (u32, &'static str, f64, f64),
    ) {
        let Some(name) = record.text("name") else { return };
        let frame = picture.frame;
        let rings: Vec<Vec<Mm>> = polygons(shape)
            .into_iter()
            .map(|polygon| super::frame::cut_ring(&picture.points(polygon.exterior()), frame, 0.0))
            .collect();
        let Some((at, room)) =
            rings.iter().filter_map(|ring| middle(ring)).max_by(|a, b| a.1.total_cmp(&b.1))
        else {
            return;
        };
        let site = Site::Over(at);
        let label = Label { text: name.to_owned(), class, size, spread, site };
        if room > size * 0.7 {
            // Where there is little room to both sides, the letters stand together.
            let wide = super::labels::width(name, size, spread) < room * 3.0;
            picture.label(weight, Label { spread: if wide { spread } else { 0.3 }, ..label });
        }
    }

    fn areas(&self, picture: &mut Picture<'_>, window: Rect) {
        let scale = picture.frame.scale;
        if scale <= 120_000.0 {
            for record in self.seen(Layer::ClosedOrGreenArea, window) {
                let Some(shape) = record.geometry.as_deref() else { continue };
                let kind = record.text("kind").unwrap_or_default();
                let green = ["park", "green", "square", "sports", "scenic"].contains(&kind);
                let class = if green {
                    "green"
                } else if kind == "farmland" {
                    "farmland"
                } else {
                    "closed"
                };
                picture.area(Order::Green, class, shape);
                if green {
                    self.name_of_area(picture, record, shape, (140, "green-name", 2.1, 0.0));
                }
            }
        }
        if scale <= 6_000.0 {
            for record in self.seen(Layer::Building, window) {
                if let Some(shape) = record.geometry.as_deref() {
                    picture.area(Order::Building, "building", shape);
                }
            }
        }
    }

    fn water(&self, picture: &mut Picture<'_>, window: Rect) {
        for record in self.seen(Layer::Water, window) {
            let Some(shape) = record.geometry.as_deref() else { continue };
            let kind = record.text("kind").unwrap_or_default();
            let small = !["river", "canal", "lake", "reservoir"].contains(&kind);
            if small && picture.frame.scale > 80_000.0 {
                continue;
            }
            picture.area(Order::Water, "water", shape);
            if !polygons(shape).is_empty() {
                self.name_of_area(picture, record, shape, (300, "water-name", 2.6, 0.4));
            }
            let class = if small { "water-line small" } else { "water-line" };
            let mut longest: Vec<Mm> = Vec::new();
            for line in line_strings(shape) {
                longest = longer(longest, picture.line(Order::Water, class, line));
            }
            along(picture, record, longest, (320, "water-name", if small { 1.9 } else { 2.3 }));
        }
    }

    fn roads(&self, picture: &mut Picture<'_>, window: Rect) {
        for record in self.seen(Layer::Road, window) {
            let Some(shape) = record.geometry.as_deref() else { continue };
            let class = record.text("class").unwrap_or_default();
            let Some(rank) = rank(class, picture.frame.scale) else { continue };
            let mut longest: Vec<Mm> = Vec::new();
            for line in line_strings(shape) {
                if rank < 3 {
                    picture.line(Order::RoadCase, &format!("road case r{rank}"), line);
                }
                longest = longer(longest, picture.line(Order::Road, &format!("road r{rank}"), line));
            }
            let weight = [280, 240, 160, 120, 60][rank.min(4)];
            along(picture, record, longest, (weight, "road-name", if rank < 2 { 2.1 } else { 1.8 }));
        }
    }

    fn places(&self, picture: &mut Picture<'_>, window: Rect) {
        let scale = picture.frame.scale;
        if scale > 120_000.0 {
            return;
        }
        for record in self.seen(Layer::Place, window) {
            let Some(Geometry::Point(point)) = record.geometry.as_deref() else { continue };
            let category = record.text("category").unwrap_or_default();
            let natural = category.starts_with('1');
            let village = category.starts_with("22");
            if !natural && !village && scale > 30_000.0 {
                continue;
            }
            let (Some(at), Some(name)) = (picture.frame.mm(point.0), record.text("name")) else { continue };
            if !picture.frame.holds(at, 1.0) {
                continue;
            }
            let [x, y] = at;
            picture.element(
                Order::Point,
                &format!("<circle class='place-dot' cx='{x:.2}' cy='{y:.2}' r='0.45'/>"),
            );
            let weight = if village {
                220
            } else if natural {
                200
            } else {
                90
            };
            let site = Site::Beside(at, 0.9);
            let label = Label { text: name.to_owned(), class: "place-name", size: 2.0, spread: 0.0, site };
            picture.label(weight, label);
        }
    }
}

/// A name along the longest piece of a line.
fn along(
    picture: &mut Picture<'_>,
    record: &Record,
    piece: Vec<Mm>,
    (weight, class, size): (u32, &'static str, f64),
) {
    if let Some(name) = record.text("name").filter(|_| piece.len() > 1) {
        let label = Label { text: name.to_owned(), class, size, spread: 0.2, site: Site::Along(piece) };
        picture.label(weight, label);
    }
}

fn longer(longest: Vec<Mm>, pieces: Vec<Vec<Mm>>) -> Vec<Mm> {
    let length = |piece: &[Mm]| -> f64 {
        piece.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum()
    };
    pieces.into_iter().fold(longest, |best, piece| if length(&piece) > length(&best) { piece } else { best })
}

/// How a road is drawn at a scale: 0 the widest, 4 a path; `None` where it is left out.
fn rank(class: &str, scale: f64) -> Option<usize> {
    let (rank, most) = match class {
        "expressway" | "national_road" => (0, 1e9),
        "arterial" | "provincial_road" => (1, 300_000.0),
        "secondary" | "county_road" => (2, 120_000.0),
        "branch" | "township_road" => (3, 60_000.0),
        "lane" | "village_road" | "service" | "pedestrian" => (3, 15_000.0),
        _ => (4, 12_000.0),
    };
    (scale <= most).then_some(rank)
}

/// The point of a ring farthest from its edge, on a raster, and that distance; for a name.
fn middle(ring: &[Mm]) -> Option<(Mm, f64)> {
    // Corners nearer than two millimetres make no difference to where a name stands.
    let mut coarse: Vec<Mm> = Vec::new();
    for at in ring {
        if coarse.last().is_none_or(|last: &Mm| (last[0] - at[0]).hypot(last[1] - at[1]) > 2.0) {
            coarse.push(*at);
        }
    }
    if coarse.len() < 3 {
        return None;
    }
    let range = |axis: usize| {
        let all = coarse.iter().map(|at| at[axis]);
        (all.clone().fold(f64::MAX, f64::min), all.fold(f64::MIN, f64::max))
    };
    let ((west, east), (north, south)) = (range(0), range(1));
    let steps = 24;
    let mut best: Option<(Mm, f64)> = None;
    for column in 1..steps {
        for row in 1..steps {
            let share = |n: usize| n as f64 / steps as f64;
            let at = [west + share(column) * (east - west), north + share(row) * (south - north)];
            let room = room(&coarse, at);
            if room > best.map_or(0.0, |best| best.1) {
                best = Some((at, room));
            }
        }
    }
    best
}

/// Distance from a point within a ring to its edge, a name's shape in mind: across counts half.
fn room(ring: &[Mm], at: Mm) -> f64 {
    let (mut inside, mut least) = (false, f64::MAX);
    for n in 0..ring.len() {
        let (a, b) = (ring[n], ring[(n + 1) % ring.len()]);
        if (a[1] > at[1]) != (b[1] > at[1]) && at[0] < (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]) + a[0] {
            inside = !inside;
        }
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let long = dx * dx + dy * dy;
        let share = if long > 0.0 {
            (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / long).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (x, y) = (a[0] + share * dx - at[0], a[1] + share * dy - at[1]);
        least = least.min((x * 0.5).hypot(y));
    }
    if inside { least } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_middle_of_what_is_seen() {
        let (at, room) = middle(&[[0.0, 0.0], [40.0, 0.0], [40.0, 10.0], [0.0, 10.0]]).unwrap();
        assert!(
            (at[0] - 20.0).abs() < 11.0 && (at[1] - 5.0).abs() < 0.5 && (room - 5.0).abs() < 0.5,
            "{at:?} {room}"
        );
        assert!(middle(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]).is_none());
    }

    #[test]
    fn small_roads_are_left_to_large_scales() {
        assert_eq!(rank("lane", 50_000.0), None);
        assert_eq!(rank("lane", 10_000.0), Some(3));
        assert_eq!(rank("expressway", 1_000_000.0), Some(0));
        assert_eq!(rank("steps", 5_000.0), Some(4));
    }
}

//! A piece of paper over the ground: longitude and latitude to millimetres on the sheet at a true scale, and back.

use std::rc::Rc;

use geo_types::{Coord, Rect};

use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth, geodesic};

/// A point on paper: millimetres from the left and from the top.
pub type Mm = [f64; 2];

/// The plane that a map is drawn on: the Gauss–Krüger zone of its middle, or, outside of China's zones, the plane
/// that touches the ellipsoid there.
pub struct Plane {
    there: Option<(Rc<Transform>, Rc<Transform>)>,
    /// the zone, where there is one
    pub zone: Option<GaussKruger>,
    middle: Coord,
    metres: [f64; 2],
}

impl Plane {
    /// For a map about a place.
    pub fn at(middle: Coord) -> Self {
        let zone = GaussKruger::at(middle.x, ZoneWidth::Three).filter(|_| (0.0..60.0).contains(&middle.y));
        let there = zone.and_then(|zone| {
            let plane = Crs::Epsg(zone.epsg());
            Some((
                Transform::shared(&Crs::REGISTER, &plane).ok()?,
                Transform::shared(&plane, &Crs::REGISTER).ok()?,
            ))
        });
        let step = 0.01;
        let east = geodesic::distance_m(middle, Coord { x: middle.x + step, ..middle }) / step;
        let north = geodesic::distance_m(middle, Coord { y: middle.y + step, ..middle }) / step;
        Self {
            zone: zone.filter(|_| there.is_some()),
            there,
            middle,
            metres: [east.max(1.0), north.max(1.0)],
        }
    }

    /// Metres east and north on the plane; `None` where the projection has no place for a point.
    pub fn to(&self, c: Coord) -> Option<Coord> {
        match &self.there {
            Some((to, _)) => to.coord(c).ok(),
            None => Some(Coord {
                x: (c.x - self.middle.x) * self.metres[0],
                y: (c.y - self.middle.y) * self.metres[1],
            }),
        }
    }

    /// Longitude and latitude of a point of the plane.
    pub fn back(&self, c: Coord) -> Option<Coord> {
        match &self.there {
            Some((_, back)) => back.coord(c).ok(),
            None => Some(Coord {
                x: self.middle.x + c.x / self.metres[0],
                y: self.middle.y + c.y / self.metres[1],
            }),
        }
    }

    /// Grid north against true north at a place, degrees, east positive (子午线收敛角).
    pub fn convergence_deg(&self, at: Coord) -> Option<f64> {
        let (a, b) = (self.to(at)?, self.to(Coord { y: at.y + 0.001, ..at })?);
        self.zone?;
        Some(-(b.x - a.x).atan2(b.y - a.y).to_degrees())
    }
}

/// A rectangle of paper over the plane.
pub struct Frame {
    /// the plane
    pub plane: Plane,
    /// denominator of the scale
    pub scale: f64,
    /// millimetres
    pub width: f64,
    /// millimetres
    pub height: f64,
    /// the middle of the paper on the plane, metres
    pub middle: Coord,
}

impl Frame {
    /// The point of the paper for a place; it may lie outside of the frame.
    pub fn mm(&self, c: Coord) -> Option<Mm> {
        Some(self.plane_mm(self.plane.to(c)?))
    }

    /// The point of the paper for a point of the plane.
    pub fn plane_mm(&self, c: Coord) -> Mm {
        let per = 1000.0 / self.scale;
        [self.width / 2.0 + (c.x - self.middle.x) * per, self.height / 2.0 - (c.y - self.middle.y) * per]
    }

    /// The point of the plane under a point of the paper.
    pub fn plane_at(&self, at: Mm) -> Coord {
        let metres = self.scale / 1000.0;
        Coord {
            x: self.middle.x + (at[0] - self.width / 2.0) * metres,
            y: self.middle.y - (at[1] - self.height / 2.0) * metres,
        }
    }

    /// The place under a point of the paper.
    pub fn place(&self, at: Mm) -> Option<Coord> {
        self.plane.back(self.plane_at(at))
    }

    /// Whether a point lies on the paper, so far from its edge.
    pub fn holds(&self, at: Mm, margin: f64) -> bool {
        (margin..=self.width - margin).contains(&at[0]) && (margin..=self.height - margin).contains(&at[1])
    }

    /// The window of longitudes and latitudes that the paper covers, a little wider.
    pub fn window(&self) -> Option<Rect> {
        let (w, h) = (self.width, self.height);
        let round = [
            [0.0, 0.0],
            [w / 2.0, 0.0],
            [w, 0.0],
            [0.0, h],
            [w / 2.0, h],
            [w, h],
            [0.0, h / 2.0],
            [w, h / 2.0],
        ];
        let places: Vec<Coord> = round.into_iter().filter_map(|at| self.place(at)).collect();
        let first = *places.first()?;
        let (min, max) = places.iter().fold((first, first), |(min, max), c| {
            (Coord { x: min.x.min(c.x), y: min.y.min(c.y) }, Coord { x: max.x.max(c.x), y: max.y.max(c.y) })
        });
        let wider = (max - min) * 0.02;
        Some(Rect::new(min - wider, max + wider))
    }
}

/// Cuts a line at a box, whose sides lie so far outside of the paper; pieces in their order, points nearer to each
/// other than a twentieth of a millimetre left out.
pub fn cut_line(points: &[Mm], frame: &Frame, outside: f64) -> Vec<Vec<Mm>> {
    let mut pieces: Vec<Vec<Mm>> = Vec::new();
    let mut open: Vec<Mm> = Vec::new();
    for pair in points.windows(2) {
        let Some((a, b, ends)) = cut(pair[0], pair[1], frame, outside) else {
            pieces.extend(closed(&mut open));
            continue;
        };
        if open.is_empty() {
            open.push(a);
        }
        push(&mut open, b);
        if ends {
            pieces.extend(closed(&mut open));
        }
    }
    pieces.extend(closed(&mut open));
    pieces
}

fn closed(open: &mut Vec<Mm>) -> Option<Vec<Mm>> {
    let piece = std::mem::take(open);
    (piece.len() > 1).then_some(piece)
}

fn push(open: &mut Vec<Mm>, at: Mm) {
    if open.last().is_none_or(|last| (last[0] - at[0]).hypot(last[1] - at[1]) > 0.05) {
        open.push(at);
    }
}

/// The part of an edge within the box (Liang–Barsky), and whether it leaves the box.
fn cut(a: Mm, b: Mm, frame: &Frame, outside: f64) -> Option<(Mm, Mm, bool)> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (mut from, mut to) = (0.0f64, 1.0f64);
    let sides = [
        (-dx, a[0] + outside),
        (dx, frame.width + outside - a[0]),
        (-dy, a[1] + outside),
        (dy, frame.height + outside - a[1]),
    ];
    for (step, room) in sides {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    let on = |t: f64| [a[0] + t * dx, a[1] + t * dy];
    (from < to).then(|| (on(from), on(to), to < 1.0))
}

/// Cuts a ring at a box that lies so far outside of the paper (Sutherland–Hodgman).
pub fn cut_ring(points: &[Mm], frame: &Frame, outside: f64) -> Vec<Mm> {
    let mut ring: Vec<Mm> = Vec::with_capacity(points.len());
    points.iter().for_each(|at| push(&mut ring, *at));
    let limits = [
        (0, -outside, 1.0),
        (0, frame.width + outside, -1.0),
        (1, -outside, 1.0),
        (1, frame.height + outside, -1.0),
    ];
    for (axis, limit, sign) in limits {
        let inside = |at: &Mm| (at[axis] - limit) * sign >= 0.0;
        let mut kept: Vec<Mm> = Vec::with_capacity(ring.len());
        for (at, here) in ring.iter().enumerate() {
            let before = ring[if at == 0 { ring.len() - 1 } else { at - 1 }];
            if inside(here) != inside(&before) {
                let share = (limit - before[axis]) / (here[axis] - before[axis]);
                kept.push([
                    before[0] + share * (here[0] - before[0]),
                    before[1] + share * (here[1] - before[1]),
                ]);
            }
            if inside(here) {
                kept.push(*here);
            }
        }
        ring = kept;
    }
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let middle = Coord { x: 102.7, y: 25.0 };
        let plane = Plane::at(middle);
        let on = plane.to(middle).unwrap();
        Frame { plane, scale: 50_000.0, width: 300.0, height: 200.0, middle: on }
    }

    #[test]
    fn a_millimetre_is_true_to_scale() {
        let frame = frame();
        let (a, b) = (frame.place([50.0, 100.0]).unwrap(), frame.place([150.0, 100.0]).unwrap());
        // The plane itself is 0.6 ‰ off at the rim of a zone, less in its middle.
        let metres = geodesic::distance_m(a, b);
        assert!((metres - 5_000.0).abs() < 3.0, "{metres}");
        let back = frame.mm(a).unwrap();
        assert!((back[0] - 50.0).abs() < 1e-6 && (back[1] - 100.0).abs() < 1e-6, "{back:?}");
        let turn = frame.plane.convergence_deg(Coord { x: 102.7, y: 25.0 }).unwrap();
        // Convergence is the longitude from the central meridian times the sine of the latitude.
        assert!((turn - 0.7 * 25f64.to_radians().sin()).abs() < 0.01, "{turn}");
    }

    #[test]
    fn outside_of_the_zones_a_plane_is_found_too() {
        let middle = Coord { x: 116.0, y: -32.0 };
        let plane = Plane::at(middle);
        assert!(plane.zone.is_none());
        let east = plane.to(Coord { x: 116.01, y: -32.0 }).unwrap();
        assert!((east.x - 945.0).abs() < 5.0 && east.y.abs() < 1.0, "{east:?}");
    }

    #[test]
    fn lines_and_rings_are_cut_at_the_paper() {
        let frame = frame();
        let pieces = cut_line(&[[-50.0, 10.0], [350.0, 10.0], [350.0, 50.0], [-10.0, 50.0]], &frame, 0.0);
        assert_eq!(pieces, [vec![[0.0, 10.0], [300.0, 10.0]], vec![[300.0, 50.0], [0.0, 50.0]]]);
        let ring = cut_ring(&[[-50.0, -50.0], [400.0, -50.0], [400.0, 400.0], [-50.0, 400.0]], &frame, 5.0);
        let (x, y): (Vec<f64>, Vec<f64>) = ring.iter().map(|at| (at[0], at[1])).unzip();
        assert!(x.iter().all(|x| [-5.0, 305.0].contains(x)) && y.iter().all(|y| [-5.0, 205.0].contains(y)));
        assert!(cut_ring(&[[-50.0, -50.0], [-20.0, -50.0], [-20.0, -20.0]], &frame, 5.0).is_empty());
        assert!(cut_line(&[[-50.0, -5.0], [350.0, -5.0]], &frame, 0.0).is_empty());
    }
}

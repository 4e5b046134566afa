//! How faults of coverages are told, with the ground that they are about.

use std::sync::Arc;

use geo_types::{Geometry, LineString, MultiLineString, MultiPolygon, Polygon};

use super::{Ground, Notice};
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Record, geometry};
use crate::topology::{Flaw, point_of};

/// A fault of one level, with the divisions concerned, by code.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub level: DivisionLevel,
    pub flaw: Flaw,
    pub records: Vec<Arc<Record>>,
}

impl Fault {
    /// The ground of it; rings and lines begin where they always do.
    pub fn ground(&self, by_place: bool) -> Ground {
        let Flaw { kind, place, area, width, .. } = &self.flaw;
        let cents = |value: f64| (value * 100.0).round() / 100.0;
        Ground {
            kind: *kind,
            level: self.level,
            place: settled(place),
            area_m2: cents(*area),
            width_m: cents(*width),
            by_place,
        }
    }

    /// As a notice about a division.
    pub fn notice<'a>(&'a self, about: &'a Record, by_place: bool, title: Bilingual) -> Notice<'a> {
        let ground = self.ground(by_place);
        let codes: Vec<&str> = self.records.iter().filter_map(|record| record.code.as_deref()).collect();
        let (zh, en) = self.sentence(&ground, title);
        let evidence = format!("{} {:.1} {}", ground.kind.word(), ground.area_m2, codes.join(" "));
        let others = self.records.iter().filter(|record| record.id != about.id);
        let notice = others.fold(Notice::new(about, zh, en).evidence(evidence), |all, one| all.with(one));
        let notice = match point_of(&ground.place) {
            Some(at) => notice.at(geometry::round(at)),
            None => notice,
        };
        notice.ground(ground)
    }

    fn sentence(&self, ground: &Ground, title: Bilingual) -> (String, String) {
        let Bilingual { zh, en } = title;
        let names: Vec<&str> = self.records.iter().filter_map(|record| record.label()).take(4).collect();
        let (mut zh, mut en) = (zh, en);
        if ground.area_m2 > 0.0 {
            let area = if ground.area_m2 < 10.0 {
                format!("{:.2}", ground.area_m2)
            } else {
                format!("{:.0}", ground.area_m2)
            };
            zh += &format!(" {area} 平方米");
            en += &format!(", {area} m²");
        }
        if ground.width_m > 0.0 {
            zh += &format!("，宽 {:.2} 米", ground.width_m);
            en += &format!(", {:.2} m wide", ground.width_m);
        }
        if !names.is_empty() {
            zh += &format!("（{}）", names.join("、"));
            en += &format!(" ({})", names.join(", "));
        }
        (zh, en)
    }
}

/// Rings from their smallest vertex on, lines in order: the same place is the same value.
fn settled(place: &Geometry) -> Geometry {
    match place {
        Geometry::Polygon(polygon) => Geometry::Polygon(turned(polygon)),
        Geometry::MultiPolygon(parts) => {
            Geometry::MultiPolygon(MultiPolygon(parts.iter().map(turned).collect()))
        }
        Geometry::MultiLineString(lines) => {
            let mut lines: Vec<LineString> = lines.0.iter().map(forward).collect();
            lines.sort_by_key(key);
            Geometry::MultiLineString(MultiLineString(lines))
        }
        Geometry::MultiPoint(points) => {
            let mut points = points.0.clone();
            points.sort_by_key(|point| order([point.x(), point.y()]));
            Geometry::MultiPoint(points.into())
        }
        other => other.clone(),
    }
}

/// Numbers in an order that is total: coordinates in degrees at 1e-9.
fn order([x, y]: [f64; 2]) -> [i64; 2] {
    [(x * 1e9).round() as i64, (y * 1e9).round() as i64]
}

fn key(line: &LineString) -> Vec<[i64; 2]> {
    line.0.iter().take(2).map(|c| order([c.x, c.y])).collect()
}

fn forward(line: &LineString) -> LineString {
    let ends = (line.0.first(), line.0.last());
    let backward = matches!(ends, (Some(a), Some(b)) if order([a.x, a.y]) > order([b.x, b.y]));
    if backward { line.0.iter().rev().copied().collect() } else { line.clone() }
}

fn turned(polygon: &Polygon) -> Polygon {
    let ring = |ring: &LineString| {
        let mut open = ring.0.clone();
        open.pop();
        if let Some(first) = (0..open.len()).min_by_key(|at| order([open[*at].x, open[*at].y])) {
            open.rotate_left(first);
        }
        open.extend(open.first().copied());
        LineString(open)
    };
    let mut inner: Vec<LineString> = polygon.interiors().iter().map(ring).collect();
    inner.sort_by_key(key);
    Polygon::new(ring(polygon.exterior()), inner)
}

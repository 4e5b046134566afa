//! What a line follows: for places along it the road or watercourse of the register that runs beside it the same
//! way, then runs of the same. Ridges and valleys cannot be told without heights: such stretches stay unsaid.

use geo_types::{Coord, Geometry, LineString};

use crate::boundary::defaults::Follow;
use crate::boundary::frame::{self, Frame};
use crate::boundary::path::Path;
use crate::boundary::sight::Sight;
use crate::model::{Layer, Record};
use crate::snapshot::Snapshot;

/// A feature that a line follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// code of the list `line_feature`
    pub kind: String,
    /// its name, empty where it has none
    pub name: String,
}

/// A stretch along which the line follows one feature, or none that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Along {
    /// metres from the line's start
    pub from_m: f64,
    /// metres from the line's start
    pub to_m: f64,
    /// what it follows
    pub feature: Option<Feature>,
}

/// Fewest and most metres between places looked at, and about how many there are in a long line.
const STEP: (f64, f64) = (20.0, 100.0);
const PLACES: f64 = 4000.0;

/// The runs of a line from its start to its end. O(places · records near each).
pub fn runs(snapshot: &Snapshot, path: &Path, follow: &Follow, sight: Sight) -> Vec<Along> {
    let mut found: Vec<Along> = Vec::new();
    for (start, end) in path.spans() {
        let step = (path.length_m() / PLACES).clamp(STEP.0, STEP.1);
        let count = ((end - start) / step).ceil().max(1.0);
        let width = (end - start) / count;
        for place in 0..count as usize {
            let (from_m, to_m) = (start + place as f64 * width, start + (place + 1) as f64 * width);
            let feature = at(snapshot, path, from_m, to_m, follow, sight);
            match found.last_mut().filter(|last| last.feature == feature && last.to_m == from_m) {
                Some(last) => last.to_m = to_m,
                None => found.push(Along { from_m, to_m, feature }),
            }
        }
    }
    smooth(found, follow.min_run_m)
}

/// What runs beside one place: the nearest that is near and goes the same way; water before roads, since a road
/// along a river bank is rarely what was agreed.
fn at(
    snapshot: &Snapshot,
    path: &Path,
    from_m: f64,
    to_m: f64,
    follow: &Follow,
    sight: Sight,
) -> Option<Feature> {
    let (from, to) = (path.point(from_m)?, path.point(to_m)?);
    let middle = path.point((from_m + to_m) / 2.0)?;
    let way = Way { frame: Frame::at(middle), from, to, follow };
    let window = Path::window(&[middle], follow.within_m)?;
    [Layer::Water, Layer::Road].into_iter().find_map(|layer| {
        let near = snapshot.layer(layer).window(window);
        near.into_iter()
            .filter(|record| sight.sees(record))
            .filter_map(|record| Some((way.off_m(record.geometry.as_deref()?)?, record)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.key().cmp(&b.1.key())))
            .and_then(|(_, record)| feature(record))
    })
}

/// The line's way at a place.
struct Way<'a> {
    frame: Frame,
    from: Coord,
    to: Coord,
    follow: &'a Follow,
}

impl Way<'_> {
    /// Metres to the nearest stretch of a geometry that is near enough and goes the same way or back.
    fn off_m(&self, geometry: &Geometry) -> Option<f64> {
        let rings = |p: &geo_types::Polygon| {
            let rings = std::iter::once(p.exterior()).chain(p.interiors());
            rings.filter_map(|ring| self.line(ring)).reduce(f64::min)
        };
        match geometry {
            Geometry::LineString(line) => self.line(line),
            Geometry::MultiLineString(lines) => lines.0.iter().filter_map(|l| self.line(l)).reduce(f64::min),
            Geometry::Polygon(polygon) => rings(polygon),
            Geometry::MultiPolygon(parts) => parts.0.iter().filter_map(rings).reduce(f64::min),
            _ => None,
        }
    }

    fn line(&self, line: &LineString) -> Option<f64> {
        let own = frame::minus(self.frame.to(self.to), self.frame.to(self.from));
        let least = self.follow.angle_deg.to_radians().cos();
        let mut best: Option<f64> = None;
        for pair in line.0.windows(2) {
            let (a, b) = (self.frame.to(pair[0]), self.frame.to(pair[1]));
            let (_, off) = frame::nearest([0.0, 0.0], a, b);
            if off > self.follow.within_m || best.is_some_and(|best| best <= off) {
                continue;
            }
            let edge = frame::minus(b, a);
            let cos = (edge[0] * own[0] + edge[1] * own[1]).abs();
            if cos >= least * frame::length(edge) * frame::length(own) {
                best = Some(off);
            }
        }
        best
    }
}

/// What a record is to a line; nothing for what no line follows (springs, construction sites).
fn feature(record: &Record) -> Option<Feature> {
    let kind = match record.layer {
        Layer::Road if record.text("class") == Some("construction") => return None,
        Layer::Road => "road",
        _ => match (record.text("kind"), record.geometry.as_deref()) {
            (Some("lake" | "reservoir" | "pond" | "wetland" | "sea"), _) => "lake",
            (Some("canal" | "ditch"), _) => "ditch",
            (Some("spring" | "waterfall" | "dam"), _) => return None,
            (_, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_))) => "river_bank",
            _ => "river_centre",
        },
    };
    Some(Feature { kind: kind.into(), name: record.text("name").unwrap_or_default().into() })
}

/// Runs shorter than a bound go to the run before them, at a part's start to the one behind; neighbours of one
/// feature become one.
fn smooth(runs: Vec<Along>, least_m: f64) -> Vec<Along> {
    let mut out: Vec<Along> = Vec::with_capacity(runs.len());
    for run in runs {
        let short = |run: &Along| run.to_m - run.from_m < least_m;
        match out.last_mut().filter(|last| last.to_m == run.from_m) {
            Some(last) if last.feature == run.feature || short(&run) => last.to_m = run.to_m,
            Some(last) if short(last) => {
                last.to_m = run.to_m;
                last.feature = run.feature;
            }
            _ => out.push(run),
        }
    }
    out
}

/// What a stretch follows for the most part, as `line_feature` has it: one feature, `mixed`, `straight`, or nothing.
pub fn summary(runs: &[Along], path: &Path, from_m: f64, to_m: f64, follow: &Follow) -> Option<Feature> {
    let mut shares: Vec<(Feature, f64)> = Vec::new();
    for run in runs {
        let metres = run.to_m.min(to_m) - run.from_m.max(from_m);
        let Some(feature) = run.feature.as_ref().filter(|_| metres > 0.0) else { continue };
        match shares.iter_mut().find(|(known, _)| known == feature) {
            Some((_, share)) => *share += metres,
            None => shares.push((feature.clone(), metres)),
        }
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let least = follow.share * (to_m - from_m);
    if let Some((feature, metres)) = shares.first()
        && *metres >= least
    {
        return Some(feature.clone());
    }
    let plain = |kind: &str| Some(Feature { kind: kind.into(), name: String::new() });
    // Of one kind under several names.
    if let Some((first, _)) = shares.first()
        && shares.iter().filter(|(one, _)| one.kind == first.kind).map(|(_, m)| m).sum::<f64>() >= least
    {
        return plain(&first.kind);
    }
    if shares.iter().map(|(_, metres)| metres).sum::<f64>() >= least {
        return plain("mixed");
    }
    let (from, to) = (path.point(from_m)?, path.point(to_m)?);
    let chord = crate::crs::geodesic::distance_m(from, to);
    (chord > 0.0 && (to_m - from_m) <= chord * (1.0 + follow.straight)).then(|| plain("straight")).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn along(from_m: f64, to_m: f64, name: &str) -> Along {
        let feature = (!name.is_empty()).then(|| Feature { kind: "road".into(), name: name.into() });
        Along { from_m, to_m, feature }
    }

    #[test]
    fn short_runs_are_not_told_apart() {
        let runs = vec![
            along(0.0, 50.0, "甲路"),
            along(50.0, 400.0, "乙路"),
            along(400.0, 480.0, ""),
            along(480.0, 900.0, "乙路"),
            along(900.0, 1500.0, ""),
        ];
        assert_eq!(smooth(runs, 150.0), [along(0.0, 900.0, "乙路"), along(900.0, 1500.0, "")]);
    }

    #[test]
    fn a_stretch_is_called_by_what_it_mostly_follows() {
        let path = Path::new(&geo_types::wkt!(MULTILINESTRING((102.7 25.0,102.72 25.0))));
        let follow = &crate::boundary::defaults().follow;
        let kind = |runs: &[Along]| summary(runs, &path, 0.0, 2000.0, follow).map(|f| (f.kind, f.name));
        let road = |name: &str| Some(("road".to_owned(), name.to_owned()));
        assert_eq!(kind(&[along(0.0, 1300.0, "甲路"), along(1300.0, 2000.0, "")]), road("甲路"));
        assert_eq!(kind(&[along(0.0, 1000.0, "甲路"), along(1000.0, 2000.0, "乙路")]), road(""));
        assert_eq!(kind(&[along(0.0, 2000.0, "")]), Some(("straight".into(), String::new())));
    }
}

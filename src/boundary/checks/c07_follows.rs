//! C07 · principles of drawing: limits between communities follow roads, rivers and railways.
//!
//! Told of a community where less than the wanted share of its limits with others lies along one. Where the register
//! has no roads near, nothing is known and nothing told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString};
use serde::Deserialize;

use super::b16_shared_edge::{edge, rings};
use super::communities::{about, communities, is_community};
use super::{Check, Found, Scene};
use crate::crs::geodesic;
use crate::model::{Bilingual, Layer, Record, RecordId, geometry};
use crate::rules::{Rule, RulesError};
use crate::topology::{BoxTree, Extent, Metric, distance2};

/// The check.
pub const CHECK: Check = Check { rule: "C07", run };

#[derive(Deserialize)]
struct Parameters {
    percent: f64,
    within_m: f64,
    roads: Vec<String>,
    waters: Vec<String>,
}

/// Places along a limit that are looked at are this far apart, metres.
const STEP_M: f64 = 20.0;

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let looked_at: Vec<&Arc<Record>> = communities(scene).collect();
    let Some(first) = looked_at.iter().find_map(|record| corner(record)) else { return Ok(()) };
    let barriers = Barriers::of(scene, &wanted, first.y);
    if barriers.segments.is_empty() {
        return Ok(());
    }
    // Edges that two communities have: a limit between them, whether the other is looked at or not.
    let mut beside: BTreeMap<RecordId, &Arc<Record>> = BTreeMap::new();
    for record in &looked_at {
        let Some(bounds) = record.geometry.as_deref().and_then(geometry::bounds) else { continue };
        let near = scene.snapshot().layer(Layer::Division).window(bounds).into_iter();
        let near = near.filter(|one| one.valid.contains(scene.day()) && is_community(one));
        beside.extend(near.map(|one| (one.id, one)));
    }
    let mut uses: HashMap<_, u8> = HashMap::new();
    for record in beside.into_values() {
        for pair in rings(record).flat_map(|ring| ring.0.windows(2)) {
            *uses.entry(edge(pair[0], pair[1])).or_default() += 1;
        }
    }
    for record in looked_at {
        let (mut all, mut along, mut near) = (0.0, 0.0, false);
        for pair in rings(record).flat_map(|ring| ring.0.windows(2)) {
            if uses.get(&edge(pair[0], pair[1])).copied().unwrap_or(0) < 2 {
                continue;
            }
            let length = geodesic::distance_m(pair[0], pair[1]);
            let (share, any) = barriers.beside(pair[0], pair[1], wanted.within_m);
            all += length;
            along += length * share;
            near |= any;
        }
        let least = wanted.percent;
        if all > 0.0 && near && along * 100.0 < all * least {
            let percent = (along / all * 100.0).round();
            let what = Bilingual::new(
                format!("与相邻社区的界线只有 {percent}% 沿道路、河流，低于 {least}%"),
                format!(
                    "{percent}% of its limits with other communities follow roads or rivers, less than {least}%"
                ),
            );
            found.push(about(record, what).evidence(format!("{percent}")));
        }
    }
    Ok(())
}

fn corner(record: &Record) -> Option<Coord> {
    rings(record).find_map(|ring| ring.0.first().copied())
}

/// Roads and watercourses as segments of a plane.
struct Barriers {
    segments: Vec<[Coord; 2]>,
    tree: BoxTree,
    latitude: f64,
}

/// What lies within this distance shows that roads of the place are known, metres.
const KNOWN_M: f64 = 1000.0;

impl Barriers {
    fn of(scene: &Scene<'_>, wanted: &Parameters, latitude: f64) -> Self {
        let mut segments = Vec::new();
        for (layer, field, words) in
            [(Layer::Road, "class", &wanted.roads), (Layer::Water, "kind", &wanted.waters)]
        {
            for record in scene.snapshot().layer(layer).iter() {
                let is = record.text(field).is_some_and(|word| words.iter().any(|known| known == word));
                if is && record.valid.contains(scene.day()) {
                    lines(record, &mut |line: &LineString| {
                        let plane = |c: Coord| Metric::Degrees.metres(c, latitude);
                        segments.extend(line.lines().map(|part| [plane(part.start), plane(part.end)]));
                    });
                }
            }
        }
        let boxes: Vec<Extent> = segments.iter().map(|segment| Extent::round(*segment)).collect();
        Self { tree: BoxTree::build(&boxes), segments, latitude }
    }

    /// The share of an edge beside one of them, and whether there is any in the neighbourhood.
    fn beside(&self, a: Coord, b: Coord, within_m: f64) -> (f64, bool) {
        let [a, b] = [a, b].map(|c| Metric::Degrees.metres(c, self.latitude));
        let way = b - a;
        let steps = (way.x.hypot(way.y) / STEP_M).ceil().max(1.0) as usize;
        let (mut hits, mut known) = (0, false);
        for step in 0..steps {
            let at = a + way * ((step as f64 + 0.5) / steps as f64);
            let mut near = false;
            self.tree.visit(&Extent::round([at]).grown(within_m), |number| {
                let [a, b] = self.segments[number as usize];
                near = near || distance2(at, a, b).0 <= within_m * within_m;
            });
            hits += usize::from(near);
            known |= near;
        }
        if !known {
            self.tree.visit(&Extent::round([a, b]).grown(KNOWN_M), |_| known = true);
        }
        (hits as f64 / steps as f64, known)
    }
}

fn lines(record: &Record, each: &mut impl FnMut(&LineString)) {
    match record.geometry.as_deref() {
        Some(Geometry::LineString(line)) => each(line),
        Some(Geometry::MultiLineString(all)) => all.0.iter().for_each(each),
        Some(Geometry::Polygon(part)) => each(part.exterior()),
        Some(Geometry::MultiPolygon(parts)) => parts.0.iter().for_each(|part| each(part.exterior())),
        _ => {}
    }
}

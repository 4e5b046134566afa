//! The public coverage cases (`../shared/suites/coverage`): validate, polygon-validate, gap, ring-edges.

use boundstone::topology::{self, Cleaning, Coverage, Locks, Metric, Settings, Strategy};
use geo_types::{Coord, Geometry, LineString};
use serde_json::Value as Json;

use super::wkt;
use crate::shared::shared;

pub fn cases(kind: &str) -> Option<Vec<Json>> {
    let text = std::fs::read_to_string(shared("suites/coverage/cases.json")?).unwrap();
    let all: Json = serde_json::from_str(&text).unwrap();
    let of_kind = |case: &&Json| case["kind"] == kind;
    Some(all["cases"].as_array().unwrap().iter().filter(of_kind).cloned().collect())
}

pub fn input(case: &Json) -> Vec<Geometry> {
    case["input"].as_array().unwrap().iter().map(|text| wkt(text.as_str().unwrap())).collect()
}

/// A line without direction, a closed one without start.
fn normal(line: &LineString) -> Vec<(u64, u64)> {
    let mut points: Vec<(u64, u64)> = line.0.iter().map(|c| (c.x.to_bits(), c.y.to_bits())).collect();
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
        let start = (0..points.len()).min_by_key(|at| points[*at]).unwrap();
        points.rotate_left(start);
        if points[1] > points[points.len() - 1] {
            points[1..].reverse();
        }
        points.push(points[0]);
    } else if points.last() < points.first() {
        points.reverse();
    }
    points
}

fn lines(geometry: &Geometry) -> Vec<Vec<(u64, u64)>> {
    let mut lines: Vec<_> = match geometry {
        Geometry::LineString(line) if line.0.is_empty() => vec![],
        Geometry::LineString(line) => vec![normal(line)],
        Geometry::MultiLineString(lines) => lines.0.iter().map(normal).collect(),
        other => panic!("{other:?}"),
    };
    lines.sort();
    lines
}

fn expected_lines(text: &Json) -> Vec<Vec<(u64, u64)>> {
    text.as_str().map(|text| lines(&wkt(&text.replace("LINEARRING", "LINESTRING")))).unwrap_or_default()
}

#[test]
fn invalid_edges_are_those_of_the_suite() {
    let Some(cases) = cases("validate") else { return };
    for case in &cases {
        let input = input(case);
        let coverage = Coverage::build(input.iter().map(Some)).unwrap();
        let found = topology::invalid_edges(&coverage, case["params"]["gapWidth"].as_f64().unwrap()).unwrap();
        for (found, expected) in found.into_iter().zip(case["expected"].as_array().unwrap()) {
            assert_eq!(lines(&found.into()), expected_lines(expected), "{}", case["id"]);
        }
    }
    assert_eq!(cases.len(), 8);
}

#[test]
fn invalid_edges_of_one_polygon_are_those_of_the_suite() {
    let Some(cases) = cases("polygon-validate") else { return };
    for case in &cases {
        let input = input(case);
        let coverage = Coverage::build(input.iter().map(Some)).unwrap();
        let found = topology::invalid_edges(&coverage, case["params"]["gapWidth"].as_f64().unwrap()).unwrap();
        assert_eq!(lines(&found[0].clone().into()), expected_lines(&case["expected"][0]), "{}", case["id"]);
    }
    assert_eq!(cases.len(), 16);
}

#[test]
fn gaps_are_those_of_the_suite() {
    let Some(cases) = cases("gap") else { return };
    for case in &cases {
        let input = input(case);
        let coverage = Coverage::build(input.iter().map(Some)).unwrap();
        let settings = Settings {
            gap_width: case["params"]["gapWidth"].as_f64().unwrap(),
            ..Settings::new(Metric::Plane)
        };
        let found = topology::validate(&coverage, &settings);
        let gaps: Vec<_> = found.flaws.iter().filter(|flaw| flaw.kind == topology::Kind::Gap).collect();
        let ring = |geometry: &Geometry| match geometry {
            Geometry::Polygon(polygon) => normal(polygon.exterior()),
            other => panic!("{other:?}"),
        };
        let found: Vec<_> = gaps.iter().map(|gap| ring(&gap.place)).collect();
        let expected: Vec<_> =
            case["expected"].as_array().unwrap().iter().map(|t| ring(&wkt(t.as_str().unwrap()))).collect();
        assert_eq!(found, expected, "{}", case["id"]);
    }
    assert_eq!(cases.len(), 1);
}

#[test]
fn arcs_are_the_edges_of_the_suite() {
    let Some(cases) = cases("ring-edges") else { return };
    for case in &cases {
        let input = input(case);
        let coverage = Coverage::build(input.iter().map(Some)).unwrap();
        let arc =
            |arc: usize| -> Vec<Coord> { coverage.arc(arc).iter().map(|p| coverage.point(*p)).collect() };
        let mut found: Vec<_> = (0..coverage.arcs()).map(|at| normal(&LineString(arc(at)))).collect();
        found.sort();
        assert_eq!(found, expected_lines(&case["expected"][0]), "{}", case["id"]);
    }
    assert_eq!(cases.len(), 3);
}

/// Rings without start and direction, parts in order of their first points.
fn normal_polygons(geometry: &Geometry) -> Vec<Vec<Vec<(u64, u64)>>> {
    let of = |polygon: &geo_types::Polygon| {
        let mut holes: Vec<_> = polygon.interiors().iter().map(normal).collect();
        holes.sort();
        let mut rings = vec![normal(polygon.exterior())];
        rings.extend(holes);
        rings
    };
    let mut parts: Vec<_> = match geometry {
        Geometry::Polygon(polygon) if polygon.exterior().0.is_empty() => vec![],
        Geometry::Polygon(polygon) => vec![of(polygon)],
        Geometry::MultiPolygon(parts) => parts.0.iter().map(of).collect(),
        other => panic!("{other:?}"),
    };
    parts.sort();
    parts
}

#[test]
fn what_is_cleaned_is_as_in_the_suite() {
    let Some(cases) = cases("clean") else { return };
    for case in &cases {
        let input = input(case);
        let coverage = Coverage::build(input.iter().map(Some)).unwrap();
        let params = &case["params"];
        let settings = Settings {
            gap_width: params["gapMaximumWidth"].as_f64().unwrap(),
            snap: params["snappingDistance"].as_f64(),
            ..Settings::new(Metric::Plane)
        };
        let strategy = match params["overlapMergeStrategy"].as_str().unwrap() {
            "LONGEST_BORDER" => Strategy::LongestBorder,
            "MAX_AREA" => Strategy::LargerArea,
            "MIN_AREA" => Strategy::SmallerArea,
            "MIN_INDEX" => Strategy::First,
            other => panic!("{other}"),
        };
        let cleaned = topology::clean(&coverage, &Cleaning { settings, strategy, locks: Locks::default() });
        let mut output = input.clone();
        for (feature, geometry) in cleaned.changed {
            output[feature] = geometry;
        }
        if let Some(expected) = case["expected"].as_array() {
            for (found, expected) in output.iter().zip(expected) {
                let expected = wkt(expected.as_str().unwrap());
                assert_eq!(normal_polygons(found), normal_polygons(&expected), "{}: {found:?}", case["id"]);
            }
        }
        if case["verdict"] == "valid-coverage" {
            let coverage = Coverage::build(output.iter().map(Some)).unwrap();
            let left = topology::validate(&coverage, &settings);
            assert!(!left.has_errors(), "{}: {:?}", case["id"], left.flaws);
        }
    }
    assert_eq!(cases.len(), 12);
}

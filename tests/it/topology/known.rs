//! Small coverages with known answers, degenerate ones included.

use boundstone::topology::{self, Coverage, Kind, Metric, Settings, Validation};
use geo_types::Geometry;

use super::wkt;

fn look(texts: &[&str]) -> (Coverage, Validation) {
    let input: Vec<Geometry> = texts.iter().map(|text| wkt(text)).collect();
    let coverage = Coverage::build(input.iter().map(Some)).unwrap();
    for (at, geometry) in input.iter().enumerate() {
        assert_eq!(coverage.geometry(at), *geometry, "rebuilt from arcs");
    }
    let found = topology::validate(
        &coverage,
        &Settings { gap_width: 1.0, sliver_width: 0.01, ..Settings::new(Metric::Plane) },
    );
    (coverage, found)
}

fn kinds(found: &Validation) -> Vec<(Kind, Vec<u32>)> {
    found.flaws.iter().map(|flaw| (flaw.kind, flaw.features.clone())).collect()
}

#[test]
fn sound_ones_have_no_findings() {
    for texts in [
        &["POLYGON ((1 9, 5 9, 5 5, 1 5, 1 9))", "POLYGON ((9 9, 9 5, 5 5, 5 9, 9 9))"][..],
        &["POLYGON ((0 0, 0 9, 9 9, 9 0, 0 0))", "POLYGON ((20 0, 20 9, 29 9, 29 0, 20 0))"],
        // zero-length edges, a hole that touches its shell at a vertex
        &["POLYGON ((0 0, 0 0, 0 9, 9 9, 9 9, 9 9, 9 0, 0 0, 0 0))"],
        &["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (0 0, 2 3, 3 2, 0 0))", "POLYGON ((0 0, 2 3, 3 2, 0 0))"],
        // at the antimeridian, and nothing at all
        &[
            "POLYGON ((170 0, 180 0, 180 9, 170 9, 170 0))",
            "POLYGON ((-180 0, -170 0, -170 9, -180 9, -180 0))",
        ],
        &["POLYGON EMPTY"],
        &[],
    ] {
        let (_, found) = look(texts);
        let grave: Vec<_> = kinds(&found).into_iter().filter(|(kind, _)| *kind != Kind::Enclosed).collect();
        assert!(grave.is_empty() && found.complete, "{texts:?}: {grave:?}");
    }
}

#[test]
fn an_overlap_has_its_area_and_both_names() {
    let (_, found) = look(&["POLYGON ((1 9, 6 9, 6 4, 1 4, 1 9))", "POLYGON ((9 1, 4 1, 4 6, 9 6, 9 1))"]);
    assert_eq!(kinds(&found), [(Kind::Overlap, vec![0, 1])]);
    assert!((found.flaws[0].area - 4.0).abs() < 1e-9 && (found.flaws[0].width - 2.0).abs() < 0.05);
    // one within another, and a third across their common border
    let (_, found) = look(&["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON ((2 2, 4 2, 4 4, 2 4, 2 2))"]);
    assert_eq!(kinds(&found), [(Kind::Overlap, vec![0, 1])]);
    let (_, found) = look(&[
        "POLYGON ((0 0, 5 0, 5 9, 0 9, 0 0))",
        "POLYGON ((5 0, 9 0, 9 9, 5 9, 5 0))",
        "POLYGON ((4 2, 6 2, 6 4, 4 4, 4 2))",
    ]);
    assert_eq!(kinds(&found), [(Kind::Overlap, vec![0, 2]), (Kind::Overlap, vec![1, 2])]);
    assert!(found.flaws.iter().all(|flaw| (flaw.area - 2.0).abs() < 1e-9));
}

#[test]
fn a_gap_has_its_area_and_width_and_neighbours() {
    let (_, found) = look(&["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 3, 5 3, 5 2, 2 2))"]);
    assert_eq!(kinds(&found), [(Kind::Gap, vec![0])]);
    assert!((found.flaws[0].area - 3.0).abs() < 1e-9 && (found.flaws[0].width - 1.0).abs() < 0.03);
    // an island in it takes ground away
    let (_, found) = look(&[
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 5, 5 5, 5 2, 2 2))",
        "POLYGON ((3 3, 4 3, 4 4, 3 4, 3 3))",
    ]);
    assert_eq!(kinds(&found), [(Kind::Gap, vec![0, 1])]);
    assert!((found.flaws[0].area - 8.0).abs() < 1e-9);
}

#[test]
fn vertices_that_differ_along_an_edge_are_a_mismatch() {
    let (_, found) =
        look(&["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON ((9 0, 18 0, 18 9, 9 9, 9 5, 9 0))"]);
    assert_eq!(kinds(&found), [(Kind::Mismatch, vec![0, 1])]);
    let (_, found) = look(&["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))"]);
    assert_eq!(kinds(&found), [(Kind::Duplicate, vec![0, 1])]);
}

#[test]
fn outlines_that_cross_themselves_and_spikes() {
    for bow in [
        "POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))",
        "POLYGON ((0 0, 4 4, 9 9, 9 0, 4 4, 0 9, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (5 5, 12 5, 12 7, 5 7, 5 5))",
        "POLYGON ((0 0, 9 0, 9 5, 5 5, 5 9, 5 5, 4 5, 4 0, 3 3, 0 0))",
    ] {
        let (_, found) = look(&[bow]);
        assert_eq!(found.flaws[0].kind, Kind::SelfIntersection, "{bow}");
    }
    for spike in ["POLYGON ((0 0, 9 0, 9 5, 15 5, 9 5, 9 9, 0 9, 0 0))", "POLYGON ((0 0, 9 0, 0 0))"] {
        let (_, found) = look(&[spike]);
        assert_eq!(found.flaws[0].kind, Kind::Dangle, "{spike}");
    }
}

#[test]
fn exclaves_and_enclosed_ones_are_notes() {
    let (_, found) = look(&[
        "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0)), ((12 2, 14 2, 14 4, 12 4, 12 2)))",
        "POLYGON ((9 0, 20 0, 20 9, 9 9, 9 0), (12 2, 12 4, 14 4, 14 2, 12 2))",
    ]);
    assert_eq!(kinds(&found), [(Kind::Exclave, vec![0]), (Kind::Multipart, vec![0])]);
    let (_, found) = look(&[
        "POLYGON ((2 2, 4 2, 4 4, 2 4, 2 2))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))",
    ]);
    assert_eq!(kinds(&found), [(Kind::Enclosed, vec![0, 1])]);
    assert!(!found.has_errors());
}

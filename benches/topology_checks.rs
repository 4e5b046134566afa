//! Coverages checked and mended: `topology.validate_counties`, `topology.validate_10k`, `topology.clean_10k`.
//!
//! From polygons: taking the coverage apart is part of it, as it is for GEOS.

use boundstone::topology::{Cleaning, Coverage, Locks, Metric, Settings, Strategy, clean, validate};
use geo::CoordsIter as _;
use geo_types::{Coord, Geometry, LineString, Polygon};

use crate::geos;
use crate::report::{Better, Report, median};
use crate::topology_edits::{counties, grid};

/// Measures all that is wanted.
pub fn run(report: &mut Report) {
    if report.wants("topology.validate_counties") {
        match counties() {
            Some(shapes) => validated(report, "topology.validate_counties", &shapes, Metric::Degrees),
            None => println!("skipped: ../shared is not here"),
        }
    }
    if !["topology.validate_10k", "topology.clean_10k"].iter().any(|name| report.wants(name)) {
        return;
    }
    let shapes = dirty();
    if report.wants("topology.validate_10k") {
        validated(report, "topology.validate_10k", &shapes, Metric::Plane);
    }
    if report.wants("topology.clean_10k") {
        cleaned(report, &shapes);
    }
}

fn note(shapes: &[Geometry]) -> String {
    let vertices: usize = shapes.iter().map(|shape| shape.coords_count()).sum();
    format!("{} polygons, {vertices} vertices", shapes.len())
}

/// Ours finds gaps, overlaps with their areas, notes; the peer marks invalid edges only.
fn validated(report: &mut Report, name: &str, shapes: &[Geometry], metric: Metric) {
    let mut found = 0;
    let ours = median(5, || {
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let done = validate(&coverage, &Settings::new(metric));
        found = done.flaws.len();
        done
    });
    let peer = geos::seconds(shapes, "shapely.coverage_invalid_edges(shapes)");
    let note = format!("{}; {found} findings", note(shapes));
    report.add(name, ours.as_secs_f64(), "s", Better::Lower, ("GEOS coverage_invalid_edges", peer), &note);
}

fn cleaned(report: &mut Report, shapes: &[Geometry]) {
    let how = Cleaning {
        settings: Settings { gap_width: 1.0, ..Settings::new(Metric::Plane) },
        strategy: Strategy::LongestBorder,
        locks: Locks::default(),
    };
    let mut changes = 0;
    let ours = median(5, || {
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let done = clean(&coverage, &how);
        changes = done.changes.len();
        done
    });
    let peer = geos::seconds(shapes, "shapely.coverage_clean(shapes, gap_width=1.0)");
    let note = format!("{}; {changes} places mended", note(shapes));
    report.add(
        "topology.clean_10k",
        ours.as_secs_f64(),
        "s",
        Better::Lower,
        ("GEOS coverage_clean", peer),
        &note,
    );
}

/// The grid of 10,000 cells with a vertex moved by half a unit in every tenth: gaps and overlaps beside it.
fn dirty() -> Vec<Geometry> {
    let cells = grid(100).into_iter().enumerate();
    cells
        .map(|(at, mut cell)| {
            if at % 10 == 0 {
                let part = cell.0.remove(0);
                let mut ring = part.exterior().0.clone();
                ring.pop();
                let place = at % ring.len();
                ring[place] = ring[place] + Coord { x: 0.5, y: 0.4 };
                cell.0.push(Polygon::new(LineString(ring), Vec::new()));
            }
            Geometry::from(cell)
        })
        .collect()
}

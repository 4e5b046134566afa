//! GCJ-02 and BD-09: the shifted degrees of Chinese web maps, both ways.
//!
//! No official formula is published; this is the one that open implementations share (Krasovsky radius 6,378,245 m).
//! The ways back are iterations to 1e-12 degree: the shifts change by less than 2 % of a step, so each round
//! gains about two digits. On the edge of the rectangle a shifted point may lie outside it and does not come back.

use std::f64::consts::PI;

use geo_types::Coord;

/// Semi-major axis of the Krasovsky ellipsoid, metres.
const A: f64 = 6_378_245.0;
/// Its squared eccentricity.
const EE: f64 = 0.006_693_421_622_965_943;
/// Rounds after which the ways back end in any case.
const ROUNDS: usize = 30;
/// Degrees at which they end.
const ENOUGH: f64 = 1e-12;

/// Whether GCJ-02 shifts a point: the usual rectangle round China.
pub fn in_china(c: Coord) -> bool {
    (72.004..=137.8347).contains(&c.x) && (0.8293..=55.8271).contains(&c.y)
}

/// WGS 84 (CGCS2000) degrees to GCJ-02; the same numbers outside of China.
pub fn from_wgs84(c: Coord) -> Coord {
    if in_china(c) { c + shift(c) } else { c }
}

/// GCJ-02 to WGS 84 (CGCS2000) degrees; the same numbers outside of China.
pub fn to_wgs84(c: Coord) -> Coord {
    if in_china(c) { back(c, |at| at + shift(at)) } else { c }
}

/// GCJ-02 to BD-09.
pub fn to_bd09(c: Coord) -> Coord {
    const STEP: f64 = PI * 3000.0 / 180.0;
    let radius = c.x.hypot(c.y) + 0.000_02 * (c.y * STEP).sin();
    let angle = c.y.atan2(c.x) + 0.000_003 * (c.x * STEP).cos();
    Coord { x: radius * angle.cos() + 0.0065, y: radius * angle.sin() + 0.006 }
}

/// BD-09 to GCJ-02. (The closed formula in common use misses by up to 0.17 m.)
pub fn from_bd09(c: Coord) -> Coord {
    back(c, to_bd09)
}

fn back(target: Coord, forward: impl Fn(Coord) -> Coord) -> Coord {
    let mut at = target;
    for _ in 0..ROUNDS {
        let miss = forward(at) - target;
        at = at - miss;
        // NaN ends the rounds too.
        if !(miss.x.abs() > ENOUGH || miss.y.abs() > ENOUGH) {
            break;
        }
    }
    at
}

fn shift(c: Coord) -> Coord {
    let (x, y) = (c.x - 105.0, c.y - 35.0);
    let waves = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let latitude = c.y.to_radians();
    let magic = 1.0 - EE * latitude.sin().powi(2);
    let root = magic.sqrt();
    Coord {
        x: east * 180.0 / (A / root * latitude.cos() * PI),
        y: north * 180.0 / ((A * (1.0 - EE)) / (magic * root) * PI),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn there_and_back_is_the_start(x in 72.1..137.7_f64, y in 0.9..55.7_f64) {
            let start = Coord { x, y };
            let back = to_wgs84(from_wgs84(start));
            prop_assert!((back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-9, "{back:?}");
            let back = from_bd09(to_bd09(start));
            prop_assert!((back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-9, "{back:?}");
        }

        #[test]
        fn nothing_makes_it_run_for_ever(x in any::<f64>(), y in any::<f64>()) {
            let c = Coord { x, y };
            let _ = (to_wgs84(c), from_wgs84(c), to_bd09(c), from_bd09(c));
        }
    }

    #[test]
    fn outside_of_china_nothing_moves_and_the_meridian_of_105_comes_back() {
        let berlin = Coord { x: 13.4, y: 52.5 };
        assert_eq!((from_wgs84(berlin), to_wgs84(berlin)), (berlin, berlin));
        // sqrt|x - 105| has an endless slope there.
        let start = Coord { x: 105.0, y: 35.0 };
        let back = to_wgs84(from_wgs84(start));
        assert!((back.x - 105.0).abs() < 1e-9 && (back.y - 35.0).abs() < 1e-9);
    }
}

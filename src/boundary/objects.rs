//! Reference objects (方位物): where they stand by azimuth and distance from their marker, against where they are
//! known to stand.
//!
//! The azimuth of a marker register is the grid azimuth (坐标方位角): clockwise from the north of the plane grid of
//! the marker's 3° zone. Distances are short, so that the plane's scale does not matter.

use geo_types::Coord;

use super::frame::Frame;
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth, geodesic};

/// The place so many metres from a place in a grid azimuth; beyond China's zones the azimuth counts from true
/// north. `None` where the numbers are no azimuth and distance.
pub fn place(from: Coord, azimuth_deg: f64, distance_m: f64) -> Option<Coord> {
    if !azimuth_deg.is_finite() || !(0.0..100_000.0).contains(&distance_m) {
        return None;
    }
    let (sin, cos) = azimuth_deg.to_radians().sin_cos();
    let Some(zone) = GaussKruger::at(from.x, ZoneWidth::Three) else {
        let step = Frame::at(from).degrees(distance_m);
        return Some(Coord { x: from.x + sin * step.x, y: from.y + cos * step.y });
    };
    let plane = Crs::Epsg(zone.epsg());
    let start = Transform::shared(&Crs::REGISTER, &plane).ok()?.coord(from).ok()?;
    let end = Coord { x: start.x + distance_m * sin, y: start.y + distance_m * cos };
    Transform::shared(&plane, &Crs::REGISTER).ok()?.coord(end).ok()
}

/// Metres between where an object should stand by its figures and where it is known to stand.
pub fn apart_m(computed: Coord, known: Coord) -> f64 {
    geodesic::distance_m(computed, known)
}

/// An azimuth in degrees and minutes, as registers write it: `123°45′`.
pub fn azimuth_text(degrees: f64) -> String {
    let minutes = (degrees.rem_euclid(360.0) * 60.0).round() as u32 % 21_600;
    format!("{}°{:02}′", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_stands_where_azimuth_and_distance_lead() {
        let from = Coord { x: 102.7, y: 25.0 };
        let to = place(from, 90.0, 100.0).unwrap();
        assert!((apart_m(from, to) - 100.0).abs() < 0.05, "{to:?}");
        // East on the grid turns from true east by the convergence, 0.7° · sin 25°.
        let course = geodesic::course(from, to).azimuth_deg;
        assert!((course - 90.296).abs() < 0.01, "{course}");
        assert!(place(from, f64::NAN, 1.0).is_none() && place(from, 0.0, -1.0).is_none());
        let west = place(Coord { x: 20.0, y: 50.0 }, 270.0, 50.0).unwrap();
        assert!((apart_m(Coord { x: 20.0, y: 50.0 }, west) - 50.0).abs() < 0.2);
    }

    #[test]
    fn azimuths_are_written_without_a_sixtieth_minute() {
        assert_eq!(azimuth_text(123.75), "123°45′");
        assert_eq!(azimuth_text(359.999), "0°00′");
        assert_eq!(azimuth_text(-1.0), "359°00′");
    }
}

//! `GET /api/v1/locate`: the divisions round a point, and the point in other words.

use std::sync::Arc;

use geo_types::Coord;
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth, dms};
use crate::model::{Bilingual, Record, vocab};

/// A point and what it lies in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Located {
    /// longitude, latitude
    at: [f64; 2],
    /// divisions from the highest level down
    chain: Vec<LocatedDivision>,
    dms: Dms,
    /// CGCS2000 Gauss–Krüger, 3° zone; absent outside of China's zones
    plane: Option<Plane>,
}

/// The point in degrees, minutes and seconds.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Dms {
    lon: String,
    lat: String,
}

/// The point in the plane.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Plane {
    epsg: u32,
    /// number of the 3° zone
    zone: u8,
    /// degrees
    central_meridian: u8,
    /// metres, without the zone number, to 0.1 mm
    easting: f64,
    /// metres, to 0.1 mm
    northing: f64,
}

fn plane(at: Coord) -> Option<Plane> {
    let zone = GaussKruger::at(at.x, ZoneWidth::Three)?;
    let way = Transform::shared(&Crs::REGISTER, &Crs::Epsg(zone.epsg())).ok()?;
    let there = way.coord(at).ok()?;
    let short = |metres: f64| (metres * 1e4).round() / 1e4;
    Some(Plane {
        epsg: zone.epsg(),
        zone: zone.zone,
        central_meridian: zone.central_meridian(),
        easting: short(there.x),
        northing: short(there.y),
    })
}

/// One division round the point.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LocatedDivision {
    id: String,
    /// always `division`
    layer: &'static str,
    code: Option<String>,
    name: Option<String>,
    level: Option<String>,
    level_title: Bilingual,
}

fn division(record: &Record) -> LocatedDivision {
    let level = record.text("level");
    let title = level.and_then(|level| vocab::list("division_level").get(level));
    let plain = || Bilingual::new(level.unwrap_or_default(), level.unwrap_or_default());
    LocatedDivision {
        id: record.id.to_string(),
        layer: record.layer.name(),
        code: record.code.as_deref().map(str::to_owned),
        name: record.label().map(str::to_owned),
        level: level.map(str::to_owned),
        level_title: title.map_or_else(plain, |value| value.title.clone()),
    }
}

/// A longitude and latitude of the query.
pub fn point(ask: &Ask) -> Result<Coord, Problem> {
    let at = Coord { x: ask.real("lon")?, y: ask.real("lat")? };
    if at.x.abs() > 180.0 {
        return Err(Problem::parameter("lon", "应在 ±180 之间", "it must be within ±180"));
    }
    if at.y.abs() > 90.0 {
        return Err(Problem::parameter("lat", "应在 ±90 之间", "it must be within ±90"));
    }
    Ok(at)
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (at, view) = (point(ask)?, View::of(app, ask)?);
    let round = view.snapshot.locate(at, view.as_of);
    let chain = round.into_iter().filter(|record| view.sees(record)).map(|record| division(record)).collect();
    let dms = Dms {
        lon: dms::format(at.x, dms::Axis::Longitude, 2),
        lat: dms::format(at.y, dms::Axis::Latitude, 2),
    };
    Answer::json(&Located { at: [at.x, at.y], chain, dms, plane: plane(at) })
}

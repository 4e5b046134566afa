//! The ledger of lines and markers (界线台账) as people look through it: a row for each line, a page for one line
//! with its markers and stretches in their order, a page for one marker with its reference objects.
//!
//! Nothing is judged here; findings come from the checks.

use geo_types::{Coord, Geometry};
use serde::Serialize;

use super::checks::{Due, Line, Period, Scene};
use super::objects;
use super::path::Path;
use super::sight::Sight;
use super::station::{self, Station, Stone};
use crate::crs::{Crs, GaussKruger, Transform, ZoneWidth};
use crate::model::layers::{BoundaryLine, BoundaryMarker, DivisionLevel, LineSegment, MarkerReference};
use crate::model::{Layer, Record, RecordId};
use crate::rules::{Rules, RulesError};
use crate::snapshot::Snapshot;

/// One line in the ledger.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LineRow {
    /// its record
    #[schema(value_type = String)]
    pub id: RecordId,
    /// its code
    pub code: Option<String>,
    /// its name
    pub name: String,
    /// `province`, `prefecture`, `county` or `township`
    pub level: Option<String>,
    /// codes of both sides
    pub party_codes: [Option<String>; 2],
    /// names of both sides
    pub parties: [Option<String>; 2],
    /// `a`, `b` or `joint` where one leads all stretches, `split` where they are shared out
    pub lead: Option<String>,
    /// geodesic length of its shape, metres
    pub length_m: Option<f64>,
    /// length by the agreement, kilometres
    pub agreed_km: Option<f64>,
    /// markers on it
    pub markers: usize,
    /// stretches between them
    pub segments: usize,
    /// whether it is surveyed (勘定)
    pub surveyed: bool,
    /// whether it is disputed
    pub disputed: bool,
    /// by when the next joint inspection is due
    pub next_inspection: Option<String>,
    /// how near that is
    pub due: Option<Due>,
    /// west, south, east, north
    pub bounds: Option<[f64; 4]>,
    /// the markers' records
    #[serde(skip)]
    pub marker_ids: Vec<RecordId>,
}

/// A marker on a line.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OnLine {
    /// its record
    #[schema(value_type = String)]
    pub id: RecordId,
    /// its number
    pub number: String,
    /// 1, 2 or 3 of the same number
    pub of: usize,
    /// as the code list `marker_condition`
    pub condition: Option<String>,
    /// metres from the line's start
    pub at_m: f64,
    /// metres from the line
    pub off_m: f64,
    /// longitude and latitude
    pub at: [f64; 2],
}

/// A stretch of a line.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Stretch {
    /// its number
    pub number: String,
    /// where it begins
    pub from: String,
    /// where it ends
    pub to: String,
    /// as the code list `line_feature`
    pub feature: String,
    /// name of what it follows
    pub feature_name: String,
    /// as recorded, metres
    pub length_m: Option<f64>,
    /// side that leads its inspection
    pub lead: String,
    /// its points, longitude and latitude; empty where its ends are not on the line
    pub shape: Vec<[f64; 2]>,
}

/// One line with what is on it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LinePage {
    /// as in the ledger
    #[serde(flatten)]
    pub row: LineRow,
    /// name of its start
    pub start: Option<String>,
    /// name of its end
    pub end: Option<String>,
    /// markers from its start to its end
    pub on_line: Vec<OnLine>,
    /// stretches from its start to its end
    pub stretches: Vec<Stretch>,
}

/// A reference object.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ObjectRow {
    /// what it is
    pub object: String,
    /// grid azimuth, degrees
    pub azimuth_deg: Option<f64>,
    /// metres
    pub distance_m: Option<f64>,
    /// where azimuth and distance lead to
    pub computed: Option<[f64; 2]>,
    /// where it is known to stand
    pub known: Option<[f64; 2]>,
    /// metres between the two
    pub apart_m: Option<f64>,
}

/// A line that a marker stands on.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// the line's record
    #[schema(value_type = String)]
    pub id: RecordId,
    /// its code
    pub code: Option<String>,
    /// its name
    pub name: String,
    /// metres from the line's start
    pub at_m: f64,
    /// metres from the line
    pub off_m: f64,
    /// the marker before it
    pub before: Option<Neighbour>,
    /// the marker after it
    pub after: Option<Neighbour>,
}

/// A marker next to another.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Neighbour {
    /// its record
    #[schema(value_type = String)]
    pub id: RecordId,
    /// its number
    pub number: String,
    /// metres along the line
    pub apart_m: f64,
}

/// Plane coordinates in a 3° zone of CGCS2000.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PlanePlace {
    /// northing, metres
    pub x_m: f64,
    /// easting without the zone, metres
    pub y_m: f64,
    /// the zone
    pub zone: u8,
    /// its central meridian, degrees
    pub central_meridian: u8,
}

/// One marker with what is about it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MarkerPage {
    /// its record
    #[schema(value_type = String)]
    pub id: RecordId,
    /// its number
    pub number: String,
    /// longitude and latitude, CGCS2000
    pub at: Option<[f64; 2]>,
    /// the same on the plane
    pub plane: Option<PlanePlace>,
    /// reference objects
    pub references: Vec<ObjectRow>,
    /// the lines that it stands on
    pub lines: Vec<Standing>,
}

/// The lines that are seen, by level and code. O(lines + markers), and the shapes of lines without a length.
///
/// # Errors
/// The rule of the inspection's period cannot be read.
pub fn lines(scene: &Scene<'_>, rules: &Rules, sight: Sight) -> Result<Vec<LineRow>, RulesError> {
    let period = rules.on("B09", sight.as_of).map(|rule| rule.parameters::<Period>()).transpose()?;
    let seen = scene.all_lines().iter().filter(|line| sight.sees(line.record));
    let mut rows: Vec<LineRow> = seen.filter_map(|line| row(scene, line, period.as_ref(), sight)).collect();
    let rank = |row: &LineRow| {
        row.level.as_deref().and_then(DivisionLevel::from_code).map_or(u8::MAX, |level| level as u8)
    };
    rows.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.code.cmp(&b.code)).then(a.id.cmp(&b.id)));
    Ok(rows)
}

fn row<'a>(scene: &Scene<'a>, line: &Line<'a>, period: Option<&Period>, sight: Sight) -> Option<LineRow> {
    let fields = line.fields()?;
    let code = line.record.code.as_deref();
    let markers = code.into_iter().flat_map(|code| scene.markers_of(code));
    let marker_ids: Vec<RecordId> =
        markers.filter(|marker| sight.sees(marker.record)).map(|marker| marker.record.id).collect();
    let by = fields.next_inspection.or_else(|| {
        let period = period.filter(|_| line.is_county_up())?;
        scene.last_inspection(line, period).map(|last| period.next(last))
    });
    let shape = line.record.geometry.as_deref();
    let measured = || shape.map(|shape| Path::of(Some(shape)).length_m()).filter(|metres| *metres > 0.0);
    Some(LineRow {
        id: line.record.id,
        code: code.map(str::to_owned),
        name: fields.name.clone(),
        level: fields.level.clone(),
        party_codes: [fields.party_a_code.clone(), fields.party_b_code.clone()],
        parties: [fields.party_a.clone(), fields.party_b.clone()],
        lead: lead(fields),
        length_m: fields.measured_km.map(|km| km * 1000.0).or_else(measured),
        agreed_km: fields.length_km,
        markers: marker_ids.len(),
        segments: fields.segments.len(),
        surveyed: fields.surveyed == Some(true),
        disputed: fields.disputed == Some(true),
        next_inspection: by.map(|day| day.to_string()),
        due: by.zip(period).map(|(by, period)| period.due(by, sight.as_of)),
        bounds: shape.and_then(bounds),
        marker_ids,
    })
}

fn lead(line: &BoundaryLine) -> Option<String> {
    let mut sides =
        line.segments.iter().map(|segment| segment.lead_side.as_str()).filter(|side| !side.is_empty());
    let first = sides.next()?;
    Some(if sides.all(|side| side == first) { first.to_owned() } else { "split".to_owned() })
}

fn bounds(shape: &Geometry) -> Option<[f64; 4]> {
    use geo::BoundingRect as _;
    let rect = shape.bounding_rect()?;
    Some([rect.min().x, rect.min().y, rect.max().x, rect.max().y])
}

/// One line; `None` where the record is no line.
///
/// # Errors
/// As [`lines`].
pub fn line(
    snapshot: &Snapshot,
    scene: &Scene<'_>,
    rules: &Rules,
    record: &Record,
    sight: Sight,
) -> Result<Option<LinePage>, RulesError> {
    let period = rules.on("B09", sight.as_of).map(|rule| rule.parameters::<Period>()).transpose()?;
    let found = scene.all_lines().iter().find(|line| line.record.key() == record.key());
    let Some((line, row)) = found.and_then(|line| Some((line, row(scene, line, period.as_ref(), sight)?)))
    else {
        return Ok(None);
    };
    let Some(fields) = line.fields() else { return Ok(None) };
    let path = Path::of(record.geometry.as_deref());
    let stations = along(snapshot, &path, record, sight);
    let condition = |id: RecordId| {
        let found = snapshot.layer(Layer::BoundaryMarker).get(id, sight.as_of);
        found.and_then(|record| record.text("condition")).map(str::to_owned)
    };
    let on_line = stations.iter().flat_map(|station| &station.stones).map(|stone| OnLine {
        id: stone.id,
        number: stone.number.clone(),
        of: stone.of,
        condition: condition(stone.id),
        at_m: stone.at_m,
        off_m: stone.off_m,
        at: pair(stone.place),
    });
    Ok(Some(LinePage {
        on_line: on_line.collect(),
        stretches: fields.segments.iter().map(|segment| stretch(segment, fields, &path, &stations)).collect(),
        start: fields.start_point.clone(),
        end: fields.end_point.clone(),
        row,
    }))
}

fn along(snapshot: &Snapshot, path: &Path, record: &Record, sight: Sight) -> Vec<Station> {
    station::stations(&station::markers_of(snapshot, path, record.code.as_deref(), sight), path)
}

fn stretch(segment: &LineSegment, line: &BoundaryLine, path: &Path, stations: &[Station]) -> Stretch {
    let place = |name: &str| {
        let named = stations.iter().find(|station| station.stem == name).map(|station| station.at_m);
        let is = |end: &Option<String>, plain: &str| {
            end.as_deref() == Some(name) || end.is_none() && name == plain
        };
        named
            .or_else(|| is(&line.start_point, "起点").then_some(0.0))
            .or_else(|| is(&line.end_point, "止点").then(|| path.length_m()))
    };
    let ends = place(&segment.from_marker).zip(place(&segment.to_marker));
    let points =
        ends.filter(|(from, to)| from < to).map(|(from, to)| path.stretch(from, to)).unwrap_or_default();
    Stretch {
        number: segment.number.clone(),
        from: segment.from_marker.clone(),
        to: segment.to_marker.clone(),
        feature: segment.feature.clone(),
        feature_name: segment.feature_name.clone(),
        length_m: segment.length_m,
        lead: segment.lead_side.clone(),
        shape: points.into_iter().map(pair).collect(),
    }
}

fn pair(c: Coord) -> [f64; 2] {
    [c.x, c.y]
}

/// One marker; `None` where the record is no marker.
pub fn marker(snapshot: &Snapshot, record: &Record, sight: Sight) -> Option<MarkerPage> {
    let fields: BoundaryMarker = record.read().ok()?;
    let at = station::point(record);
    let lines = fields.line_codes.iter().filter_map(|code| {
        let line = snapshot.layer(Layer::BoundaryLine).by_code(code).find(|line| sight.sees(line))?;
        standing(snapshot, line, record, sight)
    });
    Some(MarkerPage {
        id: record.id,
        number: fields.number.clone(),
        at: at.map(pair),
        plane: at.and_then(plane),
        references: fields.references.iter().map(|object| object_row(snapshot, at, object, sight)).collect(),
        lines: lines.collect(),
    })
}

fn plane(at: Coord) -> Option<PlanePlace> {
    let zone = GaussKruger::at(at.x, ZoneWidth::Three)?;
    let on = Transform::shared(&Crs::REGISTER, &Crs::Epsg(zone.epsg())).ok()?.coord(at).ok()?;
    Some(PlanePlace { x_m: on.y, y_m: on.x, zone: zone.zone, central_meridian: zone.central_meridian() })
}

fn object_row(snapshot: &Snapshot, from: Option<Coord>, object: &MarkerReference, sight: Sight) -> ObjectRow {
    let own = object.lon.zip(object.lat).map(|(x, y)| Coord { x, y });
    // An object may itself be a marker of the register, by its number.
    let name = object.object.trim();
    let marker = || {
        let found = snapshot.layer(Layer::BoundaryMarker).by_code(name);
        found.filter(|record| sight.sees(record)).find_map(|record| station::point(record))
    };
    let known = own.or_else(|| if name.is_empty() { None } else { marker() });
    let computed = from.and_then(|from| objects::place(from, object.azimuth_deg?, object.distance_m?));
    ObjectRow {
        object: object.object.clone(),
        azimuth_deg: object.azimuth_deg,
        distance_m: object.distance_m,
        computed: computed.map(pair),
        known: known.map(pair),
        apart_m: computed.zip(known).map(|(a, b)| objects::apart_m(a, b)),
    }
}

fn standing(snapshot: &Snapshot, line: &Record, record: &Record, sight: Sight) -> Option<Standing> {
    let path = Path::of(line.geometry.as_deref());
    let place = path.nearest(station::point(record)?)?;
    let stations = along(snapshot, &path, line, sight);
    let own = stations.iter().position(|station| station.stones.iter().any(|stone| stone.id == record.id))?;
    let next = |station: Option<&Station>| {
        let stone: &Stone = station?.stones.first()?;
        let apart_m = (stone.at_m - place.at_m).abs();
        Some(Neighbour { id: stone.id, number: stone.number.clone(), apart_m })
    };
    Some(Standing {
        id: line.id,
        code: line.code.as_deref().map(str::to_owned),
        name: line.label().unwrap_or_default().to_owned(),
        at_m: place.at_m,
        off_m: place.off_m,
        before: own.checked_sub(1).and_then(|at| next(stations.get(at))),
        after: next(stations.get(own + 1)),
    })
}

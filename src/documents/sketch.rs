//! The location sketch of a marker (位置略图): the marker in the middle, its reference objects by azimuth and
//! distance, the line and the ground about it, grid north up, at a true scale.

use geo_types::{Coord, Geometry};

use super::DocumentsError;
use super::fields::{Drawing, families};
use super::map::{
    Frame, Ground, Label, Order, Picture, Plane, SCALES, Site, escape, line_strings, scale_text,
};
use crate::boundary::{Sight, objects};
use crate::crs::dms;
use crate::model::layers::{BoundaryMarker, DivisionLevel};
use crate::model::{Layer, Record};
use crate::snapshot::Snapshot;

/// Side of the square, millimetres.
pub(super) const SIDE: f64 = 76.0;

/// Draws it; `None` for a marker without a place.
///
/// # Errors
/// No Chinese font.
pub(super) fn draw(
    snapshot: &Snapshot,
    record: &Record,
    marker: &BoundaryMarker,
    sight: Sight,
) -> Result<Option<Drawing>, DocumentsError> {
    let (sans, song) = families()?;
    let Some(Geometry::Point(at)) = record.geometry.as_deref() else { return Ok(None) };
    let plane = Plane::at(at.0);
    let Some(middle) = plane.to(at.0) else { return Ok(None) };
    let farthest =
        marker.references.iter().filter_map(|object| object.distance_m).filter(|metres| *metres < 5_000.0);
    let reach = farthest.fold(20.0f64, f64::max);
    // The farthest object stands 27 mm from the middle at most.
    let scale = SCALES.iter().map(|scale| f64::from(*scale)).find(|scale| reach * 1000.0 / scale <= 27.0);
    let frame = Frame { plane, scale: scale.unwrap_or(1e6), width: SIDE, height: SIDE, middle };
    let mut picture = Picture::new(&frame);
    let centre = [SIDE / 2.0, SIDE / 2.0];
    picture.taken.take(centre, 2.0);
    // North arrow and scale stand in the corners.
    picture.taken.take_box([SIDE - 11.0, 0.0, SIDE, 15.0]);
    picture.taken.take_box([0.0, SIDE - 5.5, 24.0, SIDE]);
    let level = marker.level.as_deref().and_then(DivisionLevel::from_code).unwrap_or(DivisionLevel::County);
    let codes =
        marker.line_codes.iter().find_map(|code| snapshot.layer(Layer::BoundaryLine).by_code(code).next());
    let side = |field: &str| codes.and_then(|line| line.text(field));
    let sides = [side("party_a_code"), side("party_b_code")];
    Ground { snapshot, sight, level, sides, line: None }.draw(&mut picture);
    lines(snapshot, sight, &mut picture);
    let objects = marker.references.iter().enumerate();
    for (at, object) in objects {
        let (Some(azimuth), Some(metres)) = (object.azimuth_deg, object.distance_m) else { continue };
        let (sin, cos) = azimuth.to_radians().sin_cos();
        let long = metres * 1000.0 / frame.scale;
        let end = [centre[0] + long * sin, centre[1] - long * cos];
        reference(&mut picture, (centre, end), &format!("{} {}", at + 1, object.object));
        picture.label(
            800,
            Label {
                text: format!("{} {metres:.1}m", objects::azimuth_text(azimuth)),
                class: "measure",
                size: 1.9,
                spread: 0.0,
                site: Site::Along(vec![centre, end]),
            },
        );
    }
    let [x, y] = centre;
    let stone = format!(
        "<rect class='stone' x='{:.2}' y='{:.2}' width='2.4' height='2.4'/><circle class='stone-dot' cx='{x}' cy='{y}' r='0.4'/>",
        x - 1.2,
        y - 1.2
    );
    picture.element(Order::Marker, &stone);
    let number = Label {
        text: marker.number.clone(),
        class: "stone-name",
        size: 2.4,
        spread: 0.0,
        site: Site::Beside(centre, 2.0),
    };
    picture.label(1_000, number);
    furniture(&mut picture);
    let svg = picture.svg(0.3, sans, song);
    Ok(Some(Drawing { svg, width_mm: SIDE + 0.6, height_mm: SIDE + 0.6 }))
}

/// The lines that pass here, other than by being borders.
fn lines(snapshot: &Snapshot, sight: Sight, picture: &mut Picture<'_>) {
    let Some(window) = picture.frame.window() else { return };
    for record in snapshot.layer(Layer::BoundaryLine).window(window) {
        let Some(shape) = record.geometry.as_deref().filter(|_| sight.sees(record)) else { continue };
        for line in line_strings(shape) {
            picture.line(Order::Band, "band thin", line);
            let level = record.text("level").unwrap_or("county");
            picture.line(Order::Line, &format!("the-line {level}"), line);
        }
    }
}

/// A reference object: the ray to it, its sign, its name.
fn reference(picture: &mut Picture<'_>, (from, to): ([f64; 2], [f64; 2]), name: &str) {
    let [x, y] = to;
    picture.element(
        Order::Point,
        &format!("<path class='ray' d='M{:.2} {:.2}L{x:.2} {y:.2}'/>", from[0], from[1]),
    );
    picture.element(Order::Marker, &format!("<circle class='object' cx='{x:.2}' cy='{y:.2}' r='0.9'/>"));
    picture.taken.take(to, 1.0);
    let site = Site::Beside(to, 1.4);
    picture.label(900, Label { text: short(name), class: "object-name", size: 2.2, spread: 0.0, site });
}

/// A name that does not fill the sketch.
fn short(name: &str) -> String {
    let name: String = name.chars().take(15).collect();
    name
}

fn furniture(picture: &mut Picture<'_>) {
    let (x, scale) = (SIDE - 5.5, escape(&scale_text(picture.frame.scale)));
    let white = format!("<rect class='inset' x='{:.1}' y='0' width='11' height='15.4'/>", SIDE - 11.0);
    picture.outside(&white);
    picture.outside(&format!("<g transform='translate({x} 2.2)'>{}</g>", super::sheet::north_arrow()));
    picture.outside(&format!("<rect class='inset' x='0' y='{:.1}' width='18' height='5.6'/>", SIDE - 5.6));
    picture.outside(&format!("<text class='sketch-scale' x='2' y='{:.2}'>{scale}</text>", SIDE - 2.0));
    picture.outside(&format!("<rect class='neat' width='{SIDE}' height='{SIDE}'/>"));
}

/// Degrees, minutes and seconds of a place, for forms.
pub(super) fn place_text(at: Coord) -> (String, String) {
    (dms::format(at.x, dms::Axis::Longitude, 4), dms::format(at.y, dms::Axis::Latitude, 4))
}

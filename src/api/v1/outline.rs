//! `GET /api/v1/outline.svg`: the divisions as a small picture, drawn as the map opens.
//!
//! A page shows it at once, before its own code and the map's have arrived and the graphics are ready. It
//! is no map: nothing is clicked in it, and of the layers it draws the divisions only.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use geo::{Area as _, BoundingRect as _, InteriorPoint as _};
use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use super::opening::opening;
use super::register::{around, figures};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::model::{Layer, Record, geometry};
use crate::tiles::WorldPoint;

/// Units across the picture's longer side: finer than any screen shows it.
const ACROSS: f64 = 2000.0;

/// Names are written where no more divisions than this are drawn.
const NAMED: usize = 60;

/// Height of a name and the room between its letters, in units.
const SIZE: i64 = 40;
const SPACING: i64 = 6;

/// Bytes of the picture; what would be drawn after that is left out.
const BYTES: usize = 4 << 20;

/// Colours shared with the map style and the page.
static TOKENS: LazyLock<serde_json::Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../tiles/style/tokens.json")).unwrap_or_default()
});

fn colour(name: &str) -> &'static str {
    TOKENS["map"][name].as_str().unwrap_or("#888888")
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let tag = format!("W/\"o{}-{}\"", view.revision().0, view.as_of);
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let opening = opening(app, &view);
    let all = Layer::ALL.iter().filter_map(|layer| figures(app, &view, *layer).bounds).reduce(around);
    let window = opening.bounds().or_else(|| figures(app, &view, Layer::Division).bounds).or(all);
    let mut levels: Vec<&str> = opening.levels.last().copied().into_iter().collect();
    if opening.district.is_some() {
        levels = vec!["county", "township"];
    }
    let own = opening.district.as_ref().map(|district| district.id());
    let svg = window.map_or_else(empty, |window| draw(&view, window, &levels, own));
    Ok(Answer::bytes("image/svg+xml", svg).tagged(ask, &tag))
}

fn empty() -> String {
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>"#.into()
}

/// From degrees to the picture's units.
struct Paper {
    west: f64,
    north: f64,
    scale: f64,
    width: f64,
    height: f64,
}

impl Paper {
    fn of(window: Rect) -> Self {
        let (low, high) = (mercator(window.min()), mercator(window.max()));
        let (wide, tall) = ((high.0 - low.0).max(1.0), (low.1 - high.1).max(1.0));
        let scale = ACROSS / wide.max(tall);
        Self { west: low.0, north: high.1, scale, width: wide * scale, height: tall * scale }
    }

    fn put(&self, at: Coord) -> (i64, i64) {
        let (x, y) = mercator(at);
        (((x - self.west) * self.scale).round() as i64, ((y - self.north) * self.scale).round() as i64)
    }

    /// A ring as path data. Points of neighbours that are equal stay equal, so no gap opens between them.
    fn ring(&self, ring: &LineString, out: &mut String) {
        let mut points: Vec<(i64, i64)> = ring.coords().map(|at| self.put(*at)).collect();
        points.dedup();
        if points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return;
        }
        let mut last = points[0];
        let _ = write!(out, "M{} {}l", last.0, last.1);
        for point in &points[1..] {
            let _ = write!(out, "{} {} ", point.0 - last.0, point.1 - last.1);
            last = *point;
        }
        out.push('z');
    }

    fn path(&self, polygons: &[&Polygon]) -> String {
        let mut out = String::new();
        for polygon in polygons {
            self.ring(polygon.exterior(), &mut out);
            polygon.interiors().iter().for_each(|ring| self.ring(ring, &mut out));
        }
        out
    }
}

fn mercator(at: Coord) -> (f64, f64) {
    let at = WorldPoint::of(at);
    (f64::from(at.x), f64::from(at.y))
}

fn polygons(record: &Record) -> Vec<&Polygon> {
    match record.geometry.as_deref() {
        Some(Geometry::Polygon(polygon)) => vec![polygon],
        Some(Geometry::MultiPolygon(many)) => many.iter().collect(),
        _ => Vec::new(),
    }
}

/// `own`: the working district, of the counties the only one drawn.
fn draw(view: &View, window: Rect, levels: &[&str], own: Option<&str>) -> String {
    let paper = Paper::of(window);
    let near = |record: &Record| {
        let bounds = record.geometry.as_deref().and_then(geometry::bounds);
        bounds.is_some_and(|bounds| meets(bounds, window))
    };
    let wanted = |record: &Record| {
        let other = |own: &str| record.text("level") == Some("county") && record.id.to_string() != own;
        near(record) && !own.is_some_and(other)
    };
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {:.0} {:.0}" stroke-linejoin="round">"#,
        paper.width, paper.height
    );
    let mut names = String::new();
    for level in levels {
        let (fill, line, width) = match *level {
            "township" | "community" => ("none", colour("township"), 3),
            _ => (colour("land"), colour("county"), 6),
        };
        let _ =
            write!(svg, r#"<g fill="{fill}" stroke="{line}" stroke-width="{width}" fill-rule="evenodd">"#);
        let records = view.records(Layer::Division).filter(|record| record.text("level") == Some(level));
        let drawn: Vec<&Arc<Record>> = records.filter(|record| wanted(record)).collect();
        for record in &drawn {
            let polygons = polygons(record);
            let path = paper.path(&polygons);
            if svg.len() + path.len() > BYTES {
                break;
            }
            if !path.is_empty() {
                let _ = write!(svg, r#"<path d="{path}"/>"#);
            }
        }
        svg.push_str("</g>");
        if Some(level) == levels.last() && drawn.len() <= NAMED {
            names = name_all(&paper, &drawn);
        }
    }
    let _ = write!(
        svg,
        r#"<g font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif" font-size="{SIZE}" font-weight="bold" letter-spacing="{SPACING}" text-anchor="middle" fill="{}" stroke="{}" stroke-width="8" paint-order="stroke">{names}</g></svg>"#,
        colour("divisionInk"),
        colour("halo")
    );
    svg
}

fn meets(a: Rect, b: Rect) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}

/// Names inside the largest part of each division, of the larger divisions first; one that would stand over
/// another is left out.
fn name_all(paper: &Paper, records: &[&Arc<Record>]) -> String {
    let mut largest: Vec<(f64, &Polygon, &str)> = Vec::new();
    for record in records {
        let parts = polygons(record).into_iter().map(|polygon| (polygon.unsigned_area(), polygon));
        let part = parts.max_by(|a, b| a.0.total_cmp(&b.0));
        largest.extend(part.zip(record.text("name")).map(|((area, polygon), name)| (area, polygon, name)));
    }
    largest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut out = String::new();
    let mut taken: Vec<(i64, i64, i64)> = Vec::new();
    for (_, polygon, name) in largest {
        let Some(inside) = polygon.interior_point() else { continue };
        let (x, y) = paper.put(inside.into());
        let half = name.chars().count() as i64 * (SIZE + SPACING) / 2;
        let wide = polygon.bounding_rect().map_or(0.0, |bounds| bounds.width());
        let edge = Coord { x: Coord::from(inside).x + wide, ..inside.into() };
        // A name much wider than its division would be taken for that of another one.
        if 4 * half > 3 * (paper.put(edge).0 - x) {
            continue;
        }
        if taken.iter().any(|(x2, y2, half2)| (y - y2).abs() < SIZE && (x - x2).abs() < half + half2) {
            continue;
        }
        taken.push((x, y, half));
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        let _ = write!(out, r#"<text x="{x}" y="{y}">{name}</text>"#);
    }
    out
}

//! The map that goes with a line (界线附图): one A3 sheet, lying, at a true scale, with both sides, the markers and
//! their numbers, and what stands round a map.

use geo_types::{Coord, Geometry};
use serde_json::{Value as Json, json};

use super::fields::families;
use super::map::{
    EDGE, Frame, Ground, Label, Mm, Order, Picture, Plane, SCALES, Site, legend, line_strings, scale_bar,
    scale_text, ticks,
};
use super::typeset::Paper;
use super::{DocumentsError, Templates};
use crate::boundary::number::take_apart;
use crate::boundary::path::Path;
use crate::boundary::station::{self, Station};
use crate::boundary::{Sight, defaults};
use crate::crs::dms::{Axis, format as dms};
use crate::model::layers::{BoundaryLine, DivisionLevel};
use crate::model::{Layer, Record, Secrecy, vocab};
use crate::snapshot::Snapshot;

/// The map's paper within the sheet, millimetres.
const WIDTH: f64 = 298.0;
const HEIGHT: f64 = 223.0;
/// Least room between the line and the edge of the paper.
const ROOM: f64 = 9.0;
/// Rows of the list of markers beside the map.
const ROWS: usize = 30;
const TEMPLATE: &str = "line-sheet.typ";

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct SheetOptions {
    /// the day, and what is seen
    pub sight: Sight,
    /// denominator of the scale; the largest that fits where absent
    pub scale: Option<u32>,
}

/// A sheet, drawn.
pub struct Sheet {
    /// denominator of its scale
    pub scale: u32,
    /// markers on it
    pub markers: usize,
    data: Json,
    pictures: Vec<(&'static str, String)>,
    title: String,
}

/// What a sheet is drawn of.
struct Subject<'a> {
    snapshot: &'a Snapshot,
    record: &'a Record,
    line: BoundaryLine,
    shape: &'a Geometry,
    level: DivisionLevel,
    sight: Sight,
}

impl Sheet {
    /// Draws the sheet of a line.
    ///
    /// # Errors
    /// The line has no shape, or does not fit at the scale asked for; no Chinese font.
    pub fn draw(snapshot: &Snapshot, record: &Record, options: SheetOptions) -> Result<Self, DocumentsError> {
        let name = || record.code.as_deref().unwrap_or("?").to_owned();
        let line: BoundaryLine = record.read().map_err(|_| DocumentsError::NoShape(name()))?;
        let shape = record.geometry.as_deref().ok_or_else(|| DocumentsError::NoShape(line.name.clone()))?;
        let level = line.level.as_deref().and_then(DivisionLevel::from_code).unwrap_or(DivisionLevel::County);
        let subject = Subject { snapshot, record, line, shape, level, sight: options.sight };
        let frame = subject.frame(options.scale)?;
        let (sans, song) = families()?;
        let mut picture = Picture::new(&frame);
        let stations = subject.draw(&mut picture);
        ticks(&mut picture);
        let svg = picture.svg(EDGE, sans, song);
        let pictures = vec![
            ("legend.svg", legend(&svg, subject.level.code(), sans, song)),
            ("bar.svg", scale_bar(&frame, sans, song)),
            ("north.svg", north(sans, song)),
            ("map.svg", svg),
        ];
        let data = subject.data(&frame, &stations);
        let title = subject.title();
        Ok(Self { scale: frame.scale as u32, markers: count(&stations), data, pictures, title })
    }

    /// As a pdf.
    ///
    /// # Errors
    /// The template cannot be set.
    pub fn pdf(self, templates: &Templates) -> Result<Vec<u8>, DocumentsError> {
        let template = templates.text(TEMPLATE)?;
        let pictures = self.pictures.into_iter().map(|(name, svg)| (name, svg.into_bytes())).collect();
        Paper { name: TEMPLATE, template: &template, data: &self.data, pictures, title: &self.title }.pdf()
    }
}

fn count(stations: &[Station]) -> usize {
    stations.iter().map(|station| station.stones.len()).sum()
}

impl Subject<'_> {
    /// The paper over the line, at the scale asked for or the largest that fits.
    fn frame(&self, asked: Option<u32>) -> Result<Frame, DocumentsError> {
        let none = || DocumentsError::NoShape(self.line.name.clone());
        let all: Vec<Coord> =
            line_strings(self.shape).into_iter().flat_map(|line| line.0.iter().copied()).collect();
        let (min, max) = bounds(all.iter().copied()).ok_or_else(none)?;
        let plane = Plane::at((min + max) / 2.0);
        let (min, max) = bounds(all.iter().filter_map(|c| plane.to(*c))).ok_or_else(none)?;
        let needs =
            1000.0 * ((max.x - min.x) / (WIDTH - 2.0 * ROOM)).max((max.y - min.y) / (HEIGHT - 2.0 * ROOM));
        let most = SCALES[SCALES.len() - 1];
        let fits = SCALES.iter().copied().find(|scale| f64::from(*scale) >= needs).unwrap_or(most);
        let scale = asked.unwrap_or(fits.max(2_000)).clamp(SCALES[0], most);
        // By a scale of one's own the line may come nearer to the edge.
        if f64::from(scale) < needs * (WIDTH - 2.0 * ROOM) / (WIDTH - 4.0) {
            return Err(DocumentsError::TooLarge { asked: scale, fits });
        }
        let middle = (min + max) / 2.0;
        Ok(Frame { plane, scale: f64::from(scale), width: WIDTH, height: HEIGHT, middle })
    }

    /// Draws all; returns the markers of the line.
    fn draw(&self, picture: &mut Picture<'_>) -> Vec<Station> {
        let sides = [self.line.party_a_code.as_deref(), self.line.party_b_code.as_deref()];
        let (snapshot, sight, level) = (self.snapshot, self.sight, self.level);
        for line in line_strings(self.shape) {
            let pieces = picture.line(Order::Band, "band", line);
            picture.pieces(Order::Line, &format!("the-line {}", level.code()), &pieces);
            // Names keep off the line.
            pieces.iter().flatten().for_each(|at| picture.taken.take(*at, 0.9));
        }
        let stations = self.markers(picture);
        self.ends(picture, &stations);
        Ground { snapshot, sight, level, sides, line: Some(self.shape) }.draw(picture);
        stations
    }

    fn markers(&self, picture: &mut Picture<'_>) -> Vec<Station> {
        let path = Path::of(Some(self.shape));
        let records = station::markers_of(self.snapshot, &path, self.record.code.as_deref(), self.sight);
        let stations = station::stations(&records, &path);
        for station in &stations {
            for (at, of, text) in self.signs(station, picture.frame) {
                picture.element(Order::Marker, &sign(at, of));
                picture.taken.take(at, 1.1);
                let site = Site::Beside(at, 1.8);
                picture.label(2_000, Label { text, class: "stone-name", size: 2.2, spread: 0.0, site });
            }
        }
        stations
    }

    /// The signs of the stones of one number: one where they would stand over each other.
    fn signs(&self, station: &Station, frame: &Frame) -> Vec<(Mm, usize, String)> {
        let on_paper = |stone: &station::Stone| {
            let at = frame.mm(stone.place).filter(|at| frame.holds(*at, 0.5))?;
            Some((at, stone.of, self.short_number(&stone.number)))
        };
        let all: Vec<(Mm, usize, String)> = station.stones.iter().filter_map(on_paper).collect();
        let near =
            all.windows(2).all(|pair| (pair[0].0[0] - pair[1].0[0]).hypot(pair[0].0[1] - pair[1].0[1]) < 2.4);
        let (true, [first, _, ..]) = (near, &all[..]) else { return all };
        let letters: String = all
            .iter()
            .skip(1)
            .filter_map(|(.., text)| text.chars().next_back())
            .map(|c| format!("、{c}"))
            .collect();
        vec![(first.0, first.1, format!("{}{letters}", first.2))]
    }

    /// Serial and letter: the line's code stands before all of them.
    fn short_number(&self, number: &str) -> String {
        let digits = defaults().marker.serial_digits;
        let apart = take_apart(number, digits);
        let code = self.record.code.as_deref().unwrap_or("\u{0}");
        match (apart.serial, apart.letter) {
            (Some(serial), letter) if number.starts_with(code) && number.len() > code.len() => {
                format!(
                    "{serial:0digits$}{}",
                    letter.map(|letter| letter.char().to_string()).unwrap_or_default()
                )
            }
            _ => number.to_owned(),
        }
    }

    /// Names of the line's ends, where they have one.
    fn ends(&self, picture: &mut Picture<'_>, stations: &[Station]) {
        let path = Path::of(Some(self.shape));
        let Some((start, end)) = path.ends() else { return };
        let total = path.length_m();
        for (at, along, name) in [(start, 0.0, &self.line.start_point), (end, total, &self.line.end_point)] {
            let Some(at) = picture.frame.mm(at) else { continue };
            let marked = stations.iter().any(|station| (station.at_m - along).abs() < 10.0);
            if !marked {
                picture.element(
                    Order::Marker,
                    &format!("<circle class='end' cx='{:.2}' cy='{:.2}' r='1.1'/>", at[0], at[1]),
                );
                picture.taken.take(at, 1.1);
            }
            if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                let site = Site::Beside(at, 2.4);
                picture.label(
                    1_500,
                    Label { text: name.to_owned(), class: "end-name", size: 2.6, spread: 0.0, site },
                );
            }
        }
    }

    fn title(&self) -> String {
        let side = |name: &Option<String>, code: &Option<String>| {
            name.clone().or_else(|| code.clone()).unwrap_or_else(|| "＿＿＿".to_owned())
        };
        let (a, b) = (
            side(&self.line.party_a, &self.line.party_a_code),
            side(&self.line.party_b, &self.line.party_b_code),
        );
        format!("{a}与{b}行政区域界线附图")
    }

    /// What the template reads.
    fn data(&self, frame: &Frame, stations: &[Station]) -> Json {
        let km = |km: Option<f64>| km.map(|km| format!("{km:.3} 公里"));
        let drawn = Path::of(Some(self.shape)).length_m() / 1000.0;
        let level = vocab::list("division_level").get(self.level.code()).map(|value| value.title.zh.clone());
        let day = |day: Option<crate::model::Date>| day.map(|day| day.to_string());
        let facts = [
            ("界线名称", Some(self.line.name.clone())),
            ("界线代码", self.record.code.as_deref().map(str::to_owned)),
            ("等级", level),
            ("甲方", self.line.party_a.clone()),
            ("乙方", self.line.party_b.clone()),
            ("起点", self.line.start_point.clone()),
            ("止点", self.line.end_point.clone()),
            ("协议长度", km(self.line.length_km)),
            ("量算长度", Some(format!("{drawn:.3} 公里"))),
            ("界桩", Some(format!("{} 颗", count(stations)))),
            ("协议书", self.line.agreement_no.clone()),
            ("批准", self.line.approval_no.clone()),
            ("批准日期", day(self.line.approval_date)),
        ];
        let facts: Vec<[String; 2]> =
            facts.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?])).collect();
        let rows: Vec<[String; 4]> =
            stations.iter().flat_map(|station| &station.stones).map(|stone| self.row(stone)).collect();
        let all = rows.len();
        json!({
            "title": self.title(), "name": self.line.name, "code": self.record.code.as_deref(),
            "secrecy": self.secrecy(stations), "disputed": self.line.disputed == Some(true),
            "width": WIDTH + 2.0 * EDGE, "height": HEIGHT + 2.0 * EDGE, "scale": scale_text(frame.scale),
            "statement": statement(frame), "facts": facts,
            "markers": rows.into_iter().take(ROWS).collect::<Vec<_>>(), "all_markers": all,
            "party_a": self.line.party_a.as_deref().unwrap_or_default(),
            "party_b": self.line.party_b.as_deref().unwrap_or_default(),
            "edition": self.line.map_edition.as_deref().unwrap_or_default(),
            "as_of": self.sight.as_of.to_string(), "revision": self.snapshot.revision().0,
        })
    }

    fn row(&self, stone: &station::Stone) -> [String; 4] {
        let kind = match stone.of {
            1 => "单立",
            2 => "双立",
            _ => "三立",
        };
        let angle = |degrees: f64, axis| dms(degrees, axis, 2);
        [
            self.short_number(&stone.number),
            kind.to_owned(),
            angle(stone.place.x, Axis::Longitude),
            angle(stone.place.y, Axis::Latitude),
        ]
    }

    /// The word for the highest class of what the sheet shows beside the ground; empty for what is public.
    fn secrecy(&self, stations: &[Station]) -> String {
        let view = self.snapshot.layer(Layer::BoundaryMarker);
        let stones = stations.iter().flat_map(|station| &station.stones);
        let classes =
            stones.filter_map(|stone| view.get(stone.id, self.sight.as_of)).map(|record| record.secrecy);
        match classes.fold(self.record.secrecy, Secrecy::max) {
            Secrecy::Public => String::new(),
            class => vocab::list("secrecy")
                .get(class.code())
                .map(|value| value.title.zh.clone())
                .unwrap_or_default(),
        }
    }
}

fn bounds(mut all: impl Iterator<Item = Coord>) -> Option<(Coord, Coord)> {
    let first = all.next()?;
    Some(all.fold((first, first), |(min, max), c| {
        (Coord { x: min.x.min(c.x), y: min.y.min(c.y) }, Coord { x: max.x.max(c.x), y: max.y.max(c.y) })
    }))
}

/// The sign of a marker, by how many stones have its number.
fn sign([x, y]: Mm, of: usize) -> String {
    match of {
        1 => format!(
            "<rect class='stone' x='{:.2}' y='{:.2}' width='1.8' height='1.8'/><circle class='stone-dot' cx='{x:.2}' cy='{y:.2}' r='0.3'/>",
            x - 0.9,
            y - 0.9
        ),
        2 => format!(
            "<rect class='stone' x='{0:.2}' y='{1:.2}' width='1.8' height='1.8'/><rect class='stone-dot' x='{0:.2}' y='{1:.2}' width='0.9' height='1.8'/>",
            x - 0.9,
            y - 0.9
        ),
        _ => format!(
            "<path class='stone' d='M{x:.2} {:.2}l1.25 2.1h-2.5z'/><circle class='stone-dot' cx='{x:.2}' cy='{y:.2}' r='0.3'/>",
            y - 1.3
        ),
    }
}

/// What the coordinates are and how the grid lies.
fn statement(frame: &Frame) -> Vec<String> {
    let Some(zone) = frame.plane.zone else {
        return vec!["2000 国家大地坐标系（CGCS2000）".to_owned(), "平面为图幅中央切平面".to_owned()];
    };
    let middle = frame.plane.back(frame.middle);
    let turn = middle.and_then(|at| frame.plane.convergence_deg(at)).map(|degrees| {
        let minutes = (degrees.abs() * 60.0).round() as u32;
        let side = if degrees < 0.0 { "西偏" } else { "东偏" };
        format!("坐标北向上，图幅中央子午线收敛角{side} {}°{:02}′", minutes / 60, minutes % 60)
    });
    let mut lines = vec![
        "2000 国家大地坐标系（CGCS2000）".to_owned(),
        format!("高斯—克吕格投影，3°带第 {} 带，中央子午线 {}°", zone.zone, zone.central_meridian()),
    ];
    lines.extend(turn);
    lines
}

/// An arrow to the north of the grid, ten millimetres high.
pub(super) fn north_arrow() -> &'static str {
    "<path class='arrow dark' d='M0 0L-2.4 9L0 7.2z'/><path class='arrow' d='M0 0L2.4 9L0 7.2z'/><text class='north' x='0' y='12'>北</text>"
}

fn north(sans: &str, song: &str) -> String {
    super::map::small(
        &format!("<g transform='translate(5 0.6)'>{}</g>", north_arrow()),
        (10.0, 13.4),
        (sans, song),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_differ_by_type() {
        let all: std::collections::BTreeSet<String> = (1..=3).map(|of| sign([10.0, 10.0], of)).collect();
        assert_eq!(all.len(), 3);
    }
}

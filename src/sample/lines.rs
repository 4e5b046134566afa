//! Boundary lines between counties and between streets, and the markers on the county lines.
//!
//! A line is the chain of the very edges that both sides share. Markers stand on its vertices; a few
//! have been moved off it on purpose (see `defects`).

use std::collections::BTreeMap;

use geo_types::{Coord, LineString};

use super::defects::Defects;
use super::ledger::{Entry, Ledger, line, point};
use super::mesh::{Kind, Side};
use super::pictures;
use super::plane::{P, p};
use super::random::Dice;
use super::skeleton::Owner;
use super::terrain::{metres, metres_per_degree};
use super::town::Town;
use crate::model::layers::{BoundaryLine, BoundaryMarker, LineSegment, MarkerReference};
use crate::model::{Date, geometry};

/// A party of a line.
#[derive(Clone)]
struct Party {
    code: String,
    name: String,
    /// the character by which lines call it
    letter: String,
}

/// A line between two parties.
struct Drawn {
    code: String,
    name: String,
    parties: [Party; 2],
    sides: Vec<Side>,
    shape: LineString,
}

/// Which unit a face belongs to at the level of a line: its owner, or, for lines of counties, the county.
type Unit = u16;

const EAST: Unit = 2001;
const WEST: Unit = 2000;
const HERE: Unit = 2002;

/// Writes the lines and markers of a district.
pub(super) fn write(town: &Town, ledger: &mut Ledger, defects: &mut Defects) {
    let county = |owner: Owner| match owner {
        Owner::Street(_) => HERE,
        Owner::East => EAST,
        Owner::West => WEST,
    };
    let counties = BTreeMap::from([
        (HERE, ("530102", "五华区", "五")),
        (EAST, ("530103", "盘龙区", "盘")),
        (WEST, ("530112", "西山区", "西")),
    ]);
    let parties = counties.into_iter().map(|(unit, (code, name, letter))| {
        (unit, Party { code: code.into(), name: name.into(), letter: letter.into() })
    });
    let lines =
        trace(town, county, &parties.collect(), &|a, b| format!("530100{}{}", &a.code[2..], &b.code[2..]));
    for drawn in &lines {
        write_county_line(town, drawn, ledger, defects);
    }
    write_tripoint(town, &lines, ledger);
    write_street_lines(town, ledger);
}

/// The chains of shared edges between units, one line for each pair.
fn trace(
    town: &Town,
    unit: impl Fn(Owner) -> Unit,
    parties: &BTreeMap<Unit, Party>,
    code: &dyn Fn(&Party, &Party) -> String,
) -> Vec<Drawn> {
    let mut between: BTreeMap<(Unit, Unit), Vec<usize>> = BTreeMap::new();
    for (&edge, faces) in &town.beside {
        if let [Some(left), Some(right)] = faces {
            let (a, b) = (unit(town.owner(*left)), unit(town.owner(*right)));
            if a != b {
                between.entry((a.min(b), a.max(b))).or_default().push(edge);
            }
        }
    }
    let mut lines = Vec::new();
    for ((a, b), edges) in between {
        let (Some(a), Some(b)) = (parties.get(&a), parties.get(&b)) else { continue };
        let (a, b) = if a.code <= b.code { (a, b) } else { (b, a) };
        let mut edges = edges.into_iter().collect();
        let mut part = 0;
        while let Some(mut sides) = super::streets::next_chain(&town.mesh, &mut edges) {
            // From north to south, as lines are numbered.
            let north = |side: &Side| town.mesh.nodes[town.mesh.start(*side)].y;
            if sides.first().map(north) < sides.last().map(north) {
                sides.reverse();
                for side in &mut sides {
                    side.forward = !side.forward;
                }
            }
            part += 1;
            let suffix = if part > 1 { format!("-{part}") } else { String::new() };
            lines.push(Drawn {
                code: format!("{}{suffix}", code(a, b)),
                name: format!("{}{}线", a.letter, b.letter),
                parties: [a.clone(), b.clone()],
                shape: town.mesh.chain(&sides),
                sides,
            });
        }
    }
    lines
}

/// A line's record without what only county lines have.
fn base_line(town: &Town, drawn: &Drawn, level: &str) -> BoundaryLine {
    let metres: f64 = drawn.shape.0.windows(2).map(|pair| metres(pair[0], pair[1])).sum();
    let [a, b] = &drawn.parties;
    BoundaryLine {
        level: Some(level.into()),
        party_a_code: Some(a.code.clone()),
        party_a: Some(a.name.clone()),
        party_b_code: Some(b.code.clone()),
        party_b: Some(b.name.clone()),
        length_km: Some((metres / 10.0).round() / 100.0),
        feature: Some(feature_of(town, &drawn.sides).into()),
        surveyed: Some(level == "county"),
        disputed: Some(false),
        datum: Some("CGCS2000".into()),
        ..BoundaryLine::named(&drawn.name)
    }
}

/// What sides follow: the one feature, or several.
fn feature_of(town: &Town, sides: &[Side]) -> &'static str {
    let feature = |side: &Side| match town.mesh.edges[side.edge].kind {
        Kind::River => "river_centre",
        Kind::Ridge | Kind::Outside => "ridge",
        _ => "road",
    };
    let first = sides.first().map_or("other", feature);
    if sides.iter().all(|side| feature(side) == first) { first } else { "mixed" }
}

/// A place on a line where a marker stands: index of the vertex and of the side it lies in.
struct Station {
    vertex: usize,
    side: usize,
    double: bool,
}

/// Every 1.2 to 3 km: double markers by rivers (one on each bank), single ones elsewhere.
fn stations(town: &Town, drawn: &Drawn, dice: &mut Dice) -> Vec<Station> {
    let mut out = Vec::new();
    let (mut vertex, mut walked, mut next) = (0, 0.0, dice.between(300.0, 900.0));
    for (at, side) in drawn.sides.iter().enumerate() {
        let arc = town.mesh.arc(side.edge);
        let river = town.mesh.edges[side.edge].kind == Kind::River;
        for step in 0..arc.len() - 1 {
            walked += metres(drawn.shape.0[vertex + step], drawn.shape.0[vertex + step + 1]);
            let last = vertex + step + 2 >= drawn.shape.0.len();
            if walked > next && !last {
                out.push(Station { vertex: vertex + step + 1, side: at, double: river });
                next = walked
                    + if river { dice.between(900.0, 1_500.0) } else { dice.between(1_200.0, 2_800.0) };
            }
        }
        vertex += arc.len() - 1;
    }
    out
}

fn write_county_line(town: &Town, drawn: &Drawn, ledger: &mut Ledger, defects: &mut Defects) {
    let dice = &mut Dice::new(town.seed, &drawn.name);
    let stations = stations(town, drawn, dice);
    let doubles = stations.iter().filter(|station| station.double).count();
    let singles = stations.len() - doubles;
    let mut segments = Vec::new();
    let number = |at: usize| format!("{}{at:03}", drawn.code);
    for at in 0..=stations.len() {
        let from = if at == 0 { 0 } else { stations[at - 1].side };
        let to = stations.get(at).map_or(drawn.sides.len() - 1, |station| station.side);
        segments.push(LineSegment {
            number: format!("{}", at + 1),
            from_marker: if at == 0 { "起点".into() } else { number(at) },
            to_marker: if at == stations.len() { "止点".into() } else { number(at + 1) },
            feature: feature_of(town, &drawn.sides[from..=to]).into(),
            feature_name: String::new(),
            length_m: None,
            lead_side: if at % 2 == 0 { "a" } else { "b" }.into(),
        });
    }
    let count = |n: usize| i64::try_from(n).ok();
    let (last, next) = inspections(drawn);
    if next < Date::new(2026, 11, 1) {
        defects.overdue_lines.push(drawn.code.clone());
    }
    let record = BoundaryLine {
        marker_count: count(singles + 2 * doubles),
        single_count: count(singles),
        double_count: count(doubles),
        triple_count: Some(0),
        start_point: Some("北端".into()),
        end_point: Some("南端".into()),
        agreement_no: Some(format!("演示协议〔1998〕{}号", drawn.name)),
        agreement_date: Date::new(1998, 9, 18),
        agreement_scale: Some("1:10000".into()),
        approver: Some("昆明市人民政府（演示）".into()),
        segments,
        management_split: Some("奇数段由甲方牵头，偶数段由乙方牵头".into()),
        last_inspection: last,
        next_inspection: next,
        ..base_line(town, drawn, "county")
    };
    ledger.add(record, Entry::at(drawn.code.clone(), line(drawn.shape.clone())));
    for (at, station) in stations.iter().enumerate() {
        write_markers(drawn, station, at + 1, ledger, defects, dice);
    }
}

/// The days of the last and next inspection: one line is due soon, one overdue, the others later.
fn inspections(drawn: &Drawn) -> (Option<Date>, Option<Date>) {
    let (last, next) = match drawn.name.as_str() {
        "五盘线" => ((2021, 12, 20), (2026, 12, 20)),
        "五西线" => ((2021, 9, 28), (2026, 9, 28)),
        _ => ((2022, 9, 30), (2027, 9, 30)),
    };
    (Date::new(last.0, last.1, last.2), Date::new(next.0, next.1, next.2))
}

/// The unit vector along a line at a vertex and metres per degree there.
fn along(shape: &LineString, vertex: usize) -> (P, [f64; 2]) {
    let (before, after) = (shape.0[vertex.saturating_sub(1)], shape.0[(vertex + 1).min(shape.0.len() - 1)]);
    let scale = metres_per_degree(shape.0[vertex].y);
    (p((after.x - before.x) * scale[0], (after.y - before.y) * scale[1]).unit(), scale)
}

/// A place so many metres east and north of another.
pub(super) fn offset(at: Coord, by: P, scale: [f64; 2]) -> Coord {
    geometry::round(Coord { x: at.x + by.x / scale[0], y: at.y + by.y / scale[1] })
}

/// Markers of a line of which there are pictures, by serial.
const PICTURED: usize = 3;

fn write_markers(
    drawn: &Drawn,
    station: &Station,
    serial: usize,
    ledger: &mut Ledger,
    defects: &mut Defects,
    dice: &mut Dice,
) {
    let (heading, scale) = along(&drawn.shape, station.vertex);
    let on_line = drawn.shape.0[station.vertex];
    let letters: &[&str] = if station.double { &["A", "B"] } else { &["Q"] };
    for (bank, letter) in letters.iter().enumerate() {
        let number = format!("{}{serial:03}{letter}", drawn.code);
        let aside = match (station.double, bank) {
            (false, _) => 0.0,
            // A stands on the side of the smaller code: 五华, west of the river.
            (true, 0) => -22.0,
            (true, _) => 22.0,
        };
        let mut at = offset(on_line, heading.left() * aside, scale);
        if aside == 0.0 {
            at = on_line;
        }
        let moved = (!station.double && serial % 6 == 4).then(|| 3.0 + (dice.below(38) as f64));
        if let Some(distance) = moved {
            at = offset(on_line, heading.left() * distance, scale);
            defects.moved_markers.push(number.clone());
        }
        let condition = match (moved, serial % 7) {
            (Some(_), _) => "moved",
            (None, 2) => "faded",
            (None, 5) if bank == 0 => "tilted",
            _ => "intact",
        };
        let mut marker = marker(&number, drawn, at, dice);
        marker.marker_type = Some(if station.double { "double" } else { "single" }.into());
        marker.faces = Some(2);
        marker.condition = Some(condition.into());
        marker.responsible_side = Some(if serial.is_multiple_of(2) { "b" } else { "a" }.into());
        marker.position_text = Some(match (station.double, bank) {
            (true, 0) => "盘龙江西岸堤顶，石质单面".into(),
            (true, _) => "盘龙江东岸堤顶，石质单面".into(),
            _ => format!("{}与{}交界处，界线上", drawn.parties[0].name, drawn.parties[1].name),
        });
        if serial <= PICTURED {
            marker.photos = ledger.picture(pictures::of_marker(serial, condition));
        }
        let entry = Entry::at(number, point(at));
        ledger.add(marker, if moved.is_some() { entry.remark("演示缺陷：界桩偏离界线") } else { entry });
    }
}

/// A marker with what all kinds have; references are worked out from its place.
fn marker(number: &str, drawn: &Drawn, at: Coord, dice: &mut Dice) -> BoundaryMarker {
    let scale = metres_per_degree(at.y);
    let objects = ["电杆基座中心", "石桥东南桥墩", "独立树根部", "水泥路口中心", "房屋西南墙角", "涵洞北端"];
    let reference = |turn: usize| {
        // One direction in each third of the circle; whole metres, then azimuth and distance from them.
        let (dx, dy) = [(31.0, 42.0), (-37.0, 12.0), (9.0, -48.0)][turn];
        let (dx, dy) = (dx + dice.below(20) as f64, dy + dice.below(20) as f64);
        MarkerReference {
            object: objects[dice.below(objects.len())].into(),
            azimuth_deg: Some((azimuth(dx, dy) * 10.0).round() / 10.0),
            distance_m: Some((p(dx, dy).length() * 10.0).round() / 10.0),
            ..MarkerReference::default()
        }
    };
    let references = (0..3).map(reference).collect();
    BoundaryMarker {
        name: Some(format!("{}{}号", drawn.name, &number[number.len().saturating_sub(4)..])),
        level: Some("county".into()),
        material: Some("stone".into()),
        smart: Some(false),
        line_codes: vec![drawn.code.clone()],
        inscriptions: drawn.parties.iter().map(|party| party.name.clone()).collect(),
        place_a: Some(drawn.parties[0].name.clone()),
        place_b: Some(drawn.parties[1].name.clone()),
        datum: Some("CGCS2000".into()),
        elevation_m: Some(((1_890.0 + (at.y - 25.04) * scale[1] / 90.0) * 10.0).round() / 10.0),
        height_datum: Some("1985国家高程基准".into()),
        survey_method: Some("GNSS-RTK".into()),
        survey_date: Date::new(2022, 5, 10 + (dice.below(18) as i8)),
        survey_error_m: Some(0.05),
        references,
        custodian: Some("沿线社区（演示）".into()),
        ..BoundaryMarker::numbered(number)
    }
}

/// Azimuth from north, clockwise, degrees; by a rational approximation of the arcus tangent (error below 0.02°).
fn azimuth(dx: f64, dy: f64) -> f64 {
    let (low, high) = (dx.abs().min(dy.abs()), dx.abs().max(dy.abs()));
    let t = if high > 0.0 { low / high } else { 0.0 };
    let q = t * t;
    // Abramowitz and Stegun 4.4.49.
    let atan =
        t * (0.999_866_0 + q * (-0.330_299_5 + q * (0.180_141_0 + q * (-0.085_133_0 + q * 0.020_835_1))));
    let from_axis = atan * 180.0 / std::f64::consts::PI;
    let first = if dx.abs() <= dy.abs() { from_axis } else { 90.0 - from_axis };
    match (dx >= 0.0, dy >= 0.0) {
        (true, true) => first,
        (true, false) => 180.0 - first,
        (false, false) => 180.0 + first,
        (false, true) => 360.0 - first,
    }
}

/// The three markers C, D, E round the point where all three counties meet.
fn write_tripoint(town: &Town, lines: &[Drawn], ledger: &mut Ledger) {
    let ends: Vec<Coord> =
        lines.iter().flat_map(|l| [l.shape.0.first(), l.shape.0.last()]).flatten().copied().collect();
    let Some(&meeting) = ends.iter().find(|end| ends.iter().filter(|other| other == end).count() == 3) else {
        return;
    };
    let scale = metres_per_degree(meeting.y);
    let dice = &mut Dice::new(town.seed, "tripoint");
    let Some(first) = lines.first() else { return };
    for (letter, by) in [("C", p(-16.0, 14.0)), ("D", p(18.0, 11.0)), ("E", p(-3.0, -19.0))] {
        let at = offset(meeting, by, scale);
        let number = format!("530100010201030112001{letter}");
        let mut marker = marker(&number, first, at, dice);
        marker.name = Some(format!("五盘西三交点{letter}"));
        marker.marker_type = Some("triple".into());
        marker.faces = Some(3);
        marker.line_codes = lines.iter().map(|line| line.code.clone()).collect();
        marker.inscriptions = ["五华区", "盘龙区", "西山区"].map(Into::into).into();
        marker.place_c = Some("西山区".into());
        marker.place_a = Some("五华区".into());
        marker.place_b = Some("盘龙区".into());
        marker.condition = Some("intact".into());
        marker.tripoint_agreement = Some("演示交会点协议〔1998〕1号".into());
        marker.responsible_side = Some("joint".into());
        marker.position_text = Some("盘龙江三交点，交会点协议所定，三岸各立一桩".into());
        ledger.add(marker, Entry::at(number, point(at)));
    }
}

/// Lines between the streets of the district, without markers.
fn write_street_lines(town: &Town, ledger: &mut Ledger) {
    let unit = |owner: Owner| match owner {
        Owner::Street(number) => number,
        Owner::East | Owner::West => EAST,
    };
    let parties = town.streets.iter().filter_map(|street| {
        let letter = if street.name.starts_with("昆明国家") { "高" } else { street.name };
        let unit = street.code.get(6..9)?.parse().ok()?;
        let letter = letter.chars().next()?.to_string();
        Some((unit, Party { code: street.code.clone(), name: street.name.into(), letter }))
    });
    let code = |a: &Party, b: &Party| format!("{}{}{}", town.county, &a.code[6..], &b.code[6..]);
    for drawn in trace(town, unit, &parties.collect(), &code) {
        let record = base_line(town, &drawn, "township");
        ledger.add(record, Entry::at(drawn.code, line(drawn.shape)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azimuths_turn_clockwise_from_north() {
        for (dx, dy, degrees) in
            [(0.0, 1.0, 0.0), (1.0, 1.0, 45.0), (1.0, 0.0, 90.0), (0.0, -1.0, 180.0), (-1.0, 0.0, 270.0)]
        {
            assert!((azimuth(dx, dy) - degrees).abs() < 0.02, "{dx} {dy}");
        }
    }
}

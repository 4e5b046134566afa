//! Joint inspections of the demo district: one round of five years ago, closed, and one under way, half done.
//!
//! Both look at the line between 五华 and 盘龙. The second is told as it would come in: the round, then what each
//! side found on two days in the field, with the markers' conditions.

use std::collections::BTreeMap;

use geo_types::{Coord, Geometry};

use super::Step;
use super::defects::Defects;
use super::ledger::{Entry, Ledger, point};
use super::lines::offset;
use super::plane::p;
use super::random::Dice;
use super::terrain::metres_per_degree;
use crate::model::layers::{BoundaryLine, InspectionProblem, InspectionRecord, InspectionRound, LineSegment};
use crate::model::{Change, Date, Layer, Record, RecordId, SetKind, Value};

/// The line that is inspected.
const LINE: &str = "五盘线";
/// Codes of the rounds.
const LAST: &str = "LJ2021-01";
const NOW: &str = "LJ2026-01";

/// What there is on the line.
struct Ground<'a> {
    code: String,
    markers: Vec<&'a Record>,
    segments: Vec<LineSegment>,
}

impl<'a> Ground<'a> {
    fn of(records: &'a [Record]) -> Option<Self> {
        let line = records
            .iter()
            .find(|record| record.layer == Layer::BoundaryLine && record.text("name") == Some(LINE))?;
        let code = line.code.as_deref()?.to_owned();
        let fields: BoundaryLine = line.read().ok()?;
        let stands_on = |record: &&Record| {
            let lines =
                <Vec<String> as crate::model::FieldValue>::from_value(record.get("line_codes").as_ref());
            record.layer == Layer::BoundaryMarker && lines.is_some_and(|lines| lines.contains(&code))
        };
        let mut markers: Vec<&Record> = records.iter().filter(stands_on).collect();
        markers.sort_by(|a, b| a.code.cmp(&b.code));
        Some(Self { markers, segments: fields.segments, code })
    }
}

/// The steps of both rounds, on records as they stand before them.
pub(super) fn steps(records: &[Record], seed: u64, ledger: &mut Ledger, defects: &mut Defects) -> Vec<Step> {
    let Some(ground) = Ground::of(records) else { return Vec::new() };
    ledger.take();
    write_last(&ground, ledger);
    let last = ledger.take();
    write_now(&ground, ledger);
    let now = ledger.take();
    let step = |kind, by, reason: &str, document: Option<&str>, changes| Step {
        kind,
        by,
        reason: reason.into(),
        document: document.map(str::to_owned),
        changes,
    };
    let inserts = |records: Vec<Record>| records.into_iter().map(Change::insert).collect();
    let mut steps = vec![
        step(SetKind::Demo, "演示", "演示数据：2021 年五盘线第四轮联检成果补录", None, inserts(last)),
        step(
            SetKind::Edit,
            "演示：区划科",
            "建立五盘线第五轮联检",
            Some("演示联检〔2026〕3号"),
            inserts(now),
        ),
    ];
    let mut field = Field { ground: &ground, dice: Dice::new(seed, "rounds"), left: BTreeMap::new() };
    for (day, from, to) in [(Date::new(2026, 10, 15), 0.0, 0.35), (Date::new(2026, 11, 5), 0.35, 0.6)] {
        for (side, by) in [("a", "演示：五华外业组"), ("b", "演示：盘龙外业组")] {
            // The neighbour's notes of the last stretch are not in yet.
            let to = if side == "b" && from > 0.0 { 0.5 } else { to };
            let changes = field.day((day, side), (from, to), ledger, defects);
            let whose = if side == "a" { "甲方" } else { "乙方" };
            steps.push(step(SetKind::Edit, by, &format!("五盘线联检外业记录（{whose}）"), None, changes));
        }
    }
    steps
}

fn write_last(ground: &Ground<'_>, ledger: &mut Ledger) {
    let round = InspectionRound {
        round_no: Some(4),
        year: Some(2021),
        cause: Some("five_year".into()),
        line_codes: vec![ground.code.clone()],
        lead_side: Some("b".into()),
        participants_a: vec!["五华区民政局（演示）".into()],
        participants_b: vec!["盘龙区民政局（演示）".into()],
        stage: Some("closed".into()),
        planned_from: Date::new(2021, 10, 8),
        planned_to: Date::new(2021, 12, 31),
        begun: Date::new(2021, 10, 12),
        ended: Date::new(2021, 12, 20),
        report_text: Some("界线走向清楚，界桩完好，双方无争议（演示）。".into()),
        signed_a: Some("五华区代表（演示）".into()),
        signed_a_date: Date::new(2021, 12, 16),
        signed_b: Some("盘龙区代表（演示）".into()),
        signed_b_date: Date::new(2021, 12, 16),
        filing_no: Some("演示界备〔2021〕7号".into()),
        filing_date: Date::new(2021, 12, 20),
        filing_receiver: Some("昆明市民政局（演示）".into()),
        archive_sets: Some(3),
        ..InspectionRound::named("五盘线第四轮联检")
    };
    ledger.add(round, Entry::coded(LAST));
    for (at, marker) in ground.markers.iter().enumerate() {
        let record = InspectionRecord {
            found: Some(true),
            device: Some("rtk".into()),
            accuracy_m: Some(0.03),
            offset_m: Some(0.0),
            condition: Some("intact".into()),
            inscription: Some("legible".into()),
            references_valid: Some(true),
            action: Some(if at.is_multiple_of(3) { "repainted" } else { "cleared" }.into()),
            neighbour_present: Some(true),
            ..about_marker(LAST, ground, marker)
        };
        let record =
            InspectionRecord { side: Some("joint".into()), inspected: Date::new(2021, 11, 9), ..record };
        ledger.add(record, place_of(marker).map_or_else(Entry::default, |at| Entry::shape(point(at))));
    }
    for segment in &ground.segments {
        let record = InspectionRecord {
            side: Some("joint".into()),
            inspected: Date::new(2021, 11, 10),
            ..about_segment(LAST, ground, segment)
        };
        ledger.add(record, Entry::default());
    }
}

fn write_now(ground: &Ground<'_>, ledger: &mut Ledger) {
    let round = InspectionRound {
        round_no: Some(5),
        year: Some(2026),
        cause: Some("five_year".into()),
        line_codes: vec![ground.code.clone()],
        lead_side: Some("a".into()),
        participants_a: vec!["五华区民政局（演示）".into(), "五华区自然资源局（演示）".into()],
        participants_b: vec!["盘龙区民政局（演示）".into()],
        stage: Some("field".into()),
        planned_from: Date::new(2026, 10, 12),
        planned_to: Date::new(2026, 12, 18),
        begun: Date::new(2026, 10, 15),
        problems: vec![InspectionProblem {
            what: "果园作业道越过界线，未办手续".into(),
            owner: "盘龙区（演示）".into(),
            deadline: "2026-12-10".into(),
            result: String::new(),
        }],
        ..InspectionRound::named("五盘线第五轮联检")
    };
    ledger.add(round, Entry::coded(NOW));
}

fn about_marker(round: &str, ground: &Ground<'_>, marker: &Record) -> InspectionRecord {
    InspectionRecord {
        line_code: Some(ground.code.clone()),
        marker_code: marker.code.as_deref().map(str::to_owned),
        ..InspectionRecord::of(round, "marker")
    }
}

fn about_segment(round: &str, ground: &Ground<'_>, segment: &LineSegment) -> InspectionRecord {
    InspectionRecord {
        line_code: Some(ground.code.clone()),
        segment: Some(segment.number.clone()),
        from_marker: Some(segment.from_marker.clone()),
        to_marker: Some(segment.to_marker.clone()),
        feature_changed: Some(false),
        recognisable: Some(true),
        dispute_grade: Some("none".into()),
        resurvey: Some(false),
        ..InspectionRecord::of(round, "segment")
    }
}

fn place_of(marker: &Record) -> Option<Coord> {
    match marker.geometry.as_deref() {
        Some(Geometry::Point(point)) => Some(point.0),
        _ => None,
    }
}

/// Work in the field, told day by day.
struct Field<'a> {
    ground: &'a Ground<'a>,
    dice: Dice,
    /// markers as records have left them
    left: BTreeMap<RecordId, Record>,
}

/// Which marker and which segment of those on the line have a story, by their place among them.
const BROKEN: usize = 3;
const GONE: usize = 6;
const ELSEWHERE: usize = 8;
const LOST_REFERENCE: usize = 1;
const ORCHARD: usize = 2;
const CUTTING: usize = 4;

impl Field<'_> {
    /// The records of a side on a day over a stretch of the line, with what they change in the markers.
    fn day(
        &mut self,
        (day, side): (Option<Date>, &'static str),
        (from, to): (f64, f64),
        ledger: &mut Ledger,
        defects: &mut Defects,
    ) -> Vec<Change> {
        let within = |at: usize, of: usize| {
            let share = at as f64 / of.max(1) as f64;
            share >= from && share < to
        };
        let mut changes = Vec::new();
        let ground = self.ground;
        for (at, marker) in ground.markers.iter().enumerate() {
            if !within(at, ground.markers.len()) {
                continue;
            }
            let record = InspectionRecord { inspected: day, ..self.at_marker(at, marker, side) };
            if at == ELSEWHERE && side == "a" {
                defects.found_elsewhere.extend(marker.code.as_deref().map(str::to_owned));
            }
            changes.extend(self.leaves(marker, &record));
            let place = place_of(marker).filter(|_| record.found == Some(true));
            let metres = match (at, side) {
                (ELSEWHERE, _) => p(5.2, 3.7),
                (_, "a") => p(self.dice.between(-0.2, 0.2), self.dice.between(-0.2, 0.2)),
                _ => p(self.dice.between(-1.8, 1.8), self.dice.between(-1.8, 1.8)),
            };
            let place = place.map(|place| offset(place, metres, metres_per_degree(place.y)));
            ledger.add(record, place.map_or_else(Entry::default, |at| Entry::shape(point(at))));
        }
        for (at, segment) in ground.segments.iter().enumerate() {
            if within(at, ground.segments.len()) {
                let record = InspectionRecord { inspected: day, ..self.along_segment(at, segment, side) };
                ledger.add(record, Entry::default());
            }
        }
        let records = ledger.take();
        records.into_iter().map(Change::insert).chain(changes).collect()
    }

    fn at_marker(&self, at: usize, marker: &Record, side: &str) -> InspectionRecord {
        let was = marker.text("condition").unwrap_or("intact");
        let first = side == "a";
        let (condition, action) = match (at, was) {
            (BROKEN, _) => (if first { "damaged" } else { "tilted" }, "reported"),
            (GONE, _) => ("lost", "reported"),
            (ELSEWHERE, _) => ("moved", "reported"),
            (_, "faded") => ("faded", "repainted"),
            (_, "tilted") => ("tilted", "re_erected"),
            (_, "moved") => ("moved", "reported"),
            _ => ("intact", "cleared"),
        };
        let found = at != GONE;
        let inscription = if condition == "faded" { "faded" } else { "legible" };
        let gone = at == LOST_REFERENCE;
        InspectionRecord {
            side: Some(side.into()),
            weather: Some("晴".into()),
            inspectors: vec![if first { "李明（演示）" } else { "王芳（演示）" }.into()],
            found: Some(found),
            device: found.then(|| if first { "rtk" } else { "phone" }.into()),
            accuracy_m: found.then_some(if first { 0.03 } else { 4.0 }),
            condition: Some(condition.into()),
            inscription: found.then(|| inscription.into()),
            references_valid: found.then_some(!gone),
            references_text: gone.then(|| "方位物1 已拆除，另选水塔东北角".into()),
            action: Some(action.into()),
            repaired_by: (action == "re_erected").then(|| "a".into()),
            neighbour_present: Some(true),
            neighbour_names: vec![if first { "王芳（演示）" } else { "李明（演示）" }.into()],
            opinion: match at {
                BROKEN => Some("农机碰损，责任方入冬前更换，双方到场".into()),
                GONE => Some("多方查找未见，按登记位置重立".into()),
                ELSEWHERE => Some("修路时被移动，双方到场恢复原位".into()),
                _ => None,
            },
            ..about_marker(NOW, self.ground, marker)
        }
    }

    fn along_segment(&self, at: usize, segment: &LineSegment, side: &str) -> InspectionRecord {
        let first = side == "a";
        let record = InspectionRecord {
            side: Some(side.into()),
            weather: Some("晴".into()),
            inspectors: vec![if first { "李明（演示）" } else { "王芳（演示）" }.into()],
            neighbour_present: Some(true),
            ..about_segment(NOW, self.ground, segment)
        };
        match at {
            ORCHARD => InspectionRecord {
                cross_line_works: Some("果园作业道越过界线约 15 米，未办手续".into()),
                dispute_grade: Some(if first { "medium" } else { "low" }.into()),
                dispute_text: Some("两村对道路养护有分歧".into()),
                opinion: Some("停止施工，补办手续后再定".into()),
                ..record
            },
            CUTTING => InspectionRecord {
                terrain_change: Some("修建机耕路切坡约 40 米，界线仍可辨认".into()),
                ..record
            },
            _ => record,
        }
    }

    /// The marker as a record leaves it, where that is another condition than it had.
    fn leaves(&mut self, marker: &Record, record: &InspectionRecord) -> Option<Change> {
        let left = match (record.condition.as_deref()?, record.action.as_deref()) {
            ("faded", Some("repainted")) | ("tilted", Some("re_erected")) => "intact",
            (condition, _) => condition,
        };
        let before = self.left.get(&marker.id).unwrap_or(marker).clone();
        if before.text("condition") == Some(left) {
            return None;
        }
        let at = marker.layer.def().index_of("condition")?;
        let mut after = before.clone();
        after.fields = after.fields.with(at, Some(Value::Text(left.into())));
        self.left.insert(marker.id, after.clone());
        Some(Change::update(before, after))
    }
}

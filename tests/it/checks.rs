//! The checks on the demo district: every seeded defect of its borders is found, and nothing else.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Instant;

use boundstone::boundary::checks::{Board, Due, Scene, Scope};
use boundstone::boundary::inspection::{Subject, Trouble, due, progress_of, sheets, tasks};
use boundstone::findings::CheckFinding;
use boundstone::model::{
    Change, Date, IdSource, Language, Layer, Revision, Severity, Value, record_from_json,
};
use boundstone::rules::Rules;
use boundstone::sample::{Sample, SampleOptions, generate};
use boundstone::snapshot::Snapshot;
use serde_json::{Value as Json, json};

fn demo() -> &'static (Sample, Snapshot, Board) {
    static DEMO: OnceLock<(Sample, Snapshot, Board)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let sample = generate(SampleOptions::default(), |_| {});
        let snapshot = Snapshot::build(Revision(1), sample.clone().into_records());
        let begun = Instant::now();
        let board = Board::of(&snapshot, Rules::compiled(), today()).unwrap();
        println!("{} findings in {:?}", board.len(), begun.elapsed());
        (sample, snapshot, board)
    })
}

/// The demo's own present.
fn today() -> Date {
    Date::new(2026, 12, 1).unwrap()
}

fn codes(rule: &str) -> BTreeSet<String> {
    let board = &demo().2;
    board.findings().into_iter().filter(|n| n.finding.rule == rule).filter_map(|n| n.code.clone()).collect()
}

#[test]
fn each_seeded_defect_is_found() {
    let (sample, _, board) = demo();
    let moved: BTreeSet<String> = sample.defects.moved_markers.iter().cloned().collect();
    assert_eq!(codes("B07"), moved);
    let gaps: Vec<_> = board.findings().into_iter().filter(|n| n.finding.rule == "C04").collect();
    assert_eq!(gaps.len(), 1, "{gaps:#?}");
    let evidence = gaps[0].finding.evidence.clone().unwrap();
    for code in &sample.defects.gap_between {
        assert!(evidence.contains(code.as_str()), "{evidence}");
    }
    assert!(gaps[0].finding.what.zh.contains("空白"));
    let sized: BTreeSet<String> =
        sample.defects.too_large.iter().chain(&sample.defects.too_small).cloned().collect();
    assert_eq!(codes("C01"), sized);
    let overdue = board
        .findings()
        .into_iter()
        .filter(|n| n.finding.rule == "B09" && n.finding.severity == Severity::Error);
    let overdue: Vec<_> = overdue.filter_map(|n| n.code.clone()).collect();
    assert_eq!(overdue, sample.defects.overdue_lines);
    let elsewhere: Vec<_> = board.findings().into_iter().filter(|n| n.finding.rule == "B14").collect();
    let [code] = &sample.defects.found_elsewhere[..] else { panic!("{:?}", sample.defects.found_elsewhere) };
    assert!(!elsewhere.is_empty() && elsewhere.iter().all(|n| n.finding.what.zh.contains(code.as_str())));
}

#[test]
fn nothing_is_found_that_is_in_order() {
    // One line is overdue and a marker was found elsewhere (above); the next lines are due soon, and in ten months.
    // Communities of a city are small in area and premises, here as there; none cuts a compound.
    let wrong: Vec<_> = demo()
        .2
        .findings()
        .into_iter()
        .filter(|n| {
            !["B07", "B09", "B14", "C01", "C02", "C03", "C04", "C07"].contains(&n.finding.rule.as_str())
        })
        .map(|n| (&n.finding.rule, &n.code, &n.finding.what.zh))
        .collect();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
}

/// The area and premises that the rules on communities name are those of the records.
#[test]
fn small_communities_and_premises_are_just_those() {
    let (_, snapshot, _) = demo();
    let communities = || {
        let all = snapshot.layer(Layer::Division).iter();
        all.filter(|record| {
            record.text("level") == Some("community") && record.text("kind") == Some("community")
        })
    };
    let small = communities()
        .filter(|record| boundstone::crs::geodesic::area_m2(record.geometry.as_deref().unwrap()) < 300_000.0);
    assert_eq!(codes("C02"), small.filter_map(|record| record.code.as_deref().map(str::to_owned)).collect());
    let under = |record: &&std::sync::Arc<boundstone::model::Record>| matches!(record.get("premises_m2"), Some(Value::Real(m2)) if m2 < 400.0);
    let found = codes("C03");
    for record in communities().filter(under) {
        assert!(found.contains(record.code.as_deref().unwrap()));
    }
    println!("{} small, {} short of premises of {}", codes("C02").len(), found.len(), communities().count());
}

#[test]
fn an_edit_is_checked_at_once() {
    let (sample, before, board) = demo();
    let code = &sample.defects.moved_markers[0];
    let old = before.layer(Layer::BoundaryMarker).by_code(code).next().unwrap();
    let mut new = (**old).clone();
    let at = new.layer.def().index_of("responsible_side").unwrap();
    new.fields = new.fields.with(at, None::<Value>);
    let change = Change::update((**old).clone(), new);
    let after = before.apply(Revision(2), std::slice::from_ref(&change)).unwrap();
    let begun = Instant::now();
    let next = board.after((before, &after), &[change], Rules::compiled(), today()).unwrap();
    println!("one edit in {:?}", begun.elapsed());
    assert_eq!(next.len(), board.len() + 1);
    assert_eq!(next.about(Layer::BoundaryMarker, old.id).len(), 2);
    assert_eq!(next, Board::of(&after, Rules::compiled(), today()).unwrap());
}

/// A round over all county lines has a task for every marker and every segment, and is complete when each has a
/// record.
#[test]
fn a_round_covers_every_marker_and_segment() {
    let (_, snapshot, _) = demo();
    let lines: Vec<_> = snapshot
        .layer(Layer::BoundaryLine)
        .iter()
        .filter(|line| line.text("level") == Some("county"))
        .map(|line| line.code.as_deref().unwrap().to_owned())
        .collect();
    let mut ids = IdSource::new(1_800_000_000_000, 1);
    let mut record =
        |layer, fields: Json| record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
    let round = json!({ "code": "R", "name": "第五轮", "line_codes": lines, "stage": "report" });
    let mut changes = vec![Change::insert(record(Layer::InspectionRound, round))];
    let with = |changes: &[Change]| snapshot.apply(Revision(2), changes).unwrap();
    let open = with(&changes);
    let scene = Scene::new(&open, today(), Scope::All);
    let rules = Rules::compiled();
    let own = |scene: &Scene<'_>| scene.all_rounds().position(|round| round.code() == "R").unwrap();
    let all = tasks(&scene, scene.all_rounds().nth(own(&scene)).unwrap(), rules).unwrap();
    let markers = snapshot.layer(Layer::BoundaryMarker).len();
    assert_eq!(all.iter().filter(|task| task.subject == Subject::Marker).count(), markers);
    let found = |snapshot: &Snapshot, rule: &str| {
        let board = Board::of(snapshot, Rules::compiled(), today()).unwrap();
        board.findings().into_iter().filter(|n| n.finding.rule == rule).count()
    };
    assert_eq!(found(&open, "B10"), 1);
    for task in &all {
        let fields = match task.subject {
            Subject::Marker => json!({ "round_code": "R", "subject": "marker", "marker_code": task.key }),
            Subject::Segment => {
                json!({ "round_code": "R", "subject": "segment", "line_code": task.line, "segment": task.key })
            }
        };
        changes.push(Change::insert(record(Layer::InspectionRecord, fields)));
    }
    let full = with(&changes);
    assert_eq!(found(&full, "B10"), 0);
    let scene = Scene::new(&full, today(), Scope::All);
    let round = scene.all_rounds().nth(own(&scene)).unwrap();
    let all = tasks(&scene, round, rules).unwrap();
    let progress = progress_of(&scene, round, &all);
    assert_eq!((progress.markers_done, progress.segments_done), (progress.markers, progress.segments));
    let due = due(&scene, Rules::compiled()).unwrap();
    assert_eq!(due.len(), lines.len());
    assert!(due.iter().all(|line| line.round.is_some()));
    let states: Vec<Due> = due.iter().map(|line| line.due).collect();
    assert_eq!(states, [Due::Overdue, Due::Urge, Due::Notice]);
}

/// The demo's running round: half done, both sides' records, differences and problems where they were put.
#[test]
fn the_demo_has_a_round_under_way() {
    let (sample, snapshot, _) = demo();
    let scene = Scene::new(snapshot, today(), Scope::All);
    let round = scene.all_rounds().find(|round| round.code() == "LJ2026-01").unwrap();
    let all = tasks(&scene, round, Rules::compiled()).unwrap();
    let progress = progress_of(&scene, round, &all);
    let [line] = &progress.by_line[..] else { panic!("{progress:?}") };
    let [a, b] = &line.sides[..] else { panic!("{line:?}") };
    assert!(a.done > b.done && b.done > 0 && a.done < line.tasks, "{line:?}");
    assert_eq!((a.done + a.to_do, b.done + b.to_do), (line.tasks, line.tasks));
    assert_eq!(progress.differences, 2, "a marker and a stretch that the sides see differently");
    let differing: Vec<_> = all.iter().filter(|task| !task.differences.is_empty()).collect();
    assert!(differing.iter().any(|task| task.differences.contains(&"condition")), "{differing:#?}");
    assert!(differing.iter().any(|task| task.differences.contains(&"dispute_grade")));
    let off = all.iter().find(|task| sample.defects.found_elsewhere.contains(&task.key)).unwrap();
    let said = &off.records[0];
    assert!(
        said.troubles.contains(&Trouble::Offset) && (6.0..7.0).contains(&said.offset_m.unwrap()),
        "{said:?}"
    );
    assert_eq!((said.tolerance_m, off.registered.as_deref()), (Some(1.0), Some("moved")));
    // Stretches lie one after the other from one end of the line to the other.
    let stretches: Vec<_> = all.iter().filter(|task| task.subject == Subject::Segment).collect();
    assert!(stretches.windows(2).all(|pair| pair[0].along_m < pair[1].along_m));
    assert!(stretches.windows(2).all(|pair| pair[0].course.last() == pair[1].course.first()));
    let sheets = sheets(round, &progress, &all, Language::Zh);
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["进度", "任务", "记录", "问题", "两方差异"]);
    assert_eq!((sheets[0].rows.len(), sheets[1].rows.len()), (2, all.len()));
    assert_eq!(sheets[2].rows.len(), all.iter().map(|task| task.records.len()).sum::<usize>());
    assert!(sheets.iter().all(|sheet| sheet.rows.iter().all(|row| row.len() == sheet.columns.len())));
}

#[test]
fn a_finding_goes_out_with_its_article() {
    let noticed = demo().2.findings().into_iter().find(|n| n.finding.rule == "B07").unwrap();
    let rule = Rules::compiled().on("B07", today()).unwrap();
    let json = serde_json::to_value(CheckFinding::of(noticed, rule)).unwrap();
    assert_eq!(json["article"]["zh"], "《行政区域界线管理条例》第五条");
    assert_eq!((json["severity"].as_str(), json["basis"].as_str()), (Some("error"), Some("read")));
    assert!(json["at"][0].as_f64().unwrap() > 102.0);
}

//! The checks on the demo district: every seeded defect of its borders is found, and nothing else.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Instant;

use boundstone::boundary::checks::{Board, CheckFinding, Due, Scene, Scope};
use boundstone::boundary::inspection::{Subject, due, progress, tasks};
use boundstone::model::{Change, Date, IdSource, Layer, Revision, Severity, Value, record_from_json};
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
}

#[test]
fn nothing_is_found_that_is_in_order() {
    // The inspections of the county lines are due in ten months: a note.
    let wrong: Vec<_> = demo()
        .2
        .findings()
        .into_iter()
        .filter(|n| !["B07", "C04"].contains(&n.finding.rule.as_str()))
        .filter(|n| n.finding.rule != "B09" || n.finding.severity != Severity::Note)
        .map(|n| (&n.finding.rule, &n.code, &n.finding.what.zh))
        .collect();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
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
    let all = tasks(&scene, scene.all_rounds().next().unwrap());
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
    let progress = progress(&scene, scene.all_rounds().next().unwrap());
    assert_eq!((progress.markers_done, progress.segments_done), (progress.markers, progress.segments));
    let due = due(&scene, Rules::compiled()).unwrap();
    assert_eq!(due.len(), lines.len());
    assert!(due.iter().all(|line| line.due == Due::Notice && line.round.as_deref() == Some("R")));
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

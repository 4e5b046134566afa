//! Records of lines that follow when borders are changed.

use std::sync::Arc;

use boundstone::boundary::editing::{Action, Asked, LineChange, Planned, Refused, Target, plan};
use boundstone::boundary::lines::{DeriveOptions, derive};
use boundstone::model::layers::{BoundaryLine, DivisionLevel, LayerStruct as _};
use boundstone::model::{Date, Layer, Record, RecordId, Value};
use boundstone::snapshot::Snapshot;
use boundstone::topology::edit::Refusal;
use geo_types::{Coord, Geometry, line_string};

use super::editing::{at, district};
use super::{after, ids, today};

/// The district with lines of counties and townships, the county line with an agreement.
fn with_lines(surveyed: bool) -> Snapshot {
    let mut records = district();
    for (at, name) in ["五华区", "盘龙区", "南镇", "北镇"].into_iter().enumerate() {
        let fields = records[at].read::<boundstone::model::layers::Division>().unwrap();
        records[at].fields =
            boundstone::model::layers::Division { name: name.into(), ..fields }.into_fields();
    }
    let mut there = Snapshot::build(boundstone::model::Revision(0), records);
    for level in [DivisionLevel::County, DivisionLevel::Township] {
        let made = derive(&there, &DeriveOptions::new(level, today()), &mut ids(&there)).unwrap();
        assert_eq!(made.lines.len(), 1, "{level:?}");
        there = after(&there, &made.changes);
    }
    let line = the_line(&there, "county");
    let fields = BoundaryLine {
        name: "官界".into(),
        agreement_no: Some("〔1999〕7号".into()),
        management_split: Some("北段五华、南段盘龙".into()),
        surveyed: Some(surveyed),
        ..line.read().unwrap()
    };
    let edited = Record { fields: fields.into_fields(), ..line.clone() };
    after(&there, &[boundstone::model::Change::update(line, edited)])
}

fn the_line(snapshot: &Snapshot, level: &str) -> Record {
    let mut lines = lines(snapshot, level);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn lines(snapshot: &Snapshot, level: &str) -> Vec<Record> {
    let all = snapshot.layer(Layer::BoundaryLine).iter();
    all.filter(|line| line.text("level") == Some(level) && line.valid.contains(today()))
        .map(|line| Record::clone(line))
        .collect()
}

fn vertices(record: &Record) -> Vec<Coord> {
    match record.geometry.as_deref() {
        Some(Geometry::MultiLineString(lines)) => lines.0.iter().flat_map(|line| line.0.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn asked(actions: Vec<Action>) -> Asked {
    Asked { day: today(), from: None, actions }
}

fn planned(snapshot: &Snapshot, actions: Vec<Action>) -> Result<Planned, Refused> {
    plan(snapshot, &asked(actions), &mut ids(snapshot))
}

fn id(bits: u128) -> Target {
    RecordId::from_bits(bits).into()
}

/// Deriving afterwards finds nothing to change: what followed is what would be derived.
fn check_settled(snapshot: &Snapshot) {
    for level in [DivisionLevel::County, DivisionLevel::Township] {
        let made = derive(snapshot, &DeriveOptions::new(level, today()), &mut ids(snapshot)).unwrap();
        assert!(made.changes.is_empty(), "{level:?}: {:?}", made.lines);
    }
}

#[test]
fn a_line_follows_its_border_and_keeps_what_was_agreed() {
    let before = with_lines(false);
    let put = Action::Insert { edge: [at(4.0, 0.0), at(4.0, 2.0)], at: at(4.1, 1.0) };
    let done = planned(&before, vec![put]).unwrap();
    let [LineChange { before: Some(old), after: Some(new), length_before_m, length_after_m, moved_m }] =
        &done.lines[..]
    else {
        panic!("{:?}", done.lines)
    };
    assert_eq!(vertices(new).len(), vertices(old).len() + 1);
    let fields: BoundaryLine = new.read().unwrap();
    assert_eq!((&*fields.name, fields.agreement_no.as_deref()), ("官界", Some("〔1999〕7号")));
    assert_eq!(fields.management_split.as_deref(), Some("北段五华、南段盘龙"));
    assert_eq!(fields.measured_km, Some(length_after_m.round() / 1000.0));
    // A thousandth of a degree aside at 25° N.
    assert!((moved_m.unwrap() - 100.9).abs() < 0.3, "{moved_m:?}");
    assert!(*length_after_m > length_before_m + 4.0);
    let there = after(&before, &done.changes);
    check_settled(&there);
    // Back again, bit for bit.
    let back: Vec<_> = done.changes.iter().rev().cloned().map(boundstone::model::Change::inverse).collect();
    assert_eq!(the_line(&after(&there, &back), "county"), the_line(&before, "county"));
    // In law from a day on: the version that holds ends.
    let from: Date = "2027-01-01".parse().unwrap();
    let put = Action::Insert { edge: [at(4.0, 0.0), at(4.0, 2.0)], at: at(4.1, 1.0) };
    let law = Asked { from: Some(from), ..asked(vec![put]) };
    let done = plan(&before, &law, &mut ids(&before)).unwrap();
    let there = after(&before, &done.changes);
    let versions: Vec<_> = there.layer(Layer::BoundaryLine).versions(old.id).collect();
    assert_eq!(versions.len(), 2);
    assert_eq!((versions[0].valid.to(), versions[1].valid.from()), (Some(from), Some(from)));
    assert_eq!(vertices(versions[0]), vertices(old));
}

#[test]
fn a_surveyed_line_gets_the_point_at_which_a_border_ends_and_stays() {
    let before = with_lines(true);
    // Townships are cut by cutting their communities; the north one has none.
    let line = line_string![at(-1.0, 3.0), at(5.0, 3.0)];
    let cut = Action::Split { division: id(4), line, name: "新镇".into(), code: Some("530102003".into()) };
    let done = planned(&before, vec![cut.clone()]).unwrap();
    let there = after(&before, &done.changes);
    let line = the_line(&there, "county");
    assert!(vertices(&line).contains(&at(4.0, 3.0)));
    assert_eq!(line.get("surveyed"), Some(Value::Bool(true)));
    let county = done.lines.iter().find(|line| line.before.is_some()).unwrap();
    assert!(county.moved_m.unwrap() < 0.001, "{county:?}");
    assert!((county.length_before_m - county.length_after_m).abs() < 0.001);
    // The towns' new border is a line where lines of towns are kept.
    let names: Vec<String> =
        lines(&there, "township").iter().map(|r| r.label().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    check_settled(&there);
    // Still locked, in the same draft and afterwards.
    let shift = Action::Move { at: at(4.0, 3.0), to: at(4.1, 3.0) };
    for refused in [planned(&before, vec![cut, shift.clone()]), planned(&there, vec![shift])] {
        assert!(matches!(refused, Err(Refused::Edit(Refusal::Locked { .. }, _))), "{refused:?}");
    }
}

#[test]
fn a_surveyed_line_of_a_division_that_is_cut_is_divided_with_it() {
    let before = with_lines(true);
    // The east county has no lower divisions: cut across, its border to the west one is two lines.
    let line = line_string![at(3.0, 1.0), at(9.0, 1.0)];
    let cut = Action::Split { division: id(2), line, name: "东区".into(), code: Some("530105".into()) };
    let done = planned(&before, vec![cut]).unwrap();
    let there = after(&before, &done.changes);
    let all = lines(&there, "county");
    let fields: Vec<BoundaryLine> = all.iter().map(|line| line.read().unwrap()).collect();
    assert_eq!(all.len(), 3, "{:?}", fields.iter().map(|line| line.name.clone()).collect::<Vec<_>>());
    let sides =
        |line: &BoundaryLine| (line.party_a_code.clone().unwrap(), line.party_b_code.clone().unwrap());
    let find = |a: &str, b: &str| fields.iter().find(|line| sides(line) == (a.into(), b.into())).unwrap();
    let (kept, new) = (find("530102", "530103"), find("530102", "530105"));
    assert_eq!((kept.name.as_str(), kept.surveyed), ("官界", Some(true)));
    // What was agreed of the border holds for the new line too; between the two parts nothing was.
    assert_eq!((new.agreement_no.as_deref(), new.surveyed), (Some("〔1999〕7号"), Some(true)));
    assert_eq!(
        (find("530103", "530105").agreement_no.clone(), find("530103", "530105").surveyed),
        (None, None)
    );
    let total = kept.measured_km.unwrap() + new.measured_km.unwrap();
    let whole: BoundaryLine = the_line(&before, "county").read().unwrap();
    assert!((total - whole.measured_km.unwrap()).abs() < 0.002);
    check_settled(&there);
}

#[test]
fn a_line_ends_with_its_border_and_lines_are_made_only_where_they_are_kept() {
    let before = with_lines(false);
    let parts = vec![id(3), id(4)];
    // The communities of the south town first go over to no other; towns with parts are not merged.
    assert!(matches!(planned(&before, vec![Action::Merge { divisions: parts }]), Err(Refused::HasParts(_))));
    let merged = planned(&before, vec![Action::Merge { divisions: vec![id(1), id(2)] }]);
    assert!(matches!(merged, Err(Refused::HasParts(_))), "{merged:?}");
    let bare: Vec<Record> = before
        .layer(Layer::Division)
        .iter()
        .chain(before.layer(Layer::BoundaryLine).iter())
        .filter(|record| record.text("level") == Some("county"))
        .map(|record| Record::clone(record))
        .collect();
    let before = Snapshot::build(boundstone::model::Revision(0), bare.clone());
    let done = planned(&before, vec![Action::Merge { divisions: vec![id(1), id(2)] }]).unwrap();
    let [LineChange { before: Some(old), after: None, .. }] = &done.lines[..] else {
        panic!("{:?}", done.lines)
    };
    let there = after(&before, &done.changes);
    assert!(lines(&there, "county").is_empty());
    let kept = there.layer(Layer::BoundaryLine).versions(old.id).next().unwrap();
    assert_eq!(kept.valid.to(), Some(today()), "it is in the register still");
    // A line that someone keeps towards what lies beyond the register is left alone.
    let beyond = BoundaryLine {
        level: Some("county".into()),
        party_a_code: Some("530102".into()),
        party_b_code: Some("530199".into()),
        ..BoundaryLine::named("外线")
    };
    let mut record = Record::of(RecordId::from_bits(60), beyond);
    let way = line_string![at(0.0, 2.0), at(0.0, 4.0)];
    record.geometry = Some(Arc::new(geo_types::MultiLineString(vec![way]).into()));
    let before = Snapshot::build(boundstone::model::Revision(0), bare.into_iter().chain([record]));
    let moved = planned(&before, vec![Action::Move { at: at(0.0, 2.0), to: at(-0.1, 2.0) }]).unwrap();
    assert!(moved.lines.iter().all(|line| line.after.is_some()), "{:?}", moved.lines);
}

#[test]
fn what_a_cut_makes_is_merged_and_handed_on_in_the_same_draft() {
    let before = with_lines(false);
    let line = line_string![at(1.5, 1.0), at(4.5, 1.0)];
    let cut =
        Action::Split { division: id(6), line, name: "新社区".into(), code: Some("530102001003".into()) };
    // Cut off and given to the neighbour: as if it had been handed over.
    let merged =
        planned(&before, vec![cut.clone(), Action::Merge { divisions: vec![id(5), Target::Made(0)] }])
            .unwrap();
    let divisions = merged.outcomes.iter().filter(|one| one.after.is_some() && one.before.is_none()).count();
    assert_eq!(divisions, 0);
    let there = after(&before, &merged.changes);
    let piece = geo_types::Polygon::from(geo_types::Rect::new(at(2.0, 1.0), at(4.0, 2.0)));
    let south = geo_types::Polygon::from(geo_types::Rect::new(at(2.0, 0.0), at(4.0, 1.0)));
    let over = |piece| planned(&before, vec![Action::HandOver { from: id(6), to: id(5), piece }]).unwrap();
    let area = |snapshot: &Snapshot| {
        let record = snapshot.layer(Layer::Division).by_code("530102001001").next().unwrap().clone();
        boundstone::crs::geodesic::area_m2(record.geometry.as_deref().unwrap())
    };
    let same = |piece| (area(&there) - area(&after(&before, &over(piece).changes))).abs() < 1.0;
    assert!(same(piece) || same(south));
    // A piece of the new part goes to the neighbour; the rest stays new.
    let corner = geo_types::Polygon::from(geo_types::Rect::new(at(1.9, 0.2), at(2.5, 1.8)));
    let over = Action::HandOver { from: Target::Made(0), to: id(5), piece: corner };
    let done = planned(&before, vec![cut.clone(), over]).unwrap();
    let new = done.outcomes.iter().find(|one| one.before.is_none()).unwrap();
    assert_eq!(new.made, Some(0));
    assert!(new.area_after_m2 > 0.0);
    // Cut once more.
    let line = line_string![at(3.0, -1.0), at(3.0, 3.0)];
    let again = Action::Split { division: Target::Made(0), line, name: "再分".into(), code: None };
    let done = planned(&before, vec![cut, again]).unwrap();
    let made: Vec<_> = done.outcomes.iter().filter_map(|one| one.made).collect();
    assert_eq!(made, [0, 1]);
    let parents =
        done.outcomes.iter().filter(|one| one.made.is_some()).map(|one| one.after.as_ref().unwrap());
    assert!(parents.clone().all(|record| record.text("parent_code") == Some("530102001")));
    let nothing = planned(&before, vec![Action::Merge { divisions: vec![id(5), Target::Made(0)] }]);
    assert_eq!(nothing, Err(Refused::NothingMade { by: 0 }));
}

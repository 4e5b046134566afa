//! The law's checks on names, signs and plates on the demo district: what is seeded is found, and what a renaming
//! touches. A look at real size: the names of all villages, where the shared data is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Instant;

use boundstone::findings::Noticed;
use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Date, IdSource, Layer, Record, Revision, Secrecy};
use boundstone::names::checks::{Inventory, of_register};
use boundstone::names::impact::{Touch, impact};
use boundstone::rules::Rules;
use boundstone::sample::{Sample, SampleOptions, generate};
use boundstone::snapshot::Snapshot;

use crate::cli::Desk;
use crate::shared::divisions;

fn today() -> Date {
    Date::new(2026, 12, 1).unwrap()
}

type Demo = (Sample, Snapshot, Inventory, Vec<Noticed>);

fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let sample = generate(SampleOptions::default(), |_| {});
        let snapshot = Snapshot::build(Revision(1), sample.clone().into_records());
        let begun = Instant::now();
        let inventory = Inventory::build(&snapshot, today()).unwrap();
        let built = begun.elapsed();
        let found = of_register((&snapshot, &inventory), today(), Rules::compiled(), &|_| true).unwrap();
        println!("{} names in {built:?}, {} findings in {:?}", inventory.len(), found.len(), begun.elapsed());
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for one in &found {
            let key = (one.finding.rule.clone(), format!("{:?}", one.finding.severity));
            *counts.entry(key).or_default() += 1;
        }
        println!("{counts:?}");
        (sample, snapshot, inventory, found)
    })
}

fn codes(rule: &str) -> BTreeSet<String> {
    demo().3.iter().filter(|one| one.finding.rule == rule).filter_map(|one| one.code.clone()).collect()
}

#[test]
fn seeded_defects_of_signs_and_plates_are_found_and_no_others() {
    let (sample, ..) = demo();
    let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<String>>();
    assert_eq!(codes("S01"), set(&sample.defects.old_name_signs));
    assert_eq!(codes("D01"), set(&sample.defects.irregular_plates));
    assert_eq!(codes("D02"), set(&sample.defects.duplicate_plates));
    assert_eq!(codes("D03"), BTreeSet::new());
}

#[test]
fn streets_that_sound_alike_are_found() {
    let (sample, snapshot, _, found) = demo();
    let homophones: Vec<&Noticed> = found.iter().filter(|one| one.finding.rule == "N03").collect();
    for pair in &sample.defects.homophones {
        let names: Vec<&str> = pair
            .split('/')
            .map(|code| {
                let road =
                    snapshot.layer(Layer::Road).by_code(code).find(|road| road.valid.contains(today()));
                road.unwrap().label().unwrap()
            })
            .collect();
        for (one, other) in [(names[0], names[1]), (names[1], names[0])] {
            let told = homophones.iter().any(|noticed| {
                noticed.name.as_deref() == Some(one) && noticed.finding.what.zh.contains(other)
            });
            assert!(told, "{one} and {other}");
        }
    }
}

#[test]
fn findings_are_made_the_same_each_time_and_have_ids_of_their_own() {
    let (_, snapshot, inventory, found) = demo();
    let again = of_register((snapshot, inventory), today(), Rules::compiled(), &|_| true).unwrap();
    assert_eq!(&again, found);
    let ids: BTreeSet<&str> = found.iter().map(|one| one.finding.id.as_str()).collect();
    assert_eq!(ids.len(), found.len());
    let some = of_register((snapshot, inventory), today(), Rules::compiled(), &|rule| rule == "N02").unwrap();
    let of_rule: Vec<&Noticed> = found.iter().filter(|one| one.finding.rule == "N02").collect();
    assert_eq!(some.iter().collect::<Vec<_>>(), of_rule);
}

#[test]
fn a_renaming_names_what_it_touches() {
    let (_, snapshot, inventory, _) = demo();
    let plates = snapshot.layer(Layer::DoorPlate);
    let road = snapshot
        .layer(Layer::Road)
        .iter()
        .find(|road| {
            let code = road.code.as_deref();
            code.is_some() && plates.iter().any(|plate| plate.text("road_code") == code)
        })
        .unwrap();
    let found = impact((snapshot, inventory), (Layer::Road, road.id), "昙华路", (today(), Secrecy::Internal))
        .unwrap();
    let found = found.unwrap();
    let code = road.code.as_deref();
    let of_road = |layer: Layer| {
        let all = snapshot.layer(layer).iter().filter(|one| one.text("road_code") == code);
        all.map(|one| one.id.to_string()).collect::<BTreeSet<_>>()
    };
    let touched = |touch: Touch| {
        let all = found.touched.iter().filter(|one| one.touch == touch && one.sure);
        all.map(|one| one.record.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(touched(Touch::Plate), of_road(Layer::DoorPlate));
    assert_eq!(touched(Touch::Sign), of_road(Layer::Sign));
    assert!(touched(Touch::Own).len() >= 2, "the road and its name: {:?}", touched(Touch::Own));
    for one in &found.touched {
        assert!(one.new.contains("昙华") && one.old != one.new, "{one:?}");
    }
    let plate = found.touched.iter().find(|one| one.field == "full_address").unwrap();
    assert_eq!(plate.new, plate.old.replace(road.label().unwrap(), "昙华路"));
    let total: usize = found.counts.values().sum();
    assert_eq!(total, found.touched.len());
}

/// Names of villages: a code and a name each.
fn village(ids: &mut IdSource, code: &str, name: &str) -> Record {
    let level = if code.len() == 12 { DivisionLevel::Community } else { DivisionLevel::Township };
    let mut record = Record::of(ids.next_id(), Division::named(name, level));
    record.code = Some(code.into());
    record
}

/// All villages, communities and townships of the shared list, checked for duplicates and homophones.
#[test]
fn names_of_the_shared_list() {
    if std::env::var_os("BOUNDSTONE_MILLION").is_none() {
        println!("skipped: BOUNDSTONE_MILLION is not set");
        return;
    }
    let Some(mut rows) = divisions("villages.csv.gz") else { return };
    rows.extend(divisions("streets.csv").unwrap_or_default());
    let mut ids = IdSource::new(1_767_196_800_000, 7);
    let records: Vec<Record> = rows.iter().map(|(code, name)| village(&mut ids, code, name)).collect();
    let snapshot = Snapshot::build(Revision(1), records);
    let begun = Instant::now();
    let inventory = Inventory::build(&snapshot, today()).unwrap();
    println!("{} names in {:?}", inventory.len(), begun.elapsed());
    for rules in [&["N02"][..], &["N03"], &["N02", "N03"]] {
        let begun = Instant::now();
        let wanted = |rule: &str| rules.contains(&rule);
        let found = of_register((&snapshot, &inventory), today(), Rules::compiled(), &wanted).unwrap();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for one in &found {
            let level = one.level.as_deref().unwrap_or_default();
            *counts.entry(format!("{} {:?} {level}", one.finding.rule, one.finding.severity)).or_default() +=
                1;
        }
        println!("{rules:?}: {} in {:?} {counts:?}", found.len(), begun.elapsed());
        let step = (found.len() / 40).max(1);
        for one in found.iter().step_by(step) {
            let name = one.name.as_deref().unwrap_or_default();
            let code = one.code.as_deref().unwrap_or_default();
            println!("  {code} {name} {:?}: {}", one.finding.severity, one.finding.what.zh);
        }
    }
}

/// A name that is proposed, and what a renaming touches.
#[test]
fn a_name_is_checked_before_it_is_given() {
    let desk = Desk::new();
    desk.done(&["demo", "--register", "d.gpkg"]);
    let on = ["--as-of", "2026-12-01"];
    let told = desk.json(
        &[&["name", "d.gpkg", "北京路", "--class", "street", "--at", "102.70,25.05"], &on[..]].concat(),
    );
    let found = told["proposed"]["findings"].as_array().unwrap();
    assert!(found.iter().any(|one| one["rule"] == "N02" && one["severity"] == "error"), "{told}");
    let text = desk
        .done(&[&["name", "d.gpkg", "世界大厦", "--class", "building", "--floors", "3"], &on[..]].concat());
    assert!(text.contains("N07") && text.contains("N12") && text.contains("必须改"), "{text}");
    assert_eq!(desk.code(&["name", "d.gpkg", "北京路", "--class", "planet"]), Some(2));
    let to = ["rename", "d.gpkg", "530102001", "--to", "昙华街道"];
    let impact = desk.json(&[&to[..], &on[..]].concat());
    assert!(impact["counts"]["own"].as_u64().unwrap() >= 2, "{}", impact["counts"]);
    desk.done(&[&to[..], &["--xlsx", "rename.xlsx"], &on[..]].concat());
    assert!(desk.path("rename.xlsx").is_file());
    assert_eq!(desk.code(&["rename", "d.gpkg", "nothing", "--to", "x"]), Some(1));
}

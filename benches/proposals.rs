//! Promises on names in law: one that is proposed beside a million others, the inventory behind it, and all names of
//! the shared list checked for duplicates and homophones.

use std::time::Instant;

use boundstone::model::layers::{Division, DivisionLevel, Place};
use boundstone::model::{Change, IdSource, Record, Revision, Secrecy, Value};
use boundstone::names::checks::{Inventory, NameClass, Proposal, of_register, propose};
use boundstone::rules::Rules;
use boundstone::snapshot::Snapshot;
use geo_types::Point;

use crate::names::villages;
use crate::report::{Better, Report};
use crate::snapshot::today;

/// Characters that names of streets and estates are made of.
const CHARACTERS: &str = "翠湖文林华山永安金色阳光东西南北新兴太平和建设人民光明红旗龙泉青绿水长春福寿康宁大观正义年五一胜利团结友谊景星武成崇仁钱局";
/// Category and generic terms of what is named.
const KINDS: [(&str, &[&str], NameClass); 4] = [
    ("23400", &["路", "街", "巷"], NameClass::Street),
    ("22100", &["小区", "花园", "家园"], NameClass::Estate),
    ("22200", &["村", "寨", "营"], NameClass::Village),
    ("26240", &["公园", "广场"], NameClass::Facility),
];

/// Runs them.
pub fn run(report: &mut Report) {
    if ["names.1m_build", "names.1m_edit", "names.1m_proposal", "names.1m_proposal_worst"]
        .iter()
        .any(|name| report.wants(name))
    {
        proposals(report);
    }
    if report.wants("names.620k_batch") {
        batch(report);
    }
}

fn name(nth: usize, characters: &[char]) -> String {
    let n = characters.len();
    let mixed = nth.wrapping_mul(2_654_435_761) >> 7;
    let length = 2 + mixed % 2;
    (0..length).map(|at| characters[(mixed / n.pow(at as u32) + at) % n]).collect()
}

/// A province: a million places over four degrees, densest in one city.
fn province() -> Vec<Record> {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut ids = IdSource::new(1, 1);
    (0..1_000_000)
        .map(|nth| {
            let (category, generics, _) = KINDS[nth % KINDS.len()];
            let county = 100 * (1 + nth / 4 % 16) + 1 + nth / 64 % 14;
            let wide = if nth % 5 == 0 { 0.3 } else { 4.0 };
            let part = |by: usize| (nth.wrapping_mul(by) % 1_000_003) as f64 / 1_000_003.0;
            let mut record = Record::of(
                ids.next_id(),
                Place {
                    category: Some(category.into()),
                    division_codes: vec![format!("53{county:04}")],
                    ..Place::named(&format!(
                        "{}{}",
                        name(nth, &characters),
                        generics[nth / 7 % generics.len()]
                    ))
                },
            );
            let at = Point::new(100.0 + wide * part(7_919), 24.0 + wide * part(104_729));
            record.geometry = Some(std::sync::Arc::new(at.into()));
            record
        })
        .collect()
}

fn proposals(report: &mut Report) {
    let snapshot = Snapshot::build(Revision(1), province());
    let begun = Instant::now();
    let inventory = Inventory::build(&snapshot, today()).unwrap();
    let note = format!("{} names", inventory.len());
    let built = begun.elapsed().as_secs_f64();
    report.add("names.1m_build", built, "s", Better::Lower, ("promise", Some(60.0)), &note);
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut times: Vec<f64> = (0..200)
        .map(|nth| {
            let (_, generics, class) = KINDS[nth % KINDS.len()];
            let dense = if nth % 2 == 0 { 0.15 } else { 2.0 };
            let proposal = Proposal {
                name: format!("{}{}", name(nth * 4_999, &characters), generics[0]),
                class: Some(class),
                geometry: Some(Point::new(100.0 + dense, 24.0 + dense + nth as f64 / 1e4).into()),
                division: Some("530101".into()),
                ..Proposal::default()
            };
            let begun = Instant::now();
            let of = (&snapshot, &inventory);
            let said = propose(of, &proposal, Rules::compiled(), (today(), Secrecy::Internal), 5).unwrap();
            std::hint::black_box(said.findings.len());
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let note = format!("{note}, all rules, with five names that pass");
    for (name, at) in [("names.1m_proposal", 100), ("names.1m_proposal_worst", 199)] {
        report.add(name, times[at], "ms", Better::Lower, ("promise", Some(200.0)), &note);
    }
    let old = snapshot.layer(boundstone::model::Layer::Place).iter().nth(1_000).unwrap().as_ref().clone();
    let mut new = old.clone();
    new.fields = new.fields.with(0, Some(Value::Text("昙华路".into())));
    let changes = [Change::update(old, new)];
    let next = snapshot.apply(Revision(2), &changes).unwrap();
    let begun = Instant::now();
    std::hint::black_box(inventory.after(&next, &changes).unwrap().len());
    let ms = begun.elapsed().as_secs_f64() * 1e3;
    report.add("names.1m_edit", ms, "ms", Better::Lower, ("promise", Some(200.0)), "one place renamed");
}

fn batch(report: &mut Report) {
    let mut ids = IdSource::new(1, 1);
    let names = villages();
    let records = names.iter().map(|(code, name)| {
        let mut record = Record::of(ids.next_id(), Division::named(name, DivisionLevel::Community));
        record.code = Some(code.as_str().into());
        record
    });
    let snapshot = Snapshot::build(Revision(1), records.collect::<Vec<_>>());
    let begun = Instant::now();
    let inventory = Inventory::build(&snapshot, today()).unwrap();
    let built = begun.elapsed().as_secs_f64();
    let of = (&snapshot, &inventory);
    let wanted = |rule: &str| matches!(rule, "N02" | "N03");
    let found = of_register(of, today(), Rules::compiled(), &wanted).unwrap();
    let all = begun.elapsed().as_secs_f64();
    let note =
        format!("{} names, inventory {built:.1} s, {} findings by N02 and N03", names.len(), found.len());
    report.add("names.620k_batch", all, "s", Better::Lower, ("promise", Some(120.0)), &note);
}

//! S02 · local practice: signs stand at the start, the end and the crossings of a street, within sixty days of its
//! naming. What is missing is told with its places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo_types::Coord;
use serde::Deserialize;

use super::Check;
use super::streets::{Street, Streets, point};
use crate::crs::geodesic::distance_m;
use crate::findings::{Found, Notice};
use crate::model::{Layer, geometry};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "S02", run };

/// Places that a sentence names.
const NAMED: usize = 4;

#[derive(Deserialize)]
struct Parameters {
    near_m: f64,
    days: i32,
    classes: Vec<String>,
}

type Key = (u64, u64);

fn key(at: &Coord) -> Key {
    (at.x.to_bits(), at.y.to_bits())
}

/// A place where a sign belongs.
struct Stand {
    at: Coord,
    /// the street that crosses there; none at a loose end
    crossing: Option<usize>,
}

fn run(streets: &Streets<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let wide = |street: &Street<'_>| {
        let class = street.pieces.first().and_then(|piece| piece.text("class"));
        class.is_some_and(|class| wanted.classes.iter().any(|one| one == class))
    };
    let mut through: HashMap<Key, BTreeSet<usize>> = HashMap::new();
    for (nth, street) in streets.all.iter().enumerate() {
        for at in street.chains().into_iter().flat_map(|line| &line.0) {
            through.entry(key(at)).or_default().insert(nth);
        }
    }
    let named = named_lately(streets, wanted.days);
    for (nth, street) in streets.all.iter().enumerate().filter(|(_, street)| wide(street)) {
        if named.contains(street.name.as_str()) {
            continue;
        }
        let stands = stands((nth, street), &through, wanted.near_m);
        let signs: Vec<Coord> = street.signs.iter().filter_map(|sign| point(sign)).collect();
        let signed = |stand: &Stand| signs.iter().any(|sign| distance_m(*sign, stand.at) <= wanted.near_m);
        let (all, missing) = (stands.len(), stands.into_iter().filter(|stand| !signed(stand)));
        let missing: Vec<Stand> = missing.collect();
        let Some((first, road)) = missing.first().zip(street.pieces.first()) else { continue };
        let (zh, en) = told(streets, &missing);
        let count = missing.len();
        let zh = format!("{}应设标志 {all} 处，缺 {count} 处：{zh}", street.name);
        let en = format!("{}: {count} of {all} signs are missing: {en}", street.name);
        let notice = Notice::new(road, zh, en).at(geometry::round(first.at));
        let crossed =
            missing.iter().take(NAMED).filter_map(|stand| streets.all[stand.crossing?].pieces.first());
        let notice = crossed.fold(notice, |notice, other| notice.with(other));
        found.push(notice.evidence(format!("{} {count}/{all}", street.name)));
    }
    Ok(())
}

/// Loose ends and crossings of a street, those close together once.
fn stands(
    (nth, street): (usize, &Street<'_>),
    through: &HashMap<Key, BTreeSet<usize>>,
    near_m: f64,
) -> Vec<Stand> {
    let chains = street.chains();
    let mut ends: BTreeMap<Key, usize> = BTreeMap::new();
    for end in chains.iter().flat_map(|line| [line.0.first(), line.0.last()]).flatten() {
        *ends.entry(key(end)).or_default() += 1;
    }
    let mut stands: Vec<Stand> = Vec::new();
    for at in chains.iter().flat_map(|line| &line.0) {
        let others = through.get(&key(at)).into_iter().flatten();
        let crossing = others.copied().find(|other| *other != nth);
        let loose = ends.get(&key(at)) == Some(&1);
        let close = |stand: &Stand| distance_m(stand.at, *at) <= near_m;
        if (crossing.is_some() || loose) && !stands.iter().any(close) {
            stands.push(Stand { at: *at, crossing });
        }
    }
    stands
}

fn told(streets: &Streets<'_>, missing: &[Stand]) -> (String, String) {
    let name = |stand: &Stand| stand.crossing.map(|other| streets.all[other].name.as_str());
    let place = |stand: &Stand| match name(stand) {
        Some(other) => (format!("与{other}交叉口"), format!("crossing with {other}")),
        None => ("起止点".to_owned(), "an end".to_owned()),
    };
    let first: Vec<(String, String)> = missing
        .iter()
        .take(NAMED)
        .map(|stand| {
            let ((zh, en), at) = (place(stand), geometry::round(stand.at));
            (format!("{zh}（{:.5}, {:.5}）", at.x, at.y), format!("{en} ({:.5}, {:.5})", at.x, at.y))
        })
        .collect();
    let join = |of: fn(&(String, String)) -> &str, by| first.iter().map(of).collect::<Vec<_>>().join(by);
    let more = missing.len() > NAMED;
    let (zh, en) = (join(|one| &one.0, "、"), join(|one| &one.1, "; "));
    (zh + if more { "等" } else { "" }, en + if more { " and more" } else { "" })
}

/// Names given so lately that the signs may still come.
fn named_lately<'a>(streets: &Streets<'a>, days: i32) -> BTreeSet<&'a str> {
    let names = streets.snapshot.layer(Layer::Name).iter().filter(|name| name.valid.contains(streets.day));
    names
        .filter_map(|record| {
            use crate::model::layers::{LayerStruct as _, Name};
            let events = Name::from_fields(&record.fields).ok()?.events;
            let last = events.iter().filter(|event| event.kind == "approved");
            let last = last.filter_map(|event| event.date.parse().ok()).max()?;
            let late = streets.day.days() - crate::model::Date::days(last);
            (late <= days).then(|| record.text("text")).flatten()
        })
        .collect()
}

//! Place codes (地名代码) that the national database gives: which places still wait for one, and what its answer, a
//! table, means for the register. Nothing is changed here.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::census_table::{Sheet, column, sheets};
use crate::model::{Bilingual, Date, Layer, RecordId, Secrecy};
use crate::snapshot::Snapshot;

/// Characters of a code.
const LONGEST: usize = 40;
/// Rows of an answer at most.
pub const MOST_ROWS: usize = 200_000;

/// What the upload table must have; the code itself comes from the database.
const WANTED: [&str; 6] =
    ["standard_name", "roman", "category_code", "division_codes", "east_from", "origin"];

/// Places that have a standard or approved name and no code, by code and id.
pub fn pending(snapshot: &Snapshot, day: Date, show: Secrecy) -> Vec<Sheet<'_>> {
    let mut all = sheets(snapshot, day, show);
    all.retain(|sheet| {
        let coded = sheet.place.text("place_code").is_some_and(|code| !code.trim().is_empty());
        !coded && (sheet.standard().is_some() || sheet.names.is_empty() && sheet.name().is_some())
    });
    all.sort_by(|a, b| (&a.place.code, a.place.id).cmp(&(&b.place.code, b.place.id)));
    all
}

/// What the upload table asks for and a place does not have.
pub fn lacks(sheet: &Sheet<'_>, snapshot: &Snapshot, day: Date) -> Vec<&'static str> {
    WANTED.into_iter().filter(|column| sheet.cell(snapshot, day, column).is_none()).collect()
}

/// A row of an answer: its number in the file from 1, the headings not counted, and its texts by heading, or why it
/// cannot be read.
pub type Row = (u64, Result<HashMap<String, String>, Bilingual>);

/// A code for a place.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Given {
    /// the row
    pub row: u64,
    /// the place
    #[schema(value_type = String)]
    pub id: RecordId,
    /// what it is called
    pub name: String,
    /// its code
    pub place_code: String,
}

/// A row that gives no place a code.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Refused {
    /// the row
    pub row: u64,
    /// the name in it
    pub name: String,
    /// why
    pub why: Bilingual,
}

/// What an answer means.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// codes that are new
    pub given: Vec<Given>,
    /// rows whose place has that code already
    pub unchanged: usize,
    /// rows that cannot be used
    pub refused: Vec<Refused>,
}

/// Reads an answer: places are found by the id of the upload table, by their own code, else by a name that only one
/// place has in the divisions named. A place that has another code already keeps it.
pub fn answer(snapshot: &Snapshot, day: Date, show: Secrecy, rows: &[Row]) -> Answer {
    let all = sheets(snapshot, day, show);
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut by_code: HashMap<&str, usize> = HashMap::new();
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (nth, sheet) in all.iter().enumerate() {
        by_id.insert(sheet.place.id.to_string(), nth);
        if let Some(code) = sheet.place.code.as_deref() {
            by_code.insert(code, nth);
        }
        if let Some(name) = sheet.name() {
            by_name.entry(name).or_default().push(nth);
        }
        if let Some(code) = sheet.place.text("place_code") {
            taken.insert(code.trim().to_owned(), nth);
        }
    }
    let (mut answer, mut seen) = (Answer::default(), HashSet::new());
    for (number, cells) in rows {
        let cells = match cells {
            Ok(cells) => cells,
            Err(why) => {
                answer.refused.push(Refused { row: *number, name: String::new(), why: why.clone() });
                continue;
            }
        };
        let cells: HashMap<&str, &str> = cells
            .iter()
            .filter_map(|(heading, text)| Some((column(heading)?, text.trim())))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let name = cells.get("standard_name").copied().unwrap_or_default();
        let mut refuse = |zh: String, en: &str| {
            answer.refused.push(Refused { row: *number, name: name.to_owned(), why: Bilingual::new(zh, en) });
        };
        let Some(code) = cells.get("place_code").copied() else {
            refuse("没有地名代码".into(), "no place code");
            continue;
        };
        if code.chars().count() > LONGEST || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            refuse(format!("“{code}”不是地名代码"), "that is no place code");
            continue;
        }
        let named = || {
            let of_name = by_name.get(name)?;
            let divisions = cells.get("division_codes").copied().unwrap_or_default();
            let there = |nth: &&usize| {
                let own = all[**nth].cell(snapshot, day, "division_codes").unwrap_or_default();
                divisions.is_empty() || own == divisions
            };
            let mut found = of_name.iter().filter(there);
            found.next().filter(|_| found.next().is_none()).copied()
        };
        let by_key = cells.get("id").and_then(|id| by_id.get(*id));
        let by_key = by_key.or_else(|| cells.get("code").and_then(|code| by_code.get(*code))).copied();
        let Some(nth) = by_key.or_else(named) else {
            refuse("找不到这个地名，或同名的不止一个".into(), "no such place, or several of that name");
            continue;
        };
        let (place, own) = (all[nth].place, all[nth].name().unwrap_or_default());
        let held = place.text("place_code").map(str::trim).filter(|held| !held.is_empty());
        if held == Some(code) {
            answer.unchanged += 1;
        } else if let Some(held) = held {
            refuse(format!("“{own}”已有地名代码 {held}"), "the place has another code already");
        } else if taken.get(code).is_some_and(|other| *other != nth) || !seen.insert(place.id) {
            refuse(
                format!("代码 {code} 已属于另一地名，或本表中重复"),
                "the code is another place's, or given twice",
            );
        } else {
            taken.insert(code.to_owned(), nth);
            let (name, place_code) = (own.to_owned(), code.to_owned());
            answer.given.push(Given { row: *number, id: place.id, name, place_code });
        }
    }
    answer
}

/// The layer that codes are written to.
pub const LAYER: Layer = Layer::Place;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layers::{Name, Place};
    use crate::model::{IdSource, Record, Revision};

    fn day() -> Date {
        Date::new(2026, 12, 1).unwrap()
    }

    fn register() -> (Snapshot, Vec<RecordId>) {
        let mut ids = IdSource::new(1_767_196_800_000, 7);
        let mut records = Vec::new();
        let mut places = Vec::new();
        for (name, code, place_code, status) in [
            ("昙华路", "DM1", None, "standard"),
            ("文林街", "DM2", Some("530102001400000001"), "standard"),
            ("新街", "DM3", None, "proposed"),
            ("新街", "DM4", None, "approved"),
        ] {
            let mut place = Record::of(
                ids.next_id(),
                Place { place_code: place_code.map(Into::into), ..Place::named(name) },
            );
            place.code = Some(code.into());
            places.push(place.id);
            let status = Some(status.to_owned());
            let text = Name { status, place_id: Some(place.id.to_string()), ..Name::of(name) };
            records.extend([place, Record::of(ids.next_id(), text)]);
        }
        (Snapshot::build(Revision(1), records), places)
    }

    #[test]
    fn places_wait_for_a_code_once_their_name_is_approved() {
        let (snapshot, _) = register();
        let waiting = pending(&snapshot, day(), Secrecy::Internal);
        let codes: Vec<_> = waiting.iter().filter_map(|sheet| sheet.place.code.as_deref()).collect();
        assert_eq!(codes, ["DM1", "DM4"]);
        assert!(lacks(&waiting[0], &snapshot, day()).contains(&"roman"));
        let row = waiting[0].row(&snapshot, day());
        assert_eq!(row.len(), super::super::census_table::columns().count());
        assert_eq!(row[3], "昙华路");
    }

    #[test]
    fn an_answer_gives_each_place_its_code_once() {
        let (snapshot, places) = register();
        let row = |number: u64, cells: &[(&str, &str)]| -> Row {
            (
                number,
                Ok(cells.iter().map(|(heading, text)| ((*heading).to_owned(), (*text).to_owned())).collect()),
            )
        };
        let rows = [
            row(1, &[("记录标识", &places[0].to_string()), ("地名代码", "530102001400000009")]),
            row(2, &[("标准名称", "文林街"), ("地名代码", "530102001400000001")]),
            row(3, &[("标准名称", "文林街"), ("地名代码", "530102001400000002")]),
            row(4, &[("标准名称", "新街"), ("地名代码", "530102001400000003")]),
            row(5, &[("代码", "DM4"), ("地名代码", "530102001400000009")]),
            row(6, &[("代码", "DM4"), ("地名代码", "代码")]),
            row(7, &[("代码", "DM4"), ("地名代码", "530102001400000004")]),
        ];
        let answer = answer(&snapshot, day(), Secrecy::Internal, &rows);
        let given: Vec<u64> = answer.given.iter().map(|one| one.row).collect();
        let refused: Vec<u64> = answer.refused.iter().map(|one| one.row).collect();
        assert_eq!((given, answer.unchanged, refused), (vec![1, 7], 1, vec![3, 4, 5, 6]));
    }
}

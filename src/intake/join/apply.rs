//! What becomes of a joined row: its record brought up to date, or a finding with records to choose from.

use super::super::merge::Merging;
use super::super::report::{self, At, Rule};
use super::super::row::Row;
use super::words::{Alike, Words};
use super::{By, Joined, Outcome, Unmatched, Why, names, same_code};
use crate::model::{Bilingual, Candidate, Change, Layer, Record};

impl<'a> Joined<'a> {
    /// The next row's change, if it has one.
    pub(in crate::intake) fn next(&mut self, merging: &mut Merging<'_>, row: Row) -> Option<Change> {
        match self.outcomes.next()? {
            Outcome::Found { record, by } => {
                let row = fitted(merging, row, record, by);
                merging.update(record, row)
            }
            Outcome::Placed(at) => {
                let mut row = row;
                row.geometry = Some(at);
                merging.insert(row)
            }
            Outcome::Refused { why, candidates } => {
                refuse(merging, &row, why, candidates);
                None
            }
        }
    }
}

/// The row without its name: a table says which record by it, and never renames one.
fn fitted(merging: &mut Merging<'_>, mut row: Row, record: &Record, by: By) -> Row {
    let layer = merging.options.layer;
    let said = label(layer, &row);
    let there = record.label().unwrap_or_default();
    let words = Words::get();
    let alike = words.compare(&words.spell(&said), &words.spell(there)).kind;
    let at = At::row(row.number);
    let evidence = || format!("{said} → {there}");
    let itself = || {
        let within = record.code.as_deref().unwrap_or_default().to_owned();
        vec![Candidate {
            id: record.id.to_string(),
            label: there.to_owned(),
            within,
            score: words.compare(&words.spell(&said), &words.spell(there)).score,
        }]
    };
    match by {
        By::Name(Alike::Typo) => merging.report.note_with(&report::JOINED_TYPO, at, itself(), || {
            let zh = format!("“{said}”按写法相近对上了“{there}”");
            (zh, format!("{said:?} was joined with {there:?}: the spelling differs a little"), evidence())
        }),
        By::Name(Alike::Other) => merging.report.note_with(&report::JOINED_TYPO, at, itself(), || {
            let zh = format!("“{said}”是“{there}”的曾用名或简称");
            (zh, format!("{said:?} is a former or short name of {there:?}"), evidence())
        }),
        By::Name(Alike::Aside) => merging.report.note_with(&report::JOINED_TYPO, at, itself(), || {
            let zh = format!("“{said}”不计括号内的字，对上了“{there}”");
            (zh, format!("{said:?} was joined with {there:?}, brackets aside"), evidence())
        }),
        By::Code if has_name(layer, &row) && alike > Alike::Aside => {
            merging.report.note_with(&report::JOINED_NAME, at, itself(), || {
                let zh = format!("代码相同而名称不同：表中为“{said}”，登记册为“{there}”");
                (
                    zh,
                    format!("the same code but another name: {said:?}, in the register {there:?}"),
                    evidence(),
                )
            });
        }
        _ => {}
    }
    if is_name(layer) {
        row.fields.retain(|(at, _)| Some(*at) != layer.def().label_field());
    }
    if row.code.as_deref().zip(record.code.as_deref()).is_some_and(|(a, b)| same_code(layer, a, b)) {
        row.code = None;
    }
    row
}

/// Whether a layer's records are called by a name of their own.
fn is_name(layer: Layer) -> bool {
    layer.def().label_field().is_some_and(|at| matches!(layer.def().fields[at].name, "name" | "text"))
}

/// Whether a row calls its record by such a name; a code alone is none.
fn has_name(layer: Layer, row: &Row) -> bool {
    is_name(layer) && !names::of(layer, |at| row.get(at), None).is_empty()
}

fn label(layer: Layer, row: &Row) -> String {
    let first = names::of(layer, |at| row.get(at), row.code.as_deref()).into_iter().next();
    first.map(|(name, _)| name).or_else(|| row.said()?.key.as_deref().map(str::to_owned)).unwrap_or_default()
}

fn refuse(merging: &mut Merging<'_>, row: &Row, why: Why, candidates: Vec<Candidate>) {
    let what = sentence(why);
    let label = label(merging.options.layer, row);
    let rule: &Rule = match why {
        Why::Several(_) => &report::JOIN_SEVERAL,
        Why::Taken => &report::DUPLICATE,
        _ if candidates.is_empty() => &report::JOIN_NOTHING,
        _ => &report::JOIN_NONE,
    };
    merging.report.note_with(rule, At::row(row.number), candidates.clone(), || {
        (what.zh.clone(), what.en.clone(), label.clone())
    });
    merging.counts.refused += 1;
    if merging.unmatched.len() < Words::get().limits.listed {
        merging.unmatched.push(Unmatched { row: row.number, label, why: what, candidates });
    }
}

fn sentence(why: Why) -> Bilingual {
    match why {
        Why::Blank => Bilingual::new("没有代码，也没有名称", "there is neither code nor name"),
        Why::Unknown => Bilingual::new("登记册中没有这个代码或名称", "no record has this code or name"),
        Why::Several(count) => {
            Bilingual::new(format!("登记册中有 {count} 条记录都对得上"), format!("{count} records fit it"))
        }
        Why::Elsewhere => Bilingual::new(
            "名称对得上，但所属区划不符",
            "a record has this name, but lies in another division",
        ),
        Why::OtherCode => Bilingual::new(
            "代码不在登记册中；名称对得上的记录是另一个代码",
            "no record has this code; the record of this name has another",
        ),
        Why::Taken => {
            Bilingual::new("前面已有一行对上了同一条记录", "an earlier row was joined with the same record")
        }
        Why::Known => Bilingual::new(
            "代码是已有记录的，不能在图上另立新记录",
            "its code is that of a record: it cannot be placed as a new one",
        ),
        Why::NotThere => {
            Bilingual::new("所指定的记录不在登记册中", "the record chosen for it is not in the register")
        }
    }
}

//! In which divisions rows say they lie, and in which records do.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::references::{above, significant, spellings};
use super::super::row::Row;
use super::super::values::cell_text;
use super::words::{Spelled, Words};
use crate::model::layers::DivisionLevel;
use crate::model::{Date, Layer, Record, RefBy, Value, geometry};
use crate::snapshot::Snapshot;

/// What a row says of where it lies.
pub(in crate::intake) enum Hint {
    /// a division code's digits that count
    Code(Box<str>),
    /// a name
    Name(Spelled),
}

/// Whether a record lies where a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// it does
    Agrees,
    /// nothing is known
    Unknown,
    /// it lies elsewhere
    Contradicts,
}

/// A division that something lies in.
struct Known {
    code: Option<Box<str>>,
    level: Option<DivisionLevel>,
    name: Spelled,
    label: Box<str>,
}

/// A division's record and what it goes by.
type Named<'a> = (&'a Arc<Record>, Rc<Known>);

type Chain = Rc<Vec<Rc<Known>>>;

/// The divisions of a register, by name and with those above them.
pub(in crate::intake) struct Divisions<'a> {
    snapshot: &'a Snapshot,
    as_of: Date,
    words: &'static Words,
    named: Option<HashMap<Box<[char]>, Vec<Named<'a>>>>,
    chains: HashMap<Box<str>, Chain>,
}

impl<'a> Divisions<'a> {
    pub(in crate::intake) fn new(snapshot: &'a Snapshot, as_of: Date) -> Self {
        Self { snapshot, as_of, words: Words::get(), named: None, chains: HashMap::new() }
    }

    fn known(words: &Words, record: &Record) -> Rc<Known> {
        let label = record.label().unwrap_or_default();
        Rc::new(Known {
            code: record.code.as_deref().map(|code| significant(code).into()),
            level: record.text("level").and_then(DivisionLevel::from_code),
            name: words.spell(label),
            label: label.into(),
        })
    }

    /// The divisions of a name, but for spelling.
    fn named(&mut self, name: &Spelled) -> Vec<Named<'a>> {
        let (snapshot, words, as_of) = (self.snapshot, self.words, self.as_of);
        let named = self.named.get_or_insert_with(|| {
            let mut all: HashMap<Box<[char]>, Vec<_>> = HashMap::new();
            for record in snapshot.layer(Layer::Division).iter().filter(|r| r.valid.contains(as_of)) {
                let known = Self::known(words, record);
                for handle in words.handles(&known.name) {
                    all.entry(handle.into()).or_default().push((record, Rc::clone(&known)));
                }
            }
            all
        });
        let mut found: Vec<_> = words
            .handles(name)
            .filter_map(|handle| named.get(handle))
            .flatten()
            .filter(|(_, known)| words.compare(name, &known.name).kind.is_enough())
            .map(|(record, known)| (*record, Rc::clone(known)))
            .collect();
        found.sort_by_key(|(record, _)| record.key());
        found.dedup_by_key(|(record, _)| record.key());
        found
    }

    /// The division that a name means, if the other hints leave only one.
    pub(in crate::intake) fn named_one(&mut self, text: &str, hints: &[Hint]) -> Option<&'a Arc<Record>> {
        let name = self.words.spell(text);
        let found: Vec<_> = self.named(&name).into_iter().map(|(record, _)| record).collect();
        let judged: Vec<_> = found.iter().map(|record| (self.judge(record, hints), *record)).collect();
        let best = judged.iter().map(|(verdict, _)| *verdict).min()?;
        let mut best = judged.into_iter().filter(|(v, _)| *v == best && *v != Verdict::Contradicts);
        let (_, one) = best.next()?;
        best.next().is_none().then_some(one)
    }

    /// The divisions above a code, itself first.
    fn chain_of(&mut self, code: &str) -> Chain {
        if let Some(known) = self.chains.get(code) {
            return Rc::clone(known);
        }
        let view = self.snapshot.layer(Layer::Division);
        let find = |code: &str| {
            let all = spellings(code);
            all.iter().flat_map(|spelling| view.by_code(spelling)).find(|r| r.valid.contains(self.as_of))
        };
        let (mut chain, mut next) = (Vec::new(), Some(code.to_owned()));
        while let Some(code) = next.take().filter(|_| chain.len() < 10) {
            let Some(record) = find(&code) else {
                next = above(&code).into_iter().find(|code| find(code).is_some());
                continue;
            };
            chain.push(Self::known(self.words, record));
            next = record.text("parent_code").map(str::to_owned).or_else(|| above(&code).into_iter().next());
        }
        let chain = Rc::new(chain);
        self.chains.insert(code.into(), Rc::clone(&chain));
        chain
    }

    /// The divisions that a record lies in, nearest first: by its codes, its words, or its place.
    fn around(&mut self, record: &Record) -> Chain {
        if record.layer == Layer::Division {
            let up = record.text("parent_code").map(str::to_owned);
            let up = up.or_else(|| above(record.code.as_deref()?).into_iter().next());
            return up.map(|code| self.chain_of(&code)).unwrap_or_default();
        }
        if let Some(code) = codes(record.layer, |at| record.fields.get(at)).into_iter().next() {
            return self.chain_of(&code);
        }
        let words: Vec<Rc<Known>> = texts(record.layer, |at| record.fields.get(at))
            .into_iter()
            .map(|(level, text)| {
                let name = self.words.spell(&text);
                Rc::new(Known { code: None, level: Some(level), name, label: text.into() })
            })
            .collect();
        if !words.is_empty() {
            return Rc::new(words);
        }
        let mut first = None;
        if let Some(shape) = record.geometry.as_deref() {
            geometry::for_each_coord(shape, &mut |c| {
                first.get_or_insert(c);
            });
        }
        let located = first.map(|at| self.snapshot.locate(at, self.as_of)).unwrap_or_default();
        Rc::new(located.into_iter().rev().map(|division| Self::known(self.words, division)).collect())
    }

    /// Whether a record lies where the hints say: one that contradicts is enough.
    pub(super) fn judge(&mut self, record: &Record, hints: &[Hint]) -> Verdict {
        if hints.is_empty() {
            return Verdict::Unknown;
        }
        let chain = self.around(record);
        let own = record.code.as_deref().filter(|_| record.layer == Layer::Division).map(significant);
        let verdicts: Vec<Verdict> = hints
            .iter()
            .map(|hint| match hint {
                Hint::Code(code) => {
                    by_code(code, own.into_iter().chain(chain.iter().filter_map(|k| k.code.as_deref())))
                }
                Hint::Name(name) => self.by_name(name, &chain),
            })
            .collect();
        if verdicts.contains(&Verdict::Contradicts) {
            return Verdict::Contradicts;
        }
        verdicts.into_iter().min().unwrap_or(Verdict::Unknown)
    }

    fn by_name(&mut self, name: &Spelled, chain: &Chain) -> Verdict {
        let fits = |known: &Rc<Known>| {
            let end = known.name.whole.len() > 3 && name.whole.ends_with(&*known.name.whole);
            end || self.words.compare(name, &known.name).kind.is_enough()
        };
        if chain.iter().any(fits) {
            return Verdict::Agrees;
        }
        let levels: Vec<_> = self.named(name).iter().map(|(_, known)| known.level).collect();
        // A division that is known, where the record lies in another of its level.
        let elsewhere = chain.iter().any(|known| levels.contains(&known.level));
        if elsewhere { Verdict::Contradicts } else { Verdict::Unknown }
    }

    /// A record's code and divisions, for a person to choose by.
    pub(super) fn describe(&mut self, record: &Record) -> String {
        let chain = self.around(record);
        let code = record.code.as_deref().filter(|code| record.label() != Some(*code));
        let names = chain.iter().take(3).map(|known| &*known.label);
        code.into_iter().chain(names).collect::<Vec<_>>().join(" · ")
    }

    /// What a row says of where it lies: the fields that name divisions, and columns of such headings.
    pub(super) fn hints(&self, layer: Layer, row: &Row) -> Vec<Hint> {
        let mut found: Vec<String> = codes(layer, |at| row.get(at));
        found.extend(texts(layer, |at| row.get(at)).into_iter().map(|(_, text)| text));
        if layer == Layer::Division {
            found.extend(row.extra_text("parent_code"));
        }
        for (heading, cell) in row.extra.iter().flat_map(|extra| extra.iter()) {
            if self.words.says_division(heading) {
                found.extend(cell_text(cell).map(String::from));
            }
        }
        found.iter().filter(|text| !text.trim().is_empty()).map(|text| Self::hint(text)).collect()
    }

    /// A code or a name as a row has it.
    pub(in crate::intake) fn hint(text: &str) -> Hint {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        if digits && matches!(text.len(), 2 | 4 | 6 | 9 | 12..=20) {
            Hint::Code(significant(text).into())
        } else {
            Hint::Name(Words::get().spell(text))
        }
    }

    /// Whether a column of that heading says in which division a row lies.
    pub(in crate::intake) fn says_division(heading: &str) -> bool {
        Words::get().says_division(heading)
    }
}

/// Codes of divisions in the fields of a record or row.
fn codes<'b>(layer: Layer, get: impl Fn(usize) -> Option<&'b Value>) -> Vec<String> {
    let mut found = Vec::new();
    for (at, field) in layer.def().fields.iter().enumerate() {
        let refers = field.refers.is_some_and(|r| r.layer == Layer::Division && r.by == RefBy::Code);
        if !refers && !matches!(field.name, "division_codes" | "subject_code") {
            continue;
        }
        match get(at) {
            Some(Value::Text(text)) => found.push(text.to_string()),
            Some(Value::List(list)) => {
                found.extend(
                    list.as_array().into_iter().flatten().filter_map(|v| Some(v.as_str()?.to_owned())),
                );
            }
            _ => {}
        }
    }
    found
}

/// Names of divisions in the fields of a record or row, nearest first.
fn texts<'b>(layer: Layer, get: impl Fn(usize) -> Option<&'b Value>) -> Vec<(DivisionLevel, String)> {
    let levels = [
        ("community", DivisionLevel::Community),
        ("township", DivisionLevel::Township),
        ("county", DivisionLevel::County),
    ];
    let text = |name: &str| Some(get(layer.def().index_of(name)?)?.as_text()?.to_owned());
    levels.into_iter().filter_map(|(name, level)| Some((level, text(name)?))).collect()
}

fn by_code<'b>(hint: &str, mut known: impl Iterator<Item = &'b str>) -> Verdict {
    let mut verdict = Verdict::Unknown;
    loop {
        let Some(code) = known.next() else { return verdict };
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        if code.starts_with(hint) {
            return Verdict::Agrees;
        }
        if !hint.starts_with(code) {
            verdict = Verdict::Contradicts;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_agree_by_their_heads() {
        let judge = |hint, known: &[&str]| by_code(hint, known.iter().copied());
        assert_eq!(judge("530102", &["530102002001", "530102002"]), Verdict::Agrees);
        assert_eq!(judge("530103", &["530102002001"]), Verdict::Contradicts);
        assert_eq!(judge("530102002", &["530102"]), Verdict::Unknown);
        assert_eq!(judge("530102002", &[]), Verdict::Unknown);
    }
}

//! The records of a layer by name: the same names at once, similar ones through the characters they share.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::ImportOptions;
use super::words::{Alike, Likeness, Spelled, Words};
use crate::model::{Layer, Record, Value};
use crate::snapshot::LayerView;

/// A record and how alike its name is.
pub(super) type Found<'a> = (&'a Arc<Record>, Likeness);

/// Records that are compared for one name, those with the most characters in common.
const COMPARED: usize = 400;

struct Entry<'a> {
    record: &'a Arc<Record>,
    name: Spelled,
    /// a former or a short name
    other: bool,
}

/// Names of one layer's records.
pub(super) struct Names<'a> {
    words: &'static Words,
    entries: Vec<Entry<'a>>,
    by_core: HashMap<Box<[char]>, Vec<u32>>,
    by_char: Option<HashMap<char, Vec<u32>>>,
    shared: Vec<u16>,
    work: u64,
}

/// The names by which a record or row goes, with whether it is a former or a short one.
pub(super) fn of<'b>(
    layer: Layer,
    get: impl Fn(usize) -> Option<&'b Value>,
    code: Option<&str>,
) -> Vec<(String, bool)> {
    let def = layer.def();
    let text = |name: &str| Some(get(def.index_of(name)?)?.as_text()?.to_owned());
    let mut names = Vec::new();
    if layer == Layer::DoorPlate {
        let parts = ["road", "plate_no", "sub_no", "building_no", "unit_no", "room_no"];
        // Each part ends where its word begins: 1 号 2 栋 is not 12 号.
        let marks = ["", "号", "附", "栋", "单元", "室"];
        let part = |(name, mark): (&str, &str)| {
            text(name).map(|text| format!("{}{mark}", text.trim_end_matches(['号', '栋', '幢', '室'])))
        };
        let whole: String = parts.into_iter().zip(marks).filter_map(part).collect();
        names.extend((text("plate_no").is_some()).then_some((whole, false)));
        names.extend(text("full_address").map(|address| (address, false)));
        return names;
    }
    let label = def.label_field().filter(|at| def.fields[*at].name != "kind");
    let own = label.and_then(|at| Some(get(at)?.as_text()?.to_owned()));
    names.extend(own.map(|name| (name, false)));
    names.extend(text("short_name").map(|name| (name, true)));
    if let Some(Value::List(list)) = def.index_of("former_names").and_then(&get) {
        let former = list.as_array().into_iter().flatten().filter_map(|name| name.as_str());
        names.extend(former.map(|name| (name.to_owned(), true)));
    }
    if names.is_empty() {
        names.extend(code.map(|code| (code.to_owned(), false)));
    }
    names
}

impl<'a> Names<'a> {
    /// Of the records that hold on the day.
    pub(super) fn new(view: &'a LayerView, options: &ImportOptions) -> Self {
        let words = Words::get();
        let (mut entries, mut by_core) = (Vec::new(), HashMap::<Box<[char]>, Vec<u32>>::new());
        for record in view.iter().filter(|record| record.valid.contains(options.as_of)) {
            for (name, other) in of(options.layer, |at| record.fields.get(at), record.code.as_deref()) {
                let name = words.spell(&name);
                for handle in words.handles(&name) {
                    by_core.entry(handle.into()).or_default().push(entries.len() as u32);
                }
                entries.push(Entry { record, name, other });
            }
        }
        Self { words, shared: vec![0; entries.len()], entries, by_core, by_char: None, work: 0 }
    }

    /// Records with one of these names, but for spelling.
    pub(super) fn same(&self, names: &[Spelled]) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for name in names {
            let handles = self.words.handles(name).filter_map(|handle| self.by_core.get(handle));
            let there = handles.flatten();
            found.extend(
                there.map(|at| self.compared(name, *at)).filter(|(_, alike)| alike.kind < Alike::Typo),
            );
        }
        best_of_each(found)
    }

    /// Records whose names are like one of these, the best 400 by characters in common.
    pub(super) fn near(&mut self, names: &[Spelled]) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for name in names {
            for at in self.sharing(name) {
                found.push(self.compared(name, at));
            }
        }
        best_of_each(found)
    }

    fn compared(&self, name: &Spelled, at: u32) -> Found<'a> {
        let entry = &self.entries[at as usize];
        let mut alike = self.words.compare(name, &entry.name);
        if entry.other && alike.kind < Alike::Other {
            alike = Likeness { score: alike.score.min(0.9), kind: Alike::Other };
        }
        (entry.record, alike)
    }

    fn sharing(&mut self, name: &Spelled) -> Vec<u32> {
        if self.work > self.words.limits.work {
            return Vec::new();
        }
        let entries = &self.entries;
        let by_char = self.by_char.get_or_insert_with(|| {
            let mut by_char: HashMap<char, Vec<u32>> = HashMap::new();
            for (at, entry) in entries.iter().enumerate() {
                for c in distinct(&entry.name.core) {
                    by_char.entry(c).or_default().push(at as u32);
                }
            }
            by_char
        });
        let mut touched = Vec::new();
        for c in distinct(&name.core) {
            let there = by_char.get(&c).map_or(&[][..], Vec::as_slice);
            self.work += there.len() as u64;
            for at in there {
                let count = &mut self.shared[*at as usize];
                if *count == 0 {
                    touched.push(*at);
                }
                *count += 1;
            }
        }
        let rank = |at: &u32| {
            let length = self.entries[*at as usize].name.core.len();
            (std::cmp::Reverse(self.shared[*at as usize]), length.abs_diff(name.core.len()), *at)
        };
        if touched.len() > COMPARED {
            touched.select_nth_unstable_by_key(COMPARED, rank);
            touched[COMPARED..].iter().for_each(|at| self.shared[*at as usize] = 0);
            touched.truncate(COMPARED);
        }
        touched.iter().for_each(|at| self.shared[*at as usize] = 0);
        self.work += (touched.len() * name.core.len()) as u64 * 8;
        touched
    }
}

/// The best of each record.
fn best_of_each(mut found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    found.sort_by(|a, b| a.0.key().cmp(&b.0.key()).then(b.1.score.total_cmp(&a.1.score)));
    found.dedup_by_key(|(record, _)| record.key());
    found
}

fn distinct(core: &[char]) -> Vec<char> {
    let mut all: Vec<char> = core.iter().take(64).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

//! Search by name, pinyin and code over the labels of all layers.
//!
//! Each page of rows carries its labels and codes, folded, in one piece of text, made when first searched;
//! a search scans these pieces on all cores (`memchr::memmem`). Ten megabytes for 620,573 village names
//! are scanned in a few milliseconds, any substring is found, in Han script too, where word indexes fail on
//! two-character words, and after an edit only the page it touched is made again. Pinyin is a second piece
//! of text, scanned only for queries in Latin letters.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use memchr::memmem::Finder;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::layer_view::Row;
use super::paged::Page;
use super::pinyin::{self, Heard};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record};

/// How a record was found; better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitKind {
    /// the query is its code
    Code,
    /// the query is its name
    Exact,
    /// the query is the pinyin of its name
    Pinyin,
    /// its name or code begins with the query
    Prefix,
    /// its pinyin begins with the query, or the query is the first letters of its syllables
    PinyinPrefix,
    /// the query is somewhere in its name or code
    Infix,
    /// the query is in its pinyin from some syllable on, or the first letters of its syllables begin with it
    PinyinInfix,
    /// its name has all characters of the query in order and ends like it: 人民中路 for 人民路; or its pinyin
    /// all syllables or initials, the first and the last among them
    Loose,
}

impl HitKind {
    const ALL: [Self; 8] = [
        Self::Code,
        Self::Exact,
        Self::Pinyin,
        Self::Prefix,
        Self::PinyinPrefix,
        Self::Infix,
        Self::PinyinInfix,
        Self::Loose,
    ];
}

/// A record found.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// its layer
    pub layer: Layer,
    /// how
    pub kind: HitKind,
    /// the record
    pub record: &'a Arc<Record>,
    /// how many such records this hit stands for, itself among them: signs, pieces of roads and of water
    /// with the same label, found in the same way, are one hit; `None` where nobody counted
    pub same: Option<usize>,
    /// kind, weight and length
    rank: u64,
}

/// What records have in common that are one hit.
type Same<'a> = (Layer, HitKind, &'a str);

impl<'a> Hit<'a> {
    fn same_as(&self) -> Option<Same<'a>> {
        let many = matches!(self.layer, Layer::Sign | Layer::Road | Layer::Water);
        Some((self.layer, self.kind, self.record.label().filter(|_| many)?))
    }
}

/// What comes first among records found in the same way: divisions from the highest level down, then what
/// people look for, then roads, lanes, and what stands at them; last what has only a code.
fn weight(record: &Record) -> u8 {
    const LANES: &[&str] = &["巷", "弄", "里", "条", "胡同"];
    let name = record.label().filter(|label| record.code.as_deref() != Some(*label));
    let own = match record.layer {
        Layer::Division => {
            let level = record.text("level").and_then(DivisionLevel::from_code);
            level.map_or(DivisionLevel::ALL.len() as u8, |level| level as u8)
        }
        Layer::Place => {
            let street = record.text("category").is_some_and(|category| category.starts_with("23"));
            let lane = street && name.is_some_and(|name| LANES.iter().any(|end| name.ends_with(end)));
            if lane { 15 } else { 8 }
        }
        Layer::Facility => 9,
        Layer::Compound => 10,
        Layer::ClosedOrGreenArea => 11,
        Layer::Water => 12,
        Layer::Road => match record.text("class") {
            Some("lane" | "service" | "footway" | "path" | "steps" | "track" | "other") => 16,
            _ => 13,
        },
        Layer::BoundaryLine | Layer::BoundaryMarker => 14,
        Layer::InspectionRound => 15,
        Layer::InspectionRecord => 23,
        Layer::Name => 17,
        Layer::Building => 18,
        Layer::Gate => 19,
        Layer::Sign => 20,
        Layer::DoorPlate => 21,
        Layer::PlaceExtent | Layer::HouseholdCount => 22,
    };
    if name.is_some() { own } else { own + 32 }
}

/// Before a name in the text of a page.
const NAME: u8 = 1;
/// Before a code.
const CODE: u8 = 2;

/// Labels, codes and pinyin of a page of rows.
pub(super) struct Names {
    text: Box<str>,
    /// where each row begins
    starts: Box<[u32]>,
    weights: Box<[u8]>,
    /// the pinyin of the rows that have any
    sounds: Box<[u8]>,
    /// where it begins, and of which row it is
    heard_of: Box<[(u32, u16)]>,
}

/// A text as it is compared: full-width letters, digits and signs as their plain forms, ASCII in lower case,
/// no control characters.
fn fold(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_control()).map(|c| {
        let plain = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        };
        plain.to_ascii_lowercase()
    })
}

/// A query in the forms in which it is looked for.
struct Query {
    text: String,
    whole: Finder<'static>,
    pinyin: Option<String>,
    /// what all pinyin has in which it may be heard
    sounds: Vec<Finder<'static>>,
    /// its first character, where it is long enough to be found with others in between
    first: Option<Finder<'static>>,
}

impl Query {
    fn of(text: &str) -> Self {
        let text: String = fold(text.trim()).collect();
        let finder = |text: &str| Finder::new(text).into_owned();
        let mut chars = text.chars();
        let first = chars.next().map(|c| finder(c.encode_utf8(&mut [0; 4])));
        let loose = text.chars().count() >= 3 && chars.next_back().is_some_and(|last| !last.is_ascii());
        let pinyin = pinyin::query(&text);
        let beginning = pinyin.as_deref().and_then(pinyin::beginning);
        let sounds = pinyin.as_deref().map(finder).into_iter();
        Self {
            whole: finder(&text),
            sounds: sounds.chain(beginning.map(|piece| Finder::new(&piece).into_owned())).collect(),
            pinyin,
            first: first.filter(|_| loose),
            text,
        }
    }
}

impl Names {
    fn of(rows: &[Row]) -> Self {
        let mut text = String::with_capacity(rows.len() * 32);
        let mut starts = Vec::with_capacity(rows.len());
        let (mut sounds, mut heard_of) = (Vec::new(), Vec::new());
        for (at, row) in rows.iter().enumerate() {
            starts.push(text.len() as u32);
            let (name, code) = (row.record.label(), row.record.code.as_deref());
            if name != code {
                text.push(NAME.into());
                text.extend(name.into_iter().flat_map(fold));
            }
            text.push(CODE.into());
            text.extend(code.into_iter().flat_map(fold));
            let before = sounds.len();
            for field in ["roman", "pinyin_toned"] {
                if let Some(pinyin) = row.record.text(field) {
                    pinyin::push(pinyin, &mut sounds);
                }
            }
            if sounds.len() > before {
                heard_of.push((before as u32, at as u16));
            }
        }
        text.push(NAME.into());
        Self {
            text: text.into(),
            starts: starts.into(),
            weights: rows.iter().map(|row| weight(&row.record)).collect(),
            sounds: sounds.into(),
            heard_of: heard_of.into(),
        }
    }

    /// The rows in which the query occurs and how at best, each once, in no order.
    fn search(&self, query: &Query) -> Vec<Local> {
        let mut found: Vec<Local> = Vec::new();
        self.scan(&query.whole, |row, at| {
            let code = self.code(row);
            found.push(self.local(row, code, self.kind(query.whole.needle(), at, row, code)));
        });
        let plain = found.len();
        if let Some(pinyin) = &query.pinyin {
            let mut each = |row: usize, heard| {
                let kind = match heard {
                    Heard::Whole => HitKind::Pinyin,
                    Heard::Beginning => HitKind::PinyinPrefix,
                    Heard::Part => HitKind::PinyinInfix,
                    Heard::Loose => HitKind::Loose,
                };
                found.push(self.local(row, self.code(row), kind));
            };
            for piece in &query.sounds {
                self.listen(piece, pinyin.as_bytes(), &mut each);
            }
        }
        if let Some(first) = &query.first {
            self.scan(first, |row, at| {
                let code = self.code(row);
                if self.text.get(at..code).is_some_and(|name| loosely(name, &query.text)) {
                    found.push(self.local(row, code, HitKind::Loose));
                }
            });
        }
        if found.len() > plain {
            found.sort_unstable_by_key(|local| (local.row(), *local));
            found.dedup_by_key(|local| local.row());
        }
        found
    }

    /// Calls `each` with the rows that have a piece of text, in order, and where it first is.
    fn scan(&self, piece: &Finder, mut each: impl FnMut(usize, usize)) {
        let (text, mut at, mut row) = (self.text.as_bytes(), 0, 0);
        while let Some(found) = piece.find(&text[at..]) {
            let found = at + found;
            while self.starts.get(row + 1).is_some_and(|start| *start as usize <= found) {
                row += 1;
            }
            each(row, found);
            at = self.end(row);
        }
    }

    /// Calls `each` with the rows in whose pinyin, of those that have a piece of text, the query is heard.
    fn listen(&self, piece: &Finder, query: &[u8], each: &mut impl FnMut(usize, Heard)) {
        let (mut at, mut nth) = (0, 0);
        while let Some(found) = piece.find(&self.sounds[at..]) {
            let begins = |nth: usize| self.heard_of.get(nth).map(|(start, _)| *start as usize);
            while begins(nth + 1).is_some_and(|start| start <= at + found) {
                nth += 1;
            }
            let end = begins(nth + 1).unwrap_or(self.sounds.len());
            let Some(&(start, row)) = self.heard_of.get(nth) else { return };
            if let Some(heard) = pinyin::heard(&self.sounds[start as usize..end], query) {
                each(row.into(), heard);
            }
            at = end;
        }
    }

    /// The kind of the best occurrence in a row, the first one being at `found`.
    fn kind(&self, query: &[u8], found: usize, row: usize, code: usize) -> HitKind {
        let text = self.text.as_bytes();
        let whole = |at: usize| text[at + query.len()] < 0x20;
        let in_code = text[code + 1..self.end(row)].starts_with(query);
        let in_name = text[found - 1] == NAME;
        match (in_code, in_name) {
            (true, _) if whole(code + 1) => HitKind::Code,
            (_, true) if whole(found) => HitKind::Exact,
            (false, false) => HitKind::Infix,
            _ => HitKind::Prefix,
        }
    }

    /// Where the mark before a row's code is.
    fn code(&self, row: usize) -> usize {
        let (start, end) = (self.starts[row] as usize, self.end(row));
        let code = self.text.as_bytes()[start..end].iter().rposition(|byte| *byte == CODE);
        code.map_or(end, |at| start + at)
    }

    /// A hit, of a row whose code is there.
    fn local(&self, row: usize, code: usize, kind: HitKind) -> Local {
        let start = self.starts[row] as usize;
        // Of a name its bytes, of a row with only a code those of the code.
        let length = if code > start { code - start } else { self.end(row) - start };
        Local::new(kind, self.weights[row], length as u32, row)
    }

    /// Where a row ends; behind the last one stands a mark.
    fn end(&self, row: usize) -> usize {
        self.starts.get(row + 1).map_or(self.text.len() - 1, |start| *start as usize)
    }
}

/// Whether a name, from the query's first character on, has all characters of the query in order and ends
/// with its last one.
fn loosely(name: &str, query: &str) -> bool {
    let mut rest = name.chars();
    name.chars().next_back() == query.chars().next_back()
        && query.chars().all(|c| rest.any(|other| other == c))
}

/// What a search gives.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// the best hits: by kind, then weighty layers before others, short names before long ones, layers in
    /// their order and rows by key
    pub hits: Vec<Hit<'a>>,
    /// how many there are in all; `None` for a query that so many names have that nobody would count them
    pub total: Option<usize>,
}

/// Records found up to this many are all put to the filter and counted.
const COUNTED: usize = 10_000;

/// A hit within a page: kind, weight, length and row in one number that sorts as hits do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Local(u64);

impl Local {
    fn new(kind: HitKind, weight: u8, length: u32, row: usize) -> Self {
        // Pages have at most 1,024 rows.
        Self((kind as u64) << 56 | u64::from(weight) << 48 | u64::from(length) << 16 | row as u64)
    }

    fn kind(self) -> HitKind {
        HitKind::ALL[(self.0 >> 56) as usize]
    }

    fn rank(self) -> u64 {
        self.0 >> 16
    }

    fn row(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

/// Searches pages of rows for the `limit` best hits that the filter takes.
pub(super) fn search<'a>(
    pages: Vec<(Layer, &'a Page<Row, Names>)>,
    query: &str,
    limit: usize,
    filter: impl Fn(&Record) -> bool + Sync,
) -> Found<'a> {
    let query = Query::of(query);
    if query.text.is_empty() {
        return Found { hits: Vec::new(), total: Some(0) };
    }
    let scan =
        |(layer, page): (Layer, &'a Page<Row, Names>)| (layer, page, page.derived(Names::of).search(&query));
    let scanned: Vec<_> = pages.into_par_iter().map(scan).filter(|(_, _, found)| !found.is_empty()).collect();
    let count: usize = scanned.iter().map(|(_, _, found)| found.len()).sum();
    let few = count <= COUNTED;
    let choose = |(layer, page, mut found): (Layer, &'a Page<Row, Names>, Vec<Local>)| {
        let hit = |local: &Local| {
            let record = &page.items()[local.row()].record;
            Hit { layer, kind: local.kind(), record, same: None, rank: local.rank() }
        };
        if few {
            return found.iter().map(hit).filter(|hit| filter(hit.record)).collect();
        }
        // Of many hits only those that can be among the best are looked at as records: as many at a time
        // as are wanted; mostly the filter takes them and the rest is never sorted.
        let mut hits: Vec<Hit> = Vec::new();
        let mut seen = HashSet::new();
        let mut rest = found.as_mut_slice();
        while !rest.is_empty() && hits.len() < limit {
            let next = limit.min(rest.len());
            if next < rest.len() {
                rest.select_nth_unstable(next);
            }
            let (now, later) = rest.split_at_mut(next);
            now.sort_unstable();
            let new = |hit: &Hit<'a>| hit.same_as().is_none_or(|same| seen.insert(same));
            hits.extend(now.iter().map(hit).filter(|hit| filter(hit.record)).filter(new));
            rest = later;
        }
        hits
    };
    let hits: Vec<Hit<'a>> = scanned.into_par_iter().flat_map_iter(choose).collect();
    if !few {
        return Found { hits: best(hits, limit), total: None };
    }
    let mut same: HashMap<Same, usize> = HashMap::new();
    for one in hits.iter().filter_map(Hit::same_as) {
        *same.entry(one).or_default() += 1;
    }
    let repeated: usize = same.values().map(|count| count - 1).sum();
    let total = hits.len() - repeated;
    let mut hits = best(hits, limit);
    for hit in &mut hits {
        hit.same = Some(hit.same_as().and_then(|one| same.get(&one).copied()).unwrap_or(1));
    }
    Found { hits, total: Some(total) }
}

/// The best hits, of those that are the same the first.
fn best(mut hits: Vec<Hit>, limit: usize) -> Vec<Hit> {
    let rank = |hit: &Hit| (hit.rank, hit.layer, hit.record.key());
    let mut chosen: Vec<Hit> = Vec::new();
    let mut seen = HashSet::new();
    let mut rest = hits.as_mut_slice();
    while !rest.is_empty() && chosen.len() < limit {
        let next = limit.min(rest.len());
        if next < rest.len() {
            rest.select_nth_unstable_by_key(next, rank);
        }
        let (now, later) = rest.split_at_mut(next);
        now.sort_unstable_by_key(rank);
        chosen.extend(now.iter().filter(|hit| hit.same_as().is_none_or(|same| seen.insert(same))));
        rest = later;
    }
    chosen.truncate(limit);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_capital_letters_are_folded() {
        assert_eq!(fold("Ａ１２　号 ABC华山\u{1}").collect::<String>(), "a12 号 abc华山");
    }
}

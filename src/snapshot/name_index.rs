//! Search by name and code over the labels of all layers.
//!
//! Each page of rows carries its labels and codes, folded, in one piece of text, made when first searched;
//! a search scans these pieces on all cores (`memchr::memmem`). Ten megabytes for 620,573 village names
//! are scanned in a few milliseconds, any substring is found, in Han script too, where word indexes fail on
//! two-character words, and after an edit only the page it touched is made again.

use std::sync::Arc;

use memchr::memmem::Finder;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::layer_view::Row;
use super::paged::Page;
use crate::model::{Layer, Record};

/// How a record was found; better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitKind {
    /// the query is its code
    Code,
    /// the query is its name
    Exact,
    /// its name or code begins with the query
    Prefix,
    /// the query is somewhere in its name or code
    Infix,
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
    length: u32,
}

/// Before a name in the text of a page.
const NAME: u8 = 1;
/// Before a code.
const CODE: u8 = 2;

/// Labels and codes of a page of rows.
pub(super) struct Names {
    text: Box<[u8]>,
    /// where each row begins
    starts: Box<[u32]>,
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

impl Names {
    fn of(rows: &[Row]) -> Self {
        let mut text = String::with_capacity(rows.len() * 32);
        let mut starts = Vec::with_capacity(rows.len());
        for row in rows {
            starts.push(text.len() as u32);
            let (name, code) = (row.record.label(), row.record.code.as_deref());
            if name != code {
                text.push(NAME.into());
                text.extend(name.into_iter().flat_map(fold));
            }
            text.push(CODE.into());
            text.extend(code.into_iter().flat_map(fold));
        }
        text.push(NAME.into());
        Self { text: text.into_bytes().into(), starts: starts.into() }
    }

    /// Calls `each` with the rows in which the query occurs, in order, and how at best.
    fn search(&self, query: &Finder, mut each: impl FnMut(usize, HitKind)) {
        let (mut at, mut row) = (0, 0);
        while let Some(found) = query.find(&self.text[at..]) {
            let found = at + found;
            while self.starts.get(row + 1).is_some_and(|start| *start as usize <= found) {
                row += 1;
            }
            let end = self.end(row);
            each(row, self.kind(query.needle(), found, end));
            at = end;
        }
    }

    /// The kind of the best occurrence in a row that ends at `end`, the first one being at `found`.
    fn kind(&self, query: &[u8], found: usize, end: usize) -> HitKind {
        let whole = |at: usize| self.text[at + query.len()] < 0x20;
        let code = self.text[..end].iter().rposition(|byte| *byte == CODE).map_or(end, |at| at + 1);
        let in_code = self.text[code..end].starts_with(query);
        let in_name = self.text[found - 1] == NAME;
        match (in_code, in_name) {
            (true, _) if whole(code) => HitKind::Code,
            (_, true) if whole(found) => HitKind::Exact,
            (false, false) => HitKind::Infix,
            _ => HitKind::Prefix,
        }
    }

    fn length(&self, row: usize) -> u32 {
        self.end(row) as u32 - self.starts[row]
    }

    /// Where a row ends; behind the last one stands a mark.
    fn end(&self, row: usize) -> usize {
        self.starts.get(row + 1).map_or(self.text.len() - 1, |start| *start as usize)
    }
}

/// What a search gives.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// the best hits: by kind, then short names before long ones, then layers in their order and rows by key
    pub hits: Vec<Hit<'a>>,
    /// how many there are in all; `None` for a query that so many names have that nobody would count them
    pub total: Option<usize>,
}

/// Hits up to this many are all put to the filter and counted.
const COUNTED: usize = 10_000;

/// A hit within a page: kind, length and row in one number that sorts as hits do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Local(u64);

impl Local {
    fn new(kind: HitKind, length: u32, row: usize) -> Self {
        // Pages have at most 1,024 rows.
        Self((kind as u64) << 48 | u64::from(length) << 16 | row as u64)
    }

    fn kind(self) -> HitKind {
        [HitKind::Code, HitKind::Exact, HitKind::Prefix, HitKind::Infix][(self.0 >> 48) as usize]
    }

    fn length(self) -> u32 {
        (self.0 >> 16) as u32
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
    let query: String = fold(query.trim()).collect();
    if query.is_empty() {
        return Found { hits: Vec::new(), total: Some(0) };
    }
    let finder = Finder::new(query.as_bytes());
    let scan = |(layer, page): (Layer, &'a Page<Row, Names>)| {
        let names = page.derived(Names::of);
        let mut found: Vec<Local> = Vec::new();
        names.search(&finder, |row, kind| found.push(Local::new(kind, names.length(row), row)));
        (layer, page, found)
    };
    let scanned: Vec<_> = pages.into_par_iter().map(scan).filter(|(_, _, found)| !found.is_empty()).collect();
    let count: usize = scanned.iter().map(|(_, _, found)| found.len()).sum();
    let few = count <= COUNTED;
    // Of many hits only those that can be among the best are looked at as records.
    let most = if few { usize::MAX } else { limit };
    let choose = |(layer, page, mut found): (Layer, &'a Page<Row, Names>, Vec<Local>)| {
        let mut hits: Vec<Hit> = Vec::new();
        let mut rest = found.as_mut_slice();
        // As many at a time as are wanted; mostly the filter takes them and the rest is never sorted.
        while !rest.is_empty() && hits.len() < most {
            let next = most.min(rest.len());
            if next < rest.len() {
                rest.select_nth_unstable(next);
            }
            let (now, later) = rest.split_at_mut(next);
            now.sort_unstable();
            let hit = |local: &Local| Hit {
                layer,
                kind: local.kind(),
                record: &page.items()[local.row()].record,
                length: local.length(),
            };
            hits.extend(now.iter().map(hit).filter(|hit| filter(hit.record)));
            rest = later;
        }
        hits
    };
    let mut hits: Vec<Hit<'a>> = scanned.into_par_iter().flat_map_iter(choose).collect();
    let total = few.then_some(hits.len());
    let rank = |hit: &Hit| (hit.kind, hit.length, hit.layer, hit.record.key());
    if hits.len() > limit && limit > 0 {
        hits.select_nth_unstable_by_key(limit - 1, rank);
    }
    hits.truncate(limit);
    hits.sort_unstable_by_key(rank);
    Found { hits, total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_capital_letters_are_folded() {
        assert_eq!(fold("Ａ１２　号 ABC华山\u{1}").collect::<String>(), "a12 号 abc华山");
    }
}

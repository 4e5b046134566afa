//! From a query as people type it to hits: which way of searching it asks for.

use super::fold::{fold, is_han};
use super::han::Han;
use super::index::Index;
use super::kind::{Kind, Tail};
use super::latin::Latin;
use super::letters::Alphabet;
use super::rank::{Hit, Owners};

/// A query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a> {
    pub(crate) text: &'a str,
    /// where the one who asks is, longitude and latitude
    pub(crate) near: Option<[f32; 2]>,
    pub(crate) limit: usize,
}

/// Queries are cut off behind so many characters.
const LONGEST: usize = 100;
/// Classes of what can stand before another name: provinces down to townships.
const TOWNSHIP: u8 = 3;
/// Divisions of the same name that are looked into.
const HEADS: usize = 64;
/// How deep divisions may stand one behind the other.
const DEPTH: usize = 4;

impl Index {
    /// The best names for a query.
    pub(crate) fn find(&self, query: Query<'_>, alphabet: Alphabet<'_>, owners: &impl Owners) -> Vec<Hit> {
        let cut: String = query.text.chars().take(LONGEST).collect();
        let text = fold(&cut);
        let bare: String = text.chars().filter(|c| *c != ' ').collect();
        if bare.is_empty() {
            return Vec::new();
        }
        let takes = |owner| owners.takes(owner);
        if let Some(latin) = Latin::of(&text) {
            let mut matches = self.latin(&latin);
            // Names may be in letters themselves.
            matches.extend(self.han(&Han::of(&bare), alphabet, true));
            return self.best(matches, Some(&Han::of(&bare)), query.near, query.limit, takes);
        }
        let han = Han::of(&bare);
        let letters = bare.chars().any(|c| c.is_ascii_alphabetic());
        let mut matches = self.han(&han, alphabet, letters);
        if letters {
            matches.extend(self.mixed(&bare, Tail::Any));
            matches.extend(self.mixed(han.core(), Tail::Asked));
        }
        let mut hits = self.best(matches, Some(&han), query.near, query.limit, takes);
        let sure = |hit: &Hit| matches!(hit.kind, Kind::Exact | Kind::Suffix);
        if !hits.iter().any(sure) {
            let all = Search { index: self, alphabet, owners, query };
            hits.extend(all.in_divisions(&text, None, 0));
            hits.sort_unstable_by_key(Hit::order);
            let mut seen = std::collections::HashSet::new();
            hits.retain(|hit| seen.insert(hit.owner));
            hits.truncate(query.limit);
        }
        hits
    }
}

/// A search for a place in a division.
struct Search<'a, O> {
    index: &'a Index,
    alphabet: Alphabet<'a>,
    owners: &'a O,
    query: Query<'a>,
}

impl<O: Owners> Search<'_, O> {
    /// What a division and a name behind it find (昆明五华, 昆明 五华, 五华 昆明).
    fn in_divisions(&self, text: &str, within: Option<&[O::Division]>, depth: usize) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        if depth > DEPTH {
            return hits;
        }
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let apart = c == ' ';
            if (is_han(before) || apart) && at > 0 {
                let (head, rest) = (text[..at].trim(), text[at..].trim());
                hits.extend(self.behind(head, rest, within, depth));
                if apart {
                    hits.extend(self.behind(rest, head, within, depth));
                }
            }
            before = c;
        }
        hits
    }

    /// What lies in the divisions of a name.
    fn behind(&self, head: &str, rest: &str, within: Option<&[O::Division]>, depth: usize) -> Vec<Hit> {
        if head.chars().count() < 2 || rest.chars().count() < 2 || head.contains(' ') {
            return Vec::new();
        }
        let nested = |head: &O::Division| {
            within.is_none_or(|within| within.iter().any(|above| self.owners.below(head, above)))
        };
        let heads: Vec<O::Division> =
            self.owners.divisions(head).into_iter().filter(nested).take(HEADS).collect();
        if heads.is_empty() {
            return Vec::new();
        }
        let takes =
            |owner: u32| self.owners.takes(owner) && heads.iter().any(|head| self.owners.inside(owner, head));
        let bare: String = rest.chars().filter(|c| *c != ' ').collect();
        let han = Han::of(&bare);
        let matches = match Latin::of(rest) {
            Some(latin) => self.index.latin(&latin),
            None => self.index.han(&han, self.alphabet, true),
        };
        let found = self.index.best(matches, Some(&han), self.query.near, self.query.limit, takes);
        if found.is_empty() {
            return self.in_divisions(rest, Some(&heads), depth + 1);
        }
        found.into_iter().map(Hit::within).collect()
    }
}

impl Index {
    /// The divisions down to townships that have a name, with their class.
    pub(super) fn divisions(&self, name: &str) -> Vec<(u8, u32)> {
        let name = fold(name);
        let han = Han::of(&name);
        let Some(core) = self.exactly(han.core()) else { return Vec::new() };
        let fits = |tail: u16| self.tails[usize::from(tail)].starts_with(han.tail());
        let entries = self.entries(core).iter().filter(|entry| entry.weight <= TOWNSHIP && fits(entry.tail));
        entries.map(|entry| (entry.weight, entry.owner)).collect()
    }
}

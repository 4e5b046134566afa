//! What a query in Chinese characters finds.

use super::fold;
use super::index::{Index, MOST_OPEN, open_hash, pair};
use super::kind::{Kind, Match, Tail};
use super::letters::Alphabet;

/// A query in Chinese characters, folded.
pub(super) struct Han<'a> {
    pub(super) text: &'a str,
    /// bytes of it that are the core
    pub(super) core: usize,
}

/// Cores looked at for one pair of characters; no query needs more.
const MOST: usize = 60_000;
/// Where so many are found, nobody meant a slip.
const ENOUGH: usize = 10;

impl<'a> Han<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { core: fold::core(text), text }
    }

    pub(super) fn core(&self) -> &'a str {
        &self.text[..self.core]
    }

    pub(super) fn tail(&self) -> &'a str {
        &self.text[self.core..]
    }
}

impl Index {
    /// The core of that text.
    pub(super) fn exactly(&self, core: &str) -> Option<u32> {
        let at = self.cores_from(core.as_bytes());
        (at < self.cores.len() as u32 && self.cores.get(at) == core.as_bytes()).then_some(at)
    }

    /// The first core that is not before a text.
    fn cores_from(&self, text: &[u8]) -> u32 {
        let (mut from, mut to) = (0, self.cores.len() as u32);
        while from < to {
            let middle = from.midpoint(to);
            if self.cores.get(middle) < text { from = middle + 1 } else { to = middle }
        }
        from
    }

    /// The cores that begin with a text.
    pub(super) fn beginning(&self, text: &str) -> std::ops::Range<u32> {
        let mut end = text.as_bytes().to_vec();
        // The next text of that length: bytes of UTF-8 never reach the last value.
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        self.cores_from(text.as_bytes())..self.cores_from(&end)
    }

    /// All that a query in characters finds; slips only where little else is found, unless `sure` is set.
    pub(super) fn han(&self, query: &Han<'_>, alphabet: Alphabet<'_>, sure: bool) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        self.whole(query, &mut found);
        self.part(query, &mut found);
        if !sure && found.len() < ENOUGH {
            self.heard(query, alphabet, &mut found);
            self.slipped(query.core(), Tail::Asked, &mut found);
            if query.core < query.text.len() {
                self.slipped(query.text, Tail::Any, &mut found);
            }
            if found.is_empty() {
                self.loosely(query, &mut found);
            }
        }
        found
    }

    /// Names that are or begin with the query.
    fn whole(&self, query: &Han<'_>, found: &mut Vec<Match>) {
        let exact = |core: u32, tail: Tail| Match { core, kind: Kind::Exact, cost: 0, tail };
        found.extend(self.exactly(query.core()).map(|core| exact(core, Tail::Asked)));
        let begins = |core: u32| Match { core, kind: Kind::Prefix, cost: 0, tail: Tail::Any };
        found.extend(self.beginning(query.text).map(begins));
        // The query may go on into the unit: 威远街社.
        let places = query.text.char_indices().skip(1).map(|(at, _)| at);
        for at in places.filter(|at| *at != query.core) {
            let into = |core: u32| Match { core, kind: Kind::Prefix, cost: 0, tail: Tail::From(at as u16) };
            found.extend(self.exactly(&query.text[..at]).map(into));
        }
    }

    /// Names that have the query inside.
    fn part(&self, query: &Han<'_>, found: &mut Vec<Match>) {
        let inside = |core: u32| Match { core, kind: Kind::Infix, cost: 0, tail: Tail::Whole };
        let characters: Vec<char> = query.text.chars().collect();
        let lists = characters.windows(2).map(|two| self.pairs.get(pair(two[0], two[1])));
        match lists.min_by_key(|list| list.len()) {
            // A unit alone, or with the end of a name, has pairs that are not kept: the first pair decides.
            Some([]) if query.core < query.text.len() => {
                let first = characters.get(..2).map(|two| self.pairs.get(pair(two[0], two[1])));
                found.extend(first.unwrap_or_default().iter().take(MOST).copied().map(inside));
            }
            Some(list) => found.extend(list.iter().take(MOST).copied().map(inside)),
            None => found.extend(self.having(query.text).map(inside)),
        }
    }

    /// The cores that have a short text in them, found by reading them all.
    pub(super) fn having(&self, text: &str) -> impl Iterator<Item = u32> {
        let mut last = None;
        memchr::memmem::find_iter(self.cores.all(), text.as_bytes())
            .map(|at| self.cores.owner(at))
            .filter(move |core| last.replace(*core) != Some(*core))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Names that sound like the query.
    fn heard(&self, query: &Han<'_>, alphabet: Alphabet<'_>, found: &mut Vec<Match>) {
        for text in [query.core(), query.text] {
            for letters in alphabet.read(text) {
                for sound in self.sounds_as(&letters.text) {
                    let tail = if text.len() == query.core { Tail::Asked } else { Tail::Any };
                    let same = |core: &u32| Match { core: *core, kind: Kind::Homophone, cost: 0, tail };
                    found.extend(self.sounding.get(sound).iter().map(same));
                }
            }
            if query.core == query.text.len() {
                break;
            }
        }
    }

    /// Names that differ from a text by one character.
    fn slipped(&self, text: &str, tail: Tail, found: &mut Vec<Match>) {
        let characters: Vec<char> = text.chars().collect();
        let count = characters.len();
        if !(2..MOST_OPEN).contains(&count) {
            return;
        }
        for at in 0..count {
            for core in self.open.get(open_hash(&characters, at, false)) {
                if let Some((kind, cost)) = self.exchanged(*core, &characters, at) {
                    found.push(Match { core: *core, kind, cost, tail });
                }
            }
            // One too many; two swapped.
            let mut rest = characters.clone();
            rest.remove(at);
            let mut swapped = characters.clone();
            if at + 1 < count {
                swapped.swap(at, at + 1);
            }
            for (other, least) in [(rest, 2), (swapped, 2)] {
                let other: String = other.into_iter().collect();
                if other.chars().count() >= least && other != text {
                    let slip = |core: u32| Match { core, kind: Kind::Slip, cost: 2, tail };
                    found.extend(self.exactly(&other).map(slip));
                }
            }
        }
        // One too few.
        for at in 0..=count {
            for core in self.open.get(open_hash(&characters, at, true)) {
                let name = self.cores.text(*core).chars();
                let same = name.clone().count() == count + 1
                    && name
                        .enumerate()
                        .filter(|(nth, _)| *nth != at)
                        .map(|(_, c)| c)
                        .eq(characters.iter().copied());
                if same {
                    found.push(Match { core: *core, kind: Kind::Slip, cost: 1, tail });
                }
            }
        }
    }

    /// How a core differs from a query in the character at a place; `None` where it differs elsewhere.
    fn exchanged(&self, core: u32, query: &[char], at: usize) -> Option<(Kind, u8)> {
        let mut other = None;
        let mut count = 0;
        for (nth, c) in self.cores.text(core).chars().enumerate() {
            let asked = query.get(nth)?;
            if nth == at {
                other = Some(c);
            } else if c != *asked {
                return None;
            }
            count += 1;
        }
        let (other, asked) = (other.filter(|_| count == query.len())?, query[at]);
        if other == asked {
            return None;
        }
        let sound = |c: char| self.readings(c);
        let same_sound = sound(asked).iter().any(|one| sound(other).contains(one));
        Some(match (fold::alike(asked, other), same_sound) {
            (_, true) => (Kind::Homophone, 0),
            (true, _) => (Kind::Alike, 0),
            _ => (Kind::Slip, 1),
        })
    }

    /// Names that have most pairs of a long query.
    fn loosely(&self, query: &Han<'_>, found: &mut Vec<Match>) {
        let characters: Vec<char> = query.core().chars().collect();
        let pairs = characters.windows(2).take(MOST_OPEN).map(|two| self.pairs.get(pair(two[0], two[1])));
        let lists: Vec<&[u32]> = pairs.filter(|list| list.len() <= MOST).collect();
        if characters.len() < 4 {
            return;
        }
        let mut all: Vec<u32> = lists.concat();
        all.sort_unstable();
        let most = characters.len() - 1;
        for same in all.chunk_by(|a, b| a == b) {
            let longer = self.cores.text(same[0]).chars().count().abs_diff(characters.len());
            if same.len() * 2 > most && longer <= 3 {
                let cost = (most - same.len() + longer).min(255) as u8;
                found.push(Match { core: same[0], kind: Kind::Loose, cost, tail: Tail::Asked });
            }
        }
    }
}

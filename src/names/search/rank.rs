//! From cores that fit to the best names: by how they fit, what they are, how far they are.

use std::collections::HashSet;

use super::han::Han;
use super::index::{Entry, Index};
use super::kind::{Kind, Match, Tail};
use super::latin;

/// What the index does not know of those whose names it has.
pub(crate) trait Owners {
    /// Whether one is to be found at all.
    fn takes(&self, owner: u32) -> bool;
    /// A division that others lie in.
    type Division;
    /// The divisions of a name, provinces first, the townships last.
    fn divisions(&self, name: &str) -> Vec<Self::Division>;
    /// Whether one lies in a division, and is not that division.
    fn inside(&self, owner: u32, division: &Self::Division) -> bool;
    /// Whether a division lies in another.
    fn below(&self, division: &Self::Division, above: &Self::Division) -> bool;
}

/// A name that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) owner: u32,
    pub(crate) kind: Kind,
    /// 1 for the best there can be, 0 for the worst
    pub(crate) score: f32,
    pub(super) core: u32,
    pub(super) tail: u16,
    rank: u64,
}

impl Hit {
    fn of(kind: Kind, cost: u8, rank: u64, core: u32, entry: &Entry) -> Self {
        let hit = Self { owner: entry.owner, kind, score: 0.0, core, tail: entry.tail, rank };
        hit.ranked(kind, cost)
    }

    /// Without a name of the index: by its code.
    pub(crate) fn by_code(kind: Kind, owner: u32, length: usize) -> Self {
        let rank = (length as u64).min(1023);
        let hit = Self { owner, kind, score: 0.0, core: u32::MAX, tail: 0, rank };
        hit.ranked(kind, 0)
    }

    fn ranked(self, kind: Kind, cost: u8) -> Self {
        let score = (kind.worth() - f32::from(cost.min(10)) * 0.01).max(0.0);
        let rank = self.rank & 0xffff_ffff_ffff | u64::from(cost) << 48 | u64::from(kind as u8) << 56;
        Self { kind, score, rank, ..self }
    }

    /// In which order hits come.
    pub(crate) fn order(&self) -> (u64, u32) {
        (self.rank, self.owner)
    }

    /// The same as a hit of another kind.
    pub(super) fn within(self) -> Self {
        let cost = match self.kind {
            Kind::Exact => 0,
            Kind::Suffix => 1,
            Kind::Prefix | Kind::Pinyin | Kind::Within => 2,
            _ => 3,
        };
        self.ranked(Kind::Within, cost)
    }
}

/// Metres between two points, well enough to say which is nearer.
fn metres(a: [f32; 2], b: [f32; 2]) -> f32 {
    let y = (a[1] - b[1]) * 111_000.0;
    let x = (a[0] - b[0]) * 111_000.0 * ((a[1] + b[1]).to_radians() / 2.0).cos();
    x.hypot(y)
}

impl Index {
    /// The best hits of what matches, each owner once.
    pub(super) fn best(
        &self,
        mut matches: Vec<Match>,
        query: Option<&Han<'_>>,
        near: Option<[f32; 2]>,
        limit: usize,
        mut takes: impl FnMut(u32) -> bool,
    ) -> Vec<Hit> {
        matches.sort_unstable();
        matches.dedup();
        let mut hits: Vec<Hit> = Vec::new();
        for one in &matches {
            for entry in self.entries(one.core) {
                if let Some((kind, cost)) = self.settled(one, entry, query) {
                    hits.push(Hit::of(kind, cost, self.rank(one.core, entry, near), one.core, entry));
                }
            }
        }
        let mut chosen: Vec<Hit> = Vec::new();
        let mut seen = HashSet::new();
        let mut rest = hits.as_mut_slice();
        // Mostly the first ones are taken and the others need no order.
        while !rest.is_empty() && chosen.len() < limit {
            let next = (limit * 4).min(rest.len());
            if next < rest.len() {
                rest.select_nth_unstable_by_key(next, Hit::order);
            }
            let (now, later) = rest.split_at_mut(next);
            now.sort_unstable_by_key(Hit::order);
            chosen.extend(
                now.iter().filter(|hit| seen.insert(hit.owner)).filter(|hit| takes(hit.owner)).copied(),
            );
            rest = later;
        }
        chosen.truncate(limit);
        chosen
    }

    /// Class, distance and length in 48 bits that sort so.
    fn rank(&self, core: u32, entry: &Entry, near: Option<[f32; 2]>) -> u64 {
        let far = match near {
            Some(_) if entry.at[0].is_nan() => (1 << 30) - 1,
            Some(near) => (metres(near, entry.at) as u64).min((1 << 30) - 2),
            None => 0,
        };
        let length = self.cores.get(core).len() + self.tails[usize::from(entry.tail)].len();
        u64::from(entry.weight) << 40 | far << 10 | (length as u64).min(1023)
    }

    /// How an entry fits, its unit looked at.
    fn settled(&self, one: &Match, entry: &Entry, query: Option<&Han<'_>>) -> Option<(Kind, u8)> {
        let tail = &*self.tails[usize::from(entry.tail)];
        let kept = Some((one.kind, one.cost));
        match (one.tail, query) {
            (Tail::Asked, Some(query)) => {
                let asked = query.tail();
                let fits = asked.is_empty() || tail.starts_with(asked);
                match one.kind {
                    Kind::Exact if asked == tail => kept,
                    Kind::Exact if fits => Some((Kind::Suffix, 0)),
                    Kind::Exact if asked.starts_with(tail) || shared(asked, tail) => Some((Kind::Suffix, 1)),
                    Kind::Exact => Some((Kind::Suffix, 3)),
                    kind => Some((kind, one.cost + u8::from(!fits))),
                }
            }
            (Tail::Whole, Some(query)) => {
                let core = self.cores.text(one.core);
                let whole = core.contains(query.text)
                    || (!tail.is_empty() && [core, tail].concat().contains(query.text));
                kept.filter(|_| whole)
            }
            (Tail::From(at), Some(query)) => {
                kept.filter(|_| tail.starts_with(&query.text[usize::from(at)..]))
            }
            (Tail::Unit(nth), _) => {
                // Initials without the unit are other names.
                let fits = tail.starts_with(latin::unit(nth));
                Some((one.kind, one.cost + 2 * u8::from(!fits)))
                    .filter(|_| fits || one.kind != Kind::Initials)
            }
            _ => kept,
        }
    }
}

/// Whether two units begin alike: 社区居委会 and 社区居民委员会.
fn shared(a: &str, b: &str) -> bool {
    a.chars().next().is_some_and(|first| b.starts_with(first))
}

//! The members' logs as one: by the time of recording, each log in its own order, what is common once.

use std::collections::HashMap;

use crate::model::{Digest, Revision};
use crate::store::Span;

/// Which change set of which member stands where.
#[derive(Clone, Default)]
pub(super) struct Interleaved {
    /// by the union's revision, from 1
    places: Vec<(usize, Revision)>,
    /// by member and its own revision, from 1: the union's
    known: Vec<Vec<Revision>>,
    /// by chain hash: equal hashes say that all before was equal, too
    by_hash: HashMap<Digest, Revision>,
}

impl Interleaved {
    /// The newest revision.
    pub(super) fn newest(&self) -> Revision {
        Revision(self.places.len() as u64)
    }

    /// How far a member's own log is known.
    pub(super) fn known_of(&self, member: usize) -> Revision {
        Revision(self.known.get(member).map_or(0, Vec::len) as u64)
    }

    /// The member and its own revision.
    pub(super) fn place(&self, revision: Revision) -> Option<(usize, Revision)> {
        self.places.get(usize::try_from(revision.0.checked_sub(1)?).ok()?).copied()
    }

    /// The revision that a member's own is here.
    pub(super) fn revision_of(&self, member: usize, own: Revision) -> Option<Revision> {
        self.known.get(member)?.get(usize::try_from(own.0.checked_sub(1)?).ok()?).copied()
    }

    /// The places of a stretch.
    pub(super) fn places(&self, span: Span) -> Vec<(Revision, (usize, Revision))> {
        let numbered = (1..).map(Revision).zip(self.places.iter().copied());
        numbered.filter(|(revision, _)| span.contains(*revision)).collect()
    }

    /// The stretch of a member's own log that covers one of ours.
    pub(super) fn span_of(&self, member: usize, span: Span) -> Option<Span> {
        let own = self.places(span).into_iter().map(|(_, place)| place).filter(|place| place.0 == member);
        let (mut first, mut last) = (None, None);
        for (_, revision) in own {
            first = first.or(Some(revision));
            last = Some(revision);
        }
        Some(Span { after: Revision(first?.0.saturating_sub(1)), up_to: last? })
    }

    /// Appends what is new of each member (time and hash, in its own order), the earliest first.
    pub(super) fn extend(&mut self, fresh: Vec<Vec<(String, Digest)>>) {
        self.known.resize(self.known.len().max(fresh.len()), Vec::new());
        let mut fresh: Vec<_> = fresh.into_iter().map(|entries| entries.into_iter().peekable()).collect();
        loop {
            let first = |(at, entries): (usize, &mut std::iter::Peekable<_>)| {
                entries.peek().map(|(time, _): &(String, Digest)| (time.clone(), at))
            };
            let Some((_, member)) = fresh.iter_mut().enumerate().filter_map(first).min() else { return };
            let Some((_, hash)) = fresh[member].next() else { return };
            let next = Revision(self.places.len() as u64 + 1);
            let revision = *self.by_hash.entry(hash).or_insert(next);
            let own = &mut self.known[member];
            own.push(revision);
            if revision == next {
                self.places.push((member, Revision(own.len() as u64)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(byte: u8) -> Digest {
        Digest([byte; 32])
    }

    #[test]
    fn logs_are_merged_by_time_and_a_common_beginning_stands_once() {
        let mut log = Interleaved::default();
        let entry = |time: &str, byte| (time.to_owned(), hash(byte));
        let first = vec![entry("1", 1), entry("5", 2), entry("4", 3)];
        let copy = vec![entry("1", 1), entry("2", 9)];
        log.extend(vec![first, copy]);
        let places: Vec<_> = (1..=4).map(|n| log.place(Revision(n)).unwrap()).collect();
        let expected = [(0, 1), (1, 2), (0, 2), (0, 3)].map(|(member, own)| (member, Revision(own)));
        assert_eq!(places, expected);
        assert_eq!(log.revision_of(1, Revision(1)), Some(Revision(1)));
        assert_eq!((log.place(Revision(0)), log.place(Revision(5))), (None, None));
        let span = Span { after: Revision(1), up_to: Revision(4) };
        assert_eq!(log.span_of(0, span), Some(Span { after: Revision(1), up_to: Revision(3) }));
        // Later ones are appended, whatever their time.
        log.extend(vec![Vec::new(), vec![entry("0", 10)]]);
        assert_eq!(log.place(Revision(5)), Some((1, Revision(3))));
        assert_eq!((log.newest(), log.known_of(1)), (Revision(5), Revision(3)));
    }
}

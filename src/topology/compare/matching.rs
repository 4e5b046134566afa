//! Which feature of the new version is which of the old: by code, by name, by where it lies.

use std::collections::HashMap;

use super::overlay::{Overlay, area_m2};
use super::{MatchedBy, Member, Thresholds};

/// Pairs of old and new.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// for every old feature its new one
    pub(super) old: Vec<Option<(usize, MatchedBy)>>,
    /// for every new feature its old one
    pub(super) new: Vec<Option<usize>>,
}

impl Matches {
    fn pair(&mut self, old: usize, new: usize, by: MatchedBy) {
        self.old[old] = Some((new, by));
        self.new[new] = Some(old);
    }
}

/// Pairs features: those with the same code that is nobody else's, then of the rest those with the same
/// name, then those that share most of their ground. The first two must at least meet: a code given away
/// again to a place elsewhere is not the same division.
pub(super) fn matched(old: &[Member], new: &[Member], overlay: &Overlay, t: &Thresholds) -> Matches {
    let mut matches = Matches { old: vec![None; old.len()], new: vec![None; new.len()] };
    for (by, key) in [(MatchedBy::Code, code as fn(&Member) -> String), (MatchedBy::Name, name)] {
        let theirs = unique(new, key, |at| matches.new[at].is_none());
        for (text, at) in unique(old, key, |at| matches.old[at].is_none()) {
            if let Some(other) = theirs.get(&text).filter(|other| overlay.boxes_meet(at, **other)) {
                matches.pair(at, *other, by);
            }
        }
    }
    by_ground(old, overlay, t, &mut matches);
    matches
}

fn code(member: &Member) -> String {
    member.code.trim().to_owned()
}

fn name(member: &Member) -> String {
    member.name.trim().to_owned()
}

/// Places by key, of those that are wanted and whose key is theirs alone.
fn unique(
    members: &[Member],
    key: impl Fn(&Member) -> String,
    wanted: impl Fn(usize) -> bool,
) -> HashMap<String, usize> {
    let mut found: HashMap<String, Option<usize>> = HashMap::new();
    for (at, member) in members.iter().enumerate().filter(|(at, _)| wanted(*at)) {
        found.entry(key(member)).and_modify(|seen| *seen = None).or_insert(Some(at));
    }
    found.retain(|key, at| !key.is_empty() && at.is_some());
    found.into_iter().filter_map(|(key, at)| Some((key, at?))).collect()
}

/// The largest common share first.
fn by_ground(old: &[Member], overlay: &Overlay, t: &Thresholds, matches: &mut Matches) {
    let mut shares = Vec::new();
    for at in (0..old.len()).filter(|at| matches.old[*at].is_none()) {
        for other in overlay.candidates(at).into_iter().filter(|other| matches.new[*other].is_none()) {
            let common = area_m2(&overlay.common(at, other));
            let both = overlay.area_old(at) + overlay.area_new(other) - common;
            if both > 0.0 && common / both >= t.same_ground {
                shares.push((common / both, at, other));
            }
        }
    }
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (_, at, other) in shares {
        if matches.old[at].is_none() && matches.new[other].is_none() {
            matches.pair(at, other, MatchedBy::Ground);
        }
    }
}

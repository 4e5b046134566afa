//! What became of each feature, from its border and from the ground that passed.

use super::borders::{Lines, line_change};
use super::matching::Matches;
use super::overlay::Overlay;
use super::{Exchange, FeatureChange, FeatureReport, LineChange, Member, Thresholds};

/// Ground that passed, by where it came from and where it went.
struct Passed<'a> {
    by_old: Vec<Vec<&'a Exchange>>,
    by_new: Vec<Vec<&'a Exchange>>,
    t: &'a Thresholds,
}

impl<'a> Passed<'a> {
    fn new(exchanges: &'a [Exchange], [old, new]: [usize; 2], t: &'a Thresholds) -> Self {
        let mut passed = Self { by_old: vec![Vec::new(); old], by_new: vec![Vec::new(); new], t };
        for one in exchanges {
            one.from.into_iter().for_each(|from| passed.by_old[from].push(one));
            one.to.into_iter().for_each(|to| passed.by_new[to].push(one));
        }
        passed
    }

    fn counts(&self, from: usize, to: usize) -> bool {
        self.by_old[from].iter().chain(&self.by_new[to]).any(|one| !one.pieces.is_empty())
    }

    /// New features that got ground that counts from an old one.
    fn from(&self, old: usize) -> Vec<(usize, f64)> {
        let heirs = self.by_old[old].iter().filter(|e| e.area_m2 >= self.t.moved_area_m2);
        heirs.filter_map(|e| Some((e.to?, e.area_m2))).collect()
    }

    /// Old features that gave ground that counts to a new one.
    fn to(&self, new: usize) -> Vec<(usize, f64)> {
        let givers = self.by_new[new].iter().filter(|e| e.area_m2 >= self.t.moved_area_m2);
        givers.filter_map(|e| Some((e.from?, e.area_m2))).collect()
    }
}

/// Every feature: the old ones in their order, then the new ones that have no counterpart.
pub(super) fn reported(
    [old, new]: [&[Member]; 2],
    matches: &Matches,
    overlay: &Overlay,
    (lines, exchanges): (&Lines, &[Exchange]),
    t: &Thresholds,
) -> Vec<FeatureReport> {
    let passed = Passed::new(exchanges, [old.len(), new.len()], t);
    let mut reports: Vec<FeatureReport> = (0..old.len())
        .map(|at| match matches.old[at] {
            Some((own, by)) => {
                let (change, others) = kept(at, own, matches, overlay, lines, &passed);
                FeatureReport {
                    old: Some(at),
                    new: Some(own),
                    matched_by: Some(by),
                    change,
                    renamed: old[at].name.trim() != new[own].name.trim(),
                    recoded: old[at].code.trim() != new[own].code.trim(),
                    others,
                    area_old_m2: overlay.area_old(at),
                    area_new_m2: overlay.area_new(own),
                    line: lines.whole(at),
                }
            }
            None => gone(at, overlay, matches, &passed),
        })
        .collect();
    reports.extend(
        (0..new.len()).filter(|at| matches.new[*at].is_none()).map(|at| made(at, overlay, matches, &passed)),
    );
    reports
}

/// A feature that is in both.
fn kept(
    at: usize,
    own: usize,
    matches: &Matches,
    overlay: &Overlay,
    lines: &Lines,
    passed: &Passed,
) -> (FeatureChange, Vec<usize>) {
    let t = passed.t;
    let made_of: Vec<usize> = passed
        .from(at)
        .into_iter()
        .filter(|(heir, area)| matches.new[*heir].is_none() && *area >= t.part * overlay.area_new(*heir))
        .map(|(heir, _)| heir)
        .collect();
    if !made_of.is_empty() {
        return (FeatureChange::Split, made_of);
    }
    let taken_in: Vec<usize> = passed
        .to(own)
        .into_iter()
        .filter(|(giver, area)| matches.old[*giver].is_none() && *area >= t.part * overlay.area_old(*giver))
        .map(|(giver, _)| giver)
        .collect();
    if !taken_in.is_empty() {
        return (FeatureChange::Merged, taken_in);
    }
    let moved = passed.counts(at, own);
    let change = match lines.whole(at) {
        None => FeatureChange::Unchanged,
        Some(line) => match line_change(&line, lines.same(at), moved, t) {
            LineChange::Unchanged => FeatureChange::Unchanged,
            LineChange::Redigitised => FeatureChange::Redigitised,
            LineChange::Generalised => FeatureChange::Generalised,
            LineChange::Resurveyed => FeatureChange::Resurveyed,
            LineChange::Moved => FeatureChange::Moved,
        },
    };
    (change, Vec::new())
}

/// An old feature without counterpart: split where several new ones were made of it.
fn gone(at: usize, overlay: &Overlay, matches: &Matches, passed: &Passed) -> FeatureReport {
    let heirs = passed.from(at);
    let parts = heirs.iter().filter(|(heir, area)| {
        matches.new[*heir].is_none() && *area >= passed.t.part * overlay.area_new(*heir)
    });
    let split = parts.count() > 1;
    FeatureReport {
        old: Some(at),
        new: None,
        matched_by: None,
        change: if split { FeatureChange::Split } else { FeatureChange::Gone },
        renamed: false,
        recoded: false,
        others: heirs.into_iter().map(|(heir, _)| heir).collect(),
        area_old_m2: overlay.area_old(at),
        area_new_m2: 0.0,
        line: None,
    }
}

/// A new feature without counterpart: merged where several old ones went into it.
fn made(at: usize, overlay: &Overlay, matches: &Matches, passed: &Passed) -> FeatureReport {
    let givers = passed.to(at);
    let whole = givers.iter().filter(|(giver, area)| {
        matches.old[*giver].is_none() && *area >= passed.t.part * overlay.area_old(*giver)
    });
    let merged = whole.count() > 1;
    FeatureReport {
        old: None,
        new: Some(at),
        matched_by: None,
        change: if merged { FeatureChange::Merged } else { FeatureChange::New },
        renamed: false,
        recoded: false,
        others: givers.into_iter().map(|(giver, _)| giver).collect(),
        area_old_m2: 0.0,
        area_new_m2: overlay.area_new(at),
        line: None,
    }
}

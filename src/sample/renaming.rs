//! Streets whose names have a story: renamed in the past, renamed from a coming day, sounding alike.

use super::defects::Defects;
use super::facts::{self, NameFact};
use super::mesh::Kind;
use super::streets::Street;
use crate::model::Date;

/// The demo's today: dates of its stories are counted from here.
pub(super) const REFERENCE_DAY: &str = "2026-12-01";

/// A street that has, had or will have another name.
#[derive(Clone, Debug)]
pub(super) struct Renaming {
    pub(super) street_code: String,
    pub(super) old: NameFact,
    pub(super) new: NameFact,
    /// the day from which the new name holds
    pub(super) from: Option<Date>,
    /// whether the road has two versions for it, made by a change set of its own
    pub(super) versioned: bool,
}

/// Chooses the streets and gives them their names: two renamed in the register's time (one from next
/// month on), two long ago, two pairs that sound alike.
pub(super) fn choose(streets: &mut [Street], defects: &mut Defects) -> Vec<Renaming> {
    let old = facts::names("former");
    let new = facts::names("new");
    let today: Option<Date> = REFERENCE_DAY.parse().ok();
    let next_month = Date::new(2027, 1, 1).filter(|day| today.is_some_and(|today| *day > today));
    let own = |kind: Kind, streets: &[Street]| -> Vec<usize> {
        (0..streets.len())
            .filter(|&at| streets[at].own && streets[at].kind == kind && streets[at].name.is_some())
            .collect()
    };
    let secondary = own(Kind::Secondary, streets);
    let stories = [
        (0, Date::new(2025, 7, 1), true),
        (1, Date::new(2012, 5, 1), false),
        (2, Date::new(2009, 3, 1), false),
    ];
    let mut renamings = Vec::new();
    for (nth, from, versioned) in stories {
        let (Some(&at), Some(&old)) = (secondary.get(2 * nth), old.get(nth)) else { continue };
        if let Some(new) = streets[at].name {
            renamings.push(Renaming { street_code: streets[at].code.clone(), old, new, from, versioned });
        }
    }
    if let (Some(&at), Some(&new)) = (secondary.get(7), new.front())
        && let Some(old) = streets[at].name
    {
        let street_code = streets[at].code.clone();
        renamings.push(Renaming { street_code, old, new, from: next_month, versioned: true });
    }
    // The street that was renamed in the register's time begins under its old name.
    for renaming in renamings.iter().filter(|r| r.versioned && r.from < today) {
        if let Some(street) = streets.iter_mut().find(|street| street.code == renaming.street_code) {
            street.name = Some(renaming.old);
        }
    }
    let branches = own(Kind::Branch, streets);
    let alike: Vec<NameFact> = facts::names("homophone").into();
    for (nth, pair) in alike.chunks_exact(2).enumerate() {
        let places = [branches.get(10 + 7 * nth), branches.get(60 + 31 * nth)];
        let [Some(&first), Some(&second)] = places else { continue };
        streets[first].name = Some(pair[0]);
        streets[second].name = Some(pair[1]);
        defects.homophones.push(format!("{}/{}", streets[first].code, streets[second].code));
    }
    renamings
}

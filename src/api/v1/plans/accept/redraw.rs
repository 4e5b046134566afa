//! Zones as divisions: ground, names, codes, what they continue.

use std::collections::{BTreeMap, BTreeSet};

use super::Draft;
use crate::api::problem::Problem;
use crate::boundary::editing::{Fresh, Redraw};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, RecordId};
use crate::snapshot::Snapshot;
use crate::zoning::{Place, Zone};

impl Draft<'_> {
    pub(super) fn redraw(&self, snapshot: &Snapshot) -> Result<Redraw, Problem> {
        let blocks = &self.desk.blocks;
        let grids = self.desk.limits.grids;
        let day = self.head.params.day;
        let place: BTreeMap<u32, u32> =
            self.figures.zones.iter().enumerate().map(|(at, zone)| (zone.zone, at as u32)).collect();
        let placed: Vec<Option<u32>> = self.zone.iter().map(|zone| place.get(zone).copied()).collect();
        let outlines =
            blocks.outlines(&placed, self.figures.zones.len()).map_err(|error| Problem::internal(&error))?;
        let mut codes = Codes { snapshot, taken: BTreeSet::new() };
        let mut fresh = Vec::new();
        // Grids have codes in the order of their numbers.
        let mut order: Vec<(&Zone, _)> = self.figures.zones.iter().zip(outlines).collect();
        if grids {
            order.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        }
        for (zone, ground) in order {
            let from: Vec<String> = zone.communities.iter().map(|share| share.code.clone()).collect();
            let continues = if grids { None } else { continued(blocks.communities.as_slice(), zone) };
            let parent = if grids { from.first().cloned().unwrap_or_default() } else { zone.street.clone() };
            let code = match (&continues, self.named(zone.zone).and_then(|one| one.code.clone())) {
                (Some(place), _) => place.code.clone(),
                (None, Some(code)) => code,
                (None, None) if grids => codes.grid(&parent),
                (None, None) => codes.provisional(&parent),
            };
            codes.taken.insert(code.clone());
            fresh.push(Fresh {
                continues: continues.map(|place| place.id),
                name: self.name(zone),
                code,
                parent_code: parent,
                ground,
                from,
                grid_kind: grids.then(|| zone.kind.word()),
            });
        }
        let ground: Vec<RecordId> = blocks.communities.iter().map(|place| place.id).collect();
        let whole = |place: &&Place| self.head.params.scope.streets.contains(&place.code);
        let within = blocks.streets.iter().filter(whole).map(|place| place.id).collect();
        let parents: BTreeSet<&str> = blocks.communities.iter().map(|place| place.code.as_str()).collect();
        let old = if grids {
            let divisions = snapshot.layer(Layer::Division).iter();
            let is_grid = divisions.filter(|record| {
                record.text("level") == Some(DivisionLevel::Grid.code())
                    && record.valid.contains(day)
                    && record.secrecy <= self.head.params.show
                    && record.text("parent_code").is_some_and(|code| parents.contains(code))
            });
            is_grid.map(|record| record.id).collect()
        } else {
            ground.clone()
        };
        Ok(Redraw {
            level: if grids { DivisionLevel::Grid } else { DivisionLevel::Community },
            day,
            from: self.from,
            ground,
            within,
            old,
            fresh,
            document: self.document.clone(),
            approver: self.approver.clone(),
        })
    }
}

/// The community that a zone continues.
fn continued<'a>(communities: &'a [Place], zone: &Zone) -> Option<&'a Place> {
    communities.iter().find(|place| Some(&place.code) == zone.continues.as_ref())
}

/// Codes that nothing ever had.
struct Codes<'a> {
    snapshot: &'a Snapshot,
    taken: BTreeSet<String>,
}

impl Codes<'_> {
    fn first(&self, prefix: &str, numbers: std::ops::RangeInclusive<u32>, digits: usize) -> String {
        let free = |code: &String| {
            !self.taken.contains(code) && self.snapshot.layer(Layer::Division).by_code(code).next().is_none()
        };
        let mut codes = numbers.clone().map(|number| format!("{prefix}{number:0digits$}"));
        // Where all are taken, one more digit: what is provisional need not have the bureau's form.
        codes.find(free).unwrap_or_else(|| {
            let mut more = (1_u32..).map(|number| format!("{prefix}{}-{number}", numbers.end()));
            more.find(free).unwrap_or_default()
        })
    }

    /// 街道代码 9 digits, then 901 to 999: the statistics bureau gives committees 001 to 399.
    fn provisional(&self, street: &str) -> String {
        let prefix = street.get(..9).unwrap_or(street);
        self.first(prefix, 901..=999, 3)
    }

    /// The community's code and a number of two digits (CJ/T 349).
    fn grid(&self, community: &str) -> String {
        self.first(community, 1..=99, 2)
    }
}

//! Households of communities that are new or have other ground: sums over their blocks, for every kind of count.

use std::collections::BTreeMap;

use super::Draft;
use crate::api::problem::Problem;
use crate::boundary::editing::{Planned, Redraw, enter};
use crate::model::layers::HouseholdCount;
use crate::model::{Change, IdSource, Layer, Period, Record, vocab};
use crate::snapshot::Snapshot;
use crate::zoning::{Blocks, Scope};

/// Where such a sum is from.
const BASIS: &str = "划分方案：按小区院落和建筑汇总";

impl Draft<'_> {
    pub(super) fn count_anew(
        &self,
        snapshot: &Snapshot,
        asked: &Redraw,
        planned: &mut Planned,
        ids: &mut IdSource,
    ) -> Result<(), Problem> {
        let mut touched: BTreeMap<String, bool> = BTreeMap::new();
        for outcome in &planned.outcomes {
            let either = outcome.after.as_ref().or(outcome.before.as_deref());
            if let Some(code) = either.and_then(|record| record.code.as_deref()) {
                touched.insert(code.to_owned(), outcome.after.is_some());
            }
        }
        for record in snapshot.layer(Layer::HouseholdCount).iter() {
            let own = record.text("subject_layer") == Some("division")
                && record.secrecy <= self.head.params.show
                && record.text("subject_code").is_some_and(|code| touched.contains_key(code));
            if own && record.valid.contains(asked.from) {
                enter(snapshot, Some(asked.from), (Some(record), None), &mut planned.changes);
            }
        }
        for kind in &vocab::list("household_kind").values {
            let scope = Scope {
                day: self.head.params.day,
                show: self.head.params.show,
                streets: &self.head.params.scope.streets,
                communities: &self.head.params.scope.communities,
                count: &kind.code,
                grids: None,
            };
            let blocks = Blocks::of(snapshot, &scope).map_err(|error| Problem::internal(&error))?;
            if blocks.households() == 0 || blocks.blocks.len() != self.zone.len() {
                continue;
            }
            let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
            for (zone, block) in self.zone.iter().zip(&blocks.blocks) {
                *sums.entry(*zone).or_default() += block.households;
            }
            for (fresh, zone) in asked.fresh.iter().zip(&self.figures.zones) {
                if touched.get(&fresh.code) != Some(&true) {
                    continue;
                }
                let count = HouseholdCount {
                    subject_layer: "division".into(),
                    subject_id: None,
                    subject_code: Some(fresh.code.clone()),
                    kind: kind.code.clone(),
                    number: sums.get(&zone.zone).copied().unwrap_or(0),
                    counted: blocks.counted.map(|(_, to)| to),
                    basis: Some(BASIS.into()),
                };
                let mut record = Record::of(ids.next_id(), count);
                record.valid = Period::new(Some(asked.from), None).unwrap_or_default();
                planned.changes.push(Change::insert(record));
            }
        }
        Ok(())
    }
}

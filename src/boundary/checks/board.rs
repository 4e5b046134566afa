//! All findings at a revision, kept in step with edits.

use std::collections::BTreeMap;

use super::{Noticed, Scene, Scope, run};
use crate::model::{Change, Date, Layer, RecordId};
use crate::rules::{Rules, RulesError};
use crate::snapshot::Snapshot;

/// The findings of a register on a day, by record.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Board {
    of: BTreeMap<(Layer, RecordId), Vec<Noticed>>,
}

impl Board {
    /// Of a whole register.
    pub fn of(snapshot: &Snapshot, rules: &Rules, day: Date) -> Result<Self, RulesError> {
        let mut board = Self::default();
        board.take(run(&Scene::new(snapshot, day, Scope::All), rules)?);
        Ok(board)
    }

    /// After an edit: only the records that it may have touched are looked at again.
    pub fn after(
        &self,
        (before, after): (&Snapshot, &Snapshot),
        changes: &[Change],
        rules: &Rules,
        day: Date,
    ) -> Result<Self, RulesError> {
        let changed: Vec<(Layer, RecordId)> =
            changes.iter().map(|change| (change.layer(), change.key().id)).collect();
        let scope = Scope::touched(before, after, &changed);
        let mut board = self.clone();
        board.of.retain(|_, found| {
            found.retain(|noticed| !scope.is_about(noticed));
            !found.is_empty()
        });
        board.take(run(&Scene::new(after, day, scope), rules)?);
        Ok(board)
    }

    /// The same with findings of other checks.
    pub fn with(&self, more: &[Noticed]) -> Self {
        let mut board = self.clone();
        board.take(more.to_vec());
        board
    }

    fn take(&mut self, found: Vec<Noticed>) {
        for noticed in found {
            self.of.entry((noticed.layer, noticed.id)).or_default().push(noticed);
        }
        // Those that belong to a place come beside those that stayed.
        self.of.values_mut().for_each(|found| found.sort_by(|a, b| a.order().cmp(&b.order())));
    }

    /// All findings by rule, record and id.
    pub fn findings(&self) -> Vec<&Noticed> {
        let mut all: Vec<&Noticed> = self.of.values().flatten().collect();
        all.sort_by(|a, b| a.order().cmp(&b.order()));
        all
    }

    /// The one with an id.
    pub fn find(&self, id: &str) -> Option<&Noticed> {
        self.of.values().flatten().find(|noticed| noticed.finding.id == id)
    }

    /// Those about one record.
    pub fn about(&self, layer: Layer, id: RecordId) -> &[Noticed] {
        self.of.get(&(layer, id)).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.of.values().map(Vec::len).sum()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

//! What one request may see: one revision, one day, and no record above the class that is shown.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::http::StatusCode;

use super::app::App;
use super::ask::{Ask, unknown_record};
use super::problem::Problem;
use crate::model::{Date, Layer, Record, RecordId, Revision, Secrecy};
use crate::register::Register;
use crate::snapshot::Snapshot;

/// The register as one request sees it.
#[derive(Clone)]
pub struct View {
    /// the revision asked for
    pub snapshot: Arc<Snapshot>,
    /// the newest revision, where an older one is asked for: what is secret now was never public
    newest: Option<Arc<Snapshot>>,
    /// the day asked for
    pub as_of: Date,
    /// the highest class that is shown
    pub show: Secrecy,
}

impl View {
    /// By the parameters `as_of` and `revision`.
    pub fn of(app: &App, ask: &Ask) -> Result<Self, Problem> {
        let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
        Self::at(app, ask, as_of)
    }

    /// On a given day, by the parameter `revision`.
    pub fn at(app: &App, ask: &Ask, as_of: Date) -> Result<Self, Problem> {
        let newest = app.register.snapshot();
        let show = app.options.show;
        match ask.parsed::<u64>("revision")?.map(Revision) {
            None => Ok(Self { snapshot: newest, newest: None, as_of, show }),
            Some(wanted) if wanted == newest.revision() => {
                Ok(Self { snapshot: newest, newest: None, as_of, show })
            }
            Some(wanted) if wanted > newest.revision() => Err(unknown_revision(newest.revision())),
            Some(wanted) => Ok(Self { snapshot: app.older(wanted)?, newest: Some(newest), as_of, show }),
        }
    }

    /// Which revision.
    pub fn revision(&self) -> Revision {
        self.snapshot.revision()
    }

    /// The newest revision: it says what is secret.
    pub fn newest(&self) -> Revision {
        self.newest.as_ref().unwrap_or(&self.snapshot).revision()
    }

    /// Whether the record may be shown.
    pub fn sees(&self, record: &Record) -> bool {
        let now = || self.newest.as_ref()?.layer(record.layer).version(record.key());
        record.secrecy <= self.show && now().is_none_or(|now| now.secrecy <= self.show)
    }

    /// Whether the record is to be seen and holds on the day.
    pub fn holds(&self, record: &Record) -> bool {
        record.valid.contains(self.as_of) && self.sees(record)
    }

    /// All records of a layer that are to be seen and hold on the day, by id.
    pub fn records(&self, layer: Layer) -> impl Iterator<Item = &Arc<Record>> {
        self.snapshot.layer(layer).iter().filter(|record| self.holds(record))
    }

    /// The record that holds on the day.
    pub fn record(&self, layer: Layer, id: RecordId) -> Result<&Arc<Record>, Problem> {
        let found = self.snapshot.layer(layer).get(id, self.as_of);
        found.filter(|record| self.sees(record)).ok_or_else(unknown_record)
    }
}

/// The refusal for a revision that is not there yet.
pub fn unknown_revision(newest: Revision) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "revision.unknown",
        format!("没有这个版次；最新为第 {} 版。", newest.0),
        format!("There is no such revision; the newest is {}.", newest.0),
    )
}

/// Builds the register as it was, from its log.
pub fn replay(register: &Register, revision: Revision) -> Result<Snapshot, Problem> {
    let mut snapshot = Ok(Snapshot::build(Revision(0), []));
    if revision > Revision(0) {
        register.log(Revision(0), &mut |entry| {
            if let Ok(before) = &snapshot {
                snapshot = before.apply(entry.revision, &entry.set.changes);
            }
            match &snapshot {
                Ok(_) if entry.revision < revision => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        })?;
    }
    snapshot.map_err(|error| Problem::internal(&error))
}

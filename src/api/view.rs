//! What one request may see: one revision, one day, and no record above the class that is shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;

use super::app::{App, Older};
use super::ask::{Ask, unknown_record};
use super::problem::Problem;
use crate::model::{Date, Layer, Record, RecordId, Revision, Secrecy};
use crate::snapshot::Snapshot;
use crate::tiles::{Selection, Tile, TileCoord, TileRequest};

/// The register as one request sees it.
#[derive(Clone)]
pub struct View {
    /// the revision asked for
    pub snapshot: Arc<Snapshot>,
    /// the older revision, where one is asked for
    older: Option<Arc<Older>>,
    /// the newest revision: it says what is secret
    pub newest: Revision,
    /// the day asked for
    pub as_of: Date,
    /// the highest class that is shown
    pub show: Secrecy,
    /// set once something secret is shown
    secrets: Arc<AtomicBool>,
}

impl View {
    /// By the parameters `as_of` and `revision`.
    pub fn of(app: &App, ask: &Ask) -> Result<Self, Problem> {
        let as_of = ask.date("as_of")?.unwrap_or_else(|| app.today());
        Self::at(app, ask, as_of)
    }

    /// On a given day, by the parameter `revision`.
    pub fn at(app: &App, ask: &Ask, as_of: Date) -> Result<Self, Problem> {
        let newest = app.register.snapshot_up_to(app.options.show);
        let (show, at, secrets) = (app.options.show, newest.revision(), app.secrets().clone());
        match ask.parsed::<u64>("revision")?.map(Revision) {
            Some(wanted) if wanted > at => Err(unknown_revision(at)),
            Some(wanted) if wanted < at => {
                // What is secret now was never public.
                let older = app.older(wanted, &app.register.snapshot())?;
                Ok(Self {
                    snapshot: older.snapshot.clone(),
                    older: Some(older),
                    newest: at,
                    as_of,
                    show,
                    secrets,
                })
            }
            _ => Ok(Self { snapshot: newest, older: None, newest: at, as_of, show, secrets }),
        }
    }

    /// The newest revision today.
    pub fn now(app: &App) -> Self {
        let snapshot = app.register.snapshot_up_to(app.options.show);
        let newest = snapshot.revision();
        let (show, secrets) = (app.options.show, app.secrets().clone());
        Self { snapshot, older: None, newest, as_of: app.today(), show, secrets }
    }

    /// A tile of what is seen.
    pub fn tile(&self, app: &App, coord: TileCoord, selection: Selection) -> Arc<Tile> {
        // Nothing secret is ever in a tile, whoever asks.
        let secrecy = self.show.min(Secrecy::Internal);
        let request = TileRequest { coord, selection, as_of: self.as_of, secrecy };
        match &self.older {
            Some(older) => older.tiles.as_ref().unwrap_or(&app.tiles).tile(&older.drawn, &request),
            None if secrecy < self.show => app.tiles.tile(&app.register.snapshot_up_to(secrecy), &request),
            None => app.tiles.tile(&self.snapshot, &request),
        }
    }

    /// Which revision.
    pub fn revision(&self) -> Revision {
        self.snapshot.revision()
    }

    /// Whether the record may be shown.
    pub fn sees(&self, record: &Record) -> bool {
        let seen = record.secrecy <= self.show;
        if seen && record.secrecy == Secrecy::Secret {
            self.secrets.store(true, Ordering::Relaxed);
        }
        seen
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

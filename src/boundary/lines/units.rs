//! Which divisions have lines between them, as lines see them.

use std::sync::Arc;

use geo_types::Rect;

use super::naming::Called;
use super::{DeriveOptions, LinesError};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordId};
use crate::snapshot::Snapshot;

/// A division of the level asked for.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// its record
    pub record: Arc<Record>,
    /// what lines call it
    pub called: Called,
    /// whether it is a subdistrict (街道), the area of an office and no division
    pub street: bool,
}

impl Unit {
    /// Its id.
    pub fn id(&self) -> RecordId {
        self.record.id
    }
}

/// The divisions of a level that hold on the day and have a shape, by code.
///
/// # Errors
/// The level has no administrative boundaries, or the register has no such divisions.
pub(super) fn units(snapshot: &Snapshot, options: &DeriveOptions) -> Result<Vec<Unit>, LinesError> {
    let level = options.level;
    if level > DivisionLevel::Township {
        return Err(LinesError::NoBoundary(level));
    }
    let units = of(snapshot.layer(Layer::Division).iter(), options);
    if units.is_empty() { Err(LinesError::NoDivisions(level)) } else { Ok(units) }
}

/// Those whose box meets a window.
pub(super) fn near(snapshot: &Snapshot, options: &DeriveOptions, window: Rect) -> Vec<Unit> {
    of(snapshot.layer(Layer::Division).window(window).into_iter(), options)
}

fn of<'a>(records: impl Iterator<Item = &'a Arc<Record>>, options: &DeriveOptions) -> Vec<Unit> {
    let level = options.level;
    let held = records.filter(|record| {
        options.sight.sees(record) && record.text("level") == Some(level.code()) && record.geometry.is_some()
    });
    let mut units: Vec<Unit> = held.map(|record| unit(record, level)).collect();
    units.sort_by(|a, b| a.called.code.cmp(&b.called.code).then(a.id().cmp(&b.id())));
    units
}

fn unit(record: &Arc<Record>, level: DivisionLevel) -> Unit {
    let name = record.text("name").unwrap_or_default().to_owned();
    let code = record.code.as_deref().unwrap_or_default().to_owned();
    let street = match record.text("kind") {
        Some(kind) => kind == "subdistrict",
        None => name.ends_with("街道") || name.ends_with("办事处"),
    };
    let short_name = record.text("short_name").map(str::to_owned);
    let called = Called { code, name, short_name, level };
    Unit { record: Arc::clone(record), called, street: street && level == DivisionLevel::Township }
}

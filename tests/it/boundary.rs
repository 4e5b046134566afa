//! Boundary lines and markers: derived from divisions made for it and from real ones.

mod editing;
mod following;
mod lines;
mod markers;
mod seams;

use std::ops::ControlFlow;
use std::path::Path;

use boundstone::crs::Crs;
use boundstone::formats::{self, ReadOptions};
use boundstone::intake::{ImportOptions, ImportPlan, plan_import};
use boundstone::model::{Change, Date, IdSource, Layer, Record, Revision, read_canonical, write_canonical};
use boundstone::snapshot::Snapshot;

fn today() -> Date {
    Date::new(2026, 11, 21).unwrap()
}

fn ids(snapshot: &Snapshot) -> IdSource {
    IdSource::new(1_700_000_000_000 + snapshot.revision().0, 7)
}

/// The snapshot after some changes.
fn after(snapshot: &Snapshot, changes: &[Change]) -> Snapshot {
    snapshot.apply(Revision(snapshot.revision().0 + 1), changes).unwrap()
}

/// New records as they come back from the log.
fn stored(changes: &[Change]) -> Vec<Change> {
    let through = |record: &Record| {
        let (mut json, mut wkb) = (Vec::new(), Vec::new());
        write_canonical(record, &mut json, &mut wkb);
        read_canonical(record.layer, record.key(), &json, &wkb).unwrap()
    };
    changes.iter().filter_map(Change::after).map(|record| Change::insert(through(record))).collect()
}

/// A file brought in.
fn imported(snapshot: &Snapshot, path: &Path, layer: Layer, crs: Option<Crs>) -> ImportPlan {
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let options = ImportOptions { crs, ..ImportOptions::new(layer, name, today()) };
    plan_import(snapshot, source.as_mut(), &options, &mut ids(snapshot), &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

fn text(record: &Record, field: &str) -> String {
    record.text(field).unwrap_or_default().to_owned()
}

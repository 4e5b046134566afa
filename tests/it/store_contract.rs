//! One suite that every store passes, and what the register makes of a store.

mod contract;
mod geopackage_file;
mod people;
mod random;
mod register_log;
mod work;

use boundstone::model::layers::Place;
use boundstone::model::{Change, ChangeSet, Header, Record, RecordId, SetKind, write_canonical};
use boundstone::store::{GeoPackageStore, RegisterInfo, Store};

pub(crate) fn info() -> RegisterInfo {
    RegisterInfo { title: "五华区".into(), created: "2026-01-02T03:04:05.678Z".into() }
}

pub(crate) fn header(reason: &str) -> Header {
    Header {
        kind: SetKind::Edit,
        by: "王工".into(),
        verified: true,
        reason: reason.into(),
        document: Some("五政发〔2026〕7号".into()),
        at: "2026-11-21T08:00:00.000Z".into(),
        undoes: None,
        idempotency_key: None,
        origin: None,
    }
}

pub(crate) fn id(n: u64) -> RecordId {
    RecordId::from_bits((1_700_000_000_000u128 << 80) | u128::from(n))
}

/// A place with a name and a point.
pub(crate) fn place(n: u64, name: &str) -> Record {
    let mut record = Record::of(id(n), Place { name: Some(name.into()), ..no_place() });
    record.code = Some(format!("P{n}").into());
    record.geometry = Some(std::sync::Arc::new(
        geo_types::Point::new(102.0 + n as f64 * 1e-6, 25.0 + (n % 97) as f64 * 1e-5).into(),
    ));
    record
}

fn no_place() -> Place {
    Place { name: None, ..Place::named("") }
}

pub(crate) fn set(reason: &str, changes: Vec<Change>) -> ChangeSet {
    ChangeSet { header: header(reason), changes }
}

/// What a row is, for comparison: the bytes of the log, by which 1.0 and 1 are the same number.
pub(crate) fn bytes(record: &Record) -> (String, Vec<u8>, Vec<u8>) {
    let (mut json, mut wkb) = (Vec::new(), Vec::new());
    write_canonical(record, &mut json, &mut wkb);
    (format!("{} {} {}", record.layer, record.id, record.version), json, wkb)
}

/// All rows of a store, in order of their keys.
pub(crate) fn rows(store: &dyn Store) -> Vec<Record> {
    let mut rows = Vec::new();
    store.load(&mut |record| rows.push(record)).unwrap();
    rows.sort_by_key(|record| (record.layer, record.key()));
    rows
}

/// A GeoPackage store in a folder of its own, which goes with it.
pub(crate) fn geopackage() -> (tempfile::TempDir, GeoPackageStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = GeoPackageStore::create(&folder.path().join("五华区.gpkg"), &info()).unwrap();
    (folder, store)
}

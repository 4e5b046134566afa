//! The store: a large import into log, tables and R-trees; reading back; one edit with its fsync.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use boundstone::model::{
    Change, ChangeSet, Fields, Header, IdSource, Layer, Record, Revision, SetKind, Value,
};
use boundstone::register::Register;
use boundstone::store::{GeoPackageStore, RegisterInfo, Store};
use geo_types::Point;

use crate::report::{Better, Report};

const ROWS: usize = 1_000_000;

fn header() -> Header {
    Header {
        kind: SetKind::Import,
        by: "bench".into(),
        verified: false,
        reason: "bench".into(),
        document: None,
        at: "2026-01-01T00:00:00.000Z".into(),
        undoes: None,
        idempotency_key: None,
        origin: None,
    }
}

/// Places with a code, a name and a point, scattered over a district by a fixed rule.
fn places(count: usize, seed: u64) -> Vec<Record> {
    let mut ids = IdSource::new(1_700_000_000_000 + seed, seed);
    let name = Layer::Place.def().index_of("name").unwrap();
    let source: Arc<str> = "bench.csv".into();
    (0..count)
        .map(|n| {
            let text = format!("地名{n}号");
            let fields = Fields::from_pairs([(name, Value::Text(text.into()))]);
            let mut record = Record::new(Layer::Place, ids.next_id(), fields);
            record.code = Some(format!("{:012}", 530_102_000_000 + n as u64).into());
            record.source = Some(source.clone());
            let scatter = |factor: u64| ((n as u64).wrapping_mul(factor) >> 20) % 1_000_000;
            let (x, y) = (scatter(0x9E37_79B9_7F4A_7C15), scatter(0xC2B2_AE3D_27D4_EB4F));
            record.geometry =
                Some(Arc::new(Point::new(102.0 + x as f64 / 1e6, 25.0 + y as f64 / 1e6).into()));
            record
        })
        .collect()
}

/// Runs them.
pub fn run(report: &mut Report) {
    if !report.wants("store") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.gpkg");
    let info = RegisterInfo { title: "bench".into(), created: "2026-01-01T00:00:00Z".into() };
    let store = GeoPackageStore::create(&path, &info).unwrap();
    let records = places(ROWS, 1);
    let peer = ogr2ogr(folder.path(), &records);
    let set = ChangeSet { header: header(), changes: records.into_iter().map(Change::insert).collect() };
    let start = Instant::now();
    store.append(Revision(0), &set).unwrap();
    let took = start.elapsed().as_secs_f64();
    drop(set);
    let note = "one change set of points with code and name; log, table, R-tree, fsync; peer reads the same from CSV and keeps no log";
    report.add("store.append.1m", ROWS as f64 / took, "rows/s", Better::Higher, ("ogr2ogr", peer), note);

    let start = Instant::now();
    let mut count = 0;
    store.load(&mut |_| count += 1).unwrap();
    assert_eq!(count, ROWS);
    let note = "all rows of the tables as records";
    report.add("store.load.1m", start.elapsed().as_secs_f64(), "s", Better::Lower, ("-", None), note);

    edits(report, &store);
    if report.wants("store.verify") {
        let register = Register::open(Box::new(store)).unwrap();
        let start = Instant::now();
        let verdict = register.verify(&mut |_, _, _| ()).unwrap();
        assert_eq!(verdict.findings.total(), 0);
        let note = "chain, replay, tables, snapshot, R-tree";
        report.add("store.verify.1m", start.elapsed().as_secs_f64(), "s", Better::Lower, ("-", None), note);
    }
}

fn edits(report: &mut Report, store: &GeoPackageStore) {
    let mut times: Vec<Duration> = Vec::new();
    for (n, record) in places(200, 2).into_iter().enumerate() {
        let set = ChangeSet { header: header(), changes: vec![Change::insert(record)] };
        let start = Instant::now();
        store.append(Revision(1 + n as u64), &set).unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let note =
        format!("beside 1,000,000 rows, fsync included; p99 {:.1} ms", ms(times[times.len() * 99 / 100]));
    report.add("store.edit.p50", ms(times[times.len() / 2]), "ms", Better::Lower, ("-", None), &note);
}

/// Rows per second of GDAL's own GeoPackage writer; `None` where it is not installed.
fn ogr2ogr(folder: &Path, records: &[Record]) -> Option<f64> {
    use std::io::Write as _;
    let csv = folder.join("bench.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&csv).unwrap());
    writeln!(file, "id,code,name,lon,lat").unwrap();
    for record in records {
        let at = record.geometry.as_deref().and_then(boundstone::model::geometry::bounds).unwrap().min();
        let (code, name) = (record.code.as_deref().unwrap(), record.label().unwrap());
        writeln!(file, "{},{code},{name},{},{}", record.id, at.x, at.y).unwrap();
    }
    file.flush().unwrap();
    let start = Instant::now();
    let done = Command::new("ogr2ogr")
        .args([
            "-f",
            "GPKG",
            "-a_srs",
            "EPSG:4490",
            "-oo",
            "X_POSSIBLE_NAMES=lon",
            "-oo",
            "Y_POSSIBLE_NAMES=lat",
        ])
        .arg(folder.join("peer.gpkg"))
        .arg(&csv)
        .stderr(Stdio::null())
        .status();
    done.ok().filter(std::process::ExitStatus::success)?;
    Some(ROWS as f64 / start.elapsed().as_secs_f64())
}

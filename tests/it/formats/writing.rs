//! Files written and read again, by us and through GDAL's child.

use super::*;
use boundstone::formats::ogr::Worker;
use boundstone::formats::{OutColumn, OutFeature, OutFormat, OutSchema, create};
use boundstone::model::FieldKind;
use geo_types::{Geometry, polygon};
use serde_json::json;

fn worker() -> Worker {
    Worker { executable: Some(env!("CARGO_BIN_EXE_boundstone").into()), ..Worker::default() }
}

fn schema(crs: Option<Crs>) -> OutSchema {
    let column =
        |name: &str, kind| OutColumn { name: name.into(), title: Some(format!("{name}（题）")), kind };
    OutSchema {
        name: "division".into(),
        columns: vec![
            column("id", FieldKind::Text),
            column("name", FieldKind::Text),
            column("population", FieldKind::Int),
            column("area_km2", FieldKind::Real),
            column("established_on", FieldKind::Date),
            column("established_by", FieldKind::Text),
        ],
        crs,
        encoding: None,
    }
}

fn values(n: u64) -> Vec<serde_json::Value> {
    vec![
        json!(format!("01{n}")),
        json!("护国,街道\n=1+1"),
        json!(530_102_001_000_u64 + n),
        json!(0.1),
        json!("2024-05-01"),
        json!(null),
    ]
}

fn area(x: f64) -> Geometry {
    polygon!(exterior: [(x: x, y: 25.), (x: x, y: 26.), (x: x + 1., y: 26.), (x: x + 1., y: 25.), (x: x, y: 25.)],
        interiors: [[(x: x + 0.2, y: 25.2), (x: x + 0.4, y: 25.2), (x: x + 0.4, y: 25.4), (x: x + 0.2, y: 25.2)]])
    .into()
}

fn write(path: &Path, crs: Option<Crs>, geometry: impl Fn(f64) -> Option<Geometry>) -> Vec<Finding> {
    let schema = schema(crs);
    let mut sink = match OutFormat::of(path) {
        Ok(OutFormat::GeoPackage | OutFormat::FlatGeobuf | OutFormat::Kml | OutFormat::Dxf) => {
            worker().create(path, &schema).unwrap()
        }
        _ => create(path, &schema).unwrap(),
    };
    for n in 0..3 {
        sink.write(OutFeature { geometry: geometry(n as f64), values: values(n) }).unwrap();
    }
    assert!(!path.exists(), "nothing under the final name before the end");
    sink.finish().unwrap()
}

fn read_any(path: &Path) -> Got {
    match OutFormat::of(path) {
        Ok(OutFormat::GeoPackage | OutFormat::FlatGeobuf | OutFormat::Kml | OutFormat::Dxf) => {
            drain(worker().open(path, None).unwrap())
        }
        _ => read(path),
    }
}

fn ring_area(geometry: &Geometry) -> f64 {
    use geo::Area;
    geometry.unsigned_area()
}

#[test]
fn areas_come_back_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.geojson", "a.csv", "a.shp", "a.gpkg", "a.fgb", "导出.xlsx"] {
        let path = folder.path().join(name);
        write(&path, Some(Crs::Epsg(4490)), |x| Some(area(x)));
        let got = read_any(&path);
        assert_eq!(got.features.len(), 3, "{name}");
        assert!(got.refused.is_empty(), "{name}: {:?}", got.refused);
        let title = |column: &str| {
            if name.ends_with("xlsx") { format!("{column}（题）") } else { column.into() }
        };
        let mut seen: Vec<String> = (0..3).map(|row| got.text(row, &title("id")).to_owned()).collect();
        seen.sort();
        assert_eq!(seen, ["010", "011", "012"], "{name}: codes stay text");
        assert_eq!(got.text(0, &title("name")), "护国,街道\n=1+1", "{name}");
        let geometry = got.features[0].geometry.as_ref().unwrap_or_else(|| panic!("{name}: no geometry"));
        assert!((ring_area(geometry) - 0.98).abs() < 1e-9, "{name}");
        let expected = match name {
            "a.csv" | "导出.xlsx" => DeclaredCrs::Undeclared,
            _ => DeclaredCrs::Known(Crs::Epsg(4490)),
        };
        assert_eq!(got.crs, expected, "{name}");
        let leftovers = std::fs::read_dir(folder.path())
            .unwrap()
            .flatten()
            .any(|e| e.file_name().to_string_lossy().starts_with('.'));
        assert!(!leftovers, "{name}: temporary files are gone");
    }
}

#[test]
fn points_and_tables_without_geometry() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["p.csv", "p.xlsx", "p.gpkg", "p.geojson"] {
        let path = folder.path().join(name);
        write(&path, Some(Crs::Epsg(4490)), |x| {
            (x > 0.0).then(|| geo_types::point! { x: 102.5 + x, y: 25.25 }.into())
        });
        let got = read_any(&path);
        let at: Vec<_> = got.features.iter().map(|f| f.geometry.clone()).collect();
        assert_eq!(at[0], None, "{name}");
        assert_eq!(at[2], Some(geo_types::point! { x: 104.5, y: 25.25 }.into()), "{name}");
        let path = folder.path().join(format!("t{name}"));
        write(&path, None, |_| None);
        let got = read_any(&path);
        assert_eq!(got.features.len(), 3, "{name}");
        if !name.ends_with("geojson") {
            assert_eq!(got.crs, DeclaredCrs::NoGeometry, "{name}");
        }
    }
}

#[test]
fn what_a_shapefile_cannot_hold_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let findings = write(&folder.path().join("a.shp"), Some(Crs::Epsg(4543)), |x| Some(area(x)));
    let rules: Vec<_> = findings.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(rules, ["export.name", "export.name"], "established_on and established_by");
    let got = read(&folder.path().join("a.shp"));
    assert_eq!(got.crs, DeclaredCrs::Known(Crs::Epsg(4543)));
    assert_eq!(got.columns[4..], ["establishe".to_owned(), "establis_1".to_owned()]);
    let mut sink = create(&folder.path().join("b.shp"), &schema(Some(Crs::Epsg(4490)))).unwrap();
    sink.write(OutFeature { geometry: Some(area(0.)), values: values(0) }).unwrap();
    let point = Some(geo_types::point! { x: 1., y: 2. }.into());
    assert!(matches!(
        sink.write(OutFeature { geometry: point, values: values(1) }),
        Err(FormatError::CannotHold { .. })
    ));
    drop(sink);
    assert!(!folder.path().join("b.shp").exists());
}

#[test]
fn a_shapefile_in_gbk_says_so_and_names_what_gbk_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.shp");
    let mut sink =
        create(&path, &OutSchema { encoding: Some("GBK".into()), ..schema(Some(Crs::Epsg(4490))) }).unwrap();
    let mut row = values(1);
    row[1] = json!("\u{20bb7}家巷");
    for values in [values(0), row] {
        sink.write(OutFeature { geometry: Some(area(0.)), values }).unwrap();
    }
    let findings = sink.finish().unwrap();
    let lacking = findings.iter().find(|finding| finding.rule == "export.encoding").unwrap();
    assert_eq!(lacking.evidence.as_deref(), Some("\u{20bb7}"));
    assert_eq!(std::fs::read_to_string(path.with_extension("cpg")).unwrap(), "GBK");
    let dbf = std::fs::read(path.with_extension("dbf")).unwrap();
    assert!(dbf.windows(4).any(|bytes| bytes == [0xbb, 0xa4, 0xb9, 0xfa]), "护国 in GBK");
    let got = read(&path);
    assert_eq!(got.text(0, "name"), "护国,街道\n=1+1");
    assert_eq!(got.text(1, "name"), "?家巷");
    let asked = OutSchema { encoding: Some("KOI8-R".into()), ..schema(None) };
    assert!(matches!(create(&path, &asked), Err(FormatError::UnknownEncoding { .. })));
}

#[test]
fn kml_for_people_and_dxf_for_drawings() {
    let folder = tempfile::tempdir().unwrap();
    let kml = folder.path().join("a.kml");
    write(&kml, Some(Crs::Epsg(4490)), |x| Some(area(x)));
    let text = std::fs::read_to_string(&kml).unwrap();
    assert!(text.contains("<name>护国,街道"), "{}", &text[..2000.min(text.len())]);
    assert!(text.contains("name（题）") || text.contains("population（题）"), "columns go by their titles");
    let got = read_any(&kml);
    assert_eq!(got.features.len(), 3);
    assert!((ring_area(got.features[1].geometry.as_ref().unwrap()) - 0.98).abs() < 1e-9);
    let projected = schema(Some(Crs::Epsg(4543)));
    assert!(matches!(worker().create(&kml, &projected), Err(FormatError::CannotHold { .. })));
    assert!(matches!(worker().create(&kml, &schema(None)), Err(FormatError::CannotHold { .. })));

    let dxf = folder.path().join("a.dxf");
    let findings = write(&dxf, Some(Crs::Epsg(4543)), |x| Some(area(x)));
    assert!(findings.iter().any(|finding| finding.rule == "export.attributes"), "{findings:?}");
    let text = std::fs::read_to_string(&dxf).unwrap();
    assert!(text.contains("POLYLINE") && !text.contains("HATCH"), "outlines");
    let got = read_any(&dxf);
    assert_eq!(got.features.len(), 6, "three areas, each with a hole: a ring is a line of the drawing");
    assert_eq!(got.text(0, "Layer"), "division");
}

#[test]
fn formats_that_must_be_converted_first_say_how() {
    for (name, word) in [("路网.dwg", "DXF"), ("普查.mdb", "xlsx")] {
        let (_folder, path) = written(name, b"anything");
        let Err(error) = open(&path, &ReadOptions::default()) else { panic!("{name}") };
        assert!(error.sentence().zh.contains(word), "{name}: {error}");
    }
}

#[test]
fn spreadsheets_do_not_run_what_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let mut sink = create(&path, &schema(None)).unwrap();
    sink.write(OutFeature {
        geometry: None,
        values: vec![json!("=cmd|' /C calc'!A0"), json!("@x"), json!(-5)],
    })
    .unwrap();
    sink.finish().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with('\u{feff}'));
    assert!(text.contains("'=cmd") && text.contains("'@x") && text.contains(",-5,"), "{text}");
}

#[test]
fn a_child_out_of_memory_or_time_costs_the_file_only() {
    let Some(file) = shared("data/messy-import/fiona/fiona-1.10.1/tests/data/testopenfilegdb.gdb.zip") else {
        return;
    };
    let layers = worker().layers(&file).unwrap();
    assert!(layers.len() > 10, "{layers:?}");
    assert!(matches!(worker().open(&file, None), Err(FormatError::ChooseLayer { .. })));
    assert!(matches!(worker().open(&file, Some("nope")), Err(FormatError::NoSuchLayer { .. })));
    let starved = Worker { memory: 40 << 20, ..worker() };
    let Err(error) = starved.layers(&file) else { panic!("40 MB are not enough") };
    assert!(matches!(error, FormatError::Worker { .. }), "{error}");
    let late = Worker { wall: std::time::Duration::ZERO, ..worker() };
    assert!(matches!(late.layers(&file), Err(FormatError::Worker { .. })));
    let (_a, path) = written("a.gpkg", b"SQLite format 3\0 and then nothing");
    let Err(FormatError::Broken { what, .. }) = worker().open(&path, None) else { panic!("it is broken") };
    assert!(!what.zh.contains("GDAL") && !what.en.contains("/"), "in words, not GDAL's: {what:?}");
}

#[test]
fn what_gdal_reads_for_us() {
    let Some(folder) = shared("data/messy-import") else { return };
    let mut read = 0;
    let geodatabase = "fiona/fiona-1.10.1/tests/data/testopenfilegdb.gdb.zip";
    for (name, layers) in [
        (
            geodatabase,
            vec!["point", "multipolygon25D", "null_polygon", "several_polygons", "testnotnullable"],
        ),
        ("kml-crate/fixtures/countries.kml", vec![]),
        ("kml-crate/fixtures/sample.kml", vec![]),
    ] {
        let path = folder.join(name);
        let there = worker().layers(&path).unwrap_or_else(|e| panic!("{e}"));
        for layer in there.iter().filter(|layer| layers.is_empty() || layers.contains(&layer.name.as_str())) {
            let got = drain(worker().open(&path, Some(&layer.name)).unwrap_or_else(|e| panic!("{e}")));
            assert!(got.refused.is_empty(), "{name} {}: {:?}", layer.name, got.refused);
            assert!(got.findings.is_empty(), "{name} {}: {:?}", layer.name, got.findings);
            read += got.features.len();
        }
    }
    assert!(read > 200, "{read}");
}

//! Readers and writers on small files made here and on the messy real ones.

mod archives;
mod hostile;
mod osm;
mod writing;

use std::path::{Path, PathBuf};

use boundstone::crs::Crs;
use boundstone::formats::{DeclaredCrs, FeatureSource, FormatError, ReadOptions, SourceFeature, open};
use boundstone::model::Finding;

use crate::shared::shared;

/// What reading a whole file gives.
struct Got {
    features: Vec<SourceFeature>,
    refused: Vec<Finding>,
    findings: Vec<Finding>,
    columns: Vec<String>,
    crs: DeclaredCrs,
}

impl Got {
    fn value(&self, row: usize, column: &str) -> Option<&serde_json::Value> {
        let at = self.columns.iter().position(|c| c == column)?;
        self.features[row].values.iter().find(|(c, _)| *c == at).map(|(_, v)| v)
    }

    fn text(&self, row: usize, column: &str) -> &str {
        self.value(row, column).and_then(|v| v.as_str()).unwrap_or_default()
    }

    fn rules(&self) -> Vec<&str> {
        self.findings.iter().chain(&self.refused).map(|f| f.rule.as_str()).collect()
    }
}

fn drain(mut source: Box<dyn FeatureSource>) -> Got {
    let (mut features, mut refused) = (vec![], vec![]);
    while let Some(next) = source.next_feature() {
        match next {
            Ok(feature) => features.push(feature),
            Err(finding) => refused.push(finding),
        }
    }
    let findings = source.take_findings();
    for finding in findings.iter().chain(&refused) {
        assert!(!finding.what.zh.is_empty() && !finding.what.en.is_empty() && !finding.done.zh.is_empty());
    }
    Got { features, refused, findings, columns: source.columns().to_vec(), crs: source.crs().clone() }
}

fn read(path: &Path) -> Got {
    read_with(path, &ReadOptions::default())
}

fn read_with(path: &Path, options: &ReadOptions) -> Got {
    drain(open(path, options).unwrap_or_else(|e| panic!("{e}")))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
    found.sort();
}

#[test]
fn every_messy_file_is_read_or_refused_in_words() {
    let Some(folder) = shared("data/messy-import") else { return };
    let mut files = vec![];
    files_below(&folder, &mut files);
    assert!(files.len() > 60, "{}", files.len());
    let mut lines = vec![];
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        let said = |e: FormatError| {
            let words = e.sentence();
            assert!(!words.zh.is_empty() && words.zh != words.en, "{name}");
            format!("{name}: refused: {}", words.en.rsplit('/').next().unwrap_or_default())
        };
        let mut layers = vec![None];
        let mut line = match open(file, &ReadOptions::default()) {
            Err(FormatError::ChooseLayer { layers: found, .. }) => {
                layers = found.into_iter().map(Some).collect();
                format!("{name}: {} layers", layers.len())
            }
            Err(e) => {
                lines.push(said(e));
                continue;
            }
            Ok(_) => format!("{name}:"),
        };
        for layer in layers {
            match open(file, &ReadOptions { layer, encoding: None }) {
                Ok(source) => {
                    let got = drain(source);
                    line += &format!(
                        " {} read, {} refused, {:?}",
                        got.features.len(),
                        got.refused.len(),
                        got.rules()
                    );
                }
                Err(e) => line += &said(e),
            }
        }
        lines.push(line);
    }
    println!("{}", lines.join("\n"));
    assert!(lines.iter().filter(|line| line.contains(" read")).count() >= 45);
}

#[test]
fn gbk_shapefiles_of_real_counties() {
    let Some(folder) = shared("data/messy-import") else { return };
    let anhui = read(&folder.join("gbk-anhui-nts/chinese_encoding.shp"));
    assert_eq!(anhui.features.len(), 78);
    assert_eq!(anhui.crs, DeclaredCrs::Undeclared);
    let names: Vec<String> = anhui
        .features
        .iter()
        .flat_map(|f| f.values.iter().filter_map(|(_, v)| v.as_str().map(str::to_owned)))
        .collect();
    for name in ["怀远县", "固镇县", "五河县"] {
        assert!(names.iter().any(|n| n == name), "{name}");
    }
    assert!(!names.iter().any(|n| n.contains('\u{fffd}')));
    let chongqing = read(&folder.join("gbk-chongqing-shanghai/chongqing_shp/区县界_area.shp"));
    assert_eq!((chongqing.features.len(), chongqing.crs.clone()), (38, DeclaredCrs::Known(Crs::Epsg(4326))));
    assert!((0..38).any(|row| chongqing.text(row, "NAME").starts_with("渝中")));
    let shenzhen = read(&folder.join("gbk-chongqing-shanghai/sz.shp"));
    assert_eq!((shenzhen.features.len(), shenzhen.crs.clone()), (10, DeclaredCrs::Undeclared));
    let Some(xian) = shared("data/roads-xian-gotrackit/modifiedConn_link.shp") else { return };
    let xian = read(&xian);
    assert_eq!((xian.features.len(), xian.crs.clone()), (9842, DeclaredCrs::Known(Crs::Epsg(4326))));
    assert!((0..9842).any(|row| xian.text(row, "road_name") == "雁塔南路"));
}

#[test]
fn tables_of_real_codes_and_streets() {
    let Some(streets) = shared("data/beijing-subdistricts/src/boundaries/subdistrict/dongcheng-all.geojson")
    else {
        return;
    };
    let streets = read(&streets);
    assert_eq!((streets.features.len(), streets.crs.clone()), (17, DeclaredCrs::Known(Crs::Crs84)));
    assert!(streets.value(0, "code").is_some_and(|v| v.is_number()), "kept as the file has it");
    let Some(villages) = shared("data/division-codes-to-village/package/dist/villages.csv.gz") else {
        return;
    };
    let mut source = open(&villages, &ReadOptions::default()).unwrap();
    assert_eq!(source.crs(), &DeclaredCrs::NoGeometry);
    let mut count = 0;
    while let Some(next) = source.next_feature() {
        let feature = next.unwrap();
        count += 1;
        assert_eq!(feature.row, count + 1);
    }
    assert_eq!(count, 620_573);
    let Some(names) = shared("data/division-pinyin-to-township-areacity/ok_data_level3.csv") else { return };
    assert_eq!(read(&names).columns[0], "id", "no byte-order mark in the first name");
}

fn written(name: &str, content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn geojson_of_all_kinds() {
    let (_a, path) = written("a.geojson", "\u{feff}{\"type\":\"Point\",\"coordinates\":[102.7,25.0,1900]}");
    let got = read(&path);
    assert_eq!(got.features[0].geometry, Some(geo_types::point! { x: 102.7, y: 25.0 }.into()));
    assert_eq!(got.rules(), ["import.heights"]);
    assert_eq!(got.crs, DeclaredCrs::Undeclared);

    let text = r#"{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features":[
        {"type":"Feature","id":7,"properties":{"名称":"护国街道","x":null,"n":{"a":[1]}},"geometry":null},
        {"type":"Feature","properties":{"id":"own"},"geometry":{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}},
        {"type":"Feature","properties":null,"geometry":{"type":"Polygon","coordinates":[1,2]}},
        {"type":"Feature","properties":{"a":},"geometry":null},
        {"type":"Feature","properties":{},"geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}}
    ],"type":"FeatureCollection"}"#;
    let (_b, path) = written("b.geojson", text);
    let got = read(&path);
    assert_eq!(got.crs, DeclaredCrs::Known(Crs::Epsg(4490)));
    assert_eq!((got.features.len(), got.refused.len()), (4, 1));
    assert_eq!(got.refused[0].spot.row, Some(4));
    assert_eq!(got.value(0, "id"), Some(&7.into()));
    assert_eq!(got.text(1, "id"), "own");
    assert_eq!(got.text(0, "名称"), "护国街道");
    assert_eq!(got.rules(), ["import.geometry", "import.row"]);

    let lines = "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":null}\n".repeat(3);
    let (_c, path) = written("c.geojsonl", &lines);
    assert_eq!(read(&path).features.len(), 3);
    let gbk = encoding_rs::GBK.encode(r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"昆明市五华区护国街道办事处"},"geometry":null}]}"#).0.into_owned();
    let (_d, path) = written("d.json", gbk);
    let got = read(&path);
    assert_eq!(got.text(0, "名称"), "昆明市五华区护国街道办事处");
    assert_eq!(got.rules(), ["import.encoding"]);
    let (_e, path) = written("e.json", r#"{"type":"Topology","objects":{}}"#);
    assert!(matches!(open(&path, &ReadOptions::default()), Err(FormatError::Broken { .. })));
    let deep = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"properties\":{}1{}}}]}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let (_f, path) = written("f.json", deep);
    assert_eq!(read(&path).refused.len(), 1);
}

#[test]
fn coordinates_in_tables() {
    let text = "名称;经度;纬度\n昆明;102°42′54″;25.0389\n坏;abc;25\n空;;\n";
    let (_a, path) = written("a.csv", encoding_rs::GBK.encode(text).0);
    let got = read(&path);
    assert_eq!(got.columns, ["名称", "经度", "纬度"]);
    assert_eq!(got.crs, DeclaredCrs::Undeclared);
    let Some(geo_types::Geometry::Point(p)) = &got.features[0].geometry else { panic!("no point") };
    assert!((p.x() - 102.715).abs() < 1e-9 && (p.y() - 25.0389).abs() < 1e-9);
    assert_eq!(got.features[1].geometry, None);
    let bad: Vec<_> = got.findings.iter().filter(|f| f.rule == "import.geometry").collect();
    assert_eq!(bad.len(), 1, "an empty cell is no fault");
    assert_eq!((bad[0].spot.row, bad[0].spot.field.as_deref()), (Some(3), Some("经度")));

    // Surveyors write X for the northing.
    let (_b, path) = written("b.csv", "点号,X,Y\nJ1,2770000.5,510000.25\n");
    let got = read(&path);
    assert_eq!(got.features[0].geometry, Some(geo_types::point! { x: 510000.25, y: 2770000.5 }.into()));
    assert_eq!(got.rules(), ["import.axes"]);

    let (_c, path) = written("c.tsv", "id\twkt\n1\tSRID=4490;POINT(1 2)\n2\tPOLYGON(\n");
    let got = read(&path);
    assert_eq!(got.crs, DeclaredCrs::Known(Crs::Epsg(4490)));
    assert_eq!(got.features[0].geometry, Some(geo_types::point! { x: 1., y: 2. }.into()));
    assert_eq!((got.features.len(), got.rules()), (2, vec!["import.geometry"]));

    let utf16: Vec<u8> =
        "\u{feff}名,lng_gcj02,lat_gcj02\n甲,102.5,25\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_d, path) = written("d.csv", utf16);
    let got = read(&path);
    assert_eq!((got.crs.clone(), got.text(0, "名")), (DeclaredCrs::Known(Crs::Gcj02), "甲"));

    let (_e, path) = written("e.csv", "a,b\n\"1\n2\",x,extra\n\n3\n");
    let got = read(&path);
    assert_eq!((got.text(0, "a"), got.features.len()), ("1\n2", 2));
    assert_eq!(got.rules(), ["import.columns"]);
    let (_f, path) = written("f.csv", "");
    assert!(matches!(open(&path, &ReadOptions::default()), Err(FormatError::Broken { .. })));
}

#[test]
fn an_array_of_objects_is_a_table() {
    let (_a, path) = written(
        "a.json",
        r#"[{"name":"甲","latitude":25.0,"longitude":102.7},{"name":"乙","extra":[1]},{"bad":}]"#,
    );
    let got = read(&path);
    assert_eq!(got.columns, ["name", "latitude", "longitude", "extra"]);
    assert_eq!(got.features[0].geometry, Some(geo_types::point! { x: 102.7, y: 25.0 }.into()));
    assert_eq!((got.features.len(), got.refused.len()), (2, 1));
    let Some(places) = shared("data/gazetteer-geonames-cn/derived/cities500_CN.json") else { return };
    assert_eq!(read(&places).features.iter().filter(|f| f.geometry.is_some()).count(), 16_048);
}

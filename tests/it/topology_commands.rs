//! `boundstone topology clean|simplify|dissolve|compare` and `boundstone merge` as a user runs them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, value: &Json) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, value.to_string()).unwrap();
        path
    }

    fn run(&self, language: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.0.path())
            .env("BOUNDSTONE_LANG", language)
            .arg("topology")
            .args(arguments)
            .output()
            .unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.0.path())
            .env("BOUNDSTONE_LANG", "zh")
            .arg("topology")
            .args(arguments)
            .arg("--json")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn read(&self, name: &str) -> Json {
        serde_json::from_slice(&std::fs::read(self.0.path().join(name)).unwrap()).unwrap()
    }
}

/// Two cells of 2 km near Kunming with a winding border of 41 vertices between them; the border's middle
/// reaches `bulge` degrees to the east.
fn two(bulge: f64, second: &str) -> Json {
    let border: Vec<[f64; 2]> = (0..=40)
        .map(|k| {
            let along = f64::from(k) / 40.0;
            let wave = if k % 40 == 0 {
                0.0
            } else {
                2e-4 * f64::from(k % 3) + bulge * (1.0 - (2.0 * along - 1.0).abs())
            };
            [102.72 + wave, 25.0 + 0.02 * along]
        })
        .collect();
    let mut west = vec![[102.70, 25.02], [102.70, 25.0]];
    west.extend(&border);
    west.push([102.70, 25.02]);
    let mut east = vec![[102.74, 25.0], [102.74, 25.02]];
    east.extend(border.iter().rev());
    east.push([102.74, 25.0]);
    let feature = |name: &str, code: i64, homes: i64, ring: Vec<[f64; 2]>| {
        json!({"type": "Feature", "properties": {"名称": name, "代码": code, "区": "五华区", "户数": homes},
               "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    json!({"type": "FeatureCollection", "features": [
        feature("甲街道", 530102001, 30, west), feature(second, 530102002, 12, east)]})
}

fn ring(collection: &Json, at: usize) -> Vec<(String, String)> {
    let ring = collection["features"][at]["geometry"]["coordinates"][0].as_array().unwrap();
    ring.iter().map(|c| (c[0].to_string(), c[1].to_string())).collect()
}

#[test]
fn simplify_keeps_the_border_shared() {
    let desk = Desk::new();
    desk.file("in.geojson", &two(0.0, "乙街道"));
    let said = desk.json(&["simplify", "in.geojson", "out.geojson", "--tolerance", "100"]);
    assert_eq!(said["features"], 2);
    assert!(said["vertices_after"].as_u64().unwrap() < said["vertices_before"].as_u64().unwrap());
    let out = desk.read("out.geojson");
    assert_eq!(out["features"][0]["properties"]["代码"], 530102001);
    let (west, east) = (ring(&out, 0), ring(&out, 1));
    let common: Vec<_> = west.iter().filter(|c| east.contains(c)).collect();
    assert!(common.len() >= 2 && west.len() < 12, "{west:?}");
    // The border locked: all of its vertices stay.
    desk.file("lock.geojson", &two(0.0, "乙街道")["features"][0]["geometry"]);
    let said = desk.json(&["simplify", "in.geojson", "all.geojson", "--keep", "0", "--lock", "lock.geojson"]);
    assert_eq!(said["locked_arcs"], 2);
    assert_eq!(ring(&desk.read("all.geojson"), 0).len(), 44);
    let (code, text) = desk.run("zh", &["simplify", "in.geojson", "out.geojson"]);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = desk.run("en", &["simplify", "--help"]);
    assert!(code == Some(0) && text.contains("METRES") && text.contains("Examples"), "{text}");
    let (_, text) = desk.run("zh", &["simplify", "--help"]);
    assert!(text.contains("<米>") && text.contains("例："), "{text}");
}

#[test]
fn dissolve_drops_the_inner_border_and_sums() {
    let desk = Desk::new();
    desk.file("in.geojson", &two(0.0, "乙街道"));
    let said = desk.json(&["dissolve", "in.geojson", "out.geojson", "--by", "区", "--sum", "户数"]);
    assert_eq!((&said["features"], &said["groups"], &said["parts"]), (&json!(2), &json!(1), &json!(1)));
    let out = desk.read("out.geojson");
    assert_eq!(out["features"][0]["properties"], json!({"区": "五华区", "count": 2, "sum_户数": 42}));
    let (code, text) = desk.run("zh", &["dissolve", "in.geojson", "out.geojson", "--by", "县"]);
    assert!(code == Some(2) && text.contains("名称"), "{text}");
}

#[test]
fn compare_tells_a_new_name_from_a_moved_border() {
    let desk = Desk::new();
    desk.file("old.geojson", &two(0.0, "乙街道"));
    desk.file("new.geojson", &two(0.004, "丙街道"));
    let said = desk.json(&["compare", "old.geojson", "new.geojson", "--out", "diff.geojson"]);
    assert_eq!(said["counts"]["features"], json!({"moved": 2}));
    assert_eq!(said["counts"]["renamed"], 1);
    let exchange = &said["exchanges"][0];
    assert_eq!((&exchange["from"]["name"], &exchange["to"]["name"]), (&json!("乙街道"), &json!("甲街道")));
    // A triangle of 0.02° by 0.004° at 25° north.
    let area = exchange["area_m2"].as_f64().unwrap();
    assert!((area / (0.5 * 2215.5 * 403.6) - 1.0).abs() < 0.03, "{area}");
    let diff = desk.read("diff.geojson");
    let parts: Vec<&str> = diff["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|f| f["properties"]["part"].as_str())
        .collect();
    assert_eq!(parts, ["piece", "border"]);
    let (code, text) = desk.run("zh", &["compare", "old.geojson", "new.geojson"]);
    assert!(code == Some(0) && text.contains("法定变动 2") && text.contains("乙街道"), "{text}");
    let (_, text) = desk.run("en", &["compare", "old.geojson", "old.geojson"]);
    assert!(text.contains("unchanged 2"), "{text}");
}

/// Two squares beside each other; the west's eastern border lies at `edge`, the east begins at 102.72.
fn beside(edge: f64) -> Json {
    let cell = |name: &str, code: i64, west: f64, east: f64| {
        let ring = [[west, 25.0], [east, 25.0], [east, 25.02], [west, 25.02], [west, 25.0]];
        json!({"type": "Feature", "properties": {"名称": name, "代码": code},
               "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    json!({"type": "FeatureCollection", "features": [
        cell("甲街道", 530102001, 102.70, edge), cell("乙街道", 530102002, 102.72, 102.74)]})
}

fn easternmost(collection: &Json, at: usize) -> f64 {
    let ring = collection["features"][at]["geometry"]["coordinates"][0].as_array().unwrap();
    ring.iter().filter_map(|c| c[0].as_f64()).fold(f64::MIN, f64::max)
}

#[test]
fn clean_never_moves_a_locked_border() {
    let desk = Desk::new();
    // Some 5 m of overlap: the west gives way to the owner named; its border locked, the east does.
    desk.file("in.geojson", &beside(102.72005));
    let border = json!({"type": "LineString", "coordinates": [[102.72005, 25.0], [102.72005, 25.02]]});
    desk.file("surveyed.geojson", &json!({"type": "Feature", "properties": {}, "geometry": border}));
    let said = desk.json(&["clean", "in.geojson", "free.geojson", "--strategy", "owner=530102002"]);
    assert_eq!(said["after"]["valid"], true, "{said}");
    assert_eq!(easternmost(&desk.read("free.geojson"), 0), 102.72);
    let locked = ["--locked", "surveyed.geojson"];
    let said = desk.json(&[&["clean", "in.geojson", "held.geojson"][..], &locked].concat());
    assert_eq!(easternmost(&desk.read("held.geojson"), 0), 102.72005, "{said}");
    let (code, text) = desk.run("zh", &["clean", "in.geojson", "x.geojson", "--locked", "nowhere.geojson"]);
    assert!(code != Some(0) && text.contains("nowhere.geojson"), "{text}");
}

/// `boundstone` with other commands than `topology`.
fn program(desk: &Desk, arguments: &[&str]) -> (Option<i32>, Json, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
        .current_dir(desk.0.path())
        .env("BOUNDSTONE_LANG", "zh")
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Json::Null), said)
}

#[test]
fn registers_are_merged_from_the_command_line() {
    let desk = Desk::new();
    let (west, east) = (two(0.0, "乙街道"), two(0.0, "丙街道"));
    let only =
        |set: &Json, at: usize| json!({"type": "FeatureCollection", "features": [set["features"][at]]});
    desk.file("west.geojson", &only(&west, 0));
    desk.file("east.geojson", &only(&west, 1));
    desk.file("other.geojson", &only(&east, 1));
    let author = ["--by", "张三", "--reason", "试"];
    for name in ["west", "east", "other"] {
        let (register, file) = (format!("{name}.gpkg"), format!("{name}.geojson"));
        assert_eq!(program(&desk, &["init", &register, "--title", name]).0, Some(0));
        let import = ["import", &register, &file, "--layer", "division", "--crs", "EPSG:4490", "--json"];
        let (code, said, text) = program(&desk, &[&import[..], &author].concat());
        assert_eq!((code, &said["counts"]["new"]), (Some(0), &json!(1)), "{text}");
    }
    let merge = |out: &str, members: &[&str], more: &[&str]| {
        program(&desk, &[&["merge", out][..], members, &["--json"], &author, more].concat())
    };
    let (code, said, text) = merge("all.gpkg", &["west.gpkg", "east.gpkg"], &[]);
    assert_eq!(code, Some(0), "{said} {text}");
    program(&desk, &["export", "all.gpkg", "--layer", "division", "--to", "all.geojson"]);
    assert_eq!(desk.read("all.geojson")["features"].as_array().map(Vec::len), Some(2));
    // Two records of one code that say different things: nothing is written until somebody decides.
    let (code, _, text) = merge("both.gpkg", &["east.gpkg", "other.gpkg"], &[]);
    assert!(code != Some(0) && text.contains("keep-first"), "{text}");
    assert!(!desk.0.path().join("both.gpkg").exists());
    let (code, _, text) = merge("both.gpkg", &["east.gpkg", "other.gpkg"], &["--on-clash", "keep-first"]);
    assert_eq!(code, Some(0), "{text}");
    program(&desk, &["export", "both.gpkg", "--layer", "division", "--to", "both.geojson"]);
    let both = desk.read("both.geojson");
    assert_eq!(both["features"].as_array().map(Vec::len), Some(1), "{both}");
    assert!(both.to_string().contains("乙街道"));
}

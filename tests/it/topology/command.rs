//! `boundstone topology check` and `clean`, as a user runs them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use crate::shared::shared;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_boundstone"))
        .current_dir(folder)
        .env("BOUNDSTONE_LANG", "zh")
        .arg("topology")
        .args(arguments)
        .output()
        .unwrap()
}

fn answer(folder: &Path, arguments: &[&str], code: i32) -> Json {
    let output = run(folder, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn squares(folder: &Path, name: &str, boxes: &[(&str, [f64; 4])]) {
    let feature = |(code, [w, s, e, n]): &(&str, [f64; 4])| {
        json!({"type": "Feature", "properties": {"code": code, "name": format!("{code}街道")},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}})
    };
    let features: Vec<Json> = boxes.iter().map(feature).collect();
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    std::fs::write(folder.join(name), text).unwrap();
}

#[test]
fn a_file_is_checked_cleaned_and_found_sound() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let boxes = [
        ("001", [116.0, 40.0, 116.01, 40.01]),
        // overlaps the first by 3 m
        ("002", [116.00996, 40.0, 116.02, 40.01]),
        ("003", [116.0, 40.01, 116.02, 40.02]),
    ];
    squares(here, "streets.geojson", &boxes);
    let found = answer(here, &["check", "streets.geojson"], 1);
    assert_eq!(found["counts"]["overlap"], 1);
    let overlap = &found["findings"][0];
    assert_eq!(overlap["features"], json!(["001", "002"]));
    assert_eq!((overlap["kind"].as_str(), overlap["severity"].as_str()), (Some("overlap"), Some("error")));
    assert_eq!(overlap["where"]["type"], "Polygon");
    // 4e-5 degree of longitude at 40° by 0.01 of latitude: 3.41 m by 1,110 m.
    assert!((overlap["area_m2"].as_f64().unwrap() - 3_793.0).abs() < 10.0, "{}", overlap["area_m2"]);
    assert!((overlap["width_m"].as_f64().unwrap() - 3.41).abs() < 0.2);

    let done = answer(here, &["clean", "streets.geojson", "clean.geojson"], 0);
    assert_eq!((done["counts"]["overlap"].as_u64(), done["after"]["valid"].as_bool()), (Some(1), Some(true)));
    let sound = answer(here, &["check", "clean.geojson"], 0);
    assert_eq!((sound["valid"].as_bool(), sound["features"].as_u64()), (Some(true), Some(3)));
    let text = String::from_utf8(run(here, &["check", "clean.geojson"]).stdout).unwrap();
    assert!(text.contains("3 个面"), "{text}");

    // given to a named owner, 001 keeps its outline
    let done = answer(here, &["clean", "streets.geojson", "owned.geojson", "--strategy", "owner=001"], 0);
    assert_eq!(done["changes"][0]["to"], "001");
    assert_eq!(
        run(here, &["clean", "streets.geojson", "no.geojson", "--strategy", "owner=9"]).status.code(),
        Some(2)
    );

    // against a parent that is smaller in the east and larger in the north
    squares(here, "district.geojson", &[("d", [116.0, 40.0, 116.015, 40.03])]);
    let found = answer(here, &["check", "clean.geojson", "--parent", "district.geojson"], 1);
    assert!(found["counts"]["outside_parent"].as_u64() >= Some(1) && found["counts"]["uncovered"] == 1);
    assert_eq!(run(here, &["check", "nothing.geojson"]).status.code(), Some(1));
    assert_eq!(run(here, &["check", "clean.geojson", "--gap-width", "-1"]).status.code(), Some(2));
}

#[test]
fn plane_coordinates_without_a_system_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let boxes = [("a", [0.0, 0.0, 1000.0, 1000.0]), ("b", [990.0, 0.0, 2000.0, 1000.0])];
    squares(folder.path(), "plan.geojson", &boxes);
    let found = answer(folder.path(), &["check", "plan.geojson"], 1);
    assert_eq!((found["units"].as_str(), found["crs"].is_null()), (Some("plane"), true));
    let overlap = found["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "overlap").unwrap();
    assert_eq!(overlap["area_m2"], 10_000.0);
}

#[test]
fn the_holes_of_beijing_are_found() {
    let Some(folder) = shared("data/beijing-subdistricts/src/boundaries/subdistrict") else { return };
    let out = tempfile::tempdir().unwrap();
    let clean = ["dongcheng", "xicheng", "changping", "mentougou", "pinggu", "yanqing"];
    let holes =
        [("haidian", 4), ("huairou", 3), ("fengtai", 2), ("chaoyang", 1), ("fangshan", 1), ("miyun", 1)];
    for district in clean {
        let found = answer(&folder, &["check", &format!("{district}-all.geojson")], 0);
        let kinds: Vec<&String> = found["counts"].as_object().unwrap().keys().collect();
        let notes = ["exclave", "enclosed", "multipart"];
        assert!(kinds.iter().all(|kind| notes.contains(&kind.as_str())), "{district}: {kinds:?}");
    }
    for (district, holes) in holes {
        let file = format!("{district}-all.geojson");
        let found = answer(&folder, &["check", &file], 1);
        assert_eq!(found["counts"]["gap"], holes, "{district}");
        let cleaned = out.path().join(&file);
        let done = answer(&folder, &["clean", &file, cleaned.to_str().unwrap()], 0);
        assert_eq!(done["after"]["valid"], true, "{district}: {}", done["after"]);
    }
}

//! `boundstone site` as a user runs it: a town small enough to try all choices, and what it says of bad input.

use std::process::Command;

use serde_json::{Value as Json, json};

fn run(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
        .current_dir(folder)
        .env("BOUNDSTONE_LANG", "zh")
        .arg("site")
        .args(arguments)
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

fn point(x: f64, y: f64, properties: Json) -> Json {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [x, y]}})
}

fn write(folder: &std::path::Path, name: &str, features: Vec<Json>) {
    let collection = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(folder.join(name), collection.to_string()).unwrap();
}

/// A street of 2 km, homes every 100 m with weights 1, 2, 3 …, candidates at six of them, and a home on an island.
fn town() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    let line = |a: f64, b: f64, y: f64| json!({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[a, y], [b, y]]}});
    let mut streets: Vec<Json> =
        (0..20).map(|k| line(f64::from(k) * 100.0, f64::from(k + 1) * 100.0, 0.0)).collect();
    streets.push(line(0.0, 100.0, 900.0));
    write(desk.path(), "n.geojson", streets);
    let mut homes: Vec<Json> = (0..=20)
        .map(|k| point(f64::from(k) * 100.0, 0.0, json!({"id": format!("户{k}"), "h": k + 1})))
        .collect();
    homes.push(point(50.0, 900.0, json!({"id": "孤岛", "h": 1000})));
    write(desk.path(), "d.geojson", homes);
    let sites = [1, 4, 8, 12, 15, 19];
    let candidates = sites
        .iter()
        .map(|k| point(f64::from(*k) * 100.0, 0.0, json!({"id": k, "cost": 10 - k / 4, "cap": 30})));
    write(desk.path(), "c.geojson", candidates.collect());
    write(desk.path(), "e.geojson", vec![point(1500.0, 0.0, json!({}))]);
    desk
}

const COMMON: [&str; 14] = [
    "--network",
    "n.geojson",
    "--candidates",
    "c.geojson",
    "--demand",
    "d.geojson",
    "--weight",
    "h",
    "--speed",
    "1",
    "--out",
    "o.geojson",
    "--report",
    "r.json",
];

fn report(desk: &tempfile::TempDir, arguments: &[&str]) -> Json {
    let all: Vec<&str> = COMMON.iter().chain(arguments).copied().collect();
    let (code, text) = run(desk.path(), &all);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_slice(&std::fs::read(desk.path().join("r.json")).unwrap()).unwrap()
}

/// Metres from each home of the street to the nearest of some sites.
fn metres(sites: &[i32], home: i32) -> i32 {
    sites.iter().map(|site| (site - home).abs() * 100).min().unwrap_or(i32::MAX)
}

/// All choices of so many sites beside those that exist.
fn choices(count: u32, existing: &[i32]) -> Vec<Vec<i32>> {
    let sites = [1, 4, 8, 12, 15, 19];
    let of = |bits: u32| {
        (0..6)
            .filter(move |at| bits & (1 << at) != 0)
            .map(move |at| sites[at])
            .chain(existing.iter().copied())
    };
    (0..64_u32).filter(|bits| bits.count_ones() == count).map(|bits| of(bits).collect()).collect()
}

#[test]
fn four_models_find_what_trying_all_choices_finds() {
    let desk = town();
    // 400 m within reach.
    let minutes = (400.0 / 60.0).to_string();
    let reached =
        |sites: &Vec<i32>| (0..=20).filter(|k| metres(sites, *k) <= 400).map(|k| k + 1).sum::<i32>();
    let found = report(&desk, &["--model", "mclp", "--p", "2", "--minutes", &minutes]);
    let best = choices(2, &[]).iter().map(reached).max().unwrap();
    assert_eq!(found["objective"], f64::from(best));
    assert!((found["bound"].as_f64().unwrap() - f64::from(best)).abs() < 1e-5, "{found}");
    assert_eq!((&found["proved"], &found["unit"]), (&json!(true), &json!("weight")));
    let chosen: Vec<i32> =
        found["chosen"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap() as i32).collect();
    assert_eq!(reached(&chosen), best);
    assert_eq!((&found["feasible"], &found["unreachable"]), (&json!(false), &json!(["孤岛"])));
    let sites: Json = serde_json::from_slice(&std::fs::read(desk.path().join("o.geojson")).unwrap()).unwrap();
    assert_eq!(sites["features"].as_array().unwrap().len(), 2);
    assert_eq!(sites["features"][0]["properties"]["id"], chosen[0]);

    let found =
        report(&desk, &["--model", "mclp", "--p", "1", "--minutes", &minutes, "--existing", "e.geojson"]);
    let best = choices(1, &[15]).iter().map(reached).max().unwrap();
    assert_eq!(found["objective"], f64::from(best));

    let found = report(&desk, &["--model", "lscp", "--minutes", &minutes]);
    let all: i32 = (1..=21).sum();
    let fewest =
        (0..=6).find(|count| choices(*count, &[]).iter().any(|sites| reached(sites) == all)).unwrap();
    assert_eq!((&found["objective"], &found["proved"]), (&json!(f64::from(fewest)), &json!(true)));

    let found = report(&desk, &["--model", "pmedian", "--p", "2"]);
    let walk = |sites: &Vec<i32>| (0..=20).map(|k| (k + 1) * metres(sites, k)).sum::<i32>();
    let least = choices(2, &[]).iter().map(walk).min().unwrap();
    assert!((found["objective"].as_f64().unwrap() * 60.0 / f64::from(least) - 1.0).abs() < 1e-6, "{found}");
    assert_eq!(found["proved"], true);

    let found = report(&desk, &["--model", "pcenter", "--p", "2"]);
    let longest = |sites: &Vec<i32>| (0..=20).map(|k| metres(sites, k)).max().unwrap();
    let least = choices(2, &[]).iter().map(longest).min().unwrap();
    assert!((found["objective"].as_f64().unwrap() * 60.0 - f64::from(least)).abs() < 1e-3, "{found}");
    assert_eq!(found["proved"], true);

    // Each site serves 30 at most: two serve 60.
    let found = report(&desk, &["--model", "mclp", "--p", "2", "--minutes", "60", "--capacity", "cap"]);
    assert!((found["objective"].as_f64().unwrap() - 60.0).abs() < 1e-6, "{found}");
    let found =
        report(&desk, &["--model", "mclp", "--minutes", &minutes, "--budget", "13", "--cost", "cost"]);
    assert!(found["cost"].as_f64().unwrap() <= 13.0 && found["proved"] == true, "{found}");
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let desk = town();
    for (arguments, word) in [
        (&["--model", "mclp"][..], "--p"),
        (&["--model", "pmedian"][..], "--p"),
        (&["--model", "lscp", "--p", "3"][..], "lscp"),
        (&["--model", "pcenter", "--p", "3", "--capacity", "cap"][..], "--capacity"),
        (&["--model", "mclp", "--p", "2", "--cost", "价钱"][..], "价钱"),
    ] {
        let all: Vec<&str> = COMMON.iter().chain(arguments).copied().collect();
        let (code, text) = run(desk.path(), &all);
        assert!(code == Some(2) && text.contains(word), "{arguments:?} {text}");
        assert!(!desk.path().join("r.json").exists());
    }
}

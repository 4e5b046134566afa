//! `boundstone zone` as a planner runs it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn zone(&self, arguments: &str) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.0.path())
            .env("BOUNDSTONE_LANG", "en")
            .arg("zone")
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Json {
        serde_json::from_str(&self.text(name)).unwrap()
    }
}

/// Blocks of 100 m in a plane, `width` to a row, with so many households; numbers are written in odd ways on purpose.
fn blocks(width: usize, households: &[f64]) -> String {
    let features: Vec<String> = households
        .iter()
        .enumerate()
        .map(|(at, households)| {
            let (x, y) = ((at % width) * 100 + 500_000, (at / width) * 100 + 2_700_000);
            let (right, top) = (x + 100, y + 100);
            let (street, community) = (usize::from(at % width >= width / 2), at / width / 2);
            format!(
                "{{\"type\":\"Feature\", \"properties\":{{\"id\":\"b{at}\",\"households\":{households},\"street\":\"s{street}\",\"community\":\"c{community}\",\"share\":1.10}},\
                 \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{x}.0,{y}],[{right},{y}],[{right},{top}],[{x}.0,{top}],[{x}.0,{y}]]]}}}}"
            )
        })
        .collect();
    format!("{{\"type\":\"FeatureCollection\",\n\"features\":[\n{}\n]}}\n", features.join(",\n"))
}

fn even(count: usize) -> Vec<f64> {
    (0..count).map(|at| [0.0, 120.0, 80.0, 100.0, 90.0][at % 5]).collect()
}

#[test]
fn a_plan_is_the_input_with_zones_in_one_piece_and_in_band() {
    let desk = Desk::new();
    desk.file("blocks.geojson", &blocks(16, &even(256)));
    let run = "blocks.geojson --weight households --min 1500 --max 2500 --alternatives 3 --time 4 --out plan.geojson --report plan.json";
    let (code, text) = desk.zone(run);
    assert_eq!(code, Some(0), "{text}");
    let (plan, report) = (desk.json("plan.geojson"), desk.json("plan.json"));
    // Every byte but the zones is as it was.
    let plain: String = desk.text("plan.geojson");
    let mut stripped = plain.clone();
    for zone in (1..40).rev() {
        stripped = stripped.replace(&format!(",\"zone\":{zone}}}"), "}");
    }
    assert_eq!(stripped, desk.text("blocks.geojson"));
    let features = plan["features"].as_array().unwrap();
    let mut weights = std::collections::BTreeMap::new();
    for feature in features {
        let properties = &feature["properties"];
        *weights.entry(properties["zone"].as_u64().unwrap()).or_insert(0.0) +=
            properties["households"].as_f64().unwrap();
    }
    assert!(weights.values().all(|weight| (1500.0..=2500.0).contains(weight)), "{weights:?}");
    assert_eq!(report["status"], "in_band");
    assert_eq!(report["objectives"]["zones"].as_u64(), Some(weights.len() as u64));
    assert_eq!(report["objectives"]["zones_in_pieces"], 0);
    assert!(report["bound"]["lower"].as_u64().unwrap() <= report["bound"]["value"].as_u64().unwrap());
    assert!(report["gap"].as_f64().unwrap() >= 0.0 && report["certificate"].is_null());
    let assignment = report["alternatives"][0]["assignment"].as_array().unwrap();
    assert!(assignment.iter().zip(features).all(|(zone, feature)| *zone == feature["properties"]["zone"]));
    // The same again, to the byte, where the budget and not the clock ended both.
    if report["ended_by"] == "budget" {
        let report = desk.text("plan.json");
        desk.zone(run);
        if desk.json("plan.json")["ended_by"] == "budget" {
            assert_eq!((desk.text("plan.geojson"), desk.text("plan.json")), (plain, report));
        }
    }
}

#[test]
fn what_cannot_be_is_proved_and_exits_with_one() {
    let desk = Desk::new();
    let mut households = even(64);
    households[27] = 9800.0;
    desk.file("blocks.geojson", &blocks(8, &households));
    let (code, text) = desk.zone(
        "blocks.geojson --weight households --min 1000 --max 2000 --time 2 --out p.geojson --report p.json",
    );
    assert_eq!(code, Some(1), "{text}");
    let report = desk.json("p.json");
    assert_eq!(report["status"], "impossible");
    let certificate = &report["certificate"][0];
    assert_eq!((certificate["kind"].as_str(), &certificate["units"]), (Some("unit"), &json!(["b27"])));
    assert_eq!(certificate["relaxations"][0]["value"].as_f64(), Some(9800.0));
    // The nearest that works: that one zone alone is outside.
    assert_eq!(report["relaxation"]["zones_out_of_band"], 1);
    assert!(text.contains("b27") && text.contains("9800"), "{text}");
}

#[test]
fn parents_are_kept_and_present_zones_are_changed_little() {
    let desk = Desk::new();
    desk.file("blocks.geojson", &blocks(16, &even(256)));
    let common = "blocks.geojson --weight households --min 1000 --max 2000 --within street";
    let (code, text) = desk.zone(&format!("{common} --time 2 --report p.json"));
    assert_eq!(code, Some(0), "{text}");
    let report = desk.json("p.json");
    assert!(report["zones"].as_array().unwrap().iter().all(|zone| zone["within"].is_string()));
    let (code, text) = desk.zone(&format!("{common} --current community --audit --report today.json"));
    assert_eq!(code, Some(0), "{text}");
    let today = desk.json("today.json");
    assert_eq!(
        (today["zones_across_parents"].as_u64(), today["objectives"]["zones"].as_u64()),
        (Some(8), Some(8))
    );
    assert_eq!(today["objectives"]["households_moved"], 0.0);
    let kept = "blocks.geojson --weight households --min 1500 --max 3000 --current community";
    let (code, text) = desk.zone(&format!("{kept} --time 2 --report kept.json"));
    assert_eq!(code, Some(0), "{text}");
    let kept = desk.json("kept.json");
    assert_eq!(kept["parameters"]["preset"], "least-change");
    assert_eq!(kept["objectives"]["households_moved"], 0.0, "{}", kept["objectives"]);
}

#[test]
fn another_tools_division_is_scored_and_wrong_wishes_are_refused() {
    let desk = Desk::new();
    desk.file("blocks.geojson", &blocks(4, &[100.0; 16]));
    let rows: Vec<String> = (0..16).map(|at| format!("b{at},{}", at / 8)).collect();
    desk.file("zones.csv", &format!("unit,zone\n{}\n", rows.join("\n")));
    let (code, text) = desk.zone(
        "blocks.geojson --weight households --min 700 --max 900 --assignment zones.csv --report p.json",
    );
    assert_eq!(code, Some(0), "{text}");
    let report = desk.json("p.json");
    assert_eq!(report["objectives"]["cut_edges"], 4);
    assert_eq!(report["objectives"]["zones_out_of_band"], 0);
    // Two rectangles of 400 m by 200 m.
    let compact = report["objectives"]["polsby_popper"].as_f64().unwrap();
    assert!((compact - 4.0 * std::f64::consts::PI * 80_000.0 / (1200.0 * 1200.0)).abs() < 1e-9);
    let usage = |arguments: &str| desk.zone(&format!("blocks.geojson --weight households {arguments}")).0;
    assert_eq!(usage("--min 900 --max 700"), Some(2));
    assert_eq!(usage("--min 700 --max 900 --zones 3..2"), Some(2));
    assert_eq!(usage("--min 700 --max 900 --within nothing"), Some(2));
    assert_eq!(usage("--min 700 --max 900 --audit"), Some(2));
}

#[test]
fn units_are_kept_apart_locked_and_given_a_wider_limit() {
    let desk = Desk::new();
    let mut households = even(256);
    households[100] = 1900.0;
    let text = blocks(16, &households);
    let told = text
        .replace("\"id\":\"b0\"", "\"id\":\"b0\",\"rival\":\"x\"")
        .replace("\"id\":\"b1\"", "\"id\":\"b1\",\"rival\":\"x\"")
        .replace("\"id\":\"b33\"", "\"id\":\"b33\",\"stays\":\"是\"")
        .replace("\"id\":\"b46\"", "\"id\":\"b46\",\"stays\":\"是\"");
    desk.file("blocks.geojson", &told);
    let common = "blocks.geojson --weight households --min 1000 --max 1800 --time 3 --preset compact --id id";
    let (code, text) = desk.zone(&format!("{common} --report no.json"));
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(desk.json("no.json")["certificate"][0]["units"], json!(["b100"]));
    let all = "--wide-max 2000 --keep-apart rival --locked stays --current community";
    let (code, text) = desk.zone(&format!("{common} {all} --out plan.geojson --report p.json"));
    assert_eq!(code, Some(0), "{text}");
    let report = desk.json("p.json");
    assert_eq!(report["objectives"]["apart_broken"], 0);
    let straight = report["objectives"]["straightness"].as_f64().unwrap();
    assert!(straight > 0.5 && straight <= 1.0, "{straight}");
    let plan = desk.json("plan.geojson");
    let zone = |at: usize| plan["features"][at]["properties"]["zone"].as_i64().unwrap();
    assert_ne!(zone(0), zone(1));
    assert_eq!(zone(33), zone(46));
    assert_eq!(desk.zone(&format!("{common} --locked stays")).0, Some(2));
    assert_eq!(desk.zone(&format!("{common} --wide-max 1000")).0, Some(2));
}

#[test]
fn sites_are_zones_by_themselves_and_villages_have_the_ground_about_them() {
    let desk = Desk::new();
    // Rows of 8: the upper half is town, the lower half country with villages at two ends.
    let text = blocks(8, &[100.0; 64]);
    let mut told = text.clone();
    for at in 0..64 {
        let own = format!("\"id\":\"b{at}\"");
        let half = if at < 32 { "town" } else { "country" };
        let mut more = format!("{own},\"half\":\"{half}\"");
        match at {
            9 => more += ",\"site\":\"是\"",
            32 => more += ",\"village\":\"上村\"",
            39 => more += ",\"village\":\"下村\"",
            _ => {}
        }
        assert!(told.contains(&format!("{own},")) || told.contains(&format!("{own}}}")), "{at}");
        for end in [",", "}"] {
            told = told.replace(&format!("{own}{end}"), &format!("{more}{end}"));
        }
    }
    desk.file("blocks.geojson", &told);
    let all = "blocks.geojson --weight households --min 700 --max 800 --within half --exclusive site --village village --id id";
    let (code, text) =
        desk.zone(&format!("{all} --time 3 --preset compact --out plan.geojson --report p.json"));
    assert_eq!(code, Some(0), "{text}");
    let report = desk.json("p.json");
    assert_eq!(report["objectives"]["zones_out_of_band"], 0, "{text}");
    assert_eq!(report["objectives"]["zones_in_pieces"], 0);
    let kinds: Vec<&str> =
        report["zones"].as_array().unwrap().iter().map(|zone| zone["kind"].as_str().unwrap()).collect();
    let count = |kind| kinds.iter().filter(|own| **own == kind).count();
    assert_eq!((count("basic"), count("exclusive"), count("rural")), (4, 1, 2), "{kinds:?}");
    let plan = desk.json("plan.geojson");
    let zone = |at: usize| plan["features"][at]["properties"]["zone"].as_i64().unwrap();
    assert!((0..64).filter(|at| *at != 9).all(|at| zone(at) != zone(9)));
    // As near to the one as to the other along the rows: the left half is the one's.
    assert!((32..64).all(|at| (zone(at) == zone(32)) == (at % 8 < 4)), "{plan}");
}

//! `boundstone import` of divisions that fit their neighbours, or do not.

use std::process::{Command, Output};

use serde_json::Value as Json;

const WEST: &str = r#"{"type":"Feature","properties":{"Name":"甲街道","code":530102001000},"geometry":{"type":"Polygon","coordinates":[[[102.6,25.0],[102.7,25.0],BENT[102.7,25.1],[102.6,25.1],[102.6,25.0]]]}}"#;
const EAST: &str = r#"{"type":"Feature","properties":{"Name":"乙街道","code":530102002000},"geometry":{"type":"Polygon","coordinates":[[[102.7,25.0],[102.8,25.0],[102.8,25.1],[102.7,25.1],[102.7,25.0]]]}}"#;

struct Desk(tempfile::TempDir);

impl Desk {
    fn file(&self, name: &str, features: &[&str]) {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.0.path())
            .env("BOUNDSTONE_LANG", "zh")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let output = self.run(&[arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?} {error} {said}"))
    }

    fn import(&self, file: &str, extra: &[&str]) -> Json {
        let head = ["import", "r.gpkg", file, "--layer", "division", "--crs", "EPSG:4490"];
        self.json(&[&head, extra, &["--by", "张三", "--reason", "试"]].concat())
    }
}

fn rules(said: &Json) -> Vec<&str> {
    said["findings"]["counts"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// Overlaps and gaps that the register has.
fn faults(desk: &Desk) -> usize {
    desk.json(&["check", "r.gpkg", "--rule", "G01"])["findings"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_division_that_arrives_alone_carries_its_neighbour_or_it_is_told_what_does_not_fit() {
    let desk = Desk(tempfile::tempdir().unwrap());
    assert!(desk.run(&["init", "r.gpkg", "--title", "试验区"]).status.success());
    desk.file("both.geojson", &[&WEST.replace("BENT", ""), EAST]);
    desk.file("alone.geojson", &[&WEST.replace("BENT", "[102.7002,25.05],")]);
    desk.import("both.geojson", &[]);
    assert_eq!(faults(&desk), 0);
    let apart = desk.import("alone.geojson", &["--dry-run"]);
    assert!(rules(&apart).contains(&"border.overlap"), "{apart}");
    let carried = desk.import("alone.geojson", &["--carry-neighbours"]);
    assert_eq!(carried["counts"]["changed"], 2, "{carried}");
    assert!(rules(&carried).contains(&"border.carried"), "{carried}");
    assert!(!rules(&carried).contains(&"border.overlap"), "{carried}");
    assert_eq!(faults(&desk), 0);
    // Half a kilometre is no slip: the neighbour stays, and it is told.
    desk.file("far.geojson", &[&WEST.replace("BENT", "[102.72,25.05],")]);
    let far = desk.import("far.geojson", &["--carry-neighbours", "50"]);
    assert!(rules(&far).contains(&"border.overlap"), "{far}");
    assert!(faults(&desk) > 0);
}

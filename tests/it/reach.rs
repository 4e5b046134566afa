//! `boundstone reach` as a user runs it: grids whose times are known beforehand, and what it says of bad input.

use std::path::PathBuf;
use std::process::Command;

use boundstone::network::{Direction, Lines, Metric, Network, Profile, Search, Spot, Tags, Walk};
use serde_json::{Value as Json, json};

use crate::shared::shared;

/// A folder for one run.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, value: &Json) {
        std::fs::write(self.path(name), value.to_string()).unwrap();
    }

    fn read(&self, name: &str) -> Json {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.0.path())
            .env("BOUNDSTONE_LANG", "zh")
            .args(arguments)
            .output()
            .unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    }
}

fn collection(features: Vec<Json>) -> Json {
    json!({"type": "FeatureCollection", "features": features})
}

fn point(at: [f64; 2], properties: Json) -> Json {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": at}})
}

fn line(from: [f64; 2], to: [f64; 2]) -> Json {
    json!({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [from, to]}})
}

/// The streets of a grid; metres in a plane.
fn grid(columns: u64, rows: u64, spacing: f64) -> Vec<([f64; 2], [f64; 2])> {
    let at = |x: u64, y: u64| [x as f64 * spacing, y as f64 * spacing];
    let mut streets = Vec::new();
    for x in 0..columns {
        for y in 0..rows {
            if x + 1 < columns {
                streets.push((at(x, y), at(x + 1, y)));
            }
            if y + 1 < rows {
                streets.push((at(x, y), at(x, y + 1)));
            }
        }
    }
    streets
}

/// Where a case begins: a node, or a point so many metres from the first of two.
fn origin(case: &Json, spacing: f64) -> [f64; 2] {
    let node = |node: &Json| [node[0].as_f64().unwrap() * spacing, node[1].as_f64().unwrap() * spacing];
    match case["origin"].get("node") {
        Some(at) => node(at),
        None => {
            let (a, b) = (node(&case["origin"]["between"][0]), node(&case["origin"]["between"][1]));
            let share = number(&case["origin"]["metres_from_first"]) / spacing;
            [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
        }
    }
}

/// A decimal, or one with its fraction beside it.
fn number(value: &Json) -> f64 {
    value.as_f64().or_else(|| value["value"].as_f64()).unwrap()
}

#[test]
fn grids_whose_times_are_known_beforehand() {
    let Some(path) = shared("suites/walk/grid-cases.json") else { return };
    let suite: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = suite["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let (columns, rows) = (case["columns"].as_u64().unwrap(), case["rows"].as_u64().unwrap());
        let (spacing, speed) = (number(&case["spacing_m"]), number(&case["speed_m_per_s"]));
        let cutoff = number(&case["cutoff_s"]);
        let mut lines = Lines::new(Metric::Plane);
        for (a, b) in grid(columns, rows, spacing) {
            lines.add(vec![a.into(), b.into()], Tags::default(), 0);
        }
        let network = Network::build(lines.finish(), Metric::Plane).unwrap();
        let walk = Walk::new(&network, Profile::plain(speed).unwrap());
        let locator = boundstone::network::Locator::new(&network, &walk);
        let spot = |at: [f64; 2]| *locator.find(&network, &walk, at.into(), 1.0).spot().unwrap();
        let sources: Vec<Spot> = vec![spot(origin(case, spacing))];
        let mut search = Search::new(&walk, network.node_count());
        let reached = search.run(&walk, &sources, Direction::Away, f64::INFINITY);
        let seconds = |x: u64, y: u64| reached.at(&spot([x as f64 * spacing, y as f64 * spacing])).seconds;
        let all: Vec<(u64, u64, f64)> = (0..columns)
            .flat_map(|x| (0..rows).map(move |y| (x, y)))
            .map(|(x, y)| (x, y, seconds(x, y)))
            .collect();
        let expected = &case["expected"];
        // Times are exact to a microsecond or so; the ring on the cutoff belongs to the inclusive count only.
        let within = |limit: f64| all.iter().filter(|(.., s)| *s <= limit).count() as u64;
        assert_eq!(within(cutoff + 1e-6), expected["reached_inclusive"].as_u64().unwrap(), "{name}");
        assert_eq!(within(cutoff - 1e-6), expected["reached_strict"].as_u64().unwrap(), "{name}");
        let farthest = all.iter().map(|n| n.2).filter(|s| *s <= cutoff + 1e-6).fold(0.0, f64::max);
        assert!((farthest - number(&expected["farthest_seconds"])).abs() < 1e-6, "{name} {farthest}");
        let rim: Vec<Json> =
            all.iter().filter(|n| (n.2 - farthest).abs() < 1e-6).map(|n| json!([n.0, n.1])).collect();
        assert_eq!(&Json::from(rim), &expected["farthest_nodes"], "{name}");
        let mut sum = 0;
        for destination in expected["weighted_destinations"].as_array().unwrap() {
            let of = |key: &str| destination[key].as_u64().unwrap();
            let found = seconds(of("col"), of("row"));
            assert!((found - number(&destination["seconds"])).abs() < 1e-6, "{name} {destination} {found}");
            if found <= cutoff + 1e-6 {
                sum += of("weight");
            }
        }
        assert_eq!(sum, expected["weighted_sum_inclusive"].as_u64().unwrap(), "{name}");
    }
}

#[test]
fn the_command_says_the_same_of_a_grid() {
    let Some(path) = shared("suites/walk/grid-cases.json") else { return };
    let suite: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let desk = Desk::new();
    // One whose ring lies on the cutoff, and one that begins in mid-block.
    let cases = suite["cases"].as_array().unwrap();
    let wanted = [
        cases.iter().find(|case| case["name"] == "cutoff-exactly-on-a-ring").unwrap(),
        cases.iter().find(|case| case["origin"].get("between").is_some()).unwrap(),
    ];
    for case in wanted {
        let spacing = number(&case["spacing_m"]);
        let (columns, rows) = (case["columns"].as_u64().unwrap(), case["rows"].as_u64().unwrap());
        let streets = grid(columns, rows, spacing).into_iter().map(|(a, b)| line(a, b)).collect();
        desk.file("n.geojson", &collection(streets));
        desk.file("f.geojson", &collection(vec![point(origin(case, spacing), json!({"id": "甲"}))]));
        let homes = (0..columns).flat_map(|x| (0..rows).map(move |y| (x, y)));
        let homes = homes
            .map(|(x, y)| point([x as f64 * spacing, y as f64 * spacing], json!({"户数": 1 + x})))
            .collect();
        desk.file("d.geojson", &collection(homes));
        let minutes = (number(&case["cutoff_s"]) / 60.0).to_string();
        let speed = number(&case["speed_m_per_s"]).to_string();
        let (code, text) = desk.run(&[
            "reach",
            "--network",
            "n.geojson",
            "--facilities",
            "f.geojson",
            "--demand",
            "d.geojson",
            "--weight",
            "户数",
            "--minutes",
            &minutes,
            "--speed",
            &speed,
            "--report",
            "r.json",
            "--demand-out",
            "o.geojson",
            "--isochrones",
            "i.geojson",
        ]);
        assert_eq!(code, Some(0), "{text}");
        let report = desk.read("r.json");
        let expected = case["expected"]["reached_inclusive"].as_u64().unwrap();
        assert_eq!(report["coverage"][0]["network"]["features"], expected, "{text}");
        assert!(text.contains("口径") || text.contains("覆盖率＝"), "{text}");
        let out = desk.read("o.geojson");
        let features = out["features"].as_array().unwrap();
        assert_eq!(features.len() as u64, columns * rows);
        for (at, feature) in features.iter().enumerate() {
            let properties = &feature["properties"];
            assert_eq!(properties["户数"], 1 + at as u64 / rows);
            assert_eq!(properties["facility"], "甲");
            let node = [(at as u64 / rows) as f64 * spacing, (at as u64 % rows) as f64 * spacing];
            let from = origin(case, spacing);
            let metres = (node[0] - from[0]).abs() + (node[1] - from[1]).abs();
            let found = properties["minutes"].as_f64().unwrap() * 60.0 * number(&case["speed_m_per_s"]);
            assert!(found >= metres - 1e-6, "{at} {found} {metres}");
        }
        let parts = desk.read("i.geojson")["features"].as_array().unwrap().len();
        assert_eq!(parts, 2);
    }
}

#[test]
fn islands_places_off_the_network_and_the_second_nearest() {
    let desk = Desk::new();
    // 0.01° of longitude at the equator are 1,113.19 m; a street in two lines, and an island.
    let streets = vec![
        line([0.0, 0.0], [0.01, 0.0]),
        line([0.01, 0.0], [0.02, 0.0]),
        line([0.03, 0.0], [0.04, 0.0]),
        line([0.015, 0.001], [0.01, 0.0]),
    ];
    desk.file("n.geojson", &collection(streets));
    let facilities = vec![
        point([0.0, 0.0], json!({"id": 7})),
        point([0.02, 0.0], json!({"id": 8})),
        point([0.0, 1.0], json!({})),
    ];
    desk.file("f.geojson", &collection(facilities));
    let homes = vec![
        point([0.005, 0.0], json!({"h": 10, "minutes": "old"})),
        point([0.035, 0.0], json!({"h": 5})),
        point([0.0, 0.5], json!({"h": "3"})),
        json!({"type": "Feature", "properties": {"h": -1}, "geometry": null}),
        point([0.019, 0.0005], json!({"h": 2})),
    ];
    desk.file("d.geojson", &collection(homes));
    let (code, text) = desk.run(&[
        "reach",
        "--network",
        "n.geojson",
        "--facilities",
        "f.geojson",
        "--demand",
        "d.geojson",
        "--weight",
        "h",
        "--minutes",
        "5,10",
        "--speed",
        "1",
        "--k",
        "2",
        "--report",
        "r.json",
        "--demand-out",
        "o.geojson",
    ]);
    assert_eq!(code, Some(0), "{text}");
    let out = desk.read("o.geojson");
    let of = |at: usize, name: &str| out["features"][at]["properties"][name].clone();
    let metre = 1113.1949079327358 / 0.01;
    let near = |found: Json, expected: f64| {
        assert!((found.as_f64().unwrap() * 60.0 - expected).abs() < 1e-6 * expected, "{found} {expected}");
    };
    near(of(0, "minutes"), 0.005 * metre);
    near(of(0, "minutes_2"), 0.015 * metre);
    assert_eq!((of(0, "facility"), of(0, "facility_2")), (json!(7), json!(8)));
    for at in [1, 2, 3] {
        assert_eq!((of(at, "minutes"), of(at, "facility")), (Json::Null, Json::Null));
    }
    // 0.0005° of latitude are 55.29 m to the side.
    near(of(4, "minutes"), 0.001 * metre + 55.287);
    let report = desk.read("r.json");
    assert_eq!(report["network"]["parts_cut_off"], 1);
    assert_eq!(report["facilities"]["off_network"], 1);
    assert_eq!(report["demand"]["places"]["off_network"], 2);
    // Within ten minutes of two facilities there is nobody; within reach of one there would be.
    assert_eq!(report["coverage"][1]["network"]["weight"], 0.0);
    assert_eq!(report["total_weight"], 20.0);
    assert_eq!(report["definition"]["k"], 2);
    let (code, text) = desk.run(&[
        "reach",
        "--network",
        "n.geojson",
        "--facilities",
        "n.geojson",
        "--demand",
        "d.geojson",
        "--weight",
        "户",
        "--report",
        "r2.json",
    ]);
    assert!(code == Some(2) && text.contains("户") && !desk.path("r2.json").exists(), "{text}");
    desk.file("far.geojson", &collection(vec![point([1.0, 1.0], json!({}))]));
    let (code, text) = desk.run(&[
        "reach",
        "--network",
        "n.geojson",
        "--facilities",
        "far.geojson",
        "--demand",
        "d.geojson",
        "--report",
        "r2.json",
    ]);
    assert!(code == Some(1) && text.contains("--snap"), "{text}");
    let (code, text) = desk.run(&[
        "reach",
        "--network",
        "f.geojson",
        "--facilities",
        "f.geojson",
        "--demand",
        "d.geojson",
        "--report",
        "r2.json",
    ]);
    assert!(code == Some(1) && text.contains("没有可以步行的道路"), "{text}");
}

#[test]
fn units_have_their_own_share() {
    let desk = Desk::new();
    desk.file("n.geojson", &collection(vec![line([0.0, 0.0], [0.01, 0.0])]));
    desk.file("f.geojson", &collection(vec![point([0.001, 0.0], json!({}))]));
    desk.file("d.geojson", &collection(vec![point([0.002, 0.0], json!({})), point([0.008, 0.0], json!({}))]));
    let square = |west: f64, id: &str| {
        let ring = [[west, -0.01], [west + 0.005, -0.01], [west + 0.005, 0.01], [west, 0.01], [west, -0.01]];
        json!({"type": "Feature", "id": id, "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    desk.file("u.geojson", &collection(vec![square(0.0, "东社区"), square(0.005, "西社区")]));
    let (code, text) = desk.run(&[
        "reach",
        "--network",
        "n.geojson",
        "--facilities",
        "f.geojson",
        "--demand",
        "d.geojson",
        "--units",
        "u.geojson",
        "--report",
        "r.json",
    ]);
    assert_eq!(code, Some(0), "{text}");
    let units = &desk.read("r.json")["units"];
    assert_eq!((&units["with_facility"], &units["share_with_facility"]), (&json!(1), &json!(0.5)));
    assert_eq!(units["each"][1]["id"], "西社区");
    assert_eq!(units["each"][1]["share_of_weight"], 1.0);
    assert_eq!(desk.read("r.json")["share"], 1.0);
}

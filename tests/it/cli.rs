//! The command line, as a user runs it: the built program, its words and its exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::shared::shared;

pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.folder.path())
            .env("BOUNDSTONE_LANG", "zh")
            .args(arguments)
            .output()
            .unwrap()
    }

    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())).unwrap()
    }

    pub fn code(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }
}

const BY: [&str; 4] = ["--by", "张三", "--reason", "试"];

const STREETS: &str = r#"{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"Name":"甲街道","code":530102001000,"备考":"x"},"geometry":{"type":"Polygon","coordinates":[[[102.6,25.0],[102.7,25.0],[102.7,25.1],[102.6,25.1],[102.6,25.0]]]}},
 {"type":"Feature","properties":{"Name":"乙街道","code":530102002000},"geometry":{"type":"Polygon","coordinates":[[[102.7,25.0],[102.8,25.0],[102.8,25.1],[102.7,25.1],[102.7,25.0]]]}},
 {"type":"Feature","properties":{"Name":"坏","code":530102003000},"geometry":{"type":"Polygon","coordinates":[[[102.6,25.0]]]}}]}"#;

fn import<'a>(extra: &[&'a str]) -> Vec<&'a str> {
    [&["import", "r.gpkg", "streets.geojson", "--layer", "division"], extra, &BY].concat()
}

#[test]
fn a_file_comes_in_is_found_undone_and_goes_out() {
    let desk = Desk::new();
    desk.file("streets.geojson", STREETS);
    desk.done(&["init", "r.gpkg", "--title", "试验区"]);
    assert_eq!(desk.code(&["init", "r.gpkg"]), Some(1), "an existing file is never touched");

    let asked = desk.run(&import(&[]));
    assert_eq!(asked.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("--crs EPSG:4490"));

    let dry = desk.json(&import(&["--crs", "EPSG:4490", "--dry-run"]));
    assert_eq!((dry["counts"]["new"].as_u64(), dry["revision"].as_u64()), (Some(2), None));
    let first = desk.json(&import(&["--crs", "EPSG:4490", "--document", "五政〔2026〕1号"]));
    assert_eq!(first["counts"]["new"], 2);
    assert_eq!(first["counts"]["refused"], 1);
    assert_eq!(first["findings"]["kept"][0]["spot"]["row"], 3);
    assert_eq!(first["revision"], 1);
    let again = desk.json(&import(&["--crs", "EPSG:4490"]));
    assert_eq!((again["counts"]["unchanged"].as_u64(), again["revision"].as_u64()), (Some(2), None));

    let here = desk.json(&["locate", "r.gpkg", "102.75", "25.05"]);
    assert_eq!(here["chain"][0]["name"], "乙街道");
    assert_eq!(here["chain"][0]["code"], "530102002000", "a code is text");
    let shown = desk.json(&["show", "r.gpkg", "division", "530102001000", "--history"]);
    assert_eq!(shown["properties"]["extra"]["备考"], "x");
    assert_eq!(shown["history"][0]["document"], "五政〔2026〕1号");

    desk.done(&["export", "r.gpkg", "--layer", "division", "--to", "out.geojson"]);
    let out: Json = serde_json::from_slice(&std::fs::read(desk.path("out.geojson")).unwrap()).unwrap();
    assert_eq!(out["features"].as_array().unwrap().len(), 2);
    desk.done(&[
        "export",
        "r.gpkg",
        "--layer",
        "division",
        "--to",
        "one.geojson",
        "--bbox",
        "102.71,25.01,102.72,25.02",
    ]);
    let out: Json = serde_json::from_slice(&std::fs::read(desk.path("one.geojson")).unwrap()).unwrap();
    assert_eq!(out["features"].as_array().unwrap().len(), 1);

    assert_eq!(desk.json(&["undo", "r.gpkg", "1", "--by", "李四", "--reason", "导错"])["revision"], 2);
    assert_eq!(desk.json(&["layers", "r.gpkg", "division"])["layers"][0]["count"], 0);
    assert_eq!(desk.json(&["layers", "r.gpkg", "division", "--revision", "1"])["layers"][0]["count"], 2);
    let log = desk.json(&["log", "r.gpkg"]);
    assert_eq!((log[0]["undoes"].as_u64(), log[1]["by"].as_str()), (Some(1), Some("张三")));
    assert_eq!(desk.json(&["verify", "r.gpkg"])["sound"], true);
}

/// Our own GeoJSON says its coordinates without the member that RFC 7946 forbids, and comes back unasked.
#[test]
fn what_went_out_comes_back_without_a_question() {
    let desk = Desk::new();
    desk.file("streets.geojson", STREETS);
    desk.done(&["init", "r.gpkg"]);
    desk.done(&import(&["--crs", "EPSG:4490"]));
    for (name, crs, legacy) in [
        ("a.geojson", "EPSG:4490", false),
        ("b.geojson", "EPSG:4326", false),
        ("c.geojson", "EPSG:4543", true),
    ] {
        desk.done(&["export", "r.gpkg", "--layer", "division", "--to", name, "--crs", crs]);
        let out: Json = serde_json::from_slice(&std::fs::read(desk.path(name)).unwrap()).unwrap();
        assert_eq!(out.get("crs").is_some(), legacy, "{name}");
        let back = desk.json(&[&["import", "r.gpkg", name, "--layer", "division"], &BY[..]].concat());
        assert_eq!(
            (back["counts"]["unchanged"].as_u64(), back["revision"].as_u64()),
            (Some(2), None),
            "{name}"
        );
    }
    // KML is in degrees, whatever was asked for, and says so.
    let ask = ["export", "r.gpkg", "--layer", "division", "--to", "a.kml", "--crs", "EPSG:4543"];
    let told = desk.json(&ask);
    assert!(told["findings"].to_string().contains("EPSG:4490"), "{told}");
    assert!(std::fs::read_to_string(desk.path("a.kml")).unwrap().contains("102.6,25"));
}

#[test]
fn usage_and_absent_things_have_their_exit_codes() {
    let desk = Desk::new();
    assert_eq!(desk.code(&["import", "r.gpkg"]), Some(2));
    assert_eq!(desk.code(&["no-such-command"]), Some(2));
    assert_eq!(desk.code(&["layers", "absent.gpkg"]), Some(1));
    desk.file("not.gpkg", "this is no database");
    assert_eq!(desk.code(&["layers", "not.gpkg"]), Some(1));
    desk.done(&["init", "r.gpkg"]);
    assert_eq!(desk.code(&["locate", "r.gpkg", "200", "0"]), Some(2));
    assert_eq!(desk.code(&["undo", "r.gpkg", "7", "--by", "a", "--reason", "b"]), Some(1));
    for command in [
        "init", "import", "export", "layers", "show", "log", "undo", "verify", "locate", "convert", "serve",
        "demo", "licenses",
    ] {
        assert!(desk.done(&[command, "--help"]).contains("用法"), "{command}");
    }
    let english =
        Command::new(env!("CARGO_BIN_EXE_boundstone")).env("BOUNDSTONE_LANG", "en").arg("--help").output();
    assert!(String::from_utf8_lossy(&english.unwrap().stdout).contains("Usage:"));
}

impl Desk {
    /// What is said on standard error in a language, and the exit code.
    fn said(&self, language: &str, arguments: &[&str]) -> (String, Option<i32>) {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(self.folder.path())
            .env_remove("BOUNDSTONE_LANG")
            .env("LC_ALL", language)
            .args(arguments)
            .output()
            .unwrap();
        (String::from_utf8(output.stderr).unwrap(), output.status.code())
    }
}

/// Every refusal is said in the language of the terminal, with what to do.
#[test]
fn refusals_speak_the_language_of_the_terminal() {
    let desk = Desk::new();
    desk.done(&["init", "r.gpkg"]);
    desk.file("not.gpkg", "this is no database");
    desk.file("note.txt", "hello");
    desk.file("names.csv", "名称\n翠湖\n");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let into = ["import", "r.gpkg", "names.csv", "--layer", "name"];
    let unknown_column = [&into[..], &["--key", "编号"], &BY].concat();
    let unknown_field = [&into[..], &["--map", "nothing=名称"], &BY].concat();
    let twice = [&into[..], &["--map", "text=名称", "--map", "code=名称"], &BY].concat();
    let encoding = [&into[..], &["--encoding", "EBCDIC"], &BY].concat();
    let to = |file: &'static str| ["export", "r.gpkg", "--layer", "road", "--to", file];
    let xian = [&to("a.geojson")[..], &["--crs", "EPSG:4610"]].concat();
    let undo = ["undo", "r.gpkg", "7", "--by", "a", "--reason", "b"];
    let cases: &[(&[&str], i32, &str, &str)] = &[
        (&["layers", "absent.gpkg"], 1, "没有登记册", "no register"),
        (&["layers", "not.gpkg"], 1, "不是登记册文件", "Check the name"),
        (&["init", "r.gpkg"], 1, "已存在", "exists already"),
        (&["layers", "r.gpkg", "--revision", "9"], 1, "没有第 9 版", "no revision 9"),
        (&undo, 1, "没有第 7 号变更", "no revision 7"),
        (&["convert", "absent.csv", "a.geojson"], 1, "无法读取文件", "Check the file"),
        (&["convert", "note.txt", "a.geojson"], 1, "不是本程序能读取的文件格式", "not a format"),
        (&to("a.pdf"), 1, "不是本程序能写出的文件格式", "not a format"),
        (&to("absent/a.geojson"), 1, "无法写出文件", "the folder exists"),
        (&xian, 1, "没有公开的转换参数", "no transformation parameters"),
        (&unknown_column, 1, "没有“编号”这一列", "has no column"),
        (&unknown_field, 1, "没有字段“nothing”", "has no field"),
        (&twice, 1, "对应了两次", "mapped twice"),
        (&encoding, 1, "不认识的文字编码", "not a text encoding"),
        (&["serve", "r.gpkg", "--bind", &address], 1, "已被占用", "Stop the program that uses it"),
        (&["imprt"], 2, "没有这个命令", "there is no command"),
        (&["layers"], 2, "还缺少", "still missing"),
        (&["locate", "r.gpkg", "200", "0"], 2, "经度在 ±180", "within ±180"),
    ];
    for (arguments, code, zh, en) in cases {
        for (language, word) in [("zh_CN.UTF-8", zh), ("en_GB.UTF-8", en)] {
            let (said, got) = desk.said(language, arguments);
            assert_eq!(got, Some(*code), "{arguments:?}: {said}");
            assert!(said.contains(*word), "{arguments:?} {language}: {said}");
            let chinese = said.chars().filter(|c| ('一'..='龥').contains(c)).count();
            let names = if said.contains("名称") || said.contains("编号") { 8 } else { 0 };
            assert!(language.starts_with("zh") || chinese <= names, "{arguments:?}: {said}");
            assert!(said.trim().lines().count() > 1 || *code == 2, "{arguments:?} says what to do: {said}");
        }
    }
}

/// Starts the program, waits until a file of that ending is there, presses Ctrl+C.
#[cfg(unix)]
fn interrupted(desk: &Desk, arguments: &[&str], ending: &str) -> Output {
    let there = || {
        let names = std::fs::read_dir(desk.folder.path()).unwrap().flatten();
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).any(|name| name.ends_with(ending))
    };
    let child = Command::new(env!("CARGO_BIN_EXE_boundstone"))
        .current_dir(desk.folder.path())
        .env("BOUNDSTONE_LANG", "zh")
        .args(arguments)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while !there() {
        assert!(begun.elapsed().as_secs() < 60, "{ending} never came");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success(), "it was over already");
    child.wait_with_output().unwrap()
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_half() {
    let desk = Desk::new();
    desk.done(&["init", "r.gpkg"]);
    let rows: String = (0..200_000).map(|n| format!("{n},102.{n:06},25.1\n")).collect();
    desk.file("many.csv", &format!("编号,经度,纬度\n{rows}"));
    let into = ["import", "r.gpkg", "many.csv", "--layer", "facility", "--crs", "EPSG:4490"];
    let into = [&into[..], &["--map", "name=编号"], &BY].concat();
    let away = ["convert", "many.csv", "many.geojson", "--from", "EPSG:4490"];
    for (arguments, ending) in [(&into[..], ".gpkg-wal"), (&away, ".part")] {
        let output = interrupted(&desk, arguments, ending);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("没有写入任何内容"), "{said}");
    }
    let left: Vec<_> =
        std::fs::read_dir(desk.folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("boundstone-")), "{left:?}");
    assert!(!desk.path("many.geojson").exists());
    let log = desk.json(&["log", "r.gpkg"]);
    assert_eq!(log.as_array().map(Vec::len), Some(0), "the register is as it was");
    assert_eq!(desk.json(&["verify", "r.gpkg"])["sound"], true);
}

#[test]
fn a_table_needs_no_coordinates() {
    let desk = Desk::new();
    desk.file("names.csv", "名称,地名代码,备注\n翠湖,0001,好\n滇池,0002,\n");
    desk.done(&["init", "r.gpkg"]);
    let done = desk.json(
        &[
            &[
                "import",
                "r.gpkg",
                "names.csv",
                "--layer",
                "name",
                "--map",
                "text=名称",
                "--map",
                "code=地名代码",
            ],
            &BY[..],
        ]
        .concat(),
    );
    assert_eq!(done["counts"]["new"], 2);
    assert_eq!(desk.json(&["show", "r.gpkg", "name", "0002"])["properties"]["text"], "滇池");
}

#[test]
fn converted_coordinates_keep_order_and_properties() {
    let desk = Desk::new();
    desk.file("p.csv", "编号,经度,纬度\nb,102.705725665,25.040316328\na,102.71,25.05\n");
    assert_eq!(desk.code(&["convert", "p.csv", "p.geojson"]), Some(3));
    desk.done(&["convert", "p.csv", "p.geojson", "--from", "gcj02"]);
    let out: Json = serde_json::from_slice(&std::fs::read(desk.path("p.geojson")).unwrap()).unwrap();
    assert_eq!(out["features"][0]["properties"]["编号"], "b");
    let lon = out["features"][0]["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((lon - 102.7043).abs() < 2e-7, "{lon}");
}

#[test]
fn third_parties_are_listed() {
    let list = Desk::new().json(&["licenses"]);
    let has = |name: &str| {
        list.as_array().unwrap().iter().any(|part| part["name"] == name && part["licence"] != "")
    };
    assert!(has("rusqlite") && has("GDAL"));
}

#[test]
fn streets_of_beijing_come_in_and_are_located_in() {
    let Some(file) = shared("data/beijing-subdistricts/src/boundaries/subdistrict/xicheng-all.geojson")
    else {
        return;
    };
    let desk = Desk::new();
    desk.done(&["init", "bj.gpkg"]);
    let file: &Path = &file;
    let done = desk.json(
        &[
            &["import", "bj.gpkg", file.to_str().unwrap(), "--layer", "division", "--crs", "EPSG:4326"],
            &BY[..],
        ]
        .concat(),
    );
    assert_eq!(done["counts"]["new"], 15);
    assert_eq!(done["counts"]["refused"], 0);
    let chain = desk.json(&["locate", "bj.gpkg", "116.3660", "39.9130"]);
    assert_eq!(chain["chain"][0]["level"], "township", "{chain}");
}

#[test]
fn a_table_joins_by_names_and_what_is_left_is_placed_by_hand() {
    let desk = Desk::new();
    desk.file("streets.geojson", STREETS);
    desk.file("people.csv", "街道,人口\n甲街道办事处,10\n甲街到,20\n不明街道,30\n");
    desk.done(&["init", "r.gpkg"]);
    desk.done(&import(&["--crs", "EPSG:4490"]));
    let join = |extra: &[&'static str]| {
        let asked = ["import", "r.gpkg", "people.csv", "--layer", "division", "--join", "--map", "name=街道"];
        [&asked[..], extra, &BY].concat()
    };
    let first = desk.json(&join(&[]));
    assert_eq!((first["counts"]["changed"].as_u64(), first["counts"]["new"].as_u64()), (Some(1), Some(0)));
    let left = first["unmatched"].as_array().unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!(left[0]["candidates"][0]["label"], "甲街道", "{left:?}");
    let shown = desk.json(&["show", "r.gpkg", "division", "530102002000"]);
    let place: &'static str = format!("4={}", shown["properties"]["id"].as_str().unwrap()).leak();
    let placed = desk.json(&join(&["--place", place]));
    assert_eq!(placed["counts"]["changed"], 1);
    let shown = desk.json(&["show", "r.gpkg", "division", "530102002000"]);
    assert_eq!(
        (shown["properties"]["population"].as_u64(), shown["properties"]["name"].as_str()),
        (Some(30), Some("乙街道"))
    );
    assert_eq!(desk.code(&join(&["--place", "4"])), Some(2));
}

#[test]
fn another_datum_is_asked_for_and_its_parameters_stand_in_the_log() {
    let desk = Desk::new();
    desk.file("marks.csv", "名称,代码,x,y\n甲,1,34571000.25,2771000.5\n");
    desk.file(
        "seven.txt",
        "# 某市 2019\ndx = 15.8\ndy = -154.4\ndz = -82.3\nrx = 1.1\nry = -2.2\nrz = 3.3\ns = -4.5\n",
    );
    desk.done(&["init", "r.gpkg"]);
    let bring = |extra: &[&'static str]| {
        [&["import", "r.gpkg", "marks.csv", "--layer", "place", "--crs", "EPSG:2358"][..], extra, &BY]
            .concat()
    };
    let asked = desk.run(&bring(&[]));
    assert_eq!(asked.status.code(), Some(3));
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert!(
        said.contains("1980西安") && said.contains("--datum-shift") && said.contains("位置矢量法"),
        "{said}"
    );
    assert_eq!(desk.code(&bring(&["--datum-shift", "1,2,3"])), Some(2));
    let done = desk.json(&bring(&["--datum-shift", "seven.txt"]));
    assert_eq!(done["counts"]["new"], 1);
    let log = desk.json(&["log", "r.gpkg"]);
    assert_eq!(log[0]["origin"]["datum_shift"]["parameters"][1], -154.4, "{log}");
}

/// The demo's moved markers are told with article and place; an office's own tolerance lets some of them be.
#[test]
fn a_register_is_checked_by_the_rules() {
    let desk = Desk::new();
    desk.done(&["demo", "--register", "d.gpkg"]);
    let on = ["--as-of", "2026-12-01"];
    let doc = desk.json(&[&["check", "d.gpkg"], &on[..]].concat());
    assert_eq!(doc["counts"]["B07"], 6, "{}", doc["counts"]);
    let one = doc["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "B07").unwrap();
    assert_eq!(one["article"]["zh"], "《行政区域界线管理条例》第五条");
    let text = desk.done(&[&["check", "d.gpkg", "--rule", "B07", "--xlsx", "x.xlsx"], &on[..]].concat());
    assert!(text.contains("53010001020103004Q") && text.contains("必须改"), "{text}");
    assert!(desk.path("x.xlsx").is_file());
    assert_eq!(desk.code(&["check", "d.gpkg", "--rule", "B77"]), Some(2));
    std::fs::create_dir(desk.path("d.gpkg.rules")).unwrap();
    let own = "[law]\nkind = \"profile\"\nzh = \"县\"\nen = \"county\"\n[[change]]\nrule = \"B07\"\n\
        basis = { zh = \"函\", en = \"letter\" }\nparameters = { tolerance_m = 20 }\n";
    desk.file("d.gpkg.rules/县.toml", own);
    let fewer = desk.json(&[&["check", "d.gpkg", "--rule", "B07"], &on[..]].concat());
    assert_eq!(fewer["counts"]["B07"], 3, "35, 22 and 29 m are left");
    assert_ne!(fewer["rules"], doc["rules"]);
    desk.file("d.gpkg.rules/县.toml", &own.replace("tolerance_m", "tolerance"));
    assert_eq!(desk.code(&["check", "d.gpkg"]), Some(1));
    std::fs::remove_file(desk.path("d.gpkg.rules/县.toml")).unwrap();
    let rounds = desk.json(&[&["rounds", "d.gpkg"], &on[..]].concat());
    assert_eq!(rounds["due"].as_array().unwrap().len(), 3);
    assert_eq!(rounds["rounds"].as_array().unwrap().len(), 2);
    let told = desk.done(&[&["rounds", "d.gpkg", "LJ2026-01", "--xlsx", "round.xlsx"], &on[..]].concat());
    assert!(told.contains("位置超限差") && desk.path("round.xlsx").is_file(), "{told}");
    assert_eq!(desk.code(&["rounds", "d.gpkg", "2027-1"]), Some(1));
}

#[test]
fn papers_of_lines_and_markers_are_written_from_templates() {
    let desk = Desk::new();
    desk.file("counties.geojson", COUNTIES);
    desk.file("markers.csv", MARKERS);
    desk.done(&["init", "r.gpkg", "--title", "甲区"]);
    let crs = ["--crs", "EPSG:4490"];
    desk.done(&[&["import", "r.gpkg", "counties.geojson", "--layer", "division"], &crs[..], &BY].concat());
    desk.done(&[&["lines", "derive", "r.gpkg", "--level", "county"], &BY[..]].concat());
    desk.done(&[&["import", "r.gpkg", "markers.csv", "--layer", "boundary_marker"], &crs[..], &BY].concat());
    let listed = desk.json(&["lines", "list", "r.gpkg"]);
    let code = listed[0]["code"].as_str().unwrap().to_owned();

    let numbered =
        desk.json(&[&["markers", "number", "r.gpkg", "--line", &code, "--apply"], &BY[..]].concat());
    assert_eq!(numbered["renumbered"], 2, "{numbered}");
    let number = numbered["markers"][0]["after"].as_str().unwrap().to_owned();

    let sheet = desk.json(&["lines", "sheet", "r.gpkg", "--line", &code, "--to", "附图.pdf"]);
    assert_eq!((&sheet["markers"], &sheet["scale"]), (&Json::from(2), &Json::from(75_000)), "{sheet}");
    let pdf = std::fs::read(desk.path("附图.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let again = desk.json(&["lines", "sheet", "r.gpkg", "--line", &code, "--to", "again.pdf"]);
    assert_eq!(again["scale"], sheet["scale"]);
    assert!(std::fs::read(desk.path("again.pdf")).unwrap() == pdf, "the same register gives the same bytes");
    let refused =
        desk.run(&["lines", "sheet", "r.gpkg", "--line", &code, "--to", "x.pdf", "--scale", "1000"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("75000"), "the scale that fits is said");

    let said = desk.done(&["markers", "card", "r.gpkg", "--number", &number, "--to", "登记表.docx"]);
    assert!(said.contains("留空待填") && said.contains("材质"), "{said}");
    assert!(std::fs::read(desk.path("登记表.docx")).unwrap().starts_with(b"PK"));
    let all = desk.json(&["markers", "card", "r.gpkg", "--line", &code, "--to", "cards", "--form", "pdf"]);
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    assert_eq!(desk.code(&["markers", "card", "r.gpkg", "--number", "没有", "--to", "x.docx"]), Some(1));

    // An office's own template, with a name that there is not.
    desk.done(&["templates", "r.gpkg.templates"]);
    desk.file(
        "r.gpkg.templates/marker-card.typ",
        "#let f(n) = json(\"data.json\").at(n, default: \"\")\n自己的 #f(\"界桩编号\") #f(\"海拔\")",
    );
    let own = desk.json(&["markers", "card", "r.gpkg", "--number", &number, "--to", "own.pdf"]);
    assert_eq!(own[0]["unknown"], serde_json::json!(["海拔"]));
    desk.file("r.gpkg.templates/marker-card.typ", "#没有的函数()");
    let broken = desk.run(&["markers", "card", "r.gpkg", "--number", &number, "--to", "own.pdf"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("marker-card.typ"));
}

const COUNTIES: &str = r#"{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"name":"甲区","code":"530102","level":"county"},"geometry":{"type":"Polygon","coordinates":[[[102.6,25.0],[102.7,25.0],[102.71,25.05],[102.7,25.1],[102.6,25.1],[102.6,25.0]]]}},
 {"type":"Feature","properties":{"name":"乙区","code":"530103","level":"county"},"geometry":{"type":"Polygon","coordinates":[[[102.7,25.0],[102.8,25.0],[102.8,25.1],[102.7,25.1],[102.71,25.05],[102.7,25.0]]]}}]}"#;

const MARKERS: &str = "界桩号,东经,北纬,方位物1,方位角1,距离1\n桩甲,102.702,25.09,电杆,90°30′,12.5\n桩乙,102.702,25.01,屋角,180,20\n";

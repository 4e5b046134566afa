//! Every awkward file of `../shared/data/messy-import` through the wizard's requests, against the program itself:
//! uploaded, looked at, tried with the answers that are proposed, accepted; each comes to what the table says.

mod desk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::shared::shared;
use desk::{Desk, encoded};

/// What a person answers beside taking what is proposed: layer, fields and columns, values for all rows.
struct Answers {
    file: &'static str,
    layer: &'static str,
    map: &'static [(&'static str, &'static str)],
    set: &'static [(&'static str, &'static str)],
}

const ANSWERS: &[Answers] = &[
    Answers {
        file: "gbk-anhui-nts/chinese_encoding",
        layer: "division",
        map: &[("code", "")],
        set: &[("level", "县级")],
    },
    Answers { file: "gbk-chongqing-shanghai/sz", layer: "division", map: &[], set: &[("level", "县级")] },
    Answers {
        file: "pyshp/pyshp-3.1.6/tests/shapefiles/blockgroups",
        layer: "division",
        map: &[("name", "BKG_KEY")],
        set: &[("level", "网格")],
    },
    Answers {
        file: "fiona/fiona-1.10.1/tests/data/coutwildrnp",
        layer: "place",
        map: &[("name", "NAME")],
        set: &[],
    },
    Answers {
        file: "fiona/fiona-1.10.1/tests/data/gre",
        layer: "division",
        map: &[],
        set: &[("level", "省级")],
    },
    Answers { file: "dbase-crate/tests/data/stations", layer: "name", map: &[("text", "name")], set: &[] },
];

/// What each comes to: its path, a tab, the result.
const EXPECTED: &str = "tests/it/messy/expected.tsv";

/// Files that are dropped together: those of one name in one folder.
fn drops(root: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("LICENSE") && name != "README.md" {
                let (stem, end) = name.split_once('.').unwrap();
                let shape = ["shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "shp.xml"].contains(&end);
                let called = if shape { stem } else { name };
                let key = path.with_file_name(called);
                let key = key.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.entry(key).or_default().push(path);
            }
        }
    }
    for files in found.values_mut() {
        // The leading file first.
        files.sort_by_key(|path| (path.extension() != Some("shp".as_ref()), path.clone()));
    }
    found
}

fn sentence(problem: &Json) -> String {
    problem["zh"].as_str().unwrap_or_else(|| panic!("{problem}")).to_owned()
}

impl Desk {
    /// One drop, to the end of each thing found in it.
    fn bring_in(&self, called: &str, files: &[PathBuf]) -> Vec<(String, String)> {
        let mut upload = Json::Null;
        for path in files {
            let (status, answer) = self.upload(&upload, path);
            match status {
                201 => upload = answer,
                422 => return vec![(called.to_owned(), format!("拒收：{}", sentence(&answer)))],
                _ => panic!("{called}: {status} {answer}"),
            }
        }
        let sources = upload["sources"].as_array().unwrap();
        let several = sources.len() > 1;
        let mut results: Vec<(String, String)> = Vec::new();
        for source in sources {
            let name = match source["source_layer"].as_str().filter(|_| several) {
                Some(layer) => format!("{called} › {layer}"),
                None if several => format!("{called} › {}", source["file"].as_str().unwrap()),
                None => called.to_owned(),
            };
            // Of many layers the last are only named, where there was no time to look at all of them.
            let seen = if source["unseen"] == true { self.seen(&upload, source) } else { source.clone() };
            let result = self.one(&name, &upload, &seen);
            results.push((name, result));
        }
        if sources.is_empty() {
            results.push((called.to_owned(), "没有可导入的内容".into()));
        }
        results
    }

    fn seen(&self, upload: &Json, source: &Json) -> Json {
        let layer = source["source_layer"].as_str().unwrap_or_default();
        let (id, file) = (upload["upload"].as_str().unwrap(), source["file"].as_str().unwrap());
        let path =
            format!("/api/v1/uploads/{id}/source?file={}&source_layer={}", encoded(file), encoded(layer));
        let (status, seen) = self.send("GET", &path, &Json::Null);
        assert_eq!(status, 200, "{path}: {seen}");
        seen
    }

    fn one(&self, name: &str, upload: &Json, source: &Json) -> String {
        if source["problem"].is_object() {
            return format!("读不出：{}", sentence(&source["problem"]));
        }
        let told = ANSWERS.iter().find(|answers| answers.file == name);
        let layer = told.map(|told| told.layer).or_else(|| source["layer"].as_str());
        // What the page proposes no layer for, a person brings into one of its kind.
        let layer = layer.unwrap_or_else(|| match source["shape"].as_str().unwrap_or_default() {
            "Polygon" | "MultiPolygon" => "compound",
            "LineString" | "MultiLineString" => "road",
            "" => "name",
            _ => "place",
        });
        let pairs = |list: &[(&str, &str)]| -> Json {
            list.iter()
                .map(|(a, b)| ((*a).to_owned(), Json::from(*b)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let mut asked = json!({
            "upload": upload["upload"], "file": source["file"], "layer": layer,
            "map": pairs(told.map_or(&[], |told| told.map)), "set": pairs(told.map_or(&[], |told| told.set)),
        });
        if source["source_layer"].is_string() {
            asked["source_layer"] = source["source_layer"].clone();
        }
        let mut job = self.tried(&asked);
        let mut answered = String::new();
        if job["outcome"]["question"].is_object() {
            let question = &job["outcome"]["question"];
            if question["datum"].is_string() {
                asked["datum"] = "keep".into();
            } else if let Some(guess) = question["guesses"].get(0) {
                asked["crs"] = guess["crs"].clone();
            } else {
                return "坐标系无从推断".into();
            }
            answered = format!("，按 {} 读", asked["crs"].as_str().unwrap_or("keep"));
            job = self.tried(&asked);
        }
        if job["state"] == "failed" {
            return format!("试算不成：{}", sentence(&job["failure"]));
        }
        assert_eq!(job["state"], "done", "{name}: {job}");
        let counts = &job["outcome"]["counts"];
        let count = |kind: &str| counts[kind].as_u64().unwrap_or_else(|| panic!("{name}: {job}"));
        let mut result = format!("{layer}{answered}：新增 {}", count("new"));
        if count("refused") > 0 {
            result += &format!("，未导入 {}（{}）", count("refused"), self.first_refusal(&job));
        }
        if count("new") > 0 {
            self.accepted_and_undone(name, &job);
        }
        result
    }

    fn tried(&self, asked: &Json) -> Json {
        let (status, job) = self.send("POST", "/api/v1/imports/preview", asked);
        assert_eq!(status, 202, "{asked}: {job}");
        self.ended(&job)
    }

    fn first_refusal(&self, job: &Json) -> String {
        let path = format!("/api/v1/imports/{}/findings?limit=500", job["id"].as_str().unwrap());
        let (_, page) = self.send("GET", &path, &Json::Null);
        let errors = page["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error");
        errors.map(|finding| sentence(&finding["what"])).next().unwrap_or_default()
    }

    /// All of it stands in the register, and nothing after it is taken back.
    fn accepted_and_undone(&self, name: &str, job: &Json) {
        let id = job["id"].as_str().unwrap();
        let act = json!({ "by": "李工", "reason": "逐份导入" });
        let (status, accepted) = self.send("POST", &format!("/api/v1/imports/{id}/accept"), &act);
        assert_eq!(status, 202, "{name}: {accepted}");
        let done = self.ended(&accepted);
        assert_eq!(done["state"], "done", "{name}: {done}");
        let layer = job["outcome"]["layer"].as_str().unwrap();
        assert_eq!(Some(self.count(layer)), job["outcome"]["counts"]["new"].as_u64(), "{name}");
        let revision = done["outcome"]["revision"].as_u64().unwrap();
        let (status, undone) = self.send("POST", &format!("/api/v1/log/{revision}/undo"), &act);
        assert_eq!(status, 200, "{name}: {undone}");
        assert_eq!(self.count(layer), 0, "{name}");
    }
}

#[test]
fn each_awkward_file_is_accepted_or_clearly_refused() {
    let Some(root) = shared("data/messy-import") else { return };
    let desk = Desk::open();
    let mut results = Vec::new();
    for (called, files) in drops(&root) {
        results.extend(desk.bring_in(&called, &files));
    }
    let raw = ["Error", "error", "GDAL", "panick", "No such", "/tmp", "f0."];
    for (name, result) in &results {
        assert!(!raw.iter().any(|word| result.contains(word)), "{name}: raw words in {result}");
    }
    let found: Vec<String> = results.iter().map(|(name, result)| format!("{name}\t{result}")).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    let expected = std::fs::read_to_string(path).unwrap();
    let expected: Vec<&str> = expected.lines().collect();
    if found != expected {
        found.iter().for_each(|line| eprintln!("{line}"));
        let first = found.iter().zip(&expected).find(|(found, expected)| found != *expected);
        panic!("{} results, {} expected; the first that differs: {first:#?}", found.len(), expected.len());
    }
}

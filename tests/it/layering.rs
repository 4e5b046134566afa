//! Who imports whom, file sizes, folder names: ARCHITECTURE.md's table, held against the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module and the modules of ours that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("crs", &["model"]),
    ("rules", &["model"]),
    ("filter", &["model", "crs"]),
    ("topology", &["model", "crs"]),
    ("network", &["model", "crs"]),
    ("formats", &["model", "crs"]),
    ("store", &["model"]),
    ("snapshot", &["model", "crs", "topology", "network"]),
    ("register", &["model", "store", "snapshot"]),
    ("accounts", &["model", "store"]),
    ("intake", &["model", "crs", "formats", "snapshot", "rules"]),
    ("findings", &["model", "topology", "rules", "snapshot"]),
    ("boundary", &["model", "crs", "topology", "network", "rules", "snapshot", "findings"]),
    ("names", &["model", "crs", "topology", "rules", "snapshot", "findings"]),
    ("census", &["model", "crs", "topology", "snapshot"]),
    ("zoning", &["model", "crs", "topology", "rules", "snapshot", "census"]),
    ("access", &["model", "crs", "topology", "network", "rules", "snapshot", "findings", "census"]),
    ("sample", &["model", "crs"]),
    ("underlays", &["model", "crs", "formats", "store"]),
    ("attachments", &["model", "formats", "store"]),
    ("tiles", &["model", "crs", "topology", "rules", "snapshot"]),
    ("documents", &["model", "crs", "topology", "rules", "snapshot", "boundary"]),
    (
        "jobs",
        &[
            "model",
            "crs",
            "rules",
            "topology",
            "formats",
            "store",
            "snapshot",
            "register",
            "intake",
            "boundary",
            "underlays",
            "attachments",
            "zoning",
            "access",
        ],
    ),
    (
        "api",
        &[
            "model",
            "crs",
            "rules",
            "filter",
            "topology",
            "network",
            "formats",
            "snapshot",
            "register",
            "intake",
            "findings",
            "boundary",
            "names",
            "census",
            "zoning",
            "access",
            "underlays",
            "attachments",
            "tiles",
            "documents",
            "jobs",
            "accounts",
        ],
    ),
];

/// External crates and the only modules that may name them.
const FENCES: &[(&str, &[&str])] = &[
    ("axum", &["api", "server"]),
    ("tower", &["api", "server"]),
    ("tower_http", &["api", "server"]),
    ("hyper_util", &["server"]),
    ("rusqlite", &["store"]),
    ("argon2", &["accounts"]),
    ("gdal", &["formats"]),
    ("proj", &["crs"]),
    ("cql2", &["filter"]),
    ("typst", &["documents"]),
    ("typst_kit", &["documents"]),
    ("typst_layout", &["documents"]),
    ("typst_pdf", &["documents"]),
    ("typst_render", &["documents"]),
    ("qrcode", &["documents"]),
    ("highs", &["zoning", "access"]),
    ("tokio", &["api", "server", "cli"]),
    ("clap", &["cli"]),
];

const BAD_FOLDERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager"];
const MOST_LINES: usize = 500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(below: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("dist") {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The top module that a source file belongs to; `None` for `main.rs` and `lib.rs`.
fn module_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    (inside.components().count() > 1).then_some(first)
}

/// Code without comments; strings stay, they hold no paths of ours.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The first segment behind every `crate::` in the text, also within `use crate::{a, b::c}`.
fn crate_modules(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with('$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut item) = (0, String::new());
            for c in group.chars() {
                match c {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(word(item.trim()));
                        item.clear();
                        continue;
                    }
                    _ => {}
                }
                item.push(c);
            }
            found.insert(word(item.trim()));
        } else {
            found.insert(word(rest));
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn imports_stay_within_the_table() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in sources("src", &[".rs"]) {
        let Some(module) = module_of(&path) else { continue };
        let Some(allowed) = table.get(module.as_str()) else {
            assert!(
                ["server", "cli"].contains(&module.as_str()),
                "{module} is not in the table of ARCHITECTURE.md"
            );
            continue;
        };
        seen += 1;
        for used in crate_modules(&code(&path)) {
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {module} may not use {used}", path.display()));
            }
        }
    }
    assert!(seen > 10, "the sources were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_has_no_cycle() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    fn reaches<'a>(table: &BTreeMap<&'a str, &'a [&'a str]>, from: &'a str, to: &str) -> bool {
        table.get(from).is_some_and(|next| next.iter().any(|n| *n == to || reaches(table, n, to)))
    }
    for (module, _) in MAY_USE {
        assert!(!reaches(&table, module, module), "{module} uses itself in a circle");
    }
}

#[test]
fn external_crates_stay_behind_their_fences() {
    let mut wrong = Vec::new();
    for path in sources("src", &[".rs"]) {
        let Some(module) = module_of(&path) else { continue };
        let text = code(&path);
        for (krate, allowed) in FENCES {
            let named = text
                .match_indices(&format!("{krate}::"))
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if named && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{}: {krate} is for {allowed:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let mut files = sources("src", &[".rs"]);
    files.extend(sources("tests", &[".rs"]));
    files.extend(sources("benches", &[".rs"]));
    files.extend(sources("web/src", &[".ts", ".vue"]));
    files.extend(sources("web/e2e", &[".ts", ".mjs"]));
    let long: Vec<_> = files
        .iter()
        .map(|path| (fs::read_to_string(path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "over {MOST_LINES} lines: {long:#?}");
}

#[test]
fn every_source_says_what_it_is_for() {
    let silent: Vec<_> = sources("src", &[".rs"])
        .into_iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "without a head: {silent:#?}");
}

#[test]
fn no_folder_or_file_is_named_for_nothing() {
    let bad: Vec<_> = sources("src", &[".rs"])
        .into_iter()
        .chain(sources("web/src", &[".ts", ".vue"]))
        .filter(|path| {
            let inside = path.strip_prefix(root()).unwrap();
            inside.components().any(|part| {
                let name = part.as_os_str().to_string_lossy();
                BAD_FOLDERS.contains(&name.split('.').next().unwrap_or_default())
            })
        })
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn the_fence_and_the_reader_can_fail() {
    let found = crate_modules("use crate::{model::{A, B}, store}; crate::register::x(); $crate::model::Y");
    let expected: BTreeSet<String> = ["model", "store", "register"].map(String::from).into();
    assert_eq!(found, expected);
}

//! `boundstone user` and `boundstone audit`, as an administrator runs them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::cli::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.done(&["init", "五华区.gpkg"]);
    desk
}

/// What a command says that does nothing.
fn refused(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The password that stands behind the last blank of what was printed.
fn password(printed: &str) -> String {
    printed.split_whitespace().last().unwrap().to_owned()
}

#[test]
fn people_are_added_given_roles_disabled_and_listed() {
    let desk = desk();
    let added = desk.done(&[
        "user",
        "五华区.gpkg",
        "add",
        "zhangsan",
        "--name",
        "张三",
        "--role",
        "name_official:530102002,530102003",
        "--role",
        "内部查阅人员",
    ]);
    assert_eq!(password(&added).len(), 19, "{added}");
    desk.done(&["user", "五华区.gpkg", "add", "lisi", "--name", "李四"]);
    let people = desk.json(&["user", "五华区.gpkg", "list"]);
    assert_eq!(people[1]["login"], "zhangsan");
    assert_eq!(people[1]["roles"][0]["divisions"][1], "530102003");
    assert_eq!(people[1]["roles"][1]["role"], "viewer");
    assert_eq!(people[1]["must_change"], true);
    assert!(!people.to_string().contains("argon2"), "no hash is ever shown");
    desk.done(&["user", "五华区.gpkg", "role", "lisi", "inspector_a:5301025303L01"]);
    desk.done(&["user", "五华区.gpkg", "disable", "lisi"]);
    let people = desk.json(&["user", "五华区.gpkg", "list"]);
    assert_eq!(
        (&people[0]["roles"][0]["lines"][0], &people[0]["disabled"]),
        (&"5301025303L01".into(), &true.into())
    );
    let listed = desk.done(&["user", "五华区.gpkg", "list"]);
    assert!(listed.contains("已停用") && listed.contains("name_official:530102002,530102003"), "{listed}");
    let again = desk.done(&["user", "五华区.gpkg", "passwd", "zhangsan"]);
    assert_ne!(password(&again), password(&added));
    let accesses = desk.json(&["audit", "五华区.gpkg", "accesses"]);
    assert!(accesses.as_array().unwrap().iter().any(|one| one["about"] == "disable lisi"));
    assert!(!accesses.to_string().contains(&password(&again)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let desk = desk();
    desk.done(&["user", "五华区.gpkg", "add", "zhangsan", "--name", "张三"]);
    for wrong in [
        ["user", "五华区.gpkg", "add", "zhangsan", "--name", "张叁"].as_slice(),
        &["user", "五华区.gpkg", "add", "lisi", "--name", "李四", "--role", "king"],
        &["user", "五华区.gpkg", "role", "zhangsan", "viewer:530102"],
        &["user", "五华区.gpkg", "passwd", "nobody"],
        &["user", "五华区.gpkg", "token", "zhangsan", "--title", "QGIS", "--may", "import"],
        &["user", "五华区.gpkg", "token", "zhangsan", "--title", "QGIS", "--may", "fly"],
        &["user", "五华区.gpkg", "end", "zhangsan", "0123456789ab"],
        &["user", "五华区.gpkg", "settings", "access_days", "30"],
    ] {
        let said = refused(&desk, wrong);
        assert!(said.contains("未执行"), "{wrong:?}: {said}");
    }
}

#[test]
fn a_password_is_read_from_standard_input_and_tokens_are_listed_and_ended() {
    let desk = desk();
    let add = |word: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .args(["user"])
            .arg(desk.path("五华区.gpkg"))
            .args(["add", "zhangsan", "--name", "张三", "--role", "planner", "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{word}\n").as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert!(!add("kurz").status.success());
    let output = add("柳树-翠湖-莲花池-8");
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("柳树"), "a given password is not repeated");
    let token =
        desk.done(&["user", "五华区.gpkg", "token", "zhangsan", "--title", "QGIS", "--may", "read,plan"]);
    assert_eq!(token.trim().len(), 64);
    let keys = desk.json(&["user", "五华区.gpkg", "sessions", "zhangsan"]);
    assert_eq!((&keys[0]["what"]["title"], &keys[0]["what"]["may"][1]), (&"QGIS".into(), &"plan".into()));
    assert!(!keys.to_string().contains(token.trim()));
    desk.done(&["user", "五华区.gpkg", "end", "zhangsan", keys[0]["key"].as_str().unwrap()]);
    assert_eq!(desk.json(&["user", "五华区.gpkg", "sessions"]), serde_json::json!([]));
    assert!(
        desk.done(&["user", "五华区.gpkg", "settings", "idle_minutes", "30"]).contains("idle_minutes = 30")
    );
    assert!(desk.done(&["user", "五华区.gpkg", "roles"]).contains("地名管理人员"));
}

#[test]
fn the_head_of_the_log_is_printed_and_compared_with_what_was_signed() {
    let desk = desk();
    let point = r#"{"type":"Feature","properties":{"text":"翠湖"},"geometry":null}"#;
    desk.file("names.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{point}]}}"#));
    desk.done(&[
        "import",
        "五华区.gpkg",
        "names.geojson",
        "--layer",
        "name",
        "--crs",
        "EPSG:4490",
        "--by",
        "张三",
        "--reason",
        "初次",
    ]);
    let head = desk.json(&["audit", "五华区.gpkg", "head"]);
    assert_eq!(head["revision"], 1);
    let signed = format!("1:{}", head["hash"].as_str().unwrap());
    let printed = desk.done(&["audit", "五华区.gpkg", "head", "--signed", &signed]);
    assert!(printed.contains(head["hash"].as_str().unwrap()) && printed.contains("相符"), "{printed}");
    let other = format!("1:{}", "0".repeat(64));
    assert!(refused(&desk, &["audit", "五华区.gpkg", "head", "--signed", &other]).contains("不符"));
    let later = format!("2:{}", head["hash"].as_str().unwrap());
    assert!(refused(&desk, &["audit", "五华区.gpkg", "head", "--signed", &later]).contains("没有第 2 版"));
}

//! Work on names from the command line: events and status, codes of the national database, numbers of doors, missing
//! signs, artwork, many proposals at once, categories, names checked as they are brought in.

use serde_json::json;

use crate::cli::Desk;

const ON: [&str; 2] = ["--as-of", "2026-12-01"];
const WHO: [&str; 4] = ["--by", "张三", "--reason", "登记"];

fn demo() -> Desk {
    let desk = Desk::new();
    desk.done(&["demo", "--register", "d.gpkg"]);
    desk
}

fn on<'a>(words: &[&'a str], more: &[&[&'a str]]) -> Vec<&'a str> {
    words.iter().copied().chain(more.iter().flat_map(|more| more.iter().copied())).collect()
}

#[test]
fn events_give_names_their_status() {
    let desk = demo();
    let life = |code: &str| desk.json(&on(&["places", "life", "d.gpkg", code], &[&ON]));
    // Every status of the demo district follows from its events.
    let before = life("DM530102Z001");
    let names = before["names"].as_array().unwrap();
    assert!(names.len() >= 3, "{before}");
    let event = on(&["places", "event", "d.gpkg", "DM530102Z001-N2", "--kind"], &[]);
    let historic = on(&event, &[&["公告", "--date", "2026-11-20"], &WHO, &ON]);
    assert_eq!(desk.code(&historic), Some(1), "a former name is not announced");
    desk.done(&on(&event, &[&["恢复", "--date", "2026-11-20", "--authority", "五华区人民政府"], &WHO, &ON]));
    let after = life("DM530102Z001-N2");
    let restored =
        after["names"].as_array().unwrap().iter().find(|one| one["code"] == "DM530102Z001-N2").unwrap();
    assert_eq!((&restored["status"], &restored["by_events"]), (&json!("standard"), &json!(true)), "{after}");
    let unread = on(&event, &[&["更正", "--date", "很久以前"], &WHO, &ON]);
    assert_eq!(desk.code(&unread), Some(1));
}

#[test]
fn codes_go_out_as_a_table_and_come_back() {
    let desk = demo();
    assert_eq!(desk.json(&on(&["places", "pending", "d.gpkg"], &[&ON]))["total"], 0);
    desk.file("新.csv", "code,name,category,lon,lat\nNEW1,昙华公园,26240,102.70,25.05\n");
    let import = ["import", "d.gpkg", "新.csv", "--layer", "place", "--crs", "EPSG:4490"];
    desk.done(&on(&import, &[&WHO]));
    let pending = desk.json(&on(&["places", "pending", "d.gpkg", "--to", "上报表.xlsx"], &[&ON]));
    assert_eq!((&pending["total"], &pending["places"][0]["name"]), (&json!(1), &json!("昙华公园")));
    assert!(desk.path("上报表.xlsx").is_file());
    desk.file("返回.csv", "代码,标准名称,地名代码\nNEW1,昙华公园,53010200126240000001\n");
    let codes = on(&["places", "codes", "d.gpkg", "返回.csv"], &[&WHO, &ON]);
    assert_eq!(desk.json(&on(&codes, &[&["--dry-run"]]))["matched"], 1);
    assert_eq!(desk.json(&codes)["matched"], 1);
    assert_eq!(desk.json(&codes)["unchanged"], 1);
    desk.done(&on(&["places", "table", "d.gpkg", "--to", "成果表.csv"], &[&ON]));
    let table = std::fs::read_to_string(desk.path("成果表.csv")).unwrap();
    assert!(table.contains("53010200126240000001") && table.contains("standard_name"));
}

#[test]
fn doors_signs_and_their_artwork() {
    let desk = demo();
    let roads = desk.json(&on(&["signs", "d.gpkg", "--to", "signs.geojson"], &[&ON]));
    let total = roads["total"].as_u64().unwrap();
    assert!(total > 0 && desk.path("signs.geojson").is_file());
    let street = roads["signs"][0]["street"].as_str().unwrap().to_owned();
    let some = desk.json(&on(&["signs", "d.gpkg", "--street", &street], &[&ON]));
    assert!(some["total"].as_u64().unwrap() < total && some["total"] != 0);
    // A street with plates: those that are there keep their numbers.
    desk.done(&on(&["export", "d.gpkg", "--layer", "door_plate", "--to", "plates.csv"], &[&ON]));
    let plates = desk.json(&on(&["plates", "d.gpkg", &plated(&desk)], &[&ON]));
    let kept = plates["plates"].as_array().unwrap().iter().filter(|one| one["state"] == "kept").count();
    assert!(kept > 5, "{}", plates["plates"]);
    let anew = desk.json(&on(
        &["plates", "d.gpkg", &plated(&desk), "--anew", "--method", "order", "--to", "x.xlsx"],
        &[&ON],
    ));
    assert_eq!(anew["findings"], json!([]), "numbers given anew keep the rules");
    assert!(desk.path("x.xlsx").is_file());
    desk.done(&on(&["artwork", "d.gpkg", "530102B0001", "--to", "sign.svg"], &[&ON]));
    let svg = std::fs::read_to_string(desk.path("sign.svg")).unwrap();
    assert!(svg.contains("width='1500mm' height='450mm'"));
    assert_eq!(
        desk.code(&on(&["artwork", "d.gpkg", "530102B0001", "--design", "moon", "--to", "x.svg"], &[&ON])),
        Some(2)
    );
}

/// The code of a street that has plates.
fn plated(desk: &Desk) -> String {
    let table = std::fs::read_to_string(desk.path("plates.csv")).unwrap();
    let mut lines = table.lines();
    let head = lines.next().unwrap().trim_start_matches('\u{feff}');
    let at =
        head.split(',').position(|name| name.contains("road_code") || name.contains("道路代码")).unwrap();
    lines.next().unwrap().split(',').nth(at).unwrap().to_owned()
}

#[test]
fn many_names_are_checked_at_once_and_as_they_come_in() {
    let desk = demo();
    desk.file(
        "拟名.csv",
        "名称,类别,经度,纬度\n北京路,街路巷,102.70,25.05\n昙华栖霞路,street,102.70,25.05\n",
    );
    let batch = on(&["name", "d.gpkg", "--batch", "拟名.csv", "--to", "结果.xlsx", "--free", "0"], &[&ON]);
    let told = desk.json(&batch);
    assert_eq!(told["total"], 2);
    let found = told["names"][0]["proposed"]["findings"].as_array().unwrap();
    assert!(found.iter().any(|one| one["rule"] == "N02"), "{told}");
    assert!(desk.path("结果.xlsx").is_file());
    desk.file("街.csv", "code,name,wkt\nX1,世界街,\"LINESTRING(102.70 25.05,102.701 25.05)\"\n");
    let import = ["import", "d.gpkg", "街.csv", "--layer", "road", "--crs", "EPSG:4490", "--dry-run"];
    let checks = &desk.json(&on(&import, &[&WHO]))["checks"];
    assert!(checks["N07"]["error"] == 1, "{checks}");
    assert_eq!(desk.json(&on(&import, &[&WHO, &["--no-check"]]))["checks"], json!({}));
}

#[test]
fn categories_are_brought_in_and_used() {
    let desk = demo();
    desk.file("类别.csv", "代码,名称,英文\n26290,牌坊,Archway\n23400,街巷（本地）,Street\n坏 码,x,y\n");
    let done = desk.json(&["places", "categories", "d.gpkg", "类别.csv"]);
    assert_eq!((&done["read"], &done["added"]), (&json!(2), &json!(2)), "{done}");
    let list = desk.json(&["places", "categories", "d.gpkg"]);
    let find =
        |code: &str| list["categories"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap();
    assert_eq!((&find("26290")["title"]["zh"], &find("26290")["own"]), (&json!("牌坊"), &json!(true)));
    assert_eq!(find("23400")["title"]["zh"], "街巷（本地）");
    assert_eq!(find("22200")["own"], json!(false));
}

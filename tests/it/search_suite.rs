//! Names found as people type them: the shared suite of queries over the communities that it is about, and what
//! a register adds: former names, divisions, days, change sets.

use std::sync::Arc;

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{Change, Date, IdSource, Layer, Period, Record, Revision, Value};
use boundstone::names::search::{Ask, Directory, Found, Kind};
use boundstone::snapshot::Snapshot;
use geo_types::{Coord, Geometry, Point};

use crate::shared::{divisions, shared};

fn today() -> Date {
    Date::new(2026, 1, 1).unwrap()
}

fn division(ids: &mut IdSource, code: &str, name: &str, level: DivisionLevel) -> Record {
    let mut record = Record::of(ids.next_id(), Division::named(name, level));
    record.code = Some(code.into());
    record
}

struct Town {
    snapshot: Snapshot,
    directory: Directory,
}

impl Town {
    fn of(records: Vec<Record>) -> Self {
        let snapshot = Snapshot::build(Revision(1), records);
        let directory = Directory::build(&snapshot).unwrap();
        Self { snapshot, directory }
    }

    fn ask<'a>(text: &'a str) -> Ask<'a> {
        Ask { text, near: None, limit: 10, as_of: today(), layers: Layer::ALL }
    }

    fn find(&self, ask: Ask<'_>) -> Vec<Found<'_>> {
        self.directory.search(&self.snapshot, ask, |_| true).unwrap()
    }

    fn codes(&self, text: &str) -> Vec<&str> {
        self.find(Self::ask(text)).iter().map(|one| one.record.code.as_deref().unwrap_or_default()).collect()
    }

    fn first(&self, text: &str) -> Option<(&str, Kind)> {
        let found = self.find(Self::ask(text));
        found.first().map(|one| (one.record.code.as_deref().unwrap_or_default(), one.kind))
    }
}

#[test]
fn the_suite_of_queries() {
    let Some(rows) = divisions("villages.csv.gz") else { return };
    let Some(gold) = shared("suites/names/search-gold.tsv") else { return };
    let places = ["530102", "530103", "530111", "220502", "340304", "5323"];
    let mut ids = IdSource::new(1, 1);
    let chosen = rows.iter().filter(|(code, _)| places.iter().any(|place| code.starts_with(place)));
    let town = Town::of(
        chosen.map(|(code, name)| division(&mut ids, code, name, DivisionLevel::Community)).collect(),
    );
    assert_eq!(town.directory.len(), 1_576);
    let (mut rows, mut missed) = (0, Vec::new());
    for row in std::fs::read_to_string(gold).unwrap().lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let found = town.codes(cells[1]);
        rows += 1;
        if !cells[3].split(';').all(|code| found.iter().take(5).any(|one| *one == code)) {
            missed.push((cells[0].to_owned(), cells[1].to_owned()));
        }
    }
    assert_eq!(rows, 100);
    assert_eq!(missed, []);
}

fn kunming() -> Vec<Record> {
    let mut ids = IdSource::new(1, 7);
    let mut all = Vec::new();
    for (code, name, level) in [
        ("530000", "云南省", DivisionLevel::Province),
        ("530100", "昆明市", DivisionLevel::Prefecture),
        ("530102", "五华区", DivisionLevel::County),
        ("441424", "五华县", DivisionLevel::County),
        ("530102001", "华山街道", DivisionLevel::Township),
        ("530102001001", "翠湖西路社区居民委员会", DivisionLevel::Community),
        ("530102001003", "五华山社区居委会", DivisionLevel::Community),
        ("530111001001", "关上社区居民委员会", DivisionLevel::Community),
        ("530111001002", "十里铺社区", DivisionLevel::Community),
    ] {
        all.push(division(&mut ids, code, name, level));
    }
    let mut renamed = division(&mut ids, "530102009", "黑林铺街道", DivisionLevel::Township);
    let at = renamed.layer.def().index_of("former_names").unwrap();
    renamed.fields = renamed.fields.with(at, Some(Value::List(Box::new(serde_json::json!(["马街镇"])))));
    all.push(renamed);
    all
}

#[test]
fn queries_as_people_type_them() {
    let town = Town::of(kunming());
    for (query, code, kind) in [
        ("五华区", "530102", Kind::Exact),
        ("五華區", "530102", Kind::Exact),
        ("昆明五华", "530102", Kind::Within),
        ("昆明 五华", "530102", Kind::Within),
        ("云南省昆明市五华区翠湖西路", "530102001001", Kind::Within),
        ("昆明wuhua", "530102", Kind::Within),
        ("wu华区", "530102", Kind::Mixed),
        ("翠hu西路", "530102001001", Kind::Mixed),
        ("翠湖西路社区居委会", "530102001001", Kind::Suffix),
        ("翠湖西路社", "530102001001", Kind::Prefix),
        ("湖西", "530102001001", Kind::Infix),
        ("翠湖西街", "530102001001", Kind::Slip),
        ("翠胡西路", "530102001001", Kind::Homophone),
        ("翠西湖路", "530102001001", Kind::Slip),
        ("翠湖西", "530102001001", Kind::Prefix),
        ("翠湖路", "530102001001", Kind::Slip),
        ("cuihuxilu", "530102001001", Kind::Pinyin),
        ("Cuìhú Xīlù", "530102001001", Kind::Pinyin),
        ("cuihu", "530102001001", Kind::PinyinPrefix),
        ("chxl", "530102001001", Kind::Initials),
        ("cuifuxilu", "530102001001", Kind::PinyinSlip),
        ("xilu", "530102001001", Kind::PinyinInfix),
        ("wuhuaqu", "530102", Kind::Pinyin),
        ("530102001003", "530102001003", Kind::Code),
        ("530111", "530111001001", Kind::Prefix),
        ("翠", "530102001001", Kind::Prefix),
        ("湖", "530102001001", Kind::Infix),
    ] {
        assert_eq!(town.first(query), Some((code, kind)), "{query}");
    }
    // 铺 is pù or pū, 堡 is bǎo, pù or bǔ: every reading finds.
    assert_eq!(town.first("shilipu").map(|(code, _)| code), Some("530111001002"));
    let found = town.find(Town::ask("没有的名字啊"));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_former_name_finds_todays_place_and_says_so() {
    let mut records = kunming();
    let mut ids = IdSource::new(2, 8);
    let mut old = division(&mut ids, "530127", "嵩明旧县", DivisionLevel::County);
    old.valid = Period::new(None, Some(Date::new(2010, 1, 1).unwrap())).unwrap();
    let mut new = old.clone();
    new.version = 2;
    new.valid = Period::new(Some(Date::new(2010, 1, 1).unwrap()), None).unwrap();
    let at = new.layer.def().index_of("name").unwrap();
    new.fields = new.fields.with(at, Some(Value::Text("嵩阳县".into())));
    records.extend([old, new]);
    let town = Town::of(records);
    let of_list = town.find(Town::ask("马街镇"));
    assert_eq!(
        (of_list[0].record.label(), &*of_list[0].matched, of_list[0].former),
        (Some("黑林铺街道"), "马街镇", true)
    );
    let of_version = town.find(Town::ask("嵩明旧县"));
    assert_eq!((of_version[0].record.label(), of_version[0].former), (Some("嵩阳县"), true));
    // On a day on which it was the name it is the name.
    let then = Ask { as_of: Date::new(2000, 1, 1).unwrap(), ..Town::ask("嵩明旧县") };
    assert!(!town.find(then)[0].former);
}

#[test]
fn names_of_a_place_lead_to_the_place() {
    let mut ids = IdSource::new(3, 9);
    let text = |record: &mut Record, field: &str, value: &str| {
        let at = record.layer.def().index_of(field).unwrap();
        record.fields = record.fields.with(at, Some(Value::Text(value.into())));
    };
    let mut place = Record::new(Layer::Place, ids.next_id(), Default::default());
    text(&mut place, "name", "南屏街");
    place.code = Some("P1".into());
    let mut name = Record::new(Layer::Name, ids.next_id(), Default::default());
    text(&mut name, "text", "昆福路");
    text(&mut name, "place_id", &place.id.to_string());
    text(&mut name, "status", "former");
    let town = Town::of(vec![place, name]);
    let found = town.find(Town::ask("昆福路"));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].record.label(), &*found[0].matched, found[0].former),
        (Some("南屏街"), "昆福路", true)
    );
    assert!(!town.find(Town::ask("南屏街"))[0].former);
    // Who may not see the name is not led to the place by it.
    let blind = |record: &Record| record.layer != Layer::Name;
    let found = town.directory.search(&town.snapshot, Town::ask("昆福路"), blind).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn near_ones_come_first_among_equals() {
    let mut ids = IdSource::new(4, 1);
    let mut at = |code: &str, lon: f64| {
        let mut record = division(&mut ids, code, "新村社区", DivisionLevel::Community);
        record.geometry = Some(Arc::new(Geometry::Point(Point::new(lon, 25.0))));
        record
    };
    let town = Town::of(vec![at("1", 100.0), at("2", 101.0), at("3", 102.0)]);
    let near = Ask { near: Some(Coord { x: 101.9, y: 25.0 }), ..Town::ask("新村") };
    let codes: Vec<_> = town.find(near).iter().map(|one| one.record.code.clone().unwrap()).collect();
    assert_eq!(codes.iter().map(|code| &**code).collect::<Vec<_>>(), ["3", "2", "1"]);
}

#[test]
fn each_change_set_is_found_at_once_as_if_all_were_made_anew() {
    let town = Town::of(kunming());
    let mut ids = IdSource::new(5, 3);
    let gone = town.find(Town::ask("关上"))[0].record.as_ref().clone();
    let old = town.find(Town::ask("五华山"))[0].record.as_ref().clone();
    let mut renamed = old.clone();
    let at = renamed.layer.def().index_of("name").unwrap();
    renamed.fields = renamed.fields.with(at, Some(Value::Text("登华社区".into())));
    let new = division(&mut ids, "530102001009", "文林街社区", DivisionLevel::Community);
    let changes = [Change::insert(new), Change::delete(gone), Change::update(old, renamed)];
    let snapshot = town.snapshot.apply(Revision(2), &changes).unwrap();
    let directory = town.directory.after(&snapshot, &changes).unwrap();
    let whole = Directory::build(&snapshot).unwrap();
    assert_eq!(directory.revision(), Revision(2));
    for query in [
        "文林街",
        "wenlinjie",
        "wlj",
        "关上",
        "guanshang",
        "五华山",
        "登华",
        "denghua",
        "华",
        "五华",
        "昆明文林街",
        "5301",
    ] {
        let find = |directory: &Directory| -> Vec<(String, Kind)> {
            let found = directory.search(&snapshot, Town::ask(query), |_| true).unwrap();
            found.iter().map(|one| (one.record.label().unwrap().to_owned(), one.kind)).collect()
        };
        assert_eq!(find(&directory), find(&whole), "{query}");
    }
}

#[test]
fn nothing_breaks_on_what_nobody_types() {
    let town = Town::of(kunming());
    let long = "华".repeat(100_000);
    let letters = "a".repeat(100_000);
    let spaces = "昆明 ".repeat(200);
    for query in [
        "",
        " ",
        "\u{0}",
        "🏠",
        "、",
        "·",
        "a",
        "1",
        "é",
        "ﷺ",
        "五华\u{300}",
        "w华1",
        &long,
        &letters,
        &spaces,
    ] {
        town.find(Town::ask(query));
    }
    assert!(Town::of(Vec::new()).find(Town::ask("五华")).is_empty());
}

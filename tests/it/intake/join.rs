//! Tables without geometry join the records they are about.

use boundstone::intake::{Placing, Unmatched};
use boundstone::model::layers::{Division, DivisionLevel, Facility};

use super::*;

fn without_geometry(columns: &[&str], rows: &[Json]) -> Memory {
    let rows: Vec<_> = rows.iter().map(|cells| (cells.clone(), None)).collect();
    Memory { crs: DeclaredCrs::NoGeometry, ..table(columns, &rows) }
}

fn joining(layer: Layer) -> ImportOptions {
    ImportOptions { join: true, ..options(layer) }
}

fn division(at: u64, code: &str, name: &str, level: DivisionLevel, parent: &str) -> Record {
    let id = IdSource::new(1_700_000_000_000, at).next_id();
    let parent_code = (!parent.is_empty()).then(|| parent.to_owned());
    let mut record = Record::of(id, Division { parent_code, ..Division::named(name, level) });
    record.code = Some(code.into());
    record
}

/// Two subdistricts, communities of the same name in both.
fn district() -> Snapshot {
    use DivisionLevel::{Community, County, Township};
    let list = [
        ("530102", "五华区", County, ""),
        ("530102001", "华山街道办事处", Township, "530102"),
        ("530102002", "护国街道", Township, "530102"),
        ("530102001001", "虹山社区居民委员会", Community, "530102001"),
        ("530102001002", "金鼎山社区居委会", Community, "530102001"),
        ("530102001003", "文林一社区", Community, "530102001"),
        ("530102001004", "文林二社区", Community, "530102001"),
        ("530102002001", "虹山社区", Community, "530102002"),
        ("530102002002", "金鼎湖社区", Community, "530102002"),
        ("530102002003", "小石村村民委员会", Community, "530102002"),
    ];
    let records = list.iter().enumerate();
    Snapshot::build(
        Revision(1),
        records.map(|(at, (code, name, level, parent))| division(at as u64 + 1, code, name, *level, parent)),
    )
}

fn populations(plan: &ImportPlan) -> Vec<(String, i64)> {
    let of = |change: &Change| {
        let after = change.after().unwrap();
        let population = after.get("population").and_then(|v| v.to_json().as_i64()).unwrap_or_default();
        (after.code.as_deref().unwrap_or_default().to_owned(), population)
    };
    plan.changes.iter().map(of).collect()
}

fn labels(of: &Unmatched) -> Vec<&str> {
    of.candidates.iter().map(|c| c.label.as_str()).collect()
}

#[test]
fn rows_find_records_by_code_or_by_division_and_name_and_nothing_becomes_new() {
    let register = district();
    let columns = ["街道", "社区代码", "社区名称", "人口"];
    let rows = [
        json!(["华山", null, "虹山", 10]),
        json!(["护国街道办事处", null, "虹山居委会", 20]),
        json!([null, "530102002003", "小石社区", 30]),
        json!(["华山街道", null, "金顶山社区", 40]),
        json!([null, null, "文林三社区", 50]),
        json!([null, null, "虹山社区居民委员会 ", 60]),
        json!(["护国街道", null, "文林一社区", 70]),
        json!([null, "530102001009", "文林二社区", 80]),
        json!([null, null, null, 90]),
    ];
    let plan1 = plan(&register, &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
    let wanted = [("530102001001", 10), ("530102002001", 20), ("530102002003", 30), ("530102001002", 40)];
    assert_eq!(populations(&plan1), wanted.map(|(code, n)| (code.to_owned(), n)));
    assert_eq!(plan1.counts, counts(0, 4, 0, 5));
    assert_eq!(plan1.origin["join"], true);
    for change in &plan1.changes {
        assert_eq!(change.before().unwrap().label(), change.after().unwrap().label(), "no one is renamed");
    }
    let rules: Vec<_> = plan1.findings.counts.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    let told = [
        ("import.duplicate_key", 1),
        ("import.joined", 1),
        ("import.joined_name", 1),
        ("import.unmatched", 4),
    ];
    assert_eq!(rules, told, "{:#?}", plan1.findings.kept);
    let rows: Vec<_> = plan1.unmatched.iter().map(|one| one.row).collect();
    assert_eq!(rows, [6, 7, 8, 9, 10]);
    let mut offered = labels(&plan1.unmatched[0])[..2].to_vec();
    offered.sort_unstable();
    assert_eq!(offered, ["文林一社区", "文林二社区"]);
    assert!(plan1.unmatched[0].candidates[0].within.contains("华山街道办事处"));
    assert!(plan1.unmatched[2].why.zh.contains("所属区划不符"));
    assert!(plan1.unmatched[3].why.zh.contains("另一个代码"));
    let finding = plan1.findings.kept.iter().find(|f| f.evidence.as_deref() == Some("文林三社区")).unwrap();
    assert_eq!(finding.candidates, plan1.unmatched[0].candidates);

    let after = stored(&register, &plan1);
    let rows = [json!(["华山", null, "虹山", 10])];
    let again = plan(&after, &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
    assert_eq!(again.counts, counts(0, 0, 1, 0));
}

/// A table of codes and figures says nothing of names, so there is nothing to hold against the register's.
#[test]
fn a_row_with_a_code_and_no_name_is_joined_without_a_word() {
    let rows = [json!(["530102002003", 30]), json!(["530102001001", 10])];
    let columns = ["社区代码", "人口"];
    let joined =
        plan(&district(), &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
    assert_eq!(joined.counts, counts(0, 2, 0, 0));
    assert!(joined.findings.kept.is_empty(), "{:#?}", joined.findings.kept);
}

#[test]
fn a_name_that_two_records_have_is_for_a_person_to_place() {
    let register = district();
    let rows = [json!(["虹山社区居委会", 1])];
    let columns = ["社区名称", "人口"];
    let asked = plan(&register, &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
    assert_eq!((asked.counts, asked.findings.counts["import.ambiguous"]), (counts(0, 0, 0, 1), 1));
    let candidates = &asked.unmatched[0].candidates;
    assert_eq!(candidates.len(), 2);
    let chosen = candidates[1].id.parse().unwrap();
    let placed = ImportOptions { place: vec![(2, Placing::Record(chosen))], ..joining(Layer::Division) };
    let answered = plan(&register, &mut without_geometry(&columns, &rows), &placed).unwrap();
    assert_eq!(answered.counts, counts(0, 1, 0, 0));
    assert_eq!(answered.changes[0].key().id, chosen);
}

/// What no record is about can be put on the map as a new one, but not under the code of another.
#[test]
fn a_row_that_a_person_puts_on_the_map_is_a_new_record() {
    let register = district();
    let rows = [json!(["新建便民服务站", 1, "F-1"]), json!(["无处可去", 2, "F-2"])];
    let columns = ["设施名称", "床位", "设施编号"];
    let at = |place: Vec<(u64, Placing)>, layer| ImportOptions { place, ..joining(layer) };
    let wanted = at(vec![(2, Placing::At([102.7, 25.04]))], Layer::Facility);
    let placed = plan(&register, &mut without_geometry(&columns, &rows), &wanted).unwrap();
    assert_eq!(
        (placed.counts, placed.unmatched.len()),
        (counts(1, 0, 0, 1), 1),
        "{:#?}",
        placed.findings.kept
    );
    let record = placed.changes[0].after().unwrap();
    assert_eq!(record.geometry.as_deref(), Some(&geo_types::Point::new(102.7, 25.04).into()));
    let after = stored(&register, &placed);
    let again = plan(&after, &mut without_geometry(&columns, &rows), &wanted).unwrap();
    assert_eq!((again.counts.new, again.counts.refused), (0, 2), "its code is a record's by now");
    assert!(again.unmatched[0].why.zh.contains("代码是已有记录的"), "{:?}", again.unmatched[0]);
    for (place, layer) in [([102.7, 25.04], Layer::Division), ([102.7, 125.0], Layer::Facility)] {
        let wanted = at(vec![(2, Placing::At(place))], layer);
        let refused = plan(&register, &mut without_geometry(&columns, &rows), &wanted).unwrap_err();
        assert!(matches!(refused, ImportError::NoPoints(_) | ImportError::BadPlace(2)), "{refused}");
    }
}

/// A slip of the pen must not take what another row names rightly, whichever comes first.
#[test]
fn a_right_name_comes_before_a_slip_of_the_pen() {
    let register = district();
    let columns = ["社区名称", "人口"];
    for names in [["金鼎沟社区", "金鼎山社区"], ["金鼎山社区", "金鼎沟社区"]] {
        let rows = names.map(|name| json!([name, 1]));
        let plan1 =
            plan(&register, &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
        let found: Vec<_> = plan1.changes.iter().map(|c| c.after().unwrap().label().unwrap()).collect();
        // 金鼎湖 is left for 金鼎沟: one character differs, and no one else names it.
        assert!(found.contains(&"金鼎山社区居委会"), "{found:?}");
        assert!(plan1.findings.kept.iter().any(|f| f.rule == "import.joined"));
    }
}

#[test]
fn facilities_are_found_in_the_community_that_a_column_names() {
    let mut records: Vec<Record> =
        district().layer(Layer::Division).iter().map(|r| Record::clone(r)).collect();
    for (at, code) in [(50, "530102001001"), (51, "530102002001")] {
        let id = IdSource::new(1_700_000_000_000, at).next_id();
        let facility = Record::of(id, boundstone_facility("便民服务站", code));
        records.push(facility);
    }
    let register = Snapshot::build(Revision(1), records);
    let columns = ["名称", "所属社区", "所属街道", "床位数"];
    let rows = [
        json!(["便民服务站", "虹山社区", "护国街道", 5]),
        json!(["便民 服务站", "虹山社区", "华山街道", 6]),
        json!(["便民服务站", "天外社区", null, 7]),
    ];
    let plan1 = plan(&register, &mut without_geometry(&columns, &rows), &joining(Layer::Facility)).unwrap();
    assert_eq!(plan1.counts, counts(0, 2, 0, 1), "{:#?}", plan1.findings.kept);
    let found: Vec<_> = plan1
        .changes
        .iter()
        .map(|c| {
            (c.after().unwrap().text("community_code").unwrap().to_owned(), c.after().unwrap().get("beds"))
        })
        .map(|(code, beds)| (code, beds.unwrap().to_json()))
        .collect();
    assert_eq!(found, [("530102002001".to_owned(), json!(5)), ("530102001001".to_owned(), json!(6))]);
}

fn boundstone_facility(name: &str, community: &str) -> Facility {
    let blank = Record::new(Layer::Facility, IdSource::new(1, 1).next_id(), Default::default());
    let named = Record { fields: blank.fields.with(0, Some(FieldValue::Text(name.into()))), ..blank };
    Facility { community_code: Some(community.into()), ..named.read::<Facility>().unwrap() }
}

/// The communities of a whole district from two yearbooks: 2,311 names, endings left away, a character wrong in
/// every tenth of the longer ones.
#[test]
fn a_county_of_communities_joins_by_names_alone() {
    let Some(folder) = shared("data/division-codes-to-village/package/dist") else { return };
    let register = yearbook(&folder);
    let view = register.layer(Layer::Division);
    let communities: Vec<_> = view.iter().filter(|r| r.text("level") == Some("community")).collect();
    assert!(communities.len() > 300, "{}", communities.len());
    let street = |code: &str| view.by_code(&code[..9]).next().and_then(|r| r.label()).unwrap().to_owned();
    let short = |name: &str| {
        let ends = ["社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会", "社区"];
        ends.iter()
            .find_map(|end| name.strip_suffix(end))
            .filter(|n| !n.is_empty())
            .unwrap_or(name)
            .to_owned()
    };
    let rows: Vec<Json> = communities
        .iter()
        .enumerate()
        .map(|(at, record)| {
            json!([street(record.code.as_deref().unwrap()), short(record.label().unwrap()), at + 1])
        })
        .collect();
    let columns = ["街道", "社区名称", "人口"];
    let started = std::time::Instant::now();
    let plan1 = plan(&register, &mut without_geometry(&columns, &rows), &joining(Layer::Division)).unwrap();
    eprintln!("{} rows: {:?} in {:?}", rows.len(), plan1.counts, started.elapsed());
    // Nothing goes to a wrong record: the n-th row to the n-th community.
    for change in &plan1.changes {
        let after = change.after().unwrap();
        let number = after.get("population").unwrap().to_json().as_u64().unwrap();
        assert_eq!(after.id, communities[number as usize - 1].id, "{:?}", after.label());
    }
    // Left are those whose short names stand for two: 一 社区 and 一 村委会 of one street.
    assert!(plan1.counts.changed as f64 >= 0.98 * rows.len() as f64, "{:?}", plan1.unmatched);
}

/// Kunming's four old districts with their streets and communities.
fn yearbook(folder: &Path) -> Snapshot {
    use std::io::Read as _;
    let mut text = std::fs::read_to_string(folder.join("streets.csv")).unwrap();
    let villages = std::fs::File::open(folder.join("villages.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(villages).read_to_string(&mut text).unwrap();
    let mut records = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let [code, name, parent, ..] = cells[..] else { continue };
        if !["530102", "530103", "530111", "530112"].iter().any(|county| code.starts_with(county)) {
            continue;
        }
        let level = if code.len() == 9 { DivisionLevel::Township } else { DivisionLevel::Community };
        records.push(division(records.len() as u64 + 1, code, name, level, parent));
    }
    Snapshot::build(Revision(1), records)
}

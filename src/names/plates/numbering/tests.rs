//! Doors along a made street, numbered in every way.

use geo_types::{LineString, Point};
use serde_json::json;

use super::*;
use crate::model::record_from_json;

const DAY: &str = "2026-01-01";

/// A street of 500 m from west to east in two pieces, with plates where they are given: number, metres from the east
/// end, whether in the north.
fn snapshot(plates: &[(&str, f64, bool)]) -> Snapshot {
    let mut ids = IdSource::new(1_767_196_800_000, 7);
    let mut records = Vec::new();
    let mut put = |layer: Layer, fields: serde_json::Value, shape: geo_types::Geometry| {
        let mut record = record_from_json(layer, ids.next_id(), fields.as_object().unwrap()).unwrap();
        record.geometry =
            Some(Arc::new(crate::model::geometry::settle(shape, layer.def().geometry).unwrap()));
        records.push(record);
    };
    let line = |from: f64, to: f64| LineString::from(vec![(east(from), 25.0), (east(to), 25.0)]).into();
    let road = |code: &str| json!({ "name": "文林路", "code": code, "class": "secondary" });
    put(Layer::Road, road("L1"), line(500.0, 250.0));
    put(Layer::Road, road("L2"), line(250.0, 0.0));
    for (number, metres, north) in plates {
        let fields = json!({ "plate_no": number, "road_code": "L1", "road": "文林路", "status": "issued" });
        let [x, y] = place(*metres, *north);
        put(Layer::DoorPlate, fields, Point::new(x, y).into());
    }
    Snapshot::build(Revision(1), records)
}

fn east(metres: f64) -> f64 {
    102.7 - metres / (111_000.0 * 25.0_f64.to_radians().cos())
}

fn place(metres: f64, north: bool) -> [f64; 2] {
    [east(metres), if north { 25.0001 } else { 24.9999 }]
}

fn doors(all: &[(f64, bool)]) -> Vec<Door> {
    let door = |(nth, (metres, north)): (usize, &(f64, bool))| {
        let [x, y] = place(*metres, *north);
        Door { id: Some(format!("d{nth}")), at: Coord { x, y }, ..Door::default() }
    };
    all.iter().enumerate().map(door).collect()
}

fn wanted(id: &str) -> Numbering {
    profile_of(Some(id), Rules::compiled()).unwrap().unwrap().numbering.clone()
}

fn preview(snapshot: &Snapshot, wanted: &Numbering, given: Option<Vec<Door>>) -> Preview {
    let streets = Streets::of(snapshot, DAY.parse().unwrap());
    number(&streets, streets.by_name("文林路").unwrap(), wanted, given, Rules::compiled()).unwrap()
}

fn told(preview: &Preview, state: State) -> Vec<&str> {
    preview.plates.iter().filter(|one| one.state == state).map(|one| one.text.as_str()).collect()
}

#[test]
fn numbers_begin_at_the_origin_with_odd_ones_on_their_side() {
    let empty = snapshot(&[]);
    let along = [(9.5, true), (9.5, false), (29.5, true), (29.5, false), (44.5, true)];
    // From the east: the left is the south.
    let common = preview(&empty, &wanted("common"), Some(doors(&along)));
    let course = common.course.as_ref().unwrap();
    assert!(course.east_west && (499.0..502.0).contains(&course.length_m), "{}", course.length_m);
    assert!((course.line[0].x - 102.7).abs() < 1e-9);
    let number = |preview: &Preview, door: &str| {
        preview.plates.iter().find(|one| one.door.as_deref() == Some(door)).unwrap().number
    };
    let all = |preview: &Preview| {
        (0..along.len()).map(|nth| number(preview, &format!("d{nth}"))).collect::<Vec<_>>()
    };
    assert_eq!(all(&common), [2, 1, 4, 3, 6]);
    assert!(common.findings.is_empty(), "{:?}", common.findings);
    // In Beijing the odd numbers are in the north, and 4 is not given.
    assert_eq!(all(&preview(&empty, &wanted("beijing"), Some(doors(&along)))), [1, 2, 3, 6, 5]);
    // From the other end everything is turned round.
    let west = Numbering { origin_at: Some([east(500.0), 25.0]), reserve: false, ..wanted("common") };
    assert_eq!(all(&preview(&empty, &west, Some(doors(&along)))), [5, 4, 3, 2, 1]);
    // By distance: a number to ten metres on each side.
    assert_eq!(all(&preview(&empty, &wanted("distance"), Some(doors(&along)))), [2, 1, 6, 5, 10]);
}

#[test]
fn wide_gaps_have_numbers_in_reserve() {
    let empty = snapshot(&[]);
    let wide = preview(&empty, &wanted("common"), Some(doors(&[(10.0, false), (120.0, false)])));
    assert_eq!(told(&wide, State::New), ["1号", "9号"]);
    assert_eq!(told(&wide, State::Reserved), ["3号", "5号", "7号"]);
    assert!(wide.findings.is_empty(), "{:?}", wide.findings);
    let dense = Numbering { reserve: false, ..wanted("common") };
    let dense = preview(&empty, &dense, Some(doors(&[(10.0, false), (120.0, false)])));
    assert_eq!(told(&dense, State::New), ["1号", "3号"]);
}

#[test]
fn plates_that_are_issued_keep_their_numbers_and_new_doors_go_in_between() {
    let old = snapshot(&[("1号", 10.0, false), ("7号", 60.0, false), ("9号", 70.0, false)]);
    let doors = doors(&[(30.0, false), (40.0, false), (50.0, false), (65.0, false), (90.0, false)]);
    let kept = preview(&old, &wanted("common"), Some(doors.clone()));
    assert_eq!(told(&kept, State::Kept), ["1号", "7号", "9号"]);
    // Between 1 and 7 are two numbers for three doors, between 7 and 9 none.
    assert_eq!(told(&kept, State::New), ["3号", "5号", "5号附1号", "7号附1号", "11号"]);
    assert!(kept.findings.is_empty(), "{:?}", kept.findings);
    let anew = Numbering { keep_existing: false, reserve: false, ..wanted("common") };
    let anew = preview(&old, &anew, Some(doors));
    let changed: Vec<_> = anew.plates.iter().filter(|one| one.state == State::Changed).collect();
    let texts: Vec<&str> = changed.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["9号", "13号"], "{:?}", anew.plates);
    assert_eq!(changed[0].was.as_deref(), Some("7号"));
    assert_eq!(told(&anew, State::Kept), ["1号"], "{:?}", anew.plates);
}

#[test]
fn a_compound_has_one_number_for_all_its_gates() {
    let empty = snapshot(&[]);
    let mut all = doors(&[(10.0, false), (30.0, false), (50.0, false)]);
    for (door, kind) in all.iter_mut().zip([Kind::Compound, Kind::Gate, Kind::Door]) {
        door.kind = kind;
        door.compound = (kind != Kind::Door).then(|| "翠湖小区".to_owned());
    }
    let wanted = Numbering { reserve: false, ..wanted("common") };
    let found = preview(&empty, &wanted, Some(all));
    assert_eq!(told(&found, State::New), ["1号", "3号"]);
    assert_eq!(told(&found, State::Shared), ["1号"]);
}

#[test]
fn a_street_that_branches_and_values_out_of_bounds_are_refused() {
    let empty = snapshot(&[]);
    let streets = Streets::of(&empty, DAY.parse().unwrap());
    let street = streets.by_name("文林路").unwrap();
    let ask = |wanted: &Numbering, doors| number(&streets, street, wanted, doors, Rules::compiled());
    assert!(matches!(ask(&wanted("common"), None), Err(NumberingError::NoDoors)));
    let wrong = Numbering { interval_m: f64::NAN, ..wanted("common") };
    assert!(matches!(ask(&wrong, None), Err(NumberingError::Parameter("interval_m"))));
    let many = vec![Door::default(); MOST_DOORS + 1];
    assert!(matches!(ask(&wanted("common"), Some(many)), Err(NumberingError::TooMany)));
}

#[test]
fn buildings_of_a_compound_are_numbered_there_and_back() {
    let door = |x: f64, y: f64| Door { at: Coord { x, y }, ..Door::default() };
    // Two rows of two, the northern one first, from its eastern end.
    let rows = snake::rows(
        vec![door(102.70, 25.001), door(102.70, 25.0), door(102.701, 25.0), door(102.701, 25.001)],
        &wanted("common"),
    );
    let told: Vec<([f64; 2], &str)> = rows.iter().map(|one| (one.at, one.text.as_str())).collect();
    assert_eq!(
        told,
        [
            ([102.701, 25.001], "1幢"),
            ([102.70, 25.001], "2幢"),
            ([102.70, 25.0], "3幢"),
            ([102.701, 25.0], "4幢")
        ]
    );
}

#[test]
fn a_new_door_takes_the_number_that_is_in_reserve() {
    let mut old = snapshot(&[("1号", 10.0, false), ("5号", 60.0, false)]);
    let mut reserved = record_from_json(
        Layer::DoorPlate,
        RecordId::from_bits(99),
        json!({ "plate_no": "3号", "road_code": "L1", "road": "文林路", "status": "reserved" })
            .as_object()
            .unwrap(),
    )
    .unwrap();
    let [x, y] = place(30.0, false);
    reserved.geometry = Some(Arc::new(Point::new(x, y).into()));
    old = old.apply(Revision(2), &[crate::model::Change::insert(reserved.clone())]).unwrap();
    let given = preview(&old, &wanted("common"), Some(doors(&[(40.0, false)])));
    let new: Vec<_> = given.plates.iter().filter(|one| one.state == State::New).collect();
    assert_eq!((new.len(), new[0].text.as_str(), new[0].plate), (1, "3号", Some(reserved.id)));
    // Without new doors it stays in reserve.
    assert_eq!(told(&preview(&old, &wanted("common"), None), State::Kept), ["1号", "3号", "5号"]);
}

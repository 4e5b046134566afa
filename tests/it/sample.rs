//! The demo district: the same for ever, exact, complete, with the defects it promises.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::OnceLock;

use boundstone::model::layers::{BoundaryLine, BoundaryMarker, HouseholdCount};
use boundstone::model::{Date, Layer, LayerDef, Record, RefBy, State, Value, write_canonical};
use boundstone::sample::{Defects, Sample, SampleOptions, generate};
use geo_types::{Coord, Geometry, LineString, MultiPolygon};
use sha2::{Digest as _, Sha256};

/// The demo district of seed 1, made once.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| generate(SampleOptions::default(), |_| {}))
}

fn records() -> &'static [Record] {
    static RECORDS: OnceLock<Vec<Record>> = OnceLock::new();
    RECORDS.get_or_init(|| sample().clone().into_records())
}

fn layer(layer: Layer) -> impl Iterator<Item = &'static Record> {
    records().iter().filter(move |record| record.layer == layer)
}

fn area(record: &Record) -> &MultiPolygon {
    match record.geometry.as_deref() {
        Some(Geometry::MultiPolygon(polygons)) => polygons,
        other => panic!("{:?}: {other:?}", record.code),
    }
}

fn division(code: &str) -> &'static Record {
    layer(Layer::Division).find(|r| r.code.as_deref() == Some(code)).unwrap()
}

fn divisions(digits: usize) -> Vec<&'static Record> {
    layer(Layer::Division)
        .filter(|r| r.code.as_deref().is_some_and(|c| c.len() == digits && c.starts_with("530102")))
        .collect()
}

fn box_of(record: &Record) -> geo_types::Rect {
    boundstone::model::geometry::bounds(record.geometry.as_deref().unwrap()).unwrap()
}

/// A point as bits: equal only if bit-equal.
type Bits = (u64, u64);
/// Directed sides.
type Sides = BTreeSet<(Bits, Bits)>;

fn bits(c: Coord) -> Bits {
    (c.x.to_bits(), c.y.to_bits())
}

/// The directed sides of areas that no side of the other direction cancels.
fn open_sides<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> Sides {
    let mut sides = BTreeSet::new();
    for polygon in areas.into_iter().flat_map(|a| &a.0) {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for pair in ring.0.windows(2) {
                let (a, b) = (bits(pair[0]), bits(pair[1]));
                if !sides.remove(&(b, a)) {
                    assert!(sides.insert((a, b)), "a side of two areas on the same hand: they overlap");
                }
            }
        }
    }
    sides
}

fn ring_area(ring: &LineString) -> f64 {
    let origin = ring.0[0];
    ring.0
        .windows(2)
        .map(|p| (p[0].x - origin.x) * (p[1].y - origin.y) - (p[1].x - origin.x) * (p[0].y - origin.y))
        .sum::<f64>()
        / 2.0
}

fn square_degrees(polygons: &MultiPolygon) -> f64 {
    polygons
        .0
        .iter()
        .map(|p| ring_area(p.exterior()) + p.interiors().iter().map(ring_area).sum::<f64>())
        .sum()
}

fn inside(polygons: &MultiPolygon, at: Coord) -> bool {
    polygons.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).fold(
        false,
        |inside, ring| {
            ring.0.windows(2).fold(inside, |inside, pair| {
                let (a, b) = (pair[0], pair[1]);
                inside
                    != ((a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x)
            })
        },
    )
}

fn hash(records: &[Record]) -> String {
    let mut hash = Sha256::new();
    let (mut json, mut wkb) = (Vec::new(), Vec::new());
    for record in records {
        json.clear();
        wkb.clear();
        write_canonical(record, &mut json, &mut wkb);
        hash.update(format!("{} {} {}", record.layer, record.id, record.version));
        hash.update(&json);
        hash.update(&wkb);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn seed_1_gives_the_same_bytes_for_ever() {
    assert_eq!(hash(records()), "d5bd56fb19cfe72b30e275338ccfcb3ab6606e4a3599d7d34170083c0c2e2072");
}

#[test]
fn other_seeds_give_other_districts_of_the_same_kind() {
    let other = generate(SampleOptions { seed: 77, scale: 1 }, |_| {}).into_records();
    let is_community =
        |r: &&Record| r.layer == Layer::Division && r.code.as_ref().is_some_and(|c| c.len() == 12);
    let communities: Vec<&Record> = other.iter().filter(is_community).collect();
    assert_eq!(communities.len(), 101);
    assert_ne!(area(communities[0]), area(division("530102001001")));
    assert_eq!(open_rings(&open_sides(communities.iter().map(|r| area(r)))), 2, "outline and gap");
    assert_eq!(other.iter().filter(|r| r.layer == Layer::Sign).count(), 870);
}

/// How many rings open sides make.
fn open_rings(sides: &Sides) -> usize {
    let mut next: BTreeMap<_, _> = sides.iter().copied().collect();
    assert_eq!(next.len(), sides.len(), "no ring touches another");
    let mut rings = 0;
    while let Some((start, mut at)) = next.pop_first() {
        rings += 1;
        while at != start {
            at = next.remove(&at).expect("rings are closed");
        }
    }
    rings
}

#[test]
fn divisions_cover_the_district_exactly_but_for_the_seeded_gap() {
    let (streets, communities) = (divisions(9), divisions(12));
    assert_eq!((streets.len(), communities.len()), (11, 101));
    let district = area(division("530102"));
    let outline = open_sides([district]);
    assert_eq!(
        open_sides(streets.iter().map(|r| area(r))),
        outline,
        "streets leave no gap and do not overlap"
    );
    let open = open_sides(communities.iter().map(|r| area(r)));
    assert_eq!(open_rings(&open), 2, "the outline and one gap");
    assert!(open.is_superset(&outline));
    let sum = |list: &[&Record]| list.iter().map(|r| square_degrees(area(r))).sum::<f64>();
    let whole = square_degrees(district);
    assert!((sum(&streets) - whole).abs() < 1e-12);
    let gap = whole - sum(&communities);
    assert!(gap > 1e-6 && gap < 1e-3, "{gap}");
    for record in streets.iter().chain(&communities) {
        assert!(geo::Validation::is_valid(area(record)), "{:?}", record.code);
        assert_eq!(area(record).0.len(), 1, "in one piece");
    }
    for community in communities {
        let street = division(community.text("parent_code").unwrap());
        let ring = area(community).0[0].exterior();
        let middle = geo::InteriorPoint::interior_point(&area(community).0[0]).unwrap();
        assert!(inside(area(street), middle.0) && ring.0.len() > 4, "{:?}", community.code);
    }
    let square_km = |code: &str| match division(code).get("area_km2") {
        Some(Value::Real(area)) => area,
        other => panic!("{code}: {other:?}"),
    };
    assert!((300.0..420.0).contains(&square_km("530102")), "{}", square_km("530102"));
    let sum: f64 = divisions(9).iter().map(|r| square_km(r.code.as_deref().unwrap())).sum();
    assert!((sum - square_km("530102")).abs() < 0.001);
}

#[test]
fn neighbours_lines_and_unmoved_markers_share_the_border_bit_by_bit() {
    let sides = |code: &str| open_sides([area(division(code))]);
    let here = sides("530102");
    let mut lined = 0;
    for (name, neighbour) in [("五盘线", "530103"), ("五西线", "530112")] {
        let shared: BTreeSet<_> =
            sides(neighbour).into_iter().filter(|(a, b)| here.contains(&(*b, *a))).collect();
        let line = layer(Layer::BoundaryLine).find(|r| r.text("name") == Some(name)).unwrap();
        let Some(Geometry::MultiLineString(shape)) = line.geometry.as_deref() else { panic!("{name}") };
        let mut on_line = BTreeSet::new();
        for pair in shape.0.iter().flat_map(|part| part.0.windows(2)) {
            let (a, b) = (bits(pair[0]), bits(pair[1]));
            assert!(shared.contains(&(a, b)) || shared.contains(&(b, a)), "{name}");
            on_line.extend([a, b]);
            lined += 1;
        }
        let fields: BoundaryLine = line.read().unwrap();
        let code = line.code.as_deref().unwrap();
        let markers: Vec<(&Record, BoundaryMarker)> = layer(Layer::BoundaryMarker)
            .filter(|r| r.code.as_ref().is_some_and(|c| c.starts_with(code) && !c.contains(['C', 'D', 'E'])))
            .map(|r| (r, r.read().unwrap()))
            .collect();
        assert_eq!(fields.marker_count, Some(markers.len() as i64));
        assert!(markers.len() > 8);
        for (record, marker) in markers {
            let Some(Geometry::Point(at)) = record.geometry.as_deref() else { panic!() };
            let moved = sample().defects.moved_markers.contains(&marker.number);
            if marker.marker_type.as_deref() == Some("single") {
                assert_eq!(on_line.contains(&bits(at.0)), !moved, "{}", marker.number);
            }
            assert_eq!(marker.references.len(), 3);
        }
    }
    assert_eq!(lined, here.len(), "every side of the district's border is on a line");
    let triple = layer(Layer::BoundaryMarker).filter(|r| r.text("marker_type") == Some("triple")).count();
    assert_eq!(triple, 3, "one tri-point");
}

#[test]
fn every_record_is_whole_and_says_that_it_is_made_up() {
    for record in records() {
        let def = record.layer.def();
        assert_eq!(record.source.as_deref(), Some("演示合成数据"), "{}", def.name);
        // What was inspected along a stretch, or looked for and not found, has no place.
        let placed = match record.layer {
            Layer::InspectionRecord => {
                record.text("subject") == Some("marker") && record.get("found") == Some(Value::Bool(true))
            }
            layer => layer.has_geometry(),
        };
        assert_eq!(record.geometry.is_some(), placed, "{} {:?}", def.name, record.code);
        for (at, field) in def.fields.iter().enumerate() {
            match record.fields.get(at) {
                Some(value) => {
                    assert!(LayerDef::admits(field, value), "{} {}: {value:?}", def.name, field.name)
                }
                None => assert!(!field.required, "{} {}", def.name, field.name),
            }
        }
    }
}

#[test]
fn codes_are_unique_and_references_resolve() {
    let mut codes: HashMap<(Layer, &str), &Record> = HashMap::new();
    let mut ids = BTreeSet::new();
    for record in records() {
        ids.insert((record.layer, record.id.to_string()));
        if let Some(code) = record.code.as_deref() {
            let other = codes.insert((record.layer, code), record);
            assert!(other.is_none_or(|other| other.id == record.id), "{} {code}", record.layer);
        }
    }
    for record in records() {
        for (at, field) in record.layer.def().fields.iter().enumerate() {
            let (Some(reference), Some(value)) =
                (field.refers, record.fields.get(at).and_then(|v| v.as_text()))
            else {
                continue;
            };
            let found = match reference.by {
                RefBy::Id => ids.contains(&(reference.layer, value.to_owned())),
                RefBy::Code => codes.contains_key(&(reference.layer, value)),
            };
            assert!(found, "{} {}: {value}", record.layer, field.name);
        }
    }
    for sign in layer(Layer::Sign) {
        let place = codes[&(Layer::Place, sign.text("place_code").unwrap())];
        assert!(place.text("name").is_some());
    }
}

#[test]
fn the_amounts_are_those_of_the_plan() {
    let count = |wanted: Layer| layer(wanted).count();
    assert_eq!(count(Layer::Sign), 870);
    assert!(layer(Layer::Sign).all(|r| r.text("mount") == Some("post") && r.text("kind") == Some("street")));
    let roads: BTreeSet<_> = layer(Layer::DoorPlate).map(|r| r.text("road_code").unwrap()).collect();
    assert_eq!(roads.len(), 10);
    assert!((50_000..90_000).contains(&records().len()), "{}", records().len());
    assert!((12_000..20_000).contains(&count(Layer::Building)), "{}", count(Layer::Building));
    let kinds: BTreeSet<_> = layer(Layer::Facility).map(|r| r.text("kind").unwrap()).collect();
    for kind in &boundstone::model::vocab::list("facility_kind").values {
        assert!(kinds.contains(kind.code.as_str()), "no facility of kind {}", kind.code);
    }
    for layer in Layer::ALL {
        assert!(count(*layer) > 0, "{layer}");
    }
}

#[test]
fn households_of_compounds_add_up_to_their_communities() {
    let counts: Vec<HouseholdCount> = layer(Layer::HouseholdCount).map(|r| r.read().unwrap()).collect();
    let of_compound: HashMap<String, Option<String>> = layer(Layer::Compound)
        .map(|r| (r.id.to_string(), r.text("community_code").map(Into::into)))
        .collect();
    for kind in ["registered", "resident", "dwelling"] {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for count in counts.iter().filter(|c| c.kind == kind && c.subject_layer == "compound") {
            if let Some(community) = &of_compound[count.subject_id.as_deref().unwrap()] {
                *sums.entry(community).or_default() += count.number;
            }
        }
        let said: BTreeMap<&str, i64> = counts
            .iter()
            .filter(|c| c.kind == kind && c.subject_layer == "division")
            .map(|c| (c.subject_code.as_deref().unwrap(), c.number))
            .collect();
        assert_eq!(sums, said);
        assert_eq!(said.len(), 101);
        if kind == "registered" {
            assert!((294_000..=306_000).contains(&said.values().sum::<i64>()));
            assert_eq!(said.values().filter(|n| **n == 9_800).count(), 1);
            assert_eq!(said.values().max(), Some(&9_800));
            let usual = said.values().filter(|n| (2_000..=4_500).contains(*n)).count();
            assert!(usual > 60, "{usual}");
            let listed = |wanted: fn(&i64) -> bool| -> Vec<&str> {
                said.iter().filter(|(_, n)| wanted(n)).map(|(code, _)| *code).collect()
            };
            assert_eq!(listed(|n| *n > 5_000), sample().defects.too_large);
            assert_eq!(listed(|n| *n < 1_000), sample().defects.too_small);
        }
    }
}

#[test]
fn compounds_lie_in_their_community_and_gates_on_compound_and_street() {
    let communities: HashMap<&str, &MultiPolygon> =
        divisions(12).into_iter().map(|r| (r.code.as_deref().unwrap(), area(r))).collect();
    let mut corners: HashMap<String, BTreeSet<(u64, u64)>> = HashMap::new();
    for compound in layer(Layer::Compound) {
        let ring = area(compound).0[0].exterior();
        if let Some(code) = compound.text("community_code") {
            assert!(ring.0.iter().all(|c| inside(communities[code], *c)), "{:?}", compound.code);
        }
        corners.insert(compound.id.to_string(), ring.0.iter().map(|c| bits(*c)).collect());
    }
    let on_roads: BTreeSet<_> = layer(Layer::Road)
        .filter(|r| r.text("class") == Some("service"))
        .filter_map(|r| match r.geometry.as_deref() {
            Some(Geometry::MultiLineString(line)) => line.0[0].0.last().copied().map(bits),
            _ => None,
        })
        .collect();
    for gate in layer(Layer::Gate) {
        let Some(Geometry::Point(at)) = gate.geometry.as_deref() else { panic!() };
        assert!(corners[gate.text("compound_id").unwrap()].contains(&bits(at.0)), "{:?}", gate.code);
        assert!(on_roads.contains(&bits(at.0)), "{:?}", gate.code);
    }
}

#[test]
fn the_walking_network_is_one() {
    let mut up: HashMap<(u64, u64), (u64, u64)> = HashMap::new();
    fn root(up: &mut HashMap<(u64, u64), (u64, u64)>, mut at: (u64, u64)) -> (u64, u64) {
        while let Some(&above) = up.get(&at).filter(|above| **above != at) {
            at = above;
        }
        up.entry(at).or_insert(at);
        at
    }
    let mut first = Vec::new();
    for road in layer(Layer::Road) {
        let Some(Geometry::MultiLineString(shape)) = road.geometry.as_deref() else { panic!() };
        let line = &shape.0[0].0;
        let start = root(&mut up, bits(line[0]));
        for &c in &line[1..] {
            let other = root(&mut up, bits(c));
            up.insert(other, start);
        }
        first.push(bits(line[0]));
    }
    let roots: BTreeSet<_> = first.into_iter().map(|at| root(&mut up, at)).collect();
    assert_eq!(roots.len(), 1);
}

#[test]
fn the_defects_are_there_and_listed_in_the_readme() {
    let defects = &sample().defects;
    let readme = include_str!("../../data/sample/README.md");
    let mut table = String::new();
    for (kind, codes) in defects.lists() {
        assert!(!codes.is_empty(), "{kind}");
        let _ = writeln!(table, "| `{kind}` | {} | {} |", codes.len(), codes.join(", "));
    }
    assert!(readme.contains(&table), "data/sample/README.md must hold:\n{table}");
    check_signs_and_names(defects);
    check_plates(defects);
    let communities: Vec<_> =
        divisions(12).into_iter().map(|r| (r.code.as_deref(), area(r), box_of(r))).collect();
    let mut stray = Vec::new();
    for facility in layer(Layer::Facility) {
        let Some(Geometry::Point(at)) = facility.geometry.as_deref() else { panic!() };
        let near = |r: &geo_types::Rect| {
            r.min().x <= at.x() && at.x() <= r.max().x && r.min().y <= at.y() && at.y() <= r.max().y
        };
        let found = communities.iter().find(|(_, area, extent)| near(extent) && inside(area, at.0));
        match found {
            Some((code, ..)) => assert_eq!(facility.text("community_code"), *code, "{:?}", facility.code),
            None => stray.extend(facility.code.as_deref()),
        }
    }
    assert_eq!(stray, defects.stray_facilities);
    assert_eq!(defects.gap_between.len(), 2);
}

fn check_signs_and_names(defects: &Defects) {
    let today: Date = "2026-12-01".parse().unwrap();
    let road_name = |code: &str| {
        let is_it = |r: &&Record| r.code.as_deref() == Some(code) && r.valid.contains(today);
        layer(Layer::Road).find(is_it).and_then(|r| r.text("name")).unwrap()
    };
    let stale: Vec<&str> = layer(Layer::Sign)
        .filter(|sign| sign.text("text") != Some(road_name(sign.text("road_code").unwrap())))
        .filter_map(|sign| sign.code.as_deref())
        .collect();
    assert_eq!(stale, defects.old_name_signs);
    for pair in &defects.homophones {
        let (a, b) = pair.split_once('/').unwrap();
        let roman = |code: &str| {
            layer(Layer::Road).find(|r| r.code.as_deref() == Some(code)).unwrap().text("roman").unwrap()
        };
        assert_ne!(road_name(a), road_name(b));
        assert_eq!(roman(a), roman(b));
    }
    // No other two names of streets are the same or sound the same.
    let mut sounds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for road in layer(Layer::Road).filter(|r| r.valid.contains(today)) {
        if let (Some(name), Some(roman)) = (road.text("name"), road.text("roman")) {
            sounds.entry(roman).or_default().insert(name);
        }
    }
    assert_eq!(sounds.values().filter(|names| names.len() > 1).count(), defects.homophones.len());
}

fn check_plates(defects: &Defects) {
    let mut seen = BTreeSet::new();
    let (mut twice, mut wrong_side) = (Vec::new(), Vec::new());
    for plate in layer(Layer::DoorPlate) {
        let (code, number) = (plate.code.as_deref().unwrap(), plate.text("plate_no").unwrap());
        let value: u32 = number.trim_end_matches('号').parse().unwrap();
        if (value % 2 == 1) != (plate.text("side") == Some("odd")) {
            wrong_side.push(code);
        } else if !seen.insert((plate.text("road_code").unwrap(), number)) {
            twice.push(code);
        }
    }
    assert_eq!(twice, defects.duplicate_plates);
    assert_eq!(wrong_side, defects.irregular_plates);
}

#[test]
fn later_edits_change_rows_that_are_there_and_open_versions() {
    let mut rows: HashMap<_, &Record> = HashMap::new();
    for step in &sample().steps {
        for change in &step.changes {
            match &change.0 {
                State::Inserted(record) => {
                    assert!(rows.insert((record.layer, record.key()), record).is_none());
                }
                State::Updated { before, after } => {
                    assert_eq!(rows.insert((after.layer, after.key()), after), Some(&**before));
                }
                State::Deleted(_) => panic!("nothing is taken away"),
            }
        }
    }
    let road = |from: &str| {
        let from: Date = from.parse().unwrap();
        rows.values().any(|r| r.layer == Layer::Road && r.version == 2 && r.valid.from() == Some(from))
    };
    assert!(road("2025-07-01") && road("2027-01-01"));
    assert!(sample().steps.len() >= 9);
}

#[test]
fn larger_scales_put_districts_side_by_side() {
    let two = generate(SampleOptions { seed: 1, scale: 2 }, |_| {}).into_records();
    assert_eq!(two[..5], records()[..5]);
    let mut keys = BTreeSet::new();
    assert!(two.iter().all(|r| keys.insert((r.layer, r.key()))), "ids are distinct");
    let coded = |r: &&Record| r.code.as_ref().is_some_and(|c| c.len() == 12 && c.starts_with("539001"));
    let copies: Vec<&Record> = two.iter().filter(|r| r.layer == Layer::Division).filter(coded).collect();
    assert_eq!(copies.len(), 101);
    assert!(copies.iter().all(|r| box_of(r).min().x > 102.81), "beside the first");
}

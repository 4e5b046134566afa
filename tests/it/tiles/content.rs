//! What is in a tile and what is not.

use std::sync::Arc;

use boundstone::model::layers::{Building, DivisionLevel, DoorPlate, LayerStruct, Place, Road, Water};
use boundstone::model::{Change, Date, Fields, IdSource, Layer, Period, Record, Revision, Secrecy, Value};
use boundstone::snapshot::Snapshot;
use boundstone::tiles::{Selection, TileCoord, TileRequest, TileService};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Rect};
use rand::{RngExt as _, SeedableRng as _};

use super::decode::{decode, double_area};
use super::wiggly;
use super::{all, day, snapshot};

const AT: Coord = Coord { x: 102.71, y: 25.04 };

fn record<T: LayerStruct>(
    ids: &mut IdSource,
    fields: &[(&str, Value)],
    geometry: impl Into<Geometry>,
) -> Record {
    let pairs = fields.iter().map(|(name, value)| (T::LAYER.def().index_of(name).unwrap(), value.clone()));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by_key(|(place, _)| *place);
    let mut record = Record::new(T::LAYER, ids.next_id(), Fields::from_pairs(pairs));
    record.geometry = Some(Arc::new(geometry.into()));
    record
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn road(ids: &mut IdSource, class: &str) -> Record {
    let line = LineString::from_iter([AT, Coord { x: AT.x + 0.004, y: AT.y + 0.001 }]);
    let fields = [("name", text("人民中路")), ("class", text(class)), ("bridge", Value::Bool(true))];
    record::<Road>(ids, &fields, MultiLineString(vec![line]))
}

fn square(size: f64) -> MultiPolygon {
    let rect = Rect::new(AT, Coord { x: AT.x + size, y: AT.y + size });
    MultiPolygon(vec![rect.to_polygon()])
}

#[test]
fn attributes_and_identity_go_along() {
    let mut ids = IdSource::new(1, 1);
    let road = road(&mut ids, "branch");
    let building =
        record::<Building>(&mut ids, &[("name", text("一号楼")), ("floors", Value::Int(18))], square(0.0004));
    let plate = record::<DoorPlate>(&mut ids, &[("plate_no", text("19号"))], Point(AT));
    let (road_id, bits) = (road.id.to_string(), road.id.bits() as u64 & ((1 << 53) - 1));
    let snapshot = snapshot([road, building, plate]);
    let service = TileService::new(1 << 20);
    let layers = decode(&service.tile(&snapshot, &all(TileCoord::at(AT, 14))));
    let road = &layers["road"][0];
    assert_eq!(road.id, Some(bits));
    let pairs: Vec<_> = road.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        pairs,
        [("bridge", "true"), ("class", "branch"), ("id", road_id.as_str()), ("label", "人民中路")]
    );
    assert_eq!(layers["building"][0].tags["floors"], "18");
    assert!(double_area(&layers["building"][0].parts[0]) > 0);
    assert_eq!(
        (layers["door_plate"][0].kind, layers["door_plate"][0].tags["plate_no"].as_str()),
        (1, "19号")
    );
    // The same from the tile of one layer; nothing of the others.
    let one = TileRequest { selection: Selection::One(Layer::Road), ..all(TileCoord::at(AT, 14)) };
    assert_eq!(decode(&service.tile(&snapshot, &one)).keys().collect::<Vec<_>>(), ["road"]);
    // Layers without geometry and places where nothing is.
    let one = TileRequest { selection: Selection::One(Layer::Name), ..one };
    assert!(service.tile(&snapshot, &one).is_empty());
    assert!(service.tile(&snapshot, &all(TileCoord::new(14, 0, 0).unwrap())).is_empty());
}

#[test]
fn a_feature_shows_from_its_zoom_on() {
    let mut ids = IdSource::new(1, 1);
    let water = |size| record::<Water>(&mut IdSource::new(size as u64 + 9, 1), &[], square(size / 1000.0));
    let records = [road(&mut ids, "expressway"), road(&mut ids, "lane"), water(300.0), water(15.0)];
    let snapshot = snapshot(records);
    let service = TileService::new(1 << 20);
    let count = |layer: &str, z| {
        decode(&service.tile(&snapshot, &all(TileCoord::at(AT, z)))).get(layer).map_or(0, Vec::len)
    };
    assert_eq!([6, 7, 12, 13].map(|z| count("road", z)), [0, 1, 1, 2]);
    // 300 km² of lake at zoom 7, the pond when ponds come.
    assert_eq!([6, 7, 8, 10].map(|z| count("water", z)), [0, 1, 1, 2]);
}

#[test]
fn the_highest_level_of_a_register_shows_at_every_zoom() {
    let mut ids = IdSource::new(1, 1);
    let ring = (vec![AT, Coord { x: AT.x + 1.0, y: AT.y }, Coord { x: AT.x, y: AT.y + 1.0 }], vec![]);
    let division = |ids: &mut IdSource, level, code: &str| wiggly::division(ids, level, code, ring.clone());
    let township = division(&mut ids, DivisionLevel::Township, "530102001");
    let community = division(&mut ids, DivisionLevel::Community, "530102001001");
    let county = division(&mut ids, DivisionLevel::County, "530102");
    let service = TileService::new(1 << 20);
    let count = |snapshot: &Snapshot, z| {
        let tile = decode(&service.tile(snapshot, &all(TileCoord::at(AT, z))));
        ["division", "division_border"].map(|layer| tile.get(layer).map_or(0, Vec::len))
    };
    let lower = snapshot([township.clone(), community]);
    assert_eq!([0, 4, 7, 8, 10].map(|z| count(&lower, z)[0]), [1, 1, 1, 1, 2]);
    assert_eq!(count(&lower, 4)[1], 1);
    let higher = lower.apply(Revision(2), &[Change::insert(county)]).unwrap();
    service.invalidate(&higher, Revision(2), &[Layer::Division], None);
    assert_eq!([0, 4, 7, 8].map(|z| count(&higher, z)[0]), [1, 1, 1, 2]);
}

#[test]
fn nothing_secret_and_nothing_of_another_day_is_in_a_tile() {
    let mut ids = IdSource::new(1, 1);
    let mut hidden = road(&mut ids, "branch");
    hidden.secrecy = Secrecy::Internal;
    let mut later = road(&mut ids, "branch");
    later.valid = Period::new(Date::new(2027, 1, 1), None).unwrap();
    let mut secret_place = wiggly::division(
        &mut ids,
        DivisionLevel::County,
        "530102",
        (vec![AT, Coord { x: AT.x + 1.0, y: AT.y }, Coord { x: AT.x, y: AT.y + 1.0 }], vec![]),
    );
    secret_place.secrecy = Secrecy::Secret;
    let snapshot = snapshot([hidden, later, secret_place]);
    let service = TileService::new(1 << 20);
    let count = |request: TileRequest| {
        let layers = decode(&service.tile(&snapshot, &request));
        ["road", "division", "division_label", "division_border"]
            .map(|layer| layers.get(layer).map_or(0, Vec::len))
    };
    let public = all(TileCoord::at(AT, 14));
    assert_eq!(count(public), [0; 4]);
    assert!(service.tile(&snapshot, &public).is_empty());
    assert_eq!(count(TileRequest { secrecy: Secrecy::Internal, ..public })[0], 1);
    assert_eq!(count(TileRequest { as_of: day().plus_days(400), ..public })[0], 1);
    assert_eq!(count(TileRequest { secrecy: Secrecy::Secret, ..public })[1], 1);
    assert_eq!(count(TileRequest { secrecy: Secrecy::Secret, ..public })[3], 1);
}

#[test]
fn a_hundred_thousand_places_do_not_make_a_heavy_tile() {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let mut ids = IdSource::new(1, 1);
    let records: Vec<_> = (0..100_000)
        .map(|at| {
            let p = Point::new(AT.x + random.random::<f64>() * 0.3, AT.y + random.random::<f64>() * 0.3);
            record::<Place>(&mut ids, &[("name", text(&format!("地名{at}")))], p)
        })
        .collect();
    let snapshot = snapshot(records);
    let service = TileService::new(1 << 24);
    let mut before = Vec::new();
    for z in 6..=14 {
        let tile = service.tile(&snapshot, &all(TileCoord::at(Coord { x: AT.x + 0.15, y: AT.y + 0.15 }, z)));
        assert!(tile.gzip().len() < 500_000, "z{z}: {}", tile.gzip().len());
        let layers = decode(&tile);
        let ids: Vec<_> = layers["place"].iter().map(|place| place.tags["id"].clone()).collect();
        assert!(!ids.is_empty() && ids.len() <= 6000, "z{z}: {}", ids.len());
        if z == 7 {
            // What shows at one zoom shows at the next.
            assert!(before.iter().all(|id| ids.contains(id)));
        }
        before = ids;
    }
}

#[test]
fn broken_geometry_makes_no_panic() {
    let mut ids = IdSource::new(1, 1);
    let tip = Coord { x: AT.x + 1.0, y: AT.y };
    let spike = vec![AT, tip, Coord { x: AT.x + 2.0, y: AT.y }, tip, AT];
    let same = vec![AT, AT, AT, AT];
    let bow = vec![
        AT,
        Coord { x: AT.x + 1.0, y: AT.y + 1.0 },
        Coord { x: AT.x + 1.0, y: AT.y },
        Coord { x: AT.x, y: AT.y + 1.0 },
    ];
    let world = [(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)].map(|(x, y)| Coord { x, y });
    let records = [spike, same, bow, world.to_vec()]
        .map(|ring| wiggly::division(&mut ids, DivisionLevel::County, "530102", (ring, vec![])));
    let snapshot = snapshot(records);
    let service = TileService::new(1 << 20);
    for z in 0..=14 {
        for at in [AT, Coord { x: 180.0, y: 90.0 }, Coord { x: -180.0, y: -90.0 }, Coord { x: 0.0, y: 0.0 }] {
            decode(&service.tile(&snapshot, &all(TileCoord::at(at, z))));
        }
    }
}

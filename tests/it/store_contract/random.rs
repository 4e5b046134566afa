//! Records of every layer with every kind of value, at random: both stores keep them to the byte.

use std::sync::Arc;

use boundstone::model::{
    Change, Date, FieldDef, FieldKind, Fields, GeometryKind, ItemKind, Layer, LayerDef, Period, Record,
    Revision, Secrecy, Value, geometry, vocab,
};
use boundstone::store::{MemoryStore, Store};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9]{1,12}", "[\u{4e00}-\u{9fa5}]{1,8}", "\\PC{1,20}", any::<String>()]
        .prop_filter("not empty", |text| !text.is_empty())
}

fn date() -> impl Strategy<Value = Date> {
    (-100_000i32..100_000).prop_map(|days| Date::new(1970, 1, 1).unwrap().plus_days(days))
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Json::from))
}

fn value(field: &'static FieldDef) -> BoxedStrategy<Value> {
    match field.kind {
        FieldKind::Text => match field.list.map(vocab::list).filter(|list| !list.values.is_empty()) {
            Some(list) => (0..list.values.len())
                .prop_map(|at| Value::Text(list.values[at].code.as_str().into()))
                .boxed(),
            None => text().prop_map(|text| Value::Text(text.into())).boxed(),
        },
        FieldKind::Int => (-(1i64 << 53)..=1 << 53).prop_map(Value::Int).boxed(),
        FieldKind::Real => {
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::Real).boxed()
        }
        FieldKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldKind::Date => date().prop_map(Value::Date).boxed(),
        FieldKind::List(ItemKind::Text) => {
            let items = prop::collection::vec(text().prop_map(Json::from), 1..4);
            items.prop_map(|items| Value::List(Box::new(Json::from(items)))).boxed()
        }
        FieldKind::List(ItemKind::Object(members)) => {
            let item = prop::collection::vec(text(), members.len()).prop_map(|texts| {
                Json::Object(
                    members
                        .iter()
                        .zip(texts)
                        .map(|(member, text)| (member.name.to_owned(), text.into()))
                        .collect(),
                )
            });
            prop::collection::vec(item, 1..3)
                .prop_map(|items| Value::List(Box::new(Json::from(items))))
                .boxed()
        }
    }
}

fn fields(def: &'static LayerDef) -> impl Strategy<Value = Fields> {
    let one = |field: &'static FieldDef| prop::option::weighted(0.6, value(field));
    def.fields.iter().map(one).collect::<Vec<_>>().prop_map(|values| {
        Fields::from_pairs(values.into_iter().enumerate().filter_map(|(at, value)| Some((at, value?))))
    })
}

fn coord() -> impl Strategy<Value = Coord> {
    (-180.0..180.0, -90.0..90.0).prop_map(|(x, y)| Coord { x, y })
}

fn line() -> impl Strategy<Value = LineString> {
    prop::collection::vec(coord(), 2..6).prop_map(LineString)
}

fn polygon() -> impl Strategy<Value = Polygon> {
    let ring = || prop::collection::vec(coord(), 3..6).prop_map(LineString);
    (ring(), prop::collection::vec(ring(), 0..2)).prop_map(|(outer, inner)| Polygon::new(outer, inner))
}

fn shape(kind: GeometryKind) -> BoxedStrategy<Option<Geometry>> {
    let point = coord().prop_map(|c| Geometry::Point(Point(c)));
    let lines = prop::collection::vec(line(), 1..3).prop_map(|lines| MultiLineString(lines).into());
    let areas = prop::collection::vec(polygon(), 1..3).prop_map(|areas| MultiPolygon(areas).into());
    let shapes = match kind {
        GeometryKind::None => return Just(None).boxed(),
        GeometryKind::Point => point.boxed(),
        GeometryKind::Line => lines.boxed(),
        GeometryKind::Area => areas.boxed(),
        GeometryKind::Any => {
            let points =
                prop::collection::vec(coord().prop_map(Point), 1..4).prop_map(|p| MultiPoint(p).into());
            let (one_line, one_area) = (line().prop_map(Geometry::from), polygon().prop_map(Geometry::from));
            prop_oneof![point, points, lines, areas, one_line, one_area].boxed()
        }
    };
    prop::option::weighted(0.9, shapes.prop_map(move |shape| geometry::settle(shape, kind).unwrap())).boxed()
}

fn record(layer: Layer, n: u64) -> impl Strategy<Value = Record> {
    let def = layer.def();
    let period = (prop::option::of(date()), prop::option::of(1i32..9000));
    let extra = prop::option::of(prop::collection::hash_map(text(), json(), 1..4));
    let secrecy = prop_oneof![Just(Secrecy::Public), Just(Secrecy::Internal), Just(Secrecy::Secret)];
    let words = (prop::option::of(text()), prop::option::of(text()), prop::option::of(text()));
    (fields(def), shape(def.geometry), period, extra, secrecy, words, 1u32..5).prop_map(
        move |(fields, shape, (from, days), extra, secrecy, (code, source, remarks), version)| {
            let mut record = Record::new(layer, id(n), fields);
            record.version = version;
            record.valid =
                Period::new(from, from.zip(days).map(|(from, days)| from.plus_days(days))).unwrap();
            record.secrecy = secrecy;
            record.code = code.map(Into::into);
            record.source = source.map(Into::into);
            record.remarks = remarks.map(Into::into);
            record.extra = extra.map(|extra| Box::new(extra.into_iter().collect::<Map<_, _>>()));
            record.geometry = shape.map(Arc::new);
            record
        },
    )
}

/// One record of each layer, twice: as it is and as it becomes. Their ids are numbers from `first` on.
pub(super) fn one_of_each(first: u64) -> impl Strategy<Value = Vec<(Record, Record)>> {
    let pair = |(layer, n): (&Layer, u64)| (record(*layer, n), record(*layer, n));
    Layer::ALL.iter().zip(first..).map(pair).collect::<Vec<_>>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_layer_and_value_comes_back_to_the_byte(pairs in one_of_each(0)) {
        let memory = MemoryStore::new(info());
        let (folder, file) = geopackage();
        let inserts = pairs.iter().map(|(a, _)| Change::insert(a.clone())).collect();
        let updates = pairs.iter().map(|(a, b)| {
            let mut b = b.clone();
            b.version = a.version;
            Change::update(a.clone(), b)
        });
        let sets = [set("新", inserts), set("改", updates.collect())];
        for (at, set) in sets.iter().enumerate() {
            let expected = memory.append(Revision(at as u64), set).unwrap();
            prop_assert_eq!(file.append(Revision(at as u64), set).unwrap(), expected);
            let kept: Vec<_> = rows(&file).iter().map(bytes).collect();
            prop_assert_eq!(kept, rows(&memory).iter().map(bytes).collect::<Vec<_>>());
        }
        // Closed and opened again, by a reader too.
        let path = file.path().to_owned();
        drop(file);
        for again in [GeoPackageStore::open(&path).unwrap(), GeoPackageStore::open_read_only(&path).unwrap()] {
            prop_assert_eq!(again.head().unwrap(), memory.head().unwrap());
            prop_assert_eq!(rows(&again).iter().map(bytes).collect::<Vec<_>>(), rows(&memory).iter().map(bytes).collect::<Vec<_>>());
            let mut found = Vec::new();
            again.check(&mut |finding| found.push(finding), &mut |_, _| ()).unwrap();
            prop_assert!(found.is_empty(), "{:?}", found);
        }
        drop(folder);
    }
}

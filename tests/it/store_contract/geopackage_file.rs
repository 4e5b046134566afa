//! The file as a GeoPackage: what GDAL and QGIS see in it, and how it guards itself.

use std::path::Path;
use std::process::Command;

use boundstone::model::{Change, Layer, Revision};
use boundstone::store::{NotARegister, Store, StoreError};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::*;

/// A register with a row of every kind of value in every layer.
pub(super) fn filled() -> (tempfile::TempDir, GeoPackageStore) {
    let (folder, store) = geopackage();
    let mut runner = TestRunner::deterministic();
    for round in 0..3u64 {
        let records = random::one_of_each(100 * round).new_tree(&mut runner).unwrap().current();
        let inserts = records.into_iter().map(|(record, _)| Change::insert(record)).collect();
        store.append(Revision(round), &set("全部", inserts)).unwrap();
    }
    (folder, store)
}

fn ogrinfo(path: &Path, arguments: &[&str]) -> Option<(String, String)> {
    let output = Command::new("ogrinfo").args(arguments).arg(path).output();
    let Ok(output) = output else {
        eprintln!("skipped: ogrinfo is not here");
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&output.stdout), text(&output.stderr)))
}

#[test]
fn gdal_reads_every_layer_without_a_word_of_complaint() {
    let (_folder, store) = filled();
    let Some((out, err)) = ogrinfo(store.path(), &["-ro", "-al", "-so"]) else { return };
    assert_eq!(err, "");
    for layer in Layer::ALL {
        assert!(out.contains(&format!("Layer name: {layer}\n")), "{layer}");
    }
    assert!(!out.contains("boundstone_"), "the log is no layer");
    assert_eq!(out.matches("Feature Count: 3").count(), Layer::ALL.len());
    for words in ["FID Column = fid", "Geometry Column = geom", "China Geodetic Coordinate System 2000"] {
        assert!(out.contains(words), "{words} in {out}");
    }
    let titles =
        "SELECT title, mime_type, constraint_name FROM gpkg_data_columns WHERE table_name = 'division'";
    let Some((out, err)) = ogrinfo(store.path(), &["-ro", "-q", "-sql", titles]) else { return };
    assert_eq!(err, "");
    for words in ["= 上级代码", "= application/json", "= division_level"] {
        assert!(out.contains(words), "{words} in {out}");
    }
    let Some((out, err)) = ogrinfo(store.path(), &["-ro", "-al"]) else { return };
    assert_eq!(err, "");
    // Three rows and, for QGIS, one style of each.
    assert_eq!(out.matches("OGRFeature(").count(), 4 * Layer::ALL.len());
    assert!(out.contains(r#"<alias index="11" field="parent_code" name="上级代码"/>"#), "titles for QGIS");
}

fn direct(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

#[test]
fn the_log_refuses_to_be_rewritten() {
    let (_folder, store) = filled();
    let file = direct(store.path());
    for sql in [
        "UPDATE boundstone_change SET after = '{}' WHERE seq = 1",
        "DELETE FROM boundstone_change WHERE seq = 1",
        "UPDATE boundstone_change_set SET header = '{}'",
        "DELETE FROM boundstone_change_set",
    ] {
        let refused = file.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("never rewritten"), "{sql}: {refused}");
    }
}

#[test]
fn files_that_are_no_register_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let reason = |name: &str| match GeoPackageStore::open(&at(name)) {
        Err(StoreError::NotARegister { path, why }) => {
            assert_eq!(path, at(name).display().to_string());
            why.to_string()
        }
        Err(error) => panic!("{name}: {error}"),
        Ok(_) => panic!("{name} was opened"),
    };
    assert!(reason("absent.gpkg").contains("No such file"));
    std::fs::write(at("text.gpkg"), "这不是数据库".repeat(1000)).unwrap();
    assert!(reason("text.gpkg").contains("not a database"));
    std::fs::write(at("empty.gpkg"), "").unwrap();
    assert!(reason("empty.gpkg").contains("not a GeoPackage"));
    direct(&at("other.gpkg"))
        .execute_batch("PRAGMA application_id = 1196444487; CREATE TABLE t (a)")
        .unwrap();
    assert!(reason("other.gpkg").contains("not a register"));
    let (_newer, store) = geopackage();
    let path = store.path().to_owned();
    drop(store);
    direct(&path)
        .execute("UPDATE boundstone_register SET value = '99' WHERE key = 'store_version'", [])
        .unwrap();
    std::fs::copy(&path, at("newer.gpkg")).unwrap();
    assert!(reason("newer.gpkg").contains("newer program"));
    direct(&path)
        .execute("UPDATE boundstone_register SET value = '1' WHERE key = 'store_version'", [])
        .unwrap();
    std::fs::copy(&path, at("trial.gpkg")).unwrap();
    assert!(reason("trial.gpkg").contains("trial version"));
    assert!(GeoPackageStore::create(&path, &info()).is_err(), "an existing file is not overwritten");
}

#[test]
fn a_register_of_an_older_program_gets_the_columns_and_layers_that_came_since() {
    let (_folder, store) = filled();
    let (path, head, kept) = (store.path().to_owned(), store.head().unwrap(), rows(&store).len());
    drop(store);
    let file = direct(&path);
    file.execute_batch(
        "ALTER TABLE division DROP COLUMN population_80; DELETE FROM gpkg_data_columns WHERE column_name = 'population_80'; \
         DROP TABLE household_count; DELETE FROM gpkg_contents WHERE table_name = 'household_count'; \
         DELETE FROM gpkg_data_columns WHERE table_name = 'household_count'",
    )
    .unwrap();
    drop(file);
    let Err(StoreError::NotARegister { why, .. }) = GeoPackageStore::open_read_only(&path) else { panic!() };
    assert!(matches!(why, NotARegister::Older), "{why}");
    let store = GeoPackageStore::open(&path).unwrap();
    assert_eq!(store.head().unwrap(), head);
    assert_eq!(rows(&store).len(), kept - 3);
    let titles: i64 = direct(&path)
        .query_row("SELECT count(*) FROM gpkg_data_columns WHERE column_name = 'population_80'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(titles, 1);
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, store) = filled();
    let reader = GeoPackageStore::open_read_only(store.path()).unwrap();
    let refused = reader.append(Revision(3), &set("不行", vec![Change::insert(place(900, "点"))]));
    assert!(matches!(refused, Err(StoreError::ReadOnly)));
    assert_eq!(rows(&reader).len(), rows(&store).len());
}

#[test]
fn edits_made_behind_the_register_keep_the_index_right() {
    // QGIS writes with the same triggers; here through a connection that knows the functions they call.
    let (_folder, store) = geopackage();
    let places: Vec<_> = (0..300).map(|n| Change::insert(place(n, "点"))).collect();
    store.append(Revision(0), &set("点", places)).unwrap();
    let moved: Vec<_> = (0..300)
        .map(|n| {
            let mut next = place(n, "点");
            next.geometry =
                (n % 2 == 0).then(|| std::sync::Arc::new(geo_types::Point::new(n as f64 / 10.0, 1.0).into()));
            Change::update(place(n, "点"), next)
        })
        .collect();
    store.append(Revision(1), &set("挪", moved)).unwrap();
    let found: Vec<i64> = direct(store.path())
        .prepare("SELECT id FROM rtree_place_geom WHERE minx >= 9.99 AND maxx <= 10.81 ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(found, [101, 103, 105, 107, 109]);
    let mut wrong = Vec::new();
    store.check(&mut |finding| wrong.push(finding), &mut |_, _| ()).unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

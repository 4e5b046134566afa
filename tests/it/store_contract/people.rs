//! People, keys and accesses: the same on every store, and never part of the log.

use boundstone::model::Digest;
use boundstone::store::{AccessRow, AccountStore as _, KeyRow, MemoryStore, PersonRow, Store, WhichAccesses};

use super::*;

fn on_every_store(check: impl Fn(&dyn Store)) {
    check(&MemoryStore::new(info()));
    let (_folder, store) = geopackage();
    check(&store);
}

fn person(n: u64, login: &str) -> PersonRow {
    PersonRow { id: id(n), login: login.into(), tick: 0, body: format!("{{\"n\":{n},\"文\":\"字\"}}") }
}

fn key(n: u8, person: u64, made_ms: u64) -> KeyRow {
    KeyRow {
        digest: Digest([n; 32]),
        person: id(person),
        made_ms,
        seen_ms: made_ms,
        ends_ms: made_ms + 100,
        body: "{}".into(),
    }
}

#[test]
fn people_have_a_login_of_their_own_and_are_written_in_turn() {
    on_every_store(|store| {
        let before = store.head().unwrap();
        assert!(store.add_person(&person(2, "li")).unwrap());
        assert!(store.add_person(&person(1, "an")).unwrap());
        assert!(!store.add_person(&person(3, "li")).unwrap());
        assert_eq!(store.people().unwrap(), [person(1, "an"), person(2, "li")]);
        let newer = PersonRow { body: "{}".into(), ..person(2, "li") };
        assert!(store.replace_person(&newer).unwrap());
        assert!(!store.replace_person(&newer).unwrap(), "another writing came between");
        let twice = PersonRow { tick: 1, login: "an".into(), ..newer.clone() };
        assert!(!store.replace_person(&twice).unwrap(), "the login is taken");
        assert_eq!(store.people().unwrap()[1], PersonRow { tick: 1, ..newer });
        assert_eq!(store.head().unwrap(), before, "no part of the log");
    });
}

#[test]
fn keys_are_found_by_their_hash_until_they_are_taken_away() {
    on_every_store(|store| {
        for row in [key(1, 1, 10), key(2, 2, 20), key(3, 1, 30)] {
            store.add_key(&row).unwrap();
        }
        assert_eq!(store.key(Digest([2; 32])).unwrap(), Some(key(2, 2, 20)));
        assert_eq!(store.key(Digest([9; 32])).unwrap(), None);
        assert_eq!(store.keys(Some(id(1))).unwrap(), [key(3, 1, 30), key(1, 1, 10)]);
        store.see_key(Digest([1; 32]), 55).unwrap();
        store.see_key(Digest([1; 32]), 44).unwrap();
        assert_eq!(store.key(Digest([1; 32])).unwrap().unwrap().seen_ms, 55);
        store.forget_keys(115).unwrap();
        assert_eq!(store.keys(None).unwrap(), [key(3, 1, 30), key(2, 2, 20)]);
        assert!(store.remove_key(Digest([3; 32])).unwrap());
        assert!(!store.remove_key(Digest([3; 32])).unwrap());
    });
}

#[test]
fn accesses_are_listed_by_person_and_time_and_forgotten_by_time() {
    on_every_store(|store| {
        let access = |at_ms, person: Option<u64>| AccessRow {
            at_ms,
            person: person.map(id),
            body: format!("{at_ms}"),
        };
        let rows = [access(10, Some(1)), access(20, None), access(30, Some(2)), access(40, Some(1))];
        store.add_accesses(&rows).unwrap();
        let all = WhichAccesses { limit: 10, ..WhichAccesses::default() };
        let times = |which| store.accesses(which).unwrap().iter().map(|row| row.at_ms).collect::<Vec<_>>();
        assert_eq!(times(all), [40, 30, 20, 10]);
        assert_eq!(times(WhichAccesses { limit: 2, ..all }), [40, 30]);
        assert_eq!(times(WhichAccesses { person: Some(id(1)), ..all }), [40, 10]);
        assert_eq!(times(WhichAccesses { from_ms: Some(20), before_ms: Some(40), ..all }), [30, 20]);
        assert_eq!(store.forget_accesses(25).unwrap(), 2);
        assert_eq!(times(all), [40, 30]);
    });
}

#[test]
fn an_older_register_gets_its_tables_when_it_is_opened_for_writing() {
    let (folder, store) = geopackage();
    let path = store.path().to_owned();
    drop(store);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE boundstone_person; DROP TABLE boundstone_key; DROP TABLE boundstone_access;
             DELETE FROM gpkg_extensions WHERE extension_name = 'boundstone_people'",
        )
        .unwrap();
    drop(connection);
    let reader = GeoPackageStore::open_read_only(&path).unwrap();
    assert_eq!((reader.people().unwrap(), reader.keys(None).unwrap()), (vec![], vec![]));
    assert!(reader.key(Digest([1; 32])).unwrap().is_none());
    assert!(reader.accesses(WhichAccesses { limit: 9, ..WhichAccesses::default() }).unwrap().is_empty());
    drop(reader);
    let store = GeoPackageStore::open(&path).unwrap();
    assert!(store.add_person(&person(1, "an")).unwrap());
    drop((store, folder));
}

//! Jobs and settings: the same on every store, and never part of the log.

use boundstone::model::{RecordId, Revision};
use boundstone::store::{JobRow, JobState, JobStore as _, MemoryStore, SettingStore as _, Store, StoreError};

use super::*;

fn on_every_store(check: impl Fn(&dyn Store)) {
    check(&MemoryStore::new(info()));
    let (_folder, store) = geopackage();
    check(&store);
}

fn job(n: u64, asked: &str) -> JobRow {
    JobRow {
        id: id(n),
        kind: "import_preview".into(),
        state: JobState::Queued,
        asked: asked.into(),
        owner: None,
        lease_ms: 0,
        tick: 0,
        body: format!("{{\"n\":{n},\"文\":\"字\"}}"),
    }
}

fn ids(rows: &[JobRow]) -> Vec<RecordId> {
    rows.iter().map(|row| row.id).collect()
}

#[test]
fn jobs_are_added_found_and_taken_away() {
    on_every_store(|store| {
        assert_eq!(store.jobs(None, 10).unwrap(), []);
        assert_eq!(store.job(id(1)).unwrap(), None);
        for n in [2, 1, 3] {
            assert_eq!(store.add_job(&job(n, &format!("q{n}"))).unwrap(), None);
        }
        assert_eq!(store.job(id(2)).unwrap(), Some(job(2, "q2")));
        assert_eq!(ids(&store.jobs(None, 10).unwrap()), [id(3), id(2), id(1)], "newest first");
        assert_eq!(ids(&store.jobs(None, 2).unwrap()), [id(3), id(2)]);
        assert_eq!(store.jobs(Some(JobState::Running), 10).unwrap(), []);
        assert!(store.remove_job(id(2)).unwrap() && !store.remove_job(id(2)).unwrap());
        assert_eq!(ids(&store.jobs(Some(JobState::Queued), 10).unwrap()), [id(3), id(1)]);
        assert_eq!(store.head().unwrap().revision, Revision(0), "no part of the log");
    });
}

#[test]
fn equal_requests_that_have_not_ended_are_one() {
    on_every_store(|store| {
        store.add_job(&job(1, "same")).unwrap();
        assert_eq!(store.add_job(&job(2, "same")).unwrap(), Some(id(1)));
        let running = JobRow { state: JobState::Running, ..job(1, "same") };
        assert!(store.replace_job(&running).unwrap());
        assert_eq!(store.add_job(&job(2, "same")).unwrap(), Some(id(1)));
        assert!(store.replace_job(&JobRow { state: JobState::Done, tick: 1, ..running }).unwrap());
        assert_eq!(store.add_job(&job(2, "same")).unwrap(), None, "the first has ended");
        assert_eq!(store.jobs(None, 10).unwrap().len(), 2);
    });
}

#[test]
fn of_two_writings_on_the_same_state_one_counts() {
    on_every_store(|store| {
        store.add_job(&job(1, "q")).unwrap();
        let claim = |owner: &str| JobRow {
            state: JobState::Running,
            owner: Some(owner.into()),
            lease_ms: 1_800_000_000_000,
            ..job(1, "q")
        };
        assert!(store.replace_job(&claim("甲")).unwrap());
        assert!(!store.replace_job(&claim("乙")).unwrap());
        let now = store.job(id(1)).unwrap().unwrap();
        assert_eq!((now.owner.as_deref(), now.tick, now.lease_ms), (Some("甲"), 1, 1_800_000_000_000));
        assert!(!store.replace_job(&job(9, "none")).unwrap());
        // Many at once: exactly one gets it.
        let wins = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    if store.replace_job(&now).unwrap() {
                        wins.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(wins.into_inner(), 1);
    });
}

#[test]
fn settings_are_kept_by_topic_and_name() {
    on_every_store(|store| {
        assert_eq!(store.settings("甲").unwrap(), []);
        assert!(!store.set_setting("甲", "二", Some("2")).unwrap());
        assert!(!store.set_setting("甲", "一", Some("1")).unwrap());
        assert!(store.set_setting("甲", "一", Some("新")).unwrap());
        store.set_setting("乙", "一", Some("x")).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(store.settings("甲").unwrap(), [pair("一", "新"), pair("二", "2")]);
        assert!(
            store.set_setting("甲", "二", None).unwrap() && !store.set_setting("甲", "二", None).unwrap()
        );
        assert_eq!(store.settings("甲").unwrap(), [pair("一", "新")]);
    });
}

#[test]
fn a_register_from_before_there_were_jobs_gets_the_tables_when_opened_for_writing() {
    let (_folder, store) = geopackage();
    let path = store.path().to_owned();
    drop(store);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TABLE boundstone_job; DROP TABLE boundstone_setting; DELETE FROM gpkg_extensions WHERE extension_name = 'boundstone_work'")
        .unwrap();
    let reader = GeoPackageStore::open_read_only(&path).unwrap();
    assert_eq!((reader.jobs(None, 9).unwrap(), reader.settings("甲").unwrap()), (vec![], vec![]));
    assert!(matches!(reader.add_job(&job(1, "q")), Err(StoreError::ReadOnly)));
    drop(reader);
    let store = GeoPackageStore::open(&path).unwrap();
    assert_eq!(store.add_job(&job(1, "q")).unwrap(), None);
    drop(store);
    let again = GeoPackageStore::open(&path).unwrap();
    assert_eq!(ids(&again.jobs(None, 9).unwrap()), [id(1)], "kept beyond the program");
}

//! History, older revisions, undo and verify, on every store.

use std::convert::Infallible;

use boundstone::model::{Change, Finding, Layer, Revision, SetKind};
use boundstone::register::{CommitError, Head, Register, RevisionError, UndoRefusal};
use boundstone::snapshot::Snapshot;
use boundstone::store::MemoryStore;
use proptest::prelude::*;

use super::*;

fn on_every_store(check: impl Fn(&Register)) {
    check(&Register::open(Box::new(MemoryStore::new(info()))).unwrap());
    let (_folder, store) = geopackage();
    check(&Register::open(Box::new(store)).unwrap());
}

fn commit(register: &Register, reason: &str, changes: Vec<Change>) -> Head {
    register.commit(header(reason), |_| Ok::<_, Infallible>(changes.clone())).unwrap()
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot.layer(Layer::Place).iter().map(|r| r.label().unwrap_or_default().to_owned()).collect()
}

fn renamed(n: u64, from: &str, to: &str) -> Change {
    Change::update(place(n, from), place(n, to))
}

fn sound(register: &Register) -> bool {
    let report = register.verify(&mut |_, _, _| ()).unwrap();
    assert_eq!(report.revision, register.snapshot().revision());
    assert_eq!(report.findings.kept, []);
    report.findings.total() == 0
}

#[test]
fn a_record_tells_its_history() {
    on_every_store(|register| {
        commit(register, "新", vec![Change::insert(place(1, "甲")), Change::insert(place(2, "乙"))]);
        commit(register, "改", vec![renamed(1, "甲", "甲二")]);
        commit(register, "删", vec![Change::delete(place(1, "甲二"))]);
        let history = register.history(Layer::Place, id(1)).unwrap();
        let told: Vec<_> = history
            .iter()
            .map(|e| {
                let label =
                    |r: Option<&boundstone::model::Record>| r.and_then(|r| r.label().map(str::to_owned));
                (e.revision.0, e.header.reason.as_str(), label(e.change.before()), label(e.change.after()))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [(1, "新", None, some("甲")), (2, "改", some("甲"), some("甲二")), (3, "删", some("甲二"), None)]
        );
        assert!(register.history(Layer::Place, id(9)).unwrap().is_empty());
    });
}

#[test]
fn every_older_revision_can_be_seen_again() {
    on_every_store(|register| {
        commit(register, "一", vec![Change::insert(place(1, "甲")), Change::insert(place(2, "乙"))]);
        commit(register, "二", vec![renamed(1, "甲", "甲二"), Change::delete(place(2, "乙"))]);
        commit(register, "三", vec![Change::insert(place(2, "乙又")), Change::insert(place(3, "丙"))]);
        let expected: [&[&str]; 4] = [&[], &["甲", "乙"], &["甲二"], &["甲二", "乙又", "丙"]];
        for _ in 0..2 {
            for at in [2, 0, 3, 1] {
                let snapshot = register.at(Revision(at)).unwrap();
                assert_eq!(
                    (snapshot.revision(), names(&snapshot)),
                    (Revision(at), expected[at as usize].iter().map(|s| (*s).to_owned()).collect())
                );
            }
        }
        let Err(RevisionError::Unknown { wanted, newest }) = register.at(Revision(4)) else { panic!() };
        assert_eq!((wanted, newest), (Revision(4), Revision(3)));
    });
}

#[test]
fn an_undo_takes_back_and_can_be_taken_back() {
    on_every_store(|register| {
        commit(register, "新", vec![Change::insert(place(1, "甲")), Change::insert(place(2, "乙"))]);
        commit(register, "改", vec![renamed(1, "甲", "甲二"), Change::delete(place(2, "乙"))]);
        register.undo(Revision(2), header("撤")).unwrap();
        assert_eq!(names(&register.snapshot()), ["甲", "乙"]);
        let items = register.log_items(Revision(0), Revision(9)).unwrap();
        assert_eq!(items.iter().map(|i| i.undone_by).collect::<Vec<_>>(), [None, Some(Revision(3)), None]);
        assert_eq!(
            (items[2].entry.header.kind, items[2].entry.header.undoes),
            (SetKind::Undo, Some(Revision(2)))
        );

        register.undo(Revision(3), header("撤回撤销")).unwrap();
        assert_eq!(names(&register.snapshot()), ["甲二"]);
        let items = register.log_items(Revision(1), Revision(3)).unwrap();
        assert_eq!(items.iter().map(|i| i.undone_by).collect::<Vec<_>>(), [None, Some(Revision(4))]);

        // Undone and redone, the second may be undone again; then the first, whose records stand as it left them.
        register.undo(Revision(2), header("再撤")).unwrap();
        register.undo(Revision(1), header("全撤")).unwrap();
        assert_eq!(names(&register.snapshot()), [""; 0]);
        assert!(sound(register));
    });
}

#[test]
fn an_undo_is_refused_with_its_reason() {
    on_every_store(|register| {
        commit(register, "新", vec![Change::insert(place(1, "甲")), Change::insert(place(2, "乙"))]);
        commit(register, "旁", vec![Change::insert(place(3, "丙"))]);
        commit(register, "改", vec![renamed(2, "乙", "翠湖")]);
        let refusal = |revision: u64| match register.undo(Revision(revision), header("撤")) {
            Err(CommitError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
        let refused = refusal(1);
        assert!(
            matches!(&refused, UndoRefusal::ChangedLater { later: Revision(3), layer: Layer::Place, id: which, label }
                if *which == id(2) && label == "翠湖"),
            "{refused:?}"
        );
        assert!(refused.sentence().zh.contains("翠湖"), "{:?}", refused.sentence());
        for unknown in [0, 4, u64::MAX] {
            assert!(matches!(refusal(unknown), UndoRefusal::Unknown { newest: Revision(3), .. }));
        }
        assert!(register.can_undo(Revision(2)).is_ok());
        register.undo(Revision(3), header("撤")).unwrap();
        assert!(matches!(refusal(3), UndoRefusal::AlreadyUndone { by: Revision(4), .. }));
        // The later change is gone, so the first may go.
        register.undo(Revision(1), header("撤")).unwrap();
        assert_eq!(names(&register.snapshot()), ["丙"]);
    });
}

#[test]
fn a_new_version_of_the_same_fact_stands_in_the_way_of_an_undo() {
    on_every_store(|register| {
        commit(register, "新", vec![Change::insert(place(1, "甲"))]);
        let mut next = place(1, "明年的甲");
        next.version = 2;
        commit(register, "明年", vec![Change::insert(next)]);
        let refused = register.undo(Revision(1), header("撤"));
        assert!(matches!(
            refused,
            Err(CommitError::Refused(UndoRefusal::ChangedLater { later: Revision(2), .. }))
        ));
    });
}

#[test]
fn a_request_sent_again_returns_the_first_result() {
    on_every_store(|register| {
        let mut header = header("新");
        header.idempotency_key = Some("k".into());
        let insert = || Ok::<_, Infallible>(vec![Change::insert(place(1, "甲"))]);
        let first = register.commit(header.clone(), |_| insert()).unwrap();
        commit(register, "旁", vec![Change::insert(place(3, "丙"))]);
        assert_eq!(register.commit(header, |_| insert()).unwrap(), first);
        assert_eq!(register.snapshot().revision(), Revision(2));
    });
}

#[test]
fn a_commit_that_does_not_fit_its_snapshot_writes_nothing() {
    on_every_store(|register| {
        commit(register, "新", vec![Change::insert(place(1, "甲"))]);
        for misfit in [Change::insert(place(1, "又")), Change::delete(place(5, "无"))] {
            let refused = register.commit(header("坏"), |_| Ok::<_, Infallible>(vec![misfit.clone()]));
            assert!(matches!(refused, Err(CommitError::Apply(_))));
        }
        let nothing = register.commit(header("空"), |_| Ok::<_, Infallible>(Vec::new()));
        assert!(matches!(nothing, Err(CommitError::Nothing)));
        assert_eq!(register.head().unwrap().revision, Revision(1));
    });
}

#[test]
fn a_large_import_is_seen_when_it_is_asked_for() {
    let (_folder, store) = geopackage();
    let reader = Register::open(Box::new(GeoPackageStore::open(store.path()).unwrap())).unwrap();
    let register = Register::open(Box::new(store)).unwrap();
    let heard = register.subscribe();
    let many: Vec<_> = (0..50_001).map(|n| Change::insert(place(n, "点"))).collect();
    commit(&register, "导入", many);
    assert_eq!(heard.try_recv().unwrap().revision, Revision(1));
    assert_eq!(register.snapshot().revision(), Revision(1));
    assert_eq!(register.snapshot().layer(Layer::Place).len(), 50_001);
    commit(&register, "改", vec![renamed(7, "点", "七")]);
    assert_eq!(reader.snapshot().revision(), Revision(0));
    assert_eq!(reader.follow().unwrap(), Revision(2));
    assert_eq!(
        reader.snapshot().layer(Layer::Place).version(place(7, "").key()).unwrap().label(),
        Some("七")
    );
    register.undo(Revision(2), header("撤")).unwrap();
    register.undo(Revision(1), header("撤导入")).unwrap();
    assert!(register.snapshot().layer(Layer::Place).is_empty());
    assert_eq!(register.at(Revision(1)).unwrap().layer(Layer::Place).len(), 50_001);
    assert!(sound(&register));
}

/// The file through a connection of somebody who took all its triggers away.
fn unguarded(path: &std::path::Path) -> rusqlite::Connection {
    let file = rusqlite::Connection::open(path).unwrap();
    for trigger in ["change_kept", "change_fixed", "change_set_kept", "change_set_fixed"] {
        file.execute_batch(&format!("DROP TRIGGER boundstone_{trigger}")).unwrap();
    }
    for trigger in ["insert", "update1", "update2", "update3", "update4", "delete"] {
        file.execute_batch(&format!("DROP TRIGGER rtree_place_geom_{trigger}")).unwrap();
    }
    file
}

/// The findings of a register whose file was changed behind its back.
fn after_tampering(sql: &str) -> Vec<Finding> {
    let (_folder, store) = geopackage();
    let path = store.path().to_owned();
    let register = Register::open(Box::new(store)).unwrap();
    commit(&register, "一", (1..=5).map(|n| Change::insert(place(n, "点"))).collect());
    commit(&register, "二", vec![renamed(2, "点", "乙"), Change::delete(place(5, "点"))]);
    commit(&register, "三", vec![renamed(3, "点", "丙")]);
    assert!(sound(&register));
    drop(register);
    let file = unguarded(&path);
    file.execute_batch(sql).unwrap();
    drop(file);
    let register = Register::open(Box::new(GeoPackageStore::open(&path).unwrap())).unwrap();
    let report = register.verify(&mut |_, _, _| ()).unwrap();
    let mut found = report.findings.kept;
    assert_eq!(found.iter().filter(|f| f.rule == "verify.guard").count(), 4);
    found.retain(|f| f.rule != "verify.guard");
    found
}

#[test]
fn verify_names_the_row_that_was_tampered_with() {
    let second = id(2).to_string();
    let cases: [(&str, &str, &str); 11] = [
        ("UPDATE place SET name = '假' WHERE fid = 2", "verify.row.changed", &second),
        ("DELETE FROM place WHERE fid = 2", "verify.row.missing", &second),
        (
            "INSERT INTO place (id, version) VALUES ('01HF7YAT00000000000000009Z', 1)",
            "verify.row.extra",
            "01HF7YAT00000000000000009Z",
        ),
        (
            "UPDATE boundstone_change SET after = replace(after, '乙', '假') WHERE seq = 2 AND n = 1",
            "verify.log.hash",
            "revision 2",
        ),
        (
            "UPDATE boundstone_change SET after = replace(after, '乙', '假') WHERE seq = 2 AND n = 1",
            "verify.row.changed",
            &second,
        ),
        ("DELETE FROM boundstone_change WHERE seq = 1 AND n = 2", "verify.log.row", "revision 1, change 3"),
        (
            "UPDATE boundstone_change SET place = 9 WHERE seq = 1 AND n = 1; \
             UPDATE boundstone_change SET place = (1 << 32) + 1 WHERE seq = 1 AND n = 2; \
             UPDATE boundstone_change SET place = (1 << 32) + 2 WHERE place = 9",
            "verify.log.hash",
            "revision 1",
        ),
        (
            "UPDATE boundstone_change_set SET header = replace(header, '王工', '李工') WHERE seq = 2",
            "verify.log.hash",
            "revision 2",
        ),
        ("DELETE FROM boundstone_change_set WHERE seq = 2", "verify.log.missing", "revision 3"),
        (
            "UPDATE boundstone_change_set SET prev_hash = zeroblob(32) WHERE seq = 3",
            "verify.log.chain",
            "revision 3",
        ),
        ("DELETE FROM rtree_place_geom WHERE id = 2", "verify.index", "fid 2"),
    ];
    for (sql, rule, place) in cases {
        let found = after_tampering(sql);
        let named =
            |f: &Finding| f.rule == rule && f.spot.record.as_deref().unwrap_or_default().contains(place);
        assert!(found.iter().any(named), "{sql}\nwanted {rule} at {place}, found {found:#?}");
    }
}

#[test]
fn verify_goes_on_where_a_row_cannot_be_read() {
    let (_folder, store) = geopackage();
    let path = store.path().to_owned();
    let register = Register::open(Box::new(store)).unwrap();
    commit(&register, "一", (1..=3).map(|n| Change::insert(place(n, "点"))).collect());
    unguarded(&path).execute("UPDATE place SET valid_from = '去年' WHERE fid = 2", []).unwrap();
    let report = register.verify(&mut |_, _, _| ()).unwrap();
    let rules: Vec<_> = report.findings.kept.iter().map(|f| f.rule.as_str()).collect();
    assert!(rules.contains(&"verify.row.unreadable") && rules.contains(&"verify.unreadable"), "{rules:?}");
}

/// One random step of a register's life.
#[derive(Clone, Debug)]
enum Step {
    Set(u64, u8),
    Delete(u64),
    Undo(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6u64, any::<u8>()).prop_map(|(n, name)| Step::Set(n, name)),
        1 => (0..6u64).prop_map(Step::Delete),
        2 => (1..25u64).prop_map(Step::Undo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_log_tables_and_snapshots_agree(steps in prop::collection::vec(step(), 1..25)) {
        let (_folder, store) = geopackage();
        let register = Register::open(Box::new(store)).unwrap();
        // The naive twin: every revision's rows, kept whole.
        let mut seen = vec![Vec::new()];
        let state = |register: &Register| {
            let snapshot = register.snapshot();
            snapshot.layer(Layer::Place).iter().map(|r| bytes(r)).collect::<Vec<_>>()
        };
        for step in steps {
            let now = register.snapshot();
            let old = |n: u64| now.layer(Layer::Place).version(place(n, "").key()).map(|r| (**r).clone());
            let done = match step {
                Step::Set(n, name) => {
                    let new = place(n, &name.to_string());
                    let change = old(n).map_or(Change::insert(new.clone()), |old| Change::update(old, new));
                    register.commit(header("改"), |_| Ok::<_, Infallible>(vec![change.clone()])).is_ok()
                }
                Step::Delete(n) => match old(n) {
                    Some(old) => register.commit(header("删"), |_| Ok::<_, Infallible>(vec![Change::delete(old.clone())])).is_ok(),
                    None => false,
                },
                Step::Undo(revision) => match register.undo(Revision(revision), header("撤")) {
                    Ok(_) => true,
                    Err(CommitError::Refused(UndoRefusal::Differs { .. })) => panic!("the log and the tables differ"),
                    Err(_) => false,
                },
            };
            if done {
                seen.push(state(&register));
            }
            prop_assert_eq!(register.snapshot().revision().0 + 1, seen.len() as u64);
        }
        for (revision, rows) in seen.iter().enumerate() {
            let snapshot = register.at(Revision(revision as u64)).unwrap();
            prop_assert_eq!(&snapshot.layer(Layer::Place).iter().map(|r| bytes(r)).collect::<Vec<_>>(), rows);
        }
        prop_assert!(sound(&register));
    }
}

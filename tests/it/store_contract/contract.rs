//! The suite: each check runs on every store.

use std::ops::ControlFlow;

use boundstone::model::{Change, Digest, Layer, LayerCount, Revision};
use boundstone::store::{Head, MemoryStore, Span, Store, StoreError, Which};

use super::*;

fn on_every_store(check: impl Fn(&dyn Store)) {
    check(&MemoryStore::new(info()));
    let (_folder, store) = geopackage();
    check(&store);
}

fn headers(store: &dyn Store, span: Span) -> Vec<boundstone::model::LogHeader> {
    let mut found = Vec::new();
    store
        .headers(span, &mut |entry| {
            found.push(entry);
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

fn changes(store: &dyn Store, which: Which) -> Vec<(u64, Change)> {
    let mut found = Vec::new();
    store
        .changes(which, &mut |revision, change| {
            found.push((revision.0, change));
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

/// Insert, update, delete over three change sets.
fn three_sets(store: &dyn Store) -> [Head; 3] {
    let (a, b, c) = (place(1, "甲"), place(2, "乙"), place(3, "丙"));
    let first = set("一", [&a, &b, &c].map(|r| Change::insert(r.clone())).into());
    let mut renamed = place(1, "甲街");
    renamed.geometry = None;
    let second = set("二", vec![Change::update(a, renamed), Change::delete(b)]);
    let third = set("三", vec![Change::insert(place(2, "乙又"))]);
    let mut head = Head::default();
    [first, second, third].map(|set| {
        let next = store.append(head.revision, &set).unwrap();
        assert_eq!(next, Head { revision: Revision(head.revision.0 + 1), hash: set.hash_after(head.hash) });
        head = next;
        next
    })
}

#[test]
fn an_empty_register_is_at_revision_zero() {
    on_every_store(|store| {
        assert_eq!(store.info().unwrap(), info());
        assert_eq!(store.head().unwrap(), Head { revision: Revision(0), hash: Digest::default() });
        assert!(rows(store).is_empty());
        assert!(headers(store, Span::after(Revision(0))).is_empty());
        assert!(changes(store, Which::Span(Span::after(Revision(0)))).is_empty());
    });
}

#[test]
fn what_is_appended_is_in_tables_and_log() {
    on_every_store(|store| {
        let heads = three_sets(store);
        assert_eq!(store.head().unwrap(), heads[2]);
        let now: Vec<_> =
            rows(store).iter().map(|r| (r.id, r.label().map(str::to_owned), r.geometry.is_some())).collect();
        let expected = [(1, "甲街", false), (2, "乙又", true), (3, "丙", true)];
        assert_eq!(now, expected.map(|(n, label, drawn)| (id(n), Some(label.to_owned()), drawn)));

        let log = headers(store, Span::after(Revision(0)));
        assert_eq!(
            log.iter().map(|e| (e.revision, e.hash)).collect::<Vec<_>>(),
            heads.map(|h| (h.revision, h.hash))
        );
        assert_eq!(log[1].previous, heads[0].hash);
        assert_eq!(log[1].header, header("二"));
        assert_eq!(log[1].counts, [LayerCount { layer: Layer::Place, inserted: 0, updated: 1, deleted: 1 }]);
        assert_eq!(headers(store, Span::only(Revision(2))), log[1..2]);
        assert_eq!(headers(store, Span { after: Revision(1), up_to: Revision(9) }), log[1..]);
    });
}

#[test]
fn the_log_gives_back_each_change_in_order_and_by_record() {
    on_every_store(|store| {
        three_sets(store);
        let all = changes(store, Which::Span(Span::after(Revision(0))));
        assert_eq!(all.iter().map(|(revision, _)| *revision).collect::<Vec<_>>(), [1, 1, 1, 2, 2, 3]);
        assert_eq!(all[3].1.before(), Some(&place(1, "甲")));
        assert_eq!(changes(store, Which::Span(Span::only(Revision(2)))), all[3..5]);
        let of_second = changes(store, Which::Record(Layer::Place, id(2)));
        assert_eq!(of_second, [all[1].clone(), all[4].clone(), all[5].clone()]);
        assert!(changes(store, Which::Record(Layer::Name, id(2))).is_empty());
        let mut seen = 0;
        store
            .changes(Which::Span(Span::after(Revision(0))), &mut |_, _| {
                seen += 1;
                if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert_eq!(seen, 2);
    });
}

#[test]
fn a_decision_on_an_old_revision_is_refused() {
    on_every_store(|store| {
        let heads = three_sets(store);
        let late = set("迟", vec![Change::insert(place(9, "九"))]);
        for expected in [Revision(0), Revision(2), Revision(4)] {
            let refused = store.append(expected, &late);
            assert!(
                matches!(refused, Err(StoreError::Conflict { expected: e, found: Revision(3) }) if e == expected),
                "{refused:?}"
            );
        }
        assert_eq!(store.head().unwrap(), heads[2]);
        assert_eq!(rows(store).len(), 3);
    });
}

#[test]
fn a_request_is_carried_out_once() {
    on_every_store(|store| {
        let mut first = set("一", vec![Change::insert(place(1, "甲"))]);
        first.header.idempotency_key = Some("键-1".into());
        store.append(Revision(0), &first).unwrap();
        let mut again = set("又", vec![Change::insert(place(2, "乙"))]);
        again.header.idempotency_key = Some("键-1".into());
        for expected in [Revision(0), Revision(1)] {
            assert!(matches!(store.append(expected, &again), Err(StoreError::Repeated(Revision(1)))));
        }
        assert_eq!(store.find_request("键-1").unwrap(), Some(Revision(1)));
        assert_eq!(store.find_request("键-2").unwrap(), None);
        assert_eq!(rows(store).len(), 1);
    });
}

#[test]
fn a_change_that_does_not_fit_leaves_nothing_behind() {
    on_every_store(|store| {
        let heads = three_sets(store);
        let before = rows(store);
        for misfit in [
            Change::insert(place(1, "已有")),
            Change::update(place(7, "没有"), place(7, "还没有")),
            Change::delete(place(7, "没有")),
        ] {
            let changes = vec![Change::insert(place(20, "好")), misfit, Change::insert(place(21, "好"))];
            let refused = store.append(heads[2].revision, &set("坏", changes));
            assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{refused:?}");
            assert_eq!(rows(store), before);
            assert_eq!(store.head().unwrap(), heads[2]);
        }
        // And the store still works.
        store.append(heads[2].revision, &set("好", vec![Change::insert(place(20, "好"))])).unwrap();
    });
}

#[test]
fn several_lawful_versions_of_a_fact_stand_side_by_side() {
    on_every_store(|store| {
        let mut next = place(1, "明年的名");
        next.version = 2;
        store
            .append(
                Revision(0),
                &set("两版", vec![Change::insert(place(1, "今年的名")), Change::insert(next)]),
            )
            .unwrap();
        assert_eq!(rows(store).iter().map(|r| r.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(changes(store, Which::Record(Layer::Place, id(1))).len(), 2);
    });
}

#[test]
fn a_large_set_arrives_as_a_small_one_does() {
    // Beyond the sizes at which a store writes indexes in one go or encodes on a second thread.
    const MANY: u64 = 9_000;
    on_every_store(|store| {
        let many = (0..MANY).map(|n| Change::insert(place(n, "点"))).collect();
        let head = store.append(Revision(0), &set("多", many)).unwrap();
        assert_eq!(rows(store).len() as u64, MANY);
        let mixed: Vec<_> = (0..MANY)
            .map(|n| match n % 3 {
                0 => Change::delete(place(n, "点")),
                1 => {
                    let mut moved = place(n, "挪");
                    moved.geometry =
                        (n % 2 == 0).then(|| std::sync::Arc::new(geo_types::Point::new(100.0, 20.0).into()));
                    Change::update(place(n, "点"), moved)
                }
                _ => Change::insert(place(MANY + n, "新")),
            })
            .collect();
        let second = set("改", mixed);
        let next = store.append(head.revision, &second).unwrap();
        assert_eq!(next.hash, second.hash_after(head.hash));
        assert_eq!(rows(store).len() as u64, MANY);
        assert_eq!(changes(store, Which::Span(Span::only(Revision(2)))).len() as u64, MANY);
        let mut found = Vec::new();
        store.check(&mut |finding| found.push(finding), &mut |_, _| ()).unwrap();
        assert!(found.is_empty(), "{found:?}");
    });
}

#[test]
fn a_store_serves_several_threads() {
    on_every_store(|store| {
        std::thread::scope(|scope| {
            for writer in 0..2u64 {
                scope.spawn(move || {
                    for n in 0..20 {
                        let one = set("并发", vec![Change::insert(place(100 * writer + n, "点"))]);
                        while let Err(error) = store.append(store.head().unwrap().revision, &one) {
                            assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
                        }
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut last = 0;
                    while last < 40 {
                        let mut seen = 0;
                        let head = store.load(&mut |_| seen += 1).unwrap();
                        assert_eq!(head.revision.0, seen, "a row per revision, in one view");
                        assert!(seen >= last);
                        last = seen;
                    }
                });
            }
        });
        assert_eq!(headers(store, Span::after(Revision(0))).len(), 40);
    });
}

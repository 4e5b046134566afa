//! The cache: an edit drops the tiles it touched and no others.

use std::sync::Arc;

use boundstone::model::layers::DivisionLevel;
use boundstone::model::{Change, IdSource, Layer, Record, Revision, geometry};
use boundstone::snapshot::Snapshot;
use boundstone::tiles::{Selection, TileCoord, TileRequest, TileService};
use geo_types::{Coord, Geometry, Rect};
use proptest::prelude::*;

use super::wiggly::{self, Plan};
use super::{all, snapshot};

const PLAN: Plan = Plan { seed: 11, columns: 5, rows: 5, cell: 0.1, points: 60, wiggle: 0.01 };

/// All tiles of some zooms over the coverage.
fn tiles() -> Vec<TileRequest> {
    let mut requests = Vec::new();
    for z in [7, 9, 11] {
        let a = TileCoord::at(Coord { x: wiggly::WEST - 0.05, y: wiggly::SOUTH + 0.55 }, z);
        let b = TileCoord::at(Coord { x: wiggly::WEST + 0.55, y: wiggly::SOUTH - 0.05 }, z);
        for x in a.x()..=b.x() {
            requests.extend((a.y()..=b.y()).map(|y| all(TileCoord::new(z, x, y).unwrap())));
        }
    }
    requests
}

/// Moves the vertices of all divisions within a box, as moving a shared border does.
fn shift(snapshot: &Snapshot, within: Rect, by: f64) -> Vec<Change> {
    let inside = |c: Coord| {
        c.x > within.min().x && c.x < within.max().x && c.y > within.min().y && c.y < within.max().y
    };
    let mut changes = Vec::new();
    for record in snapshot.layer(Layer::Division).iter() {
        let Some(Geometry::MultiPolygon(mut polygons)) = record.geometry.as_deref().cloned() else {
            continue;
        };
        let mut moved = false;
        for polygon in &mut polygons.0 {
            let mut go = |line: &mut geo_types::LineString| {
                for c in line.0.iter_mut().filter(|c| inside(**c)) {
                    *c = geometry::round(Coord { x: c.x + by, y: c.y + by / 2.0 });
                    moved = true;
                }
            };
            polygon.exterior_mut(&mut go);
            polygon.interiors_mut(|rings| rings.iter_mut().for_each(&mut go));
        }
        if moved {
            let after = Record { geometry: Some(Arc::new(polygons.into())), ..Record::clone(record) };
            changes.push(Change::update(Record::clone(record), after));
        }
    }
    changes
}

/// The next snapshot, and the note of it that a server would pass on.
fn commit(service: &TileService, before: &Snapshot, changes: &[Change]) -> Snapshot {
    let revision = Revision(before.revision().0 + 1);
    let after = before.apply(revision, changes).unwrap();
    let boxes = changes.iter().flat_map(|change| [change.before(), change.after()]).flatten();
    let extent = boxes.filter_map(|record| geometry::bounds(record.geometry.as_deref()?)).reduce(|a, b| {
        Rect::new(
            Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    });
    let layers: Vec<Layer> = changes.iter().map(Change::layer).collect();
    service.invalidate(&after, revision, &layers, extent);
    after
}

/// A service that never saw anything else gives the same tiles.
fn check_against_fresh(service: &TileService, snapshot: &Snapshot) {
    let fresh = TileService::new(1 << 24);
    for request in tiles() {
        let (got, want) = (service.tile(snapshot, &request), fresh.tile(snapshot, &request));
        assert_eq!(got.etag(), want.etag(), "{request:?}");
        assert_eq!(got.gzip(), want.gzip());
    }
}

#[test]
fn an_edit_drops_the_tiles_it_touched_and_no_others() {
    let before = snapshot(wiggly::draw(&PLAN).into_iter().filter(|r| r.code.as_deref() != Some("990101")));
    let service = TileService::new(1 << 24);
    let tags: Vec<_> =
        tiles().iter().map(|request| service.tile(&before, request).etag().to_owned()).collect();
    assert_eq!(service.counts().made as usize, tags.len());
    // Two counties of the last row get another border; prefectures of one row change with them.
    let within = Rect::new(
        Coord { x: wiggly::WEST + 0.29, y: wiggly::SOUTH + 0.42 },
        Coord { x: wiggly::WEST + 0.31, y: wiggly::SOUTH + 0.48 },
    );
    let changes: Vec<_> = shift(&before, within, 0.004);
    assert_eq!(changes.len(), 2, "the two counties on both sides");
    let after = commit(&service, &before, &changes);
    let mut changed = 0;
    for (request, tag) in tiles().iter().zip(&tags) {
        changed += usize::from(service.tile(&after, request).etag() != tag);
    }
    let counts = service.counts();
    let made_again = counts.made as usize - tags.len();
    assert!(changed > 0 && changed <= made_again && made_again < tags.len() / 2, "{changed} {made_again}");
    assert_eq!(counts.kept as usize, tags.len() - made_again);
    check_against_fresh(&service, &after);
    // The revision before is still to be had, and another layer's edit touches no division tile.
    let old = service.tile(&before, &tiles()[0]);
    assert_eq!(old.etag(), tags[0]);
    let made = service.counts().made;
    let road = Change::insert({
        let fields = boundstone::model::Fields::default();
        let mut road = Record::new(Layer::Road, IdSource::new(5, 5).next_id(), fields);
        road.geometry = changes[0].after().unwrap().geometry.clone();
        road
    });
    let later = commit(&service, &after, &[road]);
    for request in tiles() {
        service.tile(&later, &TileRequest { selection: Selection::One(Layer::Division), ..request });
    }
    let divisions_alone = service.counts().made - made;
    for request in tiles() {
        service.tile(&later, &TileRequest { selection: Selection::One(Layer::Division), ..request });
    }
    assert_eq!(service.counts().made - made, divisions_alone);
    check_against_fresh(&service, &later);
}

#[test]
fn missed_and_repeated_notes_do_no_harm() {
    let first = snapshot(wiggly::draw(&PLAN));
    let service = TileService::new(1 << 24);
    let request = tiles()[0];
    service.tile(&first, &request);
    let gone = first.layer(Layer::Division).iter().nth(3).unwrap();
    let second = first.apply(Revision(2), &[Change::delete(Record::clone(gone))]).unwrap();
    // No note yet: what is served is right all the same.
    check_against_fresh(&service, &second);
    let third = second.apply(Revision(3), &[Change::insert(Record::clone(gone))]).unwrap();
    // The note of revision 2 never came.
    service.invalidate(&third, Revision(3), &[Layer::Division], None);
    service.invalidate(&third, Revision(3), &[Layer::Division], None);
    check_against_fresh(&service, &third);
    check_against_fresh(&service, &second);
    check_against_fresh(&service, &first);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn after_any_edits_tiles_are_those_of_a_fresh_service(
        edits in prop::collection::vec((0.0..0.5f64, 0.0..0.5f64, 0.001..0.08f64, -0.003..0.003f64, 0u8..8), 1..6),
    ) {
        let plan = Plan { columns: 6, rows: 4, points: 30, ..PLAN };
        let mut now = snapshot(wiggly::draw(&plan));
        let service = TileService::new(1 << 24);
        let mut ids = IdSource::new(9, 9);
        for (x, y, size, by, what) in edits {
            for request in tiles() {
                service.tile(&now, &request);
            }
            let from = Coord { x: wiggly::WEST + x, y: wiggly::SOUTH + y };
            let to = Coord { x: from.x + size, y: from.y + size };
            let rows: Vec<_> = now.layer(Layer::Division).iter().cloned().collect();
            let some = &rows[(x * 2.0 * rows.len() as f64) as usize % rows.len()];
            let changes = match what {
                0 => vec![Change::delete(Record::clone(some))],
                1 => {
                    let ring = vec![from, Coord { x: to.x, y: from.y }, to, Coord { x: from.x, y: to.y }];
                    vec![Change::insert(wiggly::division(&mut ids, DivisionLevel::Township, "530101001", (ring, vec![])))]
                }
                _ => shift(&now, Rect::new(from, to), by),
            };
            if !changes.is_empty() {
                now = commit(&service, &now, &changes);
            }
        }
        check_against_fresh(&service, &now);
    }
}

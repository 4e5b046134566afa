//! Borders of the register: `borders.arcs` (arcs of a level kept in step with an edit, against building them anew),
//! `borders.memory`, `borders.preview` (a dragged border as the map asks for it, against 100 ms).

use std::sync::Arc;
use std::time::Instant;

use boundstone::boundary::editing::{self, Action, Asked, Window};
use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{GeometryKind, IdSource, Layer, Record, Revision, Secrecy, geometry};
use boundstone::snapshot::{BorderArc, LevelArcs, Redrawn, Snapshot};
use geo_types::{Coord, Geometry, Rect};

use crate::report::{Better, Report, median};
use crate::snapshot::today;
use crate::topology_edits::counties;

const LEVEL: DivisionLevel = DivisionLevel::County;
/// Borders that are dragged.
const DRAGS: usize = 200;

/// Measures all that is wanted.
pub fn run(report: &mut Report) {
    if !["borders.arcs", "borders.memory", "borders.preview"].iter().any(|name| report.wants(name)) {
        return;
    }
    let Some(shapes) = counties() else {
        println!("skipped: ../shared is not here");
        return;
    };
    let snapshot = register(shapes);
    let rows: Vec<Arc<Record>> = snapshot.layer(Layer::Division).iter().cloned().collect();
    let build =
        || LevelArcs::of_areas(rows.iter().filter_map(|row| Some((row.id, row.geometry.as_deref()?))));
    let first = median(5, build).as_secs_f64() * 1e3;
    let arcs = snapshot.arcs(LEVEL, today());
    let note = format!("{} counties, {} arcs with {} vertices", rows.len(), arcs.len(), arcs.vertices());
    let megabytes = arcs.bytes() as f64 / 1e6;
    report.add("borders.memory", megabytes, "MB", Better::Lower, ("none", None), &note);
    let drags = drags(&arcs);
    let mut steps: Vec<f64> = drags.iter().filter_map(|drag| stepped(&snapshot, &arcs, *drag)).collect();
    let note = format!("95th of 100 edits of one vertex; {note}");
    report.add("borders.arcs", high(&mut steps), "ms", Better::Lower, ("built anew", Some(first)), &note);
    let mut previews: Vec<f64> = drags.iter().filter_map(|drag| previewed(&snapshot, *drag)).collect();
    let note = "95th of 100 drags, window of some 40 km; the peer is the limit of 100 ms";
    report.add("borders.preview", high(&mut previews), "ms", Better::Lower, ("promised", Some(100.0)), note);
}

fn register(shapes: Vec<Geometry>) -> Snapshot {
    let mut ids = IdSource::new(1, 1);
    let records = shapes.into_iter().enumerate().filter_map(|(at, shape)| {
        let code = format!("{:06}", 100_000 + at);
        let mut record = Record::of(ids.next_id(), Division::named(&code, LEVEL));
        record.code = Some(code.as_str().into());
        record.geometry = Some(Arc::new(geometry::settle(shape, GeometryKind::Area).ok()?));
        Some(record)
    });
    Snapshot::build(Revision(1), records.collect::<Vec<_>>())
}

/// Vertices on borders of two counties, each with where it goes: a metre or two.
fn drags(arcs: &LevelArcs) -> Vec<[Coord; 2]> {
    let inner: Vec<&Arc<BorderArc>> =
        arcs.iter().filter(|arc| arc.sides().len() == 2 && arc.points().len() > 20).collect();
    let drag = |k: usize| {
        let points = inner[k * 7919 % inner.len()].points();
        let at = points[k * 131 % (points.len() - 2) + 1];
        [at, geometry::round(Coord { x: at.x + 2e-5, y: at.y - 1e-5 })]
    };
    (0..DRAGS).map(drag).collect()
}

fn asked([at, to]: [Coord; 2]) -> Asked {
    Asked { day: today(), from: None, actions: vec![Action::Move { at, to }] }
}

/// Milliseconds in which the arcs follow a drag.
fn stepped(snapshot: &Snapshot, arcs: &LevelArcs, drag: [Coord; 2]) -> Option<f64> {
    let planned = editing::plan(snapshot, &asked(drag), &mut IdSource::new(2, 2)).ok()?;
    let changes = planned.changes.iter().filter(|change| change.layer() == Layer::Division);
    let redrawn: Vec<Redrawn<'_>> = changes
        .map(|change| {
            let before = change.before().and_then(|record| record.geometry.as_deref());
            let after = change.after().and_then(|record| record.geometry.as_deref());
            Redrawn::of(change.key().id, before, after)
        })
        .collect();
    let divisions = snapshot.layer(Layer::Division);
    let near = |window: Rect| divisions.window(window).into_iter().map(|record| record.id).collect();
    let start = Instant::now();
    std::hint::black_box(arcs.redrawn(&redrawn, &near));
    Some(start.elapsed().as_secs_f64() * 1e3)
}

/// Milliseconds in which the map gets the borders as a drag would leave them.
fn previewed(snapshot: &Snapshot, drag: [Coord; 2]) -> Option<f64> {
    let reach = Coord { x: 0.2, y: 0.15 };
    let bounds = Rect::new(drag[0] - reach, drag[0] + reach);
    let window = Window { level: LEVEL, bounds, show: Secrecy::Secret };
    let start = Instant::now();
    editing::arcs(snapshot, &asked(drag), &window).ok()?;
    Some(start.elapsed().as_secs_f64() * 1e3)
}

fn high(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() * 95 / 100]
}

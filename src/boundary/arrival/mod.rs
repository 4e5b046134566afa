//! Divisions that arrive from outside, by import: what their new borders do to neighbours that did not come along.
//!
//! A file brings whole polygons. Where one of them has a new border and its neighbour is not in the file, the two
//! no longer fit: that is told, as findings with place and area, or the neighbours are carried along, if that is
//! asked for. A surveyed line is never broken: the division that would break it stays as it was. Records of lines
//! along borders that changed are renewed with them.

mod carry;
mod lines;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, Rect};

use super::checks::{Ground, Noticed, Scene, Scope, run_some};
use crate::model::{
    Bilingual, Change, Date, Finding, Layer, Record, RecordId, Revision, Secrecy, Severity, Spot, Value,
    geometry,
};
use crate::rules::{Rules, RulesError};
use crate::snapshot::{ApplyError, Snapshot};
use crate::topology::{Kind, Locks};

/// How neighbours are carried along, if they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// the day on which divisions are looked at
    pub day: Date,
    /// neighbours follow borders that moved by up to so many metres; `None`: they stay
    pub carry_m: Option<f64>,
    /// nothing is told that speaks of records above this class
    pub show: Secrecy,
}

/// What becomes of changes that arrive.
#[derive(Debug, Default)]
pub struct Settled {
    /// places in the list of changes whose areas are left as they were, and why
    pub refused: Vec<(usize, Finding)>,
    /// further changes: neighbours carried along, and records of lines that follow their borders
    pub carried: Vec<Change>,
    /// what no longer fits then
    pub findings: Vec<Finding>,
}

/// Why arrivals are not looked at.
#[derive(Debug, thiserror::Error)]
pub enum ArrivalError {
    /// the changes do not fit the register
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// a rule has parameters that cannot be read
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// Rules whose findings say that borders do not fit.
const RULES: [&str; 3] = ["G01", "G02", "C04"];

/// Looks at changes before they are written. Those about anything but the areas of divisions are not touched.
///
/// # Errors
/// The changes do not fit the register, or a rule cannot be read.
pub fn settle(
    before: &Snapshot,
    changes: &[Change],
    arrival: Arrival,
    rules: &Rules,
) -> Result<Settled, ArrivalError> {
    let mut settled = Settled::default();
    if !changes.iter().any(moves) {
        return Ok(settled);
    }
    let locks = surveyed(before, changes, arrival.day);
    settled.refused =
        changes.iter().enumerate().filter_map(|(at, change)| Some((at, breaks(change, &locks)?))).collect();
    let refused: HashSet<usize> = settled.refused.iter().map(|(at, _)| *at).collect();
    let divisions = changes.iter().enumerate().filter(|(_, change)| change.layer() == Layer::Division);
    let mut kept: Vec<Change> = divisions
        .filter_map(
            |(at, change)| if refused.contains(&at) { without_area(change) } else { Some(change.clone()) },
        )
        .collect();
    let revision = Revision(before.revision().0 + 1);
    if let Some(metres) = arrival.carry_m {
        let after = before.apply(revision, &kept)?;
        let carried = carry::neighbours(before, &after, &kept, (arrival.day, metres), &locks);
        settled.findings.extend(carried.iter().map(told));
        carried.iter().for_each(|change| enter(&mut kept, change.clone()));
        settled.carried = carried;
    }
    let after = before.apply(revision, &kept)?;
    let (followed, told) = lines::follow((before, &after), &kept, arrival);
    settled.carried.extend(followed);
    settled.findings.extend(told);
    settled.findings.extend(seams([before, &after], &kept, arrival, rules)?);
    Ok(settled)
}

/// A change but for the area; none where nothing else changes.
pub fn without_area(change: &Change) -> Option<Change> {
    let (before, after) = (change.before()?, change.after()?);
    let after = Record { geometry: before.geometry.clone(), ..after.clone() };
    (after != *before).then(|| Change::update(before.clone(), after))
}

/// Takes a change in; one of the same record that is there already goes on to where it leads.
pub fn enter(changes: &mut Vec<Change>, change: Change) {
    let same = changes.iter_mut().find(|own| own.layer() == change.layer() && own.key() == change.key());
    match (same, change.after()) {
        (Some(own), Some(after)) => {
            *own = match own.before() {
                Some(before) => Change::update(before.clone(), after.clone()),
                None => Change::insert(after.clone()),
            };
        }
        _ => changes.push(change),
    }
}

/// Whether a change gives a division another area.
fn moves(change: &Change) -> bool {
    let area = |record: Option<&Record>| record.and_then(|record| record.geometry.clone());
    change.layer() == Layer::Division && area(change.before()) != area(change.after())
}

/// What does not fit after changes and did before, or fits otherwise: as findings about the place.
fn seams(
    [before, after]: [&Snapshot; 2],
    changes: &[Change],
    arrival: Arrival,
    rules: &Rules,
) -> Result<Vec<Finding>, RulesError> {
    let changed: Vec<(Layer, RecordId)> = changes
        .iter()
        .filter(|change| moves(change))
        .map(|change| (change.layer(), change.key().id))
        .collect();
    let own: HashSet<RecordId> = changed.iter().map(|(_, id)| *id).collect();
    let look = |snapshot: &Snapshot| {
        let scene = Scene::new(snapshot, arrival.day, Scope::touched(before, after, &changed));
        run_some(&scene, rules, &|rule| RULES.contains(&rule))
    };
    let known: BTreeSet<String> = look(before)?.into_iter().map(|noticed| noticed.finding.id).collect();
    let fresh = look(after)?.into_iter().filter(|noticed| !known.contains(&noticed.finding.id));
    let counts = |noticed: &Noticed| {
        let kind = noticed.ground.as_ref().map(|ground| ground.kind);
        let concerned = |(_, id): &(Layer, RecordId)| own.contains(id);
        noticed.is_shown(after, arrival.show)
            && kind.is_some_and(|kind| !matches!(kind, Kind::Exclave | Kind::Enclosed | Kind::Multipart))
            && (own.contains(&noticed.id) || noticed.others.iter().any(concerned))
    };
    Ok(fresh.filter(counts).map(|noticed| seam(noticed, &own)).collect())
}

/// A finding of a check as one of an import: about the place, with what can be done before anything is written.
fn seam(noticed: Noticed, own: &HashSet<RecordId>) -> Finding {
    let neighbours_stay =
        noticed.others.iter().map(|(_, id)| *id).chain([noticed.id]).any(|id| !own.contains(&id));
    let narrow = matches!(
        &noticed.ground,
        Some(Ground { kind: Kind::Gap | Kind::Overlap | Kind::Mismatch | Kind::Uncovered, .. })
    );
    let done = if neighbours_stay && narrow {
        Bilingual::new(
            "照原样导入；可改用“邻区边界随同调整”，或把邻区一并放进文件",
            "imported as it is; let the neighbours be carried along, or put them into the file too",
        )
    } else {
        Bilingual::new("照原样导入，入库后在“核查”中处理", "imported as it is; to be settled under Checks")
    };
    let word = noticed.ground.as_ref().map_or("seam", |ground| ground.kind.word());
    let severity = noticed.finding.severity.min(Severity::Warning);
    let spot = Spot { at: noticed.finding.spot.at, record: noticed.finding.spot.record, ..Spot::default() };
    let finding = Finding::new(&format!("border.{word}"), severity, spot, noticed.finding.what, done);
    finding.with_evidence(noticed.finding.evidence.unwrap_or_default())
}

/// A neighbour that is carried along, as it is told.
fn told(change: &Change) -> Finding {
    let record = change.after().or(change.before());
    let name = record.and_then(|record| record.label()).unwrap_or_default();
    let area = |record: Option<&Record>| {
        record.and_then(|record| record.geometry.as_deref()).map_or(0.0, crate::crs::geodesic::area_m2)
    };
    let gained = area(change.after()) - area(change.before());
    let what = Bilingual::new(
        format!("“{name}”的边界随同调整，面积变化 {gained:+.1} 平方米"),
        format!("the border of {name} is carried along; its area changes by {gained:+.1} m²"),
    );
    let done = Bilingual::new("随本次导入一起改动", "changed together with this import");
    let spot =
        Spot { record: record.map(|record| format!("{}/{}", record.layer, record.id)), ..Spot::default() };
    Finding::new("border.carried", Severity::Note, spot, what, done).with_evidence(format!("{gained:.1}"))
}

/// The edges of surveyed lines near the areas that change.
fn surveyed(before: &Snapshot, changes: &[Change], day: Date) -> Locks {
    let boxes = changes.iter().filter(|change| moves(change)).filter_map(|change| change.before());
    let boxes: Vec<Rect> =
        boxes.filter_map(|record| record.geometry.as_deref().and_then(geometry::bounds)).collect();
    let lines = before.layer(Layer::BoundaryLine);
    let mut seen: BTreeSet<RecordId> = BTreeSet::new();
    let mut fixed: Vec<LineString> = Vec::new();
    for window in boxes {
        for line in lines.window(window) {
            let holds = line.valid.contains(day) && line.get("surveyed") == Some(Value::Bool(true));
            if holds && seen.insert(line.id) {
                fixed.extend(strings(line));
            }
        }
    }
    Locks::of_lines(&fixed)
}

fn strings(line: &Record) -> Vec<LineString> {
    match line.geometry.as_deref() {
        Some(Geometry::LineString(line)) => vec![line.clone()],
        Some(Geometry::MultiLineString(lines)) => lines.0.clone(),
        _ => Vec::new(),
    }
}

/// The rings of an area.
fn rings(area: &Geometry) -> Vec<&LineString> {
    let parts = match area {
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        Geometry::MultiPolygon(parts) => &parts.0[..],
        _ => &[],
    };
    parts.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors())).collect()
}

/// Where a change takes an edge of a surveyed line out of its division's outline.
fn breaks(change: &Change, locks: &Locks) -> Option<Finding> {
    let (before, after) = (change.before()?.geometry.as_deref()?, change.after()?.geometry.as_deref()?);
    if locks.is_empty() || !moves(change) {
        return None;
    }
    let key = |a: Coord, b: Coord| {
        let bits = |c: Coord| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
        let (a, b) = (bits(a), bits(b));
        if a <= b { (a, b) } else { (b, a) }
    };
    let kept: HashSet<_> = rings(after)
        .into_iter()
        .flat_map(|ring| ring.0.windows(2))
        .map(|pair| key(pair[0], pair[1]))
        .collect();
    let gone = |pair: &&[Coord]| locks.hold(pair[0], pair[1]) && !kept.contains(&key(pair[0], pair[1]));
    let at = rings(before).into_iter().find_map(|ring| ring.0.windows(2).find(gone))?[0];
    let record = change.before()?;
    let name = record.label().unwrap_or_default();
    let what = Bilingual::new(
        format!("“{name}”的新图形改动了已勘定的界线"),
        format!("the new area of {name} moves a surveyed line"),
    );
    let done = Bilingual::new(
        "图形保持原样，其余项目照导。勘界有误的，先在界线记录中取消“已勘定”并注明依据",
        "its area stays as it was, the rest is taken; if the survey is wrong, clear “surveyed” in the line's record first",
    );
    let spot = Spot {
        record: Some(format!("{}/{}", record.layer, record.id)),
        at: Some([at.x, at.y]),
        ..Spot::default()
    };
    Some(Finding::new("border.locked", Severity::Error, spot, what, done).with_evidence(name))
}

/// The divisions with areas that hold on a day and meet windows.
fn near(snapshot: &Snapshot, windows: &[Rect], day: Date) -> Vec<Arc<Record>> {
    let layer = snapshot.layer(Layer::Division);
    let mut seen: BTreeSet<RecordId> = BTreeSet::new();
    let mut found = Vec::new();
    for window in windows {
        for record in layer.window(*window) {
            let holds = record.valid.contains(day) && record.geometry.is_some();
            if holds && seen.insert(record.id) {
                found.push(Arc::clone(record));
            }
        }
    }
    found.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    found
}

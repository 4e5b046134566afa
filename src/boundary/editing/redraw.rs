//! Divisions of one level drawn anew within ground that stays as it is: communities of a plan, grids of communities.
//!
//! The new divisions together have exactly the ground of those that they are drawn in: every edge of its outline is an
//! edge of theirs, bit for bit, so neighbours and what is above keep their borders. What a new division continues keeps
//! its id and its code; the others end on the day, with their successors; new ones name their predecessors.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use geo_types::{Coord, Geometry, MultiPolygon};

use super::versions::enter;
use super::{Outcome, Planned, Refused, area_m2};
use crate::crs::geodesic;
use crate::model::layers::{Division, DivisionLevel};
use crate::model::{Date, GeometryKind, IdSource, Layer, Period, Record, RecordId, Value, geometry};
use crate::snapshot::Snapshot;
use crate::topology::outlines::inside_left;

/// A division as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Fresh {
    /// the one that it continues
    pub continues: Option<RecordId>,
    /// its name
    pub name: String,
    /// its code; of a new one, as long as the statistics bureau has given none, one of the office's own
    pub code: String,
    /// the code of its parent
    pub parent_code: String,
    /// its ground
    pub ground: MultiPolygon,
    /// codes of divisions that its ground is from
    pub from: Vec<String>,
    /// of a grid, what it is: a code of `grid_kind`
    pub grid_kind: Option<&'static str>,
}

/// Divisions drawn anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Redraw {
    /// their level
    pub level: DivisionLevel,
    /// the day whose divisions are meant
    pub day: Date,
    /// from this day on it is so
    pub from: Date,
    /// the ground that is divided: divisions of any level, and whatever gaps lie between them and `within`
    pub ground: Vec<RecordId>,
    /// parents whose gaps may be filled
    pub within: Vec<RecordId>,
    /// divisions that end or are continued
    pub old: Vec<RecordId>,
    /// how it is to be
    pub fresh: Vec<Fresh>,
    /// number of the document
    pub document: Option<String>,
    /// who approved it
    pub approver: Option<String>,
}

type Key = [u64; 4];

fn key([a, b]: [Coord; 2]) -> Key {
    [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits())
}

/// Edges with the inside on their left that no other runs back along.
fn outline<'a>(grounds: impl Iterator<Item = &'a MultiPolygon>) -> HashMap<Key, [Coord; 2]> {
    let mut edges: HashMap<Key, [Coord; 2]> = HashMap::new();
    for edge in grounds.flat_map(|ground| &ground.0).flat_map(inside_left) {
        if edges.remove(&key([edge[1], edge[0]])).is_none() {
            edges.insert(key(edge), edge);
        }
    }
    edges
}

fn ground_of(record: &Record) -> Option<MultiPolygon> {
    match record.geometry.as_deref()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// What drawing anew leads to: ended, changed and new divisions, and the rows to be written.
///
/// # Errors
/// What is named and not there, ground that is not kept, codes that are taken.
pub fn redraw(snapshot: &Snapshot, asked: &Redraw, ids: &mut IdSource) -> Result<Planned, Refused> {
    let held =
        |id: &RecordId| snapshot.layer(Layer::Division).get(*id, asked.day).ok_or(Refused::NoDivision(*id));
    check_ground(snapshot, asked)?;
    let mut planned = Planned::default();
    let mut continued: BTreeSet<RecordId> = BTreeSet::new();
    for fresh in &asked.fresh {
        let before = fresh.continues.as_ref().map(held).transpose()?;
        if before.is_some_and(|record| !asked.old.contains(&record.id) || !continued.insert(record.id)) {
            return Err(Refused::OtherParents);
        }
        let ground = geometry::settle(Geometry::MultiPolygon(fresh.ground.clone()), GeometryKind::Area)
            .map_err(|_| Refused::NotANumber)?;
        let after = match before {
            Some(before) => reshaped(before, fresh, ground),
            None => made(snapshot, asked, fresh, (ground, ids))?,
        };
        if before.is_none_or(|before| **before != after) {
            push(snapshot, asked, before, Some(after), &mut planned);
        }
    }
    for id in asked.old.iter().filter(|id| !continued.contains(id)) {
        let before = held(id)?;
        let code = before.code.as_deref().unwrap_or_default();
        let heirs = asked.fresh.iter().filter(|fresh| fresh.from.iter().any(|from| from == code));
        let successors: Vec<String> = heirs.map(|fresh| fresh.code.clone()).collect();
        end(snapshot, asked, before, successors, &mut planned);
    }
    if planned.changes.is_empty() { Err(Refused::Nothing) } else { Ok(planned) }
}

/// That the outline of the ground is that of the new divisions; where gaps are filled, edges of the parents and of
/// others beside the gap are theirs too.
fn check_ground(snapshot: &Snapshot, asked: &Redraw) -> Result<(), Refused> {
    let layer = snapshot.layer(Layer::Division);
    let grounds = |ids: &[RecordId]| -> Result<Vec<MultiPolygon>, Refused> {
        ids.iter()
            .map(|id| {
                layer.get(*id, asked.day).and_then(|record| ground_of(record)).ok_or(Refused::NoDivision(*id))
            })
            .collect()
    };
    let (old, parents) = (grounds(&asked.ground)?, grounds(&asked.within)?);
    let was = outline(old.iter());
    let now = outline(asked.fresh.iter().map(|fresh| &fresh.ground));
    let strange: Vec<[Coord; 2]> =
        now.iter().filter(|(key, _)| !was.contains_key(*key)).map(|(_, edge)| *edge).collect();
    let lost = was.keys().any(|key| !now.contains_key(key));
    if strange.is_empty() && !lost {
        return Ok(());
    }
    let corner = || strange.first().or(was.values().next()).map_or(Coord::default(), |edge| edge[0]);
    let above = outline(parents.iter());
    let size = |all: &mut dyn Iterator<Item = &MultiPolygon>| -> f64 {
        all.map(|ground| geodesic::area_m2(&Geometry::MultiPolygon(ground.clone()))).sum()
    };
    // Only more ground than before, and nothing of it beyond the parents.
    let fits = strange.iter().all(|edge| above.contains_key(&key(*edge)) || beside(snapshot, asked, *edge));
    let more = size(&mut asked.fresh.iter().map(|fresh| &fresh.ground)) >= size(&mut old.iter()) - 0.01;
    if !asked.within.is_empty() && fits && more {
        Ok(())
    } else {
        Err(Refused::DoesNotFollow { at: corner() })
    }
}

/// Whether a division of the level that stays has an edge the other way round.
fn beside(snapshot: &Snapshot, asked: &Redraw, [a, b]: [Coord; 2]) -> bool {
    let near = snapshot.layer(Layer::Division).window(geo_types::Rect::new(a, b)).into_iter();
    near.filter(|record| {
        record.text("level") == Some(asked.level.code())
            && record.valid.contains(asked.day)
            && !asked.old.contains(&record.id)
    })
    .filter_map(|record| ground_of(record))
    .flat_map(|ground| ground.0)
    .flat_map(|part| inside_left(&part))
    .any(|edge| key(edge) == key([b, a]))
}

fn set(record: &mut Record, name: &str, value: Option<Value>) {
    if let Some(at) = record.layer.def().index_of(name) {
        record.fields = record.fields.with(at, value);
    }
}

/// What was counted or written of a ground that is another now.
const OUTDATED: [&str; 4] = ["population", "population_60", "population_80", "bounds_text"];

/// The continued division: its ground and name as they are to be. Bit for bit as it was where nothing changes.
fn reshaped(before: &Record, fresh: &Fresh, ground: Geometry) -> Record {
    let mut after = before.clone();
    let same = ground_of(before).is_some_and(|old| {
        let (was, now) = (outline(std::iter::once(&old)), outline(std::iter::once(&fresh.ground)));
        was.len() == now.len() && was.keys().all(|key| now.contains_key(key))
    });
    if !same {
        if before.get("area_km2").is_some() {
            set(&mut after, "area_km2", Some(Value::Real(km2(&ground))));
        }
        OUTDATED.iter().for_each(|name| set(&mut after, name, None));
        after.geometry = Some(Arc::new(ground));
    }
    let old_name = before.text("name").unwrap_or_default().to_owned();
    if old_name != fresh.name {
        let mut former = before.read::<Division>().map(|division| division.former_names).unwrap_or_default();
        former.push(old_name);
        if let Ok(mut division) = after.read::<Division>() {
            division.name.clone_from(&fresh.name);
            division.former_names = former;
            // Its spelling was of the other name.
            division.roman = None;
            division.pinyin_toned = None;
            after.fields = crate::model::layers::LayerStruct::into_fields(division);
        }
    }
    after
}

fn km2(ground: &Geometry) -> f64 {
    (geodesic::area_m2(ground) / 100.0).round() / 10_000.0
}

fn made(
    snapshot: &Snapshot,
    asked: &Redraw,
    fresh: &Fresh,
    (ground, ids): (Geometry, &mut IdSource),
) -> Result<Record, Refused> {
    let layer = snapshot.layer(Layer::Division);
    let twice = asked.fresh.iter().filter(|other| other.code == fresh.code).count() > 1;
    // A code that was ever another's stays that one's.
    if twice || layer.by_code(&fresh.code).next().is_some() {
        return Err(Refused::CodeTaken(fresh.code.clone()));
    }
    let origin = fresh
        .from
        .first()
        .and_then(|code| layer.by_code(code).find(|record| record.valid.contains(asked.day)));
    let is_grid = asked.level == DivisionLevel::Grid;
    let text = |name: &str| origin.and_then(|record| record.text(name)).map(str::to_owned);
    let division = Division {
        parent_code: Some(fresh.parent_code.clone()),
        kind: if is_grid { None } else { text("kind").or_else(|| Some("community".to_owned())) },
        grid_kind: fresh.grid_kind.map(str::to_owned),
        code_system: Some("local".to_owned()),
        urban_rural_class: text("urban_rural_class"),
        area_km2: Some(km2(&ground)),
        set_up_document: asked.document.clone(),
        approver: asked.approver.clone(),
        set_up_date: Some(asked.from),
        predecessors: if is_grid { Vec::new() } else { fresh.from.clone() },
        ..Division::named(&fresh.name, asked.level)
    };
    let mut record = Record::of(ids.next_id(), division);
    record.code = Some(fresh.code.as_str().into());
    record.geometry = Some(Arc::new(ground));
    record.valid = Period::new(Some(asked.from), None).unwrap_or_default();
    if let Some(origin) = origin {
        record.secrecy = origin.secrecy;
        record.source.clone_from(&origin.source);
    }
    Ok(record)
}

fn push(
    snapshot: &Snapshot,
    asked: &Redraw,
    before: Option<&Arc<Record>>,
    after: Option<Record>,
    planned: &mut Planned,
) {
    enter(snapshot, Some(asked.from), (before, after.as_ref()), &mut planned.changes);
    planned.outcomes.push(Outcome {
        area_before_m2: area_m2(before.map(|record| &**record)),
        area_after_m2: area_m2(after.as_ref()),
        before: before.cloned(),
        after,
        made: None,
    });
}

/// Ends a division; the version that ends says who took its ground over.
fn end(
    snapshot: &Snapshot,
    asked: &Redraw,
    before: &Arc<Record>,
    successors: Vec<String>,
    planned: &mut Planned,
) {
    let first = planned.changes.len();
    push(snapshot, asked, Some(before), None, planned);
    if let Some(change) = planned.changes.get_mut(first)
        && let Some(after) = change.after().cloned()
        && let Ok(mut division) = after.read::<Division>()
    {
        division.successors = successors;
        let fields = crate::model::layers::LayerStruct::into_fields(division);
        *change = crate::model::Change::update(Record::clone(before), Record { fields, ..after });
    }
}

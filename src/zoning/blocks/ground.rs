//! The ground that is to be cut: communities in scope, and what of their subdistricts no community has (管理空白).

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use geo::Area as _;
use geo_types::{Coord, Geometry, MultiPolygon, Polygon};

use super::{BlocksError, Scope};
use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordId, geometry};
use crate::snapshot::Snapshot;
use crate::topology::outlines;

/// A subdistrict or a community in scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// its record
    pub id: RecordId,
    /// its code
    pub code: String,
    /// its name
    pub name: String,
    /// of a community, the number of its subdistrict; of a subdistrict, its own
    pub street: usize,
}

/// Ground to be cut, of one community or of none.
pub(super) struct Piece {
    pub street: usize,
    pub community: Option<usize>,
    pub area: MultiPolygon,
}

/// All of it.
pub(super) struct Ground {
    pub streets: Vec<Place>,
    pub communities: Vec<Place>,
    pub pieces: Vec<Piece>,
}

/// Gaps smaller than this are no ground, m².
const LEAST_GAP_M2: f64 = 1.0;

impl Ground {
    /// Subdistricts and communities by code; a subdistrict stands for all its communities and what none of them has.
    pub fn of(snapshot: &Snapshot, scope: &Scope<'_>) -> Result<Self, BlocksError> {
        let find = |code: &String, level: DivisionLevel| {
            let own = snapshot.layer(Layer::Division).by_code(code);
            own.filter(|record| scope.sees(record)).find(|record| record.text("level") == Some(level.code()))
        };
        let mut whole: HashSet<&str> = HashSet::new();
        let mut records: Vec<&Record> = Vec::new();
        for code in scope.streets {
            find(code, DivisionLevel::Township).ok_or_else(|| BlocksError::Street(code.clone()))?;
            whole.insert(code);
        }
        for code in scope.communities {
            let record = find(code, DivisionLevel::Community);
            records.push(record.ok_or_else(|| BlocksError::Community(code.clone()))?);
        }
        for record in snapshot.layer(Layer::Division).iter().filter(|record| scope.sees(record)) {
            let is_part = record.text("level") == Some(DivisionLevel::Community.code())
                && record.text("parent_code").is_some_and(|parent| whole.contains(parent));
            if is_part {
                records.push(record);
            }
        }
        records.retain(|record| record.geometry.is_some() && record.code.is_some());
        records.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        records.dedup_by(|a, b| a.id == b.id);
        let mut parents: Vec<&str> = records.iter().filter_map(|record| record.text("parent_code")).collect();
        parents.extend(&whole);
        parents.sort_unstable();
        parents.dedup();
        let mut ground = Self { streets: Vec::new(), communities: Vec::new(), pieces: Vec::new() };
        for code in parents {
            let Some(record) = find(&code.to_owned(), DivisionLevel::Township) else { continue };
            let street = ground.streets.len();
            ground.streets.push(place(record, street));
            let first = ground.pieces.len();
            for part in records.iter().filter(|record| record.text("parent_code") == Some(code)) {
                let Some(area) = area_of(part) else { continue };
                ground.pieces.push(Piece { street, community: Some(ground.communities.len()), area });
                ground.communities.push(place(part, street));
            }
            // A grid is part of a community: what has none gets none.
            if whole.contains(code) && scope.grids.is_none() {
                let gaps = gaps(area_of(record).as_ref(), &ground.pieces[first..]);
                ground.pieces.extend(gaps.into_iter().map(|area| Piece { street, community: None, area }));
            }
        }
        if ground.pieces.is_empty() { Err(BlocksError::Nothing) } else { Ok(ground) }
    }

    /// The box round all of it.
    pub fn bounds(&self) -> Option<geo_types::Rect> {
        geometry::bounds(&Geometry::MultiPolygon(MultiPolygon(
            self.pieces.iter().flat_map(|piece| piece.area.0.iter().cloned()).collect(),
        )))
    }
}

fn place(record: &Record, street: usize) -> Place {
    Place {
        id: record.id,
        code: record.code.as_deref().unwrap_or_default().to_owned(),
        name: record.text("name").unwrap_or_default().to_owned(),
        street,
    }
}

pub(super) fn area_of(record: &Record) -> Option<MultiPolygon> {
    match record.geometry.as_deref()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon.clone()])),
        Geometry::MultiPolygon(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// What of a subdistrict no community has: edges of it and of the communities, the other way round, that do not
/// cancel each other. Exact where borders are shared bit for bit; where they are not, nothing is made up.
fn gaps(street: Option<&MultiPolygon>, pieces: &[Piece]) -> Vec<MultiPolygon> {
    let Some(street) = street else { return Vec::new() };
    type Key = [u64; 4];
    let key = |[a, b]: &[Coord; 2]| -> Key { [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits()) };
    let own = street.0.iter().flat_map(outlines::inside_left);
    let theirs = pieces.iter().flat_map(|piece| &piece.area.0).flat_map(outlines::inside_left);
    let edges: Vec<[Coord; 2]> = own.chain(theirs.map(|[a, b]| [b, a])).collect();
    let mut count: HashMap<Key, i32, RandomState> = HashMap::default();
    edges.iter().for_each(|edge| *count.entry(key(edge)).or_default() += 1);
    let left: Vec<[Coord; 2]> =
        edges.into_iter().filter(|[a, b]| !count.contains_key(&key(&[*b, *a]))).collect();
    let all: f64 = pieces.iter().map(|piece| piece.area.unsigned_area()).sum();
    let found: Vec<Polygon> = outlines::drawn(&left).0;
    let missing: f64 = found.iter().map(|part| part.unsigned_area()).sum();
    // Overlaps or vertices on one side only: what is left over is no gap.
    if (all + missing - street.unsigned_area()).abs() > street.unsigned_area() * 1e-6 {
        return Vec::new();
    }
    let counts = |part: &Polygon| geodesic::area_m2(&Geometry::Polygon(part.clone())) >= LEAST_GAP_M2;
    found.into_iter().filter(counts).map(|part| MultiPolygon(vec![part])).collect()
}

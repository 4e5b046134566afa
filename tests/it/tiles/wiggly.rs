//! A random coverage with exactly shared borders: a grid of cells whose sides wiggle, some with an
//! island in them, prefectures made of rows of counties, and a land round it all.

use boundstone::model::layers::{Division, DivisionLevel};
use boundstone::model::{GeometryKind, Layer};
use boundstone::model::{IdSource, Record, geometry};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rand::{Rng, RngExt as _, SeedableRng as _};

pub const WEST: f64 = 102.0;
pub const SOUTH: f64 = 24.0;

/// How to draw one.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub columns: usize,
    pub rows: usize,
    /// side of a cell, degrees
    pub cell: f64,
    /// vertices of a side
    pub points: usize,
    /// how far sides wiggle, share of a cell
    pub wiggle: f64,
}

type Side = Vec<Coord>;

struct Sides {
    /// from (column, row) to (column + 1, row)
    across: Vec<Vec<Side>>,
    /// from (column, row) to (column, row + 1)
    up: Vec<Vec<Side>>,
}

fn wiggle(a: Coord, b: Coord, plan: &Plan, random: &mut impl Rng) -> Side {
    let mut side = vec![a];
    for at in 1..plan.points {
        let t = at as f64 / plan.points as f64;
        let mut off = || (random.random::<f64>() - 0.5) * plan.wiggle * plan.cell;
        side.push(geometry::round(Coord {
            x: a.x + t * (b.x - a.x) + off(),
            y: a.y + t * (b.y - a.y) + off(),
        }));
    }
    side.push(b);
    side
}

impl Sides {
    fn draw(plan: &Plan, random: &mut impl Rng) -> Self {
        let corner = |c: usize, r: usize| {
            geometry::round(Coord { x: WEST + c as f64 * plan.cell, y: SOUTH + r as f64 * plan.cell })
        };
        let mut lines = |dc: usize, dr: usize| -> Vec<Vec<Side>> {
            (0..=plan.rows)
                .map(|r| {
                    (0..=plan.columns)
                        .map(|c| wiggle(corner(c, r), corner(c + dc, r + dr), plan, random))
                        .collect()
                })
                .collect()
        };
        Self { across: lines(1, 0), up: lines(0, 1) }
    }

    /// Ring of the cells from `c0` to `c1` and `r0` to `r1` (exclusive), open.
    fn ring(&self, (c0, c1): (usize, usize), (r0, r1): (usize, usize)) -> Vec<Coord> {
        let mut ring = Vec::new();
        let mut go = |side: &Side, back: bool| {
            let n = side.len() - 1;
            ring.extend((0..n).map(|at| if back { side[n - at] } else { side[at] }));
        };
        (c0..c1).for_each(|c| go(&self.across[r0][c], false));
        (r0..r1).for_each(|r| go(&self.up[r][c1], false));
        (c0..c1).rev().for_each(|c| go(&self.across[r1][c], true));
        (r0..r1).rev().for_each(|r| go(&self.up[r][c0], true));
        ring
    }
}

/// A division from an outer ring and holes.
pub fn division(
    ids: &mut IdSource,
    level: DivisionLevel,
    code: &str,
    rings: (Vec<Coord>, Vec<Vec<Coord>>),
) -> Record {
    let holes = rings.1.into_iter().map(LineString::new).collect();
    let polygon = Polygon::new(LineString::new(rings.0), holes);
    let settled = geometry::settle(MultiPolygon(vec![polygon]).into(), GeometryKind::Area).unwrap();
    let mut record = Record::of(ids.next_id(), Division::named(&format!("区{code}"), level));
    assert_eq!(record.layer, Layer::Division);
    record.code = Some(code.into());
    record.geometry = Some(std::sync::Arc::new(settled));
    record
}

/// All divisions: a county per cell (the first of a row with an island that is a county too), a prefecture
/// per row, and one county that surrounds everything.
pub fn draw(plan: &Plan) -> Vec<Record> {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(plan.seed);
    let sides = Sides::draw(plan, &mut random);
    let mut ids = IdSource::new(1_700_000_000_000, plan.seed);
    let mut records = Vec::new();
    for r in 0..plan.rows {
        for c in 0..plan.columns {
            let code = format!("53{:02}{:02}", r + 1, c + 1);
            let mut holes = Vec::new();
            if c == 0 {
                let island = island(plan, (c, r), &mut random);
                let island_code = format!("53{:02}90", r + 1);
                holes.push(island.iter().rev().copied().collect());
                records.push(division(&mut ids, DivisionLevel::County, &island_code, (island, vec![])));
            }
            let ring = turned(sides.ring((c, c + 1), (r, r + 1)), &mut random);
            records.push(division(&mut ids, DivisionLevel::County, &code, (ring, holes)));
        }
        let ring = turned(sides.ring((0, plan.columns), (r, r + 1)), &mut random);
        records.push(division(
            &mut ids,
            DivisionLevel::Prefecture,
            &format!("53{:02}00", r + 1),
            (ring, vec![]),
        ));
    }
    let far = [(60.0, 0.0), (150.0, 0.0), (150.0, 60.0), (60.0, 60.0)].map(|(x, y)| Coord { x, y }).to_vec();
    let hole = turned(sides.ring((0, plan.columns), (0, plan.rows)), &mut random);
    records.push(division(&mut ids, DivisionLevel::County, "990101", (far, vec![hole])));
    records
}

fn island(plan: &Plan, (c, r): (usize, usize), random: &mut impl Rng) -> Vec<Coord> {
    let middle = Coord { x: WEST + (c as f64 + 0.5) * plan.cell, y: SOUTH + (r as f64 + 0.5) * plan.cell };
    (0..plan.points.max(3) * 3)
        .map(|at| {
            let t = at as f64 / (plan.points.max(3) * 3) as f64 * std::f64::consts::TAU;
            let radius = plan.cell * (0.1 + 0.1 * random.random::<f64>());
            geometry::round(Coord { x: middle.x + radius * t.cos(), y: middle.y + radius * t.sin() })
        })
        .collect()
}

/// The same ring from another start, perhaps the other way round.
fn turned(mut ring: Vec<Coord>, random: &mut impl Rng) -> Vec<Coord> {
    let by = random.random_range(0..ring.len());
    ring.rotate_left(by);
    if random.random::<bool>() {
        ring.reverse();
    }
    ring
}

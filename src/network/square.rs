//! Ways across a square that is walked as an area: straight lines between its entries and its inward corners that
//! stay inside. Together with its outline they hold the shortest ways across it.

use geo_types::Coord;

/// Most vertices between which lines are drawn: beyond, those that are no entries are left out, then the rest.
const MOST: usize = 48;
/// Most vertices of an outline that is crossed at all: the work grows with their product.
const MOST_OUTLINE: usize = 2000;

/// Pairs of vertices of a closed outline (the last repeats the first) that see each other and are no neighbours.
pub fn across(ring: &[Coord], entry: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let count = ring.len().saturating_sub(1);
    if !(4..=MOST_OUTLINE).contains(&count) {
        return Vec::new();
    }
    let area: f64 = (0..count).map(|at| turn(ring[0], ring[at], ring[at + 1])).sum();
    // Beyond inward corners shortest ways bend; at outward ones never.
    let inward =
        |at: usize| turn(ring[(at + count - 1) % count], ring[at], ring[at + 1]) * area.signum() < 0.0;
    let mut ends: Vec<usize> = (0..count).filter(|at| entry(*at)).collect();
    if ends.len() < 2 {
        return Vec::new();
    }
    let corners: Vec<usize> = (0..count).filter(|at| !entry(*at) && inward(*at)).collect();
    if ends.len() + corners.len() <= MOST {
        ends.extend(corners);
    }
    ends.truncate(MOST);
    let mut pairs = Vec::new();
    for (at, &a) in ends.iter().enumerate() {
        for &b in &ends[at + 1..] {
            let apart = a.abs_diff(b);
            if apart > 1 && apart < count - 1 && sees(&ring[..=count], a, b) {
                pairs.push((a.min(b), a.max(b)));
            }
        }
    }
    pairs
}

/// Whether the straight line between two vertices stays inside.
fn sees(ring: &[Coord], a: usize, b: usize) -> bool {
    let (p, q) = (ring[a], ring[b]);
    let crossed = ring.windows(2).any(|side| {
        let (c, d) = (side[0], side[1]);
        let (c_side, d_side) = (turn(p, q, c), turn(p, q, d));
        let (p_side, q_side) = (turn(c, d, p), turn(c, d, q));
        c_side * d_side < 0.0 && p_side * q_side < 0.0
    });
    if crossed {
        return false;
    }
    let middle = Coord { x: (p.x + q.x) / 2.0, y: (p.y + q.y) / 2.0 };
    let above = |side: &&[Coord]| {
        let (c, d) = (side[0], side[1]);
        (c.y > middle.y) != (d.y > middle.y) && middle.x < c.x + (middle.y - c.y) / (d.y - c.y) * (d.x - c.x)
    };
    ring.windows(2).filter(above).count() % 2 == 1
}

/// Twice the signed area of a triangle.
fn turn(a: Coord, b: Coord, c: Coord) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

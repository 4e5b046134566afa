//! Straight lines, for comparison only: what a ring on the map would say.

use geo_types::Coord;

use crate::network::Metric;

/// Metres in a straight line from every home to its nearest facility; infinite without facilities.
///
/// Facilities are sorted by latitude, and only those within the best distance so far are measured.
pub fn straight_m(metric: Metric, demand: &[Option<Coord>], facilities: &[Option<Coord>]) -> Vec<f64> {
    let mut sorted: Vec<Coord> = facilities.iter().flatten().copied().collect();
    sorted.sort_by(|a, b| a.y.total_cmp(&b.y));
    demand.iter().map(|home| home.map_or(f64::INFINITY, |home| nearest(metric, home, &sorted))).collect()
}

fn nearest(metric: Metric, home: Coord, sorted: &[Coord]) -> f64 {
    let (_, metres_of_y) = metric.scale(home.y);
    let middle = sorted.partition_point(|c| c.y < home.y);
    let (mut below, mut above) = (middle, middle);
    let mut best = f64::INFINITY;
    loop {
        // The scale changes by less than a hundredth where a nearer one can still lie.
        let reach = |c: &Coord| (c.y - home.y).abs() * metres_of_y * 0.99;
        let down = below.checked_sub(1).map(|at| sorted[at]).filter(|c| reach(c) <= best);
        let up = sorted.get(above).copied().filter(|c| reach(c) <= best);
        let next = match (down, up) {
            (Some(d), Some(u)) if reach(&d) <= reach(&u) => (d, true),
            (Some(d), None) => (d, true),
            (_, Some(u)) => (u, false),
            (None, None) => return best,
        };
        best = best.min(rough(metric, home, next.0, best));
        if next.1 { below -= 1 } else { above += 1 }
    }
}

/// The distance, measured on the ellipsoid only where it can be less than the best so far.
fn rough(metric: Metric, a: Coord, b: Coord, best: f64) -> f64 {
    let (sx, sy) = metric.scale((a.y + b.y) / 2.0);
    let plane = ((a.x - b.x) * sx).hypot((a.y - b.y) * sy);
    if plane * 0.99 > best { plane } else { metric.distance_m(a, b) }
}

//! Blocks of several compounds parted among them, for grids: between two compounds the border runs where both are
//! equally near.

use std::collections::BTreeMap;

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{Area as _, InteriorPoint as _, MapCoords as _, Simplify as _};
use geo_types::{Coord, Line, LineString, MultiPolygon, Polygon};
use spade::handles::VoronoiVertex;
use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation as _};

use crate::model::geometry::round;
use crate::topology::{BoxTree, Cutting, Extent, Metric, cells, outlines};

/// Outlines are sampled this far apart, metres.
const STEP_M: f64 = 5.0;
/// Borders between compounds are straight within so many metres.
const SMOOTH_M: f64 = 1.5;
/// Borders that do not come out at a vertex run on so far beside the edge, metres.
const BESIDE_M: f64 = 2.0;
/// Samples of one block at most; beyond that it is not parted.
const MOST_SAMPLES: usize = 20_000;
/// Pairs of a line and an edge of the block that are looked at, at most.
const MOST_PAIRS: usize = 20_000_000;

/// Stands for no compound.
const NONE: usize = usize::MAX;

/// Compounds that part blocks.
pub(super) struct Parting<'a> {
    areas: &'a [MultiPolygon],
    tree: BoxTree,
    middles: Vec<Option<Coord>>,
    latitude: f64,
}

struct Sample {
    at: Point2<f64>,
    of: usize,
}

impl HasPosition for Sample {
    type Scalar = f64;
    fn position(&self) -> Point2<f64> {
        self.at
    }
}

impl<'a> Parting<'a> {
    pub fn new(areas: &'a [MultiPolygon], latitude: f64) -> Self {
        let points = |area: &MultiPolygon| {
            Extent::round(area.0.iter().flat_map(|part| part.exterior().0.iter().copied()))
        };
        let boxes: Vec<Extent> = areas.iter().map(points).collect();
        let middles = areas.iter().map(|area| area.interior_point().map(|point| point.0)).collect();
        Self { areas, tree: BoxTree::build(&boxes), middles, latitude }
    }

    /// The compounds whose middles lie in a block, by number.
    fn within(&self, block: &Polygon) -> Vec<usize> {
        let mut found = Vec::new();
        self.tree.visit(&Extent::round(block.exterior().0.iter().copied()), |number| {
            let inside = |at: &Coord| block.coordinate_position(at) == CoordPos::Inside;
            if self.middles[number as usize].as_ref().is_some_and(inside) {
                found.push(number as usize);
            }
        });
        found.sort_unstable();
        found
    }

    /// The compound that a point lies in, the first of several.
    pub fn at(&self, c: Coord) -> Option<usize> {
        let mut found: Option<usize> = None;
        self.tree.visit(&Extent::round([c]), |number| {
            let number = number as usize;
            if found.is_none_or(|known| number < known)
                && self.areas[number].coordinate_position(&c) == CoordPos::Inside
            {
                found = Some(number);
            }
        });
        found
    }

    /// The parts of a block: itself where it holds fewer than two compounds. O(n log n) in the samples.
    pub fn parts(&self, block: Polygon, how: &Cutting) -> Vec<Polygon> {
        let within = self.within(&block);
        if within.len() < 2 {
            return vec![block];
        }
        let mut lines: Vec<[Coord; 2]> = Vec::new();
        for number in &within {
            lines.extend(self.areas[*number].0.iter().flat_map(outlines::inside_left));
        }
        let plane = |c: Coord| Metric::Degrees.metres(c, self.latitude);
        let between = led(&block.map_coords(plane), &self.between(&within));
        let degrees = |c: Coord| round(Metric::Degrees.coordinate(c, self.latitude));
        // Lines end at vertices of the block bit for bit.
        let own: BTreeMap<[u64; 2], Coord> =
            block.exterior().0.iter().map(|c| (bits(plane(*c)), *c)).collect();
        let back = |c: Coord| own.get(&bits(c)).copied().unwrap_or_else(|| degrees(c));
        lines.extend(between.into_iter().map(|ends| ends.map(back)));
        let area = block.unsigned_area();
        let parts = cells(&MultiPolygon(vec![block.clone()]), &lines, how);
        // Nothing is worth a hair of ground.
        let kept: f64 = parts.iter().map(|part| part.unsigned_area()).sum();
        if (kept - area).abs() <= area * 1e-7 { parts } else { vec![block] }
    }

    /// Where two compounds are equally near, outside of all; in metres.
    fn between(&self, within: &[usize]) -> Vec<[Coord; 2]> {
        let mut samples: Vec<Sample> = Vec::new();
        for number in within {
            let plane = self.areas[*number].map_coords(|c| Metric::Degrees.metres(c, self.latitude));
            for ring in plane.0.iter().map(Polygon::exterior) {
                samples.extend(sampled(ring).map(|c| Sample { at: Point2::new(c.x, c.y), of: *number }));
            }
            if samples.len() > MOST_SAMPLES {
                return Vec::new();
            }
        }
        // Far corners, so that borders run on to the end of the block.
        let ground = Extent::round(samples.iter().map(|sample| Coord { x: sample.at.x, y: sample.at.y }));
        let far = 1000.0 + 2.0 * (ground.max.x - ground.min.x).max(ground.max.y - ground.min.y);
        for (x, y) in [(-far, -far), (far, -far), (-far, far), (far, far)] {
            let at = Point2::new(
                if x < 0.0 { ground.min.x + x } else { ground.max.x + x },
                if y < 0.0 { ground.min.y + y } else { ground.max.y + y },
            );
            samples.push(Sample { at, of: NONE });
        }
        let Ok(net) = DelaunayTriangulation::<Sample>::bulk_load_stable(samples) else { return Vec::new() };
        let mut chains: BTreeMap<(usize, usize), Vec<[usize; 2]>> = BTreeMap::new();
        let mut at: BTreeMap<usize, Coord> = BTreeMap::new();
        for edge in net.undirected_voronoi_edges() {
            let [a, b] = edge.as_delaunay_edge().vertices();
            let [VoronoiVertex::Inner(from), VoronoiVertex::Inner(to)] = edge.vertices() else { continue };
            let (a, b) = (a.data().of, b.data().of);
            if a == b || a == NONE || b == NONE {
                continue;
            }
            let ends = [from.circumcenter(), to.circumcenter()].map(|p| Coord { x: p.x, y: p.y });
            let degrees = |c: Coord| Metric::Degrees.coordinate(c, self.latitude);
            if ends.iter().all(|c| c.x.is_finite() && c.y.is_finite())
                // Compounds beyond the block do not count: edges run on far beyond it.
                && self.at(degrees((ends[0] + ends[1]) / 2.0)).is_none_or(|own| !within.contains(&own))
            {
                let numbers = [from.index(), to.index()];
                at.extend(numbers.into_iter().zip(ends));
                chains.entry((a.min(b), a.max(b))).or_default().push(numbers);
            }
        }
        let smooth = |chain: Vec<usize>| -> LineString {
            LineString(chain.iter().map(|number| at[number]).collect()).simplify(SMOOTH_M)
        };
        let lines = chains.into_values().flat_map(chained).map(smooth);
        lines.flat_map(|line| line.lines().map(|edge| [edge.start, edge.end]).collect::<Vec<_>>()).collect()
    }
}

/// Lines through a block as far as they run inside it. The outline gets no new vertices: a line that meets it ends
/// some metres before, and runs on beside it to the nearer end of the edge. All in metres.
fn led(block: &Polygon, lines: &[[Coord; 2]]) -> Vec<[Coord; 2]> {
    let rings = std::iter::once(block.exterior()).chain(block.interiors());
    let edges: Vec<Line> = rings.flat_map(|ring| ring.lines().collect::<Vec<_>>()).collect();
    let mut all = Vec::new();
    if edges.len().saturating_mul(lines.len()) > MOST_PAIRS {
        return all;
    }
    for [from, to] in lines {
        let way = *to - *from;
        let length = way.x.hypot(way.y);
        if !(length > 0.0 && length.is_finite()) {
            continue;
        }
        let mut met: Vec<(f64, Option<&Line>)> = vec![(0.0, None), (1.0, None)];
        for edge in &edges {
            let along = edge.end - edge.start;
            let turn = way.x * along.y - way.y * along.x;
            let apart = edge.start - *from;
            let (t, s) =
                ((apart.x * along.y - apart.y * along.x) / turn, (apart.x * way.y - apart.y * way.x) / turn);
            if (0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&s) {
                met.push((t, Some(edge)));
            }
        }
        met.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in met.windows(2) {
            let ((begin, first), (end, last)) = (pair[0], pair[1]);
            let long = (end - begin) * length;
            if long < 3.0 * BESIDE_M
                || block.coordinate_position(&(*from + way * ((begin + end) / 2.0))) != CoordPos::Inside
            {
                continue;
            }
            let step = BESIDE_M / length;
            let mut ends = [*from + way * begin, *from + way * end];
            for (at, (edge, back)) in [(first, step), (last, -step)].into_iter().enumerate() {
                let Some(edge) = edge else { continue };
                let far = |c: Coord| (c.x - ends[at].x).hypot(c.y - ends[at].y);
                let corner = if far(edge.start) <= far(edge.end) { edge.start } else { edge.end };
                ends[at] = ends[at] + way * back;
                all.push([ends[at], corner]);
            }
            all.push(ends);
        }
    }
    all
}

/// Edges between numbered points, end to end, from one end or fork to the next. O(n log n).
fn chained(edges: Vec<[usize; 2]>) -> Vec<Vec<usize>> {
    let mut around: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for [a, b] in edges.into_iter().filter(|[a, b]| a != b) {
        around.entry(a).or_default().push(b);
        around.entry(b).or_default().push(a);
    }
    let ends: Vec<usize> =
        around.iter().filter(|(_, others)| others.len() != 2).map(|(point, _)| *point).collect();
    let mut chains = Vec::new();
    // What has no end is a ring: it begins anywhere.
    for start in ends.into_iter().chain(around.keys().copied().collect::<Vec<_>>()) {
        while let Some(next) = around.get_mut(&start).and_then(Vec::pop) {
            let mut chain = vec![start];
            let (mut last, mut here) = (start, next);
            loop {
                chain.push(here);
                let Some(others) = around.get_mut(&here) else { break };
                let forks = others.len() != 2;
                if let Some(back) = others.iter().position(|other| *other == last) {
                    others.swap_remove(back);
                }
                if forks || here == start {
                    break;
                }
                let Some(next) = others.pop() else { break };
                (last, here) = (here, next);
            }
            chains.push(chain);
        }
    }
    chains
}

fn bits(c: Coord) -> [u64; 2] {
    [c.x.to_bits(), c.y.to_bits()]
}

/// Points along a ring, its vertices among them.
fn sampled(ring: &LineString) -> impl Iterator<Item = Coord> + '_ {
    ring.lines().flat_map(|edge| {
        let way = edge.end - edge.start;
        let count = (way.x.hypot(way.y) / STEP_M).ceil().clamp(1.0, 1e4) as usize;
        (0..count).map(move |at| edge.start + way * (at as f64 / count as f64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_chained_between_ends_and_forks() {
        let mut chains = chained(vec![[2, 1], [2, 3], [3, 4], [3, 5], [7, 8], [8, 9], [9, 7]]);
        chains.sort();
        let lengths: Vec<usize> = chains.iter().map(Vec::len).collect();
        assert_eq!(lengths.iter().map(|length| length - 1).sum::<usize>(), 7);
        assert!(chains.contains(&vec![1, 2, 3]), "{chains:?}");
        assert_eq!(lengths.iter().filter(|length| **length == 4).count(), 1);
    }

    #[test]
    fn a_block_is_parted_half_way_between_its_compounds() {
        let at = |x: f64, y: f64| Metric::Degrees.coordinate(Coord { x, y }, 25.0);
        let area = |x: f64, y: f64, right: f64, top: f64| {
            let ring = [(x, y), (right, y), (right, top), (x, top), (x, y)].map(|(x, y)| round(at(x, y)));
            Polygon::new(LineString(ring.to_vec()), Vec::new())
        };
        let corners: [(f64, f64); 5] = [(0.0, 0.0), (300.0, 0.0), (300.0, 100.0), (0.0, 100.0), (0.0, 0.0)];
        let ring = corners.map(|(x, y)| round(at(x, y))).to_vec();
        let block = Polygon::new(LineString(ring), Vec::new());
        let areas: Vec<MultiPolygon> = [(10.0, 90.0), (110.0, 190.0), (210.0, 290.0)]
            .map(|(x, right)| MultiPolygon(vec![area(x, 10.0, right, 90.0)]))
            .to_vec();
        let parting = Parting::new(&areas, 25.0);
        let how = Cutting { metric: Metric::Degrees, tolerance_m: 1.0 };
        let parts = parting.parts(block.clone(), &how);
        // Three compounds, and the ground of each.
        assert_eq!(parts.len(), 6);
        let own: Vec<f64> = parts.iter().map(|part| part.unsigned_area() / block.unsigned_area()).collect();
        assert!((own.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        let courts: Vec<&Polygon> =
            parts.iter().filter(|part| parting.at(part.interior_point().unwrap().0).is_none()).collect();
        for court in courts {
            let share = court.unsigned_area() / block.unsigned_area();
            // A strip of some metres goes to one of the two.
            assert!((share - 3600.0 / 30_000.0).abs() < 0.03, "{share}");
        }
        // One compound alone keeps its block.
        let one = Parting::new(&areas[..1], 25.0);
        assert_eq!(one.parts(block.clone(), &how), [block]);
    }
}

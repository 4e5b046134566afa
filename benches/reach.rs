//! Promises on reach: a made town of 250,000 crossings beside scipy's compiled Dijkstra in the same run, and, where
//! `BOUNDSTONE_OSM` names a file of OpenStreetMap, that town too.
//!
//! scipy is given the graph of crossings ready to use; ours has places along streets to look up besides.

use std::io::Write as _;
use std::path::Path;

use boundstone::access::Reach;
use boundstone::network::{
    Direction, Found, Lines, Locator, Mesh, Metric, Network, OsmStreets, OsmWay, Profile, Search, Spot, Tags,
    Walk, outline, pieces,
};
use geo_types::{Coord, coord};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::peers::{are_there, python};
use crate::report::{Better, Report, median};
use crate::snapshot::on_one_core;

const SCIPY: &[&str] = &["scipy==1.17.1", "numpy==2.4.6"];
const FACILITIES: usize = 200;
const DEMAND: usize = 100_000;
const LIMIT_S: f64 = 900.0;
const RUNS: usize = 11;

/// Runs them.
pub fn run(report: &mut Report) {
    if report.wants("reach.grid_covered")
        || report.wants("reach.grid_demand")
        || report.wants("reach.grid_isochrone")
    {
        measured(report, "grid", grid(500));
    }
    if let Some(path) = std::env::var_os("BOUNDSTONE_OSM").filter(|_| report.wants("reach.osm")) {
        let begun = std::time::Instant::now();
        let network = osm(Path::new(&path));
        report.add(
            "reach.osm_load",
            begun.elapsed().as_secs_f64(),
            "s",
            Better::Lower,
            ("none", None),
            &format!(
                "{} nodes, {} vertices, {:.0} MB",
                network.node_count(),
                network.vertex_count(),
                network.bytes() as f64 / 1e6
            ),
        );
        measured(report, "osm", network);
    }
}

/// Crossings 80 m apart, pushed about by up to 15 m.
fn grid(side: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let at: Vec<Coord> = (0..side * side)
        .map(|number| {
            coord! {
                x: (number % side) as f64 * 80.0 + rng.random_range(-15.0..15.0),
                y: (number / side) as f64 * 80.0 + rng.random_range(-15.0..15.0),
            }
        })
        .collect();
    let mut lines = Lines::new(Metric::Plane);
    for number in 0..side * side {
        for (beside, there) in
            [(number + 1, number % side + 1 < side), (number + side, number + side < side * side)]
        {
            if there {
                lines.add(vec![at[number], at[beside]], Tags::default(), number as i64);
            }
        }
    }
    Network::build(lines.finish(), Metric::Plane).unwrap()
}

fn osm(path: &Path) -> Network {
    let file = boundstone::formats::streets(path).unwrap();
    let mut streets = OsmStreets::default();
    for way in file.ways {
        streets.add_way(OsmWay { id: way.id, nodes: way.nodes, line: way.line, tags: way.tags });
    }
    for (id, tags) in &file.barriers {
        streets.add_barrier(*id, tags);
    }
    Network::build(streets.finish(), Metric::Degrees).unwrap()
}

/// Places a little off the streets, anywhere along them.
fn places(network: &Network, walk: &Walk, count: usize, seed: u64) -> Vec<Found> {
    let locator = Locator::new(network, walk);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let off = if network.metric() == Metric::Plane { 5.0 } else { 5e-5 };
    (0..count)
        .map(|_| {
            let shape = network.shape(rng.random_range(0..network.edge_count()));
            let segment = rng.random_range(0..shape.len() - 1);
            let share: f64 = rng.random();
            let (a, b) = (shape[segment], shape[segment + 1]);
            let at = coord! { x: a.x + share * (b.x - a.x) + off, y: a.y + share * (b.y - a.y) };
            locator.find(network, walk, at, 200.0)
        })
        .collect()
}

const DIJKSTRA: &str = "
import sys, time
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
with open(sys.argv[1], 'rb') as file:
    nodes, edges, sources = np.fromfile(file, dtype=np.int64, count=3)
    a = np.fromfile(file, dtype=np.int64, count=edges); b = np.fromfile(file, dtype=np.int64, count=edges)
    seconds = np.fromfile(file, dtype=np.float64, count=edges); start = np.fromfile(file, dtype=np.int64, count=sources)
graph = csr_matrix((seconds, (a, b)), shape=(nodes, nodes))
used = []
for _ in range(11):
    began = time.process_time()
    times = dijkstra(graph, directed=True, indices=start, min_only=True, limit=float(sys.argv[2]))
    used.append(time.process_time() - began)
print(sorted(used)[5], int(np.isfinite(times).sum()))
";

/// scipy from the crossings nearest to the facilities: CPU seconds, and crossings within the limit.
fn scipy(network: &Network, walk: &Walk, sources: &[Spot]) -> Option<(f64, usize)> {
    if !are_there("scipy.sparse.csgraph", SCIPY) {
        return None;
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut arcs: Vec<(i64, i64, f64)> = Vec::new();
    for (number, edge) in network.edges().iter().enumerate() {
        let (ahead, back) = walk.seconds(network, number);
        for (from, to, seconds) in [(edge.from, edge.to, ahead), (edge.to, edge.from, back)] {
            if seconds.is_finite() && from != to {
                // Zero would be no arc to scipy. Of parallel ones it would take the sum: the shortest is kept below.
                arcs.push((i64::from(from), i64::from(to), seconds.max(1e-6)));
            }
        }
    }
    arcs.sort_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)).then(x.2.total_cmp(&y.2)));
    arcs.dedup_by_key(|arc| (arc.0, arc.1));
    let mut bytes: Vec<u8> = Vec::new();
    for number in [network.node_count(), arcs.len(), sources.len()] {
        bytes.extend((number as i64).to_le_bytes());
    }
    // Against the way people walk: from facilities outwards, so arcs are turned round.
    arcs.iter().for_each(|arc| bytes.extend(arc.1.to_le_bytes()));
    arcs.iter().for_each(|arc| bytes.extend(arc.0.to_le_bytes()));
    arcs.iter().for_each(|arc| bytes.extend(arc.2.to_le_bytes()));
    sources.iter().for_each(|spot| bytes.extend(i64::from(spot.nodes[0]).to_le_bytes()));
    file.write_all(&bytes).unwrap();
    file.flush().unwrap();
    let output = python().arg("-c").arg(DIJKSTRA).arg(file.path()).arg(LIMIT_S.to_string()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (used, within) = text.trim().split_once(' ')?;
    Some((used.parse().ok()?, within.parse().ok()?))
}

fn measured(report: &mut Report, town: &str, network: Network) {
    let walk = Walk::new(&network, Profile::plain(1.25).unwrap());
    let facilities = places(&network, &walk, FACILITIES, 2);
    let demand = places(&network, &walk, DEMAND, 3);
    let problem = Reach {
        network: &network,
        walk: &walk,
        facilities: &facilities,
        demand: &demand,
        direction: Direction::Toward,
    };
    let (_, sources) = problem.sources().unwrap();
    let mut reached = 0;
    let covered = {
        let search = std::sync::Mutex::new(Search::new(&walk, network.node_count()));
        let used = on_one_core(RUNS, || {
            search.lock().unwrap().run(&walk, &sources, Direction::Toward, LIMIT_S).nodes().len()
        });
        reached += search.lock().unwrap().run(&walk, &sources, Direction::Toward, LIMIT_S).nodes().len();
        used
    };
    let peer = scipy(&network, &walk, &sources);
    report.add(
        &format!("reach.{town}_covered"),
        covered * 1e3,
        "CPU ms",
        Better::Lower,
        ("scipy", peer.map(|(used, _)| used * 1e3)),
        &format!(
            "{} nodes, {FACILITIES} facilities, 15 min: {reached} nodes reached{}",
            network.node_count(),
            peer.map_or_else(String::new, |(_, within)| format!(" (scipy, from the nodes beside: {within})"))
        ),
    );
    let all = median(RUNS, || problem.nearest().unwrap().len());
    report.add(
        &format!("reach.{town}_demand"),
        all.as_secs_f64() * 1e3,
        "ms",
        Better::Lower,
        ("none", None),
        &format!("{DEMAND} places of demand from {FACILITIES} facilities, any distance; 40 ms promised"),
    );
    let mesh = Mesh::new(&network, &walk);
    let mut search = Search::new(&walk, network.node_count());
    let mut times = Vec::new();
    let mut pieces_of_one = 0;
    for spot in sources.iter().take(50) {
        let one = std::slice::from_ref(spot);
        let time = median(3, || {
            let reached = search.run(&walk, one, Direction::Toward, LIMIT_S * (1.0 + 1e-9));
            let found = pieces(&network, &reached, LIMIT_S);
            pieces_of_one = found.len();
            outline(&network, &mesh, &found)
        });
        times.push(time);
    }
    times.sort_unstable();
    report.add(
        &format!("reach.{town}_isochrone"),
        times[times.len() / 2].as_secs_f64() * 1e3,
        "ms",
        Better::Lower,
        ("none", None),
        &format!(
            "exact pieces and outline of 15 minutes, median of 50 places, longest {:.1} ms, the last with {pieces_of_one} pieces; 5 ms promised",
            times[times.len() - 1].as_secs_f64() * 1e3
        ),
    );
}

//! The network against a naive twin: every place a node of its own, Bellman and Ford's algorithm.

use geo_types::Coord;
use proptest::prelude::*;

use super::*;

/// A random network: streets by node with an inner vertex now and then, and places on them.
#[derive(Clone, Debug)]
struct Town {
    nodes: Vec<Coord>,
    streets: Vec<(usize, usize, Option<Coord>, OneWay)>,
    /// street and share of its metres, and metres off it
    sources: Vec<(usize, f64, f64)>,
    targets: Vec<(usize, f64, f64)>,
}

fn coord() -> impl Strategy<Value = Coord> {
    // Few different places: many edges of no length, many ties.
    (0..5_i32, 0..5_i32).prop_map(|(x, y)| Coord { x: f64::from(x) * 100.0, y: f64::from(y) * 100.0 })
}

fn one_way() -> impl Strategy<Value = OneWay> {
    prop_oneof![6 => Just(OneWay::Both), 1 => Just(OneWay::Forward), 1 => Just(OneWay::Backward)]
}

fn place(streets: usize) -> impl Strategy<Value = (usize, f64, f64)> {
    let share = prop_oneof![Just(0.0), Just(1.0), Just(0.5), 0.0..1.0];
    (0..streets, share, prop_oneof![Just(0.0), 0.0..40.0])
}

fn town() -> impl Strategy<Value = Town> {
    (2..14_usize, 1..22_usize).prop_flat_map(|(nodes, streets)| {
        let street = (0..nodes, 0..nodes, proptest::option::weighted(0.4, coord()), one_way());
        (
            proptest::collection::vec(coord(), nodes),
            proptest::collection::vec(street, streets),
            proptest::collection::vec(place(streets), 1..5),
            proptest::collection::vec(place(streets), 1..6),
        )
            .prop_map(|(nodes, streets, sources, targets)| Town { nodes, streets, sources, targets })
    })
}

impl Town {
    fn network(&self) -> Network {
        let streets = self.streets.iter().enumerate().map(|(at, (a, b, inner, one_way))| {
            let mut shape = vec![self.nodes[*a], self.nodes[*b]];
            if let Some(inner) = inner {
                shape.insert(1, *inner);
            }
            let tags = Tags { one_way: *one_way, ..Tags::default() };
            Street { from: *a as u32, to: *b as u32, shape, tags, source: at as i64 }
        });
        let streets = Streets { nodes: self.nodes.len(), streets: streets.collect() };
        Network::build(streets, Metric::Plane).unwrap()
    }

    fn length(&self, street: usize) -> f64 {
        let (a, b, inner, _) = &self.streets[street];
        let (a, b) = (self.nodes[*a], self.nodes[*b]);
        let metres = |p: Coord, q: Coord| (p.x - q.x).hypot(p.y - q.y);
        inner.map_or(metres(a, b), |inner| metres(a, inner) + metres(inner, b))
    }

    /// Metres from every target to every source (or back), by brute force; the metres off the street not counted.
    fn naive(&self, direction: Direction) -> Vec<Vec<f64>> {
        let n = self.nodes.len();
        let places: Vec<_> = self.sources.iter().chain(&self.targets).collect();
        let mut arcs: Vec<(usize, usize, f64)> = Vec::new();
        for (street, (a, b, _, one_way)) in self.streets.iter().enumerate() {
            let length = self.length(street);
            let mut stops = vec![(0.0, *a), (length, *b)];
            for (at, place) in places.iter().enumerate().filter(|(_, place)| place.0 == street) {
                stops.push((place.1 * length, n + at));
            }
            // Ends first where places share them: they are the same place then.
            for (i, p) in stops.iter().enumerate() {
                for q in &stops[i + 1..] {
                    let (low, high) = if p.0 <= q.0 { (p, q) } else { (q, p) };
                    let metres = high.0 - low.0;
                    if *one_way != OneWay::Backward || metres == 0.0 {
                        arcs.push((low.1, high.1, metres));
                    }
                    if *one_way != OneWay::Forward || metres == 0.0 {
                        arcs.push((high.1, low.1, metres));
                    }
                }
            }
        }
        // A place at an end is that node on a street that is closed the other way, too; a street's two ends are
        // one place only where it has no length, which the arcs above would wrongly open to both ways.
        arcs.retain(|(a, b, metres)| *metres > 0.0 || *a >= n || *b >= n || self.both_ways(*a, *b));
        let from_source = |source: usize| {
            let mut least = vec![f64::INFINITY; n + places.len()];
            least[n + source] = 0.0;
            loop {
                let mut changed = false;
                for (a, b, metres) in &arcs {
                    let (a, b) = if direction == Direction::Away { (*a, *b) } else { (*b, *a) };
                    if least[a] + metres < least[b] - 1e-12 {
                        least[b] = least[a] + metres;
                        changed = true;
                    }
                }
                if !changed {
                    return least[n + self.sources.len()..].to_vec();
                }
            }
        };
        (0..self.sources.len()).map(from_source).collect()
    }

    fn both_ways(&self, a: usize, b: usize) -> bool {
        self.streets.iter().enumerate().any(|(at, street)| {
            self.length(at) == 0.0
                && (street.0 == a && street.1 == b && street.3 != OneWay::Backward
                    || street.1 == a && street.0 == b && street.3 != OneWay::Forward)
        })
    }

    /// The place on the network that was built: its edges are sorted, the streets know where they come from.
    fn spot(&self, network: &Network, walk: &Walk, place: &(usize, f64, f64)) -> Spot {
        let edge = network.edges().iter().position(|edge| edge.source == place.0 as i64).unwrap();
        let metres = place.1 * self.length(place.0);
        let along = &network.along[network.range(edge)];
        let segment = (1..along.len()).find(|at| along[*at] >= metres).unwrap_or(along.len() - 1) - 1;
        let length = along[segment + 1] - along[segment];
        let share = if length > 0.0 { ((metres - along[segment]) / length).clamp(0.0, 1.0) } else { 0.0 };
        Spot::new(network, walk, On { edge: edge as u32, segment: segment as u32, share }, place.2)
    }
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn times_are_those_of_the_naive_twin(town in town(), toward: bool, k in 1..4_u16) {
        // Streets of no length that are one-way cannot be told apart by metres: they are left to another test.
        prop_assume!(town.streets.iter().enumerate().all(|(at, s)| town.length(at) > 0.0 || s.3 == OneWay::Both));
        let network = town.network();
        let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
        let direction = if toward { Direction::Toward } else { Direction::Away };
        let spots = |places: &[(usize, f64, f64)]| -> Vec<Spot> {
            places.iter().map(|place| town.spot(&network, &walk, place)).collect()
        };
        let (sources, targets) = (spots(&town.sources), spots(&town.targets));
        let naive = town.naive(direction);
        let mut search = Search::new(&walk, network.node_count());
        let nearest = k_nearest(&walk, network.node_count(), &sources, direction, k);
        for limit in [f64::INFINITY, 250.0] {
            let reached = search.run(&walk, &sources, direction, limit);
            for (at, target) in targets.iter().enumerate() {
                let mut all: Vec<f64> =
                    (0..sources.len()).map(|s| naive[s][at] + town.sources[s].2 + town.targets[at].2).collect();
                let found = reached.at(target);
                if found.source != u32::MAX && limit.is_infinite() {
                    prop_assert!(close(found.seconds, all[found.source as usize]), "{found:?} {all:?}");
                }
                all.sort_by(f64::total_cmp);
                if limit.is_infinite() {
                    prop_assert!(close(found.seconds, all[0]), "{found:?} {all:?} {at}");
                    let ranked = nearest.at(target);
                    for rank in 0..usize::from(k).min(all.len()) {
                        let seconds = ranked.get(rank).map_or(f64::INFINITY, |label| label.seconds);
                        prop_assert!(close(seconds, all[rank]), "{ranked:?} {all:?} {at}");
                    }
                } else if all[0] < limit - 1e-6 {
                    prop_assert!(close(found.seconds, all[0]), "{found:?} {all:?} {at}");
                }
            }
        }
    }

    #[test]
    fn pieces_hold_what_is_reached_and_nothing_else(town in town(), toward: bool, limit in 1.0..400.0_f64) {
        prop_assume!(town.streets.iter().enumerate().all(|(at, s)| town.length(at) > 0.0 || s.3 == OneWay::Both));
        let network = town.network();
        let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
        let direction = if toward { Direction::Toward } else { Direction::Away };
        let sources: Vec<Spot> =
            town.sources.iter().map(|place| town.spot(&network, &walk, place)).collect();
        let mut search = Search::new(&walk, network.node_count());
        let found = {
            let reached = search.run(&walk, &sources, direction, limit);
            pieces(&network, &reached, limit)
        };
        let reached = search.run(&walk, &sources, direction, f64::INFINITY);
        for edge in 0..network.edge_count() as u32 {
            let end = network.shape(edge as usize).len() - 1;
            for step in 0..=8 * end {
                let place = step as f64 / 8.0;
                let (segment, share) = ((place as usize).min(end - 1), place - (place as usize).min(end - 1) as f64);
                let spot = Spot::new(&network, &walk, On { edge, segment: segment as u32, share }, 0.0);
                let seconds = reached.at(&spot).seconds;
                let inside = found.iter().any(|p| p.edge == edge && p.from <= place && place <= p.to);
                // The end of a street that is closed that way is reached as a node, which is no piece of it.
                let a_point = (spot.along_m <= 0.0 || spot.along_m >= network.length_m(edge as usize))
                    && network.edges()[edge as usize].tags.one_way != OneWay::Both;
                if (seconds - limit).abs() > 1e-6 && !a_point {
                    prop_assert_eq!(inside, seconds < limit, "edge {} place {} seconds {}", edge, place, seconds);
                }
            }
        }
    }
}

/// A square grid with so many streets of 100 m.
fn grid(count: usize) -> Network {
    let mut lines = Lines::new(Metric::Plane);
    let at = |x: usize, y: usize| Coord { x: x as f64 * 100.0, y: y as f64 * 100.0 };
    for x in 0..count {
        for y in 0..count {
            if x + 1 < count {
                lines.add(vec![at(x, y), at(x + 1, y)], Tags::default(), 0);
            }
            if y + 1 < count {
                lines.add(vec![at(x, y), at(x, y + 1)], Tags::default(), 0);
            }
        }
    }
    Network::build(lines.finish(), Metric::Plane).unwrap()
}

fn area(shape: &geo_types::MultiPolygon) -> f64 {
    let ring = |ring: &geo_types::LineString| {
        ring.0.windows(2).map(|p| p[0].x * p[1].y - p[1].x * p[0].y).sum::<f64>() / 2.0
    };
    shape.0.iter().map(|p| ring(p.exterior()) + p.interiors().iter().map(ring).sum::<f64>()).sum()
}

#[test]
fn an_outline_is_the_diamond_of_the_grid() {
    let network = grid(21);
    let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
    let locator = Locator::new(&network, &walk);
    let origin = locator.find(&network, &walk, Coord { x: 1000.0, y: 1000.0 }, 50.0);
    let sources = [*origin.spot().unwrap()];
    let mesh = Mesh::new(&network, &walk);
    let mut search = Search::new(&walk, network.node_count());
    let mut last = 0.0;
    for limit in [10.0, 30.0, 330.0, 650.0] {
        let reached = search.run(&walk, &sources, Direction::Toward, limit);
        let found = pieces(&network, &reached, limit);
        let shape = outline(&network, &mesh, &found);
        assert_eq!(shape.0.len(), 1, "{limit}");
        assert!(shape.0[0].interiors().is_empty(), "{limit}");
        let ring = shape.0[0].exterior();
        let far = ring.0.iter().map(|c| (c.x - 1000.0).abs() + (c.y - 1000.0).abs()).fold(0.0, f64::max);
        assert!((far - limit).abs() < 60.0, "{limit} {far}");
        // It crosses the street to the east exactly where the time is over.
        let east = Coord { x: 1000.0 + limit, y: 1000.0 };
        let off = ring.0.iter().map(|c| (c.x - east.x).hypot(c.y - east.y)).fold(f64::MAX, f64::min);
        assert!(limit < 20.0 || off < 1e-3, "{limit} {off}");
        let now = area(&shape);
        assert!(
            now > last && (limit < 100.0 || (now / (2.0 * limit * limit) - 1.0).abs() < 0.25),
            "{limit} {now}"
        );
        last = now;
    }
}

#[test]
fn heights_make_up_slower_than_down() {
    let line = |heights: &dyn Fn(Coord) -> Option<f64>| {
        let mut lines = Lines::new(Metric::Plane);
        let vertices = (0..=10).map(|k| Coord { x: f64::from(k) * 50.0 + 200.0, y: 0.0 }).collect();
        lines.add(vertices, Tags::default(), 1);
        let mut network = Network::build(lines.finish(), Metric::Plane).unwrap();
        network.set_heights(heights);
        let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
        walk.seconds(&network, 0)
    };
    assert_eq!(line(&|_| None), (500.0, 500.0));
    assert_eq!(line(&|_| Some(7.0)), (500.0, 500.0));
    let (up, down) = line(&|c| Some(0.1 * c.x));
    let (uphill, downhill) = (500.0 * (3.5_f64 * 0.1).exp(), 500.0);
    assert!((up - uphill).abs() < 1e-9 && (down - downhill).abs() < 1e-9, "{up} {down}");
    // A void in the middle is bridged, so that the slope goes on.
    let holed = line(&|c| (c.x < 300.0 || c.x > 500.0).then_some(0.1 * c.x));
    assert!((holed.0 - uphill).abs() < 1e-9 && (holed.1 - downhill).abs() < 1e-9, "{holed:?}");
}

#[test]
fn steps_stop_a_wheelchair_and_parts_cut_off_are_listed() {
    let mut lines = Lines::new(Metric::Plane);
    let at = |x: f64| Coord { x, y: 0.0 };
    lines.add(vec![at(0.0), at(500.0)], Tags::default(), 1);
    lines.add(vec![at(500.0), at(600.0)], Tags { steps: true, ..Tags::default() }, 2);
    lines.add(vec![at(600.0), at(700.0)], Tags::default(), 3);
    let network = Network::build(lines.finish(), Metric::Plane).unwrap();
    let adult = Walk::new(&network, Profile::by_name("adult").unwrap());
    assert!(adult.islands().is_empty());
    let chair = Walk::new(&network, Profile::by_name("wheelchair").unwrap());
    assert_eq!(chair.islands().len(), 1);
    assert_eq!((chair.islands()[0].edges, chair.islands()[0].length_m), (1, 100.0));
    // A place at the steps is joined to the level street.
    let locator = Locator::new(&network, &chair);
    let found = locator.find(&network, &chair, Coord { x: 530.0, y: 0.0 }, 100.0);
    assert_eq!(found.spot().unwrap().off_m, 30.0);
    assert_eq!(locator.find(&network, &chair, Coord { x: 300.0, y: 101.0 }, 100.0), Found::TooFar(101.0));
    assert!(Profile::by_name("giant").is_err() && Profile::plain(0.0).is_err());
}

fn way(id: i64, nodes: &[(i64, f64, f64)], tags: &[(&str, &str)]) -> OsmWay {
    OsmWay {
        id,
        nodes: nodes.iter().map(|n| n.0).collect(),
        line: nodes.iter().map(|n| Coord { x: n.1 / 1e5, y: n.2 / 1e5 }).collect(),
        tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}

#[test]
fn bridges_are_not_joined_to_what_runs_under_them() {
    let mut streets = OsmStreets::default();
    // A street and a bridge cross at the same place with nodes of their own; a gate that is locked cuts a path.
    streets.add_way(way(1, &[(1, 0.0, 0.0), (2, 50.0, 0.0), (3, 100.0, 0.0)], &[("highway", "residential")]));
    streets.add_way(way(
        2,
        &[(4, 50.0, -50.0), (5, 50.0, 0.0), (6, 50.0, 50.0)],
        &[("highway", "footway"), ("bridge", "yes")],
    ));
    streets.add_way(way(3, &[(3, 100.0, 0.0), (7, 150.0, 0.0), (8, 200.0, 0.0)], &[("highway", "path")]));
    streets.add_barrier(7, &[("barrier".into(), "gate".into()), ("access".into(), "private".into())]);
    streets.add_barrier(2, &[("barrier".into(), "bollard".into())]);
    assert!(!streets.add_way(way(4, &[(1, 0.0, 0.0), (8, 200.0, 0.0)], &[("highway", "motorway")])));
    assert!(!streets.add_way(way(
        5,
        &[(1, 0.0, 0.0), (8, 200.0, 0.0)],
        &[("highway", "service"), ("access", "private")]
    )));
    let network = Network::build(streets.finish(), Metric::Degrees).unwrap();
    let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
    assert_eq!(network.edge_count(), 4);
    assert_eq!(walk.islands().len(), 2, "{:?}", walk.islands());
}

#[test]
fn a_square_is_crossed_and_its_wall_is_not() {
    let mut streets = OsmStreets::default();
    // An L-shaped square; from its upper left corner to its lower right one the way bends at the inward corner.
    let ring = [
        (1, 0.0, 0.0),
        (2, 200.0, 0.0),
        (3, 200.0, 100.0),
        (4, 100.0, 100.0),
        (5, 100.0, 200.0),
        (6, 0.0, 200.0),
        (1, 0.0, 0.0),
    ];
    streets.add_way(way(1, &ring, &[("highway", "pedestrian"), ("area", "yes")]));
    streets.add_way(way(2, &[(6, 0.0, 200.0), (7, 0.0, 300.0)], &[("highway", "footway")]));
    streets.add_way(way(3, &[(2, 200.0, 0.0), (8, 300.0, 0.0)], &[("highway", "footway")]));
    assert_eq!(streets.counts().squares, 1);
    let network = Network::build(streets.finish(), Metric::Degrees).unwrap();
    let walk = Walk::new(&network, Profile::plain(1.0).unwrap());
    let locator = Locator::new(&network, &walk);
    let spot = |x: f64, y: f64| {
        *locator.find(&network, &walk, Coord { x: x / 1e5, y: y / 1e5 }, 1.0).spot().unwrap()
    };
    let sources = [spot(0.0, 300.0)];
    let mut search = Search::new(&walk, network.node_count());
    let reached = search.run(&walk, &sources, Direction::Toward, f64::INFINITY);
    let metres = reached.at(&spot(300.0, 0.0)).seconds;
    // 100 along each footway, and the two diagonals of a quarter: degrees are nearly square at the equator.
    let expected = 100.0 * 1.11319 + 100.0 * 1.10574 + 2.0 * 100.0 * (1.11319_f64.hypot(1.10574));
    assert!((metres - expected).abs() < 0.5, "{metres} {expected}");
}

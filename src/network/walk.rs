//! The network for one profile: which edges can be used, and the seconds along them in both directions.

use super::street::{Crossing, Edge, Network, OneWay};
use super::{Profile, Slope, Spot};

/// Which way people walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// to the places that are asked about: from home to a facility
    #[default]
    Toward,
    /// from the places that are asked about
    Away,
}

/// An arc of the graph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    /// node at its other end
    pub to: u32,
    /// its edge
    pub edge: u32,
    /// seconds
    pub seconds: f64,
}

/// Arcs by node.
#[derive(Clone, Debug, Default)]
pub(super) struct Arcs {
    first: Vec<u32>,
    arcs: Vec<Arc>,
}

impl Arcs {
    /// The arcs of a node.
    pub fn of(&self, node: u32) -> &[Arc] {
        &self.arcs[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }

    /// Sorts arcs by the node that they leave, each node's by the node they lead to.
    fn gather(nodes: usize, all: impl Iterator<Item = (u32, Arc)> + Clone) -> Self {
        let mut first = vec![0u32; nodes + 1];
        for (node, _) in all.clone() {
            first[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut arcs = vec![Arc { to: 0, edge: 0, seconds: 0.0 }; first[nodes] as usize];
        for (node, arc) in all {
            arcs[next[node as usize] as usize] = arc;
            next[node as usize] += 1;
        }
        Self { first, arcs }
    }
}

/// The network for one profile.
#[derive(Clone, Debug)]
pub struct Walk {
    profile: Profile,
    /// by vertex: seconds from the beginning of its edge to it; infinite where that way is closed
    ahead: Vec<f64>,
    /// by vertex: seconds from it back to the beginning of its edge
    back: Vec<f64>,
    /// arcs against the way they are walked: for times to a place
    toward: Arcs,
    /// arcs as they are walked: for times from a place
    away: Arcs,
    /// mean seconds of an arc
    mean_s: f64,
    /// by node, the component that it belongs to; components are numbered by their length, the longest is 0
    component: Vec<u32>,
    islands: Vec<Island>,
}

/// A part of the network that is cut off from its main part.
#[derive(Clone, Debug, PartialEq)]
pub struct Island {
    /// how many edges
    pub edges: usize,
    /// their metres
    pub length_m: f64,
    /// one of its nodes
    pub node: u32,
    /// the row or way that one of its edges comes from
    pub source: i64,
}

impl Walk {
    /// Times of a profile.
    pub fn new(network: &Network, profile: Profile) -> Self {
        let (mut ahead, mut back) = (Vec::new(), Vec::new());
        ahead.reserve_exact(network.shape.len());
        back.reserve_exact(network.shape.len());
        for at in 0..network.edges.len() {
            times(network, at, &profile, (&mut ahead, &mut back));
        }
        let end = |at: usize| network.range(at).end - 1;
        let (ahead_s, back_s) = (&ahead, &back);
        let walked = network.edges.iter().enumerate().flat_map(move |(at, edge)| {
            let (there, home) = (ahead_s[end(at)], back_s[end(at)]);
            let arc = |to: u32, seconds: f64| Arc { to, edge: at as u32, seconds };
            [(edge.from, arc(edge.to, there)), (edge.to, arc(edge.from, home))]
        });
        let open = walked.filter(|(_, arc)| arc.seconds.is_finite());
        let away = Arcs::gather(network.nodes.len(), open.clone());
        let turned = open.map(|(from, arc)| (arc.to, Arc { to: from, ..arc }));
        let toward = Arcs::gather(network.nodes.len(), turned);
        let sum: f64 = away.arcs.iter().map(|arc| arc.seconds).sum();
        let mean_s = sum / (away.arcs.len() as f64).max(1.0);
        let mut walk =
            Self { profile, ahead, back, toward, away, mean_s, component: Vec::new(), islands: Vec::new() };
        walk.find_components(network);
        walk
    }

    /// Who walks.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Seconds along an edge as drawn, and back; infinite where it is closed that way.
    pub fn seconds(&self, network: &Network, edge: usize) -> (f64, f64) {
        let end = network.range(edge).end - 1;
        (self.ahead[end], self.back[end])
    }

    /// Whether an edge can be walked at all.
    pub fn usable(&self, network: &Network, edge: usize) -> bool {
        let (there, back) = self.seconds(network, edge);
        there.is_finite() || back.is_finite()
    }

    /// Whether another profile can use the same edges.
    pub fn uses_the_same(&self, network: &Network, other: &Self) -> bool {
        (0..network.edges.len()).all(|edge| self.usable(network, edge) == other.usable(network, edge))
    }

    /// Seconds by vertex: from the beginning of its edge, and back to it.
    pub(super) fn by_vertex(&self, vertex: usize) -> (f64, f64) {
        (self.ahead[vertex], self.back[vertex])
    }

    pub(super) fn arcs(&self, direction: Direction) -> &Arcs {
        match direction {
            Direction::Toward => &self.toward,
            Direction::Away => &self.away,
        }
    }

    /// The edges along which nodes are reached, and those that sources lie on; each once, ascending.
    pub fn edges_at(&self, nodes: &[u32], direction: Direction, sources: &[Spot]) -> Vec<u32> {
        let arcs = self.arcs(direction);
        let mut edges: Vec<u32> = nodes.iter().flat_map(|node| arcs.of(*node)).map(|arc| arc.edge).collect();
        edges.extend(sources.iter().map(|spot| spot.edge));
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    pub(super) fn mean_s(&self) -> f64 {
        self.mean_s
    }

    /// The component of a node: 0 is the main part.
    pub fn component(&self, node: u32) -> u32 {
        self.component[node as usize]
    }

    /// Parts cut off from the main one, the longest first.
    pub fn islands(&self) -> &[Island] {
        &self.islands
    }

    /// Bytes of memory that it holds.
    pub fn bytes(&self) -> usize {
        let arcs = |arcs: &Arcs| arcs.arcs.capacity() * size_of::<Arc>() + arcs.first.capacity() * 4;
        (self.ahead.capacity() + self.back.capacity()) * 8
            + arcs(&self.toward)
            + arcs(&self.away)
            + self.component.capacity() * 4
    }

    /// Union of the ends of usable edges, whichever way they may be walked.
    fn find_components(&mut self, network: &Network) {
        let mut parent: Vec<u32> = (0..network.nodes.len() as u32).collect();
        let usable: Vec<bool> = (0..network.edges.len()).map(|edge| self.usable(network, edge)).collect();
        for (edge, _) in network.edges.iter().zip(&usable).filter(|(_, usable)| **usable) {
            let (a, b) = (root(&mut parent, edge.from), root(&mut parent, edge.to));
            parent[a.max(b) as usize] = a.min(b);
        }
        let mut islands: Vec<Option<Island>> = vec![None; network.nodes.len()];
        for (at, edge) in network.edges.iter().enumerate().filter(|(at, _)| usable[*at]) {
            let node = root(&mut parent, edge.from);
            let new = Island { edges: 0, length_m: 0.0, node, source: edge.source };
            let island = islands[node as usize].get_or_insert(new);
            island.edges += 1;
            island.length_m += network.length_m(at);
        }
        let mut found: Vec<Island> = islands.into_iter().flatten().collect();
        found.sort_by(|a, b| b.length_m.total_cmp(&a.length_m).then(a.node.cmp(&b.node)));
        let mut number = vec![u32::MAX; network.nodes.len()];
        for (at, island) in found.iter().enumerate() {
            number[island.node as usize] = at as u32;
        }
        self.component =
            (0..network.nodes.len() as u32).map(|node| number[root(&mut parent, node) as usize]).collect();
        self.islands = found.split_off(1.min(found.len()));
    }
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

/// Adds the seconds of an edge's vertices.
fn times(network: &Network, at: usize, profile: &Profile, (ahead, back): (&mut Vec<f64>, &mut Vec<f64>)) {
    let edge = &network.edges[at];
    let range = network.range(at);
    let closed = edge.tags.steps && profile.steps <= 0.0 || too_steep(network, at, profile);
    let may = |closed_way: OneWay| !closed && edge.tags.one_way != closed_way;
    let (may_ahead, may_back) = (may(OneWay::Backward), may(OneWay::Forward));
    let (mut there, mut home) = (0.0, 0.0);
    let pace = Pace::of(network, at, edge, profile);
    for vertex in range.clone() {
        if vertex > range.start {
            let (a, b) = pace.segment(network, vertex);
            there += a;
            home += b;
        }
        ahead.push(if may_ahead { there } else { f64::INFINITY });
        back.push(if may_back { home } else { f64::INFINITY });
    }
}

/// What a metre of an edge costs.
struct Pace {
    speed: f64,
    slope: Option<Slope>,
    /// waiting, shared out over the edge's metres
    wait_per_m: f64,
}

impl Pace {
    fn of(network: &Network, at: usize, edge: &Edge, profile: &Profile) -> Self {
        let wait = match edge.tags.crossing {
            Crossing::None => 0.0,
            Crossing::Plain => profile.crossing_s,
            Crossing::Signals => profile.signal_s,
        };
        let length = network.length_m(at);
        Self {
            speed: profile.speed_m_per_s * if edge.tags.steps { profile.steps } else { 1.0 },
            slope: Some(profile.slope).filter(|_| !network.heights.is_empty()),
            wait_per_m: if length > 0.0 { wait / length } else { 0.0 },
        }
    }

    /// Seconds of the segment that ends at a vertex, as drawn and back.
    fn segment(&self, network: &Network, vertex: usize) -> (f64, f64) {
        let metres = network.along[vertex] - network.along[vertex - 1];
        let wait = metres * self.wait_per_m;
        let level = metres / self.speed;
        let Some(slope) = self.slope.filter(|_| metres > 0.0) else { return (level + wait, level + wait) };
        let rise = (network.heights[vertex] - network.heights[vertex - 1]) / metres;
        if !rise.is_finite() {
            return (level + wait, level + wait);
        }
        (level / slope.factor(rise) + wait, level / slope.factor(-rise) + wait)
    }
}

/// Whether the mean slope of an edge is above what the profile can climb.
fn too_steep(network: &Network, at: usize, profile: &Profile) -> bool {
    let (Some(steepest), false) = (profile.steepest, network.heights.is_empty()) else { return false };
    let range = network.range(at);
    let rise = network.heights[range.end - 1] - network.heights[range.start];
    let length = network.length_m(at);
    length > 0.0 && (rise / length).abs() > steepest
}

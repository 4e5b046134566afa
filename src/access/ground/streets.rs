//! The walking network of a register: roads joined where they share a vertex, shut gates cut.
//!
//! A vertex inside of a bridge, a tunnel or a road on another level is joined only to its own kind; the ends of such
//! roads are joined to whatever is there.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo_types::Coord;

use super::defaults::{Defaults, Passing};
use crate::model::{Layer, Record, Value, geometry};
use crate::network::{Metric, Network, NetworkError, OsmCounts, OsmStreets, OsmWay};

/// A vertex: nanodegrees, and the level where it is not joined to others.
type Key = (i64, i64, i64);

/// Nothing is joined to it from another level.
const GROUND: i64 = 0;

/// Vertices numbered by place.
#[derive(Default)]
struct Numbers(HashMap<Key, i64, RandomState>);

fn key(at: Coord, level: i64) -> Key {
    (
        (at.x * geometry::UNITS_PER_DEGREE).round() as i64,
        (at.y * geometry::UNITS_PER_DEGREE).round() as i64,
        level,
    )
}

impl Numbers {
    fn of(&mut self, key: Key) -> i64 {
        let next = self.0.len() as i64;
        *self.0.entry(key).or_insert(next)
    }
}

/// Roads of a register as a network; nothing where no road can be walked. The way of an edge is the number of its road
/// in the order that they were given in.
pub fn network<'a>(
    roads: impl Iterator<Item = &'a Record>,
    gates: impl Iterator<Item = &'a Record>,
    defaults: &Defaults,
) -> Result<(Option<Network>, OsmCounts), NetworkError> {
    let mut streets = OsmStreets::default();
    let mut numbers = Numbers::default();
    for (row, record) in roads.enumerate() {
        let tags = tags(record, defaults);
        let level = level(record);
        if let Some(shape) = record.geometry.as_deref() {
            geometry::for_each_line(shape, &mut |line| {
                let mut line: Vec<Coord> = line.0.clone();
                line.dedup();
                let last = line.len().saturating_sub(1);
                let number = |(at, c): (usize, &Coord)| {
                    numbers.of(key(*c, if at == 0 || at == last { GROUND } else { level }))
                };
                let nodes = line.iter().enumerate().map(number).collect();
                streets.add_way(OsmWay { id: row as i64, nodes, line, tags: tags.clone() });
            });
        }
    }
    for gate in gates.filter(|gate| gate.layer == Layer::Gate) {
        let passing = defaults.passing(gate.text("kind"), gate.text("foot"));
        let at = gate.geometry.as_deref().and_then(super::point_of);
        let node = at.filter(|_| passing != Passing::Open).and_then(|at| numbers.0.get(&key(at, GROUND)));
        if let Some(node) = node {
            streets.add_barrier(*node, &pairs(&[("barrier", "gate"), ("foot", "no")]));
        }
    }
    let counts = streets.counts();
    match Network::build(streets.finish(), Metric::Degrees) {
        Ok(network) => Ok((Some(network), counts)),
        Err(NetworkError::Empty) => Ok((None, counts)),
        Err(error) => Err(error),
    }
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn flag(record: &Record, field: &str) -> bool {
    matches!(record.get(field), Some(Value::Bool(true)))
}

fn level(record: &Record) -> i64 {
    match record.get("level") {
        Some(Value::Int(level)) => level,
        _ if flag(record, "bridge") => 1,
        _ if flag(record, "tunnel") => -1,
        _ => GROUND,
    }
}

/// What the record says to those on foot, in OpenStreetMap's words.
fn tags(record: &Record, defaults: &Defaults) -> Vec<(String, String)> {
    let crossing = record.text("crossing").map(str::trim).filter(|word| !matches!(*word, "" | "no" | "无"));
    let highway = if flag(record, "steps") { "steps" } else { defaults.highway(record.text("class")) };
    let mut tags = vec![("highway", highway)];
    let text = |key: &'static str, field: &str| record.text(field).map(|value| (key, value));
    tags.extend(text("foot", "foot").filter(|(_, value)| *value != "unknown"));
    tags.extend(text("sidewalk", "sidewalk"));
    for (key, field) in [("oneway:foot", "foot_one_way"), ("bridge", "bridge"), ("tunnel", "tunnel")] {
        tags.extend(flag(record, field).then_some((key, "yes")));
    }
    if let Some(word) = crossing {
        let signals =
            ["traffic_signals", "signals", "信号灯", "红绿灯"].iter().any(|known| word.contains(known));
        tags.push(("footway", "crossing"));
        tags.push(("crossing", if signals { "traffic_signals" } else { "uncontrolled" }));
    }
    pairs(&tags)
}

#[cfg(test)]
mod tests {
    use super::super::defaults::defaults;
    use super::*;
    use crate::model::{IdSource, Record};
    use geo_types::{Geometry, LineString, Point};
    use std::sync::Arc;

    fn road(ids: &mut IdSource, line: &[(f64, f64)], fields: &[(&str, Value)]) -> Record {
        let mut record = Record::new(Layer::Road, ids.next_id(), Default::default());
        for (name, value) in fields {
            let at = Layer::Road.def().index_of(name).unwrap();
            record.fields = record.fields.with(at, Some(value.clone()));
        }
        record.geometry = Some(Arc::new(Geometry::LineString(LineString::from(line.to_vec()))));
        record
    }

    fn edges(roads: &[Record], gates: &[Record]) -> (usize, usize) {
        let (network, _) = network(roads.iter(), gates.iter(), defaults()).unwrap();
        network.map_or((0, 0), |network| (network.node_count(), network.edge_count()))
    }

    #[test]
    fn roads_meet_at_common_vertices_and_bridges_pass_over() {
        let mut ids = IdSource::new(1, 1);
        let along = [(102.0, 25.0), (102.001, 25.0), (102.002, 25.0)];
        let across = [(102.001, 24.999), (102.001, 25.0), (102.001, 25.001)];
        let plain = [road(&mut ids, &along, &[]), road(&mut ids, &across, &[])];
        assert_eq!(edges(&plain, &[]), (5, 4));
        let over = [road(&mut ids, &along, &[]), road(&mut ids, &across, &[("bridge", Value::Bool(true))])];
        assert_eq!(edges(&over, &[]), (4, 2));
        let closed = [road(&mut ids, &along, &[("class", Value::Text("expressway".into()))])];
        assert_eq!(edges(&closed, &[]), (0, 0));
    }

    #[test]
    fn a_shut_gate_cuts_the_road_that_it_stands_on() {
        let mut ids = IdSource::new(1, 1);
        let roads = [road(&mut ids, &[(102.0, 25.0), (102.001, 25.0), (102.002, 25.0)], &[])];
        let mut gate = Record::new(Layer::Gate, ids.next_id(), Default::default());
        gate.geometry = Some(Arc::new(Geometry::Point(Point::new(102.001, 25.0))));
        assert_eq!(edges(&roads, std::slice::from_ref(&gate)), (2, 1));
        let foot = Layer::Gate.def().index_of("foot").unwrap();
        gate.fields = gate.fields.with(foot, Some(Value::Text("no".into())));
        assert_eq!(edges(&roads, &[gate]), (4, 2));
    }
}

//! Coverage of the demo district against a naive reckoning: every vertex a node, Dijkstra's algorithm over all of them,
//! doors by hand.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use boundstone::access::circle::{By, Change, Level, Question, Reach, by_unit, figures};
use boundstone::access::ground::{Ground, Passing, Scope, Way};
use boundstone::crs::geodesic;
use boundstone::model::{Date, Layer, Secrecy, Value, geometry};
use boundstone::sample::{SampleOptions, generate};
use boundstone::snapshot::Snapshot;
use geo_types::Coord;

const LIMIT_M: f64 = 800.0;

fn snapshot() -> Snapshot {
    let steps = generate(SampleOptions::default(), |_| {}).steps;
    let mut snapshot = Snapshot::build(boundstone::model::Revision(0), []);
    for (number, step) in steps.into_iter().enumerate() {
        let set = step.into_change_set("2026-11-01T01:00:00.000Z");
        snapshot = snapshot.apply(boundstone::model::Revision(number as u64 + 1), &set.changes).unwrap();
    }
    snapshot
}

fn ground(snapshot: &Snapshot) -> Ground {
    let day = Date::new(2026, 11, 21).unwrap();
    Ground::of(snapshot, Scope { day, show: Secrecy::Internal, count: "resident".into() }).unwrap()
}

/// Nanodegrees, and the level of what is neither on the ground nor an end.
type Key = (i64, i64, i64);

fn key(c: Coord, level: i64) -> Key {
    ((c.x * 1e9).round() as i64, (c.y * 1e9).round() as i64, level)
}

struct Naive {
    places: Vec<Coord>,
    numbers: HashMap<Key, usize>,
    arcs: Vec<Vec<(usize, f64)>>,
    /// gates that let only those through who live there: a way may begin and end at them
    barred: Vec<bool>,
}

impl Naive {
    fn of(snapshot: &Snapshot) -> Self {
        let mut naive =
            Self { places: Vec::new(), numbers: HashMap::new(), arcs: Vec::new(), barred: Vec::new() };
        for road in snapshot.layer(Layer::Road).iter() {
            let closed = matches!(road.text("foot"), Some("no" | "private" | "use_sidepath"))
                || matches!(road.text("class"), Some("expressway" | "construction"));
            if closed || road.secrecy > Secrecy::Internal {
                continue;
            }
            let level = match (road.get("level"), road.get("bridge"), road.get("tunnel")) {
                (Some(Value::Int(level)), ..) => level,
                (_, Some(Value::Bool(true)), _) => 1,
                (.., Some(Value::Bool(true))) => -1,
                _ => 0,
            };
            geometry::for_each_line(road.geometry.as_deref().unwrap(), &mut |line| {
                let last = line.0.len() - 1;
                let level_at = |at: usize| if at == 0 || at == last { 0 } else { level };
                for (at, pair) in line.0.windows(2).enumerate() {
                    let (a, b) =
                        (naive.number(pair[0], level_at(at)), naive.number(pair[1], level_at(at + 1)));
                    let metres = geodesic::distance_m(pair[0], pair[1]);
                    naive.arcs[a].push((b, metres));
                    naive.arcs[b].push((a, metres));
                }
            });
        }
        naive.barred = vec![false; naive.places.len()];
        for gate in snapshot.layer(Layer::Gate).iter() {
            let kind = matches!(gate.text("kind"), None | Some("main" | "both" | "foot" | "exit" | "other"));
            let open = kind && !matches!(gate.text("foot"), Some("no" | "private" | "customers"));
            let at = geometry::bounds(gate.geometry.as_deref().unwrap()).unwrap().min();
            if let Some(node) = naive.at(at).filter(|_| !open) {
                naive.barred[node] = true;
            }
        }
        naive
    }

    fn number(&mut self, c: Coord, level: i64) -> usize {
        let next = self.places.len();
        let number = *self.numbers.entry(key(c, level)).or_insert(next);
        if number == next {
            self.places.push(c);
            self.arcs.push(Vec::new());
        }
        number
    }

    fn at(&self, c: Coord) -> Option<usize> {
        self.numbers.get(&key(c, 0)).copied()
    }

    /// The nearest point of any segment: its ends with the metres to them, the way to the street included.
    fn nearest(&self, c: Coord) -> [(usize, f64); 2] {
        let (sx, sy) = (c.y.to_radians().cos() * 111_320.0, 110_800.0);
        let mut best = (f64::INFINITY, [(0, 0.0); 2]);
        for (a, arcs) in self.arcs.iter().enumerate() {
            for (b, _) in arcs.iter().filter(|(b, _)| *b > a) {
                let (p, q) = (self.places[a], self.places[*b]);
                let (dx, dy) = ((q.x - p.x) * sx, (q.y - p.y) * sy);
                let (wx, wy) = ((c.x - p.x) * sx, (c.y - p.y) * sy);
                let share = ((wx * dx + wy * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                let off = (wx - share * dx).hypot(wy - share * dy);
                if off < best.0 {
                    let on = p + (q - p) * share;
                    let walk = geodesic::distance_m(c, on);
                    let ends =
                        [(a, walk + geodesic::distance_m(on, p)), (*b, walk + geodesic::distance_m(on, q))];
                    best = (off, ends);
                }
            }
        }
        best.1
    }

    fn metres(&self, sources: &[(usize, f64)]) -> Vec<f64> {
        let mut metres = vec![f64::INFINITY; self.places.len()];
        let mut waiting = BinaryHeap::new();
        let bits = |metres: f64| metres.to_bits();
        for (node, start) in sources {
            waiting.push(Reverse((bits(*start), *node)));
        }
        while let Some(Reverse((so_far, node))) = waiting.pop() {
            let so_far = f64::from_bits(so_far);
            if so_far >= metres[node] {
                continue;
            }
            metres[node] = so_far;
            if self.barred[node] && !sources.iter().any(|(source, _)| *source == node) {
                continue;
            }
            for (to, length) in &self.arcs[node] {
                waiting.push(Reverse((bits(so_far + length), *to)));
            }
        }
        metres
    }
}

#[test]
fn times_are_those_of_a_naive_search() {
    let snapshot = snapshot();
    let ground = ground(&snapshot);
    let question = Question { class: "meal_hall".into(), metres: Some(LIMIT_M), ..Question::default() };
    let reach = Reach::of(&ground, &question).unwrap();
    let naive = Naive::of(&snapshot);
    let walked = ground.walked(&reach.asked[0].pace()).unwrap();
    let doors = |yard: u32, wanted: &dyn Fn(Passing) -> bool| -> Vec<usize> {
        let own = ground.yards.yards[yard as usize].doors.clone();
        own.filter(|door| {
            let door = &ground.yards.doors[*door];
            door.gate.is_some() && wanted(door.passing)
        })
        .collect()
    };
    let mut sources = Vec::new();
    for site in &reach.situation.sites[0].counting {
        match site.yard.filter(|yard| !ground.yards.yards[*yard as usize].doors.is_empty()) {
            Some(yard) => {
                let mut used = doors(yard, &|passing| passing == Passing::Open);
                if used.is_empty() {
                    used = doors(yard, &|passing| passing != Passing::Shut);
                }
                assert!(!used.is_empty(), "no facility of the demo stands behind shut gates only");
                for door in used {
                    let at = ground.yards.doors[door].at;
                    sources.push((naive.at(at).unwrap(), geodesic::distance_m(site.at, at)));
                }
            }
            None => match &ground.facilities[site.facility.unwrap()].edge {
                Some(edge) => sources.extend(edge.iter().flat_map(|at| naive.nearest(*at))),
                None => sources.extend(naive.nearest(site.at)),
            },
        }
    }
    assert!(reach.situation.sites[0].counting.len() > 20);
    let metres = naive.metres(&sources);
    let (mut compared, mut covered, mut by_program) = (0, 0.0, 0.0);
    for (number, home) in ground.homes.all.iter().enumerate() {
        // Those with a path drawn inside of their compound, and those without a wall, take another way.
        let Some(yard) = home.yard.filter(|_| walked.way(&ground, number) == Way::Gates) else { continue };
        let used = doors(yard, &|passing| passing != Passing::Shut);
        let by_gate = used.iter().map(|door| {
            let at = ground.yards.doors[*door].at;
            naive.at(at).map_or(f64::INFINITY, |node| metres[node]) + geodesic::distance_m(home.at, at)
        });
        let inside = reach.situation.sites[0].counting.iter().filter(|site| site.yard == Some(yard));
        let inside = inside.map(|site| geodesic::distance_m(home.at, site.at));
        let expected = by_gate.chain(inside).fold(f64::INFINITY, f64::min);
        let found = reach.times[0].homes[number].seconds;
        let near = (found - expected).abs() < 1e-3 || found == expected;
        assert!(near, "home {number} {:?}: {found} m, naive {expected} m", home.at);
        compared += 1;
        covered += if expected <= LIMIT_M { home.households } else { 0.0 };
        by_program += if reach.covered[number] { home.households } else { 0.0 };
    }
    println!("{compared} of {} homes compared", ground.homes.all.len());
    assert!(compared * 2 > ground.homes.all.len(), "{compared}");
    assert!((covered - by_program).abs() < 1e-6);
    let whole = figures(&ground, &reach);
    let sum: f64 =
        by_unit(&ground, &reach, None, Level::Street).iter().map(|unit| unit.households.covered).sum();
    assert!(sum <= whole.households.covered + 1e-6);
}

#[test]
fn straight_lines_reach_more_and_a_link_shortens_ways() {
    let snapshot = snapshot();
    let ground = ground(&snapshot);
    let question = Question { class: "meal_hall".into(), ..Question::default() };
    let reach = Reach::of(&ground, &question).unwrap();
    let straight = Reach::of(&ground, &Question { measure: By::Straight, ..question.clone() }).unwrap();
    let shorter =
        |home: usize| straight.times[0].homes[home].seconds <= reach.times[0].homes[home].seconds + 1e-6;
    assert!((0..ground.homes.all.len()).all(shorter), "no way is shorter than the straight line");
    // From the gate of a home beyond reach straight to the door of a hall.
    let far = (0..ground.homes.all.len()).find(|home| {
        let yard = ground.homes.all[*home].yard;
        !reach.covered[*home] && yard.is_some_and(|yard| !ground.yards.yards[yard as usize].doors.is_empty())
    });
    let home = &ground.homes.all[far.unwrap()];
    let gate = ground.yards.doors[ground.yards.yards[home.yard.unwrap() as usize].doors.start].at;
    let hall = reach.situation.sites[0]
        .counting
        .iter()
        .filter_map(|site| {
            let yard = &ground.yards.yards[site.yard? as usize];
            Some(ground.yards.doors.get(yard.doors.start)?.at)
        })
        .min_by(|a, b| geodesic::distance_m(*a, gate).total_cmp(&geodesic::distance_m(*b, gate)))
        .unwrap();
    let link = Change::Link { line: vec![[gate.x, gate.y], [hall.x, hall.y]] };
    let with = Reach::of(&ground, &Question { changes: vec![link], ..question }).unwrap();
    let now = with.times[0].homes[far.unwrap()].seconds;
    assert!(now < reach.times[0].homes[far.unwrap()].seconds, "{now}");
    let longer = |home: usize| with.times[0].homes[home].seconds > reach.times[0].homes[home].seconds + 1e-6;
    assert!(!(0..ground.homes.all.len()).any(longer), "a link makes no way longer");
}

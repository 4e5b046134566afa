//! Coverage of the demo district against a naive reckoning: every vertex a node, Dijkstra's algorithm over all of them,
//! doors by hand.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use boundstone::access::checks::question_of;
use boundstone::access::circle::{
    By, Candidates, Capacity, Change, Gain, Level, Order, Question, Reach, SitingFrom, by_unit, candidates,
    figures, options, site, with_changes,
};
use boundstone::access::ground::{Ground, Passing, Scope, Way};
use boundstone::access::siting::Model;
use boundstone::access::{is_within, services};
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
                if used.is_empty() {
                    // Its gates are not on record: the one that is assumed stands beside a street.
                    let at = ground.yards.doors[ground.yards.yards[yard as usize].assumed.unwrap()].at;
                    let inside = geodesic::distance_m(site.at, at);
                    sources.extend(naive.nearest(at).map(|(node, metres)| (node, metres + inside)));
                }
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

/// The options of a question, and what each gains with everything reckoned anew.
fn recount(ground: &Ground, question: &Question, most: usize) -> BTreeMap<&'static str, usize> {
    let reach = Reach::of(ground, question).unwrap();
    let found = options(ground, question, &reach, &|| true).unwrap();
    assert_eq!(found.unfinished, [""; 0]);
    let by_value = found.ranked.windows(2).all(|pair| pair[0].per_cost >= pair[1].per_cost);
    assert!(by_value, "one ranking");
    assert_eq!(options(ground, question, &reach, &|| true).unwrap(), found, "the same again");
    let short = |reach: &Reach| Capacity::of(ground, reach).map_or(0.0, |capacity| capacity.short_households);
    let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
    for one in &found.ranked {
        let count = kinds.entry(one.kind).or_default();
        *count += 1;
        if *count > most {
            continue;
        }
        let mut with = question.clone();
        with.changes.push(one.change.clone());
        let with = Reach::of(ground, &with).unwrap();
        let gained = match one.gain {
            Gain::Reached => with.households(ground) - reach.households(ground),
            Gain::Served => short(&reach) - short(&with),
        };
        assert!((gained - one.gains).abs() < 1e-6, "{one:?}: reckoned anew {gained}");
        assert!((one.per_cost - one.gains / one.cost).abs() < 1e-9 && one.cost > 0.0, "{one:?}");
    }
    kinds
}

#[test]
fn options_gain_what_the_whole_reckoned_anew_says() {
    let snapshot = snapshot();
    let ground = ground(&snapshot);
    let question = Question { class: "meal_hall".into(), ..Question::default() };
    let kinds = recount(&ground, &question, 6);
    println!("options {kinds:?}");
    for kind in ["add", "open_gate", "add_gate", "link", "extend"] {
        assert!(kinds.contains_key(kind), "{kind}: {kinds:?}");
    }
    // Of elder centres some are planned.
    let centres = Question { class: "elder_centre".into(), ..Question::default() };
    assert!(recount(&ground, &centres, 2).contains_key("run"));
    // With a link and a gate that are tried out already.
    let reach = Reach::of(&ground, &question).unwrap();
    let ranked = options(&ground, &question, &reach, &|| true).unwrap().ranked;
    let first = |kind: &str| ranked.iter().find(|one| one.kind == kind).unwrap().change.clone();
    let changes = vec![first("link"), first("add_gate"), first("open_gate")];
    recount(&ground, &Question { changes, ..question }, 2);
}

#[test]
fn a_what_if_is_what_a_recount_says_and_bytes_are_the_same() {
    let (one, other) = (snapshot(), snapshot());
    let (kept, fresh) = (ground(&one), ground(&other));
    let plain = Question { class: "required".into(), ..Question::default() };
    Reach::of(&kept, &plain).unwrap();
    let halls = kept.facilities.iter().filter(|one| one.record.text("kind") == Some("meal_hall"));
    let changes: Vec<Change> = halls
        .filter(|hall| hall.status == "running")
        .take(2)
        .map(|hall| Change::Close { facility: hall.id().to_string() })
        .collect();
    let with = Question { changes, ..plain };
    let (warm, cold) = (Reach::of(&kept, &with).unwrap(), Reach::of(&fresh, &with).unwrap());
    assert_eq!(warm, cold);
    let text = |ground: &Ground, reach: &Reach| serde_json::to_string(&figures(ground, reach)).unwrap();
    assert_eq!(text(&kept, &warm), text(&fresh, &cold));
}

/// The desk's headline: where the district stands, and the fewest new sites that bring it to the plan's target.
#[test]
fn the_demo_stands_at_about_88_percent_and_the_cheapest_way_to_93_is_proved() {
    let snapshot = snapshot();
    let ground = ground(&snapshot);
    let target = services().targets.iter().find(|target| target.id == "circle-93").unwrap();
    let question = question_of(target);
    let reach = Reach::of(&ground, &question).unwrap();
    let share = figures(&ground, &reach).households.share.unwrap();
    assert!((0.875..0.885).contains(&share), "{share}");
    assert!((share - target.from.unwrap()).abs() < 0.005, "the plan begins where the demo stands");
    // Gates that are assumed leave room on both sides.
    let interval = reach.interval(&ground);
    assert!(interval.low.unwrap() < share && interval.high.unwrap() >= share && interval.compounds > 5);
    let begun = std::time::Instant::now();
    let left_s = || 90.0 - begun.elapsed().as_secs_f64();
    let seek = |model: Model, count: Option<usize>| {
        let among = candidates(&ground, &reach, &Candidates::default()).unwrap();
        let order = Order { model, count, budget: None, capacity: None, left_s: &left_s };
        site(&ground, &reach, among, &order).unwrap()
    };
    let found = seek(Model::Lscp { target: target.share }, None);
    println!(
        "{share:.4}: {} sites, bound {}, {:?}",
        found.answer.objective,
        found.answer.bound,
        begun.elapsed()
    );
    assert!(found.answer.proved, "{:?}", found.answer);
    assert_eq!(found.answer.objective, found.answer.bound);
    assert_eq!(found.chosen.len() as f64, found.answer.objective);
    assert!((4..=14).contains(&found.chosen.len()), "{}", found.chosen.len());
    // What is said to be gained is gained when all is reckoned anew.
    let after = Reach::of(&ground, &with_changes(&question, &found.changes)).unwrap();
    let gained: f64 = found.gains.iter().sum();
    assert!((after.households(&ground) - reach.households(&ground) - gained).abs() < 1e-6);
    assert!(figures(&ground, &after).households.share.unwrap() >= target.share);
    // One site fewer cannot do it, wherever they stand.
    let fewer = seek(Model::Mclp, Some(found.chosen.len() - 1));
    assert!(fewer.answer.bound < target.share * ground.households(), "{:?}", fewer.answer);
}

/// Sites that several classes share, a budget, and a limit to what a site can serve.
#[test]
fn sites_are_shared_by_classes_and_kept_within_a_budget() {
    let snapshot = snapshot();
    let ground = ground(&snapshot);
    let question = |class: &str| Question { class: class.into(), ..Question::default() };
    let begun = std::time::Instant::now();
    let left_s = || 60.0 - begun.elapsed().as_secs_f64();
    let seek = |class: &str, among: &Candidates, order: &dyn Fn(&mut Order<'_>)| {
        let reach = Reach::of(&ground, &question(class)).unwrap();
        let among = candidates(&ground, &reach, among).unwrap();
        let mut asked =
            Order { model: Model::Mclp, count: Some(2), budget: None, capacity: None, left_s: &left_s };
        order(&mut asked);
        (site(&ground, &reach, among, &asked).unwrap(), reach)
    };
    let halls = Candidates { from: SitingFrom::CommunityHalls, ..Candidates::default() };
    let (shared, reach) = seek("required", &halls, &|_| ());
    assert_eq!((shared.chosen.len(), shared.changes.len()), (2, 2 * reach.asked.len()));
    let with = with_changes(&question("required"), &shared.changes);
    let after = Reach::of(&ground, &with).unwrap();
    let mean = |reach: &Reach| -> f64 {
        let within = |class: usize, home: usize| {
            let limit_s = reach.asked[class].limit_s();
            is_within(reach.times[class].homes[home].seconds, limit_s)
        };
        let homes = ground.homes.all.iter().enumerate();
        let classes = reach.asked.len();
        homes
            .map(|(home, one)| {
                let reached = (0..classes).filter(|class| within(*class, home)).count();
                one.households * reached as f64 / classes as f64
            })
            .sum()
    };
    assert!((mean(&after) - shared.answer.objective).abs() < 1e-3, "{:?}", shared.answer);
    // A budget of three usual sites buys three; of cheaper points as many as it pays for.
    let (bought, _) = seek("meal_hall", &halls, &|order| (order.count, order.budget) = (None, Some(240.0)));
    assert_eq!(bought.chosen.len(), 3);
    let points: Vec<[f64; 2]> = bought.chosen.iter().map(|one| [one.site.at.x, one.site.at.y]).collect();
    let priced = Candidates { from: SitingFrom::Points, points, costs: vec![10.0, 100.0, 200.0] };
    let (few, _) = seek("meal_hall", &priced, &|order| (order.count, order.budget) = (None, Some(120.0)));
    assert!(few.chosen.iter().map(|one| one.cost).sum::<f64>() <= 120.0 && few.chosen.len() == 2);
    // What a site can serve at most is all that it gains.
    let (full, reach) =
        seek("meal_hall", &priced, &|order| (order.count, order.capacity) = (Some(1), Some(500.0)));
    assert!((full.answer.objective - reach.households(&ground) - 500.0).abs() < 1.0, "{:?}", full.answer);
}

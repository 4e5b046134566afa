//! Promises on siting: 500 candidates and 5,000 homes, p = 20, beside a plain sparse model in HiGHS (scipy's `milp`)
//! in the same run; 2,000 candidates and 100,000 homes for the gap.

use std::io::Write as _;
use std::time::Instant;

use boundstone::access::siting::{Answer, Model, Problem, Times, solve};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::peers::{are_there, python};
use crate::report::{Better, Report};

const SCIPY: &[&str] = &["scipy==1.17.1", "numpy==2.4.6"];
const LIMIT_S: f64 = 900.0;

/// Runs them.
pub fn run(report: &mut Report) {
    let wanted = ["lscp", "mclp", "median"].map(|what| format!("siting.500x5000_{what}"));
    if wanted.iter().any(|name| report.wants(name)) {
        small(report, &Instance::new(500, 5_000, 1));
    }
    if report.wants("siting.2000x100000_mclp") {
        large(report, &Instance::new(2_000, 100_000, 2));
    }
}

/// Homes in clusters, candidates among them; straight lines at 1.25 m/s.
struct Instance {
    times: Times,
    weights: Vec<f64>,
    /// pairs however far, for the p-median
    all: Times,
}

impl Instance {
    fn new(candidates: usize, homes: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let side = (homes as f64 / 5_000.0).sqrt() * 9_000.0;
        let centres: Vec<[f64; 2]> =
            (0..homes / 60).map(|_| [rng.random_range(0.0..side), rng.random_range(0.0..side)]).collect();
        let place = |rng: &mut ChaCha8Rng| {
            let centre = centres[rng.random_range(0..centres.len())];
            [centre[0] + rng.random_range(-400.0..400.0), centre[1] + rng.random_range(-400.0..400.0)]
        };
        let sites: Vec<[f64; 2]> = (0..candidates).map(|_| place(&mut rng)).collect();
        let demand: Vec<[f64; 2]> = (0..homes).map(|_| place(&mut rng)).collect();
        let weights = (0..homes).map(|_| f64::from(rng.random_range(1..60_u32))).collect();
        let pairs = |limit: f64| {
            let of = sites
                .iter()
                .map(|site| {
                    let seconds = |home: &[f64; 2]| (site[0] - home[0]).hypot(site[1] - home[1]) / 1.25;
                    let near = demand.iter().enumerate().map(|(at, home)| (at as u32, seconds(home) as f32));
                    near.filter(|(_, seconds)| f64::from(*seconds) <= limit).collect()
                })
                .collect();
            Times { demand: homes, of }
        };
        let all = if homes > 10_000 { Times::default() } else { pairs(f64::INFINITY) };
        Self { times: pairs(LIMIT_S), weights, all }
    }

    fn solved(&self, model: Model, count: Option<usize>, seconds: f64) -> (Answer, f64, f64) {
        let (wall, cpu) = (Instant::now(), process_seconds());
        let left = || seconds - wall.elapsed().as_secs_f64();
        let nothing = vec![f64::INFINITY; self.weights.len()];
        let answer = solve(&Problem {
            times: if model == Model::PMedian { &self.all } else { &self.times },
            weights: &self.weights,
            existing_s: &nothing,
            limit_s: LIMIT_S,
            model,
            count,
            costs: None,
            budget: None,
            capacities: None,
            left_s: &left,
        })
        .unwrap();
        (answer, wall.elapsed().as_secs_f64(), process_seconds() - cpu)
    }
}

/// Processor time of all threads of this program.
fn process_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of = |task: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<f64>().ok()
    };
    tasks.filter_map(of).sum::<f64>() / 1e9
}

const MILP: &str = "
import sys, time
import numpy as np
from scipy.sparse import csr_matrix, hstack, identity
from scipy.optimize import milp, LinearConstraint, Bounds
with open(sys.argv[1], 'rb') as file:
    sites, homes, pairs = np.fromfile(file, dtype=np.int64, count=3)
    site = np.fromfile(file, dtype=np.int64, count=pairs); home = np.fromfile(file, dtype=np.int64, count=pairs)
    weight = np.fromfile(file, dtype=np.float64, count=homes)
reach = csr_matrix((np.ones(pairs), (home, site)), shape=(homes, sites))
limit = {'time_limit': 120}
def told(name, began, answer, value):
    print(name, time.process_time() - began, value, answer.status)
began = time.process_time()
some = np.asarray(reach.sum(axis=1)).ravel() > 0
answer = milp(np.ones(sites), constraints=LinearConstraint(reach[some], 1, np.inf), integrality=np.ones(sites), bounds=Bounds(0, 1), options=limit)
told('lscp', began, answer, answer.fun)
began = time.process_time()
cost = np.concatenate([np.zeros(sites), -weight])
rows = hstack([reach, -identity(homes)]).tocsr()
count = csr_matrix(np.concatenate([np.ones(sites), np.zeros(homes)]))
kinds = np.concatenate([np.ones(sites), np.zeros(homes)])
answer = milp(cost, constraints=[LinearConstraint(rows, 0, np.inf), LinearConstraint(count, 0, 20)], integrality=kinds, bounds=Bounds(0, 1), options=limit)
told('mclp', began, answer, -answer.fun)
";

/// The plain models: by name the processor seconds and the objective.
fn plain(instance: &Instance) -> Option<Vec<(String, f64, f64)>> {
    if !are_there("scipy.optimize", SCIPY) {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::new();
    let pairs: usize = instance.times.of.iter().map(Vec::len).sum();
    for number in [instance.times.of.len(), instance.times.demand, pairs] {
        bytes.extend((number as i64).to_le_bytes());
    }
    let each = || {
        instance.times.of.iter().enumerate().flat_map(|(at, of)| of.iter().map(move |(home, _)| (at, *home)))
    };
    each().for_each(|(site, _)| bytes.extend((site as i64).to_le_bytes()));
    each().for_each(|(_, home)| bytes.extend(i64::from(home).to_le_bytes()));
    instance.weights.iter().for_each(|weight| bytes.extend(weight.to_le_bytes()));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    file.flush().unwrap();
    let output = python().arg("-c").arg(MILP).arg(file.path()).output().ok()?;
    if !output.status.success() {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    };
    text.lines().map(line).collect()
}

fn small(report: &mut Report, instance: &Instance) {
    let peers = plain(instance);
    let peer = |name: &str| peers.as_ref().and_then(|all| all.iter().find(|one| one.0 == name)).cloned();
    let tell = |answer: &Answer, wall: f64, theirs: Option<f64>| {
        format!(
            "objective {}{}, gap {:.4} %, {}, {wall:.2} s{}",
            answer.objective,
            theirs.map_or_else(String::new, |value| format!(" (theirs {value})")),
            answer.gap() * 100.0,
            if answer.proved { "proved" } else { "not proved" },
            answer
                .reduced
                .map_or_else(String::new, |(rows, columns)| format!(", {rows} × {columns} after reduction"))
        )
    };
    for (name, model, count) in [
        ("lscp", Model::Lscp { target: 1.0 }, None),
        ("mclp", Model::Mclp, Some(20)),
        ("median", Model::PMedian, Some(20)),
    ] {
        let full = format!("siting.500x5000_{name}");
        if !report.wants(&full) {
            continue;
        }
        let (answer, wall, cpu) = instance.solved(model, count, 10.0);
        let theirs = peer(name);
        if let Some((_, _, value)) = theirs.as_ref().filter(|_| answer.proved) {
            assert!(
                (answer.objective - value).abs() <= 1e-6 * value.abs().max(1.0),
                "{name}: {} and {value}",
                answer.objective
            );
        }
        let seconds = theirs.as_ref().map(|one| one.1);
        let note = tell(&answer, wall, theirs.map(|one| one.2));
        report.add(&full, cpu, "CPU s", Better::Lower, ("plain model in HiGHS", seconds), &note);
    }
}

fn large(report: &mut Report, instance: &Instance) {
    let (answer, wall, cpu) = instance.solved(Model::Mclp, Some(60), 60.0);
    let note = format!(
        "objective {}, gap {:.3} %, {wall:.1} s; 1 % in 60 s promised",
        answer.objective,
        answer.gap() * 100.0
    );
    report.add("siting.2000x100000_mclp", cpu, "CPU s", Better::Lower, ("none", None), &note);
}

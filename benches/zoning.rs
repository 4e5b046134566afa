//! Promises on re-zoning: made districts of 1,505 and 11,490 blocks, the band 3,000 to 5,000 households, beside METIS
//! and KaHIP in the same run. All divisions are scored by the same count from scratch.
//!
//! METIS knows a tolerance about the mean, no band: a portfolio of 40 runs over tolerances, numbers of zones and seeds
//! is what a patient user would try, and the best of those that came out within the band in whole pieces counts.

use std::io::Write as _;

use boundstone::topology::Metric;
use boundstone::zoning::{Facts, Plan, Preset, Scores, Status, Task, Units, Watch, score, solve};
use geo_types::{Coord, Geometry, LineString, Polygon};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::peers::{are_there, python};
use crate::report::{Better, Report};
use crate::snapshot::cpu_seconds;

const METIS: &[&str] = &["pymetis==2025.2.2"];
const KAHIP: &[&str] = &["kahip==3.25"];
const BAND: (f64, f64) = (3000.0, 5000.0);
/// Elementary steps that take about one second of one core: the budgets below are set by it, and what was really
/// used is told.
const STEPS_A_CPU_SECOND: f64 = 35e6;
/// Households of a block, on average: 1.05 million in 11,490 blocks.
const HOUSEHOLDS: f64 = 91.4;

/// Runs them.
pub fn run(report: &mut Report) {
    for (name, columns, rows) in [("1505", 35, 43), ("11490", 90, 127)] {
        let names = ["cut_equal", "cut_tenfold", "compact"].map(|what| format!("zoning.{name}_{what}"));
        if names.iter().any(|name| report.wants(name)) {
            compared(report, name, columns, rows);
        }
    }
}

/// Blocks as bricks in rows, each with six neighbours, their corners pushed about; households as uneven as towns are
/// (log-normal), one block in twelve without any.
fn district(columns: usize, rows: usize) -> Task {
    let mut rng = ChaCha8Rng::seed_from_u64(columns as u64);
    let (width, height) = (150.0, 150.0);
    // Corners of each line between rows, at every half brick.
    let lines: Vec<Vec<Coord>> = (0..=rows)
        .map(|line| {
            (0..=2 * columns + 1)
                .map(|half| Coord {
                    x: half as f64 * width / 2.0 + rng.random_range(-25.0..25.0),
                    y: line as f64 * height + rng.random_range(-40.0..40.0),
                })
                .collect()
        })
        .collect();
    let (mut shapes, mut households) = (Vec::new(), Vec::new());
    for row in 0..rows {
        for column in 0..columns {
            let first = 2 * column + row % 2;
            let below = &lines[row][first..=first + 2];
            let above = &lines[row + 1][first..=first + 2];
            let ring: Vec<Coord> = below.iter().chain(above.iter().rev()).copied().collect();
            shapes.push(Geometry::Polygon(Polygon::new(LineString(ring), Vec::new())));
            let normal: f64 = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
            let empty = rng.random_range(0..12) == 0;
            households.push(if empty { 0.0 } else { (HOUSEHOLDS * 0.8 * (0.8 * normal).exp()).round() });
        }
    }
    let units = Units::measure(&shapes, Metric::Plane).unwrap();
    let mut task = Task::new(&units, &Facts { households, ..Facts::default() }, (BAND.0, BAND.1, None));
    task.preset = Preset::Compact;
    task
}

/// The graph and the weights as text, for the peers.
fn written(task: &Task) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let weights: Vec<String> =
        task.problem.weight.iter().map(|weight| (weight / 1_000_000).to_string()).collect();
    writeln!(file, "{}", weights.join(" ")).unwrap();
    for border in task.problem.graph.borders() {
        writeln!(file, "{} {}", border.a, border.b).unwrap();
    }
    file.flush().unwrap();
    file
}

const READ: &str = "
import sys, time
lines = open(sys.argv[1]).read().splitlines()
weight = [int(w) for w in lines[0].split()]
around = [[] for _ in weight]
for line in lines[1:]:
    a, b = map(int, line.split())
    around[a].append(b); around[b].append(a)
start, to = [0], []
for list_ in around:
    to += list_; start.append(len(to))
least = -(-sum(weight) // 5000)
used = 0.0
";
const METIS_RUNS: &str = "
import pymetis, warnings
warnings.simplefilter('ignore')
for tolerance in (60, 100, 150, 200):
    for more in (1.03, 1.06, 1.1, 1.15, 1.2):
        for seed in (1, 2):
            options = pymetis.Options(seed=seed, contig=1, ufactor=tolerance)
            began = time.process_time()
            _, zone = pymetis.part_graph(-int(-least * more // 1), xadj=start, adjncy=to, vweights=weight, options=options, recursive=False)
            used += time.process_time() - began
            print(*zone)
print(used)
";
const KAHIP_RUNS: &str = "
import kahip
for more in (1.06, 1.15):
    began = time.process_time()
    _, zone = kahip.kaffpa(weight, start, [1] * len(to), to, -int(-least * more // 1), 0.2, True, 1, 2)
    used += time.process_time() - began
    print(*zone)
print(used)
";

/// What a peer found, each scored, and the seconds of processor time it took for all.
fn peer(task: &Task, file: &tempfile::NamedTempFile, runs: &str) -> Option<(Vec<Scores>, f64)> {
    let output = python().arg("-c").arg(format!("{READ}{runs}")).arg(file.path()).output().ok()?;
    if !output.status.success() {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (zones, used) = text.trim_end().rsplit_once('\n')?;
    let scored = zones.lines().map(|line| {
        let zone: Vec<u32> = line.split(' ').map(|zone| zone.parse().unwrap()).collect();
        score(&task.problem, &zone).1
    });
    Some((scored.collect(), used.trim().parse().ok()?))
}

fn ours(task: &Task, cpu_s: f64) -> (Plan, f64) {
    let task = Task { work: (cpu_s * STEPS_A_CPU_SECOND) as u64, ..task.clone() };
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (answer, used) = one_core.install(|| {
        let before = cpu_seconds();
        let answer = solve(&task, &Watch::new(&|| true));
        (answer, cpu_seconds() - before)
    });
    assert_eq!(answer.status, Status::InBand);
    (answer.plans.into_iter().next().unwrap(), used)
}

fn whole(scores: &&Scores) -> bool {
    scores.zones_out_of_band == 0 && scores.zones_in_pieces == 0
}

fn compared(report: &mut Report, name: &str, columns: usize, rows: usize) {
    let task = district(columns, rows);
    let file = written(&task);
    let metis = are_there("pymetis", METIS).then(|| peer(&task, &file, METIS_RUNS)).flatten();
    let kahip = are_there("kahip", KAHIP).then(|| peer(&task, &file, KAHIP_RUNS)).flatten();
    let best = metis.as_ref().and_then(|(all, _)| all.iter().filter(whole).min_by_key(|one| one.cut_edges));
    let cpu = metis.as_ref().map_or(1.0, |(_, used)| *used);
    let tell = |plan: &Plan, used: f64| {
        let Scores { zones, cut_edges, polsby_popper, .. } = plan.scores;
        let peer = best.zip(metis.as_ref()).map_or_else(String::new, |(one, (all, used))| {
            let within = all.iter().filter(whole).count();
            format!(
                "; METIS {} zones, Polsby–Popper {:.3}, {within} of {} runs in band, {used:.2} CPU s",
                one.zones,
                one.polsby_popper,
                all.len()
            )
        });
        format!(
            "{zones} zones all in band, {cut_edges} cut, Polsby–Popper {polsby_popper:.3}, {used:.2} CPU s{peer}"
        )
    };
    let (plan, used) = ours(&task, cpu);
    let add = |report: &mut Report, what: &str, plan: &Plan, used: f64| {
        let peer = best.map(|one| one.cut_edges as f64);
        let name = format!("zoning.{name}_{what}");
        let value = plan.scores.cut_edges as f64;
        report.add(&name, value, "cut edges", Better::Lower, ("METIS, best of 40", peer), &tell(plan, used));
    };
    add(report, "cut_equal", &plan, used);
    let (plan, used) = ours(&task, cpu * 10.0);
    add(report, "cut_tenfold", &plan, used);
    let rounded =
        kahip.as_ref().and_then(|(all, _)| all.iter().map(|one| one.polsby_popper).max_by(f64::total_cmp));
    let note = kahip.as_ref().map_or_else(String::new, |(all, used)| {
        let each = all.iter().map(|one| {
            format!("{} cut, {} of {} zones out of band", one.cut_edges, one.zones_out_of_band, one.zones)
        });
        format!("KaHIP: {}; {used:.1} CPU s", each.collect::<Vec<_>>().join(" / "))
    });
    let name = format!("zoning.{name}_compact");
    report.add(
        &name,
        plan.scores.polsby_popper,
        "mean PP",
        Better::Higher,
        ("KaHIP, rounder of 2", rounded),
        &note,
    );
}

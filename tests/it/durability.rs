//! Killed at any moment, the file opens again whole; many read while one writes; a second writer waits.
//!
//! A child process is this very test binary, told through an environment variable what to do.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use boundstone::model::{Change, Layer, LogHeader, Revision};
use boundstone::register::Register;
use boundstone::store::{GeoPackageStore, Span, Store};

use crate::store_contract::{geopackage, header, place};

/// What a child is told: the file and the number of the child.
const FILE: &str = "BOUNDSTONE_TEST_CHILD_FILE";
const CHILD: &str = "BOUNDSTONE_TEST_CHILD_NUMBER";

/// Ids of different children do not meet.
const IDS_PER_CHILD: u64 = 1_000_000_000;

/// Not a test of its own: what a child process runs. It appends small and larger change sets until it is
/// killed, and prints every revision once `commit` has acknowledged it, with the number of places then.
#[test]
fn child() {
    let (Ok(path), Ok(number)) = (std::env::var(FILE), std::env::var(CHILD)) else { return };
    let first = number.parse::<u64>().unwrap() * IDS_PER_CHILD;
    let store = GeoPackageStore::open(Path::new(&path)).unwrap();
    let register = Register::open(Box::new(store)).unwrap();
    println!("ready");
    for round in 0u64.. {
        let head = register
            .commit(header("子进程"), |snapshot| {
                Ok::<_, Infallible>(next_changes(first, round, snapshot.layer(Layer::Place).len() as u64))
            })
            .unwrap();
        let count = register.snapshot().layer(Layer::Place).len();
        // With one write, so that a kill cuts no line in two.
        std::io::stdout().write_all(format!("done {} {count}\n", head.revision.0).as_bytes()).unwrap();
    }
}

/// Mostly a few rows, now and then some thousands: more than the R-tree takes row by row.
fn next_changes(first: u64, round: u64, present: u64) -> Vec<Change> {
    let size = if round % 8 == 5 { 2_100 } else { 1 + round % 3 };
    let from = first + present;
    let mut changes: Vec<_> = (from..from + size).map(|n| Change::insert(place(n, "点"))).collect();
    if round.is_multiple_of(2) {
        changes.reverse();
    }
    changes
}

fn spawn(path: &Path, number: u64) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::child", "--nocapture", "--test-threads=1"])
        .env(FILE, path)
        .env(CHILD, number.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// The last revision that a child reported as done, read until its end.
fn acknowledged(out: BufReader<std::process::ChildStdout>) -> Option<(u64, usize)> {
    out.lines().map_while(Result::ok).filter_map(|line| acknowledgement(&line)).last()
}

fn acknowledgement(line: &str) -> Option<(u64, usize)> {
    let mut words = line.strip_prefix("done ")?.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

fn wait_until_ready(out: &mut BufReader<std::process::ChildStdout>) {
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "the child ended before it began");
    }
}

/// Opens the register anew: nothing found, tables as the log says.
fn reopen(path: &Path) -> Register {
    let register = Register::open(Box::new(GeoPackageStore::open(path).unwrap())).unwrap();
    let report = register.verify(&mut |_, _, _| ()).unwrap();
    assert_eq!(report.findings.kept, []);
    register
}

fn places(register: &Register, revision: u64) -> usize {
    register.at(Revision(revision)).unwrap().layer(Layer::Place).len()
}

#[test]
fn killed_fifty_times_every_acknowledged_change_is_there_and_no_half_one() {
    const KILLS: u64 = 50;
    let (_folder, store) = geopackage();
    let mut path = store.path().to_owned();
    drop(store);
    let mut folders = Vec::new();
    let mut acknowledged_at_all = 0;
    for kill in 0..KILLS {
        // A fresh file now and then: a small one is written, checked and opened faster, and its first
        // changes are other moments to be killed at than its later ones.
        if kill % 4 == 3 {
            let (folder, store) = geopackage();
            path = store.path().to_owned();
            folders.push(folder);
        }
        let (mut child, mut out) = spawn(&path, kill);
        wait_until_ready(&mut out);
        // Moments spread over the child's first large change sets, without a pattern.
        std::thread::sleep(Duration::from_micros(1_000 + (kill * 7_919_777) % 230_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let register = reopen(&path);
        let newest = register.head().unwrap().revision.0;
        if let Some((revision, count)) = acknowledged(out) {
            acknowledged_at_all += 1;
            assert!(revision <= newest, "kill {kill}: acknowledged {revision}, the file is at {newest}");
            assert!(newest <= revision + 1, "kill {kill}: one change set may have been under way, not more");
            assert_eq!(places(&register, revision), count, "kill {kill}");
        }
        let total = register.snapshot().layer(Layer::Place).len() as u64;
        let logged: u64 = register
            .log_items(Revision(0), Revision(newest))
            .unwrap()
            .iter()
            .map(|item| item.entry.total())
            .sum();
        assert_eq!(logged, total, "kill {kill}: the log has as many changes as there are rows");
    }
    assert!(
        acknowledged_at_all > KILLS / 2,
        "the kills came too early to mean anything: {acknowledged_at_all}"
    );
}

/// Reads in one view again and again, until told to stop: every view holds whole change sets.
fn read_on(path: &Path, stop: &AtomicBool) {
    let reader = GeoPackageStore::open_read_only(path).unwrap();
    let mut last = Revision(0);
    while !stop.load(Ordering::Relaxed) {
        let mut rows = 0;
        let head = reader.load(&mut |_| rows += 1).unwrap();
        let mut logged = 0;
        let span = Span { after: Revision(0), up_to: head.revision };
        let mut count = |entry: LogHeader| {
            logged += entry.total();
            ControlFlow::Continue(())
        };
        reader.headers(span, &mut count).unwrap();
        assert_eq!(rows, logged, "a reader sees whole change sets");
        assert!(head.revision >= last);
        last = head.revision;
    }
}

#[test]
fn two_processes_write_and_many_threads_read() {
    let (_folder, store) = geopackage();
    let path = store.path().to_owned();
    drop(store);
    let stop = AtomicBool::new(false);
    let (mut done, mut had_their_turn) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let mut writers = Vec::new();
        for number in 0..2 {
            let (child, mut out) = spawn(&path, number);
            wait_until_ready(&mut out);
            let (sender, receiver) = channel();
            let listener = scope.spawn(move || {
                let lines = out.lines().map_while(Result::ok);
                lines
                    .filter_map(|line| acknowledgement(&line))
                    .inspect(|_| {
                        let _ = sender.send(());
                    })
                    .last()
            });
            writers.push((child, receiver, listener));
        }
        (0..3).for_each(|_| drop(scope.spawn(|| read_on(&path, &stop))));
        // Both get their turn, however busy the other and the machine are.
        let turns = |heard: &std::sync::mpsc::Receiver<()>| {
            (0..4).filter(|_| heard.recv_timeout(Duration::from_secs(60)).is_ok()).count()
        };
        had_their_turn.extend(writers.iter().map(|(_, heard, _)| turns(heard)));
        for (mut child, _, listener) in writers {
            child.kill().unwrap();
            child.wait().unwrap();
            done.extend(listener.join().unwrap().map(|(revision, _)| revision));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(had_their_turn, [4, 4]);
    let newest = reopen(&path).head().unwrap().revision.0;
    let last = done.iter().copied().max().unwrap();
    assert!((last..=last + 2).contains(&newest), "acknowledged {done:?}, the file is at {newest}");
}

#[test]
fn a_second_writer_waits() {
    let (_folder, store) = geopackage();
    let holder = rusqlite::Connection::open(store.path()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = Duration::from_millis(300);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let start = Instant::now();
            let one = crate::store_contract::set("等", vec![Change::insert(place(1, "点"))]);
            store.append(Revision(0), &one).unwrap();
            start.elapsed()
        });
        std::thread::sleep(held);
        // Readers are not held up meanwhile.
        assert_eq!(store.head().unwrap().revision, Revision(0));
        holder.execute_batch("COMMIT").unwrap();
        assert!(writer.join().unwrap() >= held);
    });
    assert_eq!(store.head().unwrap().revision, Revision(1));
}

//! The table of results and `target/bench.json`.

use std::time::{Duration, Instant};

/// One measured promise.
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    peer: String,
    /// `None`: the peer could not be had here and was skipped
    peer_value: Option<f64>,
    ratio: Option<f64>,
    note: String,
}

/// Whether a smaller or a larger value is better.
#[derive(Clone, Copy)]
pub enum Better {
    /// times, sizes
    Lower,
    /// rates
    Higher,
}

/// Collects rows and prints them.
pub struct Report {
    only: Option<String>,
    rows: Vec<Row>,
}

impl Report {
    /// A report of all benchmarks, or of those whose name contains `only`.
    pub fn new(only: Option<String>) -> Self {
        Self { only, rows: Vec::new() }
    }

    /// Whether a benchmark is wanted: ask before preparing its data.
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| name.contains(only))
    }

    /// A result beside a peer's (another program, or the naive way) measured in the same run.
    pub fn add(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        better: Better,
        peer: (&str, Option<f64>),
        note: &str,
    ) {
        let ratio = peer.1.map(|peer| match better {
            Better::Lower => peer / value,
            Better::Higher => value / peer,
        });
        let row = Row {
            name: name.into(),
            value,
            unit,
            peer: peer.0.into(),
            peer_value: peer.1,
            ratio,
            note: note.into(),
        };
        println!("{}", row.line());
        self.rows.push(row);
    }

    /// Writes `target/bench.json`.
    pub fn finish(self) {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                serde_json::json!({
                    "name": row.name, "value": row.value, "unit": row.unit, "peer": row.peer,
                    "peer_value": row.peer_value, "ratio": row.ratio, "note": row.note,
                })
            })
            .collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench.json");
        std::fs::write(path, serde_json::to_vec_pretty(&rows).unwrap()).unwrap();
        println!("{} results in target/bench.json", rows.len());
    }
}

impl Row {
    fn line(&self) -> String {
        let peer = match (self.peer_value, self.ratio) {
            (Some(value), Some(ratio)) => format!("{} {value:.4} {} → {ratio:.2}×", self.peer, self.unit),
            _ => format!("{} skipped", self.peer),
        };
        format!("{:<40} {:>12.4} {:<10} {peer}  {}", self.name, self.value, self.unit, self.note)
    }
}

/// Median time of some runs after one warm-up.
pub fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    std::hint::black_box(work());
    let mut times: Vec<Duration> = (0..runs.max(1))
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

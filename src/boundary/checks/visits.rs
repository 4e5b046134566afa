//! Inspection rounds and records that hold on a day, by round and by line.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::scope::line_codes;
use crate::model::layers::{InspectionRecord, InspectionRound};
use crate::model::{Date, Layer, Record};
use crate::snapshot::Snapshot;

/// A round.
pub struct Round<'a> {
    /// its record
    pub record: &'a Arc<Record>,
    fields: OnceLock<Option<InspectionRound>>,
}

/// A record of a round.
pub struct Inspected<'a> {
    /// its record
    pub record: &'a Arc<Record>,
    fields: OnceLock<Option<InspectionRecord>>,
}

impl<'a> Round<'a> {
    /// Its fields; `None` for a record that does not fit its layer.
    pub fn fields(&self) -> Option<&InspectionRound> {
        self.fields.get_or_init(|| self.record.read().ok()).as_ref()
    }

    /// Its code, empty where it has none.
    pub fn code(&self) -> &'a str {
        self.record.code.as_deref().unwrap_or_default()
    }

    /// The codes of its lines.
    pub fn line_codes(&self) -> impl Iterator<Item = &'a str> {
        line_codes(self.record)
    }

    /// Whether it was held for a cause of its own (after a flood, works, a dispute) and not for the period.
    pub fn is_special(&self) -> bool {
        self.record.text("cause").is_some_and(|cause| cause != "five_year")
    }
}

impl Inspected<'_> {
    /// Its fields; `None` for a record that does not fit its layer.
    pub fn fields(&self) -> Option<&InspectionRecord> {
        self.fields.get_or_init(|| self.record.read().ok()).as_ref()
    }
}

/// All of them.
pub(super) struct Visits<'a> {
    pub rounds: Vec<Round<'a>>,
    pub records: Vec<Inspected<'a>>,
    of_round: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Visits<'a> {
    /// Those that hold on a day. O(rounds + records).
    pub fn of(snapshot: &'a Snapshot, day: Date) -> Self {
        let holding = |layer| snapshot.layer(layer).iter().filter(move |record| record.valid.contains(day));
        let rounds = holding(Layer::InspectionRound);
        let rounds = rounds.map(|record| Round { record, fields: OnceLock::new() }).collect();
        let records = holding(Layer::InspectionRecord);
        let records: Vec<Inspected<'a>> =
            records.map(|record| Inspected { record, fields: OnceLock::new() }).collect();
        let mut of_round: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, inspected) in records.iter().enumerate() {
            if let Some(round) = inspected.record.text("round_code") {
                of_round.entry(round).or_default().push(at);
            }
        }
        Self { rounds, records, of_round }
    }

    /// The records of a round.
    pub fn in_round(&self, round: &str) -> impl Iterator<Item = &Inspected<'a>> {
        self.of_round.get(round).into_iter().flatten().map(|at| &self.records[*at])
    }

    /// The day on which the last round over a line ended that is closed and was held for a cause that counts;
    /// a round that names no cause counts.
    pub fn last_closed(&self, line: &str, counts: &dyn Fn(&str) -> bool) -> Option<Date> {
        let closed = self.rounds.iter().filter(|round| {
            round.record.text("stage") == Some("closed") && round.record.text("cause").is_none_or(counts)
        });
        let over = closed.filter(|round| round.line_codes().any(|code| code == line));
        over.filter_map(|round| {
            let fields = round.fields()?;
            fields.ended.or(fields.filing_date)
        })
        .max()
    }
}

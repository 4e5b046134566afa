//! Which records checks look at: all, or those that an edit may have touched.

use std::collections::HashSet;

use geo_types::Rect;

use crate::model::{Layer, Record, RecordId, geometry};
use crate::snapshot::Snapshot;

/// The records about which findings are wanted.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Scope {
    /// every record
    #[default]
    All,
    /// these only
    Only(HashSet<(Layer, RecordId)>),
}

impl Scope {
    /// Whether findings about a record are wanted.
    pub fn holds(&self, layer: Layer, id: RecordId) -> bool {
        match self {
            Self::All => true,
            Self::Only(records) => records.contains(&(layer, id)),
        }
    }

    /// What a change of some records may have touched: they themselves; for a marker its lines and all their
    /// markers; for a line its markers and the lines that it meets; for a division its parent, those it
    /// borders on, the lines there and their markers. Both as it was and as it is.
    pub fn touched(before: &Snapshot, after: &Snapshot, changed: &[(Layer, RecordId)]) -> Self {
        let mut touched = Touched {
            records: HashSet::new(),
            lines: HashSet::new(),
            parties: HashSet::new(),
            pairs: HashSet::new(),
            numbers: HashSet::new(),
        };
        for snapshot in [before, after] {
            changed.iter().for_each(|(layer, id)| touched.record(snapshot, *layer, *id));
        }
        [before, after].into_iter().for_each(|snapshot| touched.other_parts(snapshot));
        [before, after].into_iter().for_each(|snapshot| touched.markers(snapshot));
        Self::Only(touched.records)
    }
}

struct Touched {
    records: HashSet<(Layer, RecordId)>,
    /// codes of lines
    lines: HashSet<String>,
    /// codes of divisions whose lines are looked at
    parties: HashSet<String>,
    /// both parties of lines: what they share may stand in several
    pairs: HashSet<[String; 2]>,
    /// full numbers of markers
    numbers: HashSet<String>,
}

impl Touched {
    fn record(&mut self, snapshot: &Snapshot, layer: Layer, id: RecordId) {
        self.records.insert((layer, id));
        for record in snapshot.layer(layer).versions(id) {
            match layer {
                Layer::BoundaryMarker => self.marker(snapshot, record),
                Layer::BoundaryLine => self.line(snapshot, record),
                Layer::Division => self.division(snapshot, record),
                Layer::InspectionRound => self.round(snapshot, record),
                Layer::InspectionRecord => self.inspected(snapshot, record),
                _ => {}
            }
        }
    }

    fn marker(&mut self, snapshot: &Snapshot, record: &Record) {
        for code in line_codes(record) {
            for line in snapshot.layer(Layer::BoundaryLine).by_code(code) {
                self.records.insert((Layer::BoundaryLine, line.id));
                self.ends(snapshot, line);
            }
            self.lines.insert(code.to_owned());
        }
        // One that has the same number.
        if let Some(code) = record.code.as_deref().or_else(|| record.text("number")) {
            self.numbers.insert(code.to_owned());
            let same = snapshot.layer(Layer::BoundaryMarker).by_code(code);
            self.records.extend(same.map(|other| (Layer::BoundaryMarker, other.id)));
        }
    }

    fn line(&mut self, snapshot: &Snapshot, record: &Record) {
        self.records.insert((Layer::BoundaryLine, record.id));
        self.lines.extend(record.code.as_deref().map(str::to_owned));
        self.pairs.extend(parties(record).map(|[a, b]| [a.to_owned(), b.to_owned()]));
        self.ends(snapshot, record);
    }

    /// The lines of a round: their clocks may begin anew.
    fn round(&mut self, snapshot: &Snapshot, record: &Record) {
        for code in line_codes(record) {
            let lines = snapshot.layer(Layer::BoundaryLine).by_code(code);
            self.records.extend(lines.map(|line| (Layer::BoundaryLine, line.id)));
        }
    }

    /// The round of a record.
    fn inspected(&mut self, snapshot: &Snapshot, record: &Record) {
        if let Some(code) = record.text("round_code") {
            let rounds = snapshot.layer(Layer::InspectionRound).by_code(code);
            self.records.extend(rounds.map(|round| (Layer::InspectionRound, round.id)));
        }
    }

    /// The lines that meet a line.
    fn ends(&mut self, snapshot: &Snapshot, record: &Record) {
        for line in near(snapshot, Layer::BoundaryLine, record) {
            self.records.insert((Layer::BoundaryLine, line));
        }
    }

    fn division(&mut self, snapshot: &Snapshot, record: &Record) {
        let divisions = snapshot.layer(Layer::Division);
        if let Some(parent) = record.text("parent_code") {
            self.records.extend(divisions.by_code(parent).map(|parent| (Layer::Division, parent.id)));
        }
        self.records
            .extend(near(snapshot, Layer::Division, record).into_iter().map(|id| (Layer::Division, id)));
        self.parties.extend(record.code.as_deref().map(str::to_owned));
        for line in near(snapshot, Layer::BoundaryLine, record) {
            self.records.insert((Layer::BoundaryLine, line));
            let codes = snapshot.layer(Layer::BoundaryLine).versions(line);
            self.lines.extend(codes.filter_map(|line| line.code.as_deref()).map(str::to_owned));
        }
    }

    /// The lines of the divisions, and those between the same two.
    fn other_parts(&mut self, snapshot: &Snapshot) {
        if self.parties.is_empty() && self.pairs.is_empty() {
            return;
        }
        for line in snapshot.layer(Layer::BoundaryLine).iter() {
            let Some([a, b]) = parties(line) else { continue };
            let of_division = self.parties.contains(a) || self.parties.contains(b);
            if of_division || self.pairs.contains(&[a.to_owned(), b.to_owned()]) {
                self.records.insert((Layer::BoundaryLine, line.id));
                self.lines.extend(line.code.as_deref().map(str::to_owned));
            }
        }
    }

    /// The markers of the lines, the rounds that look at them, and what was found at the markers.
    fn markers(&mut self, snapshot: &Snapshot) {
        if self.lines.is_empty() && self.numbers.is_empty() {
            return;
        }
        for round in snapshot.layer(Layer::InspectionRound).iter() {
            if line_codes(round).any(|code| self.lines.contains(code)) {
                self.records.insert((Layer::InspectionRound, round.id));
            }
        }
        for record in snapshot.layer(Layer::InspectionRecord).iter() {
            if record.text("marker_code").is_some_and(|code| self.numbers.contains(code)) {
                self.records.insert((Layer::InspectionRecord, record.id));
            }
        }
        for marker in snapshot.layer(Layer::BoundaryMarker).iter() {
            if line_codes(marker).any(|code| self.lines.contains(code)) {
                self.records.insert((Layer::BoundaryMarker, marker.id));
            }
        }
    }
}

/// Degrees about a record within which others are looked at: some hundred metres.
const ABOUT: f64 = 0.005;

fn near(snapshot: &Snapshot, layer: Layer, record: &Record) -> Vec<RecordId> {
    let Some(bounds) = record.geometry.as_deref().and_then(geometry::bounds) else { return Vec::new() };
    let (min, max) = (bounds.min(), bounds.max());
    let window = Rect::new((min.x - ABOUT, min.y - ABOUT), (max.x + ABOUT, max.y + ABOUT));
    snapshot.layer(layer).window(window).into_iter().map(|record| record.id).collect()
}

/// Both parties of a line, the smaller code first.
fn parties(line: &Record) -> Option<[&str; 2]> {
    let (a, b) = (line.text("party_a_code")?, line.text("party_b_code")?);
    Some(if a <= b { [a, b] } else { [b, a] })
}

/// The codes of the lines that a marker stands on, without a copy.
pub(super) fn line_codes(marker: &Record) -> impl Iterator<Item = &str> {
    let at = marker.layer.def().index_of("line_codes");
    let list = at.and_then(|at| marker.fields.get(at)).and_then(|value| match value {
        crate::model::Value::List(json) => json.as_array(),
        _ => None,
    });
    list.into_iter().flatten().filter_map(|code| code.as_str())
}

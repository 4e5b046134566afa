//! Which records checks look at: all, or those that an edit may have touched.

use std::collections::HashSet;

use geo_types::Rect;

use super::Noticed;
use super::fabric::meets;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RecordId, geometry};
use crate::snapshot::Snapshot;

/// The records about which findings are wanted.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Scope {
    /// every record
    #[default]
    All,
    /// these only, and what is wrong with the ground in these windows
    Only(HashSet<(Layer, RecordId)>, Vec<Rect>),
}

impl Scope {
    /// Whether findings about a record are wanted.
    pub fn holds(&self, layer: Layer, id: RecordId) -> bool {
        match self {
            Self::All => true,
            Self::Only(records, _) => records.contains(&(layer, id)),
        }
    }

    /// The windows in which ground is looked at; none for everywhere.
    pub fn windows(&self) -> Option<&[Rect]> {
        match self {
            Self::All => None,
            Self::Only(_, windows) => Some(windows),
        }
    }

    /// Whether a finding is looked for again: by its record, or by its place where it belongs to that.
    pub fn is_about(&self, noticed: &Noticed) -> bool {
        match (self, &noticed.ground) {
            (Self::Only(_, windows), Some(ground)) if ground.by_place => {
                ground.bounds().is_some_and(|place| windows.iter().any(|window| meets(window, &place)))
            }
            _ => self.holds(noticed.layer, noticed.id),
        }
    }

    /// What a change of some records may have touched: they themselves; for a marker its lines and all their
    /// markers; for a line its markers and the lines that it meets; for a division its parent, those it
    /// borders on, the lines there and their markers, for a community its compounds; for a count its division. Both as it was and as it is.
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
        let windows = windows(before, after, changed);
        Self::Only(touched.records, windows)
    }
}

/// The boxes of the divisions that changed, as they were and as they are.
fn windows(before: &Snapshot, after: &Snapshot, changed: &[(Layer, RecordId)]) -> Vec<Rect> {
    let divisions = changed.iter().filter(|(layer, _)| *layer == Layer::Division);
    let of = |(layer, id): &(Layer, RecordId)| {
        let both = [before, after].into_iter().flat_map(|snapshot| snapshot.layer(*layer).versions(*id));
        both.filter_map(|record| record.geometry.as_deref().and_then(geometry::bounds)).collect::<Vec<_>>()
    };
    divisions.flat_map(of).collect()
}

/// Degrees about a road within which limits are looked at: a kilometre and more.
const ROADSIDE: f64 = 0.011;

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
                Layer::HouseholdCount => self.counted(snapshot, record),
                Layer::Road | Layer::Water => self.beside(snapshot, record),
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

    /// The division of a count.
    fn counted(&mut self, snapshot: &Snapshot, record: &Record) {
        let divisions = snapshot.layer(Layer::Division);
        if let Some(code) = record.text("subject_code") {
            self.records.extend(divisions.by_code(code).map(|division| (Layer::Division, division.id)));
        }
        if let Some(id) = record.text("subject_id").and_then(|id| id.parse().ok()) {
            self.records.insert((Layer::Division, id));
        }
    }

    /// The communities along a road or watercourse.
    fn beside(&mut self, snapshot: &Snapshot, record: &Record) {
        let Some(bounds) = record.geometry.as_deref().and_then(geometry::bounds) else { return };
        let wide = geo_types::Coord { x: ROADSIDE, y: ROADSIDE };
        let window = Rect::new(bounds.min() - wide, bounds.max() + wide);
        let near = snapshot.layer(Layer::Division).window(window).into_iter();
        let community = DivisionLevel::Community.code();
        let communities = near.filter(|division| division.text("level") == Some(community));
        self.records.extend(communities.map(|division| (Layer::Division, division.id)));
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
        if record.text("level") == Some(DivisionLevel::Community.code()) {
            let compounds = near(snapshot, Layer::Compound, record);
            self.records.extend(compounds.into_iter().map(|id| (Layer::Compound, id)));
        }
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
pub fn line_codes(marker: &Record) -> impl Iterator<Item = &str> {
    let at = marker.layer.def().index_of("line_codes");
    let list = at.and_then(|at| marker.fields.get(at)).and_then(|value| match value {
        crate::model::Value::List(json) => json.as_array(),
        _ => None,
    });
    list.into_iter().flatten().filter_map(|code| code.as_str())
}

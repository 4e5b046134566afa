//! What checks look at: the lines, markers and divisions that hold on a day, with what connects them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use geo_types::{Coord, Geometry, LineString};

use super::scope::{Scope, line_codes};
use super::visits::{Inspected, Round, Visits};
use super::{Notice, Period};
use crate::boundary::frame::{Frame, minus, nearest};
use crate::model::layers::{BoundaryLine, BoundaryMarker, DivisionLevel};
use crate::model::{Date, Layer, Record};
use crate::snapshot::Snapshot;

/// A boundary line that holds on the day.
pub struct Line<'a> {
    /// its record
    pub record: &'a Arc<Record>,
    fields: OnceLock<Option<BoundaryLine>>,
}

/// A marker that holds on the day.
pub struct Marker<'a> {
    /// its record
    pub record: &'a Arc<Record>,
    fields: OnceLock<Option<BoundaryMarker>>,
}

/// The place of a line that is nearest to a point.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// metres from the point
    pub metres: f64,
    /// the place on the line
    pub at: Coord,
    /// whether the point lies left of the line as it runs; `None` on it
    pub left: Option<bool>,
}

impl<'a> Line<'a> {
    /// Its fields; `None` for a record that does not fit its layer.
    pub fn fields(&self) -> Option<&BoundaryLine> {
        self.fields.get_or_init(|| self.record.read().ok()).as_ref()
    }

    /// Its code, empty where it has none.
    pub fn code(&self) -> &'a str {
        self.record.code.as_deref().unwrap_or_default()
    }

    /// The level of its parties.
    pub fn level(&self) -> Option<DivisionLevel> {
        self.record.text("level").and_then(DivisionLevel::from_code)
    }

    /// Whether its parties are counties or higher.
    pub fn is_county_up(&self) -> bool {
        self.level().is_some_and(|level| level <= DivisionLevel::County)
    }

    /// The chains that it consists of.
    pub fn parts(&self) -> &'a [LineString] {
        match self.record.geometry.as_deref() {
            Some(Geometry::MultiLineString(lines)) => &lines.0,
            Some(Geometry::LineString(line)) => std::slice::from_ref(line),
            _ => &[],
        }
    }

    /// A place on it for findings: the middle vertex.
    pub fn middle(&self) -> Option<Coord> {
        let part = self.parts().iter().max_by_key(|part| part.0.len())?;
        part.0.get(part.0.len() / 2).copied()
    }

    /// Something noticed about it, in both languages, at its middle.
    pub fn notice(&self, zh: impl Into<String>, en: impl Into<String>) -> Notice<'a> {
        let notice = Notice::new(self.record, zh, en);
        match self.middle() {
            Some(at) => notice.at(at),
            None => notice,
        }
    }

    /// The place of the line that is nearest to a point. O(vertices).
    pub fn nearest(&self, to: Coord) -> Option<Near> {
        let frame = Frame::at(to);
        let mut best: Option<(f64, Near)> = None;
        for pair in self.parts().iter().flat_map(|part| part.0.windows(2)) {
            let (a, b) = (frame.to(pair[0]), frame.to(pair[1]));
            let along = minus(b, a);
            let length = along[0].hypot(along[1]);
            if length == 0.0 {
                continue;
            }
            let (share, metres) = nearest([0.0, 0.0], a, b);
            // Metres to the left of the stretch drawn on without end. Of two stretches that meet in the
            // nearest vertex the one from which the point is farther aside says on which side it lies.
            let aside = (along[1] * a[0] - along[0] * a[1]) / length;
            let better = best.is_none_or(|(before, near)| {
                metres < near.metres - 1e-9 || metres <= near.metres + 1e-9 && aside.abs() > before.abs()
            });
            if better {
                let at = pair[0] + (pair[1] - pair[0]) * share;
                let left = (metres > 1e-6).then_some(aside > 0.0);
                best = Some((aside, Near { metres, at, left }));
            }
        }
        best.map(|(_, near)| near)
    }
}

impl<'a> Marker<'a> {
    /// Its fields; `None` for a record that does not fit its layer.
    pub fn fields(&self) -> Option<&BoundaryMarker> {
        self.fields.get_or_init(|| self.record.read().ok()).as_ref()
    }

    /// Its full number: the business code, else the number.
    pub fn number(&self) -> &'a str {
        self.record.code.as_deref().or_else(|| self.record.text("number")).unwrap_or_default()
    }

    /// Where it stands.
    pub fn at(&self) -> Option<Coord> {
        match self.record.geometry.as_deref() {
            Some(Geometry::Point(point)) => Some(point.0),
            _ => None,
        }
    }

    /// The codes of its lines.
    pub fn line_codes(&self) -> impl Iterator<Item = &'a str> {
        line_codes(self.record)
    }
}

/// What holds on a day.
pub struct Scene<'a> {
    snapshot: &'a Snapshot,
    day: Date,
    scope: Scope,
    lines: Vec<Line<'a>>,
    markers: Vec<Marker<'a>>,
    line_at: HashMap<&'a str, usize>,
    markers_at: HashMap<&'a str, Vec<usize>>,
    numbers: HashMap<&'a str, Vec<usize>>,
    visits: Visits<'a>,
}

impl<'a> Scene<'a> {
    /// All that holds on a day. O(lines + markers).
    pub fn new(snapshot: &'a Snapshot, day: Date, scope: Scope) -> Self {
        let holding =
            move |layer| snapshot.layer(layer).iter().filter(move |record| record.valid.contains(day));
        let lines: Vec<Line<'a>> =
            holding(Layer::BoundaryLine).map(|record| Line { record, fields: OnceLock::new() }).collect();
        let markers: Vec<Marker<'a>> =
            holding(Layer::BoundaryMarker).map(|record| Marker { record, fields: OnceLock::new() }).collect();
        let mut scene = Self {
            snapshot,
            day,
            scope,
            line_at: HashMap::with_capacity(lines.len()),
            markers_at: HashMap::new(),
            numbers: HashMap::with_capacity(markers.len()),
            visits: Visits::of(snapshot, day),
            lines,
            markers,
        };
        for (at, line) in scene.lines.iter().enumerate() {
            scene.line_at.entry(line.code()).or_insert(at);
        }
        for (at, marker) in scene.markers.iter().enumerate() {
            scene.numbers.entry(marker.number()).or_default().push(at);
            for code in marker.line_codes() {
                scene.markers_at.entry(code).or_default().push(at);
            }
        }
        scene
    }

    /// The register.
    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The day.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The records about which findings are wanted.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The lines in scope.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(|line| self.scope.holds(Layer::BoundaryLine, line.record.id))
    }

    /// Whether findings about a line are wanted.
    pub fn looks_at(&self, line: &Line<'_>) -> bool {
        self.scope.holds(Layer::BoundaryLine, line.record.id)
    }

    /// All lines, in scope or not.
    pub fn all_lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    /// The markers in scope.
    pub fn markers(&self) -> impl Iterator<Item = &Marker<'a>> {
        self.markers.iter().filter(|marker| self.scope.holds(Layer::BoundaryMarker, marker.record.id))
    }

    /// The divisions in scope.
    pub fn divisions(&self) -> impl Iterator<Item = &'a Arc<Record>> {
        let wanted = |record: &&'a Arc<Record>| {
            record.valid.contains(self.day) && self.scope.holds(Layer::Division, record.id)
        };
        self.snapshot.layer(Layer::Division).iter().filter(wanted)
    }

    /// A line by its code.
    pub fn line(&self, code: &str) -> Option<&Line<'a>> {
        self.line_at.get(code).map(|at| &self.lines[*at])
    }

    /// The markers on a line, in no particular order.
    pub fn markers_of(&self, line: &str) -> impl Iterator<Item = &Marker<'a>> {
        self.markers_at.get(line).into_iter().flatten().map(|at| &self.markers[*at])
    }

    /// The markers of that full number.
    pub fn numbered(&self, number: &str) -> impl Iterator<Item = &Marker<'a>> {
        self.numbers.get(number).into_iter().flatten().map(|at| &self.markers[*at])
    }

    /// The inspection rounds in scope.
    pub fn rounds(&self) -> impl Iterator<Item = &Round<'a>> {
        self.all_rounds().filter(|round| self.scope.holds(Layer::InspectionRound, round.record.id))
    }

    /// All rounds, in scope or not.
    pub fn all_rounds(&self) -> impl Iterator<Item = &Round<'a>> {
        self.visits.rounds.iter()
    }

    /// The inspection records in scope.
    pub fn inspected(&self) -> impl Iterator<Item = &Inspected<'a>> {
        let wanted = |record: &&Inspected<'a>| self.scope.holds(Layer::InspectionRecord, record.record.id);
        self.visits.records.iter().filter(wanted)
    }

    /// The records of a round.
    pub fn inspected_in(&self, round: &str) -> impl Iterator<Item = &Inspected<'a>> {
        self.visits.in_round(round)
    }

    /// The day from which a line's next inspection counts: its last inspection, by its own record or by a round
    /// that is closed, else its agreement or approval.
    /// A special round does not stand for the joint inspection of the whole line.
    pub fn last_inspection(&self, line: &Line<'_>, period: &Period) -> Option<Date> {
        let fields = line.fields()?;
        let closed = self.visits.last_closed(line.code(), &|cause| period.counts(cause));
        let last = fields.last_inspection.max(closed);
        last.or(fields.agreement_date).or(fields.approval_date)
    }

    /// A division by its code.
    pub fn division(&self, code: &str) -> Option<&'a Arc<Record>> {
        let mut found = self.snapshot.layer(Layer::Division).by_code(code);
        found.find(|record| record.valid.contains(self.day))
    }
}

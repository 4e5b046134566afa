//! A derived line and the record that the register has of it: figures and shape are renewed, empty fields filled,
//! what people entered stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo_types::{Coord, Geometry, MultiLineString};

use super::borders::{Borders, Knot};
use super::follow::{self, Along};
use super::naming::Called;
use super::segments::{self, Made};
use super::units::Unit;
use super::{DeriveOptions, LineOutcome, Outcome, Pair, tripoint};
use crate::boundary::defaults::defaults;
use crate::boundary::path::Path;
use crate::boundary::station::{self, Station};
use crate::model::layers::{BoundaryLine, LayerStruct as _};
use crate::model::{Bilingual, Change, Finding, Findings, IdSource, Layer, Record, Severity, Spot};
use crate::snapshot::Snapshot;

/// What all lines of a run have in common, and what has come of them so far.
pub(super) struct Merging<'a> {
    pub snapshot: &'a Snapshot,
    pub options: &'a DeriveOptions,
    pub ids: &'a mut IdSource,
    pub units: &'a [Unit],
    pub borders: &'a Borders,
    pub findings: &'a mut Findings,
    /// after a change of borders: the lines that ran along them
    pub renewing: Option<&'a [Arc<Record>]>,
    pub changes: Vec<Change>,
}

/// A line whose record is being made.
struct Line<'a> {
    pair: &'a Pair<'a>,
    path: Path,
    start: Option<String>,
    end: Option<String>,
    stations: Vec<Station>,
    runs: Vec<Along>,
}

impl Merging<'_> {
    /// Makes or renews one record; nothing where it cannot be read or its border is gone.
    pub fn line(
        &mut self,
        pair: &Pair<'_>,
        name: &str,
        known: Option<&Arc<Record>>,
        shape: MultiLineString,
    ) -> Option<LineOutcome> {
        let fields = match known.map(|record| record.read::<BoundaryLine>()).transpose() {
            Ok(fields) => fields,
            Err(field) => {
                self.unread(known?, field);
                return None;
            }
        };
        let before_m = known.map(|record| Path::of(record.geometry.as_deref()).length_m());
        let like = if known.is_none() { self.like(&shape) } else { None };
        let geometry = match known {
            Some(record) => self.shape(record, fields.as_ref(), shape)?,
            None => Arc::new(Geometry::MultiLineString(shape)),
        };
        let code = known.and_then(|record| record.code.clone()).or_else(|| self.code(pair, name));
        let line = self.look(pair, &geometry, code.as_deref());
        let mut after = fields
            .or_else(|| like.map(|like| beside(like, name)))
            .unwrap_or_else(|| BoundaryLine::named(name));
        self.fill(&mut after, &line);
        let (id, record) = match known {
            Some(record) => (record.id, Record::clone(record)),
            None => {
                let id = self.ids.next_id();
                let source = Some(Arc::from("由区划边界推算"));
                let secrecy = pair.a.record.secrecy.max(pair.b.record.secrecy);
                (id, Record { source, secrecy, ..Record::of(id, after.clone()) })
            }
        };
        let outcome = LineOutcome {
            id,
            code: code.as_deref().map(str::to_owned),
            name: after.name.clone(),
            parties: [pair.a.called.code.clone(), pair.b.called.code.clone()],
            outcome: Outcome::New,
            parts: line.path.spans().count(),
            length_m: line.path.length_m(),
            before_m,
            start: after.start_point.clone(),
            end: after.end_point.clone(),
            markers: line.stations.iter().map(|station| station.stones.len()).sum(),
            segments: after.segments.len(),
            changed: Vec::new(),
        };
        let record = Record { code, geometry: Some(geometry), fields: after.into_fields(), ..record };
        Some(self.settle(outcome, known, record))
    }

    /// Of the lines that ran along the borders that changed, the one whose border a new line has taken over, vertex by
    /// vertex: what was agreed of it holds on.
    fn like(&self, shape: &MultiLineString) -> Option<BoundaryLine> {
        let own = edges(shape);
        let held = |record: &&Arc<Record>| match record.geometry.as_deref() {
            Some(Geometry::MultiLineString(lines)) => own.is_subset(&edges(lines)),
            _ => false,
        };
        self.renewing?.iter().find(held)?.read::<BoundaryLine>().ok()
    }

    /// The code that a line gets by the pattern, if it is free.
    fn code(&mut self, pair: &Pair<'_>, name: &str) -> Option<Box<str>> {
        let Some(code) = pair.code() else {
            let what = Bilingual::new(
                format!("{name}：两侧区划没有可用的代码，无法按规则给出界线代码"),
                format!("{name}: the divisions have no codes from which one for the line follows"),
            );
            self.without_code("lines.no_code", what);
            return None;
        };
        let sight = self.options.sight;
        let held = self.snapshot.layer(Layer::BoundaryLine).by_code(&code).any(|line| sight.sees(line));
        let given = self.changes.iter().filter_map(Change::after);
        if held || given.filter_map(|record| record.code.as_deref()).any(|known| known == code) {
            let what = Bilingual::new(
                format!("{name}：按规则得出的代码 {code} 已是另一条界线的"),
                format!("{name}: the code {code} that the pattern gives is another line's"),
            );
            self.without_code("lines.same_code", what);
            return None;
        }
        Some(code.into())
    }

    fn without_code(&mut self, rule: &str, what: Bilingual) {
        let done = Bilingual::new("界线代码留空，请补录", "it has no code yet; enter one");
        self.findings.push(Finding::new(rule, Severity::Warning, Spot::default(), what, done));
    }

    /// The shape that a record gets: the derived one, or its own where that is the same border or may not change.
    fn shape(
        &mut self,
        record: &Arc<Record>,
        fields: Option<&BoundaryLine>,
        derived: MultiLineString,
    ) -> Option<Arc<Geometry>> {
        if derived.0.is_empty() {
            self.gone(record);
            return None;
        }
        let Some(own) = &record.geometry else { return Some(Arc::new(Geometry::MultiLineString(derived))) };
        if let Geometry::MultiLineString(lines) = &**own
            && edges(lines) == edges(&derived)
        {
            return Some(Arc::clone(own));
        }
        if fields.is_some_and(|line| line.surveyed == Some(true)) && !self.options.surveyed {
            // The rest of it now belongs to another two divisions.
            if let (Geometry::MultiLineString(lines), Some(_)) = (&**own, self.renewing)
                && edges(&derived).is_subset(&edges(lines))
            {
                return Some(Arc::new(Geometry::MultiLineString(derived)));
            }
            self.surveyed(record, own, &derived);
            return Some(Arc::clone(own));
        }
        Some(Arc::new(Geometry::MultiLineString(derived)))
    }

    /// What there is to say of a line: its ends, its markers, what it follows.
    fn look<'p>(&self, pair: &'p Pair<'p>, geometry: &Geometry, code: Option<&str>) -> Line<'p> {
        let path = Path::of(Some(geometry));
        let ends = path.ends();
        let closed = ends.is_some_and(|(start, end)| start == end);
        let name = |at: Option<&geo_types::Coord>| {
            if closed { None } else { tripoint(self.borders, self.units, at) }
        };
        let (start, end) = (name(ends.as_ref().map(|e| &e.0)), name(ends.as_ref().map(|e| &e.1)));
        let sight = self.options.sight;
        let markers = station::markers_of(self.snapshot, &path, code, sight);
        let stations = station::stations(&markers, &path);
        let nothing_to_follow =
            [Layer::Road, Layer::Water].iter().all(|layer| self.snapshot.layer(*layer).is_empty());
        let runs = if nothing_to_follow {
            Vec::new()
        } else {
            follow::runs(self.snapshot, &path, &defaults().follow, sight)
        };
        Line { pair, path, start, end, stations, runs }
    }

    /// Renews figures, fills what is empty.
    fn fill(&mut self, line: &mut BoundaryLine, found: &Line<'_>) {
        let (a, b) = (&found.pair.a.called, &found.pair.b.called);
        let follow = &defaults().follow;
        let fresh = |code: &Option<String>| {
            code.as_ref().is_none_or(|code| !self.units.iter().any(|unit| unit.called.code == *code))
        };
        // Sides are renewed together, and only where a code is no division's any more (recoded, merged), or after
        // a change of borders where the line is now another two divisions'.
        let others = || {
            let own =
                [&line.party_a_code, &line.party_b_code].map(|code| code.as_deref().unwrap_or_default());
            own != [&*a.code, &*b.code] && own != [&*b.code, &*a.code]
        };
        if fresh(&line.party_a_code) || fresh(&line.party_b_code) || self.renewing.is_some() && others() {
            let code = |of: &Called| Some(of.code.clone()).filter(|code| !code.is_empty());
            (line.party_a_code, line.party_b_code) = (code(a), code(b));
            (line.party_a, line.party_b) = (Some(a.name.clone()), Some(b.name.clone()));
        }
        line.party_a.get_or_insert_with(|| a.name.clone());
        line.party_b.get_or_insert_with(|| b.name.clone());
        line.level.get_or_insert_with(|| self.options.level.code().to_owned());
        fill_from(&mut line.start_point, found.start.as_ref());
        fill_from(&mut line.end_point, found.end.as_ref());
        let metres = found.path.length_m();
        line.measured_km = Some(metres.round() / 1000.0);
        if line.feature.is_none() {
            line.feature =
                follow::summary(&found.runs, &found.path, 0.0, metres, follow).map(|feature| feature.kind);
        }
        if !found.stations.is_empty() {
            count(line, &found.stations);
        }
        if !found.stations.is_empty() || line.segments.is_empty() {
            let made = Made {
                path: &found.path,
                stations: &found.stations,
                runs: &found.runs,
                start: line.start_point.as_deref(),
                end: line.end_point.as_deref(),
            };
            line.segments = segments::segments(&made, follow, self.options.lead, &line.segments);
        }
        // Without markers there is one stretch, and it is the line.
        if let ([], [whole]) = (&found.stations[..], &mut line.segments[..]) {
            whole.length_m = Some((metres * 10.0).round() / 10.0);
        }
        line.management_split.get_or_insert_with(|| segments::split_text(self.options.lead).to_owned());
    }

    /// Says what changed and takes the change, if there is one.
    fn settle(
        &mut self,
        mut outcome: LineOutcome,
        known: Option<&Arc<Record>>,
        after: Record,
    ) -> LineOutcome {
        let Some(before) = known else {
            self.changes.push(Change::insert(after));
            return outcome;
        };
        let fields = Layer::BoundaryLine.def().fields.iter().enumerate();
        let differ = |at: usize| before.fields.get(at) != after.fields.get(at);
        outcome.changed = fields.filter(|(at, _)| differ(*at)).map(|(_, field)| field.name).collect();
        if before.geometry != after.geometry {
            outcome.changed.push("geometry");
        }
        if before.code != after.code {
            outcome.changed.push("code");
        }
        outcome.outcome = if outcome.changed.is_empty() { Outcome::Unchanged } else { Outcome::Changed };
        if outcome.outcome == Outcome::Changed {
            self.changes.push(Change::update(Record::clone(before), after));
        }
        outcome
    }

    fn note(&mut self, rule: &str, severity: Severity, record: &Record, what: Bilingual, done: Bilingual) {
        let spot = Spot { record: Some(format!("boundary_line {}", record.id)), ..Spot::default() };
        let finding = Finding::new(rule, severity, spot, what, done);
        self.findings.push(finding.with_evidence(record.label().unwrap_or_default()));
    }

    fn unread(&mut self, record: &Record, field: &str) {
        let what =
            Bilingual::new(format!("字段 {field} 读不懂"), format!("the field {field} cannot be read"));
        let done = Bilingual::new("该记录未改动", "the record is left as it is");
        self.note("lines.unread", Severity::Error, record, what, done);
    }

    fn gone(&mut self, record: &Record) {
        let what = Bilingual::new(
            "与同一对区划的其他记录相比，已没有归它的边界",
            "of the border of its two sides no part is left for it",
        );
        let done = Bilingual::new("记录未改动", "the record is left as it is");
        self.note("lines.gone", Severity::Warning, record, what, done);
    }

    fn surveyed(&mut self, record: &Record, own: &Geometry, derived: &MultiLineString) {
        let own = Path::of(Some(own));
        let vertices = derived.0.iter().flat_map(|line| &line.0);
        let off = vertices.filter_map(|c| own.nearest(*c)).map(|place| place.off_m).fold(0.0, f64::max);
        let what = Bilingual::new(
            format!("界线已勘定，与两侧区划的边界不一致，最大相差 {off:.1} 米"),
            format!("the line is surveyed and differs from the divisions' border by up to {off:.1} m"),
        );
        let done = Bilingual::new(
            "图形未改动；若以区划边界为准，推算时加 --surveyed",
            "its shape is kept; to take the divisions' border instead, derive with --surveyed",
        );
        self.note("lines.surveyed", Severity::Warning, record, what, done);
    }
}

/// What a line that has taken over a stretch of another one has from it.
fn beside(line: BoundaryLine, name: &str) -> BoundaryLine {
    BoundaryLine {
        surveyed: line.surveyed,
        disputed: line.disputed,
        approver: line.approver,
        approval_no: line.approval_no,
        approval_date: line.approval_date,
        agreement_no: line.agreement_no,
        agreement_date: line.agreement_date,
        agreement_scale: line.agreement_scale,
        datum: line.datum,
        management_split: line.management_split,
        map_edition: line.map_edition,
        last_inspection: line.last_inspection,
        next_inspection: line.next_inspection,
        archive_no: line.archive_no,
        ..BoundaryLine::named(name)
    }
}

fn fill_from(field: &mut Option<String>, value: Option<&String>) {
    if field.is_none() {
        *field = value.cloned();
    }
}

/// How many stones there are, and how many numbers with one, two and three of them.
fn count(line: &mut BoundaryLine, stations: &[Station]) {
    let numbers = |of: usize| {
        let with = |station: &&Station| station.stones.iter().map(|stone| stone.of).max() == Some(of);
        i64::try_from(stations.iter().filter(with).count()).ok()
    };
    line.single_count = numbers(1);
    line.double_count = numbers(2);
    line.triple_count = numbers(3);
    line.marker_count =
        i64::try_from(stations.iter().map(|station| station.stones.len()).sum::<usize>()).ok();
}

/// The edges of a line, whichever way they run.
fn edges(lines: &MultiLineString) -> BTreeSet<(Knot, Knot)> {
    lines.0.iter().flat_map(|line| line.0.windows(2)).filter_map(edge).collect()
}

/// The edge of two neighbouring vertices, whichever way it runs; none where they are the same.
pub(super) fn edge(pair: &[Coord]) -> Option<(Knot, Knot)> {
    let (a, b) = (Knot::of(pair[0]), Knot::of(pair[1]));
    if a == b { None } else { Some((a.min(b), a.max(b))) }
}

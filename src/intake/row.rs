//! The first pass: one feature to one row of values, codes and geometry, without looking at the register.

use std::sync::Arc;

use geo_types::{Coord, Geometry};
use serde_json::map::Entry;
use serde_json::{Map, Value as Json};

use super::columns::{Columns, Target};
use super::constants::Constants;
use super::fit::Evidence;
use super::marker;
use super::report::{self, At, Report};
use super::shape::{Shape, Shaper};
use super::values::{Reader, cell_text, kept, object};
use super::{Counts, ImportError, ImportOptions, Invalid, validity};
use crate::crs::{Crs, CrsError, recognise};
use crate::formats::{DeclaredCrs, FeatureSource, SourceFeature};
use crate::model::{Date, Finding, Layer, Period, RecordId, Secrecy, Value, ValueError, geometry};
use crate::snapshot::Snapshot;

/// A row in the register's terms.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// its number in the file
    pub number: u64,
    /// business code
    pub code: Option<Box<str>>,
    /// own fields, rising by place
    pub fields: Vec<(usize, Value)>,
    /// all other columns
    pub extra: Option<Box<Map<String, Json>>>,
    /// settled geometry
    pub geometry: Option<Arc<Geometry>>,
    /// apart, since a million rows wait in memory and few files have any of it
    said: Option<Box<Said>>,
}

/// What few files say of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// its ULID
    pub id: Option<RecordId>,
    /// its version beside the id
    pub version: Option<u32>,
    /// the value of the key column
    pub key: Option<Box<str>>,
    /// first lawful day
    pub valid_from: Option<Date>,
    /// first day after
    pub valid_to: Option<Date>,
    /// where it comes from
    pub source: Option<Box<str>>,
    /// who may see it
    pub secrecy: Option<Secrecy>,
    /// remarks
    pub remarks: Option<Box<str>>,
}

impl Said {
    /// Whether it names one record, by key or id.
    pub(super) fn names_one(&self) -> bool {
        self.key.is_some() || self.id.is_some()
    }

    /// Whether a common field is said.
    pub(super) fn has(&self, name: &str) -> bool {
        match name {
            "source" => self.source.is_some(),
            "remarks" => self.remarks.is_some(),
            "secrecy" => self.secrecy.is_some(),
            "valid_from" => self.valid_from.is_some(),
            "valid_to" => self.valid_to.is_some(),
            _ => false,
        }
    }
}

impl Row {
    /// What the file says beyond code, fields and geometry, if anything.
    pub(super) fn said(&self) -> Option<&Said> {
        self.said.as_deref()
    }

    /// The same, taken out.
    pub(super) fn take_said(&mut self) -> Said {
        self.said.take().map(|said| *said).unwrap_or_default()
    }

    /// The same, to be added to.
    pub(super) fn say(&mut self) -> &mut Said {
        self.said.get_or_insert_default()
    }

    /// The value of an own field.
    pub(super) fn get(&self, index: usize) -> Option<&Value> {
        let at = self.fields.binary_search_by_key(&index, |(at, _)| *at).ok()?;
        Some(&self.fields[at].1)
    }

    /// Sets an own field.
    pub(super) fn set(&mut self, index: usize, value: Value) {
        match self.fields.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(at) => self.fields[at].1 = value,
            Err(at) => self.fields.insert(at, (index, value)),
        }
    }

    /// Text or a number among the columns without a field.
    pub(super) fn extra_text(&self, column: &str) -> Option<String> {
        cell_text(self.extra.as_ref()?.get(column)?).map(String::from)
    }

    /// Keeps a cell that has no field under its column's name, or that name and a number.
    pub(super) fn keep(&mut self, column: &str, cell: Json) {
        let Some(value) = kept(cell) else { return };
        let base = if column.trim().is_empty() { "column" } else { column };
        let extra = self.extra.get_or_insert_default();
        if let Entry::Vacant(free) = extra.entry(base) {
            free.insert(value);
            return;
        }
        let mut number = 2;
        while extra.contains_key(&format!("{base} ({number})")) {
            number += 1;
        }
        extra.insert(format!("{base} ({number})"), value);
    }
}

/// The first pass over a file.
pub(super) struct Reading<'a> {
    snapshot: &'a Snapshot,
    options: &'a ImportOptions,
    /// the columns so far
    pub columns: Columns,
    readers: Vec<Option<Reader>>,
    constants: Constants,
    /// room in which a row's fields are gathered
    fields: Vec<(usize, Value)>,
    shaper: Shaper,
    /// how markers keep coordinates as received
    marker: Option<marker::Received>,
    declared: DeclaredCrs,
    out_of_range: Vec<Coord>,
    shaped: u64,
    /// findings so far
    pub report: Report,
    /// counts so far
    pub counts: Counts,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        options: &'a ImportOptions,
        declared: &DeclaredCrs,
    ) -> Result<Self, ImportError> {
        let mut report = Report::new(&options.file);
        let known = match (&options.crs, declared) {
            (Some(given), DeclaredCrs::Known(said)) if !given.same_numbers(said) => {
                report.note(&report::CRS, At::default(), || {
                    let (zh, en) = (said.describe(), given.describe());
                    (
                        format!("文件自称为 {}，给定的是 {}", zh.zh, en.zh),
                        format!("the file says {}, given is {}", zh.en, en.en),
                        said.to_string(),
                    )
                });
                Some(given)
            }
            (Some(given), _) => Some(given),
            (None, DeclaredCrs::Known(said)) => Some(said),
            (None, _) => None,
        };
        let wants_geometry = options.layer.has_geometry();
        let known_shape = known.filter(|_| wants_geometry);
        let shaper = Shaper::new(options.layer, known_shape, options.datum).map_err(|error| {
            match (error, known_shape) {
                (CrsError::NoParameters { from_datum, .. }, Some(crs)) => ImportError::DatumQuestion {
                    file: options.file.clone(),
                    crs: crs.clone(),
                    datum: from_datum,
                },
                (error, _) => error.into(),
            }
        })?;
        let mut columns = Columns::new(options)?;
        columns.crs = known.filter(|_| *declared != DeclaredCrs::NoGeometry).map(Crs::to_string);
        Ok(Self {
            snapshot,
            options,
            columns,
            readers: Vec::new(),
            constants: Constants::new(options)?,
            fields: Vec::new(),
            shaper,
            marker: marker::Received::of(options.layer, known),
            declared: declared.clone(),
            out_of_range: Vec::new(),
            shaped: 0,
            report,
            counts: Counts::default(),
        })
    }

    /// Whether a geometry cannot be understood without asking.
    pub(super) fn lacks_crs(&self) -> bool {
        self.options.layer.has_geometry() && !self.shaper.ready()
    }

    /// The question to ask, from this feature and some after it.
    pub(super) fn question(&self, first: SourceFeature, source: &mut dyn FeatureSource) -> ImportError {
        const COORDS: usize = 5000;
        const ROWS: usize = 2000;
        let (mut sample, mut evidence) = (Vec::new(), Evidence::new(self.snapshot, self.options));
        let mut next = Some(first);
        for _ in 0..ROWS {
            let Some(feature) = next.take() else { break };
            evidence.see(&self.columns, &feature);
            if let Some(shape) = feature.geometry {
                geometry::for_each_coord(&shape, &mut |c| {
                    if sample.len() < COORDS {
                        sample.push(c);
                    }
                });
            }
            if sample.len() >= COORDS && evidence.is_enough() {
                break;
            }
            next = std::iter::from_fn(|| source.next_feature()).find_map(Result::ok);
        }
        self.question_of(&sample, evidence)
    }

    fn question_of(&self, sample: &[Coord], evidence: Evidence<'_>) -> ImportError {
        let boxes = Layer::ALL.iter().filter_map(|layer| self.snapshot.layer(*layer).bounds());
        let reference = boxes.reduce(|a, b| {
            geo_types::Rect::new(
                Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        });
        let declared = match &self.declared {
            DeclaredCrs::Known(crs) => Some(crs.to_string()),
            DeclaredCrs::Unknown(text) => Some(text.chars().take(200).collect()),
            DeclaredCrs::NoGeometry | DeclaredCrs::Undeclared => None,
        };
        let guesses = evidence.rank(recognise(sample, reference));
        ImportError::CrsQuestion { file: self.options.file.clone(), declared, guesses }
    }

    /// Counts a row that the reader could not read.
    pub(super) fn refuse(&mut self, finding: Finding) {
        self.counts.refused += 1;
        if let Some(row) = finding.spot.row {
            self.report.refuse(row, finding.what.clone(), None);
        }
        self.report.findings.push(finding);
    }

    /// What can only be known at the end: columns told of that never came, coordinates that are no degrees.
    pub(super) fn check_end(&self) -> Result<(), ImportError> {
        if let Some(column) = self.columns.missing().filter(|_| !self.columns.bound.is_empty()) {
            return Err(ImportError::UnknownColumn {
                file: self.options.file.clone(),
                column: column.to_owned(),
                columns: self.columns.bound.iter().map(|column| column.name.clone()).collect(),
            });
        }
        let all_out = self.shaped > 0 && self.out_of_range.len() as u64 >= self.shaped.min(1000);
        if all_out && self.options.crs.is_none() {
            let nothing = Evidence::new(self.snapshot, self.options);
            return Err(self.question_of(&self.out_of_range, nothing));
        }
        Ok(())
    }

    /// One feature; `None` where its row is refused. `made_of` are the columns that its geometry was made from:
    /// they are kept where the geometry was transformed (what was received), else they say nothing more.
    pub(super) fn row(&mut self, feature: SourceFeature, made_of: &[usize]) -> Option<Row> {
        let mut row = Row { number: feature.row, ..Row::default() };
        let received = feature.geometry.as_ref().and_then(|shape| self.shaper.received(shape));
        let point = marker::point(feature.geometry.as_ref());
        row.geometry = self.shape(feature.row, feature.geometry)?.map(Arc::new);
        row.fields = std::mem::take(&mut self.fields);
        let mut version = None;
        let said_already = row.geometry.is_some() && self.shaper.keeps_numbers();
        for (column, cell) in feature.values {
            if said_already && made_of.contains(&column) && self.columns.is_extra(column) {
                continue;
            }
            self.cell(&mut row, column, cell, &mut version);
        }
        match version {
            Some((_, cell)) if row.said().is_some_and(|said| said.id.is_some()) => {
                row.say().version =
                    cell_text(&cell).and_then(|text| text.parse().ok()).filter(|version| *version > 0);
            }
            Some((column, cell)) => row.keep(&self.columns.bound[column].name, cell),
            None => {}
        }
        if let Some(received) = received {
            row.keep("received", received);
        }
        self.constants.fill(&mut row);
        row.fields.sort_unstable_by_key(|(at, _)| *at);
        // Kept without room to spare; the room is used again for the next row.
        let mut roomy = std::mem::take(&mut row.fields);
        row.fields = Vec::with_capacity(roomy.len());
        row.fields.append(&mut roomy);
        self.fields = roomy;
        if self.options.layer == Layer::BoundaryMarker {
            marker::complete(&mut row, self.marker.as_ref(), point);
        }
        if let Some(said) = row.said.as_deref_mut()
            && let Err(error) = Period::new(said.valid_from, said.valid_to)
        {
            let to = said.valid_to.take().map(|date| date.to_string()).unwrap_or_default();
            self.report.note(&report::PERIOD, At::field(row.number, "valid_to"), || {
                ("失效日期不晚于生效日期".into(), error.to_string(), to.clone())
            });
            row.keep("valid_to", Json::String(to));
        }
        Some(row)
    }

    fn shape(&mut self, row: u64, geometry: Option<Geometry>) -> Option<Option<Geometry>> {
        let Some(found) = geometry else {
            let expected = self.declared != DeclaredCrs::NoGeometry;
            return self.without_geometry(row, expected);
        };
        if self.shaper.only_keeps() {
            self.report.note(&report::DATUM_KEPT, At::row(row), || {
                (
                    "坐标不在登记册的基准上".into(),
                    "its coordinates are on another datum".into(),
                    String::new(),
                )
            });
            return self.without_geometry(row, false);
        }
        self.shaped += 1;
        // The first coordinate is enough to say later that the whole file is in another system.
        let first = (self.out_of_range.len() < 1000).then(|| first_coord(&found)).flatten();
        match self.shaper.shape(found) {
            Shape::Settled(geometry, invalid) => {
                let Some(place) = invalid else { return Some(Some(geometry)) };
                self.crossed(row, geometry, place).map(Some)
            }
            Shape::Empty => self.without_geometry(row, true),
            Shape::LeftOut => {
                self.report.note(&report::GEOMETRY_LEFT, At::row(row), || {
                    ("该行带有图形".into(), "the row has a geometry".into(), String::new())
                });
                Some(None)
            }
            Shape::Refused { out_of_range, zh, en } => {
                let rule = if out_of_range { &report::COORDINATES } else { &report::GEOMETRY };
                if out_of_range {
                    self.out_of_range.extend(first);
                }
                let evidence = first.map(|c| format!("{} {}", c.x, c.y)).unwrap_or_default();
                self.report.note(rule, At::row(row), || (zh, en, evidence));
                self.counts.refused += 1;
                None
            }
        }
    }

    /// An area whose outline crosses itself at a place, as the options want it; `None` where it is refused.
    fn crossed(&mut self, row: u64, geometry: Geometry, place: Coord) -> Option<Geometry> {
        let at = At { row: Some(row), field: None, place: Some([place.x, place.y]) };
        let text = format!("{:.6} {:.6}", place.x, place.y);
        let (zh, en) = ("面的边界自相交", "the polygon's outline crosses itself");
        let repaired =
            (self.options.invalid == Invalid::Repair).then(|| validity::repaired(&geometry)).flatten();
        if let Some((repaired, change_m2)) = repaired {
            self.report.note(&report::REPAIRED_POLYGON, at, || {
                let (zh_m2, en_m2) = validity::area_words(change_m2);
                let zh = format!("{zh}，修复使面积变化 {zh_m2}");
                (zh, format!("{en}; the repair changes its area by {en_m2}"), text)
            });
            return Some(repaired);
        }
        let refused = self.options.invalid == Invalid::Refuse;
        let rule = if refused { &report::REFUSED_POLYGON } else { &report::INVALID_POLYGON };
        self.report.note(rule, at, || (zh.into(), en.into(), text));
        self.counts.refused += u64::from(refused);
        (!refused).then_some(geometry)
    }

    fn without_geometry(&mut self, row: u64, expected: bool) -> Option<Option<Geometry>> {
        let layer = self.options.layer;
        if layer == Layer::PlaceExtent {
            self.report.note(&report::GEOMETRY, At::row(row), || {
                ("没有图形".into(), "there is no geometry".into(), String::new())
            });
            self.counts.refused += 1;
            return None;
        }
        if expected && layer.has_geometry() {
            self.report.note(&report::NO_GEOMETRY, At::row(row), || {
                ("没有图形".into(), "there is no geometry".into(), String::new())
            });
        }
        Some(None)
    }

    fn cell(&mut self, row: &mut Row, column: usize, cell: Json, version: &mut Option<(usize, Json)>) {
        let Some(bound) = self.columns.bound.get(column) else { return };
        if bound.is_key {
            row.say().key = cell_text(&cell);
        }
        match bound.target {
            Target::Extra => row.keep(&bound.name, cell),
            Target::Version => *version = Some((column, cell)),
            Target::Id => match cell_text(&cell).and_then(|text| text.parse().ok()) {
                Some(id) => row.say().id = Some(id),
                None => row.keep(&bound.name, cell),
            },
            Target::ExtraObject => match object(cell) {
                Ok(members) => members.into_iter().for_each(|(name, member)| row.keep(&name, member)),
                Err(cell) => row.keep(&bound.name, cell),
            },
            Target::Own(_) | Target::Common(_) => self.field(row, column, cell),
        }
    }

    fn field(&mut self, row: &mut Row, column: usize, cell: Json) {
        let bound = &self.columns.bound[column];
        let field = match bound.target {
            Target::Own(at) => &self.options.layer.def().fields[at],
            Target::Common(field) => field,
            _ => return,
        };
        if self.readers.len() <= column {
            self.readers.resize(column + 1, None);
        }
        let reader = *self.readers[column].get_or_insert_with(|| Reader::new(field));
        match reader.read(cell) {
            Ok(None) => {}
            Ok(Some(value)) => match bound.target {
                Target::Own(at) => row.fields.push((at, value)),
                _ => common(row, field.name, value),
            },
            Err((cell, error)) => {
                let rule = match error {
                    ValueError::List { .. } => &report::CODE_LIST,
                    ValueError::Kind { .. } => &report::VALUE,
                };
                let title = self.options.layer.def().field_title(field.name);
                self.report.note(rule, At::field(row.number, &bound.name), || match &error {
                    ValueError::List { found, .. } => (
                        format!("“{found}”不在“{}”的代码表中", title.zh),
                        format!("{found:?} is not in the code list of {}", title.en),
                        found.clone(),
                    ),
                    ValueError::Kind { expected, found } => (
                        format!("“{}”的值读不懂", title.zh),
                        format!("{} should be a {expected}", title.en),
                        found.clone(),
                    ),
                });
                row.keep(&bound.name, cell);
            }
        }
    }
}

/// Takes in the value of a common field.
pub(super) fn common(row: &mut Row, name: &str, value: Value) {
    match (name, value) {
        ("code", Value::Text(text)) => row.code = Some(text),
        ("source", Value::Text(text)) => row.say().source = Some(text),
        ("remarks", Value::Text(text)) => row.say().remarks = Some(text),
        ("secrecy", Value::Text(text)) => row.say().secrecy = Secrecy::from_code(&text),
        ("valid_from", Value::Date(date)) => row.say().valid_from = Some(date),
        ("valid_to", Value::Date(date)) => row.say().valid_to = Some(date),
        _ => {}
    }
}

fn first_coord(found: &Geometry) -> Option<Coord> {
    if let Geometry::Point(p) = found {
        return Some(p.0);
    }
    let mut first = None;
    geometry::for_each_coord(found, &mut |c| {
        first.get_or_insert(c);
    });
    first
}

//! Collects the records as they are made: ids in order, source and marks, geometry settled.

use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point};

use super::pictures::Picture;
use crate::model::layers::LayerStruct;
use crate::model::{IdSource, Period, Record, RecordId, geometry};

/// Every record of the demo says that its geometry is made up.
pub(super) const SOURCE: &str = "演示合成数据";

/// What is written down so far.
pub(super) struct Ledger {
    ids: IdSource,
    source: Arc<str>,
    records: Vec<Record>,
    pictures: Vec<Picture>,
}

/// What a record has beside its own fields.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) code: Option<String>,
    pub(super) remarks: Option<&'static str>,
    pub(super) valid: Period,
    pub(super) geometry: Option<Geometry>,
}

impl Entry {
    /// With a code and a geometry.
    pub(super) fn at(code: impl Into<String>, geometry: impl Into<Geometry>) -> Self {
        Self { code: Some(code.into()), geometry: Some(geometry.into()), ..Self::default() }
    }

    /// With a geometry only.
    pub(super) fn shape(geometry: impl Into<Geometry>) -> Self {
        Self { geometry: Some(geometry.into()), ..Self::default() }
    }

    /// With a code only.
    pub(super) fn coded(code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..Self::default() }
    }

    /// With a remark.
    pub(super) fn remark(self, remarks: &'static str) -> Self {
        Self { remarks: Some(remarks), ..self }
    }
}

impl Ledger {
    /// An empty one; the same seed gives the same ids.
    pub(super) fn new(seed: u64) -> Self {
        // Ids carry a time: the first second of 2026 in Shanghai, for all of the demo.
        Self {
            ids: IdSource::new(1_767_196_800_000, seed),
            source: SOURCE.into(),
            records: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// Takes pictures in; gives the entries under which a record lists them.
    pub(super) fn picture(&mut self, pictures: Vec<Picture>) -> Vec<String> {
        let entries = pictures.iter().map(|(name, _)| name.to_string()).collect();
        self.pictures.extend(pictures);
        entries
    }

    /// The pictures so far, taken out.
    pub(super) fn take_pictures(&mut self) -> Vec<Picture> {
        std::mem::take(&mut self.pictures)
    }

    /// The next id, for a record that is written later.
    pub(super) fn next_id(&mut self) -> RecordId {
        self.ids.next_id()
    }

    /// Writes a record down.
    pub(super) fn add<T: LayerStruct>(&mut self, fields: T, entry: Entry) -> RecordId {
        let id = self.next_id();
        self.add_as(id, fields, entry);
        id
    }

    /// Writes a record down under an id taken before.
    pub(super) fn add_as<T: LayerStruct>(&mut self, id: RecordId, fields: T, entry: Entry) {
        let mut record = Record::of(id, fields);
        let kind = record.layer.def().geometry;
        record.code = entry.code.map(Into::into);
        record.remarks = entry.remarks.map(Into::into);
        record.valid = entry.valid;
        record.source = Some(Arc::clone(&self.source));
        record.geometry = entry.geometry.and_then(|g| geometry::settle(g, kind).ok()).map(Arc::new);
        self.records.push(record);
    }

    /// All records since the last time.
    pub(super) fn take(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// Puts records back that were taken.
    pub(super) fn put_back(&mut self, records: Vec<Record>) {
        self.records = records;
    }

    /// How many are written down and not yet taken.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// All records from a place on.
    pub(super) fn take_from(&mut self, first: usize) -> Vec<Record> {
        self.records.split_off(first.min(self.records.len()))
    }

    /// What is written down and not yet taken.
    pub(super) fn records_mut(&mut self) -> &mut [Record] {
        &mut self.records
    }
}

/// A point.
pub(super) fn point(at: Coord) -> Geometry {
    Point(at).into()
}

/// A line of one part.
pub(super) fn line(line: LineString) -> Geometry {
    MultiLineString(vec![line]).into()
}

/// Areas.
pub(super) fn area(polygons: MultiPolygon) -> Geometry {
    polygons.into()
}

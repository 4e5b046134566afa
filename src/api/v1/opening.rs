//! Where a page opens: the working district, and the levels of division that every zoom shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo_types::Rect;
use serde::Serialize;

use super::register::{around, figures};
use crate::api::app::App;
use crate::api::view::View;
use crate::api::wire::bbox_of;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, geometry};

/// A register of more counties than this has no working district.
const FEW: usize = 8;

/// Degrees within which two boxes are the same.
const NEAR: f64 = 1e-6;

/// The one county-level division whose townships the register holds.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WorkingDistrict {
    /// its record
    id: String,
    /// west, south, east, north
    bbox: [f64; 4],
    /// whether the divisions end with these few counties: then a province's outline is the edge of the data
    edge: bool,
}

impl WorkingDistrict {
    /// Its record.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Where a page opens.
#[derive(Debug, Default)]
pub struct Opening {
    /// the working district, if there is one
    pub district: Option<WorkingDistrict>,
    /// levels from the top down to the highest that has an area
    pub levels: Vec<&'static str>,
}

impl Opening {
    /// The box round the working district.
    pub fn bounds(&self) -> Option<Rect> {
        let [west, south, east, north] = self.district.as_ref()?.bbox;
        Some(Rect::new((west, south), (east, north)))
    }
}

/// Where a page opens, kept by revision and day. O(divisions) once.
pub fn opening(app: &App, view: &View) -> Arc<Opening> {
    app.opening.get_with((view.revision(), view.newest, view.as_of), || {
        let all = figures(app, view, Layer::Division).bounds;
        Arc::new(Opening { district: district(view, all), levels: levels(view) })
    })
}

fn level(record: &Record) -> Option<DivisionLevel> {
    record.text("level").and_then(DivisionLevel::from_code)
}

/// Of a few counties the one with most townships; `all`: the box round all divisions.
fn district(view: &View, all: Option<Rect>) -> Option<WorkingDistrict> {
    let is_county = |record: &&Arc<Record>| level(record) == Some(DivisionLevel::County);
    let counties: Vec<&Arc<Record>> = view.records(Layer::Division).filter(is_county).take(FEW + 1).collect();
    if counties.len() > FEW {
        return None;
    }
    let mut townships = vec![0_usize; counties.len()];
    for record in view.records(Layer::Division) {
        let parent = record.text("parent_code").filter(|_| level(record) == Some(DivisionLevel::Township));
        let Some(parent) = parent else { continue };
        if let Some(at) = counties.iter().position(|county| county.code.as_deref() == Some(parent)) {
            townships[at] += 1;
        }
    }
    // Of equals the first.
    let (at, most) = townships.iter().enumerate().rev().max_by_key(|(_, count)| **count)?;
    let box_of = |record: &Arc<Record>| record.geometry.as_deref().and_then(geometry::bounds);
    let own = box_of(counties[at]).filter(|_| *most > 0)?;
    let together = counties.iter().filter_map(|county| box_of(county)).reduce(around);
    let edge = together.zip(all).is_some_and(|(a, b)| same(a, b));
    Some(WorkingDistrict { id: counties[at].id.to_string(), bbox: bbox_of(own), edge })
}

fn same(a: Rect, b: Rect) -> bool {
    bbox_of(a).iter().zip(bbox_of(b)).all(|(a, b)| (a - b).abs() < NEAR)
}

fn levels(view: &View) -> Vec<&'static str> {
    let with_area = |record: &&Arc<Record>| record.geometry.is_some();
    let there: BTreeSet<DivisionLevel> =
        view.records(Layer::Division).filter(with_area).filter_map(|record| level(record)).collect();
    let Some(highest) = there.first() else { return Vec::new() };
    DivisionLevel::ALL.iter().filter(|level| *level <= highest).map(|level| level.code()).collect()
}

//! Facilities, candidates and demand of a file: where they are, what they are called, how much they weigh.

use std::path::{Path, PathBuf};

use geo::InteriorPoint as _;
use geo_types::{Coord, Geometry, Point};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::ground::moved;
use super::{Loaded, noticed};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::crs::Crs;
use crate::formats::{self, DeclaredCrs, ReadOptions};
use crate::model::{Bilingual, Findings, Severity};
use crate::network::Found;

/// Places off the network that are listed one by one.
const LISTED: usize = 1000;

/// The features of a file, in its order.
pub struct Places {
    /// the file
    pub path: PathBuf,
    /// its columns
    pub columns: Vec<String>,
    /// values of each feature by column
    pub values: Vec<Vec<Json>>,
    /// geometries as the file has them
    pub shapes: Vec<Option<Geometry>>,
    /// the file's system, where it says
    pub crs: Option<Crs>,
    /// where each is, in the coordinates of the run
    pub at: Vec<Option<Coord>>,
    /// where each is joined to the network
    pub found: Vec<Found>,
}

impl Places {
    /// Reads a file and joins its features to the network. A row that cannot be read keeps its place, without one
    /// on the ground.
    pub fn read(path: &Path, loaded: &Loaded, findings: &mut Findings) -> Result<Self, Failure> {
        let mut source = formats::open(path, &ReadOptions::default())?;
        let (mut shapes, mut rows, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(next) = source.next_feature() {
            stop::check()?;
            let (shape, row, number) = match next {
                Ok(feature) => (feature.geometry, feature.values, feature.row),
                Err(finding) => {
                    let row = finding.spot.row.unwrap_or_default();
                    findings.push(finding);
                    (None, Vec::new(), row)
                }
            };
            shapes.push(shape);
            rows.push(row);
            numbers.push(number);
        }
        source.take_findings().into_iter().for_each(|finding| findings.push(finding));
        let columns = source.columns().to_vec();
        let known: Vec<Geometry> = shapes.iter().flatten().cloned().collect();
        let way = loaded.ground.way(path, source.crs(), &known)?;
        let mut drawn = 0_usize;
        let mut at = Vec::with_capacity(shapes.len());
        for (shape, row) in shapes.iter().zip(&numbers) {
            let moved = shape.clone().and_then(|shape| moved(way.as_ref(), shape, (path, *row), findings));
            drawn += usize::from(matches!(&moved, Some(shape) if !matches!(shape, Geometry::Point(_))));
            at.push(moved.and_then(|shape| place_of(&shape)));
        }
        let found = at.par_iter().map(|at: &Option<Coord>| match at {
            Some(at) => loaded.locator.find(&loaded.network, &loaded.walk, *at, loaded.snap_m),
            None => Found::TooFar(f64::INFINITY),
        });
        let found: Vec<Found> = found.collect();
        let crs = match source.crs() {
            DeclaredCrs::Known(crs) => Some(crs.clone()),
            _ => None,
        };
        let values = rows.into_iter().map(|row| filled(row, columns.len())).collect();
        let places = Self { path: path.into(), columns, values, shapes, crs, at, found };
        places.say(drawn, loaded.snap_m, findings);
        Ok(places)
    }

    /// What a feature is called: its `id`, as a member or a property, else its number in the file from 0.
    pub fn id(&self, feature: usize) -> Json {
        let column = self.columns.iter().position(|name| name.eq_ignore_ascii_case("id"));
        match column.map(|column| &self.values[feature][column]) {
            Some(id) if !id.is_null() => id.clone(),
            _ => feature.into(),
        }
    }

    /// The place of a column; a failure that names the columns there are where it is none.
    pub fn column(&self, name: &str) -> Result<usize, Failure> {
        let exact = self.columns.iter().position(|column| column == name);
        let found =
            exact.or_else(|| self.columns.iter().position(|column| column.eq_ignore_ascii_case(name)));
        found.ok_or_else(|| {
            let file = self.path.display();
            Failure::Usage(Bilingual::new(
                format!("{file} 没有“{name}”这一列；有：{}", self.columns.join("、")),
                format!("{file} has no column {name:?}; there are: {}", self.columns.join(", ")),
            ))
        })
    }

    /// Where they are, as points.
    pub fn points(&self) -> Vec<Option<Point>> {
        self.at.iter().map(|at| at.map(Point)).collect()
    }

    /// How many are on the network, and which are not: for the report.
    pub fn about(&self) -> Json {
        let off: Vec<usize> = (0..self.found.len()).filter(|at| self.found[*at].spot().is_none()).collect();
        let listed: Vec<Json> = off
            .iter()
            .take(LISTED)
            .map(|at| {
                let metres = match self.found[*at] {
                    Found::TooFar(metres) if metres.is_finite() => Some(metres),
                    _ => None,
                };
                json!({"id": self.id(*at), "feature": at, "metres_to_network": metres})
            })
            .collect();
        let snapped: Vec<f64> =
            self.found.iter().filter_map(Found::spot).map(|spot| spot.off_m).filter(|m| *m > 0.0).collect();
        let most = snapped.iter().copied().fold(0.0, f64::max);
        json!({
            "file": self.path.display().to_string(),
            "count": self.found.len(), "on_network": self.found.len() - off.len(),
            "beside_streets": snapped.len(), "farthest_beside_m": most,
            "off_network": off.len(), "off_network_listed": listed,
        })
    }

    fn say(&self, drawn: usize, snap_m: f64, findings: &mut Findings) {
        if drawn > 0 {
            let what = Bilingual::new(format!("{drawn} 条不是点"), format!("{drawn} features are no points"));
            let done = Bilingual::new("取其内部一点", "a point inside them was taken");
            findings.push(noticed("access.no_point", Severity::Note, &self.path, (what, done)));
        }
        let off = self.found.iter().filter(|found| found.spot().is_none()).count();
        if off > 0 {
            let what = Bilingual::new(
                format!("{off} 个点没有接入路网（没有位置，或离最近道路超过 {snap_m} 米）"),
                format!(
                    "{off} places are not on the network (none given, or over {snap_m} m from the nearest street)"
                ),
            );
            let done = Bilingual::new(
                "不算在服务范围内，仍计入总数；报告 off_network_listed 逐个列出",
                "they count as out of reach and belong to the total; the report lists them (off_network_listed)",
            );
            findings.push(noticed("access.off_network", Severity::Warning, &self.path, (what, done)));
        }
    }
}

/// The weight of each feature: a column of numbers, or 1 each.
pub fn weights(places: &Places, column: Option<&str>, findings: &mut Findings) -> Result<Vec<f64>, Failure> {
    let Some(name) = column else { return Ok(vec![1.0; places.values.len()]) };
    let column = places.column(name)?;
    let mut bad = 0_usize;
    let read = |row: &Vec<Json>| -> Option<f64> {
        let number = match &row[column] {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number: &f64| number.is_finite() && *number >= 0.0)
    };
    let all = places.values.iter().map(|row| {
        read(row).unwrap_or_else(|| {
            bad += 1;
            0.0
        })
    });
    let all = all.collect();
    if bad > 0 {
        let what = Bilingual::new(
            format!("“{name}”列有 {bad} 行不是非负数"),
            format!("{bad} rows of column {name:?} are no numbers of 0 or more"),
        );
        let done = Bilingual::new("按 0 计", "counted as 0");
        findings.push(noticed("access.weight", Severity::Warning, &places.path, (what, done)));
    }
    Ok(all)
}

/// A point as it is; of several the first; of a line or an area one that lies on or in it.
fn place_of(shape: &Geometry) -> Option<Coord> {
    match shape {
        Geometry::Point(point) => Some(point.0),
        Geometry::MultiPoint(points) => points.0.first().map(|point| point.0),
        other => other.interior_point().map(|point| point.0),
    }
}

fn filled(values: Vec<(usize, Json)>, columns: usize) -> Vec<Json> {
    let mut row = vec![Json::Null; columns];
    for (at, value) in values {
        if let Some(place) = row.get_mut(at) {
            *place = value;
        }
    }
    row
}

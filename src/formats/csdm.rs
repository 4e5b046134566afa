//! Survey plans in the 3D Cadastral Survey Data Model (ICSM 3D CSDM, JSON): their marks as points, each with the
//! bearings and distances observed from it. Parcels, arcs and annotations are not read.

use std::collections::HashMap;
use std::path::Path;

use geo_types::Point;
use serde_json::{Value as Json, json};

use super::{DeclaredCrs, FeatureSource, FormatError, SourceFeature, bytes};
use crate::model::{Bilingual, Finding, Severity, Spot};

/// Largest file that is read; real plans have some megabytes.
const MAX: u64 = 256 << 20;
/// Observations of one mark that are kept.
const MOST: usize = 100;

const COLUMNS: [&str; 10] = [
    "number",
    "material",
    "condition",
    "survey_method",
    "survey_error_m",
    "references",
    "mark_class",
    "mark_purpose",
    "mark_state",
    "mark_comment",
];

/// Whether a file that begins like this is such a plan.
pub(super) fn is_plan(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    tight.contains("\"featureType\":\"CSD\"")
}

/// The marks of a plan.
pub(super) struct Marks {
    columns: Vec<String>,
    crs: DeclaredCrs,
    features: std::vec::IntoIter<SourceFeature>,
    findings: Vec<Finding>,
}

/// Opens a plan.
pub(super) fn open(path: &Path) -> Result<Marks, FormatError> {
    let (content, _) = bytes::all(path, MAX)?;
    let plan: Json = serde_json::from_slice(&content).map_err(|error| {
        FormatError::broken(path, format!("不是完整的 JSON（{error}）"), format!("no whole JSON ({error})"))
    })?;
    let crs = plan["horizontalCRS"].as_str().map_or(DeclaredCrs::Undeclared, |name| {
        name.parse().map_or_else(|_| DeclaredCrs::Unknown(name.to_owned()), DeclaredCrs::Known)
    });
    let marks: Vec<&Json> = collections(&plan["points"]).collect();
    let (observed, loose) = observations(&plan);
    let features: Vec<SourceFeature> =
        marks.iter().enumerate().map(|(at, mark)| feature(at as u64 + 1, mark, &observed)).collect();
    let findings = loose_finding(path, loose).into_iter().collect();
    let columns = COLUMNS.map(str::to_owned).to_vec();
    Ok(Marks { columns, crs, features: features.into_iter(), findings })
}

/// The features of all collections in a list.
fn collections(list: &Json) -> impl Iterator<Item = &Json> {
    let collections = list.as_array().into_iter().flatten();
    collections.flat_map(|collection| collection["features"].as_array().into_iter().flatten())
}

/// Distances, and bearings where they were observed, from each mark to others; how many observations say none
/// of that or lead to no two marks (angles between two lines).
fn observations(plan: &Json) -> (HashMap<&str, Vec<Json>>, usize) {
    let ends = |vector| {
        let vector: &Json = vector;
        let ends = vector["topology"]["references"].as_array().filter(|ends| ends.len() == 2)?;
        Some((vector["id"].as_str()?, (ends[0].as_str()?, ends[1].as_str()?)))
    };
    let vectors: HashMap<&str, (&str, &str)> =
        collections(&plan["observedVectors"]).filter_map(ends).collect();
    let mut observed: HashMap<&str, Vec<Json>> = HashMap::new();
    let mut loose = 0;
    for observation in collections(&plan["vectorObservations"]) {
        let of = &observation["properties"];
        let result = &of["hasResult"];
        let is_bearing = of["angleType"].as_str().is_none_or(|kind| kind.ends_with("bearing"));
        let bearing = result["angle"].as_f64().filter(|_| is_bearing);
        let vector = of["hasFeatureOfInterest"].as_str().and_then(|id| vectors.get(id));
        let (Some((from, to)), Some(metres)) = (vector, result["distance"].as_f64()) else {
            loose += 1;
            continue;
        };
        let mut say = |mark, other: &str, bearing: Option<f64>| {
            let list = observed.entry(mark).or_default();
            let mut object = json!({"object": other, "distance_m": metres});
            if let Some(bearing) = bearing {
                object["azimuth_deg"] = json!(bearing.rem_euclid(360.0));
            }
            if list.len() < MOST && !list.contains(&object) {
                list.push(object);
            }
        };
        say(*from, to, bearing);
        // Bearings on the plane: the way back is the opposite one.
        say(*to, from, bearing.map(|bearing| bearing + 180.0));
    }
    (observed, loose)
}

fn feature(row: u64, mark: &Json, observed: &HashMap<&str, Vec<Json>>) -> SourceFeature {
    let of = &mark["properties"];
    let monument = &of["monumentedBy"];
    let word = |value: &Json| value.as_str().map(|text| Json::from(text.rsplit(':').next().unwrap_or(text)));
    let id = mark["id"].as_str().unwrap_or_default();
    let cells = [
        Some(Json::from(id)),
        word(&monument["form"]),
        word(&monument["condition"]),
        word(&of["methodEstablished"]),
        of["ptQualityMeasure"].as_f64().map(Json::from),
        observed.get(id).map(|list| Json::from(list.clone())),
        word(&mark["featureType"]),
        word(&of["purpose"]),
        word(&monument["state"]),
        of["comment"].as_str().map(Json::from),
    ];
    let place = [&mark["place"], &mark["geometry"]].into_iter().find_map(|place| {
        let at = place["coordinates"].as_array()?;
        Some(Point::new(at.first()?.as_f64()?, at.get(1)?.as_f64()?))
    });
    let values = cells.into_iter().enumerate().filter_map(|(at, cell)| Some((at, cell?))).collect();
    SourceFeature { row, geometry: place.map(Into::into), values }
}

fn loose_finding(path: &Path, count: usize) -> Option<Finding> {
    let spot = Spot { file: Some(path.display().to_string()), ..Spot::default() };
    let what = Bilingual::new(
        format!("{count} 条观测没有距离，或不是两点之间的（如两边的夹角）"),
        format!("{count} observations have no distance or are not between two marks (angles between lines)"),
    );
    let done = Bilingual::new("未读取", "they were not read");
    (count > 0).then(|| Finding::new("import.observations", Severity::Note, spot, what, done))
}

impl FeatureSource for Marks {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn crs(&self) -> &DeclaredCrs {
        &self.crs
    }

    fn count_hint(&self) -> Option<u64> {
        Some(self.features.len() as u64)
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        self.features.next().map(Ok)
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }
}

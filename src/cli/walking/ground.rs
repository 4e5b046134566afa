//! What the coordinates of a run are: degrees, into which every file is transformed, or a plane without a name.

use std::path::Path;

use geo_types::{Coord, Geometry};

use super::noticed;
use crate::cli::failure::Failure;
use crate::crs::{Crs, Transform, recognise};
use crate::formats::DeclaredCrs;
use crate::model::{Bilingual, Finding, Findings, Severity, geometry};
use crate::network::Metric;

/// Coordinates that are looked at where a file does not say its system.
const SAMPLE: usize = 10_000;

/// What the coordinates of a run are.
pub struct Ground {
    /// degrees, or metres of a plane
    pub metric: Metric,
    /// what files are in that do not say it themselves
    given: Option<Crs>,
}

impl Ground {
    /// Degrees.
    pub fn degrees(given: Option<Crs>) -> Self {
        Self { metric: Metric::Degrees, given }
    }

    /// What the coordinates of the network are: what the file says, else what was given, else degrees where all
    /// numbers can be degrees, else a plane.
    pub fn of_network(
        path: &Path,
        declared: &DeclaredCrs,
        (given, plane): (Option<Crs>, bool),
        shapes: &[Geometry],
        findings: &mut Findings,
    ) -> Self {
        let says = matches!(declared, DeclaredCrs::Known(_)) || given.is_some();
        let metric = if plane || !says && !shapes.iter().all(can_be_degrees) {
            Metric::Plane
        } else {
            Metric::Degrees
        };
        if !says {
            findings.push(assumed(path, metric));
        }
        Self { metric, given }
    }

    /// The way from a file's coordinates to those of the run; `None` where they are the same numbers.
    ///
    /// # Errors
    /// The file does not say its system and its numbers are not those of the run, or they cannot be transformed.
    pub fn way(
        &self,
        path: &Path,
        declared: &DeclaredCrs,
        shapes: &[Geometry],
    ) -> Result<Option<Transform>, Failure> {
        let known = match declared {
            DeclaredCrs::Known(crs) => Some(crs),
            _ => self.given.as_ref(),
        };
        match (self.metric, known) {
            (Metric::Plane, _) => Ok(None),
            (Metric::Degrees, Some(crs)) => {
                let way = Transform::new(crs, &Crs::REGISTER)?;
                Ok((!way.is_identity()).then_some(way))
            }
            (Metric::Degrees, None) if shapes.iter().all(can_be_degrees) => Ok(None),
            (Metric::Degrees, None) => Err(question(path, shapes)),
        }
    }

    /// The system to write beside results that are in the coordinates of the run.
    pub fn crs(&self) -> Option<Crs> {
        match self.metric {
            Metric::Degrees => Some(Crs::Epsg(4326)),
            Metric::Plane => None,
        }
    }
}

/// All coordinates of a geometry transformed; what cannot be is left out with a finding.
pub fn moved(
    way: Option<&Transform>,
    shape: Geometry,
    (path, row): (&Path, u64),
    findings: &mut Findings,
) -> Option<Geometry> {
    let Some(way) = way else { return Some(shape) };
    match way.geometry(shape) {
        Ok(shape) => Some(shape),
        Err(error) => {
            let done = Bilingual::new("该条按没有位置处理", "the row counts as one without a place");
            let mut finding = noticed("access.place", Severity::Error, path, (error.sentence(), done));
            finding.spot.row = Some(row);
            finding.rows = vec![row];
            findings.push(finding);
            None
        }
    }
}

fn can_be_degrees(shape: &Geometry) -> bool {
    let mut fits = true;
    geometry::for_each_coord(shape, &mut |c: Coord| fits &= c.x.abs() <= 180.0 && c.y.abs() <= 90.0);
    fits
}

fn assumed(path: &Path, metric: Metric) -> Finding {
    let what = Bilingual::new("文件没有注明坐标系", "the file does not say its coordinates");
    let done = match metric {
        Metric::Degrees => Bilingual::new(
            "按 WGS 84 / CGCS2000 经纬度计，长度为椭球面长度；不是时请用 --crs 或 --plane",
            "taken as degrees on WGS 84 or CGCS2000, lengths are geodesic; else give --crs or --plane",
        ),
        Metric::Plane => {
            Bilingual::new("按平面坐标计，单位为米", "taken as coordinates of a plane in metres")
        }
    };
    noticed("access.crs", Severity::Note, path, (what, done))
}

fn question(path: &Path, shapes: &[Geometry]) -> Failure {
    let mut sample: Vec<Coord> = Vec::new();
    for shape in shapes {
        geometry::for_each_coord(shape, &mut |c| {
            if sample.len() < SAMPLE {
                sample.push(c);
            }
        });
    }
    let guesses = recognise(&sample, None);
    let name = path.display();
    Failure::Question {
        question: Bilingual::new(
            format!("{name} 没有注明坐标系，其数值不是经纬度。请核对后用 --crs 指定："),
            format!("{name} does not say its coordinates, and they are no degrees. Check and give --crs:"),
        ),
        answers: guesses.into_iter().map(|guess| (format!("--crs {}", guess.crs), guess.reason)).collect(),
    }
}

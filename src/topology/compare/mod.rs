//! Two versions of a coverage compared: what was only drawn anew, and what changed in law.
//!
//! Borders of one edition to the next differ in every vertex while nothing was decided: they were digitised
//! again, generalised, surveyed again. Each feature and each stretch of border between two neighbours gets one
//! class and the figures that it rests on, so that a person can follow it.

mod borders;
mod exchange;
mod features;
mod matching;
mod offsets;
mod overlay;

use geo_types::{LineString, MultiPolygon, Polygon};
use serde::Serialize;

use super::Metric;
use super::coverage::CoverageError;
pub use offsets::Offsets;

/// One feature of a version.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// code, empty where there is none
    pub code: &'a str,
    /// name, empty where there is none
    pub name: &'a str,
    /// its area
    pub shape: &'a MultiPolygon,
}

/// Where one class ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// lines nowhere farther apart are the same line digitised again, m
    pub noise_m: f64,
    /// lines nowhere farther apart are the same line in law, generalised or surveyed again, m
    pub tolerance_m: f64,
    /// a piece that changed hands is at least this large, m²
    pub moved_area_m2: f64,
    /// and at least this wide on average, m: strips along a line that was drawn anew are not
    pub moved_width_m: f64,
    /// a line of at most this share of the other's vertices was generalised
    pub fewer_vertices: f64,
    /// share of common ground (of both together) from which features without common code or name are one
    pub same_ground: f64,
    /// share of a feature within another from which it is a part of it, for splits and mergers
    pub part: f64,
}

impl Default for Thresholds {
    /// For data of 1:10,000 to 1:50,000: noise 2 m, tolerance 50 m, pieces from 1 ha and 50 m wide.
    fn default() -> Self {
        Self {
            noise_m: 2.0,
            tolerance_m: 50.0,
            moved_area_m2: 10_000.0,
            moved_width_m: 50.0,
            fewer_vertices: 0.8,
            same_ground: 0.5,
            part: 0.8,
        }
    }
}

/// By what an old and a new feature were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// the same code
    Code,
    /// the same name
    Name,
    /// most of the ground
    Ground,
}

/// What happened to a line, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// vertex by vertex the same
    Unchanged,
    /// within the noise, or within the tolerance with no shift: drawn again
    Redigitised,
    /// on average within the tolerance with fewer vertices, or made of the other's; the other way round too, see
    /// the counts
    Generalised,
    /// within the tolerance, shifted as a whole; or beyond it with no piece that counts changing hands
    Resurveyed,
    /// a piece changed hands
    Moved,
}

/// What happened to a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureChange {
    /// same vertices
    Unchanged,
    /// see [`LineChange::Redigitised`]
    Redigitised,
    /// see [`LineChange::Generalised`]
    Generalised,
    /// see [`LineChange::Resurveyed`]
    Resurveyed,
    /// ground changed hands
    Moved,
    /// others were made of parts of it
    Split,
    /// it took others in
    Merged,
    /// only in the new version
    New,
    /// only in the old one
    Gone,
}

/// Figures on lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LineEvidence {
    /// farthest apart, m
    pub max_m: f64,
    /// on average, m
    pub mean_m: f64,
    /// shift of the new line that explains the differences best: east and north, m
    pub shift_m: [f64; 2],
    /// what the shift leaves unexplained (root of the mean square), m
    pub rest_m: f64,
    /// length of the old line, m
    pub length_m: f64,
    /// vertices of the old line
    pub vertices_old: usize,
    /// and of the new
    pub vertices_new: usize,
    /// share of the vertices of the line with fewer that the other has as well
    pub common_vertices: f64,
}

/// A feature and what became of it. Numbers are places in the two versions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FeatureReport {
    /// in the old version
    pub old: Option<usize>,
    /// in the new
    pub new: Option<usize>,
    /// how they were found to be the same
    pub matched_by: Option<MatchedBy>,
    /// what happened
    pub change: FeatureChange,
    /// the names differ
    pub renamed: bool,
    /// the codes differ
    pub recoded: bool,
    /// of a split the new features made of its parts, of a merger the old ones taken in; of a new feature
    /// where it came from, of one that is gone where it went
    pub others: Vec<usize>,
    /// area before, m²
    pub area_old_m2: f64,
    /// and after, m²
    pub area_new_m2: f64,
    /// the whole of its border
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineEvidence>,
}

/// A border between two neighbours (one of them may be the outside) and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BorderReport {
    /// neighbours in the old version
    pub old: [Option<usize>; 2],
    /// what happened
    pub change: LineChange,
    /// the figures
    pub line: LineEvidence,
    /// ground that changed hands along it, m², pieces below the thresholds too
    pub exchanged_m2: f64,
    /// the line as it is now; as it was where the new version has none
    #[serde(skip)]
    pub now: Vec<LineString>,
}

/// Ground that passed from an old feature to a new one that is not its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// from, in the old version; nobody's where it was outside
    pub from: Option<usize>,
    /// to, in the new version; nobody's where it is outside now
    pub to: Option<usize>,
    /// all of it, m²
    pub area_m2: f64,
    /// pieces above the thresholds
    pub pieces: Vec<Piece>,
}

/// One piece of ground that passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Piece {
    /// m²
    pub area_m2: f64,
    /// mean width, m
    pub width_m: f64,
    /// its shape in the coordinates of the versions
    #[serde(skip)]
    pub shape: Polygon,
}

/// Everything found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// every feature of both, the old ones first
    pub features: Vec<FeatureReport>,
    /// every border of the old version whose features are in both
    pub borders: Vec<BorderReport>,
    /// ground that changed hands
    pub exchanges: Vec<Exchange>,
}

/// Compares. Both versions in the same coordinates. Areas and widths are those of a plane that touches the
/// ground at each feature's middle latitude. Time: building both coverages, a nearest segment for some
/// thousand points of each changed border, and an overlay for features whose border moved by half a piece's
/// width or that have no counterpart.
///
/// # Errors
/// More vertices than can be numbered.
pub fn compare(
    old: &[Member],
    new: &[Member],
    metric: Metric,
    thresholds: &Thresholds,
) -> Result<Comparison, CoverageError> {
    let overlay = overlay::Overlay::new(old, new, metric);
    let matches = matching::matched(old, new, &overlay, thresholds);
    let lines = borders::measured([old, new], &matches, &overlay, metric)?;
    let exchanges = exchange::exchanged(&matches, &overlay, &lines, thresholds);
    let features = features::reported([old, new], &matches, &overlay, (&lines, &exchanges), thresholds);
    let borders = borders::reported(&lines, &matches, &exchanges, thresholds);
    Ok(Comparison { features, borders, exchanges })
}

#[cfg(test)]
mod tests;

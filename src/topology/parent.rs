//! A coverage against the outline it should fill: ground outside of the parent, and ground of it left open.

use geo_types::Geometry;

use super::coverage::Coverage;
use super::finding::{Flaw, Kind};
use super::ground::{Ground, Settings};
use super::locks::Locks;
use super::noding;
use super::overlay::Overlay;
use crate::model::Severity;

/// What lies outside of the parents, and what of them no child covers, where wider than the tolerance of noding.
/// Empty where more edges cross than can be looked at: the check of the children alone says so.
pub fn against_parent(children: &[Geometry], parents: &[Geometry], settings: &Settings) -> Vec<Flaw> {
    let all = children.iter().chain(parents).map(Some);
    let Ok(coverage) = Coverage::build(all) else { return Vec::new() };
    let locks = Locks::default();
    let tolerance = settings.tolerance(&coverage, &locks);
    let Some(ground) = Ground::prepare(&coverage, &tolerance) else { return Vec::new() };
    let noded = noding::node(&ground.coverage, &ground.troubles, &tolerance);
    let first_parent = children.len() as u32;
    let overlay = Overlay::of(&ground.coverage, &noded, |_| true);
    let (patch, faces) = (&overlay.patch, &overlay.faces);
    let child = faces.depths(patch, |feature| feature < first_parent);
    let parent = faces.depths(patch, |feature| feature >= first_parent);
    let mut flaws = Vec::new();
    for face in 1..faces.faces.len() {
        let kind = match (child[face] > 0, parent[face] > 0) {
            (true, false) => Kind::OutsideParent,
            (false, true) => Kind::Uncovered,
            _ => continue,
        };
        let inner = faces.border(face).flat_map(|half| patch.claimants(half, true).collect::<Vec<_>>());
        let outer = faces.border(face).flat_map(|half| patch.claimants(half, false).collect::<Vec<_>>());
        let mut features: Vec<u32> =
            if kind == Kind::OutsideParent { inner.collect() } else { outer.collect() };
        features.retain(|feature| *feature < first_parent);
        features.sort_unstable();
        features.dedup();
        let polygon = faces.polygon(patch, face);
        flaws.push(Flaw {
            kind,
            severity: Severity::Error,
            features,
            area: settings.metric.ground(&polygon),
            width: settings.metric.width(&polygon),
            place: polygon.into(),
        });
    }
    flaws
}

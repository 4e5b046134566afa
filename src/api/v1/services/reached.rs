//! What is within reach of facilities: the exact pieces of street, and their outline.

use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiLineString, Rect};
use serde::Deserialize;
use serde_json::json;

use super::ask::{reach_of, single, wrong};
use crate::access::circle::{By, Paced, Question, Site};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::wire::geometry_json;
use crate::network::{Mesh, outline, pieces};

/// Pieces in one answer at most.
const MOST_PIECES: usize = 60_000;
/// Limits in one question at most.
const MOST_BANDS: usize = 6;
/// The longest of them, minutes.
const MOST_MINUTES: f64 = 120.0;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct ReachedOf {
    question: Question,
    /// ids of facilities; all that count if absent
    #[serde(default)]
    facilities: Option<Vec<String>>,
    /// limits; the question's own if absent
    #[serde(default)]
    minutes: Option<Vec<f64>>,
    /// west, south, east, north
    #[serde(default)]
    window: Option<[f64; 4]>,
    /// whether the outline is wanted
    #[serde(default)]
    outline: bool,
}

fn meets(line: &[Coord], window: Option<Rect>) -> bool {
    let Some(window) = window else { return true };
    let low = line.iter().fold([f64::MAX; 2], |low, c| [low[0].min(c.x), low[1].min(c.y)]);
    let high = line.iter().fold([f64::MIN; 2], |high, c| [high[0].max(c.x), high[1].max(c.y)]);
    low[0] <= window.max().x
        && high[0] >= window.min().x
        && low[1] <= window.max().y
        && high[1] >= window.min().y
}

pub(super) fn reached(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let ReachedOf { question, facilities, minutes, window, outline: wanted } = ask.json()?;
    single(&question)?;
    if question.measure == By::Straight {
        return Err(wrong("measure", "直线距离没有路段", "a straight line has no streets"));
    }
    let window = match window {
        Some(w) if w.iter().all(|c| c.is_finite()) && w[0] <= w[2] && w[1] <= w[3] => {
            Some(Rect::new((w[0], w[1]), (w[2], w[3])))
        }
        Some(_) => {
            return Err(wrong("window", "应为西、南、东、北", "west, south, east, north are expected"));
        }
        None => None,
    };
    let (ground, reach) = reach_of(app, &question)?;
    let asked = &reach.asked[0];
    let mut limits = minutes.unwrap_or_else(|| vec![asked.minutes(asked.limit_s())]);
    if limits.is_empty()
        || limits.len() > MOST_BANDS
        || limits.iter().any(|m| !(m.is_finite() && *m > 0.0 && *m <= MOST_MINUTES))
    {
        return Err(wrong(
            "minutes",
            "应为 1 至 6 个不超过 120 的分钟数",
            "1 to 6 limits of 120 minutes at most",
        ));
    }
    limits.sort_by(f64::total_cmp);
    let sites: Vec<Site> = match facilities {
        None => reach.situation.sites[0].counting.clone(),
        Some(ids) => {
            let own = reach.situation.sites[0].counting.iter().filter(|site| {
                let id = site.facility.map(|number| ground.facilities[number].id().to_string());
                id.is_some_and(|id| ids.contains(&id))
            });
            own.cloned().collect()
        }
    };
    let mut features = Vec::new();
    let mut truncated = false;
    let walked = ground.walked(&asked.pace());
    if let Some((network, walked)) = ground.network.as_ref().zip(walked.as_deref()) {
        let paced =
            Paced::new(&ground, network, walked, &reach.situation.ways).map_err(super::ask::misshapen)?;
        let (mut sources, _) = paced.sources(&sites);
        let mesh = wanted.then(|| Mesh::new(network, &walked.walk));
        let of_minutes = asked.limit_s() / asked.minutes(asked.limit_s());
        let most = limits.last().copied().unwrap_or(0.0) * of_minutes;
        paced.search(&mut sources, most, |reached, _| {
            for minutes in &limits {
                let found = pieces(network, reached, minutes * of_minutes);
                let mut lines = Vec::new();
                for line in found.iter().map(|piece| network.line(piece)).filter(|line| meets(line, window)) {
                    if lines.len() == MOST_PIECES {
                        truncated = true;
                        break;
                    }
                    lines.push(LineString::from(line));
                }
                let mut add = |kind: &str, geometry: Geometry| {
                    features.push(json!({
                        "type": "Feature",
                        "properties": { "kind": kind, "minutes": minutes },
                        "geometry": geometry_json(&geometry),
                    }));
                };
                add("streets", Geometry::MultiLineString(MultiLineString(lines)));
                if let Some(mesh) = &mesh {
                    add("outline", Geometry::MultiPolygon(outline(network, mesh, &found)));
                }
            }
        });
    }
    let all = json!({ "type": "FeatureCollection", "features": features, "truncated": truncated });
    Answer::json_as("application/geo+json", &all)
}

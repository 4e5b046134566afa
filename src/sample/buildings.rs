//! Buildings in rows inside compounds, by what kind of compound it is.

use geo_types::{LineString, MultiPolygon, Polygon};

use super::landuse::grain;
use super::ledger::{Entry, Ledger, area};
use super::plane::{P, area_and_centroid, depth, p};
use super::random::Dice;
use super::town::Town;
use crate::model::RecordId;
use crate::model::layers::Building;

/// Rows of buildings, as far from the compound's edge as their kind asks.
pub(super) fn place(town: &Town, ring: &[P], kind: &str, centre: P, dice: &mut Dice) -> Vec<Placed> {
    let style = style_of(kind, town.terrain.density(centre), dice);
    let grain = grain(ring);
    let across = grain.left();
    let (mut low, mut high) = (p(f64::MAX, f64::MAX), p(f64::MIN, f64::MIN));
    for q in ring {
        let local = p(q.dot(grain), q.dot(across));
        low = p(low.x.min(local.x), low.y.min(local.y));
        high = p(high.x.max(local.x), high.y.max(local.y));
    }
    let mut spots = Vec::new();
    let step = style.spacing;
    let rows = ((high.y - low.y) / step.y).ceil() as usize;
    let columns = ((high.x - low.x) / step.x).ceil() as usize;
    for row in 0..rows {
        for column in 0..columns {
            let local = p(low.x + (column as f64 + 0.5) * step.x, low.y + (row as f64 + 0.5) * step.y);
            let jitter = p(dice.between(-1.0, 1.0), dice.between(-1.0, 1.0)) * style.jitter;
            let local = local + jitter;
            let middle = grain * local.x + across * local.y;
            let corners = rectangle(middle, grain, style.size);
            if corners.iter().all(|&corner| depth(ring, corner) > style.margin) {
                spots.push(Placed {
                    middle,
                    corners,
                    floors: style.floors + dice.below(3) as i64,
                    style: style.kind,
                });
            }
        }
    }
    if spots.is_empty() {
        // Too small for the rows of its kind: one small house.
        let (_, middle) = area_and_centroid(ring);
        let corners = rectangle(middle, grain, p(11.0, 9.0));
        spots.push(Placed { middle, corners, floors: 2, style: "house" });
    }
    let cap = style.cap;
    let count = spots.len();
    spots
        .into_iter()
        .enumerate()
        .filter(|(at, _)| count <= cap || at * cap / count != (at + 1) * cap / count)
        .map(|(_, s)| s)
        .collect()
}

/// Writes the buildings of a compound.
pub(super) fn write(
    town: &Town,
    compound: RecordId,
    placed: &[Placed],
    built_year: i64,
    ledger: &mut Ledger,
) {
    for (at, building) in placed.iter().enumerate() {
        let shift = town.terrain.shift(building.middle);
        let corners = building.corners.map(|corner| town.terrain.place_straight(corner + shift));
        let record = Building {
            name: None,
            number: Some(format!("{}栋", at + 1)),
            compound_id: Some(compound.to_string()),
            kind: Some(building.style.into()),
            address: None,
            floors: Some(building.floors),
            height_m: Some(building.floors as f64 * 3.0),
            built_year: Some(built_year),
        };
        let shape = MultiPolygon(vec![Polygon::new(LineString(corners.to_vec()), Vec::new())]);
        ledger.add(record, Entry::shape(area(shape)));
    }
}

/// A building in the plane.
pub(super) struct Placed {
    middle: P,
    corners: [P; 4],
    floors: i64,
    style: &'static str,
}

/// How the buildings of a compound are: size, spacing, scatter, distance from the edge (metres), floors, how many.
struct Style {
    size: P,
    spacing: P,
    jitter: f64,
    margin: f64,
    floors: i64,
    cap: usize,
    kind: &'static str,
}

fn style_of(kind: &str, density: f64, dice: &mut Dice) -> Style {
    let style = |size, spacing, floors, kind| Style {
        size,
        spacing,
        jitter: 0.6,
        margin: 5.0,
        floors,
        cap: 15,
        kind,
    };
    match kind {
        "natural_village" => {
            Style { jitter: 3.0, margin: 3.0, cap: 16, ..style(p(12.0, 10.0), p(27.0, 24.0), 1, "house") }
        }
        "urban_village" => Style { margin: 3.0, cap: 20, ..style(p(13.0, 11.0), p(17.0, 16.0), 4, "house") },
        "commercial" => Style { cap: 2, ..style(p(56.0, 34.0), p(70.0, 50.0), 5, "commercial") },
        "apartment" => style(p(26.0, 20.0), p(48.0, 44.0), 16, "residential"),
        "old_estate" | "work_unit" => style(p(42.0, 12.0), p(50.0, 27.0), 5, "residential"),
        "courtyard" => style(p(28.0, 10.0), p(36.0, 22.0), 3, "residential"),
        _ if density > 70.0 && dice.chance(0.6) => style(p(28.0, 19.0), p(52.0, 46.0), 22, "residential"),
        _ => style(p(52.0, 13.0), p(62.0, 34.0), 9, "residential"),
    }
}

fn rectangle(middle: P, grain: P, size: P) -> [P; 4] {
    let (u, v) = (grain * (size.x / 2.0), grain.left() * (size.y / 2.0));
    [middle - u - v, middle + u - v, middle + u + v, middle - u + v]
}

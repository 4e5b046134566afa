//! Signs that are missing, as proposals: where each would stand, what it would say, which way it would face.

use geo_types::Coord;

use super::placement::{Place, Practice, Stand, wanting};
use super::streets::{Street, Streets};
use crate::model::layers::Sign;
use crate::model::{Record, Secrecy, geometry};
use crate::names::NamesError;
use crate::names::spelling::{Class, Speller};
use crate::rules::{Rules, RulesError};

/// Metres that a sign stands back from the crossing, and beside the middle of a road whose width is not known.
const BACK_M: f64 = 8.0;
const ASIDE_M: f64 = 6.0;
const DEGREE_M: f64 = 111_000.0;

/// A sign that is missing.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// code of the street, where it has one
    pub code: Option<String>,
    /// what it stands at
    pub place: Place,
    /// the street that crosses
    pub crossing: Option<String>,
    /// where it would stand
    pub at: Coord,
    /// the sign as it would be entered
    pub sign: Sign,
}

/// Why signs could not be proposed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// the rule on signs cannot be used
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// a word list cannot be used
    #[error(transparent)]
    Names(#[from] NamesError),
}

/// All signs that are missing by the rule S02, by street; of one street only where its code or name is given.
/// Streets above a class of secrecy are left out.
pub fn missing(
    streets: &Streets<'_>,
    rules: &Rules,
    only: Option<&str>,
    show: Secrecy,
) -> Result<Vec<Proposed>, SigningError> {
    let Some(rule) = rules.on("S02", streets.day) else { return Ok(Vec::new()) };
    let practice: Practice = rule.parameters()?;
    let speller = Speller::standard()?;
    let seen = |street: &Street<'_>| street.pieces.iter().all(|piece| piece.secrecy <= show);
    let wanted = |street: &Street<'_>| {
        let coded = |piece: &std::sync::Arc<Record>| piece.code.as_deref() == only;
        only.is_none_or(|only| street.name == only || street.pieces.iter().any(|piece| coded(piece)))
    };
    let mut all = Vec::new();
    for wanting in wanting(streets, &practice) {
        let street = &streets.all[wanting.street];
        if !seen(street) || !wanted(street) {
            continue;
        }
        let own = street.pieces.iter().find_map(|piece| piece.text("roman")).map(str::to_owned);
        let spelled = || speller.spell(&street.name, Some(Class::Street), None).toneless;
        let roman = own.unwrap_or_else(spelled).to_uppercase();
        for stand in &wanting.missing {
            let crossing = stand.crossing.map(|other| &streets.all[other]).filter(|other| seen(other));
            all.push(proposed(street, stand, crossing.map(|other| other.name.clone()), &roman));
        }
    }
    Ok(all)
}

fn proposed(street: &Street<'_>, stand: &Stand, crossing: Option<String>, roman: &str) -> Proposed {
    let code = street.pieces.first().and_then(|piece| piece.code.as_deref()).map(str::to_owned);
    let width = street.pieces.iter().find_map(|piece| match piece.get("width_m") {
        Some(crate::model::Value::Real(width)) => Some(width),
        _ => None,
    });
    let stretch = stand.at.y.to_radians().cos();
    let (east, north) = ((stand.toward.x - stand.at.x) * stretch, stand.toward.y - stand.at.y);
    let length = east.hypot(north);
    let (east, north) = if length > 0.0 { (east / length, north / length) } else { (1.0, 0.0) };
    // Back along the street and on its right.
    let aside = width.map_or(ASIDE_M, |width| width / 2.0 + 1.0);
    let metres = (east * BACK_M + north * aside, north * BACK_M - east * aside);
    let at = Coord {
        x: stand.at.x + metres.0 / DEGREE_M / stretch.max(0.01),
        y: stand.at.y + metres.1 / DEGREE_M,
    };
    let east_west = east.abs() >= north.abs();
    let lane = ["巷", "弄", "里", "胡同", "条"].iter().any(|term| street.name.ends_with(term));
    let sign = Sign {
        text: street.name.clone(),
        roman: Some(roman.to_owned()),
        road_code: code.clone(),
        kind: Some(if lane { "lane" } else { "street" }.into()),
        direction: Some(if east_west { "east_west" } else { "north_south" }.into()),
        mount: Some("post".into()),
        facing_deg: Some(if east_west { 0.0 } else { 90.0 }),
        ..Sign::saying(&street.name)
    };
    Proposed { code, place: stand.place, crossing, at: geometry::round(at), sign }
}

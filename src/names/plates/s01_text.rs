//! S01 · Art. 19: a sign shows the standard name of its street or place, and its spelling.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::Check;
use super::streets::Streets;
use crate::findings::{Found, Notice};
use crate::model::{Layer, Record, Severity};
use crate::names::search::{fold, plain};
use crate::names::spelling::toneless;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "S01", run };

#[derive(Deserialize)]
struct Parameters {
    kinds: Vec<String>,
}

fn run(streets: &Streets<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let places = streets.snapshot.layer(Layer::Place).iter();
    let places: HashMap<&str, &Arc<Record>> = places
        .filter(|place| place.valid.contains(streets.day))
        .filter_map(|place| Some((place.text("place_code")?, place)))
        .collect();
    for sign in streets.signs() {
        let kind = sign.text("kind").unwrap_or("street");
        if !wanted.kinds.iter().any(|one| one == kind) {
            continue;
        }
        let road = sign.text("road_code").and_then(|code| streets.by_code(code));
        let place = sign.text("place_code").and_then(|code| places.get(code)).copied();
        let name = road.map(|road| road.name.as_str()).or_else(|| place.and_then(|place| place.label()));
        let (Some(name), Some(shown)) = (name, sign.text("text")) else { continue };
        let other = road.and_then(|road| road.pieces.first().copied()).or(place);
        if fold(shown).replace(' ', "") != fold(name).replace(' ', "") {
            let former = road.and_then(|road| was_called(streets, &road.pieces, shown));
            let (zh, en) = match former {
                Some(true) => ("仍是旧名", "its former name"),
                _ => ("不是标准地名", "not the standard name"),
            };
            let zh = format!("标志写“{shown}”，{zh}，应为“{name}”");
            let en = format!("the sign shows {shown}, {en}; it should be {name}");
            let notice = Notice::new(sign, zh, en).field("text").evidence(shown);
            found.push(match other {
                Some(other) => notice.with(other),
                None => notice,
            });
            continue;
        }
        let roman = other.and_then(|other| other.text("roman"));
        if let Some((own, roman)) = sign.text("roman").zip(roman)
            && letters(own) != letters(roman)
        {
            let zh = format!("拼写“{own}”与标准地名的“{roman}”不同");
            let en = format!("the spelling {own} is not {roman}, that of the standard name");
            let notice = Notice::new(sign, zh, en).field("roman").evidence(own);
            found.push(notice.severity(Severity::Warning));
        }
    }
    Ok(())
}

/// Letters and words, without case and tones.
fn letters(text: &str) -> Vec<String> {
    let word = |word: &str| word.chars().filter_map(plain).map(char::from).collect();
    toneless(text).split_whitespace().map(word).collect()
}

/// Whether a street had a name before.
fn was_called(streets: &Streets<'_>, pieces: &[&Arc<Record>], name: &str) -> Option<bool> {
    let roads = streets.snapshot.layer(Layer::Road);
    let mut versions = pieces.iter().flat_map(|piece| roads.versions(piece.id));
    if versions.any(|version| version.text("name") == Some(name)) {
        return Some(true);
    }
    let names = streets.snapshot.layer(Layer::Name).iter();
    let mut old = names.filter(|one| matches!(one.text("status"), Some("former" | "historic" | "abolished")));
    Some(old.any(|one| one.text("text") == Some(name)))
}

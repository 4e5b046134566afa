//! What PROJ knows of a system: whether it is geographic or projected, on which datum, in which axis order.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use proj::Proj;
use serde_json::Value as Json;

use super::datum_shift::Figure;
use super::{Crs, CrsError};

/// The parts of a definition that decide how it may be transformed.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    /// its name in the EPSG data set or in the text
    pub name: String,
    /// its datum
    pub datum: String,
    /// longitudes and latitudes, not metres
    pub geographic: bool,
    /// the authority writes northing or latitude first
    pub northing_first: bool,
    /// EPSG code of the degrees through which it reaches other systems
    pub hub: u32,
    /// a datum from which nothing published leads to another; equal words are the same datum
    pub closed: Option<String>,
    /// the ellipsoid of such a datum
    pub figure: Option<Figure>,
}

/// How many definitions are remembered; a register sees a handful.
const REMEMBERED: usize = 256;

impl Definition {
    /// Asks PROJ; the answer is remembered. GCJ-02 and BD-09 have the definition of the degrees they shift.
    pub(super) fn of(crs: &Crs) -> Result<Self, CrsError> {
        static KNOWN: OnceLock<Mutex<HashMap<Crs, Result<Definition, CrsError>>>> = OnceLock::new();
        let known = || KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(crs) {
            return found.clone();
        }
        let found = Self::ask(crs);
        let mut known = known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(crs.clone(), found.clone());
        found
    }

    fn ask(crs: &Crs) -> Result<Self, CrsError> {
        let unknown = |reason: String| CrsError::Unknown { crs: short(crs), reason };
        let proj = Proj::new(&proj_text(crs)).map_err(|error| unknown(error.to_string()))?;
        let json = proj.to_projjson(Some(false), None, None).map_err(|error| unknown(error.to_string()))?;
        let json: Json = serde_json::from_str(&json).map_err(|error| unknown(error.to_string()))?;
        Self::read(crs, &json)
    }

    fn read(crs: &Crs, json: &Json) -> Result<Self, CrsError> {
        let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let mut system = json;
        let mut bound = false;
        // A definition with its own parameters, or with heights beside it, wraps the one that counts.
        for _ in 0..4 {
            system = match system["type"].as_str() {
                Some("BoundCRS") => {
                    bound = true;
                    &system["source_crs"]
                }
                Some("CompoundCRS") => &system["components"][0],
                _ => break,
            };
        }
        let kind = text(system, "type");
        let geographic = kind.ends_with("GeographicCRS");
        if !geographic && !kind.ends_with("ProjectedCRS") {
            return Err(CrsError::Kind { crs: short(crs), kind });
        }
        let mut base = system;
        while base["base_crs"].is_object() {
            base = &base["base_crs"];
        }
        bound |= base["type"] == "BoundCRS";
        let datum = ["datum", "datum_ensemble"].iter().map(|name| text(&base[*name], "name"));
        let datum = datum.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| text(base, "name"));
        let ellipsoid = text(&base["datum"]["ellipsoid"], "name");
        Ok(Self {
            name: text(system, "name"),
            geographic,
            northing_first: system["coordinate_system"]["axis"][0]["direction"] == "north",
            hub: if letters(&datum).contains("china2000") { 4490 } else { 4326 },
            closed: if bound { None } else { closed_datum(&datum, &ellipsoid) },
            figure: figure(&ellipsoid),
            datum,
        })
    }
}

/// Datums of Chinese surveys whose parameters are not published for the whole country. PROJ would
/// otherwise take the degrees over as they are (a "ballpark" of up to 120 m) and say nothing.
fn closed_datum(datum: &str, ellipsoid: &str) -> Option<String> {
    let name = letters(datum);
    let named = ["newbeijing", "beijing1954", "xian1980"].into_iter().find(|known| name.contains(known));
    let figure = letters(ellipsoid);
    let only_a_figure = name.contains("unknown")
        && ["krass", "kraso", "iag1975", "iau1976", "xian"].iter().any(|known| figure.contains(known));
    named.map(str::to_owned).or(only_a_figure.then_some(figure))
}

fn figure(ellipsoid: &str) -> Option<Figure> {
    let name = letters(ellipsoid);
    let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if is(&["krass", "kraso"]) {
        Some(Figure::KRASOVSKY)
    } else if is(&["iag1975", "iau1976", "xian"]) {
        Some(Figure::IAG_1975)
    } else {
        None
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What PROJ is given for a system.
pub(super) fn proj_text(crs: &Crs) -> String {
    match crs {
        Crs::Epsg(code) => format!("EPSG:{code}"),
        Crs::Crs84 | Crs::Gcj02 | Crs::Bd09 => "EPSG:4326".into(),
        // PROJ takes PROJ text for a system, and not for one step of a pipeline, where it says so.
        Crs::Text(text) if text.contains("+proj=") && !text.contains("+type=crs") => {
            format!("{text} +type=crs")
        }
        Crs::Text(text) => text.clone(),
    }
}

/// A system's text, shortened for messages.
pub(super) fn short(crs: &Crs) -> String {
    let text = crs.to_string();
    if text.chars().count() <= 80 { text } else { text.chars().take(79).chain(['…']).collect() }
}

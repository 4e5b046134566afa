//! Standards for setting up towns and subdistricts (乡改镇、镇改街道): a township's figures against a profile.
//!
//! A profile is a rule (`T01`, `T02`) whose figures an office replaces by its province's. What the register does
//! not know is said to be unknown, never taken for met or missed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crs::geodesic;
use crate::model::layers::DivisionLevel;
use crate::model::{Bilingual, Date, Layer, Record, Value};
use crate::rules::{Rule, Rules, RulesError};
use crate::snapshot::Snapshot;

/// What a township is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// 乡改镇
    Town,
    /// 镇改街道
    Subdistrict,
}

impl Target {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Town, Self::Subdistrict];

    /// Its rule.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Town => "T01",
            Self::Subdistrict => "T02",
        }
    }

    /// The kinds of divisions that may become it.
    pub const fn from_kinds(self) -> &'static [&'static str] {
        match self {
            Self::Town => &["township", "ethnic_township"],
            Self::Subdistrict => &["town"],
        }
    }
}

/// One figure against its standard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// name of the parameter
    pub name: &'static str,
    /// what it is
    pub title: Bilingual,
    /// the standard
    pub wanted: f64,
    /// what the register knows; absent where it does not
    pub found: Option<f64>,
    /// unit of both
    pub unit: String,
    /// whether it is met; absent where it is not known
    pub met: Option<bool>,
}

/// A township against a profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    /// id of the division
    pub id: String,
    /// its code
    pub code: Option<String>,
    /// its name
    pub name: Option<String>,
    /// the figures
    pub criteria: Vec<Criterion>,
    /// whether all are met; absent where one is not known and none is missed
    pub met: Option<bool>,
}

#[derive(Deserialize)]
struct TownStandard {
    population: f64,
    urban_population: f64,
    urban_percent: f64,
}

#[derive(Deserialize)]
struct SubdistrictStandard {
    population: f64,
    density: f64,
    urban_percent: f64,
    committee_percent: f64,
}

/// A township's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Figures {
    population: Option<f64>,
    area_km2: Option<f64>,
    urban: Option<f64>,
    committees: Option<(f64, f64)>,
}

/// All townships that may become the target, or one by its code, against the profile in force; empty where there
/// is none.
pub fn assess(
    snapshot: &Snapshot,
    rules: &Rules,
    day: Date,
    target: Target,
    code: Option<&str>,
) -> Result<Vec<Assessment>, RulesError> {
    let Some(rule) = rules.on(target.rule(), day) else { return Ok(Vec::new()) };
    let township = DivisionLevel::Township.code();
    let wanted = |record: &&Arc<Record>| {
        record.valid.contains(day)
            && record.text("level") == Some(township)
            && match code {
                Some(code) => record.code.as_deref() == Some(code),
                None => record.text("kind").is_some_and(|kind| target.from_kinds().contains(&kind)),
            }
    };
    let divisions = snapshot.layer(Layer::Division).iter().filter(wanted);
    divisions.map(|record| one(snapshot, rule, day, target, record)).collect()
}

fn one(
    snapshot: &Snapshot,
    rule: &Rule,
    day: Date,
    target: Target,
    record: &Record,
) -> Result<Assessment, RulesError> {
    let figures = figures(snapshot, day, record);
    let criteria = match target {
        Target::Town => town(rule, figures)?,
        Target::Subdistrict => subdistrict(rule, figures)?,
    };
    let met = match () {
        () if criteria.iter().any(|criterion| criterion.met == Some(false)) => Some(false),
        () if criteria.iter().all(|criterion| criterion.met == Some(true)) => Some(true),
        () => None,
    };
    let (code, name) = (record.code.as_deref().map(str::to_owned), record.label().map(str::to_owned));
    Ok(Assessment { id: record.id.to_string(), code, name, criteria, met })
}

fn number(record: &Record, field: &str) -> Option<f64> {
    match record.get(field)? {
        Value::Int(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    }
}

fn figures(snapshot: &Snapshot, day: Date, record: &Record) -> Figures {
    let below: Vec<&Arc<Record>> = snapshot
        .layer(Layer::Division)
        .iter()
        .filter(|part| part.valid.contains(day) && part.text("parent_code") == record.code.as_deref())
        .filter(|part| part.text("level") == Some(DivisionLevel::Community.code()))
        .collect();
    let people = |part: &&Arc<Record>| number(part, "population");
    // A sum of which a part is missing is no figure.
    let sum =
        |parts: &[&Arc<Record>]| parts.iter().map(people).sum::<Option<f64>>().filter(|_| !parts.is_empty());
    let classed = !below.is_empty() && below.iter().all(|part| part.text("urban_rural_class").is_some());
    let urban: Vec<&Arc<Record>> = below
        .iter()
        .copied()
        .filter(|part| part.text("urban_rural_class").is_some_and(|class| class.starts_with('1')))
        .collect();
    let urban = if urban.is_empty() { Some(0.0) } else { sum(&urban) };
    let committees = below.iter().filter(|part| part.text("kind") == Some("community")).count();
    Figures {
        population: number(record, "population").or_else(|| sum(&below)),
        area_km2: record
            .geometry
            .as_deref()
            .map(|shape| geodesic::area_m2(shape) / 1e6)
            .filter(|area| *area > 0.0),
        urban: urban.filter(|_| classed),
        committees: (!below.is_empty()).then_some((committees as f64, below.len() as f64)),
    }
}

fn criterion(rule: &Rule, name: &'static str, wanted: f64, found: Option<f64>) -> Criterion {
    let parameter = rule.parameters.get(name);
    Criterion {
        name,
        title: parameter.map(|parameter| parameter.title.clone()).unwrap_or_default(),
        wanted,
        found,
        unit: parameter.and_then(|parameter| parameter.unit.clone()).unwrap_or_default(),
        met: found.map(|found| found >= wanted),
    }
}

fn percent(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0.0).and_then(|whole| Some(100.0 * part? / whole))
}

fn town(rule: &Rule, figures: Figures) -> Result<Vec<Criterion>, RulesError> {
    let standard: TownStandard = rule.parameters()?;
    // Which of both figures counts follows from the population; it is itself no condition.
    Ok(vec![match figures.population {
        Some(population) if population < standard.population => {
            criterion(rule, "urban_population", standard.urban_population, figures.urban)
        }
        population => {
            criterion(rule, "urban_percent", standard.urban_percent, percent(figures.urban, population))
        }
    }])
}

fn subdistrict(rule: &Rule, figures: Figures) -> Result<Vec<Criterion>, RulesError> {
    let standard: SubdistrictStandard = rule.parameters()?;
    let density = figures.population.and_then(|people| Some(people / figures.area_km2?));
    let committees = figures.committees.map(|(own, all)| 100.0 * own / all);
    Ok(vec![
        criterion(rule, "population", standard.population, figures.population),
        criterion(rule, "density", standard.density, density),
        criterion(rule, "urban_percent", standard.urban_percent, percent(figures.urban, figures.population)),
        criterion(rule, "committee_percent", standard.committee_percent, committees),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::checks::scenes::{Register, area, day};
    use serde_json::json;

    /// A town of 4 km by 4 km with three communities, one of them a village.
    fn register(population: i64) -> Register {
        let mut register = Register::empty();
        let ring = [(102.60, 25.00), (102.64, 25.00), (102.64, 25.036), (102.60, 25.036)];
        let town = json!({ "name": "甲镇", "level": "township", "kind": "town" });
        register.put(Layer::Division, "530102101", town, Some(area(&ring)));
        for (code, kind, class) in
            [("001", "community", "111"), ("002", "community", "121"), ("200", "village", "220")]
        {
            let fields = json!({
                "name": code, "level": "community", "kind": kind, "urban_rural_class": class,
                "parent_code": "530102101", "population": population,
            });
            register.put(Layer::Division, &format!("530102101{code}"), fields, None);
        }
        register
    }

    fn assessed(register: &Register, target: Target, code: Option<&str>) -> Vec<Assessment> {
        assess(&register.snapshot(), Rules::compiled(), day(), target, code).unwrap()
    }

    #[test]
    fn a_town_is_held_against_all_figures_of_the_profile() {
        let many = assessed(&register(30_000), Target::Subdistrict, None);
        let figures: Vec<_> = many[0].criteria.iter().map(|c| (c.found.unwrap().round(), c.met)).collect();
        // 90,000 people on 16.1 km²; two thirds of them, and of the committees, are urban.
        assert_eq!((figures[0], figures[3].0), ((90_000.0, Some(true)), 67.0));
        assert!((5_500.0..5_650.0).contains(&figures[1].0), "{figures:?}");
        assert_eq!((figures[2], many[0].met), ((67.0, Some(false)), Some(false)));
        assert!(assessed(&register(30_000), Target::Town, None).is_empty(), "a town is one already");
    }

    #[test]
    fn what_is_not_known_is_neither_met_nor_missed() {
        let mut unknown = register(30_000);
        unknown.set(Layer::Division, "530102101001", json!({ "population": null }));
        let found = assessed(&unknown, Target::Town, Some("530102101"));
        assert_eq!((found[0].criteria[0].found, found[0].met), (None, None));
        // Few people: their number counts, not their share.
        let few = assessed(&register(900), Target::Town, Some("530102101"));
        assert_eq!((few[0].criteria[0].name, few[0].criteria[0].found), ("urban_population", Some(1_800.0)));
        assert_eq!(few[0].met, Some(false));
    }
}

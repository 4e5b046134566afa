//! A name that is proposed, checked as it is typed: what the rules say, with the names that it meets, and names
//! that would pass.

use serde::Serialize;

use super::class::NameClass;
use super::inventory::Inventory;
use super::scene::{Proposal, Scene, record_of};
use super::{CheckError, free, run};
use crate::crs::geodesic;
use crate::findings::{CheckFinding, Noticed};
use crate::model::{Date, Secrecy, geometry};
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// A name that the proposal meets.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Met {
    /// layer of its record
    pub layer: &'static str,
    /// its record
    pub record: String,
    /// business code
    pub code: Option<String>,
    /// the name
    pub name: String,
    /// its class
    pub class: Option<NameClass>,
    /// metres from the proposal, where both places are known
    pub distance_m: Option<f64>,
    /// longitude and latitude
    pub at: Option<[f64; 2]>,
}

/// A finding about the proposal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// with its rule, article, weight and remedy
    #[serde(flatten)]
    pub finding: CheckFinding,
    /// what the rule says, in our own words
    pub sense: crate::model::Bilingual,
    /// whether a person's decision with its reason settles it
    pub person_decides: bool,
    /// the names that it meets
    pub met: Vec<Met>,
}

/// What is said of a proposal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Proposed {
    /// the name as it was read
    pub name: String,
    /// its class, given or by its generic term
    pub class: NameClass,
    /// its specific part
    pub specific: String,
    /// its generic part
    pub generic: String,
    /// its spelling by the rules, with tones
    pub spelling: String,
    /// and without
    pub roman: String,
    /// by rule
    pub findings: Vec<Finding>,
    /// names like it that none of the rules has anything against but in notes
    pub free: Vec<String>,
}

/// What the rules say about a proposal; `show` is the highest class of secrecy that may be told. Names that would
/// pass are looked for where they are wanted and it does not pass itself.
pub fn propose(
    (snapshot, inventory): (&Snapshot, &Inventory),
    proposal: &Proposal,
    rules: &Rules,
    (day, show): (Date, Secrecy),
    wanted: usize,
) -> Result<Proposed, CheckError> {
    let record = record_of(proposal);
    let scene = Scene::proposing((snapshot, inventory), day, rules, (proposal, &record))?;
    let noticed = run(&scene, rules, &|_| true)?;
    let seen = |noticed: &&Noticed| {
        noticed
            .others
            .iter()
            .all(|(layer, id)| snapshot.layer(*layer).versions(*id).all(|record| record.secrecy <= show))
    };
    let findings: Vec<Finding> = noticed
        .iter()
        .filter(seen)
        .filter_map(|noticed| {
            let rule = rules.on(&noticed.finding.rule, day)?;
            Some(Finding {
                finding: CheckFinding::of(noticed, rule),
                sense: rule.sense.clone(),
                person_decides: super::is_for_people(rule),
                met: met(&scene, noticed),
            })
        })
        .collect();
    let troubled = findings.iter().any(|one| one.finding.severity != "note");
    let free = match troubled && wanted > 0 {
        true => free::names(&scene, proposal, rules, (wanted, show))?,
        false => Vec::new(),
    };
    let speller = crate::names::spelling::Speller::standard()?;
    let [subject] = &scene.subjects[..] else {
        return Err(CheckError::Names(crate::names::NamesError::Line {
            list: "proposal",
            line: proposal.name.clone(),
        }));
    };
    let within = (subject.county > 0).then(|| subject.county.to_string());
    let spelled = speller.spell(subject.name, Some(subject.class.spelled()), within.as_deref());
    Ok(Proposed {
        name: subject.name.to_owned(),
        class: subject.class,
        specific: subject.specific.clone(),
        generic: subject.generic.clone(),
        spelling: spelled.spelling,
        roman: spelled.toneless,
        findings,
        free,
    })
}

fn met(scene: &Scene<'_>, noticed: &Noticed) -> Vec<Met> {
    let here = scene.subjects.first().and_then(|subject| subject.at());
    let one = |(layer, id): &(crate::model::Layer, crate::model::RecordId)| {
        let entries = scene.inventory.of_record(*layer, *id);
        let entry = entries.clone().next().map(|nth| scene.inventory.entry(nth));
        let record = scene.snapshot.layer(*layer).versions(*id).last()?;
        let at = entry
            .and_then(|entry| entry.at())
            .or_else(|| record.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center()));
        Some(Met {
            layer: layer.name(),
            record: id.to_string(),
            code: record.code.as_deref().map(str::to_owned),
            name: entry
                .map_or_else(|| record.label().unwrap_or_default().to_owned(), |one| one.name.to_string()),
            class: entry.map(|entry| entry.class),
            distance_m: here.zip(at).map(|(a, b)| (geodesic::distance_m(a, b) * 10.0).round() / 10.0),
            at: at.map(geometry::round).map(|at| [at.x, at.y]),
        })
    };
    noticed.others.iter().filter_map(one).collect()
}

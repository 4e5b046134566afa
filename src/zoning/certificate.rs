//! Proofs in words: which unit, island or cut makes a division impossible, and what would have to change.

use serde::Serialize;

use super::bounds::Obstacle;
use super::problem::{Band, households};
use super::solve::Proof;
use crate::model::Bilingual;

/// A proof as it is reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Certificate {
    /// `unit`, `island`, `total`, `cut`, `neighbours`, `exhausted`, `apart`, `contradiction` or `zone_count`
    pub kind: &'static str,
    /// the sentence
    pub why: Bilingual,
    /// the units that it names, by their names
    pub units: Vec<String>,
    /// how many units the island has, where it is about one
    pub island_units: usize,
    /// households that it is about
    pub households: Option<f64>,
    /// what would have to change, one of these at least
    pub relaxations: Vec<Relaxation>,
}

/// A change of the wishes after which this proof no longer holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Relaxation {
    /// `max`, `min`, `max_of_unit`, `zones`, `keep_together`, `keep_apart`
    pub parameter: &'static str,
    /// what it must be, households or zones
    pub value: f64,
    /// the sentence
    pub what: Bilingual,
}

/// Units named in a certificate; of more, how many there are is said.
const NAMED: usize = 200;

/// Puts a proof into words; `name` says what a unit is called.
pub fn certificate(proof: &Proof, band: &Band, name: &dyn Fn(u32) -> String) -> Certificate {
    let names = |units: &[u32]| -> Vec<String> { units.iter().take(NAMED).map(|unit| name(*unit)).collect() };
    match proof {
        Proof::Island { obstacle, units, island, needed } => {
            let label = few(&names(units), units.len());
            let (kind, weight, why) = of_island(obstacle, &label, band);
            Certificate {
                kind,
                why,
                units: names(units),
                island_units: island.len(),
                households: weight,
                relaxations: relaxations(obstacle, *needed, band),
            }
        }
        Proof::Torn { units } => Certificate {
            kind: "apart",
            why: Bilingual::new(
                format!("要求同属一区的单元互不相通：{}", few(&names(units), units.len())),
                format!("units that are to stay together lie apart: {}", few(&names(units), units.len())),
            ),
            units: names(units),
            island_units: 0,
            households: None,
            relaxations: vec![Relaxation {
                parameter: "keep_together",
                value: 0.0,
                what: Bilingual::new("不要求它们同属一区", "do not ask them to stay together"),
            }],
        },
        Proof::Contradiction { units } => Certificate {
            kind: "contradiction",
            why: Bilingual::new(
                format!("既要求同属一区又要求分属不同区：{}", few(&names(units), units.len())),
                format!("units are asked to be together and apart: {}", few(&names(units), units.len())),
            ),
            units: names(units),
            island_units: 0,
            households: None,
            relaxations: vec![Relaxation {
                parameter: "keep_apart",
                value: 0.0,
                what: Bilingual::new("取消其中一项要求", "drop one of the two wishes"),
            }],
        },
        Proof::Zones { least, most, asked } => {
            let near = if asked.start() > most { *most } else { *least };
            let asked = if asked.start() == asked.end() {
                asked.start().to_string()
            } else {
                format!("{}–{}", asked.start(), asked.end())
            };
            Certificate {
                kind: "zone_count",
                why: Bilingual::new(
                    format!("要求 {asked} 个区，而按户数只能有 {least} 至 {most} 个"),
                    format!("{asked} zones are asked for, and by households there can be {least} to {most}"),
                ),
                units: Vec::new(),
                island_units: 0,
                households: None,
                relaxations: vec![Relaxation {
                    parameter: "zones",
                    value: near as f64,
                    what: Bilingual::new(format!("改为 {near} 个区"), format!("ask for {near} zones")),
                }],
            }
        }
    }
}

/// The first few names, and how many there are.
fn few(names: &[String], count: usize) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if count > SHOWN { format!("{shown} … ({count})") } else { shown }
}

/// A number of households as it is written: whole where it is.
pub fn amount(households: f64) -> String {
    let rounded = (households * 1000.0).round() / 1000.0;
    format!("{rounded}")
}

fn of_island(obstacle: &Obstacle, label: &str, band: &Band) -> (&'static str, Option<f64>, Bilingual) {
    let [min, max, most] = [band.min, band.max, band.most()].map(|end| amount(households(end)));
    match obstacle {
        Obstacle::Heavy { weight, .. } => {
            let max = most;
            let own = amount(households(*weight));
            let why = Bilingual::new(
                format!("单元 {label} 有 {own} 户，一个就超过上限 {max}，且不可拆分"),
                format!("unit {label} has {own} households, by itself more than {max}, and is not to be cut"),
            );
            ("unit", Some(households(*weight)), why)
        }
        Obstacle::Light { weight } => {
            let own = amount(households(*weight));
            let why = Bilingual::new(
                format!("孤立的一片（{label}）共 {own} 户，不足下限 {min}"),
                format!("the island of {label} has {own} households in all, fewer than {min}"),
            );
            ("island", Some(households(*weight)), why)
        }
        Obstacle::Total { weight, least, most } => {
            let own = amount(households(*weight));
            let why = Bilingual::new(
                format!(
                    "这一片（{label}）共 {own} 户：按上限至少分 {least} 个，按下限至多分 {most} 个，没有合适的个数"
                ),
                format!(
                    "the {own} households of {label} need {least} zones at least by the greatest size and give {most} at most by the smallest: no number fits"
                ),
            );
            ("total", Some(households(*weight)), why)
        }
        Obstacle::Cut { weight, branches, .. } => {
            let own = amount(households(*weight));
            let parts: Vec<String> = branches.iter().map(|branch| amount(households(*branch))).collect();
            let (zh, en) = (parts.join("、"), parts.join(", "));
            let why = Bilingual::new(
                format!(
                    "单元 {label}（{own} 户）是咽喉，连着互不相邻的几部分（{zh} 户）；它所在的区无论各取多少，余下的都凑不成整区"
                ),
                format!(
                    "parts of {en} households hang together only through unit {label} ({own} households): whatever its zone takes of each, what is left makes no whole zones"
                ),
            );
            ("cut", Some(households(*weight)), why)
        }
        Obstacle::Lonely { weight, .. } => {
            let own = amount(households(*weight));
            let why = Bilingual::new(
                format!("单元 {label}（{own} 户）与相邻单元无论怎样组合，都不在 {min}–{max} 户之间"),
                format!(
                    "no connected set of units with unit {label} ({own} households) has {min} to {max} households"
                ),
            );
            ("neighbours", Some(households(*weight)), why)
        }
        Obstacle::Exhausted { zones } => {
            let why = Bilingual::new(
                format!("{label}：全部 {zones} 种可能的区已逐一列入精确模型，没有一种组合能覆盖全部单元"),
                format!(
                    "{label}: all {zones} zones there could be went into an exact model, and none of their combinations covers every unit once"
                ),
            );
            ("exhausted", None, why)
        }
    }
}

fn relaxations(obstacle: &Obstacle, (max, min): (Option<f64>, Option<f64>), band: &Band) -> Vec<Relaxation> {
    let mut list = Vec::new();
    if let Some(max) = max.filter(|max| *max > households(band.max)) {
        let text = amount(max);
        let (parameter, what) = match obstacle {
            Obstacle::Heavy { .. } => (
                "max_of_unit",
                Bilingual::new(
                    format!("含该单元的区上限放宽到 {text} 户，或先拆分该单元"),
                    format!("let the zone of this unit have {text} households, or cut the unit first"),
                ),
            ),
            _ => (
                "max",
                Bilingual::new(format!("上限放宽到 {text} 户"), format!("raise the greatest size to {text}")),
            ),
        };
        list.push(Relaxation { parameter, value: max, what });
    }
    if let Some(min) = min.filter(|min| *min < households(band.min)) {
        let text = amount(min);
        let what =
            Bilingual::new(format!("下限放宽到 {text} 户"), format!("lower the smallest size to {text}"));
        list.push(Relaxation { parameter: "min", value: min, what });
    }
    list
}

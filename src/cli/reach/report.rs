//! What `reach` says: the definition first, then every figure with what it is a share of.

use serde_json::{Value as Json, json};

use super::{Answer, Reach};
use crate::access::{Coverage, Share};
use crate::cli::words::{language, line};
use crate::model::{Bilingual, Language};
use crate::network::Direction;

/// What each figure means (口径), in a sentence.
fn definition(asked: &Reach, answer: &Answer) -> Bilingual {
    let profile = answer.loaded.walk.profile();
    let minutes: Vec<String> = asked.minutes.iter().map(f64::to_string).collect();
    let (list_zh, list_en) = (minutes.join("、"), minutes.join(", "));
    let (facilities, demand) = (asked.facilities.display(), asked.demand.display());
    let network = answer.loaded.about["file"].as_str().unwrap_or_default().to_owned();
    let of = asked.weight.as_deref();
    let (weight_zh, weight_en) = (
        of.map_or("每个需求点计 1".to_owned(), |w| format!("需求点按“{w}”加权")),
        of.map_or("each demand feature counts 1".to_owned(), |w| format!("demand weighted by {w:?}")),
    );
    let slope = answer.loaded.about.get("elevation").is_some();
    let (way_zh, way_en) = match answer.direction {
        Direction::Toward => ("从需求点走到设施", "from demand to the facility"),
        Direction::Away => ("从设施走到需求点", "from the facility to demand"),
    };
    Bilingual::new(
        format!(
            "覆盖率＝沿步行路网（{network}）{way_zh}，第 {k} 近的设施（{facilities}）在 {list_zh} 分钟以内（含）的需求（{demand}，{weight_zh}）占全部需求的比例；{who}，步速 {speed} 米/秒，{slope}；离路网 {snap} 米以上的点和走不到的点计入分母",
            k = asked.k,
            who = profile.title.zh,
            speed = profile.speed_m_per_s,
            slope = if slope { "计坡度" } else { "不计坡度" },
            snap = answer.loaded.snap_m,
        ),
        format!(
            "coverage = the share of all demand ({demand}, {weight_en}) for which facility no. {k} by nearness ({facilities}) is within {list_en} minutes (inclusive) along the walking network ({network}), {way_en}; {who}, {speed} m/s, {slope}; places over {snap} m from the network and places without a way belong to the whole",
            k = asked.k,
            who = profile.title.en,
            speed = profile.speed_m_per_s,
            slope = if slope { "slopes counted" } else { "slopes not counted" },
            snap = answer.loaded.snap_m,
        ),
    )
}

/// The report.
pub fn report(asked: &Reach, answer: &Answer) -> Json {
    let profile = answer.loaded.walk.profile();
    let reached = answer.served.iter().filter(|served| !served.is_empty()).count();
    let last = answer.coverage.last();
    let network_share = last.and_then(|(network, _)| network.share_of_weight.0);
    let coverage: Vec<Json> = answer
        .coverage
        .iter()
        .map(|(network, straight)| {
            json!({"minutes": network.minutes, "network": network, "straight_line": straight})
        })
        .collect();
    json!({
        "definition": {
            "sentence": definition(asked, answer),
            "minutes": asked.minutes, "inclusive": true, "k": asked.k,
            "profile": profile.name, "profile_title": profile.title, "profile_basis": profile.basis,
            "speed_m_per_s": profile.speed_m_per_s, "steps": profile.steps,
            "crossing_s": profile.crossing_s, "signal_s": profile.signal_s,
            "slope": answer.loaded.about.get("elevation").is_some(),
            "direction": match answer.direction { Direction::Toward => "toward", Direction::Away => "away" },
            "snap_m": answer.loaded.snap_m, "weight": asked.weight,
            "straight_line_m": asked.minutes.iter().map(|m| m * 60.0 * profile.speed_m_per_s).collect::<Vec<_>>(),
        },
        "network": answer.loaded.about,
        "facilities": answer.facilities.about(),
        "demand": {
            "places": answer.demand.about(),
            "weight": answer.weights.iter().sum::<f64>(),
            "with_a_way": reached,
        },
        "share": network_share,
        "covered_weight": last.map(|(network, _)| network.counted.weight),
        "total_weight": last.map(|(network, _)| network.counted.of_weight),
        "coverage": coverage,
        "units": units(asked, answer),
        "findings": answer.findings,
    })
}

/// Meaning (a): units with a facility; and meaning (b) within each, at the longest limit.
fn units(asked: &Reach, answer: &Answer) -> Json {
    let Some((areas, units)) = &answer.units else { return Json::Null };
    let with = units.facilities.iter().filter(|count| **count > 0).count();
    let each: Vec<Json> = (0..units.facilities.len())
        .map(|at| {
            let counted = &units.counted[at];
            json!({
                "id": areas.id(at), "facilities": units.facilities[at], "counted": counted,
                "share_of_weight": Share::of(counted.weight, counted.of_weight),
            })
        })
        .collect();
    json!({
        "sentence": Bilingual::new(
            "有设施的单元占比＝范围内至少有一处设施的单元数 ÷ 全部单元数；与上面的覆盖率是两种口径，不可混用",
            "share of units with a facility = units with at least one facility inside / all units; another meaning \
             than coverage above, the two are not to be mixed",
        ),
        "count": units.facilities.len(), "with_facility": with,
        "share_with_facility": units.share_with_facility(),
        "minutes": asked.minutes.last(), "each": each, "outside": units.outside,
    })
}

fn percent(share: Share) -> String {
    share.0.map_or("–".into(), |share| format!("{:.1} %", 100.0 * share))
}

/// Prints the figures for people.
pub fn print(asked: &Reach, answer: &Answer) {
    line(definition(asked, answer).get(language()));
    for (network, straight) in &answer.coverage {
        line(sentence(network, straight));
    }
    if let Some((_, units)) = &answer.units {
        let share = percent(units.share_with_facility());
        line(match language() {
            Language::Zh => format!("有设施的单元占 {share}（另一种口径，不与上面混用）"),
            Language::En => {
                format!("units with a facility: {share} (another meaning, not to be mixed with the above)")
            }
        });
    }
    line(format!("→ {}", asked.report.display()));
}

fn sentence(network: &Coverage, straight: &Coverage) -> String {
    let (weight, of) = (network.counted.weight, network.counted.of_weight);
    let (features, of_features) = (network.counted.features, network.counted.of_features);
    let (share, ring) = (percent(network.share_of_weight), percent(straight.share_of_weight));
    let minutes = network.minutes;
    match language() {
        Language::Zh => format!(
            "{minutes} 分钟：{share}（{weight} / {of}；{features} / {of_features} 个需求点）；直线距离只作比较：{ring}"
        ),
        Language::En => format!(
            "{minutes} minutes: {share} ({weight} of {of}; {features} of {of_features} features); by straight lines, for comparison only: {ring}"
        ),
    }
}

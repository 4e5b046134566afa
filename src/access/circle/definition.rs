//! 口径: what a figure means, said with every figure, and a key by which figures of different years compare.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::question::{By, Question};
use super::reach::Reach;
use crate::access::Limit;
use crate::access::ground::Ground;
use crate::model::{Bilingual, Date, vocab};

/// A class with its limit.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleLimit)]
pub struct ClassLimit {
    /// the class
    pub class: String,
    /// what is within reach: `minutes` or `metres`
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub limit: Limit,
    /// who walks
    pub profile: String,
    /// metres a second
    pub speed_m_per_s: f64,
}

/// What a figure means.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CircleDefinition)]
pub struct Definition {
    /// Chinese
    pub zh: String,
    /// English
    pub en: String,
    /// class, or all required ones together
    pub class: String,
    /// who walks; none where classes differ
    pub profile: Option<String>,
    /// metres a second; none where classes differ
    pub speed_m_per_s: Option<f64>,
    /// along the streets or straight
    pub measure: By,
    /// classes with their limits
    pub limits: Vec<ClassLimit>,
    /// states that count
    pub states: Vec<String>,
    /// which count of households
    pub count: String,
    /// days of the counts, from and to
    #[schema(value_type = Option<Vec<String>>)]
    pub counted: Option<(Date, Date)>,
    /// facilities that count
    pub facilities: usize,
    /// of these, on no street
    pub facilities_off_network: usize,
    /// the day
    #[schema(value_type = String)]
    pub date: Date,
    /// revision of the register
    pub revision: u64,
    /// equal where class, profile, limit, measure, states and count are: years compare
    pub key: String,
}

impl Definition {
    /// Of what was reached.
    pub fn of(ground: &Ground, question: &Question, reach: &Reach) -> Self {
        let limits: Vec<ClassLimit> = reach
            .asked
            .iter()
            .map(|asked| ClassLimit {
                class: asked.service.id.clone(),
                limit: asked.limit,
                profile: asked.profile.name.clone(),
                speed_m_per_s: asked.profile.speed_m_per_s,
            })
            .collect();
        let mut states: Vec<String> = reach.asked.iter().flat_map(|asked| asked.states.clone()).collect();
        states.sort();
        states.dedup();
        let one = limits.first().filter(|first| limits.iter().all(|limit| limit.profile == first.profile));
        let said = said(ground, question, reach, &states);
        let key = key(reach, &ground.scope.count);
        Self {
            zh: said.zh,
            en: said.en,
            class: question.class.clone(),
            profile: one.map(|limit| limit.profile.clone()),
            speed_m_per_s: one.map(|limit| limit.speed_m_per_s),
            measure: reach.by,
            states,
            count: ground.scope.count.clone(),
            counted: ground.homes.counted,
            facilities: reach.situation.sites.iter().map(|sites| sites.counting.len()).sum(),
            facilities_off_network: reach.times.iter().map(|times| times.off_network).sum(),
            date: ground.scope.day,
            revision: ground.revision.0,
            limits,
            key,
        }
    }
}

/// The same classes, profiles, limits, states, measure and count have the same key.
fn key(reach: &Reach, count: &str) -> String {
    let mut hash = Sha256::new();
    for asked in &reach.asked {
        let limit = match asked.limit {
            Limit::Minutes(minutes) => format!("{minutes} min"),
            Limit::Metres(metres) => format!("{metres} m"),
        };
        let profile = &asked.profile;
        let states = asked.states.join(",");
        let kinds = asked.service.kinds.join(",");
        hash.update(format!(
            "{}|{kinds}|{limit}|{}|{}|{}|{}|{}|{states}\n",
            asked.service.id,
            profile.name,
            profile.speed_m_per_s,
            profile.steps,
            profile.crossing_s,
            profile.signal_s
        ));
    }
    hash.update(format!("{:?}|{count}", reach.by));
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn titles(list: &str, words: &[String]) -> Bilingual {
    let title = |word: &String| {
        vocab::list(list)
            .get(word)
            .map_or_else(|| Bilingual::new(word.clone(), word.clone()), |value| value.title.clone())
    };
    let titles: Vec<Bilingual> = words.iter().map(title).collect();
    let zh: Vec<&str> = titles.iter().map(|title| title.zh.as_str()).collect();
    let en: Vec<String> = titles.iter().map(|title| title.en.to_lowercase()).collect();
    Bilingual::new(zh.join("、"), en.join(", "))
}

fn said(ground: &Ground, question: &Question, reach: &Reach, states: &[String]) -> Bilingual {
    let title = question.title();
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (asked, sites) in reach.asked.iter().zip(&reach.situation.sites) {
        let (limit, who, count) = (asked.limit.said(), &asked.profile, sites.counting.len());
        let (class, speed) = (&asked.service.title, who.speed_m_per_s);
        zh.push(format!("{} {count} 处、{}、{} {speed} 米/秒", class.zh, limit.zh, who.title.zh));
        en.push(format!("{}: {count}, {}, {} at {speed} m/s", class.en, limit.en, who.title.en));
    }
    let by = match reach.by {
        By::Network => {
            Bilingual::new("沿步行路网、经小区出入口", "along the streets, through the gates of compounds")
        }
        By::Straight => Bilingual::new("直线距离，仅供比较", "in a straight line, for comparison only"),
    };
    let states = titles("facility_status", states);
    let count = titles("household_kind", std::slice::from_ref(&ground.scope.count));
    let (zh_days, en_days) = match ground.homes.counted {
        Some((from, to)) if from == to => (format!("统计于 {to}"), format!("counted on {to}")),
        Some((from, to)) => (format!("统计于 {from} 至 {to}"), format!("counted from {from} to {to}")),
        None => ("统计日期不详".to_owned(), "counted on unknown days".to_owned()),
    };
    let (day, revision) = (ground.scope.day, ground.revision.0);
    let gateless = ground.yards.gateless();
    let (mut more_zh, mut more_en) = (String::new(), String::new());
    if gateless > 0 && reach.by == By::Network {
        more_zh = format!("；{gateless} 个小区没有可用的出入口记录，按离道路最近处假定");
        more_en = format!(
            "; {gateless} compounds have no gate on record: one is assumed where a street is nearest"
        );
    }
    Bilingual::new(
        format!(
            "{}：{}；设施状态为{}；{}；按{}（{zh_days}），60 岁以上人口按户数分摊{more_zh}。{day}，登记册第 {revision} 版。",
            title.zh,
            zh.join("；"),
            states.zh,
            by.zh,
            count.zh
        ),
        format!(
            "{}: {}; facilities that are {}; {}; {} ({en_days}), people of 60 and more shared by households{more_en}. As of {day}, revision {revision}.",
            title.en,
            en.join("; "),
            states.en,
            by.en,
            count.en.to_lowercase()
        ),
    )
}

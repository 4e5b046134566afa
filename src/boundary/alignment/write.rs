//! Legs to text: one sentence, its parts by semicolons, in the words that agreements use.

use super::{Alignment, Leg};

/// How a feature is named in a text, and how it is said without a name.
const FEATURES: &[(&str, &str)] = &[
    ("river_centre", "河流中心线"),
    ("river_bank", "河岸线"),
    ("lake", "水面"),
    ("ridge", "山脊线"),
    ("valley", "山谷线"),
    ("slope", "山坡"),
    ("road", "道路中心线"),
    ("railway", "铁路"),
    ("ditch", "沟渠中心线"),
    ("wall", "围墙"),
    ("field_ridge", "田埂"),
];

/// The same after a name: 盘龙江中心线, 北京路中心线.
const NAMED: &[(&str, &str)] = &[
    ("river_centre", "中心线"),
    ("river_bank", "河岸线"),
    ("lake", "水面"),
    ("ridge", "山脊线"),
    ("valley", "谷底线"),
    ("slope", "山坡"),
    ("road", "中心线"),
    ("railway", "中心线"),
    ("ditch", "中心线"),
    ("wall", "围墙"),
    ("field_ridge", "田埂"),
];

/// Writes an alignment; empty for one without legs.
///
/// `自甲三交点起，沿盘龙江中心线向北偏东北行1234米至001号界桩；再以直线向东行500米至乙三交点止。全长1.734公里。`
pub fn write(alignment: &Alignment) -> String {
    let Some(first) = alignment.legs.first() else { return String::new() };
    let mut text = format!("自{}起，", place(&first.from));
    let last = alignment.legs.len() - 1;
    for (at, leg) in alignment.legs.iter().enumerate() {
        let begins = at == 0 || !alignment.legs[at - 1].to.is_empty();
        text.push_str(match (at, begins) {
            (0, _) => "",
            (_, true) => "；再",
            (_, false) => "，转",
        });
        text.push_str(&phrase(leg));
        if at == last {
            text.push('止');
        }
    }
    text.push('。');
    if let Some(metres) = alignment.total_m {
        text.push_str(&format!("全长{}公里。", kilometres(metres)));
    }
    text
}

fn phrase(leg: &Leg) -> String {
    let mut text = follows(leg);
    if let Some(direction) = leg.direction {
        text.push_str(&format!("向{}", direction.name()));
    }
    text.push('行');
    if let Some(metres) = leg.distance_m {
        text.push_str(&format!("{}米", metres.round()));
    }
    if !leg.to.is_empty() {
        text.push_str(&format!("至{}", place(&leg.to)));
    }
    text
}

fn follows(leg: &Leg) -> String {
    let word = |list: &[(&str, &'static str)]| {
        list.iter().find(|(code, _)| *code == leg.feature).map(|(_, word)| *word)
    };
    match leg.feature.as_str() {
        "" | "other" | "mixed" => String::new(),
        "straight" => "以直线".to_owned(),
        feature => match (word(NAMED), leg.feature_name.as_str()) {
            (_, "") => format!("沿{}", word(FEATURES).unwrap_or(feature)),
            (Some(word), name) => format!("沿{name}{word}"),
            (None, name) => format!("沿{name}{feature}"),
        },
    }
}

/// A marker's number is said with its kind; other places by their name.
fn place(name: &str) -> String {
    if name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        format!("{name}号界桩")
    } else {
        name.to_owned()
    }
}

/// Kilometres without a trailing zero.
fn kilometres(metres: f64) -> String {
    let text = format!("{:.3}", metres / 1000.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

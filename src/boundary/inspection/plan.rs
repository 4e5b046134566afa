//! A round as proposed for some lines: code, name, number, and what it would have to look at.

use serde::Serialize;

use super::due::open_round;
use super::tasks::{Task, of_lines};
use crate::boundary::checks::Scene;
use crate::model::Bilingual;

/// A round to be made.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// a code that no round has
    pub code: String,
    /// what it could be called
    pub name: String,
    /// which round of these lines it is, counted from those that the register knows
    pub round_no: i64,
    /// its year
    pub year: i64,
    /// what it has to look at
    pub tasks: Vec<Task>,
    /// what there is to know before it is made
    pub notes: Vec<Bilingual>,
}

/// Names that a proposed name joins; with more it says how many.
const NAMED: usize = 3;

/// Proposes a round over lines; codes that are no line's are left out. A round for a cause other than the
/// five-year period is called special and not counted.
pub fn propose(scene: &Scene<'_>, codes: &[&str], special: bool) -> Proposal {
    let lines: Vec<_> = codes.iter().filter_map(|code| scene.line(code)).collect();
    let year = i64::from(scene.day().ymd().0);
    let names: Vec<&str> = lines.iter().map(|line| line.record.label().unwrap_or(line.code())).collect();
    let called = match names.len() {
        0 => String::new(),
        few if few <= NAMED => names.join("、"),
        many => format!("{}等{many}条界线", names[0]),
    };
    let kept: Vec<&str> = lines.iter().map(|line| line.code()).collect();
    let before = scene
        .all_rounds()
        .filter(|round| !round.is_special() && round.line_codes().any(|code| kept.contains(&code)));
    let known = before.filter_map(|round| round.fields().map(|fields| fields.round_no.unwrap_or(0)));
    let round_no = known.max().unwrap_or(0) + 1;
    let name = match special {
        true => format!("{year}年{called}专项联检"),
        false if round_no > 1 => format!("{called}第{}轮联检", numeral(round_no)),
        false => format!("{year}年{called}联检"),
    };
    Proposal {
        code: free_code(scene, year),
        name,
        round_no,
        year,
        tasks: of_lines(scene, &kept),
        notes: lines.iter().flat_map(|line| notes(scene, line)).collect(),
    }
}

/// `LJ` (联检), year and a serial that is free.
fn free_code(scene: &Scene<'_>, year: i64) -> String {
    let taken: std::collections::HashSet<&str> = scene.all_rounds().map(|round| round.code()).collect();
    let mut codes = (1_u32..).map(|serial| format!("LJ{year}-{serial:02}"));
    codes.find(|code| !taken.contains(code.as_str())).unwrap_or_default()
}

fn notes(scene: &Scene<'_>, line: &crate::boundary::checks::Line<'_>) -> Vec<Bilingual> {
    let name = line.record.label().unwrap_or(line.code());
    let mut notes = Vec::new();
    if let Some(round) = open_round(scene, line.code()) {
        let zh = format!("{name}已在未办结的一轮联检（{round}）中");
        notes.push(Bilingual::new(zh, format!("{name} is in round {round}, which is not closed")));
    }
    if !line.is_county_up() {
        let (zh, en) = (format!("{name}不是县级以上界线，参照办理"), format!("{name} is below county level"));
        notes.push(Bilingual::new(zh, en));
    }
    if line.fields().is_none_or(|fields| fields.segments.is_empty()) {
        let zh = format!("{name}没有分段，整条作为一段检查；可先推算界线分段");
        notes.push(Bilingual::new(zh, format!("{name} has no segments and is inspected as one")));
    }
    if scene.markers_of(line.code()).next().is_none() {
        notes.push(Bilingual::new(format!("{name}没有界桩"), format!("{name} has no markers")));
    }
    notes
}

/// Up to ninety-nine as Chinese writes it; beyond in digits.
fn numeral(number: i64) -> String {
    let digits: Vec<char> = "零一二三四五六七八九".chars().collect();
    let digit = |value: i64| usize::try_from(value).ok().and_then(|at| digits.get(at)).copied();
    let (tens, ones) = (number / 10, number % 10);
    let ones_text = digit(ones).filter(|_| ones > 0).map(String::from).unwrap_or_default();
    match (tens, digit(tens)) {
        (0, _) => ones_text,
        (1, _) => format!("十{ones_text}"),
        (2..=9, Some(ten)) => format!("{ten}十{ones_text}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::numeral;

    #[test]
    fn rounds_are_counted_in_words() {
        let said: Vec<String> = [1, 5, 10, 11, 20, 34, 100].map(numeral).into();
        assert_eq!(said, ["一", "五", "十", "十一", "二十", "三十四", "100"]);
    }
}

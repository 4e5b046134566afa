//! Dates as people write them (1983年, 清光绪年间, 民国二十三年), read as the days between which they lie. The words
//! are kept beside it as they stand; what cannot be read has no interval and is not refused.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::NamesError;
use crate::model::Date;

const LIST: &str = include_str!("../../data/vocab/eras.toml");
const NAME: &str = "data/vocab/eras.toml";

/// How exactly a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 1983年6月1日
    Day,
    /// 1983年6月
    Month,
    /// 1983年
    Year,
    /// 20世纪80年代
    Decade,
    /// 19世纪
    Century,
    /// 清光绪年间
    Era,
    /// 1950年至1953年, 1950年以前
    Between,
    /// 约1950年
    About,
}

/// The days between which something lies, both included; an open end is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Interval {
    /// the first day that it may be
    #[schema(value_type = Option<String>)]
    pub from: Option<Date>,
    /// the last
    #[schema(value_type = Option<String>)]
    pub to: Option<Date>,
    /// how exactly it is known
    pub precision: Precision,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    reigns: String,
    times: String,
}

/// Reigns and other times by their names.
struct Eras {
    reigns: HashMap<String, (i16, i16)>,
    times: HashMap<String, (i16, i16)>,
}

impl Eras {
    fn from_toml(text: &str) -> Result<Self, NamesError> {
        let raw: Raw =
            toml::from_str(text).map_err(|error| NamesError::List { list: NAME, text: error.to_string() })?;
        let table = |lines: &str| -> Result<HashMap<String, (i16, i16)>, NamesError> {
            let line = |line: &str| {
                let mut words = line.split_whitespace();
                let (name, from, to) = (words.next()?, words.next()?, words.next()?);
                Some((name.to_owned(), (from.parse().ok()?, to.parse().ok()?)))
            };
            let wrong = |text: &str| NamesError::Line { list: NAME, line: text.to_owned() };
            let lines = lines.lines().filter(|line| !line.trim().is_empty());
            lines.map(|text| line(text).ok_or_else(|| wrong(text))).collect()
        };
        Ok(Self { reigns: table(&raw.reigns)?, times: table(&raw.times)? })
    }

    /// A reign by its name, with or without that of its dynasty before it.
    fn reign(&self, name: &str) -> Option<(i16, i16)> {
        let found = |name: &str| self.reigns.get(name).copied();
        let dynasty =
            ["清朝", "清代", "明朝", "明代", "清", "明", "唐", "北宋", "南宋", "宋", "元", "大清", "大明"];
        found(name).or_else(|| dynasty.iter().find_map(|one| found(name.strip_prefix(one)?)))
    }
}

fn eras() -> Result<&'static Eras, &'static NamesError> {
    static ERAS: LazyLock<Result<Eras, NamesError>> = LazyLock::new(|| Eras::from_toml(LIST));
    ERAS.as_ref()
}

/// Characters of a date that are looked at.
const LONGEST: usize = 60;
/// Years that 约 and 前后 mean to either side.
const ABOUT: i16 = 5;

/// The interval that a date as written means; `None` where it cannot be read.
pub fn read(text: &str) -> Option<Interval> {
    let text = plain(text);
    if text.is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    between(&text).or_else(|| about(&text)).or_else(|| one(&text))
}

/// Without blanks and brackets, figures in their narrow form.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '／' => '/',
        '．' => '.',
        '—' | '–' | '－' | '～' | '~' => '-',
        other => other,
    };
    let kept =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）' | '“' | '”'));
    let text: String = kept.map(narrow).collect();
    let text = text.replace("--", "-");
    let text =
        text.strip_prefix("公元").filter(|rest| !rest.starts_with('前')).map_or(text.clone(), str::to_owned);
    text.trim_end_matches(['。', '，']).to_owned()
}

/// 1950年至1953年, 1950-1953年, 1950年以前.
fn between(text: &str) -> Option<Interval> {
    for end in ["以前", "之前", "前"] {
        if let Some(before) =
            text.strip_suffix(end).filter(|rest| rest.ends_with(['年', '代', '月', '日', '放']))
        {
            let known = one(before).or_else(|| (before == "解放").then(liberation))?;
            return Some(Interval { from: None, to: known.from, precision: Precision::Between });
        }
    }
    for end in ["以后", "之后", "以来", "起"] {
        if let Some(after) = text.strip_suffix(end) {
            let known = one(after).or_else(|| (after == "解放").then(liberation))?;
            return Some(Interval { from: known.from, to: None, precision: Precision::Between });
        }
    }
    for apart in ["至", "到", "-"] {
        let Some((first, last)) = text.split_once(apart) else { continue };
        let is_year = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if apart == "-" && !(is_year(first.trim_end_matches('年')) && is_year(last.trim_end_matches('年')))
        {
            continue;
        }
        let first = if is_year(first) { format!("{first}年") } else { first.to_owned() };
        let last = if is_year(last) { format!("{last}年") } else { last.to_owned() };
        let (from, to) = (one(&first)?, one(&last)?);
        return (from.from <= to.to).then_some(Interval {
            from: from.from,
            to: to.to,
            precision: Precision::Between,
        });
    }
    None
}

fn liberation() -> Interval {
    years(1949, 1949, Precision::Year).unwrap_or(Interval {
        from: None,
        to: None,
        precision: Precision::Year,
    })
}

/// 约1950年, 1950年前后.
fn about(text: &str) -> Option<Interval> {
    let begun = ["大约", "约", "大概在", "大概"].iter().find_map(|word| text.strip_prefix(word));
    let ended = ["前后", "左右", "上下"].iter().find_map(|word| text.strip_suffix(word));
    let known = one(begun.or(ended)?)?;
    let year =
        |date: Option<Date>, by: i16| date.and_then(|date| Date::new(date.ymd().0 + by, date.ymd().1, 1));
    let last = |date: Date| date.plus_days(30);
    Some(Interval {
        from: year(known.from, -ABOUT),
        to: year(known.to, ABOUT).map(last),
        precision: Precision::About,
    })
}

fn one(text: &str) -> Option<Interval> {
    numeric(text).or_else(|| written(text)).or_else(|| century(text)).or_else(|| era(text))
}

/// 1983-06-01, 1983/6, 1983.6.1, 19830601, 1983.
fn numeric(text: &str) -> Option<Interval> {
    if !text.starts_with(|c: char| c.is_ascii_digit())
        || !text.chars().all(|c| c.is_ascii_digit() || "-/.".contains(c))
    {
        return None;
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let number = |text: &str| text.parse::<i16>().ok();
    match parts[..] {
        [all] if all.len() == 8 => day(number(&all[..4])?, number(&all[4..6])?, number(&all[6..])?),
        [all] if all.len() == 6 => month(number(&all[..4])?, number(&all[4..])?),
        [year] if year.len() == 4 => years(number(year)?, number(year)?, Precision::Year),
        [year, of] if year.len() == 4 => month(number(year)?, number(of)?),
        [year, of, on] if year.len() == 4 => day(number(year)?, number(of)?, number(on)?),
        _ => None,
    }
}

/// 1983年6月1日, 公元前221年, 民国二十三年, 清光绪三年, and with a month behind those of our calendar.
fn written(text: &str) -> Option<Interval> {
    let (year, rest) = text.split_once('年')?;
    let ours = match year.strip_prefix("公元前").or_else(|| year.strip_prefix("前")) {
        Some(before) => figure(before).and_then(|year| 1_i16.checked_sub(year)),
        None => figure(year).filter(|_| year.chars().count() > 2 || year.len() == 4),
    };
    if let Some(year) = ours {
        return in_year(year, rest);
    }
    // The year of a reign: 光绪三年, 民国二十三年, 光绪元年.
    let at = year
        .char_indices()
        .find(|(_, c)| c.is_ascii_digit() || digit(*c).is_some() || matches!(c, '十' | '元'));
    let at = at.map(|(at, _)| at).filter(|at| *at > 0);
    let starts: Vec<usize> = at.into_iter().chain(year.char_indices().map(|(at, _)| at).skip(1)).collect();
    for at in starts {
        let (name, count) = year.split_at(at);
        let count = if count == "元" { Some(1) } else { figure(count) };
        if let (Some((from, to)), Some(count)) = (eras().ok()?.reign(name), count.filter(|count| *count > 0))
        {
            let year = from.checked_add(count - 1).filter(|year| *year <= to + 1)?;
            // Months of the old calendar are not ours.
            return if name.ends_with("民国") {
                in_year(year, rest)
            } else {
                years(year, year, Precision::Year)
            };
        }
    }
    None
}

/// A year of ours with what stands behind it: a month, a day, a season, nothing.
fn in_year(year: i16, rest: &str) -> Option<Interval> {
    let season = |from: i8, to: i8| {
        let last = month(year, i16::from(to))?.to;
        Some(Interval { from: Date::new(year, from, 1), to: last, precision: Precision::Month })
    };
    match rest {
        "" | "间" | "内" => return years(year, year, Precision::Year),
        "初" | "年初" | "春" | "上半年" => return season(1, if rest == "上半年" { 6 } else { 4 }),
        "夏" => return season(4, 8),
        "秋" => return season(7, 11),
        "冬" | "底" | "年底" | "末" => return season(10, 12),
        "下半年" => return season(7, 12),
        "代" => return (year % 10 == 0).then(|| years(year, year + 9, Precision::Decade)).flatten(),
        _ => {}
    }
    let (of, rest) = rest.split_once('月')?;
    let of = figure(of)?;
    match rest.trim_end_matches(['日', '号']) {
        "" | "份" | "间" => month(year, of),
        on => day(year, of, figure(on)?),
    }
}

/// 20世纪80年代, 十九世纪末, 19世纪.
fn century(text: &str) -> Option<Interval> {
    let (nth, rest) = text.split_once("世纪")?;
    let first = figure(nth).filter(|nth| (1..=30).contains(nth))?.checked_sub(1)? * 100;
    if let Some(decade) = rest.strip_suffix("年代") {
        let decade = figure(decade).filter(|decade| decade % 10 == 0 && *decade < 100)?;
        return years(first + decade, first + decade + 9, Precision::Decade);
    }
    part((first, first + 99), rest, Precision::Century)
}

/// 清光绪年间, 光绪初年, 清代, 清末, 民国时期, 文革期间.
fn era(text: &str) -> Option<Interval> {
    let eras = eras().ok()?;
    let whole = |name: &str| eras.reign(name).or_else(|| eras.times.get(name).copied());
    if let Some(span) = whole(text) {
        return part(span, "", Precision::Era);
    }
    let ends = [
        "年间", "时期", "期间", "年代", "初年", "中叶", "中期", "初期", "末期", "末年", "晚期", "早期",
        "后期", "前期", "朝初", "朝末", "代初", "代末", "朝", "代", "初", "末", "中", "时",
    ];
    ends.iter().find_map(|end| part(whole(text.strip_suffix(end)?)?, end, Precision::Era))
}

/// The part of a span of years that a word means: the first, middle or last third, or all.
fn part((from, to): (i16, i16), word: &str, precision: Precision) -> Option<Interval> {
    let third = (to - from + 1) / 3;
    if ["初", "早", "前"].iter().any(|one| word.contains(one)) {
        years(from, from + third.max(1) - 1, precision)
    } else if ["末", "晚", "后"].iter().any(|one| word.contains(one)) {
        years(to - third.max(1) + 1, to, precision)
    } else if word.contains('中') {
        years(from + third, to - third, precision)
    } else {
        matches!(word, "" | "年间" | "时期" | "期间" | "年代" | "朝" | "代" | "时")
            .then(|| years(from, to, precision))
            .flatten()
    }
}

fn years(from: i16, to: i16, precision: Precision) -> Option<Interval> {
    let (from, to) = (Date::new(from, 1, 1)?, Date::new(to, 12, 31)?);
    Some(Interval { from: Some(from), to: Some(to), precision })
}

fn month(year: i16, month: i16) -> Option<Interval> {
    let month = i8::try_from(month).ok()?;
    let from = Date::new(year, month, 1)?;
    let next = if month == 12 { Date::new(year + 1, 1, 1) } else { Date::new(year, month + 1, 1) };
    Some(Interval { from: Some(from), to: next.map(|next| next.plus_days(-1)), precision: Precision::Month })
}

fn day(year: i16, month: i16, day: i16) -> Option<Interval> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)?;
    Some(Interval { from: Some(date), to: Some(date), precision: Precision::Day })
}

fn digit(c: char) -> Option<i16> {
    if let Some(digit) = c.to_digit(10) {
        return i16::try_from(digit).ok();
    }
    "〇一二三四五六七八九".chars().position(|one| one == c).or((c == '零').then_some(0)).map(|at| at as i16)
}

/// A number in figures, written out or said digit by digit: 23, 二十三, 一九八三.
fn figure(text: &str) -> Option<i16> {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() || characters.len() > 5 {
        return None;
    }
    if let Some(digits) = characters.iter().map(|c| digit(*c)).collect::<Option<Vec<i16>>>() {
        return digits.iter().try_fold(0_i16, |all, one| all.checked_mul(10)?.checked_add(*one));
    }
    let value = |c: char| if c == '廿' { None } else { digit(c) };
    match characters[..] {
        ['十'] => Some(10),
        ['十', one] => Some(10 + value(one)?),
        [ten, '十'] => Some(value(ten)? * 10),
        [ten, '十', one] => Some(value(ten)? * 10 + value(one)?),
        ['廿'] => Some(20),
        ['廿', one] => Some(20 + value(one)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<(String, String)> {
        let told = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        read(text).map(|one| (told(one.from), told(one.to)))
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, from, to) in [
            ("1983年", "1983-01-01", "1983-12-31"),
            ("一九八三年", "1983-01-01", "1983-12-31"),
            ("1983年6月", "1983-06-01", "1983-06-30"),
            ("1983年2月", "1983-02-01", "1983-02-28"),
            ("１９８３年６月１日", "1983-06-01", "1983-06-01"),
            ("1983-6-1", "1983-06-01", "1983-06-01"),
            ("19830601", "1983-06-01", "1983-06-01"),
            ("1983.6", "1983-06-01", "1983-06-30"),
            ("清光绪年间", "1875-01-01", "1908-12-31"),
            ("光绪三年", "1877-01-01", "1877-12-31"),
            ("清光绪元年", "1875-01-01", "1875-12-31"),
            ("民国二十三年", "1934-01-01", "1934-12-31"),
            ("民国23年5月", "1934-05-01", "1934-05-31"),
            ("明洪武十五年", "1382-01-01", "1382-12-31"),
            ("清代", "1644-01-01", "1911-12-31"),
            ("清末", "1823-01-01", "1911-12-31"),
            ("清乾隆初年", "1736-01-01", "1755-12-31"),
            ("20世纪80年代", "1980-01-01", "1989-12-31"),
            ("二十世纪八十年代", "1980-01-01", "1989-12-31"),
            ("1980年代", "1980-01-01", "1989-12-31"),
            ("19世纪", "1800-01-01", "1899-12-31"),
            ("1950年至1953年", "1950-01-01", "1953-12-31"),
            ("1950—1953年", "1950-01-01", "1953-12-31"),
            ("1950年以前", "", "1950-01-01"),
            ("1998年以后", "1998-01-01", ""),
            ("约1950年", "1945-01-01", "1955-12-31"),
            ("文革期间", "1966-01-01", "1976-12-31"),
            ("解放前", "", "1949-01-01"),
            ("公元前221年", "-220-01-01", "-220-12-31"),
        ] {
            assert_eq!(days(text), Some((from.to_owned(), to.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        let long = "一".repeat(500);
        for text in [
            "",
            "不详",
            "年",
            "十三月",
            "1983年13月",
            "1983-02-30",
            "光绪九十年",
            "很久以前",
            "张三年",
            &long,
        ] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}

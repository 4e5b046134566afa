//! What a line is called: its code by the level's pattern, its name from the short names of both sides, and the
//! names of the places where three or more divisions meet.

use crate::boundary::defaults::defaults;
use crate::model::layers::DivisionLevel;

/// One-letter names of the provinces as lines use them, by the first two digits of the code.
const PROVINCES: &[(&str, &str)] = &[
    ("11", "京"),
    ("12", "津"),
    ("13", "冀"),
    ("14", "晋"),
    ("15", "蒙"),
    ("21", "辽"),
    ("22", "吉"),
    ("23", "黑"),
    ("31", "沪"),
    ("32", "苏"),
    ("33", "浙"),
    ("34", "皖"),
    ("35", "闽"),
    ("36", "赣"),
    ("37", "鲁"),
    ("41", "豫"),
    ("42", "鄂"),
    ("43", "湘"),
    ("44", "粤"),
    ("45", "桂"),
    ("46", "琼"),
    ("50", "渝"),
    ("51", "川"),
    ("52", "黔"),
    ("53", "滇"),
    ("54", "藏"),
    ("61", "陕"),
    ("62", "甘"),
    ("63", "青"),
    ("64", "宁"),
    ("65", "新"),
    ("71", "台"),
    ("81", "港"),
    ("82", "澳"),
];

/// Endings that say what a division is set up as, the longer first.
const ENDINGS: &[&str] = &[
    "特别行政区",
    "街道办事处",
    "地区办事处",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "民族苏木",
    "民族乡",
    "街道",
    "地区",
    "林区",
    "特区",
    "新区",
    "苏木",
    "县",
    "区",
    "市",
    "省",
    "盟",
    "旗",
    "镇",
    "乡",
];

/// Peoples as they stand in the names of autonomous divisions, without 族.
const PEOPLES: &[&str] = &[
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
    "各",
];

/// The specific part of a division's name: 官渡 of 官渡区, 石林 of 石林彝族自治县. A name of two letters stays
/// whole (城区, 东乡), as does one that would lose all but one letter.
pub fn specific(name: &str) -> &str {
    let name = name.trim();
    let longer = |rest: &str| rest.chars().count() >= 2;
    let Some(mut rest) =
        ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|rest| longer(rest))
    else {
        return name;
    };
    while let Some(shorter) = rest
        .strip_suffix('族')
        .and_then(|rest| PEOPLES.iter().find_map(|people| rest.strip_suffix(people)))
        .filter(|rest| longer(rest))
    {
        rest = shorter;
    }
    rest
}

/// A division as lines call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// its code, as the register has it
    pub code: String,
    /// its name
    pub name: String,
    /// its own short name, if it has one
    pub short_name: Option<String>,
    /// its level
    pub level: DivisionLevel,
}

impl Called {
    /// The one letter that lines call it by: 官 of 官渡区, 滇 of 云南省.
    pub fn letter(&self) -> String {
        if self.level == DivisionLevel::Province
            && let Some((_, letter)) = PROVINCES.iter().find(|(code, _)| self.code.starts_with(code))
        {
            return (*letter).to_owned();
        }
        self.short().chars().take(1).collect()
    }

    /// Its short name (some files have the whole name there), else the specific part of its name.
    pub fn short(&self) -> &str {
        let short = self.short_name.as_deref().filter(|short| !short.is_empty());
        specific(short.unwrap_or(&self.name))
    }

    /// The digits of its code that say something at its level.
    fn digits(&self) -> Option<&str> {
        let wanted = if self.level == DivisionLevel::Township { 9 } else { 6 };
        let code = self.code.get(..wanted)?;
        code.bytes().all(|b| b.is_ascii_digit()).then_some(code)
    }
}

/// The name of the line between two divisions, the first named first: 官盘线; of several lines of one name the
/// whole short names are used (`long`): 东川东昌线.
pub fn name(first: &Called, second: &Called, long: bool) -> String {
    if long {
        format!("{}{}线", first.short(), second.short())
    } else {
        format!("{}{}线", first.letter(), second.letter())
    }
}

/// The name of a place where several divisions meet, in the order of their codes: 官盘嵩三交点.
pub fn meeting(divisions: &[&Called]) -> String {
    let letters: String = divisions.iter().map(|one| one.letter()).collect();
    let count = match divisions.len() {
        0..=3 => "三",
        4 => "四",
        _ => "多",
    };
    format!("{letters}{count}交点")
}

/// The code of the line between two divisions by the pattern of their level; `None` where their codes have not
/// the digits that it takes. The order of the sides does not matter.
pub fn code(one: &Called, other: &Called) -> Option<String> {
    let (a, b) = if one.code <= other.code { (one, other) } else { (other, one) };
    let (a_digits, b_digits) = (a.digits()?, b.digits()?);
    let across = a.level == DivisionLevel::Township && a_digits.get(..6) != b_digits.get(..6);
    let pattern = if across { "township_across" } else { a.level.code() };
    fill(defaults().code.get(pattern)?, a_digits, b_digits)
}

/// The six digits of the nearest common superior; of different provinces both of theirs and 00.
fn common(a: &str, b: &str) -> Option<String> {
    let same = |digits: usize| a.get(..digits).filter(|head| Some(*head) == b.get(..digits));
    Some(match (same(6).filter(|_| a.len() > 6), same(4), same(2)) {
        (Some(county), ..) => county.to_owned(),
        (None, Some(prefecture), _) => format!("{prefecture}00"),
        (None, None, Some(province)) => format!("{province}0000"),
        (None, None, None) => format!("{}{}00", a.get(..2)?, b.get(..2)?),
    })
}

/// Puts digits into a pattern such as `{up}{a:3-6}{b:3-6}`; `None` where it cannot be read or digits lack.
fn fill(pattern: &str, a: &str, b: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (word, behind) = after.split_once('}')?;
        rest = behind;
        let (which, span) = word.split_once(':').map_or((word, None), |(which, span)| (which, Some(span)));
        let whole = match which {
            "up" => common(a, b)?,
            "a" => a.to_owned(),
            "b" => b.to_owned(),
            _ => return None,
        };
        match span {
            None => out.push_str(&whole),
            Some(span) => {
                let (from, to) = span.split_once('-')?;
                let from = from.parse::<usize>().ok()?.checked_sub(1)?;
                out.push_str(whole.get(from..to.parse().ok()?)?);
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(code: &str, name: &str) -> Called {
        let level = DivisionLevel::of_code(code).unwrap();
        Called { code: code.into(), name: name.into(), short_name: None, level }
    }

    #[test]
    fn specific_parts() {
        for (name, part) in [
            ("官渡区", "官渡"),
            ("石林彝族自治县", "石林"),
            ("禄劝彝族苗族自治县", "禄劝"),
            ("寻甸回族彝族自治县", "寻甸"),
            ("安宁市", "安宁"),
            ("云南省", "云南"),
            ("广西壮族自治区", "广西"),
            ("新疆维吾尔自治区", "新疆"),
            ("城区", "城区"),
            ("东乡族自治县", "东乡族"),
            ("玉泉街道", "玉泉"),
            ("沙朗白族乡", "沙朗"),
            ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ] {
            // What is left has at least two letters.
            assert_eq!(specific(name), part, "{name}");
        }
    }

    #[test]
    fn lines_are_called_by_both_sides() {
        let (guan, pan) = (called("530111", "官渡区"), called("530103", "盘龙区"));
        assert_eq!(name(&guan, &pan, false), "官盘线");
        assert_eq!(name(&guan, &pan, true), "官渡盘龙线");
        assert_eq!(code(&guan, &pan).as_deref(), Some("53010001030111"));
        assert_eq!(code(&pan, &guan), code(&guan, &pan));
        let (dian, chuan) = (called("530000", "云南省"), called("510000", "四川省"));
        assert_eq!((name(&chuan, &dian, false), code(&dian, &chuan)), ("川滇线".into(), Some("5153".into())));
        let across = code(&called("530129", "寻甸回族彝族自治县"), &called("510422", "盐边县"));
        assert_eq!(across.as_deref(), Some("51530004220129"));
        let (one, two) = (called("530102001", "华山街道"), called("530102002", "护国街道"));
        assert_eq!(code(&one, &two).as_deref(), Some("530102001002"));
        let far = called("530103003", "拓东街道");
        assert_eq!(code(&one, &far).as_deref(), Some("53010001020010103003"));
        assert_eq!(code(&called("530102", "五华区"), &Called { code: "x".into(), ..pan }), None);
        assert_eq!(meeting(&[&guan, &dian, &one]), "官滇华三交点");
    }

    #[test]
    fn patterns_that_cannot_be_read_give_nothing() {
        for pattern in ["{c}", "{a:3}", "{a:0-2}", "{a:3-99}", "{a", "{a:4-2}"] {
            assert_eq!(fill(pattern, "530102", "530103"), None, "{pattern}");
        }
        assert_eq!(fill("L-{a:1-2}", "530102", "530103").as_deref(), Some("L-53"));
    }
}

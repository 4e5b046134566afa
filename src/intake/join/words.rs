//! Names as they are compared: plain signs, the specific part and the kind of unit, by `data/vocab/join.toml`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    limits: Limits,
    signs: Signs,
    unit: Vec<Unit>,
    columns: ColumnNames,
}

/// Bounds and thresholds of joining.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    /// slips allowed from so many characters on, rising
    typos: Vec<(usize, u32)>,
    /// records shown for a row that cannot be joined
    pub candidates: usize,
    /// how alike they must be at least
    pub least_score: f64,
    /// rows that are listed as unmatched
    pub listed: usize,
    /// comparisons of characters after which similar names are no longer looked for
    pub work: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    decisive: String,
    variants: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    #[expect(dead_code, reason = "says in the file what the endings stand for")]
    word: String,
    endings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnNames {
    division: Vec<String>,
}

/// What joining knows of names.
pub(super) struct Words {
    /// bounds and thresholds
    pub limits: Limits,
    decisive: HashSet<char>,
    variants: HashMap<char, char>,
    /// endings in characters and the unit they stand for, longest first
    endings: Vec<(Vec<char>, u8)>,
    division_columns: HashSet<String>,
}

/// A name as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct Spelled {
    /// all of it, without signs and spaces
    pub whole: Box<str>,
    /// all of it but what stands in brackets
    pub main: Box<[char]>,
    /// the specific part: without what stands in brackets and without the ending of its unit
    pub core: Box<[char]>,
    /// the kind of unit that the ending says
    pub unit: Option<u8>,
    /// what stands in brackets
    pub aside: Box<str>,
}

/// How alike two names are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likeness {
    /// 0 to 1
    pub score: f64,
    /// how it came about
    pub kind: Alike,
}

/// How two names are alike, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alike {
    /// the same but for signs and spaces
    Same,
    /// the same but for the ending of its unit
    Unit,
    /// one of them has something in brackets
    Aside,
    /// a former or a short name
    Other,
    /// a slip of the pen
    Typo,
    /// only similar
    Similar,
}

impl Alike {
    /// Whether nobody needs to be asked, if it is the only one.
    pub(super) fn is_enough(self) -> bool {
        self != Self::Similar
    }
}

impl Words {
    /// Those of the program, read once.
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    pub(super) fn get() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| {
            let raw: Raw = toml::from_str(include_str!("../../../data/vocab/join.toml")).expect("join.toml");
            Self::of(raw)
        })
    }

    fn of(raw: Raw) -> Self {
        let pairs: Vec<char> = raw.signs.variants.chars().collect();
        let mut endings: Vec<(Vec<char>, u8)> = Vec::new();
        for (at, unit) in raw.unit.iter().enumerate() {
            endings.extend(unit.endings.iter().map(|ending| (ending.chars().collect(), at as u8)));
        }
        endings.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.len()));
        let mut words = Self {
            limits: raw.limits,
            decisive: raw.signs.decisive.chars().map(|c| c.to_ascii_lowercase()).collect(),
            variants: pairs.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
            endings,
            division_columns: HashSet::new(),
        };
        words.division_columns = raw.columns.division.iter().map(|name| words.plain(name)).collect();
        words
    }

    /// Whether a column of that heading says in which division a row lies.
    pub(super) fn says_division(&self, heading: &str) -> bool {
        self.division_columns.contains(&self.plain(heading))
    }

    fn folded(&self, c: char) -> char {
        let plain = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '【' | '〔' => '(',
            '】' | '〕' => ')',
            c => c,
        };
        let plain = match plain {
            '[' | '{' | '<' => '(',
            ']' | '}' | '>' => ')',
            c => c.to_ascii_lowercase(),
        };
        self.variants.get(&plain).copied().unwrap_or(plain)
    }

    /// Without signs and spaces, letters small, characters simplified.
    pub(super) fn plain(&self, text: &str) -> String {
        text.chars().map(|c| self.folded(c)).filter(|c| c.is_alphanumeric()).collect()
    }

    /// A name taken apart.
    pub(super) fn spell(&self, name: &str) -> Spelled {
        let (mut main, mut aside, mut depth) = (Vec::new(), String::new(), 0_u32);
        for c in name.chars().map(|c| self.folded(c)) {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                c if !c.is_alphanumeric() => {}
                c if depth > 0 => aside.push(c),
                c => main.push(c),
            }
        }
        let whole = self.plain(name).into();
        if main.is_empty() {
            main = std::mem::take(&mut aside).chars().collect();
        }
        let all: Box<[char]> = main.clone().into();
        let unit = self.strip(&mut main, None);
        // 小石村村民委员会 is the committee of 小石村: an ending of the same unit goes too.
        while unit.is_some() && self.strip(&mut main, unit).is_some() {}
        Spelled { whole, main: all, core: main.into(), unit, aside: aside.into() }
    }

    fn strip(&self, name: &mut Vec<char>, only: Option<u8>) -> Option<u8> {
        let fits = |(ending, unit): &&(Vec<char>, u8)| {
            let least = if ending.len() == 1 { 2 } else { 1 };
            only.is_none_or(|only| only == *unit)
                && name.len() >= ending.len() + least
                && name.ends_with(ending)
        };
        let (ending, unit) = self.endings.iter().find(fits)?;
        name.truncate(name.len() - ending.len());
        Some(*unit)
    }

    /// How alike two names are; `Similar` with 0 at the least.
    pub(super) fn compare(&self, a: &Spelled, b: &Spelled) -> Likeness {
        let of = |score, kind| Likeness { score, kind };
        if a.whole == b.whole {
            return of(1.0, Alike::Same);
        }
        let units_meet = a.unit.is_none() || b.unit.is_none() || a.unit == b.unit;
        let asides_meet = a.aside == b.aside || a.aside.is_empty() || b.aside.is_empty();
        if units_meet && asides_meet {
            if a.core == b.core {
                return if a.aside == b.aside { of(0.97, Alike::Unit) } else { of(0.93, Alike::Aside) };
            }
            let most = self.typos(a.core.len().min(b.core.len()));
            let slips = distance(&a.core, &b.core, |c| self.decisive.contains(&c));
            if slips <= most {
                return of(0.92 - 0.04 * f64::from(slips), Alike::Typo);
            }
        }
        // 铁路新村 is what 铁路新村社区居民委员会 is called: its 村 is no ending.
        if a.aside == b.aside && (a.main == b.core || b.main == a.core) {
            return of(0.95, Alike::Unit);
        }
        let alike = |a: &[char], b: &[char]| {
            let longest = a.len().max(b.len()).max(1) as f64;
            1.0 - (f64::from(distance(a, b, |_| false)) / longest).min(1.0)
        };
        let contained = contains(&a.core, &b.core) || contains(&b.core, &a.core);
        // Where one ending is misspelt it is still there: 甲街到 is like 甲街道.
        let whole = if a.unit == b.unit { 0.0 } else { alike(&a.main, &b.main) };
        let score = alike(&a.core, &b.core).max(whole).max(if contained { 0.5 } else { 0.0 });
        of(score * if units_meet { 0.75 } else { 0.6 }, Alike::Similar)
    }

    /// The parts by which names are looked up: names that are alike have one in common.
    pub(super) fn handles<'b>(&self, name: &'b Spelled) -> impl Iterator<Item = &'b [char]> + use<'b> {
        let main = Some(&*name.main).filter(|main| **main != *name.core);
        std::iter::once(&*name.core).chain(main)
    }

    /// How many slips of the pen a specific part of that many characters may have.
    pub(super) fn typos(&self, length: usize) -> u32 {
        let fitting = self.limits.typos.iter().take_while(|(from, _)| *from <= length);
        fitting.last().map_or(0, |(_, slips)| *slips)
    }
}

fn contains(long: &[char], short: &[char]) -> bool {
    short.len() >= 2 && long.windows(short.len()).any(|part| part == short)
}

/// An edit that tells neighbours apart.
const FAR: u32 = 1000;
/// Longer names are compared up to here.
const LONGEST: usize = 64;

/// Optimal string alignment distance (Damerau's without overlaps), where an edit of a decisive character is no
/// small one. O(|a|·|b|), of the first 64 characters.
fn distance(a: &[char], b: &[char], decisive: impl Fn(char) -> bool) -> u32 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    let cost = |c: char| if decisive(c) { FAR } else { 1 };
    let mut before: Vec<u32> = Vec::new();
    let mut last: Vec<u32> = std::iter::once(0)
        .chain(b.iter().scan(0, |sum, c| {
            *sum += cost(*c);
            Some(*sum)
        }))
        .collect();
    for (i, x) in a.iter().enumerate() {
        let mut now = vec![last[0] + cost(*x)];
        for (j, y) in b.iter().enumerate() {
            let swap = if x == y { 0 } else { cost(*x).max(cost(*y)) };
            let mut best = (last[j] + swap).min(last[j + 1] + cost(*x)).min(now[j] + cost(*y));
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y && x != y {
                best = best.min(before[j - 1] + cost(*x).max(cost(*y)));
            }
            now.push(best);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> Alike {
        let words = Words::get();
        words.compare(&words.spell(a), &words.spell(b)).kind
    }

    #[test]
    fn names_meet_as_offices_write_them() {
        for (a, b, kind) in [
            ("虹山社区居民委员会", "虹山 社区居民委员会", Alike::Same),
            ("虹山社区（北）", "虹山社区(北)", Alike::Same),
            ("ＡＢ小区", "AB小区", Alike::Same),
            ("龍翔社區", "龙翔社区", Alike::Same),
            ("虹山社区居民委员会", "虹山社区", Alike::Unit),
            ("虹山", "虹山居委会", Alike::Unit),
            ("华山街道办事处", "华山街道", Alike::Unit),
            ("小石村村民委员会", "小石村委会", Alike::Unit),
            ("五华", "五华区", Alike::Unit),
            ("铁路新村", "铁路新村社区居民委员会", Alike::Unit),
            ("棕树营北区", "棕树营北区社区居委会", Alike::Unit),
            ("虹山社区（原虹山村）", "虹山社区", Alike::Aside),
            ("金鼎山社区", "金顶山社区居委会", Alike::Typo),
            ("大观商业城社区", "大观商城社区", Alike::Typo),
            ("江岸小区社区", "江岸区小社区", Alike::Similar),
            ("虹山社区", "虹山村", Alike::Similar),
            ("虹山社区(南)", "虹山社区(北)", Alike::Similar),
            ("新闻里社区", "新闻路社区", Alike::Typo),
            ("文林一社区", "文林二社区", Alike::Similar),
            ("西坝北社区", "西坝南社区", Alike::Similar),
            ("红云社区", "青云社区", Alike::Similar),
            ("", "虹山", Alike::Similar),
        ] {
            assert_eq!(alike(a, b), kind, "{a} {b}");
            assert_eq!(alike(b, a), kind, "{b} {a}");
        }
    }

    #[test]
    fn the_distance_is_that_of_the_plain_definition() {
        let naive = |a: &str, b: &str| {
            let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
            distance(&a, &b, |c| c == '一')
        };
        for (a, b, wanted) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abc", "", 3),
            ("ca", "abc", 3),
            ("甲乙丙", "乙丙", 1),
        ] {
            assert_eq!(naive(a, b), wanted, "{a} {b}");
        }
        assert!(naive("一里", "二里") >= FAR && naive("一里", "里") >= FAR);
        assert_eq!(naive("里一", "一里"), 2, "the other character is moved");
        assert_eq!(naive("一里", "一路"), 1);
    }

    #[test]
    fn division_columns_are_known_in_any_brackets() {
        let words = Words::get();
        assert!(words.says_division("街道（乡镇）") && words.says_division(" 所属街道 "));
        assert!(!words.says_division("人口"));
    }
}

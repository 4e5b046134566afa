//! The generic terms (通名) and the words by which names are divided, from `data/vocab/generics.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::names::NamesError;

const LIST: &str = include_str!("../../../data/vocab/generics.toml");
const NAME: &str = "data/vocab/generics.toml";

/// What kind of thing a name is of, as far as its spelling depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// 行政区划: 五华区, 西藏自治区
    Division,
    /// 街路巷
    Street,
    /// 自然村镇: one word
    Village,
    /// 水系
    Water,
    /// 陆地地形
    Land,
    /// 桥、站、港等交通设施
    Bridge,
    /// 建筑物、单位、游览地
    Facility,
    /// 社区、村民委员会等
    Committee,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Division,
        Self::Street,
        Self::Village,
        Self::Water,
        Self::Land,
        Self::Bridge,
        Self::Facility,
        Self::Committee,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Division => "division",
            Self::Street => "street",
            Self::Village => "village",
            Self::Water => "water",
            Self::Land => "land",
            Self::Bridge => "bridge",
            Self::Facility => "facility",
            Self::Committee => "committee",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCuts {
    terms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    street: String,
    land: String,
    inner: Vec<String>,
    own: Vec<String>,
    joined: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumbers {
    ordinal_before: Vec<String>,
    dates: Vec<String>,
    stems: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKnown {
    solid: Vec<String>,
    cut: Vec<String>,
    counties: String,
    cities: String,
    peoples: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    terms: BTreeMap<String, String>,
    cuts: RawCuts,
    words: RawWords,
    numbers: RawNumbers,
    known: RawKnown,
}

/// Generic terms and words.
pub struct Terms {
    /// class of each term, the first one of a class list that has it
    classes: HashMap<String, Vec<Class>>,
    longest: usize,
    silent: HashSet<String>,
    cuts: HashMap<String, Vec<usize>>,
    /// modifiers of one character, written with a street's term
    pub(super) street: HashSet<char>,
    /// and with a term of water or land
    pub(super) land: HashSet<char>,
    pub(super) inner: Vec<Vec<char>>,
    pub(super) own: Vec<Vec<char>>,
    pub(super) joined: Vec<Vec<char>>,
    pub(super) ordinal_before: HashSet<String>,
    pub(super) dates: Vec<Vec<char>>,
    pub(super) stems: Vec<Vec<char>>,
    pub(super) solid: HashSet<String>,
    known_cut: HashMap<String, Vec<usize>>,
    pub(super) counties: HashSet<char>,
    pub(super) cities: HashSet<String>,
    pub(super) peoples: Vec<Vec<char>>,
}

/// The terms that are compiled in.
pub fn terms() -> Result<&'static Terms, NamesError> {
    static TERMS: LazyLock<Result<Terms, NamesError>> = LazyLock::new(|| Terms::from_toml(LIST));
    TERMS.as_ref().map_err(|error| NamesError::Line { list: NAME, line: error.to_string() })
}

/// Words as characters, the longest first.
fn spelled<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Vec<char>> {
    let mut all: Vec<Vec<char>> = words.into_iter().map(|word| word.chars().collect()).collect();
    all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    all
}

impl Terms {
    /// Reads a list as `data/vocab/generics.toml` is written.
    pub fn from_toml(text: &str) -> Result<Self, NamesError> {
        let raw: Raw =
            toml::from_str(text).map_err(|error| NamesError::List { list: NAME, text: error.to_string() })?;
        let mut classes: HashMap<String, Vec<Class>> = HashMap::new();
        for class in Class::ALL {
            for term in raw.terms.get(class.word()).into_iter().flat_map(|list| list.split_whitespace()) {
                classes.entry(term.to_owned()).or_default().push(class);
            }
        }
        let strings = |list: &[String]| spelled(list.iter().map(String::as_str));
        let places = |cut: &String| {
            let sizes = cut.split('/').map(|word| word.chars().count());
            (cut.replace('/', ""), sizes.collect())
        };
        Ok(Self {
            longest: classes.keys().map(|term| term.chars().count()).max().unwrap_or_default(),
            classes,
            silent: raw
                .terms
                .get("silent")
                .into_iter()
                .flat_map(|list| list.split_whitespace())
                .map(str::to_owned)
                .collect(),
            cuts: raw.cuts.terms.iter().map(places).collect(),
            street: raw.words.street.chars().collect(),
            land: raw.words.land.chars().collect(),
            inner: strings(&raw.words.inner),
            own: strings(&raw.words.own),
            joined: strings(&raw.words.joined),
            ordinal_before: raw.numbers.ordinal_before.into_iter().collect(),
            dates: strings(&raw.numbers.dates),
            stems: strings(&raw.numbers.stems),
            solid: raw.known.solid.into_iter().collect(),
            known_cut: raw.known.cut.iter().map(places).collect(),
            counties: raw.known.counties.chars().collect(),
            cities: raw.known.cities.split_whitespace().map(str::to_owned).collect(),
            peoples: spelled(raw.known.peoples.split_whitespace()),
        })
    }

    /// Lengths of the words of a name that is known to be cut so.
    pub(super) fn known(&self, name: &str) -> Option<&[usize]> {
        self.known_cut.get(name).map(Vec::as_slice)
    }

    /// Lengths of the words of a term.
    pub(super) fn cut(&self, term: &str) -> Vec<usize> {
        self.cuts.get(term).cloned().unwrap_or_else(|| vec![term.chars().count()])
    }

    /// The longest term at the end of a name, shorter than it, and its class; only terms of `wanted` where that
    /// is given.
    pub(in crate::names) fn term(&self, name: &[char], wanted: Option<Class>) -> Option<(usize, Class)> {
        let longest = self.longest.min(name.len().saturating_sub(1));
        (1..=longest).rev().find_map(|length| {
            let term: String = name[name.len() - length..].iter().collect();
            let classes = self.classes.get(&term)?;
            match wanted {
                Some(class) => classes.contains(&class).then_some((length, class)),
                None if length == 1 && self.silent.contains(&term) => Some((length, Class::Village)),
                // What a village may end with is a village, but where other classes have it first.
                None if length == 1 && classes.contains(&Class::Village) => Some((length, Class::Village)),
                None => classes.first().map(|class| (length, *class)),
            }
        })
    }
}

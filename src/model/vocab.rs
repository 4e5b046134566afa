//! Labels and code lists, compiled in from `data/vocab`.
//!
//! `layers.toml` and `fields.toml` give every layer and field its Chinese and English title and the
//! other names under which files bring it; `codes.toml` gives the code lists, `relations.toml` the words
//! for records along a field that points at others.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Bilingual;

/// Title of a layer or a field and the names under which files bring it.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// what people read
    pub title: Bilingual,
    /// one sentence of help, if there is any
    pub help: Option<Bilingual>,
    /// other names in files, lower case
    pub aliases: Vec<String>,
}

/// A code list.
#[derive(Clone, Debug, Default)]
pub struct CodeList {
    /// what people read
    pub title: Bilingual,
    /// whether an office may use words of its own
    pub open: bool,
    /// the values in order
    pub values: Vec<CodeValue>,
    by_word: HashMap<String, usize>,
}

/// One value of a code list.
#[derive(Clone, Debug)]
pub struct CodeValue {
    /// what is stored
    pub code: String,
    /// what people read
    pub title: Bilingual,
}

impl CodeList {
    /// Whether the code may be stored.
    pub fn admits(&self, code: &str) -> bool {
        self.open || self.get(code).is_some()
    }

    /// A value by its code.
    pub fn get(&self, code: &str) -> Option<&CodeValue> {
        self.by_word.get(code).map(|&at| &self.values[at]).filter(|value| value.code == code)
    }

    /// The code for a word as files bring it: code, title in either language or alias, in any case.
    pub fn code_of(&self, word: &str) -> Option<&str> {
        let word = word.trim();
        let at = self.by_word.get(word).or_else(|| self.by_word.get(&word.to_lowercase()))?;
        Some(&self.values[*at].code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabel {
    zh: String,
    en: String,
    #[serde(default)]
    aliases: Vec<String>,
    help_zh: Option<String>,
    help_en: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    zh: String,
    en: String,
    #[serde(default)]
    open: bool,
    /// code, Chinese, English, then other words for it
    values: Vec<Vec<String>>,
}

/// What records call each other along a field that points at another record.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// the record pointed at
    pub to: Bilingual,
    /// those that point
    pub from: Bilingual,
}

struct Vocab {
    layers: HashMap<String, Label>,
    fields: HashMap<String, HashMap<String, Label>>,
    lists: HashMap<String, CodeList>,
    relations: HashMap<String, HashMap<String, Relation>>,
    members: HashMap<String, HashMap<String, HashMap<String, Bilingual>>>,
}

impl From<RawLabel> for Label {
    fn from(raw: RawLabel) -> Self {
        Self {
            title: Bilingual::new(raw.zh, raw.en),
            help: raw.help_zh.map(|zh| Bilingual::new(zh, raw.help_en.unwrap_or_default())),
            aliases: raw.aliases.into_iter().map(|alias| alias.to_lowercase()).collect(),
        }
    }
}

impl From<RawList> for CodeList {
    fn from(raw: RawList) -> Self {
        let mut list = Self { title: Bilingual::new(raw.zh, raw.en), open: raw.open, ..Self::default() };
        for words in raw.values {
            let mut words = words.into_iter();
            let (code, zh, en) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            let at = list.values.len();
            for word in [code.clone(), zh.clone(), en.to_lowercase()].into_iter().chain(words) {
                list.by_word.entry(word.to_lowercase()).or_insert(at);
                list.by_word.entry(word).or_insert(at);
            }
            list.values.push(CodeValue { code, title: Bilingual::new(zh, en) });
        }
        list
    }
}

#[expect(clippy::expect_used, reason = "the files are compiled in and a test reads them")]
fn vocab() -> &'static Vocab {
    static VOCAB: OnceLock<Vocab> = OnceLock::new();
    VOCAB.get_or_init(|| {
        let layers: HashMap<String, RawLabel> =
            toml::from_str(include_str!("../../data/vocab/layers.toml")).expect("layers.toml");
        let fields: HashMap<String, HashMap<String, RawLabel>> =
            toml::from_str(include_str!("../../data/vocab/fields.toml")).expect("fields.toml");
        let lists: HashMap<String, RawList> =
            toml::from_str(include_str!("../../data/vocab/codes.toml")).expect("codes.toml");
        let relations =
            toml::from_str(include_str!("../../data/vocab/relations.toml")).expect("relations.toml");
        let members = toml::from_str(include_str!("../../data/vocab/members.toml")).expect("members.toml");
        Vocab {
            relations,
            members,
            layers: layers.into_iter().map(|(name, raw)| (name, raw.into())).collect(),
            fields: fields
                .into_iter()
                .map(|(layer, raw)| (layer, raw.into_iter().map(|(n, r)| (n, r.into())).collect()))
                .collect(),
            lists: lists.into_iter().map(|(name, raw)| (name, raw.into())).collect(),
        }
    })
}

/// Label of a layer; an empty one for a name that is no layer's.
pub fn layer(name: &str) -> &'static Label {
    static NONE: OnceLock<Label> = OnceLock::new();
    vocab().layers.get(name).unwrap_or_else(|| NONE.get_or_init(Label::default))
}

/// Label of a field of a layer, or of a common field; an empty one where there is none.
pub fn field(layer: &str, name: &str) -> &'static Label {
    static NONE: OnceLock<Label> = OnceLock::new();
    let fields = &vocab().fields;
    [layer, "common"]
        .iter()
        .find_map(|group| fields.get(*group)?.get(name))
        .unwrap_or_else(|| NONE.get_or_init(Label::default))
}

/// The words along a field of a layer that points at other records; empty ones where there are none.
pub fn relation(layer: &str, field: &str) -> &'static Relation {
    static NONE: OnceLock<Relation> = OnceLock::new();
    let found = vocab().relations.get(layer).and_then(|fields| fields.get(field));
    found.unwrap_or_else(|| NONE.get_or_init(Relation::default))
}

/// Title of a member of the objects in a list; empty where there is none.
pub fn member(layer: &str, field: &str, member: &str) -> Bilingual {
    let fields = vocab().members.get(layer).and_then(|fields| fields.get(field));
    fields.and_then(|members| members.get(member)).cloned().unwrap_or_default()
}

static LOCAL: OnceLock<HashMap<String, CodeList>> = OnceLock::new();

/// Adds an office's own values to code lists, by the name of the list: once in the life of the program, before the
/// lists are used. A code that is there already gets the office's title. Each value is code, Chinese, English, then
/// other words for it. `false` where that was done before.
pub fn add_local(values: HashMap<String, Vec<Vec<String>>>) -> bool {
    let mut lists = HashMap::new();
    for (name, more) in values {
        let Some(ours) = vocab().lists.get(&name) else { continue };
        let mut all: Vec<Vec<String>> = Vec::new();
        let own: std::collections::HashSet<&str> =
            more.iter().filter_map(|words| words.first()).map(String::as_str).collect();
        for value in ours.values.iter().filter(|value| !own.contains(value.code.as_str())) {
            let aliases = ours.by_word.iter().filter(|(_, at)| ours.values[**at].code == value.code);
            let mut aliases: Vec<String> = aliases.map(|(word, _)| word.clone()).collect();
            aliases.sort();
            let mut words = vec![value.code.clone(), value.title.zh.clone(), value.title.en.clone()];
            words.extend(aliases);
            all.push(words);
        }
        all.extend(more);
        all.sort();
        lists.insert(
            name,
            RawList { zh: ours.title.zh.clone(), en: ours.title.en.clone(), open: ours.open, values: all }
                .into(),
        );
    }
    LOCAL.set(lists).is_ok()
}

/// A code list; an empty open one for an unknown name.
pub fn list(name: &str) -> &'static CodeList {
    static NONE: OnceLock<CodeList> = OnceLock::new();
    if let Some(own) = LOCAL.get().and_then(|lists| lists.get(name)) {
        return own;
    }
    vocab()
        .lists
        .get(name)
        .unwrap_or_else(|| NONE.get_or_init(|| CodeList { open: true, ..CodeList::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{COMMON_FIELDS, FieldKind, ItemKind, Layer, LayerDef};

    #[test]
    fn every_layer_field_and_list_has_its_words_in_both_languages() {
        let mut missing = Vec::new();
        let mut check = |what: String, title: &Bilingual| {
            if title.zh.is_empty() || title.en.is_empty() {
                missing.push(what);
            }
        };
        for layer_id in Layer::ALL {
            let def: &LayerDef = layer_id.def();
            check(def.name.into(), &layer(def.name).title);
            for field_def in COMMON_FIELDS.iter().chain(def.fields) {
                check(format!("{}.{}", def.name, field_def.name), &field(def.name, field_def.name).title);
                if field_def.refers.is_some() {
                    let relation = relation(def.name, field_def.name);
                    check(format!("{}.{} to", def.name, field_def.name), &relation.to);
                    check(format!("{}.{} from", def.name, field_def.name), &relation.from);
                }
                if let FieldKind::List(ItemKind::Object(members)) = field_def.kind {
                    for one in members {
                        check(
                            format!("{}.{}.{}", def.name, field_def.name, one.name),
                            &member(def.name, field_def.name, one.name),
                        );
                        let known = one.list.is_none_or(|name| !list(name).values.is_empty());
                        assert!(known, "{}.{}", field_def.name, one.name);
                    }
                }
                if let Some(name) = field_def.list {
                    check(format!("list {name}"), &list(name).title);
                    for value in &list(name).values {
                        check(format!("{name}.{}", value.code), &value.title);
                    }
                }
            }
        }
        assert!(missing.is_empty(), "without words: {missing:?}");
    }

    #[test]
    fn no_relation_is_left_for_a_field_that_points_at_nothing() {
        for (group, fields) in &vocab().relations {
            let layer: Layer = group.parse().unwrap();
            for name in fields.keys() {
                assert!(layer.def().field(name).is_some_and(|f| f.refers.is_some()), "{group}.{name}");
            }
        }
    }

    #[test]
    fn no_title_is_left_for_a_member_that_is_gone() {
        for (group, fields) in &vocab().members {
            let layer: Layer = group.parse().unwrap();
            for (name, titles) in fields {
                let Some(FieldKind::List(ItemKind::Object(members))) =
                    layer.def().field(name).map(|field| field.kind)
                else {
                    panic!("{group}.{name} holds no objects");
                };
                for title in titles.keys() {
                    assert!(members.iter().any(|member| member.name == title), "{group}.{name}.{title}");
                }
            }
        }
    }

    #[test]
    fn no_label_is_left_for_a_field_that_is_gone() {
        for (group, labels) in &vocab().fields {
            for name in labels.keys() {
                let known = match group.parse::<Layer>() {
                    Ok(layer_id) => layer_id.def().field(name).is_some(),
                    Err(_) => {
                        group == "common" && ["id", "version", "extra", "geom"].contains(&name.as_str())
                            || COMMON_FIELDS.iter().any(|f| f.name == name)
                    }
                };
                assert!(known, "{group}.{name}");
            }
        }
    }
}

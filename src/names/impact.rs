//! What a renaming touches (更名影响): the records of the thing itself, signs, plates, addresses and texts that say
//! its name, and what is named after it; with the concordance of old and new.
//!
//! Nothing is changed here. What is sure follows from codes; what only has the same words is for a person to look at.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::NamesError;
use super::checks::{Inventory, NameClass};
use super::spelling::terms;
use crate::model::{Bilingual, Date, FieldKind, Layer, Record, RecordId, Secrecy, Value, geometry};
use crate::snapshot::Snapshot;

/// Touched records that are listed at most; all are counted.
pub const MOST: usize = 200_000;

/// How something is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Touch {
    /// the thing itself, in one of its records
    Own,
    /// a sign
    Sign,
    /// a door plate
    Plate,
    /// an address of a compound, building or facility
    Address,
    /// a division's seat or bounds
    Division,
    /// another text that says the name
    Text,
    /// something named after it: a person decides whether it goes along
    Derived,
}

impl Touch {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Own, Self::Sign, Self::Plate, Self::Address, Self::Division, Self::Text, Self::Derived];

    /// What people call it.
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Own => ("名称本身", "the name itself"),
            Self::Sign => ("地名标志", "signs"),
            Self::Plate => ("门楼牌", "door plates"),
            Self::Address => ("地址", "addresses"),
            Self::Division => ("区划的驻地、四至", "seats and bounds of divisions"),
            Self::Text => ("其他文字", "other texts"),
            Self::Derived => ("派生地名", "named after it"),
        };
        Bilingual::new(zh, en)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Sign => "sign",
            Self::Plate => "plate",
            Self::Address => "address",
            Self::Division => "division",
            Self::Text => "text",
            Self::Derived => "derived",
        }
    }
}

/// One text that would change.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Touched {
    /// how
    pub touch: Touch,
    /// layer of the record
    pub layer: &'static str,
    /// the record
    pub record: String,
    /// its business code
    pub code: Option<String>,
    /// the field
    pub field: &'static str,
    /// as it is
    pub old: String,
    /// as it would be
    pub new: String,
    /// whether it is surely meant: by its code, not by its words only
    pub sure: bool,
    /// longitude and latitude
    pub at: Option<[f64; 2]>,
}

/// What a renaming touches.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Impact {
    /// the name that it has
    pub from: String,
    /// the name that it would have
    pub to: String,
    /// its class
    pub class: Option<NameClass>,
    /// how many, by kind
    pub counts: BTreeMap<String, usize>,
    /// by kind, layer and code
    pub touched: Vec<Touched>,
}

/// What a thing is known by.
struct Thing {
    from: String,
    to: String,
    records: HashSet<(Layer, RecordId)>,
    codes: HashSet<String>,
    /// its specific part and what takes its place
    specific: Option<(String, String)>,
}

/// What would be touched if a record were called otherwise; `None` where it has no name on the day. `show` is the
/// highest class of secrecy that may be told.
pub fn impact(
    (snapshot, inventory): (&Snapshot, &Inventory),
    (layer, id): (Layer, RecordId),
    to: &str,
    (day, show): (Date, Secrecy),
) -> Result<Option<Impact>, NamesError> {
    let Some(record) = snapshot.layer(layer).get(id, day).filter(|record| record.secrecy <= show) else {
        return Ok(None);
    };
    let Some(from) = record.label().map(str::to_owned) else { return Ok(None) };
    let entries = inventory.of_record(layer, id);
    let class = entries.clone().next().map(|nth| inventory.entry(nth).class);
    let things: HashSet<u32> = entries.map(|nth| inventory.thing(nth)).collect();
    let mut records: HashSet<(Layer, RecordId)> = HashSet::from([(layer, id)]);
    for nth in inventory.written(&compared(&from, class)) {
        if things.contains(&inventory.thing(nth)) {
            let entry = inventory.entry(nth);
            records.insert((entry.layer, entry.id));
            records
                .insert((if entry.layer == Layer::Name { Layer::Place } else { entry.layer }, entry.owner));
        }
    }
    let codes = records.iter().filter_map(|(layer, id)| snapshot.layer(*layer).get(*id, day));
    let codes = codes.flat_map(|record| [record.code.as_deref(), record.text("place_code")]);
    let codes: HashSet<String> = codes.flatten().map(str::to_owned).collect();
    let to = to.trim().to_owned();
    let specific = match class {
        Some(class) => {
            let cut = |name: &str| super::checks::specific(name, class, terms());
            cut(&from)?.zip(cut(&to)?).filter(|(old, new)| old.chars().count() > 1 && old != new)
        }
        None => None,
    };
    let thing = Thing { from, to, records, codes, specific };
    let mut touched: Vec<Touched> = Vec::new();
    for layer in Layer::ALL {
        let held = snapshot.layer(*layer).iter();
        for record in held.filter(|record| record.valid.contains(day) && record.secrecy <= show) {
            thing.look(record, &mut touched);
        }
    }
    touched.sort_by(|a, b| {
        (a.touch, a.layer, &a.code, &a.record, a.field).cmp(&(b.touch, b.layer, &b.code, &b.record, b.field))
    });
    let mut counts = BTreeMap::new();
    touched.iter().for_each(|one| *counts.entry(one.touch.word().to_owned()).or_default() += 1);
    touched.truncate(MOST);
    Ok(Some(Impact { from: thing.from, to: thing.to, class, counts, touched }))
}

fn compared(name: &str, class: Option<NameClass>) -> String {
    super::checks::compared(name, class.unwrap_or(NameClass::Facility))
}

impl Thing {
    fn look(&self, record: &Arc<Record>, touched: &mut Vec<Touched>) {
        let own = self.records.contains(&(record.layer, record.id));
        let label = record.layer.def().label_field();
        for (at, value) in record.fields.iter() {
            let Value::Text(text) = value else { continue };
            let Some(field) = record.layer.def().fields.get(at) else { continue };
            let is_text = field.kind == FieldKind::Text && field.list.is_none();
            if !is_text || field.name.ends_with("_code") || field.name == "original_address" {
                continue;
            }
            let named = label == Some(at);
            if text.contains(&self.from) {
                let touch = self.touch(record, field.name, (own, named, text.as_ref() == self.from));
                let sure = own || self.is_of(record);
                if sure || !self.is_of_another(record) {
                    let new = text.replace(&self.from, &self.to);
                    touched.push(one(record, (touch, sure), field.name, text, new));
                }
            } else if named
                && !own
                && let Some((old, new)) = &self.specific
                && text.starts_with(old.as_str())
                && !matches!(record.layer, Layer::Sign | Layer::DoorPlate)
            {
                let new = text.replacen(old.as_str(), new, 1);
                touched.push(one(record, (Touch::Derived, false), field.name, text, new));
            }
        }
    }

    fn touch(&self, record: &Record, field: &str, (own, named, whole): (bool, bool, bool)) -> Touch {
        match record.layer {
            _ if own && named => Touch::Own,
            Layer::Sign => Touch::Sign,
            Layer::DoorPlate => Touch::Plate,
            _ if field.contains("address") => Touch::Address,
            Layer::Division if !named => Touch::Division,
            _ if named && !whole => Touch::Derived,
            _ => Touch::Text,
        }
    }

    /// Whether a sign or plate refers to the thing by its code.
    fn is_of(&self, record: &Record) -> bool {
        self.codes_of(record).any(|code| self.codes.contains(code))
    }

    /// Whether it refers to another thing.
    fn is_of_another(&self, record: &Record) -> bool {
        !self.codes.is_empty() && self.codes_of(record).next().is_some()
    }

    fn codes_of<'r>(&self, record: &'r Record) -> impl Iterator<Item = &'r str> {
        let signs = matches!(record.layer, Layer::Sign | Layer::DoorPlate);
        ["road_code", "place_code"].into_iter().filter(move |_| signs).filter_map(|field| record.text(field))
    }
}

fn one(
    record: &Record,
    (touch, sure): (Touch, bool),
    field: &'static str,
    old: &str,
    new: String,
) -> Touched {
    let at = record.geometry.as_deref().and_then(geometry::bounds).map(|bounds| bounds.center());
    Touched {
        touch,
        layer: record.layer.name(),
        record: record.id.to_string(),
        code: record.code.as_deref().map(str::to_owned),
        field,
        old: old.to_owned(),
        new,
        sure,
        at: at.map(geometry::round).map(|at| [at.x, at.y]),
    }
}

/// The columns of a table of what is touched: name on the wire, title in both languages, kind.
pub fn columns() -> [(&'static str, Bilingual, FieldKind); 10] {
    let text = |name, zh, en| (name, Bilingual::new(zh, en), FieldKind::Text);
    [
        text("touch", "影响", "How"),
        text("layer", "图层", "Layer"),
        text("code", "代码", "Code"),
        text("field", "字段", "Field"),
        text("old", "原", "Old"),
        text("new", "新", "New"),
        text("sure", "依据", "Because of"),
        ("lon", Bilingual::new("经度", "Longitude"), FieldKind::Real),
        ("lat", Bilingual::new("纬度", "Latitude"), FieldKind::Real),
        text("record", "记录", "Record"),
    ]
}

/// The cells of a row, in the order of [`columns`].
pub fn row(one: &Touched, language: crate::model::Language) -> Vec<serde_json::Value> {
    use serde_json::Value as Json;
    let layer = Layer::ALL.iter().find(|layer| layer.name() == one.layer);
    let titled = |text: Bilingual| Json::from(text.get(language));
    let (zh, en) = if one.sure {
        ("代码", "its code")
    } else {
        ("文字相同，请核对", "its words, to be confirmed")
    };
    let place = |at: usize| one.at.map_or(Json::Null, |point| Json::from(point[at]));
    vec![
        titled(one.touch.title()),
        layer.map_or(Json::Null, |layer| titled(layer.def().title())),
        Json::from(one.code.as_deref()),
        titled(crate::model::vocab::field(one.layer, one.field).title.clone()),
        Json::from(one.old.as_str()),
        Json::from(one.new.as_str()),
        titled(Bilingual::new(zh, en)),
        place(0),
        place(1),
        Json::from(one.record.as_str()),
    ]
}

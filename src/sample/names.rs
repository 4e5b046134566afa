//! Places and the names they have, had and will have.

use geo_types::Coord;

use super::compounds::{Home, roman};
use super::facts::{NameFact, toneless};
use super::ledger::{Entry, Ledger, line, point};
use super::mesh::Kind;
use super::renaming::Renaming;
use super::streets::Street;
use super::town::Town;
use crate::model::layers::{Name, NameEvent, Place, PlaceExtent};
use crate::model::{Date, RecordId};

/// The code of a street's place.
pub(super) fn place_code(street_code: &str) -> String {
    format!("DM{street_code}")
}

/// Writes places with their names.
pub(super) fn write(
    town: &Town,
    streets: &[Street],
    homes: &[Home],
    renamings: &[Renaming],
    ledger: &mut Ledger,
) {
    for street in streets.iter().filter(|street| street.own) {
        if let Some(name) = street.name {
            write_street(town, street, name, renamings, ledger);
        }
    }
    write_divisions(town, ledger);
    write_homes(town, homes, ledger);
    write_sights(town, ledger);
}

fn place(
    name: &str,
    category: Option<&str>,
    roman: Option<String>,
    code: &str,
    divisions: Vec<String>,
) -> Place {
    Place {
        category: category.map(Into::into),
        place_code: Some(code.into()),
        roman,
        division_codes: divisions,
        survey_method: Some("演示合成".into()),
        ..Place::named(name)
    }
}

fn event(kind: &str, date: Option<Date>, document: &str) -> NameEvent {
    NameEvent {
        kind: kind.into(),
        date: date.map(|date| date.to_string()).unwrap_or_default(),
        authority: "五华区人民政府（演示）".into(),
        document: document.into(),
        ..NameEvent::default()
    }
}

/// A name with what all have.
fn name(fact: NameFact, place: RecordId, kind: &str, status: &str) -> Name {
    Name {
        place_id: Some(place.to_string()),
        kind: Some(kind.into()),
        status: Some(status.into()),
        specific: Some(fact.specific.into()).filter(|text: &String| !text.is_empty()),
        generic: Some(fact.generic.into()).filter(|text: &String| !text.is_empty()),
        roman: Some(toneless(fact.pinyin)),
        pinyin_toned: Some(fact.pinyin.into()),
        reading_reviewed: Some(true),
        language: Some("汉语".into()),
        ..Name::of(fact.name)
    }
}

fn write_street(
    town: &Town,
    street: &Street,
    current: NameFact,
    renamings: &[Renaming],
    ledger: &mut Ledger,
) {
    let shape = town.mesh.chain(&street.sides);
    let middle: Coord = shape.0[shape.0.len() / 2];
    let code = place_code(&street.code);
    let category = if street.kind == Kind::TownshipRoad { "23214" } else { "23400" };
    let record =
        place(current.name, Some(category), Some(toneless(current.pinyin)), &code, vec![town.county.clone()]);
    let id = ledger.add(record, Entry::at(code.clone(), point(middle)));
    if street.kind <= Kind::Arterial {
        let extent = PlaceExtent {
            place_id: Some(id.to_string()),
            kind: Some("centre_line".into()),
            survey_method: Some("演示合成".into()),
        };
        ledger.add(extent, Entry::at(format!("{code}-1"), line(shape)));
    }
    let renaming = renamings.iter().find(|renaming| renaming.street_code == street.code);
    let approved = Date::new(1985 + (street.code.len() as i16 + current.name.len() as i16) % 30, 6, 1);
    let mut standard = name(current, id, "standard", "standard");
    standard.events.push(event("approved", approved, "演示地名批复"));
    match renaming {
        Some(renaming) if !renaming.versioned => {
            standard.events = vec![
                event("approved", renaming.from, "演示更名批复"),
                event("announced", renaming.from.map(|day| day.plus_days(12)), "演示公告"),
                event("filed", renaming.from.map(|day| day.plus_days(14)), "演示备案"),
            ];
            let mut former = name(renaming.old, id, "former", "former");
            former.events.push(event("cancelled", renaming.from, "演示更名批复"));
            ledger.add(former, Entry::coded(format!("{code}-N2")));
        }
        _ => {}
    }
    ledger.add(standard, Entry::coded(format!("{code}-N1")));
}

fn write_divisions(town: &Town, ledger: &mut Ledger) {
    for (at, street) in town.streets.iter().enumerate() {
        let centre = town.terrain.place(town.heart(&street.faces));
        let code = format!("DM{}", street.code);
        let record = place(
            street.name,
            Some("21500"),
            Some(toneless(street.pinyin)),
            &code,
            vec![street.code.clone()],
        );
        let id = ledger.add(record, Entry::at(code.clone(), point(centre)));
        let generic = if street.name.ends_with("街道") { "街道" } else { "开发区" };
        let specific = street.name.trim_end_matches(generic);
        let fact = NameFact { name: street.name, specific, generic, pinyin: street.pinyin };
        let mut standard = name(fact, id, "standard", "standard");
        standard.events.push(event("approved", Date::new(2004, 10, 1 + at as i8), "演示设立批复"));
        ledger.add(standard, Entry::coded(format!("{code}-N1")));
        if generic == "开发区" {
            let short = NameFact {
                name: "昆明高新区",
                specific: "昆明",
                generic: "高新区",
                pinyin: "Kūnmíng Gāoxīnqū",
            };
            ledger.add(name(short, id, "short", "short"), Entry::coded(format!("{code}-N2")));
        }
    }
    for community in &town.communities {
        let centre = town.terrain.place(community.centre);
        let code = format!("DM{}", community.code);
        let record = place(
            community.short,
            Some("21620"),
            Some(toneless(community.pinyin)),
            &code,
            vec![community.code.clone()],
        );
        let id = ledger.add(record, Entry::at(code.clone(), point(centre)));
        let specific = community.short.trim_end_matches("社区");
        let fact = NameFact { name: community.short, specific, generic: "社区", pinyin: community.pinyin };
        ledger.add(name(fact, id, "standard", "standard"), Entry::coded(format!("{code}-N1")));
    }
}

fn write_homes(town: &Town, homes: &[Home], ledger: &mut Ledger) {
    for (nth, home) in homes.iter().filter(|home| home.fact.is_some()).enumerate() {
        let Some(fact) = home.fact else { continue };
        let category = if home.kind == "natural_village" { "22200" } else { "22100" };
        let code = format!("DM{}", home.code);
        let divisions = home.community.map(|at| town.communities[at].code.clone()).into_iter().collect();
        let record = place(&home.name, Some(category), roman(home), &code, divisions);
        let at = home.gates.first().copied().unwrap_or_else(|| town.terrain.place(home.centre));
        let id = ledger.add(record, Entry::at(code.clone(), point(at)));
        let mut standard = name(fact, id, "standard", "standard");
        if nth % 9 == 4 && home.kind != "natural_village" {
            // Sold under another name than the approved one.
            let alias = Name {
                text: format!("{}（楼盘推广名）", fact.specific),
                ..name(fact, id, "planned", "alias")
            };
            ledger.add(Name { roman: None, pinyin_toned: None, ..alias }, Entry::coded(format!("{code}-N2")));
        }
        standard.events.push(event(
            "approved",
            Date::new(1998 + (nth % 24) as i16, 4, 1 + (nth % 28) as i8),
            "演示命名批复",
        ));
        ledger.add(standard, Entry::coded(format!("{code}-N1")));
    }
}

/// Places everyone knows, with more than one name.
fn write_sights(town: &Town, ledger: &mut Ledger) {
    /// Name, its two parts, pinyin, place in the plane, other names.
    type Sight = (&'static str, &'static str, &'static str, &'static str, f64, f64, &'static [&'static str]);
    const SIGHTS: &[Sight] = &[
        ("翠湖", "翠", "湖", "Cuì Hú", 250.0, 1_450.0, &["菜海子", "九龙池"]),
        ("圆通山", "圆通", "山", "Yuántōng Shān", 1_150.0, 1_750.0, &["螺峰山"]),
        ("盘龙江", "盘龙", "江", "Pánlóng Jiāng", 1_720.0, 400.0, &["滇池河"]),
        ("大观河", "大观", "河", "Dàguān Hé", -1_800.0, 150.0, &["篆塘河"]),
    ];
    for (nth, &(text, specific, generic, pinyin, x, y, others)) in SIGHTS.iter().enumerate() {
        let code = format!("DM{}Z{:03}", town.county, nth + 1);
        let mut record = place(text, None, Some(toneless(pinyin)), &code, vec![town.county.clone()]);
        record.protection_class = Some("county".into());
        let id =
            ledger.add(record, Entry::at(code.clone(), point(town.terrain.place(super::plane::p(x, y)))));
        let fact = NameFact { name: text, specific, generic, pinyin };
        ledger.add(name(fact, id, "standard", "standard"), Entry::coded(format!("{code}-N1")));
        for (at, other) in others.iter().enumerate() {
            let status = if at == 0 { "former" } else { "historic" };
            let fact = NameFact { name: other, specific: "", generic: "", pinyin: "" };
            let other = Name {
                roman: None,
                pinyin_toned: None,
                reading_reviewed: None,
                ..name(fact, id, status, status)
            };
            ledger.add(other, Entry::coded(format!("{code}-N{}", at + 2)));
        }
    }
}

//! The chain of divisions: province, prefecture, counties, streets, communities, as unions of blocks.

use geo_types::MultiPolygon;

use super::facts::{self, DivisionFact, toneless};
use super::ledger::{Entry, Ledger, area};
use super::skeleton::Owner;
use super::terrain::ring_area;
use super::town::Town;
use crate::model::Date;
use crate::model::layers::{Division, DivisionLevel};

/// Area in km², to the square metre, holes taken off.
pub(super) fn square_kilometres(polygons: &MultiPolygon) -> f64 {
    let rings = polygons.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let square_metres: f64 = rings.map(|ring| ring_area(&ring.0)).sum();
    square_metres.round() / 1e6
}

/// Writes all divisions of a district; the province, the prefecture and the neighbours with the first.
pub(super) fn write(town: &Town, ledger: &mut Ledger) {
    let all = facts::divisions();
    let faces_of = |wanted: &dyn Fn(Owner) -> bool| -> Vec<usize> {
        (0..town.mesh.faces.len()).filter(|&face| wanted(town.owner(face))).collect()
    };
    for fact in all.iter().filter(|fact| fact.code.len() == 6) {
        let level = DivisionLevel::of_code(fact.code).unwrap_or(DivisionLevel::County);
        let own = fact.code == "530102";
        if town.tile > 0 && !own {
            continue;
        }
        let faces = match fact.code {
            "530102" => town.district_faces(),
            "530103" => faces_of(&|owner| owner == Owner::East),
            "530112" => faces_of(&|owner| owner == Owner::West),
            _ => faces_of(&|_| true),
        };
        let polygons = town.mesh.union(faces);
        let kind = match level {
            DivisionLevel::Province => "province",
            DivisionLevel::Prefecture => "prefecture_city",
            _ => "district",
        };
        let mut division = of_fact(fact, town, level, kind, &polygons);
        let mut entry = Entry::at(town.code(fact.code), area(polygons));
        if town.tile > 0 {
            division.name = format!("{}（演示{}）", fact.name, town.tile + 1);
            division.parent_code = None;
        }
        if !own {
            entry = entry.remark("演示范围：仅含五华区及相邻两区的合成区域");
        }
        ledger.add(division, entry);
    }
    write_streets(town, ledger, &all);
    write_communities(town, ledger, &all);
}

fn of_fact(
    fact: &DivisionFact,
    town: &Town,
    level: DivisionLevel,
    kind: &str,
    polygons: &MultiPolygon,
) -> Division {
    Division {
        parent_code: Some(town.code(fact.parent)).filter(|code| !code.is_empty()),
        kind: Some(kind.into()),
        short_name: Some(fact.short.into()).filter(|short: &String| !short.is_empty()),
        roman: Some(toneless(fact.pinyin)),
        pinyin_toned: Some(fact.pinyin.into()),
        code_system: Some(if town.tile == 0 { "statistical" } else { "local" }.into()),
        code_year: Some(2023),
        area_km2: Some(square_kilometres(polygons)),
        ..Division::named(fact.name, level)
    }
}

fn write_streets(town: &Town, ledger: &mut Ledger, all: &[DivisionFact]) {
    for street in &town.streets {
        let Some(fact) = all.iter().find(|fact| town.code(fact.code) == street.code) else { continue };
        let polygons = town.mesh.union(street.faces.iter().copied());
        let kind = if fact.name.ends_with("开发区") { "development_zone" } else { "subdistrict" };
        let division = Division {
            seat: town.communities.iter().find(|c| c.code.starts_with(&street.code)).map(|c| c.short.into()),
            ..of_fact(fact, town, DivisionLevel::Township, kind, &polygons)
        };
        ledger.add(division, Entry::at(street.code.clone(), area(polygons)));
    }
}

fn write_communities(town: &Town, ledger: &mut Ledger, all: &[DivisionFact]) {
    for (at, community) in town.communities.iter().enumerate() {
        let Some(fact) = all.iter().find(|fact| town.code(fact.code) == community.code) else { continue };
        let polygons = town.mesh.union(community.faces.iter().copied());
        let urban = town.terrain.urban(community.centre);
        let class = match urban {
            u if u > 0.75 => "111",
            u if u > 0.2 => "112",
            _ => "220",
        };
        let division = Division {
            urban_rural_class: Some(class.into()),
            committee_members: Some(5 + (at * 7 % 5) as i64),
            staff: Some(6 + (at * 5 % 11) as i64),
            premises_m2: Some((240 + at * 37 % 760) as f64),
            set_up_date: Date::new(1996 + (at % 8) as i16, 1 + (at % 12) as i8, 1),
            ..of_fact(fact, town, DivisionLevel::Community, "community", &polygons)
        };
        ledger.add(division, Entry::at(community.code.clone(), area(polygons)));
    }
}

//! Coverage as a file: homes and facilities on the map, or a workbook with its definition.

use serde_json::{Value as Json, json};

use super::coverage::facilities;
use crate::access::circle::{
    Definition, Figures, Level, Part, Question, Reach, UncoveredList, UnitFigures, by_unit, figures, is_few,
    tenth,
};
use crate::access::ground::Ground;
use crate::api::problem::Problem;
use crate::formats::{BookSheet, write_book};
use crate::model::{FieldKind, Language};

pub(super) const GEOJSON: &str = "application/geo+json";
pub(super) const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Homes beyond reach in the workbook at most.
const MOST_ROWS: usize = 50_000;

/// Homes, then facilities, told apart by `kind`.
pub(super) fn map(ground: &Ground, (reach, before): (&Reach, &Reach)) -> Result<Vec<u8>, Problem> {
    let home = |(number, home): (usize, &crate::access::ground::Home)| {
        let named = !is_few(home.households, ground.scope.show);
        json!({
            "type": "Feature",
            "properties": {
                "kind": "home",
                "households": named.then(|| tenth(home.households)),
                "elders": named.then(|| tenth(home.elders)),
                "community": home.community.map(|at| &ground.units.communities[at as usize].code),
                "minutes": reach.minutes(number).map(tenth),
                "covered": reach.covered[number],
                "was": before.covered[number],
            },
            "geometry": { "type": "Point", "coordinates": [home.at.x, home.at.y] },
        })
    };
    let mut features: Vec<Json> = ground.homes.all.iter().enumerate().map(home).collect();
    for mut facility in facilities(ground, reach) {
        let place = facility["place"].take();
        if let Some(members) = facility.as_object_mut() {
            members.remove("place");
        }
        facility["kind"] = json!("facility");
        features.push(json!({
            "type": "Feature", "properties": facility, "geometry": { "type": "Point", "coordinates": place },
        }));
    }
    let all = json!({ "type": "FeatureCollection", "features": features });
    serde_json::to_vec(&all).map_err(|error| Problem::internal(&error))
}

/// Titles in the language that is asked for.
struct Titles(Language);

impl Titles {
    fn columns(&self, titles: &[(&str, &str, FieldKind)]) -> Vec<(String, FieldKind)> {
        titles.iter().map(|(zh, en, kind)| (self.of(zh, en), *kind)).collect()
    }

    fn of(&self, zh: &str, en: &str) -> String {
        if self.0 == Language::Zh { zh } else { en }.to_owned()
    }
}

pub(super) fn book(
    ground: &Ground,
    question: &Question,
    (reach, before): (&Reach, &Reach),
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let titles = Titles(language);
    let sheets = [
        whole(&figures(ground, reach), &figures(ground, before), &titles),
        units(&by_unit(ground, reach, Some(before), Level::Street), &titles, ("各街道", "Subdistricts")),
        units(&by_unit(ground, reach, Some(before), Level::Community), &titles, ("各社区", "Communities")),
        sites(ground, reach, &titles),
        beyond(ground, reach, &titles),
        definition(&Definition::of(ground, question, reach), &titles),
    ];
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("circles.xlsx");
    write_book(&path, &sheets).map_err(|error| internal(&error))?;
    std::fs::read(&path).map_err(|error| internal(&error))
}

fn whole(now: &Figures, was: &Figures, titles: &Titles) -> BookSheet {
    use FieldKind::{Real, Text};
    let columns = titles.columns(&[
        ("指标", "Figure", Text),
        ("覆盖", "Covered", Real),
        ("总数", "Of", Real),
        ("覆盖率", "Share", Real),
        ("改动前覆盖率", "Share before", Real),
    ]);
    let row = |zh: &str, en: &str, now: Part, was: Part| {
        vec![
            json!(titles.of(zh, en)),
            json!(tenth(now.covered)),
            json!(tenth(now.of)),
            json!(now.share),
            json!(was.share),
        ]
    };
    let rows = vec![
        row("有设施的社区（甲）", "Communities with a facility (a)", now.units, was.units),
        row("有设施的街道（甲）", "Subdistricts with a facility (a)", now.streets, was.streets),
        row("可达户数（乙）", "Households within reach (b)", now.households, was.households),
        row("可达人口（乙）", "People within reach (b)", now.residents, was.residents),
        row("可达 60 岁以上（乙）", "People of 60 and more (b)", now.elders, was.elders),
        row("可达建筑（乙）", "Buildings (b)", now.buildings, was.buildings),
        row("可达住宅面积（乙，平方米）", "Floor area of homes, m² (b)", now.area_m2, was.area_m2),
    ];
    BookSheet { name: titles.of("覆盖率", "Coverage"), columns, rows }
}

fn units(all: &[UnitFigures], titles: &Titles, (zh, en): (&str, &str)) -> BookSheet {
    use FieldKind::{Int, Real, Text};
    let columns = titles.columns(&[
        ("代码", "Code", Text),
        ("名称", "Name", Text),
        ("设施数", "Facilities", Int),
        ("户数", "Households", Real),
        ("可达户数", "Within reach", Real),
        ("覆盖率", "Share", Real),
        ("改动前", "Before", Real),
        ("60 岁以上覆盖率", "Share of elders", Real),
    ]);
    let row = |unit: &UnitFigures| {
        vec![
            json!(unit.code),
            json!(unit.name),
            json!(unit.has),
            json!(tenth(unit.households.of)),
            json!(tenth(unit.households.covered)),
            json!(unit.households.share),
            json!(unit.before),
            json!(unit.elders.share),
        ]
    };
    BookSheet { name: titles.of(zh, en), columns, rows: all.iter().map(row).collect() }
}

fn sites(ground: &Ground, reach: &Reach, titles: &Titles) -> BookSheet {
    use FieldKind::{Real, Text};
    let columns = titles.columns(&[
        ("名称", "Name", Text),
        ("类别", "Class", Text),
        ("状态", "State", Text),
        ("改动", "Change", Text),
        ("经度", "Longitude", Real),
        ("纬度", "Latitude", Real),
    ]);
    let row = |one: Json| {
        vec![
            one["name"].clone(),
            one["class"].clone(),
            one["status"].clone(),
            one["change"].clone(),
            one["place"][0].clone(),
            one["place"][1].clone(),
        ]
    };
    let rows =
        facilities(ground, reach).into_iter().filter(|one| one["counts"] == true || !one["change"].is_null());
    BookSheet { name: titles.of("设施", "Facilities"), columns, rows: rows.map(row).collect() }
}

fn beyond(ground: &Ground, reach: &Reach, titles: &Titles) -> BookSheet {
    use FieldKind::{Real, Text};
    let columns = titles.columns(&[
        ("小区院落", "Compound", Text),
        ("社区代码", "Community", Text),
        ("60 岁以上", "People of 60 and more", Real),
        ("户数", "Households", Real),
        ("分钟", "Minutes", Real),
        ("经度", "Longitude", Real),
        ("纬度", "Latitude", Real),
    ]);
    let list = UncoveredList::of(ground, reach, MOST_ROWS);
    let row = |one: &crate::access::circle::Uncovered| {
        vec![
            json!(one.compound),
            json!(one.community),
            json!(one.elders),
            json!(one.households),
            json!(one.minutes),
            json!(one.place[0]),
            json!(one.place[1]),
        ]
    };
    let rows = list.rows.iter().map(row).collect();
    BookSheet { name: titles.of("未覆盖", "Beyond reach"), columns, rows }
}

fn definition(definition: &Definition, titles: &Titles) -> BookSheet {
    let columns = titles.columns(&[("口径", "Definition", FieldKind::Text)]);
    let said = if titles.0 == Language::Zh { &definition.zh } else { &definition.en };
    BookSheet {
        name: titles.of("口径", "Definition"),
        columns,
        rows: vec![vec![json!(said)], vec![json!(definition.key)]],
    }
}

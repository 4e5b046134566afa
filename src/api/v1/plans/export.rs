//! A plan as a file: zones and blocks on the map, or a workbook of zones, blocks and households that move.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::header;
use geo_types::Geometry;
use serde_json::{Value as Json, json};

use super::looks::{desk_of, feature, head_of, problem, unknown};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::ogc::encode;
use crate::api::problem::Problem;
use crate::api::wire::geometry_json;
use crate::formats::{BookSheet, write_book};
use crate::jobs::{Desk, Head};
use crate::model::{FieldKind, Language};
use crate::zoning::{Figures, Zone, ZoneKind, figures};

const GEOJSON: &str = "application/geo+json";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The division of a plan that is asked for: a saved version, or one that the solver made.
pub(super) fn chosen(
    app: &App,
    head: &Head,
    (version, alternative): (Option<u32>, Option<usize>),
) -> Result<(String, Vec<Option<u32>>), Problem> {
    let (made, versions) = app.jobs.plan_body(head.id).map_err(problem)?;
    if let Some(n) = version {
        let found = versions.into_iter().find(|one| one.n == n).ok_or_else(unknown)?;
        return Ok((found.title, found.assignment));
    }
    let found = made.alternatives.into_iter().nth(alternative.unwrap_or(0)).ok_or_else(unknown)?;
    Ok((found.title.zh, found.assignment))
}

pub(super) fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let which = (ask.parsed::<u32>("version")?, ask.parsed::<usize>("alternative")?);
    let (title, zone) = chosen(app, &head, which)?;
    let desk = desk_of(app, head.id)?;
    let figures = figures(&desk.blocks, &desk.task, &zone, desk.limits);
    let (media, word, bytes) = match ask.param("format").unwrap_or("xlsx") {
        "geojson" => (GEOJSON, "geojson", map(&desk, &zone, &figures)?),
        "xlsx" => (SHEET, "xlsx", book(&desk, &zone, (&head, &figures), ask.language)?),
        _ => return Err(Problem::parameter("format", "应为 geojson 或 xlsx", "geojson or xlsx")),
    };
    let name = encode(&format!("{}-{title}.{word}", head.params.title));
    let disposition = format!("attachment; filename=\"plan.{word}\"; filename*=UTF-8''{name}");
    Ok(Answer::bytes(media, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}

/// Zones, then blocks, told apart by `kind`.
fn map(desk: &Desk, zone: &[Option<u32>], figures: &Figures) -> Result<Vec<u8>, Problem> {
    // Outlines by place among the zones that there are: numbers of zones may have gaps.
    let place: BTreeMap<u32, u32> =
        figures.zones.iter().enumerate().map(|(at, zone)| (zone.zone, at as u32)).collect();
    let placed: Vec<Option<u32>> =
        zone.iter().map(|zone| zone.and_then(|zone| place.get(&zone).copied())).collect();
    let outlines =
        desk.blocks.outlines(&placed, figures.zones.len()).map_err(|error| Problem::internal(&error))?;
    let mut features: Vec<Json> = figures
        .zones
        .iter()
        .zip(outlines)
        .map(|(zone, outline)| {
            let mut properties = json!(zone);
            properties["kind"] = json!("zone");
            json!({
                "type": "Feature",
                "properties": properties,
                "geometry": geometry_json(&Geometry::MultiPolygon(outline)),
            })
        })
        .collect();
    for (unit, zone) in zone.iter().enumerate() {
        let mut one = feature(desk, unit);
        one["properties"]["kind"] = json!("unit");
        one["properties"]["zone"] = json!(zone);
        one["properties"]["compounds"] = json!(names(desk, unit));
        features.push(one);
    }
    let all = json!({ "type": "FeatureCollection", "features": features });
    serde_json::to_vec(&all).map_err(|error| Problem::internal(&error))
}

fn names(desk: &Desk, unit: usize) -> String {
    let names: Vec<&str> = desk.blocks.blocks[unit].compounds.iter().map(|(_, name)| name.as_str()).collect();
    names.join("、")
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

    fn kind(&self, kind: ZoneKind) -> String {
        match kind {
            ZoneKind::Basic => self.of("一般", "basic"),
            ZoneKind::Exclusive => self.of("专属", "exclusive"),
            ZoneKind::Rural => self.of("农村", "rural"),
        }
    }

    fn yes(&self, is: bool) -> String {
        if is { self.of("是", "yes") } else { self.of("否", "no") }
    }
}

fn book(
    desk: &Desk,
    zone: &[Option<u32>],
    (head, figures): (&Head, &Figures),
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let titles = Titles(language);
    let sheets = [
        zones(figures, &titles),
        units(desk, zone, figures, &titles),
        moves(desk, zone, figures, &titles),
        definition(head, &titles),
    ];
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("plan.xlsx");
    write_book(&path, &sheets).map_err(|error| internal(&error))?;
    std::fs::read(&path).map_err(|error| internal(&error))
}

fn from(zone: &Zone) -> String {
    let part = |share: &crate::zoning::Share| format!("{} {}", share.name, share.households);
    zone.communities.iter().map(part).collect::<Vec<_>>().join("、")
}

fn zones(figures: &Figures, titles: &Titles) -> BookSheet {
    use FieldKind::{Int, Real, Text};
    let columns = titles.columns(&[
        ("区号", "Zone", Int),
        ("拟名", "Proposed name", Text),
        ("种类", "Kind", Text),
        ("沿用社区", "Continues", Text),
        ("户数", "Households", Real),
        ("在规模之内", "Within the band", Text),
        ("面积(平方千米)", "Area (km²)", Real),
        ("紧凑度", "Polsby–Popper", Real),
        ("连片", "In one piece", Text),
        ("街区数", "Blocks", Int),
        ("户数来源", "Households from", Text),
    ]);
    let row = |zone: &Zone| {
        vec![
            json!(zone.zone + 1),
            json!(zone.name),
            json!(titles.kind(zone.kind)),
            json!(zone.continues),
            json!(zone.households),
            json!(titles.yes(zone.in_band)),
            json!(zone.area_km2),
            json!(zone.polsby_popper),
            json!(titles.yes(zone.connected)),
            json!(zone.units),
            json!(from(zone)),
        ]
    };
    BookSheet { name: titles.of("各区", "Zones"), columns, rows: figures.zones.iter().map(row).collect() }
}

fn units(desk: &Desk, zone: &[Option<u32>], figures: &Figures, titles: &Titles) -> BookSheet {
    use FieldKind::{Int, Real, Text};
    let columns = titles.columns(&[
        ("街区", "Block", Int),
        ("区号", "Zone", Int),
        ("拟名", "Proposed name", Text),
        ("现社区", "Present community", Text),
        ("户数", "Households", Int),
        ("建筑数", "Buildings", Int),
        ("面积(平方米)", "Area (m²)", Real),
        ("小区院落", "Compounds", Text),
    ]);
    let name: BTreeMap<u32, &str> =
        figures.zones.iter().map(|zone| (zone.zone, zone.name.as_str())).collect();
    let row = |unit: usize| {
        let block = &desk.blocks.blocks[unit];
        let community = block.community.and_then(|at| desk.blocks.communities.get(at));
        vec![
            json!(unit + 1),
            json!(zone[unit].map(|zone| zone + 1)),
            json!(zone[unit].and_then(|zone| name.get(&zone))),
            json!(community.map(|place| &place.name)),
            json!(block.households),
            json!(block.buildings),
            json!(desk.blocks.units.area[unit] as f64 / 100.0),
            json!(names(desk, unit)),
        ]
    };
    let rows = (0..desk.blocks.blocks.len()).map(row).collect();
    BookSheet { name: titles.of("街区", "Blocks"), columns, rows }
}

/// Households whose community is another afterwards, by block and community.
fn moves(desk: &Desk, zone: &[Option<u32>], figures: &Figures, titles: &Titles) -> BookSheet {
    use FieldKind::{Int, Text};
    let columns = titles.columns(&[
        ("街区", "Block", Int),
        ("小区院落", "Compounds", Text),
        ("原社区代码", "Old code", Text),
        ("原社区", "Old community", Text),
        ("新社区", "New community", Text),
        ("户数", "Households", Int),
    ]);
    let of: BTreeMap<u32, &Zone> = figures.zones.iter().map(|zone| (zone.zone, zone)).collect();
    let mut rows = Vec::new();
    for (unit, block) in desk.blocks.blocks.iter().enumerate() {
        let Some(new) = zone[unit].and_then(|zone| of.get(&zone)) else { continue };
        for (community, households) in block.shares.iter().filter(|(_, households)| *households > 0) {
            let Some(old) = desk.blocks.communities.get(*community) else { continue };
            if new.continues.as_deref() != Some(old.code.as_str()) {
                rows.push(vec![
                    json!(unit + 1),
                    json!(names(desk, unit)),
                    json!(old.code),
                    json!(old.name),
                    json!(new.name),
                    json!(households),
                ]);
            }
        }
    }
    BookSheet { name: titles.of("调整户", "Households moved"), columns, rows }
}

fn definition(head: &Head, titles: &Titles) -> BookSheet {
    let columns = titles.columns(&[("口径", "Definition", FieldKind::Text)]);
    let said = if titles.0 == Language::Zh { &head.definition.zh } else { &head.definition.en };
    let rows = vec![vec![json!(said)], vec![json!(format!("seed {}", head.params.seed))]];
    BookSheet { name: titles.of("口径", "Definition"), columns, rows }
}

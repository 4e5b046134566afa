//! Divisions that there are: the present communities (`--audit`) and what another tool made (`--assignment`).

use std::collections::BTreeMap;

use serde_json::json;

use super::input::Input;
use super::{Zone, output, report};
use crate::cli::failure::Failure;
use crate::cli::words::{self, line};
use crate::formats::{self, ReadOptions};
use crate::model::Bilingual;
use crate::zoning::{Task, households, score};

/// Scores one and reports; zones are numbered in the order of their first units.
pub(super) fn run(zone: &Zone, input: &Input, task: &Task) -> Result<(), Failure> {
    let labels = match &zone.assignment {
        Some(_) => assigned(zone, input)?,
        None => present(input),
    };
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let zones: Vec<u32> = labels
        .iter()
        .map(|label| {
            *known.entry(label.as_str()).or_insert_with(|| {
                names.push(label);
                names.len() as u32
            })
        })
        .collect();
    let (rows, scores) = score(&task.problem, &zones);
    let outside: usize = zones.iter().zip(&labels).filter(|(_, label)| label.is_empty()).count();
    let mut list = report::zone_rows(input, task, &zones, &rows);
    for (row, name) in list.iter_mut().zip(&names) {
        row["name"] = json!(name);
    }
    let crossing = crossing_parents(task, &zones);
    let json = json!({
        "program": concat!("boundstone ", env!("CARGO_PKG_VERSION")),
        "status": if zone.assignment.is_some() { "assignment" } else { "audit" },
        "parameters": report::parameters(zone, task),
        "units": task.problem.nodes(),
        "units_without_zone": outside,
        "households": households(task.problem.total()),
        "zones": list,
        "zones_across_parents": crossing,
        "objectives": report::objectives(input, &zones, &scores),
        "findings": input.features.findings,
    });
    if let Some(path) = &zone.out {
        output::write(path, zone, input, &zones)?;
    }
    report::deliver(zone, &json)?;
    if !zone.json {
        words::findings(&input.features.findings);
        line(report::sentence(&scores));
    }
    Ok(())
}

/// Zones with units of several parents.
fn crossing_parents(task: &Task, zones: &[u32]) -> usize {
    let mut parent: BTreeMap<u32, u32> = BTreeMap::new();
    let mut crossing = std::collections::BTreeSet::new();
    for (unit, zone) in zones.iter().enumerate() {
        let own = task.parent[unit];
        if *parent.entry(*zone).or_insert(own) != own {
            crossing.insert(*zone);
        }
    }
    crossing.len()
}

fn present(input: &Input) -> Vec<String> {
    let present = input.present().unwrap_or_default();
    let name =
        |number: &Option<u32>| number.map_or_else(String::new, |at| input.communities[at as usize].clone());
    present.iter().map(name).collect()
}

/// The zone of every unit from a table of two columns.
fn assigned(zone: &Zone, input: &Input) -> Result<Vec<String>, Failure> {
    let Some(path) = &zone.assignment else { return Ok(Vec::new()) };
    let mut source = formats::open(path, &ReadOptions::default())?;
    let mut rows: Vec<Vec<(usize, String)>> = Vec::new();
    while let Some(next) = source.next_feature() {
        let Ok(feature) = next else { continue };
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        rows.push(feature.values.iter().map(|(column, value)| (*column, text(value))).collect());
    }
    let columns = source.columns();
    let place = |names: &[&str], usual: usize| {
        columns
            .iter()
            .position(|name| names.iter().any(|one| name.eq_ignore_ascii_case(one)))
            .unwrap_or(usual)
    };
    let (unit, zone_column) =
        (place(&["unit", "id", "geoid", "单元"], 0), place(&["zone", "district", "区", "社区"], 1));
    let cell = |row: &[(usize, String)], column: usize| {
        row.iter().find(|(at, _)| *at == column).map_or_else(String::new, |(_, text)| text.clone())
    };
    let table: BTreeMap<String, String> =
        rows.iter().map(|row| (cell(row, unit), cell(row, zone_column))).collect();
    let units = unit_names(zone, input, columns.get(unit).map(String::as_str), &table)?;
    Ok(units.into_iter().map(|name| table.get(&name).cloned().unwrap_or_default()).collect())
}

/// What the table calls the units: the id column, a column of its own name, usual names, or counted from 0 or 1.
fn unit_names(
    zone: &Zone,
    input: &Input,
    heading: Option<&str>,
    table: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    let fits = |names: &[String]| names.iter().all(|name| table.contains_key(name));
    let mut tried: Vec<Vec<String>> = vec![input.names.clone()];
    if zone.id.is_none() {
        if let Some(column) = heading.and_then(|heading| input.features.column(heading)) {
            tried.insert(0, input.rows.iter().map(|row| input.features.text(*row, column)).collect());
        }
        let first = usize::from(!table.contains_key("0"));
        tried.push(input.rows.iter().map(|row| (row + first).to_string()).collect());
    }
    tried.into_iter().find(|names| fits(names)).ok_or_else(|| {
        Bilingual::new(
            "分区表没有覆盖全部单元：第一列应是单元编号（可用 --id 指明字段），或从 0 或 1 起的行号",
            "the table does not cover all units: its first column must be the unit's id (name the field by --id), or rows counted from 0 or 1",
        )
        .into()
    })
}

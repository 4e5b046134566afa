//! The input of `boundstone zone`: units with area, and their columns as the solver wants them.

use geo_types::Geometry;
use serde_json::Value as Json;

use super::{Zone, barriers};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::topology::features::Features;
use crate::cli::topology::simplify::too_large;
use crate::model::{Bilingual, Finding, Severity, Spot};
use crate::zoning::{Facts, Task, Units, ZoneKind, classify, numbered, straightness};

/// The file and what is known of its units.
pub(super) struct Input {
    pub features: Features,
    /// the row of every unit: rows without area are none
    pub rows: Vec<usize>,
    /// what each unit is called in reports
    pub names: Vec<String>,
    /// the parents and communities, by the numbers of the task
    pub parents: Vec<String>,
    pub communities: Vec<String>,
    units: Units,
    facts: Facts,
}

/// Usual names of the column that names a unit.
const IDS: &[&str] =
    &["id", "code", "unit", "geoid", "geoid10", "代码", "编号", "编码", "name", "名称", "bkg_key", "fid"];

impl Input {
    pub(super) fn read(zone: &Zone) -> Result<Self, Failure> {
        let mut features = Features::read(&zone.input, &zone.reading)?;
        let weight = features.wanted_column(&zone.weight)?;
        let rows: Vec<usize> =
            (0..features.shapes.len()).filter(|row| has_area(&features.shapes[*row])).collect();
        if rows.is_empty() {
            return Err(Failure::nothing("文件里没有面", "there are no polygons in the file"));
        }
        let shapes: Vec<Geometry> = rows.iter().map(|row| features.shapes[*row].clone()).collect();
        stop::check()?;
        let mut units = Units::measure(&shapes, features.metric).map_err(too_large)?;
        drop(shapes);
        if let Some(path) = &zone.barriers {
            let (lines, found) = barriers::read(path, &features, units.latitude)?;
            found.into_iter().for_each(|finding| features.findings.push(finding));
            classify(&mut units, &lines);
        }
        stop::check()?;
        let mut wrong = Vec::new();
        let households =
            rows.iter().map(|row| households(&features.values[*row][weight], *row, &mut wrong)).collect();
        if let Some(first) = wrong.first() {
            features.findings.push(not_a_number(zone, *first, wrong.len()));
        }
        let texts = |column: &Option<String>| -> Result<Option<Vec<String>>, Failure> {
            let Some(name) = column else { return Ok(None) };
            let column = features.wanted_column(name)?;
            Ok(Some(rows.iter().map(|row| features.text(*row, column)).collect()))
        };
        let within = texts(&zone.within)?;
        let current = texts(&zone.current)?;
        let together = texts(&zone.keep_together)?;
        let apart = groups(texts(&zone.keep_apart)?, zone.keep_apart.as_deref())?;
        let locked = texts(&zone.locked)?.map_or_else(Vec::new, |texts| true_ones(&texts));
        let numbers = |texts: &Option<Vec<String>>| {
            texts.as_ref().map(|texts| numbered(texts.iter().map(String::as_str)))
        };
        let (parent, mut parents) = numbers(&within).unzip();
        // Units without a parent are a parent of their own.
        let none = parents.as_ref().map_or(0, Vec::len) as u32;
        let parent = parent.map(|list| list.into_iter().map(|one| one.unwrap_or(none)).collect());
        if let Some(parents) = &mut parents {
            parents.push(String::new());
        }
        let (present, communities) = numbers(&current).unzip();
        let exclusive = texts(&zone.exclusive)?.map_or_else(Vec::new, |texts| true_ones(&texts));
        let villages = texts(&zone.village)?;
        let village = numbers(&villages).map(|both| both.0);
        // Units of a village stay together.
        let together = if villages.is_some() { villages } else { together };
        let kind = kinds(rows.len(), parent.as_deref(), &exclusive, village.as_deref());
        let facts = Facts {
            households,
            parent,
            present,
            shares: None,
            together: numbers(&together).map(|both| both.0),
            apart,
            locked,
            kind,
            village,
        };
        let names = names(zone, &features, &rows)?;
        let (parents, communities) = (parents.unwrap_or_default(), communities.unwrap_or_default());
        Ok(Self { features, rows, names, parents, communities, units, facts })
    }

    pub(super) fn task(&self, zone: &Zone) -> Result<Task, Failure> {
        Ok(Task::new(&self.units, &self.facts, zone.band()))
    }

    /// How straight the borders of a division run: 1 is straight.
    pub(super) fn straightness(&self, zone: &[u32]) -> Option<f64> {
        straightness(&self.units, zone)
    }

    /// The present community of every unit, by number.
    pub(super) fn present(&self) -> Option<&[Option<u32>]> {
        self.facts.present.as_deref()
    }
}

/// What the zone of each unit is to be; nothing where all are basic.
fn kinds(
    units: usize,
    parent: Option<&[u32]>,
    exclusive: &[u32],
    village: Option<&[Option<u32>]>,
) -> Option<Vec<ZoneKind>> {
    if exclusive.is_empty() && village.is_none() {
        return None;
    }
    let of = |unit: usize| parent.map_or(0, |parent| parent[unit]);
    let named = |unit: &usize| village.is_some_and(|village| village[*unit].is_some());
    let rural: std::collections::BTreeSet<u32> = (0..units).filter(named).map(of).collect();
    let kind = |unit| if rural.contains(&of(unit)) { ZoneKind::Rural } else { ZoneKind::Basic };
    let mut kinds: Vec<ZoneKind> = (0..units).map(kind).collect();
    exclusive.iter().for_each(|unit| kinds[*unit as usize] = ZoneKind::Exclusive);
    Some(kinds)
}

/// Units that are to be kept apart, by value; one value many times makes too many pairs.
fn groups(texts: Option<Vec<String>>, field: Option<&str>) -> Result<Vec<Vec<u32>>, Failure> {
    const MOST: usize = 1000;
    let mut groups: std::collections::BTreeMap<String, Vec<u32>> = Default::default();
    for (unit, text) in texts.into_iter().flatten().enumerate().filter(|(_, text)| !text.is_empty()) {
        groups.entry(text).or_default().push(unit as u32);
    }
    let field = field.unwrap_or_default();
    match groups.iter().find(|(_, units)| units.len() > MOST) {
        Some((value, units)) => Err(Failure::Usage(Bilingual::new(
            format!("--keep-apart {field}：“{value}”有 {} 个单元，至多 {MOST} 个", units.len()),
            format!("--keep-apart {field}: “{value}” has {} units, {MOST} are possible", units.len()),
        ))),
        None => Ok(groups.into_values().collect()),
    }
}

/// Units whose text says yes.
fn true_ones(texts: &[String]) -> Vec<u32> {
    let yes = |text: &str| {
        ["1", "true", "t", "yes", "y", "是", "真"].contains(&text.trim().to_lowercase().as_str())
    };
    (0..texts.len() as u32).filter(|unit| yes(&texts[*unit as usize])).collect()
}

fn has_area(shape: &Geometry) -> bool {
    match shape {
        Geometry::MultiPolygon(many) => !many.0.is_empty(),
        Geometry::Polygon(polygon) => polygon.exterior().0.len() > 3,
        _ => false,
    }
}

fn households(value: &Json, row: usize, wrong: &mut Vec<usize>) -> f64 {
    let read = match value {
        Json::Null => return 0.0,
        Json::Number(number) => number.as_f64(),
        Json::String(text) if text.trim().is_empty() => return 0.0,
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match read.filter(|number: &f64| number.is_finite() && *number >= 0.0) {
        Some(number) => number,
        None => {
            wrong.push(row);
            0.0
        }
    }
}

fn not_a_number(zone: &Zone, row: usize, count: usize) -> Finding {
    let spot = Spot {
        file: Some(zone.input.display().to_string()),
        row: Some(row as u64 + 1),
        field: Some(zone.weight.clone()),
        ..Spot::default()
    };
    let what = Bilingual::new(
        format!("户数不是不小于 0 的数（共 {count} 行）"),
        format!("households that are no number from 0 on ({count} rows)"),
    );
    let done = Bilingual::new("按 0 户计", "counted as none");
    Finding::new("zone.weight", Severity::Warning, spot, what, done)
}

/// What units are called: the id that was named, else a usual column whose values are all different, else the row.
fn names(zone: &Zone, features: &Features, rows: &[usize]) -> Result<Vec<String>, Failure> {
    let all = |column: usize| -> Vec<String> { rows.iter().map(|row| features.text(*row, column)).collect() };
    if let Some(name) = &zone.id {
        return Ok(all(features.wanted_column(name)?));
    }
    let usual = IDS.iter().filter_map(|name| features.column(name)).map(all).find(|names| {
        let distinct: std::collections::BTreeSet<&str> = names.iter().map(String::as_str).collect();
        distinct.len() == names.len() && !distinct.contains("")
    });
    Ok(usual.unwrap_or_else(|| rows.iter().map(|row| format!("#{}", row + 1)).collect()))
}

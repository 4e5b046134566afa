//! Files that `reach` writes: demand with its minutes, isochrones.

use std::path::Path;

use geo_types::{Geometry, LineString, MultiLineString};
use serde_json::Value as Json;

use super::Answer;
use crate::access::Reach as Problem;
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::FieldKind;
use crate::network::{Mesh, Search, Spot, outline, pieces};

fn column(name: &str, kind: FieldKind) -> OutColumn {
    OutColumn { name: name.to_owned(), title: None, kind }
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Demand as it was read, with minutes and facility of the nearest, and of the k-th where k is above 1. Columns of
/// these names that the file had are replaced.
pub fn demand(path: &Path, answer: &Answer, k: u16) -> Result<(), Failure> {
    let places = &answer.demand;
    let mut added = vec!["minutes".to_owned(), "facility".to_owned()];
    for rank in 2..=k {
        added.extend([format!("minutes_{rank}"), format!("facility_{rank}")]);
    }
    let kept: Vec<usize> =
        (0..places.columns.len()).filter(|at| !added.contains(&places.columns[*at])).collect();
    let mut columns: Vec<OutColumn> = kept
        .iter()
        .map(|at| {
            crate::cli::topology::column(&places.columns[*at], places.values.iter().map(|row| &row[*at]))
        })
        .collect();
    let ids: Vec<Json> = (0..answer.facilities.values.len()).map(|at| answer.facilities.id(at)).collect();
    let id_kind = crate::cli::topology::column("facility", ids.iter()).kind;
    for (at, name) in added.iter().enumerate() {
        columns.push(column(name, if at % 2 == 0 { FieldKind::Real } else { id_kind }));
    }
    let schema = OutSchema { name: stem(path), columns, crs: places.crs.clone(), encoding: None };
    let mut sink = formats::create(path, &schema)?;
    for (feature, served) in answer.served.iter().enumerate() {
        stop::check()?;
        let mut values: Vec<Json> = kept.iter().map(|at| places.values[feature][*at].clone()).collect();
        for rank in 0..usize::from(k) {
            let served = served.get(rank);
            values.push(served.map_or(Json::Null, |served| served.minutes().into()));
            values.push(served.map_or(Json::Null, |served| ids[served.facility].clone()));
        }
        sink.write(OutFeature { geometry: places.shapes[feature].clone(), values })?;
    }
    sink.finish()?;
    Ok(())
}

/// Reached pieces of street and their areas, of all facilities together or of each.
pub fn isochrones(path: &Path, answer: &Answer, minutes: &[f64], each: bool) -> Result<(), Failure> {
    let loaded = &answer.loaded;
    let columns = vec![
        column("minutes", FieldKind::Real),
        column("contour", FieldKind::Real),
        column("metric", FieldKind::Text),
        column("part", FieldKind::Text),
        column("facility", FieldKind::Text),
        column("length_m", FieldKind::Real),
    ];
    let schema = OutSchema { name: stem(path), columns, crs: loaded.ground.crs(), encoding: None };
    let mut sink = formats::create(path, &schema)?;
    let problem = Problem {
        network: &loaded.network,
        walk: &loaded.walk,
        facilities: &answer.facilities.found,
        demand: &[],
        direction: answer.direction,
    };
    let (numbers, spots) = problem.sources()?;
    let sets: Vec<(Json, Vec<Spot>)> = if each {
        numbers
            .iter()
            .zip(&spots)
            .map(|(number, spot)| (answer.facilities.id(*number), vec![*spot]))
            .collect()
    } else {
        vec![(Json::Null, spots)]
    };
    let mesh = Mesh::new(&loaded.network, &loaded.walk);
    let mut search = Search::new(&loaded.walk, loaded.network.node_count());
    let longest = minutes.last().copied().unwrap_or_default() * 60.0;
    for (facility, spots) in sets {
        let reached = search.run(&loaded.walk, &spots, answer.direction, longest * (1.0 + 1e-9));
        for minutes in minutes.iter().rev() {
            stop::check()?;
            let found = pieces(&loaded.network, &reached, minutes * 60.0);
            let lines = found.iter().map(|piece| LineString(loaded.network.line(piece))).collect();
            let length: f64 = found
                .iter()
                .map(|p| loaded.network.metres(p.edge, p.to) - loaded.network.metres(p.edge, p.from))
                .sum();
            let area = outline(&loaded.network, &mesh, &found);
            for (part, shape) in [
                ("area", Geometry::MultiPolygon(area)),
                ("streets", Geometry::MultiLineString(MultiLineString(lines))),
            ] {
                let values = vec![
                    (*minutes).into(),
                    (*minutes).into(),
                    "time".into(),
                    part.into(),
                    facility.clone(),
                    length.into(),
                ];
                sink.write(OutFeature { geometry: Some(shape), values })?;
            }
        }
    }
    sink.finish()?;
    Ok(())
}

//! The network of a file: OpenStreetMap ways, or lines as they stand; heights; who walks.

use std::path::{Path, PathBuf};

use clap::Args;
use geo_types::{Coord, Geometry};
use serde_json::{Value as Json, json};

use super::ground::moved;
use super::{Ground, above_zero, noticed};
use crate::cli::failure::Failure;
use crate::cli::stop;
use crate::cli::words::t;
use crate::crs::{Crs, Transform};
use crate::formats::{self, DeclaredCrs, Kind, ReadOptions, ogr};
use crate::model::{Bilingual, Findings, Severity};
use crate::network::{Lines, Locator, Metric, Network, OsmStreets, OsmWay, Profile, Tags, Walk};

/// Columns that say what kind of street a line is, as OpenStreetMap's extracts name them.
const KIND_COLUMNS: [&str; 2] = ["highway", "fclass"];
/// Parts cut off from the main network that are listed one by one.
const LISTED: usize = 200;

/// The network, and who walks.
#[derive(Args, Clone, Debug)]
pub struct NetworkArguments {
    #[arg(long, value_name = "FILE", help = t("步行路网：.osm.pbf、.osm，或道路线 .geojson、.gpkg、.shp 等（线按现状可走，端点重合处相连）", "the walking network: .osm.pbf, .osm, or lines (.geojson, .gpkg, .shp …), walkable as they stand and joined where end points coincide"))]
    network: PathBuf,
    #[arg(long, value_name = "L", help = t("路网文件内的图层", "layer within the network file"))]
    network_layer: Option<String>,
    #[arg(long, value_name = "PROFILE", default_value = "adult", conflicts_with = "speed", help = t("人群：adult 成人 1.25 米/秒，elder 老年人 0.9，frail 体弱 0.6，wheelchair 轮椅（不走台阶）", "who walks: adult 1.25 m/s, elder 0.9, frail 0.6, wheelchair (no steps)"))]
    profile: String,
    #[arg(long, value_name = "M/S", value_parser = above_zero, help = t("步速，米/秒；台阶与路口不另计", "walking speed in metres a second; nothing added for steps and crossings"))]
    speed: Option<f64>,
    #[arg(long, value_name = "FILE", help = t("高程栅格（.tif、.hgt、.asc 或其 zip）：上坡慢、下坡快", "elevation raster (.tif, .hgt, .asc or a zip of it): slower uphill than downhill"))]
    elevation: Option<PathBuf>,
    #[arg(long, value_name = "M", value_parser = above_zero, default_value_t = 200.0, help = t("离最近道路超过此距离（米）的点不接入路网", "places farther than this from the nearest street (metres) are not joined to the network"))]
    snap: f64,
    #[arg(long, value_name = "C", help = t("各文件的坐标系，文件未注明时用", "coordinates of the files that do not say theirs"))]
    crs: Option<Crs>,
    #[arg(long, help = t("路网坐标是平面坐标（米）", "the network's coordinates are plane ones (metres)"))]
    plane: bool,
}

/// The network for who walks, with what is to be said of it.
pub struct Loaded {
    /// streets
    pub network: Network,
    /// times
    pub walk: Walk,
    /// nearest streets
    pub locator: Locator,
    /// what coordinates are
    pub ground: Ground,
    /// farthest that a place may lie off the streets, metres
    pub snap_m: f64,
    /// for the report
    pub about: Json,
}

impl NetworkArguments {
    /// Reads the network and makes it ready.
    pub fn load(&self, findings: &mut Findings) -> Result<Loaded, Failure> {
        let profile = match self.speed {
            Some(speed) => Profile::plain(speed)?,
            None => Profile::by_name(&self.profile)?,
        };
        let (mut network, ground, mut about) = match Kind::of(&self.network)? {
            Kind::OsmPbf | Kind::OsmXml => self.osm(findings)?,
            _ => self.lines(findings)?,
        };
        stop::check()?;
        if let Some(path) = &self.elevation {
            about["elevation"] = heights(path, &mut network, &ground, findings)?;
        }
        let walk = Walk::new(&network, profile);
        let locator = Locator::new(&network, &walk);
        stop::check()?;
        describe(&network, &walk, &mut about);
        about["file"] = self.network.display().to_string().into();
        Ok(Loaded { network, walk, locator, ground, snap_m: self.snap, about })
    }

    fn osm(&self, findings: &mut Findings) -> Result<(Network, Ground, Json), Failure> {
        let file = formats::streets(&self.network)?;
        if let Some(why) = file.cut {
            let what = Bilingual::new(
                format!("文件不完整或已损坏（{why}）"),
                format!("the file is cut off or broken: {why}"),
            );
            let done = Bilingual::new("损坏之前的内容照常读取", "what stands before was read");
            findings.push(noticed("import.file", Severity::Error, &self.network, (what, done)));
        }
        let mut streets = OsmStreets::default();
        for way in file.ways {
            streets.add_way(OsmWay { id: way.id, nodes: way.nodes, line: way.line, tags: way.tags });
        }
        for (id, tags) in &file.barriers {
            streets.add_barrier(*id, tags);
        }
        let counts = streets.counts();
        let network = Network::build(streets.finish(), Metric::Degrees)?;
        let about = json!({
            "source": "osm", "ways_walked": counts.walked, "ways_closed": counts.closed,
            "squares_crossed": counts.squares, "barriers_shut": counts.shut, "nodes_missing": file.missing,
        });
        Ok((network, Ground::degrees(self.crs.clone()), about))
    }

    fn lines(&self, findings: &mut Findings) -> Result<(Network, Ground, Json), Failure> {
        let options = ReadOptions { layer: self.network_layer.clone(), encoding: None };
        let mut source = formats::open(&self.network, &options)?;
        let (mut shapes, mut tags, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(next) = source.next_feature() {
            stop::check()?;
            match next {
                Err(finding) => findings.push(finding),
                Ok(feature) => {
                    let steps = feature.values.iter().any(|(at, value)| {
                        KIND_COLUMNS.contains(&source.columns()[*at].as_str())
                            && value.as_str().is_some_and(|kind| kind.contains("steps"))
                    });
                    if let Some(shape) = feature.geometry {
                        shapes.push(shape);
                        tags.push(Tags { steps, ..Tags::default() });
                        rows.push(feature.row);
                    }
                }
            }
        }
        source.take_findings().into_iter().for_each(|finding| findings.push(finding));
        let given = (self.crs.clone(), self.plane);
        let ground = Ground::of_network(&self.network, source.crs(), given, &shapes, findings);
        let way = ground.way(&self.network, source.crs(), &shapes)?;
        let mut lines = Lines::new(ground.metric);
        let mut others = 0_usize;
        for ((shape, tags), row) in shapes.into_iter().zip(tags).zip(rows) {
            let Some(shape) = moved(way.as_ref(), shape, (&self.network, row), findings) else { continue };
            let parts = lines_of(shape);
            others += usize::from(parts.is_empty());
            for line in parts {
                lines.add(line, tags, row as i64);
            }
        }
        let unjoined = lines.unjoined();
        self.say_of_lines(others, unjoined, findings);
        let network = Network::build(lines.finish(), ground.metric)?;
        let about = json!({"source": "lines", "ends_on_other_lines": unjoined, "not_lines": others});
        Ok((network, ground, about))
    }

    fn say_of_lines(&self, others: usize, unjoined: usize, findings: &mut Findings) {
        if others > 0 {
            let what =
                Bilingual::new(format!("{others} 条不是线"), format!("{others} features are no lines"));
            let done = Bilingual::new("未用作道路", "not used as streets");
            findings.push(noticed("access.no_line", Severity::Note, &self.network, (what, done)));
        }
        if unjoined > 0 {
            let what = Bilingual::new(
                format!("{unjoined} 处线的端点落在另一条线的中间拐点上"),
                format!("{unjoined} line ends lie on an inner vertex of another line"),
            );
            let done = Bilingual::new(
                "只在端点重合处相连；如应相通，请把另一条线在该处打断",
                "lines are joined where end points coincide only; split the other line there if one can walk through",
            );
            findings.push(noticed("access.unjoined", Severity::Warning, &self.network, (what, done)));
        }
    }
}

/// The lines of a geometry; areas and points have none.
fn lines_of(shape: Geometry) -> Vec<Vec<Coord>> {
    match shape {
        Geometry::Line(line) => vec![vec![line.start, line.end]],
        Geometry::LineString(line) => vec![line.0],
        Geometry::MultiLineString(lines) => lines.0.into_iter().map(|line| line.0).collect(),
        Geometry::GeometryCollection(parts) => parts.0.into_iter().flat_map(lines_of).collect(),
        _ => Vec::new(),
    }
}

/// Sets the heights of all vertices; what was found, for the report.
fn heights(
    path: &Path,
    network: &mut Network,
    ground: &Ground,
    findings: &mut Findings,
) -> Result<Json, Failure> {
    let mut within = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for node in network.nodes() {
        within = [within[0].min(node.x), within[1].min(node.y), within[2].max(node.x), within[3].max(node.y)];
    }
    let crs = ground.crs();
    let heights = ogr::Worker::default().heights(path, within, crs.as_ref())?;
    let way = match (&heights.crs, ground.metric) {
        (DeclaredCrs::Known(own), Metric::Degrees) => Some(Transform::new(&Crs::REGISTER, own)?),
        _ => None,
    };
    let at = |place: Coord| match &way {
        Some(way) => heights.at(way.coord(place).ok()?),
        None => heights.at(place),
    };
    let known = network.set_heights(&at);
    let all = network.vertex_count();
    let (cells, voids) = heights.cells();
    if known < all {
        let what = Bilingual::new(
            format!("{} 个道路顶点没有高程（栅格外或空值）", all - known),
            format!("{} vertices of streets have no height (beyond the raster, or a void)", all - known),
        );
        let done = Bilingual::new(
            "用同一条路上前后的高程内插；整条都没有的按平路计",
            "filled from the heights along the same street; a street without any counts as level",
        );
        findings.push(noticed("access.heights", Severity::Warning, path, (what, done)));
    }
    Ok(json!({
        "file": path.display().to_string(), "cells": cells, "voids": voids,
        "vertices": all, "vertices_with_height": known,
    }))
}

/// Size, memory and the parts that are cut off.
fn describe(network: &Network, walk: &Walk, about: &mut Json) {
    let islands = walk.islands();
    about["nodes"] = network.node_count().into();
    about["edges"] = network.edge_count().into();
    about["vertices"] = network.vertex_count().into();
    about["length_m"] = network.total_m().into();
    about["bytes"] = (network.bytes() + walk.bytes()).into();
    about["parts_cut_off"] = islands.len().into();
    about["length_cut_off_m"] = islands.iter().map(|island| island.length_m).sum::<f64>().into();
    about["cut_off"] = islands
        .iter()
        .take(LISTED)
        .map(|island| {
            let at = network.nodes()[island.node as usize];
            json!({"edges": island.edges, "length_m": island.length_m, "source": island.source, "at": [at.x, at.y]})
        })
        .collect();
}

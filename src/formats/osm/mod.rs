//! OpenStreetMap, PBF and XML: one theme at a time as a layer, with the tags that walking and naming need as columns.
//!
//! The file is read three times, relations, ways, nodes, and only what the theme needs is kept, so that memory
//! follows the theme and not the file.

mod assemble;
mod element;
mod pbf;
mod streets;
mod theme;
mod xml;

pub use streets::{StreetFile, StreetWay, streets};

use std::collections::HashMap;
use std::path::Path;

use geo_types::{Coord, Geometry, LineString, Point, Polygon};
use serde_json::Value as Json;

use super::parts::{Parts, ReadPart, SoFar};
use super::report::{Noticed, Report};
use super::{DeclaredCrs, FeatureSource, FormatError, LayerInfo, ReadOptions, SourceFeature};
use crate::crs::Crs;
use crate::model::{Bilingual, Finding, Severity};

use self::assemble::Assembled;
use self::element::{Element, Kind, Node, Relation, Tags, Way};
use self::theme::{Drawn, Theme};

/// Nodes whose coordinates are kept: twenty bytes each.
const MAX_NODES: usize = 150_000_000;

/// Makes features of a theme's elements.
struct OsmReader {
    places: Places,
    theme: Theme,
    ways: HashMap<i64, Way>,
}

/// What is to be given away, in the order of the file.
enum Todo {
    Node(Node),
    Way(i64),
    Relation(Relation),
}

/// Themes as layers.
pub(crate) fn layers() -> Vec<LayerInfo> {
    Theme::ALL.iter().map(|theme| LayerInfo { name: theme.name().into(), count: None }).collect()
}

/// Reads what the chosen theme needs.
pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn FeatureSource>, FormatError> {
    let names = || Theme::ALL.iter().map(|theme| theme.name().to_owned()).collect();
    let theme = match &options.layer {
        None => return Err(FormatError::ChooseLayer { path: path.into(), layers: names() }),
        Some(layer) => Theme::by_name(layer).ok_or_else(|| FormatError::NoSuchLayer {
            path: path.into(),
            layer: layer.clone(),
            layers: names(),
        })?,
    };
    let mut gathered = Gathered { theme, ..Gathered::default() };
    let mut cut = None;
    for pass in [Kind::Relation, Kind::Way, Kind::Node] {
        if pass == Kind::Relation && !theme.has_relations() {
            continue;
        }
        if pass == Kind::Node {
            gathered.places.prepare(path, &gathered.ways)?;
        }
        let read = element::each(path, pass, &mut |element| gathered.take(element))?;
        cut = cut.or(read);
    }
    let mut report = Report::new(path);
    if let Some(why) = cut {
        report.file(Noticed {
            rule: "import.file",
            severity: Severity::Error,
            what: (format!("文件不完整或已损坏（{why}）"), format!("the file is cut off or broken: {why}")),
            done: ("损坏之前的内容照常读取", "what stands before was read"),
        });
    }
    let Gathered { places, ways, chosen, nodes, relations, .. } = gathered;
    let todo: Vec<Todo> = nodes
        .into_iter()
        .map(Todo::Node)
        .chain(chosen.into_iter().map(Todo::Way))
        .chain(relations.into_iter().map(Todo::Relation))
        .collect();
    let mut columns = vec!["osm_id".to_owned()];
    columns.extend(theme.columns().iter().map(|&tag| tag.to_owned()));
    columns.push("other_tags".into());
    let reader = OsmReader { places, theme, ways };
    Ok(Box::new(Parts::new(reader, todo, DeclaredCrs::Known(Crs::Epsg(4326)), columns, report)))
}

impl OsmReader {
    fn values(&self, kind: &str, id: i64, tags: Tags) -> Vec<(usize, Json)> {
        let mut values = vec![(0, Json::from(format!("{kind}/{id}")))];
        let known = self.theme.columns();
        let mut others = serde_json::Map::new();
        for (key, value) in tags {
            match known.iter().position(|tag| *tag == key) {
                Some(at) => values.push((at + 1, value.into())),
                None => {
                    others.insert(key, value.into());
                }
            }
        }
        values.sort_by_key(|(at, _)| *at);
        if !others.is_empty() {
            values.push((known.len() + 1, Json::Object(others)));
        }
        values
    }

    fn line(&self, way: &Way, so_far: &mut SoFar) -> Vec<Coord> {
        let line: Vec<Coord> = way.refs.iter().filter_map(|id| self.places.get(*id)).collect();
        if line.len() < way.refs.len() {
            let (id, missing) = (way.id, way.refs.len() - line.len());
            so_far.report.value(
                so_far.row,
                None,
                &format!("way/{id}"),
                Noticed {
                    rule: "import.nodes",
                    severity: Severity::Note,
                    what: (
                        format!("路线 way/{id} 有 {missing} 个节点不在文件中（多在摘取范围的边缘）"),
                        format!("{missing} nodes of way/{id} are not in the file (often at its edge)"),
                    ),
                    done: ("用其余节点连成", "drawn through the others"),
                },
            );
        }
        line
    }

    fn way(&self, id: i64, so_far: &mut SoFar) -> Option<Result<SourceFeature, Finding>> {
        let way = self.ways.get(&id)?.clone();
        let line = self.line(&way, so_far);
        let drawn = self.theme.drawn(&way.tags, way.closed());
        let geometry = match drawn {
            _ if line.len() < 2 => {
                let (zh, en) = ("可用的节点不足两个", "fewer than two of its nodes are in the file");
                return Some(Err(so_far.report.refused(so_far.row, &format!("way/{id}"), zh, en)));
            }
            Drawn::Area if line.len() >= 4 => Geometry::Polygon(Polygon::new(LineString(line), vec![])),
            _ => LineString(line).into(),
        };
        let values = self.values("way", id, way.tags);
        Some(Ok(SourceFeature { row: so_far.row, geometry: Some(geometry), values }))
    }

    fn relation(&self, relation: Relation, so_far: &mut SoFar) -> Result<SourceFeature, Finding> {
        let id = relation.id;
        let Assembled { area, open, missing } = assemble::area(&relation, &self.ways, &self.places);
        if open > 0 || missing > 0 {
            let name = relation
                .tags
                .iter()
                .find(|(key, _)| key == "name")
                .map(|(_, v)| v.as_str())
                .unwrap_or_default();
            so_far.report.value(
                so_far.row,
                None,
                &format!("relation/{id}"),
                Noticed {
                    rule: "import.rings",
                    severity: Severity::Warning,
                    what: (
                        format!("relation/{id} {name} 有 {open} 段边线不闭合，{missing} 条边线不在文件中"),
                        format!(
                            "{open} lines of relation/{id} {name} do not close, {missing} are not in the file"
                        ),
                    ),
                    done: ("只取闭合的部分", "only what closes was taken"),
                },
            );
        }
        if area.0.is_empty() {
            let (zh, en) = ("没有一圈边线是闭合的", "none of its rings closes");
            return Err(so_far.report.refused(so_far.row, &format!("relation/{id}"), zh, en));
        }
        let values = self.values("relation", id, relation.tags);
        Ok(SourceFeature { row: so_far.row, geometry: Some(area.into()), values })
    }
}

impl ReadPart for OsmReader {
    type Part = Todo;

    fn read(&mut self, todo: Todo, so_far: &mut SoFar) -> Option<Result<SourceFeature, Finding>> {
        match todo {
            Todo::Node(node) => {
                let values = self.values("node", node.id, node.tags);
                let geometry = Some(Point(node.at).into());
                Some(Ok(SourceFeature { row: so_far.row, geometry, values }))
            }
            Todo::Way(id) => self.way(id, so_far),
            Todo::Relation(relation) => Some(self.relation(relation, so_far)),
        }
    }
}

/// What is kept while the file is read.
#[derive(Default)]
struct Gathered {
    theme: Theme,
    relations: Vec<Relation>,
    /// ways of the theme and those that relations are made of
    ways: HashMap<i64, Way>,
    wanted: std::collections::HashSet<i64>,
    chosen: Vec<i64>,
    nodes: Vec<Node>,
    places: Places,
}

impl Gathered {
    fn take(&mut self, element: Element) {
        match element {
            Element::Relation(relation) => {
                if self.theme.takes_relation(&relation.tags) {
                    self.wanted.extend(&relation.ways);
                    self.relations.push(relation);
                }
            }
            Element::Way(way) => {
                let chosen = self.theme.takes_way(&way.tags, way.closed());
                if chosen {
                    self.chosen.push(way.id);
                }
                if chosen || self.wanted.contains(&way.id) {
                    self.ways.insert(way.id, way);
                }
            }
            Element::Node(node) => {
                self.places.set(node.id, node.at);
                if self.theme.takes_node(&node.tags) {
                    self.nodes.push(node);
                }
            }
        }
    }
}

/// Coordinates of the nodes that are needed, by id.
#[derive(Default)]
struct Places {
    ids: Vec<i64>,
    at: Vec<Coord>,
}

impl Places {
    fn prepare(&mut self, path: &Path, ways: &HashMap<i64, Way>) -> Result<(), FormatError> {
        self.want(path, || ways.values())
    }

    /// Makes room for the nodes of ways.
    fn want<'a, W: Iterator<Item = &'a Way>>(
        &mut self,
        path: &Path,
        ways: impl Fn() -> W,
    ) -> Result<(), FormatError> {
        let count: usize = ways().map(|way| way.refs.len()).sum();
        if count > MAX_NODES {
            let what = Bilingual::new("该主题的节点数", "the number of nodes of this theme");
            return Err(FormatError::TooLarge { path: path.into(), what, limit: MAX_NODES as u64 });
        }
        self.ids = ways().flat_map(|way| way.refs.iter().copied()).collect();
        self.ids.sort_unstable();
        self.ids.dedup();
        self.at = vec![Coord { x: f64::NAN, y: f64::NAN }; self.ids.len()];
        Ok(())
    }

    fn set(&mut self, id: i64, at: Coord) {
        if let Ok(place) = self.ids.binary_search(&id) {
            self.at[place] = at;
        }
    }

    fn get(&self, id: i64) -> Option<Coord> {
        let at = self.at[self.ids.binary_search(&id).ok()?];
        at.x.is_finite().then_some(at)
    }
}

//! The content of one tile, layer by layer.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use geo_types::Geometry;

use super::clip::{Cutter, DOUBLE_FULL};
use super::coverage::Coverage;
use super::divisions;
use super::layers::{Shown, Spec, specs};
use super::mvt::{Commands, Kind, LayerWriter, Scalar};
use super::shape::{Role, Shape};
use super::shapes::Shapes;
use super::world::{Frame, MAX_ZOOM, TileCoord, WorldPoint};
use crate::model::{Date, Layer, Record, Secrecy};
use crate::snapshot::Snapshot;

/// Most bytes of one layer of a tile before compression; what comes after is left out. Divisions are
/// never left out: a hole in a coverage would be a lie.
const LAYER_BYTES: usize = 1_000_000;
/// Lines and areas smaller than this are left out below the highest zoom: half a pixel, in tile units.
const SMALLEST_UNITS: i64 = 4;

/// Which layers a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// all that have tiles
    All,
    /// one, with what is derived from it
    One(Layer),
}

/// A tile asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileRequest {
    /// where
    pub coord: TileCoord,
    /// what
    pub selection: Selection,
    /// the day on which it holds
    pub as_of: Date,
    /// the highest class that may be seen
    pub secrecy: Secrecy,
}

/// What a tile is made from.
pub struct Scene<'a> {
    /// the register
    pub snapshot: &'a Snapshot,
    /// its divisions
    pub coverage: &'a Coverage,
    /// shapes of large geometries
    pub shapes: &'a Shapes,
    /// what is wanted
    pub request: TileRequest,
}

impl Scene<'_> {
    /// The tile's bytes, not compressed; empty where nothing is.
    pub fn compose(&self) -> Vec<u8> {
        let mut tile = Vec::new();
        for spec in specs() {
            let wanted = match self.request.selection {
                Selection::All => true,
                Selection::One(layer) => layer == spec.layer,
            };
            if !wanted {
                continue;
            }
            if spec.layer == Layer::Division {
                divisions::write(self, spec, &mut tile);
            } else if self.z() >= spec.first_zoom() {
                self.write_layer(spec, &mut tile);
            }
        }
        tile
    }

    /// Zoom.
    pub fn z(&self) -> u8 {
        self.request.coord.z()
    }

    /// The tile's grid.
    pub fn frame(&self) -> Frame {
        self.request.coord.frame()
    }

    /// The records of a layer in the tile that may be seen and hold on the day, in no order.
    pub fn visible(&self, layer: Layer) -> impl Iterator<Item = &Arc<Record>> {
        let TileRequest { coord, as_of, secrecy, .. } = self.request;
        let rows = self.snapshot.layer(layer).window(coord.window()).into_iter();
        rows.filter(move |record| record.secrecy <= secrecy && record.valid.contains(as_of))
    }

    fn write_layer(&self, spec: &Spec, tile: &mut Vec<u8>) {
        let frame = self.frame();
        let mut points: Vec<((i32, i32), &Record)> = Vec::new();
        let mut others: Vec<(i64, &Record, Shape)> = Vec::new();
        for record in self.visible(spec.layer) {
            let shown = spec.shows(record, self.z());
            let Some(geometry) = record.geometry.as_ref().filter(|_| shown != Shown::No) else { continue };
            if let Geometry::Point(p) = &**geometry {
                points.extend(frame.inside(WorldPoint::of(p.0)).map(|at| (at, &**record)));
                continue;
            }
            let shape = self.shapes.of(geometry, self.z());
            let size = shape.outline().bounds().size();
            let loose = matches!(**geometry, Geometry::MultiPoint(_));
            let smallest = match shown {
                Shown::IfLarge(units) => i64::from(units),
                _ if loose || self.z() == MAX_ZOOM => 0,
                _ => SMALLEST_UNITS,
            };
            if size >= frame.units(smallest) {
                others.push((size, record, shape));
            }
        }
        thin(&mut points, spec, self.z());
        others.sort_by_key(|(size, record, _)| (std::cmp::Reverse(*size), record.key()));
        others.truncate(spec.cap);
        let mut writer = FeatureWriter::new(spec);
        let mut cutter = Cutter::new(frame, self.z());
        for (_, record, shape) in others {
            if let Some(kind) = writer.draw(&mut cutter, &shape) {
                writer.write(record, kind);
            }
        }
        for (at, record) in points {
            writer.commands.clear();
            writer.commands.points(&[at]);
            writer.write(record, Kind::Point);
        }
        writer.finish(tile);
    }
}

/// Leaves one point per cell, the one whose record comes first; wider cells as long as there are too
/// many. Cells of one zoom nest in those of the zoom before, so a point once shown stays shown.
fn thin(points: &mut Vec<((i32, i32), &Record)>, spec: &Spec, z: u8) {
    points.sort_unstable_by_key(|(_, record)| record.key());
    let mut cell = if z < MAX_ZOOM { spec.grid.unwrap_or(1) } else { 1 };
    while cell > 1 || points.len() > spec.cap {
        let mut taken: HashMap<(i32, i32), (), RandomState> = HashMap::default();
        let cell_of = |v: i32| v / cell as i32;
        points.retain(|((x, y), _)| taken.insert((cell_of(*x), cell_of(*y)), ()).is_none());
        if points.len() <= spec.cap {
            break;
        }
        cell *= 2;
    }
}

/// Writes the features of one layer with the attributes of its table.
pub struct FeatureWriter<'a> {
    spec: &'a Spec,
    layer: LayerWriter<'a>,
    /// geometry of the feature to come
    pub commands: Commands,
    rings: Vec<(i32, i32)>,
}

impl<'a> FeatureWriter<'a> {
    /// For a layer.
    pub fn new(spec: &'a Spec) -> Self {
        let own = spec.attributes.iter().map(|attribute| attribute.name);
        let keys = ["id", "label"].into_iter().chain(own).collect();
        Self {
            spec,
            layer: LayerWriter::new(spec.layer.name(), keys),
            commands: Commands::default(),
            rings: Vec::new(),
        }
    }

    /// Cuts a shape into the commands; `None` if nothing of it is in the tile.
    pub fn draw(&mut self, cutter: &mut Cutter, shape: &Shape) -> Option<Kind> {
        self.commands.clear();
        let outline = shape.outline().clone();
        let mut kind = None;
        // Whether the outer ring of the part at hand left something, and where its commands begin.
        let mut part = None;
        for path in outline.paths() {
            match path.role {
                Role::Exterior => {
                    part = cutter.ring(shape, path).map(|(ring, area)| {
                        let before = self.commands.mark();
                        push_ring(&mut self.commands, ring, area < 0);
                        before
                    });
                    kind = part.map(|_| Kind::Area).or(kind);
                }
                Role::Interior => {
                    let Some(before) = part else { continue };
                    let Some((ring, area)) = cutter.ring(shape, path) else { continue };
                    if area.abs() == DOUBLE_FULL {
                        // The tile lies in the hole.
                        self.commands.reset(before);
                        part = None;
                    } else {
                        push_ring(&mut self.commands, ring, area > 0);
                    }
                }
                Role::Line => {
                    let edges = path.len.saturating_sub(1);
                    cutter.line(shape, path, (0, edges), &mut |piece| self.commands.line(piece));
                    kind = kind.or((!self.commands.is_empty()).then_some(Kind::Line));
                }
                Role::Points => {
                    self.rings.clear();
                    self.rings.extend(outline.points(path).iter().filter_map(|p| cutter.inside(*p)));
                    self.commands.points(&self.rings);
                    kind = kind.or(Some(Kind::Point));
                }
            }
        }
        kind.filter(|_| !self.commands.is_empty())
    }

    /// Writes the feature whose geometry is in the commands.
    pub fn write(&mut self, record: &Record, kind: Kind) {
        if self.spec.layer != Layer::Division && self.layer.len() > LAYER_BYTES {
            return;
        }
        tag_identity(&mut self.layer, record);
        for (at, attribute) in self.spec.attributes.iter().enumerate() {
            if let Some(value) = attribute.of(record) {
                self.layer.tag(at + 2, value, false);
            }
        }
        self.layer.feature(Some(feature_id(record)), kind, &self.commands);
    }

    /// Appends the layer to a tile.
    pub fn finish(self, tile: &mut Vec<u8>) {
        self.layer.finish(tile);
    }
}

/// Sets `id` and `label`, the first two keys of every layer.
pub fn tag_identity(layer: &mut LayerWriter<'_>, record: &Record) {
    layer.tag(0, Scalar::Text(&record.id.to_string()), true);
    if let Some(label) = record.label() {
        layer.tag(1, Scalar::Text(label), false);
    }
}

/// The numeric id of a feature: the low 53 bits of the record's, which JavaScript keeps whole.
pub fn feature_id(record: &Record) -> u64 {
    record.id.bits() as u64 & ((1 << 53) - 1)
}

fn push_ring(commands: &mut Commands, ring: &mut [(i32, i32)], turn: bool) {
    if turn {
        ring.reverse();
    }
    commands.ring(ring);
}

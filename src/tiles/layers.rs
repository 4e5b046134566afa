//! What a tile holds: `tiles/layers.toml`, compiled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::mvt::Scalar;
use super::world::MAX_ZOOM;
use crate::model::{FieldKind, Layer, Record};

/// Label points of divisions.
pub const LABEL_LAYER: &str = "division_label";
/// Borders of divisions, each once.
pub const BORDER_LAYER: &str = "division_border";

/// How one layer of the register goes into tiles.
#[derive(Debug)]
pub struct Spec {
    /// which
    pub layer: Layer,
    /// fields that go along
    pub attributes: Vec<Attribute>,
    zoom: u8,
    by: Option<(usize, BTreeMap<String, u8>)>,
    large: Option<Large>,
    /// side of the cells to which points are thinned below the highest zoom, tile units
    pub grid: Option<u32>,
    /// most features of a tile
    pub cap: usize,
}

/// Large features come earlier.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Large {
    /// from this zoom on
    pub zoom: u8,
    /// when their box is at least so many tile units
    pub units: u32,
}

/// A field that goes along.
#[derive(Debug)]
pub struct Attribute {
    /// its name
    pub name: &'static str,
    kind: FieldKind,
    /// place among the layer's own fields; `None`: the business code
    place: Option<usize>,
}

impl Attribute {
    /// Its value.
    pub fn of<'a>(&self, record: &'a Record) -> Option<Scalar<'a>> {
        match self.place {
            Some(place) => Scalar::of(record.fields.get(place)?),
            None => record.code.as_deref().map(Scalar::Text),
        }
    }
}

/// When a record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// at this zoom
    Yes,
    /// only if its box has so many tile units
    IfLarge(u32),
    /// not yet
    No,
}

impl Spec {
    /// Whether a record shows at a zoom.
    pub fn shows(&self, record: &Record, z: u8) -> Shown {
        let by = self.by.as_ref().and_then(|(place, zooms)| zooms.get(record.fields.get(*place)?.as_text()?));
        if z >= by.copied().unwrap_or(self.zoom) {
            return Shown::Yes;
        }
        match self.large {
            Some(large) if z >= large.zoom => Shown::IfLarge(large.units),
            _ => Shown::No,
        }
    }

    /// The lowest zoom at which anything shows.
    pub fn first_zoom(&self) -> u8 {
        let by = self.by.iter().flat_map(|(_, zooms)| zooms.values().copied());
        by.chain(self.large.map(|large| large.zoom)).fold(self.zoom, u8::min)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    attributes: Vec<String>,
    zoom: u8,
    by: Option<By>,
    large: Option<Large>,
    grid: Option<u32>,
    cap: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    field: String,
    zooms: BTreeMap<String, u8>,
}

static SPECS: LazyLock<Vec<Spec>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiled in, and a test reads it")]
    read(include_str!("../../tiles/layers.toml")).expect("tiles/layers.toml")
});

fn read(text: &str) -> Result<Vec<Spec>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut specs = Vec::new();
    for (name, entry) in table {
        let entry: Entry = entry.try_into().map_err(|error: toml::de::Error| format!("{name}: {error}"))?;
        let layer: Layer = name.parse().map_err(|error| format!("{error}"))?;
        specs.push(spec(layer, entry).ok_or(format!("{name}: a field that the layer does not have"))?);
    }
    // A TOML table has no order of its own: areas lie under lines, lines under points.
    specs.sort_by_key(|spec| DRAWN.iter().position(|layer| *layer == spec.layer));
    Ok(specs)
}

/// Order of layers in a tile: areas, lines, points.
const DRAWN: &[Layer] = &[
    Layer::Water,
    Layer::ClosedOrGreenArea,
    Layer::Compound,
    Layer::Building,
    Layer::Division,
    Layer::Road,
    Layer::BoundaryLine,
    Layer::BoundaryMarker,
    Layer::Place,
    Layer::Facility,
    Layer::Sign,
    Layer::Gate,
    Layer::DoorPlate,
];

fn spec(layer: Layer, entry: Entry) -> Option<Spec> {
    let attributes = entry.attributes.iter().map(|name| {
        let def = layer.def().field(name)?;
        let place = layer.def().index_of(name);
        (place.is_some() || name == "code").then_some(Attribute { name: def.name, kind: def.kind, place })
    });
    let by = match entry.by {
        Some(by) => Some((layer.def().index_of(&by.field)?, by.zooms)),
        None => None,
    };
    Some(Spec {
        layer,
        attributes: attributes.collect::<Option<_>>()?,
        zoom: entry.zoom,
        by,
        large: entry.large,
        grid: entry.grid,
        cap: entry.cap.unwrap_or(usize::MAX),
    })
}

/// All layers that go into tiles, in drawing order.
pub fn specs() -> &'static [Spec] {
    &SPECS
}

/// A layer of the tiles as TileJSON describes it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct VectorLayer {
    /// name in the tile
    pub id: &'static str,
    /// lowest zoom
    pub minzoom: u8,
    /// highest zoom
    pub maxzoom: u8,
    /// attributes and their JSON types
    pub fields: BTreeMap<&'static str, &'static str>,
}

/// The `vector_layers` of TileJSON 3: of one layer of the register, or of all. Empty for a layer that has
/// no tiles.
pub fn vector_layers(only: Option<Layer>) -> Vec<VectorLayer> {
    let mut all = Vec::new();
    for spec in specs().iter().filter(|spec| only.is_none_or(|layer| layer == spec.layer)) {
        let layer = |id, fields| VectorLayer { id, minzoom: spec.first_zoom(), maxzoom: MAX_ZOOM, fields };
        let own = spec.attributes.iter().map(|attribute| (attribute.name, json_type(attribute.kind)));
        let common = [("id", "String"), ("label", "String")];
        all.push(layer(spec.layer.name(), common.into_iter().chain(own).collect()));
        if spec.layer == Layer::Division {
            let text = |names: &[&'static str]| names.iter().map(|name| (*name, "String")).collect();
            all.push(layer(LABEL_LAYER, text(&["id", "label", "level", "code"])));
            all.push(layer(BORDER_LAYER, text(&["level"])));
        }
    }
    all
}

fn json_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Int | FieldKind::Real => "Number",
        FieldKind::Bool => "Boolean",
        FieldKind::Text | FieldKind::Date | FieldKind::List(_) => "String",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layers::{Division, DivisionLevel, Water};
    use crate::model::{RecordId, vocab};

    #[test]
    fn the_table_reads_and_speaks_of_known_values() {
        assert_eq!(specs().len(), DRAWN.len());
        for spec in specs() {
            assert!(DRAWN.contains(&spec.layer) && spec.layer.has_geometry());
            if let Some((place, zooms)) = &spec.by {
                let list = spec.layer.def().fields[*place].list.unwrap();
                assert!(zooms.keys().all(|value| vocab::list(list).values.iter().any(|v| v.code == *value)));
            }
        }
        assert!(read("[nothing]\nattributes = []\nzoom = 1\ncap = 1").is_err());
        assert!(read("[road]\nattributes = [\"colour\"]\nzoom = 1\ncap = 1").is_err());
    }

    #[test]
    fn records_show_from_their_zoom_on() {
        let id = RecordId::from_bits(1);
        let spec = |layer| specs().iter().find(|spec| spec.layer == layer).unwrap();
        let township = Record::of(id, Division::named("华山街道", DivisionLevel::Township));
        assert_eq!(spec(Layer::Division).shows(&township, 7), Shown::No);
        assert_eq!(spec(Layer::Division).shows(&township, 8), Shown::Yes);
        assert_eq!(spec(Layer::Water).first_zoom(), 7);
        let lake =
            Water { name: None, roman: None, kind: None, width_m: None, intermittent: None, tunnel: None };
        assert_eq!(spec(Layer::Water).shows(&Record::of(id, lake), 8), Shown::IfLarge(64));
        assert_eq!(vector_layers(Some(Layer::Division)).len(), 3);
        assert_eq!(vector_layers(Some(Layer::Name)), []);
    }
}

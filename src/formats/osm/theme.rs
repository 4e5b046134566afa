//! Which elements make up a theme, which of their tags are columns, and whether they are lines or areas.

use super::element::Tags;

/// A layer made of an OpenStreetMap file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Theme {
    /// streets and paths
    #[default]
    Roads,
    /// rivers as lines, lakes as areas
    Water,
    /// buildings
    Buildings,
    /// gates, entrances, walls and fences
    Barriers,
    /// names of places
    Places,
    /// parks, schools, military areas and other uses
    Landuse,
    /// administrative areas
    Boundaries,
}

/// How a way is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawn {
    Line,
    Area,
}

/// Columns of a theme: what tells its features apart, their names, then the rest.
macro_rules! columns {
    ($($kind:literal)* ; $($rest:literal)*) => {
        &[$($kind,)* "name", "name:zh", "name:en", "alt_name", "old_name", "ref", $($rest,)*]
    };
}

const ROADS: &[&str] = columns![
    "highway";
    "foot" "access" "sidewalk" "sidewalk:left" "sidewalk:right" "sidewalk:both" "oneway" "oneway:foot"
    "footway" "service" "junction" "bridge" "tunnel" "covered" "layer" "level" "incline" "surface"
    "smoothness" "width" "lanes" "maxspeed" "step_count" "handrail" "ramp" "wheelchair" "crossing"
    "crossing:markings" "lit" "bicycle" "motor_vehicle" "area" "conveying" "indoor" "construction"
];
const WATER: &[&str] = columns![
    "waterway" "natural" "water";
    "landuse" "width" "intermittent" "tunnel" "layer" "boat"
];
const BUILDINGS: &[&str] = columns![
    "building";
    "addr:street" "addr:housenumber" "addr:housename" "addr:unit" "building:levels" "building:flats"
    "height" "amenity" "shop" "office" "residential" "start_date"
];
const BARRIERS: &[&str] = columns![
    "barrier" "entrance";
    "access" "foot" "bicycle" "motor_vehicle" "locked" "door" "opening_hours" "wheelchair"
    "addr:housenumber" "level" "height" "kerb"
];
const PLACES: &[&str] = columns![
    "place";
    "population" "admin_level" "is_in" "capital" "wikidata"
];
const LANDUSE: &[&str] = columns![
    "landuse" "leisure" "amenity" "natural" "military";
    "access" "operator" "addr:street" "addr:housenumber" "residential" "barrier" "opening_hours"
];
const BOUNDARIES: &[&str] = columns![
    "boundary" "admin_level";
    "place" "population" "wikidata" "start_date" "official_name"
];

const LEISURE: &[&str] = &[
    "park",
    "garden",
    "playground",
    "pitch",
    "nature_reserve",
    "golf_course",
    "sports_centre",
    "stadium",
    "common",
    "recreation_ground",
    "track",
];
const AMENITY: &[&str] = &[
    "school",
    "kindergarten",
    "college",
    "university",
    "hospital",
    "clinic",
    "prison",
    "grave_yard",
    "parking",
    "marketplace",
    "place_of_worship",
    "police",
    "fire_station",
    "townhall",
    "community_centre",
];
const NATURAL: &[&str] =
    &["wood", "scrub", "grassland", "heath", "wetland", "sand", "bare_rock", "scree", "beach"];

fn get<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str()).filter(|v| *v != "no")
}

fn one_of(tags: &Tags, key: &str, values: &[&str]) -> bool {
    get(tags, key).is_some_and(|value| values.contains(&value))
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Roads,
        Self::Water,
        Self::Buildings,
        Self::Barriers,
        Self::Places,
        Self::Landuse,
        Self::Boundaries,
    ];

    /// Its name as a layer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roads => "roads",
            Self::Water => "water",
            Self::Buildings => "buildings",
            Self::Barriers => "barriers",
            Self::Places => "places",
            Self::Landuse => "landuse",
            Self::Boundaries => "boundaries",
        }
    }

    /// The theme of a layer's name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Tags that are columns; the others go together into `other_tags`.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Roads => ROADS,
            Self::Water => WATER,
            Self::Buildings => BUILDINGS,
            Self::Barriers => BARRIERS,
            Self::Places => PLACES,
            Self::Landuse => LANDUSE,
            Self::Boundaries => BOUNDARIES,
        }
    }

    /// Whether relations have a part in it.
    pub const fn has_relations(self) -> bool {
        matches!(self, Self::Water | Self::Buildings | Self::Landuse | Self::Boundaries)
    }

    /// Whether a relation is an area of this theme.
    pub fn takes_relation(self, tags: &Tags) -> bool {
        let of_kind = match self {
            Self::Boundaries => one_of(tags, "type", &["boundary", "multipolygon"]),
            _ => one_of(tags, "type", &["multipolygon"]),
        };
        of_kind
            && match self {
                Self::Boundaries => get(tags, "boundary") == Some("administrative"),
                Self::Buildings => get(tags, "building").is_some(),
                Self::Water => is_water_area(tags),
                Self::Landuse => is_use(tags),
                _ => false,
            }
    }

    /// Whether a way is of this theme.
    pub fn takes_way(self, tags: &Tags, closed: bool) -> bool {
        match self {
            Self::Roads => get(tags, "highway").is_some(),
            Self::Water => get(tags, "waterway").is_some() || closed && is_water_area(tags),
            Self::Buildings => closed && get(tags, "building").is_some(),
            Self::Barriers => get(tags, "barrier").is_some(),
            Self::Landuse => closed && is_use(tags),
            Self::Boundaries => closed && get(tags, "boundary") == Some("administrative"),
            Self::Places => false,
        }
    }

    /// Whether a node is of this theme.
    pub fn takes_node(self, tags: &Tags) -> bool {
        match self {
            Self::Barriers => get(tags, "barrier").is_some() || get(tags, "entrance").is_some(),
            Self::Places => get(tags, "place").is_some(),
            _ => false,
        }
    }

    /// How a way of this theme is drawn.
    pub fn drawn(self, tags: &Tags, closed: bool) -> Drawn {
        let area = match self {
            Self::Roads | Self::Barriers | Self::Places => false,
            Self::Water => closed && is_water_area(tags),
            Self::Buildings | Self::Landuse | Self::Boundaries => closed,
        };
        if area { Drawn::Area } else { Drawn::Line }
    }
}

fn is_water_area(tags: &Tags) -> bool {
    get(tags, "natural") == Some("water")
        || get(tags, "water").is_some()
        || one_of(tags, "waterway", &["riverbank", "dock", "boatyard", "dam"])
        || one_of(tags, "landuse", &["reservoir", "basin"])
}

fn is_use(tags: &Tags) -> bool {
    (get(tags, "landuse").is_some() && !one_of(tags, "landuse", &["reservoir", "basin"]))
        || get(tags, "military").is_some()
        || one_of(tags, "leisure", LEISURE)
        || one_of(tags, "amenity", AMENITY)
        || one_of(tags, "natural", NATURAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_has_names_and_no_column_twice() {
        const NAMES: [&str; 6] = ["name", "name:zh", "name:en", "alt_name", "old_name", "ref"];
        for theme in Theme::ALL {
            let columns = theme.columns();
            assert!(NAMES.iter().all(|name| columns.contains(name)), "{theme:?}");
            let mut sorted = columns.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), columns.len(), "{theme:?}");
            assert_eq!(Theme::by_name(theme.name()), Some(theme));
        }
    }
}

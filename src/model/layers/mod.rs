//! The layers: one struct each. Adding a field is one line there and its label in `data/vocab/fields.toml`.

mod addresses;
mod boundary;
mod built;
mod division;
mod inspection;
mod names;
mod network;

pub use addresses::{DoorPlate, Sign};
pub use boundary::{
    BoundaryLine, BoundaryMarker, LineSegment, MarkerChange, MarkerReference, MarkerSignature, MarkerState,
};
pub use built::{Building, ClosedOrGreenArea, Compound, Facility, Gate, HouseholdCount};
pub use division::{Division, DivisionLevel};
pub use inspection::{InspectionProblem, InspectionRecord, InspectionRound};
pub use names::{Name, NameEvent, Place, PlaceExtent};
pub use network::{Road, Water};

use std::fmt;
use std::str::FromStr;

use super::{FieldDef, FieldValue, Fields, GeometryKind, LayerDef, RefBy, Reference, Value};

/// A layer's struct, typed: for code that builds or reads one kind of record.
pub trait LayerStruct: Sized {
    /// its layer
    const LAYER: Layer;
    /// From stored fields; the name of the first field that is missing or does not fit otherwise.
    fn from_fields(fields: &Fields) -> Result<Self, &'static str>;
    /// To stored fields.
    fn into_fields(self) -> Fields;
}

/// Declares a layer: its struct and, from it, its definition.
macro_rules! layer {
    (
        $(#[$doc:meta])*
        pub struct $name:ident ($table:literal, $geometry:ident) {
            $( $(#[$fdoc:meta])* $field:ident : $ty:ty $([ $($attr:ident = $val:expr),* ])? ),* $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "the fields are explained in data/vocab/fields.toml")]
        pub struct $name { $( $(#[$fdoc])* pub $field: $ty ),* }

        impl $name {
            pub(super) const DEF: &'static $crate::model::LayerDef = &$crate::model::LayerDef {
                layer: $crate::model::Layer::$name,
                name: $table,
                geometry: $crate::model::GeometryKind::$geometry,
                fields: &[ $( $crate::model::FieldDef {
                    $($($attr: Some($val),)*)?
                    ..$crate::model::layers::plain_field::<$ty>(stringify!($field))
                } ),* ],
            };
        }

        impl $crate::model::layers::LayerStruct for $name {
            const LAYER: $crate::model::Layer = $crate::model::Layer::$name;
            fn from_fields(fields: &$crate::model::Fields) -> Result<Self, &'static str> {
                let mut index = 0;
                $(
                    let $field = <$ty as $crate::model::FieldValue>::from_value(fields.get(index))
                        .ok_or(stringify!($field))?;
                    index += 1;
                )*
                debug_assert_eq!(index, Self::DEF.fields.len());
                Ok(Self { $($field),* })
            }
            fn into_fields(self) -> $crate::model::Fields {
                $crate::model::Fields::from_iter([
                    $( $crate::model::FieldValue::into_value(self.$field) ),*
                ])
            }
        }
    };
}
use layer;

const fn plain_field<T: FieldValue>(name: &'static str) -> FieldDef {
    FieldDef {
        name,
        kind: T::KIND,
        required: T::REQUIRED,
        list: T::LIST,
        unit: None,
        refers: None,
        files: None,
    }
}

const fn by_id(layer: Layer) -> Reference {
    Reference { layer, by: RefBy::Id }
}

const fn by_code(layer: Layer) -> Reference {
    Reference { layer, by: RefBy::Code }
}

macro_rules! layer_enum {
    ($($name:ident),* $(,)?) => {
        /// Which layer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is explained at its struct")]
        pub enum Layer { $($name),* }

        impl Layer {
            /// All layers, in the order in which lists show them.
            pub const ALL: &'static [Self] = &[ $(Self::$name),* ];

            /// Its definition.
            pub const fn def(self) -> &'static LayerDef {
                match self { $(Self::$name => $name::DEF),* }
            }
        }
    };
}

layer_enum! {
    Division, BoundaryLine, BoundaryMarker, InspectionRound, InspectionRecord, Place, PlaceExtent, Name, Sign, DoorPlate,
    Road, Water, Compound, Gate, Building, HouseholdCount, Facility, ClosedOrGreenArea,
}

impl Layer {
    /// Name of table, collection and tile layer.
    pub const fn name(self) -> &'static str {
        self.def().name
    }

    /// Place in [`Layer::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether its records have a geometry.
    pub const fn has_geometry(self) -> bool {
        !matches!(self.def().geometry, GeometryKind::None)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no layer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no layer of the name {0:?}")]
pub struct UnknownLayer(pub String);

impl FromStr for Layer {
    type Err = UnknownLayer;

    /// Takes the name, with `-` for `_`, and the Chinese title.
    fn from_str(text: &str) -> Result<Self, UnknownLayer> {
        let wanted = text.trim().replace('-', "_").to_lowercase();
        Self::ALL
            .iter()
            .copied()
            .find(|layer| layer.name() == wanted || layer.def().title().zh == text.trim())
            .ok_or_else(|| UnknownLayer(text.chars().take(60).collect()))
    }
}

/// Declares an enum that is stored as one of the words of a code list.
macro_rules! code_enum {
    ($(#[$doc:meta])* pub enum $name:ident in $list:literal { $($(#[$vdoc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its word in the code list.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
            /// By its word.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl $crate::model::FieldValue for $name {
            const KIND: $crate::model::FieldKind = $crate::model::FieldKind::Text;
            const LIST: Option<&'static str> = Some($list);
            fn from_value(value: Option<&$crate::model::Value>) -> Option<Self> {
                value.and_then($crate::model::Value::as_text).and_then(Self::from_code)
            }
            fn into_value(self) -> Option<$crate::model::Value> {
                Some($crate::model::Value::Text(self.code().into()))
            }
        }
    };
}
use code_enum;

impl FromIterator<Option<Value>> for Fields {
    fn from_iter<I: IntoIterator<Item = Option<Value>>>(values: I) -> Self {
        Self::from_pairs(values.into_iter().enumerate().filter_map(|(index, value)| Some((index, value?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_at_most_255_fields_and_distinct_names() {
        for layer in Layer::ALL {
            let def = layer.def();
            assert!(def.fields.len() < 255);
            let mut names: Vec<_> =
                crate::model::COMMON_FIELDS.iter().chain(def.fields).map(|f| f.name).collect();
            names.extend(["fid", "id", "version", "extra", "geom"]);
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", def.name);
            assert_eq!(def.layer, *layer);
            assert_eq!(layer.name().parse(), Ok(*layer));
        }
    }

    #[test]
    fn a_struct_reads_back_from_its_fields() {
        let division = Division {
            name: "华山街道".into(),
            parent_code: Some("530102".into()),
            former_names: vec!["武成".into()],
            area_km2: Some(2.5),
            ..Division::named("华山街道", DivisionLevel::Township)
        };
        let fields = division.clone().into_fields();
        assert_eq!(Division::from_fields(&fields), Ok(division));
        assert_eq!(Division::from_fields(&Fields::default()), Err("name"));
    }
}

//! What cuts ground into blocks, read from `data/zoning/blocks.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::zoning::barrier::Barrier;

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Defaults {
    /// lines nearer to each other, or to a limit, meet there
    pub tolerance_m: f64,
    /// an edge deeper inside a compound cuts it
    pub inside_m: f64,
    /// smaller blocks without households join a neighbour
    pub sliver_m2: f64,
    /// and narrower ones
    pub sliver_width_m: f64,
    roads: BTreeMap<String, String>,
    waters: BTreeMap<String, String>,
}

impl Defaults {
    /// What a class of road is as a border; `None` where it cuts nothing.
    pub fn road(&self, class: &str) -> Option<Barrier> {
        self.roads.get(class).and_then(|word| Barrier::read(word))
    }

    /// The same of a kind of water.
    pub fn water(&self, kind: &str) -> Option<Barrier> {
        self.waters.get(kind).and_then(|word| Barrier::read(word))
    }
}

/// The defaults that the program was built with.
#[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
pub(super) fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        toml::from_str(include_str!("../../../data/zoning/blocks.toml")).expect("blocks.toml")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let defaults = defaults();
        assert_eq!(defaults.road("expressway"), Some(Barrier::Expressway));
        assert_eq!(defaults.road("secondary"), Some(Barrier::Street));
        assert_eq!((defaults.road("service"), defaults.water("river")), (None, Some(Barrier::River)));
        for (name, word) in defaults.roads.iter().chain(&defaults.waters) {
            assert!(Barrier::read(word).is_some(), "{name}");
        }
    }
}

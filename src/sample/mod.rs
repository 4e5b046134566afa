//! The demo district: a seeded generator of a district modelled on 五华区, from the facts in data/sample.
//!
//! Names and codes of divisions are real; every line, area and number is made up and says so
//! (`source` = 演示合成数据). A pure function of seed and scale: no clock, no disk, no library sine,
//! so the same bytes come out on every machine, for ever.

mod compounds;
mod defects;
mod divisions;
mod facts;
mod landuse;
mod ledger;
mod lines;
mod mesh;
mod plane;
mod random;
mod skeleton;
mod streets;
mod subdivide;
mod terrain;
mod town;

use crate::model::Record;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleOptions {
    /// chooses among all possible districts
    pub seed: u64,
    /// how many districts stand side by side (1 to 400)
    pub scale: usize,
}

impl Default for SampleOptions {
    fn default() -> Self {
        Self { seed: 1, scale: 1 }
    }
}

/// A demo district.
#[derive(Clone, Debug)]
pub struct Sample {
    /// all records
    pub records: Vec<Record>,
}

/// Makes the demo district; `progress` hears how far it is, from 0 to 1.
pub fn generate(options: SampleOptions, mut progress: impl FnMut(f64)) -> Sample {
    let mut ledger = ledger::Ledger::new(options.seed);
    let scale = options.scale.clamp(1, 400);
    for tile in 0..scale {
        let town = town::Town::build(options.seed, tile);
        divisions::write(&town, &mut ledger);
        let mut defects = defects::Defects::default();
        lines::write(&town, &mut ledger, &mut defects);
        let streets = streets::trace(&town);
        streets::write(&town, &streets, &mut ledger);
        let blocks = landuse::plan(&town);
        let built = compounds::write(&town, &streets, blocks, &mut ledger);
        progress((tile + 1) as f64 / scale as f64);
    }
    Sample { records: ledger.take() }
}

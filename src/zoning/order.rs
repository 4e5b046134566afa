//! What planners ask for: re-draw, split, merge, grids; each as a task on blocks.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::blocks::{Blocks, Wishes};
use super::preset::Preset;
use super::problem::counted;
use super::task::Task;

/// What is to be done with the communities in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanKind)]
pub enum Kind {
    /// all anew, within their subdistricts
    Redraw,
    /// each into several, none leaves its limits
    Split,
    /// fewer than there are
    Merge,
    /// each into grids, none leaves its community
    Grids,
}

impl Kind {
    /// What it is called.
    pub fn title(self) -> crate::model::Bilingual {
        let (zh, en) = match self {
            Self::Redraw => ("重新划分", "re-drawn"),
            Self::Split => ("拆分", "split"),
            Self::Merge => ("合并", "merged"),
            Self::Grids => ("划分网格", "divided into grids"),
        };
        crate::model::Bilingual::new(zh, en)
    }

    /// What counts first where nobody says.
    pub fn usual_preset(self) -> Preset {
        match self {
            Self::Redraw | Self::Merge => Preset::LeastChange,
            Self::Split => Preset::Barriers,
            Self::Grids => Preset::Compact,
        }
    }
}

/// The wish.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// what is to be done
    pub kind: Kind,
    /// households of a zone: at least, at most, best
    pub band: (f64, f64, Option<f64>),
    /// at most for a zone with a block that is above the band by itself
    pub wide_max: Option<f64>,
    /// how many zones: in all, or of each community that is split
    pub zones: Option<RangeInclusive<usize>>,
    /// what counts first
    pub preset: Preset,
    /// of all that is random
    pub seed: u64,
    /// how many divisions at most
    pub alternatives: usize,
}

impl Order {
    /// The task on these blocks, without a budget.
    pub fn task(&self, blocks: &Blocks, wishes: &Wishes) -> Task {
        let mut task = blocks.task(self.band, wishes);
        task.problem.band.wide = self.wide_max.map(counted);
        task.preset = self.preset;
        task.seed = self.seed;
        task.alternatives = self.alternatives;
        match self.kind {
            Kind::Redraw => task.zones.clone_from(&self.zones),
            Kind::Merge => {
                let present: BTreeSet<usize> =
                    blocks.blocks.iter().filter_map(|block| block.community).collect();
                let fewer = 1..=present.len().saturating_sub(1).max(1);
                task.zones = Some(self.zones.clone().unwrap_or(fewer));
            }
            Kind::Split | Kind::Grids => {
                let communities = blocks.communities.len();
                let parent = |at: usize| {
                    let block = &blocks.blocks[at];
                    block.community.unwrap_or(communities + block.street) as u32
                };
                task.parent = (0..blocks.blocks.len()).map(parent).collect();
                task.zones_each = match (self.kind, &self.zones) {
                    (_, Some(zones)) => Some(zones.clone()),
                    (Kind::Split, None) => Some(2..=64),
                    _ => None,
                };
            }
        }
        task
    }
}

//! Communities and grids drawn anew (社区、网格划分): units into zones in one piece and within a band of households.
//!
//! [`Units`] measures polygons, [`Task`] holds what is asked for, [`solve`] gives an [`Answer`]: the best division
//! and alternatives, or proofs that none is possible. [`score`] counts any division from scratch. Nothing here
//! knows a clock: a [`Watch`] ends the search, a budget of elementary steps makes it reproducible.

mod barrier;
mod blocks;
mod bounds;
mod certificate;
mod divide;
mod exact;
mod figures;
mod finish;
mod graph;
mod islands;
mod order;
mod outlines;
mod preset;
mod problem;
mod score;
mod search;
mod solve;
mod task;
#[cfg(test)]
mod tests;
mod units;
mod villages;
mod watch;

pub use barrier::Barrier;
pub use blocks::{Block, Blocks, BlocksError, Grids, Known, Place, Scope, Wishes};
pub use bounds::Obstacle;
pub use certificate::{Certificate, Relaxation, amount, certificate};
pub use figures::{Figures, Limits, Objectives, PlanFinding, Share, Zone, figures, straightness};
pub use finish::finish;
pub use graph::{Border, Graph};
pub use order::{Kind, Order};
pub use preset::Preset;
pub use problem::{Band, Problem, Weights, ZoneKind, counted, households};
pub use score::{Scores, ZoneScore, moved, score};
pub use solve::{Answer, Plan, Proof, Status, solve};
pub use task::{Facts, Task, numbered};
pub use units::{LEAST_BORDER_M, Line, Piece, TOLERANCE_M, Units, classify};
pub use watch::Watch;

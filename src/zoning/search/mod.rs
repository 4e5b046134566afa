//! Good divisions: constructed by trees and on several levels, then improved by moves that keep zones in one piece.

mod anneal;
mod chain;
mod levels;
mod present;
mod recombine;
pub(super) mod state;
pub(super) mod tree;

pub(super) use chain::{Chain, Outcome, Start, run};
pub(super) use present::{grown, present};
pub(super) use state::State;

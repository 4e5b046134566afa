//! Naive twins: slow, short, plainly right.

pub mod layer;

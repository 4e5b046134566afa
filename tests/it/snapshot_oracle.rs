//! Clever against naive: the snapshot against brute force.

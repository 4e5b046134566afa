//! Tiles: shared borders stay shared.

//! Planar coverages: what polygons that meet along shared edges have in common.

//! Vector tiles from a snapshot: simplified on shared arcs, encoded, cached, dropped where stale.

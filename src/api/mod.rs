//! HTTP only: parse, call, render. OGC API under /ogc, our own under /api/v1, tiles under /tiles.

//! The plane of the tiles: Web Mercator on a grid of 2^32 by 2^32, about 9 mm at the equator.
//!
//! Whole numbers make everything after the projection exact: equal points stay equal, and the two sides
//! of a border are cut and rounded alike.

use geo_types::{Coord, Rect};

use crate::topology::Vertex;

/// Side of a tile in its own units.
pub const EXTENT: i64 = 4096;
/// How far lines and areas reach over a tile's edge, in tile units, so that strokes join.
pub const BUFFER: i64 = 64;
/// Highest zoom of tiles; maps that zoom on stretch these.
pub const MAX_ZOOM: u8 = 14;
/// Latitude at which the square of Web Mercator ends, degrees.
const MAX_LATITUDE: f64 = 85.051_128_779_806_59;
/// Side of the plane.
const SIDE: f64 = 4_294_967_296.0;

/// A point of the plane, x to the east from 180° W, y to the south from 85.05° N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorldPoint {
    /// to the east
    pub x: u32,
    /// to the south
    pub y: u32,
}

impl WorldPoint {
    /// From longitude and latitude in degrees; beyond the square it lands on its edge.
    pub fn of(c: Coord) -> Self {
        let sin = c.y.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin();
        let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * std::f64::consts::PI);
        // `as` saturates: the east and south edges land on the last cell.
        Self { x: ((c.x / 360.0 + 0.5) * SIDE) as u32, y: (y * SIDE) as u32 }
    }

    /// Longitude and latitude in degrees.
    pub fn lon_lat(self) -> Coord {
        lon_lat(f64::from(self.x), f64::from(self.y))
    }
}

fn lon_lat(x: f64, y: f64) -> Coord {
    let t = std::f64::consts::PI * (1.0 - 2.0 * y / SIDE);
    Coord { x: x / SIDE * 360.0 - 180.0, y: t.sinh().atan().to_degrees() }
}

impl Vertex for WorldPoint {
    fn xy(self) -> (f64, f64) {
        (f64::from(self.x), f64::from(self.y))
    }
}

/// A box of the plane, borders included; signed, because a tile's buffer may reach over the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldBox {
    /// west and north
    pub min: (i64, i64),
    /// east and south
    pub max: (i64, i64),
}

impl WorldBox {
    /// Meets nothing.
    pub const EMPTY: Self = Self { min: (i64::MAX, i64::MAX), max: (i64::MIN, i64::MIN) };
    /// Meets everything.
    pub const ALL: Self = Self { min: (i64::MIN, i64::MIN), max: (i64::MAX, i64::MAX) };

    /// Round points.
    pub fn round(points: impl IntoIterator<Item = WorldPoint>) -> Self {
        let mut all = Self::EMPTY;
        for p in points {
            all.add(p);
        }
        all
    }

    /// Round a box in longitude and latitude, one unit wider than it.
    pub fn of(rect: Rect) -> Self {
        let (a, b) = (WorldPoint::of(rect.min()), WorldPoint::of(rect.max()));
        Self { min: (i64::from(a.x) - 1, i64::from(b.y) - 1), max: (i64::from(b.x) + 1, i64::from(a.y) + 1) }
    }

    /// Makes it reach a point.
    pub fn add(&mut self, p: WorldPoint) {
        let (x, y) = (i64::from(p.x), i64::from(p.y));
        self.min = (self.min.0.min(x), self.min.1.min(y));
        self.max = (self.max.0.max(x), self.max.1.max(y));
    }

    /// Round this and another.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            min: (self.min.0.min(other.min.0), self.min.1.min(other.min.1)),
            max: (self.max.0.max(other.max.0), self.max.1.max(other.max.1)),
        }
    }

    /// Whether the two have a point in common.
    pub fn meets(self, other: Self) -> bool {
        self.min.0 <= other.max.0
            && self.max.0 >= other.min.0
            && self.min.1 <= other.max.1
            && self.max.1 >= other.min.1
    }

    /// Whether the other lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.min.0 <= other.min.0
            && self.max.0 >= other.max.0
            && self.min.1 <= other.min.1
            && self.max.1 >= other.max.1
    }

    /// The longer side; 0 when empty.
    pub fn size(self) -> i64 {
        if self.min.0 > self.max.0 { 0 } else { (self.max.0 - self.min.0).max(self.max.1 - self.min.1) }
    }
}

/// Which tile, in the usual numbering (y from the north).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

impl TileCoord {
    /// `None` beyond [`MAX_ZOOM`] or outside the square.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    /// The tile that a place lies in.
    pub fn at(lon_lat: Coord, z: u8) -> Self {
        let z = z.min(MAX_ZOOM);
        let p = WorldPoint::of(lon_lat);
        let cell = |v: u32| (u64::from(v) >> (32 - u32::from(z))) as u32;
        Self { z, x: cell(p.x), y: cell(p.y) }
    }

    /// zoom
    pub fn z(self) -> u8 {
        self.z
    }

    /// column from the west
    pub fn x(self) -> u32 {
        self.x
    }

    /// row from the north
    pub fn y(self) -> u32 {
        self.y
    }

    /// How its units lie in the plane.
    pub fn frame(self) -> Frame {
        let side = 32 - u32::from(self.z);
        Frame {
            origin: (i64::from(self.x) << side, i64::from(self.y) << side),
            shift: side - EXTENT.trailing_zeros(),
        }
    }

    /// Longitude and latitude covered, buffer included, for asking the snapshot.
    pub fn window(self) -> Rect {
        let covered = self.frame().clip();
        // Two units more: the way back through degrees rounds.
        let corner = |x: i64, y: i64| lon_lat(x.clamp(0, SIDE as i64) as f64, y.clamp(0, SIDE as i64) as f64);
        Rect::new(corner(covered.min.0 - 2, covered.max.1 + 2), corner(covered.max.0 + 2, covered.min.1 - 2))
    }
}

/// A tile's grid in the plane: one unit is 2^shift of the plane's.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    origin: (i64, i64),
    shift: u32,
}

impl Frame {
    /// The box to cut at: the tile and its buffer.
    pub fn clip(self) -> WorldBox {
        let reach = BUFFER << self.shift;
        let side = EXTENT << self.shift;
        WorldBox {
            min: (self.origin.0 - reach, self.origin.1 - reach),
            max: (self.origin.0 + side + reach, self.origin.1 + side + reach),
        }
    }

    /// To tile units, rounded to the nearest.
    pub fn quantise(self, (x, y): (i64, i64)) -> (i32, i32) {
        let half = (1 << self.shift) >> 1;
        let one = |v: i64, origin: i64| ((v - origin + half) >> self.shift) as i32;
        (one(x, self.origin.0), one(y, self.origin.1))
    }

    /// Tile units of a point if it lies in the tile proper (west and north edges included).
    pub fn inside(self, p: WorldPoint) -> Option<(i32, i32)> {
        let (x, y) =
            ((i64::from(p.x) - self.origin.0) >> self.shift, (i64::from(p.y) - self.origin.1) >> self.shift);
        ((0..EXTENT).contains(&x) && (0..EXTENT).contains(&y)).then_some((x as i32, y as i32))
    }

    /// So many tile units, in the plane's.
    pub fn units(self, units: i64) -> i64 {
        units << self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tiles() {
        let kunming = Coord { x: 102.7123, y: 25.0406 };
        // From the formulas of the OpenStreetMap wiki (slippy map tile names).
        assert_eq!(TileCoord::at(kunming, 10), TileCoord { z: 10, x: 804, y: 438 });
        assert_eq!(TileCoord::at(Coord { x: 180.0, y: -90.0 }, 14), TileCoord { z: 14, x: 16383, y: 16383 });
        assert_eq!(TileCoord::at(kunming, 0), TileCoord { z: 0, x: 0, y: 0 });
        assert!(TileCoord::new(3, 8, 0).is_none() && TileCoord::new(15, 0, 0).is_none());
        assert!(TileCoord::new(14, 16383, 16383).is_some());
    }

    #[test]
    fn degrees_and_back() {
        for (x, y) in [(102.7, 25.04), (-179.9, 84.9), (0.0, -84.9), (179.999, 0.0)] {
            let back = WorldPoint::of(Coord { x, y }).lon_lat();
            assert!((back.x - x).abs() < 1e-7 && (back.y - y).abs() < 1e-7, "{back:?}");
        }
        let tile = TileCoord { z: 14, x: 12866, y: 7013 };
        let frame = tile.frame();
        assert!(WorldBox::of(tile.window()).covers(frame.clip()));
        assert_eq!(frame.quantise(frame.origin), (0, 0));
        assert_eq!(frame.quantise((frame.clip().max.0, frame.clip().max.1)), (4160, 4160));
    }
}

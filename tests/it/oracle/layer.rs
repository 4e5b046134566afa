//! A layer as a plain map: every question asked of every row.

use std::collections::BTreeMap;

use boundstone::model::{Change, Date, Record, RecordId, RecordKey, geometry};
use geo::{
    Closest, ClosestPoint as _, Contains as _, CoordsIter as _, Distance as _, Geodesic, Intersects as _,
    LinesIter as _, MapCoords as _,
};
use geo_types::{Coord, Geometry, Line, Point, Polygon, Rect};

/// All rows of a layer.
#[derive(Clone, Default)]
pub struct NaiveLayer {
    rows: BTreeMap<RecordKey, Record>,
}

impl NaiveLayer {
    pub fn put(&mut self, record: Record) {
        self.rows.insert(record.key(), record);
    }

    pub fn apply(&mut self, change: &Change) {
        match change.after() {
            Some(after) => self.rows.insert(change.key(), after.clone()),
            None => self.rows.remove(&change.key()),
        };
    }

    pub fn keys(&self) -> Vec<RecordKey> {
        self.rows.keys().copied().collect()
    }

    pub fn get(&self, key: RecordKey) -> Option<&Record> {
        self.rows.get(&key)
    }

    fn keys_where(&self, mut holds: impl FnMut(&Record) -> bool) -> Vec<RecordKey> {
        self.rows.values().filter(|record| holds(record)).map(Record::key).collect()
    }

    pub fn count(&self, as_of: Date) -> usize {
        self.keys_where(|record| record.valid.contains(as_of)).len()
    }

    pub fn after(&self, id: RecordId) -> Vec<RecordKey> {
        self.keys_where(|record| record.id > id)
    }

    pub fn by_code(&self, code: &str) -> Vec<RecordKey> {
        self.keys_where(|record| record.code.as_deref() == Some(code))
    }

    pub fn window(&self, window: Rect) -> Vec<RecordKey> {
        self.keys_where(|record| {
            record.geometry.as_deref().and_then(geometry::bounds).is_some_and(|b| b.intersects(&window))
        })
    }

    pub fn intersecting(&self, with: &Geometry) -> Vec<RecordKey> {
        self.keys_where(|record| record.geometry.as_deref().is_some_and(|g| g.intersects(with)))
    }

    /// Nearest by the point that is nearest on the plane that touches the ellipsoid at `at`.
    pub fn nearest(&self, at: Coord, k: usize, as_of: Date) -> Vec<(f64, RecordKey)> {
        let (sin, cos) = at.y.to_radians().sin_cos();
        let scale = cos * (1.0 - 0.0066943800229 * sin * sin) / (1.0 - 0.0066943800229);
        let flat = |c: Coord| Coord { x: (c.x - at.x) * scale, y: c.y - at.y };
        let origin = Point::new(0.0, 0.0);
        let measure = |p: Point| Geodesic.distance(Point(at), Point::new(p.x() / scale + at.x, p.y() + at.y));
        let metres = |g: &Geometry| {
            let g = g.map_coords(flat);
            if g.contains(&origin) {
                return Some(0.0);
            }
            // Side by side: `closest_point` of a whole line with a repeated point is indeterminate.
            let sides = lines(&g).into_iter().map(|side| match side.closest_point(&origin) {
                Closest::SinglePoint(p) | Closest::Intersection(p) => measure(p),
                Closest::Indeterminate => measure(side.start.into()),
            });
            let points = g.coords_iter().map(|c| measure(c.into()));
            sides.chain(points).min_by(f64::total_cmp)
        };
        let mut found: Vec<(f64, RecordKey)> = self
            .rows
            .values()
            .filter(|record| record.valid.contains(as_of))
            .filter_map(|record| Some((metres(record.geometry.as_deref()?)?, record.key())))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(k);
        found
    }
}

fn lines(geometry: &Geometry) -> Vec<Line> {
    match geometry {
        Geometry::MultiLineString(lines) => lines.lines_iter().collect(),
        Geometry::MultiPolygon(polygons) => polygons.lines_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether a point lies in a polygon by the register's border rule, in its plainest form: a ray to the
/// east, edges half open at their upper end, a point on an edge is to the east of it.
///
/// Coordinates must be small multiples of 2^-20 or so: then the products below are exact.
pub fn polygon_holds(polygon: &Polygon, at: Coord) -> bool {
    let mut inside = false;
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        for edge in ring.lines() {
            let (low, high) =
                if edge.start.y <= edge.end.y { (edge.start, edge.end) } else { (edge.end, edge.start) };
            let turn = (high.x - low.x) * (at.y - low.y) - (high.y - low.y) * (at.x - low.x);
            if low.y <= at.y && at.y < high.y && turn > 0.0 {
                inside = !inside;
            }
        }
    }
    inside
}

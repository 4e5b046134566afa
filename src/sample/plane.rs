//! Points and polygons of the ideal plane: metres, x to the east, y to the north, straight streets.

/// A point or a vector, metres.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct P {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Short for [`P`].
pub(super) const fn p(x: f64, y: f64) -> P {
    P { x, y }
}

impl std::ops::Add for P {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        p(self.x + other.x, self.y + other.y)
    }
}

impl std::ops::Sub for P {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        p(self.x - other.x, self.y - other.y)
    }
}

impl std::ops::Mul<f64> for P {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        p(self.x * factor, self.y * factor)
    }
}

impl P {
    /// Cross product: positive where `other` lies to the left.
    pub(super) fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }

    /// Dot product.
    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// Length.
    pub(super) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    /// Of length 1; a vector of no length stays.
    pub(super) fn unit(self) -> Self {
        let length = self.length();
        if length > 0.0 { self * (1.0 / length) } else { self }
    }

    /// Turned left by a right angle.
    pub(super) fn left(self) -> Self {
        p(-self.y, self.x)
    }

    /// Distance to another point.
    pub(super) fn to(self, other: Self) -> f64 {
        (other - self).length()
    }
}

/// Area and centroid of a ring (open: the first point is not repeated); area positive if counter-clockwise.
pub(super) fn area_and_centroid(ring: &[P]) -> (f64, P) {
    let Some(&origin) = ring.first() else { return (0.0, P::default()) };
    let (mut twice, mut sum) = (0.0, P::default());
    for (a, b) in sides(ring) {
        let (a, b) = (a - origin, b - origin);
        let cross = a.cross(b);
        twice += cross;
        sum = sum + (a + b) * cross;
    }
    let centroid = if twice == 0.0 { origin } else { origin + sum * (1.0 / (3.0 * twice)) };
    (twice / 2.0, centroid)
}

/// The sides of an open ring.
pub(super) fn sides(ring: &[P]) -> impl Iterator<Item = (P, P)> + '_ {
    ring.iter().enumerate().map(|(at, &a)| (a, ring[(at + 1) % ring.len()]))
}

/// Direction of the longest axis of inertia of a ring.
pub(super) fn long_axis(ring: &[P]) -> P {
    let (_, centre) = area_and_centroid(ring);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in sides(ring) {
        let (a, b) = (a - centre, b - centre);
        let cross = a.cross(b);
        xx += cross * (a.x * a.x + a.x * b.x + b.x * b.x);
        yy += cross * (a.y * a.y + a.y * b.y + b.y * b.y);
        xy += cross * (2.0 * a.x * a.y + a.x * b.y + b.x * a.y + 2.0 * b.x * b.y) / 2.0;
    }
    let half = (xx - yy) / 2.0;
    let root = (half * half + xy * xy).sqrt();
    // The eigenvector of the larger root, from whichever row does not vanish.
    let axis = if half >= 0.0 { p(half + root, xy) } else { p(xy, root - half) };
    if axis.length() > 0.0 { axis.unit() } else { p(1.0, 0.0) }
}

/// Whether a point lies inside a ring (borders undecided).
pub(super) fn contains(ring: &[P], at: P) -> bool {
    sides(ring).fold(false, |inside, (a, b)| {
        let crosses = (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x;
        inside != crosses
    })
}

/// Whether two segments have a point in common.
pub(super) fn segments_touch(a: P, b: P, c: P, d: P) -> bool {
    let (u, v) = (b - a, d - c);
    let (c1, c2) = (u.cross(c - a), u.cross(d - a));
    let (d1, d2) = (v.cross(a - c), v.cross(b - c));
    c1 * c2 <= 0.0 && d1 * d2 <= 0.0 && (c1 != c2 || d1 != d2)
}

/// Distance of a point from a segment.
pub(super) fn distance_to_segment(at: P, a: P, b: P) -> f64 {
    let along = b - a;
    let square = along.dot(along);
    let t = if square > 0.0 { ((at - a).dot(along) / square).clamp(0.0, 1.0) } else { 0.0 };
    at.to(a + along * t)
}

/// The part of a convex ring to the left of a line through `on`, `inset` metres away from it.
pub(super) fn clip(ring: &[P], on: P, direction: P, inset: f64) -> Vec<P> {
    let normal = direction.unit().left();
    let side = |q: P| (q - on).dot(normal) - inset;
    let mut out = Vec::with_capacity(ring.len() + 2);
    for (a, b) in sides(ring) {
        let (sa, sb) = (side(a), side(b));
        if sa >= 0.0 {
            out.push(a);
        }
        if (sa > 0.0 && sb < 0.0) || (sa < 0.0 && sb > 0.0) {
            out.push(a + (b - a) * (sa / (sa - sb)));
        }
    }
    out
}

/// All points that see the whole ring and keep, from the line of each side, the distance given for that
/// side: convex, always inside; for a convex ring simply the ring made smaller. Empty where nothing is left.
pub(super) fn convex_core(ring: &[P], inset: impl Fn(usize) -> f64) -> Vec<P> {
    let (mut low, mut high) = (ring[0], ring[0]);
    for q in ring {
        low = p(low.x.min(q.x), low.y.min(q.y));
        high = p(high.x.max(q.x), high.y.max(q.y));
    }
    let mut core = vec![low, p(high.x, low.y), high, p(low.x, high.y)];
    for (at, (a, b)) in sides(ring).enumerate() {
        if core.len() < 3 {
            return Vec::new();
        }
        core = clip(&core, a, b - a, inset(at));
    }
    drop_short_sides(core)
}

/// Cuts a convex ring into that many strips of about equal breadth across its long axis, `gap` metres apart.
pub(super) fn strips(ring: &[P], count: usize, gap: f64) -> Vec<Vec<P>> {
    let axis = long_axis(ring);
    let level = |q: &P| q.dot(axis);
    let low = ring.iter().map(level).fold(f64::INFINITY, f64::min);
    let high = ring.iter().map(level).fold(f64::NEG_INFINITY, f64::max);
    let step = (high - low) / count.max(1) as f64;
    let strip = |at: usize| {
        let mut part = ring.to_vec();
        if at > 0 {
            part = clip(&part, axis * (low + step * at as f64), axis.left() * -1.0, gap / 2.0);
        }
        if at + 1 < count && part.len() > 2 {
            part = clip(&part, axis * (low + step * (at + 1) as f64), axis.left(), gap / 2.0);
        }
        drop_short_sides(part)
    };
    (0..count.max(1)).map(strip).filter(|part| part.len() > 2).collect()
}

/// Distance of a point inside a convex ring from its nearest side; negative outside.
pub(super) fn depth(ring: &[P], at: P) -> f64 {
    sides(ring).map(|(a, b)| (b - a).unit().left().dot(at - a)).fold(f64::INFINITY, f64::min)
}

/// Leaves out points that are almost on top of the one before.
fn drop_short_sides(ring: Vec<P>) -> Vec<P> {
    let mut out: Vec<P> = Vec::with_capacity(ring.len());
    for q in ring {
        if out.last().is_none_or(|last| last.to(q) > 1.5) {
            out.push(q);
        }
    }
    while out.len() > 3 && out[0].to(out[out.len() - 1]) <= 1.5 {
        out.pop();
    }
    if out.len() < 3 { Vec::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_has_its_area_centre_axis_and_core() {
        let ring = [p(0.0, 0.0), p(40.0, 0.0), p(40.0, 10.0), p(0.0, 10.0)];
        assert_eq!(area_and_centroid(&ring), (400.0, p(20.0, 5.0)));
        assert!(long_axis(&ring).x.abs() > 0.999);
        assert!(contains(&ring, p(1.0, 1.0)) && !contains(&ring, p(41.0, 1.0)));
        let core = convex_core(&ring, |_| 2.0);
        assert_eq!(area_and_centroid(&core).0, 36.0 * 6.0);
        assert!(convex_core(&ring, |_| 6.0).is_empty());
        let areas: Vec<f64> = strips(&ring, 2, 4.0).iter().map(|part| area_and_centroid(part).0).collect();
        assert_eq!(areas, [180.0, 180.0]);
        assert_eq!(depth(&ring, p(20.0, 3.0)), 3.0);
    }
}

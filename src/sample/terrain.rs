//! The lie of the land: how dense the town is where, how streets and ridges wind, where the plane lies on earth.

use geo_types::Coord;

use super::plane::{P, p};
use super::random::noise;
use crate::model::geometry;

/// The origin of the plane: longitude and latitude of the old town's south.
const ORIGIN: Coord = Coord { x: 102.70, y: 25.04 };
/// Metres per degree at that latitude (GRS80): of longitude and of latitude.
const METRES_PER_DEGREE: Coord = Coord { x: 100_938.0, y: 110_778.0 };

/// The land of one district: the same function of place for all who ask.
#[derive(Clone, Copy)]
pub(super) struct Terrain {
    seed: u64,
    /// where this district's plane lies in the world's, metres
    offset: P,
}

/// The heart of the town and its two country towns, with their reach in metres.
const CENTRE: P = p(400.0, 500.0);
const TOWNS: [(P, f64); 3] =
    [(p(-4_300.0, 15_600.0), 900.0), (p(-700.0, 22_800.0), 700.0), (p(1_600.0, 17_200.0), 600.0)];

fn ease(from: f64, to: f64, value: f64) -> f64 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

impl Terrain {
    /// Land for a seed, moved by an offset.
    pub(super) fn new(seed: u64, offset: P) -> Self {
        Self { seed, offset }
    }

    /// How much of a town a place is: 1 in the streets, 0 in the hills.
    pub(super) fn urban(&self, at: P) -> f64 {
        let town = 1.0 - ease(5_500.0, 10_500.0, at.to(CENTRE));
        TOWNS.iter().fold(town, |most, (centre, reach)| {
            most.max(0.85 * (1.0 - ease(*reach, 2.0 * reach, at.to(*centre))))
        })
    }

    /// Households per hectare of built land.
    pub(super) fn density(&self, at: P) -> f64 {
        let far = at.to(CENTRE) / 3_300.0;
        let q = far * far;
        170.0 / ((1.0 + q) * (1.0 + 0.12 * q))
            * (1.0 + 0.3 * noise(self.seed ^ 3, at.x / 900.0, at.y / 900.0))
            + 18.0 * (self.urban(at) - 0.25).max(0.0)
            + 1.2
    }

    /// How large a block wants to be, square metres.
    pub(super) fn block_area(&self, at: P) -> f64 {
        let far = at.to(CENTRE) / 3_000.0;
        let town = 19_000.0 * (1.0 + 0.9 * far * far);
        let urban = self.urban(at);
        let vary = 1.0 + 0.45 * noise(self.seed ^ 5, at.x / 500.0, at.y / 500.0);
        (town.min(150_000.0) * urban + 900_000.0 * (1.0 - urban) * (1.0 - urban)) * vary
    }

    /// Where a point of the ideal plane comes to lie: streets bend a little, country roads more.
    ///
    /// The slopes of all parts together stay below 1, so that the map cannot fold.
    fn bend(&self, at: P) -> P {
        let wild = 1.0 - self.urban(at);
        let wave = |salt: u64, length: f64| {
            p(
                noise(self.seed ^ salt, at.x / length, at.y / length),
                noise(self.seed ^ (salt + 1), at.x / length, at.y / length),
            )
        };
        at + wave(11, 1_500.0) * 70.0
            + wave(21, 520.0) * (9.0 + 30.0 * wild)
            + wave(31, 190.0) * (1.2 + 8.0 * wild)
    }

    /// The place on earth of a point of the ideal plane, settled as the register keeps it.
    pub(super) fn place(&self, at: P) -> Coord {
        self.place_straight(self.bend(at))
    }

    /// How far the land bends a point: for small things that keep their shape.
    pub(super) fn shift(&self, at: P) -> P {
        self.bend(at) - at
    }

    /// The place on earth of a point that is already bent.
    pub(super) fn place_straight(&self, at: P) -> Coord {
        let at = at + self.offset;
        geometry::round(Coord {
            x: ORIGIN.x + at.x / METRES_PER_DEGREE.x,
            y: ORIGIN.y + at.y / METRES_PER_DEGREE.y,
        })
    }
}

/// Metres between two places, near enough for lengths within the district.
pub(super) fn metres(a: Coord, b: Coord) -> f64 {
    let [m_lon, m_lat] = metres_per_degree((a.y + b.y) / 2.0);
    p((b.x - a.x) * m_lon, (b.y - a.y) * m_lat).length()
}

/// Metres per degree of longitude and latitude on GRS80 at a latitude near 25°.
///
/// The sine comes from its series (to 1e-13 here): library sines differ between machines.
pub(super) fn metres_per_degree(latitude: f64) -> [f64; 2] {
    let phi = latitude * (std::f64::consts::PI / 180.0);
    let q = phi * phi;
    let sine =
        phi * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0 * (1.0 - q / 72.0 * (1.0 - q / 110.0)))));
    let (major, e2) = (6_378_137.0, 0.006_694_380_022_90);
    let w2 = 1.0 - e2 * sine * sine;
    let prime = major / w2.sqrt();
    let per = std::f64::consts::PI / 180.0;
    [prime * (1.0 - sine * sine).sqrt() * per, prime * (1.0 - e2) / w2 * per]
}

/// Area of a closed ring of coordinates in square metres, positive if counter-clockwise; exact to some
/// millionths for rings of district size.
pub(super) fn ring_area(ring: &[Coord]) -> f64 {
    let Some(first) = ring.first() else { return 0.0 };
    let (mut sum, mut moment) = (0.0, 0.0);
    for pair in ring.windows(2) {
        let (ax, ay) = (pair[0].x - first.x, pair[0].y - first.y);
        let (bx, by) = (pair[1].x - first.x, pair[1].y - first.y);
        let cross = ax * by - ay * bx;
        sum += cross;
        moment += cross * (ay + by) / 3.0;
    }
    let latitude = if sum == 0.0 { first.y } else { first.y + moment / sum };
    let [m_lon, m_lat] = metres_per_degree(latitude);
    sum / 2.0 * m_lon * m_lat
}

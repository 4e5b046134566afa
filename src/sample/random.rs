//! Chance that never changes: a named generator, own ways of drawing, and smooth noise over the plane.
//!
//! Only `+ - * /`, comparisons and integer arithmetic: the same bytes on every machine, for ever.

use rand::{Rng as _, SeedableRng as _};

/// A seeded source of chance for one purpose; purposes do not disturb each other.
pub(super) struct Dice(rand_chacha::ChaCha8Rng);

impl Dice {
    /// A source for a purpose.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self(rand_chacha::ChaCha8Rng::seed_from_u64(scramble(seed ^ scramble(name_hash(purpose)))))
    }

    /// Below 1, from 0 on.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `end`, from 0 on; 0 for an empty range.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.0.next_u64() % end as u64) as usize }
    }

    /// True in that share of all draws.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of a list by weight; the last one where weights do not add up.
    pub(super) fn pick<T: Copy>(&mut self, weighted: &[(T, f64)]) -> T {
        let total: f64 = weighted.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        let mut last = weighted[0].0;
        for &(item, weight) in weighted {
            last = item;
            if left < weight {
                break;
            }
            left -= weight;
        }
        last
    }
}

/// FNV-1a.
fn name_hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Value noise between -1 and 1: random values on a unit grid, joined by smoothstep.
/// Its slope is at most 3 per unit.
pub(super) fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (s, t) = (ease(x - column), ease(y - row));
    let corner = |dx: f64, dy: f64| {
        let cell =
            ((column + dx) as i64 as u64).wrapping_mul(0x9e37_79b9) ^ (((row + dy) as i64 as u64) << 32);
        (scramble(seed ^ scramble(cell)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let low = corner(0.0, 0.0) * (1.0 - s) + corner(1.0, 0.0) * s;
    let high = corner(0.0, 1.0) * (1.0 - s) + corner(1.0, 1.0) * s;
    low * (1.0 - t) + high * t
}

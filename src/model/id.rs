//! Identity of a record: a ULID, kept through rename, recode and move.

use std::fmt;
use std::str::FromStr;

use rand::{Rng, RngExt as _, SeedableRng};
use serde::{Deserialize, Serialize};

/// A ULID: 48 bits of milliseconds and 80 random bits, written in 26 letters of Crockford's base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId(u128);

/// What is not a ULID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a ULID (26 letters and digits): {0:?}")]
pub struct RecordIdError(pub String);

impl RecordId {
    /// From its 128 bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// Its 128 bits.
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// Its 26 letters, written into the buffer: for bulk work, without an allocation.
    pub fn encode(self, buffer: &mut [u8; 26]) -> &str {
        ulid::Ulid(self.0).array_to_str(buffer)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; ulid::ULID_LEN];
        f.write_str(ulid::Ulid(self.0).array_to_str(&mut buffer))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RecordId {
    type Err = RecordIdError;
    fn from_str(text: &str) -> Result<Self, RecordIdError> {
        ulid::Ulid::from_string(text)
            .map(|ulid| Self(ulid.0))
            .map_err(|_| RecordIdError(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for RecordId {
    type Error = RecordIdError;
    fn try_from(text: String) -> Result<Self, RecordIdError> {
        text.parse()
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.to_string()
    }
}

/// Makes ids that rise within one source, so that index pages are appended and not split.
///
/// Time and seed are passed in: a seeded source gives the same ids for ever.
pub struct IdSource {
    next: u128,
    step: rand_chacha::ChaCha8Rng,
}

impl IdSource {
    /// A source that starts at a Unix time in milliseconds.
    pub fn new(unix_ms: u64, seed: u64) -> Self {
        let mut step = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        // The top random bit stays clear: rising ids cannot run over into the time.
        let random = step.random::<u128>() >> 49;
        Self { next: (u128::from(unix_ms) << 80) | random, step }
    }

    /// The next id, greater than all before it.
    pub fn next_id(&mut self) -> RecordId {
        let id = RecordId(self.next);
        self.next += 1 + u128::from(self.step.next_u32());
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_read_back() {
        let mut source = IdSource::new(1_700_000_000_000, 1);
        let ids: Vec<_> = (0..1000).map(|_| source.next_id()).collect();
        assert!(ids.windows(2).all(|w| w[0] < w[1] && w[0].to_string() < w[1].to_string()));
        assert_eq!(ids[7].to_string().parse(), Ok(ids[7]));
        assert!("not-an-id".parse::<RecordId>().is_err());
        let again = IdSource::new(1_700_000_000_000, 1).next_id();
        assert_eq!(again, ids[0]);
    }
}

//! From every home to its nearest facility, or the k nearest, along the network.

use crate::network::{Direction, Found, Label, Network, Search, Spot, Walk, k_nearest};

use super::AccessError;

/// Times from demand to facilities along the network.
pub struct Reach<'a> {
    /// streets
    pub network: &'a Network,
    /// times along them
    pub walk: &'a Walk,
    /// facilities, on the network or not
    pub facilities: &'a [Found],
    /// homes, on the network or not
    pub demand: &'a [Found],
    /// which way people walk: to the facility, or from it
    pub direction: Direction,
}

/// A facility that serves a home, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Served {
    /// number of the facility
    pub facility: usize,
    /// seconds on foot, with the metres off the street at both ends
    pub seconds: f64,
}

impl Served {
    /// Minutes on foot, not rounded.
    pub fn minutes(&self) -> f64 {
        self.seconds / 60.0
    }
}

impl Reach<'_> {
    /// For every home the nearest facility, however far; nothing where it is off the network or no facility can be
    /// walked to.
    ///
    /// # Errors
    /// No facility is on the network.
    pub fn nearest(&self) -> Result<Vec<Option<Served>>, AccessError> {
        let (numbers, spots) = self.sources()?;
        let mut search = Search::new(self.walk, self.network.node_count());
        let reached = search.run(self.walk, &spots, self.direction, f64::INFINITY);
        let served = |home: &Found| home.spot().and_then(|spot| served(reached.at(spot), &numbers));
        Ok(self.demand.iter().map(served).collect())
    }

    /// For every home up to k facilities, the nearest first.
    ///
    /// # Errors
    /// As [`Self::nearest`].
    pub fn k_nearest(&self, k: u16) -> Result<Vec<Vec<Served>>, AccessError> {
        if k <= 1 {
            return Ok(self.nearest()?.into_iter().map(|served| served.into_iter().collect()).collect());
        }
        let (numbers, spots) = self.sources()?;
        let nearest = k_nearest(self.walk, self.network.node_count(), &spots, self.direction, k);
        let all = |home: &Found| {
            let labels = home.spot().map(|spot| nearest.at(spot)).unwrap_or_default();
            labels.into_iter().filter_map(|label| served(label, &numbers)).collect()
        };
        Ok(self.demand.iter().map(all).collect())
    }

    /// Facilities on the network: their numbers and where they are.
    ///
    /// # Errors
    /// There is none.
    pub fn sources(&self) -> Result<(Vec<usize>, Vec<Spot>), AccessError> {
        let on = self.facilities.iter().enumerate().filter_map(|(at, found)| Some((at, *found.spot()?)));
        let (numbers, spots): (Vec<usize>, Vec<Spot>) = on.unzip();
        if spots.is_empty() { Err(AccessError::NoFacility) } else { Ok((numbers, spots)) }
    }
}

fn served(label: Label, numbers: &[usize]) -> Option<Served> {
    let facility = *numbers.get(label.source as usize)?;
    label.seconds.is_finite().then_some(Served { facility, seconds: label.seconds })
}

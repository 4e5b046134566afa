//! What is joined to which street, and who lives in which compound: a search looks only at what it reaches.

use std::ops::Range;

use super::{Ground, Home};
use crate::network::Spot;

/// What is joined to a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// a home that goes through no door, by number
    Home(u32),
    /// a door, by number
    Door(u32),
}

/// Values by row, in one piece of memory.
#[derive(Clone, Debug)]
struct Rows<T> {
    first: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy> Rows<T> {
    fn of(rows: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut first = vec![0u32; rows + 1];
        for (row, _) in pairs.clone() {
            first[row as usize + 1] += 1;
        }
        for row in 0..rows {
            first[row + 1] += first[row];
        }
        let mut sorted: Vec<(u32, T)> = pairs.collect();
        sorted.sort_by_key(|(row, _)| *row);
        Self { first, values: sorted.into_iter().map(|(_, value)| value).collect() }
    }

    fn row(&self, row: u32) -> &[T] {
        let range: Range<usize> = self.first[row as usize] as usize..self.first[row as usize + 1] as usize;
        &self.values[range]
    }
}

/// What is joined to which street, and who lives in which compound.
#[derive(Clone, Debug)]
pub struct ByStreet {
    edges: Rows<Joined>,
    yards: Rows<u32>,
}

impl ByStreet {
    /// Of homes and doors as they are joined to the streets.
    pub(super) fn of(ground: &Ground, edges: usize, homes: &[Option<Spot>], doors: &[Option<Spot>]) -> Self {
        let on = |spots: &[Option<Spot>], joined: fn(u32) -> Joined| -> Vec<(u32, Joined)> {
            let on = spots.iter().enumerate();
            on.filter_map(|(number, spot)| Some((spot.as_ref()?.edge, joined(number as u32)))).collect()
        };
        let mut joined = on(homes, Joined::Home);
        joined.extend(on(doors, Joined::Door));
        let yard = |(number, home): (usize, &Home)| Some((home.yard?, number as u32));
        let lived_in = ground.homes.all.iter().enumerate().filter_map(yard);
        Self {
            edges: Rows::of(edges, joined.into_iter()),
            yards: Rows::of(ground.yards.yards.len(), lived_in),
        }
    }

    /// What is joined to a street.
    pub fn on(&self, edge: u32) -> &[Joined] {
        self.edges.row(edge)
    }

    /// The streets that something is joined to.
    pub fn edges(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.edges.first.len().saturating_sub(1) as u32).filter(|edge| !self.on(*edge).is_empty())
    }

    /// The homes of a compound, by number.
    pub fn homes(&self, yard: u32) -> &[u32] {
        self.yards.row(yard)
    }
}

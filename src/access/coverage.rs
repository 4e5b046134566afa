//! Coverage (覆盖率) in its two meanings, never mixed: the share of units that have a facility, and the share of a
//! weight (households, residents, elders …) that is within reach. Each figure says which it is.

use geo::{BoundingRect as _, Intersects as _};
use geo_types::{Geometry, Point, Rect};
use serde::Serialize;

/// By how much a time may be above a limit and still count as on it: what rounding makes of a sum of a thousand
/// streets is a thousandth of this.
const ROUNDING: f64 = 1e-9;

/// Whether a time is within a limit, the limit itself included.
pub fn within(seconds: f64, limit_s: f64) -> bool {
    seconds <= limit_s * (1.0 + ROUNDING)
}

/// What is within reach of what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counted {
    /// demand features within reach
    pub features: usize,
    /// all demand features
    pub of_features: usize,
    /// their weight within reach
    pub weight: f64,
    /// all weight
    pub of_weight: f64,
}

/// A share of something; nothing of nothing is no share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share(pub Option<f64>);

impl Share {
    /// A part of a whole.
    pub fn of(part: f64, whole: f64) -> Self {
        Self((whole > 0.0).then(|| part / whole))
    }
}

/// Coverage of one limit: meaning (b), the share of weight within reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// limit, minutes; a time that is equal to it counts
    pub minutes: f64,
    /// what was counted
    #[serde(flatten)]
    pub counted: Counted,
    /// share of the weight
    pub share_of_weight: Share,
    /// share of the features, each counted once
    pub share_of_features: Share,
}

impl Coverage {
    /// Counts demand by its seconds; infinite ones are out of reach. Demand off the network belongs to the whole.
    pub fn count(minutes: f64, seconds: &[f64], weights: &[f64]) -> Self {
        let mut counted = Counted { of_features: seconds.len(), ..Counted::default() };
        for (seconds, weight) in seconds.iter().zip(weights) {
            counted.of_weight += weight;
            if within(*seconds, minutes * 60.0) {
                counted.features += 1;
                counted.weight += weight;
            }
        }
        Self {
            minutes,
            counted,
            share_of_weight: Share::of(counted.weight, counted.of_weight),
            share_of_features: Share::of(counted.features as f64, counted.of_features as f64),
        }
    }
}

/// Units (communities, towns): meaning (a), the share of units that have a facility; and meaning (b) within each.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// by unit, how many facilities lie in it
    pub facilities: Vec<usize>,
    /// by unit, what is within reach of the demand in it
    pub counted: Vec<Counted>,
    /// demand that lies in no unit
    pub outside: Counted,
}

impl Units {
    /// Puts facilities and demand into the areas of units; of several that hold a place, the first.
    pub fn count(
        areas: &[Geometry],
        facilities: &[Option<Point>],
        demand: &[(Option<Point>, f64, bool)],
    ) -> Self {
        let boxes: Vec<Option<Rect>> = areas.iter().map(|area| area.bounding_rect()).collect();
        let unit_of = |place: &Point| {
            let holds = |at: &usize| {
                boxes[*at].is_some_and(|bounds| bounds.intersects(place)) && areas[*at].intersects(place)
            };
            (0..areas.len()).find(holds)
        };
        let mut units = Self {
            facilities: vec![0; areas.len()],
            counted: vec![Counted::default(); areas.len()],
            outside: Counted::default(),
        };
        for unit in facilities.iter().flatten().filter_map(unit_of) {
            units.facilities[unit] += 1;
        }
        for (place, weight, reached) in demand {
            let counted = match place.as_ref().and_then(unit_of) {
                Some(unit) => &mut units.counted[unit],
                None => &mut units.outside,
            };
            counted.of_features += 1;
            counted.of_weight += weight;
            if *reached {
                counted.features += 1;
                counted.weight += weight;
            }
        }
        units
    }

    /// The share of units with a facility in them.
    pub fn share_with_facility(&self) -> Share {
        let with = self.facilities.iter().filter(|count| **count > 0).count();
        Share::of(with as f64, self.facilities.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_counts_and_what_is_off_the_network_belongs_to_the_whole() {
        let found = Coverage::count(15.0, &[0.0, 900.0, 900.1, f64::INFINITY], &[1.0, 2.0, 4.0, 8.0]);
        assert_eq!(found.counted, Counted { features: 2, of_features: 4, weight: 3.0, of_weight: 15.0 });
        assert_eq!(found.share_of_weight, Share(Some(0.2)));
        assert_eq!(Coverage::count(15.0, &[], &[]).share_of_weight, Share(None));
        // A thousand streets of a tenth of a second, summed one by one.
        let sum: f64 = (0..9000).map(|_| 0.1).sum();
        assert!(sum != 900.0 && within(sum, 900.0));
    }

    #[test]
    fn units_have_facilities_and_demand() {
        let square = |x: f64| Geometry::Polygon(Rect::new((x, 0.0), (x + 1.0, 1.0)).to_polygon());
        let at = |x: f64| Some(Point::new(x, 0.5));
        let units = Units::count(
            &[square(0.0), square(1.0)],
            &[at(0.5), at(0.6), at(9.0), None],
            &[(at(0.5), 3.0, true), (at(1.5), 2.0, false), (at(7.0), 1.0, true), (None, 1.0, false)],
        );
        assert_eq!(units.facilities, [2, 0]);
        assert_eq!(units.share_with_facility(), Share(Some(0.5)));
        assert_eq!(
            (units.counted[0].weight, units.counted[1].weight, units.outside.of_weight),
            (3.0, 0.0, 2.0)
        );
    }
}

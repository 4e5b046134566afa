//! A source that remembers where each of its rows lies, so that findings can be shown on the map.

use geo_types::Coord;

use super::refused::MARK;
use crate::crs::{Crs, Transform};
use crate::formats::{DeclaredCrs, FeatureSource, FormatError, Media, SourceFeature};
use crate::model::{Finding, geometry};

/// Rows whose places are remembered.
const MOST: usize = 2_000_000;

/// The source and the places.
pub(super) struct Traced {
    source: Box<dyn FeatureSource>,
    /// row and first coordinate, rising by row as a rule
    places: Vec<(u64, Coord)>,
}

impl Traced {
    pub(super) fn new(source: Box<dyn FeatureSource>) -> Self {
        Self { source, places: Vec::new() }
    }

    /// The places, in the register's coordinates.
    pub(super) fn places(mut self, crs: Option<&str>) -> Places {
        self.places.sort_unstable_by_key(|(row, _)| *row);
        let crs = crs.and_then(|crs| crs.parse::<Crs>().ok());
        let way = crs.and_then(|crs| Transform::new(&crs, &Crs::REGISTER).ok());
        Places { rows: self.places, way }
    }
}

/// Where rows lie.
pub(super) struct Places {
    rows: Vec<(u64, Coord)>,
    way: Option<Transform>,
}

impl Places {
    /// Longitude and latitude of a row's first point.
    pub(super) fn of(&self, row: u64) -> Option<[f64; 2]> {
        let at = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        let c = self.way.as_ref()?.coord(self.rows[at].1).ok()?;
        (c.x.abs() <= 180.0 && c.y.abs() <= 90.0).then_some([c.x, c.y])
    }
}

impl FeatureSource for Traced {
    fn columns(&self) -> &[String] {
        self.source.columns()
    }

    fn geometry_columns(&self) -> &[usize] {
        self.source.geometry_columns()
    }

    fn crs(&self) -> &DeclaredCrs {
        self.source.crs()
    }

    fn count_hint(&self) -> Option<u64> {
        self.source.count_hint()
    }

    fn next_feature(&mut self) -> Option<Result<SourceFeature, Finding>> {
        let mut next = self.source.next_feature()?;
        if let Ok(feature) = &mut next {
            let mut first = None;
            if let Some(shape) = feature.geometry.as_ref().filter(|_| self.places.len() < MOST) {
                geometry::for_each_coord(shape, &mut |c| {
                    first.get_or_insert(c);
                });
            }
            self.places.extend(first.map(|c| (feature.row, c)));
            // Our own word on a row, in a file that comes back: no value of the row's.
            let columns = self.source.columns();
            feature.values.retain(|(at, _)| columns.get(*at).is_none_or(|name| name != MARK));
        }
        Some(next)
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        self.source.take_findings()
    }

    fn media(&self) -> &[Media] {
        self.source.media()
    }

    fn media_bytes(&mut self, media: &Media, most: u64) -> Result<Option<Vec<u8>>, FormatError> {
        self.source.media_bytes(media, most)
    }
}

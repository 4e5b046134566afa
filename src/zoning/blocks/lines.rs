//! Roads and watercourses of the register: what cuts ground, and what runs along borders.

use geo_types::{Coord, Rect};

use super::Scope;
use super::defaults::Defaults;
use crate::model::geometry::for_each_line;
use crate::model::{Layer, Record, Value};
use crate::snapshot::Snapshot;
use crate::zoning::barrier::Barrier;

/// Straight pieces in longitude and latitude, each with what it is, near a window; in the order of ids.
pub(super) fn near(
    snapshot: &Snapshot,
    scope: &Scope<'_>,
    window: Rect,
    defaults: &Defaults,
) -> Vec<([Coord; 2], Barrier)> {
    let mut all = Vec::new();
    for layer in [Layer::Road, Layer::Water] {
        let mut records = snapshot.layer(layer).window(window);
        records.retain(|record| scope.sees(record) && record.get("tunnel") != Some(Value::Bool(true)));
        records.sort_by_key(|record| record.key());
        for record in records {
            if let (Some(class), Some(geometry)) = (class(record, defaults), record.geometry.as_deref()) {
                for_each_line(geometry, &mut |line| {
                    let pairs = line.0.windows(2).filter(|pair| pair[0] != pair[1]);
                    all.extend(pairs.map(|pair| ([pair[0], pair[1]], class)));
                });
            }
        }
    }
    all
}

fn class(record: &Record, defaults: &Defaults) -> Option<Barrier> {
    match record.layer {
        Layer::Road => defaults.road(record.text("class")?),
        _ => defaults.water(record.text("kind")?),
    }
}

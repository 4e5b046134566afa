//! The alignment of a line's record, from its shape, its stretches and what runs beside it.

use super::{Alignment, legs};
use crate::boundary::defaults::defaults;
use crate::boundary::lines::follow;
use crate::boundary::path::Path;
use crate::boundary::sight::Sight;
use crate::model::layers::BoundaryLine;
use crate::model::{Layer, Record};
use crate::snapshot::Snapshot;

/// The legs of a line; `None` for a record that is no line or has no shape.
pub fn of_line(snapshot: &Snapshot, line: &Record, sight: Sight) -> Option<Alignment> {
    let fields = line.read::<BoundaryLine>().ok()?;
    let path = Path::of(line.geometry.as_deref());
    path.ends()?;
    let nothing = [Layer::Road, Layer::Water].iter().all(|layer| snapshot.layer(*layer).is_empty());
    let runs = if nothing { Vec::new() } else { follow::runs(snapshot, &path, &defaults().follow, sight) };
    Some(legs(&path, &fields.segments, &runs))
}

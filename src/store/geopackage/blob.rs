//! The geometry blob of a GeoPackage: a header with the reference system and the box, then WKB.

use geo_types::Geometry;

use crate::model::{geometry, wkb};

/// CGCS2000 longitude and latitude, the only system that is stored.
pub(super) const SRS_ID: i32 = 4490;

/// West, east, south, north: the order of the R-tree's columns.
pub(super) type Bounds = [f64; 4];

/// Box of a geometry.
pub(super) fn bounds_of(shape: &Geometry) -> Option<Bounds> {
    let bounds = geometry::bounds(shape)?;
    Some([bounds.min().x, bounds.max().x, bounds.min().y, bounds.max().y])
}

/// Writes the header behind what the buffer holds; WKB follows it. A point carries no box, as in GDAL:
/// it would be longer than the point.
pub(super) fn write_header(shape: &Geometry, bounds: Option<Bounds>, out: &mut Vec<u8>) {
    const LITTLE_ENDIAN: u8 = 1;
    const EMPTY: u8 = 1 << 4;
    const WITH_BOX: u8 = 1 << 1;
    let bounds = bounds.filter(|_| !matches!(shape, Geometry::Point(_)));
    let flags = LITTLE_ENDIAN
        | if bounds.is_some() { WITH_BOX } else { 0 }
        | if geometry::bounds(shape).is_none() { EMPTY } else { 0 };
    out.extend_from_slice(&[b'G', b'P', 0, flags]);
    out.extend_from_slice(&SRS_ID.to_le_bytes());
    for side in bounds.iter().flatten() {
        out.extend_from_slice(&side.to_le_bytes());
    }
}

/// The WKB behind the header; `None` where there is no such header.
pub(super) fn wkb_of(blob: &[u8]) -> Option<&[u8]> {
    blob.get(header_length(blob)?..)
}

fn header_length(blob: &[u8]) -> Option<usize> {
    let [b'G', b'P', 0, flags, ..] = blob else { return None };
    let sides = match flags >> 1 & 7 {
        0 => 0,
        1 => 4,
        2 | 3 => 6,
        4 => 8,
        _ => return None,
    };
    Some(8 + 8 * sides)
}

/// The box of a stored geometry: from the header, else from the WKB. `None` for an empty or damaged one.
pub(super) fn bounds_in(blob: &[u8]) -> Option<Bounds> {
    let length = header_length(blob)?;
    let number = |at: usize| -> Option<f64> {
        let bytes: [u8; 8] = blob.get(at..at + 8)?.try_into().ok()?;
        Some(if blob[3] & 1 == 1 { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    };
    if length > 8 {
        let bounds = [number(8)?, number(16)?, number(24)?, number(32)?];
        return bounds.iter().all(|side| side.is_finite()).then_some(bounds);
    }
    match blob.get(8..)? {
        [1, 1, 0, 0, 0, x0, x1, x2, x3, x4, x5, x6, x7, y @ ..] => {
            let x = f64::from_le_bytes([*x0, *x1, *x2, *x3, *x4, *x5, *x6, *x7]);
            let y = f64::from_le_bytes(y.try_into().ok()?);
            (x.is_finite() && y.is_finite()).then_some([x, x, y, y])
        }
        wkb => bounds_of(&wkb::read(wkb)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{line_string, point};

    #[test]
    fn a_blob_tells_its_box_with_and_without_one_in_its_header() {
        for (shape, length) in [
            (Geometry::from(point! { x: 102.5, y: 25.0 }), 8 + 21),
            (line_string![(x: 1.0, y: 2.0), (x: -3.0, y: 5.0)].into(), 40 + 9 + 32),
        ] {
            let bounds = bounds_of(&shape);
            let mut blob = Vec::new();
            write_header(&shape, bounds, &mut blob);
            wkb::write(&shape, &mut blob);
            assert_eq!(blob.len(), length);
            assert_eq!(bounds_in(&blob), bounds);
            assert_eq!(wkb_of(&blob).and_then(wkb::read), Some(shape));
            for end in 0..blob.len() {
                let _ = (bounds_in(&blob[..end]), wkb_of(&blob[..end]));
            }
        }
        assert_eq!(wkb_of(b"not a geometry"), None);
    }
}

//! GEOS as a peer, through shapely from PyPI.

use std::io::Write as _;

use geo_types::Geometry;
use geozero::{CoordDimensions, ToWkb as _};

use crate::peers::{are_there, python};

/// The release measured against; a newer one may be faster.
const SHAPELY: &str = "shapely==2.2.0";

/// Runs statements on `shapes` (an array of geometries) and gives the seconds they took, the best of three;
/// `None`, with a message, where shapely cannot be had.
pub fn seconds(shapes: &[Geometry], statements: &str) -> Option<f64> {
    if !are_there("shapely", &[SHAPELY]) {
        return None;
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for shape in shapes {
        let bytes = shape.to_wkb(CoordDimensions::xy()).unwrap();
        file.write_all(&(bytes.len() as u32).to_le_bytes()).unwrap();
        file.write_all(&bytes).unwrap();
    }
    file.flush().unwrap();
    let program = format!(
        "import sys, struct, time, shapely, numpy
data = open(sys.argv[1], 'rb').read()
at, all = 0, []
while at < len(data):
    size = struct.unpack_from('<I', data, at)[0]
    all.append(data[at + 4:at + 4 + size])
    at += 4 + size
shapes = shapely.from_wkb(numpy.array(all, dtype=object))
best = 1e9
for _ in range(3):
    start = time.perf_counter()
    {statements}
    best = min(best, time.perf_counter() - start)
print(best)
"
    );
    let output = python().arg("-c").arg(program).arg(file.path()).output().ok()?;
    if !output.status.success() {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

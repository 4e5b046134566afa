//! GEOS as a peer, through shapely from PyPI: put into `target/peers` once, skipped where it cannot be had.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use geo_types::Geometry;
use geozero::{CoordDimensions, ToWkb as _};

/// The release measured against; a newer one may be faster.
const SHAPELY: &str = "shapely==2.2.0";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers")
}

/// Whether shapely can be imported, after having tried to install it.
fn is_there() -> bool {
    let import = || {
        let status = python().args(["-c", "import shapely"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let install = || {
        let target = folder();
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(target)
            .arg(SHAPELY)
            .stdout(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    import() || install() && import()
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder());
    command
}

/// Runs statements on `shapes` (an array of geometries) and gives the seconds they took, the best of three;
/// `None`, with a message, where shapely cannot be had.
pub fn seconds(shapes: &[Geometry], statements: &str) -> Option<f64> {
    if !is_there() {
        println!("skipped: shapely cannot be installed here");
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

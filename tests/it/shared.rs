//! Where the real data and the public suites lie, if they are here at all: beside the repository.

use std::io::Read as _;
use std::path::PathBuf;

/// A path below `../shared`; `None`, with a message, where it is absent: the test then skips.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent()?.join("shared").join(path);
    if full.exists() {
        Some(full)
    } else {
        eprintln!("skipped: {} is not here", full.display());
        None
    }
}

/// Code and name of every row of a table of the shared list of divisions: `streets.csv` or `villages.csv.gz`.
pub fn divisions(table: &str) -> Option<Vec<(String, String)>> {
    let file = std::fs::File::open(shared(&format!("data/division-codes-to-village/package/dist/{table}"))?);
    let mut text = String::new();
    if table.ends_with(".gz") {
        flate2::read::GzDecoder::new(file.unwrap()).read_to_string(&mut text).unwrap();
    } else {
        file.unwrap().read_to_string(&mut text).unwrap();
    }
    let row = |row: &str| {
        let mut cells = row.split(',').map(|cell| cell.trim_matches('"').to_owned());
        Some((cells.next()?, cells.next()?))
    };
    Some(text.lines().skip(1).filter_map(row).collect())
}

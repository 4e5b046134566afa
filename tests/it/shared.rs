//! Where the real data and the public suites lie, if they are here at all: beside the repository.

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

//! What `reach` and `site` share: the network of a file, who walks on it, places put on it.

mod ground;
mod network;
mod places;

pub use ground::Ground;
pub use network::{Loaded, NetworkArguments};
pub use places::{Places, weights};

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value as Json;

use super::failure::Failure;
use super::words::t;
use crate::access::AccessError;
use crate::model::{Bilingual, Finding, Severity, Spot};
use crate::network::NetworkError;

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        let failure = Self::from(error.sentence());
        match error {
            NetworkError::Empty => failure.then(
                "请核对路网文件里是否有线，是否选对了图层（--network-layer）。",
                "Check that the network file holds lines and that the right layer was chosen (--network-layer).",
            ),
            NetworkError::TooLarge(_) => failure.then("请按区县裁切路网。", "Cut the network to the district."),
            NetworkError::NoProfile { .. } | NetworkError::Speed(_) => Self::Usage(error.sentence()),
        }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        let failure = Self::from(error.sentence());
        match error {
            AccessError::NoCount => Self::Usage(error.sentence()),
            AccessError::NoFacility | AccessError::NoCandidate => failure.then(
                "请核对两个文件的坐标系是否一致，或加大 --snap（离路网的最大距离，米）。",
                "Check that both files have the same coordinates, or raise --snap (metres to the network).",
            ),
            AccessError::TooLarge(_) | AccessError::Solver(_) | AccessError::OutOfTime => failure.then(
                "请分街道计算，或缩短时间范围。",
                "Take one subdistrict after another, or a shorter time.",
            ),
        }
    }
}

/// A finding on a file as a whole.
pub fn noticed(rule: &str, severity: Severity, file: &Path, (what, done): (Bilingual, Bilingual)) -> Finding {
    let spot = Spot { file: Some(file.display().to_string()), ..Spot::default() };
    Finding::new(rule, severity, spot, what, done)
}

/// A number above zero.
pub fn above_zero(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err(t("应为大于零的数", "a number above zero").to_owned()),
    }
}

/// Writes a report: nothing stands under its name until it is whole.
pub fn write_json(path: &Path, value: &Json) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let text = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    let written = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)
        .and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file))
        .and_then(|file| file.persist(path).map_err(|e| e.error));
    written.map(drop).map_err(|error| Failure::disk(path, &error))
}

//! `boundstone licenses`: third parties and their licences.

use clap::Args;

use super::failure::Failure;
use super::words::{json, line, t};

/// Written by `make gen` from Cargo.lock and web/package-lock.json.
const THIRD_PARTIES: &str = include_str!("../../data/licenses.json");

/// Lists third parties.
#[derive(Args)]
pub struct Licenses {
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Licenses {
    /// Prints the list.
    pub fn run(self) -> Result<(), Failure> {
        let list: serde_json::Value = serde_json::from_str(THIRD_PARTIES).unwrap_or_default();
        if self.json {
            json(&list);
            return Ok(());
        }
        line(t("界碑 Boundstone，MIT 许可。内含：", "Boundstone, licensed under MIT. Contains:"));
        for part in list.as_array().into_iter().flatten() {
            let word = |name: &str| part[name].as_str().unwrap_or_default().to_owned();
            line(format!("{:<36} {:<14} {}", word("name"), word("version"), word("licence")));
        }
        Ok(())
    }
}

//! `boundstone topology …`: coverages in files, without a register.

mod check;
mod clean;
mod features;
mod report;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::words::t;

/// Work on coverages.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone topology check 街道.geojson\n  boundstone topology check 街道.shp --parent 区.geojson --json\n  boundstone topology clean 街道.shp 街道净.shp --gap-width 10",
    "Examples:\n  boundstone topology check streets.geojson\n  boundstone topology check streets.shp --parent district.geojson --json\n  boundstone topology clean streets.shp clean.shp --gap-width 10"
))]
pub struct Topology {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = t("检查：重叠、缝隙、边界不一致、自相交等", "check: overlaps, gaps, borders that differ, outlines that cross themselves"))]
    Check(check::Check),
    #[command(about = t("清理：补小缝、消重叠、修自相交，其余一点不动", "clean: narrow gaps filled, overlaps given to one, crossings mended, all else untouched"))]
    Clean(clean::Clean),
}

impl Topology {
    /// Does what was asked for.
    pub fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Check(command) => command.run(),
            Command::Clean(command) => command.run(),
        }
    }
}

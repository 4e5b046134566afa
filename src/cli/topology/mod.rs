//! `boundstone topology …`: coverages in files, without a register.

mod check;
mod clean;
mod compare;
mod dissolve;
pub(in crate::cli) mod features;
mod report;
pub(in crate::cli) mod simplify;

use clap::{Args, Subcommand};

pub use features::column;

use super::failure::Failure;
use super::words::t;

/// Work on coverages.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone topology check 街道.geojson\n  boundstone topology clean 街道.shp 街道净.shp --gap-width 10\n  boundstone topology simplify 区县.geojson 区县50米.geojson --tolerance 50\n  boundstone topology dissolve 街道.shp 区县.geojson --by 区县代码\n  boundstone topology compare 旧版.geojson 新版.geojson --out 差异.geojson",
    "Examples:\n  boundstone topology check streets.geojson\n  boundstone topology clean streets.shp clean.shp --gap-width 10\n  boundstone topology simplify counties.geojson counties50m.geojson --tolerance 50\n  boundstone topology dissolve streets.shp counties.geojson --by county\n  boundstone topology compare old.geojson new.geojson --out diff.geojson"
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
    #[command(about = t("化简：共用边界只化简一次，不产生缝隙和重叠", "simplify: shared borders once, no gap or overlap comes of it"))]
    Simplify(simplify::Simplify),
    #[command(about = t("按字段融合：同值的相邻面合为一个", "dissolve by a field: neighbours with the same value become one"))]
    Dissolve(dissolve::Dissolve),
    #[command(about = t("比较两个版本：重新数字化、概化、复测、更名、换码，还是法定变动", "compare two versions: drawn again, generalised, surveyed again, renamed, re-coded, or moved in law"))]
    Compare(compare::Compare),
}

impl Topology {
    /// Does what was asked for.
    pub fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Check(command) => command.run(),
            Command::Clean(command) => command.run(),
            Command::Simplify(command) => command.run(),
            Command::Dissolve(command) => command.run(),
            Command::Compare(command) => command.run(),
        }
    }
}

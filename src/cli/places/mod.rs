//! `boundstone places`: the life of names in law, codes of the national database, the table of places.

pub mod categories;
mod codes;
mod life;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::words::t;

/// Places and their names in law.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone places life 五华区.gpkg DM530102L0007\n  boundstone places event 五华区.gpkg DM530102L0007-N1 --kind announced --date 2026-11-20 --authority 五华区民政局 --by 张三 --reason 公告\n  boundstone places pending 五华区.gpkg --to 上报表.xlsx\n  boundstone places codes 五华区.gpkg 返回.xlsx --by 张三 --reason 国家地名信息库返回\n  boundstone places table 五华区.gpkg --to 地名成果表.xlsx\n见 docs/地名指南.md。",
    "Examples:\n  boundstone places life wuhua.gpkg DM530102L0007\n  boundstone places event wuhua.gpkg DM530102L0007-N1 --kind announced --date 2026-11-20 --by Zhang --reason announced\n  boundstone places pending wuhua.gpkg --to upload.xlsx\n  boundstone places codes wuhua.gpkg answer.xlsx --by Zhang --reason 'national database'\n  boundstone places table wuhua.gpkg --to places.xlsx"
))]
pub struct Places {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("一个地名实体的名称、法定事项和状态", "the names of a place, their events in law and status"))]
    Life(life::LifeOf),
    #[command(about = t("登记一件法定事项：申请、批准、公告、备案、销名等，状态随之而定", "enter an event in law; the status follows"))]
    Event(life::Event),
    #[command(about = t("已批准、尚无地名代码的地名，写成上报表", "places that wait for a code, as the table to be sent"))]
    Pending(codes::Pending),
    #[command(about = t("录入国家地名信息库返回的地名代码", "enter the codes that the national database returned"))]
    Codes(codes::Codes),
    #[command(about = t("地名类别代码表（GB/T 18521）：导入、增补、列出", "the code list of categories: brought in, added to, listed"))]
    Categories(categories::Categories),
    #[command(about = t("写出地名成果表（普查各项，一个地名一行）", "write the table of places, a row to a place"))]
    Table(codes::Table),
}

impl Places {
    /// Does what is asked.
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Life(life) => life.run(),
            What::Event(event) => event.run(),
            What::Pending(pending) => pending.run(),
            What::Codes(codes) => codes.run(),
            What::Categories(categories) => categories.run(),
            What::Table(table) => table.run(),
        }
    }
}

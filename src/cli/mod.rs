//! The command line: one file per command group.
//!
//! Exit codes: 0 done (with or without findings), 1 nothing done, 2 usage,
//! 3 a question must be answered (the probable answer is printed).

mod alignment;
mod audit;
mod check;
mod convert;
mod coverage;
mod demo;
mod export;
mod failure;
mod import;
mod import_checks;
mod inspect;
mod licenses;
mod lines;
mod markers;
mod merge;
mod name;
mod name_batch;
mod papers;
mod pinyin;
mod places;
mod plates;
mod publish;
mod reach;
mod registers;
mod rounds;
mod search;
mod serve;
mod site;
mod standards;
mod stop;
mod tables;
mod topology;
mod underlay;
mod usage;
mod user;
mod walking;
mod words;
mod zone;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use failure::Failure;
use usage::localised;
use words::t;

use crate::model::Bilingual;

/// What was asked for.
#[derive(Parser)]
#[command(
    name = "boundstone",
    version,
    about = t("界碑：地名、界线、社区与服务设施登记册", "Boundstone: the register of place names, boundaries, communities and facilities"),
    subcommand_help_heading = t("命令", "Commands"),
    after_help = t(
        "退出码：0 完成（有无问题均可），1 未执行，2 用法有误，3 需要回答一个问题\n例：\n  boundstone demo\n  boundstone serve demo/wuhua.gpkg\n  boundstone init 五华区.gpkg --title 五华区\n  boundstone import 五华区.gpkg 街道.shp --layer division --crs EPSG:4490 --by 张三 --reason 首次入库",
        "Exit codes: 0 done (findings or not), 1 nothing done, 2 usage, 3 a question must be answered\nExamples:\n  boundstone demo\n  boundstone serve demo/wuhua.gpkg\n  boundstone init wuhua.gpkg --title Wuhua\n  boundstone import wuhua.gpkg streets.shp --layer division --crs EPSG:4490 --by Zhang --reason 'first import'"
    )
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = t("新建登记册（一个 GeoPackage 文件）", "make a register (one GeoPackage file)"))]
    Init(registers::Init),
    #[command(about = t("导入文件，形成一个变更集", "bring a file in as one change set"))]
    Import(import::Import),
    #[command(about = t("导出一个图层", "write a layer to a file"))]
    Export(export::Export),
    #[command(about = t("把几个登记册合并成一个新的", "merge several registers into a new one"))]
    Merge(merge::Merge),
    #[command(about = t("写出只含公开记录的登记册，供外网使用", "write a register of public records only, for a server outside"))]
    Publish(publish::Publish),
    #[command(about = t("列出图层、数量与字段", "list layers, counts and fields"))]
    Layers(inspect::Layers),
    #[command(about = t("查看一条记录及其历史", "show a record and its history"))]
    Show(inspect::Show),
    #[command(about = t("列出变更集：谁、为何、依据", "list change sets: who, why, by which document"))]
    Log(inspect::Log),
    #[command(about = t("撤销一个变更集", "take a change set back"))]
    Undo(registers::Undo),
    #[command(about = t("校验登记册：哈希链、重放、索引", "verify the register: hash chain, replay, index"))]
    Verify(registers::Verify),
    #[command(about = t("依法检核界线、界桩、社区、地名、标志与门牌", "check lines, markers, communities, names, signs and plates by the rules"))]
    Check(check::Check),
    #[command(about = t("联检进度、任务与到期界线", "inspections: progress, tasks and lines that are due"))]
    Rounds(rounds::Rounds),
    #[command(about = t("乡改镇、镇改街道：与设置标准比照", "townships against the standard for towns or subdistricts"))]
    Standards(standards::Standards),
    #[command(about = t("查询一点所在的各级区划", "find the divisions that a point lies in"))]
    Locate(inspect::Locate),
    #[command(about = t("转换文件的坐标系，输出 GeoJSON", "convert a file's coordinates, writing GeoJSON"))]
    Convert(convert::Convert),
    #[command(about = t("面的拓扑：检查、清理、化简、融合、比较，不用登记册", "topology of polygons: check, clean, simplify, dissolve, compare, without a register"))]
    Topology(topology::Topology),
    #[command(about = t("社区、网格划分：户数合乎上下限、连片，办不到时给出证明", "communities and grids: zones in one piece within a band of households, or the proof that there are none"))]
    Zone(Box<zone::Zone>),
    #[command(about = t("服务圈：沿步行路网到最近设施的时间、覆盖率、等时圈，不用登记册", "service circles: times to the nearest facility on foot, coverage, isochrones, without a register"))]
    Reach(reach::Reach),
    #[command(about = t("选址：新设施放在哪里，给出界与差距，不用登记册", "siting: where new facilities belong, with bound and gap, without a register"))]
    Site(site::Site),
    #[command(about = t("覆盖率：登记册里各类设施、各街道社区，附口径", "coverage of services from the register, with its definition"))]
    Coverage(coverage::Coverage),
    #[command(about = t("启动服务（网页与接口）", "start the server (page and interfaces)"))]
    Serve(serve::Serve),
    #[command(about = t("账号、角色、会话与令牌", "people, roles, sessions and tokens"))]
    User(user::User),
    #[command(about = t("审计：日志校验值供签存，登录与涉密查阅记录", "audit: the log's hash to be signed, logins and reads of what is secret"))]
    Audit(audit::Audit),
    #[command(about = t("影像、扫描图等底图：加入、列出、移除", "pictures under the data: add, list, remove"))]
    Underlay(underlay::Underlay),
    #[command(about = t("生成演示区登记册", "make the register of the demo district"))]
    Demo(demo::Demo),
    #[command(about = t("界线：由区划推算、列出、走向说明、一览表、附图", "boundary lines: derived from the divisions, listed, in words, as a table, as a map"))]
    Lines(lines::Lines),
    #[command(about = t("界桩：编号、成果表、登记表", "boundary markers: numbered, as a table, as register sheets"))]
    Markers(markers::Markers),
    #[command(about = t("地名的罗马字母拼写：分写、大写、多音字", "how names are spelled in Latin letters"))]
    Pinyin(pinyin::Pinyin),
    #[command(about = t("按名称、拼音、曾用名或代码搜索", "search by name, pinyin, former name or code"))]
    Search(search::Search),
    #[command(about = t("核查拟用的名称：重名、同音、用字、通名等", "check a name that is proposed: duplicates, homophones, characters, generic terms"))]
    Name(name::Name),
    #[command(about = t("更名会涉及的标志、门牌、地址、派生地名", "what a renaming would touch: signs, plates, addresses, names made from it"))]
    Rename(name::Rename),
    #[command(about = t("地名的法定事项与状态、地名代码、成果表", "events and status of names in law, place codes, the table of places"))]
    Places(places::Places),
    #[command(about = t("沿路编门牌号：预览，检核，写出", "numbers for the doors along a street, as a preview"))]
    Plates(plates::Plates),
    #[command(about = t("道路起止点、交叉口缺少的标志", "signs that are missing at starts, ends and crossings"))]
    Signs(plates::Signs),
    #[command(about = t("标志牌、门楼牌的版面：按实际尺寸的 svg、pdf，带二维码", "artwork of signs and door plates, true to size, as svg or pdf"))]
    Artwork(plates::ArtworkOf),
    #[command(about = t("写出文书图表的模板，供本单位改用", "write the templates of papers, for an office to change"))]
    Templates(papers::TemplatesTo),
    #[command(about = t("列出第三方组件及许可", "list third parties and their licences"))]
    Licenses(licenses::Licenses),
    #[command(about = t("显示某个命令的用法", "show how a command is used"))]
    Help(Help),
}

/// `boundstone help import`, as `boundstone import --help`.
#[derive(clap::Args)]
struct Help {
    #[arg(value_name = "COMMAND", help = t("命令", "the command"))]
    command: Option<String>,
}

impl Help {
    fn run(self) -> Result<(), Failure> {
        let mut all = localised(Arguments::command());
        let wanted = self.command.as_deref();
        let found = match wanted {
            None => Some(&mut all),
            Some(name) => all.find_subcommand_mut(name),
        };
        let Some(command) = found else {
            let name = self.command.unwrap_or_default();
            let (zh, en) = (format!("没有这个命令：{name}"), format!("there is no command {name:?}"));
            return Err(Failure::Usage(Bilingual::new(zh, en)));
        };
        words::line(command.render_help().to_string());
        Ok(())
    }
}

/// Runs the program; the arguments are the process's.
pub fn run() -> ExitCode {
    let parsed = localised(Arguments::command()).try_get_matches();
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return usage::report(&error),
    };
    let done = match arguments.command {
        Command::Init(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Merge(command) => command.run(),
        Command::Publish(command) => command.run(),
        Command::Layers(command) => command.run(),
        Command::Show(command) => command.run(),
        Command::Log(command) => command.run(),
        Command::Undo(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Standards(command) => command.run(),
        Command::Rounds(command) => command.run(),
        Command::Locate(command) => command.run(),
        Command::Convert(command) => command.run(),
        Command::Topology(command) => command.run(),
        Command::Zone(command) => command.run(),
        Command::Reach(command) => command.run(),
        Command::Site(command) => command.run(),
        Command::Coverage(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::User(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Underlay(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Lines(command) => command.run(),
        Command::Markers(command) => command.run(),
        Command::Pinyin(command) => command.run(),
        Command::Search(command) => command.run(),
        Command::Name(command) => command.run(),
        Command::Rename(command) => command.run(),
        Command::Places(command) => command.run(),
        Command::Plates(command) => command.run(),
        Command::Signs(command) => command.run(),
        Command::Artwork(command) => command.run(),
        Command::Templates(command) => command.run(),
        Command::Licenses(command) => command.run(),
        Command::Help(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whatever failed after Ctrl+C failed because of it: a child process hears it too.
        Err(_) if stop::asked() => stop::stopped().report(),
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_fit_together() {
        localised(Arguments::command()).debug_assert();
    }
}

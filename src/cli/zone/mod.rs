//! `boundstone zone`: polygons with households into communities or grids, without a register.

mod barriers;
mod input;
mod output;
mod report;
mod schemes;
mod splice;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgGroup, Args};

use super::failure::Failure;
use super::stop;
use super::topology::features::Reading;
use super::words::t;
use crate::model::Bilingual;
use crate::rules::{Rules, SizeProfile};
use crate::zoning::{Preset, Status, Task, Watch, counted, solve};

use input::Input;

/// Divides units into zones.
#[derive(Args)]
#[command(
    group = ArgGroup::new("what").args(["audit", "assignment"]),
    after_help = t(
        "每个区都连片，户数在下限与上限之间；证明办不到时写出证明（哪个单元、哪一片、哪个咽喉）和最小的放宽，退出码 1。个数不限，除非用 --zones。同一种子、同一时限，结果逐字节相同（除非时限先到，报告会注明）。\n例：\n  boundstone zone 街区.geojson --weight 户数 --min 3000 --max 5000 --out 方案.geojson --report 方案.json\n  boundstone zone 街区.shp --weight 户数 --min 3000 --max 5000 --ideal 4000 --within 街道代码 --current 社区代码 --barriers 道路.geojson --alternatives 5 --out 方案.geojson --report 方案.json\n  boundstone zone 街区.geojson --weight 户数 --min 3000 --max 5000 --current 社区代码 --audit --report 现状.json",
        "Every zone is in one piece and has as many households as the band says; where that is proved impossible, the proof (which unit, island or cut) and the least relaxation are written, exit code 1. The number of zones is free unless --zones says. The same seed and time give the same bytes (unless the time ends it first, which the report says).\nExamples:\n  boundstone zone blocks.geojson --weight households --min 3000 --max 5000 --out plan.geojson --report plan.json\n  boundstone zone blocks.shp --weight households --min 3000 --max 5000 --ideal 4000 --within street_code --current community_code --barriers roads.geojson --alternatives 5 --out plan.geojson --report plan.json\n  boundstone zone blocks.geojson --weight households --min 3000 --max 5000 --current community_code --audit --report today.json"
    )
)]
pub struct Zone {
    #[arg(value_name = "IN", help = t("任何可读的面文件", "any readable file of polygons"))]
    input: PathBuf,
    #[arg(long, value_name = "FIELD", help = t("户数（或其他权重）字段", "field of the households, or another weight"))]
    weight: String,
    #[arg(long, value_name = "N", help = t("每区至少", "at least, in each zone"))]
    min: Option<f64>,
    #[arg(long, value_name = "N", help = t("每区至多", "at most"))]
    max: Option<f64>,
    #[arg(long, value_name = "P", help = t("规模标准：wuhua、wuhua-merge、guandu、henan、provincial、law、grid，或规则文件夹里自己的；代替 --min 与 --max", "how large, in place of --min and --max: wuhua, wuhua-merge, guandu, henan, provincial, law or grid, or one of the folder of rules"))]
    profile: Option<String>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，其中可有规模标准", "the office's folder of rules, which may hold profiles"))]
    rules: Option<PathBuf>,
    #[arg(skip)]
    size: Option<SizeProfile>,
    #[arg(long, value_name = "N", help = t("每区最好", "best"))]
    ideal: Option<f64>,
    #[arg(long, value_name = "N", help = t("含有单个即超过 --max 的单元（密集小区）的区至多", "at most for a zone with a unit that is above --max by itself, such as a dense compound"))]
    wide_max: Option<f64>,
    #[arg(long, value_name = "FIELD", help = t("区不跨越的上级，如街道代码", "no zone leaves its parent, e.g. the subdistrict's code"))]
    within: Option<String>,
    #[arg(long, value_name = "FIELD", help = t("现属社区", "the present community"))]
    current: Option<String>,
    #[arg(long, value_name = "FILE", help = t("道路、河流、铁路的线文件", "lines of roads, rivers and railways"))]
    barriers: Option<PathBuf>,
    #[arg(long, value_name = "FIELD", help = t("同值的单元不拆开，如小区编号", "units with the same value stay together, e.g. of a compound"))]
    keep_together: Option<String>,
    #[arg(long, value_name = "FIELD", help = t("同值的单元分属不同的区", "no two units with the same value share a zone"))]
    keep_apart: Option<String>,
    #[arg(long, value_name = "FIELD", requires = "current", help = t("此字段为真（1、true、是）的单元留在现属社区", "units whose value is true (1, true, yes) stay in their present community"))]
    locked: Option<String>,
    #[arg(long, value_name = "FIELD", help = t("此字段为真的单元各自成区（专属网格），不论户数", "units whose value is true are a zone each, whatever their households (exclusive grids)"))]
    exclusive: Option<String>,
    #[arg(long, value_name = "FIELD", conflicts_with = "keep_together", help = t("自然村名：有村的上级按村成区，其余单元归最近的村，不论户数", "natural village: parents with any have one zone for each, with the units nearest to it, whatever their households"))]
    village: Option<String>,
    #[arg(long, value_name = "N|A..B", value_parser = number_or_range, help = t("共分几个区", "how many zones in all"))]
    zones: Option<RangeInclusive<usize>>,
    #[arg(long, value_name = "N|A..B", value_parser = number_or_range, requires = "within", conflicts_with = "zones", help = t("每个上级分几个区", "how many zones in each parent"))]
    zones_each: Option<RangeInclusive<usize>>,
    #[arg(long, value_name = "P", value_parser = preset, help = t("least-change 变动最少，barriers 道路河流优先，compact 最紧凑，balanced 最均衡；默认按所给资料定", "least-change, barriers, compact or balanced; by default by what is given"))]
    preset: Option<Preset>,
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help = t("时限，秒；默认 60，小题目提前结束", "time limit, seconds; 60 by default, and what is small ends earlier"))]
    time: Option<f64>,
    #[arg(long, value_name = "N", default_value_t = 1, help = t("随机种子", "seed of all that is random"))]
    seed: u64,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5), help = t("至多给几个方案（含最好的），互不相同且各有所长", "how many plans at most, the best one included, each better in something"))]
    alternatives: u8,
    #[arg(long, requires = "current", help = t("只评价现状，不重新划分", "score the present zones only"))]
    audit: bool,
    #[arg(long, value_name = "CSV", help = t("评价别的工具的方案：两列，单元与区", "score another tool's plan: two columns, unit and zone"))]
    assignment: Option<PathBuf>,
    #[arg(long, value_name = "FIELD", help = t("单元编号字段，用于 --assignment 与报告中的名称", "field of the unit's id, for --assignment and names in the report"))]
    id: Option<String>,
    #[arg(long, value_name = "FILE", help = t("写出：输入的要素原样加一列整数 zone", "to be written: the input's features as they are and an integer zone"))]
    out: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = t("写出报告（JSON）", "the report to be written (JSON)"))]
    report: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[arg(long, help = t("以 JSON 输出报告", "print the report as JSON"))]
    json: bool,
}

fn number_or_range(text: &str) -> Result<RangeInclusive<usize>, String> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
    let range = match text.split_once("..") {
        Some((low, high)) => number(low).zip(number(high.trim_start_matches('='))),
        None => number(text).map(|only| (only, only)),
    };
    let range = range.filter(|(low, high)| low <= high).map(|(low, high)| low..=high);
    range.ok_or_else(|| t("应为 N 或 A..B，不小于 1", "N or A..B is wanted, 1 or more").to_owned())
}

fn preset(text: &str) -> Result<Preset, String> {
    Preset::of(text).ok_or_else(|| Preset::ALL.map(Preset::word).join(", "))
}

fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.1..=86_400.0).contains(number));
    number.ok_or_else(|| t("应为 0.1 至 86400 秒", "0.1 to 86400 seconds are wanted").to_owned())
}

/// Where no time is given.
const USUAL_S: f64 = 60.0;
/// Elementary steps a second that two slow cores do together. The budget is counted in these, so that it is
/// the same on every machine.
const STEPS_A_SECOND: f64 = 40e6;
/// Steps to a unit beyond which more hardly helps: where no time is given, the search ends there.
const STEPS_A_UNIT: f64 = 100_000.0;

impl Zone {
    /// Reads, divides (or scores what there is), writes and reports.
    pub fn run(mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        stop::listen();
        self.size = self.sized()?;
        self.check()?;
        let input = Input::read(&self)?;
        let mut task = input.task(&self)?;
        task.problem.band.wide = self.wide().map(counted);
        task.preset = self.preset.unwrap_or_else(|| self.usual_preset());
        task.zones.clone_from(&self.zones);
        task.zones_each.clone_from(&self.zones_each);
        task.seed = self.seed;
        task.work = self.budget(task.problem.nodes());
        task.alternatives = usize::from(self.alternatives);
        if self.audit || self.assignment.is_some() {
            return schemes::run(&self, &input, &task);
        }
        self.divide(&input, &task, begun)
    }

    /// The profile that is named, the office's own before ours.
    fn sized(&self) -> Result<Option<SizeProfile>, Failure> {
        let Some(word) = &self.profile else { return Ok(None) };
        let compiled = Rules::compiled();
        let own = self.rules.as_deref().map(|folder| compiled.with_folder(folder)).transpose()?;
        let rules = own.as_ref().unwrap_or(compiled);
        let known = || rules.profiles().iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", ");
        let found = rules.profile(word).ok_or_else(|| {
            Failure::Usage(Bilingual::new(
                format!("没有规模标准 {word}，有：{}", known()),
                format!("there is no profile {word}, there are: {}", known()),
            ))
        })?;
        Ok(Some(found.clone()))
    }

    fn check(&self) -> Result<(), Failure> {
        let (min, max, ideal) = self.band();
        let fits = min.is_finite() && max.is_finite() && min >= 0.0 && max > 0.0;
        if !fits || min > max {
            return Err(Failure::Usage(Bilingual::new(
                "应给出 --profile，或 --min 与 --max：不小于 0 的数，下限不大于上限",
                "give --profile, or --min and --max: numbers from 0 on, the first not above the second",
            )));
        }
        if ideal.is_some_and(|ideal| !(min..=max).contains(&ideal)) {
            return Err(Failure::Usage(Bilingual::new(
                "--ideal 应在 --min 与 --max 之间",
                "--ideal must lie between --min and --max",
            )));
        }
        if self.wide_max.is_some_and(|wide| !(wide.is_finite() && wide >= max)) {
            return Err(Failure::Usage(Bilingual::new(
                "--wide-max 应不小于上限",
                "--wide-max must not be below the greatest number",
            )));
        }
        Ok(())
    }

    /// Households of a zone: at least, at most, best; the profile's where nothing else is said. No number where
    /// nothing says.
    fn band(&self) -> (f64, f64, Option<f64>) {
        let of = |own: Option<f64>, theirs: fn(&SizeProfile) -> f64| {
            own.or_else(|| self.size.as_ref().map(theirs))
        };
        let (min, max) = (of(self.min, |profile| profile.min), of(self.max, |profile| profile.max));
        let whole = self.min.is_none() && self.max.is_none();
        let ideal =
            self.ideal.or_else(|| self.size.as_ref().filter(|_| whole).and_then(|profile| profile.ideal));
        (min.unwrap_or(f64::NAN), max.unwrap_or(f64::NAN), ideal)
    }

    /// The most for a zone with a unit that is above the band by itself.
    fn wide(&self) -> Option<f64> {
        let whole = self.min.is_none() && self.max.is_none();
        self.wide_max.or_else(|| self.size.as_ref().filter(|_| whole).and_then(|profile| profile.wide_max))
    }

    fn usual_preset(&self) -> Preset {
        if self.current.is_some() {
            Preset::LeastChange
        } else if self.barriers.is_some() {
            Preset::Barriers
        } else {
            Preset::Compact
        }
    }

    fn budget(&self, units: usize) -> u64 {
        match self.time {
            Some(time) => (time * STEPS_A_SECOND) as u64,
            None => (USUAL_S * STEPS_A_SECOND).min(units as f64 * STEPS_A_UNIT) as u64,
        }
    }

    fn divide(&self, input: &Input, task: &Task, begun: Instant) -> Result<(), Failure> {
        let until = begun + Duration::from_secs_f64(self.time.unwrap_or(USUAL_S));
        let go_on = || !stop::asked() && Instant::now() < until;
        let answer = solve(task, &Watch::new(&go_on).until(until));
        stop::check()?;
        let best = answer.plans.first();
        if let (Some(path), Some(plan)) = (&self.out, best) {
            output::write(path, self, input, &plan.zone)?;
        }
        let report = report::of_answer(self, input, task, &answer);
        report::deliver(self, &report)?;
        report::say(self, input, task, &answer);
        if answer.status == Status::Impossible { Err(Failure::Found) } else { Ok(()) }
    }
}

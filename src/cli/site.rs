//! `boundstone site`: where the next facilities belong, with a bound that says how good the answer is.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::walking::{Loaded, NetworkArguments, Places, above_zero, noticed, weights, write_json};
use super::words::{self, language, line, t};
use super::{stop, topology};
use crate::access::siting::{Answer, Model, Problem, solve, times_while};
use crate::access::{Reach, Served};
use crate::formats::{self, OutColumn, OutFeature, OutFormat, OutSchema};
use crate::model::{Bilingual, FieldKind, Findings, Language, Severity};
use crate::network::{Direction, Found};

/// Households without a candidate that are listed one by one.
const LISTED: usize = 1000;

/// Sites.
#[derive(Args)]
#[command(after_help = t(
    "不用登记册。模型：lscp 用最少的点覆盖全部（或 --target 的比例），mclp 用 --p 个点（或 --budget 之内）覆盖最多，pmedian 加权步行时间之和最小，pcenter 最长步行时间最短。--existing 已有设施不动、不计数、不计费。\n任何时候停下都给出界与差距：objective 目标值，bound 任何方案都不会更好的界，gap＝|目标值−界|÷|目标值|，proved 为 true 才是已证明最优。\n例：\n  boundstone site --network 路网.osm.pbf --candidates 地块.geojson --demand 户.geojson --weight households --minutes 15 --model mclp --p 20 --out 选址.geojson --report r.json",
    "Works without a register. Models: lscp the fewest sites that reach all (or the share --target), mclp the most weight reached by --p sites (or within --budget), pmedian the least sum of weighted walks, pcenter the shortest longest walk. Facilities in --existing stay, are not counted and cost nothing.\nWherever it stops, bound and gap are given: no plan is better than bound, gap = |objective - bound| / |objective|, and only where proved is true is the answer the best there is.\nExample:\n  boundstone site --network town.osm.pbf --candidates parcels.geojson --demand homes.geojson --weight households --minutes 15 --model mclp --p 20 --out sites.geojson --report r.json"
))]
pub struct Site {
    #[command(flatten)]
    network: NetworkArguments,
    #[arg(long, value_name = "FILE", help = t("候选点：地块、房屋、点", "candidates: parcels, premises, points"))]
    candidates: PathBuf,
    #[arg(long, value_name = "FILE", help = t("需求点：户、楼、小区", "demand: homes, buildings, compounds"))]
    demand: PathBuf,
    #[arg(long, value_name = "COLUMN", help = t("需求点的权重列；不给时每点计 1", "column with the weight of demand; 1 each without it"))]
    weight: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 15.0, value_parser = above_zero, help = t("时限，分钟（lscp、mclp）", "limit in minutes (lscp, mclp)"))]
    minutes: f64,
    #[arg(long, value_enum, help = t("模型", "model"))]
    model: Kind,
    #[arg(long, value_name = "N", help = t("新建几处（mclp、pmedian、pcenter）", "how many new sites (mclp, pmedian, pcenter)"))]
    p: Option<usize>,
    #[arg(long, value_name = "SHARE", value_parser = share, help = t("lscp：要覆盖的权重比例，如 0.93；不给时全部", "lscp: share of the weight to be reached, such as 0.93; all without it"))]
    target: Option<f64>,
    #[arg(long, value_name = "FILE", help = t("已有设施，固定不动", "existing facilities, they stay"))]
    existing: Option<PathBuf>,
    #[arg(long, value_name = "COLUMN", help = t("候选点的容量列：最多服务多少权重（mclp）", "column with the weight that a candidate can serve at most (mclp)"))]
    capacity: Option<String>,
    #[arg(long, value_name = "N", requires = "cost", value_parser = above_zero, help = t("预算（mclp）", "budget (mclp)"))]
    budget: Option<f64>,
    #[arg(long, value_name = "COLUMN", help = t("候选点的费用列（mclp 与 --budget 合用；lscp 改为费用最少）", "column with the cost of a candidate (mclp with --budget; lscp then spends least)"))]
    cost: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 60.0, value_parser = above_zero, help = t("最多算多少秒（读文件不算）", "seconds at most, without reading the files"))]
    time: f64,
    #[arg(long, value_name = "FILE", help = t("选中的候选点", "the chosen candidates"))]
    out: PathBuf,
    #[arg(long, value_name = "FILE", help = t("报告（JSON）", "the report (JSON)"))]
    report: PathBuf,
    #[arg(long, help = t("以 JSON 输出报告", "print the report as JSON"))]
    json: bool,
}

/// The models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// fewest sites
    #[value(help = t("最少的点覆盖全部", "the fewest sites that reach all"))]
    Lscp,
    /// most weight
    #[value(help = t("给定个数或预算，覆盖最多", "the most weight for a number or a budget"))]
    Mclp,
    /// least walking
    #[value(name = "pmedian", help = t("步行时间之和最小", "the least walking"))]
    PMedian,
    /// shortest longest walk
    #[value(name = "pcenter", alias = "pcentre", help = t("最长步行时间最短", "the shortest longest walk"))]
    PCentre,
}

impl Kind {
    /// As it is given on the command line.
    fn word(self) -> &'static str {
        match self {
            Self::Lscp => "lscp",
            Self::Mclp => "mclp",
            Self::PMedian => "pmedian",
            Self::PCentre => "pcenter",
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1.0 => Ok(number),
        _ => Err(t("应为大于 0、不大于 1 的数", "a number above 0, at most 1").to_owned()),
    }
}

/// What was read.
struct Read {
    loaded: Loaded,
    candidates: Places,
    demand: Places,
    existing: Option<Places>,
    weights: Vec<f64>,
    existing_s: Vec<f64>,
    costs: Option<Vec<f64>>,
    capacities: Option<Vec<f64>>,
    findings: Findings,
}

impl Site {
    /// Reads, solves, writes.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        OutFormat::of(&self.out)?;
        self.check()?;
        let mut read = self.read()?;
        let covering = matches!(self.model, Kind::Lscp | Kind::Mclp);
        let limit_s = if covering { self.minutes * 60.0 } else { f64::INFINITY };
        let loaded = &read.loaded;
        let started = Instant::now();
        let left_s = || {
            let left = self.time - started.elapsed().as_secs_f64();
            if stop::asked() { f64::NEG_INFINITY } else { left }
        };
        let (streets, go_on) = ((&loaded.network, &loaded.walk), || left_s() > 0.0);
        let times = times_while(streets, &read.candidates.found, &read.demand.found, limit_s, &go_on);
        stop::check()?;
        let times = times?;
        let model = match self.model {
            Kind::Lscp => Model::Lscp { target: self.target.unwrap_or(1.0) },
            Kind::Mclp => Model::Mclp,
            Kind::PMedian => Model::PMedian,
            Kind::PCentre => Model::PCentre,
        };
        let problem = Problem {
            times: &times,
            weights: &read.weights,
            existing_s: &read.existing_s,
            limit_s: self.minutes * 60.0,
            model,
            count: self.p,
            costs: read.costs.as_deref(),
            budget: self.budget,
            capacities: read.capacities.as_deref(),
            left_s: &left_s,
        };
        let answer = solve(&problem)?;
        let served = self.served(&read, &answer)?;
        self.say_unreachable(&read.demand, &answer, &mut read.findings);
        let report = self.report(&read, &answer, &served);
        self.write_sites(&read, &answer, &served)?;
        write_json(&self.report, &report)?;
        if self.json {
            words::json(&report);
        } else {
            words::findings(&read.findings);
            self.print(&report);
        }
        Ok(())
    }

    /// Arguments that a model needs or does not know.
    fn check(&self) -> Result<(), Failure> {
        let usage = |zh: &str, en: &str| Err(Failure::Usage(Bilingual::new(zh, en)));
        if self.model == Kind::Mclp && self.p.is_none() && self.budget.is_none() {
            return usage("mclp 需要 --p 或 --budget", "mclp needs --p or --budget");
        }
        if matches!(self.model, Kind::PMedian | Kind::PCentre) && self.p.is_none() {
            return usage("这个模型需要 --p", "this model needs --p");
        }
        if self.model != Kind::Mclp && (self.capacity.is_some() || self.budget.is_some()) {
            return usage("--capacity 和 --budget 只用于 mclp", "--capacity and --budget are for mclp");
        }
        if self.model == Kind::Lscp && self.p.is_some() {
            return usage("lscp 求个数，不给 --p", "lscp finds the number itself: no --p");
        }
        Ok(())
    }

    fn read(&self) -> Result<Read, Failure> {
        let mut findings = Findings::default();
        let loaded = self.network.load(&mut findings)?;
        let candidates = Places::read(&self.candidates, &loaded, &mut findings)?;
        let demand = Places::read(&self.demand, &loaded, &mut findings)?;
        let existing = match &self.existing {
            Some(path) => Some(Places::read(path, &loaded, &mut findings)?),
            None => None,
        };
        let mut column = |name: &Option<String>| match name {
            Some(_) => weights(&candidates, name.as_deref(), &mut findings).map(Some),
            None => Ok(None),
        };
        let (costs, capacities) = (column(&self.cost)?, column(&self.capacity)?);
        let weights = weights(&demand, self.weight.as_deref(), &mut findings)?;
        let found = existing.as_ref().map_or(&[][..], |existing| existing.found.as_slice());
        let existing_s = nearest(&loaded, found, &demand)?
            .iter()
            .map(|served| served.map_or(f64::INFINITY, |served| served.seconds))
            .collect();
        Ok(Read { loaded, candidates, demand, existing, weights, existing_s, costs, capacities, findings })
    }

    /// By demand point, the nearest of what is chosen (first) and what exists.
    fn served(&self, read: &Read, answer: &Answer) -> Result<Vec<Option<Served>>, Failure> {
        let mut all: Vec<Found> = answer.chosen.iter().map(|site| read.candidates.found[*site]).collect();
        all.extend(read.existing.iter().flat_map(|existing| existing.found.iter().copied()));
        nearest(&read.loaded, &all, &read.demand)
    }

    fn say_unreachable(&self, demand: &Places, answer: &Answer, findings: &mut Findings) {
        let count = answer.unreachable.len();
        if count == 0 {
            return;
        }
        let what = Bilingual::new(
            format!("{count} 个需求点没有任何候选点或已有设施够得着"),
            format!("{count} demand points are reached by no candidate and nothing that exists"),
        );
        let done = Bilingual::new(
            "报告 unreachable 逐个列出；求解时不计这些点",
            "the report names them (unreachable); they were left out of the model",
        );
        findings.push(noticed("access.unreachable", Severity::Error, &demand.path, (what, done)));
    }

    fn report(&self, read: &Read, answer: &Answer, served: &[Option<Served>]) -> Json {
        let unit = match self.model {
            Kind::Lscp if self.cost.is_some() => "cost",
            Kind::Lscp => "sites",
            Kind::Mclp => "weight",
            Kind::PMedian => "weight_minutes",
            Kind::PCentre => "minutes",
        };
        let per = if matches!(self.model, Kind::PMedian | Kind::PCentre) { 60.0 } else { 1.0 };
        let ids = |features: &[usize], places: &Places| -> Vec<Json> {
            features.iter().take(LISTED).map(|at| places.id(*at)).collect()
        };
        let within =
            |at: &usize| served[*at].is_some_and(|s| s.seconds <= self.minutes * 60.0 * (1.0 + 1e-9));
        let covered: f64 = (0..served.len()).filter(within).map(|at| read.weights[at]).sum();
        let total: f64 = read.weights.iter().sum();
        let profile = read.loaded.walk.profile();
        json!({
            "model": self.model.word(),
            "objective": answer.objective / per, "bound": answer.bound / per, "unit": unit,
            "gap": answer.gap(), "proved": answer.proved,
            "chosen": ids(&answer.chosen, &read.candidates), "chosen_features": answer.chosen,
            "feasible": answer.unreachable.is_empty(),
            "unreachable": ids(&answer.unreachable, &read.demand), "unreachable_features": answer.unreachable.len(),
            "covered_weight": covered, "total_weight": total,
            "share": if total > 0.0 { Json::from(covered / total) } else { Json::Null },
            "cost": read.costs.as_ref().map(|costs| answer.chosen.iter().map(|site| costs[*site]).sum::<f64>()),
            "reduced": answer.reduced.map(|(rows, sites)| json!({"rows": rows, "candidates": sites})),
            "definition": {
                "sentence": self.definition(read),
                "minutes": self.minutes, "inclusive": true, "p": self.p, "target": self.target, "budget": self.budget,
                "profile": profile.name, "speed_m_per_s": profile.speed_m_per_s, "weight": self.weight,
                "time_s": self.time,
            },
            "network": read.loaded.about,
            "candidates": read.candidates.about(), "demand": read.demand.about(),
            "existing": read.existing.as_ref().map(Places::about),
            "findings": read.findings,
        })
    }

    fn definition(&self, read: &Read) -> Bilingual {
        let speed = read.loaded.walk.profile().speed_m_per_s;
        let minutes = self.minutes;
        match self.model {
            Kind::Lscp => Bilingual::new(
                format!(
                    "使 {minutes} 分钟（含）内沿路网走到设施的需求达到要求所需的最少新建点；步速 {speed} 米/秒"
                ),
                format!(
                    "the fewest new sites so that the demand asked for walks at most {minutes} minutes along the network; {speed} m/s"
                ),
            ),
            Kind::Mclp => Bilingual::new(
                format!(
                    "objective＝{minutes} 分钟（含）内沿路网走到已有或新建设施的需求权重；步速 {speed} 米/秒"
                ),
                format!(
                    "objective = weight of demand that walks at most {minutes} minutes along the network to what exists or is new; {speed} m/s"
                ),
            ),
            Kind::PMedian => Bilingual::new(
                format!("objective＝权重×到最近设施的步行分钟数之和；走不到的按一天计；步速 {speed} 米/秒"),
                format!(
                    "objective = sum of weight times minutes to the nearest facility, a day where there is no way; {speed} m/s"
                ),
            ),
            Kind::PCentre => Bilingual::new(
                format!("objective＝需求点到最近设施的最长步行分钟数；步速 {speed} 米/秒"),
                format!("objective = the longest walk to the nearest facility, in minutes; {speed} m/s"),
            ),
        }
    }

    /// The chosen candidates with their columns, and what each serves.
    fn write_sites(&self, read: &Read, answer: &Answer, served: &[Option<Served>]) -> Result<(), Failure> {
        let places = &read.candidates;
        let added = ["candidate", "served_weight", "served_features"];
        let kept: Vec<usize> =
            (0..places.columns.len()).filter(|at| !added.contains(&places.columns[*at].as_str())).collect();
        let mut columns: Vec<OutColumn> = kept
            .iter()
            .map(|at| topology::column(&places.columns[*at], places.values.iter().map(|row| &row[*at])))
            .collect();
        for (name, kind) in added.into_iter().zip([FieldKind::Int, FieldKind::Real, FieldKind::Int]) {
            columns.push(OutColumn { name: name.into(), title: None, kind });
        }
        let name = self.out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let schema = OutSchema { name, columns, crs: places.crs.clone(), encoding: None };
        let mut sink = formats::create(&self.out, &schema)?;
        for (place, site) in answer.chosen.iter().enumerate() {
            let mine = |at: &usize| served[*at].is_some_and(|served| served.facility == place);
            let homes: Vec<usize> = (0..served.len()).filter(mine).collect();
            let weight: f64 = homes.iter().map(|at| read.weights[*at]).sum();
            let mut values: Vec<Json> = kept.iter().map(|at| places.values[*site][*at].clone()).collect();
            values.extend([(*site).into(), weight.into(), homes.len().into()]);
            sink.write(OutFeature { geometry: places.shapes[*site].clone(), values })?;
        }
        sink.finish()?;
        Ok(())
    }

    fn print(&self, report: &Json) {
        let number = |name: &str| report[name].as_f64().unwrap_or_default();
        let (objective, bound, gap) = (number("objective"), number("bound"), 100.0 * number("gap"));
        let sites = report["chosen_features"].as_array().map_or(0, Vec::len);
        let share = 100.0 * number("share");
        let proved = report["proved"] == true;
        line(
            report["definition"]["sentence"][if language() == Language::Zh { "zh" } else { "en" }]
                .as_str()
                .unwrap_or_default(),
        );
        line(match language() {
            Language::Zh => format!(
                "选中 {sites} 处；目标值 {objective}，界 {bound}，差距 {gap:.3}%，{}；{} 分钟覆盖 {share:.1}% → {}",
                if proved { "已证明最优" } else { "未证明最优" },
                self.minutes,
                self.out.display()
            ),
            Language::En => format!(
                "{sites} sites; objective {objective}, bound {bound}, gap {gap:.3} %, {}; {share:.1} % within {} minutes → {}",
                if proved { "proved the best" } else { "not proved the best" },
                self.minutes,
                self.out.display()
            ),
        });
    }
}

/// By demand point, the nearest of some places; none where there are none.
fn nearest(loaded: &Loaded, facilities: &[Found], demand: &Places) -> Result<Vec<Option<Served>>, Failure> {
    if facilities.iter().all(|facility| facility.spot().is_none()) {
        return Ok(vec![None; demand.found.len()]);
    }
    let problem = Reach {
        network: &loaded.network,
        walk: &loaded.walk,
        facilities,
        demand: &demand.found,
        direction: Direction::Toward,
    };
    Ok(problem.nearest()?)
}

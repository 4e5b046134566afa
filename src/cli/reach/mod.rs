//! `boundstone reach`: who reaches a facility in which time on foot, and what share that is; without a register.

mod outputs;
mod report;

use std::path::PathBuf;

use clap::Args;
use geo_types::Geometry;

use super::failure::Failure;
use super::walking::{Loaded, NetworkArguments, Places, above_zero, weights};
use super::words::{self, t};
use super::{stop, walking};
use crate::access::{Coverage, Reach as Problem, Served, Units, straight_m};
use crate::formats::{self, OutFormat, ReadOptions};
use crate::model::{Bilingual, Findings, Severity};
use crate::network::Direction;

/// Times and coverage.
#[derive(Args)]
#[command(after_help = t(
    "不用登记册。需求点按 --weight 的列加权；正好等于时限的算在内；离路网太远或走不到的计入总数、不算覆盖。\n设施编号取要素的 id（成员或属性），没有时取其在文件中的序号（从 0 起）。\n例：\n  boundstone reach --network 路网.osm.pbf --facilities 社区用房.geojson --demand 户.geojson --weight households --report 报告.json\n  boundstone reach --network 道路.geojson --facilities 卫生站.geojson --demand 楼.geojson --weight 户数 --minutes 5,10,15 --profile elder --report r.json --isochrones 圈.geojson --demand-out d.geojson",
    "Works without a register. Demand is weighted by the column --weight; a time equal to the limit counts; what is too far from the network, or cannot be walked from, belongs to the total and is not covered.\nA facility is called by its id (member or property), else by its number in the file, from 0.\nExamples:\n  boundstone reach --network town.osm.pbf --facilities halls.geojson --demand homes.geojson --weight households --report r.json\n  boundstone reach --network streets.geojson --facilities stations.geojson --demand buildings.geojson --weight households --minutes 5,10,15 --profile elder --report r.json --isochrones i.geojson --demand-out d.geojson"
))]
pub struct Reach {
    #[command(flatten)]
    network: NetworkArguments,
    #[arg(long, value_name = "FILE", help = t("设施（点；面取其内部一点）", "facilities (points; of areas a point inside)"))]
    facilities: PathBuf,
    #[arg(long, value_name = "FILE", help = t("需求点：户、楼、小区", "demand: homes, buildings, compounds"))]
    demand: PathBuf,
    #[arg(long, value_name = "COLUMN", help = t("需求点的权重列，如户数、60岁以上人数；不给时每点计 1", "column with the weight of demand, such as households; 1 each without it"))]
    weight: Option<String>,
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "15", value_parser = above_zero, help = t("时限，分钟，可给几个", "limits in minutes, one or several"))]
    minutes: Vec<f64>,
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64), help = t("第几近的设施在时限内才算覆盖", "covered where the k-th nearest facility is within the limit"))]
    k: u16,
    #[arg(long, help = t("反向：从设施走到需求点（坡度、单行有别）", "the other way: from the facility to demand (slopes and one-way streets differ)"))]
    reverse: bool,
    #[arg(long, value_name = "FILE", help = t("单元（社区、镇）的面：另算“有设施的单元占比”，与上面的覆盖率不混用", "areas of units (communities, towns): also the share of units with a facility, never mixed with the above"))]
    units: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = t("报告（JSON）", "the report (JSON)"))]
    report: PathBuf,
    #[arg(long, value_name = "FILE", help = t("等时圈：走得到的路段与面", "isochrones: the reached pieces of street and their areas"))]
    isochrones: Option<PathBuf>,
    #[arg(long, requires = "isochrones", help = t("每处设施各出一组等时圈", "isochrones of each facility by itself"))]
    each: bool,
    #[arg(long, value_name = "FILE", help = t("需求点原样加 minutes（不取整；走不到为空）与 facility 两列", "demand as it was with minutes (not rounded; null where out of the network) and facility"))]
    demand_out: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出报告", "print the report as JSON"))]
    json: bool,
}

/// What was found.
struct Answer {
    loaded: Loaded,
    facilities: Places,
    demand: Places,
    weights: Vec<f64>,
    /// by demand feature, the nearest facilities first
    served: Vec<Vec<Served>>,
    /// by limit, along the network and in straight lines
    coverage: Vec<(Coverage, Coverage)>,
    units: Option<(Places, Units)>,
    direction: Direction,
    findings: Findings,
}

impl Reach {
    /// Reads, finds, writes.
    pub fn run(mut self) -> Result<(), Failure> {
        stop::listen();
        self.minutes.sort_by(f64::total_cmp);
        self.minutes.dedup();
        for path in [&self.isochrones, &self.demand_out].into_iter().flatten() {
            OutFormat::of(path)?;
        }
        let answer = self.answer()?;
        stop::check()?;
        if let Some(path) = &self.demand_out {
            outputs::demand(path, &answer, self.k)?;
        }
        if let Some(path) = &self.isochrones {
            outputs::isochrones(path, &answer, &self.minutes, self.each)?;
        }
        let report = report::report(&self, &answer);
        walking::write_json(&self.report, &report)?;
        if self.json {
            words::json(&report);
        } else {
            words::findings(&answer.findings);
            report::print(&self, &answer);
        }
        Ok(())
    }

    fn answer(&self) -> Result<Answer, Failure> {
        let mut findings = Findings::default();
        let loaded = self.network.load(&mut findings)?;
        let facilities = Places::read(&self.facilities, &loaded, &mut findings)?;
        let demand = Places::read(&self.demand, &loaded, &mut findings)?;
        let weights = weights(&demand, self.weight.as_deref(), &mut findings)?;
        let direction = if self.reverse { Direction::Away } else { Direction::Toward };
        let problem = Problem {
            network: &loaded.network,
            walk: &loaded.walk,
            facilities: &facilities.found,
            demand: &demand.found,
            direction,
        };
        let served = problem.k_nearest(self.k)?;
        let coverage = self.coverage(&loaded, (&facilities, &demand), &weights, &served);
        self.say_unreached(&demand, &served, &mut findings);
        let units = match &self.units {
            Some(path) => {
                Some(self.units(path, &loaded, (&facilities, &demand), (&weights, &served), &mut findings)?)
            }
            None => None,
        };
        Ok(Answer { loaded, facilities, demand, weights, served, coverage, units, direction, findings })
    }

    /// Seconds that count: those to the k-th nearest facility.
    fn seconds(&self, served: &[Served]) -> f64 {
        served.get(usize::from(self.k) - 1).map_or(f64::INFINITY, |served| served.seconds)
    }

    fn coverage(
        &self,
        loaded: &Loaded,
        (facilities, demand): (&Places, &Places),
        weights: &[f64],
        served: &[Vec<Served>],
    ) -> Vec<(Coverage, Coverage)> {
        let seconds: Vec<f64> = served.iter().map(|served| self.seconds(served)).collect();
        let straight = straight_m(loaded.ground.metric, &demand.at, &facilities.at);
        let speed = loaded.walk.profile().speed_m_per_s;
        let straight: Vec<f64> = straight.into_iter().map(|metres| metres / speed).collect();
        let count = |minutes: &f64| {
            (Coverage::count(*minutes, &seconds, weights), Coverage::count(*minutes, &straight, weights))
        };
        self.minutes.iter().map(count).collect()
    }

    fn units(
        &self,
        path: &std::path::Path,
        loaded: &Loaded,
        (facilities, demand): (&Places, &Places),
        (weights, served): (&[f64], &[Vec<Served>]),
        findings: &mut Findings,
    ) -> Result<(Places, Units), Failure> {
        // Areas are no places on streets: what is said of such is left aside.
        let mut aside = Findings::default();
        let areas = Places::read(path, loaded, &mut aside)?;
        let mut source = formats::open(path, &ReadOptions::default())?;
        let declared = source.crs().clone();
        while source.next_feature().is_some() {}
        source.take_findings().into_iter().for_each(|finding| findings.push(finding));
        let shapes: Vec<Geometry> = areas.shapes.iter().flatten().cloned().collect();
        let way = loaded.ground.way(path, &declared, &shapes)?;
        let mut grounds = Vec::with_capacity(areas.shapes.len());
        for shape in &areas.shapes {
            let shape = shape.clone().unwrap_or_else(|| geo_types::MultiPoint::<f64>(Vec::new()).into());
            grounds.push(match &way {
                Some(way) => way.geometry(shape)?,
                None => shape,
            });
        }
        let limit = self.minutes.last().copied().unwrap_or(15.0);
        let homes: Vec<_> = demand
            .points()
            .into_iter()
            .zip(weights)
            .zip(served)
            .map(|((at, weight), served)| {
                let covered = Coverage::count(limit, &[self.seconds(served)], &[1.0]).counted.features == 1;
                (at, *weight, covered)
            })
            .collect();
        let units = Units::count(&grounds, &facilities.points(), &homes);
        Ok((areas, units))
    }

    /// Says how much demand is on the network, but not on a part of it that leads to a facility.
    fn say_unreached(&self, demand: &Places, served: &[Vec<Served>], findings: &mut Findings) {
        let cut =
            demand.found.iter().zip(served).filter(|(f, served)| f.spot().is_some() && served.is_empty());
        let count = cut.count();
        if count > 0 {
            let what = Bilingual::new(
                format!("{count} 个点所在的路与任何设施都不连通"),
                format!("{count} places are on streets that lead to no facility"),
            );
            let done = Bilingual::new(
                "不算在服务范围内，仍计入总数；请核对路网是否在该处断开",
                "they count as out of reach; check whether the network is broken there",
            );
            findings.push(walking::noticed("access.cut_off", Severity::Warning, &self.demand, (what, done)));
        }
    }
}

//! `boundstone coverage`: who is within reach of services, from the register.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::words::{self, line, t};
use crate::access::circle::{
    By, Capacity, Definition, Figures, Level, Misshapen, Question, REQUIRED, Reach, UncoveredList, by_unit,
    figures, trend, year_ends,
};
use crate::access::ground::{Ground, Scope, usual_count};
use crate::access::services;
use crate::model::{Date, Secrecy};

/// Homes beyond reach that JSON lists.
const LISTED: usize = 1_000;

/// How far something is.
#[derive(Clone, Copy, ValueEnum)]
pub enum Measure {
    /// along the streets
    #[value(help = t("沿步行路网", "along the streets"))]
    Network,
    /// in a straight line
    #[value(help = t("直线，仅供比较", "in a straight line, for comparison"))]
    Straight,
}

/// Coverage of services.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone coverage 五华区.gpkg                          各类设施一览\n  boundstone coverage 五华区.gpkg meal_hall --by street   爱心食堂，分街道\n  boundstone coverage 五华区.gpkg required --json\n每个数都附口径；两种含义（有设施的社区占比、可达户数占比）分开列出。", "Examples:\n  boundstone coverage wuhua.gpkg                          every class\n  boundstone coverage wuhua.gpkg meal_hall --by street    meal halls by subdistrict\n  boundstone coverage wuhua.gpkg required --json\nEvery figure has its definition; its two meanings (communities with a facility, households within reach) stand apart."))]
pub struct Coverage {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CLASS", help = t("设施类别，如 meal_hall；required 为各类必备设施合并；不写则各类都列", "class, such as meal_hall; required for all required ones together; every class if absent"))]
    class: Option<String>,
    #[arg(long, value_name = "PROFILE", help = t("人群：adult、elder、frail、wheelchair；默认为该类自己的", "who walks: adult, elder, frail, wheelchair; the class's own if absent"))]
    profile: Option<String>,
    #[arg(long, value_name = "MIN", conflicts_with = "metres", help = t("时限，分钟", "limit in minutes"))]
    minutes: Option<f64>,
    #[arg(long, value_name = "M", help = t("距离，米", "limit in metres"))]
    metres: Option<f64>,
    #[arg(long, value_enum, default_value = "network", value_name = "MEASURE", help = t("network 路网，straight 直线", "network or straight"))]
    measure: Measure,
    #[arg(long, value_name = "COUNT", help = t("户数口径：resident、registered、dwelling", "count of households: resident, registered, dwelling"))]
    count: Option<String>,
    #[arg(long, value_enum, value_name = "LEVEL", help = t("分单位列出", "by unit"))]
    by: Option<Unit>,
    #[arg(long, value_name = "CLASS", default_value = "secret", help = t("读到哪一密级的记录：public、internal、secret", "records up to this class: public, internal, secret"))]
    show: String,
    #[arg(long, value_name = "N", requires = "class", conflicts_with = "by", help = t("逐年：最近 N 年的年末和今天，同一口径（1–11）", "by year: the ends of the last N years and today, by one definition (1 to 11)"), value_parser = clap::value_parser!(i16).range(1..=11))]
    years: Option<i16>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

/// Units that figures are given by.
#[derive(Clone, Copy, ValueEnum)]
pub enum Unit {
    /// subdistricts and towns
    #[value(help = t("街道", "subdistricts"))]
    Street,
    /// communities
    #[value(help = t("社区", "communities"))]
    Community,
}

impl From<Misshapen> for Failure {
    fn from(wrong: Misshapen) -> Self {
        refused(wrong)
    }
}

fn refused(wrong: Misshapen) -> Failure {
    Failure::Usage(wrong.what)
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.1}%", share * 100.0))
}

impl Coverage {
    /// Prints the table, or one class with its definition.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let Some(show) = Secrecy::from_code(&self.show) else {
            return Err(refused(Misshapen::new(
                "show",
                "密级应为 public、internal 或 secret",
                "public, internal or secret",
            )));
        };
        let day = self.as_of.date();
        let count = self.count.clone().unwrap_or_else(|| {
            usual_count(&snapshot, &|record| record.valid.contains(day) && record.secrecy <= show)
        });
        if let (Some(years), Some(class)) = (self.years, &self.class) {
            return self.by_year(&self.question(class), year_ends(day, years), &mut |day| {
                let scope = Scope { day, show, count: count.clone() };
                Ok(Arc::new(Ground::of(&snapshot, scope)?))
            });
        }
        let ground = Ground::of(&snapshot, Scope { day, show, count })?;
        match &self.class {
            Some(class) => self.one(&ground, &self.question(class)),
            None => self.all(&ground),
        }
    }

    fn question(&self, class: &str) -> Question {
        Question {
            class: class.to_owned(),
            profile: self.profile.clone(),
            minutes: self.minutes,
            metres: self.metres,
            measure: match self.measure {
                Measure::Network => By::Network,
                Measure::Straight => By::Straight,
            },
            ..Question::default()
        }
    }

    fn by_year(
        &self,
        question: &Question,
        days: Vec<Date>,
        ground: &mut dyn FnMut(Date) -> Result<Arc<Ground>, Failure>,
    ) -> Result<(), Failure> {
        let days = trend(question, days, ground)?;
        if self.json {
            words::json(&json!({ "days": days }));
            return Ok(());
        }
        if let Some(last) = days.last() {
            let definition = &last.definition;
            line(words::say(&crate::model::Bilingual::new(&definition.zh, &definition.en)));
        }
        for day in &days {
            let note = if day.comparable {
                ""
            } else {
                t("（口径不同，不可比）", " (another definition)")
            };
            line(format!(
                "{}  {:>5}  {:>6}  {:>6}  {:>6}{note}",
                day.date,
                day.facilities,
                percent(day.figures.units.share),
                percent(day.figures.households.share),
                percent(day.figures.elders.share)
            ));
        }
        Ok(())
    }

    fn one(&self, ground: &Ground, question: &Question) -> Result<(), Failure> {
        let reach = Reach::of(ground, question).map_err(refused)?;
        let definition = Definition::of(ground, question, &reach);
        let whole = figures(ground, &reach);
        let interval = reach.interval(ground);
        let list = UncoveredList::of(ground, &reach, LISTED);
        let level = self.by.map(|unit| match unit {
            Unit::Street => Level::Street,
            Unit::Community => Level::Community,
        });
        if self.json {
            let units = |level| by_unit(ground, &reach, None, level);
            words::json(&json!({
                "definition": definition, "whole": whole, "interval": interval,
                "capacity": Capacity::of(ground, &reach), "uncovered": list,
                "streets": units(Level::Street), "communities": units(Level::Community),
            }));
            return Ok(());
        }
        line(words::say(&crate::model::Bilingual::new(definition.zh, definition.en)));
        row(&question.class, definition.facilities, &whole);
        if interval.compounds > 0 {
            line(format!(
                "{} {} – {}",
                t("出入口假定引起的区间", "between, whichever way assumed gates stand:"),
                percent(interval.low),
                percent(interval.high)
            ));
        }
        for unit in level.map(|level| by_unit(ground, &reach, None, level)).into_iter().flatten() {
            line(format!(
                "  {}  {}  {}  {:.0}/{:.0}  {}",
                unit.code,
                unit.name,
                unit.has,
                unit.households.covered,
                unit.households.of,
                percent(unit.households.share)
            ));
        }
        line(format!(
            "{} {:.0} {}, {:.0} {}",
            t("未覆盖", "beyond reach:"),
            list.households,
            t("户", "households"),
            list.elders,
            t("名 60 岁以上", "people of 60 and more")
        ));
        Ok(())
    }

    fn all(&self, ground: &Ground) -> Result<(), Failure> {
        if self.minutes.is_some() || self.metres.is_some() {
            return Err(refused(Misshapen::new(
                "minutes",
                "指定时限时请写明类别",
                "name the class where a limit is given",
            )));
        }
        let classes = services().classes.iter().map(|class| class.id.as_str()).chain([REQUIRED]);
        let mut rows = Vec::new();
        line_unless(
            self.json,
            t(
                "类别  设施  有设施的社区  可达户数  可达 60 岁以上",
                "class  facilities  communities with one  households  people of 60 and more",
            ),
        );
        for class in classes {
            let question = self.question(class);
            let reach = Reach::of(ground, &question).map_err(refused)?;
            let (definition, whole) = (Definition::of(ground, &question, &reach), figures(ground, &reach));
            if self.json {
                rows.push(json!({ "class": class, "definition": definition, "whole": whole }));
            } else {
                row(class, definition.facilities, &whole);
            }
        }
        if self.json {
            words::json(&json!({ "rows": rows }));
        }
        Ok(())
    }
}

fn line_unless(json: bool, text: &str) {
    if !json {
        line(text);
    }
}

fn row(class: &str, facilities: usize, whole: &Figures) {
    line(format!(
        "{class:<16} {facilities:>5}  {:>6}  {:>6}  {:>6}",
        percent(whole.units.share),
        percent(whole.households.share),
        percent(whole.elders.share)
    ));
}

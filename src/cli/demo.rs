//! `boundstone demo`: the register of the demo district.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::registers::{now_text, remove};
use super::words::{self, line, t, thousands};
use crate::attachments::Attachments;
use crate::model::ChangeSet;
use crate::register::Register;
use crate::sample::{self, SampleOptions};
use crate::store::{GeoPackageStore, RegisterInfo};

/// What the demo register is called.
const TITLE: &str = "五华区（演示）";

/// Makes the demo register.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone demo\n  boundstone demo --reset --register demo/wuhua.gpkg\n  boundstone serve demo/wuhua.gpkg --show internal --demo", "Examples:\n  boundstone demo\n  boundstone demo --reset --register demo/wuhua.gpkg\n  boundstone serve demo/wuhua.gpkg --show internal --demo"))]
pub struct Demo {
    #[arg(long, value_name = "FILE", default_value = "demo/wuhua.gpkg", help = t("写到哪个文件", "the file to make"))]
    register: PathBuf,
    #[arg(long, help = t("已有时删去重做", "make it anew where it exists"))]
    reset: bool,
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = times, help = t("放大 K 倍，供测速", "K times as large, for benchmarks"))]
    scale: u32,
    #[arg(long, value_name = "S", default_value_t = 1, help = t("随机种子", "seed"))]
    seed: u64,
}

fn times(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=400).contains(number));
    number.ok_or_else(|| t("应是 1 到 400 的整数", "it must be a whole number from 1 to 400").to_owned())
}

impl Demo {
    /// Makes the register beside its place and moves it there when it is whole.
    pub fn run(self) -> Result<(), Failure> {
        if self.register.exists() && !self.reset {
            line(format!(
                "{} {}（--reset {}）",
                self.register.display(),
                t("已存在，未改动", "exists, left as it is"),
                t("重做", "makes it anew")
            ));
            return Ok(());
        }
        if let Some(folder) = self.register.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| Failure::disk(folder, &error))?;
        }
        let making = self.register.with_extension("making.gpkg");
        remove(&making)?;
        let bar = words::progress(t("生成演示区", "making the demo district"), Some(100));
        let options = SampleOptions { seed: self.seed, scale: self.scale as usize };
        let sample = sample::generate(options, |share| bar.set_position((share * 100.0) as u64));
        let info = RegisterInfo { title: TITLE.into(), created: now_text() };
        let register = Register::open(Box::new(GeoPackageStore::create(&making, &info)?))?;
        let media = Attachments::beside(std::slice::from_ref(&self.register));
        for (name, bytes) in &sample.pictures {
            media.keep(name, bytes)?;
        }
        let mut rows = 0;
        for step in sample.steps {
            let ChangeSet { header, changes } = step.into_change_set(now_text());
            rows += changes.len() as u64;
            let mut changes = Some(changes);
            register
                .commit(header, |_| Ok::<_, std::convert::Infallible>(changes.take().unwrap_or_default()))?;
        }
        drop(register);
        bar.finish_and_clear();
        remove(&self.register)?;
        std::fs::rename(&making, &self.register).map_err(|error| Failure::disk(&self.register, &error))?;
        line(format!(
            "{} {}：{} {}",
            t("已生成演示区", "made the demo district"),
            self.register.display(),
            thousands(rows),
            t("条变更（合成数据）", "changes (synthetic data)")
        ));
        Ok(())
    }
}

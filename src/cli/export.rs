//! `boundstone export`: a layer goes out as a file.

use std::path::PathBuf;

use clap::Args;
use geo_types::Rect;
use serde_json::json;

use super::failure::Failure;
use super::inspect::AsOf;
use super::registers::open_to_read;
use super::stop;
use super::words::{self, line, t, thousands};
use crate::crs::Crs;
use crate::formats::{Layout, OutError, OutPlan};
use crate::model::{Layer, Secrecy};

/// Writes a layer to a file.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone export 五华区.gpkg --layer division --to 区划.shp\n  boundstone export 五华区.gpkg --layer facility --to 设施.xlsx --as-of 2026-01-01 --bbox 102.6,25.0,102.8,25.2", "Examples:\n  boundstone export wuhua.gpkg --layer division --to divisions.shp\n  boundstone export wuhua.gpkg --layer facility --to facilities.xlsx --as-of 2026-01-01 --bbox 102.6,25.0,102.8,25.2"))]
pub struct Export {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "L", help = t("图层", "layer"))]
    layer: Layer,
    #[arg(long, value_name = "FILE", help = t("写到哪个文件：.geojson .shp .gpkg .fgb .csv .xlsx .kml .dxf", "the file to write: .geojson .shp .gpkg .fgb .csv .xlsx .kml .dxf"))]
    to: PathBuf,
    #[arg(long, value_name = "C", help = t("输出坐标系，默认 EPSG:4490", "coordinates to write, default EPSG:4490"))]
    crs: Option<Crs>,
    #[arg(long, value_name = "E", help = t("文字编码：shapefile 可用 GBK，默认 UTF-8", "text encoding: GBK for a shapefile, default UTF-8"))]
    encoding: Option<String>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_name = "W,S,E,N", value_parser = bbox, allow_hyphen_values = true, help = t("只要与此经纬度范围相交的", "only what meets this box of longitudes and latitudes"))]
    bbox: Option<Rect>,
    #[arg(long, value_enum, default_value = "internal", help = t("写出到哪一密级为止", "the highest class of secrecy written"))]
    show: super::serve::Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

fn bbox(text: &str) -> Result<Rect, String> {
    let numbers: Vec<f64> =
        text.split(',').filter_map(|n| n.trim().parse().ok()).filter(|n: &f64| n.is_finite()).collect();
    match numbers[..] {
        [west, south, east, north] if west <= east && south <= north => {
            Ok(Rect::new((west, south), (east, north)))
        }
        _ => Err(t("应写作 西,南,东,北（度）", "write it as west,south,east,north in degrees").to_owned()),
    }
}

impl Export {
    /// Writes what holds on the day; nothing stands under the file's name until all of it is written.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let view = snapshot.layer(self.layer);
        let highest: Secrecy = self.show.into();
        let mut records: Vec<_> = match self.bbox {
            Some(window) => view.window(window),
            None => view.iter().collect(),
        };
        records.retain(|record| record.valid.contains(day) && record.secrecy <= highest);
        records.sort_by_key(|record| record.key());
        let plan = OutPlan {
            layout: Layout::whole(self.layer),
            crs: self.layer.has_geometry().then(|| self.crs.clone().unwrap_or(Crs::REGISTER)),
            encoding: self.encoding.clone(),
            language: words::language(),
        };
        let bar = words::progress(t("写出", "writing"), Some(records.len() as u64));
        let go_on = |done: usize| {
            bar.set_position(done as u64);
            stop::check()
        };
        let written = plan.write(&records, &self.to, go_on).map_err(|error| match error {
            OutError::Stopped(failure) => failure,
            OutError::Format(error) => error.into(),
            OutError::Crs(error) => error.into(),
        })?;
        bar.finish_and_clear();
        let mut findings = crate::model::Findings::default();
        written.into_iter().for_each(|finding| findings.push(finding));
        if self.json {
            words::json(&json!({"features": records.len(), "file": self.to, "findings": findings}));
        } else {
            words::findings(&findings);
            line(format!(
                "{} {} → {}",
                thousands(records.len() as u64),
                t("条", "features"),
                self.to.display()
            ));
        }
        Ok(())
    }
}

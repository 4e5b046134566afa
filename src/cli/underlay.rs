//! `boundstone underlay`: pictures under the data.

use std::path::PathBuf;
use std::slice;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::registers::{ids, must_exist};
use super::serve::Show;
use super::stop;
use super::words::{self, language, line, t, warn};
use crate::crs::Crs;
use crate::formats::ogr::Worker;
use crate::model::{Bilingual, Language, RecordId};
use crate::underlays::{BasemapError, Bend, Fit, Placing, Underlay as Picture, UnderlayError, Underlays};

/// Pictures under the data.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone underlay 五华区.gpkg add 影像.tif --title 2025年影像\n  boundstone underlay 五华区.gpkg add 规划图.jpg --crs EPSG:4549\n  boundstone underlay 五华区.gpkg add 老地图.jpg --gcp 12,20,102.60,25.10 --gcp 2980,22,102.70,25.10 --gcp 2975,2010,102.70,25.00 --gcp 15,2005,102.60,25.00\n  boundstone underlay 五华区.gpkg list",
    "Examples:\n  boundstone underlay wuhua.gpkg add image.tif --title 'Image of 2025'\n  boundstone underlay wuhua.gpkg add plan.jpg --crs EPSG:4549\n  boundstone underlay wuhua.gpkg add old.jpg --gcp 12,20,102.60,25.10 --gcp 2980,22,102.70,25.10 --gcp 2975,2010,102.70,25.00 --gcp 15,2005,102.60,25.00\n  boundstone underlay wuhua.gpkg list"
))]
pub struct Underlay {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("加一张底图：GeoTIFF、带坐标文件的 JPG/PNG，或给出几个点的扫描图", "add a picture: GeoTIFF, JPG/PNG with a world file, or a scan with points"))]
    Add(Add),
    #[command(about = t("列出底图", "list the pictures"))]
    List(List),
    #[command(about = t("移除一张底图", "take a picture away"))]
    Remove(Remove),
}

#[derive(Args)]
struct Add {
    #[arg(value_name = "FILE", help = t("图片文件（.tif、.jpg、.png……）", "the picture (.tif, .jpg, .png, …)"))]
    file: PathBuf,
    #[arg(long, value_name = "CRS", help = t("图片（或所给各点）的坐标系：EPSG:4490、EPSG:4549、gcj02……", "coordinates of the picture, or of the points: EPSG:4490, EPSG:4549, gcj02, …"))]
    crs: Option<Crs>,
    #[arg(long = "gcp", value_name = "COLUMN,LINE,LON,LAT", value_parser = point, help = t("图上一点的列、行（像素，从左上角起）与经度、纬度；给四个", "a point: column and line in pixels from the upper left, longitude, latitude; give four"))]
    points: Vec<[f64; 4]>,
    #[arg(long, help = t("图片是斜着拍的（如手机翻拍的图）：按透视关系校正，至少四个点", "the picture was taken aslant, e.g. a photograph of a map: at least four points"))]
    aslant: bool,
    #[arg(long, value_name = "TITLE", help = t("名称，默认取文件名", "what it is called, default the file's name"))]
    title: Option<String>,
    #[arg(long, value_enum, default_value = "public", help = t("谁可以看", "who may see it"))]
    secrecy: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

#[derive(Args)]
struct List {
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

#[derive(Args)]
struct Remove {
    #[arg(value_name = "ID", help = t("编号（list 列出）", "its id, as list shows it"))]
    id: RecordId,
}

fn point(text: &str) -> Result<[f64; 4], String> {
    let numbers: Option<Vec<f64>> = text
        .split([',', '，'])
        .map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| t("应写作 列,行,经度,纬度", "write it as column,line,longitude,latitude").to_owned())
}

impl Underlay {
    /// Does what is asked; nothing here changes the register.
    pub fn run(self) -> Result<(), Failure> {
        must_exist(&self.register)?;
        let underlays = Underlays::beside(slice::from_ref(&self.register));
        match self.what {
            What::Add(add) => add.run(&underlays),
            What::List(list) => {
                list.run(&underlays);
                Ok(())
            }
            What::Remove(remove) => {
                let gone = underlays.remove(remove.id)?;
                line(format!("{} {}", t("已移除", "removed"), gone.title));
                Ok(())
            }
        }
    }
}

impl Add {
    fn run(self, underlays: &Underlays) -> Result<(), Failure> {
        let placing = Placing {
            crs: self.crs,
            points: self.points,
            bend: if self.aslant { Bend::Projective } else { Bend::Affine },
            title: self.title,
            file: None,
            secrecy: self.secrecy.into(),
        };
        stop::listen();
        let bar = words::progress(t("切片", "cutting into tiles"), None);
        let mut go_on = |_| !stop::asked();
        let added = underlays.add(ids().next_id(), (&self.file, &placing), &Worker::default(), &mut go_on);
        bar.finish_and_clear();
        let (added, fit) = added?;
        if let Some(fit) = fit.as_ref().filter(|fit| fit.is_doubtful()) {
            let (metres, pixel) = (fit.worst_m(), fit.pixel_m);
            warn(match language() {
                Language::Zh if fit.mirrored => {
                    "  请确认：这些点把图片翻了个面，可能有两个点对调了".to_owned()
                }
                Language::En if fit.mirrored => {
                    "  check: the points turn the picture over; two of them are probably swapped".to_owned()
                }
                Language::Zh => format!(
                    "  请确认：几个点互相不合，最大相差 {metres:.1} 米（一个像素约 {pixel:.2} 米）；请核对各点"
                ),
                Language::En => format!(
                    "  check: the points disagree by up to {metres:.1} m (a pixel is about {pixel:.2} m); check each"
                ),
            });
        }
        if self.json {
            let mut doc = described(&added);
            doc["fit"] = fit.as_ref().map_or(Json::Null, fit_json);
            words::json(&doc);
        } else {
            line(format!("{} {}  {}", t("已加入底图", "added"), added.id, added.title));
        }
        Ok(())
    }
}

fn fit_json(fit: &Fit) -> Json {
    json!({"metres": fit.metres, "pixel_m": fit.pixel_m, "doubtful": fit.is_doubtful()})
}

impl List {
    fn run(self, underlays: &Underlays) {
        let all = underlays.list();
        if self.json {
            words::json(&json!(all.iter().map(described).collect::<Vec<_>>()));
            return;
        }
        for one in &all {
            let (min, max) = (one.bounds.min(), one.bounds.max());
            line(format!(
                "{}  {}  {:.5},{:.5} – {:.5},{:.5}  z{}–{}",
                one.id, one.title, min.x, min.y, max.x, max.y, one.zooms.0, one.zooms.1
            ));
        }
        if all.is_empty() {
            line(t("还没有底图", "there are no pictures yet"));
        }
    }
}

fn described(one: &Picture) -> Json {
    let (min, max) = (one.bounds.min(), one.bounds.max());
    json!({
        "id": one.id.to_string(), "title": one.title, "file": one.file, "made": one.made,
        "secrecy": one.secrecy.code(), "bbox": [min.x, min.y, max.x, max.y],
        "min_zoom": one.zooms.0, "max_zoom": one.zooms.1,
    })
}

impl From<UnderlayError> for Failure {
    fn from(error: UnderlayError) -> Self {
        let (zh, en) = match error {
            UnderlayError::Format(error) => return error.into(),
            UnderlayError::Crs(error) => return error.into(),
            UnderlayError::Store(error) => return error.into(),
            UnderlayError::Disk { path, source } => return Self::disk(&path, &source),
            UnderlayError::Undeclared { corner } => return question(corner),
            UnderlayError::NotPlaced => (
                "请放好同名的坐标文件（.jgw、.pgw、.tfw），或用 --gcp 给出四个点。",
                "Put the world file (.jgw, .pgw, .tfw) beside it, or give four points with --gcp.",
            ),
            UnderlayError::Fit(_) => (
                "请给出四个分散在图片四角的点：--gcp 列,行,经度,纬度。",
                "Give four points near the corners: --gcp column,line,longitude,latitude.",
            ),
            UnderlayError::Stopped => return stop::stopped(),
            UnderlayError::Unknown(_) => {
                ("底图用 boundstone underlay … list 列出。", "boundstone underlay … list shows them.")
            }
        };
        Self::from(error.sentence()).then(zh, en)
    }
}

/// Which coordinates: degrees are told from metres by the corner.
fn question([x, y]: [f64; 2]) -> Failure {
    let at = |zh: &str, en: &str| Bilingual::new(zh, en);
    let answers: &[(&str, Bilingual)] = &if x.abs() <= 180.0 && y.abs() <= 90.0 {
        [
            ("--crs EPSG:4490", at("国家大地坐标系的经纬度", "longitude and latitude of CGCS2000")),
            ("--crs gcj02", at("互联网地图的偏移坐标", "the shifted coordinates of internet maps")),
        ]
    } else {
        [
            (
                "--crs EPSG:4549",
                at("国家大地坐标系，中央经线 120°；请按所在带选用", "CGCS2000 at 120°E; take your own zone"),
            ),
            ("--crs EPSG:3857", at("网络地图的墨卡托投影", "Mercator of web maps")),
        ]
    };
    Failure::Question {
        question: at(
            &format!("图片用的是什么坐标系？左上角坐标为 {x}, {y}"),
            &format!("which coordinates is the picture in? Its upper left corner is at {x}, {y}"),
        ),
        answers: answers.iter().map(|(answer, why)| ((*answer).to_owned(), why.clone())).collect(),
    }
}

impl From<BasemapError> for Failure {
    fn from(error: BasemapError) -> Self {
        Self::from(error.sentence()).then(
            "写法见《部署指南》的“外部地图”一节。",
            "The deployment guide shows how the file is written.",
        )
    }
}

//! `boundstone convert`: a file's coordinates into another system, as GeoJSON.

use std::path::PathBuf;

use clap::Args;
use geo_types::Coord;
use serde_json::json;

use super::failure::Failure;
use super::stop;
use super::words::{self, line, t, thousands};
use crate::crs::{self, Crs, Transform};
use crate::formats::{
    self, DeclaredCrs, FeatureSource, OutColumn, OutFeature, OutSchema, ReadOptions, SourceFeature,
};
use crate::model::{Bilingual, FieldKind, Findings, geometry};

/// Converts coordinates.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone convert 高德.geojson 国标.geojson --from gcj02\n  boundstone convert 界桩.shp 界桩.geojson --from EPSG:4543 --to EPSG:4490", "Examples:\n  boundstone convert amap.geojson out.geojson --from gcj02\n  boundstone convert markers.shp markers.geojson --from EPSG:4543 --to EPSG:4490"))]
pub struct Convert {
    #[arg(value_name = "IN", help = t("任何可读的文件", "any readable file"))]
    input: PathBuf,
    #[arg(value_name = "OUT", help = t("要写的 GeoJSON", "the GeoJSON to write"))]
    output: PathBuf,
    #[arg(long, value_name = "CRS", help = t("文件的坐标系；未注明时必须给", "the file's coordinates; needed where it does not say"))]
    from: Option<Crs>,
    #[arg(long, value_name = "CRS", help = t("要转成的坐标系，默认 EPSG:4490", "coordinates wanted, default EPSG:4490"))]
    to: Option<Crs>,
    #[arg(long, value_name = "L", help = t("文件内的图层", "layer within the file"))]
    source_layer: Option<String>,
    #[arg(long, value_name = "E", help = t("文字编码", "text encoding"))]
    encoding: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Convert {
    /// Reads all, transforms, writes a FeatureCollection in input order with its properties.
    pub fn run(self) -> Result<(), Failure> {
        stop::listen();
        let options = ReadOptions { layer: self.source_layer.clone(), encoding: self.encoding.clone() };
        let mut source = formats::open(&self.input, &options)?;
        let mut findings = Findings::default();
        let features = read_all(source.as_mut(), &mut findings)?;
        source.take_findings().into_iter().for_each(|finding| findings.push(finding));
        let from = match (&self.from, source.crs()) {
            (Some(crs), _) | (None, DeclaredCrs::Known(crs)) => crs.clone(),
            (None, DeclaredCrs::NoGeometry) => Crs::REGISTER,
            (None, DeclaredCrs::Undeclared | DeclaredCrs::Unknown(_)) => return Err(question(&features)),
        };
        let to = self.to.clone().unwrap_or(Crs::REGISTER);
        let transform = Transform::new(&from, &to)?;
        let columns = source.columns().to_vec();
        let schema = OutSchema {
            name: self.output.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
            columns: columns
                .iter()
                .map(|name| OutColumn { name: name.clone(), title: None, kind: FieldKind::Text })
                .collect(),
            crs: Some(to),
            encoding: None,
        };
        let mut sink = formats::create_geojson(&self.output, &schema)?;
        let count = features.len() as u64;
        for feature in features {
            stop::check()?;
            let geometry = feature.geometry.map(|g| transform.geometry(g)).transpose()?;
            let mut values = vec![serde_json::Value::Null; columns.len()];
            for (at, value) in feature.values {
                values[at] = value;
            }
            sink.write(OutFeature { geometry, values })?;
        }
        stop::check()?;
        sink.finish()?.into_iter().for_each(|finding| findings.push(finding));
        if self.json {
            words::json(&json!({"features": count, "from": from.to_string(), "findings": findings}));
        } else {
            words::findings(&findings);
            line(format!("{} {} → {}", thousands(count), t("个要素", "features"), self.output.display()));
        }
        Ok(())
    }
}

fn read_all(source: &mut dyn FeatureSource, findings: &mut Findings) -> Result<Vec<SourceFeature>, Failure> {
    let mut features = Vec::new();
    while let Some(next) = source.next_feature() {
        stop::check()?;
        match next {
            Ok(feature) => features.push(feature),
            Err(finding) => findings.push(finding),
        }
    }
    Ok(features)
}

fn question(features: &[SourceFeature]) -> Failure {
    let mut sample: Vec<Coord> = Vec::new();
    for geometry in features.iter().filter_map(|feature| feature.geometry.as_ref()) {
        geometry::for_each_coord(geometry, &mut |c| {
            if sample.len() < 1000 {
                sample.push(c);
            }
        });
        if sample.len() >= 1000 {
            break;
        }
    }
    let guesses = crs::recognise(&sample, None);
    Failure::Question {
        question: Bilingual::new(
            "文件没有注明坐标系。请核对后用 --from 指定：",
            "the file does not say its coordinates. Check and give --from:",
        ),
        answers: guesses.into_iter().map(|guess| (format!("--from {}", guess.crs), guess.reason)).collect(),
    }
}

//! The child process: the only place where GDAL runs. It bounds its own memory and time, opens files with a fixed
//! list of drivers (none of the network, none that follows names written in a file) and streams what it reads.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Defn, Feature, FieldDefn, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};
use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags};
use serde_json::Value as Json;

use super::super::archive;
use super::frame::{Answer, Column, Output, Request, Shape, Work, receive, send};
use super::{heights, kml, raster, reduce};

/// Drivers that files are opened with.
const DRIVERS: &[&str] = &[
    "GPKG",
    "FlatGeobuf",
    "OpenFileGDB",
    "LIBKML",
    "KML",
    "DXF",
    "MapInfo File",
    "GML",
    "GPX",
    "DGN",
    "S57",
    "ESRI Shapefile",
    "GeoJSONSeq",
    "TopoJSON",
    "ESRIJSON",
    "MapML",
    "JML",
];

/// What can go wrong; said to the parent in words.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChildError {
    #[error("{0}")]
    Gdal(#[from] GdalError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Said(String),
    #[error("{0}")]
    Unopened(GdalError),
}

/// Does what the parent asks on standard input and answers on standard output.
pub fn ogr_worker_main() -> ExitCode {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let Ok((request, _)) = receive::<Request>(&mut input) else {
        eprintln!("this command is for boundstone itself");
        return ExitCode::from(2);
    };
    let done = bound(&request).map_err(ChildError::from).and_then(|()| match request.work {
        Work::List { target } => list(&target, &mut output),
        Work::Read { target, layer } => read(&target, layer.as_deref(), &mut output),
        Work::Write(wanted) => write(&wanted, &mut input),
        Work::EsriWkt { crs } => esri(&crs, &mut output),
        Work::Picture { target } => raster::describe(&target, &mut output),
        Work::Heights { target, within, crs } => {
            heights::send_heights(&target, within, crs.as_deref(), &mut output)
        }
        Work::Tile(wanted) => raster::tile(&wanted),
        Work::Reduce { target, out, most } => reduce::reduce(&target, Path::new(&out), most),
    });
    let last = match &done {
        Ok(()) => Answer::End,
        Err(ChildError::Unopened(why)) => Answer::Unopened(why.to_string()),
        Err(e) => Answer::Failed(e.to_string()),
    };
    let said = send(&mut output, &last, &[]).and_then(|()| output.flush());
    if said.is_ok() && done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Bounds memory and time, closes the ways to the network.
fn bound(request: &Request) -> std::io::Result<()> {
    use rlimit::Resource;
    Resource::AS.set(request.memory, request.memory)?;
    Resource::CPU.set(request.cpu_s, request.cpu_s + 5)?;
    Resource::CORE.set(0, 0)?;
    for (key, value) in [
        ("CPL_CURL_ENABLE_VSIMEM", "NO"),
        ("GDAL_HTTP_PROXY", "127.0.0.1:9"),
        ("GDAL_HTTP_MAX_RETRY", "0"),
        ("GDAL_HTTP_TIMEOUT", "1"),
        ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", "{none}"),
        ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
        ("GML_DOWNLOAD_SCHEMA", "NO"),
        ("OGR_GPKG_FOREIGN_KEY_CHECK", "NO"),
        ("GDAL_CACHEMAX", "64"),
        ("GDAL_NUM_THREADS", "1"),
    ] {
        gdal::config::set_config_option(key, value).map_err(std::io::Error::other)?;
    }
    Ok(())
}

/// Refuses names that GDAL would take for something else than a file.
pub(super) fn of_this_machine(plain: &str) -> Result<(), ChildError> {
    if plain.contains("/vsi") || !plain.starts_with('/') || plain.contains("://") {
        return Err(ChildError::Said("only files of this machine are opened".into()));
    }
    Ok(())
}

/// Opens a file: only a plain path, or one within a zip archive.
fn open(target: &str) -> Result<Dataset, ChildError> {
    of_this_machine(target.strip_prefix("/vsizip/").unwrap_or(target))?;
    let with = |target: &str, drivers: &[&str]| {
        let options = DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(drivers),
            ..DatasetOptions::default()
        };
        Dataset::open_ex(target, options)
    };
    // LIBKML wants a Document in a KML; the older driver does not, but opens no KMZ.
    let failed = match with(target, DRIVERS) {
        Ok(dataset) => return Ok(dataset),
        Err(e) => e,
    };
    let lower = target.to_lowercase();
    let inner = match () {
        () if lower.ends_with(".kml") => Some(target.to_owned()),
        () if lower.ends_with(".kmz") => archive::names(Path::new(target))
            .ok()
            .and_then(|names| names.into_iter().find(|name| name.to_lowercase().ends_with(".kml")))
            .map(|name| format!("/vsizip/{target}/{name}")),
        () => None,
    };
    let again = inner.and_then(|inner| with(&inner, &["KML"]).ok());
    again.ok_or(ChildError::Unopened(failed))
}

fn names(dataset: &Dataset) -> Vec<(String, Option<u64>)> {
    dataset.layers().map(|layer| (layer.name(), layer.try_feature_count())).collect()
}

fn list(target: &str, output: &mut impl Write) -> Result<(), ChildError> {
    Ok(send(output, &Answer::Layers(names(&open(target)?)), &[])?)
}

fn read(target: &str, wanted: Option<&str>, output: &mut impl Write) -> Result<(), ChildError> {
    let dataset = open(target)?;
    let layers = names(&dataset);
    let filled: Vec<&String> =
        layers.iter().filter(|(_, count)| *count != Some(0)).map(|(name, _)| name).collect();
    let name = match (wanted, filled.as_slice(), layers.as_slice()) {
        (Some(wanted), _, _) if layers.iter().any(|(name, _)| name == wanted) => wanted,
        (None, [only], _) => only.as_str(),
        (None, [], [(only, _), ..]) => only.as_str(),
        _ => {
            let layers = layers.iter().map(|(name, _)| name.clone()).collect();
            return Ok(send(output, &Answer::Choose(layers), &[])?);
        }
    };
    let mut layer = dataset.layer_by_name(name)?;
    let names: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
    let kinds: Vec<_> = layer.defn().fields().map(|field| field.field_type()).collect();
    let kml = matches!(dataset.driver().short_name().as_str(), "LIBKML" | "KML");
    let places = if kml { kml::columns(&mut layer, &names)? } else { (0..names.len()).map(Some).collect() };
    let start = Answer::Start {
        columns: names.into_iter().zip(&places).filter_map(|(name, at)| at.map(|_| name)).collect(),
        crs: layer.spatial_ref().and_then(|srs| words(&srs)),
        geometry: layer.defn().geometry_type() != OGRwkbGeometryType::wkbNone,
        count: layer.try_feature_count(),
    };
    send(output, &start, &[])?;
    for feature in layer.features() {
        match read_feature(&feature, &kinds) {
            Ok((values, wkb)) => {
                let told = values.into_iter().filter_map(|(at, value)| Some((places[at]?, value)));
                send(output, &Answer::Feature(told.collect()), &wkb)?;
            }
            Err(e) => send(output, &Answer::Bad(e.to_string()), &[])?,
        }
    }
    Ok(())
}

type Values = Vec<(usize, Json)>;

fn read_feature(feature: &Feature<'_>, kinds: &[OGRFieldType::Type]) -> Result<(Values, Vec<u8>), GdalError> {
    let mut values = Vec::with_capacity(kinds.len());
    for (at, &kind) in kinds.iter().enumerate() {
        // As text first: a field that was never set is empty text, as a number it would be 0.
        let Some(text) = feature.field_as_string(at)?.filter(|text| !text.is_empty()) else { continue };
        let value = match kind {
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
                text.parse::<i64>().map_or(text.into(), Json::from)
            }
            OGRFieldType::OFTReal => feature.field_as_double(at)?.map_or(Json::Null, Json::from),
            OGRFieldType::OFTDate => text.replace('/', "-").into(),
            OGRFieldType::OFTDateTime => text.replace('/', "-").replacen(' ', "T", 1).into(),
            _ => text.into(),
        };
        if !value.is_null() {
            values.push((at, value));
        }
    }
    // GDAL takes a missing geometry for an empty one.
    let geometry = feature.geometry().filter(|geometry| !geometry.is_empty());
    Ok((values, geometry.map(Geometry::iso_wkb).transpose()?.unwrap_or_default()))
}

/// EPSG code or WKT; nothing for GeoPackage's "undefined" systems.
pub(super) fn words(srs: &SpatialRef) -> Option<String> {
    if srs.name().is_some_and(|name| name.to_lowercase().starts_with("undefined")) {
        return None;
    }
    match (srs.auth_name().as_deref(), srs.auth_code()) {
        (Some("EPSG"), Ok(code)) => Some(format!("EPSG:{code}")),
        _ => srs.to_wkt().ok().filter(|wkt| !wkt.is_empty()),
    }
}

pub(super) fn srs_of(words: &str) -> Result<SpatialRef, GdalError> {
    let mut srs = match words.strip_prefix("EPSG:").and_then(|code| code.parse().ok()) {
        Some(code) => SpatialRef::from_epsg(code)?,
        None => SpatialRef::from_definition(words)?,
    };
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(srs)
}

fn esri(crs: &str, output: &mut impl Write) -> Result<(), ChildError> {
    let srs = srs_of(crs)?;
    srs.morph_to_esri()?;
    Ok(send(output, &Answer::Text(srs.to_wkt()?), &[])?)
}

fn write(wanted: &Output, input: &mut impl Read) -> Result<(), ChildError> {
    if !matches!(wanted.driver.as_str(), "GPKG" | "FlatGeobuf" | "LIBKML" | "DXF") {
        return Err(ChildError::Said("not a driver that files are written with".into()));
    }
    let srs = wanted.crs.as_deref().map(srs_of).transpose()?;
    if let Some((name, _)) = wanted.label.and_then(|at| wanted.columns.get(at)) {
        gdal::config::set_config_option("LIBKML_NAME_FIELD", name)?;
    }
    // Areas as outlines, which is what surveyors draw with; GDAL's default is filled hatches.
    gdal::config::set_config_option("DXF_WRITE_HATCH", "NO")?;
    let mut dataset =
        DriverManager::get_driver_by_name(&wanted.driver)?.create_vector_only(&wanted.target)?;
    let options = layer_options(wanted);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let layer_options = LayerOptions {
        name: &wanted.layer,
        srs: srs.as_ref(),
        ty: match wanted.geometry {
            None => OGRwkbGeometryType::wkbNone,
            Some(Shape::Point) => OGRwkbGeometryType::wkbPoint,
            Some(Shape::Line) => OGRwkbGeometryType::wkbMultiLineString,
            Some(Shape::Area) => OGRwkbGeometryType::wkbMultiPolygon,
            Some(Shape::Any) => OGRwkbGeometryType::wkbUnknown,
        },
        options: Some(&options),
    };
    if wanted.driver == "GPKG" {
        let mut transaction = dataset.start_transaction()?;
        fill(&mut transaction.create_layer(layer_options)?, wanted, input)?;
        transaction.commit()?;
    } else {
        let mut layer = dataset.create_layer(layer_options)?;
        fill(&mut layer, wanted, input)?;
    }
    Ok(dataset.close()?)
}

/// Column names of ours that GDAL would take for its own are stepped around.
fn layer_options(wanted: &Output) -> Vec<String> {
    let taken = |name: &str| wanted.columns.iter().any(|(column, _)| column.eq_ignore_ascii_case(name));
    let free =
        |names: [&str; 3]| names.into_iter().find(|name| !taken(name)).unwrap_or("boundstone_fid").to_owned();
    if wanted.driver != "GPKG" {
        return vec![];
    }
    let mut options = vec![format!("FID={}", free(["fid", "ogc_fid", "row_fid"]))];
    if wanted.geometry.is_some() {
        options.push(format!("GEOMETRY_NAME={}", free(["geom", "the_geom", "row_geom"])));
    }
    options
}

fn fill(layer: &mut Layer<'_>, wanted: &Output, input: &mut impl Read) -> Result<(), ChildError> {
    // A drawing's fields are fixed; ours is its first.
    let made = wanted.columns.iter().filter(|_| wanted.driver != "DXF");
    for (name, kind) in made {
        let kind = match kind {
            Column::Text => OGRFieldType::OFTString,
            Column::Int => OGRFieldType::OFTInteger64,
            Column::Real => OGRFieldType::OFTReal,
            Column::Date => OGRFieldType::OFTDate,
        };
        FieldDefn::new(name, kind)?.add_to_layer(layer)?;
    }
    let defn = Defn::from_layer(layer);
    loop {
        let (values, wkb) = match receive::<Answer>(input)? {
            (Answer::Feature(values), wkb) => (values, wkb),
            (Answer::End, _) => return Ok(()),
            _ => return Err(ChildError::Said("not a feature".into())),
        };
        let mut feature = Feature::new(&defn)?;
        for (at, value) in values {
            match value {
                Json::Null => {}
                Json::Bool(b) => feature.set_field_integer(at, b.into())?,
                Json::Number(n) => match n.as_i64() {
                    Some(n) => feature.set_field_integer64(at, n)?,
                    None => feature.set_field_double(at, n.as_f64().unwrap_or_default())?,
                },
                Json::String(text) => feature.set_field_string(at, &text.replace('\0', ""))?,
                other => feature.set_field_string(at, &other.to_string())?,
            }
        }
        if !wkb.is_empty() {
            feature.set_geometry(Geometry::from_wkb(&wkb)?)?;
        }
        feature.create(layer)?;
    }
}

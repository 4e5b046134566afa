//! Pictures on their way under the data: `/api/v1/underlays/pictures` (sent, looked at, points fitted, made a job),
//! and those that are there called otherwise or taken away.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::app::App;
use super::ask::Ask;
use super::editing::check_writable;
use super::openapi::schemas::{Named, add};
use super::problem::Problem;
use super::route::{Route, Verb};
use super::underlays::UnderlayDoc;
use super::v1;
use crate::crs::Crs;
use crate::jobs::{Scan, UnderlayParams, Work};
use crate::model::{Bilingual, RecordId, Secrecy};
use crate::underlays::{Bend, Described, Fit, Shown, UnderlayError, on_the_ground};
use crate::{crs::CrsError, formats::ogr::GroundPoint};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::file("/api/v1/underlays/pictures", "underlays", "上传一张图片 · upload a picture").answers("Scan"),
    Route::file(
        "/api/v1/underlays/pictures/{id}/files",
        "underlays",
        "再传图片的坐标文件，如 .jgw、.prj · a file that says where the picture lies",
    )
    .answers("Scan"),
    Route::get("/api/v1/underlays/pictures/{id}", "underlays", "上传的图片 · an uploaded picture", look)
        .answers("Scan"),
    Route {
        media: &["image/jpeg"],
        ..Route::get(
            "/api/v1/underlays/pictures/{id}/view",
            "underlays",
            "缩小的图片，用来点取控制点 · a small one, for pointing at places in it",
            view,
        )
    },
    Route {
        method: Verb::Post,
        body: Some("ScanPoints"),
        ..Route::get(
            "/api/v1/underlays/pictures/{id}/fit",
            "underlays",
            "控制点拟合得怎样，不保存 · how well points fit, nothing is kept",
            fit,
        )
        .answers("ScanFit")
    },
    Route {
        method: Verb::Post,
        body: Some("ScanPlacing"),
        status: 202,
        ..Route::get(
            "/api/v1/underlays/pictures/{id}/place",
            "underlays",
            "放到图下，切片为任务 · lay it under the data, tiles are made by a job",
            place,
        )
        .answers("Job")
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get("/api/v1/underlays/pictures/{id}", "underlays", "放弃上传的图片 · discard it", discard)
    },
    Route {
        method: Verb::Patch,
        body: Some("UnderlayEdit"),
        ..Route::get(
            "/api/v1/underlays/{id}",
            "underlays",
            "改名称、密级与显示方式 · call it or show it otherwise",
            describe,
        )
        .answers("UnderlayDoc")
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get("/api/v1/underlays/{id}", "underlays", "移除一张影像 · take a picture away", remove)
    },
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    add::<Scan>(named);
    add::<ScanPoints>(named);
    add::<ScanFit>(named);
    add::<ScanPlacing>(named);
    add::<UnderlayEdit>(named);
    add::<UnderlayDoc>(named);
}

/// A point of a picture and its place on the ground.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanPoint {
    /// column in the picture, from the left
    column: f64,
    /// line in the picture, from the top
    line: f64,
    /// longitude or easting
    x: f64,
    /// latitude or northing
    y: f64,
    /// the system of x and y; EPSG:4490 if absent
    #[serde(default)]
    crs: Option<String>,
}

/// Points that are tried.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanPoints {
    points: Vec<ScanPoint>,
    #[serde(default)]
    bend: Bend,
}

/// How well points fit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ScanFit {
    /// longitude and latitude of each point
    places: Vec<[f64; 2]>,
    /// by point: how far it is from where the others put it, metres; none where they do not fit
    metres: Vec<f64>,
    /// metres on the ground of a pixel
    pixel_m: Option<f64>,
    /// longitude and latitude of the picture's corners, clockwise from the upper left
    corners: Vec<[f64; 2]>,
    /// whether a point is probably wrong
    doubtful: bool,
    /// whether the points turn the picture over
    mirrored: bool,
    /// why they are of no use
    problem: Option<Bilingual>,
}

/// How a picture is laid under the data.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanPlacing {
    /// what it is to be called
    title: String,
    /// public, internal or secret; public if absent
    #[serde(default)]
    secrecy: Option<String>,
    /// the system of the picture's own coordinates, over what it says
    #[serde(default)]
    crs: Option<String>,
    /// points; none where the picture says where it lies
    #[serde(default)]
    points: Vec<ScanPoint>,
    #[serde(default)]
    bend: Bend,
}

/// What is changed of a picture.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnderlayEdit {
    #[serde(default)]
    title: Option<String>,
    /// public, internal or secret
    #[serde(default)]
    secrecy: Option<String>,
    /// how it is shown to whoever has not chosen otherwise
    #[serde(default)]
    shown: Option<Shown>,
}

/// Points of one picture.
const MOST_POINTS: usize = 100;
/// Letters of a title.
const MOST_TITLE: usize = 100;

fn refused(code: &'static str, said: Bilingual) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, said.zh, said.en)
}

fn wrong_crs(error: &CrsError) -> Problem {
    refused("underlay.crs", error.sentence()).with("field", "crs")
}

fn title(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_TITLE {
        let said = Bilingual::new("名称应有 1 至 100 个字。", "A title has 1 to 100 letters.");
        return Err(refused("underlay.title", said).with("field", "title"));
    }
    Ok(text.to_owned())
}

/// Nobody lays under the data what is not shown afterwards.
fn secrecy(app: &App, word: Option<&str>) -> Result<Option<Secrecy>, Problem> {
    let Some(word) = word else { return Ok(None) };
    match Secrecy::from_code(word).filter(|class| *class <= app.options.show) {
        Some(class) => Ok(Some(class)),
        None => {
            let said = Bilingual::new(
                "没有这种密级，或高于所显示的。",
                "There is no such class, or it is not shown.",
            );
            Err(refused("underlay.secrecy", said).with("field", "secrecy"))
        }
    }
}

fn ground(points: &[ScanPoint]) -> Result<Vec<GroundPoint>, Problem> {
    if points.len() > MOST_POINTS {
        return Err(refused("underlay.points", Bilingual::new("至多 100 个点。", "At most 100 points.")));
    }
    points
        .iter()
        .map(|point| {
            let crs = point.crs.as_deref().map_or(Ok(Crs::REGISTER), str::parse);
            let crs = crs.map_err(|error| wrong_crs(&error))?;
            let one = on_the_ground(&[[point.column, point.line, point.x, point.y]], &crs);
            one.map_err(|error| wrong_crs(&error))?
                .pop()
                .ok_or_else(|| Problem::internal(&"a point was lost"))
        })
        .collect()
}

fn look(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    Answer::json(&app.jobs.scan(v1::id_of(ask)?)?)
}

fn view(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    Ok(Answer::bytes("image/jpeg", app.jobs.small_picture(v1::id_of(ask)?)?))
}

fn discard(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    app.jobs.remove_upload(v1::id_of(ask)?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn fit(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let asked: ScanPoints = ask.json()?;
    let scan = app.jobs.scan(v1::id_of(ask)?)?;
    let points = ground(&asked.points)?;
    let places = points.iter().map(|point| [point.lon, point.lat]).collect();
    let doc = match Fit::of(&points, asked.bend, (scan.width, scan.height)) {
        Ok(fit) => {
            let (width, height) = (scan.width as f64, scan.height as f64);
            let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
            ScanFit {
                places,
                pixel_m: Some(fit.pixel_m),
                corners: corners.map(|(column, line)| fit.place(column, line)).into(),
                doubtful: fit.is_doubtful(),
                mirrored: fit.mirrored,
                metres: fit.metres,
                problem: None,
            }
        }
        Err(error) => ScanFit {
            places,
            metres: Vec::new(),
            pixel_m: None,
            corners: Vec::new(),
            doubtful: false,
            mirrored: false,
            problem: Some(error.sentence()),
        },
    };
    Answer::json(&doc)
}

fn place(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let asked: ScanPlacing = ask.json()?;
    let upload = v1::id_of(ask)?;
    let scan = app.jobs.scan(upload)?;
    let points = ground(&asked.points)?;
    if points.is_empty() {
        let crs =
            asked.crs.as_deref().map(str::parse::<Crs>).transpose().map_err(|error| wrong_crs(&error))?;
        crs.map_or(Ok(()), |crs| crs.check()).map_err(|error| wrong_crs(&error))?;
        if !scan.placed {
            return Err(UnderlayError::NotPlaced.into());
        }
        if let (None, None, Some(corner)) = (&asked.crs, &scan.crs, scan.corner) {
            return Err(UnderlayError::Undeclared { corner }.into());
        }
    } else {
        Fit::of(&points, asked.bend, (scan.width, scan.height)).map_err(UnderlayError::from)?;
    }
    let params = UnderlayParams {
        upload,
        file: scan.name,
        title: title(&asked.title)?,
        secrecy: secrecy(app, asked.secrecy.as_deref())?.unwrap_or_default(),
        crs: asked.crs,
        points: points.iter().map(|p| [p.column, p.line, p.lon, p.lat]).collect(),
        bend: asked.bend,
    };
    v1::job_answer(app, app.jobs.submit(Work::Underlay(params), None)?, StatusCode::ACCEPTED)
}

fn known(app: &App, ask: &Ask) -> Result<RecordId, Problem> {
    check_writable(app)?;
    let id: RecordId = ask.segment("id").parse().map_err(|_| super::underlays::unknown())?;
    let seen = app.options.underlays.get(id).is_some_and(|one| one.secrecy <= app.options.show);
    if seen { Ok(id) } else { Err(super::underlays::unknown()) }
}

fn describe(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let id = known(app, ask)?;
    let asked: UnderlayEdit = ask.json()?;
    let called = asked.title.as_deref().map(title).transpose()?;
    let class = secrecy(app, asked.secrecy.as_deref())?;
    if asked.shown.is_some_and(|shown| shown.opacity > 100) {
        let said = Bilingual::new("浓淡应为 0 至 100。", "The opacity is 0 to 100.");
        return Err(refused("underlay.opacity", said).with("field", "shown"));
    }
    let change = Described { title: called.as_deref(), secrecy: class, shown: asked.shown };
    let changed = app.options.underlays.describe(id, &change)?;
    Answer::json(&UnderlayDoc::from(changed))
}

fn remove(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let id = known(app, ask)?;
    app.options.underlays.remove(id)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).with(header::CACHE_CONTROL, "no-store"))
}

impl From<UnderlayError> for Problem {
    fn from(error: UnderlayError) -> Self {
        let said = error.sentence();
        match error {
            UnderlayError::Unknown(_) => super::underlays::unknown(),
            UnderlayError::Store(_) | UnderlayError::Disk { .. } => Self::internal(&error),
            UnderlayError::NotPlaced => refused("underlay.not_placed", said)
                .then("请点取至少三个控制点。", "Point out at least three points."),
            UnderlayError::Undeclared { corner } => refused("underlay.undeclared", said)
                .then("请选择图片的坐标系。", "Choose the picture's coordinate system.")
                .with("corner", corner.to_vec()),
            UnderlayError::Fit(_) => {
                refused("underlay.points", said).then("请核对各控制点。", "Check each of the points.")
            }
            _ => refused("underlay.refused", said),
        }
    }
}

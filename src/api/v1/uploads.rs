//! `/api/v1/uploads`: files on their way in, written to the disk as they arrive.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Response, StatusCode, header};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::StreamExt as _;

use super::jobs::id_of;
use crate::api::answer::{Answer, send};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::formats::media::MOST_MEDIA;
use crate::jobs::JobError;
use crate::jobs::import::UploadError;
use crate::model::RecordId;

const ENCODED: &[Param] = &[
    Param { name: "file", shape: "string", about: "文件名 · the file, as in the upload's sources" },
    Param {
        name: "source_layer", shape: "string", about: "文件内的图层 · its layer, as in the sources"
    },
    Param { name: "encoding", shape: "string", about: "文字编码，如 GBK · text encoding such as GBK" },
];

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::file("/api/v1/uploads", "imports", "上传一个文件 · upload a file").answers("Upload"),
    Route::file(
        "/api/v1/uploads/{id}/files",
        "imports",
        "再传一个同属的文件，如 .dbf、.prj · a further file that belongs to it",
    )
    .answers("Upload"),
    Route::get("/api/v1/uploads/{id}", "imports", "上传的文件里有什么 · what is in an upload", get)
        .answers("Upload"),
    Route::get(
        "/api/v1/uploads/{id}/source",
        "imports",
        "单看一份数据，可指定文字编码 · one source by itself, in a text encoding if given",
        reread,
    )
    .query(ENCODED)
    .answers("ImportSource"),
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get("/api/v1/uploads/{id}", "imports", "删除上传的文件 · take an upload away", delete)
    },
];

/// Whether a request brings a file: such take as long as they take, and no longer stand still than a minute.
pub fn is_upload(method: &Method, path: &str) -> bool {
    let under = |base| path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let of_record = path.starts_with("/api/v1/layers/") && path.ends_with("/media");
    *method == Method::POST && (under("/api/v1/uploads") || under(PICTURES) && !under_job(path) || of_record)
}

/// Where pictures come in.
const PICTURES: &str = "/api/v1/underlays/pictures";

/// What is asked of a picture that is there.
fn under_job(path: &str) -> bool {
    path.ends_with("/fit") || path.ends_with("/place")
}

/// How long a file on its way in may stand still.
const STALL: Duration = Duration::from_secs(60);
/// Pieces that wait for the disk.
const QUEUE: usize = 16;

/// What the network hands to the disk; the end is said, so that a broken connection is no end.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Takes a file in.
pub async fn receive(app: Arc<App>, ask: Ask, body: Body) -> Result<Response<Body>, Problem> {
    check(&app, &ask, app.options.upload_bytes)?;
    let (reply, response) = oneshot::channel();
    let (pieces, taken) = mpsc::channel(QUEUE);
    let (runtime, language, span) = (Handle::current(), ask.language, tracing::Span::current());
    tokio::task::spawn_blocking(move || {
        let _within = span.enter();
        match write(&app, &ask, taken) {
            Ok(answer) => send(answer, reply, &runtime),
            Err(problem) => {
                let _ = reply.send(problem.response(language));
            }
        }
    });
    let mut stream = body.into_data_stream();
    loop {
        let piece = match tokio::time::timeout(STALL, stream.next()).await {
            Ok(Some(Ok(bytes))) => Piece::Bytes(bytes),
            Ok(None) => Piece::End,
            // Too slow, or broken off: the writer hears no end and keeps nothing.
            Ok(Some(Err(_))) | Err(_) => break,
        };
        let ended = matches!(piece, Piece::End);
        // Where the writer has given up, its answer says why.
        if pieces.send(piece).await.is_err() || ended {
            break;
        }
    }
    drop(pieces);
    response.await.map_err(|_| Problem::internal(&"the upload's writer panicked"))
}

fn check(app: &App, ask: &Ask, most: u64) -> Result<(), Problem> {
    check_writable(app)?;
    let media = ask.header(header::CONTENT_TYPE).unwrap_or_default();
    // What a foreign page can send without the browser asking us first is not taken.
    if !media.trim().to_ascii_lowercase().starts_with("application/octet-stream") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "body.media_type",
            "上传内容应为 application/octet-stream。",
            "The body must be application/octet-stream.",
        ));
    }
    let length = ask.header(header::CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    match length {
        Some(length) if length > most => Err(UploadError::TooLarge(most).into()),
        _ => Ok(()),
    }
}

/// Takes in a file of a few megabytes, that it stands whole in the request's body.
pub async fn held(app: &App, ask: Ask, body: Body) -> Result<Ask, Problem> {
    let most = MOST_MEDIA as u64;
    check(app, &ask, most)?;
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    loop {
        match tokio::time::timeout(STALL, stream.next()).await {
            Ok(Some(Ok(bytes))) if whole.len() + bytes.len() > MOST_MEDIA => {
                return Err(UploadError::TooLarge(most).into());
            }
            Ok(Some(Ok(bytes))) => whole.extend_from_slice(&bytes),
            Ok(None) => return Ok(Ask { body: whole.into(), ..ask }),
            Ok(Some(Err(_))) | Err(_) => return Err(broken_off()),
        }
    }
}

fn broken_off() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "upload.broken_off",
        "上传中断，文件未保留。",
        "The upload broke off; nothing was kept.",
    )
    .then("请重新上传。", "Upload it again.")
}

fn write(app: &App, ask: &Ask, mut pieces: mpsc::Receiver<Piece>) -> Result<Answer, Problem> {
    let upload: Option<RecordId> = if ask.segments.is_empty() { None } else { Some(id_of(ask)?) };
    let name = ask.param("name").ok_or_else(|| Problem::parameter("name", "缺少", "it is missing"))?;
    let mut uploading = app.jobs.begin_upload(upload, name)?;
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Bytes(bytes)) => uploading.write(&bytes)?,
            Some(Piece::End) => break,
            None => return Err(broken_off()),
        }
    }
    if ask.path.starts_with(PICTURES) {
        let scan = uploading.finish_picture()?;
        return Ok(Answer { status: StatusCode::CREATED, ..Answer::json(&scan)? });
    }
    let upload = app.jobs.with_profiles(uploading.finish()?)?;
    Ok(Answer { status: StatusCode::CREATED, ..Answer::json(&upload)? })
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLarge(most) => {
                let mib = most >> 20;
                Self::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "upload.too_large",
                    format!("文件超过 {mib} MB。"),
                    format!("The file is larger than {mib} MB."),
                )
                .then("请拆成几个较小的文件。", "Split it into smaller files.")
                .with("limit", most)
            }
            UploadError::TooMany(most) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "upload.too_many",
                format!("上传的文件太多（至多 {most} 个）。"),
                format!("There are too many uploads (at most {most})."),
            )
            .then("请先放弃不再需要的预览。", "Discard previews that are no longer needed."),
            UploadError::Unreadable(findings) => {
                let first = findings.first().map(|finding| finding.what.clone()).unwrap_or_default();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "upload.unreadable", first.zh, first.en)
                    .then(
                        "文件未保留。请在原来的软件中核对，或另存为 .shp、.geojson、.csv、.xlsx、.gpkg 等格式。",
                        "It was not kept. Open it in the program that made it, or save it as .shp, .geojson, .csv, .xlsx or .gpkg.",
                    )
                    .with("findings", serde_json::to_value(findings).unwrap_or_default())
            }
            UploadError::Job(error) => error.into(),
        }
    }
}

fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let upload = app.jobs.upload(id_of(ask)?)?;
    Answer::json(&app.jobs.with_profiles(upload)?)
}

fn reread(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let file = ask.param("file").ok_or_else(|| Problem::parameter("file", "缺少", "it is missing"))?;
    let read = app.jobs.reread(id_of(ask)?, file, ask.param("source_layer"), ask.param("encoding"))?;
    match app.jobs.with_profiles(read)?.sources.into_iter().next() {
        Some(source) => Answer::json(&source),
        None => Err(JobError::Unknown.into()),
    }
}

fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    app.jobs.remove_upload(id_of(ask)?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

//! Live revisions and jobs as server-sent events: open pages hear what changed and reload just that.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use serde::Serialize;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;

use super::app::{App, Heard};
use super::problem::Problem;
use super::v1::JobHeard;
use super::wire::bbox_of;
use crate::accounts::Right;
use crate::register::Event;

/// What an event `revision` carries.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RevisionEvent {
    /// the new revision
    revision: u64,
    /// names of the layers changed
    layers: Vec<&'static str>,
    /// box round what changed, west, south, east, north
    extent: Option<[f64; 4]>,
}

impl From<&Event> for RevisionEvent {
    fn from(event: &Event) -> Self {
        Self {
            revision: event.revision.0,
            layers: event.layers.iter().map(|layer| layer.name()).collect(),
            extent: event.extent.map(bbox_of),
        }
    }
}

/// How often a silent stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The stream, of what whoever listens may see; refused where too many are open.
pub fn stream(app: &Arc<App>) -> Result<Response<Body>, Problem> {
    let receiver = app.listen().ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "events.full",
            "打开的页面太多，暂不能再订阅。",
            "Too many pages are listening.",
        )
    })?;
    let (show, works) = (app.options.show, app.who.may(Right::Work));
    let lines = BroadcastStream::new(receiver).filter_map(move |heard| {
        let line = match heard {
            Ok(Heard::Job(event)) if works => {
                Line::default().event("job").json_data(JobHeard::from(&event)).unwrap_or_default()
            }
            Ok(Heard::Job(_)) => return None,
            Ok(Heard::Revision(event)) => Line::default()
                .event("revision")
                .id(event.revision.0.to_string())
                .json_data(RevisionEvent::from(&event.up_to(show)))
                .unwrap_or_default(),
            // The page was too slow and missed some: it must read everything anew.
            Err(_) => Line::default().event("missed").data("{}"),
        };
        Some(Ok::<_, Infallible>(line))
    });
    let mut response = Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

//! For those who keep the server running: is it alive, and its figures.

use std::sync::Arc;

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::route::Route;

/// `GET /healthz`
pub const HEALTH: Route =
    Route::get("/healthz", "server", "服务器是否在运行 · whether the server is alive", health)
        .answers("Health");

/// `GET /metrics`
pub const METRICS: Route = Route {
    media: &["text/plain; version=0.0.4"],
    ..Route::get("/metrics", "server", "运行指标（Prometheus）· figures for Prometheus", metrics)
};

/// What `/healthz` answers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Health {
    /// always `ok`
    status: &'static str,
    /// newest revision
    revision: u64,
}

fn health(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    Answer::json(&Health { status: "ok", revision: app.register.snapshot().revision().0 })
}

fn metrics(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    app.metrics.revision(app.register.snapshot().revision().0);
    let tiles = app.tiles.counts();
    app.metrics.tiles(tiles.made, tiles.kept);
    Ok(Answer::bytes("text/plain; version=0.0.4; charset=utf-8", app.metrics.text()))
}

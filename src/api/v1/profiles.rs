//! `/api/v1/profiles`: saved answers of imports.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::check_writable;
use crate::api::problem::Problem;
use crate::api::route::{Route, Verb};
use crate::jobs::import::Profile;
use crate::model::Layer;

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/profiles", "imports", "导入方案 · saved answers of imports", list)
        .answers("ProfileList"),
    Route {
        method: Verb::Put,
        body: Some("ImportProfile"),
        ..Route::get("/api/v1/profiles/{name}", "imports", "保存导入方案 · save one", put)
            .answers("ImportProfile")
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get("/api/v1/profiles/{name}", "imports", "删除导入方案 · take one away", delete)
    },
];

/// All profiles.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProfileList {
    /// by name
    profiles: Vec<Profile>,
}

/// Characters of a name.
const MOST: usize = 100;

fn list(app: &Arc<App>, _: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    Answer::json(&ProfileList { profiles: app.jobs.profiles()? })
}

fn name_of(ask: &Ask) -> Result<String, Problem> {
    let name = ask.segment("name").trim();
    if name.is_empty() || name.chars().count() > MOST || name.chars().any(char::is_control) {
        return Err(Problem::parameter("name", "应为 1 至 100 字", "1 to 100 characters are expected"));
    }
    Ok(name.to_owned())
}

fn put(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    let profile: Profile = ask.json()?;
    let profile = Profile { name: name_of(ask)?, ..profile };
    if profile.layer.parse::<Layer>().is_err() {
        return Err(Problem::parameter("layer", "没有这个图层", "there is no such layer"));
    }
    app.jobs.save_profile(&profile)?;
    Answer::json(&profile)
}

fn delete(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    check_writable(app)?;
    app.jobs.remove_profile(&name_of(ask)?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

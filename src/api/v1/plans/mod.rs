//! `/api/v1/zoning`: profiles, what may be chosen, plans made, looked at, scored, finished, saved, written, accepted.

mod accept;
mod export;
mod looks;
mod make;
mod work;

use crate::api::openapi::schemas::{Named, add};
use crate::api::route::{Param, Route, Verb};

const PROFILES: &str = "/api/v1/zoning/profiles";
const SCOPE: &str = "/api/v1/zoning/scope";
const PLANS: &str = "/api/v1/zoning/plans";
const PLAN: &str = "/api/v1/zoning/plans/{id}";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        PROFILES,
        "zoning",
        "社区与网格的规模标准 · how large communities and grids are to be",
        make::profiles,
    )
    .answers("ZoningProfiles"),
    Route::get(
        SCOPE,
        "zoning",
        "可选的街道和社区，户数与问题 · what may be chosen, with households and findings",
        make::scope,
    )
    .query(&[
        Param { name: "street", shape: "string", about: "只列这个街道 · only this subdistrict" },
        Param { name: "count", shape: "string", about: "户数口径 · which count of households" },
    ])
    .answers("ZoningScope"),
    Route {
        method: Verb::Post,
        body: Some("NewPlan"),
        status: 202,
        ..Route::get(
            PLANS,
            "zoning",
            "划分社区或网格，作为任务进行 · draws communities or grids anew, as a job",
            make::make,
        )
        .answers("Job")
    },
    Route::get(PLANS, "zoning", "方案，最新在前 · plans, newest first", looks::list).answers("PlanList"),
    Route::get(PLAN, "zoning", "一个方案 · one plan", looks::get).answers("PlanDoc"),
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(PLAN, "zoning", "删除一个方案 · take a plan away", looks::delete)
    },
    Route::get(
        "/api/v1/zoning/plans/{id}/units",
        "zoning",
        "方案的街区及其公共边 · blocks of a plan and their common borders",
        looks::units,
    )
    .answers("PlanUnits"),
    Route {
        method: Verb::Post,
        body: Some("PlanAssignment"),
        ..Route::get(
            "/api/v1/zoning/plans/{id}/score",
            "zoning",
            "一种划分的指标与问题 · figures and findings of a division",
            work::score,
        )
        .answers("PlanFigures")
    },
    Route {
        method: Verb::Post,
        body: Some("PlanUnfinished"),
        ..Route::get(
            "/api/v1/zoning/plans/{id}/finish",
            "zoning",
            "其余部分由程序划完 · the rest done by the solver",
            work::finish,
        )
        .answers("PlanFinished")
    },
    Route {
        method: Verb::Put,
        body: Some("NewPlanVersion"),
        ..Route::get(
            "/api/v1/zoning/plans/{id}/versions",
            "zoning",
            "保存一个手工修改的版本 · save a version",
            work::save,
        )
        .answers("PlanVersion")
    },
    Route {
        method: Verb::Post,
        body: Some("AcceptPlan"),
        status: 201,
        ..Route::get(
            "/api/v1/zoning/plans/{id}/accept",
            "zoning",
            "采纳方案：一次变更，可整体撤销 · a plan accepted as one change set",
            accept::accept,
        )
        .answers("PlanAccepted")
    },
    Route {
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/zoning/plans/{id}/export",
            "zoning",
            "方案写成文件：geojson 或 xlsx · a plan as a file",
            export::get,
        )
        .query(&[
            Param {
                name: "format",
                shape: "string",
                about: "geojson 或 xlsx（默认） · geojson, or xlsx if absent",
            },
            Param { name: "version", shape: "integer", about: "保存的版本 · a saved version" },
            Param {
                name: "alternative",
                shape: "integer",
                about: "第几个方案，从 0 起，默认 0 · which division, from 0",
            },
        ])
    },
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    add::<make::ZoningProfiles>(named);
    add::<make::ZoningScope>(named);
    add::<make::NewPlan>(named);
    add::<looks::PlanList>(named);
    add::<looks::PlanDoc>(named);
    add::<looks::PlanUnits>(named);
    add::<work::PlanAssignment>(named);
    add::<work::PlanUnfinished>(named);
    add::<work::PlanFinished>(named);
    add::<work::NewPlanVersion>(named);
    add::<work::PlanVersion>(named);
    add::<accept::AcceptPlan>(named);
    add::<accept::PlanAccepted>(named);
    add::<crate::zoning::Figures>(named);
}

//! Service circles over HTTP: classes, homes, coverage with what-if, clicks, what is reached; see `access::circle`.

mod ask;
mod board;
mod classes;
mod clicks;
mod coverage;
mod export;
mod findings;
mod reached;
mod scenarios;
mod siting;
mod trend;

use super::super::openapi::schemas::{Named, add};
use super::super::route::{Param, Route, Verb};

const COUNT: Param =
    Param { name: "count", shape: "string", about: "户数口径 · which count of households" };
const DATE: Param =
    Param { name: "date", shape: "string date", about: "日期，默认今天 · the day, today if absent" };
const SITING: &str = "/api/v1/services/siting/{id}";
const SCENARIO: &str = "/api/v1/services/scenarios/{id}";

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/services/classes",
        "services",
        "设施类别、人群、户数口径和目标 · classes, profiles, counts, targets",
        classes::classes,
    )
    .answers("ServiceClasses"),
    Route::get(
        "/api/v1/services/homes",
        "services",
        "需求点：户数、老年人、所在小区和社区 · homes with households and elders",
        classes::homes,
    )
    .query(&[COUNT, DATE])
    .answers("ServiceHomes"),
    Route::get(
        "/api/v1/services/gates",
        "services",
        "不能步行通过的小区出入口 · gates that those on foot cannot use",
        classes::gates,
    )
    .answers("ServiceGates"),
    Route {
        method: Verb::Post,
        body: Some("CoverageOf"),
        ..Route::get(
            "/api/v1/services/coverage",
            "services",
            "覆盖率及试改后的覆盖率 · coverage, and what changes make of it",
            coverage::coverage,
        )
        .answers("CoverageDoc")
    },
    Route {
        method: Verb::Post,
        body: Some("BoardOf"),
        ..Route::get(
            "/api/v1/services/board",
            "services",
            "各类设施、各街道的覆盖率 · every class by subdistrict",
            board::board,
        )
        .answers("CoverageBoard")
    },
    Route {
        method: Verb::Post,
        body: Some("TrendOf"),
        ..Route::get(
            "/api/v1/services/trend",
            "services",
            "同一口径逐年的覆盖率 · coverage over the years by one definition",
            trend::of,
        )
        .answers("TrendDoc")
    },
    Route::get(
        "/api/v1/services/findings",
        "services",
        "服务圈的问题：F01–F03 · findings on service circles, F01 to F03",
        findings::list,
    )
    .query(&[COUNT, DATE])
    .answers("ServiceFindings"),
    Route {
        method: Verb::Post,
        body: Some("ReachedOf"),
        media: &["application/geo+json"],
        ..Route::get(
            "/api/v1/services/reached",
            "services",
            "时限内走到的路段和范围 · pieces of street within reach, and their outline",
            reached::reached,
        )
    },
    Route {
        method: Verb::Post,
        body: Some("HomeAsked"),
        ..Route::get(
            "/api/v1/services/home",
            "services",
            "一户到各类最近设施的路线 · from a home to the nearest of each class",
            clicks::home,
        )
        .answers("HomeDoc")
    },
    Route {
        method: Verb::Post,
        body: Some("FacilityAsked"),
        ..Route::get(
            "/api/v1/services/facility",
            "services",
            "一处设施服务哪些人 · whom a facility serves",
            clicks::facility,
        )
        .answers("FacilityDoc")
    },
    Route::get(
        "/api/v1/services/scenarios",
        "services",
        "保存的方案，最新在前 · saved scenarios, newest first",
        scenarios::list,
    )
    .answers("ScenarioList"),
    Route {
        method: Verb::Put,
        body: Some("NewScenario"),
        ..Route::get(
            "/api/v1/services/scenarios",
            "services",
            "保存一个方案 · save a scenario",
            scenarios::save,
        )
        .answers("ScenarioDoc")
    },
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(SCENARIO, "services", "删除一个方案 · take a scenario away", scenarios::delete)
    },
    Route {
        method: Verb::Post,
        body: Some("ScenariosCompared"),
        ..Route::get(
            "/api/v1/services/scenarios/compare",
            "services",
            "几个方案比较 · scenarios compared",
            scenarios::compare,
        )
        .answers("ScenarioComparison")
    },
    Route {
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/services/scenarios/{id}/export",
            "services",
            "方案写成文件：xlsx 或 geojson · a scenario as a file",
            scenarios::export,
        )
        .query(&[Param {
            name: "format",
            shape: "string",
            about: "xlsx（默认）或 geojson · xlsx if absent, or geojson",
        }])
    },
    Route {
        method: Verb::Post,
        body: Some("NewSiting"),
        status: 202,
        ..Route::get(
            "/api/v1/services/siting",
            "services",
            "新设施选址，作为任务进行 · where new facilities belong, as a job",
            siting::make,
        )
        .answers("Job")
    },
    Route::get(
        "/api/v1/services/siting",
        "services",
        "选址结果，最新在前 · runs of siting, newest first",
        siting::list,
    )
    .answers("SitingList"),
    Route::get(SITING, "services", "一次选址的结果 · one run", siting::get).answers("SitingDoc"),
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(SITING, "services", "删除一次选址 · take a run away", siting::delete)
    },
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    add::<classes::ServiceClasses>(named);
    add::<classes::ServiceHomes>(named);
    add::<classes::ServiceGates>(named);
    add::<coverage::CoverageOf>(named);
    add::<coverage::CoverageDoc>(named);
    add::<board::BoardOf>(named);
    add::<board::CoverageBoard>(named);
    add::<trend::TrendOf>(named);
    add::<trend::TrendDoc>(named);
    add::<findings::ServiceFindings>(named);
    add::<reached::ReachedOf>(named);
    add::<clicks::HomeAsked>(named);
    add::<clicks::HomeDoc>(named);
    add::<clicks::FacilityAsked>(named);
    add::<clicks::FacilityDoc>(named);
    add::<scenarios::ScenarioList>(named);
    add::<scenarios::NewScenario>(named);
    add::<scenarios::ScenarioDoc>(named);
    add::<scenarios::ScenariosCompared>(named);
    add::<scenarios::ScenarioComparison>(named);
    add::<siting::NewSiting>(named);
    add::<siting::SitingList>(named);
    add::<siting::SitingDoc>(named);
}

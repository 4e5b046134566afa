//! Our own interface under /api/v1: one file per resource, what is sent beside who sends it.

mod accounts;
mod artwork;
mod audit;
mod border_actions;
mod border_arcs;
mod borders;
mod boundary;
mod checks;
mod comparisons;
mod edit;
mod export;
mod imports;
mod inspections;
mod jobs;
mod ledger;
mod lists;
mod locate;
mod log;
mod media;
mod names;
mod opening;
mod outline;
mod place_codes;
mod places;
mod plans;
mod plates;
mod position;
mod profiles;
mod readings;
mod record;
mod register;
mod related;
mod search;
mod services;
mod status;
mod summary;
mod tally;
mod undo;
mod uploads;

pub(super) use jobs::{JobHeard, answer as job_answer, id_of};
pub use opening::Opening;
pub(super) use opening::opening;
pub(super) use record::{content_tag, matches};
pub use register::LayerFigures;
pub(super) use register::{around, figures};
pub use related::Incoming;
pub use uploads::is_upload;
pub(super) use uploads::{held, receive};

use super::openapi::schemas::{Named, add};
use super::route::{Param, Route, Run, Verb};

pub(super) const AS_OF: Param = Param {
    name: "as_of",
    shape: "string date",
    about: "所看日期，默认今天 · day looked at, today if absent",
};
pub(super) const REVISION: Param = Param {
    name: "revision",
    shape: "integer",
    about: "所看版次，默认最新 · revision looked at, the newest if absent",
};
const WHEN: &[Param] = &[AS_OF, REVISION];
const FILTER: Param =
    Param {
        name: "filter", shape: "string", about: "CQL2 条件，字段见 queryables · a filter in CQL2"
    };
const FILTER_LANG: Param = Param {
    name: "filter-lang",
    shape: "string",
    about: "cql2-text（默认）或 cql2-json · cql2-text (if absent) or cql2-json",
};
const FILTER_CRS: Param = Param {
    name: "filter-crs",
    shape: "string uri",
    about: "filter 中图形的坐标系 · coordinate system of geometries in filter",
};
const SORTBY: Param =
    Param { name: "sortby", shape: "string", about: "排序，如 +name,-code · order, e.g. +name,-code" };
const DATETIME: Param = Param {
    name: "datetime",
    shape: "string",
    about: "在此日或此期间有效，默认今天 · in force on that day or in that interval, today if absent",
};

/// Which records of a layer: what a table, its sums, its files and the place of a record in it all ask.
const WHICH: [Param; 6] = [FILTER, FILTER_LANG, FILTER_CRS, DATETIME, AS_OF, REVISION];

/// The routes under /api/v1 and those of the server itself.
pub const ROUTES: &[Route] = &[
    status::HEALTH,
    status::METRICS,
    Route::get("/api/v1/register", "register", "登记册与图层 · the register and its layers", register::get)
        .query(WHEN)
        .answers("RegisterDoc"),
    Route {
        media: &["image/svg+xml"],
        ..Route::get(
            "/api/v1/outline.svg",
            "register",
            "区划轮廓小图，地图画好之前先看 · the divisions as a small picture, until the map is drawn",
            outline::get,
        )
        .query(WHEN)
    },
    Route::get("/api/v1/lists", "register", "代码表 · code lists", lists::lists).answers("Lists"),
    Route::get("/api/v1/layers/{layer}/legend", "register", "按字段计数 · counts by a field", lists::legend)
        .query(&[AS_OF, REVISION, Param { name: "field", shape: "string", about: "字段 · field" }])
        .answers("Legend"),
    Route::get(
        "/api/v1/layers/{layer}/summary",
        "records",
        "符合条件者的条数与合计，可分组 · counts and sums of what matches, in groups",
        summary::get,
    )
    .query(summary::PARAMS)
    .answers("Summary"),
    Route {
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/layers/{layer}/export",
            "records",
            "符合条件者写成文件 · what matches as a file",
            export::get,
        )
        .query(export::PARAMS)
    },
    Route {
        method: Verb::Post,
        body: Some("ExportOf"),
        media: &["application/octet-stream"],
        ..Route::get(
            "/api/v1/layers/{layer}/export",
            "records",
            "所列记录写成文件 · the records named as a file",
            export::get,
        )
        .query(export::PARAMS)
    },
    Route::get(
        "/api/v1/layers/{layer}/position",
        "records",
        "一条记录在列表中的位置 · where a record stands in a list",
        position::get,
    )
    .query(position::PARAMS)
    .answers("Position"),
    Route::get(
        "/api/v1/layers/{layer}/records/{id}",
        "records",
        "一条记录及其历史 · one record with its history",
        record::get,
    )
    .query(WHEN)
    .answers("RecordDoc"),
    Route::get("/api/v1/log", "log", "变更日志，最新在前 · the log, newest first", log::list)
        .query(&[
            Param {
                name: "before", shape: "integer", about: "只列此版次之前的 · only those before it"
            },
            Param { name: "limit", shape: "integer", about: "条数，至多 500 · how many, 500 at most" },
            audit::BY[0],
            audit::BY[1],
            audit::BY[2],
            audit::BY[3],
            audit::BY[4],
            audit::BY[5],
        ])
        .answers("LogPage"),
    Route::get("/api/v1/log/{revision}", "log", "一次变更的内容 · one change set", log::entry)
        .query(&[
            Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
            Param {
                name: "limit", shape: "integer", about: "条数，至多 1000 · how many, 1000 at most"
            },
        ])
        .answers("LogDetail"),
    Route {
        method: Verb::Patch,
        body: Some("Edit"),
        ..Route::get(
            "/api/v1/layers/{layer}/records/{id}",
            "records",
            "修改一条记录 · change one record",
            edit::patch,
        )
        .query(&[AS_OF])
        .answers("Done")
    },
    Route {
        method: Verb::Post,
        body: Some("Changes"),
        ..Route::get(
            "/api/v1/changes",
            "records",
            "一次提交多项修改，全部成功或全部不改 · many changes as one change set",
            edit::changes,
        )
        .answers("ChangesDone")
    },
    Route {
        method: Verb::Post,
        body: Some("Act"),
        ..Route::get(
            "/api/v1/log/{revision}/undo",
            "log",
            "撤销一次变更 · take a change set back",
            undo::post,
        )
        .answers("Done")
    },
    Route::get("/api/v1/locate", "map", "一点所在的各级区划 · divisions round a point", locate::get)
        .query(&[
            AS_OF,
            REVISION,
            Param { name: "lon", shape: "number", about: "经度 · longitude" },
            Param { name: "lat", shape: "number", about: "纬度 · latitude" },
        ])
        .answers("Located"),
    Route::get(
        "/api/v1/search",
        "map",
        "按名称、拼音与代码搜索 · search by name, pinyin and code",
        search::get,
    )
    .query(&[
        AS_OF,
        REVISION,
        Param {
            name: "q",
            shape: "string",
            about: "名称、拼音、拼音首字母或代码 · name, pinyin, initials of it, or code",
        },
        Param { name: "limit", shape: "integer", about: "条数，至多 200 · how many, 200 at most" },
        Param { name: "layer", shape: "string", about: "只搜此图层 · only this layer" },
        Param {
            name: "near", shape: "string", about: "经度,纬度：近者优先 · lon,lat: near ones first"
        },
    ])
    .answers("Geocoded"),
    Route::get(
        "/api/v1/reverse",
        "map",
        "一点附近的地名、地址与区划 · names and divisions at a point",
        search::reverse,
    )
    .query(&[
        AS_OF,
        REVISION,
        Param { name: "lon", shape: "number", about: "经度 · longitude" },
        Param { name: "lat", shape: "number", about: "纬度 · latitude" },
        Param { name: "limit", shape: "integer", about: "条数，至多 50 · how many, 50 at most" },
        Param { name: "layer", shape: "string", about: "只要此图层 · only this layer" },
    ])
    .answers("Geocoded"),
    Route {
        method: Verb::Get,
        path: "/api/v1/events",
        tag: "log",
        about: "实时版次 · live revisions (server-sent events)",
        query: &[],
        open_query: false,
        media: &["text/event-stream"],
        answer: None,
        body: None,
        takes: "application/json",
        status: 200,
        run: Run::Events,
    },
];

/// The routes of long work, of files that come in, of checks and of lines and markers.
pub const WORK: [&[Route]; 22] = [
    accounts::ROUTES,
    audit::ROUTES,
    jobs::ROUTES,
    uploads::ROUTES,
    imports::ROUTES,
    profiles::ROUTES,
    checks::ROUTES,
    comparisons::ROUTES,
    border_arcs::ROUTES,
    borders::ROUTES,
    boundary::ROUTES,
    ledger::ROUTES,
    inspections::ROUTES,
    media::ROUTES,
    names::ROUTES,
    places::ROUTES,
    place_codes::ROUTES,
    readings::ROUTES,
    plates::ROUTES,
    artwork::ROUTES,
    plans::ROUTES,
    services::ROUTES,
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    accounts::add_schemas(named);
    add::<register::RegisterDoc>(named);
    border_arcs::add_schemas(named);
    borders::add_schemas(named);
    add::<boundary::Derive>(named);
    add::<boundary::Derived>(named);
    add::<boundary::NumberBy>(named);
    add::<boundary::Numbers>(named);
    add::<boundary::AlignmentDoc>(named);
    add::<ledger::Ledger>(named);
    add::<ledger::LedgerLine>(named);
    add::<ledger::CardLacks>(named);
    add::<crate::boundary::ledger::MarkerPage>(named);
    add::<lists::ListDoc>(named);
    add::<lists::Legend>(named);
    add::<summary::Summary>(named);
    add::<position::Position>(named);
    add::<export::ExportOf>(named);
    add::<record::RecordDoc>(named);
    add::<edit::Edit>(named);
    add::<edit::Changes>(named);
    add::<edit::ChangesDone>(named);
    add::<super::editing::Act>(named);
    add::<super::editing::Done>(named);
    add::<log::LogPage>(named);
    add::<log::LogDetail>(named);
    add::<crate::model::Counts>(named);
    add::<locate::Located>(named);
    add::<search::Geocoded>(named);
    checks::add_schemas(named);
    comparisons::add_schemas(named);
    inspections::add_schemas(named);
    add::<media::MediaList>(named);
    add::<media::MediaAdded>(named);
    names::add_schemas(named);
    places::add_schemas(named);
    place_codes::add_schemas(named);
    readings::add_schemas(named);
    plates::add_schemas(named);
    artwork::add_schemas(named);
    plans::add_schemas(named);
    services::add_schemas(named);
    add::<status::Health>(named);
    add::<super::events::RevisionEvent>(named);
    add::<jobs::JobList>(named);
    add::<jobs::JobHeard>(named);
    add::<crate::jobs::import::Upload>(named);
    add::<crate::jobs::import::Draft>(named);
    add::<imports::Asked>(named);
    add::<imports::ImportFindings>(named);
    add::<imports::ImportChanges>(named);
    add::<imports::ImportUnmatched>(named);
    add::<profiles::ProfileList>(named);
}

//! OGC API Features under /ogc: Part 1 (core, geojson, html, oas30), Part 2 (coordinate systems), Part 3
//! (filters in CQL2), Part 4 (create, replace, update, delete), drafts 5 (schemas) and 8 (sorting).

mod collections;
mod crs;
mod edit;
mod feature;
mod filter;
mod html;
mod items;
mod landing;
mod links;
mod matching;
mod schema;
mod sort;

pub(super) use crs::uri;
pub(super) use edit::offered_crs;
pub(super) use feature::known_fields;
pub(super) use filter::queryables;
pub(super) use html::{escape, text};
pub(super) use items::{CONTENT_CRS, page_tag};
pub(super) use landing::OPENAPI_3_0;
pub(super) use links::{encode, origin};
pub(super) use matching::{Asked, still_waited_for};

use super::openapi::schemas::{Named, add};
use super::route::{Param, Route, Verb};
use super::v1::{AS_OF, REVISION};

const FORM: Param =
    Param {
        name: "f", shape: "string", about: "json 或 html，优先于 Accept · json or html, before Accept"
    };
const ONLY_FORM: &[Param] = &[FORM];
const CRS: Param =
    Param {
        name: "crs", shape: "string uri", about: "答复所用坐标系 · coordinate system of the answer"
    };

/// What may be asked of the features of a collection, beside its properties.
pub const ITEM_PARAMS: &[Param] = &[
    FORM,
    Param {
        name: "limit",
        shape: "integer",
        about: "每页条数，默认 100，至多 10000 · per page, 100, at most 10,000",
    },
    Param { name: "bbox", shape: "array number", about: "窗口，4 或 6 个数 · window, 4 or 6 numbers" },
    Param { name: "bbox-crs", shape: "string uri", about: "bbox 的坐标系 · coordinate system of bbox" },
    CRS,
    Param {
        name: "datetime",
        shape: "string",
        about: "在此日或此期间有效，默认今天 · in force on that day or in that interval, today if absent",
    },
    Param {
        name: "cursor",
        shape: "string",
        about: "下一页标记，取自 next 链接 · mark of a page, from a next link",
    },
    Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
    Param {
        name: "filter",
        shape: "string",
        about: "CQL2 条件，字段见 queryables · a filter in CQL2, properties see queryables",
    },
    Param {
        name: "filter-lang",
        shape: "string",
        about: "cql2-text（默认）或 cql2-json · cql2-text (if absent) or cql2-json",
    },
    Param {
        name: "filter-crs",
        shape: "string uri",
        about: "filter 中图形的坐标系 · coordinate system of geometries in filter",
    },
    Param {
        name: "sortby",
        shape: "string",
        about: "排序，如 +name,-code，字段见 sortables · order, e.g. +name,-code, see sortables",
    },
    Param {
        name: "properties",
        shape: "string",
        about: "只要这些字段，逗号分隔 · only these properties, separated by commas",
    },
    Param { name: "skipGeometry", shape: "boolean", about: "true：不要图形 · true: without geometry" },
    Param {
        name: "etag",
        shape: "boolean",
        about: "true：每条带 etag，可作 If-Match · true: each feature with its tag, for If-Match",
    },
    AS_OF,
    REVISION,
];

const HTML_TOO: &[&str] = &["application/json", "text/html"];
const JSON: &[&str] = &["application/json"];
const FEATURES: &[&str] = &["application/geo+json", "text/html"];
const SCHEMAS: &[&str] = &["application/schema+json", "text/html"];

const fn of(
    path: &'static str,
    about: &'static str,
    run: fn(&std::sync::Arc<super::App>, &super::ask::Ask) -> Result<super::answer::Answer, super::Problem>,
) -> Route {
    Route { media: HTML_TOO, ..Route::get(path, "ogc", about, run).query(ONLY_FORM) }
}

/// The routes under /ogc.
pub const ROUTES: &[Route] = &[
    of("/ogc", "入口 · landing page", landing::landing).answers("Landing"),
    of("/ogc/conformance", "所遵循的标准 · conformance", landing::conformance).answers("Conformance"),
    of("/ogc/collections", "图层 · collections", collections::all)
        .query(&[FORM, AS_OF, REVISION])
        .answers("Collections"),
    of("/ogc/collections/{layer}", "一个图层 · one collection", collections::one)
        .query(&[FORM, AS_OF, REVISION])
        .answers("Collection"),
    Route {
        media: FEATURES,
        open_query: true,
        ..of("/ogc/collections/{layer}/items", "图层的要素 · features of a collection", items::page)
            .query(ITEM_PARAMS)
            .answers("FeatureCollection")
    },
    Route {
        media: FEATURES,
        ..of("/ogc/collections/{layer}/items/{id}", "一个要素 · one feature", items::one)
            .query(&[FORM, CRS, AS_OF, REVISION])
            .answers("Feature")
    },
    Route {
        method: Verb::Post,
        body: Some("Feature"),
        takes: "application/geo+json",
        status: 201,
        media: JSON,
        ..of("/ogc/collections/{layer}/items", "新增一个要素 · create a feature", edit::create)
            .query(&[])
            .answers("Done")
    },
    Route {
        method: Verb::Put,
        body: Some("Feature"),
        takes: "application/geo+json",
        media: JSON,
        ..of("/ogc/collections/{layer}/items/{id}", "整体替换一个要素 · replace a feature", edit::replace)
            .query(&[AS_OF])
            .answers("Done")
    },
    Route {
        method: Verb::Patch,
        body: Some("FeaturePatch"),
        takes: "application/merge-patch+json",
        media: JSON,
        ..of("/ogc/collections/{layer}/items/{id}", "修改一个要素 · update a feature", edit::update)
            .query(&[AS_OF])
            .answers("Done")
    },
    Route {
        method: Verb::Delete,
        media: JSON,
        ..of("/ogc/collections/{layer}/items/{id}", "删除一个要素 · delete a feature", edit::delete)
            .query(&[AS_OF])
            .answers("Done")
    },
    Route {
        media: SCHEMAS,
        ..of("/ogc/collections/{layer}/schema", "图层的字段 · schema of a collection", schema::schema)
            .answers("JsonSchema")
    },
    Route {
        media: SCHEMAS,
        ..of("/ogc/collections/{layer}/queryables", "可用作条件的字段 · queryables", schema::queryables)
            .answers("JsonSchema")
    },
    Route {
        media: SCHEMAS,
        ..of("/ogc/collections/{layer}/sortables", "可用作排序的字段 · sortables", schema::sortables)
            .answers("JsonSchema")
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<landing::Landing>(named);
    add::<landing::Conformance>(named);
}

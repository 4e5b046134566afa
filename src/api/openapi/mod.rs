//! OpenAPI, made from the table of routes: 3.1 for everything, 3.0 for OGC clients.
//!
//! Both documents hold all that they refer to. The 3.0 one names every collection's path on its own,
//! because clients (GDAL among them) look up `/collections/NAME/items` to learn which properties can
//! be asked for.

mod older;
mod page;
pub(super) mod schemas;

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::app::App;
use super::ask::Ask;
use super::negotiate::Form;
use super::ogc::{OPENAPI_3_0, origin, queryables};
use super::problem::Problem;
use super::route::{Param, Route, Verb, routes};
use crate::model::{FieldKind, Layer};

/// The routes of the documents themselves.
pub const ROUTES: &[Route] = &[
    Route {
        media: &["application/vnd.oai.openapi+json;version=3.1"],
        ..Route::get(
            "/api/v1/openapi.json",
            "server",
            "本接口的定义，OpenAPI 3.1 · this definition",
            everything,
        )
    },
    Route {
        media: &[OPENAPI_3_0, "text/html"],
        ..Route::get(
            "/ogc/api",
            "ogc",
            "OGC 接口的定义，OpenAPI 3.0 · definition of the OGC interface",
            features,
        )
        .query(&[Param { name: "f", shape: "string", about: "json 或 html · json or html" }])
    },
];

/// `GET /api/v1/openapi.json`
fn everything(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    Answer::json_as("application/vnd.oai.openapi+json;version=3.1", &document_3_1(&origin(app, ask)))
}

/// `GET /ogc/api`
fn features(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let document = document_3_0(&origin(app, ask));
    match Form::of(ask)? {
        Form::Html => Ok(page::render(ask, &document)),
        Form::Json => Answer::json_as(OPENAPI_3_0, &document),
    }
}

/// All routes, OpenAPI 3.1.
pub fn document_3_1(origin: &str) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for route in routes() {
        put(&mut paths, route.path, route, operation(route, None));
    }
    document("3.1.0", origin, "", paths)
}

/// The OGC routes, OpenAPI 3.0, each collection on its own.
pub fn document_3_0(origin: &str) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for route in routes() {
        let Some(tail) = route.path.strip_prefix("/ogc") else { continue };
        let tail = if tail.is_empty() { "/" } else { tail };
        if !tail.contains("{layer}") {
            put(&mut paths, tail, route, operation(route, None));
            continue;
        }
        for layer in Layer::ALL {
            put(&mut paths, &tail.replace("{layer}", layer.name()), route, operation(route, Some(*layer)));
        }
    }
    older::as_3_0(document("3.0.3", origin, "/ogc", paths))
}

fn put(paths: &mut Map<String, Json>, path: &str, route: &Route, operation: Json) {
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    item[method(route)] = operation;
}

fn method(route: &Route) -> &'static str {
    match route.method {
        Verb::Get => "get",
        Verb::Patch => "patch",
        Verb::Post => "post",
        Verb::Put => "put",
        Verb::Delete => "delete",
    }
}

fn document(version: &str, origin: &str, base: &str, paths: Map<String, Json>) -> Json {
    json!({
        "openapi": version,
        "info": {
            "title": "界碑 Boundstone",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "地名、界线、社区与服务设施登记册的接口。The interface of a register of place names, \
                boundaries, communities and service facilities.",
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "servers": [{ "url": if origin.is_empty() && base.is_empty() { "/".to_owned() } else { format!("{origin}{base}") } }],
        "tags": (["register", "records", "media", "log", "map", "tiles", "imports", "jobs", "underlays", "boundary", "checks", "names", "zoning", "services", "ogc", "server"].map(|name| json!({ "name": name }))),
        "paths": paths,
        "components": { "schemas": schemas::all() },
    })
}

fn schema_of(shape: &str) -> Json {
    match shape {
        "array number" => json!({
            "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 6,
        }),
        _ => match shape.split_once(' ') {
            Some((kind, format)) => json!({ "type": kind, "format": format }),
            None => json!({ "type": shape }),
        },
    }
}

fn parameter(name: &str, place: &str, schema: Json, about: &str) -> Json {
    let mut parameter = json!({
        "name": name, "in": place, "required": place == "path", "description": about, "schema": schema,
    });
    if schema_is_array(&parameter) {
        parameter["style"] = "form".into();
        parameter["explode"] = false.into();
    }
    parameter
}

fn schema_is_array(parameter: &Json) -> bool {
    parameter["schema"]["type"] == "array"
}

fn parameters(route: &Route, layer: Option<Layer>) -> Vec<Json> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut list: Vec<Json> = names
        .filter(|name| *name != "layer" || layer.is_none())
        .map(|name| {
            let schema = match name {
                "layer" => {
                    let names: Vec<&str> = Layer::ALL.iter().map(|layer| layer.name()).collect();
                    json!({ "type": "string", "enum": names })
                }
                "z" | "x" | "y" | "revision" => json!({ "type": "integer", "minimum": 0 }),
                _ => json!({ "type": "string" }),
            };
            parameter(name, "path", schema, "")
        })
        .collect();
    list.extend(route.query.iter().map(|p| {
        let mut schema = schema_of(p.shape);
        if p.name == "limit" {
            schema["minimum"] = 1.into();
        }
        parameter(p.name, "query", schema, p.about)
    }));
    if route.open_query {
        list.extend(layer.map_or_else(
            || {
                vec![json!({
                    "name": "queryables", "in": "query", "required": false, "style": "form", "explode": true,
                    "description": "按字段值过滤，见 queryables · filters by value, see queryables",
                    "schema": { "type": "object", "additionalProperties": { "type": "string" } },
                })]
            },
            property_parameters,
        ));
    }
    let mut header = |name: &str, required: bool, about: &str| {
        let mut header = parameter(name, "header", json!({ "type": "string" }), about);
        header["required"] = required.into();
        list.push(header);
    };
    let of_work = ["jobs", "imports", "underlays"].contains(&route.tag);
    let by_headers = ["ogc", "media"].contains(&route.tag) && route.method != Verb::Get;
    let changes_one = matches!(route.method, Verb::Patch | Verb::Put | Verb::Delete) || route.tag == "media";
    if route.method != Verb::Get && changes_one && !of_work {
        header("If-Match", true, "所依据的记录的 etag · tag of the record that the change was decided on");
    }
    if by_headers {
        header("Change-By", true, "谁，百分号编码的 UTF-8 · who, percent-encoded UTF-8");
        header("Change-Reason", true, "为何，百分号编码的 UTF-8 · why, percent-encoded UTF-8");
        header("Change-Document", false, "依据文号，百分号编码的 UTF-8 · by which document");
    }
    if by_headers && route.tag == "ogc" {
        header("Content-Crs", false, "图形的坐标系 · coordinate system of the geometry");
    }
    if route.method != Verb::Get && route.body != Some("Act") && !of_work {
        header("Idempotency-Key", false, "重发时返回首次结果 · sent again, it returns the first result");
    }
    list
}

fn property_parameters(layer: Layer) -> Vec<Json> {
    queryables(layer)
        .map(|field| {
            let schema = match field.kind {
                FieldKind::Int => json!({ "type": "integer" }),
                FieldKind::Real => json!({ "type": "number" }),
                FieldKind::Bool => json!({ "type": "boolean" }),
                FieldKind::Date => json!({ "type": "string", "format": "date" }),
                FieldKind::Text | FieldKind::List(_) => json!({ "type": "string" }),
            };
            let title = layer.def().field_title(field.name);
            parameter(field.name, "query", schema, &format!("{} · {}", title.zh, title.en))
        })
        .collect()
}

fn operation(route: &Route, layer: Option<Layer>) -> Json {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content: Map<String, Json> = route
        .media
        .iter()
        .map(|media| {
            let schema = match route.answer {
                Some(name) if media.contains("json") => reference(name),
                _ if media.contains("json") => json!({ "type": "object" }),
                _ => json!({ "type": "string" }),
            };
            ((*media).to_owned(), json!({ "schema": schema }))
        })
        .collect();
    let title = layer.map(|layer| format!("：{}", layer.def().title().zh)).unwrap_or_default();
    let words: Vec<&str> = route
        .path
        .split('/')
        .map(|part| part.trim_matches(['{', '}']))
        .filter(|part| !part.is_empty())
        .collect();
    let id = words.join("_").replace(['.', '-'], "_");
    let id = layer.map_or(id.clone(), |layer| id.replacen("layer", layer.name(), 1));
    let mut operation = json!({
        "operationId": format!("{}_{id}", method(route)),
        "tags": [route.tag],
        "summary": format!("{}{title}", route.about),
        "parameters": parameters(route, layer),
        "responses": {
            (route.status.to_string()): { "description": "OK", "content": content },
            "default": {
                "description": "问题 · problem (RFC 9457)",
                "content": { "application/problem+json": { "schema": reference("Problem") } },
            },
        },
    });
    if let Some(body) = route.body {
        operation["requestBody"] = json!({
            "required": true, "content": { (route.takes): { "schema": reference(body) } },
        });
    }
    operation
}

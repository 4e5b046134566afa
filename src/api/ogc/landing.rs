//! The way in, and which parts of the standard are kept.

use std::sync::Arc;

use serde::Serialize;

use super::html;
use super::links::{Link, origin, self_and_alternate};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::negotiate::Form;
use crate::api::problem::Problem;

/// Media type of the OpenAPI 3.0 document, as Part 1 writes it.
pub const OPENAPI_3_0: &str = "application/vnd.oai.openapi+json;version=3.0";

/// Classes that are kept.
pub const CONFORMS_TO: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
    "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
];

/// The landing page.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Landing {
    title: String,
    description: String,
    links: Vec<Link>,
}

/// Which classes are kept.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Conformance {
    #[serde(rename = "conformsTo")]
    conforms_to: &'static [&'static str],
}

/// `GET /ogc`
pub fn landing(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let base = format!("{}/ogc", origin(app, ask));
    let mut links = self_and_alternate(app, ask, "application/json");
    links.extend([
        Link::new("service-desc", OPENAPI_3_0, "接口定义 · API definition", format!("{base}/api")),
        Link::new("service-doc", "text/html", "接口说明 · API documentation", format!("{base}/api?f=html")),
        Link::new(
            "conformance",
            "application/json",
            "所遵循的标准 · conformance",
            format!("{base}/conformance"),
        ),
        Link::new("data", "application/json", "图层 · collections", format!("{base}/collections")),
    ]);
    let description =
        "界碑登记册的要素服务（OGC API Features）· Features of a Boundstone register".to_owned();
    let doc = Landing { title: app.info.title.clone(), description, links };
    match Form::of(ask)? {
        Form::Html => Ok(html::landing(app, ask, &doc.links)),
        Form::Json => Answer::json(&doc),
    }
}

/// `GET /ogc/conformance`
pub fn conformance(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    match Form::of(ask)? {
        Form::Html => Ok(html::conformance(app, ask, CONFORMS_TO)),
        Form::Json => Answer::json(&Conformance { conforms_to: CONFORMS_TO }),
    }
}

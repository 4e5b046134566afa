//! Collections: the layers as OGC API describes them.

use std::sync::Arc;

use geo_types::Rect;
use serde_json::{Value as Json, json};

use super::crs::{self, CRS84, STORAGE};
use super::html;
use super::links::{Link, origin, self_and_alternate};
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::negotiate::Form;
use crate::api::problem::Problem;
use crate::api::v1::{around, figures};
use crate::api::view::View;
use crate::api::wire::bbox_of;
use crate::model::Layer;

/// The box round all that is to be seen.
pub fn extent(app: &App, ask: &Ask) -> Result<Option<Rect>, Problem> {
    let view = View::at(app, ask, app.today())?;
    Ok(Layer::ALL.iter().filter_map(|layer| figures(app, &view, *layer).bounds).reduce(around))
}

fn describe(app: &App, ask: &Ask, view: &View, layer: Layer, systems: &[String]) -> Json {
    let base = origin(app, ask);
    let here = format!("{base}/ogc/collections/{layer}");
    let title = layer.def().title();
    let figures = figures(app, view, layer);
    let link = |rel, media, title: &str, tail: &str| Link::new(rel, media, title, format!("{here}{tail}"));
    let links = [
        link("self", "application/json", "本图层 · this collection", ""),
        link("alternate", "text/html", "网页 · as a page", "?f=html"),
        link("items", "application/geo+json", "要素 · features", "/items"),
        link("items", "text/html", "要素网页 · features as pages", "/items?f=html"),
        link(
            "http://www.opengis.net/def/rel/ogc/1.0/schema",
            "application/schema+json",
            "字段 · schema",
            "/schema",
        ),
        link(
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "application/schema+json",
            "查询字段 · queryables",
            "/queryables",
        ),
        link(
            "http://www.opengis.net/def/rel/ogc/1.0/sortables",
            "application/schema+json",
            "排序字段 · sortables",
            "/sortables",
        ),
    ];
    let day = |day: Option<crate::model::Date>| day.map(|day| format!("{day}T00:00:00+08:00"));
    let mut extent = json!({
        "temporal": {
            "interval": [[day(figures.days.0), day(figures.days.1)]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        },
    });
    if let Some(bounds) = figures.bounds {
        extent["spatial"] = json!({ "bbox": [bbox_of(bounds)], "crs": CRS84 });
    }
    json!({
        "id": layer.name(),
        "title": format!("{} · {}", title.zh, title.en),
        "description": format!("{} ({})", title.zh, layer.name()),
        "itemType": "feature",
        "extent": extent,
        "crs": systems,
        "storageCrs": STORAGE,
        "links": links,
    })
}

/// `GET /ogc/collections`
pub fn all(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let systems: Vec<String> = crs::offered(extent(app, ask)?).iter().map(crs::uri).collect();
    let list: Vec<Json> =
        Layer::ALL.iter().map(|layer| describe(app, ask, &view, *layer, &systems)).collect();
    let links = self_and_alternate(app, ask, "application/json");
    match Form::of(ask)? {
        Form::Html => Ok(html::collections(app, ask, &view)),
        Form::Json => Answer::json(&json!({ "links": links, "crs": systems, "collections": list })),
    }
}

/// `GET /ogc/collections/{layer}`
pub fn one(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let (layer, view) = (ask.layer()?, View::of(app, ask)?);
    let systems: Vec<String> = crs::offered(extent(app, ask)?).iter().map(crs::uri).collect();
    let doc = describe(app, ask, &view, layer, &systems);
    match Form::of(ask)? {
        Form::Html => Ok(html::collection(app, ask, layer, &doc)),
        Form::Json => Answer::json(&doc),
    }
}

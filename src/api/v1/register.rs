//! `GET /api/v1/register`: what the register is and what its layers hold.

use std::sync::Arc;

use geo_types::Rect;
use serde::Serialize;

use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::api::wire::{Text, bbox_of};
use crate::model::{COMMON_FIELDS, FieldDef, FieldKind, GeometryKind, Layer, geometry, vocab};

/// The register and its layers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RegisterDoc {
    /// what it is called
    title: String,
    /// when it was made, RFC 3339
    created: String,
    /// the server's day in China
    today: String,
    /// the day looked at
    as_of: String,
    /// the revision looked at
    revision: u64,
    /// chain hash of the newest change set
    hash: String,
    /// west, south, east, north of all that is to be seen
    bbox: Option<[f64; 4]>,
    /// whether nothing may be changed
    read_only: bool,
    /// whether the data is made up
    demo: bool,
    /// version of the program
    version: &'static str,
    /// the first and the last day on which a record begins or ends to hold, for a slider over time
    lawful: Option<Lawful>,
    /// layers in the order in which lists show them
    layers: Vec<LayerDoc>,
}

/// The days between which lawful periods begin and end.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Lawful {
    /// the first day
    from: String,
    /// the last day
    to: String,
}

/// One layer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LayerDoc {
    name: &'static str,
    title: Text,
    /// none, point, line, area or any
    geometry: &'static str,
    /// how many records are to be seen on the day
    count: usize,
    /// west, south, east, north
    bbox: Option<[f64; 4]>,
    /// the field by which a record is called
    label_field: Option<&'static str>,
    /// common fields, then own fields
    fields: Vec<FieldDoc>,
}

/// One field.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FieldDoc {
    name: &'static str,
    title: Text,
    /// text, int, real, bool, date or list
    kind: &'static str,
    required: bool,
    /// unit of measure
    unit: Option<&'static str>,
    /// code list it is bound to
    list: Option<&'static str>,
    help: Option<Text>,
}

/// Count and box of what is to be seen of a layer on a day.
#[derive(Clone, Debug, Default)]
pub struct LayerFigures {
    /// how many
    pub count: usize,
    /// the box round them
    pub bounds: Option<Rect>,
    /// the first day and the last day of lawful periods; `None` where they are open
    pub days: (Option<crate::model::Date>, Option<crate::model::Date>),
    /// the first and the last day on which a record begins or ends to hold, as far as that is known
    pub turns: Option<(crate::model::Date, crate::model::Date)>,
}

/// The figures of a layer, kept by revision and day.
pub fn figures(app: &App, view: &View, layer: Layer) -> Arc<LayerFigures> {
    app.figures.get_with((layer, view.revision(), view.newest, view.as_of), || {
        let mut figures = LayerFigures::default();
        let (mut open_from, mut open_to) = (false, false);
        for record in view.snapshot.layer(layer).iter().filter(|record| view.sees(record)) {
            let (from, to) = (record.valid.from(), record.valid.to());
            (open_from, open_to) = (open_from || from.is_none(), open_to || to.is_none());
            figures.days.0 = figures.days.0.into_iter().chain(from).min();
            figures.days.1 = figures.days.1.into_iter().chain(to).max();
            if !record.valid.contains(view.as_of) {
                continue;
            }
            figures.count += 1;
            let bounds = record.geometry.as_deref().and_then(geometry::bounds);
            figures.bounds = figures.bounds.into_iter().chain(bounds).reduce(around);
        }
        let known = || figures.days.0.into_iter().chain(figures.days.1);
        figures.turns = known().min().zip(known().max());
        figures.days = (figures.days.0.filter(|_| !open_from), figures.days.1.filter(|_| !open_to));
        Arc::new(figures)
    })
}

/// The box round two boxes.
pub fn around(a: Rect, b: Rect) -> Rect {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

/// Word for a layer's geometry.
pub fn geometry_word(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::None => "none",
        GeometryKind::Point => "point",
        GeometryKind::Line => "line",
        GeometryKind::Area => "area",
        GeometryKind::Any => "any",
    }
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Int => "int",
        FieldKind::Real => "real",
        FieldKind::Bool => "bool",
        FieldKind::Date => "date",
        FieldKind::List(_) => "list",
    }
}

fn field_doc(layer: Layer, field: &FieldDef) -> FieldDoc {
    let label = vocab::field(layer.name(), field.name);
    FieldDoc {
        name: field.name,
        title: label.title.clone().into(),
        kind: kind_word(field.kind),
        required: field.required,
        unit: field.unit,
        list: field.list,
        help: label.help.clone().map(Text::from),
    }
}

fn layer_doc(app: &App, view: &View, layer: Layer) -> LayerDoc {
    let def = layer.def();
    let figures = figures(app, view, layer);
    LayerDoc {
        name: def.name,
        title: def.title().into(),
        geometry: geometry_word(def.geometry),
        count: figures.count,
        bbox: figures.bounds.map(bbox_of),
        label_field: def.label_field().map(|at| def.fields[at].name),
        fields: COMMON_FIELDS.iter().chain(def.fields).map(|field| field_doc(layer, field)).collect(),
    }
}

/// The handler.
pub fn get(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let tag = format!("W/\"{}-{}-{}\"", view.revision().0, view.as_of, app.today());
    if holds(ask, &tag) {
        return Ok(not_modified(&tag));
    }
    let bounds = Layer::ALL.iter().filter_map(|layer| figures(app, &view, *layer).bounds).reduce(around);
    let turns = Layer::ALL.iter().filter_map(|layer| figures(app, &view, *layer).turns);
    let lawful = turns.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let doc = RegisterDoc {
        title: app.info.title.clone(),
        created: app.info.created.clone(),
        today: app.today().to_string(),
        as_of: view.as_of.to_string(),
        revision: view.revision().0,
        hash: app.register.head()?.hash.to_string(),
        bbox: bounds.map(bbox_of),
        read_only: app.options.read_only,
        demo: app.options.demo,
        version: env!("CARGO_PKG_VERSION"),
        lawful: lawful.map(|(from, to)| Lawful { from: from.to_string(), to: to.to_string() }),
        layers: Layer::ALL.iter().map(|layer| layer_doc(app, &view, *layer)).collect(),
    };
    Ok(Answer::json(&doc)?.tagged(ask, &tag))
}

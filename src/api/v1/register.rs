//! `GET /api/v1/register`: what the register is and what its layers hold.

use std::sync::Arc;

use geo_types::Rect;
use serde::Serialize;

use super::opening::{WorkingDistrict, opening};
use crate::api::answer::{Answer, holds, not_modified};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::view::View;
use crate::api::wire::bbox_of;
use crate::model::{Layer, LayerDescription, geometry};
use crate::register::Member;

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
    /// the one county whose townships the register holds, if there is one: there a map opens
    district: Option<WorkingDistrict>,
    /// levels of division from the top down to the highest that has an area: a map shows them at every zoom
    top_levels: Vec<&'static str>,
    /// the registers that are read as one here; none for a register of its own
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registers: Vec<MemberDoc>,
    /// layers in the order in which lists show them
    layers: Vec<LayerDoc>,
}

/// One of several registers that are read as one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MemberDoc {
    /// what it is called
    title: String,
    /// its newest change set, by its own numbers
    revision: u64,
    /// that change set's chain hash
    hash: String,
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
    #[serde(flatten)]
    description: LayerDescription,
    /// how many records are to be seen on the day
    count: usize,
    /// west, south, east, north
    bbox: Option<[f64; 4]>,
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

fn layer_doc(app: &App, view: &View, layer: Layer) -> LayerDoc {
    let figures = figures(app, view, layer);
    LayerDoc {
        description: layer.def().description(),
        count: figures.count,
        bbox: figures.bounds.map(bbox_of),
    }
}

fn members(app: &App) -> Result<Vec<MemberDoc>, Problem> {
    let doc = |(at, member): (usize, &Member)| {
        let head = app.register.head_of_member(at)?;
        let (revision, hash) = (head.revision.0, head.hash.to_string());
        Ok(MemberDoc { title: member.label.clone(), revision, hash })
    };
    app.members.iter().enumerate().map(doc).collect()
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
    let opening = opening(app, &view);
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
        district: opening.district.clone(),
        top_levels: opening.levels.clone(),
        registers: members(app)?,
        layers: Layer::ALL.iter().map(|layer| layer_doc(app, &view, *layer)).collect(),
    };
    Ok(Answer::json(&doc)?.tagged(ask, &tag))
}

//! The log as an auditor asks it: by person, layer, place, period and document, with a workbook of what stood before
//! and after.

use std::sync::Arc;

use axum::http::header;
use geo_types::Rect;
use serde_json::{Value as Json, json};

use super::checks::window;
use super::export::attached;
use super::log::line;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::history;
use crate::api::problem::Problem;
use crate::api::route::{Param, Route};
use crate::formats::{BookSheet, write_book};
use crate::model::{
    Bilingual, Change, Date, FieldKind, Language, Layer, LogDescription, LogHeader, Record, Revision,
    geometry,
};
use crate::register::LogItem;
use crate::snapshot::Snapshot;

/// What the log can be asked by.
pub const BY: [Param; 6] = [
    Param {
        name: "by", shape: "string", about: "经办人，部分即可 · who did it, a part of the name"
    },
    Param { name: "layer", shape: "string", about: "图层 · a layer" },
    Param { name: "from", shape: "string date", about: "自此日起 · from this day on" },
    Param { name: "to", shape: "string date", about: "至此日止 · up to this day" },
    Param {
        name: "document",
        shape: "string",
        about: "依据文号，部分即可 · the document, a part of its number",
    },
    Param {
        name: "bbox",
        shape: "string",
        about: "西,南,东,北：动到此处的 · west,south,east,north: what touched the place",
    },
];

/// The route of the workbook.
pub const ROUTES: &[Route] = &[Route {
    media: &[SHEET],
    ..Route::get(
        "/api/v1/audit/export",
        "log",
        "变更前后对照表（xlsx） · what stood before and after, as a workbook",
        export,
    )
    .query(&BY)
}];

const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Change sets that are read at once, and in one answer at most.
const AT_ONCE: u64 = 500;
const MOST_LOOKED: u64 = 5_000;
/// Rows whose place is looked at for one answer.
const MOST_ROWS: u64 = 200_000;
/// Rows of a workbook.
const MOST_LINES: usize = 50_000;

/// What is asked for.
pub struct Wanted {
    by: Option<String>,
    layer: Option<Layer>,
    from: Option<Date>,
    to: Option<Date>,
    document: Option<String>,
    window: Option<Rect>,
}

/// Change sets that meet what is asked for, newest first, and from where to go on.
pub struct Found {
    /// those
    pub items: Vec<(LogItem, LogDescription)>,
    /// `before` of what was not looked at; none where all was
    pub next: Option<u64>,
}

impl Wanted {
    /// By the parameters.
    pub fn of(ask: &Ask) -> Result<Self, Problem> {
        let words =
            |name| ask.param(name).map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let unknown = |_| Problem::parameter("layer", "没有这个图层", "there is no such layer");
        Ok(Self {
            by: words("by"),
            layer: ask.param("layer").map(|name| name.parse().map_err(unknown)).transpose()?,
            from: ask.date("from")?,
            to: ask.date("to")?,
            document: words("document"),
            window: ask.param("bbox").map(window).transpose()?,
        })
    }

    /// By the head of a change set.
    fn fits_head(&self, entry: &LogHeader) -> bool {
        let header = &entry.header;
        let holds = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| text.to_lowercase().contains(wanted.as_str()))
        };
        let day = || {
            let at: jiff::Timestamp = header.at.parse().ok()?;
            Some(Date::in_shanghai(at.as_millisecond()))
        };
        let within = self.from.is_none() && self.to.is_none()
            || day().is_some_and(|day| {
                self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
            });
        within
            && holds(&self.by, &header.by)
            && holds(&self.document, header.document.as_deref().unwrap_or_default())
    }

    /// By one of its changes, as it is seen.
    fn fits(&self, change: &Change) -> bool {
        let near = |record: &Record| {
            let bounds = record.geometry.as_deref().and_then(geometry::bounds);
            bounds.zip(self.window).is_some_and(|(bounds, window)| {
                bounds.min().x <= window.max().x
                    && bounds.max().x >= window.min().x
                    && bounds.min().y <= window.max().y
                    && bounds.max().y >= window.min().y
            })
        };
        let mut sides = [change.before(), change.after()].into_iter().flatten();
        self.layer.is_none_or(|layer| layer == change.layer()) && (self.window.is_none() || sides.any(near))
    }

    /// Change sets that meet it before a revision.
    pub fn found(&self, app: &App, ask: &Ask, before: Option<u64>, limit: usize) -> Result<Found, Problem> {
        let newest = app.register.head()?.revision.0;
        let mut last = before.map_or(newest, |before| before.saturating_sub(1).min(newest));
        let snapshot = app.register.snapshot();
        let (mut items, mut looked, mut rows) = (Vec::new(), 0, 0);
        while last > 0 {
            let first = last.saturating_sub(AT_ONCE.min(if self.is_all() { limit as u64 } else { AT_ONCE }));
            for item in app.register.log_items(Revision(first), Revision(last))?.into_iter().rev() {
                if items.len() == limit || looked >= MOST_LOOKED || rows >= MOST_ROWS || ask.is_given_up() {
                    return Ok(Found { items, next: Some(item.entry.revision.0 + 1) });
                }
                looked += 1;
                if !self.fits_head(&item.entry) {
                    continue;
                }
                let described = line(app, &item)?;
                let of_layer = self.layer.is_none_or(|layer| described.counts.contains_key(layer.name()));
                if of_layer && (self.window.is_none() || self.touches(app, &snapshot, &item, &mut rows)?) {
                    items.push((item, described));
                }
            }
            last = first;
        }
        Ok(Found { items, next: None })
    }

    fn is_all(&self) -> bool {
        let Self { by, layer, from, to, document, window } = self;
        by.is_none()
            && layer.is_none()
            && from.is_none()
            && to.is_none()
            && document.is_none()
            && window.is_none()
    }

    fn touches(&self, app: &App, newest: &Snapshot, item: &LogItem, rows: &mut u64) -> Result<bool, Problem> {
        let mut found = false;
        app.register.each_change(item.entry.revision, &mut |change| {
            *rows += 1;
            found = found
                || history::is_shown_now(change, newest, app.options.show)
                    && self.fits(&history::as_seen(change, newest, app.options.show));
        })?;
        Ok(found)
    }
}

/// `GET /api/v1/audit/export`
fn export(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let wanted = Wanted::of(ask)?;
    let found = wanted.found(app, ask, None, MOST_LOOKED as usize)?;
    let (newest, show) = (app.register.snapshot(), app.options.show);
    let say = |of: &Bilingual| of.get(ask.language).to_owned();
    let (mut acts, mut rows, mut cut) = (Vec::new(), Vec::new(), found.next.is_some());
    for (item, described) in &found.items {
        let header = &item.entry.header;
        acts.push(vec![
            json!(item.entry.revision.0),
            json!(header.at),
            json!(header.by),
            json!(header.verified),
            json!(header.kind.word()),
            json!(header.document),
            json!(header.reason),
            json!(
                described
                    .counts
                    .values()
                    .map(|counts| counts.insert + counts.update + counts.delete)
                    .sum::<u64>()
            ),
            json!(item.undone_by.map(|revision| revision.0)),
            json!(item.entry.hash.to_string()),
        ]);
        app.register.each_change(item.entry.revision, &mut |change| {
            if !history::is_shown_now(change, &newest, show) {
                return;
            }
            let seen = history::as_seen(change, &newest, show);
            if !wanted.fits(&seen) {
                return;
            }
            for row in rows_of(&seen, item.entry.revision, &say) {
                cut |= rows.len() >= MOST_LINES;
                if rows.len() < MOST_LINES {
                    rows.push(row);
                }
            }
        })?;
    }
    let zh = ask.language == Language::Zh;
    let name = if zh { "变更审计" } else { "audit" };
    if cut {
        let text =
            if zh { "未列完：请缩小范围再导出" } else { "not all: ask for less at a time" };
        acts.push(vec![Json::Null, json!(text)]);
    }
    let columns = |list: &[(&str, &str, FieldKind)]| {
        list.iter()
            .map(|(in_zh, in_en, kind)| (String::from(if zh { *in_zh } else { *in_en }), *kind))
            .collect()
    };
    let sheets = [
        BookSheet { name: if zh { "变更集" } else { "acts" }.into(), columns: columns(ACTS), rows: acts },
        BookSheet { name: if zh { "前后对照" } else { "changes" }.into(), columns: columns(ROWS), rows },
    ];
    let internal = |error: &dyn std::fmt::Display| Problem::internal(error);
    let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
    let path = folder.path().join("audit.xlsx");
    write_book(&path, &sheets).map_err(|error| internal(&error))?;
    let bytes = std::fs::read(&path).map_err(|error| internal(&error))?;
    let disposition = attached("audit", &format!("{name}.xlsx"));
    Ok(Answer::bytes(SHEET, bytes).with(header::CONTENT_DISPOSITION, &disposition))
}

const ACTS: &[(&str, &str, FieldKind)] = &[
    ("版次", "Revision", FieldKind::Int),
    ("时间", "At", FieldKind::Text),
    ("经办人", "By", FieldKind::Text),
    ("已核实", "Verified", FieldKind::Bool),
    ("种类", "Kind", FieldKind::Text),
    ("依据", "Document", FieldKind::Text),
    ("事由", "Reason", FieldKind::Text),
    ("记录数", "Rows", FieldKind::Int),
    ("被撤销于", "Undone by", FieldKind::Int),
    ("校验码", "Hash", FieldKind::Text),
];

const ROWS: &[(&str, &str, FieldKind)] = &[
    ("版次", "Revision", FieldKind::Int),
    ("图层", "Layer", FieldKind::Text),
    ("记录", "Record", FieldKind::Text),
    ("记录标识", "Id", FieldKind::Text),
    ("操作", "Operation", FieldKind::Text),
    ("字段", "Field", FieldKind::Text),
    ("变更前", "Before", FieldKind::Text),
    ("变更后", "After", FieldKind::Text),
];

/// A line for each field that differs, and one where the geometry does.
fn rows_of(change: &Change, revision: Revision, say: &dyn Fn(&Bilingual) -> String) -> Vec<Vec<Json>> {
    let named = change.after().or(change.before()).and_then(|record| record.label()).unwrap_or_default();
    let row = |field: String, before: Json, after: Json| {
        vec![
            json!(revision.0),
            json!(say(&change.layer().def().title())),
            json!(named),
            json!(change.key().id.to_string()),
            json!(change.op().code()),
            json!(field),
            before,
            after,
        ]
    };
    let text = |json: &Json| match json {
        Json::Null | Json::String(_) => json.clone(),
        other => Json::String(other.to_string()),
    };
    let mut rows: Vec<Vec<Json>> = history::field_changes(change)
        .iter()
        .map(|field| row(say(&field.title), text(&field.before), text(&field.after)))
        .collect();
    if history::geometry_changed(change) {
        let wkt = |side: Option<&Record>| {
            let at = side?.geometry.as_deref().and_then(geometry::bounds)?.center();
            Some(format!("{:.6}, {:.6}", at.x, at.y))
        };
        let title = Bilingual::new("图形（外框中心）", "geometry (centre of its box)");
        rows.push(row(say(&title), json!(wkt(change.before())), json!(wkt(change.after()))));
    }
    rows
}

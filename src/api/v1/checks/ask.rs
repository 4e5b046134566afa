//! Which findings are asked for, and those that are.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo_types::{Coord, Rect};

use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::route::Param;
use crate::api::v1::{AS_OF, REVISION};
use crate::api::view::View;
use crate::findings::{CheckFinding, Noticed, severity_word};
use crate::model::{Layer, RecordId};
use crate::snapshot::Snapshot;
use crate::topology::Kind;

/// What findings are chosen by.
pub const WHICH: [Param; 11] = [
    Param {
        name: "rule", shape: "string", about: "规则号，可用逗号隔开几个 · rules, separated by commas"
    },
    Param {
        name: "kind",
        shape: "string",
        about: "图形问题的种类，如 overlap、gap，可用逗号隔开几个 · kinds of faults of coverages, separated by commas",
    },
    Param { name: "layer", shape: "string", about: "记录所在图层 · layer of the records" },
    Param {
        name: "level", shape: "string", about: "记录的级别，如 county、township · level of the records"
    },
    Param {
        name: "severity",
        shape: "string",
        about: "error、warning 或 note，可用逗号隔开几个 · error, warning or note, separated by commas",
    },
    Param {
        name: "record",
        shape: "string",
        about: "只要涉及这条记录的 · only those that speak of this record (id)",
    },
    Param {
        name: "line",
        shape: "string",
        about: "只要这条界线（代码）及其界桩的 · only about this line (code) and its markers",
    },
    Param {
        name: "division",
        shape: "string",
        about: "只要这个区划（代码）、其下级及其界线的 · only about this division (code), its parts and its lines",
    },
    Param {
        name: "bbox",
        shape: "array number",
        about: "只要位置在此经纬度窗口内的 · only those in this window of longitudes and latitudes",
    },
    AS_OF,
    REVISION,
];

/// What is asked for.
pub(super) struct Asked {
    rules: Vec<String>,
    kinds: Vec<String>,
    layer: Option<Layer>,
    level: Option<String>,
    severities: Vec<String>,
    record: Option<String>,
    line: Option<String>,
    division: Option<String>,
    window: Option<Rect>,
}

fn words(ask: &Ask, name: &str) -> Vec<String> {
    let text = ask.param(name).into_iter();
    text.flat_map(|text| text.split(',')).map(|word| word.trim().to_owned()).collect()
}

impl Asked {
    pub fn read(app: &App, ask: &Ask) -> Result<Self, Problem> {
        let rules = words(ask, "rule");
        let known = |rule: &String| app.boards.rules.all().iter().any(|own| own.id == *rule);
        if !rules.iter().all(known) {
            return Err(Problem::parameter("rule", "没有这条规则", "there is no such rule"));
        }
        let kinds = words(ask, "kind");
        if !kinds.iter().all(|word| Kind::ALL.iter().any(|kind| kind.word() == word)) {
            return Err(Problem::parameter("kind", "没有这个种类", "there is no such kind"));
        }
        let layer = ask.param("layer").map(|name| {
            let named = Layer::ALL.iter().copied().find(|layer| layer.name() == name);
            named.ok_or_else(|| Problem::parameter("layer", "没有这个图层", "there is no such layer"))
        });
        let severities = words(ask, "severity");
        if !severities.iter().all(|word| ["error", "warning", "note"].contains(&word.as_str())) {
            let (zh, en) = ("应为 error、warning 或 note", "it must be error, warning or note");
            return Err(Problem::parameter("severity", zh, en));
        }
        let text =
            |name: &str| ask.param(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Self {
            rules,
            kinds,
            layer: layer.transpose()?,
            level: text("level"),
            severities,
            record: text("record"),
            line: text("line"),
            division: text("division"),
            window: ask.param("bbox").map(window).transpose()?,
        })
    }

    fn takes(&self, noticed: &Noticed, snapshot: &Snapshot) -> bool {
        let finding = &noticed.finding;
        let severity = severity_word(finding.severity);
        let kind = noticed.ground.as_ref().map(|ground| ground.kind.word());
        let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|own| own == word);
        any(&self.rules, &finding.rule)
            && any(&self.severities, severity)
            && (self.kinds.is_empty() || kind.is_some_and(|kind| any(&self.kinds, kind)))
            && self.layer.is_none_or(|layer| layer == noticed.layer)
            && self.level.as_ref().is_none_or(|level| noticed.level.as_ref() == Some(level))
            && self.record.as_ref().is_none_or(|id| records(noticed).any(|(_, own)| own.to_string() == *id))
            && self.window.as_ref().is_none_or(|window| lies_in(noticed, window))
            && (self.line.is_none() && self.division.is_none() || self.is_near(noticed, snapshot))
    }

    /// Whether it is about the line or the division asked for.
    fn is_near(&self, noticed: &Noticed, snapshot: &Snapshot) -> bool {
        let mut lines: BTreeSet<String> = BTreeSet::new();
        let mut divisions: BTreeSet<String> = BTreeSet::new();
        for (layer, id) in records(noticed) {
            for record in snapshot.layer(layer).versions(id) {
                match layer {
                    Layer::BoundaryLine => lines.extend(record.code.as_deref().map(str::to_owned)),
                    Layer::Division => {
                        divisions.extend(record.code.as_deref().map(str::to_owned));
                        divisions.extend(record.text("parent_code").map(str::to_owned));
                    }
                    _ => {
                        lines.extend(record.text("line_code").map(str::to_owned));
                        lines.extend(crate::boundary::checks::line_codes(record).map(str::to_owned));
                    }
                }
            }
        }
        let on_line = self.line.as_ref().is_none_or(|line| lines.contains(line));
        let in_division = |wanted: &String| {
            let parties = lines.iter().flat_map(|line| snapshot.layer(Layer::BoundaryLine).by_code(line));
            let mut parties =
                parties.flat_map(|line| [line.text("party_a_code"), line.text("party_b_code")]).flatten();
            // Codes of lower divisions begin with those of the higher ones.
            divisions.iter().any(|code| code.starts_with(wanted.as_str()))
                || parties.any(|code| code == wanted)
        };
        on_line && self.division.as_ref().is_none_or(in_division)
    }
}

/// The records that a finding speaks of, its own first.
pub(super) fn records(noticed: &Noticed) -> impl Iterator<Item = (Layer, RecordId)> + '_ {
    std::iter::once((noticed.layer, noticed.id)).chain(noticed.others.iter().copied())
}

fn lies_in(noticed: &Noticed, window: &Rect) -> bool {
    if let Some(place) = noticed.ground.as_ref().and_then(|ground| ground.bounds()) {
        return place.min().x <= window.max().x
            && window.min().x <= place.max().x
            && place.min().y <= window.max().y
            && window.min().y <= place.max().y;
    }
    noticed.finding.spot.at.is_some_and(|[x, y]| {
        let (min, max) = (window.min(), window.max());
        (min.x..=max.x).contains(&x) && (min.y..=max.y).contains(&y)
    })
}

/// All that match, by rule, layer and code.
pub(super) fn matching(app: &App, asked: &Asked, view: &View) -> Result<Vec<CheckFinding>, Problem> {
    let board = app.boards.of(&app.register, view)?;
    let rules = &app.boards.rules;
    let wanted = |noticed: &&Noticed| {
        asked.takes(noticed, &view.snapshot) && noticed.is_shown(&view.snapshot, view.show)
    };
    let described =
        |noticed: &Noticed| Some(CheckFinding::of(noticed, rules.on(&noticed.finding.rule, view.as_of)?));
    Ok(board.findings().into_iter().filter(wanted).filter_map(described).collect())
}

/// One finding, if it may be seen.
pub(super) fn find(app: &Arc<App>, view: &View, id: &str) -> Result<Noticed, Problem> {
    let board = app.boards.of(&app.register, view)?;
    let found = board.find(id).filter(|noticed| noticed.is_shown(&view.snapshot, view.show));
    found.cloned().ok_or_else(|| {
        Problem::unknown(
            "check.gone",
            "没有这个问题：可能已经改正，或登记册已有变动。",
            "There is no such finding: it may have been put right, or the register has changed.",
        )
        .then("请刷新问题列表。", "Load the list of findings again.")
    })
}

/// A box as an address gives it: west, south, east, north.
pub fn window(text: &str) -> Result<Rect, Problem> {
    let numbers: Vec<f64> = text.split(',').take(7).filter_map(|number| number.trim().parse().ok()).collect();
    match numbers[..] {
        [west, south, east, north]
            if west <= east && south <= north && numbers.iter().all(|number| number.is_finite()) =>
        {
            Ok(Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }))
        }
        _ => Err(Problem::parameter(
            "bbox",
            "应为西、南、东、北四个数",
            "it must be west, south, east and north",
        )),
    }
}

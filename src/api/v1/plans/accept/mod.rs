//! A plan accepted: one change set that ends, changes and makes communities (or grids), with all that follows them.

mod counts;
mod follow;
mod redraw;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::export::chosen;
use super::looks::{desk_of, head_of};
use super::make::wrong;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::editing::{Act, check_another};
use crate::api::problem::Problem;
use crate::api::v1::borders::{check_shown, refusal};
use crate::boundary::editing::{self, Planned};
use crate::jobs::{Desk, Head};
use crate::model::{Bilingual, Change, Date, IdSource, SetKind};
use crate::snapshot::Snapshot;
use crate::zoning::{Figures, figures};

/// Notes in an answer at most.
const MOST_NOTES: usize = 200;

/// Which division of a plan, and how it is to be entered.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct AcceptPlan {
    /// a saved version
    #[serde(default)]
    version: Option<u32>,
    /// or one that the solver made, from 0
    #[serde(default)]
    alternative: Option<usize>,
    /// names and codes of zones, where they are not those that are proposed
    #[serde(default)]
    zones: Vec<AcceptZone>,
    /// from this day on it is so
    from: String,
    /// the government that approved it; kept with new communities
    #[serde(default)]
    approver: Option<String>,
    #[serde(flatten)]
    act: Act,
}

/// What a zone is called.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct AcceptZone {
    /// its number
    zone: u32,
    /// its name
    name: String,
    /// the code that the statistics bureau gave; a provisional one if absent
    #[serde(default)]
    code: Option<String>,
}

/// What was written.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanAccepted {
    /// the revision in which it stands
    revision: u64,
    /// the same: the change set to undo
    change_set: u64,
    /// codes of new divisions
    created: Vec<String>,
    /// codes of those that ended
    abolished: Vec<String>,
    /// codes of those with other ground or another name
    changed: Vec<String>,
    /// what could not be led along and a person has to see to
    findings: Vec<PlanNote>,
}

/// Something that a person has to see to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PlanNote {
    /// the layer of the record
    layer: Option<&'static str>,
    /// its id
    id: Option<String>,
    /// the sentence
    what: Bilingual,
}

/// What is to be written.
struct Draft<'a> {
    head: &'a Head,
    desk: &'a Desk,
    zone: Vec<u32>,
    figures: Figures,
    names: Vec<AcceptZone>,
    from: Date,
    document: Option<String>,
    approver: Option<String>,
}

/// What a change set holds, for the answer.
#[derive(Default)]
struct Told {
    created: Vec<String>,
    abolished: Vec<String>,
    changed: Vec<String>,
    notes: Vec<PlanNote>,
}

impl Told {
    fn note(&mut self, record: Option<&crate::model::Record>, zh: String, en: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(PlanNote {
                layer: record.map(|record| record.layer.name()),
                id: record.map(|record| record.id.to_string()),
                what: Bilingual::new(zh, en),
            });
        }
    }
}

pub(super) fn accept(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let head = head_of(app, ask)?;
    let AcceptPlan { version, alternative, zones, from, approver, act } = ask.json()?;
    let header = act.keyed(ask).header(app, SetKind::Edit)?;
    if let Some(key) = &header.idempotency_key
        && let Some(done) = app.register.find_request(key)?
    {
        return answer(done.0, Told::default());
    }
    // One whose change was taken back may be accepted again.
    if head.accepted.is_some() && head.is_stale(&app.register.snapshot()) {
        return Err(conflict("zoning.accepted", "这个方案已经采纳。", "This plan was accepted already.")
            .then("如需改动，请撤销那次变更或另做方案。", "Undo that change, or make another plan."));
    }
    let saved = version.and_then(|n| app.jobs.plan_body(head.id).ok()?.1.into_iter().find(|one| one.n == n));
    let made_by: Vec<String> =
        [head.params.by.clone()].into_iter().chain(saved.map(|version| version.by)).collect();
    check_another(app, &made_by)?;
    let from = from
        .parse::<Date>()
        .map_err(|_| wrong("from", "日期应写作 2026-01-31", "write days as 2026-01-31"))?;
    let desk = desk_of(app, head.id)?;
    let (_, zone) = chosen(app, &head, (version, alternative))?;
    let draft = Draft {
        figures: figures(&desk.blocks, &desk.task, &zone, desk.limits),
        zone: whole(&zone)?,
        names: checked(zones)?,
        document: header.document.clone(),
        approver: approved(approver)?,
        head: &head,
        desk: &desk,
        from,
    };
    draft.check()?;
    let mut told = Told::default();
    let done = app.register.commit(header, |snapshot| {
        told = Told::default();
        draft.changes(app, snapshot, &mut told)
    })?;
    // The plan was written; that this cannot be noted beside it is no failure of the change.
    if let Err(error) = app.jobs.plan_accepted(head.id, done.revision.0) {
        tracing::warn!(%error, "an accepted plan is not marked as such");
    }
    answer(done.revision.0, told)
}

fn answer(revision: u64, told: Told) -> Result<Answer, Problem> {
    let Told { created, abolished, changed, notes } = told;
    let body = PlanAccepted { revision, change_set: revision, created, abolished, changed, findings: notes };
    Ok(Answer { status: StatusCode::CREATED, ..Answer::json(&body)? })
}

fn conflict(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, zh, en)
}

fn whole(zone: &[Option<u32>]) -> Result<Vec<u32>, Problem> {
    let all: Option<Vec<u32>> = zone.iter().copied().collect();
    all.ok_or_else(|| {
        let missing = zone.iter().filter(|zone| zone.is_none()).count();
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "zoning.unassigned",
            format!("还有 {missing} 个街区没有划入任何区。"),
            format!("{missing} blocks have no zone yet."),
        )
        .then("请先划完，或让程序划完其余部分。", "Finish it by hand, or have the solver do the rest.")
    })
}

fn approved(approver: Option<String>) -> Result<Option<String>, Problem> {
    let approver = approver.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if approver.as_ref().is_some_and(|name| name.chars().count() > 100) {
        return Err(wrong("approver", "批准机关不超过 100 字", "the approver has 100 characters at most"));
    }
    Ok(approver)
}

fn checked(zones: Vec<AcceptZone>) -> Result<Vec<AcceptZone>, Problem> {
    let clean = |mut zone: AcceptZone| {
        zone.name = zone.name.trim().to_owned();
        zone.code = zone.code.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
        let code_fits = zone.code.as_ref().is_none_or(|code| code.len() <= 30 && code.is_ascii());
        let fits = !zone.name.is_empty() && zone.name.chars().count() <= 100 && code_fits;
        if fits {
            Ok(zone)
        } else {
            Err(wrong(
                "zones",
                "名称必填，不超过 100 字；代码不超过 30 位",
                "a name of 100 characters at most is needed; codes have 30 at most",
            ))
        }
    };
    zones.into_iter().map(clean).collect()
}

impl Draft<'_> {
    fn named(&self, zone: u32) -> Option<&AcceptZone> {
        self.names.iter().find(|one| one.zone == zone)
    }

    /// The name of a zone: as it was sent, else as proposed.
    fn name(&self, zone: &crate::zoning::Zone) -> String {
        self.named(zone.zone).map_or_else(|| zone.name.clone(), |one| one.name.clone())
    }

    fn check(&self) -> Result<(), Problem> {
        let unfit = |code, zh: String, en: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en);
        if let Some(zone) = self.figures.zones.iter().find(|zone| !zone.connected) {
            let name = self.name(zone);
            let zh = format!("“{name}”不连片，不能采纳。");
            return Err(
                unfit("zoning.in_pieces", zh, "A zone lies in several pieces.").with("zone", zone.zone)
            );
        }
        let mut names = BTreeSet::new();
        for zone in &self.figures.zones {
            let name = self.name(zone);
            if !names.insert((zone.street.clone(), name.clone())) {
                let zh = format!("名称“{name}”用了两次。");
                return Err(
                    unfit("zoning.names", zh, "Two zones have the same name.").with("zone", zone.zone)
                );
            }
        }
        Ok(())
    }

    /// All rows, on the newest snapshot.
    fn changes(&self, app: &App, snapshot: &Snapshot, told: &mut Told) -> Result<Vec<Change>, Problem> {
        if self.head.is_stale(snapshot) {
            return Err(conflict(
                "zoning.stale",
                "方案做好以后，范围内的区划又有改动。",
                "Divisions in scope were changed after the plan was made.",
            )
            .then("请按现在的区划重新做方案。", "Make the plan anew on the divisions as they are now."));
        }
        let mut ids = IdSource::new(app.now_ms(), rand::random());
        let asked = self.redraw(snapshot)?;
        let mut planned: Planned =
            editing::redraw(snapshot, &asked, &mut ids).map_err(|why| refusal(&why))?;
        check_shown(app, &planned)?;
        self.tell(&planned, told);
        self.follow(app, snapshot, &asked, &mut planned, told);
        if !self.desk.limits.grids {
            self.count_anew(snapshot, &asked, &mut planned, &mut ids)?;
        }
        Ok(planned.changes)
    }

    fn tell(&self, planned: &Planned, told: &mut Told) {
        for outcome in &planned.outcomes {
            let code = |record: Option<&crate::model::Record>| {
                record.and_then(|record| record.code.as_deref()).unwrap_or_default().to_owned()
            };
            match (outcome.before.as_deref(), outcome.after.as_ref()) {
                (None, after) => told.created.push(code(after)),
                (before, None) => told.abolished.push(code(before)),
                (before, Some(_)) => {
                    told.changed.push(code(before));
                    let had = before.is_some_and(|record| record.get("population").is_some());
                    if had && (outcome.area_before_m2 - outcome.area_after_m2).abs() > 1.0 {
                        let name = before.and_then(|record| record.label()).unwrap_or_default().to_owned();
                        told.note(
                            before,
                            format!("{name}的人口数是原辖区的，已清空，请重新录入"),
                            format!("the population of {name} was that of its old ground and was cleared: enter it anew"),
                        );
                    }
                }
            }
        }
        for list in [&mut told.created, &mut told.abolished, &mut told.changed] {
            list.sort();
        }
    }
}

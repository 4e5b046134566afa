//! Approvals: a change by which something proposed stops waiting is an act of those who may approve, and, unless the
//! office has set it otherwise, not of whoever proposed it.

use axum::http::StatusCode;

use crate::accounts::{Approval, Reach, Right, Rights, in_charge};
use crate::api::app::App;
use crate::api::problem::Problem;
use crate::model::{Change, Layer, Record};

/// What a change needs.
pub struct Needed {
    /// sets of rights: one of each is needed
    pub rights: Vec<Vec<Right>>,
    /// the approval that it is
    pub approval: Option<&'static Approval>,
}

/// What a change needs: a right to the layer; of an approval the right to approve, and one to the layer only where
/// it changes more than that.
pub fn needed(change: &Change) -> Needed {
    let table = Rights::compiled();
    let layer: Vec<Right> = table.for_layer(change.layer()).collect();
    let (Some(before), Some(after)) = (change.before(), change.after()) else {
        return Needed { rights: vec![layer], approval: None };
    };
    match table.approval(before, after) {
        Some(approval) if approval.is_nothing_else(before, after) => {
            Needed { rights: vec![vec![approval.need]], approval: Some(approval) }
        }
        Some(approval) => Needed { rights: vec![vec![approval.need], layer], approval: Some(approval) },
        None => Needed { rights: vec![layer], approval: None },
    }
}

/// Where whoever asks has one of these rights.
pub fn reaches(app: &App, rights: &[Right]) -> Vec<Reach> {
    let all = rights.iter().map(|right| app.who.reach(*right));
    all.filter(|reach| *reach != Reach::Nowhere).collect()
}

/// Refuses an approval by whoever proposed it or changed it since.
pub fn check_proposed_by_another(app: &App, record: &Record, approval: &Approval) -> Result<(), Problem> {
    if app.who.id().is_none() {
        return Ok(());
    }
    check_another(app, &proposers(app, record.layer, record.id, approval)?)
}

/// Refuses an approval of what these people made, or those whose work was handed over to whoever asks.
pub fn check_another(app: &App, made_by: &[String]) -> Result<(), Problem> {
    let (Some(_), Some(own)) = (app.who.id(), app.who.name()) else { return Ok(()) };
    let accounts = app.accounts();
    if accounts.settings()?.own_approval {
        return Ok(());
    }
    let people = accounts.people()?;
    let is_own = |name: &String| name == own || in_charge(&people, name) == own;
    if !made_by.iter().any(is_own) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "approval.own",
        "提出人与审批人不能是同一人，未作任何修改。",
        "Whoever proposed it does not approve it; nothing was changed.",
    )
    .then(
        "请由另一位审批人员办理；一人办理的单位可由系统管理员设置 own_approval。",
        "Have another approver do it; where one person does both, an administrator sets own_approval.",
    ))
}

/// Who brought a record to where it waits, and who changed it since.
fn proposers(
    app: &App,
    layer: Layer,
    id: crate::model::RecordId,
    approval: &Approval,
) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for entry in app.register.history(layer, id)?.into_iter().rev() {
        let waits = |record: Option<&Record>| record.is_some_and(|record| approval.waits(record));
        let (before, after) = (entry.change.before(), entry.change.after());
        if !waits(after) {
            break;
        }
        let begins = !waits(before);
        let changes = match (before, after) {
            (Some(before), Some(after)) => !approval.is_nothing_else(before, after),
            _ => true,
        };
        if begins || changes {
            names.push(entry.header.by);
        }
        if begins {
            break;
        }
    }
    Ok(names)
}

//! Changes by people: what /api/v1 and /ogc take becomes tasks, decided here and nowhere else.
//!
//! All tasks of a request are one change set: all or none. What was decided on must still be there
//! (`If-Match`), what is not shown cannot be changed, and what does not fit comes back as findings.

mod act;
mod approval;
mod bonds;
mod decide;
mod reach;
mod shape;

pub use act::{Act, Done, check_writable, timestamp};
pub use approval::check_another;
pub use decide::no_precondition;
pub use reach::check_reach;

use axum::http::StatusCode;
use serde_json::{Map, Value as Json};

use super::app::App;
use super::ask::unknown_record;
use super::history::shows;
use super::problem::Problem;
use super::v1::content_tag;
use crate::crs::Crs;
use crate::model::{Change, Date, Header, IdSource, Layer, Op, RecordId, Revision, guard};
use crate::register::{CommitError, StoreError};
use crate::snapshot::Snapshot;

/// One record to be changed.
#[derive(Debug)]
pub struct Task {
    /// its layer
    pub layer: Layer,
    /// which one; of a new one the id that it is to have
    pub id: RecordId,
    /// the version that holds on that day
    pub as_of: Date,
    /// tags of what the change was decided on (`If-Match`)
    pub held: Option<String>,
    /// what is to be done
    pub deed: Deed,
}

/// What is to be done with a record.
#[derive(Debug)]
pub enum Deed {
    /// a new one
    Create(Content),
    /// all of it anew; what is not given is taken away
    Replace(Content),
    /// only what is given
    Patch(Content),
    /// taken away
    Delete,
}

/// What a record is to hold.
#[derive(Debug)]
pub struct Content {
    /// fields by name; null takes a value away
    pub set: Map<String, Json>,
    /// GeoJSON; null takes the geometry away, absent leaves it
    pub geometry: Option<Json>,
    /// coordinate system of the geometry, in the order of its authority
    pub crs: Crs,
    /// whether objects are merged into those that are there (RFC 7396)
    pub merge: bool,
}

/// What was done to one record.
#[derive(Debug)]
pub struct Outcome {
    /// its layer
    pub layer: Layer,
    /// which one
    pub id: RecordId,
    /// what
    pub op: Op,
    /// its tag afterwards, quoted; none where it is gone or not shown
    pub etag: Option<String>,
    shown: bool,
}

/// What a request led to.
#[derive(Debug)]
pub struct Committed {
    /// the revision
    pub revision: Revision,
    all: Vec<Outcome>,
}

impl Committed {
    /// Those that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &Outcome> {
        self.all.iter().filter(|outcome| outcome.shown)
    }

    /// What was done to the one record that the request was about; a refusal where the request's key
    /// belongs to another request.
    pub fn one(&self, about: impl Fn(&Outcome) -> bool) -> Result<&Outcome, Problem> {
        self.all.iter().find(|outcome| about(outcome)).ok_or_else(other_request)
    }
}

fn other_request() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency.other",
        "这个 Idempotency-Key 已用于另一请求。",
        "The idempotency key was used for another request.",
    )
    .then("请换一个新的 Idempotency-Key。", "Choose a new key.")
}

/// Outcomes that one answer names at most; an import under the same key may have very many.
const MOST_OUTCOMES: usize = 10_000;

/// An id for a new record.
pub fn new_id(app: &App) -> RecordId {
    IdSource::new(app.now_ms(), rand::random()).next_id()
}

/// Decides the tasks on the newest revision and commits them as one change set.
pub fn commit(app: &App, header: Header, tasks: &[Task]) -> Result<Committed, Problem> {
    if let Some(key) = &header.idempotency_key
        && let Some(revision) = app.register.find_request(key)?
    {
        return first_result(app, revision, tasks);
    }
    for (at, task) in tasks.iter().enumerate() {
        let refusal = decide::no_precondition(task.held.as_deref());
        if let Some(problem) = refusal.filter(|_| !matches!(task.deed, Deed::Create(_))) {
            return Err(decide::of_item(problem, at, tasks.len()));
        }
    }
    match app.register.commit(header, |snapshot| decided(app, snapshot, tasks)) {
        Ok(head) => committed(app, head.revision),
        Err(CommitError::Store(StoreError::Repeated(revision))) => first_result(app, revision, tasks),
        Err(CommitError::Nothing) => match tasks {
            [task] if matches!(task.deed, Deed::Replace(_)) => unchanged(app, task),
            _ => Err(CommitError::Nothing.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The same where the tasks themselves follow from the register: they are made anew whenever another writer was
/// first. Whoever asks looks for its own outcome with [`Committed::one`], as a key may belong to another request.
pub fn commit_made(
    app: &App,
    header: Header,
    mut make: impl FnMut(&Snapshot) -> Result<Vec<Task>, Problem>,
) -> Result<Committed, Problem> {
    match app.register.commit(header, |snapshot| decided(app, snapshot, &make(snapshot)?)) {
        Ok(head) => committed(app, head.revision),
        Err(CommitError::Store(StoreError::Repeated(revision))) => committed(app, revision),
        Err(error) => Err(error.into()),
    }
}

fn decided(app: &App, snapshot: &Snapshot, tasks: &[Task]) -> Result<Vec<Change>, Problem> {
    let changes = decide::decide(app, snapshot, tasks)?;
    check_reach(app, snapshot, &changes)?;
    Ok(changes)
}

/// What the same request led to when it first came; a refusal where its key belongs to another request. Of a new
/// record the id may be one that we chose then, so that only its layer can be compared.
fn first_result(app: &App, revision: Revision, tasks: &[Task]) -> Result<Committed, Problem> {
    let first = committed(app, revision)?;
    let asked = |outcome: &Outcome| {
        tasks.iter().any(|task| {
            let new = outcome.op == Op::Insert && matches!(task.deed, Deed::Create(_));
            task.layer == outcome.layer && (task.id == outcome.id || new)
        })
    };
    // A list of tasks is at most a thousand; what did more was no request like this.
    if first.all.len() > tasks.len() || !first.all.iter().all(asked) {
        return Err(other_request());
    }
    Ok(first)
}

/// What replaces a record by the same is done already: it stands as it stood.
fn unchanged(app: &App, task: &Task) -> Result<Committed, Problem> {
    let snapshot = app.register.snapshot();
    let record = snapshot.layer(task.layer).get(task.id, task.as_of);
    let record = record.filter(|record| record.secrecy <= app.options.show).ok_or_else(unknown_record)?;
    let etag = Some(format!("\"{}\"", content_tag(&guard::shown(record, app.options.show))));
    let outcome = Outcome { layer: task.layer, id: task.id, op: Op::Update, etag, shown: true };
    Ok(Committed { revision: snapshot.revision(), all: vec![outcome] })
}

fn committed(app: &App, revision: Revision) -> Result<Committed, Problem> {
    let mut all = Vec::new();
    app.register.each_change(revision, &mut |change| {
        if all.len() < MOST_OUTCOMES {
            let shown = shows(change, app.options.show);
            let after = change.after().filter(|_| shown);
            all.push(Outcome {
                layer: change.layer(),
                id: change.key().id,
                op: change.op(),
                etag: after
                    .map(|record| format!("\"{}\"", content_tag(&guard::shown(record, app.options.show)))),
                shown,
            });
        }
    })?;
    Ok(Committed { revision, all })
}

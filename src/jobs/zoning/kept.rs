//! Plans as they are kept beside the log: drafts, no facts. A head by which they are listed, what the solver made,
//! versions that people saved. All are bounded in number.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::super::{Inner, Job, JobError, Jobs, lock};
use super::{Desk, ZoningParams};
use crate::model::{Bilingual, Layer, Record, RecordId, write_canonical};
use crate::snapshot::Snapshot;
use crate::zoning::Place;

/// Plans of one register at most.
pub const MOST_PLANS: usize = 200;
/// Saved versions of one plan at most.
pub const MOST_VERSIONS: usize = 50;

const HEADS: &str = "zoning_plan";
const MADE: &str = "made";

fn body(plan: RecordId) -> String {
    format!("zoning_plan/{plan}")
}

/// What a list of plans shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// the plan
    pub id: RecordId,
    /// what was asked
    pub params: ZoningParams,
    /// when, RFC 3339
    pub at: String,
    /// `running`, `found`, `impossible`, `not_found`; `accepted` once it is
    pub status: String,
    /// the revision that its blocks are from
    pub revision: u64,
    /// how many units
    pub units: usize,
    /// 口径
    pub definition: Bilingual,
    /// divisions in scope as they were, by id
    pub divisions: Vec<(RecordId, String)>,
    /// the revision by which it was accepted
    #[serde(default)]
    pub accepted: Option<u64>,
}

/// A division that the solver made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// what it is good at
    pub title: Bilingual,
    /// the preset
    pub preset: String,
    /// zone of every unit
    pub assignment: Vec<Option<u32>>,
    /// its figures
    pub figures: Json,
}

/// A proof that nothing is possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certified {
    /// the first proof
    pub zh: String,
    /// the same
    pub en: String,
    /// units that the proofs name
    pub units: Vec<u32>,
    /// all proofs, with what would have to change
    pub proofs: Vec<Json>,
}

/// What the solver made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// divisions, the best first
    pub alternatives: Vec<Alternative>,
    /// why nothing within the band is possible
    pub certificate: Option<Certified>,
    /// lower bound
    pub bound: Json,
    /// (value − bound) / value
    pub gap: f64,
    /// how many zones there can be
    pub zones_possible: (usize, usize),
    /// `time` or `budget`
    pub ended_by: String,
}

/// A division that a person saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// its number, from 1
    pub n: u32,
    /// what it is called
    pub title: String,
    /// when
    pub at: String,
    /// who
    pub by: String,
    /// zone of every unit
    pub assignment: Vec<Option<u32>>,
    /// units that are locked
    pub locked: Vec<u32>,
    /// its figures
    pub figures: Json,
}

fn fingerprint(record: &Record) -> String {
    let (mut json, mut wkb) = (Vec::new(), Vec::new());
    write_canonical(record, &mut json, &mut wkb);
    let mut hash = Sha256::new();
    hash.update(&json);
    hash.update(&wkb);
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Head {
    /// Of a plan that begins.
    pub fn new(job: &Job, params: &ZoningParams, desk: &Desk, snapshot: &Snapshot) -> Self {
        let places = desk.blocks.streets.iter().chain(&desk.blocks.communities);
        let print = |place: &Place| {
            let record = snapshot.layer(Layer::Division).get(place.id, params.day)?;
            Some((place.id, fingerprint(record)))
        };
        Self {
            id: job.id,
            params: params.clone(),
            at: job.created.clone(),
            status: "running".to_owned(),
            revision: snapshot.revision().0,
            units: desk.blocks.blocks.len(),
            definition: desk.blocks.definition(),
            divisions: places.filter_map(print).collect(),
            accepted: None,
        }
    }

    /// Whether divisions in scope are others by now: changed, ended, or new ones beside them.
    pub fn is_stale(&self, snapshot: &Snapshot) -> bool {
        let divisions = snapshot.layer(Layer::Division);
        let moved = self.divisions.iter().any(|(id, print)| {
            divisions.get(*id, self.params.day).is_none_or(|record| fingerprint(record) != *print)
        });
        let streets = &self.params.scope.streets;
        let fresh = |record: &Record| {
            record.valid.contains(self.params.day)
                && record.text("level") == Some("community")
                && record.text("parent_code").is_some_and(|code| streets.iter().any(|own| own == code))
                && record.secrecy <= self.params.show
                && record.geometry.is_some()
                && !self.divisions.iter().any(|(id, _)| *id == record.id)
        };
        moved || !streets.is_empty() && divisions.iter().any(|record| fresh(record))
    }
}

fn text(value: &impl Serialize) -> Result<String, JobError> {
    serde_json::to_string(value).map_err(|error| JobError::Kept(error.to_string()))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, JobError> {
    serde_json::from_str(text).map_err(|error| JobError::Kept(error.to_string()))
}

impl Inner {
    /// Writes a plan. A new one beyond the bound takes the oldest that was not accepted away.
    pub(super) fn keep_plan(&self, head: &Head, made: &Made) -> Result<RecordId, JobError> {
        let settings = self.register.settings();
        let mut known = self.plan_heads()?;
        if known.len() >= MOST_PLANS && !known.iter().any(|other| other.id == head.id) {
            known.sort_by_key(|other| (other.accepted.is_some(), other.id));
            if let Some(oldest) = known.first() {
                self.drop_plan(oldest.id)?;
            }
        }
        settings.set_setting(&body(head.id), MADE, Some(&text(made)?))?;
        settings.set_setting(HEADS, &head.id.to_string(), Some(&text(head)?))?;
        Ok(head.id)
    }

    fn plan_heads(&self) -> Result<Vec<Head>, JobError> {
        self.register.settings().settings(HEADS)?.iter().map(|(_, value)| read(value)).collect()
    }

    fn drop_plan(&self, plan: RecordId) -> Result<bool, JobError> {
        let settings = self.register.settings();
        let was = settings.set_setting(HEADS, &plan.to_string(), None)?;
        for (name, _) in settings.settings(&body(plan))? {
            settings.set_setting(&body(plan), &name, None)?;
        }
        Ok(was)
    }
}

impl Jobs {
    /// All plans, newest first.
    pub fn plans(&self) -> Result<Vec<Head>, JobError> {
        let mut heads = self.inner().plan_heads()?;
        heads.sort_by_key(|head| std::cmp::Reverse(head.id));
        Ok(heads)
    }

    /// The head of one.
    pub fn plan_head(&self, plan: RecordId) -> Result<Head, JobError> {
        let name = plan.to_string();
        let heads = self.inner().register.settings().settings(HEADS)?;
        let found = heads.iter().find(|(known, _)| *known == name);
        read(&found.ok_or(JobError::Unknown)?.1)
    }

    /// What the solver made, and versions that people saved, the oldest first.
    pub fn plan_body(&self, plan: RecordId) -> Result<(Made, Vec<Version>), JobError> {
        let rows = self.inner().register.settings().settings(&body(plan))?;
        let (mut made, mut versions) = (None, Vec::new());
        for (name, value) in &rows {
            if name == MADE {
                made = Some(read(value)?);
            } else {
                versions.push(read(value)?);
            }
        }
        versions.sort_by_key(|version: &Version| version.n);
        Ok((made.ok_or(JobError::Unknown)?, versions))
    }

    /// Saves a version; `None` where there are too many already.
    pub fn save_version(&self, plan: RecordId, mut version: Version) -> Result<Option<Version>, JobError> {
        let inner = self.inner();
        let _alone = lock(&inner.filing);
        let (_, versions) = self.plan_body(plan)?;
        if versions.len() >= MOST_VERSIONS {
            return Ok(None);
        }
        version.n = versions.last().map_or(1, |last| last.n + 1);
        version.at = inner.now();
        let name = format!("version/{:06}", version.n);
        inner.register.settings().set_setting(&body(plan), &name, Some(&text(&version)?))?;
        Ok(Some(version))
    }

    /// Takes a plan away; its job and what was accepted of it stay.
    pub fn remove_plan(&self, plan: RecordId) -> Result<(), JobError> {
        if self.inner().drop_plan(plan)? { Ok(()) } else { Err(JobError::Unknown) }
    }

    /// Notes that a plan was accepted.
    pub fn plan_accepted(&self, plan: RecordId, revision: u64) -> Result<(), JobError> {
        let mut head = self.plan_head(plan)?;
        head.status = "accepted".to_owned();
        head.accepted = Some(revision);
        self.inner().register.settings().set_setting(HEADS, &plan.to_string(), Some(&text(&head)?))?;
        Ok(())
    }
}

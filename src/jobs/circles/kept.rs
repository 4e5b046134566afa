//! What is kept beside the log: scenarios of service circles, in the register's settings.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::super::{JobError, Jobs, lock};
use crate::access::circle::Question;
use crate::model::{RecordId, Secrecy};

/// The group of the settings.
const SCENARIOS: &str = "circles/scenarios";
/// Scenarios that are kept at most.
const MOST: usize = 200;

/// A scenario that a person keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// its id
    pub id: RecordId,
    /// what it is called
    pub title: String,
    /// who made it
    pub by: String,
    /// what there is to say of it
    pub note: String,
    /// when it was saved
    pub at: String,
    /// what is asked, with its changes
    pub question: Question,
    /// the revision that its figures are from
    pub revision: u64,
    /// what the figures mean
    pub definition: Json,
    /// figures with the changes
    pub whole: Json,
    /// and without
    pub before: Json,
    /// the highest class of records that its figures are from
    pub show: Secrecy,
}

pub(super) fn text(value: &impl Serialize) -> Result<String, JobError> {
    serde_json::to_string(value).map_err(|error| JobError::Kept(error.to_string()))
}

impl Jobs {
    /// All scenarios, newest first.
    pub fn scenarios(&self) -> Result<Vec<Scenario>, JobError> {
        let rows = self.inner().register.settings().settings(SCENARIOS)?;
        let read = |(_, value): &(String, String)| {
            serde_json::from_str::<Scenario>(value).map_err(|error| JobError::Kept(error.to_string()))
        };
        let mut all: Vec<Scenario> = rows.iter().map(read).collect::<Result<_, JobError>>()?;
        all.sort_by(|a, b| (&b.at, b.id).cmp(&(&a.at, a.id)));
        Ok(all)
    }

    /// Keeps a scenario: a new one has a new id and the time of now. `None` where there are too many.
    pub fn save_scenario(
        &self,
        known: Option<RecordId>,
        mut scenario: Scenario,
    ) -> Result<Option<Scenario>, JobError> {
        let inner = self.inner();
        let _alone = lock(&inner.filing);
        let all = self.scenarios()?;
        match known {
            Some(id) if all.iter().any(|other| other.id == id) => scenario.id = id,
            Some(_) => return Err(JobError::Unknown),
            None if all.len() >= MOST => return Ok(None),
            None => scenario.id = inner.next_id(),
        }
        scenario.at = inner.now();
        let name = scenario.id.to_string();
        inner.register.settings().set_setting(SCENARIOS, &name, Some(&text(&scenario)?))?;
        Ok(Some(scenario))
    }

    /// Takes a scenario away.
    pub fn remove_scenario(&self, id: RecordId) -> Result<(), JobError> {
        let was = self.inner().register.settings().set_setting(SCENARIOS, &id.to_string(), None)?;
        if was { Ok(()) } else { Err(JobError::Unknown) }
    }
}

//! The reference store: everything in maps, nothing kept when the program ends.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    AccessRow, AccountStore, ChangeVisitor, Head, JobRow, JobState, JobStore, KeyRow, PersonRow, Progress,
    RegisterInfo, SettingStore, Span, Store, StoreError, Which, WhichAccesses,
};
use crate::model::{
    ChangeSet, Digest, Finding, Layer, LogEntry, LogHeader, Record, RecordId, RecordKey, Revision,
};

/// A register in memory, for tests and trials.
pub struct MemoryStore {
    info: RegisterInfo,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<(Layer, RecordKey), Record>,
    log: Vec<LogEntry>,
    jobs: BTreeMap<RecordId, JobRow>,
    settings: BTreeMap<(String, String), String>,
    people: BTreeMap<RecordId, PersonRow>,
    keys: BTreeMap<Digest, KeyRow>,
    accesses: Vec<AccessRow>,
}

impl State {
    fn head(&self) -> Head {
        self.log.last().map(|entry| Head { revision: entry.revision, hash: entry.hash }).unwrap_or_default()
    }

    fn find_request(&self, key: &str) -> Option<Revision> {
        let found = self.log.iter().find(|entry| entry.set.header.idempotency_key.as_deref() == Some(key));
        found.map(|entry| entry.revision)
    }
}

impl MemoryStore {
    /// An empty register.
    pub fn new(info: RegisterInfo) -> Self {
        Self { info, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock means that a visitor panicked; the maps are whole, they change in one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn info(&self) -> Result<RegisterInfo, StoreError> {
        Ok(self.info.clone())
    }

    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.state().head())
    }

    fn append(&self, expected: Revision, set: &ChangeSet) -> Result<Head, StoreError> {
        let mut state = self.state();
        let before = state.head();
        if let Some(done) = set.header.idempotency_key.as_deref().and_then(|key| state.find_request(key)) {
            return Err(StoreError::Repeated(done));
        }
        if before.revision != expected {
            return Err(StoreError::Conflict { expected, found: before.revision });
        }
        for change in &set.changes {
            let key = (change.layer(), change.key());
            if state.rows.contains_key(&key) != change.before().is_some() {
                return Err(StoreError::Damaged {
                    place: format!("{} {} version {}", key.0, key.1.id, key.1.version),
                    what: "a change does not fit the row as it is".into(),
                });
            }
        }
        for change in &set.changes {
            let key = (change.layer(), change.key());
            match change.after() {
                Some(after) => state.rows.insert(key, after.clone()),
                None => state.rows.remove(&key),
            };
        }
        let entry = LogEntry {
            revision: Revision(before.revision.0 + 1),
            previous: before.hash,
            hash: set.hash_after(before.hash),
            set: set.clone(),
        };
        state.log.push(entry);
        Ok(state.head())
    }

    fn load(&self, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError> {
        let state = self.state();
        state.rows.values().cloned().for_each(each);
        Ok(state.head())
    }

    fn headers(
        &self,
        span: Span,
        each: &mut dyn FnMut(LogHeader) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let header = |entry: &LogEntry| LogHeader {
            revision: entry.revision,
            previous: entry.previous,
            hash: entry.hash,
            header: entry.set.header.clone(),
            counts: entry.set.counts(),
        };
        let headers: Vec<_> =
            self.state().log.iter().filter(|entry| span.contains(entry.revision)).map(header).collect();
        let _ = headers.into_iter().try_for_each(each);
        Ok(())
    }

    fn changes(&self, which: Which, each: &mut ChangeVisitor<'_>) -> Result<(), StoreError> {
        let wanted: Vec<_> = self
            .state()
            .log
            .iter()
            .filter(|entry| !matches!(which, Which::Span(span) if !span.contains(entry.revision)))
            .flat_map(|entry| entry.set.changes.iter().map(|change| (entry.revision, change)))
            .filter(|(_, change)| match which {
                Which::Span(_) => true,
                Which::Record(layer, id) => change.layer() == layer && change.key().id == id,
            })
            .map(|(revision, change)| (revision, change.clone()))
            .collect();
        let _ = wanted.into_iter().try_for_each(|(revision, change)| each(revision, change));
        Ok(())
    }

    fn find_request(&self, idempotency_key: &str) -> Result<Option<Revision>, StoreError> {
        Ok(self.state().find_request(idempotency_key))
    }

    fn check(&self, _: &mut dyn FnMut(Finding), _: &mut Progress<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl JobStore for MemoryStore {
    fn add_job(&self, row: &JobRow) -> Result<Option<RecordId>, StoreError> {
        let mut state = self.state();
        let same = |job: &&JobRow| job.asked == row.asked && !job.state.has_ended();
        let same = state.jobs.values().find(same).map(|job| job.id);
        if same.is_none() {
            state.jobs.insert(row.id, row.clone());
        }
        Ok(same)
    }

    fn job(&self, id: RecordId) -> Result<Option<JobRow>, StoreError> {
        Ok(self.state().jobs.get(&id).cloned())
    }

    fn jobs(&self, state: Option<JobState>, limit: usize) -> Result<Vec<JobRow>, StoreError> {
        let all = self.state();
        let wanted = |job: &&JobRow| state.is_none_or(|state| job.state == state);
        Ok(all.jobs.values().rev().filter(wanted).take(limit).cloned().collect())
    }

    fn replace_job(&self, row: &JobRow) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some(job) = state.jobs.get_mut(&row.id).filter(|job| job.tick == row.tick) else {
            return Ok(false);
        };
        *job = JobRow { tick: row.tick + 1, ..row.clone() };
        Ok(true)
    }

    fn remove_job(&self, id: RecordId) -> Result<bool, StoreError> {
        Ok(self.state().jobs.remove(&id).is_some())
    }
}

impl SettingStore for MemoryStore {
    fn settings(&self, topic: &str) -> Result<Vec<(String, String)>, StoreError> {
        let state = self.state();
        let of_topic = state.settings.iter().filter(|((t, _), _)| t == topic);
        Ok(of_topic.map(|((_, name), value)| (name.clone(), value.clone())).collect())
    }

    fn set_setting(&self, topic: &str, name: &str, value: Option<&str>) -> Result<bool, StoreError> {
        let (mut state, key) = (self.state(), (topic.to_owned(), name.to_owned()));
        Ok(match value {
            Some(value) => state.settings.insert(key, value.to_owned()),
            None => state.settings.remove(&key),
        }
        .is_some())
    }
}

impl AccountStore for MemoryStore {
    fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        let mut all: Vec<_> = self.state().people.values().cloned().collect();
        all.sort_by(|a, b| a.login.cmp(&b.login));
        Ok(all)
    }

    fn add_person(&self, row: &PersonRow) -> Result<bool, StoreError> {
        let mut state = self.state();
        let free = state.people.values().all(|other| other.login != row.login);
        if free {
            state.people.insert(row.id, row.clone());
        }
        Ok(free)
    }

    fn replace_person(&self, row: &PersonRow) -> Result<bool, StoreError> {
        let mut state = self.state();
        let free = state.people.values().all(|other| other.id == row.id || other.login != row.login);
        let Some(kept) = state.people.get_mut(&row.id).filter(|kept| free && kept.tick == row.tick) else {
            return Ok(false);
        };
        *kept = PersonRow { tick: row.tick + 1, ..row.clone() };
        Ok(true)
    }

    fn add_key(&self, row: &KeyRow) -> Result<(), StoreError> {
        self.state().keys.insert(row.digest, row.clone());
        Ok(())
    }

    fn key(&self, digest: Digest) -> Result<Option<KeyRow>, StoreError> {
        Ok(self.state().keys.get(&digest).cloned())
    }

    fn keys(&self, person: Option<RecordId>) -> Result<Vec<KeyRow>, StoreError> {
        let state = self.state();
        let wanted = |key: &&KeyRow| person.is_none_or(|person| key.person == person);
        let mut keys: Vec<_> = state.keys.values().filter(wanted).cloned().collect();
        keys.sort_by_key(|key| (std::cmp::Reverse(key.made_ms), key.digest));
        Ok(keys)
    }

    fn see_key(&self, digest: Digest, seen_ms: u64) -> Result<(), StoreError> {
        if let Some(key) = self.state().keys.get_mut(&digest) {
            key.seen_ms = key.seen_ms.max(seen_ms);
        }
        Ok(())
    }

    fn remove_key(&self, digest: Digest) -> Result<bool, StoreError> {
        Ok(self.state().keys.remove(&digest).is_some())
    }

    fn forget_keys(&self, before_ms: u64) -> Result<(), StoreError> {
        self.state().keys.retain(|_, key| key.ends_ms >= before_ms);
        Ok(())
    }

    fn add_accesses(&self, rows: &[AccessRow]) -> Result<(), StoreError> {
        self.state().accesses.extend_from_slice(rows);
        Ok(())
    }

    fn accesses(&self, which: WhichAccesses) -> Result<Vec<AccessRow>, StoreError> {
        let (from, before) = (which.from_ms.unwrap_or(0), which.before_ms.unwrap_or(u64::MAX));
        let wanted = |row: &&AccessRow| {
            (from..before).contains(&row.at_ms) && which.person.is_none_or(|one| row.person == Some(one))
        };
        Ok(self.state().accesses.iter().rev().filter(wanted).take(which.limit).cloned().collect())
    }

    fn forget_accesses(&self, before_ms: u64) -> Result<usize, StoreError> {
        let mut state = self.state();
        let was = state.accesses.len();
        state.accesses.retain(|row| row.at_ms >= before_ms);
        Ok(was - state.accesses.len())
    }
}

//! Several registers read as one, e.g. the counties of a prefecture: a store over stores, for reading only.
//!
//! A record belongs to the first member, in the order given, whose log has ever had it; what another member
//! holds under the same id (a copied file) is left out here and shown by [`Union::others`]. The log is the
//! members' logs in the order of time, numbered anew; what copies of one file have in common stands once.

mod log;
mod people;
mod work;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ChangeVisitor, Head, Progress, RegisterInfo, Span, Store, StoreError, Which};
use crate::model::{ChangeSet, Digest, Finding, Layer, LogHeader, Record, RecordId, Revision};
use log::Interleaved;

/// Which fact.
type Fact = (Layer, RecordId);

/// One of the registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// the file, as the user named it
    pub file: String,
    /// what the register is
    pub info: RegisterInfo,
    /// what it is called here: its title, with the file where titles are the same
    pub label: String,
}

/// The registers as one store.
pub struct Union {
    members: Vec<(Member, Box<dyn Store>)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Arc<Interleaved>,
    /// facts that more than one member knows, and whose they are
    shared: Arc<HashMap<Fact, usize>>,
    /// where the members were when their tables were read; new facts are looked up in the other members
    loaded: Option<Vec<Head>>,
}

impl Union {
    /// From stores, each with its file's name, in the order of precedence.
    pub fn new(stores: Vec<(String, Box<dyn Store>)>) -> Result<Self, StoreError> {
        let mut members = Vec::with_capacity(stores.len());
        for (file, store) in stores {
            let info = store.info()?;
            members.push((Member { label: info.title.clone(), file, info }, store));
        }
        let titles: Vec<String> = members.iter().map(|(member, _)| member.info.title.clone()).collect();
        for (at, (member, _)) in members.iter_mut().enumerate() {
            if titles.iter().enumerate().any(|(other, title)| other != at && *title == member.info.title) {
                member.label = format!("{}（{}）", member.info.title, member.file);
            }
        }
        Ok(Self { members, state: Mutex::default() })
    }

    /// The registers, in order.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().map(|(member, _)| member)
    }

    /// The newest change set of one of them, by its own numbers.
    pub fn head_of(&self, member: usize) -> Result<Head, StoreError> {
        self.members.get(member).map_or_else(|| Ok(Head::default()), |(_, store)| store.head())
    }

    /// Where one of them was when its tables were read.
    pub fn loaded(&self, member: usize) -> Option<Head> {
        self.state().loaded.as_ref()?.get(member).copied()
    }

    /// The register that a record belongs to; costs a look into an index of each.
    pub fn owner(&self, layer: Layer, id: RecordId) -> Result<Option<usize>, StoreError> {
        if let Some(owner) = self.state().shared.get(&(layer, id)) {
            return Ok(Some(*owner));
        }
        self.first_that_knows((layer, id), None)
    }

    /// The register that a change set of the union is from, and its number there.
    pub fn origin(&self, revision: Revision) -> Option<(usize, Revision)> {
        self.state().log.place(revision)
    }

    /// Calls back with the records of one member: those that belong to it, or those left out because they
    /// belong to another. Returns the member's head of that view.
    pub fn records_of(
        &self,
        member: usize,
        own: bool,
        each: &mut dyn FnMut(Record),
    ) -> Result<Head, StoreError> {
        let shared = self.state().shared.clone();
        let Some((_, store)) = self.members.get(member) else { return Ok(Head::default()) };
        store.load(&mut |record| {
            let owner = shared.get(&(record.layer, record.id)).copied().unwrap_or(member);
            if (owner == member) == own {
                each(record);
            }
        })
    }

    /// Calls back with every row that is left out, and the number of the member that has it.
    pub fn others(&self, each: &mut dyn FnMut(usize, Record)) -> Result<(), StoreError> {
        if self.state().shared.is_empty() {
            return Ok(());
        }
        for member in 1..self.members.len() {
            self.records_of(member, false, &mut |record| each(member, record))?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is changed under the lock is replaced whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first member but one whose log has a fact.
    fn first_that_knows(&self, fact: Fact, but: Option<usize>) -> Result<Option<usize>, StoreError> {
        for (at, (_, store)) in self.members.iter().enumerate().filter(|(at, _)| Some(*at) != but) {
            let mut known = false;
            store.changes(Which::Record(fact.0, fact.1), &mut |_, _| {
                known = true;
                ControlFlow::Break(())
            })?;
            if known {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Takes in what the members' logs have beyond what is known, up to their heads.
    fn extend(&self, state: &mut State, heads: &[Head]) -> Result<(), StoreError> {
        let grown = |(at, head): (usize, &Head)| head.revision > state.log.known_of(at);
        if !heads.iter().enumerate().any(grown) {
            return Ok(());
        }
        let mut fresh = Vec::with_capacity(heads.len());
        for (at, ((_, store), head)) in self.members.iter().zip(heads).enumerate() {
            let span = Span { after: state.log.known_of(at), up_to: head.revision };
            let mut entries = Vec::new();
            store.headers(span, &mut |entry| {
                entries.push((entry.header.at, entry.hash));
                ControlFlow::Continue(())
            })?;
            if state.loaded.is_some() {
                self.take_in(state, at, span)?;
            }
            fresh.push(entries);
        }
        Arc::make_mut(&mut state.log).extend(fresh);
        Ok(())
    }

    /// Facts that came while we were reading and that another member has already stay that member's.
    fn take_in(&self, state: &mut State, member: usize, span: Span) -> Result<(), StoreError> {
        let mut fresh: Vec<Fact> = Vec::new();
        self.members[member].1.changes(Which::Span(span), &mut |_, change| {
            if change.before().is_none() {
                fresh.push((change.layer(), change.key().id));
            }
            ControlFlow::Continue(())
        })?;
        for fact in fresh {
            if !state.shared.contains_key(&fact)
                && let Some(other) = self.first_that_knows(fact, Some(member))?
            {
                Arc::make_mut(&mut state.shared).insert(fact, other);
            }
        }
        Ok(())
    }

    /// Facts that a member's log has and its tables may have no more.
    fn deleted(store: &dyn Store, facts: &mut Vec<Fact>) -> Result<(), StoreError> {
        let mut spans = Vec::new();
        store.headers(Span::after(Revision(0)), &mut |entry| {
            if entry.counts.iter().any(|count| count.deleted > 0) {
                spans.push(Span::only(entry.revision));
            }
            ControlFlow::Continue(())
        })?;
        for span in spans {
            store.changes(Which::Span(span), &mut |_, change| {
                if change.after().is_none() {
                    facts.push((change.layer(), change.key().id));
                }
                ControlFlow::Continue(())
            })?;
        }
        Ok(())
    }
}

/// The hash that stands for a state of all members: the chain over their own hashes, in order.
fn joint(heads: &[Head]) -> Digest {
    let mut chain = Digest::chain(Digest::default());
    heads.iter().for_each(|head| chain.part(&head.hash.0));
    chain.finish()
}

impl Store for Union {
    fn info(&self) -> Result<RegisterInfo, StoreError> {
        let titles: Vec<&str> = self.members().map(|member| member.info.title.as_str()).collect();
        let title = match titles.as_slice() {
            [first, second, _, _, ..] => format!("{first}、{second}等 {} 个登记册", titles.len()),
            few => few.join("、"),
        };
        let created = self.members().map(|member| member.info.created.clone()).max().unwrap_or_default();
        Ok(RegisterInfo { title, created })
    }

    fn head(&self) -> Result<Head, StoreError> {
        let heads = self.members.iter().map(|(_, store)| store.head()).collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state();
        self.extend(&mut state, &heads)?;
        Ok(Head { revision: state.log.newest(), hash: joint(&heads) })
    }

    fn append(&self, _: Revision, _: &ChangeSet) -> Result<Head, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn load(&self, each: &mut dyn FnMut(Record)) -> Result<Head, StoreError> {
        let mut state = self.state();
        let (mut heads, mut known) = (Vec::new(), Vec::<Vec<Fact>>::new());
        let mut shared = (*state.shared).clone();
        for (at, (_, store)) in self.members.iter().enumerate() {
            let mut facts: Vec<Fact> = Vec::new();
            Self::deleted(&**store, &mut facts)?;
            let owner = |fact: &Fact| known.iter().position(|facts| facts.binary_search(fact).is_ok());
            for fact in &facts {
                owner(fact).map(|owner| shared.entry(*fact).or_insert(owner));
            }
            heads.push(store.load(&mut |record| {
                let fact = (record.layer, record.id);
                facts.push(fact);
                let owner = owner(&fact).map(|owner| *shared.entry(fact).or_insert(owner));
                if owner.or_else(|| shared.get(&fact).copied()).is_none_or(|owner| owner == at) {
                    each(record);
                }
            })?);
            facts.sort_unstable();
            facts.dedup();
            known.push(facts);
        }
        drop(known);
        state.shared = Arc::new(shared);
        self.extend(&mut state, &heads)?;
        let hash = joint(&heads);
        state.loaded = Some(heads);
        Ok(Head { revision: state.log.newest(), hash })
    }

    fn headers(
        &self,
        span: Span,
        each: &mut dyn FnMut(LogHeader) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let log = self.state().log.clone();
        let mut found = Vec::new();
        for (member, (_, store)) in self.members.iter().enumerate() {
            let Some(own) = log.span_of(member, span) else { continue };
            store.headers(own, &mut |mut entry| {
                if let Some(revision) = log.revision_of(member, entry.revision)
                    && log.place(revision) == Some((member, entry.revision))
                    && span.contains(revision)
                {
                    entry.revision = revision;
                    entry.header.undoes =
                        entry.header.undoes.and_then(|undone| log.revision_of(member, undone));
                    found.push(entry);
                }
                ControlFlow::Continue(())
            })?;
        }
        found.sort_unstable_by_key(|entry| entry.revision);
        let _ = found.into_iter().try_for_each(each);
        Ok(())
    }

    fn changes(&self, which: Which, each: &mut ChangeVisitor<'_>) -> Result<(), StoreError> {
        let (log, shared) = {
            let state = self.state();
            (state.log.clone(), state.shared.clone())
        };
        let span = match which {
            Which::Span(span) => span,
            Which::Record(layer, id) => {
                let Some(owner) = self.owner(layer, id)? else { return Ok(()) };
                return self.members[owner].1.changes(which, &mut |own, change| match log
                    .revision_of(owner, own)
                {
                    Some(revision) => each(revision, change),
                    None => ControlFlow::Break(()),
                });
            }
        };
        for (revision, (member, own)) in log.places(span) {
            let mut done = false;
            self.members[member].1.changes(Which::Span(Span::only(own)), &mut |_, change| {
                let owner = shared.get(&(change.layer(), change.key().id)).copied();
                if owner.is_some_and(|owner| owner != member) {
                    return ControlFlow::Continue(());
                }
                let flow = each(revision, change);
                done = flow.is_break();
                flow
            })?;
            if done {
                break;
            }
        }
        Ok(())
    }

    fn find_request(&self, _: &str) -> Result<Option<Revision>, StoreError> {
        // Requests that change something are not taken here.
        Ok(None)
    }

    fn check(&self, each: &mut dyn FnMut(Finding), progress: &mut Progress<'_>) -> Result<(), StoreError> {
        self.members.iter().try_for_each(|(_, store)| store.check(each, progress))
    }

    fn union(&self) -> Option<&Union> {
        Some(self)
    }
}

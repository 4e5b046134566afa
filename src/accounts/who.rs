//! Whoever asks, and what follows for what one may and sees.

use super::person::{Grant, Person};
use super::rights::{Need, PUBLIC, Right, Rights, Role};
use super::sessions::{Key, KeyKind};
use crate::model::{Digest, RecordId, Secrecy};

/// Whoever asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Who(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// a server without accounts: whoever reaches it may do all that it offers
    Anybody,
    /// the same in the demo, playing a role
    Playing(String),
    /// not logged in
    Public,
    /// a person
    Person(Box<Known>),
}

#[derive(Clone, Debug, PartialEq)]
struct Known {
    id: RecordId,
    login: String,
    name: String,
    must_change: bool,
    grants: Vec<Grant>,
    /// of a token what it allows
    only: Option<Vec<Right>>,
    key: Option<Digest>,
}

/// Where a right holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// nowhere
    Nowhere,
    /// everywhere
    Everywhere,
    /// in these divisions with all below them, and at these lines
    Within {
        /// codes of divisions
        divisions: Vec<String>,
        /// codes of lines
        lines: Vec<String>,
    },
}

impl Who {
    /// Whoever reaches a server without accounts.
    pub fn anybody() -> Self {
        Self(Kind::Anybody)
    }

    /// The same, playing a role; `None` where there is no such role.
    pub fn playing(role: &str) -> Option<Self> {
        Rights::compiled().role(role).map(|role| Self(Kind::Playing(role.id.clone())))
    }

    /// Whoever is not logged in.
    pub fn public() -> Self {
        Self(Kind::Public)
    }

    /// A person, by a key.
    pub fn of(person: &Person, key: Option<&Key>) -> Self {
        let only = key.and_then(|key| match &key.kind {
            KeyKind::Token { may, .. } => Some(may.clone()),
            KeyKind::Session { .. } => None,
        });
        Self(Kind::Person(Box::new(Known {
            id: person.id,
            login: person.login.clone(),
            name: person.name().to_owned(),
            must_change: person.must_change(),
            grants: person.grants().to_vec(),
            only,
            key: key.map(|key| key.digest),
        })))
    }

    fn known(&self) -> Option<&Known> {
        match &self.0 {
            Kind::Person(known) => Some(known),
            _ => None,
        }
    }

    /// Whether nobody logged in and nobody is asked to.
    pub fn is_anybody(&self) -> bool {
        self.0 == Kind::Anybody
    }

    /// Whether a login would be needed for more.
    pub fn is_public(&self) -> bool {
        self.0 == Kind::Public
    }

    /// The role that is played in the demo.
    pub fn plays(&self) -> Option<&str> {
        match &self.0 {
            Kind::Playing(role) => Some(role),
            _ => None,
        }
    }

    /// The person.
    pub fn id(&self) -> Option<RecordId> {
        self.known().map(|known| known.id)
    }

    /// What the person logs in as.
    pub fn login(&self) -> Option<&str> {
        self.known().map(|known| known.login.as_str())
    }

    /// What the person is called: it stands in the log as proved.
    pub fn name(&self) -> Option<&str> {
        self.known().map(|known| known.name.as_str())
    }

    /// The hash of the session or token.
    pub fn key(&self) -> Option<Digest> {
        self.known().and_then(|known| known.key)
    }

    /// Whether it came by a token.
    pub fn is_program(&self) -> bool {
        self.known().is_some_and(|known| known.only.is_some())
    }

    /// Whether the password must be changed before anything else.
    pub fn must_change(&self) -> bool {
        self.known().is_some_and(|known| known.must_change && known.only.is_none())
    }

    /// Roles with their bounds; none where the server has no accounts.
    pub fn grants(&self) -> &[Grant] {
        self.known().map_or(&[], |known| known.grants.as_slice())
    }

    /// The roles; of a server without accounts none, as it asks for none.
    pub fn roles(&self) -> impl Iterator<Item = (&'static Role, Option<&Grant>)> {
        let alone = match &self.0 {
            Kind::Playing(role) => Rights::compiled().role(role),
            Kind::Public | Kind::Person(_) => Rights::compiled().role(PUBLIC),
            Kind::Anybody => None,
        };
        let granted = self
            .grants()
            .iter()
            .filter_map(|grant| Rights::compiled().role(&grant.role).map(|role| (role, Some(grant))));
        alone.map(|role| (role, None)).into_iter().chain(granted)
    }

    /// Whether a right is there, wherever it holds.
    pub fn may(&self, right: Right) -> bool {
        if self.is_anybody() {
            return true;
        }
        let only = self.known().and_then(|known| known.only.as_ref());
        only.is_none_or(|only| only.contains(&right))
            && self.roles().any(|(role, _)| role.may.contains(&right))
    }

    /// Where a right holds.
    pub fn reach(&self, right: Right) -> Reach {
        if self.is_anybody() {
            return Reach::Everywhere;
        }
        if !self.may(right) {
            return Reach::Nowhere;
        }
        let (mut divisions, mut lines) = (Vec::new(), Vec::new());
        for (_, grant) in self.roles().filter(|(role, _)| role.may.contains(&right)) {
            match grant {
                Some(grant) if grant.is_bounded() => {
                    divisions.extend(grant.divisions.iter().cloned());
                    lines.extend(grant.lines.iter().cloned());
                }
                _ => return Reach::Everywhere,
            }
        }
        Reach::Within { divisions, lines }
    }

    /// The highest class that is seen. What is secret is seen by whoever has it everywhere only: a bounded right
    /// to it shows nothing beyond what is internal.
    pub fn sees(&self) -> Secrecy {
        if self.is_anybody() {
            return Secrecy::Secret;
        }
        let class = |(role, grant): (&Role, Option<&Grant>)| match role.sees {
            Secrecy::Secret if grant.is_some_and(Grant::is_bounded) => Secrecy::Internal,
            class => class,
        };
        let highest = self.roles().map(class).max().unwrap_or(Secrecy::Public);
        // A token that was not given `work` is for what is public.
        if self.may(Right::Work) { highest } else { Secrecy::Public }
    }

    /// Whether what a route needs is there; `shows` is the highest class that the server shows.
    pub fn fits(&self, need: &Need, shows: Secrecy) -> bool {
        if self.is_anybody() || need.any.is_empty() {
            return true;
        }
        let mut rights = need.any.iter().filter(|right| self.may(**right));
        if !need.whole {
            return rights.next().is_some();
        }
        self.sees() >= shows && rights.any(|right| self.reach(*right) == Reach::Everywhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Accounts, Initial, NewPerson};
    use crate::store::{MemoryStore, RegisterInfo};

    fn with(grants: &[Grant]) -> Who {
        let store = MemoryStore::new(RegisterInfo { title: "试".into(), created: String::new() });
        let new = NewPerson { login: "li".into(), name: "李工".into(), grants: grants.to_vec() };
        let (person, _) = Accounts::of(&store, &store).add(new, Initial::Made, 1).unwrap();
        Who::of(&person, None)
    }

    fn bounded(role: &str, divisions: &[&str]) -> Grant {
        Grant { divisions: divisions.iter().map(|&code| code.to_owned()).collect(), ..Grant::of(role) }
    }

    #[test]
    fn the_public_reads_what_is_public_and_nothing_else() {
        let public = Who::public();
        let may: Vec<Right> = Right::ALL.into_iter().filter(|right| public.may(*right)).collect();
        assert_eq!((may, public.sees()), (vec![Right::Read], Secrecy::Public));
        assert_eq!(with(&[]).sees(), Secrecy::Public);
        assert!(!with(&[]).may(Right::Work));
    }

    #[test]
    fn roles_add_up_each_within_its_bounds() {
        let who = with(&[bounded("name_official", &["530102002"]), Grant::of("planner")]);
        assert_eq!(who.reach(Right::Plan), Reach::Everywhere);
        assert_eq!(
            who.reach(Right::EditNames),
            Reach::Within { divisions: vec!["530102002".into()], lines: vec![] }
        );
        assert_eq!(who.reach(Right::EditBoundaries), Reach::Nowhere);
        assert_eq!(who.reach(Right::Read), Reach::Everywhere);
        assert_eq!(who.sees(), Secrecy::Internal);
        let both = with(&[bounded("name_official", &["530102002"]), Grant::of("name_official")]);
        assert_eq!(both.reach(Right::EditNames), Reach::Everywhere);
    }

    #[test]
    fn secrets_are_for_those_who_have_them_everywhere() {
        assert_eq!(with(&[Grant::of("confidential")]).sees(), Secrecy::Secret);
        assert_eq!(with(&[bounded("confidential", &["530102"])]).sees(), Secrecy::Internal);
    }

    #[test]
    fn what_goes_by_all_records_is_for_whoever_sees_them_all() {
        let need = Need { any: vec![Right::Import], whole: true };
        let editor = with(&[Grant::of("data_editor")]);
        assert!(editor.fits(&need, Secrecy::Internal) && !editor.fits(&need, Secrecy::Secret));
        assert!(!with(&[bounded("data_editor", &["530102002"])]).fits(&need, Secrecy::Internal));
        assert!(with(&[Grant::of("data_editor"), Grant::of("confidential")]).fits(&need, Secrecy::Secret));
        assert!(Who::anybody().fits(&need, Secrecy::Secret) && !Who::public().fits(&need, Secrecy::Public));
        assert!(Who::playing("data_editor").is_some_and(|who| who.fits(&need, Secrecy::Internal)));
        assert!(Who::playing("king").is_none());
    }
}

//! A leaver's work passes to a successor: in one step, with nothing that was written by the leaver written anew.
//!
//! Drafts and tasks go on saying who made them. Who is in charge of what somebody made is asked here.

use super::error::AccountError;
use super::people::Accounts;
use super::person::Person;
use crate::model::RecordId;

impl Accounts<'_> {
    /// Hands all that a person is in charge of over to another, and closes the leaver's account. Whoever was handed
    /// something by the leaver's forerunners hands that over too.
    pub fn hand_over(&self, from: RecordId, to: RecordId) -> Result<Person, AccountError> {
        let successor = self.by_id(to)?;
        if from == to || successor.is_disabled() {
            return Err(AccountError::Successor(successor.login));
        }
        let leaver = self.change(from, |kept| {
            kept.disabled = true;
            kept.successor = Some(to);
            Ok(())
        })?;
        self.end_all(from, None)?;
        Ok(leaver)
    }
}

/// Who is in charge of what somebody of this name made: the last successor, else that person. A name that nobody
/// has stays as it is.
pub fn in_charge<'a>(people: &'a [Person], name: &'a str) -> &'a str {
    let mut found = name;
    let mut next = people.iter().find(|person| person.name() == name);
    // No chain is longer than there are people, whatever the rows say.
    for _ in 0..people.len() {
        let Some(person) = next else { break };
        found = person.name();
        next = person.successor().and_then(|id| people.iter().find(|other| other.id == id));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Initial, NewPerson};
    use crate::store::{MemoryStore, RegisterInfo};

    #[test]
    fn a_leavers_work_is_the_successors_and_goes_on_with_it() {
        let store = MemoryStore::new(RegisterInfo { title: "试".into(), created: String::new() });
        let accounts = Accounts::of(&store, &store);
        let add = |login: &str, name: &str| {
            let new = NewPerson { login: login.into(), name: name.into(), ..NewPerson::default() };
            accounts.add(new, Initial::Made, 1).unwrap().0.id
        };
        let (zhang, li, wang) = (add("zhang", "张三"), add("li", "李四"), add("wang", "王五"));
        assert!(accounts.hand_over(zhang, zhang).is_err());
        let leaver = accounts.hand_over(zhang, li).unwrap();
        assert!(leaver.is_disabled() && leaver.successor() == Some(li));
        assert!(accounts.hand_over(wang, zhang).is_err(), "nothing is handed to whoever has left");
        accounts.hand_over(li, wang).unwrap();
        let people = accounts.people().unwrap();
        assert_eq!((in_charge(&people, "张三"), in_charge(&people, "王五")), ("王五", "王五"));
        assert_eq!(in_charge(&people, "陌生人"), "陌生人");
        // Whoever comes back is in charge of the own work again.
        accounts.disable(zhang, false).unwrap();
        assert_eq!(in_charge(&accounts.people().unwrap(), "张三"), "张三");
    }
}

//! People as they come in, are refused and go.

use super::*;
use crate::store::{MemoryStore, RegisterInfo};

const NOW: u64 = 1_800_000_000_000;
const MINUTE: u64 = 60_000;
const NEW: &str = "柳树-翠湖-莲花池-8";

struct Office(MemoryStore);

impl Office {
    fn new() -> Self {
        Self(MemoryStore::new(RegisterInfo { title: "试".into(), created: String::new() }))
    }

    fn accounts(&self) -> Accounts<'_> {
        Accounts::of(&self.0, &self.0)
    }

    fn with(login: &str, roles: &[&str]) -> (Self, Person, String) {
        let office = Self::new();
        let grants = roles.iter().map(|role| Grant::of(role)).collect();
        let new = NewPerson { login: login.into(), name: "张三".into(), grants };
        let (person, word) = office.accounts().add(new, Initial::Made, NOW).unwrap();
        (office, person, word)
    }

    fn log_in(&self, word: &str, at: u64) -> Result<LoggedIn, AccountError> {
        self.accounts()
            .log_in(("zhangsan", word), Place::of("10.0.0.5", "test"), at)
            .map_err(|(error, _)| error)
    }
}

#[test]
fn logins_and_names_are_unlike_and_roles_are_known() {
    let (office, person, _) = Office::with(" ZhangSan ", &["viewer"]);
    assert_eq!((person.login.as_str(), person.must_change()), ("zhangsan", true));
    let add = |login: &str, name: &str, grant: Grant| {
        let new = NewPerson { login: login.into(), name: name.into(), grants: vec![grant] };
        office.accounts().add(new, Initial::Made, NOW).map(|(person, _)| person)
    };
    assert!(matches!(add("zhangsan", "李四", Grant::of("viewer")), Err(AccountError::Taken(_))));
    assert!(matches!(add("lisi", "张三", Grant::of("viewer")), Err(AccountError::Taken(_))));
    assert!(matches!(add("李", "李四", Grant::of("viewer")), Err(AccountError::Name(_))));
    assert!(matches!(add("lisi", "", Grant::of("viewer")), Err(AccountError::Name(_))));
    for wrong in [
        Grant::of("king"),
        Grant::of("public"),
        Grant { divisions: vec!["530102".into()], ..Grant::of("viewer") },
        Grant { divisions: vec!["五华".into()], ..Grant::of("planner") },
        Grant { lines: vec!["L1".into()], ..Grant::of("planner") },
    ] {
        assert!(matches!(add("lisi", "李四", wrong.clone()), Err(AccountError::Role(_))), "{wrong:?}");
    }
    let lines = Grant { lines: vec!["5301025303L01".into()], ..Grant::of("inspector_a") };
    assert_eq!(add("lisi", "李四", lines.clone()).unwrap().grants(), [lines]);
}

#[test]
fn a_session_opens_the_register_until_it_is_idle_over_or_ended() {
    let (office, person, word) = Office::with("zhangsan", &["boundary_officer"]);
    let accounts = office.accounts();
    let LoggedIn { secret, ends_ms, .. } = office.log_in(&word, NOW).unwrap();
    assert!(!format!("{secret:?}").contains(secret.reveal()));
    let opened = accounts.opened(&secret, NOW + 59 * MINUTE).unwrap().unwrap();
    assert_eq!((opened.who.name(), opened.who.id()), (Some("张三"), Some(person.id)));
    assert!(opened.who.may(Right::EditBoundaries) && opened.who.must_change());
    assert!(accounts.opened(&secret, NOW + 60 * MINUTE).unwrap().is_none(), "idle");
    accounts.seen(secret.digest(), NOW + 59 * MINUTE).unwrap();
    assert!(accounts.opened(&secret, NOW + 118 * MINUTE).unwrap().is_some());
    accounts.seen(secret.digest(), ends_ms - 1).unwrap();
    assert!(accounts.opened(&secret, ends_ms - 1).unwrap().is_some());
    assert!(accounts.opened(&secret, ends_ms).unwrap().is_none(), "over");
    assert!(accounts.opened(&Secret::read(&"0".repeat(64)).unwrap(), NOW).unwrap().is_none());
    let keys = accounts.open_keys(Some(person.id), NOW).unwrap();
    assert!(accounts.end_named(person.id, &keys[0].name()).unwrap());
    assert!(accounts.opened(&secret, NOW).unwrap().is_none(), "ended");
    // Nothing of the secret is kept.
    let kept = format!("{:?}", accounts.keys(None).unwrap());
    assert!(!kept.contains(secret.reveal()));
}

#[test]
fn what_has_not_the_form_of_a_secret_is_none() {
    for text in ["", "abc", &"g".repeat(64), &"A".repeat(64), &"0".repeat(65), &"０".repeat(64)] {
        assert!(Secret::read(text).is_none(), "{text}");
    }
}

#[test]
fn wrong_passwords_lock_the_account_for_a_while() {
    let (office, person, word) = Office::with("zhangsan", &["viewer"]);
    let accounts = office.accounts();
    for _ in 0..4 {
        assert!(matches!(office.log_in("wrong", NOW), Err(AccountError::Wrong)));
    }
    assert!(matches!(office.log_in("wrong", NOW), Err(AccountError::Locked { seconds: 60 })));
    assert!(
        matches!(office.log_in(&word, NOW + 1), Err(AccountError::Locked { .. })),
        "the right one neither"
    );
    assert!(matches!(office.log_in("wrong", NOW + MINUTE), Err(AccountError::Locked { seconds: 120 })));
    assert!(office.log_in(&word, NOW + 3 * MINUTE).is_ok());
    assert!(matches!(office.log_in("wrong", NOW + 3 * MINUTE), Err(AccountError::Wrong)), "it begins anew");
    for _ in 0..9 {
        let _ = office.log_in("wrong", NOW);
    }
    assert!(accounts.by_id(person.id).unwrap().locked_seconds(NOW) > 0);
    let reset = accounts.reset(person.id, Initial::Made, NOW).unwrap();
    assert!(office.log_in(&reset, NOW).is_ok(), "a reset unlocks");
    let nobody = accounts.log_in(("nobody", &word), Place::default(), NOW).unwrap_err();
    assert!(matches!(nobody, (AccountError::Wrong, None)));
}

#[test]
fn a_disabled_account_opens_nothing() {
    let (office, person, word) = Office::with("zhangsan", &["viewer"]);
    let accounts = office.accounts();
    let session = office.log_in(&word, NOW).unwrap().secret;
    let (token, _) = accounts.new_token(person.id, "QGIS", &[Right::Read], 30, NOW).unwrap();
    assert!(accounts.opened(&token, NOW).unwrap().is_some());
    accounts.disable(person.id, true).unwrap();
    assert!(accounts.opened(&session, NOW).unwrap().is_none());
    assert!(accounts.opened(&token, NOW).unwrap().is_none());
    assert!(matches!(office.log_in(&word, NOW), Err(AccountError::Disabled)));
    assert!(matches!(office.log_in("wrong", NOW), Err(AccountError::Wrong)), "only the password tells");
    accounts.disable(person.id, false).unwrap();
    assert!(office.log_in(&word, NOW).is_ok());
    assert!(accounts.opened(&token, NOW).unwrap().is_none(), "what was open stays ended");
}

#[test]
fn the_own_password_is_changed_with_the_old_one_and_ends_other_sessions() {
    let (office, person, word) = Office::with("zhangsan", &["viewer"]);
    let accounts = office.accounts();
    let (here, there) =
        (office.log_in(&word, NOW).unwrap().secret, office.log_in(&word, NOW).unwrap().secret);
    let change =
        |old: &str, new: &str| accounts.change_password(person.id, (old, new), Some(here.digest()), NOW);
    assert!(matches!(change("wrong", NEW), Err(AccountError::Wrong)));
    assert!(matches!(change(&word, "short"), Err(AccountError::Weak(_))));
    assert!(matches!(change(&word, &word), Err(AccountError::Weak(_))));
    change(&word, NEW).unwrap();
    assert!(!accounts.opened(&here, NOW).unwrap().unwrap().who.must_change());
    assert!(accounts.opened(&there, NOW).unwrap().is_none());
    assert!(matches!(office.log_in(&word, NOW), Err(AccountError::Wrong)));
    assert!(office.log_in(NEW, NOW).is_ok());
}

#[test]
fn a_token_allows_what_is_listed_of_what_its_person_may() {
    let (office, person, _) = Office::with("zhangsan", &["boundary_officer"]);
    let accounts = office.accounts();
    let made = |may: &[Right], days| accounts.new_token(person.id, "夜间同步", may, days, NOW);
    assert!(matches!(made(&[Right::EditNames], 30), Err(AccountError::Token(_))), "not the person's");
    assert!(matches!(made(&[], 30), Err(AccountError::Token(_))));
    assert!(matches!(made(&[Right::Read], 0), Err(AccountError::Token(_))));
    assert!(matches!(made(&[Right::Read], 367), Err(AccountError::Token(_))));
    let (reading, key) = made(&[Right::Read], 30).unwrap();
    let who = accounts.opened(&reading, NOW + 20 * 24 * 60 * MINUTE).unwrap().unwrap().who;
    assert!(
        who.is_program() && who.may(Right::Read) && !who.may(Right::EditBoundaries) && !who.must_change()
    );
    assert_eq!(who.sees(), crate::model::Secrecy::Public);
    assert!(accounts.opened(&reading, key.ends_ms).unwrap().is_none());
    let (working, _) = made(&[Right::Read, Right::Work], 1).unwrap();
    let who = accounts.opened(&working, NOW).unwrap().unwrap().who;
    assert_eq!(who.sees(), crate::model::Secrecy::Internal);
    accounts.grant(person.id, &[]).unwrap();
    assert!(
        !accounts.opened(&working, NOW).unwrap().unwrap().who.may(Right::Work),
        "what the person loses it loses"
    );
}

#[test]
fn accesses_are_noted_and_forgotten_when_their_time_is_over() {
    let (office, person, _) = Office::with("zhangsan", &["viewer"]);
    let accounts = office.accounts();
    let access = |at_ms, kind| Access {
        at_ms,
        person: Some(person.id),
        kind,
        about: "/api/v1/layers/place/records/1".into(),
        place: Place::of("10.0.0.5", "test\u{7}"),
    };
    let log = AccessLog::default();
    log.add(access(NOW, AccessKind::LoggedIn));
    log.add(access(NOW + 1, AccessKind::ReadSecret));
    log.write(&accounts, NOW + 1).unwrap();
    let all = WhichAccesses { limit: 10, ..WhichAccesses::default() };
    let found = accounts.accesses(all).unwrap();
    assert_eq!(
        found.iter().map(|one| one.kind).collect::<Vec<_>>(),
        [AccessKind::ReadSecret, AccessKind::LoggedIn]
    );
    assert_eq!(found[0].place.agent, "test");
    let day = 24 * 60 * MINUTE;
    accounts.note(&[access(NOW + 200 * day + 1, AccessKind::LoggedOut)], NOW + 200 * day + 1).unwrap();
    assert_eq!(accounts.accesses(all).unwrap().len(), 2, "the first is forgotten after 200 days");
}

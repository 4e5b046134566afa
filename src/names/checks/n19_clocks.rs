//! N19 · Arts. 13, 14: an approved name is filed and announced within fifteen days.

use serde::Deserialize;

use super::Check;
use super::conflict::plain;
use super::scene::Scene;
use crate::findings::Found;
use crate::model::layers::NameEvent;
use crate::model::{Date, Severity};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N19", run };

#[derive(Deserialize)]
struct Parameters {
    days: i32,
    own: Vec<String>,
}

/// The last approval with a day.
pub fn approved(events: &[NameEvent]) -> Option<(Date, &NameEvent)> {
    dated(events, "approved").max_by_key(|(day, _)| *day)
}

fn dated<'a>(events: &'a [NameEvent], kind: &'a str) -> impl Iterator<Item = (Date, &'a NameEvent)> {
    let of_kind = events.iter().filter(move |event| event.kind == kind);
    of_kind.filter_map(|event| Some((event.date.parse().ok()?, event)))
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for subject in scene.subjects.iter().filter(|subject| subject.proposal.is_none()) {
        let events = subject.events();
        let Some((approval, event)) = approved(&events) else { continue };
        // What is approved for a coming day has its clocks run from then; what is older than the law has none.
        if approval > scene.day || rule.from.is_some_and(|from| approval < from) {
            continue;
        }
        let first =
            |kind: &str| dated(&events, kind).map(|(day, _)| day).filter(|day| *day >= approval).min();
        let filed = first("filed");
        let own = wanted.own.iter().any(|word| event.authority.contains(word.as_str()));
        let announce_from = if own { Some(approval) } else { filed };
        let clocks = [
            ("备案", "filed", Some(approval), filed),
            ("公告", "announced", announce_from, first("announced")),
        ];
        for (zh, en, from, done) in clocks {
            let Some(from) = from else { continue };
            let due = from.plus_days(wanted.days);
            let late = done.unwrap_or(scene.day).days() - due.days();
            let (words, severity) = match done {
                Some(day) if late > 0 => (
                    (
                        format!("{zh}于 {day}，迟 {late} 日（期限 {due}）"),
                        format!("{en} on {day}, {late} days late (due {due})"),
                    ),
                    None,
                ),
                None if late > 0 => (
                    (
                        format!("没有{zh}，已过期限 {due} {late} 日"),
                        format!("not {en}; due {due}, {late} days ago"),
                    ),
                    None,
                ),
                None => (
                    (format!("尚未{zh}，期限 {due}"), format!("not {en} yet; due {due}")),
                    Some(Severity::Note),
                ),
                Some(_) => continue,
            };
            let notice = plain(subject, words.0, words.1).field("events").evidence(format!("{en} {due}"));
            found.push(match severity {
                Some(severity) => notice.severity(severity),
                None => notice,
            });
        }
    }
    Ok(())
}

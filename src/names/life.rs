//! The life of a name in law (地名的法定事项): which status follows from its events, and which events may follow. A
//! status is never edited by hand where there are events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{NamesError, dates};
use crate::model::layers::{LayerStruct as _, Name, NameEvent};
use crate::model::{Bilingual, Date, Record, Value, vocab};

const LIST: &str = include_str!("../../data/vocab/name-life.toml");
const NAME: &str = "data/vocab/name-life.toml";

/// What an event does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// code of the list `name_event`
    pub kind: String,
    /// the status that follows; absent: it stays
    #[serde(default)]
    pub status: Option<String>,
    /// the status that followed under the law of before
    #[serde(default)]
    settled: Option<String>,
    /// the statuses after which it may happen; empty: none yet
    pub after: Vec<String>,
    #[serde(default)]
    of_kind: BTreeMap<String, String>,
}

/// All steps of a name's life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Life {
    settled_before: String,
    first: BTreeMap<String, String>,
    #[serde(rename = "event")]
    steps: Vec<Step>,
}

/// The one that is compiled in.
pub fn life() -> Result<&'static Life, NamesError> {
    static LIFE: LazyLock<Result<Life, String>> =
        LazyLock::new(|| toml::from_str(LIST).map_err(|error| error.to_string()));
    LIFE.as_ref().map_err(|text| NamesError::List { list: NAME, text: text.clone() })
}

/// An event with its days.
#[derive(Clone, Debug)]
pub struct Dated {
    /// as it is kept
    pub event: NameEvent,
    /// the first day that it may have been
    pub from: Option<Date>,
    /// the last
    pub to: Option<Date>,
    /// the status after it
    pub status: Option<String>,
}

/// What a status, an event or a kind of name is called.
pub fn title(list: &str, code: &str) -> Bilingual {
    match vocab::list(list).get(code) {
        Some(value) => value.title.clone(),
        None => Bilingual::new(code, code),
    }
}

/// The days of an event: its day, else those kept with it, else what its words mean.
pub fn days(event: &NameEvent) -> (Option<Date>, Option<Date>) {
    if let Ok(day) = event.date.parse::<Date>() {
        return (Some(day), Some(day));
    }
    let kept: (Option<Date>, Option<Date>) = (event.earliest.parse().ok(), event.latest.parse().ok());
    if kept != (None, None) {
        return kept;
    }
    dates::read(&event.date_text).map_or((None, None), |read| (read.from, read.to))
}

/// The event with the days that its words mean, as it is to be kept.
#[must_use]
pub fn with_days(mut event: NameEvent) -> NameEvent {
    let (from, to) = days(&event);
    // Days before our era are read from the words again.
    let ours = |date: &Date| date.ymd().0 > 0;
    let told = |date: Option<Date>| date.filter(ours).map(|date| date.to_string()).unwrap_or_default();
    event.earliest = told(from);
    event.latest = told(to);
    if event.date.is_empty() && from.is_some() && from == to {
        event.date = told(from);
    }
    event
}

/// The events of a name record.
pub fn events(record: &Record) -> Vec<NameEvent> {
    Name::from_fields(&record.fields).map(|name| name.events).unwrap_or_default()
}

impl Life {
    /// All steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What an event does.
    pub fn step(&self, kind: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.kind == kind)
    }

    /// The events that may follow a status.
    pub fn next<'a>(&'a self, status: Option<&'a str>) -> impl Iterator<Item = &'a Step> + 'a {
        let status = status.unwrap_or_default();
        self.steps.iter().filter(move |step| step.after.iter().any(|after| after == status))
    }

    /// The status after one more event of a name of some kind.
    pub fn status_after(
        &self,
        kind: Option<&str>,
        before: Option<&str>,
        event: &NameEvent,
    ) -> Option<String> {
        let Some(step) = self.step(&event.kind) else { return before.map(str::to_owned) };
        let early = || {
            let to = days(event).1?;
            let law: Date = self.settled_before.parse().ok()?;
            step.settled.clone().filter(|_| to < law)
        };
        let of_kind = || step.of_kind.get(kind.unwrap_or_default()).cloned();
        of_kind().or_else(early).or_else(|| step.status.clone()).or_else(|| before.map(str::to_owned))
    }

    /// The events in the order of their days, those without one where they were entered, each with the status after
    /// it. O(n log n).
    pub fn told(&self, kind: Option<&str>, events: &[NameEvent]) -> Vec<Dated> {
        let mut last: Option<Date> = None;
        let mut keyed: Vec<(Option<Date>, usize, &NameEvent)> = Vec::with_capacity(events.len());
        for (nth, event) in events.iter().enumerate() {
            last = days(event).0.or(last);
            keyed.push((last, nth, event));
        }
        keyed.sort_by_key(|(day, nth, _)| (*day, *nth));
        let mut status: Option<String> = kind.and_then(|kind| self.first.get(kind)).cloned();
        keyed
            .into_iter()
            .map(|(_, _, event)| {
                status = self.status_after(kind, status.as_deref(), event);
                let (from, to) = days(event);
                Dated { event: event.clone(), from, to, status: status.clone() }
            })
            .collect()
    }

    /// The status that follows from a name's events; `None` where there are none that say it.
    pub fn status(&self, kind: Option<&str>, events: &[NameEvent]) -> Option<String> {
        let known = events.iter().any(|event| self.step(&event.kind).is_some());
        self.told(kind, events).pop().filter(|_| known)?.status
    }

    /// The status that a record must have by its events.
    pub fn status_of(&self, record: &Record) -> Option<String> {
        self.status(record.text("kind"), &events(record))
    }

    /// The record with one more event and the status that follows.
    #[must_use]
    pub fn with_event(&self, record: &Record, event: NameEvent) -> Record {
        let mut after = record.clone();
        let mut all = events(record);
        all.push(with_days(event));
        let def = after.layer.def();
        if let Some(at) = def.index_of("events") {
            let json = serde_json::to_value(&all).unwrap_or_default();
            after.fields =
                after.fields.with(at, Value::from_json_whole(def.fields[at].kind, &json).ok().flatten());
        }
        if let (Some(at), Some(status)) = (def.index_of("status"), self.status(record.text("kind"), &all)) {
            after.fields = after.fields.with(at, Some(Value::Text(status.into())));
        }
        after
    }

    /// Why an event may not be added to a name; none where it may.
    pub fn refusal(&self, record: &Record, event: &NameEvent) -> Option<Bilingual> {
        let status = self.status_of(record).or_else(|| record.text("status").map(str::to_owned));
        let Some(step) = self.step(&event.kind) else {
            return Some(Bilingual::new(
                format!("没有“{}”这种法定事项", event.kind),
                format!("there is no event {:?}", event.kind),
            ));
        };
        if !step.after.iter().any(|after| after == status.as_deref().unwrap_or_default()) {
            let kind = title("name_event", &event.kind);
            let now =
                status.map_or_else(|| Bilingual::new("未定", "none"), |status| title("name_status", &status));
            return Some(Bilingual::new(
                format!("状态为“{}”的地名不能登记“{}”", now.zh, kind.zh),
                format!("{} cannot follow the status {}", kind.en, now.en),
            ));
        }
        let dated = !event.date.is_empty() || !event.date_text.is_empty();
        if dated && days(event) == (None, None) {
            return Some(Bilingual::new(
                format!("日期“{}{}”读不懂", event.date, event.date_text),
                format!("the date {:?} cannot be read", format!("{}{}", event.date, event.date_text)),
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, date: &str) -> NameEvent {
        let parsed = date.parse::<Date>().is_ok();
        let (date, text) = if parsed { (date, "") } else { ("", date) };
        NameEvent { kind: kind.into(), date: date.into(), date_text: text.into(), ..NameEvent::default() }
    }

    #[test]
    fn the_status_follows_from_the_events_in_the_order_of_their_days() {
        let life = life().unwrap();
        let status = |kind: &str, events: &[(&str, &str)]| {
            let events: Vec<NameEvent> = events.iter().map(|(kind, date)| event(kind, date)).collect();
            life.status(Some(kind), &events)
        };
        let of = |events: &[(&str, &str)]| status("standard", events);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("applied", "2026-01-05")]).as_deref(), Some("proposed"));
        assert_eq!(of(&[("approved", "2026-02-01")]).as_deref(), Some("approved"));
        assert_eq!(of(&[("approved", "1983年")]).as_deref(), Some("standard"), "before the regulations");
        let all = [("announced", "2026-02-09"), ("approved", "2026-02-01"), ("filed", "2026-02-10")];
        assert_eq!(of(&all).as_deref(), Some("standard"), "entered in another order");
        assert_eq!(of(&[("approved", "1983年"), ("replaced", "2012-05-01")]).as_deref(), Some("former"));
        assert_eq!(
            of(&[("approved", "清光绪年间"), ("cancelled", "民国二十三年")]).as_deref(),
            Some("abolished")
        );
        assert_eq!(of(&[("cancelled", "1966年"), ("restored", "1981-03-01")]).as_deref(), Some("standard"));
        assert_eq!(status("former", &[("cancelled", "1966年")]).as_deref(), Some("former"));
        assert_eq!(status("alias", &[("approved", "2026-02-01")]).as_deref(), Some("alias"));
    }

    #[test]
    fn every_step_and_status_has_its_words() {
        let life = life().unwrap();
        for step in life.steps() {
            assert!(vocab::list("name_event").get(&step.kind).is_some(), "{}", step.kind);
            let statuses =
                step.status.iter().chain(&step.settled).chain(step.of_kind.values()).chain(&step.after);
            for status in statuses.filter(|status| !status.is_empty()) {
                assert!(vocab::list("name_status").get(status).is_some(), "{status}");
            }
        }
        for status in life.first.values() {
            assert!(vocab::list("name_status").get(status).is_some(), "{status}");
        }
    }

    #[test]
    fn an_event_is_added_where_it_may_follow() {
        let life = life().unwrap();
        let mut record = Record::of(crate::model::RecordId::from_bits(1), Name::of("昙华路"));
        assert!(life.refusal(&record, &event("announced", "2026-02-01")).is_some());
        for (kind, status) in [("applied", "proposed"), ("argued", "proposed"), ("approved", "approved")] {
            let event = event(kind, "2026-02-01");
            assert!(life.refusal(&record, &event).is_none(), "{kind}");
            record = life.with_event(&record, event);
            assert_eq!(record.text("status"), Some(status));
        }
        assert!(life.refusal(&record, &event("announced", "不详")).is_some());
        let next: Vec<&str> = life.next(record.text("status")).map(|step| step.kind.as_str()).collect();
        assert_eq!(next, ["announced", "filed", "corrected", "replaced", "cancelled"]);
        assert_eq!(events(&record)[2].earliest, "2026-02-01");
    }
}

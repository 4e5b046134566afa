//! `boundstone places life`, `boundstone places event`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::inspect::AsOf;
use crate::cli::registers::{Authorship, open_to_read, open_to_write};
use crate::cli::words::{self, line, t};
use crate::model::layers::NameEvent;
use crate::model::{Bilingual, Change, Date, Layer, Record, RecordId, SetKind};
use crate::names::NamesError;
use crate::names::life::{self, title};
use crate::register::CommitError;
use crate::snapshot::Snapshot;

fn broken(error: &NamesError) -> Failure {
    Failure::nothing(format!("词表有误：{error}"), format!("a word list is broken: {error}"))
}

/// The record of a code or an id in one of some layers.
fn record_of<'s>(
    snapshot: &'s Snapshot,
    word: &str,
    day: Date,
    layers: &[Layer],
) -> Result<&'s Record, Failure> {
    let by_code = |layer: &Layer| {
        snapshot.layer(*layer).by_code(word).find(|record| record.valid.contains(day)).map(|record| &**record)
    };
    let id: Option<RecordId> = word.parse().ok();
    let by_id = |layer: &Layer| snapshot.layer(*layer).get(id?, day).map(|record| &**record);
    layers.iter().find_map(by_code).or_else(|| layers.iter().find_map(by_id)).ok_or_else(|| {
        Failure::nothing(
            format!("没有代码或标识为 {word} 的地名"),
            format!("no place or name has the code or id {word}"),
        )
    })
}

/// The names of a place.
#[derive(Args)]
pub struct LifeOf {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CODE", help = t("地名实体或地名的代码、标识", "code or id of the place or of a name"))]
    record: String,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl LifeOf {
    /// Prints each name with its status and events.
    pub fn run(self) -> Result<(), Failure> {
        let life = life::life().map_err(|error| broken(&error))?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let day = self.as_of.date();
        let record = record_of(&snapshot, self.record.trim(), day, &[Layer::Place, Layer::Name])?;
        let place = match record.layer {
            Layer::Name => record.text("place_id").map(str::to_owned),
            _ => Some(record.id.to_string()),
        };
        let names = snapshot.layer(Layer::Name).iter().filter(|name| name.valid.contains(day));
        let mut names: Vec<&Record> = match &place {
            Some(place) => {
                names.filter(|name| name.text("place_id") == Some(place)).map(|name| &**name).collect()
            }
            None => vec![record],
        };
        names.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        let told: Vec<_> = names
            .iter()
            .map(|name| {
                let (kind, events) = (name.text("kind"), life::events(name));
                let status = life.status(kind, &events);
                let by_events = status.is_some();
                let status = status.or_else(|| name.text("status").map(str::to_owned));
                (*name, status, by_events, life.told(kind, &events))
            })
            .collect();
        if self.json {
            let all: Vec<_> = told
                .iter()
                .map(|(name, status, by_events, events)| {
                    let next: Vec<&str> =
                        life.next(status.as_deref()).map(|step| step.kind.as_str()).collect();
                    let events: Vec<_> = events
                        .iter()
                        .map(|one| json!({"event": one.event, "from": one.from, "to": one.to, "status": one.status}))
                        .collect();
                    json!({
                        "id": name.id.to_string(), "code": name.code, "text": name.text("text"),
                        "kind": name.text("kind"), "status": status, "by_events": by_events,
                        "events": events, "next": next,
                    })
                })
                .collect();
            words::json(&json!({"place": place, "names": all}));
            return Ok(());
        }
        for (name, status, _, events) in &told {
            let status = status.as_deref().map(|status| title("name_status", status)).unwrap_or_default();
            let code = name.code.as_deref().unwrap_or_default();
            line(format!("{}  {}  {code}", name.text("text").unwrap_or_default(), words::say(&status)));
            for one in events {
                let event = &one.event;
                let date = if event.date_text.is_empty() { &event.date } else { &event.date_text };
                let kind = title("name_event", &event.kind);
                line(format!("  {date}  {}  {} {}", words::say(&kind), event.authority, event.document));
            }
        }
        Ok(())
    }
}

/// One more event of a name.
#[derive(Args)]
pub struct Event {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CODE", help = t("地名记录的代码或标识", "code or id of the name"))]
    record: String,
    #[arg(long, value_name = "KIND", help = t("事项：applied argued consulted approved rejected announced filed corrected replaced cancelled restored，或中文", "applied, argued, consulted, approved, rejected, announced, filed, corrected, replaced, cancelled, restored"))]
    kind: String,
    #[arg(long, value_name = "DATE", default_value = "", help = t("日期，可照原样写：2026-11-20、1983年、清光绪年间", "date, also as people write it"))]
    date: String,
    #[arg(long, value_name = "BODY", default_value = "", help = t("机关", "who decided"))]
    authority: String,
    #[arg(long, value_name = "NO", default_value = "", help = t("文号", "number of the paper"))]
    number: String,
    #[arg(long, value_name = "TEXT", default_value = "", help = t("说明", "anything else"))]
    note: String,
    #[command(flatten)]
    authorship: Authorship,
    #[command(flatten)]
    as_of: AsOf,
}

impl Event {
    /// Adds it in a change set of its own.
    pub fn run(self) -> Result<(), Failure> {
        let life = life::life().map_err(|error| broken(&error))?;
        let kind =
            crate::model::vocab::list("name_event").code_of(&self.kind).unwrap_or(&self.kind).to_owned();
        let date = self.date.trim().to_owned();
        let (date, date_text) = match date.parse::<Date>() {
            Ok(day) => (day.to_string(), String::new()),
            Err(_) => (String::new(), date),
        };
        let event = NameEvent {
            kind,
            date,
            date_text,
            authority: self.authority,
            document: self.number,
            note: self.note,
            ..NameEvent::default()
        };
        let day = self.as_of.date();
        let register = open_to_write(&self.register)?;
        let mut status = Bilingual::default();
        let committed = register.commit(self.authorship.header(SetKind::Edit), |snapshot| {
            let record = record_of(snapshot, self.record.trim(), day, &[Layer::Name])?;
            if let Some(why) = life.refusal(record, &event) {
                return Err(Failure::from(why));
            }
            let after = life.with_event(record, event.clone());
            status = after.text("status").map(|status| title("name_status", status)).unwrap_or_default();
            Ok::<_, Failure>(vec![Change::update(record.clone(), after)])
        });
        match committed {
            Ok(head) => {
                line(format!("{} → {}", words::say(&status), words::written(head.revision.0)));
                Ok(())
            }
            Err(CommitError::Refused(failure)) => Err(failure),
            Err(error) => Err(error.into()),
        }
    }
}

//! `boundstone audit`: the head of the log, to be printed and signed; who came in and read what is secret.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::registers::{must_exist, now_text};
use super::words::{self, language, line, t};
use crate::accounts::Accounts;
use crate::model::{Bilingual, Digest, Language, Revision};
use crate::store::{GeoPackageStore, Span, Store, WhichAccesses};

/// What an auditor asks.
#[derive(Args)]
#[command(after_help = t(
    "签存：定期打印 head 并签字盖章；日后用 --signed 核对，登记册在那一版之前的内容若被改写、删减，校验值就对不上。\n例：\n  boundstone audit 五华区.gpkg head\n  boundstone audit 五华区.gpkg head --signed 1280:9f0c…e1\n  boundstone audit 五华区.gpkg accesses --limit 50",
    "Print and sign the head at intervals; --signed compares later: where anything before that revision was rewritten or cut off, the hash differs.\nExamples:\n  boundstone audit wuhua.gpkg head\n  boundstone audit wuhua.gpkg head --signed 1280:9f0c…e1\n  boundstone audit wuhua.gpkg accesses --limit 50"
))]
pub struct Audit {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("日志最新一版的校验值，供签字留存", "the hash of the newest revision, to be signed"))]
    Head(Head),
    #[command(about = t("登录、被拒与涉密查阅", "logins, refusals and reads of what is secret"))]
    Accesses(Accesses),
}

#[derive(Args)]
struct Head {
    #[arg(long, value_name = "REVISION:HASH", value_parser = signed, help = t("与已签字的版次、校验值核对", "compare with a revision and hash that were signed"))]
    signed: Option<(u64, Digest)>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

#[derive(Args)]
struct Accesses {
    #[arg(long, value_name = "LOGIN", help = t("只看此人", "only this person's"))]
    login: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 200, help = t("条数", "how many"))]
    limit: usize,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

fn signed(text: &str) -> Result<(u64, Digest), String> {
    let read = || {
        let (revision, hash) = text.trim().split_once([':', '：'])?;
        Some((revision.trim().parse().ok()?, Digest::from_hex(&hash.trim().to_lowercase())?))
    };
    read().ok_or_else(|| {
        t("应写作 版次:校验值（64 位十六进制）", "write it as revision:hash (64 hex digits)").to_owned()
    })
}

impl Audit {
    /// Reads; nothing is changed.
    pub fn run(self) -> Result<(), Failure> {
        must_exist(&self.register)?;
        let store = GeoPackageStore::open_read_only(&self.register)?;
        match self.what {
            What::Head(head) => head.run(&store),
            What::Accesses(accesses) => accesses.run(&store),
        }
    }
}

impl Head {
    fn run(self, store: &GeoPackageStore) -> Result<(), Failure> {
        let (info, head) = (store.info()?, store.head()?);
        let mut at = None;
        store.headers(Span::only(head.revision), &mut |header| {
            at = Some(header.header.at);
            std::ops::ControlFlow::Break(())
        })?;
        if let Some((revision, hash)) = self.signed {
            compare(store, revision, hash)?;
        }
        if self.json {
            words::json(&json!({
                "title": info.title, "revision": head.revision.0, "hash": head.hash.to_string(),
                "recorded": at, "printed": now_text(), "agrees_with_signed": self.signed.map(|_| true),
            }));
            return Ok(());
        }
        line(match language() {
            Language::Zh => format!(
                "登记册：{}\n版次：{}\n记录时间：{}\n校验值（SHA-256 链）：{}\n打印时间：{}\n\n签字：________________    日期：________________",
                info.title,
                head.revision.0,
                at.unwrap_or_default(),
                head.hash,
                now_text()
            ),
            Language::En => format!(
                "Register: {}\nRevision: {}\nRecorded: {}\nHash (SHA-256 chain): {}\nPrinted: {}\n\nSigned: ________________    Date: ________________",
                info.title,
                head.revision.0,
                at.unwrap_or_default(),
                head.hash,
                now_text()
            ),
        });
        if let Some((revision, _)) = self.signed {
            line(match language() {
                Language::Zh => {
                    format!("与签字的第 {revision} 版相符。日志内容本身请再用 boundstone verify 校验。")
                }
                Language::En => format!(
                    "It agrees with revision {revision} as signed. Check the rows themselves with boundstone verify."
                ),
            });
        }
        Ok(())
    }
}

/// That a revision still has the hash that was signed.
fn compare(store: &dyn Store, revision: u64, hash: Digest) -> Result<(), Failure> {
    let mut found = None;
    store.headers(Span::only(Revision(revision)), &mut |header| {
        found = Some(header.hash);
        std::ops::ControlFlow::Break(())
    })?;
    let said = match found {
        Some(found) if found == hash => return Ok(()),
        Some(found) => Bilingual::new(
            format!("第 {revision} 版的校验值现为 {found}，与签字的不符：此前的日志被改写过"),
            format!(
                "revision {revision} now has the hash {found}, not the signed one: the log was rewritten"
            ),
        ),
        None => Bilingual::new(
            format!("日志里没有第 {revision} 版：签字之后被删减过，或这不是那个登记册"),
            format!("the log has no revision {revision}: it was cut off, or this is another register"),
        ),
    };
    Err(Failure::from(said).then("请与签字时的备份比对。", "Compare with the backup of that day."))
}

impl Accesses {
    fn run(self, store: &GeoPackageStore) -> Result<(), Failure> {
        let accounts = Accounts::of(store, store);
        let people = accounts.people()?;
        let person = self.login.as_deref().map(|login| accounts.by_login(login)).transpose()?;
        let which = WhichAccesses {
            person: person.map(|person| person.id),
            limit: self.limit,
            ..WhichAccesses::default()
        };
        let found = accounts.accesses(which)?;
        let name = |id| people.iter().find(|person| Some(person.id) == id).map(|person| person.login.clone());
        let at = |ms: u64| {
            jiff::Timestamp::from_millisecond(i64::try_from(ms).unwrap_or_default())
                .map(|at| format!("{at:.0}"))
                .unwrap_or_default()
        };
        if self.json {
            let one = |access: &crate::accounts::Access| {
                json!({
                    "at": at(access.at_ms), "login": name(access.person), "kind": access.kind.code(),
                    "about": access.about, "address": access.place.address, "agent": access.place.agent,
                })
            };
            words::json(&Json::Array(found.iter().map(one).collect()));
            return Ok(());
        }
        for access in &found {
            let who = name(access.person).unwrap_or_else(|| "–".into());
            line(format!(
                "{}\t{who}\t{}\t{}\t{}",
                at(access.at_ms),
                access.kind.code(),
                access.about,
                access.place.address
            ));
        }
        Ok(())
    }
}

//! `boundstone publish`: what is public becomes a register of its own.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::registers::{Authorship, listers, must_be_new, now_text, open_together, remove, stem};
use super::words::{self, line, t, thousands};
use crate::attachments::Attachments;
use crate::model::{Findings, SetKind};
use crate::register::{Published, Register};
use crate::store::{GeoPackageStore, RegisterInfo};

/// Writes a public register.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone publish 五华区.gpkg 五华区-公开.gpkg --by 张三 --reason 对外发布\n写出的登记册只有公开的记录，不含涉密属性（定密界桩的坐标、电话、证件号）、账号、日志历史；放到外网的另一台服务器上供公众查看，内网的登记册不必对外。",
    "Example:\n  boundstone publish wuhua.gpkg wuhua-public.gpkg --by Zhang --reason 'for the public'\nThe register written holds public records only, without guarded attributes (places of marked markers, phones, identity numbers), accounts and the log; it is for another server outside."
))]
pub struct Publish {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "OUT", help = t("要新建的公开登记册", "the public register to make"))]
    out: PathBuf,
    #[arg(long, value_name = "TITLE", help = t("新登记册的名称，默认与原登记册相同", "what it is called, default as the register"))]
    title: Option<String>,
    #[command(flatten)]
    authorship: Authorship,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Publish {
    /// Writes the new register beside its place and moves it there when it is whole.
    pub fn run(self) -> Result<(), Failure> {
        must_be_new(&self.out)?;
        let source = open_together(std::slice::from_ref(&self.register))?;
        let making = self.out.with_extension("making.gpkg");
        remove(&making)?;
        let mut findings = Findings::default();
        let made = self.write(&source, &making, &mut findings).and_then(|done| {
            std::fs::rename(&making, &self.out).map_err(|error| Failure::disk(&self.out, &error))?;
            Ok(done)
        });
        if made.is_err() {
            // Nothing half is left; why it failed matters more than a failed removal.
            let _ = remove(&making);
        }
        self.report(made?, &findings);
        Ok(())
    }

    fn write(
        &self,
        source: &Register,
        making: &std::path::Path,
        findings: &mut Findings,
    ) -> Result<Published, Failure> {
        let title = match &self.title {
            Some(title) => title.clone(),
            None => {
                source.members().first().map_or_else(|| stem(&self.out), |member| member.info.title.clone())
            }
        };
        let info = RegisterInfo { title, created: now_text() };
        let target = Register::open(Box::new(GeoPackageStore::create(making, &info)?))?;
        let mut header = self.authorship.clone().header(SetKind::Import);
        header.origin = Some(json!({ "published": true }));
        let done = source.publish_into(&target, header)?;
        // Only what a public record lists goes along.
        let (from, to) = (
            Attachments::beside(std::slice::from_ref(&self.register)),
            Attachments::beside(std::slice::from_ref(&self.out)),
        );
        let files = target.files_listed()?;
        to.take_over(&from, listers(&files))?.into_iter().for_each(|finding| findings.push(finding));
        Ok(done)
    }

    fn report(&self, done: Published, findings: &Findings) {
        if self.json {
            return words::json(
                &json!({ "rows": done.rows, "left_out": done.left_out, "findings": findings }),
            );
        }
        words::findings(findings);
        line(format!(
            "{} {}{}{} {}",
            t("已写出公开的", "public records written:"),
            thousands(done.rows as u64),
            t(" 条，未写出 ", ", left out: "),
            thousands(done.left_out as u64),
            t("条", "")
        ));
    }
}

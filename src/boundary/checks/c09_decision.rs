//! C09 · setting communities: one that begins has the decision of the county-level government by which it does.

use super::communities::{about, communities};
use super::{Check, Found, Scene};
use crate::model::Bilingual;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C09", run };

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    // What was there before the register began has its papers in an archive.
    for record in communities(scene).filter(|record| record.version == 1 && record.valid.from().is_some()) {
        for (field, zh, en) in [
            ("set_up_document", "设立文件", "document that sets it up"),
            ("approver", "批准机关", "approver"),
        ] {
            if record.text(field).is_none_or(|text| text.trim().is_empty()) {
                let what = Bilingual::new(
                    format!("新设社区没有填写{zh}"),
                    format!("a new community lacks its {en}"),
                );
                found.push(about(record, what).field(field));
            }
        }
    }
    Ok(())
}

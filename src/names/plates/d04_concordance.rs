//! D04 · every change of a number or of a street's name has its concordance of old and new.

use super::Check;
use super::streets::Streets;
use crate::findings::{Found, Notice};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "D04", run };

fn run(streets: &Streets<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for plate in streets.plates() {
        let original = plate.text("original_address").is_some_and(|text| !text.trim().is_empty());
        if plate.text("status") == Some("changed") && !original {
            let (zh, en) = ("门牌已变更，没有原门牌地址", "a changed plate without its original address");
            found.push(Notice::new(plate, zh, en).field("original_address"));
        }
        let street = plate.text("road_code").and_then(|code| streets.by_code(code));
        let shown = plate.text("road").unwrap_or_default();
        if let Some(street) = street.filter(|street| !shown.is_empty() && street.name != shown && !original) {
            let zh = format!("所在道路已名“{}”，门牌仍记“{shown}”，没有新旧对照", street.name);
            let en = format!(
                "its street is called {} now, the plate says {shown}, without a concordance",
                street.name
            );
            let notice = Notice::new(plate, zh, en).field("road").evidence(shown);
            found.push(street.named_in(notice));
        }
    }
    Ok(())
}

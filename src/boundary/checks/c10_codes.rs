//! C10 · codes of communities: what is provisional is replaced in time, and lineage leads to communities there are or
//! were.

use serde::Deserialize;

use super::communities::{about, communities};
use super::{Check, Found, Scene};
use crate::model::layers::Division;
use crate::model::{Bilingual, Layer};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "C10", run };

#[derive(Deserialize)]
struct Parameters {
    provisional: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let Parameters { provisional } = rule.parameters()?;
    for record in communities(scene) {
        let Ok(division) = record.read::<Division>() else { continue };
        let system = division.code_system.as_deref().unwrap_or_default();
        if let Some(code) = record.code.as_deref().filter(|_| provisional.iter().any(|one| one == system)) {
            let what = Bilingual::new(
                format!("代码 {code} 是临时代码，待统计部门赋码"),
                format!("its code {code} is provisional until the statistics bureau gives one"),
            );
            found.push(about(record, what).field("code_system").evidence(code.to_owned()));
        }
        let known = |code: &&String| scene.snapshot().layer(Layer::Division).by_code(code).next().is_some();
        for (field, list) in [("predecessors", &division.predecessors), ("successors", &division.successors)]
        {
            for code in list.iter().filter(|code| !known(code)) {
                let what = Bilingual::new(
                    format!("沿革引用的代码 {code} 查不到"),
                    format!("its lineage names the code {code}, which nothing has or had"),
                );
                found.push(about(record, what).field(field).evidence(code.clone()));
            }
        }
    }
    Ok(())
}

//! How the names that a subject meets are told.

use super::scene::{Conflict, Scene, Subject};
use crate::findings::Notice;
use crate::model::Bilingual;

/// Names that a sentence names, and records that a finding refers to.
const NAMED: usize = 4;
const REFERRED: usize = 20;

/// Metres as people say them.
pub fn metres(metres: f64) -> Bilingual {
    match metres {
        m if m < 1_000.0 => Bilingual::new(format!("{m:.0} 米"), format!("{m:.0} m")),
        m => Bilingual::new(format!("{:.1} 公里", m / 1_000.0), format!("{:.1} km", m / 1_000.0)),
    }
}

/// One name with its class and how far it is.
fn one(scene: &Scene<'_>, conflict: &Conflict) -> Bilingual {
    let entry = scene.inventory.entry(conflict.nth);
    let class = entry.class.title();
    let code = scene.record(conflict.nth).and_then(|record| record.code.clone()).unwrap_or_default();
    let far = conflict.metres.map(metres);
    let (far_zh, far_en) = far.map_or((String::new(), String::new()), |far| {
        (format!("，相距 {}", far.zh), format!(", {} away", far.en))
    });
    let code = if code.is_empty() { String::new() } else { format!(" {code}") };
    Bilingual::new(
        format!("{}（{}{code}{far_zh}）", entry.name, class.zh),
        format!("{} ({}{code}{far_en})", entry.name, class.en),
    )
}

/// What is said of several.
pub fn told(scene: &Scene<'_>, conflicts: &[Conflict]) -> Bilingual {
    let names: Vec<Bilingual> = conflicts.iter().take(NAMED).map(|conflict| one(scene, conflict)).collect();
    let join = |of: fn(&Bilingual) -> &str, by: &str| names.iter().map(of).collect::<Vec<_>>().join(by);
    let rest = conflicts.len().saturating_sub(NAMED);
    let (mut zh, mut en) = (join(|name| &name.zh, "、"), join(|name| &name.en, "; "));
    if rest > 0 {
        zh += &format!("等，另 {rest} 个");
        en += &format!(" and {rest} more");
    }
    Bilingual::new(zh, en)
}

/// A notice about a subject that refers to what it meets.
pub fn about<'a>(
    scene: &Scene<'_>,
    subject: &Subject<'a>,
    conflicts: &[Conflict],
    (zh, en): (String, String),
) -> Notice<'a> {
    let names: Vec<&str> =
        conflicts.iter().take(REFERRED).map(|one| &*scene.inventory.entry(one.nth).name).collect();
    let mut notice = plain(subject, zh, en).evidence(format!("{} {}", subject.name, names.join(" ")));
    for conflict in conflicts.iter().take(REFERRED) {
        if let Some(record) = scene.record(conflict.nth) {
            notice = notice.with(record);
        }
    }
    notice
}

/// A notice about a subject's name, at its place.
pub fn plain<'a>(subject: &Subject<'a>, zh: impl Into<String>, en: impl Into<String>) -> Notice<'a> {
    let field = subject.record.layer.def().label_field();
    let field = field.and_then(|at| subject.record.layer.def().fields.get(at)).map(|field| field.name);
    let notice = Notice::new(subject.record, zh, en);
    let notice = match field {
        Some(field) => notice.field(field),
        None => notice,
    };
    match subject.at() {
        Some(at) => notice.at(crate::model::geometry::round(at)),
        None => notice,
    }
}

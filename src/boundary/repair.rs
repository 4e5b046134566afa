//! Which findings can be repaired at once, and why others cannot: what a person has to do instead.

use super::checks::{Ground, Noticed};
use super::editing::Mend;
use crate::model::{Bilingual, Layer, RecordId};
use crate::snapshot::Snapshot;
use crate::topology::Kind;

/// Why there is no repair at one click, and what a person should do.
#[derive(Clone, Debug, PartialEq)]
pub struct ByHand {
    /// why
    pub why: Bilingual,
    /// what to do
    pub next: Bilingual,
}

/// The repair of a finding.
///
/// # Errors
/// Why there is none.
pub fn of(
    noticed: &Noticed,
    snapshot: &Snapshot,
    widest_m: f64,
    owner: Option<RecordId>,
) -> Result<Mend, ByHand> {
    let Some(ground) = &noticed.ground else { return Err(about_records(noticed)) };
    let kind = match ground.kind {
        // Open ground inside of the parent is a gap between those that lie round it.
        Kind::Uncovered if noticed.finding.rule == "C04" => Kind::Gap,
        kind => kind,
    };
    sure(ground, kind, widest_m)?;
    let own = std::iter::once((noticed.layer, noticed.id)).chain(noticed.others.iter().copied());
    let of_level = |id: &RecordId| {
        let mut versions = snapshot.layer(Layer::Division).versions(*id);
        versions.any(|record| record.text("level") == Some(ground.level.code()))
    };
    let divisions =
        own.filter(|(layer, _)| *layer == Layer::Division).map(|(_, id)| id).filter(of_level).collect();
    Ok(Mend { level: ground.level, kind, divisions, place: ground.place.clone(), owner, widest_m })
}

fn by_hand(why: (&str, &str), next: (&str, &str)) -> ByHand {
    ByHand { why: Bilingual::new(why.0, why.1), next: Bilingual::new(next.0, next.1) }
}

fn about_records(noticed: &Noticed) -> ByHand {
    let why = Bilingual::new(
        "这是资料或手续上的问题，程序不能代为改正。",
        "This is about papers or facts, which a program cannot put right.",
    );
    ByHand { why, next: noticed.finding.done.clone() }
}

/// Whether it is sure what is right.
fn sure(ground: &Ground, kind: Kind, widest_m: f64) -> Result<(), ByHand> {
    match kind {
        Kind::Mismatch | Kind::SelfIntersection | Kind::Dangle => Ok(()),
        Kind::Overlap | Kind::Gap if ground.width_m <= widest_m => Ok(()),
        Kind::Overlap | Kind::Gap => {
            let Ground { width_m, area_m2, .. } = ground;
            let mut hand = by_hand(
                ("", ""),
                (
                    "核对双方的批准文件和协议书，确定归属后，在“界线”中划转或移动界点。",
                    "Compare the documents of both sides; once it is clear whose it is, hand it over or move the border under Borders.",
                ),
            );
            hand.why = Bilingual::new(
                format!(
                    "宽 {width_m:.1} 米、{area_m2:.0} 平方米，超过 {widest_m:.0} 米：归谁所有不是图形问题，要由人定。"
                ),
                format!(
                    "{width_m:.1} m wide, {area_m2:.0} m², more than {widest_m:.0} m: whose it is is not a matter of drawing."
                ),
            );
            Err(hand)
        }
        Kind::Duplicate => Err(by_hand(
            (
                "两个区划图形完全相同，保留哪一个要由人定。",
                "Two divisions have the same area; which one stays is for a person.",
            ),
            (
                "核对代码和批准文件：重复登记的，注明终止日期；图形放错的，重新导入正确的图形。",
                "Compare codes and documents: end the one entered twice, or import the right area.",
            ),
        )),
        Kind::Sliver => Err(by_hand(
            (
                "碎面可能是真实的小块地，也可能是作图残留。",
                "A splinter may be real ground or a remnant of drawing.",
            ),
            (
                "在影像上核对；属残留的，在“界线”中把它划转给相邻区划。",
                "Look at the imagery; a remnant is handed over to its neighbour under Borders.",
            ),
        )),
        Kind::OutsideParent | Kind::Uncovered => Err(by_hand(
            (
                "上下两级的边界说法不一，以哪一级为准要由人定。",
                "Two levels say different things; which one holds is for a person.",
            ),
            (
                "核对两级的批准文件，以勘定的界线为准，在“界线”中移动另一级的界点，或重新导入。",
                "Compare the documents; the surveyed line holds. Move the other level's border under Borders, or import it anew.",
            ),
        )),
        Kind::Unreadable => Err(by_hand(
            ("坐标不是数字，图形读不出来。", "Coordinates are no numbers; the area cannot be read."),
            ("重新导入这个区划的图形。", "Import the area anew."),
        )),
        Kind::Exclave | Kind::Enclosed | Kind::Multipart => Err(by_hand(
            ("只是提示，不一定有错。", "Only mentioned; it need not be wrong."),
            ("与批准文件相符的，不用处理。", "Nothing to do where the documents say so."),
        )),
    }
}

//! What a new record's required fields follow from where the file does not have them.

use super::row::Row;
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Value, vocab};

/// Fills required fields that follow from others. `number_column` is the heading over household numbers.
pub(super) fn fill(layer: Layer, row: &mut Row, number_column: Option<&str>) {
    let index = |name: &str| layer.def().index_of(name);
    let lacks = |row: &Row, name: &str| index(name).is_some_and(|at| row.get(at).is_none());
    let set = |row: &mut Row, name: &str, text: Option<&str>| {
        if let (Some(at), Some(text)) = (index(name), text) {
            row.set(at, Value::Text(text.into()));
        }
    };
    let text = |row: &Row, name: &str| index(name).and_then(|at| row.get(at)?.as_text().map(str::to_owned));
    match layer {
        Layer::Division if lacks(row, "level") => {
            let by_code = row.code.as_deref().and_then(DivisionLevel::of_code);
            let level = by_code.or_else(|| level_of_name(&text(row, "name")?));
            set(row, "level", level.map(DivisionLevel::code));
        }
        Layer::BoundaryMarker if lacks(row, "number") => {
            let code = row.code.clone();
            set(row, "number", code.as_deref());
        }
        Layer::HouseholdCount => {
            if lacks(row, "subject_layer") {
                let code = text(row, "subject_code");
                let division = code.is_some_and(|code| DivisionLevel::of_code(&code).is_some());
                set(row, "subject_layer", division.then_some("division"));
            }
            if lacks(row, "kind") {
                let kind = number_column.and_then(|name| vocab::list("household_kind").code_of(name));
                set(row, "kind", kind);
            }
        }
        _ => {}
    }
}

/// The level that a division's name speaks of.
pub(super) fn level_of_name(name: &str) -> Option<DivisionLevel> {
    use DivisionLevel::{Community, County, Grid, Group, Prefecture, Province, Township};
    // Longer endings first: 社区 and 自治区 end like a district, 开发区 is no certain level.
    const ENDINGS: &[(&str, Option<DivisionLevel>)] = &[
        ("网格", Some(Grid)),
        ("小组", Some(Group)),
        ("村民委员会", Some(Community)),
        ("居民委员会", Some(Community)),
        ("村委会", Some(Community)),
        ("居委会", Some(Community)),
        ("社区", Some(Community)),
        ("村", Some(Community)),
        ("街道办事处", Some(Township)),
        ("地区办事处", Some(Township)),
        ("街道", Some(Township)),
        ("苏木", Some(Township)),
        ("镇", Some(Township)),
        ("乡", Some(Township)),
        ("自治区", Some(Province)),
        ("特别行政区", Some(Province)),
        ("省", Some(Province)),
        ("自治州", Some(Prefecture)),
        ("地区", Some(Prefecture)),
        ("盟", Some(Prefecture)),
        ("开发区", None),
        ("园区", None),
        ("新区", None),
        ("自治县", Some(County)),
        ("县", Some(County)),
        ("旗", Some(County)),
        ("区", Some(County)),
    ];
    let name = name.trim();
    ENDINGS.iter().find(|(ending, _)| name.ends_with(ending))?.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_from_names() {
        for (name, level) in [
            ("虹山社区居民委员会", Some(DivisionLevel::Community)),
            ("华山街道", Some(DivisionLevel::Township)),
            ("沙朗白族乡", Some(DivisionLevel::Township)),
            ("五华区", Some(DivisionLevel::County)),
            ("广西壮族自治区", Some(DivisionLevel::Province)),
            ("楚雄彝族自治州", Some(DivisionLevel::Prefecture)),
            ("经济技术开发区", None),
            ("昆明市", None),
        ] {
            assert_eq!(level_of_name(name), level, "{name}");
        }
    }
}

//! In what condition a marker is left by an inspection: as it was found, unless what was done about it on the
//! spot cured it. A policy of ours, after the handling that county inspections describe (lost or damaged ones
//! are made anew, tilted ones put up, moved ones put back, faded ones repainted).

/// Whether an action cures a condition (words of `inspection_action` and `marker_condition`).
fn cures(action: &str, condition: &str) -> bool {
    match action {
        "repainted" => condition == "faded",
        "repaired" => matches!(condition, "faded" | "tilted" | "damaged"),
        "re_erected" => matches!(condition, "tilted" | "moved"),
        "replaced" => matches!(condition, "faded" | "tilted" | "damaged" | "lost" | "moved"),
        "moved_back" => condition == "moved",
        _ => false,
    }
}

/// The condition in which a marker is left; `None` where the record says nothing of it. One that was looked
/// for and not found is lost.
pub fn after<'a>(found: Option<bool>, condition: Option<&'a str>, action: Option<&str>) -> Option<&'a str> {
    let seen = condition.or((found == Some(false)).then_some("lost"))?;
    Some(if action.is_some_and(|action| cures(action, seen)) { "intact" } else { seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_on_the_spot_counts() {
        assert_eq!(after(None, Some("faded"), Some("repainted")), Some("intact"));
        assert_eq!(after(None, Some("faded"), Some("cleared")), Some("faded"));
        assert_eq!(after(None, Some("damaged"), Some("repainted")), Some("damaged"));
        assert_eq!(after(Some(false), None, None), Some("lost"));
        assert_eq!(after(Some(false), None, Some("replaced")), Some("intact"));
        assert_eq!(after(Some(true), Some("moved"), Some("moved_back")), Some("intact"));
        assert_eq!(after(Some(true), None, Some("none")), None);
    }
}

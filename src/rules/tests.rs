//! The files that are compiled in, and what an office may change.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn every_rule_is_whole_in_both_languages() {
    let rules = Rules::compiled();
    assert!(rules.all().len() >= 18);
    assert_eq!(rules.version().len(), 16);
    for rule in rules.all() {
        for text in [&rule.title, &rule.article, &rule.sense, &rule.remedy, &rule.cited()] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{}", rule.id);
        }
        for (name, parameter) in &rule.parameters {
            assert!(!parameter.title.zh.is_empty() && !parameter.title.en.is_empty(), "{} {name}", rule.id);
            let number = matches!(parameter.value, ParameterValue::Int(_) | ParameterValue::Real(_));
            assert!(!number || parameter.unit.is_some(), "{} {name} has no unit", rule.id);
        }
        if rule.evidence == Evidence::Read {
            assert!(rule.source.read_in.is_some(), "{}: where was it read?", rule.id);
        }
    }
}

#[test]
fn a_rule_applies_from_the_day_its_law_is_in_force() {
    let rules = Rules::compiled();
    assert!(rules.on("B01", day("2026-01-01")).is_some());
    assert!(rules.on("B01", day("1999-01-01")).is_none());
    assert!(rules.on("X99", day("2026-01-01")).is_none());
}

const OFFICE: &str = r#"
[law]
kind = "profile"
zh = "某县做法"
en = "a county's practice"

[[change]]
rule = "B07"
basis = { zh = "县勘界办 2024-3 号", en = "county letter 2024-3" }
severity = "warning"
parameters = { tolerance_m = 2 }
"#;

#[derive(serde::Deserialize)]
struct Seven {
    tolerance_m: f64,
}

#[test]
fn an_office_changes_parameters_of_the_same_kind_and_the_version_changes() {
    let compiled = Rules::compiled();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("县.toml"), OFFICE).unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no rules").unwrap();
    let own = compiled.with_folder(folder.path()).unwrap();
    let rule = own.on("B07", day("2026-01-01")).unwrap();
    assert_eq!(rule.parameters::<Seven>().unwrap().tolerance_m, 2.0);
    assert_eq!(rule.severity, Severity::Warning);
    assert_eq!(rule.changed.as_ref().unwrap().zh, "县勘界办 2024-3 号");
    assert_ne!(own.version(), compiled.version());
    assert_eq!(compiled.with_file("a", OFFICE).unwrap().version(), own.version());
}

#[test]
fn what_an_office_gets_wrong_is_said() {
    let rules = Rules::compiled();
    let refused = |from: &str, to: &str| {
        let error = rules.with_file("县.toml", &OFFICE.replace(from, to)).unwrap_err();
        assert!(error.sentence().zh.contains('：') || error.sentence().zh.contains("规则"));
        error
    };
    assert!(matches!(refused("\"B07\"", "\"B77\""), RulesError::NoRule { .. }));
    assert!(matches!(refused("tolerance_m", "tolerance"), RulesError::NoParameter { .. }));
    assert!(matches!(refused("= 2 }", "= \"two\" }"), RulesError::Kind { .. }));
    assert!(matches!(refused("severity", "weight"), RulesError::Form { .. }));
    let missing = rules.with_folder(std::path::Path::new("no such folder"));
    assert!(matches!(missing, Err(RulesError::Read { .. })));
}

#[test]
fn a_rule_may_follow_another_of_its_id_but_not_stand_beside_it() {
    let rule = |from: &str| {
        format!(
            r#"
[law]
kind = "law"
zh = "法"
en = "law"
[[rule]]
id = "Z01"
title = {{ zh = "题", en = "title" }}
article = {{ zh = "第一条", en = "Art. 1" }}
sense = {{ zh = "义", en = "sense" }}
remedy = {{ zh = "办", en = "do" }}
evidence = "assumed"
severity = "note"
{from}
"#
        )
    };
    let old = Rules::compiled().with_file("old", &rule("to = \"2020-01-01\"")).unwrap();
    let both = old.with_file("new", &rule("from = \"2020-01-01\"")).unwrap();
    assert_eq!(both.on("Z01", day("2019-12-31")).unwrap().source.id, "old");
    assert_eq!(both.on("Z01", day("2020-01-01")).unwrap().source.id, "new");
    assert!(matches!(both.with_file("more", &rule("")), Err(RulesError::Twice { .. })));
}

const SIZES: &str = r#"
[law]
kind = "profile"
zh = "某县社区规模"
en = "sizes of a county's communities"

[[profile]]
id = "wuhua"
title = { zh = "我县", en = "our county" }
tasks = ["community"]
min = 2000
max = 4000
counts = ["resident"]
source = "县府办 2026-1 号"
evidence = "read"
"#;

#[test]
fn an_office_has_its_own_sizes_of_communities() {
    let compiled = Rules::compiled();
    assert_eq!(compiled.profile("wuhua").map(|profile| (profile.min, profile.max)), Some((3000.0, 5000.0)));
    let own = compiled.with_file("county.toml", SIZES).unwrap();
    assert_eq!(own.profile("wuhua").map(|profile| (profile.min, profile.max)), Some((2000.0, 4000.0)));
    assert_eq!(own.profiles().len(), compiled.profiles().len());
    assert_ne!(own.version(), compiled.version());
    let new = compiled.with_file("county.toml", &SIZES.replace("\"wuhua\"", "\"county\"")).unwrap();
    assert_eq!(new.profiles().len(), compiled.profiles().len() + 1);
}

#[test]
fn sizes_that_cannot_be_are_refused_with_the_reason() {
    for (from, to, why) in [
        ("min = 2000", "min = 5000", "min is not above max"),
        ("max = 4000", "max = 4000\nideal = 9000", "ideal lies between"),
        ("max = 4000", "max = 4000\nwide_max = 10", "wide_max"),
        ("\"resident\"", "\"families\"", "household kinds"),
        ("\"wuhua\"", "\"我 县\"", "letters"),
        ("min = 2000", "min = nan", "min is not above max"),
    ] {
        let refused =
            Rules::compiled().with_file("county.toml", &SIZES.replace(from, to)).unwrap_err().to_string();
        assert!(refused.contains(why), "{to}: {refused}");
    }
}

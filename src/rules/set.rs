//! All rules together: those compiled in and those of an office.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use super::raw::{RawChange, RawFile, RawRule};
use super::{Parameter, Rule, RulesError, SizeProfile, Source};
use crate::model::Date;

/// The files compiled in, in the order in which they are listed.
const FILES: &[(&str, &str)] = &[
    ("line-regulations", include_str!("../../data/rules/line-regulations.toml")),
    ("marker-measures", include_str!("../../data/rules/marker-measures.toml")),
    ("inspection-measures", include_str!("../../data/rules/inspection-measures.toml")),
    ("boundary-survey", include_str!("../../data/rules/boundary-survey.toml")),
    ("coordinates", include_str!("../../data/rules/coordinates.toml")),
    ("township-standards", include_str!("../../data/rules/township-standards.toml")),
    ("coverage", include_str!("../../data/rules/coverage.toml")),
    ("service-circles", include_str!("../../data/rules/service-circles.toml")),
    ("communities", include_str!("../../data/rules/communities.toml")),
    ("community-sizes", include_str!("../../data/rules/community-sizes.toml")),
    ("place-name-regulations", include_str!("../../data/rules/place-name-regulations.toml")),
    ("place-name-cleaning", include_str!("../../data/rules/place-name-cleaning.toml")),
    ("place-name-spelling", include_str!("../../data/rules/place-name-spelling.toml")),
    ("place-name-practice", include_str!("../../data/rules/place-name-practice.toml")),
];

/// Files in an office's folder, and bytes of one.
const MOST_FILES: usize = 100;
const MOST_BYTES: u64 = 1 << 20;

/// All rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    sources: Vec<Arc<Source>>,
    rules: Vec<Rule>,
    profiles: Vec<SizeProfile>,
    version: String,
}

impl Rules {
    /// Those compiled in.
    #[expect(clippy::expect_used, reason = "the files are compiled in and a test reads them")]
    pub fn compiled() -> &'static Arc<Self> {
        static COMPILED: OnceLock<Arc<Rules>> = OnceLock::new();
        COMPILED.get_or_init(|| {
            let mut rules = Self::default();
            for (name, text) in FILES {
                rules.take(name, text).expect("the rules compiled in");
            }
            Arc::new(rules.sealed())
        })
    }

    /// The same with the files of a folder (`*.toml`, by name): they add rules and change those there are.
    pub fn with_folder(&self, folder: &Path) -> Result<Self, RulesError> {
        let failed = |source| RulesError::Read { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
                paths.push(path);
            }
            if paths.len() > MOST_FILES {
                return Err(RulesError::TooLarge(folder.display().to_string()));
            }
        }
        paths.sort();
        let mut rules = self.clone();
        for path in paths {
            let failed = |source| RulesError::Read { path: path.clone(), source };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if std::fs::metadata(&path).map_err(failed)?.len() > MOST_BYTES {
                return Err(RulesError::TooLarge(name));
            }
            rules.take(&name, &std::fs::read_to_string(&path).map_err(failed)?)?;
        }
        Ok(rules.sealed())
    }

    /// The same with one more file.
    pub fn with_file(&self, name: &str, text: &str) -> Result<Self, RulesError> {
        let mut rules = self.clone();
        rules.take(name, text)?;
        Ok(rules.sealed())
    }

    fn take(&mut self, name: &str, text: &str) -> Result<(), RulesError> {
        let form = |why: String| RulesError::Form { file: name.to_owned(), why };
        let raw: RawFile = toml::from_str(text).map_err(|error| form(error.to_string()))?;
        let source = Arc::new(Source {
            id: name.trim_end_matches(".toml").to_owned(),
            kind: raw.law.kind,
            title: crate::model::Bilingual::new(raw.law.zh, raw.law.en),
            number: raw.law.number,
            read_in: raw.law.read_in,
            from: raw.law.from,
            to: raw.law.to,
        });
        self.sources.push(source.clone());
        for raw in raw.rule {
            let rule = rule_of(raw, &source);
            if self.rules.iter().any(|other| other.id == rule.id && meet(other, &rule)) {
                return Err(RulesError::Twice { file: name.to_owned(), rule: rule.id });
            }
            self.rules.push(rule);
        }
        for profile in raw.profile {
            if let Some(why) = profile.fault() {
                return Err(form(why));
            }
            match self.profiles.iter_mut().find(|known| known.id == profile.id) {
                Some(known) => *known = profile,
                None => self.profiles.push(profile),
            }
        }
        raw.change.into_iter().try_for_each(|change| self.change(name, change))
    }

    fn change(&mut self, file: &str, change: RawChange) -> Result<(), RulesError> {
        let RawChange { rule: id, basis, off, severity, parameters } = change;
        let basis = crate::model::Bilingual::from(basis);
        if !self.rules.iter().any(|rule| rule.id == id) {
            return Err(RulesError::NoRule { file: file.to_owned(), rule: id });
        }
        for rule in self.rules.iter_mut().filter(|rule| rule.id == id) {
            rule.off |= off;
            rule.severity = severity.unwrap_or(rule.severity);
            rule.changed = Some(basis.clone());
            for (name, value) in &parameters {
                let Some(known) = rule.parameters.get_mut(name) else {
                    let (rule, parameter) = (id, name.clone());
                    return Err(RulesError::NoParameter { file: file.to_owned(), rule, parameter });
                };
                let (wanted, found) = (known.value.kind(), value.kind());
                known.value = known.value.changed_to(value.clone()).ok_or_else(|| RulesError::Kind {
                    rule: id.clone(),
                    parameter: name.clone(),
                    why: format!("expected {wanted}, found {found}"),
                })?;
            }
        }
        Ok(())
    }

    /// With its version: a hash over all that a check may read.
    fn sealed(mut self) -> Self {
        self.rules.sort_by(|a, b| (&a.id, a.from).cmp(&(&b.id, b.from)));
        let mut hash = Sha256::new();
        for rule in &self.rules {
            hash.update(serde_json::to_vec(rule).unwrap_or_default());
            hash.update([0]);
        }
        hash.update(serde_json::to_vec(&self.profiles).unwrap_or_default());
        self.version = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }

    /// Sixteen hexadecimal digits: the same rules and parameters have the same version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All laws, standards and profiles.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().map(|source| &**source)
    }

    /// All rules by id, those that are switched off or not in force too.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// How large communities and grids are to be: all profiles, an office's own last.
    pub fn profiles(&self) -> &[SizeProfile] {
        &self.profiles
    }

    /// The profile of that word.
    pub fn profile(&self, id: &str) -> Option<&SizeProfile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The rule of that id that applies on a day.
    pub fn on(&self, id: &str, day: Date) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id && rule.holds(day))
    }
}

fn rule_of(raw: RawRule, source: &Arc<Source>) -> Rule {
    let evidence = raw.evidence;
    let parameters: BTreeMap<String, Parameter> = raw
        .parameters
        .into_iter()
        .map(|(name, raw)| {
            let title = crate::model::Bilingual::new(raw.zh, raw.en);
            let evidence = raw.evidence.unwrap_or(evidence);
            (name, Parameter { value: raw.value, unit: raw.unit, title, evidence })
        })
        .collect();
    Rule {
        id: raw.id,
        source: source.clone(),
        title: raw.title.into(),
        article: raw.article.into(),
        sense: raw.sense.into(),
        evidence,
        severity: raw.severity,
        remedy: raw.remedy.into(),
        from: raw.from.or(source.from),
        to: raw.to.or(source.to),
        off: false,
        parameters,
        changed: None,
    }
}

/// Whether two rules are in force on a common day.
fn meet(a: &Rule, b: &Rule) -> bool {
    let before = |end: Option<Date>, begin: Option<Date>| matches!((end, begin), (Some(end), Some(begin)) if end <= begin);
    !before(a.to, b.from) && !before(b.to, a.from)
}

//! N01 · Art. 9: a name consists of a specific and a generic term, and the generic term is one of its class.

use serde::Deserialize;

use super::Check;
use super::class::NameClass;
use super::conflict::plain;
use super::lines::has;
use super::scene::Scene;
use super::text::{parts, terms_of};
use crate::findings::Found;
use crate::model::Severity;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N01", run };

#[derive(Deserialize)]
struct Parameters {
    generics: Vec<String>,
    without: Vec<String>,
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    let further = terms_of(&wanted.generics);
    for subject in &scene.subjects {
        let (specific, generic) = parts(subject.name, subject.class, scene.terms, &further);
        let class = subject.class.title();
        let lenient = has(subject.class, &wanted.without);
        if specific.is_empty() || is_generic(subject.name, subject.class, &further) {
            let zh = format!("“{}”只有通名，没有专名", subject.name);
            let en = format!("{:?} is a generic term without a specific one", subject.name);
            found.push(plain(subject, zh, en));
        } else if generic.is_empty() && subject.class != NameClass::Committee {
            let zh = format!("“{}”末尾没有{}的通名", subject.name, class.zh);
            let en = format!("{:?} does not end with a generic term of a {}", subject.name, class.en);
            let notice = plain(subject, zh, en);
            found.push(if lenient { notice.severity(Severity::Note) } else { notice });
        }
    }
    Ok(())
}

/// Whether a whole name is a generic term.
fn is_generic(name: &str, class: NameClass, further: &super::text::Further) -> bool {
    let characters: Vec<char> = name.chars().collect();
    characters.len() > 1
        && class != NameClass::Village
        && further.get(&class).is_some_and(|terms| terms.contains(&characters))
}

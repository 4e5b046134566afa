//! N06 · 民发〔2018〕146号: figures only as ordinals with a meaning.

use super::Check;
use super::class::NameClass;
use super::conflict::plain;
use super::scene::Scene;
use crate::findings::Found;
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "N06", run };

const NUMERALS: &str = "〇零一二三四五六七八九十百千万两";

fn run(scene: &Scene<'_>, _: &Rule, found: &mut Found) -> Result<(), RulesError> {
    for subject in &scene.subjects {
        let figure = |c: char| c.is_ascii_digit() || matches!(c, '０'..='９');
        let figures: String = subject.name.chars().filter(|c| figure(*c)).collect();
        if !figures.is_empty() {
            let zh = format!("名称中有数字“{figures}”：序数用汉字书写，没有含义的数字不用");
            let en = format!("there are figures in the name ({figures}): ordinals are written in characters");
            found.push(plain(subject, zh, en).evidence(figures));
            continue;
        }
        // 一号路 is an ordinal of a street; 八八八大厦 says nothing.
        let ordinal = matches!(subject.class, NameClass::Street | NameClass::Village | NameClass::Committee);
        let numeral = !subject.specific.is_empty() && subject.specific.chars().all(|c| NUMERALS.contains(c));
        let named = matches!(
            subject.specific.as_str(),
            "五一"
                | "五四"
                | "七一"
                | "八一"
                | "十一"
                | "二七"
                | "三八"
                | "六一"
                | "九一八"
                | "一二一"
                | "一二九"
        );
        if numeral && !ordinal && !named {
            let zh = format!("专名“{}”只是数字，请确认有无含义", subject.specific);
            let en = format!("the specific term {} is a number only: has it a meaning?", subject.specific);
            found.push(plain(subject, zh, en).evidence(subject.specific.clone()));
        }
    }
    Ok(())
}

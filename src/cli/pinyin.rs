//! `boundstone pinyin`: how names are spelled in Latin letters.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::Failure;
use super::words::{self, line, t};
use crate::model::Language;
use crate::names::spelling::{Class, Doubt, Speller, Spelling};

/// The class of a name.
#[derive(Clone, Copy, ValueEnum)]
pub enum ClassOf {
    /// 行政区划
    #[value(help = t("行政区划", "a division"))]
    Division,
    /// 街路巷
    #[value(help = t("街路巷", "a street, road or lane"))]
    Street,
    /// 自然村镇
    #[value(help = t("自然村镇，连写", "a village or small town, in one word"))]
    Village,
    /// 水系
    #[value(help = t("水系", "water"))]
    Water,
    /// 陆地地形
    #[value(help = t("陆地地形", "a form of the land"))]
    Land,
    /// 桥、站、港
    #[value(help = t("桥梁、车站、港口", "a bridge, station or port"))]
    Bridge,
    /// 建筑物、单位、游览地
    #[value(help = t("建筑物、单位、游览地", "a building, institution or sight"))]
    Facility,
    /// 社区、村民委员会
    #[value(help = t("社区、村民委员会、小区", "a community or committee, an estate"))]
    Committee,
}

impl From<ClassOf> for Class {
    fn from(class: ClassOf) -> Self {
        match class {
            ClassOf::Division => Self::Division,
            ClassOf::Street => Self::Street,
            ClassOf::Village => Self::Village,
            ClassOf::Water => Self::Water,
            ClassOf::Land => Self::Land,
            ClassOf::Bridge => Self::Bridge,
            ClassOf::Facility => Self::Facility,
            ClassOf::Committee => Self::Committee,
        }
    }
}

/// Spells names.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone pinyin 西辽河 东四十二条\n  boundstone pinyin 三岔河 --class water --json\n  boundstone pinyin 六合 --within 320116\n多音字不擅定：拼写中用最可能的读音，并列出全部候选，请人审定。见 docs/地名指南.md。", "Examples:\n  boundstone pinyin 西辽河 东四十二条\n  boundstone pinyin 三岔河 --class water --json\n  boundstone pinyin 六合 --within 320116\nWhere a character has several readings the likeliest is spelled and all are listed for a person to decide."))]
pub struct Pinyin {
    #[arg(value_name = "NAME", required = true, help = t("地名", "a name"))]
    names: Vec<String>,
    #[arg(long, value_enum, value_name = "CLASS", help = t("地名类别，默认按通名判断", "what the names are of, default by their generic terms"))]
    class: Option<ClassOf>,
    #[arg(long, value_name = "CODE", help = t("所在区划代码，用于当地读音", "code of the division they lie in, for local readings"))]
    within: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Pinyin {
    /// Prints the spelling of each name.
    pub fn run(self) -> Result<(), Failure> {
        let speller = Speller::standard()
            .map_err(|error| Failure::nothing(format!("读音表有误：{error}"), error.to_string()))?;
        let class = self.class.map(Class::from);
        let spell = |name: &String| speller.spell(name, class, self.within.as_deref());
        let spelled: Vec<Spelling> = self.names.iter().map(spell).collect();
        if self.json {
            words::json(&json!(spelled));
        } else {
            spelled.iter().for_each(print);
        }
        Ok(())
    }
}

fn print(spelled: &Spelling) {
    line(format!("{}  {}  {}  {}", spelled.name, spelled.division, spelled.spelling, spelled.toneless));
    for Doubt { at, character, candidates } in &spelled.uncertain {
        let candidates = candidates.join(", ");
        line(match words::language() {
            Language::Zh => format!("  请审定第 {} 字“{character}”的读音：{candidates}", at + 1),
            Language::En => {
                format!("  decide the reading of character {}, {character}: {candidates}", at + 1)
            }
        });
    }
}

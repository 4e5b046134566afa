//! Why a filter is refused.

use crate::model::Bilingual;

/// Why a filter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// longer or deeper than is read
    #[error("the filter is too long or too deeply nested ({0})")]
    Bounds(&'static str),
    /// no CQL2
    #[error("the filter cannot be read: {0}")]
    Syntax(String),
    /// the layer has no such property
    #[error("there is no property {name:?}; the queryables are {}", known.join(", "))]
    Property {
        /// what was asked for, shortened
        name: String,
        /// what can be asked for
        known: Vec<String>,
    },
    /// no such function
    #[error("there is no function or operator {0:?}")]
    Function(String),
    /// a wrong number of arguments
    #[error("{0} does not take that many arguments")]
    Arguments(String),
    /// values of kinds that do not go together
    #[error("{place}: expected {wanted}, found {found}")]
    Mismatch {
        /// property or operator
        place: String,
        /// what it takes
        wanted: &'static str,
        /// what was there
        found: &'static str,
    },
    /// a geometry that cannot be
    #[error("a geometry in the filter does not fit: {0}")]
    Geometry(String),
    /// a day or time that cannot be
    #[error("{0:?} is no day or time (write DATE('2026-01-31') or TIMESTAMP('2026-01-31T08:00:00Z'))")]
    Time(String),
}

/// What a thing in a filter is, for an official; what is written as it stands stays.
fn zh(word: &'static str) -> &'static str {
    match word {
        "text" => "文字",
        "number" => "数字",
        "true/false" => "是否（true/false）",
        "DATE('…')" => "日期（DATE('…')）",
        "list" => "列表",
        "geometry" => "图形",
        "null" => "空值",
        "INTERVAL" => "时段（INTERVAL）",
        "property" => "字段",
        "expression" => "算式",
        other => other,
    }
}

impl FilterError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Bounds(what) => format!("条件太长或嵌套太深（{what}）"),
            Self::Syntax(why) => format!("条件读不懂：{why}"),
            Self::Property { name, known } => {
                format!("没有字段“{name}”，可用：{}", known.join("、"))
            }
            Self::Function(name) => format!("没有函数或运算符“{name}”"),
            Self::Arguments(name) => format!("{name} 的参数个数不对"),
            Self::Mismatch { place, wanted, found } => {
                format!("{place}：类型不符，应为{}，实为{}", zh(wanted), zh(found))
            }
            Self::Geometry(why) => format!("条件中的图形不合要求：{why}"),
            Self::Time(text) => {
                format!(
                    "“{text}”不是日期或时刻；请写 DATE('2026-01-31') 或 TIMESTAMP('2026-01-31T08:00:00Z')"
                )
            }
        };
        Bilingual::new(zh, self.to_string())
    }
}

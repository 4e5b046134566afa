//! Why rules cannot be used.

use std::path::PathBuf;

use crate::model::Bilingual;

/// A file of rules that cannot be read, or that changes what it may not.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// the folder or a file in it cannot be read
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// which
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// more bytes or files than rules ever need
    #[error("{0}: too large for rules")]
    TooLarge(String),
    /// not TOML, or not of the form of a file of rules
    #[error("{file}: {why}")]
    Form {
        /// file
        file: String,
        /// what the reader says, with the line
        why: String,
    },
    /// two rules with one id are in force on a common day
    #[error("{file}: rule {rule} is given twice for the same days")]
    Twice {
        /// file
        file: String,
        /// rule
        rule: String,
    },
    /// a change of a rule that there is not
    #[error("{file}: there is no rule {rule} to change")]
    NoRule {
        /// file
        file: String,
        /// rule
        rule: String,
    },
    /// a change of a parameter that the rule does not have
    #[error("{file}: rule {rule} has no parameter {parameter}")]
    NoParameter {
        /// file
        file: String,
        /// rule
        rule: String,
        /// parameter
        parameter: String,
    },
    /// a parameter that is not of the kind that its check reads
    #[error("rule {rule}, parameter {parameter}: {why}")]
    Kind {
        /// rule
        rule: String,
        /// parameter
        parameter: String,
        /// what is expected and what is there
        why: String,
    },
}

impl RulesError {
    /// The sentence for a person.
    pub fn sentence(&self) -> Bilingual {
        let en = self.to_string();
        let zh = match self {
            Self::Read { path, source } => format!("{}：{}", path.display(), Bilingual::from(source).zh),
            Self::TooLarge(file) => format!("{file}：作为规则文件过大"),
            Self::Form { file, why } => format!("{file}：规则文件写法有误（{why}）"),
            Self::Twice { file, rule } => format!("{file}：规则 {rule} 在同一时期内给了两次"),
            Self::NoRule { file, rule } => format!("{file}：没有规则 {rule} 可供修改"),
            Self::NoParameter { file, rule, parameter } => {
                format!("{file}：规则 {rule} 没有参数 {parameter}")
            }
            Self::Kind { rule, parameter, why } => {
                format!("规则 {rule} 的参数 {parameter} 类型不对（{why}）")
            }
        };
        Bilingual::new(zh, en)
    }
}

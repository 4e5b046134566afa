//! Why a command did not do what it was asked, and the exit code that says so.

use std::process::ExitCode;

use super::words::{say, t, warn};
use crate::model::Bilingual;

/// A command that was not carried out.
pub enum Failure {
    /// nothing was done: exit code 1
    Nothing(Bilingual),
    /// the arguments do not fit together: exit code 2
    Usage(Bilingual),
    /// something must be answered first: exit code 3
    Question {
        /// what is asked
        question: Bilingual,
        /// probable answers, the likeliest first: what to add to the command, and why
        answers: Vec<(String, Bilingual)>,
    },
}

impl Failure {
    /// Nothing was done, for this reason, the same in both languages (a file name, an engine's words).
    pub fn nothing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Nothing(Bilingual::new(zh, en))
    }

    /// Says why on standard error.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Nothing(why) => {
                warn(format!("{}: {}", t("未执行", "nothing done"), say(&why)));
                ExitCode::from(1)
            }
            Self::Usage(why) => {
                warn(format!("{}: {}", t("用法有误", "usage"), say(&why)));
                ExitCode::from(2)
            }
            Self::Question { question, answers } => {
                warn(format!("{}: {}", t("请先回答", "please answer first"), say(&question)));
                for (answer, why) in answers {
                    warn(format!("  {answer}    {}", say(&why)));
                }
                ExitCode::from(3)
            }
        }
    }
}

/// Any error whose words are English: shown as they are, behind a Chinese or English lead.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            text = format!("{text}: {inner}");
            source = inner.source();
        }
        Self::Nothing(Bilingual::new(text.clone(), text))
    }
}

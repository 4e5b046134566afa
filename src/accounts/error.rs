//! Why something about an account is not done, in both languages.

use crate::model::Bilingual;
use crate::store::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// name or password are wrong; which of them is not said
    #[error("name or password are wrong")]
    Wrong,
    /// too many wrong passwords
    #[error("the account is locked for {seconds} s")]
    Locked {
        /// how long still
        seconds: u64,
    },
    /// the account is disabled
    #[error("the account is disabled")]
    Disabled,
    /// no such person
    #[error("there is no account {0:?}")]
    Unknown(String),
    /// login or name belong to somebody else
    #[error("{0:?} is taken")]
    Taken(String),
    /// no login or name that can be used
    #[error("{0:?} cannot be used")]
    Name(String),
    /// the password is too weak
    #[error("the password does not do: {}", .0.en)]
    Weak(Bilingual),
    /// no such role, or it cannot be bounded so
    #[error("the role {0:?} cannot be given so")]
    Role(String),
    /// a token's rights or days do not fit
    #[error("the token cannot be made: {}", .0.en)]
    Token(Bilingual),
    /// no such setting, or its value does not fit
    #[error("the setting {0:?} cannot be so")]
    Setting(String),
    /// nothing can be handed over to that person
    #[error("nothing can be handed over to {0:?}")]
    Successor(String),
    /// somebody else changed the account at the same moment
    #[error("the account was changed at the same moment")]
    Overtaken,
    /// what is kept of an account cannot be read
    #[error("what is kept of an account cannot be read: {0}")]
    Kept(String),
    /// hashing failed
    #[error("hashing: {0}")]
    Hash(String),
    /// the store
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    /// For people.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::Wrong => Bilingual::new("用户名或密码不对。", "Name or password are wrong."),
            Self::Locked { seconds } => Bilingual::new(
                format!("密码错误次数太多，请过 {seconds} 秒再试。"),
                format!("Too many wrong passwords; try again in {seconds} seconds."),
            ),
            Self::Disabled => Bilingual::new("账号已停用。", "The account is disabled."),
            Self::Unknown(login) => {
                Bilingual::new(format!("没有账号“{login}”。"), format!("There is no account {login:?}."))
            }
            Self::Taken(name) => {
                Bilingual::new(format!("“{name}”已有人使用。"), format!("{name:?} is taken."))
            }
            Self::Name(name) => Bilingual::new(
                format!("“{name}”不能用：用户名为 2 至 40 个小写字母、数字、点、横线，姓名为 1 至 40 字。"),
                format!(
                    "{name:?} cannot be used: a login has 2 to 40 small letters, digits, dots and dashes, a name 1 to 40 characters."
                ),
            ),
            Self::Weak(why) => why.clone(),
            Self::Role(role) => Bilingual::new(
                format!("角色“{role}”不存在，或不能限定在所写的区划、界线。"),
                format!("There is no role {role:?}, or it cannot be bounded so."),
            ),
            Self::Token(why) => why.clone(),
            Self::Setting(name) => Bilingual::new(
                format!("没有设置“{name}”，或取值不在允许范围内。"),
                format!("There is no setting {name:?}, or its value is out of reach."),
            ),
            Self::Successor(login) => Bilingual::new(
                format!("不能移交给“{login}”：是本人，或账号已停用。"),
                format!("Nothing can be handed over to {login:?}: the same person, or a disabled account."),
            ),
            Self::Overtaken => Bilingual::new(
                "账号刚被别人改动，请重试。",
                "The account was changed at the same moment; try again.",
            ),
            Self::Kept(_) => Bilingual::new(
                "登记册里的账号资料读不懂。",
                "What the register holds of an account cannot be read.",
            ),
            Self::Hash(_) => Bilingual::new("密码无法处理。", "The password cannot be hashed."),
            Self::Store(error) => Bilingual::new(error.to_string(), error.to_string()),
        }
    }
}

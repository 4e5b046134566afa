//! `boundstone user`: who may come in, with which roles.

use std::io::BufRead as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::registers::{must_exist, now_ms};
use super::words::{self, line, say, t, warn};
use crate::accounts::{
    Access, AccessKind, AccountError, Accounts, Grant, Initial, Key, KeyKind, NewPerson, Person, Place,
    Right, Rights,
};
use crate::model::Bilingual;
use crate::store::GeoPackageStore;

/// People, roles, sessions and tokens.
#[derive(Args)]
#[command(after_help = t(
    "角色写作 角色 或 角色:区划代码,区划代码（联检人员为界线编码）。\n例：\n  boundstone user 五华区.gpkg add zhangsan --name 张三 --role boundary_officer --role viewer\n  boundstone user 五华区.gpkg add lisi --name 李四 --role name_official:530102002\n  boundstone user 五华区.gpkg role lisi name_official:530102002,530102003 viewer\n  boundstone user 五华区.gpkg token lisi --title QGIS --may read,work --days 90\n  boundstone user 五华区.gpkg roles",
    "A role is ROLE or ROLE:CODE,CODE with codes of divisions (of lines for inspectors).\nExamples:\n  boundstone user wuhua.gpkg add zhangsan --name 'Zhang San' --role boundary_officer --role viewer\n  boundstone user wuhua.gpkg add lisi --name 'Li Si' --role name_official:530102002\n  boundstone user wuhua.gpkg role lisi name_official:530102002,530102003 viewer\n  boundstone user wuhua.gpkg token lisi --title QGIS --may read,work --days 90\n  boundstone user wuhua.gpkg roles"
))]
pub struct User {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(about = t("新增一人，打印首次登录的密码", "add a person, printing the password for the first login"))]
    Add(Add),
    #[command(about = t("列出所有人", "list everybody"))]
    List(Listed),
    #[command(about = t("重设密码，下次登录须改", "reset a password, to be changed at the next login"))]
    Passwd(Passwd),
    #[command(about = t("停用账号，结束其会话", "disable an account and end its sessions"))]
    Disable(One),
    #[command(about = t("恢复账号，解除锁定", "enable an account, unlock it"))]
    Enable(One),
    #[command(name = "hand-over", about = t("人员离任：停用账号，经手的草案移交他人", "somebody leaves: close the account, hand the drafts over"))]
    HandOver(HandOver),
    #[command(about = t("改授角色（所列即全部）", "give these roles and no others"))]
    Role(Role),
    #[command(about = t("列出角色及其权限", "list roles and what they allow"))]
    Roles(Listed),
    #[command(about = t("为程序签发令牌，只显示一次", "make a token for a program, shown once"))]
    Token(Token),
    #[command(about = t("列出未结束的会话与令牌", "list open sessions and tokens"))]
    Sessions(Sessions),
    #[command(about = t("结束一个会话或令牌", "end a session or token"))]
    End(End),
    #[command(about = t("看或改账号设置", "show or change settings of accounts"))]
    Settings(Set),
}

#[derive(Args)]
struct Add {
    #[arg(value_name = "LOGIN", help = t("用户名：小写字母、数字", "login: small letters, digits"))]
    login: String,
    #[arg(long, value_name = "NAME", help = t("姓名，记入日志", "name, as it stands in the log"))]
    name: String,
    #[arg(long = "role", value_name = "ROLE", help = t("角色，可给多个", "role, may be given several times"))]
    roles: Vec<String>,
    #[arg(long, help = t("首次密码从标准输入读一行，不自动生成", "read the first password from standard input"))]
    password_stdin: bool,
}

#[derive(Args)]
struct Listed {
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

#[derive(Args)]
struct Passwd {
    #[arg(value_name = "LOGIN", help = t("用户名", "login"))]
    login: String,
    #[arg(long, help = t("新密码从标准输入读一行，不自动生成", "read the new password from standard input"))]
    password_stdin: bool,
}

#[derive(Args)]
struct One {
    #[arg(value_name = "LOGIN", help = t("用户名", "login"))]
    login: String,
}

#[derive(Args)]
struct HandOver {
    #[arg(value_name = "FROM", help = t("离任人员的用户名", "login of whoever leaves"))]
    from: String,
    #[arg(value_name = "TO", help = t("接手人员的用户名", "login of the successor"))]
    to: String,
}

#[derive(Args)]
struct Role {
    #[arg(value_name = "LOGIN", help = t("用户名", "login"))]
    login: String,
    #[arg(value_name = "ROLE", help = t("角色，可给多个；不给则全部收回", "roles; none takes all away"))]
    roles: Vec<String>,
}

#[derive(Args)]
struct Token {
    #[arg(value_name = "LOGIN", help = t("用户名", "login"))]
    login: String,
    #[arg(long, value_name = "TITLE", help = t("用途", "what for"))]
    title: String,
    #[arg(long, value_name = "RIGHT", value_delimiter = ',', default_value = "read", help = t("权限，逗号分隔（roles 列出）", "rights, by commas; roles lists them"))]
    may: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 90, help = t("有效天数，至多 366", "days that it holds, 366 at most"))]
    days: u64,
}

#[derive(Args)]
struct Sessions {
    #[arg(value_name = "LOGIN", help = t("用户名，默认所有人", "login, default everybody"))]
    login: Option<String>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

#[derive(Args)]
struct End {
    #[arg(value_name = "LOGIN", help = t("用户名", "login"))]
    login: String,
    #[arg(value_name = "KEY", help = t("会话或令牌的编号（sessions 列出）", "the session or token, as sessions lists it"))]
    key: String,
}

#[derive(Args)]
struct Set {
    #[arg(value_name = "SETTING", help = t("设置名", "which setting"))]
    name: Option<String>,
    #[arg(value_name = "VALUE", requires = "name", help = t("新值", "its new value"))]
    value: Option<String>,
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            other => other.sentence().into(),
        }
    }
}

impl User {
    /// Does what is asked; nothing here is a fact of the register.
    pub fn run(self) -> Result<(), Failure> {
        must_exist(&self.register)?;
        let reads = matches!(self.what, What::List(_) | What::Roles(_) | What::Sessions(_))
            || matches!(&self.what, What::Settings(set) if set.value.is_none());
        let store = match reads {
            true => GeoPackageStore::open_read_only(&self.register)?,
            false => GeoPackageStore::open(&self.register)?,
        };
        self.what.run(Accounts::of(&store, &store))
    }
}

impl What {
    fn run(self, accounts: Accounts<'_>) -> Result<(), Failure> {
        let now = now_ms();
        let note = |about: String| -> Result<(), Failure> {
            let place = Place::of("", "boundstone user");
            let access = Access { at_ms: now, person: None, kind: AccessKind::Account, about, place };
            Ok(accounts.note(&[access], now)?)
        };
        match self {
            Self::Add(add) => {
                let grants = add.roles.iter().map(|text| grant(text)).collect::<Result<_, _>>()?;
                let new = NewPerson { login: add.login, name: add.name, grants };
                let (person, word) = accounts.add(new, initial(add.password_stdin)?, now)?;
                note(format!("add {}", person.login))?;
                line(format!("{} {}（{}）", t("已新增", "added"), person.login, person.name()));
                first_password(add.password_stdin, &word);
            }
            Self::List(list) => {
                let all = accounts.people()?;
                people(&all, &all, (list.json, now));
            }
            Self::Passwd(one) => {
                let person = accounts.by_login(&one.login)?;
                let word = accounts.reset(person.id, initial(one.password_stdin)?, now)?;
                note(format!("passwd {}", person.login))?;
                line(format!("{} {}", t("已重设", "reset for"), person.login));
                first_password(one.password_stdin, &word);
            }
            Self::Disable(one) => {
                let person = accounts.disable(accounts.by_login(&one.login)?.id, true)?;
                note(format!("disable {}", person.login))?;
                line(format!("{} {}", t("已停用", "disabled"), person.login));
            }
            Self::Enable(one) => {
                let person = accounts.disable(accounts.by_login(&one.login)?.id, false)?;
                note(format!("enable {}", person.login))?;
                line(format!("{} {}", t("已恢复", "enabled"), person.login));
            }
            Self::HandOver(HandOver { from, to }) => {
                let (from, to) = (accounts.by_login(&from)?, accounts.by_login(&to)?);
                let leaver = accounts.hand_over(from.id, to.id)?;
                note(format!("hand-over to {}: {}", to.login, leaver.login))?;
                line(format!(
                    "{} {} → {}",
                    t("已移交并停用", "handed over and disabled"),
                    from.login,
                    to.login
                ));
            }
            Self::Role(role) => {
                let grants: Vec<Grant> =
                    role.roles.iter().map(|text| grant(text)).collect::<Result<_, _>>()?;
                let person = accounts.grant(accounts.by_login(&role.login)?.id, &grants)?;
                note(format!("role {} {}", person.login, role.roles.join(" ")))?;
                people(&[person], &[], (false, now));
            }
            Self::Roles(list) => roles(list.json),
            Self::Token(token) => {
                let person = accounts.by_login(&token.login)?;
                let may = token.may.iter().map(|code| right(code)).collect::<Result<Vec<_>, _>>()?;
                let (secret, key) = accounts.new_token(person.id, &token.title, &may, token.days, now)?;
                note(format!("token {} {}", person.login, key.name()))?;
                line(secret.reveal());
                warn(t(
                    "以上令牌只显示这一次；请求时写在请求头 Authorization: Bearer 令牌",
                    "the token is shown this once; send it in the header Authorization: Bearer TOKEN",
                ));
            }
            Self::Sessions(sessions) => {
                let person = sessions.login.as_deref().map(|login| accounts.by_login(login)).transpose()?;
                let keys = accounts.open_keys(person.map(|person| person.id), now)?;
                list_keys(&keys, &accounts.people()?, sessions.json);
            }
            Self::End(end) => {
                let person = accounts.by_login(&end.login)?;
                if !accounts.end_named(person.id, &end.key)? {
                    return Err(Failure::nothing("没有这个会话或令牌", "there is no such session or token"));
                }
                note(format!("end {} {}", person.login, end.key))?;
                line(t("已结束", "ended"));
            }
            Self::Settings(Set { name, value }) => {
                let settings = match (&name, &value) {
                    (Some(name), Some(value)) => {
                        let settings = accounts.set(name, value)?;
                        note(format!("set {name} {value}"))?;
                        settings
                    }
                    _ => accounts.settings()?,
                };
                for (member, value) in settings.members() {
                    if name.as_ref().is_none_or(|name| *name == member) {
                        line(format!("{member} = {value}"));
                    }
                }
            }
        }
        Ok(())
    }
}

fn initial(from_stdin: bool) -> Result<Initial, Failure> {
    if !from_stdin {
        return Ok(Initial::Made);
    }
    let mut word = String::new();
    let read = std::io::stdin().lock().read_line(&mut word);
    read.map_err(|error| Failure::from(Bilingual::from(&error)))?;
    Ok(Initial::Given(word.trim_end_matches(['\r', '\n']).to_owned()))
}

fn first_password(given: bool, word: &str) {
    if !given {
        line(format!(
            "{} {word}",
            t(
                "首次登录的密码（只显示这一次，登录后须改）：",
                "password for the first login (shown this once, to be changed then):"
            )
        ));
    }
}

/// `role` or `role:code,code`.
fn grant(text: &str) -> Result<Grant, Failure> {
    let (role, codes) = text.split_once([':', '：']).unwrap_or((text, ""));
    let codes: Vec<String> =
        codes.split([',', '，']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let known = Rights::compiled().roles().find(|known| known.id == role || known.title.zh == role);
    let Some(known) = known else {
        let said = AccountError::Role(role.to_owned()).sentence();
        return Err(Failure::from(said).then("角色可用 roles 列出。", "List the roles with: roles."));
    };
    let mut grant = Grant::of(&known.id);
    match known.bounds {
        crate::accounts::Bounds::Line => grant.lines = codes,
        _ => grant.divisions = codes,
    }
    Ok(grant)
}

fn right(code: &str) -> Result<Right, Failure> {
    Right::from_code(code.trim()).ok_or_else(|| {
        Failure::nothing(format!("没有权限“{code}”"), format!("there is no right {code:?}"))
            .then("权限可用 roles 列出。", "List the rights with: roles.")
    })
}

fn written(grant: &Grant) -> String {
    let codes: Vec<&str> = grant.divisions.iter().chain(&grant.lines).map(String::as_str).collect();
    if codes.is_empty() { grant.role.clone() } else { format!("{}:{}", grant.role, codes.join(",")) }
}

fn time(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or_default();
    jiff::Timestamp::from_millisecond(ms).map(|at| format!("{at:.0}")).unwrap_or_default()
}

fn people(people: &[Person], all: &[Person], (as_json, now): (bool, u64)) {
    let successor = |person: &Person| {
        let found = all.iter().find(|other| person.successor() == Some(other.id));
        found.map(|other| other.login.clone())
    };
    if as_json {
        let one = |person: &Person| {
            json!({
                "id": person.id.to_string(), "login": person.login, "name": person.name(),
                "roles": person.grants(), "disabled": person.is_disabled(), "successor": successor(person), "must_change": person.must_change(),
                "locked_seconds": person.locked_seconds(now), "last": person.last_ms().map(time),
            })
        };
        return words::json(&Json::Array(people.iter().map(one).collect()));
    }
    for person in people {
        let roles: Vec<String> = person.grants().iter().map(written).collect();
        let mut marks = Vec::new();
        if person.is_disabled() {
            marks.push(t("已停用", "disabled").to_owned());
        }
        if let Some(login) = successor(person) {
            marks.push(format!("{} {login}", t("已移交", "handed over to")));
        }
        if person.locked_seconds(now) > 0 {
            marks.push(t("已锁定", "locked").to_owned());
        }
        if person.must_change() {
            marks.push(t("须改密码", "must change the password").to_owned());
        }
        line(format!("{}\t{}\t{}\t{}", person.login, person.name(), roles.join(" "), marks.join("，")));
    }
}

fn roles(as_json: bool) {
    let table = Rights::compiled();
    if as_json {
        let rights: Vec<Json> =
            Right::ALL.iter().map(|right| json!({"id": right, "title": right.title()})).collect();
        return words::json(&json!({"roles": table.roles().collect::<Vec<_>>(), "rights": rights}));
    }
    for role in table.roles() {
        let may: Vec<&str> = role.may.iter().map(|right| right.code()).collect();
        line(format!("{}\t{}\t{}\t{}", role.id, say(&role.title), role.sees.code(), may.join(",")));
    }
    line("");
    for right in Right::ALL {
        line(format!("{}\t{}", right.code(), say(right.title())));
    }
}

fn list_keys(keys: &[Key], people: &[Person], as_json: bool) {
    let login = |key: &Key| {
        let owner = people.iter().find(|person| person.id == key.person);
        owner.map_or_else(|| key.person.to_string(), |person| person.login.clone())
    };
    if as_json {
        let one = |key: &Key| {
            json!({
                "key": key.name(), "login": login(key), "what": key.kind,
                "made": time(key.made_ms), "seen": time(key.seen_ms), "ends": time(key.ends_ms),
            })
        };
        return words::json(&Json::Array(keys.iter().map(one).collect()));
    }
    for key in keys {
        let what = match &key.kind {
            KeyKind::Session { place } => format!("{} {}", t("会话", "session"), place.address),
            KeyKind::Token { title, .. } => format!("{} {title}", t("令牌", "token")),
        };
        line(format!(
            "{}\t{}\t{what}\t{} – {}",
            key.name(),
            login(key),
            time(key.made_ms),
            time(key.ends_ms)
        ));
    }
}

//! Wrong arguments and the help, in the terminal's language: clap itself speaks English only.

use std::error::Error;
use std::net::AddrParseError;
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::Arguments;
use super::words::{language, t, warn};
use crate::crs::CrsError;
use crate::model::layers::UnknownLayer;
use crate::model::{Bilingual, DateError, Language, Layer};

/// Words for what stands in place of a value, where the terminal is Chinese.
const PLACES: &[(&str, &str)] = &[
    ("REGISTER", "登记册"),
    ("SOURCE", "文件"),
    ("FILE", "文件"),
    ("IN", "输入文件"),
    ("OUT", "输出文件"),
    ("LAYER", "图层"),
    ("L", "图层"),
    ("CRS", "坐标系"),
    ("C", "坐标系"),
    ("E", "编码"),
    ("FIELD=COLUMN", "字段=列名"),
    ("FIELD=VALUE", "字段=值"),
    ("ROW=ID|ROW=LON,LAT", "行号=标识|行号=经度,纬度"),
    ("COLUMN", "列名"),
    ("NAME", "姓名"),
    ("TEXT", "文字"),
    ("NO", "文号"),
    ("DATE", "日期"),
    ("N", "数"),
    ("ID", "编号"),
    ("COLUMN,LINE,LON,LAT", "列,行,经度,纬度"),
    ("LON", "经度"),
    ("LAT", "纬度"),
    ("W,S,E,N", "西,南,东,北"),
    ("REVISION", "版次"),
    ("ADDR:PORT", "地址:端口"),
    ("URL", "网址"),
    ("K", "倍数"),
    ("S", "种子"),
    ("TITLE", "名称"),
    ("LIMIT", "条数"),
    ("SHOW", "密级"),
    ("METRES", "米"),
    ("M2", "平方米"),
    ("PERCENT", "百分比"),
    ("FIELD", "字段"),
    ("OLD", "旧版"),
    ("NEW", "新版"),
    ("COMMAND", "命令"),
    ("RULE", "规则号"),
    ("KIND", "种类"),
    ("DIR", "文件夹"),
    ("M", "米"),
    ("STRATEGY", "策略"),
    ("PROFILE", "人群"),
    ("M/S", "米/秒"),
    ("SHARE", "比例"),
    ("LOGIN", "用户名"),
    ("ROLE", "角色"),
    ("RIGHT", "权限"),
    ("KEY", "编号"),
    ("SETTING", "设置"),
    ("VALUE", "值"),
    ("REVISION:HASH", "版次:校验值"),
];

/// A command with its subcommands, clap's own words in the terminal's language.
pub fn localised(command: Command) -> Command {
    let command = command.disable_version_flag(true).arg(
        Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help(t("显示版本", "Print version")),
    );
    with_words(command, "boundstone")
}

fn with_words(command: Command, called: &str) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let places = command.get_arguments().filter(|arg| arg.is_positional());
    let before: String = places.map(|arg| format!(" <{}>", chinese(&place(arg)))).collect();
    let command = command.disable_help_subcommand(true).subcommand_value_name(t("命令", "COMMAND"));
    let command = names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |inner| with_words(inner, &format!("{called}{before} {name}")))
    });
    let template = t(
        "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n",
        "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}\n",
    );
    let help =
        Arg::new("help").short('h').long("help").action(ArgAction::Help).help(t("显示用法", "Print help"));
    let mut command = command.disable_help_flag(true).arg(help).help_template(template);
    let names: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    for (at, name) in names.into_iter().enumerate() {
        command = command.mut_arg(name, |arg| argument(arg).display_order(at));
    }
    let usage = usage(&command, called);
    command.override_usage(usage)
}

/// The line of usage: `boundstone import [options] --layer <layer> <register> <source>`.
fn usage(command: &Command, called: &str) -> String {
    let mut parts = vec![called.to_owned()];
    if command.has_subcommands() {
        let places = command.get_arguments().filter(|arg| arg.is_positional());
        parts.extend(places.map(|arg| format!("<{}>", place(arg))));
        parts.push(t("<命令>", "<COMMAND>").into());
        return parts.join(" ");
    }
    parts.push(t("[选项]", "[OPTIONS]").into());
    let (places, options): (Vec<&Arg>, Vec<&Arg>) = command.get_arguments().partition(|a| a.is_positional());
    let option = |arg: &Arg| format!("--{} <{}>", arg.get_long().unwrap_or_default(), place(arg));
    parts.extend(options.into_iter().filter(|arg| arg.is_required_set()).map(option));
    parts.extend(places.into_iter().map(|arg| match arg.is_required_set() {
        true => format!("<{}>", place(arg)),
        false => format!("[{}]", place(arg)),
    }));
    parts.join(" ")
}

/// What stands in place of an argument's value.
fn place(arg: &Arg) -> String {
    let named = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    named.unwrap_or_else(|| arg.get_id().as_str().to_uppercase())
}

/// A place's word in the terminal's language.
fn chinese(place: &str) -> String {
    let known = PLACES.iter().find(|(english, _)| *english == place).map(|(_, chinese)| *chinese);
    known.filter(|_| language() == Language::Zh).unwrap_or(place).to_owned()
}

/// An argument's heading, and in Chinese what clap would add to its help in English.
fn argument(arg: Arg) -> Arg {
    let positional = arg.is_positional();
    let arg = arg.help_heading(if positional { t("参数", "Arguments") } else { t("选项", "Options") });
    if language() == Language::En || !arg.get_action().takes_values() {
        return arg;
    }
    let place = place(&arg);
    let chinese = PLACES.iter().find(|(english, _)| *english == place).map(|(_, chinese)| *chinese);
    let mut notes = Vec::new();
    let word = |value: &PossibleValue| match value.get_help() {
        Some(help) => format!("{}（{help}）", value.get_name()),
        None => value.get_name().to_owned(),
    };
    let words: Vec<_> = arg.get_possible_values().iter().map(word).collect();
    if !words.is_empty() {
        notes.push(format!("可选 {}", words.join("、")));
    }
    let values: Vec<_> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !values.is_empty() {
        notes.push(format!("默认 {}", values.join("、")));
    }
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if !notes.is_empty() {
        help += &format!("（{}）", notes.join("；"));
    }
    let arg = arg.help(help).hide_default_value(true).hide_possible_values(true);
    match chinese {
        Some(chinese) => arg.value_name(chinese),
        None => arg,
    }
}

/// Says what is wrong with the arguments; help and version are printed as asked.
pub fn report(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        // A reader that went away is no error.
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    let said = sentence(error);
    warn(format!("{}{}", t("用法有误：", "usage: "), said.get(language())));
    let usage = said_of(error, ContextKind::Usage);
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    if !usage.is_empty() {
        warn(format!("{}{usage}", t("用法：", "Usage: ")));
    }
    let all = localised(Arguments::command());
    let command = std::env::args().nth(1).filter(|name| all.find_subcommand(name).is_some());
    let called = command.map_or_else(|| "boundstone".to_owned(), |name| format!("boundstone {name}"));
    match language() {
        Language::Zh => warn(format!("详细用法：{called} --help")),
        Language::En => warn(format!("More: {called} --help")),
    }
    ExitCode::from(2)
}

fn said_of(error: &clap::Error, kind: ContextKind) -> String {
    error.get(kind).map(ToString::to_string).unwrap_or_default()
}

/// What is wrong, in both languages.
fn sentence(error: &clap::Error) -> Bilingual {
    let said = |kind| said_of(error, kind);
    let (arg, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::NoEquals if value.is_empty() => {
            let valid = said(ContextKind::ValidValue);
            let (zh, en) = match valid.as_str() {
                "" => (String::new(), String::new()),
                valid => (format!("，可以是 {valid}"), format!("; it may be {valid}")),
            };
            Bilingual::new(format!("{arg} 后面要有值{zh}"), format!("{arg} needs a value{en}"))
        }
        ErrorKind::InvalidValue => {
            let valid = said(ContextKind::ValidValue);
            Bilingual::new(
                format!("{arg} 不能是“{value}”，可以是 {valid}"),
                format!("{arg} cannot be {value:?}; it may be {valid}"),
            )
        }
        ErrorKind::ValueValidation => {
            let why = reason(error.source());
            Bilingual::new(
                format!("{arg} 的值“{value}”不对：{}", why.zh),
                format!("{value:?} is wrong for {arg}: {}", why.en),
            )
        }
        ErrorKind::UnknownArgument => {
            let (zh, en) = if arg.starts_with('-') {
                (format!("没有这个选项：{arg}"), format!("there is no option {arg}"))
            } else {
                (format!("多了一个参数“{arg}”"), format!("{arg:?} is one argument too many"))
            };
            meant(zh, en, &said(ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand);
            let guess = said(ContextKind::SuggestedSubcommand);
            meant(format!("没有这个命令：{name}"), format!("there is no command {name:?}"), &guess)
        }
        ErrorKind::MissingRequiredArgument => {
            Bilingual::new(format!("还缺少：{arg}"), format!("still missing: {arg}"))
        }
        ErrorKind::MissingSubcommand => Bilingual::new("还缺少命令", "the command is missing"),
        ErrorKind::ArgumentConflict => conflict(&arg, &said(ContextKind::PriorArg)),
        ErrorKind::TooManyValues => Bilingual::new(
            format!("{arg} 的值太多，多了“{value}”"),
            format!("{arg} has too many values: {value:?} is over"),
        ),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Bilingual::new(format!("{arg} 的值的个数不对"), format!("{arg} has a wrong number of values"))
        }
        ErrorKind::InvalidUtf8 => Bilingual::new(
            "参数不是 UTF-8 文字，请检查终端的文字编码",
            "an argument is not UTF-8 text; check the terminal's encoding",
        ),
        _ => Bilingual::new(error.to_string(), error.to_string()),
    }
}

fn meant(zh: String, en: String, guess: &str) -> Bilingual {
    // The likeliest stands last.
    match guess.rsplit(", ").next().unwrap_or_default() {
        "" => Bilingual::new(zh, en),
        guess => Bilingual::new(format!("{zh}，是不是 {guess}？"), format!("{en}; did you mean {guess}?")),
    }
}

fn conflict(arg: &str, prior: &str) -> Bilingual {
    if prior.is_empty() || prior == arg {
        Bilingual::new(format!("{arg} 只能给一次"), format!("{arg} may be given only once"))
    } else {
        Bilingual::new(
            format!("{arg} 与 {prior} 不能同时给"),
            format!("{arg} and {prior} cannot be given together"),
        )
    }
}

/// Why a value cannot be read.
fn reason(why: Option<&(dyn Error + 'static)>) -> Bilingual {
    let Some(why) = why else { return Bilingual::new("读不懂", "it cannot be read") };
    if let Some(crs) = why.downcast_ref::<CrsError>() {
        return crs.sentence();
    }
    if why.is::<UnknownLayer>() {
        let names = Layer::ALL.iter().map(|layer| layer.name()).collect::<Vec<_>>();
        return Bilingual::new(
            format!("没有这个图层。图层有 {}", names.join("、")),
            format!("there is no such layer. The layers are {}", names.join(", ")),
        );
    }
    if why.is::<DateError>() {
        return Bilingual::new("应是日期，写作 2026-11-21", "write a day as 2026-11-21");
    }
    if why.is::<ParseIntError>() {
        return Bilingual::new("应是不小于 0 的整数", "it must be a whole number, not below 0");
    }
    if why.is::<ParseFloatError>() {
        return Bilingual::new("应是数字", "it must be a number");
    }
    if why.is::<AddrParseError>() {
        return Bilingual::new(
            "应写作 地址:端口，例如 127.0.0.1:8090",
            "write it as address:port, for example 127.0.0.1:8090",
        );
    }
    // Our own parsers speak the terminal's language already.
    Bilingual::new(why.to_string(), why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Bilingual {
        let arguments = std::iter::once("boundstone").chain(line.split_whitespace());
        match localised(Arguments::command()).try_get_matches_from(arguments) {
            Err(error) => sentence(&error),
            Ok(_) => panic!("{line}: nothing wrong"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_both_languages() {
        for (line, zh, en) in [
            ("imprt", "没有这个命令：imprt，是不是 import？", "there is no command \"imprt\""),
            ("layers r.gpkg --nothing", "没有这个选项：--nothing", "there is no option --nothing"),
            ("layers r.gpkg division more", "多了一个参数“more”", "one argument too many"),
            ("layers", "还缺少：", "still missing: "),
            ("layers r.gpkg nowhere", "没有这个图层", "there is no such layer"),
            ("layers r.gpkg --as-of 2026-02-30", "写作 2026-11-21", "write a day"),
            ("layers r.gpkg --revision x", "整数", "whole number"),
            ("layers r.gpkg --as-of", "后面要有值", "needs a value"),
            ("locate r.gpkg x 25", "应是数字", "must be a number"),
            ("serve r.gpkg --bind here", "地址:端口", "address:port"),
            ("serve r.gpkg --show all", "可以是 public, internal, secret", "it may be public"),
            ("convert a b --from nonsense", "坐标系", "names no coordinate system"),
            ("layers r.gpkg --json --json", "只能给一次", "only once"),
        ] {
            let said = said(line);
            assert!(said.zh.contains(zh), "{line}: {}", said.zh);
            assert!(said.en.contains(en), "{line}: {}", said.en);
        }
    }
}

//! The language of the terminal, and how results are printed: for people or as JSON.

use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::model::{Bilingual, Candidate, Finding, Findings, Language, Severity};

/// The terminal's language: `BOUNDSTONE_LANG`, else the locale; Chinese where nothing says otherwise.
pub fn language() -> Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| {
        ["BOUNDSTONE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
            .map_or(Language::Zh, |locale| Language::from_locale(&locale))
    })
}

/// One of two sentences, by the terminal's language.
pub fn t(zh: &'static str, en: &'static str) -> &'static str {
    match language() {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// A sentence of both, by the terminal's language.
pub fn say(text: &Bilingual) -> &str {
    text.get(language())
}

/// Writes a line to standard output; a reader that went away (`| head`) is no error.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// Writes a line to standard error.
pub fn warn(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

/// Writes JSON to standard output.
pub fn json(value: &Json) {
    line(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints findings for people: the first few of each rule, then how many more.
pub fn findings(findings: &Findings) {
    const SHOWN: usize = 5;
    for (rule, count) in &findings.counts {
        let shown: Vec<&Finding> = findings.kept.iter().filter(|f| f.rule == *rule).take(SHOWN).collect();
        shown.iter().for_each(|finding| warn(finding_line(finding, language())));
        let more = count.saturating_sub(shown.iter().map(|finding| finding.count).sum());
        if more > 0 {
            warn(match language() {
                Language::Zh => format!("  … 另有 {} 条同类（{rule}），--json 可列出", thousands(more)),
                Language::En => format!("  … {} more like this ({rule}); --json lists them", thousands(more)),
            });
        }
    }
}

fn finding_line(finding: &Finding, language: Language) -> String {
    let mark = match (finding.severity, language) {
        (Severity::Error, Language::Zh) => "必须改",
        (Severity::Warning, Language::Zh) => "请确认",
        (Severity::Note, Language::Zh) => "提示",
        (Severity::Error, Language::En) => "error",
        (Severity::Warning, Language::En) => "check",
        (Severity::Note, Language::En) => "note",
    };
    let spot = &finding.spot;
    let place: Vec<String> =
        [spot.file.clone(), rows(finding, language), spot.field.clone(), spot.record.clone()]
            .into_iter()
            .flatten()
            .collect();
    let evidence = finding.evidence.as_deref().map(|e| format!(" [{e}]")).unwrap_or_default();
    let (what, done) = (finding.what.get(language), finding.done.get(language));
    let mut line = match language {
        Language::Zh => format!("  {mark} {}：{what}{evidence} → {done}", place.join("，")),
        Language::En => format!("  {mark} {}: {what}{evidence} → {done}", place.join(", ")),
    };
    for Candidate { id, label, within, score } in &finding.candidates {
        line.push_str(&format!("\n      {score:.2}  {id}  {label}  {within}"));
    }
    line
}

/// The first rows of a finding, and how many there are.
fn rows(finding: &Finding, language: Language) -> Option<String> {
    const NAMED: usize = 3;
    let named: Vec<String> = finding.rows.iter().take(NAMED).map(u64::to_string).collect();
    let more = finding.count > named.len() as u64;
    let count = thousands(finding.count);
    match (named.is_empty(), more, language) {
        (true, _, _) => None,
        (_, false, Language::Zh) => Some(format!("第 {} 行", named.join("、"))),
        (_, true, Language::Zh) => Some(format!("第 {} 等 {count} 行", named.join("、"))),
        (_, false, Language::En) if named.len() == 1 => Some(format!("row {}", named[0])),
        (_, false, Language::En) => Some(format!("rows {}", named.join(", "))),
        (_, true, Language::En) => Some(format!("rows {} and more, {count} in all", named.join(", "))),
    }
}

/// At which revision a register is after something was written.
pub fn now_at(revision: u64) -> String {
    match language() {
        Language::Zh => format!("登记册现为第 {revision} 版"),
        Language::En => format!("the register is at revision {revision}"),
    }
}

/// That something was written, and at which revision the register is.
pub fn written(revision: u64) -> String {
    format!("{}{}", t("已写入，", "written; "), now_at(revision))
}

/// A progress bar on a terminal; nothing where output goes to a file.
pub fn progress(what: &'static str, total: Option<u64>) -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (indicatif::ProgressBar::new(total), "{msg} {wide_bar} {human_pos}/{human_len} {eta}"),
        None => (indicatif::ProgressBar::new_spinner(), "{spinner} {msg} {human_pos} {elapsed}"),
    };
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.with_message(what)
}

/// A number with thousands separated.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Spot;

    #[test]
    fn rows_with_one_cause_are_one_line() {
        let mut all = Findings::default();
        for row in 2..314 {
            let spot = Spot { file: Some("户.csv".into()), row: Some(row), ..Spot::default() };
            let what = Bilingual::new("没有名称", "no name");
            let done = Bilingual::new("该行未导入", "the row was refused");
            all.push(Finding::new("import.required", Severity::Error, spot, what, done));
            if row < 4 {
                let (zh, en) = if row == 2 { ("第 2 行", "row 2") } else { ("第 2、3 行", "rows 2, 3") };
                assert_eq!(rows(&all.kept[0], Language::Zh).as_deref(), Some(zh));
                assert_eq!(rows(&all.kept[0], Language::En).as_deref(), Some(en));
            }
        }
        assert_eq!(
            finding_line(&all.kept[0], Language::Zh),
            "  必须改 户.csv，第 2、3、4 等 312 行：没有名称 → 该行未导入"
        );
    }
}

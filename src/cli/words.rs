//! The language of the terminal, and how results are printed: for people or as JSON.

use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::model::{Bilingual, Finding, Findings, Language, Severity};

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
        let of_rule: Vec<&Finding> = findings.kept.iter().filter(|f| f.rule == *rule).collect();
        for finding in of_rule.iter().take(SHOWN) {
            warn(finding_line(finding));
        }
        let more = *count as usize - of_rule.len().min(SHOWN);
        if more > 0 {
            warn(match language() {
                Language::Zh => format!("  … 另有 {more} 条同类（{rule}），--json 可列出"),
                Language::En => format!("  … {more} more like this ({rule}); --json lists them"),
            });
        }
    }
}

fn finding_line(finding: &Finding) -> String {
    let mark = match finding.severity {
        Severity::Error => t("必须改", "error"),
        Severity::Warning => t("请确认", "check"),
        Severity::Note => t("提示", "note"),
    };
    let spot = &finding.spot;
    let row = spot.row.map(|row| match language() {
        Language::Zh => format!("第 {row} 行"),
        Language::En => format!("row {row}"),
    });
    let place: Vec<String> =
        [spot.file.clone(), row, spot.field.clone(), spot.record.clone()].into_iter().flatten().collect();
    let evidence = finding.evidence.as_deref().map(|e| format!(" [{e}]")).unwrap_or_default();
    format!("  {mark} {}: {}{evidence} → {}", place.join(", "), say(&finding.what), say(&finding.done))
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

//! `boundstone places categories`: the code list of categories (GB/T 18521), with what an office adds. Its own codes
//! stand in a table beside the register, `REGISTER.codes/place_category.csv`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::registers::must_exist;
use crate::cli::words::{self, line, t};
use crate::formats::{self, OutColumn, OutFeature, OutSchema, ReadOptions};
use crate::model::{FieldKind, vocab};

/// The list that offices add to.
const LIST: &str = "place_category";
/// Values of a list and characters of a code at most.
const MOST: usize = 20_000;
const LONGEST: usize = 20;

/// The folder of an office's own codes beside a register.
fn folder(register: &Path) -> PathBuf {
    let mut name = register.file_name().unwrap_or_default().to_owned();
    name.push(".codes");
    register.with_file_name(name)
}

/// Takes an office's own codes into the lists; without its table nothing changes.
pub fn take_in(register: &Path) -> Result<(), Failure> {
    let file = folder(register).join(format!("{LIST}.csv"));
    if file.is_file() {
        let values = read(&file)?.into_values().collect();
        vocab::add_local(HashMap::from([(LIST.to_owned(), values)]));
    }
    Ok(())
}

/// The values of a table, by code: code, Chinese, English, other words.
fn read(file: &Path) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut source = formats::open(file, &ReadOptions::default())?;
    let headings: Vec<String> = source.columns().iter().map(|one| one.trim().to_lowercase()).collect();
    let at = |wanted: &[&str]| headings.iter().position(|heading| wanted.contains(&heading.as_str()));
    let code = at(&["code", "代码", "类别代码", "编码"]);
    let zh = at(&["zh", "name", "名称", "类别名称", "类别"]);
    let (Some(code), Some(zh)) = (code, zh) else {
        return Err(Failure::nothing(
            "表格应有“代码”“名称”两栏",
            "the table needs the columns code and name",
        ));
    };
    let en = at(&["en", "英文", "英文名称"]);
    let other = at(&["aliases", "别称", "别名"]);
    let mut values = BTreeMap::new();
    while let Some(feature) = source.next_feature() {
        let Ok(feature) = feature else { continue };
        let cell = |at: usize| {
            let found = feature.values.iter().find(|(column, _)| *column == at);
            found.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let text =
            |at: Option<usize>| at.and_then(cell).map(|text| text.trim().to_owned()).unwrap_or_default();
        let (code, zh) = (text(Some(code)), text(Some(zh)));
        let sound = !code.is_empty()
            && code.chars().count() <= LONGEST
            && code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !sound || zh.is_empty() || values.len() >= MOST {
            continue;
        }
        let en = Some(text(en)).filter(|text| !text.is_empty()).unwrap_or_else(|| zh.clone());
        let mut words = vec![code.clone(), zh, en];
        words.extend(
            text(other)
                .split(['；', ';', '、'])
                .map(str::trim)
                .filter(|one| !one.is_empty())
                .map(str::to_owned),
        );
        values.insert(code, words);
    }
    Ok(values)
}

/// The categories.
#[derive(Args)]
pub struct Categories {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "FILE", help = t("导入的代码表：代码、名称、英文、别称；已有的代码改用表中的名称", "a table to bring in: code, name, en, aliases"))]
    file: Option<PathBuf>,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Categories {
    /// Brings a table in, or lists the codes.
    pub fn run(self) -> Result<(), Failure> {
        must_exist(&self.register)?;
        let folder = folder(&self.register);
        let kept = folder.join(format!("{LIST}.csv"));
        let mut own = if kept.is_file() { read(&kept)? } else { BTreeMap::new() };
        let Some(file) = &self.file else {
            take_in(&self.register)?;
            return self.list(&own);
        };
        let new = read(file)?;
        let (many, before) = (new.len(), own.len());
        own.extend(new);
        fs::create_dir_all(&folder).map_err(|error| Failure::disk(&folder, &error))?;
        let column = |name: &str| OutColumn { name: name.into(), title: None, kind: FieldKind::Text };
        let columns = ["code", "zh", "en", "aliases"].map(column).into();
        let schema = OutSchema { name: LIST.into(), columns, crs: None, encoding: None };
        let mut sink = formats::create(&kept, &schema)?;
        for words in own.values() {
            let aliases = words.get(3..).unwrap_or_default().join("；");
            let mut values: Vec<serde_json::Value> =
                words.iter().take(3).map(|word| word.as_str().into()).collect();
            values.push(aliases.into());
            sink.write(OutFeature { geometry: None, values })?;
        }
        sink.finish()?;
        let added = own.len() - before;
        if self.json {
            words::json(&json!({"read": many, "added": added, "own": own.len(), "file": kept}));
        } else {
            line(format!(
                "{} {many}，{} {added} → {}",
                t("读入", "read"),
                t("新增", "added"),
                kept.display()
            ));
        }
        Ok(())
    }

    fn list(&self, own: &BTreeMap<String, Vec<String>>) -> Result<(), Failure> {
        let list = vocab::list(LIST);
        if self.json {
            let all: Vec<_> = list
                .values
                .iter()
                .map(|value| json!({"code": value.code, "title": value.title, "own": own.contains_key(&value.code)}))
                .collect();
            words::json(&json!({"categories": all}));
            return Ok(());
        }
        for value in &list.values {
            let mark = if own.contains_key(&value.code) { t("（本地）", " (local)") } else { "" };
            line(format!("  {}  {}{mark}", value.code, words::say(&value.title)));
        }
        Ok(())
    }
}

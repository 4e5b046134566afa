//! Findings of an import: file, row, field, what is wrong, what was done.

use serde::{Deserialize, Serialize};

use super::ImportError;
use crate::model::{Bilingual, Candidate, Finding, Findings, Severity, Spot, ValueError};

/// Findings of one file.
pub(super) struct Report {
    /// those so far
    pub findings: Findings,
    /// rows that are not taken
    pub refused: Vec<Refused>,
    file: String,
}

/// A row that is not taken, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// its number in the file
    pub row: u64,
    /// why
    pub why: Bilingual,
    /// where on the map, if that is known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
}

/// Refused rows that are named one by one; all are counted.
const MOST_REFUSED: usize = 200_000;

/// One kind of finding: its rule, its weight, and what is done about it.
pub(super) struct Rule {
    id: &'static str,
    severity: Severity,
    done: (&'static str, &'static str),
}

const fn rule(id: &'static str, severity: Severity, done: (&'static str, &'static str)) -> Rule {
    Rule { id, severity, done }
}

const REFUSED: (&str, &str) = ("该行未导入", "the row was refused");
const CHOOSE: (&str, &str) =
    ("该行未导入，请从候选中选定记录", "the row was refused: choose its record from the candidates");
const IN_EXTRA: (&str, &str) =
    ("字段留空，原值保留在其他字段中", "the field stays empty, the value is kept among the other fields");

pub(super) const VALUE: Rule = rule("import.value", Severity::Warning, IN_EXTRA);
pub(super) const CODE_LIST: Rule = rule("import.code_list", Severity::Warning, IN_EXTRA);
pub(super) const PERIOD: Rule = rule(
    "import.period",
    Severity::Warning,
    ("失效日期留空，原值保留在其他字段中", "the end is left open, the value is kept among the other fields"),
);
pub(super) const REQUIRED: Rule = rule("import.required", Severity::Error, REFUSED);
pub(super) const GEOMETRY: Rule = rule("import.geometry", Severity::Error, REFUSED);
pub(super) const COORDINATES: Rule = rule("import.coordinates", Severity::Error, REFUSED);
pub(super) const NO_GEOMETRY: Rule =
    rule("import.no_geometry", Severity::Note, ("按无图形的记录导入", "imported without geometry"));
pub(super) const GEOMETRY_LEFT: Rule = rule(
    "import.geometry_left",
    Severity::Note,
    ("该图层不存图形，图形未导入", "the layer has no geometry: it was left out"),
);
pub(super) const INVALID_POLYGON: Rule = rule(
    "import.invalid_polygon",
    Severity::Warning,
    ("照原样导入，请核对", "imported as it is; please check"),
);
pub(super) const REPAIRED_POLYGON: Rule = rule(
    "import.repaired_polygon",
    Severity::Warning,
    ("在相交处切开，已修复，请核对", "cut where it crosses and repaired; please check"),
);
pub(super) const REFUSED_POLYGON: Rule = rule("import.invalid_polygon", Severity::Error, REFUSED);
pub(super) const DUPLICATE: Rule = rule("import.duplicate_key", Severity::Error, REFUSED);
pub(super) const AMBIGUOUS: Rule = rule("import.ambiguous_key", Severity::Error, REFUSED);
pub(super) const NO_KEY: Rule = rule("import.no_key", Severity::Error, REFUSED);
pub(super) const PARENT: Rule = rule(
    "import.missing_reference",
    Severity::Warning,
    ("照录，待补上级记录", "taken as it is; the record it names is still to come"),
);
pub(super) const DATUM_KEPT: Rule = rule(
    "import.datum_kept",
    Severity::Note,
    (
        "按无图形的记录导入，原坐标连同基准保留在其他字段的 received 中",
        "imported without geometry; the coordinates are kept with their datum in `received` among the other fields",
    ),
);
pub(super) const MEDIA: Rule = rule(
    "import.media",
    Severity::Note,
    (
        "图片和 PDF 随导入存到登记册旁；录音、视频只记链接，文件留在原处",
        "pictures and PDF are kept beside the register; of sounds and videos only links are, the files stay where they are",
    ),
);
pub(super) const MEDIA_LEFT: Rule = rule(
    "import.media_left",
    Severity::Warning,
    ("没有存入，只记了名称", "it was not kept, only its name is"),
);
pub(super) const MEDIA_ALONE: Rule =
    rule("import.media_alone", Severity::Warning, ("未对上任何一行", "it belongs to no row"));
pub(super) const SPLIT: Rule = rule(
    "import.split_crossings",
    Severity::Note,
    ("各段保留原有字段，首段保留代码", "each piece keeps the fields, the first one the code"),
);
pub(super) const NOT_SPLIT: Rule = rule(
    "import.split_crossings",
    Severity::Warning,
    ("未断开，照原样导入", "not split, imported as they are"),
);
pub(super) const JOIN_NONE: Rule = rule("import.unmatched", Severity::Error, CHOOSE);
pub(super) const JOIN_NOTHING: Rule = rule("import.unmatched", Severity::Error, REFUSED);
pub(super) const JOIN_SEVERAL: Rule = rule("import.ambiguous", Severity::Error, CHOOSE);
pub(super) const JOINED_TYPO: Rule = rule(
    "import.joined",
    Severity::Warning,
    ("已并入该记录，名称未改，请核对", "joined with it, whose name stays; please check"),
);
pub(super) const JOINED_NAME: Rule = rule(
    "import.joined_name",
    Severity::Warning,
    ("按代码并入，名称未改，请核对", "joined by the code, the name stays; please check"),
);
pub(super) const CRS: Rule =
    rule("import.crs", Severity::Note, ("按给定的坐标系导入", "imported in the given coordinate system"));

/// Where in a row, and by which value.
#[derive(Clone, Copy, Default)]
pub(super) struct At<'a> {
    /// the row, if it is about one
    pub row: Option<u64>,
    /// the column or field
    pub field: Option<&'a str>,
    /// the place on the map
    pub place: Option<[f64; 2]>,
}

impl<'a> At<'a> {
    pub(super) fn row(row: u64) -> Self {
        Self { row: Some(row), ..Self::default() }
    }

    pub(super) fn field(row: u64, field: &'a str) -> Self {
        Self { row: Some(row), field: Some(field), place: None }
    }
}

impl Report {
    pub(super) fn new(file: &str) -> Self {
        Self { findings: Findings::default(), refused: Vec::new(), file: file.to_owned() }
    }

    /// Keeps why a row is not taken.
    pub(super) fn refuse(&mut self, row: u64, why: Bilingual, at: Option<[f64; 2]>) {
        if self.refused.len() < MOST_REFUSED {
            self.refused.push(Refused { row, why, at });
        }
    }

    /// Notes one.
    pub(super) fn note(&mut self, rule: &Rule, at: At<'_>, what: impl FnOnce() -> (String, String, String)) {
        self.note_with(rule, at, Vec::new(), what);
    }

    /// Notes one with records to choose from.
    pub(super) fn note_with(
        &mut self,
        rule: &Rule,
        at: At<'_>,
        candidates: Vec<Candidate>,
        what: impl FnOnce() -> (String, String, String),
    ) {
        let (zh, en, evidence) = what();
        if (rule.done == REFUSED || rule.done == CHOOSE)
            && let Some(row) = at.row
        {
            self.refuse(row, Bilingual::new(zh.clone(), en.clone()), at.place);
        }
        let spot = Spot {
            file: Some(self.file.clone()),
            row: at.row,
            field: at.field.map(str::to_owned),
            record: None,
            at: at.place,
        };
        let done = Bilingual::new(rule.done.0, rule.done.1);
        let finding = Finding::draft(rule.id, rule.severity, spot, Bilingual::new(zh, en), done);
        let finding = Finding { candidates, ..finding };
        self.findings.push(if evidence.is_empty() { finding } else { finding.with_evidence(evidence) });
    }
}

impl ImportError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::CrsQuestion { file, declared: None, .. } => format!("{file} 没有注明坐标系，需要指定"),
            Self::CrsQuestion { file, declared: Some(said), .. } => {
                format!("{file} 的坐标系需要指定（文件注明的是：{said}）")
            }
            Self::Crs(error) => return error.sentence(),
            Self::DatumQuestion { file, crs, datum } => format!(
                "{file} 的坐标系是 {}（基准 {datum}）：到 CGCS2000 没有公开的转换参数，硬套会差到 120 米",
                crs.describe().zh
            ),
            Self::UnknownField { layer, field } => format!("图层 {layer} 没有字段“{field}”"),
            Self::UnknownColumn { file, column, columns } => {
                format!("{file} 没有“{column}”这一列，现有：{}", columns.join("、"))
            }
            Self::MappedTwice(name) => format!("“{name}”对应了两次"),
            Self::NoConstant(title) => format!("“{}”不能所有行都填同一个值", title.zh),
            Self::BadConstant { field, text, why: ValueError::List { .. } } => {
                format!("统一填的“{text}”不在“{}”的代码表中", field.zh)
            }
            Self::BadConstant { field, text, .. } => format!("统一填的“{text}”填不进“{}”", field.zh),
            Self::NoPoints(layer) => format!("图层 {layer} 不是点图层，不能在图上点位"),
            Self::BadPlace(row) => format!("第 {row} 行指定的位置不在地图范围内"),
            Self::NoLines(layer) => format!("图层 {layer} 不是线图层，不能在路口断开"),
            Self::Cancelled => "已停止".into(),
        };
        Bilingual::new(zh, self.to_string())
    }
}

//! Why a command did not do what it was asked, what to do next, and the exit code that says so.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use super::words::{say, t, warn};
use crate::attachments::MediaError;
use crate::boundary::arrival::ArrivalError;
use crate::crs::CrsError;
use crate::formats::FormatError;
use crate::intake::ImportError;
use crate::model::Bilingual;
use crate::register::{CommitError, MergeError, NotARegister, RevisionError, StoreError, UndoRefusal};
use crate::rules::RulesError;
use crate::server::ServeError;
use crate::snapshot::ApplyError;

/// A command that was not carried out.
pub enum Failure {
    /// nothing was done: exit code 1
    Nothing {
        /// why not
        why: Bilingual,
        /// what to do
        next: Option<Bilingual>,
    },
    /// the arguments do not fit together: exit code 2
    Usage(Bilingual),
    /// it was done, and what was looked for was found (printed already): exit code 1
    Found,
    /// something must be answered first: exit code 3
    Question {
        /// what is asked
        question: Bilingual,
        /// probable answers, the likeliest first: what to add to the command, and why
        answers: Vec<(String, Bilingual)>,
    },
}

impl Failure {
    /// Nothing was done, for this reason.
    pub fn nothing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Bilingual::new(zh, en).into()
    }

    /// The same with what to do.
    #[must_use]
    pub fn then(mut self, zh: &str, en: &str) -> Self {
        if let Self::Nothing { next, .. } = &mut self {
            *next = Some(Bilingual::new(zh, en));
        }
        self
    }

    /// A folder or file that cannot be made, moved or removed.
    pub fn disk(path: &Path, error: &std::io::Error) -> Self {
        let (path, why) = (path.display(), Bilingual::from(error));
        Self::nothing(format!("{path}：{}", why.zh), format!("{path}: {}", why.en))
            .then("请核对路径、权限与磁盘空间。", "Check the path, the permissions and the free space.")
    }

    /// Says why on standard error.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Nothing { why, next } => {
                warn(format!("{}{}", t("未执行：", "nothing done: "), say(&why)));
                if let Some(next) = next {
                    warn(format!("  {}", say(&next)));
                }
                ExitCode::from(1)
            }
            Self::Found => ExitCode::from(1),
            Self::Usage(why) => {
                warn(format!("{}{}", t("用法有误：", "usage: "), say(&why)));
                ExitCode::from(2)
            }
            Self::Question { question, answers } => {
                warn(format!("{}{}", t("请先回答：", "please answer first: "), say(&question)));
                for (answer, why) in answers {
                    warn(format!("  {answer}    {}", say(&why)));
                }
                ExitCode::from(3)
            }
        }
    }
}

impl From<Bilingual> for Failure {
    fn from(why: Bilingual) -> Self {
        Self::Nothing { why, next: None }
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        error.sentence().into()
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        let (zh, en) = match &error {
            FormatError::Read { .. } => {
                ("请核对文件名、路径与权限。", "Check the file's name, its folder and the permissions.")
            }
            FormatError::UnknownFormat { .. } => (
                "可读的有 .shp（或 .zip）、.geojson、.csv、.xlsx、.gpkg、.fgb、.kml、.osm.pbf；请另存为其中一种。",
                "Readable are .shp (or .zip), .geojson, .csv, .xlsx, .gpkg, .fgb, .kml, .osm.pbf: save it as one of them.",
            ),
            FormatError::Convert { .. } => {
                ("转换后再执行本命令。", "Convert it, then run this command again.")
            }
            FormatError::Broken { .. } => (
                "请在原来的软件中打开核对，或重新导出、重新拷贝一份。",
                "Open it in the program that made it, or export or copy it again.",
            ),
            FormatError::Worker { .. } => (
                "请用 QGIS 等软件另存为 .geojson 或 .shp 后再试。",
                "Save it as .geojson or .shp with QGIS or the like and try again.",
            ),
            FormatError::TooLarge { .. } => (
                "请分成几个较小的文件，逐个处理。",
                "Split it into smaller files and take one after another.",
            ),
            FormatError::ChooseLayer { .. } | FormatError::NoSuchLayer { .. } => (
                "请用 --source-layer 指定文件内的图层。",
                "Give the layer within the file with --source-layer.",
            ),
            FormatError::UnknownEncoding { .. } => (
                "请改正 --encoding；不给时程序自行判断。",
                "Correct --encoding; without it the program finds out itself.",
            ),
            FormatError::NotWritten { .. } => (
                "可写的有 .geojson、.shp、.gpkg、.fgb、.csv、.xlsx、.kml、.dxf。",
                "Written are .geojson, .shp, .gpkg, .fgb, .csv, .xlsx, .kml, .dxf.",
            ),
            FormatError::Write { .. } => (
                "请核对文件夹是否存在、可写，磁盘是否已满，文件是否正被别的程序打开。",
                "Check that the folder exists and may be written to, the free space, and whether another program has the file open.",
            ),
            FormatError::CannotHold { .. } => {
                ("请换一种格式，例如 .gpkg 或 .geojson。", "Use another format, such as .gpkg or .geojson.")
            }
        };
        Self::from(error.sentence()).then(zh, en)
    }
}

impl From<CrsError> for Failure {
    fn from(error: CrsError) -> Self {
        let (zh, en) = match &error {
            CrsError::NoParameters { .. } => (
                "请先用测绘主管部门提供的参数转换数据，再处理。",
                "Transform the data with the surveying authority's parameters first.",
            ),
            CrsError::Shift(_) => ("请改正 --datum-shift。", "Correct --datum-shift."),
            CrsError::NoShiftNeeded(_) => (
                "请去掉 --datum-shift，或核对 --crs 是否就是文件的坐标系。",
                "Leave --datum-shift out, or check whether --crs is the file's system.",
            ),
            CrsError::Point { .. } => (
                "请核对坐标，以及所给的坐标系是否就是文件的坐标系。",
                "Check the coordinates, and whether the system given is the file's.",
            ),
            _ => (
                "请核对坐标系，例如 EPSG:4490、EPSG:4543、gcj02、bd09。",
                "Check the coordinate system, for example EPSG:4490, EPSG:4543, gcj02, bd09.",
            ),
        };
        Self::from(error.sentence()).then(zh, en)
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let (zh, en) = match error {
            ImportError::Crs(error) => return error.into(),
            ImportError::CrsQuestion { guesses, .. } => {
                let answer = |crs, reason| (format!("--crs {crs}"), reason);
                return Self::Question {
                    question: Bilingual::new(
                        "文件没有注明坐标系。请核对后用 --crs 指定：",
                        "the file does not say its coordinates. Check and give --crs:",
                    ),
                    answers: guesses.into_iter().map(|guess| answer(guess.crs, guess.reason)).collect(),
                };
            }
            ImportError::DatumQuestion { .. } => return datum_question(&error),
            ImportError::UnknownField { layer, .. } => {
                return Self::from(error.sentence()).then(
                    &format!("字段可用 boundstone layers 登记册 {layer} 列出。"),
                    &format!("List the fields with: boundstone layers REGISTER {layer}"),
                );
            }
            ImportError::UnknownColumn { .. } => {
                ("请改正 --map 或 --key 中的列名。", "Correct the column in --map or --key.")
            }
            ImportError::NoLines(_) => (
                "请去掉 --split-crossings，或换一个图层。",
                "Leave --split-crossings out, or take another layer.",
            ),
            ImportError::NoConstant(_) | ImportError::BadConstant { .. } => (
                "请改正 --set；代码表可用 boundstone layers 列出。",
                "Correct --set; code lists are shown by boundstone layers.",
            ),
            ImportError::NoPoints(_) | ImportError::BadPlace(_) => {
                ("请改正 --place：行号=记录标识。", "Correct --place: row=id of its record.")
            }
            ImportError::MappedTwice(_) => (
                "每个字段、每一列只能对应一次；请改正 --map。",
                "Map each field and each column once; correct --map.",
            ),
            ImportError::Cancelled => return super::stop::stopped(),
        };
        Self::from(error.sentence()).then(zh, en)
    }
}

fn datum_question(error: &ImportError) -> Failure {
    let answer = |text: &str, zh: &str, en: &str| (text.to_owned(), Bilingual::new(zh, en));
    Failure::Question {
        question: error.sentence(),
        answers: vec![
            answer(
                "--datum-shift dx,dy,dz,rx,ry,rz,s",
                "测绘主管部门提供的七参数：米、角秒、百万分之一，位置矢量法（布尔沙模型）；若所给为坐标框架法，三个旋转角须变号",
                "the surveying authority's seven parameters: metres, seconds of arc, ppm, position-vector convention; parameters of the coordinate-frame convention have the rotations with the other sign",
            ),
            answer(
                "--datum-shift FILE",
                "同上，从文件读取（七个数，或 dx = … 等七行）",
                "the same from a file (seven numbers, or seven lines dx = …)",
            ),
            answer(
                "--datum-shift keep",
                "暂不转换：记录先无图形入库，原坐标连同基准保留",
                "not yet: records come in without geometry, their coordinates are kept with the datum",
            ),
        ],
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let en = error.to_string();
        let (zh, next_zh, next_en) = match &error {
            StoreError::Conflict { .. } => {
                ("登记册正被频繁写入".to_owned(), "请稍后再执行一次。", "Run it again in a moment.")
            }
            StoreError::Repeated(revision) => (
                format!("这项请求已执行过，即第 {} 版", revision.0),
                "无须再做。",
                "There is nothing left to do.",
            ),
            StoreError::NotARegister { path, why } => {
                let (zh, next_zh, next_en) = no_register(why);
                (format!("{path}：{zh}"), next_zh, next_en)
            }
            StoreError::Damaged { place, what } => (
                format!("登记册有损坏（{place}：{what}）"),
                "请停止写入，用 boundstone verify 查看详情，并从备份恢复。",
                "Stop writing to it, see boundstone verify for details, and go back to a backup.",
            ),
            StoreError::Busy { waited_s } => (
                format!("另一个程序正在写这个登记册，已等 {waited_s} 秒"),
                "请等它写完，或关闭它后再试。",
                "Wait until it is done, or close it, and try again.",
            ),
            StoreError::ReadOnly => {
                ("登记册只以读的方式打开".to_owned(), "请用可以写的方式打开。", "Open it for writing.")
            }
            StoreError::Engine(what) => (
                format!("登记册读写出错（{}）", engine(what)),
                "请核对磁盘空间与文件权限。",
                "Check the free space and the permissions of the file.",
            ),
        };
        Self::nothing(zh, en).then(next_zh, next_en)
    }
}

/// Why a file is no register, in Chinese, and what to do.
fn no_register(why: &NotARegister) -> (String, &'static str, &'static str) {
    let (zh, next_zh, next_en) = match why {
        NotARegister::Newer(_) => ("由更新版本的程序生成", "请更新本程序。", "Update this program."),
        NotARegister::Older => (
            "由旧版本的程序生成",
            "请先以可写方式打开一次（boundstone serve），即可更新。",
            "Open it once for writing (boundstone serve): that brings it up to date.",
        ),
        NotARegister::Trial => (
            "由本程序的试用版本生成",
            "请重新建立登记册并导入资料（演示：boundstone demo --reset）。",
            "Make the register anew and import again (the demo: boundstone demo --reset).",
        ),
        NotARegister::OtherGeoPackage => (
            "是 GeoPackage，但不是登记册",
            "请用 boundstone import 把它导入登记册。",
            "Bring it into a register with boundstone import.",
        ),
        NotARegister::NotAGeoPackage | NotARegister::NotADatabase(_) => (
            "不是登记册文件",
            "请核对文件名；新建登记册用 boundstone init。",
            "Check the name; make a register with boundstone init.",
        ),
        NotARegister::LacksColumn(column) => {
            return (format!("缺少必需的列 {column}"), "请从备份恢复。", "Go back to a backup.");
        }
        NotARegister::File(error) => match error.kind() {
            ErrorKind::PermissionDenied => (
                "没有读写权限",
                "请核对文件与文件夹的权限。",
                "Check the permissions of the file and its folder.",
            ),
            _ => (
                "无法打开文件或文件夹",
                "请核对路径是否存在、是否可写。",
                "Check that the path exists and may be written to.",
            ),
        },
    };
    (zh.to_owned(), next_zh, next_en)
}

/// The commonest words of the database engine; others as they are.
fn engine(what: &str) -> &str {
    if what.contains("disk is full") {
        "磁盘已满"
    } else if what.contains("readonly database") {
        "文件是只读的"
    } else if what.contains("disk I/O error") {
        "磁盘读写失败"
    } else {
        what
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        let layer = error.layer.def().title().zh;
        Self::nothing(format!("日志与数据表不一致（{layer} {}）", error.key.id), error.to_string()).then(
            "请用 boundstone verify 检查，并从备份恢复。",
            "Run boundstone verify, and go back to a backup.",
        )
    }
}

impl From<RevisionError> for Failure {
    fn from(error: RevisionError) -> Self {
        match error {
            RevisionError::Unknown { wanted, newest } => {
                Self::nothing(format!("没有第 {} 版，最新是第 {} 版", wanted.0, newest.0), error.to_string())
                    .then("各版可用 boundstone log 列出。", "List the revisions with boundstone log.")
            }
            RevisionError::Store(error) => error.into(),
            RevisionError::Apply(error) => error.into(),
        }
    }
}

impl From<MergeError> for Failure {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Moved(label) => {
                Self::nothing(format!("合并时“{label}”被改动"), format!("{label} was changed meanwhile"))
                    .then("请再执行一次。", "Run it again.")
            }
            MergeError::Store(error) => error.into(),
            MergeError::Commit(error) => error.into(),
        }
    }
}

impl From<UndoRefusal> for Failure {
    fn from(refusal: UndoRefusal) -> Self {
        let (zh, en) = match refusal {
            UndoRefusal::Store(error) => return error.into(),
            UndoRefusal::Unknown { .. } | UndoRefusal::AlreadyUndone { .. } => {
                ("各次变更可用 boundstone log 列出。", "List the change sets with boundstone log.")
            }
            UndoRefusal::ChangedLater { .. } => ("也可以直接修改这条记录。", "Or change that record itself."),
            UndoRefusal::Differs { .. } => (
                "请用 boundstone verify 检查，并从备份恢复。",
                "Run boundstone verify, and go back to a backup.",
            ),
        };
        Self::from(refusal.sentence()).then(zh, en)
    }
}

impl<E: Into<Failure>> From<CommitError<E>> for Failure {
    fn from(error: CommitError<E>) -> Self {
        match error {
            CommitError::Refused(why) => why.into(),
            CommitError::Nothing => Self::nothing("没有要改的，登记册未变", "nothing would change"),
            CommitError::Store(error) => error.into(),
            CommitError::Apply(error) => error.into(),
        }
    }
}

impl From<ArrivalError> for Failure {
    fn from(error: ArrivalError) -> Self {
        match error {
            ArrivalError::Apply(error) => error.into(),
            ArrivalError::Rules(error) => error.into(),
        }
    }
}

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        Self::from(error.sentence()).then(
            "规则文件的写法见 docs/依法检核.md。",
            "docs/依法检核.md shows how files of rules are written.",
        )
    }
}

impl From<std::convert::Infallible> for Failure {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        use std::io::ErrorKind;
        match error {
            ServeError::Store(error) => error.into(),
            ServeError::Io(error) => {
                let why = Bilingual::from(&error);
                Self::nothing(format!("服务出错：{}", why.zh), format!("the server failed: {}", why.en)).then(
                    "请重新启动；若仍出错，请查看日志。",
                    "Start it again; if it persists, see its log.",
                )
            }
            ServeError::Bind { address, source } => {
                let why = Bilingual::from(&source);
                let (zh, en) = match source.kind() {
                    ErrorKind::AddrInUse => (
                        "请停止占用它的程序，或换一个端口，例如 --bind 127.0.0.1:8091。",
                        "Stop the program that uses it, or take another port, such as --bind 127.0.0.1:8091.",
                    ),
                    ErrorKind::PermissionDenied => (
                        "1024 以下的端口需要特权，请换一个较大的端口。",
                        "Ports below 1024 need privileges: take a larger one.",
                    ),
                    _ => (
                        "请用本机的地址，例如 127.0.0.1（只供本机）或 0.0.0.0（供局域网）。",
                        "Use an address of this machine, such as 127.0.0.1 (itself only) or 0.0.0.0 (the network).",
                    ),
                };
                Self::nothing(
                    format!("不能在 {address} 上启动：{}", why.zh),
                    format!("cannot listen on {address}: {}", why.en),
                )
                .then(zh, en)
            }
        }
    }
}

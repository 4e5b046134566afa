//! `boundstone plates`: numbers along a street, as a preview; `boundstone signs`: signs that are missing;
//! `boundstone artwork`: faces of signs and plates.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use geo_types::Point;
use serde_json::{Value as Json, json};

use super::check::rules_for;
use super::failure::Failure;
use super::inspect::AsOf;
use super::papers::templates_for;
use super::registers::open_to_read;
use super::serve::Show;
use super::words::{self, language, line, t, thousands};
use crate::crs::Crs;
use crate::documents::artwork::{Artwork, Design, Face, designs};
use crate::formats::{self, OutColumn, OutFeature, OutSchema};
use crate::model::{Bilingual, FieldKind, Layer, Record, RecordId};
use crate::names::plates::numbering::{self, Method, NumberingError, Origin, Preview, Side, State};
use crate::names::plates::signing::{self, SigningError};
use crate::names::plates::{Street, Streets};

impl From<NumberingError> for Failure {
    fn from(error: NumberingError) -> Self {
        Self::from(error.sentence())
    }
}

impl From<SigningError> for Failure {
    fn from(error: SigningError) -> Self {
        Self::nothing(format!("规则或词表有误：{error}"), format!("rules or word lists are broken: {error}"))
    }
}

/// Numbers for the doors along a street.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone plates 五华区.gpkg 530102L0007\n  boundstone plates 五华区.gpkg 文林街 --profile beijing --anew --to 文林街门牌.xlsx\n  boundstone plates 五华区.gpkg 文林街 --method distance --interval 5 --to 文林街.geojson\n做法（--profile）：common beijing municipal distance，各项可另给。只预览，不改登记册。",
    "Examples:\n  boundstone plates wuhua.gpkg 530102L0007\n  boundstone plates wuhua.gpkg 文林街 --profile beijing --anew --to plates.xlsx\n  boundstone plates wuhua.gpkg 文林街 --method distance --interval 5 --to plates.geojson\nPresets: common, beijing, municipal, distance. A preview: nothing is changed."
))]
pub struct Plates {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CODE", help = t("道路的代码或名称；--compound 时为小区的代码", "code or name of the street; with --compound code of the compound"))]
    street: String,
    #[arg(long, help = t("给小区内的楼按 S 形编号", "number the buildings of a compound in rows"))]
    compound: bool,
    #[arg(long, value_name = "ID", help = t("各地做法", "preset by place"))]
    profile: Option<String>,
    #[arg(long, value_name = "END", value_parser = ["east", "west", "south", "north"], help = t("从哪一端编起", "the end to begin from"))]
    from: Option<String>,
    #[arg(long, value_name = "SIDE", value_parser = ["left", "right"], help = t("单号在哪一侧（自起点看）", "side of the odd numbers, seen from there"))]
    odd: Option<String>,
    #[arg(long, value_name = "METHOD", value_parser = ["order", "distance"], help = t("按顺序或按距离（量化）", "by order or by distance"))]
    method: Option<String>,
    #[arg(long, value_name = "METRES", help = t("按距离：几米一号", "by distance: metres to a number"))]
    interval: Option<f64>,
    #[arg(long, value_name = "METRES", help = t("间距超过多少米预留号码", "metres from which numbers are reserved"))]
    spacing: Option<f64>,
    #[arg(long, help = t("全部重编，不保留已有号码", "number all anew"))]
    anew: bool,
    #[arg(long, value_name = "FILE", help = t("写出：.xlsx .csv .geojson", "write: .xlsx .csv .geojson"))]
    to: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹", "the office's folder of rules"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Plates {
    /// Prints and writes the preview.
    pub fn run(self) -> Result<(), Failure> {
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let broken = |error: crate::names::NamesError| {
            Failure::nothing(format!("词表有误：{error}"), format!("a word list is broken: {error}"))
        };
        let profile = numbering::profile_of(self.profile.as_deref(), &rules).map_err(broken)?;
        let profile = profile.ok_or_else(|| {
            let known: Vec<&str> = numbering::profiles()
                .map(|all| all.iter().map(|one| one.id.as_str()).collect())
                .unwrap_or_default();
            let known = known.join(", ");
            Failure::Usage(Bilingual::new(
                format!("做法应为 {known} 之一"),
                format!("one of {known} is expected"),
            ))
        })?;
        let mut wanted = profile.numbering.clone();
        match self.from.as_deref() {
            Some("east") => wanted.origin_ew = Origin::East,
            Some("west") => wanted.origin_ew = Origin::West,
            Some("south") => wanted.origin_ns = Origin::South,
            Some("north") => wanted.origin_ns = Origin::North,
            _ => {}
        }
        match self.odd.as_deref() {
            Some("left") => wanted.odd = Side::Left,
            Some("right") => wanted.odd = Side::Right,
            _ => {}
        }
        match self.method.as_deref() {
            Some("order") => wanted.method = Method::Order,
            Some("distance") => wanted.method = Method::Distance,
            _ => {}
        }
        wanted.interval_m = self.interval.unwrap_or(wanted.interval_m);
        wanted.spacing_m = self.spacing.unwrap_or(wanted.spacing_m);
        wanted.keep_existing = wanted.keep_existing && !self.anew;
        let streets = Streets::of(&snapshot, self.as_of.date());
        let word = self.street.trim();
        let preview = if self.compound {
            let mut found = snapshot.layer(Layer::Compound).by_code(word);
            let compound =
                found.find(|one| one.valid.contains(self.as_of.date())).ok_or_else(|| unknown(word))?;
            numbering::number_compound(&streets, compound, &wanted)?
        } else {
            let street: &Street<'_> =
                streets.by_code(word).or_else(|| streets.by_name(word)).ok_or_else(|| unknown(word))?;
            numbering::number(&streets, street, &wanted, None, &rules)?
        };
        if let Some(file) = &self.to {
            write_plates(file, &preview)?;
        }
        if self.json {
            let findings: Vec<Json> = preview
                .findings
                .iter()
                .map(|one| json!({"rule": one.finding.rule, "what": one.finding.what, "number": one.name}))
                .collect();
            words::json(&json!({
                "length_m": preview.course.as_ref().map(|course| course.length_m),
                "parameters": wanted, "plates": preview.plates, "findings": findings,
            }));
            return Ok(());
        }
        for plate in &preview.plates {
            let state = words::say(&state_title(plate.state)).to_owned();
            let was =
                plate.was.as_deref().map(|was| format!("（{} {was}）", t("原", "was"))).unwrap_or_default();
            let side = if plate.left { t("左", "left") } else { t("右", "right") };
            line(format!("  {:>8.1} m  {side}  {}  {state}{was}", plate.along_m, plate.text));
        }
        for one in &preview.findings {
            line(format!("  {}  {}", one.finding.rule, words::say(&one.finding.what)));
        }
        let many = |state: State| preview.plates.iter().filter(|plate| plate.state == state).count();
        let told = [State::New, State::Kept, State::Changed, State::Reserved, State::Shared]
            .map(|state| format!("{} {}", words::say(&state_title(state)), thousands(many(state) as u64)));
        line(told.join("  "));
        Ok(())
    }
}

fn unknown(word: &str) -> Failure {
    Failure::nothing(
        format!("没有代码或名称为 {word} 的道路（小区）"),
        format!("no street or compound has the code or name {word}"),
    )
}

fn state_title(state: State) -> Bilingual {
    match state {
        State::New => Bilingual::new("新编", "new"),
        State::Kept => Bilingual::new("保留", "kept"),
        State::Changed => Bilingual::new("改号", "changed"),
        State::Reserved => Bilingual::new("预留", "reserved"),
        State::Shared => Bilingual::new("同院", "of a compound"),
    }
}

/// A file of rows with their points.
fn write_rows(
    file: &Path,
    name: &str,
    columns: &[(&str, Bilingual)],
    rows: impl Iterator<Item = ([f64; 2], Vec<Json>)>,
) -> Result<(), Failure> {
    let column = |(name, title): &(&str, Bilingual)| OutColumn {
        name: (*name).to_owned(),
        title: Some(title.get(language()).to_owned()),
        kind: FieldKind::Text,
    };
    let columns = columns.iter().map(column).collect();
    let schema = OutSchema { name: name.to_owned(), columns, crs: Some(Crs::REGISTER), encoding: None };
    let mut sink = formats::create(file, &schema)?;
    for ([x, y], values) in rows {
        sink.write(OutFeature { geometry: Some(Point::new(x, y).into()), values })?;
    }
    sink.finish()?;
    Ok(())
}

fn write_plates(file: &Path, preview: &Preview) -> Result<(), Failure> {
    let columns = [
        ("number", Bilingual::new("门牌号", "Number")),
        ("state", Bilingual::new("处理", "State")),
        ("was", Bilingual::new("原门牌号", "Was")),
        ("side", Bilingual::new("路侧", "Side")),
        ("along_m", Bilingual::new("距起点(米)", "Metres from the origin")),
        ("why", Bilingual::new("说明", "Why")),
        ("lon", Bilingual::new("经度", "Longitude")),
        ("lat", Bilingual::new("纬度", "Latitude")),
        ("plate", Bilingual::new("门牌记录", "Plate")),
    ];
    let rows = preview.plates.iter().map(|plate| {
        let say = |text: &Bilingual| Json::from(words::say(text));
        let side = if plate.left { Bilingual::new("左", "left") } else { Bilingual::new("右", "right") };
        let values = vec![
            Json::from(plate.text.as_str()),
            say(&state_title(plate.state)),
            Json::from(plate.was.as_deref()),
            say(&side),
            Json::from(format!("{:.1}", plate.along_m)),
            plate.why.as_ref().map_or(Json::Null, say),
            Json::from(plate.at[0].to_string()),
            Json::from(plate.at[1].to_string()),
            Json::from(plate.plate.map(|id| id.to_string())),
        ];
        (plate.at, values)
    });
    write_rows(file, t("门牌编号", "plates"), &columns, rows)
}

/// Signs that are missing.
#[derive(Args)]
#[command(after_help = t(
    "例：\n  boundstone signs 五华区.gpkg\n  boundstone signs 五华区.gpkg --street 文林街 --to 补设标志.geojson\n按规则 S02：道路起点、终点、交叉口。写出的文件可用 boundstone import --layer sign 入库。",
    "Examples:\n  boundstone signs wuhua.gpkg\n  boundstone signs wuhua.gpkg --street 文林街 --to signs.geojson\nBy rule S02: starts, ends and crossings. The file can be brought in with boundstone import --layer sign."
))]
pub struct Signs {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(long, value_name = "CODE", help = t("只看这条道路（代码或名称）", "of this street only (code or name)"))]
    street: Option<String>,
    #[arg(long, value_name = "FILE", help = t("写出：.geojson .xlsx .csv", "write: .geojson .xlsx .csv"))]
    to: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹", "the office's folder of rules"))]
    rules: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
    #[arg(long, value_enum, default_value = "internal", help = t("看到哪一密级为止", "the highest class of secrecy"))]
    show: Show,
    #[arg(long, help = t("以 JSON 输出", "print JSON"))]
    json: bool,
}

impl Signs {
    /// Lists and writes them.
    pub fn run(self) -> Result<(), Failure> {
        let rules = rules_for(self.rules.as_deref(), &self.register)?;
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let streets = Streets::of(&snapshot, self.as_of.date());
        let only = self.street.as_deref().map(str::trim);
        let all = signing::missing(&streets, &rules, only, self.show.into())?;
        if let Some(file) = &self.to {
            let columns = ["text", "roman", "road_code", "kind", "direction", "mount"];
            let titled = columns.map(|name| (name, crate::model::vocab::field("sign", name).title.clone()));
            let more = [
                ("place", Bilingual::new("位置", "Place")),
                ("crossing", Bilingual::new("相交道路", "Crossing")),
            ];
            let titled: Vec<_> = titled.into_iter().chain(more).collect();
            let rows = all.iter().map(|one| {
                let sign = &one.sign;
                let text = |text: &Option<String>| Json::from(text.as_deref());
                let values = vec![
                    Json::from(sign.text.as_str()),
                    text(&sign.roman),
                    text(&sign.road_code),
                    text(&sign.kind),
                    text(&sign.direction),
                    text(&sign.mount),
                    Json::from(one.place.word()),
                    text(&one.crossing),
                ];
                ([one.at.x, one.at.y], values)
            });
            write_rows(file, t("补设标志", "signs"), &titled, rows)?;
        }
        if self.json {
            let rows: Vec<Json> = all
                .iter()
                .map(|one| {
                    json!({
                        "street": one.sign.text, "code": one.code, "at": one.place.word(),
                        "crossing": one.crossing, "lon": one.at.x, "lat": one.at.y, "roman": one.sign.roman,
                    })
                })
                .collect();
            words::json(&json!({"total": all.len(), "signs": rows}));
            return Ok(());
        }
        for one in all.iter().take(50) {
            let place = match (one.place.word(), &one.crossing) {
                (_, Some(other)) => format!("{} {other}", t("与…交叉口", "crossing")),
                ("start", None) => t("起点", "start").to_owned(),
                _ => t("终点", "end").to_owned(),
            };
            line(format!("  {}  {place}  ({:.6}, {:.6})", one.sign.text, one.at.x, one.at.y));
        }
        line(format!("{} {}", thousands(all.len() as u64), t("处缺标志", "signs are missing")));
        Ok(())
    }
}

/// The face of a sign or a door plate.
#[derive(Args)]
#[command(name = "artwork", after_help = t(
    "例：\n  boundstone artwork 五华区.gpkg 530102B0001 --to 路牌.pdf\n  boundstone artwork 五华区.gpkg 530102D000001 --design door_medium --to 门牌.svg\n版式：street_ew street_ns lane community building door_large door_medium door_small。",
    "Examples:\n  boundstone artwork wuhua.gpkg 530102B0001 --to sign.pdf\n  boundstone artwork wuhua.gpkg 530102D000001 --design door_medium --to plate.svg\nDesigns: street_ew, street_ns, lane, community, building, door_large, door_medium, door_small."
))]
pub struct ArtworkOf {
    #[arg(value_name = "REGISTER", help = t("登记册文件", "register file"))]
    register: PathBuf,
    #[arg(value_name = "CODE", help = t("标志或门牌的代码、标识", "code or id of the sign or plate"))]
    record: String,
    #[arg(long, value_name = "FILE", help = t("写到哪个文件：.svg 或 .pdf", "the file to write: .svg or .pdf"))]
    to: PathBuf,
    #[arg(long, value_name = "ID", help = t("版式，默认按种类", "design, by its kind if absent"))]
    design: Option<String>,
    #[arg(long, value_name = "DIR", help = t("本单位的模板文件夹", "the office's folder of templates"))]
    templates: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOf,
}

impl ArtworkOf {
    /// Draws and writes it.
    pub fn run(self) -> Result<(), Failure> {
        let register = open_to_read(&self.register)?;
        let snapshot = self.as_of.snapshot(&register)?;
        let (word, day) = (self.record.trim(), self.as_of.date());
        let layers = [Layer::Sign, Layer::DoorPlate];
        let id: Option<RecordId> = word.parse().ok();
        let by_code = |layer: &Layer| {
            snapshot.layer(*layer).by_code(word).find(|one| one.valid.contains(day)).map(|one| &**one)
        };
        let by_id = |layer: &Layer| snapshot.layer(*layer).get(id?, day).map(|one| &**one);
        let record: Option<&Record> =
            layers.iter().find_map(by_code).or_else(|| layers.iter().find_map(by_id));
        let record = record.ok_or_else(|| {
            Failure::nothing(
                format!("没有代码或标识为 {word} 的标志或门牌"),
                format!("no sign or plate has the code or id {word}"),
            )
        })?;
        let design = match &self.design {
            Some(id) => designs()?.iter().find(|design| design.id == *id),
            None => Design::of(record)?,
        };
        let design = design
            .ok_or_else(|| Failure::Usage(Bilingual::new("没有这种版式", "there is no such design")))?;
        let artwork = Artwork { design, face: Face::of(record) };
        let pdf = self.to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
        let bytes = if pdf {
            artwork.pdf(&templates_for(self.templates.as_deref(), &self.register)?)?
        } else {
            artwork.svg()?.into_bytes()
        };
        fs::write(&self.to, bytes).map_err(|error| Failure::disk(&self.to, &error))?;
        let [width, height] = design.size;
        line(format!("{}  {width}×{height} mm → {}", words::say(&design.title), self.to.display()));
        Ok(())
    }
}

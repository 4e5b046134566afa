//! Numbers for the doors along a street (门牌编号), as a preview: by order or by distance, odd and even on their own
//! sides, wide gaps with numbers in reserve, compounds once. Every choice is a parameter; the result is held against
//! the same checks as the register.

mod assign;
mod doors;
mod profiles;
mod snake;

use std::collections::HashMap;
use std::sync::Arc;

use geo_types::{Coord, LineString};
use serde::Serialize;

pub use doors::{Door, Kind};
pub use profiles::{Method, Numbering, Origin, Profile, Side, profile_of, profiles};

use super::streets::{Street, Streets, project};
use crate::findings::Noticed;
use crate::model::layers::DoorPlate;
use crate::model::{Bilingual, Date, IdSource, Layer, Record, RecordId, Revision};
use crate::rules::{Rules, RulesError};
use crate::snapshot::Snapshot;

/// Doors of one question at most.
pub const MOST_DOORS: usize = 2_000;
/// Metres from the centre line at which a number in reserve is shown.
const ASIDE_M: f64 = 6.0;

/// What becomes of a door's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// it gets its first
    New,
    /// it keeps the one it has
    Kept,
    /// it gets another
    Changed,
    /// no door yet: kept free
    Reserved,
    /// a further gate of a compound: it bears the compound's number
    Shared,
}

/// A number beside a street.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Numbered {
    /// the door, as it was called
    pub door: Option<String>,
    /// the plate that is there
    #[schema(value_type = Option<String>)]
    pub plate: Option<RecordId>,
    /// where
    pub at: [f64; 2],
    /// the nearest place on the centre line
    pub foot: [f64; 2],
    /// metres from the origin
    pub along_m: f64,
    /// on the left, seen from the origin
    pub left: bool,
    /// number
    pub number: u32,
    /// sub-number
    pub sub: Option<u32>,
    /// as it stands on the plate
    pub text: String,
    /// what becomes of it
    pub state: State,
    /// the number that it had
    pub was: Option<String>,
    /// what is to be said of it
    pub why: Option<Bilingual>,
}

/// The street as it is numbered.
#[derive(Clone, Debug)]
pub struct Course {
    /// its centre line, from the origin on
    pub line: Vec<Coord>,
    /// metres
    pub length_m: f64,
    /// whether it runs east and west rather than north and south
    pub east_west: bool,
}

/// A preview.
pub struct Preview {
    /// the street; none for a compound
    pub course: Option<Course>,
    /// by side and distance
    pub plates: Vec<Numbered>,
    /// what D01 to D03 say of the result
    pub findings: Vec<Noticed>,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum NumberingError {
    /// the pieces of the street are no one line
    #[error("the pieces of the street branch or lie apart")]
    NoLine,
    /// no doors were given and none are beside it
    #[error("there are no doors to be numbered")]
    NoDoors,
    /// there are too many doors
    #[error("more than {MOST_DOORS} doors")]
    TooMany,
    /// a value of the parameters is out of its bounds
    #[error("{0} is out of bounds")]
    Parameter(&'static str),
    /// a rule cannot be used
    #[error(transparent)]
    Rules(#[from] RulesError),
}

impl NumberingError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::NoLine => "这条道路的各段不能首尾相接成一条线（有分岔或断开），请先整理道路".to_owned(),
            Self::NoDoors => "没有要编号的门：路旁没有门牌、出入口，也没有给出".to_owned(),
            Self::TooMany => format!("门多于 {MOST_DOORS} 个，请分段编号"),
            Self::Parameter(name) => format!("参数 {name} 超出范围"),
            Self::Rules(error) => format!("规则有误：{error}"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

impl Course {
    /// The centre line of a street, turned so that it begins at the origin that the parameters say.
    pub fn of(street: &Street<'_>, wanted: &Numbering) -> Result<Self, NumberingError> {
        let mut line = street.centre_line().ok_or(NumberingError::NoLine)?;
        let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else {
            return Err(NumberingError::NoLine);
        };
        let stretch = first.y.to_radians().cos();
        let east_west = ((last.x - first.x) * stretch).abs() >= (last.y - first.y).abs();
        let turn = match wanted.origin_at {
            Some([x, y]) => {
                let far = |c: Coord| ((c.x - x) * stretch).hypot(c.y - y);
                far(last) < far(first)
            }
            None if east_west => (last.x > first.x) == (wanted.origin_ew == Origin::East),
            None => (last.y > first.y) == (wanted.origin_ns == Origin::North),
        };
        if turn {
            line.reverse();
        }
        let length_m = crate::crs::geodesic::length_m(&LineString(line.clone()).into());
        Ok(Self { line, length_m, east_west })
    }

    /// A place beside the centre line.
    fn beside(&self, along: f64, left: bool) -> Coord {
        let (here, ahead, behind) =
            (self.foot(along), self.foot(along + 1.0), self.foot((along - 1.0).max(0.0)));
        let stretch = here.y.to_radians().cos().max(0.01);
        let (east, north) = ((ahead.x - behind.x) * stretch, ahead.y - behind.y);
        let length = east.hypot(north);
        if length == 0.0 {
            return here;
        }
        let aside = ASIDE_M / super::streets::DEGREE_M / length * if left { 1.0 } else { -1.0 };
        Coord { x: here.x - north * aside / stretch, y: here.y + east * aside }
    }

    fn foot(&self, along: f64) -> Coord {
        let mut walked = 0.0;
        for pair in self.line.windows(2) {
            let stretch = pair[0].y.to_radians().cos();
            let length =
                ((pair[1].x - pair[0].x) * stretch).hypot(pair[1].y - pair[0].y) * super::streets::DEGREE_M;
            if walked + length >= along && length > 0.0 {
                let share = ((along - walked) / length).clamp(0.0, 1.0);
                return pair[0] + (pair[1] - pair[0]) * share;
            }
            walked += length;
        }
        self.line.last().copied().unwrap_or_default()
    }
}

/// Numbers for the doors of a street: those given, else its plates, else the gates and buildings beside it.
pub fn number(
    streets: &Streets<'_>,
    street: &Street<'_>,
    wanted: &Numbering,
    given: Option<Vec<Door>>,
    rules: &Rules,
) -> Result<Preview, NumberingError> {
    wanted.check()?;
    let course = Course::of(street, wanted)?;
    // Numbers in reserve are there for new doors.
    let mut spare: HashMap<u32, RecordId> = HashMap::new();
    let mut doors = match given {
        Some(doors) => {
            let (mut all, reserved): (Vec<Door>, Vec<Door>) =
                doors::plates(street).into_iter().partition(|door| door.issued);
            spare.extend(reserved.iter().filter_map(|door| door.plate).map(|(id, number, _)| (number, id)));
            all.extend(doors);
            all
        }
        None => doors::beside(streets, street, &course, wanted.reach_m),
    };
    if doors.is_empty() {
        return Err(NumberingError::NoDoors);
    }
    if doors.len() > MOST_DOORS {
        return Err(NumberingError::TooMany);
    }
    doors.sort_by(|a, b| a.at.x.total_cmp(&b.at.x).then(a.at.y.total_cmp(&b.at.y)).then(a.id.cmp(&b.id)));
    let placed: Vec<assign::Placed> = doors
        .into_iter()
        .filter_map(|door| {
            let (along, left, aside) = project(&course.line, door.at)?;
            (aside <= wanted.reach_m).then_some(assign::Placed { door, along, left })
        })
        .collect();
    if placed.is_empty() {
        return Err(NumberingError::NoDoors);
    }
    let mut plates = assign::assign(&course, placed, wanted);
    for plate in plates.iter_mut().filter(|one| one.state == State::New && one.sub.is_none()) {
        if let Some(id) = spare.get(&plate.number).filter(|_| plate.plate.is_none()) {
            plate.plate = Some(*id);
            plate.why = Some(Bilingual::new("启用预留号", "a number that was in reserve"));
        }
    }
    let findings = checked(street, streets.day, &plates, rules)?;
    Ok(Preview { course: Some(course), plates, findings })
}

/// Numbers for the buildings of a compound, row after row from the north-eastern one on.
pub fn number_compound(
    streets: &Streets<'_>,
    compound: &Record,
    wanted: &Numbering,
) -> Result<Preview, NumberingError> {
    wanted.check()?;
    let doors = doors::buildings(streets, compound);
    match doors.len() {
        0 => Err(NumberingError::NoDoors),
        many if many > MOST_DOORS => Err(NumberingError::TooMany),
        _ => Ok(Preview { course: None, plates: snake::rows(doors, wanted), findings: Vec::new() }),
    }
}

/// What the checks on plates say of the street with these numbers.
fn checked(
    street: &Street<'_>,
    day: Date,
    plates: &[Numbered],
    rules: &Rules,
) -> Result<Vec<Noticed>, RulesError> {
    let mut ids = IdSource::new(0, 1);
    let mut records: Vec<Record> = street.pieces.iter().map(|piece| (***piece).clone()).collect();
    for plate in plates.iter().filter(|plate| plate.state != State::Shared) {
        let mut record = Record::of(plate.plate.unwrap_or_else(|| ids.next_id()), plate.as_plate(street));
        record.code = Some(plate.text.as_str().into());
        record.geometry = Some(Arc::new(geo_types::Point::new(plate.at[0], plate.at[1]).into()));
        records.push(record);
    }
    let snapshot = Snapshot::build(Revision(1), records);
    let wanted = |rule: &str| matches!(rule, "D01" | "D02" | "D03");
    super::run(&Streets::of(&snapshot, day), rules, &wanted)
}

impl Numbered {
    /// The plate as it would be entered.
    pub fn as_plate(&self, street: &Street<'_>) -> DoorPlate {
        let code = street.pieces.iter().find_map(|piece| piece.code.as_deref()).map(str::to_owned);
        DoorPlate {
            road: Some(street.name.clone()),
            road_code: code,
            sub_no: self.sub.map(|sub| format!("附{sub}号")),
            side: Some(if self.number % 2 == 1 { "odd" } else { "even" }.into()),
            status: Some(
                match self.state {
                    State::Reserved => "reserved",
                    State::Changed => "changed",
                    _ => "issued",
                }
                .into(),
            ),
            origin_distance_m: Some(self.along_m),
            ..DoorPlate::numbered(&format!("{}号", self.number))
        }
    }
}

/// The layer that numbers are written to.
pub const LAYER: Layer = Layer::DoorPlate;

#[cfg(test)]
mod tests;

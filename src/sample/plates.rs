//! Door plates on ten roads: odd numbers on the left, even on the right, from the east or the south end.

use super::defects::Defects;
use super::ledger::{Entry, Ledger, point};
use super::mesh::{Kind, Side};
use super::plane::P;
use super::random::Dice;
use super::streets::{Street, half_width};
use super::town::Town;
use crate::model::Date;
use crate::model::layers::DoorPlate;

/// On how many roads.
const ROADS: usize = 10;

/// A plate to be: where, which number, how far from the start.
struct Door {
    at: P,
    number: usize,
    along: f64,
    left: bool,
    community: Option<usize>,
}

/// Writes the plates.
pub(super) fn write(town: &Town, streets: &[Street], ledger: &mut Ledger, defects: &mut Defects) {
    let dice = &mut Dice::new(town.seed, "plates");
    let wanted = |street: &&Street| {
        street.own
            && street.name.is_some()
            && street.kind == Kind::Secondary
            && (900.0..2_600.0).contains(&street.length)
    };
    let chosen: Vec<&Street> = streets.iter().filter(wanted).take(3 * ROADS).step_by(3).collect();
    let mut serial = 0;
    for (nth, street) in chosen.into_iter().enumerate() {
        let mut doors = doors(town, street, nth % 2 == 1, dice);
        let duplicate = (nth % 3 == 0).then_some(doors.len() / 2);
        let irregular = (nth % 4 == 1).then_some(doors.len() / 3);
        if let Some(at) = duplicate
            && let Some(before) = (0..at).rev().find(|&before| doors[before].left == doors[at].left)
        {
            doors[at].number = doors[before].number;
        }
        if let Some(at) = irregular {
            // An odd number on the even side, or the other way round.
            doors[at].number += 1;
        }
        for (at, door) in doors.iter().enumerate() {
            serial += 1;
            let code = format!("{}D{serial:06}", town.county);
            let mut entry = Entry::at(code.clone(), point(town.terrain.place(door.at)));
            if duplicate == Some(at) {
                defects.duplicate_plates.push(code.clone());
                entry = entry.remark("演示缺陷：重号");
            } else if irregular == Some(at) {
                defects.irregular_plates.push(code.clone());
                entry = entry.remark("演示缺陷：单双号错侧");
            }
            ledger.add(plate(town, street, door, &code, dice), entry);
        }
    }
}

/// The street's sides from its east end if it runs east and west, from its south end otherwise.
fn from_origin(town: &Town, street: &Street) -> Vec<Side> {
    let mut sides = street.sides.clone();
    let ends = sides.first().zip(sides.last()).map(|(first, last)| (*first, *last));
    let Some((first, last)) = ends else { return sides };
    let (a, b) = (town.mesh.nodes[town.mesh.start(first)], town.mesh.nodes[town.mesh.end(last)]);
    let along = b - a;
    let turn = if along.x.abs() >= along.y.abs() { along.x > 0.0 } else { along.y < 0.0 };
    if turn {
        sides.reverse();
        for side in &mut sides {
            side.forward = !side.forward;
        }
    }
    sides
}

/// Doors on both sides; numbers by distance (one for every 10 m of a side) or in turn.
fn doors(town: &Town, street: &Street, by_distance: bool, dice: &mut Dice) -> Vec<Door> {
    let aside = half_width(street.kind) + 1.0;
    let mut doors = Vec::new();
    let mut counts = [0, 0];
    let (mut walked, mut next) = (0.0, [14.0, 20.0]);
    for side in from_origin(town, street) {
        let (a, b) = (town.mesh.nodes[town.mesh.start(side)], town.mesh.nodes[town.mesh.end(side)]);
        let (length, heading) = (a.to(b), (b - a).unit());
        for (row, left) in [(0, true), (1, false)] {
            while next[row] < walked + length {
                let along = next[row];
                next[row] += dice.between(17.0, 36.0);
                let at = a + heading * (along - walked);
                counts[row] += 1;
                let turn = if by_distance { (along / 10.0).ceil() as usize } else { counts[row] };
                let back = Side { forward: !side.forward, ..side };
                doors.push(Door {
                    at: at + heading.left() * if left { aside } else { -aside },
                    number: 2 * turn - usize::from(left),
                    along,
                    left,
                    community: town.community_left_of(if left { side } else { back }),
                });
            }
        }
        walked += length;
    }
    doors
}

fn plate(town: &Town, street: &Street, door: &Door, code: &str, dice: &mut Dice) -> DoorPlate {
    let road = street.name.map(|name| name.name).unwrap_or_default();
    let community = door.community.map(|at| &town.communities[at]);
    let township = community.map(|community| town.streets[community.street].name);
    let status = dice.pick(&[("issued", 94.0), ("reserved", 2.0), ("temporary", 3.0), ("changed", 1.0)]);
    let size = dice.pick(&[("large", 1.0), ("medium", 3.0), ("small", 6.0)]);
    let millimetres = match size {
        "large" => "570×370",
        "medium" => "270×170",
        _ => "150×90",
    };
    DoorPlate {
        plate_no: format!("{}号", door.number),
        road: Some(road.into()),
        road_code: Some(street.code.clone()),
        sub_no: None,
        building_no: None,
        unit_no: None,
        room_no: None,
        full_address: Some(format!(
            "云南省昆明市五华区{}{road}{}号",
            township.unwrap_or_default(),
            door.number
        )),
        original_address: (status == "changed").then(|| format!("{road}{}号", door.number + 40)),
        county: Some("五华区".into()),
        township: township.map(Into::into),
        community: community.map(|community| community.short.into()),
        postcode: Some("650031".into()),
        kind: Some(size.into()),
        size_mm: Some(millimetres.into()),
        status: Some(status.into()),
        side: Some(if door.left { "odd" } else { "even" }.into()),
        origin_distance_m: Some((door.along * 10.0).round() / 10.0),
        confirmation_no: Some(format!("演示确〔2019〕{}", &code[7..])),
        confirmed: Date::new(2019, 1 + dice.below(12) as i8, 1 + dice.below(28) as i8),
        batch: Some("2019-02".into()),
        installed: (status == "issued").then(|| Date::new(2020, 3, 15)).flatten(),
        qr: dice.chance(0.4).then(|| format!("演示-{code}")),
    }
}

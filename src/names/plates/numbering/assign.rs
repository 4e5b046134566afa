//! Doors on both sides of a street, in order from its origin, to numbers.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::doors::{Door, Kind};
use super::profiles::{Method, Numbering, Side};
use super::{Course, Numbered, State};
use crate::model::{Bilingual, geometry};

/// A door with its place along the street.
pub struct Placed {
    pub door: Door,
    pub along: f64,
    pub left: bool,
}

/// A number beside the street, before it is told.
struct Slot {
    /// in the list of doors; none for a number in reserve
    door: Option<usize>,
    along: f64,
    number: u32,
    sub: Option<u32>,
    state: State,
    why: Option<Bilingual>,
}

/// The numbers of all doors, by side and distance.
pub fn assign(course: &Course, mut doors: Vec<Placed>, wanted: &Numbering) -> Vec<Numbered> {
    doors.sort_by(|a, b| {
        a.along.total_cmp(&b.along).then(a.door.at.x.total_cmp(&b.door.at.x)).then(a.door.id.cmp(&b.door.id))
    });
    let mut all = Vec::new();
    for left in [true, false] {
        let odd = (wanted.odd == Side::Left) == left;
        let own: Vec<usize> = (0..doors.len())
            .filter(|at| doors[*at].left == left && doors[*at].door.kind != Kind::Gate)
            .collect();
        let slots = side(&doors, &own, Parity { odd, wanted });
        all.extend(slots.into_iter().map(|slot| told(course, &doors, slot, left)));
    }
    share(course, &doors, &mut all);
    all
}

/// The numbers of one side.
#[derive(Clone, Copy)]
struct Parity<'w> {
    odd: bool,
    wanted: &'w Numbering,
}

impl Parity<'_> {
    /// The first number of this side that is not below another.
    fn from(self, least: u32) -> u32 {
        let mut number = least.max(1);
        while (number % 2 == 1) != self.odd || self.wanted.skip.contains(&number) {
            number += 1;
        }
        number
    }

    fn first(self) -> u32 {
        self.from(self.wanted.start)
    }

    fn next(self, number: u32) -> u32 {
        self.from(number + 1)
    }

    /// 2·⌈d/interval⌉∓1.
    fn at(self, along: f64) -> u32 {
        let step = (along / self.wanted.interval_m).ceil().clamp(1.0, 50_000.0) as u32;
        let number = self.wanted.start - 1 + 2 * step - u32::from(self.odd);
        self.from(number)
    }
}

fn side(doors: &[Placed], own: &[usize], parity: Parity<'_>) -> Vec<Slot> {
    let wanted = parity.wanted;
    let kept = |at: usize| {
        let door = &doors[at].door;
        door.plate.filter(|_| wanted.keep_existing)
    };
    let mut slots: Vec<Slot> = Vec::with_capacity(own.len());
    let taken: HashSet<u32> = own.iter().filter_map(|at| kept(*at)).map(|(_, number, _)| number).collect();
    // From one door that keeps its number to the next.
    let mut last: Option<u32> = None;
    let mut subs: HashMap<u32, u32> = HashMap::new();
    for at in own {
        if let Some((_, number, Some(sub))) = kept(*at) {
            let most = subs.entry(number).or_default();
            *most = (*most).max(sub);
        }
    }
    let mut before: Option<f64> = None;
    for (nth, at) in own.iter().enumerate() {
        let along = doors[*at].along;
        if let Some((_, number, sub)) = kept(*at) {
            slots.push(Slot { door: Some(*at), along, number, sub, state: State::Kept, why: None });
            last = Some(last.map_or(number, |last| last.max(number)));
            before = Some(along);
            continue;
        }
        let ahead = own[nth + 1..].iter().filter_map(|at| kept(*at)).map(|(_, number, _)| number).next();
        let mut number = match wanted.method {
            Method::Distance => parity.at(along),
            Method::Order | Method::SShape => last.map_or_else(|| parity.first(), |last| parity.next(last)),
        };
        if wanted.method == Method::Order && wanted.reserve && ahead.is_none() {
            for place in gap(before, along, wanted.spacing_m) {
                let state = State::Reserved;
                slots.push(Slot { door: None, along: place, number, sub: None, state, why: None });
                number = parity.next(number);
            }
        }
        let is_free = |number: u32| !taken.contains(&number) && last.is_none_or(|last| number > last);
        let fits =
            |number: u32| ahead.is_none_or(|ahead| number < ahead || last.is_some_and(|last| ahead <= last));
        while taken.contains(&number) && fits(number) {
            number = parity.next(number);
        }
        let state = if doors[*at].door.plate.is_some() { State::Changed } else { State::New };
        let slot = if is_free(number) && fits(number) {
            last = Some(number);
            Slot { door: Some(*at), along, number, sub: None, state, why: None }
        } else {
            // No number is left between its neighbours: a sub-number of the one before.
            let main = last.or(ahead).unwrap_or(number);
            let sub = subs.entry(main).or_default();
            *sub += 1;
            let why = Bilingual::new("两侧没有空号，编为附号", "no number is left in between: a sub-number");
            Slot { door: Some(*at), along, number: main, sub: Some(*sub), state, why: Some(why) }
        };
        slots.push(slot);
        before = Some(along);
    }
    unchanged(doors, &mut slots);
    slots
}

/// A door that comes to the number that it had keeps it.
fn unchanged(doors: &[Placed], slots: &mut [Slot]) {
    for slot in slots.iter_mut().filter(|slot| slot.state == State::Changed) {
        let had = slot.door.and_then(|at| doors[at].door.plate);
        if had.is_some_and(|(_, number, sub)| (number, sub) == (slot.number, slot.sub)) {
            slot.state = State::Kept;
        }
    }
}

/// Places of the numbers that a gap wider than the spacing holds.
fn gap(before: Option<f64>, along: f64, spacing_m: f64) -> Vec<f64> {
    let from = before.unwrap_or(0.0);
    let many = ((along - from) / spacing_m).floor().clamp(0.0, 200.0) as usize;
    let many = many.saturating_sub(usize::from(before.is_some()));
    let step = (along - from) / (many + 1) as f64;
    (1..=many).map(|nth| from + step * nth as f64).collect()
}

fn told(course: &Course, doors: &[Placed], slot: Slot, left: bool) -> Numbered {
    let foot = course.foot(slot.along);
    let door = slot.door.map(|at| &doors[at]);
    let at = door.map_or_else(|| course.beside(slot.along, left), |placed| placed.door.at);
    let text = |number: u32, sub: Option<u32>| match sub {
        Some(sub) => format!("{number}号附{sub}号"),
        None => format!("{number}号"),
    };
    let plate = door.and_then(|placed| placed.door.plate);
    let pair = |c: geo_types::Coord| {
        let c = geometry::round(c);
        [c.x, c.y]
    };
    Numbered {
        door: door.and_then(|placed| placed.door.id.clone()),
        plate: plate.map(|(id, ..)| id),
        at: pair(at),
        foot: pair(foot),
        along_m: (slot.along * 10.0).round() / 10.0,
        left,
        number: slot.number,
        sub: slot.sub,
        text: text(slot.number, slot.sub),
        state: slot.state,
        was: plate.filter(|_| slot.state == State::Changed).map(|(_, number, sub)| text(number, sub)),
        why: slot.why,
    }
}

/// Further gates of a compound bear the number of its main gate.
fn share(course: &Course, doors: &[Placed], all: &mut Vec<Numbered>) {
    let mut of: BTreeMap<&str, (u32, Option<u32>)> = BTreeMap::new();
    for placed in doors.iter().filter(|placed| placed.door.kind == Kind::Compound) {
        let id = placed.door.id.as_deref();
        let main = all.iter().find(|one| one.door.as_deref() == id && id.is_some());
        if let Some((compound, main)) = placed.door.compound.as_deref().zip(main) {
            of.insert(compound, (main.number, main.sub));
        }
    }
    for (at, placed) in doors.iter().enumerate().filter(|(_, placed)| placed.door.kind == Kind::Gate) {
        let number = placed.door.compound.as_deref().and_then(|compound| of.get(compound));
        let Some((number, sub)) = number.copied() else { continue };
        let why = Bilingual::new("同一院落一个号", "one number for a compound");
        let slot =
            Slot { door: Some(at), along: placed.along, number, sub, state: State::Shared, why: Some(why) };
        all.push(told(course, doors, slot, placed.left));
    }
}

//! Buildings of a compound, numbered in rows there and back (S 形编号) from the north-eastern one on.

use super::doors::Door;
use super::profiles::Numbering;
use super::{Numbered, State};
use crate::model::geometry;
use crate::names::plates::streets::DEGREE_M;

/// The numbers, in their order. A row is what lies within the spacing from its northernmost building.
pub fn rows(mut doors: Vec<Door>, wanted: &Numbering) -> Vec<Numbered> {
    doors.sort_by(|a, b| b.at.y.total_cmp(&a.at.y).then(b.at.x.total_cmp(&a.at.x)));
    let mut rows: Vec<Vec<Door>> = Vec::new();
    for door in doors {
        let begun = rows.last().and_then(|row| row.first());
        let same = begun.is_some_and(|first| (first.at.y - door.at.y) * DEGREE_M <= wanted.spacing_m);
        match rows.last_mut() {
            Some(row) if same => row.push(door),
            _ => rows.push(vec![door]),
        }
    }
    let mut number = wanted.start - 1;
    let mut all = Vec::new();
    for (nth, mut row) in rows.into_iter().enumerate() {
        row.sort_by(|a, b| if nth % 2 == 0 { b.at.x.total_cmp(&a.at.x) } else { a.at.x.total_cmp(&b.at.x) });
        for door in row {
            number += 1;
            while wanted.skip.contains(&number) {
                number += 1;
            }
            let at = geometry::round(door.at);
            all.push(Numbered {
                door: door.id,
                plate: None,
                at: [at.x, at.y],
                foot: [at.x, at.y],
                along_m: 0.0,
                left: false,
                number,
                sub: None,
                text: format!("{number}幢"),
                state: State::New,
                was: None,
                why: None,
            });
        }
    }
    all
}

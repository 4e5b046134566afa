//! Street signs on posts at crossings: exactly 870, some of which still show a name given up.

use std::collections::BTreeMap;

use super::defects::Defects;
use super::facts::{NameFact, toneless};
use super::ledger::{Entry, Ledger, point};
use super::mesh::Kind;
use super::plane::P;
use super::random::Dice;
use super::renaming::Renaming;
use super::streets::{Street, half_width};
use super::town::Town;
use crate::model::Date;
use crate::model::layers::Sign;

/// How many street signs stand on posts (the office's plan).
pub(super) const SIGNS: usize = 870;

/// A place for a sign: which street, at which node, which way the street goes there.
struct Stand {
    street: usize,
    node: usize,
    heading: P,
    urban: f64,
}

/// Writes the signs.
pub(super) fn write(
    town: &Town,
    streets: &[Street],
    renamings: &[Renaming],
    ledger: &mut Ledger,
    defects: &mut Defects,
) {
    let mut stands = stands(town, streets);
    stands.sort_by(|a, b| {
        let rank = |stand: &Stand| (stand.urban < 0.42, streets[stand.street].kind >= Kind::Lane);
        rank(a).cmp(&rank(b)).then(a.street.cmp(&b.street)).then(a.node.cmp(&b.node))
    });
    // Town streets above lanes first; evenly among those if there are more than are wanted.
    let good = stands.iter().filter(|s| s.urban >= 0.42 && streets[s.street].kind < Kind::Lane).count();
    let pool = good.max(SIGNS).min(stands.len());
    let wanted = SIGNS.min(pool);
    let dice = &mut Dice::new(town.seed, "signs");
    let mut old_shown: BTreeMap<&str, usize> = BTreeMap::new();
    let chosen = (0..pool).filter(|at| at * wanted / pool != (at + 1) * wanted / pool);
    for (serial, at) in chosen.enumerate() {
        let stand = &stands[at];
        let street = &streets[stand.street];
        let Some(name) = street.name else { continue };
        let code = format!("{}B{:04}", town.county, serial + 1);
        let renaming =
            renamings.iter().find(|r| r.street_code == street.code && r.from < Date::new(2026, 12, 1));
        let shown = renaming.map_or(name, |renaming| {
            let count = old_shown.entry(street.code.as_str()).or_insert(0);
            *count += 1;
            if *count % 3 == 1 { renaming.old } else { renaming.new }
        });
        let old = renaming.is_some_and(|renaming| shown.name == renaming.old.name);
        if old {
            defects.old_name_signs.push(code.clone());
        }
        let place = town.terrain.place(corner(town, street, stand));
        let entry = Entry::at(code.clone(), point(place));
        ledger.add(
            sign(&code, street, shown, stand, dice),
            if old { entry.remark("演示缺陷：标志仍为旧名") } else { entry },
        );
    }
}

/// All crossings of named streets, once for each street that passes.
fn stands(town: &Town, streets: &[Street]) -> Vec<Stand> {
    let mut at_node: BTreeMap<usize, Vec<(usize, P)>> = BTreeMap::new();
    for (at, street) in streets.iter().enumerate() {
        if !street.own || street.name.is_none() || street.kind == Kind::Expressway || !street.kind.is_road() {
            continue;
        }
        for side in &street.sides {
            let (from, to) = (town.mesh.start(*side), town.mesh.end(*side));
            let heading = (town.mesh.nodes[to] - town.mesh.nodes[from]).unit();
            for (node, away) in [(from, heading), (to, heading * -1.0)] {
                let there = at_node.entry(node).or_default();
                if there.iter().all(|(street, _)| *street != at) {
                    there.push((at, away));
                }
            }
        }
    }
    let crossings = at_node.into_iter().filter(|(_, there)| there.len() > 1);
    crossings
        .flat_map(|(node, there)| {
            let urban = town.terrain.urban(town.mesh.nodes[node]);
            there.into_iter().map(move |(street, heading)| Stand { street, node, heading, urban })
        })
        .collect()
}

/// The corner of the pavement: back along the street and aside.
fn corner(town: &Town, street: &Street, stand: &Stand) -> P {
    let aside = half_width(street.kind) - 2.0;
    town.mesh.nodes[stand.node] + stand.heading * 16.0 + stand.heading.left() * aside
}

fn sign(code: &str, street: &Street, shown: NameFact, stand: &Stand, dice: &mut Dice) -> Sign {
    let east_west = stand.heading.x.abs() >= stand.heading.y.abs();
    let condition =
        dice.pick(&[("intact", 88.0), ("faded", 5.0), ("covered", 2.0), ("tilted", 2.0), ("damaged", 3.0)]);
    Sign {
        text: shown.name.into(),
        roman: Some(toneless(shown.pinyin)),
        minority_text: None,
        place_code: Some(super::names::place_code(&street.code)),
        road_code: Some(street.code.clone()),
        kind: Some("street".into()),
        direction: Some(if east_west { "east_west" } else { "north_south" }.into()),
        mount: Some("post".into()),
        facing_deg: Some(if east_west { 0.0 } else { 90.0 }),
        side: None,
        material: Some("铝合金".into()),
        size_mm: Some("1500×450".into()),
        colours: Some(if east_west { "蓝底白字" } else { "绿底白字" }.into()),
        qr: dice.chance(0.3).then(|| format!("演示-{code}")),
        condition: Some(condition.into()),
        installer: Some("演示标牌制作单位".into()),
        installed: Date::new(
            2008 + dice.below(17) as i16,
            1 + dice.below(12) as i8,
            1 + dice.below(28) as i8,
        ),
        maintainer: Some("区民政局（演示）".into()),
        retired: None,
        cost_yuan: Some(1_200.0 + 100.0 * dice.below(9) as f64),
    }
}

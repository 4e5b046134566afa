//! Names that are proposed: the community that a zone continues, else that community's name with where the zone lies.

use std::collections::{BTreeMap, BTreeSet};

use geo_types::Coord;

use super::Divided;
use crate::zoning::problem::ZoneKind;

/// What a community's name ends in, the longest first; a new one takes the ending of the one it is cut from.
const GENERICS: [&str; 6] = ["社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "社区"];
/// Directions, from east anticlockwise.
const DIRECTIONS: [&str; 8] = ["东", "东北", "北", "西北", "西", "西南", "南", "东南"];

/// By zone; no two of one subdistrict are equal.
pub(super) fn proposed(divided: &Divided<'_>) -> BTreeMap<u32, String> {
    let blocks = divided.blocks;
    let mut taken: BTreeSet<String> = blocks.communities.iter().map(|place| place.name.clone()).collect();
    let mut names = BTreeMap::new();
    for zone in divided.members.keys() {
        if let Some(place) = divided.heirs.get(zone).and_then(|at| blocks.communities.get(*at as usize)) {
            names.insert(*zone, place.name.clone());
        }
    }
    for (zone, members) in &divided.members {
        if names.contains_key(zone) {
            continue;
        }
        let from = divided.households_of(*zone).first().map(|share| share.code.clone());
        let parent = blocks.communities.iter().position(|place| Some(&place.code) == from.as_ref());
        let (stem, generic) = match parent {
            Some(parent) => parts(&blocks.communities[parent].name),
            None => {
                let street = blocks.blocks[members[0] as usize].street;
                let name = blocks.streets.get(street).map(|place| place.name.as_str()).unwrap_or_default();
                (name.strip_suffix("街道").unwrap_or(name), "社区")
            }
        };
        let own: Vec<u32> = match parent {
            Some(parent) => {
                let is = |unit: &u32| blocks.blocks[*unit as usize].community == Some(parent);
                (0..blocks.blocks.len() as u32).filter(is).collect()
            }
            None => (0..blocks.blocks.len() as u32).collect(),
        };
        let word = direction(middle(divided, &own), middle(divided, members));
        let mut name = format!("{stem}{word}{generic}");
        for number in ["二", "三", "四", "五", "六", "七", "八", "九", "十"] {
            if !taken.contains(&name) {
                break;
            }
            name = format!("{stem}第{number}{generic}");
        }
        taken.insert(name.clone());
        names.insert(*zone, name);
    }
    names
}

/// A community's name as its own part and its ending.
fn parts(name: &str) -> (&str, &'static str) {
    let mut cut = GENERICS.into_iter().filter_map(|generic| Some((name.strip_suffix(generic)?, generic)));
    cut.find(|(stem, _)| !stem.is_empty()).unwrap_or((name, "社区"))
}

/// Grids are numbered within their community as one reads, from north to south and in each row from west to east:
/// 01, 02, …; exclusive ones have the name of their site, rural ones that of their village as well.
pub(super) fn grids(divided: &Divided<'_>) -> BTreeMap<u32, String> {
    let mut of: BTreeMap<Option<usize>, Vec<u32>> = BTreeMap::new();
    for (zone, members) in &divided.members {
        of.entry(divided.blocks.blocks[members[0] as usize].community).or_default().push(*zone);
    }
    let mut names = BTreeMap::new();
    for (community, zones) in of {
        let place = community.and_then(|at| divided.blocks.communities.get(at));
        let own = place.map(|place| place.name.as_str()).unwrap_or_default();
        for (number, zone) in (1..).zip(in_reading_order(divided, zones)) {
            let site = site(divided, &divided.members[&zone]);
            let site = site.map(|site| format!("（{site}）")).unwrap_or_default();
            names.insert(zone, format!("{own}第{number:02}网格{site}"));
        }
    }
    names
}

/// Rows are as high as zones are on average.
fn in_reading_order(divided: &Divided<'_>, zones: Vec<u32>) -> Vec<u32> {
    let area = |zone: &u32| -> f64 {
        divided.members[zone]
            .iter()
            .map(|unit| divided.task.problem.area[*unit as usize] as f64 / 100.0)
            .sum()
    };
    let height = (zones.iter().map(area).sum::<f64>() / zones.len().max(1) as f64).sqrt().max(1.0);
    let mut placed: Vec<(Coord, u32)> =
        zones.into_iter().map(|zone| (middle(divided, &divided.members[&zone]), zone)).collect();
    let top = placed.iter().map(|(at, _)| at.y).fold(f64::NEG_INFINITY, f64::max);
    let row = |at: Coord| ((top - at.y) / height).floor() as i64;
    placed
        .sort_by(|(a, one), (b, other)| row(*a).cmp(&row(*b)).then(a.x.total_cmp(&b.x)).then(one.cmp(other)));
    placed.into_iter().map(|(_, zone)| zone).collect()
}

/// What an exclusive or rural grid is named after: the sites of its units, three at most.
fn site(divided: &Divided<'_>, members: &[u32]) -> Option<String> {
    if divided.task.problem.kind_of_all(members) == ZoneKind::Basic {
        return None;
    }
    let names = members.iter().filter_map(|unit| divided.blocks.blocks[*unit as usize].site.as_deref());
    let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(3);
    (!names.is_empty()).then(|| names.join("、"))
}

/// Middle of the households, of the ground where there are none.
fn middle(divided: &Divided<'_>, units: &[u32]) -> Coord {
    let (mut sum, mut all) = (Coord { x: 0.0, y: 0.0 }, 0.0);
    for unit in units {
        let share = divided.blocks.blocks[*unit as usize].households as f64 + 1e-3;
        let at = divided.blocks.middles[*unit as usize];
        sum = sum + at * share;
        all += share;
    }
    if all > 0.0 { sum / all } else { sum }
}

fn direction(from: Coord, to: Coord) -> &'static str {
    let way = to - from;
    let eighth = (way.y.atan2(way.x) / std::f64::consts::FRAC_PI_4).round() as i64;
    DIRECTIONS[eighth.rem_euclid(8) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_as_those_they_are_cut_from() {
        assert_eq!(parts("西景社区居民委员会"), ("西景", "社区居民委员会"));
        assert_eq!(parts("翠湖社区"), ("翠湖", "社区"));
        assert_eq!(parts("东村村民委员会"), ("东村", "村民委员会"));
        assert_eq!(parts("社区"), ("社区", "社区"));
    }

    #[test]
    fn directions_are_those_of_the_map() {
        let at = |x: f64, y: f64| Coord { x, y };
        let from = at(0.0, 0.0);
        assert_eq!(direction(from, at(5.0, 0.4)), "东");
        assert_eq!(direction(from, at(-3.0, 3.0)), "西北");
        assert_eq!(direction(from, at(0.0, -1.0)), "南");
        assert_eq!(direction(from, at(-1.0, -0.01)), "西");
    }
}

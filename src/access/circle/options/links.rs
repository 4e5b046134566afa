//! Short links between streets that are far apart on foot: crossings, footbridges.

use geo_types::Coord;

use super::{Asking, Choice, Gain, MOST, choice};
use crate::access::circle::question::{Change, Misshapen};
use crate::access::circle::times::{Link, Sources, Stands};
use crate::access::coverage::within;
use crate::access::ground::{Costs, defaults};
use crate::model::Bilingual;
use crate::network::{Metric, Spot};

/// Seconds that a link must save where it stands to be looked at.
const SAVES_S: f64 = 120.0;
/// Links are looked for this far apart, metres.
const APART_M: f64 = 150.0;
/// Street ends from which a link is looked for, between two looks at the time.
const BETWEEN: usize = 64;

/// All links that save most where they stand, with what each gains.
pub fn all(asking: &Asking<'_>, costs: &Costs) -> Result<Vec<Choice>, Misshapen> {
    let (mut sources, _) = asking.paced.sources(&asking.reach.situation.sites[0].counting);
    if sources.spots.is_empty() {
        return Ok(Vec::new());
    }
    let mut choices = Vec::new();
    for (a, b, metres) in places(asking, &mut sources) {
        if !(asking.go_on)() {
            break;
        }
        let change = Change::Link { line: vec![[a.x, a.y], [b.x, b.y]] };
        let gains = if asking.paced.links.is_empty() {
            let link = asking.paced.link(&[a, b])?;
            gain(asking, &mut sources, &link)
        } else {
            // Ways may lead over several new links.
            asking.in_full(&change)?
        };
        let crossing = metres <= costs.crossing_m;
        let (title, cost) = if crossing {
            (Bilingual::new("新设一处过街人行道", "a new crossing"), costs.crossing)
        } else {
            (Bilingual::new("新设一处人行天桥或通道", "a new footbridge or passage"), costs.footbridge)
        };
        choices.push(choice(("link", Gain::Reached), title, a, (gains, cost), change));
    }
    Ok(choices)
}

/// Households that a link brings within reach: what lies before its farther end, up to the limit.
fn gain(asking: &Asking<'_>, sources: &mut Sources, link: &Link) -> f64 {
    let (paced, limit_s) = (asking.paced, asking.limit_s());
    let times = paced.search(sources, limit_s * (1.0 + 1e-9), |reached, sources| {
        link.ends.map(|end| sources.time(reached, &end).seconds)
    });
    let across = paced.seconds_of(link.metres);
    let mut gains = 0.0;
    for (end, other) in [(0, 1), (1, 0)] {
        let by_link = times[other] + across;
        if by_link < times[end] && within(by_link, limit_s) {
            let mut behind = Sources::default();
            behind.push(Spot { off_s: by_link, ..link.ends[end] }, Stands::Link(0, end), 0);
            gains += asking.beyond(paced.near_spots(behind, limit_s).into_iter().map(|(home, _)| home));
        }
    }
    gains
}

/// Pairs of street ends that a link would bring nearest, with the metres between them.
fn places(asking: &Asking<'_>, sources: &mut Sources) -> Vec<(Coord, Coord, f64)> {
    let (paced, limit_s) = (asking.paced, asking.limit_s());
    let nodes = paced.network.nodes();
    let tree = rstar::RTree::bulk_load(
        nodes
            .iter()
            .enumerate()
            .map(|(number, at)| rstar::primitives::GeomWithData::new([at.x, at.y], number))
            .collect::<Vec<_>>(),
    );
    let most_m = defaults().link_m;
    let mut pairs: Vec<(f64, usize, usize, f64)> = paced.search(sources, 2.0 * limit_s, |reached, _| {
        let mut pairs = Vec::new();
        for (far, at) in nodes.iter().enumerate() {
            if far % BETWEEN == 0 && !(asking.go_on)() {
                break;
            }
            let late = reached.node(far as u32).seconds;
            if within(late, limit_s) {
                continue;
            }
            let (sx, sy) = Metric::Degrees.scale(at.y);
            let box_of = rstar::AABB::from_corners(
                [at.x - most_m / sx, at.y - most_m / sy],
                [at.x + most_m / sx, at.y + most_m / sy],
            );
            let near = tree.locate_in_envelope(&box_of).filter_map(|node| {
                let before = reached.node(node.data as u32).seconds;
                if !within(before, limit_s) {
                    return None;
                }
                let metres = Metric::Degrees.distance_m(*at, nodes[node.data]);
                let by_link = before + paced.seconds_of(metres);
                let saves = late.min(2.0 * limit_s) - by_link;
                (metres <= most_m && within(by_link, limit_s) && saves > SAVES_S)
                    .then_some((saves, node.data, metres))
            });
            if let Some((saves, to, metres)) = near.max_by(|a, b| a.0.total_cmp(&b.0)) {
                pairs.push((saves, far, to, metres));
            }
        }
        pairs
    });
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<(Coord, Coord, f64)> = Vec::new();
    for (_, from, to, metres) in pairs {
        if chosen.len() >= 2 * MOST {
            break;
        }
        let (a, b) = (nodes[from], nodes[to]);
        if chosen.iter().all(|known| Metric::Degrees.distance_m(known.0, a) >= APART_M) {
            chosen.push((a, b, metres));
        }
    }
    chosen
}

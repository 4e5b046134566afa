//! How far it is to the community hall of one's zone.

use super::Divided;

/// A walk is so much longer than the straight way: assumed, until the walking network is asked.
const DETOUR: f64 = 1.3;

/// Metres for the mean household that has a hall in its zone, and households whose zone has none.
pub(super) fn walk(divided: &Divided<'_>) -> (Option<f64>, f64) {
    let blocks = divided.blocks;
    let (mut metres, mut served, mut without) = (0.0, 0.0, 0.0);
    for (zone, members) in &divided.members {
        let own: Vec<_> =
            blocks.halls.iter().filter(|(unit, _)| divided.zone[*unit as usize] == *zone).collect();
        for unit in members {
            let households = blocks.blocks[*unit as usize].households as f64;
            let here = blocks.middles[*unit as usize];
            let way = own.iter().map(|(_, hall)| (hall.x - here.x).hypot(hall.y - here.y));
            match way.min_by(f64::total_cmp) {
                Some(way) => {
                    metres += households * way * DETOUR;
                    served += households;
                }
                None => without += households,
            }
        }
    }
    ((served > 0.0).then(|| metres / served), without)
}

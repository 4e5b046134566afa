//! From every home to its nearest facility: through the gates of compounds, along the streets and new links.

use geo_types::Coord;

use super::question::{Asked, By, Misshapen};
use super::situation::{Site, Ways};
use crate::access::coverage::within;
use crate::access::ground::{Ground, Joined, Passing, Walked, Way, defaults, lets_out};
use crate::access::straight_m;
use crate::network::{Direction, Metric, Network, Reached, Search, Spot};

/// No site.
pub const NONE: u32 = u32::MAX;
/// Rounds of searching in which new links may still shorten something.
const MOST_ROUNDS: usize = 24;
/// What is no gain, seconds.
const NOTHING_S: f64 = 1e-9;

/// A time and the site that it leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// seconds of the class's pace
    pub seconds: f64,
    /// number of the site
    pub site: u32,
}

/// Beyond reach.
pub const FAR: Time = Time { seconds: f64::INFINITY, site: NONE };

impl Time {
    fn or(self, other: Self) -> Self {
        if (other.seconds, other.site) < (self.seconds, self.site) { other } else { self }
    }

    fn after(self, seconds: f64) -> Self {
        Self { seconds: self.seconds + seconds, ..self }
    }
}

/// Times of one class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// by home
    pub homes: Vec<Time>,
    /// by door; empty in a straight line
    pub doors: Vec<Time>,
    /// by home, to a site of its own compound, whichever gate there is; empty in a straight line
    pub inside: Vec<Time>,
    /// sites that are on no street
    pub off_network: usize,
}

/// A new link with its ends on the streets.
#[derive(Clone, Debug)]
pub struct Link {
    /// its ends
    pub ends: [Spot; 2],
    /// metres from end to end, with the way to the streets
    pub metres: f64,
    /// its line
    pub line: Vec<Coord>,
}

/// The ground for one class: its pace, and what is tried out.
pub struct Paced<'a> {
    /// the ground
    pub ground: &'a Ground,
    /// streets
    pub network: &'a Network,
    /// joined for the pace
    pub walked: &'a Walked,
    /// gates and links that are tried out
    pub ways: &'a Ways,
    /// new gates on the streets: compound, place, spot
    pub gates: Vec<(u32, Coord, Spot)>,
    /// new links on the streets
    pub links: Vec<Link>,
}

/// What a spot of a search stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stands {
    /// a way into a site
    Site(u32),
    /// an end of a link, from where people go on to its other end: number of the link, and of the end
    Link(usize, usize),
}

/// All spots that a search runs from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// where
    pub spots: Vec<Spot>,
    /// what they stand for
    pub stands: Vec<Stands>,
    /// the site that is reached in the end
    pub site: Vec<u32>,
}

fn far(field: &'static str) -> Misshapen {
    Misshapen::new(field, "离最近的道路太远", "too far from the nearest street")
}

impl<'a> Paced<'a> {
    /// Joins what is tried out to the streets.
    ///
    /// # Errors
    /// A new gate or link is too far from every street.
    pub fn new(
        ground: &'a Ground,
        network: &'a Network,
        walked: &'a Walked,
        ways: &'a Ways,
    ) -> Result<Self, Misshapen> {
        let mut paced = Self { ground, network, walked, ways, gates: Vec::new(), links: Vec::new() };
        let gate = |(yard, at): &(u32, Coord)| {
            Ok((*yard, *at, paced.spot(*at, defaults().snap_m).ok_or_else(|| far("place"))?))
        };
        let gates = ways.gates.iter().map(gate).collect::<Result<_, Misshapen>>()?;
        paced.links = ways.links.iter().map(|line| paced.link(line)).collect::<Result<_, Misshapen>>()?;
        paced.gates = gates;
        Ok(paced)
    }

    fn spot(&self, at: Coord, limit_m: f64) -> Option<Spot> {
        self.walked.locator.find(self.network, &self.walked.walk, at, limit_m).spot().copied()
    }

    /// A new link joined to the streets.
    ///
    /// # Errors
    /// It is too far from every street.
    pub fn link(&self, line: &[Coord]) -> Result<Link, Misshapen> {
        let (Some(first), Some(last)) = (line.first(), line.last()) else { return Err(far("line")) };
        let end = |at: Coord| self.spot(at, defaults().link_m).ok_or_else(|| far("line"));
        let (mut a, mut b) = (end(*first)?, end(*last)?);
        let length: f64 = line.windows(2).map(|pair| Metric::Degrees.distance_m(pair[0], pair[1])).sum();
        let metres = a.off_m + length + b.off_m;
        (a.off_s, b.off_s) = (0.0, 0.0);
        let mut whole = vec![a.at];
        whole.extend(line);
        whole.push(b.at);
        Ok(Link { ends: [a, b], metres, line: whole })
    }

    /// Seconds of so many metres beside the streets.
    pub fn seconds_of(&self, metres: f64) -> f64 {
        metres / self.walked.speed()
    }

    /// The ways into a place: spots on the streets with what is walked off them.
    pub fn entries(&self, site: &Site) -> Vec<Spot> {
        let own = site.facility.filter(|_| site.touched != Some(super::Touched::Moved));
        let direct = own.map(|number| &self.walked.facilities[number]);
        if let Some(spots) = direct.filter(|spots| !spots.is_empty()) {
            return spots.clone();
        }
        let yard = site.yard.map(|yard| (yard, &self.ground.yards.yards[yard as usize]));
        let Some((number, yard)) = yard.filter(|(_, yard)| !yard.unwalled) else {
            let walk = &self.walked.walk;
            let found = self.walked.locator.find(self.network, walk, site.at, defaults().snap_m);
            return found.spot().copied().into_iter().collect();
        };
        let doors = &self.ground.yards.doors;
        let behind = |spot: &Spot, at: Coord| {
            let metres = Metric::Degrees.distance_m(site.at, at);
            Spot { off_s: spot.off_s + self.seconds_of(metres), off_m: spot.off_m + metres, ..*spot }
        };
        let through = |wanted: &dyn Fn(usize) -> bool| -> Vec<Spot> {
            let wanted = yard.doors.clone().filter(|door| wanted(*door));
            wanted
                .filter_map(|door| Some(behind(self.walked.doors[door].as_ref()?, doors[door].at)))
                .collect()
        };
        let opened = |door: usize| self.ways.opened.contains(&door);
        let mut spots = through(&|door| doors[door].passing == Passing::Open || opened(door));
        spots
            .extend(self.gates.iter().filter(|gate| gate.0 == number).map(|(_, at, spot)| behind(spot, *at)));
        if spots.is_empty() {
            spots = through(&|door| doors[door].gate.is_some() && lets_out(doors[door].passing));
        }
        if spots.is_empty() {
            spots = through(&|door| yard.assumed == Some(door));
        }
        spots
    }

    /// Spots to search from for some sites, and how many sites have none.
    pub fn sources(&self, sites: &[Site]) -> (Sources, usize) {
        let (mut sources, mut off) = (Sources::default(), 0);
        for (number, site) in sites.iter().enumerate() {
            let spots = self.entries(site);
            off += usize::from(spots.is_empty());
            for spot in spots {
                sources.push(spot, Stands::Site(number as u32), number as u32);
            }
        }
        (sources, off)
    }

    /// Searches to the sources until no new link shortens anything, and hands what was reached on.
    pub fn search<T>(
        &self,
        sources: &mut Sources,
        limit_s: f64,
        then: impl FnOnce(&Reached<'_>, &Sources) -> T,
    ) -> T {
        self.walked.with_search(self.network, |search| self.search_in(search, (sources, limit_s), then))
    }

    fn search_in<T>(
        &self,
        search: &mut Search,
        (sources, limit_s): (&mut Sources, f64),
        then: impl FnOnce(&Reached<'_>, &Sources) -> T,
    ) -> T {
        let walk = &self.walked.walk;
        for _ in 0..MOST_ROUNDS {
            let mut better: Vec<(usize, usize, f64, u32)> = Vec::new();
            if !self.links.is_empty() {
                let reached = search.run(walk, &sources.spots, Direction::Toward, limit_s);
                for (number, link) in self.links.iter().enumerate() {
                    let times = link.ends.map(|end| sources.time(&reached, &end));
                    let across = self.seconds_of(link.metres);
                    for (end, other) in [(0, 1), (1, 0)] {
                        let by_link = times[other].seconds + across;
                        if by_link <= limit_s && by_link + NOTHING_S < times[end].seconds {
                            better.push((number, end, by_link, times[other].site));
                        }
                    }
                }
            }
            if better.is_empty() {
                break;
            }
            for (number, end, seconds, site) in better {
                let spot = Spot { off_s: seconds, ..self.links[number].ends[end] };
                sources.put(spot, Stands::Link(number, end), site);
            }
        }
        let reached = search.run(walk, &sources.spots, Direction::Toward, limit_s);
        then(&reached, sources)
    }

    /// Homes from which some sites are within reach, with the seconds; ascending, each once. Only the streets that are
    /// reached are looked at.
    pub fn near(&self, sites: &[Site], limit_s: f64) -> Vec<(u32, f64)> {
        let (sources, _) = self.sources(sites);
        let mut found = self.near_spots(sources, limit_s);
        let speed = self.walked.speed();
        for site in sites {
            for home in site.yard.map(|yard| self.walked.by_street.homes(yard)).unwrap_or_default() {
                let metres = Metric::Degrees.distance_m(self.ground.homes.all[*home as usize].at, site.at);
                found.push((*home, metres / speed));
            }
        }
        once(found, limit_s)
    }

    /// The same of places on the streets.
    pub fn near_spots(&self, mut sources: Sources, limit_s: f64) -> Vec<(u32, f64)> {
        if sources.spots.is_empty() {
            return Vec::new();
        }
        // What rounding makes of a sum of streets is decided on by `within`.
        self.search(&mut sources, limit_s * (1.0 + 1e-9), |reached, sources| {
            let (places, mut found) = (&self.walked.by_street, Vec::new());
            let mut doors: Vec<(u32, f64)> = Vec::new();
            let mut look = |edge: u32| {
                for joined in places.on(edge) {
                    let (spot, list, number) = match joined {
                        Joined::Home(home) => (&self.walked.homes[*home as usize], &mut found, *home),
                        Joined::Door(door) => (&self.walked.doors[*door as usize], &mut doors, *door),
                    };
                    if let Some(spot) = spot {
                        list.push((number, sources.time(reached, spot).seconds));
                    }
                }
            };
            if limit_s.is_infinite() {
                places.edges().for_each(&mut look);
            } else {
                let edges = self.walked.walk.edges_at(reached.nodes(), Direction::Toward, &sources.spots);
                edges.into_iter().for_each(&mut look);
            }
            for (door, seconds) in doors.into_iter().filter(|(_, seconds)| within(*seconds, limit_s)) {
                let yard = self.ground.yards.doors[door as usize].yard;
                if seconds.is_finite() && self.is_used(door as usize) {
                    let leg = |home: &u32| self.seconds_of(self.leg(*home as usize, door as usize));
                    found.extend(places.homes(yard).iter().map(|home| (*home, seconds + leg(home))));
                }
            }
            for (yard, at, spot) in &self.gates {
                let time = sources.time(reached, spot).seconds;
                let leg = |home: &u32| {
                    let from = self.ground.homes.all[*home as usize].at;
                    self.seconds_of(Metric::Degrees.distance_m(from, *at))
                };
                found.extend(places.homes(*yard).iter().map(|home| (*home, time + leg(home))));
            }
            once(found, limit_s)
        })
    }

    /// Whether those who live behind a door come out through it.
    fn is_used(&self, door: usize) -> bool {
        let own = &self.ground.yards.doors[door];
        if own.gate.is_some() {
            return lets_out(own.passing) || self.ways.opened.contains(&door);
        }
        self.ground.yards.yards[own.yard as usize].assumed == Some(door) && !self.is_opened(own.yard)
    }

    /// Times of all homes.
    pub fn times(&self, sites: &[Site]) -> Times {
        let (mut sources, off_network) = self.sources(sites);
        if sources.spots.is_empty() && sites.iter().all(|site| site.yard.is_none()) {
            let homes = vec![FAR; self.ground.homes.all.len()];
            let (inside, doors) = (homes.clone(), vec![FAR; self.ground.yards.doors.len()]);
            return Times { homes, doors, inside, off_network };
        }
        self.search(&mut sources, f64::INFINITY, |reached, sources| {
            let label = |spot: &Option<Spot>| spot.as_ref().map_or(FAR, |spot| sources.time(reached, spot));
            let doors: Vec<Time> = self.walked.doors.iter().map(label).collect();
            let gates: Vec<(u32, Coord, Time)> =
                self.gates.iter().map(|(yard, at, spot)| (*yard, *at, sources.time(reached, spot))).collect();
            let inside = self.inside(sites);
            let home = |number: usize| {
                let street = label(&self.walked.homes[number]);
                street.or(self.through_gates(number, &doors, &gates)).or(inside[number])
            };
            let homes = (0..self.ground.homes.all.len()).map(home).collect();
            Times { homes, doors, inside, off_network }
        })
    }

    /// The time of a home through the gates of its compound.
    fn through_gates(&self, number: usize, doors: &[Time], gates: &[(u32, Coord, Time)]) -> Time {
        let home = &self.ground.homes.all[number];
        let Some(yard) = home.yard else { return FAR };
        let own = &self.ground.yards.yards[yard as usize];
        let all = &self.ground.yards.doors;
        let mut best = FAR;
        for door in own.doors.clone() {
            let open = all[door].gate.is_some() && lets_out(all[door].passing);
            if open || self.ways.opened.contains(&door) {
                best = best.or(doors[door].after(self.seconds_of(self.leg(number, door))));
            }
        }
        for (_, at, time) in gates.iter().filter(|gate| gate.0 == yard) {
            best = best.or(time.after(self.seconds_of(Metric::Degrees.distance_m(home.at, *at))));
        }
        match own.assumed {
            Some(door) if best.site == NONE && !self.is_opened(yard) => {
                doors[door].after(self.seconds_of(self.leg(number, door)))
            }
            _ => best,
        }
    }

    /// Whether a gate of a compound was opened or made for the question.
    pub fn is_opened(&self, yard: u32) -> bool {
        let own = &self.ground.yards.yards[yard as usize];
        self.gates.iter().any(|gate| gate.0 == yard)
            || own.doors.clone().any(|door| self.ways.opened.contains(&door))
    }

    /// Metres from a home to a door of its compound.
    pub fn leg(&self, home: usize, door: usize) -> f64 {
        let home = &self.ground.homes.all[home];
        let first = home.yard.map_or(0, |yard| self.ground.yards.yards[yard as usize].doors.start);
        self.ground.homes.legs[home.leg + door - first]
    }

    /// Times of all homes to sites of their own compound.
    fn inside(&self, sites: &[Site]) -> Vec<Time> {
        let mut inside = vec![FAR; self.ground.homes.all.len()];
        for (number, site) in sites.iter().enumerate() {
            for home in site.yard.map(|yard| self.walked.by_street.homes(yard)).unwrap_or_default() {
                let metres = Metric::Degrees.distance_m(self.ground.homes.all[*home as usize].at, site.at);
                let time = Time { seconds: self.seconds_of(metres), site: number as u32 };
                let best = &mut inside[*home as usize];
                *best = best.or(time);
            }
        }
        inside
    }

    /// How people come out of a home, what is tried out included.
    pub fn way(&self, home: usize) -> Way {
        match self.walked.way(self.ground, home) {
            Way::Assumed if self.ground.homes.all[home].yard.is_some_and(|yard| self.is_opened(yard)) => {
                Way::Gates
            }
            way => way,
        }
    }
}

impl Sources {
    /// One more.
    pub fn push(&mut self, spot: Spot, stands: Stands, site: u32) {
        self.spots.push(spot);
        self.stands.push(stands);
        self.site.push(site);
    }

    /// Puts a spot in the place of the one that stands for the same, or behind all.
    fn put(&mut self, spot: Spot, stands: Stands, site: u32) {
        match self.stands.iter().position(|known| *known == stands) {
            Some(at) => {
                self.spots[at] = spot;
                self.site[at] = site;
            }
            None => self.push(spot, stands, site),
        }
    }

    /// The time of a place on the streets.
    pub fn time(&self, reached: &Reached<'_>, spot: &Spot) -> Time {
        let label = reached.at(spot);
        match self.site.get(label.source as usize) {
            Some(site) if label.seconds.is_finite() => Time { seconds: label.seconds, site: *site },
            _ => FAR,
        }
    }
}

/// Times of all homes in a straight line; which site is not said.
pub fn straight(ground: &Ground, asked: &Asked, sites: &[Site]) -> Times {
    let homes: Vec<Option<Coord>> = ground.homes.all.iter().map(|home| Some(home.at)).collect();
    let places: Vec<Option<Coord>> = sites.iter().map(|site| Some(site.at)).collect();
    let speed = asked.pace().speed_m_per_s;
    let metres = straight_m(Metric::Degrees, &homes, &places);
    let homes = metres.into_iter().map(|metres| Time { seconds: metres / speed, site: NONE }).collect();
    Times { homes, off_network: 0, ..Times::default() }
}

/// Homes within a limit, ascending, each once with its least seconds.
fn once(mut found: Vec<(u32, f64)>, limit_s: f64) -> Vec<(u32, f64)> {
    found.retain(|(_, seconds)| seconds.is_finite() && (limit_s.is_infinite() || within(*seconds, limit_s)));
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    found.dedup_by_key(|(home, _)| *home);
    found
}

/// Times of all homes for one class, the way that is asked; `walked` is the ground for its pace.
///
/// # Errors
/// A new gate or link is too far from every street.
pub fn times(
    ground: &Ground,
    (asked, by, walked): (&Asked, By, Option<&Walked>),
    sites: &[Site],
    ways: &Ways,
) -> Result<Times, Misshapen> {
    match (by, ground.network.as_ref().zip(walked)) {
        (By::Straight, _) => Ok(straight(ground, asked, sites)),
        (By::Network, Some((network, walked))) => Ok(Paced::new(ground, network, walked, ways)?.times(sites)),
        (By::Network, None) => {
            let homes = vec![FAR; ground.homes.all.len()];
            Ok(Times { homes, off_network: sites.len(), ..Times::default() })
        }
    }
}

//! What is wrong with a coverage: [`validate`], and the invalid edges that other programs give, [`invalid_edges`].
//!
//! Overlaps and gaps are faces of the noded borders, with their exact outline; edges are judged as in `marks`.
//! O(n log n) for data that is mostly sound; a coverage whose edges cross millions of times is given up.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPoint, Polygon};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::contacts::{self, Edge};
use super::coverage::Coverage;
use super::finding::{Flaw, Kind};
use super::ground::{Ground, Settings};
use super::locks::Locks;
use super::marks::{ArcOf, Marks};
use super::noding;
use super::overlay::Overlay;
use super::plane;
use crate::model::Severity;

/// Most places that one finding names.
const PLACES: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// by kind, then by the features concerned
    pub flaws: Vec<Flaw>,
    /// whether all was looked at: false where more edges cross than can be
    pub complete: bool,
}

impl Validation {
    /// Whether anything is an error.
    pub fn has_errors(&self) -> bool {
        !self.complete || self.flaws.iter().any(|flaw| flaw.severity == Severity::Error)
    }

    /// How many of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.flaws.iter().filter(|flaw| flaw.kind == kind).count()
    }
}

/// Looks at all of a coverage.
pub fn validate(coverage: &Coverage, settings: &Settings) -> Validation {
    let mut flaws = unreadable(coverage);
    let locks = Locks::default();
    let tolerance = settings.tolerance(coverage, &locks);
    let Some(ground) = Ground::prepare(coverage, &tolerance) else {
        return Validation { flaws, complete: false };
    };
    flaws.extend(ground.repaired.iter().map(|one| {
        let crosses = !one.suspect.crossings.is_empty();
        let mut places = if crosses { one.suspect.crossings.clone() } else { one.suspect.dangles.clone() };
        places.truncate(PLACES);
        Flaw {
            kind: if crosses { Kind::SelfIntersection } else { Kind::Dangle },
            severity: Severity::Error,
            features: vec![one.suspect.feature as u32],
            place: MultiPoint::from(places).into(),
            area: 0.0,
            width: 0.0,
        }
    }));
    let noded = noding::node(&ground.coverage, &ground.troubles, &tolerance);
    let overlay = Overlay::of(&ground.coverage, &noded, |_| true);
    let twins = duplicates(&ground.coverage, settings);
    flaws.extend(overlaps(&overlay, settings, &twins));
    flaws.extend(twins);
    flaws.extend(gaps(&overlay, settings));
    let hairs = hairs(&overlay, settings);
    flaws.extend(mismatches(&overlay, &hairs));
    flaws.extend(hairs.into_iter().map(|hair| hair.flaw));
    flaws.extend(super::notes::of(&ground.coverage, settings));
    flaws.sort_by(|a, b| a.kind.cmp(&b.kind).then_with(|| a.features.cmp(&b.features)));
    Validation { flaws, complete: noded.complete }
}

/// For every feature the edges that are invalid as the coverage validator of JTS has it; edges that run within
/// `gap_width` (coordinate units, 0 for not at all) beside another feature's too. `None` where more edges cross than
/// can be looked at.
pub fn invalid_edges(coverage: &Coverage, gap_width: f64) -> Option<Vec<MultiLineString>> {
    let disturbing = contacts::pairs(coverage, 0.0, |one: Edge, other: Edge| one.disturbs(&other))?;
    let near = if gap_width > 0.0 { contacts::pairs(coverage, gap_width, |_, _| true)? } else { Vec::new() };
    let marks = Marks::judge(coverage, &disturbing, &near, gap_width);
    if marks.is_clean(coverage) {
        return Some(vec![MultiLineString(Vec::new()); coverage.features()]);
    }
    Some((0..coverage.features()).map(|feature| marks.lines(coverage, feature)).collect())
}

fn unreadable(coverage: &Coverage) -> Vec<Flaw> {
    let one = |feature: &u32| Flaw {
        kind: Kind::Unreadable,
        severity: Severity::Error,
        features: vec![*feature],
        place: MultiPoint(Vec::new()).into(),
        area: 0.0,
        width: 0.0,
    };
    coverage.unreadable().iter().map(one).collect()
}

fn flaw_of(polygon: Polygon, kind: Kind, features: Vec<u32>, settings: &Settings) -> Flaw {
    Flaw {
        kind,
        severity: Severity::Error,
        features,
        area: settings.metric.ground(&polygon),
        width: settings.metric.width(&polygon),
        place: polygon.into(),
    }
}

fn overlaps(overlay: &Overlay, settings: &Settings, twins: &[Flaw]) -> Vec<Flaw> {
    let one = |(face, features): (&usize, &Vec<u32>)| {
        let polygon = overlay.faces.polygon(&overlay.patch, *face);
        flaw_of(polygon, Kind::Overlap, features.clone(), settings)
    };
    // What duplicates have in common is told once.
    let told = |features: &Vec<u32>| twins.iter().any(|twin| twin.features == *features);
    let open: Vec<(&usize, &Vec<u32>)> =
        overlay.over.iter().filter(|(_, features)| !told(features)).collect();
    open.into_par_iter().map(one).collect()
}

fn gaps(overlay: &Overlay, settings: &Settings) -> Vec<Flaw> {
    let faces: Vec<usize> = overlay.gaps().collect();
    let flaw = |face: usize| {
        let border = overlay.faces.border(face);
        let mut round: Vec<u32> =
            border.flat_map(|half| overlay.patch.claimants(half, false).collect::<Vec<_>>()).collect();
        round.sort_unstable();
        round.dedup();
        let flaw = flaw_of(overlay.faces.polygon(&overlay.patch, face), Kind::Gap, round, settings);
        let severity = if flaw.width > settings.gap_width { Severity::Warning } else { Severity::Error };
        Flaw { severity, ..flaw }
    };
    faces.into_par_iter().map(flaw).collect()
}

/// A gap so narrow that noding closed it.
struct Hair {
    /// the ends of the pieces that it was closed to, smaller number first
    pieces: Vec<(u32, u32)>,
    flaw: Flaw,
}

/// Gaps below the tolerance: an edge, and a neighbour's vertices that keep a hair's breadth outside of it.
fn hairs(overlay: &Overlay, settings: &Settings) -> Vec<Hair> {
    let (patch, coverage) = (&overlay.patch, overlay.patch.coverage);
    let mut settled: HashMap<(u32, u32), (u32, u32), RandomState> = HashMap::default();
    for piece in patch.pieces.iter().filter(|piece| piece.arcs > 1) {
        let ends = (piece.from.min(piece.to), piece.from.max(piece.to));
        settled.extend(piece.settled().map(|sides| (ends, sides)));
    }
    let arcs = ArcOf::new(coverage);
    let one = |(place, chain): (&u32, &Vec<u32>)| {
        let edge = Edge::at(coverage, *place);
        let mut uses = coverage.uses(arcs.of(*place));
        let (_, left) = uses.next().filter(|_| chain.len() > 2 && uses.len() == 0)?;
        let between = &chain[1..chain.len() - 1];
        let outside = |vertex: &u32| {
            let side = plane::turn(edge.a, edge.b, patch.point(*vertex));
            if left { side < 0.0 } else { side > 0.0 }
        };
        if (edge.from, edge.to) != (chain[0], chain[chain.len() - 1]) || !between.iter().all(outside) {
            return None;
        }
        let ends = |pair: &[u32]| (pair[0].min(pair[1]), pair[0].max(pair[1]));
        let pieces: Vec<(u32, u32)> = chain.windows(2).map(ends).collect();
        let (one, other) = *settled.get(pieces.first()?)?;
        if !pieces.iter().all(|piece| settled.contains_key(piece)) {
            return None;
        }
        let ring = chain.iter().chain(chain.first()).map(|vertex| patch.point(*vertex)).collect();
        let polygon = Polygon::new(LineString(ring), Vec::new());
        Some(Hair {
            pieces,
            flaw: flaw_of(polygon, Kind::Gap, vec![one.min(other), one.max(other)], settings),
        })
    };
    patch.noded.pieces.iter().filter_map(one).collect()
}

/// Borders that only noding brought together, one finding for each stretch between two features.
fn mismatches(overlay: &Overlay, hairs: &[Hair]) -> Vec<Flaw> {
    let told: HashSet<(u32, u32), RandomState> =
        hairs.iter().flat_map(|hair| hair.pieces.iter().copied()).collect();
    let pieces = &overlay.patch.pieces;
    let mut by_pair: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        let told = told.contains(&(piece.from.min(piece.to), piece.from.max(piece.to)));
        if let Some((left, right)) = piece.settled().filter(|_| piece.arcs > 1 && !told) {
            by_pair.entry((left.min(right), left.max(right))).or_default().push(at);
        }
    }
    let mut flaws = Vec::new();
    for ((one, other), pieces) in by_pair {
        for stretch in stretches(overlay, pieces) {
            let lines = stretch.into_iter().map(|piece| LineString(overlay.patch.coords(piece as u32 * 2)));
            flaws.push(Flaw {
                kind: Kind::Mismatch,
                severity: Severity::Error,
                features: vec![one, other],
                place: MultiLineString(lines.collect()).into(),
                area: 0.0,
                width: 0.0,
            });
        }
    }
    flaws
}

/// Pieces that hang together by their ends.
fn stretches(overlay: &Overlay, pieces: Vec<usize>) -> Vec<Vec<usize>> {
    let mut stretch_at: HashMap<u32, usize, RandomState> = HashMap::default();
    let mut stretches: Vec<Vec<usize>> = Vec::new();
    for piece in pieces {
        let ends = [overlay.patch.start(piece as u32 * 2), overlay.patch.start(piece as u32 * 2 + 1)];
        let known: Vec<usize> = ends.iter().filter_map(|end| stretch_at.get(end).copied()).collect();
        let at = known.first().copied().unwrap_or_else(|| {
            stretches.push(Vec::new());
            stretches.len() - 1
        });
        if let Some(other) = known.get(1).copied().filter(|other| *other != at) {
            let moved = std::mem::take(&mut stretches[other]);
            stretches[at].extend(moved);
            stretch_at.values_mut().filter(|place| **place == other).for_each(|place| *place = at);
        }
        stretches[at].push(piece);
        stretch_at.extend(ends.map(|end| (end, at)));
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}

/// Features with the same outline: they have all arcs, and the same sides of them, in common.
fn duplicates(coverage: &Coverage, settings: &Settings) -> Vec<Flaw> {
    let mut alike: BTreeMap<Vec<(u32, bool)>, Vec<u32>> = BTreeMap::new();
    for feature in 0..coverage.features() {
        let rings = coverage.parts_of(feature).flat_map(|part| coverage.rings_of(part));
        let mut outline = Vec::new();
        let mut doubled = true;
        for ring in rings {
            for one in coverage.ring_arcs(ring) {
                let left = coverage.inside_left(ring) != one.reversed();
                let sides = coverage.sides(one.arc());
                doubled &= if left { sides.lefts > 1 } else { sides.rights > 1 };
                outline.push((one.arc() as u32, left));
            }
            if !doubled {
                break;
            }
        }
        if doubled && !outline.is_empty() {
            outline.sort_unstable();
            alike.entry(outline).or_default().push(feature as u32);
        }
    }
    let groups = alike.into_values().filter(|features| features.len() > 1);
    groups
        .map(|features| {
            let geometry = coverage.geometry(features[0] as usize);
            let polygons = super::coverage::polygons(&geometry);
            Flaw {
                kind: Kind::Duplicate,
                severity: Severity::Error,
                area: polygons.iter().map(|part| settings.metric.ground(part)).sum(),
                width: polygons.iter().map(|part| settings.metric.width(part)).fold(0.0, f64::max),
                features,
                place: geometry,
            }
        })
        .collect()
}

/// A point of a place, to zoom to.
pub fn point_of(place: &Geometry) -> Option<Coord> {
    use geo::InteriorPoint as _;
    place.interior_point().map(|point| point.0)
}

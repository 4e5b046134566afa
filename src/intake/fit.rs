//! Which coordinate system an undeclared file fits, held against what the register knows of the same place.
//!
//! GCJ-02 and BD-09 move everything by some hundred metres: borders of the same division, points that name the
//! division they lie in, records of the same code or name, and streets along known streets tell them apart.
//! The answer is evidence for a person's choice; nothing is ever shifted on it alone.

use std::sync::Arc;

use geo::Intersects as _;
use geo_types::{Coord, Geometry, LineString, Point, Rect};

use super::ImportOptions;
use super::columns::{Columns, Target};
use super::join::{Divisions, Hint};
use super::references::spellings;
use super::values::cell_text;
use crate::crs::{Crs, Guess, Transform};
use crate::formats::SourceFeature;
use crate::model::{Bilingual, Date, GeometryKind, Layer, Record, geometry};
use crate::snapshot::Snapshot;

/// Features looked at, and coordinates of one.
const FEATURES: usize = 2000;
const COORDS_OF_ONE: usize = 100;
/// Areas and lines that are compared edge by edge.
const SHAPES: usize = 20;
/// Systems that are tried.
const SYSTEMS: usize = 24;
/// Coordinates for which the nearest record is sought.
const NEAREST: usize = 200;

/// What is known of one feature of the file.
struct Seen {
    code: Option<Box<str>>,
    name: Option<Box<str>>,
    says: Vec<String>,
    coords: Vec<Coord>,
    bounds: Option<Rect>,
}

/// What a file says, to be held against the register.
pub(super) struct Evidence<'a> {
    snapshot: &'a Snapshot,
    options: &'a ImportOptions,
    divisions: Divisions<'a>,
    seen: Vec<Seen>,
}

/// Some features of a file that does not say its coordinates.
pub struct Sample<'a> {
    /// what is known of the place
    pub snapshot: &'a Snapshot,
    /// the layer that the file probably goes to
    pub layer: Layer,
    /// the day whose records are looked at
    pub as_of: Date,
    /// the file's columns
    pub columns: &'a [String],
    /// some of its features, in its own coordinates
    pub features: &'a [SourceFeature],
}

impl Sample<'_> {
    /// Guesses with what the register says for each; one that clearly fits comes first. For a preview: an import
    /// does the same itself where it must ask.
    pub fn rank(&self, guesses: Vec<Guess>) -> Vec<Guess> {
        let options = ImportOptions::new(self.layer, "", self.as_of);
        let Ok(mut columns) = Columns::new(&options) else { return guesses };
        columns.extend(self.columns);
        let mut evidence = Evidence::new(self.snapshot, &options);
        self.features.iter().take(FEATURES).for_each(|feature| evidence.see(&columns, feature));
        evidence.rank(guesses)
    }
}

/// What is compared, the strongest first.
#[derive(Clone, Copy)]
enum Measure {
    Borders,
    Within,
    Records,
    Nearest,
}

/// How well one system fits: less is better; `of` counts what was looked at.
struct Fit {
    /// metres, or how many are outside
    miss: f64,
    of: usize,
}

type Segments = Vec<(Coord, Coord)>;

impl<'a> Evidence<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, options: &'a ImportOptions) -> Self {
        Self { snapshot, options, divisions: Divisions::new(snapshot, options.as_of), seen: Vec::new() }
    }

    /// Whether more features would tell no more.
    pub(super) fn is_enough(&self) -> bool {
        let shapes = self.seen.iter().filter(|seen| seen.coords.len() > 1).count();
        self.seen.len() >= FEATURES || shapes >= SHAPES
    }

    /// Takes a feature in.
    pub(super) fn see(&mut self, columns: &Columns, feature: &SourceFeature) {
        let Some(shape) = &feature.geometry else { return };
        let mut all = Vec::new();
        geometry::for_each_coord(shape, &mut |c| all.push(c));
        let step = all.len().div_ceil(COORDS_OF_ONE).max(1);
        let coords: Vec<Coord> = all.into_iter().step_by(step).collect();
        let label = self.options.layer.def().label_field();
        let mut seen =
            Seen { code: None, name: None, says: Vec::new(), coords, bounds: geometry::bounds(shape) };
        for (column, cell) in &feature.values {
            let (Some(bound), Some(text)) = (columns.bound.get(*column), cell_text(cell)) else { continue };
            match bound.target {
                Target::Common(field) if field.name == "code" => seen.code = Some(text),
                Target::Own(at) if Some(at) == label => seen.name = Some(text),
                Target::Own(at) => {
                    let field = &self.options.layer.def().fields[at];
                    let division = field.refers.is_some_and(|r| r.layer == Layer::Division);
                    seen.says.extend(
                        (division || matches!(field.name, "community" | "township" | "county"))
                            .then(|| text.into()),
                    );
                }
                Target::Extra if Divisions::says_division(&bound.name) => seen.says.push(text.into()),
                _ => {}
            }
        }
        self.seen.push(seen);
    }

    /// The guesses with what speaks for each; the one that clearly fits comes first.
    pub(super) fn rank(mut self, mut guesses: Vec<Guess>) -> Vec<Guess> {
        for measure in [Measure::Borders, Measure::Within, Measure::Records, Measure::Nearest] {
            let fits = self.fits(measure, &guesses);
            let known: Vec<usize> = (0..guesses.len()).filter(|at| fits[*at].is_some()).collect();
            if known.len() < 2 {
                continue;
            }
            let miss = |at: &usize| fits[*at].as_ref().map_or(f64::INFINITY, |fit| fit.miss);
            let mut order = known;
            order.sort_by(|a, b| miss(a).total_cmp(&miss(b)));
            let of = fits[order[0]].as_ref().map_or(0, |fit| fit.of);
            let clear = measure.is_clear(miss(&order[0]), miss(&order[1]), of);
            let told: Vec<Bilingual> = order
                .iter()
                .filter_map(|at| Some(measure.sentence(&guesses[*at], fits[*at].as_ref()?)))
                .collect();
            for (rank, at) in order.iter().enumerate() {
                let others: Vec<&Bilingual> = told
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != rank)
                    .map(|(_, b)| b)
                    .take(2)
                    .collect();
                guesses[*at].reason = with_evidence(&guesses[*at].reason, &told[rank], &others, clear);
            }
            if clear {
                let best = guesses.remove(order[0]);
                guesses.insert(0, best);
            }
            return guesses;
        }
        guesses
    }

    fn fits(&mut self, measure: Measure, guesses: &[Guess]) -> Vec<Option<Fit>> {
        let against = match measure {
            Measure::Borders if self.options.layer == Layer::Division => self.same_records(SHAPES),
            Measure::Records if self.options.layer != Layer::Division => self.same_records(NEAREST),
            Measure::Within => self.named_divisions(),
            _ => Vec::new(),
        };
        let fit = |guess: &Guess| {
            let way = Transform::shared(&guess.crs, &Crs::REGISTER).ok()?;
            let place = |c: &Coord| {
                let c = if guess.swapped { Coord { x: c.y, y: c.x } } else { *c };
                way.coord(c).ok()
            };
            match measure {
                Measure::Borders | Measure::Records => {
                    let mut all = Vec::new();
                    for (at, record) in &against {
                        let segments = segments(record.geometry.as_deref()?);
                        let coords = self.seen[*at].coords.iter().filter_map(place);
                        all.extend(coords.map(|c| metres_to(c, &segments)));
                    }
                    middle(all, 3)
                }
                Measure::Within => {
                    let outside = against.iter().filter(|(at, record)| {
                        let at = self.seen[*at].coords.first().and_then(place);
                        let area = record.geometry.as_deref();
                        !at.zip(area).is_some_and(|(at, area)| area.intersects(&Point(at)))
                    });
                    let of = against.len();
                    (of >= 5).then(|| Fit { miss: outside.count() as f64, of })
                }
                Measure::Nearest => {
                    let view = self.snapshot.layer(self.options.layer);
                    let flat = self.options.layer.def().geometry != GeometryKind::Area && !view.is_empty();
                    let coords = self.seen.iter().filter(|_| flat).flat_map(|seen| &seen.coords);
                    let step = self.seen.iter().map(|seen| seen.coords.len()).sum::<usize>() / NEAREST;
                    let placed = coords.step_by(step.max(1)).filter_map(place);
                    let near =
                        placed.filter_map(|c| view.nearest(c, 1, self.options.as_of).first().map(|n| n.0));
                    middle(near.collect(), 10)
                }
            }
        };
        guesses.iter().enumerate().map(|(at, guess)| (at < SYSTEMS).then(|| fit(guess)).flatten()).collect()
    }

    /// Features and the records of the layer with their code, else the only one with their name.
    fn same_records(&mut self, most: usize) -> Vec<(usize, &'a Arc<Record>)> {
        let (layer, as_of) = (self.options.layer, self.options.as_of);
        let view = self.snapshot.layer(layer);
        let mut names: std::collections::HashMap<&str, Option<&'a Arc<Record>>> =
            std::collections::HashMap::new();
        if layer != Layer::Division && self.seen.iter().any(|seen| seen.code.is_none() && seen.name.is_some())
        {
            for record in view.iter().filter(|record| record.valid.contains(as_of)) {
                let known = names.entry(record.label().unwrap_or_default());
                known.and_modify(|one| *one = None).or_insert(Some(record));
            }
        }
        let mut found = Vec::new();
        for (at, seen) in self.seen.iter().enumerate() {
            let codes = seen.code.as_deref().map(spellings).unwrap_or_default();
            let of_code = codes.iter().flat_map(|code| view.by_code(code)).find(|r| r.valid.contains(as_of));
            let record = of_code.or_else(|| {
                let name = seen.name.as_deref()?;
                if layer == Layer::Division {
                    return self.divisions.named_one(name, &[]);
                }
                names.get(name).copied().flatten()
            });
            let record = record.or_else(|| self.of_that_size(seen.bounds?));
            found.extend(record.filter(|record| record.geometry.is_some()).map(|record| (at, record)));
            if found.len() >= most {
                break;
            }
        }
        found
    }

    /// The division whose box is nearly the same: files of single districts often carry neither code nor name.
    fn of_that_size(&self, bounds: Rect) -> Option<&'a Arc<Record>> {
        /// What two boxes have in common of what they cover together, at least.
        const ALIKE: f64 = 0.8;
        let area = |r: &Rect| r.width() * r.height();
        let common = |other: &Rect| {
            let side = |low: f64, high: f64| (high - low).max(0.0);
            let width = side(bounds.min().x.max(other.min().x), bounds.max().x.min(other.max().x));
            let height = side(bounds.min().y.max(other.min().y), bounds.max().y.min(other.max().y));
            width * height / (area(&bounds) + area(other) - width * height)
        };
        if self.options.layer != Layer::Division || !bounds.min().x.is_finite() || bounds.max().x > 180.0 {
            return None;
        }
        let there = self.snapshot.layer(Layer::Division).window(bounds).into_iter();
        let sized = there
            .filter(|record| record.valid.contains(self.options.as_of))
            .filter_map(|record| Some((common(&geometry::bounds(record.geometry.as_deref()?)?), record)));
        let best = sized.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.key().cmp(&a.1.key())))?;
        (best.0 >= ALIKE).then_some(best.1)
    }

    /// Features and the smallest division that they say they lie in.
    fn named_divisions(&mut self) -> Vec<(usize, &'a Arc<Record>)> {
        let view = self.snapshot.layer(Layer::Division);
        let mut found = Vec::new();
        for (at, seen) in self.seen.iter().enumerate() {
            let mut smallest: Option<(f64, &'a Arc<Record>)> = None;
            for (n, text) in seen.says.iter().enumerate() {
                let code = spellings(text);
                let of_code = code
                    .iter()
                    .flat_map(|code| view.by_code(code))
                    .find(|r| r.valid.contains(self.options.as_of));
                let others: Vec<Hint> = seen
                    .says
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != n)
                    .map(|(_, text)| Divisions::hint(text))
                    .collect();
                let record = of_code.or_else(|| self.divisions.named_one(text, &others));
                let Some(bounds) = record.and_then(|r| geometry::bounds(r.geometry.as_deref()?)) else {
                    continue;
                };
                let size = bounds.width() * bounds.height();
                if smallest.is_none_or(|(least, _)| size < least) {
                    smallest = record.map(|record| (size, record));
                }
            }
            found.extend(smallest.map(|(_, record)| (at, record)));
        }
        found
    }
}

impl Measure {
    /// Whether the best is so much better than the second that it comes first.
    fn is_clear(self, best: f64, second: f64, of: usize) -> bool {
        match self {
            Self::Within => second - best >= (of as f64 * 0.05).max(2.0),
            _ => best <= second * 0.5 && second - best > 10.0,
        }
    }

    fn sentence(self, guess: &Guess, fit: &Fit) -> Bilingual {
        let (zh, en) = match &guess.crs {
            Crs::Gcj02 => ("按 GCJ-02 还原后".to_owned(), "taken as GCJ-02".to_owned()),
            Crs::Bd09 => ("按 BD-09 还原后".to_owned(), "taken as BD-09".to_owned()),
            crs if crs.is_register() => ("原样".to_owned(), "as they are".to_owned()),
            crs => (format!("按 {crs} "), format!("taken as {crs}")),
        };
        let metres = if fit.miss < 10.0 { format!("{:.1}", fit.miss) } else { format!("{:.0}", fit.miss) };
        let (what_zh, what_en) = match self {
            Self::Borders => (
                format!("与现有区划边界中位距离 {metres} 米"),
                format!("{metres} m from the borders of the known divisions (median)"),
            ),
            Self::Within => {
                let inside = fit.of - fit.miss as usize;
                (
                    format!("{} 条中有 {inside} 条落在所注明的区划内", fit.of),
                    format!("{inside} of {} lie in the division they name", fit.of),
                )
            }
            Self::Records => (
                format!("与登记册中同代码（同名）记录中位距离 {metres} 米"),
                format!("{metres} m from the records of the same code or name (median)"),
            ),
            Self::Nearest => (
                format!("与登记册中最近的记录中位距离 {metres} 米"),
                format!("{metres} m from the nearest records (median)"),
            ),
        };
        Bilingual::new(format!("{zh}{what_zh}"), format!("{en}: {what_en}"))
    }
}

/// A reason with the evidence before it.
fn with_evidence(reason: &Bilingual, own: &Bilingual, others: &[&Bilingual], clear: bool) -> Bilingual {
    let (unclear_zh, unclear_en) =
        if clear { ("", "") } else { ("（差别不足以判定）", " (too little apart to tell)") };
    let (mut zh, mut en) = (own.zh.clone(), own.en.clone());
    for other in others {
        zh.push_str(&format!("，{}", other.zh));
        en.push_str(&format!(", {}", other.en));
    }
    Bilingual::new(format!("{zh}{unclear_zh}；{}", reason.zh), format!("{en}{unclear_en}; {}", reason.en))
}

fn middle(mut all: Vec<f64>, least: usize) -> Option<Fit> {
    all.retain(|metres| metres.is_finite());
    let of = all.len();
    if of < least {
        return None;
    }
    let miss = *all.select_nth_unstable_by(of / 2, f64::total_cmp).1;
    Some(Fit { miss, of })
}

/// The segments of outlines and lines; a point is one of no length.
fn segments(shape: &Geometry) -> Segments {
    let mut all = Vec::new();
    let mut line = |line: &LineString| all.extend(line.lines().map(|l| (l.start, l.end)));
    match shape {
        Geometry::LineString(l) => line(l),
        Geometry::MultiLineString(lines) => lines.0.iter().for_each(line),
        Geometry::Polygon(p) => std::iter::once(p.exterior()).chain(p.interiors()).for_each(line),
        Geometry::MultiPolygon(polygons) => {
            polygons.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).for_each(line);
        }
        other => geometry::for_each_coord(other, &mut |c| all.push((c, c))),
    }
    all
}

/// Metres to the nearest of some segments, on the plane that touches the earth there: right to a per cent within
/// some kilometres.
fn metres_to(from: Coord, segments: &Segments) -> f64 {
    let scale = Coord { x: 111_320.0 * from.y.to_radians().cos(), y: 110_900.0 };
    let local = |c: Coord| Coord { x: (c.x - from.x) * scale.x, y: (c.y - from.y) * scale.y };
    let square = |(a, b): &(Coord, Coord)| {
        let (a, b) = (local(*a), local(*b));
        let (along, length) = (b - a, (b - a).x.powi(2) + (b - a).y.powi(2));
        let share =
            if length > 0.0 { (-(a.x * along.x + a.y * along.y) / length).clamp(0.0, 1.0) } else { 0.0 };
        (a.x + along.x * share).powi(2) + (a.y + along.y * share).powi(2)
    };
    segments.iter().map(square).fold(f64::INFINITY, f64::min).sqrt()
}

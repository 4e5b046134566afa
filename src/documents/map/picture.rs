//! A map being drawn: shapes in their order of drawing, names that wait for a place, and at last one svg in
//! millimetres, with the colours of the page and of the map on the screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use geo_types::{Coord, Geometry, LineString, Polygon};
use serde_json::Value as Json;

use super::frame::{Frame, Mm, cut_line, cut_ring};
use super::labels::{Label, Taken};

const CSS: &str = include_str!("../../../data/documents/map.css");
const TOKENS: &str = include_str!("../../../tiles/style/tokens.json");

/// What lies over what, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// land of divisions
    Land,
    /// green, closed areas
    Green,
    /// water
    Water,
    /// buildings
    Building,
    /// outlines of roads
    RoadCase,
    /// roads
    Road,
    /// grid of coordinates
    Grid,
    /// borders of divisions
    Border,
    /// the band along the line
    Band,
    /// the line
    Line,
    /// points
    Point,
    /// markers
    Marker,
}

/// A map being drawn.
pub struct Picture<'f> {
    /// the paper
    pub frame: &'f Frame,
    /// places that are taken
    pub taken: Taken,
    groups: BTreeMap<Order, String>,
    waiting: Vec<(u32, Label)>,
    beyond: String,
}

impl<'f> Picture<'f> {
    /// An empty one.
    pub fn new(frame: &'f Frame) -> Self {
        let (groups, waiting) = (BTreeMap::new(), Vec::new());
        Self { frame, taken: Taken::default(), groups, waiting, beyond: String::new() }
    }

    /// Points of a line on paper; those that the projection does not take are left out.
    pub fn points(&self, line: &LineString) -> Vec<Mm> {
        line.0.iter().filter_map(|c| self.frame.mm(*c)).collect()
    }

    /// Draws an area; returns its outer rings as they are seen.
    pub fn area(&mut self, order: Order, class: &str, shape: &Geometry) -> Vec<Vec<Mm>> {
        let mut outer = Vec::new();
        for polygon in polygons(shape) {
            let ring = self.ring(polygon.exterior());
            if ring.len() < 3 {
                continue;
            }
            let mut path = ring_path(&ring);
            for hole in polygon.interiors() {
                let hole = self.ring(hole);
                if hole.len() > 2 {
                    path.push_str(&ring_path(&hole));
                }
            }
            self.element(order, &format!("<path class='{class}' d='{path}'/>"));
            outer.push(ring);
        }
        outer
    }

    fn ring(&self, ring: &LineString) -> Vec<Mm> {
        cut_ring(&self.points(ring), self.frame, 3.0)
    }

    /// Draws a line; returns its pieces as they are seen.
    pub fn line(&mut self, order: Order, class: &str, line: &LineString) -> Vec<Vec<Mm>> {
        let points = self.points(line);
        let pieces = cut_line(&points, self.frame, 1.0);
        self.pieces(order, class, &pieces);
        pieces
    }

    /// Draws pieces of lines.
    pub fn pieces(&mut self, order: Order, class: &str, pieces: &[Vec<Mm>]) {
        let path: String = pieces.iter().map(|piece| line_path(piece)).collect();
        if !path.is_empty() {
            self.element(order, &format!("<path class='{class}' d='{path}'/>"));
        }
    }

    /// A piece of svg.
    pub fn element(&mut self, order: Order, svg: &str) {
        let group = self.groups.entry(order).or_default();
        group.push_str(svg);
        group.push('\n');
    }

    /// A piece of svg outside of the paper's edge.
    pub fn outside(&mut self, svg: &str) {
        self.beyond.push_str(svg);
        self.beyond.push('\n');
    }

    /// A name that waits for its place: what weighs more gets one first.
    pub fn label(&mut self, weight: u32, label: Label) {
        self.waiting.push((weight, label));
    }

    /// The picture; so many millimetres of edge round the paper are shown too.
    pub fn svg(mut self, edge: f64, sans: &str, song: &str) -> String {
        self.waiting.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
        let mut names = String::new();
        let waiting = std::mem::take(&mut self.waiting);
        for (_, label) in waiting {
            let Some(placed) = self.taken.place(label, self.frame) else { continue };
            let ([x, y], label) = (placed.at, &placed.label);
            let turn = if placed.turn == 0.0 {
                String::new()
            } else {
                format!(" transform='rotate({:.1} {x:.2} {y:.2})'", placed.turn)
            };
            let spread = if label.spread > 0.0 {
                format!(" letter-spacing='{:.2}'", label.spread)
            } else {
                String::new()
            };
            // The space behind the last letter counts for the middle.
            let x = x + label.spread / 2.0;
            let _ = writeln!(
                names,
                "<text class='label {}' x='{x:.2}' y='{y:.2}' font-size='{:.2}'{spread}{turn}>{}</text>",
                label.class,
                label.size,
                escape(&label.text)
            );
        }
        let (w, h) = (self.frame.width, self.frame.height);
        let (all_w, all_h) = (w + 2.0 * edge, h + 2.0 * edge);
        let shapes: String = self.groups.values().map(|group| format!("<g>{group}</g>")).collect();
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{all_w}mm' height='{all_h}mm' viewBox='{0} {0} {all_w} {all_h}'>\
             <style>{style}</style><defs><clipPath id='paper'><rect width='{w}' height='{h}'/></clipPath></defs>\
             <g clip-path='url(#paper)'><rect class='paper' width='{w}' height='{h}'/>{shapes}{names}</g>{beyond}</svg>",
            -edge,
            style = style().replace("@font.sans", sans).replace("@font.song", song),
            beyond = self.beyond
        )
    }
}

/// A drawing of so many millimetres with the same style.
pub fn small(body: &str, (w, h): (f64, f64), (sans, song): (&str, &str)) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{w}mm' height='{h}mm' viewBox='0 0 {w} {h}'><style>{}</style>{body}</svg>",
        style().replace("@font.sans", sans).replace("@font.song", song)
    )
}

/// The style sheet with the tokens' colours in it.
fn style() -> &'static str {
    static STYLE: OnceLock<String> = OnceLock::new();
    STYLE.get_or_init(|| {
        let tokens: Json = serde_json::from_str(TOKENS).unwrap_or_default();
        let mut words: Vec<(String, String)> = ["colour", "map"]
            .into_iter()
            .filter_map(|group| Some((group, tokens.get(group)?.as_object()?)))
            .flat_map(|(group, all)| {
                all.iter().filter_map(move |(name, value)| {
                    Some((format!("@{group}.{name}"), value.as_str()?.to_owned()))
                })
            })
            .collect();
        // Longer names first: waterLine before water.
        words.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        words.iter().fold(CSS.to_owned(), |css, (name, value)| css.replace(name, value))
    })
}

/// The polygons of a shape.
pub fn polygons(shape: &Geometry) -> Vec<&Polygon> {
    match shape {
        Geometry::Polygon(polygon) => vec![polygon],
        Geometry::MultiPolygon(all) => all.0.iter().collect(),
        _ => Vec::new(),
    }
}

/// The lines of a shape.
pub fn line_strings(shape: &Geometry) -> Vec<&LineString> {
    match shape {
        Geometry::LineString(line) => vec![line],
        Geometry::MultiLineString(all) => all.0.iter().collect(),
        _ => Vec::new(),
    }
}

/// Edges seen so far, so that a border of two divisions is drawn once.
#[derive(Default)]
pub struct Edges(std::collections::HashSet<[u64; 4]>);

impl Edges {
    /// The runs of a ring's edges that were not seen before.
    pub fn unseen(&mut self, ring: &LineString) -> Vec<LineString> {
        let mut runs: Vec<LineString> = Vec::new();
        let mut open: Vec<Coord> = Vec::new();
        for pair in ring.0.windows(2) {
            if self.0.insert(key(pair[0], pair[1])) {
                if open.is_empty() {
                    open.push(pair[0]);
                }
                open.push(pair[1]);
            } else if open.len() > 1 {
                runs.push(LineString(std::mem::take(&mut open)));
            }
        }
        if open.len() > 1 {
            runs.push(LineString(open));
        }
        runs
    }

    /// Marks the edges of a line as seen.
    pub fn see(&mut self, line: &LineString) {
        self.0.extend(line.0.windows(2).map(|pair| key(pair[0], pair[1])));
    }
}

fn key(a: Coord, b: Coord) -> [u64; 4] {
    let of = |c: Coord| (c.x.to_bits(), c.y.to_bits());
    let (low, high) = if of(a) <= of(b) { (of(a), of(b)) } else { (of(b), of(a)) };
    [low.0, low.1, high.0, high.1]
}

fn ring_path(ring: &[Mm]) -> String {
    let mut path = line_path(ring);
    path.push('z');
    path
}

fn line_path(points: &[Mm]) -> String {
    let mut path = String::with_capacity(points.len() * 12);
    for (at, [x, y]) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.2} {y:.2}", if at == 0 { "M" } else { "L" });
    }
    path
}

/// Text as XML takes it; what XML cannot hold is left out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use geo_types::wkt;

    use super::*;

    #[test]
    fn a_shared_edge_is_drawn_once() {
        let mut edges = Edges::default();
        let a = wkt!(POLYGON((0.0 0.0,1.0 0.0,1.0 1.0,0.0 1.0,0.0 0.0)));
        let b = wkt!(POLYGON((1.0 0.0,2.0 0.0,2.0 1.0,1.0 1.0,1.0 0.0)));
        assert_eq!(edges.unseen(a.exterior()), [a.exterior().clone()]);
        let rest = edges.unseen(b.exterior());
        assert_eq!(rest, [LineString::from(vec![(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)])]);
        assert!(edges.unseen(b.exterior()).is_empty());
    }

    #[test]
    fn names_cannot_break_out_of_the_picture() {
        assert_eq!(escape("<a>&'\"\u{8}"), "&lt;a&gt;&amp;&apos;&quot; ");
        assert!(!style().contains("@map.") && !style().contains("@colour."));
    }
}

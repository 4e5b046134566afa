//! Where names stand on a map: what weighs more first, nothing over anything else. Widths are estimated from the
//! letters, which is near enough for squares and half squares of type.

use super::frame::{Frame, Mm};

/// A text to be placed.
#[derive(Clone, Debug)]
pub struct Label {
    /// what is written
    pub text: String,
    /// CSS class in the picture
    pub class: &'static str,
    /// height of the type, millimetres
    pub size: f64,
    /// extra space between letters, millimetres
    pub spread: f64,
    /// where it may stand
    pub site: Site,
}

/// Where a text may stand.
#[derive(Clone, Debug)]
pub enum Site {
    /// beside a point, so far from it
    Beside(Mm, f64),
    /// centred on a point
    Over(Mm),
    /// along a line
    Along(Vec<Mm>),
}

/// A text with its place: the middle of its baseline, its turn in degrees (clockwise).
#[derive(Clone, Debug)]
pub struct Placed {
    /// the text
    pub label: Label,
    /// the middle of its base line
    pub at: Mm,
    /// degrees, clockwise
    pub turn: f64,
}

/// Boxes that are taken: left, top, right, bottom.
#[derive(Default)]
pub struct Taken(Vec<[f64; 4]>);

/// Width of a text, millimetres: Chinese letters are square, others about half as wide.
pub fn width(text: &str, size: f64, spread: f64) -> f64 {
    let of = |c: char| if c.is_ascii() { 0.6 } else { 1.0 };
    text.chars().map(|c| of(c) * size + spread).sum::<f64>() - spread
}

impl Taken {
    /// Takes a box about a point.
    pub fn take(&mut self, at: Mm, half: f64) {
        self.0.push([at[0] - half, at[1] - half, at[0] + half, at[1] + half]);
    }

    /// Takes a box.
    pub fn take_box(&mut self, area: [f64; 4]) {
        self.0.push(area);
    }

    fn free(&self, area: &[f64; 4]) -> bool {
        !self.0.iter().any(|own| own[0] < area[2] && own[2] > area[0] && own[1] < area[3] && own[3] > area[1])
    }

    /// Places a text where it fits, and takes that place; `None` where it does not fit.
    pub fn place(&mut self, label: Label, frame: &Frame) -> Option<Placed> {
        let (w, h) = (width(&label.text, label.size, label.spread), label.size);
        let (at, turn, boxes) = match &label.site {
            Site::Over(at) => self.over(*at, (w, h), frame)?,
            Site::Beside(at, off) => self.beside(*at, *off, (w, h), frame)?,
            Site::Along(points) => self.along(points, (w, h), frame)?,
        };
        self.0.extend(boxes);
        Some(Placed { label, at, turn })
    }

    fn over(&self, at: Mm, (w, h): (f64, f64), frame: &Frame) -> Option<Found> {
        // A name of an area may move a little to find room.
        let moves = [0.0, -1.6, 1.6, -3.2, 3.2, -5.0, 5.0];
        moves
            .iter()
            .flat_map(|dy| [0.0, -0.35, 0.35].map(|share| [at[0] + share * w, at[1] + dy * h]))
            .find_map(|at| {
                let area = [at[0] - w / 2.0, at[1] - h / 2.0, at[0] + w / 2.0, at[1] + h / 2.0];
                self.fits(&area, frame).then(|| ([at[0], at[1] + 0.36 * h], 0.0, vec![area]))
            })
    }

    fn beside(&self, at: Mm, off: f64, (w, h): (f64, f64), frame: &Frame) -> Option<Found> {
        let diagonal = off * 0.75;
        let centres = [
            [off + w / 2.0, 0.0],
            [diagonal + w / 2.0, -diagonal - h / 2.0],
            [-off - w / 2.0, 0.0],
            [0.0, -off - h / 2.0],
            [0.0, off + h / 2.0],
            [diagonal + w / 2.0, diagonal + h / 2.0],
            [-diagonal - w / 2.0, -diagonal - h / 2.0],
            [-diagonal - w / 2.0, diagonal + h / 2.0],
        ];
        centres.iter().find_map(|by| {
            let (x, y) = (at[0] + by[0], at[1] + by[1]);
            let area = [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0];
            self.fits(&area, frame).then(|| ([x, y + 0.36 * h], 0.0, vec![area]))
        })
    }

    /// The straightest stretch that is long enough and free: looked for from the middle of the line outwards.
    fn along(&self, points: &[Mm], (w, h): (f64, f64), frame: &Frame) -> Option<Found> {
        let mut walked = vec![0.0];
        for pair in points.windows(2) {
            let step = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            walked.push(walked[walked.len() - 1] + step);
        }
        let total = walked[walked.len() - 1];
        if total < w * 1.25 {
            return None;
        }
        let on = |metres: f64| -> Mm {
            let after = walked.partition_point(|own| *own < metres).clamp(1, points.len() - 1);
            let (a, b) = (points[after - 1], points[after]);
            let long = walked[after] - walked[after - 1];
            let share = if long > 0.0 { (metres - walked[after - 1]) / long } else { 0.0 };
            [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
        };
        [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].iter().find_map(|share| {
            let from = (share * total - w / 2.0).clamp(0.0, total - w);
            let (a, b) = (on(from), on(from + w));
            let straight = (b[0] - a[0]).hypot(b[1] - a[1]);
            if straight < 0.93 * w {
                return None;
            }
            let (a, b) = if b[0] < a[0] { (b, a) } else { (a, b) };
            let turn = (b[1] - a[1]).atan2(b[0] - a[0]);
            let count = (w / h).ceil().max(1.0);
            let boxes: Vec<[f64; 4]> = (0..=count as usize)
                .map(|at| {
                    let share = at as f64 / count;
                    let (x, y) = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]));
                    [x - h * 0.55, y - h * 0.55, x + h * 0.55, y + h * 0.55]
                })
                .collect();
            let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
            let base = [middle[0] - 0.36 * h * turn.sin(), middle[1] + 0.36 * h * turn.cos()];
            boxes.iter().all(|area| self.fits(area, frame)).then(|| (base, turn.to_degrees(), boxes))
        })
    }

    fn fits(&self, area: &[f64; 4], frame: &Frame) -> bool {
        let inside =
            area[0] > 0.6 && area[1] > 0.6 && area[2] < frame.width - 0.6 && area[3] < frame.height - 0.6;
        inside && self.free(area)
    }
}

/// The middle of a base line, a turn in degrees, the boxes taken.
type Found = (Mm, f64, Vec<[f64; 4]>);

#[cfg(test)]
mod tests {
    use geo_types::Coord;

    use super::super::frame::Plane;
    use super::*;

    fn frame() -> Frame {
        let plane = Plane::at(Coord { x: 102.7, y: 25.0 });
        Frame { plane, scale: 10_000.0, width: 100.0, height: 100.0, middle: Coord { x: 0.0, y: 0.0 } }
    }

    fn label(text: &str, site: Site) -> Label {
        Label { text: text.into(), class: "place", size: 2.0, spread: 0.0, site }
    }

    #[test]
    fn names_never_stand_over_each_other() {
        let (frame, mut taken) = (frame(), Taken::default());
        let at = [50.0, 50.0];
        let mut placed = Vec::new();
        for _ in 0..20 {
            placed.extend(taken.place(label("金马街道", Site::Beside(at, 1.0)), &frame));
        }
        assert!((3..=8).contains(&placed.len()), "{}", placed.len());
        for (n, a) in taken.0.iter().enumerate() {
            for b in &taken.0[..n] {
                assert!(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3], "{a:?} {b:?}");
            }
        }
        assert!(taken.place(label("在边上写不下的名字", Site::Over([99.0, 50.0])), &frame).is_none());
    }

    #[test]
    fn names_along_lines_read_from_left_to_right() {
        let (frame, mut taken) = (frame(), Taken::default());
        let line = vec![[80.0, 20.0], [20.0, 80.0]];
        let placed = taken.place(label("盘龙江", Site::Along(line)), &frame).unwrap();
        assert!((placed.turn + 45.0).abs() < 1e-6, "{}", placed.turn);
        assert!(
            taken.place(label("盘龙江", Site::Along(vec![[10.0, 10.0], [12.0, 10.0]])), &frame).is_none()
        );
    }
}

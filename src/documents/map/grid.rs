//! What stands round a map: the neat line, ticks and figures of the kilometre grid, longitudes and latitudes of the
//! corners, crosses within, and the bar that shows the scale.

use super::frame::{Frame, Mm};
use super::picture::{Order, Picture, small};
use crate::crs::dms::{Axis, format};

/// Metres between lines of the grid.
const STEPS: &[f64] = &[
    10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0,
    100_000.0, 200_000.0, 500_000.0,
];

/// Millimetres between the neat line and the outer one.
pub const EDGE: f64 = 8.0;

/// Draws the neat line, the outer line and, between them, the figures; crosses of the grid on the map.
pub fn ticks(picture: &mut Picture<'_>) {
    let frame = picture.frame;
    let (w, h) = (frame.width, frame.height);
    let step = STEPS.iter().copied().find(|step| step * 1000.0 / frame.scale >= 38.0).unwrap_or(1e6);
    let (low, high) = (frame.plane_at([0.0, h]), frame.plane_at([w, 0.0]));
    let east: Vec<(f64, f64)> =
        lines(low.x, high.x, step).map(|x| (x, (x - low.x) * 1000.0 / frame.scale)).collect();
    let north: Vec<(f64, f64)> =
        lines(low.y, high.y, step).map(|y| (y, h - (y - low.y) * 1000.0 / frame.scale)).collect();
    let zone = frame.plane.zone.map(|zone| zone.zone);
    for (metres, x) in &east {
        let text = kilometres(*metres, step);
        let text = zone.map_or(text.clone(), |zone| format!("{zone}{text}"));
        for (from, to, base) in [(0.0, -2.2, -3.1), (h, h + 2.2, h + 5.2)] {
            picture.outside(&format!("<path class='tick' d='M{x:.2} {from:.2}V{to:.2}'/>"));
            if clear(*x, w) {
                picture.outside(&format!("<text class='figure' x='{x:.2}' y='{base:.2}'>{text}</text>"));
            }
        }
        for (_, y) in &north {
            let cross = format!("M{:.2} {y:.2}h3M{x:.2} {:.2}v3", x - 1.5, y - 1.5);
            picture.element(Order::Grid, &format!("<path class='cross' d='{cross}'/>"));
        }
    }
    for (metres, y) in &north {
        let text = kilometres(*metres, step);
        for (from, to, base) in [(0.0, -2.2, -3.1), (w, w + 2.2, w + 5.2)] {
            picture.outside(&format!("<path class='tick' d='M{from:.2} {y:.2}H{to:.2}'/>"));
            if clear(*y, h) {
                let turn = format!("transform='rotate(-90 {base:.2} {y:.2})'");
                picture
                    .outside(&format!("<text class='figure' x='{base:.2}' y='{y:.2}' {turn}>{text}</text>"));
            }
        }
    }
    corners(picture);
    picture.outside(&format!("<rect class='neat' width='{w}' height='{h}'/>"));
    let outer = format!("x='{0}' y='{0}' width='{1}' height='{2}'", -EDGE, w + 2.0 * EDGE, h + 2.0 * EDGE);
    picture.outside(&format!("<rect class='outer' {outer}/>"));
}

/// Whether a figure keeps clear of what stands at the corners.
fn clear(at: f64, side: f64) -> bool {
    (24.0..=side - 24.0).contains(&at)
}

fn lines(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil() as i64;
    let last = (to / step).floor() as i64;
    (first..=last).map(move |n| n as f64 * step)
}

/// Kilometres, with as many digits as the step needs.
fn kilometres(metres: f64, step: f64) -> String {
    let decimals = if step >= 1000.0 {
        0
    } else if step >= 100.0 {
        1
    } else {
        2
    };
    format!("{:.decimals$}", metres / 1000.0)
}

/// Longitude and latitude of the four corners, between the two lines.
fn corners(picture: &mut Picture<'_>) {
    let frame = picture.frame;
    let (w, h) = (frame.width, frame.height);
    let corners: [(Mm, &str, f64, f64); 4] = [
        ([0.0, 0.0], "start", -3.1, -3.1),
        ([w, 0.0], "end", -3.1, w + 5.2),
        ([0.0, h], "start", h + 5.2, -3.1),
        ([w, h], "end", h + 5.2, w + 5.2),
    ];
    for ([x, y], anchor, across, beside) in corners {
        let Some(at) = frame.place([x, y]) else { continue };
        let (lon, lat) = (format(at.x, Axis::Longitude, 0), format(at.y, Axis::Latitude, 0));
        picture.outside(&format!(
            "<path class='tick' d='M{x:.2} {y:.2}m-{EDGE} 0h{0}M{x:.2} {y:.2}m0 -{EDGE}v{0}'/>",
            2.0 * EDGE
        ));
        let by = if anchor == "start" { x + 0.8 } else { x - 0.8 };
        picture.outside(&format!(
            "<text class='corner' text-anchor='{anchor}' x='{by:.2}' y='{across:.2}'>{lon}</text>"
        ));
        // Read from the right: what stands at the upper corner ends there.
        let (anchor, by) = if y == 0.0 { ("end", y + 0.8) } else { ("start", y - 0.8) };
        let turn = format!("transform='rotate(-90 {beside:.2} {by:.2})'");
        picture.outside(&format!(
            "<text class='corner' text-anchor='{anchor}' x='{beside:.2}' y='{by:.2}' {turn}>{lat}</text>"
        ));
    }
}

/// A bar of about 60 mm that shows the scale, as svg.
pub fn scale_bar(frame: &Frame, sans: &str, song: &str) -> String {
    let per = 1000.0 / frame.scale;
    let step = STEPS.iter().rev().copied().find(|step| step * per <= 17.0).unwrap_or(10.0);
    let (unit, divisor) = if step >= 1000.0 { (" km", 1000.0) } else { (" m", 1.0) };
    let (mm, mut svg) = (step * per, String::new());
    for part in 0..4u8 {
        let x = f64::from(part) * mm;
        let fill = if part % 2 == 0 { "bar dark" } else { "bar" };
        svg.push_str(&format!("<rect class='{fill}' x='{x:.3}' y='3.4' width='{mm:.3}' height='1.2'/>"));
    }
    for part in 0..=4u8 {
        let x = f64::from(part) * mm;
        let value = f64::from(part) * step / divisor;
        let unit = if part == 4 { unit } else { "" };
        svg.push_str(&format!("<text class='figure' x='{x:.3}' y='2.6'>{value}{unit}</text>"));
    }
    small(&format!("<g transform='translate(6 0)'>{svg}</g>"), (4.0 * mm + 14.0, 5.4), (sans, song))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_lines_are_round_and_within() {
        let all: Vec<f64> = lines(1_234.0, 5_100.0, 1_000.0).collect();
        assert_eq!(all, [2_000.0, 3_000.0, 4_000.0, 5_000.0]);
        assert_eq!(kilometres(2_764_500.0, 500.0), "2764.5");
        assert_eq!(kilometres(2_764_000.0, 1000.0), "2764");
        assert_eq!(lines(-2_500.0, 900.0, 1_000.0).collect::<Vec<_>>(), [-2_000.0, -1_000.0, 0.0]);
    }
}

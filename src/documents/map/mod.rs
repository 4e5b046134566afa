//! Maps on paper: a frame at a true scale, the ground of the register, names that do not overlap, ticks with
//! coordinates. It draws svg in millimetres; what is special to a sheet is drawn by whoever asks.

mod frame;
mod grid;
mod ground;
mod labels;
mod legend;
mod picture;

pub use frame::{Frame, Mm, Plane};
pub use grid::{EDGE, scale_bar, ticks};
pub use ground::Ground;
pub use labels::{Label, Site};
pub use legend::legend;
pub use picture::{Order, Picture, escape, line_strings, small};

/// Denominators of scales that sheets are drawn at.
pub const SCALES: &[u32] = &[
    200, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000,
    100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000,
    3_000_000, 5_000_000, 10_000_000,
];

/// A denominator as people write it: `1∶50 000`.
pub fn scale_text(scale: f64) -> String {
    let digits = format!("{scale:.0}");
    let mut out = String::from("1∶");
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push('\u{2009}');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn scales_are_written_in_groups() {
        assert_eq!(super::scale_text(50_000.0), "1∶50\u{2009}000");
        assert_eq!(super::scale_text(1_000_000.0), "1∶1\u{2009}000\u{2009}000");
    }
}

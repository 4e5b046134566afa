//! Pictures of the demo's markers: drawn, not taken, and the same bytes for ever: PNG of sixteen colours, stored
//! without compression.

use crate::model::MediaName;

const WIDTH: usize = 320;
const HEIGHT: usize = 240;
/// Sky, cloud, far hills, near hills, grass, dark grass, soil, stone, its lit and its shaded side, its edge, red of
/// the writing, faded red, path, shadow, white.
const COLOURS: [[u8; 3]; 16] = [
    [170, 200, 222],
    [222, 232, 238],
    [136, 158, 160],
    [104, 132, 112],
    [126, 150, 84],
    [96, 122, 66],
    [150, 126, 96],
    [186, 182, 172],
    [206, 203, 194],
    [150, 146, 138],
    [92, 90, 86],
    [178, 40, 36],
    [192, 140, 132],
    [190, 176, 148],
    [80, 96, 62],
    [250, 250, 248],
];
/// Digits, five rows of three dots from the top, the left dot highest.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// A picture with the name under which it is kept.
pub type Picture = (MediaName, Vec<u8>);

/// The two sides of a marker: its serial number on the stone, in the condition that it is in.
pub(super) fn of_marker(serial: usize, condition: &str) -> Vec<Picture> {
    let side = |(title, east): (&str, bool)| {
        let bytes = png(&draw(serial, condition, east));
        MediaName::of(&format!("{serial:03}号{title}"), &bytes).map(|name| (name, bytes))
    };
    [("东面", true), ("西面", false)].into_iter().filter_map(side).collect()
}

/// One colour for each pixel.
fn draw(serial: usize, condition: &str, east: bool) -> Vec<u8> {
    let mut ink = vec![0u8; WIDTH * HEIGHT];
    // Hills are tents of slopes in whole numbers: no library sine.
    let tent = |x: usize, period: usize, high: usize| {
        let at = (x + serial * 37 + usize::from(east) * 90) % period;
        at.min(period - at) * high * 2 / period
    };
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (far, near) = (128 - tent(x, 210, 34), 150 - tent(x, 130, 22));
            ink[y * WIDTH + x] = match y {
                y if y > 176 + tent(x, 90, 5) => [4, 5][(x * 7 + y * 13 + x * y) % 5 / 4],
                y if y > near => 3,
                y if y > far => 2,
                y if (30..44).contains(&y) && tent(x, 160, 40) > 24 => 1,
                _ => 0,
            };
        }
    }
    let mut put = |x: usize, y: usize, colour: u8| {
        if x < WIDTH && y < HEIGHT {
            ink[y * WIDTH + x] = colour;
        }
    };
    // A path on the western side, so that the sides differ.
    for y in (if east { HEIGHT } else { 190 })..HEIGHT {
        (0..60 + (y - 190)).for_each(|x| put(x + 10, y, 13));
    }
    stone(serial, condition, &mut put);
    ink
}

/// The stone, leaning by one column in so many rows, with its number down the face.
fn stone(serial: usize, condition: &str, put: &mut dyn FnMut(usize, usize, u8)) {
    let lean = |y: usize| if condition == "tilted" { (214 - y) / 6 } else { 0 };
    let (left, right, top, foot) = (128, 192, 62, 214);
    for y in foot - 6..foot + 8 {
        (left - 26..right + 54).for_each(|x| put(x, y, if x > right { 14 } else { 6 }));
    }
    for y in top..foot {
        for x in left..right + 12 {
            let edge = x == left || x == right || y == top || x == right + 11;
            let colour = match x {
                _ if edge => 10,
                x if x > right => 9,
                x if x < left + 8 => 8,
                _ => 7,
            };
            put(x + lean(y), y, colour);
        }
    }
    let red = if condition == "faded" { 12 } else { 11 };
    for (place, digit) in [serial / 100 % 10, serial / 10 % 10, serial % 10].into_iter().enumerate() {
        for (row, dots) in DIGITS[digit].into_iter().enumerate() {
            for column in (0..3).filter(|column| dots >> (2 - column) & 1 == 1) {
                for (dx, dy) in (0..7 * 7).map(|dot| (dot % 7, dot / 7)) {
                    let y = top + 16 + place * 44 + row * 7 + dy;
                    put(left + 22 + column * 7 + dx + lean(y), y, red);
                }
            }
        }
    }
}

/// Two pixels a byte, stored as they are.
fn png(ink: &[u8]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(HEIGHT * (1 + WIDTH / 2));
    for row in ink.chunks(WIDTH) {
        rows.push(0);
        rows.extend(row.chunks(2).map(|two| two[0] << 4 | two.get(1).copied().unwrap_or_default()));
    }
    let mut stored = vec![0x78, 0x01];
    let blocks = rows.chunks(65_535).count();
    for (at, block) in rows.chunks(65_535).enumerate() {
        let length = block.len() as u16;
        stored.push(u8::from(at + 1 == blocks));
        stored.extend(length.to_le_bytes());
        stored.extend((!length).to_le_bytes());
        stored.extend(block);
    }
    stored.extend(adler(&rows).to_be_bytes());
    let mut header = Vec::new();
    header.extend((WIDTH as u32).to_be_bytes());
    header.extend((HEIGHT as u32).to_be_bytes());
    header.extend([4, 3, 0, 0, 0]);
    let mut png = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"PLTE", &COLOURS.concat());
    chunk(&mut png, b"IDAT", &stored);
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    png.extend((body.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(body);
    let sum = crc(&png[start..]);
    png.extend(sum.to_be_bytes());
}

/// CRC-32 of ISO 3309, bit by bit: there are few pictures.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1)))
    })
}

/// Adler-32 of RFC 1950.
fn adler(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1u32, 0u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn sides_and_conditions_look_different_and_always_the_same() {
        let all: Vec<Picture> =
            ["intact", "faded", "tilted"].into_iter().flat_map(|condition| of_marker(7, condition)).collect();
        let mut digests: Vec<_> = all.iter().map(|(name, _)| name.digest()).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), 6);
        assert_eq!(all[0], of_marker(7, "intact")[0]);
        assert_eq!(all[0].0.title(), "007号东面");
        assert!(all[0].1.len() < 40_000);
    }
}

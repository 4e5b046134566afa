//! What a camera writes into a JPEG (Exif 2.3, TIFF directories): which way up it was held, when, and where.
//!
//! Only these; reads what is there and passes over what is broken.

/// What the camera wrote down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exif {
    /// 1 to 8, as the standard numbers them; 1 is upright
    pub orientation: Option<u16>,
    /// when it was taken by the camera's own clock, `YYYY-MM-DDThh:mm:ss`
    pub taken: Option<String>,
    /// longitude and latitude, WGS 84
    pub at: Option<[f64; 2]>,
}

const ORIENTATION: u16 = 0x0112;
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const TAKEN: u16 = 0x9003;
/// Entries of a directory that are looked at.
const MOST_ENTRIES: u16 = 200;

struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// One entry: its type, how many values, and where it stands.
#[derive(Clone, Copy)]
struct Entry {
    kind: u16,
    count: u32,
    at: usize,
}

/// Reads a TIFF block.
pub(super) fn read(bytes: &[u8]) -> Exif {
    let little = bytes.starts_with(b"II");
    let tiff = Tiff { bytes, little };
    let Some(first) = tiff.long(4) else { return Exif::default() };
    let number = |tag: u16| tiff.find(first, tag).and_then(|entry| tiff.long(entry.at + 8));
    let taken = number(EXIF_DIRECTORY)
        .and_then(|directory| tiff.find(directory, TAKEN))
        .and_then(|entry| tiff.text(entry))
        .and_then(day_and_time);
    Exif {
        orientation: tiff
            .find(first, ORIENTATION)
            .and_then(|entry| tiff.short(entry.at + 8))
            .filter(|way| (1..=8).contains(way)),
        taken,
        at: number(GPS_DIRECTORY).and_then(|directory| tiff.place(directory)),
    }
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn find(&self, directory: u32, tag: u16) -> Option<Entry> {
        let directory = directory as usize;
        let count = self.short(directory)?.min(MOST_ENTRIES);
        (0..usize::from(count)).map(|n| directory + 2 + 12 * n).find_map(|at| {
            let entry = Entry { kind: self.short(at + 2)?, count: self.long(at + 4)?, at };
            (self.short(at)? == tag).then_some(entry)
        })
    }

    fn text(&self, entry: Entry) -> Option<&str> {
        let start = if entry.count <= 4 { entry.at + 8 } else { self.long(entry.at + 8)? as usize };
        let end = start.checked_add(entry.count.min(64) as usize)?;
        std::str::from_utf8(self.bytes.get(start..end)?).ok()
    }

    /// Degrees from three fractions: degrees, minutes, seconds.
    fn degrees(&self, directory: u32, tag: u16) -> Option<f64> {
        let entry = self.find(directory, tag).filter(|entry| entry.kind == 5 && entry.count == 3)?;
        let start = self.long(entry.at + 8)? as usize;
        let part = |n: usize| {
            let (above, below) = (self.long(start + 8 * n)?, self.long(start + 8 * n + 4)?);
            (below != 0).then(|| f64::from(above) / f64::from(below))
        };
        Some(part(0)? + part(1)? / 60.0 + part(2)? / 3600.0)
    }

    fn place(&self, directory: u32) -> Option<[f64; 2]> {
        let letter = |tag: u16| self.find(directory, tag).and_then(|e| self.bytes.get(e.at + 8).copied());
        let lat = self.degrees(directory, 2)?;
        let lon = self.degrees(directory, 4)?;
        let lat = if letter(1)? == b'S' { -lat } else { lat };
        let lon = if letter(3)? == b'W' { -lon } else { lon };
        // Cameras without a fix write zeros.
        let there = lon.abs() <= 180.0 && lat.abs() <= 90.0 && (lon != 0.0 || lat != 0.0);
        there.then_some([lon, lat])
    }
}

/// `2026:05:12 09:31:07` as RFC 3339 without an offset.
fn day_and_time(text: &str) -> Option<String> {
    let text = text.trim_end_matches('\0').trim();
    let (day, time) = text.split_once(' ')?;
    let sound = |part: &str, lengths: [usize; 3]| {
        let parts: Vec<&str> = part.split(':').collect();
        let digits = |(part, length): (&&str, usize)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.len() == 3 && parts.iter().zip(lengths).all(digits)
    };
    let whole = sound(day, [4, 2, 2]) && sound(time, [2, 2, 2]) && !day.starts_with("0000");
    whole.then(|| format!("{}T{time}", day.replace(':', "-")))
}

/// The segment that says only which way up a picture was held, for a small one made of it.
pub fn orientation_segment(way: u16) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    segment.extend(way.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0, 0]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block as phones write it, little endian: held upright sideways (6), a time, a place.
    fn block() -> Vec<u8> {
        let mut b = b"II\x2a\0\x08\0\0\0".to_vec();
        let entry = |b: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
            b.extend(tag.to_le_bytes());
            b.extend(kind.to_le_bytes());
            b.extend(count.to_le_bytes());
            b.extend(value.to_le_bytes());
        };
        b.extend(3u16.to_le_bytes());
        entry(&mut b, ORIENTATION, 3, 1, 6);
        entry(&mut b, EXIF_DIRECTORY, 4, 1, 50);
        entry(&mut b, GPS_DIRECTORY, 4, 1, 88);
        b.extend([0; 4]);
        assert_eq!(b.len(), 50);
        b.extend(1u16.to_le_bytes());
        entry(&mut b, TAKEN, 2, 20, 68);
        b.extend([0; 4]);
        b.extend(b"2026:05:12 09:31:07\0");
        assert_eq!(b.len(), 88);
        b.extend(4u16.to_le_bytes());
        entry(&mut b, 1, 2, 2, u32::from(b'N'));
        entry(&mut b, 2, 5, 3, 142);
        entry(&mut b, 3, 2, 2, u32::from(b'E'));
        entry(&mut b, 4, 5, 3, 166);
        b.extend([0; 4]);
        assert_eq!(b.len(), 142);
        for (above, below) in [(25u32, 1u32), (2, 1), (2400, 100), (102, 1), (42, 1), (0, 1)] {
            b.extend(above.to_le_bytes());
            b.extend(below.to_le_bytes());
        }
        b
    }

    #[test]
    fn way_time_and_place_are_read() {
        let found = read(&block());
        assert_eq!(found.orientation, Some(6));
        assert_eq!(found.taken.as_deref(), Some("2026-05-12T09:31:07"));
        let [lon, lat] = found.at.unwrap();
        assert!((lon - 102.7).abs() < 1e-9 && (lat - 25.04).abs() < 1e-9, "{lon} {lat}");
    }

    #[test]
    fn whatever_is_cut_off_is_passed_over() {
        let block = block();
        for length in 0..block.len() {
            let _ = read(&block[..length]);
        }
        let mut wild = block.clone();
        for at in 0..wild.len() {
            wild[at] = 0xff;
            let _ = read(&wild);
            wild[at] = block[at];
        }
    }

    #[test]
    fn our_own_segment_reads_back() {
        let segment = orientation_segment(8);
        assert_eq!(usize::from(segment[3]) + 2, segment.len());
        assert_eq!(read(&segment[10..]).orientation, Some(8));
    }
}

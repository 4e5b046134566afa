//! The sixteen directions of alignment texts: 22.5° each, counted from true north (界线走向说明).

/// One of sixteen directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Direction(u8);

/// Their names, clockwise from north.
const NAMES: [&str; 16] = [
    "北",
    "北偏东北",
    "东北",
    "东偏东北",
    "东",
    "东偏东南",
    "东南",
    "南偏东南",
    "南",
    "南偏西南",
    "西南",
    "西偏西南",
    "西",
    "西偏西北",
    "西北",
    "北偏西北",
];

/// Names in English, for answers in that language.
const ENGLISH: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// Other ways in which texts write them. 北偏东 alone is taken for the sector next to north.
const OTHERS: [(&str, u8); 48] = [
    ("正北", 0),
    ("正东", 4),
    ("正南", 8),
    ("正西", 12),
    ("正东北", 2),
    ("正东南", 6),
    ("正西南", 10),
    ("正西北", 14),
    ("北北东", 1),
    ("北东北", 1),
    ("东北偏北", 1),
    ("北偏东", 1),
    ("东东北", 3),
    ("东北偏东", 3),
    ("东偏北", 3),
    ("东北东", 3),
    ("东东南", 5),
    ("东南偏东", 5),
    ("东偏南", 5),
    ("东南东", 5),
    ("南南东", 7),
    ("南东南", 7),
    ("东南偏南", 7),
    ("南偏东", 7),
    ("南南西", 9),
    ("南西南", 9),
    ("西南偏南", 9),
    ("南偏西", 9),
    ("西西南", 11),
    ("西南偏西", 11),
    ("西偏南", 11),
    ("西南西", 11),
    ("西西北", 13),
    ("西北偏西", 13),
    ("西偏北", 13),
    ("西北西", 13),
    ("北北西", 15),
    ("北西北", 15),
    ("西北偏北", 15),
    ("北偏西", 15),
    ("北东", 2),
    ("南东", 6),
    ("南西", 10),
    ("北西", 14),
    ("东北北", 1),
    ("东南南", 7),
    ("西南南", 9),
    ("西北北", 15),
];

impl Direction {
    /// The sector of an azimuth in degrees clockwise from true north; a limit goes clockwise.
    pub fn of(azimuth_deg: f64) -> Self {
        Self(((azimuth_deg.rem_euclid(360.0) + 11.25) / 22.5).floor() as u8 % 16)
    }

    /// All, clockwise from north.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..16).map(Self)
    }

    /// Its name: 北偏东北.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }

    /// Its name in English: NNE.
    pub fn english(self) -> &'static str {
        ENGLISH[usize::from(self.0)]
    }

    /// The azimuth of its middle, degrees.
    pub fn azimuth_deg(self) -> f64 {
        f64::from(self.0) * 22.5
    }

    /// How many sectors lie between two directions, 0 to 8.
    pub fn apart(self, other: Self) -> u8 {
        let apart = self.0.abs_diff(other.0);
        apart.min(16 - apart)
    }

    /// Reads the longest name of a direction that a text begins with, and how many bytes it takes.
    pub fn begin(text: &str) -> Option<(Self, usize)> {
        let names = NAMES.iter().enumerate().map(|(at, name)| (*name, at as u8));
        let known = names.chain(OTHERS).filter(|(name, _)| text.starts_with(name));
        known.max_by_key(|(name, _)| name.len()).map(|(name, at)| (Self(at), name.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_are_a_sixteenth_of_the_circle() {
        for (azimuth, name) in [
            (0.0, "北"),
            (348.75, "北"),
            (348.74, "北偏西北"),
            (11.24, "北"),
            (11.25, "北偏东北"),
            (45.0, "东北"),
            (78.75, "东"),
            (101.24, "东"),
            (101.25, "东偏东南"),
            (180.0, "南"),
            (-90.0, "西"),
            (359.99, "北"),
            (720.0, "北"),
        ] {
            assert_eq!(Direction::of(azimuth).name(), name, "{azimuth}");
        }
        for direction in Direction::all() {
            assert_eq!(Direction::of(direction.azimuth_deg()), direction);
            assert_eq!(Direction::begin(direction.name()), Some((direction, direction.name().len())));
        }
        assert_eq!(Direction(15).apart(Direction(1)), 2);
    }

    #[test]
    fn other_ways_of_writing_are_read() {
        for (text, name) in [
            ("正北方向", "北"),
            ("东北偏北行", "北偏东北"),
            ("西南", "西南"),
            ("北北西折", "北偏西北"),
            ("东北行", "东北"),
        ] {
            assert_eq!(Direction::begin(text).map(|(d, _)| d.name()), Some(name), "{text}");
        }
        assert_eq!(Direction::begin("沿山脊"), None);
    }
}

//! What undeclared coordinates probably are, and why. Guesses for a person to choose from, never a decision.
//!
//! Range and number of digits tell degrees, Web Mercator and Gauss–Krüger metres apart; they cannot tell
//! CGCS2000 degrees from GCJ-02 or BD-09 (shifted by less than 2 km), nor one datum of a zone from another.

use geo_types::{Coord, Rect};

use super::{Crs, Datum, GaussKruger, Transform, ZoneWidth};
use crate::model::Bilingual;

/// One thing that coordinates may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// the system
    pub crs: Crs,
    /// whether x and y would have to be exchanged first
    pub swapped: bool,
    /// what speaks for it, and what cannot be known
    pub reason: Bilingual,
}

/// Share of coordinates that must agree: a file may hold a few strays.
const SHARE: f64 = 0.95;

/// Guesses for a sample of coordinates (x first, as the file has them), the most probable first; empty if
/// nothing fits. `reference` is the box of what the register holds, in degrees.
///
/// Looks at no more than 10,000 coordinates.
pub fn recognise(sample: &[Coord], reference: Option<Rect>) -> Vec<Guess> {
    let usable = |c: &&Coord| c.x.is_finite() && c.y.is_finite() && (c.x != 0.0 || c.y != 0.0);
    let sample: Vec<Coord> = sample.iter().filter(usable).take(10_000).copied().collect();
    if sample.is_empty() {
        return Vec::new();
    }
    let turned: Vec<Coord> = sample.iter().map(|c| Coord { x: c.y, y: c.x }).collect();
    let sides = [
        Side { coords: &sample, swapped: false, reference },
        Side { coords: &turned, swapped: true, reference },
    ];
    let kinds: [fn(&Side) -> Vec<Guess>; 4] = [degrees_in_china, prefixed_zone, plain_zone, web_mercator];
    let mut ranked: Vec<(u8, Guess)> = Vec::new();
    for side in &sides {
        for kind in kinds {
            ranked.extend(kind(side).into_iter().map(|guess| (side.weight(&guess), guess)));
        }
    }
    if ranked.is_empty() {
        ranked.extend(degrees_elsewhere(&sides[0]).map(|guess| (0, guess)));
    }
    ranked.sort_by_key(|(weight, _)| *weight);
    ranked.into_iter().map(|(_, guess)| guess).collect()
}

/// The sample one way round or the other.
struct Side<'a> {
    coords: &'a [Coord],
    swapped: bool,
    reference: Option<Rect>,
}

impl Side<'_> {
    fn mostly(&self, holds: impl Fn(Coord) -> bool) -> bool {
        let count = self.coords.iter().filter(|c| holds(**c)).count();
        count as f64 >= SHARE * self.coords.len() as f64
    }

    /// The middle value of each axis: strays do not move it.
    fn middle(&self) -> Coord {
        let middle = |mut values: Vec<f64>| {
            let at = values.len() / 2;
            *values.select_nth_unstable_by(at, f64::total_cmp).1
        };
        let (xs, ys) = self.coords.iter().map(|c| (c.x, c.y)).unzip();
        Coord { x: middle(xs), y: middle(ys) }
    }

    /// Whether the middle would fall into the register's box, a little enlarged; `None` without a box.
    fn falls_in(&self, crs: &Crs) -> Option<bool> {
        /// Degrees round the box: a new neighbour district may lie beside what is there.
        const MARGIN: f64 = 0.5;
        let reference = self.reference?;
        let c = Transform::shared(crs, &Crs::REGISTER).and_then(|way| way.coord(self.middle())).ok()?;
        let (min, max) = (reference.min(), reference.max());
        let inside = |v: f64, low: f64, high: f64| v >= low - MARGIN && v <= high + MARGIN;
        Some(inside(c.x, min.x, max.x) && inside(c.y, min.y, max.y))
    }

    /// Rank: what falls into the register's box before the rest, straight before swapped, else as found.
    fn weight(&self, guess: &Guess) -> u8 {
        // The published datums that have no way to the register are judged as CGCS2000 of the same zone was.
        let judged = match &guess.crs {
            Crs::Epsg(code) => GaussKruger::of_epsg(*code).map_or(guess.crs.clone(), |zone| {
                Crs::Epsg(GaussKruger { datum: Datum::Cgcs2000, ..zone }.epsg())
            }),
            other => other.clone(),
        };
        let outside = if self.falls_in(&judged) == Some(false) { 2 } else { 0 };
        outside + u8::from(self.swapped)
    }

    fn guess(&self, crs: Crs, zh: String, en: String) -> Guess {
        let (turn_zh, turn_en) =
            match (self.swapped, crs.is_register() || matches!(crs, Crs::Gcj02 | Crs::Bd09)) {
                (false, _) => ("", ""),
                (true, true) => {
                    ("；两列像是颠倒的（纬度在前）", "; the two seem to be swapped (latitude first)")
                }
                (true, false) => (
                    "；两列像是颠倒的（测量上 X 为纵坐标）",
                    "; the two seem to be swapped (surveyors write the northing as X)",
                ),
            };
        let (fits_zh, fits_en) = match self.falls_in(&crs) {
            Some(true) => ("；落在登记册现有数据的范围内", "; falls where the register's data lie"),
            Some(false) => ("；但不在登记册现有数据的范围内", "; but not where the register's data lie"),
            None => ("", ""),
        };
        let reason = Bilingual::new(format!("{zh}{turn_zh}{fits_zh}"), format!("{en}{turn_en}{fits_en}"));
        Guess { crs, swapped: self.swapped, reason }
    }
}

fn degrees_in_china(side: &Side) -> Vec<Guess> {
    if !side.mostly(|c| (73.0..=136.0).contains(&c.x) && (3.0..=54.0).contains(&c.y)) {
        return Vec::new();
    }
    let cannot_zh = "只看数值范围分不出 CGCS2000、GCJ-02 和 BD-09（相差不到 2 公里）";
    let cannot_en =
        "the range alone cannot tell CGCS2000, GCJ-02 and BD-09 apart (they differ by less than 2 km)";
    [
        (
            Crs::REGISTER,
            "是中国范围内的经纬度，测绘成果一般为 CGCS2000",
            "degrees within China, as a rule CGCS2000 in surveyors' data",
        ),
        (
            Crs::Gcj02,
            "是中国范围内的经纬度，取自高德、腾讯等网络地图时为 GCJ-02",
            "degrees within China; GCJ-02 if they come from Amap, Tencent or another web map",
        ),
        (
            Crs::Bd09,
            "是中国范围内的经纬度，取自百度地图时为 BD-09",
            "degrees within China; BD-09 if they come from Baidu maps",
        ),
    ]
    .into_iter()
    .map(|(crs, zh, en)| side.guess(crs, format!("{zh}；{cannot_zh}"), format!("{en}; {cannot_en}")))
    .collect()
}

fn degrees_elsewhere(side: &Side) -> Option<Guess> {
    let degrees = side.mostly(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0);
    degrees
        .then(|| side.guess(Crs::Epsg(4326), "是中国以外的经纬度".into(), "degrees outside of China".into()))
}

/// Northings of China on the Gauss plane, metres.
fn northing(y: f64) -> bool {
    (300_000.0..6_100_000.0).contains(&y)
}

/// Eastings within a zone of 6°, metres.
fn easting(x: f64) -> bool {
    (150_000.0..850_000.0).contains(&x)
}

fn prefixed_zone(side: &Side) -> Vec<Guess> {
    let zone = (side.middle().x / 1e6).floor();
    let width = ZoneWidth::ALL.into_iter().find(|width| {
        let (first, last) = width.zones();
        (f64::from(first)..=f64::from(last)).contains(&zone)
    });
    let Some(width) = width else { return Vec::new() };
    if !side.mostly(|c| easting(c.x - zone * 1e6) && northing(c.y)) {
        return Vec::new();
    }
    let zone = zone as u8;
    let of = |datum| {
        let crs = Crs::Epsg(GaussKruger { datum, width, zone, prefix: true }.epsg());
        let name = crs.describe();
        side.guess(
            crs,
            format!("横坐标为 8 位，前两位 {zone} 是带号:{}；同一带的坐标系（2000、西安80、北京54）从数值上分不出", name.zh),
            format!("eastings of 8 digits begin with {zone}, a zone's number: {}; the numbers do not tell which datum of that zone (2000, Xi'an 1980, Beijing 1954)", name.en),
        )
    };
    Datum::ALL.into_iter().map(of).collect()
}

fn plain_zone(side: &Side) -> Vec<Guess> {
    // In China's south northings of less than 1.8 million are sea: such numbers are local systems.
    if !side.mostly(|c| easting(c.x) && (1_800_000.0..6_100_000.0).contains(&c.y)) {
        return Vec::new();
    }
    let (first, last) = ZoneWidth::Three.zones();
    let zones = (first..=last).map(|zone| GaussKruger {
        datum: Datum::Cgcs2000,
        width: ZoneWidth::Three,
        zone,
        prefix: false,
    });
    let mut settled: Vec<GaussKruger> =
        zones.clone().filter(|zone| side.falls_in(&Crs::Epsg(zone.epsg())) == Some(true)).collect();
    if settled.is_empty() {
        settled = zones.collect();
    }
    // Within its own zone a place lies less than 1.5° from the meridian: nearest to the middle of the box first.
    if let Some(reference) = side.reference {
        let middle = reference.center().x;
        settled.sort_by(|a, b| {
            let off = |zone: &GaussKruger| (f64::from(zone.central_meridian()) - middle).abs();
            off(a).total_cmp(&off(b))
        });
    }
    let of = |zone: GaussKruger| {
        let (crs, meridian) = (Crs::Epsg(zone.epsg()), zone.central_meridian());
        let name = crs.describe();
        side.guess(
            crs,
            format!("横坐标为 6 位、不带带号，带号须另行说明；若中央经线为 {meridian}°E，则为 {}", name.zh),
            format!("eastings of 6 digits do not say their zone; with the central meridian {meridian}° E it is {}", name.en),
        )
    };
    settled.into_iter().map(of).collect()
}

fn web_mercator(side: &Side) -> Vec<Guess> {
    // 73° to 136° E, 3° to 54° N on a sphere of 6,378,137 m.
    if !side.mostly(|c| (8_126_000.0..15_140_000.0).contains(&c.x) && (334_000.0..7_170_000.0).contains(&c.y))
    {
        return Vec::new();
    }
    vec![side.guess(
        Crs::Epsg(3857),
        "数值大小像 Web 墨卡托米制坐标（中国范围）".into(),
        "as large as Web Mercator metres within China".into(),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::coord;

    const KUNMING: Coord = coord! { x: 102.7043, y: 25.0433 };

    fn near(crs: &Crs, swapped: bool) -> Vec<Coord> {
        let way = Transform::new(&Crs::REGISTER, crs).unwrap();
        (0..40)
            .map(|i| {
                way.coord(KUNMING + coord! { x: f64::from(i) * 1e-3, y: f64::from(i % 7) * 1e-3 }).unwrap()
            })
            .map(|c| {
                if swapped {
                    coord! { x: c.y, y: c.x }
                } else {
                    c
                }
            })
            .collect()
    }

    fn box_of_kunming() -> Option<Rect> {
        Some(Rect::new(coord! { x: 102.4, y: 24.8 }, coord! { x: 102.9, y: 25.3 }))
    }

    fn first(sample: &[Coord], reference: Option<Rect>) -> Option<(Crs, bool)> {
        recognise(sample, reference).first().map(|guess| (guess.crs.clone(), guess.swapped))
    }

    #[test]
    fn the_first_guess_is_right_where_numbers_can_tell() {
        for (crs, reference) in [
            (Crs::Epsg(4490), None),
            (Crs::Epsg(4522), None),
            (Crs::Epsg(4496), None),
            (Crs::Epsg(3857), None),
            (Crs::Epsg(4543), box_of_kunming()),
        ] {
            for swapped in [false, true] {
                let sample = near(&crs, swapped);
                assert_eq!(first(&sample, reference), Some((crs.clone(), swapped)), "{crs} {swapped}");
            }
        }
    }

    #[test]
    fn what_numbers_cannot_tell_is_said() {
        let guesses = recognise(&near(&Crs::Gcj02, false), box_of_kunming());
        let systems: Vec<_> = guesses.iter().map(|guess| guess.crs.clone()).collect();
        assert_eq!(systems, [Crs::REGISTER, Crs::Gcj02, Crs::Bd09]);
        assert!(
            guesses.iter().all(|g| g.reason.zh.contains("分不出") && g.reason.en.contains("cannot tell"))
        );
        let guesses = recognise(&near(&Crs::Epsg(4543), false), None);
        assert_eq!(guesses.len(), 21);
        assert!(guesses[0].reason.zh.contains("带号须另行说明"));
        let datums: Vec<_> =
            recognise(&near(&Crs::Epsg(4522), false), None).into_iter().map(|g| g.crs).collect();
        assert_eq!(datums, [Crs::Epsg(4522), Crs::Epsg(2358), Crs::Epsg(2410)]);
    }

    #[test]
    fn strays_and_nonsense_do_not_confuse() {
        let mut sample = near(&Crs::Epsg(4490), false);
        sample.extend([coord! { x: 0.0, y: 0.0 }, coord! { x: f64::NAN, y: 1.0 }, coord! { x: 1e9, y: 1e9 }]);
        assert_eq!(first(&sample, None), Some((Crs::REGISTER, false)));
        assert_eq!(recognise(&[], None), []);
        assert_eq!(recognise(&[coord! { x: 1e12, y: -1e12 }], box_of_kunming()), []);
        assert_eq!(first(&[coord! { x: -122.4, y: 37.7 }], None), Some((Crs::Epsg(4326), false)));
    }

    #[test]
    fn shanghai_in_web_mercator_is_not_taken_for_kashgar() {
        let way = Transform::new(&Crs::REGISTER, &Crs::Epsg(3857)).unwrap();
        let shanghai = coord! { x: 121.47, y: 31.23 };
        let sample = [way.coord(shanghai).unwrap()];
        let around = Rect::new(shanghai - coord! { x: 0.3, y: 0.3 }, shanghai + coord! { x: 0.3, y: 0.3 });
        assert_eq!(first(&sample, Some(around)), Some((Crs::Epsg(3857), false)));
        assert!(recognise(&sample, None).iter().any(|guess| guess.crs == Crs::Epsg(3857)));
    }
}

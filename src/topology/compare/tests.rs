//! A coverage of nine cells, changed in one known way at a time.

use geo_types::{Coord, LineString};

use super::*;
use crate::topology::Metric;

/// A version of the coverage: code, name, shape.
type Version = Vec<(String, String, MultiPolygon)>;

/// Nine cells of 4 km with winding borders of a vertex every 40 m.
fn cells() -> Version {
    let at = |c: usize, r: usize| Coord { x: 4000.0 * c as f64, y: 4000.0 * r as f64 };
    let side = |a: Coord, b: Coord| -> Vec<Coord> {
        let (dx, dy) = ((b.x - a.x) / 100.0, (b.y - a.y) / 100.0);
        (0..100)
            .map(|k| {
                let wave = 150.0 * (f64::from(k) * 0.19).sin() * (f64::from(k) * 0.0314).sin();
                let point = Coord { x: a.x + dx * f64::from(k), y: a.y + dy * f64::from(k) };
                Coord {
                    x: point.x + wave * dy.signum() * f64::from(dy != 0.0),
                    y: point.y + wave * f64::from(dx != 0.0),
                }
            })
            .collect()
    };
    let mut cells = Version::new();
    for r in 0..3 {
        for c in 0..3 {
            let (sw, se, ne, nw) = (at(c, r), at(c + 1, r), at(c + 1, r + 1), at(c, r + 1));
            let back = |a: Coord, b: Coord| {
                let mut line = side(b, a);
                line.push(a);
                line.reverse();
                line.pop();
                line
            };
            let ring: Vec<Coord> = [side(sw, se), side(se, ne), back(ne, nw), back(nw, sw)].concat();
            let shape = MultiPolygon(vec![Polygon::new(LineString(ring), vec![])]);
            cells.push((format!("53010{}", cells.len()), format!("{c}-{r}"), shape));
        }
    }
    cells
}

fn moved(version: &Version, by: impl Fn(Coord) -> Coord) -> Version {
    use geo::MapCoords as _;
    version.iter().map(|(code, name, shape)| (code.clone(), name.clone(), shape.map_coords(&by))).collect()
}

fn compared(old: &Version, new: &Version) -> Comparison {
    fn members(version: &Version) -> Vec<Member<'_>> {
        version.iter().map(|(code, name, shape)| Member { code, name, shape }).collect()
    }
    compare(&members(old), &members(new), Metric::Plane, &Thresholds::default()).unwrap()
}

fn all_are(found: &Comparison, feature: FeatureChange, line: LineChange) {
    for one in &found.features {
        assert_eq!(one.change, feature, "{one:?}");
    }
    for one in &found.borders {
        assert_eq!(one.change, line, "{:?} {:?}", one.old, one.line);
    }
    assert_eq!(found.features.len(), 9);
    assert_eq!(found.borders.len(), 12 + 8);
}

/// A hash of a coordinate into -1..1, the same for both neighbours.
fn noise(c: Coord, salt: u64) -> f64 {
    let mixed = (c.x.to_bits() ^ c.y.to_bits().rotate_left(21) ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as f64 / f64::from(1 << 23) - 1.0
}

#[test]
fn the_same_is_unchanged() {
    all_are(&compared(&cells(), &cells()), FeatureChange::Unchanged, LineChange::Unchanged);
}

#[test]
fn noise_is_digitising() {
    let new = moved(&cells(), |c| Coord { x: c.x + 1.2 * noise(c, 1), y: c.y + 1.2 * noise(c, 2) });
    let found = compared(&cells(), &new);
    all_are(&found, FeatureChange::Redigitised, LineChange::Redigitised);
    assert!(found.exchanges.is_empty());
    let wild = moved(&cells(), |c| Coord { x: c.x + 9.0 * noise(c, 1), y: c.y + 9.0 * noise(c, 2) });
    all_are(&compared(&cells(), &wild), FeatureChange::Redigitised, LineChange::Redigitised);
}

#[test]
fn fewer_vertices_are_a_generalisation() {
    use crate::topology::coverage::Coverage;
    use crate::topology::{Amount, Keeping, Method, Thinning, simplify};
    let old = cells();
    let shapes: Vec<geo_types::Geometry> = old.iter().map(|(.., shape)| shape.clone().into()).collect();
    let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
    let how = Thinning { method: Method::Visvalingam, amount: Amount::Keep(0.3), metric: Metric::Plane };
    let simple = simplify(&coverage, &how, &Keeping::default());
    let new: Version = old
        .iter()
        .zip(simple.features)
        .map(|((code, name, _), shape)| match shape {
            geo_types::Geometry::MultiPolygon(shape) => (code.clone(), name.clone(), shape),
            other => panic!("{other:?}"),
        })
        .collect();
    let found = compared(&old, &new);
    all_are(&found, FeatureChange::Generalised, LineChange::Generalised);
    assert!(found.borders.iter().all(|b| b.line.common_vertices == 1.0 && b.line.max_m > 0.0));
    // The other way round it is one edition with more detail: the counts say so.
    all_are(&compared(&new, &old), FeatureChange::Generalised, LineChange::Generalised);
}

#[test]
fn a_shift_of_the_whole_is_a_survey() {
    let found = compared(&cells(), &moved(&cells(), |c| Coord { x: c.x + 14.0, y: c.y - 9.0 }));
    all_are(&found, FeatureChange::Resurveyed, LineChange::Resurveyed);
    let line = found.features[4].line.unwrap();
    assert!((line.shift_m[0] - 14.0).abs() < 2.0 && (line.shift_m[1] + 9.0).abs() < 2.0, "{line:?}");
}

#[test]
fn a_piece_that_changes_hands_is_a_change_in_law() {
    // The middle of the border between cells 3 and 4 moves by 400 m to the east, tapering off.
    let new = moved(&cells(), |c| {
        let near = (c.x - 4000.0).abs() < 200.0 && c.y > 5000.0 && c.y < 7000.0;
        let reach = if near { 400.0 * (1.0 - (c.y - 6000.0).abs() / 1000.0) } else { 0.0 };
        Coord { x: c.x + reach, y: c.y }
    });
    let found = compared(&cells(), &new);
    let changed: Vec<usize> =
        found.features.iter().filter(|f| f.change == FeatureChange::Moved).filter_map(|f| f.old).collect();
    assert_eq!(changed, [3, 4]);
    assert_eq!(found.exchanges.len(), 1);
    let exchange = &found.exchanges[0];
    assert_eq!((exchange.from, exchange.to, exchange.pieces.len()), (Some(4), Some(3), 1));
    assert!((exchange.area_m2 - 400_000.0).abs() < 8_000.0, "{}", exchange.area_m2);
    let border = found.borders.iter().find(|b| b.change == LineChange::Moved).unwrap();
    assert_eq!(border.old, [Some(3), Some(4)]);
    assert_eq!(found.borders.iter().filter(|b| b.change != LineChange::Unchanged).count(), 1);
}

#[test]
fn names_and_codes_change_without_the_ground() {
    let mut new = cells();
    new[2].1 = "new name".into();
    new[5].0 = "530199".into();
    (new[7].0, new[7].1) = ("530198".into(), "both".into());
    let found = compared(&cells(), &new);
    let flags =
        |at: usize| (found.features[at].renamed, found.features[at].recoded, found.features[at].matched_by);
    assert_eq!(flags(2), (true, false, Some(MatchedBy::Code)));
    assert_eq!(flags(5), (false, true, Some(MatchedBy::Name)));
    assert_eq!(flags(7), (true, true, Some(MatchedBy::Ground)));
    assert_eq!(flags(0), (false, false, Some(MatchedBy::Code)));
    assert!(found.features.iter().all(|f| f.change == FeatureChange::Unchanged));
}

#[test]
fn a_code_given_away_elsewhere_is_not_the_same_division() {
    let mut new = cells();
    (new[0].0, new[8].0) = (new[8].0.clone(), new[0].0.clone());
    let found = compared(&cells(), &new);
    assert_eq!(found.features[0].new, Some(0));
    assert_eq!(found.features[0].matched_by, Some(MatchedBy::Name));
    assert!(found.features[0].recoded && found.features[8].recoded);
}

#[test]
fn mergers_and_splits_are_told_apart_from_new_and_gone() {
    let old = cells();
    // 4 takes 5 in; 0 is gone with nothing in its place.
    let shapes: Vec<geo_types::Geometry> = old.iter().map(|(.., shape)| shape.clone().into()).collect();
    let coverage = crate::topology::Coverage::build(shapes.iter().map(Some)).unwrap();
    let merged = crate::topology::dissolve(&coverage, 1, |at| (at == 4 || at == 5).then_some(0)).remove(0);
    let mut new = old.clone();
    new[4].2 = merged;
    new.remove(5);
    new.remove(0);
    let found = compared(&old, &new);
    let of = |old: usize| found.features.iter().find(|f| f.old == Some(old)).unwrap();
    assert_eq!((of(4).change, &of(4).others[..]), (FeatureChange::Merged, &[5][..]));
    assert_eq!((of(5).change, &of(5).others[..]), (FeatureChange::Gone, &[3][..]));
    assert_eq!((of(0).change, &of(0).others[..]), (FeatureChange::Gone, &[][..]));
    assert_eq!(of(8).change, FeatureChange::Unchanged);
    let back = compared(&new, &old);
    let of = |new: usize| back.features.iter().find(|f| f.new == Some(new)).unwrap();
    assert_eq!((of(4).change, &of(4).others[..]), (FeatureChange::Split, &[5][..]));
    assert_eq!((of(5).change, &of(5).others[..]), (FeatureChange::New, &[3][..]));
    assert_eq!((of(0).change, &of(0).others[..]), (FeatureChange::New, &[][..]));
    assert!(back.exchanges.iter().any(|e| e.from.is_none() && e.to == Some(0)));
}

#[test]
fn nothing_is_compared_with_nothing() {
    assert_eq!(compared(&vec![], &vec![]), Comparison::default());
    let empty: Version = vec![("1".into(), String::new(), MultiPolygon(vec![]))];
    assert_eq!(compared(&empty, &empty).features.len(), 1);
    assert_eq!(compared(&cells(), &vec![]).features.len(), 9);
}

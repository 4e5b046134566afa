//! Edits of a small coverage: known answers, refusals, and random edits held against `geo`.

use geo::{Area as _, BooleanOps as _, Validation as _};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::*;

fn at(x: f64, y: f64) -> Coord {
    Coord { x, y }
}

fn square(x: f64, y: f64, side: f64) -> MultiPolygon {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
}

fn ring(points: &[(f64, f64)]) -> MultiPolygon {
    MultiPolygon(vec![Polygon::new(LineString::from(points.to_vec()), vec![])])
}

fn line(points: &[(f64, f64)]) -> LineString {
    LineString::from(points.to_vec())
}

/// Four squares of 10 in a square: 0 and 1 below, 2 and 3 above; the border of 0 and 1 has a vertex at (10, 5).
fn four() -> Draft {
    let shapes = [
        ring(&[(0., 0.), (10., 0.), (10., 5.), (10., 10.), (0., 10.)]),
        ring(&[(10., 0.), (20., 0.), (20., 10.), (10., 10.), (10., 5.)]),
        square(0., 10., 10.),
        square(10., 10., 10.),
    ];
    Draft::new(shapes, Locks::default(), Metric::Plane)
}

fn area(draft: &Draft, feature: usize) -> f64 {
    draft.shape(feature).map_or(0.0, |shape| shape.unsigned_area())
}

fn done(draft: &mut Draft, edit: &Edit) -> Vec<usize> {
    let answer = draft.plan(edit).unwrap();
    draft.apply(&answer).unwrap();
    sound(draft);
    answer.changes.iter().map(|change| change.feature).collect()
}

/// All shapes valid, none overlaps another.
fn sound(draft: &Draft) {
    let all: Vec<&Shape> = (0..draft.len()).filter_map(|at| draft.shape(at)).collect();
    for (place, shape) in all.iter().enumerate() {
        assert!(shape.is_valid(), "{shape:?}");
        for other in &all[place + 1..] {
            let common = shape.intersection(other.as_ref()).unsigned_area();
            assert!(common < 1e-6, "{common} {shape:?} {other:?}");
        }
    }
}

#[test]
fn a_vertex_moves_for_both_neighbours_and_back_bit_for_bit() {
    let mut draft = four();
    let answer = draft.plan(&Edit::Move { at: at(10., 5.), to: at(12.34567891, 5.) }).unwrap();
    assert_eq!(answer.changes.len(), 2);
    let before: Vec<_> = (0..4).map(|feature| draft.shape(feature).cloned()).collect();
    draft.apply(&answer).unwrap();
    sound(&draft);
    assert!((area(&draft, 0) - (100.0 + 0.5 * 2.3457 * 10.0)).abs() < 1e-9);
    assert!((area(&draft, 0) + area(&draft, 1) - 200.0).abs() < 1e-9);
    assert_eq!(draft.apply(&answer), Err(Refusal::Changed(0)));
    draft.apply(&answer.inverse()).unwrap();
    assert_eq!((0..4).map(|feature| draft.shape(feature).cloned()).collect::<Vec<_>>(), before);
    assert_eq!(done(&mut draft, &Edit::Move { at: at(10., 10.), to: at(9., 11.) }), [0, 1, 2, 3]);
}

#[test]
fn what_would_be_faulty_is_refused() {
    let draft = four();
    let plan = |edit: Edit| draft.plan(&edit).map(|_| ()).unwrap_err();
    assert!(matches!(plan(Edit::Move { at: at(10., 5.), to: at(25., 5.) }), Refusal::Faulty { .. }));
    assert!(matches!(plan(Edit::Move { at: at(10., 5.), to: at(15., 15.) }), Refusal::Faulty { .. }));
    assert!(matches!(plan(Edit::Move { at: at(10., 5.), to: at(10., 10.) }), Refusal::Collapse { .. }));
    assert_eq!(plan(Edit::Move { at: at(3., 3.), to: at(4., 4.) }), Refusal::NoVertex { at: at(3., 3.) });
    assert_eq!(plan(Edit::Move { at: at(f64::NAN, 3.), to: at(4., 4.) }), Refusal::NotANumber);
    assert_eq!(plan(Edit::Delete { at: at(10., 10.) }), Refusal::Node { at: at(10., 10.) });
    assert_eq!(
        plan(Edit::Insert { edge: [at(0., 0.), at(10., 10.)], at: at(5., 5.) }),
        Refusal::NoEdge { from: at(0., 0.), to: at(10., 10.) }
    );
    assert_eq!(plan(Edit::Merge { features: vec![0, 3] }), Refusal::NotNeighbours);
    assert_eq!(plan(Edit::Merge { features: vec![2, 2] }), Refusal::Few);
    assert_eq!(plan(Edit::Merge { features: vec![2, 9] }), Refusal::NoFeature(9));
    assert_eq!(plan(Edit::Split { feature: 0, line: line(&[(5., -1.), (5., 5.)]) }), Refusal::NotAcross(0));
    assert_eq!(plan(Edit::Split { feature: 0, line: line(&[(-5., 0.), (-5., 5.)]) }), Refusal::NotAcross(0));
    let knot = line(&[(-1., 2.), (11., 8.), (11., 2.), (-1., 8.)]);
    assert_eq!(plan(Edit::Split { feature: 0, line: knot }), Refusal::Tangled);
    let away = square(40., 40., 3.).0.remove(0);
    assert_eq!(plan(Edit::HandOver { from: 0, to: 1, piece: away }), Refusal::Outside(0));
    let all = square(-1., -1., 12.).0.remove(0);
    assert_eq!(plan(Edit::HandOver { from: 0, to: 1, piece: all }), Refusal::UsedUp(0));
    assert_eq!(Refusal::Few.sentence().zh, "需要两个不同的要素");
}

#[test]
fn locked_borders_stay() {
    let lock = line(&[(10., 0.), (10., 5.), (10., 10.)]);
    let draft = Draft { locks: Locks::of_lines([&lock]), ..four() };
    let locked = |edit: Edit| matches!(draft.plan(&edit), Err(Refusal::Locked { .. }));
    assert!(locked(Edit::Move { at: at(10., 5.), to: at(11., 5.) }));
    assert!(locked(Edit::Move { at: at(10., 10.), to: at(11., 11.) }));
    assert!(locked(Edit::Delete { at: at(10., 5.) }));
    assert!(locked(Edit::Insert { edge: [at(10., 5.), at(10., 10.)], at: at(10.001, 7.) }));
    assert!(locked(Edit::Merge { features: vec![0, 1] }));
    assert!(locked(Edit::Snap {
        edge: [at(10., 0.), at(10., 5.)],
        stretch: None,
        line: line(&[(10., -1.), (11., 11.)]),
        within_m: 3.
    }));
    assert!(!locked(Edit::Merge { features: vec![0, 2] }));
}

#[test]
fn a_locked_border_gets_points_and_stays_where_it_is() {
    let lock = line(&[(10., 0.), (10., 5.), (10., 10.)]);
    let mut draft = Draft { locks: Locks::of_lines([&lock]), ..four() };
    let cut = draft.plan(&Edit::Split { feature: 0, line: line(&[(-1., 7.), (11., 7.)]) }).unwrap();
    let on = Divided { edge: [at(10., 5.), at(10., 10.)], points: vec![at(10., 7.)] };
    let turned = Divided { edge: [on.edge[1], on.edge[0]], ..on.clone() };
    assert!(cut.divided == [on] || cut.divided == [turned], "{:?}", cut.divided);
    let beside = cut.changes.iter().find(|change| change.feature == 1).unwrap();
    let has = |shape: &Option<Shape>| {
        shape.iter().flat_map(|shape| super::rings::edges(shape)).any(|[a, _]| a == at(10., 7.))
    };
    assert!(has(&beside.after) && !has(&beside.before), "the neighbour has the point too");
    draft.apply(&cut).unwrap();
    // Its stretches are locked as it was.
    let locked = |draft: &Draft, edit: Edit| matches!(draft.plan(&edit), Err(Refusal::Locked { .. }));
    assert!(locked(&draft, Edit::Move { at: at(10., 7.), to: at(10., 8.) }));
    assert!(locked(&draft, Edit::Delete { at: at(10., 7.) }));
    assert!(locked(&draft, Edit::Merge { features: vec![0, 1] }));
    draft.apply(&cut.inverse()).unwrap();
    assert!(locked(&draft, Edit::Move { at: at(10., 5.), to: at(11., 5.) }));
    // Where a line that is not level meets a slanted lock, rounding to the grid moves nothing that counts.
    let slant = line(&[(0., 0.), (10., 3.)]);
    let two = [
        ring(&[(0., 0.), (10., 3.), (10., 9.), (0., 9.)]),
        ring(&[(0., 0.), (0., -9.), (10., -9.), (10., 3.)]),
    ];
    let draft = Draft::new(two, Locks::of_lines([&slant]), Metric::Plane);
    let cut = draft.plan(&Edit::Split { feature: 0, line: line(&[(3.3, -1.), (4.7, 10.)]) }).unwrap();
    assert_eq!(cut.divided.len(), 1);
}

#[test]
fn vertices_come_and_go() {
    let mut draft = four();
    assert_eq!(
        done(&mut draft, &Edit::Insert { edge: [at(10., 10.), at(0., 10.)], at: at(5., 10.) }),
        [0, 2]
    );
    assert_eq!(done(&mut draft, &Edit::Move { at: at(5., 10.), to: at(5., 12.) }), [0, 2]);
    assert!((area(&draft, 0) - 110.0).abs() < 1e-9);
    assert_eq!(done(&mut draft, &Edit::Delete { at: at(5., 12.) }), [0, 2]);
    assert!((area(&draft, 0) - 100.0).abs() < 1e-9);
    assert_eq!(done(&mut draft, &Edit::Insert { edge: [at(0., 0.), at(10., 0.)], at: at(5., -1.) }), [0]);
}

#[test]
fn a_border_is_laid_onto_a_line() {
    let mut draft = four();
    let road = line(&[(11., 20.), (10.5, 8.), (11., 4.), (10.5, -3.)]);
    let snap = |within_m| Edit::Snap {
        edge: [at(10., 5.), at(10., 0.)],
        stretch: None,
        line: road.clone(),
        within_m,
    };
    assert!(matches!(draft.plan(&snap(0.2)), Err(Refusal::TooFar { .. })));
    assert_eq!(done(&mut draft, &snap(2.0)), [0, 1]);
    let shape = draft.shape(0).unwrap();
    for corner in [at(10.5, 8.), at(11., 4.), at(10., 0.), at(10., 10.)] {
        assert!(shape.0[0].exterior().0.contains(&corner), "{shape:?}");
    }
    assert!(!shape.0[0].exterior().0.contains(&at(10., 5.)));
    assert!((area(&draft, 0) + area(&draft, 1) - 200.0).abs() < 1e-6);
}

#[test]
fn a_stretch_is_laid_and_the_rest_stays() {
    let mut draft = four();
    let road = line(&[(11., 20.), (10.4, 2.5), (11., -3.)]);
    let lay = |to| Edit::Snap {
        edge: [at(10., 5.), at(10., 0.)],
        stretch: Some([at(10., 0.), to]),
        line: road.clone(),
        within_m: 2.0,
    };
    assert_eq!(draft.plan(&lay(at(3., 3.))), Err(Refusal::NoVertex { at: at(3., 3.) }));
    assert_eq!(draft.plan(&lay(at(10., 0.))), Err(Refusal::NotAlong));
    assert_eq!(done(&mut draft, &lay(at(10., 5.))), [0, 1]);
    let ring = &draft.shape(0).unwrap().0[0].exterior().0;
    for corner in [at(10., 0.), at(10.4, 2.5), at(10., 5.), at(10., 10.)] {
        assert!(ring.contains(&corner), "{ring:?}");
    }
    assert!(area(&draft, 0) > 100.5);
    assert!((area(&draft, 0) + area(&draft, 1) - 200.0).abs() < 1e-6);
}

#[test]
fn a_split_gives_neighbours_the_new_vertex() {
    let mut draft = four();
    let across = Edit::Split { feature: 0, line: line(&[(-1., 3.), (4., 3.), (12., 3.)]) };
    assert_eq!(done(&mut draft, &across), [0, 1, 4]);
    assert!((area(&draft, 0) - 70.0).abs() < 1e-9 && (area(&draft, 4) - 30.0).abs() < 1e-9);
    assert!(draft.shape(1).unwrap().0[0].exterior().0.contains(&at(10., 3.)));
    assert_eq!(done(&mut draft, &Edit::Merge { features: vec![0, 4] }), [0, 4]);
    assert!(draft.shape(4).is_none());
    assert!((area(&draft, 0) - 100.0).abs() < 1e-9);
    // From vertex to vertex, and with a line that begins on the border.
    assert_eq!(done(&mut draft, &Edit::Split { feature: 3, line: line(&[(10., 10.), (20., 20.)]) }), [3, 5]);
    assert!((area(&draft, 5) - 50.0).abs() < 1e-9);
}

#[test]
fn a_piece_is_handed_over() {
    let mut draft = four();
    // Overlaps 0 by 3 x 4 at its border with 1, and reaches into 1.
    let piece = square(7., 2., 4.).0.remove(0);
    assert_eq!(done(&mut draft, &Edit::HandOver { from: 0, to: 1, piece }), [0, 1]);
    assert!((area(&draft, 0) - 88.0).abs() < 1e-9 && (area(&draft, 1) - 112.0).abs() < 1e-9);
    // An enclave in the middle of 2 for 3.
    let piece = square(4., 14., 2.).0.remove(0);
    assert_eq!(done(&mut draft, &Edit::HandOver { from: 2, to: 3, piece }), [2, 3]);
    assert_eq!(draft.shape(2).unwrap().0[0].interiors().len(), 1);
    assert_eq!(draft.shape(3).unwrap().0.len(), 2);
    assert_eq!(done(&mut draft, &Edit::Merge { features: vec![3, 2] }), [2, 3]);
    assert_eq!(draft.shape(3).unwrap().0.len(), 1);
    assert!((area(&draft, 3) - 200.0).abs() < 1e-9);
}

/// The check of whole coverages finds nothing wrong either.
fn no_errors(draft: &Draft) {
    use crate::topology::{Coverage, Kind, Settings, validate};
    let shapes: Vec<geo_types::Geometry> = (0..draft.len())
        .filter_map(|feature| Some(MultiPolygon::clone(draft.shape(feature)?).into()))
        .collect();
    let coverage = Coverage::build(shapes.iter().map(Some)).unwrap();
    let found = validate(&coverage, &Settings::new(Metric::Plane));
    let wrong =
        [Kind::Overlap, Kind::Gap, Kind::Mismatch, Kind::Duplicate, Kind::Dangle, Kind::SelfIntersection];
    let flaw = found.flaws.iter().find(|flaw| wrong.contains(&flaw.kind));
    assert!(flaw.is_none(), "{flaw:?}");
}

/// A grid of cells with a vertex in the middle of every side.
fn grid(n: usize) -> Draft {
    let shapes = (0..n * n).map(|k| {
        let (x, y) = (10.0 * (k % n) as f64, 10.0 * (k / n) as f64);
        let round = [(0., 0.), (5., 0.), (10., 0.), (10., 5.), (10., 10.), (5., 10.), (0., 10.), (0., 5.)];
        ring(&round.map(|(dx, dy)| (x + dx, y + dy)))
    });
    Draft::new(shapes, Locks::default(), Metric::Plane)
}

fn random_edit(draft: &Draft, kind: u8, n: [usize; 3], r: [f64; 4]) -> Edit {
    let present: Vec<usize> = (0..draft.len()).filter(|f| draft.shape(*f).is_some()).collect();
    let feature = present[n[0] % present.len()];
    let shape = &draft.shape(feature).unwrap().0[0];
    let ring = &shape.exterior().0;
    let place = n[1] % (ring.len() - 1);
    let (a, b) = (ring[place], ring[place + 1]);
    let near = |c: Coord, reach: f64| at(c.x + reach * r[0], c.y + reach * r[1]);
    let middle = (a + b) / 2.0;
    match kind % 6 {
        0 => Edit::Move { at: a, to: near(a, 6.0) },
        1 => Edit::Insert { edge: [a, b], at: near(middle, 1.0) },
        2 => Edit::Delete { at: a },
        3 => Edit::Split {
            feature,
            line: LineString(vec![near(a, 9.0), middle, at(middle.x + 25.0 * r[2], middle.y + 25.0 * r[3])]),
        },
        4 => Edit::Merge { features: vec![feature, present[n[2] % present.len()]] },
        _ => {
            let c = near(middle, 3.0);
            let piece = [(-2., -2.), (3. * r[2].abs() + 1., -1.), (2., 2. + r[3].abs()), (-2., 1.)];
            let piece = ring_of(&piece.map(|(dx, dy)| (c.x + dx, c.y + dy)));
            Edit::HandOver { from: feature, to: present[n[2] % present.len()], piece }
        }
    }
}

fn ring_of(points: &[(f64, f64)]) -> Polygon {
    ring(points).0.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn random_edits_leave_a_sound_coverage_or_are_refused(
        steps in prop::collection::vec(
            (any::<u8>(), prop::array::uniform3(0..1000usize), prop::array::uniform4(-1.0..1.0f64)), 1..25),
    ) {
        let mut draft = grid(3);
        let whole = |draft: &Draft| (0..draft.len()).map(|f| area(draft, f)).sum::<f64>();
        let mut undo = Vec::new();
        let first: Vec<_> = (0..draft.len()).map(|f| draft.shape(f).cloned()).collect();
        for (kind, n, r) in steps {
            let edit = random_edit(&draft, kind, n, r);
            if let Ok(answer) = draft.plan(&edit) {
                let inner = !matches!(edit, Edit::Move { .. } | Edit::Insert { .. } | Edit::Delete { .. });
                let before = whole(&draft);
                draft.apply(&answer).unwrap();
                sound(&draft);
                // What only moves borders within the coverage loses no ground.
                prop_assert!(!inner || (whole(&draft) - before).abs() < 1e-2, "{:?}", edit);
                undo.push(answer.inverse());
            }
        }
        no_errors(&draft);
        for answer in undo.iter().rev() {
            draft.apply(answer).unwrap();
        }
        for (feature, shape) in first.iter().enumerate() {
            prop_assert_eq!(draft.shape(feature), shape.as_ref());
        }
        prop_assert!((first.len()..draft.len()).all(|feature| draft.shape(feature).is_none()));
    }
}

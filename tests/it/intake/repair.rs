//! Areas whose outline crosses itself.

use boundstone::intake::Invalid;
use geo::{Area as _, CoordsIter as _};

use super::*;

#[test]
fn polygons_that_cross_themselves_are_repaired_kept_or_refused() {
    let bow: Geometry =
        polygon![(x: 102., y: 25.), (x: 102.2, y: 25.2), (x: 102.2, y: 25.), (x: 102., y: 25.2)].into();
    let rows = [(json!(["结"]), Some(bow.clone()))];
    let planned = |snapshot: &Snapshot, invalid| {
        let options = ImportOptions { invalid, ..options(Layer::Compound) };
        plan(snapshot, &mut table(&["name"], &rows), &options).unwrap()
    };
    let shape = |plan: &ImportPlan| plan.changes[0].after().unwrap().geometry.clone().unwrap();

    let kept = planned(&empty(), Invalid::Keep);
    assert_eq!(kept.counts, counts(1, 0, 0, 0));
    let finding = &kept.findings.kept[0];
    assert_eq!(finding.rule, "import.invalid_polygon");
    let at = finding.spot.at.unwrap();
    assert!((at[0] - 102.1).abs() < 1e-9 && (at[1] - 25.1).abs() < 1e-9, "{at:?}");
    assert_eq!(geometry::coord_count(&shape(&kept)), geometry::coord_count(&bow));

    let repaired = planned(&empty(), Invalid::Repair);
    assert_eq!(repaired.counts, counts(1, 0, 0, 0));
    assert_eq!(repaired.findings.kept[0].rule, "import.repaired_polygon");
    let Geometry::MultiPolygon(halves) = (*shape(&repaired)).clone() else { panic!() };
    assert_eq!(halves.0.len(), 2);
    assert!((halves.unsigned_area() - 0.02).abs() < 1e-9, "{}", halves.unsigned_area());
    let corners: Vec<_> = bow.coords_iter().collect();
    assert!(
        corners.iter().all(|corner| halves.coords_iter().any(|c| c == *corner)),
        "corners stay bit for bit"
    );
    let after = stored(&empty(), &repaired);
    assert_eq!(planned(&after, Invalid::Repair).counts, counts(0, 0, 1, 0), "again changes nothing");

    let refused = planned(&empty(), Invalid::Refuse);
    assert_eq!(refused.counts, counts(0, 0, 0, 1));
}

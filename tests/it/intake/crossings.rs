//! Roads of a drawing cut where they cross.

use super::*;

fn road(coords: &[(f64, f64)]) -> Option<Geometry> {
    let line: geo_types::LineString =
        coords.iter().map(|(x, y)| (102.7 + x * 1e-3, 25.0 + y * 1e-3)).collect();
    Some(line.into())
}

fn splitting() -> ImportOptions {
    ImportOptions { split_crossings: true, ..options(Layer::Road) }
}

#[test]
fn roads_are_cut_at_crossings_and_bridges_stay_whole() {
    let columns = ["name", "code", "Layer", "bridge"];
    let rows = [
        (json!(["东风路", "L1", "道路中心线", null]), road(&[(0., 0.), (4., 0.)])),
        (json!(["北京路", "L2", "道路中心线", null]), road(&[(1., -1.), (1., 1.)])),
        (json!(["二环高架", "L3", "高架桥", null]), road(&[(2., -1.), (2., 1.)])),
        (json!(["跨线桥", "L4", "道路中心线", true]), road(&[(3., -1.), (3., 1.)])),
    ];
    let plan1 = plan(&empty(), &mut table(&columns, &rows), &splitting()).unwrap();
    assert_eq!(plan1.counts, counts(6, 0, 0, 0));
    assert_eq!(plan1.origin["split_crossings"], true);
    let finding = plan1.findings.kept.iter().find(|f| f.rule == "import.split_crossings").unwrap();
    assert!(finding.what.zh.starts_with("在 1 处路口断开：2 条线成为 4 段；2 条"), "{}", finding.what.zh);
    let found: Vec<_> = plan1.changes.iter().map(|c| c.after().unwrap()).collect();
    let told: Vec<_> =
        found.iter().map(|r| (r.label().unwrap(), r.code.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        told,
        [
            ("东风路", "L1"),
            ("东风路", ""),
            ("北京路", "L2"),
            ("北京路", ""),
            ("二环高架", "L3"),
            ("跨线桥", "L4")
        ]
    );
    let extra = found[1].extra.as_ref().unwrap();
    assert_eq!(extra["split"], json!({"piece": 2, "of": 2, "from": "L1"}));
    assert_eq!(extra["Layer"], "道路中心线");

    let after = stored(&empty(), &plan1);
    let again = plan(&after, &mut table(&columns, &rows), &splitting()).unwrap();
    assert_eq!(again.counts, counts(0, 0, 6, 0), "again changes nothing");

    let whole = plan(&empty(), &mut table(&columns, &rows), &options(Layer::Road)).unwrap();
    assert_eq!(whole.counts, counts(4, 0, 0, 0), "only when asked");
    let wrong = ImportOptions { split_crossings: true, ..options(Layer::Facility) };
    assert!(matches!(
        plan(&empty(), &mut table(&columns, &[]), &wrong),
        Err(ImportError::NoLines(Layer::Facility))
    ));
}

/// The streets of Xi'an as a drawing has them: whole lines that cross.
#[test]
fn a_town_of_streets_is_cut_in_time() {
    let Some(folder) = shared("data/roads-xian-gotrackit") else { return };
    let Some(path) = shapefile_below(&folder) else { return };
    let mut source = formats::open(&path, &ReadOptions::default()).unwrap();
    let started = std::time::Instant::now();
    let asked = ImportOptions { crs: Some(Crs::REGISTER), ..splitting() };
    let plan1 = plan(&empty(), source.as_mut(), &asked).unwrap();
    eprintln!("{:?} {:?} {:?}", path.file_name(), plan1.counts, started.elapsed());
    for finding in plan1.findings.kept.iter().filter(|f| f.rule == "import.split_crossings") {
        eprintln!("{}", finding.what.zh);
    }
    assert!(plan1.counts.new > 0);
    let after = stored(&empty(), &plan1);
    let mut source = formats::open(&path, &ReadOptions::default()).unwrap();
    let again = plan(&after, source.as_mut(), &asked).unwrap();
    assert_eq!((again.counts.new, again.counts.changed), (0, 0), "again changes nothing");
}

fn shapefile_below(folder: &Path) -> Option<std::path::PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "shp") && path.to_string_lossy().contains("link")
            {
                return Some(path);
            }
        }
    }
    None
}

//! OpenStreetMap extracts, counted against what independent readers found in them.

use super::*;
use geo_types::Geometry;

fn layer(path: &Path, name: &str) -> Got {
    read_with(path, &ReadOptions { layer: Some(name.into()), ..ReadOptions::default() })
}

fn tagged(got: &Got, column: &str, value: &str) -> usize {
    (0..got.features.len()).filter(|row| got.text(*row, column) == value).count()
}

#[test]
fn monaco_xml_has_its_streets_and_buildings() {
    let Some(path) = shared("data/osm-monaco-with-dem/monaco.osm.gz") else { return };
    let Err(FormatError::ChooseLayer { layers, .. }) = open(&path, &ReadOptions::default()) else {
        panic!("a theme is to be chosen")
    };
    assert_eq!(layers, ["roads", "water", "buildings", "barriers", "places", "landuse", "boundaries"]);
    let roads = layer(&path, "roads");
    assert_eq!(roads.crs, DeclaredCrs::Known(Crs::Epsg(4326)));
    // Counted in the XML itself. Some ways have not two nodes in the file.
    assert_eq!(roads.features.len() + roads.refused.len(), 866);
    assert_eq!(tagged(&roads, "highway", "footway"), 230);
    assert_eq!(tagged(&roads, "highway", "steps"), 82);
    assert_eq!(tagged(&roads, "highway", "pedestrian"), 37);
    assert!(roads.features.iter().all(|f| matches!(f.geometry, Some(Geometry::LineString(_)))));
    let buildings = layer(&path, "buildings");
    assert_eq!(buildings.features.len() + buildings.refused.len(), 962 + 4, "ways and relations");
    let boundaries = layer(&path, "boundaries");
    // Two wards close; the third has a line too many and is refused in words, as are the edges of France.
    assert_eq!(tagged(&boundaries, "admin_level", "10"), 2);
    assert!(tagged(&boundaries, "name", "Monaco") >= 2, "the state and the municipality");
    assert!(boundaries.rules().contains(&"import.rings"));
    for name in ["water", "barriers", "places", "landuse"] {
        let got = layer(&path, name);
        assert!(!got.features.is_empty(), "{name}");
        assert!(got.features.iter().all(|f| f.geometry.is_some()), "{name}");
    }
}

#[test]
fn porto_and_andorra_pbf_have_their_streets() {
    let Some(porto) = shared("data/osm-small-networks/porto_portugal.osm.pbf") else { return };
    let roads = layer(&porto, "roads");
    assert_eq!(roads.features.len() + roads.refused.len(), 51_349);
    for (kind, count) in [("residential", 24_692), ("pedestrian", 2_039), ("footway", 1_577)] {
        let read = tagged(&roads, "highway", kind);
        assert!(read <= count && read + roads.refused.len() >= count, "{kind}: {read}");
    }
    let Some(andorra) = shared("data/osm-andorra-with-dem/andorra.osm.pbf") else { return };
    let from_pbf = layer(&andorra, "roads");
    assert_eq!(from_pbf.features.len() + from_pbf.refused.len(), 1_615);
    let Some(xml) = shared("data/osm-andorra-with-dem/andorra.osm.gz") else { return };
    let boundaries = layer(&xml, "boundaries");
    assert!(tagged(&boundaries, "admin_level", "7") >= 6, "the parishes of Andorra");
}

#[test]
fn relations_become_areas_with_holes_and_broken_ones_are_said() {
    let nodes: String = [(0, 0), (4, 0), (4, 4), (0, 4), (1, 1), (2, 1), (2, 2), (9, 9)]
        .iter()
        .enumerate()
        .map(|(id, (x, y))| format!("<node id='{}' lon='{x}' lat='{y}'/>", id + 1))
        .collect();
    let way = |id: u32, refs: &[u32], tags: &str| {
        let refs: String = refs.iter().map(|r| format!("<nd ref='{r}'/>")).collect();
        format!("<way id='{id}'>{refs}{tags}</way>")
    };
    let ways = way(1, &[1, 2, 3], "")
        + &way(2, &[1, 4, 3], "")
        + &way(3, &[5, 6, 7, 5], "")
        + &way(4, &[1, 8, 99], "");
    let relation = |id: u32, ways: &[u32], name: &str| {
        let members: String =
            ways.iter().map(|w| format!("<member type='way' ref='{w}' role=''/>")).collect();
        format!(
            "<relation id='{id}'>{members}<tag k='type' v='multipolygon'/><tag k='natural' v='water'/><tag k='name' v='{name}'/></relation>"
        )
    };
    let text = format!(
        "<?xml version='1.0'?><osm version='0.6'>{nodes}{ways}{}{}</osm>",
        relation(1, &[1, 3, 2], "翠湖 &amp; 池"),
        relation(2, &[4, 77], "破")
    );
    let (_a, path) = written("a.osm", &text);
    let got = layer(&path, "water");
    assert_eq!((got.features.len(), got.refused.len()), (1, 1));
    let Some(Geometry::MultiPolygon(area)) = &got.features[0].geometry else { panic!("no area") };
    assert_eq!((area.0.len(), area.0[0].interiors().len()), (1, 1));
    assert_eq!(got.text(0, "name"), "翠湖 & 池");
    assert_eq!(got.text(0, "osm_id"), "relation/1");
    assert_eq!(got.rules(), ["import.rings", "import.row"]);
    for end in [0, 10, text.len() / 2, text.len() - 3] {
        let (_b, path) = written("b.osm", &text[..text.floor_char_boundary(end)]);
        let options = ReadOptions { layer: Some("water".into()), ..ReadOptions::default() };
        if let Ok(source) = open(&path, &options) {
            drain(source);
        }
    }
    let (_c, path) = written("c.pbf", [0, 0, 0, 9, 1, 2, 3]);
    let options = ReadOptions { layer: Some("roads".into()), ..ReadOptions::default() };
    assert!(matches!(open(&path, &options), Err(FormatError::Broken { .. })));
}

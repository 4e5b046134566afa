//! What lies in zip archives for GDAL: MapInfo's tables, several files at once, names as a Chinese Windows writes them.

use std::io::Write as _;
use std::process::Command;

use super::*;
use boundstone::formats::list_layers;
use boundstone::formats::ogr::Worker;

const MIF: &str = "Version 300\nCharset \"Neutral\"\nDelimiter \",\"\nCoordSys Earth Projection 1, 0\nColumns 2\n  \
    name Char(20)\n  n Integer\nData\n\nPoint 102.7 25.03\nPoint 102.71 25.04\n";
const MID: &str = "\"a\",1\n\"b\",2\n";

fn worker() -> Worker {
    Worker { executable: Some(env!("CARGO_BIN_EXE_boundstone").into()), ..Worker::default() }
}

/// An archive; `gbk` names are written without saying so, as Windows does.
fn zipped(path: &Path, files: &[(&str, &[u8])], gbk: bool) {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut renamed = Vec::new();
    for (at, (name, bytes)) in files.iter().enumerate() {
        let real = encoding_rs::GBK.encode(name).0.into_owned();
        // Names stand in for it that are as long, and are overwritten below.
        let stand_in = format!("{at:0width$}", width = real.len());
        let written = if gbk { stand_in.as_str() } else { name };
        zip.start_file(written, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
        renamed.push((stand_in.into_bytes(), real));
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    for (stand_in, real) in renamed.iter().filter(|_| gbk) {
        // Once before the file, once in the directory.
        let length = u16::try_from(real.len()).unwrap().to_le_bytes();
        for (header, name, size) in [(b"PK\x03\x04", 30, 26), (b"PK\x01\x02", 46, 28)] {
            let at = (0..bytes.len() - name).find(|at| {
                bytes[*at..].starts_with(header)
                    && bytes[at + size..].starts_with(&length)
                    && bytes[at + name..].starts_with(stand_in)
            });
            bytes[at.unwrap() + name..][..real.len()].copy_from_slice(real);
        }
    }
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn mapinfo_is_read_out_of_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    for (at, gbk) in [false, true].into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.zip"));
        zipped(&path, &[("数据/点.MID", MID.as_bytes()), ("数据/点.MIF", MIF.as_bytes())], gbk);
        let layers = worker().layers(&path).unwrap();
        assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["点"]);
        let got = drain(worker().open(&path, None).unwrap());
        assert_eq!((got.features.len(), got.text(1, "name")), (2, "b"));
    }
}

#[test]
fn mapinfo_tables_of_several_files_are_read_out_of_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("点.mif"), MIF).unwrap();
    std::fs::write(at("点.mid"), MID).unwrap();
    let made = Command::new("ogr2ogr")
        .args(["-f", "MapInfo File", "路.tab", "点.mif"])
        .current_dir(folder.path())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no ogr2ogr here to make a .tab with");
        return;
    }
    let part = |ending: &str| std::fs::read(at(&format!("路.{ending}"))).unwrap();
    let (tab, dat, map, id) = (part("tab"), part("dat"), part("map"), part("id"));
    let path = at("c.zip");
    zipped(&path, &[("路.TAB", &tab), ("路.DAT", &dat), ("路.MAP", &map), ("路.ID", &id)], true);
    let got = drain(worker().open(&path, None).unwrap());
    assert_eq!((got.features.len(), got.text(0, "name")), (2, "a"));
    assert!(got.features.iter().all(|feature| feature.geometry.is_some()));
}

#[test]
fn several_files_of_an_archive_are_several_layers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let kml = |name: &str| {
        format!(
            "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>{name}</name>\
             <Point><coordinates>102.7,25.0</coordinates></Point></Placemark></Document></kml>"
        )
    };
    let (a, b) = (kml("甲"), kml("乙"));
    zipped(
        &path,
        &[
            ("a/甲.kml", a.as_bytes()),
            ("乙.kml", b.as_bytes()),
            ("坏.mif", b"nothing"),
            ("点.mif", MIF.as_bytes()),
            ("点.mid", MID.as_bytes()),
        ],
        false,
    );
    let layers: Vec<String> = worker().layers(&path).unwrap().into_iter().map(|layer| layer.name).collect();
    assert_eq!(layers, ["a/甲", "乙", "坏", "点"]);
    let got = drain(worker().open(&path, Some("乙")).unwrap());
    assert_eq!(got.text(0, "Name"), "乙");
    assert_eq!(drain(worker().open(&path, Some("点")).unwrap()).features.len(), 2);
    assert!(matches!(worker().open(&path, None), Err(FormatError::ChooseLayer { .. })));
    assert!(matches!(worker().open(&path, Some("丙")), Err(FormatError::NoSuchLayer { .. })));
    assert!(worker().open(&path, Some("坏")).is_err());
}

#[test]
fn what_must_be_converted_says_so_from_within_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    for (name, word) in [("图/路网.DWG", "DXF"), ("普查.mdb", "xlsx")] {
        let path = folder.path().join("a.zip");
        zipped(&path, &[(name, b"anything"), ("说明.txt", b"x")], false);
        let Err(error) = list_layers(&path, &ReadOptions::default()) else { panic!("{name}") };
        assert!(error.sentence().zh.contains(word), "{name}: {error}");
    }
}

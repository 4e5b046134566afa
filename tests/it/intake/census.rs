//! Census folders: a table and media named by place code.

use std::io::Write as _;

use boundstone::attachments::{Attachments, BringError};
use boundstone::model::layers::BoundaryMarker;

use super::*;

const TABLE: &str =
    "地名代码,标准名称,类别\n53010200001,翠湖,湖泊\n53010200002,文林街,街巷\n53010200003,圆通山,山\n";
const MEDIA: [&str; 5] = [
    "照片/53010200001_1.jpg",
    "照片/53010200001_2.JPG",
    "录音/53010200002文林街.mp3",
    "文档/53010200003 (1).pdf",
    "照片/IMG_0001.jpg",
];

fn check(path: &Path) {
    let options = ImportOptions::new(Layer::Place, "普查", today());
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    let plan1 = plan(&empty(), source.as_mut(), &options).unwrap();
    assert_eq!(plan1.counts, counts(3, 0, 0, 0), "{:#?}", plan1.findings.kept);
    let media: Vec<Json> =
        plan1.changes.iter().map(|c| c.after().unwrap().extra.as_ref().unwrap()["media"].clone()).collect();
    assert_eq!(
        media,
        [
            json!([
                {"file": "照片/53010200001_1.jpg", "kind": "image"},
                {"file": "照片/53010200001_2.JPG", "kind": "image"}
            ]),
            json!([{"file": "录音/53010200002文林街.mp3", "kind": "audio"}]),
            json!([{"file": "文档/53010200003 (1).pdf", "kind": "document"}]),
        ]
    );
    let alone = plan1.findings.kept.iter().find(|f| f.rule == "import.media_alone").unwrap();
    assert_eq!((alone.evidence.as_deref(), alone.count), (Some("照片/IMG_0001.jpg"), 1));
    let told = plan1.findings.kept.iter().find(|f| f.rule == "import.media").unwrap();
    assert!(told.what.zh.starts_with("4 个"), "{}", told.what.zh);
    let after = stored(&empty(), &plan1);
    let mut source = formats::open(path, &ReadOptions::default()).unwrap();
    assert_eq!(plan(&after, source.as_mut(), &options).unwrap().counts, counts(0, 0, 3, 0));
}

#[test]
fn media_are_linked_to_the_rows_whose_code_they_bear() {
    let folder = tempfile::tempdir().unwrap();
    let census = folder.path().join("普查");
    for name in MEDIA {
        let path = census.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"x").unwrap();
    }
    std::fs::write(census.join("地名.csv"), TABLE).unwrap();
    check(&census);

    let path = folder.path().join("普查.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, bytes) in MEDIA.iter().map(|name| (*name, "x")).chain([("地名.csv", TABLE)]) {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    check(&path);
}

#[test]
fn of_several_tables_one_is_chosen_and_a_folder_without_any_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.jpg"), b"x").unwrap();
    let refused = formats::open(folder.path(), &ReadOptions::default()).err().unwrap();
    assert!(matches!(refused, formats::FormatError::Broken { .. }), "{refused}");
    for name in ["甲.csv", "乙.csv", "~$甲.xlsx"] {
        std::fs::write(folder.path().join(name), TABLE).unwrap();
    }
    let asked = formats::open(folder.path(), &ReadOptions::default()).err().unwrap();
    let formats::FormatError::ChooseLayer { layers, .. } = asked else { panic!("{asked}") };
    assert_eq!(layers, ["乙.csv", "甲.csv"]);
    let chosen = ReadOptions { layer: Some("甲.csv".into()), encoding: None };
    assert!(formats::open(folder.path(), &chosen).is_ok());
}

/// A picture of one pixel, told from others by its last bytes.
fn pixel(mark: u8) -> Vec<u8> {
    let mut png = vec![0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13];
    png.extend(b"IHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0");
    png.push(mark);
    png
}

#[test]
fn pictures_get_the_names_under_which_they_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let census = folder.path().join("普查");
    std::fs::create_dir_all(census.join("照片")).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(census.join("照片").join(name), bytes).unwrap();
    put("53010200001_1.jpg", &pixel(1));
    put("53010200001_2.png", b"no picture at all");
    put("53010200002.pdf", b"%PDF-1.4 a paper");
    put("53010200003.png", &vec![0x89; (20 << 20) + 1]);
    put("53010200003.mp3", b"x");
    std::fs::write(census.join("地名.csv"), TABLE).unwrap();
    let options = ImportOptions::new(Layer::Place, "普查", today());
    let open = || formats::open(&census, &ReadOptions::default()).unwrap();
    let made = plan(&empty(), open().as_mut(), &options).unwrap();
    let named: Vec<String> =
        made.media.iter().map(|(file, name)| format!("{} {}", file.path, name.title())).collect();
    assert_eq!(named, ["照片/53010200001_1.jpg 53010200001_1", "照片/53010200002.pdf 53010200002"]);
    assert_eq!(made.media_listed(), made.media);
    let entry = made.media[0].1.to_string();
    assert!(entry.ends_with(".png"), "what it is, its bytes say: {entry}");
    let media = |record: &Record| record.extra.as_ref().unwrap()["media"].clone();
    assert_eq!(
        media(made.changes[0].after().unwrap()),
        json!([
            { "file": "照片/53010200001_1.jpg", "kind": "image", "kept": entry },
            { "file": "照片/53010200001_2.png", "kind": "image" },
        ])
    );
    let left: Vec<&str> = made
        .findings
        .kept
        .iter()
        .filter(|f| f.rule == "import.media_left")
        .map(|f| f.what.zh.as_str())
        .collect();
    assert!(
        left.iter().any(|zh| zh.contains("20 MB")) && left.iter().any(|zh| zh.contains("JPEG")),
        "{left:?}"
    );
    // Copied in, bit for bit; a file that has changed since is no longer what was planned.
    let kept = Attachments::beside(&[folder.path().join("r.gpkg")]);
    kept.bring(open().as_mut(), &made.media, &mut |_| true).unwrap();
    assert_eq!(kept.read(&made.media[0].1).unwrap(), pixel(1));
    put("53010200001_1.jpg", &pixel(2));
    let other = Attachments::default();
    let refused = other.bring(open().as_mut(), &made.media, &mut |_| true).unwrap_err();
    assert!(matches!(refused, BringError::Changed(_)), "{refused}");
    // The new picture comes beside the old one, which the table takes not away; then nothing is left to do.
    let after = stored(&empty(), &made);
    let again = plan(&after, open().as_mut(), &options).unwrap();
    assert_eq!(again.counts, counts(0, 1, 2, 0));
    let items = media(again.changes[0].after().unwrap());
    assert_eq!(items.as_array().unwrap().len(), 3, "{items}");
    assert_eq!(items[2]["kept"], entry);
    let settled = stored(&after, &again);
    assert_eq!(plan(&settled, open().as_mut(), &options).unwrap().counts, counts(0, 0, 3, 0));
}

#[test]
fn a_column_of_pictures_names_files_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("界桩.zip");
    let table = "界桩全号,界桩号,照片\n5301020000001Q,001,东.jpg;不在.jpg\n5301020000002Q,002,\n";
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&zip).unwrap());
    for (name, bytes) in
        [("界桩.csv", table.as_bytes()), ("照片/东.JPG", &pixel(1)), ("5301020000002Q_1.png", &pixel(2))]
    {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    let options = ImportOptions::new(Layer::BoundaryMarker, "界桩", today());
    let open = || formats::open(&zip, &ReadOptions::default()).unwrap();
    let made = plan(&empty(), open().as_mut(), &options).unwrap();
    let photos: Vec<Vec<String>> = made
        .changes
        .iter()
        .map(|change| change.after().unwrap().read::<BoundaryMarker>().unwrap().photos)
        .collect();
    let by_title =
        |title: &str| made.media.iter().find(|(_, name)| name.title() == title).unwrap().1.to_string();
    assert_eq!(photos[0], [by_title("东"), "不在.jpg".to_owned()]);
    assert_eq!(photos[1], [by_title("5301020000002Q_1")]);
    let kept = Attachments::default();
    kept.bring(open().as_mut(), &made.media_listed(), &mut |_| true).unwrap();
    assert_eq!(kept.read(&made.media[0].1).unwrap().len(), pixel(1).len());
}

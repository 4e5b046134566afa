//! Census folders: a table and media named by place code.

use std::io::Write as _;

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

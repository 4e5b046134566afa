//! Forms filled: names across runs, rows, pictures, what is hostile.

use std::collections::BTreeMap;

use super::super::fields::{Drawing, Fields, Texts};
use super::archive;
use super::*;

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";

fn form(body: &str) -> Vec<u8> {
    let document =
        format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body>{body}</w:body></w:document>");
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("word/document.xml", document.as_str()),
        ("word/other.bin", "{{东经}}"),
    ];
    archive::write(&parts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))).unwrap()
}

fn fields() -> Fields {
    let row =
        |name: &str, metres: &str| Texts::from([("名称", name.to_owned()), ("距离", metres.to_owned())]);
    Fields {
        texts: Texts::from([
            ("东经", "102°42′15.48″E".to_owned()),
            ("备注", "第一行\n<第二行> & \u{1}".to_owned()),
            ("高程", String::new()),
        ]),
        rows: BTreeMap::from([
            ("方位物", vec![row("电杆", "12.3"), row("屋角", "45.6")]),
            ("变动", Vec::new()),
        ]),
        drawings: BTreeMap::from([("略图", Drawing { svg: String::new(), width_mm: 75.0, height_mm: 50.0 })]),
        may_lack: Vec::new(),
    }
}

fn filled(body: &str) -> (String, Filled) {
    let draw = |_: &'static str| Ok((vec![1, 2, 3], 75.0, 50.0));
    let done = fill("form.docx", &form(body), &fields(), &draw).unwrap();
    let parts = archive::read(&done.bytes).unwrap();
    let text = |name: &str| {
        let found = parts.iter().find(|(own, _)| own == name);
        found.map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap()).unwrap_or_default()
    };
    assert_eq!(text("word/other.bin"), "{{东经}}", "other parts stay as they are");
    let all = parts.iter().map(|(name, _)| text_or_name(name, &text(name))).collect::<String>();
    (text("word/document.xml") + &all.replace("word/document.xml", ""), done)
}

fn text_or_name(name: &str, text: &str) -> String {
    if name.ends_with(".rels") || name.starts_with('[') { text.to_owned() } else { name.to_owned() }
}

fn run(text: &str) -> String {
    format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>")
}

#[test]
fn names_split_over_runs_are_found_and_the_rest_stays() {
    let body = format!("<w:p>{}{}{}{}</w:p>", run("经度：{"), run("{东"), run("经}"), run("}，完 &amp; 了"));
    let (text, done) = filled(&body);
    assert!(text.contains("经度：102°42′15.48″E"), "{text}");
    assert!(text.contains("，完 &amp; 了") && !text.contains("{{") && !text.contains("}}"), "{text}");
    assert_eq!((done.empty.len(), done.unknown.len()), (0, 0));
    assert_eq!(text.matches("<w:b/>").count(), 4);
}

#[test]
fn what_is_not_there_is_blank_and_listed() {
    let body =
        format!("<w:p>{}</w:p><w:p>{}</w:p>", run("[{{高程}}][{{海拔}}][{{ 高程 }}]"), run("没关上 {{东经"));
    let (text, done) = filled(&body);
    assert!(text.contains("[][][]") && text.contains("没关上 东经"), "{text}");
    assert_eq!(done.empty, ["高程"]);
    assert_eq!(done.unknown, ["海拔", "{{"]);
}

#[test]
fn values_cannot_break_the_file_and_keep_their_lines() {
    let (text, _) = filled(&format!("<w:p>{}</w:p>", run("{{备注}}")));
    assert!(text.contains("第一行</w:t><w:br/>"), "{text}");
    assert!(text.contains("&lt;第二行&gt; &amp; </w:t>"), "{text}");
}

#[test]
fn rows_are_repeated_and_blank_ones_stay() {
    let cell = |text: &str| format!("<w:tc><w:p>{}</w:p></w:tc>", run(text));
    let row = |name: &str, metres: &str| format!("<w:tr>{}{}</w:tr>", cell(name), cell(metres));
    let table = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row("名称", "距离"),
        row("{{方位物.名称}}", "{{方位物.距离}} m {{东经}}"),
        row("{{变动.日期}}", "{{变动.内容}}")
    );
    let (text, done) = filled(&table);
    assert_eq!(text.matches("<w:tr>").count(), 4, "{text}");
    let order: Vec<usize> = ["电杆", "12.3", "屋角", "45.6"].map(|word| text.find(word).unwrap()).to_vec();
    assert!(order.is_sorted() && text.matches("102°").count() == 2);
    assert!(done.unknown.is_empty() && !text.contains("{{"), "{done:?}");
}

#[test]
fn a_picture_is_put_in_with_its_relation_and_type() {
    let (text, _) = filled(&format!("<w:p>{}</w:p>", run("见图{{图:略图}}。")));
    assert!(text.contains("r:embed=\"rIdBoundstone1\"") && text.contains("cx=\"2700000\""), "{text}");
    assert!(text.contains("Id=\"rIdBoundstone1\"") && text.contains("Extension=\"png\""), "{text}");
    assert!(text.contains("word/media/boundstone1.png"));
}

#[test]
fn hostile_files_are_refused_with_a_reason() {
    let draw = |_: &'static str| Ok((Vec::new(), 1.0, 1.0));
    let deep = "<w:a>".repeat(500) + &"</w:a>".repeat(500);
    for bytes in [
        b"not a zip".to_vec(),
        form("<w:p>"),
        form(&deep),
        archive::write(&[(
            "word/document.xml".to_owned(),
            b"<!DOCTYPE x [<!ENTITY a \"b\">]><w:p/>".to_vec(),
        )])
        .unwrap(),
        archive::write(&[("other.xml".to_owned(), b"<a/>".to_vec())]).unwrap(),
    ] {
        let failed = fill("form.docx", &bytes, &fields(), &draw);
        assert!(matches!(failed, Err(DocumentsError::Template { .. })), "{failed:?}");
    }
}

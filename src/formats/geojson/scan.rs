//! Finds where features stand in a GeoJSON text, without reading them. One pass over the bytes, no recursion.

use std::ops::Range;

/// Where things stand in the text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// features or bare geometries
    pub parts: Vec<Range<usize>>,
    /// value of the `crs` member
    pub crs: Option<Range<usize>>,
    /// value of the member that our own writer adds
    pub own: Option<Range<usize>>,
    /// the text ends before its brackets do
    pub cut: bool,
}

/// Looks through a text: one FeatureCollection, one feature or geometry, an array of features, or several
/// values one after another (one per line, with or without record separators). `None` if it is nothing of that kind.
pub(super) fn layout(text: &str) -> Option<Layout> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    let mut layout = Layout::default();
    let mut collection = false;
    while scanner.skip_space() {
        match scanner.bytes[scanner.at] {
            b'{' => collection |= scanner.object(&mut layout),
            b'[' => {
                collection = true;
                scanner.array(&mut layout);
            }
            _ => break,
        }
        if layout.cut {
            break;
        }
    }
    (collection || !layout.parts.is_empty()).then_some(layout)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Steps over white space, commas between values and record separators; false at the end.
    fn skip_space(&mut self) -> bool {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e => self.at += 1,
                0xef if self.bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 3,
                _ => return true,
            }
        }
        false
    }

    /// Steps over a string; false if the text ends in it.
    fn string(&mut self) -> bool {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => return true,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        self.at = self.at.min(self.bytes.len());
        false
    }

    /// Steps over any value; false if the text ends in it.
    fn value(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    if !self.string() {
                        return false;
                    }
                    if depth == 0 {
                        return true;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return true,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return true;
                    }
                }
                b',' if depth == 0 => return true,
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    /// Reads the members of a top object; true if it is a FeatureCollection (which may be empty).
    fn object(&mut self, layout: &mut Layout) -> bool {
        let start = self.at;
        self.at += 1;
        let (mut collection, mut other, mut kind) = (false, false, String::new());
        // An object of objects, by some key: a table.
        let mut objects = Vec::new();
        loop {
            if !self.skip_space() {
                layout.cut = true;
                break;
            }
            match self.bytes[self.at] {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b'"' => {}
                _ => {
                    // Not JSON: the parser is to say so of this part.
                    layout.cut |= !self.value();
                    self.at += 1;
                    other = true;
                    continue;
                }
            }
            let key = self.at;
            if !self.string() {
                layout.cut = true;
                break;
            }
            let key = &self.bytes[key + 1..self.at - 1];
            self.skip_space();
            if self.bytes.get(self.at) == Some(&b':') {
                self.at += 1;
            }
            self.skip_space();
            let value = self.at;
            if key == b"features" && self.bytes.get(self.at) == Some(&b'[') {
                collection = true;
                self.array(layout);
                if layout.cut {
                    break;
                }
                continue;
            }
            if !self.value() {
                layout.cut = true;
                break;
            }
            match key {
                b"crs" => layout.crs = layout.crs.take().or(Some(value..self.at)),
                _ if key == super::OWN_MEMBER.as_bytes() => {
                    layout.own = layout.own.take().or(Some(value..self.at))
                }
                b"type" => kind = String::from_utf8_lossy(&self.bytes[value..self.at]).into_owned(),
                b"coordinates" | b"geometry" | b"geometries" => other = true,
                _ if self.bytes[value] == b'{' => objects.push(value..self.at),
                _ => {}
            }
        }
        // A feature that is cut off is left out; the cut is reported.
        if !collection && !layout.cut && (other || kind.contains("Feature\"")) {
            layout.parts.push(start..self.at);
        } else if !collection && !other && kind.is_empty() {
            layout.parts.extend(objects);
        }
        collection
    }

    fn array(&mut self, layout: &mut Layout) {
        self.at += 1;
        loop {
            if !self.skip_space() {
                layout.cut = true;
                return;
            }
            if self.bytes[self.at] == b']' {
                self.at += 1;
                return;
            }
            let start = self.at;
            if !self.value() {
                layout.cut = true;
                return;
            }
            if self.at == start {
                self.at += 1; // a stray bracket
            }
            layout.parts.push(start..self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        layout(text).map(|l| l.parts.into_iter().map(|r| &text[r]).collect()).unwrap_or_default()
    }

    #[test]
    fn finds_features_wherever_they_stand() {
        let text = r#"{"type":"FeatureCollection","name":"a]\"}","features":[ {"a":"}]"} ,{"b":[1,[2]]}],"crs":{"x":1}}"#;
        assert_eq!(parts(text), [r#"{"a":"}]"}"#, r#"{"b":[1,[2]]}"#]);
        assert_eq!(layout(text).and_then(|l| l.crs).map(|r| &text[r]), Some(r#"{"x":1}"#));
        assert_eq!(
            parts("{\"type\":\"Feature\",\"geometry\":null}\n\u{1e}{\"type\":\"Feature\",\"geometry\":1}")
                .len(),
            2
        );
        assert_eq!(parts(r#"{"coordinates":[1,2],"type":"Point"}"#).len(), 1);
        assert_eq!(layout(r#"{"type":"FeatureCollection","features":[]}"#), Some(Layout::default()));
        assert_eq!(layout(r#"{"a":1}"#), None);
        assert_eq!(parts(r#"{"1":{"a":2},"2":{"a":3}}"#).len(), 2);
        assert_eq!(layout(r#"{"type":"Topology","objects":{}}"#), None);
        assert_eq!(layout(""), None);
    }

    #[test]
    fn a_text_cut_anywhere_neither_panics_nor_hides_the_cut() {
        let text = r#"{"type":"FeatureCollection","features":[{"a":"é\"中"},{"b":[1,[2]]}]}"#;
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            if let Some(found) = layout(&text[..end]) {
                assert!(found.cut, "{}", &text[..end]);
            }
        }
        let deep = "[".repeat(1_000_000);
        assert!(layout(&deep).is_some_and(|l| l.cut));
    }
}

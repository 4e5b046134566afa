//! One member put into JSON text without touching anything else of it: coordinates keep every digit, members their
//! order, files their line ends. For text that was read as JSON already; anything odd is `None`.

use std::ops::Range;

/// Members of an object: the places of name (with its quotation marks) and value.
pub(super) fn members(text: &str, object: Range<usize>) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    let mut at = open(text, object.start, b'{')?;
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    loop {
        at = blank(bytes, at);
        match bytes.get(at)? {
            b'}' => return Some(found),
            b',' => at += 1,
            b'"' => {
                let name = at..value_end(bytes, at)?;
                at = blank(bytes, name.end);
                if bytes.get(at) != Some(&b':') {
                    return None;
                }
                let start = blank(bytes, at + 1);
                at = value_end(bytes, start)?;
                found.push((name, start..at));
            }
            _ => return None,
        }
    }
}

/// The places of an array's elements.
pub(super) fn elements(text: &str, array: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut at = open(text, array.start, b'[')?;
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    loop {
        at = blank(bytes, at);
        match bytes.get(at)? {
            b']' => return Some(found),
            b',' => at += 1,
            _ => {
                let start = at;
                at = value_end(bytes, at)?;
                found.push(start..at);
            }
        }
    }
}

/// What to replace in a feature, and by what, so that its property `zone` has a value.
pub(super) fn with_member(text: &str, feature: Range<usize>, zone: &str) -> Option<(Range<usize>, String)> {
    let named = |list: Vec<(Range<usize>, Range<usize>)>, wanted: &str| {
        list.into_iter().find(|(name, _)| &text[name.clone()] == wanted).map(|(_, value)| value)
    };
    let own = members(text, feature.clone())?;
    let Some(properties) = named(own, "\"properties\"") else {
        let at = open(text, feature.start, b'{')?;
        return Some((at..at, format!("\"properties\":{{\"zone\":{zone}}},")));
    };
    if text.as_bytes()[properties.start] != b'{' {
        return Some((properties, format!("{{\"zone\":{zone}}}")));
    }
    let known = members(text, properties.clone())?;
    let empty = known.is_empty();
    if let Some(value) = named(known, "\"zone\"") {
        return Some((value, zone.to_owned()));
    }
    let at = properties.end - 1;
    // Before the blanks that lead to the brace.
    let at = text[..at].trim_end().len();
    Some((at..at, format!("{}\"zone\":{zone}", if empty { "" } else { "," })))
}

fn blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
        at += 1;
    }
    at
}

fn open(text: &str, at: usize, brace: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    // A mark of byte order may stand before all.
    let at = if at == 0 && text.starts_with('\u{feff}') { 3 } else { at };
    let at = blank(bytes, at);
    (bytes.get(at) == Some(&brace)).then_some(at + 1)
}

/// Where the value that begins here ends.
fn value_end(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_u32);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
        if depth == 0 && bytes[at - 1] == b'"' {
            return Some(at);
        }
        // A number or a word ends where something else begins.
        if depth == 0 && bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(feature: &str) -> String {
        let (place, insert) = with_member(feature, 0..feature.len(), "7").unwrap();
        format!("{}{insert}{}", &feature[..place.start], &feature[place.end..])
    }

    #[test]
    fn nothing_but_the_zone_changes() {
        assert_eq!(
            marked(r#"{"type":"Feature","properties":{"a":[1,{"zone":2}],"b":"x\"}"},"geometry":null}"#),
            r#"{"type":"Feature","properties":{"a":[1,{"zone":2}],"b":"x\"}","zone":7},"geometry":null}"#
        );
        assert_eq!(
            marked(r#"{"properties": { }, "id": 1.10}"#),
            r#"{"properties": {"zone":7 }, "id": 1.10}"#
        );
        assert_eq!(marked(r#"{"properties":null}"#), r#"{"properties":{"zone":7}}"#);
        assert_eq!(marked(r#"{"id":1}"#), r#"{"properties":{"zone":7},"id":1}"#);
        assert_eq!(
            marked("{\"properties\": {\"zone\" : 3 ,\n \"b\":1}}"),
            "{\"properties\": {\"zone\" : 7 ,\n \"b\":1}}"
        );
    }

    #[test]
    fn elements_are_found_whatever_stands_in_them() {
        let text = "\u{feff}{ \"a\": \"features\", \"features\" : [ {\"b\":[]} , {} ,null, 1.5 ] }";
        let list = members(text, 0..text.len()).unwrap().remove(1).1;
        let found: Vec<&str> = elements(text, list).unwrap().into_iter().map(|one| &text[one]).collect();
        assert_eq!(found, ["{\"b\":[]}", "{}", "null", "1.5"]);
        assert!(elements("[1", 0..2).is_none() && members("[]", 0..2).is_none());
    }
}

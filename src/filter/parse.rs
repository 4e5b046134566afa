//! From text to the expression as CQL2 JSON, within bounds.
//!
//! The grammar tries a parenthesis first as a group and then as a list, so reading costs up to 2^depth,
//! and the parser goes as deep as the text wants. Length and depth are therefore bounded before, and
//! reading runs on a thread of its own with room enough for the deepest text of that length.

use serde_json::Value as Json;

use super::FilterError;

/// How a filter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `name LIKE '翠%'`
    Text,
    /// `{"op":"like","args":[{"property":"name"},"翠%"]}`
    Json,
}

/// Longest filter, bytes: a request's address is bounded to 8 KB anyway.
const LONGEST: usize = 8 * 1024;
/// Deepest nesting of parentheses in text.
const DEEPEST_TEXT: usize = 10;
/// Deepest nesting of operations.
const DEEPEST: usize = 40;
/// Stack of the reading thread, bytes: some kilobytes for each byte of the longest text, mapped when touched.
const STACK: usize = 128 * 1024 * 1024;

/// Reads a filter as CQL2 JSON, the same for both forms.
pub fn canonical(text: &str, form: Form) -> Result<Json, FilterError> {
    if text.len() > LONGEST {
        return Err(FilterError::Bounds("8 KB"));
    }
    if form == Form::Text && parentheses(text) > DEEPEST_TEXT {
        return Err(FilterError::Bounds("10 ( )"));
    }
    let failed = || FilterError::Syntax("?".into());
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || read(text, form));
        // A panic of the parser is one more way of not being readable.
        reading.map_err(|_| failed())?.join().map_err(|_| failed())?
    })
}

fn read(text: &str, form: Form) -> Result<Json, FilterError> {
    let short = |error: &dyn std::fmt::Display| {
        let plain = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        FilterError::Syntax(plain.chars().take(300).collect())
    };
    let read = match form {
        Form::Text => cql2::parse_text(text).map_err(|error| short(&error))?,
        Form::Json => cql2::parse_json(text).map_err(|error| short(&error))?,
    };
    if depth(&read) > DEEPEST {
        return Err(FilterError::Bounds("40"));
    }
    serde_json::to_value(&read).map_err(|error| short(&error))
}

/// Deepest nesting of parentheses outside of quotes.
fn parentheses(text: &str) -> usize {
    let (mut depth, mut deepest, mut quote) = (0usize, 0, None);
    for byte in text.bytes() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'(') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (None, b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn depth(expression: &cql2::Expr) -> usize {
    use cql2::Expr;
    let deepest = |parts: &[Box<Expr>]| parts.iter().map(|part| depth(part)).max().unwrap_or(0);
    1 + match expression {
        Expr::Operation { args: parts, .. }
        | Expr::Interval { interval: parts }
        | Expr::BBox { bbox: parts }
        | Expr::Array(parts) => deepest(parts),
        Expr::Timestamp { timestamp: part } | Expr::Date { date: part } => depth(part),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn hostile_text_is_refused_or_read_soon() {
        let begun = Instant::now();
        let cases = [
            "(".repeat(8000),
            format!("{}1", "(".repeat(10)),
            format!("{}1{}", "(".repeat(10), ",2)".repeat(10)),
            format!("{}a=1", "not ".repeat(2000)),
            format!("{}1=1", "-".repeat(8000)),
            format!("1{}=1", "-1".repeat(4000)),
            format!("a{}", "=a".repeat(4000)),
            format!("a=1{}", " and a=1".repeat(1000)),
            "f(".repeat(4000),
            format!("a = '{}", "'".repeat(8000)),
            "'".repeat(8001),
            format!("{}a{}", "casei(".repeat(10), ")".repeat(10)),
            "a".repeat(9000),
            "POLYGON((((((((((1 1))))))))))".into(),
            "S_INTERSECTS(geometry,POINT(1e999 2))".into(),
            "\u{0}".into(),
            String::new(),
        ];
        for text in &cases {
            let _ = canonical(text, Form::Text);
        }
        for text in [
            "[".repeat(8000),
            "{\"op\":\"not\",\"args\":[".repeat(380),
            format!("{}1{}", "[".repeat(120), "]".repeat(120)),
            format!("{}true{}", "{\"op\":\"not\",\"args\":[".repeat(60), "]}".repeat(60)),
            "{\"op\":1}".into(),
            "null".into(),
        ] {
            let _ = canonical(&text, Form::Json);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(canonical(&cases[0], Form::Text), Err(FilterError::Bounds("10 ( )")));
        assert_eq!(canonical(&cases[3], Form::Text), Err(FilterError::Bounds("40")));
        assert!(canonical("a = 'it''s (((((((((((( fine'", Form::Text).is_ok());
    }
}

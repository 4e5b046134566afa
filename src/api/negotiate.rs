//! Which form of an answer is wanted: `f=` first, then `Accept`, else JSON.

use axum::http::header;

use super::ask::Ask;
use super::problem::Problem;

/// A form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON, also where nobody says anything
    Json,
    /// a page for people
    Html,
}

impl Form {
    /// By `f`, then by `Accept`: HTML only where it is wanted more than any JSON.
    pub fn of(ask: &Ask) -> Result<Self, Problem> {
        match ask.param("f") {
            Some("json" | "geojson") => return Ok(Self::Json),
            Some("html") => return Ok(Self::Html),
            Some(_) => return Err(Problem::parameter("f", "应为 json 或 html", "json or html is expected")),
            None => {}
        }
        let accept = ask.header(header::ACCEPT).unwrap_or_default();
        let quality = |wanted: &dyn Fn(&str) -> bool| {
            accept
                .split(',')
                .filter_map(|item| {
                    let mut parts = item.split(';').map(str::trim);
                    let media = parts.next()?.to_ascii_lowercase();
                    let q = parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
                    (wanted(&media) && q > 0.0).then_some(q)
                })
                .fold(0.0_f64, f64::max)
        };
        let html = quality(&|media| media == "text/html" || media == "application/xhtml+xml");
        let json = quality(&|media| media.contains("json"));
        Ok(if html > json { Self::Html } else { Self::Json })
    }
}

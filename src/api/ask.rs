//! A request, taken apart once: path segments, query, headers, body.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::route::Route;
use crate::model::{Date, Language, Layer, RecordId};

/// One request to a route of the table.
#[derive(Clone, Debug)]
pub struct Ask {
    /// method
    pub method: Method,
    /// path as asked for, still encoded
    pub path: String,
    /// values of the path's `{names}`, decoded
    pub segments: Vec<(String, String)>,
    /// query parameters in order, decoded
    pub query: Vec<(String, String)>,
    /// headers
    pub headers: HeaderMap,
    /// body
    pub body: Bytes,
    /// the language wanted
    pub language: Language,
    /// address at the other end of the connection, where that is known
    pub peer: Option<IpAddr>,
    /// set once nobody waits for the answer any more
    pub given_up: Arc<AtomicBool>,
}

/// The language that the headers ask for; Chinese unless English comes first.
pub fn language_of(headers: &HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Language::Zh, Language::from_locale)
}

impl Ask {
    /// Whether nobody waits any more: the time is over or the asker has gone.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// A segment of the path.
    pub fn segment(&self, name: &str) -> &str {
        self.segments.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// A query parameter; the empty text counts as absent.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// A header as text.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A parameter read as a whole number or the like.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let read = |text: &str| {
            text.parse().map_err(|_| Problem::parameter(name, "应为整数", "a whole number is expected"))
        };
        self.param(name).map(read).transpose()
    }

    /// A finite number that must be there.
    pub fn real(&self, name: &str) -> Result<f64, Problem> {
        let text = self.param(name).ok_or_else(|| Problem::parameter(name, "缺少", "it is missing"))?;
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| Problem::parameter(name, "应为数字", "a number is expected"))
    }

    /// A day.
    pub fn date(&self, name: &str) -> Result<Option<Date>, Problem> {
        let read = |text: &str| {
            text.parse().map_err(|_| {
                Problem::parameter(
                    name,
                    "应为 年-月-日，如 2026-01-31",
                    "a day such as 2026-01-31 is expected",
                )
            })
        };
        self.param(name).map(read).transpose()
    }

    /// `limit`: at least 1; more than the most is cut to it.
    pub fn limit(&self, usual: usize, most: usize) -> Result<usize, Problem> {
        let Some(text) = self.param("limit") else { return Ok(usual) };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::parameter("limit", "应为正整数", "a positive whole number is expected"));
        }
        // A number too large to hold is still only "as many as you give".
        match text.parse::<u64>().unwrap_or(u64::MAX) {
            0 => Err(Problem::parameter("limit", "应不小于 1", "it must be at least 1")),
            n => Ok(usize::try_from(n).unwrap_or(most).min(most)),
        }
    }

    /// The layer named in the path.
    pub fn layer(&self) -> Result<Layer, Problem> {
        let name = self.segment("layer");
        Layer::ALL.iter().copied().find(|layer| layer.name() == name).ok_or_else(|| {
            let name: String = name.chars().take(60).collect();
            Problem::unknown(
                "layer.unknown",
                format!("没有图层“{name}”。"),
                format!("There is no layer {name:?}."),
            )
        })
    }

    /// The record named in the path.
    pub fn record_id(&self) -> Result<RecordId, Problem> {
        self.segment("id").parse().map_err(|_| unknown_record())
    }

    /// The body as JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let media = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // A form or plain text is what a foreign page can send without the browser asking us first.
        if media != "application/json" && !media.ends_with("+json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "body.media_type",
                "请求内容应为 application/json。",
                "The body must be application/json.",
            ));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body.invalid",
                format!("请求内容读不懂：{error}"),
                format!("The body cannot be read: {error}"),
            )
        })
    }

    /// Refuses parameters that the route does not know, and known ones given twice.
    pub fn check_query(&self, route: &Route) -> Result<(), Problem> {
        for (at, (name, _)) in self.query.iter().enumerate() {
            let short: String = name.chars().take(60).collect();
            if !route.open_query && !route.query.iter().any(|known| known.name == name) {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "parameter.unknown",
                    format!("没有参数“{short}”。"),
                    format!("There is no parameter {short:?}."),
                )
                .with("parameter", short));
            }
            if self.query[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::parameter(&short, "出现了两次", "it is given twice"));
            }
        }
        Ok(())
    }
}

/// The refusal for a record that is not there or not to be seen.
pub fn unknown_record() -> Problem {
    Problem::unknown("record.unknown", "没有这条记录。", "There is no such record.")
}

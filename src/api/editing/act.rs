//! Who does it and why, and what is answered.

use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};

use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::model::{Header, Revision, SetKind};

/// Who does it and why.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct Act {
    /// who, at most 100 characters; of whoever is logged in it is the account that counts
    #[serde(default)]
    by: String,
    /// why, at most 2,000 characters
    reason: String,
    /// number of the document that orders it
    #[serde(default)]
    document: Option<String>,
    /// chosen by the client: sending it again returns the first result
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// What was done.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Done {
    /// the revision in which it stands
    pub(super) revision: u64,
    /// tag of the record as it is now
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
}

impl Done {
    /// A revision without a record.
    pub fn at(revision: Revision) -> Self {
        Self { revision: revision.0, etag: None }
    }

    /// A revision with the tag of a record in it.
    pub fn with_tag(revision: Revision, etag: Option<String>) -> Self {
        Self { revision: revision.0, etag }
    }
}

/// The headers in which requests without a body of ours say who and why; text beyond ASCII is
/// percent-encoded UTF-8.
pub const BY: HeaderName = HeaderName::from_static("change-by");
/// Why.
pub const REASON: HeaderName = HeaderName::from_static("change-reason");
/// By which document.
pub const DOCUMENT: HeaderName = HeaderName::from_static("change-document");
/// The client's key.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl Act {
    /// From the headers `Change-By`, `Change-Reason`, `Change-Document` and `Idempotency-Key`.
    pub fn from_headers(ask: &Ask) -> Self {
        let read = |name: HeaderName| {
            let bytes = ask.headers.get(name)?.as_bytes();
            Some(String::from_utf8_lossy(&percent_decoded(bytes)).into_owned())
        };
        Self {
            by: read(BY).unwrap_or_default(),
            reason: read(REASON).unwrap_or_default(),
            document: read(DOCUMENT),
            idempotency_key: None,
        }
        .keyed(ask)
    }

    /// The same with the key of the header `Idempotency-Key`, where the body has none.
    #[must_use]
    pub fn keyed(mut self, ask: &Ask) -> Self {
        let given = || ask.header(KEY).map(str::to_owned);
        self.idempotency_key = self.idempotency_key.filter(|key| !key.trim().is_empty()).or_else(given);
        self
    }

    /// The head of its change set.
    pub fn header(&self, app: &App, kind: SetKind) -> Result<Header, Problem> {
        let lacking = |name: &str, text: &str, most: usize| {
            let length = text.trim().chars().count();
            if length == 0 || length > most {
                Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "act.incomplete",
                    format!("{name} 必填，且不超过 {most} 字。"),
                    format!("{name} must be given and have at most {most} characters."),
                )
                .then(
                    "在 /ogc 下以请求头 Change-By、Change-Reason 给出（百分号编码的 UTF-8）。",
                    "Under /ogc give it in the headers Change-By and Change-Reason (percent-encoded UTF-8).",
                )
                .with("field", name))
            } else {
                Ok(())
            }
        };
        let by = app.who.name().unwrap_or(&self.by);
        lacking("by", by, 100)?;
        lacking("reason", &self.reason, 2000)?;
        for (name, text) in [("document", &self.document), ("idempotency_key", &self.idempotency_key)] {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                lacking(name, text, 200)?;
            }
        }
        let clean = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Header {
            kind,
            by: by.trim().to_owned(),
            verified: app.who.name().is_some(),
            reason: self.reason.trim().to_owned(),
            document: clean(&self.document),
            at: timestamp(app.now_ms()),
            undoes: None,
            idempotency_key: clean(&self.idempotency_key),
            origin: None,
        })
    }
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let digit =
        |byte: Option<&u8>| char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// RFC 3339 in UTC with milliseconds.
pub fn timestamp(unix_ms: u64) -> String {
    let ms = i64::try_from(unix_ms).unwrap_or_default();
    jiff::Timestamp::from_millisecond(ms).map(|at| format!("{at:.3}")).unwrap_or_default()
}

/// Refuses where nothing may be changed.
pub fn check_writable(app: &App) -> Result<(), Problem> {
    if app.options.read_only {
        let problem = Problem::new(
            StatusCode::FORBIDDEN,
            "register.read_only",
            "服务器以只读方式运行，不能修改。",
            "The server runs read-only; nothing can be changed.",
        );
        return Err(problem.then("请联系管理员。", "Ask the administrator."));
    }
    Ok(())
}

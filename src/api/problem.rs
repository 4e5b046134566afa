//! What went wrong, as `application/problem+json` (RFC 9457), in the official's language.
//!
//! A problem has a stable code for programs, and a sentence and a next step for people in both
//! languages. Internals never stand in it: they go to the log.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value as Json, json};

use crate::model::{Bilingual, Finding, Language};
use crate::register::{CommitError, RevisionError, StoreError};

/// One refusal or failure. Boxed: it travels in every `Result` and is there in few.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(Box<Facts>);

#[derive(Clone, Debug, PartialEq)]
struct Facts {
    status: StatusCode,
    /// stable word for programs, e.g. `record.unknown`
    code: &'static str,
    what: Bilingual,
    /// what to do next
    next: Bilingual,
    /// further members, e.g. `findings`
    more: Map<String, Json>,
}

impl Problem {
    /// A problem with a stable code and a sentence in both languages.
    pub fn new(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Facts {
            status,
            code,
            what: Bilingual::new(zh, en),
            next: Bilingual::new("请核对请求后重试。", "Check the request and try again."),
            more: Map::new(),
        }))
    }

    /// The same with what to do next.
    #[must_use]
    pub fn then(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.next = Bilingual::new(zh, en);
        self
    }

    /// The same with a further member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// A parameter that cannot be read.
    pub fn parameter(name: &str, zh: &str, en: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "parameter.invalid",
            format!("参数 {name} 不对：{zh}"),
            format!("Parameter {name} is wrong: {en}"),
        )
        .with("parameter", name)
    }

    /// Something that is not there, or that the asker may not see.
    pub fn unknown(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, zh, en).then(
            "请核对地址；该对象也可能在所选日期尚未生效或已失效。",
            "Check the address; it may also not be in force on the day asked for.",
        )
    }

    /// Values that do not fit, with the findings that say which.
    pub fn findings(findings: &[Finding]) -> Self {
        let (mut zh, mut en) = ("内容不合要求，未作任何修改。".to_owned(), "Nothing was changed.".to_owned());
        if let Some(first) = findings.first() {
            zh = format!("{zh}{}", first.what.zh);
            en = format!("Nothing was changed: {}", first.what.en);
        }
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "edit.refused", zh, en)
            .then("请按提示改正后再提交。", "Correct what the findings name and send again.")
            .with("findings", serde_json::to_value(findings).unwrap_or_default())
    }

    /// A fault of ours; what it was goes to the log only.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "服务器内部出错，未作任何修改。",
            "The server failed; nothing was changed.",
        )
        .then(
            "请稍后重试；若仍出错，请把请求编号（X-Request-Id）告诉管理员。",
            "Try again later; if it persists, give the X-Request-Id to the administrator.",
        )
    }

    /// As a response.
    pub fn response(&self, language: Language) -> Response<Body> {
        let title = self.0.status.canonical_reason().unwrap_or("Problem");
        let mut body = json!({
            "type": format!("urn:boundstone:problem:{}", self.0.code),
            "title": title,
            "status": self.0.status.as_u16(),
            "detail": self.0.what.get(language),
            "code": self.0.code,
            "zh": self.0.what.zh,
            "en": self.0.what.en,
            "next": { "zh": self.0.next.zh, "en": self.0.next.en },
        });
        if let Json::Object(members) = &mut body {
            members.extend(self.0.more.clone());
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.more.get("retry_after").and_then(Json::as_u64) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let tag = match language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::new(
                StatusCode::CONFLICT,
                "register.busy",
                "登记册正被频繁写入，本次修改未生效。",
                "The register is being written too often; this change was not made.",
            )
            .then("请稍后再提交一次。", "Send it again in a moment."),
            other => Self::internal(&other),
        }
    }
}

impl From<RevisionError> for Problem {
    fn from(error: RevisionError) -> Self {
        match error {
            RevisionError::Unknown { newest, .. } => super::view::unknown_revision(newest),
            RevisionError::Store(error) => error.into(),
            RevisionError::Apply(error) => Self::internal(&error),
        }
    }
}

impl From<CommitError<Problem>> for Problem {
    fn from(error: CommitError<Problem>) -> Self {
        match error {
            CommitError::Refused(problem) => problem,
            CommitError::Nothing => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "edit.nothing",
                "提交的内容与现有内容相同，没有可改的。",
                "What was sent is the same as what is there; nothing would change.",
            ),
            CommitError::Store(error) => error.into(),
            CommitError::Apply(error) => Self::internal(&error),
        }
    }
}

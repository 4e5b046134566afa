//! What a handler answers: a status, headers, and a body held whole or written while it is sent.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

use super::ask::Ask;
use super::problem::Problem;

/// Writes a body piece by piece.
pub type Writer = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// The body of an answer.
pub enum Content {
    /// held whole
    Whole(Bytes),
    /// written while it is sent, in bounded memory
    Written(Writer),
}

/// An answer.
pub struct Answer {
    /// HTTP status
    pub status: StatusCode,
    /// headers
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// body
    pub content: Content,
}

impl Answer {
    /// Bytes of a media type. Clients may keep them but must ask again each time.
    pub fn bytes(media: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self::of(media, Content::Whole(bytes.into()))
    }

    /// A body written while it is sent.
    pub fn written(media: &'static str, writer: Writer) -> Self {
        Self::of(media, Content::Written(writer))
    }

    fn of(media: &'static str, content: Content) -> Self {
        let headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static(media)),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        ];
        Self { status: StatusCode::OK, headers, content }
    }

    /// JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Problem> {
        Self::json_as("application/json", value)
    }

    /// JSON of a named media type.
    pub fn json_as<T: Serialize + ?Sized>(media: &'static str, value: &T) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self::bytes(media, bytes))
    }

    /// A status without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: vec![(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))],
            content: Content::Whole(Bytes::new()),
        }
    }

    /// The same with a header; one that cannot be written is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.retain(|(n, _)| n != name || name == header::LINK);
            self.headers.push((name, value));
        }
        self
    }

    /// The same with its entity tag (quoted, as it stands in the header), or 304 where the asker has it.
    #[must_use]
    pub fn tagged(self, ask: &Ask, tag: &str) -> Self {
        if holds(ask, tag) { not_modified(tag) } else { self.with(header::ETAG, tag) }
    }
}

/// 304 with the tag.
pub fn not_modified(tag: &str) -> Answer {
    Answer::empty(StatusCode::NOT_MODIFIED).with(header::ETAG, tag)
}

/// Whether the asker says that it holds that version (`If-None-Match`, weak comparison).
pub fn holds(ask: &Ask, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = bare(tag);
    ask.header(header::IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|held| bare(held) == wanted || held.trim() == "*"))
}

/// How much is gathered before a piece is sent.
const PIECE: usize = 128 * 1024;
/// How long a reader may stand still before its answer is given up.
const STALL: Duration = Duration::from_secs(30);

/// Sends an answer, from a thread that may block: the head goes out through `reply` as soon as the
/// body is whole or has grown beyond one piece; the rest follows piece by piece.
pub fn send(answer: Answer, reply: oneshot::Sender<Response<Body>>, runtime: &Handle) {
    let Answer { status, headers, content } = answer;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    match content {
        Content::Whole(bytes) => {
            *response.body_mut() = Body::from(bytes);
            // The asker may have gone: then nobody is there to hear.
            let _ = reply.send(response);
        }
        Content::Written(writer) => {
            let mut pipe = Pipe { piece: Vec::new(), head: Some((response, reply)), sender: None, runtime };
            match writer(&mut pipe).and_then(|()| pipe.finish()) {
                Ok(()) => {}
                // What was sent is cut off audibly: the asker must not take a part for the whole.
                Err(error) => pipe.abandon(error),
            }
        }
    }
}

struct Pipe<'a> {
    piece: Vec<u8>,
    head: Option<(Response<Body>, oneshot::Sender<Response<Body>>)>,
    sender: Option<mpsc::Sender<io::Result<Bytes>>>,
    runtime: &'a Handle,
}

impl Pipe<'_> {
    fn pass_on(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        if let Some((mut response, reply)) = self.head.take() {
            let (sender, receiver) = mpsc::channel(2);
            *response.body_mut() = Body::from_stream(ReceiverStream::new(receiver));
            self.sender = Some(sender);
            reply.send(response).map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        let Some(sender) = &self.sender else { return Ok(()) };
        let sending = tokio::time::timeout(STALL, sender.send(Ok(piece)));
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn abandon(&mut self, error: io::Error) {
        tracing::debug!(%error, "answer given up");
        if let Some(sender) = &self.sender {
            let _ = sender.try_send(Err(error));
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some((mut response, reply)) = self.head.take() {
            *response.body_mut() = Body::from(std::mem::take(&mut self.piece));
            let _ = reply.send(response);
            return Ok(());
        }
        if self.piece.is_empty() { Ok(()) } else { self.pass_on() }
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

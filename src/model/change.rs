//! Change sets: what a commit changes, who decided it, why, by which document.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Bilingual, Layer, Record, RecordKey, write_canonical};

/// Number of the form in which `change` rows are written; older numbers are lifted on reading.
pub const SCHEMA_NO: u32 = 1;

/// Place of a change set in the log: 0 is the empty register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Revision(pub u64);

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// the row is new
    Insert,
    /// the row was there
    Update,
    /// the row is gone
    Delete,
}

impl Op {
    /// Its word in the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// By its word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Insert, Self::Update, Self::Delete].into_iter().find(|op| op.code() == code)
    }
}

/// A row before and after.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// the row is new
    Inserted(Record),
    /// the row was another
    Updated {
        /// as it was
        before: Box<Record>,
        /// as it is
        after: Box<Record>,
    },
    /// the row is gone
    Deleted(Record),
}

/// One row's change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change(pub State);

impl Change {
    /// A new row.
    pub fn insert(after: Record) -> Self {
        Self(State::Inserted(after))
    }

    /// A changed row; both sides have the same layer, id and version.
    pub fn update(before: Record, after: Record) -> Self {
        debug_assert_eq!((before.layer, before.key()), (after.layer, after.key()));
        Self(State::Updated { before: Box::new(before), after: Box::new(after) })
    }

    /// A row taken away.
    pub fn delete(before: Record) -> Self {
        Self(State::Deleted(before))
    }

    /// The row before.
    pub fn before(&self) -> Option<&Record> {
        match &self.0 {
            State::Inserted(_) => None,
            State::Updated { before, .. } => Some(before),
            State::Deleted(before) => Some(before),
        }
    }

    /// The row after.
    pub fn after(&self) -> Option<&Record> {
        match &self.0 {
            State::Inserted(after) => Some(after),
            State::Updated { after, .. } => Some(after),
            State::Deleted(_) => None,
        }
    }

    /// Which operation.
    pub fn op(&self) -> Op {
        match self.0 {
            State::Inserted(_) => Op::Insert,
            State::Updated { .. } => Op::Update,
            State::Deleted(_) => Op::Delete,
        }
    }

    fn any(&self) -> &Record {
        match &self.0 {
            State::Inserted(record) | State::Deleted(record) => record,
            State::Updated { after, .. } => after,
        }
    }

    /// The layer changed.
    pub fn layer(&self) -> Layer {
        self.any().layer
    }

    /// The row changed.
    pub fn key(&self) -> RecordKey {
        self.any().key()
    }

    /// The change that takes it back.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self(match self.0 {
            State::Inserted(record) => State::Deleted(record),
            State::Deleted(record) => State::Inserted(record),
            State::Updated { before, after } => State::Updated { before: after, after: before },
        })
    }
}

/// What kind of act a change set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetKind {
    /// a file was brought in
    Import,
    /// a person changed records
    Edit,
    /// an earlier change set was taken back
    Undo,
    /// made for demonstration
    Demo,
}

impl SetKind {
    /// Its word for programs, as it is serialised.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Edit => "edit",
            Self::Undo => "undo",
            Self::Demo => "demo",
        }
    }
}

/// Who, why, by which document, when: the head of a change set. Members that are absent are not written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// kind of act
    pub kind: SetKind,
    /// who
    pub by: String,
    /// whether who it was has been proved (a login); from the command line it has not
    #[serde(default)]
    pub verified: bool,
    /// why
    pub reason: String,
    /// number of the document that orders it
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document: Option<String>,
    /// when it was recorded, RFC 3339 in UTC with milliseconds
    pub at: String,
    /// the change set that this one takes back
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undoes: Option<Revision>,
    /// key chosen by the client: sending it again returns the first result
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub idempotency_key: Option<String>,
    /// what else belongs to it, e.g. the imported file's name, size, hash, coordinate system
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<Json>,
}

/// One act: all of it happens or none.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeSet {
    /// who and why
    pub header: Header,
    /// what, at most one change per row
    pub changes: Vec<Change>,
}

/// SHA-256, written in hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The hash that chains a change set to all before it:
    /// SHA-256 over the previous hash, then each part with its length (8 bytes, big endian) before it:
    /// the canonical header, and of each change its layer, id, version, op, and before and after as
    /// canonical JSON and WKB, an absent part as length 0.
    pub fn chain(previous: Self) -> Chain {
        let mut hash = Sha256::new();
        hash.update(previous.0);
        Chain(hash)
    }

    /// From hex.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A chain hash in the making.
pub struct Chain(Sha256);

impl Chain {
    /// Takes the next part in.
    pub fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// The hash.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// A change set as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// its place
    pub revision: Revision,
    /// hash of the one before
    pub previous: Digest,
    /// its own hash
    pub hash: Digest,
    /// the change set
    pub set: ChangeSet,
}

/// How many rows of a layer a change set touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerCount {
    /// the layer
    pub layer: Layer,
    /// new rows
    pub inserted: u64,
    /// changed rows
    pub updated: u64,
    /// rows taken away
    pub deleted: u64,
}

impl LayerCount {
    /// All three together.
    pub fn total(&self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

/// A change set as it stands in the log, without its changes: what a list of the log shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LogHeader {
    /// its place
    pub revision: Revision,
    /// hash of the one before
    pub previous: Digest,
    /// its own hash
    pub hash: Digest,
    /// who and why
    pub header: Header,
    /// how many rows it touched, by layer in the order of [`Layer::ALL`]
    pub counts: Vec<LayerCount>,
}

impl LogHeader {
    /// How many rows it touched.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(LayerCount::total).sum()
    }
}

impl ChangeSet {
    /// How many rows of each layer it touches, in the order of [`Layer::ALL`].
    pub fn counts(&self) -> Vec<LayerCount> {
        let empty = |layer: &Layer| LayerCount { layer: *layer, inserted: 0, updated: 0, deleted: 0 };
        let mut counts: Vec<_> = Layer::ALL.iter().map(empty).collect();
        for change in &self.changes {
            let count = &mut counts[change.layer().index()];
            match change.op() {
                Op::Insert => count.inserted += 1,
                Op::Update => count.updated += 1,
                Op::Delete => count.deleted += 1,
            }
        }
        counts.retain(|count| count.total() > 0);
        counts
    }

    /// Its chain hash after a previous one: the reference; stores may compute the same in one pass with writing.
    pub fn hash_after(&self, previous: Digest) -> Digest {
        let mut chain = Digest::chain(previous);
        chain.part(&self.header.canonical());
        let (mut json, mut wkb) = (Vec::new(), Vec::new());
        for change in &self.changes {
            chain.part(change.layer().name().as_bytes());
            chain.part(change.key().id.to_string().as_bytes());
            chain.part(change.key().version.to_string().as_bytes());
            chain.part(change.op().code().as_bytes());
            for side in [change.before(), change.after()] {
                json.clear();
                wkb.clear();
                if let Some(record) = side {
                    write_canonical(record, &mut json, &mut wkb);
                }
                chain.part(&json);
                chain.part(&wkb);
            }
        }
        chain.finish()
    }

    /// The change set that takes this one back, without its head.
    pub fn inverse_changes(self) -> Vec<Change> {
        self.changes.into_iter().rev().map(Change::inverse).collect()
    }
}

impl Header {
    /// Canonical bytes (RFC 8785).
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(json) = serde_json::to_value(self) {
            super::canonical_json(&json, &mut bytes);
        }
        bytes
    }

    /// What kind of act it was, for people.
    pub fn kind_title(&self) -> Bilingual {
        match self.kind {
            SetKind::Import => Bilingual::new("导入", "Import"),
            SetKind::Edit => Bilingual::new("编辑", "Edit"),
            SetKind::Undo => Bilingual::new("撤销", "Undo"),
            SetKind::Demo => Bilingual::new("演示数据", "Demonstration data"),
        }
    }
}

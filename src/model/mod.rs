//! The vocabulary of the register: pure values, no input or output.
//!
//! Ids, dates and lawful periods, one struct per layer, records, change sets and findings.
//! Nothing here reads a file, asks a clock or knows a database, and nothing here imports
//! another module of ours. Labels and code lists come from `data/vocab`, compiled in.

mod bilingual;
mod canonical;
mod change;
mod collation;
mod date;
mod description;
mod finding;
pub mod geometry;
pub mod guard;
mod held;
mod id;
mod json;
pub mod layers;
mod media;
mod period;
mod record;
mod schema;
mod value;
pub mod vocab;
pub mod wkb;

pub use bilingual::{Bilingual, Language};
pub use canonical::{CanonicalError, canonical_json, read_canonical, write_attributes, write_canonical};
pub use change::{
    Chain, Change, ChangeSet, Digest, Header, LayerCount, LogEntry, LogHeader, Op, Revision, SCHEMA_NO,
    SetKind, State,
};
pub use collation::collation_key;
pub use date::{Date, DateError};
pub use description::{
    ActDescription, Counts, FieldDescription, LayerDescription, LogDescription, MemberDescription,
    PlaceDescription, ReferenceDescription, RowCounts, row_counts,
};
pub use finding::{Candidate, Finding, Findings, Severity, Spot};
pub use held::{Held, Place};
pub use id::{IdSource, RecordId, RecordIdError};
pub use json::{record_from_json, record_to_json};
pub use layers::Layer;
pub use media::{Listed, MediaKind, MediaName, digest_of, listed};
pub use period::{Period, PeriodError};
pub use record::{Fields, Record, RecordKey, Secrecy};
pub use schema::{
    COMMON_FIELDS, FieldDef, FieldKind, Files, GeometryKind, ItemKind, LayerDef, MemberDef, RefBy, Reference,
};
pub use value::{FieldValue, Value, ValueError};

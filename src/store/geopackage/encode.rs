//! The bytes of a change set: canonical JSON and WKB for the log, geometry blobs for the tables, and
//! the chain hash over them, all in one pass. A large set is encoded on a second thread while the first
//! one writes.

use std::ops::Range;
use std::sync::mpsc::sync_channel;

use super::blob::{self, Bounds};
use crate::model::{Chain, Change, ChangeSet, Digest, RecordId, wkb, write_attributes, write_canonical};
use crate::store::StoreError;

/// Changes of a batch: about a megabyte of points.
const BATCH: usize = 4096;

/// Batches that wait for the writer: bounds memory.
const QUEUE: usize = 4;

/// The bytes of some changes, one after another in one buffer.
pub(super) struct Batch {
    bytes: Vec<u8>,
    places: Vec<Places>,
}

/// Where one change's parts end in the buffer; each begins where the one before it ends.
struct Places {
    start: usize,
    before_json: usize,
    before_wkb: usize,
    after_json: usize,
    blob_header: usize,
    after_wkb: usize,
    bounds: Option<Bounds>,
}

/// One change's bytes; an empty part is absent.
pub(super) struct Encoded<'a> {
    pub(super) before_json: &'a [u8],
    pub(super) before_wkb: &'a [u8],
    pub(super) after_json: &'a [u8],
    pub(super) after_wkb: &'a [u8],
    /// the row's geometry as the table keeps it: header and WKB
    pub(super) blob: &'a [u8],
    /// box of the row's geometry
    pub(super) bounds: Option<Bounds>,
}

impl Batch {
    /// The bytes of each change, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Encoded<'_>> {
        self.places.iter().map(|at| {
            let part = |range: Range<usize>| &self.bytes[range];
            Encoded {
                before_json: part(at.start..at.before_json),
                before_wkb: part(at.before_json..at.before_wkb),
                after_json: part(at.before_wkb..at.after_json),
                after_wkb: part(at.blob_header..at.after_wkb),
                blob: part(at.after_json..at.after_wkb),
                bounds: at.bounds,
            }
        })
    }

    /// Some changes, in about so many bytes.
    fn encode(changes: &[Change], chain: &mut Chain, bytes: usize) -> Self {
        let mut batch = Self { bytes: Vec::with_capacity(bytes), places: Vec::with_capacity(changes.len()) };
        let mut scratch = Vec::new();
        for change in changes {
            let places = batch.push(change, &mut scratch);
            batch.places.push(places);
        }
        let mut letters = [0; 26];
        for (change, encoded) in changes.iter().zip(batch.iter()) {
            chain.part(change.layer().name().as_bytes());
            chain.part(RecordId::encode(change.key().id, &mut letters).as_bytes());
            chain.part(change.key().version.to_string().as_bytes());
            chain.part(change.op().code().as_bytes());
            chain.part(encoded.before_json);
            chain.part(encoded.before_wkb);
            chain.part(encoded.after_json);
            chain.part(encoded.after_wkb);
        }
        batch
    }

    fn push(&mut self, change: &Change, scratch: &mut Vec<u8>) -> Places {
        let bytes = &mut self.bytes;
        let start = bytes.len();
        let (mut before_json, mut bounds) = (start, None);
        if let Some(before) = change.before() {
            scratch.clear();
            write_canonical(before, bytes, scratch);
            before_json = bytes.len();
            bytes.extend_from_slice(scratch);
        }
        let before_wkb = bytes.len();
        if let Some(after) = change.after() {
            write_attributes(after, bytes);
        }
        let after_json = bytes.len();
        let mut blob_header = after_json;
        if let Some(shape) = change.after().and_then(|after| after.geometry.as_deref()) {
            bounds = blob::bounds_of(shape);
            blob::write_header(shape, bounds, bytes);
            blob_header = bytes.len();
            wkb::write(shape, bytes);
        }
        Places { start, before_json, before_wkb, after_json, blob_header, after_wkb: bytes.len(), bounds }
    }
}

/// Encodes a change set batch by batch and hands each to the writer, in order; returns the set's hash.
pub(super) fn encode(
    set: &ChangeSet,
    previous: Digest,
    mut write: impl FnMut(&[Change], &Batch) -> Result<(), StoreError>,
) -> Result<Digest, StoreError> {
    let mut chain = Digest::chain(previous);
    chain.part(&set.header.canonical());
    if set.changes.len() <= BATCH {
        write(&set.changes, &Batch::encode(&set.changes, &mut chain, 0))?;
        return Ok(chain.finish());
    }
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(QUEUE);
        let encoder = scope.spawn(move || {
            let mut bytes = 0;
            for changes in set.changes.chunks(BATCH) {
                let batch = Batch::encode(changes, &mut chain, bytes);
                // The next one is probably much like this one.
                bytes = batch.bytes.len() + batch.bytes.len() / 8;
                // The writer has failed and gone; its error is the one that counts.
                if sender.send((changes, batch)).is_err() {
                    break;
                }
            }
            chain.finish()
        });
        for (changes, batch) in receiver {
            write(changes, &batch)?;
        }
        encoder.join().map_err(|_| StoreError::Engine("the encoding thread broke off".into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layers::LayerStruct as _;
    use crate::model::layers::Place;
    use crate::model::{Fields, Header, Record, Revision, SetKind};
    use geo_types::Point;

    #[test]
    fn the_hash_of_one_pass_is_the_reference_hash() {
        let record = |n: u128| {
            let mut record = Record::new(Place::LAYER, RecordId::from_bits(n), Fields::default());
            record.geometry =
                (!n.is_multiple_of(3)).then(|| std::sync::Arc::new(Point::new(n as f64 / 1e6, 1.0).into()));
            record
        };
        let header = Header {
            kind: SetKind::Edit,
            by: "a".into(),
            verified: false,
            reason: "b".into(),
            document: None,
            at: "2026-01-01T00:00:00.000Z".into(),
            undoes: Some(Revision(3)),
            idempotency_key: None,
            origin: None,
        };
        for count in [1, 3 * BATCH as u128 + 7] {
            let changes = (0..count).map(|n| match n % 3 {
                0 => Change::insert(record(n)),
                1 => Change::update(record(n), record(n)),
                _ => Change::delete(record(n)),
            });
            let set = ChangeSet { header: header.clone(), changes: changes.collect() };
            let previous = Digest([7; 32]);
            let mut written = 0;
            let hash = encode(&set, previous, |changes, batch| {
                assert_eq!(changes.len(), batch.iter().count());
                written += changes.len();
                Ok(())
            });
            assert_eq!(hash.ok(), Some(set.hash_after(previous)));
            assert_eq!(written, set.changes.len());
        }
    }
}

//! A draft's changes in two files: the changes in canonical bytes, and an index by which any can be had alone.
//!
//! Index entry, 16 bytes: offset of the change (8, little endian), operation, highest class of secrecy, 6 zeros.
//! Change: id (16), version (4), layer (1), lengths of before JSON, before WKB, after JSON, after WKB (4 each),
//! then these. The draft's digest is SHA-256 over all changes as they stand there.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::jobs::JobError;
use crate::model::{
    Change, Layer, Op, Record, RecordId, RecordKey, Secrecy, read_canonical, write_canonical,
};

const DATA: &str = "changes.bin";
const INDEX: &str = "changes.idx";
const ENTRY: usize = 16;
const HEAD: usize = 16 + 4 + 1 + 4 * 4;

/// The bytes of changes, one after another.
struct Encoder {
    bytes: Vec<u8>,
    hash: Sha256,
}

impl Encoder {
    fn encode(&mut self, change: &Change) -> &[u8] {
        let mut parts: [Vec<u8>; 4] = Default::default();
        let [before_json, before_wkb, after_json, after_wkb] = &mut parts;
        if let Some(record) = change.before() {
            write_canonical(record, before_json, before_wkb);
        }
        if let Some(record) = change.after() {
            write_canonical(record, after_json, after_wkb);
        }
        let key = change.key();
        self.bytes.clear();
        self.bytes.extend_from_slice(&key.id.bits().to_le_bytes());
        self.bytes.extend_from_slice(&key.version.to_le_bytes());
        self.bytes.push(u8::try_from(change.layer().index()).unwrap_or(u8::MAX));
        for part in &parts {
            self.bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.hash.update(&self.bytes);
        &self.bytes
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of some changes.
pub(super) fn digest(changes: &[Change]) -> String {
    let mut encoder = Encoder { bytes: Vec::new(), hash: Sha256::new() };
    for change in changes {
        encoder.encode(change);
    }
    hex(encoder.hash)
}

/// Writes changes into a folder, `each` hears how many are written; returns their digest.
pub(super) fn write<E: From<io::Error>>(
    folder: &Path,
    changes: &[Change],
    mut each: impl FnMut(u64) -> Result<(), E>,
) -> Result<String, E> {
    let open =
        |name: &str| File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 17, file));
    let (mut data, mut index) = (open(DATA)?, open(INDEX)?);
    let mut encoder = Encoder { bytes: Vec::new(), hash: Sha256::new() };
    let mut offset = 0_u64;
    for (at, change) in (0_u64..).zip(changes) {
        if at % 1000 == 0 {
            each(at)?;
        }
        let sides = || change.before().into_iter().chain(change.after());
        let class = sides().map(|record| record.secrecy).max().unwrap_or_default();
        let mut entry = [0; ENTRY];
        entry[..8].copy_from_slice(&offset.to_le_bytes());
        entry[8] = match change.op() {
            Op::Insert => 0,
            Op::Update => 1,
            Op::Delete => 2,
        };
        entry[9] = class as u8;
        index.write_all(&entry)?;
        let bytes = encoder.encode(change);
        data.write_all(bytes)?;
        offset += bytes.len() as u64;
    }
    for file in [data, index] {
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    }
    Ok(hex(encoder.hash))
}

/// A change of the draft that may be shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    offset: u64,
    /// what is done
    pub op: Op,
}

/// A draft's changes, to be read one by one.
pub struct Changes {
    data: File,
    shown: Vec<Shown>,
}

impl Changes {
    /// Those up to a class, of one operation or all.
    pub(super) fn open(folder: &Path, show: Secrecy, op: Option<Op>) -> Result<Self, JobError> {
        let known = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => JobError::Unknown,
            _ => error.into(),
        };
        let data = File::open(folder.join(DATA)).map_err(known)?;
        let index = std::fs::read(folder.join(INDEX)).map_err(known)?;
        let read = |entry: &[u8]| {
            let mut offset = [0; 8];
            offset.copy_from_slice(&entry[..8]);
            let done = match entry[8] {
                0 => Op::Insert,
                1 => Op::Update,
                _ => Op::Delete,
            };
            let fits = entry[9] <= show as u8 && op.is_none_or(|op| op == done);
            fits.then_some(Shown { offset: u64::from_le_bytes(offset), op: done })
        };
        let shown = index.chunks_exact(ENTRY).filter_map(read).collect();
        Ok(Self { data, shown })
    }

    /// All of them, in the order of the rows.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// One of them.
    pub fn read(&mut self, one: Shown) -> Result<Change, JobError> {
        self.data.seek(SeekFrom::Start(one.offset))?;
        let mut head = [0; HEAD];
        self.data.read_exact(&mut head)?;
        let number = |at: usize| {
            let mut four = [0; 4];
            four.copy_from_slice(&head[at..at + 4]);
            u32::from_le_bytes(four)
        };
        let mut bits = [0; 16];
        bits.copy_from_slice(&head[..16]);
        let key = RecordKey { id: RecordId::from_bits(u128::from_le_bytes(bits)), version: number(16) };
        let damaged = || JobError::Kept("changes.bin is damaged".into());
        let layer = *Layer::ALL.get(usize::from(head[20])).ok_or_else(damaged)?;
        let mut parts: [Vec<u8>; 4] = Default::default();
        for (at, part) in parts.iter_mut().enumerate() {
            let length = u64::from(number(21 + 4 * at));
            (&mut self.data).take(length).read_to_end(part)?;
        }
        let record = |json: &[u8], wkb: &[u8]| -> Result<Option<Record>, JobError> {
            if json.is_empty() {
                return Ok(None);
            }
            let read = read_canonical(layer, key, json, wkb);
            Ok(Some(read.map_err(|error| JobError::Kept(error.to_string()))?))
        };
        match (record(&parts[0], &parts[1])?, record(&parts[2], &parts[3])?) {
            (None, Some(after)) => Ok(Change::insert(after)),
            (Some(before), Some(after)) => Ok(Change::update(before, after)),
            (Some(before), None) => Ok(Change::delete(before)),
            (None, None) => Err(damaged()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Fields;

    fn record(n: u128, secrecy: Secrecy) -> Record {
        let mut record = Record::new(Layer::Place, RecordId::from_bits(n), Fields::default());
        record.secrecy = secrecy;
        record.code = Some(format!("P{n}").into());
        record.geometry = n.is_multiple_of(2).then(|| Arc::new(geo_types::Point::new(102.0, 25.0).into()));
        record
    }

    #[test]
    fn changes_come_back_one_by_one_and_only_those_that_may_be_shown() {
        let folder = tempfile::tempdir().unwrap();
        let mut moved = record(2, Secrecy::Public);
        moved.code = None;
        let all = [
            Change::insert(record(1, Secrecy::Public)),
            Change::update(record(2, Secrecy::Secret), moved),
            Change::insert(record(3, Secrecy::Internal)),
            Change::delete(record(4, Secrecy::Public)),
        ];
        let hash = write::<io::Error>(folder.path(), &all, |_| Ok(())).unwrap();
        assert_eq!(hash, digest(&all));
        assert_ne!(hash, digest(&all[..3]));
        let read = |show, op| {
            let mut changes = Changes::open(folder.path(), show, op).unwrap();
            let shown = changes.shown().to_vec();
            shown.into_iter().map(|one| changes.read(one).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(read(Secrecy::Secret, None), all);
        assert_eq!(read(Secrecy::Public, None), [all[0].clone(), all[3].clone()]);
        assert_eq!(read(Secrecy::Internal, Some(Op::Insert)), [all[0].clone(), all[2].clone()]);
        assert!(matches!(
            Changes::open(&folder.path().join("no"), Secrecy::Public, None),
            Err(JobError::Unknown)
        ));
    }
}

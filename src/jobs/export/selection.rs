//! The keys of the records of an export, in their order: 16 bytes of id and 4 of version each, big endian.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::jobs::JobError;
use crate::model::{RecordId, RecordKey};

const FILE: &str = "selection.bin";
const ENTRY: usize = 20;

fn bytes(key: &RecordKey) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[..16].copy_from_slice(&key.id.bits().to_be_bytes());
    entry[16..].copy_from_slice(&key.version.to_be_bytes());
    entry
}

/// The digest of keys in their order.
pub(super) fn digest(keys: &[RecordKey]) -> String {
    let mut hash = Sha256::new();
    keys.iter().for_each(|key| hash.update(bytes(key)));
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes keys into a folder.
pub(super) fn write(folder: &Path, keys: &[RecordKey]) -> Result<(), JobError> {
    let mut file = BufWriter::new(File::create(folder.join(FILE))?);
    keys.iter().try_for_each(|key| file.write_all(&bytes(key)))?;
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(())
}

/// Reads the keys in a folder.
pub(super) fn read(folder: &Path) -> Result<Vec<RecordKey>, JobError> {
    let whole = std::fs::read(folder.join(FILE))?;
    let (entries, rest) = whole.as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return Err(JobError::Kept("the keys of an export are cut off".into()));
    }
    let key = |entry: &[u8; ENTRY]| {
        let (mut id, mut version) = ([0; 16], [0; 4]);
        id.copy_from_slice(&entry[..16]);
        version.copy_from_slice(&entry[16..]);
        RecordKey { id: RecordId::from_bits(u128::from_be_bytes(id)), version: u32::from_be_bytes(version) }
    };
    Ok(entries.iter().map(key).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<RecordKey> = (0..50)
            .rev()
            .map(|n| RecordKey { id: RecordId::from_bits(n << 70), version: 1 + n as u32 })
            .collect();
        write(folder.path(), &keys).unwrap();
        assert_eq!(read(folder.path()).unwrap(), keys);
        let mut other = keys.clone();
        other.swap(3, 4);
        assert_ne!(digest(&keys), digest(&other));
        std::fs::write(folder.path().join(FILE), [0; 21]).unwrap();
        assert!(matches!(read(folder.path()), Err(JobError::Kept(_))));
    }
}

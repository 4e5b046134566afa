//! Nobody is let into a view: people belong to the registers. That one of them has people is still known, so that
//! the view is not more open than its registers.

use super::Union;
use crate::model::{Digest, RecordId};
use crate::store::{AccessRow, AccountStore, KeyRow, PersonRow, StoreError, WhichAccesses};

impl AccountStore for Union {
    fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        let mut all = Vec::new();
        for (_, store) in &self.members {
            all.extend(store.people()?);
        }
        Ok(all)
    }

    fn add_person(&self, _: &PersonRow) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn replace_person(&self, _: &PersonRow) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn add_key(&self, _: &KeyRow) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn key(&self, _: Digest) -> Result<Option<KeyRow>, StoreError> {
        Ok(None)
    }

    fn keys(&self, _: Option<RecordId>) -> Result<Vec<KeyRow>, StoreError> {
        Ok(Vec::new())
    }

    fn see_key(&self, _: Digest, _: u64) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn remove_key(&self, _: Digest) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn forget_keys(&self, _: u64) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn add_accesses(&self, _: &[AccessRow]) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn accesses(&self, _: WhichAccesses) -> Result<Vec<AccessRow>, StoreError> {
        Ok(Vec::new())
    }

    fn forget_accesses(&self, _: u64) -> Result<usize, StoreError> {
        Err(StoreError::ReadOnly)
    }
}

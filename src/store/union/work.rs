//! A view has no work of its own: it is read only.

use super::Union;
use crate::model::RecordId;
use crate::store::{JobRow, JobState, JobStore, SettingStore, StoreError};

impl JobStore for Union {
    fn add_job(&self, _: &JobRow) -> Result<Option<RecordId>, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn job(&self, _: RecordId) -> Result<Option<JobRow>, StoreError> {
        Ok(None)
    }

    fn jobs(&self, _: Option<JobState>, _: usize) -> Result<Vec<JobRow>, StoreError> {
        Ok(Vec::new())
    }

    fn replace_job(&self, _: &JobRow) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn remove_job(&self, _: RecordId) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }
}

impl SettingStore for Union {
    fn settings(&self, _: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(Vec::new())
    }

    fn set_setting(&self, _: &str, _: &str, _: Option<&str>) -> Result<bool, StoreError> {
        Err(StoreError::ReadOnly)
    }
}

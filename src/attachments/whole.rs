//! Whether all files that records list are there and unaltered; and taking them over into another register's place.

use super::{Attachments, Kept, MediaError};
use crate::model::{Bilingual, Finding, MediaName, Severity, Spot};

impl Attachments {
    /// What is wrong with files that are listed, each by whom: missing or altered.
    ///
    /// # Errors
    /// The disk.
    pub fn verify<'a>(
        &self,
        files: impl Iterator<Item = (&'a MediaName, String)>,
    ) -> Result<Vec<Finding>, MediaError> {
        let mut found = Vec::new();
        for (name, record) in files {
            found.extend(trouble(name, record, self.check(name)?));
        }
        Ok(found)
    }

    /// Copies files that are listed, each by whom, from another place; what is missing or altered there is said.
    ///
    /// # Errors
    /// The disk.
    pub fn take_over<'a>(
        &self,
        from: &Self,
        files: impl Iterator<Item = (&'a MediaName, String)>,
    ) -> Result<Vec<Finding>, MediaError> {
        let mut found = Vec::new();
        for (name, record) in files {
            match from.read(name) {
                Ok(bytes) => self.keep(name, &bytes)?,
                Err(MediaError::Missing(_)) => found.extend(trouble(name, record, Kept::Missing)),
                Err(MediaError::Altered(_)) => found.extend(trouble(name, record, Kept::Altered)),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

fn trouble(name: &MediaName, record: String, kept: Kept) -> Option<Finding> {
    let title = name.title();
    let (rule, what) = match kept {
        Kept::Whole => return None,
        Kept::Missing => (
            "verify.media.missing",
            Bilingual::new(
                format!("照片或扫描件“{title}”的文件缺失"),
                format!("the file of {title:?} is missing"),
            ),
        ),
        Kept::Altered => (
            "verify.media.altered",
            Bilingual::new(
                format!("照片或扫描件“{title}”的文件已被改动"),
                format!("the file of {title:?} has been altered"),
            ),
        ),
    };
    let done = Bilingual::new(
        "请从备份恢复登记册旁的 .media 文件夹，或在记录中重新添加原文件",
        "restore the .media folder beside the register from a backup, or add the original to the record again",
    );
    let spot = Spot { record: Some(record), ..Spot::default() };
    Some(Finding::new(rule, Severity::Error, spot, what, done).with_evidence(name.to_string()))
}

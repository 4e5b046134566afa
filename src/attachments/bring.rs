//! What an import brings along: the files that its records are going to list, copied in before the change set is
//! written.

use super::{Attachments, Kept, MediaError};
use crate::formats::media::MOST_MEDIA;
use crate::formats::{FeatureSource, FormatError, Media};
use crate::model::{Bilingual, MediaName, digest_of};

/// Why files are not brought along; nothing is imported then.
#[derive(Debug, thiserror::Error)]
pub enum BringError {
    /// one cannot be read any more
    #[error(transparent)]
    Format(#[from] FormatError),
    /// one is not what it was when the import was planned
    #[error("{0} has changed since the import was planned")]
    Changed(String),
    /// it cannot be kept
    #[error(transparent)]
    Media(#[from] MediaError),
    /// whoever asked for it wants it no more
    #[error("stopped")]
    Stopped,
}

impl BringError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Format(error) => return error.sentence(),
            Self::Media(error) => return error.sentence(),
            Self::Changed(file) => format!("“{file}”在预览之后有改动，请重新预览"),
            Self::Stopped => "已停止".to_owned(),
        };
        Bilingual::new(zh, self.to_string())
    }
}

impl Attachments {
    /// Copies files of a source in; those that are there already are passed over. `go_on` hears how many are done.
    ///
    /// # Errors
    /// One has changed, cannot be read or kept, or `go_on` says no.
    pub fn bring(
        &self,
        source: &mut dyn FeatureSource,
        files: &[(Media, MediaName)],
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(), BringError> {
        for ((file, name), done) in files.iter().zip(0..) {
            if !go_on(done) {
                return Err(BringError::Stopped);
            }
            if self.check(name)? == Kept::Whole {
                continue;
            }
            let bytes = source.media_bytes(file, MOST_MEDIA as u64)?.unwrap_or_default();
            if digest_of(&bytes) != name.digest() {
                return Err(BringError::Changed(file.path.clone()));
            }
            self.keep(name, &bytes)?;
        }
        Ok(())
    }
}

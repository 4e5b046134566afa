//! Uploaded files: written as they arrive, under names of ours; what is in them is worked out and kept.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::names;
use super::sources::{self, Source};
use crate::formats::{self, FeatureSource, FormatError, ReadOptions};
use crate::jobs::underlay::Scan;
use crate::jobs::{Inner, JobError, Jobs, lock};
use crate::model::{Bilingual, Finding, RecordId, Severity, Spot};

/// Files of one upload.
const MOST_FILES: usize = 100;
/// Uploads that are kept at once.
const MOST_UPLOADS: usize = 200;
/// All uploads together, in largest files.
const MOST_FULL: u64 = 8;
const MANIFEST: &str = "upload.json";
const SOURCES: &str = "sources.json";

/// What a person uploaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Upload {
    /// its ULID
    #[schema(value_type = String)]
    pub upload: RecordId,
    /// name of its first file
    pub name: String,
    /// bytes of all its files
    pub bytes: u64,
    /// when it began, RFC 3339
    pub at: String,
    /// what can be imported of it
    pub sources: Vec<Source>,
}

/// The list of an upload's files, as it is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::jobs) struct Manifest {
    pub at: String,
    pub files: Vec<Stored>,
}

/// What was found in which files.
#[derive(Serialize, Deserialize)]
struct Looked {
    files: Vec<Stored>,
    sources: Vec<Source>,
}

/// One file: what the user calls it, what we call it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::jobs) struct Stored {
    pub name: String,
    pub stored: String,
    pub bytes: u64,
}

/// Why an upload comes to nothing.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// more bytes than are taken
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// too many files in it, or too many uploads
    #[error("too many: at most {0}")]
    TooMany(usize),
    /// nothing can be read of it
    #[error("it cannot be read")]
    Unreadable(Vec<Finding>),
    /// the folder, or no such upload
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        Self::Job(error.into())
    }
}

/// A file on its way in. Dropped before it is finished, nothing is left of it.
pub struct Uploading<'a> {
    jobs: &'a Jobs,
    id: RecordId,
    is_new: bool,
    name: String,
    file: Option<File>,
    path: PathBuf,
    bytes: u64,
    most: u64,
}

impl Jobs {
    /// Begins a file: of a new upload, or a further one of an upload.
    pub fn begin_upload(&self, upload: Option<RecordId>, name: &str) -> Result<Uploading<'_>, UploadError> {
        let inner = self.inner();
        let (id, before) = match upload {
            Some(id) => (id, inner.manifest(id)?),
            None => {
                let kept: Vec<Manifest> =
                    inner.folder.all()?.into_iter().filter_map(|(id, _)| inner.manifest(id).ok()).collect();
                let bytes: u64 = kept.iter().flat_map(|upload| &upload.files).map(|file| file.bytes).sum();
                if kept.len() >= MOST_UPLOADS || bytes / MOST_FULL >= inner.options.upload_bytes {
                    return Err(UploadError::TooMany(MOST_UPLOADS));
                }
                (inner.next_id(), Manifest::default())
            }
        };
        if before.files.len() >= MOST_FILES {
            return Err(UploadError::TooMany(MOST_FILES));
        }
        let folder = inner.folder.make(id)?;
        let path = folder.join(format!("{}.part", inner.next_id()));
        let taken: u64 = before.files.iter().map(|file| file.bytes).sum();
        Ok(Uploading {
            jobs: self,
            id,
            is_new: upload.is_none(),
            name: names::shown(name),
            file: Some(File::create_new(&path)?),
            path,
            bytes: 0,
            most: inner.options.upload_bytes.saturating_sub(taken),
        })
    }

    /// An upload with what can be imported of it.
    pub fn upload(&self, id: RecordId) -> Result<Upload, JobError> {
        let inner = self.inner();
        let manifest = inner.manifest(id)?;
        let kept = inner.folder.of(id)?.join(SOURCES);
        let found = std::fs::read(&kept).ok().and_then(|bytes| serde_json::from_slice::<Looked>(&bytes).ok());
        // Of two files that come at once, one may have been looked at without the other.
        let sources = match found.filter(|looked| looked.files == manifest.files) {
            Some(looked) => looked.sources,
            None => {
                let sources = sources::look(inner, id, &manifest)?;
                let looked = Looked { files: manifest.files.clone(), sources };
                write_whole(&kept, &serde_json::to_vec(&looked).unwrap_or_default())?;
                looked.sources
            }
        };
        Ok(Upload {
            upload: id,
            name: manifest.files.first().map(|file| file.name.clone()).unwrap_or_default(),
            bytes: manifest.files.iter().map(|file| file.bytes).sum(),
            at: manifest.at,
            sources,
        })
    }

    /// One of an upload's sources looked at by itself, in a text encoding if one is given; nothing of it is kept.
    pub fn reread(
        &self,
        id: RecordId,
        file: &str,
        layer: Option<&str>,
        encoding: Option<&str>,
    ) -> Result<Upload, JobError> {
        let upload = self.upload(id)?;
        let is = |source: &&Source| source.file == file && source.source_layer.as_deref() == layer;
        let source = upload.sources.iter().find(is).ok_or(JobError::Unknown)?;
        let path = self.inner().uploaded(id, file)?;
        let read = sources::again(self.inner(), &path, source, encoding);
        Ok(Upload { sources: vec![read], ..upload })
    }

    /// Takes an upload away.
    pub fn remove_upload(&self, id: RecordId) -> Result<(), JobError> {
        self.inner().manifest(id)?;
        Ok(self.inner().folder.remove(id)?)
    }
}

impl Uploading<'_> {
    /// The upload.
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// Takes some bytes in.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most {
            return Err(UploadError::TooLarge(self.jobs.inner().options.upload_bytes));
        }
        match &mut self.file {
            Some(file) => Ok(file.write_all(bytes)?),
            None => Ok(()),
        }
    }

    /// All is there: gives the file its place, looks what is in it. What cannot be read is not kept.
    pub fn finish(mut self) -> Result<Upload, UploadError> {
        let inner = self.jobs.inner();
        let stored = self.settle()?;
        let upload = self.jobs.upload(self.id)?;
        let of_file: Vec<&Source> = upload.sources.iter().filter(|source| source.file == self.name).collect();
        let problems: Vec<Finding> = of_file.iter().filter_map(|source| source.trouble()).collect();
        if problems.is_empty() || problems.len() < of_file.len() {
            return Ok(upload);
        }
        if self.is_new {
            inner.folder.remove(self.id).map_err(JobError::from)?;
        } else {
            inner.forget_file(self.id, &stored)?;
        }
        Err(UploadError::Unreadable(problems))
    }

    /// The same for a picture, or a file that says where one lies.
    pub fn finish_picture(mut self) -> Result<Scan, UploadError> {
        let stored = self.settle()?;
        let looked = self.jobs.scan(self.id);
        if let Err(UploadError::Unreadable(_)) = &looked {
            let inner = self.jobs.inner();
            if self.is_new {
                inner.folder.remove(self.id).map_err(JobError::from)?;
            } else {
                inner.forget_file(self.id, &stored)?;
            }
        }
        looked
    }

    /// Gives the file its place; its name there.
    fn settle(&mut self) -> Result<String, UploadError> {
        if let Some(file) = self.file.take() {
            file.sync_all()?;
        }
        let inner = self.jobs.inner();
        let _alone = lock(&inner.filing);
        let mut manifest = match inner.manifest(self.id) {
            Ok(manifest) => manifest,
            Err(JobError::Unknown) if self.is_new => Manifest { at: inner.now(), files: Vec::new() },
            Err(error) => return Err(error.into()),
        };
        let stored = place_of(&manifest, &self.name);
        std::fs::rename(&self.path, inner.folder.of(self.id)?.join(&stored))?;
        // The same name again is the file anew.
        manifest.files.retain(|file| file.stored != stored);
        manifest.files.push(Stored { name: self.name.clone(), stored: stored.clone(), bytes: self.bytes });
        inner.write_manifest(self.id, &manifest)?;
        Ok(stored)
    }
}

impl Drop for Uploading<'_> {
    fn drop(&mut self) {
        // Where it was finished, it has another name by now.
        let _ = std::fs::remove_file(&self.path);
        if self.is_new && self.file.is_some() {
            let _ = self.jobs.inner().folder.remove(self.id);
        }
    }
}

/// The name of ours: files of one stem stay together, as a shapefile's must.
fn place_of(manifest: &Manifest, name: &str) -> String {
    let (stem, extension) = names::split(name);
    let number = |stored: &str| stored.get(1..)?.split('.').next()?.parse::<usize>().ok();
    let same = manifest.files.iter().find(|file| names::split(&file.name).0 == stem);
    let known = same.and_then(|file| number(&file.stored));
    let next = manifest.files.iter().filter_map(|file| number(&file.stored)).max().map_or(0, |n| n + 1);
    let number = known.unwrap_or(next);
    if extension.is_empty() { format!("f{number}") } else { format!("f{number}.{extension}") }
}

/// Puts a file in its place in one step.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

impl Inner {
    pub(in crate::jobs) fn manifest(&self, id: RecordId) -> Result<Manifest, JobError> {
        let path = self.folder.of(id)?.join(MANIFEST);
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| JobError::Kept(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(JobError::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    fn write_manifest(&self, id: RecordId, manifest: &Manifest) -> Result<(), JobError> {
        let folder = self.folder.of(id)?;
        // What was known of its sources may be other with the new file.
        let _ = std::fs::remove_file(folder.join(SOURCES));
        Ok(write_whole(&folder.join(MANIFEST), &serde_json::to_vec(manifest).unwrap_or_default())?)
    }

    fn forget_file(&self, id: RecordId, stored: &str) -> Result<(), JobError> {
        let _alone = lock(&self.filing);
        let mut manifest = self.manifest(id)?;
        manifest.files.retain(|file| file.stored != stored);
        self.write_manifest(id, &manifest)?;
        Ok(std::fs::remove_file(self.folder.of(id)?.join(stored))?)
    }

    /// Where a file of an upload lies, by the name its user gave.
    pub(in crate::jobs) fn uploaded(&self, id: RecordId, name: &str) -> Result<PathBuf, JobError> {
        let manifest = self.manifest(id)?;
        let file = manifest.files.iter().find(|file| file.name == name).ok_or(JobError::Unknown)?;
        Ok(self.folder.of(id)?.join(&file.stored))
    }
}

/// A file of an upload, opened; what is said of it names it as its user did.
pub(super) struct Opened {
    pub source: Box<dyn FeatureSource>,
    pub renaming: names::Renaming,
}

/// Opens a file; a sentence where it cannot be.
pub(super) fn open(path: &Path, name: &str, options: &ReadOptions) -> Result<Opened, Bilingual> {
    let renaming = names::Renaming::new(path, name);
    match formats::open(path, options) {
        Ok(source) => Ok(Opened { source, renaming }),
        Err(error) => Err(renaming.both(&error.sentence())),
    }
}

/// What stops a file from being read, as a finding.
pub(in crate::jobs) fn trouble(file: &str, problem: &Bilingual) -> Finding {
    let spot = Spot { file: Some(file.into()), ..Spot::default() };
    let done = Bilingual::new("文件未保留", "the file was not kept");
    Finding::new("import.file", Severity::Error, spot, problem.clone(), done)
}

/// A sentence on a file that cannot be listed.
pub(super) fn sentence(path: &Path, name: &str, error: &FormatError) -> Bilingual {
    names::Renaming::new(path, name).both(&error.sentence())
}

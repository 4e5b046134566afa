//! Photos and papers that records list: looked at by their bytes, kept under their digest, made small once.
//!
//! A file is kept before the change set that lists it is written, and never taken away: whatever version of a record
//! in the log lists it finds it. Which records list what is `model::listed`.

mod bring;
mod whole;

pub use bring::BringError;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::formats::FormatError;
use crate::formats::media::{Look, MEDIA_HEAD, Unfit, look, orientation_segment};
use crate::formats::ogr::Worker;
use crate::model::{Bilingual, MediaName, digest_of};
use crate::store::{MediaFile, MediaFolder, MediaMemory, MediaStore};

/// Pixels of the longer side of a small picture: sharp in a strip of thumbnails on any screen.
const SMALL_SIDE: usize = 480;
/// Why a file is not kept, or not to be had.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// it is none that is kept
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// cut off or damaged
    #[error("the picture cannot be read: {0}")]
    Undecodable(FormatError),
    /// the file is not where it should be
    #[error("{0} is missing")]
    Missing(MediaName),
    /// its bytes are not those that its name says
    #[error("{0} has been altered")]
    Altered(MediaName),
    /// the disk
    #[error("the folder of pictures: {0}")]
    Disk(#[from] io::Error),
}

impl MediaError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let (zh, en) = match self {
            Self::Unfit(unfit) => return unfit.sentence(),
            Self::Undecodable(_) => {
                ("图片打不开，可能不完整或已损坏".to_owned(), "the picture is cut off or damaged".to_owned())
            }
            Self::Missing(name) => (
                format!("“{}”的文件不在登记册旁的文件夹里", name.title()),
                format!("the file of {:?} is not in the folder beside the register", name.title()),
            ),
            Self::Altered(name) => (
                format!("“{}”的文件内容已被改动，与登记时不符", name.title()),
                format!("the file of {:?} is not what it was when it was recorded", name.title()),
            ),
            Self::Disk(error) => (format!("图片文件夹：{}", Bilingual::from(error).zh), self.to_string()),
        };
        Bilingual::new(zh, en)
    }
}

/// How a file that is listed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// there, bit for bit
    Whole,
    /// not there
    Missing,
    /// there, with other bytes
    Altered,
}

/// The files of one register, or of several that are read as one.
pub struct Attachments {
    /// new ones go to the first
    places: Vec<Box<dyn MediaStore>>,
    /// one small picture is made at a time
    making: Mutex<()>,
}

impl Default for Attachments {
    /// In memory.
    fn default() -> Self {
        Self::at(vec![Box::new(MediaMemory::default())])
    }
}

impl Attachments {
    /// Files at places of any sort.
    pub fn at(places: Vec<Box<dyn MediaStore>>) -> Self {
        Self { places, making: Mutex::new(()) }
    }

    /// The files beside registers: in `<register>.media`.
    pub fn beside(registers: &[PathBuf]) -> Self {
        let place = |register: &PathBuf| Box::new(MediaFolder::beside(register)) as Box<dyn MediaStore>;
        Self::at(registers.iter().map(place).collect())
    }

    /// Keeps a file under its name. What is there already stays; only where its bytes are no longer those of the name
    /// are they put right.
    ///
    /// # Errors
    /// The disk.
    pub fn keep(&self, name: &MediaName, bytes: &[u8]) -> Result<(), MediaError> {
        if self.check(name)? == Kept::Whole {
            return Ok(());
        }
        let place = self.places.first().ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(place.write(file_of(name), bytes)?)
    }

    /// Keeps a picture once a small one could be made of it, so that nothing damaged comes in; a PDF as it is.
    ///
    /// # Errors
    /// It is damaged, or the disk.
    pub fn keep_sound(&self, name: &MediaName, bytes: &[u8], worker: &Worker) -> Result<(), MediaError> {
        if name.kind().is_picture() {
            self.make_small(name, bytes, worker)?;
        }
        self.keep(name, bytes)
    }

    /// A file, true to its name.
    ///
    /// # Errors
    /// It is missing or altered, or the disk.
    pub fn read(&self, name: &MediaName) -> Result<Vec<u8>, MediaError> {
        let mut altered = false;
        for place in &self.places {
            if let Some(bytes) = place.read(file_of(name))? {
                if digest_of(&bytes) == name.digest() {
                    return Ok(bytes);
                }
                altered = true;
            }
        }
        Err(if altered { MediaError::Altered(name.clone()) } else { MediaError::Missing(name.clone()) })
    }

    /// How a file stands.
    ///
    /// # Errors
    /// The disk.
    pub fn check(&self, name: &MediaName) -> Result<Kept, MediaError> {
        match self.read(name) {
            Ok(_) => Ok(Kept::Whole),
            Err(MediaError::Missing(_)) => Ok(Kept::Missing),
            Err(MediaError::Altered(_)) => Ok(Kept::Altered),
            Err(error) => Err(error),
        }
    }

    /// How many bytes a file has and what its head says; `None` where it is missing. Its bytes are not compared.
    ///
    /// # Errors
    /// The disk.
    pub fn about(&self, name: &MediaName) -> Result<Option<(u64, Look)>, MediaError> {
        for place in &self.places {
            if let Some((head, length)) = place.head(file_of(name), MEDIA_HEAD)? {
                return Ok(Some((length, look(name.kind(), &head))));
            }
        }
        Ok(None)
    }

    /// A small JPEG of a picture, made when it is first asked for.
    ///
    /// # Errors
    /// No picture, a damaged or missing one, or the disk.
    pub fn small(&self, name: &MediaName, worker: &Worker) -> Result<Vec<u8>, MediaError> {
        if !name.kind().is_picture() {
            return Err(Unfit::NotAPicture.into());
        }
        match self.kept_small(name)? {
            Some(bytes) => Ok(bytes),
            None => self.make_small(name, &self.read(name)?, worker),
        }
    }

    fn kept_small(&self, name: &MediaName) -> Result<Option<Vec<u8>>, MediaError> {
        for place in &self.places {
            if let Some(bytes) = place.read(MediaFile::Small(name.digest()))? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    fn make_small(&self, name: &MediaName, bytes: &[u8], worker: &Worker) -> Result<Vec<u8>, MediaError> {
        let _one_at_a_time = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = self.kept_small(name)? {
            return Ok(bytes);
        }
        let folder = tempfile::tempdir()?;
        let from = folder.path().join(format!("whole.{}", name.kind().ending()));
        let to = folder.path().join("small.jpg");
        std::fs::write(&from, bytes)?;
        // A picture is a matter of a second; one made to take longer is none.
        let worker = Worker {
            memory: worker.memory.min(2 << 30),
            cpu_s: 60,
            wall: Duration::from_secs(60),
            ..worker.clone()
        };
        worker.reduce_picture(&from, &to, SMALL_SIDE).map_err(MediaError::Undecodable)?;
        let mut small = std::fs::read(&to)?;
        if let Some(way) = look(name.kind(), bytes).exif.orientation.filter(|way| *way != 1)
            && small.starts_with(&[0xff, 0xd8])
        {
            small.splice(2..2, orientation_segment(way));
        }
        if let Some(place) = self.places.first() {
            // What cannot be kept is made again.
            let _ = place.write(MediaFile::Small(name.digest()), &small);
        }
        Ok(small)
    }
}

fn file_of(name: &MediaName) -> MediaFile {
    MediaFile::Whole(name.digest(), name.kind())
}

//! Messages between us and the child process: a head in JSON and a body in WKB, each with its length before it.

use std::io::{Error, ErrorKind, Read, Result, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Longest head.
const MAX_HEAD: u32 = 64 << 20;
/// Longest body: a multipolygon of some thirty million vertices.
const MAX_BODY: u32 = 512 << 20;

/// What the child is to do; first on its standard input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// bytes of address space it allows itself
    pub memory: u64,
    /// seconds of processor time it allows itself
    pub cpu_s: u64,
    /// the work
    pub work: Work,
}

/// The work.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// names of the layers
    List {
        /// file, or GDAL's name for one in an archive
        target: String,
    },
    /// all features of a layer
    Read {
        /// file, or GDAL's name for one in an archive
        target: String,
        /// layer; the only one where absent
        layer: Option<String>,
    },
    /// a file from the features that follow
    Write(Output),
    /// what a picture is
    Picture {
        /// file
        target: String,
    },
    /// tiles from a picture
    Tile(Tiling),
    /// a small JPEG of a picture, to be looked at
    Reduce {
        /// file
        target: String,
        /// the JPEG to make
        out: String,
        /// pixels of its longer side at most
        most: usize,
    },
    /// heights of an elevation raster
    Heights {
        /// file, or GDAL's name for one in an archive
        target: String,
        /// least and greatest x and y of what is wanted of it: x, y, x, y
        within: [f64; 4],
        /// EPSG code of these coordinates; they are the raster's own where absent
        crs: Option<String>,
    },
    /// a definition as Esri writes it
    EsriWkt {
        /// EPSG code or definition
        crs: String,
    },
}

/// A picture to be cut into tiles.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tiling {
    /// file
    pub target: String,
    /// the GeoPackage to make
    pub out: String,
    /// EPSG code or definition, where the file does not say it right
    pub crs: Option<String>,
    /// points: column and line in the picture, longitude and latitude; none: the file's own position counts
    pub points: Vec<[f64; 4]>,
    /// instead of points: how the picture is bent straight
    pub bent: Option<Bent>,
    /// what it is called
    pub title: String,
    /// what else is to be known of it
    pub about: String,
}

/// A picture that was taken aslant: straight lines stay straight, parallel ones do not stay parallel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bent {
    /// three rows: column and line of the picture to longitude, latitude and their divisor
    pub to_ground: [[f64; 3]; 3],
    /// degrees of longitude and of latitude of a pixel
    pub pixel: [f64; 2],
}

/// What a picture is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Picture {
    /// columns
    pub width: u64,
    /// lines
    pub height: u64,
    /// EPSG code or WKT
    pub crs: Option<String>,
    /// six numbers from column and line to coordinates, as GDAL has them
    pub position: Option<[f64; 6]>,
    /// whether points in the file say where it lies
    pub points: bool,
}

/// A file to be written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Output {
    /// file
    pub target: String,
    /// GDAL's driver
    pub driver: String,
    /// layer
    pub layer: String,
    /// EPSG code or definition
    pub crs: Option<String>,
    /// geometry of the layer; `None` for a table
    pub geometry: Option<Shape>,
    /// columns: name and kind
    pub columns: Vec<(String, Column)>,
    /// the column that names a feature, where the format has a place for it
    pub label: Option<usize>,
}

/// Geometry of a layer as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Shape {
    /// points only
    Point,
    /// lines only, written as multi
    Line,
    /// areas only, written as multi
    Area,
    /// anything
    Any,
}

/// Kind of a column.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Column {
    /// text
    Text,
    /// whole number
    Int,
    /// number
    Real,
    /// day
    Date,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// names and, where cheap, counts
    Layers(Vec<(String, Option<u64>)>),
    /// the layer has these columns
    Start {
        /// names
        columns: Vec<String>,
        /// EPSG code or WKT
        crs: Option<String>,
        /// whether there is a geometry column
        geometry: bool,
        /// how many features
        count: Option<u64>,
    },
    /// a feature, its geometry in the body
    Feature(Vec<(usize, Json)>),
    /// a feature that cannot be read
    Bad(String),
    /// what the picture is
    Picture(Picture),
    /// the size and position of heights, which stand in the body: four bytes each, line by line
    Heights(Picture),
    /// the definition asked for
    Text(String),
    /// the layer is not there, or there are several
    Choose(Vec<String>),
    /// done
    End,
    /// no driver opens the file: what GDAL says of it
    Unopened(String),
    /// it failed
    Failed(String),
}

/// Sends a message.
pub(super) fn send(out: &mut impl Write, head: &impl Serialize, body: &[u8]) -> Result<()> {
    let head = serde_json::to_vec(head)?;
    let lengths = (u32::try_from(head.len()), u32::try_from(body.len()));
    let (Ok(head_length), Ok(body_length)) = lengths else { return Err(too_long()) };
    out.write_all(&head_length.to_le_bytes())?;
    out.write_all(&body_length.to_le_bytes())?;
    out.write_all(&head)?;
    out.write_all(body)
}

/// Receives a message; an end of the stream before it is an error, too: whoever is done says so.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> Result<(T, Vec<u8>)> {
    let mut lengths = [0; 8];
    input.read_exact(&mut lengths)?;
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head_length, body_length) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    if head_length > MAX_HEAD || body_length > MAX_BODY {
        return Err(too_long());
    }
    let head = exactly(input, head_length)?;
    let body = exactly(input, body_length)?;
    Ok((serde_json::from_slice(&head)?, body))
}

/// So many bytes, without believing the length before they are there.
fn exactly(input: &mut impl Read, length: u32) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(1 << 20) as usize);
    input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() == length as usize { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn too_long() -> Error {
    Error::new(ErrorKind::InvalidData, "a message over the limit")
}

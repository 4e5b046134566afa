//! Compression and tags of finished tiles.

use std::cell::RefCell;

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use sha2::{Digest as _, Sha256};

/// Header of RFC 1952: deflate, no name, no time (the same bytes for the same tile), fastest, any system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

thread_local! {
    // Making a compressor costs more than compressing a small tile.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// One gzip member.
pub fn compress(content: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(content.len() / 2 + 64);
    out.extend_from_slice(&HEADER);
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        loop {
            let read = compressor.total_in() as usize;
            match compressor.compress_vec(
                content.get(read..).unwrap_or_default(),
                &mut out,
                FlushCompress::Finish,
            ) {
                Ok(flate2::Status::StreamEnd) | Err(_) => break,
                Ok(_) => out.reserve(content.len() / 4 + 64),
            }
        }
    });
    let mut crc = Crc::new();
    crc.update(content);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Bytes::from(out)
}

/// Strong entity tag of a tile's content, quotes included.
pub fn etag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn it_reads_back() {
        for size in [1, 100, 70_000, 1_000_000] {
            let content: Vec<u8> =
                (0..size).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 20) as u8).collect();
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(&compress(&content)[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, content);
        }
    }
}

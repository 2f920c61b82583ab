//! Decompression of an archive: gzip, zstd or none, recognized by its first bytes, because media
//! types are often wrong. Never guesses: other compressions are refused by name.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::tar_entries::TarError;

const BUFFER: usize = 256 * 1024;

/// Enough bytes to tell bzip2 from a file name that starts with the same bytes.
pub(super) const MAGIC: usize = 10;

/// Returns a reader of the uncompressed archive. Unsupported for other compressions than gzip and
/// zstd.
pub(super) fn decompressed<'a>(source: &'a mut impl Read) -> Result<Box<dyn Read + 'a>, TarError> {
    let mut magic = Vec::with_capacity(MAGIC);
    source.by_ref().take(MAGIC as u64).read_to_end(&mut magic)?;
    let whole = BufReader::with_capacity(BUFFER, io::Cursor::new(magic.clone()).chain(source));
    Ok(match compression(&magic) {
        Some("gzip") => Box::new(MultiGzDecoder::new(whole)),
        Some("zstd") => zstd_decoder(whole)?,
        Some(name) => return Err(TarError::Unsupported(format!("it is compressed with {name}"))),
        None => Box::new(whole),
    })
}

#[cfg(feature = "zstd")]
fn zstd_decoder<'a>(archive: impl BufRead + 'a) -> Result<Box<dyn Read + 'a>, TarError> {
    Ok(Box::new(zstd::Decoder::with_buffer(archive)?))
}

#[cfg(not(feature = "zstd"))]
fn zstd_decoder<'a>(_: impl BufRead + 'a) -> Result<Box<dyn Read + 'a>, TarError> {
    let why = "it is compressed with zstd, and this build was made without the feature `zstd`";
    Err(TarError::Unsupported(why.into()))
}

/// Returns the name of the compression of a file that starts with `magic`.
pub(super) fn compression(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [0x1f, 0x8b, ..] => Some("gzip"),
        // The second is a skippable frame (RFC 8878, section 3.1.2), with which pzstd starts.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some("zstd"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90] => Some("bzip2"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some("lz4"),
        [b'L', b'Z', b'I', b'P', 1, ..] => Some("lzip"),
        [0x1f, 0x9d, ..] => Some("compress"),
        [0x5d, 0, 0, a, b, ..] if a | b != 0 => Some("lzma"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        _ => None,
    }
}

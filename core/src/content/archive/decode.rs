//! What an archive is before compression, told by its first bytes: media types are often wrong.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::entries::Fault;

const BUFFER: usize = 256 * 1024;
/// As many bytes as tell bzip2 from a name that begins alike.
const MAGIC: usize = 10;

/// The plain archive. UNSUPPORTED where it is compressed in a way that is not read here.
pub(super) fn decompressed<'a>(source: &'a mut impl Read) -> Result<Box<dyn Read + 'a>, Fault> {
    let mut magic = Vec::with_capacity(MAGIC);
    source.by_ref().take(MAGIC as u64).read_to_end(&mut magic)?;
    let whole = BufReader::with_capacity(BUFFER, io::Cursor::new(magic.clone()).chain(source));
    Ok(match magic[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        // The second is a frame that is to be skipped; pzstd begins with one.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Box::new(zstd::Decoder::with_buffer(whole)?)
        }
        _ => match other_compression(&magic) {
            Some(name) => return Err(Fault::Unsupported(format!("it is compressed by {name}"))),
            None => Box::new(whole),
        },
    })
}

fn other_compression(magic: &[u8]) -> Option<&'static str> {
    match magic {
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

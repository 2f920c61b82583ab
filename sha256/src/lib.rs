//! SHA-256 (FIPS 180-4) of several independent streams at a time on one core.
//!
//! Each round of SHA-256 waits for the result of the round before it, which leaves a core with SHA
//! instructions mostly idle. [`update_many`] fills the gaps with the rounds of other streams: on an
//! AMD EPYC of the fourth generation, two streams together take 1.95 times, three 2.3 times and four
//! 2.5 times as many bytes per second as one. A fifth adds nothing there.
//!
//! The instructions are chosen at run time, on x86-64 and aarch64. Elsewhere, and for a single
//! stream, the crate [`sha2`] computes the hash. The environment variable `OCIGRAPH_SHA256=portable`
//! makes it compute all hashes. The hash of a stream never depends on the other streams.
//!
//! ```
//! use ocigraph_sha256::{Sha256, digest_many, update_many};
//!
//! let (mut one, mut other) = (Sha256::new(), Sha256::new());
//! update_many(&mut [(&mut one, b"ab"), (&mut other, b"")]);
//! one.update(b"c");
//! assert_eq!([one.finalize(), other.finalize()], digest_many(&[b"abc", b""])[..]);
//! ```

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod aarch64;
mod lanes;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
mod x86;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use std::fmt;

use sha2::block_api::compress256;

use lanes::{Backend, Lane};

const BLOCK: usize = 64;
type Block = [u8; BLOCK];
type State = [u32; 8];

/// The initial state (FIPS 180-4, section 5.3.3).
const INITIAL: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Computes the SHA-256 hash of a stream piece by piece.
///
/// ```
/// let mut hash = ocigraph_sha256::Sha256::new();
/// hash.update(b"abc");
/// assert_eq!(hash.finalize()[..4], [0xba, 0x78, 0x16, 0xbf]);
/// ```
#[derive(Clone)]
pub struct Sha256 {
    state: State,
    length: u64,
    /// Begins with the last `length % BLOCK` bytes, which are not in the state yet.
    rest: Block,
}

impl Sha256 {
    /// Creates a hash that has read nothing yet.
    pub const fn new() -> Self {
        Self { state: INITIAL, length: 0, rest: [0; BLOCK] }
    }

    /// Reads the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let blocks = self.read(bytes);
        compress256(&mut self.state, blocks);
    }

    /// Returns the hash of all bytes read.
    pub fn finalize(mut self) -> [u8; 32] {
        let rest = self.padded_rest();
        compress256(&mut self.state, rest.blocks());
        bytes_of(&self.state)
    }

    /// Reads the next bytes, except the whole blocks that it returns.
    fn read<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [Block] {
        let used = self.used();
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if used > 0 {
            let fitting = bytes.len().min(BLOCK - used);
            self.rest[used..][..fitting].copy_from_slice(&bytes[..fitting]);
            if used + fitting < BLOCK {
                return &[];
            }
            compress256(&mut self.state, &[self.rest]);
            bytes = &bytes[fitting..];
        }
        let (blocks, rest) = bytes.as_chunks();
        self.rest[..rest.len()].copy_from_slice(rest);
        blocks
    }

    /// Returns the padded end of the stream (FIPS 180-4, section 5.1.1).
    fn padded_rest(&self) -> Padded {
        let used = self.used();
        let mut blocks = [[0; BLOCK]; 2];
        let count = if used < BLOCK - 8 { 1 } else { 2 };
        let bytes = blocks.as_flattened_mut();
        bytes[..used].copy_from_slice(&self.rest[..used]);
        bytes[used] = 0x80;
        let bits = self.length.wrapping_mul(8).to_be_bytes();
        bytes[count * BLOCK - bits.len()..][..bits.len()].copy_from_slice(&bits);
        Padded { blocks, count }
    }

    fn used(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// Omits the state, which tells what was read.
impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sha256").field("length", &self.length).finish_non_exhaustive()
    }
}

struct Padded {
    blocks: [Block; 2],
    count: usize,
}

impl Padded {
    fn blocks(&self) -> &[Block] {
        &self.blocks[..self.count]
    }
}

/// Reads the next bytes of each stream. The lengths can differ: as soon as one stream has read all
/// its bytes, the next one takes its place.
pub fn update_many(streams: &mut [(&mut Sha256, &[u8])]) {
    update_many_with(Backend::chosen(), streams);
}

/// Returns the hash of each message, in the order of `messages`.
pub fn digest_many(messages: &[&[u8]]) -> Vec<[u8; 32]> {
    digest_many_with(Backend::chosen(), messages)
}

fn update_many_with(backend: Backend, streams: &mut [(&mut Sha256, &[u8])]) {
    let mut lanes: Vec<Lane<'_>> = streams
        .iter_mut()
        .map(|(stream, bytes)| {
            let blocks = stream.read(bytes);
            Lane { state: &mut stream.state, blocks }
        })
        .collect();
    backend.compress(&mut lanes);
}

fn finalize_many_with(backend: Backend, streams: &mut [Sha256]) -> Vec<[u8; 32]> {
    let rests: Vec<Padded> = streams.iter().map(Sha256::padded_rest).collect();
    let mut lanes: Vec<Lane<'_>> = streams
        .iter_mut()
        .zip(&rests)
        .map(|(stream, rest)| Lane { state: &mut stream.state, blocks: rest.blocks() })
        .collect();
    backend.compress(&mut lanes);
    streams.iter().map(|stream| bytes_of(&stream.state)).collect()
}

fn digest_many_with(backend: Backend, messages: &[&[u8]]) -> Vec<[u8; 32]> {
    let mut streams = vec![Sha256::new(); messages.len()];
    let mut updates: Vec<_> = streams.iter_mut().zip(messages.iter().copied()).collect();
    update_many_with(backend, &mut updates);
    finalize_many_with(backend, &mut streams)
}

fn bytes_of(state: &State) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

//! SHA-256 of many files, two at a time on one core: each file is hashed in a lane of its own.
//!
//! Each round of SHA-256 waits for the result of the one before it, which leaves a core with SHA
//! instructions partly idle. Hashing blocks of two files alternately fills those gaps. Measured on
//! one core of an AMD EPYC: 2.4 GB/s instead of 1.8 GB/s. A third lane adds nothing. Relies on the
//! crate `sha2` for the compression function. The digest of a file never depends on the other lane.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sha2::block_api::compress256;

use crate::blocking::check_cancelled;
use ocigraph_types::Digest;
use ocigraph_types::{Error, Result};

const BLOCK: usize = 64;
const READ_SIZE: usize = 4096 * BLOCK;

/// The initial state (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

type Digested = (usize, Result<(Digest, u64)>);

/// Digests all files that `take` returns. Each result comes with the file's index.
pub(super) fn digest_with_lanes<'a>(take: impl Fn() -> Option<(usize, &'a Path)>) -> Vec<Digested> {
    let mut done = Vec::new();
    let mut lanes = [Lane::new(), Lane::new()];
    loop {
        for lane in &mut lanes {
            lane.advance(&take, &mut done);
        }
        let [one, other] = &mut lanes;
        match (one.blocks().len(), other.blocks().len()) {
            (0, 0) => return done,
            (_, 0) => one.compress_all(),
            (0, _) => other.compress_all(),
            (a, b) => compress_both(one, other, a.min(b)),
        }
    }
}

fn compress_both(one: &mut Lane<'_>, other: &mut Lane<'_>, blocks: usize) {
    let (mut a, mut b) = (one.state, other.state);
    for (of_one, of_other) in one.blocks().iter().zip(other.blocks()) {
        compress256(&mut a, std::slice::from_ref(of_one));
        compress256(&mut b, std::slice::from_ref(of_other));
    }
    (one.state, other.state) = (a, b);
    one.start += blocks * BLOCK;
    other.start += blocks * BLOCK;
}

/// A file that is being hashed, or `None` when no file is left.
struct Lane<'a> {
    file: Option<(usize, &'a Path, File)>,
    state: [u32; 8],
    length: u64,
    buffer: Vec<u8>,
    /// The part of the buffer that was read and is not hashed yet.
    start: usize,
    end: usize,
}

impl<'a> Lane<'a> {
    fn new() -> Self {
        let buffer = vec![0; READ_SIZE];
        Self { file: None, state: INITIAL, length: 0, buffer, start: 0, end: 0 }
    }

    fn blocks(&self) -> &[[u8; BLOCK]] {
        self.buffer[self.start..self.end].as_chunks().0
    }

    fn compress_all(&mut self) {
        let mut state = self.state;
        compress256(&mut state, self.blocks());
        self.state = state;
        self.start += self.blocks().len() * BLOCK;
    }

    /// Reads until the buffer holds a whole block. Finishes files and starts new ones, until no
    /// file is left.
    fn advance(&mut self, take: &impl Fn() -> Option<(usize, &'a Path)>, done: &mut Vec<Digested>) {
        while self.blocks().is_empty() {
            let Some((i, path, file)) = &mut self.file else {
                let Some((i, path)) = take() else { return };
                match File::open(path) {
                    Ok(file) => self.begin(i, path, file),
                    Err(e) => done.push((i, Err(Error::io("read", path, e)))),
                }
                continue;
            };
            // Less than a block is left: move it to the front.
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            match read_full(file, &mut self.buffer[self.end..]) {
                Ok(0) => {
                    let i = *i;
                    done.push((i, Ok((self.finish(), self.length))));
                    self.end_file();
                }
                Ok(n) => {
                    self.end += n;
                    self.length += n as u64;
                }
                Err(e) => {
                    done.push((*i, Err(Error::io("read", path, e))));
                    self.end_file();
                }
            }
        }
    }

    fn begin(&mut self, i: usize, path: &'a Path, file: File) {
        self.file = Some((i, path, file));
        self.state = INITIAL;
        self.length = 0;
    }

    fn end_file(&mut self) {
        self.file = None;
        (self.start, self.end) = (0, 0);
    }

    /// Returns the digest after padding the remaining bytes (FIPS 180-4, section 5.1.1).
    fn finish(&self) -> Digest {
        let rest = &self.buffer[self.start..self.end];
        let mut last = [0; 2 * BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        last[rest.len()] = 0x80;
        let end = if rest.len() < BLOCK - 8 { BLOCK } else { 2 * BLOCK };
        last[end - 8..end].copy_from_slice(&(self.length * 8).to_be_bytes());
        let mut state = self.state;
        compress256(&mut state, last[..end].as_chunks().0);
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        Digest::from_sha256(hash)
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    check_cancelled()?;
    while read < buffer.len() {
        match file.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, fs, path::PathBuf};

    use ocigraph_types::Algorithm;

    use super::*;

    #[test]
    fn two_lanes_give_the_same_digests_as_one_file_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let lengths = (0..=2 * BLOCK + 1).chain([
            READ_SIZE - 1,
            READ_SIZE,
            READ_SIZE + 1,
            READ_SIZE + BLOCK - 9,
            3 * READ_SIZE + 17,
        ]);
        let mut paths: Vec<PathBuf> = lengths
            .map(|length| {
                let path = dir.path().join(length.to_string());
                let content: Vec<u8> = (0..length).map(|i| (i * 7 + length) as u8).collect();
                fs::write(&path, content).unwrap();
                path
            })
            .collect();
        paths.insert(3, dir.path().join("missing"));
        let next = Cell::new(0);
        let take = || {
            let i = next.replace(next.get() + 1);
            paths.get(i).map(|path| (i, path.as_path()))
        };
        let mut digested = digest_with_lanes(take);
        digested.sort_by_key(|(i, _)| *i);
        assert_eq!(digested.len(), paths.len());
        for (path, (_, result)) in paths.iter().zip(digested) {
            match fs::read(path) {
                Ok(content) => {
                    let expected = Algorithm::Sha256.digest(&content);
                    assert_eq!(result.unwrap(), (expected, content.len() as u64));
                }
                Err(_) => assert_eq!(result.unwrap_err().code(), crate::Code::NotFound),
            }
        }
    }
}

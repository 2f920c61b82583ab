//! A reader or writer that digests and counts the bytes that pass through it. Relies on the inner
//! reader or writer for everything else.

use std::io::{self, Read, Write};

use ocigraph_types::{Algorithm, Hasher};

pub(super) struct Hashing<T> {
    pub(super) inner: T,
    pub(super) hasher: Hasher,
    /// Bytes that have passed through.
    pub(super) length: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T, algorithm: Algorithm) -> Self {
        Self { inner, hasher: algorithm.hasher(), length: 0 }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.update(&buffer[..n]);
        Ok(n)
    }
}

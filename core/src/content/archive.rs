//! Directories as blobs: packed as tar and gzip, byte for byte reproducible, and unpacked safely.
//!
//! What ORAS packs is unpacked here and the other way round: entries are named below the title,
//! and the digest of the tar stands in an annotation. An archive from a registry is hostile:
//! nothing in it is written outside the directory it belongs to, nor through a link.

mod decode;
mod entries;
mod meter;
mod pack;
mod place;
#[cfg(all(test, unix))]
mod tests;
mod unpack;

use std::{
    io::{self, Read, Write},
    path::{Component, Path},
};

pub use meter::UnpackLimits;
pub(crate) use pack::pack;
pub(crate) use unpack::PackedDirectory;

use ocigraph_types::{Algorithm, Hasher};

/// Unpacks a directory that is all that is pulled.
#[cfg(test)]
pub(crate) fn unpack(
    archive: impl Read,
    title: &str,
    output: &Path,
    content_digest: Option<&ocigraph_types::Digest>,
    limits: &UnpackLimits,
    keep_old: bool,
) -> ocigraph_types::Result<Vec<std::path::PathBuf>> {
    let claim = crate::content::final_paths::Claim::sole(
        &crate::content::paths::plain(&output.join(title)),
        Algorithm::Sha256.digest(b"the archive"),
        true,
    );
    let leftovers = crate::content::partial_file::Leftovers::default();
    let (claim, leftovers) = (&claim, &leftovers);
    let directory =
        PackedDirectory { title, output, content_digest, limits, keep_old, claim, leftovers };
    let placed = directory.unpack(archive)?;
    leftovers.all_written(std::iter::empty());
    Ok(placed)
}

/// Whether a symbolic link, named by its path below the directory, can only lead to what is in it.
///
/// `..` may only come first. Behind a name it would be taken from where that name leads, if that is
/// a link itself: `deep/link/../x` with `deep/link -> ..` is outside, though it does not read so.
fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut above = link.components().count().saturating_sub(1);
    let mut descended = false;
    for component in target.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(_) => descended = true,
            Component::ParentDir if !descended && above > 0 => above -= 1,
            _ => return false,
        }
    }
    !target.as_os_str().is_empty()
}

/// Digests and counts what goes through.
struct Hashing<T> {
    inner: T,
    hasher: Hasher,
    length: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T, algorithm: Algorithm) -> Self {
        Self { inner, hasher: algorithm.hasher(), length: 0 }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.take_in(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.take_in(&buffer[..n]);
        Ok(n)
    }
}

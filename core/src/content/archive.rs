//! Directories as blobs: packed as tar and gzip, byte for byte reproducible, and unpacked safely.
//!
//! Compatible with ORAS in both directions: entries are named below the title, and the annotation
//! `io.deis.oras.content.digest` holds the digest of the uncompressed tar. An archive from a
//! registry is hostile: nothing in it is ever written outside the directory it belongs to, nor
//! through a link.

mod decompress;
mod extract;
mod hashing;
mod link_target;
mod move_into_place;
mod pack;
mod packed_directory;
mod tar_entries;
#[cfg(all(test, unix))]
mod tests;
#[cfg(all(test, unix))]
mod unpack_for_tests;
mod unpack_limits;

pub(crate) use pack::pack;
pub(crate) use packed_directory::PackedDirectory;
#[cfg(all(test, unix))]
pub(crate) use unpack_for_tests::unpack;
pub use unpack_limits::UnpackLimits;

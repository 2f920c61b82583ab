//! Directories as blobs: packed as tar and gzip, byte for byte reproducible, and unpacked safely.
//! Also tar files that are read in place.
//!
//! Compatible with ORAS in both directions: packed entries are named below the title, and the annotation
//! `io.deis.oras.content.digest` holds the digest of the uncompressed tar. An archive from a
//! registry is hostile: nothing in it is ever written outside the directory it belongs to, nor
//! through a link.

#[cfg(feature = "archive")]
mod decompress;
#[cfg(not(feature = "archive"))]
mod disabled;
#[cfg(feature = "archive")]
mod entry_names;
#[cfg(feature = "archive")]
mod extract;
#[cfg(feature = "archive")]
mod hashing;
#[cfg(feature = "archive")]
mod link_target;
#[cfg(feature = "archive")]
mod move_into_place;
#[cfg(feature = "archive")]
mod pack;
#[cfg(feature = "archive")]
mod packed_directory;
#[cfg(feature = "archive")]
mod tar_entries;
#[cfg(all(feature = "archive", feature = "layout"))]
mod tar_file;
#[cfg(all(feature = "archive", feature = "layout"))]
mod tar_output;
#[cfg(all(test, unix, feature = "archive"))]
mod tests;
#[cfg(all(test, unix, feature = "archive"))]
mod unpack_for_tests;
mod unpack_limits;

#[cfg(all(feature = "layout", not(feature = "archive")))]
pub(crate) use disabled::{Extent, TarEntry, TarFile, TarOutput};
#[cfg(not(feature = "archive"))]
pub(crate) use disabled::{PackedDirectory, pack};
#[cfg(feature = "archive")]
pub(crate) use pack::pack;
#[cfg(feature = "archive")]
pub(crate) use packed_directory::PackedDirectory;
#[cfg(all(feature = "archive", feature = "layout"))]
pub(crate) use tar_file::{Extent, TarFile};
#[cfg(all(feature = "archive", feature = "layout"))]
pub(crate) use tar_output::{TarEntry, TarOutput};
#[cfg(all(test, unix, feature = "archive"))]
pub(crate) use unpack_for_tests::unpack;
pub use unpack_limits::UnpackLimits;

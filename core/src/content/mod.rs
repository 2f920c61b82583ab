//! Bytes on their way in and out: sources, checks of streams, files on disk and packed directories.
//!
//! Relies on the values of `ocigraph-types` and on [`blocking`](crate::blocking) for file access.
//! Never talks to a registry or to an image layout.

pub(crate) mod archive;
pub(crate) mod buffered_content;
mod created_directories;
pub(crate) mod digest_files;
pub(crate) mod file;
#[cfg(feature = "layout")]
pub(crate) mod file_stamp;
pub(crate) mod final_paths;
pub(crate) mod media_type;
pub(crate) mod output_file;
pub(crate) mod partial_file;
mod partial_name;
pub(crate) mod paths;
pub(crate) mod plain_text;
pub(crate) mod progress;
pub(crate) mod regular_file;
pub(crate) mod safe_path;
pub(crate) mod same_file;
mod sha256_lanes;
pub(crate) mod small_file;
pub(crate) mod source;
pub(crate) mod title;
#[cfg(feature = "layout")]
pub(crate) mod transfer_buffers;
pub(crate) mod verified;

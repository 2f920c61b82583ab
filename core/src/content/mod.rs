//! Bytes on their way in and out: sources, checks, files and archives.

pub(crate) mod archive;
pub(crate) mod buffered;
pub(crate) mod digest_files;
pub(crate) mod file;
pub(crate) mod final_paths;
pub(crate) mod output_file;
pub(crate) mod partial_file;
pub(crate) mod paths;
pub(crate) mod progress;
pub(crate) mod regular_file;
pub(crate) mod sha256;
pub(crate) mod small_file;
pub(crate) mod source;

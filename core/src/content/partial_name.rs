//! The hidden names of unfinished files and directories: `.ocigraph-….partial`.
//!
//! Unfinished files of killed processes are found and removed by these names, so no content that is
//! pushed or pulled may have one. Names are compared without regard to case, as some file systems
//! do.

use std::ffi::OsStr;

pub(crate) const PARTIAL_PREFIX: &str = ".ocigraph-";
pub(crate) const PARTIAL_SUFFIX: &str = ".partial";

/// Returns whether a name is one that an unfinished file can have. Content under such a name could
/// be taken for an unfinished file, and removed as a leftover.
pub(crate) fn is_partial_name(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    let (length, suffix) = (PARTIAL_SUFFIX.len(), PARTIAL_SUFFIX.as_bytes());
    is_reserved_name(name)
        && bytes.len() > length
        && bytes[bytes.len() - length..].eq_ignore_ascii_case(suffix)
}

/// Returns whether a name starts with the reserved prefix, which no title may use.
pub(crate) fn is_reserved_name(name: &OsStr) -> bool {
    let (bytes, prefix) = (name.as_encoded_bytes(), PARTIAL_PREFIX.as_bytes());
    bytes.len() >= prefix.len() && bytes[..prefix.len()].eq_ignore_ascii_case(prefix)
}

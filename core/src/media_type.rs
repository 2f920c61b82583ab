//! Media types that this crate reads and writes.

pub use ocigraph_types::media_type::*;

/// The media type that a file's name suggests; `application/octet-stream` when it suggests none.
pub fn for_name(name: &str) -> String {
    crate::content::media_type::media_type_for(name.as_ref())
}

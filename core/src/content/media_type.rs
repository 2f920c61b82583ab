//! The media type that a file name suggests. Relies on the table of the crate `mime_guess`, and
//! never looks into the file.

use std::path::Path;

use ocigraph_types::media_type;

/// Returns the media type for a file name's extension, or `application/octet-stream` for an unknown
/// one.
pub(crate) fn media_type_for(path: &Path) -> String {
    mime_guess::from_path(path).first_raw().unwrap_or(media_type::OCTET_STREAM).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_guessed_from_extensions() {
        assert_eq!(media_type_for(Path::new("a/sbom.json")), "application/json");
        assert_eq!(media_type_for(Path::new("a/readme")), media_type::OCTET_STREAM);
    }
}

//! Media types of manifests, configurations and layers, and the media types of files.

pub use ocigraph_types::media_type::*;

/// Returns the media type for a file name by its extension, and [`OCTET_STREAM`] for an unknown
/// extension.
///
/// ```
/// use ocigraph::media_type;
///
/// assert_eq!(media_type::for_name("sbom.json"), "application/json");
/// assert_eq!(media_type::for_name("data.unknown"), media_type::OCTET_STREAM);
/// ```
pub fn for_name(name: &str) -> String {
    crate::content::media_type::media_type_for(name.as_ref())
}

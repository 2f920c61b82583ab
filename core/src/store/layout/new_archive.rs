//! The files of a layout that is written as an archive, in one pass.

use serde_json::json;

use super::directory::{BLOBS, INDEX, MARKER, MARKER_CONTENT};
use ocigraph_types::{Descriptor, Digest, media_type};

/// Returns the name and the text of the file that says what the archive is.
pub(crate) fn marker() -> (&'static str, String) {
    (MARKER, MARKER_CONTENT.to_owned())
}

/// Returns the name and the text of the index with these entries.
pub(crate) fn index_of(entries: &[Descriptor]) -> (&'static str, String) {
    let index =
        json!({ "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": entries });
    (INDEX, index.to_string())
}

/// Returns the folders in which the blobs with the algorithm of a digest are, outermost first.
pub(crate) fn blob_folder(digest: &Digest) -> [String; 2] {
    [format!("{BLOBS}/"), format!("{BLOBS}/{}/", digest.algorithm_name())]
}

/// Returns the name of the file of a blob or manifest.
pub(crate) fn blob_name(digest: &Digest) -> String {
    format!("{BLOBS}/{}/{}", digest.algorithm_name(), digest.encoded())
}

//! Annotations, and the keys that ocigraph reads or writes.
//!
//! Specification: [image-spec, Annotations][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md

use std::collections::BTreeMap;

/// Annotations by key, in the order of the keys.
pub type Annotations = BTreeMap<String, String>;

/// The file name of a blob: a relative path that separates its parts with `/`.
pub const TITLE: &str = "org.opencontainers.image.title";
/// The time at which an artifact was created, in the format of RFC 3339.
pub const CREATED: &str = "org.opencontainers.image.created";
/// The tag of an entry in the `index.json` of an image layout.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The digest of a packed directory before compression. ORAS defines this key.
pub const CONTENT_DIGEST: &str = "io.deis.oras.content.digest";
/// `true` marks a packed directory that a pull unpacks. ORAS defines this key.
pub const UNPACK: &str = "io.deis.oras.content.unpack";
/// The path of the file in a layer of a model. [model-spec][spec] of the CNCF defines this key.
///
/// [spec]: https://github.com/modelpack/model-spec/blob/main/docs/annotations.md
pub const MODEL_FILE_PATH: &str = "org.cncf.model.filepath";
/// The key of [`MODEL_FILE_PATH`] in the first drafts of model-spec, which modctl still reads.
pub const OLD_MODEL_FILE_PATH: &str = "org.cnai.model.filepath";

/// Returns the annotation [`CREATED`].
///
/// ```
/// use ocigraph_types::annotation::{self, Annotations};
///
/// let annotations = Annotations::from([(annotation::CREATED.into(), "2026-01-31T10:00:00Z".into())]);
/// assert_eq!(annotation::created(&annotations), Some("2026-01-31T10:00:00Z"));
/// ```
pub fn created(annotations: &Annotations) -> Option<&str> {
    annotations.get(CREATED).map(String::as_str)
}

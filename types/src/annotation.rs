//! Keys of the annotations that this crate reads or writes.

use std::collections::BTreeMap;

/// String annotations, sorted by key.
pub type Annotations = BTreeMap<String, String>;

/// The file name of a blob: a relative path with `/`.
pub const TITLE: &str = "org.opencontainers.image.title";
/// When an artifact was made, RFC 3339.
pub const CREATED: &str = "org.opencontainers.image.created";
/// The tag of an entry in an image layout's `index.json`.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The digest of a packed directory before compression; ORAS's name for it.
pub const CONTENT_DIGEST: &str = "io.deis.oras.content.digest";
/// `true` on a packed directory that is to be unpacked when pulled; ORAS's name for it.
pub const UNPACK: &str = "io.deis.oras.content.unpack";

//! A fallback index as a value. Entries keep their JSON text, also if they cannot be read.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::store::{
    memory_budget::BodyPermit,
    registry::api::paginated_list::{entry, object, present},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, excerpt, media_type};

/// The manifest that a fallback tag names.
pub(super) enum Fallback {
    /// The tag does not exist.
    Missing,
    Index(Index),
    /// A manifest of another kind.
    Other,
    /// A manifest that cannot be read, and may be an index; with the reason.
    Malformed(String),
}

pub(super) struct Index {
    pub(super) digest: Digest,
    pub(super) etag: Option<String>,
    pub(super) entries: Vec<Entry>,
    /// The place at the body_limiter of a large index.
    pub(super) _permit: Option<BodyPermit>,
}

/// An entry of a fallback index.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) raw: Box<RawValue>,
    /// The descriptor of a referrer, or why the entry is not one.
    pub(super) parsed: std::result::Result<Descriptor, String>,
}

impl Entry {
    pub(super) fn new(descriptor: &Descriptor) -> Result<Self> {
        let raw = serde_json::value::to_raw_value(descriptor).map_err(serialization_error)?;
        Ok(Self { raw, parsed: Ok(descriptor.clone()) })
    }

    pub(super) fn digest(&self) -> Option<&Digest> {
        self.parsed.as_ref().ok().map(|descriptor| &descriptor.digest)
    }

    pub(super) fn is_one_of(&self, digests: &HashSet<Digest>) -> bool {
        self.digest().is_some_and(|digest| digests.contains(digest))
    }
}

/// Parses the entries of an index one by one. Returns the reason if the index itself cannot be
/// read.
pub(super) fn parse_entries(bytes: &[u8]) -> std::result::Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct RawIndex<'a> {
        #[serde(default, borrow, deserialize_with = "present")]
        manifests: Option<&'a RawValue>,
    }
    let index: RawIndex<'_> = object(bytes)?;
    let manifests = index.manifests.ok_or("it has no member manifests")?;
    if manifests.get() == "null" {
        return Ok(Vec::new());
    }
    let manifests: Vec<&RawValue> = serde_json::from_str(manifests.get())
        .map_err(|_| format!("manifests is not an array: {}", excerpt(manifests.get())))?;
    let parse = |raw: &RawValue| Entry { raw: raw.to_owned(), parsed: parse_referrer(raw) };
    Ok(manifests.into_iter().map(parse).collect())
}

/// Parses an entry of a list of referrers, or returns what is wrong with it.
pub(super) fn parse_referrer(raw: &RawValue) -> std::result::Result<Descriptor, String> {
    let descriptor: Descriptor = entry(raw)?;
    if media_type::is_manifest(&descriptor.media_type) {
        return Ok(descriptor);
    }
    Err(match descriptor.media_type.as_str() {
        "" => "has no mediaType".to_owned(),
        other => format!("has the type {}, which is not a manifest type", excerpt(other)),
    })
}

/// Serializes an index. All entries keep their JSON text.
pub(super) fn serialize(entries: &[Entry]) -> Result<Manifest> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        schema_version: u64,
        media_type: &'static str,
        manifests: Vec<&'a RawValue>,
    }
    let manifests = entries.iter().map(|entry| &*entry.raw).collect();
    let body = Body { schema_version: 2, media_type: media_type::OCI_INDEX, manifests };
    let bytes = serde_json::to_vec(&body).map_err(serialization_error)?;
    Ok(Manifest::index_of_bytes(bytes.into()))
}

fn serialization_error(error: serde_json::Error) -> Error {
    Error::new(Code::Internal, "the fallback index could not be serialized").with_source(error)
}

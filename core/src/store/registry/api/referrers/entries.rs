//! A fallback index as a value. Entries keep their JSON text, also if they cannot be read.

use std::collections::{BTreeMap, HashSet};

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
    /// The indexes that this one replaced, if a registry may protect what they list.
    pub(super) replaced: Vec<Digest>,
    /// The place at the body_limiter of a large index.
    pub(super) _permit: Option<BodyPermit>,
}

/// The annotation of a fallback index with the descriptors of referrers that are being deleted, as a
/// JSON array. Some registries refuse to delete a manifest that an index lists (Harbor, GitLab). The
/// annotation keeps the referrer discoverable until it is deleted.
const DELETING: &str = "io.ocigraph.deleting";

/// The annotation of a fallback index with the digests of the indexes that it replaced, separated by
/// commas. They protect what they list until they are deleted, and nothing else names them.
const REPLACED: &str = "io.ocigraph.replaced";

/// An entry of a fallback index.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) raw: Box<RawValue>,
    /// The entry is in the annotation [`DELETING`], and not in the list.
    pub(super) deleting: bool,
    /// The descriptor of a referrer, or why the entry is not one.
    pub(super) parsed: std::result::Result<Descriptor, String>,
}

impl Entry {
    pub(super) fn new(descriptor: &Descriptor) -> Result<Self> {
        let raw = serde_json::value::to_raw_value(descriptor).map_err(serialization_error)?;
        Ok(Self { raw, deleting: false, parsed: Ok(descriptor.clone()) })
    }

    pub(super) fn digest(&self) -> Option<&Digest> {
        self.parsed.as_ref().ok().map(|descriptor| &descriptor.digest)
    }

    pub(super) fn is_one_of(&self, digests: &HashSet<Digest>) -> bool {
        self.digest().is_some_and(|digest| digests.contains(digest))
    }
}

/// Parses the entries of an index one by one, and the digests of the indexes that it replaced. Returns
/// the reason if the index itself cannot be read.
pub(super) fn parse_entries(
    bytes: &[u8],
) -> std::result::Result<(Vec<Entry>, Vec<Digest>), String> {
    #[derive(Deserialize)]
    struct RawIndex<'a> {
        #[serde(default, borrow, deserialize_with = "present")]
        manifests: Option<&'a RawValue>,
        #[serde(default, borrow)]
        annotations: Option<&'a RawValue>,
    }
    let index: RawIndex<'_> = object(bytes)?;
    let manifests = index.manifests.ok_or("it has no member manifests")?;
    let (mut entries, replaced) = annotated(index.annotations);
    if manifests.get() == "null" {
        return Ok((entries, replaced));
    }
    let manifests: Vec<&RawValue> = serde_json::from_str(manifests.get())
        .map_err(|_| format!("manifests is not an array: {}", excerpt(manifests.get())))?;
    let parse = |raw: &RawValue| Entry {
        raw: raw.to_owned(),
        deleting: false,
        parsed: parse_referrer(raw),
    };
    entries.splice(0..0, manifests.into_iter().map(parse));
    Ok((entries, replaced))
}

/// The entries in the annotation [`DELETING`], and the digests in [`REPLACED`]. Other annotations may
/// be of any kind.
fn annotated(annotations: Option<&RawValue>) -> (Vec<Entry>, Vec<Digest>) {
    let annotations: Option<BTreeMap<String, serde_json::Value>> =
        annotations.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let annotations = annotations.unwrap_or_default();
    let text = |key: &str| annotations.get(key).and_then(serde_json::Value::as_str);
    let listed: Option<Vec<Box<RawValue>>> =
        text(DELETING).and_then(|text| serde_json::from_str(text).ok());
    let entry = |raw: Box<RawValue>| {
        let parsed = parse_referrer(&raw);
        parsed.is_ok().then_some(Entry { raw, deleting: true, parsed })
    };
    let replaced = text(REPLACED).into_iter().flat_map(|text| text.split(','));
    (
        listed.into_iter().flatten().filter_map(entry).collect(),
        replaced.filter_map(|digest| digest.parse().ok()).collect(),
    )
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
pub(super) fn serialize(entries: &[Entry], replaced: &[Digest]) -> Result<Manifest> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        schema_version: u64,
        media_type: &'static str,
        manifests: Vec<&'a RawValue>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        annotations: BTreeMap<&'static str, String>,
    }
    let raw = |deleting: bool| -> Vec<&RawValue> {
        entries.iter().filter(|e| e.deleting == deleting).map(|entry| &*entry.raw).collect()
    };
    let (manifests, deleting) = (raw(false), raw(true));
    let mut annotations = BTreeMap::new();
    if !deleting.is_empty() {
        let text = serde_json::to_string(&deleting).map_err(serialization_error)?;
        annotations.insert(DELETING, text);
    }
    if !replaced.is_empty() {
        let digests: Vec<&str> = replaced.iter().map(Digest::as_str).collect();
        annotations.insert(REPLACED, digests.join(","));
    }
    let body =
        Body { schema_version: 2, media_type: media_type::OCI_INDEX, manifests, annotations };
    let bytes = serde_json::to_vec(&body).map_err(serialization_error)?;
    Ok(Manifest::index_of_bytes(bytes.into()))
}

fn serialization_error(error: serde_json::Error) -> Error {
    Error::new(Code::Internal, "the fallback index could not be serialized").with_source(error)
}

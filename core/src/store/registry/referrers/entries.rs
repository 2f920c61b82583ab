//! A fallback index as a value: its entries as they are written, those that cannot be read too.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::referrer;
use crate::store::{
    memory::Turn,
    registry::listing::{object, present},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, excerpt, media_type};

/// What a fallback tag names.
pub(super) enum Fallback {
    None,
    Index(Index),
    /// A manifest that is no index.
    Other,
    /// What may be an index, and cannot be read.
    Malformed(String),
}

pub(super) struct Index {
    pub(super) digest: Digest,
    pub(super) etag: Option<String>,
    pub(super) entries: Vec<Entry>,
    /// That of a large index.
    pub(super) _turn: Option<Turn>,
}

/// An entry of a fallback index as it is written: one that cannot be read is kept all the same.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) raw: Box<RawValue>,
    pub(super) known: std::result::Result<Descriptor, String>,
}

impl Entry {
    pub(super) fn of(descriptor: &Descriptor) -> Result<Self> {
        let raw = serde_json::value::to_raw_value(descriptor).map_err(not_written)?;
        Ok(Self { raw, known: Ok(descriptor.clone()) })
    }

    pub(super) fn digest(&self) -> Option<&Digest> {
        self.known.as_ref().ok().map(|descriptor| &descriptor.digest)
    }

    pub(super) fn is_one_of(&self, digests: &HashSet<Digest>) -> bool {
        self.digest().is_some_and(|digest| digests.contains(digest))
    }
}

/// The entries of an index, each read by itself, or why it cannot be told what they are.
pub(super) fn entries_of(bytes: &[u8]) -> std::result::Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(default, borrow, deserialize_with = "present")]
        manifests: Option<&'a RawValue>,
    }
    let raw: Raw<'_> = object(bytes)?;
    let listed = raw.manifests.ok_or("it has no manifests")?;
    if listed.get() == "null" {
        return Ok(Vec::new());
    }
    let listed: Vec<&RawValue> = serde_json::from_str(listed.get())
        .map_err(|_| format!("its manifests are no list: {}", excerpt(listed.get())))?;
    let read = |raw: &RawValue| Entry { raw: raw.to_owned(), known: referrer(raw) };
    Ok(listed.into_iter().map(read).collect())
}

/// An index of these entries, each as it was.
pub(super) fn written(entries: &[Entry]) -> Result<Manifest> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        schema_version: u64,
        media_type: &'static str,
        manifests: Vec<&'a RawValue>,
    }
    let manifests = entries.iter().map(|entry| &*entry.raw).collect();
    let body = Body { schema_version: 2, media_type: media_type::OCI_INDEX, manifests };
    let bytes = serde_json::to_vec(&body).map_err(not_written)?;
    Ok(Manifest::index_of_bytes(bytes.into()))
}

fn not_written(error: serde_json::Error) -> Error {
    Error::new(Code::Internal, "an index could not be written").with_source(error)
}

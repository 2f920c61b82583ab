//! `index.json` as a value: its entries, their tags, and the fields that other tools have added.
//! Parsing keeps unknown fields and writing puts them back. This module does no I/O.
//!
//! Format: [image-spec v1.1.1, "index.json file"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file

use std::{collections::HashSet, fmt, path::Path};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use crate::content::plain_text::utf8_text;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, annotation, check_tag, media_type};

/// containerd writes the full image name into this annotation beside the tag. Removing the tag
/// removes this name too.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

const MANIFESTS: &str = "manifests";

/// The entries of an image index, and all its other fields unchanged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Index {
    fields: Map<String, Value>,
    pub(super) entries: Vec<Descriptor>,
}

impl Index {
    /// Returns an index without entries, with the fields that ORAS also writes into a new layout.
    pub(super) fn empty() -> Self {
        let fields = Map::from_iter([
            ("schemaVersion".to_owned(), Value::from(2)),
            ("mediaType".to_owned(), Value::from(media_type::OCI_INDEX)),
            (MANIFESTS.to_owned(), Value::Null),
        ]);
        Self { fields, entries: Vec::new() }
    }

    /// Parses `bytes`. Errors are INVALID_MANIFEST and name `file`.
    pub(super) fn parse(bytes: &[u8], file: &Path) -> Result<Self> {
        let malformed = |reason: &str| {
            Error::new(
                Code::InvalidManifest,
                format!("{} is not an image index: {reason}", file.display()),
            )
            .with_hint("restore the file, or push to a new directory")
        };
        let text = utf8_text(bytes).map_err(malformed)?;
        serde_json::from_str(text).map_err(|e| malformed(&e.to_string()))
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self)
            .map_err(|e| Error::new(Code::Internal, "cannot serialize index.json").with_source(e))
    }

    /// Returns the digest that a tag names. If two entries have the same tag, the later one counts,
    /// as it does for ORAS.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| name_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// Returns the first entry with this digest.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.entries.iter().find(|e| e.digest == *digest)
    }

    /// Returns each tag once, in the order of the entries. Omits names that are not valid tags:
    /// other tools write whole references into the same annotation.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let names = self.entries.iter().filter_map(tag_of);
        names.filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
    }

    /// Returns the manifests that have no entry with a tag.
    pub(super) fn list_untagged(&self) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> =
            self.entries.iter().filter(|e| tag_of(e).is_some()).map(|e| &e.digest).collect();
        self.entries.iter().filter(|e| seen.insert(&e.digest)).cloned().collect()
    }

    /// Adds an entry of the manifest for each tag; without tags, adds an untagged entry unless the
    /// manifest has an entry already. A manifest that loses a tag this way keeps an entry.
    pub(super) fn add(&mut self, manifest: &Descriptor, tags: &[String]) {
        let mut plain = self.entry(&manifest.digest).unwrap_or(manifest).clone();
        plain.annotations.remove(annotation::REF_NAME);
        plain.annotations.remove(CONTAINERD_NAME);
        for tag in tags {
            if self.tagged(tag) == Some(&plain.digest) {
                continue;
            }
            self.remove_tag(tag);
            let mut tagged = plain.clone();
            tagged.annotations.insert(annotation::REF_NAME.into(), tag.clone());
            let untagged = |e: &Descriptor| e.digest == plain.digest && name_of(e).is_none();
            match self.entries.iter().position(untagged) {
                Some(position) => self.entries[position] = tagged,
                None => self.entries.push(tagged),
            }
        }
        if self.entry(&plain.digest).is_none() {
            self.entries.push(plain);
        }
    }

    /// Removes a tag, but keeps an entry of the manifest that it named. Returns true if the tag
    /// existed.
    pub(super) fn remove_tag(&mut self, tag: &str) -> bool {
        let others = self.entries.iter().filter(|e| name_of(e) != Some(tag));
        let mut listed: HashSet<Digest> = others.map(|e| e.digest.clone()).collect();
        let mut found = false;
        self.entries.retain_mut(|entry| {
            if name_of(entry) != Some(tag) {
                return true;
            }
            found = true;
            entry.annotations.remove(annotation::REF_NAME);
            listed.insert(entry.digest.clone())
        });
        found
    }
}

fn name_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    name_of(entry).filter(|name| check_tag(name).is_ok())
}

/// Deserializes entries directly: a `Value` in between would take ten times their memory.
impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(IndexVisitor)
    }
}

struct IndexVisitor;

impl<'de> Visitor<'de> for IndexVisitor {
    type Value = Index;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Index, A::Error> {
        let mut index = Index { fields: Map::new(), entries: Vec::new() };
        while let Some(key) = map.next_key::<String>()? {
            let value = if key == MANIFESTS {
                index.entries = map.next_value::<Option<Vec<Descriptor>>>()?.unwrap_or_default();
                Value::Null
            } else {
                map.next_value()?
            };
            index.fields.insert(key, value);
        }
        Ok(index)
    }
}

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.fields {
            match key.as_str() {
                MANIFESTS => map.serialize_entry(key, &self.entries)?,
                _ => map.serialize_entry(key, value)?,
            }
        }
        if !self.fields.contains_key(MANIFESTS) {
            map.serialize_entry(MANIFESTS, &self.entries)?;
        }
        map.end()
    }
}

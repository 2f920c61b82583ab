//! `index.json` as a value: entries, their tags, and whatever fields others have put there.

use std::{collections::HashSet, fmt, path::Path};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use ocigraph_types::{Code, Descriptor, Digest, Error, Result, annotation, check_tag, media_type};

/// containerd's name for an image stands beside its tag, and goes by the tag's entry.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

const MANIFESTS: &str = "manifests";

/// The entries, and every field that is not ours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Index {
    fields: Map<String, Value>,
    pub(super) entries: Vec<Descriptor>,
}

impl Index {
    /// What ORAS writes into a new layout too.
    pub(super) fn empty() -> Self {
        let fields = Map::from_iter([
            ("schemaVersion".to_owned(), Value::from(2)),
            ("mediaType".to_owned(), Value::from(media_type::OCI_INDEX)),
            (MANIFESTS.to_owned(), Value::Null),
        ]);
        Self { fields, entries: Vec::new() }
    }

    /// Reads the bytes of `file`.
    pub(super) fn parse(bytes: &[u8], file: &Path) -> Result<Self> {
        let malformed = |e: serde_json::Error| {
            Error::new(Code::InvalidManifest, format!("{} is no image index: {e}", file.display()))
                .with_hint("restore it, or push into a new directory")
        };
        serde_json::from_slice(bytes).map_err(malformed)
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| {
            Error::new(Code::Internal, "index.json could not be written").with_source(e)
        })
    }

    /// What a tag names. Of two entries with one tag the later counts, as for ORAS.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| name_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// The entry of a digest.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.entries.iter().find(|e| e.digest == *digest)
    }

    /// The names that are tags; other tools write whole references there too.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let names = self.entries.iter().filter_map(tag_of);
        names.filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
    }

    /// Manifests of which no entry has a tag.
    pub(super) fn list_untagged(&self) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> =
            self.entries.iter().filter(|e| tag_of(e).is_some()).map(|e| &e.digest).collect();
        self.entries.iter().filter(|e| seen.insert(&e.digest)).cloned().collect()
    }

    /// Lists a manifest under `tags`, or without one unless it is listed already. What a tag named
    /// before stays listed.
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
            let nameless = |e: &Descriptor| e.digest == plain.digest && name_of(e).is_none();
            match self.entries.iter().position(nameless) {
                Some(place) => self.entries[place] = tagged,
                None => self.entries.push(tagged),
            }
        }
        if self.entry(&plain.digest).is_none() {
            self.entries.push(plain);
        }
    }

    /// Takes a tag away; what it named stays listed. Whether it was there.
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

/// The entries are read and written as they are, and not by way of a `Value` of ten times their size.
impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
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

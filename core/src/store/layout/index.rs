//! `index.json` as a value: its entries, their tags, and the fields that other tools have added.
//! Parsing keeps unknown fields and writing puts them back. This module does no I/O.
//!
//! Format: [image-spec v1.1.1, "index.json file"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::Path,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use ocigraph_types::{Code, Descriptor, Digest, Error, Result, annotation, media_type};

/// The full image name, such as `docker.io/library/hello:1.0`, in an entry whose tag is `1.0`.
/// docker, buildkit and containerd write it, and read an image under this name. It moves with the
/// tag, and goes with it.
const FULL_NAME: &str = "io.containerd.image.name";

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
        let malformed = |e: serde_json::Error| {
            Error::new(
                Code::InvalidManifest,
                format!("{} is not an image index: {e}", file.display()),
            )
            .with_hint("restore the file, or push to a new directory")
        };
        serde_json::from_slice(bytes).map_err(malformed)
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self)
            .map_err(|e| Error::new(Code::Internal, "cannot serialize index.json").with_source(e))
    }

    /// Returns the digest that a tag names. If two entries have the same tag, the later one counts,
    /// as it does for ORAS. The earlier one is found by its full name: `docker save` of two images
    /// with the tag `latest` writes such entries.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.with_tag(tag).or_else(|| {
            let named = || self.entries.iter().filter(|e| full_name_of(e) == Some(tag));
            let has_tag =
                |e: &Descriptor| tag_of(e).is_some_and(|tag| self.with_tag(tag) == Some(&e.digest));
            if named().any(has_tag) { None } else { named().next_back().map(|e| &e.digest) }
        })
    }

    fn with_tag(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| tag_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// Returns the tag of the entry that has this full name.
    pub(super) fn tag_of_full_name(&self, name: &str) -> Option<&str> {
        self.entries.iter().rev().find(|e| full_name_of(e) == Some(name)).and_then(tag_of)
    }

    /// Returns the first entry with this digest.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.entries.iter().find(|e| e.digest == *digest)
    }

    /// Returns each tag once, in the order of the entries: any name, also one that is not valid in
    /// a registry.
    pub(super) fn tags(&self) -> Vec<String> {
        self.names().into_iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// Returns the manifests that no tag names.
    pub(super) fn list_untagged(&self) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> =
            self.names().into_iter().map(|(_, digest)| digest).collect();
        self.entries.iter().filter(|e| seen.insert(&e.digest)).cloned().collect()
    }

    /// Returns what [`Index::tagged`] finds, with the name by which it does.
    fn names(&self) -> Vec<(&str, &Digest)> {
        let tags = self.entries.iter().filter_map(|e| Some((tag_of(e)?, &e.digest)));
        let tags: HashMap<&str, &Digest> = tags.collect();
        let has_tag = |e: &Descriptor| tag_of(e).is_some_and(|tag| *tags[tag] == e.digest);
        let (with_tag, without): (Vec<&Descriptor>, _) =
            self.entries.iter().partition(|e| has_tag(e));
        let taken: HashSet<&str> = with_tag.into_iter().filter_map(full_name_of).collect();
        let full_names = without.into_iter().filter_map(|e| Some((full_name_of(e)?, &e.digest)));
        let full_names: HashMap<&str, &Digest> = full_names
            .filter(|(name, _)| !tags.contains_key(name) && !taken.contains(name))
            .collect();
        let mut seen = HashSet::new();
        let all = self.entries.iter().flat_map(|e| [tag_of(e), full_name_of(e)]).flatten();
        let named = all.filter_map(|name| {
            let digest = tags.get(name).or_else(|| full_names.get(name))?;
            seen.insert(name).then_some((name, *digest))
        });
        named.collect()
    }

    /// Adds an entry of the manifest for each tag; without tags, adds an untagged entry unless the
    /// manifest has an entry already. A manifest that loses a tag this way keeps an entry.
    pub(super) fn add(&mut self, manifest: &Descriptor, tags: &[String]) {
        let mut plain = self.entry(&manifest.digest).unwrap_or(manifest).clone();
        remove_names(&mut plain);
        for tag in tags {
            if self.with_tag(tag) == Some(&plain.digest) {
                continue;
            }
            let mut tagged = plain.clone();
            tagged.annotations.insert(annotation::REF_NAME.into(), tag.clone());
            let full_name = self.full_name(tag);
            self.remove_tag(tag);
            if let Some(name) = full_name {
                let is_named = |e: &Descriptor| full_name_of(e) == Some(&name);
                self.change(|e| is_named(e) && e.digest != plain.digest, remove_full_name);
                if !self.entries.iter().any(is_named) {
                    tagged.annotations.insert(FULL_NAME.into(), name);
                }
            }
            let untagged = |e: &Descriptor| e.digest == plain.digest && !has_name(e);
            match self.entries.iter().position(untagged) {
                Some(position) => self.entries[position] = tagged,
                None => self.entries.push(tagged),
            }
        }
        if self.entry(&plain.digest).is_none() {
            self.entries.push(plain);
        }
    }

    /// Returns the full name that goes with a tag, or the tag itself if it is a full name.
    fn full_name(&self, tag: &str) -> Option<String> {
        let with_tag = self.entries.iter().rfind(|e| tag_of(e) == Some(tag));
        let is_full_name = || self.entries.iter().any(|e| full_name_of(e) == Some(tag));
        let found = with_tag.and_then(full_name_of).or_else(|| is_full_name().then_some(tag));
        found.map(str::to_owned)
    }

    /// Removes a tag, but keeps an entry of the manifest that it named. Returns true if the tag
    /// existed.
    pub(super) fn remove_tag(&mut self, tag: &str) -> bool {
        let Some(named) = self.tagged(tag).cloned() else { return false };
        let full_name = self.full_name(tag);
        self.change(
            |e| tag_of(e) == Some(tag),
            |e| {
                e.annotations.remove(annotation::REF_NAME);
                // An earlier entry with the same tag can be another image.
                if e.digest == named {
                    remove_full_name(e);
                }
            },
        );
        self.change(
            |e| full_name_of(e).is_some_and(|n| n == tag || Some(n) == full_name.as_deref()),
            remove_full_name,
        );
        true
    }

    /// Changes entries. Then removes those of them without a name whose manifest has another entry.
    fn change(
        &mut self,
        is_affected: impl Fn(&Descriptor) -> bool,
        change: impl Fn(&mut Descriptor),
    ) {
        let others = self.entries.iter().filter(|e| !is_affected(e));
        let mut listed: HashSet<Digest> = others.map(|e| e.digest.clone()).collect();
        self.entries.retain_mut(|entry| {
            if !is_affected(entry) {
                return true;
            }
            change(entry);
            listed.insert(entry.digest.clone()) || has_name(entry)
        });
    }
}

/// Removes the names that an entry gives to its manifest.
pub(super) fn remove_names(entry: &mut Descriptor) {
    entry.annotations.remove(annotation::REF_NAME);
    remove_full_name(entry);
}

fn remove_full_name(entry: &mut Descriptor) {
    entry.annotations.remove(FULL_NAME);
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    name_in(entry, annotation::REF_NAME)
}

fn full_name_of(entry: &Descriptor) -> Option<&str> {
    name_in(entry, FULL_NAME)
}

fn has_name(entry: &Descriptor) -> bool {
    tag_of(entry).is_some() || full_name_of(entry).is_some()
}

fn name_in<'a>(entry: &'a Descriptor, annotation: &str) -> Option<&'a str> {
    entry.annotations.get(annotation).map(String::as_str).filter(|name| !name.is_empty())
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

#[cfg(test)]
mod tests {
    use bolero::{check, produce_with};

    use super::*;

    /// Tags and full names. Some are both.
    const NAMES: [&str; 5] = ["v1", "latest", "a/b:v1", "a/b:latest", "c:latest"];

    fn manifest(which: u8) -> Descriptor {
        Descriptor::of(media_type::OCI_MANIFEST, &[which % 4])
    }

    fn name(which: u8) -> Option<&'static str> {
        NAMES.get(usize::from(which % 8)).copied()
    }

    fn entry((which, tag, full_name): &(u8, u8, u8)) -> Descriptor {
        let mut entry = manifest(*which);
        for (key, value) in [(annotation::REF_NAME, tag), (FULL_NAME, full_name)] {
            if let Some(name) = name(*value) {
                entry.annotations.insert(key.into(), name.into());
            }
        }
        entry
    }

    fn index(entries: &[(u8, u8, u8)]) -> Index {
        Index { entries: entries.iter().map(entry).collect(), ..Index::empty() }
    }

    fn all_names(index: &Index) -> HashMap<String, Digest> {
        index.names().into_iter().map(|(name, d)| (name.to_owned(), d.clone())).collect()
    }

    #[test]
    fn each_name_names_one_manifest_and_no_change_loses_another() {
        let entries = produce_with::<Vec<(u8, u8, u8)>>().len(0..6usize);
        let changes = produce_with::<Vec<(bool, u8, u8)>>().len(1..4usize);
        check!().with_generator((entries, changes)).for_each(|(entries, changes)| {
            let mut index = index(entries);
            for (is_added, which, tag) in changes {
                let tag = name(tag % 5).unwrap();
                let (before, names) = (index.clone(), all_names(&index));
                let moved = before.full_name(tag);
                let existed = names.contains_key(tag);
                if *is_added {
                    index.add(&manifest(*which), &[tag.to_owned()]);
                    assert_eq!(index.tagged(tag), Some(&manifest(*which).digest));
                } else {
                    assert_eq!(index.remove_tag(tag), existed);
                    assert_eq!(index.tagged(tag), None);
                }
                let is_moved = !is_added && existed
                    || *is_added && before.with_tag(tag) != Some(&manifest(*which).digest);
                for full in index
                    .entries
                    .iter()
                    .filter(|e| is_moved && full_name_of(e) == moved.as_deref() && moved.is_some())
                {
                    assert!(*is_added && full.digest == manifest(*which).digest, "stale: {full:?}");
                }
                for (name, digest) in &names {
                    if name != tag && Some(name) != moved.as_ref() {
                        assert_eq!(index.tagged(name), Some(digest), "{name}");
                    }
                }
                for entry in &before.entries {
                    assert!(index.entry(&entry.digest).is_some(), "a manifest is lost");
                }
                let named = all_names(&index);
                for (name, digest) in &named {
                    assert_eq!(index.tagged(name), Some(digest), "{name}");
                }
                let untagged: HashSet<Digest> =
                    index.list_untagged().into_iter().map(|d| d.digest).collect();
                for entry in &index.entries {
                    let has_name = named.values().any(|digest| *digest == entry.digest);
                    assert_ne!(has_name, untagged.contains(&entry.digest));
                }
            }
        });
    }
}

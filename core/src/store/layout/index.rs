//! `index.json` as a value: its entries and their tags. `index_text` reads and writes the JSON, and
//! keeps what this value does not have. This module does no I/O.
//!
//! Format: [image-spec v1.1.1, "index.json file"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file

use std::collections::HashSet;

use super::referrers_index::is_referrers_index;
use ocigraph_types::{Descriptor, Digest, annotation, check_tag, media_type};

/// containerd writes the full image name into this annotation beside the tag. Removing the tag
/// removes this name too.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

/// The entries of an image index.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Index {
    /// The entries that have a digest.
    pub(super) entries: Vec<Descriptor>,
    /// The positions, in the JSON, of the entries that have none. They name nothing.
    pub(super) unreadable: Vec<usize>,
}

impl Index {
    /// Returns the digest that a tag names. If two entries have the same tag, the later one counts,
    /// as it does for ORAS.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| name_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// Returns the entries with this name if it names several manifests, for different platforms.
    pub(super) fn platforms_of(&self, name: &str) -> Vec<Descriptor> {
        let mut seen = HashSet::new();
        let named = self.entries.iter().filter(|e| name_of(e) == Some(name));
        let named: Vec<&Descriptor> = named.filter(|e| seen.insert(&e.digest)).collect();
        let differ = |e: &&Descriptor| e.platform != named[0].platform;
        let is_choice = named.iter().all(|e| e.platform.is_some()) && named.iter().any(differ);
        if is_choice { named.into_iter().cloned().collect() } else { Vec::new() }
    }

    /// Returns the first entry with this digest.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.entries.iter().find(|e| e.digest == *digest)
    }

    /// Returns each tag once, in the order of the entries. Omits names that are not valid tags:
    /// other tools write whole references into the same annotation. Omits indexes of referrers too.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let tagged = self.entries.iter().filter(|entry| !is_referrers_index(entry));
        let names = tagged.filter_map(tag_of);
        names.filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
    }

    /// Returns the manifests that have no entry with a tag. Omits indexes of referrers, and entries
    /// that are not manifests.
    pub(super) fn list_untagged(&self) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> =
            self.entries.iter().filter(|e| tag_of(e).is_some()).map(|e| &e.digest).collect();
        let manifests =
            self.entries.iter().filter(|e| may_be_manifest(e) && !is_referrers_index(e));
        manifests.filter(|e| seen.insert(&e.digest)).cloned().collect()
    }

    /// Adds an entry of the manifest for each tag; without tags, adds an untagged entry unless the
    /// manifest has an entry already. A manifest that loses a tag this way keeps an entry.
    pub(super) fn add(&mut self, manifest: &Descriptor, tags: &[String]) {
        let mut plain = self.entry(&manifest.digest).unwrap_or(manifest).clone();
        plain.annotations.remove(annotation::REF_NAME);
        plain.annotations.remove(CONTAINERD_NAME);
        for tag in tags {
            let mut named = self.entries.iter().filter(|e| name_of(e) == Some(tag)).peekable();
            if named.peek().is_some() && named.all(|e| e.digest == plain.digest) {
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

    /// Returns the index without the entries of some manifests.
    pub(super) fn without(&self, digests: &HashSet<&Digest>) -> Self {
        let mut index = self.clone();
        index.entries.retain(|entry| !digests.contains(&entry.digest));
        index
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

/// Returns false for a plain blob: some tools list blobs too. An entry without a media type may be a
/// manifest.
pub(super) fn may_be_manifest(entry: &Descriptor) -> bool {
    entry.media_type.is_empty() || media_type::is_manifest(&entry.media_type)
}

fn name_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::REF_NAME).map(String::as_str)
}

fn tag_of(entry: &Descriptor) -> Option<&str> {
    name_of(entry).filter(|name| check_tag(name).is_ok())
}

//! `index.json` as a value: its entries and their tags. `index_text` reads and writes the JSON, and
//! keeps what this value does not have. This module does no I/O.
//!
//! Format: [image-spec v1.1.1, "index.json file"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::referrers_index::is_referrers_index;
use ocigraph_types::{Descriptor, Digest, annotation};

/// The full image name, such as `docker.io/library/hello:1.0`, in an entry whose tag is `1.0`.
/// docker, buildkit and containerd write it, and read an image under this name. It moves with the
/// tag, and goes with it.
const FULL_NAME: &str = "io.containerd.image.name";

/// The entries of an image index.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Index {
    /// The entries that have a digest. The states of an index share them.
    pub(super) entries: Vec<Arc<Descriptor>>,
    /// The positions, in the JSON, of the entries that have none. They name nothing.
    pub(super) unreadable: Vec<usize>,
}

impl Index {
    /// Returns the digest that a tag names. If two entries have the same tag, the later one counts,
    /// as it does for ORAS. The earlier one is found by its full name: `docker save` of two images
    /// with the tag `latest` writes such entries.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Digest> {
        self.with_tag(tag).or_else(|| {
            let named = || self.entries.iter().filter(|e| full_name_of(e) == Some(tag));
            let has_tag =
                |e: &Descriptor| tag_of(e).is_some_and(|tag| self.with_tag(tag) == Some(&e.digest));
            if named().any(|e| has_tag(e)) { None } else { named().next_back().map(|e| &e.digest) }
        })
    }

    fn with_tag(&self, tag: &str) -> Option<&Digest> {
        self.entries.iter().rev().find(|e| tag_of(e) == Some(tag)).map(|e| &e.digest)
    }

    /// Returns the tag of the entry that has this full name.
    pub(super) fn tag_of_full_name(&self, name: &str) -> Option<&str> {
        self.entries.iter().rev().find(|e| full_name_of(e) == Some(name)).and_then(|e| tag_of(e))
    }

    /// Returns the entries with this tag if it names several manifests, for different platforms.
    pub(super) fn platforms_of(&self, tag: &str) -> Vec<Descriptor> {
        Self::platforms_among(self.entries.iter().map(Arc::as_ref), tag)
    }

    /// Returns what [`Index::platforms_of`] does. `entries` are at least those with this name.
    pub(super) fn platforms_among<'a>(
        entries: impl Iterator<Item = &'a Descriptor> + Clone,
        tag: &str,
    ) -> Vec<Descriptor> {
        let mut seen = HashSet::new();
        let named_by = |name_of: fn(&Descriptor) -> Option<&str>| {
            entries.clone().filter(move |e| name_of(e) == Some(tag))
        };
        let mut named: Vec<&Descriptor> = named_by(tag_of).collect();
        if named.is_empty() {
            named = named_by(full_name_of).collect();
        }
        named.retain(|e| seen.insert(&e.digest));
        let is_of_one_name = |e: &&Descriptor| full_name_of(e) == full_name_of(named[0]);
        let is_for_another = |e: &&Descriptor| e.platform != named[0].platform;
        let is_choice = named.iter().all(|e| e.platform.is_some() && is_of_one_name(e))
            && named.iter().any(is_for_another);
        if is_choice { named.into_iter().cloned().collect() } else { Vec::new() }
    }

    /// Returns the names that several entries have, with the positions of these entries.
    pub(super) fn shared_names(&self) -> impl Iterator<Item = (&str, Vec<usize>)> {
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            for name in names_of(entry).collect::<HashSet<&str>>() {
                named.entry(name).or_default().push(at);
            }
        }
        named.into_iter().filter(|(_, positions)| positions.len() > 1)
    }

    /// Returns the first entry with this digest.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.entries.iter().find(|e| e.digest == *digest).map(Arc::as_ref)
    }

    /// Returns true if this entry, or another one of the same manifest, has this size.
    pub(super) fn has_size(&self, entry: &Descriptor, size: u64) -> bool {
        let mut others = self.entries.iter().filter(|other| other.digest == entry.digest);
        entry.size == size || others.any(|other| other.size == size)
    }

    /// Returns each tag once, in the order of the entries: any name, also one that is not valid in
    /// a registry. Omits indexes of referrers.
    pub(super) fn tags(&self) -> Vec<String> {
        self.names().map(|(name, _)| name.to_owned()).collect()
    }

    /// Returns the tags with the form of a fallback tag, which [`Index::tags`] omits.
    pub(super) fn fallback_tags(&self) -> Vec<String> {
        let entries = self.entries.iter().filter(|entry| is_referrers_index(entry));
        entries.filter_map(|e| tag_of(e)).map(str::to_owned).collect()
    }

    /// Returns the manifests that no tag names. Omits indexes of referrers, and entries that are not
    /// manifests.
    pub(super) fn list_untagged(&self) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> = self.names().map(|(_, digest)| digest).collect();
        let manifests =
            self.entries.iter().filter(|e| e.may_be_manifest() && !is_referrers_index(e));
        manifests.filter(|e| seen.insert(&e.digest)).map(|e| Descriptor::clone(e)).collect()
    }

    /// Returns what [`Index::tagged`] finds, with the name by which it does. Omits indexes of
    /// referrers.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &Digest)> {
        let entries = || self.entries.iter().filter(|e| !is_referrers_index(e));
        let tags = entries().filter_map(|e| Some((tag_of(e)?, &e.digest)));
        let tags: HashMap<&str, &Digest> = tags.collect();
        let has_tag = |e: &Descriptor| tag_of(e).is_some_and(|tag| *tags[tag] == e.digest);
        let (with_tag, without): (Vec<&Arc<Descriptor>>, _) = entries().partition(|e| has_tag(e));
        let taken: HashSet<&str> = with_tag.into_iter().filter_map(|e| full_name_of(e)).collect();
        let full_names = without.into_iter().filter_map(|e| Some((full_name_of(e)?, &e.digest)));
        let full_names: HashMap<&str, &Digest> = full_names
            .filter(|(name, _)| !tags.contains_key(name) && !taken.contains(name))
            .collect();
        let mut seen = HashSet::new();
        let all = entries().flat_map(|e| names_of(e));
        all.filter_map(move |name| {
            let digest = tags.get(name).or_else(|| full_names.get(name))?;
            seen.insert(name).then_some((name, *digest))
        })
    }

    /// Adds an entry of the manifest for each tag; without tags, adds an untagged entry unless the
    /// manifest has an entry already. A manifest that loses a tag this way keeps an entry.
    pub(super) fn add(&mut self, manifest: &Descriptor, tags: &[String]) {
        // Another tool may have written a wrong size or type.
        for entry in self.entries.iter_mut().filter(|entry| entry.digest == manifest.digest) {
            let entry = Arc::make_mut(entry);
            entry.size = manifest.size;
            entry.media_type.clone_from(&manifest.media_type);
        }
        let mut plain = self.entry(&manifest.digest).unwrap_or(manifest).clone();
        remove_names(&mut plain);
        for tag in tags {
            if self.with_tag(tag) == Some(&plain.digest) && self.platforms_of(tag).is_empty() {
                continue;
            }
            let mut tagged = plain.clone();
            tagged.annotations.insert(annotation::REF_NAME.into(), tag.clone());
            let full_name = self.full_name(tag);
            self.remove_tag(tag);
            if let Some(name) = full_name {
                let is_named = |e: &Descriptor| full_name_of(e) == Some(&name);
                self.change(|e| is_named(e) && e.digest != plain.digest, remove_full_name);
                if !self.entries.iter().any(|e| is_named(e)) {
                    tagged.annotations.insert(FULL_NAME.into(), name);
                }
            }
            let untagged = |e: &Descriptor| e.digest == plain.digest && !has_name(e);
            match self.entries.iter().position(|e| untagged(e)) {
                Some(position) => self.entries[position] = Arc::new(tagged),
                None => self.entries.push(Arc::new(tagged)),
            }
        }
        if self.entry(&plain.digest).is_none() {
            self.entries.push(Arc::new(plain));
        }
    }

    /// Does what [`Index::add`] does for a manifest that no entry lists, and tags that no entry has as a
    /// name.
    pub(super) fn append(&mut self, manifest: &Descriptor, tags: &[String]) {
        let mut plain = manifest.clone();
        remove_names(&mut plain);
        for tag in tags {
            let mut tagged = plain.clone();
            tagged.annotations.insert(annotation::REF_NAME.into(), tag.clone());
            self.entries.push(Arc::new(tagged));
        }
        if tags.is_empty() {
            self.entries.push(Arc::new(plain));
        }
    }

    /// Returns the index without the entries of some manifests.
    pub(super) fn without(&self, digests: &HashSet<&Digest>) -> Self {
        let mut index = self.clone();
        index.entries.retain(|entry| !digests.contains(&entry.digest));
        index
    }

    /// Returns the full name that goes with a tag, or the tag itself if it is a full name.
    fn full_name(&self, tag: &str) -> Option<String> {
        let with_tag = self.entries.iter().rfind(|e| tag_of(e) == Some(tag));
        let is_full_name = || self.entries.iter().any(|e| full_name_of(e) == Some(tag));
        let found =
            with_tag.and_then(|e| full_name_of(e)).or_else(|| is_full_name().then_some(tag));
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
            change(Arc::make_mut(entry));
            listed.insert(entry.digest.clone()) || has_name(entry)
        });
    }
}

/// Returns the names that an entry gives to its manifest: its tag and its full name.
pub(super) fn names_of(entry: &Descriptor) -> impl Iterator<Item = &str> {
    [tag_of(entry), full_name_of(entry)].into_iter().flatten()
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

/// Returns the full name of an entry, else its tag.
pub(crate) fn name_of(entry: &Descriptor) -> Option<&str> {
    full_name_of(entry).or_else(|| tag_of(entry))
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

#[cfg(test)]
pub(super) mod tests {
    use bolero::{check, produce_with};

    use super::*;
    use ocigraph_types::media_type;

    /// Tags and full names. Some are both.
    const NAMES: [&str; 5] = ["v1", "latest", "a/b:v1", "a/b:latest", "c:latest"];

    pub(in super::super) fn manifest(which: u8) -> Descriptor {
        Descriptor::of(media_type::OCI_MANIFEST, &[which % 4])
    }

    pub(in super::super) fn name(which: u8) -> Option<&'static str> {
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

    pub(in super::super) fn index(entries: &[(u8, u8, u8)]) -> Index {
        let entries = entries.iter().map(|named| Arc::new(entry(named)));
        Index { entries: entries.collect(), ..Index::default() }
    }

    fn all_names(index: &Index) -> HashMap<String, Digest> {
        index.names().map(|(name, d)| (name.to_owned(), d.clone())).collect()
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

//! A cache of `index.json`: each state of the file is parsed once.
//!
//! Modification time, length and inode show whether the file has changed. File times are coarse,
//! and other tools rewrite the file in place. So a time that was recent when the file was read
//! proves nothing: the cache then reads the file again and compares the bytes. A file that ocigraph
//! writes gets a time that no other write has.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    time::SystemTime,
};

use super::{
    cosign_save::siblings,
    dir_handle::refusal_error,
    directory::{LayoutDirectory, OpenLayout},
    index::Index,
    index_lookup::Lookup,
    index_text::{self, ListEnd},
    json_weight::weight,
    one_repository::split,
    summaries::ListedManifests,
    sync::lock,
};
use crate::content::{
    file_stamp::FileStamp,
    regular_file::{Refused, open_regular},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, SiblingTag};

/// Maximum bytes of memory for a parsed index: about 60,000 entries of six fields. Writing the
/// index takes this twice.
const MAX_WEIGHT: u64 = 64 * 1024 * 1024;
/// Maximum bytes of the file. A longer file would exceed `MAX_WEIGHT`.
pub(super) const MAX_BYTES: u64 = MAX_WEIGHT;

/// One state of `index.json`.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) bytes: Vec<u8>,
    pub(super) index: Index,
    /// Bytes of memory that the parsed index takes.
    weight: u64,
    /// Where entries can be appended to the text, found on first use.
    list_end: OnceLock<Option<ListEnd>>,
    /// The manifests that it lists, read on first use.
    pub(super) listed: Mutex<Option<Arc<ListedManifests>>>,
    /// Finds entries without a search, made on first use. The next state takes it if it only appends
    /// entries.
    lookup: Mutex<Option<Arc<Lookup>>>,
    /// The sibling tags that no name is, found on first use: those that `cosign save` left out, and those in the
    /// names of a layout of several repositories.
    siblings: OnceLock<Vec<(SiblingTag, Digest)>>,
}

impl Snapshot {
    /// Parses `index.json`. `size_of` returns the size of a manifest that exists. `file` is for
    /// messages.
    pub(super) fn parse(
        bytes: Vec<u8>,
        file: &Path,
        size_of: impl Fn(&Digest) -> Option<u64>,
    ) -> Result<Self> {
        let weight = weight(&bytes);
        check_weight(weight, file)?;
        let index = index_text::parse(&bytes, size_of).map_err(|e| malformed(file, &e))?;
        Ok(Self::new(bytes, index, weight))
    }

    pub(super) fn new(bytes: Vec<u8>, index: Index, weight: u64) -> Self {
        Self {
            bytes,
            index,
            weight,
            list_end: OnceLock::new(),
            listed: Mutex::default(),
            lookup: Mutex::default(),
            siblings: OnceLock::new(),
        }
    }

    /// Returns the state with another index.
    fn with(&self, mut index: Index, file: &Path) -> Result<Self> {
        if let Some(appended) = self.appended(&index)? {
            let (end, text) = appended;
            let weight = self.weight + weight(text.as_bytes());
            check_weight(weight, file)?;
            let (bytes, end) = index_text::insert(&self.bytes, end, &text);
            let mut with = Self::new(bytes, index, weight);
            let _ = with.list_end.set(Some(end));
            with.lookup = Mutex::new(self.take_lookup(&with.index));
            return Ok(with);
        }
        let bytes = index_text::rewrite(&self.bytes, &self.index, &mut index)?;
        let weight = weight(&bytes);
        check_weight(weight, file)?;
        Ok(Self::new(bytes, index, weight))
    }

    /// Returns the text of entries that were only appended, and where it belongs. Reading the whole text
    /// for each of many pushes would take most of their time.
    fn appended(&self, index: &Index) -> Result<Option<(ListEnd, String)>> {
        let own = &self.index;
        let is_longer = index.entries.len() > own.entries.len();
        if !is_longer
            || index.unreadable != own.unreadable
            || !index.entries.starts_with(&own.entries)
        {
            return Ok(None);
        }
        let Some(end) = *self.list_end.get_or_init(|| index_text::list_end(&self.bytes)) else {
            return Ok(None);
        };
        let text = index_text::appended(end, &index.entries[own.entries.len()..])?;
        Ok(Some((end, text)))
    }

    /// Returns the index with more manifests.
    pub(super) fn with_added<'a>(
        &self,
        added: impl Iterator<Item = (&'a Descriptor, &'a [String])>,
    ) -> Index {
        let lookup = self.lookup();
        let mut index = self.index.clone();
        let (mut digests, mut names) = (HashSet::new(), HashSet::new());
        let mut only_appended = true;
        for (manifest, tags) in added {
            only_appended = only_appended
                && lookup.position(&manifest.digest).is_none()
                && digests.insert(&manifest.digest)
                && tags.iter().all(|tag| !lookup.has_name(tag) && names.insert(tag));
            if only_appended {
                index.append(manifest, tags);
            } else {
                index.add(manifest, tags);
            }
        }
        index
    }

    /// Returns what [`Index::tagged`] does.
    pub(super) fn tagged(&self, tag: &str) -> Option<Digest> {
        let lookup = self.lookup();
        match lookup.named(tag) {
            Some(digest) => Some(digest.clone()),
            None if lookup.has_name(tag) => self.index.tagged(tag).cloned(),
            None => None,
        }
    }

    /// Returns true if another tool keeps indexes of referrers.
    pub(super) fn has_referrers_indexes(&self) -> bool {
        self.lookup().has_referrers_indexes
    }

    /// Returns the manifest of a sibling tag that no name is.
    pub(super) fn sibling(&self, tag: &str) -> Option<&Digest> {
        let siblings = self.unwritten_siblings();
        siblings.iter().find(|(sibling, _)| sibling.to_string() == tag).map(|(_, digest)| digest)
    }

    /// Returns all sibling tags: those that are written, and the others.
    pub(super) fn sibling_tags(&self) -> Vec<SiblingTag> {
        let written = self.index.tags().into_iter().filter_map(|tag| SiblingTag::parse(&tag));
        let saved = self.unwritten_siblings();
        let mut seen = HashSet::new();
        let all = written.chain(saved.iter().map(|(tag, _)| tag.clone()));
        all.filter(|tag| seen.insert(tag.clone())).collect()
    }

    fn unwritten_siblings(&self) -> &[(SiblingTag, Digest)] {
        self.siblings.get_or_init(|| {
            let saved = siblings(&self.index).into_iter();
            saved.chain(siblings_in_names(self.index.names())).collect()
        })
    }

    /// Returns what [`Index::entry`] does.
    pub(super) fn entry(&self, digest: &Digest) -> Option<&Descriptor> {
        self.lookup().position(digest).map(|at| &*self.index.entries[at])
    }

    /// Returns what [`Index::platforms_of`] does.
    pub(super) fn platforms_of(&self, tag: &str) -> Vec<Descriptor> {
        match self.lookup().shared(tag) {
            Some(positions) => {
                let entries = positions.iter().map(|at| &*self.index.entries[*at]);
                Index::platforms_among(entries, tag)
            }
            None => Vec::new(),
        }
    }

    fn lookup(&self) -> Arc<Lookup> {
        Arc::clone(lock(&self.lookup).get_or_insert_with(|| Arc::new(Lookup::of(&self.index))))
    }

    /// Takes the lookup for a state of the index that has more entries at its end. `None` if it is in use, or
    /// if it does not find these entries by adding them.
    fn take_lookup(&self, index: &Index) -> Option<Arc<Lookup>> {
        let lookup = lock(&self.lookup).take()?;
        let mut lookup = Arc::into_inner(lookup)?;
        lookup.append(&index.entries, self.index.entries.len()).then(|| Arc::new(lookup))
    }
}

/// Returns the sibling tags at the ends of full names, such as `registry.example/app:sha256-….sig`.
fn siblings_in_names<'a>(
    names: impl Iterator<Item = (&'a str, &'a Digest)>,
) -> impl Iterator<Item = (SiblingTag, Digest)> {
    names.filter_map(|(name, digest)| {
        let (_, tag) = split(name)?;
        Some((SiblingTag::parse(tag?)?, digest.clone()))
    })
}

/// The last state of `index.json` that was read or written.
#[derive(Debug, Default)]
pub(super) struct IndexCache(Mutex<Option<Cached>>);

#[derive(Debug)]
struct Cached {
    /// `None` if the file's time does not show each change.
    stamp: Option<FileStamp>,
    snapshot: Arc<Snapshot>,
}

impl IndexCache {
    /// Returns the current state of the index, and reads the file if it may have changed.
    pub(super) fn load(&self, directory: &LayoutDirectory) -> Result<Arc<Snapshot>> {
        let file = directory.index_path();
        let mut cached = lock(&self.0);
        // A network file system compares its cache with the server when a file is opened, and not for the
        // metadata of a path.
        let opened = open_regular(&file);
        if let Some(Cached { stamp: Some(stamp), snapshot }) = &*cached
            && let Ok(opened) = &opened
            && opened.metadata().is_ok_and(|m| FileStamp::of(&m).as_ref() == Some(stamp))
        {
            return Ok(Arc::clone(snapshot));
        }
        directory.check_version()?;
        let (bytes, stamp) = match opened {
            Ok(opened) => read_index(opened)
                .map_err(|e| Error::io("read", &file, e))?
                .ok_or_else(|| too_large(&file))?,
            // Some tools write the file only once there is a manifest to list.
            Err(Refused::Missing) => (index_text::empty().into_bytes(), None),
            Err(e) => return Err(refusal_error("read", &file, "file", e)),
        };
        let snapshot = match cached.take() {
            Some(known) if known.snapshot.bytes == bytes => known.snapshot,
            _ => {
                let size_of = |digest: &Digest| {
                    std::fs::metadata(directory.blob_path(digest)).ok().map(|m| m.len())
                };
                Arc::new(Snapshot::parse(bytes, &file, size_of)?)
            }
        };
        *cached = Some(Cached { stamp, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    /// Writes the index if it differs from `before`. The caller holds the lock of the index.
    pub(super) fn replace(
        &self,
        directory: &LayoutDirectory,
        opened: &OpenLayout,
        before: &Snapshot,
        index: Index,
    ) -> Result<()> {
        if index == before.index {
            return Ok(());
        }
        let snapshot = Arc::new(before.with(index, &directory.index_path())?);
        let stamp = opened.replace_index(&snapshot.bytes)?;
        *lock(&self.0) = Some(Cached { stamp, snapshot });
        Ok(())
    }
}

/// Reads the index and its stamp. Returns `None` if the file is too large.
fn read_index(file: File) -> io::Result<Option<(Vec<u8>, Option<FileStamp>)>> {
    // Taken before reading, so that a change during the read counts as recent.
    let now = SystemTime::now();
    let metadata = file.metadata()?;
    if metadata.len() > MAX_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let stamp = FileStamp::reliable(&metadata, now);
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some((bytes, stamp)))
}

fn check_weight(weight: u64, file: &Path) -> Result<()> {
    if weight <= MAX_WEIGHT { Ok(()) } else { Err(too_large(file)) }
}

fn malformed(file: &Path, reason: &str) -> Error {
    let message = format!("{} is not an image index: {reason}", file.display());
    Error::new(Code::InvalidManifest, message)
        .with_hint("restore the file, or push to a new directory")
}

pub(super) fn too_large(file: &Path) -> Error {
    let limit = MAX_WEIGHT / (1024 * 1024);
    Error::new(Code::TooLarge, format!("{} takes more than {limit} MiB in memory", file.display()))
        .with_hint("keep fewer manifests in one layout")
}

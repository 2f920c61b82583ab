//! Keeps the indexes of referrers that other tools have written up to date, so that these tools find
//! the same referrers. The callers hold the lock of the index, and write `index.json` after the new
//! indexes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    directory::OpenLayout,
    index::Index,
    index_cache::Snapshot,
    index_text,
    inner::Inner,
    referrers_index::{is_referrers_index, lists_referrers_of, names_of_subject, subject_name},
};
use ocigraph_types::{Algorithm, Code, Descriptor, Digest, Error, Result};

/// A change of the indexes of referrers.
#[derive(Default)]
pub(super) struct ReferrersChange {
    /// The indexes that are replaced or removed.
    replaced: Vec<Digest>,
    /// The indexes to write.
    blobs: Vec<(Digest, Vec<u8>)>,
}

impl ReferrersChange {
    /// Returns the blobs to note as garbage first. The new ones are among them, in case the process is
    /// killed before the index names them.
    pub(super) fn garbage(&self) -> impl Iterator<Item = Digest> {
        let written = self.blobs.iter().map(|(digest, _)| digest);
        self.replaced.iter().chain(written).cloned()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.replaced.is_empty()
    }

    /// Writes the new indexes. The caller holds the lock of the index.
    pub(super) fn write(&self, opened: &OpenLayout) -> Result<()> {
        self.blobs.iter().try_for_each(|(digest, bytes)| opened.write_blob(digest, bytes))
    }

    fn replace(&mut self, entry: &mut Descriptor, bytes: Vec<u8>) {
        let new = Algorithm::Sha256.digest(&bytes);
        self.replaced.push(std::mem::replace(&mut entry.digest, new.clone()));
        entry.size = bytes.len() as u64;
        self.blobs.push((new, bytes));
    }
}

impl Inner {
    /// Takes deleted referrers off the indexes of referrers that other tools keep, and removes the
    /// indexes that become empty.
    pub(super) fn unlist_referrers(
        &self,
        index: &mut Index,
        deleted: &HashSet<&Digest>,
    ) -> Result<ReferrersChange> {
        let mut change = ReferrersChange::default();
        if self.leaves_referrers_indexes() {
            return Ok(change);
        }
        let mut removed = HashSet::new();
        let names: HashSet<String> = deleted.iter().flat_map(|d| names_of_subject(d)).collect();
        for entry in index.entries.iter_mut().filter(|entry| is_referrers_index(entry)) {
            let entry = Arc::make_mut(entry);
            let old = entry.digest.clone();
            let Some((bytes, before)) = self.referrers_index(&old) else { continue };
            let mut after = before.without(deleted);
            // The list of a deleted subject goes too, unless it names referrers that stay.
            let is_of_deleted = subject_name(entry).is_some_and(|name| names.contains(name));
            let lists_nothing = after.unreadable.is_empty()
                && after.entries.iter().all(|e| is_of_deleted && !self.has_blob(e));
            if lists_nothing && (after != before || is_of_deleted) {
                change.replaced.push(old.clone());
                removed.insert(old);
            } else if after != before {
                let bytes = index_text::rewrite(&bytes, &before, &mut after)?;
                change.replace(entry, bytes);
            }
        }
        index.entries.retain(|e| !is_referrers_index(e) || !removed.contains(&e.digest));
        Ok(change)
    }

    /// Adds referrers to the index of referrers that another tool keeps of their subject. An index
    /// that would be too large stays as it is, with a warning.
    pub(super) fn list_referrers<'a>(
        &self,
        index: &mut Index,
        referrers: impl Iterator<Item = (&'a Digest, &'a Descriptor)>,
    ) -> Result<ReferrersChange> {
        let mut change = ReferrersChange::default();
        if self.leaves_referrers_indexes() {
            return Ok(change);
        }
        let mut by_subject_name: HashMap<String, Vec<&Descriptor>> = HashMap::new();
        for (subject, referrer) in referrers {
            for name in names_of_subject(subject) {
                by_subject_name.entry(name).or_default().push(referrer);
            }
        }
        for entry in &mut index.entries {
            let added = subject_name(entry).and_then(|name| by_subject_name.get(name));
            let Some(added) = added else { continue };
            let Some((bytes, before)) = self.referrers_index(&entry.digest) else { continue };
            let mut after = before.clone();
            for referrer in added {
                if after.entry(&referrer.digest).is_none() {
                    after.entries.push(Arc::new((*referrer).clone()));
                }
            }
            if after == before {
                continue;
            }
            let bytes = index_text::rewrite(&bytes, &before, &mut after)?;
            if bytes.len() as u64 <= self.max_manifest_bytes {
                change.replace(Arc::make_mut(entry), bytes);
            } else {
                tracing::warn!(
                    digest = %entry.digest,
                    "an index of referrers stays as it is: with the new referrers it would have {} bytes, more than the limit of {}",
                    bytes.len(),
                    self.max_manifest_bytes
                );
            }
        }
        Ok(change)
    }

    /// Adds manifests that exist to the indexes of referrers that other tools keep of their subject, and
    /// removes others. An entry is removed before one of the same digest is added. Returns false if
    /// there is no such index.
    pub(super) fn repair_referrers(
        &self,
        subject: &Digest,
        removed: &[Digest],
        added: &[Descriptor],
    ) -> Result<bool> {
        let is_index = |entry: &Descriptor| lists_referrers_of(entry, subject);
        if !self.snapshot()?.index.entries.iter().any(|entry| is_index(entry)) {
            return Ok(false);
        }
        self.directory.check_version()?;
        let opened = self.directory.create()?;
        {
            let _lock = opened.lock_index()?;
            let before = self.snapshot()?;
            let mut index = before.index.clone();
            let removed: HashSet<&Digest> = removed.iter().collect();
            let (mut change, mut empty) = (ReferrersChange::default(), HashSet::new());
            for entry in index.entries.iter_mut().filter(|entry| is_index(entry)) {
                let Some((bytes, old)) = self.referrers_index(&entry.digest) else { continue };
                let mut new = old.without(&removed);
                for referrer in added {
                    if new.entry(&referrer.digest).is_none() {
                        new.entries.push(Arc::new(referrer.clone()));
                    }
                }
                if new == old {
                    continue;
                }
                if new.entries.is_empty() && new.unreadable.is_empty() {
                    change.replaced.push(entry.digest.clone());
                    empty.insert(entry.digest.clone());
                    continue;
                }
                let bytes = index_text::rewrite(&bytes, &old, &mut new)?;
                if bytes.len() as u64 > self.max_manifest_bytes {
                    return Err(self.too_large("the index of referrers", bytes.len() as u64));
                }
                change.replace(Arc::make_mut(entry), bytes);
            }
            if change.is_empty() {
                return Ok(true);
            }
            index.entries.retain(|entry| !is_index(entry) || !empty.contains(&entry.digest));
            let removed = removed.into_iter().filter(|d| !added.iter().any(|a| a.digest == **d));
            self.keep_listed(&before, &mut index, removed)?;
            self.note(&opened, change.garbage())?;
            change.write(&opened)?;
            self.replace_index(&opened, &before, index)?;
        }
        self.collect_leftovers(&opened);
        Ok(true)
    }

    /// Gives manifests that a change takes off the indexes of referrers an entry of their own, since no
    /// other entry may lead to them.
    fn keep_listed<'a>(
        &self,
        before: &Snapshot,
        index: &mut Index,
        removed: impl Iterator<Item = &'a Digest>,
    ) -> Result<()> {
        let listed = self.listed(before)?;
        let summaries = removed.filter_map(|digest| listed.summary(digest));
        for manifest in summaries.map(|summary| &summary.descriptor) {
            if index.entry(&manifest.digest).is_none() {
                index.entries.push(Arc::new(Descriptor {
                    artifact_type: manifest.artifact_type.clone(),
                    ..manifest.plain()
                }));
            }
        }
        Ok(())
    }

    /// Reads an index of referrers. Returns `None` with a warning if it is missing or damaged.
    fn referrers_index(&self, digest: &Digest) -> Option<(Vec<u8>, Index)> {
        let read = || {
            let bytes = self.manifest_bytes(digest)?;
            let bytes = self.check_bytes(bytes, digest)?;
            let index = index_text::parse(&bytes, |d| self.size_of(d))
                .map_err(|reason| Error::new(Code::InvalidManifest, reason))?;
            Ok::<_, Error>((bytes, index))
        };
        read()
            .inspect_err(
                |e| tracing::warn!(error = %e, %digest, "an index of referrers stays as it is"),
            )
            .ok()
    }
}

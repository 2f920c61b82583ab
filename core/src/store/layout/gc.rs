//! Deletes manifests, and collects garbage: blobs that no listed manifest needs, and staged files
//! of processes that were killed.
//!
//! *Interruption.* A delete writes the digests of the deleted manifests and of their content into a
//! journal before it replaces `index.json`. If the process is killed in between, the journal
//! remains. The next process that writes to the layout collects: it removes the blobs in the
//! journal that no listed manifest needs, judged by the index at that time. It never removes a blob
//! that is not in the journal. A push of a blob takes it out of the journal, because the caller may
//! need the blob itself.
//!
//! Nor does it remove a blob that other content of the layout may name (see `protected`).
//!
//! *Indexes of referrers.* Those that other tools keep do not prevent a delete: they are
//! replaced by indexes without the deleted referrers, in the same change of `index.json`.
//!
//! *Concurrency.* A process may have found an existing blob that no manifest names yet. It has
//! leased that blob, and a handle with leases holds the lock `content` shared. A collector needs
//! this lock exclusively and never waits for it, since the journal stays for the next collector. A
//! collector also holds the lock of the index, and nothing takes `content` exclusively without that
//! lock. So a collector can release its own handle's shared lock, try to lock exclusively, and lock
//! shared again, and no other collector runs in between. It knows the leases of its own handle and
//! skips those blobs. A push of a manifest leases the content *before* it checks whether the
//! content exists, and waits for a running collector. So the content that it finds stays.
//!
//! *Staged files.* While a collector holds `content` exclusively and its own handle has no leases,
//! no process is writing a blob. While it holds the lock of the index, no process is replacing a
//! file. So each staged file was left by a process that was killed.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
    sync::Arc,
};

use fs4::FileExt;

use super::{
    blob_deletion::busy,
    dir_handle::{DirHandle, refusal_error},
    directory::{OpenLayout, wait_for},
    index::{Index, remove_names},
    inner::Inner,
    lease_table::LeaseTable,
    referrers_index::is_referrers_index,
    summaries::{ListedManifests, ManifestSummary},
    sync::lock,
};
use crate::content::regular_file::Refused;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// The journal's name in the private folder.
const JOURNAL: &str = "garbage";
/// Maximum bytes of the journal: about 400,000 digests.
const MAX_JOURNAL: u64 = 32 * 1024 * 1024;

impl Inner {
    /// Removes manifests and all their tags from the index, then collects garbage. Returns one
    /// result for each manifest, in order. CONFLICT for a manifest that a remaining index lists.
    pub(super) fn delete(&self, digests: &[Digest]) -> Result<Vec<Result<()>>> {
        self.delete_with(digests, true)
    }

    /// Removes a manifest with its tags, and leaves the indexes that list it as they are: they name a
    /// missing manifest from then on. CONFLICT while another handle writes to the layout.
    pub(super) fn delete_listed(&self, digest: &Digest) -> Result<()> {
        self.delete_with(std::slice::from_ref(digest), false)?.into_iter().collect()
    }

    fn delete_with(&self, digests: &[Digest], keeps_listed: bool) -> Result<Vec<Result<()>>> {
        self.directory.check_version()?;
        let opened = self.directory.create()?;
        let mut results = Vec::new();
        {
            let _lock = opened.lock_index()?;
            let before = self.snapshot()?;
            // A delete can bring a layout below the limit: a manifest without a summary is read below.
            let all = self.listed_so_far(&before);
            let requested: HashSet<&Digest> = digests.iter().collect();
            let remaining = self.read_listed(&self.only_needing(&before.index, &requested))?;
            let (listed, mut deleted): (HashSet<&Digest>, HashSet<&Digest>) =
                requested.into_iter().partition(|digest| remaining.contains(digest));
            if !keeps_listed {
                // Nothing else collects what an index lists.
                for digest in listed {
                    self.remove_manifest(&opened, digest)?;
                    deleted.insert(digest);
                }
            }
            results.extend(digests.iter().map(|digest| match deleted.contains(digest) {
                true => Ok(()),
                false => Err(self.still_listed(digest, &remaining)),
            }));
            let mut index = before.index.without(&deleted);
            let mut journal = read_journal(&opened)?;
            let change = self.unlist_referrers(&mut index, &deleted)?;
            journal.extend(change.garbage());
            for digest in deleted.iter().copied() {
                if !all.contains(digest) && !self.directory.blob_path(digest).exists() {
                    continue;
                }
                journal.insert(digest.clone());
                // A manifest that cannot be read is deleted too; its content is unknown.
                let Some(summary) = self.summary_of(digest, &all) else { continue };
                journal.extend(summary.content.iter().cloned());
                for child in self.orphans(&summary, &deleted, &remaining) {
                    if index.entry(&child.digest).is_none() {
                        index.entries.push(Arc::new(child));
                    }
                }
            }
            write_journal(&opened, &journal)?;
            change.write(&opened)?;
            self.replace_index(&opened, &before, index)?;
        }
        self.collect(&opened)?;
        Ok(results)
    }

    /// Removes the file of a manifest. CONFLICT while another handle has leases: it may be pushing the
    /// same manifest. The caller holds the lock of the index.
    fn remove_manifest(&self, opened: &Arc<OpenLayout>, digest: &Digest) -> Result<()> {
        let removed = self.exclusively(opened, |_| self.remove_file(opened, digest))?;
        removed.ok_or_else(|| busy(digest))
    }

    /// Returns the index without these manifests, and without the indexes of referrers that are kept up to
    /// date.
    fn only_needing(&self, index: &Index, digests: &HashSet<&Digest>) -> Index {
        let mut index = index.without(digests);
        if !self.leaves_referrers_indexes() {
            index.entries.retain(|entry| !is_referrers_index(entry));
        }
        index
    }

    fn summary_of(
        &self,
        digest: &Digest,
        listed: &ListedManifests,
    ) -> Option<Arc<ManifestSummary>> {
        match listed.summary(digest) {
            Some(summary) => Some(Arc::clone(summary)),
            None => {
                self.read_manifest(digest, None).ok().map(|m| Arc::new(ManifestSummary::of(&m)))
            }
        }
    }

    /// Returns the existing manifests that only the deleted index listed. As in a registry, they
    /// stay until they are deleted themselves, so `index.json` must list them.
    fn orphans(
        &self,
        parent: &ManifestSummary,
        deleted: &HashSet<&Digest>,
        remaining: &ListedManifests,
    ) -> Vec<Descriptor> {
        let mut orphans = parent.children.clone();
        orphans.retain(|child| {
            !deleted.contains(&child.digest)
                && !remaining.contains(&child.digest)
                && media_type::is_manifest(&child.media_type)
                && self.has_blob(child)
        });
        for child in &mut orphans {
            remove_names(child);
        }
        orphans
    }

    fn still_listed(&self, digest: &Digest, remaining: &ListedManifests) -> Error {
        let parent_index = remaining
            .parent_index(digest)
            .map_or_else(|| "an index".into(), |d| format!("the index {d}"));
        Error::new(
            Code::Conflict,
            format!("{parent_index} in {} lists {digest}", self.directory.path().display()),
        )
        .with_hint("delete the index first")
    }

    /// Collects garbage if there is any. Errors are logged only: the next collector tries again.
    pub(super) fn collect_leftovers(&self, opened: &Arc<OpenLayout>) {
        if (opened.private.has(JOURNAL) || !opened.staged().is_empty())
            && let Err(e) = self.collect(opened)
        {
            tracing::warn!(error = %e, "cannot collect garbage in the layout now");
        }
    }

    /// Removes unneeded blobs and staged files, unless another handle has leases.
    fn collect(&self, opened: &Arc<OpenLayout>) -> Result<()> {
        let _index = opened.lock_index()?;
        self.exclusively(opened, |leased| self.collect_exclusively(opened, leased)).map(drop)
    }

    /// Runs `work` with the leases of this handle while no other handle has leases, or returns `None`
    /// if one has. The caller holds the lock of the index.
    pub(super) fn exclusively<T>(
        &self,
        opened: &Arc<OpenLayout>,
        work: impl FnOnce(&LeaseTable) -> Result<T>,
    ) -> Result<Option<T>> {
        let (content, path) = opened.content_lock()?;
        let mut leases = lock(&self.leases);
        // Releases the own lock.
        let had_lock = leases.lock.take().is_some();
        let exclusive = matches!(FileExt::try_lock(&content), Ok(()));
        let outcome = exclusive.then(|| work(&leases)).transpose();
        if had_lock {
            FileExt::unlock(&content).map_err(|e| Error::io("unlock", &path, e))?;
            wait_for(&path, || FileExt::try_lock_shared(&content))?;
            leases.lock = Some((content, Arc::clone(opened)));
        }
        outcome
    }

    fn collect_exclusively(&self, opened: &OpenLayout, leased: &LeaseTable) -> Result<()> {
        if leased.is_empty() {
            opened.staged().iter().try_for_each(|name| opened.private.remove(name))?;
        }
        let journal = read_journal(opened)?;
        if journal.is_empty() {
            return Ok(());
        }
        let snapshot = self.snapshot()?;
        let listed = self.listed(&snapshot);
        let found = listed.as_ref().map_err(Clone::clone);
        let (listed, reachable) = match found.and_then(|listed| Ok((listed, listed.reachable()?))) {
            Ok(found) => found,
            Err(e) => {
                // The manifest may need any of these blobs. Once it is deleted or repaired, a later
                // collection removes them.
                tracing::warn!(error = %e, "not collecting garbage: a manifest cannot be read");
                return Ok(());
            }
        };
        let candidates: HashSet<Digest> =
            journal.into_iter().filter(|digest| !reachable.contains(digest)).collect();
        let named = match candidates.is_empty() {
            true => Ok(HashSet::new()),
            false => self.named_elsewhere(opened, &snapshot, listed, &reachable, &candidates),
        };
        let named = match named {
            Ok(named) => named,
            Err(e) => {
                tracing::warn!(error = %e, "not collecting garbage: a blob cannot be read");
                return Ok(());
            }
        };
        let (kept, unneeded): (HashSet<Digest>, HashSet<Digest>) = candidates
            .into_iter()
            .filter(|digest| !named.contains(digest))
            .partition(|digest| leased.blobs.contains_key(digest));
        let mut folders = HashMap::new();
        for digest in &unneeded {
            let name = digest.algorithm_name();
            let folder = folders.entry(name).or_insert_with(|| opened.blobs(name));
            remove_blob(folder, digest)?;
            self.forget_file(digest);
        }
        write_journal(opened, &kept)
    }

    /// Notes blobs as garbage. The caller holds the lock of the index.
    pub(super) fn note(
        &self,
        opened: &OpenLayout,
        digests: impl Iterator<Item = Digest>,
    ) -> Result<()> {
        let mut journal = read_journal(opened)?;
        journal.extend(digests);
        write_journal(opened, &journal)
    }

    /// Removes a blob from the journal, so that no collector removes the blob.
    pub(super) fn unmark(&self, opened: &OpenLayout, digest: &Digest) -> Result<()> {
        if !opened.private.has(JOURNAL) {
            return Ok(());
        }
        let _lock = opened.lock_index()?;
        let mut journal = read_journal(opened)?;
        if journal.remove(digest) { write_journal(opened, &journal) } else { Ok(()) }
    }
}

/// Removes a blob. Leaves it if its folder is a symbolic link: the target is outside the layout.
fn remove_blob(folder: &Result<DirHandle, Refused>, digest: &Digest) -> Result<()> {
    match folder {
        Ok(folder) => folder.remove(digest.encoded()),
        Err(Refused::Missing) => Ok(()),
        Err(e) => {
            tracing::warn!(reason = ?e, %digest, "not removing an unneeded blob: its folder is outside the layout");
            Ok(())
        }
    }
}

fn read_journal(opened: &OpenLayout) -> Result<HashSet<Digest>> {
    let path = || opened.private.join(JOURNAL);
    let mut bytes = Vec::new();
    let read = opened
        .private
        .file(JOURNAL)
        .and_then(|file| Ok(file.take(MAX_JOURNAL + 1).read_to_end(&mut bytes)?));
    match read {
        Ok(_) => {}
        Err(Refused::Missing) => return Ok(HashSet::new()),
        Err(e) => return Err(refusal_error("read", &path(), "file", e)),
    }
    if bytes.len() as u64 > MAX_JOURNAL {
        return Err(Error::new(
            Code::TooLarge,
            format!("{} has more than {MAX_JOURNAL} bytes", path().display()),
        )
        .with_hint("remove this list of unneeded blobs; the blobs then stay in the layout"));
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

fn write_journal(opened: &OpenLayout, digests: &HashSet<Digest>) -> Result<()> {
    if digests.is_empty() {
        return opened.private.remove(JOURNAL);
    }
    let mut text = String::new();
    for digest in digests {
        if (text.len() + digest.as_str().len()) as u64 >= MAX_JOURNAL {
            tracing::warn!("the journal of unneeded blobs is full: some stay in the layout");
            break;
        }
        text.push_str(digest.as_str());
        text.push('\n');
    }
    opened.replace_private(JOURNAL, text.as_bytes())
}

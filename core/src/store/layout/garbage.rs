//! Deleting from a layout, and removing what nothing needs any more.
//!
//! *Killed.* What a deleted manifest named is noted in a journal before `index.json` is replaced, so
//! a process killed in between leaves a note and not litter. Whoever writes next collects: it
//! removes those noted blobs that no listed manifest needs, judged by the index as it then is. Only
//! noted blobs go. One that is pushed while it is noted leaves the note, as it may be wanted for
//! itself.
//!
//! *Raced.* Someone may have found a blob there and not named it yet. Such a blob is claimed, and
//! a handle with leases holds the lock `content` shared. A collector works only when it gets that
//! lock alone; it never waits, since the note stays for the next one. It holds the lock of the index
//! meanwhile, and nobody takes `content` alone without that: so a collector can let go of its own
//! handle's shared lock, try, and have it again, and no other can come between. The leases of its
//! own handle it knows, and spares. Who pushes a manifest leases what it names *before* looking
//! whether it is there, and claiming waits for a collector to finish; what is found is there to stay.
//!
//! With `content` held alone and nothing claimed, nobody is writing a blob, and with the index
//! locked nobody is replacing a file: what lies in `.ocigraph` unfinished was left by the dead.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
    sync::Arc,
};

use fs4::FileExt;

use super::{
    Inner,
    dir::{Dir, unsafe_or},
    folder::{Opened, wait_for},
    index::Index,
    leases::Count,
    listed::{Listed, ManifestSummary},
    lock,
};
use crate::content::regular_file::Refused;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, annotation, media_type};

const JOURNAL: &str = "garbage";
/// Bytes of the note: some 400,000 digests.
const JOURNAL_LIMIT: u64 = 32 * 1024 * 1024;

impl Inner {
    /// Takes manifests out of the index, with all their tags, then removes what that leaves over.
    /// One that an index lists which stays, stays.
    pub(super) fn delete(&self, digests: &[Digest]) -> Result<Vec<Result<()>>> {
        self.check_version()?;
        let opened = self.create()?;
        let mut results = Vec::new();
        {
            let _lock = opened.lock_index()?;
            let before = self.snapshot()?;
            let all = self.listed(&before)?;
            let doomed: HashSet<&Digest> = digests.iter().collect();
            let rest = self.read_listed(&without(&before.index, &doomed))?;
            let going: HashSet<&Digest> =
                doomed.into_iter().filter(|digest| !rest.contains(digest)).collect();
            results.extend(digests.iter().map(|digest| match going.contains(digest) {
                true => Ok(()),
                false => Err(self.listed_still(digest, &rest)),
            }));
            let mut index = without(&before.index, &going);
            let mut noted = noted(&opened)?;
            for digest in going.iter().copied() {
                if !all.contains(digest) && !self.blob_path(digest).exists() {
                    continue;
                }
                noted.insert(digest.clone());
                // What cannot be read any more still goes, and names nothing.
                let Some(said) = self.said_by(digest, all) else { continue };
                noted.extend(said.content.iter().cloned());
                for child in self.left_alone(&said, &going, &rest) {
                    if index.entry(&child.digest).is_none() {
                        index.entries.push(child);
                    }
                }
            }
            write_journal(&opened, &noted)?;
            self.replace_index(&opened, &before, index)?;
        }
        self.collect(&opened)?;
        Ok(results)
    }

    fn said_by(&self, digest: &Digest, listed: &Listed) -> Option<Arc<ManifestSummary>> {
        match listed.facts(digest) {
            Some(facts) => Some(Arc::clone(facts)),
            None => {
                self.read_manifest(digest, None).ok().map(|m| Arc::new(ManifestSummary::of(&m)))
            }
        }
    }

    /// The manifests that a deleted index listed, and nobody else does: as in a registry they are
    /// there until they are deleted themselves, so they must be listed.
    fn left_alone(
        &self,
        deleted: &ManifestSummary,
        going: &HashSet<&Digest>,
        rest: &Listed,
    ) -> Vec<Descriptor> {
        let mut left = deleted.children.clone();
        left.retain(|child| {
            !going.contains(&child.digest)
                && !rest.contains(&child.digest)
                && media_type::is_manifest(&child.media_type)
                && self.has_blob(child)
        });
        for child in &mut left {
            child.annotations.remove(annotation::REF_NAME);
        }
        left
    }

    fn listed_still(&self, digest: &Digest, rest: &Listed) -> Error {
        let parent_index = rest
            .parent_index(digest)
            .map_or_else(|| "an index".into(), |d| format!("the index {d}"));
        Error::new(
            Code::Conflict,
            format!("{digest} is listed by {parent_index} in {}, which stays", self.path.display()),
        )
        .with_hint("delete the index first")
    }

    /// Removes what the dead have left, where there is any. What fails is tried again by the next.
    pub(super) fn collect_leftovers(&self, opened: &Opened) {
        if (opened.own.has(JOURNAL) || !opened.staged().is_empty())
            && let Err(e) = self.collect(opened)
        {
            tracing::warn!(error = %e, "unneeded files stay in the layout for now");
        }
    }

    /// Removes noted blobs that nothing needs, and unfinished files, unless someone else writes.
    fn collect(&self, opened: &Opened) -> Result<()> {
        let _index = opened.lock_index()?;
        let (content, path) = opened.content_lock()?;
        let mut leases = lock(&self.leases);
        let held = leases.lock.take().is_some();
        let alone = matches!(FileExt::try_lock(&content), Ok(()));
        let outcome = if alone { self.collect_alone(opened, &leases.blobs) } else { Ok(()) };
        if held {
            FileExt::unlock(&content).map_err(|e| Error::io("unlock", &path, e))?;
            wait_for(&path, || FileExt::try_lock_shared(&content))?;
            leases.lock = Some(content);
        }
        outcome
    }

    fn collect_alone(&self, opened: &Opened, claimed: &HashMap<Digest, Count>) -> Result<()> {
        if claimed.is_empty() {
            opened.staged().iter().try_for_each(|name| opened.own.remove(name))?;
        }
        let noted = noted(opened)?;
        if noted.is_empty() {
            return Ok(());
        }
        let snapshot = self.snapshot()?;
        let live = match self.listed(&snapshot).and_then(Listed::reachable) {
            Ok(live) => live,
            Err(e) => {
                // It may need any of them; once it is deleted or repaired, this goes on.
                tracing::warn!(error = %e, "unneeded blobs stay: a manifest cannot be read");
                return Ok(());
            }
        };
        let (left, unneeded): (HashSet<Digest>, HashSet<Digest>) = noted
            .into_iter()
            .filter(|digest| !live.contains(digest))
            .partition(|digest| claimed.contains_key(digest));
        let mut folders = HashMap::new();
        for digest in &unneeded {
            let name = digest.algorithm_name();
            let folder = folders.entry(name).or_insert_with(|| opened.blobs(name));
            remove_blob(folder, digest)?;
            lock(&self.durable).remove(digest);
        }
        write_journal(opened, &left)
    }

    /// Takes a blob out of the note.
    pub(super) fn unmark(&self, opened: &Opened, digest: &Digest) -> Result<()> {
        if !opened.own.has(JOURNAL) {
            return Ok(());
        }
        let _lock = opened.lock_index()?;
        let mut noted = noted(opened)?;
        if noted.remove(digest) { write_journal(opened, &noted) } else { Ok(()) }
    }
}

/// What lies elsewhere, and is linked to, is not ours to remove.
fn remove_blob(folder: &Result<Dir, Refused>, digest: &Digest) -> Result<()> {
    match folder {
        Ok(folder) => folder.remove(digest.encoded()),
        Err(Refused::Missing) => Ok(()),
        Err(e) => {
            tracing::warn!(reason = ?e, %digest, "an unneeded blob stays: it is not in the layout");
            Ok(())
        }
    }
}

fn noted(opened: &Opened) -> Result<HashSet<Digest>> {
    let path = || opened.own.join(JOURNAL);
    let mut bytes = Vec::new();
    let read = opened
        .own
        .file(JOURNAL)
        .and_then(|file| Ok(file.take(JOURNAL_LIMIT + 1).read_to_end(&mut bytes)?));
    match read {
        Ok(_) => {}
        Err(Refused::Missing) => return Ok(HashSet::new()),
        Err(e) => return Err(unsafe_or("read", &path(), "file", e)),
    }
    if bytes.len() as u64 > JOURNAL_LIMIT {
        return Err(Error::new(
            Code::TooLarge,
            format!("{} has more than {JOURNAL_LIMIT} bytes", path().display()),
        )
        .with_hint("it notes blobs that nothing needs: remove it, and they stay"));
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

fn write_journal(opened: &Opened, noted: &HashSet<Digest>) -> Result<()> {
    if noted.is_empty() {
        return opened.own.remove(JOURNAL);
    }
    let mut text = String::new();
    for digest in noted {
        if (text.len() + digest.as_str().len()) as u64 >= JOURNAL_LIMIT {
            tracing::warn!("more blobs are unneeded than can be noted: some stay in the layout");
            break;
        }
        text.push_str(digest.as_str());
        text.push('\n');
    }
    opened.replace_own(JOURNAL, text.as_bytes())
}

fn without(index: &Index, digests: &HashSet<&Digest>) -> Index {
    let mut index = index.clone();
    index.entries.retain(|entry| !digests.contains(&entry.digest));
    index
}

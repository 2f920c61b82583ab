//! The index under a tag that clients keep where a registry does not list referrers.
//!
//! It is read, changed past other writers, and its old states are removed. Nothing here asks a
//! registry's own interfaces.

use std::{
    collections::HashSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::{
    sync::{OnceCell, oneshot},
    time::Instant,
};

use super::entries::{Entry, Fallback, Index, entries_of, written};
use crate::store::{
    limits::{AT_ONCE, check_limit},
    list::{List, Problems},
    registry::{Registry, lock::between_processes},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest, excerpt, weight::Weight,
};

/// How often a writer tries to get its entry into a fallback index past other writers.
const WRITE_TRIES: u32 = 50;

/// The fallback tags of a repository: listed once, so that a walk of a graph asks only for the
/// indexes there are.
#[derive(Debug, Default)]
pub(in crate::store::registry) struct FallbackTags {
    /// Whether an index was asked for.
    asked: AtomicBool,
    /// With what they are counted for; `None` where tags are not listed.
    listed: OnceCell<Option<(HashSet<String>, List<String>)>>,
    /// What was written here, which the list may be too old to have.
    written: Mutex<HashSet<String>>,
}

impl FallbackTags {
    fn written(&self) -> MutexGuard<'_, HashSet<String>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tag of the fallback index: `<algorithm>-<encoded>`, each cut to what a tag can hold (OCI
/// distribution-spec 1.1.1, "Referrers Tag Schema").
fn fallback_tag(subject: &Digest) -> String {
    let clean = |text: &str, most: usize| -> String {
        text.chars()
            .take(most)
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-' { c } else { '-' }
            })
            .collect()
    };
    format!("{}-{}", clean(subject.algorithm_name(), 32), clean(subject.encoded(), 64))
}

/// Whether a tag is one that clients keep referrers under.
pub(in crate::store::registry) fn is_fallback_tag(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512")
            && hex.len() == 64
            && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

impl Registry {
    pub(super) async fn fallback_referrers(&self, subject: &Digest) -> Result<List<Descriptor>> {
        let tag = fallback_tag(subject);
        let tags = &self.fallback_tags;
        // The first question goes to the index itself; the list pays from the second on.
        if tags.asked.swap(true, Ordering::Relaxed) {
            let listed = tags.listed.get_or_try_init(|| self.list_fallback_tags()).await?;
            if listed.as_ref().is_some_and(|(listed, _)| !listed.contains(&tag))
                && !tags.written().contains(&tag)
            {
                return Ok(List::default());
            }
        }
        let mut problems = Problems::of_referrers(subject);
        let mut charge = self.connection.memory().charge();
        let mut entries = Vec::new();
        match self.read_fallback(subject, &tag).await? {
            Fallback::None | Fallback::Other => {}
            Fallback::Malformed(why) => {
                problems.add(format!("the index under the tag {tag} cannot be read: {why}"));
            }
            Fallback::Index(index) => {
                for (place, entry) in index.entries.into_iter().enumerate() {
                    check_limit(place, self.connection.limits().max_entries)?;
                    match entry.known {
                        Ok(descriptor) => {
                            charge.add(descriptor.weight())?;
                            entries.push(descriptor);
                        }
                        Err(why) => {
                            let shown = excerpt(entry.raw.get());
                            problems.add(format!("entry {} {why}: {shown}", place + 1));
                        }
                    }
                }
            }
        }
        let problems = problems.found();
        charge.add(problems.weight())?;
        Ok(List::new(entries, problems, charge))
    }

    async fn list_fallback_tags(&self) -> Result<Option<(HashSet<String>, List<String>)>> {
        match self.list_tags().await {
            // A list that could be read in part does not tell which there are not.
            Ok(list) if !list.problems.is_empty() => Ok(None),
            Ok(mut list) => {
                let tags = std::mem::take(&mut list.entries);
                Ok(Some((tags.into_iter().filter(|tag| is_fallback_tag(tag)).collect(), list)))
            }
            // Some registries let a token pull and not list. It only saves requests.
            Err(e) if e.code() == Code::TooLarge => Ok(None),
            Err(e) if matches!(e.status(), Some(400..=499)) && e.code() != Code::RateLimited => {
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The fallback index, entry by entry. GitLab resolves the tag to the subject itself, and a user
    /// may have a tag of that form: what is no index is not one of referrers.
    async fn read_fallback(&self, subject: &Digest, tag: &str) -> Result<Fallback> {
        let sent = match self.get_manifest_bytes(&TagOrDigest::Tag(tag.to_owned())).await {
            Ok(sent) => sent,
            Err(e) if e.code() == Code::NotFound => return Ok(Fallback::None),
            Err(e) => return Err(e),
        };
        let digest = sent.algorithm.digest(&sent.bytes);
        let of_subject =
            || subject.algorithm().is_ok_and(|algorithm| algorithm.digest(&sent.bytes) == *subject);
        if digest == *subject || of_subject() {
            return Ok(Fallback::None);
        }
        match Manifest::parse(sent.bytes.clone(), sent.kind.as_deref(), sent.algorithm) {
            Ok(manifest) if !manifest.is_index() => return Ok(Fallback::Other),
            Err(e) if e.code() == Code::TooLarge => return Err(e),
            _ => {}
        }
        Ok(match entries_of(&sent.bytes) {
            Ok(entries) => {
                Fallback::Index(Index { digest, etag: sent.etag, entries, _turn: sent.turn })
            }
            Err(why) => Fallback::Malformed(why),
        })
    }

    /// Changes a fallback index, past other writers.
    ///
    /// No registry in use compares and swaps a tag. A writer therefore reads back what it wrote,
    /// at once and again after as long as another could have taken between its own reading and
    /// writing: who read before us has written by then, and who reads later has our entry.
    pub(super) async fn change_fallback(&self, subject: &Digest, change: Change) -> Result<()> {
        let _one = self.known.fallback.lock().await;
        self.change_fallback_alone(subject, change).await
    }

    /// Adds an entry to a fallback index, together with all those that wait meanwhile: n referrers
    /// of one subject that are pushed at once cost a few indexes, not n.
    pub(super) async fn add_to_fallback(&self, subject: &Digest, entry: Descriptor) -> Result<()> {
        loop {
            let mut done = self.known.additions.join(subject, entry.clone());
            let _one = self.known.fallback.lock().await;
            match done.try_recv() {
                Ok(()) => return Ok(()),
                // Whoever took the entry along failed or was dropped.
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let waiting = self.known.additions.take(subject);
            let (entries, waiters): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            self.change_fallback_alone(subject, Change::Add(entries)).await?;
            for waiter in waiters {
                // It may have been dropped meanwhile.
                let _ = waiter.send(());
            }
            return Ok(());
        }
    }

    async fn change_fallback_alone(&self, subject: &Digest, change: Change) -> Result<()> {
        let tag = fallback_tag(subject);
        let _between_processes =
            between_processes(self.connection.host(), &self.repository, &tag).await;
        let mut replaced: HashSet<Digest> = HashSet::new();
        let mut gone: HashSet<Digest> = HashSet::new();
        let (mut settled, mut conditional) = (false, true);
        let mut tries = 0;
        loop {
            if tries == WRITE_TRIES {
                return Err(Error::new(
                    Code::Conflict,
                    format!(
                        "the tag {tag}, which lists the referrers of {subject}, was changed by others \
                         or not written in each of {tries} tries"
                    ),
                )
                .with_hint("try again when fewer write to it"));
            }
            tries += 1;
            let began = Instant::now();
            let what = || format!("the tag {tag}, which should list the referrers of {subject}, ");
            let current = match self.read_fallback(subject, &tag).await? {
                Fallback::None => None,
                Fallback::Index(index) => Some(Index { _turn: None, ..index }),
                Fallback::Other => {
                    return Err(Error::new(Code::Conflict, what() + "names no index")
                        .with_hint("remove that tag, then push again"));
                }
                // Written anew it would lose what it lists.
                Fallback::Malformed(why) => {
                    let message = what() + &format!("names an index that cannot be read: {why}");
                    return Err(Error::new(Code::Incomplete, message)
                        .with_hint("mend or remove that tag, then try again"));
                }
            };
            let entries = current.as_ref().map(|index| &index.entries[..]).unwrap_or_default();
            let there: Vec<Entry> =
                entries.iter().filter(|entry| !entry.is_one_of(&gone)).cloned().collect();
            let Some(wanted) = change.applied(&there)? else {
                if settled || replaced.is_empty() {
                    break;
                }
                settled = true;
                tokio::time::sleep(
                    began
                        .elapsed()
                        .saturating_mul(4)
                        .clamp(Duration::from_millis(10), Duration::from_secs(2)),
                )
                .await;
                continue;
            };
            settled = false;
            if let Some(index) = &current {
                replaced.insert(index.digest.clone());
            }
            if wanted.is_empty() {
                if let Some(index) = &current {
                    self.delete_manifest(&index.digest).await?;
                    replaced.remove(&index.digest);
                }
                break;
            }
            let index = written(&wanted)?;
            let gone_before = gone.len();
            let etag = current.as_ref().and_then(|index| index.etag.as_deref());
            let etag = etag.filter(|_| conditional);
            conditional = true;
            match self.put_manifest_as(&index, &TagOrDigest::Tag(tag.clone()), etag).await {
                Ok(_) => {
                    replaced.insert(index.digest().clone());
                    self.fallback_tags.written().insert(tag.clone());
                }
                // Some registries give an entity tag that they do not take: the next goes without.
                Err(e) if e.status() == Some(412) => conditional = etag.is_none(),
                Err(e) if refers_to_nothing(&e) => {
                    gone.extend(self.missing(&wanted).await?);
                    if gone.len() == gone_before {
                        return Err(e);
                    }
                }
                Err(e) => {
                    return Err(e.with_hint(format!(
                        "the artifact is stored, but {subject} does not list it: the tag {tag} could not be \
                         written; are tags immutable there?"
                    )));
                }
            }
        }
        self.remove_replaced(&tag, replaced).await
    }

    /// Those entries of an index whose manifests are gone: others delete manifests and leave the
    /// entries, and docker-registry takes no index of what is not there.
    async fn missing(&self, entries: &[Entry]) -> Result<Vec<Digest>> {
        let known: Vec<Digest> = entries.iter().filter_map(Entry::digest).cloned().collect();
        let looked = stream::iter(known)
            .map(|digest| async move {
                match self.resolve_manifest(&TagOrDigest::Digest(digest.clone())).await {
                    Err(e) if e.code() == Code::NotFound => Ok(Some(digest)),
                    Err(e) => Err(e),
                    Ok(_) => Ok(None),
                }
            })
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(looked.into_iter().flatten().collect())
    }

    /// Old indexes are garbage, which only clients can know; a registry may refuse.
    async fn remove_replaced(&self, tag: &str, mut replaced: HashSet<Digest>) -> Result<()> {
        if replaced.is_empty() {
            return Ok(());
        }
        match self.get_manifest_bytes(&TagOrDigest::Tag(tag.to_owned())).await {
            Ok(index) => {
                replaced.remove(&index.algorithm.digest(&index.bytes));
            }
            Err(e) if e.code() == Code::NotFound => {}
            Err(e) => return Err(e),
        }
        for digest in replaced {
            if let Err(e) = self.delete_manifest(&digest).await {
                tracing::debug!(error = %e, "an old index of referrers stays");
            }
        }
        Ok(())
    }
}

fn refers_to_nothing(error: &Error) -> bool {
    error.registry_errors().iter().any(|e| e.code == "MANIFEST_BLOB_UNKNOWN")
}

/// What is to become of a fallback index.
pub(super) enum Change {
    Add(Vec<Descriptor>),
    Remove(HashSet<Digest>),
}

impl Change {
    /// The entries as they should be; `None` when they are so already.
    fn applied(&self, entries: &[Entry]) -> Result<Option<Vec<Entry>>> {
        Ok(match self {
            Change::Add(added) => {
                let mut there: HashSet<&Digest> =
                    entries.iter().filter_map(Entry::digest).collect();
                let new = added.iter().filter(|d| there.insert(&d.digest)).map(Entry::of);
                let new = new.collect::<Result<Vec<_>>>()?;
                (!new.is_empty()).then(|| entries.iter().cloned().chain(new).collect())
            }
            Change::Remove(gone) => entries
                .iter()
                .any(|entry| entry.is_one_of(gone))
                .then(|| entries.iter().filter(|e| !e.is_one_of(gone)).cloned().collect()),
        })
    }
}

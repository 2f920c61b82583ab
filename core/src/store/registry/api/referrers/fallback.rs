//! The fallback index: a list of referrers under a tag, which clients keep on registries without a
//! referrers API (distribution-spec v1.1.1, "Referrers Tag Schema").
//!
//! Writers read the index, replace it, check that no other writer has undone the change, and delete
//! the replaced indexes. The referrers APIs are not used here.

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::{sync::oneshot, time::Instant};

use super::{
    entries::{Entry, Fallback, Index, parse_entries, serialize},
    fallback_tags::ListedTags,
    lock::lock_tag,
};
use crate::store::{
    ManifestDeletion,
    concurrency::DEFAULT_CONCURRENCY,
    fallback_tag::fallback_tag,
    limits::check_limit,
    list::{List, Problems},
    registry::{api::registry::Registry, hint},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest, excerpt, media_type,
    weight::Weight,
};

/// Attempts to change an index that other writers change too.
const MAX_WRITE_ATTEMPTS: u32 = 50;

impl Registry {
    /// Lists the referrers in the fallback index of a subject.
    pub(super) async fn fallback_referrers(&self, subject: &Digest) -> Result<List<Descriptor>> {
        let tag = fallback_tag(subject);
        let tags = &self.fallback_tags;
        // The first request is for the index itself; listing the tags pays from the second one on.
        if tags.queried.swap(true, Ordering::Relaxed) {
            tags.listed.get_or_try_init(|| self.list_fallback_tags()).await?;
        }
        if tags.exists(&tag) == Some(false) {
            return Ok(List::default());
        }
        self.fallback_list(subject, &tag).await
    }

    /// Lists the referrers in the fallback index of a subject whose registry has a referrers API:
    /// notation writes one on every registry by default, and a registry may have got its API later.
    /// Returns `None` if there is none.
    ///
    /// It is requested for the first subject, and for others only if the first has one or if the tags
    /// were listed for another reason: a graph without such an index costs one request more.
    pub(super) async fn fallback_beside_api(
        &self,
        subject: &Digest,
    ) -> Result<Option<List<Descriptor>>> {
        let tag = fallback_tag(subject);
        let tags = &self.fallback_tags;
        let is_first = !tags.queried.swap(true, Ordering::Relaxed);
        if tags.exists(&tag).is_none() && !is_first {
            if !tags.found_beside.load(Ordering::Relaxed) {
                return Ok(None);
            }
            tags.listed.get_or_try_init(|| self.list_fallback_tags()).await?;
        }
        if tags.exists(&tag) == Some(false) {
            return Ok(None);
        }
        let list = self.fallback_beside(subject, &tag).await?;
        if list.is_some() {
            tags.found_beside.store(true, Ordering::Relaxed);
        }
        Ok(list)
    }

    /// Reads the fallback index of a subject whose registry has a referrers API. Returns `None` if it does
    /// not exist or is empty.
    pub(super) async fn fallback_beside(
        &self,
        subject: &Digest,
        tag: &str,
    ) -> Result<Option<List<Descriptor>>> {
        match self.fallback_list(subject, tag).await {
            Ok(list) if list.entries.is_empty() && list.problems.is_empty() => Ok(None),
            Ok(list) => Ok(Some(list)),
            // The list of the API is there. A registry may refuse tags of this form.
            Err(e) if matches!(e.status(), Some(400 | 404 | 405 | 406)) => {
                tracing::debug!(error = %e, "no index of referrers beside the API");
                Ok(None)
            }
            // An index that cannot be read may list referrers that the API does not.
            Err(e) if e.is_of_one_manifest() => {
                let mut problems = Problems::of_referrers(subject);
                let reason = excerpt(e.message());
                let detail = format!("the index under the tag {tag} cannot be read: {reason}");
                problems.add_unread(detail, e.code());
                let problems = problems.found();
                let charge = self.connection.memory().charge().of(problems.weight())?;
                Ok(Some(List::new(Vec::new(), problems, charge)))
            }
            Err(e) => Err(e),
        }
    }

    async fn fallback_list(&self, subject: &Digest, tag: &str) -> Result<List<Descriptor>> {
        let mut problems = Problems::of_referrers(subject);
        let mut charge = self.connection.memory().charge();
        let mut entries = Vec::new();
        match self.read_fallback(subject, tag).await? {
            Fallback::Missing | Fallback::Other => {}
            Fallback::Malformed(reason) => {
                problems.add(format!("the index under the tag {tag} cannot be read: {reason}"));
            }
            Fallback::Index(index) => {
                for (position, entry) in index.entries.into_iter().enumerate() {
                    check_limit(position, self.connection.limits().max_entries)?;
                    match entry.parsed {
                        Ok(descriptor) => {
                            charge.add(descriptor.weight())?;
                            entries.push(descriptor);
                        }
                        Err(reason) => {
                            let text = excerpt(entry.raw.get());
                            problems.add(format!("entry {} {reason}: {text}", position + 1));
                        }
                    }
                }
            }
        }
        let problems = problems.found();
        charge.add(problems.weight())?;
        Ok(List::new(entries, problems, charge))
    }

    /// Remembers which fallback tags a list of all tags contains.
    pub(in crate::store::registry::api) fn set_listed_tags(
        &self,
        list: &List<String>,
    ) -> Result<()> {
        // An incomplete list does not show which tags are missing.
        if list.problems.is_empty() {
            let listed = ListedTags::of(&list.entries, self.connection.memory())?;
            let _ = self.fallback_tags.listed.set(Some(listed));
        }
        Ok(())
    }

    async fn list_fallback_tags(&self) -> Result<Option<ListedTags>> {
        match self.list_tags().await {
            // An incomplete list does not show which tags are missing.
            Ok(list) if !list.problems.is_empty() => Ok(None),
            Ok(list) => ListedTags::of(&list.entries, self.connection.memory()).map(Some),
            // The list only saves requests. Some registries issue tokens that can pull but not list
            // tags, and others cannot list many.
            Err(e) => {
                tracing::debug!(error = %e, "the tags cannot be listed");
                Ok(None)
            }
        }
    }

    /// Reads the fallback index. GitLab resolves the tag to the subject itself, and users may have
    /// tags of that form, so a manifest of another kind is not an error.
    async fn read_fallback(&self, subject: &Digest, tag: &str) -> Result<Fallback> {
        let response = match self.get_manifest_bytes(&TagOrDigest::Tag(tag.to_owned())).await {
            Ok(response) => response,
            Err(e) if e.code() == Code::NotFound => return Ok(Fallback::Missing),
            Err(e) => return Err(e),
        };
        let digest = response.algorithm.digest(&response.bytes);
        let is_subject = || {
            let algorithm = subject.algorithm();
            algorithm.is_ok_and(|algorithm| algorithm.digest(&response.bytes) == *subject)
        };
        if digest == *subject || is_subject() {
            return Ok(Fallback::Missing);
        }
        let content_type = response.content_type.as_deref();
        match Manifest::parse(response.bytes.clone(), content_type, response.algorithm) {
            Ok(manifest) if !manifest.is_index() => return Ok(Fallback::Other),
            Err(e) if e.code() == Code::TooLarge => return Err(e),
            _ => {}
        }
        Ok(match parse_entries(&response.bytes) {
            Ok((entries, replaced)) => Fallback::Index(Index {
                digest,
                etag: response.etag,
                entries,
                replaced,
                _permit: response.permit,
            }),
            Err(reason) => Fallback::Malformed(reason),
        })
    }

    /// Changes a fallback index that other clients may change at the same time.
    ///
    /// No registry in use can replace a tag atomically. A writer therefore reads the index back,
    /// immediately and once more after a wait. The wait is chosen to exceed the time that another
    /// writer takes from reading to writing: a writer that read the index before this change has
    /// written by then, and one that reads it later includes this change.
    pub(super) async fn change_fallback(
        &self,
        subject: &Digest,
        change: IndexChange,
    ) -> Result<()> {
        let _writer = self.state.fallback_writer.lock().await;
        self.change_fallback_locked(subject, change).await
    }

    /// Adds a referrer to a fallback index, together with all referrers that wait for the same
    /// index: n referrers that are pushed concurrently need a few writes, not n.
    pub(super) async fn add_to_fallback(
        &self,
        subject: &Digest,
        referrer: Descriptor,
    ) -> Result<()> {
        loop {
            let mut added = self.state.pending_additions.push(subject, referrer.clone());
            let _writer = self.state.fallback_writer.lock().await;
            match added.try_recv() {
                Ok(()) => return Ok(()),
                // The writer that took the referrer failed, or its future was dropped.
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let pending = self.state.pending_additions.take(subject);
            let (referrers, senders): (Vec<_>, Vec<_>) = pending.into_iter().unzip();
            self.change_fallback_locked(subject, IndexChange::Add(referrers)).await?;
            for sender in senders {
                // The receiver may have been dropped meanwhile.
                let _ = sender.send(());
            }
            return Ok(());
        }
    }

    /// Changes a fallback index. The caller holds the lock of this process.
    async fn change_fallback_locked(&self, subject: &Digest, change: IndexChange) -> Result<()> {
        let tag = fallback_tag(subject);
        let _tag_lock = lock_tag(self.connection.host(), &self.repository, &tag).await;
        let mut replaced: HashSet<Digest> = HashSet::new();
        // Manifests that do not exist any more, whose entries are dropped.
        let mut missing: HashSet<Digest> = HashSet::new();
        let removes = !matches!(change, IndexChange::Add(_));
        let (mut has_waited, mut use_etag) = (false, true);
        let mut attempts = 0;
        loop {
            if attempts == MAX_WRITE_ATTEMPTS {
                return Err(Error::new(
                    Code::Conflict,
                    format!(
                        "the tag {tag}, which lists the referrers of {subject}, could not be written in \
                         {attempts} attempts, since other clients write to it"
                    ),
                )
                .with_hint(hint::referrers_list_busy()));
            }
            attempts += 1;
            let started = Instant::now();
            let tag_of_subject =
                || format!("the tag {tag}, which should list the referrers of {subject}, ");
            let current = self.read_fallback(subject, &tag).await?;
            let is_foreign = match &current {
                Fallback::Other => removes,
                Fallback::Malformed(_) => removes && !matches!(change, IndexChange::Replace(..)),
                _ => false,
            };
            // Beside an API, the tag can be anybody's.
            if is_foreign && self.has_referrers_api(subject).await? {
                tracing::warn!("the tag {tag} does not name a list of referrers");
                break;
            }
            let current = match current {
                Fallback::Missing => None,
                Fallback::Index(index) => Some(Index { _permit: None, ..index }),
                Fallback::Other => {
                    return Err(Error::new(
                        Code::Conflict,
                        tag_of_subject() + "names another manifest",
                    )
                    .with_hint(hint::not_a_referrers_list(&tag)));
                }
                // Replacing the index would lose its entries.
                Fallback::Malformed(reason) => {
                    let message =
                        tag_of_subject() + &format!("names an index that cannot be read: {reason}");
                    return Err(Error::new(Code::Incomplete, message)
                        .with_hint(hint::malformed_referrers_list(&tag)));
                }
            };
            if let (Some(index), true) = (&current, removes) {
                self.delete_replaced_before(subject, index).await;
            }
            let entries = current.as_ref().map(|index| &index.entries[..]).unwrap_or_default();
            let existing: Vec<Entry> =
                entries.iter().filter(|entry| !entry.is_one_of(&missing)).cloned().collect();
            let Some(changed) = change.apply(&existing)? else {
                if has_waited || replaced.is_empty() {
                    break;
                }
                has_waited = true;
                tokio::time::sleep(
                    started
                        .elapsed()
                        .saturating_mul(4)
                        .clamp(Duration::from_millis(10), Duration::from_secs(2)),
                )
                .await;
                continue;
            };
            has_waited = false;
            if let Some(index) = &current {
                replaced.insert(index.digest.clone());
            }
            if changed.is_empty() {
                if let Some(index) = &current {
                    self.delete_index(&index.digest, &tag).await?;
                    replaced.remove(&index.digest);
                }
                break;
            }
            // Names the replaced index in the new one, so that a later delete removes it if this one is killed
            // now. A registry that protects what an index lists would also protect what that one listed.
            let names_replaced = removes
                || changed.iter().any(|entry| entry.deleting)
                || entries.iter().any(|entry| entry.deleting);
            let before =
                current.as_ref().filter(|_| names_replaced).map(|index| index.digest.clone());
            let index = serialize(&changed, before.as_slice())?;
            let missing_before = missing.len();
            let etag = current.as_ref().and_then(|index| index.etag.as_deref());
            let etag = etag.filter(|_| use_etag);
            use_etag = true;
            match self.put_manifest_as(&index, &TagOrDigest::Tag(tag.clone()), etag).await {
                Ok(_) => {
                    replaced.insert(index.digest().clone());
                    self.fallback_tags.set_written(&tag);
                }
                // Some registries send an entity tag and then refuse it: the next attempt omits it.
                Err(e) if e.status() == Some(412) => use_etag = etag.is_none(),
                Err(e) if references_missing_manifest(&e) => {
                    missing.extend(self.missing_manifests(&changed).await?);
                    if missing.len() == missing_before {
                        return Err(e);
                    }
                }
                Err(e) => return Err(not_listed(e, subject, &tag)),
            }
        }
        self.remove_replaced(&tag, replaced).await
    }

    /// Deletes an index without entries. `crane registry serve` keeps the tag of a manifest that is
    /// deleted by digest, so the tag is looked for.
    async fn delete_index(&self, index: &Digest, tag: &str) -> Result<()> {
        let deletion = ManifestDeletion {
            manifest: Descriptor::new(media_type::OCI_INDEX, index.clone(), 0),
            subject: None,
            subject_retained: false,
            tags: vec![tag.to_owned()],
        };
        self.delete_with_tags(&deletion).await?;
        self.fallback_tags.set_removed(tag);
        Ok(())
    }

    /// Removes the fallback index of a manifest that was deleted, if only entries of missing manifests
    /// are left: other clients delete referrers without their entries.
    pub(super) async fn remove_stale_index(&self, subject: &Digest) -> Result<()> {
        let tag = fallback_tag(subject);
        let Fallback::Index(index) = self.read_fallback(subject, &tag).await? else {
            return Ok(());
        };
        if index.entries.is_empty() {
            return self.delete_index(&index.digest, &tag).await;
        }
        let missing = self.missing_manifests(&index.entries).await?;
        if missing.is_empty() {
            return Ok(());
        }
        self.change_fallback(subject, IndexChange::Remove(missing.into_iter().collect())).await
    }

    /// Returns the entries whose manifests do not exist. Other clients delete manifests without
    /// their entries, and docker-registry refuses an index with a missing manifest.
    async fn missing_manifests(&self, entries: &[Entry]) -> Result<Vec<Digest>> {
        let digests: Vec<Digest> = entries.iter().filter_map(Entry::digest).cloned().collect();
        let missing = stream::iter(digests)
            .map(|digest| async move {
                match self.resolve_manifest(&TagOrDigest::Digest(digest.clone())).await {
                    Err(e) if e.code() == Code::NotFound => Ok(Some(digest)),
                    Err(e) => Err(e),
                    Ok(_) => Ok(None),
                }
            })
            .buffered(DEFAULT_CONCURRENCY)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(missing.into_iter().flatten().collect())
    }

    /// Deletes the replaced indexes: no registry recognizes them as garbage. A refusal is not an
    /// error.
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
        self.delete_replaced(replaced.iter()).await;
        Ok(())
    }

    /// Deletes the index that the current one replaced, if a killed process left it. Any client that
    /// can push can write the annotation that names it, so it must be a list of referrers of this
    /// subject.
    async fn delete_replaced_before(&self, subject: &Digest, current: &Index) {
        let Some(replaced) = current.replaced.first() else { return };
        if replaced == subject || *replaced == current.digest {
            return;
        }
        match self.lists_referrers_only(subject, replaced).await {
            Ok(true) => self.delete_replaced([replaced]).await,
            Ok(false) => {
                tracing::warn!(%replaced, "an annotation names a manifest that is not a list of referrers");
            }
            Err(e) => tracing::debug!(error = %e, "a replaced index of referrers cannot be read"),
        }
    }

    /// Returns true for an index in which every manifest that exists has this subject.
    async fn lists_referrers_only(&self, subject: &Digest, index: &Digest) -> Result<bool> {
        let response = self.get_manifest_bytes(&TagOrDigest::Digest(index.clone())).await?;
        let content_type = response.content_type.as_deref();
        let parsed = Manifest::parse(response.bytes.clone(), content_type, response.algorithm)?;
        let listed: Vec<Descriptor> = parsed.children().cloned().collect();
        if !parsed.is_index() || listed.is_empty() {
            return Ok(false);
        }
        let of_subject = stream::iter(listed).map(|listed| async move {
            match self.get_manifest(&TagOrDigest::from(&listed)).await {
                Ok((manifest, _)) => Ok(manifest.subject().is_some_and(|s| s.digest == *subject)),
                Err(e) if e.code() == Code::NotFound => Ok(true),
                Err(e) => Err(e),
            }
        });
        let of_subject = of_subject.buffered(DEFAULT_CONCURRENCY).try_collect::<Vec<_>>().await?;
        Ok(of_subject.into_iter().all(|is_referrer| is_referrer))
    }

    async fn delete_replaced(&self, replaced: impl IntoIterator<Item = &Digest>) {
        for digest in replaced {
            if let Err(e) = self.delete_manifest(digest).await {
                tracing::debug!(error = %e, "a replaced index of referrers was not deleted");
            }
        }
    }
}

fn references_missing_manifest(error: &Error) -> bool {
    error.has_registry_code(&["MANIFEST_BLOB_UNKNOWN"])
}

/// A change to a fallback index.
pub(super) enum IndexChange {
    Add(Vec<Descriptor>),
    Remove(HashSet<Digest>),
    /// Takes the entries off the list, so that a registry which protects what an index lists lets
    /// their manifests be deleted. An annotation keeps them until they are removed.
    Unlist(HashSet<Digest>),
    /// Removes entries, and adds others instead.
    Replace(HashSet<Digest>, Vec<Descriptor>),
}

impl IndexChange {
    /// Returns the changed entries, or `None` if the change is applied already.
    fn apply(&self, entries: &[Entry]) -> Result<Option<Vec<Entry>>> {
        Ok(match self {
            Self::Add(added) => {
                let mut existing: HashSet<&Digest> =
                    entries.iter().filter(|e| !e.deleting).filter_map(Entry::digest).collect();
                let new = added.iter().filter(|d| existing.insert(&d.digest)).map(Entry::new);
                let new = new.collect::<Result<Vec<_>>>()?;
                let is_new = |digest: &Digest| new.iter().any(|e| e.digest() == Some(digest));
                (!new.is_empty()).then(|| {
                    let kept =
                        entries.iter().filter(|e| !e.deleting || !e.digest().is_some_and(is_new));
                    kept.cloned().chain(new.iter().cloned()).collect()
                })
            }
            Self::Unlist(unlisted) => {
                let changes = |entry: &Entry| !entry.deleting && entry.is_one_of(unlisted);
                entries.iter().any(changes).then(|| {
                    let unlist = |entry: &Entry| Entry {
                        deleting: entry.deleting || changes(entry),
                        ..entry.clone()
                    };
                    entries.iter().map(unlist).collect()
                })
            }
            Self::Replace(removed, added) => {
                let kept: Vec<Entry> =
                    entries.iter().filter(|e| !e.is_one_of(removed)).cloned().collect();
                let new = added.iter().map(Entry::new).collect::<Result<Vec<_>>>()?;
                let changed: Vec<Entry> = kept.into_iter().chain(new).collect();
                let text = |entries: &[Entry]| -> HashSet<String> {
                    entries.iter().map(|e| e.raw.get().to_owned()).collect()
                };
                (text(&changed) != text(entries)).then_some(changed)
            }
            Self::Remove(removed) => entries
                .iter()
                .any(|entry| entry.is_one_of(removed))
                .then(|| entries.iter().filter(|e| !e.is_one_of(removed)).cloned().collect()),
        })
    }
}

/// The error of an artifact that is stored, although the list of its subject could not be written.
fn not_listed(error: Error, subject: &Digest, tag: &str) -> Error {
    let message = format!(
        "the artifact is stored, but {subject} does not list it, because its list of referrers under \
         the tag {tag} was not written: {}",
        error.message()
    );
    let hint = match (error.code(), error.status()) {
        (Code::TooLarge, _) => hint::referrers_list_too_large(subject),
        (_, Some(400 | 403 | 405 | 409 | 412)) => hint::referrers_list_immutable(tag),
        _ => error.hint().map_or_else(hint::attach_again, str::to_owned),
    };
    error.with_message(message).with_hint(hint)
}

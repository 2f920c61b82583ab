//! Referrers: three generations of interfaces, and the index under a tag that clients keep where
//! there is none.
//!
//! Which one a repository has is asked once and remembered. An answer that only says "not here" is
//! no error; refusals and failures are, never "none".

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::Ordering,
    time::Duration,
};

use futures::{StreamExt, TryStreamExt, stream};
use http::{StatusCode, header};
use serde::Deserialize;
use tokio::{sync::oneshot, time::Instant};

use super::{
    Registry,
    answer::Answer,
    learned::ReferrersApi,
    listing::{Pages, json},
};
use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    manifest::{Manifest, ManifestFormat, write_index},
    media_type,
    reference::Name,
    store::Doomed,
    work::AT_ONCE,
};

/// How often a writer tries to get its entry into a fallback index past other writers.
const WRITE_TRIES: u32 = 50;

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
pub(super) fn is_fallback_tag(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512")
            && hex.len() == 64
            && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A list of referrers as each generation names it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default, deserialize_with = "present")]
    manifests: Option<Option<Vec<Descriptor>>>,
    #[serde(default, deserialize_with = "present")]
    references: Option<Option<Vec<Descriptor>>>,
    #[serde(default, deserialize_with = "present")]
    referrers: Option<Option<Vec<Descriptor>>>,
    media_type: Option<String>,
    #[serde(default)]
    schema_version: u64,
}

/// Tells a list that is null, which means none, from a key that is not there.
fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<Vec<Descriptor>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Registry {
    pub(super) async fn list_referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Descriptor>> {
        let listed = match self.known.referrers.get() {
            Some(ReferrersApi::FallbackTag) => None,
            Some(api) => match self.ask(*api, subject, artifact_type).await? {
                Asked::List(list) => Some(list),
                Asked::NothingThere | Asked::NotSupported => None,
            },
            None => self.ask_which(subject, artifact_type).await?,
        };
        let mut referrers = match listed {
            Some(list) => list,
            None if matches!(
                self.known.referrers.get(),
                None | Some(ReferrersApi::FallbackTag)
            ) =>
            {
                self.fallback_referrers(subject).await?
            }
            None => Vec::new(),
        };
        referrers.retain(|d| media_type::is_manifest(&d.media_type));
        let mut seen = HashSet::new();
        referrers.retain(|d| seen.insert(d.digest.clone()));
        let mut referrers = self.complete(referrers).await?;
        // A server may have filtered or not: what was asked for is what is given.
        if let Some(wanted) = artifact_type {
            referrers.retain(|d| d.artifact_type.as_deref() == Some(wanted));
        }
        Ok(referrers)
    }

    pub(super) async fn format_for_referrers(&self, subject: &Digest) -> Result<ManifestFormat> {
        if self.known.referrers.get().is_none() {
            self.ask_which(subject, None).await?;
        }
        Ok(match self.known.referrers.get() {
            Some(ReferrersApi::OrasDraft) => ManifestFormat::OrasArtifactDraft,
            Some(ReferrersApi::OrasRc) => ManifestFormat::OrasArtifact,
            _ => ManifestFormat::Oci11,
        })
    }

    /// After a manifest with a subject is stored: where no interface lists it, it is entered into
    /// the fallback index.
    pub(super) async fn announce_referrer(&self, manifest: &Manifest) -> Result<()> {
        let Some(subject) = manifest.subject() else { return Ok(()) };
        if self.known.referrers.get().is_none() {
            self.ask_which(&subject.digest, None).await?;
        }
        match self.known.referrers.get() {
            None | Some(ReferrersApi::FallbackTag) => {
                self.add_to_fallback(&subject.digest, manifest.descriptor()).await
            }
            Some(_) => Ok(()),
        }
    }

    /// Deletes manifests at once, then takes them out of the fallback indexes of their subjects.
    pub(super) async fn delete_all(&self, manifests: &[Doomed]) -> Vec<Result<()>> {
        let Some((first, rest)) = manifests.split_first() else { return Vec::new() };
        // One goes ahead: a registry that refuses deletes is asked once, not for each.
        let mut results = vec![self.delete_one(first).await];
        if matches!(&results[0], Err(e) if e.code() == Code::Unsupported) {
            results.extend(rest.iter().map(|_| Err(refused())));
            return results;
        }
        let deletions: Vec<_> = rest.iter().map(|doomed| self.delete_one(doomed)).collect();
        results.extend(stream::iter(deletions).buffered(AT_ONCE).collect::<Vec<_>>().await);

        if !self.keeps_fallback() {
            return results;
        }
        let mut by_subject: BTreeMap<&Digest, Vec<usize>> = BTreeMap::new();
        for (i, doomed) in manifests.iter().enumerate().filter(|(_, doomed)| !doomed.subject_stays)
        {
            if let (Some(subject), Ok(())) = (&doomed.subject, &results[i]) {
                by_subject.entry(subject).or_default().push(i);
            }
        }
        for (subject, places) in by_subject {
            let gone = places.iter().map(|i| manifests[*i].manifest.digest.clone()).collect();
            if let Err(e) = self.change_fallback(subject, Change::Remove(gone)).await
                && let Some(first) = places.first()
            {
                results[*first] = Err(e);
            }
        }
        results
    }

    /// Deletes a manifest. Where its subject stays, it is taken out of that one's list before: a
    /// registry refuses a list of what is not there, and with it whatever is pushed next.
    async fn delete_one(&self, doomed: &Doomed) -> Result<()> {
        let listed = doomed.subject.as_ref().filter(|_| doomed.subject_stays);
        let Some(subject) = listed.filter(|_| self.keeps_fallback()) else {
            return self.delete_with_tags(doomed).await;
        };
        let gone = HashSet::from([doomed.manifest.digest.clone()]);
        self.change_fallback(subject, Change::Remove(gone)).await?;
        let deleted = self.delete_with_tags(doomed).await;
        if deleted.is_err()
            && let Err(e) =
                self.change_fallback(subject, Change::Add(vec![doomed.manifest.clone()])).await
        {
            tracing::warn!(error = %e, "what could not be deleted is not listed any more");
        }
        deleted
    }

    fn keeps_fallback(&self) -> bool {
        matches!(self.known.referrers.get(), None | Some(ReferrersApi::FallbackTag))
    }

    /// Asks the generations in their order, once per repository. The answer to the question is
    /// that of the first that has one.
    async fn ask_which(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<Vec<Descriptor>>> {
        let _asking = self.known.asking.lock().await;
        if let Some(known) = self.known.referrers.get() {
            return match known {
                ReferrersApi::FallbackTag => Ok(None),
                api => Ok(self.ask(*api, subject, artifact_type).await?.list()),
            };
        }
        let mut conclusive = true;
        for api in [ReferrersApi::Oci, ReferrersApi::OrasDraft, ReferrersApi::OrasRc] {
            match self.ask(api, subject, artifact_type).await? {
                Asked::List(list) => {
                    let _ = self.known.referrers.set(api);
                    return Ok(Some(list));
                }
                Asked::NotSupported => {}
                // The repository or the subject is not there: that says nothing of the interface.
                Asked::NothingThere => conclusive = false,
            }
        }
        if conclusive {
            let _ = self.known.referrers.set(ReferrersApi::FallbackTag);
        }
        Ok(None)
    }

    async fn ask(
        &self,
        api: ReferrersApi,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Asked> {
        let name = &self.repository;
        let mut url = match api {
            ReferrersApi::Oci => self.url(&format!("referrers/{subject}"))?,
            ReferrersApi::OrasDraft => self
                .connection
                .url(&format!("oras/artifacts/v1/{name}/manifests/{subject}/referrers"))?,
            ReferrersApi::OrasRc => {
                self.url(&format!("_oras/artifacts/referrers?digest={subject}"))?
            }
            ReferrersApi::FallbackTag => return Ok(Asked::NotSupported),
        };
        if let Some(wanted) = artifact_type {
            url.query_pairs_mut().append_pair("artifactType", wanted);
        }
        let mut all = Vec::new();
        let mut pages = Pages::new(&self.connection, url);
        let mut first = true;
        while let Some(answer) = pages.next().await? {
            match answer.status().as_u16() {
                200 => {}
                400 | 404 | 405 | 406 | 501 if first => return not_there(answer).await,
                _ => {
                    let what = format!("the referrers of {subject} are not listed");
                    return Err(answer.into_error(&what).await);
                }
            }
            match page(api, answer).await? {
                Some(list) => all.extend(list),
                None if first => return Ok(Asked::NotSupported),
                None => {
                    return Err(Error::new(
                        Code::Registry,
                        format!("a further page of the referrers of {subject} is no list of them"),
                    ));
                }
            }
            first = false;
        }
        Ok(Asked::List(all))
    }

    /// Fills in the artifact type where a list leaves it out, or has the type of the empty config
    /// for it, as ggcr does: the manifest knows better.
    async fn complete(&self, referrers: Vec<Descriptor>) -> Result<Vec<Descriptor>> {
        let fill = |mut descriptor: Descriptor| async move {
            if !matches!(descriptor.artifact_type.as_deref(), None | Some("" | media_type::EMPTY)) {
                return Ok(descriptor);
            }
            match self.get_manifest(&Name::Digest(descriptor.digest.clone())).await {
                Ok((manifest, _)) => {
                    descriptor.artifact_type = manifest.artifact_type().map(str::to_owned);
                    if descriptor.annotations.is_empty() {
                        descriptor.annotations = manifest.annotations().clone();
                    }
                    Ok(descriptor)
                }
                // Deleted meanwhile, or not what it was listed as: it is listed all the same.
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => {
                    Ok(descriptor)
                }
                Err(e) => Err(e),
            }
        };
        stream::iter(referrers.into_iter().map(fill))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect()
    }

    async fn fallback_referrers(&self, subject: &Digest) -> Result<Vec<Descriptor>> {
        let tag = fallback_tag(subject);
        // The first question goes to the index itself; a walk then lists the tags once, and asks
        // only for the indexes there are.
        if self.asked_fallback.swap(true, Ordering::Relaxed) {
            let known = self.fallback_tags.get_or_try_init(|| self.list_fallback_tags()).await?;
            if known.as_ref().is_some_and(|tags| !tags.contains(&tag)) {
                return Ok(Vec::new());
            }
        }
        let index = self.read_fallback(subject, &tag).await?;
        Ok(index.map(|(index, _)| index.manifests().to_vec()).unwrap_or_default())
    }

    async fn list_fallback_tags(&self) -> Result<Option<HashSet<String>>> {
        match self.list_tags().await {
            Ok(tags) => Ok(Some(tags.into_iter().filter(|tag| is_fallback_tag(tag)).collect())),
            // Some registries let a token pull and not list.
            Err(e) if matches!(e.status(), Some(400..=499)) && e.code() != Code::RateLimited => {
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The fallback index; `None` where there is none. GitLab resolves the tag to the subject
    /// itself, and a user may have a tag of that form: what is no index is not one of referrers.
    async fn read_fallback(
        &self,
        subject: &Digest,
        tag: &str,
    ) -> Result<Option<(Manifest, Option<String>)>> {
        match self.get_manifest(&Name::Tag(tag.to_owned())).await {
            Ok((index, _)) if index.digest() == subject || !index.is_index() => Ok(None),
            Ok(found) => Ok(Some(found)),
            Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Changes a fallback index, past other writers.
    ///
    /// No registry in use compares and swaps a tag. A writer therefore reads back what it wrote,
    /// at once and again after as long as another could have taken between its own reading and
    /// writing: who read before us has written by then, and who reads later has our entry.
    async fn change_fallback(&self, subject: &Digest, change: Change) -> Result<()> {
        let _one = self.known.fallback.lock().await;
        self.change_fallback_alone(subject, change).await
    }

    /// Adds an entry to a fallback index, together with all those that wait meanwhile: n referrers
    /// of one subject that are pushed at once cost a few indexes, not n.
    async fn add_to_fallback(&self, subject: &Digest, entry: Descriptor) -> Result<()> {
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
            super::lock::between_processes(self.connection.host(), &self.repository, &tag).await;
        let mut replaced: HashSet<Digest> = HashSet::new();
        let mut gone: HashSet<Digest> = HashSet::new();
        let mut settled = false;
        for _ in 0..WRITE_TRIES {
            let began = Instant::now();
            let current = match self.get_manifest(&Name::Tag(tag.clone())).await {
                Ok((index, _)) if index.digest() == subject => None,
                Ok((index, etag)) if index.is_index() => Some((index, etag)),
                Ok(_) => {
                    return Err(Error::new(
                        Code::Conflict,
                        format!("the tag {tag}, which should list the referrers of {subject}, names no index"),
                    )
                    .with_hint("remove that tag, then push again"));
                }
                Err(e) if e.code() == Code::NotFound => None,
                Err(e) => return Err(e),
            };
            let entries = current.as_ref().map(|(index, _)| index.manifests()).unwrap_or_default();
            let there: Vec<_> =
                entries.iter().filter(|d| !gone.contains(&d.digest)).cloned().collect();
            let Some(wanted) = change.applied(&there) else {
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
            if let Some((index, _)) = &current {
                replaced.insert(index.digest().clone());
            }
            if wanted.is_empty() {
                if let Some((index, _)) = &current {
                    self.delete_manifest(index.digest()).await?;
                    replaced.remove(index.digest());
                }
                break;
            }
            let index = write_index(wanted)?;
            let gone_before = gone.len();
            let etag = current.as_ref().and_then(|(_, etag)| etag.as_deref());
            match self.put_manifest_as(&index, &Name::Tag(tag.clone()), etag).await {
                Ok(_) => {
                    replaced.insert(index.digest().clone());
                }
                Err(e) if e.status() == Some(412) => {}
                Err(e) if refers_to_nothing(&e) => {
                    gone.extend(self.missing(index.manifests()).await?);
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
    async fn missing(&self, entries: &[Descriptor]) -> Result<Vec<Digest>> {
        let looked = stream::iter(entries.to_vec())
            .map(|entry| async move {
                match self.resolve_manifest(&Name::Digest(entry.digest.clone())).await {
                    Err(e) if e.code() == Code::NotFound => Ok(Some(entry.digest)),
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
        match self.get_manifest(&Name::Tag(tag.to_owned())).await {
            Ok((index, _)) => {
                replaced.remove(index.digest());
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

fn refused() -> Error {
    Error::new(Code::Unsupported, "not tried, since the registry refused the first delete")
}

enum Asked {
    List(Vec<Descriptor>),
    NothingThere,
    NotSupported,
}

impl Asked {
    fn list(self) -> Option<Vec<Descriptor>> {
        match self {
            Asked::List(list) => Some(list),
            Asked::NothingThere | Asked::NotSupported => None,
        }
    }
}

async fn not_there(answer: Answer) -> Result<Asked> {
    let missing = answer.status() == StatusCode::NOT_FOUND;
    let error = answer.into_error("referrers").await;
    let about_content = |code: &str| matches!(code, "NAME_UNKNOWN" | "MANIFEST_UNKNOWN");
    if missing && error.registry_errors().iter().any(|e| e.code == "METADATA_UNKNOWN") {
        return Ok(Asked::List(Vec::new()));
    }
    if missing && error.registry_errors().iter().any(|e| about_content(&e.code)) {
        return Ok(Asked::NothingThere);
    }
    Ok(Asked::NotSupported)
}

/// One page, or `None` when the body is not what this generation answers with.
async fn page(api: ReferrersApi, answer: Answer) -> Result<Option<Vec<Descriptor>>> {
    let is_index = answer.header(header::CONTENT_TYPE).is_some_and(media_type::is_index);
    let list = match json::<List>(answer, "a list of referrers").await {
        Ok(list) => list,
        Err(e) if e.code() == Code::Registry => return Ok(None),
        Err(e) => return Err(e),
    };
    Ok(match api {
        ReferrersApi::Oci => {
            let said = list.media_type.as_deref().is_some_and(media_type::is_index);
            match list.manifests {
                Some(manifests) if said || is_index || list.schema_version == 2 => {
                    Some(manifests.unwrap_or_default())
                }
                _ => None,
            }
        }
        ReferrersApi::OrasDraft => list.references.map(Option::unwrap_or_default),
        ReferrersApi::OrasRc => list.referrers.map(Option::unwrap_or_default),
        ReferrersApi::FallbackTag => None,
    })
}

/// What is to become of a fallback index.
enum Change {
    Add(Vec<Descriptor>),
    Remove(HashSet<Digest>),
}

impl Change {
    /// The entries as they should be; `None` when they are so already.
    fn applied(&self, entries: &[Descriptor]) -> Option<Vec<Descriptor>> {
        match self {
            Change::Add(added) => {
                let mut there: HashSet<&Digest> = entries.iter().map(|d| &d.digest).collect();
                let new: Vec<_> = added.iter().filter(|d| there.insert(&d.digest)).collect();
                if new.is_empty() {
                    return None;
                }
                Some(entries.iter().chain(new).cloned().collect())
            }
            Change::Remove(gone) => {
                if !entries.iter().any(|d| gone.contains(&d.digest)) {
                    return None;
                }
                Some(entries.iter().filter(|d| !gone.contains(&d.digest)).cloned().collect())
            }
        }
    }
}

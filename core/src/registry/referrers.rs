//! Referrers: three generations of interfaces, and the index under a tag that clients keep where
//! there is none.
//!
//! Which one a repository has is asked once and remembered. Until then an answer that only says "not
//! here" is no error; refusals and failures are, and whatever an interface says that is known to be
//! there and that is no list: never "none".

mod fallback;

use std::collections::{BTreeMap, HashSet};

use futures::{StreamExt, stream};
use http::header;
use serde::Deserialize;

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
    manifest::{Manifest, ManifestFormat},
    media_type,
    reference::Name,
    store::Doomed,
    work::AT_ONCE,
};

use fallback::Change;
pub(super) use fallback::{FallbackTags, is_fallback_tag};

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
            Some(api) => self.ask_known(*api, subject, artifact_type).await?,
            None => self.ask_which(subject, artifact_type).await?,
        };
        let mut referrers = match listed {
            Some(list) => list,
            None => self.fallback_referrers(subject).await?,
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
        self.find_out_which(subject).await?;
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
        self.find_out_which(&subject.digest).await?;
        if !self.keeps_fallback() {
            return Ok(());
        }
        self.add_to_fallback(&subject.digest, manifest.descriptor()).await
    }

    /// The same for manifests that are there. Of an interface that lists by itself nothing is asked.
    pub(super) async fn announce_again(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.find_out_which(subject).await?;
        if !self.keeps_fallback() {
            return Ok(());
        }
        let listed = self.fallback_referrers(subject).await?;
        let listed: HashSet<&Digest> = listed.iter().map(|d| &d.digest).collect();
        let lacking: Vec<Descriptor> =
            referrers.iter().filter(|d| !listed.contains(&d.digest)).cloned().collect();
        if lacking.is_empty() {
            return Ok(());
        }
        self.change_fallback(subject, Change::Add(lacking)).await
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

    /// Finds out which interface there is, where that can be told, and asks nothing more.
    async fn find_out_which(&self, subject: &Digest) -> Result<()> {
        let _asking = self.known.asking.lock().await;
        if self.known.referrers.get().is_none() {
            self.ask_in_order(subject, None).await?;
        }
        Ok(())
    }

    /// Asks which interface there is, once per repository, and by that for referrers; `None` where
    /// the fallback index has the answer.
    async fn ask_which(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<Vec<Descriptor>>> {
        let asking = self.known.asking.lock().await;
        if let Some(api) = self.known.referrers.get() {
            drop(asking);
            return self.ask_known(*api, subject, artifact_type).await;
        }
        self.ask_in_order(subject, artifact_type).await
    }

    /// Asks one generation after the other. The answer is that of the first that has one.
    async fn ask_in_order(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<Vec<Descriptor>>> {
        let mut conclusive = true;
        for api in [ReferrersApi::Oci, ReferrersApi::OrasDraft, ReferrersApi::OrasRc] {
            match self.ask(api, subject, artifact_type).await {
                Ok(Asked::List(list)) => {
                    let _ = self.known.referrers.set(api);
                    return Ok(Some(list));
                }
                Ok(Asked::NotSupported(_)) => {}
                // The repository or the subject is not there: that says nothing of the interface.
                Ok(Asked::NothingThere) => conclusive = false,
                // The older ones lie where a proxy may let nobody in, or no token is given for. The
                // first was answered: whoever asks may read.
                Err(e)
                    if api != ReferrersApi::Oci
                        && matches!(e.code(), Code::Unauthorized | Code::Forbidden) => {}
                Err(e) => return Err(e),
            }
        }
        if conclusive {
            let _ = self.known.referrers.set(ReferrersApi::FallbackTag);
        }
        Ok(None)
    }

    /// Asks an interface that is there; `None` where the fallback index has the answer.
    async fn ask_known(
        &self,
        api: ReferrersApi,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<Vec<Descriptor>>> {
        if api == ReferrersApi::FallbackTag {
            return Ok(None);
        }
        match self.ask(api, subject, artifact_type).await? {
            Asked::List(list) => Ok(Some(list)),
            Asked::NothingThere => Ok(Some(Vec::new())),
            // Not every registry gives a code with its 404 for what it does not have.
            Asked::NotSupported(e) if e.status() == Some(404) && !self.has(subject).await? => {
                Ok(Some(Vec::new()))
            }
            Asked::NotSupported(e) => Err(e),
        }
    }

    async fn has(&self, manifest: &Digest) -> Result<bool> {
        match self.resolve_manifest(&Name::Digest(manifest.clone())).await {
            Ok(_) => Ok(true),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
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
            ReferrersApi::FallbackTag => {
                return Err(Error::new(Code::Internal, "a fallback tag is no interface"));
            }
        };
        if let Some(wanted) = artifact_type {
            url.query_pairs_mut().append_pair("artifactType", wanted);
        }
        let what = format!("the referrers of {subject} are not listed");
        let mut all = Vec::new();
        let mut pages = Pages::new(&self.connection, url);
        let mut first = true;
        while let Some(answer) = pages.next().await? {
            match answer.status().as_u16() {
                200 => {}
                400 | 404 | 405 | 406 | 501 if first => return Ok(not_there(answer, &what).await),
                _ => return Err(answer.into_error(&what).await),
            }
            match page(api, answer).await? {
                Some(list) => pages.add(&mut all, list)?,
                None => {
                    let none = Error::new(
                        Code::Registry,
                        format!("{what}: what the registry sent is no list of them"),
                    );
                    return if first { Ok(Asked::NotSupported(none)) } else { Err(none) };
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
}

fn refused() -> Error {
    Error::new(Code::Unsupported, "not tried, since the registry refused the first delete")
}

enum Asked {
    List(Vec<Descriptor>),
    NothingThere,
    /// With the failure that it is where the interface is known to be there.
    NotSupported(Error),
}

async fn not_there(answer: Answer, what: &str) -> Asked {
    let error = answer.into_error(what).await;
    let says = |codes: &[&str]| {
        error.status() == Some(404)
            && error.registry_errors().iter().any(|e| codes.contains(&e.code.as_str()))
    };
    if says(&["METADATA_UNKNOWN"]) {
        Asked::List(Vec::new())
    } else if says(&["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]) {
        Asked::NothingThere
    } else {
        // Others take NOT_FOUND for "none" and UNSUPPORTED for what they asked of the registry.
        Asked::NotSupported(error.with_code(Code::Registry))
    }
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

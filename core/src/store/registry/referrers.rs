//! Referrers: three generations of interfaces, and the index under a tag that clients keep where
//! there is none.
//!
//! Which one a repository has is asked once and remembered. Until then an answer that only says "not
//! here" is no error; refusals and failures are, and whatever an interface says that is known to be
//! there and that is no list: never "none".

mod entries;
mod fallback;

use std::collections::{BTreeMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use http::header;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Registry,
    answer::Response,
    learned::ReferrersApi,
    listing::{Pages, entry, object, present},
};
use crate::store::{
    ManifestDeletion,
    limits::AT_ONCE,
    list::{List, Problems},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, ManifestFormat, Result, TagOrDigest, excerpt,
    media_type, weight::Weight,
};

use fallback::Change;
pub(super) use fallback::{FallbackTags, is_fallback_tag};

/// A list of referrers as each generation names it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(default, borrow, deserialize_with = "present")]
    manifests: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    references: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    referrers: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    media_type: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    schema_version: Option<&'a RawValue>,
}

impl Registry {
    pub(super) async fn list_referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        let listed = match self.known.referrers.get() {
            Some(api) => self.ask_known(*api, subject, artifact_type).await?,
            None => self.probe(subject, artifact_type).await?,
        };
        let mut list = match listed {
            Some(list) => list,
            None => self.fallback_referrers(subject).await?,
        };
        let mut seen = HashSet::new();
        list.entries.retain(|d| seen.insert(d.digest.clone()));
        self.complete(subject, &mut list).await?;
        // A server may have filtered or not: what was asked for is what is given.
        if let Some(wanted) = artifact_type {
            list.entries.retain(|d| d.artifact_type.as_deref() == Some(wanted));
        }
        Ok(list)
    }

    pub(super) async fn format_for_referrers(&self, subject: &Digest) -> Result<ManifestFormat> {
        self.detect_referrers_api(subject).await?;
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
        self.detect_referrers_api(&subject.digest).await?;
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
        self.detect_referrers_api(subject).await?;
        if !self.keeps_fallback() {
            return Ok(());
        }
        let listed = self.fallback_referrers(subject).await?;
        let listed: HashSet<&Digest> = listed.entries.iter().map(|d| &d.digest).collect();
        let lacking: Vec<Descriptor> =
            referrers.iter().filter(|d| !listed.contains(&d.digest)).cloned().collect();
        if lacking.is_empty() {
            return Ok(());
        }
        self.change_fallback(subject, Change::Add(lacking)).await
    }

    /// Deletes manifests at once, then takes them out of the fallback indexes of their subjects.
    pub(super) async fn delete_all(&self, manifests: &[ManifestDeletion]) -> Vec<Result<()>> {
        let Some((first, rest)) = manifests.split_first() else { return Vec::new() };
        // One goes ahead: a registry that refuses deletes is asked once, not for each.
        let mut results = vec![self.delete_one(first).await];
        if matches!(&results[0], Err(e) if e.code() == Code::Unsupported) {
            results.extend(rest.iter().map(|_| Err(refused())));
            return results;
        }
        // Each is begun in its turn: there may be many.
        let each = stream::iter(rest.to_vec());
        let deletions = each.map(|doomed| async move { self.delete_one(&doomed).await });
        results.extend(deletions.buffered(AT_ONCE).collect::<Vec<_>>().await);

        if !self.keeps_fallback() {
            return results;
        }
        let mut by_subject: BTreeMap<&Digest, Vec<usize>> = BTreeMap::new();
        for (i, doomed) in
            manifests.iter().enumerate().filter(|(_, doomed)| !doomed.subject_retained)
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
    async fn delete_one(&self, doomed: &ManifestDeletion) -> Result<()> {
        let listed = doomed.subject.as_ref().filter(|_| doomed.subject_retained);
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
    async fn detect_referrers_api(&self, subject: &Digest) -> Result<()> {
        let _asking = self.known.asking.lock().await;
        if self.known.referrers.get().is_none() {
            self.ask_in_order(subject, None).await?;
        }
        Ok(())
    }

    /// Asks which interface there is, once per repository, and by that for referrers; `None` where
    /// the fallback index has the answer.
    async fn probe(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<List<Descriptor>>> {
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
    ) -> Result<Option<List<Descriptor>>> {
        let mut conclusive = true;
        for api in [ReferrersApi::Oci, ReferrersApi::OrasDraft, ReferrersApi::OrasRc] {
            match self.ask(api, subject, artifact_type).await {
                Ok(ProbeResult::List(list)) => {
                    let _ = self.known.referrers.set(api);
                    return Ok(Some(list));
                }
                Ok(ProbeResult::NotSupported(_)) => {}
                // The repository or the subject is not there: that says nothing of the interface.
                Ok(ProbeResult::NothingThere) => conclusive = false,
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
    ) -> Result<Option<List<Descriptor>>> {
        if api == ReferrersApi::FallbackTag {
            return Ok(None);
        }
        match self.ask(api, subject, artifact_type).await? {
            ProbeResult::List(list) => Ok(Some(list)),
            ProbeResult::NothingThere => Ok(Some(List::default())),
            // Not every registry gives a code with its 404 for what it does not have.
            ProbeResult::NotSupported(e)
                if e.status() == Some(404) && !self.has(subject).await? =>
            {
                Ok(Some(List::default()))
            }
            ProbeResult::NotSupported(e) => Err(e),
        }
    }

    async fn has(&self, manifest: &Digest) -> Result<bool> {
        match self.resolve_manifest(&TagOrDigest::Digest(manifest.clone())).await {
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
    ) -> Result<ProbeResult> {
        let name = &self.repository;
        let mut url = match api {
            ReferrersApi::Oci => self.url(&format!("referrers/{subject}"))?,
            ReferrersApi::OrasDraft => self
                .connection
                .url(&format!("oras/artifacts/v1/{name}/manifests/{subject}/referrers"))?,
            ReferrersApi::OrasRc => {
                let mut url = self.url("_oras/artifacts/referrers")?;
                url.query_pairs_mut().append_pair("digest", subject.as_str());
                url
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
        let mut pages = Pages::new(&self.connection, url, Problems::of_referrers(subject));
        let mut first = true;
        while let Some(answer) = pages.next().await? {
            match answer.status().as_u16() {
                200 => {}
                400 | 404 | 405 | 406 | 501 if first => return Ok(not_there(answer, &what).await),
                _ => return Err(answer.into_error(&what).await),
            }
            let is_index = answer.header(header::CONTENT_TYPE).is_some_and(media_type::is_index);
            let (bytes, _turn) = answer.metadata_in_turn().await?;
            pages.count(&bytes)?;
            match page(api, &bytes, is_index) {
                Paged::List(key, listed) => pages.add(&mut all, key, listed, referrer)?,
                Paged::Malformed(why) => pages.unreadable(&why),
                Paged::Other(why) if first => {
                    let message = format!("{what}: what the registry sent is no list: {why}");
                    return Ok(ProbeResult::NotSupported(Error::new(Code::Registry, message)));
                }
                Paged::Other(why) => pages.unreadable(&why),
            }
            first = false;
        }
        pages.done(all).map(ProbeResult::List)
    }

    /// Fills in the artifact type where a list leaves it out, or has the type of the empty config
    /// for it, as ggcr does: the manifest knows better. One that cannot be read stays in the list,
    /// and what is not known of it is told.
    async fn complete(&self, subject: &Digest, list: &mut List<Descriptor>) -> Result<()> {
        let fill = |mut descriptor: Descriptor| async move {
            if !matches!(descriptor.artifact_type.as_deref(), None | Some("" | media_type::EMPTY)) {
                return Ok((descriptor, None));
            }
            match self.get_manifest(&TagOrDigest::Digest(descriptor.digest.clone())).await {
                Ok((manifest, _)) => {
                    descriptor.artifact_type = manifest.artifact_type().map(str::to_owned);
                    if descriptor.annotations.is_empty() {
                        descriptor.annotations = manifest.annotations().clone();
                    }
                    Ok((descriptor, None))
                }
                // Deleted meanwhile: it is listed all the same, and nothing of it can be asked for.
                Err(e) if e.code() == Code::NotFound => Ok((descriptor, None)),
                Err(e) if e.is_of_content() => Ok((descriptor, Some(e))),
                Err(e) => Err(e),
            }
        };
        let mut problems = Problems::of_referrers(subject);
        let mut charge = self.connection.memory().charge();
        let mut filled =
            stream::iter(std::mem::take(&mut list.entries)).map(fill).buffered(AT_ONCE);
        while let Some((descriptor, failed)) = filled.try_next().await? {
            charge.add(descriptor.weight())?;
            if let Some(e) = failed {
                let digest = &descriptor.digest;
                let why = excerpt(e.message());
                problems.add(format!("the type of {digest} is not known: {why}"));
            }
            list.entries.push(descriptor);
        }
        list.replace(charge, problems.found());
        Ok(())
    }
}

fn refused() -> Error {
    Error::new(Code::Unsupported, "not tried, since the registry refused the first delete")
}

enum ProbeResult {
    List(List<Descriptor>),
    NothingThere,
    /// With the failure that it is where the interface is known to be there.
    NotSupported(Error),
}

async fn not_there(answer: Response, what: &str) -> ProbeResult {
    let error = answer.into_error(what).await;
    let says = |codes: &[&str]| {
        error.status() == Some(404)
            && error.registry_errors().iter().any(|e| codes.contains(&e.code.as_str()))
    };
    if says(&["METADATA_UNKNOWN"]) {
        ProbeResult::List(List::default())
    } else if says(&["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]) {
        ProbeResult::NothingThere
    } else {
        // Others take NOT_FOUND for "none" and UNSUPPORTED for what they asked of the registry.
        ProbeResult::NotSupported(error.with_code(Code::Registry))
    }
}

/// What a page is.
enum Paged<'a> {
    /// What it lists, and under which key.
    List(&'static str, Option<&'a RawValue>),
    /// A page of this generation that cannot be read.
    Malformed(String),
    /// Not what this generation answers with.
    Other(String),
}

fn page(api: ReferrersApi, bytes: &[u8], is_index: bool) -> Paged<'_> {
    let page = match object::<Page<'_>>(bytes) {
        Ok(page) => page,
        Err(why) if is_index => return Paged::Malformed(why),
        Err(why) => return Paged::Other(why),
    };
    let said = |raw: &RawValue| {
        serde_json::from_str(raw.get()).is_ok_and(|kind: String| media_type::is_index(&kind))
    };
    let is_index = is_index
        || page.media_type.is_some_and(said)
        || page.schema_version.is_some_and(|version| version.get() == "2");
    let (key, listed, sure) = match api {
        ReferrersApi::Oci => ("manifests", page.manifests, is_index),
        ReferrersApi::OrasDraft => ("references", page.references, true),
        ReferrersApi::OrasRc => ("referrers", page.referrers, true),
        ReferrersApi::FallbackTag => ("manifests", None, false),
    };
    match listed {
        Some(listed) if sure || listed.get().starts_with('[') => Paged::List(key, Some(listed)),
        None if is_index && api == ReferrersApi::Oci => {
            Paged::Malformed(format!("it has no {key}"))
        }
        _ => Paged::Other(format!("it has no {key}")),
    }
}

/// An entry of a list of referrers, or what is wrong with it.
pub(super) fn referrer(raw: &RawValue) -> std::result::Result<Descriptor, String> {
    let descriptor: Descriptor = entry(raw)?;
    if media_type::is_manifest(&descriptor.media_type) {
        return Ok(descriptor);
    }
    Err(match descriptor.media_type.as_str() {
        "" => "has no mediaType".to_owned(),
        kind => format!("is of type {}, which is no manifest", excerpt(kind)),
    })
}

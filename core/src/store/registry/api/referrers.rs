//! Referrers: three generations of APIs, and the index under a tag that clients keep on registries
//! without one (distribution-spec v1.1.1, "Listing Referrers" and "Referrers Tag Schema").
//!
//! The API of a repository is detected once. Until then, a response that the API does not exist is
//! not an error, but refusals and failures are. Once the API is known, a response other than a list
//! is an error, and never an empty list.
//!
//! A repository can have an index under the tag beside an API. Both lists are one then.

mod entries;
mod fallback;
pub(super) mod fallback_tags;
mod lock;

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::Ordering,
};

use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use http::header;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::{entries::parse_referrer, fallback::IndexChange};
use super::{
    digest_algorithm::is_canonical,
    paginated_list::{Pages, object, present},
    registry::Registry,
};
use crate::store::{
    ManifestDeletion, ReferrerLists, ReferrersDetail, ReferrersPart,
    fallback_tag::fallback_tag,
    list::{List, Problems},
    registry::{
        capabilities::ReferrersApi, hint, http::response::Response, referrers_mode::ReferrersMode,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, ManifestFormat, Result, TagOrDigest, excerpt,
    media_type, weight::Weight,
};

/// A page of referrers. Each API has another name for the list.
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

/// Reads a list of referrers part by part: the pages of the API, then what only the fallback index beside it
/// lists; or the fallback index alone. A part for which manifests are read is announced first.
struct Parts<'a> {
    registry: &'a Registry,
    subject: Digest,
    artifact_type: Option<String>,
    detail: Option<ReferrersDetail>,
    max_requests: usize,
    position: Position<'a>,
    is_of_api: bool,
    seen: HashSet<Digest>,
    /// A list that was announced, and the manifests that are read for it.
    announced: Option<(List<Descriptor>, Lacking)>,
}

/// The manifests that are read, because the list lacks what they have.
enum Lacking {
    /// Those whose type is not listed.
    Types,
    /// Those, and all whose annotations are not listed.
    Annotations,
    /// Those whose type is not listed, and a few whose annotations are not.
    Samples,
    /// All whose annotations are not listed, but for these samples.
    Others(HashSet<Digest>),
}

#[derive(Default)]
enum Position<'a> {
    Start,
    Page(Box<Listing<'a>>),
    BesideApi,
    #[default]
    End,
}

impl<'a> Parts<'a> {
    fn new(
        registry: &'a Registry,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: Option<ReferrersDetail>,
        max_requests: usize,
    ) -> Self {
        Self {
            registry,
            subject: subject.clone(),
            artifact_type: artifact_type.map(str::to_owned),
            detail,
            max_requests,
            position: Position::Start,
            is_of_api: false,
            seen: HashSet::new(),
            announced: None,
        }
    }

    async fn next(&mut self) -> Result<Option<ReferrersPart>> {
        let was_announced = self.announced.take();
        let mut is_announced = was_announced.is_some();
        let (mut list, mut lacking) = match was_announced {
            Some(announced) => announced,
            None => {
                let Some(mut list) = self.listed().await? else { return Ok(None) };
                list.entries.retain(|d| self.seen.insert(d.digest.clone()));
                // The server may ignore the filter. It is applied before manifests are read, and after.
                list.entries.retain(|d| self.fits(d) || lacks_type(d));
                if list.entries.is_empty()
                    && list.problems.is_empty()
                    && matches!(self.position, Position::End)
                {
                    return Ok(None);
                }
                (list, self.lacking())
            }
        };
        // Samples that were taken before tell without a request whether others are read.
        while is_announced || self.requests(&list, &lacking) == 0 {
            is_announced = false;
            match self.fill_in(&mut list, lacking).await? {
                Some(others) => lacking = others,
                None => return Ok(Some(self.complete(list))),
            }
        }
        let requests = self.requests(&list, &lacking);
        // Without an API, a reader that looks ahead would ask for indexes that do not exist.
        let mut digests = Vec::new();
        if self.is_of_api && !matches!(lacking, Lacking::Others(_)) {
            digests.extend(list.entries.iter().map(|d| d.digest.clone()));
        }
        self.announced = Some((list, lacking));
        Ok(Some(ReferrersPart::Announced { digests, requests }))
    }

    fn complete(&self, mut list: List<Descriptor>) -> ReferrersPart {
        list.entries.retain(|d| self.fits(d));
        ReferrersPart::Listed(list)
    }

    fn fits(&self, referrer: &Descriptor) -> bool {
        self.artifact_type.is_none() || referrer.artifact_type == self.artifact_type
    }

    /// Returns which manifests are read for a list.
    fn lacking(&self) -> Lacking {
        let state = &self.registry.state;
        let lists_annotations = state.lists_annotations.load(Ordering::Relaxed);
        let lacks_annotations = state.lacks_annotations.load(Ordering::Relaxed);
        match (self.detail, lists_annotations) {
            // Most lists without annotations are of manifests without any. A few tell which is the case.
            (Some(ReferrersDetail::Annotations), false) if self.is_of_api && !lacks_annotations => {
                Lacking::Samples
            }
            (Some(ReferrersDetail::EveryAnnotation), _)
            | (Some(ReferrersDetail::Annotations), false) => Lacking::Annotations,
            _ => Lacking::Types,
        }
    }

    /// Returns the largest number of manifests that [`Parts::fill_in`] reads concurrently.
    fn requests(&self, list: &List<Descriptor>, lacking: &Lacking) -> usize {
        let count = |is_read: &dyn Fn(&Descriptor) -> bool| {
            list.entries.iter().filter(|d| is_read(d)).count()
        };
        let number = match lacking {
            Lacking::Types => count(&lacks_type),
            Lacking::Annotations => count(&|d| lacks_type(d) || is_bare(d)),
            Lacking::Others(samples) => count(&|d| is_bare(d) && !samples.contains(&d.digest)),
            Lacking::Samples => {
                let samples = self.registry.annotation_samples.left().min(count(&is_bare));
                count(&lacks_type) + samples
            }
        };
        number.min(self.max_requests)
    }

    /// Returns the next part as it is listed.
    async fn listed(&mut self) -> Result<Option<List<Descriptor>>> {
        Ok(Some(match std::mem::take(&mut self.position) {
            Position::Start => {
                let artifact_type = self.artifact_type.as_deref();
                match self.registry.first_page(&self.subject, artifact_type).await? {
                    Some(first) => {
                        self.is_of_api = true;
                        self.continue_with(first)
                    }
                    None => self.registry.fallback_referrers(&self.subject).await?,
                }
            }
            Position::Page(listing) => {
                let page = listing.next().await?;
                self.continue_with(page)
            }
            Position::BesideApi => self.beside_api().await?,
            Position::End => return Ok(None),
        }))
    }

    fn continue_with(&mut self, PartialList { list, rest }: PartialList<'a>) -> List<Descriptor> {
        self.position = rest.map_or(Position::BesideApi, Position::Page);
        list
    }

    /// Reads from manifests what the list lacks of what is asked for. Returns which other manifests are read too,
    /// if samples show that the list lacks annotations.
    async fn fill_in(
        &self,
        list: &mut List<Descriptor>,
        lacking: Lacking,
    ) -> Result<Option<Lacking>> {
        let (registry, subject, max_requests) = (self.registry, &self.subject, self.max_requests);
        match lacking {
            Lacking::Types => registry.fill_in(subject, list, lacks_type, max_requests).await?,
            Lacking::Annotations => {
                let lacking = |d: &Descriptor| lacks_type(d) || is_bare(d);
                registry.fill_in(subject, list, lacking, max_requests).await?;
            }
            Lacking::Others(samples) => {
                let lacking = |d: &Descriptor| is_bare(d) && !samples.contains(&d.digest);
                registry.fill_in(subject, list, lacking, max_requests).await?;
            }
            Lacking::Samples => {
                let samples = &registry.annotation_samples;
                let lacks_annotations = &registry.state.lacks_annotations;
                let bare = || list.entries.iter().filter(|d| is_bare(d));
                let (count, reading) = samples.take(bare().count()).await;
                let few: HashSet<Digest> = bare().take(count).map(|d| d.digest.clone()).collect();
                let is_one = |d: &Descriptor| few.contains(&d.digest);
                let lacking = |d: &Descriptor| lacks_type(d) || is_one(d);
                registry.fill_in(subject, list, lacking, max_requests).await?;
                if list.entries.iter().any(|d| is_one(d) && !is_bare(d)) {
                    lacks_annotations.store(true, Ordering::Relaxed);
                }
                drop(reading);
                if list.entries.iter().any(|d| is_bare(d) && !is_one(d)) {
                    samples.all_read().await;
                    let lacks = lacks_annotations.load(Ordering::Relaxed);
                    return Ok(lacks.then_some(Lacking::Others(few)));
                }
            }
        }
        Ok(None)
    }

    /// Returns the referrers that only the fallback index of the subject lists, beside the API. The index
    /// may name deleted manifests, so each manifest is read.
    async fn beside_api(&self) -> Result<List<Descriptor>> {
        let (registry, subject) = (self.registry, &self.subject);
        let mut list = List::default();
        if registry.uses_api_alone() {
            return Ok(list);
        }
        let Some(beside) = registry.fallback_beside_api(subject).await? else { return Ok(list) };
        list.problems.extend(beside.problems);
        let mut others = beside.entries;
        others.retain(|d| !self.seen.contains(&d.digest));
        if self.detail == Some(ReferrersDetail::Unchecked) {
            list.entries = others;
            return Ok(list);
        }
        let mut problems = Problems::of_referrers(subject);
        let mut read = stream::iter(others)
            .map(|entry| async move { (registry.listed_referrer(subject, &entry).await, entry) })
            .buffered(self.max_requests);
        while let Some((referrer, entry)) = read.next().await {
            match referrer {
                Ok(referrer) => list.entries.extend(referrer),
                Err(e) if e.is_of_one_manifest() => {
                    let reason = excerpt(e.message());
                    problems.add(format!("{} cannot be read: {reason}", entry.digest));
                }
                Err(e) => return Err(e),
            }
        }
        list.problems.extend(problems.found());
        Ok(list)
    }
}

/// A list of referrers by an API, of which some pages were read.
struct Listing<'a> {
    api: ReferrersApi,
    pages: Pages<'a>,
    what: String,
    registry: &'a Registry,
}

/// A page of a list, and the list if it has further pages.
struct PartialList<'a> {
    list: List<Descriptor>,
    rest: Option<Box<Listing<'a>>>,
}

impl<'a> PartialList<'a> {
    fn empty() -> Self {
        Self { list: List::default(), rest: None }
    }

    /// Reads the other pages.
    async fn whole(self) -> Result<List<Descriptor>> {
        let Self { mut list, mut rest } = self;
        while let Some(listing) = rest {
            let page = listing.next().await?;
            list.append(page.list)?;
            rest = page.rest;
        }
        Ok(list)
    }
}

impl<'a> Listing<'a> {
    /// Reads the next page, which is not the first. The last one has the problems of all.
    async fn next(mut self: Box<Self>) -> Result<PartialList<'a>> {
        let Some(response) = self.pages.next().await? else { return self.end(Vec::new()) };
        if response.status().as_u16() != 200 {
            return Err(response.into_error(&self.what).await);
        }
        let is_index = response.header(header::CONTENT_TYPE).is_some_and(media_type::is_index);
        let (bytes, _permit) = response.metadata().await?;
        self.pages.count(&bytes)?;
        let mut found = Vec::new();
        match parse_page(self.api, &bytes, is_index) {
            PageContent::Entries(key, entries) => {
                self.pages.add(&mut found, key, entries, parse_referrer)?;
            }
            PageContent::Malformed(reason) | PageContent::Other(reason) => {
                self.pages.add_page_problem(&reason);
            }
        }
        self.end(found)
    }

    fn end(mut self: Box<Self>, found: Vec<Descriptor>) -> Result<PartialList<'a>> {
        if found.iter().any(|referrer| !referrer.annotations.is_empty()) {
            self.registry.state.lists_annotations.store(true, Ordering::Relaxed);
        }
        if self.pages.is_last() {
            return Ok(PartialList { list: self.pages.finish(found)?, rest: None });
        }
        Ok(PartialList { list: self.pages.part(found), rest: Some(self) })
    }
}

impl Registry {
    /// Lists the referrers of a subject with their artifact types. Their annotations are as listed,
    /// unless `detail` asks for them.
    pub(super) async fn list_referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: Option<ReferrersDetail>,
        max_requests: usize,
    ) -> Result<List<Descriptor>> {
        let mut parts = Parts::new(self, subject, artifact_type, detail, max_requests);
        let mut list = List::default();
        while let Some(part) = parts.next().await? {
            if let ReferrersPart::Listed(part) = part {
                list.append(part)?;
            }
        }
        Ok(list)
    }

    /// Lists the referrers of a subject as [`Registry::list_referrers`] does, page by page.
    pub(super) fn list_referrers_in_parts(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: Option<ReferrersDetail>,
        max_requests: usize,
    ) -> BoxStream<'_, Result<ReferrersPart>> {
        let parts = Parts::new(self, subject, artifact_type, detail, max_requests);
        let parts = stream::try_unfold(parts, |mut parts| async move {
            Ok(parts.next().await?.map(|part| (part, parts)))
        });
        parts.boxed()
    }

    /// Returns the descriptor of a manifest that a fallback index lists, or `None` if it is not a
    /// referrer of the subject.
    async fn listed_referrer(
        &self,
        subject: &Digest,
        entry: &Descriptor,
    ) -> Result<Option<Descriptor>> {
        match self.get_manifest(&TagOrDigest::from(entry)).await {
            Ok((manifest, _)) if manifest.subject().is_some_and(|s| s.digest == *subject) => {
                Ok(Some(manifest.descriptor()))
            }
            Ok(_) => {
                tracing::warn!(
                    "the fallback index of {subject} lists {}, which is not its referrer",
                    entry.digest
                );
                Ok(None)
            }
            Err(e) if e.code() == Code::NotFound => {
                tracing::warn!(
                    "the fallback index of {subject} lists {}, which does not exist",
                    entry.digest
                );
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// Returns the lists of the referrers API and of the fallback tag apart, or `None` if the repository
    /// does not have the API of OCI.
    pub(super) async fn lists_of_referrers(
        &self,
        subject: &Digest,
    ) -> Result<Option<ReferrerLists>> {
        self.detect_referrers_api(subject).await?;
        if self.state.referrers_api.get() != Some(&ReferrersApi::Oci) {
            return Ok(None);
        }
        let by_api = self.listed_by_api(subject).await?;
        let tag = fallback_tag(subject);
        let by_tag = match self.fallback_tags.exists(&tag) {
            Some(false) => None,
            _ if self.uses_api_alone() => None,
            _ => self.fallback_beside(subject, &tag).await?,
        };
        Ok(Some(ReferrerLists { by_api, by_tag: by_tag.unwrap_or_default() }))
    }

    /// Adds those referrers to the fallback index of their subject that it lacks, beside an API.
    pub(super) async fn list_beside_api(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        if self.uses_api_alone() {
            return Ok(());
        }
        self.change_fallback(subject, IndexChange::Add(referrers.to_vec())).await
    }

    /// Repairs the fallback index of a subject. Returns false if the repository has none, and needs
    /// none.
    pub(super) async fn repair_fallback(
        &self,
        subject: &Digest,
        removed: &[Digest],
        added: &[Descriptor],
    ) -> Result<bool> {
        self.detect_referrers_api(subject).await?;
        if !self.may_have_fallback(subject) {
            return Ok(false);
        }
        // Beside an API, the index is not a list that must be complete.
        let added = if self.uses_fallback_tag() { added.to_vec() } else { Vec::new() };
        let removed = removed.iter().cloned().collect();
        self.change_fallback(subject, IndexChange::Replace(removed, added)).await?;
        Ok(true)
    }

    /// Returns the manifest format that makes a new manifest a referrer here.
    pub(super) async fn format_for_referrers(&self, subject: &Digest) -> Result<ManifestFormat> {
        self.detect_referrers_api(subject).await?;
        Ok(match self.state.referrers_api.get() {
            Some(ReferrersApi::OrasDraft) => ManifestFormat::OrasArtifactDraft,
            Some(ReferrersApi::OrasRc) => ManifestFormat::OrasArtifact,
            _ => ManifestFormat::Oci11,
        })
    }

    /// Adds a stored manifest to the fallback index of its subject, unless the registry lists
    /// referrers itself.
    pub(super) async fn list_as_referrer(&self, manifest: &Manifest) -> Result<()> {
        let Some(subject) = manifest.subject() else { return Ok(()) };
        self.detect_referrers_api(&subject.digest).await?;
        if !self.uses_fallback_tag() {
            return Ok(());
        }
        self.add_to_fallback(&subject.digest, manifest.descriptor()).await
    }

    /// Adds those referrers to the fallback index of their subject that it lacks, unless the
    /// registry lists referrers itself.
    pub(super) async fn list_missing_referrers(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.detect_referrers_api(subject).await?;
        if !self.uses_fallback_tag() {
            let digests: Vec<Digest> = referrers.iter().map(|d| d.digest.clone()).collect();
            return self.push_unlisted(subject, &digests).await;
        }
        let listed = self.fallback_referrers(subject).await?;
        let listed: HashSet<&Digest> = listed.entries.iter().map(|d| &d.digest).collect();
        let missing: Vec<Descriptor> =
            referrers.iter().filter(|d| !listed.contains(&d.digest)).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.change_fallback(subject, IndexChange::Add(missing)).await
    }

    /// Pushes those referrers again that the API does not list, one after another. olareg 0.1.2 loses
    /// some that are pushed at once.
    pub(super) async fn push_unlisted(&self, subject: &Digest, referrers: &[Digest]) -> Result<()> {
        if self.state.referrers_api.get() != Some(&ReferrersApi::Oci) {
            return Ok(());
        }
        let unlisted = self.unlisted(subject, referrers).await?;
        if unlisted.is_empty() {
            return Ok(());
        }
        tracing::debug!(%subject, count = unlisted.len(), "pushing referrers that are not listed");
        for digest in &unlisted {
            let (manifest, _) = self.get_manifest(&TagOrDigest::Digest(digest.clone())).await?;
            self.put_manifest(&manifest, &[]).await?;
        }
        // A registry can list what is new after a while.
        for digest in self.unlisted(subject, &unlisted).await? {
            tracing::warn!("the registry does not list {digest} as a referrer of {subject}");
        }
        Ok(())
    }

    async fn unlisted(&self, subject: &Digest, referrers: &[Digest]) -> Result<Vec<Digest>> {
        let listed = self.listed_by_api(subject).await?;
        if !listed.problems.is_empty() {
            return Ok(Vec::new());
        }
        let listed: HashSet<&Digest> = listed.entries.iter().map(|d| &d.digest).collect();
        Ok(referrers.iter().filter(|digest| !listed.contains(digest)).cloned().collect())
    }

    /// Deletes manifests concurrently, then removes them from the fallback indexes of their
    /// subjects.
    pub(super) async fn delete_with_referrers_lists(
        &self,
        manifests: &[ManifestDeletion],
        max_requests: usize,
    ) -> Vec<Result<()>> {
        let Some((first, rest)) = manifests.split_first() else { return Vec::new() };
        // The first delete goes alone, so that a registry without deletion is asked only once.
        let mut results = vec![self.delete_one(first).await];
        if matches!(&results[0], Err(e) if e.code() == Code::Unsupported) {
            results.extend(rest.iter().map(|_| Err(not_attempted())));
            return results;
        }
        let deletions = stream::iter(rest.to_vec());
        let deletions = deletions.map(|deletion| async move { self.delete_one(&deletion).await });
        results.extend(deletions.buffered(max_requests).collect::<Vec<_>>().await);

        self.delete_protected(manifests, max_requests, &mut results).await;
        for (subject, indexes) in by_subject(manifests, &results, Result::is_ok) {
            if !self.may_have_fallback(subject) {
                continue;
            }
            let deleted = indexes.iter().map(|i| manifests[*i].manifest.digest.clone()).collect();
            if let Err(e) = self.change_fallback(subject, IndexChange::Remove(deleted)).await
                && let Some(first) = indexes.first()
            {
                results[*first] = Err(e);
            }
        }
        let deleted = manifests.iter().zip(&results).filter(|(_, result)| result.is_ok());
        for (deletion, _) in deleted {
            let digest = &deletion.manifest.digest;
            if !self.uses_api_alone()
                && self.fallback_tags.exists(&fallback_tag(digest)) == Some(true)
                && let Err(e) = self.remove_stale_index(digest).await
            {
                tracing::warn!(error = %e, "the list of referrers of {digest} was not removed");
            }
        }
        results
    }

    /// Deletes the referrers that the registry refused to delete because a fallback index lists them
    /// (Harbor, GitLab): takes them off the list first. Those that are refused again are listed as
    /// before.
    async fn delete_protected(
        &self,
        manifests: &[ManifestDeletion],
        max_requests: usize,
        results: &mut [Result<()>],
    ) {
        for (subject, refused) in by_subject(manifests, results, is_refused) {
            if !self.may_have_fallback(subject) {
                continue;
            }
            let digest = |i: &usize| manifests[*i].manifest.digest.clone();
            let unlisted = IndexChange::Unlist(refused.iter().map(digest).collect());
            if let Err(e) = self.change_fallback(subject, unlisted).await {
                tracing::warn!(error = %e, "referrers could not be taken off the list of {subject}");
                continue;
            }
            let deletions: Vec<_> = refused.iter().map(|i| (*i, manifests[*i].clone())).collect();
            let deletions = stream::iter(deletions)
                .map(|(i, deletion)| async move { (i, self.delete_with_tags(&deletion).await) });
            let deleted: Vec<_> = deletions.buffered(max_requests).collect().await;
            let mut listed = Vec::new();
            for (i, result) in deleted {
                if result.is_err() {
                    listed.push(manifests[i].manifest.clone());
                }
                results[i] = result;
            }
            if !listed.is_empty()
                && let Err(e) = self.change_fallback(subject, IndexChange::Add(listed)).await
            {
                tracing::warn!(error = %e, "a referrer that was not deleted is not listed any more");
            }
        }
    }

    /// Deletes a manifest. If its subject is retained, removes it from the fallback index first:
    /// some registries refuse an index with a missing manifest, and then no referrer could be
    /// pushed.
    async fn delete_one(&self, deletion: &ManifestDeletion) -> Result<()> {
        if let Some(subject) = &deletion.subject {
            self.check_chosen_api(subject).await?;
        }
        let retained = deletion.subject.as_ref().filter(|_| deletion.subject_retained);
        let Some(subject) = retained.filter(|subject| self.may_have_fallback(subject)) else {
            return self.delete_with_tags(deletion).await;
        };
        let removed = HashSet::from([deletion.manifest.digest.clone()]);
        self.change_fallback(subject, IndexChange::Remove(removed)).await?;
        let result = self.delete_with_tags(deletion).await;
        if result.is_err() {
            let restored = IndexChange::Add(vec![deletion.manifest.clone()]);
            if let Err(e) = self.change_fallback(subject, restored).await {
                tracing::warn!(error = %e, "a referrer that was not deleted is not listed any more");
            }
        }
        result
    }

    /// Returns true if the caller has chosen the referrers API, so that no index is read or written.
    pub(super) fn uses_api_alone(&self) -> bool {
        self.connection.referrers_mode() == ReferrersMode::Api
    }

    /// Fails with UNSUPPORTED if the caller has chosen the referrers API, and the registry does not have
    /// it.
    pub(super) async fn check_chosen_api(&self, subject: &Digest) -> Result<()> {
        match self.uses_api_alone() {
            true => self.detect_referrers_api(subject).await,
            false => Ok(()),
        }
    }

    pub(super) fn uses_fallback_tag(&self) -> bool {
        !self.uses_api_alone()
            && matches!(self.state.referrers_api.get(), None | Some(ReferrersApi::FallbackTag))
    }

    /// Returns true if a fallback index must be kept up to date: the registry has no API, or an index
    /// can exist beside it.
    fn may_have_fallback(&self, subject: &Digest) -> bool {
        !self.uses_api_alone()
            && (self.uses_fallback_tag()
                || self.fallback_tags.exists(&fallback_tag(subject)).unwrap_or(true))
    }

    pub(super) async fn has_referrers_api(&self, subject: &Digest) -> Result<bool> {
        self.detect_referrers_api(subject).await?;
        Ok(!self.uses_fallback_tag())
    }

    /// Detects the API of the repository, if the registry's responses are conclusive.
    async fn detect_referrers_api(&self, subject: &Digest) -> Result<()> {
        let _detection = self.state.detection.lock().await;
        if self.state.referrers_api.get().is_none() {
            self.probe_in_order(subject, None).await?;
        }
        Ok(())
    }

    /// Lists the first page of referrers, by the API of the repository. Returns `None` if the fallback
    /// index has the list.
    async fn first_page(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<PartialList<'_>>> {
        match self.state.referrers_api.get() {
            Some(api) => self.query_known(*api, subject, artifact_type).await,
            None => self.probe(subject, artifact_type).await,
        }
    }

    /// Detects the API of the repository, and lists the first page of referrers by it. Returns `None` if
    /// the fallback index has the list.
    async fn probe(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<PartialList<'_>>> {
        let detection = self.state.detection.lock().await;
        if let Some(api) = self.state.referrers_api.get() {
            drop(detection);
            return self.query_known(*api, subject, artifact_type).await;
        }
        self.probe_in_order(subject, artifact_type).await
    }

    /// Queries one API after the other, and returns the first page of the first that has a list.
    async fn probe_in_order(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<PartialList<'_>>> {
        if self.uses_api_alone() {
            return self.probe_chosen_api(subject, artifact_type).await.map(Some);
        }
        let mut conclusive = true;
        for api in [ReferrersApi::Oci, ReferrersApi::OrasDraft, ReferrersApi::OrasRc] {
            match self.query(api, subject, artifact_type).await {
                Ok(ProbeResult::List(list)) => {
                    let _ = self.state.referrers_api.set(api);
                    return Ok(Some(list));
                }
                // A registry may refuse digests of this algorithm, and have the API for others.
                Ok(ProbeResult::NotSupported(e)) if e.status() == Some(400) => {
                    conclusive &= is_canonical(subject);
                }
                Ok(ProbeResult::NotSupported(_)) => {}
                // The repository or the subject does not exist, so the API remains unknown.
                Ok(ProbeResult::SubjectUnknown) => conclusive = false,
                // A proxy may refuse the paths of the older APIs, or a token may not cover them. The
                // OCI path was answered, so the client may read the repository.
                Err(e)
                    if api != ReferrersApi::Oci
                        && matches!(e.code(), Code::Unauthorized | Code::Forbidden) => {}
                Err(e) => return Err(e),
            }
        }
        if conclusive {
            let _ = self.state.referrers_api.set(ReferrersApi::FallbackTag);
        }
        Ok(None)
    }

    /// Queries the API of OCI, which the caller has chosen.
    async fn probe_chosen_api(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<PartialList<'_>> {
        match self.query(ReferrersApi::Oci, subject, artifact_type).await? {
            ProbeResult::List(list) => {
                let _ = self.state.referrers_api.set(ReferrersApi::Oci);
                Ok(list)
            }
            // The repository or the subject does not exist, so the API remains unknown.
            ProbeResult::SubjectUnknown => Ok(PartialList::empty()),
            ProbeResult::NotSupported(e) => {
                let message = format!(
                    "{} has no referrers API, which was chosen: {}",
                    self.connection.host(),
                    e.message()
                );
                // Without the status of the response, which could be one of a single manifest.
                let error = Error::new(Code::Unsupported, message);
                Err(error.with_hint(hint::no_referrers_api()).with_source(e))
            }
        }
    }

    /// Queries an API that the repository is known to have. Returns `None` if the fallback index
    /// has the list.
    async fn query_known(
        &self,
        api: ReferrersApi,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<PartialList<'_>>> {
        if api == ReferrersApi::FallbackTag {
            return Ok(None);
        }
        match self.query(api, subject, artifact_type).await? {
            ProbeResult::List(list) => Ok(Some(list)),
            ProbeResult::SubjectUnknown => Ok(Some(PartialList::empty())),
            // Some registries send 404 without an error code for a missing subject.
            ProbeResult::NotSupported(e)
                if e.status() == Some(404) && !self.manifest_exists(subject).await? =>
            {
                Ok(Some(PartialList::empty()))
            }
            ProbeResult::NotSupported(e) => Err(e),
        }
    }

    /// Returns the list of the API of OCI, which the repository is known to have.
    async fn listed_by_api(&self, subject: &Digest) -> Result<List<Descriptor>> {
        match self.query_known(ReferrersApi::Oci, subject, None).await? {
            Some(first) => first.whole().await,
            None => Ok(List::default()),
        }
    }

    /// Requests the first page of the referrers of a subject by one API.
    async fn query(
        &self,
        api: ReferrersApi,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<ProbeResult<'_>> {
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
                return Err(Error::new(Code::Internal, "the fallback tag is not an API"));
            }
        };
        if let Some(artifact_type) = artifact_type {
            url.query_pairs_mut().append_pair("artifactType", artifact_type);
        }
        let what = format!("cannot list the referrers of {subject}");
        let mut pages = Pages::new(&self.connection, url, Problems::of_referrers(subject));
        let Some(response) = pages.next().await? else {
            return Ok(ProbeResult::List(PartialList::empty()));
        };
        match response.status().as_u16() {
            200 => {}
            400 | 404 | 405 | 406 | 501 => return Ok(classify_error(response, &what).await),
            403 => {
                let (response, is_object_store) = response.detect_object_store().await;
                let error = response.into_error(&what).await;
                return match is_object_store {
                    true => Ok(ProbeResult::NotSupported(error)),
                    false => Err(error),
                };
            }
            _ => return Err(response.into_error(&what).await),
        }
        let is_index = response.header(header::CONTENT_TYPE).is_some_and(media_type::is_index);
        let (bytes, _permit) = response.metadata().await?;
        pages.count(&bytes)?;
        let mut found = Vec::new();
        match parse_page(api, &bytes, is_index) {
            PageContent::Entries(key, entries) => {
                pages.add(&mut found, key, entries, parse_referrer)?;
            }
            PageContent::Malformed(reason) => pages.add_page_problem(&reason),
            PageContent::Other(reason) => {
                let message = format!("{what}: the registry did not respond with a list: {reason}");
                return Ok(ProbeResult::NotSupported(Error::new(Code::Registry, message)));
            }
        }
        let listing = Box::new(Listing { api, pages, what, registry: self });
        Ok(ProbeResult::List(listing.end(found)?))
    }

    /// Fills in the artifact types and annotations of the entries that lack them, from the manifests:
    /// ggcr lists the type of the empty config, and some registries and clients list no annotations. A
    /// manifest that cannot be read stays in the list, and becomes a problem.
    async fn fill_in(
        &self,
        subject: &Digest,
        list: &mut List<Descriptor>,
        lacking: impl Fn(&Descriptor) -> bool,
        max_requests: usize,
    ) -> Result<()> {
        let memory = self.connection.memory();
        let lacking = &lacking;
        let fill = |mut descriptor: Descriptor| async move {
            let mut error = None;
            if lacking(&descriptor) {
                match self.get_manifest(&TagOrDigest::Digest(descriptor.digest.clone())).await {
                    Ok((manifest, _)) => {
                        if lacks_type(&descriptor) {
                            descriptor.artifact_type = manifest.artifact_type().map(str::to_owned);
                        }
                        if descriptor.annotations.is_empty() {
                            descriptor.annotations = manifest.annotations().clone();
                        }
                    }
                    // The entry stays as it is.
                    Err(e) if e.code() == Code::NotFound => {
                        let digest = &descriptor.digest;
                        tracing::warn!("{digest} is listed as a referrer and does not exist");
                    }
                    Err(e) if e.is_of_one_manifest() => error = Some(e),
                    Err(e) => return Err(e),
                }
            }
            // Charged here, since many can wait for one before them in the list.
            let charge = memory.charge().of(descriptor.weight())?;
            Ok((descriptor, error, charge))
        };
        let mut problems = Problems::of_referrers(subject);
        let mut charge = memory.charge();
        let mut filled =
            stream::iter(std::mem::take(&mut list.entries)).map(fill).buffered(max_requests);
        while let Some((descriptor, error, held)) = filled.try_next().await? {
            charge.absorb(held)?;
            if let Some(e) = error {
                let digest = &descriptor.digest;
                let reason = excerpt(e.message());
                let unknown = if lacks_type(&descriptor) { "type" } else { "annotations" };
                let detail = format!("the {unknown} of {digest} cannot be read: {reason}");
                problems.add_unread(detail, e.code());
            }
            list.entries.push(descriptor);
        }
        list.replace(charge, problems.found());
        Ok(())
    }
}

fn is_bare(descriptor: &Descriptor) -> bool {
    descriptor.annotations.is_empty()
}

fn lacks_type(descriptor: &Descriptor) -> bool {
    matches!(descriptor.artifact_type.as_deref(), None | Some("" | media_type::EMPTY))
}

fn not_attempted() -> Error {
    Error::new(Code::Unsupported, "not attempted, since the registry refused the first delete")
}

/// The result of a query to one API.
enum ProbeResult<'a> {
    /// The first page of a list.
    List(PartialList<'a>),
    /// The repository or the subject does not exist.
    SubjectUnknown,
    /// The API does not exist. If it is known to exist, this error is reported.
    NotSupported(Error),
}

/// Classifies a response with which registries report a missing API, repository or subject.
async fn classify_error(response: Response, what: &str) -> ProbeResult<'static> {
    let error = response.into_error(what).await;
    let has_code = |codes: &[&str]| error.status() == Some(404) && error.has_registry_code(codes);
    if has_code(&["METADATA_UNKNOWN"]) {
        ProbeResult::List(PartialList::empty())
    } else if has_code(&["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]) {
        ProbeResult::SubjectUnknown
    } else {
        // Callers would take NOT_FOUND for a missing subject, and UNSUPPORTED for a missing feature.
        ProbeResult::NotSupported(error.with_code(Code::Registry))
    }
}

/// The content of a page.
enum PageContent<'a> {
    /// The entries, and the key under which they are listed.
    Entries(&'static str, Option<&'a RawValue>),
    /// A page of this API that cannot be read.
    Malformed(String),
    /// A response that this API would not send.
    Other(String),
}

fn parse_page(api: ReferrersApi, bytes: &[u8], is_index: bool) -> PageContent<'_> {
    let page = match object::<Page<'_>>(bytes) {
        Ok(page) => page,
        Err(reason) if is_index => return PageContent::Malformed(reason),
        Err(reason) => return PageContent::Other(reason),
    };
    let is_index_type = |raw: &RawValue| {
        serde_json::from_str(raw.get()).is_ok_and(|text: String| media_type::is_index(&text))
    };
    let is_index = is_index
        || page.media_type.is_some_and(is_index_type)
        || page.schema_version.is_some_and(|version| version.get() == "2");
    let (key, entries, is_referrers) = match api {
        ReferrersApi::Oci => ("manifests", page.manifests, is_index),
        ReferrersApi::OrasDraft => ("references", page.references, true),
        ReferrersApi::OrasRc => ("referrers", page.referrers, true),
        ReferrersApi::FallbackTag => ("manifests", None, false),
    };
    match entries {
        Some(entries) if is_referrers || entries.get().starts_with('[') => {
            PageContent::Entries(key, Some(entries))
        }
        None if is_index && api == ReferrersApi::Oci => {
            PageContent::Malformed(format!("it has no member {key}"))
        }
        _ => PageContent::Other(format!("it has no member {key}")),
    }
}

/// The positions of the deletions with such a result, by subject. A deletion with a retained subject
/// has been handled alone.
fn by_subject<'a>(
    manifests: &'a [ManifestDeletion],
    results: &[Result<()>],
    has: impl Fn(&Result<()>) -> bool,
) -> BTreeMap<&'a Digest, Vec<usize>> {
    let mut by_subject: BTreeMap<&Digest, Vec<usize>> = BTreeMap::new();
    for (i, deletion) in manifests.iter().enumerate() {
        if let Some(subject) = deletion.subject.as_ref().filter(|_| !deletion.subject_retained)
            && has(&results[i])
        {
            by_subject.entry(subject).or_default().push(i);
        }
    }
    by_subject
}

/// True for a refusal that can mean that an index lists the manifest. Registries use several
/// statuses for it.
fn is_refused(result: &Result<()>) -> bool {
    matches!(result, Err(e) if matches!(e.status(), Some(400 | 403 | 409 | 412 | 422))
        && !e.has_registry_code(&["DENIED", "UNAUTHORIZED"]))
}

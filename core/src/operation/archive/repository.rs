//! One repository of an archive as a store that is read. Content that the archive lacks is read from
//! earlier archives, and then from the store that it is restored to.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;

use crate::{
    content::{source::ByteStream, verified::verified},
    operation::full_names::parsed,
    store::{
        ReadStore, Store,
        layout::{Layout, name_of},
        list::{List, Problems},
        memory_budget::{Charge, Memory},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Manifest, Result, SiblingTag, TagOrDigest,
    weight::Weight,
};

/// Manifests that are read concurrently.
const CONCURRENCY: usize = 16;

/// A repository of an archive.
#[derive(Debug)]
pub(crate) struct ArchivedRepository {
    /// The archive, and earlier ones.
    layouts: Arc<Vec<Layout>>,
    tags: BTreeMap<String, Digest>,
    manifests: Vec<Descriptor>,
    /// True if the archive is this repository, and has all of it: then it says itself what refers to a
    /// manifest, in the forms of all tools.
    is_whole: bool,
    /// True if the archive has several repositories, whose names say what is of which.
    is_named: bool,
    /// Where the repository is restored to.
    destination: Option<Arc<dyn Store>>,
    referrers: OnceCell<Referrers>,
    /// Blobs that were read in parts, and whose whole content was verified before.
    verified_blobs: Mutex<HashSet<Digest>>,
}

/// The manifests with a subject, by subject.
#[derive(Debug)]
struct Referrers {
    by_subject: HashMap<Digest, Vec<Descriptor>>,
    problems: Vec<ListProblem>,
    _charge: Charge,
}

impl ArchivedRepository {
    pub(super) fn new(
        layouts: Arc<Vec<Layout>>,
        tags: BTreeMap<String, Digest>,
        manifests: Vec<Descriptor>,
        is_whole: bool,
    ) -> Self {
        let (destination, referrers) = (None, OnceCell::new());
        Self {
            layouts,
            tags,
            manifests,
            is_whole,
            is_named: false,
            destination,
            referrers,
            verified_blobs: Mutex::default(),
        }
    }

    /// Says that the archive has several repositories.
    pub(super) fn among_several(self) -> Self {
        Self { is_named: true, ..self }
    }

    /// Reads what no archive has from the destination.
    pub(crate) fn restored_to(self, destination: Arc<dyn Store>) -> Self {
        Self { destination: Some(destination), ..self }
    }

    /// Returns the digest that a tag names. NOT_FOUND if the archive does not have the tag,
    /// INVALID_REFERENCE if the tag names several manifests.
    pub(crate) async fn digest_of(&self, tag: &str) -> Result<Digest> {
        if self.is_whole && !self.layouts[0].choices(Some(tag)).await?.is_empty() {
            let message = format!(
                "the tag {tag} names several manifests in {}, for different platforms",
                self.path()
            );
            return Err(Error::new(Code::InvalidReference, message)
                .with_hint("copy each by its digest: `ocigraph copy`"));
        }
        self.tags.get(tag).cloned().ok_or_else(|| self.no_tag(tag))
    }

    fn no_tag(&self, tag: &str) -> Error {
        Error::new(Code::NotFound, format!("{} has no tag {tag}", self.path()))
    }

    fn path(&self) -> std::path::Display<'_> {
        self.layouts[0].path().display()
    }

    /// Returns true if the archive lists manifests of the repository that no tag names.
    pub(crate) async fn has_untagged(&self) -> Result<bool> {
        Ok(!self.untagged().await?.is_empty())
    }

    /// Returns the manifests that were backed up by their digests: those that no tag names, and that
    /// are neither a child nor a referrer of another manifest of the repository.
    pub(crate) async fn untagged_roots(&self) -> Result<Vec<Digest>> {
        let mut roots = self.untagged().await?;
        if roots.is_empty() {
            return Ok(Vec::new());
        }
        let mut charge = self.memory().charge();
        let mut known: HashSet<Digest> = self.tags.values().chain(&roots).cloned().collect();
        let mut subjects = Vec::new();
        let mut read = stream::iter(known.clone())
            .map(|digest| async move { (self.manifest(&digest).await, digest) })
            .buffer_unordered(CONCURRENCY);
        let mut children = HashSet::new();
        while let Some((read, digest)) = read.next().await {
            let manifest = match read {
                Ok(manifest) => manifest,
                // The copy says what is wrong with it.
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => continue,
                Err(e) => return Err(e),
            };
            charge.add((manifest.children().count() + 1) * size_of::<Digest>())?;
            children.extend(manifest.children().map(|child| child.digest.clone()));
            subjects.extend(manifest.subject().map(|subject| (digest, subject.digest.clone())));
        }
        known.extend(children.iter().cloned());
        let referrers = subjects.into_iter().filter(|(_, subject)| known.contains(subject));
        let referrers: HashSet<Digest> = referrers.map(|(referrer, _)| referrer).collect();
        roots.retain(|digest| !children.contains(digest) && !referrers.contains(digest));
        Ok(roots.into_iter().collect())
    }

    /// Returns the manifests that no tag names. In an archive of several repositories, a name says that
    /// a manifest is of this one.
    async fn untagged(&self) -> Result<BTreeSet<Digest>> {
        let listed = match self.is_whole {
            true => self.layouts[0].list_untagged().await?,
            false => self.manifests.clone(),
        };
        let is_untagged = |entry: &Descriptor| match name_of(entry) {
            Some(name) => matches!(parsed(name), Some((_, TagOrDigest::Digest(_)))),
            None => !self.is_named,
        };
        let untagged = listed.into_iter().filter(|e| e.may_be_manifest() && is_untagged(e));
        let mut untagged: BTreeSet<Digest> = untagged.map(|entry| entry.digest).collect();
        for digest in self.tags.values() {
            untagged.remove(digest);
        }
        Ok(untagged)
    }

    /// Returns the error for content that nothing has.
    fn lacks(&self, what: &str, digest: &Digest) -> Error {
        let (archives, hint) = match self.layouts.len() {
            1 => (
                format!("{} does not have", self.path()),
                "if it was written with --since, also pass the earlier archive with --input",
            ),
            n => (
                format!("none of the {n} archives has"),
                "also pass the earlier archive that has it with --input",
            ),
        };
        let also =
            if self.destination.is_some() { ", and neither has the destination" } else { "" };
        Error::new(Code::NotFound, format!("{archives} the {what} {digest}{also}")).with_hint(hint)
    }

    async fn manifest(&self, digest: &Digest) -> Result<Manifest> {
        let name = TagOrDigest::Digest(digest.clone());
        for layout in self.layouts.iter() {
            match layout.fetch_manifest(&name).await {
                Err(e) if e.code() == Code::NotFound => {}
                result => return result,
            }
        }
        if let Some(destination) = &self.destination {
            match destination.fetch_manifest(&name).await {
                Err(e) if e.code() == Code::NotFound => {}
                result => return result,
            }
        }
        Err(self.lacks("manifest", digest))
    }

    /// Returns the layout that has a blob.
    async fn layout_with(&self, blob: &Descriptor) -> Result<Option<&Layout>> {
        for layout in self.layouts.iter() {
            match layout.describe_blob(&blob.digest).await {
                Ok(_) => return Ok(Some(layout)),
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) => return Err(e),
            }
        }
        Ok(None)
    }

    /// Verifies a blob of which only a later part is read, as an upload in chunks does: the first time
    /// that a part is read.
    async fn verify_once(&self, layout: &Layout, blob: &Descriptor) -> Result<()> {
        let verified_blobs = || self.verified_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        if verified_blobs().contains(&blob.digest) {
            return Ok(());
        }
        let mut content = verified(blob, layout.fetch_blob(blob, 0).await?)?;
        while content.try_next().await?.is_some() {}
        verified_blobs().insert(blob.digest.clone());
        Ok(())
    }

    /// Reads all manifests of the repository, level by level.
    async fn read_referrers(&self) -> Result<Referrers> {
        let mut by_subject: HashMap<Digest, Vec<Descriptor>> = HashMap::new();
        let mut charge = self.memory().charge();
        let mut problems = Problems::of(format!("the list of {}", self.path()));
        let is_manifest = |entry: &&Descriptor| entry.may_be_manifest();
        let listed = self.manifests.iter().filter(is_manifest);
        let mut level: Vec<Digest> = listed.map(|entry| entry.digest.clone()).collect();
        let mut seen = HashSet::new();
        let mut is_listed = true;
        while !level.is_empty() {
            level.retain(|digest| seen.insert(digest.clone()));
            let mut read = stream::iter(std::mem::take(&mut level))
                .map(|digest| async move { self.manifest(&digest).await })
                .buffered(CONCURRENCY);
            while let Some(read) = read.next().await {
                let manifest = match read {
                    Ok(manifest) => manifest,
                    // The copy of the index says that it lacks a child.
                    Err(e) if e.code() == Code::NotFound && !is_listed => continue,
                    Err(e) if e.code() == Code::InvalidManifest => {
                        problems.add(e.message());
                        continue;
                    }
                    Err(e) => return Err(e),
                };
                level.extend(manifest.children().map(|child| child.digest.clone()));
                charge.add(manifest.children().count() * size_of::<Digest>())?;
                if let Some(subject) = manifest.subject() {
                    let referrer = manifest.descriptor();
                    charge.add(referrer.weight())?;
                    by_subject.entry(subject.digest.clone()).or_default().push(referrer);
                }
            }
            is_listed = false;
        }
        Ok(Referrers { by_subject, problems: problems.found(), _charge: charge })
    }
}

#[async_trait]
impl ReadStore for ArchivedRepository {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        Ok(self.fetch_manifest(name).await?.descriptor())
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        match name {
            TagOrDigest::Digest(digest) => self.manifest(digest).await,
            TagOrDigest::Tag(_) if self.is_whole => self.layouts[0].fetch_manifest(name).await,
            TagOrDigest::Tag(tag) => match self.tags.get(tag) {
                Some(digest) => self.manifest(digest).await,
                None => Err(self.no_tag(tag)),
            },
        }
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        Ok(self.layout_with(blob).await?.is_some())
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        for layout in self.layouts.iter() {
            match layout.describe_blob(digest).await {
                Err(e) if e.code() == Code::NotFound => {}
                result => return result,
            }
        }
        Err(self.lacks("blob", digest))
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.fetch_blob_in_parts(blob, offset, 1).await
    }

    async fn fetch_blob_in_parts(
        &self,
        blob: &Descriptor,
        offset: u64,
        max_requests: usize,
    ) -> Result<ByteStream> {
        if let Some(layout) = self.layout_with(blob).await? {
            // Not every registry says that what it was sent is damaged.
            if offset == 0 {
                return verified(blob, layout.fetch_blob(blob, 0).await?);
            }
            self.verify_once(layout, blob).await?;
            return layout.fetch_blob(blob, offset).await;
        }
        if let Some(destination) = &self.destination {
            match destination.fetch_blob_in_parts(blob, offset, max_requests).await {
                Err(e) if e.code() == Code::NotFound => {}
                result => return result,
            }
        }
        Err(self.lacks("blob", &blob.digest))
    }

    async fn blob_file(&self, blob: &Descriptor) -> Result<Option<File>> {
        match self.layout_with(blob).await? {
            Some(layout) => layout.blob_file(blob).await,
            None => Ok(None),
        }
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        if self.is_whole {
            return self.layouts[0].referrers(subject, artifact_type).await;
        }
        let known = self.referrers.get_or_try_init(|| self.read_referrers()).await?;
        let mut entries = known.by_subject.get(subject).cloned().unwrap_or_default();
        entries.retain(|e| artifact_type.is_none_or(|t| e.artifact_type.as_deref() == Some(t)));
        Ok(List::with_problems(entries, known.problems.clone()))
    }

    async fn tags(&self) -> Result<List<String>> {
        Ok(self.tags.keys().cloned().collect::<Vec<_>>().into())
    }

    async fn sibling_tags(&self, max_requests: usize) -> Result<Option<List<SiblingTag>>> {
        if self.is_whole {
            return self.layouts[0].sibling_tags(max_requests).await;
        }
        Ok(Some(self.tags().await?.filter_map(|tag| SiblingTag::parse(tag))))
    }

    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        match self.is_whole {
            true => self.layouts[0].list_untagged().await,
            // Reading the referrers reads all manifests.
            false => Ok(Vec::new()),
        }
    }

    fn max_entries(&self) -> usize {
        self.layouts[0].max_entries()
    }

    fn memory(&self) -> Memory {
        self.layouts[0].memory()
    }
}

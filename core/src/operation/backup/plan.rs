//! What an archive will have: noted by a store that a copy writes to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;

use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Source},
        verified::verified,
    },
    operation::archive::{name_of_manifest, name_of_tag},
    store::{
        ManifestDeletion, ReadStore, Store,
        layout::Layout,
        limits::check_limit,
        list::List,
        memory_budget::{Charge, Memory},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest, annotation, weight::Weight,
};

/// Maximum bytes of manifests that are kept until they are written. Others are fetched again.
const MAX_KEPT: usize = 8 * 1024 * 1024;

/// Bytes that one manifest or blob takes in the tables of a plan.
const ENTRY: usize = 256;

/// What the archive of some repositories will have.
#[derive(Debug)]
pub(super) struct Plan {
    /// The names of the repositories. Empty if the archive is of one, whose tags are its names.
    names: Vec<String>,
    noted: Mutex<Noted>,
}

#[derive(Debug)]
struct Noted {
    repositories: BTreeMap<usize, Repository>,
    contents: Contents,
    kept: usize,
    charge: Charge,
}

#[derive(Debug, Default)]
struct Repository {
    tags: BTreeMap<String, Digest>,
    manifests: BTreeSet<Digest>,
}

/// The manifests and blobs of an archive, by digest.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The entries of `index.json`.
    pub(super) index: Vec<Descriptor>,
    pub(super) manifests: BTreeMap<Digest, Planned>,
    pub(super) blobs: BTreeMap<Digest, Planned>,
}

/// A manifest or blob of an archive.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) descriptor: Descriptor,
    /// The position of the source that has it.
    pub(super) source: usize,
    /// The content, if it was kept.
    pub(super) bytes: Option<Bytes>,
}

impl Plan {
    pub(super) fn new(names: Vec<String>) -> Self {
        let noted = Noted {
            repositories: BTreeMap::new(),
            contents: Contents::default(),
            kept: 0,
            charge: Memory::default().charge(),
        };
        Self { names, noted: Mutex::new(noted) }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what was noted.
    pub(super) fn take_contents(&self) -> Contents {
        let mut noted = self.noted();
        let repositories = std::mem::take(&mut noted.repositories);
        let mut contents = std::mem::take(&mut noted.contents);
        let named = |digest: &Digest, name: Option<String>| {
            let mut entry = contents.manifests.get(digest)?.descriptor.clone();
            entry.annotations.extend(name.map(|name| (annotation::REF_NAME.to_owned(), name)));
            Some(entry)
        };
        let mut index = Vec::new();
        for (at, repository) in &repositories {
            let name = self.names.get(*at);
            for (tag, digest) in &repository.tags {
                let full = name.map_or_else(|| tag.clone(), |name| name_of_tag(name, tag));
                index.extend(named(digest, Some(full)));
            }
            let tagged: BTreeSet<&Digest> = repository.tags.values().collect();
            for digest in repository.manifests.iter().filter(|digest| !tagged.contains(digest)) {
                index.extend(named(digest, name.map(|name| name_of_manifest(name, digest))));
            }
        }
        contents.index = index;
        // An artifact can have a manifest among its blobs.
        let manifests = &contents.manifests;
        contents.blobs.retain(|digest, _| !manifests.contains_key(digest));
        contents
    }
}

impl Contents {
    /// Returns the number of bytes of all manifests and blobs.
    pub(super) fn bytes(&self) -> u64 {
        let all = self.manifests.values().chain(self.blobs.values());
        all.map(|planned| planned.descriptor.size).sum()
    }

    /// Removes what an earlier backup has, undamaged. Returns how many blobs it has.
    pub(super) async fn remove_existing(&mut self, earlier: &Layout) -> Result<usize> {
        // Fails if it is not a layout.
        earlier.tags().await?;
        let before = self.blobs.len();
        for contents in [&mut self.manifests, &mut self.blobs] {
            for (digest, planned) in std::mem::take(contents) {
                if !is_whole(earlier, &planned.descriptor).await? {
                    contents.insert(digest, planned);
                }
            }
        }
        Ok(before - self.blobs.len())
    }
}

/// Reads content of an earlier backup to its end. Returns false if it is missing or damaged: it is then
/// stored again.
async fn is_whole(earlier: &Layout, content: &Descriptor) -> Result<bool> {
    let read = async {
        let mut stream = verified(content, earlier.fetch_blob(content, 0).await?)?;
        while stream.try_next().await?.is_some() {}
        Ok::<_, Error>(())
    };
    match read.await {
        Ok(()) => Ok(true),
        Err(e) if e.code() == Code::NotFound => Ok(false),
        Err(e) if matches!(e.code(), Code::DigestMismatch | Code::SizeMismatch) => {
            tracing::warn!(digest = %content.digest, "the earlier backup is damaged");
            Ok(false)
        }
        Err(e) => Err(e),
    }
}

/// The place of one repository in an archive. It has what was noted of that repository.
#[derive(Debug)]
pub(super) struct PlanStore {
    plan: Arc<Plan>,
    source: usize,
}

impl PlanStore {
    pub(super) fn new(plan: Arc<Plan>, source: usize) -> Self {
        Self { plan, source }
    }

    fn lacks(&self, what: impl std::fmt::Display) -> Error {
        Error::new(Code::NotFound, format!("the archive has no {what}"))
    }

    fn digest_of(&self, name: &TagOrDigest) -> Result<Digest> {
        let noted = self.plan.noted();
        let repository = noted.repositories.get(&self.source);
        let found = match name {
            TagOrDigest::Tag(tag) => repository.and_then(|r| r.tags.get(tag)).cloned(),
            TagOrDigest::Digest(digest) => {
                repository.and_then(|r| r.manifests.get(digest)).cloned()
            }
        };
        found.ok_or_else(|| self.lacks(name))
    }
}

#[async_trait]
impl ReadStore for PlanStore {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        let digest = self.digest_of(name)?;
        let noted = self.plan.noted();
        let known = noted.contents.manifests.get(&digest);
        known.map(|known| known.descriptor.clone()).ok_or_else(|| self.lacks(name))
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        // A copy asks for the manifests of tags, before it has written any.
        Err(self.lacks(name))
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        Ok(self.plan.noted().contents.blobs.contains_key(&blob.digest))
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let noted = self.plan.noted();
        let known = noted.contents.blobs.get(digest);
        known.map(|known| known.descriptor.clone()).ok_or_else(|| self.lacks(digest))
    }

    async fn fetch_blob(&self, blob: &Descriptor, _offset: u64) -> Result<ByteStream> {
        Err(self.lacks(&blob.digest))
    }

    async fn referrers(
        &self,
        _subject: &Digest,
        _artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        Ok(List::default())
    }

    async fn tags(&self) -> Result<List<String>> {
        let noted = self.plan.noted();
        let repository = noted.repositories.get(&self.source);
        let tags = repository.map(|r| r.tags.keys().cloned().collect::<Vec<_>>());
        Ok(tags.unwrap_or_default().into())
    }
}

#[async_trait]
impl Store for PlanStore {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let descriptor = Descriptor {
            artifact_type: manifest.artifact_type().map(str::to_owned),
            ..manifest.plain_descriptor()
        };
        {
            let mut noted = self.plan.noted();
            let noted = &mut *noted;
            let repository = noted.repositories.entry(self.source).or_default();
            if repository.manifests.insert(descriptor.digest.clone()) {
                noted.charge.add(ENTRY)?;
            }
            if !noted.contents.manifests.contains_key(&descriptor.digest) {
                let length = manifest.bytes().len();
                let is_kept = noted.kept + length <= MAX_KEPT;
                noted.kept += if is_kept { length } else { 0 };
                noted.charge.add(ENTRY + descriptor.weight())?;
                // A copy, since the bytes can be a part of a larger buffer.
                let bytes = is_kept.then(|| Bytes::copy_from_slice(manifest.bytes()));
                let (digest, source) = (descriptor.digest.clone(), self.source);
                let planned = Planned { descriptor: descriptor.clone(), source, bytes };
                noted.contents.manifests.insert(digest, planned);
            }
        }
        self.tag(&descriptor, tags).await
    }

    async fn push_blob(&self, blob: &Descriptor, _source: Arc<dyn Source>) -> Result<Outcome> {
        let mut noted = self.plan.noted();
        let noted = &mut *noted;
        if noted.contents.blobs.contains_key(&blob.digest) {
            return Ok(Outcome::AlreadyExists);
        }
        let (mut descriptor, bytes) = (blob.plain(), blob.inline());
        // Progress events show it.
        let title = blob.title().map(|title| (annotation::TITLE.to_owned(), title.to_owned()));
        descriptor.annotations.extend(title);
        noted.charge.add(ENTRY + descriptor.weight() + bytes.as_ref().map_or(0, Bytes::len))?;
        let planned = Planned { descriptor, source: self.source, bytes };
        noted.contents.blobs.insert(blob.digest.clone(), planned);
        check_limit(noted.contents.blobs.len(), self.max_entries())?;
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        let mut noted = self.plan.noted();
        let noted = &mut *noted;
        noted.charge.add(tags.weight() + tags.len() * ENTRY)?;
        let repository = noted.repositories.entry(self.source).or_default();
        let named = tags.iter().map(|tag| (tag.clone(), manifest.digest.clone()));
        repository.tags.extend(named);
        Ok(())
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        Err(self.lacks(tag))
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        _max_requests: usize,
    ) -> Vec<Result<()>> {
        manifests.iter().map(|one| Err(self.lacks(&one.manifest.digest))).collect()
    }
}

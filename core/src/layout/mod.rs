//! An OCI image layout directory as a [`Store`].
//!
//! Tags are entries of `index.json`; manifests without one are listed too, so that their referrers
//! are found by every tool. Blobs appear by rename once they are checked, and `index.json` is
//! replaced by rename, under a lock, once what it names is durable. What is ours alone, the locks
//! and files not yet whole, is in the hidden folder `.ocigraph`.
//!
//! Source: OCI image-spec 1.1.1, "Image Layout".

mod blobs;
mod garbage;
mod index;
mod referrers;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use futures::StreamExt;

use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    manifest::Manifest,
    progress::Outcome,
    push::off_thread,
    reference::{Name, check_tag},
    store::{ByteStream, Doomed, FileSource, Source, Store},
};
use index::Index;

/// Bytes of a manifest or of `index.json`'s manifests.
const MANIFEST_LIMIT: u64 = 4 * 1024 * 1024;

/// A layout directory. Cheap to clone; nothing is read or created until it is used.
#[derive(Debug, Clone)]
pub struct Layout {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Blobs written by this handle that may not be durable yet.
    unsynced: Mutex<HashSet<PathBuf>>,
    /// Held from the first write on, so that no collector removes what is about to be named.
    writing: Mutex<Option<garbage::Writing>>,
    /// Who refers to whom, for the `index.json` it was read from.
    referrers: Mutex<Option<referrers::Cached>>,
}

impl Layout {
    /// The layout at `path`, which is created by the first write.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self {
            inner: Arc::new(Inner {
                path: path.into(),
                unsynced: Mutex::default(),
                writing: Mutex::default(),
                referrers: Mutex::default(),
            }),
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        off_thread(move || work(&inner)).await
    }
}

#[async_trait]
impl Store for Layout {
    async fn resolve(&self, name: &Name) -> Result<Descriptor> {
        Ok(self.fetch_manifest(name).await?.descriptor())
    }

    async fn fetch_manifest(&self, name: &Name) -> Result<Manifest> {
        let name = name.clone();
        self.with(move |layout| layout.manifest(&name)).await
    }

    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_tag(tag)?;
        }
        let (manifest, tags) = (manifest.clone(), tags.to_vec());
        self.with(move |layout| layout.add_manifest(&manifest, &tags)).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        let blob = blob.clone();
        self.with(move |layout| Ok(layout.has_blob(&blob))).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let digest = digest.clone();
        self.with(move |layout| layout.describe_blob(&digest)).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let wanted = blob.clone();
        let path = self
            .with(move |layout| {
                layout.describe_blob(&wanted.digest)?;
                Ok(layout.blob_path(&wanted.digest))
            })
            .await?;
        FileSource::new(path).open(offset).await
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        let wanted = blob.clone();
        let there = self.with(move |layout| layout.claim_blob(&wanted)).await?;
        if there {
            return Ok(Outcome::Existed);
        }
        let mut stream = source.open(0).await?;
        let wanted = blob.clone();
        let mut staged = self.with(move |layout| layout.stage_blob(&wanted)).await?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            staged = off_thread(move || staged.write(&chunk)).await?;
        }
        self.with(move |layout| layout.commit_blob(staged)).await?;
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_tag(tag)?;
        }
        let (digest, tags) = (manifest.digest.clone(), tags.to_vec());
        self.with(move |layout| {
            let manifest = layout.manifest(&Name::Digest(digest))?;
            layout.add_manifest(&manifest, &tags)
        })
        .await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        let tag = tag.to_owned();
        self.with(move |layout| {
            layout.check_exists()?;
            layout.change_index(|index| {
                if index.untag(&tag) {
                    Ok(())
                } else {
                    Err(Error::new(Code::NotFound, format!("there is no tag {tag}")))
                }
            })
        })
        .await
    }

    async fn delete_manifests(&self, manifests: &[Doomed]) -> Vec<Result<()>> {
        let digests: Vec<Digest> = manifests.iter().map(|m| m.manifest.digest.clone()).collect();
        let count = digests.len();
        match self.with(move |layout| layout.delete(&digests)).await {
            Ok(()) => (0..count).map(|_| Ok(())).collect(),
            Err(e) => {
                let (code, message) = (e.code(), e.message().to_owned());
                (0..count).map(|_| Err(Error::new(code, message.clone()))).collect()
            }
        }
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Descriptor>> {
        let subject = subject.clone();
        let mut referrers = self.with(move |layout| layout.referrers_of(&subject)).await?;
        if let Some(wanted) = artifact_type {
            referrers.retain(|d| d.artifact_type.as_deref() == Some(wanted));
        }
        Ok(referrers)
    }

    async fn tags(&self) -> Result<Vec<String>> {
        self.with(|layout| Ok(layout.read_index()?.tags())).await
    }

    async fn untagged(&self) -> Result<Vec<Descriptor>> {
        self.with(|layout| Ok(layout.read_index()?.untagged())).await
    }
}

impl Inner {
    /// Reads a manifest by name, checked.
    fn manifest(&self, name: &Name) -> Result<Manifest> {
        let index = self.read_index()?;
        let digest = match name {
            Name::Digest(digest) => digest.clone(),
            Name::Tag(tag) => index.tagged(tag).cloned().ok_or_else(|| {
                Error::new(Code::NotFound, format!("{} has no tag {tag}", self.path.display()))
                    .with_hint(format!(
                        "`ocigraph tags oci:{}` lists those it has",
                        self.path.display()
                    ))
            })?,
        };
        self.read_manifest(&digest, index.media_type(&digest))
    }

    fn read_manifest(&self, digest: &Digest, media_type: Option<&str>) -> Result<Manifest> {
        let path = self.blob_path(digest);
        let metadata = std::fs::metadata(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::new(
                Code::NotFound,
                format!("{} has no manifest {digest}", self.path.display()),
            ),
            _ => Error::io("read", &path, e),
        })?;
        if metadata.len() > MANIFEST_LIMIT {
            return Err(Error::new(
                Code::TooLarge,
                format!(
                    "{digest} has {} bytes; a manifest has up to {MANIFEST_LIMIT}",
                    metadata.len()
                ),
            ));
        }
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let manifest = Manifest::parse(bytes.into(), media_type, digest.algorithm()?)?;
        if manifest.digest() != digest {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("{} holds content of the digest {}", path.display(), manifest.digest()),
            )
            .with_hint("the file was changed or damaged; push it again"));
        }
        Ok(manifest)
    }

    /// Stores a manifest and lists it: under its tags, or without one.
    fn add_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        if manifest.bytes().len() as u64 > MANIFEST_LIMIT {
            return Err(Error::new(
                Code::TooLarge,
                format!(
                    "the manifest has {} bytes; a manifest has up to {MANIFEST_LIMIT}",
                    manifest.bytes().len()
                ),
            )
            .with_hint("put less into annotations, or split the artifact"));
        }
        let blob = manifest.plain_descriptor();
        self.begin_writing()?;
        for needed in manifest.content().chain(manifest.manifests()) {
            if !needed.is_foreign() && !self.has_blob(needed) {
                return Err(Error::new(
                    Code::NotFound,
                    format!(
                        "{} needs {}, which is not in {}",
                        blob.digest,
                        needed.digest,
                        self.path.display()
                    ),
                )
                .with_hint("push what a manifest refers to before the manifest"));
            }
        }
        if !self.claim_blob(&blob)? {
            let staged = self.stage_blob(&blob)?.write(manifest.bytes())?;
            self.commit_blob(staged)?;
        }
        let entry =
            Descriptor { artifact_type: manifest.artifact_type().map(str::to_owned), ..blob };
        let done = self.change_index(|index| {
            index.add(&entry, tags);
            Ok(())
        });
        self.end_writing();
        done
    }

    fn check_exists(&self) -> Result<()> {
        if self.path.join("oci-layout").exists() {
            return Ok(());
        }
        let path = self.path.display();
        Err(Error::new(Code::NotFound, format!("there is no image layout at {path}"))
            .with_hint("a push creates one"))
    }

    fn read_index(&self) -> Result<Index> {
        self.check_exists()?;
        Index::read(&self.path)
    }
}

//! Manifests of a layout: read by name and checked; written once all they refer to is there.

use std::{fs::File, io::Read, sync::Arc};

use bytes::Bytes;

use super::{Inner, changes::Change, dir::unsafe_or};
use crate::content::regular_file::{Kind, Refused, open_regular};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest};

impl Inner {
    /// Reads a manifest by name, checked.
    pub(super) fn manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let snapshot = self.snapshot()?;
        let digest = match name {
            TagOrDigest::Digest(digest) => digest,
            TagOrDigest::Tag(tag) => snapshot.index.tagged(tag).ok_or_else(|| self.no_tag(tag))?,
        };
        let entry = snapshot.index.entry(digest);
        let manifest = self.read_manifest(digest, entry.map(|e| e.media_type.as_str()))?;
        let length = manifest.bytes().len() as u64;
        match entry {
            Some(entry) if entry.size != length => Err(Error::new(
                Code::SizeMismatch,
                format!(
                    "{} lists {digest} with {} bytes, and it has {length}",
                    self.index_path().display(),
                    entry.size
                ),
            )
            .with_hint("what wrote the entry is wrong: push the manifest again")),
            _ => Ok(manifest),
        }
    }

    /// Reads a manifest, checked; `media_type` is consulted where it does not say.
    pub(super) fn read_manifest(
        &self,
        digest: &Digest,
        media_type: Option<&str>,
    ) -> Result<Manifest> {
        self.check_manifest(self.manifest_bytes(digest)?, digest, media_type)
    }

    /// The bytes of a manifest, unchecked.
    pub(super) fn manifest_bytes(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.blob_path(digest);
        match open_regular(&path) {
            Ok(file) => self.read_limited(file, digest),
            Err(Refused::Missing | Refused::Is(Kind::Dangling)) => Err(Error::new(
                Code::NotFound,
                format!("{} has no manifest {digest}", self.path.display()),
            )),
            Err(e) => Err(unsafe_or("read", &path, "file", e)),
        }
    }

    pub(super) fn check_manifest(
        &self,
        bytes: Vec<u8>,
        digest: &Digest,
        media_type: Option<&str>,
    ) -> Result<Manifest> {
        let path = || self.blob_path(digest);
        let algorithm = digest.algorithm()?;
        let bytes = Bytes::from(bytes);
        let media_type = media_type.filter(|named| !named.is_empty());
        // An entry that calls it something else is wrong about it, and hides nothing.
        let parsed = Manifest::parse(bytes.clone(), media_type, algorithm)
            .or_else(|_| Manifest::parse(bytes.clone(), None, algorithm));
        // A damaged file is told as that, whether or not it still parses.
        let actual = match &parsed {
            Ok(manifest) => manifest.digest().clone(),
            Err(_) => algorithm.digest(&bytes),
        };
        if actual != *digest {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("{} should be {digest} and hashes to {actual}", path().display()),
            )
            .with_hint("the file was changed or damaged: remove it, and push it again"));
        }
        parsed
    }

    fn read_limited(&self, file: File, digest: &Digest) -> Result<Vec<u8>> {
        let failed = |e| Error::io("read", &self.blob_path(digest), e);
        let length = file.metadata().map_err(failed)?.len();
        if length > self.manifest_limit {
            return Err(self.too_large(&digest.to_string(), length));
        }
        let mut bytes = Vec::with_capacity(length as usize);
        file.take(self.manifest_limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        match bytes.len() as u64 {
            length if length > self.manifest_limit => {
                Err(self.too_large(&digest.to_string(), length))
            }
            _ => Ok(bytes),
        }
    }

    /// Stores a manifest and lists it: under its tags, or without one.
    pub(super) fn add_manifest(
        self: &Arc<Self>,
        manifest: &Manifest,
        tags: Vec<String>,
    ) -> Result<()> {
        let length = manifest.bytes().len() as u64;
        if length > self.manifest_limit {
            return Err(self
                .too_large("the manifest", length)
                .with_hint("put less into annotations, or split the artifact"));
        }
        let own = manifest.plain_descriptor();
        let needed: Vec<&Descriptor> = manifest.content().chain(manifest.manifests()).collect();
        let mut digests: Vec<Digest> = needed.iter().map(|blob| blob.digest.clone()).collect();
        digests.push(own.digest.clone());
        // From here on none of it is collected.
        let lease = self.lease(digests)?;
        let mut blobs = vec![own.digest.clone()];
        for blob in needed {
            if self.has_blob(blob) {
                blobs.push(blob.digest.clone());
            } else if !blob.is_foreign() {
                return Err(self.not_there(&own, blob));
            }
        }
        if let Some(staged) = self.stage_unless_there(&own)? {
            staged.write(&[manifest.bytes().clone()])?.commit()?;
        }
        let entry =
            Descriptor { artifact_type: manifest.artifact_type().map(str::to_owned), ..own };
        self.apply(Change { entry, tags, blobs })?;
        self.settle(lease);
        Ok(())
    }

    /// Lists a manifest that was stored, and whose push broke off before it was listed.
    pub(super) fn list_again(self: &Arc<Self>, digest: &Digest) -> Result<()> {
        let snapshot = self.snapshot()?;
        if snapshot.index.entry(digest).is_some() || self.listed(&snapshot)?.contains(digest) {
            return Ok(());
        }
        let manifest = self.manifest(&TagOrDigest::Digest(digest.clone()))?;
        self.add_manifest(&manifest, Vec::new())
    }

    /// Takes a tag away; the manifest stays listed.
    pub(super) fn remove_tag(&self, tag: &str) -> Result<()> {
        self.check_version()?;
        let opened = self.create()?;
        let _lock = opened.lock_index()?;
        let before = self.snapshot()?;
        let mut index = before.index.clone();
        if !index.remove_tag(tag) {
            return Err(self.no_tag(tag));
        }
        self.replace_index(&opened, &before, index)
    }

    fn no_tag(&self, tag: &str) -> Error {
        let path = self.path.display();
        Error::new(Code::NotFound, format!("{path} has no tag {tag}"))
            .with_hint(format!("`ocigraph tags oci:{path}` lists those it has"))
    }

    fn not_there(&self, manifest: &Descriptor, blob: &Descriptor) -> Error {
        let path = self.path.display();
        let what = match self.describe_blob(&blob.digest) {
            Ok(found) => format!("which has {} bytes in {path}, not {}", found.size, blob.size),
            Err(_) => format!("which is not in {path}"),
        };
        Error::new(Code::NotFound, format!("{} needs {}, {what}", manifest.digest, blob.digest))
            .with_hint("push what a manifest refers to before the manifest")
    }

    pub(super) fn too_large(&self, what: &str, length: u64) -> Error {
        Error::new(
            Code::TooLarge,
            format!("{what} has {length} bytes; a manifest has up to {}", self.manifest_limit),
        )
    }
}

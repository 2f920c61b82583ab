//! Manifests of a layout. A manifest is verified against its digest whenever it is read, and stored
//! only if the content it refers to exists. Its subject need not exist.

use std::{fs::File, io::Read, sync::Arc};

use bytes::Bytes;

use super::{
    dir_handle::refusal_error, index_cache::Snapshot, index_text, inner::Inner, sync::lock,
    write_queue::Addition,
};
use crate::content::regular_file::{Kind, Refused, open_regular};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Location, Manifest, Reference, Result, TagOrDigest, excerpt,
    printable,
};

impl Inner {
    /// Reads and verifies the manifest that a tag or digest names. NOT_FOUND if it does not exist,
    /// SIZE_MISMATCH if its entry in the index has another size.
    pub(super) fn manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.any_manifest(name)?.readable()
    }

    /// The same, also for a manifest that cannot be parsed.
    pub(super) fn any_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let snapshot = self.snapshot()?;
        let digest = match name {
            TagOrDigest::Digest(digest) => digest,
            TagOrDigest::Tag(tag) => {
                let found = snapshot.tagged(tag);
                let found = found.or_else(|| snapshot.sibling(tag).cloned());
                &found.ok_or_else(|| self.no_tag(&snapshot, tag))?
            }
        };
        let entry = snapshot.entry(digest);
        let media_type = entry.map(|e| e.media_type.as_str());
        let manifest = self.any_of_bytes(self.manifest_bytes(digest)?, digest, media_type)?;
        let length = manifest.bytes().len() as u64;
        match entry {
            Some(entry) if !snapshot.index.has_size(entry, length) => {
                Err(Error::new(
                    Code::SizeMismatch,
                    format!(
                        "{} lists {digest} with a size of {} bytes, but the manifest has {length}",
                        self.directory.index_path().display(),
                        entry.size
                    ),
                )
                .with_hint(self.repair_hint(
                    "the tool that wrote this entry is at fault: push the manifest again",
                )))
            }
            _ => Ok(manifest),
        }
    }

    /// Reads and verifies a manifest by digest. `media_type` applies if the manifest has no
    /// `mediaType` field.
    pub(super) fn read_manifest(
        &self,
        digest: &Digest,
        media_type: Option<&str>,
    ) -> Result<Manifest> {
        self.check_manifest(self.manifest_bytes(digest)?, digest, media_type)
    }

    /// Reads the bytes of a manifest without verifying them.
    pub(super) fn manifest_bytes(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.directory.blob_path(digest);
        let read = match self.archive()? {
            Some(archive) => archive.find(digest).map(|blob| {
                let length = blob.length;
                match length > self.max_manifest_bytes {
                    true => Err(self.too_large(&digest.to_string(), length)),
                    false => archive.read(blob),
                }
            }),
            None => open_regular(&path).map(|file| self.read_limited(file, digest)),
        };
        match read {
            Ok(read) => read,
            Err(Refused::Missing | Refused::Is(Kind::Dangling)) => Err(Error::new(
                Code::NotFound,
                format!("{} has no manifest {digest}", self.directory.path().display()),
            )),
            Err(e) => Err(refusal_error("read", &path, "file", e)),
        }
    }

    /// Verifies the bytes of a manifest against its digest, and parses them.
    pub(super) fn check_manifest(
        &self,
        bytes: Vec<u8>,
        digest: &Digest,
        media_type: Option<&str>,
    ) -> Result<Manifest> {
        self.any_of_bytes(bytes, digest, media_type)?.readable()
    }

    fn any_of_bytes(
        &self,
        bytes: Vec<u8>,
        digest: &Digest,
        media_type: Option<&str>,
    ) -> Result<Manifest> {
        // A damaged file is a DIGEST_MISMATCH, whether or not it still parses.
        let bytes = Bytes::from(self.check_bytes(bytes, digest)?);
        let algorithm = digest.algorithm()?;
        let media_type = media_type.filter(|media_type| !media_type.is_empty());
        // The manifest's own media type wins over a wrong one in the index.
        Manifest::parse(bytes.clone(), media_type, algorithm)
            .or_else(|_| Manifest::parse_or_keep(bytes, None, algorithm))
    }

    /// Verifies the bytes of a manifest against its digest.
    pub(super) fn check_bytes(&self, bytes: Vec<u8>, digest: &Digest) -> Result<Vec<u8>> {
        let actual = digest.algorithm()?.digest(&bytes);
        if actual == *digest {
            return Ok(bytes);
        }
        let path = self.directory.blob_path(digest);
        let message = format!("{} has the digest {actual}, not {digest}", path.display());
        Err(Error::new(Code::DigestMismatch, message).with_hint(
            self.repair_hint(
                "the file was changed or damaged: remove it and push the manifest again",
            ),
        ))
    }

    fn read_limited(&self, file: File, digest: &Digest) -> Result<Vec<u8>> {
        let failed = |e| Error::io("read", &self.directory.blob_path(digest), e);
        let length = file.metadata().map_err(failed)?.len();
        if length > self.max_manifest_bytes {
            return Err(self.too_large(&digest.to_string(), length));
        }
        let mut bytes = Vec::with_capacity(length as usize);
        file.take(self.max_manifest_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        match bytes.len() as u64 {
            length if length > self.max_manifest_bytes => {
                Err(self.too_large(&digest.to_string(), length))
            }
            _ => Ok(bytes),
        }
    }

    /// Stores a manifest and adds it to the index, with its tags or untagged.
    pub(super) fn add_manifest(
        self: &Arc<Self>,
        manifest: &Manifest,
        tags: Vec<String>,
    ) -> Result<()> {
        let length = manifest.bytes().len() as u64;
        if length > self.max_manifest_bytes {
            return Err(self
                .too_large("the manifest", length)
                .with_hint("shorten the annotations, or split the artifact"));
        }
        let own = manifest.plain_descriptor();
        let needed: Vec<&Descriptor> = manifest.content().chain(manifest.manifests()).collect();
        let mut digests: Vec<Digest> = needed.iter().map(|blob| blob.digest.clone()).collect();
        digests.push(own.digest.clone());
        // Lease before checking which blobs exist, so that the garbage collector keeps them.
        let lease = self.lease(digests)?;
        let mut blobs = vec![own.digest.clone()];
        for blob in needed {
            if self.has_blob(blob) {
                blobs.push(blob.digest.clone());
            } else if !blob.is_foreign() {
                return Err(self.missing_blob(&own, blob));
            }
        }
        if let Some(staged) = self.stage_unless_there(&own)? {
            staged.write(&[manifest.bytes().clone()])?.commit()?;
        }
        let entry =
            Descriptor { artifact_type: manifest.artifact_type().map(str::to_owned), ..own };
        let subject = manifest.subject().map(|subject| subject.digest.clone());
        let referrer = subject.map(|subject| (subject, manifest.descriptor()));
        self.add_to_index(Addition { entry, tags, referrer, blobs })?;
        lock(&self.pushed).add(manifest);
        self.release(lease);
        Ok(())
    }

    /// Returns true if the index lists a manifest, or an index that it lists.
    pub(super) fn lists(&self, digest: &Digest) -> Result<bool> {
        let snapshot = self.snapshot()?;
        Ok(snapshot.entry(digest).is_some() || self.listed(&snapshot)?.contains(digest))
    }

    /// Adds a stored manifest to the index if it is not listed. A push that was interrupted before
    /// it wrote the index leaves such a manifest.
    pub(super) fn list_again(self: &Arc<Self>, digest: &Digest) -> Result<()> {
        if self.lists(digest)? {
            return Ok(());
        }
        let manifest = self.manifest(&TagOrDigest::Digest(digest.clone()))?;
        self.add_manifest(&manifest, Vec::new())
    }

    /// Adds stored manifests to the indexes of referrers that other tools keep of their subject.
    pub(super) fn list_referrers_again(&self, subject: &Digest, digests: &[Digest]) -> Result<()> {
        let lists = self.lists_of_other_tools(subject)?;
        let is_lacking = |digest: &&Digest| {
            lists.iter().any(|list| !list.iter().any(|entry| entry.digest == **digest))
        };
        let mut referrers = Vec::new();
        for digest in digests.iter().filter(is_lacking) {
            let manifest = self.manifest(&TagOrDigest::Digest(digest.clone()))?;
            if manifest.subject().is_none_or(|named| named.digest == *subject) {
                referrers.push(manifest.descriptor());
            }
        }
        if !referrers.is_empty() {
            self.repair_referrers(subject, &[], &referrers)?;
        }
        Ok(())
    }

    /// Removes a tag. The manifest stays listed. NOT_FOUND if the tag does not exist.
    pub(super) fn remove_tag(&self, tag: &str) -> Result<()> {
        self.directory.check_version()?;
        let opened = self.directory.create()?;
        let _lock = opened.lock_index()?;
        let before = self.snapshot()?;
        let mut index = before.index.clone();
        if !index.remove_tag(tag) {
            return Err(self.no_tag(&before, tag));
        }
        self.replace_index(&opened, &before, index)
    }

    /// Returns the hint for damage in a directory. In an archive nothing can be repaired.
    fn repair_hint<'a>(&self, in_directory: &'a str) -> &'a str {
        match self.archive() {
            Ok(None) => in_directory,
            _ => "copy the archive again, or write it again with the tool that made it",
        }
    }

    /// Returns the NOT_FOUND error for a tag. The hint is the tag that was probably meant: `1.0`
    /// in place of a full name, or the only name that ends with `:1.0`.
    fn no_tag(&self, snapshot: &Snapshot, tag: &str) -> Error {
        let index = &snapshot.index;
        let quoted = format!("{tag:?}");
        let unreadable = index_text::unreadable(&snapshot.bytes, index);
        if let Some(entry) = unreadable.iter().find(|text| text.contains(&quoted)) {
            let file = self.directory.index_path();
            let entry = excerpt(entry);
            return Error::new(
                Code::InvalidManifest,
                format!("the entry of the tag {tag} in {} has no digest: {entry}", file.display()),
            )
            .with_hint(self.repair_hint("push the artifact again under this tag"));
        }
        let path = self.directory.path();
        let location = Reference::new(Location::Layout(path.to_owned()));
        let tags = index.tags();
        let mut similar = tags
            .iter()
            .filter(|name| name.rsplit([':', '/']).next() == Some(tag))
            .map(String::as_str);
        let meant = match (index.tag_of_full_name(tag), similar.next(), similar.next()) {
            (Some(tag), ..) | (None, Some(tag), None) => location.tagged(tag).ok(),
            _ => None,
        };
        Error::new(Code::NotFound, format!("{} has no tag {tag}", path.display())).with_hint(
            match meant {
                Some(meant) => format!("write {}", printable(&meant.to_string())),
                None => format!("`ocigraph tags {location}` lists the tags"),
            },
        )
    }

    fn missing_blob(&self, manifest: &Descriptor, blob: &Descriptor) -> Error {
        let path = self.directory.path().display();
        let what = match self.describe_blob(&blob.digest) {
            Ok(found) => format!("which has {} bytes in {path}, not {}", found.size, blob.size),
            Err(_) => format!("which is not in {path}"),
        };
        let message = format!("the manifest {} needs {}, {what}", manifest.digest, blob.digest);
        Error::new(Code::NotFound, message)
            .with_hint("push the blobs and child manifests of a manifest before the manifest")
    }

    /// Returns the TOO_LARGE error for a manifest of `length` bytes.
    pub(super) fn too_large(&self, what: &str, length: u64) -> Error {
        Error::new(
            Code::TooLarge,
            format!(
                "{what} has {length} bytes, and the limit for a manifest is {} bytes",
                self.max_manifest_bytes
            ),
        )
    }
}

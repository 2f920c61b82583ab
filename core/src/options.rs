//! What the operations take and what they give back: plain values.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde::Deserialize;

use crate::{
    archive::UnpackLimits,
    auth::StoredIn,
    content::File,
    descriptor::{Annotations, Descriptor},
    digest::Digest,
    error::Error,
    manifest::ManifestFormat,
    memory::{OBJECT, Weight},
    platform::Platform,
    progress::{Outcome, Progress},
};

/// How to push.
#[derive(Debug, Clone, Default)]
pub struct PushOptions {
    /// What the files are to be blobs of; an artifact may have none.
    pub files: Vec<File>,
    /// The artifact's type, such as `application/vnd.example.sbom`.
    pub artifact_type: Option<String>,
    /// Makes the artifact a referrer of what this tag or digest names in the same place.
    pub subject: Option<crate::Reference>,
    /// Annotations of the manifest.
    pub annotations: Annotations,
    /// A config instead of the empty one.
    pub config: Option<File>,
    /// The manifest's format.
    pub format: ManifestFormat,
    /// Takes absolute titles and titles with `..` as they are.
    pub allow_path_traversal: bool,
    /// Seconds since 1970: the time put into packed directories and the `created` annotation, as
    /// SOURCE_DATE_EPOCH has it. Without it directories get 0 and there is no `created`.
    pub source_date_epoch: Option<u64>,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What was pushed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PushResult {
    /// The place, by digest.
    pub reference: crate::Reference,
    /// The manifest.
    pub descriptor: Descriptor,
    /// The tags it was given.
    pub tags: Vec<String>,
    /// Its blobs, in their order, the config aside.
    pub blobs: Vec<PushedBlob>,
    /// The manifest's bytes.
    pub manifest: bytes::Bytes,
}

/// A blob of a push.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PushedBlob {
    /// The blob.
    pub descriptor: Descriptor,
    /// What became of it.
    pub outcome: Outcome,
}

/// How to pull.
#[derive(Debug, Clone, Default)]
pub struct PullOptions {
    /// The directory to write into; created when it is not there. Empty: the current one.
    pub output: PathBuf,
    /// Pulls, instead of what the reference names, its referrers of this type.
    pub artifact_type: Option<String>,
    /// Pulls, of an index, the image for this platform.
    pub platform: Option<Platform>,
    /// Pulls also what the artifact refers to, and what that refers to in turn.
    pub include_subject: bool,
    /// Leaves files that are there already as they are.
    pub keep_old_files: bool,
    /// Writes where titles say, even outside the output directory.
    pub allow_path_traversal: bool,
    /// Bounds on unpacked directories.
    pub unpack_limits: UnpackLimits,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What was pulled: one artifact.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PullResult {
    /// The place, by digest.
    pub reference: crate::Reference,
    /// The manifest.
    pub descriptor: Descriptor,
    /// The files, in the order of the manifest.
    pub files: Vec<PulledFile>,
    /// Blobs without a title, which are not written.
    pub skipped: Vec<Descriptor>,
}

/// A file of a pull.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PulledFile {
    /// Where it is.
    pub path: PathBuf,
    /// The blob.
    pub descriptor: Descriptor,
    /// What became of it.
    pub outcome: Outcome,
}

/// How to discover.
#[derive(Debug, Clone, Default)]
pub struct DiscoverOptions {
    /// Returns only referrers of this type, with what leads to them and what lies beneath them.
    pub artifact_type: Option<String>,
    /// Returns only referrers with these annotations; as `artifact_type`.
    pub annotations: BTreeMap<String, String>,
    /// Starts, at an index, from the image for this platform.
    pub platform: Option<Platform>,
    /// How many levels to walk; all when absent.
    pub depth: Option<usize>,
    /// Gives the graph of what could be read, with [`Graph::problems`](crate::Graph::problems),
    /// where a list cannot be read whole; else that is INCOMPLETE.
    pub allow_incomplete: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
}

impl DiscoverOptions {
    /// Whether a referrer is itself asked for, whatever leads to it or lies beneath it.
    pub fn matches(&self, referrer: &Descriptor) -> bool {
        self.artifact_type.as_ref().is_none_or(|t| referrer.artifact_type.as_ref() == Some(t))
            && self.annotations.iter().all(|(k, v)| referrer.annotations.get(k) == Some(v))
    }
}

/// How to delete.
#[derive(Debug, Clone, Default)]
pub struct DeleteOptions {
    /// Only says what would be done.
    pub dry_run: bool,
    /// Deletes also what would be kept: what is tagged otherwise or listed by another index.
    pub force: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
}

/// What was deleted, or would be.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DeleteReport {
    /// Whether nothing was done.
    pub dry_run: bool,
    /// What is gone, or would be, in the order of deletion: referrers before their subjects.
    pub deleted: Vec<Descriptor>,
    /// What stays, and why.
    pub kept: Vec<RetainedManifest>,
    /// What could not be deleted.
    pub failed: Vec<DeleteFailure>,
}

/// A manifest that stays.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RetainedManifest {
    /// The manifest.
    pub descriptor: Descriptor,
    /// Why, as a phrase: `tagged stable`.
    pub reason: String,
}

/// A manifest that could not be deleted.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeleteFailure {
    /// The manifest.
    pub descriptor: Descriptor,
    /// Why.
    pub error: Arc<Error>,
}

impl Clone for DeleteFailure {
    fn clone(&self) -> Self {
        Self { descriptor: self.descriptor.clone(), error: Arc::clone(&self.error) }
    }
}

/// How to copy.
#[derive(Debug, Clone, Default)]
pub struct CopyOptions {
    /// Copies also everything that refers to it, to what an index lists, and so on.
    pub recursive: bool,
    /// Copies, of an index, only the image for this platform.
    pub platform: Option<Platform>,
    /// Copies foreign layers too, which registries need not have.
    pub foreign: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What was copied.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CopyReport {
    /// The source, by digest.
    pub source: crate::Reference,
    /// The destination, by digest.
    pub destination: crate::Reference,
    /// The manifest that was named.
    pub descriptor: Descriptor,
    /// The tags it was given.
    pub tags: Vec<String>,
    /// Manifests written; those that were there are not counted.
    pub manifests: usize,
    /// What became of the blobs.
    pub blobs: CopiedBlobs,
    /// Bytes written, of manifests and blobs.
    pub bytes: u64,
}

/// Blobs of a copy by what became of them. Blobs of manifests that were there are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CopiedBlobs {
    /// Sent.
    pub copied: usize,
    /// There already.
    pub existed: usize,
    /// Taken by the registry from another of its repositories.
    pub mounted: usize,
}

/// How to verify.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Starts, at an index, from the image for this platform.
    pub platform: Option<Platform>,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Manifests and blobs that were looked at.
    pub checked: usize,
    /// Bytes that were read and digested.
    pub bytes: u64,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Problem>,
}

/// Something wrong in a graph.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Problem {
    /// What should be there.
    pub descriptor: Descriptor,
    /// The digests that lead to it, from the root on; empty for the root, and for a manifest that
    /// is listed beside it and too damaged to tell what it refers to.
    pub path: Vec<Digest>,
    /// What is wrong with it.
    pub kind: ProblemKind,
    /// The same as a sentence.
    pub detail: String,
}

/// What can be wrong with content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// It is not there.
    Missing,
    /// It has another size.
    Size,
    /// It hashes to another digest.
    Digest,
    /// It is no manifest, or not what its descriptor says; or the list of what refers to it is not
    /// one, in a part or as a whole.
    Malformed,
}

impl ProblemKind {
    /// The word for it in results: `missing`.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Missing => "missing",
            ProblemKind::Size => "size",
            ProblemKind::Digest => "digest",
            ProblemKind::Malformed => "malformed",
        }
    }
}

/// What became of a login.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginResult {
    /// The registry.
    pub host: String,
    /// Where the credential is kept now.
    pub stored_in: StoredIn,
    /// Whether the registry asked for a credential and took this one; one that asks for none cannot
    /// tell.
    pub verified: bool,
    /// Whether `DOCKER_AUTH_CONFIG` has a credential for the registry, which comes before this one.
    pub overridden: bool,
}

/// What became of a logout.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogoutResult {
    /// The registry.
    pub host: String,
    /// Where credentials were removed; empty when there were none.
    pub removed_from: Vec<StoredIn>,
    /// Whether `DOCKER_AUTH_CONFIG` still has a credential for the registry.
    pub remains: bool,
}

/// What is known of a manifest in a listing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ManifestInfo {
    /// The manifest. Its size is 0 where the registry's list does not tell.
    pub descriptor: Descriptor,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it refers to.
    pub subject: Option<Digest>,
    /// When it was made, RFC 3339: as Azure's registry has it, else as its annotations or its config
    /// have it.
    pub created: Option<String>,
    /// When it or its tags were last changed, RFC 3339, where the registry tells.
    pub last_updated: Option<String>,
    /// CPU architecture, from an image's config.
    pub architecture: Option<String>,
    /// Operating system, from an image's config.
    pub os: Option<String>,
    /// The media type of its config.
    pub config_media_type: Option<String>,
    /// Bytes of its config, layers and blobs together.
    pub image_size: Option<u64>,
    /// What may be done with it, where the registry tells.
    pub attributes: Option<Attributes>,
}

/// What is known of a tag in a listing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TagInfo {
    /// The tag.
    pub name: String,
    /// What it names.
    pub digest: Digest,
    /// When it was first written, RFC 3339, where the registry tells.
    pub created: Option<String>,
    /// When it was last changed, RFC 3339, where the registry tells.
    pub last_updated: Option<String>,
    /// Whether it is signed by content trust, where the registry tells.
    pub signed: Option<bool>,
    /// What may be done with it, where the registry tells.
    pub attributes: Option<Attributes>,
}

impl Weight for ManifestInfo {
    fn weight(&self) -> usize {
        let words = [
            &self.created,
            &self.last_updated,
            &self.architecture,
            &self.os,
            &self.config_media_type,
        ];
        size_of::<Self>()
            + self.descriptor.weight()
            + self.tags.weight()
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

impl Weight for TagInfo {
    fn weight(&self) -> usize {
        let words = [&self.created, &self.last_updated];
        size_of::<Self>()
            + 3 * OBJECT
            + self.name.len()
            + self.digest.as_str().len()
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

/// What Azure's registry lets anyone do with a manifest or tag: a locked one is not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Attributes {
    /// It can be deleted.
    pub delete_enabled: bool,
    /// It is shown in lists.
    pub list_enabled: bool,
    /// It can be pulled.
    pub read_enabled: bool,
    /// It can be changed.
    pub write_enabled: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self { delete_enabled: true, list_enabled: true, read_enabled: true, write_enabled: true }
    }
}

//! Push: files, directories and bytes become the blobs of one artifact.
//!
//! Blobs first, then the manifest, then its tags, then the list of referrers: a push that breaks
//! anywhere leaves nothing that names what is not there.

use serde::Serialize;
use std::{
    collections::HashSet,
    path::{Component, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::named::named;
use crate::operation::transfer;
use crate::{
    blocking::spawn_blocking,
    content::{
        archive,
        buffered::Spooled,
        file,
        file::{Content, File},
        paths,
        progress::{Outcome, Progress},
        source::Source,
    },
    store::{
        Store,
        limits::{LargeBlobLimiter, concurrency},
    },
};
use ocigraph_types::{
    Annotations, Code, Descriptor, EMPTY_JSON, Error, Location, ManifestBuilder, ManifestFormat,
    Reference, Result, annotation, empty_descriptor, media_type, serialize_descriptor,
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
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PushResult {
    /// The place, by digest.
    pub reference: crate::Reference,
    /// The manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags it was given.
    pub tags: Vec<String>,
    /// Its blobs, in their order, the config aside.
    pub blobs: Vec<PushedBlob>,
    /// The manifest's bytes.
    #[serde(skip)]
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

pub(crate) const OPERATION: &str = "push";

/// Packs files, directories and bytes into one artifact and pushes it to `store` under the tags of
/// `reference`.
pub async fn push(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PushOptions,
) -> Result<PushResult> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PushOptions,
) -> Result<PushResult> {
    if reference.digest().is_some() {
        return Err(Error::new(Code::InvalidReference, "a push is named by tags, not by a digest")
            .with_hint("leave the digest out; the push prints it"));
    }
    check_words(&options)?;
    check_titles(&options)?;
    let created = options.source_date_epoch.map(rfc3339).transpose()?;
    let subject = subject_of(store.as_ref(), reference, &options).await?;
    let uploads = Uploads {
        store: Arc::clone(&store),
        progress: options.progress.clone(),
        large: LargeBlobLimiter::new(),
    };
    let at_once = concurrency(options.concurrency);
    let format = async {
        match (options.format, &subject) {
            (ManifestFormat::Auto, Some(subject)) if options.config.is_none() => {
                store.referrer_format(&subject.digest).await
            }
            (ManifestFormat::Auto, _) => Ok(ManifestFormat::Oci11),
            (given, _) => Ok(given),
        }
    };
    let blobs = async {
        // Each file is digested, then sent, while others are digested.
        let each: Vec<_> =
            options.files.iter().map(|file| uploads.prepare_and_send(file, &options)).collect();
        stream::iter(each).buffered(at_once).try_collect::<Vec<_>>().await
    };
    let config = async {
        match &options.config {
            Some(file) => {
                // Wherever it lies: a config has no title in its manifest.
                let file = File { title: Some("config".into()), ..file.clone() };
                uploads.prepare_and_send(&file, &options).await.map(Some)
            }
            None => Ok(None),
        }
    };
    let (format, blobs, config) = tokio::try_join!(format, blobs, config)?;

    let mut annotations = options.annotations.clone();
    if let Some(created) = created {
        annotations.entry(annotation::CREATED.into()).or_insert(created);
    }
    let mut builder = ManifestBuilder::new()
        .blobs(blobs.iter().map(|blob| blob.descriptor.clone()))
        .annotations(annotations);
    if let Some(artifact_type) = &options.artifact_type {
        builder = builder.artifact_type(artifact_type);
    }
    if let Some(blob) = config {
        builder = builder.config(Descriptor { annotations: Annotations::new(), ..blob.descriptor });
    }
    if let Some(subject) = &subject {
        builder = builder.subject(subject.plain());
    }
    let manifest = builder.build(format)?;
    let empty = empty_descriptor();
    if manifest.content().any(|blob| blob.digest == empty.digest)
        && !blobs.iter().any(|blob| blob.descriptor.digest == empty.digest)
    {
        store.push_blob(&empty, Arc::new(bytes::Bytes::from_static(EMPTY_JSON))).await?;
    }
    store.push_manifest(&manifest, reference.tags()).await?;
    Ok(PushResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor: manifest.descriptor(),
        tags: reference.tags().to_vec(),
        blobs,
        manifest: manifest.bytes().clone(),
    })
}

async fn subject_of(
    store: &dyn Store,
    reference: &Reference,
    options: &PushOptions,
) -> Result<Option<Descriptor>> {
    let Some(subject) = &options.subject else { return Ok(None) };
    if !same_place(subject.location(), reference.location()) {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the subject {subject} is in another repository than {reference}"),
        )
        .with_hint("a referrer lies beside its subject: push to the subject's repository"));
    }
    let name = subject.name().map_err(|e| {
        let message = format!("the subject {}", e.message());
        e.with_message(message)
    })?;
    let resolved = store.resolve(&name).await.map_err(|e| match e.code() {
        Code::NotFound => {
            let message = format!("the subject {subject} is not there: {}", e.message());
            e.with_message(message)
        }
        _ => e,
    })?;
    Ok(Some(resolved))
}

fn same_place(a: &Location, b: &Location) -> bool {
    match (a, b) {
        (Location::Layout(a), Location::Layout(b)) => {
            let named = |c: &Component<'_>| *c != Component::CurDir;
            a.components().filter(named).eq(b.components().filter(named))
        }
        _ => a == b,
    }
}

struct Uploads {
    store: Arc<dyn Store>,
    progress: Progress,
    large: LargeBlobLimiter,
}

impl Uploads {
    async fn prepare_and_send(&self, file: &File, options: &PushOptions) -> Result<PushedBlob> {
        let prepared = prepare(file, options).await?;
        let descriptor = prepared.descriptor;
        let _turn = self.large.turn(&descriptor).await;
        let outcome = send(&*self.store, &descriptor, prepared.source, &self.progress).await?;
        Ok(PushedBlob { descriptor, outcome })
    }
}

/// Sends one blob, telling its progress.
pub(crate) async fn send(
    store: &dyn Store,
    blob: &Descriptor,
    source: Arc<dyn Source>,
    progress: &Progress,
) -> Result<Outcome> {
    transfer::push_reported(store, blob, source, progress).await.map_err(|e| {
        let ours = e.status().is_none() && e.hint().is_none();
        if ours && matches!(e.code(), Code::DigestMismatch | Code::SizeMismatch) {
            let what = blob.title().unwrap_or(blob.digest.as_str());
            return e.with_hint(format!("was {what} changed while it was pushed?"));
        }
        e
    })
}

struct Prepared {
    descriptor: Descriptor,
    source: Arc<dyn Source>,
}

async fn prepare(file: &File, options: &PushOptions) -> Result<Prepared> {
    let mut prepared = match &file.content {
        Content::Bytes(bytes) => {
            let guessed = file.title.as_ref().map(|title| paths::media_type_for(title.as_ref()));
            let kind = guessed.unwrap_or_else(|| media_type::OCTET_STREAM.into());
            let (descriptor, source) = Content::Bytes(bytes.clone()).into_blob(&kind).await?;
            Prepared { descriptor, source }
        }
        Content::Source(descriptor, source) => {
            Prepared { descriptor: (**descriptor).clone(), source: Arc::clone(source) }
        }
        Content::Path(path) => prepare_path(path.clone(), file, options).await?,
    };
    if let Some(kind) = &file.media_type {
        prepared.descriptor.media_type = kind.clone();
    }
    let annotations = &mut prepared.descriptor.annotations;
    if let Some(title) = &file.title {
        annotations.insert(annotation::TITLE.into(), title.clone());
    }
    annotations.extend(file.annotations.clone());
    Ok(prepared)
}

async fn prepare_path(path: PathBuf, file: &File, options: &PushOptions) -> Result<Prepared> {
    let title = match &file.title {
        Some(title) => title.clone(),
        None => paths::title_for(&path, options.allow_path_traversal)?,
    };
    let epoch = options.source_date_epoch;
    spawn_blocking(move || {
        let metadata = std::fs::metadata(&path).map_err(|e| Error::io("read", &path, e))?;
        let mut prepared = if metadata.is_dir() {
            let packed = archive::pack(&path, &title, epoch)?;
            let mut descriptor =
                Descriptor::new(media_type::OCI_LAYER_GZIP, packed.digest, packed.size);
            descriptor
                .annotations
                .insert(annotation::CONTENT_DIGEST.into(), packed.content_digest.to_string());
            descriptor.annotations.insert(annotation::UNPACK.into(), "true".into());
            Prepared { descriptor, source: Arc::new(Spooled::new(packed.file)) }
        } else if metadata.is_file() {
            let (descriptor, source) = file::describe(&path, paths::media_type_for(&path))?;
            Prepared { descriptor, source }
        } else {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{} is neither a file nor a directory", path.display()),
            ));
        };
        prepared.descriptor.annotations.insert(annotation::TITLE.into(), title);
        Ok(prepared)
    })
    .await
}

/// Looks at what is said of the artifact and of each file.
fn check_words(options: &PushOptions) -> Result<()> {
    if let Some(artifact_type) = &options.artifact_type {
        media_type::check_artifact_type(artifact_type)?;
    }
    let files = || options.files.iter().chain(&options.config);
    files().filter_map(|file| file.media_type.as_deref()).try_for_each(media_type::check)?;
    let mut keys =
        options.annotations.keys().chain(files().flat_map(|file| file.annotations.keys()));
    if keys.any(String::is_empty) {
        return Err(Error::new(Code::InvalidArgument, "an annotation has an empty key"));
    }
    Ok(())
}

/// Two files of one title would overwrite each other when pulled.
fn check_titles(options: &PushOptions) -> Result<()> {
    let mut seen = HashSet::new();
    for file in &options.files {
        let Some(title) = title_of(file, options)? else { continue };
        paths::check_title(&title, options.allow_path_traversal)?;
        if !seen.insert(title.clone()) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("two files have the title {title:?}"),
            )
            .with_hint("push each file once"));
        }
    }
    Ok(())
}

/// The title that a file will have.
fn title_of(file: &File, options: &PushOptions) -> Result<Option<String>> {
    if let Some(title) = file.annotations.get(annotation::TITLE).or(file.title.as_ref()) {
        return Ok(Some(title.clone()));
    }
    match &file.content {
        Content::Path(path) => paths::title_for(path, options.allow_path_traversal).map(Some),
        Content::Source(descriptor, _) => Ok(descriptor.title().map(str::to_owned)),
        Content::Bytes(_) => Ok(None),
    }
}

fn rfc3339(epoch: u64) -> Result<String> {
    i64::try_from(epoch)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map(|timestamp| timestamp.to_string())
        .ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("SOURCE_DATE_EPOCH {epoch} is no time"))
        })
}

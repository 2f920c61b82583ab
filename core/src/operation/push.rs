//! Pushes files, directories and bytes as the blobs of one artifact.
//!
//! The order is: blobs, the manifest, its tags, the list of referrers. So an interrupted push never
//! leaves a manifest, tag or list that names missing content.

use derive_setters::Setters;
use serde::Serialize;
use std::{
    collections::HashSet,
    path::{Component, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;

use crate::operation::named::named;
use crate::operation::select::name_of;
use crate::operation::transfer;
use crate::{
    blocking::spawn_blocking,
    content::{
        archive,
        buffered_content::OpenFileSource,
        file,
        file::{Content, File},
        media_type::media_type_for,
        progress::{Event, Outcome, Progress},
        source::Source,
        title::{check_title, title_for},
    },
    store::{
        Store,
        concurrency::{LargeBlobLimiter, concurrency},
    },
};
use ocigraph_types::{
    Annotations, Code, Descriptor, EMPTY_JSON, Error, Location, ManifestBuilder, ManifestFormat,
    Platform, Reference, Result, annotation, empty_descriptor, media_type, serialize_descriptor,
};

/// Options of [`Client::push`](crate::Client::push).
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let layout = dir.path().join("layout");
/// use ocigraph::{Client, File, PushOptions};
///
/// let reference = format!("oci:{}:v1", layout.display()).parse()?;
/// let options = PushOptions::default().files(vec![File::bytes("hello.txt", "hello\n").with_media_type("text/plain")]).artifact_type("application/vnd.example.greeting");
/// let pushed = Client::new().push(&reference, options).await?;
/// assert_eq!(pushed.tags, ["v1"]);
/// assert_eq!(pushed.blobs.len(), 1);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct PushOptions {
    /// The content to push: each file becomes one blob, in this order. Default: none, which pushes
    /// an artifact without blobs. Two files with the same title fail with
    /// [INVALID_ARGUMENT](crate::Code::InvalidArgument).
    pub files: Vec<File>,
    /// The artifact type, for example `application/vnd.example.sbom`: see [image-spec v1.1.1,
    /// "Guidelines for Artifact Usage"][spec]. Default: none.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// The subject: a reference with a tag or digest to a manifest in the repository that is pushed
    /// to. The artifact becomes a referrer of it. [NOT_FOUND](crate::Code::NotFound) if the
    /// manifest does not exist, [INVALID_ARGUMENT](crate::Code::InvalidArgument) if it is in
    /// another repository. Default: none.
    pub subject: Option<crate::Reference>,
    /// The annotations of the manifest. Default: none.
    pub annotations: Annotations,
    /// The config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given;
    /// without an artifact type, it is the type of the artifact. Its annotations are those of the
    /// config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
    pub config: Option<File>,
    /// The platform that the artifact is for. It becomes a config of the media type
    /// `application/vnd.oci.image.config.v1+json`, by which the artifact can be selected in an index. With
    /// a config of its own it fails with [INVALID_ARGUMENT](crate::Code::InvalidArgument). Default: none.
    pub artifact_platform: Option<Platform>,
    /// The format of the manifest. Default: [`ManifestFormat::Auto`].
    pub format: ManifestFormat,
    /// Permits absolute titles and titles with `..`. Default: false; such a title then fails with
    /// [UNSAFE_PATH](crate::Code::UnsafePath).
    pub allow_path_traversal: bool,
    /// The time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for the
    /// annotation `org.opencontainers.image.created`; like the variable [SOURCE_DATE_EPOCH][epoch].
    /// Default: none; entries then get the time 0, and the manifest has no such annotation.
    ///
    /// [epoch]: https://reproducible-builds.org/specs/source-date-epoch/
    pub source_date_epoch: Option<u64>,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}

/// The result of a push or an attach.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PushResult {
    /// The artifact, as a reference by digest.
    pub reference: crate::Reference,
    /// The descriptor of the artifact's manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags that the manifest got.
    pub tags: Vec<String>,
    /// The blobs, without the config, in the order of the files.
    pub blobs: Vec<PushedBlob>,
    /// The bytes of the manifest, as they were pushed.
    #[serde(skip)]
    pub manifest: bytes::Bytes,
}

/// One blob of a [`PushResult`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PushedBlob {
    /// The descriptor of the blob.
    pub descriptor: Descriptor,
    /// The outcome: [`Uploaded`](Outcome::Uploaded), [`AlreadyExists`](Outcome::AlreadyExists) or
    /// [`Mounted`](Outcome::Mounted).
    pub outcome: Outcome,
}

pub(crate) const OPERATION: &str = "push";

/// Packs files, directories and bytes into one artifact and pushes it under the tags of
/// `reference`. Blobs that exist already are not sent.
///
/// # Errors
/// [`Code::InvalidArgument`] if an option cannot be used, [`Code::NotFound`] if the subject
/// or a file does not exist, [`Code::UnsafePath`] if a title leads out of the directory of a later
/// pull.
pub async fn push(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PushOptions,
) -> Result<PushResult> {
    named(OPERATION, reference, run(store, reference, options)).await
}

/// Pushes an artifact. The error does not name the operation.
pub(super) async fn run(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PushOptions,
) -> Result<PushResult> {
    let options = with_platform_config(options)?;
    if reference.digest().is_some() {
        return Err(Error::new(Code::InvalidReference, "a push takes tags, not a digest")
            .with_hint("remove the digest; the push prints it"));
    }
    reference.check_tags()?;
    check_metadata(&options)?;
    check_titles(&options)?;
    check_format(&options)?;
    let created = options.source_date_epoch.map(rfc3339).transpose()?;
    let subject = subject_of(store.as_ref(), reference, &options).await?;
    let max_requests = concurrency(options.concurrency);
    let uploads = Uploads {
        store: Arc::clone(&store),
        progress: options.progress.clone(),
        large_blobs: LargeBlobLimiter::new(),
        requests: Semaphore::new(max_requests),
    };
    let format = async {
        let _permit = uploads.requests.acquire().await;
        match (options.format, &subject) {
            (ManifestFormat::Auto, Some(subject)) if options.config.is_none() => {
                store.referrer_format(&subject.digest).await
            }
            (ManifestFormat::Auto, _) => Ok(ManifestFormat::Oci11),
            (given, _) => Ok(given),
        }
    };
    let blobs = async {
        // Sends one file while others are digested.
        let each: Vec<_> =
            options.files.iter().map(|file| uploads.prepare_and_send(file, &options)).collect();
        stream::iter(each).buffered(max_requests).try_collect::<Vec<_>>().await
    };
    let config = async {
        match &options.config {
            Some(file) => {
                // Any path is allowed, because the manifest does not contain the title of a config.
                let media_type = Some(config_media_type(file));
                let title = Some("config".into());
                let config = File { title, media_type, ..file.clone() };
                let blob = uploads.prepare_and_send(&config, &options).await?;
                Ok(Some(Descriptor { annotations: file.annotations.clone(), ..blob.descriptor }))
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
    if let Some(config) = config {
        builder = builder.config(config);
    }
    if let Some(subject) = &subject {
        builder = builder.subject(subject.plain());
    }
    let manifest = builder.build(format)?;
    let empty = empty_descriptor();
    if manifest.content().any(|blob| blob.digest == empty.digest)
        && !blobs.iter().any(|blob| blob.descriptor.digest == empty.digest)
    {
        let content = Arc::new(bytes::Bytes::from_static(EMPTY_JSON));
        let outcome = store.push_blob(&empty, content).await?;
        options.progress.report(Event::Metadata { descriptor: &empty, outcome });
    }
    store.push_manifest(&manifest, reference.tags()).await?;
    let descriptor = manifest.descriptor();
    let outcome = Outcome::Uploaded;
    options.progress.report(Event::Metadata { descriptor: &descriptor, outcome });
    Ok(PushResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor,
        tags: reference.tags().to_vec(),
        blobs,
        manifest: manifest.bytes().clone(),
    })
}

/// Makes the config of the platform. The type of an artifact for a platform is not that of its config,
/// which is one of images.
fn with_platform_config(mut options: PushOptions) -> Result<PushOptions> {
    let Some(platform) = options.artifact_platform.take() else { return Ok(options) };
    if options.config.is_some() {
        return Err(Error::new(
            Code::InvalidArgument,
            "an artifact has either a config or a platform, which becomes its config",
        )
        .with_hint("give one of both; a config can name the platform itself"));
    }
    let json = serde_json::to_vec(&platform).map_err(|e| {
        Error::new(Code::Internal, "cannot write the platform as JSON").with_source(e)
    })?;
    let config = File::bytes("config", json).with_media_type(media_type::OCI_IMAGE_CONFIG);
    options.config = Some(config);
    if matches!(options.format, ManifestFormat::Auto | ManifestFormat::Oci11) {
        options.artifact_type.get_or_insert_with(|| media_type::UNKNOWN_ARTIFACT.to_owned());
    }
    Ok(options)
}

/// Returns the media type of a config. One that nobody gave is not guessed from a file name: it would
/// become the artifact type.
fn config_media_type(config: &File) -> String {
    let guessed = || media_type_for(config.title.as_deref().unwrap_or_default().as_ref());
    match (&config.media_type, &config.content) {
        (Some(given), _) => given.clone(),
        // The caller described it, unless its type is only that of its title.
        (None, Content::Source(descriptor, _))
            if descriptor.media_type != media_type::OCTET_STREAM
                && descriptor.media_type != guessed() =>
        {
            descriptor.media_type.clone()
        }
        (None, _) => media_type::UNKNOWN_CONFIG.to_owned(),
    }
}

/// Checks that a manifest in the given format can have the parts, before any blob is sent.
fn check_format(options: &PushOptions) -> Result<()> {
    let mut builder = ManifestBuilder::new();
    if let Some(artifact_type) = &options.artifact_type {
        builder = builder.artifact_type(artifact_type);
    }
    if let Some(media_type) = options.config.as_ref().map(config_media_type) {
        builder = builder.config(Descriptor::of(media_type, EMPTY_JSON));
    }
    if options.subject.is_some() {
        builder = builder.subject(empty_descriptor());
    }
    builder.build(options.format).map(drop)
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
        .with_hint("push the referrer to the repository of its subject"));
    }
    let name = name_of(store, subject).await.map_err(|e| {
        let message = format!("the subject {}", e.message());
        e.with_message(message)
    })?;
    let resolved = store.resolve(&name).await.map_err(|e| match e.code() {
        Code::NotFound => {
            let message = format!("the subject {subject} does not exist: {}", e.message());
            e.with_message(message)
        }
        _ => e,
    })?;
    Ok(Some(resolved))
}

pub(super) fn same_place(a: &Location, b: &Location) -> bool {
    match (a, b) {
        (Location::Layout(a), Location::Layout(b)) => {
            let named = |c: &Component<'_>| *c != Component::CurDir;
            a.components().filter(named).eq(b.components().filter(named))
        }
        _ => a == b,
    }
}

/// The state that the uploads of one push share.
struct Uploads {
    store: Arc<dyn Store>,
    progress: Progress,
    large_blobs: LargeBlobLimiter,
    /// Limits the concurrent requests.
    requests: Semaphore,
}

impl Uploads {
    async fn prepare_and_send(&self, file: &File, options: &PushOptions) -> Result<PushedBlob> {
        let Prepared { mut descriptor, source } = prepare(file, options).await?;
        let _large = self.large_blobs.acquire(&descriptor).await;
        let _permit = self.requests.acquire().await;
        let outcome = match send(&*self.store, &descriptor, source, &self.progress).await {
            Err(e) if transfer::is_refused_empty_blob(&descriptor, &e) => {
                tracing::warn!(
                    error = %e,
                    "the registry does not store a blob without content, so the manifest has it alone; \
                     a client that asks the registry for it gets an error"
                );
                descriptor.data = Some(String::new());
                let outcome = Outcome::Uploaded;
                self.progress.report(Event::Finished { blob: &descriptor, outcome });
                outcome
            }
            result => result?,
        };
        Ok(PushedBlob { descriptor, outcome })
    }
}

/// Pushes one blob and reports its progress.
pub(crate) async fn send(
    store: &dyn Store,
    blob: &Descriptor,
    source: Arc<dyn Source>,
    progress: &Progress,
) -> Result<Outcome> {
    transfer::push_reported(store, blob, source, progress).await.map_err(|e| {
        // An error without an HTTP status comes from reading the source, not from the registry.
        let is_from_source = e.status().is_none() && e.hint().is_none();
        if is_from_source && matches!(e.code(), Code::DigestMismatch | Code::SizeMismatch) {
            let what = blob.title().unwrap_or(blob.digest.as_str());
            return e.with_hint(format!("do not change {what} during the push"));
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
            let guessed = file.title.as_ref().map(|title| media_type_for(title.as_ref()));
            let media_type = guessed.unwrap_or_else(|| media_type::OCTET_STREAM.into());
            let (descriptor, source) = Content::Bytes(bytes.clone()).into_blob(&media_type).await?;
            Prepared { descriptor, source }
        }
        Content::Source(descriptor, source) => {
            Prepared { descriptor: (**descriptor).clone(), source: Arc::clone(source) }
        }
        Content::Path(path) => prepare_path(path.clone(), file, options).await?,
    };
    if let Some(media_type) = &file.media_type {
        prepared.descriptor.media_type = media_type.clone();
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
        None => title_for(&path, options.allow_path_traversal)?,
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
            Prepared { descriptor, source: Arc::new(OpenFileSource::new(packed.file)) }
        } else if metadata.is_file() {
            let (descriptor, source) = file::describe(&path, media_type_for(&path))?;
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

/// Checks the artifact type, the media types and the annotation keys.
fn check_metadata(options: &PushOptions) -> Result<()> {
    if let Some(artifact_type) = &options.artifact_type {
        media_type::check_artifact_type(artifact_type)?;
    }
    let files = || options.files.iter().chain(&options.config);
    files().filter_map(|file| file.media_type.as_deref()).try_for_each(media_type::check)?;
    let mut keys =
        options.annotations.keys().chain(files().flat_map(|file| file.annotations.keys()));
    if keys.any(String::is_empty) {
        return Err(Error::new(Code::InvalidArgument, "an annotation key is empty"));
    }
    Ok(())
}

/// Checks that titles are safe and distinct. A pull would write two files with one title to the
/// same path.
fn check_titles(options: &PushOptions) -> Result<()> {
    let mut seen = HashSet::new();
    for file in &options.files {
        let Some(title) = title_of(file, options)? else { continue };
        check_title(&title, options.allow_path_traversal)?;
        if !seen.insert(title.clone()) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("two files have the title {title:?}"),
            )
            .with_hint("push each file once, or give the files different titles"));
        }
    }
    Ok(())
}

/// Returns the title that a file will have, or `None` for bytes without a title.
fn title_of(file: &File, options: &PushOptions) -> Result<Option<String>> {
    if let Some(title) = file.annotations.get(annotation::TITLE).or(file.title.as_ref()) {
        return Ok(Some(title.clone()));
    }
    match &file.content {
        Content::Path(path) => title_for(path, options.allow_path_traversal).map(Some),
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
            Error::new(Code::InvalidArgument, format!("SOURCE_DATE_EPOCH {epoch} is out of range"))
        })
}

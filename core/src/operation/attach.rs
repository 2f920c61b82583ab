//! Attaches files to an artifact: pushes them as a new artifact with that subject, without a tag.

use std::sync::Arc;

use derive_setters::Setters;

use crate::{
    content::{file::File, progress::Progress},
    operation::{
        named::named,
        push::{self, PushOptions, PushResult},
        select::select_manifest,
    },
    store::Store,
};
use ocigraph_types::{
    Annotations, Code, Error, ManifestFormat, Platform, Reference, Result, media_type,
};

pub(crate) const OPERATION: &str = "attach";

/// Options of [`Client::attach`](crate::Client::attach).
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let layout = dir.path().join("layout");
/// use ocigraph::{AttachOptions, Client, File, PushOptions};
///
/// let client = Client::new();
/// let image = format!("oci:{}:v1", layout.display()).parse()?;
/// client.push(&image, PushOptions::default()).await?;
/// let options = AttachOptions::default()
///     .files(vec![File::bytes("sbom.json", "{}")])
///     .artifact_type("application/vnd.example.sbom");
/// let attached = client.attach(&image, options).await?;
/// let graph = client.discover(&image, Default::default()).await?;
/// assert_eq!(graph.referrers(&graph.subject().digest)[0].digest, attached.descriptor.digest);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct AttachOptions {
    /// The content to attach: each file becomes one blob, in this order. Two files with the same
    /// title fail with [INVALID_ARGUMENT](crate::Code::InvalidArgument). Default: none.
    pub files: Vec<File>,
    /// The artifact type, for example `application/vnd.example.sbom`: see [image-spec v1.1.1,
    /// "Guidelines for Artifact Usage"][spec]. Default: none; it is required unless `config` is set.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Attaches to the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: attaches to the
    /// manifest that the reference names.
    pub platform: Option<Platform>,
    /// The annotations of the manifest. Default: none.
    pub annotations: Annotations,
    /// The config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given;
    /// without an artifact type, it is the type of the artifact. Its annotations are those of the
    /// config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
    pub config: Option<File>,
    /// The format of the manifest. Default: [`ManifestFormat::Auto`].
    pub format: ManifestFormat,
    /// Permits an artifact without files and annotations. Default: false; an attach without both then
    /// fails with [INVALID_ARGUMENT](crate::Code::InvalidArgument).
    pub allow_empty: bool,
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

/// Packs files, directories and bytes into one artifact and attaches it to what `reference` names:
/// the artifact becomes a referrer of it. The artifact has no tag. Blobs that exist already are not
/// sent.
///
/// # Errors
/// [`Code::InvalidArgument`] if there is neither a file nor an annotation nor `allow_empty`, or
/// neither an artifact type nor a config; [`Code::NotFound`] if `reference` names nothing or a file does not exist;
/// [`Code::UnsafePath`] if a title leads out of the directory of a later pull.
pub async fn attach(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: AttachOptions,
) -> Result<PushResult> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: AttachOptions,
) -> Result<PushResult> {
    let is_typed = |config: &File| config.media_type.as_deref() != Some(media_type::EMPTY);
    if options.artifact_type.is_none() && !options.config.as_ref().is_some_and(is_typed) {
        return Err(Error::new(Code::InvalidArgument, "missing artifact type")
            .with_hint("set an artifact type, for example sbom/example"));
    }
    if options.files.is_empty() && options.annotations.is_empty() && !options.allow_empty {
        return Err(Error::new(Code::InvalidArgument, "there is no file to attach")
            .with_hint("name a file, add an annotation, or allow an artifact that is empty"));
    }
    let subject = match &options.platform {
        None => reference.clone(),
        Some(platform) => {
            let image = select_manifest(&*store, reference, Some(platform)).await?;
            reference.at(image.digest().clone())
        }
    };
    let artifact = PushOptions {
        files: options.files,
        artifact_type: options.artifact_type,
        subject: Some(subject),
        annotations: options.annotations,
        config: options.config,
        artifact_platform: None,
        format: options.format,
        allow_path_traversal: options.allow_path_traversal,
        source_date_epoch: options.source_date_epoch,
        concurrency: options.concurrency,
        progress: options.progress,
    };
    push::run(store, &Reference::new(reference.location().clone()), artifact).await
}

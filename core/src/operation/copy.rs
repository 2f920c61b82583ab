//! Copies an artifact, or its whole graph, from one store to another.
//!
//! The copy starts while the graph is still being discovered. It writes a manifest once everything
//! the manifest refers to exists at the destination, and tags last. So an interrupted copy leaves a
//! smaller graph that is complete. Manifests and blobs are passed on byte for byte.

mod context;
mod kept_tag;
mod limits;
mod listed;
mod options;
mod platforms;
mod roots;
mod stats;
mod walk;

use serde::Serialize;
use std::sync::Arc;

use context::CopyContext;
pub(crate) use context::SharedBlobs;
pub use kept_tag::KeptTag;
pub(crate) use limits::SharedLimits;
use listed::check_listed;
pub use options::CopyOptions;
pub use stats::CopiedBlobs;
use walk::Walk;
#[cfg(feature = "layout")]
pub(crate) use {
    roots::{CopiedRoots, copy_roots, tag_roots},
    walk::Root,
};

use crate::{
    operation::{
        named::named,
        select::{Selected, select_with_attestations},
    },
    store::{ReadStore, Store},
};
use ocigraph_types::{
    Code, Descriptor, Error, ListProblem, Reference, Result, serialize_descriptor,
    serialize_descriptors,
};

/// The result of [`Client::copy`](crate::Client::copy).
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CopyReport {
    /// The source, as a reference by digest.
    pub source: crate::Reference,
    /// The destination, as a reference by digest.
    pub destination: crate::Reference,
    /// The descriptor of the manifest that the source names.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags that the manifest got at the destination.
    pub tags: Vec<String>,
    /// Number of manifests written. Manifests that the destination had already are not counted.
    pub manifests: usize,
    /// Numbers of blobs, by outcome.
    pub blobs: CopiedBlobs,
    /// Number of bytes of all manifests and blobs written.
    pub bytes: u64,
    /// The referrers that the source lists and does not have: clients can delete a referrer without its
    /// entry in the list. The copy has all others.
    #[serde(serialize_with = "serialize_descriptors")]
    pub missing: Vec<Descriptor>,
    /// The tags that have the digest of a manifest, as cosign writes them, and were not copied: at the
    /// destination they name other content, which the copy would lose; or the destination refused to
    /// change them; or the source has lost their manifests. Each names something that the destination
    /// lacks.
    pub kept_tags: Vec<KeptTag>,
}

pub(crate) const OPERATION: &str = "copy";

/// Copies what `source` names in `from`, or its whole graph, to `to`, and sets the tags of
/// `destination` there. Content that `to` has is not sent. With `destination_client`, blobs are not
/// mounted.
///
/// # Errors
/// [NOT_FOUND](crate::Code::NotFound) if `source` names nothing, or if content of the graph does
/// not exist.
pub async fn copy(
    from: Arc<dyn ReadStore>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
) -> Result<CopyReport> {
    named(
        OPERATION,
        format!("{source} to {destination}"),
        run(from, source, to, destination, options),
    )
    .await
}

async fn run(
    from: Arc<dyn ReadStore>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
) -> Result<CopyReport> {
    let limits = SharedLimits::new(options.concurrency);
    let beside = Beside { limits: &limits, blobs: SharedBlobs::default(), tags: None };
    copy_beside(from, source, to, destination, options, beside).await
}

/// What copies share that run concurrently.
pub(crate) struct Beside<'a> {
    pub(crate) limits: &'a SharedLimits,
    /// The blobs of copies from one repository to another.
    pub(crate) blobs: SharedBlobs,
    /// The tags of the source, if they are known: at least those that have the digest of a manifest.
    pub(crate) tags: Option<&'a [String]>,
}

/// Copies like [`copy`], beside other copies.
pub(crate) async fn copy_beside(
    from: Arc<dyn ReadStore>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
    beside: Beside<'_>,
) -> Result<CopyReport> {
    destination.check_tags()?;
    let selected = selected(from.as_ref(), source, &options).await?;
    let Selected { manifest: root, attestations } = selected;
    if let Some(expected) = destination.digest().filter(|digest| *digest != root.digest()) {
        return Err(Error::new(
            Code::DigestMismatch,
            format!("the source has the digest {}, not {expected}", root.digest()),
        )
        .with_hint("remove the digest from the destination"));
    }
    let recursive = options.recursive;
    let limits = beside.limits.clone();
    let context =
        CopyContext::with_limits(from, to, options, limits, beside.tags).sharing(beside.blobs);
    if recursive {
        check_listed(context.from.as_ref(), context.max_requests()).await?;
    }
    let tags = destination.tags();
    if recursive && root.is_index() {
        context.prepare_for_index().await;
    }
    let walked = Walk::new(&context).run(root.clone(), attestations, tags).await?;
    // Users assume that a tag names a complete graph, so an incomplete one gets no tag.
    ListProblem::check_complete(&walked.problems)?;
    if recursive && !tags.is_empty() {
        context.to.push_manifest(&root, tags).await?;
    }
    let stats = context.into_stats();
    let blobs = stats.blobs();
    Ok(CopyReport {
        source: source.at(root.digest().clone()),
        destination: destination.at(root.digest().clone()),
        descriptor: root.descriptor(),
        tags: tags.to_vec(),
        manifests: stats.manifests,
        blobs,
        bytes: stats.bytes,
        missing: walked.missing,
        kept_tags: walked.kept_tags,
    })
}

/// Selects the manifest to copy.
pub(crate) async fn selected(
    from: &dyn ReadStore,
    source: &Reference,
    options: &CopyOptions,
) -> Result<Selected> {
    let platforms = platforms::parse(&options.index_platforms)?;
    match (options.platform.as_ref(), platforms.as_slice()) {
        (platform, []) => select_with_attestations(from, source, platform).await,
        (Some(_), [..]) => {
            Err(Error::new(Code::InvalidArgument, "there are a platform and a list of platforms")
                .with_hint("give one of them"))
        }
        (None, [one]) => select_with_attestations(from, source, Some(one)).await,
        (None, several) => {
            let index = platforms::index_of(from, source, several, options.recursive).await?;
            Ok(Selected { manifest: index, attestations: Vec::new() })
        }
    }
}

//! A copy of several roots from one store to another, for operations that set tags only after the
//! content of all of them, or of several repositories, was copied.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    context::CopyContext,
    kept_tag::KeptTag,
    limits::SharedLimits,
    listed::check_listed,
    options::CopyOptions,
    stats::CopiedBlobs,
    walk::{Root, Walk},
};
use crate::{
    operation::read::fetch_manifest,
    store::{ReadStore, Store},
};
use ocigraph_types::{Code, Descriptor, Digest, ListProblem, Result, TagOrDigest};

/// What a copy of several roots has written.
#[derive(Debug, Default)]
pub(crate) struct CopiedRoots {
    /// The roots, and the manifests of the tags that cosign derives from a digest, each with its tags.
    pub(crate) roots: BTreeMap<Digest, (Descriptor, Vec<String>)>,
    pub(crate) manifests: usize,
    pub(crate) blobs: CopiedBlobs,
    pub(crate) bytes: u64,
    /// Referrers that the source lists and does not have.
    pub(crate) missing: Vec<Descriptor>,
    pub(crate) kept_tags: Vec<KeptTag>,
}

/// Copies the graphs of all roots, and sets no tags. `all_tags` are all tags of the source, if they
/// were listed.
pub(crate) async fn copy_roots(
    from: Arc<dyn ReadStore>,
    to: Arc<dyn Store>,
    roots: Vec<Root>,
    options: CopyOptions,
    limits: SharedLimits,
    all_tags: Option<&[String]>,
) -> Result<CopiedRoots> {
    let recursive = options.recursive;
    let context = CopyContext::with_limits(from, to, options, limits, all_tags);
    if recursive {
        check_listed(context.from.as_ref(), context.max_requests()).await?;
        context.prepare_for_index().await;
    }
    let mut walked = Walk::new(&context).run_roots(roots).await?;
    ListProblem::check_complete(&walked.problems)?;
    let kept = walked.kept_tags.iter().map(|kept| &kept.tag).chain(&walked.covered_tags);
    let kept: HashSet<&String> = kept.collect();
    walked.roots.values_mut().for_each(|(_, tags)| tags.retain(|tag| !kept.contains(tag)));
    let stats = context.into_stats();
    Ok(CopiedRoots {
        roots: walked.roots,
        manifests: stats.manifests,
        blobs: stats.blobs(),
        bytes: stats.bytes,
        missing: walked.missing,
        kept_tags: walked.kept_tags,
    })
}

/// Sets the tags of roots that were copied. Reads the manifests from `from`, if it is given and has
/// them, and else from `to`.
pub(crate) async fn tag_roots(
    from: Option<&dyn ReadStore>,
    to: &dyn Store,
    roots: &BTreeMap<Digest, (Descriptor, Vec<String>)>,
    limits: &SharedLimits,
) -> Result<()> {
    let tagged = roots.values().filter(|(_, tags)| !tags.is_empty());
    let each = tagged.map(|(root, tags)| async move {
        let _permit = limits.requests.acquire().await;
        let Some(from) = from else { return to.tag(root, tags).await };
        match fetch_manifest(from, &TagOrDigest::from(root)).await {
            Ok(manifest) => to.push_manifest(&manifest, tags).await,
            Err(e) if e.code() == Code::NotFound => to.tag(root, tags).await,
            Err(e) => Err(e),
        }
    });
    let each: Vec<_> = each.collect();
    stream::iter(each).buffer_unordered(limits.requests.max()).try_collect::<()>().await
}

//! The untagged manifests that a source lists, which may belong to the graph.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{operation::read::fetch_manifest, store::ReadStore};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, TagOrDigest};

/// Fails if an untagged manifest of the source cannot be read. Its subject is unknown then, so it
/// may belong to the graph, with its own referrers.
pub(super) async fn check_listed(from: &dyn ReadStore, max_requests: usize) -> Result<()> {
    let listed = from.list_untagged().await?;
    let read = listed.into_iter().map(|listed| async move {
        match fetch_manifest(from, &TagOrDigest::from(&listed)).await {
            Ok(_) => Ok(None),
            // `verify` names it. If it has a subject, the list of that subject's referrers has a problem.
            Err(e) if is_odd_entry(&listed, &e) => {
                tracing::warn!(error = %e, "passing over an entry of the source's list");
                Ok(None)
            }
            Err(e) if e.code() == Code::NotFound => Ok(Some((listed, e))),
            Err(e) => Err(unread_listed(&listed, &e)),
        }
    });
    let mut read = stream::iter(read).buffer_unordered(max_requests);
    let mut missing = Vec::new();
    while let Some(one) = read.try_next().await? {
        missing.extend(one);
    }
    if missing.is_empty() {
        return Ok(());
    }
    // Another process may have deleted it after the list was read.
    let still_listed: HashSet<Digest> =
        from.list_untagged().await?.into_iter().map(|listed| listed.digest).collect();
    match missing.iter().find(|(listed, _)| still_listed.contains(&listed.digest)) {
        Some((listed, e)) => Err(unread_listed(listed, e)),
        None => Ok(()),
    }
}

fn unread_listed(listed: &Descriptor, error: &Error) -> Error {
    let message = format!(
        "the graph may be incomplete, because the listed manifest {} cannot be read: {}",
        listed.digest,
        error.message()
    );
    Error::new(error.code(), message)
        .with_hint("`ocigraph verify` shows the damage; repair it, or copy without --recursive")
}

/// Returns true if a listed manifest does not exist, is not a manifest, or has another size than the
/// list says. A missing one with an artifact type may be a referrer that was lost.
fn is_odd_entry(listed: &Descriptor, error: &Error) -> bool {
    match error.code() {
        Code::NotFound => listed.artifact_type.is_none(),
        Code::InvalidManifest | Code::SizeMismatch => true,
        // A Docker schema 1 manifest, or a digest of an unknown algorithm.
        Code::Unsupported => error.status().is_none(),
        _ => false,
    }
}

//! The deletion of a manifest, and of what goes with it in the registry that is imitated.

use std::collections::HashSet;

use ocigraph::{
    Descriptor, Digest, Layout, ManifestDeletion, ReadStore as _, Result, Store as _, TagOrDigest,
    annotation, media_type,
};

use crate::habits::Habits;

/// Maximum number of manifests that go with another one.
const MAX: usize = 10_000;

/// Deletes a manifest. CONFLICT if an index lists it, unless the registry deletes it nevertheless.
pub(crate) async fn delete(habits: &Habits, layout: &Layout, digest: &Digest) -> Result<()> {
    if habits.keeps_content {
        keep_content(layout, digest).await;
    }
    match habits.listed_delete {
        None => layout.delete_listed_manifest(digest).await,
        Some(_) => delete_unlisted(layout, digest).await,
    }
}

/// Returns what the registry deletes with a manifest: its referrers, and theirs, and the children of an
/// index without a tag.
pub(crate) async fn found(habits: &Habits, layout: &Layout, digest: &Digest) -> Vec<Digest> {
    let tagged = match habits.deletes_children {
        true => tagged(layout).await,
        false => HashSet::new(),
    };
    let (mut with_it, mut seen) = (vec![digest.clone()], HashSet::from([digest.clone()]));
    let mut next = 0;
    while let Some(digest) = with_it.get(next).cloned()
        && with_it.len() < MAX
    {
        next += 1;
        let mut more: Vec<Digest> = Vec::new();
        if habits.deletes_referrers
            && let Ok(referrers) = layout.referrers(&digest, None).await
        {
            more.extend(referrers.entries.into_iter().map(|referrer| referrer.digest));
        }
        if habits.deletes_children
            && let Ok(manifest) = layout.fetch_any_manifest(&TagOrDigest::Digest(digest)).await
        {
            let children = manifest.manifests().iter().map(|child| child.digest.clone());
            more.extend(children.filter(|child| !tagged.contains(child)));
        }
        with_it.extend(more.into_iter().filter(|digest| seen.insert(digest.clone())));
    }
    with_it.remove(0);
    with_it
}

/// Deletes what goes with a deleted manifest, except what another index lists.
pub(crate) async fn delete_rest(layout: &Layout, with_it: Vec<Digest>) {
    for digest in with_it {
        if let Err(error) = delete_unlisted(layout, &digest).await {
            tracing::debug!(%error, %digest, "a manifest stays after one that it belongs to");
        }
    }
}

async fn delete_unlisted(layout: &Layout, digest: &Digest) -> Result<()> {
    let deletion = ManifestDeletion {
        manifest: Descriptor::new(media_type::OCI_MANIFEST, digest.clone(), 0),
        subject: None,
        subject_retained: false,
        tags: Vec::new(),
    };
    layout.delete_manifests(&[deletion], 1).await.into_iter().collect()
}

/// Keeps the blobs of a manifest for a while, as for a client that has pushed them.
async fn keep_content(layout: &Layout, digest: &Digest) {
    let named = TagOrDigest::Digest(digest.clone());
    let Ok(manifest) = layout.fetch_any_manifest(&named).await else { return };
    for blob in manifest.content() {
        let _ = layout.has_blob(blob).await;
    }
}

async fn tagged(layout: &Layout) -> HashSet<Digest> {
    let entries = layout.list_entries().await.map(|list| list.entries).unwrap_or_default();
    let tagged = entries.into_iter().filter(|e| e.annotations.contains_key(annotation::REF_NAME));
    tagged.map(|entry| entry.digest).collect()
}

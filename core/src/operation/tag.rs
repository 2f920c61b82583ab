//! Tags of a manifest: set and remove them.
//!
//! A tag is set by pushing the manifest's own bytes again under another name. Nothing is deleted.

use crate::{operation::named::named, store::Store};
use ocigraph_types::{Code, Descriptor, Error, Location, Reference, Result};

pub(crate) const TAG: &str = "tag";
pub(crate) const UNTAG: &str = "untag";

/// Points `tags` at the manifest that `reference` names, and returns its descriptor.
///
/// # Errors
/// [`Code::InvalidArgument`] if `tags` is empty, [`Code::InvalidReference`] if a tag is invalid,
/// [`Code::NotFound`] if `reference` names nothing.
pub async fn tag(store: &dyn Store, reference: &Reference, tags: &[String]) -> Result<Descriptor> {
    named(TAG, reference, async {
        if tags.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "there is no tag to set"));
        }
        for tag in tags {
            reference.location().check_tag(tag)?;
        }
        let descriptor = store.resolve(&reference.name()?).await?;
        store.tag(&descriptor, tags).await?;
        Ok(descriptor)
    })
    .await
}

/// Removes the tags of `reference`. The manifest stays. In an image layout, a tag can end with a
/// digest: `v1@sha256:…` is such a tag if the layout has it, and otherwise the tag `v1`.
///
/// # Errors
/// [`Code::InvalidReference`] if `reference` has no tag, [`Code::NotFound`] if a tag does not
/// exist, [`Code::Unsupported`] if the registry removes a tag only with its manifest. If some tags
/// were removed before the failure, the hint names them.
pub async fn untag(store: &dyn Store, reference: &Reference) -> Result<()> {
    named(UNTAG, reference, async {
        let tags = tags_to_remove(store, reference).await?;
        if tags.is_empty() {
            return Err(Error::new(Code::InvalidReference, "the reference has no tag to remove"));
        }
        for (i, tag) in tags.iter().enumerate() {
            store.untag(tag).await.map_err(|e| match &tags[..i] {
                [] => e,
                removed => e.with_hint(format!(
                    "{} of the {} tags are removed: {}",
                    removed.len(),
                    tags.len(),
                    removed.join(", ")
                )),
            })?;
        }
        Ok(())
    })
    .await
}

/// Returns the tags of a reference. containerd names an image that it has by digest `@sha256:…`, or
/// `v1@sha256:…`, and a reference with such a tag has a digest.
async fn tags_to_remove(store: &dyn Store, reference: &Reference) -> Result<Vec<String>> {
    let tags = reference.tags().to_vec();
    let (Location::Layout(_), Some(digest)) = (reference.location(), reference.digest()) else {
        return Ok(tags);
    };
    let listed = store.tags().await?.entries;
    let with_digest = |tag: &str| Some(format!("{tag}@{digest}")).filter(|t| listed.contains(t));
    if tags.is_empty() {
        return Ok(with_digest("").into_iter().collect());
    }
    Ok(tags.into_iter().map(|tag| with_digest(&tag).unwrap_or(tag)).collect())
}

//! Tags of a manifest: set and remove them.
//!
//! A tag is set by pushing the manifest's own bytes again under another name. Nothing is deleted.

use crate::{
    operation::{named::named, select::name_of},
    store::Store,
};
use ocigraph_types::{Code, Descriptor, Error, Reference, Result, check_tag};

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
            check_tag(tag)?;
        }
        let descriptor = store.resolve(&name_of(store, reference).await?).await?;
        store.tag(&descriptor, tags).await?;
        Ok(descriptor)
    })
    .await
}

/// Removes the tags of `reference`. The manifest stays.
///
/// # Errors
/// [`Code::InvalidReference`] if `reference` has no tag, [`Code::NotFound`] if a tag does not
/// exist, [`Code::Unsupported`] if the registry removes a tag only with its manifest. If some tags
/// were removed before the failure, the hint names them.
pub async fn untag(store: &dyn Store, reference: &Reference) -> Result<()> {
    named(UNTAG, reference, async {
        if reference.tags().is_empty() {
            return Err(Error::new(Code::InvalidReference, "the reference has no tag to remove"));
        }
        for (i, tag) in reference.tags().iter().enumerate() {
            store.untag(tag).await.map_err(|e| match &reference.tags()[..i] {
                [] => e,
                removed => e.with_hint(format!(
                    "{} of the {} tags are removed: {}",
                    removed.len(),
                    reference.tags().len(),
                    removed.join(", ")
                )),
            })?;
        }
        Ok(())
    })
    .await
}

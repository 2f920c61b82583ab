//! Tags of a manifest: set and remove them.
//!
//! A tag is set by pushing the manifest's own bytes again under another name. Nothing is deleted.

use crate::{
    operation::{named::named, select::name_of},
    store::Store,
};
use derive_setters::Setters;
use ocigraph_types::{Code, Descriptor, Digest, Error, Location, Reference, Result, TagOrDigest};

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
        let descriptor = store.resolve(&name_of(store, reference).await?).await?;
        store.tag(&descriptor, tags).await?;
        Ok(descriptor)
    })
    .await
}

/// Options of [`Client::untag`](crate::Client::untag).
///
/// ```
/// let options = ocigraph::UntagOptions::default().if_exists(true);
/// assert!(options.if_exists);
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct UntagOptions {
    /// Ignores a tag that does not exist. Default: false; such a tag then fails with
    /// [NOT_FOUND](crate::Code::NotFound).
    pub if_exists: bool,
}

/// Removes the tags of `reference`. The manifest stays. With a digest in `reference`, removes only
/// tags that name this digest. In an image layout, a tag can end with a digest: `v1@sha256:…` is such
/// a tag if the layout has it.
///
/// # Errors
/// [`Code::InvalidReference`] if `reference` has no tag, [`Code::NotFound`] if a tag does not
/// exist, [`Code::DigestMismatch`] if `reference` has a digest that a tag does not name,
/// [`Code::Unsupported`] if the registry removes a tag only with its manifest. If some tags were
/// removed before the failure, the hint names them.
pub async fn untag(store: &dyn Store, reference: &Reference, options: &UntagOptions) -> Result<()> {
    named(UNTAG, reference, async {
        let tags = tags_to_remove(store, reference).await?;
        if tags.is_empty() {
            return Err(Error::new(Code::InvalidReference, "the reference has no tag to remove"));
        }
        let mut removed: Vec<&str> = Vec::new();
        for (tag, expected) in &tags {
            match remove(store, tag, expected.as_ref(), options).await {
                Ok(true) => removed.push(tag),
                Ok(false) => {}
                Err(e) if removed.is_empty() => return Err(e),
                Err(e) => {
                    return Err(e.with_hint(format!(
                        "{} of the {} tags are removed: {}",
                        removed.len(),
                        tags.len(),
                        removed.join(", ")
                    )));
                }
            }
        }
        Ok(())
    })
    .await
}

/// Returns the tags of a reference, each with the digest that it must name. containerd names an image
/// that it has by digest `@sha256:…`, or `v1@sha256:…`, and a reference with such a tag has a digest.
async fn tags_to_remove(
    store: &dyn Store,
    reference: &Reference,
) -> Result<Vec<(String, Option<Digest>)>> {
    let expected = reference.digest();
    let plain = |tag: String| (tag, expected.cloned());
    let tags = reference.tags().to_vec();
    let (Location::Layout(_), Some(digest)) = (reference.location(), expected) else {
        return Ok(tags.into_iter().map(plain).collect());
    };
    let listed = store.tags().await?.entries;
    let with_digest = |tag: &str| {
        let name = format!("{tag}@{digest}");
        listed.contains(&name).then_some((name, None))
    };
    if tags.is_empty() {
        return Ok(with_digest("").into_iter().collect());
    }
    Ok(tags.into_iter().map(|tag| with_digest(&tag).unwrap_or_else(|| plain(tag))).collect())
}

/// Removes one tag. Returns false if it does not exist and the options allow that.
pub(crate) async fn remove(
    store: &dyn Store,
    tag: &str,
    expected: Option<&Digest>,
    options: &UntagOptions,
) -> Result<bool> {
    let removed = async {
        if let Some(expected) = expected {
            let named = store.resolve(&TagOrDigest::Tag(tag.to_owned())).await?.digest;
            if named != *expected {
                let message = format!("the tag {tag} names {named}, not {expected}");
                return Err(Error::new(Code::DigestMismatch, message));
            }
        }
        store.untag(tag).await
    };
    match removed.await {
        Ok(()) => Ok(true),
        Err(e) if options.if_exists && e.code() == Code::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

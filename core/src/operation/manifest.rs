//! Single manifests: resolve, fetch, push and delete one, and nothing else.

use crate::{
    operation::{
        named::named,
        read::check_digest,
        select::{check_names_deleted, name_of, select_manifest},
    },
    store::{ManifestDeletion, ReadStore, Store},
};
use derive_setters::Setters;
use ocigraph_types::{
    Code, Descriptor, Error, Manifest, Platform, Reference, Result, excerpt, media_type,
};

pub(crate) const RESOLVE: &str = "resolve";
pub(crate) const FETCH: &str = "fetch manifest";
pub(crate) const PUSH: &str = "push manifest";
pub(crate) const DELETE: &str = "delete manifest";

/// Options of [`resolve`] and [`fetch_manifest`].
///
/// ```
/// let options = ocigraph::ResolveOptions::default().platform("linux/arm64".parse()?);
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct ResolveOptions {
    /// Selects, in an index, the image for this platform. Default: the index itself.
    pub platform: Option<Platform>,
    /// The media types that the manifest may have. A registry is asked for these alone, and can refuse
    /// others. A manifest of another media type fails with [NOT_FOUND](crate::Code::NotFound). Default:
    /// none, which accepts every media type.
    pub media_types: Vec<String>,
}

impl ResolveOptions {
    /// Sets `platform`, or leaves it unset for `None`.
    pub fn for_platform(platform: Option<Platform>) -> Self {
        Self { platform, ..Self::default() }
    }
}

/// Returns the descriptor of what `reference` names. With a platform, the descriptor of the image
/// for that platform in the index that `reference` names.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, if the index has no image for the platform, or if
/// the manifest has another media type.
pub async fn resolve(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &ResolveOptions,
) -> Result<Descriptor> {
    named(RESOLVE, reference, async {
        let wanted = Wanted::new(&options.media_types)?;
        if options.platform.is_some() {
            let manifest = select_manifest(store, reference, options.platform.as_ref()).await?;
            wanted.check(manifest.media_type())?;
            return Ok(manifest.plain_descriptor());
        }
        let name = name_of(store, reference).await?;
        let Wanted([_, ..]) = wanted else { return store.resolve(&name).await };
        let resolved = store.resolve_as(&name, wanted.0).await.map_err(|e| wanted.explain(e))?;
        wanted.check(&resolved.media_type)?;
        Ok(resolved)
    })
    .await
}

/// Returns the manifest that `reference` names, byte for byte as it is stored; without a platform, also
/// one that cannot be parsed. With a platform, the
/// manifest of the image for that platform in the index that `reference` names.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, if the index has no image for the platform, or if
/// the manifest has another media type; [`Code::DigestMismatch`] if the content does not have its digest.
pub async fn fetch_manifest(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &ResolveOptions,
) -> Result<Manifest> {
    named(FETCH, reference, async {
        let wanted = Wanted::new(&options.media_types)?;
        if options.platform.is_some() {
            let manifest = select_manifest(store, reference, options.platform.as_ref()).await?;
            wanted.check(manifest.media_type())?;
            return Ok(manifest);
        }
        let name = name_of(store, reference).await?;
        let manifest = match wanted {
            Wanted([]) => store.fetch_any_manifest(&name).await?,
            Wanted(media_types) => store
                .fetch_any_manifest_as(&name, media_types)
                .await
                .map_err(|e| wanted.explain(e))?,
        };
        check_digest(&manifest, &name)?;
        wanted.check(manifest.media_type())?;
        Ok(manifest)
    })
    .await
}

/// The media types that a manifest may have. None means all.
#[derive(Clone, Copy)]
struct Wanted<'a>(&'a [String]);

impl<'a> Wanted<'a> {
    fn new(media_types: &'a [String]) -> Result<Self> {
        media_types.iter().try_for_each(|text| media_type::check(text))?;
        Ok(Self(media_types))
    }

    fn check(self, actual: &str) -> Result<()> {
        let is_actual =
            |wanted: &String| media_type::essence(wanted) == media_type::essence(actual);
        if self.0.is_empty() || self.0.iter().any(is_actual) {
            return Ok(());
        }
        let message = format!(
            "the manifest has the media type {:?}, and not {}",
            excerpt(actual),
            self.0.join(" or ")
        );
        Err(Error::new(Code::NotFound, message)
            .with_hint("ask for the media type that it has, or for every one (no --media-type)"))
    }

    /// Adds to the refusal of a registry what it was asked for.
    fn explain(self, error: Error) -> Error {
        if error.code() != Code::NotFound {
            return error;
        }
        let message = format!("{} as {}", error.message(), self.0.join(" or "));
        error.with_message(message)
    }
}

/// Stores `manifest` byte for byte under its digest and under the tags of `reference`.
///
/// # Errors
/// [`Code::DigestMismatch`] if `reference` has a digest that is not the manifest's.
pub async fn push_manifest(
    store: &dyn Store,
    reference: &Reference,
    manifest: &Manifest,
) -> Result<()> {
    named(PUSH, reference, async {
        reference.check_tags()?;
        if let Some(problem) = manifest.problem() {
            return Err(problem.clone().into());
        }
        check_named(reference, manifest)?;
        store.push_manifest(manifest, reference.tags()).await
    })
    .await
}

/// Fails with DIGEST_MISMATCH if `reference` has a digest that is not the manifest's.
pub(super) fn check_named(reference: &Reference, manifest: &Manifest) -> Result<()> {
    match reference.digest() {
        Some(expected) if expected != manifest.digest() => Err(Error::new(
            Code::DigestMismatch,
            format!("the manifest's digest is {}", manifest.digest()),
        )),
        _ => Ok(()),
    }
}

/// Deletes `manifest`, which `reference` named when it was fetched, with the tags of `reference`.
/// Its referrers stay.
///
/// # Errors
/// [`Code::Unsupported`] or [`Code::Forbidden`] if the registry refuses to delete.
pub async fn delete_manifest(
    store: &dyn Store,
    reference: &Reference,
    manifest: &Manifest,
) -> Result<()> {
    named(DELETE, reference, async {
        check_names_deleted(store, reference).await?;
        let subject = manifest.subject().map(|subject| subject.digest.clone());
        let deletion = ManifestDeletion {
            manifest: manifest.descriptor(),
            subject_retained: subject.is_some(),
            subject,
            tags: reference.tags().to_vec(),
        };
        store.delete_manifests(&[deletion], 1).await.into_iter().collect()
    })
    .await
}

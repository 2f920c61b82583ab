//! Operations on single manifests, from the arguments of C to those of the core.

use ocigraph::{Bytes, Client, Descriptor, Manifest, Reference, ResolveOptions, Result};

/// Pushes the bytes of a manifest and returns its descriptor.
pub(crate) async fn push_manifest(
    core: &Client,
    reference: &Reference,
    media_type: Option<String>,
    content: Bytes,
) -> Result<Descriptor> {
    let manifest = Manifest::parse(content, media_type.as_deref(), reference.algorithm()?)
        .map_err(|e| e.with_operation("push manifest", reference))?;
    core.push_manifest(reference, &manifest).await?;
    Ok(manifest.descriptor())
}

/// Deletes a manifest and returns its descriptor.
pub(crate) async fn delete_manifest(core: &Client, reference: &Reference) -> Result<Descriptor> {
    let manifest = core.fetch_manifest(reference, ResolveOptions::default()).await?;
    core.delete_manifest(reference, &manifest).await?;
    Ok(manifest.descriptor())
}

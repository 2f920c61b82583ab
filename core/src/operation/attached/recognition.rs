//! Recognizes attached manifests: reads as much of them as their entries in lists do not say.

use crate::{
    operation::read::{fetch_manifest, read_small},
    store::ReadStore,
};
use ocigraph_types::{Attachment, Edge, Manifest, Result, Statement, TagOrDigest, Unread};

/// Maximum bytes of a layer that is read for its predicate type. An SBoM in an envelope has some
/// megabytes.
const MAX_STATEMENT: u64 = 64 << 20;

/// Recognizes a manifest by its entry in a list, and reads the manifest if that does not suffice.
/// Keeps what the entry says if the manifest cannot be read.
pub(crate) async fn recognize(
    store: &dyn ReadStore,
    edge: &Edge,
    known: Option<&Manifest>,
) -> Result<Attachment> {
    let listed = Attachment::of_listed(edge.kind, &edge.descriptor);
    if let Some(manifest) = known {
        return Ok(Attachment::of_manifest(edge, manifest));
    }
    if *listed.unread() == Unread::Nothing {
        return Ok(listed);
    }
    match fetch_manifest(store, &TagOrDigest::from(&edge.descriptor)).await {
        Ok(manifest) => Ok(Attachment::of_manifest(edge, &manifest)),
        Err(e) if e.is_of_one_manifest() => {
            tracing::debug!(digest = %edge.descriptor.digest, error = %e, "not recognized");
            Ok(listed)
        }
        Err(e) => Err(e),
    }
}

/// Reads the layers that name predicate types nowhere else. Returns what could not be read.
pub(crate) async fn read_statements(
    store: &dyn ReadStore,
    attachment: &mut Attachment,
) -> Result<Option<String>> {
    let layers = match attachment.unread() {
        Unread::Layers(layers) => layers.clone(),
        Unread::Manifest => return Ok(Some("the manifest cannot be read".to_owned())),
        _ => return Ok(None),
    };
    let mut unread = None;
    for layer in layers {
        match read_small(store, &layer, MAX_STATEMENT).await {
            Ok(bytes) => attachment.add_statement(Statement::read(&bytes).as_ref()),
            Err(e) if e.is_of_one_manifest() => unread = Some(e.message().to_owned()),
            Err(e) => return Err(e),
        }
    }
    Ok(unread)
}

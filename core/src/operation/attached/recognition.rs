//! Recognizes attached manifests: reads as much of them as their entries in lists do not say.

use std::collections::HashSet;

use tokio::sync::Semaphore;

use crate::{
    blocking::spawn_blocking,
    operation::read::{fetch_manifest, read_small},
    store::ReadStore,
};
use ocigraph_types::{
    Attachment, Code, Descriptor, Edge, Manifest, Result, Statement, TagOrDigest, Unread,
};

/// Maximum bytes of all statements of one manifest that are read for their predicate types. An SBoM in
/// an envelope has some megabytes.
const MAX_STATEMENTS: u64 = 64 << 20;

/// Statements of at least this many bytes are large. One of them is in memory at a time.
const LARGE: u64 = 256 << 10;

/// The memory that a statement takes while it is read, in bytes for each of its bytes: its text, its
/// payload, and the payload decoded.
const READING: usize = 3;

/// Recognizes a manifest by its entry in a list. `None` if the manifest has to be read too, as
/// [`recognize`] does.
pub(crate) fn recognize_listed(edge: &Edge, thoroughly: bool) -> Option<Attachment> {
    let listed = Attachment::of_listed(edge.kind, &edge.descriptor);
    let suffices = *listed.unread() == Unread::Nothing && (listed.is_recognized() || !thoroughly);
    suffices.then_some(listed)
}

/// Recognizes a manifest by its entry in a list, and reads the manifest if that does not suffice: also
/// if the entry follows no known convention and `thoroughly` is set. Keeps what the entry says if the
/// manifest cannot be read.
pub(crate) async fn recognize(
    store: &dyn ReadStore,
    edge: &Edge,
    known: Option<&Manifest>,
    thoroughly: bool,
) -> Result<Attachment> {
    if let Some(manifest) = known {
        return Ok(Attachment::of_manifest(edge, manifest));
    }
    if let Some(listed) = recognize_listed(edge, thoroughly) {
        return Ok(listed);
    }
    match fetch_manifest(store, &TagOrDigest::from(&edge.descriptor)).await {
        Ok(manifest) => Ok(Attachment::of_manifest(edge, &manifest)),
        Err(e) if e.is_of_one_manifest() => {
            tracing::debug!(digest = %edge.descriptor.digest, error = %e, "not recognized");
            let listed = Attachment::of_listed(edge.kind, &edge.descriptor);
            Ok(match e.code() {
                // A manifest that does not exist says nothing more.
                Code::NotFound => listed,
                Code::Unauthorized | Code::Forbidden => listed.with_refused_manifest(),
                _ => listed.with_unread_manifest(),
            })
        }
        Err(e) => Err(e),
    }
}

/// Reads the layers that name predicate types nowhere else.
#[derive(Debug)]
pub(crate) struct StatementReader {
    large: Semaphore,
}

impl Default for StatementReader {
    fn default() -> Self {
        Self { large: Semaphore::new(1) }
    }
}

impl StatementReader {
    /// Adds to an attachment what its unread layers say. Returns a phrase for users if one of them could
    /// not be read.
    pub(crate) async fn read(
        &self,
        store: &dyn ReadStore,
        attachment: &mut Attachment,
    ) -> Result<Option<String>> {
        let layers = match attachment.unread() {
            Unread::Layers(layers) => layers.clone(),
            Unread::Manifest => return Ok(Some("the manifest cannot be read".to_owned())),
            _ => return Ok(None),
        };
        let mut left = MAX_STATEMENTS;
        let mut seen = HashSet::new();
        let mut unread = None;
        for layer in layers {
            if !seen.insert(layer.digest.clone()) {
                continue;
            }
            match self.read_one(store, &layer, left).await {
                Ok(statement) => {
                    left = left.saturating_sub(layer.size);
                    attachment.add_statement(statement.as_ref());
                }
                Err(e) if e.is_of_one_manifest() => {
                    unread = Some(e.message().to_owned());
                    // The limit is that of all layers together.
                    if e.code() == Code::TooLarge {
                        break;
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Ok(unread)
    }

    async fn read_one(
        &self,
        store: &dyn ReadStore,
        layer: &Descriptor,
        limit: u64,
    ) -> Result<Option<Statement>> {
        let _permit = match layer.size >= LARGE {
            true => self.large.acquire().await.ok(),
            false => None,
        };
        let mut charge = store.memory().charge();
        charge.add(
            READING.saturating_mul(usize::try_from(layer.size.min(limit)).unwrap_or(usize::MAX)),
        )?;
        let bytes = read_small(store, layer, limit).await?;
        if layer.size < LARGE {
            return Ok(Statement::read(&bytes));
        }
        spawn_blocking(move || Ok(Statement::read(&bytes))).await
    }
}

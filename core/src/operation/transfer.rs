//! Transfers of blobs between a store and the caller, with progress.

use std::{fs::File, sync::Arc};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    content::{
        progress::{Event, Outcome, Progress},
        source::{ByteStream, Repository, Source},
        verified::verified,
    },
    store::{ReadStore, Store, concurrency::retry_without_descriptors},
};
use ocigraph_types::{Descriptor, Error, Result};

/// Pushes a blob, and reports its start, its position and its end.
pub(crate) async fn push_reported(
    store: &dyn Store,
    blob: &Descriptor,
    source: Arc<dyn Source>,
    progress: &Progress,
) -> Result<Outcome> {
    progress.report(Event::Started { blob });
    let source = Reported { source, blob: blob.clone(), progress: progress.clone() };
    let source: Arc<dyn Source> = Arc::new(source);
    let outcome = retry_without_descriptors(|| store.push_blob(blob, Arc::clone(&source))).await?;
    progress.report(Event::Finished { blob, outcome });
    Ok(outcome)
}

/// Returns true if a registry has failed to store a blob without content, as some storages do
/// (<https://github.com/opencontainers/image-spec/issues/1025>). A descriptor with `data` has all of it.
pub(crate) fn is_refused_empty_blob(blob: &Descriptor, error: &Error) -> bool {
    // 502 to 504 say that the registry cannot be reached.
    blob.size == 0 && error.status() == Some(500)
}

/// Fetches a whole blob through up to `max_requests` concurrent requests, verifies it, and reports its
/// start, its position and its end.
pub(crate) async fn fetch_reported(
    store: &dyn ReadStore,
    blob: &Descriptor,
    max_requests: usize,
    progress: &Progress,
) -> Result<ByteStream> {
    progress.report(Event::Started { blob });
    let content = store.fetch_blob_in_parts(blob, 0, max_requests).await?;
    let content = verified(blob, content)?;
    let state = (content, 0, blob.clone(), progress.clone());
    Ok(stream::try_unfold(state, |(mut content, position, blob, progress)| async move {
        let Some(chunk) = content.try_next().await? else {
            progress.report(Event::Finished { blob: &blob, outcome: Outcome::Verified });
            return Ok(None);
        };
        let position = position + chunk.len() as u64;
        progress.report(Event::Moved { blob: &blob, position });
        Ok(Some((chunk, (content, position, blob, progress))))
    })
    .boxed())
}

/// A source that reports the position up to which it was read.
#[derive(Debug)]
struct Reported {
    source: Arc<dyn Source>,
    blob: Descriptor,
    progress: Progress,
}

impl Reported {
    fn reported(&self, stream: ByteStream, offset: u64) -> ByteStream {
        let (blob, progress) = (self.blob.clone(), self.progress.clone());
        let mut position = offset;
        stream
            .inspect_ok(move |chunk| {
                position += chunk.len() as u64;
                progress.report(Event::Moved { blob: &blob, position });
            })
            .boxed()
    }
}

#[async_trait]
impl Source for Reported {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        Ok(self.reported(self.source.open(offset).await?, offset))
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        self.source.shareable_file().await
    }

    fn observed(&self, stream: ByteStream, offset: u64) -> ByteStream {
        self.reported(self.source.observed(stream, offset), offset)
    }

    fn repository(&self) -> Option<Repository> {
        self.source.repository()
    }
}

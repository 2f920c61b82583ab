//! Writes an archive: `oci-layout`, `index.json`, the manifests, the blobs, each by its digest. So the
//! same content gives the same bytes, and a reader of a stream knows first what follows.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;

use super::{
    plan::Contents,
    prefetch::{Fetched, Pending, Prefetch},
};
use crate::{
    blocking::spawn_blocking,
    content::{
        archive::{TarEntry, TarOutput},
        progress::{Event, Outcome, Progress},
        source::{ByteStream, next_batch},
        verified::verified,
    },
    operation::copy::SharedLimits,
    store::{
        ReadStore,
        concurrency::LargeBlobLimiter,
        layout::{blob_folder, blob_name, index_of, marker},
    },
};
use ocigraph_types::{Code, Descriptor, Error, Result};

/// Writes the archive. Returns its size in bytes.
pub(super) async fn archive(
    path: PathBuf,
    contents: Contents,
    sources: &[Arc<dyn ReadStore>],
    limits: &SharedLimits,
    progress: &Progress,
) -> Result<u64> {
    let (entries, pending) = files(contents);
    let entries = Arc::new(entries);
    let begun = Arc::clone(&entries);
    let (output, complete) = spawn_blocking(move || TarOutput::begin(&path, &begun)).await?;
    if complete > 0 {
        tracing::info!("taking over {complete} files of a backup that was interrupted");
    }
    let requests = limits.requests.max();
    let prefetch = &Prefetch::new(sources, &limits.requests, progress);
    // Not bounded: a fetch that nothing polls would keep its request, which a large blob can wait for. The prefetch bounds
    // the bytes, and the rest is in the plan anyway.
    let (send, mut receive) = mpsc::unbounded_channel();
    let fetch = async move {
        let rest = pending.into_iter().enumerate().skip(complete);
        let each = rest.map(|(at, pending)| async move {
            Ok::<_, Error>((at, prefetch.fetch(pending).await?))
        });
        let mut fetched = stream::iter(each).buffered(requests);
        while let Some(next) = fetched.try_next().await? {
            if send.send(next).is_err() {
                break;
            }
        }
        Ok::<(), Error>(())
    };
    let write = async {
        let mut writer = Writer { output, entries, limits, progress };
        while let Some((at, fetched)) = receive.recv().await {
            writer = match fetched {
                Fetched::Small(bytes, _share) => writer.small(at, bytes).await?,
                Fetched::Large(blob, store) => writer.large(at, &blob, &*store).await?,
            };
        }
        Ok::<TarOutput, Error>(writer.output)
    };
    let ((), output) = futures::try_join!(fetch, write)?;
    spawn_blocking(move || output.finish()).await
}

/// Returns all files of the archive in their order.
fn files(contents: Contents) -> (Vec<TarEntry>, Vec<Pending>) {
    let Contents { index, manifests, blobs } = contents;
    let mut files: Vec<(TarEntry, Pending)> = Vec::new();
    for (name, text) in [marker(), index_of(&index)] {
        let bytes = Bytes::from(text);
        let content = Descriptor::of("", &bytes);
        files.push((TarEntry { name: name.to_owned(), content }, Pending::Ready(bytes)));
    }
    let listed = index.iter().map(|entry| &entry.digest);
    let folders: BTreeSet<String> = listed.chain(blobs.keys()).flat_map(blob_folder).collect();
    for name in folders {
        let content = Descriptor::of("", b"");
        files.push((TarEntry { name, content }, Pending::Ready(Bytes::new())));
    }
    let entry = |content: &Descriptor| TarEntry {
        name: blob_name(&content.digest),
        content: content.plain(),
    };
    let manifests = manifests.into_values().map(|m| (entry(&m.descriptor), Pending::Manifest(m)));
    files.extend(manifests);
    files.extend(blobs.into_values().map(|blob| (entry(&blob.descriptor), Pending::Blob(blob))));
    files.into_iter().unzip()
}

struct Writer<'a> {
    output: TarOutput,
    entries: Arc<Vec<TarEntry>>,
    limits: &'a SharedLimits,
    progress: &'a Progress,
}

impl Writer<'_> {
    /// Writes a file whose content was fetched and verified.
    async fn small(self, at: usize, bytes: Bytes) -> Result<Self> {
        let (mut output, entries) = (self.output, Arc::clone(&self.entries));
        let output = spawn_blocking(move || {
            output.add(&entries[at], &bytes)?;
            Ok(output)
        });
        Ok(Self { output: output.await?, ..self })
    }

    /// Streams a blob into the archive, and verifies it. The damage of a blob may be in its parts: it is
    /// then fetched once more in one piece.
    async fn large(mut self, at: usize, blob: &Descriptor, store: &dyn ReadStore) -> Result<Self> {
        let max = LargeBlobLimiter::requests_for_one(self.limits.requests.max());
        for (attempt, max_requests) in [max, 1].into_iter().enumerate() {
            let (mut output, entries) = (self.output, Arc::clone(&self.entries));
            output = spawn_blocking(move || {
                output.start(&entries[at])?;
                Ok(output)
            })
            .await?;
            self.progress.report(Event::Started { blob });
            let _permit = self.limits.requests.acquire().await;
            let content = store.fetch_blob_in_parts(blob, 0, max_requests).await?;
            let (mut output, written) =
                append(self.progress, output, blob, verified(blob, content)?).await?;
            let is_damaged = |e: &Error| e.code() == Code::DigestMismatch && attempt == 0;
            let retry = match written {
                Err(e) if is_damaged(&e) => {
                    tracing::info!(error = %e, "fetching a damaged blob again");
                    true
                }
                result => {
                    result?;
                    false
                }
            };
            output = spawn_blocking(move || {
                if retry {
                    output.undo()?
                } else {
                    output.end()?
                }
                Ok(output)
            })
            .await?;
            self.output = output;
            if !retry {
                break;
            }
        }
        let outcome = Outcome::Written;
        self.progress.report(Event::Finished { blob, outcome });
        Ok(self)
    }
}

/// Appends content to the archive. Returns it also if reading the content fails.
async fn append(
    progress: &Progress,
    mut output: TarOutput,
    blob: &Descriptor,
    mut content: ByteStream,
) -> Result<(TarOutput, Result<()>)> {
    let mut position = 0;
    let mut next = next_batch(&mut content).await;
    loop {
        let batch = match next {
            Ok(batch) if batch.is_empty() => return Ok((output, Ok(()))),
            Ok(batch) => batch,
            Err(e) => return Ok((output, Err(e))),
        };
        position += batch.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
        // Receive the next batch while this one is written.
        let write = spawn_blocking(move || {
            output.write(&batch)?;
            Ok(output)
        });
        let (written, received) = futures::join!(write, next_batch(&mut content));
        (output, next) = (written?, received);
        progress.report(Event::Moved { blob, position });
    }
}

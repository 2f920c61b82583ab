//! Uploads: blobs that arrive in parts, over any time, and whose digest is stated at the end.
//!
//! The bytes go to a staged file, which becomes the blob by a rename. An upload protects its file as a
//! lease protects a blob: while it exists, no collector of another handle runs. A write runs to its end
//! on its blocking thread even if the caller is dropped, so file, hash and length always agree.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures::StreamExt as _;
use ocigraph_types::{
    Algorithm, Code, Descriptor, Digest, Error, Hasher, Result, excerpt, media_type,
};

use super::{directory::StagedFile, inner::Inner, leases::Lease, sync::lock};
use crate::{
    blocking::spawn_blocking,
    content::{
        source::{ByteStream, next_batch_of},
        transfer_buffers::TransferBuffers,
    },
};

/// A blob of a layout that arrives in parts: see [`Layout::start_upload`](crate::Layout::start_upload). Clones are the same upload.
/// Dropping the last one removes what has arrived.
#[derive(Clone)]
pub struct BlobUpload(Arc<Upload>);

struct Upload {
    /// The bytes that have arrived, for readers that must not wait for a write.
    size: AtomicU64,
    /// `None` after the end.
    received: Mutex<Option<Received>>,
    buffers: TransferBuffers,
}

/// The last bytes of an upload, which were received and not written: see
/// [`BlobUpload::receive`].
#[derive(Debug)]
pub struct LastBatch {
    /// The number of bytes that had arrived before the content.
    start: u64,
    offset: u64,
    bytes: Vec<Bytes>,
}

impl LastBatch {
    /// Returns true if the content had no bytes.
    fn is_of_nothing(&self) -> bool {
        self.offset == self.start && self.bytes.is_empty()
    }
}

/// The bytes that have arrived.
struct Received {
    file: StagedFile,
    algorithm: Algorithm,
    hasher: Hasher,
    size: u64,
    /// True if a write has failed, so that the file can have more bytes than `size`.
    is_damaged: bool,
    /// The last field: the file is removed before the lease ends.
    lease: Lease,
}

impl fmt::Debug for BlobUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobUpload").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl BlobUpload {
    /// Returns the number of bytes that have arrived.
    pub fn size(&self) -> u64 {
        self.0.size.load(Ordering::Acquire)
    }

    /// Returns true if the upload has ended: the blob is stored, its digest was wrong, or it was cancelled. False
    /// while a call writes.
    pub fn has_ended(&self) -> bool {
        self.0.received.try_lock().is_ok_and(|received| received.is_none())
    }

    /// Sets the algorithm of the digest with which the upload will end. Without it, or once bytes have
    /// arrived, the end of an upload with another algorithm reads all bytes again.
    ///
    /// # Errors
    /// [`Code::NotFound`] if the upload has ended.
    pub async fn expect(&self, algorithm: Algorithm) -> Result<()> {
        let set = move |received: &mut Received| {
            if received.size == 0 && received.algorithm != algorithm {
                received.algorithm = algorithm;
                received.hasher = algorithm.hasher();
            }
            Ok(())
        };
        // Only a write holds the lock for long.
        if let Ok(mut received) = self.0.received.try_lock() {
            return set(received.as_mut().ok_or_else(ended)?);
        }
        self.with(set).await
    }

    /// Appends content, and returns the number of bytes that have arrived then. `offset` is the number
    /// before. If the content ends in an error, or the future is dropped, what has arrived of it stays,
    /// except for its last bytes.
    ///
    /// # Errors
    /// [`Code::Conflict`] if `offset` is another number, [`Code::NotFound`] if the upload has ended, and
    /// the error of the content.
    pub async fn append(&self, offset: u64, content: ByteStream) -> Result<u64> {
        let last = self.receive(offset, content).await?;
        self.write_last(last).await
    }

    /// Appends content except for its last bytes, which [`finish_with`](Self::finish_with) writes. So a
    /// small blob takes one blocking call. [`write_last`](Self::write_last) writes them without an end of the
    /// upload. Otherwise like [`append`](Self::append).
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub async fn receive(&self, offset: u64, content: ByteStream) -> Result<LastBatch> {
        self.check_offset(offset)?;
        let transfer = self.0.buffers.begin();
        // Not every stream can be asked again after its end.
        let mut content = content.fuse().boxed();
        let (start, mut offset) = (offset, offset);
        let mut size = transfer.buffer_size();
        let mut bytes = next_batch_of(&mut content, size).await?;
        // A batch that is not full is the last one.
        while bytes.iter().map(Bytes::len).sum::<usize>() >= size {
            let write = self.write(offset, bytes);
            size = transfer.buffer_size();
            let next = next_batch_of(&mut content, size);
            (offset, bytes) = if transfer.has_two_buffers() {
                // Receive the next batch while this one is hashed and written. A broken connection
                // must not hide that the write was done.
                let (written, next) = futures::join!(write, next);
                (written?, next?)
            } else {
                (write.await?, next.await?)
            };
        }
        Ok(LastBatch { start, offset, bytes })
    }

    /// Writes the last bytes, and returns the number of bytes that have arrived then.
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub async fn write_last(&self, last: LastBatch) -> Result<u64> {
        if last.bytes.is_empty() {
            return Ok(last.offset);
        }
        self.write(last.offset, last.bytes).await
    }

    /// Verifies the content, and stores it as a blob. If that fails for another reason than a wrong digest,
    /// it can be called again.
    ///
    /// # Errors
    /// [`Code::DigestMismatch`] if it has another digest; it is removed then. [`Code::Unsupported`] if the
    /// digest cannot be computed, [`Code::NotFound`] if the upload has ended, [`Code::Io`] if it cannot be
    /// stored.
    pub async fn finish(&self, digest: &Digest) -> Result<Descriptor> {
        self.end(None, digest).await
    }

    /// Writes the last bytes, verifies the content, and stores it as a blob. If the bytes cannot be written,
    /// the upload goes on.
    ///
    /// # Errors
    /// Those of [`append`](Self::append) and [`finish`](Self::finish).
    pub async fn finish_with(&self, last: LastBatch, digest: &Digest) -> Result<Descriptor> {
        self.end(Some(last), digest).await
    }

    async fn end(&self, last: Option<LastBatch>, digest: &Digest) -> Result<Descriptor> {
        let algorithm = digest.algorithm()?;
        let permit = self.0.buffers.write_permit().await;
        let (upload, digest) = (Arc::clone(&self.0), digest.clone());
        spawn_blocking(move || {
            let _permit = permit;
            let mut received = lock(&upload.received);
            // A client repeats the end of an upload that failed, with the content that it had.
            let is_repeatable = last.as_ref().is_none_or(LastBatch::is_of_nothing);
            if let Some(last) = last {
                upload.write(received.as_mut().ok_or_else(ended)?, last.offset, &last.bytes)?;
            }
            let result = received.as_mut().ok_or_else(ended)?.commit(algorithm, &digest);
            let is_wrong = |e: &Error| e.code() == Code::DigestMismatch;
            if result.as_ref().err().is_none_or(is_wrong) || !is_repeatable {
                let ended_upload = received.take();
                drop(received);
                drop(ended_upload);
            }
            result
        })
        .await
    }

    /// Ends the upload, and removes what has arrived.
    pub async fn cancel(&self) {
        let upload = Arc::clone(&self.0);
        let removed = spawn_blocking(move || {
            drop(lock(&upload.received).take());
            Ok(())
        });
        let _ = removed.await;
    }

    fn check_offset(&self, offset: u64) -> Result<()> {
        match self.size() {
            size if size == offset => Ok(()),
            size => Err(out_of_order(offset, size)),
        }
    }

    async fn write(&self, offset: u64, batch: Vec<Bytes>) -> Result<u64> {
        let permit = self.0.buffers.write_permit().await;
        let upload = Arc::clone(&self.0);
        self.with(move |received| {
            let _permit = permit;
            upload.write(received, offset, &batch)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Received) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let upload = Arc::clone(&self.0);
        spawn_blocking(move || work(lock(&upload.received).as_mut().ok_or_else(ended)?)).await
    }
}

impl Upload {
    /// Writes a batch, and returns the number of bytes that have arrived then.
    fn write(&self, received: &mut Received, offset: u64, batch: &[Bytes]) -> Result<u64> {
        let size = received.write(offset, batch)?;
        self.size.store(size, Ordering::Release);
        Ok(size)
    }
}

impl Received {
    fn write(&mut self, offset: u64, batch: &[Bytes]) -> Result<u64> {
        if offset != self.size {
            return Err(out_of_order(offset, self.size));
        }
        if self.is_damaged {
            self.file.truncate(self.size)?;
        }
        self.is_damaged = true;
        for bytes in batch {
            self.file.write(bytes)?;
        }
        self.is_damaged = false;
        for bytes in batch {
            self.hasher.update(bytes);
            self.size += bytes.len() as u64;
        }
        Ok(self.size)
    }

    /// Stores the content as a blob. After an error, it can be called again.
    fn commit(&mut self, algorithm: Algorithm, digest: &Digest) -> Result<Descriptor> {
        if self.is_damaged {
            self.file.truncate(self.size)?;
        }
        if algorithm != self.algorithm {
            let mut hasher = algorithm.hasher();
            self.file.read(|chunk| {
                hasher.update(chunk);
                Ok(())
            })?;
            (self.hasher, self.algorithm) = (hasher, algorithm);
        }
        let actual = self.hasher.clone().finish();
        if actual != *digest {
            let message = format!(
                "the content has the digest {actual}, not {}",
                excerpt(&digest.to_string())
            );
            return Err(Error::new(Code::DigestMismatch, message));
        }
        let blob = Descriptor::new(media_type::OCTET_STREAM, actual, self.size);
        let layout = Arc::clone(&self.lease.layout);
        let lease = layout.lease(vec![blob.digest.clone()])?;
        layout.unmark(&lease.opened, &blob.digest)?;
        if layout.has_blob(&blob) && layout.is_trusted_or_correct(&blob)? {
            lease.keep();
            return Ok(blob);
        }
        let folder = lease.opened.make_blobs(blob.digest.algorithm_name())?;
        lock(&layout.durable).remove(&blob.digest);
        // A client that asks for the blob learns its size from the file.
        self.file.sync()?;
        self.file.commit(&folder, blob.digest.encoded())?;
        lease.keep_uploaded();
        Ok(blob)
    }
}

impl Inner {
    /// Stages a file for a blob whose digest is not known.
    pub(super) fn start_upload(self: &Arc<Self>, buffers: TransferBuffers) -> Result<BlobUpload> {
        let lease = self.lease_upload()?;
        let file = lease.opened.stage_blob()?;
        let received = Received {
            file,
            algorithm: Algorithm::default(),
            hasher: Algorithm::default().hasher(),
            size: 0,
            is_damaged: false,
            lease,
        };
        let size = AtomicU64::new(0);
        let received = Mutex::new(Some(received));
        Ok(BlobUpload(Arc::new(Upload { size, received, buffers })))
    }

    /// Gives a blob of another layout a second name in this one. False if it cannot.
    pub(super) fn link_blob(self: &Arc<Self>, blob: &Descriptor, from: &Inner) -> Result<bool> {
        if from.archive()?.is_some() || !from.has_blob(blob) {
            return Ok(false);
        }
        let lease = self.lease(vec![blob.digest.clone()])?;
        self.unmark(&lease.opened, &blob.digest)?;
        if self.has_blob(blob) && self.is_trusted_or_correct(blob)? {
            lease.keep();
            return Ok(true);
        }
        let Ok(source) = from.directory.blob_folder(blob.digest.algorithm_name()) else {
            return Ok(false);
        };
        let folder = lease.opened.make_blobs(blob.digest.algorithm_name())?;
        lock(&self.durable).remove(&blob.digest);
        let linked = source.link(blob.digest.encoded(), &folder);
        if linked.is_err() || !self.has_blob(blob) {
            return Ok(false);
        }
        lease.keep_uploaded();
        Ok(true)
    }
}

fn ended() -> Error {
    Error::new(Code::NotFound, "the upload has ended")
}

fn out_of_order(offset: u64, size: u64) -> Error {
    let message = format!("the content begins at byte {offset}, but {size} bytes have arrived");
    Error::new(Code::Conflict, message)
}

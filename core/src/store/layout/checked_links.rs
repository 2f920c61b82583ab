//! The digests of the chunks of linked files that were verified: see `blob_content`. They are kept for as
//! long as the metadata of the file stays the same. This module does no I/O.

use std::{collections::VecDeque, sync::Arc};

use crate::content::file_stamp::FileStamp;
use ocigraph_types::Digest;

/// Maximum chunks whose digests are kept: 4 GiB of files, in 8 MiB of memory.
const MAX_CHUNKS: usize = 64 * 1024;

/// The files, the last used at the end.
#[derive(Debug, Default)]
pub(super) struct CheckedLinks(VecDeque<CheckedFile>);

#[derive(Debug)]
struct CheckedFile {
    digest: Digest,
    stamp: FileStamp,
    chunks: Arc<Vec<Digest>>,
}

impl CheckedLinks {
    pub(super) fn find(&mut self, digest: &Digest, stamp: &FileStamp) -> Option<Arc<Vec<Digest>>> {
        let is_same = |file: &CheckedFile| file.digest == *digest && file.stamp == *stamp;
        let position = self.0.iter().position(is_same)?;
        let file = self.0.remove(position)?;
        let chunks = Arc::clone(&file.chunks);
        self.0.push_back(file);
        Some(chunks)
    }

    pub(super) fn add(&mut self, digest: Digest, stamp: FileStamp, chunks: &Arc<Vec<Digest>>) {
        self.0.retain(|file| file.digest != digest);
        self.0.push_back(CheckedFile { digest, stamp, chunks: Arc::clone(chunks) });
        while self.0.iter().map(|file| file.chunks.len()).sum::<usize>() > MAX_CHUNKS {
            self.0.pop_front();
        }
    }
}

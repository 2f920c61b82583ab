//! The digests of the chunks of linked files that were verified: see `blob_content`. They are kept for as
//! long as the metadata of the file stays the same. This module does no I/O.

use std::{collections::VecDeque, fmt, sync::Arc};

use futures::future::{BoxFuture, Shared};

use crate::content::file_stamp::FileStamp;
use ocigraph_types::{Digest, Result};

/// Maximum chunks whose digests are kept: those of two files at least, in 8 MiB of memory.
const MAX_CHUNKS: usize = 64 * 1024;
/// Maximum checks that are remembered, each with an open file. The callers of others finish them alone.
const MAX_RUNNING: usize = 8;

/// A check that goes on, for all that wait for it.
pub(super) type RunningCheck = Shared<BoxFuture<'static, Result<Arc<Vec<Digest>>>>>;

/// The files, the last used at the end, and the checks that go on.
#[derive(Default)]
pub(super) struct CheckedLinks {
    files: VecDeque<CheckedFile>,
    running: Vec<(Digest, FileStamp, RunningCheck)>,
}

#[derive(Debug)]
struct CheckedFile {
    digest: Digest,
    stamp: FileStamp,
    chunks: Arc<Vec<Digest>>,
}

impl fmt::Debug for CheckedLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedLinks").field("files", &self.files).finish_non_exhaustive()
    }
}

impl CheckedLinks {
    pub(super) fn find(&mut self, digest: &Digest, stamp: &FileStamp) -> Option<Arc<Vec<Digest>>> {
        let is_same = |file: &CheckedFile| file.digest == *digest && file.stamp == *stamp;
        let position = self.files.iter().position(is_same)?;
        let file = self.files.remove(position)?;
        let chunks = Arc::clone(&file.chunks);
        self.files.push_back(file);
        Some(chunks)
    }

    pub(super) fn add(&mut self, digest: Digest, stamp: FileStamp, chunks: &Arc<Vec<Digest>>) {
        self.end(&digest);
        self.files.retain(|file| file.digest != digest);
        self.files.push_back(CheckedFile { digest, stamp, chunks: Arc::clone(chunks) });
        while self.files.iter().map(|file| file.chunks.len()).sum::<usize>() > MAX_CHUNKS {
            self.files.pop_front();
        }
    }

    pub(super) fn running(&self, digest: &Digest, stamp: &FileStamp) -> Option<RunningCheck> {
        let found = self.running.iter().find(|(d, s, _)| d == digest && s == stamp);
        found.map(|(_, _, check)| check.clone())
    }

    pub(super) fn begin(&mut self, digest: Digest, stamp: FileStamp, check: RunningCheck) {
        self.end(&digest);
        let too_many = (self.running.len() + 1).saturating_sub(MAX_RUNNING);
        self.running.drain(..too_many);
        self.running.push((digest, stamp, check));
    }

    pub(super) fn end(&mut self, digest: &Digest) {
        self.running.retain(|(other, ..)| other != digest);
    }
}

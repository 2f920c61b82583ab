//! `index.json` as it was last read: parsed once for each of its states, however often it is asked.
//!
//! Whether it has changed is told by the file's time, length and inode. A file's time has a
//! coarse grain, and other tools rewrite the file in place, so a time that was fresh when the file
//! was read proves nothing: then the bytes are read again and compared.

use std::{
    fs::Metadata,
    io::{self, Read},
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use super::{Inner, folder::open_file, index::Index, listed::Listed, lock};
use crate::error::{Code, Error, Result};

/// The coarsest grain of file times in use is FAT's.
const GRAIN: Duration = Duration::from_secs(2);
/// About a million entries.
const INDEX_LIMIT: u64 = 256 * 1024 * 1024;

/// One state of `index.json`.
#[derive(Debug)]
pub(super) struct Snapshot {
    bytes: Vec<u8>,
    pub(super) index: Index,
    /// What the manifests say that it lists; found when first asked for.
    pub(super) listed: OnceLock<Listed>,
}

#[derive(Debug)]
pub(super) struct Cached {
    /// `None` while the file's time is too fresh to be relied on.
    stamp: Option<Stamp>,
    snapshot: Arc<Snapshot>,
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self { modified: metadata.modified().ok()?, length: metadata.len(), inode })
    }

    fn is_settled(&self, now: SystemTime) -> bool {
        now.duration_since(self.modified).is_ok_and(|age| age > GRAIN)
    }
}

impl Inner {
    /// The index as it is now.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        let file = self.index_path();
        let mut cached = lock(&self.snapshot);
        if let Some(Cached { stamp: Some(stamp), snapshot }) = &*cached
            && std::fs::metadata(&file).is_ok_and(|m| Stamp::of(&m).as_ref() == Some(stamp))
        {
            return Ok(Arc::clone(snapshot));
        }
        self.check_version()?;
        let (bytes, stamp) = match read_index(&file) {
            Ok(read) => read?,
            // Some tools write the file only when there is something to list.
            Err(e) if e.kind() == io::ErrorKind::NotFound => (Index::empty().to_bytes()?, None),
            Err(e) => return Err(Error::io("read", &file, e)),
        };
        let snapshot = match cached.take() {
            Some(known) if known.snapshot.bytes == bytes => known.snapshot,
            _ => {
                let index = Index::parse(&bytes, &file)?;
                Arc::new(Snapshot { bytes, index, listed: OnceLock::new() })
            }
        };
        *cached = Some(Cached { stamp, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    /// Writes the index, where it differs from `before`. Only under the lock.
    pub(super) fn replace_index(&self, before: &Snapshot, index: Index) -> Result<()> {
        if index == before.index {
            return Ok(());
        }
        let bytes = index.to_bytes()?;
        self.replace(&self.index_path(), &bytes)?;
        let snapshot = Arc::new(Snapshot { bytes, index, listed: OnceLock::new() });
        *lock(&self.snapshot) = Some(Cached { stamp: None, snapshot });
        Ok(())
    }
}

fn read_index(path: &std::path::Path) -> io::Result<Result<(Vec<u8>, Option<Stamp>)>> {
    // Taken before reading: what is changed while it is read will be too fresh.
    let now = SystemTime::now();
    let file = open_file(path)?;
    let metadata = file.metadata()?;
    let mut bytes = Vec::with_capacity(metadata.len().min(INDEX_LIMIT) as usize);
    file.take(INDEX_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > INDEX_LIMIT {
        return Ok(Err(Error::new(
            Code::TooLarge,
            format!("{} has more than {INDEX_LIMIT} bytes", path.display()),
        )));
    }
    Ok(Ok((bytes, Stamp::of(&metadata).filter(|stamp| stamp.is_settled(now)))))
}

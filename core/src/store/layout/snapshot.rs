//! `index.json` as it was last read: parsed once for each of its states, however often it is asked.
//!
//! Whether it has changed is told by the file's time, length and inode. A file's time has a
//! coarse grain, and other tools rewrite the file in place, so a time that was fresh when the file
//! was read proves nothing: then the bytes are read again and compared.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use super::{
    Inner, dir::unsafe_or, folder::Opened, index::Index, listed::Listed, lock, weight::weight,
};
use crate::content::regular_file::{Refused, open_regular};
use ocigraph_types::{Code, Error, Result};

/// The coarsest grain of file times in use is FAT's.
const GRAIN: Duration = Duration::from_secs(2);
/// What the index may take in memory, twice while it is written. Entries of six fields: 60,000.
const INDEX_WEIGHT: u64 = 64 * 1024 * 1024;
/// A longer file weighs more than that.
const INDEX_LIMIT: u64 = INDEX_WEIGHT;

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
        let (bytes, stamp) = match open_regular(&file) {
            Ok(opened) => read_index(opened)
                .map_err(|e| Error::io("read", &file, e))?
                .ok_or_else(|| too_large(&file))?,
            // Some tools write the file only when there is something to list.
            Err(Refused::Missing) => (Index::empty().to_bytes()?, None),
            Err(e) => return Err(unsafe_or("read", &file, "file", e)),
        };
        let snapshot = match cached.take() {
            Some(known) if known.snapshot.bytes == bytes => known.snapshot,
            _ => {
                check_weight(&bytes, &file)?;
                let index = Index::parse(&bytes, &file)?;
                Arc::new(Snapshot { bytes, index, listed: OnceLock::new() })
            }
        };
        *cached = Some(Cached { stamp, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    /// Writes the index, where it differs from `before`. Only under the lock.
    pub(super) fn replace_index(
        &self,
        opened: &Opened,
        before: &Snapshot,
        index: Index,
    ) -> Result<()> {
        if index == before.index {
            return Ok(());
        }
        let bytes = index.to_bytes()?;
        check_weight(&bytes, &self.index_path())?;
        opened.replace_index(&bytes)?;
        let snapshot = Arc::new(Snapshot { bytes, index, listed: OnceLock::new() });
        *lock(&self.snapshot) = Some(Cached { stamp: None, snapshot });
        Ok(())
    }
}

/// Nothing where it is too large.
fn read_index(file: File) -> io::Result<Option<(Vec<u8>, Option<Stamp>)>> {
    // Taken before reading: what is changed while it is read will be too fresh.
    let now = SystemTime::now();
    let metadata = file.metadata()?;
    if metadata.len() > INDEX_LIMIT {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(INDEX_LIMIT + 1).read_to_end(&mut bytes)?;
    let stamp = Stamp::of(&metadata).filter(|stamp| stamp.is_settled(now));
    Ok((bytes.len() as u64 <= INDEX_LIMIT).then_some((bytes, stamp)))
}

fn check_weight(bytes: &[u8], file: &Path) -> Result<()> {
    if weight(bytes) <= INDEX_WEIGHT { Ok(()) } else { Err(too_large(file)) }
}

fn too_large(file: &Path) -> Error {
    let limit = INDEX_WEIGHT / (1024 * 1024);
    Error::new(Code::TooLarge, format!("{} takes more than {limit} MiB in memory", file.display()))
        .with_hint("keep fewer manifests in one layout")
}

//! The metadata by which a change of a file is recognized. It proves only that a file has changed:
//! file times are coarse, and a program can set them.

use std::{
    fs::{File, FileTimes, Metadata},
    time::{Duration, SystemTime},
};

/// The coarsest resolution of file times in use, which is FAT's.
const TIME_RESOLUTION: Duration = Duration::from_secs(2);

/// Modification time, length and inode of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileStamp {
    modified: SystemTime,
    pub(crate) length: u64,
    inode: u64,
}

impl FileStamp {
    /// Returns `None` on a system without modification times.
    pub(crate) fn of(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self { modified: metadata.modified().ok()?, length: metadata.len(), inode })
    }

    /// Returns the stamp of a file that is read after `now`, if each later write changes the stamp.
    pub(crate) fn reliable(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        Self::of(metadata).filter(|stamp| stamp.is_reliable(now))
    }

    /// Gives a file that was written a time by which each later write is recognized, and returns its stamp.
    /// `None` on Windows, and if the file system does not keep nanoseconds.
    ///
    /// A system gives a written file the time of its last tick, or the nanosecond of the write. So this time,
    /// which is between two ticks, is that of no other write.
    pub(crate) fn set(file: &File) -> Option<Self> {
        if cfg!(not(unix)) {
            return None;
        }
        let now = SystemTime::now();
        let since = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        // A coarser file system shows itself by cutting this off.
        let is_round = since.subsec_nanos().is_multiple_of(100);
        let time = if is_round { now + Duration::from_nanos(1) } else { now };
        file.set_times(FileTimes::new().set_modified(time)).ok()?;
        Self::of(&file.metadata().ok()?).filter(|stamp| stamp.modified == time)
    }

    /// Returns true if a write to the file after `now` must give it another time.
    pub(crate) fn is_reliable(&self, now: SystemTime) -> bool {
        now.duration_since(self.modified).is_ok_and(|age| age > TIME_RESOLUTION)
    }
}

//! Locks between the processes of one machine that write the same fallback index: files in a
//! private directory below the temporary directory.
//!
//! The lock only saves the writers repeated attempts. Without it no entry is lost either, so the
//! wait for it is short.

use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use ocigraph_types::Host;

/// Lock files. The tags are distributed among them by hash, and the files are never removed.
const FILES: u64 = 64;

const TIMEOUT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Locks a fallback tag. Returns `None` if the lock cannot be acquired in time, or at all.
pub(super) async fn lock_tag(host: &Host, repository: &str, tag: &str) -> Option<TagLock> {
    let mut hasher = DefaultHasher::new();
    (host, repository, tag).hash(&mut hasher);
    acquire(&directory()?.join(format!("{}.lock", hasher.finish() % FILES))).await
}

async fn acquire(path: &Path) -> Option<TagLock> {
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    let deadline = Instant::now() + TIMEOUT;
    // Polls, since the shutdown of a runtime would wait for a blocked thread.
    loop {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => return Some(TagLock { _file: file }),
            Err(fs4::TryLockError::WouldBlock) if Instant::now() < deadline => {
                sleep(POLL_INTERVAL).await
            }
            Err(_) => return None,
        }
    }
}

/// A held lock, which is released when it is dropped.
pub(super) struct TagLock {
    _file: File,
}

/// Returns a directory that only this user can write to, so that no other user can place links in
/// it.
#[cfg(unix)]
fn directory() -> Option<PathBuf> {
    use std::{
        fs::{self, DirBuilder},
        os::unix::fs::{DirBuilderExt, MetadataExt},
    };
    // Without `/proc`, as on macOS, the temporary directory belongs to the user already.
    let user = fs::metadata("/proc/self").map(|own| own.uid()).ok();
    let name = user.map_or("ocigraph".to_owned(), |id| format!("ocigraph-{id}"));
    let directory = std::env::temp_dir().join(name);
    // The directory may exist.
    let _ = DirBuilder::new().mode(0o700).create(&directory);
    let metadata = fs::symlink_metadata(&directory).ok()?;
    let is_private = metadata.is_dir()
        && metadata.mode() & 0o077 == 0
        && user.is_none_or(|id| id == metadata.uid());
    is_private.then_some(directory)
}

#[cfg(not(unix))]
fn directory() -> Option<PathBuf> {
    let directory = std::env::temp_dir().join("ocigraph");
    // The directory may exist. The temporary directory belongs to the user.
    let _ = std::fs::create_dir(&directory);
    directory.is_dir().then_some(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_for_a_held_lock_ends_after_the_timeout() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = acquire(&path).await.unwrap();
        assert!(acquire(&path).await.is_none());
        let (later, ()) = tokio::join!(acquire(&path), async {
            sleep(POLL_INTERVAL).await;
            drop(held);
        });
        assert!(later.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn other_users_cannot_open_the_directory_of_the_locks() {
        use std::os::unix::fs::PermissionsExt;
        let mode = directory().unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

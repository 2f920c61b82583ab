//! One writer of a fallback index at a time on one machine: lock files in a folder of the user's own
//! among the temporary files. It only spares the writers work; that no entry is lost does not rest on
//! it, and so nobody waits for it long.

use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use ocigraph_types::Host;

/// Files, each for the many tags that fall to it: they are never removed.
const FILES: u64 = 64;

const LONGEST_WAIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for the other processes of this machine; `None` where no lock can be had.
pub(super) async fn between_processes(host: &Host, repository: &str, tag: &str) -> Option<Held> {
    let mut hasher = DefaultHasher::new();
    (host, repository, tag).hash(&mut hasher);
    wait_for(&folder()?.join(format!("{}.lock", hasher.finish() % FILES))).await
}

async fn wait_for(path: &Path) -> Option<Held> {
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    let until = Instant::now() + LONGEST_WAIT;
    // Not a thread that blocks: the end of a runtime would wait for it.
    loop {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => return Some(Held { _file: file }),
            Err(fs4::TryLockError::WouldBlock) if Instant::now() < until => sleep(PAUSE).await,
            Err(_) => return None,
        }
    }
}

/// The lock; released when dropped.
pub(super) struct Held {
    _file: File,
}

/// The user's own folder: nothing is opened where others can put links.
#[cfg(unix)]
fn folder() -> Option<PathBuf> {
    use std::{
        fs::{self, DirBuilder},
        os::unix::fs::{DirBuilderExt, MetadataExt},
    };
    // Where there is no `/proc`, as on macOS, the folder of temporary files is the user's already.
    let user = fs::metadata("/proc/self").map(|own| own.uid()).ok();
    let name = user.map_or("ocigraph".to_owned(), |id| format!("ocigraph-{id}"));
    let folder = std::env::temp_dir().join(name);
    // It may be there.
    let _ = DirBuilder::new().mode(0o700).create(&folder);
    let found = fs::symlink_metadata(&folder).ok()?;
    let own =
        found.is_dir() && found.mode() & 0o077 == 0 && user.is_none_or(|id| id == found.uid());
    own.then_some(folder)
}

#[cfg(not(unix))]
fn folder() -> Option<PathBuf> {
    let folder = std::env::temp_dir().join("ocigraph");
    // It may be there; the folder of temporary files is the user's own.
    let _ = std::fs::create_dir(&folder);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_that_is_not_given_back_is_waited_for_and_then_done_without() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = wait_for(&path).await.unwrap();
        assert!(wait_for(&path).await.is_none());
        let (later, ()) = tokio::join!(wait_for(&path), async {
            sleep(PAUSE).await;
            drop(held);
        });
        assert!(later.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_of_the_locks_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let mode = folder().unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

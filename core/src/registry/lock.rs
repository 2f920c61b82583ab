//! One writer of a fallback index at a time on one machine: a lock file in the folder for temporary
//! files. It only spares the writers work; that no entry is lost does not rest on it.

use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::reference::Host;

/// Waits for the other processes of this machine; `None` where no lock can be had.
pub(super) async fn between_processes(host: &Host, repository: &str, tag: &str) -> Option<Held> {
    let mut hasher = DefaultHasher::new();
    (host, repository, tag).hash(&mut hasher);
    let path = std::env::temp_dir().join(format!("ocigraph-{:016x}.lock", hasher.finish()));
    tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(&path).ok()?;
        fs4::FileExt::lock(&file).ok()?;
        Some(Held { _file: file })
    })
    .await
    .ok()
    .flatten()
}

/// The lock; released when dropped.
pub(super) struct Held {
    _file: File,
}

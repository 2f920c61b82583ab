//! Additions to the index, written together.
//!
//! Each rewrite of `index.json` waits for the disk several times. Whoever comes while one is under
//! way waits, and the next rewrite takes all that have gathered, so that pushing n manifests at once
//! costs far fewer than n rewrites.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use super::{
    Inner, again,
    folder::{sync_directory, sync_file},
    in_parallel, lock,
};
use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
};

/// A manifest that is to be listed.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) entry: Descriptor,
    pub(super) tags: Vec<String>,
    /// What must be durable before the index names it.
    pub(super) blobs: Vec<Digest>,
}

#[derive(Debug)]
struct Waiting {
    change: Change,
    outcome: Mutex<Option<Result<()>>>,
}

/// The changes of one handle that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Arc<Waiting>>>,
    turn: Mutex<()>,
}

impl Inner {
    /// Makes a change; it is durable when this returns.
    pub(super) fn apply(&self, change: Change) -> Result<()> {
        let own = Arc::new(Waiting { change, outcome: Mutex::default() });
        lock(&self.changes.waiting).push(Arc::clone(&own));
        let _turn = lock(&self.changes.turn);
        if let Some(outcome) = lock(&own.outcome).take() {
            return outcome;
        }
        let batch = std::mem::take(&mut *lock(&self.changes.waiting));
        let outcome = self.write_changes(&batch);
        for other in &batch {
            let told = match &outcome {
                Ok(()) => Ok(()),
                Err(e) => Err(again(e)),
            };
            *lock(&other.outcome) = Some(told);
        }
        outcome
    }

    fn write_changes(&self, batch: &[Arc<Waiting>]) -> Result<()> {
        self.make_durable(batch.iter().flat_map(|waiting| &waiting.change.blobs))?;
        let _lock = self.lock_index()?;
        let before = self.snapshot()?;
        let mut index = before.index.clone();
        for waiting in batch {
            index.add(&waiting.change.entry, &waiting.change.tags);
        }
        self.replace_index(&before, index)
    }

    /// Syncs blobs, all together, and the directories that name them.
    fn make_durable<'a>(&self, blobs: impl Iterator<Item = &'a Digest>) -> Result<()> {
        let todo: Vec<Digest> = {
            let durable = lock(&self.durable);
            let todo: HashSet<&Digest> =
                blobs.filter(|digest| !durable.contains(*digest)).collect();
            todo.into_iter().cloned().collect()
        };
        if todo.is_empty() {
            return Ok(());
        }
        let paths: Vec<PathBuf> = todo.iter().map(|digest| self.blob_path(digest)).collect();
        for (path, synced) in paths.iter().zip(in_parallel(&paths, |path| sync_file(path))) {
            synced.map_err(|e| unsynced(path, e))?;
        }
        let mut folders: HashSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        let blobs = self.path.join("blobs");
        folders.extend([blobs.as_path(), self.path.as_path()]);
        folders.into_iter().try_for_each(sync_directory)?;
        lock(&self.durable).extend(todo);
        Ok(())
    }
}

fn unsynced(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Error::new(Code::Conflict, format!("{} was removed meanwhile", path.display()))
                .with_hint("another tool deletes from this layout; push again")
        }
        _ => Error::io("write", path, error),
    }
}

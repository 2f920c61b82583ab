//! Additions to the index, written together.
//!
//! Each rewrite of `index.json` waits for the disk several times. Whoever comes while one is under
//! way waits, and the next rewrite takes all that have gathered, so that pushing n manifests at once
//! costs far fewer than n rewrites.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use super::{Inner, again, dir::unsafe_or, folder::Opened, in_parallel, lock};
use crate::{blocking::io_is_out_of_descriptors, content::regular_file::Refused};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result};

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
        if !batch.iter().any(|waiting| Arc::ptr_eq(waiting, &own)) {
            let message = "the thread that was to write a change of the layout failed";
            return Err(Error::new(Code::Internal, message));
        }
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
        let opened = self.create()?;
        self.make_durable(&opened, batch.iter().flat_map(|waiting| &waiting.change.blobs))?;
        let _lock = opened.lock_index()?;
        let before = self.snapshot()?;
        let mut index = before.index.clone();
        for waiting in batch {
            index.add(&waiting.change.entry, &waiting.change.tags);
        }
        self.replace_index(&opened, &before, index)
    }

    /// Syncs blobs, all together, and the directories that name them. What lies elsewhere, and is
    /// linked to, is left alone.
    fn make_durable<'a>(
        &self,
        opened: &Opened,
        blobs: impl Iterator<Item = &'a Digest>,
    ) -> Result<()> {
        let todo: Vec<Digest> = {
            let durable = lock(&self.durable);
            let todo: HashSet<&Digest> =
                blobs.filter(|digest| !durable.contains(*digest)).collect();
            todo.into_iter().cloned().collect()
        };
        if todo.is_empty() {
            return Ok(());
        }
        let algorithms: HashSet<&str> = todo.iter().map(Digest::algorithm_name).collect();
        let folders: HashMap<&str, _> =
            algorithms.into_iter().map(|name| (name, opened.blobs(name))).collect();
        let sync = |digest: &Digest| match &folders[digest.algorithm_name()] {
            Ok(folder) => folder.sync_file(digest.encoded()),
            Err(Refused::Missing) => Err(Refused::Missing),
            Err(Refused::Io(e)) => Err(Refused::Io(match e.raw_os_error() {
                Some(number) => io::Error::from_raw_os_error(number),
                None => io::Error::other(e.to_string()),
            })),
            Err(Refused::Is(_)) => Ok(()),
        };
        let lacked = |synced: &Result<(), Refused>| match synced {
            Err(Refused::Io(e)) => io_is_out_of_descriptors(e),
            _ => false,
        };
        for (digest, synced) in todo.iter().zip(in_parallel(&todo, sync, lacked)) {
            match synced {
                Ok(()) | Err(Refused::Is(_)) => {}
                Err(e) => return Err(unsynced(&self.blob_path(digest), e)),
            }
        }
        folders.keys().try_for_each(|algorithm| opened.sync_blobs(algorithm))?;
        opened.root.sync()?;
        lock(&self.durable).extend(todo);
        Ok(())
    }
}

fn unsynced(path: &Path, refused: Refused) -> Error {
    match refused {
        Refused::Missing => {
            Error::new(Code::Conflict, format!("{} was removed meanwhile", path.display()))
                .with_hint("another tool deletes from this layout; push again")
        }
        other => unsafe_or("write", path, "file", other),
    }
}

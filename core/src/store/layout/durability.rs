//! Adds manifests to the index, after syncing the blobs they need to the disk. A crash at any point
//! leaves an index that names only durable blobs.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
};

use super::{
    dir_handle::refusal_error,
    directory::OpenLayout,
    inner::Inner,
    sync::{in_parallel, lock},
    write_queue::Addition,
};
use crate::{blocking::io_is_out_of_descriptors, content::regular_file::Refused};
use ocigraph_types::{Code, Digest, Error, Result, media_type};

/// Maximum blobs that are known to be synced: about 16 MiB of memory. Syncing one again costs little.
const MAX_DURABLE: usize = 100_000;

impl Inner {
    /// Adds a manifest to the index. The change is durable when this returns.
    pub(super) fn add_to_index(&self, addition: Addition) -> Result<()> {
        self.write_queue.submit(addition, |batch| self.write_additions(batch))
    }

    fn write_additions(&self, batch: &[&Addition]) -> Result<()> {
        let opened = self.directory.create()?;
        self.sync_blobs(&opened, batch.iter().flat_map(|addition| &addition.blobs))?;
        let _lock = opened.lock_index()?;
        let before = self.snapshot()?;
        let mut index = before.with_added(batch.iter().map(|a| (&a.entry, &*a.tags)));
        if !before.has_referrers_indexes()
            && !batch.iter().any(|addition| media_type::is_index(&addition.entry.media_type))
        {
            return self.replace_index(&opened, &before, index);
        }
        let referrers = batch.iter().filter_map(|addition| addition.referrer.as_ref());
        let referrers = referrers.map(|(subject, referrer)| (subject, referrer));
        let change = self.list_referrers(&mut index, referrers)?;
        if !change.is_empty() {
            self.note(&opened, change.garbage())?;
            change.write(&opened)?;
        }
        self.replace_index(&opened, &before, index)
    }

    /// Syncs blobs in parallel, then the folders that name them. Skips symbolic links: their
    /// targets are outside the layout.
    fn sync_blobs<'a>(
        &self,
        opened: &OpenLayout,
        blobs: impl Iterator<Item = &'a Digest>,
    ) -> Result<()> {
        let pending: Vec<Digest> = {
            let durable = lock(&self.durable);
            let pending: HashSet<&Digest> =
                blobs.filter(|digest| !durable.contains(*digest)).collect();
            pending.into_iter().cloned().collect()
        };
        if pending.is_empty() {
            return Ok(());
        }
        let algorithms: HashSet<&str> = pending.iter().map(Digest::algorithm_name).collect();
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
        for (digest, synced) in pending.iter().zip(in_parallel(&pending, sync, lacked)) {
            match synced {
                Ok(()) | Err(Refused::Is(_)) => {}
                Err(e) => return Err(sync_error(&self.directory.blob_path(digest), e)),
            }
        }
        folders.keys().try_for_each(|algorithm| opened.sync_blobs(algorithm))?;
        opened.root.sync()?;
        let mut durable = lock(&self.durable);
        if durable.len() + pending.len() > MAX_DURABLE {
            durable.clear();
        }
        durable.extend(pending);
        Ok(())
    }
}

fn sync_error(path: &Path, refused: Refused) -> Error {
    match refused {
        Refused::Missing => {
            Error::new(Code::Conflict, format!("{} was removed during the push", path.display()))
                .with_hint("another tool deletes from this layout; push again")
        }
        other => refusal_error("write", path, "file", other),
    }
}

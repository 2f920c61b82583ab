//! Deleting from a layout, and removing what nothing names any more.
//!
//! What a deleted manifest named is noted in a journal before `index.json` is replaced, so that a
//! process killed in between leaves a note and not litter. A collector removes noted blobs that no
//! listed manifest needs, judged by the index as it then is.
//!
//! Someone may be pushing meanwhile, having found a blob there and not named it yet. Writers
//! therefore hold a shared lock from their first blob to their manifest, and a collector works
//! only when it gets that lock alone; it never waits, since the note stays for the next one. A blob
//! that is pushed while it is noted is taken out of the note: it may be wanted for itself.

use std::{
    collections::HashSet,
    fs::{self, File},
    path::PathBuf,
    sync::PoisonError,
};

use super::{Inner, index::Index};
use crate::{
    digest::Digest,
    error::{Code, Error, Result},
};

/// The shared lock of a writer.
#[derive(Debug)]
pub(super) struct Writing {
    _lock: File,
}

impl Inner {
    /// From here on no collector runs, until [`Inner::end_writing`] or until the handle goes.
    pub(super) fn begin_writing(&self) -> Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if writing.is_some() {
            return Ok(());
        }
        self.create()?;
        let lock = self.open_content_lock()?;
        if !self.staged().is_empty() && matches!(fs4::FileExt::try_lock(&lock), Ok(())) {
            self.sweep_staged();
        }
        fs4::FileExt::lock_shared(&lock).map_err(|e| Error::io("lock", &self.path, e))?;
        *writing = Some(Writing { _lock: lock });
        Ok(())
    }

    pub(super) fn end_writing(&self) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if self.journal().exists()
            && let Err(e) = self.collect()
        {
            tracing::warn!(error = %e, "unneeded blobs stay in the layout for now");
        }
    }

    /// Takes manifests out of the index, with all their tags, then removes what that leaves over.
    pub(super) fn delete(&self, digests: &[Digest]) -> Result<()> {
        self.check_exists()?;
        self.create()?;
        {
            let _lock = self.lock_index()?;
            let mut index = Index::read(&self.path)?;
            let going: HashSet<&Digest> = digests.iter().collect();
            let mut noted = self.noted()?;
            for digest in digests {
                // What cannot be read any more still goes, and names nothing.
                if let Ok(manifest) = self.read_manifest(digest, index.media_type(digest)) {
                    noted.extend(manifest.content().map(|blob| blob.digest.clone()));
                }
                noted.insert(digest.clone());
            }
            index.entries.retain(|entry| !going.contains(&entry.digest));
            let live = self.live(&index)?;
            if let Some(digest) = digests.iter().find(|digest| live.contains(*digest)) {
                return Err(Error::new(
                    Code::Conflict,
                    format!("{digest} is listed by an index that stays"),
                )
                .with_hint("delete the index first"));
            }
            self.write_journal(&noted)?;
            self.replace_index(&index)?;
        }
        self.collect()
    }

    /// Removes noted blobs that nothing needs, unless someone is writing.
    fn collect(&self) -> Result<()> {
        let content = self.open_content_lock()?;
        if !matches!(fs4::FileExt::try_lock(&content), Ok(())) {
            return Ok(());
        }
        self.sweep_staged();
        let _lock = self.lock_index()?;
        let live = self.live(&Index::read(&self.path)?)?;
        for digest in self.noted()? {
            if live.contains(&digest) {
                continue;
            }
            let path = self.blob_path(&digest);
            match fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", &path, e));
                }
                _ => {}
            }
        }
        let journal = self.journal();
        match fs::remove_file(&journal) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &journal, e))
            }
            _ => Ok(()),
        }
    }

    /// Takes a blob out of the note.
    pub(super) fn spare(&self, digest: &Digest) -> Result<()> {
        if !self.journal().exists() {
            return Ok(());
        }
        let _lock = self.lock_index()?;
        let mut noted = self.noted()?;
        if noted.remove(digest) { self.write_journal(&noted) } else { Ok(()) }
    }

    /// Everything the listed manifests need, themselves included.
    fn live(&self, index: &Index) -> Result<HashSet<Digest>> {
        let mut live = HashSet::new();
        let mut left: Vec<(Digest, String)> =
            index.entries.iter().map(|e| (e.digest.clone(), e.media_type.clone())).collect();
        while let Some((digest, media_type)) = left.pop() {
            if !live.insert(digest.clone()) {
                continue;
            }
            match self.read_manifest(&digest, Some(&media_type)) {
                Ok(manifest) => {
                    live.extend(manifest.content().map(|blob| blob.digest.clone()));
                    left.extend(
                        manifest
                            .manifests()
                            .iter()
                            .map(|d| (d.digest.clone(), d.media_type.clone())),
                    );
                }
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => {}
                // What cannot be read now may need anything: nothing is removed.
                Err(e) => return Err(e),
            }
        }
        Ok(live)
    }

    fn journal(&self) -> PathBuf {
        self.own_folder().join("garbage")
    }

    fn noted(&self) -> Result<HashSet<Digest>> {
        match fs::read_to_string(self.journal()) {
            Ok(text) => Ok(text.lines().filter_map(|line| line.parse().ok()).collect()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(e) => Err(Error::io("read", &self.journal(), e)),
        }
    }

    fn write_journal(&self, noted: &HashSet<Digest>) -> Result<()> {
        let text: String = noted.iter().map(|digest| format!("{digest}\n")).collect();
        self.replace(&self.journal(), text.as_bytes())
    }

    fn open_content_lock(&self) -> Result<File> {
        let path = self.own_folder().join("content");
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| Error::io("open", &path, e))
    }
}

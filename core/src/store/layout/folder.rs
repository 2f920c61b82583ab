//! The directory itself: making it a layout, its locks, and replacing its files whole.
//!
//! All that is ours lies in `.ocigraph`: `lock` for whoever changes `index.json`, `content` (see
//! `garbage.rs`), and files not yet whole. Locks are advisory and end with their process.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use fs4::{FileExt, TryLockError};
use serde_json::Value;

use super::{
    Inner,
    dir::{Dir, unsafe_or},
    index::Index,
    lock,
};
use crate::content::regular_file::{Refused, open_regular};
use ocigraph_types::{Code, Error, Result};

const OWN: &str = ".ocigraph";
const BLOBS: &str = "blobs";
const MARKER: &str = "oci-layout";
const INDEX: &str = "index.json";
const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// What the names of files not yet whole begin with.
const BLOB: &str = "blob-";
const NEW: &str = "new-";

/// As many unfinished files are removed at once; the rest by the next who tidies up.
const STAGED_AT_ONCE: usize = 10_000;

/// The promise to the user: nothing stands still for longer.
const LOCK_LIMIT: Duration = Duration::from_secs(90);

/// The layout's directory and our own folder in it, held open by all who are at work in it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) root: Dir,
    pub(super) own: Dir,
}

impl Opened {
    /// The folder of blobs of an algorithm.
    pub(super) fn blobs(&self, algorithm: &str) -> Result<Dir, Refused> {
        self.root.directory(BLOBS)?.directory(algorithm)
    }

    /// The same, which is made unless it is there.
    pub(super) fn make_blobs(&self, algorithm: &str) -> Result<Dir> {
        self.root.make_directory(BLOBS)?.make_directory(algorithm)
    }

    /// Makes it durable that there are blobs.
    pub(super) fn sync_blobs(&self, algorithm: &str) -> Result<()> {
        let synced = self.root.directory(BLOBS).and_then(|blobs| {
            let folder = blobs.directory(algorithm)?;
            Ok(folder.sync().and_then(|()| blobs.sync()))
        });
        match synced {
            Ok(synced) => synced,
            // Others have made them, elsewhere.
            Err(Refused::Is(_)) => Ok(()),
            Err(e) => Err(unsafe_or("write", &self.root.join(BLOBS), "directory", e)),
        }
    }

    /// Whoever changes `index.json` or the note of garbage holds this.
    pub(super) fn lock_index(&self) -> Result<File> {
        let file = self.own.lock_file("lock")?;
        wait_for(&self.own.join("lock"), || FileExt::try_lock(&file))?;
        Ok(file)
    }

    /// The lock of those who have leases; not taken yet.
    pub(super) fn content_lock(&self) -> Result<(File, PathBuf)> {
        Ok((self.own.lock_file("content")?, self.own.join("content")))
    }

    /// Replaces `index.json` whole and durably, or not at all. Only under the lock of the index.
    pub(super) fn replace_index(&self, bytes: &[u8]) -> Result<()> {
        self.replace(&self.root, INDEX, bytes)
    }

    /// The same for a file of our own folder.
    pub(super) fn replace_own(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.replace(&self.own, name, bytes)
    }

    fn replace(&self, folder: &Dir, name: &str, bytes: &[u8]) -> Result<()> {
        let (staged, mut file) = self.stage(NEW)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|e| Error::io("write", &folder.join(name), e))?;
        self.own.rename(&staged, folder, name).inspect_err(|_| {
            let _ = self.own.remove(&staged);
        })?;
        folder.sync()
    }

    /// A file under a hidden name. It is readable for whom the process's mask says, as any file is.
    fn stage(&self, prefix: &str) -> Result<(String, File)> {
        loop {
            let random = RandomState::new().hash_one(prefix);
            let name = format!("{prefix}{random:016x}");
            match self.own.create_new(&name) {
                Ok(file) => return Ok((name, file)),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(Error::io("create a file in", self.own.path(), e)),
            }
        }
    }

    /// Files that are not yet whole.
    pub(super) fn staged(&self) -> Vec<OsString> {
        self.own.names(&[BLOB, NEW], STAGED_AT_ONCE).unwrap_or_default()
    }

    /// A blob that is to be written; it goes unless it is given its name.
    pub(super) fn stage_blob(self: &Arc<Self>) -> Result<Unfinished> {
        let (name, file) = self.stage(BLOB)?;
        Ok(Unfinished { opened: Arc::clone(self), name, file })
    }

    fn is_still_at(&self, path: &Path) -> bool {
        self.root.is_at(path) && self.root.holds(OWN, &self.own)
    }
}

/// A file under a hidden name, which goes when this is dropped.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub(super) opened: Arc<Opened>,
    name: String,
    file: File,
}

impl Unfinished {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let path = || self.opened.own.join(&self.name);
        self.file.write_all(bytes).map_err(|e| Error::io("write", &path(), e))
    }

    /// Gives the file its name.
    pub(super) fn commit(mut self, folder: &Dir, name: &str) -> Result<()> {
        self.opened.own.rename(&self.name, folder, name)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.name.is_empty()
            && let Err(e) = self.opened.own.remove(&self.name)
        {
            tracing::debug!(error = %e, "an unfinished file stays for the next to remove");
        }
    }
}

impl Inner {
    pub(super) fn index_path(&self) -> PathBuf {
        self.path.join(INDEX)
    }

    /// Whether we have ever written here, and may look for what we left.
    pub(super) fn has_own_folder(&self) -> bool {
        self.path.join(OWN).symlink_metadata().is_ok_and(|m| m.is_dir())
    }

    /// Makes the directory a layout unless it is one, and opens it to be written.
    pub(super) fn create(&self) -> Result<Arc<Opened>> {
        let marker = self.path.join(MARKER);
        if marker.exists() {
            self.check_version()?;
            return self.opened();
        }
        self.check_vacant()?;
        create_directory(&self.path)?;
        let opened = self.opened()?;
        opened.root.make_directory(BLOBS)?;
        let _lock = opened.lock_index()?;
        // The marker comes last: what has one is a whole layout.
        if !opened.root.has(INDEX) {
            opened.replace_index(&Index::empty().to_bytes()?)?;
        }
        if !opened.root.has(MARKER) {
            opened.replace(&opened.root, MARKER, LAYOUT.as_bytes())?;
        }
        Ok(opened)
    }

    /// All who are at work at once share two handles, for as long as the path leads to them.
    fn opened(&self) -> Result<Arc<Opened>> {
        let mut known = lock(&self.opened);
        if let Some(opened) = known.upgrade()
            && opened.is_still_at(&self.path)
        {
            return Ok(opened);
        }
        let root = Dir::open(&self.path)?;
        let own = root.make_directory(OWN)?;
        let opened = Arc::new(Opened { root, own });
        *known = Arc::downgrade(&opened);
        Ok(opened)
    }

    /// NOT_FOUND when there is no layout; an error that says so when it is of a version that is
    /// not known here.
    pub(super) fn check_version(&self) -> Result<()> {
        let file = self.path.join(MARKER);
        let mut bytes = Vec::new();
        let read =
            open_regular(&file).and_then(|f| Ok(f.take(64 * 1024).read_to_end(&mut bytes)?));
        match read {
            Ok(_) => {}
            Err(Refused::Missing) => return Err(self.no_layout()),
            Err(Refused::Io(_)) if !file.exists() => return Err(self.no_layout()),
            Err(e) => return Err(unsafe_or("read", &file, "file", e)),
        }
        let version = serde_json::from_slice::<Value>(&bytes)
            .ok()
            .and_then(|v| v.get("imageLayoutVersion")?.as_str().map(str::to_owned));
        match version {
            Some(version) if version.starts_with("1.") => Ok(()),
            Some(version) => Err(Error::new(
                Code::Unsupported,
                format!(
                    "{} is an image layout of version {version}; 1.0.0 is known here",
                    self.path.display()
                ),
            )),
            None => Err(Error::new(
                Code::InvalidManifest,
                format!("{} does not say imageLayoutVersion", file.display()),
            )
            .with_hint(format!("an image layout has a file {MARKER} that reads {LAYOUT}"))),
        }
    }

    fn no_layout(&self) -> Error {
        let path = self.path.display();
        let error = |what: String, hint: &str| Error::new(Code::NotFound, what).with_hint(hint);
        if self.path.is_dir() {
            error(
                format!("{path} is no image layout: it has no file {MARKER}"),
                "name a layout's own directory; a push makes an empty one a layout",
            )
        } else if self.path.exists() {
            error(format!("{path} is a file, and no image layout"), "name a layout's directory")
        } else {
            error(format!("there is no image layout at {path}"), "a push creates one")
        }
    }

    /// A push must not scatter its files among others. One that was killed early leaves our own
    /// folder, and what it made before the marker.
    fn check_vacant(&self) -> Result<()> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Ok(()) };
        // One more than are ours.
        let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).take(4).collect();
        let ours = |name: &OsStr| name == OWN || name == BLOBS || name == INDEX;
        let killed = names.iter().any(|name| name == OWN) && names.iter().all(|name| ours(name));
        // Another process may have come further since.
        if names.is_empty() || killed || self.path.join(MARKER).exists() {
            return Ok(());
        }
        Err(Error::new(
            Code::AlreadyExists,
            format!(
                "{} is a directory with other things in it, and no image layout",
                self.path.display()
            ),
        )
        .with_hint("name an empty directory, or one that is not there yet"))
    }
}

/// Tries until it succeeds: a process that stands still must not hold up another for ever.
pub(super) fn wait_for(
    path: &Path,
    mut try_lock: impl FnMut() -> std::result::Result<(), TryLockError>,
) -> Result<()> {
    let begun = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        match try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_LIMIT => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(
                    Code::Timeout,
                    format!(
                        "another process has held the lock {} for {} s",
                        path.display(),
                        LOCK_LIMIT.as_secs()
                    ),
                )
                .with_hint("end that process, or wait for it, and try again"));
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", path, e)),
        }
    }
}

fn create_directory(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| Error::io("create", path, e))
}

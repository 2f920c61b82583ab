//! The directory itself: making it a layout, its locks, and replacing its files whole.
//!
//! All that is ours lies in `.ocigraph`: `lock` for whoever changes `index.json`, `content` (see
//! `garbage.rs`), and files not yet whole. Locks are advisory and end with their process.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use fs4::{FileExt, TryLockError};
use serde_json::Value;
use tempfile::{Builder, NamedTempFile};

use super::{Inner, index::Index};
use crate::error::{Code, Error, Result};

const OWN: &str = ".ocigraph";
const MARKER: &str = "oci-layout";
const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// What the names of files not yet whole begin with.
const STAGED: [&str; 2] = ["blob-", "new-"];

/// The promise to the user: nothing stands still for longer.
const LOCK_LIMIT: Duration = Duration::from_secs(90);

impl Inner {
    pub(super) fn own_folder(&self) -> PathBuf {
        self.path.join(OWN)
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.path.join("index.json")
    }

    /// Makes the directory a layout unless it is one.
    pub(super) fn create(&self) -> Result<()> {
        let marker = self.path.join(MARKER);
        let own = self.own_folder();
        if marker.exists() {
            self.check_version()?;
        } else {
            self.check_vacant()?;
        }
        if !own.is_dir() {
            create_directory(&own)?;
        }
        if marker.exists() {
            return Ok(());
        }
        create_directory(&self.path.join("blobs"))?;
        let _lock = self.lock_index()?;
        // The marker comes last: what has one is a whole layout.
        if !self.index_path().exists() {
            self.replace(&self.index_path(), &Index::empty().to_bytes()?)?;
        }
        if !marker.exists() {
            self.replace(&marker, LAYOUT.as_bytes())?;
        }
        Ok(())
    }

    /// NOT_FOUND when there is no layout; an error that says so when it is of a version that is
    /// not known here.
    pub(super) fn check_version(&self) -> Result<()> {
        let file = self.path.join(MARKER);
        let mut bytes = Vec::new();
        match open_file(&file).and_then(|f| f.take(64 * 1024).read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(_) if !file.exists() => return Err(self.no_layout()),
            Err(e) => return Err(Error::io("read", &file, e)),
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
        let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        let ours = |name: &OsStr| name == OWN || name == "blobs" || name == "index.json";
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

    /// Whoever changes `index.json` or the note of garbage holds this.
    pub(super) fn lock_index(&self) -> Result<File> {
        let path = self.own_folder().join("lock");
        let file = open_lock(&path)?;
        wait_for(&path, || FileExt::try_lock(&file))?;
        Ok(file)
    }

    pub(super) fn content_lock(&self) -> PathBuf {
        self.own_folder().join("content")
    }

    /// Replaces a file whole and durably, or not at all. Only under the lock of the index.
    pub(super) fn replace(&self, target: &Path, bytes: &[u8]) -> Result<()> {
        let fail = |e| Error::io("write", target, e);
        let mut file = self.stage(STAGED[1])?;
        file.write_all(bytes).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(target).map_err(|e| fail(e.error))?;
        sync_directory(target.parent().unwrap_or(&self.path))
    }

    pub(super) fn stage_blob_file(&self) -> Result<NamedTempFile> {
        self.stage(STAGED[0])
    }

    /// A file under a hidden name, which goes unless it is given its own. It is readable for whom
    /// the process's mask says, as any file is.
    fn stage(&self, prefix: &str) -> Result<NamedTempFile> {
        let own = self.own_folder();
        Builder::new()
            .prefix(prefix)
            .make_in(&own, |path| File::options().write(true).create_new(true).open(path))
            .map_err(|e| Error::io("create a file in", &own, e))
    }

    /// Files that are not yet whole.
    pub(super) fn staged(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.own_folder()) else { return Vec::new() };
        let staged = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            STAGED.iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
        };
        entries.flatten().filter(staged).map(|entry| entry.path()).collect()
    }
}

/// Opens a file to be read. A pipe in its place, to which nobody writes, would never be opened.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    File::open(path)
}

/// Opens a lock file. A layout that may only be read can still be locked where its lock exists.
pub(super) fn open_lock(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .or_else(|e| File::open(path).map_err(|_| e))
        .map_err(|e| Error::io("open", path, e))
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

pub(super) fn create_directory(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| Error::io("create", path, e))
}

/// A rename is durable once its directory is.
pub(super) fn sync_directory(path: &Path) -> Result<()> {
    if cfg!(unix) {
        sync_file(path).map_err(|e| Error::io("write", path, e))?;
    }
    Ok(())
}

/// Windows syncs only what may be written; elsewhere reading is enough, and other tools make
/// their blobs read-only.
pub(super) fn sync_file(path: &Path) -> io::Result<()> {
    File::options().read(true).write(cfg!(windows)).open(path)?.sync_all()
}

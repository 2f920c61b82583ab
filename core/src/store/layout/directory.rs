//! The directory of a layout: creating it, locking it, and replacing its files atomically.
//!
//! The private folder `.ocigraph` holds everything that is not part of the format: the file `lock`,
//! held while `index.json` changes; the lock file `content` and the journal (see `gc`); and staged
//! files, which are incomplete. Locks are advisory, and end with the process that holds them.
//! Reading a layout never creates the private folder.
//!
//! Format: [image-spec v1.1.1, "OCI Image Layout Specification"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak},
    thread,
    time::{Duration, Instant, SystemTime},
};

use fs4::{FileExt, TryLockError};
use serde_json::Value;

use super::{
    dir_handle::{DirHandle, refusal_error},
    index_text,
    sync::lock,
};
use crate::{
    blocking::check_cancelled,
    content::{
        file_stamp::FileStamp,
        plain_text::utf8_text,
        regular_file::{Kind, Refused, open_regular},
        source::READ_SIZE,
    },
};
use ocigraph_types::{Code, Digest, Error, Result};

const PRIVATE: &str = ".ocigraph";
pub(super) const BLOBS: &str = "blobs";
/// The file by which the specification recognizes a layout.
pub(super) const MARKER: &str = "oci-layout";
pub(super) const INDEX: &str = "index.json";
/// Maximum bytes that are read of it.
pub(super) const MAX_MARKER: u64 = 64 * 1024;
pub(super) const MARKER_CONTENT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// The first part of the names of staged files: a blob, or any other file.
const STAGED_BLOB: &str = "blob-";
const STAGED_FILE: &str = "new-";

/// Maximum staged files that one collection removes. The next collection removes more.
const MAX_STAGED: usize = 10_000;

/// Maximum folders of blobs, one for each algorithm.
const MAX_ALGORITHMS: usize = 100;

/// Maximum time to wait for a lock, before the error TIMEOUT.
const LOCK_TIMEOUT: Duration = Duration::from_secs(90);

/// The directory of a layout, by its path. Opened by the first write.
#[derive(Debug)]
pub(super) struct LayoutDirectory {
    path: PathBuf,
    /// The open handles, shared by all concurrent writes through this value.
    opened: Mutex<Weak<OpenLayout>>,
    /// The marker that was checked last, if each later write to it is recognized.
    checked: Mutex<Option<FileStamp>>,
    /// True if other directories beside the files of the layout are layouts of their own.
    has_nested: bool,
}

impl LayoutDirectory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, opened: Mutex::default(), checked: Mutex::default(), has_nested: false }
    }

    pub(super) fn with_nested(path: PathBuf) -> Self {
        Self { has_nested: true, ..Self::new(path) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn blob_path(&self, digest: &Digest) -> PathBuf {
        blob_path(&self.path, digest)
    }

    /// Opens the folder of an algorithm's blobs. Refuses one that lies outside the layout.
    pub(super) fn blob_folder(&self, algorithm: &str) -> Result<DirHandle, Refused> {
        let root = DirHandle::open(&self.path).map_err(|_| Refused::Missing)?;
        root.directory(BLOBS)?.directory(algorithm)
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.path.join(INDEX)
    }

    /// Returns true if ocigraph has written to this layout before.
    pub(super) fn has_private_folder(&self) -> bool {
        self.path.join(PRIVATE).symlink_metadata().is_ok_and(|m| m.is_dir())
    }

    /// Opens the layout for writing. Creates it if the directory is missing or empty.
    pub(super) fn create(&self) -> Result<Arc<OpenLayout>> {
        match self.check_version() {
            Err(e) if e.code() == Code::NotFound => {}
            checked => return checked.and_then(|()| self.opened()),
        }
        self.check_writable()?;
        self.check_vacant()?;
        create_directory(&self.path)?;
        let opened = self.opened()?;
        opened.root.make_directory(BLOBS)?;
        let _lock = opened.lock_index()?;
        // The marker is written last, so that a directory with a marker is a complete layout.
        if !opened.root.has(INDEX) {
            opened.replace_index(index_text::empty().as_bytes())?;
        }
        if !opened.root.has(MARKER) {
            opened.replace(&opened.root, MARKER, MARKER_CONTENT.as_bytes())?;
        }
        Ok(opened)
    }

    /// Returns the shared handles, and opens them again if the path leads elsewhere now.
    fn opened(&self) -> Result<Arc<OpenLayout>> {
        let mut known = lock(&self.opened);
        if let Some(opened) = known.upgrade()
            && opened.is_still_at(&self.path)
        {
            return Ok(opened);
        }
        let root = DirHandle::open(&self.path)?;
        let private = root.make_directory(PRIVATE)?;
        let opened = Arc::new(OpenLayout { root, private });
        *known = Arc::downgrade(&opened);
        Ok(opened)
    }

    /// Checks the `oci-layout` file. Errors: NOT_FOUND without a layout, UNSUPPORTED for a version
    /// other than 1.x, INVALID_MANIFEST for a malformed file.
    pub(super) fn check_version(&self) -> Result<()> {
        let (file, now) = (self.path.join(MARKER), SystemTime::now());
        let mut bytes = Vec::new();
        // An open file has its newest metadata on a network file system too.
        let read = open_regular(&file).and_then(|opened| {
            let stamp = FileStamp::reliable(&opened.metadata()?, now);
            if stamp.is_none() || *lock(&self.checked) != stamp {
                opened.take(MAX_MARKER).read_to_end(&mut bytes)?;
                return Ok(Some(stamp));
            }
            Ok(None)
        });
        let stamp = match read {
            Ok(None) => return Ok(()),
            Ok(Some(stamp)) => stamp,
            Err(Refused::Missing) => return Err(self.no_layout()),
            Err(Refused::Io(_)) if !file.exists() => return Err(self.no_layout()),
            Err(e) => return Err(refusal_error("read", &file, "file", e)),
        };
        check_marker(&self.path, &bytes)?;
        *lock(&self.checked) = stamp;
        Ok(())
    }

    fn no_layout(&self) -> Error {
        let path = self.path.display();
        let error = |what: String, hint: &str| Error::new(Code::NotFound, what).with_hint(hint);
        if self.path.is_dir() {
            error(
                format!("{path} is not an image layout: it has no file {MARKER}"),
                "name the directory of a layout; a push turns an empty directory into a layout",
            )
        } else if let Err(e) = self.check_writable() {
            e
        } else {
            error(
                format!("there is no image layout at {path}"),
                "check the path; write oci:PATH/:TAG if the path contains a colon",
            )
        }
    }

    /// Fails with UNSUPPORTED if the path names a file: a layout in an archive is only read.
    pub(super) fn check_writable(&self) -> Result<()> {
        let path = self.path.display();
        match self.path.metadata().map(|m| Kind::from(m.file_type())) {
            Err(_) | Ok(Kind::Directory) => Ok(()),
            Ok(Kind::File) => Err(Error::new(
                Code::Unsupported,
                format!("{path} is a file: a layout in a tar archive can be read, and not changed"),
            )
            .with_hint(format!(
                "copy it to a directory and change that: `ocigraph copy -r oci:{path}:TAG \
                 oci:DIRECTORY:TAG`"
            ))),
            Ok(kind) => Err(not_a_layout(&self.path, kind)),
        }
    }

    /// Fails with ALREADY_EXISTS if the directory holds other files, so that a push does not mix
    /// its files with them. Accepts what a killed push left before it wrote the marker.
    fn check_vacant(&self) -> Result<()> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Ok(()) };
        let ours = |name: &OsStr| name == PRIVATE || name == BLOBS || name == INDEX;
        let is_nested = |entry: &fs::DirEntry| {
            self.has_nested
                && !ours(&entry.file_name())
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
        };
        // Three names are ours, so a fourth suffices to find another.
        let others = entries.flatten().filter(|entry| !is_nested(entry));
        let names: Vec<_> = others.map(|entry| entry.file_name()).take(4).collect();
        let killed =
            names.iter().any(|name| name == PRIVATE) && names.iter().all(|name| ours(name));
        // Another process may have written the marker since the first check.
        if names.is_empty() || killed || self.path.join(MARKER).exists() {
            return Ok(());
        }
        Err(Error::new(
            Code::AlreadyExists,
            format!("{} is not an image layout and contains other files", self.path.display()),
        )
        .with_hint("name an empty directory, or one that does not exist yet"))
    }
}

/// Returns the path of a blob of the layout at `root`.
pub(super) fn blob_path(root: &Path, digest: &Digest) -> PathBuf {
    root.join(BLOBS).join(digest.algorithm_name()).join(digest.encoded())
}

/// Returns the error for a layout's path that names neither a directory nor a regular file.
pub(super) fn not_a_layout(path: &Path, is: Kind) -> Error {
    let what = format!("{} is {is}, not an image layout", path.display());
    Error::new(Code::InvalidArgument, what)
        .with_hint("name the directory of a layout, or a tar archive of one in a regular file")
}

/// Checks the content of the `oci-layout` file of the layout at `path`.
pub(super) fn check_marker(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = path.join(MARKER);
    let hint = || format!("write {MARKER_CONTENT} into the file {MARKER}");
    let text = utf8_text(bytes).map_err(|reason| {
        let message = format!("{} cannot be read: {reason}", file.display());
        Error::new(Code::InvalidManifest, message).with_hint(hint())
    })?;
    let version = serde_json::from_str::<Value>(text)
        .ok()
        .and_then(|v| v.get("imageLayoutVersion")?.as_str().map(str::to_owned));
    match version {
        Some(version) if version.starts_with("1.") => Ok(()),
        Some(version) => Err(Error::new(
            Code::Unsupported,
            format!("{} is an image layout of version {version}: expected 1.0.0", path.display()),
        )),
        None => Err(Error::new(
            Code::InvalidManifest,
            format!("{} has no imageLayoutVersion", file.display()),
        )
        .with_hint(hint())),
    }
}

/// Open handles of the layout's root directory and of its private folder.
#[derive(Debug)]
pub(super) struct OpenLayout {
    pub(super) root: DirHandle,
    pub(super) private: DirHandle,
}

impl OpenLayout {
    /// Opens the folder of an algorithm's blobs.
    pub(super) fn blobs(&self, algorithm: &str) -> Result<DirHandle, Refused> {
        self.root.directory(BLOBS)?.directory(algorithm)
    }

    /// Opens the folder of an algorithm's blobs, and creates it if it does not exist.
    pub(super) fn make_blobs(&self, algorithm: &str) -> Result<DirHandle> {
        self.root.make_directory(BLOBS)?.make_directory(algorithm)
    }

    /// Returns the digests of all blobs, at most `limit`. Skips folders outside the layout.
    pub(super) fn stored_blobs(&self, limit: usize) -> Result<Vec<Digest>> {
        let Ok(blobs) = self.root.directory(BLOBS) else { return Ok(Vec::new()) };
        let names = |folder: &DirHandle, limit| {
            folder.names(&[""], limit).map_err(|e| Error::io("read", folder.path(), e))
        };
        let mut stored = Vec::new();
        for algorithm in names(&blobs, MAX_ALGORITHMS)? {
            let algorithm = algorithm.to_string_lossy().into_owned();
            let Ok(folder) = blobs.directory(&algorithm) else { continue };
            let found = names(&folder, limit.saturating_sub(stored.len()))?;
            let digests =
                found.iter().map(|name| format!("{algorithm}:{}", name.to_string_lossy()));
            stored.extend(digests.filter_map(|digest| digest.parse().ok()));
        }
        Ok(stored)
    }

    /// Syncs the folders that name the blobs of an algorithm.
    pub(super) fn sync_blobs(&self, algorithm: &str) -> Result<()> {
        let synced = self.root.directory(BLOBS).and_then(|blobs| {
            let folder = blobs.directory(algorithm)?;
            Ok(folder.sync().and_then(|()| blobs.sync()))
        });
        match synced {
            Ok(synced) => synced,
            // Another tool has made the folder a symbolic link.
            Err(Refused::Is(_)) => Ok(()),
            Err(e) => Err(refusal_error("write", &self.root.join(BLOBS), "directory", e)),
        }
    }

    /// Takes the lock that protects `index.json` and the journal.
    pub(super) fn lock_index(&self) -> Result<File> {
        let file = self.private.lock_file("lock")?;
        wait_for(&self.private.join("lock"), || FileExt::try_lock(&file))?;
        Ok(file)
    }

    /// Opens the lock file of leases without locking it, and returns its path for messages.
    pub(super) fn content_lock(&self) -> Result<(File, PathBuf)> {
        Ok((self.private.lock_file("content")?, self.private.join("content")))
    }

    /// Replaces `index.json` atomically and durably, and returns the stamp of the new file. The caller holds
    /// the lock of the index.
    pub(super) fn replace_index(&self, bytes: &[u8]) -> Result<Option<FileStamp>> {
        self.replace(&self.root, INDEX, bytes)
    }

    /// Writes a blob atomically and durably. The caller holds the lock of the index, so that no
    /// collector removes the staged file.
    pub(super) fn write_blob(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let folder = self.make_blobs(digest.algorithm_name())?;
        self.replace(&folder, digest.encoded(), bytes).map(drop)
    }

    /// Replaces a file of the private folder atomically and durably.
    pub(super) fn replace_private(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.replace(&self.private, name, bytes).map(drop)
    }

    fn replace(&self, folder: &DirHandle, name: &str, bytes: &[u8]) -> Result<Option<FileStamp>> {
        let (staged, mut file) = self.stage(STAGED_FILE)?;
        let failed = |e| Error::io("write", &folder.join(name), e);
        file.write_all(bytes).map_err(failed)?;
        let stamp = FileStamp::set(&file);
        file.sync_all().map_err(failed)?;
        self.private.rename(&staged, folder, name).inspect_err(|_| {
            let _ = self.private.remove(&staged);
        })?;
        folder.sync().map(|()| stamp)
    }

    /// Creates a staged file. Its permissions follow the umask, as those of the final file must.
    fn stage(&self, prefix: &str) -> Result<(String, File)> {
        loop {
            let random = RandomState::new().hash_one(prefix);
            let name = format!("{prefix}{random:016x}");
            match self.private.create_new(&name) {
                Ok(file) => return Ok((name, file)),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(Error::io("create a file in", self.private.path(), e)),
            }
        }
    }

    /// Returns the names of staged files, at most 10,000.
    pub(super) fn staged(&self) -> Vec<OsString> {
        self.private.names(&[STAGED_BLOB, STAGED_FILE], MAX_STAGED).unwrap_or_default()
    }

    /// Creates a staged file for a blob.
    pub(super) fn stage_blob(self: &Arc<Self>) -> Result<StagedFile> {
        let (name, file) = self.stage(STAGED_BLOB)?;
        Ok(StagedFile { opened: Arc::clone(self), name, file })
    }

    fn is_still_at(&self, path: &Path) -> bool {
        self.root.is_at(path) && self.root.holds(PRIVATE, &self.private)
    }
}

/// A file under a temporary name in the private folder. Dropping this removes the file, unless it
/// was committed.
#[derive(Debug)]
pub(super) struct StagedFile {
    pub(super) opened: Arc<OpenLayout>,
    name: String,
    file: File,
}

impl StagedFile {
    /// Removes the bytes after the first `length`: a failed write can leave some in the file.
    pub(super) fn truncate(&mut self, length: u64) -> Result<()> {
        let truncated = self.file.set_len(length);
        truncated
            .and_then(|()| self.file.seek(SeekFrom::Start(length)).map(drop))
            .map_err(|e| Error::io("write", &self.opened.private.join(&self.name), e))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let path = || self.opened.private.join(&self.name);
        self.file.write_all(bytes).map_err(|e| Error::io("write", &path(), e))
    }

    /// Shares the blocks of another file ([ioctl_ficlone(2)]). Returns false, and changes nothing, if the file
    /// system cannot, or is another.
    ///
    /// [ioctl_ficlone(2)]: https://man7.org/linux/man-pages/man2/ioctl_ficlone.2.html
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        not(any(target_arch = "sparc", target_arch = "sparc64"))
    ))]
    pub(super) fn share(&self, from: &File) -> bool {
        rustix::fs::ioctl_ficlone(&self.file, from).is_ok()
    }

    #[cfg(not(all(
        any(target_os = "linux", target_os = "android"),
        not(any(target_arch = "sparc", target_arch = "sparc64"))
    )))]
    pub(super) fn share(&self, _: &File) -> bool {
        false
    }

    /// Passes the content on, chunk by chunk.
    pub(super) fn read(&mut self, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let failed = |e| Error::io("read", &self.opened.private.join(&self.name), e);
        let mut chunk = vec![0; READ_SIZE];
        (&self.file).seek(SeekFrom::Start(0)).map_err(failed)?;
        loop {
            check_cancelled().map_err(failed)?;
            match (&self.file).read(&mut chunk).map_err(failed)? {
                0 => return Ok(()),
                n => each(&chunk[..n])?,
            }
        }
    }

    /// Writes the content to the disk, so that a name never has less of it after a loss of power.
    pub(super) fn sync(&self) -> Result<()> {
        let path = || self.opened.private.join(&self.name);
        self.file.sync_data().map_err(|e| Error::io("write", &path(), e))
    }

    /// Moves the file to its final name.
    pub(super) fn commit(&mut self, folder: &DirHandle, name: &str) -> Result<()> {
        self.opened.private.rename(&self.name, folder, name)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.name.is_empty()
            && let Err(e) = self.opened.private.remove(&self.name)
        {
            tracing::debug!(error = %e, "cannot remove a staged file; a later write removes it");
        }
    }
}

/// Retries `try_lock` until it succeeds. Fails with TIMEOUT after 90 seconds, because the process
/// that holds the lock can be suspended.
pub(super) fn wait_for(
    path: &Path,
    mut try_lock: impl FnMut() -> std::result::Result<(), TryLockError>,
) -> Result<()> {
    let started = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        match try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_TIMEOUT => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(
                    Code::Timeout,
                    format!(
                        "another process has held the lock {} for {} s",
                        path.display(),
                        LOCK_TIMEOUT.as_secs()
                    ),
                )
                .with_hint("end that process or wait for it, then try again"));
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", path, e)),
        }
    }
}

fn create_directory(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| Error::io("create", path, e))
}

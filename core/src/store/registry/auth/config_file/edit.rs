//! Changes to a credential file that other programs change too.
//!
//! Processes and tasks of this library exclude each other by a lock on a hidden file in the same
//! directory. docker takes no lock, so the file is read again immediately before it is replaced and
//! shortly after, and changes in between are merged. The file is replaced by rename, and only its
//! owner can read it. Symbolic links to it are kept.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{ConfigPath, CredentialFile, read_text};
use crate::{
    blocking::spawn_blocking,
    content::{paths::parent, small_file::follow_links},
    store::registry::{
        auth::{credential::Credential, login_target::LoginTarget},
        hint,
    },
};
use ocigraph_types::{Code, Error, Result};

/// Time to wait for the lock. Each holder keeps it for one read and one write.
const LOCK_TIMEOUT: Duration = Duration::from_secs(15);
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A program without a lock that read the file before it was replaced has written it after this
/// time.
const SETTLED_AFTER: Duration = Duration::from_millis(20);

/// Attempts to change a file that other programs keep changing.
const MAX_ATTEMPTS: u32 = 50;

/// A change to the entry of a host or namespace.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Set(LoginTarget, Credential),
    Remove(LoginTarget),
}

/// The result of a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EditResult {
    Written,
    /// The entry to remove does not exist.
    Unchanged,
    /// The file names a credential helper for the host, so nothing was stored in it.
    HelperConfigured,
}

impl Edit {
    fn target(&self) -> &LoginTarget {
        match self {
            Self::Set(target, _) | Self::Remove(target) => target,
        }
    }

    fn apply(&self, file: &mut CredentialFile) -> Result<EditResult> {
        match self {
            Self::Set(target, _) if file.helper(target.host())?.is_some() => {
                Ok(EditResult::HelperConfigured)
            }
            Self::Set(target, credential) => {
                file.set(target, credential)?;
                Ok(EditResult::Written)
            }
            Self::Remove(target) if file.remove(target)? => Ok(EditResult::Written),
            Self::Remove(_) => Ok(EditResult::Unchanged),
        }
    }
}

/// Changes the entry of a host, and keeps the changes of other programs.
pub(crate) async fn edit(config: &ConfigPath, edit: &Edit) -> Result<EditResult> {
    let path = follow_links(&config.path).map_err(|e| io_error("write", &config.path, e))?;
    if matches!(edit, Edit::Set(..)) {
        create_private_directory(parent(&path)).map_err(|e| io_error("write", &path, e))?;
    }
    let config = ConfigPath { path, format: config.format };
    for _ in 0..MAX_ATTEMPTS {
        let lock = Lock::acquire(&config.path, LOCK_TIMEOUT).await?;
        let (target, change) = (config.clone(), edit.clone());
        let replacement = spawn_blocking(move || replace(&target, &change, lock)).await?;
        let (before, ours) = match replacement {
            Replacement::Written { before, ours } => (before, ours),
            Replacement::NotWritten(result) => return Ok(result),
        };
        sleep(SETTLED_AFTER).await;
        let (target, owner) = (config.clone(), edit.target().clone());
        let was_reverted = move || {
            let file = CredentialFile::read(&target.path, target.format)?;
            let entries = file.map_or(Ok(Vec::new()), |file| file.entries(&owner))?;
            Ok(entries == before && entries != ours)
        };
        if !spawn_blocking(was_reverted).await? {
            return Ok(EditResult::Written);
        }
    }
    Err(keeps_changing(&config.path))
}

/// The result of replacing the file.
enum Replacement {
    /// With the entries of the host before and after.
    Written {
        before: Entries,
        ours: Entries,
    },
    NotWritten(EditResult),
}

type Entries = Vec<zeroize::Zeroizing<String>>;

/// Replaces the file. Starts again if another program changed it since it was read.
fn replace(
    ConfigPath { path, format }: &ConfigPath,
    edit: &Edit,
    lock: Lock,
) -> Result<Replacement> {
    let fail = |e| io_error("write", path, e);
    let name = path.display().to_string();
    lock.remove_leftovers();
    for _ in 0..MAX_ATTEMPTS {
        let text = read_text(path)?;
        let mut file = CredentialFile::parse(&name, text.as_deref().map_or(b"", |t| t), *format)?;
        let before = file.entries(edit.target())?;
        match edit.apply(&mut file)? {
            EditResult::Written => {}
            other => return Ok(Replacement::NotWritten(other)),
        }
        let temporary = write_beside(path, file.to_text().as_bytes()).map_err(fail)?;
        if read_text(path)? != text {
            continue;
        }
        temporary.persist(path).map_err(|e| fail(e.error))?;
        return Ok(Replacement::Written { before, ours: file.entries(edit.target())? });
    }
    Err(keeps_changing(path))
}

/// Writes a temporary file in the same directory. Only its owner can read it, and it has the owner
/// of the file that it will replace.
fn write_beside(path: &Path, text: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .suffix(TEMPORARY_SUFFIX)
        .tempfile_in(parent(path))?;
    file.write_all(text)?;
    #[cfg(unix)]
    if let Ok(current) = path.metadata() {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.as_file().metadata()?;
        if (own.uid(), own.gid()) != (current.uid(), current.gid()) {
            // Root may change the owner, as under `sudo`. Failure is not an error.
            let _ = fchown(file.as_file(), Some(current.uid()), Some(current.gid()));
        }
    }
    file.as_file().sync_all()?;
    Ok(file)
}

const TEMPORARY_SUFFIX: &str = ".tmp";

fn hidden_name(path: &Path) -> String {
    format!(".ocigraph-{}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn temporary_prefix(path: &Path) -> String {
    hidden_name(path) + "-"
}

fn create_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn io_error(action: &str, path: &Path, e: io::Error) -> Error {
    Error::new(Code::Credentials, format!("cannot {action} {}: {e}", path.display())).with_source(e)
}

fn keeps_changing(path: &Path) -> Error {
    let message = format!("another program keeps changing {}", path.display());
    Error::new(Code::Credentials, message).with_hint(hint::wait_for_program())
}

/// The exclusive right to change a file. Dropping it removes the lock file.
#[derive(Debug)]
struct Lock {
    /// The file that is changed.
    target: PathBuf,
    /// The lock file; `None` on a file system without locks.
    lock_file: Option<(PathBuf, File)>,
}

impl Lock {
    async fn acquire(target: &Path, limit: Duration) -> Result<Self> {
        let path = parent(target).join(hidden_name(target) + ".lock");
        let fail = |e| io_error("lock", &path, e);
        let deadline = Instant::now() + limit;
        loop {
            let file = open_lock(&path).map_err(fail)?;
            match fs4::FileExt::try_lock(&file) {
                // The previous holder may have removed the file meanwhile.
                Ok(()) if is_still_at(&file, &path).map_err(fail)? => {
                    return Ok(Self {
                        target: target.to_path_buf(),
                        lock_file: Some((path, file)),
                    });
                }
                Ok(()) => {}
                Err(fs4::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    sleep(LOCK_POLL_INTERVAL).await
                }
                Err(fs4::TryLockError::WouldBlock) => {
                    let seconds = limit.as_secs();
                    return Err(Error::new(
                        Code::Credentials,
                        format!(
                            "another process has locked {} for {seconds} seconds",
                            path.display()
                        ),
                    )
                    .with_hint(hint::end_lock_holder()));
                }
                // Some network file systems do not support locks.
                Err(fs4::TryLockError::Error(_)) => {
                    return Ok(Self { target: target.to_path_buf(), lock_file: None });
                }
            }
        }
    }

    /// Removes the temporary files of killed holders, which may contain secrets.
    fn remove_leftovers(&self) {
        let directory = parent(&self.target);
        let (Some(_), Ok(entries)) = (&self.lock_file, fs::read_dir(directory)) else { return };
        let prefix = temporary_prefix(&self.target);
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let random =
                name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(TEMPORARY_SUFFIX));
            if random.is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Other systems cannot remove and create again a file that another process has open.
        if let Some((path, _)) = self.lock_file.as_ref().filter(|_| cfg!(unix)) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens the lock file, which must be a regular file: a link could name the file of another user,
/// and opening a pipe could block forever.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(0o600).custom_flags(flags.bits() as i32);
    }
    let not_regular = || io::Error::other("it is not a regular file; remove it");
    let file = options.open(path).map_err(|e| match path.symlink_metadata() {
        Ok(existing) if !existing.is_file() => not_regular(),
        _ => e,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    Ok(path.symlink_metadata().is_ok_and(|m| (m.dev(), m.ino()) == (own.dev(), own.ino())))
}

/// Always true, since these systems never remove the lock file.
#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
#[path = "edit_tests.rs"]
mod tests;

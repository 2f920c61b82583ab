//! Changing a credential file that other programs change too.
//!
//! Our own processes and tasks take turns by a lock on a hidden file beside it. docker takes no lock:
//! so the file is read again right before it is replaced and shortly after, and what came in between
//! is merged. It is replaced by rename, readable for its owner alone; links to it stay.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{
    credential::Credential,
    file::{ConfigPath, CredentialFile, read_text},
};
use crate::{blocking::spawn_blocking, content::small_file::follow_links};
use ocigraph_types::{Code, Error, Host, Result};

/// How long others may hold the lock: each holds it for one read and one write.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(10);

/// A program that takes no lock and read the file before it was replaced has written it by then.
const SETTLED_AFTER: Duration = Duration::from_millis(20);

/// How often others may change the file in between.
const TRIES: u32 = 50;

/// What is to be done with a host's entry.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Set(Host, Credential),
    Remove(Host),
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edited {
    Written,
    /// There was nothing to remove.
    Unchanged,
    /// Since it was read last, the file has named a helper for the host: nothing is stored in it.
    HelperInCharge,
}

impl Edit {
    fn host(&self) -> &Host {
        match self {
            Self::Set(host, _) | Self::Remove(host) => host,
        }
    }

    fn apply(&self, file: &mut CredentialFile) -> Result<Edited> {
        match self {
            Self::Set(host, _) if file.helper(host)?.is_some() => Ok(Edited::HelperInCharge),
            Self::Set(host, credential) => {
                file.set(host, credential)?;
                Ok(Edited::Written)
            }
            Self::Remove(host) if file.remove(host)? => Ok(Edited::Written),
            Self::Remove(_) => Ok(Edited::Unchanged),
        }
    }
}

/// Changes the entry of a host, whatever others do to the file meanwhile.
pub(super) async fn edit(at: &ConfigPath, edit: &Edit) -> Result<Edited> {
    let path = follow_links(&at.path).map_err(|e| cannot("write", &at.path, e))?;
    if matches!(edit, Edit::Set(..)) {
        make_private_folder(crate::content::paths::parent(&path))
            .map_err(|e| cannot("write", &path, e))?;
    }
    let at = ConfigPath { path, kind: at.kind };
    for _ in 0..TRIES {
        let lock = Lock::take(&at.path, LONGEST_WAIT).await?;
        let (place, wanted) = (at.clone(), edit.clone());
        let done = spawn_blocking(move || replace(&place, &wanted, lock)).await?;
        let Replaced::With { before, ours } = done else { return Ok(done.edited()) };
        sleep(SETTLED_AFTER).await;
        let (place, host) = (at.clone(), edit.host().clone());
        let undone = move || {
            let now = CredentialFile::read(&place.path, place.kind)?;
            let now = now.map_or(Ok(Vec::new()), |now| now.entries(&host))?;
            Ok(now == before && now != ours)
        };
        if !spawn_blocking(undone).await? {
            return Ok(Edited::Written);
        }
    }
    Err(keeps_changing(&at.path))
}

/// The entries of the host as they were and as they are now.
enum Replaced {
    With { before: Entries, ours: Entries },
    Not(Edited),
}

type Entries = Vec<zeroize::Zeroizing<String>>;

impl Replaced {
    fn edited(self) -> Edited {
        match self {
            Self::With { .. } => Edited::Written,
            Self::Not(edited) => edited,
        }
    }
}

/// Replaces the file once nobody has changed it between the reading and the renaming.
fn replace(ConfigPath { path, kind }: &ConfigPath, edit: &Edit, lock: Lock) -> Result<Replaced> {
    let fail = |e| cannot("write", path, e);
    let name = path.display().to_string();
    lock.remove_leftovers();
    for _ in 0..TRIES {
        let text = read_text(path)?;
        let mut file = CredentialFile::parse(&name, text.as_deref().map_or(b"", |t| t), *kind)?;
        let before = file.entries(edit.host())?;
        match edit.apply(&mut file)? {
            Edited::Written => {}
            other => return Ok(Replaced::Not(other)),
        }
        let temporary = write_beside(path, file.to_text().as_bytes()).map_err(fail)?;
        if read_text(path)? != text {
            continue;
        }
        temporary.persist(path).map_err(|e| fail(e.error))?;
        return Ok(Replaced::With { before, ours: file.entries(edit.host())? });
    }
    Err(keeps_changing(path))
}

/// A temporary file is readable for its owner alone, who stays the one of the file.
fn write_beside(path: &Path, text: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .suffix(TEMPORARY)
        .tempfile_in(crate::content::paths::parent(path))?;
    file.write_all(text)?;
    #[cfg(unix)]
    if let Ok(there) = path.metadata() {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.as_file().metadata()?;
        if (own.uid(), own.gid()) != (there.uid(), there.gid()) {
            // As with `sudo`, which may; others may not.
            let _ = fchown(file.as_file(), Some(there.uid()), Some(there.gid()));
        }
    }
    file.as_file().sync_all()?;
    Ok(file)
}

const TEMPORARY: &str = ".tmp";

fn hidden(path: &Path) -> String {
    format!(".ocigraph-{}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn temporary_prefix(path: &Path) -> String {
    hidden(path) + "-"
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn cannot(what: &str, path: &Path, e: io::Error) -> Error {
    Error::new(Code::Credentials, format!("cannot {what} {}: {e}", path.display())).with_source(e)
}

fn keeps_changing(path: &Path) -> Error {
    let what = format!("{} is changed by another program again and again", path.display());
    Error::new(Code::Credentials, what).with_hint("try again when that program has ended")
}

/// Whose turn it is to change a file. The lock file goes with its last holder.
#[derive(Debug)]
struct Lock {
    /// The file that is changed.
    of: PathBuf,
    /// The lock file; nothing where the file system knows no locks.
    held: Option<(PathBuf, File)>,
}

impl Lock {
    async fn take(of: &Path, longest: Duration) -> Result<Self> {
        let path = crate::content::paths::parent(of).join(hidden(of) + ".lock");
        let fail = |e| cannot("lock", &path, e);
        let until = Instant::now() + longest;
        loop {
            let file = open_lock(&path).map_err(fail)?;
            match fs4::FileExt::try_lock(&file) {
                // The one who had it may have removed the file meanwhile.
                Ok(()) if is_still_at(&file, &path).map_err(fail)? => {
                    return Ok(Self { of: of.to_path_buf(), held: Some((path, file)) });
                }
                Ok(()) => {}
                Err(fs4::TryLockError::WouldBlock) if Instant::now() < until => sleep(PAUSE).await,
                Err(fs4::TryLockError::WouldBlock) => {
                    let wait = longest.as_secs();
                    return Err(Error::new(
                        Code::Credentials,
                        format!("another process has had {} for {wait} seconds", path.display()),
                    )
                    .with_hint("end the process that holds this lock, and try again"));
                }
                // Some network file systems know no locks.
                Err(fs4::TryLockError::Error(_)) => {
                    return Ok(Self { of: of.to_path_buf(), held: None });
                }
            }
        }
    }

    /// Removes what killed holders of the lock were writing: it may hold secrets.
    fn remove_leftovers(&self) {
        let folder = crate::content::paths::parent(&self.of);
        let (Some(_), Ok(entries)) = (&self.held, fs::read_dir(folder)) else { return };
        let prefix = temporary_prefix(&self.of);
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let random = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(TEMPORARY));
            if random.is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere a file that others have open cannot be removed and made again at once.
        if let Some((path, _)) = self.held.as_ref().filter(|_| cfg!(unix)) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens the lock file, which may be nothing but a regular file: a link could lead to a file of
/// somebody else, a pipe could wait for ever.
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
    let odd = || io::Error::other("it is not a regular file; remove it");
    let file = options.open(path).map_err(|e| match path.symlink_metadata() {
        Ok(there) if !there.is_file() => odd(),
        _ => e,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(odd()) }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    Ok(path.symlink_metadata().is_ok_and(|m| (m.dev(), m.ino()) == (own.dev(), own.ino())))
}

/// Where it is never removed.
#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
#[path = "replace/tests.rs"]
mod tests;

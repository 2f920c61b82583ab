//! Unfinished files: written beside their place under a hidden name, renamed when they are whole.
//!
//! The names cannot be guessed, and an unfinished file is locked for as long as it is written. So the
//! next process can tell what a killed one left: it takes up a large file of its own, and removes the
//! rest. A process that gives up removes its file itself.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::content::{
    final_paths::Claim,
    paths,
    paths::{MadeDirectories, PARTIAL_PREFIX, PARTIAL_SUFFIX, parent},
};
use ocigraph_types::{Algorithm, Code, Descriptor, Error, Result, Verifier};

/// A shorter file is fetched again sooner than it is found again.
const CONTINUED_FROM: u64 = 1024 * 1024;

/// What somebody took for a leftover before it was locked is made again.
const CREATE_TRIES: u32 = 8;

/// A file on its way to its place.
#[derive(Debug)]
pub(crate) struct PartialFile {
    // Dropped in this order: the file first, then the directories that all files leave empty.
    file: NamedTempFile,
    _made: Arc<MadeDirectories>,
    target: PathBuf,
}

impl PartialFile {
    /// Begins the file for `blob` that is to be at `target`, whose directory is created, or takes
    /// up one that a killed process left. The verifier has seen what is in the file already.
    pub(crate) fn begin(
        target: &Path,
        blob: &Descriptor,
        leftovers: &Leftovers,
    ) -> Result<(Self, Verifier)> {
        if target.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(is_a_directory(target));
        }
        Self::begin_in(parent(target), target, blob, leftovers)
    }

    /// The same, in another directory than the target's: for a packed directory, which is unpacked
    /// from there.
    pub(crate) fn begin_in(
        directory: &Path,
        target: &Path,
        blob: &Descriptor,
        leftovers: &Leftovers,
    ) -> Result<(Self, Verifier)> {
        let key = key_of(target, blob);
        let directory = leftovers.look_into(directory)?;
        while let Some(path) = directory.take(key.as_deref()) {
            let taken = take_up(&path).map_err(|e| {
                // With no descriptor left it is tried again.
                directory.give_back(path.clone());
                Error::io("read", &path, e)
            })?;
            if let Some(mut file) = taken {
                let verifier =
                    digest(file.as_file_mut(), blob).map_err(|e| Error::io("read", &path, e))?;
                let _made = Arc::clone(&leftovers.made);
                return Ok((Self { file, _made, target: target.to_path_buf() }, verifier?));
            }
        }
        let mut tries = 0;
        loop {
            let partial = Self::create(&directory, target, key.as_deref(), leftovers)?;
            tries += 1;
            if is_own(partial.file.as_file(), partial.file.path()) || tries == CREATE_TRIES {
                return Ok((partial, Verifier::new(blob)?));
            }
            // The one who has it may go on with it: it is not ours to remove.
            let _ = partial.file.keep();
        }
    }

    /// Writes a file that is at hand, whole and verified. Whether it was written: see
    /// [`commit`](Self::commit).
    pub(crate) fn write(
        target: &Path,
        bytes: &[u8],
        claim: &Claim,
        keep_old: bool,
        leftovers: &Leftovers,
    ) -> Result<bool> {
        let directory = leftovers.look_into(parent(target))?;
        let mut tries = 0;
        loop {
            let mut partial = Self::create(&directory, target, None, leftovers)?;
            // Where it could not be locked at once, or is gone when it is renamed, somebody has taken
            // it for a leftover.
            let _ = fs4::FileExt::try_lock(partial.file.as_file());
            partial.append(bytes)?;
            if let Some(written) = partial.try_commit(claim, keep_old)? {
                return Ok(written);
            }
            tries += 1;
            if tries == CREATE_TRIES {
                return Err(replaced(target));
            }
        }
    }

    /// A new file, in a directory that is created when it is not there.
    fn create(
        directory: &Directory,
        target: &Path,
        key: Option<&str>,
        leftovers: &Leftovers,
    ) -> Result<Self> {
        let file = leftovers.made_in(&directory.path, || create(&directory.path, key));
        let file = file.map_err(|e| Error::io("create a file in", &directory.path, e))?;
        let _made = Arc::clone(&leftovers.made);
        Ok(Self { file, _made, target: target.to_path_buf() })
    }

    /// Writes at the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.target, e))
    }

    /// Gives the file its name, where no other content of the same pull has it. What is there is
    /// replaced, a symbolic link too, which is not followed; with `keep_old` it stays. Whether the
    /// file was written.
    pub(crate) fn commit(self, claim: &Claim, keep_old: bool) -> Result<bool> {
        let target = self.target.clone();
        self.try_commit(claim, keep_old)?.ok_or_else(|| replaced(&target))
    }

    /// The same; nothing when the unfinished file is no longer at its path.
    fn try_commit(self, claim: &Claim, keep_old: bool) -> Result<Option<bool>> {
        let Self { file, target, _made } = self;
        let fail = |e: io::Error| match e.kind() {
            io::ErrorKind::IsADirectory => is_a_directory(&target),
            _ => Error::io("write", &target, e),
        };
        let written = file.as_file().metadata().map_err(fail)?;
        if !is_at(&written, file.path()) {
            return Ok(None);
        }
        let mut writing = claim.writing();
        let is_gone = |e: &io::Error, path: &Path| {
            e.kind() == io::ErrorKind::NotFound && !is_at(&written, path)
        };
        // Most often nothing is there, and this is all.
        if let Err(e) = file.persist_noclobber(&target) {
            if is_gone(&e.error, e.file.path()) {
                return Ok(None);
            }
            match target.symlink_metadata() {
                Ok(there) if !claim.is_sole() => writing.check_not_placed(&target, &there)?,
                // Not every file system can rename without replacing.
                Err(_) if keep_old => return Err(fail(e.error)),
                _ => {}
            }
            if keep_old {
                return Ok(Some(false));
            }
            e.file.persist(&target).map_err(|e| fail(e.error))?;
        }
        writing.placed(&written);
        Ok(Some(true))
    }

    /// The content from its beginning, to be read; the file goes with the value.
    pub(crate) fn into_reader(mut self) -> Result<impl io::Read + Send> {
        let path = self.file.path().to_path_buf();
        self.file.seek(SeekFrom::Start(0)).map_err(|e| Error::io("read", &path, e))?;
        Ok(Reader(self))
    }
}

fn is_a_directory(target: &Path) -> Error {
    Error::new(
        Code::AlreadyExists,
        format!("{} is a directory, and a file is to be there", target.display()),
    )
    .with_hint("move it away, or write into another directory")
}

fn replaced(target: &Path) -> Error {
    Error::new(
        Code::Conflict,
        format!("the unfinished file of {} was replaced by another", target.display()),
    )
    .with_hint("another program works in that directory; try again when it is done")
}

struct Reader(PartialFile);

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.file.read(buffer)
    }
}

/// A hidden directory, which goes with the value.
pub(crate) struct StagingDirectory {
    directory: TempDir,
    _lock: File,
}

impl StagingDirectory {
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// What killed processes left in the directories that a pull writes to. Each directory is looked
/// through once: files that this pull can take up are kept for it, the rest is removed.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    wanted: HashSet<String>,
    made: Arc<MadeDirectories>,
    directories: Mutex<HashMap<PathBuf, Arc<Directory>>>,
}

/// A directory that was looked through.
#[derive(Debug)]
struct Directory {
    /// Absolute, so that it need not be made so for each file.
    path: PathBuf,
    found: Mutex<Vec<PathBuf>>,
}

impl Leftovers {
    /// Those of a pull of these blobs, each with its target.
    pub(crate) fn of<'a>(blobs: impl Iterator<Item = (&'a Path, &'a Descriptor)>) -> Self {
        let wanted = blobs.filter_map(|(target, blob)| key_of(target, blob)).collect();
        Self { wanted, ..Self::default() }
    }

    /// All files of the pull are in their places, in these directories, and so are the directories made
    /// for them. What killed processes left there is of no use any more.
    pub(crate) fn all_written<'a>(&self, directories: impl Iterator<Item = &'a Path>) {
        self.made.keep();
        for directory in directories {
            // One that cannot be found has nothing in it.
            let _ = self.look_into(directory);
        }
        let looked = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        looked.values().for_each(|directory| directory.remove_rest());
    }

    /// Makes a hidden directory beside its place, for what is unpacked.
    pub(crate) fn staging_directory(&self, parent: &Path) -> Result<StagingDirectory> {
        self.look_into(parent)?;
        let fail = |e| Error::io("create a directory in", parent, e);
        let mut tries = 0;
        loop {
            let make =
                || Builder::new().prefix(PARTIAL_PREFIX).suffix(PARTIAL_SUFFIX).tempdir_in(parent);
            let directory = self.made_in(parent, make).map_err(fail)?;
            tries += 1;
            // Elsewhere a directory cannot be opened, and none is taken for a leftover.
            let lock = if cfg!(unix) { File::open(directory.path()) } else { tempfile::tempfile() };
            match lock {
                Ok(lock) if is_own(&lock, directory.path()) || tries == CREATE_TRIES => {
                    return Ok(StagingDirectory { directory, _lock: lock });
                }
                Err(e) if e.kind() != io::ErrorKind::NotFound || tries == CREATE_TRIES => {
                    return Err(fail(e));
                }
                _ => {}
            }
        }
    }

    /// Makes something in a directory, which is created when it is not there. Another pull that was
    /// given up may remove the directory again as long as it is empty.
    fn made_in<T>(&self, parent: &Path, make: impl Fn() -> io::Result<T>) -> io::Result<T> {
        for _ in 0..CREATE_TRIES {
            match make() {
                Err(e) if e.kind() == io::ErrorKind::NotFound => match self.made.create(parent) {
                    // What leads there was moved in the middle of that.
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                    made => made?,
                },
                other => return other,
            }
        }
        make()
    }

    fn look_into(&self, directory: &Path) -> Result<Arc<Directory>> {
        let mut directories = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = directories.get(directory) {
            return Ok(Arc::clone(known));
        }
        let path = std::path::absolute(directory)
            .map_err(|e| Error::io("find the directory", directory, e))?;
        let found = Mutex::new(leftovers_in(&path, &self.wanted));
        let looked = Arc::new(Directory { path, found });
        directories.insert(directory.to_path_buf(), Arc::clone(&looked));
        Ok(looked)
    }
}

impl Directory {
    /// The longest of the files that go by `key`; each is given once.
    fn take(&self, key: Option<&str>) -> Option<PathBuf> {
        let key = key?;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let is_wanted = |path: &Path| path.file_name().is_some_and(|n| key_in(n) == Some(key));
        let wanted = found.iter().enumerate().filter(|(_, path)| is_wanted(path));
        let length = |path: &Path| path.symlink_metadata().map_or(0, |m| m.len());
        let (place, _) = wanted.max_by_key(|(_, path)| length(path))?;
        Some(found.swap_remove(place))
    }

    fn give_back(&self, path: PathBuf) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    /// Removes what nobody took up.
    fn remove_rest(&self) {
        for path in self.found.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            remove_or_leave(&path);
        }
    }
}

/// More names than this in one directory are not looked through.
const LOOKED_THROUGH: usize = 100_000;

/// Removes what nobody has locked; gives the files that are wanted.
fn leftovers_in(directory: &Path, wanted: &HashSet<String>) -> Vec<PathBuf> {
    // A directory that cannot be read is written to all the same.
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.take(LOOKED_THROUGH).flatten() {
        let name = entry.file_name();
        if !paths::is_partial_name(&name) {
            continue;
        }
        if key_in(&name).is_some_and(|key| wanted.contains(key)) {
            found.push(entry.path());
        } else {
            remove_or_leave(&entry.path());
        }
    }
    found
}

fn remove_or_leave(leftover: &Path) {
    if let Err(e) = remove_leftover(leftover) {
        tracing::debug!(error = %e, path = %leftover.display(), "a leftover stays");
    }
}

/// By what a large file is found again: its name and its digest.
fn key_of(target: &Path, blob: &Descriptor) -> Option<String> {
    if blob.size < CONTINUED_FROM {
        return None;
    }
    let name = target.file_name().unwrap_or_default();
    let both = [blob.digest.as_str().as_bytes(), b"/", name.as_encoded_bytes()].concat();
    Some(format!("{:.32}", Algorithm::Sha256.digest(&both).encoded()))
}

/// The key in `.ocigraph-KEY.RANDOM.partial`.
fn key_in(name: &std::ffi::OsStr) -> Option<&str> {
    let key = name.to_str()?.strip_prefix(PARTIAL_PREFIX)?.strip_suffix(PARTIAL_SUFFIX)?;
    let (key, _random) = key.split_once('.')?;
    (key.len() == 32).then_some(key)
}

fn create(directory: &Path, key: Option<&str>) -> io::Result<NamedTempFile> {
    let prefix = match key {
        Some(key) => format!("{PARTIAL_PREFIX}{key}."),
        None => PARTIAL_PREFIX.to_owned(),
    };
    // The process's own mask decides who may read it, as for any file it creates. It may be read
    // again: a packed directory is unpacked from it.
    let open = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(12).suffix(PARTIAL_SUFFIX).make_in(directory, open)
}

/// Locks what was just made at `path`. False when somebody has taken it for a leftover meanwhile. On a
/// file system without locks no leftover is removed either.
fn is_own(made: &File, path: &Path) -> bool {
    match fs4::FileExt::try_lock(made) {
        Err(fs4::TryLockError::WouldBlock) => false,
        _ => made.metadata().is_ok_and(|opened| is_at(&opened, path)),
    }
}

/// Whether the path still names the file that was opened.
#[cfg(unix)]
fn is_at(opened: &fs::Metadata, path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|named| paths::is_same_file(opened, &named))
}

#[cfg(not(unix))]
fn is_at(_: &fs::Metadata, path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Digests what is in the file, which is emptied when it holds more than the blob has.
fn digest(file: &mut File, blob: &Descriptor) -> io::Result<Result<Verifier>> {
    use io::Read;
    let mut verifier = match Verifier::new(blob) {
        Ok(verifier) => verifier,
        Err(e) => return Ok(Err(e)),
    };
    let length = file.metadata()?.len();
    if length > blob.size {
        file.set_len(0)?;
        return Ok(Ok(verifier));
    }
    let mut buffer = vec![0; CONTINUED_FROM.min(length) as usize];
    file.seek(SeekFrom::Start(0))?;
    while verifier.seen() < length {
        crate::blocking::check_cancelled()?;
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        if let Err(e) = verifier.update(&buffer[..n]) {
            return Ok(Err(e));
        }
    }
    Ok(Ok(verifier))
}

#[cfg(unix)]
use unix::{remove_leftover, take_up};

#[cfg(not(unix))]
fn take_up(_: &Path) -> io::Result<Option<NamedTempFile>> {
    Ok(None)
}

#[cfg(not(unix))]
fn remove_leftover(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::{self, File},
        io,
        os::unix::fs::MetadataExt,
        path::Path,
    };

    use fs4::FileExt;
    use rustix::fs::{Mode, OFlags};
    use tempfile::{NamedTempFile, TempPath};

    use super::is_at;

    /// Opens a leftover and locks it. Nothing when a process has it, or when it cannot be what a
    /// process of this user left.
    fn open(path: &Path, flags: OFlags) -> io::Result<Option<File>> {
        // A link is not followed, and a pipe is not waited for.
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(e) if e == rustix::io::Errno::MFILE || e == rustix::io::Errno::NFILE => {
                return Err(e.into());
            }
            Err(_) => return Ok(None),
        };
        let opened = file.metadata()?;
        let plain = opened.is_dir() || (opened.is_file() && opened.nlink() == 1);
        let ours = plain && opened.uid() == rustix::process::geteuid().as_raw();
        // Another process may have renamed or removed it before the lock was given.
        let free = ours && matches!(FileExt::try_lock(&file), Ok(())) && is_at(&opened, path);
        Ok(free.then_some(file))
    }

    pub(super) fn take_up(path: &Path) -> io::Result<Option<NamedTempFile>> {
        match open(path, OFlags::RDWR)? {
            Some(file) if file.metadata()?.is_file() => {
                Ok(Some(NamedTempFile::from_parts(file, TempPath::try_from_path(path)?)))
            }
            _ => Ok(None),
        }
    }

    /// Removes a file or directory that nobody has locked.
    pub(super) fn remove_leftover(path: &Path) -> io::Result<()> {
        match open(path, OFlags::RDONLY)? {
            None => Ok(()),
            Some(file) if file.metadata()?.is_dir() => fs::remove_dir_all(path),
            Some(_) => fs::remove_file(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use ocigraph_types::media_type;

    fn blob(content: &[u8]) -> Descriptor {
        Descriptor::of(media_type::OCTET_STREAM, content)
    }

    fn begin(target: &Path) -> PartialFile {
        PartialFile::begin(target, &blob(b"whatever"), &Leftovers::default()).unwrap().0
    }

    /// Begins a file as a pull of it alone does.
    fn begin_blob(target: &Path, blob: &Descriptor) -> (PartialFile, Verifier) {
        let leftovers = Leftovers::of([(target, blob)].into_iter());
        PartialFile::begin(target, blob, &leftovers).unwrap()
    }

    fn commit(file: PartialFile, keep_old: bool) -> bool {
        let digest = Algorithm::Sha256.digest(b"");
        let claim = Claim::sole(&file.target, digest, false);
        file.commit(&claim, keep_old).unwrap()
    }

    fn large() -> Vec<u8> {
        vec![7; CONTINUED_FROM as usize]
    }

    /// A name that a killed process can have left.
    fn leftover(target: &Path, blob: &Descriptor, random: &str) -> PathBuf {
        let key = key_of(target, blob).unwrap();
        target.with_file_name(format!("{PARTIAL_PREFIX}{key}.{random}{PARTIAL_SUFFIX}"))
    }

    #[cfg(unix)]
    #[test]
    fn a_link_at_the_place_of_a_file_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "old").unwrap();
        std::os::unix::fs::symlink(&victim, dir.path().join("file")).unwrap();
        let mut staged = begin(&dir.path().join("file"));
        staged.append(b"new").unwrap();
        commit(staged, false);
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"new");
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut staged = begin(&dir.path().join("a/b/x"));
        staged.append(b"half").unwrap();
        assert!(!dir.path().join("a/b/x").exists());
        drop(staged);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_what_others_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let staged = begin(&dir.path().join("a/x"));
        commit(begin(&dir.path().join("a/y")), false);
        drop(staged);
        assert!(dir.path().join("a/y").exists());
    }

    #[test]
    fn what_is_there_is_replaced_or_kept() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x");
        for (content, keep_old, then) in [("1", false, "1"), ("2", true, "1"), ("3", false, "3")] {
            let mut staged = begin(&target);
            staged.append(content.as_bytes()).unwrap();
            assert_eq!(commit(staged, keep_old), then == content);
            assert_eq!(fs::read_to_string(&target).unwrap(), then);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        }
        let error = PartialFile::begin(dir.path(), &blob(b""), &Leftovers::default()).unwrap_err();
        assert_eq!(error.code(), Code::AlreadyExists);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_the_mode_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plain"), "").unwrap();
        commit(begin(&dir.path().join("staged")), false);
        let mode = |name| dir.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode("staged"), mode("plain"));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_process_left_is_taken_up_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let (content, target) = (large(), dir.path().join("x"));
        let blob = blob(&content);
        fs::write(leftover(&target, &blob, "random"), &content[..1000]).unwrap();

        let (mut first, mut verifier) = begin_blob(&target, &blob);
        assert_eq!(verifier.seen(), 1000);
        let (second, fresh) = begin_blob(&target, &blob);
        assert_eq!(fresh.seen(), 0);
        drop(second);
        first.append(&content[1000..]).unwrap();
        verifier.update(&content[1000..]).unwrap();
        verifier.finish().unwrap();
        assert!(commit(first, false));
        assert_eq!(fs::read(&target).unwrap(), content);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn of_several_that_killed_processes_left_the_longest_is_taken_up_and_none_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (content, target) = (large(), dir.path().join("x"));
        let blob = blob(&content);
        for (random, length) in [("a", 10), ("b", 1000), ("c", 500)] {
            fs::write(leftover(&target, &blob, random), &content[..length]).unwrap();
        }
        let leftovers = Leftovers::of([(target.as_path(), &blob)].into_iter());
        let (file, verifier) = PartialFile::begin(&target, &blob, &leftovers).unwrap();
        assert_eq!(verifier.seen(), 1000);
        commit(file, false);
        leftovers.all_written(std::iter::empty());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

        // Where nothing had to be written, too.
        fs::write(leftover(&target, &blob, "d"), &content[..10]).unwrap();
        let leftovers = Leftovers::of([(target.as_path(), &blob)].into_iter());
        leftovers.all_written([dir.path()].into_iter());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn traps_under_a_hidden_name_are_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let content = large();
        let (target, blob) = (dir.path().join("x"), blob(&content));
        let (partial, victim) = (leftover(&target, &blob, "random"), dir.path().join("victim"));
        fs::write(&victim, "old").unwrap();
        for link in [std::os::unix::fs::symlink, |from: &Path, to: &Path| fs::hard_link(from, to)] {
            link(&victim, &partial).unwrap();
            let (mut staged, verifier) = begin_blob(&target, &blob);
            assert_eq!(verifier.seen(), 0);
            staged.append(b"new").unwrap();
            commit(staged, false);
            assert_eq!(fs::read(&victim).unwrap(), b"old");
            fs::remove_file(&partial).unwrap();
        }
        let made = std::process::Command::new("mkfifo").arg(&partial).status().unwrap();
        assert!(made.success());
        assert_eq!(begin_blob(&target, &blob).1.seen(), 0);
        fs::remove_file(&partial).unwrap();
        fs::write(&partial, vec![0; CONTINUED_FROM as usize + 1]).unwrap();
        assert_eq!(begin_blob(&target, &blob).1.seen(), 0);
    }

    #[test]
    fn hidden_names_cannot_be_guessed() {
        let dir = tempfile::tempdir().unwrap();
        let (target, blob) = (dir.path().join("x"), blob(&large()));
        let files = [begin_blob(&target, &blob).0, begin_blob(&target, &blob).0];
        let names = files.each_ref().map(|f| f.file.path().file_name().unwrap().to_owned());
        assert_ne!(names[0], names[1]);
        assert!(names.iter().all(|name| key_in(name) == key_of(&target, &blob).as_deref()));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_replaced_on_its_way_is_not_given_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x");
        let mut file = begin(&target);
        file.append(b"right").unwrap();
        let path = file.file.path().to_path_buf();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "wrong").unwrap();
        let claim = Claim::sole(&target, Algorithm::Sha256.digest(b""), false);
        assert_eq!(file.commit(&claim, false).unwrap_err().code(), Code::Conflict);
        assert!(!target.exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_killed_processes_left_is_removed_and_what_others_write_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let busy = begin(&at("busy"));
        let unpacking = Leftovers::default().staging_directory(dir.path()).unwrap();
        fs::write(at(".ocigraph-0123.partial"), "small").unwrap();
        fs::write(leftover(&at("other"), &blob(&large()), "0123"), "large").unwrap();
        fs::create_dir_all(at(".ocigraph-4567.partial/root/d")).unwrap();
        for kept in [".ocigraph-x", "mine.partial", ".ocigraph-8.partial.txt"] {
            fs::write(at(kept), "").unwrap();
        }
        commit(begin(&at("x")), false);
        let mut left: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = vec![name(busy.file.path()), name(unpacking.path())];
        expected.extend(
            [".ocigraph-8.partial.txt", ".ocigraph-x", "mine.partial", "x"].map(Into::into),
        );
        expected.sort();
        assert_eq!(left, expected);
    }
}

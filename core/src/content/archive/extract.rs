//! Extracts the entries of an archive below an empty directory.
//!
//! The entries are named below the title, as ORAS packs them, or, as `tar -C DIRECTORY .` does, below
//! the directory itself. [`EntryNames`] finds out which.
//!
//! Resolves every entry component by component and refuses a symbolic link on the way, whether or
//! not it came with the archive. Refuses devices and named pipes. Relies on the [`Meter`] to limit
//! what is read.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use tar::EntryType;

use super::{
    decompress::decompressed,
    entry_names::{EntryNames, from_windows},
    hashing::Hashing,
    link_target::stays_inside,
    tar_entries::{Entries, Entry, TarError},
    unpack_limits::{MAX_HEADER_BYTES, Meter, UnpackedReader},
};
use crate::content::safe_path::unsafe_name;
use ocigraph_types::{Algorithm, Code, Digest, Error, Result};

/// Maximum depth of a directory tree: removing a tree takes a file descriptor for each level.
const MAX_DEPTH: usize = 512;
const BUFFER: usize = 256 * 1024;

/// The extraction of one archive.
pub(super) struct Extraction<'a> {
    root: &'a Path,
    names: EntryNames,
    /// The first link that stays inside the output directory only if the archive has the content of
    /// the directory alone.
    far_link: RefCell<Option<Error>>,
    /// The title as given, for messages.
    title: &'a str,
    meter: &'a Meter,
}

impl<'a> Extraction<'a> {
    /// Prepares to extract a packed directory with this title to `root`, an empty directory.
    pub(super) fn new(root: &'a Path, title: &'a str, meter: &'a Meter) -> Self {
        Self { root, names: EntryNames::new(title), far_link: RefCell::default(), title, meter }
    }

    /// Extracts all entries. Returns the digest of the uncompressed archive, and the extracted
    /// directory, which is `root` or below it.
    pub(super) fn run(
        &self,
        source: &mut impl Read,
        algorithm: Algorithm,
    ) -> Result<(Digest, PathBuf)> {
        let plain = decompressed(source).map_err(|e| self.tar_error(e))?;
        let metered = UnpackedReader { inner: plain, meter: self.meter };
        let mut entries = Entries::new(Hashing::new(metered, algorithm));
        let mask = mask_of(self.root).map_err(|e| Error::io("read", self.root, e))?;
        let mut buffer = vec![0; BUFFER];
        for count in 1.. {
            self.meter.header_budget.set(MAX_HEADER_BYTES);
            let Some(entry) = entries.next().map_err(|e| self.tar_error(e))? else { break };
            if count > self.meter.limits.entries {
                return Err(self.too_large(&format!("{} entries", self.meter.limits.entries)));
            }
            self.entry(&entry, &mut entries, mask, &mut buffer)?;
        }
        // The digest includes the padding and anything else after the last entry.
        let mut rest = entries.into_inner();
        self.meter.header_budget.set(u64::MAX);
        while rest.read(&mut buffer).map_err(|e| self.read_error(e))? > 0 {}
        if rest.length == 0 {
            return Err(self.malformed("it is empty"));
        }
        let directory = self.root.join(self.names.directory().map_err(|name| self.outside(&name))?);
        if let Some(error) = self.far_link.take().filter(|_| !self.names.is_content_alone()) {
            return Err(error);
        }
        // The archive may have no entry.
        if !directory.exists() {
            fs::create_dir_all(&directory)
                .map_err(|e| Error::io("create the directory", &directory, e))?;
        }
        Ok((rest.hasher.finish(), directory))
    }

    fn entry<R: Read>(
        &self,
        entry: &Entry,
        content: &mut Entries<R>,
        mask: u32,
        buffer: &mut [u8],
    ) -> Result<()> {
        let from_windows = from_windows(&entry.name, self.root, &self.names);
        let name = from_windows.as_deref().unwrap_or(&entry.name);
        let name = path_of(name).ok_or_else(|| self.malformed("a file name is not UTF-8"))?;
        let is_directory = entry.kind.is_dir() || is_old_directory(entry);
        let relative = self.relative(&name)?;
        self.names.record(&relative, is_directory);
        let target = self.root.join(&relative);
        let fail = |e| Error::io("unpack", &target, e);
        let mode = entry.mode.ok_or_else(|| self.malformed("an entry has an invalid mode"))?;
        if is_directory {
            self.create_directories(&name, &relative)?;
            return set_mode(&target, (mode & mask) | 0o700).map_err(fail);
        }
        let Some(parent) = relative.parent() else {
            return Err(self.unsafe_entry(
                &name,
                "has the path of the directory itself and is not a directory",
            ));
        };
        self.create_directories(&name, parent)?;
        match entry.kind {
            EntryType::Regular | EntryType::Continuous if entry.name.ends_with(b"/") => {
                Err(self
                    .malformed(&format!("{name:?} has the name of a directory and has content")))
            }
            EntryType::Regular | EntryType::Continuous => {
                let file = self.create(&name, &target, |at| create_file(at, mode & 0o777))?;
                self.copy(content, file, &target, buffer)
            }
            EntryType::Symlink | EntryType::Link if entry.size > 0 => {
                Err(self.unsupported(&format!("the link {name:?} has content of its own")))
            }
            EntryType::Symlink => {
                let link = self.link_target(entry, from_windows.is_some())?;
                self.check_link(&name, &relative, &link)?;
                self.create(&name, &target, |at| create_symlink(&link, at))
            }
            EntryType::Link => {
                let link = self.link_target(entry, from_windows.is_some())?;
                let from = self.relative(&link)?;
                self.check_directories(&link, from.parent().unwrap_or(Path::new("")))?;
                let from = self.root.join(from);
                if from == target || !from.symlink_metadata().is_ok_and(|m| m.is_file()) {
                    let why =
                        format!("is a hard link to {}, which is not a file in it", link.display());
                    return Err(self.unsafe_entry(&name, &why));
                }
                self.create(&name, &target, |at| fs::hard_link(&from, at))
            }
            EntryType::Char | EntryType::Block => Err(self.unsafe_entry(&name, "is a device")),
            EntryType::Fifo => Err(self.unsafe_entry(&name, "is a named pipe")),
            other => Err(self.unsupported(&format!(
                "the entry {name:?} has the unsupported type {:?}",
                char::from(other.as_byte())
            ))),
        }
    }

    /// Checks that a symbolic link stays inside the output directory.
    fn check_link(&self, name: &Path, relative: &Path, target: &Path) -> Result<()> {
        if stays_inside(relative, target) {
            return Ok(());
        }
        let why =
            format!("links to {}, which may be outside the output directory", target.display());
        let error = self.unsafe_entry(name, &why);
        match self.names.in_output(relative) {
            Some(path) if stays_inside(&path, target) => {
                self.far_link.borrow_mut().get_or_insert(error);
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// Returns an entry's path below `root`; empty for the root of the archive.
    fn relative(&self, name: &Path) -> Result<PathBuf> {
        let relative = self.names.relative(name).ok_or_else(|| self.outside(name))?;
        for component in relative.components() {
            match component {
                Component::Normal(part) => {
                    if let Some(why) = unsafe_name(part) {
                        let why = format!("has the component {part:?}, which {why}");
                        return Err(self.unsafe_entry(name, &why));
                    }
                }
                _ => return Err(self.unsafe_entry(name, "may lead out of it")),
            }
        }
        if relative.components().count() > MAX_DEPTH {
            return Err(self.too_large(&format!("{MAX_DEPTH} levels")));
        }
        Ok(relative)
    }

    /// Creates the missing directories of a path. Every existing component must be a directory.
    fn create_directories(&self, name: &Path, relative: &Path) -> Result<()> {
        let mut path = self.root.to_path_buf();
        for part in relative {
            path.push(part);
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    self.check_directory(name, &path)?;
                }
                Err(e) => return Err(Error::io("create the directory", &path, e)),
            }
        }
        Ok(())
    }

    fn check_directories(&self, name: &Path, relative: &Path) -> Result<()> {
        let mut path = self.root.to_path_buf();
        for part in relative {
            path.push(part);
            self.check_directory(name, &path)?;
        }
        Ok(())
    }

    fn check_directory(&self, name: &Path, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Ok(());
        }
        Err(self.unsafe_entry(name, "leads through a path that is not a directory in it"))
    }

    /// Creates a file or link. An entry replaces an earlier one with the same name, except a
    /// directory.
    fn create<T>(
        &self,
        name: &Path,
        path: &Path,
        create: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<T> {
        let created = match create(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                if path.symlink_metadata().is_ok_and(|m| m.is_dir()) {
                    return Err(self.malformed(&format!("it contains {name:?} twice")));
                }
                fs::remove_file(path).and_then(|()| create(path))
            }
            other => other,
        };
        created.map_err(|e| Error::io("unpack", path, e))
    }

    fn copy<R: Read>(
        &self,
        from: &mut Entries<R>,
        mut to: File,
        path: &Path,
        buffer: &mut [u8],
    ) -> Result<()> {
        self.meter.header_budget.set(u64::MAX);
        loop {
            match from.read(buffer).map_err(|e| self.tar_error(e))? {
                0 => return Ok(()),
                n => to.write_all(&buffer[..n]).map_err(|e| Error::io("write", path, e))?,
            }
        }
    }

    fn link_target(&self, entry: &Entry, from_windows: bool) -> Result<PathBuf> {
        let mut link = entry.link.clone().unwrap_or_default();
        if from_windows {
            link.iter_mut().filter(|b| **b == b'\\').for_each(|b| *b = b'/');
        }
        let link = Some(link).filter(|link| !link.is_empty()).and_then(|link| path_of(&link));
        link.ok_or_else(|| self.malformed("a link has no target"))
    }

    fn tar_error(&self, error: TarError) -> Error {
        match error {
            TarError::Io(e) => self.read_error(e),
            TarError::Malformed(why) => self.malformed(&why),
            TarError::NoHeader => {
                self.malformed("a header has a wrong checksum, or it is not a tar archive")
            }
            TarError::Unsupported(why) => self.unsupported(&why),
        }
    }

    fn read_error(&self, error: io::Error) -> Error {
        match self.meter.exceeded.take() {
            Some(what) => self.too_large(&what),
            None => self.malformed(&error.to_string()).with_source(error),
        }
    }

    /// Also counts as malformed: a transfer that damaged the archive can make it look unsupported.
    fn unsupported(&self, why: &str) -> Error {
        self.malformed(why).with_code(Code::Unsupported).with_hint(
            "supported archives are tar without compression, with gzip and with zstd; `ocigraph blob \
             fetch` downloads this one unchanged",
        )
    }

    fn malformed(&self, why: &str) -> Error {
        self.meter.malformed.set(true);
        Error::new(
            Code::Io,
            format!("cannot read the archive of the directory {:?}: {why}", self.title),
        )
    }

    fn too_large(&self, what: &str) -> Error {
        Error::new(
            Code::TooLarge,
            format!("the directory {:?} unpacks to more than {what}", self.title),
        )
        .with_hint(
            "raise the limit (--unpack-limit-entries, --unpack-limit-bytes or --unpack-limit-ratio) \
             only if you trust the publisher",
        )
    }

    fn outside(&self, name: &Path) -> Error {
        self.unsafe_entry(name, "is outside it")
    }

    fn unsafe_entry(&self, name: &Path, why: &str) -> Error {
        Error::new(
            Code::UnsafePath,
            format!("the entry {name:?} of the directory {:?} {why}", self.title),
        )
        .with_hint("nothing was unpacked; ask the publisher about this archive")
    }
}

/// Returns whether an entry is a directory as written before tar had a type for directories: an
/// empty file whose name ends with a slash.
fn is_old_directory(entry: &Entry) -> bool {
    entry.kind.is_file() && entry.size == 0 && entry.name.ends_with(b"/")
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(PathBuf::from)
}

#[cfg(unix)]
fn create_symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn create_symlink(target: &Path, path: &Path) -> io::Result<()> {
    let leads_to = path.parent().unwrap_or(Path::new(".")).join(target);
    if leads_to.is_dir() {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}

fn create_file(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Returns the mode bits that the process's umask allows, read from a directory that was just
/// created.
#[cfg(unix)]
fn mask_of(directory: &Path) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(directory.metadata()?.permissions().mode() & 0o777)
}

#[cfg(unix)]
fn set_mode(directory: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(directory, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn mask_of(_: &Path) -> io::Result<u32> {
    Ok(0o777)
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

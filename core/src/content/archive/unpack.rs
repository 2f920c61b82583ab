//! Unpacking: into a hidden directory first, and into place once the whole archive proved right.
//!
//! Every entry is resolved anew, component by component: a link on the way is refused, whether it
//! came with the archive or not. Devices, pipes and the like are refused too. What is read is
//! metered, so that neither the disk nor memory can be filled by a small archive.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use tar::EntryType;

use super::{
    Hashing,
    decode::decompressed,
    entries::{Entries, Entry, Fault},
    meter::{Counting, HEADERS, Meter, Metered, UnpackLimits},
    place::place,
    stays_inside,
};
use crate::content::{final_paths::Claim, partial_file::Leftovers, paths};
use ocigraph_types::{Algorithm, Code, Digest, Error, Result};

/// Removing a tree takes a handle a level.
const DEPTH: usize = 512;
const BUFFER: usize = 256 * 1024;

/// A packed directory that is to be unpacked to where its title says.
pub(crate) struct PackedDirectory<'a> {
    /// Must have passed [`paths::safe_directory`].
    pub(crate) title: &'a str,
    pub(crate) output: &'a Path,
    /// The digest of the archive before compression.
    pub(crate) content_digest: Option<&'a Digest>,
    pub(crate) limits: &'a UnpackLimits,
    /// Leaves what is there.
    pub(crate) keep_old: bool,
    pub(crate) claim: &'a Claim,
    pub(crate) leftovers: &'a Leftovers,
}

impl PackedDirectory<'_> {
    /// Unpacks the directory, and merges it into one that is there.
    ///
    /// The archive is read to its end before anything is moved into place, so a reader that fails
    /// there, on a wrong digest, leaves nothing. Gives what was put in place, a new directory
    /// standing for all in it: nothing, when all was there already.
    pub(crate) fn unpack(&self, archive: impl Read) -> Result<Vec<PathBuf>> {
        let algorithm = self.content_digest.map_or(Ok(Algorithm::Sha256), Digest::algorithm)?;
        let title = self.title;
        let output = paths::plain(self.output);
        let target = paths::plain(&output.join(title));
        paths::check_links(&output, &target).map_err(|at| {
            Error::new(
                Code::UnsafePath,
                format!("the title {title:?} leads through the symbolic link {}", at.display()),
            )
        })?;
        let is_output = target == output;
        let parent = if is_output { &target } else { paths::parent(&target) };
        let there = is_output || target.symlink_metadata().is_ok_and(|m| m.is_dir());
        let staging = self.leftovers.staging_directory(if there { &target } else { parent })?;
        let root = staging.path().join("root");
        fs::create_dir(&root).map_err(|e| Error::io("create the directory", &root, e))?;

        let meter = Meter::new(self.limits);
        let mut source = Counting { inner: archive, meter: &meter };
        let unpacking =
            Unpacking { root: &root, title: plain_title(title), shown: title, meter: &meter };
        let actual = unpacking.run(&mut source, algorithm).inspect_err(|_| {
            if meter.malformed.get() {
                // The reader knows at its end whether it was the transfer that spoiled the archive.
                let _ = io::copy(&mut source, &mut io::sink());
            }
        })?;
        if let Some(expected) = self.content_digest
            && actual != *expected
        {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("the content of the directory {title:?} is {actual} and not {expected}"),
            )
            .with_hint("whoever pushed it wrote a wrong annotation; ask them to push it again"));
        }
        place(&root, &target, &output, is_output, self.keep_old, self.claim)
    }
}

fn plain_title(title: &str) -> PathBuf {
    Path::new(title).components().filter(|c| *c != Component::CurDir).collect()
}

struct Unpacking<'a> {
    root: &'a Path,
    title: PathBuf,
    /// The title as it was given, for messages.
    shown: &'a str,
    meter: &'a Meter,
}

impl Unpacking<'_> {
    /// Unpacks all entries below the root, and gives the digest of the whole tar.
    fn run(&self, source: &mut impl Read, algorithm: Algorithm) -> Result<Digest> {
        let plain = decompressed(source).map_err(|e| self.fault(e))?;
        let metered = Metered { inner: plain, meter: self.meter };
        let mut entries = Entries::new(Hashing::new(metered, algorithm));
        let mask = mask_of(self.root).map_err(|e| Error::io("read", self.root, e))?;
        let mut buffer = vec![0; BUFFER];
        for count in 1.. {
            self.meter.headroom.set(HEADERS);
            let Some(entry) = entries.next().map_err(|e| self.fault(e))? else { break };
            if count > self.meter.limits.entries {
                return Err(self.too_large(&format!("{} entries", self.meter.limits.entries)));
            }
            self.entry(&entry, &mut entries, mask, &mut buffer)?;
        }
        // The digests are of all there is: padding, and whatever comes behind.
        let mut rest = entries.into_inner();
        self.meter.headroom.set(u64::MAX);
        while rest.read(&mut buffer).map_err(|e| self.broken(e))? > 0 {}
        if rest.length == 0 {
            return Err(self.malformed("it is empty"));
        }
        Ok(rest.hasher.finish())
    }

    fn entry<R: Read>(
        &self,
        entry: &Entry,
        content: &mut Entries<R>,
        mask: u32,
        buffer: &mut [u8],
    ) -> Result<()> {
        let name =
            path_of(&entry.name).ok_or_else(|| self.malformed("a name in it is not text"))?;
        let relative = self.relative(&name)?;
        let target = self.root.join(&relative);
        let fail = |e| Error::io("unpack", &target, e);
        if entry.kind.is_dir() || is_directory_of_old(entry) {
            self.directories(&name, &relative)?;
            return set_mode(&target, (entry.mode & mask) | 0o700).map_err(fail);
        }
        let Some(parent) = relative.parent() else {
            return Err(self.unsafe_entry(&name, "is to be the directory itself and is none"));
        };
        self.directories(&name, parent)?;
        match entry.kind {
            EntryType::Regular | EntryType::Continuous if entry.name.ends_with(b"/") => {
                Err(self.malformed(&format!("{name:?} is named as a directory and has content")))
            }
            EntryType::Regular | EntryType::Continuous => {
                let file = self.make(&name, &target, |at| create_file(at, entry.mode & 0o777))?;
                self.copy(content, file, &target, buffer)
            }
            EntryType::Symlink | EntryType::Link if entry.size > 0 => {
                Err(self.unsupported(&format!("the link {name:?} in it has content of its own")))
            }
            EntryType::Symlink => {
                let link = self.link_name(entry)?;
                if !stays_inside(&relative, &link) {
                    let why = format!("links to {}, which may be outside it", link.display());
                    return Err(self.unsafe_entry(&name, &why));
                }
                self.make(&name, &target, |at| make_symlink(&link, at))
            }
            EntryType::Link => {
                let link = self.link_name(entry)?;
                let from = self.relative(&link)?;
                self.check_directories(&link, from.parent().unwrap_or(Path::new("")))?;
                let from = self.root.join(from);
                if from == target || !from.symlink_metadata().is_ok_and(|m| m.is_file()) {
                    let why = format!("is a hard link to {}, no file of it", link.display());
                    return Err(self.unsafe_entry(&name, &why));
                }
                self.make(&name, &target, |at| fs::hard_link(&from, at))
            }
            EntryType::Char | EntryType::Block => Err(self.unsafe_entry(&name, "is a device")),
            EntryType::Fifo => Err(self.unsafe_entry(&name, "is a named pipe")),
            other => Err(self.unsupported(&format!(
                "the entry {name:?} in it is of the type {:?}, which is not read",
                char::from(other.as_byte())
            ))),
        }
    }

    /// An entry's path below the title. The title itself is the empty path.
    fn relative(&self, name: &Path) -> Result<PathBuf> {
        let plain: PathBuf = name.components().filter(|c| *c != Component::CurDir).collect();
        let Ok(relative) = plain.strip_prefix(&self.title) else {
            return Err(self.unsafe_entry(name, "does not lie in it"));
        };
        for component in relative.components() {
            match component {
                Component::Normal(part) => {
                    if let Some(why) = paths::refused_name(part) {
                        let why = format!("has the part {part:?}, which {why}");
                        return Err(self.unsafe_entry(name, &why));
                    }
                }
                _ => return Err(self.unsafe_entry(name, "may lead out of it")),
            }
        }
        if relative.components().count() > DEPTH {
            return Err(self.too_large(&format!("{DEPTH} levels")));
        }
        Ok(relative.to_path_buf())
    }

    /// Makes the directories that are missing. Nothing but directories may be on the way.
    fn directories(&self, name: &Path, relative: &Path) -> Result<()> {
        let mut at = self.root.to_path_buf();
        for part in relative {
            at.push(part);
            match fs::create_dir(&at) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    self.check_directory(name, &at)?;
                }
                Err(e) => return Err(Error::io("create the directory", &at, e)),
            }
        }
        Ok(())
    }

    fn check_directories(&self, name: &Path, relative: &Path) -> Result<()> {
        let mut at = self.root.to_path_buf();
        for part in relative {
            at.push(part);
            self.check_directory(name, &at)?;
        }
        Ok(())
    }

    fn check_directory(&self, name: &Path, at: &Path) -> Result<()> {
        if at.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Ok(());
        }
        Err(self.unsafe_entry(name, "leads through what is no directory of it"))
    }

    /// Makes what is no directory. A later entry of the same name takes the place of an earlier.
    fn make<T>(&self, name: &Path, at: &Path, make: impl Fn(&Path) -> io::Result<T>) -> Result<T> {
        let made = match make(at) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                if at.symlink_metadata().is_ok_and(|m| m.is_dir()) {
                    return Err(self.malformed(&format!("{name:?} is twice in it")));
                }
                fs::remove_file(at).and_then(|()| make(at))
            }
            other => other,
        };
        made.map_err(|e| Error::io("unpack", at, e))
    }

    fn copy<R: Read>(
        &self,
        from: &mut Entries<R>,
        mut to: File,
        at: &Path,
        buffer: &mut [u8],
    ) -> Result<()> {
        self.meter.headroom.set(u64::MAX);
        loop {
            match from.read(buffer).map_err(|e| self.fault(e))? {
                0 => return Ok(()),
                n => to.write_all(&buffer[..n]).map_err(|e| Error::io("write", at, e))?,
            }
        }
    }

    fn link_name(&self, entry: &Entry) -> Result<PathBuf> {
        let link = entry.link.as_deref().filter(|link| !link.is_empty()).and_then(path_of);
        link.ok_or_else(|| self.malformed("a link in it has no target"))
    }

    fn fault(&self, fault: Fault) -> Error {
        match fault {
            Fault::Reading(e) => self.broken(e),
            Fault::Malformed(why) => self.malformed(&why),
            Fault::Unsupported(why) => self.unsupported(&why),
        }
    }

    /// A transfer that spoiled the archive may have made it look like that.
    fn unsupported(&self, why: &str) -> Error {
        self.malformed(why).with_code(Code::Unsupported).with_hint(
            "`ocigraph blob fetch` gets it as it is; tar with gzip, with zstd or plain is unpacked",
        )
    }

    fn broken(&self, error: io::Error) -> Error {
        match self.meter.exceeded.take() {
            Some(what) => self.too_large(&what),
            None => self.malformed(&error.to_string()).with_source(error),
        }
    }

    fn malformed(&self, why: &str) -> Error {
        self.meter.malformed.set(true);
        Error::new(
            Code::Io,
            format!("the archive of the directory {:?} cannot be read: {why}", self.shown),
        )
    }

    fn too_large(&self, what: &str) -> Error {
        Error::new(
            Code::TooLarge,
            format!("the directory {:?} unpacks to more than {what}", self.shown),
        )
        .with_hint("raise the limit only if you trust who pushed it")
    }

    fn unsafe_entry(&self, name: &Path, why: &str) -> Error {
        Error::new(
            Code::UnsafePath,
            format!("the entry {name:?} of the directory {:?} {why}", self.shown),
        )
        .with_hint("nothing of it was unpacked; ask who pushed it")
    }
}

/// Before there was a type for directories, a slash at the end of the name told them.
fn is_directory_of_old(entry: &Entry) -> bool {
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
fn make_symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
fn make_symlink(target: &Path, at: &Path) -> io::Result<()> {
    let leads_to = at.parent().unwrap_or(Path::new(".")).join(target);
    if leads_to.is_dir() {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
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

/// What the process's mask leaves of a mode, seen at a directory that was just made.
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

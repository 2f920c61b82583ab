//! Directories as blobs: packed as tar and gzip, byte for byte reproducible, and unpacked safely.
//!
//! An archive from a registry is hostile: nothing in it may lead outside the directory it unpacks
//! to, and it may not be larger than is sensible. It is unpacked into a hidden folder first, and
//! moved into place once its digest is known to be right.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Component, Path, PathBuf},
};

use flate2::{Compression, GzBuilder, read::MultiGzDecoder};
use tempfile::{NamedTempFile, TempPath};

use crate::{
    digest::{Algorithm, Digest, Hasher},
    error::{Code, Error, Result},
    files::check_links,
};

/// Bounds on what a packed directory may unpack to.
#[derive(Debug, Clone, Copy)]
pub struct UnpackLimits {
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes unpacked for each byte of the archive, once more than 64 MiB are unpacked.
    pub ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { entries: 1_000_000, bytes: 64 << 30, ratio: 1_000 }
    }
}

/// The ratio says nothing of a small archive.
const RATIO_FROM: u64 = 64 << 20;

/// A packed directory.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) path: TempPath,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    /// The digest before compression.
    pub(crate) content_digest: Digest,
}

/// Packs a directory; its entries are named below `title`, as ORAS has it.
pub(crate) fn pack(
    directory: &Path,
    title: &str,
    source_date_epoch: Option<u64>,
) -> Result<Packed> {
    let temporary = std::env::temp_dir();
    let file = NamedTempFile::new().map_err(|e| Error::io("create a file in", &temporary, e))?;
    let (file, path) = file.into_parts();
    let compressed = Hashing::new(BufWriter::new(file));
    // No name and no time: the same files always give the same bytes.
    let gzip =
        GzBuilder::new().mtime(0).operating_system(255).write(compressed, Compression::default());
    let mut tar = tar::Builder::new(Hashing::new(gzip));
    tar.follow_symlinks(false);
    append(&mut tar, directory, title, source_date_epoch.unwrap_or(0))?;
    let fail = |e| Error::io("pack", directory, e);
    let tar = tar.into_inner().map_err(fail)?;
    let content_digest = tar.hasher.finish();
    let compressed = tar.inner.finish().map_err(fail)?;
    let (digest, size) = (compressed.hasher.finish(), compressed.length);
    let mut file = compressed.inner;
    file.flush().map_err(fail)?;
    Ok(Packed { path, digest, size, content_digest })
}

fn append<W: Write>(tar: &mut tar::Builder<W>, root: &Path, title: &str, mtime: u64) -> Result<()> {
    let title = title.trim_end_matches('/');
    // Depth first with a stack: each entry is the path on disk and its name in the archive.
    let mut left = vec![(root.to_path_buf(), title.to_owned())];
    while let Some((path, name)) = left.pop() {
        let metadata = path.symlink_metadata().map_err(|e| Error::io("read", &path, e))?;
        let kind = metadata.file_type();
        let mut header = tar::Header::new_gnu();
        header.set_mtime(mtime);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mode(mode_of(&metadata));
        header.set_size(0);
        let fail = |e| Error::io("pack", &path, e);
        if kind.is_dir() {
            header.set_entry_type(tar::EntryType::Directory);
            tar.append_data(&mut header, format!("{name}/"), io::empty()).map_err(fail)?;
            let mut children = Vec::new();
            for entry in fs::read_dir(&path).map_err(fail)? {
                let entry = entry.map_err(fail)?;
                let child = entry.file_name().into_string().map_err(|name| {
                    Error::new(
                        Code::InvalidArgument,
                        format!("the name {} is not UTF-8", Path::new(&name).display()),
                    )
                })?;
                children.push((entry.path(), format!("{name}/{child}")));
            }
            children.sort_by(|a, b| b.1.cmp(&a.1));
            left.extend(children);
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(fail)?;
            if !stays_inside(Path::new(&name), &target, title) {
                return Err(Error::new(
                    Code::UnsafePath,
                    format!(
                        "{} is a link to {}, outside the directory",
                        path.display(),
                        target.display()
                    ),
                )
                .with_hint("replace the link by what it names"));
            }
            header.set_entry_type(tar::EntryType::Symlink);
            tar.append_link(&mut header, &name, &target).map_err(fail)?;
        } else if kind.is_file() {
            let file = File::open(&path).map_err(fail)?;
            header.set_size(metadata.len());
            let mut content = Exactly { file, left: metadata.len() };
            tar.append_data(&mut header, &name, &mut content).map_err(fail)?;
        } else {
            return Err(Error::new(
                Code::InvalidArgument,
                format!(
                    "{} is neither a file, a directory nor a link, and cannot be packed",
                    path.display()
                ),
            ));
        }
    }
    Ok(())
}

/// Whether others may run it is all that is kept of a mode, so that masks make no difference.
fn mode_of(metadata: &fs::Metadata) -> u32 {
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = false;
    if metadata.is_dir() || executable { 0o755 } else { 0o644 }
}

/// Whether a link at `name` leads to below the archive's root.
fn stays_inside(name: &Path, target: &Path, root: &str) -> bool {
    let mut at: Vec<&std::ffi::OsStr> =
        name.parent().into_iter().flat_map(Path::components).map(Component::as_os_str).collect();
    let floor = Path::new(root).components().count();
    for component in target.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => at.push(part),
            Component::ParentDir if at.len() > floor => {
                at.pop();
            }
            _ => return false,
        }
    }
    at.len() >= floor
}

/// A file that must have the length it had when it was looked at.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        if n as u64 > self.left || (n == 0 && self.left > 0 && !buffer.is_empty()) {
            return Err(io::Error::other("it was changed while it was read"));
        }
        self.left -= n as u64;
        Ok(n)
    }
}

/// Digests and counts what goes through.
struct Hashing<T> {
    inner: T,
    hasher: Hasher,
    length: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self::with(inner, Algorithm::Sha256)
    }

    fn with(inner: T, algorithm: Algorithm) -> Self {
        Self { inner, hasher: algorithm.hasher(), length: 0 }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.length += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.length += n as u64;
        Ok(n)
    }
}

/// Counts the bytes of the archive, for the ratio.
struct Counting<'a, R> {
    inner: R,
    length: &'a std::cell::Cell<u64>,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.length.set(self.length.get() + n as u64);
        Ok(n)
    }
}

/// Unpacks an archive of entries below `title` into `output`, all or nothing as far as the checks
/// go. With `keep_old`, files that are there stay.
pub(crate) fn unpack(
    archive: impl Read,
    title: &str,
    output: &Path,
    content_digest: Option<&Digest>,
    limits: &UnpackLimits,
    keep_old: bool,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(output).map_err(|e| Error::io("create the directory", output, e))?;
    let staging = tempfile::Builder::new()
        .prefix(".ocigraph-")
        .tempdir_in(output)
        .map_err(|e| Error::io("create a directory in", output, e))?;
    let broken = |e: io::Error| {
        Error::new(Code::Io, format!("the directory {title:?} cannot be unpacked: {e}"))
            .with_source(e)
    };
    let taken = std::cell::Cell::new(0);
    let mut archive = BufReader::new(Counting { inner: archive, length: &taken });
    let magic = io::BufRead::fill_buf(&mut archive).map_err(broken)?.to_vec();
    let plain: Box<dyn Read + '_> = if magic.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(archive))
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::Decoder::new(archive).map_err(broken)?)
    } else {
        Box::new(archive)
    };
    let algorithm = content_digest.map_or(Ok(Algorithm::Sha256), Digest::algorithm)?;
    let mut tar = tar::Archive::new(Hashing::with(plain, algorithm));
    let mut work = Unpacking {
        root: staging.path(),
        title: title.trim_end_matches('/'),
        entries: 0,
        bytes: 0,
        taken: &taken,
        limits,
    };
    for entry in tar.entries().map_err(broken)? {
        work.entry(entry.map_err(broken)?)?;
    }
    let mut rest = tar.into_inner();
    // The digest is of the whole archive, its padding included; and so is the blob's, whose check
    // is at the end of what is read.
    work.drain(&mut rest)?;
    if let Some(expected) = content_digest {
        let actual = rest.hasher.finish();
        if actual != *expected {
            return Err(Error::new(
                Code::DigestMismatch,
                format!(
                    "the unpacked content of {title:?} should be {expected} and hashes to {actual}"
                ),
            ));
        }
    }
    let mut placed = Vec::new();
    place(staging.path(), output, output, keep_old, &mut placed)?;
    Ok(placed)
}

struct Unpacking<'a> {
    root: &'a Path,
    title: &'a str,
    entries: u64,
    bytes: u64,
    taken: &'a std::cell::Cell<u64>,
    limits: &'a UnpackLimits,
}

impl Unpacking<'_> {
    fn entry<R: Read>(&mut self, mut entry: tar::Entry<'_, R>) -> Result<()> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(self.too_large(&format!("more than {} entries", self.limits.entries)));
        }
        let fail =
            |e| Error::new(Code::Io, format!("an entry of {:?} cannot be read: {e}", self.title));
        let name = entry.path().map_err(fail)?.into_owned();
        let target = self.inside(&name)?;
        let link = entry.link_name().map_err(fail)?.map(std::borrow::Cow::into_owned);
        let kind = entry.header().entry_type();
        let io_fail = |e| Error::io("unpack", &target, e);
        let parent = target.parent().unwrap_or(self.root);
        fs::create_dir_all(parent).map_err(io_fail)?;
        if kind.is_dir() {
            fs::create_dir_all(&target).map_err(io_fail)?;
        } else if kind.is_symlink() {
            let link = link.unwrap_or_default();
            if !stays_inside(&name, &link, self.title) {
                return Err(self.unsafe_path(
                    &name,
                    &format!("links to {}, outside the directory", link.display()),
                ));
            }
            let _ = fs::remove_file(&target);
            make_symlink(&link, &target).map_err(io_fail)?;
        } else if kind.is_hard_link() {
            let from = self.inside(&link.unwrap_or_default())?;
            if !from.symlink_metadata().is_ok_and(|m| m.is_file()) {
                return Err(
                    self.unsafe_path(&name, "is a hard link to what is no file of the archive")
                );
            }
            let _ = fs::remove_file(&target);
            fs::hard_link(&from, &target).map_err(io_fail)?;
        } else if matches!(
            kind,
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse
        ) {
            let _ = fs::remove_file(&target);
            let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            let mut file = create_file(&target, executable).map_err(io_fail)?;
            self.copy(&mut entry, &mut file, &target)?;
        } else if !matches!(kind, tar::EntryType::XGlobalHeader) {
            return Err(self.unsafe_path(&name, "is a device or something else that is no file"));
        }
        Ok(())
    }

    /// Where an entry goes: below the title, and not through a link unpacked before.
    fn inside(&self, name: &Path) -> Result<PathBuf> {
        let mut clean = PathBuf::new();
        for component in name.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(part) => clean.push(part),
                _ => return Err(self.unsafe_path(name, "leads out of it")),
            }
        }
        let title: PathBuf =
            Path::new(self.title).components().filter(|c| *c != Component::CurDir).collect();
        if !clean.starts_with(&title) {
            return Err(self.unsafe_path(name, "does not lie in it"));
        }
        let target = self.root.join(clean);
        check_links(self.root, &target)
            .map_err(|_| self.unsafe_path(name, "leads through a symbolic link"))?;
        Ok(target)
    }

    fn copy(&mut self, from: &mut impl Read, to: &mut impl Write, target: &Path) -> Result<()> {
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let n = from.read(&mut buffer).map_err(|e| Error::io("unpack", target, e))?;
            if n == 0 {
                return Ok(());
            }
            self.bytes += n as u64;
            self.check_size()?;
            to.write_all(&buffer[..n]).map_err(|e| Error::io("write", target, e))?;
        }
    }

    fn drain(&mut self, from: &mut impl Read) -> Result<()> {
        let title = PathBuf::from(self.title);
        self.copy(from, &mut io::sink(), &title)
    }

    fn check_size(&self) -> Result<()> {
        if self.bytes > self.limits.bytes {
            return Err(self.too_large(&format!("more than {} bytes", self.limits.bytes)));
        }
        if self.bytes > RATIO_FROM && self.bytes / self.taken.get().max(1) > self.limits.ratio {
            return Err(
                self.too_large(&format!("more than {} times its packed size", self.limits.ratio))
            );
        }
        Ok(())
    }

    fn too_large(&self, what: &str) -> Error {
        Error::new(Code::TooLarge, format!("the directory {:?} unpacks to {what}", self.title))
            .with_hint("raise the limit only if you trust who pushed it")
    }

    fn unsafe_path(&self, name: &Path, why: &str) -> Error {
        Error::new(
            Code::UnsafePath,
            format!(
                "the entry {:?} of the directory {:?} {why}",
                name.display().to_string(),
                self.title
            ),
        )
    }
}

#[cfg(unix)]
fn make_symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn make_symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("symbolic links are not made on this system"))
}

fn create_file(path: &Path, executable: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o777 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)
}

/// Moves what is in `from` into `to`, into directories that are there already.
fn place(
    from: &Path,
    to: &Path,
    output: &Path,
    keep_old: bool,
    placed: &mut Vec<PathBuf>,
) -> Result<()> {
    let mut left = vec![(from.to_path_buf(), to.to_path_buf())];
    while let Some((from, to)) = left.pop() {
        for entry in fs::read_dir(&from).map_err(|e| Error::io("read", &from, e))? {
            let entry = entry.map_err(|e| Error::io("read", &from, e))?;
            let target = to.join(entry.file_name());
            check_links(output, &target).map_err(|at| {
                Error::new(
                    Code::UnsafePath,
                    format!("{} is a link, and is not followed", at.display()),
                )
            })?;
            let is_directory = entry.file_type().is_ok_and(|t| t.is_dir());
            let there = target.symlink_metadata();
            match there {
                Ok(old) if old.is_dir() && is_directory => left.push((entry.path(), target)),
                Ok(old) if old.is_dir() => {
                    return Err(Error::new(
                        Code::AlreadyExists,
                        format!(
                            "{} is a directory, and a file is to be written there",
                            target.display()
                        ),
                    ));
                }
                Ok(_) if keep_old => {}
                there => {
                    if there.is_ok() && is_directory {
                        fs::remove_file(&target).map_err(|e| Error::io("replace", &target, e))?;
                    }
                    fs::rename(entry.path(), &target)
                        .map_err(|e| Error::io("write", &target, e))?;
                    placed.push(target);
                }
            }
        }
    }
    Ok(())
}

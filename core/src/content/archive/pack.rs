//! Packs a directory into a temporary file: the same bytes for the same content.
//!
//! Sorts the names, and omits what differs between machines: owners, times, and the write
//! permissions of group and others. Packs symbolic links as links and never follows them. The
//! temporary file has no name where the platform allows that, so that a killed process leaves
//! nothing.

use std::{
    fs::{self, File, Metadata},
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use super::{hashing::Hashing, link_target::stays_inside};
use crate::{blocking::check_cancelled, content::partial_name::is_partial_name};
use ocigraph_types::{Algorithm, Code, Digest, Error, Result};

/// The code for an unknown operating system in a gzip header (RFC 1952, section 2.3.1): all
/// platforms write the same bytes.
const UNKNOWN_SYSTEM: u8 = 255;

/// A directory packed into a file.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) file: File,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    /// The digest of the uncompressed tar.
    pub(crate) content_digest: Digest,
}

/// Packs a directory. Entries are named below `title`, as ORAS names them; for the title `.`
/// without a prefix. Entries have the time `source_date_epoch` in seconds since 1970, or 0.
pub(crate) fn pack(
    directory: &Path,
    title: &str,
    source_date_epoch: Option<u64>,
) -> Result<Packed> {
    let temporary = std::env::temp_dir();
    let file = tempfile::tempfile().map_err(|e| Error::io("create a file in", &temporary, e))?;
    let compressed = Hashing::new(BufWriter::with_capacity(256 * 1024, file), Algorithm::Sha256);
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(UNKNOWN_SYSTEM)
        .write(compressed, Compression::new(6));
    let mut packing = Packing {
        tar: tar::Builder::new(Hashing::new(gzip, Algorithm::Sha256)),
        title: if title == "." { "" } else { title.trim_end_matches('/') },
        mtime: source_date_epoch.unwrap_or(0),
    };
    packing.directory(directory, "")?;

    let fail = |e| Error::io("write a temporary file for", directory, e);
    let tar = packing.tar.into_inner().map_err(fail)?;
    let content_digest = tar.hasher.finish();
    let mut compressed = tar.inner.finish().map_err(fail)?;
    compressed.flush().map_err(fail)?;
    let (digest, size) = (compressed.hasher.finish(), compressed.length);
    let file = compressed.inner.into_inner().map_err(|e| fail(e.into_error()))?;
    Ok(Packed { file, digest, size, content_digest })
}

struct Packing<'a, W: Write> {
    tar: tar::Builder<W>,
    title: &'a str,
    mtime: u64,
}

impl<W: Write> Packing<'_, W> {
    /// Packs a directory and what is in it. `relative` is its path below the packed directory with
    /// `/` as the separator, and empty for the packed directory itself.
    fn directory(&mut self, path: &Path, relative: &str) -> Result<()> {
        let metadata = fs::metadata(path).map_err(|e| Error::io("read", path, e))?;
        let name = match self.name(relative) {
            name if name.is_empty() => "./".to_owned(),
            name => name + "/",
        };
        let header = self.header(EntryType::Directory, 0, mode_of(&metadata));
        self.append(path, header, &name, "", io::empty())?;
        // Unfinished files of a pull are not part of the directory's content.
        for child in sorted_names(path)?.into_iter().filter(|name| !is_partial_name(name.as_ref()))
        {
            let relative =
                if relative.is_empty() { child.clone() } else { format!("{relative}/{child}") };
            self.child(&path.join(child), &relative)?;
        }
        Ok(())
    }

    fn child(&mut self, path: &Path, relative: &str) -> Result<()> {
        let metadata = path.symlink_metadata().map_err(|e| Error::io("read", path, e))?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            self.directory(path, relative)
        } else if kind.is_symlink() {
            self.link(path, relative)
        } else if kind.is_file() {
            self.file(path, relative)
        } else {
            Err(Error::new(
                Code::InvalidArgument,
                format!("cannot pack {}: it is a {}", path.display(), special(kind)),
            )
            .with_hint("move it out of the directory"))
        }
    }

    fn link(&mut self, path: &Path, relative: &str) -> Result<()> {
        let target = fs::read_link(path).map_err(|e| Error::io("read the link", path, e))?;
        if !stays_inside(Path::new(relative), &target) {
            return Err(Error::new(
                Code::UnsafePath,
                format!(
                    "cannot pack {}: the symbolic link to {} may lead out of the directory",
                    path.display(),
                    target.display()
                ),
            )
            .with_hint(
                "replace it with a copy of the file, or with a link that has .. only at its start",
            ));
        }
        let target = text(target.as_os_str())?.replace(std::path::MAIN_SEPARATOR, "/");
        let header = self.header(EntryType::Symlink, 0, 0o777);
        self.append(path, header, &self.name(relative), &target, io::empty())
    }

    fn file(&mut self, path: &Path, relative: &str) -> Result<()> {
        let fail = |e| Error::io("read", path, e);
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        let header = self.header(EntryType::Regular, metadata.len(), mode_of(&metadata));
        let content = ExactLength { file, left: metadata.len() };
        self.append(path, header, &self.name(relative), "", content)
    }

    fn name(&self, relative: &str) -> String {
        match (self.title, relative) {
            ("", relative) => relative.to_owned(),
            (title, "") => title.to_owned(),
            (title, relative) => format!("{title}/{relative}"),
        }
    }

    fn header(&self, kind: EntryType, size: u64, mode: u32) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(mode);
        header.set_mtime(self.mtime);
        header.set_uid(0);
        header.set_gid(0);
        header
    }

    /// Appends an entry with its name unchanged. The crate `tar` would refuse the absolute names
    /// that `--allow-path-traversal` allows.
    fn append(
        &mut self,
        path: &Path,
        mut header: Header,
        name: &str,
        link: &str,
        content: impl Read,
    ) -> Result<()> {
        let fail = |e| Error::io("pack", path, e);
        if !fill(&mut header.as_old_mut().linkname, link) {
            self.append_long(EntryType::GNULongLink, link).map_err(fail)?;
        }
        if !fill(&mut header.as_old_mut().name, name) {
            self.append_long(EntryType::GNULongName, name).map_err(fail)?;
        }
        header.set_cksum();
        self.tar.append(&header, content).map_err(fail)
    }

    /// Appends an entry that holds a name too long for a header, as GNU tar does.
    fn append_long(&mut self, kind: EntryType, text: &str) -> io::Result<()> {
        let mut header = Header::new_gnu();
        fill(&mut header.as_old_mut().name, "././@LongLink");
        header.set_entry_type(kind);
        header.set_size(text.len() as u64 + 1);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        self.tar.append(&header, text.as_bytes().chain(&[0][..]))
    }
}

/// Copies text into a field. Returns whether the whole text and a NUL after it fit.
fn fill(field: &mut [u8; 100], text: &str) -> bool {
    let n = text.len().min(field.len());
    field[..n].copy_from_slice(&text.as_bytes()[..n]);
    text.len() < field.len()
}

fn sorted_names(directory: &Path) -> Result<Vec<String>> {
    let fail = |e| Error::io("read the directory", directory, e);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        names.push(text(&entry.map_err(fail)?.file_name())?);
    }
    names.sort();
    Ok(names)
}

fn text(name: &std::ffi::OsStr) -> Result<String> {
    name.to_str().map(str::to_owned).ok_or_else(|| {
        let name = Path::new(name).display();
        Error::new(Code::InvalidArgument, format!("the file name {name} is not UTF-8"))
            .with_hint("rename the file")
    })
}

/// Returns the permission bits without the write permissions of group and others, which depend on
/// the umask under which the directory was created.
#[cfg(unix)]
fn mode_of(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o755
}

#[cfg(not(unix))]
fn mode_of(metadata: &Metadata) -> u32 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

#[cfg(unix)]
fn special(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_socket() => "socket",
        _ if kind.is_fifo() => "named pipe",
        _ => "device",
    }
}

#[cfg(not(unix))]
fn special(_: fs::FileType) -> &'static str {
    "special file"
}

/// Reads a file that must have the length its header states.
pub(super) struct ExactLength {
    pub(super) file: File,
    pub(super) left: u64,
}

impl Read for ExactLength {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        check_cancelled()?;
        let n = self.file.read(buffer)?;
        if n as u64 > self.left || (n == 0 && self.left > 0 && !buffer.is_empty()) {
            return Err(io::Error::other("its size changed while it was read"));
        }
        self.left -= n as u64;
        Ok(n)
    }
}

//! A tar file whose entries are read in place.
//!
//! One pass over the headers finds where each entry is; content is skipped, and later read by its
//! position. The archive is untrusted: the number of entries and the memory of their names are
//! limited, content must lie within the file, and links are resolved within the archive. Names mean
//! what `tar -x` makes of them, so the last of several entries with one name counts.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use tar::EntryType;

use super::{
    decompress::{MAGIC, compression},
    tar_entries::{BLOCK, Entries, Entry, TarError},
    unpack_limits::MAX_HEADER_BYTES,
};
use crate::{
    blocking::{check_cancelled, spawn_blocking},
    content::{
        file_stamp::FileStamp,
        regular_file::{Kind, Refused},
        source::ByteStream,
    },
};
use ocigraph_types::{Code, Error, Result};

/// Bytes that are read for a header: most extensions fit, and little content is read in vain.
const BUFFER: u64 = 4 * 1024;
/// Maximum bytes of memory for the names of all entries: about 350,000 blobs.
const MAX_WEIGHT: usize = 64 * 1024 * 1024;
/// Bytes of memory that an entry takes beside its name.
const ENTRY: usize = 96;
/// Maximum bytes of all headers and their extensions.
const MAX_HEADERS: u64 = 1024 * 1024 * 1024;
/// Maximum symbolic links that one path leads through: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// An open tar file, and where its entries are.
#[derive(Debug)]
pub(crate) struct TarFile {
    file: File,
    path: PathBuf,
    /// What the file was when its headers were read.
    stamp: FileStamp,
    /// Whether a later change must show in the stamp.
    reliable: bool,
    entries: HashMap<Name, Item>,
}

/// The components of an entry's name, joined by slashes.
type Name = Box<[u8]>;

/// What an entry is.
#[derive(Debug, Clone)]
enum Item {
    File(Extent),
    /// A symbolic link with this target.
    Link(Name),
    /// Anything else.
    Special(Kind),
}

/// The position of a file's content in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    start: u64,
    pub(crate) length: u64,
}

impl TarFile {
    /// Reads the headers of an open regular file. `path` is for messages.
    ///
    /// Errors: NOT_FOUND if it is not a tar archive, UNSUPPORTED for a compressed archive and one
    /// with sparse files, IO for a damaged archive, TOO_LARGE for more than `max_entries` entries.
    pub(crate) fn open(file: File, path: &Path, max_entries: usize) -> Result<Self> {
        let failed = |e| Error::io("read", path, e);
        // Taken before reading, so that a change during the read counts as recent.
        let now = SystemTime::now();
        let metadata = file.metadata().map_err(failed)?;
        let stamp = FileStamp::of(&metadata).ok_or_else(|| {
            Error::new(Code::Unsupported, format!("{} has no modification time", path.display()))
        })?;
        check_uncompressed(&file, path)?;
        let entries = Scan { file: &file, path, length: stamp.length, max_entries }.run()?;
        let reliable = stamp.is_reliable(now);
        Ok(Self { file, path: path.to_path_buf(), stamp, reliable, entries })
    }

    /// Returns true if the file that `path` names now has the metadata of this one.
    pub(crate) fn is_still_at(&self, path: &Path) -> bool {
        path.metadata().ok().and_then(|m| FileStamp::of(&m)).as_ref() == Some(&self.stamp)
    }

    /// Returns true if every change since the headers were read shows in the metadata.
    pub(crate) fn is_reliable(&self) -> bool {
        self.reliable
    }

    /// Finds a file by its path in the archive. Follows symbolic links.
    pub(crate) fn find(&self, name: &str) -> Result<Extent, Refused> {
        self.resolve(name.as_bytes())
    }

    /// Returns the names of the entries for which `wanted` is true.
    pub(crate) fn names(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        let names = self.entries.keys().filter_map(|name| std::str::from_utf8(name).ok());
        names.filter(move |name| wanted(name))
    }

    /// Reads a whole file of the archive into memory. The caller has checked its length.
    pub(crate) fn read(&self, extent: Extent) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(extent.length).unwrap_or(usize::MAX)];
        self.read_exact(&mut bytes, extent.start)?;
        Ok(bytes)
    }

    /// Streams a file of the archive from `offset` on. `chunk_size` returns the maximum bytes of the next
    /// chunk.
    pub(crate) fn stream(
        self: Arc<Self>,
        extent: Extent,
        offset: u64,
        chunk_size: impl Fn() -> usize + Send + 'static,
    ) -> ByteStream {
        let end = extent.start + extent.length;
        let start = extent.start.saturating_add(offset).min(end);
        let chunks = stream::try_unfold((self, start), move |(archive, position)| {
            let length = (end - position).min(chunk_size() as u64);
            async move {
                if length == 0 {
                    return Ok(None);
                }
                spawn_blocking(move || {
                    let mut chunk = vec![0; length as usize];
                    archive.read_exact(&mut chunk, position)?;
                    Ok(Some((Bytes::from(chunk), (archive, position + length))))
                })
                .await
            }
        });
        chunks.boxed()
    }

    /// Fills `buffer` from `position`. CONFLICT if the file has changed.
    fn read_exact(&self, buffer: &mut [u8], position: u64) -> Result<()> {
        let failed = |e| Error::io("read", &self.path, e);
        let mut filled = 0;
        while filled < buffer.len() {
            check_cancelled().map_err(failed)?;
            match read_at(&self.file, &mut buffer[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) => return Err(failed(e)),
            }
        }
        let now = self.file.metadata().map_err(failed)?;
        if filled < buffer.len() || FileStamp::of(&now).as_ref() != Some(&self.stamp) {
            let message = format!("{} changed while it was read", self.path.display());
            return Err(Error::new(Code::Conflict, message)
                .with_hint("run this again once the archive is complete"));
        }
        Ok(())
    }

    /// Finds a file. Each component may be a symbolic link, whose target replaces it.
    fn resolve(&self, name: &[u8]) -> Result<Extent, Refused> {
        let mut path = name.to_vec();
        for _ in 0..MAX_LINKS {
            if let Some(item) = self.entries.get(&path[..]) {
                match item {
                    Item::File(extent) => return Ok(*extent),
                    Item::Special(kind) => return Err(Refused::Is(*kind)),
                    Item::Link(_) => {}
                }
            }
            // The shortest prefix that is a link.
            let mut ends =
                (0..=path.len()).filter(|end| matches!(path.get(*end), None | Some(b'/')));
            let link = ends.find_map(|end| match self.entries.get(&path[..end]) {
                Some(Item::Link(target)) => Some((end, target)),
                _ => None,
            });
            let Some((end, target)) = link else {
                let dangling = path != name;
                return Err(if dangling { Refused::Is(Kind::Dangling) } else { Refused::Missing });
            };
            path =
                followed(&path[..end], target, &path[end..]).ok_or(Refused::Is(Kind::Outside))?;
        }
        Err(Refused::Is(Kind::Loop))
    }
}

/// Returns the path after a symbolic link at `link` was replaced by its target, or `None` if it is
/// outside the archive.
fn followed(link: &[u8], target: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    if target.starts_with(b"/") {
        return None;
    }
    let mut parts: Vec<&[u8]> = link.split(|b| *b == b'/').collect();
    parts.pop();
    for part in target.split(|b| *b == b'/').chain(rest.split(|b| *b == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

/// One pass over the headers of an archive.
struct Scan<'a> {
    file: &'a File,
    path: &'a Path,
    length: u64,
    max_entries: usize,
}

impl Scan<'_> {
    fn run(&self) -> Result<HashMap<Name, Item>> {
        let headers =
            Headers { file: self.file, position: 0, budget: 0, buffer: Vec::new(), start: 0 };
        let mut entries = Entries::new(headers);
        let (mut found, mut weight) = (HashMap::new(), 0);
        let (mut count, mut headers_read) = (0, 0);
        let mut last: Option<Vec<u8>> = None;
        loop {
            entries.inner_mut().budget = MAX_HEADER_BYTES;
            let next = entries.next().map_err(|e| self.tar_error(e, last.as_deref()))?;
            let Some(entry) = next else { break };
            count += 1;
            headers_read += MAX_HEADER_BYTES - entries.inner_mut().budget;
            weight += entry.name.len() + entry.link.as_ref().map_or(0, Vec::len) + ENTRY;
            if count > self.max_entries {
                return Err(self.too_large(&format!("{} entries", self.max_entries)));
            }
            weight += add_parents(&mut found, &entry.name, MAX_WEIGHT.saturating_sub(weight));
            if weight > MAX_WEIGHT || headers_read > MAX_HEADERS {
                return Err(self.too_large("64 MiB of names, or 1 GiB of headers"));
            }
            let start = entries.inner_mut().position;
            let end = start.checked_add(entry.size).filter(|end| *end <= self.length);
            let Some(end) = end else { return Err(self.truncated(&entry, start)) };
            let skipped = entries.leave_content();
            // Some writers leave out the padding after the last entry.
            entries.inner_mut().position = start.saturating_add(skipped).min(self.length).max(end);
            self.add(&mut found, &entry, start)?;
            last = Some(entry.name);
        }
        Ok(found)
    }

    fn add(&self, found: &mut HashMap<Name, Item>, entry: &Entry, start: u64) -> Result<()> {
        // `tar -x` leaves out a name with `..`.
        let Some(name) = plain_name(&entry.name).filter(|name| !name.is_empty()) else {
            return Ok(());
        };
        let target = || entry.link.clone().unwrap_or_default();
        let is_file = matches!(entry.kind, EntryType::Regular | EntryType::Continuous);
        if entry.size > 0 && has_no_content(entry.kind) {
            let why =
                format!("the entry {} has content, and its type has none", shown(&entry.name));
            return Err(self.tar_error(TarError::Unsupported(why), None));
        }
        let item = match entry.kind {
            // An old form of a directory.
            _ if is_file && entry.name.ends_with(b"/") => Item::Special(Kind::Directory),
            _ if is_file => Item::File(Extent { start, length: entry.size }),
            EntryType::Symlink => Item::Link(target().into()),
            // A hard link is what its target is at this point: a later entry replaces the name only.
            EntryType::Link => {
                let linked = plain_name(&target()).and_then(|target| found.get(&target).cloned());
                linked.unwrap_or(Item::Special(Kind::Dangling))
            }
            EntryType::Char | EntryType::Block => Item::Special(Kind::Device),
            EntryType::Fifo => Item::Special(Kind::Pipe),
            EntryType::Directory => Item::Special(Kind::Directory),
            _ => Item::Special(Kind::Other),
        };
        found.insert(name, item);
        Ok(())
    }

    fn truncated(&self, entry: &Entry, start: u64) -> Error {
        let left = self.length.saturating_sub(start);
        let (path, name, size) = (self.path.display(), shown(&entry.name), entry.size);
        let what = format!(
            "{path} is truncated: its entry {name} has {size} bytes, and only {left} are there"
        );
        Error::new(Code::Io, what).with_hint("copy or write the archive again")
    }

    fn tar_error(&self, error: TarError, last: Option<&[u8]>) -> Error {
        let after =
            last.map_or_else(String::new, |name| format!(", after the entry {}", shown(name)));
        let failed =
            |why: &str| format!("cannot read the archive {}: {why}{after}", self.path.display());
        match error {
            TarError::Io(e) if e.get_ref().is_some_and(|e| e.is::<BudgetExceeded>()) => {
                self.too_large(&format!("{MAX_HEADER_BYTES} bytes of headers for one entry"))
            }
            TarError::Io(e) => Error::io("read", self.path, e),
            TarError::Unsupported(why) => Error::new(Code::Unsupported, failed(&why))
                .with_hint("write it again with plain files, for example with `tar --format=pax`"),
            TarError::NoHeader if last.is_none() => not_tar(self.path, "a file"),
            TarError::Malformed(_) if self.length < BLOCK => not_tar(self.path, "a file"),
            TarError::NoHeader => Error::new(Code::Io, failed("a header has a wrong checksum"))
                .with_hint("copy or write the archive again"),
            TarError::Malformed(why) => {
                Error::new(Code::Io, failed(&why)).with_hint("copy or write the archive again")
            }
        }
    }

    fn too_large(&self, what: &str) -> Error {
        let message = format!("the archive {} has more than {what}", self.path.display());
        Error::new(Code::TooLarge, message).with_hint("unpack it, and name the directory")
    }
}

/// Adds the directories that `tar -x` creates for an entry. Returns the memory that they take, and
/// stops when it exceeds `limit`.
fn add_parents(found: &mut HashMap<Name, Item>, name: &[u8], limit: usize) -> usize {
    let (mut weight, mut path) = (0, &*plain_name(name).unwrap_or_default());
    while let Some(end) = path.iter().rposition(|b| *b == b'/')
        && weight <= limit
    {
        path = &path[..end];
        if found.contains_key(path) {
            break;
        }
        found.insert(path.into(), Item::Special(Kind::Directory));
        weight += path.len() + ENTRY;
    }
    weight
}

/// Refuses a compressed archive: it has no positions to read from.
fn check_uncompressed(file: &File, path: &Path) -> Result<()> {
    let mut magic = [0; MAGIC];
    let mut read = 0;
    while read < MAGIC {
        match read_at(file, &mut magic[read..], read as u64) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(e) => return Err(Error::io("read", path, e)),
        }
    }
    let shown = path.display();
    if read == 0 {
        return Err(not_tar(path, "an empty file"));
    }
    let Some(name) = compression(&magic[..read]) else { return Ok(()) };
    let what = format!("{shown} is compressed with {name}, so it cannot be read in place");
    let hint = match name {
        "gzip" | "zstd" | "xz" | "bzip2" | "lz4" => {
            format!("decompress it first: `{name} -dc {shown} > FILE.tar`, then name oci:FILE.tar")
        }
        _ => "decompress it first".into(),
    };
    Err(Error::new(Code::Unsupported, what).with_hint(hint))
}

fn not_tar(path: &Path, what: &str) -> Error {
    let message = format!("{} is {what}, and not a tar archive", path.display());
    Error::new(Code::NotFound, message)
        .with_hint("name the directory of a layout, or a tar archive of one")
}

/// Reads headers at a position of the file.
struct Headers<'a> {
    file: &'a File,
    position: u64,
    /// Bytes that may still be read before content.
    budget: u64,
    /// Bytes of the file from `start` on.
    buffer: Vec<u8>,
    start: u64,
}

/// Too many bytes of headers precede one entry.
#[derive(Debug, thiserror::Error)]
#[error("too many bytes of headers")]
struct BudgetExceeded;

impl Read for Headers<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let buffered = |start: u64, length: usize, position: u64| {
            position.checked_sub(start).filter(|skip| *skip < length as u64)
        };
        let mut skip = buffered(self.start, self.buffer.len(), self.position);
        if skip.is_none() {
            check_cancelled()?;
            self.buffer.resize(BUFFER as usize, 0);
            let read = read_at(self.file, &mut self.buffer, self.position)?;
            self.buffer.truncate(read);
            self.start = self.position;
            skip = buffered(self.start, read, self.position);
        }
        let Some(skip) = skip else { return Ok(0) };
        let available = &self.buffer[skip as usize..];
        let length = available.len().min(buffer.len());
        self.budget = self
            .budget
            .checked_sub(length as u64)
            .ok_or_else(|| io::Error::other(BudgetExceeded))?;
        buffer[..length].copy_from_slice(&available[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

/// Returns a name without empty and `.` components, as `tar -x` uses it. `None` if it has `..`.
fn plain_name(name: &[u8]) -> Option<Name> {
    let parts = || name.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b"."));
    if parts().any(|part| part == b"..") {
        return None;
    }
    Some(parts().collect::<Vec<_>>().join(&b'/').into())
}

fn has_no_content(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::Link
            | EntryType::Symlink
            | EntryType::Directory
            | EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
    )
}

fn shown(name: &[u8]) -> String {
    format!("{:?}", ocigraph_types::excerpt(&String::from_utf8_lossy(name)))
}

/// Reads at a position, and leaves the position of the file as it is.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    uninterrupted(|| std::os::unix::fs::FileExt::read_at(file, buffer, position))
}

/// Reads at a position, whatever the position of the file is.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    uninterrupted(|| std::os::windows::fs::FileExt::seek_read(file, buffer, position))
}

fn uninterrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

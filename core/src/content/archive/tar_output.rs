//! A tar file that is written entry by entry: the same bytes for the same entries.
//!
//! The file is partial until it is complete, and appears by a rename. All entries are known before
//! the first is written, so what a killed process left is compared with them: entries that are
//! complete and have their digest stay, and writing continues after the last of them.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tar::{EntryType, Header};

use super::tar_entries::BLOCK;
use crate::{
    blocking::check_cancelled,
    content::{
        partial_file::{PartialFile, key_of},
        small_file::follow_links,
    },
};
use ocigraph_types::{Algorithm, Code, Descriptor, Error, Result, Verifier};

/// Bytes that are read at once of what a killed process left.
const BUFFER: usize = 256 * 1024;

/// A file of an archive, or a folder without content, whose name ends with a slash.
#[derive(Debug)]
pub(crate) struct TarEntry {
    /// The path in the archive.
    pub(crate) name: String,
    /// The digest and size of the content.
    pub(crate) content: Descriptor,
}

/// A tar file that is being written. Dropping it before [`finish`](Self::finish) removes the file.
#[derive(Debug)]
pub(crate) struct TarOutput {
    partial: PartialFile,
    path: PathBuf,
    /// Number of bytes written.
    length: u64,
    /// Where the entry starts that is being written.
    entry: u64,
}

impl TarOutput {
    /// Starts the archive of `entries` that [`finish`](Self::finish) will name `path`, or takes over
    /// what a killed process left of it. Returns how many of the entries it has. Follows symbolic
    /// links. Blocks.
    pub(crate) fn begin(path: &Path, entries: &[TarEntry]) -> Result<(Self, usize)> {
        let path = follow_links(path).map_err(|e| Error::io("write", path, e))?;
        let mut all = Algorithm::Sha256.hasher();
        for entry in entries {
            all.update(format!("{} {}\n", entry.name, entry.content.digest).as_bytes());
        }
        let mut partial = PartialFile::begin_with_key(&path, &key_of(&path, &all.finish()))?;
        let failed = |e| Error::io("read", &path, e);
        let (length, complete) = complete_entries(partial.file(), entries, &path)?;
        partial.file().set_len(length).map_err(failed)?;
        partial.file().seek(SeekFrom::Start(length)).map_err(failed)?;
        Ok((Self { partial, path, length, entry: length }, complete))
    }

    /// Adds an entry with its content. Blocks.
    pub(crate) fn add(&mut self, entry: &TarEntry, content: &[u8]) -> Result<()> {
        self.entry = self.length;
        let mut bytes = header(entry, &self.path)?;
        bytes.extend_from_slice(content);
        bytes.resize(padded(bytes.len() as u64) as usize, 0);
        self.append(&bytes)
    }

    /// Starts an entry, whose content follows. Blocks.
    pub(crate) fn start(&mut self, entry: &TarEntry) -> Result<()> {
        self.entry = self.length;
        let header = header(entry, &self.path)?;
        self.append(&header)
    }

    /// Appends content of the entry. Blocks.
    pub(crate) fn write(&mut self, chunks: &[Bytes]) -> Result<()> {
        chunks.iter().try_for_each(|chunk| self.append(chunk))
    }

    /// Ends the entry. Blocks.
    pub(crate) fn end(&mut self) -> Result<()> {
        let padding = padded(self.length) - self.length;
        self.append(&[0; BLOCK as usize][..padding as usize])
    }

    /// Removes what was written of the entry. Blocks.
    pub(crate) fn undo(&mut self) -> Result<()> {
        let (file, start) = (self.partial.file(), self.entry);
        let undone = file.set_len(start).and_then(|()| file.seek(SeekFrom::Start(start)));
        undone.map_err(|e| Error::io("write", &self.path, e))?;
        self.length = start;
        Ok(())
    }

    /// Ends the archive, and renames it to its path. Returns its size in bytes. Blocks.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.append(&[0; 2 * BLOCK as usize])?;
        self.partial.persist()?;
        Ok(self.length)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.partial.append(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Returns the length of what a file has of an archive, and the number of its entries.
fn complete_entries(file: &mut File, entries: &[TarEntry], path: &Path) -> Result<(u64, usize)> {
    let mut reader = BufReader::with_capacity(BUFFER, file);
    let (mut length, mut complete) = (0, 0);
    for entry in entries {
        let header = header(entry, path)?;
        let has_entry = has_bytes(&mut reader, &header)
            .and_then(|same| Ok(same && has_content(&mut reader, &entry.content)?));
        if !has_entry.map_err(|e| Error::io("read", path, e))? {
            break;
        }
        length = padded(length + header.len() as u64 + entry.content.size);
        complete += 1;
    }
    Ok((length, complete))
}

/// Returns true if these bytes come next.
fn has_bytes(reader: &mut impl Read, expected: &[u8]) -> io::Result<bool> {
    let mut read = Vec::with_capacity(expected.len());
    reader.take(expected.len() as u64).read_to_end(&mut read)?;
    Ok(read == expected)
}

/// Returns true if the content of an entry comes next, with its padding.
fn has_content(reader: &mut impl Read, content: &Descriptor) -> io::Result<bool> {
    let Ok(mut verifier) = Verifier::new(content) else { return Ok(false) };
    let mut buffer = vec![0; BUFFER.min(content.size as usize)];
    while verifier.seen() < content.size {
        check_cancelled()?;
        let wanted = (content.size - verifier.seen()).min(buffer.len() as u64) as usize;
        let read = reader.read(&mut buffer[..wanted])?;
        if read == 0 || verifier.update(&buffer[..read]).is_err() {
            return Ok(false);
        }
    }
    let padding = padded(content.size) - content.size;
    Ok(verifier.finish().is_ok() && has_bytes(reader, &[0; BLOCK as usize][..padding as usize])?)
}

fn padded(length: u64) -> u64 {
    length.next_multiple_of(BLOCK)
}

/// Returns the header of an entry, which is the same on every machine.
fn header(entry: &TarEntry, path: &Path) -> Result<Vec<u8>> {
    let is_folder = entry.name.ends_with('/');
    let mut header = Header::new_gnu();
    header.set_entry_type(if is_folder { EntryType::Directory } else { EntryType::Regular });
    header.set_size(entry.content.size);
    header.set_mode(if is_folder { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    let mut writer = tar::Builder::new(Vec::new());
    // Writes the name of a longer digest before the header, as GNU tar does.
    let written = writer.append_data(&mut header, &entry.name, io::empty());
    written.map_err(|e| {
        let (name, path) = (&entry.name, path.display());
        Error::new(Code::Internal, format!("cannot write {name:?} to {path}: {e}"))
    })?;
    Ok(writer.get_ref().clone())
}

#[cfg(all(test, unix))]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;
    use crate::content::archive::TarFile;

    fn entries() -> Vec<(TarEntry, Vec<u8>)> {
        let long = format!("blobs/sha512/{}", "0123456789abcdef".repeat(8));
        let contents = [
            ("index.json", b"{}".to_vec()),
            ("blobs/", Vec::new()),
            ("blobs/block", vec![7; 512]),
            (&*long, vec![8; 700_000]),
            ("blobs/empty", Vec::new()),
            ("blobs/last", vec![9; 1000]),
        ];
        let entry = |(name, bytes): (&str, Vec<u8>)| {
            let content = Descriptor::of("a/b", &bytes);
            (TarEntry { name: name.to_owned(), content }, bytes)
        };
        contents.into_iter().map(entry).collect()
    }

    fn write(path: &Path, all: &[(TarEntry, Vec<u8>)]) -> usize {
        let of = |entry: &TarEntry| TarEntry {
            name: entry.name.clone(),
            content: entry.content.clone(),
        };
        let names: Vec<TarEntry> = all.iter().map(|(entry, _)| of(entry)).collect();
        let (mut output, complete) = TarOutput::begin(path, &names).unwrap();
        for (entry, bytes) in &all[complete..] {
            if bytes.len() < 1000 {
                output.add(entry, bytes).unwrap();
                continue;
            }
            output.start(entry).unwrap();
            output.write(&[Bytes::from_static(b"wrong")]).unwrap();
            output.undo().unwrap();
            output.start(entry).unwrap();
            output
                .write(&bytes.chunks(1000).map(Bytes::copy_from_slice).collect::<Vec<_>>())
                .unwrap();
            output.end().unwrap();
        }
        assert_eq!(output.finish().unwrap(), path.metadata().unwrap().len());
        complete
    }

    #[test]
    fn tar_reads_what_was_written_and_so_does_this_library() {
        let dir = tempfile::tempdir().unwrap();
        let (path, all) = (dir.path().join("x.tar"), entries());
        assert_eq!(write(&path, &all), 0);
        let read = TarFile::open(File::open(&path).unwrap(), &path, 100).unwrap();
        for (entry, bytes) in all.iter().filter(|(entry, _)| !entry.name.ends_with('/')) {
            assert_eq!(read.read(read.find(&entry.name).unwrap()).unwrap(), *bytes);
        }
        let unpack = dir.path().join("unpack");
        fs::create_dir(&unpack).unwrap();
        let mut tar = std::process::Command::new("tar");
        tar.arg("-xf").arg(&path).arg("-C").arg(&unpack);
        assert!(tar.status().unwrap().success());
        for (entry, bytes) in all.iter().filter(|(entry, _)| !entry.name.ends_with('/')) {
            assert_eq!(fs::read(unpack.join(&entry.name)).unwrap(), *bytes);
        }
    }

    #[test]
    fn what_a_killed_process_left_is_taken_over_as_far_as_it_is_right() {
        let dir = tempfile::tempdir().unwrap();
        let (path, all) = (dir.path().join("x.tar"), entries());
        write(&path, &all);
        let expected = fs::read(&path).unwrap();
        let names: Vec<TarEntry> = entries().into_iter().map(|(entry, _)| entry).collect();
        // A file that is dropped is removed, so the name of a killed one is noted.
        let (partial, _) = TarOutput::begin(&path, &names).unwrap();
        let listed = || fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let name = listed().find(|other| *other != path).unwrap();
        drop(partial);
        let mut damaged = expected.clone();
        damaged[600_000] ^= 1;
        let lengths: BTreeMap<usize, usize> =
            BTreeMap::from([(0, 0), (700, 0), (1024, 1), (2000, 2), (600_000, 3), (705_100, 5)]);
        for (length, complete) in lengths {
            fs::write(&name, &expected[..length]).unwrap();
            assert_eq!(write(&path, &all), complete, "{length}");
            assert_eq!(fs::read(&path).unwrap(), expected);
        }
        fs::write(&name, &damaged).unwrap();
        assert_eq!(write(&path, &all), 3);
        assert_eq!(fs::read(&path).unwrap(), expected);
        // What belongs to another archive is removed.
        fs::write(&name, &expected).unwrap();
        assert_eq!(write(&path, &all[..2]), 0);
        assert_eq!(listed().count(), 1);
    }
}

//! Fuzz targets: properties that hold for any input.
//!
//! As tests, the targets run for a second each; `make fuzz` runs them for longer. Random bytes
//! seldom pass the first check of a parser, so most targets build their input from words that the
//! parser looks for, or modify valid input. An input that once failed becomes a named test in the
//! same file.

mod archives;
mod headers;
mod layouts;
mod manifests;
mod names;
mod pulls;
#[cfg(all(feature = "archive", feature = "layout"))]
mod tar_layouts;

use std::{
    fs,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::Path,
};

use bolero::{TypeGenerator, ValueGenerator, produce_with};

/// For each position, the index of a word, and a character that sometimes replaces the word.
type Picks = Vec<(u8, char)>;

fn picks(max: usize) -> impl ValueGenerator<Output = Picks> {
    produce_with::<Picks>().len(0..=max)
}

/// Builds a text from words, with arbitrary characters among them.
fn text(words: &[&str], picks: &[(u8, char)]) -> String {
    let mut text = String::new();
    for (pick, any) in picks {
        match words.get(usize::from(*pick) % (words.len() + words.len() / 8 + 1)) {
            Some(word) => text.push_str(word),
            None => text.push(*any),
        }
    }
    text
}

fn pick<T: Clone>(from: &[T], pick: u8) -> T {
    from[usize::from(pick) % from.len()].clone()
}

/// A change of bytes at an offset.
#[derive(Debug, Clone, TypeGenerator)]
enum Edit {
    Set(u16, u8),
    Insert(u16, u8),
    Remove(u16, u8),
    Repeat(u16, u8),
    End(u16),
}

fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        let length = bytes.len();
        let offset = |at: u16| usize::from(at) % (length + 1);
        let range = |at: u16, n: u8| offset(at)..(offset(at) + usize::from(n)).min(length);
        match *edit {
            Edit::Set(at, byte) => {
                bytes.iter_mut().skip(offset(at)).take(1).for_each(|b| *b = byte)
            }
            Edit::Insert(at, byte) => bytes.insert(offset(at), byte),
            Edit::Remove(at, n) => drop(bytes.drain(range(at, n))),
            Edit::Repeat(at, n) => bytes.extend_from_within(range(at, n)),
            Edit::End(at) => bytes.truncate(offset(at)),
        }
    }
    bytes
}

/// Describes everything below a directory: paths, kinds, modes, link targets and content.
fn snapshot(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let kind = metadata.file_type();
            let content = if kind.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if kind.is_file() {
                format!("{} {:?}", metadata.nlink(), fs::read(&path).unwrap())
            } else {
                format!("directory {}, pipe {}", kind.is_dir(), kind.is_fifo())
            };
            found.push(format!("{} {:o} {content}", path.display(), metadata.mode()));
            if kind.is_dir() {
                pending.push(path);
            }
        }
    }
    found.sort();
    found
}

//! Fuzzing: whatever comes in, what is promised holds.
//!
//! As tests the targets run for a second each; `make fuzz` runs them for longer. Plain bytes seldom
//! get past a first check, so most targets put their input together from what a reader looks for,
//! or change what is valid. What a target has found is a named test beside it.

mod archives;
mod headers;
mod layouts;
mod manifests;
mod names;
mod pulls;

use std::{
    fs,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::Path,
};

use bolero::{TypeGenerator, ValueGenerator, produce_with};

/// Which word comes next, and the character that comes instead now and then.
type Picks = Vec<(u8, char)>;

fn picks(most: usize) -> impl ValueGenerator<Output = Picks> {
    produce_with::<Picks>().len(0..=most)
}

/// Words that a reader looks for, with any characters among them.
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

/// A change of bytes at a place.
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
        let place = |at: u16| usize::from(at) % (length + 1);
        let range = |at: u16, n: u8| place(at)..(place(at) + usize::from(n)).min(length);
        match *edit {
            Edit::Set(at, byte) => bytes.iter_mut().skip(place(at)).take(1).for_each(|b| *b = byte),
            Edit::Insert(at, byte) => bytes.insert(place(at), byte),
            Edit::Remove(at, n) => drop(bytes.drain(range(at, n))),
            Edit::Repeat(at, n) => bytes.extend_from_within(range(at, n)),
            Edit::End(at) => bytes.truncate(place(at)),
        }
    }
    bytes
}

/// Everything below a directory that could be changed: paths, kinds, modes, links, content.
fn state(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
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
                left.push(path);
            }
        }
    }
    found.sort();
    found
}

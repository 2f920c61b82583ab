//! The files that the programs push and pull, and the folders that they pull to.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

const MEMORY_DISK: &str = "/dev/shm";

/// Returns content that cannot be compressed and differs for each seed.
pub(crate) fn content(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(size.div_ceil(8)).flatten().take(size).collect()
}

pub(crate) fn write_large(path: &Path, seed: u64, size: u64) {
    let block = content(seed, 1 << 20);
    let mut file = fs::File::create(path).expect("creating a file");
    let mut left = size;
    while left > 0 {
        let n = left.min(block.len() as u64);
        file.write_all(&block[..n as usize]).expect("writing a file");
        left -= n;
    }
}

/// Removes the content of an earlier run from a folder, and returns the folder as an argument.
pub(crate) fn emptied(folder: &Path) -> String {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("creating a folder");
    folder.display().to_string()
}

/// Creates a folder on a disk in memory, or returns `None` if there is no such disk with this number of
/// free bytes. The folder is removed when dropped.
pub(crate) fn memory_disk(needed: u64) -> Option<TempDir> {
    let df = Command::new("df").args(["--output=avail", "--block-size=1", MEMORY_DISK]).output();
    let text = String::from_utf8(df.ok()?.stdout).ok()?;
    let free: u64 = text.lines().nth(1)?.trim().parse().ok()?;
    (free >= needed).then(|| tempfile::tempdir_in(PathBuf::from(MEMORY_DISK)).ok()).flatten()
}

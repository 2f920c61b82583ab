//! Archives with arbitrary entries: unpacking never writes outside the output directory, and a
//! failure leaves nothing inside it.

use std::{
    fs,
    io::{Seek, Write},
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use bolero::{TypeGenerator, check, produce, produce_with};
use tar::EntryType;
use tempfile::TempDir;

use super::{Edit, Picks, edited, pick, snapshot, text};
use crate::content::{
    archive::{UnpackLimits, pack, unpack},
    paths::plain,
    safe_path::safe_directory,
};
use ocigraph_types::Code;

const TITLES: [&str; 7] = ["t", "t/d", ".", "t/l", "l", "l/t", "./t//"];

#[derive(Debug, Clone, TypeGenerator)]
struct Entry {
    kind: u8,
    #[generator(produce_with::<Picks>().len(0..3usize))]
    name: Picks,
    /// Whether the name starts with the title, as it must: false only if all three are.
    titled: [bool; 3],
    #[generator(produce_with::<Picks>().len(0..3usize))]
    link: Picks,
    link_titled: bool,
    #[generator(produce_with::<Vec<u8>>().len(0..40usize))]
    content: Vec<u8>,
    mode: u16,
    long: u8,
    wrong_size: u8,
}

/// Types of entries: files, directories and links, and a few that are refused.
const KINDS: [u8; 32] = *b"00000000005555522222221111\x007346S";

impl Entry {
    /// Appends the blocks of the entry.
    fn append(&self, title: &str, outside: &str, tar: &mut Vec<u8>) {
        // Most are safe, so that most archives are read to their end.
        let names = [
            "a", "d", "d/", "l", "l/", "l2", "mine", "x", "/x", "/mine", "a/b", "d/x", ".", "..",
            "/", "../", "//", "\\", "\0", "t/", outside,
        ];
        let links = [
            "a",
            "d",
            "d/x",
            "l",
            "mine",
            "x",
            "../d",
            "../d/x",
            "../",
            "..",
            "/",
            ".",
            outside,
            "victim",
            "../../outside/victim",
            "\0",
        ];
        let inside = |titled: bool| if titled { format!("{title}/") } else { String::new() };
        let name = inside(self.titled != [false; 3]) + &text(&names, &self.name);
        let link =
            inside(self.link_titled && KINDS[self.kind()] == b'1') + &text(&links, &self.link);
        let kind = KINDS[self.kind()];
        match self.long % 32 {
            0 => block(tar, b'L', "././@LongLink", "", format!("{name}\0").as_bytes(), 0o644, 0),
            1 => block(tar, b'K', "././@LongLink", "", format!("{link}\0").as_bytes(), 0o644, 0),
            2 => block(tar, b'x', "pax", "", &pax(&[("path", &name)]), 0o644, 0),
            3 => block(tar, b'x', "pax", "", &pax(&[("linkpath", &link)]), 0o644, 0),
            4 => block(tar, b'g', "pax", "", &pax(&[("path", &name), ("size", "9")]), 0o644, 0),
            5 => block(tar, b'x', "pax", "", &pax(&[("size", "18446744073709551615")]), 0o644, 0),
            _ => {}
        }
        let content = if matches!(kind, b'0' | 0 | b'7') { &self.content[..] } else { b"" };
        let wrong = if self.wrong_size < 8 { u64::from(self.wrong_size) << 34 } else { 0 };
        block(tar, kind, &name, &link, content, u32::from(self.mode), wrong);
    }

    fn kind(&self) -> usize {
        usize::from(self.kind) % KINDS.len()
    }
}

fn block(
    tar: &mut Vec<u8>,
    kind: u8,
    name: &str,
    link: &str,
    content: &[u8],
    mode: u32,
    more: u64,
) {
    let mut header = tar::Header::new_gnu();
    let set = |field: &mut [u8], text: &str| {
        let length = text.len().min(field.len());
        field[..length].copy_from_slice(&text.as_bytes()[..length]);
    };
    set(&mut header.as_old_mut().name, name);
    set(&mut header.as_old_mut().linkname, link);
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(mode);
    header.set_size(content.len() as u64 + more);
    header.set_cksum();
    tar.extend(header.as_bytes());
    tar.extend(content);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// Encodes records of a pax header, each with its length in front.
fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (name, value) in records {
        let rest = format!(" {name}={value}\n");
        let mut length = rest.len() + 1;
        while format!("{length}{rest}").len() != length {
            length += 1;
        }
        all.extend(format!("{length}{rest}").bytes());
    }
    all
}

/// An output directory, and files outside it that links lead to.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(occupied: bool) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(sandbox.path("outside/d")).unwrap();
        fs::create_dir(sandbox.path("out")).unwrap();
        for name in ["victim", "d/mine", "d/x"] {
            fs::write(sandbox.path("outside").join(name), "outside").unwrap();
        }
        if occupied {
            fs::create_dir_all(sandbox.path("out/t/d")).unwrap();
            fs::write(sandbox.path("out/t/mine"), "mine").unwrap();
            symlink("../../outside", sandbox.path("out/t/l")).unwrap();
            symlink(sandbox.path("outside/victim"), sandbox.path("out/t/a")).unwrap();
            symlink(sandbox.path("outside/d"), sandbox.path("out/l")).unwrap();
        }
        sandbox
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn unpack(&self, title: &str, archive: &[u8], keep_old: bool, occupied: bool) {
        let out = self.path("out");
        if safe_directory(&out, title, false).is_err() {
            return;
        }
        let limits = UnpackLimits { entries: 20, bytes: 64 << 10, ratio: 10 };
        let [outside, before] = [snapshot(&self.path("outside")), snapshot(&out)];
        let unpacked = unpack(archive, title, &out, None, &limits, keep_old);
        assert_eq!(snapshot(&self.path("outside")), outside, "something outside has changed");
        let after = snapshot(&out);
        assert!(!after.iter().any(|line| line.contains(".ocigraph-")), "{after:?}");
        let target = plain(&out.join(title));
        match unpacked {
            Err(e) => {
                assert_eq!(after, before, "{e}");
                assert!(
                    matches!(
                        e.code(),
                        Code::UnsafePath
                            | Code::TooLarge
                            | Code::Io
                            | Code::Unsupported
                            | Code::AlreadyExists
                    ),
                    "{e}"
                );
            }
            Ok(placed) => {
                assert!(placed.iter().all(|path| path.starts_with(&target)), "{placed:?}");
                if !occupied {
                    // A link can lead to another file below the output directory.
                    check_tree(&target, &out.canonicalize().unwrap());
                }
            }
        }
    }
}

/// Checks that there are only files, directories, and links that are dangling or stay below `root`.
fn check_tree(at: &Path, root: &Path) {
    let metadata = at.symlink_metadata().unwrap();
    if metadata.is_symlink() {
        return assert!(at.canonicalize().is_ok_and(|to| to.starts_with(root)) || !at.exists());
    }
    assert!(metadata.is_file() || metadata.is_dir(), "{}", at.display());
    assert_eq!(metadata.mode() & 0o7000, 0, "{}", at.display());
    if metadata.is_dir() {
        fs::read_dir(at).unwrap().for_each(|entry| check_tree(&entry.unwrap().path(), root));
    }
}

fn compressed(bytes: &[u8], how: u8) -> Vec<u8> {
    match how % 4 {
        0 => bytes.to_vec(),
        1 => zstd::encode_all(bytes, 1).unwrap(),
        _ => {
            let fast = flate2::Compression::fast();
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), fast);
            gzip.write_all(bytes).unwrap();
            gzip.finish().unwrap()
        }
    }
}

#[test]
fn arbitrary_bytes_as_an_archive_write_nothing_outside() {
    let how = (produce::<Vec<u8>>(), produce::<u8>());
    check!().with_generator(how).for_each(|(bytes, how)| {
        Sandbox::new(false).unpack("t", bytes, false, false);
        Sandbox::new(false).unpack("t", &compressed(bytes, *how), false, false);
    });
}

#[test]
fn arbitrary_entries_write_nothing_outside_and_a_failed_archive_writes_nothing() {
    let archive = (
        produce_with::<Vec<Entry>>().len(1..5usize),
        produce_with::<Vec<Edit>>().len(0..2usize),
        produce::<u8>(),
    );
    let into = (produce::<u8>(), produce::<bool>(), produce::<bool>());
    check!().with_generator((archive, into)).for_each(
        |((entries, edits, how), (title, occupied, keep_old))| {
            let title = pick(&TITLES, *title);
            let sandbox = Sandbox::new(*occupied);
            let outside = sandbox.path("outside");
            let mut tar = Vec::new();
            let named = plain(Path::new(title));
            for entry in entries {
                entry.append(named.to_str().unwrap(), outside.to_str().unwrap(), &mut tar);
            }
            tar.resize(tar.len() + 1024, 0);
            // Edited before or after compression, or, most often, not at all.
            let packed = match how / 16 {
                0 => compressed(&edited(&tar, edits), *how),
                1 => edited(&compressed(&tar, *how), edits),
                _ => compressed(&tar, *how),
            };
            sandbox.unpack(title, &packed, *keep_old, *occupied);
        },
    );
}

#[derive(Debug, Clone, TypeGenerator)]
struct Member {
    #[generator(produce_with::<Picks>().len(1..4usize))]
    name: Picks,
    kind: u8,
    #[generator(produce_with::<Vec<u8>>().len(0..40usize))]
    content: Vec<u8>,
    mode: u16,
}

impl Member {
    fn make(&self, root: &Path) -> std::io::Result<()> {
        const LONG: &str =
            "a-name-that-with-another-behind-it-is-longer-than-a-header-has-room-for";
        let name = text(&["a", "b", "/", "é", " ", LONG, "..."], &self.name).replace('\0', "");
        let path = root.join(name.trim_matches('/'));
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        match self.kind % 4 {
            0 => fs::create_dir(&path)?,
            // The target does not exist, so that nothing can be written through the link.
            1 if name.starts_with('/') => return symlink(format!("/nonexistent{name}"), &path),
            1 => return symlink(name, &path),
            _ => fs::File::create_new(&path)?.write_all(&self.content)?,
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(u32::from(self.mode) & 0o777 | 0o700))
    }
}

#[test]
fn a_packed_directory_is_unpacked_to_the_same_content() {
    check!().with_generator(produce_with::<Vec<Member>>().len(0..8usize)).for_each(|members| {
        let sandbox = tempfile::tempdir().unwrap();
        let root = sandbox.path().join("t");
        fs::create_dir(&root).unwrap();
        for member in members {
            // Skips a name that exists already or is too long.
            let _ = member.make(&root);
        }
        let packed = match pack(&root, "t", None) {
            Ok(packed) => packed,
            Err(e) => return assert_eq!(e.code(), Code::UnsafePath, "{e}"),
        };
        let out = sandbox.path().join("out");
        let mut archive = packed.file.try_clone().unwrap();
        archive.rewind().unwrap();
        let limits = UnpackLimits::default();
        unpack(archive, "t", &out, Some(&packed.content_digest), &limits, false).unwrap();
        for same in [root, out.join("t")] {
            assert_eq!(pack(&same, "t", None).unwrap().digest, packed.digest);
        }
    });
}

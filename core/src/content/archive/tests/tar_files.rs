//! Tar files that are read in place: what an entry is, is what `tar -x` makes of it.

use std::{io::SeekFrom, process::Command, sync::Arc};

use futures::TryStreamExt;

use super::{
    forms::{ended, pax, plain, raw},
    *,
};
use crate::content::{
    archive::tar_file::TarFile,
    regular_file::{Kind, Refused},
};

const MAX_ENTRIES: usize = 100;

/// A file with these bytes, opened.
fn open(bytes: &[u8]) -> Result<TarFile> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.tar");
    fs::write(&path, bytes).unwrap();
    TarFile::open(File::open(&path).unwrap(), &path, MAX_ENTRIES)
}

fn content(tar: &TarFile, name: &str) -> Result<Vec<u8>, Refused> {
    tar.find(name).map(|extent| tar.read(extent).unwrap())
}

fn link(kind: u8, name: &str, target: &str) -> Vec<u8> {
    let mut bytes = plain(kind, name, b"");
    bytes[157..157 + target.len()].copy_from_slice(target.as_bytes());
    checked(bytes)
}

/// Sets the checksum of the first header.
fn checked(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut header = tar::Header::from_byte_slice(&bytes[..512]).clone();
    header.set_cksum();
    bytes[..512].copy_from_slice(header.as_bytes());
    bytes
}

/// Changes bytes of the first header.
fn with(mut bytes: Vec<u8>, at: usize, value: &[u8]) -> Vec<u8> {
    bytes[at..at + value.len()].copy_from_slice(value);
    checked(bytes)
}

#[test]
fn entries_are_what_tar_extracts() {
    let long = format!("d/{}", "x".repeat(140));
    let long_name = || plain(b'L', "././@LongLink", format!("{long}\0").as_bytes());
    let binary_size = || {
        let size = [&[0x80, 0, 0, 0][..], &7_u64.to_be_bytes()].concat();
        with(raw(b'0', "d/f", b"content", 0), 124, &size)
    };
    let entries = || [plain(b'0', "d/a", b"a"), plain(b'0', "d/b", b"b")].concat();
    let old = with(plain(0, "d/f", b"old"), 257, &[0; 8]);
    let prefixed = with(plain(b'0', "f", b"prefixed"), 345, b"d/e");
    for (what, archive) in [
        ("plain names", ended(&[entries()])),
        ("a dot in front", ended(&[plain(b'5', "./", b""), plain(b'0', "./d/a", b"a")])),
        ("odd slashes", ended(&[plain(b'0', "d//./a", b"a"), plain(b'0', "/d/b", b"b")])),
        ("a name that leads out", ended(&[plain(b'0', "../x", b"x"), entries()])),
        ("a pax name", ended(&[pax(b'x', &[("path", &long)]), plain(b'0', "x", b"long")])),
        ("a pax size", ended(&[pax(b'x', &[("size", "7")]), raw(b'0', "d/f", b"content", 0)])),
        ("a GNU name", ended(&[long_name(), plain(b'0', "x", b"long")])),
        ("a ustar prefix", ended(&[prefixed])),
        ("the old format", ended(&[old])),
        ("a binary size", ended(&[binary_size(), entries()])),
        ("a name twice", ended(&[plain(b'0', "d/a", b"first"), entries()])),
        ("a link after a file", ended(&[entries(), link(b'2', "d/a", "b")])),
        ("a file after a link", ended(&[link(b'2', "d/a", "b"), entries()])),
        ("symbolic links", ended(&[entries(), link(b'2', "l", "d/a"), link(b'2', "d/l", "../l")])),
        ("a link to a folder", ended(&[entries(), link(b'2', "l", "d"), link(b'2', "m", "l/a")])),
        ("a hard link", ended(&[entries(), link(b'1', "l", "d/a"), link(b'1', "m", "./l")])),
        (
            "a replaced target",
            ended(&[entries(), link(b'1', "l", "d/a"), plain(b'0', "d/a", b"n")]),
        ),
        ("a hard link to a link", {
            ended(&[entries(), link(b'2', "d/l", "a"), link(b'1', "d/m", "d/l")])
        }),
        ("a folder after a file", ended(&[plain(b'0', "e", b"e"), plain(b'5', "e", b"")])),
        ("no zeros at the end", entries()),
        ("one block of zeros", [entries(), vec![0; 512]].concat()),
        ("a part of a block of zeros", [entries(), vec![0; 100]].concat()),
        ("other bytes after the end", [ended(&[entries()]), vec![7; 700]].concat()),
        ("another archive after the end", ended(&[ended(&[entries()]), plain(b'0', "z", b"z")])),
        ("another archive without zeros", ended(&[entries(), plain(b'0', "z", b"z")])),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (file, out) = (dir.path().join("x.tar"), dir.path().join("out"));
        fs::write(&file, &archive).unwrap();
        fs::create_dir(&out).unwrap();
        // GNU tar reports names that it leaves out by its exit status.
        Command::new("tar").arg("-xf").arg(&file).arg("-C").arg(&out).output().unwrap();
        let tar = TarFile::open(File::open(&file).unwrap(), &file, MAX_ENTRIES).expect(what);
        let mut seen = 0;
        for name in listing(&out) {
            let name = name.split(" -> ").next().unwrap().trim_end_matches('/');
            let extracted = fs::read(out.join(name)).ok();
            assert_eq!(content(&tar, name).ok(), extracted, "{what}: {name}");
            seen += usize::from(extracted.is_some());
        }
        assert!(seen > 0 || what == "a folder after a file", "{what}");
        assert!(!out.join("z").exists() || tar.find("z").is_ok(), "{what}");
        assert_eq!(tar.find("z").is_ok(), out.join("z").exists(), "{what}");
        assert!(tar.find("../x").is_err() && tar.find("x").is_err(), "{what}");
    }
}

#[test]
fn a_link_leads_to_a_file_in_the_archive_or_is_refused() {
    let archive = ended(&[
        plain(b'0', "f", b"f"),
        link(b'2', "absolute", "/etc/hostname"),
        link(b'2', "d/outside", "../../etc/hostname"),
        link(b'2', "d/back", "../../out/../f"),
        link(b'2', "missing", "nowhere"),
        link(b'2', "d/folder", "../d"),
        link(b'2', "loop", "d/loop"),
        link(b'2', "d/loop", "../loop"),
        link(b'1', "hard", "later"),
        plain(b'0', "later", b"later"),
        plain(b'6', "pipe", b""),
        plain(b'3', "device", b""),
        plain(b'5', "folder", b""),
    ]);
    let tar = open(&archive).unwrap();
    assert_eq!(content(&tar, "f").unwrap(), b"f");
    for (name, kind) in [
        ("absolute", Kind::Outside),
        ("d/outside", Kind::Outside),
        ("d/back", Kind::Outside),
        ("missing", Kind::Dangling),
        ("loop", Kind::Loop),
        ("hard", Kind::Dangling),
        ("pipe", Kind::Pipe),
        ("device", Kind::Device),
        ("folder", Kind::Directory),
        ("d", Kind::Directory),
        ("d/folder", Kind::Directory),
    ] {
        match tar.find(name) {
            Err(Refused::Is(is)) => assert_eq!(is, kind, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(matches!(tar.find("f/x"), Err(Refused::Missing)));
}

#[test]
fn a_truncated_archive_is_refused_with_the_name_of_the_entry() {
    let whole = [plain(b'0', "d/a", b"a"), plain(b'0', "d/b", &[b'b'; 1_000])].concat();
    for length in [1025, 1536, 1024 + 512 + 999] {
        let error = open(&whole[..length]).unwrap_err();
        assert_eq!(error.code(), Code::Io, "{length}: {error}");
        let named = if length < 1536 { "after the entry \"d/a\"" } else { "its entry \"d/b\"" };
        assert!(error.message().contains(named), "{length}: {error}");
    }
    // The content is complete, and only padding is missing.
    let tar = open(&whole[..1024 + 512 + 1_000]).unwrap();
    assert_eq!(content(&tar, "d/b").unwrap(), [b'b'; 1_000]);
}

#[test]
fn a_size_beyond_the_end_of_the_file_is_refused() {
    let size = |bytes: [u8; 12]| with(plain(b'0', "d/f", b"content"), 124, &bytes);
    let mut huge = [0xff; 12];
    // A number that does not fit in 64 bits, and a negative one.
    for first in [0x80, 0xff] {
        huge[0] = first;
        let error = open(&ended(&[size(huge)])).unwrap_err();
        assert!(error.message().ends_with("an entry has an invalid size"), "{error}");
    }
    for digits in ["77777777777\0", "00000004001\0"] {
        let error = open(&ended(&[size(digits.as_bytes().try_into().unwrap())])).unwrap_err();
        assert!(error.message().contains("is truncated: its entry \"d/f\""), "{error}");
    }
    let records = [("size", "18446744073709551615")];
    let error = open(&ended(&[pax(b'x', &records), plain(b'0', "d/f", b"")])).unwrap_err();
    assert_eq!(error.code(), Code::Io, "{error}");
}

#[test]
fn archives_that_cannot_be_read_in_place_are_named() {
    let file = || plain(b'0', "f", b"content");
    for (bytes, code, message, hint) in [
        (gzip(&ended(&[file()])), Code::Unsupported, "with gzip", "gzip -dc"),
        (zstd::encode_all(&file()[..], 1).unwrap(), Code::Unsupported, "with zstd", "zstd -dc"),
        (b"\xfd7zXZ\0\0\x04\xe6\xd6".to_vec(), Code::Unsupported, "with xz", "xz -dc"),
        (b"PK\x03\x04\x14\0".to_vec(), Code::Unsupported, "with zip", "decompress"),
        (Vec::new(), Code::NotFound, "an empty file", "name the directory"),
        (b"text".repeat(1_000), Code::NotFound, "not a tar archive", "name the directory"),
        (b"text".to_vec(), Code::NotFound, "not a tar archive", "name the directory"),
        (ended(&[plain(b'S', "f", b"x")]), Code::Unsupported, "sparse file", "write it again"),
        (
            ended(&[file(), pax(b'x', &[("GNU.sparse.major", "1")]), file()]),
            Code::Unsupported,
            "sparse file, as `tar --sparse` writes, after the entry \"f\"",
            "write it again",
        ),
        (
            ended(&[file(), plain(b'2', "l", b"content")]),
            Code::Unsupported,
            "the entry \"l\" has content",
            "write it again",
        ),
        ([file(), vec![7; 600]].concat(), Code::Io, "after the entry \"f\"", "copy"),
        ([file(), vec![7; 60]].concat(), Code::Io, "after the entry \"f\"", "copy"),
        ([file(), vec![0; 512], file()].concat(), Code::Io, "a block of zeros", "copy"),
    ] {
        let error = open(&bytes).expect_err(message);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert!(error.hint().is_some_and(|found| found.contains(hint)), "{error}");
    }
}

#[test]
fn the_number_of_entries_and_their_headers_are_limited() {
    let entries =
        |n: usize| ended(&(0..n).map(|i| plain(b'0', &format!("f{i}"), b"x")).collect::<Vec<_>>());
    assert!(open(&entries(MAX_ENTRIES)).is_ok());
    let error = open(&entries(MAX_ENTRIES + 1)).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
    assert!(error.message().contains("more than 100 entries"), "{error}");
    let long = format!("{} comment={}\n", (2 << 20) + 17, "x".repeat(2 << 20));
    let error = open(&ended(&[plain(b'x', "pax", long.as_bytes()), plain(b'0', "f", b"")]));
    assert_eq!(error.unwrap_err().code(), Code::TooLarge);
}

#[tokio::test]
async fn content_is_read_from_any_offset_and_a_change_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.tar");
    let text: Vec<u8> = (0..2_000_000_u32).map(|i| (i % 251) as u8).collect();
    fs::write(&path, ended(&[plain(b'0', "before", b"before"), plain(b'0', "f", &text)])).unwrap();
    let tar = Arc::new(TarFile::open(File::open(&path).unwrap(), &path, MAX_ENTRIES).unwrap());
    let extent = tar.find("f").unwrap();
    let read = |offset: u64| {
        let chunks = Arc::clone(&tar).stream(extent, offset, || 1024).try_collect::<Vec<_>>();
        async move { Ok::<_, Error>(chunks.await?.concat()) }
    };
    for offset in [0, 1, 1_234_567, 2_000_000] {
        assert_eq!(read(offset).await.unwrap(), text[offset as usize..]);
    }
    assert!(read(u64::MAX).await.unwrap().is_empty());
    assert!(tar.is_still_at(&path));

    let mut changed = File::options().write(true).open(&path).unwrap();
    changed.seek(SeekFrom::End(0)).unwrap();
    changed.write_all(b"more").unwrap();
    assert!(!tar.is_still_at(&path));
    let error = read(0).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert!(error.message().contains("x.tar changed while it was read"), "{error}");
    changed.set_len(4_000).unwrap();
    assert_eq!(read(0).await.unwrap_err().code(), Code::Conflict);
}

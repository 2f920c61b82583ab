//! Archive features about which readers disagree: unpacked correctly or refused.

use super::*;

/// A header with any size, and content.
pub(super) fn raw(kind: u8, name: &str, content: &[u8], size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

pub(super) fn plain(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    raw(kind, name, content, content.len() as u64)
}

/// A pax header with these records.
pub(super) fn pax(kind: u8, records: &[(&str, &str)]) -> Vec<u8> {
    let mut content = String::new();
    for (key, value) in records {
        let length = (1..).find(|n| format!("{n} {key}={value}\n").len() == *n).unwrap();
        content.push_str(&format!("{length} {key}={value}\n"));
    }
    plain(kind, "pax", content.as_bytes())
}

pub(super) fn ended(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = parts.concat();
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

/// Unpacks an archive, and returns its files with their content.
fn files(archive: &[u8]) -> Result<Vec<(String, String)>> {
    let out = tempfile::tempdir().unwrap();
    let unpacked = unpack_to(out.path(), "t", archive);
    let paths = listing(out.path());
    if let Err(e) = unpacked {
        assert_eq!(paths, [] as [String; 0], "{e}");
        return Err(e);
    }
    let read = |name: String| {
        let content = fs::read_to_string(out.path().join(&name)).unwrap_or_default();
        (name, content)
    };
    Ok(paths.into_iter().filter(|name| name != "t/").map(read).collect())
}

fn file(name: &str, content: &str) -> (String, String) {
    (name.to_owned(), content.to_owned())
}

#[test]
fn sparse_files_are_refused() {
    let map: &[(&str, &str)] = &[("GNU.sparse.map", "0,3,1000,3")];
    let version_0: &[(&str, &str)] =
        &[("GNU.sparse.size", "1003"), ("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "3")];
    let version_1: &[(&str, &str)] = &[
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "t/x"),
        ("GNU.sparse.realsize", "1003"),
    ];
    let mut archives: Vec<Vec<u8>> = [map, version_0, version_1]
        .into_iter()
        .flat_map(|records| {
            [b'x', b'g'].map(|kind| ended(&[pax(kind, records), plain(b'0', "t/x", b"abcdef")]))
        })
        .collect();
    archives.push(ended(&[plain(b'S', "t/x", b"abcdef")]));
    for archive in archives {
        let error = files(&archive).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported, "{error}");
    }
}

#[test]
fn sparse_files_of_gnu_tar_are_refused() {
    let work = tempfile::tempdir().unwrap();
    fs::create_dir(work.path().join("t")).unwrap();
    let sparse = File::create(work.path().join("t/x")).unwrap();
    sparse.set_len(10 << 20).unwrap();
    for format in [
        &["--format=gnu"][..],
        &["--format=pax", "--sparse-version=0.0"],
        &["--format=pax", "--sparse-version=0.1"],
        &["--format=pax", "--sparse-version=1.0"],
    ] {
        let mut tar = std::process::Command::new("tar");
        tar.args(["--sparse", "-cf", "x.tar"]).args(format).arg("t").current_dir(work.path());
        assert!(tar.status().unwrap().success());
        let error = files(&fs::read(work.path().join("x.tar")).unwrap()).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported, "{format:?}: {error}");
        assert!(error.message().contains("sparse"), "{error}");
    }
}

#[test]
fn extended_headers_apply_to_the_next_entry() {
    let long = format!("t/{}", "long/".repeat(60) + "name");
    let extended = [
        ("path", long.as_str()),
        ("SCHILY.xattr.user.x", "a value\n15 path=t/fake\n"),
        ("size", "4"),
    ];
    let archive = ended(&[
        pax(b'g', &[("comment", "0123456789"), ("mtime", "1")]),
        pax(b'x', &extended),
        // An extension applies to the next entry, even after a global header.
        pax(b'g', &[("comment", "again")]),
        raw(b'0', "t/short", b"long", 0),
        pax(b'x', &[("path", "t/first"), ("path", "t/second"), ("mtime", "1.5")]),
        plain(b'0', "t/x", b"second"),
        pax(b'x', &[("path", "")]),
        plain(b'0', "t/kept", b"kept"),
    ]);
    let expected = [file("t/kept", "kept"), file(&long, "long"), file("t/second", "second")];
    let mut found = files(&archive).unwrap();
    found.retain(|(name, _)| !name.ends_with('/'));
    assert_eq!(found, expected);
}

#[test]
fn ambiguous_archives_are_refused() {
    let x = || plain(b'0', "t/x", b"content");
    let path = |kind| pax(kind, &[("path", "t/y")]);
    let long = |name: &str| plain(b'L', "././@LongLink", name.as_bytes());
    let zeros = || vec![0; 512];
    let mut lone = [x(), zeros(), plain(b'0', "t/hidden", b"hidden")].concat();
    lone.resize(lone.len() + 1024, 0);
    for (what, archive, code) in [
        ("a global path", ended(&[path(b'g'), x()]), Code::Unsupported),
        ("a global size", ended(&[pax(b'g', &[("size", "1")]), x()]), Code::Unsupported),
        ("two extended headers", ended(&[path(b'x'), path(b'x'), x()]), Code::Io),
        ("two long names", ended(&[long("t/a"), long("t/b"), x()]), Code::Io),
        ("two names", ended(&[long("t/a"), path(b'x'), x()]), Code::Io),
        ("an extension without an entry", ended(&[x(), path(b'x')]), Code::Io),
        ("a malformed size", ended(&[pax(b'x', &[("size", "+7")]), x()]), Code::Io),
        ("a NUL in a path", ended(&[pax(b'x', &[("path", "t/y\0z")]), x()]), Code::Io),
        (
            "a record with too small a length",
            ended(&[plain(b'x', "pax", b"9 path=t/y\n"), x()]),
            Code::Io,
        ),
        (
            "a record with too large a length",
            ended(&[plain(b'x', "pax", b"99 path=t/y\n"), x()]),
            Code::Io,
        ),
        ("a single block of zeros", lone, Code::Io),
        (
            "a file with the name of a directory",
            ended(&[plain(b'0', "t/d/", b"content")]),
            Code::Io,
        ),
        ("a link with content", ended(&[x(), plain(b'2', "t/l", b"content")]), Code::Unsupported),
        ("an incremental dump", ended(&[plain(b'D', "t/d/", b"Yx\0\0")]), Code::Unsupported),
        (
            "a file continued from another volume",
            ended(&[plain(b'M', "t/x", b"rest")]),
            Code::Unsupported,
        ),
    ] {
        for archive in [gzip(&archive), archive] {
            let error = files(&archive).expect_err(what);
            assert_eq!(error.code(), code, "{what}: {error}");
        }
    }
}

#[test]
fn archives_that_end_early_are_refused() {
    let whole = [plain(b'0', "t/a", b"a"), plain(b'0', "t/b", &[b'b'; 1_000])].concat();
    // Readers accept an archive that ends after a whole entry.
    for length in (1..whole.len()).step_by(61).chain([511, 1_023, 1_025, whole.len() - 1]) {
        let error = files(&whole[..length]).expect_err(&length.to_string());
        assert_eq!(error.code(), Code::Io, "{length}: {error}");
    }
    assert_eq!(files(&whole).unwrap().len(), 2);
}

#[test]
fn directories_in_the_old_format_are_unpacked_as_directories() {
    let mut old = plain(0, "t/d/", b"");
    // A header in the old format, without a magic number.
    old[257..265].fill(0);
    let mut header = tar::Header::from_byte_slice(&old[..512]).clone();
    header.set_cksum();
    old[..512].copy_from_slice(header.as_bytes());
    let archive = ended(&[old, plain(b'0', "t/e/", b""), plain(b'0', "t/d/x", b"x")]);
    assert_eq!(files(&archive).unwrap(), [file("t/d/", ""), file("t/d/x", "x"), file("t/e/", "")]);
}

#[test]
fn a_hard_link_keeps_its_content_when_its_target_is_replaced() {
    let mut link = tar::Header::new_ustar();
    link.set_path("t/link").unwrap();
    link.set_link_name("t/x").unwrap();
    link.set_entry_type(Link);
    link.set_mode(0o4755);
    link.set_size(0);
    link.set_cksum();
    let archive =
        ended(&[plain(b'0', "t/x", b"old"), link.as_bytes().to_vec(), plain(b'0', "t/x", b"new")]);
    assert_eq!(files(&archive).unwrap(), [file("t/link", "old"), file("t/x", "new")]);
}

#[test]
fn concatenated_and_skippable_frames_are_read() {
    let archive = ended(&[plain(b'0', "t/x", &b"content ".repeat(1_000))]);
    let (one, two) = archive.split_at(700);
    let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    // Source: RFC 8878, "Skippable Frames".
    let skipped = |magic: u8| [&[magic, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    for compressed in [
        [gzip(one), gzip(two)].concat(),
        [frame(one), frame(two)].concat(),
        [skipped(0x50), frame(&archive)].concat(),
        [skipped(0x5f), skipped(0x53), frame(one), skipped(0x51), frame(two), skipped(0x50)]
            .concat(),
    ] {
        let found = files(&compressed).unwrap();
        assert_eq!(found, [file("t/x", &"content ".repeat(1_000))]);
    }
    for compressed in [
        [gzip(&archive), b"trailing bytes".to_vec()].concat(),
        [frame(&archive), b"trailing bytes".to_vec()].concat(),
        gzip(&gzip(&archive)),
        skipped(0x50),
    ] {
        assert_eq!(files(&compressed).unwrap_err().code(), Code::Io);
    }
}

#[test]
fn unsupported_compressions_are_named() {
    for (magic, name) in [
        (&b"\xfd7zXZ\0\0\x04\xe6\xd6"[..], "xz"),
        (b"BZh91AY&SY\x00", "bzip2"),
        (b"\x04\x22\x4d\x18\x64\x40", "lz4"),
        (b"\x5d\0\0\x80\0\xff\xff\xff\xff", "lzma"),
        (b"LZIP\x01\x0c", "lzip"),
        (b"\x1f\x9d\x90", "compress"),
        (b"PK\x03\x04\x14\0", "zip"),
    ] {
        let error = files(magic).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported, "{error}");
        assert!(error.message().ends_with(&format!("it is compressed with {name}")), "{error}");
    }
    // A file name can start with the same bytes.
    let out = tempfile::tempdir().unwrap();
    let archive = ended(&[plain(b'0', "BZh9/x", b"x")]);
    unpack_to(out.path(), "BZh9", &archive).unwrap();
}

#[test]
fn the_content_digest_is_of_the_whole_uncompressed_archive() {
    let archive = ended(&[plain(b'0', "t/x", b"content")]);
    let digest = |bytes: &[u8]| Algorithm::Sha256.digest(bytes);
    let two = zstd::encode_all(&archive[..600], 1).unwrap();
    let two = [two, zstd::encode_all(&archive[600..], 1).unwrap()].concat();
    let out = tempfile::tempdir().unwrap();
    let limits = UnpackLimits::default();
    let right = digest(&archive);
    unpack(&two[..], "t", &out.path().join("a"), Some(&right), &limits, false).unwrap();
    // Bytes after the end of the archive are part of the digested content.
    let longer = [archive.clone(), vec![0; 512]].concat();
    for (archive, said) in [(&longer, right), (&archive, digest(&longer))] {
        let error = unpack(&archive[..], "t", &out.path().join("b"), Some(&said), &limits, false)
            .unwrap_err();
        assert_eq!(error.code(), Code::DigestMismatch);
        assert!(!out.path().join("b/t").exists());
    }
}

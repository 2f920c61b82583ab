use std::{
    fs,
    io::{self, Read, Write},
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
};

use tar::EntryType::{self, Block, Directory, Fifo, Link, Regular, Symlink};
use tempfile::TempDir;

use super::*;
use crate::{
    digest::Digest,
    error::{Code, Error, Result},
};

/// An archive by hand: names and links go in as they are, whatever they say.
struct Hostile(tar::Builder<Vec<u8>>);

impl Hostile {
    fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    fn entry(mut self, kind: EntryType, name: &str, link: &str, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o6755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        self.entry(Regular, name, "", content.as_bytes())
    }

    fn link(self, name: &str, target: &str) -> Self {
        self.entry(Symlink, name, target, b"")
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

fn unpack_to(output: &Path, title: &str, archive: &[u8]) -> Result<Vec<PathBuf>> {
    unpack(archive, title, output, None, &UnpackLimits::default(), false)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Every path below a directory, links with where they lead, directories with `/`.
fn listing(root: &Path) -> Vec<String> {
    fn walk(root: &Path, at: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let kind = path.symlink_metadata().unwrap().file_type();
            if kind.is_symlink() {
                found.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
            } else if kind.is_dir() {
                found.push(name + "/");
                walk(root, &path, found);
            } else {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

/// A directory `tree` with some of everything, written in the order of `names`.
fn tree(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("tree");
    for name in names {
        write(&root.join(name), name);
        set_mode(&root.join(name), if name.ends_with(".sh") { 0o755 } else { 0o644 });
    }
    fs::create_dir_all(root.join("empty")).unwrap();
    symlink("../run.sh", root.join("docs/run")).unwrap();
    for directory in ["", "docs", "empty"] {
        set_mode(&root.join(directory), 0o755);
    }
    dir
}

const NAMES: [&str; 3] = ["docs/read me.txt", "docs/Übersicht-日本.md", "run.sh"];

#[test]
fn packing_is_reproducible() {
    let [a, b] = [tree(&NAMES), tree(&[NAMES[2], NAMES[0], NAMES[1]])];
    let past = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    fs::File::open(b.path().join("tree/run.sh")).unwrap().set_times(past).unwrap();
    // As a checkout under another umask would have it, and with a bit that is never kept.
    set_mode(&b.path().join("tree/docs"), 0o2775);
    set_mode(&b.path().join("tree/docs/read me.txt"), 0o664);

    let [a, b] = [a, b].map(|dir| pack(&dir.path().join("tree"), "tree", None).unwrap());
    assert_eq!((&a.digest, a.size), (&b.digest, b.size));
    assert_eq!(fs::read(&a.path).unwrap(), fs::read(&b.path).unwrap());
    assert_eq!(a.digest, crate::digest_file(&a.path, Algorithm::Sha256).unwrap().0);
    assert_eq!(a.size, a.path.metadata().unwrap().len());
    // These may only change knowingly: whoever packs the same again must get the same digest.
    assert_eq!(
        a.content_digest.as_str(),
        "sha256:7d96e970bb8562199d0d41a937cf4b9b92976c01201e17c4e7c3a07b345b2cb1"
    );
    assert_eq!(
        a.digest.as_str(),
        "sha256:9aad4a275ba12d79670437baf99505543acf81240033fde4943801bd7747efbe"
    );

    let dir = tree(&NAMES);
    let later = pack(&dir.path().join("tree"), "tree", Some(1_700_000_000)).unwrap();
    assert_ne!(later.content_digest, a.content_digest);
}

#[test]
fn what_is_packed_is_unpacked() {
    let dir = tree(&NAMES);
    let root = dir.path().join("tree");
    let long = format!("{}/{}.txt", "d".repeat(120), "f".repeat(200));
    write(&root.join(&long), "long");
    symlink(&long, root.join("long")).unwrap();
    // With a NUL behind them these just fit into a header, and just do not.
    for length in [99, 100] {
        write(&dir.path().join(format!("tree/{}", "n".repeat(length - "some/title/".len()))), "");
    }
    set_mode(&root.join(NAMES[0]), 0o600);
    fs::hard_link(root.join("run.sh"), root.join("run2.sh")).unwrap();

    let packed = pack(&root, "some/title", None).unwrap();
    let out = tempfile::tempdir().unwrap();
    let archive = fs::File::open(&packed.path).unwrap();
    let digest = Some(&packed.content_digest);
    let limits = UnpackLimits::default();
    let placed = unpack(archive, "some/title", out.path(), digest, &limits, false).unwrap();

    let unpacked = out.path().join("some/title");
    assert_eq!(placed, [unpacked.as_path()]);
    assert_eq!(listing(&unpacked), listing(&root));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1, "nothing hidden is left");
    assert_eq!(fs::read(unpacked.join("long")).unwrap(), b"long");
    assert_eq!(fs::read(unpacked.join("run2.sh")).unwrap(), b"run.sh");
    assert_eq!(mode(&unpacked.join("run.sh")) & 0o100, 0o100);
    assert_eq!(mode(&unpacked.join(NAMES[0])), 0o600);
    assert_eq!(mode(&unpacked.join(NAMES[1])) & 0o111, 0);

    let again = fs::File::open(&packed.path).unwrap();
    let placed = unpack(again, "some/title", out.path(), digest, &limits, false).unwrap();
    assert_eq!(placed, [] as [PathBuf; 0], "all was there");
}

#[test]
fn titles_name_entries_as_oras_has_them() {
    let dir = tree(&["docs/a", "run.sh"]);
    for (title, root, child) in [
        (".", "./", "docs/"),
        ("tree", "tree/", "tree/docs/"),
        ("../../tree", "../../tree/", "../../tree/docs/"),
        ("/srv/tree", "/srv/tree/", "/srv/tree/docs/"),
    ] {
        let packed = pack(&dir.path().join("tree"), title, None).unwrap();
        let plain = flate2::read::GzDecoder::new(fs::File::open(&packed.path).unwrap());
        let mut archive = tar::Archive::new(plain);
        let entries = archive.entries().unwrap().map(|e| e.unwrap().path_bytes().into_owned());
        let names = entries.map(|name| String::from_utf8(name).unwrap()).collect::<Vec<_>>();
        assert_eq!(names[..2], [root, child]);

        // As a pull that was allowed to may do; the title leads where it says.
        let out = tempfile::tempdir().unwrap();
        let output = out.path().join("a/b/c");
        let title = if title.starts_with('/') { continue } else { title };
        unpack_to(&output, title, &fs::read(&packed.path).unwrap()).unwrap();
        let there = output.join(title);
        assert_eq!(listing(&there), listing(&dir.path().join("tree")), "{title}");
    }
}

#[test]
fn what_cannot_be_packed_is_named() {
    type Make = fn(&Path);
    let cases: [(Make, Code); 4] = [
        (|odd| symlink("/etc/passwd", odd).unwrap(), Code::UnsafePath),
        (|odd| symlink("../x", odd).unwrap(), Code::UnsafePath),
        (|odd| drop(UnixListener::bind(odd).unwrap()), Code::InvalidArgument),
        (|odd| fs::remove_dir(odd.parent().unwrap()).unwrap(), Code::NotFound),
    ];
    for (make, code) in cases {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("tree");
        fs::create_dir(&root).unwrap();
        make(&root.join("odd"));
        let error = pack(&root, "tree", None).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(root.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_packed_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    fs::write(&path, "content").unwrap();
    for (said, fits) in [(6, false), (7, true), (8, false)] {
        let file = fs::File::open(&path).unwrap();
        let copied = io::copy(&mut super::pack::Exactly { file, left: said }, &mut io::sink());
        assert_eq!(copied.is_ok(), fits, "{said}");
    }
}

#[test]
fn hostile_entries_write_nothing() {
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("victim"), "old");
    let victim = outside.path().join("victim");
    let victim = victim.to_str().unwrap();
    let elsewhere = outside.path().to_str().unwrap();
    let cases = [
        ("a path that climbs", Hostile::new().file("t/../../x", "")),
        ("a path that climbs and comes back", Hostile::new().file("t/a/../../t/x", "")),
        ("an absolute path", Hostile::new().file(victim, "new")),
        ("a path beside the title", Hostile::new().file("x", "")),
        ("a title's namesake", Hostile::new().file("title/x", "")),
        ("a file for the directory", Hostile::new().file("t", "")),
        ("a link for the directory", Hostile::new().link("t", elsewhere).file("t/victim", "new")),
        ("an absolute link", Hostile::new().link("t/l", victim)),
        ("a link that climbs", Hostile::new().link("t/a/l", "../../x")),
        (
            "a link with a way round",
            Hostile::new().link("t/a/b/up", "../..").link("t/l", "a/b/up/../x"),
        ),
        (
            "a path through a link",
            Hostile::new().link("t/l", "d").file("t/d/x", "").file("t/l/x", ""),
        ),
        (
            "a directory through a link",
            Hostile::new().link("t/l", ".").entry(Directory, "t/l/d", "", b""),
        ),
        (
            "a directory that is a link",
            Hostile::new().link("t/l", ".").entry(Directory, "t/l", "", b""),
        ),
        ("a hard link out", Hostile::new().entry(Link, "t/l", victim, b"")),
        ("a hard link that climbs", Hostile::new().entry(Link, "t/l", "t/../../x", b"")),
        ("a hard link to nothing", Hostile::new().entry(Link, "t/l", "t/none", b"")),
        ("a hard link to a link", Hostile::new().link("t/s", "x").entry(Link, "t/l", "t/s", b"")),
        (
            "a hard link through a link",
            Hostile::new().file("t/d/x", "").link("t/s", "d").entry(Link, "t/l", "t/s/x", b""),
        ),
        ("a hard link to itself", Hostile::new().file("t/x", "").entry(Link, "t/x", "t/x", b"")),
        ("a device", Hostile::new().entry(Block, "t/sda", "", b"")),
        ("a pipe", Hostile::new().entry(Fifo, "t/pipe", "", b"")),
    ];
    for (what, archive) in cases {
        let archive = Hostile::file(archive, "t/last", "").bytes();
        for bytes in [gzip(&archive), archive] {
            let out = tempfile::tempdir().unwrap();
            let error = unpack_to(&out.path().join("o/p"), "t", &bytes).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{what}: {error}");
            assert!(error.message().contains("\"t\""), "{what}: {error}");
            assert_eq!(listing(out.path()), [] as [String; 0], "{what}");
        }
    }
    assert_eq!(listing(outside.path()), ["victim"]);
    assert_eq!(fs::read(victim).unwrap(), b"old");
}

#[test]
fn links_of_the_archive_are_kept_and_special_bits_dropped() {
    let archive = Hostile::new()
        .file("t/d/x", "first")
        .file("t/d/x", "second")
        .link("t/up/l", "../d/x")
        .entry(Link, "t/hard", "t/d/x", b"")
        .entry(Directory, "t/late/", "", b"")
        .bytes();
    let out = tempfile::tempdir().unwrap();
    unpack_to(out.path(), "t", &archive).unwrap();
    assert_eq!(
        listing(out.path()),
        ["t/", "t/d/", "t/d/x", "t/hard", "t/late/", "t/up/", "t/up/l -> ../d/x"]
    );
    assert_eq!(fs::read(out.path().join("t/up/l")).unwrap(), b"second");
    assert_eq!(fs::read(out.path().join("t/hard")).unwrap(), b"second");
    assert_eq!(mode(&out.path().join("t/d/x")) & 0o7000, 0);
    assert_eq!(mode(&out.path().join("t/late")) & 0o7000, 0);
}

#[test]
fn what_is_there_is_merged_into() {
    let archive =
        Hostile::new().file("t/a", "new").file("t/d/b", "new").file("t/l/c", "new").bytes();
    let outside = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let at = |name: &str| out.path().join(name);
    write(&at("t/mine"), "mine");
    write(&at("t/d/b"), "old");
    symlink(outside.path(), at("t/l")).unwrap();
    symlink(outside.path().join("victim"), at("t/a")).unwrap();

    let keep = |keep| unpack(&archive[..], "t", out.path(), None, &UnpackLimits::default(), keep);
    assert_eq!(keep(true).unwrap(), [] as [PathBuf; 0]);
    assert_eq!(fs::read(at("t/d/b")).unwrap(), b"old");

    let mut placed = keep(false).unwrap();
    placed.sort();
    assert_eq!(placed, ["t/a", "t/d/b", "t/l"].map(at));
    assert_eq!(listing(out.path()), ["t/", "t/a", "t/d/", "t/d/b", "t/l/", "t/l/c", "t/mine"]);
    assert_eq!(fs::read(at("t/d/b")).unwrap(), b"new");
    assert_eq!(listing(outside.path()), [] as [String; 0]);
}

#[test]
fn a_conflict_is_found_before_anything_is_moved() {
    let archive = Hostile::new().file("t/a", "new").file("t/z", "new").file("t/y/x", "").bytes();
    for (there, conflict) in [("t/z/dir", "t/z"), ("t/y", "t/y"), ("t", "t")] {
        let out = tempfile::tempdir().unwrap();
        write(&out.path().join(there), "old");
        let before = listing(out.path());
        let error = unpack_to(out.path(), "t", &archive).unwrap_err();
        assert_eq!(error.code(), Code::AlreadyExists, "{error}");
        assert!(error.message().contains(out.path().join(conflict).to_str().unwrap()), "{error}");
        assert_eq!(listing(out.path()), before);
    }
}

#[test]
fn a_title_below_a_link_is_refused() {
    let (out, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    symlink(outside.path(), out.path().join("l")).unwrap();
    let archive = Hostile::new().file("l/t/x", "").bytes();
    let error = unpack_to(out.path(), "l/t", &archive).unwrap_err();
    assert_eq!(error.code(), Code::UnsafePath);
    assert_eq!(listing(outside.path()), [] as [String; 0]);
}

#[test]
fn a_wrong_content_digest_leaves_nothing() {
    let archive = Hostile::new().file("t/x", "x").bytes();
    let out = tempfile::tempdir().unwrap();
    let check = |digest: &Digest| {
        unpack(&gzip(&archive)[..], "t", out.path(), Some(digest), &UnpackLimits::default(), false)
    };
    let error = check(&Algorithm::Sha256.digest(b"other")).unwrap_err();
    assert_eq!(error.code(), Code::DigestMismatch);
    assert_eq!(listing(out.path()), [] as [String; 0]);
    check(&Algorithm::Sha512.digest(&archive)).unwrap();
    assert_eq!(listing(out.path()), ["t/", "t/x"]);
}

#[test]
fn limits_hold() {
    let small = UnpackLimits { entries: 3, bytes: 20_000, ratio: 10 };
    let big = "x".repeat(20_000);
    let many = (0..4).fold(Hostile::new(), |a, i| a.file(&format!("t/{i}"), ""));
    let deep = format!("t/{}x", "d/".repeat(40));
    let mut long = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(3 << 20);
    header.set_cksum();
    long.append(&header, io::repeat(b'n').take(3 << 20)).unwrap();
    for (what, limits, archive) in [
        ("20000 bytes", small, Hostile::new().file("t/x", &big).bytes()),
        ("20000 bytes", small, Hostile::new().entry(Directory, "t/d", "", big.as_bytes()).bytes()),
        ("3 entries", small, many.bytes()),
        ("bytes of headers", UnpackLimits::default(), long.into_inner().unwrap()),
    ] {
        let out = tempfile::tempdir().unwrap();
        for archive in [gzip(&archive), zstd::encode_all(&archive[..], 1).unwrap(), archive] {
            let error = unpack(&archive[..], "t", out.path(), None, &limits, false).unwrap_err();
            assert_eq!(error.code(), Code::TooLarge, "{error}");
            assert!(error.message().contains(what), "{error}");
            assert_eq!(listing(out.path()), [] as [String; 0]);
        }
    }
    let out = tempfile::tempdir().unwrap();
    unpack(&Hostile::new().file(&deep, "").bytes()[..], "t", out.path(), None, &small, false)
        .unwrap();
    assert!(out.path().join(deep).exists());
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let zeros = io::repeat(0).take(80 << 20);
    let mut header = tar::Header::new_gnu();
    header.set_path("t/zeros").unwrap();
    header.set_size(80 << 20);
    header.set_mode(0o644);
    header.set_cksum();
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    tar.append(&header, zeros).unwrap();
    let bomb = tar.into_inner().unwrap().finish().unwrap();

    let out = tempfile::tempdir().unwrap();
    let error = unpack_to(out.path(), "t", &bomb).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
    assert!(error.message().contains("1000 times"), "{error}");
    assert_eq!(listing(out.path()), [] as [String; 0]);
    let limits = UnpackLimits { ratio: u64::MAX, ..Default::default() };
    unpack(&bomb[..], "t", out.path(), None, &limits, false).unwrap();
}

#[test]
fn damaged_archives_leave_nothing() {
    let whole = gzip(&Hostile::new().file("t/x", &"content ".repeat(500)).bytes());
    let plain = Hostile::new().file("t/x", &"content ".repeat(500)).bytes();
    let cut = |bytes: &[u8], at: usize| bytes[..at].to_vec();
    for archive in [
        Vec::new(),
        b"no archive".to_vec(),
        vec![b'x'; 2000],
        cut(&whole, 5),
        cut(&whole, whole.len() / 2),
        cut(&whole, whole.len() - 4),
        cut(&plain, 600),
        [&whole[..], b"trailing"].concat(),
        gzip(b""),
    ] {
        let out = tempfile::tempdir().unwrap();
        let error = unpack_to(&out.path().join("new"), "t", &archive).unwrap_err();
        assert_eq!(error.code(), Code::Io, "{error}");
        assert!(error.message().contains("\"t\""), "{error}");
        assert_eq!(listing(out.path()), [] as [String; 0]);
    }
}

/// Gives its bytes one at a time, and what it has to say at the end.
struct Verdict<'a>(&'a [u8], bool);

impl Read for Verdict<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.split_first() {
            None if self.1 => Err(io::Error::other(Error::new(Code::DigestMismatch, "wrong blob"))),
            None => Ok(0),
            Some((first, rest)) => {
                buffer[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
    }
}

#[test]
fn a_blob_that_proves_wrong_at_its_end_leaves_nothing() {
    let archive = Hostile::new().file("t/x", "x").bytes();
    for archive in [gzip(&archive), zstd::encode_all(&archive[..], 1).unwrap(), archive] {
        let out = tempfile::tempdir().unwrap();
        let read = |reader: &mut Verdict<'_>| {
            unpack(reader, "t", out.path(), None, &UnpackLimits::default(), false)
        };
        assert!(read(&mut Verdict(&archive, true)).is_err());
        assert_eq!(listing(out.path()), [] as [String; 0]);
        read(&mut Verdict(&archive, false)).unwrap();
        assert_eq!(listing(out.path()), ["t/", "t/x"]);
    }
    // An archive that is spoiled is read to its end: there it shows why.
    let mut reader = Verdict(b"spoiled", false);
    unpack(&mut reader, "t", Path::new("unused"), None, &UnpackLimits::default(), false)
        .unwrap_err();
    assert!(reader.0.is_empty());
}

#[test]
fn links_may_climb_only_first_and_only_to_the_root() {
    let inside = |link: &str, target: &str| stays_inside(Path::new(link), Path::new(target));
    for (link, target) in
        [("l", "f"), ("l", "./a/b"), ("a/l", "../f"), ("a/b/l", "../../c/d"), ("a/l", "..")]
    {
        assert!(inside(link, target), "{link} -> {target}");
    }
    for (link, target) in
        [("l", ".."), ("a/l", "../../f"), ("l", "/etc/passwd"), ("l", "a/../f"), ("l", "")]
    {
        assert!(!inside(link, target), "{link} -> {target}");
    }
}

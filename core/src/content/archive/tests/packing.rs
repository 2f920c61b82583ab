//! Packing: reproducible, compatible with ORAS, and unpacked to the same tree.

use std::os::unix::net::UnixListener;

use super::*;

/// Creates a directory `tree` with files, directories and links. Writes the files in the order of
/// `names`.
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

/// Returns a reader of the packed archive.
fn reader(packed: &pack::Packed) -> fs::File {
    let mut file = packed.file.try_clone().unwrap();
    file.rewind().unwrap();
    file
}

const NAMES: [&str; 3] = ["docs/read me.txt", "docs/Übersicht-日本.md", "run.sh"];

#[test]
fn packing_is_reproducible() {
    let [a, b] = [tree(&NAMES), tree(&[NAMES[2], NAMES[0], NAMES[1]])];
    let past = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    fs::File::open(b.path().join("tree/run.sh")).unwrap().set_times(past).unwrap();
    // Modes as after a checkout under another umask, and with a bit that is never kept.
    set_mode(&b.path().join("tree/docs"), 0o2775);
    set_mode(&b.path().join("tree/docs/read me.txt"), 0o664);

    let [a, b] = [a, b].map(|dir| pack(&dir.path().join("tree"), "tree", None).unwrap());
    assert_eq!((&a.digest, a.size), (&b.digest, b.size));
    let [bytes, same] = [&a, &b].map(|packed| {
        let mut bytes = Vec::new();
        reader(packed).read_to_end(&mut bytes).unwrap();
        bytes
    });
    assert_eq!(bytes, same);
    assert_eq!(a.digest, Algorithm::Sha256.digest(&bytes));
    assert_eq!(a.size, bytes.len() as u64);
    // Change these digests only on purpose: packing the same content again must give the same
    // digest.
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
fn a_packed_directory_is_unpacked_to_the_same_tree() {
    let dir = tree(&NAMES);
    let root = dir.path().join("tree");
    let long = format!("{}/{}.txt", "d".repeat(120), "f".repeat(200));
    write(&root.join(&long), "long");
    symlink(&long, root.join("long")).unwrap();
    // With a NUL after it, the first name just fits into a header, and the second does not.
    for length in [99, 100] {
        write(&dir.path().join(format!("tree/{}", "n".repeat(length - "some/title/".len()))), "");
    }
    set_mode(&root.join(NAMES[0]), 0o600);
    fs::hard_link(root.join("run.sh"), root.join("run2.sh")).unwrap();

    let packed = pack(&root, "some/title", None).unwrap();
    let out = tempfile::tempdir().unwrap();
    let archive = reader(&packed);
    let digest = Some(&packed.content_digest);
    let limits = UnpackLimits::default();
    let placed = unpack(archive, "some/title", out.path(), digest, &limits, false).unwrap();

    let unpacked = out.path().join("some/title");
    assert_eq!(placed, [unpacked.as_path()]);
    assert_eq!(listing(&unpacked), listing(&root));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1, "no hidden file is left");
    assert_eq!(fs::read(unpacked.join("long")).unwrap(), b"long");
    assert_eq!(fs::read(unpacked.join("run2.sh")).unwrap(), b"run.sh");
    assert_eq!(mode(&unpacked.join("run.sh")) & 0o100, 0o100);
    assert_eq!(mode(&unpacked.join(NAMES[0])), 0o600);
    assert_eq!(mode(&unpacked.join(NAMES[1])) & 0o111, 0);

    let again = reader(&packed);
    let placed = unpack(again, "some/title", out.path(), digest, &limits, false).unwrap();
    assert_eq!(placed, [] as [PathBuf; 0], "everything existed");
}

#[test]
fn hidden_files_with_the_reserved_prefix_are_packed_unless_they_are_unfinished() {
    let dir = tempfile::tempdir().unwrap();
    for name in [".ocigraph-notes", ".ocigraph-config.json.lock", ".ocigraph-0.partial"] {
        write(&dir.path().join("t").join(name), "mine");
    }
    let packed = pack(&dir.path().join("t"), "t", None).unwrap();
    let out = tempfile::tempdir().unwrap();
    let mut archive = Vec::new();
    reader(&packed).read_to_end(&mut archive).unwrap();
    unpack_to(out.path(), "t", &archive).unwrap();
    assert_eq!(listing(&out.path().join("t")), [".ocigraph-config.json.lock", ".ocigraph-notes"]);
}

#[test]
fn entries_are_named_below_the_title_as_oras_names_them() {
    let dir = tree(&["docs/a", "run.sh"]);
    for (title, root, child) in [
        (".", "./", "docs/"),
        ("tree", "tree/", "tree/docs/"),
        ("../../tree", "../../tree/", "../../tree/docs/"),
        ("/srv/tree", "/srv/tree/", "/srv/tree/docs/"),
    ] {
        let packed = pack(&dir.path().join("tree"), title, None).unwrap();
        let plain = flate2::read::GzDecoder::new(reader(&packed));
        let mut archive = tar::Archive::new(plain);
        let entries = archive.entries().unwrap().map(|e| e.unwrap().path_bytes().into_owned());
        let names = entries.map(|name| String::from_utf8(name).unwrap()).collect::<Vec<_>>();
        assert_eq!(names[..2], [root, child]);

        // As a pull that allows path traversal does.
        let out = tempfile::tempdir().unwrap();
        let output = out.path().join("a/b/c");
        let title = if title.starts_with('/') { continue } else { title };
        let mut archive = Vec::new();
        reader(&packed).read_to_end(&mut archive).unwrap();
        unpack_to(&output, title, &archive).unwrap();
        let unpacked = output.join(title);
        assert_eq!(listing(&unpacked), listing(&dir.path().join("tree")), "{title}");
    }
}

#[test]
fn unfinished_files_of_a_pull_are_not_packed() {
    let dir = tree(&NAMES);
    let root = dir.path().join("tree");
    let digest = pack(&root, "tree", None).unwrap().digest;
    write(&root.join(".ocigraph-0123abcd.partial"), "half");
    write(&root.join("docs/.ocigraph-Ab12xy.partial/root/file"), "half");
    set_mode(&root.join("docs"), 0o755);
    assert_eq!(pack(&root, "tree", None).unwrap().digest, digest);
    // These are ordinary files.
    for name in [".ocigraph-notes", "x.ocigraph-a.partial", ".ocigraph-a.partial.txt"] {
        write(&root.join(name), "");
        assert_ne!(pack(&root, "tree", None).unwrap().digest, digest, "{name}");
        fs::remove_file(root.join(name)).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_packed_is_named() {
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
        let copied = io::copy(&mut pack::ExactLength { file, left: said }, &mut io::sink());
        assert_eq!(copied.is_ok(), fits, "{said}");
    }
}

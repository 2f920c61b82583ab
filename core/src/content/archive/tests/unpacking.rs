//! Unpacking: hostile entries, existing files and wrong digests.

use super::*;

#[test]
fn an_archive_with_a_hostile_entry_writes_nothing() {
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("victim"), "old");
    let victim = outside.path().join("victim");
    let victim = victim.to_str().unwrap();
    let elsewhere = outside.path().to_str().unwrap();
    let cases = [
        ("a path that leads out", Hostile::new().file("t/../../x", "")),
        ("a path that leads out and back in", Hostile::new().file("t/a/../../t/x", "")),
        ("an absolute path", Hostile::new().file(victim, "new")),
        ("a path outside the title", Hostile::new().file("x", "")),
        ("a path that starts with the letters of the title", Hostile::new().file("title/x", "")),
        ("a file in place of the directory", Hostile::new().file("t", "")),
        (
            "a link in place of the directory",
            Hostile::new().link("t", elsewhere).file("t/victim", "new"),
        ),
        ("an absolute link", Hostile::new().link("t/l", victim)),
        ("a link that leads out", Hostile::new().link("t/a/l", "../../../x")),
        (
            "a link that leads out through another link",
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
        ("a hard link to an absolute path", Hostile::new().entry(Link, "t/l", victim, b"")),
        ("a hard link that leads out", Hostile::new().entry(Link, "t/l", "t/../../x", b"")),
        ("a hard link to a missing file", Hostile::new().entry(Link, "t/l", "t/none", b"")),
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
fn links_are_unpacked_and_special_mode_bits_dropped() {
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
fn the_content_of_a_directory_alone_is_unpacked_below_the_title() {
    for names in [["a.txt", "d/b.txt"], ["./a.txt", "./d/b.txt"]] {
        let archive = Hostile::new()
            .file(names[0], "a")
            .file(names[1], "b")
            .link("l", "../other/file")
            .entry(Link, "hard", names[0], b"")
            .bytes();
        for (title, output) in [("t", "t"), ("x/t", "x/t"), ("./t/", "t")] {
            let out = tempfile::tempdir().unwrap();
            unpack_to(out.path(), title, &gzip(&archive)).unwrap();
            let expected = ["a.txt", "d/", "d/b.txt", "hard", "l -> ../other/file"];
            assert_eq!(listing(&out.path().join(output)), expected);
        }
    }
    let rooted = Hostile::new()
        .entry(Directory, "./", "", b"")
        .file("./t", "a file with the name of the directory")
        .file("./a", "")
        .bytes();
    let empty = Hostile::new().entry(Directory, "./", "", b"").bytes();
    let none = Hostile::new().bytes();
    for (archive, expected) in
        [(rooted, &["t/", "t/a", "t/t"][..]), (empty, &["t/"]), (none, &["t/"])]
    {
        let out = tempfile::tempdir().unwrap();
        unpack_to(out.path(), "t", &archive).unwrap();
        assert_eq!(listing(out.path()), expected);
    }
}

#[test]
fn a_link_can_lead_to_another_layer_and_not_out_of_the_output_directory() {
    let link = |name: &str, target: &str| Hostile::new().link(name, target).bytes();
    for (title, name, target) in
        [("t", "t/l", "../foo"), ("t", "l", "../foo"), ("x/t", "x/t/d/l", "../../../foo")]
    {
        let out = tempfile::tempdir().unwrap();
        unpack_to(out.path(), title, &link(name, target)).unwrap();
    }
    for (title, name, target) in [
        ("t", "t/l", "../../foo"),
        ("t", "l", "../../foo"),
        ("x/t", "x/t/l", "../../../foo"),
        (".", "l", "../foo"),
        ("t", "t/l", "/foo"),
    ] {
        let out = tempfile::tempdir().unwrap();
        let error = unpack_to(out.path(), title, &link(name, target)).unwrap_err();
        assert_eq!(error.code(), Code::UnsafePath, "{name} -> {target}: {error}");
        assert_eq!(listing(out.path()), [] as [String; 0]);
    }
}

#[test]
fn names_of_windows_are_unpacked_as_paths() {
    let archive = Hostile::new()
        .entry(Directory, "t\\d/", "", b"")
        .file("t\\d\\a.txt", "a")
        .link("t\\d\\l", "..\\b.txt")
        .file("t\\b.txt", "b")
        .bytes();
    let out = tempfile::tempdir().unwrap();
    unpack_to(out.path(), "t", &archive).unwrap();
    let expected = ["t/", "t/b.txt", "t/d/", "t/d/a.txt", "t/d/l -> ../b.txt"];
    assert_eq!(listing(out.path()), expected);
    let error = unpack_to(out.path(), "u", &Hostile::new().file("u\\..\\..\\x", "").bytes());
    assert_eq!(error.unwrap_err().code(), Code::UnsafePath);
}

#[test]
fn an_existing_directory_is_merged_into() {
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
    for (existing, conflict) in [("t/z/dir", "t/z"), ("t/y", "t/y"), ("t", "t")] {
        let out = tempfile::tempdir().unwrap();
        write(&out.path().join(existing), "old");
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

//! Backups and what is restored from them: between kinds of registries, with ORAS and other tools, after a kill, and from
//! damaged archives.

mod directories;
mod repositories;
mod restored;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use ocigraph_fixture::{Config, Fixture, Slow};
use ocigraph_suite::{AttachedImage, Kind, Registry, Workspace, ocigraph_binary, tool};
use serde_json::{Value, json};

/// Pushes an artifact of these files. Returns its digest.
fn push(work: &Workspace, target: &str, files: &[&str]) -> String {
    for file in files {
        if !work.path(file).exists() {
            work.write(file, format!("content of {file}\n"));
        }
    }
    let args = [&["push", "--format", "json", "--artifact-type", "app/example", target], files];
    let pushed = work.ocigraph(&args.concat()).json();
    pushed["descriptor"]["digest"].as_str().unwrap().to_owned()
}

/// Attaches an artifact. Returns its digest.
fn attach(work: &Workspace, target: &str, kind: &str, file: &str) -> String {
    if !work.path(file).exists() {
        work.write(file, format!("content of {file}\n"));
    }
    let args = ["attach", "--format", "json", "--artifact-type", kind, target, file];
    let attached = work.ocigraph(&args).json();
    attached["descriptor"]["digest"].as_str().unwrap().to_owned()
}

/// The digests of everything that is attached, and of the subject.
fn graph(work: &Workspace, target: &str) -> BTreeSet<String> {
    let text = work.ocigraph(&["discover", "-o", "json", target]).ok();
    let parts = text.split('"').filter(|part| part.starts_with("sha256:") && part.len() == 71);
    parts.map(str::to_owned).collect()
}

fn tags(work: &Workspace, repository: &str) -> Vec<String> {
    let listed = work.ocigraph(&["tags", repository]).ok();
    let mut tags: Vec<String> = listed.lines().map(str::to_owned).collect();
    tags.sort_unstable();
    tags
}

fn json(work: &Workspace, args: &[&str]) -> Value {
    work.ocigraph(&[args, &["--format", "json"]].concat()).json()
}

/// Compares what is attached to an image, and the bytes of its manifest, with those of another.
#[track_caller]
fn assert_same(work: &Workspace, one: &str, other: &str) {
    work.ocigraph(&["verify", other]).ok();
    let fetch = |target: &str| work.ocigraph(&["manifest", "fetch", target]).ok();
    assert_eq!(fetch(one), fetch(other), "{one} {other}");
    assert_eq!(graph(work, one), graph(work, other), "{one} {other}");
}

/// The names of the files in an archive.
fn files_of(work: &Workspace, archive: &str) -> Vec<String> {
    let listed = work.run(work.command("tar").args(["-tf", archive])).ok();
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn oras_restores_what_was_backed_up_and_what_oras_backed_up_is_restored() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let (image, second) = (registry.reference("app:v1"), registry.reference("app:v2"));
    work.push_image(&image);
    let sbom = attach(&work, &image, "sbom/example", "sbom.json");
    attach(&work, &registry.reference(&format!("app@{sbom}")), "signature/example", "sig.txt");
    push(&work, &second, &["two.txt"]);
    let repository = registry.reference("app");

    let ours = json(&work, &["backup", "-o", "ours.tar", "--include-referrers", &repository]);
    assert_eq!((&ours["manifests"], &ours["tags"][1]["reference"]), (&json!(4), &json!(second)));
    assert_eq!(files_of(&work, "ours.tar")[..2], ["oci-layout", "index.json"]);
    let other = Registry::start(Kind::Distribution3);
    let at = |name: &str| other.reference(name);
    for (to, expected) in [("all", vec!["v1", "v2"]), ("one:v1", vec!["v1"])] {
        let restore = ["restore", "--plain-http", "--input", "ours.tar", &at(to)];
        work.oras(&restore).ok();
        let name = to.split(':').next().unwrap();
        assert_eq!(tags(&work, &at(name)), expected);
        assert_same(&work, &image, &at(&format!("{name}:v1")));
    }
    work.ocigraph(&["backup", "-o", "folder", "--include-referrers", &repository]).ok();
    work.oras(&["restore", "--plain-http", "--input", "folder", &at("folder:v1,v2")]).ok();
    assert_same(&work, &image, &at("folder:v1"));
    assert_same(&work, &second, &at("folder:v2"));

    for (output, to) in [("oras.tar", "from-tar"), ("oras", "from-folder")] {
        let backup = ["backup", "--plain-http", "--include-referrers", "-o", output, &repository];
        work.oras(&backup).ok();
        let restored = json(&work, &["restore", "--input", output, &at(to)]);
        assert_eq!(restored["manifests"], 4, "{restored}");
        assert_same(&work, &image, &at(&format!("{to}:v1")));
        assert_same(&work, &second, &at(&format!("{to}:v2")));
    }
}

#[test]
fn other_tools_read_an_archive_and_so_do_the_commands_for_layouts() {
    let (registry, work) = (Registry::start(Kind::Docker2), Workspace::new());
    let image = registry.reference("app:v1");
    push(&work, &image, &["a.txt"]);
    let sbom = attach(&work, &image, "sbom/example", "sbom.json");
    work.ocigraph(&["backup", "-o", "x.tar", "-r", &image]).ok();
    let skopeo = ["--insecure-policy", "copy", "oci-archive:x.tar:v1", "dir:skopeo"];
    work.run(work.command(tool("skopeo")).args(skopeo)).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", &image]).ok();
    assert_eq!(work.read("skopeo/manifest.json"), manifest.as_bytes());
    let regctl = |args: &[&str]| work.run(work.command(tool("regctl")).args(args)).ok();
    regctl(&["image", "import", "ocidir://regctl:v1", "x.tar"]);
    assert_eq!(
        regctl(&["manifest", "get", "--format", "raw-body", "ocidir://regctl:v1"]),
        manifest
    );
    assert_same(&work, &image, "oci:x.tar:v1");
    work.ocigraph(&["pull", "-o", "out", &format!("oci:x.tar@{sbom}")]).ok();
    assert_eq!(work.read("out/sbom.json"), b"content of sbom.json\n");
}

#[test]
fn repositories_of_one_archive_are_restored_to_another_kind_of_registry() {
    let (from, work) = (Registry::start(Kind::Docker2), Workspace::new());
    let (base, app) = (AttachedImage::new("base"), AttachedImage::with_tag("app", "v7"));
    let at = |name: &str| from.reference(name);
    base.push_to(&work, &at("team/base"));
    app.push_to(&work, &at("team/app"));
    // One image in two repositories, with a signature in one of them.
    let plain = push(&work, &at("plain:v1"), &["a.txt"]);
    assert_eq!(push(&work, &at("signed:v1"), &["a.txt"]), plain);
    let signature = attach(&work, &at("signed:v1"), "signature/example", "sig.txt");

    let names = ["team/base", "team/app", "plain", "signed"].map(at);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for output in ["all.tar", "folder"] {
        let backup = [&["backup", "-r", "-o", output], &names[..]].concat();
        json(&work, &backup);
        for kind in [Kind::Ggcr, Kind::Distribution3] {
            let to = Registry::start(kind);
            let plan = json(&work, &["restore", "--dry-run", "--input", output, to.host()]);
            let restored = json(&work, &["restore", "--input", output, to.host()]);
            assert_eq!(plan["manifests"], restored["manifests"], "{output} {kind}");
            for name in ["team/base", "team/app", "plain", "signed"] {
                let expected = tags(&work, &from.reference(name));
                assert_eq!(tags(&work, &to.reference(name)), expected, "{output} {kind} {name}");
                for tag in expected {
                    let name = format!("{name}:{tag}");
                    assert_same(&work, &from.reference(&name), &to.reference(&name));
                }
            }
            assert!(!graph(&work, &to.reference("plain:v1")).contains(&signature));
            let again = json(&work, &["restore", "--input", output, to.host()]);
            assert_eq!((&again["manifests"], &again["blobs"]["copied"]), (&json!(0), &json!(0)));
        }
    }
    let listed = work.ocigraph(&["tags", "oci:all.tar"]).ok();
    assert!(listed.contains(&format!("{}\n", at("signed:v1"))), "{listed}");
    assert_eq!(graph(&work, &format!("oci:all.tar:{}", at("signed:v1"))).len(), 2);
    let chosen = ["restore", "--input", "all.tar", "--repository", &at("plain"), "oci:chosen"];
    work.ocigraph(&chosen).ok();
    assert_eq!(tags(&work, "oci:chosen"), ["v1"]);
    work.ocigraph(&["restore", "--input", "all.tar", "oci:copy"]).ok();
    let to = Registry::start(Kind::Ocimem);
    work.ocigraph(&["restore", "--input", "copy", &to.reference("below")]).ok();
    assert_same(&work, &at("signed:v1"), &to.reference("below/signed:v1"));
    assert!(!graph(&work, &to.reference("below/plain:v1")).contains(&signature));
}

#[test]
fn a_delta_needs_the_earlier_archive_and_says_what_is_missing() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let (one, two) = (registry.reference("app:v1"), registry.reference("app:v2"));
    push(&work, &one, &["a.txt", "b.txt"]);
    attach(&work, &one, "sbom/example", "sbom.json");
    let repository = registry.reference("app");
    work.ocigraph(&["backup", "-r", "-o", "first.tar", &repository]).ok();
    push(&work, &two, &["a.txt", "c.txt"]);
    let signature = attach(&work, &one, "signature/example", "sig.txt");
    let backup = ["backup", "-r", "-o", "second.tar", "--since", "first.tar", &repository];
    let second = json(&work, &backup);
    assert_eq!((&second["manifests"], &second["blobs"]), (&json!(2), &json!(2)), "{second}");
    let other = Registry::start(Kind::Distribution3);
    let to = other.reference("app");
    let error = work.ocigraph(&["restore", "--input", "second.tar", &to]).fails_with(1);
    assert!(error.contains("[NOT_FOUND]") && error.contains("--input"), "{error}");
    assert!(error.contains("sha256:"), "{error}");
    work.ocigraph(&["tags", &to]).fails_with(1);
    work.ocigraph(&["restore", "--input", "second.tar", "--input", "first.tar", &to]).ok();
    assert_same(&work, &one, &other.reference("app:v1"));
    assert_same(&work, &two, &other.reference("app:v2"));
    assert!(graph(&work, &other.reference("app:v1")).contains(&signature));

    // Where the first archive was restored before, the second alone is enough.
    let to = other.reference("again");
    work.ocigraph(&["restore", "--input", "first.tar", &to]).ok();
    work.ocigraph(&["restore", "--input", "second.tar", &to]).ok();
    assert_same(&work, &one, &other.reference("again:v1"));
    assert_same(&work, &two, &other.reference("again:v2"));
    // A delta of a directory is refused, and so is one that would replace what it needs.
    for (output, since) in [("folder", "first.tar"), ("first.tar", "first.tar")] {
        work.ocigraph(&["backup", "-o", output, "--since", since, &repository]).fails_with(2);
    }
    // An archive is not compressed, and the directory of such a name would surprise.
    for output in ["all.tgz", "all.tar.gz"] {
        let error = work.ocigraph(&["backup", "-o", output, &repository]).fails_with(2);
        assert!(error.contains("end with .tar"), "{error}");
        assert!(!work.path(output).exists());
    }
}

#[test]
fn a_delta_stores_again_what_the_earlier_archive_has_damaged() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    let repository = registry.reference("app");
    let content = "content of the blob that is damaged";
    work.write("file", content);
    push(&work, &format!("{repository}:v1"), &["file"]);
    work.ocigraph(&["backup", "-o", "first.tar", &repository]).ok();
    let mut first = work.read("first.tar");
    let at = first.windows(content.len()).position(|part| part == content.as_bytes()).unwrap();
    first[at] ^= 1;
    work.write("first.tar", first);
    let backup = ["backup", "-o", "second.tar", "--since", "first.tar", &repository];
    assert_eq!(json(&work, &backup)["blobs"], 1);
    work.ocigraph(&["restore", "--input", "second.tar", "--input", "first.tar", "oci:back"]).ok();
    work.ocigraph(&["verify", "oci:back:v1"]).ok();
}

#[test]
fn a_slow_large_blob_before_many_small_ones_does_not_stop_a_backup() {
    let (fixture, work) = (Fixture::start(Config::default()), Workspace::new());
    let target = format!("{}/app:v1", fixture.host());
    write_large(&work.path("large"), 24 << 20, 7);
    let names: Vec<String> = (0..600).map(|i| format!("small/{i}")).collect();
    names.iter().for_each(|name| drop(work.write(name, name.repeat(200))));
    let files: Vec<&str> = ["large"].into_iter().chain(names.iter().map(String::as_str)).collect();
    push(&work, &target, &files);
    for concurrency in ["1", "16", "0"] {
        let args = ["backup", "-q", "-o", "x.tar", "--concurrency", concurrency, &target];
        work.ocigraph(&args).ok();
        work.ocigraph(&["verify", "-q", "oci:x.tar:v1"]).ok();
        fs::remove_file(work.path("x.tar")).unwrap();
    }
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let (one, other, work) =
        (Registry::start(Kind::Ggcr), Registry::start(Kind::Docker2), Workspace::new());
    let image = AttachedImage::new("app");
    for (registry, tags) in [(&one, ["a", "b", "c"]), (&other, ["c", "b", "a"])] {
        image.push_to(&work, &registry.reference("app"));
        for tag in tags {
            push(&work, &registry.reference(&format!("app:{tag}")), &["a.txt", tag]);
        }
    }
    let (first, second) = (one.reference("app"), other.reference("app"));
    work.ocigraph(&["backup", "-r", "-o", "1.tar", &first]).ok();
    work.ocigraph(&["backup", "-r", "-o", "2.tar", "--concurrency", "1", &second]).ok();
    assert!(work.read("1.tar") == work.read("2.tar"), "two registries");
    let more = one.reference("more");
    push(&work, &format!("{more}:v1"), &["b.txt"]);
    work.ocigraph(&["backup", "-r", "-o", "3.tar", &first, &more]).ok();
    work.ocigraph(&["backup", "-r", "-o", "4.tar", "--concurrency", "2", &more, &first]).ok();
    assert!(work.read("3.tar") == work.read("4.tar"), "another order");
    work.ocigraph(&["backup", "-r", "-o", "folder", &first]).ok();
    work.ocigraph(&["backup", "-r", "-o", "5.tar", "oci:folder"]).ok();
    assert!(work.read("1.tar") == work.read("5.tar"), "a layout");
}

/// The partial files in the folder of a workspace.
fn partial(work: &Workspace) -> Vec<PathBuf> {
    let entries = fs::read_dir(work.dir()).unwrap().flatten().map(|entry| entry.path());
    let is_partial = |path: &PathBuf| path.extension().is_some_and(|e| e == "partial");
    entries.filter(is_partial).collect()
}

/// Writes a sparse file in which all blocks differ.
fn write_large(path: &Path, size: u64, seed: u64) {
    let mut file = File::create(path).unwrap();
    file.set_len(size).unwrap();
    for place in (0..size).step_by(1 << 20) {
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&(seed + place).to_le_bytes()).unwrap();
    }
}

#[test]
fn a_killed_backup_is_continued_by_the_next() {
    const BLOBS: u64 = 16;
    const SIZE: u64 = 8 << 20;
    let work = Workspace::new();
    let blobs = Some(work.path("blobs"));
    let fixture = Fixture::start(Config { blobs, ..Config::default() });
    let files: Vec<String> = (0..BLOBS).map(|n| format!("f{n}")).collect();
    for (n, file) in files.iter().enumerate() {
        write_large(&work.path(file), SIZE, n as u64);
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let target = format!("{}/app:v1", fixture.host());
    push(&work, &target, &files);
    work.ocigraph(&["backup", "-o", "expected.tar", &target]).ok();

    let slow = Slow { method: "GET".into(), path: "/blobs/".into(), response_ms: 100, body_ms: 0 };
    fixture.set_config(Config { slow: vec![slow], ..fixture.config() });
    let mut command = work.command(ocigraph_binary());
    command.args(["backup", "-o", "x.tar", &target]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let length = || partial(&work).first().map_or(0, |path| path.metadata().map_or(0, |m| m.len()));
    while length() < BLOBS * SIZE / 2 {
        assert!(child.try_wait().unwrap().is_none(), "the backup ended before it could be killed");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!work.path("x.tar").exists());
    let complete = length() / SIZE;
    assert!(complete > 0 && partial(&work).len() == 1);
    fixture.clear_requests();
    work.ocigraph(&["backup", "-o", "x.tar", &target]).ok();
    assert!(work.read("x.tar") == work.read("expected.tar"));
    assert!(partial(&work).is_empty());
    let requests = fixture.requests();
    let fetched: BTreeSet<&str> =
        requests.iter().map(|r| r.path.as_str()).filter(|path| path.contains("/blobs/")).collect();
    assert!(fetched.len() as u64 <= BLOBS + 2 - complete, "{complete} {fetched:?}");
}

#[test]
fn a_killed_restore_sets_no_tag_and_can_be_run_again() {
    let work = Workspace::new();
    let from = format!("oci:{}", work.path("from").display());
    for n in 0..20 {
        push(&work, &format!("{from}:v{n}"), &[&format!("f{n}")]);
    }
    work.ocigraph(&["backup", "-o", "x.tar", &from]).ok();
    for changes in (1..60).step_by(7) {
        let fixture = Fixture::start(Config::default());
        fixture.set_config(Config { hold_after_changes: Some(changes), ..Config::default() });
        let to = format!("{}/app", fixture.host());
        let mut command = work.command(ocigraph_binary());
        command.args(["restore", "--input", "x.tar", &to]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while fixture.held() == 0 && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        fixture.set_config(Config::default());
        let found = work.ocigraph(&["tags", &to]);
        // 21 blobs and 20 manifests come before the first tag.
        assert!(changes > 41 || found.stdout.is_empty(), "{changes}: {found}");
        work.ocigraph(&["restore", "--input", "x.tar", &to]).ok();
        assert_eq!(tags(&work, &to).len(), 20);
        work.ocigraph(&["verify", &format!("{to}:v19")]).ok();
    }
}

#[test]
fn a_damaged_archive_changes_no_tag() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let at = |name: &str| registry.reference(name);
    push(&work, &at("one:v1"), &["a.txt"]);
    push(&work, &at("two:v1"), &["b.txt"]);
    attach(&work, &at("two:v1"), "sbom/example", "sbom.json");
    work.ocigraph(&["backup", "-r", "-o", "x.tar", &at("one"), &at("two")]).ok();
    let whole = work.read("x.tar");
    let position = |text: &[u8]| whole.windows(text.len()).position(|part| part == text).unwrap();
    for (what, text) in
        [("blob", &b"content of sbom.json"[..]), ("manifest", b"\"artifactType\":\"sbom/example\"")]
    {
        let mut damaged = whole.clone();
        // In the content of a manifest, not in the index.
        let at_text = match what {
            "blob" => position(text),
            _ => whole.windows(text.len()).rposition(|part| part == text).unwrap(),
        };
        damaged[at_text + 12] ^= 1;
        work.write("damaged.tar", &damaged);
        let to = Registry::start(Kind::Distribution3);
        let error = work.ocigraph(&["restore", "--input", "damaged.tar", to.host()]).fails_with(1);
        assert!(error.contains("MISMATCH]"), "{what}: {error}");
        for name in ["one", "two"] {
            let tags = work.ocigraph(&["tags", &to.reference(name)]);
            assert!(tags.stdout.is_empty(), "{what}: {tags}");
        }
    }
    let to = Registry::start(Kind::Ocimem);
    work.write("short.tar", &whole[..whole.len() / 2]);
    work.ocigraph(&["restore", "--input", "short.tar", to.host()]).fails_with(1);
    work.write("text.tar", "not an archive");
    work.ocigraph(&["restore", "--input", "text.tar", registry.host()]).fails_with(1);
    work.ocigraph(&["restore", "--input", "missing.tar", registry.host()]).fails_with(1);
}

#[test]
fn content_that_is_damaged_at_the_registry_fails_the_backup() {
    let (registry, work) = (Registry::start(Kind::Docker2), Workspace::new());
    let target = registry.reference("app:v1");
    write_large(&work.path("large"), 6 << 20, 1);
    push(&work, &target, &["large", "small.txt"]);
    let blobs = registry.data().join("docker/registry/v2/blobs/sha256");
    for size in [6 << 20, b"content of small.txt\n".len() as u64] {
        let mut folders: Vec<PathBuf> = vec![blobs.clone()];
        let mut found = None;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                match entry.metadata().unwrap() {
                    metadata if metadata.is_dir() => folders.push(entry.path()),
                    metadata if metadata.len() == size => found = Some(entry.path()),
                    _ => {}
                }
            }
        }
        let blob = found.expect("the registry stores the blob");
        let content = fs::read(&blob).unwrap();
        let mut damaged = content.clone();
        damaged[size as usize / 2] ^= 1;
        fs::write(&blob, damaged).unwrap();
        let error = work.ocigraph(&["backup", "-o", "x.tar", &target]).fails_with(1);
        assert!(error.contains("[DIGEST_MISMATCH]"), "{error}");
        assert!(!work.path("x.tar").exists() && partial(&work).is_empty());
        fs::write(&blob, content).unwrap();
    }
    work.ocigraph(&["backup", "-o", "x.tar", &target]).ok();
    work.ocigraph(&["verify", "oci:x.tar:v1"]).ok();
}

#[test]
fn wrong_places_are_refused_before_anything_is_written() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    push(&work, &registry.reference("one:v1"), &["a.txt"]);
    push(&work, &registry.reference("two:v1"), &["b.txt"]);
    push(&work, "oci:layout:v1", &["a.txt"]);
    let (one, two) = (registry.reference("one"), registry.reference("two"));
    fs::create_dir(work.path("folder.tar")).unwrap();
    work.write("file", "text");
    for (args, code, text) in [
        (&["-o", "folder.tar", &one][..], 1, "[ALREADY_EXISTS]"),
        (&["-o", "file", &one], 1, ".tar"),
        (&["-o", "x.tar", &one, "oci:layout"], 2, "by itself"),
        (&["-o", "x.tar", &registry.reference("none")], 1, "[NOT_FOUND]"),
        (&["-o", "x.tar", &registry.reference("one:v2")], 1, "[NOT_FOUND]"),
    ] {
        let error = work.ocigraph(&[&["backup"], args].concat()).fails_with(code);
        assert!(error.contains(text), "{args:?}: {error}");
    }
    assert!(!work.path("x.tar").exists() && partial(&work).is_empty());
    work.ocigraph(&["backup", "-o", "one.tar", &one]).ok();
    work.ocigraph(&["backup", "-o", "both.tar", &one, &two]).ok();
    for (args, text) in [
        (&["--input", "one.tar", registry.host()][..], "REPOSITORY"),
        (&["--input", "one.tar", "--repository", "a.example/x", &two], "repository"),
        (&["--input", "both.tar", "--repository", "a.example/x", &two], "it has"),
        (&["--input", "both.tar", &registry.reference("below:v1")], "repository"),
        (&["--input", "one.tar", &registry.reference("below:v9")], "it has v1"),
        (&["--input", "one.tar", "alpine"], "alpine"),
        (&["--input", "one.tar", "oci:one.tar"], "archive"),
    ] {
        let result = work.ocigraph(&[&["restore"], args].concat());
        assert!(
            matches!(result.code, Some(1 | 2)) && result.stderr.contains(text),
            "{args:?}: {result}"
        );
    }
    work.ocigraph(&["tags", &registry.reference("below")]).fails_with(1);
}

/// Runs the command and returns its peak memory in bytes.
fn peak_of(work: &Workspace, args: &[&str]) -> u64 {
    let mut command = work.command(ocigraph_binary());
    command.args(args).arg("--quiet").stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes =
                line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0_u64) * 1024);
        }
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "{args:?}");
            return peak;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn memory_does_not_grow_with_an_archive() {
    const MOST: u64 = 64 << 20;
    let (registry, work) = (Registry::start(Kind::Docker2), Workspace::new());
    let mut names = Vec::new();
    for n in 0..4_u64 {
        let name = registry.reference(&format!("app{n}"));
        let large = format!("large{n}");
        write_large(&work.path(&large), 96 << 20, n << 32);
        push(&work, &format!("{name}:v1"), &[&large, &format!("small{n}")]);
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let backup = peak_of(&work, &[&["backup", "-r", "-o", "x.tar"], &names[..]].concat());
    assert!(backup <= MOST, "{} MiB", backup >> 20);
    let other = Registry::start(Kind::Ggcr);
    let restore = peak_of(&work, &["restore", "--input", "x.tar", other.host()]);
    assert!(restore <= MOST, "{} MiB", restore >> 20);
    work.ocigraph(&["verify", &other.reference("app3:v1")]).ok();
}

//! Layouts in tar archives, as other tools write them: each is read in place, and what is copied from it is complete.

use std::{fs, path::Path};

use ocigraph_suite::{Kind, Registry, Workspace, tool};

/// The descriptors that `discover` prints, by digest.
fn referrers(work: &Workspace, reference: &str) -> Vec<String> {
    let graph = work.ocigraph(&["discover", "-o", "json", reference]).json();
    let list = graph["references"].as_array().unwrap();
    list.iter().map(|d| d["digest"].as_str().unwrap().to_owned()).collect()
}

fn run(work: &Workspace, program: &str, args: &[&str]) {
    work.run(work.command(program).args(args)).ok();
}

fn skopeo(work: &Workspace, args: &[&str]) {
    work.run(work.command(tool("skopeo")).args(["--insecure-policy"]).args(args)).ok();
}

/// Pushes an image with an SBOM and its signature. Returns the digest of the SBOM.
fn push_graph(work: &Workspace, image: &str) -> String {
    match image.strip_prefix("oci:") {
        Some(_) => {
            work.write("program", "a program");
            work.ocigraph(&["push", "--artifact-type", "app/example", image, "program"]).ok();
        }
        None => {
            work.push_image(image);
        }
    }
    work.write("sbom.json", "{}");
    work.write("signature.txt", "signature");
    let attach = |to: &str, kind: &str, file: &str| {
        let args = ["attach", "--format", "json", "--artifact-type", kind, to, file];
        let attached = work.ocigraph(&args).json();
        attached["descriptor"]["digest"].as_str().unwrap().to_owned()
    };
    let sbom = attach(image, "sbom/example", "sbom.json");
    let (repository, _) = image.rsplit_once(':').unwrap();
    attach(&format!("{repository}@{sbom}"), "signature/example", "signature.txt");
    sbom
}

/// Reads everything below `image`, which is in an archive, and compares it with a copy of it.
fn check_reading(work: &Workspace, image: &str, manifests: usize) {
    let verified = work.ocigraph(&["verify", "--format", "json", image]).json();
    assert_eq!(verified["problems"], serde_json::json!([]), "{image}");
    let _ = fs::remove_dir_all(work.path("copy"));
    let copied = work.ocigraph(&["copy", "-r", "--format", "json", image, "oci:copy:c"]).json();
    assert_eq!(copied["manifests"], manifests, "{image}: {copied}");
    work.ocigraph(&["verify", "oci:copy:c"]).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", image]).ok();
    assert_eq!(work.ocigraph(&["manifest", "fetch", "oci:copy:c"]).ok(), manifest, "{image}");
    assert_eq!(referrers(work, image), referrers(work, "oci:copy:c"), "{image}");
}

#[test]
fn backups_of_oras_are_read_with_their_referrers() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let image = registry.reference("app:v1");
    let sbom = push_graph(&work, &image);
    let backup = ["backup", "--plain-http", "--include-referrers", "-o", "x.tar", &image];
    work.oras(&backup).ok();
    assert_eq!(work.ocigraph(&["tags", "oci:x.tar"]).ok(), "v1\n");
    assert_eq!(work.ocigraph(&["manifests", "oci:x.tar"]).ok().lines().count(), 3);
    check_reading(&work, "oci:x.tar:v1", 3);
    let by_oras = work.oras(&["manifest", "fetch", "--oci-layout", "x.tar:v1"]).ok();
    let by_us = work.ocigraph(&["manifest", "fetch", "oci:x.tar:v1"]).ok();
    assert_eq!(by_us.trim_end(), by_oras.trim_end());
    work.ocigraph(&["pull", "-o", "out", &format!("oci:x.tar@{sbom}")]).ok();
    assert_eq!(work.read("out/sbom.json"), b"{}");
    work.ocigraph(&["copy", "-r", "oci:x.tar:v1", &registry.reference("again:v1")]).ok();
    work.ocigraph(&["verify", &registry.reference("again:v1")]).ok();
}

#[test]
fn archives_of_skopeo_are_read_and_written_back() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let image = registry.reference("app:v1");
    work.push_image(&image);
    let from = format!("docker://{image}");
    skopeo(&work, &["copy", "--src-tls-verify=false", &from, "oci-archive:x.tar:v1"]);
    assert_eq!(work.ocigraph(&["tags", "oci:x.tar"]).ok(), "v1\n");
    check_reading(&work, "oci:x.tar:v1", 1);
    let index = tar_entry(&work.path("x.tar"), "index.json");
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    check_reading(&work, &format!("oci:x.tar@{digest}"), 1);
    // What was copied from the archive is an image for skopeo too.
    skopeo(&work, &["copy", "oci:copy:c", "oci-archive:y.tar:v2"]);
    check_reading(&work, "oci:y.tar:v2", 1);

    // Docker's format is not a layout.
    skopeo(&work, &["copy", "oci:copy:c", "docker-archive:docker.tar:app:v1"]);
    let error = work.ocigraph(&["tags", "oci:docker.tar"]).fails_with(1);
    assert!(error.contains("docker.tar is a Docker archive"), "{error}");
    assert!(error.contains("`skopeo copy docker-archive:docker.tar oci-archive:"), "{error}");
    skopeo(&work, &["copy", "docker-archive:docker.tar", "oci-archive:z.tar:v3"]);
    check_reading(&work, "oci:z.tar:v3", 1);
}

fn tar_entry(archive: &Path, name: &str) -> Vec<u8> {
    let mut tar = tar::Archive::new(fs::File::open(archive).unwrap());
    let mut entries = tar.entries().unwrap().map(Result::unwrap);
    let mut entry = entries.find(|entry| entry.path().unwrap() == Path::new(name)).unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
    content
}

#[test]
fn layouts_that_tar_packs_in_any_format_are_read() {
    let work = Workspace::new();
    push_graph(&work, "oci:layout:v1");
    let files = ["oci-layout", "index.json", "blobs"];
    for format in ["v7", "oldgnu", "gnu", "ustar", "posix"] {
        let format = format!("--format={format}");
        run(&work, "tar", &[&format, "-C", "layout", "-cf", "x.tar", "."]);
        check_reading(&work, "oci:x.tar:v1", 3);
        let mut args = vec![&*format, "-C", "layout", "-cf", "y.tar"];
        args.extend(files);
        run(&work, "tar", &args);
        check_reading(&work, "oci:y.tar:v1", 3);
    }
    // Blobs that are links, as for tools that store equal files once.
    fs::create_dir(work.path("layout/store")).unwrap();
    let blobs: Vec<_> = fs::read_dir(work.path("layout/blobs/sha256")).unwrap().collect();
    for blob in blobs.into_iter().map(|blob| blob.unwrap().path()) {
        let name = blob.file_name().unwrap().to_owned();
        let moved = work.path("layout/store").join(&name);
        fs::rename(&blob, &moved).unwrap();
        std::os::unix::fs::symlink(Path::new("../../store").join(&name), &blob).unwrap();
    }
    run(&work, "tar", &["-C", "layout", "-cf", "x.tar", "."]);
    check_reading(&work, "oci:x.tar:v1", 3);
    run(&work, "tar", &["-C", "layout", "--hard-dereference", "-hcf", "x.tar", "."]);
    check_reading(&work, "oci:x.tar:v1", 3);

    run(&work, "gzip", &["-k", "x.tar"]);
    let error = work.ocigraph(&["pull", "oci:x.tar.gz:v1"]).fails_with(1);
    assert!(
        error.contains("x.tar.gz is compressed with gzip, so it cannot be read in place"),
        "{error}"
    );
    assert!(error.contains("decompress it first: `gzip -dc x.tar.gz > FILE.tar`"), "{error}");
    run(&work, "sh", &["-c", "gzip -dc x.tar.gz > FILE.tar"]);
    check_reading(&work, "oci:FILE.tar:v1", 3);
    run(&work, "tar", &["-cf", "folder.tar", "layout"]);
    let error = work.ocigraph(&["tags", "oci:folder.tar"]).fails_with(1);
    assert!(error.contains("the layout is in the folder \"layout\" of the archive"), "{error}");
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_read() {
    let work = Workspace::new();
    push_graph(&work, "oci:layout:v1");
    run(&work, "tar", &["-C", "layout", "-cf", "x.tar", "."]);
    work.write("manifest.json", work.ocigraph(&["manifest", "fetch", "oci:x.tar:v1"]).ok());
    let before = work.read("x.tar");
    for args in [
        &["push", "oci:x.tar:v2", "missing"][..],
        &["attach", "--artifact-type", "a/b", "oci:x.tar:v1", "sbom.json"],
        &["tag", "oci:x.tar:v1", "v2"],
        &["untag", "oci:x.tar:v1"],
        &["delete", "--dry-run", "oci:x.tar:v1"],
        &["delete", "--yes", "oci:x.tar:v1"],
        &["copy", "oci:missing:v1", "oci:x.tar:v2"],
        &["blob", "push", "oci:x.tar", "sbom.json"],
        &["manifest", "push", "oci:x.tar:v2", "manifest.json"],
    ] {
        let error = work.ocigraph(args).fails_with(1);
        assert!(error.contains("[UNSUPPORTED]"), "{args:?}: {error}");
        assert!(error.contains("`ocigraph copy -r oci:x.tar:TAG oci:DIRECTORY:TAG`"), "{error}");
    }
    assert_eq!(work.read("x.tar"), before);
    work.ocigraph(&["copy", "-r", "oci:x.tar:v1", "oci:DIRECTORY:v1"]).ok();
    work.ocigraph(&["tag", "oci:DIRECTORY:v1", "v2"]).ok();
}

#[test]
fn an_archive_is_copied_with_few_file_descriptors() {
    let work = Workspace::new();
    let files: Vec<String> = (0..100).map(|n| format!("file-{n}")).collect();
    for file in &files {
        work.write(file, file);
    }
    let mut args = vec!["push", "--artifact-type", "a/b", "oci:layout:v1"];
    args.extend(files.iter().map(String::as_str));
    work.ocigraph(&args).ok();
    run(&work, "tar", &["-C", "layout", "-cf", "x.tar", "."]);
    let script = "ulimit -n 40; exec \"$0\" pull -o out oci:x.tar:v1";
    let binary = ocigraph_suite::ocigraph_binary();
    run(&work, "sh", &["-c", script, binary.to_str().unwrap()]);
    assert_eq!(work.read("out/file-99"), b"file-99");
}

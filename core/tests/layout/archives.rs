//! Layouts in tar archives: they read like the directory that they were written from, and are never
//! changed.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use ocigraph::{
    Client, Code, CopyOptions, DeleteOptions, DiscoverOptions, Layout, Limits, PullOptions,
    PushOptions, ReadStore, Reference, ResolveOptions, Store, TransferOptions, UntagOptions,
    VerifyOptions,
};
use tempfile::TempDir;

use crate::support::*;

/// A layout with an image, its referrer and an index, and an archive of it.
struct Packed {
    dir: TempDir,
    image: ocigraph::Manifest,
    referrer: ocigraph::Manifest,
}

impl Packed {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::open(dir.path().join("layout"));
        let image = push(&layout, &["{}", "layer"], None, &["v1", "v2"]).await;
        let referrer = push(&layout, &["{}", "signature"], Some(&image), &[]).await;
        layout.push_manifest(&index_of(&[&image]), &names(&["index"])).await.unwrap();
        let packed = Self { dir, image, referrer };
        packed.pack(&[]);
        packed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn archive(&self) -> Layout {
        Layout::open(self.path("x.tar"))
    }

    /// Writes the archive `x.tar`, of an age at which its modification time can be relied on.
    fn pack(&self, extra: &[(&str, &[u8])]) {
        let file = File::create(self.path("x.tar")).unwrap();
        let mut tar = tar::Builder::new(&file);
        for name in ["oci-layout", "index.json", "blobs"] {
            let path = self.path("layout").join(name);
            match path.is_dir() {
                true => tar.append_dir_all(name, path).unwrap(),
                false => tar.append_path_with_name(path, name).unwrap(),
            }
        }
        for (name, content) in extra {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, *content).unwrap();
        }
        tar.finish().unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }

    fn reference(&self, name: &str) -> Reference {
        format!("oci:{}{name}", self.path("x.tar").display()).parse().unwrap()
    }
}

#[tokio::test]
async fn an_archive_reads_like_its_directory() {
    let packed = Packed::new().await;
    let (archive, directory) = (packed.archive(), Layout::open(packed.path("layout")));
    let before = fs::read(packed.path("x.tar")).unwrap();
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "v2", "index"]);
    for name in [tag("v1"), tag("index"), by_digest(&packed.referrer)] {
        let manifest = archive.fetch_manifest(&name).await.unwrap();
        assert_eq!(manifest.bytes(), directory.fetch_manifest(&name).await.unwrap().bytes());
        let resolved = archive.resolve(&name).await.unwrap();
        assert_eq!(resolved, directory.resolve(&name).await.unwrap());
    }
    assert_eq!(archive.list_untagged().await.unwrap(), directory.list_untagged().await.unwrap());
    let referrers = archive.referrers(packed.image.digest(), None).await.unwrap();
    assert_eq!(referrers.complete().unwrap(), [packed.referrer.descriptor()]);
    assert!(archive.has_blob(&blob("layer")).await.unwrap());
    assert!(!archive.has_blob(&blob("other")).await.unwrap());
    assert_eq!(archive.describe_blob(&blob("layer").digest).await.unwrap().size, 5);
    assert_eq!(read(&archive, &blob("layer")).await.unwrap(), b"layer");
    let missing = archive.describe_blob(&blob("other").digest).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let missing = archive.fetch_blob(&blob("other"), 0).await.err().unwrap();
    assert!(missing.message().contains("x.tar has no blob sha256:"), "{missing}");
    assert_eq!(archive.resolve(&tag("v3")).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(fs::read(packed.path("x.tar")).unwrap(), before);
}

#[tokio::test]
async fn every_operation_reads_an_archive() {
    let packed = Packed::new().await;
    let client = Client::new();
    let (image, all) = (packed.reference(":v1"), packed.reference(""));
    assert_eq!(client.tags(&all).await.unwrap(), ["v1", "v2", "index"]);
    assert_eq!(client.tag_details(&all).await.unwrap().len(), 3);
    assert_eq!(client.manifests(&all).await.unwrap().len(), 3);
    let resolved = client.resolve(&image, ResolveOptions::default()).await.unwrap();
    assert_eq!(resolved.digest, *packed.image.digest());
    let by_digest = image.at(packed.image.digest().clone());
    let fetched = client.fetch_manifest(&by_digest, ResolveOptions::default()).await.unwrap();
    assert_eq!(fetched.bytes(), packed.image.bytes());
    let layer = all.at(blob("layer").digest);
    let (found, _) = client.fetch_blob(&layer, TransferOptions::default()).await.unwrap();
    assert_eq!(found.size, 5);
    let graph = client.discover(&image, DiscoverOptions::default()).await.unwrap();
    assert_eq!(graph.referrers(packed.image.digest()), [packed.referrer.descriptor()]);
    let report = client.verify(&image, VerifyOptions::default()).await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let output = packed.path("out");
    client.pull(&image, PullOptions::default().output(output)).await.unwrap();
    let copy: Reference = format!("oci:{}:c", packed.path("copy").display()).parse().unwrap();
    client.copy(&image, &copy, CopyOptions::default().recursive(true)).await.unwrap();
    let report = client.verify(&copy, VerifyOptions::default()).await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
}

#[tokio::test]
async fn an_archive_is_not_changed() {
    let packed = Packed::new().await;
    let before = fs::read(packed.path("x.tar")).unwrap();
    let refused = |error: ocigraph::Error| {
        assert_eq!(error.code(), Code::Unsupported, "{error}");
        assert!(error.message().contains("x.tar is a file: a layout in a tar archive"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("ocigraph copy -r oci:")), "{error}");
    };
    let archive = packed.archive();
    let new = manifest(&["{}", "new"], None);
    refused(archive.push_blob(&blob("new"), source("new")).await.unwrap_err());
    refused(archive.push_manifest(&new, &names(&["v1"])).await.unwrap_err());
    refused(archive.tag(&packed.image.descriptor(), &names(&["v3"])).await.unwrap_err());
    refused(archive.untag("v1").await.unwrap_err());
    refused(archive.delete_blob(packed.image.digest()).await.unwrap_err());
    refused(delete(&archive, &[&packed.image]).await.remove(0).unwrap_err());

    let client = Client::new();
    let (image, all) = (packed.reference(":v1"), packed.reference(""));
    let files = vec![ocigraph::File::bytes("f", "content")];
    refused(client.push(&image, PushOptions::default().files(files)).await.unwrap_err());
    refused(client.push_bytes(&all, "bytes".into()).await.unwrap_err());
    refused(client.push_manifest(&image, &new).await.unwrap_err());
    refused(client.tag(&image, &names(&["v3"])).await.unwrap_err());
    refused(client.untag(&image, UntagOptions::default()).await.unwrap_err());
    refused(client.delete(&image, DeleteOptions::default().dry_run(true)).await.unwrap_err());
    refused(client.delete_manifest(&image, &packed.image).await.unwrap_err());
    refused(client.index_create(&image, &[], Default::default()).await.unwrap_err());
    refused(client.index_update(&image, Default::default()).await.unwrap_err());
    refused(client.delete_blob(&image, Default::default()).await.unwrap_err());
    // Before the source is read: it does not exist.
    let missing: Reference =
        format!("oci:{}:v1", packed.path("missing").display()).parse().unwrap();
    refused(client.copy(&missing, &image, CopyOptions::default()).await.unwrap_err());
    assert_eq!(fs::read(packed.path("x.tar")).unwrap(), before);
}

#[tokio::test]
async fn an_archive_without_a_layout_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.tar");
    for (names, code, message, hint) in [
        (
            &["manifest.json", "a.tar.gz"][..],
            Code::Unsupported,
            "is a Docker archive",
            "convert it",
        ),
        (&["repositories", "a/json"], Code::Unsupported, "is a Docker archive", "convert it"),
        (&["a/oci-layout", "a/index.json"], Code::NotFound, "has no file oci-layout", "\"a\""),
        (&["f"], Code::NotFound, "has no file oci-layout", "oras backup"),
        (&["oci-layout"], Code::InvalidManifest, "has no imageLayoutVersion", "write"),
    ] {
        let mut tar = tar::Builder::new(File::create(&path).unwrap());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(2);
            tar.append_data(&mut header, name, &b"{}"[..]).unwrap();
        }
        tar.finish().unwrap();
        let layout = Layout::open(&path);
        let error = layout.tags().await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert!(error.hint().is_some_and(|found| found.contains(hint)), "{error}");
        // What is unknown is not reported as missing.
        assert_eq!(layout.has_blob(&blob("x")).await.unwrap_err().code(), code);
        assert_eq!(layout.fetch_blob(&blob("x"), 0).await.err().unwrap().code(), code);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_a_regular_file_is_read_as_an_archive() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("x.tar");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, what) in [(pipe.as_path(), "a named pipe"), (Path::new("/dev/zero"), "a device")] {
        let layout = Layout::open(path);
        for error in [
            layout.tags().await.unwrap_err(),
            layout.has_blob(&blob("x")).await.unwrap_err(),
            layout.push_blob(&blob("x"), source("x")).await.unwrap_err(),
        ] {
            assert_eq!(error.code(), Code::InvalidArgument, "{error}");
            assert!(
                error.message().contains(&format!("is {what}, not an image layout")),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn damage_in_an_archive_is_found() {
    let packed = Packed::new().await;
    let damaged = packed.image.digest();
    packed.pack(&[
        (&format!("blobs/sha256/{}", blob("layer").digest.encoded()), b"Layer"),
        (&format!("blobs/sha256/{}", packed.referrer.digest().encoded()), b"{}"),
    ]);
    let archive = packed.archive();
    // The last entry of a name counts.
    assert_eq!(read(&archive, &blob("layer")).await.unwrap_err().code(), Code::DigestMismatch);
    let error = archive.fetch_manifest(&by_digest(&packed.referrer)).await.unwrap_err();
    assert_eq!(error.code(), Code::DigestMismatch);
    assert!(error.hint().is_some_and(|hint| hint.contains("the archive again")), "{error}");
    let report = Client::new().verify(&packed.reference(":v1"), VerifyOptions::default()).await;
    assert!(report.unwrap().problems.iter().any(|p| p.descriptor.digest == blob("layer").digest));
    assert!(archive.fetch_manifest(&tag("v1")).await.unwrap().digest() == damaged);
}

#[tokio::test]
async fn an_archive_that_was_replaced_or_rewritten_is_read_again() {
    let packed = Packed::new().await;
    let archive = packed.archive();
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "v2", "index"]);
    let directory = Layout::open(packed.path("layout"));
    directory.untag("v2").await.unwrap();
    packed.pack(&[]);
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "index"]);
    directory.tag(&packed.image.descriptor(), &names(&["v3"])).await.unwrap();
    packed.pack(&[]);
    let other = packed.path("y.tar");
    fs::rename(packed.path("x.tar"), &other).unwrap();
    assert!(archive.tags().await.unwrap_err().message().contains("there is no image layout"));
    fs::rename(other, packed.path("x.tar")).unwrap();
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "index", "v3"]);
}

#[tokio::test]
async fn a_change_without_a_new_time_is_noticed_while_the_archive_is_new() {
    let packed = Packed::new().await;
    let mut file = File::options().read(true).write(true).open(packed.path("x.tar")).unwrap();
    let now = SystemTime::now() + Duration::from_secs(3_600);
    file.set_modified(now).unwrap();
    let archive = packed.archive();
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "v2", "index"]);
    let bytes = fs::read(packed.path("x.tar")).unwrap();
    let name = br#""org.opencontainers.image.ref.name":"v2""#;
    let at = bytes.windows(name.len()).position(|part| part == name).unwrap();
    file.seek(SeekFrom::Start((at + name.len() - 2) as u64)).unwrap();
    file.write_all(b"9").unwrap();
    file.set_modified(now).unwrap();
    assert_eq!(archive.tags().await.unwrap().entries, ["v1", "v9", "index"]);
}

#[tokio::test]
async fn blobs_of_an_archive_are_read_concurrently() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path().join("layout"));
    let texts: Vec<String> = (0..40).map(|n| format!("{n} ").repeat(100_000)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    push(&layout, &texts, None, &["v1"]).await;
    let path = dir.path().join("x.tar");
    let mut tar = tar::Builder::new(File::create(&path).unwrap());
    tar.append_dir_all(".", dir.path().join("layout")).unwrap();
    tar.finish().unwrap();
    let archive = Arc::new(Layout::open(&path));
    let reads = texts.iter().map(|text| {
        let (archive, text) = (Arc::clone(&archive), (*text).to_owned());
        tokio::spawn(async move { read(&archive, &blob(&text)).await.unwrap() == text.as_bytes() })
    });
    for read in futures::future::join_all(reads).await {
        assert!(read.unwrap());
    }
}

#[tokio::test]
async fn the_limits_of_a_client_apply_to_archives() {
    let packed = Packed::new().await;
    let mut limits = Limits::default();
    limits.max_entries = 5;
    let error = Layout::with_limits(packed.path("x.tar"), &limits).tags().await.unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "{error}");
    let mut limits = Limits::default();
    limits.max_manifest_bytes = 10;
    let layout = Layout::with_limits(packed.path("x.tar"), &limits);
    assert_eq!(layout.resolve(&tag("v1")).await.unwrap_err().code(), Code::TooLarge);
}

/// 10,000 blobs of 512 KiB, which take no space on most file systems.
#[tokio::test]
async fn a_large_archive_is_opened_by_its_headers_alone() {
    const BLOB: u64 = 512 * 1024;
    let dir = tempfile::tempdir().unwrap();
    let mut file = File::create(dir.path().join("x.tar")).unwrap();
    let mut entry = |name: &str, content: &[u8], size: u64| {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        file.write_all(header.as_bytes()).unwrap();
        file.write_all(content).unwrap();
        let rest = size.next_multiple_of(512) - content.len() as u64;
        file.seek(SeekFrom::Current(rest as i64)).unwrap();
    };
    entry("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#, 30);
    for n in 0..10_000 {
        entry(&format!("blobs/sha256/{n:064x}"), b"", BLOB);
    }
    entry("index.json", br#"{"manifests":[]}"#, 16);
    file.write_all(&[0; 1024]).unwrap();
    let archive = Layout::open(dir.path().join("x.tar"));
    let digest = format!("sha256:{:064x}", 9_999).parse().unwrap();
    let read = async {
        assert!(archive.tags().await.unwrap().entries.is_empty());
        assert_eq!(archive.describe_blob(&digest).await.unwrap().size, BLOB);
    };
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("no content is read");
}

//! Image layouts with arbitrary content: reading one ends, changes nothing, and finds all damage.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{fs::symlink, net::UnixListener},
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use bolero::{TypeGenerator, check, produce, produce_with};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Edit, edited, pick, snapshot};
use crate::operation::manifest::ResolveOptions;
use crate::{
    client::Client,
    content::file::File,
    operation::copy::CopyOptions,
    operation::discover::DiscoverOptions,
    operation::pull::PullOptions,
    operation::push::PushOptions,
    operation::verify::{Problem, ProblemKind, VerifyOptions, VerifyReport},
};
use ocigraph_types::{Algorithm, Code, Descriptor, Location, Manifest, Reference, Result};

pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// One in this many layouts is also pulled and copied, which is slow because it waits for the disk.
const EXPORT_EVERY: u8 = 4;

/// Time limit for an operation, which has nothing to wait for.
const TIME_LIMIT: Duration = Duration::from_secs(60);

fn reference(path: &Path, tag: &str) -> Reference {
    Reference::new(Location::Layout(path.to_path_buf())).tagged(tag).unwrap()
}

/// The files of a layout with an image, its referrers and an index, by path. Only the image has a
/// tag, so that its verification reads all of them.
pub(super) static VALID: LazyLock<BTreeMap<PathBuf, Vec<u8>>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let layout = Reference::new(Location::Layout(directory.path().to_path_buf()));
    RUNTIME.block_on(async {
        let client = Client::new();
        let push = async |at: &Reference, file: &str, subject: Option<Reference>| {
            let options = PushOptions {
                files: vec![File::bytes(file, file.repeat(20))],
                artifact_type: Some(format!("{file}/example")),
                subject,
                ..PushOptions::default()
            };
            client.push(at, options).await.unwrap().reference
        };
        let image = push(&layout.tagged("v1").unwrap(), "image", None).await;
        let sbom = push(&layout, "sbom", Some(image.clone())).await;
        push(&layout, "signature", Some(sbom)).await;
        let image = client.resolve(&image, ResolveOptions::default()).await.unwrap();
        let index = json!({ "schemaVersion": 2, "manifests": [image.plain()] }).to_string();
        let index = Manifest::parse(index.into(), None, Algorithm::Sha256).unwrap();
        client.push_manifest(&layout, &index).await.unwrap();
    });
    let blobs = fs::read_dir(directory.path().join("blobs/sha256")).unwrap();
    let blobs = blobs.map(|blob| PathBuf::from("blobs/sha256").join(blob.unwrap().file_name()));
    let names = blobs.chain(["oci-layout", "index.json"].map(PathBuf::from));
    names.map(|name| (name.clone(), fs::read(directory.path().join(name)).unwrap())).collect()
});

/// A directory with a layout, files outside the layout, and results.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(files: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        for directory in ["layout/blobs/sha256", "outside/directory"] {
            fs::create_dir_all(sandbox.path(directory)).unwrap();
        }
        fs::write(sandbox.path("outside/file"), "outside").unwrap();
        for (name, content) in files {
            fs::write(sandbox.path("layout").join(name), content).unwrap();
        }
        sandbox
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs every reading operation on a tag. Returns the report of the verification.
    fn read(&self, tag: &str) -> Result<VerifyReport> {
        let root = reference(&self.path("layout"), tag);
        let before = snapshot(self.0.path());
        let verified = RUNTIME.block_on(async {
            let client = Client::new();
            let read = async {
                let results = [
                    client.tags(&root).await.map(drop),
                    client.manifests(&root).await.map(drop),
                    client.resolve(&root, ResolveOptions::default()).await.map(drop),
                    client.discover(&root, DiscoverOptions::default()).await.map(drop),
                    client
                        .fetch_manifest(
                            &root,
                            ResolveOptions::default().platform("linux/amd64".parse()?),
                        )
                        .await
                        .map(drop),
                ];
                for failed in results.into_iter().filter_map(Result::err) {
                    assert_ne!(failed.code(), Code::Internal, "{failed}");
                }
                client.verify(&root, VerifyOptions::default()).await
            };
            tokio::time::timeout(TIME_LIMIT, read).await.expect("reading a layout ends")
        });
        assert_eq!(snapshot(self.0.path()), before, "reading changes nothing");
        verified
    }

    /// Pulls and copies a tag. Neither changes anything else, and a copy that succeeds is complete,
    /// though its manifests may be malformed like those of the original.
    fn export(&self, tag: &str) {
        let root = &reference(&self.path("layout"), tag);
        let before = [snapshot(&self.path("layout")), snapshot(&self.path("outside"))];
        let copy = reference(&self.path("copy"), "copy");
        RUNTIME.block_on(async {
            let client = Client::new();
            let output = self.path("out");
            let pulled = client.pull(root, PullOptions { output, ..PullOptions::default() });
            let pulled = tokio::time::timeout(TIME_LIMIT, pulled).await.expect("a pull ends");
            let options = CopyOptions { recursive: true, ..CopyOptions::default() };
            let copied = client.copy(root, &copy, options);
            let copied = tokio::time::timeout(TIME_LIMIT, copied).await.expect("a copy ends");
            for failed in [pulled.as_ref().err(), copied.as_ref().err()].into_iter().flatten() {
                assert_ne!(failed.code(), Code::Internal, "{failed}");
            }
            if copied.is_ok() {
                let report = client.verify(&copy, VerifyOptions::default()).await.unwrap();
                let wrong = |problem: &Problem| problem.kind != ProblemKind::Malformed;
                assert!(!report.problems.iter().any(wrong), "{report:?}");
            }
        });
        assert_eq!([snapshot(&self.path("layout")), snapshot(&self.path("outside"))], before);
    }
}

#[derive(Debug, Clone, TypeGenerator)]
enum Damage {
    Changed(#[generator(produce_with::<Vec<Edit>>().len(1..3usize))] Vec<Edit>),
    Gone,
    Empty,
    Another(u8),
    Folder,
    Socket,
    Link(bool),
    Loop,
}

impl Damage {
    fn apply(&self, sandbox: &Sandbox, name: &Path, content: &[u8]) {
        let path = sandbox.path("layout").join(name);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(&path);
        match self {
            Damage::Changed(edits) => fs::write(path, edited(content, edits)).unwrap(),
            Damage::Gone => {}
            Damage::Empty => fs::write(path, "").unwrap(),
            Damage::Another(other) => {
                let others: Vec<&Vec<u8>> = VALID.values().collect();
                fs::write(path, pick(&others, *other)).unwrap();
            }
            Damage::Folder => fs::create_dir(path).unwrap(),
            Damage::Socket => socket(&path),
            Damage::Link(file) => {
                let to = if *file { "outside/file" } else { "outside/directory" };
                symlink(sandbox.path(to), path).unwrap();
            }
            Damage::Loop => symlink(&path, &path).unwrap(),
        }
    }
}

/// Creates a socket under a short path and renames it: the path of a blob is too long for a socket.
fn socket(path: &Path) {
    let short = tempfile::tempdir().unwrap();
    let at = short.path().join("s");
    drop(UnixListener::bind(&at).unwrap());
    fs::rename(&at, path).unwrap();
}

#[test]
fn a_damaged_layout_is_read_safely_and_all_damage_is_found() {
    let damages = produce_with::<Vec<(u8, Damage)>>().len(0..3usize);
    check!().with_generator((damages, produce::<u8>())).for_each(|(damages, out)| {
        let sandbox = Sandbox::new(&VALID);
        let files: Vec<&PathBuf> = VALID.keys().collect();
        for (file, damage) in damages {
            let name = pick(&files, *file);
            damage.apply(&sandbox, name, &VALID[name]);
        }
        let found = sandbox.read("v1");
        if out.is_multiple_of(EXPORT_EVERY) {
            sandbox.export("v1");
        }
        let content = |name: &Path| fs::read(sandbox.path("layout").join(name)).ok();
        let whole = |(name, valid): (&PathBuf, &Vec<u8>)| content(name).as_ref() == Some(valid);
        // Only with an intact index is it known what the blobs should be.
        if whole(VALID.get_key_value(Path::new("index.json")).unwrap())
            && let Ok(report) = found
        {
            let blobs = VALID.iter().filter(|(name, _)| name.starts_with("blobs"));
            let all_whole = blobs.into_iter().all(whole);
            assert_eq!(report.problems.is_empty(), all_whole, "{report:?}");
        }
    });
}

#[test]
fn a_layout_with_arbitrary_manifests_is_read_safely() {
    const KINDS: [&str; 6] = [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.cncf.oras.artifact.manifest.v1+json",
        "text/plain",
        "",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ];
    const FIELDS: [&str; 5] = ["config", "layers", "blobs", "manifests", "subject"];
    const TITLES: [&str; 8] = ["a", "../a", "/a", "a/b", ".", "", ".ocigraph-a.partial", "a\0b"];
    // A media type, fields, a title, and an error of the descriptor.
    type Any = (u8, Vec<(u8, u8)>, u8, u8);
    let any = (
        produce::<u8>(),
        produce_with::<Vec<(u8, u8)>>().len(0..3usize),
        produce::<u8>(),
        produce::<u8>(),
    );
    let manifests = produce_with::<Vec<Any>>().values(any).len(1..7usize);
    check!().with_generator((manifests, produce::<u8>())).for_each(|(manifests, out)| {
        let mut files = BTreeMap::new();
        files.insert(PathBuf::from("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
        let mut put = |kind: &str, content: Vec<u8>| {
            let descriptor = Descriptor::of(kind, &content);
            let name = Path::new("blobs/sha256").join(descriptor.digest.encoded());
            files.insert(name, content);
            descriptor
        };
        let mut known = vec![put("text/plain", b"content".to_vec())];
        for (kind, fields, title, wrong) in manifests {
            let mut body = json!({ "schemaVersion": 2, "number": known.len() });
            let kind = pick(&KINDS, *kind);
            match kind {
                "" | "text/plain" => {}
                kind if kind == KINDS[0] => body["config"] = json!(known[0]),
                kind if kind == KINDS[2] => body["blobs"] = json!([known[0]]),
                _ => body["manifests"] = json!([]),
            }
            for (field, of) in fields {
                let mut descriptor = pick(&known, *of);
                let title = (pick(&TITLES, *title)).to_owned();
                descriptor.annotations.insert("org.opencontainers.image.title".into(), title);
                descriptor.annotations.insert("io.deis.oras.content.unpack".into(), "true".into());
                let field = pick(&FIELDS, *field);
                body[field] = match field {
                    "config" | "subject" => json!(descriptor),
                    _ => json!([descriptor, descriptor]),
                };
            }
            let mut descriptor = put(kind, body.to_string().into_bytes());
            match wrong % 32 {
                0 => descriptor.size += 1,
                1 => descriptor.size = u64::MAX,
                2 => descriptor.digest = Algorithm::Sha256.digest(b"not there"),
                3 => descriptor.digest = Algorithm::Sha512.digest(b"not there"),
                4 => descriptor.digest = "other:digest".parse().unwrap(),
                5 => descriptor.data = Some("not base64".into()),
                6 => descriptor.urls = vec!["https://example.com".into()],
                _ => {}
            }
            known.push(descriptor);
        }
        known
            .last_mut()
            .unwrap()
            .annotations
            .insert("org.opencontainers.image.ref.name".into(), "v1".into());
        let index = json!({ "schemaVersion": 2, "manifests": known }).to_string();
        files.insert(PathBuf::from("index.json"), index.into_bytes());
        let sandbox = Sandbox::new(&files);
        let _ = sandbox.read("v1");
        if out.is_multiple_of(EXPORT_EVERY) {
            sandbox.export("v1");
        }
    });
}

#[test]
fn a_named_pipe_in_place_of_a_file_does_not_block() {
    for name in VALID.keys() {
        let sandbox = Sandbox::new(&VALID);
        let path = sandbox.path("layout").join(name);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(sandbox.read("v1").is_err() || name.starts_with("blobs"));
        // Comes last, because a failed copy may still write for a moment.
        sandbox.export("v1");
    }
}

//! Every file that a pull reports has the reported digest, whatever the artifacts contain. Two
//! contents for one final path are a conflict that names both.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ocigraph::{
    Algorithm, Bytes, Client, Code, Descriptor, Error, Manifest, Outcome, PullOptions, PullResult,
    Reference, TransferOptions, annotation, media_type,
};
use ocigraph_suite::{Kind, Registry};
use serde_json::json;

type Pulled = Result<Vec<PullResult>, Error>;

/// Returns a layer with any title, including titles that our push would reject.
#[derive(Clone)]
struct Layer {
    title: String,
    content: Vec<u8>,
    packed: bool,
}

fn file(title: &str, content: impl Into<Vec<u8>>) -> Layer {
    Layer { title: title.into(), content: content.into(), packed: false }
}

/// Returns a packed directory of files and symbolic links. The content of a link is its target.
fn directory(title: &str, entries: &[(&str, &str)]) -> Layer {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        let path = if title == "." { (*name).to_owned() } else { format!("{title}/{name}") };
        match content.strip_prefix("-> ") {
            Some(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tar.append_link(&mut header, path, target).unwrap();
            }
            None => {
                header.set_size(content.len() as u64);
                tar.append_data(&mut header, path, content.as_bytes()).unwrap();
            }
        }
    }
    Layer { title: title.into(), content: tar.into_inner().unwrap(), packed: true }
}

struct TestStore {
    client: Client,
    place: Reference,
    image: Descriptor,
    out: tempfile::TempDir,
    _registry: Option<Registry>,
    _layout: tempfile::TempDir,
}

impl TestStore {
    async fn new(registry: bool) -> Self {
        let layout = tempfile::tempdir().unwrap();
        let registry = registry.then(|| Registry::start(Kind::Ocimem));
        let place = match &registry {
            Some(registry) => registry.reference("app").parse().unwrap(),
            None => format!("oci:{}", layout.path().join("store").display()).parse().unwrap(),
        };
        let out = tempfile::tempdir().unwrap();
        let empty = Descriptor::of(media_type::EMPTY, b"{}");
        let store = Self {
            client: Client::new(),
            image: empty,
            place,
            out,
            _registry: registry,
            _layout: layout,
        };
        let image = store.push("v1", None, &[file("image", "image")]).await;
        Self { image, ..store }
    }

    async fn push(&self, tag: &str, artifact_type: Option<&str>, layers: &[Layer]) -> Descriptor {
        let mut blobs = Vec::new();
        let contents = layers.iter().map(|layer| layer.content.clone()).chain([b"{}".to_vec()]);
        for content in contents {
            let blob = Descriptor::of(media_type::OCTET_STREAM, &content);
            let source = Arc::new(Bytes::from(content));
            self.client
                .push_blob(&self.place, &blob, source, TransferOptions::default())
                .await
                .unwrap();
            blobs.push(blob);
        }
        for (blob, layer) in blobs.iter_mut().zip(layers) {
            blob.annotations.insert(annotation::TITLE.into(), layer.title.clone());
            if layer.packed {
                blob.annotations.insert(annotation::UNPACK.into(), "true".into());
            }
        }
        blobs.pop();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "artifactType": artifact_type.unwrap_or("image/example"),
            "config": Descriptor::of(media_type::EMPTY, b"{}"),
            "layers": blobs,
            // Without this, two artifacts with equal layers would have the same digest.
            "annotations": { "n": tag },
        });
        if artifact_type.is_some() {
            manifest["subject"] = json!(self.image);
        }
        let bytes = manifest.to_string().into();
        let manifest = Manifest::parse(bytes, None, Algorithm::Sha256).unwrap();
        let name = self.place.to_string();
        let name: Reference = format!("{name}:{tag}").parse().unwrap();
        self.client.push_manifest(&name, &manifest).await.unwrap();
        manifest.plain_descriptor()
    }

    async fn pull_with(&self, tag: &str, options: PullOptions) -> Pulled {
        let name: Reference = format!("{}:{tag}", self.place).parse().unwrap();
        let options = options.output(self.out.path().join("out"));
        let pulled = self.client.pull(&name, options).await;
        self.check(&pulled);
        pulled
    }

    async fn pull(&self, tag: &str) -> Pulled {
        self.pull_with(tag, PullOptions::default()).await
    }

    /// Asserts that the reported files are correct and that no partial file is left.
    fn check(&self, pulled: &Pulled) {
        for file in pulled.iter().flatten().flat_map(|artifact| &artifact.files) {
            let packed = file.descriptor.annotations.contains_key(annotation::UNPACK);
            if !packed && file.outcome != Outcome::KeptExisting {
                let content = fs::read(&file.path).unwrap();
                let digest = Algorithm::Sha256.digest(&content);
                assert_eq!(digest, file.descriptor.digest, "{}", file.path.display());
            }
        }
        let hidden: Vec<PathBuf> = files_in(self.out.path())
            .into_iter()
            .filter(|path| path.iter().any(|part| part.to_string_lossy().contains(".partial")))
            .collect();
        assert!(hidden.is_empty(), "{hidden:?}");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.out.path().join("out").join(name)).unwrap()
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// Asserts that the error is a conflict that names both owners.
#[track_caller]
fn is_conflict(pulled: Pulled, path: &str, owners: [&Layer; 2]) {
    let error = match pulled {
        Err(error) => error,
        Ok(pulled) => panic!("expected a conflict: {pulled:?}"),
    };
    assert_eq!(error.code(), Code::Conflict, "{error}");
    assert!(error.message().contains(path), "{error}");
    for owner in owners {
        let digest = Algorithm::Sha256.digest(&owner.content);
        assert!(error.message().contains(digest.as_str()), "{error}");
        assert!(error.message().contains(owner.title.trim_start_matches("./")), "{error}");
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn a_title_like_the_name_of_a_partial_file_is_rejected() {
    run(async {
        for registry in [false, true] {
            let store = TestStore::new(registry).await;
            let large = file("large", vec![7; 3 << 20]);
            // The name of a partial file before version 0.1.0.
            let both = format!("{}/large", Algorithm::Sha256.digest(&large.content));
            let key = Algorithm::Sha256.digest(both.as_bytes());
            let guessed = format!(".ocigraph-{:.32}.partial", key.encoded());
            for title in [&guessed, ".ocigraph-x", "a/.OCIGRAPH-x/b"] {
                let layers = [large.clone(), file(title, "forged")];
                store.push("v2", None, &layers).await;
                for allow_path_traversal in [false, true] {
                    let options = PullOptions::default().allow_path_traversal(allow_path_traversal);
                    let error = store.pull_with("v2", options).await.unwrap_err();
                    assert_eq!(error.code(), Code::UnsafePath, "{error}");
                    assert!(error.message().contains(title), "{error}");
                    assert!(files_in(store.out.path()).is_empty());
                }
            }
            let packed = directory("d", &[("x", "x"), (".ocigraph-0.partial", "forged")]);
            store.push("v2", None, &[packed]).await;
            assert_eq!(store.pull("v2").await.unwrap_err().code(), Code::UnsafePath);
        }
    });
}

#[test]
fn a_packed_directory_over_a_titled_file_is_a_conflict() {
    run(async {
        let titled = file("d/x", "titled");
        let cases = [
            ("another file in its place", directory("d", &[("y", "y"), ("x", "packed")]), "d/x"),
            ("a link in its place", directory("d", &[("y", "y"), ("x", "-> y")]), "d/x"),
            ("a directory in its place", directory("d", &[("x/y", "y")]), "d/x"),
            ("a link on its way", directory(".", &[("e/x", "e"), ("d", "-> e")]), "d"),
            ("the output directory itself", directory(".", &[("d/x", "packed")]), "d/x"),
        ];
        for (what, packed, path) in cases {
            for registry in [false, true] {
                let store = TestStore::new(registry).await;
                // In either order, and with either content already in the directory.
                for layers in [[titled.clone(), packed.clone()], [packed.clone(), titled.clone()]] {
                    for before in ["", "titled", "old"] {
                        let out = store.out.path().join("out");
                        let _ = fs::remove_dir_all(&out);
                        if !before.is_empty() {
                            fs::create_dir_all(out.join("d")).unwrap();
                            fs::write(out.join("d/x"), before).unwrap();
                        }
                        store.push("v2", None, &layers).await;
                        let pulled = store.pull("v2").await;
                        is_conflict(pulled, path, [&titled, &packed]);
                        let there = fs::read_to_string(out.join("d/x")).unwrap_or_default();
                        assert!(["titled", before].contains(&there.as_str()), "{what}: {there}");
                    }
                }
            }
        }
    });
}

#[test]
fn a_packed_directory_with_equal_or_no_common_files_is_pulled() {
    run(async {
        let titled = [file("d/x", "same"), file("d/e/z", "titled")];
        let packed =
            directory("d", &[("x", "same"), ("y", "packed"), ("e/w", "packed"), ("l", "-> y")]);
        for registry in [false, true] {
            let store = TestStore::new(registry).await;
            let layers = [titled[0].clone(), packed.clone(), titled[1].clone()];
            store.push("v2", None, &layers).await;
            for _ in 0..2 {
                store.pull("v2").await.unwrap();
                let read = ["d/x", "d/y", "d/e/z", "d/e/w", "d/l"].map(|name| store.read(name));
                assert_eq!(read, ["same", "packed", "titled", "packed", "packed"]);
            }
        }
    });
}

#[test]
fn two_referrers_with_different_content_for_a_path_are_a_conflict() {
    run(async {
        let options = || PullOptions::default().artifact_type("sbom/example");
        let pairs = [
            (file("report/a", "ada"), directory("report", &[("a", "eve")])),
            (directory("report", &[("a", "ada")]), directory("report", &[("a", "eve")])),
            (file("a", "ada"), file("a", "eve")),
            (file("a", "ada"), file("a/b", "eve")),
            (file("a", "ada"), directory("a", &[("b", "eve")])),
        ];
        for (ada, eve) in pairs {
            for registry in [false, true] {
                let store = TestStore::new(registry).await;
                store.push("ada", Some("sbom/example"), std::slice::from_ref(&ada)).await;
                store.push("eve", Some("sbom/example"), std::slice::from_ref(&eve)).await;
                is_conflict(store.pull_with("v1", options()).await, "a", [&ada, &eve]);
            }
        }
        // A file that two directories have in common is not a conflict.
        let store = TestStore::new(false).await;
        for (tag, own) in [("ada", "a"), ("eve", "b")] {
            let entries = [("LICENSE", "same"), (own, "own"), ("l", "-> LICENSE")];
            store.push(tag, Some("sbom/example"), &[directory("d", &entries)]).await;
        }
        store.pull_with("v1", options()).await.unwrap();
        assert_eq!(
            ["d/LICENSE", "d/a", "d/b", "d/l"].map(|name| store.read(name)),
            ["same", "own", "own", "same"]
        );

        // Equal content of two artifacts is one file.
        let store = TestStore::new(false).await;
        let shared = [file("a", "same"), directory("d", &[("x", "same")])];
        for tag in ["ada", "eve"] {
            store.push(tag, Some("sbom/example"), &shared).await;
        }
        let pulled = store.pull_with("v1", options()).await.unwrap();
        let outcomes = |artifact: &PullResult| -> Vec<Outcome> {
            artifact.files.iter().map(|file| file.outcome).collect()
        };
        assert_eq!(outcomes(&pulled[0]), [Outcome::Written; 2]);
        assert_eq!(outcomes(&pulled[1]), [Outcome::Unchanged; 2]);
    });
}

#[test]
fn an_included_subject_does_not_replace_files_of_its_referrer() {
    run(async {
        let store = TestStore::new(false).await;
        let referrer = file("image", "not the image");
        store.push("sbom", Some("sbom/example"), std::slice::from_ref(&referrer)).await;
        let options = PullOptions::default().include_subject(true);
        let pulled = store.pull_with("sbom", options).await;
        is_conflict(pulled, "image", [&referrer, &file("image", "image")]);
        assert!(files_in(store.out.path()).is_empty());
    });
}

#[test]
fn two_titles_for_the_same_path_are_a_conflict() {
    run(async {
        let store = TestStore::new(false).await;
        let [a, b] = [file("x", "1"), file("./x", "2")];
        store.push("v2", None, &[a.clone(), b.clone()]).await;
        is_conflict(store.pull("v2").await, "x", [&a, &b]);

        // If path traversal is allowed, a path can contain an existing symbolic link.
        let out = store.out.path().join("out");
        fs::create_dir_all(out.join("real")).unwrap();
        std::os::unix::fs::symlink("real", out.join("link")).unwrap();
        let [a, b] = [file("real/x", "1"), file("link/x", "2")];
        store.push("v3", None, &[a.clone(), b.clone()]).await;
        let options = || PullOptions::default().allow_path_traversal(true);
        is_conflict(store.pull_with("v3", options()).await, "x", [&a, &b]);
        // One file already exists and is large enough to be digested while the other is pulled.
        let large = vec![7; 32 << 20];
        fs::write(out.join("real/z"), &large).unwrap();
        for (there, other) in [("real/z", "link/z"), ("link/z", "real/z")] {
            let [a, b] = [file(there, large.clone()), file(other, "2")];
            store.push("v5", None, &[a.clone(), b.clone()]).await;
            is_conflict(store.pull_with("v5", options()).await, "z", [&a, &b]);
            fs::write(out.join("real/z"), &large).unwrap();
        }
        let [a, b] = [file("real/y", "same"), file("link/y", "same")];
        store.push("v4", None, &[a, b]).await;
        store.pull_with("v4", options()).await.unwrap();
    });
}

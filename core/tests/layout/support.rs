//! Small artifacts, and checks of a layout's files that do not use the code under test.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::TryStreamExt;
use ocigraph::{
    Algorithm, Bytes, Descriptor, Digest, Layout, Manifest, ManifestDeletion, ReadStore, Result,
    Store, TagOrDigest, verified,
};
use serde_json::{Value, json};

pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

pub(crate) fn blob(text: &str) -> Descriptor {
    Descriptor::of("text/plain", text.as_bytes())
}

pub(crate) fn source(text: &str) -> Arc<Bytes> {
    Arc::new(Bytes::from(text.to_owned()))
}

pub(crate) fn parse(body: &Value) -> Manifest {
    Manifest::parse(body.to_string().into(), None, Algorithm::Sha256).unwrap()
}

/// Creates a manifest of blobs with these contents. The first is its config.
pub(crate) fn manifest(texts: &[&str], subject: Option<&Manifest>) -> Manifest {
    let blobs: Vec<Descriptor> = texts.iter().map(|text| blob(text)).collect();
    let mut body = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "test/example",
        "config": blobs[0],
        "layers": blobs[1..],
        "annotations": { "first": texts[0] },
    });
    if let Some(subject) = subject {
        body["subject"] = json!(subject.plain_descriptor());
    }
    parse(&body)
}

pub(crate) fn index_of(children: &[&Manifest]) -> Manifest {
    let children: Vec<_> = children.iter().map(|child| child.plain_descriptor()).collect();
    parse(&json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children }))
}

pub(crate) async fn push(
    layout: &Layout,
    texts: &[&str],
    subject: Option<&Manifest>,
    tags: &[&str],
) -> Manifest {
    for text in texts {
        layout.push_blob(&blob(text), source(text)).await.unwrap();
    }
    let manifest = manifest(texts, subject);
    layout.push_manifest(&manifest, &names(tags)).await.unwrap();
    manifest
}

pub(crate) fn names(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

pub(crate) fn tag(tag: &str) -> TagOrDigest {
    TagOrDigest::Tag(tag.into())
}

pub(crate) fn by_digest(manifest: &Manifest) -> TagOrDigest {
    TagOrDigest::Digest(manifest.digest().clone())
}

pub(crate) async fn delete(layout: &Layout, manifests: &[&Manifest]) -> Vec<Result<()>> {
    let deletions: Vec<ManifestDeletion> = manifests
        .iter()
        .map(|m| ManifestDeletion {
            manifest: m.descriptor(),
            subject: m.subject().map(|s| s.digest.clone()),
            subject_retained: false,
            tags: Vec::new(),
        })
        .collect();
    layout.delete_manifests(&deletions, 8).await
}

pub(crate) async fn delete_all(layout: &Layout, manifests: &[&Manifest]) {
    for result in delete(layout, manifests).await {
        result.unwrap();
    }
}

pub(crate) async fn read(layout: &Layout, blob: &Descriptor) -> Result<Vec<u8>> {
    let stream = verified(blob, layout.fetch_blob(blob, 0).await?)?;
    stream
        .try_fold(Vec::new(), async |mut all, chunk| {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
}

pub(crate) fn file_of(path: &Path, digest: &Digest) -> PathBuf {
    path.join("blobs").join(digest.algorithm_name()).join(digest.encoded())
}

pub(crate) fn entries(path: &Path) -> Vec<Value> {
    let index: Value = serde_json::from_slice(&fs::read(path.join("index.json")).unwrap()).unwrap();
    index["manifests"].as_array().unwrap().clone()
}

/// Returns the relative paths of all files below a directory.
pub(crate) fn files_below(path: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut pending = vec![path.to_path_buf()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                pending.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(path).unwrap().display().to_string();
                files.insert(name);
            }
        }
    }
    files
}

/// Returns the unfinished files, and `garbage` if blobs are noted as garbage.
pub(crate) fn leftovers(path: &Path) -> Vec<String> {
    let own = files_below(&path.join(".ocigraph"));
    own.into_iter().filter(|name| name != "lock" && name != "content").collect()
}

/// Checks that every listed manifest and everything that it names exists and is correct. Returns
/// the blobs.
pub(crate) fn assert_whole(path: &Path) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    let mut pending = entries(path);
    while let Some(descriptor) = pending.pop() {
        let digest: Digest = descriptor["digest"].as_str().unwrap().parse().unwrap();
        let bytes = fs::read(file_of(path, &digest)).unwrap_or_else(|e| panic!("{digest}: {e}"));
        assert_eq!(Algorithm::Sha256.digest(&bytes), digest);
        assert_eq!(bytes.len() as u64, descriptor["size"].as_u64().unwrap());
        needed.insert(format!("sha256/{}", digest.encoded()));
        if descriptor["mediaType"].as_str().unwrap().starts_with("application/vnd.oci.image.") {
            let body: Value = serde_json::from_slice(&bytes).unwrap();
            for list in ["layers", "manifests"] {
                pending.extend(body[list].as_array().into_iter().flatten().cloned());
            }
            pending.extend(body.get("config").cloned());
        }
    }
    needed
}

/// Checks that the layout is whole and contains nothing else.
pub(crate) fn assert_exact(path: &Path) {
    let needed = assert_whole(path);
    assert_eq!(files_below(&path.join("blobs")), needed);
    assert_eq!(leftovers(path), Vec::<String>::new());
}

//! A small container image in Docker's format with fixed bytes: the subject to which tests attach artifacts.
//!
//! It has the format of `docker save` and is pushed by `crane`, so that our code reads images that it did not write.

use std::path::Path;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::registry::{Kind, Registry};
use crate::workspace::Workspace;

impl Workspace {
    /// Pushes the image to a reference and returns its digest. Replaces `docker push`.
    ///
    /// # Panics
    /// If `crane` fails.
    #[track_caller]
    pub fn push_image(&self, reference: &str) -> String {
        self.push_image_with(reference, "net-monitor\n")
    }

    /// Pushes an image with one file of this content and returns its digest.
    ///
    /// # Panics
    /// If `crane` fails.
    #[track_caller]
    pub fn push_image_with(&self, reference: &str, content: &str) -> String {
        let archive = tempfile::Builder::new()
            .suffix(".tar")
            .tempfile()
            .expect("creating a file for the image");
        std::fs::write(archive.path(), docker_archive(content)).expect("writing the image");
        let path = archive.path().to_str().expect("the temporary folder has a name in UTF-8");
        digest_printed(&self.crane(&["push", path, reference]).ok())
    }

    /// Writes the image of `push_image` to an image layout with this tag and returns its digest.
    ///
    /// # Panics
    /// If `crane` or `oras` fails.
    #[track_caller]
    pub fn write_image_layout(&self, folder: impl AsRef<Path>, tag: &str) -> String {
        let registry = Registry::start(Kind::Ocimem);
        let source = registry.reference("image:latest");
        let digest = self.push_image(&source);
        let target = format!("{}:{tag}", self.path(folder).display());
        self.oras(&["cp", "--from-plain-http", "--to-oci-layout", &source, &target]).ok();
        digest
    }
}

/// `crane push` prints `host/repository@sha256:…`.
#[track_caller]
fn digest_printed(output: &str) -> String {
    match output.trim().split_once('@') {
        Some((_, digest)) => digest.to_owned(),
        None => panic!("crane should print the digest of what it pushed, but printed {output:?}"),
    }
}

fn docker_archive(content: &str) -> Vec<u8> {
    let layer = tar_of(&[("etc/net-monitor", content.as_bytes())]);
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "created": "2021-11-12T00:18:54Z",
        "config": { "Cmd": ["/bin/net-monitor"] },
        "history": [{ "created": "2021-11-12T00:18:54Z", "created_by": "ocigraph tests" }],
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", sha256(&layer))] },
    })
    .to_string();
    let config_name = format!("{}.json", sha256(config.as_bytes()));
    let index =
        json!([{ "Config": &config_name, "RepoTags": [], "Layers": ["layer.tar"] }]).to_string();
    tar_of(&[
        (&config_name, config.as_bytes()),
        ("layer.tar", &layer),
        ("manifest.json", index.as_bytes()),
    ])
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, *content).expect("writing to memory");
    }
    archive.into_inner().expect("writing to memory")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Several manifests with colliding titles and archives: a pull reports for each path what the file
//! contains, and no two owners write one path.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bolero::{TypeGenerator, check, produce, produce_with};
use serde_json::{Value, json};

use super::{pick, snapshot};
use crate::{
    content::progress::Outcome,
    operation::{pull::PullOptions, pull::pull_all},
    store::layout::Layout,
};
use ocigraph_types::{Algorithm, Code, Descriptor, Manifest, annotation, media_type};

const TITLES: [&str; 11] =
    ["a", "./a", "A", "d", "d/a", "d/a/b", "d/e/a", "e", ".", "d/", ".ocigraph-a"];
const NAMES: [&str; 8] = ["a", "b", "A", "e", "e/a", "a/b", "d/a", "l"];
const LINKS: [&str; 6] = ["a", "e", "d", "b/..", "../a", "."];
const CONTENTS: [&str; 3] = ["1", "2", "3"];

#[derive(Debug, Clone, TypeGenerator)]
struct Layer {
    title: u8,
    /// Bit 0: whether the layer is a packed directory. Bit 1: its manifest.
    kind: u8,
    content: u8,
    #[generator(produce_with::<Vec<(u8, u8, u8)>>().len(0..4usize))]
    entries: Vec<(u8, u8, u8)>,
}

impl Layer {
    fn is_packed(&self) -> bool {
        self.kind & 1 == 1
    }

    fn title(&self) -> &'static str {
        pick(&TITLES, self.title)
    }

    /// Returns the names in a packed directory and their content; for a link an arrow and its
    /// target.
    fn members(&self) -> BTreeMap<&'static str, String> {
        let member = |(name, what, content): &(u8, u8, u8)| {
            let link = what % 4 == 0;
            let text = match link {
                true => format!("-> {}", pick(&LINKS, *content)),
                false => pick(&CONTENTS, *content).to_owned(),
            };
            (pick(&NAMES, *name), text)
        };
        self.entries.iter().map(member).collect()
    }

    fn content(&self) -> Vec<u8> {
        if !self.is_packed() {
            return pick(&CONTENTS, self.content).into();
        }
        let mut tar = tar::Builder::new(Vec::new());
        let title = Path::new(self.title());
        for (name, text) in self.members() {
            let path: PathBuf =
                title.join(name).components().filter(|c| c.as_os_str() != ".").collect();
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            match text.strip_prefix("-> ") {
                Some(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_size(0);
                    tar.append_link(&mut header, path, target).unwrap();
                }
                None => {
                    header.set_size(text.len() as u64);
                    tar.append_data(&mut header, path, text.as_bytes()).unwrap();
                }
            }
        }
        tar.into_inner().unwrap()
    }

    /// Returns the layer's descriptor with inline content, so that no store is needed.
    fn descriptor(&self) -> Value {
        let content = self.content();
        let mut blob = Descriptor::of(media_type::OCTET_STREAM, &content);
        blob.annotations.insert(annotation::TITLE.into(), self.title().into());
        if self.is_packed() {
            blob.annotations.insert(annotation::UNPACK.into(), "true".into());
        }
        blob.data = Some(BASE64.encode(&content));
        json!(blob)
    }

    /// Checks that the files contain what this layer says.
    fn check(&self, out: &Path) {
        let target = out.join(self.title());
        if !self.is_packed() {
            assert_eq!(fs::read(&target).unwrap(), self.content(), "{}", target.display());
            return;
        }
        for (name, text) in self.members() {
            let path = target.join(name);
            match text.strip_prefix("-> ") {
                Some(link) => assert_eq!(fs::read_link(&path).unwrap(), Path::new(link)),
                None => {
                    let metadata = path.symlink_metadata().unwrap();
                    assert!(metadata.is_file(), "{}", path.display());
                    assert_eq!(fs::read_to_string(&path).unwrap(), text, "{}", path.display());
                }
            }
        }
    }
}

fn manifest(layers: &[&Layer], number: usize) -> Manifest {
    let layers: Vec<Value> = layers.iter().map(|layer| layer.descriptor()).collect();
    let body = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::of(media_type::EMPTY, b"{}"),
        "layers": layers,
        "annotations": { "number": number.to_string() },
    });
    Manifest::parse(body.to_string().into(), None, Algorithm::Sha256).unwrap()
}

#[test]
fn the_pulled_files_contain_what_the_pull_reports() {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_time().build().unwrap();
    let layers = produce_with::<Vec<Layer>>().len(1..5usize);
    let how = (layers, produce::<u8>());
    check!().with_generator(how).for_each(|(layers, how)| {
        let sandbox = tempfile::tempdir().unwrap();
        let (out, outside) = (sandbox.path().join("out"), sandbox.path().join("outside"));
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("victim"), "victim").unwrap();
        if how & 1 == 1 {
            fs::create_dir_all(out.join("d")).unwrap();
            fs::write(out.join("d/a"), "old").unwrap();
            std::os::unix::fs::symlink(&outside, out.join("e")).unwrap();
        }
        let before = snapshot(&outside);
        let of = |number: u8| -> Vec<&Layer> {
            layers.iter().filter(|layer| layer.kind & 2 == number).collect()
        };
        let manifests = [of(0), of(2)].iter().enumerate().map(|(i, l)| manifest(l, i)).collect();
        let options = PullOptions { output: out.clone(), ..PullOptions::default() };
        let store = Arc::new(Layout::open(sandbox.path().join("store")));
        let reference = "oci:store".parse().unwrap();
        let pulled = runtime.block_on(pull_all(store, &reference, manifests, options));
        assert_eq!(snapshot(&outside), before, "something outside has changed");
        let after = if out.exists() { snapshot(&out) } else { Vec::new() };
        assert!(!after.iter().any(|line| line.contains(".ocigraph-")), "{after:?}");
        match pulled {
            Ok(artifacts) => {
                let files = artifacts.iter().flat_map(|artifact| &artifact.files);
                assert_eq!(files.clone().count(), layers.len());
                assert!(files.clone().all(|file| file.outcome != Outcome::KeptExisting));
                layers.iter().for_each(|layer| layer.check(&out));
            }
            Err(e) => assert!(
                matches!(
                    e.code(),
                    Code::Conflict | Code::UnsafePath | Code::AlreadyExists | Code::Io
                ),
                "{e}"
            ),
        }
    });
}

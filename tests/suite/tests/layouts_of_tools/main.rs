//! Layouts that other tools write. ocigraph lists, resolves, pulls, copies, verifies and deletes what they hold, and
//! each tool reads what is left. No manifest that has another name is lost.

mod referrers;
mod tools;

use std::{collections::BTreeMap, fs};

use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::Value;
use tools::{ARCHIVES, NAMELESS, TOOLS, Tool};

const NAME: &str = "org.opencontainers.image.ref.name";

#[test]
fn podman() {
    check("podman");
}

#[test]
fn buildah() {
    check("buildah");
}

#[test]
fn skopeo() {
    check("skopeo");
}

#[test]
fn crane() {
    check("crane");
}

#[test]
fn umoci() {
    check("umoci");
}

#[test]
fn flatpak() {
    check("flatpak");
}

#[test]
fn regctl() {
    check("regctl");
}

#[test]
fn oras_backup() {
    check("oras backup");
}

fn check(name: &str) {
    let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
    let work = Workspace::new();
    (tool.write)(&work, "layout");
    let layout = Written { tool, work: &work };
    let names = layout.names("layout");
    assert!(names.len() > 1, "{names:?}");
    layout.is_listed(&names);
    layout.is_read_and_copied(&names);
    layout.survives_a_push(&names);
    layout.loses_only_what_is_deleted(names);
}

/// Returns the name of the architecture for which buildah builds images.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[test]
fn the_only_manifest_of_a_layout_needs_no_name() {
    for (tool, write) in NAMELESS {
        let work = Workspace::new();
        write(&work, "layout");
        let digest = work.ocigraph(&["resolve", "oci:layout"]).ok();
        assert!(digest.starts_with("sha256:"), "{tool}: {digest}");
        work.ocigraph(&["verify", "oci:layout"]).ok();
        let registry = Registry::start(Kind::Ocimem);
        let target = registry.reference("app:v1");
        work.ocigraph(&["copy", "oci:layout", &target]).ok();
        assert_eq!(work.crane(&["digest", &target]).ok(), digest, "{tool}");
        work.ocigraph(&["delete", "--yes", "oci:layout"]).ok();
        assert_eq!(fs::read_dir(work.path("layout/blobs/sha256")).unwrap().count(), 0, "{tool}");
    }
}

#[test]
fn the_only_manifest_of_an_archive_needs_no_name() {
    for (tool, write) in ARCHIVES.iter().filter(|(tool, _)| *tool != "oras backup") {
        let work = Workspace::new();
        write(&work, "layout.tar");
        let digest = work.ocigraph(&["resolve", "oci:layout.tar"]).ok();
        work.ocigraph(&["verify", "oci:layout.tar"]).ok();
        let registry = Registry::start(Kind::Ocimem);
        let target = registry.reference("app:v1");
        work.ocigraph(&["copy", "oci:layout.tar", &target]).ok();
        assert_eq!(work.crane(&["digest", &target]).ok(), digest, "{tool}");
    }
}

#[test]
fn layouts_in_archives_are_read_in_place() {
    for (tool, write) in ARCHIVES {
        let work = Workspace::new();
        write(&work, "layout.tar");
        let before = work.read("layout.tar");
        let index = work.run(work.command("tar").args(["-xOf", "layout.tar", "index.json"])).json();
        let names = names_in(&index);
        let listed = work.ocigraph(&["tags", "oci:layout.tar"]).ok();
        let mut listed: Vec<&str> = listed.lines().collect();
        listed.sort_unstable();
        assert_eq!(listed, names.keys().collect::<Vec<_>>(), "{tool}");

        let registry = Registry::start(Kind::Ocimem);
        let places = names.keys().map(|name| format!("oci:layout.tar:{name}"));
        for (number, place) in places.enumerate() {
            let place = &place;
            let digest = work.ocigraph(&["resolve", place]).ok();
            let digest = digest.trim();
            assert!(index.to_string().contains(digest), "{tool}: {digest}");
            work.ocigraph(&["verify", place]).ok();
            work.ocigraph(&["discover", place]).ok();
            let output = format!("out-{number}");
            let has_titles = *tool == "oras backup";
            pull_with(&work, &["pull", "-q", "-o", &output, place], has_titles);
            assert_eq!(work.path(format!("{output}/file")).exists(), has_titles);
            let target = registry.reference(&format!("app:v{number}"));
            work.ocigraph(&["copy", "-q", "--recursive", place, &target]).ok();
            work.ocigraph(&["verify", &target]).ok();
            assert_eq!(work.crane(&["digest", &target]).ok().trim(), digest, "{tool}");
            work.ocigraph(&["copy", "-q", place, &format!("oci:copy:v{number}")]).ok();
            work.ocigraph(&["verify", &format!("oci:copy:v{number}")]).ok();
        }
        assert_eq!(work.read("layout.tar"), before, "{tool}: the archive has changed");
    }
}

/// Runs a pull, which fails if no layer has a title, and then writes all layers.
fn pull_with(work: &Workspace, pull: &[&str], has_titles: bool) {
    let pulled = work.ocigraph(pull);
    if has_titles {
        pulled.ok();
        return;
    }
    pulled.fails_with(1);
    let pulled = work.ocigraph(&[pull, &["--all", "--format", "json"]].concat()).json();
    let files = pulled["files"].as_array().unwrap();
    // An image from scratch has no layer.
    assert_eq!(pulled["skipped"], serde_json::json!([]));
    for file in files {
        let digest = file["descriptor"]["digest"].as_str().unwrap().replace(':', "-");
        assert!(file["path"].as_str().unwrap().ends_with(&digest), "{file}");
        assert!(work.path(file["path"].as_str().unwrap()).exists(), "{file}");
    }
}

/// Returns the names in an `index.json` and their digests, without those of the lists of referrers.
fn names_in(index: &Value) -> BTreeMap<String, String> {
    let named = index["manifests"].as_array().unwrap().iter().filter_map(|entry| {
        let name = entry["annotations"][NAME].as_str()?;
        Some((name.to_owned(), entry["digest"].as_str()?.to_owned()))
    });
    named.filter(|(name, _)| !name.starts_with("sha256-")).collect()
}

/// A layout, and the tool that wrote it.
struct Written<'a> {
    tool: &'a Tool,
    work: &'a Workspace,
}

impl Written<'_> {
    fn names(&self, folder: &str) -> BTreeMap<String, String> {
        let index = self.work.read(format!("{folder}/index.json"));
        names_in(&serde_json::from_slice(&index).unwrap())
    }

    fn is_listed(&self, names: &BTreeMap<String, String>) {
        let listed = self.work.ocigraph(&["tags", "oci:layout"]).ok();
        let mut listed: Vec<&str> = listed.lines().filter(|n| !n.starts_with("sha256-")).collect();
        listed.sort_unstable();
        assert_eq!(listed, names.keys().collect::<Vec<_>>());
        let manifests = self.work.ocigraph(&["manifests", "oci:layout"]).ok();
        for (name, digest) in names {
            let line = manifests.lines().find(|line| line.starts_with(digest));
            assert!(line.is_some_and(|line| line.contains(name)), "{name}: {manifests}");
        }
    }

    /// Asserts that ocigraph reads all names, and that the tool reads all of them, and a copy of each.
    fn is_read_and_copied(&self, names: &BTreeMap<String, String>) {
        let work = self.work;
        let registry = Registry::start(Kind::Ocimem);
        for (number, (name, digest)) in names.iter().enumerate() {
            self.is_readable("layout", name, digest);
            let source = format!("oci:layout:{name}");
            let output = format!("out-{number}");
            let mut pull = vec!["pull", "-q", "-o", &output, &source];
            let platform = format!("linux/{}", architecture());
            if work.ocigraph(&["manifest", "fetch", &source]).json()["manifests"].is_array() {
                pull.extend(["--platform", &platform]);
            }
            pull_with(work, &pull, self.tool.has_files);
            let file = work.path(format!("out-{number}/file"));
            assert_eq!(file.exists(), self.tool.has_files, "{name}");

            let in_registry = registry.reference(&format!("app:v{number}"));
            work.ocigraph(&["copy", "-q", "--recursive", &source, &in_registry]).ok();
            work.ocigraph(&["verify", &in_registry]).ok();
            assert_eq!(work.crane(&["digest", &in_registry]).ok().trim(), digest);

            work.ocigraph(&["copy", "-q", "--recursive", &source, &format!("oci:copy:{name}")])
                .ok();
        }
        assert_eq!(self.names("copy"), *names);
        for (name, digest) in names {
            self.is_readable("copy", name, digest);
        }
    }

    fn is_readable(&self, folder: &str, name: &str, digest: &str) {
        let place = format!("oci:{folder}:{name}");
        assert_eq!(self.work.ocigraph(&["resolve", &place]).ok().trim(), digest, "{place}");
        self.work.ocigraph(&["verify", &place]).ok();
        (self.tool.read)(self.work, folder, name);
    }

    /// Asserts that all names are readable after ocigraph has pushed an artifact and attached another.
    fn survives_a_push(&self, names: &BTreeMap<String, String>) {
        let work = self.work;
        work.write("pushed", "pushed");
        work.ocigraph(&["push", "-q", "oci:layout:pushed", "pushed"]).ok();
        let first = names.first_key_value().unwrap().0;
        let target = format!("oci:layout:{first}");
        work.ocigraph(&["attach", "-q", "--artifact-type", "a/b", &target, "pushed"]).ok();
        let graph = work.ocigraph(&["discover", "--format", "json", &target]).json();
        let attached = graph["references"].as_array().unwrap().iter();
        assert_eq!(attached.filter(|r| r["artifactType"] == "a/b").count(), 1, "{graph}");
        for (name, digest) in names {
            self.is_readable("layout", name, digest);
        }
        work.ocigraph(&["delete", "-q", "--yes", "oci:layout:pushed"]).ok();
    }

    /// Deletes one name after the other, and asserts each time that the others are readable.
    fn loses_only_what_is_deleted(&self, mut names: BTreeMap<String, String>) {
        while let Some((name, digest)) = names.pop_first() {
            let place = format!("oci:layout:{name}");
            let deleted = self.work.ocigraph(&["delete", "--yes", &place]);
            if names.values().any(|other| *other == digest) {
                let stderr = deleted.fails_with(1);
                assert!(stderr.contains("CONFLICT"), "{stderr}");
                self.is_readable("layout", &name, &digest);
                self.work.ocigraph(&["untag", &place]).ok();
            } else {
                deleted.ok();
            }
            assert_eq!(self.names("layout"), names);
            self.work.ocigraph(&["resolve", &place]).fails_with(1);
            for (name, digest) in &names {
                self.is_readable("layout", name, digest);
            }
        }
        let index: Value = serde_json::from_slice(&self.work.read("layout/index.json")).unwrap();
        assert_eq!(index["manifests"], serde_json::json!([]));
        let blobs = fs::read_dir(self.work.path("layout/blobs/sha256")).unwrap().flatten();
        assert_eq!(blobs.map(|blob| blob.file_name()).collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

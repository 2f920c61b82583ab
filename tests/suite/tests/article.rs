//! The walkthrough of the article on every kind of registry and on a layout: with the command, from C and from Go.

use std::path::{Path, PathBuf};

use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{
    CommandResult, Kind, Registry, Workspace, c_program, go_program, ocigraph_binary, tool,
};

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../article/walkthrough")
}

/// Runs the walkthrough: the script, or a program with the same output.
fn walk(work: &Workspace, program: &Path, registry: &str) -> CommandResult {
    let tools = tool("jq").parent().map(PathBuf::from).unwrap_or_default();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = work.command(program);
    command.env("REGISTRY", registry).env("OCIGRAPH", ocigraph_binary()).env("PATH", path);
    work.run(&mut command)
}

/// Returns the digests that a push printed, in the order of the pushes.
fn pushed(output: &str) -> Vec<&str> {
    let before_pull = output.split("## pull the docs").next().unwrap_or_default();
    before_pull.lines().filter_map(|line| line.strip_prefix("Digest: ")).collect()
}

fn section<'a>(output: &'a str, title: &str) -> &'a str {
    let from = output.split(&format!("## {title}\n")).nth(1).unwrap_or_default();
    from.split("\n## ").next().unwrap_or_default().trim()
}

fn check(work: &Workspace, registry: &str, in_order: bool) -> String {
    check_program(work, &script(), registry, in_order)
}

fn check_program(work: &Workspace, program: &Path, registry: &str, in_order: bool) -> String {
    let output = walk(work, program, registry).ok();
    let image = format!("{registry}/net-monitor:v1");
    let [signature, readme, sbom, sbom_signature] = pushed(&output)[..] else {
        panic!("expected four pushes in\n{output}");
    };
    let small = format!(
        "{image}\n├── signature/example\n│   └── {signature}\n└── readme/example\n    └── {readme}"
    );
    let whole = format!(
        "{image}\n├── signature/example\n│   └── {signature}\n├── readme/example\n│   └── {readme}\n\
         └── sbom/example\n    └── {sbom}\n        └── signature/example\n            └── {sbom_signature}"
    );
    if in_order {
        assert_eq!(section(&output, "discover"), small);
        assert_eq!(section(&output, "view the graph"), whole);
    } else {
        // The order of the referrers depends on the registry; the branches of the tree do not.
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text
                .lines()
                .map(|l| l.trim_start_matches(['│', '├', '└', '─', ' ']).to_owned())
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(section(&output, "discover")), sorted(&small));
        assert_eq!(sorted(section(&output, "view the graph")), sorted(&whole));
    }
    assert_eq!(work.read("download/readme.md"), b"Readme Content\n");
    assert_eq!(work.read("download/readme-details.md"), b"Detailed Content\n");
    assert_eq!(section(&output, "list the tags"), "v1");
    let plan = section(&output, "plan the delete");
    assert_eq!(plan.lines().filter(|line| line.starts_with("Would delete")).count(), 5, "{plan}");
    let deleted: Vec<&str> = section(&output, "delete the graph").lines().collect();
    assert_eq!(deleted.len(), 5, "{deleted:?}");
    let place = |digest: &str| deleted.iter().position(|line| line.contains(digest));
    assert!(
        place(sbom_signature) < place(sbom),
        "referrers must be deleted before their subjects: {deleted:?}"
    );
    let remains = section(&output, "what remains");
    assert!(remains == "[]" || remains.starts_with("nothing"), "{remains}");
    output
}

#[test]
fn the_walkthrough_runs_on_a_layout() {
    let work = Workspace::new();
    work.write_image_layout("some/folder/net-monitor", "v1");
    check(&work, "oci:some/folder", true);
    let blobs = std::fs::read_dir(work.path("some/folder/net-monitor/blobs/sha256")).unwrap();
    assert_eq!(blobs.count(), 0, "blobs are left over");
}

fn check_on(kind: Kind, in_order: bool) {
    let registry = Registry::start(kind);
    let work = Workspace::new();
    work.push_image(&registry.reference("net-monitor:v1"));
    check(&work, registry.host(), in_order);
}

#[test]
fn the_walkthrough_runs_on_ggcr() {
    check_on(Kind::Ggcr, false);
}

#[test]
fn the_walkthrough_runs_on_ocimem() {
    check_on(Kind::Ocimem, false);
}

#[test]
fn the_walkthrough_runs_on_docker_registry() {
    check_on(Kind::Docker2, true);
}

#[test]
fn the_walkthrough_runs_on_distribution() {
    check_on(Kind::Distribution3, true);
}

/// Runs a program of another language on each store and compares the trees with those of the article.
fn check_program_on_every_store(program: &Path) {
    let work = Workspace::new();
    work.write_image_layout("some/folder/net-monitor", "v1");
    check_program(&work, program, "oci:some/folder", true);
    for (kind, in_order) in [(Kind::Ggcr, false), (Kind::Docker2, true)] {
        let registry = Registry::start(kind);
        let work = Workspace::new();
        work.push_image(&registry.reference("net-monitor:v1"));
        check_program(&work, program, registry.host(), in_order);
    }
}

#[test]
fn the_walkthrough_runs_from_c() {
    let folder = tempfile::tempdir().unwrap();
    check_program_on_every_store(&c_program("examples/c/walkthrough.c", folder.path()));
}

#[test]
fn the_walkthrough_runs_from_go() {
    let folder = tempfile::tempdir().unwrap();
    check_program_on_every_store(&go_program("examples/go/walkthrough", folder.path()));
}

fn start_fixture(referrers: Referrers) -> (Fixture, String) {
    let fixture = Fixture::start(Config { referrers, ..Config::default() });
    let work = Workspace::new();
    work.push_image(&format!("{}/net-monitor:v1", fixture.host()));
    let output = check(&work, &fixture.host(), false);
    let state = fixture.state();
    for (name, repository) in &state.repositories {
        assert!(repository.manifests.is_empty(), "{name} still has {:?}", repository.manifests);
    }
    assert!(state.uploads.is_empty(), "an upload session is still open");
    (fixture, output)
}

#[test]
fn the_walkthrough_runs_on_every_generation_of_the_referrers_api() {
    for referrers in [Referrers::Oci, Referrers::OrasV1, Referrers::OrasRc, Referrers::None] {
        start_fixture(referrers);
    }
}

/// For the input of the article, ocigraph stores the same bytes as the client of the article did on a registry of
/// that time. The digests are equal.
#[test]
fn the_manifests_equal_those_of_the_recorded_client() {
    let recording = include_str!("../../recordings/oras-artifacts-alpha-walkthrough.json");
    let entries: Vec<serde_json::Value> = serde_json::from_str(recording).unwrap();
    let is_artifact = |e: &&serde_json::Value| {
        e["request"]["method"] == "PUT"
            && e["request"]["headers"]["Content-Type"]
                == "application/vnd.cncf.oras.artifact.manifest.v1+json"
    };
    let body = |e: &serde_json::Value| e["request"]["body"].as_str().map(str::to_owned);
    let readme =
        entries.iter().filter(is_artifact).nth(1).and_then(body).expect("the readme's manifest");
    let image = entries
        .iter()
        .find(|e| {
            e["request"]["method"] == "PUT"
                && e["request"]["url"].as_str().is_some_and(|u| u.ends_with("/manifests/v1"))
        })
        .and_then(body)
        .expect("the image's manifest");

    let fixture = Fixture::start(Config {
        referrers: Referrers::OrasV1,
        check_blobs: false,
        ..Config::default()
    });
    let work = Workspace::new();
    let host = fixture.host();
    work.write("image.json", &image);
    work.ocigraph(&["manifest", "push", &format!("{host}/net-monitor:v1"), "image.json"]).ok();
    work.write("readme.md", "Readme Content\n");
    work.write("readme-details.md", "Detailed Content\n");
    fixture.clear_requests();
    work.ocigraph(&[
        "push",
        &format!("{host}/net-monitor"),
        "--artifact-type",
        "readme/example",
        "--subject",
        &format!("{host}/net-monitor:v1"),
        "--export-manifest",
        "manifest.json",
        "./readme.md:application/markdown",
        "./readme-details.md:application/markdown",
    ])
    .ok();
    assert_eq!(String::from_utf8(work.read("manifest.json")).unwrap(), readme);
    let recorded =
        entries.iter().filter(is_artifact).nth(1).and_then(|e| e["request"]["url"].as_str());
    let put = fixture
        .requests()
        .into_iter()
        .find(|r| r.method == "PUT" && r.path.contains("/manifests/"));
    assert!(recorded.unwrap().ends_with(&put.expect("a manifest was put").path));
}

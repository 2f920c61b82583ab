//! ocigraph and `oras` read the artifacts of each other, on every registry and on layouts.

use ocigraph_suite::{Kind, Registry, Workspace};

fn digests(graph: &serde_json::Value) -> Vec<String> {
    let list = graph["referrers"].as_array().or(graph["manifests"].as_array()).unwrap();
    let mut digests: Vec<String> =
        list.iter().map(|d| d["digest"].as_str().unwrap().to_owned()).collect();
    digests.sort();
    digests
}

fn check_with_oras(kind: Kind) {
    let registry = Registry::start(kind);
    let work = Workspace::new();
    let image = registry.reference("app:v1");
    work.push_image(&image);
    work.write("a.json", "{\"by\":\"oras\"}");
    work.write("b.json", "{\"by\":\"ocigraph\"}");
    work.write("docs/deep/page.md", "a page");
    work.write("docs/index.md", "an index");

    // Alternately, so that each client extends what the other has written.
    let oras = |kind: &str, file: &str| {
        work.oras(&["attach", "--plain-http", "--artifact-type", kind, &image, file]).ok();
    };
    let ours = |kind: &str, file: &str| {
        work.ocigraph(&["attach", "--artifact-type", kind, &image, file]).ok();
    };
    oras("one/example", "a.json");
    ours("two/example", "b.json");
    oras("three/example", "docs");
    ours("four/example", "docs");

    let by_us = work.ocigraph(&["discover", "-o", "json", &image]).json();
    let by_oras = work.oras(&["discover", "--plain-http", "--format", "json", &image]).json();
    assert_eq!(digests(&by_us).len(), 4, "{kind}: {by_us}");
    assert_eq!(digests(&by_us), digests(&by_oras), "{kind}");

    for (artifact_type, folder) in [("three/example", "from-oras"), ("four/example", "from-us")] {
        work.ocigraph(&["pull", "--artifact-type", artifact_type, "-o", folder, &image]).ok();
        assert_eq!(work.read(format!("{folder}/docs/deep/page.md")), b"a page");
    }
    let repository = registry.reference("app");
    let ours = by_us["references"].as_array().unwrap().iter();
    let ours = ours
        .filter(|d| ["two/example", "four/example"].contains(&d["artifactType"].as_str().unwrap()));
    for descriptor in ours {
        let target = format!("{repository}@{}", descriptor["digest"].as_str().unwrap());
        work.oras(&["pull", "--plain-http", "-o", "by-oras", &target]).ok();
    }
    assert_eq!(work.read("by-oras/b.json"), b"{\"by\":\"ocigraph\"}");
    assert_eq!(work.read("by-oras/docs/deep/page.md"), b"a page");
    assert_eq!(work.read("by-oras/docs/index.md"), b"an index");
}

#[test]
fn oras_and_ocigraph_read_each_others_artifacts_on_ggcr() {
    check_with_oras(Kind::Ggcr);
}

#[test]
fn oras_and_ocigraph_read_each_others_artifacts_on_ocimem() {
    check_with_oras(Kind::Ocimem);
}

#[test]
fn oras_and_ocigraph_read_each_others_artifacts_on_docker_registry() {
    check_with_oras(Kind::Docker2);
}

#[test]
fn oras_and_ocigraph_read_each_others_artifacts_on_distribution() {
    check_with_oras(Kind::Distribution3);
}

#[test]
fn oras_and_ocigraph_read_each_others_artifacts_in_a_layout() {
    let work = Workspace::new();
    work.write("readme.md", "hello");
    work.write("sbom.json", "{}");
    work.write("docs/page.md", "a page");
    work.ocigraph(&["push", "oci:layout:v1", "--artifact-type", "app/example", "readme.md"]).ok();
    work.oras(&[
        "attach",
        "--oci-layout",
        "--artifact-type",
        "sbom/example",
        "layout:v1",
        "sbom.json",
    ])
    .ok();
    work.ocigraph(&["attach", "--artifact-type", "docs/example", "oci:layout:v1", "docs"]).ok();
    work.oras(&["push", "--oci-layout", "layout:v2", "--artifact-type", "app/example", "docs"])
        .ok();

    let by_us = work.ocigraph(&["discover", "-o", "json", "oci:layout:v1"]).json();
    let by_oras = work.oras(&["discover", "--oci-layout", "--format", "json", "layout:v1"]).json();
    assert_eq!(digests(&by_us).len(), 2, "{by_us}");
    assert_eq!(digests(&by_us), digests(&by_oras));
    let tags = work.ocigraph(&["tags", "oci:layout"]).ok();
    let mut tags: Vec<&str> = tags.lines().collect();
    tags.sort_unstable();
    assert_eq!(tags, ["v1", "v2"]);
    work.ocigraph(&["pull", "-o", "a", "oci:layout:v2"]).ok();
    assert_eq!(work.read("a/docs/page.md"), b"a page");
    work.oras(&["pull", "--oci-layout", "-o", "b", "layout:v1"]).ok();
    assert_eq!(work.read("b/readme.md"), b"hello");
}

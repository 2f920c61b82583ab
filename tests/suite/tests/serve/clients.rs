//! Other clients push, pull, copy, attach, discover, sign and delete.

use ocigraph_suite::{
    Cosign, CosignFormat, Helm, Workspace, run_with_storage, tool, write_root_archive,
};

use crate::served::{Served, assert_whole};

// oras uses plain HTTP only for the name `localhost`, not for a loopback address.
const HTTP: &str = "--plain-http";

#[test]
fn oras_pushes_attaches_discovers_copies_pulls_and_deletes() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let image = served.reference("team/net-monitor:v1");
    work.write("sbom.json", "{\"sbom\": 1}\n");
    work.oras(&["push", HTTP, "--artifact-type", "app/example", &image, "sbom.json:text/plain"])
        .ok();
    work.write("signature.json", "{}\n");
    let file = "signature.json:application/json";
    work.oras(&["attach", HTTP, "--artifact-type", "signature/example", &image, file]).ok();

    let graph = work.oras(&["discover", HTTP, "--format", "json", &image]).json();
    let referrers = graph["referrers"].as_array().expect("oras lists the referrers");
    assert_eq!(referrers.len(), 1, "{graph}");
    assert_eq!(referrers[0]["artifactType"], "signature/example", "{graph}");
    let none = ["--artifact-type", "other/example", "--format", "json"];
    let graph = work.oras(&[["discover", HTTP].as_slice(), &none, &[&image]].concat()).json();
    assert!(graph["referrers"].as_array().is_none_or(Vec::is_empty), "{graph}");

    let copy = served.reference("copy:v1");
    work.oras(&["cp", "-r", "--from-plain-http", "--to-plain-http", &image, &copy]).ok();
    let graph = work.oras(&["discover", HTTP, "--format", "json", &copy]).json();
    assert_eq!(graph["referrers"].as_array().unwrap().len(), 1, "{graph}");
    work.oras(&["pull", HTTP, "--output", "download", &copy]).ok();
    assert_eq!(work.read("download/sbom.json"), work.read("sbom.json"));

    let repositories = work.oras(&["repo", "ls", HTTP, &served.host]).ok();
    assert_eq!(repositories.lines().collect::<Vec<_>>(), ["copy", "team/net-monitor"]);
    let tags = work.oras(&["repo", "tags", HTTP, &served.reference("copy")]).ok();
    assert_eq!(tags.trim(), "v1");
    work.oras(&["manifest", "delete", HTTP, "--force", &copy]).ok();
    assert_ne!(work.oras(&["resolve", HTTP, &copy]).code, Some(0));
    for layout in ["registry/copy", "registry/team/net-monitor"] {
        assert_whole(&work, layout);
    }
}

#[test]
fn crane_pushes_copies_tags_lists_and_deletes() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let image = served.reference("net-monitor:v1");
    let digest = work.push_image(&image);
    assert_eq!(work.crane(&["digest", &image]).ok().trim(), digest);
    work.crane(&["tag", &image, "v2"]).ok();
    // crane mounts the blobs.
    work.crane(&["copy", &image, &served.reference("team/copy:v1")]).ok();
    work.crane(&["validate", "--remote", &served.reference("team/copy:v1")]).ok();
    work.crane(&["pull", "--format", "oci", &image, "pulled"]).ok();
    let tags = work.crane(&["ls", &served.reference("net-monitor")]).ok();
    assert_eq!(tags.lines().collect::<Vec<_>>(), ["v1", "v2"]);
    let repositories = work.crane(&["catalog", &served.host]).ok();
    assert_eq!(repositories.lines().collect::<Vec<_>>(), ["net-monitor", "team/copy"]);

    work.crane(&["delete", &image]).ok();
    work.crane(&["digest", &served.reference("net-monitor:v2")]).ok();
    let by_digest = served.reference(&format!("net-monitor@{digest}"));
    work.crane(&["delete", &by_digest]).ok();
    assert_ne!(work.crane(&["manifest", &by_digest]).code, Some(0));
    // The copy shares its blobs by hard links.
    work.crane(&["validate", "--remote", &served.reference("team/copy:v1")]).ok();
    assert_whole(&work, "registry/team/copy");
}

#[test]
fn skopeo_copies_inspects_and_deletes() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let skopeo = |args: &[&str]| {
        let mut command = work.command(tool("skopeo"));
        work.run(command.args(["--insecure-policy"]).args(args)).ok()
    };
    let (first, second) =
        (served.reference("net-monitor:v1"), served.reference("team/net-monitor:v2"));
    work.push_image(&first);
    let (first, second) = (format!("docker://{first}"), format!("docker://{second}"));
    let both = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    skopeo(&[["copy"].as_slice(), &both, &[&first, &second]].concat());
    let inspected = skopeo(&["inspect", "--tls-verify=false", &second]);
    assert!(inspected.contains("\"RepoTags\""), "{inspected}");
    skopeo(&["copy", "--src-tls-verify=false", &second, "oci:pulled:v2"]);
    work.ocigraph(&["verify", "oci:pulled:v2"]).ok();
    let third = format!("docker://{}", served.reference("third:v3"));
    skopeo(&["copy", "--dest-tls-verify=false", "oci:pulled:v2", &third]);
    work.crane(&["validate", "--remote", &served.reference("third:v3")]).ok();
    skopeo(&["delete", "--tls-verify=false", &first]);
    let tags = work.crane(&["ls", &served.reference("net-monitor")]).ok();
    assert_eq!(tags.trim(), "");
}

#[test]
fn regctl_copies_lists_and_deletes() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let regctl = |args: &[&str]| work.run(work.command(tool("regctl")).args(args)).ok();
    regctl(&["registry", "set", "--tls", "disabled", &served.host]);
    let image = served.reference("net-monitor:v1");
    let digest = work.push_image(&image);
    work.write("sbom.json", "{}");
    let file = ["--file", "sbom.json", "--file-media-type", "application/json"];
    let put = ["artifact", "put", "--artifact-type", "sbom/example", "--subject", &image];
    regctl(&[put.as_slice(), &file].concat());
    let copy = served.reference("team/copy:v1");
    regctl(&["image", "copy", "--referrers", "--digest-tags", &image, &copy]);
    let tree = regctl(&["artifact", "tree", &copy]);
    assert!(tree.contains("sbom/example"), "{tree}");
    assert_eq!(regctl(&["image", "digest", &copy]).trim(), digest);
    assert_eq!(regctl(&["repo", "ls", &served.host]).lines().count(), 2);
    regctl(&["tag", "rm", &copy]);
    assert_eq!(regctl(&["tag", "ls", &served.reference("team/copy")]).trim(), "");
    regctl(&["manifest", "rm", &served.reference(&format!("net-monitor@{digest}"))]);
    assert_whole(&work, "registry/team/copy");
}

#[test]
fn cosign_signs_and_verifies_in_both_formats() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let digest = work.push_image(&served.reference("app:v1"));
    let image = served.reference(&format!("app@{digest}"));
    let cosign = Cosign::new(&work);
    for format in CosignFormat::ALL {
        cosign.sign(format, &image);
        assert_eq!(cosign.verify(format, &image).len(), 1, "{format:?}");
    }
    let copy = served.reference("team/copy:v1");
    work.ocigraph(&["copy", "-r", &image, &copy]).ok();
    let copied = served.reference(&format!("team/copy@{digest}"));
    for format in CosignFormat::ALL {
        assert_eq!(cosign.verify(format, &copied).len(), 1, "{format:?}");
    }
}

#[test]
fn podman_pushes_and_pulls() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let podman = |args: &[&str]| run_with_storage(&work, "podman", args).ok();
    let image = served.reference("team/app:v1");
    podman(&["import", &write_root_archive(&work, "one"), &image]);
    podman(&["push", "--tls-verify=false", &image]);
    podman(&["rmi", "--force", &image]);
    let id = podman(&["pull", "-q", "--tls-verify=false", &image]);
    let names = podman(&["image", "inspect", "--format", "{{.RepoTags}}", id.trim()]);
    assert_eq!(names.trim(), format!("[{image}]"));
    // An image of docker's schema 2.
    let second = served.reference("team/app:v2");
    podman(&["push", "--tls-verify=false", "--format", "v2s2", &image, &second]);
    podman(&["pull", "-q", "--tls-verify=false", &second]);
    let found =
        podman(&["search", "--tls-verify=false", "--list-tags", &served.reference("team/app")]);
    assert_eq!(found.lines().filter(|line| line.contains("team/app")).count(), 2, "{found}");
    assert_whole(&work, "registry/team/app");
}

#[test]
fn buildah_builds_pushes_and_pulls_an_image_and_a_list() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let buildah = |args: &[&str]| run_with_storage(&work, "buildah", args).ok();
    let container = buildah(&["from", "scratch"]);
    work.write("one", "content");
    buildah(&["copy", container.trim(), "one", "/"]);
    let to = |name: &str| format!("docker://{}", served.reference(name));
    buildah(&["commit", "--tls-verify=false", container.trim(), &to("app:v1")]);
    buildah(&["manifest", "create", "--tls-verify=false", "localhost/list", &to("app:v1")]);
    buildah(&[
        "manifest",
        "push",
        "--tls-verify=false",
        "--all",
        "localhost/list",
        &to("app:list"),
    ]);
    buildah(&["pull", "-q", "--tls-verify=false", &served.reference("app:v1")]);
    let index = work.ocigraph(&["manifest", "fetch", &served.reference("app:list")]).json();
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(1), "{index}");
    assert_whole(&work, "registry/app");
}

#[test]
fn helm_pushes_and_pulls_a_signed_chart() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let helm = Helm::new(&work);
    let charts = served.reference("charts");
    helm.push(&charts);
    assert!(!helm.pull(&charts).is_empty());
    assert_whole(&work, "registry/charts/chart");
}

//! Referrers in a layout that ocigraph shares with regctl and with olareg. Each of them keeps a list of its own, and all
//! of them find the same referrers.

use std::{collections::BTreeSet, fs};

use ocigraph_suite::{Kind, Registry, Workspace, tool};
use serde_json::Value;

const IMAGE: &str = "oci:store/app:v1";
const REGCTL_IMAGE: &str = "ocidir://store/app:v1";

fn regctl(work: &Workspace, args: &[&str]) -> String {
    work.run(work.command(tool("regctl")).args(args)).ok()
}

/// Attaches a file with regctl.
fn attach_with_regctl(work: &Workspace, artifact_type: &str) {
    work.write("file", artifact_type);
    let args = ["--artifact-type", artifact_type, "--subject", REGCTL_IMAGE, "--file", "file"];
    regctl(work, &[&["artifact", "put"], &args[..]].concat());
}

fn attach(work: &Workspace, artifact_type: &str, target: &str) {
    work.write("file", artifact_type);
    work.ocigraph(&["attach", "-q", "--artifact-type", artifact_type, target, "file"]).ok();
}

/// Returns the digests of the referrers that ocigraph finds.
fn found(work: &Workspace, target: &str) -> BTreeSet<String> {
    let graph = work.ocigraph(&["discover", "-o", "json", target]).json();
    let referrers = graph["references"].as_array().unwrap().iter();
    referrers.map(|referrer| referrer["digest"].as_str().unwrap().to_owned()).collect()
}

/// Returns the digest of the referrer of a type that ocigraph finds.
fn found_one(work: &Workspace, artifact_type: &str) -> String {
    let args = ["discover", "-o", "json", "--artifact-type", artifact_type, IMAGE];
    let graph: Value = work.ocigraph(&args).json();
    graph["references"][0]["digest"].as_str().unwrap().to_owned()
}

/// Asserts that regctl and ocigraph find the same number of referrers, and returns their digests.
fn found_by_both(work: &Workspace) -> BTreeSet<String> {
    let format = "{{range .Descriptors}}{{println .Digest}}{{end}}";
    let listed = regctl(work, &["artifact", "list", "--format", format, REGCTL_IMAGE]);
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    assert_eq!(listed, found(work, IMAGE));
    let tree = regctl(work, &["artifact", "tree", REGCTL_IMAGE]);
    // The image itself and its referrers.
    assert_eq!(tree.matches("sha256:").count(), listed.len() + 1, "{tree}");
    assert!(listed.iter().all(|digest| tree.contains(digest)), "{tree}");
    listed
}

fn is_intact(work: &Workspace) {
    work.ocigraph(&["verify", "-q", IMAGE]).ok();
}

#[test]
fn regctl_and_ocigraph_find_the_same_referrers() {
    let work = Workspace::new();
    work.write("file", "image");
    regctl(&work, &["artifact", "put", "--artifact-type", "a/b", "-f", "file", REGCTL_IMAGE]);
    attach_with_regctl(&work, "one/example");
    assert_eq!(found_by_both(&work).len(), 1);
    attach(&work, "two/example", IMAGE);
    attach_with_regctl(&work, "three/example");
    assert_eq!(found_by_both(&work).len(), 3);
    is_intact(&work);

    // One that regctl wrote, and one that ocigraph wrote.
    for artifact_type in ["one/example", "two/example"] {
        let digest = found_one(&work, artifact_type);
        work.ocigraph(&["delete", "--yes", &format!("oci:store/app@{digest}")]).ok();
        assert!(!found_by_both(&work).contains(&digest));
        is_intact(&work);
    }
    assert_eq!(found_by_both(&work), BTreeSet::from([found_one(&work, "three/example")]));

    // regctl deletes, and ocigraph no longer finds it.
    attach(&work, "four/example", IMAGE);
    let digest = found_one(&work, "four/example");
    let target = format!("ocidir://store/app@{digest}");
    regctl(&work, &["manifest", "delete", "--referrers", &target]);
    assert_eq!(found_by_both(&work).len(), 1);

    // A copy to a registry and back, with one referrer more.
    let registry = Registry::start(Kind::Ocimem);
    let copied = registry.reference("app:v1");
    work.ocigraph(&["copy", "-q", "-r", IMAGE, &copied]).ok();
    attach(&work, "five/example", &copied);
    work.ocigraph(&["copy", "-q", "-r", &copied, IMAGE]).ok();
    assert_eq!(found_by_both(&work), found(&work, &copied));
    assert_eq!(found_by_both(&work).len(), 2);

    work.ocigraph(&["delete", "--yes", IMAGE]).ok();
    let index: Value = serde_json::from_slice(&work.read("store/app/index.json")).unwrap();
    assert_eq!(index["manifests"], serde_json::json!([]));
}

#[test]
fn verify_tells_what_the_list_of_regctl_lacks_and_repairs_it() {
    let work = Workspace::new();
    work.write("file", "image");
    regctl(&work, &["artifact", "put", "--artifact-type", "a/b", "-f", "file", REGCTL_IMAGE]);
    // Before regctl starts its list.
    attach(&work, "one/example", IMAGE);
    attach_with_regctl(&work, "two/example");
    let verified = work.ocigraph(&["verify", "--format", "json", IMAGE]);
    let report: Value = serde_json::from_str(&verified.stdout).unwrap();
    verified.fails_with(1);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{report}");
    assert_eq!(problems[0]["kind"], "unlisted");
    assert_eq!(problems[0]["descriptor"]["digest"], found_one(&work, "one/example").as_str());
    work.ocigraph(&["verify", "--repair-index", IMAGE]).ok();
    assert_eq!(found_by_both(&work).len(), 2);
    is_intact(&work);
}

#[test]
fn olareg_and_ocigraph_find_the_same_referrers() {
    let work = Workspace::new();
    fs::create_dir(work.path("store")).unwrap();
    let olareg = || Registry::serve_layouts(&work.path("store"));
    {
        let olareg = olareg();
        let image = olareg.reference("app:v1");
        work.write("file", "image");
        work.oras(&["push", "--plain-http", "--artifact-type", "a/b", &image, "file"]).ok();
        for artifact_type in ["one/example", "two/example"] {
            work.write("file", artifact_type);
            let args = ["--plain-http", "--artifact-type", artifact_type, &image, "file"];
            work.oras(&[&["attach"], &args[..]].concat()).ok();
        }
    }
    assert_eq!(found(&work, IMAGE).len(), 2);
    is_intact(&work);
    attach(&work, "three/example", IMAGE);
    let digest = found_one(&work, "one/example");
    work.ocigraph(&["delete", "--yes", &format!("oci:store/app@{digest}")]).ok();
    is_intact(&work);
    let in_layout = found(&work, IMAGE);
    assert_eq!(in_layout.len(), 2);
    {
        let olareg = olareg();
        let image = olareg.reference("app:v1");
        let listed = work.oras(&["discover", "--plain-http", "--format", "json", &image]).json();
        let referrers = listed["referrers"].as_array().unwrap().iter();
        let listed = referrers.map(|r| r["digest"].as_str().unwrap().to_owned()).collect();
        assert_eq!(in_layout, listed);
        // One that is deleted through olareg.
        let digest = found_one(&work, "three/example");
        work.ocigraph(&[
            "manifest",
            "delete",
            "--yes",
            &olareg.reference(&format!("app@{digest}")),
        ])
        .ok();
    }
    assert_eq!(found(&work, IMAGE), BTreeSet::from([found_one(&work, "two/example")]));
    is_intact(&work);
    work.ocigraph(&["delete", "--yes", IMAGE]).ok();
    // The blobs of lists that olareg has replaced stay until its garbage collection. They name the referrers, so ocigraph
    // keeps these blobs.
    let index: Value = serde_json::from_slice(&work.read("store/app/index.json")).unwrap();
    assert_eq!(index["manifests"], serde_json::json!([]));
}

#[test]
fn two_lists_of_one_subject_are_both_kept() {
    let work = Workspace::new();
    work.write("file", "image");
    regctl(&work, &["artifact", "put", "--artifact-type", "a/b", "-f", "file", REGCTL_IMAGE]);
    attach_with_regctl(&work, "one/example");
    {
        // olareg takes the list over when something is written, and regctl starts another one.
        let olareg = Registry::serve_layouts(&work.path("store"));
        work.write("file", "two/example");
        let image = olareg.reference("app:v1");
        let args = ["--plain-http", "--artifact-type", "two/example", &image, "file"];
        work.oras(&[&["attach"], &args[..]].concat()).ok();
    }
    attach_with_regctl(&work, "three/example");
    assert_eq!(found(&work, IMAGE).len(), 3);
    let verified = work.ocigraph(&["verify", IMAGE]).fails_with(1);
    assert!(!verified.contains("Error"), "{verified}");
    work.ocigraph(&["verify", "--repair-index", IMAGE]).ok();
    is_intact(&work);
    assert_eq!(found_by_both(&work).len(), 3);
    attach(&work, "four/example", IMAGE);
    assert_eq!(found_by_both(&work).len(), 4);
    let olareg = Registry::serve_layouts(&work.path("store"));
    assert_eq!(found(&work, &olareg.reference("app:v1")), found(&work, IMAGE));
}

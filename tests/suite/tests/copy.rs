//! Copy and verify: graphs between registries and layouts, and the problems of a damaged graph.

use std::{collections::BTreeSet, fs};

use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::{Value, json};

/// Returns the digests of the graph that `discover` prints, including the root.
fn digests(work: &Workspace, reference: &str) -> BTreeSet<String> {
    fn collect(node: &Value, into: &mut BTreeSet<String>) {
        into.extend(node["digest"].as_str().map(str::to_owned));
        node["referrers"].as_array().into_iter().flatten().for_each(|below| collect(below, into));
    }
    let mut found = BTreeSet::new();
    collect(&work.ocigraph(&["discover", "-o", "json", reference]).json(), &mut found);
    found
}

fn copy(work: &Workspace, from: &str, to: &str) -> Value {
    work.ocigraph(&["copy", "-r", "--format", "json", from, to]).json()
}

fn attach(work: &Workspace, subject: &str, format: &str, kind: &str) -> String {
    let file = format!("{}-{format}.json", kind.replace('/', "-"));
    work.write(&file, format!("{kind} in {format}"));
    let args = ["attach", subject, "--artifact-type", kind, "--manifest-format", format];
    let pushed = work.ocigraph(&[&args[..], &["--format", "json", &file]].concat()).json();
    pushed["descriptor"]["digest"].as_str().unwrap().to_owned()
}

fn push_manifest(work: &Workspace, target: &str, manifest: &Value) -> Value {
    work.write("manifest.json", manifest.to_string());
    work.ocigraph(&["manifest", "push", "--format", "json", target, "manifest.json"]).json()
        ["descriptor"]
        .clone()
}

/// Builds an index that lists an image and another index, with referrers in every format at each level.
fn build_graph_of_all_kinds(work: &Workspace, repository: &str) -> Vec<String> {
    let image = |content: &str| {
        let digest = work.push_image_with(&format!("{repository}:{content}"), content);
        let at = format!("{repository}@{digest}");
        let descriptor = work.ocigraph(&["manifest", "fetch", "--descriptor", &at]).json();
        work.ocigraph(&["untag", &format!("{repository}:{content}")]).ok();
        json!({
            "mediaType": descriptor["mediaType"], "digest": digest, "size": descriptor["size"],
            "platform": { "os": "linux", "architecture": content },
        })
    };
    let index = |tag: &str, children: Value| {
        let body = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": children, "made-by": "a tool with fields of its own",
        });
        push_manifest(work, &format!("{repository}{tag}"), &body)
    };
    let (one, two) = (image("amd64"), image("arm64"));
    let mut inner = index("", json!([two]));
    inner.as_object_mut().unwrap().retain(|key, _| key != "artifactType" && key != "annotations");
    let root = index(":all", json!([one, inner]));
    let at =
        |descriptor: &Value| format!("{repository}@{}", descriptor["digest"].as_str().unwrap());
    let mut all: Vec<String> = [&one, &two, &inner, &root]
        .map(|descriptor| descriptor["digest"].as_str().unwrap().to_owned())
        .to_vec();
    for (subject, format) in
        [(&root, "oci-1.1"), (&one, "oras-artifact"), (&inner, "oci-artifact"), (&two, "oci-1.1")]
    {
        let sbom = attach(work, &at(subject), format, "sbom/example");
        let signature =
            attach(work, &format!("{repository}@{sbom}"), "oci-1.1", "signature/example");
        all.extend([sbom, signature]);
    }
    all
}

#[test]
fn a_graph_with_every_kind_of_manifest_is_copied_unchanged() {
    let work = Workspace::new();
    let source = Fixture::start(Config::default());
    let other = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let start = format!("{}/app", source.host());
    let all = build_graph_of_all_kinds(&work, &start);
    assert_eq!(all.len(), 12);
    let places = [
        format!("{start}:all"),
        "oci:first:all".to_owned(),
        format!("{}/team/app:all", other.host()),
        "oci:second:all".to_owned(),
    ];
    for pair in places.windows(2) {
        let copied = copy(&work, &pair[0], &pair[1]);
        assert_eq!(copied["manifests"], 12, "{copied}");
        let report = work.ocigraph(&["verify", "--format", "json", &pair[1]]).json();
        assert_eq!(report["problems"], json!([]), "{report}");
        let (repository, _) = pair[1].rsplit_once(':').unwrap();
        for digest in &all {
            let at = |repository: &str| format!("{repository}@{digest}");
            assert_eq!(
                work.ocigraph(&["manifest", "fetch", &at(repository)]).ok(),
                work.ocigraph(&["manifest", "fetch", &at(&start)]).ok(),
            );
        }
        for digest in &all {
            let reference = |repository: &str| format!("{repository}@{digest}");
            assert_eq!(
                digests(&work, &reference(repository)),
                digests(&work, &reference(&start)),
                "{}",
                pair[1]
            );
        }
    }
    let again = copy(&work, &places[0], &places[3]);
    assert_eq!((&again["manifests"], &again["bytes"]), (&json!(0), &json!(0)), "{again}");
}

/// Builds the graph of the article.
fn build_article_graph(work: &Workspace, repository: &str) -> String {
    let image = format!("{repository}:v1");
    work.push_image(&image);
    attach(work, &image, "oci-1.1", "signature/example");
    let sbom = attach(work, &image, "oci-1.1", "sbom/example");
    attach(work, &format!("{repository}@{sbom}"), "oci-1.1", "signature/example");
    image
}

#[test]
fn the_graph_of_the_article_is_copied_through_a_layout_to_every_registry() {
    let work = Workspace::new();
    let source = Registry::start(Kind::Ggcr);
    let image = build_article_graph(&work, &source.reference("net-monitor"));
    let expected = digests(&work, &image);
    assert_eq!(expected.len(), 4);
    copy(&work, &image, "oci:layout:v1");
    assert_eq!(digests(&work, "oci:layout:v1"), expected);
    for kind in [Kind::Ocimem, Kind::Docker2, Kind::Distribution3] {
        let registry = Registry::start(kind);
        let there = registry.reference("copy/of:v1,latest");
        let copied = copy(&work, "oci:layout:v1", &there);
        assert_eq!(copied["tags"], json!(["v1", "latest"]));
        assert_eq!(digests(&work, &registry.reference("copy/of:latest")), expected, "{kind}");
        work.ocigraph(&["verify", &registry.reference("copy/of:v1")]).ok();

        let back = format!("back-{kind}");
        let target = format!("{}:v1", work.path(&back).display());
        let there = registry.reference("copy/of:v1");
        work.oras(&["cp", "-r", "--from-plain-http", "--to-oci-layout", &there, &target]).ok();
        assert_eq!(digests(&work, &format!("oci:{back}:v1")), expected, "{kind}");
        let theirs = registry.reference("theirs:v1");
        work.oras(&["cp", "-r", "--from-oci-layout", "--to-plain-http", &target, &theirs]).ok();
        copy(&work, &theirs, &format!("oci:again-{kind}:v1"));
        assert_eq!(digests(&work, &format!("oci:again-{kind}:v1")), expected, "{kind}");
    }
}

#[test]
fn blobs_are_mounted_within_one_registry() {
    for kind in [Kind::Docker2, Kind::Distribution3] {
        let work = Workspace::new();
        let registry = Registry::start(kind);
        let image = build_article_graph(&work, &registry.reference("net-monitor"));
        let copied = copy(&work, &image, &registry.reference("other:v1"));
        assert_eq!(copied["blobs"]["copied"], 0, "{kind}: {copied}");
        assert_ne!(copied["blobs"]["mounted"], 0, "{kind}: {copied}");
        work.ocigraph(&["verify", &registry.reference("other:v1")]).ok();
    }
}

#[test]
fn a_copy_that_was_killed_before_it_listed_a_referrer_can_be_run_again() {
    let work = Workspace::new();
    let source = Fixture::start(Config::default());
    let image = build_article_graph(&work, &format!("{}/app", source.host()));
    let expected = digests(&work, &image);

    // The manifests exist, but the fallback tags do not.
    let other = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let there = format!("{}/app:v1", other.host());
    copy(&work, &image, &there);
    let tags = work.crane(&["ls", &format!("{}/app", other.host())]).ok();
    for tag in tags.lines().filter(|tag| tag.starts_with("sha256-")) {
        work.crane(&["delete", &format!("{}/app:{tag}", other.host())]).ok();
    }
    assert_eq!(digests(&work, &there).len(), 1);
    copy(&work, &image, &there);
    assert_eq!(digests(&work, &there), expected);
    // The third copy finds everything listed. It sends one request for each subject and pushes only the tag.
    other.clear_requests();
    copy(&work, &image, &there);
    let requests = other.requests();
    let indexes = requests.iter().filter(|r| r.path.contains("/manifests/sha256-"));
    assert!(indexes.clone().all(|r| r.method == "GET") && indexes.count() == 2, "{requests:?}");

    // The index of the layout does not list them yet.
    copy(&work, &image, "oci:layout:v1");
    let mut index: Value = serde_json::from_slice(&work.read("layout/index.json")).unwrap();
    index["manifests"].as_array_mut().unwrap().retain(|entry| !entry["annotations"].is_null());
    work.write("layout/index.json", index.to_string());
    assert_eq!(digests(&work, "oci:layout:v1").len(), 1);
    copy(&work, &image, "oci:layout:v1");
    assert_eq!(digests(&work, "oci:layout:v1"), expected);

    // If the registry lists them itself, the copy only reads the lists: once to find out which API the
    // registry has, and once for each of the two subjects.
    let other = Fixture::start(Config::default());
    let there = format!("{}/app:v1", other.host());
    copy(&work, &image, &there);
    other.clear_requests();
    copy(&work, &image, &there);
    let requests = other.requests();
    let asked = requests.iter().filter(|r| r.path.contains("/referrers/")).count();
    assert_eq!(asked, 3, "{requests:?}");
    let written: Vec<&str> =
        requests.iter().filter(|r| r.method == "PUT").map(|r| r.path.as_str()).collect();
    assert_eq!(written, ["/v2/app/manifests/v1"]);
}

#[test]
fn a_copy_selects_an_image_of_an_index_and_includes_the_subject_of_a_referrer() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let repository = format!("{}/app", fixture.host());
    build_graph_of_all_kinds(&work, &repository);
    let arm = format!("{repository}:all");
    work.ocigraph(&["copy", "--platform", "linux/arm64", &arm, "oci:arm:v1"]).ok();
    assert_eq!(digests(&work, "oci:arm:v1").len(), 1);

    let image = build_article_graph(&work, &format!("{}/net-monitor", fixture.host()));
    let graph = work.ocigraph(&["discover", "-o", "json", &image]).json();
    let signature = graph["references"][0]["digest"].as_str().unwrap();
    let signature = format!("{}/net-monitor@{signature}", fixture.host());
    work.ocigraph(&["copy", &signature, "oci:signed:signature"]).ok();
    let subject = format!("oci:signed@{}", graph["digest"].as_str().unwrap());
    assert_eq!(digests(&work, &subject).len(), 2);
}

#[test]
fn verify_reports_each_problem_with_its_path() {
    let work = Workspace::new();
    for name in ["gone", "short", "wrong", "fine"] {
        work.write(name, format!("content of {name}"));
    }
    let args = ["push", "--format", "json", "oci:l:v1", "gone", "short", "wrong", "fine"];
    let pushed = work.ocigraph(&args).json();
    let root = pushed["descriptor"]["digest"].as_str().unwrap();
    let sbom = attach(&work, "oci:l:v1", "oci-1.1", "sbom/example");
    let blob = |digest: &str| work.path(format!("l/blobs/{}", digest.replace(':', "/")));
    let file = |i: usize| pushed["blobs"][i]["descriptor"]["digest"].as_str().unwrap();
    fs::remove_file(blob(file(0))).unwrap();
    fs::write(blob(file(1)), "content").unwrap();
    fs::write(blob(file(2)), "CONTENT of wrong").unwrap();
    fs::write(blob(&sbom), "[]").unwrap();

    let ran = work.ocigraph(&["verify", "--format", "json", "oci:l:v1"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut found: Vec<(&str, &str, usize)> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            let digest = problem["descriptor"]["digest"].as_str().unwrap();
            assert!(digest == sbom || problem["path"][0] == root, "{problem}");
            (digest, problem["kind"].as_str().unwrap(), problem["path"].as_array().unwrap().len())
        })
        .collect();
    let mut expected = vec![
        (file(0), "missing", 1),
        (file(1), "size", 1),
        (file(2), "digest", 1),
        (&sbom, "digest", 0),
    ];
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{report}");
    let stderr = work.ocigraph(&["verify", "oci:l:v1"]);
    assert_eq!(stderr.code, Some(1));
}

#[test]
fn a_copy_of_a_damaged_graph_fails() {
    let work = Workspace::new();
    work.write("x", "x");
    work.ocigraph(&["push", "oci:store:v1", "x"]).ok();
    let attach = ["attach", "--format", "json", "--artifact-type", "sbom/example"];
    let sbom = work.ocigraph(&[&attach[..], &["oci:store:v1", "x"]].concat()).json();
    let digest = sbom["descriptor"]["digest"].as_str().unwrap().replace(':', "/");
    std::fs::remove_file(work.path(format!("store/blobs/{digest}"))).unwrap();
    let error = work.ocigraph(&["copy", "-r", "oci:store:v1", "oci:other:v1"]).fails_with(1);
    assert!(error.contains("may be incomplete") && error.contains("verify"), "{error}");
    work.ocigraph(&["resolve", "oci:other:v1"]).fails_with(1);
    work.ocigraph(&["copy", "oci:store:v1", "oci:other:v1"]).ok();
}

/// A collection of garbage, or a registry that checks nothing, can leave a manifest without its
/// content. Another copy makes it whole.
#[test]
fn a_copy_restores_what_the_destination_has_lost() {
    let registry = Registry::start(Kind::Ggcr);
    let work = Workspace::new();
    work.push_image_with(&registry.reference("app:amd64"), "amd64");
    let index = registry.reference("app:all");
    work.crane(&["index", "append", "-m", &registry.reference("app:amd64"), "-t", &index]).ok();
    let copy = |tag: &str| work.ocigraph(&["copy", &index, &format!("oci:l:{tag}")]);
    copy("v1").ok();
    let blobs = work.path("l/blobs/sha256");
    let all: Vec<_> = fs::read_dir(&blobs).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 4, "{all:?}");
    for lost in &all {
        let content = fs::read(lost).unwrap();
        fs::remove_file(lost).unwrap();
        // The root itself is found by its tag, and written like any other manifest.
        copy("v1").ok();
        assert_eq!(fs::read(lost).unwrap(), content);
        work.ocigraph(&["verify", "oci:l:v1"]).ok();
    }
    // All but the root.
    let root = work.ocigraph(&["resolve", &index]).ok();
    for lost in all
        .iter()
        .filter(|path| !root.trim().ends_with(path.file_name().unwrap().to_str().unwrap()))
    {
        fs::remove_file(lost).unwrap();
    }
    work.ocigraph(&["verify", "oci:l:v1"]).fails_with(1);
    copy("v2").ok();
    work.ocigraph(&["verify", "oci:l:v1"]).ok();
}

//! Delete: which manifests are deleted, which are kept and why, and what is left.

use ocigraph_fixture::{Config, Delete, Failure, Fixture, Referrers};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::Value;

fn digest_of(output: &str) -> String {
    output.lines().find_map(|l| l.strip_prefix("Digest: ")).expect("a digest").to_owned()
}

/// Builds an image with a signed SBoM, a signature, and a signed report that has a tag.
struct Graph {
    image: String,
    signature: String,
    sbom: String,
    sbom_signature: String,
    report: String,
    report_signature: String,
}

fn build(work: &Workspace, repository: &str) -> Graph {
    for name in ["program", "signature", "sbom", "sbom-signature", "report", "report-signature"] {
        work.write(name, format!("content of {name}"));
    }
    let push = |target: &str, kind: &str, subject: Option<&str>, file: &str| {
        let mut args = vec!["push", "-q", target, "--artifact-type", kind, file];
        if let Some(subject) = subject {
            args.extend(["--subject", subject]);
        }
        digest_of(&work.ocigraph(&args).ok())
    };
    let tagged = format!("{repository}:v1");
    let at = |digest: &str| format!("{repository}@{digest}");
    let image = push(&tagged, "app/example", None, "program");
    let signature = push(repository, "signature/example", Some(&tagged), "signature");
    let sbom = push(repository, "sbom/example", Some(&tagged), "sbom");
    let sbom_signature = push(repository, "signature/example", Some(&at(&sbom)), "sbom-signature");
    let report = push(&format!("{repository}:report"), "report/example", Some(&tagged), "report");
    let report_signature =
        push(repository, "signature/example", Some(&at(&report)), "report-signature");
    Graph { image, signature, sbom, sbom_signature, report, report_signature }
}

fn listed<'a>(report: &'a Value, key: &str) -> Vec<&'a str> {
    let entry = |e: &'a Value| e["digest"].as_str().or(e["descriptor"]["digest"].as_str());
    report[key].as_array().unwrap().iter().filter_map(entry).collect()
}

fn plan_and_run(work: &Workspace, repository: &str) -> Graph {
    let graph = build(work, repository);
    let image = format!("{repository}:v1");
    let plan = work.ocigraph(&["delete", "--dry-run", "--format", "json", &image]).json();
    let mut going = listed(&plan, "deleted");
    going.sort_unstable();
    let mut expected = [&graph.signature, &graph.sbom, &graph.sbom_signature].map(String::as_str);
    expected.sort_unstable();
    assert_eq!(going, expected, "{plan}");
    let reason = |digest: &str| {
        let kept = plan["kept"].as_array().unwrap().iter();
        let mut kept = kept.filter(|k| k["descriptor"]["digest"] == digest);
        kept.next().and_then(|k| k["reason"].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(reason(&graph.report), "tagged report");
    assert!(reason(&graph.report_signature).contains("refers to"), "{plan}");
    assert!(reason(&graph.image).contains("subject of"), "{plan}");

    work.ocigraph(&["delete", "--yes", &image]).ok();
    let left = work.ocigraph(&["discover", "-o", "json", &image]).json();
    assert_eq!(listed(&left, "references"), [graph.report.as_str()]);
    work.ocigraph(&["delete", "--yes", "--force", &image]).ok();
    work.ocigraph(&["resolve", &image]).fails_with(1);
    work.ocigraph(&["resolve", &format!("{repository}:report")]).fails_with(1);
    graph
}

#[test]
fn a_deleted_graph_leaves_an_empty_layout() {
    let work = Workspace::new();
    plan_and_run(&work, "oci:layout");
    let blobs = std::fs::read_dir(work.path("layout/blobs/sha256")).unwrap();
    assert_eq!(blobs.count(), 0);
    let index: Value = serde_json::from_slice(&work.read("layout/index.json")).unwrap();
    assert_eq!(index["manifests"], serde_json::json!([]));
}

#[test]
fn a_deleted_graph_leaves_no_fallback_tag() {
    let fixture = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let work = Workspace::new();
    plan_and_run(&work, &format!("{}/app", fixture.host()));
    let state = fixture.state();
    let repository = &state.repositories["app"];
    assert!(repository.tags.is_empty(), "{:?}", repository.tags);
    assert!(repository.manifests.is_empty(), "{:?}", repository.manifests);
}

#[test]
fn a_deleted_graph_leaves_real_registries_empty() {
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let work = Workspace::new();
        plan_and_run(&work, &registry.reference("app"));
        let tags = work.ocigraph(&["tags", &registry.reference("app")]);
        assert_eq!(tags.stdout.trim(), "", "{kind}");
    }
}

#[test]
fn an_index_is_deleted_with_its_images_and_their_signatures() {
    let work = Workspace::new();
    let mut manifests = Vec::new();
    for (name, tags) in [("one", "oci:layout"), ("two", "oci:layout"), ("shared", "oci:layout")] {
        work.write(name, format!("image {name}"));
        let digest = digest_of(
            &work.ocigraph(&["push", "-q", tags, "--artifact-type", "app/example", name]).ok(),
        );
        let target = format!("oci:layout@{digest}");
        work.ocigraph(&["attach", "-q", "--artifact-type", "signature/example", &target, name])
            .ok();
        manifests.push(work.ocigraph(&["resolve", "--format", "json", &target]).json());
    }
    let index = |children: &[Value]| {
        serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": children,
        })
        .to_string()
    };
    work.write("index.json", index(&manifests));
    work.write("other.json", index(&manifests[2..]));
    work.ocigraph(&["manifest", "push", "oci:layout:all", "index.json"]).ok();
    work.ocigraph(&["manifest", "push", "oci:layout:other", "other.json"]).ok();

    let report = work.ocigraph(&["delete", "--yes", "--format", "json", "oci:layout:all"]).json();
    assert_eq!(
        listed(&report, "deleted").len(),
        5,
        "the index, two images, two signatures: {report}"
    );
    let shared = manifests[2]["digest"].as_str().unwrap();
    assert!(listed(&report, "kept").contains(&shared));
    work.ocigraph(&["pull", "-o", "out", &format!("oci:layout@{shared}")]).ok();
    assert_eq!(work.read("out/shared"), b"image shared");
    work.ocigraph(&["delete", "--yes", "oci:layout:other"]).ok();
    assert_eq!(std::fs::read_dir(work.path("layout/blobs/sha256")).unwrap().count(), 0);
}

#[test]
fn a_referrer_with_its_own_tag_is_kept_with_its_graph() {
    let work = Workspace::new();
    work.write("program", "x");
    work.ocigraph(&["push", "oci:layout:v1,latest", "program"]).ok();
    work.ocigraph(&["attach", "--artifact-type", "signature/example", "oci:layout:v1", "program"])
        .ok();
    let stderr = work.ocigraph(&["delete", "--yes", "oci:layout:v1"]).fails_with(1);
    assert!(stderr.contains("--force"), "{stderr}");
    let graph = work.ocigraph(&["discover", "-o", "json", "oci:layout:latest"]).json();
    assert_eq!(listed(&graph, "references").len(), 1);
}

#[test]
fn a_registry_with_deletion_disabled_is_asked_once_and_keeps_the_graph() {
    let fixture = Fixture::start(Config { delete: Delete::Refused, ..Config::default() });
    let work = Workspace::new();
    let repository = format!("{}/app", fixture.host());
    build(&work, &repository);
    let before = fixture.state();
    fixture.clear_requests();
    let stderr =
        work.ocigraph(&["delete", "--yes", "--force", &format!("{repository}:v1")]).fails_with(1);
    assert!(stderr.contains("405"), "{stderr}");
    assert_eq!(format!("{before:?}"), format!("{:?}", fixture.state()));
    assert_eq!(fixture.requests().iter().filter(|r| r.method == "DELETE").count(), 1);
}

#[test]
fn an_interrupted_delete_can_be_run_again() {
    let fixture = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let work = Workspace::new();
    let repository = format!("{}/app", fixture.host());
    let graph = build(&work, &repository);
    let image = format!("{repository}:v1");
    // The SBoM cannot be deleted at first, so its subject must not be deleted either.
    let fail = Failure::new("DELETE", &graph.sbom, 403, 1);
    fixture.set_config(Config {
        referrers: Referrers::None,
        fail: vec![fail],
        ..Config::default()
    });
    work.ocigraph(&["delete", "--yes", "--force", &image]).fails_with(1);
    let left = work.ocigraph(&["discover", "-o", "json", &image]).json();
    assert_eq!(listed(&left, "references"), [graph.sbom.as_str()]);
    work.ocigraph(&["delete", "--yes", "--force", &image]).ok();
    let repository = &fixture.state().repositories["app"];
    assert!(repository.manifests.is_empty(), "{:?}", repository.manifests);
}

/// A registry refuses to delete what an index lists, as Harbor and GitLab do. The list of referrers
/// is such an index.
#[test]
fn a_delete_that_stops_at_any_request_can_be_run_again_where_listed_manifests_are_protected() {
    for referrers in [Referrers::None, Referrers::Oci] {
        let config = || Config { referrers, protect_listed: true, ..Config::default() };
        for answered in 0.. {
            assert!(answered < 200, "the delete never ends");
            let fixture = Fixture::start(config());
            let work = Workspace::new();
            let repository = format!("{}/app", fixture.host());
            build(&work, &repository);
            let image = format!("{repository}:v1");
            let all_fail =
                Failure { after: answered, times: None, ..Failure::new("", "/v2/app/", 418, 1) };
            fixture.set_config(Config { fail: vec![all_fail], ..config() });
            let first = work.ocigraph(&["delete", "--yes", "--force", &image]);
            fixture.set_config(config());
            let state = || fixture.state().repositories.remove("app").unwrap_or_default();
            if !state().manifests.is_empty() {
                let second = work.ocigraph(&["delete", "--yes", "--force", &image]);
                let left = state();
                assert!(left.manifests.is_empty(), "{answered}: {first}\n{second}\n{left:?}");
            }
            if first.code == Some(0) {
                break;
            }
        }
    }
}

/// Any client that can push can write the annotations of a list of referrers. They name what a later
/// change deletes, so only a list of referrers of the same subject is deleted.
#[test]
fn an_annotation_of_a_list_of_referrers_deletes_nothing_else() {
    let fixture = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let work = Workspace::new();
    let repository = format!("{}/app", fixture.host());
    let graph = build(&work, &repository);
    work.write("release", "the release");
    let release = digest_of(&work.ocigraph(&["push", &format!("{repository}:r1"), "release"]).ok());
    let tag = format!("{repository}:{}", graph.image.replace(':', "-"));
    let mut list = work.ocigraph(&["manifest", "fetch", &tag]).json();
    list["annotations"] = serde_json::json!({ "io.ocigraph.replaced": release });
    work.write("list.json", list.to_string());
    work.ocigraph(&["manifest", "push", &tag, "list.json"]).ok();
    work.ocigraph(&["attach", "--artifact-type", "a/b", &format!("{repository}:v1"), "sbom"]).ok();
    list["annotations"] = serde_json::json!({ "io.ocigraph.replaced": release });
    work.write("list.json", list.to_string());
    work.ocigraph(&["manifest", "push", &tag, "list.json"]).ok();
    work.ocigraph(&["delete", "--yes", &format!("{repository}@{}", graph.signature)]).ok();
    let repository = &fixture.state().repositories["app"];
    assert!(repository.manifests.contains_key(&release));
    assert!(!repository.manifests.contains_key(&graph.signature));
}

#[test]
fn deleting_a_referrer_removes_it_from_the_list_of_its_subject() {
    for kind in [Kind::Docker2, Kind::Distribution3] {
        let registry = Registry::start(kind);
        let work = Workspace::new();
        work.write("x", "x");
        let image = registry.reference("app:v1");
        work.ocigraph(&["push", &image, "x"]).ok();
        let attach = |kind: &str| {
            let args = ["attach", "--format", "json", "--artifact-type", kind, &image, "x"];
            work.ocigraph(&args).json()["reference"].as_str().unwrap().to_owned()
        };
        let listed = || {
            let graph = work.ocigraph(&["discover", "-o", "json", &image]).json();
            graph["references"].as_array().unwrap().len()
        };
        let [first, second] = ["first/example", "second/example"].map(attach);
        work.ocigraph(&["delete", "--yes", &first]).ok();
        assert_eq!(listed(), 1, "{kind}");
        attach("third/example");
        work.ocigraph(&["manifest", "delete", "--yes", &second]).ok();
        assert_eq!(listed(), 1, "{kind}");
        work.ocigraph(&["verify", &image]).ok();

        // Another client deletes only the manifest. The next update of the list removes the entry.
        let fourth = attach("fourth/example");
        work.crane(&["delete", &fourth]).ok();
        attach("fifth/example");
        assert_eq!(listed(), 2, "{kind}");
        work.ocigraph(&["verify", &image]).ok();
    }
}

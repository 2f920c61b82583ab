//! `serve --behave-as`: clients meet the habits of a registry. `server/tests` has each habit by itself.

use ocigraph_suite::{Cosign, CosignFormat, Kind, Registry, Workspace};

use crate::served::Served;

const REGISTRIES: [&str; 5] = ["azure", "docker-2.8", "ecr", "ghcr", "harbor"];

fn served_as(work: &Workspace, registry: &str) -> Served {
    // ECR creates no repository: these layouts are there.
    Served::start(work, &["app=oci:store/app", "copy=oci:store/copy", "--behave-as", registry])
}

/// Pushes an image, and attaches an SBOM by oras and a scan by ocigraph. Returns the reference and the digest.
fn push_attached(work: &Workspace, host: &str) -> (String, String) {
    let image = format!("{host}/app:v1");
    let digest = work.push_image(&image);
    work.write("sbom.json", "{}");
    let file = "sbom.json:application/json";
    work.oras(&["attach", "--plain-http", "--artifact-type", "sbom/example", &image, file]).ok();
    work.ocigraph(&["attach", "--artifact-type", "scan/example", &image, file]).ok();
    (image, digest)
}

fn found_by_oras(work: &Workspace, image: &str) -> usize {
    let graph = work.oras(&["discover", "--plain-http", "--format", "json", image]).json();
    graph["referrers"].as_array().map_or(0, Vec::len)
}

fn found_by_ocigraph(work: &Workspace, image: &str) -> usize {
    let graph = work.ocigraph(&["discover", "--format", "json", image]).json();
    graph["referrers"].as_array().map_or(0, Vec::len)
}

fn tags(work: &Workspace, repository: &str) -> Vec<String> {
    work.crane(&["ls", repository]).ok().lines().map(str::to_owned).collect()
}

#[test]
fn clients_attach_discover_and_copy_on_every_registry() {
    for registry in REGISTRIES {
        let work = Workspace::new();
        let served = served_as(&work, registry);
        let (image, digest) = push_attached(&work, &served.host);
        assert_eq!(found_by_oras(&work, &image), 2, "{registry}");
        assert_eq!(found_by_ocigraph(&work, &image), 2, "{registry}");
        let fallback = digest.replace(':', "-");
        let has_fallback = tags(&work, &served.reference("app")).contains(&fallback);
        assert_eq!(has_fallback, ["docker-2.8", "ghcr"].contains(&registry), "{registry}");

        let copy = served.reference("copy:v1");
        work.ocigraph(&["copy", "-r", &image, &copy]).ok();
        assert_eq!(found_by_oras(&work, &copy), 2, "{registry}");
        work.crane(&["validate", "--remote", &copy]).ok();
        work.ocigraph(&["verify", &copy]).ok();
    }
}

#[test]
fn large_files_are_pushed_to_every_registry() {
    for registry in REGISTRIES {
        let work = Workspace::new();
        let served = served_as(&work, registry);
        work.write("large.bin", vec![7; 9 * 1024 * 1024]);
        let image = served.reference("app:v1");
        work.ocigraph(&["push", &image, "large.bin"]).ok();
        let again = served.reference("copy:v1");
        work.oras(&["push", "--plain-http", &again, "large.bin"]).ok();
        work.ocigraph(&["pull", &again, "--output", "pulled"]).ok();
        assert_eq!(work.read("pulled/large.bin"), work.read("large.bin"), "{registry}");
        // Piped content has no length: it goes in parts.
        let repository = served.reference("app");
        let pushed = work.ocigraph_with_input(&["blob", "push", &repository, "-"], &[8; 9 << 20]);
        assert_eq!(pushed.code, Some(0), "{registry}: {pushed}");
    }
}

#[test]
fn graphs_are_deleted_where_the_registry_deletes() {
    for registry in REGISTRIES {
        let work = Workspace::new();
        let served = served_as(&work, registry);
        let (image, digest) = push_attached(&work, &served.host);
        let deleted = work.ocigraph(&["delete", "--yes", &image]);
        let left = work.crane(&["digest", &served.reference(&format!("app@{digest}"))]).code;
        if registry == "ghcr" {
            assert!(deleted.stderr.contains("UNSUPPORTED"), "{deleted}");
            assert_eq!(left, Some(0), "{registry}");
        } else {
            deleted.ok();
            assert_ne!(left, Some(0), "{registry}");
        }
    }
}

#[test]
fn a_tag_is_removed_alone_where_the_registry_does() {
    for (registry, removes) in
        [("azure", true), ("docker-2.8", false), ("ecr", true), ("ghcr", false), ("harbor", false)]
    {
        let work = Workspace::new();
        let served = served_as(&work, registry);
        let image = served.reference("app:v1");
        let digest = work.push_image(&image);
        let removed = work.ocigraph(&["untag", &image]);
        assert_eq!(removed.code == Some(0), removes, "{registry}: {removed}");
        assert_eq!(tags(&work, &served.reference("app")).is_empty(), removes, "{registry}");
        work.crane(&["digest", &served.reference(&format!("app@{digest}"))]).ok();
    }
}

#[test]
fn a_client_that_deletes_a_tag_deletes_the_manifest_on_azure() {
    let work = Workspace::new();
    let served = served_as(&work, "azure");
    let image = served.reference("app:v1");
    work.push_image(&image);
    work.crane(&["tag", &image, "v2"]).ok();
    work.crane(&["delete", &image]).ok();
    assert_eq!(tags(&work, &served.reference("app")), [""; 0]);
    // Its own lists are read.
    let image = served.reference("copy:v1");
    work.push_image(&image);
    let listed = work.ocigraph(&["manifests", "--detail", &served.reference("copy")]).json();
    assert_eq!(listed[0]["changeableAttributes"]["deleteEnabled"], true, "{listed}");
    assert_eq!(listed[0]["tags"], serde_json::json!(["v1"]), "{listed}");
}

/// crane leaves a stale entry in the list of referrers. docker-registry refuses the list with it when oras
/// takes another referrer off. Its imitation does the same.
#[test]
fn a_stale_entry_stops_oras_and_is_repaired() {
    let registry = Registry::start(Kind::Docker2);
    stale_entry_on(registry.host());
    let work = Workspace::new();
    stale_entry_on(&served_as(&work, "docker-2.8").host);
}

fn stale_entry_on(host: &str) {
    let work = Workspace::new();
    let (image, digest) = push_attached(&work, host);
    let repository = format!("{host}/app");
    let list = format!("{repository}:{}", digest.replace(':', "-"));
    let listed = || {
        let list = work.crane(&["manifest", &list]).json();
        let digests = list["manifests"].as_array().unwrap().iter();
        digests.map(|entry| entry["digest"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [sbom, scan] = &listed()[..] else { panic!("two referrers") };
    work.crane(&["delete", &format!("{repository}@{sbom}")]).ok();
    assert_eq!(listed().len(), 2);
    let by_oras = format!("{repository}@{scan}");
    let stopped = work.oras(&["manifest", "delete", "--plain-http", "--force", &by_oras]);
    assert!(stopped.stderr.contains("manifest blob unknown"), "{stopped}");
    assert_ne!(work.ocigraph(&["verify", &image]).code, Some(0));
    let _ = work.ocigraph(&["verify", "--repair-index", &image]);
    work.ocigraph(&["verify", &image]).ok();
    assert_eq!(listed(), [scan.as_str()]);
}

#[test]
fn cosign_signs_and_verifies_on_every_registry() {
    for registry in REGISTRIES {
        let work = Workspace::new();
        let served = served_as(&work, registry);
        let digest = work.push_image(&served.reference("app:v1"));
        let image = served.reference(&format!("app@{digest}"));
        let cosign = Cosign::new(&work);
        for format in CosignFormat::ALL {
            cosign.sign(format, &image);
            assert_eq!(cosign.verify(format, &image).len(), 1, "{registry} {format:?}");
        }
    }
}

#[test]
fn a_repository_of_ecr_must_exist() {
    let work = Workspace::new();
    let served = Served::start(&work, &["oci:store", "--behave-as", "ecr"]);
    work.write("file", "content");
    let refused = work.ocigraph(&["push", &served.reference("new:v1"), "file"]);
    assert!(refused.stderr.contains("NAME_UNKNOWN"), "{refused}");
    work.ocigraph(&["push", "oci:store/new:v0", "file"]).ok();
    work.ocigraph(&["push", &served.reference("new:v1"), "file"]).ok();
}

#[test]
fn an_unknown_registry_is_refused_with_the_names() {
    let work = Workspace::new();
    let refused = work.ocigraph(&["serve", "oci:store", "--behave-as", "docker"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(refused.stderr.contains("[INVALID_ARGUMENT]"), "{refused}");
    assert!(refused.stderr.contains("azure, docker-2.8, ecr, ghcr, harbor"), "{refused}");
}

//! The habits of the registries that the tests cannot run, one by one. `behave_docker.rs` has docker-2.8.

mod running;

use std::path::Path;

use ocigraph::{Algorithm, Digest};
use ocigraph_server::BehaveAs;
use running::{
    Running,
    http::{Response, send},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const ACCEPT: (&str, &str) = (
    "Accept",
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json",
);

/// A server that imitates a registry, with its folder of layouts.
struct Imitation {
    running: Running,
    _folder: TempDir,
}

impl Imitation {
    fn of(registry: BehaveAs) -> Self {
        Self::with(registry, |folder| vec![format!("oci:{}", folder.display())])
    }

    fn with(registry: BehaveAs, sources: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        let running = Running::start(&sources, |options| options.behave_as = Some(registry));
        Self { running, _folder: folder }
    }

    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        send(self.running.address(), method, target, headers, body)
    }

    fn get(&self, target: &str) -> Response {
        self.send("GET", target, &[ACCEPT], b"")
    }

    fn delete(&self, target: &str) -> Response {
        self.send("DELETE", target, &[], b"")
    }

    /// Starts an upload, and returns the target of its first part.
    #[track_caller]
    fn begin(&self, name: &str) -> String {
        let started = self.send("POST", &format!("/v2/{name}/blobs/uploads/"), &[], b"").is(202);
        started.header("location").to_owned()
    }

    #[track_caller]
    fn push_blob(&self, name: &str, content: &[u8]) -> Digest {
        let (digest, location) = (Algorithm::Sha256.digest(content), self.begin(name));
        let separator = if location.contains('?') { '&' } else { '?' };
        let target = format!("{location}{separator}digest={digest}");
        self.send("PUT", &target, &[], content).is(201);
        digest
    }

    #[track_caller]
    fn push(&self, name: &str, reference: &str, manifest: &Value) -> Response {
        let target = format!("/v2/{name}/manifests/{reference}");
        let kind = manifest["mediaType"].as_str().unwrap();
        let body = manifest.to_string();
        self.send("PUT", &target, &[("Content-Type", kind)], body.as_bytes()).is(201)
    }

    /// Pushes an image with two tags, and a referrer of it. Returns their digests.
    #[track_caller]
    fn push_signed(&self, name: &str) -> (Digest, Digest) {
        self.push_blob(name, b"{}");
        let image = manifest("image");
        self.push(name, "v1", &image);
        self.push(name, "v2", &image);
        let signature = referrer(&image, "signature");
        self.push(name, digest_of(&signature).as_str(), &signature);
        (digest_of(&image), digest_of(&signature))
    }

    fn status(&self, name: &str, reference: &str) -> u16 {
        self.get(&format!("/v2/{name}/manifests/{reference}")).status
    }
}

fn manifest(note: &str) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "test/example",
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": Algorithm::Sha256.digest(b"{}"), "size": 2 },
        "layers": [],
        "annotations": { "note": note },
    })
}

fn referrer(subject: &Value, note: &str) -> Value {
    let mut manifest = manifest(note);
    manifest["subject"] = descriptor(subject);
    manifest
}

fn index(children: &[&Value]) -> Value {
    let children: Vec<Value> = children.iter().map(|child| descriptor(child)).collect();
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children })
}

fn descriptor(manifest: &Value) -> Value {
    json!({
        "mediaType": manifest["mediaType"], "digest": digest_of(manifest),
        "size": manifest.to_string().len(),
    })
}

fn digest_of(manifest: &Value) -> Digest {
    Algorithm::Sha256.digest(manifest.to_string().as_bytes())
}

fn tags(response: &Response) -> Vec<String> {
    let listed = response.json();
    let listed = listed["tags"].as_array().expect("a list of tags");
    listed.iter().map(|tag| tag.as_str().unwrap().to_owned()).collect()
}

#[test]
fn ghcr_has_no_referrers_no_catalog_and_no_deletes() {
    let ghcr = Imitation::of(BehaveAs::Ghcr);
    let (image, signature) = ghcr.push_signed("team/app");
    assert_eq!(ghcr.get(&format!("/v2/team/app/referrers/{image}")).status, 404);
    let pushed =
        ghcr.push("team/app", signature.as_str(), &referrer(&manifest("image"), "signature"));
    assert_eq!(pushed.header("oci-subject"), "");
    assert_eq!(ghcr.get("/v2/_catalog").status, 404);
    for reference in ["v1", image.as_str()] {
        let refused = ghcr.delete(&format!("/v2/team/app/manifests/{reference}"));
        refused.is_error(405, "UNSUPPORTED");
    }
    assert_eq!(tags(&ghcr.get("/v2/team/app/tags/list")), ["v1", "v2"]);
}

#[test]
fn ghcr_accepts_parts_of_4_mib() {
    let ghcr = Imitation::of(BehaveAs::Ghcr);
    let part = vec![7; 4 * 1024 * 1024];
    let location = ghcr.begin("app");
    let range = ("Content-Range", "0-4194304");
    let refused = ghcr.send("PATCH", &location, &[range], &[part.as_slice(), b"1"].concat());
    refused.is_error(416, "REQUESTED_RANGE_NOT_SATISFIABLE");
    let sent = ghcr.send("PATCH", &location, &[("Content-Range", "0-4194303")], &part).is(202);
    assert_eq!(sent.header("range"), "0-4194303");
    // A part without a range is a stream of any length.
    ghcr.send("PATCH", &location, &[], &[part.as_slice(), b"1"].concat()).is(202);
}

#[test]
fn ecr_creates_no_repository() {
    let named = |folder: &Path| {
        vec![format!("oci:{}", folder.display()), format!("made=oci:{}/other", folder.display())]
    };
    let ecr = Imitation::with(BehaveAs::Ecr, named);
    ecr.send("POST", "/v2/new/blobs/uploads/", &[], b"").is_error(404, "NAME_UNKNOWN");
    let target = "/v2/new/manifests/v1";
    let body = manifest("image").to_string();
    let pushed = ecr.send("PUT", target, &[("Content-Type", MANIFEST)], body.as_bytes());
    pushed.is_error(404, "NAME_UNKNOWN");
    let (image, _) = ecr.push_signed("made");
    let referrers = ecr.get(&format!("/v2/made/referrers/{image}")).is(200).json();
    assert_eq!(referrers["manifests"].as_array().unwrap().len(), 1);
}

#[test]
fn ecr_answers_parts_with_201_and_a_range_that_stays() {
    let ecr = Imitation::with(BehaveAs::Ecr, |f| vec![format!("app=oci:{}/app", f.display())]);
    let location = ecr.begin("app");
    let first = ecr.send("PATCH", &location, &[("Content-Range", "0-4")], b"first").is(201);
    assert_eq!(first.header("range"), "0-4");
    let second = ecr.send("PATCH", &location, &[("Content-Range", "5-10")], b"second").is(201);
    assert_eq!(second.header("range"), "0-4");
    assert_eq!(ecr.get(&location).is(204).header("range"), "0-10");
    let digest = Algorithm::Sha256.digest(b"firstsecond");
    ecr.send("PUT", &format!("{location}?digest={digest}"), &[], b"").is(201);
}

#[test]
fn ecr_lists_100_names_and_at_most_1000() {
    let ecr = Imitation::with(BehaveAs::Ecr, |f| vec![format!("app=oci:{}/app", f.display())]);
    ecr.push_blob("app", b"{}");
    let digest = digest_of(&manifest("image"));
    let parameters: Vec<String> = (0..99).map(|i| format!("tag=t{i}")).collect();
    ecr.push("app", &format!("{digest}?{}", parameters.join("&")), &manifest("image"));
    ecr.push("app", &format!("{digest}?tag=v1&tag=v2"), &manifest("image"));
    let page = ecr.get("/v2/app/tags/list").is(200);
    assert_eq!(tags(&page).len(), 100);
    assert_eq!(tags(&ecr.get(&page.next().unwrap())), ["v2"]);
    assert_eq!(tags(&ecr.get("/v2/app/tags/list?n=1000")).len(), 101);
    ecr.get("/v2/app/tags/list?n=1001").is_error(405, "UNSUPPORTED");
    ecr.get("/v2/_catalog?n=1001").is_error(405, "UNSUPPORTED");
}

#[test]
fn azure_deletes_a_manifest_with_its_tags_and_referrers() {
    let azure = Imitation::of(BehaveAs::Azure);
    let (image, signature) = azure.push_signed("app");
    let nested = referrer(&referrer(&manifest("image"), "signature"), "nested");
    azure.push("app", digest_of(&nested).as_str(), &nested);
    let other = manifest("other");
    azure.push("app", "other", &other);
    azure.delete("/v2/app/manifests/v1").is(202);
    for gone in [image, signature, digest_of(&nested)] {
        assert_eq!(azure.status("app", gone.as_str()), 404, "{gone}");
    }
    assert_eq!(tags(&azure.get("/v2/app/tags/list")), ["other"]);
}

#[test]
fn azure_removes_a_tag_alone_by_its_own_api() {
    let azure = Imitation::of(BehaveAs::Azure);
    let (image, _) = azure.push_signed("team/app");
    azure.delete("/acr/v1/team/app/_tags/v1").is(202);
    azure.delete("/acr/v1/team/app/_tags/v1").is_error(404, "TAG_UNKNOWN");
    assert_eq!(azure.status("team/app", image.as_str()), 200);
    assert_eq!(tags(&azure.get("/v2/team/app/tags/list")), ["v2"]);
    azure.get("/acr/v1/none/_tags").is_error(404, "NAME_UNKNOWN");
    // Other registries do not have the API.
    let own = Imitation::of(BehaveAs::Ghcr);
    own.push_signed("team/app");
    assert_eq!(own.delete("/acr/v1/team/app/_tags/v1").status, 404);
    assert_eq!(tags(&own.get("/v2/team/app/tags/list")), ["v1", "v2"]);
}

#[test]
fn azure_lists_manifests_and_tags_in_detail() {
    let azure = Imitation::of(BehaveAs::Azure);
    let (image, signature) = azure.push_signed("app");
    let listed = azure.get("/acr/v1/app/_manifests").is(200).json();
    assert_eq!(listed["imageName"], "app");
    let find = |digest: &Digest| {
        let all = listed["manifests"].as_array().unwrap();
        all.iter().find(|m| m["digest"] == digest.as_str()).cloned().unwrap()
    };
    assert_eq!(find(&image)["tags"], json!(["v1", "v2"]));
    assert_eq!(find(&image)["imageSize"], 2);
    assert_eq!(find(&image)["configMediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(find(&image)["changeableAttributes"]["deleteEnabled"], true);
    assert!(find(&signature).get("tags").is_none());
    let first = azure.get("/acr/v1/app/_tags?n=1").is(200);
    assert_eq!(first.json()["tags"][0]["name"], "v1");
    assert_eq!(first.json()["tags"][0]["digest"], image.as_str());
    let second = azure.get(&first.next().unwrap()).is(200);
    assert_eq!((second.json()["tags"][0]["name"].as_str(), second.next()), (Some("v2"), None));
    let page = azure.get("/acr/v1/app/_manifests?n=1").is(200);
    assert!(azure.get(&page.next().unwrap()).is(200).next().is_none());
}

#[test]
fn azure_sends_an_identifier_of_each_request_and_links_with_orderby() {
    let azure = Imitation::of(BehaveAs::Azure);
    azure.push_signed("app");
    let id = |target: &str| azure.get(target).header("x-ms-correlation-request-id").to_owned();
    let (one, two) = (id("/v2/"), id("/v2/none/tags/list"));
    assert_eq!((one.len(), two.len()), (36, 36));
    assert_ne!(one, two);
    let page = azure.get("/v2/app/tags/list?n=1").is(200);
    assert_eq!(page.next().unwrap(), "/v2/app/tags/list?n=1&last=v1&orderby=");
    assert_eq!(tags(&azure.get(&page.next().unwrap())), ["v2"]);
}

#[test]
fn azure_lists_at_most_1000_names() {
    let azure = Imitation::of(BehaveAs::Azure);
    azure.push_blob("app", b"{}");
    let image = manifest("image");
    for hundred in 0..11 {
        let parameters: Vec<String> = (0..91).map(|i| format!("tag=t{hundred}-{i}")).collect();
        azure.push("app", &format!("{}?{}", digest_of(&image), parameters.join("&")), &image);
    }
    assert_eq!(tags(&azure.get("/v2/app/tags/list?n=10000")).len(), 1000);
}

#[test]
fn harbor_refuses_tags_and_what_an_index_lists() {
    let harbor = Imitation::of(BehaveAs::Harbor);
    let (image, signature) = harbor.push_signed("library/app");
    harbor.delete("/v2/library/app/manifests/v1").is_error(400, "UNSUPPORTED");
    // The index that a client keeps under the fallback tag protects its referrers.
    let fallback = image.to_string().replace(':', "-");
    harbor.push("library/app", &fallback, &index(&[&referrer(&manifest("image"), "signature")]));
    let refused = harbor.delete(&format!("/v2/library/app/manifests/{signature}"));
    refused.is_error(412, "VIOLATE_FOREIGN_KEY_CONSTRAINT");
    assert_eq!(harbor.status("library/app", signature.as_str()), 200);
}

#[test]
fn harbor_deletes_referrers_and_untagged_children() {
    let harbor = Imitation::of(BehaveAs::Harbor);
    let (image, signature) = harbor.push_signed("app");
    let (tagged, untagged, shared) = (manifest("tagged"), manifest("untagged"), manifest("shared"));
    harbor.push("app", "tagged", &tagged);
    for child in [&untagged, &shared] {
        harbor.push("app", digest_of(child).as_str(), child);
    }
    let parent = index(&[&tagged, &untagged, &shared]);
    harbor.push("app", "index", &parent);
    harbor.push("app", "other", &index(&[&shared]));
    harbor.delete(&format!("/v2/app/manifests/{}", digest_of(&parent))).is(202);
    let status = |manifest: &Value| harbor.status("app", digest_of(manifest).as_str());
    assert_eq!((status(&tagged), status(&untagged), status(&shared)), (200, 404, 200));

    harbor.delete(&format!("/v2/app/manifests/{image}")).is(202);
    assert_eq!(
        (harbor.status("app", image.as_str()), harbor.status("app", signature.as_str())),
        (404, 404)
    );
    assert_eq!(tags(&harbor.get("/v2/app/tags/list")), ["other", "tagged"]);
}

#[test]
fn harbor_answers_manifests_and_lists_itself_and_the_rest_by_distribution() {
    let harbor = Imitation::of(BehaveAs::Harbor);
    let (image, _) = harbor.push_signed("app");
    harbor.get("/v2/app/manifests/none").is_error(404, "NOT_FOUND");
    harbor.get("/v2/none/manifests/v1").is_error(404, "NOT_FOUND");
    harbor.get("/v2/none/tags/list").is_error(404, "NOT_FOUND");
    harbor.get(&format!("/v2/app/blobs/{image}1")).is_error(400, "DIGEST_INVALID");
    let missing = Algorithm::Sha256.digest(b"missing");
    harbor.get(&format!("/v2/app/blobs/{missing}")).is_error(404, "BLOB_UNKNOWN");
    harbor.get("/v2/app/tags/list?n=x").is_error(400, "BAD_REQUEST");
    let page = harbor.get("/v2/app/tags/list?n=1");
    assert_eq!(page.next().unwrap(), "/v2/app/tags/list?n=1&last=v1");
    // Its registry serves OCI manifests only to those who accept them, and opens a session for a POST.
    harbor.send("GET", "/v2/app/manifests/v1", &[], b"").is_error(404, "MANIFEST_UNKNOWN");
    let session = harbor.begin("app");
    assert!(
        session.starts_with("/v2/app/blobs/uploads/") && session.contains("?_state="),
        "{session}"
    );
    let listed = harbor.get(&format!("/v2/app/referrers/{image}")).is(200);
    assert_eq!(listed.header("x-total-count"), "1");
    let pushed = harbor.push("app", "signed", &referrer(&manifest("image"), "signed"));
    assert_eq!(pushed.header("oci-subject"), image.as_str());
}

#[test]
fn no_registry_changes_a_referrers_index_of_its_clients() {
    for registry in BehaveAs::ALL {
        let imitation = Imitation::with(registry, |f| vec![format!("app=oci:{}/app", f.display())]);
        let (image, _) = imitation.push_signed("app");
        let fallback = image.to_string().replace(':', "-");
        let list = index(&[&referrer(&manifest("image"), "signature")]);
        imitation.push("app", &fallback, &list);
        let second = referrer(&manifest("image"), "second");
        imitation.push("app", digest_of(&second).as_str(), &second);
        let stored = imitation.get(&format!("/v2/app/manifests/{fallback}")).is(200);
        assert_eq!(stored.json(), list, "{registry}");
    }
}

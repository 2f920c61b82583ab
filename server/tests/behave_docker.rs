//! `docker-2.8` is compared with Debian's docker-registry 2.8.2: both get the same requests, and the status,
//! the code and the headers of each answer must be the same.

mod running;

use std::{fmt::Write as _, net::SocketAddr};

use ocigraph::{Algorithm, Digest};
use ocigraph_server::BehaveAs;
use ocigraph_suite::{Kind, Registry};
use running::{
    Running,
    http::{Response, send},
};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
const ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
const ORAS_ARTIFACT: &str = "application/vnd.cncf.oras.artifact.manifest.v1+json";
const ALL: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// The headers that clients read. `Content-Length` is left out: the errors have other details.
const HEADERS: [&str; 12] = [
    "accept-ranges",
    "content-range",
    "content-type",
    "docker-content-digest",
    "docker-distribution-api-version",
    "docker-upload-uuid",
    "etag",
    "link",
    "location",
    "oci-subject",
    "oci-tag",
    "range",
];

const LAYER: &[u8] = b"0123456789012345678901234567890123456789";

fn digest(bytes: &[u8]) -> Digest {
    Algorithm::Sha256.digest(bytes)
}

/// A registry, and what it has answered.
struct Asked {
    address: SocketAddr,
    answers: Vec<String>,
}

impl Asked {
    fn send(
        &mut self,
        label: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let mut response = send(self.address, method, target, headers, body);
        // Go announces the length of the blob for an error in a range, and closes the connection.
        if response.status == 416 {
            response.body.clear();
        }
        let mut answer = format!("{label}: {}", response.status);
        for name in HEADERS {
            for value in response.headers(name) {
                let _ = write!(answer, "\n    {name}: {}", self.plain(name, value));
            }
        }
        let _ = write!(answer, "\n    {}", body_of(&response));
        self.answers.push(answer);
        response
    }

    fn get(&mut self, label: &str, target: &str) -> Response {
        self.send(label, "GET", target, &[("Accept", ALL)], b"")
    }

    fn delete(&mut self, label: &str, target: &str) {
        self.send(label, "DELETE", target, &[], b"");
    }

    /// Starts a session, and returns its path and query.
    fn begin(&mut self, label: &str, target: &str) -> String {
        let started = self.send(label, "POST", target, &[], b"");
        self.path(started.header("location"))
    }

    fn patch(&mut self, label: &str, target: &str, range: Option<&str>, body: &[u8]) -> String {
        let mut headers = vec![("Content-Type", "application/octet-stream")];
        headers.extend(range.map(|range| ("Content-Range", range)));
        let answer = self.send(label, "PATCH", target, &headers, body);
        self.path(answer.header("location"))
    }

    fn finish(&mut self, label: &str, location: &str, parameters: &str, body: &[u8]) {
        let target = format!("{location}&{parameters}");
        self.send(label, "PUT", &target, &[("Content-Type", "application/octet-stream")], body);
    }

    fn push_blob(&mut self, name: &str, content: &[u8]) {
        let location = self.begin("begin", &format!("/v2/{name}/blobs/uploads/"));
        let parameters = format!("digest={}", digest(content));
        self.finish("store a blob", &location, &parameters, content);
    }

    fn push(&mut self, label: &str, name: &str, reference: &str, kind: &str, manifest: &[u8]) {
        let target = format!("/v2/{name}/manifests/{reference}");
        self.send(label, "PUT", &target, &[("Content-Type", kind)], manifest);
    }

    /// Returns a URL of this registry without its origin.
    fn path(&self, url: &str) -> String {
        url.replace(&format!("http://{}", self.address), "")
    }

    /// Returns a value without what differs from one request to the next.
    fn plain(&self, name: &str, value: &str) -> String {
        let value = value.replace(&self.address.to_string(), "HOST");
        match name {
            "docker-upload-uuid" => "ID".to_owned(),
            "location" => match value.split_once("/blobs/uploads/") {
                Some((start, rest)) => {
                    let has_state = rest.contains("?_state=");
                    format!("{start}/blobs/uploads/ID, state: {has_state}")
                }
                None => value,
            },
            "link" => {
                // The order of the parameters does not matter.
                let (target, relation) = value.split_once('>').unwrap();
                let (path, query) = target.split_once('?').unwrap();
                let mut parameters: Vec<&str> = query.split('&').collect();
                parameters.sort_unstable();
                format!("{path}?{}>{relation}", parameters.join("&"))
            }
            _ => value,
        }
    }
}

/// Returns the codes and messages of errors without their details, sorted names, or the content.
fn body_of(response: &Response) -> String {
    let json = serde_json::from_slice::<Value>(&response.body).ok().filter(Value::is_object);
    let Some(mut json) = json else {
        return String::from_utf8_lossy(&response.body).into_owned();
    };
    if let Some(errors) = json["errors"].as_array() {
        let error = |e: &Value| {
            // Other details are for people.
            let names_a_blob = e["code"] == "MANIFEST_BLOB_UNKNOWN";
            let detail = e.get("detail").filter(|_| names_a_blob);
            format!("{} {} {detail:?}", e["code"], e["message"])
        };
        // docker-registry names every blob that is missing.
        return errors.iter().map(error).next().unwrap_or_default();
    }
    if let Some(names) = json.get_mut("tags").and_then(Value::as_array_mut) {
        names.sort_by_key(Value::to_string);
    }
    json.to_string()
}

fn manifest(fields: &Value) -> Vec<u8> {
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(b"{}"), "size": 2 },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(LAYER), "size": LAYER.len() }],
    });
    for (key, value) in fields.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    manifest.to_string().into_bytes()
}

fn index(children: &[&[u8]]) -> Vec<u8> {
    let children = children.iter().map(
        |child| json!({ "mediaType": MANIFEST, "digest": digest(child), "size": child.len() }),
    );
    let children = Value::Array(children.collect());
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children })
        .to_string()
        .into_bytes()
}

/// Sends the same requests to both registries.
#[track_caller]
fn compare(requests: impl Fn(&mut Asked)) {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("oci:{}", folder.path().display());
    let ours = Running::start(&[source], |options| options.behave_as = Some(BehaveAs::Docker28));
    let theirs = Registry::start(Kind::Docker2);
    let ask = |address| {
        let mut asked = Asked { address, answers: Vec::new() };
        requests(&mut asked);
        asked.answers
    };
    let (ours, theirs) = (ask(ours.address()), ask(theirs.host().parse().unwrap()));
    let differences: Vec<String> = ours
        .iter()
        .zip(&theirs)
        .filter(|(ours, theirs)| ours != theirs)
        .map(|(ours, theirs)| format!("ours:   {ours}\ntheirs: {theirs}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn uploads_are_those_of_docker_registry() {
    compare(|asked| {
        asked.push_blob("app", b"");
        asked.push_blob("app", b"{}");
        // The digest of a POST is ignored.
        let post = format!("/v2/app/blobs/uploads/?digest={}", digest(LAYER));
        let started = asked.send("post a blob", "POST", &post, &[], LAYER);
        let location = asked.path(started.header("location"));
        asked.get("status", &location);
        let next = asked.patch("first part", &location, Some("0-9"), &LAYER[..10]);
        asked.get("status by an old location", &location);
        asked.get("status", &next);
        let next = asked.patch(
            "a part with an offset that is not the next",
            &next,
            Some("30-39"),
            &LAYER[10..20],
        );
        let next =
            asked.patch("a part with a malformed range", &next, Some("what"), &LAYER[20..30]);
        let next = asked.patch("a part without a range", &next, None, &LAYER[30..]);
        asked.finish("a digest that is missing", &next, "other=1", b"");
        asked.finish("a digest that is malformed", &next, "digest=sha256:12", b"");
        asked.finish("the end", &next, &format!("digest={}", digest(LAYER)), b"");
        asked.get("status after the end", &next);
        asked.finish("the end again", &next, &format!("digest={}", digest(LAYER)), b"");

        let location = asked.begin("begin", "/v2/app/blobs/uploads/");
        asked.finish("the wrong digest", &location, &format!("digest={}", digest(b"other")), LAYER);
        asked.get("status after the wrong digest", &location);
        asked.delete("cancel after the wrong digest", &location);
        let location = asked.begin("begin", "/v2/app/blobs/uploads/");
        asked.get("status in another repository", &location.replace("/app/", "/other/"));
        asked.delete("cancel", &location);
        asked.delete("cancel again", &location);
        asked.get(
            "status without a state",
            "/v2/app/blobs/uploads/5cbbd0c5-5b0c-4f0e-a5f5-5d6a0d2d9a0f",
        );
    });
}

#[test]
fn blobs_are_those_of_docker_registry() {
    compare(|asked| {
        asked.push_blob("app", LAYER);
        let sha512 = Algorithm::Sha512.digest(b"sha512");
        let location = asked.begin("begin", "/v2/app/blobs/uploads/?digest-algorithm=sha512");
        asked.finish("store a SHA-512 digest", &location, &format!("digest={sha512}"), b"sha512");
        asked.get("a SHA-512 digest", &format!("/v2/app/blobs/{sha512}"));
        asked.get("its SHA-256 digest", &format!("/v2/app/blobs/{}", digest(b"sha512")));
        let blob = format!("/v2/app/blobs/{}", digest(LAYER));
        asked.get("blob", &blob);
        asked.send("head of a blob", "HEAD", &blob, &[], b"");
        for range in [
            "bytes=0-9",
            "bytes=30-",
            "bytes=-5",
            "bytes=0-999",
            "bytes=40-",
            "bytes=5-2",
            "lines=1",
            "bytes=x",
        ] {
            asked.send(range, "GET", &blob, &[("Range", range)], b"");
        }
        asked.send("head of a range", "HEAD", &blob, &[("Range", "bytes=0-9")], b"");
        let etag = format!("\"{}\"", digest(LAYER));
        asked.send("a known blob", "GET", &blob, &[("If-None-Match", &etag)], b"");
        let missing = digest(b"missing");
        asked.get("a blob that is missing", &format!("/v2/app/blobs/{missing}"));
        asked.send("its head", "HEAD", &format!("/v2/app/blobs/{missing}"), &[], b"");
        asked.get("a blob of no repository", &format!("/v2/none/blobs/{missing}"));
        asked.get("a malformed digest", "/v2/app/blobs/sha256:12");
        asked.send("a method that is not there", "PUT", &blob, &[], b"");

        for (label, mount) in [
            ("mount", format!("mount={}&from=app", digest(LAYER))),
            ("mount what is missing", format!("mount={missing}&from=app")),
            ("mount from nowhere", format!("mount={}", digest(LAYER))),
            ("mount from no repository", format!("mount={}&from=none", digest(LAYER))),
            ("mount a malformed digest", "mount=sha256:12&from=app".to_owned()),
        ] {
            asked.send(label, "POST", &format!("/v2/copy/blobs/uploads/?{mount}"), &[], b"");
        }
        asked.get("a mounted blob", &blob.replace("/app/", "/copy/"));
        asked.delete("delete a blob", &blob);
        asked.delete("delete it again", &blob);
        asked.get("a deleted blob", &blob);
        asked.get("its copy", &blob.replace("/app/", "/copy/"));
        asked.delete("delete a malformed digest", "/v2/app/blobs/sha256:12");
        asked.delete("delete from no repository", &blob.replace("/app/", "/none/"));
    });
}

#[test]
fn manifests_are_those_of_docker_registry() {
    compare(|asked| {
        asked.push_blob("app", b"{}");
        asked.push_blob("app", LAYER);
        let image = manifest(&json!({}));
        let subject =
            json!({ "mediaType": MANIFEST, "digest": digest(&image), "size": image.len() });
        let referrer = manifest(&json!({ "artifactType": "test/example", "subject": subject }));
        let digest_of = |bytes: &[u8]| digest(bytes).to_string();
        asked.push("push a tag", "app", "v1", MANIFEST, &image);
        asked.push("push a digest", "app", &digest_of(&image), MANIFEST, &image);
        asked.push("push another digest", "app", &digest_of(b"other"), MANIFEST, &image);
        asked.push("push a referrer", "app", &digest_of(&referrer), MANIFEST, &referrer);
        let two = format!("{}?tag=a&tag=b", digest_of(&image));
        asked.push("push with tags as parameters", "app", &two, MANIFEST, &image);
        let sha512 = Algorithm::Sha512.digest(&image);
        asked.push("push a SHA-512 digest", "app", sha512.as_str(), MANIFEST, &image);
        asked.push("push a malformed digest", "app", "sha256:12", MANIFEST, &image);
        asked.push("push a malformed tag", "app", "-bad", MANIFEST, &image);
        asked.push("push to a malformed name", "APP", "v1", MANIFEST, &image);

        asked.send("no type", "PUT", "/v2/app/manifests/v2", &[], &image);
        for kind in ["application/json", "test/other", INDEX, DOCKER] {
            asked.push(&format!("an image as {kind}"), "app", "v2", kind, &image);
        }
        asked.push("parameters", "app", "v2", &format!("{MANIFEST}; charset=utf-8"), &image);
        for kind in [ARTIFACT, ORAS_ARTIFACT] {
            let artifact =
                json!({ "mediaType": kind, "artifactType": "test/example", "blobs": [] });
            asked.push(kind, "app", "artifact", kind, artifact.to_string().as_bytes());
        }
        asked.push("no JSON", "app", "v2", MANIFEST, b"hello");
        asked.push("nothing", "app", "v2", MANIFEST, b"");
        let missing = json!({ "mediaType": "test/layer", "digest": digest(b"missing"), "size": 7 });
        let lacking = manifest(&json!({ "layers": [missing] }));
        asked.push("a layer is missing", "app", "v2", MANIFEST, &lacking);
        asked.push("a child is missing", "app", "v2", INDEX, &index(&[&lacking]));
        let large = manifest(&json!({ "annotations": { "a": "x".repeat(4 << 20) } }));
        asked.push("more than 4 MiB", "app", "v2", MANIFEST, &large);
        let large = manifest(&json!({ "annotations": { "a": "x".repeat((4 << 20) - 1000) } }));
        asked.push("almost 4 MiB", "app", "large", MANIFEST, &large);
        asked.push("no layers", "app", "empty", MANIFEST, &manifest(&json!({ "layers": [] })));
        asked.push("an index", "app", "index", INDEX, &index(&[&image]));
        let docker = manifest(&json!({ "mediaType": DOCKER }));
        asked.push("Docker's format", "app", "docker", DOCKER, &docker);

        for accept in [
            "*/*",
            "application/json",
            MANIFEST,
            INDEX,
            "application/vnd.oci.image.manifest.v1+json;q=0.5",
            ALL,
        ] {
            for target in ["/v2/app/manifests/v1", "/v2/app/manifests/index"] {
                asked.send(
                    &format!("{target} as {accept}"),
                    "GET",
                    target,
                    &[("Accept", accept)],
                    b"",
                );
            }
        }
        asked.send("no Accept", "GET", "/v2/app/manifests/v1", &[], b"");
        asked.send("no Accept", "HEAD", "/v2/app/manifests/v1", &[], b"");
        asked.send("head", "HEAD", "/v2/app/manifests/v1", &[("Accept", ALL)], b"");
        let by_digest = format!("/v2/app/manifests/{}", digest(&image));
        asked.get("by digest", &by_digest);
        asked.send("by digest without Accept", "GET", &by_digest, &[], b"");
        asked.get("Docker's format", "/v2/app/manifests/docker");
        asked.get("a SHA-512 digest", &format!("/v2/app/manifests/{sha512}"));
        for (label, target) in [
            ("a missing tag", "/v2/app/manifests/none".to_owned()),
            ("a missing digest", format!("/v2/app/manifests/{}", digest(b"missing"))),
            ("no repository", "/v2/none/manifests/v1".to_owned()),
            ("a malformed tag", "/v2/app/manifests/-bad".to_owned()),
            ("a malformed digest", "/v2/app/manifests/sha256:12".to_owned()),
            ("referrers", format!("/v2/app/referrers/{}", digest(&image))),
            ("an unknown path", "/v2/app/other".to_owned()),
        ] {
            asked.get(label, &target);
            asked.send(&format!("head of {label}"), "HEAD", &target, &[], b"");
        }
        asked.send("a method that is not there", "PATCH", "/v2/app/manifests/v1", &[], b"");
    });
}

#[test]
fn deletes_are_those_of_docker_registry() {
    compare(|asked| {
        asked.push_blob("app", b"{}");
        asked.push_blob("app", LAYER);
        let image = manifest(&json!({}));
        asked.push("push", "app", "v1", MANIFEST, &image);
        asked.push("push", "app", "v2", MANIFEST, &image);
        asked.push("push an index", "app", "index", INDEX, &index(&[&image]));
        // A client's index of referrers is a manifest like others.
        let subject =
            json!({ "mediaType": MANIFEST, "digest": digest(&image), "size": image.len() });
        let referrer = manifest(&json!({ "artifactType": "test/example", "subject": subject }));
        let fallback = digest(&image).to_string().replace(':', "-");
        asked.push("push a referrer", "app", digest(&referrer).as_str(), MANIFEST, &referrer);
        asked.push("push its index", "app", &fallback, INDEX, &index(&[&referrer]));
        let second = manifest(&json!({ "artifactType": "test/second", "subject": subject }));
        asked.push("push a second referrer", "app", digest(&second).as_str(), MANIFEST, &second);
        asked.get("the index lacks it", &format!("/v2/app/manifests/{fallback}"));
        asked.delete("delete a referrer", &format!("/v2/app/manifests/{}", digest(&referrer)));
        asked.get("the index still lists it", &format!("/v2/app/manifests/{fallback}"));

        let target = format!("/v2/app/manifests/{}", digest(&image));
        asked.delete("delete a tag", "/v2/app/manifests/v1");
        asked.delete("delete a missing tag", "/v2/app/manifests/none");
        asked.delete("delete a malformed digest", "/v2/app/manifests/sha256:12");
        asked.delete(
            "delete a missing digest",
            &format!("/v2/app/manifests/{}", digest(b"missing")),
        );
        asked.delete("delete from no repository", &format!("/v2/none/manifests/{}", digest(b"x")));
        asked.delete("delete what an index lists", &target);
        asked.delete("delete it again", &target);
        asked.get("its tag", "/v2/app/manifests/v1");
        asked.get("the index", "/v2/app/manifests/index");
        asked.get("tags", "/v2/app/tags/list");
        asked.get("its layer stays", &format!("/v2/app/blobs/{}", digest(LAYER)));
        asked.push("push it again without its blobs", "app", "v3", MANIFEST, &image);
        asked.delete("delete a layer in use", &format!("/v2/app/blobs/{}", digest(LAYER)));
        asked.get("the layer", &format!("/v2/app/blobs/{}", digest(LAYER)));
        asked.get("the image", "/v2/app/manifests/v3");
    });
}

#[test]
fn lists_are_those_of_docker_registry() {
    compare(|asked| {
        asked.get("no repositories", "/v2/_catalog");
        for name in ["a", "b/c", "d"] {
            asked.push_blob(name, b"{}");
            asked.push_blob(name, LAYER);
            let image = manifest(&json!({}));
            asked.push("push by digest", name, digest(&image).as_str(), MANIFEST, &image);
            asked.get("no tag yet", &format!("/v2/{name}/tags/list"));
            for tag in ["v3", "v1", "v2"] {
                asked.push("push", name, tag, MANIFEST, &image);
            }
        }
        for query in ["", "?n=2", "?n=0", "?n=-1", "?n=x", "?last=v1", "?n=2&last=v1", "?n=100000"]
        {
            asked.get(&format!("tags{query}"), &format!("/v2/b/c/tags/list{query}"));
        }
        for query in [
            "",
            "?n=1",
            "?n=0",
            "?n=-1",
            "?n=x",
            "?n=1&last=a",
            "?n=2&last=a",
            "?n=3",
            "?last=d",
            "?n=1001",
        ] {
            asked.get(&format!("catalog{query}"), &format!("/v2/_catalog{query}"));
        }
        asked.get("tags of no repository", "/v2/none/tags/list");
        for method in ["HEAD", "POST"] {
            asked.send(method, method, "/v2/a/tags/list", &[], b"");
            asked.send(method, method, "/v2/_catalog", &[], b"");
        }
        asked.delete("delete", &format!("/v2/a/manifests/{}", digest(&manifest(&json!({})))));
        asked.get("no tag any more", "/v2/a/tags/list");
        asked.get("base", "/v2/");
        asked.send("head of base", "HEAD", "/v2/", &[], b"");
    });
}

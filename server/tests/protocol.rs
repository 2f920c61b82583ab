//! The protocol: uploads in parts, ranges, pages, tags of one push, errors, and what is refused.

mod running;

use std::{fs, path::Path};

use ocigraph::{Algorithm, Descriptor, Digest, Layout, ManifestDeletion, ReadStore, Store};
use running::{
    Running,
    http::{Response, send},
};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn digest(bytes: &[u8]) -> Digest {
    Algorithm::Sha256.digest(bytes)
}

fn get(running: &Running, target: &str) -> Response {
    send(running.address(), "GET", target, &[], b"")
}

fn delete(running: &Running, target: &str) -> Response {
    send(running.address(), "DELETE", target, &[], b"")
}

fn post(running: &Running, target: &str, body: &[u8]) -> Response {
    send(running.address(), "POST", target, &[], body)
}

#[track_caller]
fn push_blob(running: &Running, name: &str, content: &[u8]) -> Digest {
    let digest = digest(content);
    post(running, &format!("/v2/{name}/blobs/uploads/?digest={digest}"), content).is(201);
    digest
}

fn put_manifest(running: &Running, name: &str, reference: &str, manifest: &Value) -> Response {
    let target = format!("/v2/{name}/manifests/{reference}");
    let media_type = manifest["mediaType"].as_str().unwrap_or(MANIFEST);
    let headers = [("Content-Type", media_type)];
    send(running.address(), "PUT", &target, &headers, manifest.to_string().as_bytes())
}

/// Returns a manifest without layers, whose config is `{}`.
fn manifest(annotation: &str) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "test/example",
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2 },
        "layers": [],
        "annotations": { "note": annotation },
    })
}

fn digest_of(manifest: &Value) -> Digest {
    digest(manifest.to_string().as_bytes())
}

fn staged(layout: &Path) -> usize {
    let names = fs::read_dir(layout.join(".ocigraph")).unwrap().flatten();
    names.filter(|entry| entry.file_name().to_string_lossy().starts_with("blob-")).count()
}

#[test]
fn an_upload_in_parts_is_checked_resumed_and_completed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let started = post(&running, "/v2/team/app/blobs/uploads/", b"").is(202);
    let location = started.header("location").to_owned();
    assert_eq!(started.header("range"), "0-0");
    let patch = |range: &str, body: &[u8]| {
        let headers: &[(&str, &str)] = &[("Content-Range", range)];
        let headers = if range.is_empty() { &[] } else { headers };
        send(running.address(), "PATCH", &location, headers, body)
    };
    assert_eq!(patch("0-4", b"first").is(202).header("range"), "0-4");
    let refused = patch("6-8", b"gap");
    refused.is_error(416, "BLOB_UPLOAD_INVALID");
    assert_eq!((refused.header("range"), refused.header("location")), ("0-4", &*location));
    patch("0-4", b"again").is_error(416, "BLOB_UPLOAD_INVALID");
    patch("5-9", b"short").is(202);
    patch("10-12", b"long!").is_error(400, "SIZE_INVALID");
    patch("10", b"what").is_error(400, "BLOB_UPLOAD_INVALID");
    // A part without a range continues where the upload is.
    assert_eq!(patch("", b"-last").is(202).header("range"), "0-14");
    let status = get(&running, &location).is(204);
    assert_eq!((status.header("range"), status.header("location")), ("0-14", &*location));
    get(&running, &location.replace("team/app", "other")).is_error(404, "BLOB_UPLOAD_UNKNOWN");

    let content = b"firstshort-last";
    let put =
        |digest: &str| send(running.address(), "PUT", &format!("{location}{digest}"), &[], b"");
    put("").is_error(400, "DIGEST_INVALID");
    put("?digest=md5:00").is_error(400, "DIGEST_INVALID");
    let done = put(&format!("?digest={}", digest(content))).is(201);
    assert_eq!(done.header("location"), format!("/v2/team/app/blobs/{}", digest(content)));
    assert_eq!(done.header("docker-content-digest"), digest(content).as_str());
    get(&running, &location).is_error(404, "BLOB_UPLOAD_UNKNOWN");
    let blob = get(&running, &format!("/v2/team/app/blobs/{}", digest(content))).is(200);
    assert_eq!(blob.body, content);
    assert_eq!(staged(&folder.path().join("team/app")), 0);
}

#[test]
fn an_upload_with_the_wrong_digest_or_that_is_cancelled_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let wrong = format!("/v2/app/blobs/uploads/?digest={}", digest(b"other"));
    post(&running, &wrong, b"content").is_error(400, "DIGEST_INVALID");
    let location =
        post(&running, "/v2/app/blobs/uploads/", b"").is(202).header("location").to_owned();
    let target = format!("{location}?digest={}", digest(b"other"));
    send(running.address(), "PUT", &target, &[], b"content").is_error(400, "DIGEST_INVALID");
    let location =
        post(&running, "/v2/app/blobs/uploads/", b"").is(202).header("location").to_owned();
    send(running.address(), "PATCH", &location, &[], b"content").is(202);
    assert_eq!(staged(&folder.path().join("app")), 1);
    delete(&running, &location).is(204);
    delete(&running, &location).is_error(404, "BLOB_UPLOAD_UNKNOWN");
    assert_eq!(staged(&folder.path().join("app")), 0);
    get(&running, &format!("/v2/app/blobs/{}", digest(b"content"))).is_error(404, "BLOB_UNKNOWN");
}

#[test]
fn a_digest_of_sha512_is_announced_or_stated_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    for announced in ["", "?digest-algorithm=sha512"] {
        let target = format!("/v2/app/blobs/uploads/{announced}");
        let location = post(&running, &target, b"").is(202).header("location").to_owned();
        let content = format!("content {announced}");
        send(running.address(), "PATCH", &location, &[], content.as_bytes()).is(202);
        let digest = Algorithm::Sha512.digest(content.as_bytes());
        let target = format!("{location}?digest={digest}");
        send(running.address(), "PUT", &target, &[], b"").is(201);
        let blob = get(&running, &format!("/v2/app/blobs/{digest}")).is(200);
        assert_eq!(blob.body, content.as_bytes());
    }
    let unknown = post(&running, "/v2/app/blobs/uploads/?digest-algorithm=md5", b"");
    unknown.is_error(400, "DIGEST_INVALID");
}

#[test]
fn a_part_of_a_blob_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let content: Vec<u8> = (0..2_000_000_u32).map(|n| (n % 251) as u8).collect();
    let target = format!("/v2/app/blobs/{}", push_blob(&running, "app", &content));
    let part = |method: &str, range: &str| {
        send(running.address(), method, &target, &[("Range", range)], b"")
    };
    let answer = part("GET", "bytes=1000000-1999998").is(206);
    assert_eq!(answer.header("content-range"), "bytes 1000000-1999998/2000000");
    assert_eq!(answer.header("content-length"), "999999");
    assert!(answer.body == content[1_000_000..1_999_999]);
    assert!(part("GET", "bytes=-5").is(206).body == content[1_999_995..]);
    assert!(part("GET", "bytes=0-0").is(206).body == content[..1]);
    assert!(part("GET", "bytes=0-1,5-6").is(200).body == content);
    let refused = part("GET", "bytes=2000000-");
    refused.is_error(416, "SIZE_INVALID");
    assert_eq!(refused.header("content-range"), "bytes */2000000");
    let head = part("HEAD", "bytes=0-9").is(206);
    assert_eq!((head.header("content-length"), head.body.len()), ("10", 0));
}

#[test]
fn a_mount_shares_the_file_and_an_impossible_one_starts_an_upload() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let content = vec![7; 700_000];
    let digest = push_blob(&running, "a", &content);
    let mount =
        |from: &str| post(&running, &format!("/v2/b/blobs/uploads/?mount={digest}{from}"), b"");
    mount("&from=missing").is(202);
    mount("").is(202);
    mount("&from=../a").is(202);
    let mounted = mount("&from=a").is(201);
    assert_eq!(mounted.header("location"), format!("/v2/b/blobs/{digest}"));
    let path = folder.path().join("b/blobs/sha256").join(digest.encoded());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&path.metadata().unwrap()), 2);
    for (range, expected) in [("bytes=0-", &content[..]), ("bytes=699990-", &content[699_990..])] {
        let target = format!("/v2/b/blobs/{digest}");
        let answer = send(running.address(), "GET", &target, &[("Range", range)], b"").is(206);
        assert!(answer.body == expected);
    }
    // Each of the two can be deleted.
    delete(&running, &format!("/v2/a/blobs/{digest}")).is(202);
    get(&running, &format!("/v2/a/blobs/{digest}")).is_error(404, "BLOB_UNKNOWN");
    assert!(get(&running, &format!("/v2/b/blobs/{digest}")).is(200).body == content);
    assert!(path.exists());
}

#[test]
fn a_push_sets_several_tags_and_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    push_blob(&running, "app", b"{}");
    let image = manifest("one");
    let digest = digest_of(&image);
    let pushed =
        put_manifest(&running, "app", &format!("{digest}?tag=v1&tag=v1.0&tag=latest"), &image);
    let pushed = pushed.is(201);
    assert_eq!(pushed.headers("oci-tag").collect::<Vec<_>>(), ["v1", "v1.0", "latest"]);
    for tag in ["v1", "v1.0", "latest"] {
        let head = send(running.address(), "HEAD", &format!("/v2/app/manifests/{tag}"), &[], b"");
        assert_eq!(head.is(200).header("docker-content-digest"), digest.as_str());
    }
    let plain = put_manifest(&running, "app", "v2", &image).is(201);
    assert_eq!(plain.headers("oci-tag").count(), 0);
    let invalid = put_manifest(&running, "app", &format!("{digest}?tag=v3&tag=a%20b"), &image);
    invalid.is_error(400, "MANIFEST_INVALID");
    get(&running, "/v2/app/manifests/v3").is_error(404, "MANIFEST_UNKNOWN");
    let many = vec!["tag=x"; 101].join("&");
    put_manifest(&running, "app", &format!("{digest}?{many}"), &image).is_error(414, "UNSUPPORTED");
    let wrong = put_manifest(&running, "app", &format!("{}?tag=v4", self::digest(b"x")), &image);
    wrong.is_error(400, "DIGEST_INVALID");
}

#[test]
fn a_manifest_is_refused_if_its_content_is_missing_or_it_is_too_large_or_malformed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let refused = put_manifest(&running, "app", "v1", &manifest("one"));
    refused.is_error(400, "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(refused.json()["errors"][0]["detail"]["digest"], digest(b"{}").as_str());
    let path = folder.path().to_str().unwrap();
    assert!(!String::from_utf8_lossy(&refused.body).contains(path), "the response has a path");
    push_blob(&running, "app", b"{}");
    let child = json!({
        "schemaVersion": 2, "mediaType": INDEX,
        "manifests": [{ "mediaType": MANIFEST, "digest": digest(b"child"), "size": 5 }],
    });
    put_manifest(&running, "app", "v1", &child).is_error(400, "MANIFEST_BLOB_UNKNOWN");
    put_manifest(&running, "app", "v1", &json!({ "config": 5 })).is_error(400, "MANIFEST_INVALID");
    let mut contradicting = manifest("one");
    contradicting["mediaType"] = json!(INDEX);
    put_manifest(&running, "app", "v1", &contradicting).is_error(400, "MANIFEST_INVALID");
    put_manifest(&running, "app", "v1", &manifest(&"x".repeat(4 << 20)))
        .is_error(413, "SIZE_INVALID");
    let mut odd = manifest("one");
    odd["artifactType"] = json!(format!("a/{}", "x".repeat(300)));
    put_manifest(&running, "app", "v1", &odd).is_error(400, "MANIFEST_INVALID");
    let largest = manifest(&"x".repeat((4 << 20) - 500));
    put_manifest(&running, "app", "v1", &largest).is(201);

    let mut referrer = manifest("signature");
    let missing = digest(b"a subject that may come later");
    referrer["subject"] = json!({ "mediaType": MANIFEST, "digest": missing, "size": 29 });
    let pushed = put_manifest(&running, "app", digest_of(&referrer).as_str(), &referrer).is(201);
    assert_eq!(pushed.header("oci-subject"), missing.as_str());
}

#[test]
fn tags_and_repositories_are_listed_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let names = ["a", "a-b", "a/b", "c/blobs"];
    for name in names {
        push_blob(&running, name, b"{}");
        put_manifest(&running, name, "v1", &manifest("one")).is(201);
    }
    for tag in ["v2", "V3", "latest", "v10"] {
        put_manifest(&running, "a", tag, &manifest(tag)).is(201);
    }
    let pages = |first: &str, key: &str| {
        let (mut all, mut next) = (Vec::new(), Some(first.to_owned()));
        while let Some(target) = next {
            let page = get(&running, &target).is(200);
            let listed = page.json()[key].as_array().unwrap().clone();
            all.push(listed.iter().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>());
            next = page.next();
        }
        all
    };
    let tags = ["V3", "latest", "v1", "v10", "v2"];
    assert_eq!(pages("/v2/a/tags/list", "tags"), [tags]);
    assert_eq!(pages("/v2/a/tags/list?n=5", "tags"), [tags]);
    assert_eq!(pages("/v2/a/tags/list?n=2", "tags"), [&tags[..2], &tags[2..4], &tags[4..]]);
    assert_eq!(pages("/v2/a/tags/list?n=2&last=v1", "tags"), [&tags[3..]]);
    assert_eq!(pages("/v2/a/tags/list?n=0", "tags"), [[""; 0]]);
    assert_eq!(pages("/v2/_catalog?n=3", "repositories"), [&names[..3], &names[3..]]);
    assert_eq!(pages("/v2/_catalog?last=a-b", "repositories"), [&names[2..]]);
    get(&running, "/v2/a/tags/list?n=x").is_error(400, "UNSUPPORTED");
    get(&running, "/v2/missing/tags/list").is_error(404, "NAME_UNKNOWN");
}

#[test]
fn referrers_are_filtered_and_their_pages_have_at_most_4_mib() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    push_blob(&running, "app", b"{}");
    let image = manifest("image");
    put_manifest(&running, "app", "v1", &image).is(201);
    let subject = json!({ "mediaType": MANIFEST, "digest": digest_of(&image), "size": image.to_string().len() });
    let mut expected = Vec::new();
    for n in 0..5 {
        let mut referrer = manifest(&format!("{n}{}", "x".repeat(1_500_000)));
        referrer["subject"] = subject.clone();
        referrer["artifactType"] = json!(if n < 2 { "sbom/example" } else { "signature/example" });
        let digest = digest_of(&referrer);
        put_manifest(&running, "app", digest.as_str(), &referrer).is(201);
        expected.push(digest.to_string());
    }
    expected.sort();
    let list = format!("/v2/app/referrers/{}", digest_of(&image));
    let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(list.clone()));
    while let Some(target) = next {
        let page = get(&running, &target).is(200);
        assert!(page.body.len() <= 4 << 20, "{} bytes", page.body.len());
        assert_eq!(page.header("content-type"), INDEX);
        assert_eq!(page.header("oci-filters-applied"), "");
        for entry in page.json()["manifests"].as_array().unwrap() {
            assert!(entry["annotations"]["note"].as_str().unwrap().len() > 1_500_000);
            found.push(entry["digest"].as_str().unwrap().to_owned());
        }
        (pages, next) = (pages + 1, page.next());
    }
    assert_eq!((found, pages), (expected, 3));

    let filtered = get(&running, &format!("{list}?artifactType=sbom%2Fexample")).is(200);
    assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
    assert_eq!(filtered.json()["manifests"].as_array().unwrap().len(), 2);
    let none = get(&running, &format!("/v2/missing/referrers/{}", digest(b"x"))).is(200);
    assert_eq!(none.json()["manifests"], json!([]));
    get(&running, "/v2/app/referrers/v1").is_error(400, "DIGEST_INVALID");
}

#[test]
fn deletes_keep_what_something_needs() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let config = push_blob(&running, "app", b"{}");
    let image = manifest("image");
    put_manifest(&running, "app", "v1", &image).is(201);
    let size = image.to_string().len();
    let index = json!({
        "schemaVersion": 2, "mediaType": INDEX,
        "manifests": [{ "mediaType": MANIFEST, "digest": digest_of(&image), "size": size }],
    });
    put_manifest(&running, "app", "all", &index).is(201);
    delete(&running, &format!("/v2/app/blobs/{config}")).is_error(409, "DENIED");
    let by_digest = format!("/v2/app/manifests/{}", digest_of(&image));
    delete(&running, &by_digest).is_error(409, "DENIED");
    delete(&running, "/v2/app/manifests/v1").is(202);
    delete(&running, "/v2/app/manifests/v1").is_error(404, "MANIFEST_UNKNOWN");
    get(&running, &by_digest).is(200);
    delete(&running, &format!("/v2/app/manifests/{}", digest_of(&index))).is(202);
    delete(&running, &by_digest).is(202);
    delete(&running, &by_digest).is_error(404, "MANIFEST_UNKNOWN");
    delete(&running, &format!("/v2/app/blobs/{config}")).is_error(404, "BLOB_UNKNOWN");
    delete(&running, "/v2/missing/manifests/v1").is_error(404, "NAME_UNKNOWN");
}

#[test]
fn every_response_has_the_version_and_an_unknown_endpoint_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    for target in ["/v2", "/v2/"] {
        let base = get(&running, target).is(200);
        assert_eq!(base.header("docker-distribution-api-version"), "registry/2.0");
    }
    let head = send(running.address(), "HEAD", "/v2/_catalog", &[], b"").is(200);
    assert!(head.body.is_empty() && head.header("content-length") != "0", "{head:?}");
    get(&running, "/v1/search").is_error(404, "UNSUPPORTED");
    post(&running, "/v2/", b"").is_error(405, "UNSUPPORTED");
    let unknown = get(&running, "/v2/app/manifests/v1");
    unknown.is_error(404, "NAME_UNKNOWN");
    assert_eq!(unknown.header("docker-distribution-api-version"), "registry/2.0");
    assert_eq!(unknown.header("content-type"), "application/json");
}

#[cfg(unix)]
#[test]
fn no_name_leads_out_of_the_folder() {
    let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = Running::folder(folder.path());
    let other = Running::folder(outside.path());
    push_blob(&other, "secret", b"{}");
    put_manifest(&other, "secret", "v1", &manifest("secret")).is(201);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("copy")).unwrap();
    for name in ["out/secret", "copy"] {
        get(&running, &format!("/v2/{name}/manifests/v1")).is_error(404, "NAME_UNKNOWN");
        post(&running, &format!("/v2/{name}/blobs/uploads/"), b"").is_error(404, "NAME_UNKNOWN");
    }
    assert_eq!(get(&running, "/v2/_catalog").json()["repositories"], json!([]));
    let parent = outside.path().file_name().unwrap().to_str().unwrap();
    for name in [
        format!("../{parent}/secret"),
        format!("..%2f{parent}%2fsecret"),
        "a/../../x".to_owned(),
        "%2e%2e/x".to_owned(),
        "a%00b".to_owned(),
        ".ocigraph".to_owned(),
        "Upper".to_owned(),
        "x".repeat(256),
    ] {
        get(&running, &format!("/v2/{name}/manifests/v1")).is_error(400, "NAME_INVALID");
        post(&running, &format!("/v2/{name}/blobs/uploads/"), b"").is_error(400, "NAME_INVALID");
    }
    assert!(!outside.path().join("secret/.ocigraph/blob-").exists());
}

#[test]
fn a_listed_manifest_that_cannot_be_read_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    push_blob(&running, "app", b"{}");
    let image = manifest("image");
    put_manifest(&running, "app", "v1", &image).is(201);
    let path = folder.path().join("app/blobs/sha256").join(digest_of(&image).encoded());
    fs::write(path, "damaged").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let layout = Layout::open(folder.path().join("app"));
    let problems = runtime.block_on(layout.referrers(&digest(b"x"), None)).unwrap().problems;
    assert!(!problems.is_empty());
    drop(running);
    let running = Running::folder(folder.path());
    let listed = get(&running, &format!("/v2/app/referrers/{}", digest(b"x"))).is(200);
    assert!(listed.header("warning").starts_with("299 - "), "{listed:?}");
    let damaged = get(&running, "/v2/app/manifests/v1");
    damaged.is_error(500, "UNKNOWN");
    let body = String::from_utf8_lossy(&damaged.body).into_owned();
    assert!(!body.contains(folder.path().to_str().unwrap()), "{body}");
    delete(&running, &format!("/v2/app/manifests/{}", digest_of(&image))).is(202);
    get(&running, "/v2/app/manifests/v1").is_error(404, "MANIFEST_UNKNOWN");
}

#[test]
fn a_blob_is_not_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    push_blob(&running, "app", b"{}");
    put_manifest(&running, "app", "v1", &manifest("image")).is(201);
    let layer = push_blob(&running, "app", &vec![7; 5 << 20]);
    for blob in [digest(b"{}"), layer] {
        let target = format!("/v2/app/manifests/{blob}");
        get(&running, &target).is_error(404, "MANIFEST_UNKNOWN");
        delete(&running, &target).is_error(404, "MANIFEST_UNKNOWN");
        get(&running, &format!("/v2/app/blobs/{blob}")).is(200);
    }
}

#[test]
fn a_blob_that_a_client_has_found_stays_until_its_manifest_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let config = push_blob(&running, "app", b"{}");
    let image = manifest("image");
    put_manifest(&running, "app", "v1", &image).is(201);
    let target = format!("/v2/app/blobs/{config}");
    send(running.address(), "HEAD", &target, &[], b"").is(200);
    // Another process deletes the image meanwhile.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let other = Layout::open(folder.path().join("app"));
    let deletion = ManifestDeletion {
        manifest: Descriptor::of(MANIFEST, image.to_string().as_bytes()),
        subject: None,
        subject_retained: false,
        tags: Vec::new(),
    };
    let deleted = runtime.block_on(other.delete_manifests(&[deletion], 1));
    deleted.into_iter().for_each(|result| result.unwrap());
    get(&running, "/v2/app/manifests/v1").is_error(404, "MANIFEST_UNKNOWN");
    put_manifest(&running, "app", "v2", &manifest("another")).is(201);
    get(&running, &target).is(200);
}

#[test]
fn no_request_fails_the_server_or_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a/registry");
    let running = Running::start(&[format!("oci:{}", root.display())], |_| {});
    let config = push_blob(&running, "app", b"{}").to_string();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut of = |texts: &[&str]| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = usize::try_from(state >> 33).unwrap();
        texts[random % texts.len()].to_owned()
    };
    let parts = [
        "",
        "app",
        "blobs",
        "uploads",
        "manifests",
        "tags",
        "list",
        "referrers",
        "_catalog",
        "..",
        ".",
        "%2e%2e",
        "%2f",
        "a%2fb",
        "index.json",
        "oci-layout",
        ".ocigraph",
        "_blobs",
        "%00",
        "%ff",
        "~",
        "v1",
        "sha256:00",
        "sha512:",
        "%zz",
        "a b",
        &config,
    ];
    let values =
        ["", "0", "-1", "99999999999999999999", "..", "app", "sha256:00", "sha512", &config, "%00"];
    let keys =
        ["n", "last", "digest", "mount", "from", "tag", "artifactType", "digest-algorithm", "x"];
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X"];
    let ranges =
        ["", "bytes=0-", "bytes=-0", "bytes=5-1", "0-1", "1-0", "0-18446744073709551615", "x"];
    for _ in 0..1500 {
        let mut target = "/v2".to_owned();
        for _ in 0..of(&["1", "2", "3", "4", "5"]).parse::<usize>().unwrap() {
            target.push('/');
            target.push_str(&of(&parts).replace(' ', "%20"));
        }
        for separator in ["?", "&"].iter().take(of(&["0", "1", "2"]).parse().unwrap()) {
            target.push_str(&format!("{separator}{}={}", of(&keys), of(&values)));
        }
        let (method, range) = (of(&methods), of(&ranges));
        let headers = [("Range", range.as_str()), ("Content-Range", range.as_str())];
        let headers = if range.is_empty() { &headers[..0] } else { &headers };
        let body = of(&["", "{}", "{\"schemaVersion\":2}", "\u{0}"]);
        let body = if ["GET", "HEAD"].contains(&method.as_str()) { String::new() } else { body };
        let answer = send(running.address(), &method, &target, headers, body.as_bytes());
        assert!(answer.status < 500 || answer.status == 501, "{method} {target}: {answer:?}");
    }
    let beside: Vec<_> =
        fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(beside, ["a"]);
    let beside: Vec<_> =
        fs::read_dir(folder.path().join("a")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(beside, ["registry"]);
}

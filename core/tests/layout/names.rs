//! Names in layouts: those that other tools write, and what becomes of them.

use std::{fs, path::Path};

use ocigraph::{
    Client, Code, CopyOptions, DeleteOptions, DiscoverOptions, File, Layout, Location, Manifest,
    PullOptions, PushOptions, ReadStore, Reference, ResolveOptions, Store, UntagOptions,
    VerifyOptions,
};
use serde_json::{Value, json};

use crate::support::*;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const FULL_NAME: &str = "io.containerd.image.name";

/// Names that tools write.
const NAMES: [&str; 8] = [
    // podman, crane, jib
    "docker.io/library/hello:1.0",
    // skopeo
    "x/y:1",
    // flatpak
    "app/org.lab.Hello/x86_64/stable",
    // Helm
    "v1+build.5",
    "localhost:5000/app",
    "a@b",
    // Names that differ in case are different.
    "Stable",
    "stable",
];

/// Returns an entry of index.json with these annotations.
fn entry(manifest: &Manifest, annotations: &[(&str, &str)]) -> Value {
    let mut entry = json!(manifest.plain_descriptor());
    for (key, value) in annotations {
        entry["annotations"][*key] = json!(value);
    }
    entry
}

fn write_index(path: &Path, entries: &[Value]) {
    let index = json!({ "schemaVersion": 2, "manifests": entries });
    fs::write(path.join("index.json"), index.to_string()).unwrap();
}

/// Returns the names in index.json, as (tag, full name) of each entry.
fn names_in(path: &Path) -> Vec<(Value, Value)> {
    let entries = entries(path);
    let names = entries.iter().map(|entry| &entry["annotations"]);
    names.map(|names| (names[REF_NAME].clone(), names[FULL_NAME].clone())).collect()
}

/// Creates a layout with three artifacts, none of which has a tag.
async fn three(path: &Path) -> [Manifest; 3] {
    let layout = Layout::open(path);
    let mut images = Vec::new();
    for text in ["one", "two", "three"] {
        images.push(push(&layout, &[text], None, &[]).await);
    }
    images.try_into().unwrap()
}

async fn tags(path: &Path) -> Vec<String> {
    Layout::open(path).tags().await.unwrap().entries
}

async fn resolves(path: &Path, name: &str, manifest: &Manifest) -> bool {
    Layout::open(path).resolve(&tag(name)).await.is_ok_and(|d| d.digest == *manifest.digest())
}

#[tokio::test]
async fn every_name_that_a_tool_wrote_is_listed_and_used_by_every_operation() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("layout");
    let [one, two, three] = three(&path).await;
    let mut listed = vec![entry(&one, &[]), entry(&two, &[]), entry(&three, &[])];
    listed.extend(NAMES.iter().map(|name| entry(&one, &[(REF_NAME, name)])));
    write_index(&path, &listed);
    assert_eq!(tags(&path).await, NAMES);
    let client = Client::new();
    let location: Reference = format!("oci:{}", path.display()).parse().unwrap();
    let details = client.tag_details(&location).await.unwrap();
    assert_eq!(details.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), NAMES);
    let manifests = client.manifests(&location).await.unwrap();
    assert_eq!((manifests[0].tags.as_slice(), manifests.len()), (&*names(&NAMES), 3));
    for name in NAMES {
        let image: Reference = format!("{location}:{name}").parse().unwrap();
        assert_eq!(image.location(), location.location());
        assert_eq!(image.tags(), [name]);
        let found = client.resolve(&image, ResolveOptions::default()).await.unwrap();
        assert_eq!(found.digest, *one.digest(), "{name}");
        client.pull(&image, PullOptions::default().output(dir.path().join("out"))).await.unwrap();
        client.discover(&image, DiscoverOptions::default()).await.unwrap();
        assert!(client.verify(&image, VerifyOptions::default()).await.unwrap().problems.is_empty());
        let copy: Reference =
            format!("oci:{}:{name}", dir.path().join("copy").display()).parse().unwrap();
        client.copy(&image, &copy, CopyOptions::default()).await.unwrap();
        assert_eq!(tags(&dir.path().join("copy")).await.last().unwrap(), name);
        // Each of the others protects the manifest.
        let kept = client.delete(&image, DeleteOptions::default()).await.unwrap();
        assert!(kept.deleted.is_empty() && kept.kept[0].reason.starts_with("tagged "), "{kept:?}");
        let by_digest = format!("{image}@{}", one.digest()).parse().unwrap();
        client.resolve(&by_digest, ResolveOptions::default()).await.unwrap();
    }
    let image: Reference = format!("{location}:x/y:1").parse().unwrap();
    client.tag(&image, &names(&["team/z:2", "w"])).await.unwrap();
    let both: Reference = format!("{location}:team/z:2,x/y:1").parse().unwrap();
    assert_eq!(both.tags(), ["team/z:2", "x/y:1"]);
    client.untag(&both, UntagOptions::default()).await.unwrap();
    let left = NAMES.iter().filter(|name| **name != "x/y:1").chain(&["w"]);
    assert_eq!(tags(&path).await, left.copied().collect::<Vec<_>>());
    let pushed: Reference = format!("{location}:docker.io/library/new:1").parse().unwrap();
    let options = PushOptions::default().files(vec![File::bytes("new", "new")]);
    client.push(&pushed, options).await.unwrap();
    client.delete(&pushed, DeleteOptions::default()).await.unwrap();
    assert!(!tags(&path).await.contains(&"docker.io/library/new:1".to_owned()));
    assert_whole(&path);
}

#[tokio::test]
async fn a_name_that_cannot_be_written_is_listed_and_protects_and_can_be_removed() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, _] = three(dir.path()).await;
    let odd = ["hello world", "a\nb", "\u{1b}[2J", "a__b/c", "größe", "-v"];
    for name in odd {
        write_index(
            dir.path(),
            &[entry(&one, &[(REF_NAME, "v1")]), entry(&one, &[(REF_NAME, name)]), entry(&two, &[])],
        );
        assert_eq!(tags(dir.path()).await, ["v1", name]);
        let client = Client::new();
        let location = Reference::new(Location::Layout(dir.path().into()));
        let image = location.tagged("v1").unwrap();
        let kept = client.delete(&image, DeleteOptions::default()).await.unwrap();
        assert!(kept.deleted.is_empty() && !kept.kept[0].reason.contains(['\n', '\u{1b}']));
        let named: Reference = format!("{location}:{name}").parse().unwrap();
        assert_eq!(named.tags(), [name]);
        client.resolve(&named, ResolveOptions::default()).await.unwrap();
        let refused = [
            client.push(&named, PushOptions::default()).await.map(drop),
            client.copy(&image, &named, CopyOptions::default()).await.map(drop),
            client.push_manifest(&named, &two).await.map(drop),
            client.tag(&image, &names(&[name])).await.map(drop),
            Layout::open(dir.path()).tag(&two.descriptor(), &names(&[name])).await,
        ];
        for error in refused.map(Result::unwrap_err) {
            assert_eq!(error.code(), Code::InvalidReference, "{error}");
            assert!(error.to_string().contains("expected letters and digits"), "{error}");
            assert!(error.to_string().contains("docker.io/library/hello:1.0"), "{error}");
        }
        client.untag(&named, UntagOptions::default()).await.unwrap();
        assert_eq!(tags(dir.path()).await, ["v1"]);
    }
}

#[tokio::test]
async fn a_reference_cannot_contain_some_names() {
    let dir = tempfile::tempdir().unwrap();
    let [one, ..] = three(dir.path()).await;
    let location = Reference::new(Location::Layout(dir.path().into()));
    for name in ["a,b", "/a", "a/", "a/:b"] {
        write_index(dir.path(), &[entry(&one, &[(REF_NAME, name)])]);
        assert_eq!(tags(dir.path()).await, [name]);
        let error = location.tagged(name).unwrap_err();
        assert_eq!(error.code(), Code::InvalidReference);
        assert!(error.to_string().contains("by its digest"), "{error}");
    }
    // An empty name names nothing.
    write_index(dir.path(), &[entry(&one, &[(REF_NAME, ""), (FULL_NAME, "")])]);
    assert!(tags(dir.path()).await.is_empty());
    assert_eq!(Layout::open(dir.path()).list_untagged().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_full_name_moves_with_its_tag() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, _] = three(dir.path()).await;
    let full = "docker.io/library/hello:1.0";
    let docker = entry(&one, &[(REF_NAME, "1.0"), (FULL_NAME, full)]);
    let layout = Layout::open(dir.path());
    for change in ["push", "tag", "add", "untag", "delete"] {
        write_index(dir.path(), &[docker.clone(), entry(&two, &[])]);
        assert_eq!(tags(dir.path()).await, ["1.0"], "the full name belongs to the tag");
        let moved = (json!("1.0"), json!(full));
        let nothing = (Value::Null, Value::Null);
        let expected = match change {
            "push" => {
                layout.push_manifest(&two, &names(&["1.0"])).await.unwrap();
                vec![nothing, moved]
            }
            "tag" => {
                layout.tag(&two.descriptor(), &names(&["1.0", "2.0"])).await.unwrap();
                vec![nothing, moved, (json!("2.0"), Value::Null)]
            }
            "add" => {
                layout.tag(&one.descriptor(), &names(&["1.0", "2.0"])).await.unwrap();
                vec![moved, nothing, (json!("2.0"), Value::Null)]
            }
            "untag" => {
                layout.untag("1.0").await.unwrap();
                vec![nothing.clone(), nothing]
            }
            _ => {
                delete_all(&layout, &[&one]).await;
                vec![nothing]
            }
        };
        assert_eq!(names_in(dir.path()), expected, "{change}");
    }
}

#[tokio::test]
async fn writing_a_full_name_takes_it_from_the_entry_that_had_it() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, _] = three(dir.path()).await;
    let full = "docker.io/library/hello:1.0";
    write_index(
        dir.path(),
        &[entry(&one, &[(REF_NAME, "1.0"), (FULL_NAME, full)]), entry(&two, &[])],
    );
    let layout = Layout::open(dir.path());
    let error = layout.resolve(&tag(full)).await.unwrap_err();
    assert!(error.hint().unwrap().ends_with(":1.0") && !error.hint().unwrap().contains(full));
    layout.tag(&two.descriptor(), &names(&[full])).await.unwrap();
    assert_eq!(names_in(dir.path()), [(json!("1.0"), Value::Null), (json!(full), json!(full))]);
    assert_eq!(tags(dir.path()).await, ["1.0", full]);
    assert!(resolves(dir.path(), "1.0", &one).await && resolves(dir.path(), full, &two).await);
}

#[tokio::test]
async fn two_images_with_one_tag_are_found_by_their_full_names() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, three] = three(dir.path()).await;
    // `docker save alpine busybox` writes this. Of two entries with one tag, ORAS uses the last.
    let saved = |image, name| entry(image, &[(REF_NAME, "latest"), (FULL_NAME, name)]);
    let (alpine, busybox) = ("docker.io/library/alpine:latest", "docker.io/library/busybox:latest");
    let start = || {
        write_index(dir.path(), &[saved(&one, alpine), saved(&two, busybox), entry(&three, &[])]);
    };
    start();
    assert_eq!(tags(dir.path()).await, ["latest", alpine]);
    assert!(resolves(dir.path(), "latest", &two).await && resolves(dir.path(), alpine, &one).await);
    let layout = Layout::open(dir.path());
    assert_eq!(layout.list_untagged().await.unwrap().len(), 1);
    // A tag that moves or goes leaves the other image its name.
    layout.tag(&three.descriptor(), &names(&["latest"])).await.unwrap();
    assert_eq!(tags(dir.path()).await, [alpine, "latest"]);
    assert!(
        resolves(dir.path(), "latest", &three).await && resolves(dir.path(), alpine, &one).await
    );
    assert_eq!(names_in(dir.path())[2], (json!("latest"), json!(busybox)));
    start();
    layout.untag("latest").await.unwrap();
    assert_eq!(tags(dir.path()).await, [alpine]);
    assert_eq!(layout.list_untagged().await.unwrap().len(), 2);
    start();
    layout.untag(alpine).await.unwrap();
    assert_eq!(tags(dir.path()).await, ["latest"]);
    start();
    let location = Reference::new(Location::Layout(dir.path().into()));
    let image = location.tagged("latest").unwrap();
    Client::new().delete(&image, DeleteOptions::default()).await.unwrap();
    assert!(resolves(dir.path(), "latest", &one).await);
    assert_whole(dir.path());
}

#[tokio::test]
async fn entries_with_one_name_and_nothing_else_lose_it_together() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, _] = three(dir.path()).await;
    let named = [(REF_NAME, "latest")];
    write_index(dir.path(), &[entry(&one, &named), entry(&two, &named)]);
    assert_eq!(tags(dir.path()).await, ["latest"]);
    assert!(resolves(dir.path(), "latest", &two).await);
    let layout = Layout::open(dir.path());
    let untagged = layout.list_untagged().await.unwrap();
    assert_eq!(untagged.iter().map(|d| &d.digest).collect::<Vec<_>>(), [one.digest()]);
    layout.untag("latest").await.unwrap();
    assert!(tags(dir.path()).await.is_empty());
    assert_eq!(entries(dir.path()).len(), 2, "both entries stay listed");
}

#[tokio::test]
async fn a_name_with_a_digest_can_be_removed() {
    let dir = tempfile::tempdir().unwrap();
    let [one, ..] = three(dir.path()).await;
    let digest = one.digest();
    let location = format!("oci:{}", dir.path().display());
    // containerd and crane name an image so that was pulled by digest.
    for name in [format!("@{digest}"), format!("3@{digest}"), format!("docker.io/x/y@{digest}")] {
        write_index(dir.path(), &[entry(&one, &[(REF_NAME, &name)])]);
        let separator = if name.starts_with('@') { "" } else { ":" };
        let image: Reference = format!("{location}{separator}{name}").parse().unwrap();
        assert_eq!(image.digest(), Some(digest));
        let client = Client::new();
        client.resolve(&image, ResolveOptions::default()).await.unwrap();
        client.untag(&image, UntagOptions::default()).await.unwrap();
        assert!(tags(dir.path()).await.is_empty());
        assert!(client.untag(&image, UntagOptions::default()).await.is_err());
    }
    let client = Client::new();
    let image: Reference = format!("{location}@{digest}").parse().unwrap();
    client.tag(&image, &names(&["v1"])).await.unwrap();
    client
        .untag(&format!("{location}:v1@{digest}").parse().unwrap(), UntagOptions::default())
        .await
        .unwrap();
    assert!(tags(dir.path()).await.is_empty());
}

#[tokio::test]
async fn a_name_that_was_probably_meant_is_in_the_hint() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, _] = three(dir.path()).await;
    write_index(
        dir.path(),
        &[
            entry(&one, &[(REF_NAME, "docker.io/library/hello:1.0")]),
            entry(&one, &[(REF_NAME, "a:2")]),
            entry(&two, &[(REF_NAME, "b:2")]),
        ],
    );
    let hint = async |name: &str| {
        let error = Layout::open(dir.path()).resolve(&tag(name)).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        error.hint().unwrap().to_owned()
    };
    assert_eq!(
        hint("1.0").await,
        format!("write oci:{}:docker.io/library/hello:1.0", dir.path().display())
    );
    assert!(hint("2").await.contains("ocigraph tags"));
    assert!(hint("nothing").await.contains("ocigraph tags"));
}

#[tokio::test]
async fn a_reference_names_the_longest_path_that_exists() {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str| format!("oci:{}", dir.path().join(path).display());
    let parse = |text: String| text.parse::<Reference>().unwrap();
    let path_and_tags = |text: String| {
        let reference = parse(text);
        let Location::Layout(path) = reference.location() else { panic!("{reference}") };
        let path = path.strip_prefix(dir.path()).unwrap().display().to_string();
        (path, reference.tags().join(","))
    };
    let is = |path: &str, tags: &str| (path.to_owned(), tags.to_owned());
    // Nothing exists: the path ends at the first colon.
    assert_eq!(path_and_tags(at("a:b/c:v1")), is("a", "b/c:v1"));
    push(&Layout::open(dir.path().join("a")), &["image"], None, &["b/c:v1"]).await;
    assert_eq!(path_and_tags(at("a:b/c:v1")), is("a", "b/c:v1"));
    // A directory that is not a layout does not change that, if there is a layout.
    fs::create_dir_all(dir.path().join("a:b")).unwrap();
    assert_eq!(path_and_tags(at("a:b/c:v1")), is("a", "b/c:v1"));
    push(&Layout::open(dir.path().join("a:b/c")), &["image"], None, &["v1"]).await;
    assert_eq!(path_and_tags(at("a:b/c:v1")), is("a:b/c", "v1"));
    assert_eq!(path_and_tags(at("a:b/c")), is("a:b/c", ""));
    assert_eq!(path_and_tags(at("a/:b/c:v1")), is("a", "b/c:v1"));
    // In a directory that exists, a new layout ends at the first colon of its own name.
    fs::create_dir_all(dir.path().join("t:1")).unwrap();
    assert_eq!(path_and_tags(at("t:1/new:x/y:1")), is("t:1/new", "x/y:1"));
    assert_eq!(path_and_tags(at("t:1:x/y:1")), is("t:1", "x/y:1"));
    // A file may be an archive.
    fs::write(dir.path().join("x:1.tar"), "").unwrap();
    assert_eq!(path_and_tags(at("x:1.tar:x/y:1,v1")), is("x:1.tar", "x/y:1,v1"));
    // What an operation returns is found again.
    let client = Client::new();
    let new = parse(at("a:b/d/:x/y:1"));
    let pushed = client.push(&new, PushOptions::default()).await.unwrap();
    let again = parse(pushed.reference.to_string());
    assert_eq!(again, pushed.reference);
    client.resolve(&again, ResolveOptions::default()).await.unwrap();
    assert_eq!(path_and_tags(at("a:b/d:x/y:1")), is("a:b/d", "x/y:1"));
}

//! `sync`: many images with what is attached to them, on registries and layouts, and where something is
//! lacking, refused or changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Stdio,
    thread,
    time::Duration,
};

use ocigraph::{Client, ManifestDeletion, PushOptions, Reference};
use ocigraph_fixture::{Auth, Config, Failure, Fixture};
use ocigraph_suite::{AttachedImage, Kind, Registry, Workspace, ocigraph_binary};
use serde_json::Value;

const SBOM: &str = "application/spdx+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Pushes an image with something attached. Returns the digests of both.
fn push(reference: &str, content: &str) -> (String, String) {
    run(async {
        let client = Client::new();
        let image: Reference = reference.parse().unwrap();
        let files = vec![ocigraph::File::bytes("file", content.to_owned())];
        let options = PushOptions::default().artifact_type("app/example").files(files);
        let pushed = client.push(&image, options).await.unwrap();
        (pushed.descriptor.digest.to_string(), attach(reference, content).await)
    })
}

async fn attach(reference: &str, content: &str) -> String {
    let image: Reference = reference.parse().unwrap();
    let repository = Reference::new(image.location().clone());
    let files = vec![ocigraph::File::bytes("sbom", format!("sbom of {content}"))];
    let options = PushOptions::default().artifact_type(SBOM).files(files).subject(image);
    let pushed = Client::new().push(&repository, options).await.unwrap();
    pushed.descriptor.digest.to_string()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

/// Runs a sync, and returns its exit code and its rows.
fn sync(work: &Workspace, args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let args = [&["--max-attempts", "2", "sync", "--format", "ndjson"], args].concat();
    let result = work.ocigraph(&args);
    assert!(matches!(result.code, Some(0 | 1)), "{result}");
    (result.code, result.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The number of rows by outcome.
fn outcomes(rows: &[Value]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(text(row, "outcome")).or_default() += 1);
    counts
}

fn only<'a>(rows: &'a [Value], outcome: &str) -> &'a Value {
    let mut found = rows.iter().filter(|row| text(row, "outcome") == outcome);
    let row = found.next().unwrap_or_else(|| panic!("no {outcome}: {rows:#?}"));
    assert!(found.next().is_none(), "{rows:#?}");
    row
}

/// Digest and label of everything attached.
fn attached(work: &Workspace, reference: &str) -> BTreeSet<(String, String)> {
    fn collect(graph: &Value, found: &mut BTreeSet<(String, String)>) {
        for list in ["referrers", "attached"] {
            for node in graph[list].as_array().into_iter().flatten() {
                found.insert((text(node, "digest").to_owned(), text(node, "label").to_owned()));
                collect(node, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    collect(&work.ocigraph(&["discover", "-o", "json", reference]).json(), &mut found);
    found
}

#[test]
fn everything_attached_arrives_at_registries_and_layouts_and_a_second_sync_sends_nothing() {
    let work = Workspace::new();
    let source = Registry::start(Kind::Docker2);
    for i in 0..5 {
        for j in 0..4 {
            AttachedImage::with_tag(&format!("app{i}.{j}"), &format!("v{j}"))
                .push_to(&work, &source.reference(&format!("team/app{i}")));
        }
    }
    let registry = Registry::start(Kind::Distribution3);
    let layout = format!("oci:{}", work.path("mirror").display());
    for (place, separator) in [(registry.host().to_owned(), "/"), (layout, "/")] {
        let pattern = format!("{}/team/*", source.host());
        let (code, rows) = sync(&work, &[&pattern, &place]);
        assert_eq!(
            (code, outcomes(&rows)),
            (Some(0), BTreeMap::from([("copied", 20)])),
            "{rows:#?}"
        );
        let (code, rows) = sync(&work, &[&pattern, &place]);
        assert_eq!(
            (code, outcomes(&rows)),
            (Some(0), BTreeMap::from([("existed", 20)])),
            "{rows:#?}"
        );
        if let Some(path) = place.strip_prefix("oci:") {
            // Its names are those of several repositories.
            let (code, rows) = sync(&work, &[&place, &format!("{}/all", registry.host())]);
            assert_eq!((code, rows.len()), (Some(1), 1), "{rows:#?}");
            assert!(text(&rows[0], "detail").contains("ocigraph restore --input"), "{rows:#?}");
            let to = format!("{}/restored", registry.host());
            work.ocigraph(&["restore", "--input", path, &to]).ok();
            let (code, rows) = sync(&work, &[&pattern, &to]);
            assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 20)])));
            continue;
        }
        for i in 0..5 {
            let name = format!("team/app{i}:v{}", i % 4);
            let expected = attached(&work, &format!("{}/{name}", source.host()));
            assert!(!expected.is_empty());
            assert_eq!(attached(&work, &format!("{place}{separator}{name}")), expected, "{place}");
        }
    }
}

#[test]
fn a_warm_sync_costs_few_requests_and_notices_what_is_new_or_moved() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let at = |i: usize| format!("{}/app:v{i}", from.host());
    for i in 0..10 {
        push(&at(i), &format!("content {i}"));
    }
    let (source, place) = (format!("{}/app", from.host()), format!("{}/mirror/app", to.host()));
    let (_, rows) = sync(&work, &[&source, &place]);
    assert_eq!(outcomes(&rows), BTreeMap::from([("copied", 10)]));
    let bytes: u64 = rows.iter().filter_map(|row| row["bytes"].as_u64()).sum();
    assert!(bytes > 0);

    from.clear_requests();
    to.clear_requests();
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 10)])));
    // A tag and two lists of referrers at the source; a tag and one list at the destination.
    let count = |fixture: &Fixture| fixture.requests().iter().filter(|r| r.path != "/v2/").count();
    assert!(count(&from) <= 10 * 3 + 2, "{:#?}", from.requests());
    assert!(count(&to) <= 10 * 2 + 2, "{:#?}", to.requests());
    assert!(to.requests().iter().all(|request| matches!(request.method.as_str(), "GET" | "HEAD")));

    let added = run(attach(&at(3), "another"));
    let (moved, _) = push(&at(4), "moved");
    let (code, rows) = sync(&work, &[&source, &place, "--dry-run"]);
    let expected = BTreeMap::from([("existed", 8), ("would-copy", 2)]);
    assert_eq!((code, outcomes(&rows)), (Some(0), expected));
    assert!(rows.iter().any(|row| text(row, "detail").contains(&added)), "{rows:#?}");
    let is_moved = |row: &Value| text(row, "detail").contains("would be moved");
    assert!(rows.iter().any(|row| text(row, "digest") == moved && is_moved(row)), "{rows:#?}");
    let (code, rows) = sync(&work, &[&source, &place]);
    let expected = BTreeMap::from([("copied", 2), ("existed", 8)]);
    assert_eq!((code, outcomes(&rows)), (Some(0), expected));
    assert!(rows.iter().any(|row| text(row, "digest") == moved), "{rows:#?}");
    let found = attached(&work, &format!("{place}:v3"));
    assert!(found.iter().any(|(digest, _)| *digest == added), "{found:?}");
}

#[test]
fn what_the_destination_refuses_is_a_row_and_the_others_arrive() {
    let work = Workspace::new();
    let from = Fixture::start(Config::default());
    let to = Fixture::start(Config { immutable_tags: true, ..Config::default() });
    let at = |tag: &str| format!("{}/app:{tag}", from.host());
    let place = format!("{}/app", to.host());
    push(&format!("{place}:fixed"), "the old one");
    push(&at("fixed"), "the new one");
    push(&at("good"), "good");
    let (image, refused) = push(&at("partly"), "partly");
    let other = run(attach(&at("partly"), "accepted"));
    let hostile =
        r#"{"errors":[{"code":"UNSUPPORTED","message":"<img src=x onerror=alert(1)><b>no"}]}"#;
    let failure = Failure::new("PUT", &refused, 405, 1);
    let failure = Failure { times: None, body: Some(hostile.to_owned()), ..failure };
    to.set_config(Config { immutable_tags: true, fail: vec![failure], ..Config::default() });
    let report = work.path("report.html");
    let source = format!("{}/app", from.host());
    let (code, rows) = sync(&work, &[&source, &place, "--report", report.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    let expected = BTreeMap::from([("changed", 1), ("copied", 1), ("refused", 1)]);
    assert_eq!(outcomes(&rows), expected, "{rows:#?}");
    assert!(text(only(&rows, "changed"), "destination").ends_with(":fixed"), "{rows:#?}");
    let row = only(&rows, "refused");
    assert!(text(row, "detail").contains(&refused), "{row}");
    assert!(!text(row, "detail").contains(&other), "{row}");
    assert_eq!(text(row, "digest"), image);
    // The image and the other attachment are there.
    let found: Vec<String> =
        attached(&work, &format!("{place}:partly")).into_iter().map(|(digest, _)| digest).collect();
    assert_eq!(found, [other]);
    let (dom, log) = opened(&work, &report);
    let position = |text: &str| dom.find(text).unwrap_or_else(|| panic!("{text}: {dom}"));
    assert!(position("2 references need attention.") < position("refused (1)"), "{dom}");
    assert!(position("refused (1)") < position("changed (1)"), "{dom}");
    assert!(position("changed (1)") < position("<summary>copied (1)"), "{dom}");
    assert!(dom.contains("&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;no"), "{dom}");
    assert!(!dom.contains("<img") && !dom.contains("<b>") && !dom.contains("<script"), "{dom}");
    assert!(!dom.contains("<details open"), "{dom}");
    assert!(!log.contains("CONSOLE"), "{log}");
}

/// Opens a page in a browser. Returns its document and the log of the browser, with the console.
fn opened(work: &Workspace, page: &Path) -> (String, String) {
    let mut command = work.command("chromium");
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
    ]);
    command.args(["--enable-logging=stderr", "--timeout=20000", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", work.path("browser").display()));
    command.arg(format!("file://{}", page.display()));
    let result = work.run(&mut command);
    assert_eq!(result.code, Some(0), "{result}");
    (result.stdout.clone(), result.stderr.clone())
}

#[test]
fn what_the_destination_has_lost_is_found_and_copied_again() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    let (_, sbom) = push(&format!("{source}:v1"), "one");
    push(&format!("{source}:v2"), "two");
    sync(&work, &[&source, &place]);
    run(async {
        let reference: Reference = format!("{place}@{sbom}").parse().unwrap();
        let store = Client::new().open(&reference).unwrap();
        let manifest = store.resolve(&reference.name().unwrap()).await.unwrap();
        let deletion =
            ManifestDeletion { manifest, subject: None, subject_retained: false, tags: Vec::new() };
        store.delete_manifests(&[deletion], 1).await.remove(0).unwrap();
    });
    let (_, rows) = sync(&work, &[&source, &place, "--dry-run"]);
    let row = only(&rows, "would-copy");
    assert!(text(row, "detail").contains(&sbom), "{row}");
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("copied", 1), ("existed", 1)])));
    assert_eq!(attached(&work, &format!("{place}:v1")).len(), 1);

    let (code, rows) = sync(&work, &[&format!("{source}:none"), &place]);
    assert_eq!(code, Some(1));
    assert!(text(only(&rows, "missing"), "detail").starts_with("the source"), "{rows:#?}");
}

#[test]
fn tags_that_the_source_lacks_are_removed_only_if_its_list_is_complete() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    push(&format!("{source}:v1"), "one");
    for tag in ["v1", "v2", "kept"] {
        push(&format!("{place}:{tag}"), "one");
    }
    let args = [source.as_str(), &place, "--prune-destination"];
    from.set_config(Config {
        fail: vec![Failure { times: None, ..Failure::new("GET", "/tags/list", 500, 1) }],
        ..Config::default()
    });
    let (code, rows) = sync(&work, &args);
    assert_eq!((code, outcomes(&rows)), (Some(1), BTreeMap::from([("unknown", 1)])));
    from.set_config(Config::default());
    let only_v = [&args[..], &["--tags", "v*"]].concat();
    let (_, rows) = sync(&work, &[&only_v[..], &["--dry-run"]].concat());
    assert!(text(only(&rows, "would-remove"), "destination").ends_with(":v2"), "{rows:#?}");
    let (code, rows) = sync(&work, &only_v);
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(text(only(&rows, "removed"), "destination").ends_with(":v2"), "{rows:#?}");
    let mut tags: Vec<String> =
        work.ocigraph(&["tags", &place]).ok().lines().map(str::to_owned).collect();
    tags.sort();
    assert_eq!(tags, ["kept", "v1"]);
}

#[test]
fn shards_together_are_the_whole_and_places_must_be_clear() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    for repository in ["a/one", "a/two", "b/one", "c", "d", "e"] {
        push(&format!("{}/{repository}:v1", from.host()), repository);
    }
    let destination = format!("{}/copies", to.host());
    let mut found = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let (code, rows) = sync(&work, &[&from.host(), &destination, "--shard", shard]);
        assert_eq!(code, Some(0));
        found.extend(rows.iter().map(|row| text(row, "destination").to_owned()));
    }
    found.sort();
    let names = ["a/one", "a/two", "b/one", "c", "d", "e"];
    assert_eq!(found, names.map(|name| format!("{destination}/{name}:v1")));
    for args in [
        vec!["sync", "h.example/app"],
        vec!["sync", "h.example/a", "h.example/b", "oci:x:v1"],
        vec!["sync", "h.example/a", "m.example/a@sha256:0"],
        vec!["sync", "h.example/a", "m.example", "--shard", "0/3"],
        vec!["sync", "h.example/a", "m.example", "--repair", "--dry-run"],
        vec!["sync", "h.example/a", "oci:x", "--to-username", "ada", "--to-password", "x"],
        vec!["sync", "oci:x", "h.example/a", "--from-plain-http"],
        vec!["sync", "h.example/a", "m.example", "--platform", "linux"],
    ] {
        work.ocigraph(&args).fails_with(2);
    }
}

#[test]
fn a_killed_sync_goes_on_and_asks_for_nothing_that_was_done() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    for i in 0..40 {
        push(&format!("{}/app:v{i}", from.host()), &format!("content {i}"));
    }
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    let checkpoint = work.path("checkpoint");
    let args = ["sync", &source, &place, "--format", "ndjson", "--concurrency", "4"];
    let args = [&args[..], &["--checkpoint", checkpoint.to_str().unwrap()]].concat();
    from.set_config(Config { delay_ms: 10, ..Config::default() });
    for _ in 0..3 {
        let mut command = work.command(ocigraph_binary());
        command.args(&args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let done = || fs::read_to_string(&checkpoint).unwrap_or_default().lines().count();
        let before = done();
        for _ in 0..400 {
            if done() > before + 3 {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    from.set_config(Config::default());
    let text_of_checkpoint = fs::read_to_string(&checkpoint).unwrap();
    let complete = text_of_checkpoint.rsplit_once('\n').unwrap().0;
    let done: BTreeSet<String> = complete
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["t"].as_str().map(str::to_owned)
        })
        .collect();
    assert!(!done.is_empty() && done.len() < 40, "{complete}");
    from.clear_requests();
    to.clear_requests();
    let result = work.ocigraph(&args).ok();
    assert_eq!(result.lines().count(), 40 - done.len());
    for request in from.requests().iter().chain(&to.requests()) {
        let tag = request.path.rsplit_once("/manifests/").map(|(_, tag)| tag);
        assert!(tag.is_none_or(|tag| !done.contains(tag)), "{request:?}");
    }
    // After a sync that reached its end, the next one finds what is new.
    push(&format!("{}/app:new", from.host()), "new");
    push(&format!("{}/other:v1", from.host()), "another");
    let other = format!("{}/other:v1", from.host());
    let to_other = format!("{}/other", to.host());
    let checkpoint_too = ["--checkpoint", checkpoint.to_str().unwrap()];
    work.ocigraph(&[&["sync", &other, &to_other], &checkpoint_too[..]].concat()).ok();
    let rows = work.ocigraph(&args).ok();
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(outcomes(&rows), BTreeMap::from([("copied", 1), ("existed", 40)]));
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 41)])));
}

#[test]
fn a_wrong_credential_is_reported_with_what_was_done() {
    let work = Workspace::new();
    let basic = |user: &str| {
        let auth = Auth::Basic { user: user.to_owned(), password: format!("secret of {user}") };
        Config { auth, ..Config::default() }
    };
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    for i in 0..3 {
        push(&format!("{}/app:v{i}", from.host()), &format!("content {i}"));
    }
    from.set_config(basic("ada"));
    to.set_config(basic("eve"));
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    let report = work.path("report.json");
    let flags = |from: &str, to: &str| {
        let flags = [
            ("--from-username", "ada".to_owned()),
            ("--from-password", from.to_owned()),
            ("--to-username", "eve".to_owned()),
            ("--to-password", to.to_owned()),
        ];
        let flags = flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]);
        flags.collect::<Vec<_>>()
    };
    let run_with = |from: &str, to: &str| {
        let given = flags(from, to);
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let args = ["sync", &source, &place, "--report", report.to_str().unwrap()];
        work.ocigraph(&[&args[..], &given].concat())
    };
    let refused = run_with("secret of ada", "wrong");
    assert_eq!(refused.code, Some(1), "{refused}");
    let hint = format!("the credentials for {} were refused", to.host());
    assert!(refused.stderr.contains(&hint), "{refused}");
    let written: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(written["summary"]["refused"], 3, "{written:#}");
    assert!(text(&written, "error").contains("UNAUTHORIZED"), "{written:#}");

    let refused = run_with("wrong", "secret of eve");
    assert_eq!(refused.code, Some(1), "{refused}");
    let written: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert!(written["rows"][0]["detail"].as_str().unwrap().contains("tags"), "{written:#}");

    run_with("secret of ada", "secret of eve").ok();
    let written: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(written["summary"]["copied"], 3, "{written:#}");
    assert_eq!(written["error"], Value::Null);
    let logs = [(&from, "eve"), (&to, "ada")];
    for (fixture, other) in logs {
        let secret = ocigraph::Bytes::from(format!("{other}:secret of {other}"));
        let encoded = base64_of(&secret);
        let is_sent = |request: &ocigraph_fixture::Logged| {
            request.header("authorization").is_some_and(|value| value.contains(&encoded))
        };
        assert!(!fixture.requests().iter().any(is_sent), "{other}");
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

#[test]
fn a_sync_that_selects_nothing_fails() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    push(&format!("{}/app:v1", from.host()), "one");
    let (app, copies) = (format!("{}/app", from.host()), format!("{}/copies", to.host()));
    let result = work.ocigraph(&["sync", &app, &copies, "--tags", "x*,y"]);
    assert_eq!(result.code, Some(1), "{result}");
    assert!(result.stderr.contains("the sources select no image"), "{result}");
    work.ocigraph(&["sync", &app, &copies, "--latest", "0"]).fails_with(2);
    // A pattern that matches nothing is reported beside a source that selects something.
    let (others, tags) = (format!("{}/other/*", from.host()), format!("{app}:x*"));
    let (code, rows) = sync(&work, &[&app, &others, &copies]);
    assert_eq!((code, rows.len()), (Some(1), 2), "{rows:#?}");
    assert!(text(only(&rows, "missing"), "detail").ends_with("no repository matches other/*"));
    only(&rows, "copied");
    let (code, rows) = sync(&work, &[&tags, &copies]);
    assert_eq!((code, rows.len()), (Some(1), 1), "{rows:#?}");
    assert!(text(only(&rows, "missing"), "detail").ends_with("no tag matches x*"), "{rows:#?}");
    let unwritable = work.path("none/report.html");
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    let args = ["sync", &source, &place, "--report", unwritable.to_str().unwrap()];
    to.clear_requests();
    assert_eq!(work.ocigraph(&args).code, Some(1));
    assert!(to.requests().is_empty(), "the report is opened first");
}

#[test]
fn the_images_of_platforms_arrive_and_a_row_names_what_stays() {
    let work = Workspace::new();
    let (from, to) = (Registry::start(Kind::Distribution3), Registry::start(Kind::Distribution3));
    let image = AttachedImage::new("app");
    image.push_to(&work, &from.reference("app"));
    let (source, place) = (from.reference("app"), to.reference("app"));
    let (code, rows) = sync(&work, &[&source, &place, "--platform", "linux/amd64"]);
    assert_eq!(code, Some(0), "{rows:#?}");
    let row = only(&rows, "copied");
    assert_eq!(text(row, "digest"), image.images[0]);
    assert!(text(row, "detail").contains(&format!("attached to the index {}", image.index)));
    let (code, rows) = sync(&work, &[&source, &place, "--platform", "linux/amd64"]);
    assert_eq!(code, Some(0), "{rows:#?}");
    assert_eq!(text(only(&rows, "existed"), "digest"), image.images[0]);
    let all = ["--platform", "linux/amd64,linux/arm64"];
    let (code, rows) = sync(&work, &[&[source.as_str(), &place], &all[..]].concat());
    assert_eq!(code, Some(0), "{rows:#?}");
    let before = format!("the tag named {} before", image.images[0]);
    let row = &rows[0];
    assert!(
        text(row, "detail").contains(&before) || text(row, "detail").contains("not copied"),
        "{row}"
    );
    let (code, rows) = sync(&work, &[&[source.as_str(), &place], &all[..]].concat());
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 1)])));
}

#[test]
fn signatures_of_manifests_without_a_tag_and_beside_a_refused_one_arrive() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let source = format!("{}/app", from.host());
    let place = format!("{}/app", to.host());
    let (_, refused) = push(&format!("{source}:v1"), "one");
    let (image, _) = push(&format!("{source}:v1"), "two");
    let (_, refused_now) = push(&format!("{source}:v2"), "three");
    assert_ne!(refused, refused_now);
    // The first image has no tag now.
    let sibling = |digest: &str| format!("{}.sig", digest.replacen(':', "-", 1));
    let untagged = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    push(&format!("{source}:{}", sibling(untagged)), "of an image without a tag");
    push(&format!("{source}:{}", sibling(&image)), "of the image");
    let (three, _) = push(&format!("{source}:v2"), "three");
    push(&format!("{source}:{}", sibling(&three)), "of the third");
    let fail = vec![Failure { times: None, ..Failure::new("PUT", &refused_now, 403, 1) }];
    to.set_config(Config { fail, ..Config::default() });
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!(code, Some(1), "{rows:#?}");
    assert!(text(only(&rows, "refused"), "detail").contains(&refused_now), "{rows:#?}");
    let has = |tag: &str| work.ocigraph(&["resolve", &format!("{place}:{tag}")]).code == Some(0);
    assert!(has(&sibling(&three)) && has(&sibling(&image)), "{rows:#?}");
    to.set_config(Config::default());
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(has(&sibling(untagged)), "{rows:#?}");
    let (code, rows) = sync(&work, &[&source, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 3)])));
}

#[test]
fn a_tag_that_was_pushed_during_the_sync_is_not_removed() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    for tag in ["v1", "v2"] {
        push(&format!("{source}:{tag}"), tag);
        push(&format!("{place}:{tag}"), tag);
    }
    push(&format!("{place}:v3"), "v3");
    // The list is older than the tag.
    let list = Failure::new("GET", "/tags/list", 200, 1);
    let body = r#"{"name":"app","tags":["v1"]}"#.to_owned();
    let list = Failure { body: Some(body), times: None, ..list };
    from.set_config(Config { fail: vec![list], ..Config::default() });
    let (code, rows) = sync(&work, &[&source, &place, "--prune-destination"]);
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(text(only(&rows, "removed"), "destination").ends_with(":v3"), "{rows:#?}");
    assert_eq!(work.ocigraph(&["tags", &place]).ok(), "v1\nv2\n");
}

#[test]
fn the_lines_of_a_repository_cost_one_list() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let lines: Vec<String> = (0..20).map(|i| format!("{}/app:v{i}", from.host())).collect();
    lines.iter().for_each(|line| drop(push(line, line)));
    work.write("images.txt", lines.join("\n"));
    from.clear_requests();
    let images = work.path("images.txt");
    let place = format!("{}/copies", to.host());
    let (code, rows) = sync(&work, &["--from", images.to_str().unwrap(), &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("copied", 20)])));
    let lists = from.requests().iter().filter(|one| one.path.ends_with("/tags/list")).count();
    assert_eq!(lists, 1);
}

#[test]
fn a_source_with_tag_and_digest_keeps_its_tag() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let source = format!("{}/app", from.host());
    let (first, _) = push(&format!("{source}:v1"), "one");
    push(&format!("{source}:v1"), "two");
    let pinned = format!("{source}:v1@{first}");
    let list = work.write("list", format!("{pinned}\n{}/other:v1\n", from.host()));
    push(&format!("{}/other:v1", from.host()), "other");
    let args = ["--from", list.to_str().unwrap(), &to.host()];
    let (code, rows) = sync(&work, &args);
    assert_eq!(code, Some(0), "{rows:#?}");
    let at = format!("{}/app:v1", to.host());
    assert_eq!(work.ocigraph(&["resolve", &at]).ok().trim(), first);
    assert!(rows.iter().any(|row| text(row, "destination") == at), "{rows:#?}");
    let (code, rows) = sync(&work, &args);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 2)])));
    let layout = format!("oci:{}", work.path("layout").display());
    let (code, rows) = sync(&work, &["--from", list.to_str().unwrap(), &layout]);
    assert_eq!(code, Some(0), "{rows:#?}");
    let name = format!("{layout}:{}/app:v1", from.host());
    assert_eq!(work.ocigraph(&["resolve", &name]).ok().trim(), first);
}

#[test]
fn copies_below_the_destination_are_not_sources() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    push(&format!("{host}/app:v1"), "one");
    push(&format!("{host}/copies-of-others:v1"), "other");
    let place = format!("{host}/copies");
    let (code, rows) = sync(&work, &[&host, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("copied", 2)])), "{rows:#?}");
    let (code, rows) = sync(&work, &[&host, &place]);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 2)])), "{rows:#?}");
}

#[test]
fn tags_of_cosign_belong_to_their_images_in_a_dry_run_and_when_tags_are_removed() {
    let work = Workspace::new();
    let (from, to) = (Fixture::start(Config::default()), Fixture::start(Config::default()));
    let (source, place) = (format!("{}/app", from.host()), format!("{}/app", to.host()));
    let sibling = |digest: &str| format!("{}.sig", digest.replacen(':', "-", 1));
    for at in [&source, &place] {
        let (image, _) = push(&format!("{at}:v1"), "one");
        push(&format!("{at}:{}", sibling(&image)), "signature of one");
    }
    let (new, sbom) = push(&format!("{source}:v2"), "two");
    push(&format!("{source}:{}", sibling(&new)), "signature of two");
    push(&format!("{source}:{}", sibling(&sbom)), "signature of the sbom of two");
    let (old, _) = push(&format!("{place}:v0"), "zero");
    push(&format!("{place}:{}", sibling(&old)), "signature of zero");
    // That of an image that neither has.
    let untagged = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    push(&format!("{place}:{}", sibling(untagged)), "signature of an image without a tag");
    let args = [source.as_str(), &place, "--prune-destination"];
    let (_, rows) = sync(&work, &[&args[..], &["--dry-run"]].concat());
    let expected = [("existed", 1), ("would-copy", 1), ("would-remove", 3)];
    assert_eq!(outcomes(&rows), BTreeMap::from(expected), "{rows:#?}");
    // Where something else is selected, they stay.
    let (code, rows) = sync(&work, &[&args[..], &["--tags", "v1"]].concat());
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 1)])), "{rows:#?}");
    let (code, rows) = sync(&work, &args);
    let expected = [("copied", 1), ("existed", 1), ("removed", 3)];
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from(expected)), "{rows:#?}");
    let has = |tag: &str| work.ocigraph(&["resolve", &format!("{place}:{tag}")]).code == Some(0);
    assert!(!has("v0") && !has(&sibling(&old)) && !has(&sibling(untagged)));
    assert!(has(&sibling(&new)) && has(&sibling(&sbom)));
    // The destination's own signature of an image that the source has.
    let (one, _) = push(&format!("{source}:v1"), "one");
    work.ocigraph(&["delete", "--yes", &format!("{source}:{}", sibling(&one))]).ok();
    let (code, rows) = sync(&work, &args);
    assert_eq!((code, outcomes(&rows)), (Some(0), BTreeMap::from([("existed", 2)])), "{rows:#?}");
    assert!(has(&sibling(&one)));
    // A signature that was replaced at the source.
    push(&format!("{source}:{}", sibling(&one)), "another signature of one");
    let (code, rows) = sync(&work, &args);
    assert_eq!(code, Some(1), "{rows:#?}");
    let detail = text(only(&rows, "changed"), "detail");
    assert!(detail.contains(&sibling(&one)) && detail.contains("remove it there"), "{detail}");
}

#[test]
fn a_destination_that_does_not_answer_ends_a_sync_and_a_wrong_line_is_named() {
    let work = Workspace::new();
    let from = Fixture::start(Config::default());
    let source = format!("{}/app", from.host());
    for tag in 0..40 {
        run(async {
            let image: Reference = format!("{source}:v{tag}").parse().unwrap();
            let options = PushOptions::default().artifact_type("app/example");
            Client::new().push(&image, options).await.unwrap();
        });
    }
    let gone = Fixture::start(Config::default());
    let place = format!("{}/app", gone.host());
    drop(gone);
    let args = ["--max-attempts", "1", "--concurrency", "2", "sync", &source, &place];
    let result = work.ocigraph(&args);
    assert_eq!(result.code, Some(1), "{result}");
    assert!(result.stderr.contains("[NETWORK]"), "{result}");
    let list = work.write("list", format!("# mine\n{source}:v1\n\n{source}:v1:v2\n"));
    for command in [&["sweep"][..], &["sync", &place]] {
        let from = ["--from", list.to_str().unwrap()];
        let error = work.ocigraph(&[command, &from].concat()).fails_with(2);
        assert!(error.contains("line 4 of") && error.contains("v1:v2"), "{error}");
    }
}

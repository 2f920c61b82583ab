//! `sweep`: what is attached to every image, on registries, layouts, and where something cannot be read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Stdio,
    thread,
    time::Duration,
};

use ocigraph::{Client, PushOptions, Reference};
use ocigraph_fixture::{Config, Failure, Fixture, Referrers};
use ocigraph_suite::{AttachedImage, Kind, Registry, Workspace, ocigraph_binary};
use serde_json::{Value, json};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Pushes an image with artifacts of these types attached. Returns its digest.
fn push(reference: &str, attached: &[&str]) -> String {
    run(async {
        let client = Client::new();
        let image = reference.parse().unwrap();
        let files = vec![ocigraph::File::bytes("file", reference.to_owned())];
        let options = PushOptions::default().artifact_type("app/example").files(files);
        let pushed = client.push(&image, options).await.unwrap();
        let repository = ocigraph::Reference::new(image.location().clone());
        for artifact_type in attached {
            let options = PushOptions::default().artifact_type(*artifact_type);
            client.push(&repository, options.subject(image.clone())).await.unwrap();
        }
        pushed.descriptor.digest.to_string()
    })
}

const SBOM: &str = "application/spdx+json";
const SIGNATURE: &str = "application/vnd.cncf.notary.signature";

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sweep(work: &Workspace, args: &[&str]) -> Vec<Value> {
    parsed(&work.ocigraph(&[&["sweep"], args].concat()).ok())
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

/// The rows of images as `repository:tag status`.
fn images(rows: &[Value]) -> Vec<String> {
    let images = rows.iter().filter(|row| row["depth"] == 0);
    let named = images.map(|row| {
        format!("{}:{} {}", text(row, "repository"), text(row, "tag"), text(row, "status"))
    });
    let mut images: Vec<String> = named.collect();
    images.sort();
    images
}

/// The nodes of the JSON of `discover`: digest and label.
fn nodes(graph: &Value, found: &mut BTreeSet<(String, String)>) {
    for list in ["referrers", "attached"] {
        for node in graph[list].as_array().into_iter().flatten() {
            found.insert((text(node, "digest").to_owned(), text(node, "label").to_owned()));
            nodes(node, found);
        }
    }
}

#[test]
fn every_attached_manifest_is_a_row_wherever_the_image_is() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let registries: Vec<Registry> = Kind::ALL.into_iter().map(Registry::start).collect();
    let mut places: Vec<String> = registries.iter().map(|r| r.reference("app")).collect();
    places.push(format!("oci:{}", work.path("layout").display()));
    for place in places {
        image.push_to(&work, &place);
        let graph = work.ocigraph(&["discover", "-o", "json", &format!("{place}:v1")]).json();
        let mut expected = BTreeSet::new();
        nodes(&graph, &mut expected);
        let rows = sweep(&work, &[&place]);
        let attached = rows.iter().filter(|row| row["depth"] != 0);
        let found: Vec<(String, String)> = attached
            .map(|row| (text(row, "digest").to_owned(), text(row, "label").to_owned()))
            .collect();
        assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected, "{place}");
        assert_eq!(found.len(), expected.len(), "{place}: a manifest has two rows");
        let roots: Vec<&Value> = rows.iter().filter(|row| row["depth"] == 0).collect();
        let [root] = roots.as_slice() else { panic!("{place}: {roots:#?}") };
        assert_eq!((text(root, "tag"), text(root, "status")), ("v1", "found"), "{place}");
        assert_eq!(rows.last(), Some(*root), "{place}: the image comes last");
        for row in &rows {
            assert_eq!(row["image"], root["digest"], "{place}");
        }
    }
}

#[test]
fn none_unknown_refused_and_missing_are_different_answers() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    push(&at("bare"), &[]);
    push(&at("signed"), &[SIGNATURE]);
    let refused = push(&at("refused"), &[SBOM]);
    let broken = push(&at("broken"), &[SBOM]);
    let failures = vec![
        Failure { times: None, ..Failure::new("GET", &format!("referrers/{refused}"), 403, 1) },
        Failure { times: None, ..Failure::new("GET", &format!("referrers/{broken}"), 500, 1) },
        Failure { times: None, ..Failure::new("", "manifests/gone", 404, 1) },
    ];
    push(&at("gone"), &[]);
    fixture.set_config(Config { fail: failures, ..Config::default() });
    let repository = format!("{}/app", fixture.host());
    let none = format!("{}/none", fixture.host());
    let result = work.ocigraph(&["--max-attempts", "2", "sweep", &repository, &none]);
    assert_eq!(result.code, Some(3), "{result}");
    let rows = parsed(&result.stdout);
    let expected = [
        "app:bare none",
        "app:broken unknown",
        "app:gone missing",
        "app:refused refused",
        "app:signed found",
        "none: missing",
    ];
    assert_eq!(images(&rows), expected);
    let error = rows.iter().find(|row| text(row, "status") == "refused").unwrap();
    assert!(text(error, "error").contains("403"), "{error}");

    let summary = work.ocigraph(&["--max-attempts", "2", "sweep", &repository, "--summary"]);
    assert_eq!(summary.code, Some(3), "{summary}");
    let table = summary.stdout;
    // Of an image that could not be read, it is not known whether it has an SBoM.
    assert!(table.contains("sbom                 0         2         2"), "{table}");
}

#[test]
fn tags_of_one_image_share_its_walk_and_sibling_tags_are_not_images() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    let image = push(&at("v1"), &[SBOM]);
    work.ocigraph(&["tag", &at("v1"), "latest", "stable"]).ok();
    let sibling = format!("{}.sig", image.replace(':', "-"));
    push(&at(&sibling), &[]);
    // An image without a tag, to which a sibling tag leads.
    let untagged = push(&format!("{}/app", fixture.host()), &[]);
    push(&at(&format!("{}.sig", untagged.replace(':', "-"))), &[]);
    fixture.clear_requests();
    let rows = sweep(&work, &[&format!("{}/app", fixture.host())]);
    let expected = ["app: found", "app:latest found", "app:stable found", "app:v1 found"];
    assert_eq!(images(&rows), expected);
    let of_image = rows.iter().filter(|row| row["image"] == image && row["depth"] == 1);
    let kinds: BTreeSet<&str> = of_image.map(|row| text(row, "edge")).collect();
    assert_eq!(kinds, BTreeSet::from(["referrer", "tag"]));
    let tags = ["v1", "latest", "stable"];
    assert!(rows.iter().all(|row| row["tag"].is_null() || tags.contains(&text(row, "tag"))));
    let lists =
        fixture.requests().into_iter().filter(|r| r.path.contains(&format!("referrers/{image}")));
    assert_eq!(lists.count(), 1, "the referrers of an image with three tags are listed once");

    // A sibling tag whose image does not exist.
    push(&at(&format!("sha256-{}.sig", "0".repeat(64))), &[]);
    let result = work.ocigraph(&["sweep", &format!("{}/app", fixture.host())]);
    assert_eq!(result.code, Some(1), "{result}");
    let rows = parsed(&result.stdout);
    let dead = rows.iter().find(|row| text(row, "status") == "missing").unwrap();
    assert!(text(dead, "error").contains("prune --dead-tags"), "{dead}");
}

#[test]
fn repositories_tags_versions_and_shards_select() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    for repository in ["a/one", "a/two", "b/one", "c"] {
        for tag in ["v1.9", "v1.10", "v1.10-rc1", "edge"] {
            push(&format!("{host}/{repository}:{tag}"), &[]);
        }
    }
    let selected = |args: &[&str]| images(&sweep(&work, args));
    assert_eq!(selected(&[&host]).len(), 16);
    let latest = ["a/one:v1.10 none", "a/two:v1.10 none"];
    assert_eq!(selected(&[&format!("{host}/a/*"), "--latest", "1"]), latest);
    assert_eq!(selected(&[&host, "--repositories", "a/*", "--latest", "1"]), latest);
    let patterns = ["b/one:v1.10 none", "b/one:v1.10-rc1 none"];
    assert_eq!(selected(&[&format!("{host}/b/one:v1.1*")]), patterns);
    assert_eq!(selected(&[&format!("{host}/b/*"), "--tags", "v1.1*"]), patterns);
    assert_eq!(selected(&[&format!("{host}/{{b/one,c}}:edge,v1.9")]).len(), 4);
    let from =
        work.write("targets", format!("# one target a line\n{host}/c:edge\n\n{host}/c:v1.9\n"));
    let from = ["--from", from.to_str().unwrap()];
    assert_eq!(selected(&from), ["c:edge none", "c:v1.9 none"]);
    // Targets that overlap are swept once.
    assert_eq!(selected(&[&format!("{host}/c"), &format!("{host}/c")]).len(), 4);

    let mut of_shards = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        of_shards.extend(selected(&[&host, "--shard", shard]));
    }
    of_shards.sort();
    assert_eq!(of_shards, selected(&[&host]));
    assert_eq!(selected(&[&format!("{host}/c"), "--tags", "edge,v1.9"]).len(), 2);
    let error = work.ocigraph(&["sweep", &host, "--latest", "0"]).fails_with(2);
    assert!(error.contains("selects no image"), "{error}");
    let error = work.ocigraph(&["sweep", &host, "--shard", "4/3"]).fails_with(2);
    assert!(error.contains("invalid shard \"4/3\""), "{error}");
}

#[test]
fn csv_has_the_columns_of_the_rows() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let image = push(&format!("{}/app:v1", fixture.host()), &[SBOM]);
    let path = work.path("rows.csv");
    let args = ["sweep", &fixture.host(), "--format", "csv", "-o", path.to_str().unwrap()];
    work.ocigraph(&args).ok();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("registry,repository,tag,image,subject,digest,edge,label,kinds,"));
    let start = format!("{},app,v1,{image},{image},sha256:", fixture.host());
    assert!(lines[1].starts_with(&start), "{text}");
    assert!(lines[1].contains(",referrer,SBoM (SPDX),sbom,application/spdx+json,"), "{text}");
    for args in [
        ["sweep", "h/a", "--format", "parquet", "--shard", "1/1"].as_slice(),
        &["sweep", "h/a", "--output", "rows.csv"],
        &["sweep", "h/a", "--output", "rows.parquet", "--format", "csv"],
        &["sweep", "h/a", "--format", "parquet", "-o", "x", "--checkpoint", "y"],
        &["sweep"],
        &["sweep", "h/a", "--tags", "v[1"],
    ] {
        work.ocigraph(args).fails_with(2);
    }
}

/// A registry without an API for referrers, whose images have fallback tags.
#[test]
fn fallback_tags_are_not_images() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let repository = format!("{}/app", fixture.host());
    for tag in ["v1", "v2", "v3"] {
        push(&format!("{repository}:{tag}"), &[SBOM]);
    }
    let rows = sweep(&work, &[&repository]);
    assert_eq!(images(&rows), ["app:v1 found", "app:v2 found", "app:v3 found"]);
    assert_eq!(rows.len(), 6);
}

#[test]
fn a_registry_that_does_not_answer_is_given_up_and_the_others_are_swept() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    push(&format!("{}/app:v1", fixture.host()), &[SBOM]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let targets: Vec<String> = (0..60).map(|i| format!("{closed}/app{i}:v1")).collect();
    let (good, path) = (format!("{}/app", fixture.host()), work.path("rows"));
    let from = work.write("targets", targets.join("\n"));
    let args = [
        "--max-attempts",
        "1",
        "sweep",
        &good,
        "--from",
        from.to_str().unwrap(),
        "-o",
        path.to_str().unwrap(),
        "--concurrency",
        "4",
    ];
    work.ocigraph(&args).fails_with(3);
    let rows = parsed(&fs::read_to_string(&path).unwrap());
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["depth"] == 0) {
        *by_status.entry(text(row, "status")).or_default() += 1;
    }
    assert_eq!(by_status, BTreeMap::from([("found", 1), ("unknown", 60)]));
    let given_up = rows.iter().filter(|row| text(row, "error").starts_with("not swept")).count();
    assert!((1..60).contains(&given_up), "{given_up}");
}

/// Sweeps with a checkpoint, is killed after some rows, and goes on.
#[test]
fn a_killed_sweep_goes_on_and_asks_for_nothing_twice() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    for repository in ["one", "two"] {
        for i in 0..40 {
            push(&format!("{host}/{repository}:v{i}"), if i % 2 == 0 { &[SBOM] } else { &[] });
        }
    }
    let whole = sweep(&work, &[&host]);
    let (rows, checkpoint) = (work.path("rows"), work.path("checkpoint"));
    let args = [
        "sweep",
        &host,
        "-o",
        rows.to_str().unwrap(),
        "--checkpoint",
        checkpoint.to_str().unwrap(),
        "--concurrency",
        "4",
    ];
    fixture.set_config(Config { delay_ms: 20, ..Config::default() });
    fixture.clear_requests();
    for _ in 0..3 {
        let mut command = work.command(ocigraph_binary());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(300));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    fixture.set_config(Config::default());
    work.ocigraph(&args).ok();
    let key = |row: &Value| row.to_string();
    let mut found: Vec<String> =
        parsed(&fs::read_to_string(&rows).unwrap()).iter().map(key).collect();
    let mut expected: Vec<String> = whole.iter().map(key).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for request in fixture.requests().iter().filter(|request| request.path != "/v2/") {
        *counts.entry(format!("{} {}", request.method, request.path)).or_default() += 1;
    }
    // Each kill loses the images in progress, which are four: the tag and the referrers of the image and of its
    // SBoM are asked for again. Lists of repositories and tags are lost before they are recorded, or not.
    let (kills, images) = (3, 4);
    let repeated = |what: &str| -> usize {
        counts.iter().filter(|(name, _)| name.contains(what)).map(|(_, count)| count - 1).sum()
    };
    assert!(repeated("HEAD ") <= kills * images, "{counts:#?}");
    assert!(repeated("/referrers/") <= kills * images * 2, "{counts:#?}");
    assert!(repeated("") <= kills * (images * 3 + 3), "{counts:#?}");
    // One that reached its end is not continued: the next one finds what is new.
    push(&format!("{host}/three:v1"), &[]);
    work.ocigraph(&args).ok();
    let after = parsed(&fs::read_to_string(&rows).unwrap());
    assert_eq!(after.len(), whole.len() + 1);

    forget_end(&checkpoint);
    let other = ["sweep", &host, "--tags", "v1", "--checkpoint", checkpoint.to_str().unwrap()];
    let error = work.ocigraph(&other).fails_with(2);
    assert!(error.contains("checkpoint"), "{error}");
}

/// What a checkpoint has done makes no request, however many targets there are.
#[test]
fn a_sweep_of_many_targets_continues_after_those_that_are_done() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    let names: Vec<String> = (0..40).map(|i| format!("{host}/app{i}")).collect();
    names.iter().for_each(|name| drop(push(&format!("{name}:v1"), &[])));
    let from = work.write("targets", names.join("\n"));
    let (rows, checkpoint) = (work.path("rows"), work.path("checkpoint"));
    let args = [
        "sweep",
        "--from",
        from.to_str().unwrap(),
        "-o",
        rows.to_str().unwrap(),
        "--checkpoint",
        checkpoint.to_str().unwrap(),
    ];
    work.ocigraph(&args).ok();
    let whole = fs::read_to_string(&checkpoint).unwrap();
    let count = |path| {
        let rows = parsed(&fs::read_to_string(path).unwrap());
        rows.iter().map(|row| text(row, "repository").to_owned()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((count(&rows), whole.matches("\"over\"").count()), (40, 40));
    // Wherever the checkpoint was cut, the rest follows. It counts the rows of this file.
    let complete = fs::read(&rows).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for kept in (1..lines.len()).step_by(7) {
        fs::write(&checkpoint, lines[..kept].join("\n") + "\n").unwrap();
        fs::write(&rows, &complete).unwrap();
        work.ocigraph(&args).ok();
        assert_eq!(count(&rows), 40, "after {kept} of {} lines", lines.len());
    }

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let targets: Vec<String> = (0..500).map(|i| format!("{closed}/app{i}")).collect();
    let from = work.write("unreachable", targets.join("\n"));
    let args = ["--max-attempts", "1", "sweep", "--from", from.to_str().unwrap()];
    let result = work.ocigraph(&args);
    assert_eq!((result.code, parsed(&result.stdout).len()), (Some(3), 500));
}

#[test]
fn a_sweep_of_indexes_alone_does_not_say_that_their_images_have_nothing() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let place = format!("oci:{}", work.path("layout").display());
    image.push_to(&work, &place);
    for depth in ["0", "1"] {
        let rows = sweep(&work, &[&place, "--depth", depth]);
        assert_eq!(images(&rows), [":v1 found"], "depth {depth}");
    }
}

#[test]
fn a_checkpoint_never_replaces_another_file() {
    let work = Workspace::new();
    let text = r#"{"schemaVersion":2,"manifests":[]}"#;
    let path = work.write("index.json", text);
    let place = format!("oci:{}", work.path("layout").display());
    push(&format!("{place}:v1"), &[]);
    work.ocigraph(&["sweep", &place, "--checkpoint", path.to_str().unwrap()]).fails_with(2);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

/// Sweeps with a checkpoint while something is refused and unknown, and again after it was mended.
#[test]
fn a_sweep_that_goes_on_asks_again_for_what_was_refused_or_unknown() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    let at = |tag: &str| format!("{host}/app:{tag}");
    push(&at("bare"), &[]);
    let refused = push(&at("refused"), &[SBOM]);
    let broken = push(&at("broken"), &[SBOM]);
    push(&at("hidden"), &[SIGNATURE]);
    push(&format!("{host}/closed:v1"), &[]);
    let whole = work.path("whole.csv");
    work.ocigraph(&["sweep", &host, "--format", "csv", "-o", whole.to_str().unwrap()]).ok();
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let expected = sweep(&work, &[&host]);
    for format in ["ndjson", "csv"] {
        let fail =
            |path: &str, status| Failure { times: None, ..Failure::new("", path, status, 1) };
        let failures = vec![
            fail(&format!("referrers/{refused}"), 403),
            fail(&format!("referrers/{broken}"), 500),
            fail("manifests/hidden", 403),
            fail("closed/tags/list", 403),
        ];
        fixture.set_config(Config { fail: failures, ..Config::default() });
        let (rows, checkpoint) = (work.path(format), work.path(format!("{format}.state")));
        let mut args = vec!["--max-attempts", "1", "sweep", &host, "--format", format, "--summary"];
        args.extend(["-o", rows.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()]);
        let mut before = Vec::new();
        for _ in 0..2 {
            let result = work.ocigraph(&args);
            assert_eq!(result.code, Some(3), "{result}");
            let first =
                "4 images, 0 attached manifests, 1 with nothing attached, 1 unknown, 3 refused";
            assert!(result.stdout.starts_with(first), "{result}");
            let text = fs::read_to_string(&rows).unwrap();
            before.push(text.lines().count());
        }
        assert_eq!(before[0], before[1], "the rows of what was not known are there twice");
        fixture.set_config(Config::default());
        let table = work.ocigraph(&args).ok();
        assert!(
            table.starts_with("5 images, 3 attached manifests, 2 with nothing attached\n"),
            "{table}"
        );
        let text = fs::read_to_string(&rows).unwrap();
        match format {
            "csv" => assert_eq!(sorted(text), sorted(fs::read_to_string(&whole).unwrap())),
            _ => {
                let lines =
                    |rows: &[Value]| sorted(rows.iter().map(|row| format!("{row}\n")).collect());
                assert_eq!(lines(&parsed(&text)), lines(&expected));
            }
        }
        // Nothing is left to ask for, so the next one begins again.
        push(&format!("{host}/new-{format}:v1"), &[]);
        let table = work.ocigraph(&args).ok();
        assert!(table.starts_with("6 images"), "{table}");
        assert_eq!(fs::read_to_string(&rows).unwrap().matches("new-").count(), 1);
        delete(&format!("{host}/new-{format}:v1"));
    }
}

/// Makes a checkpoint that of a sweep that was killed before its end.
fn forget_end(checkpoint: &Path) {
    let text = fs::read_to_string(checkpoint).unwrap();
    fs::write(checkpoint, text.strip_suffix("{\"end\":true}\n").unwrap()).unwrap();
}

fn delete(reference: &str) {
    let image: Reference = reference.parse().unwrap();
    run(Client::new().delete(&image, ocigraph::DeleteOptions::default())).unwrap();
}

#[test]
fn a_pattern_that_matches_nothing_is_not_silent() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let host = fixture.host();
    push(&format!("{host}/app:v1"), &[]);
    push(&format!("{host}/other:w1"), &[]);
    for (args, lacking) in [
        (vec![format!("{host}/none/*"), format!("{host}/app")], "no repository matches none/*"),
        (vec![format!("{host}/app:x*"), format!("{host}/app:v1")], "no tag matches x*"),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let result = work.ocigraph(&[&["sweep"], &args[..]].concat());
        assert_eq!(result.code, Some(1), "{result}");
        let rows = parsed(&result.stdout);
        let missing = rows.iter().find(|row| text(row, "status") == "missing").unwrap();
        assert_eq!(text(missing, "error"), lacking);
        assert_eq!(rows.len(), 2, "{rows:#?}");
    }
    for args in [
        vec!["sweep", &host, "--tags", "x*"],
        vec!["sweep", &host, "--repositories", "none/*"],
        vec!["sweep", &format!("{host}/**:x*")],
    ] {
        let result = work.ocigraph(&args);
        assert_eq!(result.code, Some(1), "{result}");
        assert!(result.stderr.contains("the patterns select no image"), "{result}");
    }
    // Some repositories of many have no such tag.
    assert_eq!(sweep(&work, &[&format!("{host}/**:v*")]).len(), 1);
    let summary = work.ocigraph(&["sweep", &host, "--summary", "--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["images"], 2);
}

#[test]
fn the_summary_counts_images_and_not_tags() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    push(&at("v1"), &[]);
    work.ocigraph(&["tag", &at("v1"), "latest", "stable"]).ok();
    let refused = push(&at("w1"), &[SBOM]);
    work.ocigraph(&["tag", &at("w1"), "w2", "w3"]).ok();
    let path = format!("referrers/{refused}");
    let fail = vec![Failure { times: None, ..Failure::new("GET", &path, 403, 1) }];
    fixture.set_config(Config { fail, ..Config::default() });
    let repository = format!("{}/app", fixture.host());
    let result = work.ocigraph(&["sweep", &repository, "--summary"]);
    let first = "2 images, 0 attached manifests, 1 with nothing attached, 1 refused\n";
    assert!(result.stdout.starts_with(first), "{result}");
}

#[test]
fn a_sweep_that_goes_on_counts_all_attachments_of_an_image_that_has_many() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let image = push(&format!("{}/app:v1", fixture.host()), &[]);
    let subject: ocigraph::Reference = format!("{}/app@{image}", fixture.host()).parse().unwrap();
    run(async {
        let client = Client::new();
        let repository = ocigraph::Reference::new(subject.location().clone());
        for i in 0..1100 {
            let options = PushOptions::default()
                .artifact_type(SIGNATURE)
                .annotations([("number".to_owned(), i.to_string())].into());
            client.push(&repository, options.subject(subject.clone())).await.unwrap();
        }
    });
    let (rows, checkpoint) = (work.path("rows"), work.path("checkpoint"));
    let args = [
        "sweep",
        &fixture.host(),
        "--summary",
        "-o",
        rows.to_str().unwrap(),
        "--checkpoint",
        checkpoint.to_str().unwrap(),
    ];
    for _ in 0..2 {
        let table = work.ocigraph(&args).ok();
        assert!(table.starts_with("1 images, 1100 attached manifests\n"), "{table}");
    }
}

#[test]
fn targets_that_overlap_are_one_row_for_each_tag_and_asked_for_once() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    let image = push(&at("v1"), &[SBOM]);
    push(&at("v2"), &[]);
    push(&at("w1"), &[]);
    let repository = format!("{}/app", fixture.host());
    let by_digest = format!("{repository}@{image}");
    fixture.clear_requests();
    let lines = [&by_digest, &at("v1"), &repository, &at("v1"), &at("v*"), &fixture.host()];
    let from = work.write("targets", lines.map(String::as_str).join("\n"));
    let (rows, checkpoint) = (work.path("rows"), work.path("checkpoint"));
    let mut args = vec!["sweep", "--from", from.to_str().unwrap(), "-o", rows.to_str().unwrap()];
    args.extend(["--checkpoint", checkpoint.to_str().unwrap()]);
    for part in [1, 2] {
        work.ocigraph(&args).ok();
        if part == 1 {
            forget_end(&checkpoint);
        }
        let rows = parsed(&fs::read_to_string(&rows).unwrap());
        assert_eq!(images(&rows), ["app:v1 found", "app:v2 none", "app:w1 none"]);
        assert_eq!(rows.len(), 4, "{rows:#?}");
    }
    let requests = fixture.requests();
    let count = |part: &str| requests.iter().filter(|r| r.path.contains(part)).count();
    assert_eq!((count("tags/list"), count(&format!("referrers/{image}"))), (1, 1));
    assert_eq!(count("manifests/v1"), 1);

    // Lines with a tag each are one repository, also if the other tags cannot be listed.
    let fail = vec![Failure { times: None, ..Failure::new("", "tags/list", 403, 1) }];
    fixture.set_config(Config { fail, ..Config::default() });
    let result = work.ocigraph(&["sweep", &repository, &at("v1"), &at("w1")]);
    let expected = ["app: refused", "app:v1 found", "app:w1 none"];
    assert_eq!(images(&parsed(&result.stdout)), expected, "{result}");
    fixture.set_config(Config::default());
    fixture.clear_requests();
    assert_eq!(images(&sweep(&work, &[&at("v1"), &at("w1"), &by_digest])).len(), 2);
    assert_eq!(fixture.requests().iter().filter(|r| r.path.contains(&image)).count(), 1);
}

#[test]
fn a_registry_that_answers_again_after_a_pause_is_swept_to_its_end() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    for i in 0..40 {
        push(&format!("{}/app:v{i}", fixture.host()), &[]);
    }
    // Two requests for each of 32 images: the second has a new token.
    let fail = vec![Failure { times: Some(64), ..Failure::new("", "app/manifests", 401, 1) }];
    fixture.set_config(Config { fail, ..Config::default() });
    let repository = format!("{}/app", fixture.host());
    let args = ["--max-attempts", "1", "sweep", &repository, "--concurrency", "1"];
    let rows = parsed(&work.ocigraph(&args).stdout);
    let count = |status| rows.iter().filter(|row| text(row, "status") == status).count();
    assert_eq!((count("refused"), count("none")), (32, 8));
}

#[test]
fn a_registry_that_hangs_does_not_hold_up_another() {
    let work = Workspace::new();
    let [slow, good] = [(); 2].map(|()| Fixture::start(Config::default()));
    for i in 0..20 {
        push(&format!("{}/app{i}:v1", good.host()), &[SBOM]);
    }
    slow.set_config(Config { delay_ms: 60_000, ..Config::default() });
    let hanging = (0..400).map(|i| format!("{}/app{}:v{i}", slow.host(), i % 100));
    let listed = (0..20).map(|i| format!("{}/other{i}", slow.host()));
    let answering = (0..20).map(|i| format!("{}/app{i}", good.host()));
    let targets: Vec<String> = hanging.chain(listed).chain(answering).collect();
    let (from, path) = (work.write("targets", targets.join("\n")), work.path("rows"));
    let mut command = work.command(ocigraph_binary());
    command.args(["sweep", "--from", from.to_str().unwrap(), "-o", path.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut found = 0;
    for _ in 0..200 {
        thread::sleep(Duration::from_millis(100));
        found = fs::read_to_string(&path).unwrap_or_default().matches("\"found\"").count();
        if found == 40 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(found, 40);
}

#[test]
fn an_attached_manifest_that_is_refused_is_not_unknown() {
    let work = Workspace::new();
    let config = || Config { referrers: Referrers::None, ..Config::default() };
    let fixture = Fixture::start(config());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    let image = push(&at("v1"), &[SBOM]);
    let rows = sweep(&work, &[&at("v1")]);
    let sbom = rows.iter().find(|row| row["depth"] == 1).unwrap();
    // A fallback index without artifact types, as some tools write it: each manifest has to be read.
    let entry = json!({
        "mediaType": sbom["mediaType"],
        "digest": sbom["digest"],
        "size": sbom["size"],
    });
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": [entry] });
    let file = work.write("index.json", index.to_string());
    let tag = at(&image.replace(':', "-"));
    work.ocigraph(&["manifest", "push", &tag, file.to_str().unwrap()]).ok();
    for (code, status) in [(401, "refused"), (403, "refused"), (500, "unknown")] {
        let path = format!("manifests/{}", text(sbom, "digest"));
        let fail = vec![Failure { times: None, ..Failure::new("GET", &path, code, 1) }];
        fixture.set_config(Config { fail, ..config() });
        let result = work.ocigraph(&["--max-attempts", "1", "sweep", &at("v1")]);
        let rows = parsed(&result.stdout);
        assert_eq!(images(&rows), [format!("app:v1 {status}")], "{code}: {result}");
        assert!(rows.iter().all(|row| text(row, "status") == status), "{code}: {result}");
    }
}

/// Images with fallback tags, on a registry with a referrers API and on one without, of a sweep that has listed
/// the tags and nothing else.
#[test]
fn a_sweep_that_goes_on_knows_the_fallback_tags() {
    let work = Workspace::new();
    for referrers in [Referrers::None, Referrers::Oci] {
        let fixture = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
        let repository = format!("{}/app", fixture.host());
        push(&format!("{repository}:v0"), &[]);
        for i in 1..6 {
            push(&format!("{repository}:v{i}"), if i % 2 == 0 { &[SBOM] } else { &[] });
        }
        fixture.set_config(Config { referrers, ..Config::default() });
        let name = format!("{referrers:?}");
        let (rows, checkpoint) = (work.path(&name), work.path(format!("{name}.state")));
        let mut args = vec!["sweep", &repository, "--concurrency", "1"];
        args.extend(["-o", rows.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()]);
        fixture.clear_requests();
        work.ocigraph(&args).ok();
        let whole = parsed(&fs::read_to_string(&rows).unwrap());
        assert_eq!(images(&whole).len(), 6);
        let requests = fixture.requests().len();
        let text = fs::read_to_string(&checkpoint).unwrap();
        let end = text.find("\n{\"listed\"").unwrap();
        let end = end + 1 + text[end + 1..].find('\n').unwrap() + 1;
        fs::write(&checkpoint, &text[..end]).unwrap();
        fixture.clear_requests();
        work.ocigraph(&args).ok();
        let sorted = |rows: &[Value]| rows.iter().map(Value::to_string).collect::<BTreeSet<_>>();
        let again = parsed(&fs::read_to_string(&rows).unwrap());
        assert_eq!(sorted(&again), sorted(&whole), "{name}");
        let lists = fixture.requests().iter().filter(|r| r.path.contains("tags/list")).count();
        assert_eq!(lists, 0, "{name}");
        assert!(fixture.requests().len() < requests, "{name}");
    }
}

#[test]
fn the_lines_of_a_repository_are_one_target_and_a_checkpoint_of_many_can_be_opened() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let at = |tag: &str| format!("{}/app:{tag}", fixture.host());
    push(&at("v1"), &[SBOM]);
    work.ocigraph(&["tag", &at("v1"), "v2"]).ok();
    let lines = [at("v1"), at("v2"), at("v1")].join("\n");
    let from = work.write("few", &lines);
    fixture.clear_requests();
    let rows = sweep(&work, &["--from", from.to_str().unwrap()]);
    assert_eq!(images(&rows), ["app:v1 found", "app:v2 found"]);
    let lists = fixture.requests().into_iter().filter(|one| one.path.contains("referrers/sha256"));
    assert_eq!(lists.count(), 2, "the referrers of the image and of its SBoM");

    // The header of a checkpoint with all targets would be longer than a line may be.
    let tags: Vec<String> = (0..40_000).map(|i| at(&format!("a-tag-of-many-{i}"))).collect();
    let layout = work.path("layout");
    let many =
        tags.iter().map(|tag| tag.replace(&fixture.host(), &format!("oci:{}", layout.display())));
    let from = work.write("many", many.collect::<Vec<_>>().join("\n"));
    let checkpoint = work.path("checkpoint");
    let args = ["--from", from.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()];
    for _ in 0..2 {
        let result = work.ocigraph(&[&["sweep", "--latest", "1"], &args[..]].concat());
        assert!(!result.stderr.contains("checkpoint"), "{}", result.stderr);
    }
    forget_end(&checkpoint);
    let other = work.write("other", tags[..30_000].join("\n"));
    let args = ["--from", other.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()];
    let result = work.ocigraph(&[&["sweep", "--latest", "1"], &args[..]].concat());
    assert!(result.stderr.contains("other targets"), "{}", result.stderr);
    assert!(result.stderr.len() < 2000, "{} bytes", result.stderr.len());
}

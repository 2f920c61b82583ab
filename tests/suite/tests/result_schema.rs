//! Real results match the JSON schemas of `docs`: those of the library in both spellings, and those that the command
//! prints.
//!
//! The Python package `jsonschema` validates them, which is among the pinned packages of the Python tests.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, LazyLock},
};

use ocigraph::{
    AttachOptions, BackupOptions, Bytes, CheckOptions, Client, CopyOptions, DeleteOptions,
    DiscoverOptions, File, IndexCreateOptions, IndexUpdateOptions, KeyCase, Manifest,
    ManifestFormat, MigrateOptions, PruneOptions, PullOptions, PushOptions, Reference,
    ResolveOptions, RestoreOptions, Rows, SweepOptions, SyncOptions, ToJson, TransferOptions,
    UntagOptions, VerifyOptions,
};
use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::Workspace;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const VALIDATE: &str = r##"
import json, sys
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
results = json.load(sys.stdin)
registry = Registry()
for name in {name for name, _, _ in results}:
    schema = json.load(open(name, encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    registry = registry.with_resource("file://" + name, Resource.from_contents(schema))
for name, pointer, value in results:
    schema = {"$ref": f"file://{name}#{pointer}"}
    for error in Draft202012Validator(schema, registry=registry).iter_errors(value):
        print(pointer, error.json_path, error.message[:300], json.dumps(value)[:300])
"##;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schema(case: KeyCase) -> Value {
    let name = match case {
        KeyCase::Snake => "results.snake.schema.json",
        _ => "results.camel.schema.json",
    };
    json!(root().join("docs").join(name))
}

/// Results, each with its schema and the place of its schema in the document.
#[derive(Default)]
struct Results {
    all: Vec<Value>,
    operations: BTreeSet<String>,
}

impl Results {
    /// Adds a result of the library in both spellings. `to_json` writes it.
    fn add(&mut self, operation: &str, to_json: impl Fn(KeyCase) -> Value) {
        self.operations.insert(operation.to_owned());
        for case in [KeyCase::Snake, KeyCase::Camel] {
            let name = match case {
                KeyCase::Snake => operation.to_owned(),
                _ => camel(operation),
            };
            self.all.push(json!([schema(case), format!("/properties/{name}"), to_json(case)]));
        }
    }

    fn add_result(&mut self, operation: &str, result: &(impl ToJson + ?Sized)) {
        self.add(operation, |case| result.to_json(case));
    }

    /// Adds what a command printed.
    fn add_command(&mut self, pointer: &str, printed: Value) {
        self.operations.insert(pointer.rsplit('/').next().unwrap_or_default().to_owned());
        self.all.push(json!([schema(KeyCase::Camel), pointer, printed]));
    }

    /// Validates all results and returns the names of their operations.
    fn validated(self) -> BTreeSet<String> {
        let python = Command::new(root().join("python/environment")).output().unwrap();
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let python = String::from_utf8(python.stdout).unwrap();
        let mut validator = Command::new(python.trim())
            .args(["-c", VALIDATE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = json!(self.all).to_string();
        validator.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = validator.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && errors.is_empty(), "{errors}");
        self.operations
    }
}

impl Results {
    fn add_rows<T: ToJson>(&mut self, name: &str, rows: &[T], summary: &impl ToJson) {
        self.add(name, |case| {
            let rows: Vec<Value> = rows.iter().map(|row| row.to_json(case)).collect();
            json!({ "rows": rows, "summary": summary.to_json(case) })
        });
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part[..1].to_uppercase() + &part[1..])
}

fn run<T>(work: impl Future<Output = ocigraph::Result<T>>) -> T {
    // One runtime, because a client keeps its connections.
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
    RUNTIME.block_on(work).unwrap()
}

async fn all_rows<T, S: Clone>(mut rows: Rows<T, S>) -> ocigraph::Result<(Vec<T>, S)> {
    let mut found = Vec::new();
    while let Some(batch) = rows.next_batch().await? {
        found.extend(batch);
    }
    Ok((found, rows.summary()))
}

/// Runs every operation of the library on an empty repository or layout.
fn library(place: &str, work: &Workspace) -> Results {
    let mut results = Results::default();
    let client = Client::new();
    let reference = |name: &str| format!("{place}{name}").parse::<Reference>().unwrap();
    let root = reference(":v1");
    let file = |content: &'static str, title: &str| {
        let mut file = File::path("");
        file.content = ocigraph::Content::Bytes(Bytes::from_static(content.as_bytes()));
        file.title = (!title.is_empty()).then(|| title.to_owned());
        file
    };
    let files = || vec![file("titled", "a_b.txt"), file("untitled", "")];
    let annotations = [("my_key".to_owned(), "a value".to_owned())].into();
    let options =
        PushOptions::default().files(files()).artifact_type("app/x").annotations(annotations);
    results.add_result("push", &run(client.push(&root, options)));
    let options =
        PushOptions::default().files(files()).artifact_type("sbom/x").subject(root.clone());
    let referrer = run(client.push(&reference(""), options));
    let options = AttachOptions::default().files(files()).artifact_type("note/x");
    results.add_result("attach", &run(client.attach(&root, options)));
    let options = PushOptions::default().artifact_type("signature/x").subject(referrer.reference);
    results.add_result("push", &run(client.push(&reference(":signature"), options)));

    let entry = run(client.resolve(&root, ResolveOptions::default()));
    let platform = json!({
        "architecture": "arm64", "os": "windows", "os.version": "10", "os.features": ["a_b"], "variant": "v8",
    });
    let mut listed = serde_json::to_value(&entry).unwrap();
    listed["platform"] = platform;
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [listed],
    });
    let bytes = Bytes::from(index.to_string());
    let manifest = Manifest::parse(bytes, None, reference(":index").algorithm().unwrap()).unwrap();
    run(client.push_manifest(&reference(":index"), &manifest));
    results.add_result("push_manifest", &manifest.descriptor());
    let image = ResolveOptions::for_platform(Some("windows/arm64/v8".parse().unwrap()));
    results.add_result("resolve", &run(client.resolve(&reference(":index"), image)));
    let fetched = run(client.fetch_manifest(&root, ResolveOptions::default()));
    results.add_result("fetch_manifest", &fetched.descriptor());

    let blob = Bytes::from_static(b"a blob");
    let descriptor = ocigraph::Descriptor::of("text/plain", &blob);
    let source = Arc::new(blob);
    let outcome =
        run(client.push_blob(&reference(""), &descriptor, source, TransferOptions::default()));
    results.add(
        "push_blob",
        |case| json!({ "descriptor": descriptor.to_json(case), "outcome": outcome.name() }),
    );
    let digest = reference(&format!("@{}", descriptor.digest));
    let (fetched, _stream) = run(client.fetch_blob(&digest, TransferOptions::default()));
    results.add_result("fetch_blob", &fetched);

    results.add_result("tag", &run(client.tag(&root, &["stable".to_owned(), "old".to_owned()])));
    let tags = run(client.tags(&root));
    results.add("tags", |_| json!(tags));
    run(client.untag(&reference(":old"), UntagOptions::default()));
    results.add("untag", |_| Value::Null);
    results.add_result("tag_details", run(client.tag_details(&root)).as_slice());
    results.add_result("manifests", run(client.manifests(&root)).as_slice());
    let graph = run(client.discover(&root, DiscoverOptions::default()));
    assert_eq!(graph.len(), 3);
    results.add("discover", |case| {
        serde_json::from_str(&graph.json(&root.to_string(), place, case, |_| true)).unwrap()
    });
    let rows = client.discover_each(&root, DiscoverOptions::default()).unwrap();
    let (found, summary) = run(all_rows(rows));
    assert_eq!((found.len(), summary.edges), (3, 3));
    results.add_rows("discover_each", &found, &summary);
    let (found, summary) =
        run(all_rows(client.sweep(&[place.to_owned()], SweepOptions::default()).unwrap()));
    results.add_rows("sweep", &found, &summary);
    let mirror = format!("oci:{}/mirror", work.dir().display());
    let options = SyncOptions::default().tags(vec!["v1".into()]);
    let rows = client.sync(&[place.to_owned()], &mirror, options).unwrap();
    let (found, summary) = run(all_rows(rows));
    assert_eq!(summary.copied, 1);
    results.add_rows("sync", &found, &summary);
    let pull = || PullOptions::default().output(work.dir().join("out"));
    results.add_result("pull", run(client.pull(&root, pull())).as_slice());
    let again = run(client.pull(&root, pull().artifact_type("sbom/x")));
    results.add_result("pull", again.as_slice());
    let copy = format!("oci:{}/copy:v1", work.dir().display());
    let options = CopyOptions::default().recursive(true);
    results.add_result("copy", &run(client.copy(&root, &copy.parse().unwrap(), options)));
    results.add_result("verify", &run(client.verify(&root, VerifyOptions::default())));

    let copied: Reference = copy.parse().unwrap();
    let digest = &again[0].files[0].descriptor.digest;
    let damaged = work.dir().join("copy/blobs/sha256").join(&digest.as_str()[7..]);
    fs::remove_file(&damaged).unwrap();
    fs::write(damaged, "damaged").unwrap();
    let report = run(client.verify(&copied, VerifyOptions::default()));
    assert!(!report.problems.is_empty());
    results.add_result("verify", &report);

    let require = ["artifact-type=sbom/x", "signature"].map(str::to_owned);
    let report = run(client.check(&root, &require, CheckOptions::default()));
    results.add_result("check", &report);

    let manifests = ["v1".to_owned(), "stable".to_owned()];
    let options = IndexCreateOptions::default().dry_run(true);
    let created = run(client.index_create(&reference(":new"), &manifests, options));
    results.add_result("index_create", &created);
    let updated =
        IndexUpdateOptions::default().add(manifests.to_vec()).tags(vec!["new".to_owned()]);
    results.add_result("index_update", &run(client.index_update(&reference(":index"), updated)));
    run(client.untag(&reference(":new"), UntagOptions::default()));
    run(client.delete_blob(&reference(&format!("@{}", descriptor.digest)), Default::default()));
    results.add("delete_blob", |_| Value::Null);

    let image = run(client.resolve(&root, ResolveOptions::default())).digest;
    let sibling = |suffix| reference(&format!(":{}.{suffix}", image.as_str().replace(':', "-")));
    let signature = PushOptions::default().format(ManifestFormat::Oci10);
    run(client.push(&sibling("sig"), signature.artifact_type("signature/x")));
    run(client.push(&sibling("sbom"), PushOptions::default().artifact_type("sbom/x")));
    let options = MigrateOptions::default().remove_old(true);
    let report = run(client.migrate(&root, options));
    assert_eq!((report.migrated.len(), report.kept.len(), report.removed.len()), (1, 1, 1));
    results.add_result("migrate", &report);

    let archive = work.path("x.tar");
    let report =
        run(client.backup(std::slice::from_ref(&root), &archive, BackupOptions::default()));
    assert_eq!(report.tags.len(), 1);
    results.add_result("backup", &report);
    let folder = format!("oci:{}", work.path("restored").display());
    let report = run(client.restore(&[archive], &folder, RestoreOptions::default()));
    results.add_result("restore", &report);

    let place: Reference = reference("");
    let options = PruneOptions::default().tags(vec!["**".into()]).untagged(true).dry_run(true);
    let report = run(client.prune(std::slice::from_ref(&place), options));
    assert!(!report.repositories[0].deleted.is_empty());
    results.add_result("prune", &report);

    let report = run(client.delete(&root, DeleteOptions::default().dry_run(true)));
    assert!(!report.kept.is_empty());
    results.add_result("delete", &report);
    let options = DeleteOptions::default().force(true);
    results.add_result("delete", &run(client.delete(&root, options)));
    let index = run(client.fetch_manifest(&reference(":index"), ResolveOptions::default()));
    run(client.delete_manifest(&reference(":index"), &index));
    results.add_result("delete_manifest", &index.descriptor());
    results
}

/// Runs every command that prints JSON on an empty repository or layout.
fn commands(place: &str) -> Results {
    let mut results = Results::default();
    let work = Workspace::new();
    work.write("file", "content");
    let json = |args: &[&str]| work.ocigraph(&[args, &["--format", "json"]].concat()).json();
    let root = format!("{place}:v1");
    let mut add = |pointer: &str, args: &[&str]| {
        let place = match pointer.strip_prefix("commands/") {
            Some(name) => format!("/$defs/Commands/properties/{name}"),
            None => format!("/properties/{pointer}"),
        };
        results.add_command(&place, json(args));
    };
    add("commands/push", &["push", &root, "file"]);
    add("commands/push", &["attach", &root, "--artifact-type", "sbom/x", "file"]);
    add("discover", &["discover", &root]);
    add("sweep", &["sweep", place]);
    add("sync", &["sync", &root, "oci:mirror"]);
    add("prune", &["prune", "--tags", "**", "--dry-run", place]);
    add("commands/pull", &["pull", &root, "-o", "out"]);
    add("commands/pull", &["pull", &root, "-o", "out", "--artifact-type", "sbom/x"]);
    add("copy", &["copy", "-r", &root, "oci:copy:v1"]);
    add("migrate", &["migrate", "--dry-run", &root]);
    add("backup", &["backup", "-o", "x.tar", &root]);
    add("restore", &["restore", "--input", "x.tar", "oci:restored"]);
    add("verify", &["verify", &root]);
    add("check", &["check", "--require", "artifact-type=sbom/x", &root]);
    add("resolve", &["resolve", &root]);
    add("commands/fetchManifest", &["manifest", "fetch", &root]);
    add("commands/tag", &["tag", &root, "old", "stable"]);
    add("commands/tags", &["tags", place]);
    add("commands/tagDetails", &["tags", "--detail", place]);
    add("commands/manifests", &["manifests", place]);
    add("commands/untag", &["untag", &format!("{place}:old")]);
    add("commands/pushBlob", &["blob", "push", place, "file"]);
    add("commands/pushBlob", &["blob", "push", place, "file", "--media-type", "text/plain"]);
    let all = format!("{place}:all");
    add("indexCreate", &["manifest", "index", "create", &all, "v1", "--dry-run"]);
    add("indexCreate", &["manifest", "index", "create", &all]);
    let update = ["manifest", "index", "update", &all, "--add", "v1", "-a", "my_key=a value"];
    add("indexUpdate", &[&update[..], &["--dry-run"]].concat());
    add("delete", &["delete", "--dry-run", &root]);
    add("deleteManifest", &["manifest", "delete", "--yes", &format!("{place}:all")]);
    results
}

/// The operations that a layout lacks.
const REGISTRY_ONLY: [&str; 3] = ["login", "logout", "repositories"];

fn operations() -> BTreeSet<String> {
    let text = fs::read(root().join("tests/scenarios/definition.json")).unwrap();
    let definition: Value = serde_json::from_slice(&text).unwrap();
    definition["operations"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn results_of_the_library_match_the_schemas() {
    let of_layout: BTreeSet<String> =
        operations().into_iter().filter(|name| !REGISTRY_ONLY.contains(&name.as_str())).collect();
    let work = Workspace::new();
    let place = format!("oci:{}/layout", work.dir().display());
    assert_eq!(library(&place, &work).validated(), of_layout);

    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let mut results = library(&format!("{}/app", registry.host()), &work);
    let names = run(Client::new().repositories(&registry.host().parse().unwrap()));
    results.add("repositories", |_| json!(names));
    let missing: Vec<_> = operations().difference(&results.validated()).cloned().collect();
    // Their results are those of the command, which has a home directory of its own.
    assert_eq!(missing, ["login", "logout"]);
}

#[test]
fn results_of_the_command_match_the_schemas() {
    let work = Workspace::new();
    commands(&format!("oci:{}/layout", work.dir().display())).validated();

    let registry = Fixture::start(Config::default());
    let host = registry.host();
    let mut results = commands(&format!("{host}/app"));
    let json = |args: &[&str]| work.ocigraph(&[args, &["--format", "json"]].concat()).json();
    results.add_command("/$defs/Commands/properties/repositories", json(&["repos", &host]));
    let login = ["login", &host, "--username", "ada", "--password", "secret"];
    results.add_command("/properties/login", json(&login));
    results.add_command("/properties/logout", json(&["logout", &host]));
    results.validated();
}

#[test]
fn the_schemas_reject_other_values() {
    let mut results = Results::default();
    results.add("tags", |_| json!([1]));
    let failed = std::panic::catch_unwind(|| results.validated());
    assert!(failed.is_err());
}

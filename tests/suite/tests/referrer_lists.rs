//! Lists of referrers as other clients and registries leave them: without annotations, with entries of
//! deleted manifests, and under a fallback tag beside a referrers API.

use ocigraph_fixture::{Config, Failure, Fixture, OddKind, OddTag, Referrers};
use ocigraph_suite::Workspace;
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image with two signatures, and the digests of all three.
struct Signed {
    fixture: Fixture,
    work: Workspace,
    image: String,
    subject: String,
    signatures: Vec<String>,
}

impl Signed {
    fn start(config: Config) -> Self {
        let fixture = Fixture::start(config);
        let work = Workspace::new();
        let image = format!("{}/app:v1", fixture.host());
        work.write("a", "the image");
        let pushed = work.ocigraph(&["push", "--format", "json", &image, "a"]).json();
        let subject = pushed["descriptor"]["digest"].as_str().unwrap().to_owned();
        let signatures = ["one", "two"].map(|name| {
            work.write(name, name);
            let value = format!("example.by={name}");
            let args = [
                "attach",
                "--format",
                "json",
                "--artifact-type",
                "a/b",
                "-a",
                &value,
                &image,
                name,
            ];
            let attached = work.ocigraph(&args).json();
            attached["descriptor"]["digest"].as_str().unwrap().to_owned()
        });
        Self { fixture, work, image, subject, signatures: signatures.to_vec() }
    }

    fn at(&self, digest: &str) -> String {
        format!("{}/app@{digest}", self.fixture.host())
    }

    fn fallback_tag(&self) -> String {
        self.subject.replace(':', "-")
    }

    /// Writes the index under the fallback tag, as another client would.
    fn write_index(&self, entries: &[Value]) {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        self.work.write("index.json", index.to_string());
        let tag = format!("{}/app:{}", self.fixture.host(), self.fallback_tag());
        self.work.ocigraph(&["manifest", "push", &tag, "index.json"]).ok();
    }

    fn entry(&self, digest: &str) -> Value {
        let size = self.work.ocigraph(&["manifest", "fetch", &self.at(digest)]).ok().len();
        json!({ "mediaType": MANIFEST, "digest": digest, "size": size, "artifactType": "a/b" })
    }

    /// Deletes a manifest as a client does that knows nothing of referrers.
    fn delete_alone(&self, digest: &str) {
        let url = format!("http://{}/v2/app/manifests/{digest}", self.fixture.host());
        let mut curl = self.work.command("curl");
        self.work.run(curl.args(["-sf", "-X", "DELETE", &url])).ok();
    }

    fn discovered(&self, args: &[&str]) -> Vec<String> {
        let found = self
            .work
            .ocigraph(&[&["discover", "-o", "json"], args, &[&self.image]].concat())
            .json();
        let found = found["references"].as_array().unwrap().iter();
        let mut digests: Vec<String> =
            found.map(|d| d["digest"].as_str().unwrap().to_owned()).collect();
        digests.sort();
        digests
    }

    fn verified(&self, args: &[&str], exit: i32) -> Value {
        let args = [&["verify", "--format", "json"], args, &[&self.image]].concat();
        let output = self.work.ocigraph(&args);
        assert_eq!(output.code, Some(exit), "{output}");
        serde_json::from_str(&output.stdout).unwrap()
    }

    fn left(&self) -> (Vec<String>, Vec<String>) {
        let state = self.fixture.state().repositories.remove("app").unwrap_or_default();
        (state.manifests.into_keys().collect(), state.tags.into_keys().collect())
    }
}

fn sorted(digests: &[&String]) -> Vec<String> {
    let mut digests: Vec<String> = digests.iter().map(|d| (*d).clone()).collect();
    digests.sort();
    digests
}

fn kinds(problems: &Value) -> Vec<(&str, &str)> {
    let problems = problems.as_array().unwrap().iter();
    problems
        .map(|p| (p["kind"].as_str().unwrap(), p["descriptor"]["digest"].as_str().unwrap()))
        .collect()
}

#[test]
fn annotations_that_a_list_lacks_are_read_from_the_manifests() {
    for api in [false, true] {
        let referrers = if api { Referrers::Oci } else { Referrers::None };
        let signed =
            Signed::start(Config { referrers, list_annotations: false, ..Config::default() });
        let [one, two] = &signed.signatures[..] else { panic!() };
        if !api {
            signed.write_index(&[signed.entry(one), signed.entry(two)]);
        }
        assert_eq!(signed.discovered(&["-a", "example.by=two"]), std::slice::from_ref(two));
        let found = signed.work.ocigraph(&["discover", "-o", "json", &signed.image]).json();
        for referrer in found["references"].as_array().unwrap() {
            assert!(referrer["annotations"]["example.by"].is_string(), "{found:#}");
        }
        let tree = signed.work.ocigraph(&["discover", "-v", &signed.image]).ok();
        assert!(tree.contains("example.by: one") && tree.contains("example.by: two"), "{tree}");

        // A tree shows no annotations, so no manifest is read for it.
        signed.fixture.clear_requests();
        signed.work.ocigraph(&["discover", &signed.image]).ok();
        let read = |r: &str| r.starts_with("/v2/app/manifests/sha256:");
        assert!(!signed.fixture.requests().iter().any(|r| r.method == "GET" && read(&r.path)));
    }
}

#[test]
fn lists_that_are_read_at_once_all_get_the_annotations_that_they_lack() {
    let config = Config { list_annotations: false, delay_ms: 5, ..Config::default() };
    let (work, fixture) = (Workspace::new(), Fixture::start(config));
    work.write("a", "a");
    let image = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &image, "a"]).ok();
    for first in 0..5 {
        let attach = |at: &str, kind: String| {
            let by = format!("example.by={kind}");
            let args = ["attach", "--format", "json", "--artifact-type", &kind, "-a", &by, at, "a"];
            work.ocigraph(&args).json()["reference"].as_str().unwrap().to_owned()
        };
        let at = attach(&image, format!("a/n{first}"));
        (0..4).for_each(|second| drop(attach(&at, format!("a/n{first}{second}"))));
    }
    let found = work.ocigraph(&["discover", "-o", "json", &image]).json();
    let mut seen = 0;
    for one in found["referrers"].as_array().unwrap() {
        for referrer in one["referrers"].as_array().unwrap().iter().chain([one]) {
            assert_eq!(
                referrer["annotations"]["example.by"], referrer["artifactType"],
                "{found:#}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 25);
}

#[test]
fn a_registry_that_lists_annotations_is_asked_for_no_manifest() {
    let signed = Signed::start(Config::default());
    signed.work.ocigraph(&["attach", "--artifact-type", "a/c", &signed.image, "a"]).ok();
    signed.fixture.clear_requests();
    assert_eq!(signed.discovered(&[]).len(), 3);
    let sent: Vec<String> =
        signed.fixture.requests().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    // The tag, four lists, and the tags. The fallback tag of the image unless the tags are known by then.
    assert!((6..=7).contains(&sent.len()), "{sent:#?}");
}

#[test]
fn a_graph_without_annotations_costs_a_few_manifests_and_not_a_few_for_each_list() {
    let (work, fixture) = (Workspace::new(), Fixture::start(Config::default()));
    work.write("a", "a");
    let image = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &image, "a"]).ok();
    for first in 0..3 {
        let attach = |at: &str, kind: String| {
            let args = ["attach", "--format", "json", "--artifact-type", &kind, at, "a"];
            work.ocigraph(&args).json()["reference"].as_str().unwrap().to_owned()
        };
        let at = attach(&image, format!("a/n{first}"));
        (0..4).for_each(|second| drop(attach(&at, format!("a/n{first}{second}"))));
    }
    fixture.clear_requests();
    work.ocigraph(&["discover", "-o", "json", &image]).ok();
    let is_read = |path: &str| path.starts_with("/v2/app/manifests/sha256:");
    let requests = fixture.requests();
    let read = requests.iter().filter(|r| r.method == "GET" && is_read(&r.path)).count();
    assert_eq!(read, 8, "{requests:#?}");
}

#[test]
fn stale_entries_stop_no_copy_and_no_pull_and_are_named() {
    let signed = Signed::start(Config { referrers: Referrers::None, ..Config::default() });
    let [one, two] = &signed.signatures[..] else { panic!() };
    signed.delete_alone(one);
    let args = ["copy", "-r", "--format", "json", &signed.image, "oci:layout:v1"];
    let copied = signed.work.ocigraph(&args);
    assert!(copied.stderr.contains(one.as_str()), "{copied}");
    let copied = copied.json();
    assert_eq!(copied["missing"][0]["digest"], one.as_str(), "{copied:#}");
    let found = signed.work.ocigraph(&["discover", "-o", "json", "oci:layout:v1"]).json();
    assert_eq!(found["references"][0]["digest"], two.as_str());
    let pulled =
        signed.work.ocigraph(&["pull", "--artifact-type", "a/b", "-o", "out", &signed.image]);
    assert!(pulled.stderr.contains(one.as_str()), "{pulled}");
    pulled.ok();
    assert_eq!(signed.work.read("out/two"), b"two");
    signed.delete_alone(two);
    let args = ["pull", "--artifact-type", "a/b", "-o", "out", &signed.image];
    let error = signed.work.ocigraph(&args).fails_with(1);
    assert!(error.contains("--repair-index"), "{error}");
}

#[test]
fn verify_names_what_is_wrong_with_a_list_and_repairs_it() {
    let signed = Signed::start(Config { referrers: Referrers::None, ..Config::default() });
    let [one, two] = &signed.signatures[..] else { panic!() };
    signed.work.write("three", "three");
    let tagged = format!("{}/app:three", signed.fixture.host());
    let args = ["push", "--format", "json", "--subject", &signed.image, "--artifact-type", "a/b"];
    let three = signed.work.ocigraph(&[&args[..], &[&tagged, "three"]].concat()).json();
    let three = three["descriptor"]["digest"].as_str().unwrap().to_owned();
    let mut wrong = signed.entry(two);
    wrong["size"] = json!(7);
    signed.write_index(&[signed.entry(one), wrong]);
    signed.delete_alone(one);

    let expected = [("missing", one.as_str()), ("size", two), ("unlisted", &three)];
    let report = signed.verified(&[], 1);
    assert_eq!(kinds(&report["problems"]), expected);
    assert_eq!(report["repaired"], json!([]));
    let report = signed.verified(&["--repair-index"], 0);
    assert_eq!(kinds(&report["repaired"]), expected);
    assert_eq!(report["problems"], json!([]));
    let report = signed.verified(&[], 0);
    assert_eq!(report["problems"], json!([]));
    assert_eq!(signed.discovered(&[]), sorted(&[two, &three]));
}

#[test]
fn a_list_that_cannot_be_repaired_hides_no_other_problem() {
    let config = Config { referrers: Referrers::None, check_blobs: false, ..Config::default() };
    let signed = Signed::start(config);
    let [one, two] = &signed.signatures.clone()[..] else { panic!() };
    let mut index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [
        signed.entry(&signed.subject), signed.entry(two)
    ] });
    index["manifests"][1]["digest"] = json!(format!("sha256:{}", "0".repeat(64)));
    signed.work.write("index", index.to_string());
    let repository = format!("{}/app", signed.fixture.host());
    let args = ["manifest", "push", "--format", "json", &format!("{repository}:index"), "index"];
    let pushed = signed.work.ocigraph(&args).json();
    let digest = pushed["descriptor"]["digest"].as_str().unwrap().to_owned();
    // The tag of the index's list names an image of someone else.
    signed.work.write("b", "an image");
    let foreign = format!("{repository}:{}", digest.replace(':', "-"));
    signed.work.ocigraph(&["push", &foreign, "b"]).ok();
    signed.delete_alone(one);
    let signed = Signed { image: format!("{repository}:index"), ..signed };
    let report = signed.verified(&["--repair-index"], 1);
    assert_eq!(kinds(&report["repaired"]), [("missing", one.as_str())], "{report:#}");
    let problems = report["problems"].as_array().unwrap();
    let child = problems.iter().find(|p| p["kind"] == "missing").unwrap();
    let detail = child["detail"].as_str().unwrap();
    assert!(detail.contains("the list was not repaired"), "{report:#}");
}

#[test]
fn a_list_beside_an_api_is_merged_and_repaired() {
    let signed = Signed::start(Config::default());
    let [one, two] = &signed.signatures[..] else { panic!() };
    signed.write_index(&[signed.entry(one), signed.entry(two)]);
    signed.delete_alone(one);
    assert_eq!(signed.discovered(&[]), std::slice::from_ref(two));
    let report = signed.verified(&[], 1);
    assert_eq!(kinds(&report["problems"]), [("missing", one.as_str())]);
    let report = signed.verified(&["--repair-index"], 0);
    assert_eq!(kinds(&report["repaired"]), [("missing", one.as_str())]);
    signed.verified(&[], 0);
}

/// A migrated registry may list only what was pushed since it has an API.
#[test]
fn referrers_that_only_the_second_list_has_are_found_and_copied() {
    let signed = Signed::start(Config { referrers: Referrers::None, ..Config::default() });
    signed.fixture.set_config(Config { referrers: Referrers::OrasV1, ..Config::default() });
    let [one, two] = &signed.signatures[..] else { panic!() };
    assert_eq!(signed.discovered(&[]), sorted(&[one, two]));
    signed.work.ocigraph(&["copy", "-r", &signed.image, "oci:layout:v1"]).ok();
    let found = signed.work.ocigraph(&["discover", "-o", "json", "oci:layout:v1"]).json();
    assert_eq!(found["references"].as_array().unwrap().len(), 2);
}

#[test]
fn a_delete_takes_referrers_off_a_list_beside_an_api() {
    for protect_listed in [false, true] {
        for stale in [false, true] {
            let signed = Signed::start(Config { protect_listed, ..Config::default() });
            let [one, two] = &signed.signatures[..] else { panic!() };
            let mut entries = vec![signed.entry(one), signed.entry(two)];
            signed.write_index(&entries);
            signed.work.ocigraph(&["delete", "--yes", &signed.at(one)]).ok();
            let tag = format!("{}/app:{}", signed.fixture.host(), signed.fallback_tag());
            let index = signed.work.ocigraph(&["manifest", "fetch", &tag]).json();
            assert_eq!(index["manifests"].as_array().unwrap().len(), 1, "{index:#}");
            if stale && !protect_listed {
                entries.truncate(1);
                entries.push(signed.entry(two));
                signed.fixture.set_config(Config { check_blobs: false, ..Config::default() });
                signed.write_index(&entries);
            }
            signed.work.ocigraph(&["delete", "--yes", &signed.image]).ok();
            let (manifests, tags) = signed.left();
            // The index that a test replaced by hand has no tag any more.
            let others: Vec<_> =
                tags.iter().chain(manifests.iter().skip(usize::from(stale))).collect();
            assert!(others.is_empty(), "{protect_listed} {stale}: {manifests:?} {tags:?}");
        }
    }
}

/// A registry may refuse tags of this form. Any other failure does not say that there is no index.
#[test]
fn an_index_beside_an_api_that_cannot_be_read_is_not_taken_for_none() {
    let signed = Signed::start(Config::default());
    for kind in [
        OddKind::Forbidden,
        OddKind::Policy,
        OddKind::Legal,
        OddKind::Damaged,
        OddKind::WrongDigest,
        OddKind::TooLarge,
    ] {
        let odd_tag = vec![OddTag { name: signed.fallback_tag(), kind }];
        signed.fixture.set_config(Config { odd_tag, ..Config::default() });
        let stderr = signed.work.ocigraph(&["discover", &signed.image]).fails_with(1);
        assert!(stderr.contains("[INCOMPLETE]"), "{kind:?}: {stderr}");
    }
    for status in [400, 404, 405, 406] {
        let path = format!("/manifests/{}", signed.fallback_tag());
        let fail = vec![Failure { times: None, ..Failure::new("GET", &path, status, 1) }];
        signed.fixture.set_config(Config { fail, ..Config::default() });
        assert_eq!(signed.discovered(&[]).len(), 2, "{status}");
    }
}

/// The tag can be anybody's where the registry lists referrers itself.
#[test]
fn a_foreign_tag_beside_an_api_fails_no_delete() {
    for malformed in [false, true] {
        let signed = Signed::start(Config::default());
        let tag = signed.fallback_tag();
        if malformed {
            let odd_tag = vec![OddTag { name: tag, kind: OddKind::Malformed }];
            signed.fixture.set_config(Config { odd_tag, ..Config::default() });
        } else {
            let foreign = format!("{}/app:{tag}", signed.fixture.host());
            signed.work.ocigraph(&["push", &foreign, "one"]).ok();
        }
        let [one, two] = &signed.signatures[..] else { panic!() };
        signed.work.ocigraph(&["manifest", "delete", "--yes", &signed.at(one)]).ok();
        signed.work.ocigraph(&["delete", "--yes", &signed.at(two)]).ok();
        let (manifests, _) = signed.left();
        assert!(!manifests.contains(one) && !manifests.contains(two), "{manifests:?}");
    }
}

#[test]
fn a_tag_that_outlives_its_manifest_is_deleted_too() {
    let config = Config { referrers: Referrers::None, keep_tags: true, ..Config::default() };
    let signed = Signed::start(config);
    signed.work.ocigraph(&["delete", "--yes", &signed.image]).ok();
    let (manifests, tags) = signed.left();
    assert!(manifests.is_empty() && tags.is_empty(), "{manifests:?} {tags:?}");
}

//! Image indexes beside those of `oras`: the same input results in the same digest.

use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::{Value, json};

/// A repository or layout, as both programs name it.
struct Place {
    _registry: Option<Registry>,
    ours: String,
    theirs: String,
    flag: &'static str,
}

impl Place {
    fn registry(kind: Kind) -> Self {
        let registry = Registry::start(kind);
        let location = registry.reference("app");
        let (ours, theirs) = (location.clone(), location);
        Self { _registry: Some(registry), ours, theirs, flag: "--plain-http" }
    }

    fn layout() -> Self {
        let (ours, theirs) = ("oci:layout".to_owned(), "layout".to_owned());
        Self { _registry: None, ours, theirs, flag: "--oci-layout" }
    }

    /// Runs `ocigraph manifest index COMMAND PLACE REST` and the same with `oras`, whose result has the tag
    /// `theirs` in place of `ours`. Returns the digests that both print, if they print one.
    fn both(
        &self,
        work: &Workspace,
        command: &str,
        name: &str,
        rest: &[&str],
    ) -> (Option<String>, Option<String>) {
        let (ours, theirs) = (format!("{}{name}", self.ours), format!("{}{name}", self.theirs));
        let theirs = theirs.replace("ours", "theirs");
        let start = ["manifest", "index", command];
        // oras fails for an untagged index that a layout has, so it is first.
        let by_oras = work.oras(&[&start[..], &[self.flag, &theirs], rest].concat()).ok();
        let by_us = work.ocigraph(&[&start[..], &[&ours], rest].concat()).ok();
        let digest = |printed: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix("Digest: "));
            line.map(str::to_owned)
        };
        (digest(&by_us), digest(&by_oras))
    }

    fn digest(&self, work: &Workspace, tag: &str) -> String {
        work.ocigraph(&["resolve", &format!("{}:{tag}", self.ours)]).ok().trim().to_owned()
    }

    fn text(&self, work: &Workspace, tag: &str) -> String {
        work.ocigraph(&["manifest", "fetch", &format!("{}:{tag}", self.ours)]).ok()
    }

    fn assert_same(&self, work: &Workspace, what: &str) -> String {
        let (ours, theirs) = (self.text(work, "ours"), self.text(work, "theirs"));
        assert_eq!(ours, theirs, "{}: {what}", self.ours);
        assert_eq!(self.digest(work, "ours"), self.digest(work, "theirs"));
        ours
    }

    /// Pushes images with several configs, artifacts and other manifests.
    fn fill(&self, work: &Workspace) {
        let push = |tag: &str, config: &Value, media_type: &str| {
            let name = format!("{tag}.json");
            work.write(&name, config.to_string());
            let (target, config) =
                (format!("{}:{tag}", self.theirs), format!("{name}:{media_type}"));
            work.oras(&["push", self.flag, &target, "--config", &config, "readme.md"]).ok();
        };
        work.write("readme.md", "hello");
        let oci = "application/vnd.oci.image.config.v1+json";
        push("amd64", &json!({ "architecture": "amd64", "os": "linux", "rootfs": {} }), oci);
        let windows = json!({
            "architecture": "arm64", "os": "windows", "variant": "v8", "os.version": "10.0.20348",
            "os.features": ["win32k"], "rootfs": {},
        });
        push("windows", &windows, oci);
        push("nowhere", &json!({ "rootfs": {} }), oci);
        push("typed", &json!({ "architecture": "s390x", "os": "linux" }), "example/config");
        push("untyped", &json!({ "os": 5 }), "example/config");
        push("odd", &json!({ "os": 5, "architecture": "amd64" }), oci);
        push("empty", &json!({}), "application/vnd.oci.empty.v1+json");
        let plain = format!("{}:plain", self.theirs);
        work.oras(&["push", self.flag, &plain, "--artifact-type", "app/example", "readme.md"]).ok();

        let docker = "application/vnd.docker.container.image.v1+json";
        let config = json!({ "architecture": "arm", "os": "linux", "variant": "v7" }).to_string();
        work.write("docker-config.json", &config);
        let pushed =
            work.ocigraph(&["blob", "push", &self.ours, "docker-config.json", "--format", "json"]);
        let mut config = pushed.json()["descriptor"].clone();
        config["mediaType"] = json!(docker);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": config, "layers": [],
        });
        work.write("docker.json", manifest.to_string());
        work.ocigraph(&["manifest", "push", &format!("{}:docker", self.ours), "docker.json"]).ok();
        let nested = format!("{}:nested", self.ours);
        work.ocigraph(&["manifest", "index", "create", &nested, "typed"]).ok();
    }
}

fn places() -> [Place; 3] {
    [Place::registry(Kind::Docker2), Place::registry(Kind::Distribution3), Place::layout()]
}

#[test]
fn an_index_has_the_digest_that_oras_gives_it() {
    for place in places() {
        let work = Workspace::new();
        place.fill(&work);
        let create = |rest: &[&str]| {
            place.both(&work, "create", ":ours", rest);
            place.assert_same(&work, &format!("{rest:?}"))
        };
        let digest = place.digest(&work, "windows");
        let text = create(&["amd64", &digest]);
        let index: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(index["manifests"][1]["platform"]["os.version"], "10.0.20348");
        create(&["nowhere", "typed", "untyped", "odd", "empty", "plain", "docker"]);
        create(&[]);
        create(&["nested", "amd64"]);
        create(&[
            "plain",
            "-a",
            "url=https://example.com/?a=1&b=<2>",
            "--annotation",
            "b=\u{e4}\u{2028}",
        ]);
        create(&["plain", "--artifact-type", "app/example"]);

        // Several tags, and none.
        place.both(&work, "create", ":ours,ours2", &["amd64"]);
        assert_eq!(place.digest(&work, "ours2"), place.digest(&work, "theirs2"));
        let (by_us, by_oras) = place.both(&work, "create", "", &["windows"]);
        assert!(by_us.is_some());
        assert_eq!(by_us, by_oras);
    }
}

#[test]
fn an_update_has_the_digest_that_oras_gives_it() {
    for place in places() {
        let work = Workspace::new();
        place.fill(&work);
        place.both(&work, "create", ":ours", &["amd64", "plain", "-a", "a=b"]);
        work.ocigraph(&[
            "manifest",
            "index",
            "create",
            &format!("{}:more", place.ours),
            "typed",
            "docker",
        ])
        .ok();
        let update = |rest: &[&str]| {
            place.both(&work, "update", ":ours", rest);
            place.assert_same(&work, &format!("{rest:?}"))
        };
        update(&["--add", "windows", "--add", "untyped"]);
        let plain = place.digest(&work, "plain");
        update(&["--remove", &plain, "--merge", "more"]);
        update(&["--remove", &place.digest(&work, "amd64"), "--add", "amd64"]);
        // No change is requested.
        update(&[]);
        update(&["--artifact-type", "app/example"]);
        update(&["--artifact-type", ""]);

        // By digest, no tag moves.
        let before = place.digest(&work, "ours");
        let by_digest = format!("@{before}");
        let rest = ["--add", "plain", "--tag", "x1", "--tag", "x2"];
        let (by_us, by_oras) = place.both(&work, "update", &by_digest, &rest);
        assert!(by_us.is_some());
        assert_eq!(by_us, by_oras);
        assert_eq!(place.digest(&work, "ours"), before);
        assert_eq!(place.digest(&work, "x1"), place.digest(&work, "x2"));
    }
}

#[test]
fn an_index_is_written_to_a_file_or_standard_output_and_not_pushed() {
    for place in places() {
        let work = Workspace::new();
        place.fill(&work);
        let run = |flags: &[&str]| {
            let start = ["manifest", "index", "create"];
            let (ours, theirs) = (format!("{}:new", place.ours), format!("{}:new", place.theirs));
            let ours = work.ocigraph(&[&start[..], &[&ours, "amd64"], flags].concat()).ok();
            let theirs =
                work.oras(&[&start[..], &[place.flag, &theirs, "amd64"], flags].concat()).ok();
            (ours, theirs)
        };
        let (ours, theirs) = run(&["-o", "-"]);
        assert_eq!(ours, theirs);
        let (pretty, theirs) = run(&["-o", "-", "--pretty"]);
        assert_eq!(pretty, theirs);
        assert!(pretty.lines().count() > 10, "{pretty}");
        run(&["-o", "index.json"]);
        assert_eq!(work.read("index.json"), ours.as_bytes());
        work.ocigraph(&["resolve", &format!("{}:new", place.ours)]).fails_with(1);
    }
}

/// What `oras` does and ocigraph does not, with the reason.
#[test]
fn an_index_differs_from_that_of_oras_only_where_that_is_better() {
    let (work, place) = (Workspace::new(), Place::layout());
    place.fill(&work);
    // A manifest that is named twice is listed once.
    place.both(&work, "create", ":ours", &["amd64", "amd64"]);
    let entries = |tag: &str| {
        let index: Value = serde_json::from_str(&place.text(&work, tag)).unwrap();
        index["manifests"].as_array().unwrap().len()
    };
    assert_eq!((entries("ours"), entries("theirs")), (1, 2));

    // A platform has an operating system and an architecture, as the specification requires.
    work.write("half.json", json!({ "os": "linux" }).to_string());
    let config = "half.json:application/vnd.oci.image.config.v1+json";
    let half = format!("{}:half", place.theirs);
    work.oras(&["push", place.flag, &half, "--config", config, "readme.md"]).ok();
    place.both(&work, "create", ":ours", &["half"]);
    let platform = |tag: &str| {
        let index: Value = serde_json::from_str(&place.text(&work, tag)).unwrap();
        index["manifests"][0]["platform"].clone()
    };
    assert_eq!(platform("ours"), Value::Null);
    assert_eq!(platform("theirs"), json!({ "architecture": "", "os": "linux" }));

    // Unknown fields stay.
    let mut index: Value = serde_json::from_str(&place.text(&work, "ours")).unwrap();
    index["manifests"][0]["x"] = json!([1]);
    index["made-by"] = json!("hand");
    work.write("index.json", index.to_string());
    for tag in ["ours", "theirs"] {
        let target = format!("{}:{tag}", place.ours);
        work.ocigraph(&["manifest", "push", &target, "index.json"]).ok();
    }
    place.both(&work, "update", ":ours", &["--add", "windows"]);
    let (ours, theirs) = (place.text(&work, "ours"), place.text(&work, "theirs"));
    assert!(ours.contains(r#""x":[1]"#) && ours.contains(r#""made-by":"hand""#), "{ours}");
    assert!(!theirs.contains(r#""x":"#) && !theirs.contains("made-by"), "{theirs}");
}

#[test]
fn a_blob_is_deleted_after_confirmation() {
    let kinds = [Kind::Docker2, Kind::Distribution3, Kind::Ggcr, Kind::Ocimem];
    for place in kinds.map(Place::registry).into_iter().chain([Place::layout()]) {
        let work = Workspace::new();
        work.write("file", "a blob");
        let pushed =
            work.ocigraph(&["blob", "push", &place.ours, "file", "--format", "json"]).json();
        let reference = pushed["reference"].as_str().unwrap().to_owned();
        let delete =
            |flags: &[&str]| work.ocigraph(&[&["blob", "delete", &reference][..], flags].concat());
        let answered = work.ocigraph_with_input(&["blob", "delete", &reference], b"n\n");
        answered.fails_with(1);
        let deleted = delete(&["--force", "--descriptor"]).ok();
        assert_eq!(deleted.lines().count(), 1, "{deleted}");
        let deleted: Value = serde_json::from_str(&deleted).unwrap();
        assert_eq!(deleted["size"], 6, "{}", place.ours);
        delete(&["--yes"]).fails_with(1);
        delete(&["--force"]).ok();
        work.ocigraph(&["blob", "rm", "--yes", "--if-exists", &reference]).ok();
        work.ocigraph(&["blob", "fetch", &reference]).fails_with(1);
    }
}

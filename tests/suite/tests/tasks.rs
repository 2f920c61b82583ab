//! The tasks of the documentation, with the example programs of the command line, C, Go and Rust. The tests of Python
//! and Node.js run the same programs in their languages.

use std::path::{Path, PathBuf};

use ocigraph_suite::{
    CommandResult, Kind, Registry, Workspace, c_program, go_program, ocigraph_binary,
};

/// A registry with the images `v1`, `v2` and `pr-7`, and an SBoM in a file.
struct Place {
    work: Workspace,
    _registry: Registry,
    repository: String,
}

impl Place {
    fn new() -> Self {
        let work = Workspace::new();
        let registry = Registry::start(Kind::Ggcr);
        let repository = registry.reference("app");
        for tag in ["v1", "v2", "pr-7"] {
            work.write("program", tag);
            let image = format!("{repository}:{tag}");
            work.ocigraph(&["push", &image, "--artifact-type", "app/example", "program"]).ok();
        }
        work.write("sbom.spdx.json", r#"{"spdxVersion":"SPDX-2.3"}"#);
        Self { work, _registry: registry, repository }
    }

    fn image(&self, tag: &str) -> String {
        format!("{}:{tag}", self.repository)
    }

    fn digest(&self, tag: &str) -> String {
        self.work.ocigraph(&["resolve", &self.image(tag)]).ok().trim().to_owned()
    }

    fn sign(&self, tag: &str) {
        let signature = ["--artifact-type", "application/vnd.cncf.notary.signature"];
        let image = self.image(tag);
        self.work.ocigraph(&[&["attach", &image, "--allow-empty"], &signature[..]].concat()).ok();
    }
}

/// Runs all tasks with a program and compares what it prints.
fn does_all_tasks(program: &Path) {
    let place = Place::new();
    let Place { work, repository, .. } = &place;
    let run =
        |arguments: &[&str]| -> CommandResult { work.run(work.command(program).args(arguments)) };
    let (v1, v2, pr) = (place.image("v1"), place.image("v2"), place.image("pr-7"));

    let attached = run(&["attach", &v1, "sbom.spdx.json"]).ok();
    assert!(attached.starts_with(&format!("attached {repository}@sha256:")), "{attached}");

    let image = format!("{repository}@{}", place.digest("v1"));
    let refused = run(&["gate", &v1]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert_eq!(refused.stdout, "signature: missing\nsbom: present\n");
    place.sign("v1");
    let admitted = run(&["gate", &v1]).ok();
    assert_eq!(admitted, format!("signature: present\nsbom: present\n{image}\n"));

    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let swept = sorted(run(&["sweep", repository]).ok());
    assert_eq!(swept, ["3 images", "app:pr-7 has no SBoM", "app:v2 has no SBoM"]);

    for outcome in ["copied", "existed"] {
        let synced = sorted(run(&["sync", repository, "oci:mirror"]).ok());
        assert_eq!(synced, [&pr, &v1, &v2].map(|image| format!("{outcome} {image}")));
    }
    work.ocigraph(&["check", "--require", "signature", "oci:mirror:v1"]).ok();

    assert_eq!(run(&["backup", repository, "app.tar"]).ok(), "stored 3 tags, 5 manifests\n");
    let restored = run(&["restore", "app.tar", "oci:restored"]).ok();
    assert_eq!(restored, "restored 3 tags, 5 manifests\n");
    work.ocigraph(&["check", "--require", "sbom", "oci:restored:v1"]).ok();

    let deleted = place.digest("pr-7");
    let pruned = run(&["prune", repository]).ok();
    assert!(pruned.starts_with(&format!("deleted {deleted}: ")), "{pruned}");
    assert_eq!(pruned.lines().count(), 1, "{pruned}");

    assert_eq!(run(&["errors", &v1]).ok(), format!("{}\n", place.digest("v1")));
    let missing = run(&["errors", &pr]);
    assert_eq!((missing.code, &*missing.stdout), (Some(1), "there is no such image\n"));
    let unreachable = run(&["errors", "127.0.0.1:1/app:v1"]);
    assert_eq!(unreachable.code, Some(1), "{unreachable}");
    assert!(
        unreachable.stdout.starts_with("NETWORK: resolve 127.0.0.1:1/app:v1: "),
        "{unreachable}"
    );
    assert!(unreachable.stdout.ends_with("; try again\n"), "{unreachable}");
}

/// Runs the task `serve`, which the program in Rust has in an example of its own.
fn serves(program: &Path, arguments: &[&str]) {
    let work = Workspace::new();
    let served = work.run(work.command(program).args(arguments).arg("registry")).ok();
    assert_eq!(served, "v1\n");
    work.ocigraph(&["verify", "oci:registry/team/app:v1"]).ok();
}

#[test]
fn the_program_in_c_does_all_tasks() {
    let folder = Workspace::new();
    let program = c_program("examples/c/tasks.c", &folder.home());
    does_all_tasks(&program);
    serves(&program, &["serve"]);
}

#[test]
fn the_program_in_go_does_all_tasks() {
    let folder = Workspace::new();
    let program = go_program("examples/go/tasks", &folder.home());
    does_all_tasks(&program);
    serves(&program, &["serve"]);
}

#[test]
fn the_program_in_rust_does_all_tasks() {
    let example = |name: &str| {
        let program = ocigraph_binary().parent().unwrap().join("examples").join(name);
        let built = program.is_file();
        assert!(built, "{} is missing: run cargo build --examples", program.display());
        program
    };
    does_all_tasks(&example("tasks"));
    serves(&example("serve"), &[]);
}

#[test]
fn the_scripts_do_all_tasks() {
    let place = Place::new();
    let Place { work, repository, .. } = &place;
    let folders = ocigraph_binary().parent().unwrap().to_path_buf();
    let path = format!("{}:{}", folders.display(), std::env::var("PATH").unwrap_or_default());
    let script = |name: &str| -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        root.join(format!("examples/command-line/{name}.sh"))
    };
    let run = |name: &str, arguments: &[&str]| -> CommandResult {
        work.run(work.command("sh").arg(script(name)).args(arguments).env("PATH", &path))
    };
    let v1 = place.image("v1");

    let attached = run("attach", &[&v1, "sbom.spdx.json"]).ok();
    let by_digest = format!("{repository}@{}", place.digest("v1"));
    assert!(attached.contains(&format!("{by_digest}\n└── application/spdx+json")), "{attached}");
    let failed = run("attach", &[&v1, "no-such-file"]);
    assert_eq!(failed.code, Some(1), "{failed}");

    let refused = run("gate", &[&v1]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert_eq!(refused.stdout, "refused: something is missing\n");
    place.sign("v1");
    assert_eq!(run("gate", &[&v1]).ok(), format!("deploy {by_digest}\n"));
    let unreachable = run("gate", &["127.0.0.1:1/app:v1"]);
    assert_eq!(unreachable.code, Some(3), "{unreachable}");
    assert_eq!(unreachable.stdout, "try again: the registry did not tell\n");

    let swept = run("sweep", &[repository]).ok();
    assert!(
        swept.contains("app:v2 has no SBoM\n") && swept.contains("app:pr-7 has no SBoM\n"),
        "{swept}"
    );
    assert!(!swept.contains("app:v1 has no SBoM"), "{swept}");

    run("sync", &[repository, "oci:mirror"]).ok();
    work.ocigraph(&["check", "--require", "signature", "oci:mirror:v1"]).ok();
    assert!(work.path("report.html").is_file());

    run("air-gap", &[repository, "oci:restored"]).ok();
    work.ocigraph(&["check", "--require", "sbom", "oci:restored:v1"]).ok();

    let served = run("serve", &["registry"]).ok();
    assert!(served.ends_with("v1\n"), "{served}");
    work.ocigraph(&["verify", "oci:registry/team/app:v1"]).ok();

    run("prune", &[repository]).ok();
    let missing = run("errors", &[&place.image("pr-7")]);
    assert_eq!((missing.code, &*missing.stdout), (Some(1), "there is no such image\n"));
    assert_eq!(run("errors", &[&v1]).ok(), format!("{}\n", place.digest("v1")));
    let unreachable = run("errors", &["127.0.0.1:1/app:v1"]);
    assert_eq!(unreachable.code, Some(1));
    assert!(unreachable.stdout.contains("[NETWORK]"), "{unreachable}");
}

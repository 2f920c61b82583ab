//! Pulls of artifacts whose blobs have no title: Helm charts, Wasm modules, Flux sources, cosign's SBoMs, models and
//! images. The command says what it skipped, and `--all` writes everything.

use ocigraph::Descriptor;
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const TITLE: &str = "org.opencontainers.image.title";
const MODEL_PATH: &str = "org.cncf.model.filepath";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// A layer: its media type, its content and its annotations.
type Layer = (&'static str, &'static str, Value);

/// Pushes an artifact as bytes.
fn push(work: &Workspace, target: &str, config: &str, layers: &[Layer]) {
    let (location, _) = target.rsplit_once(':').unwrap();
    let blob = |media_type: &str, content: &str, annotations: &Value| {
        work.write("blob", content);
        work.ocigraph(&["blob", "push", location, "blob"]).ok();
        let mut blob = json!(Descriptor::of(media_type, content.as_bytes()));
        blob["annotations"] = annotations.clone();
        blob
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob(config, "{}", &json!({})),
        "layers": layers.iter().map(|(kind, text, notes)| blob(kind, text, notes)).collect::<Vec<_>>(),
    });
    work.write("manifest.json", manifest.to_string());
    work.ocigraph(&["manifest", "push", target, "manifest.json"]).ok();
}

/// Returns the name that `--all` gives to a blob.
fn by_digest(content: &str) -> String {
    Descriptor::of("a/b", content.as_bytes()).digest.as_str().replace(':', "-")
}

#[test]
fn each_everyday_artifact_gives_its_files() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Ocimem);
    let none = || json!({});
    let artifacts: &[(&str, &str, &[Layer])] = &[
        (
            "helm",
            HELM_CONFIG,
            &[
                (CHART, "chart", none()),
                ("application/vnd.cncf.helm.chart.provenance.v1.prov", "provenance", none()),
            ],
        ),
        ("wasm", "application/vnd.wasm.config.v0+json", &[("application/wasm", "module", none())]),
        (
            "flux",
            "application/vnd.cncf.flux.config.v1+json",
            &[("application/vnd.cncf.flux.content.v1.tar+gzip", "source", none())],
        ),
        (
            "sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.sbom",
            IMAGE_CONFIG,
            &[("text/spdx+json", "sbom", none())],
        ),
    ];
    for location in [registry.reference("app"), "oci:layout".to_owned()] {
        for (tag, config, layers) in artifacts {
            let target = format!("{location}:{tag}");
            push(&work, &target, config, layers);
            let out = format!("{tag}-{}", location.len());
            let refused = work.ocigraph(&["pull", "-o", &out, &target]);
            assert!(!refused.stdout.contains("Pulled"), "{refused}");
            let stderr = refused.fails_with(1);
            assert!(stderr.contains("--all"), "{stderr}");
            assert!(!work.path(&out).exists());

            let pulled = work.ocigraph(&["pull", "--all", "-o", &out, &target]);
            assert!(!pulled.stderr.contains("Skipped"), "{pulled}");
            assert!(pulled.ok().contains("\nPulled "));
            for (_, content, _) in *layers {
                let name = format!("{out}/{}", by_digest(content));
                assert_eq!(work.read(name), content.as_bytes(), "{target}");
            }
            let files = std::fs::read_dir(work.path(&out)).unwrap().count();
            assert_eq!(files, layers.len(), "{target}: the config is not written");
        }
    }
}

#[test]
fn an_image_gives_its_layers() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Ocimem);
    let image = registry.reference("app:v1");
    work.push_image(&image);
    let manifest = work.ocigraph(&["manifest", "fetch", &image]).json();
    let layers = manifest["layers"].as_array().unwrap();
    let pulled = work.ocigraph(&["pull", "--all", "--format", "json", "-o", "out", &image]).json();
    assert_eq!(pulled["files"].as_array().unwrap().len(), layers.len());
    assert_eq!(pulled["skipped"], json!([]));
    for layer in layers {
        let name = layer["digest"].as_str().unwrap().replace(':', "-");
        let size = work.read(format!("out/{name}")).len() as u64;
        assert_eq!(json!(size), layer["size"]);
    }
}

#[test]
fn the_last_line_says_how_many_blobs_were_skipped() {
    let work = Workspace::new();
    let titled = ("text/plain", "titled", json!({ TITLE: "titled.txt" }));
    let untitled = |content| (CHART, content, json!({}));
    let layers = [titled.clone(), untitled("one"), untitled("two")];
    push(&work, "oci:layout:v1", HELM_CONFIG, &layers);
    let pulled = work.ocigraph(&["pull", "-o", "out", "oci:layout:v1"]);
    let last = pulled.stderr.lines().last().unwrap().to_owned();
    assert_eq!(last, "Skipped 2 blobs without a title; pass --all to write them too");
    assert_eq!(pulled.stderr.matches("it has no title").count(), 2, "{pulled}");
    assert!(pulled.ok().contains("\nPulled "));
    let quiet = work.ocigraph(&["pull", "--quiet", "-o", "out", "oci:layout:v1"]);
    assert_eq!(quiet.stderr, "");
    quiet.ok();

    // A config alone is not worth a word.
    push(&work, "oci:layout:v2", HELM_CONFIG, &[titled]);
    let pulled = work.ocigraph(&["pull", "-o", "out", "oci:layout:v2"]);
    assert_eq!(pulled.stderr.matches("Skipped").count(), 0, "{pulled}");
    pulled.ok();
}

#[test]
fn a_pull_that_wrote_nothing_never_says_that_it_pulled() {
    let work = Workspace::new();
    push(&work, "oci:layout:untitled", HELM_CONFIG, &[(CHART, "chart", json!({}))]);
    for quiet in [&[][..], &["--quiet"]] {
        let pull = ["pull", "-o", "out", "oci:layout:untitled"];
        let pulled = work.ocigraph(&[quiet, &pull[..]].concat());
        assert!(pulled.stdout.contains("Wrote no file of [oci-layout] oci:layout"), "{pulled}");
        let stderr = pulled.fails_with(1);
        let expected = "Error: pull oci:layout:untitled: wrote no file: skipped 1 blob without a title [NOT_FOUND]\n\
                        pass --all to write them under names made from their digests\n";
        assert!(stderr.ends_with(expected), "{stderr}");
    }
    let pull = ["pull", "--format", "json", "-o", "out", "oci:layout:untitled"];
    let pulled = work.ocigraph(&pull);
    let result: Value = serde_json::from_str(&pulled.stdout).unwrap();
    assert_eq!(result["skipped"].as_array().unwrap().len(), 1);
    pulled.fails_with(1);

    // Nothing was skipped, so this is not an error.
    push(&work, "oci:layout:empty", HELM_CONFIG, &[]);
    let pulled = work.ocigraph(&["pull", "-o", "out", "oci:layout:empty"]).ok();
    assert!(pulled.contains("\nWrote no file of "), "{pulled}");
}

#[test]
fn names_from_an_annotation_follow_the_rules_for_titles() {
    let work = Workspace::new();
    let raw = "application/vnd.cncf.model.weight.v1.raw";
    let at = |path: &str| json!({ MODEL_PATH: path });
    let model = [
        (raw, "weights", at("weights/model.safetensors")),
        ("application/vnd.cncf.model.doc.v1.tar", "archive", at("README.md")),
    ];
    push(&work, "oci:layout:model", "application/vnd.cncf.model.config.v1+json", &model);
    let pull = |tag: &str, more: &[&str]| {
        let target = format!("oci:layout:{tag}");
        work.ocigraph(&[&["pull", "--all", "-o", "out", &target], more].concat())
    };
    pull("model", &[]).ok();
    assert_eq!(work.read("out/weights/model.safetensors"), b"weights");
    assert_eq!(work.read(format!("out/{}", by_digest("archive"))), b"archive");
    assert!(!work.path("out/README.md").exists(), "the file is in the archive");

    work.write("out/weights/model.safetensors", "mine");
    pull("model", &["--keep-old-files"]).ok();
    assert_eq!(work.read("out/weights/model.safetensors"), b"mine");
    assert!(pull("model", &[]).ok().contains("\nPulled "));
    assert_eq!(work.read("out/weights/model.safetensors"), b"weights");

    push(&work, "oci:layout:unsafe", HELM_CONFIG, &[(raw, "evil", at("../evil"))]);
    assert!(pull("unsafe", &[]).fails_with(1).contains("UNSAFE_PATH"));
    let twice = [(raw, "one", at("same")), ("text/plain", "two", json!({ TITLE: "same" }))];
    push(&work, "oci:layout:twice", HELM_CONFIG, &twice);
    assert!(pull("twice", &[]).fails_with(1).contains("CONFLICT"));
    assert!(!work.path("evil").exists() && !work.path("out/same").exists());
}

#[test]
fn one_blob_twice_is_one_file_and_foreign_layers_are_left_out() {
    let work = Workspace::new();
    let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    let layers = [layer, layer, foreign].map(|kind| {
        let content = if kind == foreign { "foreign" } else { "empty layer" };
        (kind, content, json!({}))
    });
    push(&work, "oci:layout:v1", IMAGE_CONFIG, &layers);
    let pulled = work.ocigraph(&["pull", "--all", "-o", "out", "oci:layout:v1"]);
    assert!(pulled.stderr.contains("it is a foreign layer"), "{pulled}");
    assert!(!pulled.stderr.contains("--all"), "{pulled}");
    pulled.ok();
    let names = std::fs::read_dir(work.path("out")).unwrap().flatten();
    let names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    assert_eq!(names, [by_digest("empty layer").as_str()]);
}

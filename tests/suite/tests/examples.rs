//! Builds and runs the examples of C and Go as their readers would.

use std::path::Path;

use ocigraph_suite::{Kind, Registry, Workspace, c_library, c_program, go_program, with_library};

#[test]
fn the_example_in_c_attaches_an_sbom_and_streams_referrers() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Docker2);
    let attach = c_program("examples/c/attach_sbom.c", &work.home());
    let stream = c_program("examples/c/stream_blobs.c", &work.home());
    let repository = registry.reference("net-monitor");
    let image = format!("{repository}:v1");
    work.push_image(&image);
    work.write("sbom.json", "{\n}\n");

    let ran = work.run(work.command(attach).args([image.as_str(), "sbom.json"])).ok();
    let (first, tree) = ran.split_once('\n').unwrap();
    let digest = first.strip_prefix(&format!("attached {repository}@")).unwrap();
    assert_eq!(tree, format!("{repository}:v1\n└── sbom/example\n    └── {digest}\n"));

    let ran = work.run(work.command(&stream).arg(&image)).ok();
    assert_eq!(ran, "sbom/example: sbom.json: 4 bytes, 2 lines\n");
    let stderr = work.run(work.command(&stream).arg(format!("{repository}:none"))).fails_with(1);
    assert!(stderr.starts_with("stream_blobs: discover "), "{stderr}");
}

/// What the admission check requires.
const SIGNATURE: &str = "artifact-type=signature/example";

#[test]
fn the_example_in_go_admits_signed_images() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Ggcr);
    let admission = go_program("examples/go/admission", &work.home());
    let repository = registry.reference("net-monitor");
    let image = format!("{repository}:v1");
    let admit = || work.run(work.command(&admission).args([image.as_str(), SIGNATURE]));
    assert_eq!(admit().code, Some(1));
    assert_eq!(admit().stdout, "refused: there is no such image\n");

    let digest = work.push_image(&image);
    let refused = admit();
    assert_eq!(refused.code, Some(1), "{refused}");
    assert_eq!(refused.stdout, format!("refused: {digest} has no {SIGNATURE}\n"));

    work.write("signature.json", "{}");
    work.ocigraph(&["attach", &image, "--artifact-type", "signature/example", "signature.json"])
        .ok();
    let admitted = admit().ok();
    assert_eq!(admitted, format!("admitted: {digest} has {SIGNATURE}\n"));

    drop(registry);
    assert_eq!(admit().code, Some(2));
}

#[test]
fn the_example_in_go_rejects_incomplete_signed_images() {
    let work = Workspace::new();
    let admission = go_program("examples/go/admission", &work.home());
    let image = "oci:store/app:v1";
    let admit = || work.run(work.command(&admission).args([image, SIGNATURE]));
    work.write("program", "a program");
    work.ocigraph(&["push", image, "--artifact-type", "app/example", "program"]).ok();
    let attach = ["attach", "--allow-empty", image, "--artifact-type"];
    work.ocigraph(&[&attach[..], &["sbom/example"]].concat()).ok();
    // An attached signature with another subject does not sign the image.
    let sbom = work.ocigraph(&["discover", "-o", "json", image]).json();
    let sbom = format!("oci:store/app@{}", sbom["references"][0]["digest"].as_str().unwrap());
    work.ocigraph(&["attach", &sbom, "--artifact-type", "signature/example", "--allow-empty"]).ok();
    assert!(admit().stdout.ends_with(&format!(" has no {SIGNATURE}\n")), "{}", admit());
    work.ocigraph(&[&attach[..], &["signature/example"]].concat()).ok();
    admit().ok();

    let blob = work.ocigraph(&["digest", "program"]).ok();
    let digest = blob.split_whitespace().find_map(|word| word.strip_prefix("sha256:")).unwrap();
    work.write(format!("store/app/blobs/sha256/{digest}"), "another program");
    let refused = admit();
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stdout.starts_with("refused: it is not whole: "), "{refused}");
}

#[test]
fn a_go_module_outside_the_tree_needs_a_replace_and_pkg_config() {
    let work = Workspace::new();
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/go");
    let name = "github.com/ocigraph/ocigraph/bindings/go";
    work.write(
        "go.mod",
        format!(
            "module example.com/outside\n\ngo 1.24\n\nrequire {name} v0.1.0\n\nreplace {name} => {}\n",
            package.canonicalize().unwrap().display()
        ),
    );
    work.write(
        "main.go",
        format!(
            "package main\n\nimport (\n\t\"fmt\"\n\n\tocigraph \"{name}\"\n)\n\n\
             func main() {{ fmt.Println(ocigraph.Digest(ocigraph.SHA256, []byte(\"{{}}\"))) }}\n"
        ),
    );
    let lib = c_library().join("lib");
    let mut build = work.command("go");
    build.args(["build", "-o", "outside", "."]);
    for (name, value) in std::env::vars().filter(|(n, _)| matches!(n.as_str(), "GOCACHE" | "HOME"))
    {
        build.env(name, value);
    }
    work.run(with_library(&mut build)).ok();
    let printed = work.run(work.command(work.path("outside")).env("LD_LIBRARY_PATH", &lib)).ok();
    assert_eq!(
        printed,
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a <nil>\n"
    );
}

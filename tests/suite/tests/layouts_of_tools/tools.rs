//! The tools: how each writes a layout with several names, and reads one of them. They use their own storage in the
//! workspace, and need neither a network nor privileges beyond those of the test.

use std::fs;

use ocigraph_suite::{
    CommandResult, Kind, Registry, Workspace, run_with_storage, tool, write_root_archive,
};

pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// True if a pull writes a file with the title `file`.
    pub(crate) has_files: bool,
    /// Writes a layout. At least two names name one manifest, or share content.
    pub(crate) write: fn(&Workspace, &str),
    /// Asserts that the tool reads this name of a layout.
    pub(crate) read: fn(&Workspace, &str, &str),
}

const fn tool_for(
    name: &'static str,
    has_files: bool,
    write: fn(&Workspace, &str),
    read: fn(&Workspace, &str, &str),
) -> Tool {
    Tool { name, has_files, write, read }
}

pub(crate) const TOOLS: &[Tool] = &[
    tool_for("podman", false, write_podman, read_podman),
    tool_for("buildah", false, write_buildah, read_buildah),
    tool_for("skopeo", false, write_skopeo, read_skopeo),
    tool_for("crane", false, write_crane, read_crane),
    tool_for("umoci", false, write_umoci, read_umoci),
    tool_for("flatpak", false, write_flatpak, read_flatpak),
    tool_for("regctl", true, write_regctl, read_regctl),
    tool_for("oras backup", true, write_oras, read_oras),
];

fn run(work: &Workspace, program: &str, args: &[&str]) -> CommandResult {
    work.run(work.command(tool(program)).args(args))
}

fn write_podman(work: &Workspace, layout: &str) {
    let podman = |args: &[&str]| run_with_storage(work, "podman", args).ok();
    for (name, content) in [("docker.io/library/hello:1.0", "one"), ("localhost/x/y:2", "two")] {
        podman(&["import", &write_root_archive(work, content), name]);
        podman(&["push", name, &format!("oci:{layout}:{name}")]);
    }
    podman(&["push", "docker.io/library/hello:1.0", &format!("oci:{layout}:stable")]);
}

fn read_podman(work: &Workspace, layout: &str, name: &str) {
    let id =
        run_with_storage(work, "podman", &["pull", "-q", &format!("oci:{layout}:{name}")]).ok();
    run_with_storage(work, "podman", &["image", "inspect", id.trim()]).ok();
}

fn write_buildah(work: &Workspace, layout: &str) {
    let buildah = |args: &[&str]| run_with_storage(work, "buildah", args).ok();
    let container = buildah(&["from", "scratch"]);
    // The second image has the layer of the first.
    for (name, content) in [("localhost/x/y:1", "one"), ("v2+build.5", "two")] {
        work.write(content, content);
        buildah(&["copy", container.trim(), content, "/"]);
        buildah(&["commit", container.trim(), &format!("oci:{layout}:{name}")]);
    }
    buildah(&["manifest", "create", "localhost/list", &format!("oci:{layout}:localhost/x/y:1")]);
    buildah(&["manifest", "push", "--all", "localhost/list", &format!("oci:{layout}:list")]);
}

fn read_buildah(work: &Workspace, layout: &str, name: &str) {
    run_with_storage(work, "buildah", &["pull", "-q", &format!("oci:{layout}:{name}")]).ok();
}

/// Writes an image layout of one manifest without a name.
pub(crate) type WriteNameless = fn(&Workspace, &str);

pub(crate) const NAMELESS: &[(&str, WriteNameless)] = &[
    ("skopeo", |work, layout| copy_image(work, &format!("oci:{layout}"))),
    ("crane", |work, layout| {
        let registry = Registry::start(Kind::Ocimem);
        work.push_image(&registry.reference("app:v1"));
        work.crane(&["pull", "--format", "oci", &registry.reference("app:v1"), layout]).ok();
    }),
    ("buildah", |work, layout| {
        let container = run_with_storage(work, "buildah", &["from", "scratch"]).ok();
        let commit = ["commit", container.trim(), &format!("oci:{layout}")];
        run_with_storage(work, "buildah", &commit).ok();
    }),
];

/// Writes a layout in a tar archive.
pub(crate) type WriteArchive = fn(&Workspace, &str);

pub(crate) const ARCHIVES: &[(&str, WriteArchive)] = &[
    ("podman", |work, archive| {
        let podman = |args: &[&str]| run_with_storage(work, "podman", args).ok();
        let name = "docker.io/library/hello:1.0";
        podman(&["import", &write_root_archive(work, "one"), name]);
        podman(&["save", "--format", "oci-archive", "-o", archive, name]);
    }),
    ("buildah", |work, archive| {
        let container = run_with_storage(work, "buildah", &["from", "scratch"]).ok();
        let commit = ["commit", container.trim(), &format!("oci-archive:{archive}:x/y:1")];
        run_with_storage(work, "buildah", &commit).ok();
    }),
    ("skopeo", |work, archive| {
        copy_image(work, &format!("oci-archive:{archive}:docker.io/library/app:1.0"));
    }),
    ("skopeo, without a name", |work, archive| {
        copy_image(work, &format!("oci-archive:{archive}"));
    }),
    ("jib", |work, archive| {
        work.write("one", "one");
        run(work, "jib", &[archive, "registry.example.com/app:1.0", "one", "cache"]).ok();
    }),
    ("regctl", |work, archive| {
        let registry = Registry::start(Kind::Ocimem);
        work.push_image(&registry.reference("app:v1"));
        run(work, "regctl", &["registry", "set", "--tls", "disabled", registry.host()]).ok();
        run(work, "regctl", &["image", "export", &registry.reference("app:v1"), archive]).ok();
    }),
    ("oras backup", write_oras),
];

/// Copies an image from a registry.
fn copy_image(work: &Workspace, to: &str) {
    let registry = Registry::start(Kind::Ocimem);
    work.push_image(&registry.reference("app:v1"));
    copy_with_skopeo(work, &format!("docker://{}", registry.reference("app:v1")), to);
}

fn write_skopeo(work: &Workspace, layout: &str) {
    let registry = Registry::start(Kind::Ocimem);
    for (name, content) in [("docker.io/library/app:1.0", "one"), ("v1", "two"), ("stable", "one")]
    {
        let source = registry.reference(&format!("app:{content}"));
        work.push_image_with(&source, content);
        copy_with_skopeo(work, &format!("docker://{source}"), &format!("oci:{layout}:{name}"));
    }
}

fn copy_with_skopeo(work: &Workspace, from: &str, to: &str) {
    let options = ["--insecure-policy", "copy", "-q", "--src-tls-verify=false"];
    run(work, "skopeo", &[&options[..], &[from, to]].concat()).ok();
}

fn read_skopeo(work: &Workspace, layout: &str, name: &str) {
    copy_with_skopeo(work, &format!("oci:{layout}:{name}"), "dir:read");
}

fn write_crane(work: &Workspace, layout: &str) {
    let registry = Registry::start(Kind::Ocimem);
    let images = ["one", "two"].map(|content| {
        let image = registry.reference(&format!("app:{content}"));
        work.push_image_with(&image, content);
        image
    });
    let options = ["pull", "--format", "oci", "--annotate-ref"];
    work.crane(&[&options[..], &images.each_ref().map(String::as_str), &[layout]].concat()).ok();
}

/// Pushes the whole layout, since crane cannot choose a name in it.
fn read_crane(work: &Workspace, layout: &str, _name: &str) {
    let registry = Registry::start(Kind::Ocimem);
    work.crane(&["push", "--index", layout, &registry.reference("app:v1")]).ok();
    work.crane(&["validate", "--remote", &registry.reference("app:v1")]).ok();
}

fn write_umoci(work: &Workspace, layout: &str) {
    let umoci = |args: &[&str]| run(work, "umoci", args).ok();
    umoci(&["init", "--layout", layout]);
    let image = |name: &str| format!("{layout}:{name}");
    umoci(&["new", "--image", &image("v1")]);
    for (content, name) in [("one", "v1"), ("two", "v2+build.5")] {
        work.write(content, content);
        let args = ["insert", "--rootless", "--image", &image("v1"), "--tag", name, content, "/x"];
        umoci(&args);
    }
    umoci(&["tag", "--image", &image("v1"), "stable/x86_64"]);
    // umoci leaves the blobs of the empty image.
    umoci(&["gc", "--layout", layout]);
}

fn read_umoci(work: &Workspace, layout: &str, name: &str) {
    let _ = fs::remove_dir_all(work.path("bundle"));
    let image = format!("{layout}:{name}");
    run(work, "umoci", &["unpack", "--rootless", "--image", &image, "bundle"]).ok();
    assert!(work.path("bundle/rootfs/x").exists());
    let names = run(work, "umoci", &["ls", "--layout", layout]).ok();
    assert!(names.lines().any(|line| line == name), "{name}: {names}");
    let info = run(work, "umoci", &["stat", "--image", &image, "--json"]).ok();
    assert!(info.contains("history"), "{name}: {info}");
}

fn export_with_flatpak(work: &Workspace, repository: &str, application: &str, branch: &str) {
    work.write("app/files/bin/hello", "#!/bin/sh\n");
    fs::create_dir_all(work.path("app/export")).unwrap();
    let metadata = format!(
        "[Application]\nname={application}\nruntime=org.lab.Platform/x86_64/stable\n\
         sdk=org.lab.Sdk/x86_64/stable\n"
    );
    work.write("app/metadata", metadata);
    run(work, "flatpak", &["build-export", "--arch=x86_64", repository, "app", branch]).ok();
}

fn write_flatpak(work: &Workspace, layout: &str) {
    for branch in ["stable", "beta"] {
        export_with_flatpak(work, "repository", "org.lab.Hello", branch);
        let bundle = ["build-bundle", "--oci", "--arch=x86_64", "repository", layout];
        run(work, "flatpak", &[&bundle[..], &["org.lab.Hello", branch]].concat()).ok();
    }
}

fn read_flatpak(work: &Workspace, layout: &str, name: &str) {
    if !work.path("imported").exists() {
        export_with_flatpak(work, "imported", "org.lab.Other", "stable");
    }
    let name = format!("--ref={name}");
    run(work, "flatpak", &["build-import-bundle", "--oci", &name, "imported", layout]).ok();
}

/// Pushes two artifacts with a file, and a referrer of the first.
fn push_artifacts(work: &Workspace, registry: &Registry) {
    let oras = |args: &[&str]| work.oras(args).ok();
    for tag in ["v1", "v2"] {
        work.write("file", tag);
        let target = registry.reference(&format!("app:{tag}"));
        oras(&["push", "--plain-http", "--artifact-type", "app/example", &target, "file"]);
    }
    oras(&["tag", "--plain-http", &registry.reference("app:v1"), "stable"]);
    let subject = registry.reference("app:v1");
    oras(&["attach", "--plain-http", "--artifact-type", "sbom/example", &subject, "file"]);
}

fn write_regctl(work: &Workspace, layout: &str) {
    let registry = Registry::start(Kind::Ocimem);
    push_artifacts(work, &registry);
    run(work, "regctl", &["registry", "set", "--tls", "disabled", registry.host()]).ok();
    for tag in ["v1", "stable", "v2"] {
        let source = registry.reference(&format!("app:{tag}"));
        let target = format!("ocidir://{layout}:{tag}");
        run(work, "regctl", &["image", "copy", "--referrers", &source, &target]).ok();
    }
}

fn read_regctl(work: &Workspace, layout: &str, name: &str) {
    let target = format!("ocidir://{layout}:{name}");
    let folder = work.path("read");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let output = folder.display().to_string();
    run(work, "regctl", &["artifact", "get", &target, "--output", &output]).ok();
    assert!(folder.join("file").exists(), "{name}");
    run(work, "regctl", &["artifact", "tree", &target]).ok();
}

fn write_oras(work: &Workspace, layout: &str) {
    let registry = Registry::start(Kind::Ocimem);
    push_artifacts(work, &registry);
    let options = ["backup", "--plain-http", "--include-referrers", "--output", layout];
    work.oras(&[&options[..], &[&registry.reference("app:v1,stable,v2")]].concat()).ok();
}

fn read_oras(work: &Workspace, layout: &str, name: &str) {
    let target = format!("{layout}:{name}");
    let _ = fs::remove_dir_all(work.path("read"));
    work.oras(&["pull", "--oci-layout", "-o", "read", &target]).ok();
    assert!(work.path("read/file").exists(), "{name}");
    work.oras(&["discover", "--oci-layout", &target]).ok();
}

//! A directory that is backed up to several times.

use ocigraph_suite::{Kind, Registry, Workspace};

use super::{push, tags};

#[test]
fn a_directory_keeps_the_tags_of_each_repository() {
    let (registry, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let at = |name: &str| registry.reference(name);
    let (one, two) = (at("one"), at("two"));
    let first = push(&work, &at("one:v1"), &["a.txt"]);
    push(&work, &at("two:v1"), &["b.txt"]);
    let backup = |output: &str, references: &[&str]| {
        work.ocigraph(&[&["backup", "-o", output][..], references].concat())
    };
    let refused = |output: &str, references: &[&str]| {
        let before = work.read(format!("{output}/index.json"));
        let error = backup(output, references).fails_with(1);
        assert!(error.contains("[CONFLICT]") && error.contains("another directory"), "{error}");
        assert!(before == work.read(format!("{output}/index.json")), "{error}");
    };
    backup("dir", &[&one]).ok();
    refused("dir", &[&two]);
    refused("dir", &["--dry-run", &two]);
    refused("dir", &[&one, &two]);
    assert_eq!(work.ocigraph(&["resolve", "oci:dir:v1"]).ok().trim(), first);
    backup("both", &[&one, &two]).ok();
    refused("both", &[&one]);
    backup("both", &[&one, &two]).ok();

    // The tag moves, and the registry does not have the old manifest any longer.
    let moved = push(&work, &at("one:v1"), &["c.txt"]);
    work.ocigraph(&["manifest", "delete", "--force", &at(&format!("one@{first}"))]).ok();
    for output in ["dir", "both"] {
        let references = if output == "dir" { vec![&*one] } else { vec![&*one, &*two] };
        backup(output, &references).ok();
        let name = if output == "dir" { "v1" } else { &at("one:v1") };
        let resolved = work.ocigraph(&["resolve", &format!("oci:{output}:{name}")]).ok();
        assert_eq!(resolved.trim(), moved);
    }
    // A directory that another tool has written does not say what it has.
    work.ocigraph(&["copy", &at("two:v1"), "oci:copied:v1"]).ok();
    refused("copied", &[&one]);
    work.ocigraph(&["copy", &at("two:v1"), "oci:copied:v2"]).ok();
    work.ocigraph(&["untag", "oci:copied:v1"]).ok();
    backup("copied", &[&one]).ok();
    assert_eq!(tags(&work, "oci:copied"), ["v1", "v2"]);
    // Layouts, from another working directory too.
    push(&work, "oci:a:v1", &["a.txt"]);
    push(&work, "oci:b:v1", &["b.txt"]);
    backup("layouts", &["oci:a"]).ok();
    refused("layouts", &["oci:b"]);
    push(&work, "oci:a:v1", &["c.txt"]);
    backup("layouts", &[&format!("oci:{}", work.path("a").display())]).ok();
    assert_eq!(work.ocigraph(&["resolve", "oci:layouts:v1"]).ok().trim(), moved);

    // An index that an earlier version has mixed.
    work.ocigraph(&["copy", &at("two:v1"), "oci:both:v1"]).ok();
    let error = work.ocigraph(&["restore", "--input", "both", registry.host()]).fails_with(1);
    assert!(error.contains("[CONFLICT]") && error.contains("several repositories"), "{error}");
}

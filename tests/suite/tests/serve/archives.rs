//! An archive is served as it is: its repositories without their hosts, read-only.

use ocigraph_suite::Workspace;

use crate::served::Served;

#[test]
fn a_backup_of_several_repositories_is_served_by_their_names() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    work.write("sbom.json", "{}");
    for name in ["team/app", "base"] {
        work.push_image_with(&served.reference(&format!("{name}:v1")), name);
        let image = served.reference(&format!("{name}:v1"));
        work.ocigraph(&["attach", &image, "--artifact-type", "sbom/example", "sbom.json"]).ok();
    }
    let sources = [served.reference("team/app"), served.reference("base")];
    work.ocigraph(&["backup", "-o", "all.tar", "-r", &sources[0], &sources[1]]).ok();

    let archive = Served::start(&work, &["oci:all.tar"]);
    let repositories = work.crane(&["catalog", &archive.host]).ok();
    assert_eq!(repositories.lines().collect::<Vec<_>>(), ["base", "team/app"]);
    for name in ["team/app", "base"] {
        let image = archive.reference(&format!("{name}:v1"));
        work.crane(&["validate", "--remote", &image]).ok();
        let graph = work.oras(&["discover", "--plain-http", "--format", "json", &image]).json();
        assert_eq!(graph["referrers"].as_array().unwrap().len(), 1, "{graph}");
        work.ocigraph(&["verify", &image]).ok();
    }
    let pushed = work.ocigraph(&["push", &archive.reference("base:v2"), "sbom.json"]);
    assert_ne!(pushed.code, Some(0), "{pushed}");
    assert!(pushed.stderr.contains("read-only"), "{pushed}");
    let deleted = work.crane(&["delete", &archive.reference("base:v1")]);
    assert_ne!(deleted.code, Some(0), "{deleted}");
}

#[test]
fn an_archive_with_tags_is_one_repository_with_the_name_of_its_file() {
    let work = Workspace::new();
    work.write("app.bin", "the program");
    work.ocigraph(&["push", "oci:app:v1", "app.bin"]).ok();
    work.ocigraph(&["backup", "-o", "saved.tar", "oci:app"]).ok();
    for (args, name) in [("oci:saved.tar", "saved"), ("team/app=oci:saved.tar", "team/app")] {
        let served = Served::start(&work, &[args]);
        let at = served.reference(&format!("{name}:v1"));
        work.ocigraph(&["pull", &at, "--output", "pulled"]).ok();
        assert_eq!(work.read("pulled/app.bin"), b"the program");
        assert_eq!(work.crane(&["catalog", &served.host]).ok().trim(), name);
    }
}

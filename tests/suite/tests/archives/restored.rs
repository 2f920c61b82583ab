//! What a restore takes from an archive: manifests without tags, verified chunks, and which tags it has set if one is
//! refused.

use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{FaultServer, Kind, Registry, Reply, Workspace};

use super::{assert_same, attach, json, push, tags, write_large};

#[test]
fn what_was_backed_up_by_its_digest_is_restored() {
    let (from, work) = (Registry::start(Kind::Ggcr), Workspace::new());
    let at = |name: &str| from.reference(name);
    let (app, base) = (at("app:v1"), at("base:v1"));
    let one = push(&work, &app, &["a.txt"]);
    let two = push(&work, &at("app:v2"), &["b.txt"]);
    push(&work, &base, &["c.txt"]);
    let named = |digest: &str| at(&format!("app@{digest}"));
    let sbom = attach(&work, &named(&two), "sbom/example", "sbom.json");
    let to = Registry::start(Kind::Distribution3);
    let there = |name: &str| to.reference(name);
    let has = |name: &str| work.ocigraph(&["manifest", "fetch", &there(name)]).code == Some(0);

    for (n, output) in ["x.tar", "folder"].into_iter().enumerate() {
        let backup = ["backup", "-r", "-o", output, &app, &named(&two), &base];
        let text = work.ocigraph(&backup).ok();
        assert!(text.contains("Backed up 2 tags and 1 digest to "), "{text}");
        let below = there(&format!("both{n}"));
        let text = work.ocigraph(&["restore", "--input", output, &below]).ok();
        assert!(text.contains("Restored 2 tags and 1 digest to "), "{text}");
        assert!(!text.contains(&sbom), "{text}");
        let restored = format!("both{n}/app@{two}");
        assert_same(&work, &named(&two), &there(&restored));
        assert_eq!(tags(&work, &there(&format!("both{n}/app"))), ["v1"]);
        assert!(!has(&format!("both{n}/base@{two}")));
        let chosen = there(&format!("chosen{n}"));
        let args = ["restore", "--exclude-referrers", "--input", output, "--repository"];
        work.ocigraph(&[&args[..], &[&at("app"), &chosen]].concat()).ok();
        assert!(has(&format!("chosen{n}@{two}")) && !has(&format!("chosen{n}@{sbom}")));
        let one_tag = there(&format!("tag{n}"));
        let args = ["restore", "--input", output, "--repository", &at("app")];
        work.ocigraph(&[&args[..], &[&format!("{one_tag}:v1")]].concat()).ok();
        assert!(has(&format!("tag{n}@{one}")) && !has(&format!("tag{n}@{two}")));
    }
    // A repository of which only a digest was backed up, with another, and alone.
    for (n, others) in [&[&base][..], &[]].into_iter().enumerate() {
        for output in [format!("digest{n}.tar"), format!("digest{n}")] {
            let mut backup = vec!["backup", "-r", "-o", &output];
            let digest = named(&two);
            backup.push(&digest);
            backup.extend(others.iter().map(|other| other.as_str()));
            work.ocigraph(&backup).ok();
            let place = format!("place-{}", output.replace('.', "-"));
            let plan = ["restore", "--dry-run", "--input", &output, &there(&place)];
            let plan = json(&work, &plan);
            let restored = json(&work, &["restore", "--input", &output, &there(&place)]);
            assert_eq!(plan["manifests"], restored["manifests"]);
            assert_eq!(restored["tags"].as_array().unwrap().len(), others.len() + 1);
            let app = if others.is_empty() { place } else { format!("{place}/app") };
            assert_same(&work, &named(&two), &there(&format!("{app}@{two}")));
        }
    }
}

#[test]
fn chunks_of_a_damaged_archive_are_not_stored() {
    let work = Workspace::new();
    write_large(&work.path("large"), 6 << 20, 1);
    push(&work, "oci:layout:v1", &["large"]);
    work.ocigraph(&["backup", "-o", "x.tar", "oci:layout:v1"]).ok();
    let mut archive = work.read("x.tar");
    let last = archive.windows(8).position(|part| part == (1 + (5_u64 << 20)).to_le_bytes());
    archive[last.unwrap()] ^= 1;
    work.write("damaged.tar", archive);
    for (input, is_whole) in [("x.tar", true), ("damaged.tar", false)] {
        // A registry that checks nothing, behind a proxy that refuses large bodies.
        let server = FaultServer::start();
        let at = Reply::new(202, "").header("Location", "/v2/app/blobs/uploads/1");
        let part = at.clone().header("Range", format!("0-{}", (4 << 20) - 1));
        let all = at.clone().header("Range", format!("0-{}", (6 << 20) - 1));
        server.on("POST", "/uploads/", [at]);
        let stored = Reply::new(201, "");
        server.on("PUT", "/uploads/", [Reply::new(413, "").early(), stored.clone()]);
        server.on("PATCH", "/uploads/", [part, all]);
        server.on("PUT", "/manifests/", [stored]);
        server.on("HEAD", "/blobs/sha256:44136fa3", [Reply::ok("{}")]);
        let to = format!("{}/app", server.host());
        let result = work.ocigraph(&["restore", "--input", input, "--max-attempts", "1", &to]);
        assert_eq!(result.code, Some(i32::from(!is_whole)), "{result}");
        assert_eq!(result.stderr.contains("[DIGEST_MISMATCH]"), !is_whole, "{result}");
        assert_eq!(server.seen("PATCH", "/").len(), if is_whole { 2 } else { 1 });
        assert_eq!(server.seen("PUT", "/manifests/v1").len(), usize::from(is_whole));
    }
}

#[test]
fn a_refused_tag_says_which_repositories_have_theirs() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    let names = ["a", "b", "c"].map(|name| registry.reference(name));
    for (n, name) in names.iter().enumerate() {
        push(&work, &format!("{name}:v1"), &[&format!("f{n}")]);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    work.ocigraph(&[&["backup", "-o", "x.tar"], &names[..]].concat()).ok();
    let to = Fixture::start(Config { immutable_tags: true, ..Config::default() });
    push(&work, &format!("{}/c:v1", to.host()), &["other"]);
    let error = work.ocigraph(&["restore", "--input", "x.tar", &to.host()]).fails_with(1);
    let before = format!("were set before: {0}/a, {0}/b", to.host());
    assert!(error.contains(&before) && error.contains(&format!("{}/c ", to.host())), "{error}");
    assert_eq!(tags(&work, &format!("{}/a", to.host())), ["v1"]);
}

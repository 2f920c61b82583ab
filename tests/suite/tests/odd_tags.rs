//! Tags whose manifests cannot be read: they stop no operation on anything else, and are named.

use ocigraph_fixture::{Config, Fixture, OddKind, OddTag, Referrers};
use ocigraph_suite::Workspace;
use serde_json::Value;

const ODD: [(&str, OddKind); 13] = [
    ("a-missing", OddKind::Missing),
    ("c-schema1", OddKind::Schema1),
    ("e-unknown", OddKind::Unknown),
    ("g-malformed", OddKind::Malformed),
    ("i-contradicting", OddKind::Contradicting),
    ("k-wrong-digest", OddKind::WrongDigest),
    ("m-too-large", OddKind::TooLarge),
    ("o-forbidden", OddKind::Forbidden),
    ("q-policy", OddKind::Policy),
    ("s-legal", OddKind::Legal),
    ("u-damaged", OddKind::Damaged),
    ("w-refused-image", OddKind::RefusedImage),
    ("y-refused-index", OddKind::RefusedIndex),
];

/// The tags of which the registry says nothing.
const UNKNOWN: [&str; 4] = ["o-forbidden", "q-policy", "s-legal", "u-damaged"];

/// Between two odd tags is a sound one.
const SOUND: [&str; 4] = ["b-sound", "d-sound", "p-sound", "z-sound"];

fn odd_tags() -> Vec<OddTag> {
    ODD.into_iter().map(|(name, kind)| OddTag { name: name.to_owned(), kind }).collect()
}

struct Mixed {
    fixture: Fixture,
    work: Workspace,
    repository: String,
}

impl Mixed {
    /// Pushes the sound tags, each with a signature, to a repository with all odd ones.
    fn start(referrers: Referrers) -> Self {
        let config = || Config { referrers, ..Config::default() };
        let fixture = Fixture::start(config());
        let work = Workspace::new();
        let repository = format!("{}/app", fixture.host());
        for tag in SOUND {
            work.write("a", tag);
            let image = format!("{repository}:{tag}");
            work.ocigraph(&["push", &image, "a"]).ok();
            work.ocigraph(&["attach", "--artifact-type", "a/b", &image, "a"]).ok();
        }
        fixture.set_config(Config { odd_tag: odd_tags(), ..config() });
        Self { fixture, work, repository }
    }
}

fn entry<'a>(listed: &'a Value, tag: &str) -> Option<&'a Value> {
    let has = |entry: &&Value| {
        entry["name"] == tag
            || entry["tags"].as_array().is_some_and(|tags| tags.iter().any(|t| t == tag))
    };
    listed.as_array().unwrap().iter().find(has)
}

#[test]
fn odd_tags_are_listed_with_what_is_known_of_them() {
    let Mixed { fixture: _fixture, work, repository } = Mixed::start(Referrers::Oci);
    for command in [vec!["tags", "--detail"], vec!["manifests", "--detail"]] {
        let output = work.ocigraph(&[&command[..], &[&repository]].concat());
        let stderr = output.stderr.clone();
        let listed = output.json();
        for tag in SOUND {
            let entry = entry(&listed, tag).unwrap_or_else(|| panic!("{tag}: {listed:#}"));
            assert!(entry["digest"].is_string() && entry["problem"].is_null(), "{entry}");
        }
        for tag in UNKNOWN {
            let entry = entry(&listed, tag).unwrap_or_else(|| panic!("{tag}: {listed:#}"));
            assert!(entry["digest"].is_null() && entry["problem"].is_string(), "{entry}");
            assert!(stderr.contains(&format!("tag {tag}: cannot be read")), "{stderr}");
        }
        // The tag was deleted after it was listed, as far as one can tell.
        assert!(entry(&listed, "a-missing").is_none());
        for tag in ["w-refused-image", "y-refused-index", "c-schema1", "e-unknown", "g-malformed"] {
            let entry = entry(&listed, tag).unwrap_or_else(|| panic!("{tag}: {listed:#}"));
            assert!(entry["digest"].is_string(), "{entry}");
        }
    }
    let listed = work.ocigraph(&["manifests", "--detail", &repository]).json();
    for tag in ["w-refused-image", "y-refused-index", "c-schema1", "e-unknown", "g-malformed"] {
        assert!(entry(&listed, tag).unwrap()["problem"].is_string(), "{tag}: {listed:#}");
    }
}

#[test]
fn odd_tags_stop_no_operation_on_a_sound_one() {
    for referrers in [Referrers::Oci, Referrers::None] {
        let Mixed { fixture, work, repository } = Mixed::start(referrers);
        for tag in SOUND {
            let image = format!("{repository}:{tag}");
            let found = work.ocigraph(&["discover", "-o", "json", &image]).json();
            assert_eq!(found["references"].as_array().unwrap().len(), 1);
            work.ocigraph(&["copy", "-r", &image, &format!("oci:layout:{tag}")]).ok();
            work.ocigraph(&["verify", &image]).ok();
            let deleted = work.ocigraph(&["delete", "--yes", "--format", "json", &image]);
            let stderr = deleted.stderr.clone();
            let report = deleted.json();
            assert_eq!(report["deleted"].as_array().unwrap().len(), 2, "{report:#}");
            for odd in UNKNOWN {
                assert!(stderr.contains(odd), "{odd}: {stderr}");
            }
        }
        let state = fixture.state();
        assert!(state.repositories["app"].manifests.is_empty(), "{state:?}");
        assert!(state.repositories["app"].tags.is_empty(), "{state:?}");
    }
}

#[test]
fn a_tag_whose_manifest_cannot_be_read_can_be_deleted() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    work.write("a", "a");
    for (tag, kind) in ODD.into_iter().filter(|(tag, _)| UNKNOWN.contains(tag)) {
        let image = format!("{}/app:{tag}", fixture.host());
        work.ocigraph(&["push", &image, "a"]).ok();
        let odd = OddTag { name: tag.to_owned(), kind };
        fixture.set_config(Config { odd_tag: vec![odd], ..Config::default() });
        work.ocigraph(&["untag", &image]).ok();
        fixture.set_config(Config::default());
        assert!(!fixture.state().repositories["app"].tags.contains_key(tag), "{tag}");
    }
    work.ocigraph(&["untag", &format!("{}/app:missing", fixture.host())]).fails_with(1);
}

#[test]
fn what_an_unreadable_index_may_list_is_kept() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let repository = format!("{}/app", fixture.host());
    work.write("a", "a");
    let image = work.ocigraph(&["push", "--format", "json", &format!("{repository}:child"), "a"]);
    let image = image.json()["descriptor"].clone();
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [image],
    });
    work.write("index.json", index.to_string());
    work.ocigraph(&["manifest", "push", &format!("{repository}:v1"), "index.json"]).ok();
    work.ocigraph(&["untag", &format!("{repository}:child")]).ok();
    let odd = OddTag { name: "other".to_owned(), kind: OddKind::RefusedIndex };
    fixture.set_config(Config { odd_tag: vec![odd], ..Config::default() });
    let args = ["delete", "--yes", "--format", "json", &format!("{repository}:v1")];
    let report = work.ocigraph(&args).json();
    assert_eq!(report["deleted"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["kept"][0]["descriptor"]["digest"], image["digest"], "{report:#}");
    let reason = report["kept"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("with the tag other, which cannot be read"), "{reason}");
}

//! Stored plans, and failures.

use std::collections::BTreeMap;

use ocigraph_fixture::{Config, Failure, Fixture, Referrers};
use ocigraph_suite::Workspace;
use serde_json::{Value, json};

use crate::place::{OLD, Place, assert_nothing_deleted, of_list};

#[test]
fn a_stored_plan_refuses_what_has_changed_and_executes_the_rest() {
    let work = Workspace::new();
    for (number, place) in Place::all(&work).into_iter().enumerate() {
        let location = &place.location;
        let file = format!("plan-{number}.json");
        let names = ["same", "moved", "tagged", "attached", "signed", "listed", "gone"];
        let images = names.map(|name| place.push(&format!("pr-{name}"), name, OLD));
        let images: BTreeMap<&str, &String> = names.into_iter().zip(&images).collect();
        let sbom = place.attach("pr-tagged", "sbom/example");
        place.push("v1", "kept", OLD);
        let planned = work.ocigraph(&["prune", "--tags", "pr-*", "--plan", &file, location]).ok();
        assert!(planned.contains("Would delete 8 manifests"), "{location}: {planned}");
        assert_nothing_deleted(&place, &["pr-same", "pr-gone"]);
        let stored: Value = serde_json::from_slice(&work.read(&file)).unwrap();
        assert_eq!(stored["schemaVersion"], 1);
        assert_eq!(stored["kind"], "io.ocigraph.prune");

        // Somebody pushes meanwhile.
        place.push("pr-moved", "another content", OLD);
        work.ocigraph(&["tag", &place.at("pr-tagged"), "release"]).ok();
        let attached = place.attach("pr-attached", "sbom/example");
        let sibling = place.sibling(images["signed"], "sig");
        place.push_index(Some("v2"), &[images["listed"]], Some(OLD));
        place.delete_alone(images["gone"]);

        let execute = ["prune", "--execute", &file, "--yes", "--format", "json"];
        let checked =
            work.ocigraph(&["prune", "--execute", &file, "--dry-run", "--format", "json"]);
        assert_eq!(checked.code, Some(1), "{location}: {checked}");
        let executed = work.ocigraph(&execute);
        assert_eq!(executed.code, Some(1), "{location}: {executed}");
        let done: Value = serde_json::from_str(&executed.stdout).unwrap();
        let refused = of_list(&done, "refused", "error");
        let codes = of_list(&done, "refused", "code");
        assert!(codes.values().all(|code| code == "CONFLICT"), "{location}: {done:#}");
        for (name, expected) in [
            ("moved", "the tag pr-moved names"),
            ("tagged", "the tag release names it now"),
            ("attached", "the subject of"),
            ("signed", "the subject of"),
            ("listed", "listed by v2"),
        ] {
            let error = refused.get(images[name]).unwrap_or_else(|| panic!("{name}: {done:#}"));
            assert!(error.contains(expected), "{location}: {name}: {error}");
            assert!(place.exists(images[name]), "{location}: {name}");
        }
        // What is attached to a refused manifest stays with it.
        assert!(refused.contains_key(&sbom), "{location}: {done:#}");
        for stays in [&sbom, &attached, &sibling] {
            assert!(place.exists(stays), "{location}");
        }
        let deleted = of_list(&done, "deleted", "kind");
        assert_eq!(deleted.keys().collect::<Vec<_>>().len(), 2, "{location}: {done:#}");
        assert!(!place.exists(images["same"]), "{location}");
        let gone = done["repositories"][0]["deleted"].as_array().unwrap().iter();
        let gone: Vec<&Value> = gone.filter(|one| one["gone"] == true).collect();
        assert_eq!(gone.len(), 1, "{location}: {done:#}");
        assert_eq!(gone[0]["descriptor"]["digest"], **images["gone"], "{location}");
        ["v1", "v2", "release"].iter().for_each(|tag| place.verify(tag));

        // What was deleted is gone, and what has changed is refused again.
        let again = work.ocigraph(&execute);
        let again: Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(of_list(&again, "refused", "code"), codes, "{location}: {again:#}");
    }
}

#[test]
fn a_plan_that_stops_at_any_request_can_be_executed_again() {
    for referrers in [Referrers::None, Referrers::Oci] {
        let config = || Config { referrers, ..Config::default() };
        let work = Workspace::new();
        for answered in (0..).step_by(3) {
            assert!(answered < 300, "the prune never ends");
            let place = Place::fixture(&work, config());
            let fixture = place.fixture_itself();
            place.push("v1", "kept", OLD);
            let kept = place.attach("v1", "sbom/example");
            let old = place.push("pr-1", "image", OLD);
            let sbom = place.attach("pr-1", "sbom/example");
            place.attach(&sbom, "signature/example");
            place.sibling(&old, "sig");
            place.push("pr-2,latest", "shared", OLD);
            work.ocigraph(&["prune", "--tags", "pr-*", "--plan", "plan.json", &place.location])
                .ok();
            let all_fail =
                Failure { after: answered, times: None, ..Failure::new("", "/v2/app/", 418, 1) };
            fixture.set_config(Config { fail: vec![all_fail], ..config() });
            let execute = ["prune", "--execute", "plan.json", "--yes"];
            let first = work.ocigraph(&execute);
            fixture.set_config(config());
            let second = work.ocigraph(&execute);
            assert_eq!(second.code, Some(0), "{answered}: {first}\n{second}");
            let state = &fixture.state().repositories["app"];
            let expected = if referrers == Referrers::None { 4 } else { 3 };
            assert_eq!(state.manifests.len(), expected, "{answered}: {second}\n{state:?}");
            assert!(state.manifests.contains_key(&kept), "{answered}");
            ["v1", "latest"].iter().for_each(|tag| place.verify(tag));
            if first.code == Some(0) {
                break;
            }
        }
    }
}

#[test]
fn an_incomplete_list_keeps_everything() {
    let work = Workspace::new();
    for (path, status, method) in [
        ("/referrers/", 500, "GET"),
        ("/referrers/", 401, "GET"),
        ("/tags/list", 500, "GET"),
        ("/tags/list", 401, "GET"),
        ("/manifests/latest", 403, ""),
    ] {
        let place = Place::fixture(&work, Config::default());
        let fixture = place.fixture_itself();
        place.push("pr-1", "image", OLD);
        place.attach("pr-1", "sbom/example");
        place.push("latest", "kept", OLD);
        work.ocigraph(&["prune", "--tags", "pr-*", "--plan", "plan.json", &place.location]).ok();
        let before = format!("{:?}", fixture.state());
        let fail = Failure { times: None, ..Failure::new(method, path, status, 1) };
        let attempts = ["--max-attempts", "1"];
        fixture.set_config(Config { fail: vec![fail], ..Config::default() });
        let pruned = place.prune(&[&["--tags", "pr-*", "--yes"][..], &attempts].concat());
        assert_eq!(pruned.code, Some(1), "{path} {status}: {pruned}");
        let list = if path == "/referrers/" { "referrers" } else { "tag" };
        let said = format!("{}{}", pruned.stdout, pruned.stderr);
        assert!(said.contains(list), "{path} {status}: {pruned}");
        let execute = ["prune", "--execute", "plan.json", "--yes"];
        let executed = work.ocigraph(&[&execute[..], &attempts].concat());
        assert_eq!(executed.code, Some(1), "{path} {status}: {executed}");
        fixture.set_config(Config::default());
        assert_eq!(format!("{:?}", fixture.state()), before, "{path} {status}");
    }
}

#[test]
fn a_failure_in_one_repository_does_not_stop_the_others() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config::default());
    let [one, two] = ["one", "two"].map(|name| format!("{}/{name}", fixture.host()));
    work.write("x", "x");
    for repository in [&one, &two] {
        work.ocigraph(&["push", &format!("{repository}:pr-1"), "x"]).ok();
    }
    let fail = Failure { times: None, ..Failure::new("GET", "/v2/one/tags/list", 403, 1) };
    fixture.set_config(Config { fail: vec![fail], ..Config::default() });
    let args = ["prune", "--tags", "pr-*", "--yes", "--format", "json", &one, &two];
    let pruned = work.ocigraph(&args);
    assert_eq!(pruned.code, Some(1), "{pruned}");
    let report: Value = serde_json::from_str(&pruned.stdout).unwrap();
    assert_eq!(report["failed"][0]["repository"], one, "{report:#}");
    assert_eq!(report["failed"][0]["code"], "FORBIDDEN", "{report:#}");
    let state = fixture.state();
    assert_eq!(state.repositories["one"].manifests.len(), 1);
    assert!(state.repositories["two"].manifests.is_empty());
}

#[test]
fn what_is_not_a_plan_is_refused() {
    let work = Workspace::new();
    work.write("text", "hello");
    work.write("other.json", json!({ "schemaVersion": 1, "kind": "x", "created": "" }).to_string());
    let newer = json!({ "schemaVersion": 2, "kind": "io.ocigraph.prune", "created": "" });
    work.write("newer.json", newer.to_string());
    for (file, code) in [("text", 2), ("other.json", 2), ("newer.json", 1), ("missing", 1)] {
        let stderr = work.ocigraph(&["prune", "--yes", "--execute", file]).fails_with(code);
        assert!(stderr.contains(file), "{stderr}");
    }
    work.ocigraph(&["prune", "--yes", "--execute", "text", "--orphans"]).fails_with(2);
}

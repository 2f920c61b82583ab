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

#[test]
fn an_image_that_cannot_be_deleted_keeps_what_is_attached() {
    let work = Workspace::new();
    for (referrers, status) in [Referrers::None, Referrers::Oci]
        .into_iter()
        .zip([[403, 405], [409, 412]])
        .flat_map(|(referrers, statuses)| statuses.map(|status| (referrers, status)))
    {
        let config = || Config { referrers, ..Config::default() };
        let place = Place::fixture(&work, config());
        let fixture = place.fixture_itself();
        let name = format!("{referrers:?} {status}");
        let image = place.push("pr-1", "protected", OLD);
        let sbom = place.attach("pr-1", "sbom/example");
        let signature = place.attach(&sbom, "signature/example");
        let sibling = place.sibling(&image, "sig");
        let other = place.push("pr-2", "deletable", OLD);
        let of_other = place.attach("pr-2", "sbom/example");
        let path = format!("/manifests/{image}");
        let refuses = Failure { times: None, ..Failure::new("DELETE", &path, status, 1) };
        let before = work.ocigraph(&["discover", "--format", "json", &place.at("pr-1")]).json();
        fixture.set_config(Config { fail: vec![refuses], ..config() });

        let pruned = place.prune(&["--tags", "pr-*", "--yes"]);
        assert_eq!(pruned.code, Some(1), "{name}: {pruned}");
        let report: Value = serde_json::from_str(&pruned.stdout).unwrap();
        let refused = of_list(&report, "refused", "error");
        let error = &refused[&image];
        assert!(error.contains("3 deleted before it were pushed again"), "{name}: {error}");
        for stays in [&sbom, &signature, &sibling] {
            assert!(refused[stays].contains(&image), "{name}: {refused:#?}");
        }
        let deleted: Vec<String> = of_list(&report, "deleted", "kind").into_keys().collect();
        assert_eq!(deleted.len(), 2, "{name}: {report:#}");
        assert!(deleted.contains(&other) && deleted.contains(&of_other), "{name}: {report:#}");
        let after = work.ocigraph(&["discover", "--format", "json", &place.at("pr-1")]).json();
        assert_eq!(after, before, "{name}");
        place.verify("pr-1");

        // Once the registry allows it, the same command deletes it.
        fixture.set_config(config());
        place.prune(&["--tags", "pr-*", "--yes"]).ok();
        let state = &fixture.state().repositories["app"];
        assert!(state.manifests.is_empty(), "{name}: {state:?}");
    }
}

#[test]
fn what_cannot_be_pushed_again_is_named() {
    let work = Workspace::new();
    let place = Place::fixture(&work, Config::default());
    let image = place.push("pr-1", "protected", OLD);
    let sbom = place.attach("pr-1", "sbom/example");
    let failure =
        |method, path: &str| Failure { times: None, ..Failure::new(method, path, 403, 1) };
    let fail = vec![
        failure("DELETE", &format!("/manifests/{image}")),
        failure("PUT", &format!("/manifests/{sbom}")),
    ];
    place.fixture_itself().set_config(Config { fail, ..Config::default() });
    let pruned = place.prune(&["--tags", "pr-*", "--yes"]);
    assert_eq!(pruned.code, Some(1), "{pruned}");
    let report: Value = serde_json::from_str(&pruned.stdout).unwrap();
    let error = &of_list(&report, "refused", "error")[&image];
    assert!(error.contains("1 deleted before it could not be pushed again"), "{error}");
    assert_eq!(of_list(&report, "deleted", "kind").into_keys().collect::<Vec<_>>(), [sbom]);
}

#[test]
fn an_index_that_was_attached_after_the_plan_protects_what_it_lists() {
    let work = Workspace::new();
    for (number, place) in Place::all(&work).into_iter().enumerate() {
        let file = format!("plan-{number}.json");
        let image = place.push("pr-1", "image", OLD);
        place.push("v1", "kept", OLD);
        work.ocigraph(&["prune", "--tags", "pr-*", "--plan", &file, &place.location]).ok();
        let index = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "artifactType": "bundle/example",
            "manifests": [place.descriptor(&image)], "subject": place.descriptor("v1"),
        });
        let media_type = index["mediaType"].as_str().unwrap();
        let attached = place.push_bytes(None, media_type, &index);
        let executed = work.ocigraph(&["prune", "--execute", &file, "--yes", "--format", "json"]);
        let done: Value = serde_json::from_str(&executed.stdout).unwrap();
        let refused = of_list(&done, "refused", "error");
        let error = refused.get(&image).unwrap_or_else(|| panic!("{}: {done:#}", place.location));
        assert!(error.contains(&format!("listed by {attached}")), "{}: {error}", place.location);
        assert!(place.exists(&image), "{}", place.location);
    }
}

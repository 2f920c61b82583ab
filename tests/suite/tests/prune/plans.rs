//! What a plan selects and protects, and that the rest is deleted.

use ocigraph_fixture::{Config, Failure};
use ocigraph_suite::{AttachedImage, Kind, Workspace};
use serde_json::json;

use crate::place::{
    MANIFEST, OLD, Place, Server, assert_nothing_deleted, causes, digest, expected, of_list,
};

#[test]
fn old_images_go_with_what_is_attached_and_nothing_kept_loses_anything() {
    let work = Workspace::new();
    for place in Place::all(&work) {
        // Azure's list has the time of the push, so that nothing is old there.
        let is_azure = matches!(place.server, Server::Fixture(_));
        let amd64 = place.push("old-amd64", "amd64", OLD);
        let arm64 = place.push("old-arm64", "arm64", OLD);
        let kept = place.push_index(Some("v1"), &[&amd64, &arm64], Some(OLD));
        place.attach("v1", "sbom/example");
        place.sibling(&kept, "sig");
        let old = place.push("old", "old image", OLD);
        let sbom = place.attach("old", "sbom/example");
        let signature = place.attach(&sbom, "signature/example");
        let sibling = place.sibling(&old, "sig");
        let shared = place.push("nightly,stable", "shared", OLD);
        let recent = place.push("recent", "recent image", "2099-01-31T10:00:00Z");
        let undated = place.push("undated", "undated", "1970-01-01T00:00:00Z");
        ["v1", "stable", "recent", "undated"].iter().for_each(|tag| place.verify(tag));

        let criteria = ["--older-than", "90d", "--keep-tags", "v*", "--keep-tags", "stable"];
        if is_azure {
            let plan = place.plan(&criteria);
            assert_eq!(plan["repositories"][0]["deleted"], json!([]), "{plan:#}");
        }
        let future = ["--older-than", "0s", "--keep-tags", "v*", "--keep-tags", "stable"];
        let keep = ["--keep-tags", "recent", "--keep-tags", "undated"];
        let criteria = match is_azure {
            true => [&future[..], &keep].concat(),
            false => criteria.to_vec(),
        };
        let plan = place.plan(&criteria);
        let location = &place.location;
        let deleted = causes(&plan, "deleted");
        let expected_deleted = expected(&[
            (&signature, "attached"),
            (&sbom, "attached"),
            (&sibling, "attached"),
            (&old, "old"),
            (&amd64, "old"),
            (&arm64, "old"),
            (&shared, "old"),
        ]);
        assert_eq!(deleted, expected_deleted, "{location}: {plan:#}");
        // Of the images of the kept index, and of the image with a kept tag, only tags go.
        let kinds = of_list(&plan, "deleted", "kind");
        for tag_alone in [&amd64, &arm64, &shared] {
            assert_eq!(kinds[tag_alone], "tag", "{location}: {plan:#}");
        }
        let mut kept = expected(&[(&amd64, "listed"), (&arm64, "listed"), (&shared, "tagged")]);
        if !is_azure {
            kept.insert(undated.clone(), "time-unknown".to_owned());
        }
        assert_eq!(causes(&plan, "kept"), kept, "{location}: {plan:#}");
        let reasons = of_list(&plan, "kept", "reason");
        assert_eq!(reasons[&amd64], "listed by v1, which stays, so only its tags are removed");
        assert_eq!(
            plan["repositories"][0]["unseen"].as_array().unwrap().is_empty(),
            place.lists_untagged()
        );
        assert!(
            place.exists("old") && place.exists("nightly"),
            "a plan deletes nothing: {location}"
        );

        let pruned = place.prune(&[&criteria[..], &["--yes"]].concat());
        let done: serde_json::Value = serde_json::from_str(&pruned.stdout).unwrap();
        let tags_stay = causes(&done, "kept").values().any(|cause| cause == "tag-not-removable");
        assert_eq!(pruned.code, Some(i32::from(tags_stay)), "{location}: {pruned}");
        for gone in [&old, &sbom, &signature, &sibling] {
            assert!(!place.exists(gone), "{location}: {done:#}");
        }
        let can_untag =
            !location.starts_with("127") || place.exists("nightly") == place.exists("old-amd64");
        assert!(can_untag, "{location}");
        for tag in ["nightly", "old-amd64", "old-arm64"] {
            assert_eq!(place.exists(tag), tags_stay, "{location}: {done:#}");
        }
        ["v1", "stable", "recent", "undated"].iter().for_each(|tag| place.verify(tag));
        assert!(place.exists(&recent), "{location}");
        let again = place.plan(&criteria);
        let manifests = of_list(&again, "deleted", "kind");
        assert!(manifests.values().all(|kind| kind == "tag"), "{location}: {again:#}");
    }
}

#[test]
fn only_docker_registry_2_keeps_tags_that_it_cannot_remove_alone() {
    let work = Workspace::new();
    for kind in Kind::ALL {
        let place = Place::registry(&work, kind);
        place.push("nightly,stable", "image", OLD);
        let pruned = place.prune(&["--tags", "nightly", "--yes"]);
        assert_eq!(pruned.code, Some(i32::from(!kind.deletes_tags())), "{kind}: {pruned}");
        let done: serde_json::Value = serde_json::from_str(&pruned.stdout).unwrap();
        let repository = &done["repositories"][0];
        assert_eq!(place.exists("nightly"), !kind.deletes_tags(), "{kind}: {done:#}");
        let kept = causes(&done, "kept");
        let is_refused = kept.values().any(|cause| cause == "tag-not-removable");
        assert_eq!(is_refused, !kind.deletes_tags(), "{kind}: {done:#}");
        assert_eq!(repository["refused"], json!([]), "{kind}");
        place.verify("stable");
    }
}

#[test]
fn orphans_and_dead_tags_are_found_wherever_referrers_are_listed() {
    let work = Workspace::new();
    for place in Place::all(&work) {
        let location = &place.location;
        let kept = place.push("v1", "kept", OLD);
        let sbom = place.attach("v1", "sbom/example");
        let living = place.sibling(&kept, "sig");
        let gone = place.push("gone", "gone", OLD);
        let orphan = place.attach("gone", "sbom/example");
        let report = place.attach("gone", "report/example");
        let of_orphan = place.attach(&orphan, "signature/example");
        let dead = place.sibling(&gone, "att");
        place.delete_alone(&gone);
        assert!(!place.exists(&gone) && place.exists(&orphan), "{location}");

        // A registry with a referrers API shows them because the dead tag names their subject.
        let plan = place.plan(&["--orphans", "--dead-tags"]);
        let deleted = causes(&plan, "deleted");
        assert_eq!(deleted[&dead], "dead-tag", "{location}: {plan:#}");
        assert_eq!(deleted[&orphan], "orphan", "{location}: {plan:#}");
        assert_eq!(deleted[&report], "orphan", "{location}: {plan:#}");
        assert_eq!(deleted[&of_orphan], "attached", "{location}: {plan:#}");
        let reasons = of_list(&plan, "deleted", "reason");
        assert_eq!(reasons[&orphan], format!("its subject {gone} does not exist"));
        for stays in [&kept, &sbom, &living] {
            assert!(!deleted.contains_key(stays), "{location}: {plan:#}");
        }

        // Of one type. The list under the fallback tag then lists what stays.
        let plan = place.plan(&["--orphans", "--dead-tags", "--type", "report/example"]);
        let deleted = causes(&plan, "deleted");
        assert_eq!(deleted, expected(&[(&report, "orphan")]), "{location}: {plan:#}");
        place.prune(&["--orphans", "--type", "report/example", "--yes"]).json();
        assert!(!place.exists(&report) && place.exists(&orphan), "{location}");

        let done = place.prune(&["--orphans", "--dead-tags", "--yes"]).json();
        for gone in [&orphan, &of_orphan, &dead] {
            assert!(!place.exists(gone), "{location}: {done:#}");
        }
        for stays in [&kept, &sbom, &living] {
            assert!(place.exists(stays), "{location}: {done:#}");
        }
        place.verify("v1");
        assert!(!place.exists(&gone.replace(':', "-")), "the fallback tag: {location}");
        let again = place.plan(&["--orphans", "--dead-tags"]);
        assert_eq!(again["repositories"][0]["deleted"], json!([]), "{location}: {again:#}");
    }
}

#[test]
fn a_report_says_that_a_registry_lists_no_untagged_manifests() {
    let work = Workspace::new();
    for place in Place::all(&work) {
        place.push("v1", "kept", OLD);
        place.push("moved", "before", OLD);
        let untagged = place.push("moved", "after", OLD);
        place.push("moved", "again", OLD);
        let plan = place.plan(&["--untagged"]);
        let is_seen = causes(&plan, "deleted").contains_key(&untagged);
        assert_eq!(is_seen, place.lists_untagged(), "{}: {plan:#}", place.location);
        let says_so = plan["repositories"][0]["unseen"].to_string().contains("untagged manifests");
        assert_eq!(says_so, !place.lists_untagged(), "{}: {plan:#}", place.location);
    }
}

#[test]
fn a_fallback_tag_stays_while_it_lists_an_orphan_that_stays() {
    let work = Workspace::new();
    for kind in [Kind::Docker2, Kind::Distribution3] {
        let place = Place::registry(&work, kind);
        let gone = place.push("gone", "gone", OLD);
        let orphan = place.attach("gone", "sbom/example");
        place.push("v1", "kept", OLD);
        place.delete_alone(&gone);
        let plan = place.plan(&["--dead-tags"]);
        assert_eq!(plan["repositories"][0]["deleted"], json!([]), "{kind}: {plan:#}");
        let reasons = of_list(&plan, "kept", "reason");
        assert!(reasons.values().any(|reason| reason.contains(&orphan)), "{kind}: {plan:#}");
        // Another client deletes the orphan, and leaves the list.
        work.crane(&["delete", &place.at(&orphan)]).ok();
        let done = place.prune(&["--dead-tags", "--yes"]).json();
        let kinds = of_list(&done, "deleted", "kind");
        assert_eq!(kinds.values().collect::<Vec<_>>(), ["fallback-tag"], "{kind}: {done:#}");
        assert!(!place.exists(&gone.replace(':', "-")), "{kind}");
        place.verify("v1");
    }
}

#[test]
fn untagged_manifests_go_where_they_are_listed_unless_something_needs_them() {
    let work = Workspace::new();
    let azure = Config { azure: true, ..Config::default() };
    for place in [Place::fixture(&work, azure), Place::layout(&work, "layout")] {
        let location = &place.location;
        let child = place.push("child", "child", OLD);
        let shared = place.push("shared", "shared base", OLD);
        let kept = place.push_index(Some("v1"), &[&shared], Some(OLD));
        let sbom = place.attach("v1", "sbom/example");
        let dangling = place.push_index(Some("moved"), &[&child, &shared], Some(OLD));
        let signature = place.attach("moved", "signature/example");
        place.push("moved", "the tag moves", OLD);
        for tag in ["child", "shared"] {
            work.ocigraph(&["untag", &place.at(tag)]).ok();
        }
        let plan = place.plan(&["--untagged"]);
        let deleted = causes(&plan, "deleted");
        let expected_deleted =
            expected(&[(&signature, "attached"), (&dangling, "untagged"), (&child, "listed")]);
        assert_eq!(deleted, expected_deleted, "{location}: {plan:#}");
        place.prune(&["--untagged", "--yes"]).json();
        for stays in [&shared, &kept, &sbom] {
            assert!(place.exists(stays), "{location}");
        }
        for gone in [&dangling, &child, &signature] {
            assert!(!place.exists(gone), "{location}");
        }
        ["v1", "moved"].iter().for_each(|tag| place.verify(tag));
    }
}

#[test]
fn the_newest_stay_by_the_times_of_configs_and_indexes() {
    let work = Workspace::new();
    for place in [Place::registry(&work, Kind::Distribution3), Place::layout(&work, "layout")] {
        let mut images = Vec::new();
        for (tag, created) in [
            ("a", "2026-01-01T00:00:00Z"),
            ("b", "2026-02-01T00:00:00Z"),
            ("c", "2026-03-01T00:00:00Z"),
        ] {
            let config =
                json!({ "os": "linux", "architecture": "amd64", "created": created }).to_string();
            work.write("config.json", &config);
            let args = ["blob", "push", "--format", "json", &place.location, "config.json"];
            let blob = digest(&work.ocigraph(&args).json());
            let manifest = json!({
                "schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
                "config": {
                    "mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": blob, "size": config.len(),
                },
            });
            images.push(place.push_bytes(Some(tag), MANIFEST, &manifest));
        }
        // An index is as old as its newest image.
        let index = place.push_index(Some("index"), &[&images[0], &images[1]], None);
        let plan = place.plan(&["--keep-last", "2"]);
        let deleted = causes(&plan, "deleted");
        assert!(!deleted.contains_key(&images[2]), "{plan:#}");
        let newest_two = place.plan(&["--keep-last", "2", "--tags", "?"]);
        let deleted = causes(&newest_two, "deleted");
        assert_eq!(deleted, expected(&[(&images[0], "not-among-last")]), "{newest_two:#}");
        let kept = causes(&newest_two, "kept");
        assert_eq!(kept, expected(&[(&images[0], "listed")]), "the index stays: {newest_two:#}");
        let old = place.plan(&["--older-than", "2026-02-15T00:00:00Z"]);
        let deleted = causes(&old, "deleted");
        let all = [(index.as_str(), "old"), (&images[0], "old"), (&images[1], "old")];
        assert_eq!(deleted, expected(&all), "{old:#}");
    }
}

#[test]
fn nothing_is_selected_unless_asked_for_and_no_more_than_the_maximum_is_deleted() {
    let work = Workspace::new();
    let place = Place::layout(&work, "layout");
    for tag in ["a", "b", "c"] {
        place.push(tag, tag, OLD);
    }
    let stderr = place.prune(&["--yes"]).fails_with(2);
    assert!(stderr.contains("--older-than") && stderr.contains("--orphans"), "{stderr}");
    place.prune(&["--keep-tags", "a", "--yes"]).fails_with(2);
    place.prune(&["--older-than", "soon", "--yes"]).fails_with(2);
    place.prune(&["--keep-last", "0", "--yes"]).fails_with(2);
    work.ocigraph(&["prune", "--untagged", &place.at("a")]).fails_with(2);
    work.ocigraph(&["prune", "--untagged"]).fails_with(2);
    let too_many = ["--older-than", "1d", "--max", "2"];
    for also in ["--yes", "--plan=plan.json"] {
        let stderr = place.prune(&[&too_many[..], &[also]].concat()).fails_with(1);
        assert!(stderr.contains("3 manifests, more than the maximum of 2"), "{stderr}");
    }
    assert!(!work.path("plan.json").exists());
    let plan = place.prune(&[&too_many[..], &["--dry-run"]].concat());
    assert_eq!(plan.code, Some(1), "{plan}");
    assert_eq!(plan.stdout.matches("older than").count(), 3, "{plan}");
    assert_nothing_deleted(&place, &["a", "b", "c"]);
    // No answer deletes nothing, and no deletes nothing.
    let args = ["prune", "--older-than", "1d", &place.location];
    let asked = work.ocigraph_with_input(&args, b"n\n");
    assert_eq!(asked.code, Some(1), "{asked}");
    assert!(asked.stderr.contains("older than 1 day"), "{asked}");
    assert_nothing_deleted(&place, &["a", "b", "c"]);
    let answered = work.ocigraph_with_input(&args, b"y\n").ok();
    assert!(answered.contains("Deleted 3 manifests"), "{answered}");
    assert!(!place.exists("a"));
}

#[test]
fn everything_attached_goes_with_one_image_and_stays_with_another() {
    let work = Workspace::new();
    let [kept, old] = [AttachedImage::with_tag("one", "v1"), AttachedImage::with_tag("two", "old")];
    for place in Place::all(&work) {
        let location = &place.location;
        kept.push_to(&work, location);
        old.push_to(&work, location);
        let done = place.prune(&["--tags", "old", "--yes"]).json();
        assert_eq!(done["repositories"][0]["kept"], json!([]), "{location}: {done:#}");
        for digest in old.manifests() {
            assert!(!place.exists(&digest), "{location}: {digest}: {done:#}");
        }
        for digest in kept.manifests() {
            assert!(place.exists(&digest), "{location}: {digest}: {done:#}");
        }
        place.verify("v1");
        let tags = work.ocigraph(&["tags", location]).ok();
        assert_eq!(tags.lines().count(), 4, "v1 and its tags of cosign, {location}: {tags}");
    }
}

#[test]
fn a_locked_manifest_stays_with_what_it_needs() {
    let work = Workspace::new();
    let azure = || Config { azure: true, ..Config::default() };
    let place = Place::fixture(&work, azure());
    let image = place.push("pr-1", "image", OLD);
    let sbom = place.attach("pr-1", "sbom/example");
    let locked = place.push("pr-2", "locked", OLD);
    let other = place.push("pr-3", "other", OLD);
    place
        .fixture_itself()
        .set_config(Config { locked: vec![sbom.clone(), locked.clone()], ..azure() });
    let done = place.prune(&["--tags", "pr-*", "--yes"]).json();
    let kept = causes(&done, "kept");
    assert_eq!(kept, expected(&[(&image, "subject"), (&locked, "locked")]), "{done:#}");
    let kinds = of_list(&done, "deleted", "kind");
    assert_eq!(kinds, expected(&[(&image, "tag"), (&other, "manifest")]), "{done:#}");
    for stays in [&image, &sbom, &locked] {
        assert!(place.exists(stays), "{done:#}");
    }
}

#[test]
fn a_plan_costs_three_requests_an_image_and_its_execution_two() {
    let work = Workspace::new();
    let place = Place::fixture(&work, Config::default());
    for number in 0..20 {
        place.push(&format!("v{number}"), &format!("image {number}"), OLD);
    }
    place.push("pr-1", "old", OLD);
    let fixture = place.fixture_itself();
    fixture.clear_requests();
    work.ocigraph(&["prune", "--tags", "pr-*", "--plan", "plan.json", &place.location]).ok();
    // One list of tags; tag, manifest and referrers of each image; the first fallback tag.
    let planned = fixture.requests().len();
    assert!(planned <= 1 + 3 * 21 + 3, "{planned} requests: {:#?}", fixture.requests());
    fixture.clear_requests();
    work.ocigraph(&["prune", "--execute", "plan.json", "--yes"]).ok();
    let executed = fixture.requests().len();
    // One list of tags; tag and referrers of each image; what is deleted.
    assert!(executed <= 1 + 2 * 21 + 8, "{executed} requests: {:#?}", fixture.requests());
    assert_eq!(fixture.state().repositories["app"].manifests.len(), 20);
}

/// Some tools tag an image or an index by a digest, which has the form of a fallback tag.
#[test]
fn a_tag_with_the_form_of_a_fallback_tag_protects_what_it_names() {
    let work = Workspace::new();
    for place in Place::all(&work) {
        let location = place.location.clone();
        let image = place.push("pr-1", "an image", OLD);
        let own = image.replace(':', "-");
        work.ocigraph(&["tag", &place.at("pr-1"), &own]).ok();
        let amd64 = place.push("pr-amd64", "amd64", OLD);
        let index = format!("sha256-{}", "ab".repeat(32));
        place.push_index(Some(&index), &["pr-amd64"], Some(OLD));
        let options = ["--tags", "pr-*", "--keep-tags", "sha256-*", "--untagged", "--dead-tags"];
        let plan = place.plan(&options);
        let kinds = of_list(&plan, "deleted", "kind");
        assert!(kinds.values().all(|kind| kind == "tag"), "{location}: {plan:#}");
        // docker-registry 2 keeps the tags that it cannot remove alone.
        let result = place.prune(&[&options[..], &["--yes"]].concat());
        assert!(matches!(result.code, Some(0 | 1)), "{location}: {result}");
        for name in [own.as_str(), index.as_str(), image.as_str(), amd64.as_str()] {
            assert!(place.exists(name), "{location}: {name} is gone: {plan:#}");
        }
    }
}

#[test]
fn kept_tags_of_cosign_keep_their_manifests() {
    let work = Workspace::new();
    let place = Place::layout(&work, "kept");
    let image = place.push("pr-1", "an image", OLD);
    let signature = place.sibling(&image, "sig");
    let plan = place.plan(&["--tags", "pr-*", "--keep-tags", "*.sig"]);
    assert!(!causes(&plan, "deleted").contains_key(&signature), "{plan:#}");
}

/// A proxy, or a registry that hides a repository, answers 404.
#[test]
fn a_list_of_tags_that_is_not_found_stops_an_execution() {
    let work = Workspace::new();
    let place = Place::fixture(&work, Config::default());
    let image = place.push("pr-1", "an image", OLD);
    let file = work.path("plan.json");
    let file = file.to_str().unwrap();
    work.ocigraph(&["prune", &place.location, "--tags", "pr-*", "--plan", file]).ok();
    work.ocigraph(&["tag", &place.at("pr-1"), "release"]).ok();
    let fail = vec![Failure { times: None, ..Failure::new("GET", "tags/list", 404, 1) }];
    place.fixture_itself().set_config(Config { fail, ..Config::default() });
    let result = work.ocigraph(&["prune", "--yes", "--execute", file]);
    assert_eq!(result.code, Some(1), "{result}");
    assert!(place.exists("release") && place.exists(&image), "{result}");
}

#[test]
fn an_age_also_counts_for_what_has_no_tag() {
    let work = Workspace::new();
    let layout = Place::layout(&work, "layout");
    let azure = Place::fixture(&work, Config { azure: true, ..Config::default() });
    for place in [layout, azure] {
        place.push("v1", "kept", OLD);
        let names = [("a1", "old", OLD), ("a2", "young", "2025-06-30T10:00:00Z")];
        let [old, new] = names.map(|(tag, content, time)| {
            let digest = place.push(tag, content, time);
            work.ocigraph(&["untag", &place.at(tag)]).ok();
            digest
        });
        let plan =
            place.plan(&["--untagged", "--older-than", "2025-01-31T10:00:00Z", "--keep-tags", "*"]);
        let deleted = causes(&plan, "deleted");
        if place.lists_untagged() && !place.location.starts_with("oci:") {
            // Azure knows when it received each.
            assert!(deleted.is_empty(), "{}: {plan:#}", place.location);
        } else {
            assert_eq!(deleted, expected(&[(&old, "untagged")]), "{}: {plan:#}", place.location);
        }
        let plan = place.plan(&["--untagged"]);
        let both = [(old.as_str(), "untagged"), (new.as_str(), "untagged")];
        assert_eq!(causes(&plan, "deleted"), expected(&both), "{}", place.location);
    }
}

#[test]
fn a_repository_of_signatures_alone_keeps_them() {
    let work = Workspace::new();
    for place in Place::all(&work) {
        let elsewhere = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let signature = place.sibling(elsewhere, "sig");
        let plan = place.plan(&["--dead-tags"]);
        assert!(causes(&plan, "deleted").is_empty(), "{}: {plan:#}", place.location);
        let reasons = of_list(&plan, "kept", "reason");
        assert!(reasons[&signature].contains("another repository"), "{}: {plan:#}", place.location);
        // With an image of its own, the repository is one of images.
        place.push("v1", "image", OLD);
        let plan = place.plan(&["--dead-tags"]);
        assert_eq!(causes(&plan, "deleted"), expected(&[(&signature, "dead-tag")]), "{plan:#}");
    }
}

#[test]
fn a_time_in_the_future_takes_no_place_among_the_newest() {
    let work = Workspace::new();
    let place = Place::layout(&work, "layout");
    let forged = place.push("v0", "forged", "2999-01-31T10:00:00Z");
    let old = place.push("v1", "old", "2020-01-31T10:00:00Z");
    place.push("v2", "newest", "2021-01-31T10:00:00Z");
    let plan = place.plan(&["--keep-last", "1"]);
    assert_eq!(causes(&plan, "deleted"), expected(&[(&old, "not-among-last")]), "{plan:#}");
    let reason = &of_list(&plan, "kept", "reason")[&forged];
    assert!(reason.contains("in the future"), "{reason}");
}

#[test]
fn a_layout_of_several_repositories_is_refused_and_full_names_are_matched_by_their_tags() {
    let work = Workspace::new();
    let from = ocigraph_fixture::Fixture::start(Config::default());
    for name in ["one", "two"] {
        let place =
            Place { location: format!("{}/{name}", from.host()), ..Place::layout(&work, "x") };
        let image = place.push("v1", name, OLD);
        place.attach("v1", "sbom/example");
        place.sibling(&image, "sig");
    }
    let kept = Place::layout(&work, "kept");
    work.ocigraph(&["sync", &from.host(), &kept.location]).ok();
    let before = work.ocigraph(&["tags", &kept.location]).ok();
    // A signature by tag belongs to its image there, too.
    let one = format!("{}:{}/one:v1", kept.location, from.host());
    let found = work.ocigraph(&["discover", "--format", "json", &one]).ok();
    assert!(found.contains("sbom/example") && found.contains(".sig"), "{found}");
    work.ocigraph(&["copy", "-r", &one, "oci:out:v1"]).ok();
    assert!(work.ocigraph(&["tags", "oci:out"]).ok().contains(".sig"));
    let error = kept.prune(&["--older-than", "1d", "--keep-tags", "v*", "--yes"]).fails_with(1);
    assert!(error.contains("keeps several repositories") && error.contains("restore"), "{error}");
    assert_eq!(work.ocigraph(&["tags", &kept.location]).ok(), before);
    let swept = work.ocigraph(&["sweep", &kept.location, "--summary"]);
    assert_eq!(swept.code, Some(3), "{swept}");
    assert!(swept.stderr.contains("unknown") && swept.stderr.contains("restore"), "{swept}");

    // Names as other tools write them.
    let named = Place::layout(&work, "named");
    for tag in ["v1", "old"] {
        let image = named.push(tag, tag, OLD);
        let name = format!("docker.io/library/app:{tag}");
        let index = work.path("named/index.json");
        let text = std::fs::read_to_string(&index).unwrap();
        let renamed = text.replace(&format!("\"{tag}\""), &format!("\"{name}\""));
        assert!(renamed != text && renamed.contains(&image), "{text}");
        std::fs::write(&index, renamed).unwrap();
    }
    named.prune(&["--older-than", "1d", "--keep-tags", "v*", "--yes"]).ok();
    assert_eq!(work.ocigraph(&["tags", &named.location]).ok(), "docker.io/library/app:v1\n");
}

#[test]
fn everything_stays_in_a_layout_that_has_lost_an_index() {
    let work = Workspace::new();
    let place = Place::layout(&work, "layout");
    let child = place.push("child", "child", OLD);
    let index = place.push_index(Some("v2"), &[&child], None);
    place.push("v1", "one", OLD);
    let blob = work.path("layout/blobs/sha256").join(index.trim_start_matches("sha256:"));
    std::fs::remove_file(blob).unwrap();
    let pruned = place.prune(&["--tags", "v1,child", "--untagged", "--yes"]);
    assert_eq!(pruned.code, Some(1), "{pruned}");
    assert!(pruned.stdout.contains("the tag v2 is listed and names nothing"), "{pruned}");
    assert!(place.exists("v1") && place.exists(&child));
}

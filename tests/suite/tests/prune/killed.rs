//! Executions that are killed or dropped before any change: the same plan can be executed again.

use std::{process::Stdio, thread, time::Duration};

use ocigraph::{Client, PruneOptions};
use ocigraph_fixture::{Config, Referrers};
use ocigraph_suite::{Workspace, ocigraph_binary};
use tokio::{runtime::Runtime, time::timeout};

use crate::place::{OLD, Place};

/// Fills a repository: what has the tag `v1` stays.
fn fill(place: &Place<'_>) {
    place.push("v1", "kept", OLD);
    place.attach("v1", "sbom/example");
    let old = place.push("pr-1", "image", OLD);
    let sbom = place.attach("pr-1", "sbom/example");
    place.attach(&sbom, "signature/example");
    place.sibling(&old, "sig");
    place.push_index(Some("pr-2"), &[&old], Some(OLD));
    place.push("pr-3,latest", "shared", OLD);
    let args = ["prune", "--tags", "pr-*", "--plan", "plan.json", &place.location];
    place.work.ocigraph(&args).ok();
}

fn finish(place: &Place<'_>, config: &Config) {
    place.fixture_itself().set_config(config.clone());
    place.work.ocigraph(&["prune", "--execute", "plan.json", "--yes"]).ok();
    let state = &place.fixture_itself().state().repositories["app"];
    let kept = if config.referrers == Referrers::None { 4 } else { 3 };
    assert_eq!(state.manifests.len(), kept, "{state:?}");
    ["v1", "latest"].iter().for_each(|tag| place.verify(tag));
    assert!(!place.exists("pr-3"));
}

#[test]
fn an_execution_that_is_killed_before_any_change_can_be_executed_again() {
    for referrers in [Referrers::None, Referrers::Oci] {
        let config = Config { referrers, ..Config::default() };
        let work = Workspace::new();
        let is_complete = |changes: usize| {
            let place = Place::fixture(&work, config.clone());
            fill(&place);
            let fixture = place.fixture_itself();
            fixture.set_config(Config { hold_after_changes: Some(changes), ..config.clone() });
            let mut command = work.command(ocigraph_binary());
            command.args(["prune", "--execute", "plan.json", "--yes"]);
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            while child.try_wait().unwrap().is_none() && fixture.held() == 0 {
                thread::sleep(Duration::from_millis(1));
            }
            let has_ended = fixture.held() == 0;
            let _ = child.kill();
            child.wait().unwrap();
            finish(&place, &config);
            has_ended
        };
        assert!((0..100).any(is_complete), "the prune never ends");
    }
}

#[test]
fn a_future_that_is_dropped_before_any_change_leaves_a_plan_that_can_be_executed() {
    let runtime = Runtime::new().unwrap();
    let config = Config { referrers: Referrers::None, ..Config::default() };
    let work = Workspace::new();
    for changes in 0..4 {
        let place = Place::fixture(&work, config.clone());
        fill(&place);
        let fixture = place.fixture_itself();
        fixture.set_config(Config { hold_after_changes: Some(changes), ..config.clone() });
        runtime.block_on(async {
            let client = Client::new();
            let options = PruneOptions::default().execute(work.path("plan.json"));
            let prune = client.prune(&[], options);
            let held = async {
                while fixture.held() == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::select! {
                report = prune => panic!("it ended: {report:?}"),
                held = timeout(Duration::from_secs(60), held) => held.unwrap(),
            }
        });
        finish(&place, &config);
    }
}

//! `sweep` of simulated registries: many images, killed processes, limits of the rate, and answers of every kind.

use std::{collections::BTreeSet, fs, path::Path, process::Stdio, thread, time::Duration};

use ocigraph_fixture::{
    Config, Fixture, LogKind, RateLimit, RateLimitKind, RateLimitPer, Simulate,
};
use ocigraph_suite::{Workspace, ocigraph_binary};
use serde_json::Value;

/// Images that a sweep has in progress.
const IN_PROGRESS: u64 = 128;

fn simulated(simulate: &Simulate) -> Config {
    Config { simulate: Some(simulate.clone()), log: LogKind::Counts, ..Config::default() }
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of images with a status.
fn images(rows: &[Value], status: &str) -> u64 {
    rows.iter().filter(|row| row["depth"] == 0 && row["status"] == status).count() as u64
}

/// The images that have an attachment of a kind: those with such a row.
fn with(rows: &[Value], kind: &str) -> usize {
    let has = |row: &&Value| row["kinds"].as_array().unwrap().iter().any(|k| k == kind);
    let images: BTreeSet<&str> = rows
        .iter()
        .filter(has)
        .filter(|row| row["depth"] == 1)
        .filter_map(|row| row["image"].as_str())
        .collect();
    images.len()
}

#[test]
fn a_sweep_that_is_killed_again_and_again_has_the_rows_of_one_that_is_not() {
    let work = Workspace::new();
    let simulate = Simulate {
        repositories: 3,
        tags: 2_000,
        page: 100,
        sboms: 600,
        signatures: 300,
        sibling_every: 50,
        shared_every: 40,
        index_every: 100,
        ..Simulate::default()
    };
    let fixture = Fixture::start(simulated(&simulate));
    let host = fixture.host();
    let whole = work.path("whole.ndjson");
    work.ocigraph(&["sweep", &host, "-o", whole.to_str().unwrap()]).ok();
    assert_eq!(fixture.repeated().repetitions, 0, "{:?}", fixture.repeated());

    let (out, checkpoint) = (work.path("rows.ndjson"), work.path("checkpoint"));
    let args =
        ["sweep", &host, "-o", out.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()];
    fixture.set_config(Config { delay_ms: 10, ..simulated(&simulate) });
    fixture.clear_requests();
    let (mut kills, mut has_ended) = (0, false);
    for pause in [90, 150, 260, 400, 700, 1_000] {
        let mut command = work.command(ocigraph_binary());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(pause));
        has_ended = child.try_wait().unwrap().is_some();
        // The next one would begin again.
        if has_ended {
            break;
        }
        kills += 1;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(kills > 2, "the sweep was not killed");
    if !has_ended {
        work.ocigraph(&args).ok();
    }
    // What was in progress at a kill is asked for again: up to five requests of each image.
    let repeated = fixture.repeated();
    assert!(repeated.repetitions <= kills * IN_PROGRESS * 5, "{repeated:?}");
    assert_eq!(repeated.unknown, 0);

    let sorted = |path| {
        let mut lines: Vec<String> = rows(path)
            .into_iter()
            .map(|mut row| {
                // Which of the tags of an image the rows below it name depends on the order of the answers.
                if row["depth"] != 0 && row["edge"] != "tag" {
                    row["tag"] = Value::Null;
                }
                row.to_string()
            })
            .collect();
        lines.sort();
        lines
    };
    let (found, expected) = (sorted(&out), sorted(&whole));
    assert_eq!(found.len(), expected.len());
    assert!(found == expected, "the rows differ");
    // A sweep that reached its end begins again, in the same file.
    work.ocigraph(&args).ok();
    assert!(sorted(&out) == expected, "the rows differ");
}

#[test]
fn none_unknown_refused_and_missing_are_counted_apart() {
    let work = Workspace::new();
    let simulate = Simulate {
        tags: 3_000,
        sboms: 500,
        referrers_401: 20,
        referrers_403: 30,
        referrers_404: 40,
        referrers_500: 50,
        manifests_404: 60,
        manifests_403: 70,
        ..Simulate::default()
    };
    let fixture = Fixture::start(simulated(&simulate));
    let expected = simulate.expected();
    let path = work.path("rows.ndjson");
    let args = [
        "--max-attempts",
        "1",
        "sweep",
        &fixture.host(),
        "-o",
        path.to_str().unwrap(),
        "--summary",
    ];
    let result = work.ocigraph(&args);
    assert_eq!(result.code, Some(3), "{result}");
    let rows = rows(&path);
    let odd = |status: u16| expected.odd_lists.get(&status).copied().unwrap_or_default();
    assert_eq!(images(&rows, "missing"), expected.missing_tags);
    assert_eq!(images(&rows, "refused"), expected.refused_tags + odd(401) + odd(403));
    assert_eq!(images(&rows, "unknown"), odd(500), "{:?}", expected.odd_lists);
    assert_eq!(with(&rows, "sbom") as u64, expected.sboms);
    let known = images(&rows, "none") + images(&rows, "found");
    assert_eq!(known, expected.images - odd(401) - odd(403) - odd(500));
    let unknown = expected.refused_tags + odd(401) + odd(403) + odd(500);
    let lacking = known - expected.sboms;
    let line = format!("sbom         {:9} {lacking:9} {unknown:9}", expected.sboms);
    assert!(result.stdout.contains(&line), "{line}\n{}", result.stdout);
}

#[test]
fn a_limit_of_the_rate_is_kept_to_and_costs_no_row() {
    let work = Workspace::new();
    let simulate = Simulate { tags: 600, sboms: 500, ..Simulate::default() };
    let limit = RateLimit {
        path: "/v2/".into(),
        kind: RateLimitKind::Bucket,
        requests: 400,
        period_ms: 1_000,
        per: RateLimitPer::default(),
        retry_after: true,
        ..RateLimit::default()
    };
    let fixture = Fixture::start(Config { rate_limit: vec![limit], ..simulated(&simulate) });
    let path = work.path("rows.ndjson");
    work.ocigraph(&["sweep", &fixture.host(), "-o", path.to_str().unwrap()]).ok();
    let rows = rows(&path);
    let expected = simulate.expected();
    assert_eq!(images(&rows, "none") + images(&rows, "found"), expected.images);
    assert_eq!(images(&rows, "found"), expected.sboms);
    // With a budget below the limit, the registry refuses nothing.
    fixture.clear_requests();
    let args = ["--max-requests-per-second", "300", "sweep", &fixture.host(), "--latest", "300"];
    work.ocigraph(&args).ok();
    let counts = fixture.counts();
    assert!(counts.answered.keys().all(|answer| !answer.ends_with(" 429")), "{counts:?}");
    assert!(counts.busiest_second <= 330, "{counts:?}");
}

#[test]
fn memory_does_not_grow_with_the_attachments_of_one_image_or_the_tags() {
    let work = Workspace::new();
    let simulate = Simulate { tags: 30_000, sboms: 500, ..Simulate::default() };
    let fixture = Fixture::start(simulated(&simulate));
    let path = work.path("rows.ndjson");
    let mut command = work.command(ocigraph_binary());
    command.args(["sweep", &fixture.host(), "--depth", "0", "-o", path.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0_u64));
        thread::sleep(Duration::from_millis(20));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(rows(&path).len(), 30_000);
    assert!(peak > 0 && peak < 100 << 10, "{} MB", peak >> 10);
}

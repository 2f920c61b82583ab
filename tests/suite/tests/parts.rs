//! Large blobs in parts over several connections: which parts are requested, what happens where a registry
//! does not serve them, and what a killed process has already.

use std::{fs, path::Path, process::Stdio, thread, time::Duration};

use futures::TryStreamExt;
use ocigraph::{Algorithm, Client, Digest, TransferOptions};
use ocigraph_fixture::{Config, Cut, Failure, Fixture, Logged, Ranges, Slow};
use ocigraph_suite::{Workspace, assert_read_once, ocigraph_binary, soak_setting};

const MIB: usize = 1 << 20;
const PART: u64 = 2 << 20;

/// Content in which no two blocks are equal.
fn content(length: usize) -> Vec<u8> {
    (0..length as u64 / 8)
        .flat_map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())
        .collect()
}

/// A registry whose responses take so long that more connections bring more bytes.
fn slow_path() -> Config {
    let part = Slow { method: "GET".into(), path: "/blobs/".into(), response_ms: 5, body_ms: 100 };
    Config { slow: vec![part], ..Config::default() }
}

struct Pushed {
    work: Workspace,
    fixture: Fixture,
    image: String,
    content: Vec<u8>,
}

/// Pushes an artifact with one file, and then makes the registry behave as `config` says.
fn push(length: usize, config: Config) -> Pushed {
    let (work, fixture) = (Workspace::new(), Fixture::start(Config::default()));
    let content = content(length);
    work.write("large", &content);
    let image = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", "-q", &image, "large"]).ok();
    fixture.set_config(config);
    fixture.clear_requests();
    Pushed { work, fixture, image, content }
}

impl Pushed {
    fn pull(&self, options: &[&str]) {
        let args = [&["pull", "-q", "-o", "out", &self.image], options].concat();
        self.work.ocigraph(&args).ok();
        self.is_pulled();
    }

    fn is_pulled(&self) {
        assert!(self.work.read("out/large") == self.content, "the file has other content");
        assert_eq!(
            fs::read_dir(self.work.path("out")).unwrap().count(),
            1,
            "something else is left"
        );
    }

    fn digest(&self) -> Digest {
        Algorithm::Sha256.digest(&self.content)
    }

    /// The requests for the content of the blob.
    fn requests(&self) -> Vec<Logged> {
        let path = format!("/blobs/{}", self.digest());
        let is_read = |r: &Logged| r.method == "GET" && r.path.ends_with(&path);
        self.fixture.requests().into_iter().filter(is_read).collect()
    }

    /// The ranges that were requested, in order of their start.
    fn ranges(&self) -> Vec<(u64, Option<u64>)> {
        let mut ranges: Vec<_> = self.requests().iter().map(Logged::range).collect();
        ranges.sort_unstable();
        ranges
    }
}

/// Every byte once, in parts.
fn parts(length: u64) -> Vec<(u64, Option<u64>)> {
    (0..length).step_by(PART as usize).map(|n| (n, Some((n + PART).min(length) - 1))).collect()
}

#[test]
fn each_byte_of_a_large_blob_is_requested_once_over_more_and_more_connections() {
    let length = 100 * MIB - 16;
    let pushed = push(length, slow_path());
    pushed.pull(&[]);
    assert_eq!(pushed.ranges(), parts(length as u64));
    let at_once = pushed.requests().iter().map(|r| r.concurrent).max().unwrap();
    assert!((2..=12).contains(&at_once), "{at_once}");
}

#[test]
fn bytes_arrive_before_their_part_is_complete() {
    let pushed = push(40 * MIB, slow_path());
    let blob = format!("{}/app@{}", pushed.fixture.host(), pushed.digest()).parse().unwrap();
    let first = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let options = TransferOptions::default();
        let (_, mut content) = Client::new().fetch_blob(&blob, options).await.unwrap();
        content.try_next().await.unwrap().unwrap()
    });
    assert!(first.len() < PART as usize, "{} bytes", first.len());
    assert_eq!(first, pushed.content[..first.len()]);
}

#[test]
fn a_verification_reads_damaged_parts_again_in_one_piece() {
    let pushed = push(40 * MIB, Config { ranges: Ranges::WrongBytes, ..slow_path() });
    pushed.work.ocigraph(&["verify", &pushed.image]).ok();
    assert_eq!(pushed.ranges()[0], (0, None));
}

#[test]
fn the_callers_limit_and_small_blobs_mean_one_response() {
    let pushed = push(20 * MIB, slow_path());
    pushed.pull(&["--concurrency", "1"]);
    assert_eq!(pushed.ranges(), [(0, None)]);
    let pushed = push(15 * MIB, slow_path());
    pushed.pull(&[]);
    assert_eq!(pushed.ranges(), [(0, None)]);
}

#[test]
fn a_fast_connection_gets_the_rest_in_one_piece() {
    let length = 64 * MIB;
    // All of it comes over one path, whose speed the connections share.
    let pushed = push(length, Config::default());
    pushed.pull(&[]);
    assert_read_once(&pushed.ranges(), 0, length as u64);
}

#[test]
fn a_registry_that_does_not_serve_parts_is_read_in_one_piece() {
    for (ranges, requests) in [
        (Ranges::Ignored, 1),
        (Ranges::ToTheEnd, 1),
        (Ranges::Refused, 2),
        (Ranges::Forbidden, 2),
        (Ranges::Shorter, 2),
        (Ranges::Shifted, 2),
        (Ranges::Unnamed, 2),
    ] {
        let pushed = push(40 * MIB, Config { ranges, ..slow_path() });
        pushed.pull(&[]);
        assert_eq!(pushed.requests().len(), requests, "{ranges:?}");
    }
    // More bytes than were requested: seen at the end of the first part.
    let pushed = push(40 * MIB, Config { ranges: Ranges::Longer, ..slow_path() });
    pushed.pull(&[]);
    let ranges = pushed.ranges();
    assert!(matches!(ranges[..], [(0, Some(_)), (next, None)] if next < PART), "{ranges:?}");
    // Wrong bytes are seen at the end of the blob, which is read again in one piece.
    let pushed = push(40 * MIB, Config { ranges: Ranges::WrongBytes, ..slow_path() });
    pushed.pull(&[]);
    assert_eq!(pushed.ranges()[0], (0, None));
}

#[test]
fn copies_and_readers_get_the_parts_in_order() {
    let length = 50 * MIB;
    let pushed = push(length, slow_path());
    let other = Fixture::start(Config::default());
    let copied = format!("{}/copy:v1", other.host());
    pushed.work.ocigraph(&["copy", "-q", &pushed.image, &copied]).ok();
    assert_eq!(pushed.ranges(), parts(length as u64));
    pushed.work.ocigraph(&["copy", "-q", &pushed.image, "oci:layout:v1"]).ok();
    pushed.work.ocigraph(&["pull", "-q", "-o", "out", "oci:layout:v1"]).ok();
    pushed.is_pulled();
    let blob = format!("{}/app@{}", pushed.fixture.host(), pushed.digest());
    pushed.work.ocigraph(&["blob", "fetch", "-o", "fetched", &blob]).ok();
    assert!(pushed.work.read("fetched") == pushed.content);
    // What arrives damaged in parts is read again in one piece.
    pushed.fixture.set_config(Config { ranges: Ranges::WrongBytes, ..slow_path() });
    pushed.work.ocigraph(&["copy", "-q", &pushed.image, "oci:again:v1"]).ok();
}

#[test]
fn broken_parts_are_continued_and_lasting_failures_end_in_one_piece() {
    // Each of the first connections breaks within a part.
    let cuts = vec![Cut { after_bytes: 1_000_000, after: 3, times: 5 }];
    let pushed = push(60 * MIB, Config { cut: cuts, ..slow_path() });
    pushed.pull(&[]);
    let continued = pushed.ranges().iter().filter(|(start, _)| start % PART != 0).count();
    assert!(continued >= 5, "{:?}", pushed.ranges());

    for status in [429, 500, 503] {
        let fail = Failure { after: 4, ..Failure::new("GET", "/blobs/", status, 3) };
        let pushed = push(40 * MIB, Config { fail: vec![fail], ..slow_path() });
        pushed.pull(&[]);
    }
    // From the fifth request on, parts are refused for good.
    let fail = Failure { after: 4, ..Failure::new("GET", "/blobs/", 404, 8) };
    let pushed = push(40 * MIB, Config { fail: vec![fail], ..slow_path() });
    let stderr = pushed.work.ocigraph(&["pull", "-o", "out", &pushed.image]);
    let stderr = stderr.fails_with(1);
    assert!(stderr.contains("404"), "{stderr}");
    assert!(!Path::new(&pushed.work.path("out")).exists(), "a failed pull leaves nothing");
}

#[test]
fn a_signed_url_is_used_until_it_expires() {
    let store = push(60 * MIB, slow_path());
    let path = format!("/v2/app/blobs/{}?signature=secret", store.digest());
    let target = store.fixture.url(&path);
    let mut redirect = Failure::new("GET", "/blobs/", 307, 0);
    redirect.times = None;
    redirect.headers.insert("Location".into(), target);
    let pushed = push(60 * MIB, Config { fail: vec![redirect], ..Config::default() });
    pushed.pull(&[]);
    assert_eq!(store.ranges(), parts(60 * MIB as u64));
    // The parts that are requested before the first answer ask the registry too.
    let first = pushed.requests().len();
    assert!(first <= 5, "{first} requests to the registry");

    store.fixture.clear_requests();
    pushed.fixture.clear_requests();
    let expired = Failure { after: 6, ..Failure::new("GET", "signature", 403, 1) };
    store.fixture.set_config(Config { fail: vec![expired], ..slow_path() });
    fs::remove_dir_all(pushed.work.path("out")).unwrap();
    pushed.pull(&[]);
    assert!(pushed.requests().len() > first, "the registry was not asked for another URL");
}

#[test]
fn a_killed_pull_fetches_no_more_than_one_part_of_each_connection_again() {
    // 4096 is a blob of 4 GiB, for which the test needs 16 GB of memory.
    let length = soak_setting("OCIGRAPH_KILLED_PULL_MIB").unwrap_or(100) as usize * MIB;
    let pushed = push(length, slow_path());
    let out = pushed.work.path("out");
    let written = || {
        let files = fs::read_dir(&out).into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).max().unwrap_or(0)
    };
    for percent in [30, 60, 90] {
        let mut command = pushed.work.command(ocigraph_binary());
        command.args(["pull", "-q", "-o", "out", &pushed.image]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while written() < length as u64 * percent / 100 && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(2));
        }
        let _ = child.kill();
        child.wait().unwrap();
        assert!(!out.join("large").exists(), "a partial file has the final name at {percent} %");
    }
    pushed.pull(&[]);
    let length = length as u64;
    let bytes = |(start, last): &(u64, Option<u64>)| last.map_or(length, |last| last + 1) - start;
    let requested: u64 = pushed.ranges().iter().map(bytes).sum();
    let again = requested - length;
    assert!(again <= 3 * 12 * PART, "{again} bytes were requested again");
}

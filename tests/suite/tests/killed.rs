//! Processes that are killed during an operation: the remaining state is valid, and a second run
//! finishes.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
    process::{Child, Stdio},
    sync::LazyLock,
    thread,
    time::Duration,
};

use ocigraph::{Algorithm, Client, Digest, Manifest, PushOptions, ResolveOptions, digest_file};
use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{Kind, Registry, Workspace, assert_read_once, ocigraph_binary};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn start(work: &Workspace, args: &[&str]) -> Child {
    let mut command = work.command(ocigraph_binary());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

fn kill(mut child: Child) {
    let _ = child.kill();
    child.wait().expect("a killed process ends");
}

/// Pushes an artifact and returns its digest.
async fn push(at: &str, kind: &str, subject: Option<String>) -> String {
    let mut options = PushOptions::default();
    options.files = vec![ocigraph::File::bytes("file", format!("{kind} of {subject:?}"))];
    options.artifact_type = Some(kind.into());
    options.subject = subject.map(|subject| subject.parse().unwrap());
    let pushed = Client::new().push(&at.parse().unwrap(), options).await.unwrap();
    pushed.descriptor.digest.to_string()
}

/// Pushes an image `v1` with a signature, a signed SBoM, and a signed report that has a tag.
async fn push_image(repository: &str) {
    let image = format!("{repository}:v1");
    push(&image, "app/example", None).await;
    push(repository, "signature/example", Some(image.clone())).await;
    for (at, kind) in
        [(repository, "sbom/example"), (&format!("{repository}:report"), "report/example")]
    {
        let signed = push(at, kind, Some(image.clone())).await;
        push(repository, "signature/example", Some(format!("{repository}@{signed}"))).await;
    }
}

/// Pushes a signed index `v1` of two signed images, and returns the digests of these.
async fn push_index(repository: &str) -> Vec<String> {
    let (mut images, mut listed) = (Vec::new(), Vec::new());
    for kind in ["one/example", "two/example"] {
        let image = push(repository, kind, None).await;
        let at = format!("{repository}@{image}");
        push(repository, "signature/example", Some(at.clone())).await;
        let options = ResolveOptions::default();
        listed.push(Client::new().resolve(&at.parse().unwrap(), options).await.unwrap());
        images.push(image);
    }
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": media_type, "manifests": listed,
    });
    let index = Manifest::parse(index.to_string().into(), Some(media_type), Algorithm::Sha256);
    let at = format!("{repository}:v1");
    Client::new().push_manifest(&at.parse().unwrap(), &index.unwrap()).await.unwrap();
    push(repository, "signature/example", Some(at)).await;
    images
}

/// The registries on which a delete is killed.
struct Killed {
    /// When the graph is pushed.
    before: Config,
    /// When it is deleted.
    config: Config,
    is_index: bool,
}

impl Killed {
    fn image(config: Config) -> Self {
        Self { before: config.clone(), config, is_index: false }
    }

    /// Kills a delete of `v1` before each request that changes something. The requests between change nothing, so
    /// these are all states that a kill can leave. Runs the delete again each time, and asserts that nothing is left.
    fn at_every_change(&self) {
        let ended = (0..200).find(|changes| self.after_changes(*changes));
        assert!(ended.is_some(), "the delete never ends");
    }

    /// Returns true if the delete ended before this change.
    fn after_changes(&self, changes: usize) -> bool {
        let fixture = Fixture::start(self.before.clone());
        let work = Workspace::new();
        let repository = format!("{}/app", fixture.host());
        let images = RUNTIME.block_on(async {
            if self.is_index {
                return push_index(&repository).await;
            }
            push_image(&repository).await;
            Vec::new()
        });
        fixture.set_config(Config { hold_after_changes: Some(changes), ..self.config.clone() });
        let image = format!("{repository}:v1");
        let delete = ["delete", "--yes", "--force", &image];
        let mut child = start(&work, &delete);
        let has_ended = loop {
            if child.try_wait().unwrap().is_some() || fixture.held() > 0 {
                break fixture.held() == 0;
            }
            thread::sleep(Duration::from_millis(1));
        };
        kill(child);
        fixture.set_config(self.config.clone());
        let state = || fixture.state().repositories.remove("app").unwrap_or_default();
        let mut left = state();
        let mut again = None;
        if !(has_ended || left.manifests.is_empty() && left.tags.is_empty()) {
            again = Some(work.ocigraph(&delete));
            left = state();
        }
        // An index is deleted before its images. Nothing leads to them from then on.
        if !has_ended {
            left.manifests.retain(|digest, _| !images.contains(digest));
        }
        let is_empty = left.manifests.is_empty() && left.tags.is_empty();
        assert!(
            is_empty,
            "{changes}: {left:?}\n{}",
            again.map_or_else(String::new, |again| again.to_string())
        );
        has_ended
    }
}

const WITH_AND_WITHOUT_API: [Referrers; 2] = [Referrers::None, Referrers::Oci];

#[test]
fn a_delete_that_is_killed_at_any_request_can_be_run_again() {
    for referrers in WITH_AND_WITHOUT_API {
        Killed::image(Config { referrers, ..Config::default() }).at_every_change();
    }
}

#[test]
fn a_delete_that_is_killed_at_any_request_can_be_run_again_where_listed_manifests_are_protected() {
    for referrers in WITH_AND_WITHOUT_API {
        let config = Config { referrers, protect_listed: true, ..Config::default() };
        Killed::image(config).at_every_change();
    }
}

/// `crane registry serve` keeps a tag when its manifest is deleted by digest.
#[test]
fn a_killed_delete_of_an_index_leaves_no_tag_where_tags_stay() {
    for referrers in WITH_AND_WITHOUT_API {
        let config = Config { referrers, keep_tags: true, ..Config::default() };
        Killed { is_index: true, ..Killed::image(config) }.at_every_change();
    }
}

/// Clients kept lists of referrers before the registry had the API.
#[test]
fn a_killed_delete_can_be_run_again_where_lists_are_beside_the_api() {
    let config = Config { protect_listed: true, ..Config::default() };
    let before = Config { referrers: Referrers::None, ..config.clone() };
    Killed { before, config, is_index: false }.at_every_change();
}

#[test]
fn a_killed_delete_of_an_index_leaves_at_most_its_images() {
    for referrers in WITH_AND_WITHOUT_API {
        let config = Config { referrers, protect_listed: true, ..Config::default() };
        Killed { is_index: true, ..Killed::image(config) }.at_every_change();
    }
}

const SIZE: u64 = 1 << 30;
const MIDDLE: u64 = SIZE * 2 / 5;

/// Writes a sparse file of 1 GiB in which all blocks differ.
fn write_large(path: &Path) -> Digest {
    let mut file = File::create(path).unwrap();
    file.set_len(SIZE).unwrap();
    for place in (0..SIZE).step_by(1 << 20) {
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&place.to_le_bytes()).unwrap();
    }
    digest_file(path, Algorithm::Sha256).unwrap().0
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// Waits until a growing file has half of its final size. Returns false if the process was faster.
fn reaches_the_middle(child: &mut Child, length: impl Fn() -> u64) -> bool {
    while length() < MIDDLE {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        thread::yield_now();
    }
    true
}

#[test]
fn a_killed_pull_leaves_only_a_partial_file_from_which_the_next_resumes() {
    let work = Workspace::new();
    let blobs = Some(work.path("blobs"));
    let fixture = Fixture::start(Config { blobs, ..Config::default() });
    let digest = write_large(&work.path("large"));
    let target = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &target, "large"]).ok();

    let pull = ["pull", "-o", "out", &target];
    let out = work.path("out/large");
    let partial = || {
        let mut entries = std::fs::read_dir(work.path("out")).into_iter().flatten().flatten();
        let hidden = entries.find(|e| e.file_name().to_string_lossy().starts_with(".ocigraph-"));
        hidden.map_or(0, |entry| length(&entry.path()))
    };
    let mut child = start(&work, &pull);
    let in_the_middle = reaches_the_middle(&mut child, partial);
    kill(child);
    assert!(in_the_middle && !out.exists(), "the pull finished before it could be killed");
    let there = partial();
    fixture.clear_requests();

    let mut child = start(&work, &pull);
    while child.try_wait().unwrap().is_none() {
        assert!(
            !out.exists() || length(&out) == SIZE,
            "the file has its final name and is incomplete"
        );
        thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(digest_file(&out, Algorithm::Sha256).unwrap(), (digest, SIZE));
    assert_eq!(std::fs::read_dir(work.path("out")).unwrap().count(), 1);
    let requests = fixture.requests();
    let blobs: Vec<_> = requests.iter().filter(|r| r.path.contains("/blobs/")).collect();
    let mut ranges: Vec<_> = blobs.iter().map(|request| request.range()).collect();
    ranges.sort_unstable();
    assert_read_once(&ranges, there, SIZE);
}

#[test]
fn a_killed_push_sets_no_tag_and_can_be_run_again() {
    let registry = Registry::start(Kind::Docker2);
    let work = Workspace::new();
    let digest = write_large(&work.path("large"));
    let target = registry.reference("app:v1");
    let storage = registry.data().join("docker/registry/v2");
    let uploads = storage.join("repositories/app/_uploads");
    let uploaded = || {
        let sessions = std::fs::read_dir(&uploads).into_iter().flatten().flatten();
        sessions.map(|session| length(&session.path().join("data"))).max().unwrap_or(0)
    };
    let (folder, name) = (&digest.encoded()[..2], digest.encoded());
    let blob = storage.join(format!("blobs/sha256/{folder}/{name}/data"));

    let mut child = start(&work, &["push", &target, "large"]);
    let in_the_middle = reaches_the_middle(&mut child, uploaded);
    kill(child);
    assert!(in_the_middle && !blob.exists(), "the push finished before it could be killed");
    work.ocigraph(&["resolve", &target]).fails_with(1);
    work.ocigraph(&["push", &target, "large"]).ok();
    assert_eq!(length(&blob), SIZE);
    work.ocigraph(&["verify", &target]).ok();
}

#[test]
fn a_layout_stays_valid_when_a_writer_is_killed() {
    let work = Workspace::new();
    work.write("base", "base");
    work.ocigraph(&["push", "oci:layout:base", "base"]).ok();
    for i in 0..40_u64 {
        let file = format!("file-{i}");
        work.write(&file, vec![i as u8; 300_000]);
        let child = start(
            &work,
            &["attach", "--artifact-type", "number/example", "oci:layout:base", &file],
        );
        thread::sleep(Duration::from_micros(300 * i));
        kill(child);
        // Everything in the list is complete.
        let graph = work.ocigraph(&["discover", "-o", "json", "oci:layout:base"]).json();
        for referrer in graph["references"].as_array().unwrap() {
            let target = format!("oci:layout@{}", referrer["digest"].as_str().unwrap());
            work.ocigraph(&["pull", "-o", "out", &target]).ok();
        }
    }
    work.ocigraph(&["attach", "--artifact-type", "last/example", "oci:layout:base", "base"]).ok();
    let left = std::fs::read_dir(work.path("layout/.ocigraph")).unwrap().flatten();
    let left: Vec<_> = left.map(|e| e.file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("blob-")), "{left:?}");
}

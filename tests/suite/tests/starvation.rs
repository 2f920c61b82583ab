//! No operation blocks another by holding all threads for file access or all file descriptors.

use std::{
    fs,
    path::Path,
    process::{Child, Output, Stdio},
    time::{Duration, Instant},
};

use ocigraph::{Client, File, PullOptions, PushOptions, Reference};
use ocigraph_suite::{FaultServer, Kind, Registry, Workspace, ocigraph_binary};

/// Maximum time of an operation or a command. Longer ones fail.
const LIMIT: Duration = Duration::from_secs(120);

/// Returns a runtime with few threads for blocking work, so that an operation that holds them would
/// block others.
fn runtime(blocking: usize) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(blocking)
        .enable_all()
        .build()
        .unwrap()
}

async fn with_timeout<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.expect("the operation should end in time")
}

/// Waits for a command and kills it if it hangs.
fn finish(mut child: Child) -> Output {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("it hangs: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

/// Pushes `files` files of `size` bytes.
async fn push_files(place: &Reference, files: usize, size: usize) {
    let content = |i: usize| [&i.to_be_bytes()[..], &vec![7; size]].concat();
    let files = (0..files).map(|i| File::bytes(format!("d{}/f{i}", i % 7), content(i))).collect();
    let options = PushOptions::default().files(files);
    Client::new().push(place, options).await.unwrap();
}

fn count_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

#[test]
fn a_pull_with_more_requests_than_threads_finishes() {
    let work = Workspace::new();
    let place: Reference = format!("oci:{}:v1", work.path("store").display()).parse().unwrap();
    // Larger than the limit for blobs in memory, so that each has a partial file.
    runtime(64).block_on(push_files(&place, 1_500, 70 * 1024));
    let mut command = work.command(ocigraph_binary());
    command.args(["pull", "-q", "--concurrency", "1000", "-o", "out", "oci:store:v1"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = finish(command.spawn().unwrap());
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(count_files(&work.path("out")), 1_500);
}

#[test]
fn many_concurrent_pulls_from_a_layout_finish() {
    let dir = tempfile::tempdir().unwrap();
    let place: Reference =
        format!("oci:{}:v1", dir.path().join("store").display()).parse().unwrap();
    runtime(8).block_on(async {
        push_files(&place, 20, 100 * 1024).await;
        let client = Client::new();
        let pulls = (0..200).map(|i| {
            let (client, place) = (client.clone(), place.clone());
            let output = dir.path().join(format!("out{i}"));
            tokio::spawn(async move {
                let options = PullOptions::default().output(output);
                client.pull(&place, options).await.map(|pulled| pulled[0].files.len())
            })
        });
        for pulled in with_timeout(futures::future::join_all(pulls)).await {
            assert_eq!(pulled.unwrap().unwrap(), 20);
        }
    });
}

#[test]
fn pulls_from_a_stalled_registry_do_not_block_other_pulls() {
    let server = FaultServer::stalled(8);
    let stalled: Reference = format!("{}/app:v1", server.host()).parse().unwrap();
    let registry = Registry::start(Kind::Ocimem);
    let dir = tempfile::tempdir().unwrap();
    let store: Reference =
        format!("oci:{}:v1", dir.path().join("store").display()).parse().unwrap();
    let others = [store, registry.reference("app:v1").parse().unwrap()];
    runtime(4).block_on(async {
        for other in &others {
            push_files(other, 3, 100 * 1024).await;
        }
        let pulls: Vec<_> = (0..10)
            .map(|i| {
                let (stalled, output) = (stalled.clone(), dir.path().join(format!("stalled{i}")));
                tokio::spawn(async move {
                    let options = PullOptions::default().output(output);
                    Client::new().pull(&stalled, options).await.map(drop)
                })
            })
            .collect();
        with_timeout(async {
            while server.seen("GET", "/blobs/").len() < 80 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        let client = Client::new();
        for (i, other) in others.iter().enumerate() {
            assert_eq!(with_timeout(client.tags(other)).await.unwrap(), ["v1"]);
            let options = PullOptions::default().output(dir.path().join(format!("out{i}")));
            assert_eq!(with_timeout(client.pull(other, options)).await.unwrap()[0].files.len(), 3);
        }
        for pull in &pulls {
            assert!(!pull.is_finished(), "the pull should stall");
            pull.abort();
        }
        with_timeout(futures::future::join_all(pulls)).await;
    });
    for i in 0..10 {
        let output = dir.path().join(format!("stalled{i}"));
        assert!(!output.exists(), "a dropped pull left files");
    }
}

#[test]
fn many_packed_directories_are_unpacked() {
    let dir = tempfile::tempdir().unwrap();
    let place: Reference =
        format!("oci:{}:v1", dir.path().join("store").display()).parse().unwrap();
    let folders: Vec<_> = (0..40).map(|i| dir.path().join(format!("folder{i}"))).collect();
    for folder in &folders {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("file"), folder.as_os_str().as_encoded_bytes()).unwrap();
    }
    runtime(2).block_on(async {
        let files = folders.iter().map(|folder| File {
            title: Some(folder.file_name().unwrap().to_str().unwrap().to_owned()),
            ..File::path(folder)
        });
        let options = PushOptions::default().files(files.collect());
        Client::new().push(&place, options).await.unwrap();
        let pulls = (0..10).map(|i| {
            let (place, output) = (place.clone(), dir.path().join(format!("out{i}")));
            tokio::spawn(async move {
                let options = PullOptions::default().output(output);
                Client::new().pull(&place, options).await.unwrap()
            })
        });
        with_timeout(futures::future::join_all(pulls))
            .await
            .into_iter()
            .for_each(|p| drop(p.unwrap()));
    });
    for i in 0..10 {
        assert_eq!(count_files(&dir.path().join(format!("out{i}"))), 40);
    }
}

/// Runs a script after `ulimit` has limited the process.
fn limited(work: &Workspace, limit: &str, args: &[&str]) -> Output {
    let mut command = work.command("bash");
    command.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "bash"]);
    command.arg(ocigraph_binary()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().unwrap())
}

/// Runs all operations on many files with few file descriptors.
#[test]
fn few_file_descriptors_reduce_concurrency() {
    let registry = Registry::start(Kind::Ocimem);
    for limit in [64, 32, 24] {
        let work = Workspace::new();
        let mut files = Vec::new();
        for i in 0..150 {
            let size = if i % 3 == 0 { 200_000 } else { 100 };
            work.write(format!("files/f{i}"), [&[i as u8][..], &vec![7; size]].concat());
            files.push(format!("files/f{i}"));
        }
        let place = registry.reference(&format!("limited{limit}:v1"));
        let push: Vec<&str> =
            ["push", "-q", &place].into_iter().chain(files.iter().map(String::as_str)).collect();
        let steps: [Vec<&str>; 6] = [
            push,
            vec!["pull", "-q", "-o", "out", &place],
            vec!["copy", "-q", "-r", &place, "oci:store:v1"],
            vec!["verify", "-q", "oci:store:v1"],
            vec!["pull", "-q", "--concurrency", "400", "-o", "again", "oci:store:v1"],
            vec!["digest", "files/f0", "files/f1", "files/f2"],
        ];
        for step in steps {
            let ran = limited(&work, &format!("-n {limit}"), &step);
            assert!(ran.status.success(), "{limit} {step:?}: {ran:?}");
        }
        for out in ["out", "again"] {
            assert_eq!(count_files(&work.path(out)), 150);
        }
    }
}

#[test]
fn too_few_file_descriptors_or_threads_are_a_clear_error() {
    let work = Workspace::new();
    work.write("file", "content");
    work.ocigraph(&["push", "oci:store:v1", "file"]).ok();
    for limit in ["-n 8", "-n 6", "-v 400000", "-v 300000", "-v 90000", "-v 50000"] {
        let ran = limited(&work, limit, &["pull", "-o", "out", "oci:store:v1"]);
        works_or_says_why(&ran, limit, &work.path("out"));
        let _ = fs::remove_dir_all(work.path("out"));
    }
}

#[test]
fn a_small_address_space_reduces_concurrency() {
    let work = Workspace::new();
    let store = format!("oci:{}:v1", work.path("store").display());
    runtime(8).block_on(push_files(&store.parse().unwrap(), 300, 3_000));
    for limit in ["-v 500000", "-v 700000", "-v 1500000"] {
        for args in [
            ["pull", "-q", "-o", "out", "oci:store:v1"],
            ["copy", "-q", "-r", "oci:store:v1", "oci:copy"],
        ] {
            let ran = limited(&work, limit, &args);
            assert!(ran.status.success(), "{limit} {args:?}: {ran:?}");
        }
        assert_eq!(count_files(&work.path("out")), 300);
        fs::remove_dir_all(work.path("out")).unwrap();
        fs::remove_dir_all(work.path("copy")).unwrap();
    }
}

/// The number of processes of root is not limited, so the command runs as another user.
#[test]
fn few_threads_reduce_concurrency_or_are_a_clear_error() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let dir = tempfile::tempdir().unwrap();
    let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    open(dir.path());
    let program = dir.path().join("ocigraph");
    fs::copy(ocigraph_binary(), &program).unwrap();
    let store = format!("oci:{}:v1", dir.path().join("store").display());
    runtime(8).block_on(push_files(&store.parse().unwrap(), 40, 100_000));
    let out = dir.path().join("out");
    let is_root = dir.path().metadata().unwrap().uid() == 0;
    let mut succeeded = 0;
    for limit in [1, 2, 3, 4, 5, 6, 8, 16, 4096] {
        let mut command = std::process::Command::new("setpriv");
        if is_root {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        }
        command.args(["bash", "-c", "ulimit -u $0 && exec \"$@\"", &limit.to_string()]);
        command.arg(&program).args(["pull", "-q", "-o"]).arg(&out).arg(&store);
        command.env("HOME", dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ran = finish(command.spawn().unwrap());
        works_or_says_why(&ran, &format!("-u {limit}"), &out);
        if ran.status.success() {
            assert_eq!(count_files(&out), 40);
            succeeded += 1;
        }
        let _ = fs::remove_dir_all(&out);
    }
    assert!(succeeded > 0, "no run succeeded, although some allow thousands of threads");
}

fn works_or_says_why(ran: &Output, limit: &str, out: &Path) {
    let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(
        !stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"),
        "{limit}: {stderr}"
    );
    if ran.status.success() {
        return assert!(count_files(out) > 0);
    }
    assert!(!stderr.trim().is_empty(), "{limit}: {ran:?}");
    assert!(stderr.lines().count() <= 2, "{limit}: {stderr}");
    assert!(!out.exists(), "{limit}: partial files are left");
}

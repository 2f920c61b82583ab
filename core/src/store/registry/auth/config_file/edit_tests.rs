use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::store::registry::auth::config_file::FileFormat;

fn config(path: &Path) -> ConfigPath {
    ConfigPath { path: path.to_path_buf(), format: FileFormat::Docker }
}

fn set(host: &str) -> Edit {
    Edit::Set(host.parse().unwrap(), Credential::password("user", "p"))
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().flatten();
    let mut names: Vec<_> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn hosts(path: &Path) -> usize {
    let file: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    file["auths"].as_object().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_edits_in_one_process_are_all_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/config.json");
    let edits = (0..20).map(|i| {
        let path = path.clone();
        tokio::spawn(async move { edit(&config(&path), &set(&format!("r{i}.example.com"))).await })
    });
    for done in futures::future::join_all(edits).await {
        assert_eq!(done.unwrap().unwrap(), EditResult::Written);
    }
    assert_eq!(hosts(&path), 20);
    assert_eq!(names(path.parent().unwrap()), ["config.json"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let edits = (0..20).map(|i| {
        let path = path.clone();
        tokio::spawn(async move {
            let old = Edit::Remove(format!("r{i}.example.com").parse().unwrap());
            edit(&config(&path), &old).await.unwrap();
            edit(&config(&path), &set(&format!("s{i}.example.com"))).await.unwrap();
        })
    });
    futures::future::join_all(edits).await;
    assert_eq!(hosts(&path), 20);
    let removed = Edit::Remove("r1.example.com".parse().unwrap());
    assert_eq!(edit(&config(&path), &removed).await.unwrap(), EditResult::Unchanged);
}

#[tokio::test]
async fn a_symbolic_link_is_kept_and_its_target_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (link, target) = (dir.path().join("config.json"), dir.path().join("shared/target.json"));
    symlink("shared/target.json", &link).unwrap();
    for host in ["a.example.com", "b.example.com"] {
        edit(&config(&link), &set(host)).await.unwrap();
        assert!(link.is_symlink());
    }
    assert_eq!(hosts(&target), 2);
    assert_eq!(names(target.parent().unwrap()), ["target.json"]);
}

#[tokio::test]
async fn a_lock_file_that_is_not_regular_is_an_error_and_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (path, lock) = (dir.path().join("c"), dir.path().join(".ocigraph-c.lock"));
    let victim = dir.path().join("victim");
    let make: [&dyn Fn(); 3] =
        [&|| symlink(&victim, &lock).unwrap(), &|| fs::create_dir(&lock).unwrap(), &|| {
            let made = std::process::Command::new("mkfifo").arg(&lock).status();
            assert!(made.unwrap().success());
        }];
    for make in make {
        make();
        let error = edit(&config(&path), &set("a.example.com")).await.unwrap_err();
        assert_eq!(error.code(), Code::Credentials);
        assert!(
            error.to_string().contains(".ocigraph-c.lock: it is not a regular file"),
            "{error}"
        );
        assert!(!path.exists() && !victim.exists());
        fs::remove_file(&lock).or_else(|_| fs::remove_dir(&lock)).unwrap();
    }
}

#[tokio::test]
async fn a_lock_that_another_holds_is_an_error_after_the_timeout() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let second = Duration::from_secs(1);
    let held = Lock::acquire(&path, second).await.unwrap();
    let error = Lock::acquire(&path, second).await.unwrap_err();
    assert_eq!(error.code(), Code::Credentials);
    assert!(error.to_string().contains(".ocigraph-c.lock for 1 seconds"), "{error}");
    assert_eq!(error.hint(), Some("end the process that holds the lock, and try again"));
    drop(held);
    drop(Lock::acquire(&path, second).await.unwrap());
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn the_next_edit_removes_the_leftovers_of_a_killed_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    for name in [".ocigraph-c-Ab12xy.tmp", ".ocigraph-c.lock", ".ocigraph-other-Ab12xy.tmp"] {
        fs::write(dir.path().join(name), "secret").unwrap();
    }
    edit(&config(&path), &set("a.example.com")).await.unwrap();
    assert_eq!(names(dir.path()), [".ocigraph-other-Ab12xy.tmp", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_program_without_a_lock_are_merged() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    fs::write(&path, r#"{"auths":{}}"#).unwrap();
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    // Like docker: reads, waits a moment, and renames its own copy over the file.
    let (stopped, shared, directory) = (stop.clone(), path.clone(), dir.path().to_path_buf());
    let docker = std::thread::spawn(move || {
        let mut added = 0;
        while !stopped.load(Ordering::Relaxed) {
            let mut file: serde_json::Value =
                serde_json::from_slice(&fs::read(&shared).unwrap()).unwrap();
            std::thread::sleep(Duration::from_millis(2));
            file["auths"][format!("d{added}.example.com")] = serde_json::json!({});
            let copy = directory.join("copy");
            fs::write(&copy, file.to_string()).unwrap();
            fs::rename(&copy, &shared).unwrap();
            added += 1;
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for i in 0..20 {
        edit(&config(&path), &set(&format!("r{i}.example.com"))).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    docker.join().unwrap();
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let ours = file["auths"].as_object().unwrap().keys().filter(|key| key.starts_with('r'));
    assert_eq!(ours.count(), 20);
}

#[test]
fn a_file_that_keeps_changing_is_named() {
    let error = keeps_changing(Path::new("config.json"));
    assert!(error.message().contains("config.json"), "{error}");
    assert_eq!(error.hint(), Some("try again after that program has ended"));
}

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::store::registry::auth::file::Kind;

fn at(path: &Path) -> ConfigPath {
    ConfigPath { path: path.to_path_buf(), kind: Kind::Docker }
}

fn set(host: &str) -> Edit {
    Edit::Set(host.parse().unwrap(), Credential::password("user", "p"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn hosts(path: &Path) -> usize {
    let file: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    file["auths"].as_object().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_one_process_take_turns() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/config.json");
    let edits = (0..20).map(|i| {
        let path = path.clone();
        tokio::spawn(async move { edit(&at(&path), &set(&format!("r{i}.example.com"))).await })
    });
    for done in futures::future::join_all(edits).await {
        assert_eq!(done.unwrap().unwrap(), Edited::Written);
    }
    assert_eq!(hosts(&path), 20);
    assert_eq!(names(path.parent().unwrap()), ["config.json"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let edits = (0..20).map(|i| {
        let path = path.clone();
        tokio::spawn(async move {
            let old = Edit::Remove(format!("r{i}.example.com").parse().unwrap());
            edit(&at(&path), &old).await.unwrap();
            edit(&at(&path), &set(&format!("s{i}.example.com"))).await.unwrap();
        })
    });
    futures::future::join_all(edits).await;
    assert_eq!(hosts(&path), 20);
    let gone = Edit::Remove("r1.example.com".parse().unwrap());
    assert_eq!(edit(&at(&path), &gone).await.unwrap(), Edited::Unchanged);
}

#[tokio::test]
async fn a_link_stays_where_it_is_and_its_target_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (link, target) = (dir.path().join("config.json"), dir.path().join("shared/target.json"));
    symlink("shared/target.json", &link).unwrap();
    for host in ["a.example.com", "b.example.com"] {
        edit(&at(&link), &set(host)).await.unwrap();
        assert!(link.is_symlink());
    }
    assert_eq!(hosts(&target), 2);
    assert_eq!(names(target.parent().unwrap()), ["target.json"]);
}

#[tokio::test]
async fn a_lock_file_that_is_not_regular_is_named_and_neither_followed_nor_waited_for() {
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
        let error = edit(&at(&path), &set("a.example.com")).await.unwrap_err();
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
async fn a_lock_that_is_not_given_back_is_an_error_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let second = Duration::from_secs(1);
    let held = Lock::take(&path, second).await.unwrap();
    let error = Lock::take(&path, second).await.unwrap_err();
    assert_eq!(error.code(), Code::Credentials);
    assert!(error.to_string().contains(".ocigraph-c.lock for 1 seconds"), "{error}");
    drop(held);
    drop(Lock::take(&path, second).await.unwrap());
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn what_a_killed_process_left_goes_with_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    for name in [".ocigraph-c-Ab12xy.tmp", ".ocigraph-c.lock", ".ocigraph-other-Ab12xy.tmp"] {
        fs::write(dir.path().join(name), "secret").unwrap();
    }
    edit(&at(&path), &set("a.example.com")).await.unwrap();
    assert_eq!(names(dir.path()), [".ocigraph-other-Ab12xy.tmp", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_without_a_lock_writes_in_between_is_merged() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    fs::write(&path, r#"{"auths":{}}"#).unwrap();
    let over = std::sync::Arc::new(AtomicBool::new(false));
    // As docker does: it reads, takes a moment, and renames its own copy over the file.
    let (ended, shared, folder) = (over.clone(), path.clone(), dir.path().to_path_buf());
    let docker = std::thread::spawn(move || {
        let mut added = 0;
        while !ended.load(Ordering::Relaxed) {
            let mut file: serde_json::Value =
                serde_json::from_slice(&fs::read(&shared).unwrap()).unwrap();
            std::thread::sleep(Duration::from_millis(2));
            file["auths"][format!("d{added}.example.com")] = serde_json::json!({});
            let copy = folder.join("copy");
            fs::write(&copy, file.to_string()).unwrap();
            fs::rename(&copy, &shared).unwrap();
            added += 1;
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for i in 0..20 {
        edit(&at(&path), &set(&format!("r{i}.example.com"))).await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    docker.join().unwrap();
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let ours = file["auths"].as_object().unwrap().keys().filter(|key| key.starts_with('r'));
    assert_eq!(ours.count(), 20);
}

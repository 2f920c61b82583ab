//! Partial files, resumed and removed leftovers.

use std::fs;

use super::{
    resume::{RESUMABLE_SIZE, key_in_name},
    *,
};
use ocigraph_types::{Algorithm, media_type};

fn blob(content: &[u8]) -> Descriptor {
    Descriptor::of(media_type::OCTET_STREAM, content)
}

fn begin(target: &Path) -> PartialFile {
    PartialFile::begin(target, &blob(b"whatever"), &Leftovers::default()).unwrap().0
}

/// Starts a partial file as a pull of this one file does.
fn begin_blob(target: &Path, blob: &Descriptor) -> (PartialFile, Verifier) {
    let leftovers = Leftovers::of([(target, blob)].into_iter());
    PartialFile::begin(target, blob, &leftovers).unwrap()
}

fn commit(file: PartialFile, keep_old: bool) -> bool {
    let digest = Algorithm::Sha256.digest(b"");
    let claim = Claim::sole(&file.target, digest, false);
    file.commit(&claim, keep_old).unwrap()
}

fn large() -> Vec<u8> {
    vec![7; RESUMABLE_SIZE as usize]
}

/// A hidden name that a killed process could have used.
fn leftover(target: &Path, blob: &Descriptor, random: &str) -> PathBuf {
    let key = resume_key(target, blob).unwrap();
    target.with_file_name(format!("{PARTIAL_PREFIX}{key}.{random}{PARTIAL_SUFFIX}"))
}

#[cfg(unix)]
#[test]
fn a_link_at_the_final_path_is_replaced_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, "old").unwrap();
    std::os::unix::fs::symlink(&victim, dir.path().join("file")).unwrap();
    let mut partial = begin(&dir.path().join("file"));
    partial.append(b"new").unwrap();
    commit(partial, false);
    assert_eq!(fs::read(&victim).unwrap(), b"old");
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"new");
}

#[test]
fn a_dropped_file_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut partial = begin(&dir.path().join("a/b/x"));
    partial.append(b"half").unwrap();
    assert!(!dir.path().join("a/b/x").exists());
    drop(partial);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_dropped_file_leaves_the_files_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let partial = begin(&dir.path().join("a/x"));
    commit(begin(&dir.path().join("a/y")), false);
    drop(partial);
    assert!(dir.path().join("a/y").exists());
}

#[test]
fn an_existing_file_is_replaced_or_kept() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("x");
    for (content, keep_old, then) in [("1", false, "1"), ("2", true, "1"), ("3", false, "3")] {
        let mut partial = begin(&target);
        partial.append(content.as_bytes()).unwrap();
        assert_eq!(commit(partial, keep_old), then == content);
        assert_eq!(fs::read_to_string(&target).unwrap(), then);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
    let error = PartialFile::begin(dir.path(), &blob(b""), &Leftovers::default()).unwrap_err();
    assert_eq!(error.code(), Code::AlreadyExists);
}

#[cfg(unix)]
#[test]
fn a_file_has_the_default_mode_of_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("plain"), "").unwrap();
    commit(begin(&dir.path().join("partial")), false);
    let mode = |name| dir.path().join(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode("partial"), mode("plain"));
}

#[cfg(unix)]
#[test]
fn a_leftover_is_resumed_by_one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (content, target) = (large(), dir.path().join("x"));
    let blob = blob(&content);
    fs::write(leftover(&target, &blob, "random"), &content[..1000]).unwrap();

    let (mut first, mut verifier) = begin_blob(&target, &blob);
    assert_eq!(verifier.seen(), 1000);
    let (second, fresh) = begin_blob(&target, &blob);
    assert_eq!(fresh.seen(), 0);
    drop(second);
    first.append(&content[1000..]).unwrap();
    verifier.update(&content[1000..]).unwrap();
    verifier.finish().unwrap();
    assert!(commit(first, false));
    assert_eq!(fs::read(&target).unwrap(), content);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn the_longest_of_several_leftovers_is_resumed_and_the_others_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let (content, target) = (large(), dir.path().join("x"));
    let blob = blob(&content);
    for (random, length) in [("a", 10), ("b", 1000), ("c", 500)] {
        fs::write(leftover(&target, &blob, random), &content[..length]).unwrap();
    }
    let leftovers = Leftovers::of([(target.as_path(), &blob)].into_iter());
    let (file, verifier) = PartialFile::begin(&target, &blob, &leftovers).unwrap();
    assert_eq!(verifier.seen(), 1000);
    commit(file, false);
    leftovers.all_written(std::iter::empty());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

    // Also when the pull had nothing to write.
    fs::write(leftover(&target, &blob, "d"), &content[..10]).unwrap();
    let leftovers = Leftovers::of([(target.as_path(), &blob)].into_iter());
    leftovers.all_written([dir.path()].into_iter());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_under_a_hidden_name_are_not_written_to() {
    let dir = tempfile::tempdir().unwrap();
    let content = large();
    let (target, blob) = (dir.path().join("x"), blob(&content));
    let (hidden, victim) = (leftover(&target, &blob, "random"), dir.path().join("victim"));
    fs::write(&victim, "old").unwrap();
    for link in [std::os::unix::fs::symlink, |from: &Path, to: &Path| fs::hard_link(from, to)] {
        link(&victim, &hidden).unwrap();
        let (mut partial, verifier) = begin_blob(&target, &blob);
        assert_eq!(verifier.seen(), 0);
        partial.append(b"new").unwrap();
        commit(partial, false);
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        fs::remove_file(&hidden).unwrap();
    }
    let status = std::process::Command::new("mkfifo").arg(&hidden).status().unwrap();
    assert!(status.success());
    assert_eq!(begin_blob(&target, &blob).1.seen(), 0);
    fs::remove_file(&hidden).unwrap();
    fs::write(&hidden, vec![0; RESUMABLE_SIZE as usize + 1]).unwrap();
    assert_eq!(begin_blob(&target, &blob).1.seen(), 0);
}

#[test]
fn hidden_names_are_random() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blob) = (dir.path().join("x"), blob(&large()));
    let files = [begin_blob(&target, &blob).0, begin_blob(&target, &blob).0];
    let names = files.each_ref().map(|f| f.file.path().file_name().unwrap().to_owned());
    assert_ne!(names[0], names[1]);
    assert!(names.iter().all(|name| key_in_name(name) == resume_key(&target, &blob).as_deref()));
}

#[cfg(unix)]
#[test]
fn a_partial_file_that_was_replaced_is_not_renamed_to_its_final_path() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("x");
    let mut file = begin(&target);
    file.append(b"right").unwrap();
    let path = file.file.path().to_path_buf();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "wrong").unwrap();
    let claim = Claim::sole(&target, Algorithm::Sha256.digest(b""), false);
    assert_eq!(file.commit(&claim, false).unwrap_err().code(), Code::Conflict);
    assert!(!target.exists());
}

#[cfg(unix)]
#[test]
fn leftovers_are_removed_and_files_being_written_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let busy = begin(&at("busy"));
    let unpacking = StagingDirectory::create(dir.path(), &Leftovers::default()).unwrap();
    fs::write(at(".ocigraph-0123.partial"), "small").unwrap();
    fs::write(leftover(&at("other"), &blob(&large()), "0123"), "large").unwrap();
    fs::create_dir_all(at(".ocigraph-4567.partial/root/d")).unwrap();
    for kept in [".ocigraph-x", "mine.partial", ".ocigraph-8.partial.txt"] {
        fs::write(at(kept), "").unwrap();
    }
    commit(begin(&at("x")), false);
    let mut left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut expected = vec![name(busy.file.path()), name(unpacking.path())];
    expected
        .extend([".ocigraph-8.partial.txt", ".ocigraph-x", "mine.partial", "x"].map(Into::into));
    expected.sort();
    assert_eq!(left, expected);
}

//! Files on their way: written beside their place under a hidden name, and renamed when whole.
//!
//! The name of a large one follows from its target and its digest, so that the next process goes on
//! where one that was killed stopped. Whoever gives up removes what was written; only a process
//! that is killed leaves it.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::{
    descriptor::Descriptor,
    digest::Verifier,
    error::{Code, Error, Result},
    files::{MadeDirectories, parent},
};

/// Less is fetched again sooner than found again.
const CONTINUED_FROM: u64 = 1024 * 1024;

#[derive(Debug)]
pub(crate) struct StagedFile {
    // Dropped in this order: the file first, then the directories it left empty.
    file: NamedTempFile,
    _made: MadeDirectories,
    target: PathBuf,
}

impl StagedFile {
    /// Begins the file for `blob` that is to be at `target`, whose directory is created, or takes
    /// up one that a killed process left. The verifier has seen what is in the file already.
    pub(crate) fn begin(target: &Path, blob: &Descriptor) -> Result<(Self, Verifier)> {
        if target.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(Error::new(
                Code::AlreadyExists,
                format!("{} is a directory, and a file is to be there", target.display()),
            )
            .with_hint("move it away, or write into another directory"));
        }
        let parent = parent(target);
        let made = MadeDirectories::create(parent)?;
        // The process's own mask decides who may read it, as for any file it creates.
        let open = |path: &Path| File::options().write(true).create_new(true).open(path);
        let file = Builder::new()
            .prefix(".ocigraph-")
            .suffix(".partial")
            .make_in(parent, open)
            .map_err(|e| Error::io("create a file in", parent, e))?;
        let staged = |file| Self { file, _made: made, target: target.to_path_buf() };
        #[cfg(unix)]
        if blob.size >= CONTINUED_FROM {
            let path = parent.join(unix::partial_name(target, blob));
            let taken = unix::take_up(&path, &file).map_err(|e| Error::io("read", &path, e))?;
            if let Some(mut partial) = taken {
                let verifier = unix::digest(partial.as_file_mut(), blob)
                    .map_err(|e| Error::io("read", &path, e))?;
                return Ok((staged(partial), verifier?));
            }
        }
        Ok((staged(file), Verifier::new(blob)?))
    }

    /// Writes at the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.target, e))
    }

    /// Gives the file its name. What is there is replaced, a symbolic link too, which is not
    /// followed; with `keep_old` it stays.
    pub(crate) fn commit(self, keep_old: bool) -> Result<()> {
        let Self { file, target, .. } = self;
        let done = if keep_old {
            match file.persist_noclobber(&target) {
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other.map(drop).map_err(|e| e.error),
            }
        } else {
            file.persist(&target).map(drop).map_err(|e| e.error)
        };
        done.map_err(|e| Error::io("write", &target, e))
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::{self, File},
        io::{self, Read, Seek, SeekFrom},
        os::unix::fs::MetadataExt,
        path::Path,
    };

    use fs4::FileExt;
    use tempfile::{NamedTempFile, TempPath};

    use crate::{
        descriptor::Descriptor,
        digest::{Algorithm, Verifier},
        error::Result,
    };

    /// How much of a file is digested at once.
    const BUFFER: usize = 1024 * 1024;

    pub(super) fn partial_name(target: &Path, blob: &Descriptor) -> String {
        let name = target.file_name().unwrap_or_default();
        let both = [blob.digest.as_str().as_bytes(), b"/", name.as_encoded_bytes()].concat();
        format!(".ocigraph-{:.32}.partial", Algorithm::Sha256.digest(&both).encoded())
    }

    /// Opens or creates the file at `path` for this process alone. Nothing when another process has
    /// it, or when it is not what this user's own process can have left: a name that can be guessed
    /// may be a trap. `own` is a file that this user has just made.
    pub(super) fn take_up(path: &Path, own: &NamedTempFile) -> io::Result<Option<NamedTempFile>> {
        let options = || {
            let mut options = File::options();
            options.read(true).write(true);
            options
        };
        let file = match options().create_new(true).open(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                // A link is neither followed nor waited for, as opening a pipe would.
                if !path.symlink_metadata().is_ok_and(|m| m.is_file()) {
                    return Ok(None);
                }
                match options().open(path) {
                    Err(e) if e.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
                    other => other?,
                }
            }
            other => other?,
        };
        if !matches!(FileExt::try_lock(&file), Ok(())) {
            return Ok(None);
        }
        // Whoever had the lock may have renamed or removed the file meanwhile.
        let (opened, named) = (file.metadata()?, fs::symlink_metadata(path));
        let is_ours = named.is_ok_and(|n| (n.dev(), n.ino()) == (opened.dev(), opened.ino()))
            && opened.is_file()
            && opened.nlink() == 1
            && opened.uid() == own.as_file().metadata()?.uid();
        if !is_ours {
            return Ok(None);
        }
        Ok(Some(NamedTempFile::from_parts(file, TempPath::try_from_path(path)?)))
    }

    /// Digests what is in the file, which is emptied when it holds more than the blob has.
    pub(super) fn digest(file: &mut File, blob: &Descriptor) -> io::Result<Result<Verifier>> {
        let mut verifier = match Verifier::new(blob) {
            Ok(verifier) => verifier,
            Err(e) => return Ok(Err(e)),
        };
        let length = file.metadata()?.len();
        if length > blob.size {
            file.set_len(0)?;
            return Ok(Ok(verifier));
        }
        let mut buffer = vec![0; BUFFER.min(length as usize)];
        file.seek(SeekFrom::Start(0))?;
        while verifier.seen() < length {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            if let Err(e) = verifier.update(&buffer[..n]) {
                return Ok(Err(e));
            }
        }
        Ok(Ok(verifier))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::media_type;

    fn begin(target: &Path) -> StagedFile {
        let blob = Descriptor::of(media_type::OCTET_STREAM, b"whatever");
        StagedFile::begin(target, &blob).unwrap().0
    }

    #[cfg(unix)]
    #[test]
    fn a_link_at_the_place_of_a_file_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "old").unwrap();
        std::os::unix::fs::symlink(&victim, dir.path().join("file")).unwrap();
        let mut staged = begin(&dir.path().join("file"));
        staged.append(b"new").unwrap();
        staged.commit(false).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"new");
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut staged = begin(&dir.path().join("a/b/x"));
        staged.append(b"half").unwrap();
        assert!(!dir.path().join("a/b/x").exists());
        drop(staged);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_what_others_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let staged = begin(&dir.path().join("a/x"));
        begin(&dir.path().join("a/y")).commit(false).unwrap();
        drop(staged);
        assert!(dir.path().join("a/y").exists());
    }

    #[test]
    fn what_is_there_is_replaced_or_kept() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x");
        for (content, keep_old, then) in [("1", false, "1"), ("2", true, "1"), ("3", false, "3")] {
            let mut staged = begin(&target);
            staged.append(content.as_bytes()).unwrap();
            staged.commit(keep_old).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), then);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        }
        let blob = Descriptor::of(media_type::OCTET_STREAM, b"");
        let error = StagedFile::begin(dir.path(), &blob).unwrap_err();
        assert_eq!(error.code(), Code::AlreadyExists);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_the_mode_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plain"), "").unwrap();
        begin(&dir.path().join("staged")).commit(false).unwrap();
        let mode = |name| dir.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode("staged"), mode("plain"));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_process_left_is_taken_up_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let content = vec![7; CONTINUED_FROM as usize];
        let blob = Descriptor::of(media_type::OCTET_STREAM, &content);
        let target = dir.path().join("x");
        let partial = dir.path().join(unix::partial_name(&target, &blob));
        fs::write(&partial, &content[..1000]).unwrap();

        let (mut first, mut verifier) = StagedFile::begin(&target, &blob).unwrap();
        assert_eq!(verifier.seen(), 1000);
        let (second, fresh) = StagedFile::begin(&target, &blob).unwrap();
        assert_eq!(fresh.seen(), 0);
        drop(second);
        first.append(&content[1000..]).unwrap();
        verifier.update(&content[1000..]).unwrap();
        verifier.finish().unwrap();
        first.commit(false).unwrap();
        assert_eq!(fs::read(&target).unwrap(), content);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn traps_under_the_hidden_name_are_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let blob = Descriptor::of(media_type::OCTET_STREAM, &vec![7; CONTINUED_FROM as usize]);
        let target = dir.path().join("x");
        let (partial, victim) =
            (dir.path().join(unix::partial_name(&target, &blob)), dir.path().join("victim"));
        fs::write(&victim, "old").unwrap();
        for link in [std::os::unix::fs::symlink, |from: &Path, to: &Path| fs::hard_link(from, to)] {
            link(&victim, &partial).unwrap();
            let (mut staged, verifier) = StagedFile::begin(&target, &blob).unwrap();
            assert_eq!(verifier.seen(), 0);
            staged.append(b"new").unwrap();
            staged.commit(false).unwrap();
            assert_eq!(fs::read(&victim).unwrap(), b"old");
            fs::remove_file(&partial).unwrap();
        }
        fs::write(&partial, vec![0; CONTINUED_FROM as usize + 1]).unwrap();
        let (_, verifier) = StagedFile::begin(&target, &blob).unwrap();
        assert_eq!(verifier.seen(), 0);
    }
}

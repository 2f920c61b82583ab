//! Files: titles, media types, and paths that stay where they should.
//!
//! A title comes from a registry and is hostile: it must not lead out of the output directory, by
//! its own components or by a symbolic link that lies on its way.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Component, Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::{
    descriptor::Descriptor,
    digest::digest_file,
    error::{Code, Error, Result},
    media_type,
};

/// The title of a file that is pushed: its path, relative, with `/`.
///
/// UNSAFE_PATH for an absolute path or one that leads out of the current directory, unless allowed.
pub(crate) fn title_for(path: &Path, allow_path_traversal: bool) -> Result<String> {
    let text = |part: &std::ffi::OsStr| {
        part.to_str().map(str::to_owned).ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("the name {} is not UTF-8", path.display()))
        })
    };
    if allow_path_traversal {
        return Ok(text(path.as_os_str())?.replace(std::path::MAIN_SEPARATOR, "/"));
    }
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(text(part)?),
            Component::ParentDir if parts.pop().is_some() => {}
            _ => {
                return Err(Error::new(
                    Code::UnsafePath,
                    format!("{} does not lie below the current directory", path.display()),
                )
                .with_hint("change into its directory first, or pass --allow-path-traversal"));
            }
        }
    }
    if parts.is_empty() {
        return Err(Error::new(Code::InvalidArgument, format!("{:?} has no name", path.display()))
            .with_hint("name the directory, as in ../folder from within it, or its files"));
    }
    Ok(parts.join("/"))
}

/// The media type a name suggests; `application/octet-stream` when it suggests none.
pub(crate) fn media_type_for(path: &Path) -> String {
    mime_guess::from_path(path).first_raw().unwrap_or(media_type::OCTET_STREAM).to_owned()
}

/// Where a title is written. UNSAFE_PATH when that is outside `output`, unless allowed.
pub(crate) fn safe_target(
    output: &Path,
    title: &str,
    allow_path_traversal: bool,
) -> Result<PathBuf> {
    let unsafe_path = |why: &str| {
        Error::new(Code::UnsafePath, format!("the title {title:?} {why}"))
            .with_hint("pass --allow-path-traversal only if you trust who pushed it")
    };
    if title.is_empty() || title.contains('\0') {
        return Err(unsafe_path("is no file name"));
    }
    if allow_path_traversal {
        return Ok(output.join(title));
    }
    let mut target = output.to_path_buf();
    let mut depth = 0;
    for component in Path::new(title).components() {
        match component {
            Component::CurDir => continue,
            Component::Normal(part) => target.push(part),
            _ => return Err(unsafe_path("leads out of the output directory")),
        }
        depth += 1;
    }
    if depth == 0 || title.ends_with('/') {
        return Err(unsafe_path("is no file name"));
    }
    if cfg!(windows) && title.contains(['\\', ':']) {
        return Err(unsafe_path("holds a character that means something else on Windows"));
    }
    check_links(output, &target)
        .map_err(|at| unsafe_path(&format!("leads through the symbolic link {}", at.display())))?;
    Ok(target)
}

/// Every directory between `output` and `target` must be one, not a link to one elsewhere.
pub(crate) fn check_links(output: &Path, target: &Path) -> std::result::Result<(), PathBuf> {
    let Ok(inner) = target.strip_prefix(output) else { return Ok(()) };
    let mut at = output.to_path_buf();
    let mut parts = inner.components().peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        let last = parts.peek().is_none();
        if !last && at.symlink_metadata().is_ok_and(|m| m.file_type().is_symlink()) {
            return Err(at);
        }
    }
    Ok(())
}

/// Whether a regular file with the blob's content is there.
pub(crate) fn is_identical(path: &Path, blob: &Descriptor) -> Result<bool> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() == blob.size => {
            Ok(digest_file(path, blob.digest.algorithm()?)?.0 == blob.digest)
        }
        Ok(_) => Ok(false),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io("look at", path, e)),
    }
}

/// A file being written beside its place under a hidden name; it goes unless it is committed.
#[derive(Debug)]
pub(crate) struct StagedFile {
    file: NamedTempFile,
    target: PathBuf,
}

impl StagedFile {
    /// Begins a file that is to be at `target`, whose directory is created.
    pub(crate) fn create(target: &Path) -> Result<Self> {
        let parent =
            target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|e| Error::io("create the directory", parent, e))?;
        // The process's own mask decides who may read it, as for any file it creates.
        let file = Builder::new()
            .prefix(".ocigraph-")
            .suffix(".partial")
            .make_in(parent, |path| {
                File::options().write(true).read(true).create_new(true).open(path)
            })
            .map_err(|e| Error::io("create a file in", parent, e))?;
        Ok(Self { file, target: target.to_path_buf() })
    }

    /// Gives the file its name. What is there is replaced, a symbolic link too, which is not
    /// followed; with `keep_old` it stays.
    pub(crate) fn commit(self, keep_old: bool) -> Result<()> {
        let target = &self.target;
        if target.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(Error::new(
                Code::AlreadyExists,
                format!("{} is a directory, and a file is to be written there", target.display()),
            ));
        }
        let done = if keep_old {
            match self.file.persist_noclobber(target) {
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other.map(drop).map_err(|e| e.error),
            }
        } else {
            self.file.persist(target).map(drop).map_err(|e| e.error)
        };
        done.map_err(|e| Error::io("write", target, e))
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_clean_relative_paths() {
        assert_eq!(title_for(Path::new("./signature.json"), false).unwrap(), "signature.json");
        assert_eq!(title_for(Path::new("a/./b/../c"), false).unwrap(), "a/c");
        for path in ["/etc/passwd", "../x", "a/../../x"] {
            assert_eq!(
                title_for(Path::new(path), false).unwrap_err().code(),
                Code::UnsafePath,
                "{path}"
            );
        }
        assert_eq!(title_for(Path::new("../x"), true).unwrap(), "../x");
    }

    #[test]
    fn hostile_titles_stay_inside() {
        let dir = tempfile::tempdir().unwrap();
        for title in ["../x", "/etc/x", "a/../../x", "", ".", "a/", "x\0y"] {
            let error = safe_target(dir.path(), title, false).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{title:?}");
        }
        assert_eq!(safe_target(dir.path(), "a/b", false).unwrap(), dir.path().join("a/b"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_inside_the_output_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let error = safe_target(dir.path(), "link/x", false).unwrap_err();
        assert_eq!(error.code(), Code::UnsafePath);

        let victim = outside.path().join("victim");
        fs::write(&victim, "old").unwrap();
        std::os::unix::fs::symlink(&victim, dir.path().join("file")).unwrap();
        let mut staged = StagedFile::create(&dir.path().join("file")).unwrap();
        staged.write_all(b"new").unwrap();
        staged.commit(false).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"new");
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(StagedFile::create(&dir.path().join("x")).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

//! Files: titles, media types, and paths that stay where they should.
//!
//! A title comes from a registry and is hostile: it must not lead out of the output directory, by
//! its own components or by a symbolic link that lies on its way.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::content::digest_files::digest_file;
use ocigraph_types::{Code, Descriptor, Error, Result, media_type};

/// The title of a file that is pushed: its path, relative, with `/`; `.` for the current directory.
///
/// UNSAFE_PATH for an absolute path or one that leads out of the current directory, unless allowed:
/// then it is the title as it was given, as ORAS has it.
pub(crate) fn title_for(path: &Path, allow_path_traversal: bool) -> Result<String> {
    let Some(text) = path.to_str() else {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the name {} is not UTF-8", path.display()),
        )
        .with_hint("rename it, or give it a title"));
    };
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.extend(part.to_str()),
            Component::ParentDir if parts.pop().is_some() => {}
            _ if allow_path_traversal => {
                let title = text.replace(std::path::MAIN_SEPARATOR, "/");
                return Ok(title.trim_end_matches('/').to_owned());
            }
            _ => {
                let why = if path.is_absolute() { "is absolute" } else { "leads upwards" };
                return Err(Error::new(
                    Code::UnsafePath,
                    format!(
                        "the path {} {why}, and files are pulled below a directory",
                        path.display()
                    ),
                )
                .with_hint(
                    "name it relative to the current directory, give it a title, or allow path \
                     traversal (--allow-path-traversal)",
                ));
            }
        }
    }
    match parts[..] {
        [] if text.is_empty() => Err(Error::new(Code::InvalidArgument, "a file has an empty path")),
        [] => Ok(".".to_owned()),
        _ => Ok(parts.join("/")),
    }
}

/// Whether a title that is given to what is pushed can be pulled: UNSAFE_PATH when it is absolute or
/// has `..`, unless allowed.
pub(crate) fn check_title(title: &str, allow_path_traversal: bool) -> Result<()> {
    if title.is_empty() || title.contains('\0') {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the title {title:?} is no file name"),
        )
        .with_hint("leave the title away, or write a name"));
    }
    if Path::new(title).iter().any(is_reserved_name) {
        return Err(Error::new(
            Code::UnsafePath,
            format!("the title {title:?} has a part that begins with {PARTIAL_PREFIX}"),
        )
        .with_hint("give it another title: files have such names while they are pulled"));
    }
    let mut components = Path::new(title).components();
    let stays = components.all(|c| matches!(c, Component::CurDir | Component::Normal(_)));
    if stays || allow_path_traversal {
        return Ok(());
    }
    Err(Error::new(
        Code::UnsafePath,
        format!("the title {title:?} leads out of the directory that it would be pulled into"),
    )
    .with_hint(
        "write a relative path without .., or allow path traversal (--allow-path-traversal)",
    ))
}

/// The media type a name suggests; `application/octet-stream` when it suggests none.
pub(crate) fn media_type_for(path: &Path) -> String {
    mime_guess::from_path(path).first_raw().unwrap_or(media_type::OCTET_STREAM).to_owned()
}

/// Where a file of this title is written. UNSAFE_PATH when that is outside `output`, unless allowed.
pub(crate) fn safe_target(
    output: &Path,
    title: &str,
    allow_path_traversal: bool,
) -> Result<PathBuf> {
    let target = safe_directory(output, title, allow_path_traversal)?;
    if title.ends_with('/') || target.file_name().is_none() || target == plain(output) {
        return Err(unsafe_title(title, "is no file name"));
    }
    Ok(target)
}

/// Where a packed directory of this title is unpacked: as [`safe_target`], and for the title `.`,
/// which ORAS gives the current directory, `output` itself.
pub(crate) fn safe_directory(
    output: &Path,
    title: &str,
    allow_path_traversal: bool,
) -> Result<PathBuf> {
    if title.is_empty() || title.contains('\0') {
        return Err(unsafe_title(title, "is no file name"));
    }
    let target = plain(&output.join(title));
    if let Some(part) = Path::new(title).iter().find(|part| is_reserved_name(part)) {
        let why = format!("has the part {part:?}, a name that files have while they are pulled");
        return Err(Error::new(Code::UnsafePath, format!("the title {title:?} {why}"))
            .with_hint("ask the person who pushed it to give the file another title"));
    }
    if allow_path_traversal {
        return Ok(target);
    }
    for component in Path::new(title).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => {
                if let Some(why) = refused_name(part) {
                    return Err(unsafe_title(
                        title,
                        &format!("has the part {part:?}, which {why}"),
                    ));
                }
            }
            _ => return Err(unsafe_title(title, "leads out of the output directory")),
        }
    }
    check_links(&plain(output), &target).map_err(|at| {
        let why = format!("leads through the symbolic link {}", at.display());
        unsafe_title(title, &why)
    })?;
    Ok(target)
}

fn unsafe_title(title: &str, why: &str) -> Error {
    Error::new(Code::UnsafePath, format!("the title {title:?} {why}"))
        .with_hint("allow path traversal (--allow-path-traversal) only if you trust who pushed it")
}

/// Every directory between `output` and `target` must be one, not a link to one elsewhere. The
/// error is the link.
pub(crate) fn check_links(output: &Path, target: &Path) -> std::result::Result<(), PathBuf> {
    let Ok(inner) = target.strip_prefix(output) else { return Ok(()) };
    let mut at = output.to_path_buf();
    for part in inner.parent().into_iter().flatten() {
        at.push(part);
        if at.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
            return Err(at);
        }
    }
    Ok(())
}

/// The hidden names of unfinished files begin and end so.
pub(crate) const PARTIAL_PREFIX: &str = ".ocigraph-";
pub(crate) const PARTIAL_SUFFIX: &str = ".partial";

/// Whether a name is one that unfinished files have. Content under such a name could take the place
/// of a file on its way, or be removed as a leftover. Case is ignored, as some file systems do.
pub(crate) fn is_partial_name(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    let (length, suffix) = (PARTIAL_SUFFIX.len(), PARTIAL_SUFFIX.as_bytes());
    is_reserved_name(name)
        && bytes.len() > length
        && bytes[bytes.len() - length..].eq_ignore_ascii_case(suffix)
}

/// Whether a name is kept for this program: no title has it.
fn is_reserved_name(name: &OsStr) -> bool {
    let (bytes, prefix) = (name.as_encoded_bytes(), PARTIAL_PREFIX.as_bytes());
    bytes.len() >= prefix.len() && bytes[..prefix.len()].eq_ignore_ascii_case(prefix)
}

/// Why a component cannot be written as a name; nothing when it can. On Windows some names are
/// devices, streams or separators.
pub(crate) fn refused_name(name: &OsStr) -> Option<&'static str> {
    if is_partial_name(name) {
        Some("is a name that files have while they are pulled")
    } else if cfg!(windows) && !name.to_str().is_some_and(is_plain_on_windows) {
        Some("is not a plain name on this system")
    } else {
        None
    }
}

/// Whether names that differ only in case are one file in a directory, or in the nearest directory
/// above it that exists. Told by a file that is made for it and removed.
pub(crate) fn ignores_case(directory: &Path) -> bool {
    let existing = directory.ancestors().find(|d| d.is_dir());
    let existing = existing.filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = tempfile::Builder::new()
        .prefix(PARTIAL_PREFIX)
        .suffix(PARTIAL_SUFFIX)
        .tempfile_in(existing);
    // Where no file can be made the pull fails, and says why.
    probe.is_ok_and(|probe| {
        let name = probe.path().file_name().unwrap_or_default().to_ascii_uppercase();
        probe.path().with_file_name(name).symlink_metadata().is_ok()
    })
}

/// Source: "Naming Files, Paths, and Namespaces" of the Windows documentation.
fn is_plain_on_windows(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |device: &str| {
        let number = base.strip_prefix(device).map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
    };
    !name.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|'])
        && !name.contains(|c: char| c.is_ascii_control())
        && !name.ends_with(['.', ' '])
        && !["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&base.as_str())
        && !numbered("COM")
        && !numbered("LPT")
}

/// The path without `.` and doubled separators, so that paths can be compared; `.` for an empty one.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|c| *c != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

/// The directory a path lies in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The regular file with the blob's content that is at a path, as it was when it was digested; nothing
/// when something else is there, or was put there meanwhile.
pub(crate) fn identical(path: &Path, blob: &Descriptor) -> Result<Option<fs::Metadata>> {
    let look = || match path.symlink_metadata() {
        Ok(there) => Ok(Some(there).filter(|m| m.is_file() && m.len() == blob.size)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("look at", path, e)),
    };
    let Some(before) = look()? else { return Ok(None) };
    if digest_file(path, blob.digest.algorithm()?)?.0 != blob.digest {
        return Ok(None);
    }
    Ok(look()?.filter(|after| is_same_file(&before, after)))
}

/// Whether both were read of one file. Elsewhere than on Unix, whether nothing tells them apart.
#[cfg(unix)]
pub(crate) fn is_same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
pub(crate) fn is_same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    a.modified().ok() == b.modified().ok() && a.len() == b.len()
}

/// Directories made for something to be written. When that is given up, those that are empty go.
#[derive(Debug, Default)]
pub(crate) struct MadeDirectories(Mutex<Vec<PathBuf>>);

impl MadeDirectories {
    /// Makes a directory with all that leads to it, as far as they are missing.
    pub(crate) fn create(&self, directory: &Path) -> io::Result<()> {
        if directory.is_dir() {
            return Ok(());
        }
        let missing: Vec<PathBuf> = directory
            .ancestors()
            .take_while(|d| !d.as_os_str().is_empty() && fs::metadata(d).is_err())
            .map(Path::to_path_buf)
            .collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(missing);
        fs::create_dir_all(directory)
    }

    /// All is written: they stay.
    pub(crate) fn keep(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for MadeDirectories {
    fn drop(&mut self) {
        let made = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The deepest first, so that its parents are empty when they come.
        made.sort_by_key(|directory| std::cmp::Reverse(directory.components().count()));
        for directory in made {
            // Whatever is in it by now keeps it.
            let _ = fs::remove_dir(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::Algorithm;

    #[test]
    fn titles_are_clean_relative_paths() {
        for (path, title) in [
            ("./signature.json", "signature.json"),
            ("a/./b/../c", "a/c"),
            ("dir/", "dir"),
            ("Überblick/日本.txt", "Überblick/日本.txt"),
            (".", "."),
            ("a/..", "."),
        ] {
            assert_eq!(title_for(Path::new(path), false).unwrap(), title);
            assert_eq!(title_for(Path::new(path), true).unwrap(), title);
        }
        for path in ["/etc/passwd", "../x", "a/../../x", ".."] {
            let error = title_for(Path::new(path), false).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{path}");
            assert!(error.to_string().contains("--allow-path-traversal"));
            assert_eq!(title_for(Path::new(path), true).unwrap(), path);
        }
        let error = title_for(Path::new(""), false).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }

    #[test]
    fn a_title_that_could_not_be_pulled_is_not_pushed() {
        for title in ["../evil", "/tmp/x", "a/../../x", "a/../x", ".."] {
            let error = check_title(title, false).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{title}");
            check_title(title, true).unwrap();
        }
        for title in [".ocigraph-a", "a/.OCIGRAPH-b/c"] {
            assert_eq!(check_title(title, true).unwrap_err().code(), Code::UnsafePath);
        }
        for title in ["", "a\0b"] {
            assert_eq!(check_title(title, true).unwrap_err().code(), Code::InvalidArgument);
        }
        for title in ["x", "a/b", "./a", ".", "a b", "..a"] {
            check_title(title, false).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf8_has_no_title() {
        use std::os::unix::ffi::OsStrExt;
        for allow in [false, true] {
            let error = title_for(Path::new(OsStr::from_bytes(b"\xff")), allow).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
        }
    }

    #[test]
    fn media_types_are_guessed_from_names() {
        assert_eq!(media_type_for(Path::new("a/sbom.json")), "application/json");
        assert_eq!(media_type_for(Path::new("a/readme")), media_type::OCTET_STREAM);
    }

    #[test]
    fn hostile_titles_stay_inside() {
        let dir = tempfile::tempdir().unwrap();
        for title in [
            "../x",
            "/etc/x",
            "a/../../x",
            "a/../x",
            "..",
            "",
            ".",
            "./.",
            "a/",
            "x\0y",
            ".ocigraph-x",
            "a/.OciGraph-0.partial",
            ".ocigraph-x/a",
        ] {
            let error = safe_target(dir.path(), title, false).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{title:?}");
            assert!(error.message().contains(&format!("{title:?}")));
        }
        assert_eq!(safe_target(dir.path(), "a/b", false).unwrap(), dir.path().join("a/b"));
        assert_eq!(safe_target(dir.path(), "./a//b", false).unwrap(), dir.path().join("a/b"));
        assert_eq!(safe_target(Path::new("."), "a", false).unwrap(), Path::new("a"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_inside_the_output_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let error = safe_target(dir.path(), "link/x", false).unwrap_err();
        assert_eq!(error.code(), Code::UnsafePath);
    }

    #[test]
    fn what_is_allowed_may_lead_anywhere() {
        let out = Path::new("/out");
        assert_eq!(safe_target(out, "/etc/x", true).unwrap(), Path::new("/etc/x"));
        assert_eq!(safe_target(out, "../x", true).unwrap(), Path::new("/out/../x"));
        for title in ["", "x\0", "/", ".", "..", "/a/.ocigraph-x"] {
            assert!(safe_target(out, title, true).is_err(), "{title:?}");
        }
    }

    #[test]
    fn only_a_packed_directory_may_be_the_output_directory() {
        let out = Path::new("out");
        assert_eq!(safe_directory(out, ".", false).unwrap(), out);
        assert_eq!(safe_directory(out, "..", false).unwrap_err().code(), Code::UnsafePath);
    }

    #[test]
    fn windows_has_names_that_are_none() {
        for name in ["C:", "a\\b", "file:stream", "nul", "NUL.txt", "com1", "LPT9.log", "a.", "a "]
        {
            assert!(!is_plain_on_windows(name), "{name:?}");
        }
        for name in ["a", "a.b", "console", "com10", "compass", ".hidden", "nullable"] {
            assert!(is_plain_on_windows(name), "{name:?}");
        }
    }

    #[test]
    fn identical_means_size_and_digest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let blob = |content: &[u8]| {
            let digest = Algorithm::Sha256.digest(content);
            Descriptor::new(media_type::OCTET_STREAM, digest, content.len() as u64)
        };
        assert!(identical(&path, &blob(b"abc")).unwrap().is_none());
        fs::write(&path, "abc").unwrap();
        assert!(identical(&path, &blob(b"abc")).unwrap().is_some());
        assert!(identical(&path, &blob(b"abd")).unwrap().is_none());
        assert!(identical(&path, &blob(b"abcd")).unwrap().is_none());
        assert!(identical(dir.path(), &blob(b"abc")).unwrap().is_none());
    }
}

//! Paths that stay inside the output directory of a pull.
//!
//! A title comes from a registry and is hostile: it must not lead out of the output directory,
//! neither by its own components nor through a symbolic link on the way. Relies on the caller to
//! write only to the paths returned here; never creates or changes a file.

use std::{
    ffi::OsStr,
    path::{Component, Path, PathBuf},
};

use crate::content::{
    partial_name::{is_partial_name, is_reserved_name},
    paths::plain,
};
use ocigraph_types::{Code, Error, Result};

/// Returns the path below `output` for a file with this title. UNSAFE_PATH for a title that is not
/// a file name and, unless path traversal is allowed, for one that leads out of `output`.
pub(crate) fn safe_target(
    output: &Path,
    title: &str,
    allow_path_traversal: bool,
) -> Result<PathBuf> {
    let target = safe_directory(output, title, allow_path_traversal)?;
    if title.ends_with('/') || target.file_name().is_none() || target == plain(output) {
        return Err(unsafe_title(title, "is not a file name"));
    }
    Ok(target)
}

/// Returns the path for a packed directory with this title. As [`safe_target`], but returns
/// `output` itself for the title `.`, which ORAS gives to the current directory.
pub(crate) fn safe_directory(
    output: &Path,
    title: &str,
    allow_path_traversal: bool,
) -> Result<PathBuf> {
    if title.is_empty() || title.contains('\0') {
        return Err(unsafe_title(title, "is not a file name"));
    }
    // A terminal would obey them when it lists the directory.
    if title.contains(char::is_control) {
        let message = format!("the title {title:?} has a control character");
        return Err(Error::new(Code::UnsafePath, message)
            .with_hint("ask its publisher to push the file under another title"));
    }
    let target = plain(&output.join(title));
    if let Some(part) = Path::new(title).iter().find(|part| is_reserved_name(part)) {
        let message = format!(
            "the title {title:?} has the component {part:?}, a name reserved for unfinished files"
        );
        return Err(Error::new(Code::UnsafePath, message)
            .with_hint("ask its publisher to push the file under another title"));
    }
    if allow_path_traversal {
        return Ok(target);
    }
    for component in Path::new(title).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => {
                if let Some(why) = unsafe_name(part) {
                    return Err(unsafe_title(
                        title,
                        &format!("has the component {part:?}, which {why}"),
                    ));
                }
            }
            _ => return Err(unsafe_title(title, "leads out of the output directory")),
        }
    }
    check_links(&plain(output), &target).map_err(|link| {
        let why = format!("leads through the symbolic link {}", link.display());
        unsafe_title(title, &why)
    })?;
    Ok(target)
}

fn unsafe_title(title: &str, why: &str) -> Error {
    Error::new(Code::UnsafePath, format!("the title {title:?} {why}"))
        .with_hint("allow path traversal (--allow-path-traversal) only if you trust the publisher")
}

/// Checks that no directory between `output` and `target` is a symbolic link. The error is the path
/// of the link.
pub(crate) fn check_links(output: &Path, target: &Path) -> std::result::Result<(), PathBuf> {
    let Ok(inner) = target.strip_prefix(output) else { return Ok(()) };
    let mut path = output.to_path_buf();
    for part in inner.parent().into_iter().flatten() {
        path.push(part);
        if path.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
            return Err(path);
        }
    }
    Ok(())
}

/// Returns why a path component cannot be written as a file name, or `None` when it can. On Windows
/// some names are devices, streams or separators.
pub(crate) fn unsafe_name(name: &OsStr) -> Option<&'static str> {
    if is_partial_name(name) {
        Some("is a name reserved for unfinished files")
    } else if cfg!(windows) && !name.to_str().is_some_and(is_plain_on_windows) {
        Some("is not a valid file name on Windows")
    } else {
        None
    }
}

/// Source: [Naming Files, Paths, and Namespaces][naming] of the Windows documentation.
///
/// [naming]: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_titles_are_refused_and_others_stay_inside() {
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
            "a\nb",
            "a/\u{1b}[2J",
            "\u{9b}2J",
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
    fn a_link_inside_the_output_directory_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let error = safe_target(dir.path(), "link/x", false).unwrap_err();
        assert_eq!(error.code(), Code::UnsafePath);
    }

    #[test]
    fn an_allowed_path_traversal_may_lead_anywhere() {
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
    fn reserved_names_of_windows_are_not_plain() {
        for name in ["C:", "a\\b", "file:stream", "nul", "NUL.txt", "com1", "LPT9.log", "a.", "a "]
        {
            assert!(!is_plain_on_windows(name), "{name:?}");
        }
        for name in ["a", "a.b", "console", "com10", "compass", ".hidden", "nullable"] {
            assert!(is_plain_on_windows(name), "{name:?}");
        }
    }
}

//! Titles of pushed files: the `org.opencontainers.image.title` annotation, from which a pull makes
//! the file's path.
//!
//! A title is a relative path with `/` between its components. This module refuses titles that no
//! pull would accept; [`safe_path`](super::safe_path) checks the titles that come from a registry.
//! Never accesses the file system.

use std::path::{Component, Path};

use crate::content::partial_name::{PARTIAL_PREFIX, is_reserved_name};
use ocigraph_types::{Code, Error, Result};

/// Returns the title for a pushed path: the path without `.` and `..` components; `.` for the
/// current directory.
///
/// UNSAFE_PATH for an absolute path and for one that leads out of the current directory, unless
/// path traversal is allowed: then the title is the path as given, as with ORAS.
pub(crate) fn title_for(path: &Path, allow_path_traversal: bool) -> Result<String> {
    let Some(text) = path.to_str() else {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the file name {} is not UTF-8", path.display()),
        )
        .with_hint("rename the file, or set its title"));
    };
    if text.contains(char::is_control) {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the file name {text:?} has a control character, which no title may have"),
        )
        .with_hint("rename the file, or set its title"));
    }
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
                let why = match path.is_absolute() {
                    true => "is absolute",
                    false => "leads out of the current directory",
                };
                return Err(Error::new(
                    Code::UnsafePath,
                    format!(
                        "the path {} {why}: a title must be a path below the output directory of \
                         a pull",
                        path.display()
                    ),
                )
                .with_hint(
                    "use a path below the current directory, set a title (--title), or allow path \
                     traversal (--allow-path-traversal)",
                ));
            }
        }
    }
    match parts[..] {
        [] if text.is_empty() => {
            Err(Error::new(Code::InvalidArgument, "the path of a file is empty"))
        }
        [] => Ok(".".to_owned()),
        _ => Ok(parts.join("/")),
    }
}

/// Checks a title that the caller has set for a pushed file. INVALID_ARGUMENT for an empty title
/// and one with a control character; UNSAFE_PATH for a reserved name and, unless path traversal is allowed, for
/// an absolute title and one with `..`.
pub(crate) fn check_title(title: &str, allow_path_traversal: bool) -> Result<()> {
    if title.is_empty() || title.contains(char::is_control) {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("the title {title:?} is not a file name without control characters"),
        )
        .with_hint("omit the title, or set it to a file name"));
    }
    if Path::new(title).iter().any(is_reserved_name) {
        return Err(Error::new(
            Code::UnsafePath,
            format!(
                "the title {title:?} has a component that starts with {PARTIAL_PREFIX}, which is \
                 reserved for unfinished files"
            ),
        )
        .with_hint("choose another title"));
    }
    let mut components = Path::new(title).components();
    let is_relative = components.all(|c| matches!(c, Component::CurDir | Component::Normal(_)));
    if is_relative || allow_path_traversal {
        return Ok(());
    }
    Err(Error::new(
        Code::UnsafePath,
        format!("the title {title:?} leads out of the output directory of a pull"),
    )
    .with_hint("use a relative path without .., or allow path traversal (--allow-path-traversal)"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for path in ["", "a\nb"] {
            let error = title_for(Path::new(path), false).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
        }
    }

    #[test]
    fn a_title_that_a_pull_would_refuse_is_refused_by_the_push() {
        for title in ["../evil", "/tmp/x", "a/../../x", "a/../x", ".."] {
            let error = check_title(title, false).unwrap_err();
            assert_eq!(error.code(), Code::UnsafePath, "{title}");
            check_title(title, true).unwrap();
        }
        for title in [".ocigraph-a", "a/.OCIGRAPH-b/c"] {
            assert_eq!(check_title(title, true).unwrap_err().code(), Code::UnsafePath);
        }
        for title in ["", "a\0b", "a\nb", "\u{1b}[2J"] {
            assert_eq!(check_title(title, true).unwrap_err().code(), Code::InvalidArgument);
        }
        for title in ["x", "a/b", "./a", ".", "a b", "..a"] {
            check_title(title, false).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_name_that_is_not_utf8_has_no_title() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        for allow in [false, true] {
            let error = title_for(Path::new(OsStr::from_bytes(b"\xff")), allow).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
        }
    }
}

//! Whether a symbolic link of a packed directory stays inside a directory: inside the packed one when
//! it is packed, and inside the output directory when it is unpacked, since a link can lead to a file
//! of another layer. Decides by the text of the link alone, and never accesses the file system.

use std::path::{Component, Path};

/// Returns whether a symbolic link can only lead into its directory. `link` is the link's path
/// below the directory.
///
/// `..` is allowed only at the start of the target. After a name it would be resolved from where
/// that name leads, which may be a link itself: with `deep/link -> ..`, the target `deep/link/../x`
/// is outside although it does not look so.
pub(super) fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    let mut descended = false;
    for component in target.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(_) => descended = true,
            Component::ParentDir if !descended && depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    !target.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parent_components_are_allowed_only_at_the_start_and_up_to_the_root() {
        let inside = |link: &str, target: &str| stays_inside(Path::new(link), Path::new(target));
        for (link, target) in
            [("l", "f"), ("l", "./a/b"), ("a/l", "../f"), ("a/b/l", "../../c/d"), ("a/l", "..")]
        {
            assert!(inside(link, target), "{link} -> {target}");
        }
        for (link, target) in
            [("l", ".."), ("a/l", "../../f"), ("l", "/etc/passwd"), ("l", "a/../f"), ("l", "")]
        {
            assert!(!inside(link, target), "{link} -> {target}");
        }
    }
}

//! The syntax of tags: in a registry, and in an image layout, where a tag can be any name.

#[cfg(doc)]
use crate::error::Error;
use crate::error::{Code, Result, into_error};

/// The text is not a tag of a registry. Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid tag {tag:?}: expected at most 128 letters, digits, underscores, dots and hyphens, with \
     a letter, a digit or an underscore first"
)]
#[non_exhaustive]
pub struct TagError {
    /// The text.
    pub tag: String,
}

impl TagError {
    fn code(&self) -> Code {
        Code::InvalidReference
    }

    /// Suggests a tag in place of a name that only an image layout accepts, such as
    /// `docker.io/library/hello:1.0` or `v1+build.5`.
    pub(crate) fn hint(&self) -> Option<String> {
        let last = self.tag.rsplit('/').next().and_then(|part| part.rsplit(':').next())?;
        // Helm writes `_` in place of `+` too.
        let instead = last.replace('+', "_");
        (layout_tag_fits(&self.tag) && tag_fits(&instead))
            .then(|| format!("only an image layout has such names: write {instead} for a registry"))
    }
}

into_error!(TagError);

/// The text is not a tag that can be written to an image layout, or named in a reference to one.
/// Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid tag {tag:?}: {reason}")]
#[non_exhaustive]
pub struct LayoutTagError {
    /// The text.
    pub tag: String,
    /// What is wrong with it.
    pub reason: LayoutTagErrorReason,
}

/// What is wrong with the tag of an image layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutTagErrorReason {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// A reference that contains it would name something else.
    #[error("a reference cannot contain it")]
    NotInReference,
    /// It does not follow the grammar.
    #[error(
        "expected letters and digits with single separators (- . _ : @ + --) between them, and / \
         between parts"
    )]
    Grammar,
}

impl LayoutTagError {
    fn new(tag: &str, reason: LayoutTagErrorReason) -> Self {
        Self { tag: tag.to_owned(), reason }
    }

    fn code(&self) -> Code {
        Code::InvalidReference
    }

    pub(crate) fn hint(&self) -> Option<&'static str> {
        Some(match self.reason {
            LayoutTagErrorReason::NotInReference => "name the manifest by its digest",
            _ => "write a name such as v1, hello:1.0 or docker.io/library/hello:1.0",
        })
    }
}

into_error!(LayoutTagError);

/// Checks the syntax of a tag: at most 128 letters, digits, `_`, `.` and `-`; the first is a
/// letter, a digit or `_`.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`TagError`].
pub fn check_tag(tag: &str) -> Result<()> {
    if tag_fits(tag) {
        return Ok(());
    }
    Err(TagError { tag: tag.to_owned() }.into())
}

/// Checks the syntax of a tag for an image layout: that of
/// [`org.opencontainers.image.ref.name`][spec], or that of [`check_tag`]. The former are letters and
/// digits with single separators (`-` `.` `_` `:` `@` `+` or `--`) between them, in parts that are
/// joined by `/`.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`LayoutTagError`].
///
/// ```
/// use ocigraph_types::check_layout_tag;
///
/// assert!(check_layout_tag("docker.io/library/hello:1.0").is_ok());
/// assert!(check_layout_tag("hello world").is_err());
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
pub fn check_layout_tag(tag: &str) -> Result<()> {
    layout_tag_named(tag)?;
    if layout_tag_fits(tag) {
        return Ok(());
    }
    Err(LayoutTagError::new(tag, LayoutTagErrorReason::Grammar).into())
}

pub(crate) fn tag_fits(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn layout_tag_fits(tag: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let component = |part: &str| {
        part.starts_with(alphanumeric)
            && part.ends_with(alphanumeric)
            && part
                .split(alphanumeric)
                .all(|separator| matches!(separator, "" | "-" | "." | "_" | ":" | "@" | "+" | "--"))
    };
    tag_fits(tag) || tag.split('/').all(component)
}

/// Checks that a reference can contain a tag of a layout: that the tag is found again by parsing.
pub(crate) fn layout_tag_named(tag: &str) -> Result<(), LayoutTagError> {
    if tag.is_empty() {
        return Err(LayoutTagError::new(tag, LayoutTagErrorReason::Empty));
    }
    let is_path = tag.starts_with(['/', '\\']) || tag.ends_with(['/', '\\']);
    if is_path || tag.contains(',') || tag.contains("/:") {
        return Err(LayoutTagError::new(tag, LayoutTagErrorReason::NotInReference));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_the_specification_and_tags_are_accepted_in_a_layout() {
        for tag in [
            "v1",
            "_v..1-",
            "docker.io/library/hello:1.0",
            "x/y:1",
            "app/org.lab.Hello/x86_64/stable",
            "v1+build.5",
            "a--b/c@d",
            "localhost:5000/app",
        ] {
            assert!(check_layout_tag(tag).is_ok(), "{tag}");
        }
        for tag in
            ["", "a b", "a//b", "a/-b", "a---b/c", "a:-b/c", "größe", "a\n", "a__b/c", "[::1]/a"]
        {
            assert!(check_layout_tag(tag).is_err(), "{tag:?}");
        }
    }

    #[test]
    fn a_name_of_a_layout_is_refused_for_a_registry_with_a_tag_that_is_allowed() {
        let hint = |tag: &str| check_tag(tag).unwrap_err().hint().map(str::to_owned);
        let write =
            |tag| Some(format!("only an image layout has such names: write {tag} for a registry"));
        assert_eq!(hint("docker.io/library/hello:1.0"), write("1.0"));
        assert_eq!(hint("app/org.lab.Hello/x86_64/stable"), write("stable"));
        assert_eq!(hint("v1+build.5"), write("v1_build.5"));
        assert_eq!(hint("a b"), None);
        assert_eq!(hint("a@b"), None);
    }
}

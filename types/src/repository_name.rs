//! The syntax of repository names.

#[cfg(doc)]
use crate::error::Error;
use crate::error::{Code, Result, into_error};

/// The longest repository name that is accepted, in bytes.
const LONGEST_NAME: usize = 255;

/// Why a text is not a repository name. Converts into [`Error`] with [`Code::InvalidReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid repository name {name:?}: {reason}")]
#[non_exhaustive]
pub struct RepositoryError {
    /// The text.
    pub name: String,
    /// What is wrong with it.
    pub reason: RepositoryErrorReason,
}

/// What is wrong with a repository name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryErrorReason {
    /// It has more than 255 bytes.
    #[error("longer than {LONGEST_NAME} bytes")]
    TooLong,
    /// It begins or ends with `/`, or has two in a row.
    #[error("a part between slashes is empty")]
    EmptyPart,
    /// It has an upper-case letter.
    #[error("upper-case letters are not allowed")]
    UpperCase,
    /// It has a character that is neither a letter, a digit, a separator nor `/`.
    #[error("a character is not allowed")]
    Character,
    /// A part begins or ends with a separator, or has two in a row.
    #[error("a separator must be between letters or digits")]
    Separator,
}

impl RepositoryError {
    pub(crate) const HINT: &str =
        "write lower-case letters and digits, with single separators (. _ __ -) and / between them";

    fn code(&self) -> Code {
        Code::InvalidReference
    }

    pub(crate) fn hint(&self) -> Option<&'static str> {
        Some(Self::HINT)
    }
}

into_error!(RepositoryError);

/// Checks the syntax of a repository name: parts of lower-case letters and digits with separators
/// between them, joined by `/`, at most 255 bytes in total.
///
/// # Errors
///
/// [`Code::InvalidReference`] if the syntax is invalid; the source is a [`RepositoryError`].
///
/// ```
/// use ocigraph_types::check_repository;
///
/// assert!(check_repository("library/alpine").is_ok());
/// assert!(check_repository("library/Alpine").is_err());
/// ```
pub fn check_repository(name: &str) -> Result<()> {
    repository_fits(name).map_err(|reason| RepositoryError { name: name.to_owned(), reason }.into())
}

pub(crate) fn repository_fits(name: &str) -> Result<(), RepositoryErrorReason> {
    if name.len() > LONGEST_NAME {
        return Err(RepositoryErrorReason::TooLong);
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Err(RepositoryErrorReason::EmptyPart);
        }
        if part.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(RepositoryErrorReason::UpperCase);
        }
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if !part.bytes().all(|b| alphanumeric(b) || b"._-".contains(&b)) {
            return Err(RepositoryErrorReason::Character);
        }
        let mut separators =
            part.split(|c: char| c.is_ascii_alphanumeric()).filter(|s| !s.is_empty());
        let ends_well = part.bytes().next().is_some_and(alphanumeric)
            && part.bytes().last().is_some_and(alphanumeric);
        if !ends_well || !separators.all(is_separator) {
            return Err(RepositoryErrorReason::Separator);
        }
    }
    Ok(())
}

fn is_separator(text: &str) -> bool {
    matches!(text, "." | "_" | "__") || text.bytes().all(|b| b == b'-')
}

//! Errors of foreign callbacks. The value that a callback threw stays in its language; the core's
//! error carries what finds it again.

use std::{
    error,
    fmt::{self, Debug, Display},
    iter,
};

use ocigraph::{Code, Error};

/// What identifies the error of a foreign callback in its language: a number or a pointer. It is the
/// source of a core error.
///
/// A language keeps only the latest of these values, because the core drops the error of a cancelled
/// operation.
///
/// ```
/// use ocigraph::Code;
/// use ocigraph_runtime::ForeignError;
///
/// let error = ForeignError(7u32).into_error(Code::Credentials, "the credentials function failed");
/// assert_eq!(ForeignError::of(&error), Some(&ForeignError(7u32)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ForeignError<T>(
    /// The number or pointer.
    pub T,
);

impl<T: Send + Sync + 'static> ForeignError<T> {
    /// Returns an error of the core with this source.
    pub fn into_error(self, code: Code, message: impl Into<String>) -> Error {
        Error::new(code, message).with_source(self)
    }

    /// Returns the foreign error in the source chain of an error.
    pub fn of(error: &Error) -> Option<&Self> {
        let first: Option<&(dyn error::Error + 'static)> = error::Error::source(error);
        iter::successors(first, |error| error.source()).find_map(|error| error.downcast_ref())
    }
}

/// Hides the value, which has no meaning outside of the language.
impl<T> Debug for ForeignError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the error of a callback")
    }
}

impl<T> Display for ForeignError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self, f)
    }
}

impl<T> error::Error for ForeignError<T> {}

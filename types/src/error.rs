//! [`Error`], the one error type of ocigraph, and [`Code`], the table of its kinds.
//!
//! An error states the operation, what it operated on, what went wrong and what to try. It never
//! contains a credential or a signed query string.

use std::{error, fmt, io, path::Path, sync::Arc, time::Duration};

/// The result of every fallible function of ocigraph.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// The kind of a failure.
        ///
        /// Every language has the same numbers and names. A number never changes its meaning, and
        /// later versions only add numbers.
        ///
        /// ```
        /// use ocigraph_types::Code;
        ///
        /// assert_eq!(Code::NotFound.name(), "NOT_FOUND");
        /// assert_eq!(Code::NotFound as i32, 3);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Code { $($(#[$doc])* $name = $number,)* }

        impl Code {
            /// Every code, ordered by number.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// Returns the stable name of the code, such as `NOT_FOUND`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An option or argument has an invalid value.
    InvalidArgument = 1, "INVALID_ARGUMENT";
    /// A reference, tag or digest has invalid syntax.
    InvalidReference = 2, "INVALID_REFERENCE";
    /// The repository, manifest, tag, blob or file does not exist.
    NotFound = 3, "NOT_FOUND";
    /// The target exists already, and the call does not allow replacing it.
    AlreadyExists = 4, "ALREADY_EXISTS";
    /// The registry requires a credential, or rejected the one it received.
    Unauthorized = 5, "UNAUTHORIZED";
    /// The registry accepted the credential, which does not permit this operation.
    Forbidden = 6, "FORBIDDEN";
    /// The registry, the layout or this library does not support the operation.
    Unsupported = 7, "UNSUPPORTED";
    /// The registry limits the rate of requests. [`Error::retry_after`] returns the wait that it
    /// asked for.
    RateLimited = 8, "RATE_LIMITED";
    /// A manifest, list, archive or file exceeds a limit.
    TooLarge = 9, "TOO_LARGE";
    /// The content does not match its digest.
    DigestMismatch = 10, "DIGEST_MISMATCH";
    /// The content is shorter or longer than its descriptor states.
    SizeMismatch = 11, "SIZE_MISMATCH";
    /// The content is not a valid manifest or index.
    InvalidManifest = 12, "INVALID_MANIFEST";
    /// A title or an archive entry names a path outside the output directory.
    UnsafePath = 13, "UNSAFE_PATH";
    /// A time limit expired, for example because no byte was transferred.
    Timeout = 14, "TIMEOUT";
    /// The connection could not be established, or was lost.
    Network = 15, "NETWORK";
    /// TLS failed: the certificate of the server or of the client was not accepted.
    Tls = 16, "TLS";
    /// The registry returned an error that no other code describes.
    Registry = 17, "REGISTRY";
    /// A file or directory could not be read or written.
    Io = 18, "IO";
    /// A concurrent change, or content that contradicts the request.
    Conflict = 19, "CONFLICT";
    /// A credential file or a credential helper could not be used.
    Credentials = 20, "CREDENTIALS";
    /// The caller cancelled the operation.
    Cancelled = 21, "CANCELLED";
    /// A defect in this library.
    Internal = 22, "INTERNAL";
    /// A list could be read only in part, so that the operation cannot decide: an entry that it
    /// depends on may be missing.
    Incomplete = 23, "INCOMPLETE";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One entry of the `errors` list in a registry's response.
///
/// Specification: [distribution-spec, Error Codes][spec].
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryError {
    /// The code that the registry sent, such as `MANIFEST_UNKNOWN`.
    pub code: String,
    /// The message that the registry sent. May be empty.
    pub message: String,
    /// What the registry added, for example the digest of a blob that it lacks: the text, or JSON for
    /// another value. May be empty.
    pub detail: String,
}

impl RegistryError {
    /// Creates an entry from the code and the message that a registry sent.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), detail: String::new() }
    }
}

/// A failure: its [`Code`], a message, and what is known about the cause.
///
/// `Display` writes one line: operation, reference, message, request id and hint. A clone shares
/// the source chain of the original.
///
/// ```
/// use std::error::Error as _;
///
/// use ocigraph_types::{Code, Reference, ReferenceError};
///
/// let error = "alpine".parse::<Reference>().unwrap_err();
/// assert_eq!(error.code(), Code::InvalidReference);
/// assert!(error.to_string().contains("docker.io/alpine"));
///
/// // A parser's own error is the source.
/// let cause = error.source().and_then(|cause| cause.downcast_ref::<ReferenceError>());
/// assert!(matches!(cause, Some(ReferenceError::MissingRegistry { .. })));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    message: String,
    hint: Option<String>,
    operation: Option<String>,
    reference: Option<String>,
    status: Option<u16>,
    registry_errors: Vec<RegistryError>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

impl Error {
    /// Creates an error. `message` states what went wrong, without a full stop.
    ///
    /// ```
    /// use ocigraph_types::{Code, Error};
    ///
    /// let error = Error::new(Code::Conflict, "the tag v1 has changed").with_hint("pull it again");
    /// assert_eq!(error.to_string(), "the tag v1 has changed; pull it again");
    /// assert_eq!(
    ///     error.with_operation("push", "oci:app:v1").to_string(),
    ///     "push oci:app:v1: the tag v1 has changed; pull it again",
    /// );
    /// ```
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            hint: None,
            operation: None,
            reference: None,
            status: None,
            registry_errors: Vec::new(),
            request_id: None,
            retry_after: None,
            source: None,
        }))
    }

    /// Creates an error for a failed file operation: [`Code::NotFound`] for a missing file,
    /// [`Code::Io`] otherwise. `action` is a verb, such as `read` or `create`.
    pub fn io(action: &str, path: &Path, source: io::Error) -> Self {
        let code = match source.kind() {
            io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Io,
        };
        Self::new(code, format!("cannot {action} {}: {source}", path.display())).with_source(source)
    }

    /// Sets the hint: what to try instead.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Sets the source: the error that caused this one.
    pub fn with_source(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Replaces the code.
    #[doc(hidden)]
    pub fn with_code(mut self, code: Code) -> Self {
        self.0.code = code;
        self
    }

    /// Replaces the message.
    #[doc(hidden)]
    pub fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// Sets what a registry returned: the HTTP status, its list of errors, and the id under which
    /// it logged the request.
    pub fn with_response(
        mut self,
        status: u16,
        errors: Vec<RegistryError>,
        request_id: Option<String>,
    ) -> Self {
        self.0.status = Some(status);
        self.0.registry_errors = errors;
        self.0.request_id = request_id;
        self
    }

    /// Sets the wait that the registry asked for.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the operation and its reference, and replaces those of an inner operation: an error
    /// reports the operation that the user called.
    pub fn with_operation(mut self, operation: &str, reference: impl fmt::Display) -> Self {
        self.0.operation = Some(operation.to_owned());
        self.0.reference = Some(reference.to_string());
        self
    }

    /// Returns true if the content itself is faulty: it was received, and is not what it should be.
    #[doc(hidden)]
    pub fn is_of_content(&self) -> bool {
        matches!(
            self.code(),
            Code::InvalidManifest | Code::DigestMismatch | Code::SizeMismatch | Code::TooLarge
        ) || self.code() == Code::Unsupported && self.status().is_none()
    }

    /// Returns true if the registry named one of these error codes.
    #[doc(hidden)]
    pub fn has_registry_code(&self, codes: &[&str]) -> bool {
        self.registry_errors().iter().any(|error| codes.contains(&error.code.as_str()))
    }

    /// Returns true if the error says nothing of a registry or its content: the caller has cancelled, an argument
    /// is wrong, or the library has a defect.
    #[doc(hidden)]
    pub fn says_nothing_of_a_registry(&self) -> bool {
        matches!(self.code(), Code::Cancelled | Code::Internal | Code::InvalidArgument)
    }

    /// Returns true if the error concerns one manifest and not the repository: its content is faulty,
    /// or the registry refuses to serve it. Security scanners and policies answer with 403 or 412, and
    /// a damaged store with 500.
    #[doc(hidden)]
    pub fn is_of_one_manifest(&self) -> bool {
        self.is_of_content()
            || matches!(
                self.status(),
                Some(400 | 403 | 404 | 406 | 409 | 410 | 412 | 415 | 422 | 451 | 500 | 502)
            )
    }

    /// Returns the kind of the failure.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the message alone: without operation, reference, request id and hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns what to try instead.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the operation that failed, such as `push`.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the reference that the operation was called with.
    pub fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// Returns the HTTP status, if a registry responded.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the errors that the registry listed in its response. Empty if it listed none.
    pub fn registry_errors(&self) -> &[RegistryError] {
        &self.0.registry_errors
    }

    /// Returns the id under which the registry logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns how long the registry asked the client to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns true if the same call may succeed later: the failure is a timeout, a lost
    /// connection, a rate limit, or an HTTP status for a temporary condition.
    pub fn is_retryable(&self) -> bool {
        matches!(self.code(), Code::RateLimited | Code::Timeout | Code::Network)
            || matches!(self.status(), Some(408 | 429 | 499 | 500 | 502..=504 | 522))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        if let (Some(operation), Some(reference)) = (&e.operation, &e.reference) {
            write!(f, "{operation} {reference}: ")?;
        }
        f.write_str(&e.message)?;
        if let Some(id) = &e.request_id {
            write!(f, " (request {id})")?;
        }
        if let Some(hint) = &e.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.code)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as &(dyn error::Error + 'static))
    }
}

/// Converts the typed error of a parser: its `code()`, message and `hint()` become those of the
/// [`Error`], and the typed error becomes the source.
macro_rules! into_error {
    ($typed:ty) => {
        impl From<$typed> for $crate::error::Error {
            fn from(typed: $typed) -> Self {
                let error = $crate::error::Error::new(typed.code(), typed.to_string());
                match typed.hint() {
                    Some(hint) => error.with_hint(hint),
                    None => error,
                }
                .with_source(typed)
            }
        }
    };
}
pub(crate) use into_error;

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn a_clone_says_the_same_and_shares_the_source() {
        let error = Error::io("read", Path::new("a/b"), io::ErrorKind::NotFound.into())
            .with_response(500, vec![RegistryError::new("UNKNOWN", "")], Some("7".into()))
            .with_operation("pull", "oci:a");
        let clone = error.clone();
        assert_eq!(clone.to_string(), error.to_string());
        assert_eq!(clone.code(), Code::NotFound);
        assert_eq!(clone.registry_errors(), error.registry_errors());
        let io = |e: &Error| {
            e.source().and_then(|e| e.downcast_ref::<io::Error>()).map(std::ptr::from_ref)
        };
        assert!(io(&clone).is_some() && io(&clone) == io(&error));
    }

    #[test]
    fn the_outermost_operation_is_reported() {
        let error = Error::new(Code::Timeout, "no response")
            .with_operation("resolve", "host/a:v1")
            .with_operation("copy", "host/a:v1");
        assert_eq!(error.to_string(), "copy host/a:v1: no response");
        assert!(error.is_retryable());
    }
}

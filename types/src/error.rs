//! The one error type: a code from a fixed table, and a sentence a person can act on.
//!
//! Codes are shared with every language (`tests/vectors/errors.json`); numbers are only ever added.
//! An error says what was being done, to what, what went wrong and what to try. It never holds a
//! credential or a signed query.

use std::{error, fmt, io, time::Duration};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// What kind of failure it was. The numbers and names are the same in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Code { $($(#[$doc])* $name = $number,)* }

        impl Code {
            /// Every code, in the order of the numbers.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The stable name, as in `NOT_FOUND`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An option or argument that cannot be used as given.
    InvalidArgument = 1, "INVALID_ARGUMENT";
    /// A reference, tag or digest that is not written as one.
    InvalidReference = 2, "INVALID_REFERENCE";
    /// The repository, manifest, tag, blob or file is not there.
    NotFound = 3, "NOT_FOUND";
    /// Something is there already and was not to be replaced.
    AlreadyExists = 4, "ALREADY_EXISTS";
    /// The registry wants credentials, or refused those it was given.
    Unauthorized = 5, "UNAUTHORIZED";
    /// The credentials are known, but may not do this.
    Forbidden = 6, "FORBIDDEN";
    /// The registry or layout cannot do it.
    Unsupported = 7, "UNSUPPORTED";
    /// The registry limits requests; [`Error::retry_after`] has the wait it asked for.
    RateLimited = 8, "RATE_LIMITED";
    /// More than a limit allows: a manifest, a list, an archive.
    TooLarge = 9, "TOO_LARGE";
    /// Content does not hash to its digest.
    DigestMismatch = 10, "DIGEST_MISMATCH";
    /// Content is shorter or longer than its descriptor says.
    SizeMismatch = 11, "SIZE_MISMATCH";
    /// A manifest or index that is not one.
    InvalidManifest = 12, "INVALID_MANIFEST";
    /// A title or archive entry that would be written outside the output directory.
    UnsafePath = 13, "UNSAFE_PATH";
    /// Nothing moved for longer than the limit.
    Timeout = 14, "TIMEOUT";
    /// The connection could not be made, or broke.
    Network = 15, "NETWORK";
    /// The server's certificate, or ours, was not accepted.
    Tls = 16, "TLS";
    /// Any other answer of a registry.
    Registry = 17, "REGISTRY";
    /// A file or directory could not be read or written.
    Io = 18, "IO";
    /// Another writer won, or what is there contradicts what was asked.
    Conflict = 19, "CONFLICT";
    /// A credential file or helper that could not be used.
    Credentials = 20, "CREDENTIALS";
    /// The caller ended it.
    Cancelled = 21, "CANCELLED";
    /// A defect in this library.
    Internal = 22, "INTERNAL";
    /// A list could be read only in part, so that what is asked cannot be told: neither *none* nor
    /// *all*.
    Incomplete = 23, "INCOMPLETE";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One entry of the `errors` list in a registry's answer.
///
/// Source: OCI distribution-spec 1.1.1, "Error Codes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryError {
    /// The registry's own code, such as `MANIFEST_UNKNOWN`.
    pub code: String,
    /// The registry's own words; may be empty.
    pub message: String,
}

/// A failure, with all that is known about it.
///
/// ```
/// use ocigraph_types::{Code, Reference};
///
/// let error = "alpine".parse::<Reference>().unwrap_err();
/// assert_eq!(error.code(), Code::InvalidReference);
/// assert!(error.to_string().contains("docker.io/alpine"));
/// ```
pub struct Error(Box<Inner>);

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
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `code` whose `message` says what went wrong, without a full stop.
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

    /// A failed file operation: `doing` is what was tried ("read", "create"), `path` what on.
    pub fn io(doing: &str, path: &std::path::Path, source: io::Error) -> Self {
        let code = match source.kind() {
            io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Io,
        };
        Self::new(code, format!("cannot {doing} {}: {source}", path.display())).with_source(source)
    }

    /// What to try instead.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The error beneath.
    pub fn with_source(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Another kind of failure, where more is known than what it was first taken for.
    pub fn with_code(mut self, code: Code) -> Self {
        self.0.code = code;
        self
    }

    /// Other words for what went wrong.
    pub fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// What a registry answered.
    pub fn with_answer(
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

    /// How long the registry asked to wait.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The operation and what it was on. The outermost that says so wins, since it is what the
    /// caller asked for.
    pub fn with_operation(mut self, operation: &str, reference: impl fmt::Display) -> Self {
        self.0.operation = Some(operation.to_owned());
        self.0.reference = Some(reference.to_string());
        self
    }

    /// Whether it says that content is not what it should be, rather than that it was not given.
    pub fn is_of_content(&self) -> bool {
        matches!(
            self.code(),
            Code::InvalidManifest | Code::DigestMismatch | Code::SizeMismatch | Code::TooLarge
        ) || self.code() == Code::Unsupported && self.status().is_none()
    }

    /// The kind of failure.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What went wrong, without what was being done and without the hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to try, where there is something to try.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The operation, such as `push`.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The reference the operation was on.
    pub fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// The HTTP status, where a registry answered.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The registry's own error list; empty where it gave none.
    pub fn registry_errors(&self) -> &[RegistryError] {
        &self.0.registry_errors
    }

    /// The id under which the registry logged the request, where it gave one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long to wait before trying again, where the registry said.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may succeed later without anything being changed.
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

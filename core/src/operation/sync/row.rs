//! The rows of a sync.

use serde::Serialize;

use ocigraph_types::{Code, Digest, Error};

/// A row of [`Client::sync`](crate::Client::sync): a reference, or something that could not be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SyncRow {
    /// The reference at the source, or the repository or registry that could not be listed.
    pub source: String,
    /// The reference at the destination. Empty if it is not known.
    pub destination: String,
    /// The digest that the destination should have. For a tag that is removed, empty. `None` if it is not
    /// known.
    pub digest: Option<Digest>,
    /// What was done, or what is wrong.
    pub outcome: SyncOutcome,
    /// Number of manifests written.
    pub manifests: usize,
    /// Number of blobs sent or mounted.
    pub blobs: usize,
    /// Number of bytes of all manifests and blobs written.
    pub bytes: u64,
    /// What is wrong or would be done, as a phrase for users.
    pub detail: Option<String>,
    /// The name of the error's code, such as `FORBIDDEN`, if there was an error.
    pub code: Option<String>,
}

/// The outcome of a row of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SyncOutcome {
    /// Something was copied, and the destination has all of it now.
    Copied,
    /// The destination had all of it.
    Existed,
    /// A dry run: the destination lacks something.
    WouldCopy,
    /// The destination lacks something, or the source does not have what is named.
    Missing,
    /// The source or the destination refused something.
    Refused,
    /// The tag at the destination names something else, and cannot be changed or was changed meanwhile.
    Changed,
    /// Something could not be read: it is not known what the destination lacks.
    Unknown,
    /// The tag was removed from the destination, since the source does not have it.
    Removed,
    /// A dry run: the tag would be removed.
    WouldRemove,
}

impl SyncOutcome {
    /// Every outcome.
    pub const ALL: [SyncOutcome; 9] = [
        Self::Copied,
        Self::Existed,
        Self::WouldCopy,
        Self::Missing,
        Self::Refused,
        Self::Changed,
        Self::Unknown,
        Self::Removed,
        Self::WouldRemove,
    ];

    /// Returns the name in JSON results, such as `copied` or `would-copy`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Existed => "existed",
            Self::WouldCopy => "would-copy",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
            Self::Removed => "removed",
            Self::WouldRemove => "would-remove",
        }
    }

    /// Returns true if the destination does not have, or may not have, what the source has.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Missing | Self::Refused | Self::Changed | Self::Unknown)
    }

    pub(super) fn of(error: &Error) -> Self {
        match error.code() {
            Code::NotFound => Self::Missing,
            Code::Unauthorized | Code::Forbidden => Self::Refused,
            _ if is_refusal(error) => Self::Refused,
            _ => Self::Unknown,
        }
    }
}

/// Returns true if a registry refuses something, and would do so again.
pub(super) fn is_refusal(error: &Error) -> bool {
    error.status().is_some_and(|s| (400..500).contains(&s) && !matches!(s, 401 | 404 | 408 | 429))
}

impl SyncRow {
    pub(super) fn new(source: String, destination: String, outcome: SyncOutcome) -> Self {
        Self {
            source,
            destination,
            digest: None,
            outcome,
            manifests: 0,
            blobs: 0,
            bytes: 0,
            detail: None,
            code: None,
        }
    }

    pub(super) fn with_detail(mut self, outcome: SyncOutcome, detail: String) -> Self {
        self.outcome = outcome;
        self.detail = Some(detail);
        self
    }

    /// The row of an error of one side.
    pub(super) fn with_error(mut self, side: &str, error: &Error) -> Self {
        self.code = Some(error.code().name().to_owned());
        self.with_detail(SyncOutcome::of(error), format!("{side}: {}", error.message()))
    }

    /// The row of an error that leaves it open what the destination lacks.
    pub(super) fn with_unknown(self, error: &Error) -> Self {
        let mut row = self.with_error("not known", error);
        if row.outcome == SyncOutcome::Missing {
            row.outcome = SyncOutcome::Unknown;
        }
        row
    }
}

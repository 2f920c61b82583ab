//! [`KeptTag`]: a tag that a copy does not write.

use serde::Serialize;

/// A tag that a copy does not write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeptTag {
    /// The tag.
    pub tag: String,
    /// The reason as a phrase for users.
    pub reason: String,
}

//! The ways to list referrers between which a caller can choose.

use std::{fmt, str::FromStr};

use ocigraph_types::{Code, Error, Result};

/// How a client lists the referrers of a manifest in a registry: by the [referrers API][api] or by the
/// [referrers tag schema][tag].
///
/// [api]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
/// [tag]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReferrersMode {
    /// The API of the registry if it has one, and the tag schema else. Beside the API, the list under the
    /// tag is read too.
    #[default]
    Auto,
    /// The API alone. Where the registry has none, listing referrers fails with
    /// [UNSUPPORTED](crate::Code::Unsupported), and so does pushing or deleting a manifest with a subject.
    Api,
    /// The tag schema alone: the API is never asked, and a push of a manifest with a subject updates the
    /// list under the tag also where the registry has the API.
    Tag,
}

/// Parses `auto`, `api` or `tag`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text.
impl FromStr for ReferrersMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "auto" => Self::Auto,
            "api" => Self::Api,
            "tag" => Self::Tag,
            _ => {
                let message = format!("invalid referrers mode {text:?}: expected auto, api or tag");
                return Err(Error::new(Code::InvalidArgument, message));
            }
        })
    }
}

impl fmt::Display for ReferrersMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Api => "api",
            Self::Tag => "tag",
        })
    }
}

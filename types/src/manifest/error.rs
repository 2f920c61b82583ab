//! [`ManifestError`]: why bytes are not a usable manifest.

use crate::{
    digest::Digest,
    error::{Code, into_error},
};

/// Why bytes are not a usable manifest. Converts into [`Error`](crate::Error).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid manifest {digest}: {reason}")]
#[non_exhaustive]
pub struct ManifestError {
    /// The digest of the bytes.
    pub digest: Digest,
    /// What is wrong with them.
    pub reason: ManifestErrorReason,
}

/// What is wrong with the bytes of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestErrorReason {
    /// The bytes are not JSON, or a field has the wrong type. Contains the parser's message.
    #[error("{0}")]
    Json(String),
    /// The JSON is not an object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// Reading the JSON would take far more memory than its size.
    #[error("reading it would take far more memory than its size")]
    TooComplex,
    /// It has the fields of an index and of an image manifest.
    #[error("it has both manifests and layers")]
    ManifestsAndLayers,
    /// It is a Docker manifest of version 2, schema 1.
    #[error("this is a Docker schema 1 manifest, which has no digest of its own")]
    DockerSchema1,
    /// It declares another kind of manifest than it was served as.
    #[error("its mediaType is {declared:?}, but it was served as {served}")]
    MediaTypeConflict {
        /// The field `mediaType`.
        declared: String,
        /// The type that it was served or stored as, escaped and shortened.
        served: String,
    },
    /// Its `mediaType` is not one of a manifest.
    #[error("its mediaType {0:?} is not a manifest's")]
    NotAManifestType(String),
    /// It has none of the fields that distinguish the kinds of manifests.
    #[error("it has no mediaType, and none of manifests, config and blobs")]
    NoContent,
    /// Its fields are those of another kind of manifest than its media type.
    #[error("its content does not match {}", match .served {
        false => format!("its mediaType {media_type}"),
        true => format!("the type that it was served as, {media_type}"),
    })]
    ContentMismatch {
        /// The media type.
        media_type: String,
        /// True if the type is the one that it was served as; false if it is its `mediaType`.
        served: bool,
    },
    /// It is an image manifest without a configuration.
    #[error("it has no config")]
    MissingConfig,
}

impl ManifestErrorReason {
    /// True for a manifest that different readers would read differently, or that was made to exhaust
    /// a reader. Not even its bytes are passed on.
    pub(super) fn is_hostile(&self) -> bool {
        match self {
            Self::TooComplex
            | Self::ManifestsAndLayers
            | Self::MediaTypeConflict { .. }
            | Self::ContentMismatch { .. } => true,
            Self::Json(message) => message.starts_with("recursion limit exceeded"),
            _ => false,
        }
    }
}

impl ManifestError {
    /// Returns [`Code::TooLarge`] for [`ManifestErrorReason::TooComplex`], [`Code::Unsupported`]
    /// for [`ManifestErrorReason::DockerSchema1`], and [`Code::InvalidManifest`] otherwise.
    pub fn code(&self) -> Code {
        match self.reason {
            ManifestErrorReason::TooComplex => Code::TooLarge,
            ManifestErrorReason::DockerSchema1 => Code::Unsupported,
            _ => Code::InvalidManifest,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        matches!(self.reason, ManifestErrorReason::DockerSchema1)
            .then_some("push the image again to convert it")
    }
}

into_error!(ManifestError);

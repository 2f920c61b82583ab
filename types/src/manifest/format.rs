//! [`ManifestFormat`]: the format in which a new manifest is written.

use std::{fmt, str::FromStr};

use crate::error::{Code, Error, Result, into_error};

/// The format in which the manifest of a new artifact is written.
///
/// ```
/// use ocigraph_types::ManifestFormat;
///
/// assert_eq!("oci-1.0".parse::<ManifestFormat>()?, ManifestFormat::Oci10);
/// assert_eq!(ManifestFormat::default(), ManifestFormat::Auto);
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ManifestFormat {
    /// The default: [`Oci11`](Self::Oci11), or [`OrasArtifact`](Self::OrasArtifact) for a referrer
    /// on a registry that lists only ORAS artifacts as referrers.
    #[default]
    Auto,
    /// [OCI image manifest 1.1][spec], with `artifactType` and `subject`.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
    Oci11,
    /// [OCI image manifest 1.0][spec]: the media type of the configuration is the artifact type.
    /// Cannot have a subject.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.0.2/manifest.md
    Oci10,
    /// [OCI artifact manifest][spec], of the release candidates 1.1.0-rc1 and 1.1.0-rc2.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md
    OciArtifact,
    /// [ORAS artifact manifest][spec].
    ///
    /// [spec]: https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md
    OrasArtifact,
    /// ORAS artifact manifest without `mediaType`, as the first registries and clients wrote it.
    /// Has no name.
    OrasArtifactDraft,
}

/// The text is not the name of a manifest format. Converts into [`Error`] with
/// [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid manifest format {text:?}: expected auto, oci-1.1, oci-1.0, oci-artifact or \
     oras-artifact"
)]
#[non_exhaustive]
pub struct ManifestFormatError {
    /// The text.
    pub text: String,
}

impl ManifestFormatError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        None
    }
}

into_error!(ManifestFormatError);

/// Parses `auto`, `oci-1.1`, `oci-1.0`, `oci-artifact` or `oras-artifact`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text; the source is a [`ManifestFormatError`].
impl FromStr for ManifestFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "auto" => Self::Auto,
            "oci-1.1" => Self::Oci11,
            "oci-1.0" => Self::Oci10,
            "oci-artifact" => Self::OciArtifact,
            "oras-artifact" => Self::OrasArtifact,
            _ => return Err(ManifestFormatError { text: text.to_owned() }.into()),
        })
    }
}

impl fmt::Display for ManifestFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Oci11 => "oci-1.1",
            Self::Oci10 => "oci-1.0",
            Self::OciArtifact => "oci-artifact",
            Self::OrasArtifact => "oras-artifact",
            Self::OrasArtifactDraft => "oras-artifact without mediaType",
        })
    }
}

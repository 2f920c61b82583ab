//! [`Platform`]: the operating system and CPU that an image requires.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    error::{Code, Error, Result, into_error},
    nullable::null_as_default,
    weight::{OBJECT, Weight, weight_of_fields},
};

/// The text is not a platform. Converts into [`Error`] with [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid platform {text:?}: expected os/architecture[/variant][:os.version]")]
#[non_exhaustive]
pub struct PlatformError {
    /// The text.
    pub text: String,
}

impl PlatformError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        Some("for example linux/amd64 or linux/arm/v7")
    }
}

into_error!(PlatformError);

/// The operating system and CPU that an image requires.
///
/// Specification: [image-spec, Image Index][spec], property `platform`. Unknown fields are kept and
/// written back.
///
/// ```
/// use ocigraph_types::Platform;
///
/// let wanted: Platform = "linux/arm".parse()?;
/// let image: Platform = "linux/arm/v7".parse()?;
/// assert_eq!(image.variant.as_deref(), Some("v7"));
/// assert!(image.fits(&wanted) && !wanted.fits(&image));
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Platform {
    /// The CPU architecture, by the names of Go's `GOARCH`: `amd64`, `arm64`.
    #[serde(default)]
    pub architecture: String,
    /// The operating system, by the names of Go's `GOOS`: `linux`, `windows`.
    #[serde(default)]
    pub os: String,
    /// The version of the operating system. Windows images require it.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// The features that the image requires of the operating system.
    #[serde(
        default,
        rename = "os.features",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_as_default"
    )]
    pub os_features: Vec<String>,
    /// The variant of the CPU: `v7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Unknown fields.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Platform {
    /// Creates a platform without variant, version and features.
    pub fn new(os: impl Into<String>, architecture: impl Into<String>) -> Self {
        Self {
            architecture: architecture.into(),
            os: os.into(),
            os_version: None,
            os_features: Vec::new(),
            variant: None,
            extra: Map::new(),
        }
    }

    /// Returns true if an image for `self` satisfies a request for `wanted`. An unset field of
    /// `wanted` accepts every value. The variant `v8` of `arm64` equals no variant.
    pub fn fits(&self, wanted: &Platform) -> bool {
        let unset_or_same =
            |wanted: Option<&str>, have: Option<&str>| wanted.is_none() || wanted == have;
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && unset_or_same(wanted.named_variant(), self.named_variant())
            && unset_or_same(wanted.os_version.as_deref(), self.os_version.as_deref())
            && wanted.os_features.iter().all(|feature| self.os_features.contains(feature))
    }

    /// Every ARM64 CPU is a v8, so that some images state it and others do not.
    fn named_variant(&self) -> Option<&str> {
        let usual = self.architecture == "arm64" && self.variant.as_deref() == Some("v8");
        self.variant.as_deref().filter(|variant| !usual && !variant.is_empty())
    }

    fn parse(text: &str) -> Result<Self, PlatformError> {
        let invalid = || PlatformError { text: text.to_owned() };
        let (name, os_version) = match text.split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let (os, architecture, variant) = match *name.split('/').collect::<Vec<_>>() {
            [os, architecture] => (os, architecture, None),
            [os, architecture, variant] => (os, architecture, Some(variant)),
            _ => return Err(invalid()),
        };
        if [os, architecture].contains(&"") || [variant, os_version].contains(&Some("")) {
            return Err(invalid());
        }
        let architecture = match architecture {
            "x86_64" | "x86-64" => "amd64",
            "aarch64" => "arm64",
            given => given,
        };
        Ok(Self {
            os_version: os_version.map(str::to_owned),
            variant: variant.map(str::to_owned),
            ..Self::new(os, architecture)
        })
    }
}

/// Parses `os/architecture[/variant][:os.version]`, such as `linux/arm/v7` and
/// `windows/amd64:10.0.20348.2113`. The architectures `x86_64` and `aarch64` are read as `amd64`
/// and `arm64`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text; the source is a [`PlatformError`].
impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self::parse(text)?)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        match &self.os_version {
            Some(version) => write!(f, ":{version}"),
            None => Ok(()),
        }
    }
}

impl Weight for Platform {
    fn weight(&self) -> usize {
        3 * OBJECT
            + self.architecture.len()
            + self.os.len()
            + self.os_version.weight()
            + self.os_features.weight()
            + self.variant.weight()
            + weight_of_fields(&self.extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn platforms_are_parsed_and_written_back() {
        for text in ["linux/amd64", "linux/arm/v7", "windows/amd64:10.0.20348.2113"] {
            assert_eq!(platform(text).to_string(), text);
        }
        assert_eq!(platform("linux/x86_64").to_string(), "linux/amd64");
    }

    #[test]
    fn an_invalid_platform_is_refused() {
        for text in ["", "linux", "linux/", "/amd64", "linux/arm/", "linux/arm/v7/x", "a/b:"] {
            let error = text.parse::<Platform>().unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{text:?}");
            assert!(error.message().starts_with("invalid platform "), "{error}");
        }
    }

    #[test]
    fn an_unset_field_accepts_every_value_and_a_set_one_must_match() {
        assert!(platform("linux/arm/v7").fits(&platform("linux/arm")));
        assert!(!platform("linux/arm/v6").fits(&platform("linux/arm/v7")));
        assert!(platform("linux/arm64").fits(&platform("linux/arm64/v8")));
        assert!(platform("linux/arm64/v8").fits(&platform("linux/arm64")));
        assert!(!platform("linux/arm64").fits(&platform("linux/amd64")));
        assert!(!platform("windows/amd64:10.0.1").fits(&platform("windows/amd64:10.0.2")));
    }
}

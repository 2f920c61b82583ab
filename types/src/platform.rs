//! Platforms: what an image runs on.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Code, Error, Result, null_as_default,
    weight::{OBJECT, Weight, weight_of_fields},
};

/// What an image runs on.
///
/// Source: OCI image-spec 1.1.1, "Image Index", `platform`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// CPU architecture, as Go names it: `amd64`, `arm64`.
    #[serde(default)]
    pub architecture: String,
    /// Operating system, as Go names it: `linux`, `windows`.
    #[serde(default)]
    pub os: String,
    /// Version of the operating system; Windows images need it.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Required features of the operating system.
    #[serde(
        default,
        rename = "os.features",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_as_default"
    )]
    pub os_features: Vec<String>,
    /// Variant of the CPU: `v7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Fields with no meaning here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
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

impl Platform {
    /// Whether an image made for `self` runs where `wanted` is asked for. What `wanted` leaves open
    /// fits everything, and the variant every ARM64 CPU has need not be written.
    pub fn fits(&self, wanted: &Platform) -> bool {
        let open_or_same =
            |wanted: Option<&str>, have: Option<&str>| wanted.is_none() || wanted == have;
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && open_or_same(wanted.named_variant(), self.named_variant())
            && open_or_same(wanted.os_version.as_deref(), self.os_version.as_deref())
            && wanted.os_features.iter().all(|feature| self.os_features.contains(feature))
    }

    fn named_variant(&self) -> Option<&str> {
        let usual = self.architecture == "arm64" && self.variant.as_deref() == Some("v8");
        self.variant.as_deref().filter(|variant| !usual && !variant.is_empty())
    }
}

/// `os/architecture[/variant][:os.version]`, as in `linux/arm/v7` and
/// `windows/amd64:10.0.20348.2113`. INVALID_ARGUMENT for anything else.
///
/// ```
/// use ocigraph_types::Platform;
///
/// let platform: Platform = "linux/arm/v7".parse().unwrap();
/// assert_eq!(platform.variant.as_deref(), Some("v7"));
/// ```
impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, os_version) = match text.split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let mut parts = name.split('/');
        let (os, architecture, variant) = (parts.next(), parts.next(), parts.next());
        let named = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
        if !named(os)
            || !named(architecture)
            || variant == Some("")
            || os_version == Some("")
            || parts.next().is_some()
        {
            return Err(Error::new(Code::InvalidArgument, format!("{text:?} is no platform"))
                .with_hint("write os/architecture[/variant], as in linux/amd64 or linux/arm/v7"));
        }
        let architecture = match architecture.unwrap_or_default() {
            "x86_64" | "x86-64" => "amd64",
            "aarch64" => "arm64",
            given => given,
        };
        Ok(Self {
            architecture: architecture.to_owned(),
            os: os.unwrap_or_default().to_owned(),
            os_version: os_version.map(str::to_owned),
            os_features: Vec::new(),
            variant: variant.map(str::to_owned),
            extra: Map::new(),
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn platforms_are_read_and_written_back() {
        for text in ["linux/amd64", "linux/arm/v7", "windows/amd64:10.0.20348.2113"] {
            assert_eq!(platform(text).to_string(), text);
        }
        assert_eq!(platform("linux/x86_64").to_string(), "linux/amd64");
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for text in ["", "linux", "linux/", "/amd64", "linux/arm/", "linux/arm/v7/x", "a/b:"] {
            let error = text.parse::<Platform>().unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{text:?}");
        }
    }

    #[test]
    fn what_is_left_open_fits_and_what_is_named_must_agree() {
        assert!(platform("linux/arm/v7").fits(&platform("linux/arm")));
        assert!(!platform("linux/arm/v6").fits(&platform("linux/arm/v7")));
        assert!(platform("linux/arm64").fits(&platform("linux/arm64/v8")));
        assert!(platform("linux/arm64/v8").fits(&platform("linux/arm64")));
        assert!(!platform("linux/arm64").fits(&platform("linux/amd64")));
        assert!(!platform("windows/amd64:10.0.1").fits(&platform("windows/amd64:10.0.2")));
    }
}

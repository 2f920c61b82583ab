//! The fields of an image configuration that a listing of manifests shows.
//!
//! Specification: [image-spec, Image Configuration][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md

use serde::Deserialize;
use serde_json::Value;

/// The largest image configuration that is read, in bytes: 4 MiB. Usual ones have a few kilobytes.
pub const IMAGE_CONFIG_LIMIT: u64 = 4 * 1024 * 1024;

/// A part of the configuration of a runnable image. Every field of another JSON object is `None`.
///
/// ```
/// use ocigraph_types::ImageConfig;
///
/// let config: ImageConfig = serde_json::from_str(r#"{"os":"linux","rootfs":{}}"#).unwrap();
/// assert_eq!(config.os.as_deref(), Some("linux"));
/// assert_eq!(config.architecture, None);
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[non_exhaustive]
pub struct ImageConfig {
    /// The CPU architecture, by the names of Go's `GOARCH`: `amd64`, `arm64`.
    pub architecture: Option<String>,
    /// The operating system, by the names of Go's `GOOS`: `linux`, `windows`.
    pub os: Option<String>,
    /// The time of creation. A string in the format of RFC 3339, if the configuration is valid.
    pub created: Option<Value>,
}

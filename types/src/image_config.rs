//! The config of a runnable image.

use serde::Deserialize;
use serde_json::Value;

use crate::{Annotations, annotation};

/// A config of a runnable image is a few kilobytes.
pub const IMAGE_CONFIG_LIMIT: u64 = 4 * 1024 * 1024;

/// What the config of a runnable image says of the image; nothing for other configs.
#[derive(Debug, Default, Deserialize)]
pub struct ImageConfig {
    pub architecture: Option<String>,
    pub os: Option<String>,
    pub created: Option<Value>,
}

/// The `created` annotation as image configs and manifests have it.
pub fn created(annotations: &Annotations) -> Option<&str> {
    annotations.get(annotation::CREATED).map(String::as_str)
}

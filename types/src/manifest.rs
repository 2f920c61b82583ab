//! Manifests: [`Manifest`] reads them, [`ManifestBuilder`] writes them.

mod builder;
mod error;
mod format;
mod parse;

pub use builder::{EMPTY_JSON, ManifestBuildError, ManifestBuilder, empty_descriptor};
pub use error::{ManifestError, ManifestErrorReason};
pub use format::{ManifestFormat, ManifestFormatError};
pub use parse::Manifest;

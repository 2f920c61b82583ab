//! Manifests: [`Manifest`] reads them, [`ManifestBuilder`] writes them.

mod error;
mod format;
mod parse;
mod write;

pub use error::{ManifestError, ManifestErrorReason};
pub use format::{ManifestFormat, ManifestFormatError};
pub use parse::Manifest;
pub use write::{EMPTY_JSON, ManifestBuildError, ManifestBuilder, empty_descriptor};

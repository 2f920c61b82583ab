//! Manifests: [`Manifest`] reads them, [`ManifestBuilder`] and [`IndexBuilder`] write them.

mod error;
mod format;
mod index;
mod json;
mod parse;
mod write;

pub use error::{ManifestError, ManifestErrorReason};
pub use format::{ManifestFormat, ManifestFormatError};
pub use index::IndexBuilder;
pub use parse::Manifest;
pub use write::{EMPTY_JSON, ManifestBuildError, ManifestBuilder, empty_descriptor};

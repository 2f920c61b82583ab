//! The values of [ocigraph](https://docs.rs/ocigraph): references, digests, descriptors, manifests,
//! graphs of referrers, and errors.
//!
//! This crate needs no runtime and does no I/O, except that the parser of references looks which of
//! the directories exist that a reference to a layout may name. A program that only reads manifests
//! or parses references compiles neither HTTP nor TLS. The crate `ocigraph` re-exports what its users need.
//!
//! Its values are those of the OCI
//! [image-spec](https://github.com/opencontainers/image-spec/blob/v1.1.1/spec.md) and
//! [distribution-spec](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md):
//!
//! - [`Reference`] names a repository in a registry ([`Host`]), or an image layout directory, and a
//!   [tag or digest](TagOrDigest) in it.
//! - [`Digest`] identifies content; [`Hasher`] computes digests, and [`Verifier`] compares streamed
//!   content with a [`Descriptor`].
//! - [`Manifest`] keeps the bytes of a manifest or index and gives access to its fields;
//!   [`ManifestBuilder`] and [`IndexBuilder`] write new ones.
//! - [`Graph`] holds a subject and its referrers.
//! - [`Error`] has a [`Code`] that is the same in every language. The errors of parsers are typed,
//!   such as [`ReferenceError`] and [`ManifestError`]: each converts into an [`Error`] and is its
//!   [source](std::error::Error::source).
//!
//! ```
//! use ocigraph_types::{Algorithm, Manifest, Reference};
//!
//! let reference: Reference = "registry.example.com/app:v1".parse()?;
//! assert_eq!(reference.tags(), ["v1"]);
//!
//! let index = Manifest::parse(r#"{"manifests":[]}"#.into(), None, Algorithm::Sha256)?;
//! assert!(index.is_index());
//! # Ok::<(), ocigraph_types::Error>(())
//! ```

pub mod annotation;
pub mod media_type;
pub mod weight;

mod attachment;
mod descriptor;
mod digest;
mod error;
mod escape;
mod graph;
mod host;
mod image_config;
mod json;
mod layout_text;
mod list_problem;
mod manifest;
mod nullable;
mod platform;
mod reference;
mod repository_name;
mod tag;
mod tag_or_digest;
mod verifier;

pub use annotation::{Annotations, created};
pub use attachment::{
    Attachment, AttachmentKind, Edge, EdgeKind, EdgeKindError, Requirement, RequirementError,
    SIBLING_SUFFIXES, SiblingTag, Statement, Unread, is_bundle, says_artifact_type,
};
pub use bytes::Bytes;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, DigestError, Hasher};
pub use error::{Code, Error, RegistryError, Result};
pub use escape::{excerpt, json_line, json_text, markup_text, printable};
#[doc(hidden)]
pub use graph::{CompactDescriptor, SharedTexts, edge_json};
pub use graph::{EdgeRef, Edges, Graph, Node, Walk};
pub use host::{Host, HostError, HostErrorReason};
pub use image_config::{IMAGE_CONFIG_LIMIT, ImageConfig};
pub use json::{
    KeyCase, ToJson, serialize_descriptor, serialize_descriptors, serialize_optional_descriptor,
};
pub use list_problem::ListProblem;
pub use manifest::{
    EMPTY_JSON, IndexBuilder, Manifest, ManifestBuildError, ManifestBuilder, ManifestError,
    ManifestErrorReason, ManifestFormat, ManifestFormatError, empty_descriptor,
};
pub use media_type::MediaTypeError;
pub use nullable::null_as_default;
pub use platform::{Platform, PlatformError};
pub use reference::{Location, Reference, ReferenceError};
pub use repository_name::{RepositoryError, RepositoryErrorReason, check_repository};
pub use tag::{LayoutTagError, LayoutTagErrorReason, TagError, check_layout_tag, check_tag};
pub use tag_or_digest::TagOrDigest;
pub use verifier::Verifier;

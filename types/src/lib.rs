//! The values of [ocigraph](https://docs.rs/ocigraph): what is read from and written to OCI
//! registries and image layouts, without I/O.

pub mod annotation;
pub mod media_type;
pub mod weight;

mod descriptor;
mod digest;
mod draw;
mod error;
mod escape;
mod graph;
mod host;
mod image_config;
mod json;
mod list_problem;
mod manifest;
mod platform;
mod reference;
mod tag_or_digest;

pub use annotation::Annotations;
pub use bytes::Bytes;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, Hasher, Verifier};
pub use error::{Code, Error, RegistryError, Result};
pub use escape::{excerpt, json_text, printable};
pub use graph::{Graph, Node, Walk};
pub use host::Host;
pub use image_config::{IMAGE_CONFIG_LIMIT, ImageConfig, created};
pub use json::{Names, ToJson, null_as_default};
pub use list_problem::{ListProblem, join, whole};
pub use manifest::{EMPTY_JSON, Manifest, ManifestFormat, Parts, empty_descriptor};
pub use platform::Platform;
pub use reference::{Location, Reference, check_repository, check_tag};
pub use tag_or_digest::TagOrDigest;

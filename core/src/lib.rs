//! Push, pull, discover and delete *graphs* of supply-chain artifacts (signatures, SBoMs, scan
//! results, documents) in OCI registries and in image layout directories.
//!
//! Start at [`Client`]: it opens what a [`Reference`] names and has one method per operation.
//! Beneath it stands [`Store`], the narrow waist that a registry's repository and a layout directory
//! both implement; the operations are written once against it. Values such as [`Digest`],
//! [`Descriptor`], [`Manifest`] and [`Graph`] are plain and can be used by themselves. Whatever
//! fails gives an [`Error`] with a [`Code`] that is the same in every language.

pub mod media_type;

mod archive;
mod auth;
mod client;
mod content;
mod copy;
mod delete;
mod descriptor;
mod digest;
mod discover;
mod draw;
mod error;
mod escape;
mod files;
mod final_paths;
#[cfg(all(test, unix))]
mod fuzz;
mod graph;
mod json;
mod layout;
mod list;
mod listing;
mod login;
mod manifest;
mod memory;
mod options;
mod output_file;
mod partial_file;
mod platform;
mod progress;
mod pull;
mod push;
mod reference;
mod registry;
mod regular;
mod select;
mod small_file;
mod spool;
mod store;
mod verify;
mod work;

pub use archive::UnpackLimits;
pub use auth::{Credential, CredentialSource, Credentials, Secret, StoredIn};
pub use bytes::Bytes;
pub use client::Client;
pub use content::{Content, File};
pub use descriptor::{Annotations, Descriptor, annotation};
pub use digest::{
    Algorithm, Digest, Hasher, Verifier, digest_all, digest_file, digest_files, digest_reader,
};
pub use error::{Code, Error, RegistryError, Result};
pub use escape::{json_text, printable};
pub use graph::{Graph, Node, Walk};
pub use json::{Names, ToJson};
pub use layout::Layout;
pub use list::{List, ListProblem};
pub use manifest::{Manifest, ManifestFormat};
pub use memory::Memory;
pub use options::{
    Attributes, CopiedBlobs, CopyOptions, CopyReport, DeleteFailure, DeleteOptions, DeleteReport,
    DiscoverOptions, LoginResult, LogoutResult, ManifestInfo, Problem, ProblemKind, PullOptions,
    PullResult, PulledFile, PushOptions, PushResult, PushedBlob, RetainedManifest, TagInfo,
    VerifyOptions, VerifyReport,
};
pub use output_file::OutputFile;
pub use platform::Platform;
pub use progress::{Event, Outcome, Progress};
pub use reference::{Host, Location, Reference, TagOrDigest, check_tag};
pub use registry::{ClientConfig, Connection, Limits, Registry};
pub use small_file::read_small_file;
pub use spool::BufferedContent;
pub use store::{
    ByteStream, FileSource, ManifestDeletion, Repository, Source, Store, StoredBlob, verified,
};
pub use work::Cleanup;

//! Push, pull, discover and delete *graphs* of supply-chain artifacts (signatures, SBoMs, scan
//! results, documents) in OCI registries and in image layout directories.
//!
//! Start at [`Client`]: it opens what a [`Reference`] names and has one method per operation.
//! Beneath it stands [`Store`], the narrow waist that a registry's repository and a layout directory
//! both implement; the operations are written once against it. Values such as [`Digest`],
//! [`Descriptor`], [`Manifest`] and [`Graph`] are plain and can be used by themselves. Whatever
//! fails gives an [`Error`] with a [`Code`] that is the same in every language.

// A build with fewer stores does not use all that they share.
#![cfg_attr(not(all(feature = "registry", feature = "layout")), allow(dead_code))]

mod blocking;
mod client;
mod content;
#[cfg(all(test, unix))]
mod fuzz;
pub mod media_type;
pub mod operation;
mod output;
mod store;

pub use blocking::Cleanup;
pub use client::{Client, ClientConfig};
pub use content::{
    archive::UnpackLimits,
    buffered_content::BufferedContent,
    digest_files::{digest_all, digest_file, digest_files, digest_reader},
    file::{Content, File},
    output_file::OutputFile,
    progress::{Event, Outcome, Progress},
    small_file::read_small_file,
    source::{ByteStream, FileSource, Repository, Source},
    verified::verified,
};
pub use ocigraph_types::{
    Algorithm, Annotations, Bytes, Code, Descriptor, Digest, Error, Graph, Hasher, Host,
    ListProblem, Location, Manifest, ManifestFormat, Names, Node, Platform, Reference,
    RegistryError, Result, TagOrDigest, ToJson, Verifier, Walk, annotation, check_tag, json_text,
    printable,
};
pub use operation::{
    blob::TransferOptions,
    copy::{CopiedBlobs, CopyOptions, CopyReport},
    delete::{DeleteFailure, DeleteOptions, DeleteReport, RetainedManifest},
    discover::DiscoverOptions,
    manifest::ResolveOptions,
    pull::{PullOptions, PullResult, PulledFile},
    push::{PushOptions, PushResult, PushedBlob},
    verify::{Problem, ProblemKind, VerifyOptions, VerifyReport},
};
#[cfg(feature = "layout")]
pub use store::layout::Layout;
pub use store::{
    ManifestDeletion, ReadStore, Store, StoredBlob,
    catalog::{Attributes, ManifestInfo, TagInfo},
    limits::Limits,
    list::List,
    memory::Memory,
};
#[cfg(feature = "registry")]
pub use {
    operation::login::{LoginResult, LogoutResult},
    store::registry::{
        Connection, Registry,
        auth::{Credential, CredentialSource, Credentials, Secret, StoredIn},
    },
};

//! Push, pull, discover, copy, verify and delete *graphs* of artifacts in OCI registries and in
//! image layout directories: container images, and the signatures, SBOMs, scan results and
//! documents that refer to them.
//!
//! # The model
//!
//! A [`Reference`] names a *location* and a tag or digest in it. The location is a repository of a
//! registry, `registry.example.com/app:v1`, or the directory of an [image layout], `oci:path:v1`.
//! Both are a [`Store`]: every operation works the same on each of them, and copies between them.
//! The layout can also be in a tar archive, `oci:file.tar:v1`, which is read in place; operations
//! that write fail for it with [`Code::Unsupported`].
//!
//! A [`Manifest`] lists the blobs of an artifact by their [`Descriptor`]s: media type, [`Digest`]
//! and size. It can have a *subject*, which is the descriptor of another manifest: it is then a
//! *referrer* of that manifest. A subject with its referrers, their referrers and so on is a
//! [`Graph`]. An SBOM refers to an image, and a signature refers to the SBOM:
//!
//! ```text
//! registry.example.com/app:v1
//! └── application/vnd.example.sbom
//!     └── sha256:8f3b…
//!         └── application/vnd.example.signature
//!             └── sha256:02cd…
//! ```
//!
//! The [`Client`] opens the store that a reference names, and has a method for each operation. The
//! functions in [`operation`] are the same operations over a store that you open yourself. All of
//! them need a [tokio] runtime. The crate installs nothing in the process: no runtime, logger,
//! signal handler or TLS provider.
//!
//! [image layout]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
//! [tokio]: https://docs.rs/tokio
//!
//! # Push, discover and pull
//!
//! A push packs files, directories and bytes into one artifact. It sends blobs first, then the
//! manifest, then the tags, so that nothing ever names missing content. Blobs that exist already
//! are not sent. With a subject, the artifact becomes a referrer.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let layout = format!("oci:{}", dir.path().join("layout").display());
//! # let output = dir.path().join("output");
//! use ocigraph::{Client, DiscoverOptions, File, PullOptions, PushOptions, Reference};
//!
//! let client = Client::new();
//! // `layout` is `oci:some/directory`. With `registry.example.com/app`, the same code uses a registry.
//! let image: Reference = format!("{layout}:v1").parse()?;
//! client
//!     .push(
//!         &image,
//!         PushOptions::default().files(vec![File::bytes("app.bin", "the program")]).artifact_type("application/vnd.example.app"),
//!     )
//!     .await?;
//!
//! // A reference without a tag: the SBOM is found as a referrer of its subject.
//! let repository: Reference = layout.parse()?;
//! client
//!     .push(
//!         &repository,
//!         PushOptions::default().files(vec![File::bytes("sbom.json", "{}").with_media_type("application/json")]).artifact_type("application/vnd.example.sbom").subject(image.clone()),
//!     )
//!     .await?;
//!
//! let graph = client.discover(&image, DiscoverOptions::default()).await?;
//! assert_eq!(graph.len(), 1);
//! println!("{}", graph.tree(&image.to_string()));
//!
//! // Writes the files of every SBOM of the image into a directory.
//! let options = PullOptions::default().artifact_type("application/vnd.example.sbom").output(output.clone());
//! let pulled = client.pull(&image, options).await?;
//! assert_eq!(pulled[0].files[0].path, output.join("sbom.json"));
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! A pull verifies the size and digest of every file before the file appears under its name, and
//! resumes interrupted downloads. A title that leads outside the output directory is refused.
//!
//! # Copy, verify and delete
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let [from, to] = ["from", "to"].map(|name| format!("oci:{}", dir.path().join(name).display()));
//! use ocigraph::{
//!     Client, CopyOptions, DeleteOptions, File, PushOptions, Reference, VerifyOptions,
//! };
//!
//! # let client = Client::new();
//! # let image: Reference = format!("{from}:v1").parse()?;
//! # let mut options = PushOptions::default().files(vec![File::bytes("app.bin", "x")]);
//! # client.push(&image, options.clone()).await?;
//! # options.subject = Some(image.clone());
//! # client.push(&from.parse()?, options).await?;
//! // Copies the image with all of its referrers. Content that the destination has is not sent.
//! let copy: Reference = format!("{to}:v1").parse()?;
//! let options = CopyOptions::default().recursive(true);
//! let report = client.copy(&image, &copy, options).await?;
//! assert_eq!(report.manifests, 2);
//!
//! // Reads every manifest and blob of the graph, and compares them with their descriptors.
//! let report = client.verify(&copy, VerifyOptions::default()).await?;
//! assert!(report.problems.is_empty());
//!
//! // Deletes the image and its referrers, referrers first. A dry run only returns the plan.
//! let plan = DeleteOptions::default().dry_run(true);
//! assert_eq!(client.delete(&image, plan).await?.deleted.len(), 2);
//! client.delete(&image, DeleteOptions::default()).await?;
//! assert!(client.resolve(&image, ocigraph::ResolveOptions::default()).await.is_err());
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! A delete retains a manifest that has another tag, or that an index outside the graph lists, and
//! reports it in [`DeleteReport::kept`]. An interrupted delete can be run again.
//!
//! # Registries and credentials
//!
//! By default, a client uses the credentials that other tools have stored: the configuration files
//! of docker and of the containers tools, and the credential helpers that these files name.
//! [`Credentials`] and [`ClientConfig`] choose others. A credential is sent only to the scheme,
//! host and port that asked for it.
//!
//! ```no_run
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use ocigraph::{Client, Credential, DiscoverOptions, Reference};
//!
//! let client = Client::with_credential(Credential::password("user", "secret"));
//! let image: Reference = "registry.example.com/app:v1".parse()?;
//! let graph = client.discover(&image, DiscoverOptions::default()).await?;
//! println!("{graph}");
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! A [`CredentialSource`] is asked when a registry requires a credential:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use ocigraph::{Client, ClientConfig, Credential, CredentialSource, Credentials, Host, Result};
//!
//! struct Vault;
//!
//! #[async_trait::async_trait]
//! impl CredentialSource for Vault {
//!     async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
//!         let token = format!("the token for {repository} of {host}");
//!         Ok(Some(Credential::registry_token(token)))
//!     }
//! }
//!
//! let client = Client::with_config(ClientConfig::default().credentials(Credentials::Callback(Arc::new(Vault))));
//! ```
//!
//! A registry on this machine (`localhost` and loopback addresses) is used over plain HTTP by
//! default, every other registry over TLS. [`ClientConfig`] also sets certificates, proxies and
//! headers.
//!
//! # Progress
//!
//! [`Progress`] calls a function for each [`Event`]: a transfer has started, has reached a
//! position, or has finished with an [`Outcome`].
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let image: ocigraph::Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse()?;
//! use ocigraph::{Client, Event, File, Progress, PushOptions};
//!
//! let progress = Progress::new(|event| {
//!     if let Event::Finished { blob, outcome, .. } = event {
//!         println!("{} {} ({} bytes)", outcome.name(), blob.digest, blob.size);
//!     }
//! });
//! let files = vec![File::bytes("app.bin", "the program")];
//! Client::new().push(&image, PushOptions::default().files(files).progress(progress)).await?;
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! # Cancellation
//!
//! To cancel an operation, drop its future, for example with `tokio::select!` or
//! `tokio::time::timeout`. It leaves no temporary file, lock or upload session behind. A thread
//! that is writing to a file at that moment removes it shortly after, and a task of the runtime
//! cancels the upload sessions at the registry; [`Cleanup`] waits for both. A program that ends
//! after a cancellation, or that shuts its runtime down, must wait.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let image: ocigraph::Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse()?;
//! use std::time::Duration;
//!
//! use ocigraph::{Cleanup, Client, PullOptions};
//!
//! let (client, cleanup) = (Client::new(), Cleanup::default());
//! let pull = cleanup.scope(client.pull(&image, PullOptions::default()));
//! match tokio::time::timeout(Duration::from_secs(60), pull).await {
//!     Ok(pulled) => println!("pulled: {}", pulled.is_ok()),
//!     Err(_) => {
//!         cleanup.wait(Duration::from_secs(2)).await;
//!         println!("cancelled, and cleaned up");
//!     }
//! }
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! # Errors
//!
//! Every failure is an [`Error`]. Its [`Code`] is the same in every language that ocigraph
//! supports, and its text states the operation, the reference, what went wrong and what to try.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let missing: ocigraph::Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse()?;
//! use ocigraph::{Client, Code};
//!
//! let error = Client::new().resolve(&missing, Default::default()).await.unwrap_err();
//! assert_eq!(error.code(), Code::NotFound);
//! assert_eq!(error.operation(), Some("resolve"));
//! if error.is_retryable() {
//!     // A later attempt may succeed; a registry may have stated when.
//!     println!("try again after {:?}", error.retry_after());
//! }
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! Requests are retried inside an operation, as far as that is safe. [`Code::Incomplete`] means
//! that a list could be read only in part. [`Client::list_tags`], [`Client::list_manifests`] and
//! `DiscoverOptions::allow_incomplete` return the part that could be read.
//!
//! # Limits
//!
//! Everything that a registry sends has a bound, and so has every wait. [`Limits`] sets them: time
//! limits, attempts of a request, sizes of manifests and lists. They apply to image layouts as
//! well. `UnpackLimits` bounds what a pull unpacks from an archive. Memory does not grow with the
//! size of the content.
//!
//! ```
//! use std::time::Duration;
//!
//! use ocigraph::{Client, ClientConfig, Limits};
//!
//! let limits = Limits::default().stall_timeout(Duration::from_secs(20)).max_attempts(2);
//! let client = Client::with_config(ClientConfig::default().limits(limits));
//! ```
//!
//! # A store of your own
//!
//! Implement [`ReadStore`] to read from a store of your own, and [`Store`] to write to it. Then run
//! the functions of [`operation`] over it, or give a [`Store`] to a client with
//! [`Client::with_store`]: the client uses it for every reference to that location. The operations
//! check everything that the store returns. An implementation needs the crates `async-trait` and
//! `futures`.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::collections::BTreeMap;
//!
//! use ocigraph::{
//!     Algorithm, ByteStream, Code, Descriptor, Digest, DiscoverOptions, Error, List, Manifest,
//!     ReadStore, Result, TagOrDigest, operation,
//! };
//!
//! /// Manifests in memory, by tag. It has no blobs.
//! #[derive(Debug)]
//! struct Tagged(BTreeMap<String, Manifest>);
//!
//! fn not_found(what: impl std::fmt::Display) -> Error {
//!     Error::new(Code::NotFound, format!("{what} does not exist"))
//! }
//!
//! #[async_trait::async_trait]
//! impl ReadStore for Tagged {
//!     async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
//!         Ok(self.fetch_manifest(name).await?.descriptor())
//!     }
//!
//!     async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
//!         let found = match name {
//!             TagOrDigest::Tag(tag) => self.0.get(tag),
//!             TagOrDigest::Digest(digest) => self.0.values().find(|m| m.digest() == digest),
//!         };
//!         found.cloned().ok_or_else(|| not_found(name))
//!     }
//!
//!     async fn has_blob(&self, _blob: &Descriptor) -> Result<bool> {
//!         Ok(false)
//!     }
//!
//!     async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
//!         Err(not_found(digest))
//!     }
//!
//!     async fn fetch_blob(&self, blob: &Descriptor, _offset: u64) -> Result<ByteStream> {
//!         Err(not_found(&blob.digest))
//!     }
//!
//!     async fn referrers(
//!         &self,
//!         subject: &Digest,
//!         artifact_type: Option<&str>,
//!     ) -> Result<List<Descriptor>> {
//!         let referrers = self.0.values().filter(|m| {
//!             m.subject().is_some_and(|s| s.digest == *subject)
//!                 && artifact_type.is_none_or(|t| m.artifact_type() == Some(t))
//!         });
//!         Ok(referrers.map(Manifest::descriptor).collect::<Vec<_>>().into())
//!     }
//!
//!     async fn tags(&self) -> Result<List<String>> {
//!         Ok(self.0.keys().cloned().collect::<Vec<_>>().into())
//!     }
//! }
//!
//! let manifest = Manifest::parse(r#"{"manifests":[]}"#.into(), None, Algorithm::Sha256)?;
//! let store = Tagged(BTreeMap::from([("v1".to_owned(), manifest)]));
//! let image = "store.example/app:v1".parse()?;
//! let graph = operation::discover(&store, &image, &DiscoverOptions::default()).await?;
//! assert!(graph.is_empty());
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```
//!
//! # Values without I/O
//!
//! References, digests, descriptors, manifests, graphs and errors are values of the crate
//! `ocigraph-types`. This crate re-exports those that its operations use. A program that only reads
//! or writes manifests can depend on that crate alone. [`ManifestBuilder`] writes the manifest of a
//! new artifact, [`IndexBuilder`] an index; [`ToJson`] returns results as the JSON that every language of ocigraph has.
//!
//! # Features
//!
//! | feature | default | content |
//! |---|---|---|
//! | `registry` | yes | registries over HTTP, with credentials and TLS; requires one of the two `rustls-` features |
//! | `layout` | yes | image layouts in a directory |
//! | `archive` | yes | pushes of directories, and pulls that unpack them: tar and gzip; image layouts in a tar archive |
//! | `zstd` | yes | pulls of directories that another tool compressed with zstd |
//! | `rustls-ring` | yes | TLS with the cryptography of `ring` |
//! | `rustls-aws-lc-rs` | no | TLS with the cryptography of `aws-lc-rs` |
//!
//! Without `registry` or `layout`, the values, the operations and the traits of stores remain, for
//! a store of your own.

// A build with fewer stores does not use all that they share.
#![cfg_attr(
    not(all(feature = "registry", feature = "layout", feature = "archive")),
    allow(dead_code)
)]

mod blocking;
mod client;
mod content;
#[cfg(all(test, unix))]
mod fuzz;
pub mod media_type;
pub mod operation;
mod output;
mod per_process;
mod store;

pub use blocking::Cleanup;
pub use client::{Client, ClientConfig};
pub use content::{
    archive::UnpackLimits,
    buffered_content::BufferedContent,
    digest_files::{digest_all, digest_file, digest_files, digest_reader},
    file::{Content, File},
    output_file::OutputFile,
    plain_text::utf8_text,
    progress::{Event, Outcome, Progress},
    small_file::read_small_file,
    source::{ByteStream, FileSource, Repository, Source},
    verified::verified,
};
pub use ocigraph_types::{
    Algorithm, Annotations, Attachment, AttachmentKind, Bytes, Code, Descriptor, Digest,
    DigestError, EMPTY_JSON, Edge, EdgeKind, EdgeKindError, EdgeRef, Edges, Error, Graph, Hasher,
    Host, HostError, HostErrorReason, ImageConfig, IndexBuilder, KeyCase, LayoutTagError,
    LayoutTagErrorReason, ListProblem, Location, Manifest, ManifestBuildError, ManifestBuilder,
    ManifestError, ManifestErrorReason, ManifestFormat, ManifestFormatError, MediaTypeError, Node,
    Platform, PlatformError, Reference, ReferenceError, RegistryError, RepositoryError,
    RepositoryErrorReason, Requirement, RequirementError, Result, SiblingTag, TagError,
    TagOrDigest, ToJson, Verifier, Walk, annotation, check_layout_tag, check_repository, check_tag,
    empty_descriptor, excerpt, json_line, json_text, markup_text, printable,
};
pub use operation::{
    attach::AttachOptions,
    blob::{BlobDeleteOptions, TransferOptions},
    check::{CheckOptions, CheckReport, CheckedRequirement, Presence},
    copy::{CopiedBlobs, CopyOptions, CopyReport, KeptTag},
    delete::{DeleteFailure, DeleteOptions, DeleteReport, RetainedManifest},
    discover::{DiscoverOptions, DiscoverSummary, DiscoveredRow},
    index::{IndexCreateOptions, IndexResult, IndexUpdateOptions},
    manifest::ResolveOptions,
    migrate::{
        AttachmentForm, KeptAttachment, MigrateOptions, MigrateReport, Migration, MigrationKind,
        RemovedAttachment,
    },
    prune::{
        KeepCause, KeptManifest, PruneCause, PruneFailure, PruneOptions, PruneReport, PrunedKind,
        PrunedManifest, PrunedRepository, RefusedManifest,
    },
    pull::{PullOptions, PullResult, PulledFile},
    push::{PushOptions, PushResult, PushedBlob},
    rows::{RowSink, Rows},
    sweep::{SweepCoverage, SweepOptions, SweepRow, SweepStatus, SweepSummary},
    sync::{SyncOptions, SyncOutcome, SyncRow, SyncSummary},
    tag::UntagOptions,
    verify::{Problem, ProblemKind, VerifyOptions, VerifyReport},
};
pub use store::{
    ManifestDeletion, ReadStore, ReferrerLists, ReferrersDetail, ReferrersPart, Store, StoredBlob,
    catalog::{Attributes, ManifestInfo, TagInfo},
    limits::Limits,
    list::List,
    memory_budget::Memory,
};
#[cfg(feature = "layout")]
pub use {
    content::transfer_buffers::TransferBuffers,
    operation::{
        backup::{ArchivedTag, BackupOptions, BackupReport},
        restore::{RestoreOptions, RestoreReport},
    },
    store::layout::{BlobUpload, LastBatch, Layout, OpenBlob},
};
#[cfg(feature = "registry")]
pub use {
    operation::login::{LoginResult, LogoutResult},
    store::registry::{
        Connection, ReferrersMode, Registry, ResolveOverride,
        auth::{Credential, CredentialSource, Credentials, LoginTarget, Secret, StoredIn},
    },
};

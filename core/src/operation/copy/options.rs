//! The options of a copy.

#[cfg(doc)]
use crate::Code;
use crate::operation::attached::edges::follows;
use crate::{content::progress::Progress, store::client::Client};
use derive_setters::Setters;
use ocigraph_types::{EdgeKind, Platform};

/// Options of [`Client::copy`](crate::Client::copy).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, CopyOptions};
///
/// let source = "registry.example/app:v1".parse()?;
/// let destination = "oci:backup:v1".parse()?;
/// let options = CopyOptions::default().recursive(true);
/// let report = Client::new().copy(&source, &destination, options).await?;
/// println!("{} manifests copied", report.manifests);
/// # Ok(()) }
/// ```
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, CopyOptions, Credential};
///
/// // Each registry gets a credential of its own.
/// let build = Client::with_credential(Credential::password("builder", "secret"));
/// let production = Client::with_credential(Credential::identity_token("another secret"));
/// let source = "build.example/app:v1".parse()?;
/// let destination = "production.example/app:v1".parse()?;
/// let options = CopyOptions::default().recursive(true).destination_client(production);
/// build.copy(&source, &destination, options).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct CopyOptions {
    /// Copies the whole graph: also what is attached to the artifact, to the manifests that an index
    /// lists, and to what is attached. Tags that have a digest, as cosign writes them, keep their
    /// names. Default: false, which copies the artifact, its subject, and what an index lists.
    pub recursive: bool,
    /// A recursive copy follows the edges of this kind alone, for example those to referrers.
    /// Default: all kinds.
    pub only: Option<EdgeKind>,
    /// Copies only the image for this platform if the source is an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. A recursive copy takes the
    /// attestations that the index lists for the image along; one without a subject gets the image as
    /// its subject, and so another digest. Default: the index with all its images.
    pub platform: Option<Platform>,
    /// Copies the images for these platforms, each as `os/arch[/variant]`, if the source is an index.
    /// With several, the destination gets a new index that lists only these images, in the order of the
    /// source; a recursive copy keeps the attestations that the index lists for them. What is attached
    /// to the index of the source is not attached to the new one. One platform has the effect of
    /// `platform`, and both together fail with [INVALID_ARGUMENT](crate::Code::InvalidArgument).
    /// Default: none.
    pub index_platforms: Vec<String>,
    /// Copies foreign layers too. Registries need not store these layers: see [image-spec v1.1.1,
    /// "Non-Distributable Layers"][spec]. Default: false.
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers
    pub foreign: bool,
    /// Checks that the content below every copied manifest exists, also if the destination has the
    /// manifest already, and copies what is missing: a collection of garbage can leave a manifest
    /// without its content. Digests are not computed. Default: false, which checks only the manifest
    /// that the source names and what it lists.
    pub repair: bool,
    /// The client that reaches the destination, with credentials, headers, TLS options and limits of its
    /// own. Neither client sends anything of the other. Within one registry, blobs are then uploaded and
    /// not mounted. Default: none, and one client reaches both source and destination.
    pub destination_client: Option<Client>,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}

impl CopyOptions {
    /// Returns true if the copy follows edges of this kind.
    pub(super) fn follows(&self, kind: EdgeKind) -> bool {
        self.recursive && follows(self.only, kind)
    }
}

//! The options of a pull.

#[cfg(doc)]
use crate::Code;
use derive_setters::Setters;
use std::path::PathBuf;

use crate::content::{archive::UnpackLimits, progress::Progress};
use ocigraph_types::Platform;

/// Options of [`Client::pull`](crate::Client::pull).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, PullOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let options = PullOptions::default().output("sboms").artifact_type("application/vnd.example.sbom");
/// for artifact in Client::new().pull(&reference, options).await? {
///     println!("{}: {} files", artifact.reference, artifact.files.len());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct PullOptions {
    /// The directory to write to. It is created if necessary. Default, also for an empty path:
    /// the current directory.
    #[setters(into)]
    pub output: PathBuf,
    /// Pulls the referrers of this artifact type instead of the artifact itself.
    /// [NOT_FOUND](crate::Code::NotFound) if the artifact has no such referrer. Default: the
    /// artifact that the reference names.
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Selects the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: none; an index
    /// then fails with [INVALID_ARGUMENT](crate::Code::InvalidArgument), because it has no files.
    pub platform: Option<Platform>,
    /// Also pulls the subject of each artifact, the subject of that subject, and so on. Default:
    /// false.
    pub include_subject: bool,
    /// Also writes the blobs without a title, such as the layers of an image, a Helm chart or a Wasm
    /// module. The file has the path in the annotation `org.cncf.model.filepath`, to which the rules
    /// for titles apply; without one, or if the blob is an archive, the name is made from the digest:
    /// `sha256-` and 64 hexadecimal digits. The config and foreign layers are not written. Default:
    /// false, which lists the blobs without a title as skipped.
    pub all: bool,
    /// Also writes the config of the artifact to this file; those of its subjects are not written. A
    /// relative path is below the output directory. Several artifacts with different configs fail with
    /// [CONFLICT](crate::Code::Conflict). An artifact without a config has no such file. Default: none; a
    /// config is then written only if it has a title.
    #[setters(into)]
    pub config_file: Option<PathBuf>,
    /// Writes the config to the file only if it has this media type. It requires `config_file`. Default: any
    /// media type.
    #[setters(into)]
    pub config_media_type: Option<String>,
    /// Does not overwrite existing files. Default: false.
    pub keep_old_files: bool,
    /// Writes to absolute titles and to titles with `..`, also outside the output directory.
    /// Default: false; such a title then fails with [UNSAFE_PATH](crate::Code::UnsafePath).
    pub allow_path_traversal: bool,
    /// Limits for unpacked directories. An archive that exceeds one fails with
    /// [TOO_LARGE](crate::Code::TooLarge).
    pub unpack_limits: UnpackLimits,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}

//! The options of a migration.

use std::{fmt, str::FromStr};

use derive_setters::Setters;
use ocigraph_types::{Code, Error, Result};

/// Options of [`Client::migrate`](crate::Client::migrate).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, MigrateOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let plan = MigrateOptions::default().dry_run(true);
/// let report = Client::new().migrate(&reference, plan).await?;
/// for migration in &report.migrated {
///     println!("{} would become {}", migration.old_manifest.digest, migration.new_manifest.digest);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct MigrateOptions {
    /// The form that attachments get. Default: [`AttachmentForm::Referrers`].
    pub to: AttachmentForm,
    /// Makes the report without writing or deleting anything. Default: false.
    pub dry_run: bool,
    /// Deletes the old form of each attachment after the new form was read back. Retained is a manifest
    /// with another tag, one that an index lists, and one with attachments of its own. Default: false,
    /// which leaves the old form in place.
    pub remove_old: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

/// The form in which a migration leaves what is attached to a manifest.
///
/// ```
/// use ocigraph::AttachmentForm;
///
/// assert_eq!("tags".parse::<AttachmentForm>()?, AttachmentForm::Tags);
/// assert_eq!(AttachmentForm::default(), AttachmentForm::Referrers);
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AttachmentForm {
    /// The default: OCI 1.1 image manifests with a `subject`, which the referrers API lists where the
    /// registry has it.
    #[default]
    Referrers,
    /// The tags `sha256-<hex>.sig`, `.att` and `.sbom` of cosign, and the fallback tag for all other
    /// referrers.
    Tags,
}

/// Parses `referrers` or `tags`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text.
impl FromStr for AttachmentForm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "referrers" => Ok(Self::Referrers),
            "tags" => Ok(Self::Tags),
            _ => {
                let message =
                    format!("invalid form of attachments {text:?}: expected referrers or tags");
                Err(Error::new(Code::InvalidArgument, message))
            }
        }
    }
}

impl fmt::Display for AttachmentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Referrers => "referrers",
            Self::Tags => "tags",
        })
    }
}

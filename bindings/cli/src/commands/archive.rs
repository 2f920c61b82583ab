//! `backup` and `restore`: repositories in one archive or directory, and back.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use clap::Args;
use ocigraph::{
    ArchivedTag, BackupOptions, BackupReport, Descriptor, KeptTag, KeyCase, Reference,
    RestoreOptions, RestoreReport, Result, ToJson, printable,
};

use crate::{
    ExitCode,
    args::{Common, usage},
    format::FormatArg,
    output,
    progress::{backups, restores},
};

#[derive(Debug, Args)]
#[command(after_help = "\
A path that ends with .tar is an archive. It appears when it is complete, and the same content gives
the same bytes. Any other path is a directory: a second backup of the same repositories adds what is
new, and one that would take a tag of another repository away fails. Both are OCI image layouts, which
every command reads as oci:PATH.

What --since names is read and verified. What a directory has already is not read: `ocigraph verify`
checks it. A referrer that a registry lists and does not have is reported as missing, and the command
then exits with 1.

Without a tag, all tags of a repository are backed up. In a backup of several repositories, each tag
is named registry.example.com/app:v1.

EXAMPLES
  ocigraph backup -o app.tar registry.example.com/app:v1,v2
  ocigraph backup -o all.tar --include-referrers registry.example.com/app registry.example.com/base
  ocigraph backup -o tuesday.tar --since monday.tar --include-referrers registry.example.com/app
  ocigraph discover oci:all.tar:registry.example.com/app:v1")]
pub(crate) struct BackupArgs {
    /// Repositories to back up: host/repository[:tag[,tag…]][@digest], or one layout
    #[arg(required = true, value_name = "REFERENCE")]
    pub(crate) references: Vec<Reference>,
    /// Archive (FILE.tar) or directory to write
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    /// Also back up everything attached: signatures, SBoMs and other referrers
    #[arg(short = 'r', long, visible_alias = "recursive")]
    include_referrers: bool,
    /// Store only what this earlier archive or directory lacks; a restore needs both
    #[arg(long, value_name = "PATH")]
    since: Option<PathBuf>,
    /// Print what would be stored, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Restores what `ocigraph backup`, `oras backup` or another tool has written. An archive that was
written with --since needs the earlier archive too: pass --input again.

An archive of one repository is restored to the repository that you name: all tags, or those that you
name. An archive of several is restored to a registry, or below a prefix: each repository keeps its
path. With --repository, one of them is restored to the repository that you name.

Tags are set after everything was sent and verified, one repository after another. The command can be
repeated.

EXAMPLES
  ocigraph restore --input app.tar registry.example.com/app:v1
  ocigraph restore --input all.tar --dry-run backup.example.com/team
  ocigraph restore --input tuesday.tar --input monday.tar registry.example.com/app
  ocigraph restore --input all.tar --repository registry.example.com/app oci:folder")]
pub(crate) struct RestoreArgs {
    /// Destination: host/repository[:tag[,tag…]], host[/prefix] for several repositories, or oci:PATH
    pub(crate) destination: Destination,
    /// Archive or directory to restore; the first has the tags, others the content that it lacks
    #[arg(short, long = "input", value_name = "PATH", required = true)]
    inputs: Vec<PathBuf>,
    /// Restore this repository of an archive of several
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
    /// Restore the tagged artifacts without what is attached to them
    #[arg(long)]
    exclude_referrers: bool,
    /// Print what would be sent, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: FormatArg,
}

/// What the user typed as the destination. The core says what is wrong with it.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    typed: String,
    /// The destination, unless it is a registry.
    pub(crate) reference: Option<Reference>,
}

impl FromStr for Destination {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(Self { typed: text.to_owned(), reference: text.parse().ok() })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

pub(crate) async fn backup(common: &Common, args: BackupArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    if let Some(path) = args.output.to_str().and_then(|output| output.strip_prefix("oci:")) {
        return Err(usage("--output is a path, and not a reference")
            .with_hint(format!("write --output {path}")));
    }
    let name = args.output.to_string_lossy().to_ascii_lowercase();
    if [".tgz", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2"].iter().any(|end| name.ends_with(end))
    {
        let output = args.output.display();
        return Err(usage(format!("{output} would be a directory: an archive is not compressed"))
            .with_hint("let the name end with .tar, and compress the archive afterwards"));
    }
    let mut options = BackupOptions::default();
    options.recursive = args.include_referrers;
    options.since = args.since;
    options.dry_run = args.dry_run;
    options.concurrency = common.concurrency();
    options.progress = backups(common, &format);
    let report = common.client()?.backup(&args.references, &args.output, options).await?;
    format.print(|| report.to_json(KeyCase::Camel), || print_backup(&report))?;
    Ok(code(&report.kept_tags, &report.missing))
}

pub(crate) async fn restore(common: &Common, args: RestoreArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    let mut options = RestoreOptions::default();
    options.repository = args.repository;
    options.exclude_referrers = args.exclude_referrers;
    options.dry_run = args.dry_run;
    options.concurrency = common.concurrency();
    options.progress = if args.dry_run { Default::default() } else { restores(common, &format) };
    let destination = &args.destination.typed;
    let report = common.client()?.restore(&args.inputs, destination, options).await?;
    let text = || print_restore(&report, &args.destination);
    format.print(|| report.to_json(KeyCase::Camel), text)?;
    Ok(code(&report.kept_tags, &report.missing))
}

/// A script must not take a backup or a restore for complete that lacks something.
fn code(kept: &[KeptTag], missing: &[Descriptor]) -> ExitCode {
    if kept.is_empty() && missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_backup(report: &BackupReport) {
    let done = if report.dry_run { "Would back up" } else { "Backed up" };
    print_tags(done, &report.tags);
    for missing in &report.missing {
        output::line(&format!("Missing: the listed referrer {}", missing.digest));
    }
    print_kept("backed up", &report.kept_tags);
    let existing = match report.existing_blobs {
        0 => String::new(),
        n => format!("; {n} blobs exist"),
    };
    output::line(&format!(
        "{done} {} to {}: {} and {}, {} bytes{existing}",
        names(&report.tags),
        report.output.display(),
        number(report.manifests, "manifest"),
        number(report.blobs, "blob"),
        report.bytes,
    ));
}

fn print_restore(report: &RestoreReport, destination: &Destination) {
    let done = if report.dry_run { "Would restore" } else { "Restored" };
    print_tags(done, &report.tags);
    for missing in &report.missing {
        output::line(&format!("Missing: the listed referrer {}", missing.digest));
    }
    print_kept("restored", &report.kept_tags);
    let existing = match report.blobs.existed {
        0 => String::new(),
        n => format!("; {n} blobs exist"),
    };
    output::line(&format!(
        "{done} {} to {destination}: {} and {}, {} bytes{existing}",
        names(&report.tags),
        number(report.manifests, "manifest"),
        number(report.blobs.copied + report.blobs.mounted, "blob"),
        report.bytes,
    ));
}

fn print_tags(done: &str, tags: &[ArchivedTag]) {
    for tag in tags {
        output::line(&format!(
            "{done} {} {}",
            printable(&tag.reference.to_string()),
            tag.descriptor.digest
        ));
    }
}

/// Returns how many tags there are, and how many manifests that have only their digests.
fn names(tags: &[ArchivedTag]) -> String {
    let digests = tags.iter().filter(|tag| tag.reference.tags().is_empty()).count();
    match (tags.len() - digests, digests) {
        (tags, 0) => number(tags, "tag"),
        (0, digests) => number(digests, "digest"),
        (tags, digests) => format!("{} and {}", number(tags, "tag"), number(digests, "digest")),
    }
}

fn print_kept(done: &str, tags: &[KeptTag]) {
    for kept in tags {
        let reason = printable(&kept.reason);
        output::line(&format!("Not {done}: the tag {}: {reason}", printable(&kept.tag)));
    }
}

fn number(n: usize, of: &str) -> String {
    if n == 1 { format!("1 {of}") } else { format!("{n} {of}s") }
}

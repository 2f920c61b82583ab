//! `pull`: writes the files of an artifact to a directory.

use std::path::PathBuf;

use clap::Args;
use ocigraph::{Code, Error, Outcome, Platform, PullOptions, PullResult, Result, media_type};
use serde_json::Value;

use crate::{
    ExitCode,
    args::{Common, count},
    format::FormatArg,
    output,
    progress::downloads,
    shapes,
    target::{LayoutArgs, Target, TargetText},
};

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph pull registry.example.com/app@sha256:… -o ./download
  ocigraph pull registry.example.com/app:v1 --artifact-type readme/example -o ./download
  ocigraph pull --all registry.example.com/charts/app:1.0.0 -o ./download

Without --all, an artifact of which no blob has a title has no files: the command then writes nothing
and exits with 1.")]
pub(crate) struct PullArgs {
    /// Artifact to pull or, with --artifact-type, whose referrers to pull
    pub(crate) target: TargetText,
    /// Directory to write to
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// Pull the referrers of this type instead of the artifact itself
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Pull the image for this platform from an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Also pull the subject of the artifact, its subject, and so on
    #[arg(long)]
    include_subject: bool,
    /// Ignored: pull always writes files of all media types
    #[arg(short = 'a', long)]
    allow_all: bool,
    /// Also write blobs without a title, under the path in org.cncf.model.filepath or their digest
    #[arg(long)]
    all: bool,
    /// Also write the config to this file, below the directory unless the path is absolute; with a media
    /// type, only a config of that type
    #[arg(long, value_name = "FILE[:MEDIA/TYPE]")]
    config: Option<String>,
    /// Do not replace existing files
    #[arg(short, long)]
    keep_old_files: bool,
    /// Allow titles that are paths outside the directory
    #[arg(short = 'T', long)]
    allow_path_traversal: bool,
    /// Maximum number of files, directories and links in a packed directory. Default: 1,000,000
    #[arg(long, value_name = "N", value_parser = count, hide_short_help = true)]
    unpack_limit_entries: Option<u64>,
    /// Maximum size of the uncompressed archive of a packed directory. Default: 64 GiB
    #[arg(long, value_name = "BYTES", value_parser = count, hide_short_help = true)]
    unpack_limit_bytes: Option<u64>,
    /// Maximum ratio of uncompressed to compressed size, beyond 64 MiB. Default: 1,000
    #[arg(long, value_name = "N", value_parser = count, hide_short_help = true)]
    unpack_limit_ratio: Option<u64>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

pub(crate) async fn pull(common: &Common, args: PullArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let mut options = PullOptions::default();
    options.output = args.output;
    options.artifact_type.clone_from(&args.artifact_type);
    options.platform = args.platform;
    options.include_subject = args.include_subject;
    options.all = args.all;
    if let Some(text) = &args.config {
        let (path, media_type) = match text.rsplit_once(':') {
            Some((path, kind)) if media_type::is_valid(kind) => (path, Some(kind.to_owned())),
            _ => (text.as_str(), None),
        };
        options.config_file = Some(path.into());
        options.config_media_type = media_type;
    }
    options.keep_old_files = args.keep_old_files;
    options.allow_path_traversal = args.allow_path_traversal;
    let limits = &mut options.unpack_limits;
    limits.entries = args.unpack_limit_entries.unwrap_or(limits.entries);
    limits.bytes = args.unpack_limit_bytes.unwrap_or(limits.bytes);
    limits.ratio = args.unpack_limit_ratio.unwrap_or(limits.ratio);
    options.concurrency = common.concurrency();
    options.progress = downloads(common, &format);
    let pulled = common.client()?.pull(&target.reference, options).await?;
    let mut values: Vec<Value> =
        pulled.iter().map(|artifact| shapes::pulled(&target, artifact)).collect::<Result<_>>()?;
    // A pull without --artifact-type yields one artifact, so its result is not a list.
    let json = || if values.len() == 1 { values.remove(0) } else { values.into() };
    // The reference that was typed names one artifact. Others are named by their digests.
    let is_one = args.artifact_type.is_none() && pulled.len() == 1;
    let text = || {
        if common.as_oras && pulled.iter().any(|artifact| !artifact.skipped.is_empty()) {
            return skipped_as_oras(&target);
        }
        for artifact in &pulled {
            let named = match is_one {
                true => target.clone(),
                false => target.with(artifact.reference.clone()),
            };
            print(artifact, &named, common);
        }
    };
    format.print(json, text)?;
    let skipped = pulled.iter().map(|artifact| artifact.skipped.len()).sum();
    let kept = pulled.iter().flat_map(|artifact| &artifact.files);
    if common.as_oras && kept.into_iter().any(|file| file.outcome == Outcome::KeptExisting) {
        let message = "a file exists with other content and was not replaced";
        return Err(Error::new(Code::AlreadyExists, message).with_operation("pull", &target));
    }
    let is_empty = pulled.iter().all(|artifact| artifact.files.is_empty());
    // ORAS succeeds then, and so does a script that runs this command as `oras`.
    if skipped > 0 && is_empty && !common.as_oras {
        return Err(wrote_nothing(skipped, args.all).with_operation("pull", &target));
    }
    if skipped > 0 && !args.all && !common.quiet {
        let blobs = blobs(skipped);
        output::note(&format!("Skipped {blobs} without a title; pass --all to write them too"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what ORAS prints in place of a result if it has skipped something.
fn skipped_as_oras(target: &Target) {
    output::line("Skipped pulling layers without file name in \"org.opencontainers.image.title\"");
    output::line(&format!(
        "Use 'oras copy {target} --to-oci-layout <layout-dir>' to pull all layers."
    ));
}

fn print(artifact: &PullResult, named: &Target, common: &Common) {
    for blob in artifact.skipped.iter().filter(|_| !common.quiet) {
        let kind = output::kind(blob);
        let why = if blob.is_foreign() { "it is a foreign layer" } else { "it has no title" };
        output::note(&format!("Skipped {} ({kind}): {why}", blob.digest));
    }
    let did = match artifact.files.is_empty() && !common.as_oras {
        true => "Wrote no file of",
        false => "Pulled",
    };
    output::line(&format!("{did} {}", named.with_kind()));
    output::line(&format!("Digest: {}", artifact.descriptor.digest));
}

/// Returns the error for an artifact with blobs of which none was written: a script that only reads
/// the exit code would take an empty directory for the artifact.
fn wrote_nothing(skipped: usize, all: bool) -> Error {
    let blobs = blobs(skipped);
    if all {
        return Error::new(Code::NotFound, format!("wrote no file: skipped {blobs}, all foreign"))
            .with_hint("fetch foreign layers from the URLs that `ocigraph manifest fetch` shows");
    }
    Error::new(Code::NotFound, format!("wrote no file: skipped {blobs} without a title"))
        .with_hint("pass --all to write them under names made from their digests")
}

fn blobs(number: usize) -> String {
    format!("{number} {}", if number == 1 { "blob" } else { "blobs" })
}

//! `pull`.

use std::path::PathBuf;

use clap::Args;
use ocigraph::{Platform, PullOptions, PullResult, Reference, Result};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg},
    output,
    progress::finished,
};

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph pull registry.example.com/app@sha256:… -o ./download
  ocigraph pull registry.example.com/app:v1 --artifact-type readme/example -o ./download")]
pub(crate) struct PullArgs {
    /// What to pull; with --artifact-type, its referrers of that type
    target: Reference,
    /// Directory to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// Pull the referrers of this type instead
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Of an index, pull the image for this platform
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Pull also what the artifact refers to, and what that refers to in turn
    #[arg(long)]
    include_subject: bool,
    /// Does nothing: files of all media types are pulled
    #[arg(short = 'a', long)]
    allow_all: bool,
    /// Leave files that are there already
    #[arg(short, long)]
    keep_old_files: bool,
    /// Write where titles say, even outside the directory
    #[arg(long)]
    allow_path_traversal: bool,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn pull(common: &Common, args: PullArgs) -> Result<ExitCode> {
    let options = PullOptions {
        output: args.output,
        artifact_type: args.artifact_type,
        platform: args.platform,
        include_subject: args.include_subject,
        keep_old_files: args.keep_old_files,
        allow_path_traversal: args.allow_path_traversal,
        concurrency: common.concurrency(),
        progress: finished(common),
        ..PullOptions::default()
    };
    let pulled = common.client()?.pull(&args.target, options).await?;
    match (args.format.format, pulled.as_slice()) {
        (Format::Text, _) => pulled.iter().for_each(|artifact| print(artifact, common.quiet)),
        // One artifact is printed as itself: that is what a reference or a digest gives.
        (Format::Json, [one]) => output::result(one),
        (Format::Json, all) => output::result(all),
    }
    Ok(ExitCode::SUCCESS)
}

fn print(artifact: &PullResult, quiet: bool) {
    for blob in artifact.skipped.iter().filter(|_| !quiet) {
        let kind = output::kind(blob);
        output::note(&format!("Skipped {} ({kind}): it has no title", blob.digest));
    }
    output::line(&format!("Pulled {}", artifact.reference));
    output::line(&format!("Digest: {}", artifact.descriptor.digest));
}

//! `copy`: copies an artifact or its graph to another location.

use clap::Args;
use ocigraph::{CopyOptions, Platform, Result};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, OnlyArg, Target, usage},
    output,
    progress::finished,
    sides::{self, FromArgs, ToArgs},
};

#[derive(Debug, Args)]
#[command(after_help = "\
The flags under Registry apply to both registries. Most of them also exist for one: with --from- for
the source and with --to- for the destination, such as --from-username and --to-ca-file. These take
precedence. `--help` lists them.

EXAMPLES
  ocigraph copy -r registry.example.com/app:v1 oci:backup/app:v1
  ocigraph copy oci:backup/app:v1 other.example.com/app:v1,latest
  ocigraph copy build.example.com/app:v1 production.example.com/app:v1 \\
      --from-registry-config build.json --to-username ada --to-password-stdin < password")]
pub(crate) struct CopyArgs {
    /// Artifact to copy
    pub(crate) source: Target,
    /// Destination: host/repository[:tag[,tag…]] or oci:PATH[:tag[,tag…]]
    pub(crate) destination: Target,
    /// Also copy everything attached to the artifact and to the images of an index
    #[arg(short, long)]
    recursive: bool,
    /// Copy only the image for this platform from an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Also copy foreign layers, which a registry is not required to store
    #[arg(long)]
    foreign: bool,
    /// Also check what the destination has already, and copy what is missing below it; with -r also referrers
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    only: OnlyArg,
    #[command(flatten)]
    format: FormatArg,
    // The last fields: clap prints their headings above every argument that follows.
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

pub(crate) async fn copy(common: &Common, args: CopyArgs) -> Result<ExitCode> {
    let mut options = CopyOptions::default();
    if args.only.kind().is_some() && !args.recursive {
        return Err(usage("--only needs --recursive: without it, nothing attached is copied"));
    }
    options.recursive = args.recursive;
    options.platform = args.platform;
    options.foreign = args.foreign;
    options.repair = args.repair;
    options.only = args.only.kind();
    options.concurrency = common.concurrency();
    options.progress = finished(common);
    let (from, to) = (&args.source.reference, &args.destination.reference);
    let (client, destination_client) =
        sides::clients(common, (&args.from, &args.source), (&args.to, &args.destination))?;
    options.destination_client = destination_client;
    let copied = client.copy(from, to, options).await?;
    match args.format.format {
        Format::Text => {
            output::line(&format!("Copied {} => {}", args.source, args.destination));
            output::line(&format!("Digest: {}", copied.descriptor.digest));
            for kept in &copied.kept_tags {
                let reason = ocigraph::printable(&kept.reason);
                output::line(&format!("Not copied: the tag {}: {reason}", kept.tag));
            }
        }
        Format::Json => output::result(&copied),
    }
    Ok(if copied.kept_tags.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

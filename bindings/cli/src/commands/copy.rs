//! `copy`: copies an artifact or its graph to another location.

use clap::Args;
use ocigraph::{CopyOptions, KeyCase, Result, ToJson};

use crate::{
    ExitCode,
    args::{Common, OnlyArg, usage},
    format::FormatArg,
    output,
    progress::copies,
    sides::{self, FromArgs, FromLayoutArgs, ToArgs, ToLayoutArgs},
    target::{LayoutArgs, Target, TargetText},
};

#[derive(Debug, Args)]
#[command(after_help = "\
The flags under Registry apply to both registries. Most of them also exist for one: with --from- for
the source and with --to- for the destination, such as --from-username and --to-ca-file. These take
precedence. `--help` lists them.

EXAMPLES
  ocigraph copy -r registry.example.com/app:v1 oci:backup/app:v1
  ocigraph copy oci:backup/app:v1 other.example.com/app:v1,latest
  ocigraph copy --platform linux/amd64,linux/arm64 registry.example.com/app:v1 oci:edge:v1
  ocigraph copy build.example.com/app:v1 production.example.com/app:v1 \\
      --from-registry-config build.json --to-username ada --to-password-stdin < password")]
pub(crate) struct CopyArgs {
    /// Artifact to copy
    source: TargetText,
    /// Destination: host/repository[:tag[,tag…]] or oci:PATH[:tag[,tag…]]
    destination: TargetText,
    /// Also copy everything attached to the artifact and to the images of an index
    #[arg(short, long)]
    recursive: bool,
    /// Copy only the image for this platform from an index. With several platforms, separated by commas
    /// or with the flag repeated, copy a new index that lists only their images
    #[arg(long = "platform", value_name = "OS/ARCH[/VARIANT]", value_delimiter = ',')]
    platforms: Vec<String>,
    /// Also copy foreign layers, which a registry is not required to store
    #[arg(long)]
    foreign: bool,
    /// Also check what the destination has already, and copy what is missing below it; with -r also referrers
    #[arg(long, visible_alias = "force")]
    repair: bool,
    #[command(flatten)]
    only: OnlyArg,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    from_layout: FromLayoutArgs,
    #[command(flatten)]
    to_layout: ToLayoutArgs,
    // The last fields: clap prints their headings above every argument that follows.
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) to: ToArgs,
}

impl CopyArgs {
    /// Returns the source and the destination.
    pub(crate) fn targets(&self) -> Result<(Target, Target)> {
        let source = LayoutArgs::from(&self.from_layout).target(&self.source)?;
        let destination = LayoutArgs::from(&self.to_layout).target(&self.destination)?;
        Ok((source, destination))
    }
}

pub(crate) async fn copy(common: &Common, args: CopyArgs) -> Result<ExitCode> {
    let ((source, destination), format) = (args.targets()?, args.format.open()?);
    let mut options = CopyOptions::default();
    if args.only.kind().is_some() && !args.recursive {
        return Err(usage("--only needs --recursive: without it, nothing attached is copied"));
    }
    options.recursive = args.recursive;
    options.index_platforms = args.platforms;
    options.foreign = args.foreign;
    options.repair = args.repair;
    options.only = args.only.kind();
    options.concurrency = common.concurrency();
    options.progress = copies(common, &format);
    let (client, destination_client) =
        sides::clients(common, (&args.from, &source), (&args.to, &destination))?;
    options.destination_client = destination_client;
    let copied = client.copy(&source.reference, &destination.reference, options).await?;
    let text = || {
        let copied_to = format!("Copied {} =>", source.with_kind());
        output::pushed(&copied_to, &destination);
        output::line(&format!("Digest: {}", copied.descriptor.digest));
        for kept in &copied.kept_tags {
            let reason = ocigraph::printable(&kept.reason);
            output::line(&format!("Not copied: the tag {}: {reason}", kept.tag));
        }
    };
    format.print(|| copied.to_json(KeyCase::Camel), text)?;
    Ok(if copied.kept_tags.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

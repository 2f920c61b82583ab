//! `tag`, `untag` and `resolve`: add, remove and look up tags.

use clap::Args;
use ocigraph::{KeyCase, Platform, Reference, ResolveOptions, Result, ToJson};
use serde_json::json;

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph tag registry.example.com/app:v1 stable latest")]
pub(crate) struct TagArgs {
    /// Artifact to tag
    target: Reference,
    /// Tags to add
    #[arg(required = true, value_name = "TAG")]
    tags: Vec<String>,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph untag registry.example.com/app:stable,latest")]
pub(crate) struct UntagArgs {
    /// Tags to remove: host/repository:tag[,tag…] or oci:PATH:tag[,tag…]
    target: Reference,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph resolve registry.example.com/app:v1")]
pub(crate) struct ResolveArgs {
    /// Reference: host/repository[:tag][@digest] or oci:PATH[:tag][@digest]
    target: Reference,
    /// Resolve to the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn tag(common: &Common, args: TagArgs) -> Result<ExitCode> {
    let descriptor = common.client()?.tag(&args.target, &args.tags).await?;
    match args.format.format {
        Format::Text => {
            for tag in &args.tags {
                output::line(&format!("Tagged {tag} {}", descriptor.digest));
            }
        }
        Format::Json => {
            let descriptor = descriptor.to_json(KeyCase::Camel);
            output::json(&json!({ "descriptor": descriptor, "tags": args.tags }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn untag(common: &Common, args: UntagArgs) -> Result<ExitCode> {
    common.client()?.untag(&args.target).await?;
    match args.format.format {
        Format::Text => {
            for tag in args.target.tags() {
                output::line(&format!("Untagged {tag}"));
            }
        }
        Format::Json => output::json(&json!({ "untagged": args.target.tags() })),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn resolve(common: &Common, args: ResolveArgs) -> Result<ExitCode> {
    let descriptor =
        common.client()?.resolve(&args.target, ResolveOptions::for_platform(args.platform)).await?;
    match args.format.format {
        Format::Text => output::line(descriptor.digest.as_str()),
        Format::Json => output::result(&descriptor),
    }
    Ok(ExitCode::SUCCESS)
}

//! `tag`, `untag` and `resolve`: add, remove and look up tags.

use clap::Args;
use ocigraph::{Code, KeyCase, Platform, Reference, ResolveOptions, Result, ToJson, UntagOptions};
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
    pub(crate) target: Reference,
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
    pub(crate) target: Reference,
    /// Succeed if a tag does not exist
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph resolve registry.example.com/app:v1")]
pub(crate) struct ResolveArgs {
    /// Reference: host/repository[:tag][@digest] or oci:PATH[:tag][@digest]
    pub(crate) target: Reference,
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
    let untagged = match args.if_exists {
        true => untag_existing(common, &args.target).await?,
        false => {
            common.client()?.untag(&args.target, UntagOptions::default()).await?;
            args.target.tags().to_vec()
        }
    };
    match args.format.format {
        Format::Text => {
            for tag in args.target.tags() {
                match untagged.contains(tag) {
                    true => output::line(&format!("Untagged {tag}")),
                    false => output::note(&format!("The tag {tag} does not exist.")),
                }
            }
        }
        Format::Json => output::json(&json!({ "untagged": untagged })),
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes the tags of a reference that exist. Returns them.
async fn untag_existing(common: &Common, target: &Reference) -> Result<Vec<String>> {
    let client = common.client()?;
    if target.tags().is_empty() {
        client.untag(target, UntagOptions::default().if_exists(true)).await?;
    }
    let mut untagged = Vec::new();
    for tag in target.tags() {
        let location = target.location().clone();
        let one = Reference::named(location, std::slice::from_ref(tag), target.digest().cloned())?;
        match client.untag(&one, UntagOptions::default()).await {
            Ok(()) => untagged.push(tag.clone()),
            Err(e) if e.code() == Code::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(untagged)
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

//! `tag`, `untag` and `resolve`: add, remove and look up tags.

use clap::Args;
use ocigraph::{Code, KeyCase, Platform, Reference, ResolveOptions, Result, ToJson, UntagOptions};
use serde_json::json;

use crate::{
    ExitCode,
    args::Common,
    format::FormatArg,
    output, shapes,
    target::{LayoutArgs, TargetText, with_kind},
};

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph tag registry.example.com/app:v1 stable latest")]
pub(crate) struct TagArgs {
    /// Artifact to tag
    pub(crate) target: TargetText,
    /// Tags to add
    #[arg(required = true, value_name = "TAG")]
    tags: Vec<String>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph untag registry.example.com/app:stable,latest")]
pub(crate) struct UntagArgs {
    /// Tags to remove: host/repository:tag[,tag…] or oci:PATH:tag[,tag…]
    pub(crate) target: TargetText,
    /// Succeed if a tag does not exist
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph resolve registry.example.com/app:v1")]
pub(crate) struct ResolveArgs {
    /// Reference: host/repository[:tag][@digest] or oci:PATH[:tag][@digest]
    pub(crate) target: TargetText,
    /// Resolve to the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Print the whole reference, by digest
    #[arg(short = 'l', long)]
    full_reference: bool,
    /// Media types that the manifest may have; a registry is asked for these alone
    #[arg(long, value_name = "TYPE[,TYPE]", value_delimiter = ',')]
    media_type: Vec<String>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

pub(crate) async fn tag(common: &Common, args: TagArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let descriptor = common.client()?.tag(&target.reference, &args.tags).await?;
    let text = || {
        let named = target.at(&descriptor.digest);
        output::line(&format!("Tagging {}", with_kind(target.reference.location(), named)));
        args.tags.iter().for_each(|tag| output::line(&format!("Tagged {tag}")));
    };
    let json = || shapes::with_descriptor(&target, &descriptor, json!({ "tags": args.tags }));
    format.print(json, text)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn untag(common: &Common, args: UntagArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.reference(&args.target)?, args.format.open()?);
    let untagged = match args.if_exists {
        true => untag_existing(common, &target).await?,
        false => {
            common.client()?.untag(&target, UntagOptions::default()).await?;
            target.tags().to_vec()
        }
    };
    let text = || {
        for tag in target.tags() {
            match untagged.contains(tag) {
                true => output::line(&format!("Untagged {tag}")),
                false => output::note(&format!("The tag {tag} does not exist.")),
            }
        }
    };
    format.print(|| json!({ "untagged": untagged }), text)?;
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
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let options = ResolveOptions::for_platform(args.platform).media_types(args.media_type);
    let descriptor = common.client()?.resolve(&target.reference, options).await?;
    let text = || match args.full_reference {
        true => output::line(&target.at(&descriptor.digest)),
        false => output::line(descriptor.digest.as_str()),
    };
    format.print(|| descriptor.to_json(KeyCase::Camel), text)?;
    Ok(ExitCode::SUCCESS)
}

//! `manifest fetch`, `fetch-config`, `push` and `delete`: transfer or delete single manifests.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use futures::TryStreamExt;
use ocigraph::{
    Code, Descriptor, Error, KeyCase, Manifest, OutputFile, Platform, ResolveOptions, Result,
    ToJson, TransferOptions,
};
use serde_json::{Value, json};

use super::{
    delete::{cancelled, confirmed, missing},
    index::{IndexCommand, index},
};
use crate::{
    ExitCode,
    args::{Common, usage},
    format::FormatArg,
    output,
    progress::uploaded,
    shapes,
    target::{LayoutArgs, Target, TargetText},
    usage::Usage,
};

/// The maximum size of a manifest in bytes. The distribution specification recommends that clients
/// and registries accept at least this size:
/// <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests>.
const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Print the bytes of a manifest
    #[command(visible_aliases = ["get", "show"])]
    Fetch(FetchArgs),
    /// Print the config of a manifest
    #[command(visible_alias = "get-config")]
    FetchConfig(FetchConfigArgs),
    /// Push a file as a manifest, without changing its bytes
    Push(PushArgs),
    /// Delete one manifest and keep its referrers
    #[command(visible_aliases = ["remove", "rm"])]
    Delete(DeleteArgs),
    /// Create or update an image index
    #[command(
        subcommand,
        after_help = "EXAMPLES\n  ocigraph manifest index create registry.example.com/app:v1 v1-amd64 v1-arm64"
    )]
    Index(IndexCommand),
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph manifest fetch registry.example.com/app:v1 | jq .
  ocigraph manifest fetch --platform linux/arm64 --descriptor registry.example.com/app:v1
  ocigraph manifest fetch --format json registry.example.com/app:v1 | jq .content.layers")]
pub(crate) struct FetchArgs {
    /// Manifest to fetch
    target: TargetText,
    /// Fetch the image for this platform from an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Media types that the manifest may have; a registry is asked for these alone
    #[arg(long, value_name = "TYPE[,TYPE]", value_delimiter = ',')]
    media_type: Vec<String>,
    /// File to write; - means standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the descriptor of the manifest instead
    #[arg(long)]
    descriptor: bool,
    /// Print indented JSON
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph manifest fetch-config registry.example.com/app:v1 | jq .architecture
  ocigraph manifest fetch-config --platform linux/arm64 -o config.json registry.example.com/app:v1")]
pub(crate) struct FetchConfigArgs {
    /// Manifest whose config is fetched
    target: TargetText,
    /// Fetch the config of the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// File to write; - means standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the descriptor of the config instead
    #[arg(long)]
    descriptor: bool,
    /// Print indented JSON
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "EXAMPLES\n  ocigraph manifest push registry.example.com/app:v1,latest manifest.json"
)]
pub(crate) struct PushArgs {
    /// Destination: host/repository[:tag[,tag…]|@digest] or oci:PATH[:tag[,tag…]|@digest]
    target: TargetText,
    /// File to read; - means standard input
    file: PathBuf,
    /// Media type of a manifest that has no field mediaType
    #[arg(long, value_name = "TYPE")]
    media_type: Option<String>,
    /// Print the descriptor of the manifest
    #[arg(long)]
    descriptor: bool,
    /// Print indented JSON
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "EXAMPLES\n  ocigraph manifest delete --yes registry.example.com/app@sha256:…"
)]
pub(crate) struct DeleteArgs {
    /// Manifest to delete
    target: TargetText,
    /// Delete without asking for confirmation
    #[arg(short, long)]
    yes: bool,
    /// Succeed if the manifest does not exist; the JSON result is null then
    #[arg(long)]
    if_exists: bool,
    /// Delete without asking for confirmation, and succeed if the manifest does not exist
    #[arg(short, long)]
    force: bool,
    /// Print the descriptor of the deleted manifest
    #[arg(long)]
    descriptor: bool,
    /// Print indented JSON
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

impl ManifestCommand {
    pub(crate) fn usage(&self) -> Result<Usage> {
        match self {
            Self::Fetch(args) => Usage::of_target(&args.layout, &args.target),
            Self::FetchConfig(args) => Usage::of_target(&args.layout, &args.target),
            Self::Push(args) => Usage::of_push(&args.layout, &args.target, &args.file),
            Self::Delete(args) => {
                let asks = !args.yes && !args.force;
                Ok(Usage { asks, ..Usage::of_target(&args.layout, &args.target)? })
            }
            Self::Index(command) => command.usage(),
        }
    }
}

pub(crate) async fn manifest(common: &Common, command: ManifestCommand) -> Result<ExitCode> {
    match command {
        ManifestCommand::Fetch(args) => fetch(common, args).await,
        ManifestCommand::FetchConfig(args) => fetch_config(common, args).await,
        ManifestCommand::Push(args) => push(common, args).await,
        ManifestCommand::Delete(args) => delete(common, args).await,
        ManifestCommand::Index(command) => index(common, command).await,
    }
}

async fn fetch(common: &Common, args: FetchArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let output = args.output.as_deref();
    let to_stdout = output == Some(Path::new("-"));
    if to_stdout && args.descriptor {
        return Err(usage("--descriptor and --output - both write to standard output")
            .with_hint("write the manifest to a file, or omit one of them"));
    }
    if to_stdout && !format.is_text() {
        return Err(usage("--format and --output - both write to standard output")
            .with_hint("write the manifest to a file, or omit one of them"));
    }
    let client = common.client()?;
    let is_image = args.platform.clone();
    let options = ResolveOptions::for_platform(args.platform).media_types(args.media_type);
    let manifest = client.fetch_manifest(&target.reference, options).await?;
    let mut descriptor = manifest.descriptor();
    descriptor.platform = is_image;
    if let Some(path) = output.filter(|_| !to_stdout) {
        write_file(path, manifest.bytes())?;
    }
    if !format.is_text() {
        let value = shapes::fetched(&target, &manifest, &descriptor)?;
        format.print(|| value, || {})?;
    } else if args.descriptor {
        output::compact_or_pretty(&descriptor.to_json(KeyCase::Camel), args.pretty);
    } else if to_stdout || output.is_none() {
        print(manifest.bytes(), args.pretty)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn fetch_config(common: &Common, args: FetchConfigArgs) -> Result<ExitCode> {
    let target = args.layout.target(&args.target)?;
    let to_stdout = args.output.as_deref().is_none_or(|path| path == Path::new("-"));
    if args.descriptor && args.output.as_deref() == Some(Path::new("-")) {
        return Err(usage("--descriptor and --output - both write to standard output")
            .with_hint("write the config to a file, or omit one of them"));
    }
    let client = common.client()?;
    let options = ResolveOptions::for_platform(args.platform);
    let manifest = client.fetch_manifest(&target.reference, options).await?;
    let Some(config) = manifest.config().cloned() else {
        let kind = manifest.descriptor().media_type;
        let message = format!("{target} has no config: its media type is {kind}");
        return Err(Error::new(Code::NotFound, message)
            .with_hint("for an index, pass --platform or name one of its images"));
    };
    if !to_stdout || !args.descriptor {
        let content = config_content(&client, &target, &config).await?;
        match args.output.as_deref().filter(|_| !to_stdout) {
            Some(path) => write_file(path, &content)?,
            None => print(&content, args.pretty)?,
        }
    }
    if args.descriptor {
        output::compact_or_pretty(&config.to_json(KeyCase::Camel), args.pretty);
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the config, which must not be larger than a manifest: it is in memory.
async fn config_content(
    client: &ocigraph::Client,
    target: &Target,
    config: &Descriptor,
) -> Result<Vec<u8>> {
    if config.size > MAX_MANIFEST_BYTES {
        let message =
            format!("the config has {} bytes, more than {MAX_MANIFEST_BYTES}", config.size);
        let hint = format!("fetch it with `ocigraph blob fetch {}`", target.at(&config.digest));
        return Err(Error::new(Code::TooLarge, message).with_hint(hint));
    }
    let reference = target.reference.at(config.digest.clone());
    let (_, mut stream) = client.fetch_blob(&reference, TransferOptions::default()).await?;
    let mut content = Vec::new();
    while let Some(chunk) = stream.try_next().await? {
        content.extend_from_slice(&chunk);
        if content.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(Error::new(
                Code::TooLarge,
                "the config is larger than its descriptor says",
            ));
        }
    }
    Ok(content)
}

async fn push(common: &Common, args: PushArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let manifest = read(&args.file, args.media_type.as_deref(), &target)?;
    if let Some(given) = args.media_type.as_deref().filter(|given| *given != manifest.media_type())
    {
        let own = manifest.media_type();
        return Err(usage(format!(
            "--media-type is {given}, and the manifest says that it is {own}"
        ))
        .with_hint("omit --media-type, or change the field mediaType of the manifest"));
    }
    common.client()?.push_manifest(&target.reference, &manifest).await?;
    let descriptor = manifest.descriptor();
    if format.is_text() && !args.descriptor && !common.quiet {
        uploaded(&descriptor);
    }
    if args.descriptor {
        output::compact_or_pretty(&descriptor.to_json(KeyCase::Camel), args.pretty);
        return Ok(ExitCode::SUCCESS);
    }
    let text = || {
        output::pushed("Pushed:", &target);
        output::line(&format!("Digest: {}", manifest.digest()));
    };
    let tags = || json!({ "tags": target.reference.tags() });
    format.print(|| shapes::with_descriptor(&target, &descriptor, tags()), text)?;
    Ok(ExitCode::SUCCESS)
}

async fn delete(common: &Common, args: DeleteArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let client = common.client()?;
    let fetched = client.fetch_manifest(&target.reference, ResolveOptions::default()).await;
    let manifest = match fetched {
        Err(e) if (args.if_exists || args.force) && e.code() == Code::NotFound => {
            return missing(&target, args.force, &format);
        }
        fetched => fetched?,
    };
    if !args.yes && !args.force && !confirmed(common, &format!("Delete {}?", manifest.digest()))? {
        return Ok(cancelled(common));
    }
    client.delete_manifest(&target.reference, &manifest).await?;
    let descriptor = || manifest.descriptor().to_json(KeyCase::Camel);
    if args.descriptor {
        output::compact_or_pretty(&descriptor(), args.pretty);
        return Ok(ExitCode::SUCCESS);
    }
    let text = || {
        output::line(&format!("Deleted {}", target.with_kind()));
    };
    format.print(descriptor, text)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints bytes unchanged, or as indented JSON.
fn print(bytes: &[u8], pretty: bool) -> Result<()> {
    if !pretty {
        output::bytes(bytes);
        return Ok(());
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|e| {
        Error::new(Code::InvalidManifest, format!("--pretty needs JSON: {e}"))
            .with_hint("omit --pretty to print the content as it is")
    })?;
    output::json(&value);
    Ok(())
}

fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = OutputFile::new(path)?;
    file.write(content)?;
    file.commit()
}

fn read(path: &Path, media_type: Option<&str>, target: &Target) -> Result<Manifest> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path)
            .and_then(|f| f.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > MAX_MANIFEST_BYTES {
        let path = path.display();
        return Err(Error::new(
            Code::TooLarge,
            format!("{path} has more than {MAX_MANIFEST_BYTES} bytes, the maximum for a manifest"),
        ));
    }
    Manifest::parse(bytes.into(), media_type, target.reference.algorithm()?)
}

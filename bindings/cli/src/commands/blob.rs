//! `blob fetch`, `blob push` and `blob delete`: transfer or delete single blobs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use futures::TryStreamExt;
use ocigraph::{
    BlobDeleteOptions, BufferedContent, ByteStream, Code, Content, Error, KeyCase, OutputFile,
    Progress, Result, ToJson, TransferOptions, media_type, operation,
};
use serde_json::json;

use super::delete::{cancelled, confirmed, missing};
use crate::{
    ExitCode,
    args::{Common, count, usage},
    format::FormatArg,
    output,
    progress::{downloads, uploads},
    shapes,
    target::{LayoutArgs, TargetText},
    usage::Usage,
};

#[derive(Debug, Subcommand)]
pub(crate) enum BlobCommand {
    /// Fetch a blob, verify its digest, and write it to a file or standard output
    #[command(visible_alias = "get")]
    Fetch(FetchArgs),
    /// Push a file as a blob
    Push(PushArgs),
    /// Delete a blob; a layout keeps one that a manifest needs
    #[command(visible_aliases = ["remove", "rm"])]
    Delete(DeleteArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "EXAMPLES\n  ocigraph blob fetch registry.example.com/app@sha256:… -o blob.bin"
)]
pub(crate) struct FetchArgs {
    /// Blob to fetch: host/repository@digest or oci:PATH@digest
    target: TargetText,
    /// File to write; - means standard output. Default: standard output, unless --descriptor is given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the descriptor of the blob
    #[arg(long)]
    descriptor: bool,
    /// Print indented JSON
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph blob push registry.example.com/app blob.bin
  tar -c folder | ocigraph blob push --descriptor registry.example.com/app -")]
pub(crate) struct PushArgs {
    /// Destination: host/repository[@digest] or oci:PATH[@digest]
    target: TargetText,
    /// File to read; - means standard input
    file: PathBuf,
    /// Media type of the descriptor. Default: application/octet-stream
    #[arg(long, value_name = "TYPE")]
    media_type: Option<String>,
    /// Size that the content must have
    #[arg(long, value_name = "BYTES", value_parser = count)]
    size: Option<u64>,
    /// Print the descriptor of the blob
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
#[command(after_help = "EXAMPLES\n  ocigraph blob delete --yes registry.example.com/app@sha256:…")]
pub(crate) struct DeleteArgs {
    /// Blob to delete: host/repository@digest or oci:PATH@digest
    target: TargetText,
    /// Delete without asking for confirmation
    #[arg(short, long)]
    yes: bool,
    /// Succeed if the blob does not exist; the JSON result is null then
    #[arg(long)]
    if_exists: bool,
    /// Delete without asking for confirmation, and succeed if the blob does not exist
    #[arg(short, long)]
    force: bool,
    /// Print the descriptor of the deleted blob
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

impl BlobCommand {
    pub(crate) fn usage(&self) -> Result<Usage> {
        match self {
            Self::Fetch(args) => Usage::of_target(&args.layout, &args.target),
            Self::Push(args) => Usage::of_push(&args.layout, &args.target, &args.file),
            Self::Delete(args) => {
                let asks = !args.yes && !args.force;
                Ok(Usage { asks, ..Usage::of_target(&args.layout, &args.target)? })
            }
        }
    }
}

pub(crate) async fn blob(common: &Common, command: BlobCommand) -> Result<ExitCode> {
    match command {
        BlobCommand::Fetch(args) => fetch(common, args).await,
        BlobCommand::Push(args) => push(common, args).await,
        BlobCommand::Delete(args) => delete(common, args).await,
    }
}

async fn fetch(common: &Common, args: FetchArgs) -> Result<ExitCode> {
    let target = args.layout.target(&args.target)?;
    let is_stdout = |path: &Path| path == Path::new("-");
    let file = args.output.as_deref().filter(|path| !is_stdout(path));
    if args.descriptor && args.output.as_deref().is_some_and(is_stdout) {
        return Err(usage("--descriptor and --output - both write to standard output")
            .with_hint("write the blob to a file, or omit one of them"));
    }
    let progress = match file {
        Some(_) => downloads(common, &crate::format::Format::Json),
        None => Progress::none(),
    };
    let options = TransferOptions::default().progress(progress);
    let (blob, mut stream) = common.client()?.fetch_blob(&target.reference, options).await?;
    match file {
        Some(file) => write(stream, file).await?,
        None if args.descriptor => {}
        None => {
            while let Some(chunk) = stream.try_next().await? {
                output::bytes(&chunk);
            }
        }
    }
    if args.descriptor {
        output::compact_or_pretty(&blob.to_json(KeyCase::Camel), args.pretty);
    }
    Ok(ExitCode::SUCCESS)
}

async fn push(common: &Common, args: PushArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let by_default = match common.as_oras {
        true => media_type::OCI_LAYER,
        false => media_type::OCTET_STREAM,
    };
    let media_type = args.media_type.as_deref().unwrap_or(by_default);
    let (blob, source) = if args.file == Path::new("-") {
        BufferedContent::read(std::io::stdin())?.finish(media_type)?
    } else {
        Content::Path(args.file).into_blob(media_type).await?
    };
    if let Some(size) = args.size.filter(|size| *size != blob.size) {
        let message = format!("the content has {} bytes, but --size says {size}", blob.size);
        return Err(Error::new(Code::SizeMismatch, message));
    }
    let blob = operation::blob_for(&target.reference, blob, &*source).await?;
    let progress = match args.descriptor {
        true => Progress::none(),
        false => uploads(common, &format, Vec::new()),
    };
    let options = TransferOptions::default().progress(progress);
    let outcome = common.client()?.push_blob(&target.reference, &blob, source, options).await?;
    if args.descriptor {
        output::compact_or_pretty(&blob.to_json(KeyCase::Camel), args.pretty);
        return Ok(ExitCode::SUCCESS);
    }
    let text = || {
        output::pushed("Pushed:", &target);
        output::line(&format!("Digest: {}", blob.digest));
    };
    let outcome = json!({ "outcome": outcome.name() });
    format.print(|| shapes::with_descriptor(&target, &blob, outcome), text)?;
    Ok(ExitCode::SUCCESS)
}

async fn delete(common: &Common, args: DeleteArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let digest = target.reference.digest().ok_or_else(|| {
        let message = format!("a blob is named by its digest, and {target} has none");
        Error::new(Code::InvalidReference, message).with_hint(format!("write {target}@sha256:…"))
    })?;
    let client = common.client()?;
    let blob = match client.open(&target.reference)?.describe_blob(digest).await {
        Err(e) if (args.if_exists || args.force) && e.code() == Code::NotFound => {
            return missing(&target, args.force, &format);
        }
        described => described.map_err(|e| e.with_operation("delete blob", &target))?,
    };
    if !args.yes && !args.force && !confirmed(common, &format!("Delete {digest}?"))? {
        return Ok(cancelled(common));
    }
    let options = BlobDeleteOptions::default().if_exists(args.if_exists || args.force);
    client.delete_blob(&target.reference, options).await?;
    let blob = blob.to_json(KeyCase::Camel);
    if args.descriptor {
        output::compact_or_pretty(&blob, args.pretty);
        return Ok(ExitCode::SUCCESS);
    }
    format.print(|| blob, || output::line(&format!("Deleted {}", target.with_kind())))?;
    Ok(ExitCode::SUCCESS)
}

async fn write(mut stream: ByteStream, path: &Path) -> Result<()> {
    let mut file = OutputFile::new(path)?;
    while let Some(chunk) = stream.try_next().await? {
        file.write(&chunk)?;
    }
    file.commit()
}

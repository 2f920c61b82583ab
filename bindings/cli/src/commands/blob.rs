//! `blob fetch` and `blob push`: transfer single blobs.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use futures::TryStreamExt;
use ocigraph::{
    BufferedContent, ByteStream, Content, KeyCase, OutputFile, Progress, Reference, Result, ToJson,
    TransferOptions, media_type, operation,
};
use serde_json::json;

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, Target},
    output,
    progress::{finished, uploads},
    usage::Usage,
};

#[derive(Debug, Subcommand)]
pub(crate) enum BlobCommand {
    /// Fetch a blob, verify its digest, and write it to a file or standard output
    #[command(
        after_help = "EXAMPLES\n  ocigraph blob fetch registry.example.com/app@sha256:… -o blob.bin"
    )]
    Fetch {
        /// Blob to fetch: host/repository@digest or oci:PATH@digest
        target: Reference,
        /// File to write; - means standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Push a file as a blob
    #[command(after_help = "EXAMPLES\n  ocigraph blob push registry.example.com/app blob.bin")]
    Push {
        /// Destination: host/repository[@digest] or oci:PATH[@digest]
        target: Target,
        /// File to read; - means standard input
        file: PathBuf,
        /// Media type of the descriptor. Default: application/octet-stream
        #[arg(long, value_name = "TYPE")]
        media_type: Option<String>,
        #[command(flatten)]
        format: FormatArg,
    },
}

impl BlobCommand {
    pub(crate) fn usage(&self) -> Usage<'_> {
        match self {
            Self::Fetch { target, .. } => Usage::of_reference(target),
            Self::Push { target, file, .. } => Usage::of_push(target, file),
        }
    }
}

pub(crate) async fn blob(common: &Common, command: BlobCommand) -> Result<ExitCode> {
    let client = common.client()?;
    match command {
        BlobCommand::Fetch { target, output } => {
            let to_stdout = output == Path::new("-");
            let progress = if to_stdout { Progress::none() } else { finished(common) };
            let (_, mut stream) =
                client.fetch_blob(&target, TransferOptions::default().progress(progress)).await?;
            if !to_stdout {
                write(stream, &output).await?;
                return Ok(ExitCode::SUCCESS);
            }
            while let Some(chunk) = stream.try_next().await? {
                output::bytes(&chunk);
            }
        }
        BlobCommand::Push { target, file, media_type, format } => {
            let media_type = media_type.as_deref().unwrap_or(media_type::OCTET_STREAM);
            let (blob, source) = if file == Path::new("-") {
                BufferedContent::read(std::io::stdin())?.finish(media_type)?
            } else {
                Content::Path(file).into_blob(media_type).await?
            };
            let blob = operation::blob_for(&target.reference, blob, &*source).await?;
            let progress = uploads(common);
            let outcome = client
                .push_blob(
                    &target.reference,
                    &blob,
                    source,
                    TransferOptions::default().progress(progress.clone()),
                )
                .await?;
            match format.format {
                Format::Text => {
                    output::line(&format!("Pushed {target}"));
                    output::line(&format!("Digest: {}", blob.digest));
                }
                Format::Json => output::json(&json!({
                    "reference": target.reference.at(blob.digest.clone()).to_string(),
                    "descriptor": blob.to_json(KeyCase::Camel),
                    "outcome": outcome.name(),
                })),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(mut stream: ByteStream, path: &Path) -> Result<()> {
    let mut file = OutputFile::new(path)?;
    while let Some(chunk) = stream.try_next().await? {
        file.write(&chunk)?;
    }
    file.commit()
}

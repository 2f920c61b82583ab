//! `blob fetch|push`: blobs as they are.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Subcommand;
use futures::TryStreamExt;
use ocigraph::{
    Algorithm, ByteStream, Descriptor, Error, FileSource, Names, Reference, Result, Source, Spool,
    ToJson, digest_file, media_type,
};
use serde_json::json;
use tempfile::Builder;

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, Target},
    output,
};

#[derive(Debug, Subcommand)]
pub(crate) enum BlobCommand {
    /// Write a blob, checked, to a file or to standard output
    #[command(
        after_help = "EXAMPLES\n  ocigraph blob fetch registry.example.com/app@sha256:… -o blob.bin"
    )]
    Fetch {
        /// Which: host/repository@digest
        target: Reference,
        /// File to write to; - is standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Store a file as a blob
    #[command(after_help = "EXAMPLES\n  ocigraph blob push registry.example.com/app blob.bin")]
    Push {
        /// Where to: host/repository
        target: Target,
        /// File to read; - is standard input
        file: PathBuf,
        #[command(flatten)]
        format: FormatArg,
    },
}

pub(crate) async fn blob(common: &Common, command: BlobCommand) -> Result<ExitCode> {
    let client = common.client()?;
    match command {
        BlobCommand::Fetch { target, output } => {
            let (_, mut stream) = client.fetch_blob(&target).await?;
            if output != Path::new("-") {
                write(stream, &output).await?;
                return Ok(ExitCode::SUCCESS);
            }
            while let Some(chunk) = stream.try_next().await? {
                output::bytes(&chunk);
            }
        }
        BlobCommand::Push { target, file, format } => {
            let (blob, source): (_, Arc<dyn Source>) = if file == Path::new("-") {
                Spool::read(std::io::stdin())?.finish(media_type::OCTET_STREAM)?
            } else {
                let (digest, size) = digest_file(&file, Algorithm::Sha256)?;
                let blob = Descriptor::new(media_type::OCTET_STREAM, digest, size);
                (blob, Arc::new(FileSource::new(file)))
            };
            let outcome = client.push_blob(&target.reference, &blob, source).await?;
            match format.format {
                Format::Text => {
                    output::line(&format!("Pushed {target}"));
                    output::line(&format!("Digest: {}", blob.digest));
                }
                Format::Json => output::json(&json!({
                    "reference": target.reference.at(blob.digest.clone()).to_string(),
                    "descriptor": blob.to_json(Names::Camel),
                    "outcome": outcome.name(),
                })),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes beside the target first, so that what is not whole never has its name.
async fn write(mut stream: ByteStream, path: &Path) -> Result<()> {
    let fail = |e| Error::io("write", path, e);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable for whom the process's mask says, as any file is.
    let mut file = Builder::new()
        .make_in(folder, |path| File::options().write(true).create_new(true).open(path))
        .map_err(fail)?;
    while let Some(chunk) = stream.try_next().await? {
        file.write_all(&chunk).map_err(fail)?;
    }
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

//! `manifest fetch|push|delete`: manifests as they are.

use std::{
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use ocigraph::{Code, Error, Manifest, Names, OutputFile, Platform, Reference, Result, ToJson};
use serde_json::json;

use super::delete::confirmed;
use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, Target, usage},
    output,
};

/// More than any registry takes.
const LIMIT: u64 = 4 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Print a manifest as it is stored
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest fetch registry.example.com/app:v1 | jq ."
    )]
    Fetch {
        /// Which
        target: Reference,
        /// Of an index, the image for this platform
        #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
        platform: Option<Platform>,
        /// File to write to; - is standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
        /// Print its descriptor instead
        #[arg(long)]
        descriptor: bool,
    },
    /// Store a manifest as it is
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest push registry.example.com/app:v1 manifest.json"
    )]
    Push {
        /// Where to
        target: Target,
        /// File to read; - is standard input
        file: PathBuf,
        /// Its media type, where it does not say
        #[arg(long, value_name = "TYPE")]
        media_type: Option<String>,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Delete one manifest and nothing else
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest delete --yes registry.example.com/app@sha256:…"
    )]
    Delete {
        /// Which
        target: Reference,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
        #[command(flatten)]
        format: FormatArg,
    },
}

pub(crate) async fn manifest(common: &Common, command: ManifestCommand) -> Result<ExitCode> {
    match command {
        ManifestCommand::Fetch { target, platform, output, descriptor } => {
            let client = common.client()?;
            let manifest = client.fetch_manifest(&target, platform.as_ref()).await?;
            write(&manifest, &output, descriptor)?;
        }
        ManifestCommand::Push { target, file, media_type, format } => {
            let manifest = read(&file, media_type.as_deref(), &target.reference)?;
            common.client()?.push_manifest(&target.reference, &manifest).await?;
            match format.format {
                Format::Text => {
                    output::line(&format!("Pushed {target}"));
                    output::line(&format!("Digest: {}", manifest.digest()));
                }
                Format::Json => output::json(&json!({
                    "reference": target.reference.at(manifest.digest().clone()).to_string(),
                    "descriptor": manifest.descriptor().to_json(Names::Camel),
                    "tags": target.reference.tags(),
                })),
            }
        }
        ManifestCommand::Delete { target, yes, format } => {
            if !yes && !std::io::stdin().is_terminal() {
                return Err(usage("nobody can be asked whether to delete").with_hint("pass --yes"));
            }
            let client = common.client()?;
            let manifest = client.fetch_manifest(&target, None).await?;
            if !yes && !confirmed(&format!("Delete {}?", manifest.digest())) {
                output::note("Nothing was deleted.");
                return Ok(ExitCode::FAILURE);
            }
            client.delete_manifest(&target, &manifest).await?;
            match format.format {
                Format::Text => output::line(&format!("Deleted {}", manifest.digest())),
                Format::Json => {
                    output::result(&manifest.descriptor());
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write(manifest: &Manifest, output: &Path, describe: bool) -> Result<()> {
    if output != Path::new("-") {
        let mut file = OutputFile::new(output)?;
        file.write(manifest.bytes())?;
        file.commit()?;
    }
    if describe {
        output::result(&manifest.descriptor());
    } else if output == Path::new("-") {
        output::bytes(manifest.bytes());
    }
    Ok(())
}

fn read(path: &Path, media_type: Option<&str>, target: &Reference) -> Result<Manifest> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::new(
            Code::TooLarge,
            format!("{} has more than {LIMIT} bytes, the most a manifest may have", path.display()),
        ));
    }
    Manifest::parse(bytes.into(), media_type, target.algorithm()?)
}

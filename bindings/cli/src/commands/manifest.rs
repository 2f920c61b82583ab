//! `manifest fetch`, `manifest push` and `manifest delete`: transfer or delete single manifests.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use ocigraph::{
    Code, Error, KeyCase, Manifest, OutputFile, Platform, Reference, ResolveOptions, Result, ToJson,
};
use serde_json::{Value, json};

use super::delete::{confirmed, nothing_to_delete};
use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, Target},
    output,
    usage::Usage,
};

/// The maximum size of a manifest in bytes. The distribution specification recommends that clients
/// and registries accept at least this size:
/// <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests>.
const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Print the bytes of a manifest
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest fetch registry.example.com/app:v1 | jq ."
    )]
    Fetch {
        /// Manifest to fetch
        target: Reference,
        /// Fetch the image for this platform from an index
        #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
        platform: Option<Platform>,
        /// File to write; - means standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
        /// Print the descriptor of the manifest instead
        #[arg(long)]
        descriptor: bool,
    },
    /// Push a file as a manifest, without changing its bytes
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest push registry.example.com/app:v1 manifest.json"
    )]
    Push {
        /// Destination
        target: Target,
        /// File to read; - means standard input
        file: PathBuf,
        /// Media type of a manifest that has no field mediaType
        #[arg(long, value_name = "TYPE")]
        media_type: Option<String>,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Delete one manifest and keep its referrers
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest delete --yes registry.example.com/app@sha256:…"
    )]
    Delete {
        /// Manifest to delete
        target: Reference,
        /// Delete without asking for confirmation
        #[arg(short, long)]
        yes: bool,
        /// Succeed if the manifest does not exist; the JSON result is null then
        #[arg(long)]
        if_exists: bool,
        #[command(flatten)]
        format: FormatArg,
    },
}

impl ManifestCommand {
    pub(crate) fn usage(&self) -> Usage<'_> {
        match self {
            Self::Fetch { target, .. } => Usage::of_reference(target),
            Self::Push { target, file, .. } => Usage::of_push(target, file),
            Self::Delete { target, yes, .. } => Usage { asks: !yes, ..Usage::of_reference(target) },
        }
    }
}

pub(crate) async fn manifest(common: &Common, command: ManifestCommand) -> Result<ExitCode> {
    match command {
        ManifestCommand::Fetch { target, platform, output, descriptor } => {
            let client = common.client()?;
            let manifest =
                client.fetch_manifest(&target, ResolveOptions::for_platform(platform)).await?;
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
                    "descriptor": manifest.descriptor().to_json(KeyCase::Camel),
                    "tags": target.reference.tags(),
                })),
            }
        }
        ManifestCommand::Delete { target, yes, if_exists, format } => {
            let client = common.client()?;
            let fetched = client.fetch_manifest(&target, ResolveOptions::default()).await;
            let manifest = match fetched {
                Err(e) if if_exists && e.code() == Code::NotFound => {
                    output::note(&nothing_to_delete(&target));
                    if format.format == Format::Json {
                        output::json(&Value::Null);
                    }
                    return Ok(ExitCode::SUCCESS);
                }
                fetched => fetched?,
            };
            if !yes && !confirmed(&format!("Delete {}?", manifest.digest()))? {
                output::note("Cancelled; nothing was deleted.");
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
    Manifest::parse(bytes.into(), media_type, target.algorithm()?)
}

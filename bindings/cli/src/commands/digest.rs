//! `digest`: prints the digests of files, without a registry, or of the manifest that a reference names.

use std::path::{Path, PathBuf};

use clap::Args;
use ocigraph::{
    Algorithm, KeyCase, Platform, Reference, ResolveOptions, Result, ToJson, digest_files,
};
use serde_json::{Value, json};

use crate::{
    ExitCode,
    args::{Common, usage},
    format::FormatArg,
    output,
    target::{LayoutArgs, TargetText},
    usage::Usage,
};

#[derive(Debug, Args)]
#[command(after_help = "\
An argument that is not a file and has a tag or digest is a reference: its digest is that of
`ocigraph resolve`.

EXAMPLES
  ocigraph digest *.json
  ocigraph digest registry.example.com/app:v1")]
pub(crate) struct DigestArgs {
    /// Files to digest, or one reference
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Hash algorithm of files: sha256 or sha512
    #[arg(long, default_value = "sha256")]
    algorithm: Algorithm,
    /// For a reference: resolve to the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// For a reference: print the whole reference, by digest
    #[arg(short = 'l', long)]
    full_reference: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

impl DigestArgs {
    pub(crate) fn usage(&self) -> Result<Usage> {
        match self.target() {
            Some(target) => Usage::of_target(&self.layout, &target),
            None => Ok(Usage::default()),
        }
    }

    /// Returns the argument as a target, if it is one.
    fn target(&self) -> Option<TargetText> {
        let [text] = self.files.as_slice() else { return None };
        let Ok(target) = text.to_str()?.parse::<TargetText>();
        let names =
            |reference: Reference| !reference.tags().is_empty() || reference.digest().is_some();
        let is_reference = || self.layout.reference(&target).is_ok_and(names);
        (self.layout.is_given() || (!is_file(text) && is_reference())).then_some(target)
    }
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Prints the digests of all readable files, even if other files cannot be read.
pub(crate) async fn digest(common: &Common, args: DigestArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    if let Some(target) = args.target() {
        let target = args.layout.target(&target)?;
        let options = ResolveOptions::for_platform(args.platform);
        let descriptor = common.client()?.resolve(&target.reference, options).await?;
        let text = || match args.full_reference {
            true => output::line(&target.at(&descriptor.digest)),
            false => output::line(descriptor.digest.as_str()),
        };
        format.print(|| descriptor.to_json(KeyCase::Camel), text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.layout.is_given() || args.platform.is_some() || args.full_reference {
        return Err(usage("--oci-layout, --platform and --full-reference are for one reference"));
    }
    let mut code = ExitCode::SUCCESS;
    let mut entries: Vec<Value> = Vec::new();
    let mut lines = String::new();
    for (path, result) in args.files.iter().zip(digest_files(&args.files, args.algorithm)) {
        match result {
            Ok((digest, size)) => {
                lines += &format!("{digest}  {}\n", path.display());
                entries.push(json!({ "path": path, "digest": digest, "size": size }));
            }
            Err(error) => {
                output::error(&error);
                code = ExitCode::FAILURE;
            }
        }
    }
    format.print(|| Value::Array(entries), || output::bytes(lines.as_bytes()))?;
    Ok(code)
}

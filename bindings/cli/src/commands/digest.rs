//! `digest`: prints the digests of files, without a registry.

use std::path::PathBuf;

use clap::Args;
use ocigraph::{Algorithm, Result, digest_files};
use serde_json::{Value, json};

use crate::{
    ExitCode,
    args::{Format, FormatArg},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph digest *.json")]
pub(crate) struct DigestArgs {
    /// Files to digest
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Hash algorithm: sha256 or sha512
    #[arg(long, default_value = "sha256")]
    algorithm: Algorithm,
    #[command(flatten)]
    format: FormatArg,
}

/// Prints the digests of all readable files, even if other files cannot be read.
pub(crate) fn digest(args: DigestArgs) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let mut entries: Vec<Value> = Vec::new();
    let mut lines = String::new();
    for (path, result) in args.files.iter().zip(digest_files(&args.files, args.algorithm)) {
        match (result, args.format.format) {
            (Ok((digest, _)), Format::Text) => {
                lines += &format!("{digest}  {}\n", path.display());
            }
            (Ok((digest, size)), Format::Json) => {
                entries.push(json!({ "path": path, "digest": digest, "size": size }));
            }
            (Err(error), _) => {
                output::error(&error);
                code = ExitCode::FAILURE;
            }
        }
    }
    match args.format.format {
        Format::Text => output::bytes(lines.as_bytes()),
        Format::Json => output::json(&Value::Array(entries)),
    }
    Ok(code)
}

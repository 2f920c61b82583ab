//! `pull`.

use std::process::ExitCode;

use ocigraph::{PullOptions, Result};
use serde_json::{Value, json};

use crate::{
    args::{Common, Format, PullArgs},
    output,
    progress::reporter,
};

pub(crate) async fn pull(common: &Common, args: PullArgs) -> Result<ExitCode> {
    let options = PullOptions {
        output: args.output,
        artifact_type: args.artifact_type,
        keep_old_files: args.keep_old_files,
        allow_path_traversal: args.allow_path_traversal,
        concurrency: common.concurrency(),
        progress: reporter(common),
        ..PullOptions::default()
    };
    let pulled = common.client()?.pull(&args.target, options).await?;
    if args.format.format == Format::Json {
        let all: Vec<Value> = pulled
            .iter()
            .map(|artifact| {
                let files: Vec<Value> = artifact
                    .files
                    .iter()
                    .map(|file| {
                        json!({
                            "path": file.path,
                            "descriptor": output::descriptor(&file.descriptor),
                            "outcome": file.outcome.name(),
                        })
                    })
                    .collect();
                json!({
                    "reference": artifact.reference.to_string(),
                    "descriptor": output::descriptor(&artifact.descriptor),
                    "files": files,
                    "skipped": artifact.skipped.iter().map(output::descriptor).collect::<Vec<_>>(),
                })
            })
            .collect();
        // One artifact is printed as itself: that is what a reference or a digest gives.
        output::json(match all.as_slice() {
            [one] => one,
            _ => {
                output::json(&Value::Array(all));
                return Ok(ExitCode::SUCCESS);
            }
        });
        return Ok(ExitCode::SUCCESS);
    }
    for artifact in &pulled {
        for blob in artifact.skipped.iter().filter(|_| !common.quiet) {
            output::note(&format!(
                "Skipped {} ({}): it has no title",
                blob.digest, blob.media_type
            ));
        }
        output::line(&format!("Pulled {}", artifact.reference));
        output::line(&format!("Digest: {}", artifact.descriptor.digest));
    }
    Ok(ExitCode::SUCCESS)
}

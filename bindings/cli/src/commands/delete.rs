//! `delete`.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use ocigraph::{Code, DeleteOptions, DeleteReport, Descriptor, Error, Result};
use serde_json::{Value, json};

use crate::{
    args::{Common, DeleteArgs, Format, usage},
    output,
};

pub(crate) async fn delete(common: &Common, args: DeleteArgs) -> Result<ExitCode> {
    let client = common.client()?;
    let options = DeleteOptions {
        dry_run: args.dry_run,
        force: args.force,
        concurrency: common.concurrency(),
    };
    if !args.dry_run && !args.yes {
        let plan =
            client.delete(&args.target, DeleteOptions { dry_run: true, ..options.clone() }).await;
        if !std::io::stdin().is_terminal() {
            return Err(usage("nobody can be asked whether to delete")
                .with_hint("pass --yes to delete, or --dry-run to see what would be deleted"));
        }
        print(&plan?);
        if !confirmed("Delete these?") {
            output::note("Nothing was deleted.");
            return Ok(ExitCode::from(1));
        }
    }
    let report = client.delete(&args.target, options).await?;
    match args.format.format {
        Format::Text => print(&report),
        Format::Json => output::json(&json!({
            "dryRun": report.dry_run,
            "deleted": report.deleted.iter().map(output::descriptor).collect::<Vec<_>>(),
            "kept": report.kept.iter().map(|kept| json!({
                "descriptor": output::descriptor(&kept.descriptor),
                "reason": kept.reason,
            })).collect::<Vec<Value>>(),
            "failed": report.failed.iter().map(|failed| json!({
                "descriptor": output::descriptor(&failed.descriptor),
                "error": failed.error.to_string(),
                "code": failed.error.code().name(),
            })).collect::<Vec<Value>>(),
        })),
    }
    if !report.failed.is_empty() {
        return Err(Error::new(
            Code::Registry,
            format!("{} of the manifests could not be deleted", report.failed.len()),
        )
        .with_hint("run it again to go on where it stopped"));
    }
    if report.deleted.is_empty() && !report.kept.is_empty() {
        return Err(Error::new(Code::Conflict, format!("all of {} is kept", args.target))
            .with_hint(
                "remove only the tag with `ocigraph untag`, or delete all the same with --force",
            ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks on the terminal; anything but yes is no.
pub(crate) fn confirmed(question: &str) -> bool {
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

fn print(report: &DeleteReport) {
    let verb = if report.dry_run { "Would delete" } else { "Deleted" };
    let name = |d: &Descriptor| {
        let kind = d.artifact_type.as_deref().unwrap_or(&d.media_type);
        let kind: String = kind.chars().filter(|c| !c.is_control()).collect();
        format!("{} {kind}", d.digest)
    };
    for descriptor in &report.deleted {
        output::line(&format!("{verb} {}", name(descriptor)));
    }
    for kept in &report.kept {
        let verb = if report.dry_run { "Would keep" } else { "Kept" };
        output::line(&format!("{verb} {}: {}", name(&kept.descriptor), kept.reason));
    }
    for failed in &report.failed {
        output::line(&format!("Failed {}: {}", name(&failed.descriptor), failed.error));
    }
}

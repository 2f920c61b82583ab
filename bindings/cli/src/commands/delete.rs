//! `delete`.

use std::io::{IsTerminal, Write};

use clap::Args;
use ocigraph::{Code, DeleteOptions, DeleteReport, Error, Reference, Result};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, usage},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "\
What is tagged otherwise, or listed by another index, stays, and so does what it refers to.

EXAMPLES
  ocigraph delete --dry-run registry.example.com/app:v1
  ocigraph delete --yes registry.example.com/app:v1")]
pub(crate) struct DeleteArgs {
    /// What to delete, with all that refers to it
    target: Reference,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Delete what would be kept, too
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn delete(common: &Common, args: DeleteArgs) -> Result<ExitCode> {
    let ask = !args.dry_run && !args.yes;
    if ask && !std::io::stdin().is_terminal() {
        return Err(usage("nobody can be asked whether to delete")
            .with_hint("pass --yes to delete, or --dry-run to see what would be deleted"));
    }
    let client = common.client()?;
    let options = DeleteOptions {
        dry_run: args.dry_run,
        force: args.force,
        concurrency: common.concurrency(),
    };
    if ask {
        let plan = DeleteOptions { dry_run: true, ..options.clone() };
        let plan = client.delete(&args.target, plan).await?;
        lines(&plan).iter().for_each(|line| output::note(line));
        if !plan.deleted.is_empty() && !confirmed("Delete these?") {
            output::note("Nothing was deleted.");
            return Ok(ExitCode::FAILURE);
        }
    }
    let report = client.delete(&args.target, options).await?;
    match args.format.format {
        Format::Text => lines(&report).iter().for_each(|line| output::line(line)),
        Format::Json => output::result(&report),
    }
    check(&report, &args.target)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks on the terminal; anything but yes is no.
pub(crate) fn confirmed(question: &str) -> bool {
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

fn check(report: &DeleteReport, target: &Reference) -> Result<()> {
    if !report.failed.is_empty() {
        return Err(Error::new(
            Code::Registry,
            format!("{} of the manifests could not be deleted", report.failed.len()),
        )
        .with_hint("run it again to go on where it stopped"));
    }
    // A plan is a result, whatever it says.
    if !report.dry_run && report.deleted.is_empty() && !report.kept.is_empty() {
        return Err(Error::new(Code::Conflict, format!("all of {target} is kept")).with_hint(
            "remove only the tag with `ocigraph untag`, or delete all the same with --force",
        ));
    }
    Ok(())
}

fn lines(report: &DeleteReport) -> Vec<String> {
    let (delete, keep) =
        if report.dry_run { ("Would delete", "Would keep") } else { ("Deleted", "Kept") };
    let deleted =
        report.deleted.iter().map(|d| format!("{delete} {} {}", d.digest, output::kind(d)));
    let kept = report.kept.iter().map(|kept| {
        let d = &kept.descriptor;
        format!("{keep} {} {}: {}", d.digest, output::kind(d), ocigraph::printable(&kept.reason))
    });
    let failed = report.failed.iter().map(|failed| {
        let (d, error) = (&failed.descriptor, failed.error.to_string());
        format!("Failed {} {}: {}", d.digest, output::kind(d), ocigraph::printable(&error))
    });
    deleted.chain(kept).chain(failed).collect()
}

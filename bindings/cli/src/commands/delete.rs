//! `delete`: deletes an artifact and its graph of referrers.

use std::io::{BufRead, IsTerminal, Read, Write};

use clap::Args;
use ocigraph::{Code, DeleteOptions, DeleteReport, Error, KeyCase, Result, ToJson};
use serde_json::Value;

use crate::{
    ExitCode,
    args::{Common, OnlyKind, usage},
    format::{Format, FormatArg},
    output,
    target::{LayoutArgs, Target, TargetText},
    usage::Usage,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Keeps a manifest that has another tag or that an index outside the graph lists, with its referrers,
and every manifest that a kept manifest refers to. --force deletes them too. --only keeps the
artifact, and deletes only what is attached to it in one way.

EXAMPLES
  ocigraph delete --dry-run registry.example.com/app:v1
  ocigraph delete --yes registry.example.com/app:v1")]
pub(crate) struct DeleteArgs {
    /// Artifact to delete with its graph of referrers
    target: TargetText,
    /// Print what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Delete without asking for confirmation
    #[arg(short, long)]
    yes: bool,
    /// Also delete the manifests that would be kept
    #[arg(long)]
    force: bool,
    /// Succeed if the artifact does not exist
    #[arg(long)]
    if_exists: bool,
    /// Delete only what is attached in this way, and keep the artifact: referrers or tags
    #[arg(long, value_name = "KIND")]
    only: Option<OnlyKind>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

impl DeleteArgs {
    fn asks(&self) -> bool {
        !self.dry_run && !self.yes
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        Ok(Usage { asks: self.asks(), ..Usage::of_target(&self.layout, &self.target)? })
    }
}

pub(crate) async fn delete(common: &Common, args: DeleteArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let ask = args.asks();
    let client = common.client()?;
    let mut options = DeleteOptions::default();
    options.dry_run = args.dry_run;
    options.force = args.force;
    options.only = args.only.map(OnlyKind::kind);
    options.if_exists = args.if_exists;
    options.concurrency = common.concurrency();
    if ask {
        let plan = options.clone().dry_run(true);
        let plan = client.delete(&target.reference, plan).await?;
        lines(&plan).iter().for_each(|line| output::note(line));
        if !plan.deleted.is_empty() && !confirmed(common, "Delete these?")? {
            return Ok(cancelled(common));
        }
    }
    let report = client.delete(&target.reference, options).await?;
    if report.deleted.is_empty() && report.kept.is_empty() && report.failed.is_empty() {
        output::note(&nothing_to_delete(&target));
    }
    let text = || lines(&report).iter().for_each(|line| output::line(line));
    format.print(|| report.to_json(KeyCase::Camel), text)?;
    check(&report, &target)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks a question, and reads the answer from standard input, which need not be a terminal. Returns
/// true only for the answers `y` and `yes`.
pub(crate) fn confirmed(common: &Common, question: &str) -> Result<bool> {
    /// More than a person types.
    const MAX_ANSWER: u64 = 1024;
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut answer = Vec::new();
    let read = std::io::stdin().lock().take(MAX_ANSWER).read_until(b'\n', &mut answer);
    match read {
        Ok(0) => {
            output::note("");
            if common.as_oras {
                return Ok(false);
            }
            Err(usage("there is no answer on standard input; nothing was deleted")
                .with_hint("pass --yes to delete"))
        }
        Ok(_) => {
            if !std::io::stdin().is_terminal() {
                output::note("");
            }
            let answer = String::from_utf8_lossy(&answer);
            Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
        }
        Err(e) => Err(Error::new(Code::Io, format!("cannot read standard input: {e}"))),
    }
}

/// Ends a command whose question was not answered with yes.
pub(crate) fn cancelled(common: &Common) -> ExitCode {
    output::note("Cancelled; nothing was deleted.");
    // ORAS succeeds then.
    if common.as_oras { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Ends a command that has nothing to delete. With --force, prints what ORAS prints.
pub(crate) fn missing(target: &Target, force: bool, format: &Format) -> Result<ExitCode> {
    match force && format.is_text() {
        true => output::line(&format!("Missing {target}")),
        false => output::note(&nothing_to_delete(target)),
    }
    format.print(|| Value::Null, || {})?;
    Ok(ExitCode::SUCCESS)
}

/// The note for an artifact that does not exist, which --if-exists allows.
fn nothing_to_delete(target: &Target) -> String {
    format!("{target} does not exist; nothing was deleted.")
}

fn check(report: &DeleteReport, target: &Target) -> Result<()> {
    if !report.failed.is_empty() {
        return Err(Error::new(
            Code::Registry,
            format!("manifests that could not be deleted: {}", report.failed.len()),
        )
        .with_hint("run the command again to delete the rest"));
    }
    if report.deleted.is_empty() && !report.kept.is_empty() {
        let message = format!("every manifest of {target} is kept");
        let hint =
            "remove only the tag with `ocigraph untag`, or delete the kept manifests with --force";
        // The plan is what a dry run was asked for, so it succeeds.
        if report.dry_run {
            output::note(&format!("A delete would fail, since {message}: {hint}"));
            return Ok(());
        }
        return Err(Error::new(Code::Conflict, message).with_hint(hint));
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

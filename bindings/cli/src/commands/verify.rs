//! `verify`: checks every manifest and blob of a graph.

use clap::Args;
use ocigraph::{Digest, KeyCase, Platform, Problem, Result, ToJson, VerifyOptions};

use crate::{
    ExitCode,
    args::{Common, OnlyArg},
    format::FormatArg,
    output,
    progress::checks,
    target::{LayoutArgs, TargetText},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Exits with 1 if it finds a problem that it does not repair.

EXAMPLES
  ocigraph verify registry.example.com/app:v1
  ocigraph verify --repair-index registry.example.com/app:v1
  ocigraph verify --format json oci:some/folder:v1 | jq '.problems[].kind'")]
pub(crate) struct VerifyArgs {
    /// Artifact to start from
    pub(crate) target: TargetText,
    /// Start from the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Repair the lists of referrers that clients keep in a registry or in a layout
    #[arg(long)]
    repair_index: bool,
    #[command(flatten)]
    only: OnlyArg,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

pub(crate) async fn verify(common: &Common, args: VerifyArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let mut options = VerifyOptions::default();
    options.platform = args.platform;
    options.repair_index = args.repair_index;
    options.only = args.only.kind();
    options.concurrency = common.concurrency();
    options.progress = checks(common, &format);
    let report = common.client()?.verify(&target.reference, options).await?;
    let text = || {
        report.problems.iter().for_each(|problem| print("", problem));
        report.repaired.iter().for_each(|problem| print("repaired: ", problem));
        let found = match report.problems.len() {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        output::line(&format!("Checked {} items under {target}: {found}", report.checked));
    };
    format.print(|| report.to_json(KeyCase::Camel), text)?;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(prefix: &str, problem: &Problem) {
    let path: Vec<&str> =
        problem.path.iter().chain([&problem.descriptor.digest]).map(Digest::as_str).collect();
    output::line(&format!("{prefix}{}: {}", problem.kind.name(), path.join(" > ")));
    output::line(&format!("  {}", ocigraph::printable(&problem.detail)));
}

//! `check`: tells whether what a policy requires is attached to an image.

use clap::Args;
use ocigraph::{
    CheckOptions, CheckReport, CheckedRequirement, Code, Error, KeyCase, Platform, Presence,
    Result, ToJson,
};

use crate::{
    ExitCode,
    args::Common,
    format::FormatArg,
    output,
    target::{LayoutArgs, TargetText},
};

#[derive(Debug, Args)]
#[command(after_help = "\
A KIND is signature, attestation, provenance, sbom, scan-result, vex or chart. TYPE is the predicate
type of an attestation, or an artifact type. An index has what is attached to it, or to each of its
images.

check tells whether something is attached, not whether it is valid: it verifies no signature.

EXIT CODES
  0  everything is attached
  1  something is missing, or the image does not exist
  3  unknown: the registry refused, throttled or failed, so something may be attached

EXAMPLES
  ocigraph check --require signature registry.example.com/app:v1
  ocigraph check --require sbom --require provenance=https://slsa.dev/provenance/v1 \\
    --each-platform registry.example.com/app:v1
  ocigraph check --require artifact-type=application/vnd.example.scan --format json \\
    registry.example.com/app:v1 > report.json || echo \"not deployed: exit code $?\"")]
pub(crate) struct CheckArgs {
    /// Image or index to check
    pub(crate) target: TargetText,
    /// What must be attached; can be repeated
    #[arg(long = "require", value_name = "KIND[=TYPE]|artifact-type=TYPE", required = true)]
    requirements: Vec<String>,
    /// Check each image of an index for itself; what is attached to the index counts for none
    #[arg(long)]
    each_platform: bool,
    /// Check the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]", conflicts_with = "each_platform")]
    platform: Option<Platform>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

pub(crate) async fn check(common: &Common, args: CheckArgs) -> Result<ExitCode> {
    let (reference, format) = (args.layout.reference(&args.target)?, args.format.open()?);
    let mut options = CheckOptions::default();
    options.platform = args.platform;
    options.each_platform = args.each_platform;
    options.concurrency = common.concurrency();
    let report = match common.client()?.check(&reference, &args.requirements, options).await {
        Ok(report) => report,
        Err(error) if says_nothing(&error) => {
            output::error(&error);
            return Ok(ExitCode::UNKNOWN);
        }
        Err(error) => return Err(error),
    };
    format.print(|| report.to_json(KeyCase::Camel), || print(&report))?;
    Ok(match report.presence {
        Presence::Present => ExitCode::SUCCESS,
        Presence::Missing => ExitCode::FAILURE,
        _ => ExitCode::UNKNOWN,
    })
}

/// Returns true for an error after which nothing is known of the image.
fn says_nothing(error: &Error) -> bool {
    !matches!(
        error.code(),
        Code::NotFound | Code::InvalidArgument | Code::InvalidReference | Code::Cancelled
    )
}

fn print(report: &CheckReport) {
    let mut image = None;
    for required in &report.requirements {
        let descriptor = &required.descriptor;
        if image != Some(&descriptor.digest) {
            image = Some(&descriptor.digest);
            let platform = descriptor.platform.as_ref().map(|platform| format!("  {platform}"));
            output::line(&format!("{}{}", descriptor.digest, platform.unwrap_or_default()));
        }
        print_requirement(required);
    }
    output::line("Attached does not mean valid: no signature was verified.");
}

fn print_requirement(required: &CheckedRequirement) {
    let found: Vec<&str> = required.found.iter().map(|found| found.digest.as_str()).collect();
    let line = format!(
        "  {:8} {}  {}",
        required.presence.name(),
        ocigraph::printable(&required.requirement),
        found.join(" ")
    );
    output::line(line.trim_end());
    for detail in &required.details {
        output::line(&format!("           {}", ocigraph::printable(detail)));
    }
}

//! `migrate`: gives what is attached to an artifact another form.

use clap::{Args, ValueEnum};
use ocigraph::{
    AttachmentForm, KeyCase, MigrateOptions, MigrateReport, Migration, MigrationKind, Result,
    ToJson,
};

use crate::{
    ExitCode,
    args::Common,
    format::FormatArg,
    output,
    target::{LayoutArgs, Target, TargetText},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Migrates what is attached to the artifact, to the images of an index, and to attachments.

To referrers: the tags sha256-<hex>.sig, .att and .sbom of cosign and the artifact manifests of ORAS
become OCI 1.1 referrers, and the referrers API lists what only a fallback tag listed. To tags: the
referrers of cosign get its tags again, and a fallback tag lists what the API lists.

Prints what stays as it is, with the reason. The command can be repeated.

EXAMPLES
  ocigraph migrate --dry-run registry.example.com/app:v1
  ocigraph migrate --remove-old registry.example.com/app:v1
  ocigraph migrate --to tags --format json registry.example.com/app:v1 | jq '.kept'")]
pub(crate) struct MigrateArgs {
    /// Artifact whose attachments are migrated
    pub(crate) target: TargetText,
    /// Form that the attachments get
    #[arg(long, value_name = "FORM", default_value = "referrers")]
    to: Form,
    /// Print what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Delete the old form of each attachment after its new form was read back
    #[arg(long)]
    remove_old: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

/// The form of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// OCI 1.1 manifests with a subject
    Referrers,
    /// Tags of cosign, and fallback tags
    Tags,
}

pub(crate) async fn migrate(common: &Common, args: MigrateArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.target(&args.target)?, args.format.open()?);
    let mut options = MigrateOptions::default();
    options.to = match args.to {
        Form::Referrers => AttachmentForm::Referrers,
        Form::Tags => AttachmentForm::Tags,
    };
    options.dry_run = args.dry_run;
    options.remove_old = args.remove_old;
    options.concurrency = common.concurrency();
    let report = common.client()?.migrate(&target.reference, options).await?;
    format.print(|| report.to_json(KeyCase::Camel), || print(&report, &target))?;
    Ok(ExitCode::SUCCESS)
}

fn print(report: &MigrateReport, target: &Target) {
    let (migrated, kept, removed) = match report.dry_run {
        true => ("Would migrate", "Would keep", "Would remove"),
        false => ("Migrated", "Kept", "Removed"),
    };
    for migration in &report.migrated {
        let done = if migration.existed { "Already migrated" } else { migrated };
        output::line(&format!("{done} {}: {}", migration.kind.name(), change(migration)));
    }
    for one in &report.removed {
        let tag = one.tag.iter().map(|tag| format!(" ({tag})")).collect::<String>();
        output::line(&format!("{removed} {}{tag}", one.descriptor.digest));
    }
    for one in &report.kept {
        let name = one.tag.as_deref().unwrap_or(one.descriptor.digest.as_str());
        let reason = ocigraph::printable(&one.reason);
        output::line(&format!(
            "{kept} {}: {}: {reason}",
            one.kind.name(),
            ocigraph::printable(name)
        ));
    }
    if report.migrated.is_empty() && report.kept.is_empty() {
        output::note(&format!("Nothing that is attached to {target} has another form."));
    }
}

fn change(migration: &Migration) -> String {
    let Migration { kind, old_manifest: old, new_manifest: new, .. } = migration;
    let (old_tag, new_tag) = (migration.old_tag.as_deref(), migration.new_tag.as_deref());
    let list = old_tag.or(new_tag).unwrap_or_default();
    match kind {
        MigrationKind::TagToReferrer => format!("{list} to {}", new.digest),
        MigrationKind::ReferrerToTag => format!("{} to {list}", old.digest),
        MigrationKind::ListByApi => format!("{} from {list}", old.digest),
        MigrationKind::ListByTag => format!("{} in {list}", old.digest),
        _ => format!("{} to {}", old.digest, new.digest),
    }
}

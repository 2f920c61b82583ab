//! `prune`: deletes what is old, orphaned or untagged from repositories and layouts.

use std::path::PathBuf;

use clap::Args;
use ocigraph::{
    Code, Error, KeepCause, KeptManifest, KeyCase, PruneOptions, PruneReport, PrunedKind,
    PrunedManifest, PrunedRepository, Reference, Result, ToJson, printable,
};

use crate::{
    ExitCode,
    args::{Common, clamped, count, usage},
    commands::delete::{cancelled, confirmed},
    format::FormatArg,
    output,
    usage::Usage,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Selects nothing unless an option asks for it: --older-than and --keep-last, --tags, --untagged,
--orphans, --dead-tags. What something needs that stays is kept: the images of an index, subjects, and
everything attached. What is attached to a deleted manifest goes with it. A manifest with a kept and a
selected tag stays, and only the selected tag is removed.

The time of an image is that of the registry (Azure), of its annotation or of its config. An image whose
time is unknown is kept. If a list or a manifest cannot be read, everything in that repository is kept.

--plan writes the plan to a file and deletes nothing. --execute executes it later, refuses what has
changed since then, and can be repeated after an interruption.

EXIT CODES
  0  everything was deleted that was selected, or nothing was
  1  something could not be read or deleted, or a plan deletes more than --max

EXAMPLES
  ocigraph prune --older-than 90d --keep-last 10 --keep-tags 'v*' --dry-run registry.example.com/app
  ocigraph prune --tags 'pr-*' --older-than 2w --max 100 --yes registry.example.com/app
  ocigraph prune --orphans --dead-tags --plan plan.json registry.example.com/app oci:store
  ocigraph prune --execute plan.json")]
pub(crate) struct PruneArgs {
    /// Repositories or image layouts to prune: host/repository or oci:PATH
    #[arg(value_name = "REPOSITORY", required_unless_present = "execute")]
    pub(crate) references: Vec<Reference>,
    /// Keep tags that match this pattern; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    keep_tags: Vec<String>,
    /// Select tagged manifests without the newest N
    #[arg(long, value_name = "N", value_parser = count)]
    keep_last: Option<u64>,
    /// Select tagged manifests created before this time: 90d, 12h or 2w ago, or a time in RFC 3339
    #[arg(long, value_name = "AGE")]
    older_than: Option<String>,
    /// Select only tags that match this pattern; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    tags: Vec<String>,
    /// Select untagged manifests that nothing needs
    #[arg(long)]
    untagged: bool,
    /// Select referrers whose subject does not exist
    #[arg(long)]
    orphans: bool,
    /// Select tags of cosign, and fallback tags, whose subject does not exist
    #[arg(long)]
    dead_tags: bool,
    /// Select only orphans and tags of cosign with this artifact type; can be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Delete nothing if the plan deletes more than N manifests
    #[arg(long, value_name = "N", value_parser = count)]
    max: Option<u64>,
    /// Print the plan, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the plan to this file, and delete nothing
    #[arg(long, value_name = "FILE", conflicts_with = "execute")]
    plan: Option<PathBuf>,
    /// Execute the plan in this file
    #[arg(long, value_name = "FILE", conflicts_with = "references")]
    execute: Option<PathBuf>,
    /// Delete without asking for confirmation
    #[arg(short, long, visible_alias = "force")]
    yes: bool,
    #[command(flatten)]
    format: FormatArg,
}

impl PruneArgs {
    /// Fails if nothing says what to delete.
    fn check(&self) -> Result<()> {
        let selects_tags =
            self.keep_last.is_some() || self.older_than.is_some() || !self.tags.is_empty();
        let selects = selects_tags || self.untagged || self.orphans || self.dead_tags;
        match selects || self.execute.is_some() {
            true => Ok(()),
            false => Err(usage("nothing says what to delete").with_hint(
                "select by --older-than, --keep-last, --tags, --untagged, --orphans or --dead-tags",
            )),
        }
    }

    fn asks(&self) -> bool {
        !self.dry_run && self.plan.is_none() && !self.yes
    }

    pub(crate) fn usage(&self) -> Usage {
        let references = self.references.clone();
        Usage { references, asks: self.asks(), ..Usage::default() }
    }
}

pub(crate) async fn prune(common: &Common, args: PruneArgs) -> Result<ExitCode> {
    let (format, ask) = (args.format.open()?, args.asks());
    args.check()?;
    let client = common.client()?;
    let mut options = PruneOptions::default();
    options.keep_tags = args.keep_tags;
    options.keep_last = args.keep_last.map(clamped);
    options.older_than = args.older_than;
    options.tags = args.tags;
    options.untagged = args.untagged;
    options.orphans = args.orphans;
    options.dead_tags = args.dead_tags;
    options.artifact_types = args.types;
    options.max = args.max.map(clamped);
    options.dry_run = args.dry_run || ask;
    options.plan = args.plan;
    options.execute = args.execute;
    options.concurrency = common.concurrency();
    let planned = client.prune(&args.references, options.clone()).await;
    let mut report = planned.map_err(with_flags)?;
    if ask {
        report.check_maximum(options.max)?;
    }
    if ask && report.repositories.iter().any(|repository| !repository.deleted.is_empty()) {
        lines(&report).iter().for_each(|line| output::note(line));
        if !confirmed(common, "Delete these?")? {
            return Ok(cancelled(common));
        }
        report = client.prune_as_planned(report, &options).await?;
    } else if ask {
        report.dry_run = false;
    }
    let text = || lines(&report).iter().for_each(|line| output::line(line));
    format.print(|| report.to_json(KeyCase::Camel), text)?;
    report.failed.iter().for_each(|failure| output::error(&failure.error));
    if report.dry_run {
        report.check_maximum(options.max)?;
    }
    check(&report)
}

/// Names the options in an error as flags.
fn with_flags(error: Error) -> Error {
    let flags = [
        ("keep_tags", "--keep-tags"),
        ("keep_last", "--keep-last"),
        ("older_than", "--older-than"),
        ("dead_tags", "--dead-tags"),
        ("artifact_types", "--type"),
    ];
    let in_flags = |text: &str| {
        flags.iter().fold(text.to_owned(), |text, (name, flag)| text.replace(name, flag))
    };
    if error.code() != Code::InvalidArgument {
        return error;
    }
    let (message, hint) = (in_flags(error.message()), error.hint().map(in_flags));
    let error = error.with_message(message);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// A script must not take a prune for complete that left something.
fn check(report: &PruneReport) -> Result<ExitCode> {
    let refused: usize = report.repositories.iter().map(|one| one.refused.len()).sum();
    if refused > 0 {
        let message = format!("manifests and tags that could not be deleted: {refused}");
        return Err(Error::new(Code::Conflict, message)
            .with_hint("the reasons are above; make a new plan for what has changed"));
    }
    let is_left = |kept: &&KeptManifest| kept.cause == KeepCause::TagNotRemovable;
    let kept = report.repositories.iter().flat_map(|one| &one.kept);
    let left: usize = kept.filter(is_left).map(|kept| kept.tags.len()).sum();
    if left > 0 {
        let message = format!("tags that the registry cannot remove alone: {left}");
        return Err(Error::new(Code::Unsupported, message).with_hint(
            "keep them with --keep-tags, or remove the other tags of their manifests too",
        ));
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lines(report: &PruneReport) -> Vec<String> {
    let mut lines = Vec::new();
    for repository in &report.repositories {
        lines.push(repository.repository.to_string());
        lines.extend(lines_of(repository, report.dry_run));
    }
    let done = if report.dry_run { "Would delete" } else { "Deleted" };
    lines.push(format!(
        "{done} {} and {} alone in {}",
        number(report.manifests(), "manifest", "manifests"),
        number(report.tags(), "tag", "tags"),
        number(report.repositories.len(), "repository", "repositories"),
    ));
    lines
}

fn lines_of(repository: &PrunedRepository, dry_run: bool) -> Vec<String> {
    let (delete, keep) = if dry_run { ("Would delete", "Would keep") } else { ("Deleted", "Kept") };
    let deleted = repository.deleted.iter().map(|entry| {
        let delete = if entry.gone { "Was gone" } else { delete };
        format!("  {delete} {}: {}", what(entry), printable(&entry.reason))
    });
    let kept = repository.kept.iter().map(|kept| {
        let name = named(kept.descriptor.digest.as_str(), &kept.tags);
        format!("  {keep} {name}: {}", printable(&kept.reason))
    });
    let refused = repository.refused.iter().map(|refused| {
        let name = named(refused.descriptor.digest.as_str(), &refused.tags);
        format!("  Refused {name}: {}", printable(refused.error.message()))
    });
    let unread = repository.unread.iter().map(|one| format!("  Not read: {}", printable(one)));
    let unseen = repository.unseen.iter().map(|one| format!("  Note: {}", printable(one)));
    deleted.chain(kept).chain(refused).chain(unread).chain(unseen).collect()
}

fn what(entry: &PrunedManifest) -> String {
    let digest = entry.descriptor.digest.as_str();
    let created = entry.created.iter().map(|time| format!(" created {}", printable(time)));
    let created: String = created.collect();
    match entry.kind {
        PrunedKind::Tag => format!("the tag {} of {digest}", printable(&entry.tags.join(", "))),
        kind => {
            let name = named(digest, &entry.tags);
            format!("{} {name} {}{created}", kind.name(), output::kind(&entry.descriptor))
        }
    }
}

fn named(digest: &str, tags: &[String]) -> String {
    match tags.is_empty() {
        true => digest.to_owned(),
        false => format!("{digest} ({})", printable(&tags.join(", "))),
    }
}

fn number(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

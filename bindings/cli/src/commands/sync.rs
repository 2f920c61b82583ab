//! `sync`: copies many references with everything attached, and says what the destination lacks.

mod report;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ocigraph::{KeyCase, Result, SyncOptions, SyncRow, SyncSummary, ToJson, printable};
use serde_json::json;

use self::report::Report;
use crate::{
    ExitCode,
    args::{Common, clamped, count, usage},
    output,
    rows::Lines,
    sides::{self, FromArgs, ToArgs},
};

#[derive(Debug, Args)]
#[command(after_help = "\
A SOURCE is an image, a repository, a pattern, a registry, or an image layout: host/repository[:TAG],
host/PATTERN[:TAG], host, oci:PATH[:TAG]. TAG is a tag, a pattern, or several tags with commas between
them. The DESTINATION of one repository is host/repository or oci:PATH. Several repositories keep their
paths below host or host/prefix, and their names in oci:PATH.

OUTCOMES
  copied, existed        the destination has all of it
  missing, refused       the destination lacks something, or one side refused it
  changed, unknown       the tag names something else; something could not be read
  removed                the tag was removed, since the source does not have it

EXIT CODES
  0  the destination has everything
  1  something is missing, refused, changed or unknown, or a pattern matches nothing

EXAMPLES
  ocigraph sync registry.example.com/app:v1 mirror.example.com/app
  ocigraph sync 'registry.example.com/team/**:v1.*' mirror.example.com --checkpoint sync.state
  ocigraph sync --from images.txt mirror.example.com/copies --report report.html
  ocigraph sync registry.example.com/app mirror.example.com/app --prune-destination --dry-run")]
pub(crate) struct SyncArgs {
    /// What to copy, and the destination as the last one
    #[arg(value_name = "SOURCE… DESTINATION", required = true)]
    places: Vec<String>,
    /// Read more sources from this file, one a line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Copy only the images for this platform from indexes. With several platforms, separated by commas or
    /// with the flag repeated, copy new indexes that list only their images
    #[arg(long = "platform", value_name = "OS/ARCH[/VARIANT]", value_delimiter = ',')]
    platforms: Vec<String>,
    /// Copy only the repositories whose names match; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    repositories: Vec<String>,
    /// Copy only the tags that match; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    tags: Vec<String>,
    /// Copy this many tags of each repository: those with the highest versions
    #[arg(long, value_name = "N", value_parser = count)]
    latest: Option<u64>,
    /// Only print what would be done
    #[arg(long)]
    dry_run: bool,
    /// Remove the tags of the destination that the source does not have, within what is selected
    #[arg(long)]
    prune_destination: bool,
    /// Copy a share of the repositories, such as 1/3
    #[arg(long, value_name = "N/COUNT")]
    shard: Option<String>,
    /// Also ask the destination for every blob of what it has, and copy again what it has lost
    #[arg(long)]
    repair: bool,
    /// Record in this file what is done, and continue where a sync stopped that did not reach its end
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Write a report to this file: a page if its name ends with .html, else JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Format of the rows
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: SyncFormat,
    #[command(flatten)]
    pub(crate) from_registry: FromArgs,
    #[command(flatten)]
    pub(crate) to_registry: ToArgs,
}

/// A form of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum SyncFormat {
    /// A line for each row that changed something or failed, and the summary
    #[default]
    Text,
    /// A JSON object for each row, on a line of its own
    Ndjson,
    /// One JSON object with all rows and the summary
    Json,
}

pub(crate) async fn sync(common: &Common, args: SyncArgs) -> Result<ExitCode> {
    let mut sources = args.places;
    let destination = sources.pop().unwrap_or_default();
    let listed = args.from.as_deref().map(Lines::read).transpose()?;
    sources.extend(listed.iter().flat_map(Lines::iter));
    if sources.is_empty() {
        return Err(usage("there is no source")
            .with_hint("name a source before the destination, or a file with --from"));
    }
    let mut options = SyncOptions::default();
    options.platforms = args.platforms;
    options.repositories = args.repositories;
    options.tags = args.tags;
    options.latest = args.latest.map(clamped);
    options.dry_run = args.dry_run;
    options.prune_destination = args.prune_destination;
    options.repair = args.repair;
    options.shard = args.shard;
    options.checkpoint = args.checkpoint;
    options.concurrency = common.concurrency();
    let is_dry = args.dry_run;
    let mut report = match args.report {
        Some(path) => Some(Report::new(path, &sources, &destination)?),
        None => None,
    };
    let mut all = Vec::new();
    let places = (sources.as_slice(), destination.as_str());
    let (client, destination_client) =
        sides::clients_of_sync(common, &args.from_registry, &args.to_registry, places)?;
    options.destination_client = destination_client;
    let check = |line| client.sync(&[line], &destination, SyncOptions::default()).map(drop);
    let mut rows = client.sync(&sources, &destination, options).map_err(|e| match &listed {
        Some(lines) => lines.name_in(e, check),
        None => e,
    })?;
    let mut unauthorized = false;
    // What was done until a failure is in the report too.
    let failure = loop {
        let batch = match rows.next_batch().await {
            Ok(Some(batch)) => batch,
            Ok(None) => break None,
            Err(e) => break Some(e),
        };
        unauthorized |= batch.iter().any(|row| row.code.as_deref() == Some("UNAUTHORIZED"));
        for row in &batch {
            match args.format {
                SyncFormat::Text => text_row(row),
                SyncFormat::Ndjson => {
                    output::line(&ocigraph::json_line(&row.to_json(KeyCase::Camel)));
                }
                SyncFormat::Json => all.push(row.to_json(KeyCase::Camel)),
            }
        }
        if let Some(report) = &mut report {
            batch.into_iter().for_each(|row| report.add(row));
        }
    };
    let summary = rows.summary();
    match args.format {
        // An error that came before anything was done is the whole answer.
        _ if failure.is_some() && summary == SyncSummary::default() => {}
        SyncFormat::Text => output::line(&text_summary(&summary, is_dry)),
        SyncFormat::Ndjson => {}
        SyncFormat::Json => {
            let mut whole = json!({ "rows": all, "summary": summary.to_json(KeyCase::Camel) });
            if let Some(e) = &failure {
                whole["error"] = e.to_string().into();
            }
            output::line(&ocigraph::json_line(&whole));
        }
    }
    if unauthorized && failure.is_none() {
        output::note(
            "A registry asks for another credential: sign in with `ocigraph login`, or pass \
             --from-username or --to-username with a password",
        );
    }
    if let Some(report) = report {
        report.write(&summary, failure.as_ref())?;
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    Ok(if summary.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text_row(row: &SyncRow) {
    if row.outcome == ocigraph::SyncOutcome::Existed {
        return;
    }
    let place = if row.destination.is_empty() { &row.source } else { &row.destination };
    let mut line = format!("{:<12} {}", row.outcome.name(), printable(place));
    if let Some(detail) = &row.detail {
        line.push_str(": ");
        line.push_str(&printable(detail));
    }
    output::line(&line);
}

/// The numbers of rows by outcome, and what was written.
fn text_summary(summary: &SyncSummary, is_dry: bool) -> String {
    let counts = ocigraph::SyncOutcome::ALL
        .into_iter()
        .filter(|outcome| summary.count(*outcome) > 0)
        .map(|outcome| format!("{} {}", summary.count(outcome), outcome.name()));
    let counts: Vec<String> = counts.collect();
    let counts = if counts.is_empty() { "nothing selected".to_owned() } else { counts.join(", ") };
    let resumed = match summary.resumed {
        0 => String::new(),
        rows => format!(" ({rows} of them by an earlier sync)"),
    };
    if is_dry {
        return format!("{counts}{resumed}; dry run: nothing was written");
    }
    let manifests = match summary.manifests {
        1 => "1 manifest".to_owned(),
        manifests => format!("{manifests} manifests"),
    };
    format!("{counts}{resumed}; {manifests}, {} bytes written", summary.bytes)
}

//! `sweep`: prints what is attached to every image of registries and repositories, as rows.

use std::path::PathBuf;

use clap::Args;
use ocigraph::{KeyCase, Result, SweepOptions, SweepRow, SweepSummary, ToJson, printable};
use serde_json::json;

use crate::{
    ExitCode,
    args::{Common, clamped, count},
    output,
    rows::{ColumnType, Columns, Lines, RowFormat, RowOutput},
};

#[derive(Debug, Args)]
#[command(after_help = "\
A TARGET is a registry, a repository, a pattern, or an image layout: host, host/repository[:TAG],
host/PATTERN[:TAG], oci:PATH[:TAG]. TAG is a tag, a pattern, or several tags with commas between them.
In a pattern, * means any characters but /, ** those too, ? one, {a,b} one of several texts.

The row of an image has depth 0 and follows the rows of what is attached to it. Its status is found,
none (nothing is attached), missing (it does not exist), unknown or refused (more can be attached).

EXIT CODES
  0  everything was read
  1  something that was named or listed does not exist, or a pattern matches nothing
  3  something is unknown: the registry refused, throttled or failed

EXAMPLES
  ocigraph sweep registry.example.com/app
  ocigraph sweep registry.example.com --latest 3 --format parquet --output sweep.parquet
  ocigraph sweep --from images.txt --summary
  ocigraph sweep 'registry.example.com/team/**:v*' --checkpoint sweep.state --output rows.ndjson")]
pub(crate) struct SweepArgs {
    /// Registries, repositories, patterns or image layouts
    #[arg(value_name = "TARGET", required_unless_present = "from")]
    targets: Vec<String>,
    /// Read more targets from this file, one a line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Sweep only the repositories whose names match; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    repositories: Vec<String>,
    /// Sweep only the tags that match; several with commas between them, or the flag repeated
    #[arg(long, value_name = "PATTERN")]
    tags: Vec<String>,
    /// Sweep this many tags of each repository: those with the highest versions
    #[arg(long, value_name = "N", value_parser = count)]
    latest: Option<u64>,
    /// Maximum number of levels; 1 is what is directly attached
    #[arg(long, value_name = "N", value_parser = count)]
    depth: Option<u64>,
    /// Sweep a share of the repositories, such as 1/3
    #[arg(long, value_name = "N/COUNT")]
    shard: Option<String>,
    /// Record in this file what is done, and continue where a sweep was killed, or left something unknown
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Format of the rows: ndjson, csv, parquet, or json for one document with rows and summary
    #[arg(long, value_name = "FORMAT", default_value_t)]
    format: RowFormat,
    /// Write the rows to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print how many images have attachments of each kind, as JSON with --format json, and the rows only to
    /// --output
    #[arg(long)]
    summary: bool,
    /// Draw the summary into this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The reasons that are printed of rows that are not.
const MAX_REASONS: usize = 10;

/// The columns of [`ocigraph::SweepRow`].
const COLUMNS: Columns = &[
    ("registry", ColumnType::Text),
    ("repository", ColumnType::Text),
    ("tag", ColumnType::Text),
    ("image", ColumnType::Text),
    ("subject", ColumnType::Text),
    ("digest", ColumnType::Text),
    ("edge", ColumnType::Text),
    ("label", ColumnType::Text),
    ("kinds", ColumnType::Texts),
    ("artifact_type", ColumnType::Text),
    ("predicate_types", ColumnType::Texts),
    ("media_type", ColumnType::Text),
    ("size", ColumnType::Number),
    ("created", ColumnType::Text),
    ("platform", ColumnType::Text),
    ("depth", ColumnType::Number),
    ("status", ColumnType::Text),
    ("error", ColumnType::Text),
];

pub(crate) async fn sweep(common: &Common, args: SweepArgs) -> Result<ExitCode> {
    let mut targets = args.targets;
    let listed = args.from.as_deref().map(Lines::read).transpose()?;
    targets.extend(listed.iter().flat_map(Lines::iter));
    let resumes = args.checkpoint.is_some();
    let shows_rows = args.output.is_none();
    let mut out = match args.summary && args.output.is_none() {
        true => None,
        false => Some(RowOutput::new(COLUMNS, args.format, args.output, resumes)?),
    };
    let mut options = SweepOptions::default();
    options.repositories = args.repositories;
    options.tags = args.tags;
    options.latest = args.latest.map(clamped);
    options.depth = args.depth.map(clamped);
    options.shard = args.shard;
    options.checkpoint = args.checkpoint;
    options.concurrency = common.concurrency();
    let client = common.client()?;
    let check = |line| client.sweep(&[line], SweepOptions::default()).map(drop);
    let mut rows = client.sweep(&targets, options).map_err(|e| match &listed {
        Some(lines) => lines.name_in(e, check),
        None => e,
    })?;
    let mut document = Vec::new();
    let is_shown = out.is_some() && shows_rows;
    let mut reasons = Vec::new();
    while let Some(batch) = rows.next_batch().await? {
        if !is_shown {
            let failed = batch.iter().filter(|row| row.error.is_some());
            reasons.extend(failed.map(reason).take(MAX_REASONS - reasons.len()));
        }
        if args.format == RowFormat::Json {
            document.extend(batch.iter().map(|row| row.to_json(KeyCase::Camel)));
        } else if let Some(out) = &mut out {
            out.write(&batch, rows.summary().resumed_rows)?;
        }
    }
    let summary = rows.summary();
    match out {
        Some(_) if args.format == RowFormat::Json => {
            let summary = summary.to_json(KeyCase::Camel);
            output::json(&json!({ "rows": document, "summary": summary }));
        }
        Some(out) => out.end(summary.resumed_rows)?,
        None => {}
    }
    match (args.summary, args.format) {
        (true, RowFormat::Json) => output::json(&summary.to_json(KeyCase::Camel)),
        (true, _) => output::bytes(summary.table().as_bytes()),
        (false, _) => {}
    }
    reasons.iter().for_each(|reason| output::note(reason));
    if summary.resumed_rows > 0 {
        output::note(&format!(
            "{} of the rows are of the sweep that the checkpoint continues",
            summary.resumed_rows
        ));
    }
    if let Some(path) = &args.svg {
        std::fs::write(path, summary.svg())
            .map_err(|e| crate::rows::write_error(Some(path), &e))?;
    }
    Ok(code(&summary))
}

/// The reason of a row that is not shown, as a line.
fn reason(row: &SweepRow) -> String {
    let mut place = row.registry.clone();
    if !row.repository.is_empty() {
        place = format!("{place}/{}", row.repository);
    }
    if let Some(tag) = &row.tag {
        place = format!("{place}:{tag}");
    }
    let error = row.error.as_deref().unwrap_or_default();
    format!("{:<8} {}: {}", row.status.name(), printable(&place), printable(error))
}

fn code(summary: &SweepSummary) -> ExitCode {
    if summary.unknown > 0 || summary.refused > 0 {
        ExitCode::UNKNOWN
    } else if summary.missing > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

//! The report of a sync as a page or as JSON: what the destination lacks comes first.

use std::{fmt::Write, fs::File, path::PathBuf};

use ocigraph::{Error, KeyCase, Result, SyncOutcome, SyncRow, SyncSummary, ToJson, markup_text};
use serde_json::json;

use super::text_summary;
use crate::rows::write_error;

/// Rows of one outcome that a report has. It says how many it leaves out.
const MAX_ROWS: usize = 2000;

/// The outcomes in the order of the page: what needs someone comes first.
const ORDER: [SyncOutcome; 9] = [
    SyncOutcome::Missing,
    SyncOutcome::Refused,
    SyncOutcome::Changed,
    SyncOutcome::Unknown,
    SyncOutcome::WouldCopy,
    SyncOutcome::WouldRemove,
    SyncOutcome::Copied,
    SyncOutcome::Removed,
    SyncOutcome::Existed,
];

/// Self-contained: no scripts, no other files.
const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--bad:#b3261e;--good:#1b6e3c}\
@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7bd99b}}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}.bad{color:var(--bad)}.good{color:var(--good)}\
table{border-collapse:collapse;width:100%}\
td,th{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top;\
overflow-wrap:anywhere}code{font-size:.85em}summary{cursor:pointer;font-weight:600;margin-top:1rem}";

pub(super) struct Report {
    path: PathBuf,
    sources: Vec<String>,
    destination: String,
    rows: [Vec<SyncRow>; ORDER.len()],
    left_out: [u64; ORDER.len()],
}

impl Report {
    /// Fails if the file cannot be written: a sync can take hours.
    pub(super) fn new(path: PathBuf, sources: &[String], destination: &str) -> Result<Self> {
        let opened = File::options().create(true).append(true).open(&path);
        opened.map_err(|e| write_error(Some(&path), &e))?;
        let (sources, destination) = (sources.to_vec(), destination.to_owned());
        let rows = std::array::from_fn(|_| Vec::new());
        Ok(Self { path, sources, destination, rows, left_out: [0; ORDER.len()] })
    }

    pub(super) fn add(&mut self, row: SyncRow) {
        let position = ORDER.iter().position(|outcome| *outcome == row.outcome).unwrap_or(0);
        match self.rows[position].len() {
            MAX_ROWS.. => self.left_out[position] += 1,
            _ => self.rows[position].push(row),
        }
    }

    /// Writes the report. `failure` is the error that ended the sync early.
    pub(super) fn write(&self, summary: &SyncSummary, failure: Option<&Error>) -> Result<()> {
        let is_page = self.path.extension().is_some_and(|extension| extension == "html");
        let text = if is_page { self.page(summary, failure) } else { self.json(summary, failure) };
        std::fs::write(&self.path, text).map_err(|e| write_error(Some(&self.path), &e))
    }

    fn json(&self, summary: &SyncSummary, failure: Option<&Error>) -> String {
        let rows = self.rows.iter().flatten().map(|row| row.to_json(KeyCase::Camel));
        let mut text = ocigraph::json_line(&json!({
            "sources": self.sources,
            "destination": self.destination,
            "summary": summary.to_json(KeyCase::Camel),
            "rows": rows.collect::<Vec<_>>(),
            "leftOut": self.left_out.iter().sum::<u64>(),
            "error": failure.map(ToString::to_string),
        }));
        text.push('\n');
        text
    }

    fn page(&self, summary: &SyncSummary, failure: Option<&Error>) -> String {
        let failures = ORDER.iter().filter(|outcome| outcome.is_failure());
        let failures: u64 = failures.map(|outcome| summary.count(*outcome)).sum();
        let planned = summary.would_copy + summary.would_remove;
        let (class, verdict) = match (failure, failures) {
            (Some(error), _) => ("bad", format!("The sync ended early: {error}")),
            (None, 0) if planned > 0 => {
                ("good", format!("A dry run: {planned} references would change."))
            }
            (None, 0) => ("good", "The destination has everything.".to_owned()),
            (None, 1) => ("bad", "1 reference needs attention.".to_owned()),
            (None, count) => ("bad", format!("{count} references need attention.")),
        };
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>Sync to {to}</title><link rel=\"icon\" href=\"data:,\"><style>{STYLE}</style>\
             </head><body>\n<h1>Sync to {to}</h1>\n<p class=\"{class}\"><strong>{verdict}</strong></p>\n\
             <p>{counts}</p>\n",
            to = markup_text(&self.destination),
            counts = markup_text(&text_summary(summary, planned > 0)),
            verdict = markup_text(&verdict),
        );
        for (position, outcome) in ORDER.iter().enumerate() {
            let (rows, left_out) = (&self.rows[position], self.left_out[position]);
            if rows.is_empty() {
                continue;
            }
            let title = format!("{} ({})", outcome.name(), rows.len() as u64 + left_out);
            let end = match outcome.is_failure() {
                true => {
                    page += &format!("<section><h2 class=\"bad\">{title}</h2>\n");
                    "</section>\n"
                }
                false => {
                    page += &format!("<details><summary>{title}</summary>\n");
                    "</details>\n"
                }
            };
            page += "<table><thead><tr><th>Destination</th><th>Source</th><th>Detail</th></tr></thead>\
                     <tbody>\n";
            rows.iter().for_each(|row| add_row(&mut page, row));
            page += "</tbody></table>\n";
            if left_out > 0 {
                page += &format!("<p>{left_out} more are left out of this page.</p>\n");
            }
            page += end;
        }
        let sources: Vec<String> = self.sources.iter().take(100).map(|s| markup_text(s)).collect();
        let more = self.sources.len() - sources.len();
        page += &format!(
            "<details><summary>Sources ({})</summary><p>{}</p>",
            self.sources.len(),
            sources.join("<br>")
        );
        if more > 0 {
            page += &format!("<p>{more} more are left out of this page.</p>");
        }
        page += "</details>\n</body></html>\n";
        page
    }
}

fn add_row(page: &mut String, row: &SyncRow) {
    let detail = row.detail.as_deref().unwrap_or_default();
    let code = row.code.as_deref().map(|code| format!(" <code>{}</code>", markup_text(code)));
    // A string takes everything that is written to it.
    let _ = writeln!(
        page,
        "<tr><td>{}</td><td>{}</td><td>{}{}</td></tr>",
        markup_text(&row.destination),
        markup_text(&row.source),
        markup_text(detail),
        code.unwrap_or_default()
    );
}

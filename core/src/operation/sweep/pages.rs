//! A sweep page by page, for languages that hold its state in their client.

use serde::Serialize;

use super::{row::SweepRow, summary::SweepSummary};
use crate::{operation::rows::Rows, store::cursors::Cursors};
use ocigraph_types::Result;

/// Some rows of a sweep.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct SweepPage {
    /// The next rows. Empty only if the sweep is over.
    pub rows: Vec<SweepRow>,
    /// What continues the sweep, until [`Client::sweep_end`](crate::Client::sweep_end).
    pub cursor: String,
    /// The rows that were returned before, by the sweep that the checkpoint continues.
    pub resumed_rows: u64,
}

/// Reads the next page of a sweep, and holds the sweep under its cursor.
pub(crate) async fn next_page(
    mut rows: Rows<SweepRow, SweepSummary>,
    cursor: String,
    cursors: &Cursors,
) -> Result<SweepPage> {
    let batch = rows.next_batch().await?.unwrap_or_default();
    let resumed_rows = rows.summary().resumed_rows;
    cursors.hold(&cursor, rows)?;
    Ok(SweepPage { rows: batch, cursor, resumed_rows })
}

/// Ends a sweep, and returns its totals so far.
pub(crate) fn end(cursor: &str, cursors: &Cursors) -> Result<SweepSummary> {
    cursors.take::<Rows<SweepRow, SweepSummary>>(cursor).map(|rows| rows.summary())
}

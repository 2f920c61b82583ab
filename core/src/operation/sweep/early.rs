//! Rows of an image that is not complete.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::row::SweepRow;

/// Rows that are passed on before their image is complete.
#[derive(Default)]
pub(super) struct EarlyRows {
    rows: Mutex<Vec<SweepRow>>,
    pub(super) added: Notify,
}

impl EarlyRows {
    pub(super) fn add(&self, rows: Vec<SweepRow>) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
        self.added.notify_one();
    }

    pub(super) fn take(&self) -> Vec<SweepRow> {
        std::mem::take(&mut self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

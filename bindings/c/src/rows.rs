//! The rows of an operation, which the caller reads batch by batch.

use std::sync::{Arc, Weak};

use ::ocigraph_runtime::{Batch, ProcessLocal, SharedRows};
use ocigraph::{Client, Code, Error, Result, Rows};

use crate::{
    callback::Gate,
    client::CallContext,
    job::Job,
    runtime::{RUNTIME_ENDED, Threads},
    text::invalid,
};

/// The rows of an operation. It does not keep the threads alive, which end with their client or runtime.
pub(crate) struct RowsHandle<T, S> {
    core: ProcessLocal<Client>,
    threads: Weak<Threads>,
    operation: &'static str,
    on: String,
    rows: SharedRows<T, S>,
}

impl<T: Send + 'static, S: Clone + Send + 'static> RowsHandle<T, S> {
    /// Opens rows on the threads of the client.
    pub(crate) fn new(
        client: &CallContext,
        operation: &'static str,
        on: impl ToString,
        open: impl FnOnce(&Client) -> Result<Rows<T, S>>,
    ) -> Result<Self> {
        let threads = client.threads.enter()?;
        let rows = SharedRows::new(open(&client.core)?, threads.operations);
        let threads = Arc::downgrade(&client.threads);
        let core = ProcessLocal::new(client.core.clone());
        Ok(Self { core, threads, operation, on: on.to_string(), rows })
    }

    /// Returns the job that waits for the next batch, and what it runs on. Neither needs the handle, which a
    /// callback may free.
    pub(crate) fn next(&self) -> Result<(CallContext, Job<Batch<T, S>>)> {
        let Some(threads) = self.threads.upgrade() else {
            return Err(Error::new(Code::Cancelled, RUNTIME_ENDED));
        };
        let core = self.core.get().ok_or_else(forked)?.clone();
        let next = self.rows.next().ok_or_else(forked)?;
        let context = CallContext { core, threads };
        Ok((context, Job::new(self.operation, &self.on, Gate::default(), next)))
    }

    pub(crate) fn summary(&self) -> Result<S> {
        self.rows.summary().ok_or_else(forked)
    }
}

fn forked() -> Error {
    invalid("these rows were created before the process was forked")
        .with_hint("start the operation again in the child process")
}

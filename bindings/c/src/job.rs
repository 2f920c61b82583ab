//! A job: one operation with its callbacks.
//!
//! A job runs on the library's threads, so that no connection is written to on a thread of the
//! program. The blocking form waits for the job and runs progress and write callbacks on the waiting
//! thread. The callback form returns immediately and runs callbacks on threads for callbacks. No
//! callback runs on a thread that transfers content.
//!
//! The cancel token, a progress callback and the end of the runtime cancel a job in both forms. A job
//! is over when no callback is running, its partial files are removed and its upload sessions are
//! cancelled; it waits a limited time for the latter two.

use std::{ffi::c_void, future::Future, pin::Pin};

use ::ocigraph_runtime::{CANCELLED, ErrorContext, Task};
use bytes::Bytes;
use ocigraph::{Code, Error, Result};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    callback::{Gate, UserData, WriteCallback},
    cancel::ocigraph_cancel,
    client::CallContext,
    error::ocigraph_error,
    handle::as_ref,
    runtime::{Callback, RUNTIME_ENDED, in_callback},
    status::{OCIGRAPH_OK, ocigraph_status},
};

/// Content for the calling thread, and the write callback that receives it.
struct Content {
    chunks: mpsc::Receiver<Bytes>,
    write: WriteCallback,
}

/// The next step of the waiting thread.
enum Step<T> {
    DeliverEvents,
    Write(Bytes),
    Finish(Result<T>),
}

pub(crate) struct Job<T> {
    context: ErrorContext,
    future: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
    gate: Gate,
    content: Option<Content>,
}

/// The reason in the error of an operation that its progress callback has cancelled.
const ENDED_BY_PROGRESS: &str = "the progress callback ended it";

/// A completion callback, which receives the result of an operation.
pub(crate) type CompletionFn<T> = unsafe extern "C" fn(
    user_data: *mut c_void,
    status: ocigraph_status,
    result: Option<Box<T>>,
    error: Option<Box<ocigraph_error>>,
);

impl<T: Send + 'static> Job<T> {
    pub(crate) fn new(
        operation: &'static str,
        on: impl ToString,
        gate: Gate,
        future: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        let context = ErrorContext::new(operation, on.to_string());
        Self { context, future: Box::pin(future), gate, content: None }
    }

    /// Adds content that the waiting thread passes to `write`. The job drops `chunks` when `write`
    /// takes no more content.
    pub(crate) fn with_content(self, chunks: mpsc::Receiver<Bytes>, write: WriteCallback) -> Self {
        Self { content: Some(Content { chunks, write }), ..self }
    }

    /// Runs the job and returns its result: the blocking form.
    pub(crate) fn run(mut self, client: &CallContext, cancel: *const ocigraph_cancel) -> Result<T> {
        let handles = client.threads.enter()?;
        let cancel = as_ref(cancel).map(|cancel| cancel.0.child_token()).unwrap_or_default();
        let (gate, context, mut content) =
            (self.gate.clone(), self.context.clone(), self.content.take());
        let (send, mut receive) = oneshot::channel();
        let operation = self.run_until(cancel.clone(), handles.ended.clone());
        handles.operations.spawn(async move {
            // The receiver exists until it has received the result.
            let _ = send.send(operation.await);
        });
        let mut written = Ok(());
        let result = loop {
            // Callbacks run outside of any async context, because they may block.
            let step = handles.operations.block_on(next_step(&gate, &mut content, &mut receive));
            match step {
                Step::DeliverEvents if cancel.is_cancelled() => {}
                Step::DeliverEvents => gate.deliver(),
                Step::Write(chunk) => {
                    let write = content.as_ref().map(|content| content.write);
                    match write.map_or(Ok(false), |write| write.write(&gate, &chunk)) {
                        Ok(true) => {}
                        Ok(false) => content = None,
                        Err(failure) => {
                            (written, content) = (Err(failure), None);
                            cancel.cancel();
                        }
                    }
                }
                Step::Finish(result) => break result,
            }
        };
        if !cancel.is_cancelled() {
            gate.deliver();
        }
        gate.close();
        written.map_err(|e| context.apply(e)).and(final_result(&gate, &cancel, &context, result))
    }

    /// Starts the job; `done` receives its result: the callback form.
    pub(crate) fn start(
        self,
        client: &CallContext,
        cancel: *const ocigraph_cancel,
        done: CompletionFn<T>,
        user_data: *mut c_void,
    ) -> Result<()> {
        self.start_with(client, cancel, Some, done, user_data)
    }

    /// Starts the job, like [`start`](Self::start). `finish` makes the result that `done` receives, which can
    /// be NULL.
    pub(crate) fn start_with<R: 'static>(
        self,
        client: &CallContext,
        cancel: *const ocigraph_cancel,
        finish: impl FnOnce(T) -> Option<R> + Send + 'static,
        done: CompletionFn<R>,
        user_data: *mut c_void,
    ) -> Result<()> {
        let handles = client.threads.enter()?;
        let cancel = as_ref(cancel).map(|cancel| cancel.0.clone()).unwrap_or_default();
        let (gate, context) = (self.gate.clone(), self.context.clone());
        let user_data = UserData(user_data);
        let operations = handles.operations.clone();
        operations.spawn(async move {
            let over = CancellationToken::new();
            let delivery = gate.has_progress().then(|| {
                let (over, callbacks) = (over.clone(), handles.callbacks.clone());
                handles.operations.spawn(gate.clone().deliver_until(
                    over,
                    cancel.clone(),
                    callbacks,
                ))
            });
            let result = self.run_until(cancel.clone(), handles.ended).await;
            over.cancel();
            if let Some(delivery) = delivery {
                // The task ends after `over` is cancelled, and the runtime outlives it.
                let _ = delivery.await;
            }
            let token = handles.token;
            // Closing the gate can wait for a running callback.
            handles.completions.spawn_blocking(move || {
                gate.close();
                let result = final_result(&gate, &cancel, &context, result).map(finish);
                complete(done, user_data, result);
                drop(token);
            });
        });
        Ok(())
    }

    async fn run_until(self, cancel: CancellationToken, ended: CancellationToken) -> Result<T> {
        Task::default()
            .with_context(self.context)
            .cancelled_by(cancel, CANCELLED)
            .cancelled_by(self.gate.stop.clone(), ENDED_BY_PROGRESS)
            .cancelled_by(ended, RUNTIME_ENDED)
            .run(self.future)
            .await
    }
}

/// Returns the result for the caller. An operation that was cancelled, or ended by its progress
/// callback, before its success was reported returns CANCELLED, even if it had completed its work.
fn final_result<T>(
    gate: &Gate,
    cancel: &CancellationToken,
    context: &ErrorContext,
    result: Result<T>,
) -> Result<T> {
    match result {
        Ok(_) if gate.stop.is_cancelled() => Err(context.cancelled(ENDED_BY_PROGRESS)),
        Ok(_) if cancel.is_cancelled() => Err(context.cancelled(CANCELLED)),
        result => result,
    }
}

/// Waits for the next step of the waiting thread. Events and chunks precede the result.
async fn next_step<T>(
    gate: &Gate,
    content: &mut Option<Content>,
    receive: &mut oneshot::Receiver<Result<T>>,
) -> Step<T> {
    let chunk = async {
        match content {
            Some(content) => content.chunks.recv().await,
            None => None,
        }
    };
    tokio::select! {
        biased;
        () = gate.events.ready() => Step::DeliverEvents,
        Some(chunk) = chunk => Step::Write(chunk),
        result = receive => Step::Finish(result.unwrap_or_else(|_| {
            Err(Error::new(Code::Internal, "the operation ended without a result"))
        })),
    }
}

fn complete<T>(done: CompletionFn<T>, user_data: UserData, result: Result<Option<T>>) {
    let (status, result, error) = match result {
        Ok(result) => (OCIGRAPH_OK, result.map(Box::new), None),
        Err(error) => {
            let status = error.code() as ocigraph_status;
            (status, None, Some(Box::new(ocigraph_error::new(error))))
        }
    };
    in_callback(Callback::Completion, || {
        // SAFETY: the caller supplied this function as a completion callback, which owns the handles.
        unsafe { done(user_data.0, status, result, error) }
    });
}

//! A task: one operation that runs until it is done or cancelled, and is over when its clean-up is.

use std::{fmt::Display, future::Future, time::Duration};

use futures::future::select_all;
use ocigraph::{Cleanup, Code, Error, Result};
use tokio_util::sync::CancellationToken;

use crate::{foreign_call::ForeignCalls, panics::catch_panic_of};

/// Maximum time for which an operation waits for its clean-up: the removal of its partial files, and
/// the response to the cancellation of its upload sessions.
///
/// It is the same in every language and on the command line. Removing files takes milliseconds. A
/// registry gets time for one slow response; one that responds later loses nothing but the session,
/// which it removes itself after a while.
pub const CLEANUP_TIMEOUT: Duration = Duration::from_secs(2);

/// The reason in the error of an operation that its caller has cancelled.
pub const CANCELLED: &str = "the operation was cancelled";

/// The operation and reference of a task, which are added to errors that lack them.
///
/// ```
/// use ocigraph::{Code, Error};
/// use ocigraph_runtime::ErrorContext;
///
/// let context = ErrorContext::new("push", "registry.example.com/app:v1");
/// let error = context.apply(Error::new(Code::Io, "the disk is full"));
/// assert_eq!(error.operation(), Some("push"));
/// ```
#[derive(Debug, Clone)]
pub struct ErrorContext {
    operation: String,
    on: String,
}

impl ErrorContext {
    /// Creates the context of an operation on `on`, usually a reference.
    pub fn new(operation: impl Into<String>, on: impl Display) -> Self {
        Self { operation: operation.into(), on: on.to_string() }
    }

    /// Returns the error with the operation and reference, unless it has them already.
    pub fn apply(&self, error: Error) -> Error {
        if error.operation().is_some() {
            return error;
        }
        error.with_operation(&self.operation, &self.on)
    }

    /// Returns the error CANCELLED with a reason.
    pub fn cancelled(&self, reason: &str) -> Error {
        self.apply(Error::new(Code::Cancelled, reason))
    }
}

/// One operation: what cancels it, and how its errors name it.
///
/// The end of a task is the same in every language: the future of the operation is dropped, partial
/// files are removed and upload sessions are cancelled, for at most [`CLEANUP_TIMEOUT`]; then the
/// result is reported. Clones share the clean-up.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph::Code;
/// use ocigraph_runtime::{CANCELLED, Task};
/// use tokio_util::sync::CancellationToken;
///
/// let cancel = CancellationToken::new();
/// let task = Task::default().cancelled_by(cancel.clone(), CANCELLED);
/// assert_eq!(task.run(async { Ok(1) }).await.unwrap(), 1);
///
/// let task = Task::default().cancelled_by(cancel.clone(), CANCELLED);
/// cancel.cancel();
/// let ended = task.run(std::future::pending::<ocigraph::Result<()>>()).await;
/// assert_eq!(ended.unwrap_err().code(), Code::Cancelled);
/// # });
/// ```
#[derive(Debug, Clone, Default)]
pub struct Task {
    causes: Vec<(CancellationToken, &'static str)>,
    context: Option<ErrorContext>,
    cleanup: Cleanup,
    foreign_calls: ForeignCalls,
}

impl Task {
    /// Adds the operation and reference to errors that lack them.
    pub fn with_context(mut self, context: ErrorContext) -> Self {
        self.context = Some(context);
        self
    }

    /// Cancels the task when the token is cancelled, with this reason in the error. If several tokens
    /// are cancelled, the reason is that of the token that was added first.
    pub fn cancelled_by(mut self, token: CancellationToken, reason: &'static str) -> Self {
        self.causes.push((token, reason));
        self
    }

    /// Runs `work` until it is done or cancelled, and waits for its clean-up.
    ///
    /// # Errors
    /// The error of `work`; CANCELLED with the reason; INTERNAL if `work` panics.
    pub async fn run<T>(self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let result = self.run_until_cancelled(work).await;
        self.clean_up().await;
        result
    }

    /// Runs `work` until it is done or cancelled. It is dropped on return; [`clean_up`](Self::clean_up)
    /// waits for the rest.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_until_cancelled<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let work = self.cleanup.scope(self.foreign_calls.scope(catch_panic_of(work)));
        let result = tokio::select! {
            biased;
            reason = self.cancelled() => Err(Error::new(Code::Cancelled, reason)),
            result = work => result,
        };
        match &self.context {
            Some(context) => result.map_err(|error| context.apply(error)),
            None => result,
        }
    }

    /// Waits until partial files are removed and upload sessions are cancelled, for at most
    /// [`CLEANUP_TIMEOUT`], and then for the foreign calls of the task.
    pub async fn clean_up(&self) {
        self.cleanup.wait(CLEANUP_TIMEOUT).await;
        self.foreign_calls.wait().await;
    }

    async fn cancelled(&self) -> &'static str {
        if self.causes.is_empty() {
            return std::future::pending().await;
        }
        // Polls them in their order.
        let causes = self.causes.iter().map(|(token, _)| Box::pin(token.cancelled()));
        let ((), first, _) = select_all(causes).await;
        self.causes.get(first).map_or(CANCELLED, |(_, reason)| reason)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use super::*;
    use crate::track_foreign_call;

    #[tokio::test]
    async fn the_first_cause_gives_the_reason() {
        let (one, two) = (CancellationToken::new(), CancellationToken::new());
        let context = ErrorContext::new("push", "host/app");
        let task = Task::default()
            .cancelled_by(one.clone(), "one")
            .cancelled_by(two.clone(), "two")
            .with_context(context);
        two.cancel();
        one.cancel();
        let error = task.run(pending::<Result<()>>()).await.unwrap_err();
        assert_eq!((error.code(), error.operation()), (Code::Cancelled, Some("push")));
        assert!(error.to_string().ends_with("one"), "{error}");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_operation() {
        let task = Task::default().with_context(ErrorContext::new("pull", "host/app"));
        let error = task.run(async { panic!("broken") as Result<()> }).await.unwrap_err();
        assert_eq!((error.code(), error.operation()), (Code::Internal, Some("pull")));
    }

    #[tokio::test]
    async fn a_cancelled_task_waits_for_its_foreign_calls() {
        let (cancel, returned) = (CancellationToken::new(), Arc::new(AtomicBool::new(false)));
        let call = {
            let (cancel, returned) = (cancel.clone(), Arc::clone(&returned));
            async move {
                let token = track_foreign_call();
                tokio::spawn(async move {
                    cancel.cancel();
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    returned.store(true, Ordering::SeqCst);
                    drop(token);
                });
                pending::<Result<()>>().await
            }
        };
        let task = Task::default().cancelled_by(cancel, CANCELLED);
        assert_eq!(task.run(call).await.unwrap_err().code(), Code::Cancelled);
        assert!(returned.load(Ordering::SeqCst));
    }
}

//! Calls into the foreign language that a task must wait for, even after it was cancelled: the
//! program may free what a callback uses as soon as the operation has returned.

use std::future::Future;

use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

tokio::task_local! {
    static CALLS: TaskTracker;
}

/// Keeps the current task waiting until it is dropped.
#[derive(Debug)]
pub struct ForeignCallToken {
    _token: Option<TaskTrackerToken>,
}

/// Makes the [`Task`](crate::Task) around the current future wait until the token is dropped. Has no
/// effect outside of a task.
pub fn track_foreign_call() -> ForeignCallToken {
    ForeignCallToken { _token: CALLS.try_with(TaskTracker::token).ok() }
}

/// The foreign calls of one task.
#[derive(Debug, Clone, Default)]
pub(crate) struct ForeignCalls(TaskTracker);

impl ForeignCalls {
    pub(crate) fn scope<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CALLS.scope(self.0.clone(), work)
    }

    /// Waits without a limit: only the program knows how long its callback takes.
    pub(crate) async fn wait(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

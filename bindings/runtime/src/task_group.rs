//! Operations that end together: those of one client or of one runtime.

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// The running operations of a client or runtime. Clones share them.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph_runtime::TaskGroup;
///
/// let group = TaskGroup::default();
/// let token = group.enter().expect("the group has not ended");
/// group.end();
/// assert!(group.enter().is_none());
/// drop(token);
/// group.wait().await;
/// # });
/// ```
#[derive(Debug, Clone, Default)]
pub struct TaskGroup {
    ended: CancellationToken,
    tracker: TaskTracker,
}

/// Keeps a [`TaskGroup`] waiting until it is dropped.
#[derive(Debug)]
pub struct TaskGroupToken {
    _token: TaskTrackerToken,
}

impl TaskGroup {
    /// Adds an operation, or returns `None` if the group has ended.
    pub fn enter(&self) -> Option<TaskGroupToken> {
        // The token must be taken before `ended` is checked. The end of the group cancels `ended` first
        // and then waits for the tokens, so that no operation is missed.
        let token = TaskGroupToken { _token: self.tracker.token() };
        (!self.ended.is_cancelled()).then_some(token)
    }

    /// Returns the token that [`end`](Self::end) cancels, for
    /// [`Task::cancelled_by`](crate::Task::cancelled_by).
    pub fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Cancels every operation of the group and refuses new ones.
    pub fn end(&self) {
        self.ended.cancel();
    }

    /// Waits until every token of the group is dropped.
    pub async fn wait(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

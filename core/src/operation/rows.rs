//! Rows: a result of any length, which its reader takes in batches.
//!
//! The operation works only while its reader waits for the next batch. So nothing is held that was not
//! asked for, and the operation knows which rows the reader has finished with: those of the batches
//! before the one that it asks for. A checkpoint relies on that.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use futures::{FutureExt, Stream, future::BoxFuture};

use ocigraph_types::Result;

/// The rows of an operation, as they are found, and a summary of those so far.
///
/// It is also a [`Stream`] of the rows. The operation works only while the next rows are awaited, and
/// ends when this is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph::Rows;
///
/// let mut rows = Rows::<u32, usize>::new(|sink| async move {
///     for batch in [vec![1, 2], vec![3]] {
///         sink.summarize(|count| *count += batch.len());
///         sink.send(batch).await;
///     }
///     Ok(())
/// });
/// let mut all = Vec::new();
/// while let Some(batch) = rows.next_batch().await? {
///     all.extend(batch);
/// }
/// assert_eq!((all, rows.summary()), (vec![1, 2, 3], 3));
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[must_use = "the operation works only while its rows are read"]
pub struct Rows<T, S = ()> {
    /// The operation. `None` after its end.
    work: Option<BoxFuture<'static, Result<()>>>,
    shared: Arc<Shared<T, S>>,
    /// Rows of a batch that the stream has not returned yet.
    read: VecDeque<T>,
}

struct Shared<T, S> {
    handover: Mutex<Handover<T>>,
    summary: Mutex<S>,
}

struct Handover<T> {
    /// The batch that the reader takes next.
    batch: Option<Vec<T>>,
    /// Batches that the reader has asked for.
    asked: u64,
    /// Batches that were handed over.
    sent: u64,
    /// The operation, while it waits until a batch is finished with.
    waiting: Option<Waker>,
}

/// What an operation passes its rows to.
pub struct RowSink<T, S = ()>(Arc<Shared<T, S>>);

impl<T, S> Clone for RowSink<T, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, S> fmt::Debug for RowSink<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowSink")
    }
}

impl<T, S> RowSink<T, S> {
    /// Hands a batch to the reader. Returns when the reader asks for the next one, and so has finished with
    /// this one. An empty batch is not handed over.
    pub async fn send(&self, batch: Vec<T>) {
        if batch.is_empty() {
            return;
        }
        let mut batch = Some(batch);
        poll_fn(|context| {
            let mut handover = locked(&self.0.handover);
            if let Some(batch) = batch.take() {
                handover.batch = Some(batch);
                handover.sent += 1;
            } else if handover.asked > handover.sent {
                return Poll::Ready(());
            }
            handover.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Changes the summary.
    pub fn summarize(&self, change: impl FnOnce(&mut S)) {
        change(&mut locked(&self.0.summary));
    }
}

impl<T: Send + 'static, S: Default + Send + 'static> Rows<T, S> {
    /// Creates the rows that `operation` passes to its sink. One task of the operation sends: a batch that is
    /// sent before the last one was taken replaces it.
    pub fn new<F>(operation: impl FnOnce(RowSink<T, S>) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let handover = Handover { batch: None, asked: 0, sent: 0, waiting: None };
        let shared =
            Arc::new(Shared { handover: Mutex::new(handover), summary: Mutex::new(S::default()) });
        let work = operation(RowSink(Arc::clone(&shared))).boxed();
        Self { work: Some(work), shared, read: VecDeque::new() }
    }
}

impl<T, S> Rows<T, S> {
    /// Returns the next rows, at least one, or `None` after the last. It waits until rows are found, and
    /// not until there are many. The rows of the batch before count as finished with.
    ///
    /// # Errors
    /// Those of the operation. There are no rows after an error.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<T>>> {
        if !self.read.is_empty() {
            return Ok(Some(std::mem::take(&mut self.read).into()));
        }
        self.ask();
        poll_fn(|context| self.poll_batch(context)).await
    }

    /// Returns the summary of the rows so far, with those that the last batch has.
    pub fn summary(&self) -> S
    where
        S: Clone,
    {
        locked(&self.shared.summary).clone()
    }

    fn ask(&self) {
        let mut handover = locked(&self.shared.handover);
        // A call that was dropped before it had a batch has asked already.
        if handover.asked <= handover.sent && handover.batch.is_none() {
            handover.asked = handover.sent + 1;
        }
        if let Some(operation) = handover.waiting.take() {
            operation.wake();
        }
    }

    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Vec<T>>>> {
        if let Some(batch) = locked(&self.shared.handover).batch.take() {
            return Poll::Ready(Ok(Some(batch)));
        }
        let Some(work) = &mut self.work else { return Poll::Ready(Ok(None)) };
        let ended = work.poll_unpin(context);
        if let Some(batch) = locked(&self.shared.handover).batch.take() {
            return Poll::Ready(Ok(Some(batch)));
        }
        match ended {
            Poll::Pending => Poll::Pending,
            Poll::Ready(ended) => {
                self.work = None;
                Poll::Ready(ended.map(|()| None))
            }
        }
    }
}

impl<T: Unpin, S> Stream for Rows<T, S> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let rows = self.get_mut();
        if let Some(row) = rows.read.pop_front() {
            return Poll::Ready(Some(Ok(row)));
        }
        rows.ask();
        match rows.poll_batch(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
            Poll::Ready(Ok(batch)) => {
                rows.read.extend(batch.into_iter().flatten());
                Poll::Ready(rows.read.pop_front().map(Ok))
            }
        }
    }
}

impl<T, S> fmt::Debug for Rows<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("is_over", &self.work.is_none()).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_batch_is_finished_with_when_the_next_is_asked_for() {
        let finished = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&finished);
        let mut rows = Rows::<u8>::new(|sink| async move {
            for batch in [vec![1, 2], vec![], vec![3]] {
                sink.send(batch).await;
                counted.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
        let done = || finished.load(Ordering::Relaxed);
        assert_eq!(rows.next_batch().await.unwrap(), Some(vec![1, 2]));
        assert_eq!(done(), 0);
        assert_eq!(rows.next_batch().await.unwrap(), Some(vec![3]));
        assert_eq!(done(), 2);
        assert_eq!(rows.next_batch().await.unwrap(), None);
        assert_eq!(done(), 3);
        assert_eq!(rows.next_batch().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_stream_returns_row_by_row_and_an_error_ends_it() {
        let rows = Rows::<u8>::new(|sink| async move {
            sink.send(vec![1, 2]).await;
            Err(ocigraph_types::Error::new(ocigraph_types::Code::Incomplete, "lost"))
        });
        let found: Vec<Option<u8>> = rows.map(Result::ok).collect().await;
        assert_eq!(found, [Some(1), Some(2), None]);
    }

    #[tokio::test]
    async fn a_call_that_was_dropped_loses_no_row() {
        let (release, released) = tokio::sync::oneshot::channel::<()>();
        let mut rows = Rows::<u8>::new(|sink| async move {
            released.await.ok();
            sink.send(vec![1]).await;
            sink.send(vec![2]).await;
            Ok(())
        });
        assert!(rows.next_batch().now_or_never().is_none());
        release.send(()).unwrap();
        assert_eq!(rows.next_batch().await.unwrap(), Some(vec![1]));
        assert_eq!(rows.next_batch().await.unwrap(), Some(vec![2]));
        assert_eq!(rows.next_batch().await.unwrap(), None);
    }
}

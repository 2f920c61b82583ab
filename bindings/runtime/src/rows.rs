//! Rows that a language reads batch by batch, from any of its threads.

use std::sync::{Arc, Mutex, PoisonError};

use ocigraph::{Result, Rows};
use tokio::{
    runtime::Handle,
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
};
use tokio_util::sync::CancellationToken;

use crate::process_local::ProcessLocal;

/// The rows of an operation, as a handle that a language shares between threads.
///
/// A batch that is ready stays until it is taken: a call that was cancelled loses no row. Closing the rows,
/// or dropping this, ends the operation on the threads that it works on. A forked process has no rows.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph::Rows;
/// use ocigraph_runtime::SharedRows;
///
/// let rows = Rows::<u32, u64>::new(|sink| async move {
///     sink.summarize(|count| *count += 2);
///     sink.send(vec![1, 2]).await;
///     Ok(())
/// });
/// let rows = SharedRows::new(rows, tokio::runtime::Handle::current());
/// drop(rows.next().unwrap().await?);
/// assert_eq!(rows.next().unwrap().await?.take(), Some(vec![1, 2]));
/// assert_eq!(rows.next().unwrap().await?.take(), None);
/// assert_eq!(rows.summary(), Some(2));
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct SharedRows<T, S>(ProcessLocal<Shared<T, S>>);

#[derive(Debug)]
struct Shared<T, S> {
    reading: Arc<AsyncMutex<Reading<T, S>>>,
    /// The summary after the last batch, which can be read while the next is awaited.
    summary: Arc<Mutex<S>>,
    closed: CancellationToken,
    threads: Handle,
}

#[derive(Debug)]
struct Reading<T, S> {
    /// `None` after the last row, and after an error.
    rows: Option<Rows<T, S>>,
    ready: Option<Vec<T>>,
}

/// The next batch of [`SharedRows`], or their end. Other calls wait until it is taken or dropped.
#[derive(Debug)]
pub struct Batch<T, S>(OwnedMutexGuard<Reading<T, S>>);

impl<T, S> Batch<T, S> {
    /// Takes the rows. `None` after the last one.
    pub fn take(mut self) -> Option<Vec<T>> {
        self.0.ready.take()
    }
}

impl<T, S> SharedRows<T, S>
where
    T: Send + 'static,
    S: Clone + Send + 'static,
{
    /// Shares rows. `threads` are those on which the operation works.
    pub fn new(rows: Rows<T, S>, threads: Handle) -> Self {
        let summary = Arc::new(Mutex::new(rows.summary()));
        let reading = Arc::new(AsyncMutex::new(Reading { rows: Some(rows), ready: None }));
        let closed = CancellationToken::new();
        Self(ProcessLocal::new(Shared { reading, summary, closed, threads }))
    }

    /// Returns the work that waits for the next batch, or `None` in a forked process. After
    /// [`close`](Self::close), there is no batch.
    pub fn next(
        &self,
    ) -> Option<impl Future<Output = Result<Batch<T, S>>> + Send + 'static + use<T, S>> {
        let Shared { reading, summary, closed, .. } = self.0.get()?;
        let (reading, summary, closed) = (Arc::clone(reading), Arc::clone(summary), closed.clone());
        Some(async move {
            let mut reading = reading.lock_owned().await;
            let Reading { rows, ready } = &mut *reading;
            if let Some(open) = rows
                && ready.is_none()
            {
                let next = tokio::select! {
                    biased;
                    () = closed.cancelled() => Ok(None),
                    next = open.next_batch() => next,
                };
                *summary.lock().unwrap_or_else(PoisonError::into_inner) = open.summary();
                match next {
                    Ok(Some(batch)) => *ready = Some(batch),
                    Ok(None) => *rows = None,
                    Err(error) => {
                        *rows = None;
                        return Err(error);
                    }
                }
            }
            Ok(Batch(reading))
        })
    }

    /// Returns the summary of the rows of all batches so far, or `None` in a forked process.
    pub fn summary(&self) -> Option<S> {
        let summary = &self.0.get()?.summary;
        Some(summary.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Ends the operation. Rows that were not read are lost.
    pub fn close(&self) {
        if let Some(shared) = self.0.get() {
            shared.close();
        }
    }
}

impl<T, S> Shared<T, S> {
    /// A call that waits for a batch ends the operation itself.
    fn close(&self) {
        self.closed.cancel();
        let _threads = self.threads.enter();
        if let Ok(mut reading) = self.reading.try_lock() {
            reading.rows = None;
            reading.ready = None;
        }
    }
}

impl<T, S> Drop for Shared<T, S> {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures::FutureExt;
    use ocigraph::{Code, Error};

    use super::*;

    fn shared(rows: Rows<u8>) -> SharedRows<u8, ()> {
        SharedRows::new(rows, Handle::current())
    }

    async fn next(rows: &SharedRows<u8, ()>) -> Result<Option<Vec<u8>>> {
        Ok(rows.next().unwrap().await?.take())
    }

    #[tokio::test]
    async fn a_batch_that_is_not_taken_comes_again() {
        let rows = shared(Rows::new(|sink| async move {
            sink.send(vec![1]).await;
            sink.send(vec![2]).await;
            Ok(())
        }));
        drop(rows.next().unwrap().await.unwrap());
        assert_eq!(next(&rows).await.unwrap(), Some(vec![1]));
        assert_eq!(next(&rows).await.unwrap(), Some(vec![2]));
        assert_eq!(next(&rows).await.unwrap(), None);
        assert_eq!(next(&rows).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_error_comes_once_and_ends_the_rows() {
        let rows = shared(Rows::new(|_| async { Err(Error::new(Code::Io, "full")) }));
        assert_eq!(next(&rows).await.unwrap_err().code(), Code::Io);
        assert_eq!(next(&rows).await.unwrap(), None);
    }

    struct Ended(Arc<AtomicBool>);

    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn closing_ends_the_operation_and_the_call_that_waits() {
        for waits in [false, true] {
            let is_over = Arc::new(AtomicBool::new(false));
            let ended = Ended(Arc::clone(&is_over));
            let rows = shared(Rows::new(|_| async move {
                let _ended = ended;
                std::future::pending().await
            }));
            let mut waiting = waits.then(|| Box::pin(rows.next().unwrap()));
            if let Some(waiting) = &mut waiting {
                assert!(waiting.now_or_never().is_none());
            }
            rows.close();
            if let Some(waiting) = waiting {
                assert_eq!(waiting.await.unwrap().take(), None);
            }
            assert!(is_over.load(Ordering::SeqCst));
            assert_eq!(next(&rows).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn dropping_the_rows_ends_the_operation() {
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Ended(Arc::clone(&is_over));
        let rows = shared(Rows::new(|_| async move {
            let _ended = ended;
            std::future::pending().await
        }));
        assert!(rows.next().unwrap().now_or_never().is_none());
        drop(rows);
        assert!(is_over.load(Ordering::SeqCst));
    }
}

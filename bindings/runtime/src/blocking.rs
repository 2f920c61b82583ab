//! Blocking work of a binding: calls into the foreign language, and content that must be read or
//! written in one go. The core runs its own file access.

use std::sync::{Arc, Mutex, PoisonError};

use ocigraph::{Code, Error, Result};
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::{self, JoinError, JoinHandle},
};

use crate::{panics::panicked, process_local::ProcessLocal, threads::max_blocking};

/// Runs `work` on a blocking thread of the current runtime, where it may take long or wait for a
/// lock. Dropping the future does not stop it.
///
/// # Errors
/// The error of `work`; INTERNAL if it panics or the runtime ends first.
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    joined(task::spawn_blocking(work)).await
}

/// As [`spawn_blocking`], on the blocking threads of another runtime: work that calls back must not
/// occupy the threads that transfer content or access files.
///
/// # Errors
/// The error of `work`; INTERNAL if it panics or the runtime ends first.
pub async fn spawn_blocking_on<T: Send + 'static>(
    threads: &Handle,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    joined(threads.spawn_blocking(work)).await
}

/// As [`spawn_blocking`], for work that calls a function of the program, which can block for any time.
/// At most an eighth of the blocking threads call functions of the program concurrently; the others
/// stay free for file access.
///
/// # Errors
/// The error of `work`; INTERNAL if it panics or the runtime ends first.
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn spawn_foreign_call<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    // The semaphore is never closed.
    let permit = foreign_call_permits().acquire_owned().await.ok();
    spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
}

/// Returns the permits of this process. A forked child gets its own: the threads that hold those of
/// its parent do not exist there.
fn foreign_call_permits() -> Arc<Semaphore> {
    static PERMITS: Mutex<Option<ProcessLocal<Arc<Semaphore>>>> = Mutex::new(None);
    let mut permits = PERMITS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(permits) = permits.as_ref().and_then(ProcessLocal::get) {
        return Arc::clone(permits);
    }
    let created = Arc::new(Semaphore::new((max_blocking() / 8).max(1)));
    *permits = Some(ProcessLocal::new(Arc::clone(&created)));
    created
}

async fn joined<T>(work: JoinHandle<Result<T>>) -> Result<T> {
    work.await.unwrap_or_else(|failure| Err(not_joined(failure)))
}

fn not_joined(failure: JoinError) -> Error {
    match failure.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(e) => Error::new(Code::Internal, format!("a blocking thread failed: {e}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_foreign_calls_leave_threads_for_other_blocking_work() {
        let runtime = crate::build("test", 1, || {}).unwrap();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let calls: Vec<_> = (0..max_blocking() + 10)
            .map(|_| {
                let released = Arc::clone(&released);
                runtime.spawn(spawn_foreign_call(move || {
                    let _ = released.lock().unwrap().recv();
                    Ok(())
                }))
            })
            .collect();
        let (other, calls) = runtime.block_on(async {
            let other = spawn_blocking(|| Ok(7)).await;
            drop(release);
            (other, futures::future::join_all(calls).await)
        });
        assert_eq!(other.unwrap(), 7);
        assert!(calls.into_iter().all(|call| call.unwrap().is_ok()));
    }

    #[tokio::test]
    async fn a_panic_of_blocking_work_is_an_error_with_its_message() {
        let failed = spawn_blocking::<()>(|| panic!("broken {}", 7)).await.unwrap_err();
        assert_eq!(failed.code(), Code::Internal);
        assert!(failed.to_string().contains("broken 7"), "{failed}");
        let on = Handle::current();
        assert_eq!(spawn_blocking_on(&on, || Ok(5)).await.unwrap(), 5);
    }
}

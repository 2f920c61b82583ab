//! Blocking work of a binding: calls into the foreign language, and content that must be read or
//! written in one go. The core runs its own file access.

use ocigraph::{Code, Error, Result};
use tokio::{
    runtime::Handle,
    task::{self, JoinError, JoinHandle},
};

use crate::panics::panicked;

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

    #[tokio::test]
    async fn a_panic_of_blocking_work_is_an_error_with_its_message() {
        let failed = spawn_blocking::<()>(|| panic!("broken {}", 7)).await.unwrap_err();
        assert_eq!(failed.code(), Code::Internal);
        assert!(failed.to_string().contains("broken 7"), "{failed}");
        let on = Handle::current();
        assert_eq!(spawn_blocking_on(&on, || Ok(5)).await.unwrap(), 5);
    }
}

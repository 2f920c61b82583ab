//! The panic boundary: a panic of the library becomes the error INTERNAL, and never unwinds into a
//! foreign language or ends a thread that others wait for.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};

use futures::FutureExt;
use ocigraph::{Code, Error, Result};

/// Runs `work`.
///
/// # Errors
/// The error of `work`; INTERNAL if it panics.
///
/// ```
/// use ocigraph::Code;
///
/// let failed = ocigraph_runtime::catch_panic::<()>(|| panic!("no more room"));
/// assert_eq!(failed.unwrap_err().code(), Code::Internal);
/// ```
pub fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// As [`catch_panic`], for a future.
pub(crate) async fn catch_panic_of<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let result = AssertUnwindSafe(work).catch_unwind().await;
    result.unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// Returns the error INTERNAL for a caught panic, with the panic's message.
pub fn panicked(panic: &(dyn Any + Send)) -> Error {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = message.unwrap_or("a panic without a message");
    Error::new(
        Code::Internal,
        format!("the operation panicked; this is a bug in ocigraph: {message}"),
    )
}

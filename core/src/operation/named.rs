//! The name of an operation in its errors.

use std::fmt;

use ocigraph_types::Result;

/// Runs an operation. Its error then says which operation failed, and on what.
///
/// The operation runs on the heap: the futures of callers stay small, and so do their stacks.
pub(crate) fn named<T>(
    operation: &str,
    on: impl fmt::Display,
    work: impl Future<Output = Result<T>>,
) -> impl Future<Output = Result<T>> {
    let work = Box::pin(work);
    async move { work.await.map_err(|e| e.with_operation(operation, on)) }
}

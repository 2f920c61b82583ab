//! The name of an operation in its errors.

use std::fmt;

use ocigraph_types::Result;

/// Runs an operation. Its error then says which operation failed, and on what.
pub(crate) async fn named<T>(
    operation: &str,
    on: impl fmt::Display,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    work.await.map_err(|e| e.with_operation(operation, on))
}

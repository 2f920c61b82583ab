//! A cancel token: one switch that ends any number of calls.

use tokio_util::sync::CancellationToken;

use crate::{
    boundary::{free, read},
    handle::as_ref,
};

/// A cancel token: cancels every call that received it. See "Cancellation" above.
pub struct ocigraph_cancel(pub(crate) CancellationToken);

/// Creates a cancel token.
///
/// Ownership: free the result with `ocigraph_cancel_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_new() -> Option<Box<ocigraph_cancel>> {
    Some(Box::new(ocigraph_cancel(CancellationToken::new())))
}

/// Cancels every call that received this token, including calls made later. They return
/// `OCIGRAPH_CANCELLED`. Cancelling twice has no further effect.
///
/// Threads: any, including from a callback and while other threads use the token. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_cancel(cancel: *const ocigraph_cancel) {
    // A thread that waits for the cancelled call may free the token before this function returns.
    let token = as_ref(cancel).map(|cancel| cancel.0.clone());
    read(token.as_ref(), CancellationToken::cancel);
}

/// Returns true if the token was cancelled.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_is_cancelled(cancel: Option<&ocigraph_cancel>) -> bool {
    read(cancel, |c| c.0.is_cancelled())
}

/// Frees a cancel token without cancelling anything. Blocking calls that use the token must have
/// returned, except the call whose callback calls this function. Operations of the callback form
/// may still be running.
///
/// Ownership: takes `cancel`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_free(cancel: Option<Box<ocigraph_cancel>>) {
    free(cancel);
}

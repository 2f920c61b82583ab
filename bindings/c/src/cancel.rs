//! A cancel token: one switch that ends any number of calls.

use tokio_util::sync::CancellationToken;

use crate::{
    boundary::{free, read},
    handle::as_ref,
};

/// A switch that ends the calls it is given to.
pub struct ocigraph_cancel(pub(crate) CancellationToken);

/// A new token, not yet switched.
///
/// Ownership: the caller's, until `ocigraph_cancel_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_new() -> Option<Box<ocigraph_cancel>> {
    Some(Box::new(ocigraph_cancel(CancellationToken::new())))
}

/// Ends every call that was given this token, now and later: they return `OCIGRAPH_CANCELLED`.
/// A second time does nothing.
///
/// Threads: any, also from a callback and while other threads use the token. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_cancel(cancel: *const ocigraph_cancel) {
    // Whoever waits for the call that this ends may free the token before this is through.
    let token = as_ref(cancel).map(|cancel| cancel.0.clone());
    read(token.as_ref(), CancellationToken::cancel);
}

/// Whether it was switched.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_is_cancelled(cancel: Option<&ocigraph_cancel>) -> bool {
    read(cancel, |c| c.0.is_cancelled())
}

/// Ends a token. Blocking calls that use it must have returned, but for one in whose callback this is
/// called; those of the callback form keep what they need of it. It cancels none of them.
///
/// Ownership: takes `cancel`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_free(cancel: Option<Box<ocigraph_cancel>>) {
    free(cancel);
}

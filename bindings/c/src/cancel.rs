//! A cancel token: one switch that ends any number of calls.

use tokio_util::sync::CancellationToken;

use crate::boundary::{end, read};

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
pub extern "C" fn ocigraph_cancel_cancel(cancel: Option<&ocigraph_cancel>) {
    read(cancel, |c| c.0.cancel());
}

/// Whether it was switched.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_is_cancelled(cancel: Option<&ocigraph_cancel>) -> bool {
    read(cancel, |c| c.0.is_cancelled())
}

/// Ends a token. Blocking calls that use it must have returned; those of the callback form keep
/// what they need of it, and are not cancelled by this.
///
/// Ownership: takes `cancel`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_cancel_free(cancel: Option<Box<ocigraph_cancel>>) {
    end(cancel);
}

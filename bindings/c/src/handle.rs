//! Handles that are passed as raw pointers.
//!
//! A callback may free the client, the token and the options of its own operation. A function that
//! can call back therefore takes raw pointers, copies what it needs before the first callback, and
//! holds no reference to the handles afterwards.

/// Dereferences a handle. The reference must not be used once a callback may run.
pub(crate) fn as_ref<'a, H>(handle: *const H) -> Option<&'a H> {
    // SAFETY: the header requires NULL or a handle that has not been freed.
    unsafe { handle.as_ref() }
}

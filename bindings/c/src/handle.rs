//! Handles of the caller's that a function looks at when it begins.
//!
//! A callback may free the client, the token and the options of the operation that it belongs to.
//! So a function that can call back takes pointers, copies what it needs out of them before anything
//! of the caller's runs, and holds no reference to them afterwards.

/// The handle behind a pointer. The reference must be used up before anything of the caller's runs.
pub(crate) fn as_ref<'a, H>(handle: *const H) -> Option<&'a H> {
    // SAFETY: the header asks for NULL or a handle that nobody has freed when the function is called.
    unsafe { handle.as_ref() }
}

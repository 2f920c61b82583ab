//! The boundary between Rust and C: converts results, errors and panics.
//!
//! Every exported function calls one of the functions here. An output is NULL unless the function
//! succeeds. A panic becomes INTERNAL, or the empty value if the function returns no status.

use std::{
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
};

use ::ocigraph_runtime::catch_panic;
use ocigraph::Result;

use crate::{
    error::ocigraph_error,
    status::{OCIGRAPH_OK, ocigraph_status},
    text::invalid,
};

/// The C parameter `T **out`, in which a function stores a new handle. It may be uninitialized.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<Option<Box<T>>>>;

/// Runs `work` and stores its result in `out`.
pub(crate) fn call<T>(
    out: Out<'_, T>,
    error: Out<'_, ocigraph_error>,
    work: impl FnOnce() -> Result<T>,
) -> ocigraph_status {
    call_optional(out, error, || work().map(Some))
}

/// Runs `work` and stores its result in `out`, or NULL if it has none.
pub(crate) fn call_optional<T>(
    out: Out<'_, T>,
    error: Out<'_, ocigraph_error>,
    work: impl FnOnce() -> Result<Option<T>>,
) -> ocigraph_status {
    let Some(out) = out else {
        return call_status(error, || Err(invalid("out is NULL")));
    };
    out.write(None);
    call_status(error, || {
        out.write(work()?.map(Box::new));
        Ok(())
    })
}

/// Runs `work`, which has no result besides the status.
pub(crate) fn call_status(
    mut error: Out<'_, ocigraph_error>,
    work: impl FnOnce() -> Result<()>,
) -> ocigraph_status {
    if let Some(error) = &mut error {
        error.write(None);
    }
    match catch_panic(work) {
        Ok(()) => OCIGRAPH_OK,
        Err(failure) => {
            let status = failure.code() as ocigraph_status;
            if let Some(error) = error {
                error.write(Some(Box::new(ocigraph_error::new(failure))));
            }
            status
        }
    }
}

/// Reads a value from a handle. Returns the empty value for NULL.
pub(crate) fn read<H, T: Default>(handle: Option<&H>, get: impl FnOnce(&H) -> T) -> T {
    handle.map_or_else(T::default, |handle| {
        catch_unwind(AssertUnwindSafe(|| get(handle))).unwrap_or_default()
    })
}

/// Borrows a part of a handle. Returns NULL for NULL.
pub(crate) fn borrow<H, T>(handle: Option<&H>, get: impl FnOnce(&H) -> Option<&T>) -> Option<&T> {
    handle.and_then(|handle| catch_unwind(AssertUnwindSafe(|| get(handle))).unwrap_or_default())
}

/// Frees a handle.
pub(crate) fn free<H>(handle: Option<Box<H>>) {
    // The caller cannot receive an error here.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handle)));
}

/// Returns the value, or INVALID_ARGUMENT if it is NULL.
pub(crate) fn require<T>(handle: Option<T>, name: &str) -> Result<T> {
    handle.ok_or_else(|| invalid(format!("{name} is NULL")))
}

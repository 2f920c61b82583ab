//! The boundary: where results, errors and panics of Rust become what C sees.
//!
//! Every exported function goes through one of the functions here. An output is NULL until all
//! went well; a panic becomes INTERNAL, or the empty value where a function has no status.

use std::{
    any::Any,
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
};

use ocigraph::{Code, Error, Result};

use crate::{
    error::ocigraph_error,
    status::{OCIGRAPH_OK, ocigraph_status},
    text::invalid,
};

/// Where a function leaves a new handle: C's `T **out`, which may hold anything on entry.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<Option<Box<T>>>>;

/// Does `work` and gives its result to the caller.
pub(crate) fn call<T>(
    out: Out<'_, T>,
    error: Out<'_, ocigraph_error>,
    work: impl FnOnce() -> Result<T>,
) -> ocigraph_status {
    let Some(out) = out else {
        return call_status(error, || Err(invalid("out is NULL")));
    };
    out.write(None);
    call_status(error, || {
        out.write(Some(Box::new(work()?)));
        Ok(())
    })
}

/// Does `work`, which has no result.
pub(crate) fn call_status(
    mut error: Out<'_, ocigraph_error>,
    work: impl FnOnce() -> Result<()>,
) -> ocigraph_status {
    if let Some(error) = &mut error {
        error.write(None);
    }
    match caught(work) {
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

/// Reads something off a handle; nothing, the empty value, off NULL.
pub(crate) fn read<H, T: Default>(handle: Option<&H>, get: impl FnOnce(&H) -> T) -> T {
    handle.map_or_else(T::default, |handle| {
        catch_unwind(AssertUnwindSafe(|| get(handle))).unwrap_or_default()
    })
}

/// The same for what is borrowed from a handle.
pub(crate) fn borrow<H, T>(handle: Option<&H>, get: impl FnOnce(&H) -> Option<&T>) -> Option<&T> {
    handle.and_then(|handle| catch_unwind(AssertUnwindSafe(|| get(handle))).unwrap_or_default())
}

/// Ends a handle.
pub(crate) fn free<H>(handle: Option<Box<H>>) {
    // The handle is gone either way; there is nobody to tell.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handle)));
}

/// What must not be NULL.
pub(crate) fn require<T>(handle: Option<T>, name: &str) -> Result<T> {
    handle.ok_or_else(|| invalid(format!("{name} is NULL")))
}

/// The result of `work`, with a panic as an error.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(from_panic(&*panic)))
}

fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Code::Internal, format!("a defect in ocigraph: {}", said.unwrap_or("a panic")))
}

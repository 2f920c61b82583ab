//! The callback form of operations without a result, whose completion callback has one parameter
//! less.

use std::ffi::c_void;

use ocigraph::Result;

use crate::{
    cancel::ocigraph_cancel, client::CallContext, error::ocigraph_error, job::Job,
    status::ocigraph_status,
};

type DoneFn = unsafe extern "C" fn(
    user_data: *mut c_void,
    status: ocigraph_status,
    error: Option<Box<ocigraph_error>>,
);

/// A completion callback without a result, and its user data.
struct Done {
    done: DoneFn,
    user_data: *mut c_void,
}

impl Job<()> {
    /// Starts the job. `done` is called once when it is over, unless this function fails.
    pub(crate) fn start_without_result(
        self,
        client: &CallContext,
        cancel: *const ocigraph_cancel,
        done: DoneFn,
        user_data: *mut c_void,
    ) -> Result<()> {
        let done = Box::into_raw(Box::new(Done { done, user_data }));
        self.start(client, cancel, deliver, done.cast()).inspect_err(|_| {
            // SAFETY: the job was not started, so `deliver` is not called with this pointer.
            drop(unsafe { Box::from_raw(done) });
        })
    }
}

/// Receives the end of the job, and passes it on without a result.
unsafe extern "C" fn deliver(
    done: *mut c_void,
    status: ocigraph_status,
    _: Option<Box<()>>,
    error: Option<Box<ocigraph_error>>,
) {
    // SAFETY: the pointer is that of `start_without_result`, and this function is called once.
    let Done { done, user_data } = *unsafe { Box::from_raw(done.cast::<Done>()) };
    // SAFETY: the caller supplied this function as a completion callback, which owns the error.
    unsafe { done(user_data, status, error) };
}

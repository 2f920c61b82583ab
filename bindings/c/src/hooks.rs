//! Functions for tests that a release does not have: functions that panic, and an option of a future
//! version.
//!
//! `tests/c/hooked` builds a second library with them.

use std::{ffi::c_void, mem::MaybeUninit, ptr};

use ocigraph::Result;

use crate::{
    boundary::{call_status, require},
    callback::Gate,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    job::Job,
    operation::ocigraph_discover_fn,
    options::ocigraph_discover_options,
    results::ocigraph_graph,
    status::ocigraph_status,
};

/// Panics, as a defect would.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_test_panic(
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    #[expect(clippy::panic, reason = "the test needs a panic")]
    call_status(error, || panic!("a panic for the test"))
}

/// Panics in the middle of an operation, on an async thread, or on one for file work.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_test_panic_inside(
    client: *const ocigraph_client,
    file_work: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || panics(file_work).run(&CallContext::new(client)?, ptr::null()).map(drop))
}

/// The same in the callback form.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_test_panic_start(
    client: *const ocigraph_client,
    file_work: bool,
    done: ocigraph_discover_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        panics(file_work).start(client, ptr::null(), done, user_data)
    })
}

fn panics(file_work: bool) -> Job<ocigraph_graph> {
    #[expect(clippy::panic, reason = "the test needs a panic")]
    fn panicking() -> Result<ocigraph_graph> {
        panic!("a panic for the test")
    }
    Job::new("test", "a panic", Gate::default(), async move {
        let join_error = |_| ocigraph::Error::new(ocigraph::Code::Internal, "a panic for the test");
        if file_work {
            tokio::task::spawn_blocking(panicking).await.map_err(join_error)?
        } else {
            panicking()
        }
    })
}

/// An option that today's header does not have. It is checked and has no effect.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_future_option(
    options: Option<&mut ocigraph_discover_options>,
    future_option: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let _ = (require(options, "options")?, future_option);
        Ok(())
    })
}

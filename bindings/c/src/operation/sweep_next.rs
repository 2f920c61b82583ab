// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation sweep next.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::Result;

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    job::Job,
    results::ocigraph_sweep_page,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Returns the next rows of a sweep: at least one, unless the sweep is over. The rows before count
/// as finished with, so that a checkpoint does not return them again. The sweep works only during
/// this call. A call that fails or is cancelled ends the sweep.
///
/// `cursor`: the cursor of the last page. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_sweep_page_free`.
/// Errors: CANCELLED, network errors; INVALID_ARGUMENT if the sweep of the cursor has ended, or
/// another call uses it; IO if the checkpoint cannot be written.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sweep_next(
    client: *const ocigraph_client,
    cursor: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sweep_page>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        sweep_next(client, cursor)?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_sweep_next_start`. If `status` is `OCIGRAPH_OK`,
/// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
/// owns both and must free them.
pub type ocigraph_sweep_next_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_sweep_page>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_sweep_next` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
/// be freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sweep_next_start(
    client: *const ocigraph_client,
    cursor: ocigraph_str,
    cancel: *const ocigraph_cancel,
    done: ocigraph_sweep_next_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        sweep_next(client, cursor)?.start(client, cancel, done, user_data)
    })
}

fn sweep_next(client: &CallContext, cursor: ocigraph_str) -> Result<Job<ocigraph_sweep_page>> {
    let core = client.core.clone();
    let cursor = cursor.required("cursor")?;
    Ok(Job::new("sweep next", cursor.clone(), Gate::default(), async move {
        core.sweep_next(&cursor).await.map(Into::into)
    }))
}

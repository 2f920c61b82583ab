// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation copy.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_copy_options,
    results::ocigraph_copy_report,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Copies what `source` names, or its whole graph, to `destination`, and sets the destination's
/// tags. Content that the destination has is not sent.
///
/// `source`: the artifact to copy. `destination`: the location to copy to, with the tags to set.
/// `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_copy_report_free`.
/// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `source` names nothing or
/// content of it is missing; INVALID_ARGUMENT if one client would send the same credential or
/// header to two registries.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_copy(
    client: *const ocigraph_client,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: *const ocigraph_copy_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_copy_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        copy(client, source, destination, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_copy_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_copy_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_copy_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_copy` and returns immediately. The library calls `done`
/// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_copy_start(
    client: *const ocigraph_client,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: *const ocigraph_copy_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_copy_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        copy(client, source, destination, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn copy(
    client: &CallContext,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: Option<&ocigraph_copy_options>,
) -> Result<Job<ocigraph_copy_report>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let source: Reference = source.parse("source")?;
    let destination: Reference = destination.parse("destination")?;
    let options = options.map(|o| o.for_operation(&gate)).unwrap_or_default();
    Ok(Job::new("copy", format!("{source} to {destination}"), gate, async move {
        core.copy(&source, &destination, options).await.map(Into::into)
    }))
}

// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation delete.

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
    options::ocigraph_delete_options,
    results::ocigraph_delete_report,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Deletes what `reference` names and everything that refers to it, referrers before their
/// subjects. The report has each manifest that could not be deleted. An interrupted delete can be
/// run again. A dry run reports what would be deleted.
///
/// `reference`: the artifact. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_delete_report_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing, unless the options allow it; UNSUPPORTED if the registry deletes no
/// manifest; INCOMPLETE if a list of tags or referrers cannot be read completely.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_delete_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_delete_report>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        delete(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_delete_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_delete_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_delete_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_delete` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_delete_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_delete_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        delete(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn delete(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_delete_options>,
) -> Result<Job<ocigraph_delete_report>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("delete", reference.clone(), Gate::default(), async move {
        core.delete(&reference, options).await.map(Into::into)
    }))
}

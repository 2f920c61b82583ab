// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation pull.

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
    options::ocigraph_pull_options,
    results::ocigraph_pull_result,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Writes the files of the artifact that `reference` names into a directory. With an artifact type,
/// writes the files of its referrers of that type instead. A file appears under its name only after
/// its size and digest were verified. A blob without a title has no file, unless the options ask
/// for all blobs; the result lists it.
///
/// `reference`: the artifact. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_pull_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing or no referrer has the type; UNSAFE_PATH if a title leads out of the
/// output directory; CONFLICT if two different files have one path; TOO_LARGE if a packed directory
/// exceeds its limits; DIGEST_MISMATCH or SIZE_MISMATCH if content is not what its descriptor says.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_pull(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_pull_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_pull_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        pull(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_pull_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_pull_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_pull_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_pull` and returns immediately. The library calls `done`
/// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_pull_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_pull_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_pull_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        pull(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn pull(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_pull_options>,
) -> Result<Job<ocigraph_pull_result>> {
    let (core, gate) = (client.core.clone(), Gate::default());
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.for_operation(&gate)).unwrap_or_default();
    Ok(Job::new("pull", reference.clone(), gate, async move {
        core.pull(&reference, options).await.map(Into::into)
    }))
}
